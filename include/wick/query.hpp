// wick/query.hpp - questions to a profile: what matches, what remains, what never waits.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_QUERY_HPP
#define WICK_QUERY_HPP

#include <wick/detail/frame_text.hpp>  // what frames are matched by
#include <wick/detail/java_frames.hpp> // packages
#include <wick/detail/pattern.hpp>     // patterns, public here
#include <wick/detail/symbol_text.hpp> // is_name_char
#include <wick/detail/text.hpp>        // is_digit
#include <wick/profile.hpp>            // the value

#include <algorithm>   // std::sort
#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names
#include <string_view> // names that are looked at
#include <tuple>       // std::tie, for the order of rows
#include <type_traits> // which kind of predicate it is
#include <utility>     // std::move
#include <vector>      // marks

WICK_BEGIN_NAMESPACE

// All queries take a predicate: a `pattern`, an `any_pattern`, or a callable
// `bool(std::string_view)`. It is asked once for each distinct frame, for the frame's text as
// folded text shows it: "parse", "do_syscall_64_[k]", "libm.so.6+0x1234"; threads, processes and
// labels are frames like others. A stack is a node with weight, or a leaf; its frames are those of
// its path. The profile that comes back has the same unit, detail and origins; weights are moved,
// never changed. Cost of each: the predicate for each frame, a pass over the nodes, and a build of
// the result. None is recursive; all may be called by several threads for one profile.

/// Several patterns as one predicate: true where any of them is found.
struct any_pattern {
    std::vector<pattern> patterns;

    [[nodiscard]] bool operator()(std::string_view text) const {
        return std::any_of(
            patterns.begin(), patterns.end(), [&](const pattern& p) { return p.search(text); });
    }
};

namespace detail {

/// Whether each frame of a profile matches.
using frame_marks = std::vector<std::uint8_t>;

template <class Matches>
void mark_frames(const profile& p, Matches&& matches, frame_marks& marks) {
    std::string text;
    for (std::size_t i = 1; i < p.frames.size(); ++i) {
        if (marks[i] != 0) { continue; }
        text.clear();
        append_frame_text(text, p, p.frames[i]);
        if (matches(std::string_view(text))) { marks[i] = 1; }
    }
    // An empty frame that is not the root's is frames[0] too.
    if (marks[0] == 0 && matches(std::string_view())) { marks[0] = 1; }
}

template <class Matches>
[[nodiscard]] frame_marks matching_frames(const profile& p, const Matches& matches) {
    frame_marks marks(p.frames.size(), 0);
    if constexpr (std::is_same_v<Matches, pattern>) {
        mark_frames(p, pattern_searcher(matches), marks);
    } else if constexpr (std::is_same_v<Matches, any_pattern>) {
        for (const pattern& one : matches.patterns) {
            mark_frames(p, pattern_searcher(one), marks);
        }
    } else {
        mark_frames(p, matches, marks);
    }
    return marks;
}

/// Whether a stack ends in a node: it has weight, or nothing is below it.
[[nodiscard]] inline bool ends_stack(const profile& p, std::size_t node) noexcept {
    const profile::node& n = p.nodes[node];
    return n.count != 0 || n.self != 0 || node + 1 == p.nodes.size() ||
           p.nodes[node + 1].parent != node;
}

/// Says of each node whether it or a node above it matches.
[[nodiscard]] inline std::vector<std::uint8_t> matching_paths(const profile& p,
                                                              const frame_marks& marks) {
    std::vector<std::uint8_t> matching(p.nodes.size(), 0);
    for (std::size_t i = 1; i < p.nodes.size(); ++i) {
        matching[i] = matching[p.nodes[i].parent] | marks[p.nodes[i].frame];
    }
    return matching;
}

/// Where the stacks of a profile go: a node of its own for each node, and that one's caller.
struct stack_plan {
    static constexpr std::uint32_t dropped = 0xffffffffu;

    std::vector<std::uint32_t> stand; // by node: where a stack that ends in it ends, or dropped
    std::vector<std::uint32_t> up;    // by node that is stood in: its caller

    explicit stack_plan(std::size_t nodes)
        : stand(nodes, 0)
        , up(nodes, 0) {}
};

/// Copies stacks of a profile into new ones, one after the other. What is made for a node, a frame
/// or a module is kept beside the number of the copy, so that many small copies of a large profile
/// cost no more than one.
class stack_copier {
public:
    explicit stack_copier(const profile& p)
        : from_(&p)
        , nodes_(p.nodes.size())
        , frames_(p.frames.size())
        , modules_(p.modules.size()) {}

    /// Begins a copy.
    void begin() {
        ++copy_;
        to_ = profile_builder();
        to_.describe(from_->unit, from_->counted, from_->detail);
        [[maybe_unused]] const bool refined = to_.refine(from_->decimals);
        for (const origin& o : from_->origins) { to_.add_origin(o); }
        nodes_[0] = made{copy_, profile_builder::root};
    }

    /// Adds what ended in a node to the place that the plan gives it. Only what is stood in and
    /// what is above it is made.
    void add(const stack_plan& plan, std::uint32_t node) {
        std::uint32_t at = plan.stand[node];
        if (at == stack_plan::dropped) { return; }
        const std::uint32_t end = at;
        for (; nodes_[at].copy != copy_; at = plan.up[at]) { path_.push_back(at); }
        while (!path_.empty()) {
            const std::uint32_t below = path_.back();
            path_.pop_back();
            nodes_[below] = made{copy_, to_.child(nodes_[at].id, frame(from_->nodes[below].frame))};
            at = below;
        }
        const profile::node& n = from_->nodes[node];
        if (n.count == 0 && n.self == 0) { return; }
        [[maybe_unused]] const bool added = to_.add(nodes_[end].id, n.count, n.self);
        WICK_ASSERT(added); // the sums are a part of those of a valid profile
    }

    [[nodiscard]] profile finish() { return to_.finish(); }

private:
    struct made {
        std::uint32_t copy = 0;
        std::uint32_t id = 0;
    };
    const profile* from_;
    profile_builder to_;
    std::uint32_t copy_ = 0;
    std::vector<made> nodes_;
    std::vector<made> frames_;
    std::vector<made> modules_;
    std::vector<std::uint32_t> path_;

    [[nodiscard]] std::uint32_t frame(std::uint32_t index) {
        if (frames_[index].copy != copy_) {
            wick::frame place = from_->frames[index];
            made& module = modules_[place.module];
            if (module.copy != copy_) {
                module = made{copy_, to_.intern(from_->modules[place.module])};
            }
            place.module = module.id;
            frames_[index] = made{copy_, to_.intern(place)};
        }
        return frames_[index].id;
    }
};

[[nodiscard]] inline profile copy_stacks(const profile& p, const stack_plan& plan) {
    stack_copier copier(p);
    copier.begin();
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        if (ends_stack(p, i)) { copier.add(plan, i); }
    }
    return copier.finish();
}

/// Keeps the stacks with a frame that matches, or those without.
[[nodiscard]] inline profile
filter_stacks(const profile& p, const frame_marks& marks, bool matching) {
    const std::vector<std::uint8_t> paths = matching_paths(p, marks);
    stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        plan.stand[i] = (paths[i] != 0) == matching ? i : stack_plan::dropped;
        plan.up[i] = p.nodes[i].parent;
    }
    return copy_stacks(p, plan);
}

/// Takes frames out of all stacks; what they called and weighed is their callers'.
[[nodiscard]] inline profile
filter_frames(const profile& p, const frame_marks& marks, bool matching) {
    stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 1; i < p.nodes.size(); ++i) {
        const std::uint32_t caller = plan.stand[p.nodes[i].parent];
        plan.stand[i] = (marks[p.nodes[i].frame] != 0) == matching ? i : caller;
        plan.up[i] = caller;
    }
    return copy_stacks(p, plan);
}

} // namespace detail

/// How much of a profile matches.
struct matched_weight {
    std::int64_t weight = 0; ///< of the stacks with a frame that matches, in the units of `self`
    std::int64_t total = 0;  ///< of all stacks
    std::uint64_t count = 0; ///< observations behind `weight`
    std::uint64_t observations = 0; ///< observations behind `total`

    /// The share of the weight that matches, from 0 to 1; 0 where there is no weight at all.
    [[nodiscard]] double share() const noexcept {
        return total == 0 ? 0 : static_cast<double>(weight) / static_cast<double>(total);
    }
};

/// Returns the weight of the stacks with a frame that matches, each counted once. Exact.
template <class Matches>
[[nodiscard]] matched_weight matched(const profile& p, const Matches& matches) {
    const std::vector<std::uint8_t> paths =
        detail::matching_paths(p, detail::matching_frames(p, matches));
    matched_weight sum;
    for (std::size_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        sum.total += n.self;
        sum.observations += n.count;
        if (paths[i] == 0) { continue; }
        sum.weight += n.self;
        sum.count += n.count;
    }
    return sum;
}

/// Returns the stacks with a frame that matches.
template <class Matches>
[[nodiscard]] profile focus(const profile& p, const Matches& matches) {
    return detail::filter_stacks(p, detail::matching_frames(p, matches), true);
}

/// Returns the stacks without a frame that matches; `focus` and `without` add up to the profile.
template <class Matches>
[[nodiscard]] profile without(const profile& p, const Matches& matches) {
    return detail::filter_stacks(p, detail::matching_frames(p, matches), false);
}

/// Which of several matches in one stack is meant.
enum class match_depth : std::uint8_t {
    deepest,  ///< the one farthest from the root
    outermost ///< the one next to the root
};

/// Returns the stacks with a frame that matches, cut above it: the match becomes their root. Of
/// several matches in a stack the deepest is taken, as collapsers' `--base` does, so that recursion
/// is folded onto one root; with `outermost` it is kept below it.
template <class Matches>
[[nodiscard]] profile
root_at(const profile& p, const Matches& matches, match_depth which = match_depth::deepest) {
    const detail::frame_marks marks = detail::matching_frames(p, matches);
    const std::vector<std::uint8_t> paths = detail::matching_paths(p, marks);
    detail::stack_plan plan(p.nodes.size());
    plan.stand[0] = detail::stack_plan::dropped;
    for (std::uint32_t i = 1; i < p.nodes.size(); ++i) {
        const std::uint32_t parent = p.nodes[i].parent;
        const bool cut =
            marks[p.nodes[i].frame] != 0 && (which == match_depth::deepest || paths[parent] == 0);
        plan.stand[i] = paths[i] != 0 ? i : detail::stack_plan::dropped;
        plan.up[i] = cut ? 0 : parent;
    }
    return detail::copy_stacks(p, plan);
}

/// Returns all stacks, cut below the first frame from the root that matches; the weight that was
/// below it is its own.
template <class Matches>
[[nodiscard]] profile trim_below(const profile& p, const Matches& matches) {
    const detail::frame_marks marks = detail::matching_frames(p, matches);
    const std::vector<std::uint8_t> paths = detail::matching_paths(p, marks);
    detail::stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 1; i < p.nodes.size(); ++i) {
        const std::uint32_t parent = p.nodes[i].parent;
        plan.stand[i] = paths[parent] != 0 ? plan.stand[parent] : i;
        plan.up[i] = parent;
    }
    return detail::copy_stacks(p, plan);
}

/// Returns all stacks, cut above the last frame from the root that matches, which becomes their
/// root; those without one stay whole.
template <class Matches>
[[nodiscard]] profile trim_above(const profile& p, const Matches& matches) {
    const detail::frame_marks marks = detail::matching_frames(p, matches);
    detail::stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 1; i < p.nodes.size(); ++i) {
        plan.stand[i] = i;
        plan.up[i] = marks[p.nodes[i].frame] != 0 ? 0 : p.nodes[i].parent;
    }
    return detail::copy_stacks(p, plan);
}

/// Returns all stacks without the frames that match: callers adopt what those called, and their
/// weight. A stack of nothing else becomes weight of the root.
template <class Matches>
[[nodiscard]] profile hide(const profile& p, const Matches& matches) {
    return detail::filter_frames(p, detail::matching_frames(p, matches), false);
}

/// Returns all stacks with only the frames that match. A stack with none becomes weight of the
/// root: `focus` first to be without those.
template <class Matches>
[[nodiscard]] profile keep(const profile& p, const Matches& matches) {
    return detail::filter_frames(p, detail::matching_frames(p, matches), true);
}

/// Returns all stacks with runs of equal frames made one: "f;f;g;f" becomes "f;g;f". Frames of
/// finer detail are equal where lines or addresses are: `coarsen` first to fold functions.
[[nodiscard]] inline profile fold_recursion(const profile& p) {
    detail::stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 1; i < p.nodes.size(); ++i) {
        const std::uint32_t caller = plan.stand[p.nodes[i].parent];
        const bool again = caller != 0 && p.nodes[caller].frame == p.nodes[i].frame;
        plan.stand[i] = again ? caller : i;
        plan.up[i] = caller;
    }
    return detail::copy_stacks(p, plan);
}

// ----------------------------------------------------------------------------------------
// splitting

/// A part of a profile, and what its stacks have in common.
struct profile_part {
    std::string name;   ///< the thread's name, or the label's value
    bool named = false; ///< false: the stacks that have none
    profile stacks;
};

namespace detail {

/// Splits a profile by the first frame from the root of which `name(frame, view)` says true,
/// setting what the part is called.
template <class Name>
[[nodiscard]] std::vector<profile_part> split_stacks(const profile& p, Name name) {
    std::vector<std::pair<std::string_view, std::uint32_t>> named; // with the frame
    for (std::uint32_t f = 0; f < p.frames.size(); ++f) {
        std::string_view text;
        if (name(p.frames[f], text)) { named.emplace_back(text, f); }
    }
    std::sort(named.begin(), named.end());
    std::vector<std::uint32_t> part_of_frame(p.frames.size(), 0); // 0: none
    std::vector<std::string_view> names(1);
    for (std::size_t i = 0; i < named.size(); ++i) {
        if (i == 0 || named[i].first != named[i - 1].first) { names.push_back(named[i].first); }
        part_of_frame[named[i].second] = static_cast<std::uint32_t>(names.size() - 1);
    }

    std::vector<std::uint32_t> part(p.nodes.size(), 0);
    std::vector<std::vector<std::uint32_t>> ends(names.size());
    stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        if (i > 0) {
            part[i] = part[n.parent] != 0 ? part[n.parent] : part_of_frame[n.frame];
            plan.stand[i] = i;
            plan.up[i] = n.parent;
        }
        if (ends_stack(p, i)) { ends[part[i]].push_back(i); }
    }

    std::vector<profile_part> parts;
    stack_copier copier(p);
    for (std::size_t k = 0; k < names.size(); ++k) {
        if (ends[k].empty()) { continue; }
        copier.begin();
        for (const std::uint32_t end : ends[k]) { copier.add(plan, end); }
        parts.push_back(profile_part{std::string(names[k]), k > 0, copier.finish()});
    }
    return parts;
}

} // namespace detail

/// Returns a profile for each thread name, by name; first, where there are any, the stacks with no
/// thread. Stacks stay whole: the parts' stacks add up to the profile's. Threads of the same name
/// are one part; each part has all origins.
[[nodiscard]] inline std::vector<profile_part> by_thread(const profile& p) {
    return detail::split_stacks(p, [](const frame& f, std::string_view& name) {
        name = f.function;
        return f.kind == frame_kind::thread;
    });
}

/// Returns a profile for each value of a label, by value; first, where there are any, the stacks
/// without it. A label is a frame of kind `label` with the text "key=value". Otherwise as
/// by_thread.
[[nodiscard]] inline std::vector<profile_part> by_label(const profile& p, std::string_view key) {
    return detail::split_stacks(p, [key](const frame& f, std::string_view& value) {
        const std::string_view text = f.function;
        if (f.kind != frame_kind::label || text.size() <= key.size() || text[key.size()] != '=' ||
            text.substr(0, key.size()) != key) {
            return false;
        }
        value = text.substr(key.size() + 1);
        return true;
    });
}

// --------------------------------------------------------------------------------- what never
// waits

/// When a stack counts as one that touches the sink, for a function in it.
enum class sink_scope : std::uint8_t {
    anywhere, ///< a frame of the stack matches, wherever it is
    below ///< one does that is the function's outermost frame, or below it: for event loops, which
          ///< the sink calls back
};

/// A function's weight, and the part of it that never touches the sink, in the units of `self`. A
/// recursive function's totals count each stack once.
struct cpu_bound_row {
    wick::frame frame;           ///< the function, its lines and addresses merged; `module` is p's
    std::int64_t self_free = 0;  ///< weight that ended in it, free of the sink
    std::int64_t total_free = 0; ///< weight of stacks with it that are free of the sink
    std::int64_t self = 0;       ///< weight that ended in it
    std::int64_t total = 0;      ///< weight of stacks with it
};

/// The answer of `cpu_bound`.
struct cpu_bound_table {
    std::vector<cpu_bound_row> rows; ///< by total_free, self_free, total, then canonical order
    std::int64_t free = 0;           ///< weight of all stacks that never touch the sink
    std::int64_t total = 0;          ///< weight of all stacks
};

namespace detail {

/// Numbers the functions of a profile: frames that differ in line or address stood on only are one.
/// Returns the function of each frame; their first frames are put into `rows`.
[[nodiscard]] inline std::vector<std::uint32_t> number_functions(const profile& p,
                                                                 std::vector<cpu_bound_row>& rows) {
    std::vector<std::uint32_t> function(p.frames.size(), 0);
    for (std::size_t i = 0; i < p.frames.size(); ++i) {
        frame f = p.frames[i];
        if (!f.function.empty()) { // code without a name is told apart by nothing else
            f.at_line = 0;
            f.address = 0;
        }
        // In canonical order the frames of a function are neighbours.
        if (rows.empty() || rows.back().frame != f) {
            rows.emplace_back();
            rows.back().frame = std::move(f);
        }
        function[i] = static_cast<std::uint32_t>(rows.size() - 1);
    }
    return function;
}

/// Walks a profile in preorder and adds up each function's weights.
class cpu_bound_walk {
public:
    cpu_bound_walk(const profile& p, const frame_marks& marks, sink_scope scope)
        : p_(&p)
        , marks_(&marks)
        , scope_(scope) {}

    [[nodiscard]] cpu_bound_table table() {
        cpu_bound_table made;
        const std::vector<std::uint32_t> function = number_functions(*p_, made.rows);
        outermost_.assign(made.rows.size(), 0);
        const std::vector<std::int64_t> total = totals(*p_);
        const std::vector<std::uint8_t> tainted = matching_paths(*p_, *marks_);
        const std::vector<std::int64_t> free = free_totals(tainted);
        std::vector<step> path; // without the root
        for (std::uint32_t i = 1; i < p_->nodes.size(); ++i) {
            const profile::node& n = p_->nodes[i];
            while (!path.empty() && path.back().node != n.parent) {
                if (path.back().outermost) { outermost_[function[path.back().frame]] = 0; }
                path.pop_back();
            }
            const auto depth = static_cast<std::uint32_t>(path.size() + 1);
            const std::uint32_t sink = (*marks_)[n.frame] != 0 ? depth
                                       : path.empty()          ? 0
                                                               : path.back().sink;
            cpu_bound_row& row = made.rows[function[n.frame]];
            std::uint32_t& first = outermost_[function[n.frame]];
            const bool outermost = first == 0;
            if (outermost) {
                first = depth;
                row.total += total[i];
                row.total_free += free[i];
            }
            row.self += n.self;
            const bool reached = scope_ == sink_scope::below ? sink >= first : tainted[i] != 0;
            if (!reached) { row.self_free += n.self; }
            path.push_back(step{i, n.frame, sink, outermost});
        }
        made.total = total[0];
        for (std::size_t i = 0; i < p_->nodes.size(); ++i) {
            if (tainted[i] == 0) { made.free += p_->nodes[i].self; }
        }
        return made;
    }

private:
    struct step {
        std::uint32_t node;
        std::uint32_t frame;
        std::uint32_t sink; // depth of the last frame from the root that matches; 0: none
        bool outermost;     // of its function
    };
    const profile* p_;
    const frame_marks* marks_;
    sink_scope scope_;
    std::vector<std::uint32_t> outermost_; // by function: its first depth on the path; 0: not there

    // By node: the weight at and below it in stacks that count as free for its function, were it
    // the outermost.
    [[nodiscard]] std::vector<std::int64_t>
    free_totals(const std::vector<std::uint8_t>& tainted) const {
        std::vector<std::int64_t> free(p_->nodes.size(), 0);
        for (std::size_t i = p_->nodes.size(); i-- > 1;) {
            const profile::node& n = p_->nodes[i];
            const bool touched =
                scope_ == sink_scope::below ? (*marks_)[n.frame] != 0 : tainted[i] != 0;
            free[i] = touched ? 0 : free[i] + n.self;
            free[n.parent] += free[i];
        }
        return free;
    }
};

} // namespace detail

/// Returns, for each function, its time in stacks that never touch the sink: for the sink "socket|
/// recv|poll" the time that no faster network would save. Exact, where a search of a call graph
/// errs both ways: it takes a function that shares a helper with a caller of the sink for one that
/// reaches it, and one below the sink for free. Threads, processes and labels have no rows.
template <class Matches>
[[nodiscard]] cpu_bound_table
cpu_bound(const profile& p, const Matches& sink, sink_scope scope = sink_scope::anywhere) {
    const detail::frame_marks marks = detail::matching_frames(p, sink);
    cpu_bound_table made = detail::cpu_bound_walk(p, marks, scope).table();
    std::vector<cpu_bound_row>& rows = made.rows;
    const auto none = [](const cpu_bound_row& r) {
        const frame_kind k = r.frame.kind;
        return r.frame == frame{} || k == frame_kind::thread || k == frame_kind::process ||
               k == frame_kind::label;
    };
    rows.erase(std::remove_if(rows.begin(), rows.end(), none), rows.end());
    std::stable_sort(rows.begin(), rows.end(), [](const cpu_bound_row& a, const cpu_bound_row& b) {
        return std::tie(b.total_free, b.self_free, b.total) <
               std::tie(a.total_free, a.self_free, a.total);
    });
    return made;
}

// ------------------------------------------------------------------------------------------
// renaming

/// Returns all stacks with every match in the names of functions replaced by a text; matches of
/// nothing are left alone. The kinds of frames stay. Nodes whose frames become equal are merged.
[[nodiscard]] inline profile
rename(const profile& p, const pattern& what, std::string_view replacement) {
    pattern_searcher searcher(what);
    return map_frames(p, [&](frame f) {
        if (!searcher(f.function)) { return f; }
        const std::string_view name = f.function;
        std::string changed;
        std::size_t copied = 0;
        for (std::size_t at = 0; at < name.size();) {
            const pattern_match m = what.find(name, at);
            if (!m) { break; }
            at = m.end;
            if (m.begin == m.end) {
                ++at;
                continue;
            }
            changed += name.substr(copied, m.begin - copied);
            changed += replacement;
            copied = m.end;
        }
        changed += name.substr(copied);
        f.function = std::move(changed);
        return f;
    });
}

/// What differs between two builds or runs of the same program, and is taken out of names.
struct normalize_options {
    bool addresses = true;   ///< "0x7f12ab" → "0xN"; code without a name: "libm.so.6+0xN"
    bool lambdas = true;     ///< "{lambda()#3}", "'lambda2'", "$_3", "{closure#1}", "f.func2.1",
                             ///< "Lambda$14", "lambda$main$0": the numbers → N, or none
    bool rust_hashes = true; ///< "core::f::h0123456789abcdef", "core[0123456789abcdef]::f"
    bool clone_suffixes =
        true; ///< ".cold", ".part.0", ".constprop.1", ".isra.0", ".lto_priv.2",
              ///< ".llvm.123", ".localalias", bare, as " [clone .cold]", " (.cold)"
    bool thread_numbers =
        true; ///< "pool-3-thread-12" → "pool-N-thread-N"; numbers in threads' names,
              ///< and those apart from the name in processes': "nginx-1234"
};

namespace detail {

[[nodiscard]] inline bool is_lower_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}
[[nodiscard]] inline std::size_t digits_at(std::string_view text, std::size_t at) noexcept {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) { ++end; }
    return end - at;
}
[[nodiscard]] inline bool has_at(std::string_view text, std::size_t at, std::string_view part) {
    return text.substr(at, part.size()) == part;
}
[[nodiscard]] inline bool ends_word(std::string_view text, std::size_t at) noexcept {
    return at >= text.size() || !is_name_char(text[at]);
}

/// Returns where ".part.0" or the like begins that the text ends in, or npos.
[[nodiscard]] inline std::size_t find_clone_suffix(std::string_view text) noexcept {
    constexpr std::size_t none = std::string_view::npos;
    bool number = false;
    for (std::size_t end = text.size(); end > 0;) {
        const std::size_t dot = text.rfind('.', end - 1);
        if (dot == none || dot + 1 == end) { return none; }
        const std::string_view word = text.substr(dot + 1, end - dot - 1);
        if (digits_at(word, 0) == word.size()) {
            number = true;
            end = dot;
            continue;
        }
        if (word == "cold" || word == "localalias") { return dot; }
        for (const std::string_view numbered :
             {"part", "constprop", "isra", "lto_priv", "llvm", "__uniq"}) {
            if (number && word == numbered) { return dot; }
        }
        return none;
    }
    return none;
}

/// Removes all suffixes that follow the name bare. Something is left unless `all` of it may go.
inline void trim_bare_suffixes(std::string_view& name, bool all) noexcept {
    for (;;) {
        const std::size_t suffix = find_clone_suffix(name);
        if (suffix == std::string_view::npos || (suffix == 0 && !all)) { return; }
        name = name.substr(0, suffix);
    }
}

/// Removes one suffix as demanglers show it: " [clone .part.0.cold]", " (.cold)".
[[nodiscard]] inline bool trim_shown_suffix(std::string_view& name) noexcept {
    if (name.empty() || (name.back() != ']' && name.back() != ')')) { return false; }
    const std::string_view opening = name.back() == ']' ? " [clone " : " (";
    const std::size_t open = name.rfind(opening);
    if (open == std::string_view::npos || open == 0) { return false; }
    std::string_view inner = name.substr(0, name.size() - 1).substr(open + opening.size());
    if (inner.empty()) { return false; }
    trim_bare_suffixes(inner, true);
    if (!inner.empty()) { return false; }
    name = name.substr(0, open);
    return true;
}

/// Removes suffixes of clones, however many there are and however they are written.
inline void trim_clone_suffixes(std::string_view& name) noexcept {
    while (trim_shown_suffix(name)) {}
    trim_bare_suffixes(name, false);
}

/// Rewrites a name from left to right. Each rule looks at what begins at `at_`, appends what it
/// becomes and steps over it, or says that it is not concerned.
class name_normalizer {
public:
    name_normalizer(std::string_view name, const normalize_options& options)
        : name_(name)
        , options_(&options) {}

    [[nodiscard]] std::string run() {
        if (options_->clone_suffixes) { trim_clone_suffixes(name_); }
        java_ = name_.find("lambda$") != std::string_view::npos;
        while (at_ < name_.size()) {
            if (options_->addresses && address()) { continue; }
            if (options_->lambdas && lambda()) { continue; }
            if (options_->rust_hashes && rust_hash()) { continue; }
            if (options_->thread_numbers && pool()) { continue; }
            out_ += name_[at_++];
        }
        return std::move(out_);
    }

private:
    std::string_view name_;
    const normalize_options* options_;
    std::size_t at_ = 0;
    std::string out_;
    bool java_ = false;

    void put(std::string_view text, std::size_t next) {
        out_ += text;
        at_ = next;
    }
    [[nodiscard]] bool after_word() const noexcept {
        return at_ > 0 && is_name_char(name_[at_ - 1]);
    }

    bool address() {
        if (!has_at(name_, at_, "0x") || after_word()) { return false; }
        std::size_t end = at_ + 2;
        while (end < name_.size() &&
               (is_lower_hex(name_[end]) || (name_[end] >= 'A' && name_[end] <= 'F'))) {
            ++end;
        }
        if (end == at_ + 2 || !ends_word(name_, end)) { return false; }
        put("0xN", end);
        return true;
    }

    bool lambda() {
        switch (name_[at_]) {
        case '#':
            return numbered("#", "#N", '}');
        case '\'':
            return numbered("'lambda", "'lambda", '\'');
        case '$':
            return numbered("$_", "$_N") || (java_ && numbered("$", "$N"));
        case 'L':
            return numbered("Lambda$", "Lambda$N");
        case '.':
            return go_closure();
        default:
            return false;
        }
    }

    // A prefix, a number, and perhaps the character that has to follow.
    bool numbered(std::string_view prefix, std::string_view becomes, char then = '\0') {
        if (!has_at(name_, at_, prefix)) { return false; }
        const std::size_t digits = digits_at(name_, at_ + prefix.size());
        const std::size_t end = at_ + prefix.size() + digits;
        if (digits == 0 || !ends_word(name_, end)) { return false; }
        if (then != '\0' && (end == name_.size() || name_[end] != then)) { return false; }
        put(becomes, end);
        return true;
    }

    // Go numbers closures: "main.run.func2.1".
    bool go_closure() {
        constexpr std::string_view prefix = ".func";
        if (!has_at(name_, at_, prefix)) { return false; }
        std::size_t digits = digits_at(name_, at_ + prefix.size());
        std::size_t end = at_ + prefix.size() + digits;
        if (digits == 0) { return false; }
        while (end < name_.size() && name_[end] == '.' &&
               (digits = digits_at(name_, end + 1)) > 0) {
            end += 1 + digits;
        }
        if (!ends_word(name_, end)) { return false; }
        put(".funcN", end);
        return true;
    }

    bool rust_hash() {
        const char c = name_[at_];
        if (c != ':' && c != '[') { return false; }
        const bool legacy = c == ':';
        if (legacy ? !has_at(name_, at_, "::h") : !after_word()) { return false; }
        const std::size_t begin = at_ + (legacy ? 3 : 1);
        std::size_t end = begin;
        while (end < name_.size() && end - begin < 17 && is_lower_hex(name_[end])) { ++end; }
        if (legacy) {
            if (end - begin != 16 || !ends_word(name_, end)) { return false; }
        } else {
            // Leading zeros are not printed: fewer than 13 digits would be one in 65,536.
            if (end - begin < 13 || end - begin > 16 || end == name_.size() || name_[end] != ']') {
                return false;
            }
            ++end;
        }
        put("", end);
        return true;
    }

    // "pool-3-thread-12", the names that Java gives to threads.
    bool pool() {
        constexpr std::string_view begin = "pool-";
        constexpr std::string_view middle = "-thread-";
        if (at_ != 0 || !has_at(name_, 0, begin)) { return false; }
        const std::size_t pool_digits = digits_at(name_, begin.size());
        const std::size_t thread = begin.size() + pool_digits + middle.size();
        if (pool_digits == 0 || !has_at(name_, thread - middle.size(), middle)) { return false; }
        const std::size_t thread_digits = digits_at(name_, thread);
        if (thread_digits == 0) { return false; }
        put("pool-N-thread-N", thread + thread_digits);
        return true;
    }
};

/// Replaces numbers: all, or those with no word in front.
[[nodiscard]] inline std::string number_free(std::string_view name, bool within_words) {
    std::string free;
    for (std::size_t at = 0; at < name.size();) {
        const std::size_t digits = digits_at(name, at);
        const bool apart = at > 0 && !is_name_char(name[at - 1]);
        if (digits > 0 && (within_words || apart)) {
            free += 'N';
        } else {
            free += name.substr(at, digits > 0 ? digits : 1);
        }
        at += digits > 0 ? digits : 1;
    }
    return free;
}

} // namespace detail

/// Returns a function's name without what differs from build to build and from run to run.
/// Cost: linear.
[[nodiscard]] inline std::string normalized(std::string_view name,
                                            const normalize_options& options = {}) {
    return detail::name_normalizer(name, options).run();
}

/// Returns all stacks with normalized names, so that runs and builds can be compared. Nodes whose
/// frames become equal are merged.
[[nodiscard]] inline profile normalize(const profile& p, const normalize_options& options = {}) {
    return map_frames(p, [&](frame f) {
        const bool thread = f.kind == frame_kind::thread;
        if (thread || f.kind == frame_kind::process) {
            if (options.thread_numbers) { f.function = detail::number_free(f.function, thread); }
            return f;
        }
        if (options.addresses && f.function.empty() && f.address != 0) {
            detail::append_place(f.function, p.modules[f.module], f.address);
            f.address = 0;
        }
        f.function = normalized(f.function, options);
        return f;
    });
}

/// What becomes of the packages in the names of Java's methods.
enum class java_packages {
    shortened, ///< "java.util.HashMap.get" → "j.u.HashMap.get"
    removed,   ///< → "HashMap.get"
    split      ///< → the frames "java", "util" and "HashMap.get": a picture of packages
};

/// Returns all stacks with the packages of Java's methods so; other names stay. Nodes whose frames
/// become equal are merged. Split, most frames are several: they are told apart by function alone.
[[nodiscard]] inline profile with_packages(const profile& p, java_packages how) {
    if (how != java_packages::split) {
        return map_frames(p, [&](frame f) {
            const std::size_t size = detail::java_packages_size(f.function);
            std::string changed;
            for (std::size_t at = 0; how == java_packages::shortened && at < size;) {
                const std::size_t end = f.function.find_first_of("./", at);
                changed += f.function[at];
                changed += f.function[end];
                at = end + 1;
            }
            f.function.replace(0, size, changed);
            return f;
        });
    }
    profile_builder made;
    const std::vector<std::uint32_t> frames =
        detail::copy_tables(made, p, [](const frame& f) { return f; });
    std::vector<std::uint32_t> nodes(p.nodes.size(), profile_builder::root);
    for (std::size_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        if (i > 0) {
            const frame& whole = p.frames[n.frame];
            const std::string_view name = whole.function;
            const std::size_t size = detail::java_packages_size(name);
            nodes[i] = nodes[n.parent];
            for (std::size_t at = 0; at < size;) {
                const std::size_t end = name.find_first_of("./", at);
                nodes[i] = made.child(nodes[i], made.intern(name.substr(at, end - at), whole.kind));
                at = end + 1;
            }
            nodes[i] = made.child(
                nodes[i], size == 0 ? frames[n.frame] : made.intern(name.substr(size), whole.kind));
        }
        if (n.count == 0 && n.self == 0) { continue; }
        [[maybe_unused]] const bool added = made.add(nodes[i], n.count, n.self);
        WICK_ASSERT(added); // the sums are those of `p`
    }
    return made.finish();
}

WICK_END_NAMESPACE

#endif
