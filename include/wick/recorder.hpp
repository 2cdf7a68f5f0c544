// wick/recorder.hpp - durations from many threads into histograms, without locks.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_RECORDER_HPP
#define WICK_RECORDER_HPP

#include <wick/histogram.hpp> // what snapshots are
#include <wick/version.hpp>

#include <algorithm> // std::min, std::max, std::remove_if
#include <array>     // lanes, pages
#include <atomic>    // what readers see of a thread's counts
#include <chrono>    // durations, the clock of scoped_timer
#include <cstddef>   // std::size_t
#include <cstdint>   // values and counts
#include <limits>    // the extremes of nothing
#include <memory>    // shared ownership of what threads and recorders both need
#include <mutex>     // for those who come, go or read
#include <utility>   // std::move, std::exchange
#include <vector>    // the shards

WICK_BEGIN_NAMESPACE
namespace detail {

/// The counts of one writer at a time, which others may read meanwhile. They only ever grow. The
/// writer stores, in this order, the bucket, the extremes, the sum, the number of values, each with
/// release (on x86-64 a plain store). Whoever loads them the other way round, each with acquire,
/// and finds as many values in the buckets as the number says, has read exactly those values: one
/// more in the sum or the extremes would be in the buckets too.
template <int Digits>
class recorder_shard {
public:
    using histogram_type = histogram<Digits>;

    /// For the writer. Allocation: a page for the first value of an octave.
    void record(std::int64_t value) {
        const std::uint64_t key = bucket_key<bits>(value);
        if (key - inner_key_ >= inner_size_) {
            record_at_edge(value);
            return;
        }
        page& counts = *pages_[(key >> bits) - first_exponent + 1].load(std::memory_order_relaxed);
        add(counts[key % page_size], 1);
        tally(key, static_cast<std::uint64_t>(value));
    }

    /// What a reader gathers of all shards.
    struct gathered {
        histogram_type counts;
        std::uint64_t sum = 0; // modulo 2^64
        std::uint64_t below = 0;
        std::uint64_t above = 0;
        std::int64_t least = (std::numeric_limits<std::int64_t>::max)();
        std::int64_t most = -1;
        bool consistent = true;
    };

    /// For readers, one at a time.
    void gather(gathered& all) const {
        std::uint64_t number = 0;
        for (const lane& l : lanes_) { number += l.number.load(std::memory_order_acquire); }
        for (const lane& l : lanes_) { all.sum += l.sum.load(std::memory_order_acquire); }
        const std::int64_t least = least_.load(std::memory_order_acquire);
        const std::int64_t most = most_.load(std::memory_order_acquire);
        const std::uint64_t before = all.counts.count();
        if (least <= most) { all.counts.reserve(least, most); } // at once, not octave by octave
        for (std::size_t o = 0; o < octaves; ++o) { gather_page(all, o); }
        const std::uint64_t below = below_.load(std::memory_order_acquire);
        const std::uint64_t above = above_.load(std::memory_order_acquire);
        all.below += below;
        all.above += above;
        const std::uint64_t last = histogram_type::bucket_count - 1;
        gather_counts(all, 0, &below, 1);
        gather_counts(all, static_cast<std::uint32_t>(last), &above, 1);
        all.consistent = all.consistent && all.counts.count() - before == number;
        all.least = (std::min)(all.least, least);
        all.most = (std::max)(all.most, most);
    }

private:
    static constexpr unsigned bits = histogram_type::precision_bits;
    static constexpr std::size_t page_size = std::size_t{1} << bits;
    static constexpr std::size_t octaves = histogram_type::bucket_count >> bits;
    static constexpr std::uint64_t first_exponent = 1023 + bits; // that of octave 1
    static constexpr std::uint64_t first_key = first_exponent << bits;

    using page = std::array<std::atomic<std::uint64_t>, page_size>;
    struct lane {
        std::atomic<std::uint64_t> sum{0};
        std::atomic<std::uint64_t> number{0};
    };

    // For the writer alone: the keys of buckets all values of which lie between the extremes, and
    // whose pages are there.
    alignas(64) std::uint64_t inner_key_ = 0;
    std::uint64_t inner_size_ = 0;
    std::array<std::atomic<page*>, octaves> pages_{};
    std::array<lane, 8> lanes_;
    std::atomic<std::int64_t> least_{(std::numeric_limits<std::int64_t>::max)()};
    std::atomic<std::int64_t> most_{-1};
    std::atomic<std::uint64_t> below_{0}; // these are in no page
    std::atomic<std::uint64_t> above_{0};
    std::vector<std::unique_ptr<page>> owned_;

    static void add(std::atomic<std::uint64_t>& to, std::uint64_t more) noexcept {
        to.store(to.load(std::memory_order_relaxed) + more, std::memory_order_release);
    }
    // As in a histogram: what follows waits only where it is of the same lane, and values of one
    // bucket wait for each other anyway.
    void tally(std::uint64_t bucket, std::uint64_t value) noexcept {
        lane& l = lanes_[static_cast<std::size_t>(bucket % 8)];
        add(l.sum, value);
        add(l.number, 1);
    }

    // Counts a value that is below 2^bits, or in the bucket of an extreme one, or out of the range.
    [[gnu::noinline]] void record_at_edge(std::int64_t value) {
        const std::int64_t clamped =
            (std::min)((std::max)(value, std::int64_t{0}), histogram_type::max_value);
        const std::uint32_t index = histogram_type::index_of(clamped);
        const std::int64_t least = (std::min)(least_.load(std::memory_order_relaxed), clamped);
        const std::int64_t most = (std::max)(most_.load(std::memory_order_relaxed), clamped);
        make_pages(least, most); // before anything is counted: there may be no memory
        if (value == clamped) {
            add((*pages_[index >> bits].load(std::memory_order_relaxed))[index % page_size], 1);
        } else {
            add(value < 0 ? below_ : above_, 1);
        }
        set_extremes(least, most);
        tally(index, static_cast<std::uint64_t>(clamped));
    }
    void make_pages(std::int64_t least, std::int64_t most) {
        const std::uint32_t last = histogram_type::index_of(most) >> bits;
        for (std::uint32_t o = histogram_type::index_of(least) >> bits; o <= last; ++o) {
            if (pages_[o].load(std::memory_order_relaxed) != nullptr) { continue; }
            owned_.push_back(std::make_unique<page>()); // zeros
            pages_[o].store(owned_.back().get(), std::memory_order_release);
        }
    }
    void set_extremes(std::int64_t least, std::int64_t most) noexcept {
        least_.store(least, std::memory_order_release);
        most_.store(most, std::memory_order_release);
        std::uint32_t first = histogram_type::index_of(least);
        std::uint32_t end = histogram_type::index_of(most);
        // A value in the bucket of an extreme one may become the extreme, unless that is its end.
        first += least > histogram_type::low_of(first) ? 1u : 0u;
        end += most < histogram_type::high_of(end) ? 0u : 1u;
        first = (std::max)(first, static_cast<std::uint32_t>(page_size));
        inner_key_ = first_key + first - page_size;
        inner_size_ = end > first ? end - first : 0;
    }

    void gather_page(gathered& all, std::size_t octave) const {
        const page* counts = pages_[octave].load(std::memory_order_acquire);
        if (counts == nullptr) { return; }
        std::uint64_t copy[page_size];
        for (std::size_t i = 0; i < page_size; ++i) {
            copy[i] = (*counts)[i].load(std::memory_order_acquire);
        }
        gather_counts(all, static_cast<std::uint32_t>(octave << bits), copy, page_size);
    }
    // What would be too many for a histogram is 292 years of values.
    static void
    gather_counts(gathered& all, std::uint32_t first, const std::uint64_t* counts, std::size_t n) {
        all.consistent = all.counts.add_buckets(first, counts, n) && all.consistent;
    }
};

/// The shards of a recorder: it outlives the recorder where threads still have one.
template <int Digits>
class recorder_core {
public:
    using shard = recorder_shard<Digits>;

    /// Returns a shard that nobody writes to: counts of threads that have ended stay in theirs.
    [[nodiscard]] shard* take() {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!free_.empty()) {
            shard* reused = free_.back();
            free_.pop_back();
            return reused;
        }
        free_.reserve(shards_.size() + 1); // so that giving back does not allocate
        shards_.push_back(std::make_unique<shard>());
        return shards_.back().get();
    }
    void give_back(shard* no_longer_used) noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        free_.push_back(no_longer_used);
    }

    [[nodiscard]] histogram<Digits> snapshot() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return gather();
    }
    [[nodiscard]] histogram<Digits> interval() {
        const std::lock_guard<std::mutex> lock(mutex_);
        histogram<Digits> now = gather();
        histogram<Digits> since = now;
        const error impossible = since.subtract(previous_); // counts only grow
        WICK_ASSERT(!impossible);
        static_cast<void>(impossible);
        previous_ = std::move(now);
        return since;
    }
    /// How many writers there were at the same time, at most.
    [[nodiscard]] std::size_t shard_count() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return shards_.size();
    }

    /// Tells threads that have a shard that there is no recorder any more.
    void close() noexcept { closed_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool closed() const noexcept { return closed_.load(std::memory_order_relaxed); }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<shard>> shards_;
    std::vector<shard*> free_;
    histogram<Digits> previous_; // what interval() told of already
    std::atomic<bool> closed_{false};

    [[nodiscard]] histogram<Digits> gather() const {
        typename shard::gathered all;
        for (const auto& each : shards_) { each->gather(all); }
        if (all.counts.empty()) { return {}; }
        const error clamped = all.counts.set_clamped(all.below, all.above);
        WICK_ASSERT(!clamped);
        static_cast<void>(clamped);
        if (!all.consistent) { return std::move(all.counts); }
        // The one sum that is possible, of those with the same last 64 bits.
        const auto [low, high] = all.counts.sum_bounds();
        wide_sum sum = low;
        sum.add(all.sum - low.low);
        wide_sum next = sum;
        next.add({0, 1});
        if (high < next) {
            const error contradiction = all.counts.set_exact(sum, all.least, all.most);
            WICK_ASSERT(!contradiction);
            static_cast<void>(contradiction);
        }
        return std::move(all.counts);
    }
};

} // namespace detail

/// Counts durations (or any values) of any number of threads. Each thread writes to counts of its
/// own, with loads and stores alone: no lock, no fetch_add, nobody waits for anybody. Readers take
/// snapshots while the writers run; intervals are differences of snapshots, nothing is reset.
///
/// What a snapshot guarantees: it has each value whose record() happened before it, and none
/// partly; of those recorded meanwhile it has some. What one snapshot has, all later ones have:
/// each value is in exactly one interval. Its sum and extremes are exact (`exact()`) if no thread
/// recorded while its counts were read; else they are derived from the buckets, as those of a
/// decoded histogram are, and the next quiet snapshot is exact again. The extremes of an interval
/// are always derived, but for the first; its sum is exact if both its snapshots were.
///
/// Memory: 8 KiB (2 digits: 1 KiB) for each octave between a thread's least and greatest value. A
/// thread that ends leaves its counts, and what held them to the next one. A recorder may end
/// before or after the threads that record with it, but not while one is at it. Thread safety: all
/// members may be called by all threads.
template <int Digits = 3>
class recorder {
public:
    using histogram_type = histogram<Digits>;

    /// A writer with counts of its own: saves looking for those of the thread. It may outlive the
    /// recorder. For one thread at a time; movable.
    class handle {
    public:
        handle(handle&& other) noexcept
            : core_(std::move(other.core_))
            , shard_(std::exchange(other.shard_, nullptr)) {}
        handle& operator=(handle&& other) noexcept {
            std::swap(core_, other.core_);
            std::swap(shard_, other.shard_);
            return *this;
        }
        ~handle() {
            if (shard_ != nullptr) { core_->give_back(shard_); }
        }

        /// Counts a value, clamped as a histogram clamps. Not for a handle that was moved from.
        /// Cost: two nanoseconds; an allocation for the first value of an octave.
        void record(std::int64_t value) { shard_->record(value); }
        /// Counts a duration, as whole nanoseconds.
        template <class Rep, class Period>
        void record(std::chrono::duration<Rep, Period> elapsed) {
            record(detail::to_nanoseconds(elapsed));
        }

    private:
        friend class recorder;
        std::shared_ptr<detail::recorder_core<Digits>> core_;
        detail::recorder_shard<Digits>* shard_;

        explicit handle(std::shared_ptr<detail::recorder_core<Digits>> core)
            : core_(std::move(core))
            , shard_(core_->take()) {}
    };

    recorder()
        : id_(next_id())
        , core_(std::make_shared<detail::recorder_core<Digits>>()) {}
    recorder(const recorder&) = delete;
    recorder& operator=(const recorder&) = delete;
    ~recorder() { core_->close(); }

    /// Counts a value in the calling thread's counts. The first one of a thread takes a lock.
    void record(std::int64_t value) {
        const cached& own = cache()[id_ % cache_size];
        if (own.id != id_) {
            record_first(value);
            return;
        }
        own.at->record(value);
    }
    /// Counts a duration, as whole nanoseconds.
    template <class Rep, class Period>
    void record(std::chrono::duration<Rep, Period> elapsed) {
        record(detail::to_nanoseconds(elapsed));
    }

    /// Returns a writer for a loop that records much.
    [[nodiscard]] handle attach() { return handle(core_); }

    /// Returns all that was recorded until now.
    /// Cost: some microseconds for each octave of each thread, with a lock that keeps threads from
    /// beginning or ending to record, not from recording.
    [[nodiscard]] histogram_type snapshot() const { return core_->snapshot(); }

    /// Returns what was recorded since the last call, or since the beginning. For one reader: two
    /// of them share out the intervals between them; several may each subtract their own snapshots.
    [[nodiscard]] histogram_type interval() { return core_->interval(); }

    /// How many threads and handles have recorded at the same time, at most.
    [[nodiscard]] std::size_t writers() const { return core_->shard_count(); }

private:
    using core = detail::recorder_core<Digits>;
    using shard = detail::recorder_shard<Digits>;

    // Where a thread finds its shard, if no other recorder took the place.
    struct cached {
        std::uint64_t id; // 0: of none
        shard* at;
    };
    static constexpr std::size_t cache_size = 8;

    // The shards of a thread, which it gives back at its end.
    struct thread_shards {
        struct entry {
            std::uint64_t id;
            std::shared_ptr<core> owner;
            shard* at;
        };
        std::vector<entry> entries;

        thread_shards() = default;
        thread_shards(const thread_shards&) = delete;
        thread_shards& operator=(const thread_shards&) = delete;
        ~thread_shards() {
            std::fill(cache(), cache() + cache_size, cached{});
            thread_ends() = true;
            for (const entry& e : entries) { e.owner->give_back(e.at); }
        }
    };

    // All zeros, so that looking into them needs no check whether they were made.
    [[nodiscard]] static cached* cache() noexcept {
        static thread_local cached own[cache_size];
        return own;
    }
    [[nodiscard]] static bool& thread_ends() noexcept {
        static thread_local bool ends = false;
        return ends;
    }
    [[nodiscard]] static std::vector<typename thread_shards::entry>& own_shards() {
        static thread_local thread_shards own;
        return own.entries;
    }
    [[nodiscard]] static std::uint64_t next_id() noexcept {
        static std::atomic<std::uint64_t> last{0};
        return last.fetch_add(1, std::memory_order_relaxed) + 1;
    }

    [[gnu::noinline, gnu::cold]] void record_first(std::int64_t value) {
        if (thread_ends()) { // a destructor that runs after that of the thread's shards
            attach().record(value);
            return;
        }
        shard* own = find_shard();
        cache()[id_ % cache_size] = {id_, own};
        own->record(value);
    }
    [[nodiscard]] shard* find_shard() {
        auto& entries = own_shards();
        for (const auto& e : entries) {
            if (e.id == id_) { return e.at; }
        }
        const auto is_over = [](const auto& e) { return e.owner->closed(); };
        entries.erase(std::remove_if(entries.begin(), entries.end(), is_over), entries.end());
        entries.reserve(entries.size() + 1);
        entries.push_back({id_, core_, core_->take()});
        return entries.back().at;
    }

    std::uint64_t id_; // of no other recorder, ever
    std::shared_ptr<core> core_;
};

/// Records the time from its construction to its destruction, by the steady clock, in nanoseconds:
/// `scoped_timer timed(recorder);` with a recorder, its handle or a histogram, which must outlive
/// it.
template <class Recorder>
class scoped_timer {
public:
    explicit scoped_timer(Recorder& to) noexcept
        : to_(&to) {}
    scoped_timer(const scoped_timer&) = delete;
    scoped_timer& operator=(const scoped_timer&) = delete;
    ~scoped_timer() {
        if (to_ != nullptr) { to_->record(elapsed()); }
    }

    /// Returns the time since the construction.
    [[nodiscard]] std::chrono::steady_clock::duration elapsed() const noexcept {
        return std::chrono::steady_clock::now() - begin_;
    }
    /// Nothing will be recorded.
    void cancel() noexcept { to_ = nullptr; }

private:
    Recorder* to_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};
template <class Recorder>
scoped_timer(Recorder&) -> scoped_timer<Recorder>;

WICK_END_NAMESPACE

#endif
