// wick/comparison.hpp - two profiles side by side, in one tree, with what a test made of each node.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_COMPARISON_HPP
#define WICK_COMPARISON_HPP

#include <wick/detail/verdict.hpp> // what a test made of a difference
#include <wick/profile.hpp>        // what is compared
#include <wick/result.hpp>         // what comparing and validate return
#include <wick/version.hpp>

#include <cstddef> // std::size_t
#include <cstdint> // fixed-width members
#include <limits>  // the greatest double
#include <string>  // unit
#include <utility> // std::move
#include <vector>  // nodes, functions, tests

WICK_BEGIN_NAMESPACE

/// On which sides something is. This is a fact about the two inputs; a verdict is a conclusion.
enum class presence : std::uint8_t { both, only_before, only_after };

namespace detail {

/// The sides of a presence as bits, 1 being before and 2 after, so that those of several nodes can
/// be joined with |.
[[nodiscard]] inline unsigned sides_of(presence in) noexcept {
    return in == presence::both ? 3 : in == presence::only_before ? 1 : 2;
}

/// Returns the presence that has these sides; of none, `both`.
[[nodiscard]] inline presence presence_of(unsigned sides) noexcept {
    return sides == 1 ? presence::only_before : sides == 2 ? presence::only_after : presence::both;
}

} // namespace detail

/// Something that was measured on one side.
struct measured {
    std::uint64_t count = 0; ///< independent observations
    std::int64_t weight = 0; ///< in units of 10^-decimals

    friend bool operator==(const measured& a, const measured& b) {
        return a.count == b.count && a.weight == b.weight;
    }
    friend bool operator!=(const measured& a, const measured& b) { return !(a == b); }
};

/// The same thing on both sides.
struct compared {
    measured before;
    measured after;

    friend bool operator==(const compared& a, const compared& b) {
        return a.before == b.before && a.after == b.after;
    }
    friend bool operator!=(const compared& a, const compared& b) { return !(a == b); }
};

/// The figures behind a verdict.
struct significance {
    double p_value = 1;  ///< of the row's own test
    double adjusted = 1; ///< the same, corrected for how many rows were tested
    double low = 0;      ///< the interval of the change: `change_of`, and in its units
    double high = 0;
    /// Its share moved because that of others did; in itself it has not changed as far as can be
    /// told.
    bool renormalised = false;
    verdict concluded = verdict::untested; ///< what all this shows

    friend bool operator==(const significance& a, const significance& b) {
        return a.concluded == b.concluded && !(a.p_value < b.p_value) && !(b.p_value < a.p_value) &&
               !(a.adjusted < b.adjusted) && !(b.adjusted < a.adjusted) && !(a.low < b.low) &&
               !(b.low < a.low) && !(a.high < b.high) && !(b.high < a.high) &&
               a.renormalised == b.renormalised;
    }
    friend bool operator!=(const significance& a, const significance& b) { return !(a == b); }
};

/// The figures of one node or function, or of several that stand for the same samples.
struct tested {
    significance self;
    significance total;

    friend bool operator==(const tested& a, const tested& b) {
        return a.self == b.self && a.total == b.total;
    }
    friend bool operator!=(const tested& a, const tested& b) { return !(a == b); }
};

/// What weights are divided by before they are compared.
enum class diff_basis : std::uint8_t {
    share,    ///< all weight of the side
    cpu_time, ///< the CPU time that the side used, in seconds
    operation ///< the operations that the side has done
};

/// How a comparison was tested; as it stands here, it was not.
struct test_method {
    diff_basis basis = diff_basis::share;
    double alpha = 0;           ///< adjusted p-values up to this are significant; 0: untested
    double margin = 0;          ///< differences up to this do not matter, as a part of all weight
    double before_exposure = 0; ///< what weights before are divided by; 0: there are none
    double after_exposure = 0;  ///< the same after
    std::uint32_t before_runs = 0; ///< how many profiles the side was given as
    std::uint32_t after_runs = 0;
    double dispersion =
        1; ///< the common one: variance between runs, by that of independent samples
    bool assumes_independent_samples = false; ///< one profile a side tells nothing of variance

    friend bool operator==(const test_method& a, const test_method& b) {
        const auto same = [](double x, double y) { return !(x < y) && !(y < x); };
        return a.basis == b.basis && same(a.alpha, b.alpha) && same(a.margin, b.margin) &&
               same(a.before_exposure, b.before_exposure) &&
               same(a.after_exposure, b.after_exposure) && a.before_runs == b.before_runs &&
               a.after_runs == b.after_runs && same(a.dispersion, b.dispersion) &&
               a.assumes_independent_samples == b.assumes_independent_samples;
    }
    friend bool operator!=(const test_method& a, const test_method& b) { return !(a == b); }
};

/// Two profiles in one calling-context tree. A default constructed comparison is empty and valid;
/// `untested_comparison` makes all others, and a test may fill in what it concludes. Invariants,
/// checked by `validate()`: modules, frames and nodes are as in a profile; weights[0] is nothing
/// and each other element is something, of one node, in the order of the nodes; the magnitudes of
/// the weights of both sides together add up to less than 2^63; `functions` has an element for each
/// frame, which follows from the nodes; tests[0] is a default one and all `test` are indices into
/// them; before_scale is finite and greater than 0.
struct comparison {
    /// One calling context: small, because there are many and few of them have weight of their own.
    /// Its total follows from the nodes: `totals()`.
    struct node {
        std::uint32_t parent = 0; ///< index into nodes, smaller than the node's own
        std::uint32_t frame = 0;  ///< index into frames
        std::uint32_t self = 0;   ///< index into weights: what ended here; 0: nothing did
        std::uint32_t test = 0;   ///< index into tests; 0: neither self nor total was tested
        presence in = presence::both;

        friend bool operator==(const node& a, const node& b) {
            return a.parent == b.parent && a.frame == b.frame && a.self == b.self &&
                   a.test == b.test && a.in == b.in;
        }
        friend bool operator!=(const node& a, const node& b) { return !(a == b); }
    };
    /// One frame over all the places where it stands.
    struct function {
        compared self;          ///< what ended in it
        compared total;         ///< all stacks with it in them, each counted once
        std::uint32_t test = 0; ///< index into tests; 0: neither self nor total was tested
        presence in = presence::both;

        friend bool operator==(const function& a, const function& b) {
            return a.self == b.self && a.total == b.total && a.test == b.test && a.in == b.in;
        }
        friend bool operator!=(const function& a, const function& b) { return !(a == b); }
    };

    std::vector<loaded_module> modules = std::vector<loaded_module>(1); ///< [0]: the unknown module
    std::vector<wick::frame> frames = std::vector<wick::frame>(1); ///< [0]: the root's empty frame
    std::vector<node> nodes = std::vector<node>(1);                ///< [0]: the root
    std::vector<compared> weights = std::vector<compared>(1);      ///< [0]: nothing
    std::vector<function> functions = std::vector<function>(1);    ///< in the order of frames
    std::vector<tested> tests = std::vector<tested>(1); ///< of nodes and functions; [0]: untested
    test_method method;                                 ///< how they were made
    /// Weights of before are multiplied by this where they are compared with those of after: 1, or
    /// how much more was observed after (by operations, duration or weight).
    double before_scale = 1;
    std::string unit; ///< as in a profile
    int decimals = 0; ///< as in a profile
    counted_as counted = counted_as::unknown;
    std::vector<origin> before_origins; ///< sorted
    std::vector<origin> after_origins;  ///< sorted

    friend bool operator==(const comparison& a, const comparison& b) {
        return a.unit == b.unit && a.decimals == b.decimals && a.counted == b.counted &&
               !(a.before_scale < b.before_scale) && !(b.before_scale < a.before_scale) &&
               a.nodes == b.nodes && a.weights == b.weights && a.functions == b.functions &&
               a.frames == b.frames && a.modules == b.modules && a.tests == b.tests &&
               a.method == b.method && a.before_origins == b.before_origins &&
               a.after_origins == b.after_origins;
    }
    friend bool operator!=(const comparison& a, const comparison& b) { return !(a == b); }
};

namespace detail {

inline void add(measured& to, const measured& more) noexcept {
    to.count += more.count;
    to.weight += more.weight;
}
inline void add(compared& to, const compared& more) noexcept {
    add(to.before, more.before);
    add(to.after, more.after);
}

/// Returns whether the magnitudes of both sides, and the counts of each, can be added up.
[[nodiscard]] inline bool fits_sums(const std::vector<compared>& weights) noexcept {
    std::uint64_t sum = 0;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    for (const compared& w : weights) {
        for (const std::int64_t weight : {w.before.weight, w.after.weight}) {
            if (magnitude(weight) > max_magnitude - sum) { return false; }
            sum += magnitude(weight);
        }
        if (w.before.count > ~before || w.after.count > ~after) { return false; }
        before += w.before.count;
        after += w.after.count;
    }
    return true;
}

/// Makes the nodes of a comparison, those of two profiles in their canonical order.
class comparison_nodes {
public:
    /// Weights are those of the profiles times the powers of ten that make them as fine as `made`.
    comparison_nodes(comparison& made, const profile& before, const profile& after)
        : made_(made)
        , before_(before)
        , after_(after)
        , before_factor_(factor(before))
        , after_factor_(factor(after)) {
        // Only what is used of this becomes memory; growing would need twice the size.
        made_.nodes.clear();
        made_.nodes.reserve(before.nodes.size() + after.nodes.size());
    }

    /// Appends what stands at the two nodes, one of which may be `no_node`. Returns what ended
    /// there, good until the next call.
    const compared&
    append(std::uint32_t before, std::uint32_t after, std::uint32_t parent, std::uint32_t frame) {
        made_.nodes.emplace_back();
        comparison::node& n = made_.nodes.back();
        n.parent = parent;
        n.frame = frame;
        n.in = before == no_node  ? presence::only_after
               : after == no_node ? presence::only_before
                                  : presence::both;
        compared self;
        if (before != no_node) { self.before = weight(before_.nodes[before], before_factor_); }
        if (after != no_node) { self.after = weight(after_.nodes[after], after_factor_); }
        if (self == compared{}) { return made_.weights[0]; }
        n.self = static_cast<std::uint32_t>(made_.weights.size());
        made_.weights.push_back(self);
        return made_.weights.back();
    }

private:
    comparison& made_;
    const profile& before_;
    const profile& after_;
    std::int64_t before_factor_;
    std::int64_t after_factor_;

    [[nodiscard]] std::int64_t factor(const profile& side) const noexcept {
        return static_cast<std::int64_t>(power_of_ten(made_.decimals - side.decimals));
    }
    [[nodiscard]] static measured weight(const profile::node& n, std::int64_t factor) noexcept {
        return {n.count, n.self * factor};
    }
};

} // namespace detail

/// Returns by how much a weight differs: after less before, each divided by the exposure of its
/// side. On the basis of shares 0.01 is one point; else it is weight, in the comparison's unit, a
/// second of CPU time or an operation. 0 for an untested comparison.
[[nodiscard]] inline double change_of(const comparison& c, const compared& row) noexcept {
    const auto rate = [](const measured& m, double exposure) {
        return exposure > 0 ? static_cast<double>(m.weight) / exposure : 0;
    };
    return rate(row.after, c.method.after_exposure) - rate(row.before, c.method.before_exposure);
}

/// Returns the inclusive figures of each node: its own and those of all below it.
/// Cost: O(n), one pass.
[[nodiscard]] inline std::vector<compared> totals(const comparison& c) {
    std::vector<compared> total(c.nodes.size());
    for (std::size_t i = c.nodes.size(); i-- > 0;) { // children come after their parents
        detail::add(total[i], c.weights[c.nodes[i].self]);
        if (i > 0) { detail::add(total[c.nodes[i].parent], total[i]); }
    }
    return total;
}

/// Returns the table by function that follows from a comparison's nodes, without verdicts. Stacks
/// with a function in them several times count once. Cost: O(n), one pass.
[[nodiscard]] inline std::vector<comparison::function> functions_of(const comparison& c) {
    const std::vector<compared> total = totals(c);
    std::vector<comparison::function> functions(c.frames.size());
    std::vector<unsigned char> sides(c.frames.size());  // of all nodes of a frame
    std::vector<std::uint32_t> active(c.frames.size()); // how often a frame is on the path
    std::vector<std::uint32_t> path;
    for (std::uint32_t i = 0; i < c.nodes.size(); ++i) {
        const comparison::node& n = c.nodes[i];
        while (!path.empty() && path.back() != n.parent) {
            --active[c.nodes[path.back()].frame];
            path.pop_back();
        }
        detail::add(functions[n.frame].self, c.weights[n.self]);
        if (active[n.frame]++ == 0) { detail::add(functions[n.frame].total, total[i]); }
        sides[n.frame] = static_cast<unsigned char>(sides[n.frame] | detail::sides_of(n.in));
        path.push_back(i);
    }
    for (std::size_t f = 0; f < functions.size(); ++f) {
        functions[f].in = detail::presence_of(sides[f]);
    }
    return functions;
}

/// Returns two profiles side by side; no difference is tested. A node is present on the sides whose
/// profile has it. The two columns of folded text (folded.hpp) are such profiles.
/// Errors: units that differ (none of them ""); weights that add up to 2^63 or more.
/// Cost:   that of merging the two.
[[nodiscard]] inline result<comparison> untested_comparison(const profile& before,
                                                            const profile& after) {
    // A profile that was moved from is empty, as it is to merge.
    if (before.nodes.empty()) { return untested_comparison(profile{}, after); }
    if (after.nodes.empty()) { return untested_comparison(before, profile{}); }
    auto sums = detail::add_sums({}, before);
    if (!sums.second) { sums = detail::add_sums(std::move(sums.first), after); }
    if (sums.second) { return {{}, std::move(sums.second)}; }
    comparison made;
    made.unit = std::move(sums.first.unit);
    made.decimals = sums.first.decimals;
    made.counted = before.counted == after.counted ? before.counted : counted_as::unknown;
    made.before_origins = before.origins;
    made.after_origins = after.origins;
    const auto places = detail::unite_tables(before, after, made.modules, made.frames);
    detail::comparison_nodes nodes(made, before, after);
    std::vector<std::uint32_t> path;
    detail::walk_both(
        before,
        after,
        places.first,
        places.second,
        [&](std::uint32_t i, std::uint32_t j, std::uint32_t frame) {
            const std::uint32_t parent = path.empty() ? 0 : path.back();
            path.push_back(static_cast<std::uint32_t>(made.nodes.size()));
            nodes.append(i, j, parent, frame);
        },
        [&] { path.pop_back(); });
    made.functions = functions_of(made);
    return {std::move(made), {}};
}

/// Returns one side of a comparison as a profile, without the nodes that are on the other only.
/// Cost: as a merge.
[[nodiscard]] inline profile side_of(const comparison& c, bool after) {
    profile_builder made;
    made.describe(c.unit, c.counted, profile_detail::function);
    [[maybe_unused]] const bool refined = made.refine(c.decimals);
    for (const origin& from : after ? c.after_origins : c.before_origins) { made.add_origin(from); }
    std::vector<std::uint32_t> modules;
    for (const loaded_module& m : c.modules) { modules.push_back(made.intern(m)); }
    std::vector<std::uint32_t> frames;
    bool lines = false;
    bool addresses = false;
    for (frame f : c.frames) {
        f.module = modules[f.module];
        lines = lines || f.at_line != 0;
        addresses = addresses || f.address != 0;
        frames.push_back(made.intern(f));
    }
    made.describe(c.unit,
                  c.counted,
                  addresses ? profile_detail::address
                  : lines   ? profile_detail::line
                            : profile_detail::function);
    const presence other = after ? presence::only_before : presence::only_after;
    std::vector<std::uint32_t> nodes(c.nodes.size(), profile_builder::root);
    for (std::size_t i = 0; i < c.nodes.size(); ++i) {
        const comparison::node& n = c.nodes[i];
        if (i > 0 && n.in == other) { continue; } // and so is all below it
        if (i > 0) { nodes[i] = made.child(nodes[n.parent], frames[n.frame]); }
        const compared& self = c.weights[n.self];
        const measured& m = after ? self.after : self.before;
        if (m.count == 0 && m.weight == 0) { continue; }
        [[maybe_unused]] const bool added = made.add(nodes[i], m.count, m.weight);
        WICK_ASSERT(added);
    }
    return made.finish();
}

namespace detail {

/// Returns what is wrong with one node's sides, or nullptr.
[[nodiscard]] inline const char* sides_problem(const comparison& c, std::size_t i) {
    const comparison::node& n = c.nodes[i];
    if (n.in > presence::only_after) { return ": there is no such presence"; }
    if (n.in == presence::only_after && c.weights[n.self].before != measured{}) {
        return " has weight before, where it is not";
    }
    if (n.in == presence::only_before && c.weights[n.self].after != measured{}) {
        return " has weight after, where it is not";
    }
    const presence above = c.nodes[n.parent].in;
    if (i > 0 && above != presence::both && n.in != above) {
        return " is on a side where its parent is not";
    }
    return nullptr;
}

[[nodiscard]] inline error weights_problem(const comparison& c) {
    if (c.weights.empty() || c.weights[0] != compared{}) {
        return error{"weights[0] is not nothing"};
    }
    std::size_t used = 1;
    for (std::size_t i = 0; i < c.nodes.size(); ++i) {
        const std::size_t self = c.nodes[i].self;
        if (self == 0) { continue; }
        if (self != used || self >= c.weights.size() || c.weights[self] == compared{}) {
            return error{"node " + std::to_string(i) + ": these are not its weights"};
        }
        ++used;
    }
    if (used != c.weights.size()) { return error{"there are weights of no node"}; }
    if (!fits_sums(c.weights)) { return error{"the weights add up to 2^63 or more"}; }
    return {};
}

[[nodiscard]] inline error tests_problem(const comparison& c) {
    if (c.tests.empty() || c.tests[0] != tested{}) {
        return error{"tests[0] is not a default one"};
    }
    for (const tested& t : c.tests) {
        if (t.self.concluded > verdict::regressed || t.total.concluded > verdict::regressed) {
            return error{"there is no such verdict"};
        }
    }
    for (std::size_t i = 0; i < c.nodes.size(); ++i) {
        if (c.nodes[i].test >= c.tests.size()) {
            return error{"node " + std::to_string(i) + ": there is no such test"};
        }
    }
    for (std::size_t f = 0; f < c.functions.size(); ++f) {
        if (c.functions[f].test >= c.tests.size()) {
            return error{"function " + std::to_string(f) + ": there is no such test"};
        }
    }
    return {};
}

} // namespace detail

/// Returns what is wrong with a comparison that was made or changed by hand, or no error.
/// Cost: O(n); memory for a profile of the same nodes and a table by function.
[[nodiscard]] inline error validate(const comparison& c) {
    profile tree; // the same tables and the same order under the same rules
    tree.modules = c.modules;
    tree.frames = c.frames;
    tree.decimals = c.decimals;
    tree.nodes.clear();
    for (const comparison::node& n : c.nodes) { tree.nodes.push_back({n.parent, n.frame, 0, 0}); }
    if (error problem = validate(tree)) { return problem; }
    if (error problem = detail::weights_problem(c)) { return problem; }
    for (std::size_t i = 0; i < c.nodes.size(); ++i) {
        const char* problem = detail::sides_problem(c, i);
        if (problem != nullptr) { return error{"node " + std::to_string(i) + problem}; }
    }
    const std::vector<comparison::function> expected = functions_of(c);
    if (c.functions.size() != expected.size()) {
        return error{"there is not one function for each frame"};
    }
    for (std::size_t f = 0; f < expected.size(); ++f) {
        const comparison::function& has = c.functions[f];
        if (has.self != expected[f].self || has.total != expected[f].total ||
            has.in != expected[f].in) {
            return error{"function " + std::to_string(f) + " does not follow from the nodes"};
        }
    }
    if (!(c.before_scale > 0 && c.before_scale <= (std::numeric_limits<double>::max)())) {
        return error{"before_scale is not a number greater than 0"};
    }
    return detail::tests_problem(c);
}

WICK_END_NAMESPACE

#endif
