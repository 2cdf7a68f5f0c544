// wick/format/ddsketch.hpp - histograms as DDSketch's message, which Datadog's libraries read.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_DDSKETCH_HPP
#define WICK_FORMAT_DDSKETCH_HPP

#include <wick/detail/exponential_buckets.hpp> // which value stands for a bucket
#include <wick/detail/protobuf.hpp>            // what is written
#include <wick/histogram.hpp>                  // the value
#include <wick/result.hpp>                     // errors

#include <cmath>   // std::log, std::floor
#include <cstddef> // std::size_t
#include <cstdint> // indices
#include <string>  // the message
#include <vector>  // bins

WICK_BEGIN_NAMESPACE

/// How a histogram becomes a sketch.
struct ddsketch_options {
    double accuracy = 0.01; ///< relative, 0.0001 … 0.5; sketches merge only if theirs is the same
    int decimals = 9;       ///< values are in units of 10^-decimals of what is written: nanoseconds
};

namespace detail {

struct ddsketch_bins {
    double gamma = 0;
    double zero = 0;
    std::int32_t offset = 0;    // the index of the first bin
    std::vector<double> counts; // the first and the last are not 0
    std::size_t used = 0;       // bins that are not empty
};

// Index i holds gamma^i up to gamma^(i + 1).
template <int Digits>
[[nodiscard]] ddsketch_bins to_bins(const histogram<Digits>& values,
                                    const ddsketch_options& options) {
    ddsketch_bins made;
    made.gamma = (1 + options.accuracy) / (1 - options.accuracy);
    const double log_gamma = std::log(made.gamma);
    const double unit = ten_to(options.decimals);
    values.for_each_bucket([&](const histogram_bucket& b) {
        const double count = static_cast<double>(b.count);
        if (b.low == 0) {
            made.zero = count;
            return;
        }
        const double place = std::floor(std::log(representative(values, b) / unit) / log_gamma);
        const auto index = static_cast<std::int32_t>(place);
        if (made.counts.empty()) { made.offset = index; }
        const auto at = static_cast<std::size_t>(index - made.offset);
        if (at >= made.counts.size()) {
            made.counts.resize(at + 1);
            ++made.used;
        }
        made.counts[at] += count;
    });
    return made;
}

} // namespace detail

/// Returns a message DDSketch with logarithmic bins and no offset of indices, as the Go and Java
/// libraries write it; Python's takes each bin for the next smaller one. What they answer is off by
/// `accuracy` of a value, and by 2^-(K + 1) of it more, which is the histogram's own part. Counts
/// are doubles there: exact up to 2^53 a bin.
/// Errors: options out of their range.
/// Cost:   a logarithm for each bucket that is not empty.
/// Format: DDSketch.proto of sketches-go and sketches-java.
template <int Digits>
[[nodiscard]] result<std::string> to_ddsketch(const histogram<Digits>& values,
                                              const ddsketch_options& options = {}) {
    result<std::string> made;
    if (!(options.accuracy >= 0.0001 && options.accuracy <= 0.5)) {
        made.error = {"a relative accuracy is from 0.0001 to 0.5"};
        return made;
    }
    if (options.decimals < 0 || options.decimals > 18) {
        made.error = {"decimals are from 0 to 18"};
        return made;
    }
    const detail::ddsketch_bins bins = detail::to_bins(values, options);
    detail::protobuf_writer out(made.value);
    out.message(1, [&] { out.real(1, bins.gamma); });
    if (!bins.counts.empty()) {
        // A bin of a map takes up to 17 bytes, one of a list 8, empty or not.
        const bool dense = bins.counts.size() * 8 <= bins.used * 17;
        const auto list = [&] {
            for (const double count : bins.counts) { out.append_real(count); }
        };
        const auto map = [&] {
            for (std::size_t i = 0; i < bins.counts.size(); ++i) {
                if (!(bins.counts[i] > 0)) { continue; }
                out.message(1, [&] {
                    out.sint(1, std::int64_t{bins.offset} + static_cast<std::int64_t>(i));
                    out.real(2, bins.counts[i]);
                });
            }
        };
        out.message(2, [&] {
            if (!dense) {
                map();
                return;
            }
            out.message(2, list);
            out.sint(3, bins.offset);
        });
    }
    if (bins.zero > 0) { out.real(4, bins.zero); }
    return made;
}

WICK_END_NAMESPACE

#endif
