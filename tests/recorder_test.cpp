// Tests of wick/recorder.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/histogram.hpp>
#include <wick/recorder.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace {

using histogram = wick::histogram<3>;

constexpr std::int64_t int64_max = (std::numeric_limits<std::int64_t>::max)();

std::vector<std::int64_t> random_values(std::size_t n, unsigned seed) {
    std::mt19937_64 random(seed);
    std::vector<std::int64_t> values(n);
    for (std::int64_t& v : values) {
        v = static_cast<std::int64_t>((random() >> 11) >> random() % 53) - 1;
    }
    return values;
}

template <class Histogram = histogram>
Histogram record_all(const std::vector<std::int64_t>& values) {
    Histogram h;
    for (const std::int64_t v : values) { h.record(v); }
    return h;
}

bool same_buckets(const histogram& a, const histogram& b) {
    histogram left = a;
    return a.count() == b.count() && !left.subtract(b) && left.empty();
}

// A value that is the same for the same number, of several octaves.
std::int64_t value_of(std::uint64_t number) {
    return static_cast<std::int64_t>((number * 2654435761u % 100000) << number % 7);
}

} // namespace

TEST_CASE("recorder: a snapshot is the histogram of what was recorded, and exact") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::vector<std::int64_t> values = random_values(seed * 20, seed);
        if (seed % 3 == 0) { values.push_back(int64_max); }
        wick::recorder<> r;
        wick::recorder<2> r2;
        wick::recorder<> handled;
        wick::recorder<>::handle h = handled.attach();
        for (const std::int64_t v : values) {
            r.record(v);
            r2.record(v);
            h.record(v);
        }
        INFO("seed ", seed);
        CHECK(r.snapshot() == record_all(values));
        CHECK(handled.snapshot() == record_all(values));
        CHECK(r2.snapshot() == record_all<wick::histogram<2>>(values));
        CHECK(!wick::validate(r.snapshot()));
    }
    CHECK(wick::recorder<>().snapshot() == histogram());
}

TEST_CASE("recorder: durations are nanoseconds") {
    using namespace std::chrono_literals;
    wick::recorder<> r;
    wick::recorder<>::handle h = r.attach();
    r.record(3us);
    h.record(std::chrono::duration<double>(1e300));
    h.record(-1s);
    CHECK(r.snapshot() == record_all({3000, int64_max, -1}));
}

TEST_CASE("recorder: sums beyond 64 bits are exact") {
    wick::recorder<> r;
    histogram expected;
    for (int i = 0; i < 5000; ++i) {
        r.record(histogram::max_value - i % 100);
        expected.record(histogram::max_value - i % 100);
    }
    CHECK(expected.total().high > 0);
    CHECK(r.snapshot() == expected);
}

TEST_CASE("recorder: each value is in one interval, whose sum is exact and extremes are derived") {
    wick::recorder<> r;
    CHECK(r.interval().empty());
    r.record(1000001);
    r.record(-1);
    CHECK(r.interval() == record_all({1000001, -1})); // the first
    CHECK(r.interval() == histogram());
    r.record(2000001);
    r.record(int64_max);
    const histogram second = r.interval();
    CHECK(second.count() == 2);
    CHECK(second.above() == 1);
    CHECK(second.below() == 0);
    CHECK(second.exact_sum());
    CHECK(second.total() == record_all({2000001, int64_max}).total());
    CHECK(!second.exact_extremes());
    CHECK(second.least() == histogram::low_of(histogram::index_of(2000001)));
    CHECK(r.snapshot() == record_all({1000001, -1, 2000001, int64_max}));
}

TEST_CASE("recorder: while threads record, intervals add up to all that they recorded") {
    constexpr int writers = 3;
    constexpr std::size_t each = 40000;
    wick::recorder<> r;
    std::atomic<int> running{writers};
    std::vector<std::thread> threads;
    for (int t = 0; t < writers; ++t) {
        threads.emplace_back([&, t] {
            const std::vector<std::int64_t> values = random_values(each, static_cast<unsigned>(t));
            if (t == 0) {
                wick::recorder<>::handle h = r.attach();
                for (const std::int64_t v : values) { h.record(v); }
            } else {
                for (const std::int64_t v : values) { r.record(v); }
            }
            --running;
        });
    }
    histogram sum;
    histogram before;
    bool last = false;
    for (int intervals = 0; !last; ++intervals) {
        last = running == 0;
        const histogram part = r.interval();
        CHECK(wick::validate(part).what == "");
        CHECK(!sum.merge(part));
        histogram now = r.snapshot();
        CHECK(wick::validate(now).what == "");
        histogram grown = now;
        CHECK(!grown.subtract(before));
        before = std::move(now);
    }
    for (std::thread& t : threads) { t.join(); }
    histogram expected;
    for (unsigned t = 0; t < writers; ++t) {
        CHECK(!expected.merge(record_all(random_values(each, t))));
    }
    CHECK(r.snapshot() == expected); // its sum and extremes too, now that all is quiet
    CHECK(same_buckets(sum, expected));
    CHECK(sum.below() == expected.below());
    CHECK(r.writers() <= writers);
}

TEST_CASE(
    "recorder: a snapshot that says it is exact has the first values of a writer and no other") {
    constexpr std::uint64_t all = 50000;
    wick::recorder<> r;
    std::thread writer([&] {
        for (std::uint64_t i = 0; i < all; ++i) {
            r.record(value_of(i));
            if (i % 64 == 0) { std::this_thread::yield(); }
        }
    });
    histogram expected;
    std::uint64_t exact = 0;
    for (std::uint64_t n = 0; n < all;) {
        const histogram now = r.snapshot();
        CHECK(now.count() >= n);
        // Those that were read meanwhile may be any: the writer goes on in other buckets.
        if (!now.exact()) { continue; }
        for (; n < now.count(); ++n) { expected.record(value_of(n)); }
        REQUIRE(now == expected);
        ++exact;
    }
    writer.join();
    CHECK(exact > 0); // the last one at least
}

TEST_CASE("recorder: threads that end leave their counts, and what held them to the next") {
    wick::recorder<> r;
    for (int i = 0; i < 10; ++i) {
        std::thread([&] {
            for (int k = 0; k < 10; ++k) { r.record(k << i); }
        }).join();
    }
    CHECK(r.snapshot().count() == 100);
    CHECK(r.writers() == 1);
    histogram expected;
    for (int i = 0; i < 100; ++i) { expected.record((i % 10) << i / 10); }
    CHECK(r.snapshot() == expected);
}

TEST_CASE("recorder: more recorders than a thread remembers at once do not mix") {
    std::vector<std::unique_ptr<wick::recorder<>>> many;
    for (int i = 0; i < 40; ++i) { many.push_back(std::make_unique<wick::recorder<>>()); }
    for (std::int64_t round = 0; round < 5; ++round) {
        for (std::size_t i = 0; i < many.size(); ++i) {
            many[i]->record(static_cast<std::int64_t>(i) * 1000 + round);
        }
    }
    for (std::size_t i = 0; i < many.size(); ++i) {
        const std::int64_t v = static_cast<std::int64_t>(i) * 1000;
        CHECK(many[i]->snapshot() == record_all({v, v + 1, v + 2, v + 3, v + 4}));
        CHECK(many[i]->writers() == 1);
    }
}

TEST_CASE("recorder: one that ends before the threads that used it, and before its handles") {
    std::atomic<int> step{0};
    auto first = std::make_unique<wick::recorder<>>();
    wick::recorder<> second;
    wick::recorder<>::handle left = first->attach();
    std::thread user([&] {
        first->record(1);
        step = 1;
        while (step != 2) { std::this_thread::yield(); }
        second.record(2); // frees what is left of the first one
        wick::recorder<> third;
        third.record(3);
        CHECK(third.snapshot() == record_all({3}));
    });
    while (step != 1) { std::this_thread::yield(); }
    CHECK(first->snapshot() == record_all({1}));
    first.reset();
    left.record(5); // for nobody
    step = 2;
    user.join();
    CHECK(second.snapshot() == record_all({2}));
    for (int i = 0; i < 1000; ++i) { // their memory does not pile up in this thread
        wick::recorder<2> brief;
        brief.record(i);
        CHECK(brief.snapshot().count() == 1);
    }
}

TEST_CASE("recorder: a handle is moved, and its counts are given on") {
    wick::recorder<> r;
    {
        wick::recorder<>::handle a = r.attach();
        a.record(1);
        wick::recorder<>::handle b = std::move(a);
        b.record(2);
        wick::recorder<>::handle c = r.attach();
        c.record(3);
        c = std::move(b);
        c.record(4);
    }
    CHECK(r.writers() == 2);
    wick::recorder<>::handle again = r.attach();
    again.record(5);
    CHECK(r.writers() == 2);
    CHECK(r.snapshot() == record_all({1, 2, 3, 4, 5}));
}

TEST_CASE("recorder: a thread may record until its very end") {
    struct at_the_end {
        wick::recorder<>* to = nullptr;
        ~at_the_end() {
            if (to != nullptr) { to->record(7); }
        }
    };
    wick::recorder<> r;
    std::thread([&] {
        static thread_local at_the_end last; // made before the thread's counts: ends after them
        last.to = &r;
        r.record(6);
    }).join();
    CHECK(r.snapshot() == record_all({6, 7}));
}

TEST_CASE("recorder: a scoped timer records once, into whatever records durations") {
    wick::recorder<> r;
    wick::recorder<>::handle handle = r.attach();
    histogram h;
    {
        const wick::scoped_timer a(r);
        const wick::scoped_timer b(handle);
        const wick::scoped_timer c(h);
        wick::scoped_timer cancelled(h);
        CHECK(cancelled.elapsed().count() >= 0);
        cancelled.cancel();
    }
    CHECK(r.snapshot().count() == 2);
    CHECK(h.count() == 1);
    CHECK(h.below() == 0);
}
