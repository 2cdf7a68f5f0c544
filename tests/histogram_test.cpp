// Tests of wick/histogram.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/bucket_sums.hpp>
#include <wick/histogram.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using three = wick::histogram<3>;
using two = wick::histogram<2>;

constexpr std::int64_t int64_max = (std::numeric_limits<std::int64_t>::max)();
constexpr std::int64_t int64_min = (std::numeric_limits<std::int64_t>::min)();

// HdrHistogram's index by its own formula, for a lowest value of 1.
std::int64_t hdr_index(std::int64_t value, unsigned precision_bits) {
    unsigned shift = 0;
    while (value >> shift >= std::int64_t{2} << precision_bits) { ++shift; }
    return (std::int64_t{shift} << precision_bits) + (value >> shift);
}

// Values of all magnitudes.
std::int64_t random_value(std::mt19937_64& random) {
    return static_cast<std::int64_t>((random() >> 11) >> random() % 53);
}

template <class Histogram>
Histogram record_all(const std::vector<std::int64_t>& values) {
    Histogram h;
    for (const std::int64_t v : values) { h.record(v); }
    CHECK(wick::validate(h).what == "");
    return h;
}

// What a reader of a file knows: the buckets alone.
template <class Histogram>
Histogram without_extras(const Histogram& h) {
    Histogram made;
    h.for_each_bucket([&](const wick::histogram_bucket& b) {
        CHECK(made.add_bucket(Histogram::index_of(b.low), b.count));
    });
    CHECK(wick::validate(made).what == "");
    return made;
}

three corrected_example() {
    three h;
    for (int i = 0; i < 10000; ++i) { CHECK(h.record_corrected(1000, 10000)); }
    CHECK(h.record_corrected(100000000, 10000));
    return h;
}

std::vector<std::int64_t> latencies(std::size_t n, unsigned seed) {
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> usual(std::log(1e6), 0.8);
    std::vector<std::int64_t> values(n);
    for (std::int64_t& v : values) { v = static_cast<std::int64_t>(usual(random)); }
    return values;
}

template <class Histogram>
void check_geometry() {
    std::int64_t next = 0;
    for (std::uint32_t i = 0; i < Histogram::bucket_count; ++i) {
        const std::int64_t low = Histogram::low_of(i);
        const std::int64_t high = Histogram::high_of(i);
        REQUIRE(low == next);
        REQUIRE(Histogram::index_of(low) == i);
        REQUIRE(Histogram::index_of(high) == i);
        REQUIRE(hdr_index(low, Histogram::precision_bits) == i);
        REQUIRE(hdr_index(high, Histogram::precision_bits) == i);
        REQUIRE(((high - low) << Histogram::precision_bits) <= low);
        REQUIRE(Histogram::middle_of(i) == low + (high - low + 1) / 2);
        next = high + 1;
    }
    CHECK(next - 1 == Histogram::max_value);
    CHECK(Histogram::index_of(-1) == 0);
    CHECK(Histogram::index_of(int64_min) == 0);
    CHECK(Histogram::index_of(int64_max) == Histogram::bucket_count - 1);
}

// Every quantile is at most 2^-K of the true one above it, and never below.
template <class Histogram>
void check_error(std::vector<std::int64_t> values) {
    const Histogram h = record_all<Histogram>(values);
    std::sort(values.begin(), values.end());
    CHECK(h.count() == values.size());
    CHECK(h.least() == values.front());
    CHECK(h.greatest() == values.back());
    for (int i = 0; i <= 1000; ++i) {
        const double q = i / 1000.0;
        const std::uint64_t rank =
            wick::detail::percentile_rank(q * 100, values.size(), wick::rank_rule::java);
        const std::int64_t exact = values[static_cast<std::size_t>(rank - 1)];
        const std::int64_t told = h.quantile(q);
        REQUIRE(told >= (i == 0 ? values.front() : exact));
        REQUIRE(((told - exact) << Histogram::precision_bits) <= exact);
    }
    CHECK(h.quantile(0) == values.front());
    CHECK(h.quantile(1) == values.back());
}

} // namespace

TEST_CASE("histogram: buckets are HdrHistogram's, without a gap, for 3 and for 2 digits") {
    check_geometry<three>();
    check_geometry<two>();
    const std::uint32_t at = three::index_of(123456789); // as Java has it
    CHECK(three::low_of(at) == 123404288);
    CHECK(three::high_of(at) == 123469823);
    CHECK(three::middle_of(at) == 123437056);
    const std::uint32_t at_two = two::index_of(123456789);
    CHECK(two::low_of(at_two) == 123207680);
    CHECK(two::high_of(at_two) == 123731967);
    CHECK(two::middle_of(at_two) == 123469824);
}

TEST_CASE("histogram: the index through a double is HdrHistogram's for random values") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 300000; ++i) {
        const std::int64_t v = random_value(random);
        REQUIRE(three::index_of(v) == hdr_index(v, three::precision_bits));
        REQUIRE(two::index_of(v) == hdr_index(v, two::precision_bits));
    }
}

TEST_CASE("histogram: an empty one answers with zeros and allocates nothing") {
    const three none;
    CHECK(none.empty());
    CHECK(none.counts().empty());
    CHECK(!wick::validate(none));
    CHECK(none.exact());
    CHECK(none.count() + none.below() + none.above() == 0);
    CHECK(none.least() + none.greatest() + none.quantile(0.5) + none.quantile(1) == 0);
    CHECK(none.sum() + none.mean() + none.stddev() == 0);
    CHECK(none.share_at_or_below(5) == 1);
    CHECK(none.share_above(5) == 0);
    CHECK(none.count_between(0, three::max_value) == 0);
    CHECK(none.quantile_interval(0.5) == wick::value_interval{0, three::max_value});
    const wick::histogram_figures f = none.figures();
    CHECK(f.count == 0);
    CHECK(f.mean + f.stddev == 0);
}

TEST_CASE("histogram: quantiles are within the stated bound, the extremes exact") {
    std::mt19937_64 random(2);
    std::vector<std::int64_t> wide(200000);
    for (std::int64_t& v : wide) { v = random_value(random); }
    check_error<three>(wide);
    check_error<two>(wide);
    check_error<three>(latencies(200000, 3));
    check_error<two>(latencies(200000, 4));
    check_error<three>({5});
    check_error<three>({three::max_value, 0});
}

TEST_CASE("histogram: each of a million values is within the bound of its bucket") {
    std::mt19937_64 random(5);
    for (int i = 0; i < 500000; ++i) {
        const std::int64_t v = random_value(random);
        const std::int64_t high = three::high_of(three::index_of(v));
        const std::int64_t high_two = two::high_of(two::index_of(v));
        REQUIRE(high >= v);
        REQUIRE(((high - v) << 10) <= v);
        REQUIRE(high_two >= v);
        REQUIRE(((high_two - v) << 7) <= v);
    }
}

TEST_CASE("histogram: sum and mean are exact where doubles and 64 bits are not") {
    three h;
    for (int i = 0; i < 5000; ++i) { h.record(three::max_value); } // beyond 2^64, through a lane
    CHECK(h.total() == wick::wide_sum{(5000ull << 53) - 5000, 5000 >> 11});
    CHECK(std::fabs(h.mean() - 9007199254740991.0) <= 1);
    three many;
    CHECK(many.record(three::max_value, three::max_count));
    wick::wide_sum sum;
    sum.add_product(static_cast<std::uint64_t>(three::max_value), three::max_count);
    CHECK(many.total() == sum);
    CHECK(many.count() == three::max_count);
    CHECK(!wick::validate(many));
    CHECK(many.stddev() == 0);
}

TEST_CASE("histogram: a sum of 128 bits carries, borrows and multiplies") {
    constexpr std::uint64_t all = ~std::uint64_t{0};
    wick::wide_sum sum;
    sum.add_product(all, all);
    CHECK(sum == wick::wide_sum{1, all - 1});
    sum.add(all);
    CHECK(sum == wick::wide_sum{0, all});
    sum.subtract({1, 0});
    CHECK(sum == wick::wide_sum{all, all - 1});
    CHECK(wick::wide_sum{all, 0} < wick::wide_sum{0, 1});
    CHECK(wick::wide_sum{0, 1}.to_double() == 18446744073709551616.0);
}

TEST_CASE("histogram: values out of the range are clamped and counted") {
    three h;
    for (const std::int64_t v : {std::int64_t{-1}, int64_min, std::int64_t{0}}) { h.record(v); }
    h.record(three::max_value + 1);
    h.record(int64_max);
    h.record(three::max_value);
    CHECK(h.record(-7, 2));
    CHECK(h.record(int64_max, 3));
    CHECK(h.count() == 11);
    CHECK(h.below() == 4);
    CHECK(h.above() == 5);
    CHECK(h.least() == 0);
    CHECK(h.greatest() == three::max_value);
    wick::wide_sum sum;
    sum.add_product(static_cast<std::uint64_t>(three::max_value), 6);
    CHECK(h.total() == sum);
    CHECK(!wick::validate(h));
}

TEST_CASE("histogram: durations of any kind are nanoseconds, clamped before they overflow") {
    using namespace std::chrono_literals;
    using seconds = std::chrono::duration<double>;
    three h;
    h.record(3ms);
    h.record(seconds(1.5e-6));
    h.record(std::chrono::duration<int, std::ratio<1, 3>>(1));
    h.record(std::chrono::duration<std::int64_t, std::pico>(1999));
    CHECK(h.total() == wick::wide_sum{3000000 + 1500 + 333333333 + 1, 0});
    h.record(seconds(-0.5e-9));
    CHECK(h.below() == 0);
    h.record(-1ns);
    h.record(seconds(std::nan("")));
    h.record(seconds(-1e300));
    CHECK(h.below() == 3);
    h.record(std::chrono::nanoseconds(three::max_value));
    CHECK(h.above() == 0);
    h.record(std::chrono::nanoseconds(three::max_value + 1));
    h.record(std::chrono::hours(int64_max));
    h.record(seconds(1e300));
    h.record(seconds(std::numeric_limits<double>::infinity()));
    CHECK(h.above() == 4);
    CHECK(!wick::validate(h));
}

TEST_CASE("histogram: percentiles by Java's and by C's rule") {
    const three h = record_all<three>({1, 2, 2, 2, 2});
    const auto java = [&](double p) { return h.percentile(p); };
    const auto c = [&](double p) { return h.percentile(p, wick::rank_rule::c); };
    CHECK(java(0) == 1);
    CHECK(java(20) == 1);
    const double next = std::nextafter(20.0, 21.0);
    CHECK(java(next) == 1);
    CHECK(java(std::nextafter(next, 21.0)) == 2);
    CHECK(java(25) == 2);
    CHECK(c(25) == 1);
    CHECK(h.quantile(0.25) == 2);
    CHECK(h.quantile(0.25, wick::rank_rule::c) == 1);
    const three other = record_all<three>({20000000, 30000000, 100000000});
    CHECK(other.percentile(83.33) == 100000000);
    CHECK(other.percentile(83.33, wick::rank_rule::c) == three::high_of(three::index_of(30000000)));
    for (const double odd : {-1.0, -1e300, std::nan("")}) {
        CHECK(java(odd) == 1);
        CHECK(c(odd) == 1);
    }
    for (const double odd : {100.0, 101.0, 1e300}) {
        CHECK(java(odd) == 2);
        CHECK(c(odd) == 2);
    }
    // 0.07 * 100 is more than 7.
    for (std::uint64_t n = 1; n <= 100; ++n) {
        const double q = static_cast<double>(n) / 100;
        CHECK(wick::detail::percentile_rank(q * 100, 100, wick::rank_rule::java) == n);
    }
}

TEST_CASE("histogram: figures from buckets are Java's") {
    three raw;
    CHECK(raw.record(1000, 10000));
    raw.record(100000000);
    three lcg;
    std::uint64_t x = 12345;
    for (int i = 0; i < 10000; ++i) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        const std::uint64_t v = (x >> 33) % 1000000 + 1;
        lcg.record(static_cast<std::int64_t>(v * v / 1000));
    }
    const auto close = [](double a, double b) { return std::fabs(a - b) < 6e-7; };
    const three java_raw = without_extras(raw);
    CHECK(close(java_raw.mean(), 10996.417158));
    CHECK(close(java_raw.stddev(), 999641.715828));
    CHECK(java_raw.greatest() == 100007935);
    CHECK(java_raw.least() == 1000);
    const three java_cor = without_extras(corrected_example());
    CHECK(java_cor.count() == 20000);
    CHECK(close(java_cor.mean(), 25003006.699400));
    CHECK(close(java_cor.stddev(), 32276410.479123));
    CHECK(java_cor.quantile(0.5) == 1000);
    CHECK(java_cor.quantile(0.75) == 50003967);
    CHECK(java_cor.quantile(0.9) == 80019455);
    CHECK(java_cor.quantile(0.99) == 98041855);
    CHECK(java_cor.quantile(0.9999) == 100007935);
    CHECK(java_cor.quantile(1) == 100007935);
    const three java_lcg = without_extras(lcg);
    CHECK(close(java_lcg.mean(), 331118350.694100));
    CHECK(close(java_lcg.stddev(), 294636684.076744));
    CHECK(java_lcg.greatest() == 1000341503);
    CHECK(java_lcg.quantile(0.5) == 246022143);
    CHECK(java_lcg.quantile(0.9) == 801636351);
    CHECK(java_lcg.quantile(0.99) == 976748543);
    CHECK(java_lcg.quantile(0.999) == 997720063);
    // And with what is known beside the buckets.
    CHECK(raw.mean() == (10000 * 1000.0 + 1e8) / 10001);
    CHECK(raw.greatest() == 100000000);
    CHECK(raw.quantile(1) == 100000000);
    CHECK(std::fabs(raw.stddev() - java_raw.stddev()) < 1e-3);
}

TEST_CASE("histogram: quantiles in one pass are those one by one, and the figures too") {
    const three h = record_all<three>(latencies(20000, 6));
    const double qs[] = {0.999, 0.5, 0, 1, 0.25, 0.9999, 0.01, 0.99, -3, 7};
    constexpr std::size_t n = sizeof qs / sizeof *qs;
    std::int64_t together[n];
    std::int64_t beside[n];
    for (const wick::rank_rule rule : {wick::rank_rule::java, wick::rank_rule::c}) {
        h.quantiles(qs, n, together, rule);
        const wick::histogram_figures f = h.figures(qs, n, beside, rule);
        for (std::size_t i = 0; i < n; ++i) {
            CHECK(together[i] == h.quantile(qs[i], rule));
            CHECK(together[i] == beside[i]);
        }
        CHECK(f.count == h.count());
        CHECK(f.mean == h.mean());
        CHECK(f.stddev == h.stddev());
        CHECK(f.min == h.least());
        CHECK(f.max == h.greatest());
    }
}

TEST_CASE("histogram: the standard deviation is that of the middles of the buckets") {
    std::mt19937_64 random(8);
    for (int round = 0; round < 30; ++round) {
        three h;
        const std::uint64_t spread = std::uint64_t{1} << (random() % 50);
        for (int i = 0; i < 300; ++i) {
            h.record(static_cast<std::int64_t>(1000000 + random() % spread), 1 + random() % 9);
        }
        double mean = 0;
        double squares = 0;
        const auto middle = [](const wick::histogram_bucket& b) {
            return static_cast<double>(three::middle_of(three::index_of(b.low)));
        };
        const double n = static_cast<double>(h.count());
        h.for_each_bucket([&](const wick::histogram_bucket& b) {
            mean += middle(b) * static_cast<double>(b.count) / n;
        });
        h.for_each_bucket([&](const wick::histogram_bucket& b) {
            const double distance = middle(b) - mean;
            squares += distance * distance * static_cast<double>(b.count) / n;
        });
        INFO("seed 8, round ", round);
        CHECK(std::fabs(h.stddev() - std::sqrt(squares)) <= 1e-9 * h.stddev());
        // As many more as need the slow way.
        three more;
        h.for_each_bucket(
            [&](const wick::histogram_bucket& b) { CHECK(more.record(b.low, b.count << 40)); });
        CHECK(std::fabs(h.stddev() - more.stddev()) <= 1e-9 * h.stddev());
        CHECK(three::index_of(more.quantile(0.77)) == three::index_of(h.quantile(0.77)));
        CHECK(!wick::validate(more));
        CHECK(std::fabs(without_extras(more).mean() - without_extras(h).mean()) <= 1e-9 * mean);
    }
    CHECK(record_all<three>(std::vector<std::int64_t>(1000, 123456789)).stddev() == 0);
    const three apart = record_all<three>({1000, 1000, 1001, 1001});
    CHECK(apart.stddev() == 0.5);
}

TEST_CASE("histogram: correction adds what a stall kept from being measured") {
    const three h = corrected_example();
    CHECK(h.count() == 20000);
    CHECK(h.exact());
    CHECK(!wick::validate(h));
    std::mt19937_64 random(9);
    for (int round = 0; round < 200; ++round) {
        const std::int64_t value = static_cast<std::int64_t>(random() >> 44); // up to 10^6
        const std::int64_t interval =
            static_cast<std::int64_t>((random() % 1000000) >> random() % 20);
        three slow;
        slow.record(value);
        for (std::int64_t m = value - interval; interval > 0 && m >= interval; m -= interval) {
            slow.record(m);
        }
        three fast;
        CHECK(fast.record_corrected(value, interval));
        INFO("seed 9, round ", round, ", ", value, " each ", interval);
        REQUIRE(fast == slow);
    }
    three no_interval;
    CHECK(no_interval.record_corrected(1000, 0));
    CHECK(no_interval.record_corrected(1000, -5));
    CHECK(no_interval.record_corrected(-1000, 5));
    CHECK(no_interval.record_corrected(1000, 1000));
    CHECK(no_interval.count() == 4);
    CHECK(no_interval.below() == 1);
}

TEST_CASE("histogram: correction by a hostile ratio takes a step a bucket, not one a value") {
    three h;
    CHECK(h.record_corrected(int64_max, 1));
    CHECK(h.count() == static_cast<std::uint64_t>(three::max_value));
    CHECK(h.above() == 1);
    CHECK(h.least() == 1);
    wick::wide_sum sum; // n (n + 1) / 2
    sum.add_product(std::uint64_t{1} << 52, static_cast<std::uint64_t>(three::max_value));
    CHECK(h.total() == sum);
    CHECK(!wick::validate(h));
    for (int i = 1; i < 1024; ++i) { CHECK(h.record_corrected(three::max_value, 1)); }
    const three before = h;
    CHECK(!h.record_corrected(three::max_value, 1)); // would be more than max_count
    CHECK(h == before);
}

TEST_CASE("histogram: merging is recording both, in any order and grouping") {
    std::mt19937_64 random(10);
    for (int round = 0; round < 20; ++round) {
        std::vector<std::int64_t> values[3];
        for (auto& v : values) {
            const std::uint64_t shift = random() % 40;
            for (std::uint64_t i = random() % 300; i > 0; --i) {
                v.push_back(random_value(random) >> shift);
            }
            if (random() % 4 == 0) { v.push_back(-1); }
            if (random() % 4 == 0) { v.push_back(int64_max); }
        }
        std::vector<std::int64_t> all;
        for (const auto& v : values) { all.insert(all.end(), v.begin(), v.end()); }
        const three a = record_all<three>(values[0]);
        const three b = record_all<three>(values[1]);
        const three c = record_all<three>(values[2]);
        const auto merged = [](three x, const three& y) {
            CHECK(!x.merge(y));
            CHECK(!wick::validate(x));
            return x;
        };
        INFO("seed 10, round ", round);
        CHECK(merged(a, b) == merged(b, a));
        CHECK(merged(merged(a, b), c) == merged(a, merged(b, c)));
        CHECK(merged(merged(a, b), c) == record_all<three>(all));
        // The same, of 2 digits from 3.
        two folded;
        CHECK(!folded.merge(a));
        CHECK(!folded.merge(b));
        CHECK(!folded.merge(c));
        CHECK(folded == record_all<two>(all));
        CHECK(!wick::validate(folded));
    }
    three twice = record_all<three>({5, 5000000});
    CHECK(!twice.merge(twice));
    CHECK(twice == record_all<three>({5, 5000000, 5, 5000000}));
}

TEST_CASE("histogram: merging derived figures leaves them derived") {
    const three a = without_extras(record_all<three>({1000001}));
    three b = record_all<three>({7, 2000001});
    CHECK(!b.merge(a));
    CHECK(!b.exact());
    CHECK(!wick::validate(b));
    CHECK(b.least() == 7);
    two folded;
    CHECK(!folded.merge(a));
    CHECK(folded.least() == two::low_of(two::index_of(1000001)));
    CHECK(folded.greatest() == two::high_of(two::index_of(1000001)));
    CHECK(folded == without_extras(record_all<two>({1000001})));
}

TEST_CASE("histogram: counts that add up to too many are refused and nothing changes") {
    three h = record_all<three>({1, 2, 3});
    const three before = h;
    three full;
    CHECK(full.record(9, three::max_count - 2));
    CHECK(h.merge(full).what == "the counts add up to 2^63 or more");
    CHECK(two(record_all<two>({1, 2, 3})).merge(full).what != "");
    CHECK(!h.record(5, three::max_count));
    CHECK(!h.record(5, ~std::uint64_t{0}));
    CHECK(!h.add_bucket(5, three::max_count - 2));
    CHECK(!h.add_bucket(three::bucket_count, 1));
    CHECK(h == before);
    CHECK(h.record(5, 0));
    CHECK(h.add_bucket(5, 0));
    CHECK(h == before);
    CHECK(h.exact());
}

TEST_CASE("histogram: counts of consecutive buckets are added in one go or not at all") {
    const three known = record_all<three>(latencies(3000, 11));
    three h;
    CHECK(h.add_buckets(known.first_index(), known.counts().data(), known.counts().size()));
    CHECK(h == without_extras(known));
    CHECK(!wick::validate(h));
    three piecewise;
    for (std::size_t i = 0; i < known.counts().size(); i += 100) {
        const std::size_t n = (std::min)(std::size_t{100}, known.counts().size() - i);
        const auto first = known.first_index() + static_cast<std::uint32_t>(i);
        CHECK(piecewise.add_buckets(first, known.counts().data() + i, n));
    }
    CHECK(piecewise == h);
    // Zeros in front, for which there is no room and need not be.
    std::vector<std::uint64_t> padded(known.first_index());
    padded.insert(padded.end(), known.counts().begin(), known.counts().end());
    three from_zero;
    CHECK(from_zero.add_buckets(0, padded.data(), padded.size()));
    CHECK(from_zero == h);
    const three before = h;
    const std::uint64_t zeros[3] = {};
    const std::uint64_t most[3] = {0, three::max_count, 0};
    const std::uint64_t much[2] = {three::max_count - 5, 6};
    const std::uint64_t wraps[4] = {~std::uint64_t{0}, 2, ~std::uint64_t{0}, 2};
    three other;
    CHECK(other.add_buckets(7, zeros, 3));
    CHECK(other.add_buckets(three::bucket_count, zeros, 0));
    CHECK(other == three());
    CHECK(!other.add_buckets(7, much, 2));
    CHECK(!other.add_buckets(7, wraps, 4));
    CHECK(!other.add_buckets(three::bucket_count - 2, zeros, 3));
    CHECK(!other.add_buckets(~0u, zeros, 3));
    CHECK(other == three());
    CHECK(other.add_buckets(three::bucket_count - 3, most, 3));
    CHECK(other.count() == three::max_count);
    CHECK(!wick::validate(other));
    CHECK(!h.add_buckets(0, most, 3));
    CHECK(h == before);
}

TEST_CASE("histogram: subtracting an earlier state leaves what came after it") {
    std::mt19937_64 random(12);
    for (int round = 0; round < 30; ++round) {
        three h;
        for (std::uint64_t i = random() % 300; i > 0; --i) { h.record(random_value(random) - 1); }
        const three earlier = h;
        three later;
        for (std::uint64_t i = random() % 300; i > 0; --i) {
            const std::int64_t v = random_value(random) >> random() % 30;
            h.record(v);
            later.record(v);
        }
        CHECK(!h.subtract(earlier));
        INFO("seed 12, round ", round);
        CHECK(!wick::validate(h));
        CHECK(h.total() == later.total());
        CHECK(h.exact_sum());
        CHECK(h.exact_extremes() == (earlier.empty() || later.empty()));
        if (!h.exact() && !later.empty()) {
            CHECK(h.least() == three::low_of(three::index_of(later.least())));
            CHECK(h.greatest() == three::high_of(three::index_of(later.greatest())));
            CHECK(!h.set_exact(later.total(), later.least(), later.greatest()));
        }
        CHECK(h == later);
    }
    three same = record_all<three>({-1, 5, int64_max});
    CHECK(!same.subtract(same));
    CHECK(same == three());
}

TEST_CASE("histogram: nothing is left of what was derived, and its sum is that of nothing") {
    three known = record_all<three>({5, 1000001});
    CHECK(!known.subtract(without_extras(known)));
    CHECK(known == three());
    CHECK(!wick::validate(known));
    three partly = record_all<three>({5, 1000001});
    CHECK(partly.add_bucket(7, 1));
    CHECK(!partly.subtract(partly));
    CHECK(partly == three());
    CHECK(!wick::validate(partly));
}

TEST_CASE("histogram: what is no earlier state is not taken away") {
    const std::vector<std::vector<std::int64_t>> others = {
        {6},               // another bucket
        {5, 5},            // more of one
        {1, 5000000},      // beyond the window
        {2049},            // the same bucket, another sum
        {-1},              // clamped, where there was a 0
        {0, 5, 2048, 2048} // all of it, and more
    };
    for (const auto& other : others) {
        three h = record_all<three>({0, 5, 2048});
        CHECK(h.subtract(record_all<three>(other)).what ==
              "what is taken away is no earlier state of the histogram");
        CHECK(h == record_all<three>({0, 5, 2048}));
        CHECK(!wick::validate(h));
    }
    three clamped = record_all<three>({-1});
    CHECK(clamped.subtract(record_all<three>({0})).what != ""); // one below 0 of no values
    CHECK(three().subtract(record_all<three>({0})).what != "");
    CHECK(!clamped.subtract(three()));
}

TEST_CASE("histogram: what is told beside the buckets must agree with them") {
    const three known = record_all<three>({-1, 1001, 5000001, int64_max});
    three h = without_extras(known);
    CHECK(!h.exact());
    CHECK(h.least() == 0);
    struct row {
        wick::wide_sum sum;
        std::int64_t least, greatest;
    };
    const row bad[] = {
        {known.total(), 1, known.greatest()},
        {known.total(), -1, known.greatest()},
        {known.total(), 0, 5000001},
        {known.total(), 0, int64_max},
        {{0, 0}, 0, known.greatest()},
        {{0, 1}, 0, known.greatest()},
    };
    for (const row& r : bad) {
        const three before = h;
        CHECK(h.set_exact(r.sum, r.least, r.greatest).what != "");
        CHECK(h == before);
    }
    CHECK(!h.set_exact(known.total(), known.least(), known.greatest()));
    CHECK(h.set_clamped(2, 0).what != "");
    CHECK(h.set_clamped(0, 2).what != "");
    CHECK(h != known);
    CHECK(!h.set_clamped(1, 1));
    CHECK(h == known);
    three swapped = without_extras(record_all<three>({5000001}));
    CHECK(swapped.set_exact({5000001, 0}, 5000002, 5000001).what != "");
    CHECK(three().set_exact({}, 0, 0).what != "");
}

TEST_CASE("histogram: the window grows at both ends, and content is what compares") {
    std::vector<std::int64_t> values;
    for (int e = 0; e < 53; ++e) { values.push_back((std::int64_t{1} << e) + 1); }
    const three up = record_all<three>(values);
    std::reverse(values.begin(), values.end());
    const three down = record_all<three>(values);
    std::mt19937_64 random(13);
    std::shuffle(values.begin(), values.end(), random);
    CHECK(up == down);
    CHECK(up == record_all<three>(values));
    three narrow = record_all<three>({1500000, 1000});
    three roomy;
    roomy.reserve(0, three::max_value);
    CHECK(roomy.counts().size() == three::bucket_count);
    roomy.record(1500000);
    roomy.record(1000);
    CHECK(roomy == narrow);
    CHECK(!wick::validate(roomy));
    CHECK(narrow.counts().size() == 12 * 1024);
    CHECK(narrow.first_index() == 0);
    CHECK(record_all<three>({1500000}).counts().size() == 1024);
    CHECK(narrow.count_at(three::index_of(1500000)) == 1);
    CHECK(narrow.count_at(three::bucket_count + 5) == 0);
    roomy.reset();
    CHECK(roomy == three());
    CHECK(roomy.counts().size() == three::bucket_count);
    roomy.record(7);
    CHECK(roomy == record_all<three>({7}));
}

TEST_CASE("histogram: a copy is apart, what was moved from is empty and of use") {
    three h = record_all<three>({3, 4000, 5000000});
    three copy = h;
    copy.record(9);
    CHECK(h.count() == 3);
    CHECK(copy.count() == 4);
    const three moved = std::move(h);
    CHECK(moved == record_all<three>({3, 4000, 5000000}));
    three other = std::move(copy);
    for (three* left : {&h, &copy}) {
        CHECK(left->empty());
        left->record(4000);
        CHECK(*left == record_all<three>({4000}));
    }
    other = moved;
    CHECK(other == moved);
    other = std::move(h);
    CHECK(other == record_all<three>({4000}));
    swap(other, copy);
    CHECK(copy == other);
}

TEST_CASE("histogram: counts and shares are of whole buckets") {
    const three h = record_all<three>({0, 5, 5, 1000, 2048, 2049, 5000000});
    CHECK(h.count_between(0, three::max_value) == 7);
    CHECK(h.count_between(5, 5) == 2);
    CHECK(h.count_between(2049, 2049) == 2); // with 2048, in one bucket
    CHECK(h.count_between(6, 999) == 0);
    CHECK(h.count_between(9, 3) == 0);
    CHECK(h.count_between(-5, 5) == 3);
    CHECK(h.count_between(6000000, int64_max) == 0);
    CHECK(h.share_above(5) == 4.0 / 7);
    CHECK(h.share_above(2048) == 1.0 / 7);
    CHECK(h.share_above(-1) == 1);
    CHECK(h.share_at_or_below(5) == 3.0 / 7);
    CHECK(h.share_at_or_below(int64_max) == 1);
    std::vector<wick::histogram_bucket> buckets;
    h.for_each_bucket([&](const wick::histogram_bucket& b) { buckets.push_back(b); });
    REQUIRE(buckets.size() == 5);
    CHECK(buckets[1] == wick::histogram_bucket{5, 5, 2});
    CHECK(buckets[3] == wick::histogram_bucket{2048, 2049, 2});
    CHECK(buckets[4] == wick::histogram_bucket{4997120, 5001215, 1});
}

TEST_CASE("histogram: the interval of a quantile is that of its order statistics") {
    three h; // of the values 1 … n, whose ranks they are
    struct row {
        std::int64_t n;
        double q;
        std::int64_t low, high;
    };
    for (const row& r : {row{20, 0.5, 6, 15}, row{100, 0.9, 84, 96}, row{1000, 0.99, 983, 997}}) {
        h.reset();
        for (std::int64_t v = 1; v <= r.n; ++v) { h.record(v); }
        CHECK(h.quantile_interval(r.q) == wick::value_interval{r.low, r.high});
    }
    CHECK(h.quantile_interval(0.9999) == wick::value_interval{999, three::max_value});
    CHECK(h.quantile_interval(0.0001) == wick::value_interval{0, 2});
    // It has the true quantile about as often as it says.
    std::mt19937_64 random(14);
    std::lognormal_distribution<double> usual(std::log(1e6), 0.8);
    const double truth = std::exp(std::log(1e6) + 0.8 * 1.2815515655446004); // the .9 quantile
    int covered = 0;
    for (int round = 0; round < 400; ++round) {
        h.reset();
        for (int i = 0; i < 500; ++i) { h.record(static_cast<std::int64_t>(usual(random))); }
        const wick::value_interval i = h.quantile_interval(0.9);
        covered += static_cast<double>(i.low) <= truth && truth <= static_cast<double>(i.high);
    }
    CHECK(covered >= 370); // 380 expected at least, within 2.3 standard deviations
}

TEST_CASE("histogram: the interval of a quantile of very many values") {
    three h;
    CHECK(h.record(1000, 1000000000000));
    CHECK(h.record(2000, 1000000000000));
    CHECK(h.quantile_interval(0.25) == wick::value_interval{1000, 1000});
    CHECK(h.quantile_interval(0.5) == wick::value_interval{1000, 2000});
    CHECK(h.quantile_interval(0.501) == wick::value_interval{2000, 2000});
}

TEST_CASE("histogram: sums of several counts at a time are sums") {
    std::mt19937_64 random(15);
    for (std::size_t n = 8; n <= 1024; n *= 2) {
        std::vector<std::uint64_t> a(n);
        std::vector<std::uint64_t> b(n);
        for (std::size_t i = 0; i < n; ++i) {
            b[i] = random() >> (random() % 50 + 14);
            a[i] = b[i] + (random() % 3 == 0 ? random() % 1000 : 0);
        }
        wick::detail::place_sums sums;
        for (std::size_t j = 0; j < n; ++j) {
            sums.counts += a[j];
            sums.first += a[j] * j;
            sums.second += a[j] * j * j;
        }
        const wick::detail::place_sums found = wick::detail::sums_of(a.data(), n);
        CHECK(found.counts == sums.counts);
        CHECK(found.first == sums.first);
        CHECK(found.second == sums.second);
        CHECK(wick::detail::sum_of(a.data(), n) == sums.counts);
        CHECK(wick::detail::sum_of(a.data() + 1, n - 3) ==
              sums.counts - a[0] - a[n - 1] - a[n - 2]);
        CHECK(wick::detail::none_less(a.data(), b.data(), n));
        const std::size_t at = random() % n;
        const std::uint64_t was = b[at];
        for (const std::uint64_t more : {a[at] + 1, ~std::uint64_t{0}}) {
            b[at] = more;
            CHECK(!wick::detail::none_less(a.data(), b.data(), n));
        }
        b[at] = was;
        for (int i = 0; i < 50; ++i) {
            const std::uint64_t rank = 1 + random() % sums.counts;
            std::size_t place = 0;
            for (std::uint64_t before = a[0]; before < rank; before += a[++place]) {}
            REQUIRE(wick::detail::find_rank(a.data(), n, rank) == place);
        }
        CHECK(wick::detail::find_rank(a.data(), n, sums.counts + 5) == n - 1);
        std::vector<std::uint64_t> c = a;
        wick::detail::add_counts<true>(c.data(), b.data(), n);
        for (std::size_t i = 0; i < n; ++i) { REQUIRE(c[i] == a[i] - b[i]); }
        wick::detail::add_counts<false>(c.data(), b.data(), n);
        CHECK(c == a);
    }
}
