// wick/detail/java_text.hpp - numbers and dates as Java prints them.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_JAVA_TEXT_HPP
#define WICK_DETAIL_JAVA_TEXT_HPP

#include <wick/version.hpp>

#include <charconv>    // std::to_chars
#include <cmath>       // std::isfinite, std::floor
#include <cstddef>     // std::size_t
#include <cstdint>     // bits, seconds
#include <cstring>     // std::memcpy, std::memmove
#include <string>      // what is appended to
#include <string_view> // names of months

WICK_BEGIN_NAMESPACE
namespace detail {

/// Appends a number with so many digits behind the point, as Java's "%.3f" does: the fewest digits
/// that give the number back, rounded half up. (C rounds what the bits stand for: 0.15 is "0.1"
/// with one digit there, and "0.2" here.)
inline void append_java_fixed(std::string& out, double value, int decimals) {
    if (!std::isfinite(value)) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        const bool is_nan = (bits & 0xfffffffffffffu) != 0;
        out += is_nan ? "NaN" : (bits >> 63) != 0 ? "-Infinity" : "Infinity";
        return;
    }
    char text[40]; // "-1.2345678901234567e-308"
    const char* const end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const char* at = text;
    if (*at == '-') {
        out += '-';
        ++at;
    }
    char digits[24];
    int size = 0;
    for (; at < end && *at != 'e'; ++at) {
        if (*at != '.') { digits[size++] = *at; }
    }
    int whole = 0; // digits before the point
    static_cast<void>(std::from_chars(at + (at[1] == '+' ? 2 : 1), end, whole));
    ++whole;
    const int kept = whole + decimals; // digits that stay
    bool carry = kept >= 0 && kept < size && digits[kept] >= '5';
    if (kept < size) { size = kept < 0 ? 0 : kept; }
    for (int i = size; carry && i-- > 0;) {
        carry = digits[i] == '9';
        digits[i] = carry ? '0' : static_cast<char>(digits[i] + 1);
    }
    if (carry) { // 9.99 became 10.0
        std::memmove(digits + 1, digits, static_cast<std::size_t>(size));
        digits[0] = '1';
        ++size;
        ++whole;
    }
    const auto digit = [&](int i) { return i >= 0 && i < size ? digits[i] : '0'; };
    if (whole <= 0) { out += '0'; }
    for (int i = 0; i < whole; ++i) { out += digit(i); }
    if (decimals > 0) { out += '.'; }
    for (int i = 0; i < decimals; ++i) { out += digit(whole + i); }
}

/// Appends a time as Java prints a Date in UTC: "Wed Sep 09 15:24:39 UTC 2015".
inline void append_java_date(std::string& out, double seconds_since_epoch) {
    constexpr double most = 253402300799.0; // the end of the year 9999
    const double clamped = seconds_since_epoch > most             ? most
                           : seconds_since_epoch > -62135596800.0 ? seconds_since_epoch
                                                                  : -62135596800.0; // year 1
    const auto seconds = static_cast<std::int64_t>(std::floor(clamped));
    std::int64_t days = seconds / 86400;
    std::int64_t second = seconds % 86400;
    if (second < 0) {
        second += 86400;
        --days;
    }
    const auto weekday = static_cast<std::size_t>((days % 7 + 11) % 7); // day 0 was a Thursday
    // Years that begin in March have the day that may be missing at their end.
    const std::int64_t shifted = days + 719468; // since March of the year 0
    const std::int64_t era = shifted / 146097;  // of 400 years
    const std::int64_t day_of_era = shifted % 146097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t march_month = (5 * day_of_year + 2) / 153;
    const std::int64_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
    const auto month = static_cast<std::size_t>((march_month + 2) % 12);
    const std::int64_t year = era * 400 + year_of_era + (month < 2 ? 1 : 0);
    constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto two = [&](std::int64_t number, char behind) {
        out += static_cast<char>('0' + number / 10);
        out += static_cast<char>('0' + number % 10);
        out += behind;
    };
    (out += weekdays.substr(weekday * 3, 3)) += ' ';
    (out += months.substr(month * 3, 3)) += ' ';
    two(day, ' ');
    two(second / 3600, ':');
    two(second / 60 % 60, ':');
    two(second % 60, ' ');
    out += "UTC ";
    std::string digits = std::to_string(year);
    out.append(digits.size() < 4 ? 4 - digits.size() : 0, '0');
    out += digits;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
