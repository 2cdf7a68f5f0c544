// wick/detail/time_parse.hpp - durations with units and points of time, as logs write them.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_TIME_PARSE_HPP
#define WICK_DETAIL_TIME_PARSE_HPP

#include <wick/detail/characters.hpp> // blanks, digits
#include <wick/detail/decimal.hpp>    // numbers
#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string_view> // what is read

WICK_BEGIN_NAMESPACE
namespace detail {

/// A unit of time as it is written behind a number, and its length.
struct unit_name {
    std::string_view name;
    double nanoseconds;
};

inline constexpr unit_name unit_names[] = {
    {"ns", 1},          {"us", 1e3},           {"\xc2\xb5s", 1e3},
    {"\xce\xbcs", 1e3}, {"ms", 1e6},           {"s", 1e9},
    {"sec", 1e9},       {"m", 6e10},           {"min", 6e10},
    {"h", 3.6e12},      {"nsec", 1},           {"usec", 1e3},
    {"msec", 1e6},      {"second", 1e9},       {"seconds", 1e9},
    {"nanoseconds", 1}, {"microseconds", 1e3}, {"milliseconds", 1e6},
    {"minutes", 6e10},  {"hours", 3.6e12},
};

/// Returns how many nanoseconds a unit has, or 0 for what is no unit of time. Both signs for
/// "micro" are known.
[[nodiscard]] inline double unit_from_name(std::string_view name) noexcept {
    for (const unit_name& unit : unit_names) {
        if (unit.name == name) { return unit.nanoseconds; }
    }
    return 0;
}

/// A number and the unit that stands behind it.
struct number_with_unit {
    double number = 0;
    double unit_ns = 0; ///< 0: none
};

/// Reads "12.5", "12.5ms" or "12.5 ms"; false when that is not all of the text.
[[nodiscard]] inline bool parse_with_unit(std::string_view text, number_with_unit& read) {
    const std::size_t used = parse_decimal(text, read.number);
    if (used == 0) { return false; }
    text = trimmed(text.substr(used));
    read.unit_ns = text.empty() ? 0 : unit_from_name(text);
    return text.empty() || read.unit_ns > 0;
}

/// Returns the days from 1970-01-01 to a day of the Gregorian calendar, before it negative ones.
[[nodiscard]] inline std::int64_t
days_to(std::int64_t year, std::int64_t month, std::int64_t day) noexcept {
    // Years begin in March here, so that a leap day is the last one of its year.
    if (month <= 2) { --year; }
    const std::int64_t march_month = month > 2 ? month - 3 : month + 9;
    const std::int64_t century = (year >= 0 ? year : year - 399) / 400; // of four hundred years
    const std::int64_t of_century = year - century * 400;
    const std::int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
    const std::int64_t leap_days = of_century / 4 - of_century / 100;
    return century * 146'097 + of_century * 365 + leap_days + day_of_year - 719'468;
}

/// Takes a date and time apart; `ok` is false from the first thing on that was not there.
class time_scanner {
public:
    explicit time_scanner(std::string_view text)
        : text_(text) {}

    /// "2026-11-28T16:30:00.250+01:00", with a blank for the T, a comma for the point, and perhaps
    /// without fraction and zone.
    [[nodiscard]] bool iso(double& seconds) {
        year_ = digits(4, 4);
        one_of("-/");
        month_ = digits(2, 2);
        one_of("-/");
        day_ = digits(2, 2);
        one_of("T t");
        return clock() && zone() && finish(seconds);
    }
    /// "28/Nov/2026:16:30:00 +0100" of access logs.
    [[nodiscard]] bool access_log(double& seconds) {
        day_ = digits(1, 2);
        one_of("/");
        month_ = month_name();
        one_of("/");
        year_ = digits(4, 4);
        one_of(":");
        return clock() && zone() && finish(seconds);
    }

private:
    std::string_view text_;
    std::int64_t year_ = 0, month_ = 0, day_ = 0, hour_ = 0, minute_ = 0, second_ = 0;
    std::int64_t zone_minutes_ = 0;
    double fraction_ = 0;
    bool ok_ = true;

    [[nodiscard]] std::int64_t digits(std::size_t least, std::size_t most) {
        std::int64_t number = 0;
        std::size_t n = 0;
        for (; n < most && n < text_.size() && is_digit(text_[n]); ++n) {
            number = number * 10 + (text_[n] - '0');
        }
        ok_ = ok_ && n >= least;
        text_.remove_prefix(n);
        return number;
    }
    bool one_of(std::string_view characters) {
        const bool found = !text_.empty() && characters.find(text_[0]) != std::string_view::npos;
        if (found) { text_.remove_prefix(1); }
        ok_ = ok_ && found;
        return found;
    }
    [[nodiscard]] bool next_is(std::string_view characters) const {
        return !text_.empty() && characters.find(text_[0]) != std::string_view::npos;
    }
    [[nodiscard]] std::int64_t month_name() {
        constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
        const std::size_t at =
            text_.size() < 3 ? std::string_view::npos : names.find(text_.substr(0, 3));
        ok_ = ok_ && at != std::string_view::npos && at % 3 == 0;
        if (!ok_) { return 0; }
        text_.remove_prefix(3);
        return static_cast<std::int64_t>(at / 3) + 1;
    }
    [[nodiscard]] bool clock() {
        hour_ = digits(2, 2);
        one_of(":");
        minute_ = digits(2, 2);
        one_of(":");
        second_ = digits(2, 2);
        if (next_is(".,")) {
            text_.remove_prefix(1);
            double unit = 0.1;
            ok_ = ok_ && !text_.empty() && is_digit(text_[0]);
            for (; !text_.empty() && is_digit(text_[0]); text_.remove_prefix(1)) {
                fraction_ += unit * (text_[0] - '0');
                unit /= 10;
            }
        }
        return ok_;
    }
    [[nodiscard]] bool zone() {
        if (next_is(" ")) { text_.remove_prefix(1); }
        if (text_.empty()) { return ok_; }
        if (next_is("Zz")) {
            text_.remove_prefix(1);
            return ok_;
        }
        const bool west = next_is("-");
        one_of("+-");
        zone_minutes_ = digits(2, 2) * 60;
        if (next_is(":")) { text_.remove_prefix(1); }
        if (!text_.empty()) { zone_minutes_ += digits(2, 2); }
        if (west) { zone_minutes_ = -zone_minutes_; }
        return ok_;
    }
    [[nodiscard]] bool finish(double& seconds) const {
        const bool possible = month_ >= 1 && month_ <= 12 && day_ >= 1 && day_ <= 31 &&
                              hour_ <= 23 && minute_ <= 59 && second_ <= 60; // leap seconds
        if (!ok_ || !text_.empty() || !possible) { return false; }
        const std::int64_t minutes =
            (days_to(year_, month_, day_) * 24 + hour_) * 60 + minute_ - zone_minutes_;
        seconds = static_cast<double>(minutes * 60 + second_) + fraction_;
        return true;
    }
};

/// Reads a point of time into seconds since 1970: ISO 8601, what access logs print, or a number of
/// seconds, which are milli-, micro- or nanoseconds where they would lie beyond the years of four
/// digits. Times without a zone are taken as UTC. Returns false for anything else.
[[nodiscard]] inline bool parse_time(std::string_view text, double& seconds) {
    if (time_scanner(text).iso(seconds) || time_scanner(text).access_log(seconds)) { return true; }
    const std::size_t used = parse_decimal(text, seconds);
    if (used == 0 || used != text.size() || !(seconds >= 0) || seconds > 1e20) { return false; }
    while (seconds >= 253'402'300'800) { seconds /= 1000; }
    return true;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
