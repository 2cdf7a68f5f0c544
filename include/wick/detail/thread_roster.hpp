// wick/detail/thread_roster.hpp - the threads that are sampled, and their CPU time (Linux).
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_THREAD_ROSTER_HPP
#define WICK_DETAIL_THREAD_ROSTER_HPP

#include <wick/detail/hash.hpp>           // random phases
#include <wick/detail/posix.hpp>          // /proc/self/maps
#include <wick/detail/sample_handler.hpp> // the slots that the handler fills
#include <wick/detail/thread_timers.hpp>  // what fills them
#include <wick/version.hpp>

#include <algorithm> // std::lower_bound
#include <cerrno>    // ENOMEM and others
#include <cstddef>   // std::size_t
#include <cstdint>   // counters
#include <cstdlib>   // std::strtoull
#include <cstring>   // std::memset
#include <new>       // placement
#include <string>    // names of threads
#include <utility>   // std::move
#include <vector>    // the tasks

#include <sched.h>    // sched_yield
#include <sys/mman.h> // slots live in mappings
#include <unistd.h>   // getpid

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns anonymous zero memory that is never swapped for something else, or null.
[[nodiscard]] inline void* map_memory(std::size_t bytes) noexcept {
    void* at = ::mmap(
        nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? nullptr : at;
}

/// Waits until the handler is not at work in a slot. Call with its cookie cleared.
inline void await_handler(const thread_slot& slot) noexcept {
    while (slot.busy.load(std::memory_order_seq_cst) != 0) { ::sched_yield(); }
}

/// Returns a slot that nobody uses, with an empty ring, or null when there is no memory or there
/// are max_slots threads. Call with the runtime's lock held.
[[nodiscard]] inline thread_slot* take_slot(std::size_t ring_words, std::uint32_t depth) noexcept {
    sampler_runtime& shared = runtime();
    if (shared.slots.load(std::memory_order_relaxed) == nullptr) {
        shared.slots.store(static_cast<std::atomic<thread_slot*>*>(map_memory(
                               sizeof(std::atomic<thread_slot*>) * sampler_runtime::max_slots)),
                           std::memory_order_release);
    }
    std::atomic<thread_slot*>* slots = shared.slots.load(std::memory_order_relaxed);
    thread_slot* slot = shared.free_slots;
    if (slot != nullptr) {
        shared.free_slots = slot->next_free;
    } else {
        if (slots == nullptr || shared.slots_made == sampler_runtime::max_slots) { return nullptr; }
        void* memory = map_memory(sizeof(thread_slot));
        if (memory == nullptr) { return nullptr; }
        slot = new (memory) thread_slot;
        slot->index = shared.slots_made++;
        slots[slot->index].store(slot, std::memory_order_release);
    }
    const std::size_t bytes = sample_ring::memory_words(ring_words, depth) * sizeof(std::uintptr_t);
    if (slot->ring_bytes != bytes) {
        if (slot->ring_memory != nullptr) { ::munmap(slot->ring_memory, slot->ring_bytes); }
        slot->ring_memory = map_memory(bytes);
        slot->ring_bytes = slot->ring_memory == nullptr ? 0 : bytes;
    }
    if (slot->ring_memory == nullptr) {
        slot->next_free = shared.free_slots;
        shared.free_slots = slot;
        return nullptr;
    }
    slot->ring.attach(static_cast<std::uintptr_t*>(slot->ring_memory), ring_words, depth);
    return slot;
}

/// Gives a slot back whose cookie is cleared and whose handler is done. Call with the lock held.
inline void give_back(thread_slot* slot) noexcept {
    slot->next_free = runtime().free_slots;
    runtime().free_slots = slot;
}

/// Returns the address at which the main thread's stack ends; 0: unknown.
[[nodiscard]] inline std::uintptr_t find_main_stack_top() {
    const std::string maps = read_file("/proc/self/maps").value;
    const std::size_t label = maps.find(" [stack]\n");
    if (label == std::string::npos) { return 0; }
    const std::size_t line = maps.rfind('\n', label) + 1; // "START-END rw-p ...", or 0 after npos
    const std::size_t end = maps.find('-', line);
    return static_cast<std::uintptr_t>(std::strtoull(maps.c_str() + end + 1, nullptr, 16));
}

/// How a roster samples.
struct roster_options {
    int signal = 0;
    std::uint64_t interval_ns = 0;
    std::uint32_t depth = 0;
    std::size_t ring_words = 0;
    pid_t except = 0; ///< the collector
};

/// What a roster has counted since begin().
struct roster_totals {
    std::uint64_t delivered = 0;  ///< signals
    std::uint64_t dropped = 0;    ///< of them, those that found no room
    std::uint64_t covered_ns = 0; ///< CPU time that samples stand for
    std::uint64_t threads = 0;    ///< that were ever sampled
    std::uint64_t timers = 0;     ///< that exist now
    std::uint64_t refused = 0;    ///< threads that are there now, and that got no timer
    int refusal = 0;              ///< errno of the latest of these
};

/// The threads of this process and what samples each of them. All members want the runtime's lock
/// held. Cost of rescan() and collect(): some system calls for each thread.
class thread_roster {
public:
    void begin(const roster_options& options) {
        options_ = options;
        past_ = {};
        main_stack_top_ = find_main_stack_top();
    }

    /// Looks for threads that have come and gone. `record(task name, tid, sample)` gets what the
    /// latter left behind. False when the threads cannot be listed.
    template <class Record>
    [[nodiscard]] bool rescan(Record&& record) {
        const std::vector<pid_t> tids = list_threads();
        if (tids.empty()) {
            return false; // no descriptor was free: those that are known go on
        }
        std::size_t kept = 0;
        std::size_t next = 0;
        std::vector<pid_t> fresh;
        for (std::size_t i = 0; i < tasks_.size(); ++i) {
            for (; next < tids.size() && tids[next] < tasks_[i].tid; ++next) {
                fresh.push_back(tids[next]);
            }
            const bool listed = next < tids.size() && tids[next] == tasks_[i].tid;
            const bool retry = tasks_[i].slot == nullptr;
            // A number that is still there may be another thread's by now: then the timer is dead.
            if (listed && !retry && tasks_[i].timer.alive()) {
                ++next;
                if (kept != i) { tasks_[kept] = std::move(tasks_[i]); }
                ++kept;
                continue;
            }
            retire(tasks_[i], record);
        }
        tasks_.resize(kept);
        fresh.insert(fresh.end(), tids.begin() + static_cast<std::ptrdiff_t>(next), tids.end());
        for (const pid_t tid : fresh) { add(tid); }
        return true;
    }

    /// Starts to sample a thread, unless it is sampled already or has ended since it was listed.
    void add(pid_t tid) {
        const auto at = position(tid);
        if (tid == options_.except || (at != tasks_.end() && at->tid == tid)) { return; }
        task added;
        added.tid = tid;
        added.name = thread_name(tid);
        added.refusal = arm(added);
        if (added.refusal == EINVAL || added.refusal == ESRCH) { return; } // it has ended
        past_.threads += added.slot != nullptr ? 1 : 0;
        tasks_.insert(at, std::move(added));
    }

    /// Stops to sample a thread, which may be the calling one; nothing when it is not sampled.
    template <class Record>
    void remove(pid_t tid, Record&& record) {
        const auto at = position(tid);
        if (at == tasks_.end() || at->tid != tid) { return; }
        read_clock(*at);
        retire(*at, record);
        tasks_.erase(at);
    }

    /// Empties the rings and reads the clocks.
    template <class Record>
    void collect(Record&& record) {
        for (task& each : tasks_) {
            if (each.slot != nullptr) {
                drain(each, record);
                read_clock(each);
            }
        }
    }

    /// Deletes all timers and takes in what they still delivered: afterwards delivered = recorded +
    /// dropped.
    template <class Record>
    void end(Record&& record) {
        for (task& each : tasks_) {
            each.timer.remove(); // all of them first: the rest can take a while
        }
        for (task& each : tasks_) {
            read_clock(each);
            retire(each, record);
        }
        tasks_.clear();
    }

    /// For the child of a fork, in which neither the threads nor their timers exist.
    void forget() {
        for (task& each : tasks_) {
            if (each.slot != nullptr) {
                each.slot->cookie.store(0, std::memory_order_seq_cst);
                each.slot->busy.store(0, std::memory_order_seq_cst);
                give_back(each.slot);
            }
        }
        tasks_.clear();
        past_ = {};
    }

    [[nodiscard]] roster_totals totals() const noexcept {
        roster_totals sum = past_;
        for (const task& each : tasks_) {
            if (each.slot == nullptr) {
                ++sum.refused;
                sum.refusal = each.refusal;
                continue;
            }
            ++sum.timers;
            sum.delivered += each.slot->delivered.load(std::memory_order_relaxed);
            sum.dropped += each.slot->dropped.load(std::memory_order_relaxed);
            sum.covered_ns += covered_ns(each);
        }
        return sum;
    }

    /// True when the handler was seen outside of each slot since the call, which does not wait.
    [[nodiscard]] bool is_quiet() const noexcept {
        for (const task& each : tasks_) {
            if (each.slot != nullptr && each.slot->busy.load(std::memory_order_seq_cst) != 0) {
                return false;
            }
        }
        return true;
    }

private:
    struct task {
        pid_t tid = 0;
        thread_timer timer{};
        thread_slot* slot = nullptr; // null: there is no timer, for the reason in `refusal`
        int refusal = 0;
        std::uint64_t cpu_first = 0;   // CPU time of the thread when its timer began
        std::uint64_t cpu_last = 0;    // at the latest look
        std::uint64_t weight_last = 0; // delivered until that look
        std::string name;
    };

    roster_options options_;
    std::vector<task> tasks_; // by number
    roster_totals past_;      // of threads that have ended
    std::uintptr_t main_stack_top_ = 0;

    [[nodiscard]] std::vector<task>::iterator position(pid_t tid) {
        return std::lower_bound(
            tasks_.begin(), tasks_.end(), tid, [](const task& a, pid_t b) { return a.tid < b; });
    }

    // Returns 0, or the errno for which the thread gets no timer: EINVAL or ESRCH when it has
    // ended.
    [[nodiscard]] int arm(task& added) {
        thread_slot* slot = take_slot(options_.ring_words, options_.depth);
        if (slot == nullptr) { return ENOMEM; }
        reset(*slot, added.tid == ::getpid() ? main_stack_top_ : 0);
        const std::uint64_t cookie = (++runtime().uses << sampler_runtime::slot_bits) | slot->index;
        slot->cookie.store(cookie, std::memory_order_seq_cst);
        int refusal = added.timer.create(added.tid, options_.signal, cookie);
        added.cpu_first = clock_ns(thread_cpu_clock(added.tid));
        added.cpu_last = added.cpu_first;
        if (refusal == 0) {
            // A random phase: threads started together would be sampled together for ever, and one
            // that lives for less than an interval would never be.
            refusal = added.timer.run(1 + random_word(cookie) % options_.interval_ns,
                                      options_.interval_ns);
        }
        if (refusal == 0) {
            added.slot = slot;
            return 0;
        }
        added.timer.remove();
        slot->cookie.store(0, std::memory_order_seq_cst);
        await_handler(*slot);
        give_back(slot);
        return refusal;
    }

    [[nodiscard]] static std::uint64_t random_word(std::uint64_t salt) noexcept {
        return mix(clock_ns(CLOCK_MONOTONIC) ^ 0x9e3779b97f4a7c15u, salt * 0xe7037ed1a0b428dbu + 1);
    }

    static void reset(thread_slot& slot, std::uintptr_t stack_top) noexcept {
        slot.delivered.store(0, std::memory_order_relaxed);
        slot.delivered_weight.store(0, std::memory_order_relaxed);
        slot.dropped.store(0, std::memory_order_relaxed);
        slot.stack_top.store(stack_top, std::memory_order_relaxed);
        // It knows the last thread's stack. Not by assignment: a temporary may be more than there
        // is room for on the stack of a thread that announces itself.
        std::memset(&slot.cache, 0, sizeof slot.cache);
    }

    template <class Record>
    void drain(task& from, Record& record) {
        ring_sample sample;
        if (!from.slot->ring.front(sample)) { return; }
        // Threads are often named a moment after they were started.
        std::string name = thread_name(from.tid);
        if (!name.empty()) { from.name = std::move(name); }
        do {
            record(from.name, from.tid, sample);
            from.slot->ring.pop();
        } while (from.slot->ring.front(sample));
    }

    template <class Record>
    void retire(task& gone, Record& record) {
        gone.timer.remove();
        thread_slot* slot = gone.slot;
        if (slot == nullptr) { return; }
        slot->cookie.store(0, std::memory_order_seq_cst);
        await_handler(*slot);
        drain(gone, record);
        past_.delivered += slot->delivered.load(std::memory_order_relaxed);
        past_.dropped += slot->dropped.load(std::memory_order_relaxed);
        // What the thread used after the latest look at its clock is known from its samples only.
        const std::uint64_t since =
            slot->delivered_weight.load(std::memory_order_relaxed) - gone.weight_last;
        past_.covered_ns += covered_ns(gone) + since * options_.interval_ns;
        give_back(slot);
        gone.slot = nullptr;
    }

    static void read_clock(task& of) noexcept {
        const std::uint64_t now = clock_ns(thread_cpu_clock(of.tid));
        if (of.slot != nullptr && now >= of.cpu_last) {
            of.cpu_last = now;
            of.weight_last = of.slot->delivered_weight.load(std::memory_order_relaxed);
        }
    }

    // CPU time that samples stand for. A thread that blocks the signal runs on without any.
    [[nodiscard]] std::uint64_t covered_ns(const task& of) const noexcept {
        constexpr std::uint64_t tick_ns =
            10000000; // timers wait for a tick: 10 ms on the slowest kernels
        const std::uint64_t used = of.cpu_last - of.cpu_first;
        const std::uint64_t sampled = of.weight_last * options_.interval_ns;
        return used > sampled + 2 * (options_.interval_ns + tick_ns) ? sampled : used;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
