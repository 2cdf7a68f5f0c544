// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/sampler.hpp>

#include "support.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// The thread sanitizer keeps signals until the next call that it intercepts, when the stack is
// another.
#if defined(__SANITIZE_THREAD__)
#    define THREAD_SANITIZER 1
#elif defined(__has_feature)
#    if __has_feature(thread_sanitizer)
#        define THREAD_SANITIZER 1
#    endif
#endif
#ifndef THREAD_SANITIZER
#    define THREAD_SANITIZER 0
#endif

namespace {

using namespace std::chrono_literals;

std::uint64_t thread_cpu_ns() {
    return wick::detail::clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

// A function that profiles are searched for. It must not be inlined, nor turned into a jump.
__attribute__((noinline)) std::uint64_t wick_test_spin(std::uint64_t x) {
    for (int i = 0; i < 2000; ++i) { x = x * 6364136223846793005u + 1442695040888963407u; }
    return x;
}

std::atomic<std::uint64_t> result_of_burning{0};

// Uses CPU time, not wall time: what the sampler sees does not depend on how busy the machine is.
__attribute__((noinline)) void burn(std::uint64_t ns) {
    const std::uint64_t end = thread_cpu_ns() + ns;
    std::uint64_t x = 1;
    while (thread_cpu_ns() < end) { x = wick_test_spin(x); }
    result_of_burning += x;
}
constexpr std::uint64_t ms = 1000000;

// Burns until a condition holds; false after half a minute of CPU time, which no run needs.
template <class Condition>
bool burn_until(Condition condition) {
    const std::uint64_t give_up = thread_cpu_ns() + 30000 * ms;
    while (!condition()) {
        if (thread_cpu_ns() > give_up) { return false; }
        burn(5 * ms);
    }
    return true;
}

wick::sampler_options fast() {
    wick::sampler_options options;
    options.frequency_hz = 1000;
    return options;
}

std::uint64_t count_of(const wick::profile& p) {
    std::uint64_t sum = 0;
    for (const auto& n : p.nodes) { sum += n.count; }
    return sum;
}
std::uint64_t weight_of(const wick::profile& p) {
    std::uint64_t sum = 0;
    for (const auto& n : p.nodes) { sum += static_cast<std::uint64_t>(n.self); }
    return sum;
}
// The weight below the root with this name.
std::int64_t weight_of_thread(const wick::profile& p, const std::string& name) {
    const auto totals = wick::totals(p);
    for (std::size_t i = 1; i < p.nodes.size(); ++i) {
        const auto& f = p.frames[p.nodes[i].frame];
        if (p.nodes[i].parent == 0 && f.function == name && f.kind == wick::frame_kind::thread) {
            return totals[i];
        }
    }
    return 0;
}
bool has_function(const wick::profile& p, const std::string& part) {
    return std::any_of(p.frames.begin(), p.frames.end(), [&](const wick::frame& f) {
        return f.function.find(part) != std::string::npos;
    });
}

std::size_t count_entries(const char* path) {
    std::size_t n = 0;
    if (DIR* d = opendir(path)) {
        while (readdir(d) != nullptr) { ++n; }
        closedir(d);
    }
    return n;
}
std::size_t count_timers() {
    const std::string text = wick::detail::read_file("/proc/self/timers").value;
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find("ID: ", at)) != std::string::npos; ++at) { ++n; }
    return n;
}

// Keeps a signal away from the calling thread: then all samples are other threads'.
struct blocked_signal {
    explicit blocked_signal(int signal) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, signal);
        pthread_sigmask(SIG_BLOCK, &set, &before);
    }
    ~blocked_signal() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    sigset_t before;
};

// While it exists the collector waits for its lock: buffers are not emptied and threads are not
// found, whatever else the machine does.
struct held_collector {
    held_collector() { pthread_mutex_lock(&wick::detail::runtime().lock); }
    ~held_collector() { pthread_mutex_unlock(&wick::detail::runtime().lock); }
};

// Threads inherit the mask of the one that starts them.
void unblock(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

// Runs in a child process, where nothing is left behind; returns its exit status, or 1000 + signal.
template <class Body>
int in_child(Body body) {
    const pid_t child = fork();
    if (child == 0) {
        alarm(300); // where it hangs
        _exit(body());
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

void check_books(const wick::sampler_stats& s) {
    CHECK(s.delivered == s.recorded + s.dropped);
    CHECK(s.weight >= s.recorded);
    CHECK(s.truncated <= s.recorded);
}

} // namespace

TEST_CASE("sampler: a busy program gives a profile with a root for each thread name") {
    wick::sampler sampler;
    const auto started = sampler.start(fast());
    REQUIRE_MESSAGE(started, started.error.what);
    CHECK(started.value.running);
    CHECK(started.value.timers >= 1);
    CHECK(started.value.mechanism == "timer_create thread CPU");
    std::atomic<bool> done{false};
    std::thread worker([&] {
        pthread_setname_np(pthread_self(), "worker");
        burn(300 * ms);
        while (!done) { burn(ms); }
    });
    burn(300 * ms);
    CHECK(burn_until([&] {
        return sampler.stats().recorded > 20 && weight_of_thread(sampler.raw(), "worker") > 0 &&
               has_function(sampler.snapshot(), "wick_test_spin");
    }));
    done = true;
    worker.join();
    const wick::profile running = sampler.snapshot();
    CHECK(sampler.running());
    sampler.stop();
    CHECK(!sampler.running());
    const wick::profile p = sampler.snapshot();
    CHECK(wick::validate(p).what == "");
    CHECK(weight_of(p) >= weight_of(running));
    CHECK(p.unit == "samples");
    CHECK(p.counted == wick::counted_as::samples);
    CHECK(has_function(p, "wick_test_spin"));
    CHECK(weight_of_thread(p, "worker") > 0);
    CHECK(weight_of_thread(p, wick::detail::thread_name(getpid())) > 0);
    CHECK(!has_function(p, "wick-sampler"));
    REQUIRE(p.origins.size() == 1);
    const wick::origin& from = p.origins[0];
    CHECK(from.mechanism == "timer_create thread CPU");
    CHECK(from.rate_asked_hz == doctest::Approx(1000));
    CHECK(from.rate_attained_hz > 0);
    CHECK(from.cpu_ns >= 600 * ms);
    CHECK(from.duration_ns > 0);
    CHECK(!from.command.empty());
    CHECK(!from.host.empty());
    const auto s = sampler.stats();
    check_books(s);
    CHECK(s.recorded == count_of(p));
    CHECK(s.weight == weight_of(p));
    CHECK(s.threads >= 2);
    CHECK(s.timers == 0);
    CHECK(s.note == "");
}

TEST_CASE("sampler: raw addresses can be named later, and give the same as snapshot") {
    wick::sampler sampler;
    REQUIRE(sampler.start(fast()));
    REQUIRE(burn_until([&] { return sampler.stats().recorded > 20; }));
    sampler.stop();
    const wick::profile raw = sampler.raw();
    CHECK(wick::validate(raw).what == "");
    CHECK(raw.detail == wick::profile_detail::address);
    CHECK(raw.modules.size() > 1);
    CHECK(!has_function(raw, "wick_test_spin"));
    const wick::profile named = sampler.snapshot();
    CHECK(count_of(raw) == count_of(named));
    CHECK(wick::detail::symbolizer().name(raw).named == named);
    CHECK(sampler.raw() == raw); // reading changes nothing
}

TEST_CASE("sampler: options out of range are refused with what was expected") {
    struct row {
        const char* name;
        void (*change)(wick::sampler_options&);
        const char* text;
    };
    const row rows[] = {
        {"0 Hz", [](auto& o) { o.frequency_hz = 0; }, "expected 0.1 to 10000"},
        {"-1 Hz", [](auto& o) { o.frequency_hz = -1; }, "expected 0.1 to 10000"},
        {"1e9 Hz", [](auto& o) { o.frequency_hz = 1e9; }, "expected 0.1 to 10000"},
        {"inf Hz",
         [](auto& o) { o.frequency_hz = std::numeric_limits<double>::infinity(); },
         "expected"},
        {"nan Hz",
         [](auto& o) { o.frequency_hz = std::numeric_limits<double>::quiet_NaN(); },
         "expected"},
        {"1 ns", [](auto& o) { o.interval = 1ns; }, "an interval of 1 ns: expected 100 us"},
        {"-5 ms", [](auto& o) { o.interval = -5ms; }, "expected 100 us"},
        {"11 s", [](auto& o) { o.interval = 11s; }, "to 10 s"},
        {"depth 0", [](auto& o) { o.max_depth = 0; }, "expected 1 to 4096"},
        {"depth 4097", [](auto& o) { o.max_depth = 4097; }, "expected 1 to 4096"},
        {"no buffer", [](auto& o) { o.thread_buffer_bytes = 0; }, "two stacks"},
        {"1 GiB buffer", [](auto& o) { o.thread_buffer_bytes = 1u << 30; }, "64 MiB"},
        {"no nodes", [](auto& o) { o.max_nodes = 0; }, "max_nodes"},
        {"SIGKILL", [](auto& o) { o.signal = SIGKILL; }, "not one a sampler can use"},
        {"SIGSEGV", [](auto& o) { o.signal = SIGSEGV; }, "not one a sampler can use"},
        {"signal -1", [](auto& o) { o.signal = -1; }, "not one a sampler can use"},
        {"signal 999", [](auto& o) { o.signal = 999; }, "not one a sampler can use"},
    };
    for (const row& r : rows) {
        INFO(r.name);
        wick::sampler_options options;
        r.change(options);
        wick::sampler sampler;
        const auto started = sampler.start(options);
        CHECK(!started);
        INFO(started.error.what);
        CHECK(started.error.what.find(r.text) != std::string::npos);
        CHECK(!sampler.running());
        CHECK(sampler.snapshot().empty());
    }
    wick::sampler_options longest;
    longest.interval = 10s;
    wick::sampler sampler;
    CHECK(sampler.start(longest));
}

TEST_CASE("sampler: an interval is the same as its frequency") {
    wick::sampler_options options;
    options.interval = 5ms;
    wick::sampler sampler;
    const auto started = sampler.start(options);
    REQUIRE(started);
    CHECK(started.value.rate_asked_hz == doctest::Approx(200));
}

TEST_CASE("sampler: a second sampler is refused, and the first is not disturbed") {
    wick::sampler first;
    wick::sampler second;
    REQUIRE(first.start(fast()));
    const auto refused = second.start(fast());
    CHECK(refused.error.what == "another sampler is running in this process");
    CHECK(first.start(fast()).error.what == "this sampler is running already");
    CHECK(first.running());
    CHECK(!second.running());
    CHECK(burn_until([&] { return first.stats().recorded > 2; }));
    second.stop(); // not its business
    CHECK(first.running());
    first.stop();
    CHECK(second.start(fast()));
}

TEST_CASE("sampler: a thread with the collector's name is taken for another copy of wick") {
    std::atomic<bool> named{false};
    std::atomic<bool> done{false};
    std::thread other([&] {
        pthread_setname_np(pthread_self(), "wick-sampler");
        named = true;
        while (!done) { std::this_thread::sleep_for(1ms); }
        pthread_setname_np(pthread_self(),
                           "ended"); // it is listed for a moment after it was joined
    });
    while (!named) { std::this_thread::sleep_for(1ms); }
    wick::sampler sampler;
    const auto refused = sampler.start();
    CHECK(refused.error.what.find("another copy of wick is sampling this process") == 0);
    CHECK(!sampler.running());
    done = true;
    other.join();
    CHECK(sampler.start());
}

TEST_CASE("sampler: a signal that somebody else has asked for is left alone") {
    struct sigaction theirs {};
    struct sigaction before {};
    for (const bool ignored : {false, true}) {
        if (ignored) {
            theirs.sa_handler = SIG_IGN;
        } else {
            theirs.sa_handler = [](int) {};
        }
        REQUIRE(sigaction(SIGUSR2, &theirs, &before) == 0);
        wick::sampler sampler;
        wick::sampler_options options;
        options.signal = SIGUSR2;
        const auto refused = sampler.start(options);
        CHECK(refused.error.what == "signal 12 is taken by somebody else in this process");
        struct sigaction after {};
        REQUIRE(sigaction(SIGUSR2, &before, &after) == 0);
        const bool kept = after.sa_handler == theirs.sa_handler;
        CHECK(kept);
    }
}

TEST_CASE("sampler: where SIGPROF is taken the next free signal is used") {
    const int status = in_child([] {
        struct sigaction theirs {};
        theirs.sa_handler = [](int) {};
        sigaction(SIGPROF, &theirs, nullptr);
        wick::sampler sampler;
        if (sampler.start(fast()).value.signal != SIGVTALRM) { return 1; }
        if (!burn_until([&] { return sampler.stats().recorded > 2; })) { return 2; }
        sampler.stop();
        sigaction(SIGVTALRM, &theirs, nullptr);
        const int third = sampler.start(fast()).value.signal;
        if (third < SIGRTMIN || third > SIGRTMAX) { return 3; }
        if (!burn_until([&] { return sampler.stats().recorded > 2; })) { return 4; }
        sampler.stop();
        for (int s = SIGRTMIN; s <= SIGRTMAX; ++s) { sigaction(s, &theirs, nullptr); }
        return sampler.start().error.what.find("taken by somebody else") != std::string::npos ? 0
                                                                                              : 5;
    });
    CHECK(status == 0);
}

TEST_CASE("sampler: sampling ends with a note when the signal is taken over") {
    const int status = in_child([] {
        wick::sampler sampler;
        const auto started = sampler.start(fast());
        if (!burn_until([&] { return sampler.stats().recorded > 2; })) { return 1; }
        struct sigaction theirs {};
        theirs.sa_handler = [](int) {};
        sigaction(started.value.signal, &theirs, nullptr);
        if (!burn_until([&] { return !sampler.stats().note.empty(); })) { return 2; }
        if (sampler.stats().note.find("was taken over by somebody else") == std::string::npos) {
            return 3;
        }
        if (count_timers() != 0) { return 4; }
        const auto before = sampler.stats();
        burn(100 * ms);
        const auto after = sampler.stats();
        if (after.delivered != before.delivered) { return 5; }
        wick::sampler::announce_thread(); // would send it signals that are another's now
        if (count_timers() != 0) { return 7; }
        return after.unsampled_ns > before.unsampled_ns ? 0 : 6; // and the books say so
    });
    CHECK(status == 0);
}

TEST_CASE("sampler: what finds no room is dropped and counted, exactly") {
    wick::sampler_options options = fast();
    options.max_depth = 4;
    options.thread_buffer_bytes = 112; // two stacks
    wick::sampler sampler;
    const auto started = sampler.start(options);
    REQUIRE_MESSAGE(started, started.error.what);
    CHECK(burn_until([&] {
        {
            const held_collector full;
            burn(200 * ms);
        }
        return sampler.stats().dropped > 20;
    }));
    sampler.stop();
    const auto s = sampler.stats();
    check_books(s);
    CHECK(s.dropped > 20);
    CHECK(s.recorded == count_of(sampler.raw()));
    CHECK(sampler.raw().origins[0].dropped == s.dropped);
}

TEST_CASE("sampler: a full tree drops and counts") {
    wick::sampler_options options = fast();
    options.max_nodes = 10;
    wick::sampler sampler;
    REQUIRE(sampler.start(options));
    CHECK(burn_until([&] { return sampler.stats().dropped > 5; }));
    sampler.stop();
    check_books(sampler.stats());
    CHECK(sampler.stats().recorded == count_of(sampler.raw()));
}

TEST_CASE("sampler: stacks deeper than max_depth are cut at the root, marked and counted") {
    wick::sampler_options options = fast();
    options.max_depth = 2;
    wick::sampler sampler;
    REQUIRE(sampler.start(options));
    CHECK(burn_until([&] { return sampler.stats().truncated > 5; }));
    sampler.stop();
    const auto s = sampler.stats();
    check_books(s);
    const wick::profile p = sampler.snapshot();
    std::uint64_t below = 0;
    const auto totals = wick::totals(p);
    for (std::size_t i = 1; i < p.nodes.size(); ++i) {
        const auto& f = p.frames[p.nodes[i].frame];
        if (f.kind != wick::frame_kind::marker) { continue; }
        CHECK(f.function == "[truncated]");
        CHECK(p.nodes[p.nodes[i].parent].parent == 0); // right below a thread
        below += static_cast<std::uint64_t>(totals[i]);
    }
    CHECK(below > 0);
    CHECK(p.origins[0].truncated == s.truncated);
}

TEST_CASE("sampler: slices add up to the whole") {
    wick::sampler sampler;
    const auto started = sampler.start(fast());
    REQUIRE(started);
    const blocked_signal mine(started.value.signal);
    std::uint64_t recorded = 0;
    std::uint64_t weight = 0;
    std::vector<wick::profile> slices;
    for (int i = 0; i < 4; ++i) {
        // Joined before the numbers are read: nothing can be under way then.
        std::thread([&] {
            unblock(started.value.signal);
            wick::sampler::announce_thread();
            burn(100 * ms);
        }).join();
        const auto s = sampler.stats();
        check_books(s);
        recorded += s.recorded;
        weight += s.weight;
        slices.push_back(i % 2 == 0 ? sampler.snapshot({true}) : sampler.snapshot());
        CHECK(count_of(slices.back()) == s.recorded);
        CHECK(slices.back().origins[0].duration_ns > 0);
        if (i % 2 != 0) { // once more, as nothing was reset
            CHECK(sampler.snapshot({true}).nodes == slices.back().nodes);
        }
        CHECK(sampler.stats().recorded == 0);
    }
    sampler.stop();
    CHECK(sampler.snapshot().empty());
    const auto whole = wick::merge(slices);
    REQUIRE(whole);
    CHECK(count_of(whole.value) == recorded);
    CHECK(weight_of(whole.value) == weight);
    CHECK(recorded > 0);
    CHECK(whole.value.origins.size() == slices.size());
}

TEST_CASE("sampler: starting again starts from nothing; stopping twice does nothing") {
    wick::sampler sampler;
    sampler.stop();
    CHECK(sampler.snapshot().empty());
    CHECK(sampler.snapshot().origins.empty());
    CHECK(sampler.stats().delivered == 0);
    REQUIRE(sampler.start(fast()));
    CHECK(burn_until([&] { return sampler.stats().recorded > 2; }));
    sampler.stop();
    const wick::profile kept = sampler.raw();
    sampler.stop();
    CHECK(sampler.raw() == kept);
    wick::sampler_options slow;
    slow.interval = 10s;
    REQUIRE(sampler.start(slow));
    CHECK(sampler.raw().empty());
    CHECK(sampler.stats().recorded == 0);
}

TEST_CASE("sampler: thread numbers are roots on request only") {
    wick::sampler_options options = fast();
    options.thread_numbers = true;
    wick::sampler sampler;
    REQUIRE(sampler.start(options));
    CHECK(burn_until([&] { return sampler.stats().recorded > 2; }));
    sampler.stop();
    const std::string me =
        wick::detail::thread_name(getpid()) + " (" + std::to_string(getpid()) + ")";
    CHECK(weight_of_thread(sampler.raw(), me) > 0);
}

TEST_CASE("sampler: errno is kept") {
    wick::sampler sampler;
    const auto started = sampler.start(fast());
    REQUIRE(started);
    std::atomic<bool> done{false};
    std::atomic<int> changed{0};
    std::thread worker([&] {
        errno = 4711;
        std::uint64_t x = 1;
        while (!done.load(std::memory_order_relaxed)) {
            x = wick_test_spin(x); // no system calls here
            if (errno != 4711) { ++changed; }
        }
        result_of_burning += x;
    });
    const blocked_signal mine(started.value.signal);
    CHECK(burn_until([&] { return sampler.stats().recorded > 50; }));
    done = true;
    worker.join();
    CHECK(changed == 0);
}

TEST_CASE("sampler: CPU time of a thread that blocks all signals is published as unsampled") {
    wick::sampler sampler;
    REQUIRE(sampler.start(fast()));
    std::thread([] {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        burn(400 * ms);
    }).join();
    sampler.stop();
    const auto s = sampler.stats();
    check_books(s);
    CHECK(s.unsampled_ns >= 350 * ms);
    CHECK(s.unsampled_ns <= s.cpu_ns);
    CHECK(sampler.raw().origins[0].unsampled_ns == s.unsampled_ns);
}

TEST_CASE("sampler: CPU time of threads that come and go unseen is published as unsampled") {
    const int status = in_child([] { // where no other thread is
        wick::sampler sampler;
        const auto started = sampler.start(fast());
        const blocked_signal mine(started.value.signal);
        {
            const held_collector unseen;
            for (int i = 0; i < 50; ++i) {
                std::thread([] { burn(2 * ms); }).join();
            }
        }
        sampler.stop();
        const auto s = sampler.stats();
        if (s.delivered != s.recorded + s.dropped) { return 1; }
        return s.unsampled_ns >= 100 * ms ? 0 : 2;
    });
    CHECK(status == 0);
}

TEST_CASE("sampler: 200 threads that announce themselves are all counted to their end") {
    wick::sampled_thread early; // without a sampler: nothing
    wick::sampler::announce_thread();
    wick::sampler sampler;
    REQUIRE(sampler.start(fast()));
    for (int batch = 0; batch < 20; ++batch) {
        std::vector<std::thread> threads;
        for (int i = 0; i < 10; ++i) {
            threads.emplace_back([] {
                const wick::sampled_thread guard;
                wick::sampler::announce_thread(); // once more: nothing
                burn(5 * ms);
            });
        }
        for (auto& t : threads) { t.join(); }
    }
    const auto running = sampler.stats();
    CHECK(running.threads >= 201);
    sampler.stop();
    const auto s = sampler.stats();
    check_books(s);
    CHECK(s.recorded > 0);
    CHECK(s.refused == 0);
    CHECK(count_timers() == 0);
}

TEST_CASE("sampler: 200 threads that do not announce themselves leave nothing behind") {
    wick::sampler sampler;
    REQUIRE(sampler.start(fast()));
    for (int batch = 0; batch < 4; ++batch) {
        std::vector<std::thread> threads;
        for (int i = 0; i < 50; ++i) {
            threads.emplace_back([] { burn(10 * ms); });
        }
        for (auto& t : threads) { t.join(); }
    }
    CHECK(burn_until([&] { return sampler.stats().recorded > 0; }));
    // The timers of threads that have ended go with the next look.
    CHECK(burn_until([&] { return sampler.stats().timers <= count_entries("/proc/self/task"); }));
    sampler.stop();
    check_books(sampler.stats());
    CHECK(count_timers() == 0);
}

TEST_CASE("sampler: 1000 starts and stops leak no timer, descriptor, thread or mapping") {
    wick::sampler sampler;
    const auto maps = [] {
        const std::string text = wick::detail::read_file("/proc/self/maps").value;
        return std::count(text.begin(), text.end(), '\n');
    };
    std::uint64_t recorded = 0;
    std::ptrdiff_t maps_before = 0;
    std::size_t files_before = 0;
    const std::size_t threads_before = count_entries("/proc/self/task");
    for (int i = 0; i < 1000; ++i) {
        if (i == 10) { // what is made once is there now
            maps_before = maps();
            files_before = count_entries("/proc/self/fd");
        }
        const auto started = sampler.start(fast());
        REQUIRE_MESSAGE(started, started.error.what);
        burn(ms / 2);
        sampler.stop();
        const auto s = sampler.stats();
        REQUIRE(s.delivered == s.recorded + s.dropped);
        recorded += s.recorded;
    }
    CHECK(recorded > 0);
    CHECK(count_timers() == 0);
    CHECK(count_entries("/proc/self/fd") == files_before);
    // Joined threads are listed for a moment longer.
    CHECK(burn_until([&] { return count_entries("/proc/self/task") <= threads_before; }));
    CHECK(maps() <= maps_before + 100); // the allocator's own
}

TEST_CASE("sampler: the child of a fork is not sampled and can start anew; the parent goes on") {
    wick::sampler sampler;
    REQUIRE(sampler.start(fast()));
    for (int i = 0; i < 20; ++i) {
        burn(5 * ms);
        const int status = in_child([&] {
            if (sampler.running() || !sampler.snapshot().empty()) { return 1; }
            if (sampler.stats().delivered != 0) { return 2; }
            burn(20 * ms);
            if (count_timers() != 0) { return 3; }
            sampler.stop();
            // The thread sanitizer refuses threads in the child of a program with threads.
            if (i % 5 != 0 || THREAD_SANITIZER) { return 0; }
            if (!sampler.start(fast())) { return 4; }
            // Not the first few samples: they may all be in what start() and stats() do.
            if (!burn_until([&] { return has_function(sampler.snapshot(), "wick_test_spin"); })) {
                return 5;
            }
            sampler.stop();
            return 0;
        });
        REQUIRE(status == 0);
    }
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    CHECK(sigismember(&mask, SIGPROF) == 0); // as before
    CHECK(sampler.running());
    CHECK(burn_until([&] { return sampler.stats().recorded > 2; }));
    sampler.stop();
    check_books(sampler.stats());
}

TEST_CASE(
    "sampler: threads that the system gives no timer are counted, and their CPU time with them") {
    const int status = in_child([] {
        rlimit none{};
        setrlimit(RLIMIT_SIGPENDING, &none);
        wick::sampler sampler;
        const auto started = sampler.start(fast());
        if (!started) { return 1; }
        if (started.value.timers != 0) { return 77; } // this kernel does not mind
        burn(200 * ms);
        sampler.stop();
        const auto s = sampler.stats();
        if (started.value.refused == 0 || started.value.note.find("a thread got no timer") != 0) {
            return 2;
        }
        return s.recorded == 0 && s.unsampled_ns >= 200 * ms ? 0 : 3;
    });
    if (status == 77) { MESSAGE("no limit on timers here"); }
    CHECK((status == 0 || status == 77));
}

TEST_CASE(
    "sampler: known threads are sampled on when there is no descriptor to look for new ones") {
    const int status = in_child([] {
        wick::sampler sampler;
        if (!sampler.start(fast())) { return 1; }
        rlimit none{};
        setrlimit(RLIMIT_NOFILE, &none);
        if (!burn_until([&] { return !sampler.stats().note.empty(); })) { return 2; }
        const auto before = sampler.stats();
        if (before.note.find("cannot list this process's threads") != 0) { return 3; }
        if (!burn_until([&] { return sampler.stats().recorded > before.recorded + 5; })) {
            return 4;
        }
        sampler.stop();
        const auto s = sampler.stats();
        if (s.delivered != s.recorded + s.dropped) { return 5; }
        return sampler.start(fast()).error.what.find("cannot list") == 0 ? 0 : 6;
    });
    CHECK(status == 0);
}

TEST_CASE("sampler: signals that come late are ignored") {
    wick::sampler sampler;
    const auto started = sampler.start(fast());
    REQUIRE(started);
    CHECK(burn_until([&] { return sampler.stats().recorded > 2; }));
    raise(started.value.signal); // not from a timer
    sampler.stop();
    const auto before = sampler.stats();
    raise(started.value.signal); // would end the process if the handler had gone
    union sigval value {};
    value.sival_ptr = reinterpret_cast<void*>(~std::uintptr_t{0});
    sigqueue(getpid(), started.value.signal, value);
    CHECK(sampler.stats().delivered == before.delivered);
    siginfo_t stale{};
    stale.si_code = SI_TIMER;
    ucontext_t context{};
    for (const std::uintptr_t cookie : {std::uintptr_t{0},
                                        std::uintptr_t{1},
                                        std::uintptr_t{12345},
                                        std::uintptr_t{1} << 40,
                                        ~std::uintptr_t{0}}) {
        stale.si_value.sival_ptr = reinterpret_cast<void*>(cookie);
        wick::detail::on_sample_signal(0, &stale, &context);
    }
    CHECK(sampler.stats().delivered == before.delivered);
}

TEST_CASE("sampler: threads with the smallest stacks are sampled") {
    wick::sampler sampler;
    REQUIRE(sampler.start(fast()));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    REQUIRE(pthread_attr_setstacksize(&attributes,
                                      static_cast<std::size_t>(PTHREAD_STACK_MIN) + 16384) == 0);
    static std::atomic<bool> done{false};
    const char* names[] = {"small 0", "small 1", "small 2", "small 3"};
    std::vector<pthread_t> threads(std::size(names));
    for (std::size_t i = 0; i < threads.size(); ++i) {
        REQUIRE(pthread_create(
                    &threads[i],
                    &attributes,
                    [](void* name) -> void* {
                        pthread_setname_np(pthread_self(), static_cast<const char*>(name));
                        while (!done) { burn(ms); }
                        return nullptr;
                    },
                    const_cast<char*>(names[i])) == 0);
    }
    CHECK(burn_until([&] {
        const wick::profile p = sampler.raw();
        return std::all_of(std::begin(names), std::end(names), [&](const char* name) {
            return weight_of_thread(p, name) > 0;
        });
    }));
    done = true;
    for (pthread_t t : threads) { pthread_join(t, nullptr); }
    pthread_attr_destroy(&attributes);
    sampler.stop();
    check_books(sampler.stats());
}

TEST_CASE("sampler: code that runs on an alternate signal stack is sampled") {
    wick::sampler sampler;
    REQUIRE(sampler.start(fast()));
    static std::atomic<bool> on_stack{false};
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = [](int) {
        stack_t now{};
        sigaltstack(nullptr, &now);
        on_stack = (now.ss_flags & SS_ONSTACK) != 0;
        burn(200 * ms);
    };
    action.sa_flags = SA_ONSTACK;
    REQUIRE(sigaction(SIGUSR1, &action, &before) == 0);
    std::thread([] {
        pthread_setname_np(pthread_self(), "alternate");
        std::vector<char> memory(64 * 1024);
        stack_t stack{};
        stack.ss_sp = memory.data();
        stack.ss_size = memory.size();
        sigaltstack(&stack, nullptr);
        wick::sampler::announce_thread();
        raise(SIGUSR1);
        stack.ss_flags = SS_DISABLE;
        sigaltstack(&stack, nullptr);
    }).join();
    sigaction(SIGUSR1, &before, nullptr);
    CHECK(on_stack);
    sampler.stop();
    check_books(sampler.stats());
    const wick::profile p = sampler.snapshot();
    CHECK(weight_of_thread(p, "alternate") > 0);
    if (!THREAD_SANITIZER) { CHECK(has_function(p, "wick_test_spin")); }
}

TEST_CASE("sampler: snapshots, numbers, starts and stops may come from any threads at once") {
    wick::sampler sampler;
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> read{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&, i] {
            while (!done) {
                if (i == 0) { read += sampler.snapshot({true}).nodes.size(); }
                if (i == 1) { read += sampler.raw().nodes.size(); }
                if (i == 2) { read += sampler.stats().recorded; }
                const wick::sampled_thread announced;
                burn(ms);
            }
        });
    }
    for (int i = 0; i < 30; ++i) {
        const auto started = sampler.start(fast());
        CHECK_MESSAGE(started, started.error.what);
        burn(10 * ms);
        sampler.stop();
    }
    done = true;
    for (auto& t : readers) { t.join(); }
    CHECK(read > 0);
    check_books(sampler.stats());
}

TEST_CASE("thread_roster: a thread that has ended since it was listed was not refused a timer") {
    pid_t ended = 0;
    std::thread([&] { ended = wick::detail::current_tid(); }).join();
    REQUIRE(burn_until([&] {
        const auto tids = wick::detail::list_threads();
        return !std::binary_search(tids.begin(), tids.end(), ended);
    }));
    const held_collector alone;
    wick::detail::roster_options options;
    options.signal = SIGPROF;
    options.interval_ns = ms;
    options.depth = 4;
    options.ring_words = 64;
    wick::detail::thread_roster roster;
    roster.begin(options);
    roster.add(ended);
    CHECK(roster.totals().refused == 0);
    CHECK(roster.totals().threads == 0);
    CHECK(roster.totals().timers == 0);
}

#ifdef __cpp_exceptions
TEST_CASE("sampler: a program that throws all the time is sampled") {
    wick::sampler sampler;
    REQUIRE(sampler.start(fast()));
    std::uint64_t caught = 0;
    CHECK(burn_until([&] {
        for (int i = 0; i < 2000; ++i) {
            try {
                if (i % 2 == 0) { throw i; }
                std::string().at(5);
            } catch (const int) { ++caught; } catch (const std::exception&) {
                ++caught;
            }
        }
        return sampler.stats().recorded > 100;
    }));
    CHECK(caught > 0);
    sampler.stop();
    check_books(sampler.stats());
}
#endif

TEST_CASE("sample_ring: what goes in comes out, in order, whatever the sizes") {
    std::mt19937_64 random(20260801);
    for (int round = 0; round < 200; ++round) {
        const auto depth = static_cast<std::uint32_t>(1 + random() % 9);
        const std::size_t words = 2 * (3 + depth) + random() % 40;
        std::vector<std::uintptr_t> memory(wick::detail::sample_ring::memory_words(words, depth));
        wick::detail::sample_ring ring;
        ring.attach(memory.data(), words, depth);
        std::uint64_t put = 0;
        std::uint64_t got = 0;
        std::uint64_t full = 0;
        std::vector<std::uint32_t> depths;
        for (int step = 0; step < 500; ++step) {
            if (random() % 2 == 0) {
                std::uintptr_t* frames = ring.reserve();
                if (frames == nullptr) {
                    ++full;
                    continue;
                }
                const auto n = static_cast<std::uint32_t>(random() % (depth + 1));
                for (std::uint32_t i = 0; i < depth; ++i) { frames[i] = put * 100 + i; }
                ring.commit(n, static_cast<std::uint32_t>(put), 1);
                depths.push_back(n);
                ++put;
            } else {
                wick::detail::ring_sample sample;
                REQUIRE(ring.front(sample) == (got < put));
                if (got == put) { continue; }
                REQUIRE(sample.weight == got);
                REQUIRE(sample.depth == depths[got]);
                for (std::uint32_t i = 0; i < sample.depth; ++i) {
                    REQUIRE(sample.frames[i] == got * 100 + i);
                }
                ring.pop();
                ++got;
            }
        }
        CHECK(put > 0);
    }
    wick::detail::sample_ring empty;
    wick::detail::ring_sample sample;
    CHECK(empty.reserve() == nullptr);
    CHECK(!empty.front(sample));
}

TEST_CASE("sample_ring: two threads at both ends") {
    constexpr std::uint32_t depth = 16;
    constexpr std::size_t words = 256;
    std::vector<std::uintptr_t> memory(wick::detail::sample_ring::memory_words(words, depth));
    wick::detail::sample_ring ring;
    ring.attach(memory.data(), words, depth);
    constexpr std::uint32_t records = 200000;
    std::thread producer([&] {
        for (std::uint32_t n = 0; n < records;) {
            std::uintptr_t* frames = ring.reserve();
            if (frames == nullptr) {
                std::this_thread::yield();
                continue;
            }
            for (std::uint32_t i = 0; i < n % (depth + 1); ++i) { frames[i] = n + i; }
            ring.commit(n % (depth + 1), n, 0);
            ++n;
        }
    });
    std::uint64_t wrong = 0;
    for (std::uint32_t n = 0; n < records;) {
        wick::detail::ring_sample sample;
        if (!ring.front(sample)) {
            std::this_thread::yield();
            continue;
        }
        wrong += sample.weight != n || sample.depth != n % (depth + 1);
        for (std::uint32_t i = 0; i < sample.depth; ++i) { wrong += sample.frames[i] != n + i; }
        ring.pop();
        ++n;
    }
    producer.join();
    CHECK(wrong == 0);
}
