// wick/format/perf_sched.hpp - waits of threads, from the scheduler's events in perf script's text.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_PERF_SCHED_HPP
#define WICK_FORMAT_PERF_SCHED_HPP

#include <wick/detail/hash.hpp>          // threads by number
#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/perf_text.hpp>     // lines of perf
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_memory.hpp> // names that were seen
#include <wick/detail/symbol_text.hpp>   // starts_with
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // times
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // threads

WICK_BEGIN_NAMESPACE

/// How to read the scheduler's events.
struct perf_sched_options {
    bool tid = false;       ///< the root is "comm-TID"
    bool kernel = false;    ///< frames of the kernel and its modules are of kind kernel, "_[k]"
    bool addresses = false; ///< code without a name keeps its address: "[libx.so.1 <7f0>]"
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
    bool all_states = false;     ///< threads that were preempted are samples too
    int wakers = 0;              ///< so many of those that ended a wait stand below its stack
};

/// What the scheduler's events say of waits.
struct perf_sched_text {
    profile samples;                ///< unit "nanoseconds": each wait is one sample
    wick::skipped skipped;          ///< lines that were not understood
    std::uint64_t other_events = 0; ///< samples of events that are not the scheduler's
    std::uint64_t preempted = 0;    ///< times in which a thread could have run, left out
    std::uint64_t unended = 0;      ///< waits whose end was not recorded
};

namespace detail {

/// Returns what stands behind " key=" in a tracepoint's arguments, up to a blank; the last one,
/// since a comm may hold anything.
[[nodiscard]] inline std::string_view perf_argument(std::string_view text,
                                                    std::string_view key) noexcept {
    const std::size_t at = text.rfind(key);
    if (at == std::string_view::npos) { return {}; }
    text.remove_prefix(at + key.size());
    return take_word(text);
}

/// A thread as the scheduler's events name it.
struct sched_task {
    std::string_view comm;
    std::string_view tid;   // empty: not there
    std::string_view state; // of one that stops running: "S", "R+"
};

/// Reads "comm:pid [prio] S", as perf's plugin prints tasks.
[[nodiscard]] inline sched_task parse_short_task(std::string_view text) noexcept {
    sched_task task;
    const std::size_t priority = text.rfind(" [");
    if (priority == std::string_view::npos) { return task; }
    std::string_view state = text.substr(priority + 2);
    const std::size_t close = state.find(']');
    if (close == std::string_view::npos) { return task; }
    state.remove_prefix(close + 1);
    task.state = take_word(state);
    text = text.substr(0, priority);
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) { return task; }
    task.comm = text.substr(0, colon);
    task.tid = text.substr(colon + 1);
    return task;
}

/// Reads the arguments of sched_switch: "prev_comm=a prev_pid=1 prev_prio=120 prev_state=S ==>
/// next_comm=b next_pid=2 next_prio=120", or "a:1 [120] S ==> b:2 [120]".
inline void parse_sched_switch(std::string_view text, sched_task& from, sched_task& to) noexcept {
    constexpr std::string_view arrow = " ==> ", comm = "prev_comm=", next = " ==> next_comm=";
    const bool named = starts_with(text, comm);
    const std::size_t at = text.find(named ? next : arrow);
    if (at == std::string_view::npos) { return; }
    const std::string_view before = text.substr(0, at);
    const std::string_view after = text.substr(at + arrow.size());
    if (!named) {
        from = parse_short_task(before);
        to = parse_short_task(after);
        return;
    }
    from.comm = before.substr(comm.size(), before.rfind(" prev_pid=") - comm.size());
    from.tid = perf_argument(before, " prev_pid=");
    from.state = perf_argument(before, " prev_state=");
    to.tid = perf_argument(after, " next_pid=");
}

class perf_sched_reader {
public:
    explicit perf_sched_reader(const perf_sched_options& options)
        : options_(options)
        , naming_{options.kernel, false, options.addresses, options.keep_arguments} {
        stacks_.builder.describe("nanoseconds", counted_as::samples, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        if (options_.wakers > 0) { room_ += static_cast<unsigned>(options_.wakers); }
        trim_blanks(line);
        if (line.empty()) {
            end_event();
            return;
        }
        if (line[0] == '#') { return; }
        perf_header header;
        const bool padded = perf_header_parser::parse_usual(line, header);
        if (open_ && is_blank(line[0]) && !padded) {
            frame_line(line, number);
            return;
        }
        end_event();
        if (padded || headers_.parse(line, header)) {
            begin_event(header, number);
        } else {
            open_ = true; // with its frames
            type_ = ignored;
            skip("expected an event: its period is 2^63 or more", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<perf_sched_text> finish() {
        end_event();
        for (const thread& t : threads_) { unended_ += t.out ? 1 : 0; }
        return {perf_sched_text{stacks_.builder.finish(),
                                std::move(stacks_.skipped),
                                other_events_,
                                preempted_,
                                unended_},
                std::move(stacks_.problem)};
    }

private:
    enum event_type { ignored, switched, waited, woke };
    struct thread {
        std::int64_t tid;
        bool out = false;   // it does not run, and its wait was not added
        bool woken = false; // after that
        std::uint64_t out_time = 0;
        std::uint64_t wake_time = 0;
        std::uint64_t line = 0;
        std::uint32_t root = 0;
        std::uint32_t waker = 0; // index of it
        std::uint32_t waker_root = 0;
        std::vector<std::uint32_t> stack;       // from the leaf on
        std::vector<std::uint32_t> waker_stack; // the same
    };

    perf_sched_options options_;
    perf_naming naming_;
    stack_samples stacks_;
    perf_header_parser headers_;
    symbol_memory symbols_;
    std::string text_;
    std::vector<thread> threads_;
    id_table thread_index_; // hash of a number → its place in threads_
    std::uint64_t seed_ = hash_seed();
    std::uint64_t other_events_ = 0;
    std::uint64_t preempted_ = 0;
    std::uint64_t unended_ = 0;
    // Frames of wakers' own waits that may be put below others' still: a deep stack that many wait
    // for would become as many deep stacks.
    std::uint64_t room_ = 0;

    // ---- the event that is being read
    bool open_ = false;
    bool java_ = false;
    event_type type_ = ignored;
    std::uint64_t line_ = 0;
    std::uint64_t time_ = 0;
    std::int64_t delay_ = 0;
    std::int64_t current_ = 0; // the thread that ran
    std::int64_t task_ = 0;    // that which was woken, or runs next
    std::uint32_t root_ = 0;   // of the thread that ran
    bool preempted_now_ = false;
    bool ended_now_ = false;
    std::vector<std::uint32_t> frames_;

    // ---- events ---------------------------------------------------------------------------------

    void begin_event(const perf_header& header, std::uint64_t number) {
        open_ = true;
        type_ = ignored;
        line_ = number;
        frames_.clear();
        if (!header.certain || header.event.empty()) {
            skip("expected an event: \"comm pid [cpu] time: sched:sched_switch: …\"", number);
            return;
        }
        java_ = starts_with(header.comm, "java");
        std::string_view name = header.event;
        if (!take_prefix(name, "sched:") && !starts_with(name, "sched_")) {
            ++other_events_;
            return;
        }
        const bool sleeps = name == "sched_stat_sleep" || name == "sched_stat_blocked";
        const bool wakes = name == "sched_waking" || name == "sched_wakeup";
        if (name != "sched_switch" && !sleeps && !wakes) { return; }
        if (!parse_perf_time(header.time, time_)) {
            skip("expected a time, \"1.000000:\"", number);
            return;
        }
        const bool known = name == "sched_switch" ? take_switch(header)
                           : sleeps               ? take_wait(header)
                                                  : take_waking(header);
        if (!known) {
            skip("expected the arguments of sched_switch, sched_stat_sleep or sched_waking",
                 number);
        }
    }

    [[nodiscard]] static bool take_prefix(std::string_view& text,
                                          std::string_view prefix) noexcept {
        if (!starts_with(text, prefix)) { return false; }
        text.remove_prefix(prefix.size());
        return true;
    }

    [[nodiscard]] bool take_switch(const perf_header& header) {
        sched_task from;
        sched_task to;
        parse_sched_switch(header.rest, from, to);
        if (!parse_whole(from.tid, current_) || !parse_whole(to.tid, task_)) { return false; }
        type_ = switched;
        preempted_now_ = starts_with(from.state, "R");
        ended_now_ = starts_with(from.state, "X") || starts_with(from.state, "Z");
        root_ = root_of(from.comm, from.tid);
        return true;
    }

    // "comm=app pid=11 delay=100078421 [ns]"
    [[nodiscard]] bool take_wait(const perf_header& header) {
        if (!parse_whole(perf_argument(header.rest, " pid="), task_) ||
            !parse_whole(perf_argument(header.rest, " delay="), delay_)) {
            return false;
        }
        take_waker(header, waited);
        return true;
    }

    // "comm=app pid=11 prio=120 target_cpu=001", "app:11 [120] success=1 CPU:001"
    [[nodiscard]] bool take_waking(const perf_header& header) {
        const bool named = starts_with(header.rest, "comm=");
        const std::string_view tid =
            named ? perf_argument(header.rest, " pid=") : parse_short_task(header.rest).tid;
        if (!parse_whole(tid, task_)) { return false; }
        take_waker(header, woke);
        return true;
    }

    void take_waker(const perf_header& header, event_type type) {
        type_ = type;
        if (!parse_whole(header.tid, current_)) { current_ = 0; }
        if (options_.wakers > 0) { root_ = root_of(header.comm, header.tid); }
    }

    [[nodiscard]] std::uint32_t root_of(std::string_view comm, std::string_view tid) {
        text_ = comm.empty() ? std::string_view("[unknown]") : comm;
        for (char& c : text_) {
            if (is_blank(c)) { c = '_'; }
        }
        if (options_.tid) { (text_ += '-') += tid; }
        return stacks_.intern(text_, frame_kind::process);
    }

    void end_event() {
        if (!open_) { return; }
        open_ = false;
        if (type_ == ignored) { return; }
        const std::uint32_t current = thread_of(current_);
        const std::uint32_t task = thread_of(task_);
        if (type_ == switched) {
            switch_in(task);
            if (current_ != 0) { switch_out(current); }
            return;
        }
        runs(current);
        wake(task, current);
        if (type_ == waited && threads_[task].out) {
            add_wait(task, static_cast<std::uint64_t>(delay_));
        }
    }

    // Tasks 0 are those of idle CPUs: they wait for nothing.
    void switch_in(std::uint32_t task) {
        thread& t = threads_[task];
        if (!t.out) { return; }
        if (time_ < t.out_time) {
            skip("this time is before that at which the thread stopped running", line_);
            t.out = false;
            return;
        }
        add_wait(task, time_ - t.out_time);
    }

    // Not all switches are recorded on all CPUs: a thread that does something runs.
    void runs(std::uint32_t current) {
        thread& t = threads_[current];
        if (!t.out) { return; }
        if (t.woken && t.wake_time >= t.out_time) {
            add_wait(current, t.wake_time - t.out_time);
        } else {
            ++unended_;
            t.out = false;
        }
    }

    void switch_out(std::uint32_t current) {
        runs(current);
        thread& t = threads_[current];
        t.woken = false;
        if (ended_now_) { return; }
        if (preempted_now_ && !options_.all_states) {
            ++preempted_;
            return;
        }
        t.out = true;
        t.out_time = time_;
        t.line = line_;
        t.root = root_;
        t.stack.swap(frames_);
    }

    void wake(std::uint32_t task, std::uint32_t current) {
        thread& t = threads_[task];
        if (!t.out || t.woken) { return; } // woken twice: sched_waking, then sched_wakeup
        t.woken = true;
        t.wake_time = time_;
        t.waker = current;
        t.waker_root = root_;
        if (options_.wakers > 0) { t.waker_stack.swap(frames_); }
    }

    void add_wait(std::uint32_t task, std::uint64_t ns) {
        thread& t = threads_[task];
        t.out = false;
        if (ns > max_magnitude) {
            skip("a wait is 2^63 ns or more", line_);
            return;
        }
        std::uint32_t node = stacks_.builder.child(profile_builder::root, t.root);
        node = down(node, t.stack);
        stacks_.add(add_wakers(node, task), 1, static_cast<std::int64_t>(ns), t.line);
    }

    // From the outermost frame to the leaf.
    [[nodiscard]] std::uint32_t down(std::uint32_t node, const std::vector<std::uint32_t>& stack) {
        if (stack.empty()) {
            return stacks_.builder.child(node, stacks_.intern("[no stack]", frame_kind::marker));
        }
        for (std::size_t i = stack.size(); i-- > 0;) {
            node = stacks_.builder.child(node, stack[i]);
        }
        return node;
    }

    // Below the stack that waited stands, upside down, the one that woke it; below that the wait of
    // the waker's own, where it ended in the meantime.
    [[nodiscard]] std::uint32_t add_wakers(std::uint32_t node, std::uint32_t task) {
        const thread* t = &threads_[task];
        for (int i = 0; i < options_.wakers && t->woken; ++i) {
            node = stacks_.builder.child(node, stacks_.intern("--", frame_kind::marker));
            for (const std::uint32_t f : t->waker_stack) { node = stacks_.builder.child(node, f); }
            node = stacks_.builder.child(node, t->waker_root);
            const thread* waker = &threads_[t->waker];
            const bool in_the_meantime = waker->woken && waker->wake_time >= t->out_time &&
                                         waker->wake_time < t->wake_time && !waker->out;
            if (!in_the_meantime || i + 1 == options_.wakers) { break; }
            node = stacks_.builder.child(node, stacks_.intern("--", frame_kind::marker));
            const std::uint64_t size = waker->stack.size() + waker->waker_stack.size();
            if (size > room_) {
                skip("wakers' own waits have too many frames for a text of this size", line_);
                return stacks_.builder.child(node,
                                             stacks_.intern("[truncated]", frame_kind::marker));
            }
            room_ -= size;
            node = down(node, waker->stack);
            t = waker;
        }
        return node;
    }

    [[nodiscard]] std::uint32_t thread_of(std::int64_t tid) {
        const auto number = static_cast<std::uint64_t>(tid);
        const std::uint64_t hash = mix(seed_ ^ number, 0x9e3779b97f4a7c15u);
        std::uint32_t at =
            thread_index_.find(hash, [&](std::uint32_t id) { return threads_[id].tid == tid; });
        if (at == id_table::none) {
            at = static_cast<std::uint32_t>(threads_.size());
            thread_index_.insert(hash, at);
            threads_.emplace_back();
            threads_.back().tid = tid;
        }
        return at;
    }

    // ---- frames ---------------------------------------------------------------------------------

    void frame_line(std::string_view line, std::uint64_t number) {
        perf_frame_line frame;
        if (!parse_perf_frame(line, frame)) {
            skip("expected a frame: \"address symbol (module)\"", number);
            return;
        }
        if (type_ != switched && (type_ == ignored || options_.wakers == 0)) { return; }
        if (options_.addresses && (frame.symbol == "[unknown]" || frame.symbol.empty())) {
            frames_.push_back(stacks_.intern(unknown_perf_text(frame, true), frame_kind::function));
            return;
        }
        const symbol_memory::row row = symbols_.find(
            frame.symbol,
            symbols_.module(frame.module),
            java_ ? 1 : 0,
            [&](std::vector<std::uint32_t>& frames) {
                each_perf_function(
                    frame, naming_, java_, text_, [&](std::string_view name, frame_kind kind) {
                        frames.push_back(stacks_.intern(name, kind));
                    });
            });
        frames_.insert(frames_.end(), row.frames, row.frames + row.count);
    }
};

} // namespace detail

/// Reads waits out of the text of `perf script`, recorded with call chains (-g) of sched_switch,
/// and where they are to be had sched_stat_sleep and sched_stat_blocked, or sched_waking: as `perf
/// sched record -g` does. Returns one profile, in which each wait is a sample: the stack with which
/// a thread stopped running weighs the delay that sched_stat_… tells, or what passed until it ran
/// again, or at least until it was woken where its running is not recorded. Times in which a thread
/// was preempted are counted in `preempted`. The root is the comm with blanks as '_'. The same text
/// is also a profile of how often each event happened: read_perf_script reads it so, and so does
/// read_any unless this format is named. (stackcollapse-perf-sched.awk knows no waits without
/// sched_stat_…, which kernels without scheduler statistics do not have, loses the last event
/// without a blank line behind it, and takes the comm's last word where that has blanks.)
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  waits that add up to 2^63 ns or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason. So are wakers' own waits where they
///          have more frames than `wakers` for each line: "[truncated]" stands for them.
/// Cost:    one pass; memory for the distinct stacks and symbols, the last stack of each thread and
///          one buffer.
/// Format:  `man perf-sched`, `man perf-script`, and what perf 3.10 to 6.1 print.
template <class Source>
[[nodiscard]] result<perf_sched_text> read_perf_sched(Source&& source,
                                                      const perf_sched_options& options = {}) {
    detail::perf_sched_reader reader(options);
    return detail::read_lines<detail::perf_sched_reader, std::remove_reference_t<Source>>(reader,
                                                                                          source);
}

/// The same from memory.
[[nodiscard]] inline result<perf_sched_text>
parse_perf_sched(std::string_view text, const perf_sched_options& options = {}) {
    return read_perf_sched(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
