// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/decimal.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>

using wick::detail::parse_decimal;

namespace {

// The tests run in the C locale, where strtod is the reference.
bool same_as_strtod(const std::string& text) {
    double value = -7;
    const std::size_t used = parse_decimal(text, value);
    char* end = nullptr;
    const double expected = std::strtod(text.c_str(), &end);
    return used == static_cast<std::size_t>(end - text.c_str()) &&
           (used == 0 || std::memcmp(&value, &expected, sizeof value) == 0);
}

} // namespace

TEST_CASE("decimal: what is a number, and where it ends") {
    for (const char* text : {"0",
                             "-0",
                             "+1",
                             "1.",
                             ".5",
                             "-.5",
                             "1.5e3",
                             "1.5E-3",
                             "2e",
                             "2e+",
                             "2e+x",
                             "12 34",
                             "1..2",
                             "1.2.3",
                             "",
                             ".",
                             "-",
                             "e5",
                             "+-1",
                             "0e999999999999",
                             "1e400",
                             "-1e400",
                             "1e-400",
                             "00012",
                             "0.000",
                             "1e22",
                             "1e23",
                             "9007199254740993",
                             "9007199254740992",
                             "123456789012345678901234567890",
                             "0.1234567890123456789012345",
                             "4.9e-324",
                             "2.2250738585072011e-308",
                             "1,5"}) {
        CAPTURE(text);
        CHECK(same_as_strtod(text));
    }
    double value = 0;
    CHECK(parse_decimal("inf", value) == 0);
    CHECK(parse_decimal("nan", value) == 0);
    CHECK(parse_decimal("12ms", value) == 2);
    CHECK(value == 12);
    CHECK(parse_decimal(std::string(100'000, '9') + "e-100000", value) == 100'008);
    CHECK(value == 1);
    CHECK(parse_decimal("0." + std::string(100'000, '0') + "25e100000", value) == 100'011);
    CHECK(value == 0.25);
}

TEST_CASE("decimal: random numbers are read as strtod reads them") {
    std::mt19937_64 random(20161128);
    for (int i = 0; i < 20'000; ++i) {
        char text[64];
        const std::uint64_t bits = random();
        double number = 0;
        std::memcpy(&number, &bits, sizeof number);
        if (!std::isfinite(number)) { continue; }
        std::snprintf(text, sizeof text, "%.*g", static_cast<int>(1 + random() % 25), number);
        CAPTURE(text);
        REQUIRE(same_as_strtod(text));
        std::snprintf(text,
                      sizeof text,
                      "%.*f",
                      static_cast<int>(random() % 12),
                      static_cast<double>(random() % 1'000'000'000) / 1e6);
        CAPTURE(text);
        REQUIRE(same_as_strtod(text));
    }
}
