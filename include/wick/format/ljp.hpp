// wick/format/ljp.hpp - the stacks that the Lightweight Java Profiler writes.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_LJP_HPP
#define WICK_FORMAT_LJP_HPP

#include <wick/detail/java_frames.hpp>   // methods
#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstdint>     // weights
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read what the Lightweight Java Profiler writes.
struct ljp_options {};

/// What a file of the Lightweight Java Profiler holds.
struct ljp_text {
    profile samples;             ///< unit "samples"
    wick::skipped skipped;       ///< lines that were not understood, frames that are missing
    std::uint64_t truncated = 0; ///< stacks that were cut at the root's side, or by the file's end
};

namespace detail {

class ljp_reader {
public:
    explicit ljp_reader(const ljp_options&) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        const bool indented = !line.empty() && is_blank(line[0]);
        line = trimmed(line);
        if (line.empty()) {
            end_stack();
        } else if (!indented && is_digit(line[0])) {
            end_stack();
            in_report_ = false;
            begin_stack(line, number);
        } else if (starts_with(line, "Total trace count = ")) {
            end_stack();
            total_line(line, number);
        } else if (line == "Hot methods:") {
            end_stack();
            in_report_ = true; // the leaves of the stacks again
        } else if (indented && open_) {
            add_frame(line, number);
        } else if (!in_report_) {
            skip("expected \"count frames method(File:line)\"", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<ljp_text> finish() {
        end_stack();
        return {ljp_text{stacks_.builder.finish(), std::move(stacks_.skipped), cut_},
                std::move(stacks_.problem)};
    }

private:
    static constexpr std::int64_t most_frames = 128; // that the profiler looks at
    stack_samples stacks_;
    std::uint64_t cut_ = 0;
    bool open_ = false;
    bool in_report_ = false;
    std::uint64_t first_line_ = 0;
    std::int64_t count_ = 0;
    std::int64_t frames_ = 0;
    std::uint64_t sum_ = 0; // of the counts in this report

    // "42 3 \tpackage.Class.method(File.java:12)", and "42 " where walking the stack failed.
    void begin_stack(std::string_view line, std::uint64_t number) {
        const std::string_view count = take_word(line);
        const std::string_view frames = take_word(line);
        const bool failed = frames.empty();
        if (!parse_whole(count, count_) || (!failed && !parse_whole(frames, frames_))) {
            skip("expected \"count frames method(File:line)\"", number);
            return;
        }
        if (failed) { frames_ = 0; }
        open_ = true;
        first_line_ = number;
        if (!line.empty()) { add_frame(line, number); }
    }

    void add_frame(std::string_view line, std::uint64_t number) {
        const std::string_view method = java_method(line);
        if (static_cast<std::int64_t>(stacks_.size()) == frames_ || method.size() == line.size()) {
            skip("expected \"package.Class.method(File:line)\", as often as the count says",
                 number);
            return;
        }
        // A class that was unloaded since has no name any more: ".(:-1)".
        stacks_.push(method == "." || method.empty() ? std::string_view("[unknown]") : method);
    }

    void end_stack() {
        if (!open_) { return; }
        open_ = false;
        const auto found = static_cast<std::int64_t>(stacks_.size());
        if (found < frames_) { skip("frames of this stack are missing", first_line_); }
        if (found < frames_ || frames_ == most_frames) {
            stacks_.push("[truncated]", frame_kind::marker);
            ++cut_;
        }
        sum_ += static_cast<std::uint64_t>(count_);
        stacks_.commit(static_cast<std::uint64_t>(count_), count_, first_line_);
    }

    // "Total trace count = 42, Total traces = 3"
    void total_line(std::string_view line, std::uint64_t number) {
        line.remove_prefix(line.find('=') + 1);
        line = trimmed(line);
        std::int64_t total = 0;
        if (!parse_whole(line.substr(0, count_digits(line)), total) ||
            static_cast<std::uint64_t>(total) != sum_) {
            skip("the counts above do not add up to this total", number);
        }
        sum_ = 0;
    }
};

/// Returns whether the head of an input is a file of the Lightweight Java Profiler: a stack with
/// its count and its number of frames.
[[nodiscard]] inline bool looks_like_ljp(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        if (line.empty() || !is_digit(line[0])) { return false; }
        const std::string_view count = take_word(line);
        const std::string_view frames = take_word(line);
        const std::string_view method = java_method(line);
        return count_digits(count) == count.size() && !frames.empty() &&
               count_digits(frames) == frames.size() && contains(method, ".") &&
               method.size() < line.size() && line.back() == ')' &&
               line.substr(method.size()).find(':') != std::string_view::npos;
    });
}

} // namespace detail

/// Reads the text output of the Lightweight Java Profiler (its traces.txt); several files one after
/// the other add up. Returns one profile, in which a stack weighs and counts its samples. Files and
/// lines are cut; classes that were unloaded are "[unknown]"; samples whose stack could not be
/// walked are "[no stack]"; stacks of 128 frames, where the profiler stops, hang under
/// "[truncated]". The list of hot methods repeats the leaves and is ignored. (stackcollapse-ljp.awk
/// reads the samples without a stack as a frame, stops at the first total, and loses frames with
/// blanks in their names.)
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood, stacks with less
///          frames than they say, and totals that are not those of the counts are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  what the source of the profiler (display.cc) prints.
template <class Source>
[[nodiscard]] result<ljp_text> read_ljp(Source&& source, const ljp_options& options = {}) {
    detail::ljp_reader reader(options);
    return detail::read_lines<detail::ljp_reader, std::remove_reference_t<Source>>(reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<ljp_text> parse_ljp(std::string_view text,
                                                const ljp_options& options = {}) {
    return read_ljp(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
