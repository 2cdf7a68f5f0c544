// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "protobuf_decode.hpp"

#include <wick/format/ddsketch.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

using protobuf_decode::message;

namespace {

// A sketch as the Go and Java libraries take it.
struct sketch {
    double gamma = 0;
    double zero = 0;
    std::map<std::int64_t, double> bins;
    bool as_map = false;

    double count() const {
        double sum = zero;
        for (const auto& [index, n] : bins) { sum += n; }
        return sum;
    }
    // The first bin whose cumulative count is more than q * (n - 1), and its middle.
    double quantile(double q) const {
        const double rank = q * (count() - 1);
        double cumulative = zero;
        if (cumulative > rank) { return 0; }
        const double alpha = (gamma - 1) / (gamma + 1);
        double value = 0;
        for (const auto& [index, n] : bins) {
            cumulative += n;
            value = std::pow(gamma, static_cast<double>(index)) * (1 + alpha);
            if (cumulative > rank) { break; }
        }
        return value;
    }
};

template <int Digits>
sketch read(const wick::histogram<Digits>& values, const wick::ddsketch_options& options = {}) {
    const auto made = wick::to_ddsketch(values, options);
    CHECK(made.error.message() == "");
    const message m(made.value);
    sketch s;
    const message mapping = m.inner(1);
    s.gamma = mapping.real(1);
    CHECK(mapping.numbers() == std::vector<std::uint64_t>{1}); // no offset, no interpolation
    if (m.count(4) != 0) { s.zero = m.real(4); }
    CHECK(m.count(3) == 0);
    if (m.count(2) == 0) { return s; }
    const message store = m.inner(2);
    for (const message& bin : store.all(1)) {
        s.as_map = true;
        s.bins[bin.sint(1)] = bin.real(2);
    }
    if (store.count(2) != 0) {
        CHECK_FALSE(s.as_map);
        std::int64_t index = store.sint(3);
        for (const double n : store.packed_reals(2)) {
            if (n > 0) { s.bins[index] = n; }
            ++index;
        }
    }
    return s;
}

} // namespace

TEST_CASE("ddsketch: known bins") {
    wick::histogram<> h;
    for (const std::int64_t v : {0, 1, 1, 100, 1000}) { h.record(v); }
    wick::ddsketch_options options;
    options.decimals = 0;
    options.accuracy = 1.0 / 3; // gamma is 2
    const sketch s = read(h, options);
    CHECK(s.gamma == doctest::Approx(2).epsilon(1e-15));
    CHECK(s.zero == 1);
    REQUIRE(s.bins.size() == 3);
    CHECK(s.bins.at(0) == 2); // from 1, inclusive
    CHECK(s.bins.at(6) == 1); // from 64
    CHECK(s.bins.at(9) == 1); // from 512
    CHECK(read(wick::histogram<>()).count() == 0);
}

TEST_CASE("ddsketch: quantiles are within the bound of those of the values") {
    std::mt19937_64 random(4);
    std::lognormal_distribution<double> shape(std::log(1e6), 2);
    for (const double accuracy : {0.05, 0.01, 0.002}) {
        std::vector<std::int64_t> values;
        wick::histogram<2> coarse;
        wick::histogram<3> fine;
        for (int i = 0; i < 10000; ++i) {
            values.push_back(static_cast<std::int64_t>(shape(random)));
            coarse.record(values.back());
            fine.record(values.back());
        }
        std::sort(values.begin(), values.end());
        wick::ddsketch_options options;
        options.accuracy = accuracy;
        const sketch of_coarse = read(coarse, options);
        const sketch of_fine = read(fine, options);
        CHECK(of_coarse.count() == 10000);
        CHECK(of_fine.count() == 10000);
        double worst_coarse = 0;
        double worst_fine = 0;
        for (double q = 0; q <= 1; q += 0.001) {
            const auto rank = static_cast<std::size_t>(q * 9999);
            const double exact = static_cast<double>(values[rank]) / 1e9;
            const auto error = [&](const sketch& s) {
                return std::fabs(s.quantile(q) - exact) / exact;
            };
            worst_coarse = (std::max)(worst_coarse, error(of_coarse));
            worst_fine = (std::max)(worst_fine, error(of_fine));
        }
        // A bin's middle is `accuracy` from its ends, and a value may be in the next bin.
        CHECK(worst_fine <= (1 + accuracy) * (1 + std::ldexp(1.0, -11)) - 1 + 1e-9);
        CHECK(worst_coarse <= (1 + accuracy) * (1 + std::ldexp(1.0, -8)) - 1 + 1e-9);
        CHECK(worst_coarse > accuracy * 0.9); // bins are as wide as that
    }
}

TEST_CASE("ddsketch: few bins far apart are a map, many together a list") {
    wick::histogram<> h;
    h.record(1);
    h.record((std::numeric_limits<std::int64_t>::max)());
    wick::ddsketch_options options;
    options.accuracy = 0.0001; // 183,689 bins, of which 2 are used
    const sketch s = read(h, options);
    CHECK(s.as_map);
    CHECK(s.bins.size() == 2);
    CHECK(s.count() == 2);
    CHECK(wick::to_ddsketch(h, options).value.size() < 64);
    wick::histogram<> close;
    for (std::int64_t v = 1; v < 3000; ++v) { close.record(v * 1000); }
    options.accuracy = 0.01;
    const sketch dense = read(close, options);
    CHECK(dense.count() == 2999);
    CHECK_FALSE(dense.as_map);
}

TEST_CASE("ddsketch: options out of their range") {
    const wick::histogram<> h;
    wick::ddsketch_options options;
    for (const double accuracy : {0.0, -1.0, 0.00009, 0.6, std::nan("")}) {
        options.accuracy = accuracy;
        CHECK(wick::to_ddsketch(h, options).error.message() ==
              "a relative accuracy is from 0.0001 to 0.5");
    }
    options.accuracy = 0.5;
    CHECK(wick::to_ddsketch(h, options));
    options.decimals = -1;
    CHECK(wick::to_ddsketch(h, options).error.message() == "decimals are from 0 to 18");
}
