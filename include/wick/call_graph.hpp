// wick/call_graph.hpp - the value that pstats works on: functions and who calls whom, with figures.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_CALL_GRAPH_HPP
#define WICK_CALL_GRAPH_HPP

#include <wick/detail/frame_text.hpp> // names of frames
#include <wick/detail/hash.hpp>       // the builder's index
#include <wick/profile.hpp>           // what a graph is derived from
#include <wick/result.hpp>            // what adding and validate return
#include <wick/version.hpp>

#include <algorithm>   // std::min
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <cstring>     // std::memcpy
#include <string>      // names
#include <string_view> // names that are looked up
#include <utility>     // std::move
#include <vector>      // functions, edges

WICK_BEGIN_NAMESPACE

/// What is known of a function, or of the calls from one function to another. Times are in the
/// graph's unit. They are floating-point numbers because those files hold them so: a number that
/// was read is kept to the last bit. Whole numbers up to 2^53 are exact (104 days of nanoseconds).
struct call_figures {
    std::uint64_t calls = 0;           ///< calls that ended; sampled: samples with it on the stack
    std::uint64_t primitive_calls = 0; ///< those not made by recursion; sampled: those ending in it
    double self = 0;                   ///< time in the function itself
    double cumulative = 0; ///< and in all that it called; of recursive calls, the outermost's only

    friend bool operator==(const call_figures& a, const call_figures& b) {
        return a.calls == b.calls && a.primitive_calls == b.primitive_calls &&
               !(a.self < b.self || a.self > b.self) &&
               !(a.cumulative < b.cumulative || a.cumulative > b.cumulative);
    }
    friend bool operator!=(const call_figures& a, const call_figures& b) { return !(a == b); }
};

/// How the figures of a call graph came about.
enum class graph_kind : std::uint8_t {
    exact,  ///< every call was seen
    sampled ///< counts are of samples
};

/// Functions, and the calls between them: what Python's cProfile writes and pstats shows. It is a
/// projection of a calling-context tree and cannot be turned back into one: what it says of stacks
/// (what is reached, what a path costs) is an approximation. Order is that of insertion, which
/// pstats shows. Invariants, checked by `validate()`: functions are distinct by file, line and
/// name; edges stand by callee, and are distinct; times are finite; the calls of all functions, and
/// those of all edges, add up to less than 2^63; functions that are not listed have no figures and
/// no callers.
struct call_graph {
    struct function {
        std::string file;      ///< "~" with line 0: none, as for built-in functions
        std::int32_t line = 0; ///< where it begins
        std::string name;
        bool listed = true; ///< false: only named as a caller, nothing else is known
        call_figures figures;

        friend bool operator==(const function& a, const function& b) {
            return a.line == b.line && a.listed == b.listed && a.figures == b.figures &&
                   a.name == b.name && a.file == b.file;
        }
        friend bool operator!=(const function& a, const function& b) { return !(a == b); }
    };
    struct edge {
        std::uint32_t caller = 0; ///< index into functions
        std::uint32_t callee = 0; ///< index into functions
        call_figures figures;     ///< those of the callee, as far as they come from this caller

        friend bool operator==(const edge& a, const edge& b) {
            return a.caller == b.caller && a.callee == b.callee && a.figures == b.figures;
        }
        friend bool operator!=(const edge& a, const edge& b) { return !(a == b); }
    };

    std::vector<function> functions;
    std::vector<edge> edges;
    std::vector<std::string> sources;    ///< a line for each file that it was read from
    std::string unit = "seconds";        ///< of times: "seconds", "nanoseconds", "samples", …
    graph_kind kind = graph_kind::exact; ///< how it was made
    bool edge_times = true;  ///< false: edges have counts only, as Python's `profile` has it
    double unattributed = 0; ///< time that belongs to no function: that of threads' roots and such

    friend bool operator==(const call_graph& a, const call_graph& b) {
        return a.kind == b.kind && a.edge_times == b.edge_times && a.unit == b.unit &&
               !(a.unattributed < b.unattributed || a.unattributed > b.unattributed) &&
               a.sources == b.sources && a.functions == b.functions && a.edges == b.edges;
    }
    friend bool operator!=(const call_graph& a, const call_graph& b) { return !(a == b); }
};

namespace detail {

/// The most calls that a graph may hold, so that no sum of any of them overflows.
inline constexpr std::uint64_t max_calls = 0x7fffffffffffffffu;

/// Returns how many of a unit are a second, or 0 where it is no unit of time.
[[nodiscard]] inline double units_per_second(std::string_view unit) noexcept {
    if (unit == "seconds" || unit == "s") { return 1; }
    if (unit == "milliseconds" || unit == "ms") { return 1e3; }
    if (unit == "microseconds" || unit == "us") { return 1e6; }
    if (unit == "nanoseconds" || unit == "ns") { return 1e9; }
    return 0;
}

inline void add_figures(call_figures& to, const call_figures& from) noexcept {
    to.calls += from.calls;
    to.primitive_calls += from.primitive_calls;
    to.self += from.self;
    to.cumulative += from.cumulative;
}

/// Adds up calls; false when they are too many.
[[nodiscard]] inline bool
add_calls(const call_figures& from, std::uint64_t& calls, std::uint64_t& primitive) noexcept {
    if (from.calls > max_calls - calls || from.primitive_calls > max_calls - primitive) {
        return false;
    }
    calls += from.calls;
    primitive += from.primitive_calls;
    return true;
}

/// Neither infinite nor no number. <cmath> has it too, and thousands of lines more.
[[nodiscard]] inline bool is_finite(double value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return (bits >> 52 & 0x7ff) != 0x7ff;
}

[[nodiscard]] inline bool is_finite(const call_figures& f) noexcept {
    return is_finite(f.self) && is_finite(f.cumulative);
}

} // namespace detail

/// Collects functions and calls in any order and makes a call graph of them.
/// Cost: a look-up for each function interned. Thread safety: none.
class call_graph_builder {
public:
    /// Returns the id of a function, which is the same for the same file, line and name.
    std::uint32_t intern(std::string_view file, std::int32_t line, std::string_view name) {
        const std::uint64_t start =
            seed_ + static_cast<std::uint32_t>(line) * std::uint64_t{0x9e3779b97f4a7c15u};
        const std::uint64_t hash = detail::hash_bytes(file, detail::hash_bytes(name, start));
        const std::uint32_t known = index_.find(hash, [&](std::uint32_t id) {
            const key& k = keys_[id];
            return k.line == line && k.name_size == name.size() && k.file_size == file.size() &&
                   detail::same_bytes(text_.data() + k.text, name.data(), k.name_size) &&
                   detail::same_bytes(
                       text_.data() + k.text + k.name_size, file.data(), k.file_size);
        });
        if (known != detail::id_table::none) { return known; }
        const auto id = static_cast<std::uint32_t>(keys_.size());
        keys_.push_back(key{text_.size(), name.size(), file.size(), line, unlisted});
        text_ += name;
        text_ += file;
        index_.insert(hash, id);
        return id;
    }

    /// Adds figures to a function. The first time gives it its place in the order.
    void add(std::uint32_t function, const call_figures& figures) {
        key& k = keys_[function];
        if (k.place == unlisted) {
            k.place = static_cast<std::uint32_t>(listed_.size());
            listed_.push_back(function);
            figures_.push_back(figures);
            return;
        }
        detail::add_figures(figures_[k.place], figures);
    }

    /// Adds calls from one function to another, which has to be listed by `add` sooner or later.
    void add_edge(std::uint32_t caller, std::uint32_t callee, const call_figures& figures) {
        edges_.push_back(call_graph::edge{caller, callee, figures});
    }

    [[nodiscard]] bool listed(std::uint32_t function) const {
        return keys_[function].place != unlisted;
    }
    [[nodiscard]] std::size_t edges() const noexcept { return edges_.size(); }
    [[nodiscard]] const call_graph::edge& edge(std::size_t index) const { return edges_[index]; }
    void reserve_edges(std::size_t edges) { edges_.reserve(edges); }

    /// Returns the graph of all that was added; calls from one function to another that were added
    /// apart are one edge. The builder is empty afterwards.
    [[nodiscard]] call_graph finish() {
        call_graph made;
        const std::vector<std::uint32_t> order = finish_functions(made);
        for (call_graph::edge& e : edges_) {
            e.caller = order[e.caller];
            e.callee = order[e.callee];
        }
        finish_edges(made);
        *this = call_graph_builder();
        return made;
    }

private:
    static constexpr std::uint32_t unlisted = 0xffffffffu;
    struct key {
        std::size_t text; // the name, and behind it the file
        std::size_t name_size;
        std::size_t file_size;
        std::int32_t line;
        std::uint32_t place; // among those listed
    };
    std::string text_;
    std::vector<key> keys_;
    std::vector<std::uint32_t> listed_;
    std::vector<call_figures> figures_; // of those
    std::vector<call_graph::edge> edges_;
    detail::id_table index_;
    std::uint64_t seed_ = detail::hash_seed();

    // Puts the functions in order: those listed, then those only named. Returns each one's place.
    [[nodiscard]] std::vector<std::uint32_t> finish_functions(call_graph& made) {
        std::vector<std::uint32_t> order(keys_.size());
        made.functions.reserve(keys_.size());
        const auto place = [&](std::uint32_t id) {
            const key& k = keys_[id];
            order[id] = static_cast<std::uint32_t>(made.functions.size());
            made.functions.emplace_back();
            call_graph::function& f = made.functions.back();
            f.name.assign(text_, k.text, k.name_size);
            f.file.assign(text_, k.text + k.name_size, k.file_size);
            f.line = k.line;
            f.listed = k.place != unlisted;
            if (f.listed) { f.figures = figures_[k.place]; }
        };
        for (const std::uint32_t id : listed_) { place(id); }
        for (std::uint32_t id = 0; id < keys_.size(); ++id) {
            if (keys_[id].place == unlisted) { place(id); }
        }
        return order;
    }

    void finish_edges(call_graph& made) {
        bool grouped = true;
        for (std::size_t i = 1; i < edges_.size(); ++i) {
            if (edges_[i].callee < edges_[i - 1].callee) {
                grouped = false;
                break;
            }
        }
        if (!grouped) { group_edges(made.functions.size()); }
        // One edge for each pair; readers add each only once, so nothing moves for them.
        std::vector<std::size_t> latest(made.functions.size(), 0); // by caller: its edge, plus one
        std::size_t kept = 0;
        std::size_t group = 0;
        for (std::size_t i = 0; i < edges_.size(); ++i) {
            if (kept > group && edges_[i].callee != edges_[group].callee) { group = kept; }
            std::size_t& known = latest[edges_[i].caller];
            if (known > group) {
                detail::add_figures(edges_[known - 1].figures, edges_[i].figures);
                continue;
            }
            if (kept != i) { edges_[kept] = edges_[i]; }
            known = ++kept;
        }
        edges_.resize(kept);
        made.edges = std::move(edges_);
    }

    // Sorts by callee; what is equal stays in its order.
    void group_edges(std::size_t functions) {
        std::vector<std::size_t> next(functions + 1, 0);
        for (const call_graph::edge& e : edges_) { ++next[e.callee + 1]; }
        for (std::size_t f = 1; f < next.size(); ++f) { next[f] += next[f - 1]; }
        std::vector<call_graph::edge> sorted(edges_.size());
        for (const call_graph::edge& e : edges_) { sorted[next[e.callee]++] = e; }
        edges_.swap(sorted);
    }
};

/// Returns what is wrong with a call graph, or no error. Cost: a look-up for each function.
[[nodiscard]] inline error validate(const call_graph& g) {
    const auto at = [](const char* what, std::size_t index, const char* problem) {
        return error{what + std::to_string(index) + problem};
    };
    call_graph_builder keys;
    std::uint64_t calls = 0;
    std::uint64_t primitive = 0;
    for (std::size_t i = 0; i < g.functions.size(); ++i) {
        const call_graph::function& f = g.functions[i];
        if (keys.intern(f.file, f.line, f.name) != i) {
            return at("function ", i, " is there twice");
        }
        if (!detail::is_finite(f.figures)) { return at("function ", i, ": a time is not finite"); }
        if (!detail::add_calls(f.figures, calls, primitive)) {
            return at("function ", i, ": the calls add up to 2^63 or more");
        }
        if (!f.listed && f.figures != call_figures{}) {
            return at("function ", i, " has figures and is not listed");
        }
    }
    if (!detail::is_finite(g.unattributed)) { return error{"unattributed is not finite"}; }
    calls = 0;
    primitive = 0;
    std::vector<std::size_t> latest(g.functions.size(), 0); // by caller: its edge, plus one
    std::size_t group = 0;
    for (std::size_t i = 0; i < g.edges.size(); ++i) {
        const call_graph::edge& e = g.edges[i];
        if (e.caller >= g.functions.size() || e.callee >= g.functions.size()) {
            return at("edge ", i, ": there is no such function");
        }
        if (e.callee < g.edges[group].callee) { return at("edge ", i, " is out of order"); }
        if (e.callee != g.edges[group].callee) { group = i; }
        if (latest[e.caller] > group) { return at("edge ", i, " is there twice"); }
        latest[e.caller] = i + 1;
        if (!g.functions[e.callee].listed) { return at("edge ", i, ": the callee is not listed"); }
        if (!detail::is_finite(e.figures)) { return at("edge ", i, ": a time is not finite"); }
        if (!detail::add_calls(e.figures, calls, primitive)) {
            return at("edge ", i, ": the calls add up to 2^63 or more");
        }
    }
    return {};
}

/// Adds a valid graph to another: figures of functions and edges are summed, new functions come
/// behind the old ones, sources are appended.
/// Errors: units that differ, or kinds; edges with times and edges without; 2^63 calls or more;
/// then nothing has changed. Into a graph without functions anything goes.
[[nodiscard]] inline error add(call_graph& to, const call_graph& other) {
    if (to.functions.empty()) {
        std::vector<std::string> sources = std::move(to.sources);
        sources.insert(sources.end(), other.sources.begin(), other.sources.end());
        to = other;
        to.sources = std::move(sources);
        return {};
    }
    if (to.unit != other.unit) {
        return error{"cannot add times in " + other.unit + " to times in " + to.unit};
    }
    if (to.kind != other.kind) { return error{"cannot add samples and calls"}; }
    if (to.edge_times != other.edge_times && !to.edges.empty() && !other.edges.empty()) {
        return error{"cannot add calls with times and calls without"};
    }
    std::uint64_t sums[4] = {0, 0, 0, 0};
    call_graph_builder builder;
    for (const call_graph* g : {static_cast<const call_graph*>(&to), &other}) {
        std::vector<std::uint32_t> ids;
        ids.reserve(g->functions.size());
        for (const call_graph::function& f : g->functions) {
            const std::uint32_t id = builder.intern(f.file, f.line, f.name);
            ids.push_back(id);
            if (!f.listed) { continue; }
            if (!detail::add_calls(f.figures, sums[0], sums[1])) {
                return error{"the calls add up to 2^63 or more"};
            }
            builder.add(id, f.figures);
        }
        for (const call_graph::edge& e : g->edges) {
            if (!detail::add_calls(e.figures, sums[2], sums[3])) {
                return error{"the calls add up to 2^63 or more"};
            }
            builder.add_edge(ids[e.caller], ids[e.callee], e.figures);
        }
    }
    call_graph sum = builder.finish();
    sum.sources = std::move(to.sources);
    sum.sources.insert(sum.sources.end(), other.sources.begin(), other.sources.end());
    sum.unit = std::move(to.unit);
    sum.kind = to.kind;
    sum.edge_times = to.edges.empty() ? other.edge_times : to.edge_times;
    sum.unattributed = to.unattributed + other.unattributed;
    to = std::move(sum);
    return {};
}

/// Returns the graph with the directories of files cut off. Functions that become the same are one,
/// and so are calls from one to another: pstats keeps only the last of those and loses the others.
[[nodiscard]] inline call_graph strip_dirs(const call_graph& g) {
    call_graph_builder builder;
    std::vector<std::uint32_t> ids;
    ids.reserve(g.functions.size());
    for (const call_graph::function& f : g.functions) {
        ids.push_back(builder.intern(detail::base_name(f.file), f.line, f.name));
        if (f.listed) { builder.add(ids.back(), f.figures); }
    }
    for (const call_graph::edge& e : g.edges) {
        builder.add_edge(ids[e.caller], ids[e.callee], e.figures);
    }
    call_graph made = builder.finish();
    made.sources = g.sources;
    made.unit = g.unit;
    made.kind = g.kind;
    made.edge_times = g.edge_times;
    made.unattributed = g.unattributed;
    return made;
}

/// Returns the functions for which `keep` is not 0, by their index, and the calls between them.
/// Their figures stay what they are: what the others took cannot be told from a graph.
[[nodiscard]] inline call_graph subgraph(const call_graph& g,
                                         const std::vector<std::uint8_t>& keep) {
    WICK_ASSERT(keep.size() == g.functions.size());
    call_graph made;
    std::vector<std::uint32_t> place(g.functions.size(), 0);
    for (std::size_t i = 0; i < g.functions.size(); ++i) {
        place[i] = static_cast<std::uint32_t>(made.functions.size());
        if (keep[i] != 0) { made.functions.push_back(g.functions[i]); }
    }
    for (const call_graph::edge& e : g.edges) {
        if (keep[e.caller] == 0 || keep[e.callee] == 0) { continue; }
        made.edges.push_back({place[e.caller], place[e.callee], e.figures});
    }
    made.sources = g.sources;
    made.unit = g.unit;
    made.kind = g.kind;
    made.edge_times = g.edge_times;
    return made;
}

namespace detail {

/// Goes over a profile in preorder and adds up what each function and each call took, as cProfile
/// would have: a function's cumulative time is that of its activations which are not within another
/// one of its own, and an edge's likewise.
class graph_deriver {
public:
    explicit graph_deriver(const profile& p)
        : p_(&p)
        , samples_(p.counted != counted_as::calls) {}

    [[nodiscard]] call_graph graph() {
        number_functions();
        const std::vector<std::int64_t> total = totals(*p_);
        const std::vector<std::uint64_t> counts = count_totals();
        const std::size_t nodes = p_->nodes.size();
        std::vector<step> path{step{0, none, none, false}};
        outside_ += nodes > 0 ? p_->nodes[0].self : 0;
        for (std::uint32_t i = 1; i < nodes; ++i) {
            const profile::node& n = p_->nodes[i];
            while (path.back().node != n.parent) {
                leave(path.back());
                path.pop_back();
            }
            const std::uint32_t f = function_of_[n.frame];
            if (f == none) { // a thread or the like: as if it were not there
                step s = path.back();
                s.node = i;
                s.entered = false;
                pass_up(s, n);
                path.push_back(s);
                continue;
            }
            const std::uint32_t caller = path.back().function;
            step s{i, f, none};
            tally(sums_[f], n, total[i], counts[i]);
            if (!in_order_[f]) {
                in_order_[f] = 1;
                order_.push_back(f);
            }
            if (caller != none) {
                s.edge = edge_between(caller, f);
                tally(edges_[s.edge].sum, n, total[i], counts[i]);
            }
            path.push_back(s);
        }
        return finish();
    }

private:
    static constexpr std::uint32_t none = id_table::none;
    struct sum {
        std::uint64_t calls = 0;
        std::uint64_t primitive = 0;
        std::int64_t self = 0;
        std::int64_t cumulative = 0;
        std::uint32_t active = 0; // how often it is on the path
    };
    struct known_edge {
        std::uint32_t caller;
        std::uint32_t callee;
        detail::graph_deriver::sum sum;
    };
    struct step {
        std::uint32_t node;
        std::uint32_t function; // the innermost one so far
        std::uint32_t edge;     // by which it was called
        bool entered = true;    // here, not above
    };

    const profile* p_;
    bool samples_;
    call_graph_builder builder_;
    std::vector<std::uint32_t> function_of_; // by frame
    std::vector<sum> sums_;                  // by function
    std::vector<std::uint8_t> in_order_;
    std::vector<std::uint32_t> order_; // functions as they come
    std::vector<known_edge> edges_;
    id_table edge_index_;
    std::int64_t outside_ = 0;

    [[nodiscard]] static bool is_function(frame_kind kind) noexcept {
        return kind == frame_kind::function || kind == frame_kind::inlined ||
               kind == frame_kind::kernel || kind == frame_kind::jit;
    }

    void number_functions() {
        std::string text;
        function_of_.assign(p_->frames.size(), none);
        for (std::size_t i = 1; i < p_->frames.size(); ++i) {
            const frame& f = p_->frames[i];
            if (!is_function(f.kind)) { continue; }
            text.clear();
            append_frame_text(text, *p_, f);
            std::string_view file = f.file;
            if (file.empty() && !f.function.empty()) { file = p_->modules[f.module].path; }
            const auto line = static_cast<std::int32_t>((std::min)(f.line, 0x7fffffffu));
            function_of_[i] = builder_.intern(file.empty() ? "~" : file, line, text);
            if (function_of_[i] == sums_.size()) { sums_.emplace_back(); }
        }
        in_order_.assign(sums_.size(), 0);
    }

    // Observations at and below each node.
    [[nodiscard]] std::vector<std::uint64_t> count_totals() const {
        std::vector<std::uint64_t> total(p_->nodes.size());
        for (std::size_t i = p_->nodes.size(); i-- > 0;) {
            total[i] += p_->nodes[i].count;
            if (i > 0) { total[p_->nodes[i].parent] += total[i]; }
        }
        return total;
    }

    void tally(sum& to, const profile::node& n, std::int64_t total, std::uint64_t counts) const {
        const bool outermost = to.active++ == 0;
        to.self += n.self;
        to.cumulative += outermost ? total : 0;
        if (samples_) {
            to.calls += outermost ? counts : 0;
            to.primitive += n.count;
        } else {
            to.calls += n.count;
            to.primitive += outermost ? n.count : 0;
        }
    }

    // What ended in a frame that is no function ended in the function above it, if there is one.
    void pass_up(const step& s, const profile::node& n) {
        if (s.function == none) {
            outside_ += n.self;
            return;
        }
        sum* const both[] = {&sums_[s.function], s.edge != none ? &edges_[s.edge].sum : nullptr};
        for (sum* const to : both) {
            if (to == nullptr) { continue; }
            to->self += n.self;
            to->primitive += samples_ ? n.count : 0;
        }
    }

    void leave(const step& s) {
        if (!s.entered) { return; }
        --sums_[s.function].active;
        if (s.edge != none) { --edges_[s.edge].sum.active; }
    }

    [[nodiscard]] std::uint32_t edge_between(std::uint32_t caller, std::uint32_t callee) {
        const std::uint64_t hash =
            mix((std::uint64_t{caller} << 32 | callee) ^ hash_seed(), 0x9e3779b97f4a7c15u);
        const std::uint32_t known = edge_index_.find(hash, [&](std::uint32_t id) {
            return edges_[id].caller == caller && edges_[id].callee == callee;
        });
        if (known != none) { return known; }
        const auto id = static_cast<std::uint32_t>(edges_.size());
        edges_.push_back(known_edge{caller, callee, sum{}});
        edge_index_.insert(hash, id);
        return id;
    }

    [[nodiscard]] call_figures figures(const sum& s) const {
        const auto unit = static_cast<double>(power_of_ten(p_->decimals));
        return call_figures{s.calls,
                            s.primitive,
                            static_cast<double>(s.self) / unit,
                            static_cast<double>(s.cumulative) / unit};
    }

    [[nodiscard]] call_graph finish() {
        for (const std::uint32_t f : order_) { builder_.add(f, figures(sums_[f])); }
        for (const known_edge& e : edges_) {
            builder_.add_edge(e.caller, e.callee, figures(e.sum));
        }
        call_graph made = builder_.finish();
        // A frame that no node stands on is a function that was neither called nor named.
        while (!made.functions.empty() && !made.functions.back().listed) {
            made.functions.pop_back();
        }
        made.unit = p_->unit;
        made.kind = samples_ ? graph_kind::sampled : graph_kind::exact;
        made.unattributed =
            static_cast<double>(outside_) / static_cast<double>(power_of_ten(p_->decimals));
        return made;
    }
};

} // namespace detail

/// Returns the call graph of a profile: exactly what cProfile would have counted where the profile
/// counts calls. Where it counts samples, a function's calls are the samples that have it on the
/// stack, each counted once, and its primitive calls those that ended in it, as in the files of
/// Python's sampling profiler. Roots that are no functions (threads, processes, labels, markers)
/// are left out, and what ended there is `unattributed`. Functions are told apart by file, line and
/// name, whatever line or address was stood on; where no file is known, by the module. They come in
/// the order of the tree.
/// Errors: none for a valid profile; sums over 2^53 are rounded once.
/// Cost: one pass, with a look-up for each node. Source: call-tree rules of CPython's _lsprof.c.
[[nodiscard]] inline call_graph to_call_graph(const profile& p) {
    if (p.detail == profile_detail::function) { return detail::graph_deriver(p).graph(); }
    const profile coarse = coarsen(p, profile_detail::function);
    return detail::graph_deriver(coarse).graph();
}

WICK_END_NAMESPACE

#endif
