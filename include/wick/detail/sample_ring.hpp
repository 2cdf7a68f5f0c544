// wick/detail/sample_ring.hpp - stacks from a signal handler to a collector, without locks.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SAMPLE_RING_HPP
#define WICK_DETAIL_SAMPLE_RING_HPP

#include <wick/version.hpp>

#include <algorithm> // std::min
#include <atomic>    // the two ends
#include <cstddef>   // std::size_t
#include <cstdint>   // the words of a record

WICK_BEGIN_NAMESPACE
namespace detail {

/// A sample as it lies in a ring: valid until it is popped.
struct ring_sample {
    std::uint32_t depth = 0;                ///< how many addresses there are
    std::uint32_t weight = 0;               ///< 1 + the expirations that were missed
    std::uint32_t end = 0;                  ///< how the walk ended, as the producer put it
    const std::uintptr_t* frames = nullptr; ///< the leaf first
};

/// A queue of samples with one producer, who may be a signal handler, and one consumer.
/// All memory is the caller's, and zero memory is a ring without room, so that a ring can live in a
/// fresh mapping. Neither side waits, allocates or calls anything. A record is written where it
/// stays: the producer unwinds straight into the ring and needs no buffer on the interrupted stack.
/// Positions count words and never wrap. A record starts inside the ring and may end in the slack
/// behind it, so that its frames are in one piece; the next one then starts a new lap.
class sample_ring {
public:
    /// Words of memory that a ring of `words` needs for records of up to `depth` frames.
    [[nodiscard]] static constexpr std::size_t memory_words(std::size_t words,
                                                            std::size_t depth) noexcept {
        return words + header_words + depth;
    }

    /// Empties the ring and gives it memory_words(words, depth) words. Neither side may be at work.
    void attach(std::uintptr_t* memory, std::size_t words, std::uint32_t depth) noexcept {
        memory_ = memory;
        words_ = words;
        depth_ = depth;
        head_.store(0, std::memory_order_relaxed);
        tail_.store(0, std::memory_order_release);
    }

    /// The most frames that a record takes.
    [[nodiscard]] std::uint32_t depth() const noexcept { return depth_; }

    /// Producer: returns room for depth() addresses, or null when the ring is full.
    [[nodiscard]] std::uintptr_t* reserve() noexcept {
        const std::uint64_t head = head_.load(std::memory_order_relaxed);
        const std::uint64_t tail = tail_.load(std::memory_order_acquire);
        // The slack is only used by the last record of a lap: what has to be free ends with the
        // lap.
        if (words_ == 0 || after(head, header_words + depth_) - tail > words_) { return nullptr; }
        return memory_ + head % words_ + header_words;
    }

    /// Producer: publishes the sample whose addresses were written to the latest reserve().
    void commit(std::uint32_t depth, std::uint32_t weight, std::uint32_t end) noexcept {
        const std::uint64_t head = head_.load(std::memory_order_relaxed);
        std::uintptr_t* record = memory_ + head % words_;
        record[0] = depth;
        record[1] = weight;
        record[2] = end;
        head_.store(after(head, header_words + depth), std::memory_order_release);
    }

    /// Consumer: looks at the oldest sample; false when there is none.
    [[nodiscard]] bool front(ring_sample& sample) const noexcept {
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        if (tail == head_.load(std::memory_order_acquire)) { return false; }
        const std::uintptr_t* record = memory_ + tail % words_;
        sample.depth = static_cast<std::uint32_t>(record[0]);
        sample.weight = static_cast<std::uint32_t>(record[1]);
        sample.end = static_cast<std::uint32_t>(record[2]);
        sample.frames = record + header_words;
        return true;
    }

    /// Consumer: gives the room of the oldest sample back.
    void pop() noexcept {
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        const std::uintptr_t* record = memory_ + tail % words_;
        tail_.store(after(tail, header_words + static_cast<std::size_t>(record[0])),
                    std::memory_order_release);
    }

private:
    static constexpr std::size_t header_words = 3;

    // Where the record behind one of `length` words at `position` starts: there, or with the next
    // lap.
    [[nodiscard]] std::uint64_t after(std::uint64_t position, std::size_t length) const noexcept {
        const std::uint64_t lap_end = position - position % words_ + words_;
        return (std::min)(position + length, lap_end);
    }

    std::uintptr_t* memory_ = nullptr;
    std::size_t words_ = 0;
    std::uint32_t depth_ = 0;
    alignas(64) std::atomic<std::uint64_t> head_{0}; // the producer's, on a cache line of its own
    alignas(64) std::atomic<std::uint64_t> tail_{0}; // the consumer's
};

} // namespace detail
WICK_END_NAMESPACE

#endif
