// wick/format/chrome_trace.hpp - Trace Event JSON, as browsers write it, into a timeline.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_CHROME_TRACE_HPP
#define WICK_FORMAT_CHROME_TRACE_HPP

#include <wick/detail/json.hpp>       // tokens
#include <wick/detail/lines.hpp>      // text_source
#include <wick/detail/text_table.hpp> // ids of threads and stack frames
#include <wick/profile.hpp>           // samples
#include <wick/result.hpp>            // what was skipped
#include <wick/timeline.hpp>          // spans

#include <charconv>    // std::from_chars, for process and thread ids
#include <cstddef>     // std::size_t
#include <cstdint>     // times
#include <string>      // names
#include <string_view> // keys
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // samples

WICK_BEGIN_NAMESPACE

/// Samples of one event in a trace.
struct chrome_samples {
    std::string name; ///< of the event, "cycles:HG"
    profile samples;  ///< weight: the samples' weights, 1 where they have none
};

/// Events of a trace that are neither spans nor samples; they are not read.
struct chrome_other_events {
    std::uint64_t async = 0;    ///< b n e S T p F: they need not nest
    std::uint64_t flow = 0;     ///< s t f
    std::uint64_t instant = 0;  ///< i I R
    std::uint64_t counter = 0;  ///< C
    std::uint64_t object = 0;   ///< N O D
    std::uint64_t profile = 0;  ///< P without a stack: pieces of a script engine's own profile
    std::uint64_t metadata = 0; ///< M that is no name, c, and other phases without a duration

    [[nodiscard]] std::uint64_t total() const noexcept {
        return async + flow + instant + counter + object + profile + metadata;
    }
    friend bool operator==(const chrome_other_events& a, const chrome_other_events& b) {
        return a.async == b.async && a.flow == b.flow && a.instant == b.instant &&
               a.counter == b.counter && a.object == b.object && a.profile == b.profile &&
               a.metadata == b.metadata;
    }
    friend bool operator!=(const chrome_other_events& a, const chrome_other_events& b) {
        return !(a == b);
    }
};

/// What a trace holds.
struct chrome_trace {
    wick::timeline timeline;             ///< begins and ends (B E) and complete events (X)
    profile stacks;                      ///< of the spans: `to_profile(timeline, roots)`
    std::vector<chrome_samples> samples; ///< "samples" and P, by name in the order of appearance
    timeline_repairs repairs;            ///< what did not nest
    chrome_other_events others;          ///< events that are neither
    wick::skipped skipped;               ///< events that were not understood, by offset
    std::uint64_t rounded = 0;           ///< times finer than a nanosecond
    bool truncated = false; ///< the end is missing: usual where a program was stopped, nothing else
};

namespace detail {

/// Reads the events of a trace.
template <class Source>
class chrome_trace_reader {
public:
    chrome_trace_reader(Source& source, const timeline_roots& roots)
        : json_(source)
        , roots_(roots) {}

    [[nodiscard]] result<chrome_trace> read() {
        const json_token first = json_.next();
        if (first == json_token::array_begin) {
            read_events(false);
        } else if (first == json_token::object_begin) {
            read_top();
        } else {
            return {{}, expected("expected a JSON array of events or an object with them")};
        }
        if (!found_events_) {
            return {{},
                    expected("no \"traceEvents\", \"samples\" or array of events in this JSON")};
        }
        // What stands behind the end, or is no JSON in the middle, hides what comes after it.
        if (json_.problem() == nullptr && json_.depth() == 0) { static_cast<void>(json_.next()); }
        if (json_.problem() != nullptr) {
            if (events_ == 0) { return {{}, expected(json_.problem())}; }
            problem_ = std::string("the rest was not read: ") + json_.problem();
            skip_at(problem_.c_str(), json_.offset());
        }
        if (json_.too_deep() > 0) { skip_at("nested deeper than 1000 levels", json_.offset()); }
        read_.truncated = json_.truncated();
        return finish();
    }

private:
    struct event {
        char phase;
        bool has_time;
        bool has_duration;
        bool has_stack;
        bool bad_time;
        bool weighed;
        std::int64_t time;
        std::int64_t duration;
        std::int64_t weight;
        std::uint64_t offset;
    };
    struct thread_key {
        std::string process;
        std::string id;
    };
    struct stack_frame {
        std::uint32_t name;   // in names_
        std::uint32_t parent; // in frame_ids_; none: a root
        bool known;           // false: only referred to
        bool whole;           // the callers are known as well
    };
    struct place {
        std::uint32_t root;
        std::uint32_t frame; // in frame_ids_
        std::uint32_t node;
    };
    struct sample_tree {
        profile_builder builder;
        id_table index; // of the places
        std::vector<place> places;
    };
    struct sample {
        std::uint32_t name; // in names_
        std::uint32_t thread;
        std::uint32_t stack; // in frame_ids_
        std::int64_t weight;
        std::uint64_t offset;
    };
    static constexpr std::uint32_t none = text_table::none;

    json_reader<Source> json_;
    timeline_roots roots_;
    chrome_trace read_;
    timeline_builder builder_;
    bool found_events_ = false;
    std::uint64_t events_ = 0;
    std::string problem_;
    // Of the event that is read; members, so that their memory is used again.
    event event_{};
    std::string name_, process_, thread_, stack_, shown_name_;
    // Threads, by "process\0thread" as they stand in the text.
    text_table thread_ids_;
    text_table process_ids_;
    std::vector<std::uint32_t> process_of_; // thread → number in process_ids_
    std::vector<std::string> process_names_;
    std::string key_, last_key_;
    std::uint32_t last_thread_ = none;
    // Stacks of samples.
    text_table names_;
    text_table frame_ids_;
    std::vector<stack_frame> frames_;
    std::vector<sample> samples_;
    std::vector<std::uint32_t> path_;

    [[nodiscard]] error expected(const char* what) const {
        return error{json_.problem() != nullptr ? json_.problem() : what, 0, json_.offset()};
    }
    void skip_at(const char* what, std::uint64_t offset) { read_.skipped.add(what, 0, offset); }
    void skip(const char* what) { skip_at(what, event_.offset); }

    // ---- the file -------------------------------------------------------------------------------

    void read_top() {
        for (json_token t = json_.next(); t == json_token::key; t = json_.next()) {
            const std::string_view key = json_.text();
            if (key == "traceEvents") {
                enter_events(false);
            } else if (key == "samples") {
                enter_events(true);
            } else if (key == "stackFrames") {
                enter_frames();
            } else {
                json_.skip_value();
            }
        }
    }

    void enter_events(bool samples) {
        const json_token t = json_.next();
        if (t == json_token::array_begin) {
            read_events(samples);
        } else if (t == json_token::object_begin) {
            json_.skip_rest();
        }
    }

    void read_events(bool samples) {
        found_events_ = found_events_ || !samples;
        for (;;) {
            const json_token t = json_.next();
            if (t == json_token::object_begin) {
                found_events_ = true;
                read_event(samples);
            } else if (t == json_token::array_begin) {
                skip_at("expected an event: { }", json_.offset());
                json_.skip_rest();
            } else if (t == json_token::array_end || is_last(t)) {
                return;
            } else {
                skip_at("expected an event: { }", json_.offset());
            }
        }
    }

    [[nodiscard]] static bool is_last(json_token t) noexcept {
        return t == json_token::end || t == json_token::error;
    }

    // ---- an event -------------------------------------------------------------------------------

    void read_event(bool is_sample) {
        event_ = event{};
        event_.offset = json_.offset();
        event_.weight = 1;
        name_.clear();
        process_.clear();
        thread_.clear();
        shown_name_.clear();
        json_token t = json_.next();
        for (; t == json_token::key; t = json_.next()) { read_member(json_.text()); }
        if (is_last(t)) { return; } // half an event
        ++events_;
        if (is_sample) {
            add_sample();
        } else {
            add_event();
        }
    }

    void read_member(std::string_view key) {
        if (key == "ts") {
            event_.has_time = read_time(event_.time);
        } else if (key == "dur") {
            event_.has_duration = read_time(event_.duration);
        } else if (key == "ph") {
            if (scalar()) { event_.phase = json_.text().size() == 1 ? json_.text()[0] : '\0'; }
        } else if (key == "name") {
            if (scalar()) { name_ = json_.text(); }
        } else if (key == "pid") {
            if (scalar()) { process_ = json_.text(); }
        } else if (key == "tid") {
            if (scalar()) { thread_ = json_.text(); }
        } else if (key == "sf") {
            event_.has_stack = scalar();
            if (event_.has_stack) { stack_ = json_.text(); }
        } else if (key == "weight") {
            read_weight();
        } else if (key == "args") {
            read_arguments();
        } else {
            json_.skip_value();
        }
    }

    // Reads a string, number or word; passes over anything else.
    [[nodiscard]] bool scalar() {
        const json_token t = json_.next();
        if (t == json_token::object_begin || t == json_token::array_begin) {
            json_.skip_rest();
            return false;
        }
        return t == json_token::string || t == json_token::number;
    }

    // Microseconds, often with a fraction, into nanoseconds.
    [[nodiscard]] bool read_time(std::int64_t& time) {
        if (!scalar()) { return false; }
        bool rounded = false;
        if (!looks_numeric(json_.text()) || !json_integer(json_.text(), 3, time, rounded) ||
            time > max_time_ns || time < -max_time_ns) {
            event_.bad_time = true;
            return false;
        }
        if (rounded) { ++read_.rounded; }
        return true;
    }

    void read_weight() {
        bool rounded = false;
        std::int64_t weight = 0;
        if (scalar() && looks_numeric(json_.text()) &&
            json_integer(json_.text(), 0, weight, rounded) && weight >= 0) {
            event_.weight = weight;
        } else {
            event_.bad_time = true;
        }
    }

    // Some writers put numbers between quotes.
    [[nodiscard]] static bool looks_numeric(std::string_view text) noexcept {
        bool digits = false;
        for (const char c : text) {
            if (is_digit(c)) {
                digits = true;
            } else if (c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E') {
                return false;
            }
        }
        return digits;
    }

    // Only the names of processes and threads stand there.
    void read_arguments() {
        const json_token t = json_.next();
        if (t == json_token::array_begin) { json_.skip_rest(); }
        if (t != json_token::object_begin) { return; }
        shown_name_.clear();
        while (json_.next() == json_token::key) {
            if (json_.text() != "name") {
                json_.skip_value();
            } else if (scalar()) {
                shown_name_ = json_.text();
            }
        }
    }

    void add_event() {
        switch (event_.phase) {
        case 'X':
            add_complete();
            break;
        case 'B':
            if (has_time()) { builder_.begin(thread(), builder_.intern(name_), event_.time); }
            break;
        case 'E':
            if (has_time()) { builder_.end(thread(), event_.time); }
            break;
        case 'M':
            add_name();
            break;
        case 'P':
            if (event_.has_stack) {
                add_sample();
            } else {
                ++read_.others.profile;
            }
            break;
        default:
            add_other();
        }
    }

    void add_complete() {
        if (!has_time()) { return; }
        if (!event_.has_duration) {
            skip("expected a duration: \"dur\"");
        } else if (event_.duration < 0 || event_.time > max_time_ns - event_.duration) {
            skip("the duration is negative or too long");
        } else {
            builder_.add(
                thread(), builder_.intern(name_), event_.time, event_.time + event_.duration);
        }
    }

    [[nodiscard]] bool has_time() {
        if (event_.has_time && !event_.bad_time) { return true; }
        skip(event_.bad_time ? "a time is not a number below 2^62 nanoseconds"
                             : "expected a time: \"ts\"");
        return false;
    }

    void add_other() {
        constexpr std::string_view async = "bneSTpF", flow = "stf", instant = "iIR", object = "NOD",
                                   metadata = "cvVaR(),";
        const char phase = event_.phase;
        const auto is_one = [&](std::string_view phases) {
            return phase != '\0' && phases.find(phase) != std::string_view::npos;
        };
        chrome_other_events& others = read_.others;
        if (is_one(async)) {
            ++others.async;
        } else if (is_one(flow)) {
            ++others.flow;
        } else if (is_one(instant)) {
            ++others.instant;
        } else if (phase == 'C') {
            ++others.counter;
        } else if (is_one(object)) {
            ++others.object;
        } else if (is_one(metadata)) {
            ++others.metadata;
        } else {
            skip("expected a known phase: \"ph\"");
        }
    }

    // ---- threads --------------------------------------------------------------------------------

    [[nodiscard]] static std::uint64_t number_of(const std::string& text) noexcept {
        std::uint64_t number = 0;
        const char* end = text.data() + text.size();
        const std::from_chars_result read = std::from_chars(text.data(), end, number);
        return read.ptr == end && read.ec == std::errc{} ? number : 0;
    }

    [[nodiscard]] std::uint32_t process_id() {
        const std::uint32_t process = process_ids_.add(process_);
        if (process == process_names_.size()) { process_names_.emplace_back(); }
        return process;
    }

    [[nodiscard]] std::uint32_t thread() {
        key_ = process_;
        key_ += '\0';
        key_ += thread_;
        if (last_thread_ != none && key_ == last_key_) { return last_thread_; }
        const std::uint32_t known = thread_ids_.add(key_);
        if (known == process_of_.size()) {
            process_of_.push_back(process_id());
            timeline_thread made;
            made.process_id = number_of(process_);
            made.id = number_of(thread_);
            if (made.id == 0 && thread_ != "0") { made.name = thread_; }
            builder_.add_thread(std::move(made));
        }
        last_key_ = key_;
        last_thread_ = known;
        return known;
    }

    void add_name() {
        if (name_ == "process_name") {
            process_names_[process_id()] = shown_name_;
        } else if (name_ == "thread_name") {
            // A statement of its own: the first event of a thread makes it.
            const std::uint32_t named = thread();
            builder_.thread_at(named).name = shown_name_;
        } else {
            ++read_.others.metadata;
        }
    }

    // ---- samples --------------------------------------------------------------------------------

    void add_sample() {
        if (event_.bad_time) {
            skip("a time or weight of a sample is no number");
            return;
        }
        if (!event_.has_stack) {
            skip("expected the stack of a sample: \"sf\"");
            return;
        }
        samples_.push_back(
            {names_.add(name_), thread(), frame(stack_), event_.weight, event_.offset});
    }

    [[nodiscard]] std::uint32_t frame(std::string_view id) {
        const std::uint32_t known = frame_ids_.add(id);
        if (known == frames_.size()) { frames_.push_back({none, none, false, false}); }
        return known;
    }

    // {"5": {"name": "main", "category": "app", "parent": 4}, …}
    void enter_frames() {
        const json_token first = json_.next();
        if (first == json_token::array_begin) { json_.skip_rest(); }
        if (first != json_token::object_begin) { return; }
        for (json_token t = json_.next(); t == json_token::key; t = json_.next()) {
            const std::uint32_t id = frame(json_.text());
            t = json_.next();
            if (t == json_token::object_begin) {
                read_frame(id);
            } else if (t == json_token::array_begin) {
                json_.skip_rest();
            }
        }
    }

    void read_frame(std::uint32_t id) {
        std::uint32_t name = names_.add("");
        std::uint32_t parent = none;
        for (json_token t = json_.next(); t == json_token::key; t = json_.next()) {
            if (json_.text() == "name") {
                if (scalar()) { name = names_.add(json_.text()); }
            } else if (json_.text() == "parent") {
                if (scalar()) { parent = frame(json_.text()); }
            } else {
                json_.skip_value();
            }
        }
        frames_[id] = {name, parent, true, false};
    }

    // ---- the end --------------------------------------------------------------------------------

    [[nodiscard]] result<chrome_trace> finish() {
        std::vector<timeline_thread> threads;
        for (std::uint32_t t = 0; t < process_of_.size(); ++t) {
            timeline_thread& thread = builder_.thread_at(t);
            thread.process = process_names_[process_of_[t]];
            const std::string_view process = process_ids_.text(process_of_[t]);
            if (thread.process.empty() && thread.process_id == 0 && process != "0") {
                thread.process = process;
            }
            threads.push_back(thread);
        }
        wick::error problem = finish_samples(threads);
        read_.timeline = builder_.finish(read_.repairs);
        result<profile> stacks = to_profile(read_.timeline, roots_);
        read_.stacks = std::move(stacks.value);
        if (!problem) { problem = std::move(stacks.error); }
        return {std::move(read_), std::move(problem)};
    }

    [[nodiscard]] wick::error finish_samples(const std::vector<timeline_thread>& threads) {
        find_whole_stacks();
        std::vector<std::uint32_t> order; // names in the order of their samples
        std::vector<std::uint32_t> tree_of(names_.size(), none);
        std::vector<sample_tree> trees;
        for (const sample& s : samples_) {
            if (!frames_[s.stack].whole) {
                skip_at("the stack of a sample is not in \"stackFrames\"", s.offset);
                continue;
            }
            if (tree_of[s.name] == none) {
                tree_of[s.name] = static_cast<std::uint32_t>(trees.size());
                order.push_back(s.name);
                trees.emplace_back();
                trees.back().builder.describe("", counted_as::samples, profile_detail::function);
            }
            sample_tree& tree = trees[tree_of[s.name]];
            const std::uint32_t root = thread_node(tree.builder, threads[s.thread], roots_);
            if (!tree.builder.add(find_node(tree, root, s.stack), 1, s.weight)) {
                return wick::error{"the weights add up to 2^63 or more", 0, s.offset};
            }
        }
        for (std::size_t i = 0; i < trees.size(); ++i) {
            read_.samples.push_back(
                {std::string(names_.text(order[i])), trees[i].builder.finish()});
        }
        return {};
    }

    // Marks the frames whose callers are all there, and that are not their own callers.
    void find_whole_stacks() {
        std::vector<bool> visited(frames_.size());
        std::vector<std::uint32_t> path;
        for (std::uint32_t first = 0; first < frames_.size(); ++first) {
            path.clear();
            std::uint32_t at = first;
            for (; at != none && !visited[at]; at = frames_[at].parent) {
                visited[at] = true;
                path.push_back(at);
            }
            // Of a ring, the frame that was met again is not marked yet.
            bool whole = at == none || frames_[at].whole;
            for (std::size_t i = path.size(); i-- > 0;) {
                whole = whole && frames_[path[i]].known;
                frames_[path[i]].whole = whole;
            }
        }
    }

    // Every stack is walked once for each thread: the nodes of its callers are remembered.
    [[nodiscard]] std::uint32_t
    find_node(sample_tree& tree, std::uint32_t root, std::uint32_t stack) {
        path_.clear();
        std::uint32_t node = root;
        for (std::uint32_t at = stack; at != none; at = frames_[at].parent) {
            const std::uint32_t known = tree.index.find(hash_of(root, at), [&](std::uint32_t i) {
                return tree.places[i].root == root && tree.places[i].frame == at;
            });
            if (known != id_table::none) {
                node = tree.places[known].node;
                break;
            }
            path_.push_back(at);
        }
        for (std::size_t i = path_.size(); i-- > 0;) {
            const std::uint32_t at = path_[i];
            node = tree.builder.child(node, tree.builder.intern(names_.text(frames_[at].name)));
            tree.index.insert(hash_of(root, at), static_cast<std::uint32_t>(tree.places.size()));
            tree.places.push_back({root, at, node});
        }
        return node;
    }

    [[nodiscard]] static std::uint64_t hash_of(std::uint32_t root, std::uint32_t frame) noexcept {
        return mix((std::uint64_t{root} << 32 | frame) ^ hash_seed(), 0x9e3779b97f4a7c15u);
    }
};

} // namespace detail

/// Reads Trace Event JSON: an array of events or an object with "traceEvents", cut off at the end
/// or not. Spans go into the timeline and its profile, samples into profiles of their own.
/// Times are microseconds with fractions, kept exactly to the nanosecond. Names of processes and
/// threads come from their metadata. Arguments and categories are not read.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// roots   what stands above the functions in stacks and samples.
/// Errors: no JSON or no events in it; weights or times that add up to 2^63 or more. Events that
///         are not understood are skipped and counted, the first with its offset and the reason;
///         behind something that is no JSON the rest counts as one of them.
/// Cost:   one pass; memory for the spans.
/// Format: "Trace Event Format", Google, 2016.
template <class Source>
[[nodiscard]] result<chrome_trace> read_chrome_trace(Source&& source,
                                                     const timeline_roots& roots = {}) {
    return detail::chrome_trace_reader<std::remove_reference_t<Source>>(source, roots).read();
}

/// The same from memory.
[[nodiscard]] inline result<chrome_trace> parse_chrome_trace(std::string_view text,
                                                             const timeline_roots& roots = {}) {
    return read_chrome_trace(detail::text_source(text), roots);
}

/// Returns whether the beginning of a file looks like such a trace.
[[nodiscard]] inline bool looks_like_chrome_trace(std::string_view head) {
    detail::text_source source(head);
    detail::json_reader<detail::text_source> json(source);
    detail::json_token t = json.next();
    if (t == detail::json_token::array_begin) { // whatever ends there early is no event
        t = json.next();
        if (t != detail::json_token::object_begin) { return false; }
        for (t = json.next(); t == detail::json_token::key; t = json.next()) {
            if (json.text() == "ph") { return true; }
            json.skip_value();
        }
        return false;
    }
    if (t != detail::json_token::object_begin) { return false; }
    for (t = json.next(); t == detail::json_token::key; t = json.next()) {
        if (json.text() == "traceEvents" || json.text() == "stackFrames") { return true; }
        json.skip_value();
    }
    return false;
}

WICK_END_NAMESPACE

#endif
