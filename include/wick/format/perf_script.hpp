// wick/format/perf_script.hpp - the text of `perf script` into profiles, one for each event.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_PERF_SCRIPT_HPP
#define WICK_FORMAT_PERF_SCRIPT_HPP

#include <wick/detail/frame_text.hpp>    // base_name
#include <wick/detail/hash.hpp>          // memories of symbols and stacks
#include <wick/detail/line_memory.hpp>   // lines that were seen
#include <wick/detail/lines.hpp>         // lines out of a stream
#include <wick/detail/perf_text.hpp>     // lines of perf
#include <wick/detail/stack_samples.hpp> // names made comparable
#include <wick/detail/symbol_memory.hpp> // names that were seen
#include <wick/detail/symbol_text.hpp>   // names without arguments
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <algorithm>   // std::find
#include <cstddef>     // std::size_t
#include <cstdint>     // periods
#include <string>      // names
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // stacks

WICK_BEGIN_NAMESPACE

/// How to read `perf script` text.
struct perf_script_options {
    bool pid = false;       ///< the root is "comm-PID"
    bool tid = false;       ///< the root is "comm-PID/TID"
    bool kernel = false;    ///< frames of the kernel and its modules are of kind kernel, "_[k]"
    bool jit = false;       ///< frames of perf maps and JIT images are of kind jit, "_[j]"
    bool addresses = false; ///< code without a name keeps its address: "[libx.so.1 <7f0>]"
    bool srcline = false;   ///< lines from `-F +srcline` are added to names: "f:file.c:12"
    bool keep_arguments = false;    ///< names keep the arguments of C++ functions
    bool args = false;              ///< the arguments of tracepoints are a frame below the root
    bool keep_zero_periods = false; ///< a period of 0 weighs 0; else it weighs 1
    std::string
        event; ///< read this event only, "cycles:u", or "cycles" for all its modifiers; empty: all
    /// An event's samples are cut by their times into profiles of so many nanoseconds each; 0: one
    /// profile holds them all.
    std::uint64_t slice_ns = 0;
};

/// One event of `perf script` text.
struct perf_event {
    std::string name; ///< with its modifiers, "cycles:u"; empty where the text has no event names
    profile samples;  ///< weight: the periods, or samples where the text has none
    std::uint64_t slice = 0; ///< with slice_ns: how many slices of perf's clock came before
};

/// What `perf script` text holds.
struct perf_script_text {
    std::vector<perf_event>
        events;            ///< each slice of each, in the order in which they appeared first
    wick::skipped skipped; ///< lines that were not understood, and samples they belonged to
    std::uint64_t other_events = 0;  ///< samples of events that were not asked for
    std::vector<std::string> others; ///< the names of those events, of the first 20
    std::uint64_t zero_periods = 0;  ///< samples with a period of 0
    std::uint64_t no_stack = 0;      ///< samples without frames, which hang under "[no stack]"
    std::uint64_t records = 0;       ///< lines about tasks and mappings, which are no samples
};

namespace detail {

/// Reads the lines of `perf script`. Three memories make it fast: a frame's line that came lately
/// is not taken apart, as those of callers come with the same address again and again; a symbol and
/// its module are turned into frames once, whatever address stands before them; a stack that was
/// seen is found by the hash of its frames, without a walk through the tree.
class perf_script_reader {
public:
    explicit perf_script_reader(const perf_script_options& options)
        : options_(options)
        , naming_{options.kernel, options.jit, options.addresses, options.keep_arguments} {}

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) {
            end_sample();
            return;
        }
        if (!in_sample_) {
            if (line[0] == '#') { return; }
            if (is_frame(line)) {
                begin_unnamed(line, number);
            } else {
                begin_sample(line, number);
            }
            return;
        }
        if (is_blank(line[0]) && !is_padded_header(line)) {
            frame_line(line, number);
            return;
        }
        // A header without a blank line before it: samples of one line come so.
        end_sample();
        begin_sample(line, number);
    }

    void skip(const char* what, std::uint64_t number) { read_.skipped.add(what, number); }

    [[nodiscard]] result<perf_script_text> finish() {
        end_sample();
        wick::error problem = problem_;
        for (event_tree& e : events_) {
            read_.events.push_back({std::move(e.name), e.builder.finish(), e.slice});
        }
        return {std::move(read_), std::move(problem)};
    }

private:
    struct event_tree {
        std::string name;
        std::uint64_t slice = 0;
        profile_builder builder;
        symbol_memory symbols;
        id_table stack_index;  // hash of a stack → its node
        std::string last_comm; // samples of one thread come in rows
        std::string last_pid;
        std::string last_tid;
        std::uint32_t last_root = 0;
    };

    perf_script_options options_;
    perf_naming naming_;
    perf_script_text read_;
    wick::error problem_;
    perf_header_parser headers_;
    std::vector<event_tree> events_;
    id_table event_index_;        // hash of a name and a slice → its place in events_
    std::uint32_t latest_ = 0;    // the last sample's
    event_tree* event_ = nullptr; // of the sample that is being read; null: it is not wanted
    line_memory lines_;
    std::uint64_t seed_ = hash_seed();
    bool in_sample_ = false;
    bool certain_ = false; // the header is one
    bool skipped_ = false; // the sample is left out and has been counted
    bool lone_ = false;    // the sample's frame stands in its header
    std::string doubtful_; // else its line
    bool java_ = false;
    std::uint64_t number_ = 0; // of the header's line
    std::uint64_t weight_ = 1;
    std::uint32_t root_ = 0;
    std::uint32_t args_ = no_frame;
    std::uint64_t hash_ = 0;
    std::vector<std::uint32_t> stack_; // frames, from the leaf on
    std::string text_;                 // for names that are built
    static constexpr std::uint32_t no_frame = 0xffffffffu;

    // ---- samples --------------------------------------------------------------------------------

    void begin_sample(std::string_view line, std::uint64_t number) {
        perf_header header;
        const bool parsed = headers_.parse(line, header);
        constexpr std::string_view record = "PERF_RECORD_";
        if (starts_with(header.event, record) || starts_with(header.rest, record)) {
            ++read_.records;
            return;
        }
        enter_sample(number);
        certain_ = header.certain || !parsed;
        if (!parsed) {
            skip("expected a sample's header: its period is 2^63 or more", number);
            skipped_ = true;
        } else if (certain_) {
            open_sample(header);
        } else {
            doubtful_ = line; // it may be a message: a frame below it tells
        }
    }

    // Where no field was printed for a header to hold, samples begin with their frames.
    void begin_unnamed(std::string_view line, std::uint64_t number) {
        enter_sample(number);
        perf_header header;
        header.comm = "[unknown]";
        open_sample(header);
        frame_line(line, number);
    }

    void enter_sample(std::uint64_t number) {
        in_sample_ = true;
        number_ = number;
        stack_.clear();
        event_ = nullptr;
        skipped_ = false;
        lone_ = false;
    }

    // Frames of a call chain stand behind a tab, with the address at the right of its column.
    [[nodiscard]] static bool is_frame(std::string_view line) noexcept {
        perf_frame_line frame;
        return line[0] == '\t' && parse_perf_frame(line, frame) && !frame.module.empty();
    }

    // Where there is no call chain perf pads the comm at its left; frames may be indented by blanks
    // as well.
    [[nodiscard]] bool is_padded_header(std::string_view line) {
        perf_header header;
        if (line[0] != ' ') { return false; }
        if (perf_header_parser::parse_usual(line, header)) { return true; }
        const bool first = stack_.empty() || lone_;
        return first && headers_.parse(line, header) && header.certain && !header.event.empty();
    }

    void open_sample(const perf_header& header) {
        certain_ = true;
        std::uint64_t slice = 0;
        if (options_.slice_ns != 0) {
            if (!parse_perf_time(header.time, slice)) {
                skip("expected a time to slice by, \"1.000000:\"", number_);
                skipped_ = true;
                return;
            }
            slice /= options_.slice_ns;
        }
        event_ = find_event(header.event, slice);
        if (event_ == nullptr) { return; }
        java_ = starts_with(header.comm, "java");
        weight_ = header.period;
        if (header.has_period && header.period == 0) {
            ++read_.zero_periods;
            if (!options_.keep_zero_periods) { weight_ = 1; }
        }
        root_ = root_of(header);
        hash_ = seed_ + root_;
        args_ = no_frame;
        if (header.rest.empty()) { return; }
        perf_frame_line frame;
        // Without its module a frame is told from a tracepoint's arguments by its address.
        if (parse_perf_frame(header.rest, frame) &&
            (!frame.module.empty() || (frame.address.size() >= 6 && !frame.symbol.empty()))) {
            lone_ = true;
            add_frame(frame);
        } else if (options_.args) {
            args_ = event_->builder.intern(header.rest, frame_kind::label);
            hash_ = mix(hash_ ^ args_, 0x9e3779b97f4a7c15u);
        }
    }

    void end_sample() {
        if (!in_sample_) { return; }
        in_sample_ = false;
        if (!certain_) {
            skip("expected a sample's header: \"comm pid [cpu] time: period event:\"", number_);
            return;
        }
        if (event_ == nullptr) {
            if (!skipped_) { ++read_.other_events; }
            return;
        }
        if (stack_.empty()) {
            ++read_.no_stack;
            push(event_->builder.intern("[no stack]", frame_kind::marker));
        }
        if (!event_->builder.add(find_stack(), 1, static_cast<std::int64_t>(weight_)) &&
            !problem_) {
            problem_ = wick::error{"the periods add up to 2^63 or more", number_};
        }
    }

    [[nodiscard]] event_tree* find_event(std::string_view name, std::uint64_t slice) {
        const auto is_it = [&](std::uint32_t id) {
            return events_[id].name == name && events_[id].slice == slice;
        };
        if (latest_ < events_.size() && is_it(latest_)) { return &events_[latest_]; }
        if (!is_wanted(name)) {
            note_other(name);
            return nullptr;
        }
        const std::uint64_t hash = hash_bytes(name, seed_ + slice);
        latest_ = event_index_.find(hash, is_it);
        if (latest_ == id_table::none) {
            latest_ = static_cast<std::uint32_t>(events_.size());
            event_index_.insert(hash, latest_);
            events_.emplace_back();
            events_.back().name = name;
            events_.back().slice = slice;
            events_.back().builder.describe(name, counted_as::samples, profile_detail::function);
        }
        return &events_[latest_];
    }

    void note_other(std::string_view name) {
        constexpr std::size_t most = 20; // a recording has few, garbage has many
        std::vector<std::string>& names = read_.others;
        if (names.size() < most && std::find(names.begin(), names.end(), name) == names.end()) {
            names.emplace_back(name);
        }
    }

    [[nodiscard]] bool is_wanted(std::string_view name) const noexcept {
        return options_.event.empty() || name == options_.event ||
               name.substr(0, name.rfind(':')) == options_.event;
    }

    [[nodiscard]] std::uint32_t root_of(const perf_header& header) {
        event_tree& e = *event_;
        const bool numbers = options_.pid || options_.tid;
        if (e.last_root != 0 && header.comm == e.last_comm &&
            (!numbers || (header.pid == e.last_pid && header.tid == e.last_tid))) {
            return e.last_root;
        }
        e.last_comm = header.comm;
        e.last_pid = header.pid;
        e.last_tid = header.tid;
        text_.assign(header.comm.empty() ? std::string_view("[unknown]") : header.comm);
        for (char& c : text_) {
            if (is_blank(c)) { c = '_'; }
            if (c == ';') { c = ':'; }
        }
        const auto append = [&](char before, std::string_view number) {
            text_ += before;
            text_ += number.empty() ? std::string_view("?") : number;
        };
        if (numbers) { append('-', header.pid); }
        if (options_.tid) { append('/', header.tid); }
        e.last_root = e.builder.intern(text_, frame_kind::process);
        return e.last_root;
    }

    [[nodiscard]] std::uint32_t find_stack() {
        profile_builder& builder = event_->builder;
        const std::uint32_t known = event_->stack_index.find(
            hash_, [&](std::uint32_t node) { return is_stack(builder, node); });
        if (known != id_table::none) { return known; }
        std::uint32_t node = builder.child(profile_builder::root, root_);
        if (args_ != no_frame) { node = builder.child(node, args_); }
        for (std::size_t i = stack_.size(); i-- > 0;) { node = builder.child(node, stack_[i]); }
        event_->stack_index.insert(hash_, node);
        return node;
    }

    [[nodiscard]] bool is_stack(const profile_builder& builder, std::uint32_t node) const {
        const auto step = [&](std::uint32_t frame) {
            if (node == profile_builder::root || builder.frame_of(node) != frame) { return false; }
            node = builder.parent_of(node);
            return true;
        };
        for (const std::uint32_t frame : stack_) {
            if (!step(frame)) { return false; }
        }
        if (args_ != no_frame && !step(args_)) { return false; }
        return step(root_) && node == profile_builder::root;
    }

    void push(std::uint32_t frame) {
        stack_.push_back(frame);
        hash_ = mix(hash_ ^ frame, 0x9e3779b97f4a7c15u);
    }

    // ---- frames ---------------------------------------------------------------------------------

    void frame_line(std::string_view line, std::uint64_t number) {
        const bool open = event_ != nullptr;
        if (open) {
            const std::uint32_t known = lines_.find(line, variant());
            if (known != line_memory::none) {
                push(known);
                return;
            }
        }
        perf_frame_line frame;
        if (parse_perf_frame(line, frame)) {
            perf_header header;
            if (!certain_ && headers_.parse(doubtful_, header)) { open_sample(header); }
            if (event_ == nullptr) { return; }
            const std::size_t above = stack_.size();
            add_frame(frame);
            const bool lone = stack_.size() == above + 1;
            if (open && lone) { lines_.remember(line, variant(), stack_.back()); }
            return;
        }
        if (is_srcline(line)) {
            if (options_.srcline && event_ != nullptr && !stack_.empty()) { add_srcline(line); }
            return;
        }
        skip("expected a frame: \"address symbol (module)\"", number);
    }

    // What the frame of a line depends on besides: frames are an event's.
    [[nodiscard]] std::uint32_t variant() const noexcept { return latest_ << 1 | (java_ ? 1 : 0); }

    // "  main.c:12", or "  libc.so.6[29d90]" where there is no line.
    [[nodiscard]] static bool is_srcline(std::string_view line) noexcept {
        std::size_t at = line.size();
        if (line[at - 1] == ']') {
            --at;
            while (at > 0 && is_hex_digit(line[at - 1])) { --at; }
            return at > 0 && line[at - 1] == '[' && at < line.size() - 1;
        }
        while (at > 0 && is_digit(line[at - 1])) { --at; }
        return at > 1 && at < line.size() && line[at - 1] == ':';
    }

    void add_srcline(std::string_view line) {
        while (is_blank(line[0])) { line.remove_prefix(1); }
        if (line.back() == ']') { return; }
        const std::uint32_t last = stack_.back();
        const frame named = event_->builder.frame_at(last);
        text_ = named.function;
        text_ += ':';
        text_ += base_name(line);
        stack_.pop_back();
        push(event_->builder.intern(text_, named.kind)); // the hash covers both: no harm
    }

    void add_frame(const perf_frame_line& line) {
        event_tree& e = *event_;
        if (options_.addresses && (line.symbol == "[unknown]" || line.symbol.empty())) {
            push(e.builder.intern(unknown_perf_text(line, true)));
            return;
        }
        const std::uint32_t module = e.symbols.module(line.module);
        const symbol_memory::row row = e.symbols.find(
            line.symbol, module, java_ ? 1 : 0, [&](std::vector<std::uint32_t>& frames) {
                expand(line, frames);
            });
        for (std::uint32_t i = 0; i < row.count; ++i) { push(row.frames[i]); }
    }

    void expand(const perf_frame_line& line, std::vector<std::uint32_t>& frames) {
        each_perf_function(
            line, naming_, java_, text_, [&](std::string_view name, frame_kind kind) {
                frames.push_back(event_->builder.intern(name, kind));
            });
    }
};

} // namespace detail

/// Reads the text of `perf script`, with whatever fields it was told to print as long as a sample's
/// first line has the comm and the frames' lines an address. Returns a profile for each event; a
/// sample weighs its period, or 1 where there is none, and counts 1. The root is the comm with
/// blanks as '_'. Names are made comparable: offsets, arguments and Rust's hashes are cut, Rust's
/// mangled names are demangled, ';' becomes ':'; code without a name is "[module]"; "a->b" and
/// modules "inlined" become frames of kind inlined.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  perf.data itself instead of text; periods that add up to 2^63 or more. Lines that are
///          not understood are skipped and counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct symbols and stacks and one buffer.
/// Format:  `man perf-script`, and what perf 3.13 to 6.12 prints.
template <class Source>
[[nodiscard]] result<perf_script_text> read_perf_script(Source&& source,
                                                        const perf_script_options& options = {}) {
    detail::perf_script_reader reader(options);
    detail::line_reader<std::remove_reference_t<Source>> lines(source);
    std::string_view line;
    while (lines.next(line)) {
        if (lines.number() == 1 && detail::starts_with(line, "PERFILE2")) {
            return {
                {},
                error{"this is perf's own data: run `perf script -i FILE` and give its output", 0}};
        }
        if (lines.too_long()) {
            reader.skip("the line is longer than 16 MiB", lines.number());
            continue;
        }
        reader.line(line, lines.number());
    }
    return reader.finish();
}

/// The same from memory.
[[nodiscard]] inline result<perf_script_text>
parse_perf_script(std::string_view text, const perf_script_options& options = {}) {
    return read_perf_script(detail::text_source(text), options);
}

/// Returns where a sample begins at or behind `from`, or the size of the text: behind a blank line,
/// or at a header with a time and an event. Texts cut there can be read apart, as by threads, and
/// merged event by event with the same result.
[[nodiscard]] inline std::size_t next_perf_sample(std::string_view text,
                                                  std::size_t from) noexcept {
    constexpr std::size_t longest = 4096; // of headers; readers pass over lines that are too long
    if (from == 0) { return 0; }
    for (std::size_t at = text.find('\n', from > 1 ? from - 2 : 0); at != std::string_view::npos;
         at = text.find('\n', at + 1)) {
        std::size_t next = at + 1;
        const std::string_view line = text.substr(next, text.substr(next, longest + 1).find('\n'));
        detail::perf_header header;
        if (next >= from && line.size() <= longest && !line.empty() && line[0] != '#' &&
            line[0] != '\t' && detail::perf_header_parser::parse_usual(line, header)) {
            return next;
        }
        if (next < text.size() && text[next] == '\r') { ++next; }
        if (next < text.size() && text[next] == '\n') { return next + 1; }
    }
    return text.size();
}

WICK_END_NAMESPACE

#endif
