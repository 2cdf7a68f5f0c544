// wick/histogram.hpp - the value for durations: counts in buckets of a fixed relative width.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_HISTOGRAM_HPP
#define WICK_HISTOGRAM_HPP

#include <wick/detail/bucket_sums.hpp> // several counts at a time
#include <wick/detail/statistics.hpp>  // the ranks of an interval of confidence
#include <wick/result.hpp>             // what merge, subtract and validate return
#include <wick/version.hpp>

#include <algorithm>   // std::min, std::max, std::fill
#include <cmath>       // std::nextafter, std::ceil, std::sqrt
#include <cstddef>     // std::size_t
#include <cstdint>     // values and counts
#include <cstring>     // std::memcpy, for the bits of a double
#include <limits>      // infinity
#include <string>      // errors
#include <type_traits> // floating point durations
#include <utility>     // std::swap, std::pair
#include <vector>      // the counts

WICK_BEGIN_NAMESPACE

/// How a quantile becomes the rank of a value among n in order. The ports of HdrHistogram disagree.
enum class rank_rule : std::uint8_t {
    java, ///< the percentage rounded down by one unit in the last place, times n, rounded up
    c,    ///< the percentage times n, rounded to the nearest: what the ports to C, Go, Python do
};

/// The values low … high, both inclusive, and how many of them were recorded.
struct histogram_bucket {
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::uint64_t count = 0;

    friend bool operator==(const histogram_bucket& a, const histogram_bucket& b) {
        return a.low == b.low && a.high == b.high && a.count == b.count;
    }
    friend bool operator!=(const histogram_bucket& a, const histogram_bucket& b) {
        return !(a == b);
    }
};

/// The values low … high, both inclusive.
struct value_interval {
    std::int64_t low = 0;
    std::int64_t high = 0;

    friend bool operator==(const value_interval& a, const value_interval& b) {
        return a.low == b.low && a.high == b.high;
    }
    friend bool operator!=(const value_interval& a, const value_interval& b) { return !(a == b); }
};

/// A whole number of 128 bits: a sum that cannot overflow, of 2^64 values below 2^53.
struct wide_sum {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    void add(std::uint64_t value) noexcept {
        low += value;
        high += low < value ? 1 : 0;
    }
    void add(const wide_sum& other) noexcept {
        add(other.low);
        high += other.high;
    }
    /// Takes away what is not greater.
    void subtract(const wide_sum& other) noexcept {
        high -= other.high + (low < other.low ? 1 : 0);
        low -= other.low;
    }
    void add_product(std::uint64_t a, std::uint64_t b) noexcept {
        constexpr std::uint64_t half = 0xffffffff;
        const std::uint64_t low_high = (a & half) * (b >> 32);
        const std::uint64_t high_low = (a >> 32) * (b & half);
        add((a & half) * (b & half));
        add({low_high << 32, low_high >> 32});
        add({high_low << 32, high_low >> 32});
        high += (a >> 32) * (b >> 32);
    }
    /// Returns it as a double, to within a unit in the last place; exact below 2^53.
    [[nodiscard]] double to_double() const noexcept {
        return static_cast<double>(high) * 18446744073709551616.0 + static_cast<double>(low);
    }

    friend bool operator==(const wide_sum& a, const wide_sum& b) {
        return a.low == b.low && a.high == b.high;
    }
    friend bool operator!=(const wide_sum& a, const wide_sum& b) { return !(a == b); }
    friend bool operator<(const wide_sum& a, const wide_sum& b) {
        return a.high != b.high ? a.high < b.high : a.low < b.low;
    }
};

/// What one pass over a histogram tells.
struct histogram_figures {
    std::uint64_t count = 0;
    double mean = 0;
    double stddev = 0; ///< of the population
    std::int64_t min = 0;
    std::int64_t max = 0;
};

namespace detail {

/// Returns which of n values in order, counted from 1, stands for a percentile; n > 0.
[[nodiscard]] inline std::uint64_t
percentile_rank(double percent, std::uint64_t n, rank_rule rule) noexcept {
    if (percent >= 100) { return n; }
    const double count = static_cast<double>(n);
    double rank = 0;
    if (rule == rank_rule::c) {
        rank = std::floor(percent / 100 * count + 0.5);
    } else {
        // One unit down, since 0.07 * 100 is more than 7; and multiplied first, to round once less.
        rank = std::ceil(std::nextafter(percent, -infinity) * count / 100);
    }
    if (!(rank > 1)) { return 1; } // which is for NaN too
    return rank >= count ? n : static_cast<std::uint64_t>(rank);
}

/// Returns the exponent and the first bits of the mantissa of a value as a double: from 2^Bits on,
/// one more for each bucket. Negative values and those from 2^53 on have greater keys than any
/// bucket: one comparison finds them all.
template <unsigned Bits>
[[nodiscard]] std::uint64_t bucket_key(std::int64_t value) noexcept {
    const double number = static_cast<double>(value);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    return bits >> (52 - Bits);
}

[[nodiscard]] constexpr std::int64_t greatest_divisor(std::int64_t a, std::int64_t b) noexcept {
    while (b != 0) {
        const std::int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/// Returns a std::chrono::duration in nanoseconds, rounded to 0; -1 for all below and what is not a
/// number, 2^53 for all from there on. By its members: <chrono> is dear for who has none.
template <class Duration>
[[nodiscard]] std::int64_t to_nanoseconds(const Duration& elapsed) noexcept {
    using period = typename Duration::period;
    constexpr std::int64_t common = greatest_divisor(1000000000, period::den);
    constexpr std::int64_t times = period::num * (1000000000 / common);
    constexpr std::int64_t by = period::den / common;
    constexpr double limit = 9007199254740992.0;
    // A double says whether whole numbers can overflow.
    const double about =
        static_cast<double>(elapsed.count()) * static_cast<double>(times) / static_cast<double>(by);
    if (!(about > -1)) { return -1; }
    if (about >= limit) { return std::int64_t{1} << 53; }
    if constexpr (std::is_integral_v<typename Duration::rep>) {
        const auto count = static_cast<std::int64_t>(elapsed.count());
        return count / by * times + count % by * times / by;
    } else {
        return static_cast<std::int64_t>(about);
    }
}

} // namespace detail

/// Counts of values in buckets whose width is at most 2^-K of the values within (K = 10 for 3
/// significant digits, 7 for 2), and 1 below 2^(K + 1), over 0 … 2^53 - 1 without a range to be
/// guessed beforehand: HdrHistogram's geometry, for a lowest value of 1. The unit is the user's,
/// nanoseconds by convention. Count, sum, least and greatest value are kept exactly beside the
/// buckets. What lies outside of the range is clamped into it and counted as `below()` or
/// `above()`.
/// Allocation: one vector, the octaves between the least and the greatest value: 8 KiB each for 3
/// digits, 1 KiB for 2, at most 352 KiB and 47 KiB. Thread safety: that of a container.
/// Source: HdrHistogram (Tene), its geometry and its rule for percentiles.
template <int Digits = 3>
class histogram {
    static_assert(Digits == 2 || Digits == 3, "a histogram has 2 or 3 significant digits");

public:
    /// Significant decimal digits that are kept.
    static constexpr int digits = Digits;
    /// An octave, from a power of two to the next, has 2^precision_bits buckets.
    static constexpr unsigned precision_bits = Digits == 2 ? 7 : 10;
    /// The greatest value; those above are clamped to it.
    static constexpr std::int64_t max_value = (std::int64_t{1} << 53) - 1;
    /// The most values that whole histograms and known counts may add up to.
    static constexpr std::uint64_t max_count = (std::uint64_t{1} << 63) - 1;
    /// Buckets of the whole range.
    static constexpr std::uint32_t bucket_count = (53 - precision_bits + 1) << precision_bits;

    histogram() noexcept = default;
    histogram(const histogram&) = default;
    histogram& operator=(const histogram&) = default;
    histogram(histogram&& other) noexcept { swap(other); }
    histogram& operator=(histogram&& other) noexcept {
        histogram moved(std::move(other));
        swap(moved);
        return *this;
    }
    ~histogram() = default;

    // ---- geometry -----------------------------------------------------------------------------

    /// Returns the bucket of a value, which is clamped to the range.
    [[nodiscard]] static std::uint32_t index_of(std::int64_t value) noexcept {
        if (value < octave) { return value < 0 ? 0 : static_cast<std::uint32_t>(value); }
        return static_cast<std::uint32_t>(key_of((std::min)(value, max_value)) - first_key);
    }
    /// Returns the least value of a bucket; index < bucket_count.
    [[nodiscard]] static constexpr std::int64_t low_of(std::uint32_t index) noexcept {
        const std::uint32_t within = index & (octave - 1);
        return index < octave
                   ? index
                   : (std::int64_t{octave} + within) << shift_of(index >> precision_bits);
    }
    /// Returns the greatest value of a bucket; index < bucket_count.
    [[nodiscard]] static constexpr std::int64_t high_of(std::uint32_t index) noexcept {
        return low_of(index) + (std::int64_t{1} << shift_of(index >> precision_bits)) - 1;
    }
    /// Returns the value that stands for a bucket in sums: half its width above the least one.
    [[nodiscard]] static constexpr std::int64_t middle_of(std::uint32_t index) noexcept {
        return low_of(index) + ((std::int64_t{1} << shift_of(index >> precision_bits)) >> 1);
    }

    // ---- recording ----------------------------------------------------------------------------

    /// Counts a value. Cost: one or two nanoseconds; an allocation where it widens the range.
    void record(std::int64_t value) {
        const std::uint64_t key = key_of(value);
        if (key - inner_key_ >= inner_size_) {
            record_at_edge(value);
            return;
        }
        ++counts_[static_cast<std::size_t>(key - origin_)];
        tally(static_cast<std::size_t>(key), static_cast<std::uint64_t>(value));
    }

    /// Counts a value several times. False, and nothing changes, if the count would pass max_count.
    bool record(std::int64_t value, std::uint64_t times) {
        if (!has_room(times)) { return false; }
        if (times == 0) { return true; }
        add_times(clamp(value), clamp(value), times); // first: there may be no memory
        if (value < 0) { below_ += times; }
        if (value > max_value) { above_ += times; }
        settled_sum_.add_product(static_cast<std::uint64_t>(clamp(value)), times);
        return true;
    }

    /// Counts a std::chrono::duration, as whole nanoseconds. One that is not a number counts as
    /// below 0.
    template <class Duration, class = typename Duration::period>
    void record(const Duration& elapsed) {
        record(detail::to_nanoseconds(elapsed));
    }

    /// Counts a value, and those that were not measured because of it: a client that sends each
    /// `expected_interval` and waited for `value` would have seen value - interval, value - 2
    /// interval, … down to the interval. False, and nothing changes, if the count would pass
    /// max_count. This guesses; measuring from when a request should have started does not.
    /// Cost: a step for each bucket between the two, whatever their ratio.
    bool record_corrected(std::int64_t value, std::int64_t expected_interval) {
        const std::int64_t clamped = clamp(value);
        const bool stalled = expected_interval > 0 && clamped > expected_interval;
        const std::int64_t missed = stalled ? clamped / expected_interval - 1 : 0;
        if (!has_room(static_cast<std::uint64_t>(missed) + 1)) { return false; }
        widen(clamped - missed * (stalled ? expected_interval : 0), clamped);
        record(value);
        std::int64_t next = clamped;
        for (std::int64_t left = missed; left > 0;) {
            next -= expected_interval;
            const std::int64_t room = (next - low_of(index_of(next))) / expected_interval;
            const std::int64_t here = (std::min)(left, room + 1);
            const std::int64_t last = next - (here - 1) * expected_interval;
            add_times(last, next, static_cast<std::uint64_t>(here));
            add_series(last, next, here);
            left -= here;
            next = last;
        }
        return true;
    }

    /// Counts values of which only the bucket is known: sum, least and greatest value are derived
    /// from the buckets from now on, unless `set_exact` tells them. False, and nothing changes, if
    /// there is no such bucket or the count would pass max_count.
    [[nodiscard]] bool add_bucket(std::uint32_t index, std::uint64_t times) {
        if (index >= bucket_count || !has_room(times)) { return false; }
        if (times == 0) { return true; }
        add_times(low_of(index), high_of(index), times);
        sum_known_ = extremes_known_ = false;
        return true;
    }

    /// The same for the n buckets from `first` on, and in one go.
    [[nodiscard]] bool
    add_buckets(std::uint32_t first, const std::uint64_t* counts, std::size_t n) {
        if (first > bucket_count || n > bucket_count - first) { return false; }
        while (n > 0 && counts[n - 1] == 0) { --n; }
        std::size_t skip = 0;
        while (skip < n && counts[skip] == 0) { ++skip; }
        std::uint64_t low = 0; // in halves, which cannot overflow
        std::uint64_t high = 0;
        for (std::size_t i = skip; i < n; ++i) {
            low += counts[i] & 0xffffffff;
            high += counts[i] >> 32;
        }
        if (high + (low >> 32) > (max_count >> 32)) { return false; }
        const std::uint64_t times = (high << 32) + low;
        if (!has_room(times)) { return false; }
        if (times == 0) { return true; }
        const std::uint32_t last = first + static_cast<std::uint32_t>(n - 1);
        widen(low_of(first + static_cast<std::uint32_t>(skip)), high_of(last));
        // From the first count on that is there: the window may begin behind `first`.
        std::uint64_t* to = counts_.data() + (first + skip - first_index());
        for (std::size_t i = skip; i < n; ++i) { *to++ += counts[i]; }
        settled_count_ += times;
        sum_known_ = extremes_known_ = false;
        return true;
    }

    /// Tells what is known beside the buckets. An error if it contradicts them; nothing changes
    /// then.
    [[nodiscard]] error set_exact(const wide_sum& sum, std::int64_t least, std::int64_t greatest);

    /// Tells how many of the values had been clamped, to 0 and to max_value. An error if there are
    /// fewer in these buckets; nothing changes then.
    [[nodiscard]] error set_clamped(std::uint64_t below, std::uint64_t above) {
        if (below > count_at(0) || above > count_at(bucket_count - 1)) {
            return {"more values were clamped than there are in the bucket"};
        }
        below_ = below;
        above_ = above;
        return {};
    }

    /// Makes room for the values low … high, so that recording them does not allocate.
    void reserve(std::int64_t low, std::int64_t high) {
        cover(octave_of(low), octave_of((std::max)(low, high)));
    }

    /// Forgets all values; the memory stays.
    void reset() noexcept {
        std::fill(counts_.begin(), counts_.end(), std::uint64_t{0});
        std::fill(lanes_, lanes_ + lane_count, lane{});
        settled_count_ = below_ = above_ = 0;
        settled_sum_ = {};
        sum_known_ = extremes_known_ = true;
        set_extremes(none_least, none_most);
    }

    // ---- whole histograms ---------------------------------------------------------------------

    /// Adds what another one counted: the same as recording both streams of values, in any order.
    /// An error if the count would pass max_count; nothing changes then.
    [[nodiscard]] error merge(const histogram& other);

    /// Adds what one with more digits counted; each of its buckets lies within one of these.
    template <int Other>
    [[nodiscard]] error merge(const histogram<Other>& other);

    /// Takes away what an earlier state of this one counted. The sum stays exact, the least and the
    /// greatest value are derived. An error if `earlier` is no earlier state; nothing changes then.
    [[nodiscard]] error subtract(const histogram& earlier);

    void swap(histogram& other) noexcept {
        std::swap(counts_, other.counts_);
        std::swap(lanes_, other.lanes_);
        std::swap(first_octave_, other.first_octave_);
        std::swap(origin_, other.origin_);
        std::swap(inner_key_, other.inner_key_);
        std::swap(inner_size_, other.inner_size_);
        std::swap(settled_count_, other.settled_count_);
        std::swap(settled_sum_, other.settled_sum_);
        std::swap(least_, other.least_);
        std::swap(most_, other.most_);
        std::swap(below_, other.below_);
        std::swap(above_, other.above_);
        std::swap(sum_known_, other.sum_known_);
        std::swap(extremes_known_, other.extremes_known_);
    }
    friend void swap(histogram& a, histogram& b) noexcept { a.swap(b); }

    // ---- what was recorded --------------------------------------------------------------------

    [[nodiscard]] bool empty() const noexcept { return most_ < least_; }
    /// How many values there are.
    [[nodiscard]] std::uint64_t count() const noexcept {
        std::uint64_t sum = settled_count_;
        for (const lane& l : lanes_) { sum += l.count; }
        return sum;
    }
    /// How many of them were less than 0, and count as 0.
    [[nodiscard]] std::uint64_t below() const noexcept { return below_; }
    /// How many of them were more than max_value, and count as that.
    [[nodiscard]] std::uint64_t above() const noexcept { return above_; }

    /// True if sum, least and greatest value are those of the values; else of the buckets.
    [[nodiscard]] bool exact() const noexcept { return sum_known_ && extremes_known_; }
    /// The same, of the sum and the mean alone.
    [[nodiscard]] bool exact_sum() const noexcept { return sum_known_; }
    /// The same, of the least and the greatest value alone.
    [[nodiscard]] bool exact_extremes() const noexcept { return extremes_known_; }

    /// Returns the sum of the values; derived: of the middles of their buckets.
    [[nodiscard]] wide_sum total() const noexcept {
        return sum_known_ ? recorded_sum() : sum_buckets().middle;
    }
    /// The least and the greatest sum that values in these buckets can have.
    [[nodiscard]] std::pair<wide_sum, wide_sum> sum_bounds() const noexcept {
        const bucket_sums sums = sum_buckets();
        return {sums.low, sums.high};
    }
    [[nodiscard]] double sum() const noexcept { return total().to_double(); }
    /// 0 if empty.
    [[nodiscard]] double mean() const noexcept {
        return empty() ? 0 : sum() / static_cast<double>(count());
    }
    /// Returns the standard deviation of the population, of the middles of the buckets; 0 if empty.
    [[nodiscard]] double stddev() const noexcept { return figures().stddev; }
    /// Returns the least value; derived: the least of its bucket. 0 if empty.
    [[nodiscard]] std::int64_t least() const noexcept { return empty() ? 0 : least_; }
    /// Returns the greatest value; derived: the greatest of its bucket. 0 if empty.
    [[nodiscard]] std::int64_t greatest() const noexcept { return empty() ? 0 : most_; }

    /// Returns the value at a share q, 0 … 1, of the values in order: the greatest of its bucket
    /// (of the least one's, the least), but none beyond least() and greatest(). At most 2^-K of the
    /// value too great, never too small. 0 if empty.
    [[nodiscard]] std::int64_t quantile(double q, rank_rule rule = rank_rule::java) const noexcept {
        return percentile(q * 100, rule);
    }
    /// The same, by the percentage, as HdrHistogram's ports are asked.
    [[nodiscard]] std::int64_t percentile(double percent,
                                          rank_rule rule = rank_rule::java) const noexcept {
        std::int64_t value = 0;
        percentiles(&percent, 1, 1, &value, rule);
        return value;
    }
    /// Writes the quantiles qs[0] … qs[n - 1], in any order, to out[0] … out[n - 1]. One pass.
    void quantiles(const double* qs,
                   std::size_t n,
                   std::int64_t* out,
                   rank_rule rule = rank_rule::java) const noexcept {
        percentiles(qs, n, 100, out, rule);
    }
    /// Returns the figures, and writes quantiles as above, all in one pass.
    histogram_figures figures(const double* qs = nullptr,
                              std::size_t n = 0,
                              std::int64_t* out = nullptr,
                              rank_rule rule = rank_rule::java) const noexcept;

    /// Returns the values between which the q-quantile lies of what the values are a sample of: the
    /// buckets of the order statistics that bound it (binomial). Assumes independent values, which
    /// those of one loaded server are not. 0 and max_value stand for "no bound", where there are
    /// too few values for one.
    [[nodiscard]] value_interval quantile_interval(double q,
                                                   double confidence = 0.95) const noexcept;

    /// Returns how many values there are from low to high, in the whole buckets of both.
    [[nodiscard]] std::uint64_t count_between(std::int64_t low, std::int64_t high) const noexcept {
        const std::uint32_t first = (std::max)(index_of(low), first_index());
        const std::uint32_t end = (std::min)(index_of(high) + 1, end_index());
        if (high < low || end <= first) { return 0; }
        return detail::sum_of(counts_.data() + (first - first_index()), end - first);
    }
    /// Returns the share, 0 … 1, of values up to `value`, with all of its bucket; 1 if empty.
    [[nodiscard]] double share_at_or_below(std::int64_t value) const {
        if (empty()) { return 1; }
        return static_cast<double>(count_between(0, value)) / static_cast<double>(count());
    }
    /// Returns the share, 0 … 1, of values in the buckets above that of `threshold`; 0 if empty.
    [[nodiscard]] double share_above(std::int64_t threshold) const {
        if (empty()) { return 0; }
        const std::uint64_t more = count() - count_between(0, threshold);
        return static_cast<double>(more) / static_cast<double>(count());
    }

    // ---- buckets ------------------------------------------------------------------------------

    /// Calls f(const histogram_bucket&) for each bucket that is not empty, in ascending order.
    template <class F>
    void for_each_bucket(F&& f) const {
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            if (counts_[i] == 0) { continue; }
            const std::uint32_t index = first_index() + static_cast<std::uint32_t>(i);
            f(histogram_bucket{low_of(index), high_of(index), counts_[i]});
        }
    }
    /// Returns how many values a bucket has; any index.
    [[nodiscard]] std::uint64_t count_at(std::uint32_t index) const noexcept {
        return index < first_index() || index >= end_index() ? 0 : counts_[index - first_index()];
    }
    /// Returns the bucket whose count is counts()[0]: the first one of an octave.
    [[nodiscard]] std::uint32_t first_index() const noexcept {
        return first_octave_ << precision_bits;
    }
    /// The buckets from first_index() on; those that are not there are empty.
    [[nodiscard]] const std::vector<std::uint64_t>& counts() const noexcept { return counts_; }

    /// True for equal content, whatever room was made for it.
    friend bool operator==(const histogram& a, const histogram& b) {
        return a.count() == b.count() && a.below_ == b.below_ && a.above_ == b.above_ &&
               a.least_ == b.least_ && a.most_ == b.most_ &&
               a.extremes_known_ == b.extremes_known_ && a.sum_known_ == b.sum_known_ &&
               (!a.sum_known_ || a.recorded_sum() == b.recorded_sum()) && a.has_counts_of(b);
    }
    friend bool operator!=(const histogram& a, const histogram& b) { return !(a == b); }

private:
    template <int>
    friend class histogram;
    template <int D>
    friend error validate(const histogram<D>& h);

    // Counts and sums of some of the values: those of one bucket in one lane.
    struct lane {
        std::uint64_t count = 0;
        std::uint64_t sum = 0;
    };
    // The sums of what the values would be if each were the least, the middle or the greatest one
    // of its bucket.
    struct bucket_sums {
        wide_sum low, middle, high;
    };

    static constexpr std::uint32_t octave = 1u << precision_bits; // how many buckets one has
    static constexpr std::uint32_t octave_count = bucket_count >> precision_bits;
    static constexpr std::size_t lane_count = 8;
    static constexpr std::int64_t none_least = (std::numeric_limits<std::int64_t>::max)();
    static constexpr std::int64_t none_most = -1;
    // What key_of would be for bucket 0, if the buckets below 2^precision_bits went on downwards as
    // the others do.
    static constexpr std::uint64_t first_key =
        ((std::uint64_t{1023} + precision_bits) << precision_bits) - octave;

    std::vector<std::uint64_t> counts_; // whole octaves, the first of which is first_octave_
    std::uint64_t origin_ = 0;          // the key of counts_[0]
    // The keys of buckets at or above 2^precision_bits whose values all lie from least_ to most_.
    std::uint64_t inner_key_ = 0;
    std::uint64_t inner_size_ = 0;
    lane lanes_[lane_count];
    std::uint64_t settled_count_ = 0; // beside those in the lanes
    wide_sum settled_sum_;
    // All values lie between these; extremes_known_ says that there are such values.
    std::int64_t least_ = none_least;
    std::int64_t most_ = none_most;
    std::uint64_t below_ = 0;
    std::uint64_t above_ = 0;
    std::uint32_t first_octave_ = 0;
    bool sum_known_ = true;
    bool extremes_known_ = true;

    // ---- geometry -----------------------------------------------------------------------------

    [[nodiscard]] static std::uint64_t key_of(std::int64_t value) noexcept {
        return detail::bucket_key<precision_bits>(value);
    }
    // The base-2 logarithm of the width of an octave's buckets.
    [[nodiscard]] static constexpr unsigned shift_of(std::uint32_t octave_index) noexcept {
        return octave_index == 0 ? 0 : octave_index - 1;
    }
    [[nodiscard]] static std::uint32_t octave_of(std::int64_t value) noexcept {
        return index_of(value) >> precision_bits;
    }
    [[nodiscard]] static constexpr std::int64_t clamp(std::int64_t value) noexcept {
        return value < 0 ? 0 : (std::min)(value, max_value);
    }
    [[nodiscard]] std::uint32_t end_index() const noexcept {
        return first_index() + static_cast<std::uint32_t>(counts_.size());
    }
    [[nodiscard]] const std::uint64_t* octave_at(std::uint32_t octave_index) const noexcept {
        return counts_.data() + (std::size_t{octave_index - first_octave_} << precision_bits);
    }

    // ---- recording ----------------------------------------------------------------------------

    // Adds a value to the sum and to the count. What follows waits for the addition before only
    // where it is to the same lane, and values of one bucket wait for each other anyway.
    void tally(std::size_t bucket, std::uint64_t value) noexcept {
        lane& l = lanes_[bucket % lane_count];
        ++l.count;
        l.sum += value;
        if (l.sum < value) { carry(); }
    }
    [[gnu::noinline, gnu::cold]] void carry() noexcept { ++settled_sum_.high; }

    // Counts a value that is below 2^precision_bits, or in the bucket of the least or the greatest,
    // or out of the range.
    [[gnu::noinline]] void record_at_edge(std::int64_t value) {
        if (value < least_ || value > most_) {
            widen(clamp(value), clamp(value));
            if (value < 0) { ++below_; }
            if (value > max_value) { ++above_; }
            value = clamp(value);
        }
        const std::uint32_t index = index_of(value);
        ++counts_[index - first_index()];
        tally(index, static_cast<std::uint64_t>(value));
    }

    [[nodiscard]] bool has_room(std::uint64_t times) const noexcept {
        return times <= max_count && count() <= max_count - times;
    }

    // Counts values of one bucket, from low to high, but for their sum.
    void add_times(std::int64_t low, std::int64_t high, std::uint64_t times) {
        widen(low, high);
        counts_[index_of(low) - first_index()] += times;
        settled_count_ += times;
    }
    // Adds an arithmetic series to the sum.
    void add_series(std::int64_t first, std::int64_t last, std::int64_t terms) noexcept {
        const auto ends = static_cast<std::uint64_t>(first + last);
        const auto n = static_cast<std::uint64_t>(terms);
        const bool halves = ends % 2 == 0; // one of the two is even
        settled_sum_.add_product(halves ? ends / 2 : ends, halves ? n : n / 2);
    }

    // All values are from low to high from now on too, and there is room for them.
    void widen(std::int64_t low, std::int64_t high) {
        if (low >= least_ && high <= most_) { return; }
        cover(octave_of(low), octave_of(high));
        set_extremes((std::min)(least_, low), (std::max)(most_, high));
    }

    void set_extremes(std::int64_t low, std::int64_t high) noexcept {
        least_ = low;
        most_ = high;
        inner_size_ = 0;
        if (empty()) { return; }
        std::uint32_t first = index_of(low);
        std::uint32_t end = index_of(high);
        // A value in the bucket of an extreme one may become the extreme, unless that is its end.
        first += low > low_of(first) ? 1u : 0u;
        end += high < high_of(end) ? 0u : 1u;
        first = (std::max)(first, octave);
        inner_key_ = first_key + first;
        inner_size_ = end > first ? end - first : 0;
    }

    // Makes the window have the octaves first … last too. There are few: each is only ever added
    // once, so that room to spare would save little and cost memory.
    void cover(std::uint32_t first, std::uint32_t last) {
        const auto size = static_cast<std::uint32_t>(counts_.size() >> precision_bits);
        if (size != 0) {
            if (first >= first_octave_ && last < first_octave_ + size) { return; }
            first = (std::min)(first, first_octave_);
            last = (std::max)(last, first_octave_ + size - 1);
        }
        std::vector<std::uint64_t> grown(std::size_t{last - first + 1} << precision_bits);
        const std::size_t below = size == 0 ? 0 : first_octave_ - first;
        std::copy(counts_.begin(),
                  counts_.end(),
                  grown.begin() + static_cast<std::ptrdiff_t>(below << precision_bits));
        counts_ = std::move(grown);
        first_octave_ = first;
        origin_ = first_key + first_index();
    }

    // ---- what was recorded --------------------------------------------------------------------

    [[nodiscard]] wide_sum recorded_sum() const noexcept {
        wide_sum sum = settled_sum_;
        for (const lane& l : lanes_) { sum.add(l.sum); }
        return sum;
    }
    // Moves what is in the lanes to where it can be taken away from.
    void settle() noexcept {
        settled_sum_ = recorded_sum();
        settled_count_ = count();
        std::fill(lanes_, lanes_ + lane_count, lane{});
    }

    [[nodiscard]] bool has_counts_of(const histogram& other) const noexcept {
        for (std::uint32_t i = index_of(least_); !empty() && i <= index_of(most_); ++i) {
            if (count_at(i) != other.count_at(i)) { return false; }
        }
        return true;
    }

    // Returns the ends of the first and of the last bucket that are not empty.
    [[nodiscard]] value_interval bucket_extremes() const noexcept {
        std::uint32_t first = first_index();
        std::uint32_t end = end_index();
        while (first < end && count_at(first) == 0) { ++first; }
        while (first < end && count_at(end - 1) == 0) { --end; }
        if (first == end) { return {none_least, none_most}; }
        return {low_of(first), high_of(end - 1)};
    }

    // The sums in 64 bits hold, as long as there are fewer values than this.
    static constexpr std::uint64_t many = std::uint64_t{1} << 43;

    [[nodiscard]] bucket_sums sum_buckets() const noexcept {
        bucket_sums sums;
        if (empty()) { return sums; }
        if (count() >= many) { return sum_buckets_slowly(); }
        for (std::uint32_t o = octave_of(least_); o <= octave_of(most_); ++o) {
            add_octave(sums, o, detail::sums_of(octave_at(o), octave));
        }
        return sums;
    }
    static void
    add_octave(bucket_sums& sums, std::uint32_t o, const detail::place_sums& of) noexcept {
        const std::uint64_t width = std::uint64_t{1} << shift_of(o);
        wide_sum low;
        low.add_product(of.counts, static_cast<std::uint64_t>(low_of(o << precision_bits)));
        low.add_product(of.first, width);
        sums.low.add(low);
        sums.middle.add(low);
        sums.middle.add_product(of.counts, width / 2);
        sums.high.add(low);
        sums.high.add_product(of.counts, width - 1);
    }
    [[nodiscard]] bucket_sums sum_buckets_slowly() const noexcept {
        bucket_sums sums;
        for (std::uint32_t i = index_of(least_); i <= index_of(most_); ++i) {
            sums.low.add_product(count_at(i), static_cast<std::uint64_t>(low_of(i)));
            sums.middle.add_product(count_at(i), static_cast<std::uint64_t>(middle_of(i)));
            sums.high.add_product(count_at(i), static_cast<std::uint64_t>(high_of(i)));
        }
        return sums;
    }
    [[nodiscard]] bool may_sum_to(const wide_sum& sum) const noexcept {
        const bucket_sums sums = sum_buckets();
        return !(sum < sums.low) && !(sums.high < sum);
    }

    // Returns an octave's part of the sum of squared distances of the middles of the buckets from
    // `center`: their distances from its own mean, and the distance of that. In whole numbers as
    // far as can be, so that equal values have no distance.
    [[nodiscard]] static double
    squares_of(std::uint32_t o, const detail::place_sums& sums, double center) noexcept {
        if (sums.counts == 0) { return 0; }
        const std::uint64_t pivot = sums.first / sums.counts;
        const std::uint64_t rest = sums.first - pivot * sums.counts;
        const std::uint64_t about_pivot =
            sums.second - 2 * pivot * sums.first + pivot * pivot * sums.counts;
        const double n = static_cast<double>(sums.counts);
        const double beyond = static_cast<double>(rest) / n;
        const double width = static_cast<double>(std::int64_t{1} << shift_of(o));
        const double middle = static_cast<double>(middle_of(o << precision_bits)) +
                              width * (static_cast<double>(pivot) + beyond);
        const double distance = middle - center;
        const double within = static_cast<double>(about_pivot) - n * beyond * beyond;
        return (std::max)(within, 0.0) * width * width + n * distance * distance;
    }

    // Figures of counts that are too many for sums in 64 bits.
    [[nodiscard]] histogram_figures figures_slowly() const noexcept {
        const double all = static_cast<double>(count());
        const wide_sum middles = sum_buckets_slowly().middle;
        const double center = middles.to_double() / all;
        double squares = 0;
        for (std::uint32_t i = index_of(least_); i <= index_of(most_); ++i) {
            const double distance = static_cast<double>(middle_of(i)) - center;
            squares += static_cast<double>(count_at(i)) * distance * distance;
        }
        const wide_sum sum = sum_known_ ? recorded_sum() : middles;
        return {count(), sum.to_double() / all, std::sqrt(squares / all), least_, most_};
    }

    // The bucket of the value of a rank, from 1 to the count, from counts by octave.
    template <class Counts>
    [[nodiscard]] std::uint32_t bucket_at(std::uint64_t rank,
                                          const Counts& counts_of) const noexcept {
        std::uint32_t o = octave_of(least_);
        for (; o < octave_of(most_) && counts_of(o) < rank; ++o) { rank -= counts_of(o); }
        const std::size_t within = detail::find_rank(octave_at(o), octave, rank);
        return (o << precision_bits) + static_cast<std::uint32_t>(within);
    }

    template <class Counts>
    [[nodiscard]] std::int64_t
    value_at(double percent, rank_rule rule, const Counts& counts_of) const noexcept {
        const std::uint64_t rank = detail::percentile_rank(percent, count(), rule);
        const std::uint32_t index = bucket_at(rank, counts_of);
        const std::int64_t value = percent > 0 ? high_of(index) : low_of(index);
        return (std::min)((std::max)(value, least_), most_);
    }

    void percentiles(const double* asked,
                     std::size_t n,
                     double scale,
                     std::int64_t* out,
                     rank_rule rule) const noexcept {
        std::fill(out, out + n, std::int64_t{0});
        if (empty() || n == 0) { return; }
        std::uint64_t by_octave[octave_count];
        count_octaves(by_octave);
        const auto counts_of = [&](std::uint32_t o) { return by_octave[o]; };
        for (std::size_t i = 0; i < n; ++i) {
            out[i] = value_at(asked[i] * scale, rule, counts_of);
        }
    }
    void count_octaves(std::uint64_t* by_octave) const noexcept {
        for (std::uint32_t o = octave_of(least_); o <= octave_of(most_); ++o) {
            by_octave[o] = detail::sum_of(octave_at(o), octave);
        }
    }

    // ---- whole histograms ---------------------------------------------------------------------

    template <bool Subtract>
    void add_counts(const histogram& other) noexcept {
        for (std::uint32_t o = octave_of(other.least_); o <= octave_of(other.most_); ++o) {
            detail::add_counts<Subtract>(
                const_cast<std::uint64_t*>(octave_at(o)), other.octave_at(o), octave);
        }
    }
    [[nodiscard]] bool has_counts(const histogram& other) const noexcept {
        if (other.empty()) { return true; }
        const bool covered = !empty() && octave_of(other.least_) >= octave_of(least_) &&
                             octave_of(other.most_) <= octave_of(most_);
        if (!covered || other.below_ > below_ || other.above_ > above_) { return false; }
        for (std::uint32_t o = octave_of(other.least_); o <= octave_of(other.most_); ++o) {
            if (!detail::none_less(octave_at(o), other.octave_at(o), octave)) { return false; }
        }
        const std::uint32_t last = bucket_count - 1; // clamped values are among those at the ends
        return below_ - other.below_ <= count_at(0) - other.count_at(0) &&
               above_ - other.above_ <= count_at(last) - other.count_at(last);
    }
    template <int Other>
    void add_totals(const histogram<Other>& other) noexcept {
        settle();
        settled_count_ += other.count();
        settled_sum_.add(other.recorded_sum());
        below_ += other.below_;
        above_ += other.above_;
        sum_known_ = sum_known_ && other.sum_known_;
        extremes_known_ = extremes_known_ && other.extremes_known_;
    }
};

template <int Digits>
error histogram<Digits>::set_exact(const wide_sum& sum, std::int64_t least, std::int64_t greatest) {
    if (empty()) { return {"an empty histogram has no least value"}; }
    const value_interval ends = bucket_extremes();
    const bool in_buckets = least >= ends.low && index_of(least) == index_of(ends.low) &&
                            greatest <= ends.high && index_of(greatest) == index_of(ends.high);
    if (!in_buckets || greatest < least) {
        return {"the least or the greatest value is not in its bucket"};
    }
    if (!may_sum_to(sum)) { return {"the sum is not one of values in the buckets"}; }
    settle();
    settled_sum_ = sum;
    set_extremes(least, greatest);
    sum_known_ = extremes_known_ = true;
    return {};
}

template <int Digits>
error histogram<Digits>::merge(const histogram& other) {
    if (!has_room(other.count())) { return {"the counts add up to 2^63 or more"}; }
    if (other.empty()) { return {}; }
    widen(other.least_, other.most_);
    add_counts<false>(other);
    add_totals(other);
    return {};
}

template <int Digits>
template <int Other>
error histogram<Digits>::merge(const histogram<Other>& other) {
    static_assert(Other > Digits, "buckets cannot be split: merge into the one with fewer digits");
    if (!has_room(other.count())) { return {"the counts add up to 2^63 or more"}; }
    if (other.empty()) { return {}; }
    // Ends of a narrow bucket are no ends of a wide one.
    widen(other.extremes_known_ ? other.least_ : low_of(index_of(other.least_)),
          other.extremes_known_ ? other.most_ : high_of(index_of(other.most_)));
    constexpr unsigned folded = histogram<Other>::precision_bits - precision_bits;
    for (std::uint32_t o = other.octave_of(other.least_); o <= other.octave_of(other.most_); ++o) {
        const std::uint64_t* from = other.octave_at(o);
        const std::uint32_t first = o << histogram<Other>::precision_bits;
        if (o == 0) { // that many octaves here
            for (std::uint32_t i = 0; i < other.octave; ++i) {
                if (from[i] != 0) { counts_[index_of(other.low_of(i)) - first_index()] += from[i]; }
            }
            continue;
        }
        std::uint64_t* to = &counts_[index_of(other.low_of(first)) - first_index()];
        for (std::uint32_t i = 0; i < octave; ++i) {
            to[i] += detail::sum_of(from + (std::size_t{i} << folded), std::size_t{1} << folded);
        }
    }
    add_totals(other);
    return {};
}

template <int Digits>
error histogram<Digits>::subtract(const histogram& earlier) {
    const error no_state{"what is taken away is no earlier state of the histogram"};
    if (!has_counts(earlier)) { return no_state; }
    if (earlier.empty()) { return {}; }
    const bool sum_known = sum_known_ && earlier.sum_known_;
    const std::uint64_t taken = earlier.count();
    settle();
    wide_sum sum = settled_sum_;
    sum.subtract(earlier.recorded_sum());
    add_counts<true>(earlier);
    if (sum_known && !may_sum_to(sum)) {
        add_counts<false>(earlier);
        return no_state;
    }
    below_ -= earlier.below_;
    above_ -= earlier.above_;
    settled_count_ -= taken;
    settled_sum_ = sum;
    const value_interval ends = bucket_extremes();
    set_extremes(ends.low, ends.high);
    sum_known_ = sum_known;
    extremes_known_ = false;
    if (empty()) { reset(); } // then all is known
    return {};
}

template <int Digits>
histogram_figures histogram<Digits>::figures(const double* qs,
                                             std::size_t n,
                                             std::int64_t* out,
                                             rank_rule rule) const noexcept {
    histogram_figures made;
    made.count = count();
    if (empty() || made.count >= many) {
        percentiles(qs, n, 100, out, rule);
        return empty() ? made : figures_slowly();
    }
    detail::place_sums by_octave[octave_count];
    bucket_sums sums;
    for (std::uint32_t o = octave_of(least_); o <= octave_of(most_); ++o) {
        by_octave[o] = detail::sums_of(octave_at(o), octave);
        add_octave(sums, o, by_octave[o]);
    }
    const double all = static_cast<double>(made.count);
    double squares = 0;
    for (std::uint32_t o = octave_of(least_); o <= octave_of(most_); ++o) {
        squares += squares_of(o, by_octave[o], sums.middle.to_double() / all);
    }
    made.mean = (sum_known_ ? recorded_sum() : sums.middle).to_double() / all;
    made.stddev = std::sqrt(squares / all);
    made.min = least_;
    made.max = most_;
    const auto counts_of = [&](std::uint32_t o) { return by_octave[o].counts; };
    for (std::size_t i = 0; i < n; ++i) { out[i] = value_at(qs[i] * 100, rule, counts_of); }
    return made;
}

template <int Digits>
value_interval histogram<Digits>::quantile_interval(double q, double confidence) const noexcept {
    value_interval found{0, max_value};
    if (empty()) { return found; }
    const std::uint64_t n = count();
    const detail::rank_interval ranks = detail::quantile_ranks(n, q, confidence);
    std::uint64_t by_octave[octave_count];
    count_octaves(by_octave);
    const auto counts_of = [&](std::uint32_t o) { return by_octave[o]; };
    if (ranks.low > 0) { found.low = (std::max)(low_of(bucket_at(ranks.low, counts_of)), least_); }
    if (ranks.high <= n) {
        found.high = (std::min)(high_of(bucket_at(ranks.high, counts_of)), most_);
    }
    return found;
}

/// Returns what is wrong with a histogram: its counts beside its totals.
template <int Digits>
[[nodiscard]] error validate(const histogram<Digits>& h) {
    using type = histogram<Digits>;
    if (h.counts_.size() % type::octave != 0 || h.end_index() > type::bucket_count) {
        return {"the buckets are not whole octaves of the range"};
    }
    std::uint64_t sum = 0;
    for (const std::uint64_t count : h.counts_) {
        if (count > ~sum) { return {"the counts add up to 2^64 or more"}; }
        sum += count;
    }
    if (sum != h.count() || (sum == 0) != h.empty()) {
        return {"the count is not the sum of the buckets"};
    }
    if (h.below_ > h.count_at(0) || h.above_ > h.count_at(type::bucket_count - 1)) {
        return {"more values were clamped than there are in the bucket"};
    }
    if (h.empty()) {
        return h.recorded_sum() == wide_sum{} ? error{} : error{"a sum of no values"};
    }
    const value_interval ends = h.bucket_extremes();
    if (type::index_of(h.least_) != type::index_of(ends.low) ||
        type::index_of(h.most_) != type::index_of(ends.high)) {
        return {"the least or the greatest value is not in its bucket"};
    }
    if (h.sum_known_ && !h.may_sum_to(h.recorded_sum())) {
        return {"the sum is not one of values in the buckets"};
    }
    return {};
}

WICK_END_NAMESPACE

#endif
