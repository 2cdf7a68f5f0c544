// wick/detail/open_loop.hpp - requests on a schedule, so that a stall is not left out.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_OPEN_LOOP_HPP
#define WICK_DETAIL_OPEN_LOOP_HPP

#include <wick/histogram.hpp> // where times go
#include <wick/version.hpp>

#include <algorithm> // std::max
#include <cmath>     // std::floor
#include <cstdint>   // times

WICK_BEGIN_NAMESPACE

/// When requests should start, at a fixed rate whatever the answers do. A client that sends the
/// next request only once it has its answer stops asking while the server stalls, and so leaves out
/// what users would have waited ("coordinated omission"). Here each request has its place in time;
/// one that starts late is sent as soon as it can be, and has waited since its place.
///     const std::int64_t intended = clock.next();
///     sleep_until(clock.send_time());     // the caller's; returns at once when that has passed
///     const std::int64_t sent = now();
///     clock.sent(sent);
///     … the request …
///     times.record(intended, sent, now());
/// Times are in nanoseconds from any instant. Starts are computed from their number, so that no
/// error adds up. Thread safety: none; each connection has its own, with a part of the rate.
class open_loop_clock {
public:
    /// A request each 1 / rate seconds from start_ns on; rate > 0. After a stall requests follow
    /// each other no faster than `catch_up` times the rate; 0: as fast as they can be sent.
    open_loop_clock(double rate_per_second, std::int64_t start_ns, double catch_up = 0)
        : interval_(1e9 / rate_per_second)
        , start_(start_ns)
        , last_sent_(start_ns) {
        WICK_ASSERT(rate_per_second > 0 && (catch_up <= 0 || catch_up >= 1));
        if (catch_up > 0) { pause_ = static_cast<std::int64_t>(interval_ / catch_up); }
    }

    /// Returns when request i should start, from 0.
    [[nodiscard]] std::int64_t intended(std::uint64_t i) const noexcept {
        const double after = static_cast<double>(i) * interval_;
        return start_ + static_cast<std::int64_t>(std::floor(after + 0.5));
    }
    /// Takes the next request and returns when it should start.
    std::int64_t next() noexcept { return current_ = intended(taken_++); }

    /// Returns when the request that was taken last may be sent: not before its place, and behind
    /// the one before it by the pause for catching up. A time that has passed means: now.
    [[nodiscard]] std::int64_t send_time() const noexcept {
        return taken_ > 1 ? (std::max)(current_, last_sent_ + pause_) : current_;
    }
    /// Tells when it was sent.
    void sent(std::int64_t now_ns) noexcept { last_sent_ = now_ns; }

    /// Returns how many requests have been taken.
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }
    /// Returns how many more should have started by now: how far the client is behind.
    [[nodiscard]] std::uint64_t behind(std::int64_t now_ns) const noexcept {
        if (now_ns < start_) { return 0; }
        const double passed = static_cast<double>(now_ns - start_) / interval_;
        const auto due = static_cast<std::uint64_t>(std::floor(passed)) + 1;
        return due > taken_ ? due - taken_ : 0;
    }

private:
    double interval_; // in nanoseconds
    std::int64_t start_;
    std::int64_t last_sent_;
    std::int64_t pause_ = 0;
    std::int64_t current_ = 0;
    std::uint64_t taken_ = 0;
};

/// Both latencies of the same requests: what the server needed, and what a user on the schedule
/// waited. They differ by the wait of requests that could not start in time; only the second tells
/// of a stall in proportion to its length.
template <int Digits = 3>
struct open_loop_times {
    histogram<Digits> service;  ///< from when a request was sent
    histogram<Digits> response; ///< from when it should have started

    /// Counts a request; a time before its start counts as 0, and in below().
    void record(std::int64_t intended_ns, std::int64_t sent_ns, std::int64_t finished_ns) {
        service.record(finished_ns - sent_ns);
        response.record(finished_ns - intended_ns);
    }
    [[nodiscard]] error merge(const open_loop_times& other) {
        if (error e = service.merge(other.service)) { return e; }
        return response.merge(other.response);
    }
    friend bool operator==(const open_loop_times& a, const open_loop_times& b) {
        return a.service == b.service && a.response == b.response;
    }
    friend bool operator!=(const open_loop_times& a, const open_loop_times& b) { return !(a == b); }
};

WICK_END_NAMESPACE

#endif
