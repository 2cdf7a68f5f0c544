// wick/sampler.hpp - a profile of every thread of this process, by CPU time. Linux.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_SAMPLER_HPP
#define WICK_SAMPLER_HPP

#ifndef __linux__
#    error "wick/sampler.hpp is for Linux"
#endif

#include <wick/detail/sample_handler.hpp> // what interrupts the threads
#include <wick/detail/signal_claim.hpp>   // the signal it uses
#include <wick/detail/stack_recorder.hpp> // the tree of what it saw
#include <wick/detail/symbolize.hpp>      // snapshot() names it
#include <wick/detail/thread_roster.hpp>  // the threads
#include <wick/profile.hpp>               // the result
#include <wick/result.hpp>                // refusals
#include <wick/version.hpp>

#include <algorithm> // std::max
#include <chrono>    // an interval as an option
#include <cstddef>   // std::size_t
#include <cstdint>   // counters
#include <memory>    // std::unique_ptr
#include <new>       // placement
#include <string>    // texts of errors
#include <utility>   // std::move, std::exchange
#include <vector>    // retired maps

#include <dlfcn.h>       // dlopen, in libraries
#include <pthread.h>     // the collector
#include <signal.h>      // masks
#include <sys/prctl.h>   // the collector's name
#include <sys/utsname.h> // the host
#include <time.h>        // clocks
#include <ucontext.h>    // getcontext

// Code of a library that may be closed, not of an executable: that has no use for dlopen, and
// linkers warn of it where it is static. A weak reference: before glibc 2.34 it is in a library of
// its own.
#if defined(__PIC__) && !defined(__PIE__)
#    define WICK_IN_LIBRARY 1
#    pragma weak dlopen
#else
#    define WICK_IN_LIBRARY 0
#endif

WICK_BEGIN_NAMESPACE

/// How to sample. Each field has a default that suits a program in production.
struct sampler_options {
    /// Samples for each second of CPU time that a thread uses: 0.1 to 10000. Not a divisor of the
    /// rates at which programs and kernels do things, so that these do not fall into step with it.
    double frequency_hz = 99;
    /// The same as a distance, 100 us to 10 s; when it is not 0, `frequency_hz` does not count.
    std::chrono::nanoseconds interval{0};
    /// The signal to use; 0: SIGPROF or, where that is taken, SIGVTALRM or a real-time signal.
    int signal = 0;
    /// Frames of a stack that are kept, the innermost ones: 1 to 4096. Cut stacks are marked and
    /// counted.
    std::uint32_t max_depth = 512;
    /// Room for samples between two looks of the collector, for each thread. At least two stacks of
    /// max_depth, at most 64 MiB. Memory is used as it is needed.
    std::size_t thread_buffer_bytes = std::size_t{128} << 10;
    /// Distinct calling contexts that are kept; further samples are dropped and counted. About 30
    /// bytes each.
    std::size_t max_nodes = std::size_t{1} << 22;
    /// True: each thread has its own root, "name (number)". Two runs then have no root in common.
    bool thread_numbers = false;
    /// Where snapshot() looks for names.
    symbol_options symbols{};
};

/// What a sampler has done since it was started, or since the latest reset.
struct sampler_stats {
    bool running = false;
    std::string mechanism;       ///< how samples are taken: "timer_create thread CPU"
    int signal = 0;              ///< the signal that is used
    double rate_asked_hz = 0;    ///< a second of CPU time
    double rate_attained_hz = 0; ///< weight for each second of CPU time, unsampled time included
    std::uint64_t delivered =
        0; ///< signals = recorded + dropped; while running, a few may be under way
    std::uint64_t recorded = 0;     ///< samples in the profile
    std::uint64_t weight = 0;       ///< theirs: each expiration that a signal stands for
    std::uint64_t dropped = 0;      ///< signals that found no room
    std::uint64_t truncated = 0;    ///< recorded samples whose stack is not whole
    std::uint64_t duration_ns = 0;  ///< wall time
    std::uint64_t cpu_ns = 0;       ///< CPU time of all threads but the sampler's own
    std::uint64_t unsampled_ns = 0; ///< of it, that of threads which no timer saw
    std::uint64_t collector_ns = 0; ///< CPU time of the sampler's own thread, not part of cpu_ns
    std::uint64_t threads = 0;      ///< sampled since start()
    std::uint64_t timers = 0;       ///< that exist now: one a thread
    std::uint64_t refused = 0;      ///< threads for which the system gave no timer
    std::string note;               ///< what went wrong meanwhile; empty: nothing
};

/// What snapshot() and raw() leave behind.
struct snapshot_options {
    bool reset =
        false; ///< true: the next profile starts here, as a slice. Slices add up to the whole.
};

/// Samples all threads of this process by the CPU time they use, with a timer for each thread.
/// Threads that are there are found by start(), later ones within 100 ms; shorter-lived ones can
/// announce themselves. One sampler runs at a time in a process.
///
/// The profile has a root for each thread name, and stacks below it whose `self` counts expirations
/// of timers ("samples"), and whose `count` counts signals. Kernels check these timers at ticks,
/// 100 to 1000 a second: above that rate one signal stands for several expirations, and `self` is
/// still right.
///
/// Threads that block all signals, that end before they are found, or that the kernel has made for
/// itself cannot be sampled; their CPU time is counted as `unsampled_ns`. Sleeping threads are not
/// disturbed: they use no CPU time. The signal's interruptions restart system calls where the
/// kernel can do so.
///
/// fork: the child is not sampled, and its sampler objects are stopped and empty. exec ends
/// sampling. A destructor or stop() ends it too; what was sampled can be read until the next
/// start().
///
/// Thread safety: all members may be called by any thread, but not by signal handlers. The
/// constructor does nothing, and the destructor must not meet another call.
class sampler {
public:
    sampler() = default;
    ~sampler() { stop(); }
    sampler(const sampler&) = delete;
    sampler& operator=(const sampler&) = delete;

    /// Starts to sample, from nothing: what an earlier run has left is cleared. Returns how, see
    /// stats(). Errors: an option out of range, a sampler that runs already (also one of another
    /// copy of wick, as in a plugin with hidden visibility), a signal that is taken, a system
    /// without threads or /proc to spare. Cost: milliseconds for reading the unwind tables, and a
    /// timer for each thread.
    [[nodiscard]] result<sampler_stats> start(const sampler_options& options = {});

    /// Ends sampling; nothing when it does not run. Afterwards delivered = recorded + dropped.
    void stop();

    [[nodiscard]] bool running() const {
        const locked hold;
        return detail::runtime().active == this && !stopping_;
    }

    /// Returns what was sampled so far, by function name, without stopping.
    /// Cost: a copy of the tree, and the reading of symbol tables that are new. Allocates.
    [[nodiscard]] profile snapshot(const snapshot_options& options = {}) {
        const finishing hold(*this);
        return symbolizer_.name(take(options)).named;
    }

    /// Returns the same with addresses in modules, to be named by symbols.hpp, here or elsewhere.
    [[nodiscard]] profile raw(const snapshot_options& options = {}) {
        const finishing hold(*this);
        return take(options);
    }

    /// Returns what was done so far, and how well.
    [[nodiscard]] sampler_stats stats();

    /// Lets the running sampler, if there is one, sample the calling thread from now on, rather
    /// than when it is found. For threads that live for less than 100 ms; see sampled_thread.
    static void announce_thread() {
        const locked hold;
        sampler* active = detail::runtime().active;
        // A signal that was taken over may not be sent any more.
        if (active != nullptr && !active->lost_signal_) {
            active->roster_.add(detail::current_tid());
        }
    }

private:
    friend class sampled_thread;

    static constexpr const char* mechanism = "timer_create thread CPU";
    // Twice in 100 ms, within which a new thread has to be found.
    static constexpr std::uint64_t scan_interval_ns = 50000000;
    static constexpr const char* collector_name = "wick-sampler";
    static constexpr const char* ended_collector_name = "wick-ended";

    // The lock of this copy of wick. All members are used under it, but for the last ones.
    struct locked {
        locked() { ::pthread_mutex_lock(&detail::runtime().lock); }
        ~locked() { ::pthread_mutex_unlock(&detail::runtime().lock); }
        locked(const locked&) = delete;
        locked& operator=(const locked&) = delete;
    };
    // The reverse, in a function that was called with the lock.
    struct unlocked {
        unlocked() { ::pthread_mutex_unlock(&detail::runtime().lock); }
        ~unlocked() { ::pthread_mutex_lock(&detail::runtime().lock); }
        unlocked(const unlocked&) = delete;
        unlocked& operator=(const unlocked&) = delete;
    };
    // Merging and naming take long and need nothing of the collector's: they have a lock of their
    // own, which is taken before the other one.
    struct finishing {
        explicit finishing(sampler& of)
            : of_(of) {
            ::pthread_mutex_lock(&of_.finishing_lock_);
        }
        ~finishing() { ::pthread_mutex_unlock(&of_.finishing_lock_); }
        finishing(const finishing&) = delete;
        finishing& operator=(const finishing&) = delete;

    private:
        sampler& of_;
    };
    // Where the clocks stood when something began.
    struct reading {
        std::uint64_t wall_ns = 0;
        std::uint64_t process_ns = 0;   // CPU time of the process
        std::uint64_t collector_ns = 0; // the part of it that is the collector's
        detail::roster_totals roster;
    };

    sampler_options options_;
    std::uint64_t interval_ns_ = 0;
    int signal_ = 0;
    detail::thread_roster roster_;
    detail::stack_recorder recorder_;
    reading since_;  // at start() or the latest reset
    reading latest_; // at the latest collect()
    std::string note_;
    std::unique_ptr<const detail::code_map> map_;
    std::vector<std::unique_ptr<const detail::code_map>> old_maps_; // the handler may be using one
    pthread_t collector_{};
    pthread_cond_t wake_;
    pid_t collector_tid_ = 0;        // 0: the collector is not there yet
    std::uint64_t collector_ns_ = 0; // its CPU time when it ended
    bool stopping_ = false;
    bool lost_signal_ = false;

    pthread_mutex_t finishing_lock_ = PTHREAD_MUTEX_INITIALIZER;
    profile finished_; // what was taken from recorder_ since the latest reset
    detail::symbolizer symbolizer_;

    [[nodiscard]] static result<std::uint64_t> checked_interval(const sampler_options& options);
    [[nodiscard]] static error problem_with(const sampler_options& options);
    [[nodiscard]] error begin(const sampler_options& options,
                              std::unique_ptr<const detail::code_map> map);
    [[nodiscard]] error start_collector();
    void end_collector(pthread_t collector);
    [[nodiscard]] error find_other_copy() const;
    void warm_up();
    static void pin_this_module(const detail::code_map& map);
    static void handle_forks();

    static void* run_collector(void* self);
    void collect_until_stopped();
    void look();
    void catch_up();
    void reset_figures();
    [[nodiscard]] std::unique_ptr<const detail::code_map> newer_map() const;
    void collect(std::unique_ptr<const detail::code_map> newer);
    void rescan(const detail::code_map* newer);
    void watch_signal();
    void read_clocks();
    void end();
    void forget();
    [[nodiscard]] sampler_stats figures() const;
    [[nodiscard]] origin where_from() const;
    [[nodiscard]] profile take(const snapshot_options& options);

    // What the roster calls with each sample.
    [[nodiscard]] auto recording(const detail::code_map* newer = nullptr) {
        return
            [this, newer](const std::string& name, pid_t tid, const detail::ring_sample& sample) {
                if (options_.thread_numbers) {
                    recorder_.record(name + " (" + std::to_string(tid) + ")", sample, *map_, newer);
                } else {
                    recorder_.record(name, sample, *map_, newer);
                }
            };
    }
};

/// Announces the thread that it is made by, and takes in its samples and CPU time when it is
/// destroyed: with it even a thread that lives for a moment is counted to its end. Free when no
/// sampler runs: two locks.
class sampled_thread {
public:
    sampled_thread() { sampler::announce_thread(); }
    ~sampled_thread() {
        const sampler::locked hold;
        if (sampler* active = detail::runtime().active) {
            active->roster_.remove(detail::current_tid(), active->recording());
        }
    }
    sampled_thread(const sampled_thread&) = delete;
    sampled_thread& operator=(const sampled_thread&) = delete;
};

inline result<std::uint64_t> sampler::checked_interval(const sampler_options& options) {
    constexpr std::int64_t shortest = 100000, longest = 10000000000;
    const std::int64_t given = options.interval.count();
    if (given != 0) {
        if (given < shortest || given > longest) {
            return {0,
                    error{"an interval of " + std::to_string(given) +
                          " ns: expected 100 us (100000) to 10 s"}};
        }
        return {static_cast<std::uint64_t>(given), {}};
    }
    // Written so that what is not a number is refused as well.
    if (!(options.frequency_hz >= 0.1 && options.frequency_hz <= 10000)) {
        return {0,
                error{"a frequency of " + std::to_string(options.frequency_hz) +
                      " Hz: expected 0.1 to 10000"}};
    }
    return {static_cast<std::uint64_t>(1e9 / options.frequency_hz + 0.5), {}};
}

inline error sampler::problem_with(const sampler_options& options) {
    constexpr std::size_t largest = std::size_t{64} << 20;
    const error problem = checked_interval(options).error;
    if (problem) { return problem; }
    if (options.max_depth < 1 || options.max_depth > 4096) {
        return error{"a max_depth of " + std::to_string(options.max_depth) +
                     ": expected 1 to 4096"};
    }
    const std::size_t stack_bytes = detail::sample_ring::memory_words(0, options.max_depth) * 8;
    if (options.thread_buffer_bytes < 2 * stack_bytes || options.thread_buffer_bytes > largest) {
        return error{"thread_buffer_bytes of " + std::to_string(options.thread_buffer_bytes) +
                     ": expected " + std::to_string(2 * stack_bytes) + " (two stacks) to 64 MiB"};
    }
    if (options.max_nodes < 1 || options.max_nodes > 0xfffffff0u) {
        return error{"max_nodes is out of range: expected 1 to 2^32 - 16"};
    }
    return {};
}

inline result<sampler_stats> sampler::start(const sampler_options& options) {
    result<sampler_stats> started;
    started.error = problem_with(options);
    if (started.error) { return started; }
    auto map = std::make_unique<const detail::code_map>(detail::code_map::load());
    const finishing alone(*this);
    const locked hold;
    started.error = begin(options, std::move(map));
    if (!started.error) { started.value = figures(); }
    return started;
}

// Called with both locks held.
inline error sampler::begin(const sampler_options& options,
                            std::unique_ptr<const detail::code_map> map) {
    detail::sampler_runtime& shared = detail::runtime();
    if (shared.owner != nullptr) {
        return error{shared.owner == this ? "this sampler is running already"
                                          : "another sampler is running in this process"};
    }
    const result<int> claimed = detail::claim_signal(options.signal, detail::on_sample_signal);
    if (!claimed) { return claimed.error; }
    pin_this_module(*map);
    handle_forks();
    map_ = std::move(map);
    shared.map.store(map_.get(), std::memory_order_seq_cst);
    shared.owner = this; // from here on, another start() is refused
    shared.signal = claimed.value;
    const error problem = start_collector();
    if (problem) {
        end();
        return problem;
    }
    options_ = options;
    interval_ns_ = checked_interval(options).value;
    signal_ = claimed.value;
    recorder_ = detail::stack_recorder(options.max_nodes);
    finished_ = profile();
    symbolizer_ = detail::symbolizer(options.symbols);
    note_.clear();
    lost_signal_ = false;
    detail::roster_options how;
    how.signal = signal_;
    how.interval_ns = interval_ns_;
    how.depth = options.max_depth;
    how.ring_words = options.thread_buffer_bytes / sizeof(std::uintptr_t);
    how.except = collector_tid_;
    roster_.begin(how);
    warm_up();
    read_clocks();
    since_ = latest_;
    rescan(nullptr);
    latest_.roster = roster_.totals();
    shared.active = this;
    return {};
}

// Returns with the lock held, as it was called; in between it waits without.
inline error sampler::start_collector() {
    stopping_ = false;
    collector_tid_ = 0;
    collector_ns_ = 0;
    pthread_condattr_t monotonic;
    ::pthread_condattr_init(&monotonic);
    ::pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    ::pthread_cond_init(&wake_, &monotonic);
    ::pthread_condattr_destroy(&monotonic);
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(
        SIG_SETMASK, &all, &before); // inherited: no handler of the program's runs there
    const int refused = ::pthread_create(&collector_, nullptr, run_collector, this);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (refused != 0) {
        ::pthread_cond_destroy(&wake_);
        return detail::system_error("cannot start the sampler's thread", refused);
    }
    while (collector_tid_ == 0) { ::pthread_cond_wait(&wake_, &detail::runtime().lock); }
    const error problem = find_other_copy();
    if (problem) {
        stopping_ = true;
        ::pthread_cond_broadcast(&wake_);
        const unlocked release;
        end_collector(collector_);
    }
    return problem;
}

inline void sampler::end_collector(pthread_t collector) {
    ::pthread_join(collector, nullptr);
    ::pthread_cond_destroy(&wake_);
}

// A plugin with hidden visibility has a `runtime()` of its own. What all copies share is the list
// of the process's threads: where a thread with the collector's name is that is not ours, another
// copy runs. Our own is there already, so that of two that start together at least one sees the
// other.
inline error sampler::find_other_copy() const {
    const std::vector<pid_t> tids = detail::list_threads();
    if (tids.empty()) { return error{"cannot list this process's threads in /proc/self/task"}; }
    for (const pid_t tid : tids) {
        if (tid != collector_tid_ && detail::thread_name(tid) == collector_name) {
            return error{"another copy of wick is sampling this process (thread " +
                         std::to_string(tid) + "): one library has its own, or two were starting"};
        }
    }
    return {};
}

// The first call of a function in a shared library may go through the dynamic linker, which is not
// for signal handlers: every function that the handler calls is called once before.
inline void sampler::warm_up() {
    detail::thread_slot* slot = detail::take_slot(
        options_.thread_buffer_bytes / sizeof(std::uintptr_t), options_.max_depth);
    ucontext_t here{};
    if (slot == nullptr || ::getcontext(&here) != 0) { return; }
    slot->stack_top.store(0, std::memory_order_relaxed);
    siginfo_t stale{};
    stale.si_code = SI_TIMER;
    detail::on_sample_signal(0, &stale, &here);
    detail::take_sample(*slot, 1, here);
    detail::give_back(slot);
}

// The handler stays installed for good, so that its code has to stay mapped when a plugin is
// closed.
inline void sampler::pin_this_module([[maybe_unused]] const detail::code_map& map) {
#if WICK_IN_LIBRARY
    const auto code = reinterpret_cast<std::uintptr_t>(&detail::on_sample_signal);
    const detail::code_module* own = map.find(code);
    if (own != nullptr && !own->path.empty() && &::dlopen != nullptr) {
        ::dlopen(own->path.c_str(), RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    }
#endif
}

// Timers are not inherited, threads neither; locks are. And a fork that takes longer than an
// interval would be interrupted and started again for ever: the signal is blocked meanwhile.
inline void sampler::handle_forks() {
    if (detail::runtime().handles_fork) { return; }
    detail::runtime().handles_fork = true;
    ::pthread_atfork(
        [] {
            detail::sampler_runtime& shared = detail::runtime();
            ::pthread_mutex_lock(&shared.lock);
            sigset_t own;
            ::sigemptyset(&own);
            if (shared.signal != 0) { ::sigaddset(&own, shared.signal); }
            ::pthread_sigmask(SIG_BLOCK, &own, &shared.mask_before_fork);
        },
        [] {
            detail::sampler_runtime& shared = detail::runtime();
            const sigset_t mask = shared.mask_before_fork;
            ::pthread_mutex_unlock(&shared.lock);
            ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
        },
        [] {
            detail::sampler_runtime& shared = detail::runtime();
            const sigset_t mask = shared.mask_before_fork;
            if (shared.owner != nullptr) { shared.owner->forget(); }
            ::pthread_mutex_unlock(&shared.lock);
            ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
        });
}

// Without the collector, and without the timers.
inline void sampler::forget() {
    roster_.forget();
    recorder_ = detail::stack_recorder();
    since_ = latest_ = {};
    // A thread of the parent's may have been changing these: they are left as they are, not
    // destroyed.
    finishing_lock_ = PTHREAD_MUTEX_INITIALIZER;
    new (&finished_) profile;
    new (&symbolizer_) detail::symbolizer;
    end();
}

inline void sampler::stop() {
    pthread_t collector;
    {
        const locked hold;
        if (detail::runtime().active != this || stopping_) { return; }
        stopping_ = true;
        collector = collector_;
        ::pthread_cond_broadcast(&wake_);
    }
    end_collector(collector);
    const locked hold;
    roster_.end(recording());
    read_clocks();
    end();
}

// Lets go of what only a running sampler needs. No slot is in use.
inline void sampler::end() {
    detail::sampler_runtime& shared = detail::runtime();
    shared.map.store(nullptr, std::memory_order_seq_cst);
    shared.active = nullptr;
    shared.owner = nullptr;
    shared.signal = 0;
    map_.reset();
    old_maps_.clear();
}

inline void* sampler::run_collector(void* self) {
    ::prctl(PR_SET_NAME, collector_name);
    static_cast<sampler*>(self)->collect_until_stopped();
    // A thread is listed in /proc for a moment after it was joined: the next start would take it
    // for another copy's.
    ::prctl(PR_SET_NAME, ended_collector_name);
    return nullptr;
}

inline void sampler::collect_until_stopped() {
    const locked hold;
    collector_tid_ = detail::current_tid();
    ::pthread_cond_broadcast(&wake_); // start() waits
    while (!stopping_) {
        const std::uint64_t now = detail::clock_ns(CLOCK_MONOTONIC);
        const timespec until = detail::to_timespec(now + scan_interval_ns);
        ::pthread_cond_timedwait(&wake_, &detail::runtime().lock, &until);
        if (!stopping_ && detail::runtime().active == this) { look(); }
    }
    collector_ns_ = detail::clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

// One look of the collector at everything. Lets go of the lock in between.
inline void sampler::look() {
    std::unique_ptr<const detail::code_map> newer = newer_map();
    if (stopping_ || detail::runtime().active != this) { return; }
    watch_signal();
    if (!lost_signal_) { rescan(newer.get()); }
    collect(std::move(newer));
}

// Returns the modules if they are others than before, else null. Called with the lock, works
// without: whoever loads a library may want our lock while it holds the loader's.
inline std::unique_ptr<const detail::code_map> sampler::newer_map() const {
    const std::uint64_t known = map_ == nullptr ? 0 : map_->generation();
    std::unique_ptr<const detail::code_map> newer;
    const unlocked release;
    if (detail::code_map::current_generation() != known) {
        newer = std::make_unique<const detail::code_map>(detail::code_map::load());
    }
    return newer;
}

// Takes in what the rings hold. `newer`: the modules as they are now, if they have changed.
inline void sampler::collect(std::unique_ptr<const detail::code_map> newer) {
    roster_.collect(recording(newer.get()));
    if (newer != nullptr) {
        old_maps_.push_back(std::exchange(map_, std::move(newer)));
        detail::runtime().map.store(map_.get(), std::memory_order_seq_cst);
        recorder_.forget_places();
    }
    // Handlers that begin after the store above see the new map.
    if (!old_maps_.empty() && roster_.is_quiet()) { old_maps_.clear(); }
}

inline void sampler::rescan(const detail::code_map* newer) {
    if (!roster_.rescan(recording(newer)) && note_.empty()) {
        note_ = "cannot list this process's threads in /proc/self/task: new ones are not sampled";
    }
}

// Somebody who takes the signal over gets ours as well, and may take them for its own.
inline void sampler::watch_signal() {
    if (lost_signal_ || detail::is_handled_by(signal_, detail::on_sample_signal)) { return; }
    lost_signal_ = true;
    roster_.end(recording());
    note_ =
        "signal " + std::to_string(signal_) + " was taken over by somebody else: sampling ended";
}

inline void sampler::read_clocks() {
    latest_.wall_ns = detail::clock_ns(CLOCK_MONOTONIC);
    latest_.roster = roster_.totals();
    // After the threads' clocks, whose reading brings their share of the process's up to date.
    latest_.process_ns = detail::clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    const std::uint64_t collector = detail::clock_ns(detail::thread_cpu_clock(collector_tid_));
    latest_.collector_ns = (std::max)(collector, collector_ns_);
}

inline sampler_stats sampler::figures() const {
    const auto since = [](std::uint64_t now, std::uint64_t then) {
        return now > then ? now - then : 0;
    };
    const detail::recorded_totals& recorded = recorder_.totals();
    const detail::roster_totals& now = latest_.roster;
    sampler_stats s;
    s.running = detail::runtime().active == this;
    s.mechanism = interval_ns_ == 0 ? "" : mechanism;
    s.signal = signal_;
    s.rate_asked_hz = interval_ns_ == 0 ? 0 : 1e9 / static_cast<double>(interval_ns_);
    s.delivered = since(now.delivered, since_.roster.delivered);
    s.recorded = recorded.samples;
    s.weight = recorded.weight;
    s.dropped = since(now.dropped, since_.roster.dropped) + recorded.dropped;
    s.truncated = recorded.truncated;
    s.duration_ns = since(latest_.wall_ns, since_.wall_ns);
    s.collector_ns = since(latest_.collector_ns, since_.collector_ns);
    s.cpu_ns = since(since(latest_.process_ns, since_.process_ns), s.collector_ns);
    s.unsampled_ns = since(s.cpu_ns, since(now.covered_ns, since_.roster.covered_ns));
    s.threads = now.threads;
    s.timers = s.running ? now.timers : 0;
    s.refused = now.refused;
    s.note = note_;
    if (s.note.empty() && now.refused != 0) {
        s.note = detail::system_error("a thread got no timer", now.refusal).what;
    }
    if (s.cpu_ns != 0) {
        s.rate_attained_hz = static_cast<double>(s.weight) * 1e9 / static_cast<double>(s.cpu_ns);
    }
    return s;
}

inline origin sampler::where_from() const {
    const sampler_stats s = figures();
    origin from;
    // Only the program: arguments may hold what is nobody's business, and profiles are handed
    // around.
    const std::string arguments = detail::read_file("/proc/self/cmdline").value;
    from.command = arguments.c_str();
    utsname system{};
    if (::uname(&system) == 0) { from.host = system.nodename; }
    from.mechanism = s.mechanism;
    from.rate_asked_hz = s.rate_asked_hz;
    from.rate_attained_hz = s.rate_attained_hz;
    from.duration_ns = s.duration_ns;
    from.cpu_ns = s.cpu_ns;
    from.unsampled_ns = s.unsampled_ns;
    from.dropped = s.dropped;
    from.truncated = s.truncated;
    return from;
}

inline sampler_stats sampler::stats() {
    const locked hold;
    catch_up();
    return figures();
}

// Takes in what there is, if the sampler runs; it may be about to stop.
inline void sampler::catch_up() {
    if (detail::runtime().active != this) { return; }
    std::unique_ptr<const detail::code_map> newer = newer_map();
    if (detail::runtime().active == this) { // still
        collect(std::move(newer));
        read_clocks();
    }
}

// Lets the numbers begin anew. Signals that are under way, and were counted as delivered but not
// yet as recorded, belong to what follows.
inline void sampler::reset_figures() {
    const sampler_stats s = figures();
    const std::uint64_t settled = since_.roster.delivered + s.recorded + s.dropped;
    since_ = latest_;
    since_.roster.delivered = settled;
    recorder_.reset_totals();
}

// Called with the finishing lock held.
inline profile sampler::take(const snapshot_options& options) {
    profile_builder recent;
    origin from;
    {
        const locked hold;
        catch_up();
        from = where_from();
        recent = recorder_.take();
        if (options.reset) { reset_figures(); }
    }
    profile whole = recent.finish();
    if (!finished_.empty()) { // no process lives for the 2^63 intervals that would overflow
        whole = merge({std::exchange(finished_, profile()), std::move(whole)}).value;
    }
    if (!options.reset) { finished_ = whole; }
    {
        const locked hold;
        recorder_.keep_nodes(finished_.nodes.size());
    }
    if (!from.mechanism.empty()) { whole.origins.push_back(std::move(from)); }
    return whole;
}

WICK_END_NAMESPACE

#undef WICK_IN_LIBRARY

#endif
