// Recording, merging and describing durations, beside a plain array, two reads of the clock and
// HdrHistogram's C library, which is loaded where it is at hand: libhdr_histogram.so on the library
// path, or the file that WICK_HDR_LIBRARY names. And the bound of the error, over 10^8 values.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <wick/histogram.hpp>
#include <wick/recorder.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <dlfcn.h>

namespace {

using std::chrono::steady_clock;

// The functions of HdrHistogram's C library that are measured; its types stay opaque.
class hdr_library {
public:
    struct histogram;
    struct recorder {
        alignas(64) char bytes[4096]; // more than it has
    };

    int (*init)(std::int64_t, std::int64_t, int, histogram**) = nullptr;
    bool (*record)(histogram*, std::int64_t) = nullptr;
    std::int64_t (*add)(histogram*, const histogram*) = nullptr;
    double (*mean)(const histogram*) = nullptr;
    double (*stddev)(const histogram*) = nullptr;
    std::int64_t (*value_at)(const histogram*, double) = nullptr;
    int (*recorder_init)(recorder*, std::int64_t, std::int64_t, int) = nullptr;
    std::int64_t (*recorder_record)(recorder*, std::int64_t) = nullptr;
    std::int64_t (*recorder_record_atomic)(recorder*, std::int64_t) = nullptr;

    hdr_library() {
        const char* named = std::getenv("WICK_HDR_LIBRARY");
        for (const char* name :
             {named, "libhdr_histogram.so", "libhdr_histogram.so.6", "libhdr_histogram.so.4"}) {
            if (library_ == nullptr && name != nullptr) { library_ = ::dlopen(name, RTLD_NOW); }
        }
        found_ = library_ != nullptr && find(init, "hdr_init") &&
                 find(record, "hdr_record_value") && find(add, "hdr_add") &&
                 find(mean, "hdr_mean") && find(stddev, "hdr_stddev") &&
                 find(value_at, "hdr_value_at_percentile") &&
                 find(recorder_init, "hdr_interval_recorder_init_all") &&
                 find(recorder_record, "hdr_interval_recorder_record_value") &&
                 find(recorder_record_atomic, "hdr_interval_recorder_record_value_atomic");
    }
    bool found() const { return found_; }

    histogram* make(int digits) const {
        histogram* made = nullptr;
        if (init(1, 3600000000000, digits, &made) != 0) { std::abort(); }
        return made;
    }

private:
    void* library_ = nullptr;
    bool found_ = false;

    template <class Function>
    bool find(Function*& function, const char* name) {
        void* address = ::dlsym(library_, name);
        static_assert(sizeof function == sizeof address);
        std::memcpy(&function, &address, sizeof address);
        return function != nullptr;
    }
};

// Latencies in nanoseconds: about a millisecond, and one in a hundred about 40.
std::vector<std::int64_t> make_latencies(std::size_t n) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> usual(std::log(1e6), 0.8);
    std::lognormal_distribution<double> slow(std::log(40e6), 1.0);
    std::vector<std::int64_t> made(n);
    for (std::int64_t& v : made) {
        v = static_cast<std::int64_t>(random() % 100 == 0 ? slow(random) : usual(random));
        v = (std::max)(v, std::int64_t{1000});
    }
    return made;
}

// Prints each contender's time for one operation, its ratio to the first one and to `peer`.
void print(const std::vector<measure::contender>& contenders, double operations, double unit) {
    const measure::contender& peer = contenders.back();
    for (const measure::contender& c : contenders) {
        const measure::summary s = measure::summarize(c.seconds);
        const measure::summary r = measure::ratio(c, contenders.front());
        const measure::summary p = measure::ratio(c, peer);
        const double scale = unit / operations;
        std::printf("  %-44s %8.2f [%.2f, %.2f]  %6.2fx [%.2f, %.2f]  %6.3f [%.3f, %.3f]\n",
                    c.name.c_str(),
                    s.median * scale,
                    s.least * scale,
                    s.most * scale,
                    r.median,
                    r.least,
                    r.most,
                    p.median,
                    p.least,
                    p.most);
    }
}

// Runs are short and many, and told by CPU time: others may use the machine.
void use_cpu_time(std::vector<measure::contender>& contenders, int rounds) {
    measure::interleave(contenders, rounds);
    for (measure::contender& c : contenders) { c.seconds = c.cpu; }
}

constexpr std::size_t window = 65536;
constexpr int laps = 4;

template <class F>
std::function<void()> over(const std::vector<std::int64_t>& values, F record) {
    return [&values, record] {
        for (int lap = 0; lap < laps; ++lap) {
            for (const std::int64_t v : values) { record(v); }
        }
    };
}

void measure_recording(const hdr_library& hdr) {
    const std::vector<std::int64_t> values = make_latencies(window);
    std::vector<std::uint32_t> indexes;
    for (const std::int64_t v : values) { indexes.push_back(wick::histogram<3>::index_of(v)); }
    std::vector<std::uint64_t> plain(wick::histogram<3>::bucket_count);
    wick::histogram<3> three;
    wick::histogram<2> two;
    wick::histogram<3> any;
    std::vector<std::int64_t> sparse = values;
    for (std::size_t i = 0; i < sparse.size(); i += 2) { sparse[i] %= 1000; }
    std::vector<measure::contender> contenders = {
        {"array[i]++, i given",
         [&] {
             for (int lap = 0; lap < laps; ++lap) {
                 for (const std::uint32_t i : indexes) { ++plain[i]; }
             }
             measure::keep(plain);
         }},
        {"array[index_of(v)]++",
         over(values, [&](std::int64_t v) { ++plain[wick::histogram<3>::index_of(v)]; })},
        {"histogram<3>", over(values, [&](std::int64_t v) { three.record(v); })},
        {"histogram<2>", over(values, [&](std::int64_t v) { two.record(v); })},
        {"histogram<3>, half below 1000", over(sparse, [&](std::int64_t v) { any.record(v); })},
        {"two reads of the clock",
         over(values,
              [&](std::int64_t) {
                  const auto begin = steady_clock::now();
                  measure::keep(steady_clock::now() - begin);
              })},
    };
    hdr_library::histogram* theirs = nullptr;
    if (hdr.found()) {
        theirs = hdr.make(3);
        hdr_library::histogram* theirs_two = hdr.make(2);
        contenders.push_back(
            {"hdr_record_value, 2 digits",
             over(values, [&hdr, theirs_two](std::int64_t v) { hdr.record(theirs_two, v); })});
        contenders.push_back(
            {"hdr_record_value, 3 digits",
             over(values, [&hdr, theirs](std::int64_t v) { hdr.record(theirs, v); })});
    }
    use_cpu_time(contenders, 101);
    std::printf("recording: ns a value; ratio to array[i]++; ratio to the last\n");
    print(contenders, static_cast<double>(window) * laps, 1e9);
}

// The same from two threads at once.
void measure_two_threads(const hdr_library& hdr) {
    const std::vector<std::int64_t> values = make_latencies(window);
    wick::recorder<3> shared;
    std::vector<std::atomic<std::uint64_t>> atomics(wick::histogram<3>::bucket_count);
    const auto twice = [](std::function<void()> run) {
        return [run] {
            std::thread other(run);
            run();
            other.join();
        };
    };
    std::vector<measure::contender> contenders = {
        {"array[index_of(v)].fetch_add(1)",
         twice(over(values,
                    [&](std::int64_t v) {
                        atomics[wick::histogram<3>::index_of(v)].fetch_add(
                            1, std::memory_order_relaxed);
                    }))},
        {"recorder<3>", twice(over(values, [&](std::int64_t v) { shared.record(v); }))},
    };
    alignas(64) static hdr_library::recorder theirs;
    if (hdr.found()) {
        if (hdr.recorder_init(&theirs, 1, 3600000000000, 3) != 0) { std::abort(); }
        contenders.push_back(
            {"hdr_interval_recorder_record_value_atomic",
             twice(over(values, [&](std::int64_t v) { hdr.recorder_record_atomic(&theirs, v); }))});
    }
    use_cpu_time(contenders, 31);
    std::printf("the same in two threads at once; ratio to fetch_add; to the last\n");
    print(contenders, 2.0 * static_cast<double>(window) * laps, 1e9);
}

// Every bucket of 1 us ... 1 h has some.
template <int Digits>
wick::histogram<Digits> make_full() {
    using type = wick::histogram<Digits>;
    std::mt19937_64 random(11);
    type made;
    for (std::uint32_t i = type::index_of(1000); i <= type::index_of(3600000000000); ++i) {
        made.record(type::low_of(i), 1 + random() % 1000);
    }
    return made;
}

void measure_recorders(const hdr_library& hdr) {
    const std::vector<std::int64_t> values = make_latencies(window);
    wick::recorder<3> shared;
    wick::recorder<2> shared_two;
    wick::recorder<3> owned;
    auto handle = owned.attach();
    std::vector<std::atomic<std::uint64_t>> atomics(wick::histogram<3>::bucket_count);
    std::vector<measure::contender> contenders = {
        {"two reads of the clock",
         over(values,
              [&](std::int64_t) {
                  const auto begin = steady_clock::now();
                  measure::keep(steady_clock::now() - begin);
              })},
        {"array[index_of(v)].fetch_add(1)",
         over(values,
              [&](std::int64_t v) {
                  atomics[wick::histogram<3>::index_of(v)].fetch_add(1, std::memory_order_relaxed);
              })},
        {"recorder<3>, a handle", over(values, [&](std::int64_t v) { handle.record(v); })},
        {"recorder<3>", over(values, [&](std::int64_t v) { shared.record(v); })},
        {"recorder<2>", over(values, [&](std::int64_t v) { shared_two.record(v); })},
    };
    alignas(64) static hdr_library::recorder theirs;
    if (hdr.found()) {
        if (hdr.recorder_init(&theirs, 1, 3600000000000, 3) != 0) { std::abort(); }
        contenders.push_back(
            {"hdr_interval_recorder_record_value",
             over(values, [&hdr](std::int64_t v) { hdr.recorder_record(&theirs, v); })});
    }
    use_cpu_time(contenders, 101);
    std::printf("recording while others may read: ns a value; ratio to the clock; to the last\n");
    print(contenders, static_cast<double>(window) * laps, 1e9);
}

void measure_whole(const hdr_library& hdr) {
    const wick::histogram<3> full = make_full<3>();
    wick::histogram<3> sum = full;
    wick::histogram<3> earlier = full;
    wick::histogram<2> folded;
    wick::recorder<3> filled;
    full.for_each_bucket([&](const wick::histogram_bucket& b) { filled.record(b.low); });
    const double qs[] = {0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999};
    constexpr int times = 25;
    std::int64_t out[8];
    const auto repeat = [](auto f) {
        return [f] {
            for (int i = 0; i < times; ++i) { f(); }
        };
    };
    std::vector<measure::contender> contenders = {
        {"merge", repeat([&] {
             if (sum.merge(full)) { std::abort(); }
         })},
        {"merge into 2 digits", repeat([&] {
             if (folded.merge(full)) { std::abort(); }
         })},
        {"subtract", repeat([&] {
             if (sum.subtract(full)) { std::abort(); }
         })},
        {"count, mean, stddev, 8 quantiles", repeat([&] {
             measure::keep(full.figures(qs, 8, out));
             measure::keep(out);
         })},
        {"stddev", repeat([&] { measure::keep(full.stddev()); })},
        {"8 quantiles", repeat([&] {
             full.quantiles(qs, 8, out);
             measure::keep(out);
         })},
        {"one quantile, .99", repeat([&] { measure::keep(full.quantile(0.99)); })},
        {"quantile_interval(.99)", repeat([&] { measure::keep(full.quantile_interval(0.99)); })},
        {"recorder: interval, 1 thread, nothing new",
         repeat([&] { measure::keep(filled.interval()); })},
        {"copy", repeat([&] {
             const wick::histogram<3> copy = full;
             measure::keep(copy);
         })},
    };
    if (hdr.found()) {
        hdr_library::histogram* theirs = hdr.make(3);
        hdr_library::histogram* theirs_sum = hdr.make(3);
        full.for_each_bucket([&](const wick::histogram_bucket& b) {
            for (int i = 0; i < 3; ++i) { hdr.record(theirs, b.low); }
        });
        contenders.push_back(
            {"hdr_add", repeat([&hdr, theirs, theirs_sum] { hdr.add(theirs_sum, theirs); })});
        contenders.push_back({"hdr_mean, hdr_stddev, 8 percentiles", repeat([&hdr, theirs, &qs] {
                                  measure::keep(hdr.mean(theirs));
                                  measure::keep(hdr.stddev(theirs));
                                  for (const double q : qs) {
                                      measure::keep(hdr.value_at(theirs, q * 100));
                                  }
                              })});
    }
    use_cpu_time(contenders, 31);
    std::printf("whole histograms of %zu buckets: us an operation; ratio to merge; to the last\n",
                full.counts().size());
    print(contenders, times, 1e6);
}

// The share by which a reported value is above the true one, times 2^K: at most 1.
template <class Histogram>
double error_of(std::int64_t told, std::int64_t exact) {
    if (told < exact) { return std::numeric_limits<double>::infinity(); }
    return static_cast<double>(told - exact) * (1 << Histogram::precision_bits) /
           static_cast<double>((std::max)(exact, std::int64_t{1}));
}

// Records values; returns the greatest error of the bucket of any, and of 10,000 quantiles.
template <class Histogram>
double greatest_error(const std::vector<std::int64_t>& sorted) {
    Histogram h;
    double greatest = 0;
    for (const std::int64_t v : sorted) {
        h.record(v);
        const std::int64_t told = Histogram::high_of(Histogram::index_of(v));
        greatest = (std::max)(greatest, error_of<Histogram>(told, v));
    }
    constexpr int n = 10000;
    for (int i = 1; i <= n; ++i) {
        const double q = static_cast<double>(i) / n;
        const std::uint64_t rank =
            wick::detail::percentile_rank(q * 100, sorted.size(), wick::rank_rule::java);
        const std::int64_t exact = sorted[static_cast<std::size_t>(rank - 1)];
        greatest = (std::max)(greatest, error_of<Histogram>(h.quantile(q), exact));
    }
    std::uint64_t sum = 0; // below 2^64 for 2^10 values and more: only its last bits count
    for (const std::int64_t v : sorted) { sum += static_cast<std::uint64_t>(v); }
    const bool totals = h.count() == sorted.size() && h.total().low == sum &&
                        h.least() == sorted.front() && h.greatest() == sorted.back() &&
                        !wick::validate(h);
    return totals ? greatest : std::numeric_limits<double>::infinity();
}

// Of all magnitudes and of a service's latencies, in turn. Returns whether the bound held.
bool check_bound() {
    constexpr int rounds = 10;
    constexpr std::size_t each = 10000000;
    std::mt19937_64 random(21);
    std::lognormal_distribution<double> usual(std::log(1e6), 0.8);
    double three = 0;
    double two = 0;
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::int64_t> values(each);
        for (std::int64_t& v : values) {
            v = static_cast<std::int64_t>(
                round % 2 == 0 ? static_cast<double>((random() >> 11) >> random() % 53)
                               : usual(random));
        }
        std::sort(values.begin(), values.end());
        three = (std::max)(three, greatest_error<wick::histogram<3>>(values));
        two = (std::max)(two, greatest_error<wick::histogram<2>>(values));
    }
    std::printf("%d x %zu random values: the greatest relative error of a value and of a quantile, "
                "in units of the bound\n"
                "  3 digits, bound 2^-10: %.6f\n  2 digits, bound 2^-7:  %.6f\n",
                rounds,
                each,
                three,
                two);
    return three <= 1 && two <= 1;
}

} // namespace

int main() {
    const hdr_library hdr;
    if (!hdr.found()) {
        std::printf("HdrHistogram's C library is not at hand: libhdr_histogram.so, or the file in "
                    "WICK_HDR_LIBRARY\n");
    }
    measure_recording(hdr);
    measure_recorders(hdr);
    measure_two_threads(hdr);
    measure_whole(hdr);
    return check_bound() ? 0 : 1; // no timing, so it may decide
}
