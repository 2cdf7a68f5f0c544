// wick/detail/diff_tree.hpp - two profiles into one tree, and the rows in it that can be tested.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_DIFF_TREE_HPP
#define WICK_DETAIL_DIFF_TREE_HPP

#include <wick/comparison.hpp> // the tree
#include <wick/profile.hpp>    // its sides
#include <wick/version.hpp>

#include <algorithm> // std::max
#include <cstddef>   // std::size_t
#include <cstdint>   // indices
#include <tuple>     // std::tie
#include <utility>   // std::pair
#include <vector>    // rows

WICK_BEGIN_NAMESPACE
namespace detail {

/// What is tested once: the weight and observations of a node or function, self or total. Many
/// contexts lead to one child only and stand for the same samples; they share a row.
struct diff_row {
    std::uint32_t owner = 0; ///< a node, or a frame
    bool is_total = false;   ///< of the owner
    compared seen;
};

/// Rows, and which of them each node and function has: indices, 0 being no row.
struct diff_rows {
    struct pair {
        std::uint32_t self;
        std::uint32_t total;
    };
    std::vector<diff_row> rows = std::vector<diff_row>(1);
    std::vector<pair> pairs = std::vector<pair>(1); ///< as comparison::tests will be
    std::uint32_t first_of_functions = 1;           ///< the rows before it are those of nodes
};

/// Merges two profiles by walking both in their canonical order, which leads through the same
/// stacks: nothing is looked up. Totals and the table by function come from the same walk.
/// Cost: O(n); memory for the path, the result and one row for each that has enough observations.
class diff_tree {
public:
    /// Puts the sides, whose weights fit together, into `made`. `least`: observations on one side
    /// that a row needs.
    diff_tree(comparison& made, const profile& before, const profile& after, std::uint64_t least)
        : made_(made)
        , before_(before)
        , after_(after)
        , least_(least) {
        made_.decimals = (std::max)(before.decimals, after.decimals);
        std::tie(before_frames_, after_frames_) =
            unite_tables(before, after, made_.modules, made_.frames);
        walk();
        finish_functions();
    }

    [[nodiscard]] diff_rows& rows() noexcept { return rows_; }

private:
    // A node on the way from the root, with what has been seen below it so far.
    struct step {
        std::uint32_t node = 0;
        std::uint32_t child_test = 0; // of the last child
        compared total;
    };

    comparison& made_;
    const profile& before_;
    const profile& after_;
    std::uint64_t least_;
    std::vector<std::uint32_t> before_frames_;
    std::vector<std::uint32_t> after_frames_;
    std::vector<step> path_;
    std::vector<std::uint32_t> active_;  // how often a frame is on the path
    std::vector<unsigned char> present_; // the sides of each frame
    diff_rows rows_;

    void walk() {
        made_.functions.assign(made_.frames.size(), {});
        active_.resize(made_.frames.size());
        present_.resize(made_.frames.size());
        comparison_nodes nodes(made_, before_, after_);
        walk_both(
            before_,
            after_,
            before_frames_,
            after_frames_,
            [&](std::uint32_t before, std::uint32_t after, std::uint32_t frame) {
                const std::uint32_t parent = path_.empty() ? 0 : path_.back().node;
                path_.emplace_back();
                path_.back().node = static_cast<std::uint32_t>(made_.nodes.size());
                path_.back().total = nodes.append(before, after, parent, frame);
                ++active_[frame];
            },
            [&] { leave(); });
    }

    void leave() {
        const step& done = path_.back();
        comparison::node& n = made_.nodes[done.node];
        const compared& self = made_.weights[n.self];
        const std::uint32_t test = enough(done.total) ? test_of(done, self) : 0;
        if (test != 0) { n.test = test; }
        present_[n.frame] = static_cast<unsigned char>(present_[n.frame] | sides_of(n.in));
        comparison::function& f = made_.functions[n.frame];
        if (n.self != 0) { add(f.self, self); }
        if (--active_[n.frame] == 0) { add(f.total, done.total); }
        if (path_.size() > 1) {
            step& above = path_[path_.size() - 2];
            add(above.total, done.total);
            above.child_test = test;
        }
        path_.pop_back();
    }

    [[nodiscard]] bool enough(const compared& seen) const noexcept {
        return seen.before.count >= least_ || seen.after.count >= least_;
    }

    [[nodiscard]] std::uint32_t add_row(std::uint32_t owner, bool is_total, const compared& seen) {
        rows_.rows.push_back({owner, is_total, seen});
        return static_cast<std::uint32_t>(rows_.rows.size() - 1);
    }

    [[nodiscard]] std::uint32_t test_of(const step& done, const compared& self) {
        std::uint32_t total_row = 0;
        const std::uint32_t below = rows_.pairs[done.child_test].total;
        if (below != 0 && rows_.rows[below].seen == done.total) { total_row = below; }
        const bool self_enough = enough(self);
        if (total_row != 0 && !self_enough && rows_.pairs[done.child_test].self == 0) {
            return done.child_test;
        }
        if (total_row == 0) { total_row = add_row(done.node, true, done.total); }
        std::uint32_t self_row = 0;
        if (self_enough) {
            self_row = self == done.total ? total_row : add_row(done.node, false, self);
        }
        return add_pair(self_row, total_row);
    }

    [[nodiscard]] std::uint32_t add_pair(std::uint32_t self, std::uint32_t total) {
        rows_.pairs.push_back({self, total});
        return static_cast<std::uint32_t>(rows_.pairs.size() - 1);
    }

    void finish_functions() {
        rows_.first_of_functions = static_cast<std::uint32_t>(rows_.rows.size());
        for (std::uint32_t i = 0; i < made_.functions.size(); ++i) {
            comparison::function& f = made_.functions[i];
            f.in = presence_of(present_[i]);
            if (!enough(f.total)) { continue; }
            const std::uint32_t total_row = add_row(i, true, f.total);
            std::uint32_t self_row = 0;
            if (enough(f.self)) {
                self_row = f.self == f.total ? total_row : add_row(i, false, f.self);
            }
            f.test = add_pair(self_row, total_row);
        }
    }
};

/// Adds, for each row, the square of one run's observations over the run's exposure: what is needed
/// of the runs to tell how far they are apart. The run is part of the comparison.
/// Cost: O(nodes of the comparison).
inline void add_squares(std::vector<double>& squares,
                        const comparison& c,
                        const diff_rows& rows,
                        const profile& run,
                        double exposure) {
    std::vector<loaded_module> modules;
    std::vector<frame> frames;
    const std::vector<std::uint32_t> module_places =
        union_of(run.modules, c.modules, modules, [](const auto& a, const auto& b) {
            return a < b;
        }).first;
    const std::vector<std::uint32_t> places =
        union_of(frames_with(run.frames, module_places), c.frames, frames, frame_less).first;
    std::vector<std::uint64_t> total(run.nodes.size());
    for (std::size_t i = run.nodes.size(); i-- > 0;) {
        total[i] += run.nodes[i].count;
        if (i > 0) { total[run.nodes[i].parent] += total[i]; }
    }
    std::vector<std::uint64_t> by_function(2 * c.frames.size()); // self, total
    std::vector<std::uint32_t> active(c.frames.size());
    std::vector<std::uint32_t> place(run.nodes.size());
    std::vector<std::uint32_t> path;
    const auto take = [&](std::uint32_t row, std::uint32_t owner, bool is_total, std::uint64_t n) {
        const diff_row& r = rows.rows[row];
        if (row == 0 || r.owner != owner || r.is_total != is_total) { return; }
        squares[row] += static_cast<double>(n) * static_cast<double>(n) / exposure;
    };
    std::uint32_t at = 0;
    for (std::uint32_t i = 0; i < run.nodes.size(); ++i) {
        const profile::node& n = run.nodes[i];
        const std::uint32_t f = places[n.frame];
        while (!path.empty() && path.back() != n.parent) {
            --active[places[run.nodes[path.back()].frame]];
            path.pop_back();
        }
        path.push_back(i);
        if (i > 0) {
            do { ++at; } while (c.nodes[at].parent != place[n.parent] || c.nodes[at].frame != f);
        }
        place[i] = at;
        by_function[2 * f] += n.count;
        if (active[f]++ == 0) { by_function[2 * f + 1] += total[i]; }
        const diff_rows::pair& pair = rows.pairs[c.nodes[at].test];
        take(pair.self, at, false, n.count);
        take(pair.total, at, true, total[i]);
    }
    for (std::uint32_t f = 0; f < c.frames.size(); ++f) {
        const diff_rows::pair& pair = rows.pairs[c.functions[f].test];
        take(pair.self, f, false, by_function[2 * f]);
        take(pair.total, f, true, by_function[2 * f + 1]);
    }
}

} // namespace detail
WICK_END_NAMESPACE

#endif
