// wick/format/eu_stack.hpp - the stacks that elfutils' eu-stack prints, a sample for each thread.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_EU_STACK_HPP
#define WICK_FORMAT_EU_STACK_HPP

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
#include <vector>      // what belongs to each frame

WICK_BEGIN_NAMESPACE

/// How to read what eu-stack prints.
struct eu_stack_options {
    bool pid = false;            ///< the root is "PID N"
    bool tid = false;            ///< each thread is "TID N" below it
    bool lines = false;          ///< frames keep the file and line that `eu-stack -s` shows
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// What the output of eu-stack holds.
struct eu_stack_text {
    profile samples;             ///< unit "samples": each stack is one
    wick::skipped skipped;       ///< lines that were not understood, frames that are missing
    std::uint64_t truncated = 0; ///< stacks that eu-stack cut at the root's side
};

namespace detail {

class eu_stack_reader {
public:
    explicit eu_stack_reader(const eu_stack_options& options)
        : options_(options) {
        stacks_.builder.describe("samples",
                                 counted_as::samples,
                                 options.lines ? profile_detail::line : profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) { return; }
        if (starts_with(line, "PID ")) {
            end_stack();
            pid_ = line.substr(0, 4 + count_digits(line.substr(4)));
        } else if (starts_with(line, "TID ") && line.back() == ':') {
            end_stack();
            tid_ = line.substr(0, line.size() - 1);
            open_ = true;
            stack_line_ = number;
        } else if (line[0] == '#' && line.size() > 1 && is_digit(line[1])) {
            frame_line(line, number);
        } else if (indent_of(line) >= 4) {
            if (options_.lines && stacks_.size() > 0) { add_place(trimmed(line)); }
        } else if (starts_with(line, "eu-stack: ")) {
            if (open_ && of_this_thread(line)) { truncated_ = true; }
        } else {
            skip("expected \"PID\", \"TID\" or \"#N  0x… function\"", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<eu_stack_text> finish() {
        end_stack();
        return {eu_stack_text{stacks_.builder.finish(), std::move(stacks_.skipped), cut_},
                std::move(stacks_.problem)};
    }

private:
    eu_stack_options options_;
    stack_samples stacks_;
    std::vector<std::string> addresses_; // of each frame
    std::string pid_;
    std::string tid_;
    bool open_ = false;
    bool truncated_ = false;
    std::uint64_t stack_line_ = 0;
    std::uint64_t cut_ = 0;
    std::int64_t next_ = 0;

    // "eu-stack: tid 16790: shown max number of frames", "eu-stack: dwfl_thread_getframes tid 12
    // at"
    [[nodiscard]] bool of_this_thread(std::string_view line) const noexcept {
        const std::size_t at = line.find("tid ");
        if (at == std::string_view::npos || tid_.size() < 4) { return false; }
        const std::string_view id = line.substr(at + 4);
        return id.substr(0, count_digits(id)) == std::string_view(tid_).substr(4);
    }

    void end_stack() {
        if (!open_) { return; }
        mark_inlined();
        if (truncated_) {
            stacks_.push("[truncated]", frame_kind::marker);
            ++cut_;
        }
        if (options_.pid && !pid_.empty()) { stacks_.push_root(pid_, frame_kind::process); }
        if (options_.tid && !tid_.empty()) { stacks_.push_root(tid_, frame_kind::thread); }
        stacks_.commit(1, 1, stack_line_);
        addresses_.clear();
        open_ = false;
        truncated_ = false;
        next_ = 0;
    }

    // An address lies in one function as it was compiled: of frames that share one, those that are
    // not named as the last one were inlined. Recursion repeats the last one's name.
    void mark_inlined() {
        for (std::size_t end = addresses_.size(); end > 0;) {
            const std::size_t last = end - 1;
            std::size_t i = last;
            for (; i > 0 && addresses_[i - 1] == addresses_[last]; --i) {
                if (!stacks_.same_function(i - 1, last)) {
                    stacks_.set_kind(i - 1, frame_kind::inlined);
                }
            }
            end = i;
        }
    }

    // "#1  0x0000562e4f5683d0 - 1 on_signal(int) - /usr/bin/app"
    void frame_line(std::string_view line, std::uint64_t number) {
        const std::size_t digits = count_digits(line.substr(1));
        std::int64_t index = 0;
        const bool numbered = parse_whole(line.substr(1, digits), index);
        line = trimmed(line.substr(1 + digits));
        const std::size_t hex = hex_size(line);
        if (!numbered || hex == 0 || (hex < line.size() && !is_blank(line[hex]))) {
            skip("expected \"#N  0x… function\"", number);
            return;
        }
        if (index == 0 && stacks_.size() > 0) { end_stack(); }
        if (!open_) {
            open_ = true;
            stack_line_ = number;
        }
        if (index != next_) { skip("frames are missing before this one", number); }
        next_ = index + 1;
        addresses_.emplace_back(line.substr(0, hex));
        add_frame(line.substr(hex));
    }

    void add_frame(std::string_view rest) {
        // "- 1" says that the address is a call's; the module stands behind the last " - ".
        if (starts_with(rest, " - 1") && (rest.size() == 4 || is_blank(rest[4]))) {
            rest.remove_prefix(4);
        }
        std::string_view module;
        const std::size_t dash = rest.rfind(" - ");
        if (dash != std::string_view::npos) {
            module = trimmed(rest.substr(dash + 3));
            rest = rest.substr(0, dash);
        }
        rest = trimmed(rest);
        if (rest.empty()) {
            stacks_.push(unknown_frame(module));
            return;
        }
        stacks_.push(comparable_name(without_version(rest), options_.keep_arguments));
    }

    // "pthread_cond_wait@@GLIBC_2.3.2" is the function that gdb and perf call pthread_cond_wait.
    [[nodiscard]] static std::string_view without_version(std::string_view name) noexcept {
        const std::size_t at = name.find('@');
        if (at == std::string_view::npos || at == 0 || at + 1 == name.size()) { return name; }
        const char next = name[at + 1];
        return next == '@' || (next >= 'A' && next <= 'Z') ? name.substr(0, at) : name;
    }

    // "/src/main.cpp:12:5"
    void add_place(std::string_view text) {
        std::int64_t number = 0;
        std::size_t colon = text.rfind(':');
        if (colon == std::string_view::npos || !parse_whole(text.substr(colon + 1), number)) {
            return;
        }
        const std::size_t before = text.substr(0, colon).rfind(':');
        if (before != std::string_view::npos &&
            parse_whole(text.substr(before + 1, colon - before - 1), number)) {
            text = text.substr(0, colon); // the last number is a column
            colon = before;
        }
        stacks_.set_place(text.substr(0, colon), text.substr(colon + 1));
    }
};

/// Returns whether the head of an input is what eu-stack prints: a line of a thread and a frame
/// below it.
[[nodiscard]] inline bool looks_like_eu_stack(std::string_view head) {
    bool thread = false;
    return any_line(head, [&](std::string_view line) {
        if (thread && starts_with(line, "#0  0x")) { return true; }
        thread = starts_with(line, "TID ") && ends_with(line, ":");
        return false;
    });
}

} // namespace detail

/// Reads what eu-stack prints, with any of its options; several dumps one after the other add up.
/// Returns one profile, in which each stack is a sample of weight 1. Threads and processes have no
/// name there, so there is no root unless the options ask for the numbers. Arguments, the versions
/// of symbols ("@@GLIBC_2.34") and Rust's hashes are cut; of frames with the same address (-i)
/// those that are not named as the outermost are of kind inlined; code without a name is "[module]"
/// (-m) or "[unknown]"; a stack that eu-stack says it cut hangs under "[truncated]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood, and the places where frames are
///          missing, are skipped and counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  what eu-stack 0.188 prints.
template <class Source>
[[nodiscard]] result<eu_stack_text> read_eu_stack(Source&& source,
                                                  const eu_stack_options& options = {}) {
    detail::eu_stack_reader reader(options);
    return detail::read_lines<detail::eu_stack_reader, std::remove_reference_t<Source>>(reader,
                                                                                        source);
}

/// The same from memory.
[[nodiscard]] inline result<eu_stack_text> parse_eu_stack(std::string_view text,
                                                          const eu_stack_options& options = {}) {
    return read_eu_stack(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
