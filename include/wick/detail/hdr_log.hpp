// wick/detail/hdr_log.hpp - logs of intervals, .hlog: lines with a histogram each.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_HDR_LOG_HPP
#define WICK_DETAIL_HDR_LOG_HPP

#include <wick/detail/characters.hpp>   // blanks
#include <wick/detail/hdr_document.hpp> // what a line holds
#include <wick/detail/hdr_fields.hpp>   // times
#include <wick/detail/hdr_wire.hpp>     // its encoding
#include <wick/result.hpp>              // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of lines
#include <limits>      // a range without ends
#include <string>      // tags
#include <string_view> // lines
#include <utility>     // std::move
#include <vector>      // comments

WICK_BEGIN_NAMESPACE

/// Which intervals of a log to read.
struct hlog_options {
    /// Intervals that start in from … to, both included, in seconds.
    double from = -std::numeric_limits<double>::infinity();
    double to = std::numeric_limits<double>::infinity();
    bool since_epoch = false; ///< these are times of day; else they count from the log's start time
    bool any_tag = true;      ///< false: those with this tag only
    std::string tag;
};

/// One line of a log.
struct hlog_interval {
    std::string tag;   ///< empty: it has none
    double stamp = 0;  ///< seconds, as it stands in the line
    double start = 0;  ///< seconds since the epoch; since the log's start where it tells no time
    double length = 0; ///< seconds
    double max = 0;    ///< the greatest value as it stands in the line, in the log's own unit
    std::uint64_t line = 0;
    hdr_document values;
};

/// What a log says beside its intervals.
struct hlog_header {
    std::string version;               ///< of the format: "1.3"
    std::vector<std::string> comments; ///< other lines that begin with '#', without it
    bool has_start_time = false;
    double start_time = 0; ///< seconds since the epoch
    bool has_base_time = false;
    double base_time = 0; ///< seconds since the epoch, of which the stamps count
};

/// What was read of a log.
struct hlog_summary {
    hlog_header header;
    std::uint64_t intervals = 0; ///< that were given to the visitor
    std::uint64_t left_out = 0;  ///< because of the options
    wick::skipped skipped;       ///< lines that were not understood
};

/// A log in memory.
struct hlog_file {
    hlog_summary summary;
    std::vector<hlog_interval> intervals; ///< in the order of the lines
};

namespace detail {

inline constexpr double hlog_year = 365 * 24 * 3600.0;

/// Reads the lines of a log. `Visit` takes a hlog_interval&&.
template <class Visit>
class hlog_reader {
public:
    hlog_reader(Visit& visit, const hlog_options& options)
        : visit_(&visit)
        , options_(&options) {}

    void line(std::string_view text, std::uint64_t number) {
        trim_blanks(text);
        while (!text.empty() && is_blank(text.front())) { text.remove_prefix(1); }
        if (text.empty()) { return; }
        if (text[0] == '#') {
            comment(text.substr(1));
        } else if (text.substr(0, 16) != "\"StartTimestamp\"") { // the legend
            interval(text, number);
        }
    }
    void skip(const char* what, std::uint64_t number) { summary_.skipped.add(what, number); }
    [[nodiscard]] hlog_summary finish() { return std::move(summary_); }

private:
    Visit* visit_;
    const hlog_options* options_;
    hlog_summary summary_;
    double start_time_ = 0; // told, or the first stamp
    double base_time_ = 0;  // told, or concluded from the first stamp
    bool has_start_time_ = false;
    bool has_base_time_ = false;

    // Go wrote "Basetime".
    [[nodiscard]] static bool begins(std::string_view text, std::string_view lower) noexcept {
        if (text.size() < lower.size()) { return false; }
        for (std::size_t i = 0; i < lower.size(); ++i) {
            const char c = text[i];
            const char folded = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            if (folded != lower[i]) { return false; }
        }
        return true;
    }
    // "[StartTime: 1441812279.474 (seconds since epoch), Wed Sep 09 15:24:39 UTC 2015]"
    [[nodiscard]] static bool time_of(std::string_view text, std::string_view name, double& time) {
        if (!begins(text, name)) { return false; }
        text.remove_prefix(name.size());
        std::string_view field = take_field(text);
        if (!field.empty() && field.back() == ']') { field.remove_suffix(1); }
        return parse_whole(field, time);
    }
    void comment(std::string_view text) {
        constexpr std::string_view version = "[histogram log format version ";
        hlog_header& header = summary_.header;
        if (time_of(text, "[starttime:", header.start_time)) {
            header.has_start_time = has_start_time_ = true;
            start_time_ = header.start_time;
        } else if (time_of(text, "[basetime:", header.base_time)) {
            header.has_base_time = has_base_time_ = true;
            base_time_ = header.base_time;
        } else if (begins(text, version)) {
            text.remove_prefix(version.size());
            header.version = text.substr(0, text.find(']'));
        } else {
            header.comments.emplace_back(text);
        }
    }

    void interval(std::string_view text, std::uint64_t number) {
        hlog_interval made;
        made.line = number;
        if (text.substr(0, 4) == "Tag=") {
            made.tag = take_field(text);
            made.tag.erase(0, 4);
        }
        double second = 0;
        if (!parse_whole(take_field(text), made.stamp) || !parse_whole(take_field(text), second) ||
            !parse_whole(take_field(text), made.max)) {
            skip("expected a start, a length, the greatest value and a histogram", number);
            return;
        }
        settle_times(made.stamp);
        made.start = made.stamp + base_time_;
        made.length = length_of(made.stamp, second);
        if (made.length < 0) {
            skip("the length of an interval is negative", number);
            return;
        }
        const double asked = options_->since_epoch ? made.start : made.start - start_time_;
        if (asked < options_->from || asked > options_->to ||
            (!options_->any_tag && made.tag != options_->tag)) {
            ++summary_.left_out;
            return;
        }
        result<hdr_document> read = hdr_parser().parse(take_field(text));
        if (!read) {
            skip(read.error.what.c_str(), number);
            return;
        }
        made.values = std::move(read.value);
        ++summary_.intervals;
        (*visit_)(std::move(made));
    }

    // Once, at the first interval: a log without a base time either has times since the epoch or,
    // if its first one is more than a year before the start time, counts from that.
    void settle_times(double stamp) noexcept {
        if (!has_start_time_) {
            start_time_ = stamp + base_time_;
            has_start_time_ = true;
        }
        if (!has_base_time_) {
            base_time_ = stamp < start_time_ - hlog_year ? start_time_ : 0;
            has_base_time_ = true;
        }
    }

    // The second field is a length, except where HdrHistogram for C wrote the end there: with times
    // since the epoch, a number that would be a length of years.
    [[nodiscard]] static double length_of(double stamp, double second) noexcept {
        return stamp > hlog_year && second >= stamp ? second - stamp : second;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
