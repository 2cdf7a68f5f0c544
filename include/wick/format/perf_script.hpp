// wick/format/perf_script.hpp - the text of `perf script` into profiles, one for each event.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_PERF_SCRIPT_HPP
#define WICK_FORMAT_PERF_SCRIPT_HPP

#include <wick/detail/frame_text.hpp>    // base_name
#include <wick/detail/hash.hpp>          // memories of symbols and stacks
#include <wick/detail/line_memory.hpp>   // lines that were seen
#include <wick/detail/lines.hpp>         // lines out of a stream
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

/// A line "  ffffffff8103ce3b foo+0x1b ([kernel.kallsyms])", in parts.
struct perf_frame_line {
    std::string_view address;
    std::string_view symbol; // without the offset; empty where perf had none
    std::string_view module;
};

/// Returns where the '(' is that the ')' at the end of the text closes, or npos.
[[nodiscard]] inline std::size_t find_opening(std::string_view text) noexcept {
    const std::string_view inside(text.data(), text.size() - 1);
    const std::size_t last = find_last_parenthesis(inside);
    if (last == std::string_view::npos || text[last] == '(') { return last; }
    std::size_t depth = 0; // "(/tmp/app (deleted))"
    for (std::size_t at = text.size(); at-- > 0;) {
        if (text[at] == ')') { ++depth; }
        if (text[at] == '(' && --depth == 0) { return at; }
    }
    return std::string_view::npos;
}

/// Takes "+0x1b" off the end of a symbol.
[[nodiscard]] inline std::string_view without_offset(std::string_view symbol) noexcept {
    const char* text = symbol.data();
    std::size_t at = symbol.size();
    while (at > 0 && is_hex_digit(text[at - 1])) { --at; }
    const bool offset = at >= 3 && at < symbol.size() && text[at - 1] == 'x' &&
                        text[at - 2] == '0' && text[at - 3] == '+';
    return offset ? std::string_view(text, at - 3) : symbol;
}

/// Takes a frame's line apart. False when it is none: no hexadecimal number in front.
[[nodiscard]] inline bool parse_perf_frame(std::string_view line, perf_frame_line& frame) noexcept {
    const char* at = line.data();
    const char* end = at + line.size();
    while (at < end && is_blank(*at)) { ++at; }
    const char* address = at;
    while (at < end && is_hex_digit(*at)) { ++at; }
    if (at == address || (at < end && !is_blank(*at))) { return false; }
    frame.address = std::string_view(address, static_cast<std::size_t>(at - address));
    frame.module = {};
    if (at < end) { ++at; }
    while (end > at && is_blank(end[-1])) { --end; }
    if (end > at && end[-1] == ')') {
        const std::string_view rest(at, static_cast<std::size_t>(end - at));
        const std::size_t open = find_opening(rest);
        // The module stands behind a blank; "operator()" and the like end a name.
        if (open != std::string_view::npos && (open == 0 || is_blank(at[open - 1]))) {
            frame.module = std::string_view(at + open + 1, rest.size() - open - 2);
            end = at + open;
            while (end > at && is_blank(end[-1])) { --end; }
        }
    }
    frame.symbol = without_offset(std::string_view(at, static_cast<std::size_t>(end - at)));
    return true;
}

/// A sample's first line: "app 10/11 [000] 1.000000:     100 cycles:u: ".
struct perf_header {
    std::string_view comm;
    std::string_view pid; // empty: not there
    std::string_view tid;
    std::string_view time; // "1.000000"
    std::string_view event;
    std::string_view rest; // behind the event: a tracepoint's arguments, or a lone frame
    std::uint64_t period = 1;
    bool has_period = false;
    bool certain = false; // false: only a comm, if a header at all
};

[[nodiscard]] inline bool all_digits(std::string_view text) noexcept {
    for (const char c : text) {
        if (!is_digit(c)) { return false; }
    }
    return !text.empty();
}

/// Reads digits as a number below 2^63; false when it is larger.
[[nodiscard]] inline bool parse_number(std::string_view digits, std::uint64_t& number) noexcept {
    std::int64_t value = 0;
    for (const char digit : digits) {
        if (!append_digit(value, digit)) { return false; }
    }
    number = static_cast<std::uint64_t>(value);
    return true;
}

/// Reads "1.002559" as nanoseconds; further digits are cut. False when there are too many.
[[nodiscard]] inline bool parse_perf_time(std::string_view time, std::uint64_t& ns) noexcept {
    const std::size_t point = time.find('.');
    std::uint64_t fraction = 0;
    if (point == std::string_view::npos || !parse_number(time.substr(0, point), ns) ||
        ns > max_magnitude / 1000000000u) {
        return false;
    }
    const std::string_view digits = time.substr(point + 1, 9);
    if (!parse_number(digits, fraction)) { return false; }
    for (std::size_t i = digits.size(); i < 9; ++i) { fraction *= 10; }
    ns = ns * 1000000000u + fraction;
    return true;
}

/// Reads a header by its anchors, a time "1.000000:" or a CPU "[000]", since a comm may hold
/// anything.
class perf_header_parser {
public:
    [[nodiscard]] bool parse(std::string_view line, perf_header& header) {
        header = perf_header{};
        if (parse_usual(line, header)) { return true; }
        header = perf_header{};
        split(line);
        if (words_.empty()) { return false; }
        std::size_t process_end = words_.size(); // one past the words of "comm pid"
        std::size_t next = words_.size();        // the first word behind them
        if (const std::size_t time = find(is_time); time < words_.size()) {
            next = time + 1;
            header.time = words_[time].substr(0, words_[time].size() - 1);
            process_end = time > 1 && is_cpu(words_[time - 1]) ? time - 1 : time;
            header.certain = true;
        } else if (const std::size_t cpu = find(is_cpu); cpu < words_.size()) {
            next = cpu + 1;
            process_end = cpu;
            header.certain = true;
        } else if (const std::size_t event = find(is_event); event < words_.size()) {
            const bool two_numbers =
                event >= 3 && all_digits(words_[event - 1]) && is_process(words_[event - 2]);
            process_end = two_numbers ? event - 1 : event;
            next = process_end;
            header.certain = process_end > 1 && is_process(words_[process_end - 1]);
        } else {
            header.certain = words_.size() > 1 && is_process(words_.back());
        }
        if (words_.size() == 1 && is_event(words_[0])) { // an event alone
            next = 0;
            process_end = 0;
        }
        take_process(line, process_end, header);
        return take_event(line, next, header);
    }

    // The fields of nearly all headers, without a search for words: "comm pid/tid [cpu] time:
    // period event:", where pid, CPU and period may be missing. Everything else is told to the
    // caller by false.
    [[nodiscard]] static bool parse_usual(std::string_view line, perf_header& header) noexcept {
        const std::size_t time_end = line.find(": ");
        if (time_end == std::string_view::npos) { return false; }
        const std::size_t fraction = skip_digits_back(line, time_end);
        if (fraction == time_end || fraction < 4 || line[fraction - 1] != '.') { return false; }
        std::size_t at = skip_digits_back(line, fraction - 1);
        if (at == fraction - 1 || at < 3 || line[at - 1] != ' ') { return false; }
        header.time = line.substr(at, time_end - at);
        at = skip_spaces_back(line, at);
        if (at > 0 && line[at - 1] == ']') {
            const std::size_t cpu = skip_digits_back(line, at - 1);
            if (at - 1 - cpu < 3 || cpu < 4 || line[cpu - 1] != '[' || line[cpu - 2] != ' ') {
                return false;
            }
            at = skip_spaces_back(line, cpu - 1);
        }
        const std::size_t process_end = at;
        at = skip_digits_back(line, at);
        header.tid = line.substr(at, process_end - at);
        if (at > 0 && line[at - 1] == '/') {
            const std::size_t pid_end = at - 1;
            at = skip_digits_back(line, pid_end);
            header.pid = line.substr(at, pid_end - at);
            if (header.pid.empty()) { return false; }
        }
        if (header.tid.empty() || at < 2 || line[at - 1] != ' ') { return false; }
        at = skip_spaces_back(line, at);
        std::size_t begin = 0;
        while (begin < at && line[begin] == ' ') { ++begin; }
        header.comm = line.substr(begin, at - begin);
        if (header.comm.empty() || header.comm.find('\t') != std::string_view::npos) {
            return false;
        }

        at = skip_spaces(line, time_end + 1);
        const std::size_t period = at;
        at = skip_digits(line, at);
        if (at > period) {
            if (!has(line, at, ' ')) { return false; }
            header.has_period = true;
            if (!parse_number(line.substr(period, at - period), header.period)) { return false; }
            at = skip_spaces(line, at);
        }
        const std::size_t event = at;
        while (at < line.size() && !is_blank(line[at])) { ++at; }
        if (at < event + 2 || line[at - 1] != ':') { return false; }
        header.event = line.substr(event, at - event - 1);
        while (at < line.size() && is_blank(line[at])) { ++at; }
        header.rest = line.substr(at);
        header.certain = true;
        return true;
    }

private:
    std::vector<std::string_view> words_;

    [[nodiscard]] static bool has(std::string_view line, std::size_t at, char c) noexcept {
        return at < line.size() && line[at] == c;
    }
    [[nodiscard]] static std::size_t skip_digits(std::string_view line, std::size_t at) noexcept {
        while (at < line.size() && is_digit(line[at])) { ++at; }
        return at;
    }
    [[nodiscard]] static std::size_t skip_digits_back(std::string_view line,
                                                      std::size_t at) noexcept {
        while (at > 0 && is_digit(line[at - 1])) { --at; }
        return at;
    }
    [[nodiscard]] static std::size_t skip_spaces(std::string_view line, std::size_t at) noexcept {
        while (at < line.size() && line[at] == ' ') { ++at; }
        return at;
    }

    [[nodiscard]] static std::size_t skip_spaces_back(std::string_view line,
                                                      std::size_t at) noexcept {
        while (at > 0 && line[at - 1] == ' ') { --at; }
        return at;
    }

    void split(std::string_view line) {
        words_.clear();
        for (std::size_t at = 0; at < line.size();) {
            while (at < line.size() && is_blank(line[at])) { ++at; }
            const std::size_t begin = at;
            while (at < line.size() && !is_blank(line[at])) { ++at; }
            if (at > begin) { words_.push_back(line.substr(begin, at - begin)); }
        }
    }
    template <class Test>
    [[nodiscard]] std::size_t find(Test test) const {
        std::size_t at = 1; // the first word is the comm, whatever it looks like
        while (at < words_.size() && !test(words_[at])) { ++at; }
        return at;
    }
    [[nodiscard]] static bool is_time(std::string_view word) noexcept {
        if (word.size() < 4 || word.back() != ':' || !is_digit(word[0])) { return false; }
        word.remove_suffix(1);
        const std::size_t point = word.find('.');
        return point != std::string_view::npos && all_digits(word.substr(0, point)) &&
               all_digits(word.substr(point + 1));
    }
    [[nodiscard]] static bool is_cpu(std::string_view word) noexcept {
        return word.size() >= 5 && word[0] == '[' && word.back() == ']' &&
               all_digits(word.substr(1, word.size() - 2));
    }
    [[nodiscard]] static bool is_event(std::string_view word) noexcept {
        return word.size() > 1 && word.back() == ':';
    }
    [[nodiscard]] static bool is_process(std::string_view word) noexcept {
        const std::size_t slash = word.find('/');
        if (slash == std::string_view::npos) { return all_digits(word); }
        return all_digits(word.substr(0, slash)) && all_digits(word.substr(slash + 1));
    }

    // "U", "K", "Kd": the field misc, behind the process.
    [[nodiscard]] static bool is_mode(std::string_view word) noexcept {
        for (const char c : word) {
            if (!((c >= 'A' && c <= 'Z') || c == 'd')) { return false; }
        }
        return word.size() <= 2;
    }

    void take_process(std::string_view line, std::size_t end, perf_header& header) const {
        if (end > 2 && is_mode(words_[end - 1]) && is_process(words_[end - 2])) { --end; }
        if (end == 0) { return; }
        std::string_view last = words_[end - 1];
        if (end > 1 && is_process(last)) {
            const std::size_t slash = last.find('/');
            // A lone number is the thread's: perf prints the process only when told to.
            const bool both = slash != std::string_view::npos;
            header.tid = both ? last.substr(slash + 1) : last;
            if (both) { header.pid = last.substr(0, slash); }
            last = words_[end - 2];
        }
        const char* begin = words_[0].data();
        header.comm = line.substr(static_cast<std::size_t>(begin - line.data()),
                                  static_cast<std::size_t>(last.data() + last.size() - begin));
    }

    [[nodiscard]] bool
    take_event(std::string_view line, std::size_t next, perf_header& header) const {
        if (next >= words_.size()) { return true; }
        std::string_view word = words_[next];
        if (all_digits(word) && next + 1 < words_.size() && is_event(words_[next + 1])) {
            header.has_period = true;
            if (!parse_number(word, header.period)) { return false; }
            word = words_[++next];
        }
        if (!is_event(word)) {
            header.rest = line.substr(static_cast<std::size_t>(word.data() - line.data()));
            return true;
        }
        header.event = word.substr(0, word.size() - 1);
        if (next + 1 < words_.size()) {
            header.rest =
                line.substr(static_cast<std::size_t>(words_[next + 1].data() - line.data()));
        }
        return true;
    }
};

[[nodiscard]] inline bool is_kernel_module(std::string_view module) noexcept {
    if (module.empty() || module == "[unknown]" || module == "[heap]" ||
        starts_with(module, "[stack") || module == "[anon]" || starts_with(module, "[anon:") ||
        starts_with(module, "//") || starts_with(module, "[JIT")) {
        return false;
    }
    const std::string_view file = base_name(module);
    return module[0] == '[' || file == "vmlinux" || starts_with(file, "vmlinux-") ||
           ends_with(file, ".ko") || ends_with(file, ".ko.xz") || ends_with(file, ".ko.zst") ||
           ends_with(file, ".ko.gz");
}

[[nodiscard]] inline bool is_jit_module(std::string_view module) noexcept {
    if (starts_with(module, "[JIT")) { return true; }
    const std::string_view file = base_name(module);
    if (starts_with(file, "jitted-") && ends_with(file, ".so")) { return true; }
    constexpr std::string_view map = "perf-", end = ".map";
    return file.size() > map.size() + end.size() && starts_with(file, map) &&
           ends_with(file, end) &&
           all_digits(file.substr(map.size(), file.size() - map.size() - end.size()));
}

/// Reads the lines of `perf script`. Three memories make it fast: a frame's line that came lately
/// is not taken apart, as those of callers come with the same address again and again; a symbol and
/// its module are turned into frames once, whatever address stands before them; a stack that was
/// seen is found by the hash of its frames, without a walk through the tree.
class perf_script_reader {
public:
    explicit perf_script_reader(const perf_script_options& options)
        : options_(options) {}

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
            push(e.builder.intern(unknown_text(line)));
            return;
        }
        const std::uint32_t module = e.symbols.module(line.module);
        const symbol_memory::row row = e.symbols.find(
            line.symbol, module, java_ ? 1 : 0, [&](std::vector<std::uint32_t>& frames) {
                expand(line, frames);
            });
        for (std::uint32_t i = 0; i < row.count; ++i) { push(row.frames[i]); }
    }

    [[nodiscard]] std::string unknown_text(const perf_frame_line& line) const {
        const bool known_module = !line.module.empty() && line.module != "[unknown]";
        std::string text = "[";
        text += known_module ? base_name(line.module) : std::string_view("unknown");
        if (options_.addresses) {
            text += " <";
            text += line.address;
            text += '>';
        }
        return text + "]";
    }

    void expand(const perf_frame_line& line, std::vector<std::uint32_t>& frames) {
        event_tree& e = *event_;
        if (line.symbol.empty() || line.symbol == "[unknown]") {
            frames.push_back(e.builder.intern(unknown_text(line), kind_of(line.module)));
            return;
        }
        if (stands_for_no_function(line.symbol)) { return; }
        // "a->b->c": c is inlined into b, and b into a. Frames go from the leaf on, so the last one
        // first.
        std::vector<std::string_view> parts;
        std::string_view rest = line.symbol;
        for (std::size_t at; (at = find_inline_arrow(rest)) != std::string_view::npos;) {
            parts.push_back(rest.substr(0, at));
            rest = rest.substr(at + 2);
        }
        parts.push_back(rest);
        for (std::size_t i = parts.size(); i-- > 0;) {
            const frame_kind kind = i > 0 ? frame_kind::inlined : kind_of(line.module);
            frames.push_back(e.builder.intern(tidy(parts[i]), kind));
        }
    }

    // "(swapper)": a process, not a function.
    [[nodiscard]] static bool stands_for_no_function(std::string_view symbol) noexcept {
        return symbol[0] == '(' && symbol.find(')') == symbol.size() - 1;
    }

    [[nodiscard]] frame_kind kind_of(std::string_view module) const noexcept {
        if (module == "inlined") { return frame_kind::inlined; }
        if (options_.kernel && is_kernel_module(module)) { return frame_kind::kernel; }
        if (options_.jit && is_jit_module(module)) { return frame_kind::jit; }
        return frame_kind::function;
    }

    [[nodiscard]] const std::string& tidy(std::string_view name) {
        text_ = comparable_name(name, options_.keep_arguments);
        if (java_ && text_[0] == 'L' && text_.find('/') != std::string::npos) { text_.erase(0, 1); }
        for (char& c : text_) {
            if (c == ';') { c = ':'; }
        }
        return text_;
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
