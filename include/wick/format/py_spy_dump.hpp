// wick/format/py_spy_dump.hpp - the stacks that `py-spy dump` prints, a sample for each thread.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_PY_SPY_DUMP_HPP
#define WICK_FORMAT_PY_SPY_DUMP_HPP

#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_text.hpp>   // names without arguments
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of lines
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read what `py-spy dump` prints.
struct py_spy_dump_options {
    bool tid = false;         ///< the thread's frame is "name-NUMBER"
    bool lines = false;       ///< names have the line as well: "run (server.py:12)"
    bool active_only = false; ///< threads that are idle are left out and counted
};

/// What the output of `py-spy dump` holds.
struct py_spy_dump_text {
    profile samples;        ///< unit "samples": each stack is one
    wick::skipped skipped;  ///< lines that were not understood
    std::uint64_t idle = 0; ///< threads that were left out because they were idle
};

namespace detail {

class py_spy_dump_reader {
public:
    explicit py_spy_dump_reader(const py_spy_dump_options& options)
        : options_(options) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        const std::size_t indent = indent_of(line);
        const std::string_view text = trimmed(line);
        if (text.empty()) {
            end_stack();
        } else if (indent == 0 && starts_with(text, "Thread ")) {
            end_stack();
            begin_stack(text, number);
        } else if (indent == 0 &&
                   (starts_with(text, "Process ") || starts_with(text, "Python v"))) {
            end_stack();
        } else if (open_ && indent >= 8) {
            return; // with --locals: the frame's variables
        } else if (open_ && indent > 0 && text.back() == ')' && contains(text, " (")) {
            frame(text);
        } else if (!open_ || indent == 0 || !is_variables(text)) {
            skip("expected \"Thread N (state): name\" or \"function (file.py:1)\"", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<py_spy_dump_text> finish() {
        end_stack();
        return {py_spy_dump_text{stacks_.builder.finish(), std::move(stacks_.skipped), idle_},
                std::move(stacks_.problem)};
    }

private:
    py_spy_dump_options options_;
    stack_samples stacks_;
    std::string text_;
    std::uint64_t idle_ = 0;
    bool open_ = false;
    bool is_idle_ = false;
    std::uint64_t stack_line_ = 0;

    [[nodiscard]] static bool is_variables(std::string_view text) noexcept {
        return text == "Arguments:" || text == "Locals:";
    }

    // Thread 1234 (active+gil): "MainThread"
    void begin_stack(std::string_view line, std::uint64_t number) {
        open_ = true;
        stack_line_ = number;
        line.remove_prefix(7);
        const std::string_view id = take_word(line);
        is_idle_ = starts_with(line, "(idle");
        const std::size_t quote = line.find('"');
        const std::size_t end = line.rfind('"');
        text_.clear();
        if (quote != end) { text_ = line.substr(quote + 1, end - quote - 1); }
        if (options_.tid) {
            text_ += text_.empty() ? "Thread " : "-";
            text_ += id.substr(0, id.find(':'));
        }
        if (!text_.empty()) { stacks_.push_root(text_, frame_kind::thread); }
    }

    void end_stack() {
        if (!open_) { return; }
        open_ = false;
        if (options_.active_only && is_idle_) {
            ++idle_;
            stacks_.clear();
            return;
        }
        stacks_.commit(1, 1, stack_line_);
    }

    // "run (server.py:12)", "poll (libc.so.6)"
    void frame(std::string_view text) {
        text_ = text;
        if (!options_.lines) {
            std::size_t at = text.size() - 1;
            while (at > 0 && is_digit(text[at - 1])) { --at; }
            if (at < text.size() - 1 && at > 0 && text[at - 1] == ':') {
                text_ = text.substr(0, at - 1);
                text_ += ')';
            }
        }
        stacks_.push(text_);
    }
};

/// Returns whether the head of an input is what `py-spy dump` prints: the lines of the process and
/// of Python's version, or of a thread's state.
[[nodiscard]] inline bool looks_like_py_spy_dump(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return (starts_with(line, "Python v") && contains(line, " (")) ||
               (starts_with(line, "Thread ") &&
                (contains(line, " (idle") || contains(line, " (active")));
    });
}

} // namespace detail

/// Reads what `py-spy dump` prints; several dumps one after the other add up. Returns one profile,
/// in which each stack is a sample of weight 1. Frames are called "run (server.py)". The root is
/// the thread's name.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood are skipped and counted, the first
///          with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the README of py-spy 0.3 and 0.4. What `py-spy record -f raw` writes is folded text.
template <class Source>
[[nodiscard]] result<py_spy_dump_text> read_py_spy_dump(Source&& source,
                                                        const py_spy_dump_options& options = {}) {
    detail::py_spy_dump_reader reader(options);
    return detail::read_lines<detail::py_spy_dump_reader, std::remove_reference_t<Source>>(reader,
                                                                                           source);
}

/// The same from memory.
[[nodiscard]] inline result<py_spy_dump_text>
parse_py_spy_dump(std::string_view text, const py_spy_dump_options& options = {}) {
    return read_py_spy_dump(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
