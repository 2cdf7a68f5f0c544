// wick/detail/stack_recorder.hpp - sampled addresses into a calling-context tree (Linux).
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_STACK_RECORDER_HPP
#define WICK_DETAIL_STACK_RECORDER_HPP

#include <wick/detail/hash.hpp>        // the index of known addresses
#include <wick/detail/sample_ring.hpp> // what comes in
#include <wick/detail/unwind.hpp>      // modules, and how walks end
#include <wick/profile.hpp>            // what goes out
#include <wick/version.hpp>

#include <algorithm> // std::max
#include <array>     // the index
#include <cstddef>   // std::size_t
#include <cstdint>   // addresses
#include <string>    // names of threads
#include <utility>   // std::exchange

WICK_BEGIN_NAMESPACE
namespace detail {

/// What a recorder has taken in since it was made or emptied.
struct recorded_totals {
    std::uint64_t samples = 0;   ///< each is one observation
    std::uint64_t weight = 0;    ///< of all of them
    std::uint64_t truncated = 0; ///< of them, those whose stack is not whole
    std::uint64_t dropped = 0;   ///< samples for which the tree had no room
};

/// Puts samples under the thread that they come from, and says in which module each address lay at
/// that time, so that it can still be named when the module is gone or another is there. Cost: a
/// look-up for each frame. Memory: as a profile_builder, for at most `most_nodes` nodes.
class stack_recorder {
public:
    explicit stack_recorder(std::size_t most_nodes = 0)
        : most_nodes_(most_nodes) {
        describe();
    }

    /// Adds a sample of a thread that is called `thread`. The stack was walked with one of the two
    /// maps, or at a time between them.
    void record(const std::string& thread,
                const ring_sample& sample,
                const code_map& map,
                const code_map* newer = nullptr) {
        if (kept_nodes_ + nodes_ >= most_nodes_) {
            ++totals_.dropped;
            return;
        }
        std::uint32_t node = step(profile_builder::root, tree_.intern(thread, frame_kind::thread));
        const bool whole = static_cast<unwind_end>(sample.end) == unwind_end::complete;
        if (!whole) { node = step(node, tree_.intern("[truncated]", frame_kind::marker)); }
        for (std::uint32_t i = sample.depth; i-- > 0;) {
            node = step(node, place(sample.frames[i], map, newer));
        }
        if (!tree_.add(node, 1, sample.weight)) {
            ++totals_.dropped;
            return;
        }
        ++totals_.samples;
        totals_.weight += sample.weight;
        totals_.truncated += whole ? 0 : 1;
    }

    /// Forgets where addresses lie. Call when the modules have changed.
    void forget_places() { places_.fill({}); }

    /// Returns what was recorded since the last call, as a builder to be finished by the caller:
    /// the recorder is needed elsewhere. Totals go on.
    [[nodiscard]] profile_builder take() {
        profile_builder taken = std::exchange(tree_, profile_builder());
        describe();
        forget_places();
        nodes_ = 0;
        return taken;
    }

    /// Says how many nodes the caller keeps of what it has taken: they count towards the limit.
    void keep_nodes(std::size_t count) noexcept { kept_nodes_ = count; }

    /// Counts from 0 again.
    void reset_totals() noexcept { totals_ = {}; }

    [[nodiscard]] const recorded_totals& totals() const noexcept { return totals_; }

private:
    struct known_place {
        std::uintptr_t address = 0;
        std::uint32_t frame = 0; // in tree_; 0: the entry is empty
    };
    static constexpr std::size_t index_bits = 12;

    profile_builder tree_;
    std::array<known_place, std::size_t{1} << index_bits> places_{};
    std::size_t most_nodes_;
    std::size_t nodes_ = 0;
    std::size_t kept_nodes_ = 0;
    recorded_totals totals_;

    void describe() { tree_.describe("samples", counted_as::samples, profile_detail::address); }

    [[nodiscard]] std::uint32_t step(std::uint32_t parent, std::uint32_t frame) {
        const std::uint32_t node = tree_.child(parent, frame);
        nodes_ = (std::max)(nodes_, std::size_t{node} + 1); // nodes are numbered as they are made
        return node;
    }

    [[nodiscard]] std::uint32_t
    place(std::uintptr_t address, const code_map& map, const code_map* newer) {
        known_place& known = places_[mix(address, 0x9e3779b97f4a7c15u) >> (64 - index_bits)];
        if (known.address != address || known.frame == 0) {
            known = {address, new_place(address, map, newer)};
        }
        return known.frame;
    }

    [[nodiscard]] std::uint32_t
    new_place(std::uintptr_t address, const code_map& map, const code_map* newer) {
        const code_module* found = map.find(address);
        if (found == nullptr && newer != nullptr) { found = newer->find(address); }
        frame at;
        at.address = address;
        if (found != nullptr) {
            loaded_module in;
            in.path = found->path;
            in.build_id = found->build_id;
            in.start = found->start;
            in.limit = found->limit;
            in.offset = found->file_offset;
            at.module = tree_.intern(in);
        }
        return tree_.intern(at);
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
