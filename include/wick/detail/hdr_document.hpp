// wick/detail/hdr_document.hpp - an HDR histogram as it stands in a file, and its buckets.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_HDR_DOCUMENT_HPP
#define WICK_DETAIL_HDR_DOCUMENT_HPP

#include <wick/histogram.hpp> // ranks, buckets
#include <wick/result.hpp>    // what is wrong with a document

#include <cmath>   // std::isfinite, std::nextafter, std::sqrt
#include <cstddef> // std::size_t
#include <cstdint> // values and counts
#include <string>  // the bytes that were read
#include <vector>  // the counts

WICK_BEGIN_NAMESPACE

namespace detail {

inline constexpr std::int64_t hdr_most = 0x7fffffffffffffff;

/// Returns how many bits a number has: 0 for 0, 64 for 2^63.
[[nodiscard]] constexpr unsigned bit_width(std::uint64_t value) noexcept {
    unsigned width = 0;
    for (unsigned step = 32; step > 0; step /= 2) {
        if (value >> step != 0) {
            value >>= step;
            width += step;
        }
    }
    return width + (value != 0 ? 1 : 0);
}

/// Where HdrHistogram puts a value, for any range and number of digits. Indexes are those of the
/// counts in its files.
class hdr_geometry {
public:
    /// Returns what is wrong with a range, or nullptr.
    [[nodiscard]] static const char*
    problem(int digits, std::int64_t lowest, std::int64_t highest) noexcept {
        if (digits < 0 || digits > 5) { return "expected 0 to 5 significant digits"; }
        if (lowest < 1) { return "the lowest value is below 1"; }
        if (highest / 2 < lowest) { return "the highest value is not twice the lowest"; }
        const unsigned unit = bit_width(static_cast<std::uint64_t>(lowest)) - 1;
        if (unit + half_bits_of(digits) > 61) { return "the lowest value is too high"; }
        return nullptr;
    }

    /// For a range without a problem.
    hdr_geometry(int digits, std::int64_t lowest, std::int64_t highest) noexcept
        : unit_(bit_width(static_cast<std::uint64_t>(lowest)) - 1)
        , half_bits_(half_bits_of(digits)) {
        std::int64_t beyond = std::int64_t{2} << (half_bits_ + unit_);
        buckets_ = 1;
        while (beyond <= highest) {
            ++buckets_;
            if (beyond > hdr_most / 2) { break; }
            beyond *= 2;
        }
    }

    /// How often the range doubles, and how many steps there are in the first of these.
    [[nodiscard]] std::uint32_t buckets() const noexcept { return buckets_; }
    [[nodiscard]] std::uint32_t sub_buckets() const noexcept { return 2u << half_bits_; }
    /// How many counts there are.
    [[nodiscard]] std::uint32_t size() const noexcept { return (buckets_ + 1) << half_bits_; }
    /// Whether a histogram with so many digits has the same buckets, from the first on.
    [[nodiscard]] bool is_of(unsigned precision_bits) const noexcept {
        return unit_ == 0 && half_bits_ == precision_bits;
    }

    [[nodiscard]] std::int64_t low_of(std::uint32_t index) const noexcept {
        const std::uint32_t octave = index >> half_bits_;
        const std::int64_t within = index & ((1u << half_bits_) - 1);
        if (octave == 0) { return within << unit_; }
        return (within + (std::int64_t{1} << half_bits_)) << (octave - 1 + unit_);
    }
    [[nodiscard]] std::int64_t width_of(std::uint32_t index) const noexcept {
        const std::uint32_t octave = index >> half_bits_;
        return std::int64_t{1} << ((octave == 0 ? 0 : octave - 1) + unit_);
    }
    [[nodiscard]] std::int64_t high_of(std::uint32_t index) const noexcept {
        return low_of(index) + (width_of(index) - 1);
    }
    [[nodiscard]] std::int64_t middle_of(std::uint32_t index) const noexcept {
        return low_of(index) + width_of(index) / 2;
    }

private:
    unsigned unit_;
    unsigned half_bits_;
    std::uint32_t buckets_;

    [[nodiscard]] static unsigned half_bits_of(int digits) noexcept {
        constexpr unsigned bits[] = {0, 4, 7, 10, 14, 17};
        return bits[digits];
    }
};

[[nodiscard]] inline std::uint64_t saturated_sum(std::uint64_t a, std::uint64_t b) noexcept {
    return b > ~a ? ~std::uint64_t{0} : a + b;
}

} // namespace detail

/// One count of an HDR histogram.
struct hdr_count {
    std::uint32_t index = 0; ///< of the bucket, by the geometry of the document
    std::uint64_t count = 0; ///< 1 … 2^63 - 1

    friend bool operator==(const hdr_count& a, const hdr_count& b) {
        return a.index == b.index && a.count == b.count;
    }
    friend bool operator!=(const hdr_count& a, const hdr_count& b) { return !(a == b); }
};

/// What the counts of an HDR histogram tell, as HdrHistogram for Java computes it: the least and
/// the greatest value are the ends of their buckets, sums are of the middles.
struct hdr_figures {
    std::uint64_t count = 0; ///< 2^64 - 1 stands for that and more
    double mean = 0;
    double stddev = 0; ///< of the population
    double min = 0;
    double max = 0;
};

/// An HDR histogram of any geometry, as it stands in a file. Values are the integers of the buckets
/// times `ratio`.
struct hdr_document {
    int version = 2;                      ///< of the encoding that was read: 0, 1, 2
    bool compressed = true;               ///< as it was read, and is to be written
    bool base64 = true;                   ///< the same
    int digits = 3;                       ///< significant decimal digits, 0 … 5
    std::int64_t lowest = 1;              ///< the value that can just be told from 0; 1 or more
    std::int64_t highest = 3600000000000; ///< twice the lowest or more: an hour of nanoseconds
    double ratio = 1;                     ///< not 1 only if double_range is not 0
    std::int64_t double_range = 0;        ///< of a DoubleHistogram: the highest value by the lowest
    std::vector<hdr_count> counts;        ///< ascending, without zeros

    /// What is odd in the writing of some programs, kept to write it again.
    struct oddities {
        std::int32_t offset = 0; ///< a "normalizing index offset", which the counts do not have
        std::uint64_t ratio_bits = 0;    ///< of a ratio that is none, where it says nothing
        bool unsigned_highest = false;   ///< the highest value is 2^63 or more
        bool lone_zeros_as_runs = false; ///< as C writes them, and Java does not
        std::uint32_t written_size = 0;  ///< counts that were written, with zeros at the end

        friend bool operator==(const oddities& a, const oddities& b) {
            return a.offset == b.offset && a.ratio_bits == b.ratio_bits &&
                   a.unsigned_highest == b.unsigned_highest &&
                   a.lone_zeros_as_runs == b.lone_zeros_as_runs && a.written_size == b.written_size;
        }
        friend bool operator!=(const oddities& a, const oddities& b) { return !(a == b); }
    } odd;
    std::uint64_t unread = 0; ///< bytes behind the histogram that were not looked at
    std::string original;     ///< the bytes that were read; to_hdr gives them back while the rest
                              ///< of this says the same

    /// Calls f(const histogram_bucket&) for each count, ascending; values before `ratio`.
    template <class F>
    void for_each_bucket(F&& f) const {
        const detail::hdr_geometry geometry(digits, lowest, highest);
        for (const hdr_count& c : counts) {
            f(histogram_bucket{geometry.low_of(c.index), geometry.high_of(c.index), c.count});
        }
    }

    /// How many values there are; 2^64 - 1 stands for that and more.
    [[nodiscard]] std::uint64_t count() const noexcept {
        std::uint64_t sum = 0;
        for (const hdr_count& c : counts) { sum = detail::saturated_sum(sum, c.count); }
        return sum;
    }

    [[nodiscard]] hdr_figures figures() const noexcept;

    /// Returns the value at a percentage, 0 … 100, as HdrHistogram for Java (or for C) does.
    [[nodiscard]] double percentile(double percent,
                                    rank_rule rule = rank_rule::java) const noexcept;

    /// True for the same content; the bytes it was read from may differ.
    friend bool operator==(const hdr_document& a, const hdr_document& b) {
        return a.version == b.version && a.compressed == b.compressed && a.base64 == b.base64 &&
               a.digits == b.digits && a.lowest == b.lowest && a.highest == b.highest &&
               !(a.ratio < b.ratio) && !(a.ratio > b.ratio) && a.double_range == b.double_range &&
               a.counts == b.counts && a.odd == b.odd && a.unread == b.unread;
    }
    friend bool operator!=(const hdr_document& a, const hdr_document& b) { return !(a == b); }
};

inline hdr_figures hdr_document::figures() const noexcept {
    hdr_figures made;
    if (counts.empty()) { return made; }
    const detail::hdr_geometry geometry(digits, lowest, highest);
    double sum = 0;
    for (const hdr_count& c : counts) {
        made.count = detail::saturated_sum(made.count, c.count);
        sum += static_cast<double>(geometry.middle_of(c.index)) * static_cast<double>(c.count);
    }
    const double n = static_cast<double>(made.count);
    const double mean = sum / n;
    double squares = 0;
    for (const hdr_count& c : counts) {
        const double distance = static_cast<double>(geometry.middle_of(c.index)) - mean;
        squares += distance * distance * static_cast<double>(c.count);
    }
    made.mean = mean * ratio;
    made.stddev = std::sqrt(squares / n) * ratio;
    made.min = static_cast<double>(geometry.low_of(counts.front().index)) * ratio;
    const double most = static_cast<double>(geometry.high_of(counts.back().index));
    made.max = double_range == 0 ? most : std::nextafter((most + 1) * ratio, 0.0);
    return made;
}

inline double hdr_document::percentile(double percent, rank_rule rule) const noexcept {
    if (counts.empty()) { return 0; }
    const detail::hdr_geometry geometry(digits, lowest, highest);
    const std::uint64_t rank = detail::percentile_rank(percent, count(), rule);
    std::uint64_t before = 0;
    std::uint32_t index = 0;
    for (const hdr_count& c : counts) {
        index = c.index;
        before = detail::saturated_sum(before, c.count);
        if (before >= rank) { break; }
    }
    const std::int64_t value = percent > 0 ? geometry.high_of(index) : geometry.low_of(index);
    return static_cast<double>(value) * ratio;
}

/// Returns what is wrong with a document that was not read, or no error. Cost: O(n).
[[nodiscard]] inline error validate(const hdr_document& document) {
    const hdr_document& d = document;
    if (d.version < 0 || d.version > 2) { return error{"expected version 0, 1 or 2"}; }
    if (const char* problem = detail::hdr_geometry::problem(d.digits, d.lowest, d.highest)) {
        return error{problem};
    }
    if (!(d.ratio > 0) || !std::isfinite(d.ratio)) {
        return error{"the ratio is no positive number"};
    }
    if (d.double_range < 0) { return error{"the range of a DoubleHistogram is below 0"}; }
    if (d.double_range == 0 && (d.ratio < 1 || d.ratio > 1)) {
        return error{"a histogram of integers has a ratio"};
    }
    const std::uint32_t size = detail::hdr_geometry(d.digits, d.lowest, d.highest).size();
    std::uint64_t next = 0;
    for (const hdr_count& c : d.counts) {
        if (c.index < next || c.index >= size) {
            return error{"count " + std::to_string(&c - d.counts.data()) +
                         ": its bucket is out of order or not in the range"};
        }
        if (c.count == 0 || c.count > static_cast<std::uint64_t>(detail::hdr_most)) {
            return error{"count " + std::to_string(&c - d.counts.data()) +
                         ": expected 1 to 2^63 - 1"};
        }
        next = std::uint64_t{c.index} + 1;
    }
    if (d.odd.written_size > size) { return error{"more counts are written than there are"}; }
    return {};
}

WICK_END_NAMESPACE

#endif
