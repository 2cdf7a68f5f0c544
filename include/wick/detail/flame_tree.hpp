// wick/detail/flame_tree.hpp - the tree that a flame graph shows, and where its frames lie.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAME_TREE_HPP
#define WICK_DETAIL_FLAME_TREE_HPP

#include <wick/detail/frame_text.hpp> // what frames are called
#include <wick/detail/hash.hpp>       // which of them are called the same
#include <wick/profile.hpp>           // what is shown

#include <algorithm>   // std::sort, std::max
#include <cstddef>     // std::size_t
#include <cstdint>     // fixed-width members
#include <string>      // names
#include <utility>     // std::move
#include <vector>      // the arrays

WICK_BEGIN_NAMESPACE
namespace detail {

/// What a frame is called in a picture. The kind stands apart, not as a suffix.
struct flame_name {
    std::string text;
    frame_kind kind = frame_kind::function;
    std::uint32_t nodes = 0; ///< how many nodes have it
};

/// Returns the names of a profile's frames. Equal texts get equal names, whatever frames they are
/// of. `distinct` tells whether there was none of those.
[[nodiscard]] inline std::vector<flame_name> name_frames(const profile& p, bool& distinct) {
    std::vector<std::string> texts(p.frames.size());
    std::vector<std::uint32_t> first(p.frames.size()); // the first frame with the same text
    std::vector<frame_kind> kinds(p.frames.size());
    id_table seen;
    distinct = true;
    for (std::uint32_t i = 1; i < p.frames.size(); ++i) {
        append_frame_text(texts[i], p, p.frames[i]);
        const std::uint64_t hash = hash_bytes(texts[i], hash_seed());
        const std::uint32_t known =
            seen.find(hash, [&](std::uint32_t id) { return texts[id] == texts[i]; });
        kinds[i] = p.frames[i].kind;
        if (known == id_table::none) {
            first[i] = i;
            seen.insert(hash, i);
            continue;
        }
        first[i] = known;
        distinct = false;
        // A thread and a function of one name are drawn as one frame, which is neither's colour.
        if (kinds[known] != kinds[i]) { kinds[known] = frame_kind::function; }
    }
    std::vector<flame_name> names(p.frames.size());
    for (std::uint32_t i = 1; i < p.frames.size(); ++i) {
        const named_frame parsed = parse_frame_text(texts[first[i]]);
        names[i].text = parsed.function;
        names[i].kind = parsed.kind != frame_kind::function ? parsed.kind : kinds[first[i]];
    }
    return names;
}

/// A profile prepared for drawing. Arrays by node are in the profile's preorder.
struct flame_tree {
    const profile* shown = nullptr;      ///< has a frame for each name
    std::vector<flame_name> names;       ///< the root's first, then by number of nodes, falling
    std::vector<std::uint32_t> name_of;  ///< index into names, by frame
    std::vector<std::uint32_t> depth;    ///< of each node; the root's is 0
    std::vector<std::uint32_t> end;      ///< of each node: one past the last node below it
    std::vector<std::uint64_t> total;    ///< of each node: weight with all below it
    std::uint32_t deepest = 0;           ///< the greatest depth
    std::uint64_t negative = 0;          ///< nodes with a negative weight, which is taken as 0

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(depth.size());
    }
    [[nodiscard]] std::uint32_t name(std::uint32_t node) const {
        return name_of[shown->nodes[node].frame];
    }
    [[nodiscard]] std::uint64_t self(std::uint32_t node) const {
        const std::int64_t weight = shown->nodes[node].self;
        return weight > 0 ? static_cast<std::uint64_t>(weight) : 0;
    }
};

/// Sorts the names by use, so that the most used have the shortest numbers in the file.
inline void rank_names(flame_tree& tree, std::vector<flame_name> names) {
    std::vector<std::uint32_t> order(names.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) { order[i] = i; }
    std::sort(order.begin() + 1, order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return names[a].nodes != names[b].nodes ? names[a].nodes > names[b].nodes : a < b;
    });
    tree.name_of.resize(names.size());
    tree.names.reserve(names.size());
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
        tree.name_of[order[rank]] = rank;
        tree.names.push_back(std::move(names[order[rank]]));
    }
}

/// Returns the tree of a profile; `merged` keeps a merged copy of it where frames are called the
/// same. Cost: O(n), and a merge in that case.
[[nodiscard]] inline flame_tree make_flame_tree(const profile& p, profile& merged) {
    flame_tree tree;
    bool distinct = true;
    std::vector<flame_name> names = name_frames(p, distinct);
    tree.shown = &p;
    if (!distinct) {
        std::size_t next = 0; // map_frames asks for the frames in their order
        merged = map_frames(p, [&](const frame&) {
            const flame_name& name = names[next++];
            frame plain;
            plain.function = name.text;
            plain.kind = name.kind;
            return plain;
        });
        names = name_frames(merged, distinct);
        tree.shown = &merged;
    }
    const std::vector<profile::node>& nodes = tree.shown->nodes;
    tree.depth.resize(nodes.size());
    tree.end.resize(nodes.size());
    tree.total.resize(nodes.size());
    for (std::uint32_t i = 1; i < nodes.size(); ++i) {
        tree.depth[i] = tree.depth[nodes[i].parent] + 1;
        tree.deepest = (std::max)(tree.deepest, tree.depth[i]);
        ++names[nodes[i].frame].nodes;
    }
    for (auto i = static_cast<std::uint32_t>(nodes.size()); i-- > 0;) {
        tree.end[i] = (std::max)(tree.end[i], i + 1);
        tree.total[i] += tree.self(i);
        if (nodes[i].self < 0) { ++tree.negative; }
        if (i == 0) { break; }
        const std::uint32_t parent = nodes[i].parent;
        tree.total[parent] += tree.total[i];
        tree.end[parent] = (std::max)(tree.end[parent], tree.end[i]);
    }
    rank_names(tree, std::move(names));
    return tree;
}

/// A frame of the picture, or a run of neighbours that are too narrow to be drawn one by one.
struct flame_box {
    std::uint32_t first = 0;  ///< the node; of a run, its first
    std::uint32_t stop = 0;   ///< one past the last node that the box stands for
    std::uint32_t depth = 0;
    bool elided = false;      ///< a run: the nodes from `first` to `stop` and all below them
    std::uint64_t offset = 0; ///< weight to the left of the box
    std::uint64_t weight = 0; ///< its width
};

/// Calls `visit(flame_box)` for each frame of at least `min_weight` and for each run of lighter
/// ones, parents before children. Every node is in one box. Cost: O(frames visited and their
/// children), not O(nodes).
template <class Visit>
void lay_out(const flame_tree& tree, std::uint64_t min_weight, Visit&& visit) {
    std::vector<std::uint64_t> left(std::size_t{tree.deepest} + 2); // where the next box begins
    flame_box run;
    for (std::uint32_t i = 0; i < tree.size();) {
        const std::uint32_t depth = tree.depth[i];
        const std::uint64_t weight = tree.total[i];
        const std::uint64_t offset = left[depth];
        left[depth] += weight;
        if (weight >= min_weight) {
            left[depth + 1] = offset;
            visit(flame_box{i, i + 1, depth, false, offset, weight});
            ++i;
            continue;
        }
        if (!run.elided || run.stop != i || run.depth != depth) {
            if (run.elided) { visit(run); }
            run = flame_box{i, i, depth, true, offset, 0};
        }
        run.weight += weight;
        run.stop = tree.end[i];
        i = run.stop;
    }
    if (run.elided) { visit(run); }
}

} // namespace detail
WICK_END_NAMESPACE

#endif
