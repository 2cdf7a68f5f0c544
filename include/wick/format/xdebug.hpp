// wick/format/xdebug.hpp - traces of PHP programs that Xdebug writes for computers.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_XDEBUG_HPP
#define WICK_FORMAT_XDEBUG_HPP

#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // numbers, what was skipped
#include <wick/detail/symbol_text.hpp>   // starts_with
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // times
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // calls that did not end yet

WICK_BEGIN_NAMESPACE

/// How to read traces of Xdebug.
struct xdebug_options {};

/// What a trace of Xdebug holds.
struct xdebug_text {
    profile samples;         ///< unit "nanoseconds": each function's own time; counts are calls
    profile calls;           ///< unit "calls": the same stacks, each with how often it was entered
    wick::skipped skipped;   ///< lines that were not understood
    std::uint64_t ended = 0; ///< calls whose end is not in the trace: they end with their callers
};

namespace detail {

class xdebug_reader {
public:
    explicit xdebug_reader(const xdebug_options& /*options*/) {
        stacks_.builder.describe("nanoseconds", counted_as::calls, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        if (trimmed(line).empty()) { return; }
        if (starts_with(line, "TRACE START") || starts_with(line, "TRACE END")) {
            end_trace(line[6] == 'E');
            return;
        }
        if (starts_with(line, "Version: ") || starts_with(line, "File format: ")) { return; }
        fields_.clear();
        for (std::size_t at = 0; at <= line.size() && fields_.size() < most_fields;) {
            std::size_t tab = line.find('\t', at);
            if (tab == std::string_view::npos) { tab = line.size(); }
            fields_.push_back(line.substr(at, tab - at));
            at = tab + 1;
        }
        if (!take_fields(number)) {
            skip("expected level, number, kind and time between tabs: xdebug.trace_format=1",
                 number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<xdebug_text> finish() {
        end_trace(false);
        profile samples = stacks_.builder.finish();
        profile calls = samples;
        calls.unit = "calls";
        for (profile::node& n : calls.nodes) { n.self = static_cast<std::int64_t>(n.count); }
        return {
            xdebug_text{std::move(samples), std::move(calls), std::move(stacks_.skipped), ended_},
            std::move(stacks_.problem)};
    }

private:
    struct call {
        std::int64_t level;
        std::uint32_t node;
        bool unknown; // it began before the trace did
    };
    static constexpr std::size_t most_fields =
        8; // up to an included file; the place and arguments follow
    stack_samples stacks_;
    std::vector<std::string_view> fields_;
    std::vector<call> calls_; // with rising levels
    std::string text_;
    std::uint64_t ended_ = 0;
    bool begun_ = false;
    std::int64_t now_ = 0;

    [[nodiscard]] bool take_fields(std::uint64_t number) {
        if (fields_.size() < 3) { return false; }
        const std::string_view kind = fields_[2];
        if (kind == "R" || kind == "A") { return true; } // a value that is returned or assigned
        std::int64_t time = 0;
        if (fields_.size() < 5 || !parse_decimal(fields_[3], 9, time)) { return false; }
        if (fields_[0].empty() && kind.empty()) { // the time at which the trace ended
            pass_time(time, number);
            return true;
        }
        std::int64_t level = 0;
        if (!parse_whole(fields_[0], level)) { return false; }
        if (kind == "0" && fields_.size() > 5 && !fields_[5].empty()) {
            pass_time(time, number);
            enter(level, number);
            return true;
        }
        if (kind != "1") { return false; }
        pass_time(time, number);
        leave(level);
        return true;
    }

    // What passed since the line before is the innermost function's own.
    void pass_time(std::int64_t time, std::uint64_t number) {
        if (begun_ && time < now_) {
            skip("this time is before that of the line before", number);
        } else if (begun_ && !calls_.empty()) {
            stacks_.add(calls_.back().node, 0, time - now_, number);
        }
        now_ = time;
    }

    // A trace may be begun by a function: what called it is not there.
    void begin(std::int64_t level) {
        if (begun_) { return; }
        begun_ = true;
        push_unknown(level);
    }

    // Puts what is above all that is known.
    void push_unknown(std::int64_t below) {
        if (below <= 1 || !calls_.empty()) { return; }
        const std::uint32_t frame = stacks_.intern("[truncated]", frame_kind::marker);
        calls_.push_back({below - 1, stacks_.builder.child(profile_builder::root, frame), true});
    }

    void enter(std::int64_t level, std::uint64_t number) {
        begin(level);
        end_above(level - 1);
        if (!calls_.empty() && calls_.back().level < level - 1) {
            skip("calls are missing between this one and the one above", number);
        }
        text_ = fields_[5];
        if (fields_.size() > 7 && is_include(text_)) { // as Xdebug's own flame graphs call it
            (((text_.insert(0, 1, '{')) += ':') += fields_[7]) += '}';
        }
        const std::uint32_t frame = stacks_.intern(text_, frame_kind::function);
        const std::uint32_t parent = calls_.empty() ? profile_builder::root : calls_.back().node;
        calls_.push_back({level, stacks_.builder.child(parent, frame), false});
        stacks_.add(calls_.back().node, 1, 0, number);
    }

    // Of other functions the file is empty, or early versions have another field there.
    [[nodiscard]] static bool is_include(std::string_view name) noexcept {
        return name == "include" || name == "include_once" || name == "require" ||
               name == "require_once";
    }

    void leave(std::int64_t level) {
        begin(level);
        end_above(level);
        if (!calls_.empty() && calls_.back().level == level) { calls_.pop_back(); }
        push_unknown(level);
    }

    // Ends calls that are deeper than a level, and whose own ends were not seen.
    void end_above(std::int64_t level) {
        while (!calls_.empty() && calls_.back().level > level) {
            if (!calls_.back().unknown) { ++ended_; }
            calls_.pop_back();
        }
    }

    // At the end of a whole trace calls may be under way, that which ends it for one.
    void end_trace(bool whole) {
        if (whole) { calls_.clear(); }
        end_above(-1);
        begun_ = false;
        now_ = 0;
    }
};

/// Returns whether the head of an input is a trace that Xdebug wrote for computers: its first
/// lines.
[[nodiscard]] inline bool looks_like_xdebug(std::string_view head) {
    bool version = false;
    bool begun = false;
    return any_line(head, [&](std::string_view line) {
        if (begun) {
            const std::size_t digits = count_digits(line);
            return digits > 0 && starts_with(line.substr(digits), "\t");
        }
        version = version || starts_with(line, "Version: ");
        begun = version && starts_with(line, "TRACE START [");
        return false;
    });
}

} // namespace detail

/// Reads traces of Xdebug in its format for computers (xdebug.trace_format=1); several traces one
/// after the other add up. Returns two profiles of the same stacks: one of times in nanoseconds, in
/// which a function weighs what passed in itself, and one of calls. Included files are functions,
/// "{require_once:/srv/lib.php}"; what is below functions that were entered before the trace began
/// hangs under "[truncated]". (stackcollapse-xdebug.php changes its input, stops at the end of the
/// first trace, counts only calls that call nothing, and ends calls by the number of ends alone, so
/// that one that is missing shifts all that follows.)
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  times that add up to 2^63 ns or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks, the calls under way and one buffer.
/// Format:  Xdebug's documentation, "Function Trace", of its versions 2 and 3.
template <class Source>
[[nodiscard]] result<xdebug_text> read_xdebug(Source&& source, const xdebug_options& options = {}) {
    detail::xdebug_reader reader(options);
    return detail::read_lines<detail::xdebug_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<xdebug_text> parse_xdebug(std::string_view text,
                                                      const xdebug_options& options = {}) {
    return read_xdebug(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
