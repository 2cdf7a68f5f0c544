// wick/format/faulthandler.hpp - the tracebacks of Python's faulthandler, a sample for each thread.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_FAULTHANDLER_HPP
#define WICK_FORMAT_FAULTHANDLER_HPP

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

/// How to read tracebacks of Python's faulthandler.
struct faulthandler_options {
    bool tid = false;   ///< the root is "Thread 0x7f…"
    bool lines = false; ///< names have the line as well: "run (server.py:12)"
};

/// What tracebacks of faulthandler hold.
struct faulthandler_text {
    profile samples;             ///< unit "samples": each stack is one
    wick::skipped skipped;       ///< lines that were not understood
    std::uint64_t truncated = 0; ///< stacks that faulthandler cut at the root's side: "  ..."
};

namespace detail {

class faulthandler_reader {
public:
    explicit faulthandler_reader(const faulthandler_options& options)
        : options_(options) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (ends_with(line, "(most recent call first):")) {
            end_stack();
            begin_stack(line, number);
            return;
        }
        const std::string_view text = trimmed(line);
        if (text.empty()) {
            end_stack();
        } else if (open_ && starts_with(text, "File \"")) {
            frame_line(text, number);
        } else if (open_ && text == "...") {
            stacks_.push("[truncated]", frame_kind::marker);
            ++cut_;
        } else if (open_ && starts_with(text, "<no Python frame>")) {
            stacks_.push(text, frame_kind::marker);
        } else if (!is_message(text)) {
            skip("expected a thread or \"File \"…\", line N in function\"", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<faulthandler_text> finish() {
        end_stack();
        return {faulthandler_text{stacks_.builder.finish(), std::move(stacks_.skipped), cut_},
                std::move(stacks_.problem)};
    }

private:
    faulthandler_options options_;
    stack_samples stacks_;
    std::string text_;
    std::uint64_t cut_ = 0;
    bool open_ = false;
    std::uint64_t stack_line_ = 0;

    [[nodiscard]] static bool is_message(std::string_view text) noexcept {
        return starts_with(text, "Fatal Python error: ") || starts_with(text, "Timeout (") ||
               starts_with(text, "Python runtime state: ") ||
               starts_with(text, "Extension modules:");
    }

    // "Thread 0x00007fd0f84cd6c0 [name] (most recent call first):", "Stack (…", "Current thread …"
    void begin_stack(std::string_view line, std::uint64_t number) {
        open_ = true;
        stack_line_ = number;
        const std::size_t hex = line.find("0x");
        if (hex == std::string_view::npos) { return; }
        const std::string_view id = line.substr(hex, hex_size(line.substr(hex)));
        const std::size_t open = line.find('[', hex);
        const std::size_t close = line.rfind(']');
        const bool named =
            open != std::string_view::npos && close != std::string_view::npos && open < close;
        text_.clear();
        if (named) { text_ = line.substr(open + 1, close - open - 1); }
        if (options_.tid) {
            text_ += text_.empty() ? "Thread " : "-";
            text_ += id;
        }
        if (!text_.empty()) { stacks_.push_root(text_, frame_kind::thread); }
    }

    void end_stack() {
        if (!open_) { return; }
        open_ = false;
        stacks_.commit(1, 1, stack_line_);
    }

    // File "/srv/server.py", line 7 in inner
    void frame_line(std::string_view line, std::uint64_t number) {
        const std::size_t end = line.rfind("\", line ");
        if (end == std::string_view::npos || end < 6) {
            skip("expected \"File \"…\", line N in function\"", number);
            return;
        }
        const std::string_view file = line.substr(6, end - 6);
        std::string_view rest = line.substr(end + 8);
        const std::string_view at = take_word(rest);
        if (take_word(rest) != "in" || rest.empty()) {
            skip("expected \"File \"…\", line N in function\"", number);
            return;
        }
        text_ = rest;
        text_ += " (";
        text_ += file.substr(file.rfind('/') + 1); // npos + 1 is 0
        if (options_.lines) {
            text_ += ':';
            text_ += at;
        }
        text_ += ')';
        stacks_.push(text_);
    }
};

/// Returns whether the head of an input is a traceback of faulthandler.
[[nodiscard]] inline bool looks_like_faulthandler(std::string_view head) {
    bool thread = false;
    return any_line(head, [&](std::string_view line) {
        if (thread && starts_with(line, "  File \"")) { return true; }
        thread = ends_with(line, "(most recent call first):");
        return false;
    });
}

} // namespace detail

/// Reads the tracebacks that Python's faulthandler writes; several one after the other add up.
/// Returns one profile, in which each stack is a sample of weight 1. Frames are called as py-spy
/// calls them, "run (server.py)". The root is the thread's name where Python gives it (3.14).
/// A stack that faulthandler cut ("  ...") hangs under "[truncated]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood are skipped and counted, the first
///          with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  Python's documentation of faulthandler, and what Python 3.11 writes.
template <class Source>
[[nodiscard]] result<faulthandler_text>
read_faulthandler(Source&& source, const faulthandler_options& options = {}) {
    detail::faulthandler_reader reader(options);
    return detail::read_lines<detail::faulthandler_reader, std::remove_reference_t<Source>>(reader,
                                                                                            source);
}

/// The same from memory.
[[nodiscard]] inline result<faulthandler_text>
parse_faulthandler(std::string_view text, const faulthandler_options& options = {}) {
    return read_faulthandler(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
