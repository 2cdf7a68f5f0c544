// wick/histogram.hpp - the value for durations: counts in buckets of a fixed relative width.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_HISTOGRAM_HPP
#define WICK_HISTOGRAM_HPP

#include <wick/detail/statistics.hpp> // the ranks of an interval of confidence
#include <wick/result.hpp>            // what merge, subtract and validate return
#include <wick/version.hpp>

#include <algorithm>   // std::min, std::max, std::fill
#include <chrono>      // durations
#include <cmath>       // std::nextafter, std::ceil, std::sqrt
#include <cstddef>     // std::size_t
#include <cstdint>     // values and counts
#include <cstring>     // std::memcpy, for the bits of a double
#include <limits>      // infinity
#include <string>      // errors
#include <type_traits> // floating point durations
#include <utility>     // std::swap
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
    /// Returns the nearest double but for the last bit; exact below 2^53.
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

/// The sums of c, c j and c j^2 over the buckets j of an octave with the counts c.
struct octave_sums {
    std::uint64_t counts = 0;
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

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

    /// Counts a value. Cost: about a nanosecond; an allocation where it widens the range.
    void record(std::int64_t value) {
        const std::uint64_t key = key_of(value);
        if (key - scaled_key_ < scaled_size_) {
            ++counts_[static_cast<std::size_t>(key - origin_)];
        } else if (static_cast<std::uint64_t>(value) < linear_size_) {
            ++counts_[static_cast<std::size_t>(value)];
        } else {
            value = record_outside(value);
        }
        ++count_;
        sum_.add(static_cast<std::uint64_t>(value));
        if (value < least_) { least_ = value; }
        if (value > most_) { most_ = value; }
    }

    /// Counts a value several times. False, and nothing changes, if the count would pass 2^64 - 1.
    bool record(std::int64_t value, std::uint64_t times) {
        if (times > ~count_) { return false; }
        if (times == 0) { return true; }
        if (value < 0) { below_ += times; }
        if (value > max_value) { above_ += times; }
        const std::int64_t clamped = clamp(value);
        add_times(index_of(clamped), times);
        sum_.add_product(static_cast<std::uint64_t>(clamped), times);
        widen(clamped, clamped);
        return true;
    }

    /// Counts a duration, as whole nanoseconds. One that is not a number counts as below 0.
    template <class Rep, class Period>
    void record(std::chrono::duration<Rep, Period> elapsed) {
        record(to_nanoseconds(elapsed));
    }

    /// Counts a value, and those that were not measured because of it: a client that sends each
    /// `expected_interval` and waited for `value` would have seen value - interval, value - 2
    /// interval, … down to the interval. False, and nothing changes, if the count would pass 2^64
    /// - 1. This guesses; measuring from when a request should have started does not. Cost: a step
    /// for each bucket between the two, whatever their ratio.
    bool record_corrected(std::int64_t value, std::int64_t expected_interval) {
        const std::int64_t clamped = clamp(value);
        const bool stalled = expected_interval > 0 && clamped > expected_interval;
        const std::int64_t missed = stalled ? clamped / expected_interval - 1 : 0;
        if (static_cast<std::uint64_t>(missed) > ~count_ - 1 || count_ == ~std::uint64_t{0}) {
            return false;
        }
        record(value);
        std::int64_t left = missed;
        for (std::int64_t v = clamped - expected_interval; left > 0;) {
            const std::uint32_t index = index_of(v);
            const std::int64_t here = (std::min)(left, (v - low_of(index)) / expected_interval + 1);
            const std::int64_t last = v - (here - 1) * expected_interval;
            add_times(index, static_cast<std::uint64_t>(here));
            // An arithmetic series; one of its factors is even.
            const std::uint64_t ends = static_cast<std::uint64_t>(v + last);
            const std::uint64_t terms = static_cast<std::uint64_t>(here);
            sum_.add_product(ends % 2 == 0 ? ends / 2 : ends, ends % 2 == 0 ? terms : terms / 2);
            widen(last, v);
            left -= here;
            v = last - expected_interval;
        }
        return true;
    }

    /// Counts values of which only the bucket is known: sum, least and greatest value are derived
    /// from the buckets from now on, unless `set_exact` tells them. False, and nothing changes, if
    /// there is no such bucket or the count would pass 2^64 - 1.
    [[nodiscard]] bool add_bucket(std::uint32_t index, std::uint64_t times) {
        if (index >= bucket_count || times > ~count_) { return false; }
        if (times == 0) { return true; }
        add_times(index, times);
        widen(low_of(index), high_of(index));
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
        cover(index_of(low) >> precision_bits, index_of((std::max)(low, high)) >> precision_bits);
    }

    /// Forgets all values; the memory stays.
    void reset() noexcept {
        std::fill(counts_.begin(), counts_.end(), std::uint64_t{0});
        count_ = below_ = above_ = 0;
        sum_ = {};
        least_ = none_least;
        most_ = none_most;
        sum_known_ = extremes_known_ = true;
    }

    // ---- whole histograms ---------------------------------------------------------------------

    /// Adds what another one counted: the same as recording both streams of values, in any order.
    /// An error if the count would pass 2^64 - 1; nothing changes then.
    [[nodiscard]] error merge(const histogram& other);

    /// Adds what one with more digits counted; each of its buckets lies within one of these.
    template <int Other>
    [[nodiscard]] error merge(const histogram<Other>& other);

    /// Takes away what an earlier state of this one counted. The sum stays exact, the least and the
    /// greatest value are derived. An error if `earlier` is no earlier state; nothing changes then.
    [[nodiscard]] error subtract(const histogram& earlier);

    void swap(histogram& other) noexcept {
        std::swap(counts_, other.counts_);
        std::swap(first_octave_, other.first_octave_);
        std::swap(origin_, other.origin_);
        std::swap(scaled_key_, other.scaled_key_);
        std::swap(scaled_size_, other.scaled_size_);
        std::swap(linear_size_, other.linear_size_);
        std::swap(count_, other.count_);
        std::swap(sum_, other.sum_);
        std::swap(least_, other.least_);
        std::swap(most_, other.most_);
        std::swap(below_, other.below_);
        std::swap(above_, other.above_);
        std::swap(sum_known_, other.sum_known_);
        std::swap(extremes_known_, other.extremes_known_);
    }
    friend void swap(histogram& a, histogram& b) noexcept { a.swap(b); }

    // ---- what was recorded --------------------------------------------------------------------

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    /// How many values there are.
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
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
    [[nodiscard]] wide_sum total() const { return sum_known_ ? sum_ : middles(); }
    [[nodiscard]] double sum() const { return total().to_double(); }
    /// 0 if empty.
    [[nodiscard]] double mean() const { return empty() ? 0 : sum() / static_cast<double>(count_); }
    /// Returns the standard deviation of the population, of the middles of the buckets; 0 if empty.
    [[nodiscard]] double stddev() const { return figures().stddev; }
    /// Returns the least value; derived: the least of its bucket. 0 if empty.
    [[nodiscard]] std::int64_t least() const noexcept { return empty() ? 0 : least_; }
    /// Returns the greatest value; derived: the greatest of its bucket. 0 if empty.
    [[nodiscard]] std::int64_t greatest() const noexcept { return empty() ? 0 : most_; }

    /// Returns the value at a share q, 0 … 1, of the values in order: the greatest of its bucket
    /// (of the least one's, the least), but none beyond least() and greatest(). At most 2^-K of the
    /// value too great, never too small. 0 if empty.
    [[nodiscard]] std::int64_t quantile(double q, rank_rule rule = rank_rule::java) const {
        return percentile(q * 100, rule);
    }
    /// The same, by the percentage, as HdrHistogram's ports are asked.
    [[nodiscard]] std::int64_t percentile(double percent, rank_rule rule = rank_rule::java) const {
        std::int64_t value = 0;
        percentiles(&percent, 1, 1, &value, rule);
        return value;
    }
    /// Writes the quantiles qs[0] … qs[n - 1], in any order, to out[0] … out[n - 1]. One pass.
    void quantiles(const double* qs,
                   std::size_t n,
                   std::int64_t* out,
                   rank_rule rule = rank_rule::java) const {
        percentiles(qs, n, 100, out, rule);
    }
    /// Returns the figures, and writes quantiles as above, all in one pass.
    histogram_figures figures(const double* qs = nullptr,
                              std::size_t n = 0,
                              std::int64_t* out = nullptr,
                              rank_rule rule = rank_rule::java) const;

    /// Returns the values between which the q-quantile lies of what the values are a sample of: the
    /// buckets of the order statistics that bound it (binomial). Assumes independent values, which
    /// those of one loaded server are not. 0 and max_value stand for "no bound", where there are
    /// too few values for one.
    [[nodiscard]] value_interval quantile_interval(double q, double confidence = 0.95) const;

    /// Returns how many values there are from low to high, in the whole buckets of both.
    [[nodiscard]] std::uint64_t count_between(std::int64_t low, std::int64_t high) const {
        if (high < low) { return 0; }
        std::uint64_t sum = 0;
        const std::uint32_t last = (std::min)(index_of(high) + 1, end_index());
        for (std::uint32_t i = (std::max)(index_of(low), first_index()); i < last; ++i) {
            sum += counts_[i - first_index()];
        }
        return sum;
    }
    /// Returns the share, 0 … 1, of values up to `value`, with all of its bucket; 1 if empty.
    [[nodiscard]] double share_at_or_below(std::int64_t value) const {
        if (empty()) { return 1; }
        return static_cast<double>(count_between(0, value)) / static_cast<double>(count_);
    }
    /// Returns the share, 0 … 1, of values in the buckets above that of `threshold`; 0 if empty.
    [[nodiscard]] double share_above(std::int64_t threshold) const {
        if (empty()) { return 0; }
        const std::uint64_t more = count_ - count_between(0, threshold);
        return static_cast<double>(more) / static_cast<double>(count_);
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
        return a.count_ == b.count_ && a.below_ == b.below_ && a.above_ == b.above_ &&
               a.sum_known_ == b.sum_known_ && a.extremes_known_ == b.extremes_known_ &&
               (!a.sum_known_ || a.sum_ == b.sum_) && a.least_ == b.least_ && a.most_ == b.most_ &&
               a.has_counts_of(b);
    }
    friend bool operator!=(const histogram& a, const histogram& b) { return !(a == b); }

private:
    template <int>
    friend class histogram;
    template <int D>
    friend error validate(const histogram<D>& h);

    static constexpr std::int32_t octave = 1 << precision_bits;
    static constexpr std::uint32_t octave_count = bucket_count >> precision_bits;
    static constexpr std::int64_t none_least = (std::numeric_limits<std::int64_t>::max)();
    static constexpr std::int64_t none_most = -1;
    // What key_of is for bucket 0, if the buckets below 2^precision_bits went on downwards as the
    // others do.
    static constexpr std::uint64_t first_key =
        ((std::uint64_t{1023} + precision_bits) << precision_bits) - octave;

    std::vector<std::uint64_t> counts_; // whole octaves, the first of which is first_octave_
    std::uint64_t origin_ = 0;          // the key of counts_[0]
    std::uint64_t scaled_key_ = 0;      // of the first bucket at or above 2^precision_bits
    std::uint64_t scaled_size_ = 0;     // how many buckets there are from that on
    std::uint64_t linear_size_ = 0;     // how many there are below
    std::uint64_t count_ = 0;
    wide_sum sum_;
    // All values lie between these; extremes_known_ says that there are such values.
    std::int64_t least_ = none_least;
    std::int64_t most_ = none_most;
    std::uint64_t below_ = 0;
    std::uint64_t above_ = 0;
    std::uint32_t first_octave_ = 0;
    bool sum_known_ = true;
    bool extremes_known_ = true;

    // The exponent and the first bits of the mantissa of a value as a double: from 2^precision_bits
    // on, one more for each bucket. Negative values and those past the range have greater keys than
    // any bucket: one comparison finds them all.
    [[nodiscard]] static std::uint64_t key_of(std::int64_t value) noexcept {
        const double number = static_cast<double>(value);
        std::uint64_t bits = 0;
        std::memcpy(&bits, &number, sizeof bits);
        return bits >> (52 - precision_bits);
    }
    // The base-2 logarithm of a bucket's width, by its octave.
    [[nodiscard]] static constexpr unsigned shift_of(std::uint32_t octave_index) noexcept {
        return octave_index == 0 ? 0 : octave_index - 1;
    }
    [[nodiscard]] static constexpr std::int64_t clamp(std::int64_t value) noexcept {
        return value < 0 ? 0 : (std::min)(value, max_value);
    }
    [[nodiscard]] std::uint32_t end_index() const noexcept {
        return first_index() + static_cast<std::uint32_t>(counts_.size());
    }

    template <class Rep, class Period>
    [[nodiscard]] static std::int64_t to_nanoseconds(std::chrono::duration<Rep, Period> elapsed) {
        // A double says whether the cast can overflow.
        const double about = std::chrono::duration<double, std::nano>(elapsed).count();
        if (!(about > -1)) { return -1; }
        if (about >= static_cast<double>(max_value)) {
            return max_value + (about > static_cast<double>(max_value) ? 1 : 0);
        }
        return static_cast<std::int64_t>(
            std::chrono::duration_cast<std::chrono::duration<std::int64_t, std::nano>>(elapsed)
                .count());
    }

    // Counts, in its bucket alone, a value that the octaves do not have; returns it clamped.
    std::int64_t record_outside(std::int64_t value) {
        if (value < 0) { ++below_; }
        if (value > max_value) { ++above_; }
        const std::int64_t clamped = clamp(value);
        const std::uint32_t index = index_of(clamped);
        cover(index >> precision_bits, index >> precision_bits);
        ++counts_[index - first_index()];
        return clamped;
    }

    void add_times(std::uint32_t index, std::uint64_t times) {
        cover(index >> precision_bits, index >> precision_bits);
        counts_[index - first_index()] += times;
        count_ += times;
    }

    void widen(std::int64_t low, std::int64_t high) noexcept {
        least_ = (std::min)(least_, low);
        most_ = (std::max)(most_, high);
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
        if (size != 0) {
            std::copy(counts_.begin(),
                      counts_.end(),
                      grown.begin() +
                          static_cast<std::ptrdiff_t>((first_octave_ - first) << precision_bits));
        }
        counts_ = std::move(grown);
        first_octave_ = first;
        origin_ = first_key + first_index();
        linear_size_ = first == 0 ? octave : 0;
        scaled_key_ = origin_ + linear_size_;
        scaled_size_ = counts_.size() - linear_size_;
    }

    [[nodiscard]] bool has_counts_of(const histogram& other) const noexcept {
        const std::uint32_t first = (std::min)(first_index(), other.first_index());
        const std::uint32_t last = (std::max)(end_index(), other.end_index());
        for (std::uint32_t i = first; i < last; ++i) {
            if (count_at(i) != other.count_at(i)) { return false; }
        }
        return true;
    }

    // Sets least_ and most_ to the ends of the first and the last bucket that are not empty.
    void find_extremes() noexcept {
        least_ = none_least;
        most_ = none_most;
        for (std::uint32_t i = first_index(); i < end_index(); ++i) {
            if (count_at(i) == 0) { continue; }
            least_ = (std::min)(least_, low_of(i));
            most_ = high_of(i);
        }
    }

    // The sums over all values of the least and of the greatest value in their bucket, and of the
    // middle of it.
    [[nodiscard]] wide_sum lows() const noexcept {
        wide_sum sum;
        for (std::uint32_t i = first_index(); i < end_index(); ++i) {
            sum.add_product(count_at(i), static_cast<std::uint64_t>(low_of(i)));
        }
        return sum;
    }
    [[nodiscard]] wide_sum highs() const noexcept {
        wide_sum sum;
        for (std::uint32_t i = first_index(); i < end_index(); ++i) {
            sum.add_product(count_at(i), static_cast<std::uint64_t>(high_of(i)));
        }
        return sum;
    }
    [[nodiscard]] wide_sum middles() const noexcept {
        wide_sum sum;
        for (std::uint32_t i = first_index(); i < end_index(); ++i) {
            sum.add_product(count_at(i), static_cast<std::uint64_t>(middle_of(i)));
        }
        return sum;
    }

    // The bucket of the value of a rank, from 1 to the count.
    [[nodiscard]] std::uint32_t bucket_at(std::uint64_t rank) const noexcept {
        std::uint64_t before = 0;
        std::uint32_t index = first_index();
        for (; index + 1 < end_index(); ++index) {
            before += count_at(index);
            if (before >= rank) { break; }
        }
        return index;
    }

    void percentiles(
        const double* asked, std::size_t n, double scale, std::int64_t* out, rank_rule rule) const {
        for (std::size_t i = 0; i < n; ++i) {
            if (empty()) {
                out[i] = 0;
                continue;
            }
            const double percent = asked[i] * scale;
            const std::uint32_t index = bucket_at(detail::percentile_rank(percent, count_, rule));
            const std::int64_t value = percent > 0 ? high_of(index) : low_of(index);
            out[i] = (std::min)((std::max)(value, least_), most_);
        }
    }
};

template <int Digits>
error histogram<Digits>::set_exact(const wide_sum& sum, std::int64_t least, std::int64_t greatest) {
    if (empty()) { return {"an empty histogram has no least value"}; }
    histogram ends = *this;
    ends.find_extremes();
    if (index_of(least) != index_of(ends.least_) || index_of(greatest) != index_of(ends.most_) ||
        least < 0 || greatest > max_value || greatest < least) {
        return {"the least or the greatest value is not in its bucket"};
    }
    if (sum < lows() || highs() < sum) { return {"the sum is not one of values in the buckets"}; }
    sum_ = sum;
    least_ = least;
    most_ = greatest;
    sum_known_ = extremes_known_ = true;
    return {};
}

template <int Digits>
error histogram<Digits>::merge(const histogram& other) {
    if (other.count_ > ~count_) { return {"the counts add up to 2^64 or more"}; }
    if (other.empty()) { return {}; }
    cover(index_of(other.least_) >> precision_bits, index_of(other.most_) >> precision_bits);
    const std::uint32_t last = index_of(other.most_);
    for (std::uint32_t i = index_of(other.least_); i <= last; ++i) {
        counts_[i - first_index()] += other.counts_[i - other.first_index()];
    }
    count_ += other.count_;
    below_ += other.below_;
    above_ += other.above_;
    sum_.add(other.sum_);
    widen(other.least_, other.most_);
    sum_known_ = sum_known_ && other.sum_known_;
    extremes_known_ = extremes_known_ && other.extremes_known_;
    return {};
}

template <int Digits>
template <int Other>
error histogram<Digits>::merge(const histogram<Other>& other) {
    static_assert(Other > Digits, "buckets cannot be split: merge into the one with fewer digits");
    if (other.count_ > ~count_) { return {"the counts add up to 2^64 or more"}; }
    if (other.empty()) { return {}; }
    cover(index_of(other.least_) >> precision_bits, index_of(other.most_) >> precision_bits);
    for (std::uint32_t i = other.first_index(); i < other.end_index(); ++i) {
        const std::uint64_t times = other.count_at(i);
        if (times != 0) { counts_[index_of(other.low_of(i)) - first_index()] += times; }
    }
    count_ += other.count_;
    below_ += other.below_;
    above_ += other.above_;
    sum_.add(other.sum_);
    // Ends of a narrow bucket are no ends of a wide one.
    widen(other.extremes_known_ ? other.least_ : low_of(index_of(other.least_)),
          other.extremes_known_ ? other.most_ : high_of(index_of(other.most_)));
    sum_known_ = sum_known_ && other.sum_known_;
    extremes_known_ = extremes_known_ && other.extremes_known_;
    return {};
}

template <int Digits>
error histogram<Digits>::subtract(const histogram& earlier) {
    const error no_state{"what is taken away is no earlier state of the histogram"};
    if (earlier.below_ > below_ || earlier.above_ > above_) { return no_state; }
    for (std::uint32_t i = earlier.first_index(); i < earlier.end_index(); ++i) {
        if (earlier.count_at(i) > count_at(i)) { return no_state; }
    }
    histogram left = *this;
    for (std::uint32_t i = earlier.first_index(); i < earlier.end_index(); ++i) {
        if (earlier.count_at(i) != 0) {
            left.counts_[i - first_index()] -= earlier.counts_[i - earlier.first_index()];
        }
    }
    left.count_ -= earlier.count_;
    left.below_ -= earlier.below_;
    left.above_ -= earlier.above_;
    left.sum_known_ = sum_known_ && earlier.sum_known_;
    if (left.sum_known_) {
        left.sum_.subtract(earlier.sum_);
        if (left.sum_ < left.lows() || left.highs() < left.sum_) { return no_state; }
    }
    if (!earlier.empty()) {
        left.find_extremes();
        left.extremes_known_ = false;
    }
    if (left.empty()) { left.reset(); }
    swap(left);
    return {};
}

template <int Digits>
histogram_figures histogram<Digits>::figures(const double* qs,
                                             std::size_t n,
                                             std::int64_t* out,
                                             rank_rule rule) const {
    percentiles(qs, n, 100, out, rule);
    histogram_figures made;
    if (empty()) { return made; }
    const double all = static_cast<double>(count_);
    const wide_sum of_middles = middles();
    made.count = count_;
    made.min = least_;
    made.max = most_;
    made.mean = (sum_known_ ? sum_ : of_middles).to_double() / all;
    const double center = of_middles.to_double() / all;
    double squares = 0;
    for (std::uint32_t i = first_index(); i < end_index(); ++i) {
        if (count_at(i) == 0) { continue; }
        const double distance = static_cast<double>(middle_of(i)) - center;
        squares += static_cast<double>(count_at(i)) * distance * distance;
    }
    made.stddev = std::sqrt(squares / all);
    return made;
}

template <int Digits>
value_interval histogram<Digits>::quantile_interval(double q, double confidence) const {
    value_interval found{0, max_value};
    if (empty()) { return found; }
    const detail::rank_interval ranks = detail::quantile_ranks(count_, q, confidence);
    if (ranks.low > 0) { found.low = (std::max)(low_of(bucket_at(ranks.low)), least_); }
    if (ranks.high <= count_) { found.high = (std::min)(high_of(bucket_at(ranks.high)), most_); }
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
    if (sum != h.count_) { return {"the count is not the sum of the buckets"}; }
    if (h.below_ > h.count_at(0) || h.above_ > h.count_at(type::bucket_count - 1)) {
        return {"more values were clamped than there are in the bucket"};
    }
    type ends = h;
    ends.find_extremes();
    if (h.empty() ? h != type()
                  : type::index_of(h.least_) != type::index_of(ends.least_) ||
                        type::index_of(h.most_) != type::index_of(ends.most_)) {
        return {"the least or the greatest value is not in its bucket"};
    }
    if (h.sum_known_ && (h.sum_ < h.lows() || h.highs() < h.sum_)) {
        return {"the sum is not one of values in the buckets"};
    }
    return {};
}

WICK_END_NAMESPACE

#endif
