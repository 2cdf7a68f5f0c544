// wick/format/wcp.hpp - the report of wallClockProfiler.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_WCP_HPP
#define WICK_FORMAT_WCP_HPP

#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_text.hpp>   // names without arguments
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read the report of wallClockProfiler.
struct wcp_options {
    bool lines = false;          ///< frames keep their file and line
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// What the report of wallClockProfiler holds.
struct wcp_text {
    profile samples;       ///< unit "samples"
    wick::skipped skipped; ///< lines that were not understood, frames that are missing
};

namespace detail {

/// Takes "99.791% =====" apart: a share in thousandths of a percent, and what stands behind the
/// bar.
[[nodiscard]] inline bool
parse_wcp_bar(std::string_view line, std::int64_t& share, std::string_view& rest) noexcept {
    line = trimmed(line);
    const std::size_t percent = line.find("% =====");
    if (percent == std::string_view::npos || !parse_decimal(line.substr(0, percent), 3, share)) {
        return false;
    }
    rest = line.substr(percent + 2);
    while (!rest.empty() && rest[0] == '=') { rest.remove_prefix(1); }
    rest = trimmed(rest);
    return true;
}

class wcp_reader {
public:
    explicit wcp_reader(const wcp_options& options)
        : options_(options) {
        stacks_.builder.describe("samples",
                                 counted_as::samples,
                                 options.lines ? profile_detail::line : profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        const bool indented = !line.empty() && is_blank(line[0]);
        line = trimmed(line);
        std::int64_t share = 0;
        std::string_view rest;
        if (parse_wcp_bar(line, share, rest)) {
            end_stack();
            if (in_stacks_) { begin_stack(share, rest, number); }
        } else if (line.empty()) {
            end_stack();
        } else if (indented) {
            if (open_ && !is_source(line)) { frame_line(line, number); }
        } else {
            end_stack();
            title_line(line, number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<wcp_text> finish() {
        end_stack();
        return {wcp_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    wcp_options options_;
    stack_samples stacks_;
    bool in_stacks_ = false; // and not in functions or parts of stacks
    bool open_ = false;
    std::uint64_t first_line_ = 0;
    std::int64_t taken_ = 0; // samples in all
    std::int64_t count_ = 0;
    std::int64_t next_ = 1;

    void title_line(std::string_view line, std::uint64_t number) {
        if (starts_with(line, "Report:") || starts_with(line, "Full stacks ")) {
            in_stacks_ = true; // early versions have a report of full stacks alone
        } else if (starts_with(line, "Functions with ") || starts_with(line, "Partial stacks ")) {
            in_stacks_ = false; // they count samples again
        } else if (ends_with(line, " stack samples taken")) {
            if (!parse_whole(take_word(line), taken_)) {
                skip("expected the number of samples below 2^63", number);
            }
        } else if (in_stacks_) {
            skip("expected \"12.345% ===== (N samples)\" or \"N: function   (at file:line)\"",
                 number);
        } else {
            other_line(line, number);
        }
    }

    // What the profiler tells before its report, and the program that it runs in gdb.
    void other_line(std::string_view line, std::uint64_t number) {
        constexpr std::string_view known[] = {"Forked GDB child ",
                                              "Logging GDB commands ",
                                              "Starting gdb program ",
                                              "Attaching to PID ",
                                              "Resuming attached gdb ",
                                              "Debugging program ",
                                              "PID of debugged process ",
                                              "Sampling ",
                                              "Will detatch automatically ",
                                              "Program exited normally",
                                              "Detatching from program"};
        for (const std::string_view message : known) {
            if (starts_with(line, message)) { return; }
        }
        if (ends_with(line, " unique stacks sampled")) { return; }
        skip("expected a message or the report of wallClockProfiler", number);
    }

    // "(17194 samples)"; early versions have the share alone.
    void begin_stack(std::int64_t share, std::string_view rest, std::uint64_t number) {
        constexpr std::string_view end = " samples)";
        const bool counted = starts_with(rest, "(") && ends_with(rest, end);
        if (counted) {
            if (!parse_whole(rest.substr(1, rest.size() - 1 - end.size()), count_)) {
                skip("expected a number of samples below 2^63", number);
                return;
            }
        } else if (rest.empty() && taken_ > 0 && taken_ < std::int64_t{1} << 40 &&
                   share <= 100000) {
            count_ = (taken_ * share + 50000) / 100000;
        } else {
            skip("expected \"(N samples)\", or the number of samples taken before", number);
            return;
        }
        open_ = true;
        first_line_ = number;
        next_ = 1;
    }

    void end_stack() {
        if (!open_) { return; }
        open_ = false;
        stacks_.commit(static_cast<std::uint64_t>(count_), count_, first_line_);
    }

    // "343:|   return poll(fds, n, -1);", below the leaf
    [[nodiscard]] static bool is_source(std::string_view line) noexcept {
        return starts_with(line.substr(count_digits(line)), ":|");
    }

    // "3: read_all   (at /src/io.c:41)"
    void frame_line(std::string_view line, std::uint64_t number) {
        const std::size_t digits = count_digits(line);
        const std::size_t at = line.rfind("   (at ");
        std::int64_t index = 0;
        if (!parse_whole(line.substr(0, digits), index) ||
            !starts_with(line.substr(digits), ": ") || at == std::string_view::npos ||
            at < digits + 1 || line.back() != ')') {
            skip("expected \"N: function   (at file:line)\"", number);
            return;
        }
        if (index != next_) { skip("frames are missing before this one", number); }
        next_ = index == 0x7fffffffffffffff ? index : index + 1;
        // A function without a name has a blank fewer in front of its place.
        const std::string_view name = trimmed(line.substr(digits + 1, at - digits - 1));
        if (name.empty() || name == "??") {
            stacks_.push("[unknown]");
        } else {
            stacks_.push(comparable_name(name, options_.keep_arguments));
        }
        if (!options_.lines) { return; }
        const std::string_view place =
            line.substr(at + 7, line.size() - at - 8); // "io.c:41", ":-1"
        const std::size_t colon = place.rfind(':');
        if (colon == std::string_view::npos) { return; }
        stacks_.set_place(place.substr(0, colon), place.substr(colon + 1));
    }
};

/// Returns whether the head of an input is the report of wallClockProfiler: a stack with its bar.
[[nodiscard]] inline bool looks_like_wcp(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        std::int64_t share = 0;
        return parse_wcp_bar(line, share, line);
    });
}

} // namespace detail

/// Reads the report of wallClockProfiler. Returns one profile, in which a stack weighs and counts
/// its samples. Only the full stacks are read: the functions and the parts of stacks that the
/// report has as well count the same samples. Arguments are cut; code without a name is
/// "[unknown]". Early versions print no numbers of samples: they are made of the shares and the
/// number of all samples, which is exact below 100,000 of those. (stackcollapse-wcp.pl takes the
/// places as parts of the names, reads no early reports and loses the last stack where no blank
/// line follows.)
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood, and places where
///          frames are missing, are skipped and counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  what the source of wallClockProfiler prints, and its README.
template <class Source>
[[nodiscard]] result<wcp_text> read_wcp(Source&& source, const wcp_options& options = {}) {
    detail::wcp_reader reader(options);
    return detail::read_lines<detail::wcp_reader, std::remove_reference_t<Source>>(reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<wcp_text> parse_wcp(std::string_view text,
                                                const wcp_options& options = {}) {
    return read_wcp(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
