// wick/format/any.hpp - adapter: tells what an input is, and loads whatever wick reads.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_ANY_HPP
#define WICK_FORMAT_ANY_HPP

#include <wick/call_graph.hpp>             // functions and calls, where that is all there is
#include <wick/detail/lines.hpp>           // text_source
#include <wick/detail/stack_samples.hpp>   // lines of what is in memory
#include <wick/detail/text.hpp>            // what folded lines end in
#include <wick/folded.hpp>                 // a format
#include <wick/format/aix.hpp>             // a format
#include <wick/format/bcc.hpp>             // a format
#include <wick/format/bpftrace.hpp>        // a format
#include <wick/format/chrome_trace.hpp>    // a format
#include <wick/format/dtrace.hpp>          // a format
#include <wick/format/eu_stack.hpp>        // a format
#include <wick/format/faulthandler.hpp>    // a format
#include <wick/format/gdb.hpp>             // a format
#include <wick/format/ghcprof.hpp>         // a format
#include <wick/format/go_raw.hpp>          // a format
#include <wick/format/ibmjava.hpp>         // a format
#include <wick/format/instruments.hpp>     // a format
#include <wick/format/java_exceptions.hpp> // a format
#include <wick/format/jstack.hpp>          // a format
#include <wick/format/ljp.hpp>             // a format
#include <wick/format/perf_sched.hpp>      // a format
#include <wick/format/perf_script.hpp>     // a format
#include <wick/format/pmc.hpp>             // a format
#include <wick/format/prof.hpp>            // a format
#include <wick/format/py_spy_dump.hpp>     // a format
#include <wick/format/sample.hpp>          // a format
#include <wick/format/stap.hpp>            // a format
#include <wick/format/vsprof.hpp>          // a format
#include <wick/format/vtune.hpp>           // a format
#include <wick/format/wcp.hpp>             // a format
#include <wick/format/xctrace.hpp>         // a format
#include <wick/format/xdebug.hpp>          // a format
#include <wick/profile.hpp>                // what is loaded
#include <wick/result.hpp>                 // and what was left out
#include <wick/timeline.hpp>               // spans, where there are any

#include <algorithm>   // std::min
#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <cstring>     // std::memcpy
#include <optional>    // the timeline
#include <string>      // names
#include <string_view> // the beginning of the input
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // profiles

WICK_BEGIN_NAMESPACE

/// A profile and what it is of: an event, a sample type, a column.
struct named_profile {
    std::string name; ///< "cycles:u", "after"; empty where the input has one thing without a name
    profile samples;
};

/// How to load. Each format takes what it has an option for; all other options are nothing to it.
struct any_options {
    std::string format;             ///< one of known_formats(); empty: told by the content
    std::string event;              ///< read this event only
    bool pid = false;               ///< roots have the number of their process: "app-10"
    bool tid = false;               ///< roots have the number of their thread
    bool kernel = false;            ///< frames of the kernel are of kind kernel, "_[k]"
    bool jit = false;               ///< frames of just-in-time compilers are of kind jit, "_[j]"
    bool addresses = false;         ///< code without a name keeps its address
    bool offsets = false;           ///< names keep their offsets
    bool srcline = false;           ///< names have the line of the source, where that is known
    bool keep_arguments = false;    ///< names keep the arguments of C++ functions
    bool args = false;              ///< the arguments of tracepoints are a frame
    bool keep_zero_periods = false; ///< a period of 0 weighs 0; else it weighs 1
    bool drop_waiting = false;      ///< samples of threads that wait are left out
    bool keep_waiting = false;      ///< they are kept where they usually are not
    bool wrapped = false;           ///< exceptions that wrap others are samples too
    int wakers = 0;                 ///< so many who ended a wait stand below its stack
    bool user_first = false;        ///< of two stacks without a name, the first is the user's
    std::uint64_t slice_ns = 0;     ///< not 0: a profile for each so long time of each event
};

/// Something that a reader understood and left out or changed.
struct any_note {
    std::uint64_t count = 0; ///< how often; 0: once, and the words say all
    std::string what;        ///< "samples with a period of 0"

    [[nodiscard]] std::string message() const {
        return count == 0 ? what : what + ": " + std::to_string(count);
    }
    friend bool operator==(const any_note& a, const any_note& b) {
        return a.count == b.count && a.what == b.what;
    }
    friend bool operator!=(const any_note& a, const any_note& b) { return !(a == b); }
};

/// What an input held.
struct any_input {
    std::string format;                     ///< one of known_formats()
    std::vector<named_profile> profiles;    ///< in the input's order, the most important one first
    std::vector<std::string> others;        ///< events that were not asked for, the first 20
    std::optional<wick::timeline> timeline; ///< where the format keeps order
    std::optional<call_graph> graph;        ///< where the format has calls and no stacks
    wick::skipped skipped;                  ///< what was not understood
    std::vector<any_note> notes;            ///< what was understood and left out or changed
};

/// A format that read_any knows.
struct known_format {
    const char* name; ///< for any_options::format
    const char* what; ///< in words
};

namespace detail {

/// The beginning of an input, which was looked at, and then the rest of it.
class sniffed_source {
public:
    template <class Source>
    explicit sniffed_source(Source& rest)
        : rest_(const_cast<void*>(static_cast<const void*>(&rest)))
        , pull_([](void* from, char* to, std::size_t room) -> std::size_t {
            return (*static_cast<Source*>(from))(to, room);
        }) {
        head_.resize(head_size);
        std::size_t size = 0;
        while (size < head_size) { // pipes give little at a time
            const std::size_t got = rest(&head_[size], head_size - size);
            if (got == 0) { break; }
            size += got;
        }
        head_.resize(size);
    }

    [[nodiscard]] std::string_view head() const noexcept { return head_; }

    std::size_t operator()(char* to, std::size_t room) {
        if (given_ == head_.size()) { return pull_(rest_, to, room); }
        const std::size_t size = (std::min)(room, head_.size() - given_);
        std::memcpy(to, head_.data() + given_, size);
        given_ += size;
        return size;
    }

private:
    static constexpr std::size_t head_size = std::size_t{1} << 16;
    void* rest_;
    std::size_t (*pull_)(void*, char*, std::size_t);
    std::string head_;
    std::size_t given_ = 0;
};

/// Returns whether a text has a sample: a header that names an event, or any header and a frame.
[[nodiscard]] inline bool looks_like_perf_script(std::string_view head) {
    perf_header_parser headers;
    perf_header header;
    perf_frame_line frame;
    bool in_sample = false;
    std::string_view line;
    while (take_line(head, line)) {
        trim_blanks(line);
        if (!line.empty() && is_blank(line[0]) && parse_perf_frame(line, frame) &&
            frame.address.size() >= 4) {
            // A frame with its module is one whatever stands before it.
            if (in_sample || (line[0] == '\t' && !frame.module.empty())) { return true; }
        }
        in_sample =
            !line.empty() && line[0] != '#' && headers.parse(line, header) && header.certain;
        const bool process = !header.pid.empty() || !header.tid.empty();
        if (in_sample && process && !header.event.empty()) { return true; }
    }
    return false;
}

/// Stands for formats whose bytes are another one's as well: the user has to name them.
[[nodiscard]] inline bool is_never_told(std::string_view) noexcept {
    return false;
}

/// Returns whether most lines of a text end in a blank and a number; comments alone will do.
[[nodiscard]] inline bool looks_like_folded(std::string_view head) {
    const std::size_t whole_lines = head.rfind('\n');
    if (whole_lines == std::string_view::npos) {
        // One line, perhaps a part of one: a deep stack.
        return find_weight(head) != std::string_view::npos || head.find(';') < 4096;
    }
    std::size_t lines = 0;
    std::size_t stacks = 0;
    std::string_view line;
    std::string_view rest = head.substr(0, whole_lines);
    while (lines < 500 && take_line(rest, line)) {
        trim_blanks(line);
        if (line.empty() || line[0] == '#') { continue; }
        ++lines;
        if (find_weight(line) != std::string_view::npos) { ++stacks; }
    }
    return lines == 0 ? head.substr(0, 1) == "#" : stacks * 2 > lines;
}

// ---- what each format becomes -----------------------------------------------------------------

/// Adds "samples without a stack: 3" to the notes, unless there are none.
inline void add_note(any_input& input, std::uint64_t number, const char* what) {
    if (number != 0) { input.notes.push_back({number, what}); }
}

/// Calls `use` with the object where that compiles: where it has the member that `use` names.
template <class Object, class Use>
void pass(Object& object, Use use) {
    if constexpr (std::is_invocable_v<Use, Object&>) { use(object); }
}

// Readers of one profile all have the same two members.
template <class Text>
void take(any_input& input, Text& read, const any_options&) {
    input.profiles.push_back({{}, std::move(read.samples)});
    input.skipped = std::move(read.skipped);
    pass(read, [&](auto& of) -> decltype(void(of.truncated)) {
        add_note(input, of.truncated, "stacks without their root's side");
    });
    pass(read, [&](auto& of) -> decltype(void(of.waiting)) {
        add_note(input, of.waiting, "samples of threads that waited were left out");
    });
    pass(read, [&](auto& of) -> decltype(void(of.wrapped)) {
        add_note(input, of.wrapped, "exceptions that wrap others were left out");
    });
    pass(read, [&](auto& of) -> decltype(void(of.unweighted)) {
        add_note(input, of.unweighted, "samples without a weight, which weigh 0");
    });
    pass(read, [&](auto& of) -> decltype(void(of.idle)) {
        add_note(input, of.idle, "threads that were idle were left out");
    });
}

inline void take(any_input& input, bpftrace_text& read, const any_options&) {
    for (bpftrace_map& m : read.maps) {
        input.profiles.push_back({std::move(m.name), std::move(m.samples)});
    }
    input.skipped = std::move(read.skipped);
}

inline void take(any_input& input, go_raw_text& read, const any_options&) {
    for (go_raw_type& t : read.types) {
        const auto at = t.is_default ? input.profiles.begin() : input.profiles.end();
        input.profiles.insert(at, {std::move(t.type), std::move(t.samples)});
    }
    input.skipped = std::move(read.skipped);
}

inline void take(any_input& input, xdebug_text& read, const any_options&) {
    input.profiles.push_back({"time", std::move(read.samples)});
    input.profiles.push_back({"calls", std::move(read.calls)});
    input.skipped = std::move(read.skipped);
    add_note(input, read.ended, "calls without an end, ended with their callers");
}

inline void take(any_input& input, folded_text& read, const any_options&) {
    const bool one = read.columns.size() == 1;
    for (profile& p : read.columns) {
        const char* name = one ? "" : input.profiles.empty() ? "before" : "after";
        input.profiles.push_back({name, std::move(p)});
    }
    input.skipped = std::move(read.skipped);
    add_note(input, read.rounded, "weights rounded to six decimals");
}

inline void take(any_input& input, perf_script_text& read, const any_options&) {
    for (perf_event& e : read.events) {
        input.profiles.push_back({std::move(e.name), std::move(e.samples)});
    }
    input.skipped = std::move(read.skipped);
    input.others = std::move(read.others);
    add_note(input, read.other_events, "samples of events that were not asked for");
    add_note(input, read.zero_periods, "samples with a period of 0");
    add_note(input, read.no_stack, "samples without a stack, under \"[no stack]\"");
    add_note(input, read.records, "lines about tasks and mappings, no samples");
}

inline void take(any_input& input, perf_sched_text& read, const any_options&) {
    input.profiles.push_back({{}, std::move(read.samples)});
    input.skipped = std::move(read.skipped);
    add_note(input, read.other_events, "samples of events that are not the scheduler's");
    add_note(input, read.preempted, "times in which threads could have run were left out");
    add_note(input, read.unended, "waits whose end was not recorded");
}

inline void take(any_input& input, prof_file& read, const any_options&) {
    input.graph = std::move(read.graph);
    if (read.odd.records == 0) { return; }
    const std::string number = std::to_string(read.odd.records);
    input.notes.push_back({0, "odd entries: " + number + ", the first " + read.odd.first.what});
}

inline void note_trace(any_input& input, const chrome_trace& trace) {
    add_note(input, trace.repairs.unmatched_ends, "ends without a begin");
    add_note(input, trace.repairs.unended, "spans without an end, ended with their threads");
    add_note(input, trace.repairs.cut, "spans cut at the end of the one they began in");
    add_note(input, trace.repairs.refused, "spans out of range");
    add_note(input, trace.rounded, "times rounded to nanoseconds");
    add_note(input, trace.others.async, "asynchronous events not read");
    add_note(input, trace.others.profile, "pieces of a script engine's profile not read");
    add_note(input,
             trace.others.flow + trace.others.instant + trace.others.counter + trace.others.object,
             "flow, instant, counter and object events not read");
    if (trace.truncated) { input.notes.push_back({0, "the end of the trace is missing"}); }
}

inline void take(any_input& input, chrome_trace& trace, const any_options&) {
    if (!trace.timeline.empty()) { input.profiles.push_back({"spans", std::move(trace.stacks)}); }
    for (chrome_samples& s : trace.samples) {
        input.profiles.push_back({std::move(s.name), std::move(s.samples)});
    }
    note_trace(input, trace);
    input.skipped = std::move(trace.skipped);
    input.timeline = std::move(trace.timeline);
}

/// Returns a format's own options.
template <class Options>
[[nodiscard]] Options options_from(const any_options& from) {
    Options to;
    pass(to, [&](auto& o) -> decltype(void(o.event = from.event)) { o.event = from.event; });
    pass(to, [&](auto& o) -> decltype(void(o.pid = from.pid)) { o.pid = from.pid; });
    pass(to, [&](auto& o) -> decltype(void(o.tid = from.tid)) { o.tid = from.tid; });
    pass(to,
         [&](auto& o) -> decltype(void(o.process_ids = from.pid)) { o.process_ids = from.pid; });
    pass(to, [&](auto& o) -> decltype(void(o.thread_ids = from.tid)) { o.thread_ids = from.tid; });
    pass(to, [&](auto& o) -> decltype(void(o.kernel = from.kernel)) { o.kernel = from.kernel; });
    pass(to, [&](auto& o) -> decltype(void(o.jit = from.jit)) { o.jit = from.jit; });
    pass(to, [&](auto& o) -> decltype(void(o.addresses = from.addresses)) {
        o.addresses = from.addresses;
    });
    pass(to,
         [&](auto& o) -> decltype(void(o.offsets = from.offsets)) { o.offsets = from.offsets; });
    pass(to,
         [&](auto& o) -> decltype(void(o.srcline = from.srcline)) { o.srcline = from.srcline; });
    pass(to, [&](auto& o) -> decltype(void(o.keep_arguments = from.keep_arguments)) {
        o.keep_arguments = from.keep_arguments;
    });
    pass(to, [&](auto& o) -> decltype(void(o.args = from.args)) { o.args = from.args; });
    pass(to, [&](auto& o) -> decltype(void(o.keep_zero_periods = from.keep_zero_periods)) {
        o.keep_zero_periods = from.keep_zero_periods;
    });
    pass(to, [&](auto& o) -> decltype(void(o.user_first = from.user_first)) {
        o.user_first = from.user_first;
    });
    pass(to, [&](auto& o) -> decltype(void(o.lines = from.srcline)) { o.lines = from.srcline; });
    pass(to, [&](auto& o) -> decltype(void(o.drop_waiting = from.drop_waiting)) {
        o.drop_waiting = from.drop_waiting;
    });
    pass(to, [&](auto& o) -> decltype(void(o.active_only = from.drop_waiting)) {
        o.active_only = from.drop_waiting;
    });
    pass(to, [&](auto& o) -> decltype(void(o.all_states = from.keep_waiting)) {
        o.all_states = from.keep_waiting;
    });
    pass(to, [&](auto& o) -> decltype(void(o.wakers = from.wakers)) { o.wakers = from.wakers; });
    pass(to,
         [&](auto& o) -> decltype(void(o.wrapped = from.wrapped)) { o.wrapped = from.wrapped; });
    pass(to, [&](auto& o) -> decltype(void(o.slice_ns = from.slice_ns)) {
        o.slice_ns = from.slice_ns;
    });
    return to;
}

/// Whether a format's options can have samples cut into slices: it knows their times.
template <class Options, class = void>
inline constexpr bool has_times = false;
template <class Options>
inline constexpr bool has_times<Options, std::void_t<decltype(Options::slice_ns)>> = true;

template <class Text, class Options>
[[nodiscard]] result<any_input> load_with(result<Text> (*read)(sniffed_source&, const Options&),
                                          sniffed_source& source,
                                          const any_options& options) {
    if (!has_times<Options> && options.slice_ns != 0) {
        return {{}, error{"samples of this format have no times to cut them into slices by"}};
    }
    result<Text> text = read(source, options_from<Options>(options));
    any_input input;
    if (!text.error) { take(input, text.value, options); }
    return {std::move(input), std::move(text.error)};
}

/// Loads with a format's reader, which takes a source and its own options.
template <auto Read>
[[nodiscard]] result<any_input> load_any(sniffed_source& source, const any_options& options) {
    return load_with(Read, source, options);
}

struct no_options {};
[[nodiscard]] inline result<folded_text> read_folded_lines(sniffed_source& source,
                                                           const no_options&) {
    return read_folded(source);
}

// ---- the formats ------------------------------------------------------------------------------

struct format_entry {
    known_format format;
    bool (*looks_like)(std::string_view head);
    result<any_input> (*load)(sniffed_source& source, const any_options& options);
};

using sniffed = sniffed_source&;

/// In the order in which they are asked: what is certain first, lines that end in numbers last.
inline constexpr format_entry formats[] = {
    {{"chrome_trace", "Trace Event JSON"},
     looks_like_chrome_trace,
     load_any<read_chrome_trace<sniffed>>},
    {{"prof", "call graphs of Python's cProfile and profile"},
     looks_like_prof,
     load_any<read_prof<sniffed>>},
    {{"bpftrace", "maps with stacks, of bpftrace"},
     looks_like_bpftrace,
     load_any<read_bpftrace<sniffed>>},
    {{"bcc", "stacks of bcc's tools"}, looks_like_bcc, load_any<read_bcc<sniffed>>},
    {{"py_spy_dump", "py-spy dump"}, looks_like_py_spy_dump, load_any<read_py_spy_dump<sniffed>>},
    {{"gdb", "backtraces of gdb"}, looks_like_gdb, load_any<read_gdb<sniffed>>},
    {{"eu_stack", "backtraces of eu-stack"}, looks_like_eu_stack, load_any<read_eu_stack<sniffed>>},
    {{"faulthandler", "tracebacks of Python's faulthandler"},
     looks_like_faulthandler,
     load_any<read_faulthandler<sniffed>>},
    {{"go_raw", "go tool pprof -raw"}, looks_like_go_raw, load_any<read_go_raw<sniffed>>},
    {{"xctrace", "XML of xctrace export"}, looks_like_xctrace, load_any<read_xctrace<sniffed>>},
    {{"jstack", "thread dumps of Java"}, looks_like_jstack, load_any<read_jstack<sniffed>>},
    {{"ibmjava", "javacores of IBM Java and OpenJ9"},
     looks_like_ibmjava,
     load_any<read_ibmjava<sniffed>>},
    {{"java_exceptions", "logs with exceptions of Java"},
     looks_like_java_exceptions,
     load_any<read_java_exceptions<sniffed>>},
    {{"aix", "stacks of AIX's procstack and dbx"}, looks_like_aix, load_any<read_aix<sniffed>>},
    {{"wcp", "reports of wallClockProfiler"}, looks_like_wcp, load_any<read_wcp<sniffed>>},
    {{"xdebug", "traces of Xdebug"}, looks_like_xdebug, load_any<read_xdebug<sniffed>>},
    {{"ljp", "stacks of the Lightweight Java Profiler"},
     looks_like_ljp,
     load_any<read_ljp<sniffed>>},
    {{"sample", "call graphs of macOS's sample"},
     looks_like_sample,
     load_any<read_sample<sniffed>>},
    {{"vtune", "CSV of VTune"}, looks_like_vtune, load_any<read_vtune<sniffed>>},
    {{"vsprof", "CSV of Visual Studio"}, looks_like_vsprof, load_any<read_vsprof<sniffed>>},
    {{"ghcprof", "profiles of GHC's programs"},
     looks_like_ghcprof,
     load_any<read_ghcprof<sniffed>>},
    {{"perf_script", "text of perf script"},
     looks_like_perf_script,
     load_any<read_perf_script<sniffed>>},
    {{"perf_sched", "waits in text of perf script; only when it is named"},
     is_never_told,
     load_any<read_perf_sched<sniffed>>},
    {{"dtrace", "aggregated stacks of dtrace"}, looks_like_dtrace, load_any<read_dtrace<sniffed>>},
    {{"stap", "stacks of SystemTap"}, looks_like_stap, load_any<read_stap<sniffed>>},
    {{"pmc", "call graphs of pmcstat"}, looks_like_pmc, load_any<read_pmc<sniffed>>},
    {{"instruments", "deep copies from Instruments"},
     looks_like_instruments,
     load_any<read_instruments<sniffed>>},
    {{"folded", "folded stacks, \"main;read 42\""}, looks_like_folded, load_any<read_folded_lines>},
};

/// Files that are known and not read, by their first bytes, and what to do about them.
struct known_magic {
    std::string_view bytes;
    const char* advice;
};
inline constexpr known_magic magics[] = {
    {"PERFILE2", "this is perf's own data: run `perf script -i FILE` and give its output"},
    {"\x1f\x8b", "this is compressed with gzip: run `gzip -dc FILE` and give its output"},
    {"\x28\xb5\x2f\xfd", "this is compressed with zstd: run `zstd -dc FILE` and give its output"},
    {"\xfd"
     "7zXZ",
     "this is compressed with xz: run `xz -dc FILE` and give its output"},
    {"BZh91AY&SY", "this is compressed with bzip2: run `bzip2 -dc FILE` and give its output"},
    {"PK\x03\x04", "this is a zip archive: unpack it and give what is in it"},
    {"\x7f"
     "ELF",
     "this is a program or a library, not a profile of one"},
};

/// Returns the beginning of an input in quotes, or in hexadecimal where it is no text.
[[nodiscard]] inline std::string describe_head(std::string_view head) {
    std::string_view shown = head.substr(0, (std::min)(head.find('\n'), std::size_t{60}));
    if (!shown.empty() && shown.back() == '\r') { shown.remove_suffix(1); }
    std::size_t odd = 0;
    for (const char c : head.substr(0, 1024)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f) { ++odd; }
    }
    std::string text;
    if (odd == 0) {
        text = "text that begins with \"";
        for (const char c : shown) { text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c; }
        return text + "\"";
    }
    text = "binary data that begins with";
    constexpr char digits[] = "0123456789abcdef";
    for (const char c : head.substr(0, 8)) {
        const auto byte = static_cast<unsigned char>(c);
        text += ' ';
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

[[nodiscard]] inline std::string format_names() {
    std::string names;
    for (const format_entry& f : formats) {
        if (!names.empty()) { names += ", "; }
        names += f.format.name;
    }
    return names;
}

/// Finds a format by its name, in which '-' may stand for '_'.
[[nodiscard]] inline const format_entry* find_format(std::string_view wanted) {
    std::string name(wanted);
    for (char& c : name) {
        if (c == '-') { c = '_'; }
    }
    for (const format_entry& f : formats) {
        if (name == f.format.name) { return &f; }
    }
    return nullptr;
}

[[nodiscard]] inline const format_entry* sniff(std::string_view head) {
    for (const format_entry& f : formats) {
        if (f.looks_like(head)) { return &f; }
    }
    return nullptr;
}

/// Returns why an input with this beginning cannot be loaded, whatever was asked, or no error.
[[nodiscard]] inline error refusal(std::string_view head) {
    if (head.empty()) { return error{"the input is empty"}; }
    for (const known_magic& m : magics) {
        if (head.substr(0, m.bytes.size()) == m.bytes) { return error{m.advice}; }
    }
    return {};
}

/// Finds the format that was asked for, or the one that the input looks like.
[[nodiscard]] inline error
choose_format(std::string_view head, const std::string& wanted, const format_entry*& chosen) {
    if (!wanted.empty()) {
        chosen = find_format(wanted);
        if (chosen != nullptr) { return {}; }
        return error{"no format \"" + wanted + "\"; known are " + format_names()};
    }
    chosen = sniff(head);
    if (chosen != nullptr) { return {}; }
    return error{describe_head(head) + " is of no known format; known are " + format_names()};
}

} // namespace detail

/// Returns the formats that read_any loads.
[[nodiscard]] inline std::vector<known_format> known_formats() {
    std::vector<known_format> all;
    for (const detail::format_entry& f : detail::formats) { all.push_back(f.format); }
    return all;
}

/// Returns the name of the format of an input, told by its beginning (some kilobytes, or all of
/// it); empty where it is none that is known.
[[nodiscard]] inline std::string sniff_format(std::string_view head) {
    if (detail::refusal(head)) { return {}; }
    const detail::format_entry* found = detail::sniff(head);
    return found == nullptr ? std::string() : std::string(found->format.name);
}

/// Loads an input of whatever known format. The format is told by the first 64 KiB, which are then
/// read again from memory: pipes will do.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors: an empty input; perf.data, compressed files and other things that have to be turned into
///         something else first, with how to do that; an unknown format, with what was seen;
///         slices of a format that has no times; those of the format's reader.
/// Cost:   that of the format's reader.
template <class Source>
[[nodiscard]] result<any_input> read_any(Source&& source, const any_options& options = {}) {
    detail::sniffed_source input(source);
    if (error refused = detail::refusal(input.head())) { return {{}, std::move(refused)}; }
    const detail::format_entry* format = nullptr;
    error unknown = detail::choose_format(input.head(), options.format, format);
    if (unknown) { return {{}, std::move(unknown)}; }
    result<any_input> loaded = format->load(input, options);
    loaded.value.format = format->format.name;
    return loaded;
}

/// The same from memory.
[[nodiscard]] inline result<any_input> parse_any(std::string_view text,
                                                 const any_options& options = {}) {
    return read_any(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
