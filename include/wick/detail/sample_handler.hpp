// wick/detail/sample_handler.hpp - the sampler's signal handler and all that it touches (Linux).
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SAMPLE_HANDLER_HPP
#define WICK_DETAIL_SAMPLE_HANDLER_HPP

#include <wick/detail/sample_ring.hpp> // where stacks go
#include <wick/detail/unwind.hpp>      // how they are found
#include <wick/version.hpp>

#include <algorithm> // std::max
#include <atomic>    // everything that the handler shares
#include <cerrno>    // errno
#include <cstddef>   // std::size_t
#include <cstdint>   // addresses

#include <pthread.h>  // the lock of what the handler does not touch
#include <signal.h>   // siginfo_t
#include <ucontext.h> // the interrupted registers

WICK_BEGIN_NAMESPACE
class sampler;
namespace detail {

/// Adds to a counter that one thread writes and others read: no locked instruction is needed.
inline void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

/// What the handler needs for one sampled thread. Slots lie in memory of their own, are used again
/// for later threads, and are never unmapped: a late signal can always look at one.
struct thread_slot {
    /// Names the use of the slot, and comes back with each signal of its timer. 0: not in use.
    std::atomic<std::uint64_t> cookie;
    /// Not 0 while the handler is at work here: maps and slots are not taken away under it.
    std::atomic<std::uint32_t> busy;

    std::atomic<std::uint64_t> delivered;        ///< signals
    std::atomic<std::uint64_t> delivered_weight; ///< 1 + the expirations missed before each of them
    std::atomic<std::uint64_t> dropped;          ///< signals that found the ring full

    /// Where the stack ends that the thread was started with; 0: at its thread pointer.
    std::atomic<std::uintptr_t> stack_top;

    sample_ring ring;
    unwind_cache cache;

    // Not the handler's: see thread_roster.
    thread_slot* next_free;
    std::uint32_t index;
    void* ring_memory;
    std::size_t ring_bytes;
};

/// State of a copy of wick in a process; there is one, however many sampler objects come and go.
/// Zero is the state in which nothing runs, and the constructor is constant: no guard, no order of
/// construction.
struct sampler_runtime {
    static constexpr std::uint32_t slot_bits = 14;
    static constexpr std::uint32_t max_slots = 1u << slot_bits;

    /// For all that the handler does not touch. Never taken by the handler, never held while
    /// dynamic loading can be waited for.
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    std::atomic<std::atomic<thread_slot*>*> slots{
        nullptr};                              ///< max_slots of them, made on first use
    std::atomic<const code_map*> map{nullptr}; ///< as of the latest look at the loader

    // The rest is used with the lock held.
    std::uint64_t uses = 0;            ///< of slots, ever: the upper part of cookies
    std::uint32_t slots_made = 0;      ///< entries of `slots` that are not null
    thread_slot* free_slots = nullptr; ///< those that no thread uses now
    sampler* owner = nullptr;          ///< the sampler that starts, runs or stops
    sampler* active = nullptr;         ///< the same while it runs
    sigset_t mask_before_fork{};       ///< of the thread that forks
    int signal = 0;                    ///< what `owner` uses; 0: nothing
    bool handles_fork = false;         ///< pthread_atfork was called
};

[[nodiscard]] inline sampler_runtime& runtime() noexcept {
    static sampler_runtime state;
    return state;
}

/// Returns the slot that a cookie names, or null. Any cookie may be asked for.
[[nodiscard]] inline thread_slot* slot_of(std::uint64_t cookie) noexcept {
    std::atomic<thread_slot*>* slots = runtime().slots.load(std::memory_order_acquire);
    if (slots == nullptr) { return nullptr; }
    return slots[cookie & (sampler_runtime::max_slots - 1)].load(std::memory_order_acquire);
}

/// Returns an address at the top of the calling thread's stack, where C libraries keep what they
/// know of a thread; for the main thread it lies elsewhere.
[[nodiscard]] inline std::uintptr_t thread_pointer() noexcept {
    std::uintptr_t at;
#if defined(__x86_64__)
    __asm__("mov %%fs:0, %0" : "=r"(at));
#else
    __asm__("mrs %0, tpidr_el0" : "=r"(at));
#endif
    return at;
}

/// Records the interrupted stack, or counts why not.
inline void
take_sample(thread_slot& slot, std::uint32_t weight, const ucontext_t& context) noexcept {
    bump(slot.delivered, 1);
    bump(slot.delivered_weight, weight);
    std::uintptr_t* frames = slot.ring.reserve();
    if (frames == nullptr) {
        bump(slot.dropped, 1);
        return;
    }
    const code_map& map = *runtime().map.load(std::memory_order_seq_cst);
    const std::uintptr_t top = slot.stack_top.load(std::memory_order_relaxed);
    const unwound stack = unwind(
        map, slot.cache, context, top != 0 ? top : thread_pointer(), frames, slot.ring.depth());
    slot.ring.commit(stack.depth, weight, static_cast<std::uint32_t>(stack.end));
}

/// The signal handler. It takes no lock, allocates nothing, and keeps errno. Of the C library it
/// calls `syscall` and the loader's lock-free _dl_find_object. Its one system call is
/// rt_sigprocmask, made so that it fails: that tells whether a page of stack can be read. It is
/// made once for each page of a thread's own stack, when that has grown to there, and up to 64
/// times in a sample that was taken on another stack, such as a coroutine's. All signals are
/// blocked meanwhile: no thread enters it twice. A signal that no timer of this sampler sent, or
/// one for a slot that is no longer in use, is ignored; this is why the handler can stay installed
/// when the sampler stops.
inline void on_sample_signal(int, siginfo_t* info, void* context) noexcept {
    if (info->si_code != SI_TIMER) { return; }
    const int saved = errno;
    const auto cookie = reinterpret_cast<std::uint64_t>(info->si_value.sival_ptr);
    thread_slot* slot = slot_of(cookie);
    if (slot == nullptr) { return; }
    // Whoever ends the use of a slot clears the cookie first and then waits for `busy`; here it is
    // the other way round. With sequential consistency one of the two sees the other.
    slot->busy.store(1, std::memory_order_seq_cst);
    if (cookie != 0 && slot->cookie.load(std::memory_order_seq_cst) == cookie) {
        const int missed = info->si_overrun;
        take_sample(*slot,
                    1 + static_cast<std::uint32_t>((std::max)(missed, 0)),
                    *static_cast<const ucontext_t*>(context));
    }
    slot->busy.store(0, std::memory_order_release);
    errno = saved;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
