// wick/timeline.hpp - the value that keeps order: who ran what, from when to when.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_TIMELINE_HPP
#define WICK_TIMELINE_HPP

#include <wick/profile.hpp> // frames, modules, origins, and what to_profile makes
#include <wick/result.hpp>  // what validate and to_profile return
#include <wick/version.hpp>

#include <algorithm>   // std::sort, std::stable_sort
#include <cstddef>     // std::size_t
#include <cstdint>     // times
#include <string>      // names
#include <string_view> // names that are looked up
#include <tuple>       // std::tie, for canonical order
#include <utility>     // std::move
#include <vector>      // threads, frames, spans

WICK_BEGIN_NAMESPACE

/// A row of a timeline: a thread, or whatever else does one thing at a time.
struct timeline_thread {
    std::string process;          ///< name of the process; may be empty
    std::string name;             ///< name of the thread; may be empty
    std::uint64_t process_id = 0; ///< 0: unknown
    std::uint64_t id = 0;         ///< 0: unknown

    friend bool operator==(const timeline_thread& a, const timeline_thread& b) {
        return a.process_id == b.process_id && a.id == b.id && a.process == b.process &&
               a.name == b.name;
    }
    friend bool operator!=(const timeline_thread& a, const timeline_thread& b) { return !(a == b); }
    friend bool operator<(const timeline_thread& a, const timeline_thread& b) {
        return std::tie(a.process, a.name, a.process_id, a.id) <
               std::tie(b.process, b.name, b.process_id, b.id);
    }
};

/// Spans of time, nested within their threads. A default constructed timeline is empty and valid;
/// `timeline_builder` makes all others. Invariants, checked by `validate()`: modules[0] is the
/// empty module and frames[0] the empty frame; modules and frames are in order and distinct, as in
/// a profile; threads are in order; spans are in the order of their threads, and in preorder within
/// each: by begin, an outer span before those inside, so that the parent of a span is the nearest
/// one before it with a depth less by one. A span lies within its parent and begins no earlier than
/// the sibling before it ends. Times are at most 2^62 from 0.
struct timeline {
    /// One frame, from when it was entered to when it was left.
    struct span {
        std::uint32_t thread = 0; ///< index into threads
        std::uint32_t frame = 0;  ///< index into frames
        std::uint32_t depth = 0;  ///< how many spans it lies within
        std::int64_t begin = 0;   ///< in nanoseconds from some instant
        std::int64_t end = 0;     ///< the same; not before `begin`

        friend bool operator==(const span& a, const span& b) {
            return a.begin == b.begin && a.end == b.end && a.thread == b.thread &&
                   a.frame == b.frame && a.depth == b.depth;
        }
        friend bool operator!=(const span& a, const span& b) { return !(a == b); }
    };

    std::vector<loaded_module> modules = std::vector<loaded_module>(1); ///< [0]: the unknown module
    std::vector<wick::frame> frames = std::vector<wick::frame>(1);      ///< [0]: the empty frame
    std::vector<timeline_thread> threads;
    std::vector<span> spans;
    std::vector<origin> origins; ///< sorted

    [[nodiscard]] bool empty() const noexcept { return spans.empty(); }

    friend bool operator==(const timeline& a, const timeline& b) {
        return a.spans == b.spans && a.threads == b.threads && a.frames == b.frames &&
               a.modules == b.modules && a.origins == b.origins;
    }
    friend bool operator!=(const timeline& a, const timeline& b) { return !(a == b); }
};

/// The largest distance of a time from 0, in nanoseconds: 146 years, so that no difference of two
/// overflows.
inline constexpr std::int64_t max_time_ns = std::int64_t{1} << 62;

/// What had to be mended to make spans nest.
struct timeline_repairs {
    std::uint64_t unmatched_ends = 0; ///< ends without a begin, left out
    std::uint64_t unended = 0;        ///< begins without an end: they last as long as their thread
    std::uint64_t cut = 0;     ///< spans that outlasted the one they began in: cut at its end
    std::uint64_t refused = 0; ///< ends before their begin, times out of range: left out

    /// How many spans and ends are not as they were given.
    [[nodiscard]] std::uint64_t total() const noexcept {
        return unmatched_ends + unended + cut + refused;
    }
    friend bool operator==(const timeline_repairs& a, const timeline_repairs& b) {
        return a.unmatched_ends == b.unmatched_ends && a.unended == b.unended && a.cut == b.cut &&
               a.refused == b.refused;
    }
    friend bool operator!=(const timeline_repairs& a, const timeline_repairs& b) {
        return !(a == b);
    }
};

/// Collects spans in any order of time and makes a timeline of them. A thread may be told of whole
/// spans, of begins and ends, or both. Begins and ends are paired as brackets are, in the order of
/// their times, and of the calls where those are equal.
/// Cost: 24 bytes a call until `finish`. Thread safety: none.
class timeline_builder {
public:
    timeline_builder() {
        modules_.emplace_back();
        intern(wick::frame{});
    }

    /// Returns the id of a new thread.
    std::uint32_t add_thread(timeline_thread thread) {
        threads_.push_back(std::move(thread));
        return static_cast<std::uint32_t>(threads_.size() - 1);
    }
    /// A thread that was added, to be given its name once that is known.
    [[nodiscard]] timeline_thread& thread_at(std::uint32_t thread) { return threads_[thread]; }

    /// Returns the id of a module, which is the same for equal modules. Id 0 is the unknown module.
    std::uint32_t intern(const loaded_module& module) {
        for (std::size_t i = modules_.size(); i-- > 0;) {
            if (modules_[i] == module) { return static_cast<std::uint32_t>(i); }
        }
        modules_.push_back(module);
        return static_cast<std::uint32_t>(modules_.size() - 1);
    }

    /// Returns the id of a frame, which is the same for equal frames; `module` in it is an id of
    /// this builder's.
    std::uint32_t intern(const wick::frame& place) {
        const std::uint64_t hash = detail::hash_bytes(place.function, seed_);
        const std::uint32_t known =
            index_.find(hash, [&](std::uint32_t id) { return frames_[id] == place; });
        return known != detail::id_table::none ? known : append(hash, place);
    }
    /// The same for a frame of which only the name and the kind are known.
    std::uint32_t intern(std::string_view function, frame_kind kind = frame_kind::function) {
        const std::uint64_t hash = detail::hash_bytes(function, seed_);
        const std::uint32_t known = index_.find(hash, [&](std::uint32_t id) {
            const wick::frame& f = frames_[id];
            return f.function == function && f.kind == kind && f.address == 0 && f.at_line == 0 &&
                   f.line == 0 && f.module == 0 && f.file.empty();
        });
        if (known != detail::id_table::none) { return known; }
        wick::frame place;
        place.function = function;
        place.kind = kind;
        return append(hash, place);
    }

    /// Adds a whole span; times in nanoseconds.
    void add(std::uint32_t thread, std::uint32_t frame, std::int64_t begin, std::int64_t end) {
        if (end < begin) {
            ++repairs_.refused;
            return;
        }
        record(thread, frame, begin, end);
    }
    /// The frame is entered.
    void begin(std::uint32_t thread, std::uint32_t frame, std::int64_t time) {
        record(thread, frame, time, opens);
    }
    /// The frame that was entered last is left.
    void end(std::uint32_t thread, std::int64_t time) { record(thread, 0, time, closes); }

    void add_origin(origin from) { origins_.push_back(std::move(from)); }

    /// Returns the timeline of all that was added, in canonical order, and what was mended; the
    /// builder is empty afterwards. Threads without spans are kept.
    /// Cost: O(n), and a sort for each thread whose times did not come in order.
    [[nodiscard]] timeline finish(timeline_repairs& repairs) {
        timeline made;
        std::sort(origins_.begin(), origins_.end());
        made.origins = std::move(origins_);
        const std::vector<std::uint32_t> order = finish_threads(made);
        std::vector<std::vector<record_of>> by_thread(order.size());
        std::vector<std::size_t> sizes(order.size());
        for (const record_of& r : records_) { ++sizes[r.thread]; }
        for (std::size_t t = 0; t < order.size(); ++t) { by_thread[t].reserve(sizes[t]); }
        for (const record_of& r : records_) { by_thread[r.thread].push_back(r); }
        records_ = {};
        for (std::uint32_t t = 0; t < order.size(); ++t) {
            finish_thread(made, t, by_thread[order[t]]);
            by_thread[order[t]] = {};
        }
        finish_frames(made);
        repairs = repairs_;
        *this = timeline_builder();
        return made;
    }

private:
    struct record_of {
        std::uint32_t thread;
        std::uint32_t frame;
        std::int64_t begin;
        std::int64_t end; // or one of the two below
    };
    // No time comes near these.
    static constexpr std::int64_t opens = -max_time_ns - 1;
    static constexpr std::int64_t closes = -max_time_ns - 2;

    std::vector<loaded_module> modules_;
    std::vector<wick::frame> frames_;
    detail::id_table index_;
    std::uint64_t seed_ = detail::hash_seed();
    std::vector<timeline_thread> threads_;
    std::vector<record_of> records_;
    std::vector<origin> origins_;
    timeline_repairs repairs_;

    std::uint32_t append(std::uint64_t hash, const wick::frame& place) {
        frames_.push_back(place);
        index_.insert(hash, static_cast<std::uint32_t>(frames_.size() - 1));
        return static_cast<std::uint32_t>(frames_.size() - 1);
    }

    void record(std::uint32_t thread, std::uint32_t frame, std::int64_t begin, std::int64_t end) {
        WICK_ASSERT(thread < threads_.size() && frame < frames_.size());
        const bool mark = end == opens || end == closes;
        if (begin < -max_time_ns || begin > max_time_ns || (!mark && end > max_time_ns)) {
            ++repairs_.refused;
            return;
        }
        records_.push_back({thread, frame, begin, end});
    }

    // Returns the threads' ids in their new order.
    [[nodiscard]] std::vector<std::uint32_t> finish_threads(timeline& made) {
        std::vector<std::uint32_t> order(threads_.size());
        for (std::uint32_t t = 0; t < order.size(); ++t) { order[t] = t; }
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return threads_[a] < threads_[b];
        });
        for (const std::uint32_t t : order) { made.threads.push_back(std::move(threads_[t])); }
        return order;
    }

    void finish_thread(timeline& made, std::uint32_t thread, std::vector<record_of>& records) {
        const auto by_time = [](const record_of& a, const record_of& b) {
            return a.begin < b.begin;
        };
        if (!std::is_sorted(records.begin(), records.end(), by_time)) {
            std::stable_sort(records.begin(), records.end(), by_time);
        }
        bool whole = false;
        bool marks = false;
        std::int64_t last = -max_time_ns;
        for (const record_of& r : records) {
            const bool mark = r.end == opens || r.end == closes;
            (mark ? marks : whole) = true;
            last = (std::max)(last, mark ? r.begin : r.end);
        }
        const std::size_t first = made.spans.size();
        if (marks) { pair(made, thread, records, last); }
        if (!whole) { return; } // brackets nest, even where clocks are coarse and times equal
        for (const record_of& r : records) {
            if (r.end == opens || r.end == closes) { continue; }
            made.spans.push_back({thread, r.frame, 0, r.begin, r.end});
        }
        nest(made, first);
    }

    void pair(timeline& made,
              std::uint32_t thread,
              const std::vector<record_of>& records,
              std::int64_t last) {
        std::vector<std::size_t> open;
        for (const record_of& r : records) {
            if (r.end == opens) {
                const auto depth = static_cast<std::uint32_t>(open.size());
                open.push_back(made.spans.size());
                made.spans.push_back({thread, r.frame, depth, r.begin, last});
            } else if (r.end == closes && open.empty()) {
                ++repairs_.unmatched_ends;
            } else if (r.end == closes) {
                made.spans[open.back()].end = r.begin;
                open.pop_back();
            }
        }
        repairs_.unended += open.size();
    }

    // Orders the spans from `first` on and finds their depths; what crosses is cut.
    void nest(timeline& made, std::size_t first) {
        const auto begin = made.spans.begin() + static_cast<std::ptrdiff_t>(first);
        const auto outer_first = [](const timeline::span& a, const timeline::span& b) {
            if (a.begin != b.begin) { return a.begin < b.begin; }
            return a.end != b.end ? a.end > b.end : a.depth < b.depth;
        };
        if (!std::is_sorted(begin, made.spans.end(), outer_first)) {
            std::stable_sort(begin, made.spans.end(), outer_first);
        }
        std::vector<std::int64_t> ends; // of the spans around
        for (auto span = begin; span != made.spans.end(); ++span) {
            while (!ends.empty() && ends.back() <= span->begin) { ends.pop_back(); }
            if (!ends.empty() && span->end > ends.back()) {
                span->end = ends.back();
                ++repairs_.cut;
            }
            span->depth = static_cast<std::uint32_t>(ends.size());
            ends.push_back(span->end);
        }
    }

    // Moves the modules and frames that are used to their places.
    void finish_frames(timeline& made) {
        std::vector<std::uint32_t> rank(frames_.size());
        for (const timeline::span& s : made.spans) { rank[s.frame] = 1; }
        std::vector<std::uint32_t> modules(modules_.size());
        for (std::size_t f = 0; f < frames_.size(); ++f) {
            if (rank[f] != 0) { modules[frames_[f].module] = 1; }
        }
        modules[0] = 1;
        place(modules_, modules, made.modules, [](const loaded_module& a, const loaded_module& b) {
            return a < b;
        });
        for (wick::frame& f : frames_) { f.module = modules[f.module]; }
        rank[0] = 1;
        place(frames_, rank, made.frames, detail::frame_less);
        for (timeline::span& s : made.spans) { s.frame = rank[s.frame]; }
    }

    // Moves the marked items to `to` in order, the first one staying first; marks become places.
    template <class Item, class Less>
    static void place(std::vector<Item>& items,
                      std::vector<std::uint32_t>& marks,
                      std::vector<Item>& to,
                      Less less) {
        std::vector<std::uint32_t> order;
        for (std::uint32_t i = 0; i < items.size(); ++i) {
            if (marks[i] != 0) { order.push_back(i); }
        }
        std::sort(order.begin() + 1, order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return less(items[a], items[b]);
        });
        to.clear();
        to.reserve(order.size());
        for (const std::uint32_t i : order) {
            marks[i] = static_cast<std::uint32_t>(to.size());
            to.push_back(std::move(items[i]));
        }
    }
};

namespace detail {

[[nodiscard]] inline const char*
span_problem(const timeline& t, std::size_t i, std::vector<const timeline::span*>& open) {
    const timeline::span& s = t.spans[i];
    if (s.thread >= t.threads.size()) { return ": there is no such thread"; }
    if (s.frame >= t.frames.size()) { return ": there is no such frame"; }
    if (s.end < s.begin) { return " ends before it begins"; }
    if (s.begin < -max_time_ns || s.end > max_time_ns) { return ": a time is out of range"; }
    if (i > 0 && s.thread < t.spans[i - 1].thread) { return " and its thread are out of order"; }
    if (i > 0 && s.thread != t.spans[i - 1].thread) { open.clear(); }
    if (s.depth > open.size()) { return " is deeper than what is around it"; }
    if (s.depth < open.size() && s.begin < open[s.depth]->end) {
        return " begins before its sibling ends";
    }
    open.resize(s.depth);
    if (!open.empty() && (s.begin < open.back()->begin || s.end > open.back()->end)) {
        return " does not lie within its parent";
    }
    open.push_back(&s);
    return nullptr;
}

} // namespace detail

/// Returns what is wrong with a timeline that was not made by a builder, or no error. Cost: O(n).
[[nodiscard]] inline error validate(const timeline& t) {
    profile tables; // the same tables under the same rules
    tables.modules = t.modules;
    tables.frames = t.frames;
    if (error problem = validate(tables)) { return problem; }
    if (!std::is_sorted(t.threads.begin(), t.threads.end())) {
        return error{"the threads are out of order"};
    }
    if (!std::is_sorted(t.origins.begin(), t.origins.end())) {
        return error{"the origins are out of order"};
    }
    std::vector<const timeline::span*> open; // the spans that lead here
    for (std::size_t i = 0; i < t.spans.size(); ++i) {
        const char* problem = detail::span_problem(t, i, open);
        if (problem != nullptr) { return error{"span " + std::to_string(i) + problem}; }
    }
    return {};
}

/// What stands above the functions in the profile of a timeline.
struct timeline_roots {
    bool processes = true;    ///< a frame for the process, where it has a name or a number is asked
    bool threads = true;      ///< a frame for the thread; "thread" where it has no name
    bool process_ids = false; ///< with the process' number: "app-10"
    bool thread_ids = false;  ///< with the thread's number: "worker-11"
};

namespace detail {

/// Returns the node below which a thread's stacks stand.
[[nodiscard]] inline std::uint32_t
thread_node(profile_builder& made, const timeline_thread& thread, const timeline_roots& roots) {
    std::uint32_t node = profile_builder::root;
    if (roots.processes && (!thread.process.empty() || roots.process_ids)) {
        std::string name = thread.process.empty() ? "process" : thread.process;
        if (roots.process_ids) { name += "-" + std::to_string(thread.process_id); }
        node = made.child(node, made.intern(name, frame_kind::process));
    }
    if (roots.threads) {
        std::string name = thread.name.empty() ? "thread" : thread.name;
        if (roots.thread_ids) { name += "-" + std::to_string(thread.id); }
        node = made.child(node, made.intern(name, frame_kind::thread));
    }
    return node;
}

} // namespace detail

/// Returns the time that each stack of spans took by itself, the spans inside left out: exact, in
/// nanoseconds. `count` is the number of spans: calls. Threads that show the same name are one.
/// Errors: times that add up to 2^63 ns or more.
/// Cost:   O(n), two look-ups a span.
[[nodiscard]] inline result<profile> to_profile(const timeline& t,
                                                const timeline_roots& roots = {}) {
    profile_builder made;
    made.describe("nanoseconds", counted_as::calls, profile_detail::function);
    for (const origin& from : t.origins) { made.add_origin(from); }
    std::vector<std::uint32_t> modules;
    for (const loaded_module& m : t.modules) { modules.push_back(made.intern(m)); }
    std::vector<std::uint32_t> frames;
    frames.reserve(t.frames.size());
    bool lines = false;
    bool addresses = false;
    for (frame f : t.frames) {
        f.module = modules[f.module];
        lines = lines || f.at_line != 0;
        addresses = addresses || f.address != 0;
        frames.push_back(made.intern(f));
    }
    made.describe("nanoseconds",
                  counted_as::calls,
                  addresses ? profile_detail::address
                  : lines   ? profile_detail::line
                            : profile_detail::function);
    struct open_span {
        std::uint32_t node;
        std::int64_t self;
    };
    std::vector<open_span> open;
    bool fits = true;
    const auto close = [&](std::size_t depth) {
        for (; open.size() > depth + 1; open.pop_back()) {
            fits = made.add(open.back().node, 1, open.back().self) && fits;
        }
    };
    for (std::size_t i = 0; i < t.spans.size(); ++i) {
        const timeline::span& s = t.spans[i];
        if (i == 0 || s.thread != t.spans[i - 1].thread) {
            close(0);
            open.assign(1, {detail::thread_node(made, t.threads[s.thread], roots), 0});
        }
        close(s.depth);
        // The thread itself is no span: what it did between its spans is not known.
        open.back().self -= s.depth == 0 ? 0 : s.end - s.begin;
        open.push_back({made.child(open.back().node, frames[s.frame]), s.end - s.begin});
    }
    close(0);
    if (!fits) { return {profile{}, error{"the times add up to 2^63 nanoseconds or more"}}; }
    return {made.finish(), {}};
}

WICK_END_NAMESPACE

#endif
