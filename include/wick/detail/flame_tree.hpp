// wick/detail/flame_tree.hpp - the tree that a flame graph shows, and where its frames lie.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAME_TREE_HPP
#define WICK_DETAIL_FLAME_TREE_HPP

#include <wick/comparison.hpp>        // two sides that are shown
#include <wick/detail/frame_text.hpp> // what frames are called
#include <wick/detail/hash.hpp>       // which of them are called the same
#include <wick/profile.hpp>           // what is shown
#include <wick/timeline.hpp>          // spans that are shown

#include <algorithm>   // std::sort, std::max
#include <cstddef>     // std::size_t
#include <cstdint>     // fixed-width members
#include <string>      // names
#include <string_view> // suffixes
#include <utility>     // std::move
#include <vector>      // the arrays

WICK_BEGIN_NAMESPACE

/// What the width of a frame means where two profiles are compared.
enum class frame_width : std::uint8_t {
    both,      ///< the weights of both sides together: what vanished has its place
    before,    ///< as the profile before
    after,     ///< as the profile after
    difference ///< how much a stack's own weight differs, whichever way
};

namespace detail {

/// What a frame is called in a picture. The kind stands apart, not as a suffix.
struct flame_name {
    std::string text;
    frame_kind kind = frame_kind::function;
    char letter = 'f';       ///< of the kind; 'w' waker, 'g' the time between two spans
    std::uint32_t nodes = 0; ///< how many nodes have it
};

[[nodiscard]] inline char kind_letter(frame_kind kind) noexcept {
    return "fikjptlm"[static_cast<std::size_t>(kind)];
}

/// Returns the frame that a name stands for, nothing else being known of it.
[[nodiscard]] inline frame frame_of(const flame_name& name) {
    frame plain;
    plain.function = name.text;
    if (name.letter == 'w') { plain.function += "_[w]"; }
    plain.kind = name.kind;
    return plain;
}

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
        std::string_view text = parsed.function;
        names[i].kind = parsed.kind != frame_kind::function ? parsed.kind : kinds[first[i]];
        names[i].letter = kind_letter(names[i].kind);
        if (names[i].letter == 'f' && text.size() >= 4 && text.substr(text.size() - 4) == "_[w]") {
            text.remove_suffix(4);
            names[i].letter = 'w';
        }
        names[i].text = text;
    }
    return names;
}

enum class flame_source : std::uint8_t { profile, comparison, timeline };

/// What is drawn. Arrays by node, in preorder; widths are weights that are never negative, those
/// of children adding up to no more than their parent's.
struct flame_tree {
    flame_source source = flame_source::profile;
    std::vector<flame_name> names;     ///< the root's first, then by number of nodes, falling
    std::vector<std::uint32_t> name;   ///< index into names
    std::vector<std::uint32_t> depth;  ///< the root's is 0
    std::vector<std::uint32_t> end;    ///< one past the last node below
    std::vector<std::uint64_t> self;   ///< own width
    std::vector<std::uint64_t> total;  ///< width with all below
    std::vector<std::uint64_t> count;  ///< own observations; empty: they are the weights
    std::vector<std::uint64_t> counts; ///< with all below; empty: they are the totals
    std::vector<compared> sides;       ///< own weights; of comparisons only, as the next
    std::vector<compared> side_totals;
    std::vector<verdict> verdicts;      ///< of totals; empty: untested
    std::vector<verdict> self_verdicts; ///< as many
    double before_scale = 1;
    std::uint32_t deepest = 0;  ///< the greatest depth
    std::uint32_t gaps = 0;     ///< nodes that are no frames: time between two spans
    std::uint64_t negative = 0; ///< weights below 0, which are taken as 0
    bool big = false;           ///< some sum of weights is beyond what a double holds exactly
    bool empty = true;          ///< as the value's empty()
    bool observed = false;      ///< counts are of samples: shares of them have intervals
    counted_as counted = counted_as::unknown;
    std::string unit;
    int decimals = 0;
    std::vector<origin> origins; ///< of comparisons, those of before first

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(depth.size());
    }
    [[nodiscard]] bool is_gap(std::uint32_t node) const { return names[name[node]].letter == 'g'; }
    [[nodiscard]] bool lanes() const noexcept { return source == flame_source::timeline; }
    /// The observations that a weight stands for where nothing else is known: as many as it weighs.
    [[nodiscard]] std::uint64_t usual_count(std::uint64_t weight) const noexcept {
        const std::uint64_t one = power_of_ten(decimals);
        return weight / one + (weight % one * 2 >= one ? 1 : 0);
    }
    /// Inclusive observations of a node.
    [[nodiscard]] std::uint64_t observations(std::uint32_t node) const {
        return counts.empty() ? total[node] : counts[node];
    }
    /// Own weight of a node, the time between the spans in it being its own.
    [[nodiscard]] std::uint64_t shown_self(std::uint32_t node) const {
        std::uint64_t sum = self[node];
        if (gaps == 0) { return sum; }
        for (std::uint32_t i = node + 1; i < end[node]; i = end[i]) {
            if (is_gap(i)) { sum += self[i]; }
        }
        return sum;
    }
    /// How much more there is after than before, in units of 10^-decimals.
    [[nodiscard]] double change(const compared& c) const noexcept {
        return static_cast<double>(c.after.weight) -
               static_cast<double>(c.before.weight) * before_scale;
    }
};

/// Sorts the names by use, so that the most used have the shortest numbers in the file. Before,
/// tree.name is by the index in `names`.
inline void rank_names(flame_tree& tree, std::vector<flame_name> names) {
    // The root's name is its own: a frame without a name is not called as the root is.
    const auto nameless = static_cast<std::uint32_t>(names.size());
    for (std::uint32_t i = 1; i < tree.size(); ++i) {
        if (tree.name[i] == 0) {
            if (names.size() == nameless) { names.emplace_back(); }
            tree.name[i] = nameless;
        }
        ++names[tree.name[i]].nodes;
    }
    std::vector<std::uint32_t> order(names.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) { order[i] = i; }
    std::sort(order.begin() + 1, order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return names[a].nodes != names[b].nodes ? names[a].nodes > names[b].nodes : a < b;
    });
    std::vector<std::uint32_t> rank(names.size());
    tree.names.reserve(names.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        rank[order[i]] = i;
        tree.names.push_back(std::move(names[order[i]]));
    }
    for (std::uint32_t& n : tree.name) { n = rank[n]; }
}

/// Fills in what follows from the shape of the tree and the nodes' own widths.
template <class Nodes>
void sum_up(flame_tree& tree, const Nodes& nodes) {
    const auto size = static_cast<std::uint32_t>(nodes.size());
    tree.depth.resize(size);
    tree.end.resize(size);
    tree.name.resize(size);
    tree.total = tree.self;
    for (std::uint32_t i = 0; i < size; ++i) {
        tree.name[i] = nodes[i].frame;
        tree.depth[i] = i == 0 ? 0 : tree.depth[nodes[i].parent] + 1;
        tree.deepest = (std::max)(tree.deepest, tree.depth[i]);
    }
    for (std::uint32_t i = size; i-- > 1;) {
        tree.end[i] = (std::max)(tree.end[i], i + 1);
        const std::uint32_t parent = nodes[i].parent;
        tree.total[parent] += tree.total[i];
        tree.end[parent] = (std::max)(tree.end[parent], tree.end[i]);
    }
    tree.end[0] = size;
    tree.big = tree.big || tree.total[0] >= 1000000000000000;
}

[[nodiscard]] inline std::uint64_t not_negative(std::int64_t weight) noexcept {
    return weight > 0 ? static_cast<std::uint64_t>(weight) : 0;
}

/// True where what is counted are samples, as far as is known, so that chance has a part in it.
[[nodiscard]] inline bool counts_samples(counted_as counted, const std::string& unit) {
    if (counted == counted_as::samples) { return true; }
    return counted == counted_as::unknown && (unit.empty() || unit == "samples");
}

/// Returns the tree of a profile. Cost: O(n), and a merge where frames are called the same.
[[nodiscard]] inline flame_tree make_flame_tree(const profile& p) {
    bool distinct = true;
    std::vector<flame_name> names = name_frames(p, distinct);
    if (!distinct) {
        std::size_t next = 0; // map_frames asks for the frames in their order
        return make_flame_tree(
            map_frames(p, [&](const frame&) { return frame_of(names[next++]); }));
    }
    flame_tree tree;
    tree.empty = p.empty();
    tree.unit = p.unit;
    tree.decimals = p.decimals;
    tree.origins = p.origins;
    tree.counted = p.counted;
    tree.observed = counts_samples(p.counted, p.unit);
    tree.self.reserve(p.nodes.size());
    bool counts_differ = false;
    for (const profile::node& n : p.nodes) {
        tree.self.push_back(not_negative(n.self));
        if (n.self < 0) { ++tree.negative; }
        counts_differ = counts_differ || n.count != tree.usual_count(tree.self.back());
    }
    sum_up(tree, p.nodes);
    if (counts_differ || (tree.observed && p.decimals != 0)) {
        tree.count.reserve(p.nodes.size());
        for (const profile::node& n : p.nodes) { tree.count.push_back(n.count); }
        tree.counts = tree.count;
        for (std::size_t i = p.nodes.size(); i-- > 1;) {
            tree.counts[p.nodes[i].parent] += tree.counts[i];
        }
    }
    rank_names(tree, std::move(names));
    return tree;
}

/// As std::fabs; all of <cmath> would be a third of what this header compiles.
[[nodiscard]] inline double absolute(double value) noexcept {
    return value < 0 ? -value : value;
}

/// Returns the width of a stack's own weights.
[[nodiscard]] inline std::uint64_t
width_of(const compared& self, frame_width width, double before_scale) noexcept {
    const std::uint64_t before = not_negative(self.before.weight);
    const std::uint64_t after = not_negative(self.after.weight);
    switch (width) {
    case frame_width::before:
        return before;
    case frame_width::after:
        return after;
    case frame_width::both:
        return before + after;
    case frame_width::difference:
        break;
    }
    if (before_scale < 1 || before_scale > 1) {
        const double scaled = static_cast<double>(self.before.weight) * before_scale;
        const double change = absolute(static_cast<double>(self.after.weight) - scaled) + 0.5;
        // Scales are near 1; one that is not would make widths that no sum can hold.
        return change < 4e18 ? static_cast<std::uint64_t>(change) : 0;
    }
    return magnitude(self.after.weight - self.before.weight);
}

/// Returns the tree of a comparison. Where frames are called the same, they are merged, and what
/// was tested of them is lost: a verdict on a part is none on the whole.
[[nodiscard]] inline flame_tree make_flame_tree(const comparison& c, frame_width width) {
    bool distinct = true;
    profile tables;
    tables.modules = c.modules;
    tables.frames = c.frames;
    std::vector<flame_name> names = name_frames(tables, distinct);
    if (!distinct) {
        // Of kinds, those that texts tell are kept: then equal texts are equal frames.
        const auto plain = [](const profile& side) {
            bool unused = true;
            const std::vector<flame_name> by_frame = name_frames(side, unused);
            std::size_t next = 0;
            return map_frames(side, [&](const frame&) {
                frame f = frame_of(by_frame[next++]);
                if (kind_suffix(f.kind).empty()) { f.kind = frame_kind::function; }
                return f;
            });
        };
        result<comparison> merged =
            untested_comparison(plain(side_of(c, false)), plain(side_of(c, true)));
        merged.value.before_scale = c.before_scale;
        return make_flame_tree(merged.value, width);
    }
    flame_tree tree;
    tree.source = flame_source::comparison;
    tree.unit = c.unit;
    tree.decimals = c.decimals;
    tree.before_scale = c.before_scale;
    tree.counted = c.counted;
    tree.origins = c.before_origins;
    tree.origins.insert(tree.origins.end(), c.after_origins.begin(), c.after_origins.end());
    tree.side_totals = totals(c);
    bool tested = false;
    std::uint64_t sum = 0;
    for (const comparison::node& n : c.nodes) {
        const compared& self = c.weights[n.self];
        tree.self.push_back(width_of(self, width, c.before_scale));
        tree.sides.push_back(self);
        sum += magnitude(self.before.weight) + magnitude(self.after.weight);
        if (n.self != 0) { tree.empty = false; }
        if (self.before.weight < 0) { ++tree.negative; }
        if (self.after.weight < 0) { ++tree.negative; }
        tested = tested || n.test != 0;
    }
    tree.empty = tree.empty && c.nodes.size() == 1;
    tree.big = sum >= 1000000000000000;
    if (tested) {
        for (const comparison::node& n : c.nodes) {
            tree.verdicts.push_back(c.tests[n.test].total.concluded);
            tree.self_verdicts.push_back(c.tests[n.test].self.concluded);
        }
    }
    sum_up(tree, c.nodes);
    rank_names(tree, std::move(names));
    return tree;
}

/// Makes the nodes of a timeline: a lane for each thread, its spans below it. What lies between
/// spans is a node too, a gap, so that widths alone tell where everything is.
class lane_builder {
public:
    struct node {
        std::uint32_t parent, frame;
    };
    std::vector<node> nodes = std::vector<node>(1);
    std::vector<std::uint64_t> self = std::vector<std::uint64_t>(1);
    std::uint32_t gaps = 0;

    lane_builder(std::uint32_t gap, std::int64_t begin, std::int64_t end)
        : gap_(gap)
        , begin_(begin)
        , end_(end) {}

    void lane(std::uint32_t frame) {
        close(0);
        open_.push_back({add(0, frame), begin_, end_});
    }
    void span(const timeline::span& s, std::uint32_t frame) {
        close(s.depth + 1);
        open_span& parent = open_.back();
        const std::uint64_t free = between(parent.at, s.begin);
        if (free != 0) {
            self[add(parent.node, gap_)] = free;
            ++gaps;
        }
        parent.at = s.end;
        open_.push_back({add(parent.node, frame), s.begin, s.end});
    }
    void finish() { close(0); }

private:
    struct open_span {
        std::uint32_t node;
        std::int64_t at; // where the next span in it may begin
        std::int64_t end;
    };
    std::uint32_t gap_;
    std::int64_t begin_, end_;
    std::vector<open_span> open_;

    [[nodiscard]] static std::uint64_t between(std::int64_t from, std::int64_t to) noexcept {
        return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
    }
    std::uint32_t add(std::uint32_t parent, std::uint32_t frame) {
        nodes.push_back({parent, frame});
        self.push_back(0);
        return static_cast<std::uint32_t>(nodes.size() - 1);
    }
    // What is left of a span behind the last one in it is its own.
    void close(std::size_t depth) {
        for (; open_.size() > depth; open_.pop_back()) {
            self[open_.back().node] += between(open_.back().at, open_.back().end);
        }
    }
};

[[nodiscard]] inline std::string lane_name(const timeline_thread& thread) {
    std::string name = thread.process;
    if (!thread.name.empty() && thread.name != name) {
        name += (name.empty() ? "" : " / ") + thread.name;
    }
    if (name.empty()) { name = "thread"; }
    if (thread.id != 0) { name += " " + std::to_string(thread.id); }
    return name;
}

/// Returns the tree of a timeline. Siblings may be called the same: they ran one after the other.
[[nodiscard]] inline flame_tree make_flame_tree(const timeline& t) {
    profile tables;
    tables.modules = t.modules;
    tables.frames = t.frames;
    bool distinct = true;
    std::vector<flame_name> names = name_frames(tables, distinct);
    flame_tree tree;
    tree.source = flame_source::timeline;
    tree.unit = "nanoseconds";
    tree.origins = t.origins;
    tree.empty = t.spans.empty();
    std::int64_t begin = 0;
    std::int64_t end = 0;
    for (std::size_t i = 0; i < t.spans.size(); ++i) {
        begin = i == 0 ? t.spans[i].begin : (std::min)(begin, t.spans[i].begin);
        end = i == 0 ? t.spans[i].end : (std::max)(end, t.spans[i].end);
    }
    names.emplace_back();
    names.back().letter = 'g';
    lane_builder made(static_cast<std::uint32_t>(names.size() - 1), begin, end);
    for (std::size_t i = 0; i < t.spans.size(); ++i) {
        const timeline::span& s = t.spans[i];
        if (i == 0 || s.thread != t.spans[i - 1].thread) {
            made.lane(static_cast<std::uint32_t>(names.size()));
            names.emplace_back();
            names.back().text = lane_name(t.threads[s.thread]);
            names.back().kind = frame_kind::thread;
            names.back().letter = 't';
        }
        made.span(s, s.frame);
    }
    made.finish();
    tree.self = std::move(made.self);
    tree.gaps = made.gaps;
    sum_up(tree, made.nodes);
    // Lanes lie below one another, each as wide as the whole.
    tree.total[0] = static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(begin);
    rank_names(tree, std::move(names));
    return tree;
}

/// Returns a profile whose stacks are turned round: what ran is at the root, its callers above it.
[[nodiscard]] inline profile reversed(const profile& p) {
    profile_builder made;
    const std::vector<std::uint32_t> frames =
        copy_tables(made, p, [](const frame& f) { return f; });
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        if (n.self == 0 && n.count == 0) { continue; }
        std::uint32_t node = profile_builder::root;
        for (std::uint32_t at = i; at != 0; at = p.nodes[at].parent) {
            node = made.child(node, frames[p.nodes[at].frame]);
        }
        [[maybe_unused]] const bool added = made.add(node, n.count, n.self);
        WICK_ASSERT(added);
    }
    return made.finish();
}

/// Returns the stacks of a profile from the deepest frame on that is called one of `names`, and
/// what was left out for having none: its weight in `without`.
[[nodiscard]] inline profile
rebased(const profile& p, const std::vector<std::string>& names, std::uint64_t& without) {
    std::vector<bool> is_base(p.frames.size());
    std::string text;
    for (std::size_t f = 1; f < p.frames.size(); ++f) {
        text.clear();
        append_frame_text(text, p, p.frames[f]);
        const bool named = std::find(names.begin(), names.end(), text) != names.end();
        is_base[f] =
            named || std::find(names.begin(), names.end(), p.frames[f].function) != names.end();
    }
    profile_builder made;
    const std::vector<std::uint32_t> frames =
        copy_tables(made, p, [](const frame& f) { return f; });
    std::vector<std::uint32_t> nodes(p.nodes.size()); // 0: below no base
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        const std::uint32_t above = i == 0 ? 0 : nodes[n.parent];
        if (is_base[n.frame] || above != 0) {
            nodes[i] =
                made.child(is_base[n.frame] ? profile_builder::root : above, frames[n.frame]);
        }
        if (nodes[i] == 0) {
            without += magnitude(n.self);
            continue;
        }
        [[maybe_unused]] const bool added = made.add(nodes[i], n.count, n.self);
        WICK_ASSERT(added);
    }
    return made.finish();
}

/// A frame of the picture, or a run of neighbours that are too narrow to be drawn one by one.
struct flame_box {
    std::uint32_t first = 0;  ///< the node; of a run, its first
    std::uint32_t stop = 0;   ///< one past the last node that the box stands for
    std::uint32_t depth = 0;  ///< of the node
    std::uint32_t row = 0;    ///< on which it lies; the depth, but for lanes
    bool elided = false;      ///< a run: the nodes from `first` to `stop` and all below them
    std::uint64_t frames = 1; ///< that it stands for
    std::uint64_t offset = 0; ///< width to the left of the box
    std::uint64_t width = 0;
    std::uint64_t weight = 0; ///< its width, without gaps between the frames of a run
};

/// Lays frames out, for `lay_out`.
template <class Visit>
class flame_layout {
public:
    flame_layout(const flame_tree& tree, std::uint64_t least, Visit& visit)
        : tree_(tree)
        , least_(least)
        , visit_(visit)
        , left_(std::size_t{tree.deepest} + 2) {}

    void run() {
        for (std::uint32_t i = 0; i < tree_.size();) {
            const std::uint32_t depth = tree_.depth[i];
            if (depth == 1 && tree_.lanes()) { next_lane(); }
            const std::uint64_t width = tree_.total[i];
            const std::uint64_t offset = left_[depth];
            left_[depth] += width;
            if (tree_.gaps != 0 && tree_.is_gap(i)) {
                if (width >= least_) {
                    end_run(); // what lies far apart is not drawn together
                } else if (run_.elided && run_.stop == i && run_.depth == depth) {
                    ++run_.stop;
                    gap_ += width;
                }
                ++i;
            } else if (width >= least_) {
                left_[depth + 1] = offset;
                deepest_ = (std::max)(deepest_, depth);
                visit_(flame_box{i, i + 1, depth, base_ + depth, false, 1, offset, width, width});
                ++i;
            } else {
                elide(i, depth, offset);
                i = run_.stop;
            }
        }
        if (run_.elided) { visit_(run_); }
    }

private:
    const flame_tree& tree_;
    std::uint64_t least_;
    Visit& visit_;
    std::vector<std::uint64_t> left_; // where the next box begins, by depth
    flame_box run_;
    std::uint64_t gap_ = 0;     // behind the run
    std::uint32_t base_ = 0;    // rows that earlier lanes take
    std::uint32_t deepest_ = 0; // of this lane

    void end_run() {
        if (run_.elided) { visit_(run_); }
        run_ = flame_box{};
    }

    void next_lane() {
        end_run();
        base_ += deepest_;
        deepest_ = 0;
        left_[1] = 0;
    }

    void elide(std::uint32_t i, std::uint32_t depth, std::uint64_t offset) {
        if (!run_.elided || run_.stop != i || run_.depth != depth) {
            if (run_.elided) { visit_(run_); }
            run_ = flame_box{i, i, depth, base_ + depth, true, 0, offset, 0, 0};
            gap_ = 0;
        }
        run_.width += gap_ + tree_.total[i];
        gap_ = 0;
        run_.weight += tree_.total[i];
        run_.stop = tree_.end[i];
        run_.frames += run_.stop - i;
        if (tree_.total[i] != 0) { deepest_ = (std::max)(deepest_, depth); }
        if (tree_.gaps == 0) { return; }
        for (std::uint32_t k = i; k < run_.stop; ++k) {
            if (tree_.is_gap(k)) { --run_.frames; }
        }
    }
};

/// Calls `visit(flame_box)` for each frame that is at least `least` wide and for each run of
/// narrower ones, parents before children. Every frame is in one box. Cost: O(frames visited and
/// their children), not O(nodes).
template <class Visit>
void lay_out(const flame_tree& tree, std::uint64_t least, Visit&& visit) {
    flame_layout<Visit>(tree, least, visit).run();
}

} // namespace detail
WICK_END_NAMESPACE

#endif
