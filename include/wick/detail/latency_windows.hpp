// wick/detail/latency_windows.hpp - a ring of histograms by time, and the height of a series.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_LATENCY_WINDOWS_HPP
#define WICK_DETAIL_LATENCY_WINDOWS_HPP

#include <wick/detail/histogram_quantiles.hpp> // quantiles of a window
#include <wick/detail/sample_quantiles.hpp>    // quantiles of a series
#include <wick/histogram.hpp>                  // the windows
#include <wick/result.hpp>                     // why a series is refused
#include <wick/version.hpp>

#include <algorithm> // std::sort
#include <cmath>     // std::isnan
#include <cstddef>   // std::size_t
#include <cstdint>   // times
#include <limits>    // NaN
#include <string>    // errors
#include <vector>    // the ring, series

WICK_BEGIN_NAMESPACE

/// The last windows of time, each with a histogram of the requests in it: a ring, which forgets the
/// oldest as newer ones begin. Times are in nanoseconds from any instant, 0 or later, in any order.
/// Window w holds the times from w * length() on.
/// Allocation: an empty histogram is small; one in use has 8 KiB an octave (2 digits: 1 KiB).
/// Thread safety: that of a container.
template <int Digits = 3>
class latency_windows {
public:
    /// Windows of so many nanoseconds, of which so many are kept; both at least 1.
    explicit latency_windows(std::int64_t length_ns = 1'000'000'000, std::size_t capacity = 3600)
        : length_(length_ns)
        , ring_(capacity) {
        WICK_ASSERT(length_ns > 0 && capacity > 0);
    }

    [[nodiscard]] std::int64_t length() const noexcept { return length_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return ring_.size(); }

    /// Counts a request. `time_ns` is when it ended or when it should have begun, the same for all.
    /// False, and it counts as refused, if that is negative or before the oldest window kept.
    bool record(std::int64_t time_ns, std::int64_t value) {
        histogram<Digits>* window = window_at(time_ns);
        if (window == nullptr) {
            ++refused_;
            return false;
        }
        window->record(value);
        return true;
    }

    /// Adds an interval that begins at a time and lies within a window: a snapshot of a recorder,
    /// a line of a log. An error if it is too old, or if counts overflow.
    [[nodiscard]] error add(std::int64_t time_ns, const histogram<Digits>& interval) {
        histogram<Digits>* window = window_at(time_ns);
        if (window == nullptr) {
            refused_ += interval.count();
            return {"the time " + std::to_string(time_ns) +
                    " ns is negative or before the oldest window"};
        }
        return window->merge(interval);
    }

    /// How many windows there are, from the first to the last that was used; those between that
    /// had no requests count.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// When window i begins; i < size(), from the oldest on.
    [[nodiscard]] std::int64_t time(std::size_t i) const noexcept {
        return (first_ + static_cast<std::int64_t>(i)) * length_;
    }
    /// The requests of window i; i < size().
    [[nodiscard]] const histogram<Digits>& operator[](std::size_t i) const noexcept {
        return ring_[slot(first_ + static_cast<std::int64_t>(i))];
    }
    /// Requests that were in windows which the ring had to give up.
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }
    /// Requests that were not counted, as their time was negative or too old.
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

    /// Returns all requests together. An error if their count overflows.
    [[nodiscard]] result<histogram<Digits>> total() const {
        result<histogram<Digits>> made;
        for (std::size_t i = 0; i < size_ && !made.error; ++i) {
            made.error = made.value.merge((*this)[i]);
        }
        return made;
    }

    /// Returns the q-quantile of each window, NaN where it has fewer than `least_requests`: with
    /// 10 a P90 rests on two of them.
    [[nodiscard]] std::vector<double> quantiles(double q, std::uint64_t least_requests = 10) const {
        std::vector<double> series;
        for (std::size_t i = 0; i < size_; ++i) {
            const histogram<Digits>& window = (*this)[i];
            const bool some = window.count() >= (std::max)(least_requests, std::uint64_t{1});
            series.push_back(some ? detail::smooth_quantile(window, q)
                                  : std::numeric_limits<double>::quiet_NaN());
        }
        return series;
    }

    /// Returns the requests per second of each window. The first and the last are rarely whole.
    [[nodiscard]] std::vector<double> rates() const {
        std::vector<double> series;
        const double seconds = static_cast<double>(length_) / 1e9;
        for (std::size_t i = 0; i < size_; ++i) {
            series.push_back(static_cast<double>((*this)[i].count()) / seconds);
        }
        return series;
    }

private:
    std::int64_t length_;
    std::vector<histogram<Digits>> ring_;
    std::int64_t first_ = 0; // the oldest window
    std::size_t size_ = 0;
    std::uint64_t forgotten_ = 0;
    std::uint64_t refused_ = 0;

    [[nodiscard]] std::size_t slot(std::int64_t window) const noexcept {
        return static_cast<std::size_t>(window) % ring_.size();
    }

    // The histogram of a time, which is made room for; null when there is none.
    [[nodiscard]] histogram<Digits>* window_at(std::int64_t time_ns) {
        if (time_ns < 0) { return nullptr; }
        const std::int64_t window = time_ns / length_;
        if (size_ == 0) {
            first_ = window;
            size_ = 1;
        }
        const auto last = first_ + static_cast<std::int64_t>(size_) - 1;
        if (window > last) { advance(static_cast<std::uint64_t>(window - last)); }
        if (window < first_ && !extend_back(static_cast<std::uint64_t>(first_ - window))) {
            return nullptr;
        }
        return &ring_[slot(window)];
    }

    // Adds `steps` windows behind the last one; the oldest make room.
    void advance(std::uint64_t steps) {
        const std::size_t room = ring_.size() - size_;
        std::uint64_t gone = steps > room ? steps - room : 0;
        const std::uint64_t cleared = (std::min)(gone, std::uint64_t{size_});
        for (std::uint64_t i = 0; i < cleared; ++i) {
            histogram<Digits>& old = ring_[slot(first_ + static_cast<std::int64_t>(i))];
            forgotten_ += old.count();
            old.reset();
        }
        first_ += static_cast<std::int64_t>(gone);
        size_ = steps > room ? ring_.size() : size_ + static_cast<std::size_t>(steps);
    }

    // Adds windows before the first one, if the ring has room.
    bool extend_back(std::uint64_t steps) {
        if (steps > ring_.size() - size_) { return false; }
        first_ -= static_cast<std::int64_t>(steps);
        size_ += static_cast<std::size_t>(steps);
        return true;
    }
};

/// The way from the valley of a series to its peak.
struct peak_and_valley {
    double peak = 0;
    double valley = 0;
    double mean = 0; ///< of the series

    /// How much higher the peak is than the valley: 1.5 is two and a half times as high. Infinite
    /// for a valley of 0.
    [[nodiscard]] double over_valley() const noexcept { return (peak - valley) / valley; }
    /// The same as a part of the peak: from 0, flat, to 1.
    [[nodiscard]] double over_peak() const noexcept { return (peak - valley) / peak; }
    /// The same as a part of the mean.
    [[nodiscard]] double over_mean() const noexcept { return (peak - valley) / mean; }
};

/// The height of a series, such as the P90 of each minute of a day.
struct latency_height {
    peak_and_valley robust;   ///< between quantiles of the series, 0.05 and 0.95: one bad window
                              ///< of a hundred does not make it
    peak_and_valley plain;    ///< between the least and the greatest value
    std::size_t windows = 0;  ///< how many values there were
    std::size_t left_out = 0; ///< how many windows had no value (NaN)
};

/// Returns the height of a series; values that are NaN are windows without one. `cut` is the share
/// of the series above the robust peak, and below the robust valley. An error names the first value
/// that is negative or infinite, or says that there is none.
[[nodiscard]] inline result<latency_height> height_of(const std::vector<double>& series,
                                                      double cut = 0.05) {
    result<latency_height> made;
    std::vector<double> values;
    for (std::size_t i = 0; i < series.size(); ++i) {
        if (std::isnan(series[i])) {
            ++made.value.left_out;
            continue;
        }
        if (series[i] < 0 || std::isinf(series[i])) {
            return {{}, {"window " + std::to_string(i + 1) + " has a value that is no latency"}};
        }
        values.push_back(series[i]);
    }
    if (values.empty()) { return {{}, {"no window has enough requests for a quantile"}}; }
    std::sort(values.begin(), values.end());
    made.value.windows = values.size();
    const double mean = mean_of(values);
    made.value.plain = {values.back(), values.front(), mean};
    made.value.robust = {quantile_of(values, 1 - cut), quantile_of(values, cut), mean};
    return made;
}

/// Returns the height of the P90, or another quantile, of the windows.
template <int Digits>
[[nodiscard]] result<latency_height> height_of(const latency_windows<Digits>& windows,
                                               double q = 0.9,
                                               std::uint64_t least_requests = 10) {
    return height_of(windows.quantiles(q, least_requests));
}

WICK_END_NAMESPACE

#endif
