// wick/detail/perf_text.hpp - the lines that `perf script` prints, in parts.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_PERF_TEXT_HPP
#define WICK_DETAIL_PERF_TEXT_HPP

#include <wick/detail/frame_text.hpp>    // base_name
#include <wick/detail/stack_samples.hpp> // names made comparable
#include <wick/detail/symbol_text.hpp>   // names without arguments
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // kinds of frames

#include <cstddef>     // std::size_t
#include <cstdint>     // periods
#include <string>      // names
#include <string_view> // lines
#include <vector>      // words

WICK_BEGIN_NAMESPACE
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
    const char* begin = symbol.data();
    const char* end = begin + symbol.size();
    const char* at = skip_hex_digits_back(begin, end);
    const bool offset =
        at - begin >= 3 && at < end && at[-1] == 'x' && at[-2] == '0' && at[-3] == '+';
    return offset ? std::string_view(begin, static_cast<std::size_t>(at - begin) - 3) : symbol;
}

/// Takes a frame's line apart. False when it is none: no hexadecimal number in front.
[[nodiscard]] inline bool parse_perf_frame(std::string_view line, perf_frame_line& frame) noexcept {
    const char* at = line.data();
    const char* end = at + line.size();
    while (at < end && is_blank(*at)) { ++at; }
    const char* address = at;
    at = skip_hex_digits(at, end);
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

/// How frames are named.
struct perf_naming {
    bool kernel = false;         // frames of the kernel are of kind kernel
    bool jit = false;            // frames of just-in-time compilers are of kind jit
    bool addresses = false;      // code without a name keeps its address
    bool keep_arguments = false; // names keep the arguments of C++ functions
};

/// Returns "[libx.so.1]" for code without a name, "[libx.so.1 <7f0>]" with its address.
[[nodiscard]] inline std::string unknown_perf_text(const perf_frame_line& line, bool addresses) {
    const bool known_module = !line.module.empty() && line.module != "[unknown]";
    std::string text = "[";
    text += known_module ? base_name(line.module) : std::string_view("unknown");
    if (addresses) {
        text += " <";
        text += line.address;
        text += '>';
    }
    return text + "]";
}

[[nodiscard]] inline frame_kind perf_kind_of(std::string_view module,
                                             const perf_naming& naming) noexcept {
    if (module == "inlined") { return frame_kind::inlined; }
    if (naming.kernel && is_kernel_module(module)) { return frame_kind::kernel; }
    if (naming.jit && is_jit_module(module)) { return frame_kind::jit; }
    return frame_kind::function;
}

/// Calls `emit(name, kind)` for each function of a frame's line, from the leaf on: often one, none
/// for what stands for no function, "(swapper)". `text` is room for names. `java`: the program is
/// Java, whose perf maps begin names with 'L'.
template <class Emit>
void each_perf_function(const perf_frame_line& line,
                        const perf_naming& naming,
                        bool java,
                        std::string& text,
                        Emit emit) {
    const std::string_view symbol = line.symbol;
    if (symbol.empty() || symbol == "[unknown]") {
        emit(unknown_perf_text(line, naming.addresses), perf_kind_of(line.module, naming));
        return;
    }
    if (symbol[0] == '(' && symbol.find(')') == symbol.size() - 1) { return; }
    // "a->b->c": c is inlined into b, and b into a. Frames go from the leaf on, so the last one
    // first.
    std::vector<std::string_view> parts;
    std::string_view rest = symbol;
    for (std::size_t at; (at = find_inline_arrow(rest)) != std::string_view::npos;) {
        parts.push_back(rest.substr(0, at));
        rest = rest.substr(at + 2);
    }
    parts.push_back(rest);
    for (std::size_t i = parts.size(); i-- > 0;) {
        text = comparable_name(parts[i], naming.keep_arguments);
        if (java && text[0] == 'L' && text.find('/') != std::string::npos) { text.erase(0, 1); }
        for (char& c : text) {
            if (c == ';') { c = ':'; }
        }
        emit(text, i > 0 ? frame_kind::inlined : perf_kind_of(line.module, naming));
    }
}

} // namespace detail
WICK_END_NAMESPACE

#endif
