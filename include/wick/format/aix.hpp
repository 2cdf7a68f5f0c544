// wick/format/aix.hpp - the stacks that AIX's procstack and dbx print, a sample for each thread.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_AIX_HPP
#define WICK_FORMAT_AIX_HPP

#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_text.hpp>   // names without arguments
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of lines
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read what procstack and dbx print.
struct aix_options {
    bool pid = false;            ///< the root is "command-PID"
    bool tid = false;            ///< each thread is "tid# N" below it
    bool addresses = false;      ///< code without a name keeps its address: "[unknown <10007a1c>]"
    bool lines = false;          ///< frames keep the file and line that dbx shows
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// What the output of procstack or dbx holds.
struct aix_text {
    profile samples;       ///< unit "samples": each stack is one
    wick::skipped skipped; ///< lines that were not understood
};

namespace detail {

/// Takes "0x0900000000062a14  write(…) + 0x1c8" apart, or "d01d15c4  waitpid   (?, ?) + e0".
[[nodiscard]] inline bool parse_procstack_frame(std::string_view line,
                                                std::string_view& address,
                                                std::string_view& name) noexcept {
    const std::size_t prefix = starts_with(line, "0x") ? 2 : 0;
    std::size_t at = prefix;
    while (at < line.size() && is_hex_digit(line[at])) { ++at; }
    if (at < prefix + 6 || at == line.size() || !is_blank(line[at])) { return false; }
    address = line.substr(0, at);
    name = trimmed(line.substr(at));
    if (name.empty() || name[0] == '(') { return false; }
    const std::size_t plus = name.rfind(" + ");
    if (plus == std::string_view::npos) { return name.back() == ')' || name.back() == ']'; }
    std::string_view offset = name.substr(plus + 3);
    if (starts_with(offset, "0x")) { offset.remove_prefix(2); }
    if (!all_hex_digits(offset)) { return false; }
    name = trimmed(name.substr(0, plus));
    return !offset.empty() && !name.empty();
}

/// Takes "main(argc = 1), line 34 in "main.c"" apart, or "read(??, ??) at 0xd0544924": dbx.
[[nodiscard]] inline bool
parse_dbx_frame(std::string_view line, std::string_view& name, std::string_view& place) noexcept {
    std::size_t end = line.rfind(" at 0x");
    if (end != std::string_view::npos && hex_size(line.substr(end + 4)) == line.size() - end - 4) {
        place = {};
    } else {
        end = line.rfind(", line ");
        if (end == std::string_view::npos || line.back() != '"') { return false; }
        place = line.substr(end + 7);
        const std::size_t digits = count_digits(place);
        if (digits == 0 || !starts_with(place.substr(digits), " in \"")) { return false; }
    }
    name = trimmed(line.substr(0, end));
    const std::size_t open = name.find('(');
    return open != std::string_view::npos && open > 0 && name.back() == ')' && !is_blank(line[0]);
}

class aix_reader {
public:
    explicit aix_reader(const aix_options& options)
        : options_(options) {
        stacks_.builder.describe("samples",
                                 counted_as::samples,
                                 options.lines ? profile_detail::line : profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        constexpr std::string_view thread = "---------- tid# ";
        std::string_view first;
        std::string_view rest;
        if (line.empty()) {
            end_stack();
        } else if (starts_with(line, thread)) {
            end_stack();
            rest = line.substr(thread.size());
            tid_ = rest.substr(0, count_digits(rest));
            begin_stack(number);
        } else if (parse_procstack_frame(line, first, rest)) {
            begin_stack(number);
            add_frame(rest, first);
        } else if (parse_dbx_frame(line, first, rest)) {
            begin_stack(number);
            add_frame(first, {});
            if (options_.lines && !rest.empty()) { add_place(rest); }
        } else {
            end_stack();
            other_line(line, number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<aix_text> finish() {
        end_stack();
        return {aix_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    aix_options options_;
    stack_samples stacks_;
    std::string command_;
    std::string pid_;
    std::string tid_;
    std::string text_;
    bool open_ = false;
    std::uint64_t stack_line_ = 0;

    void begin_stack(std::uint64_t number) {
        if (open_) { return; }
        open_ = true;
        stack_line_ = number;
    }

    void end_stack() {
        if (!open_) { return; }
        open_ = false;
        if (!command_.empty()) {
            text_ = command_;
            if (options_.pid) { (text_ += '-') += pid_; }
            stacks_.push_root(text_, frame_kind::process);
        }
        if (options_.tid && !tid_.empty()) {
            (text_ = "tid# ") += tid_;
            stacks_.push_root(text_, frame_kind::thread);
        }
        stacks_.commit(1, 1, stack_line_);
        tid_.clear();
    }

    // "11928 : -sh", "4521: /usr/bin/app -x"
    [[nodiscard]] bool process_line(std::string_view line) {
        const std::size_t digits = count_digits(line);
        const std::string_view rest = trimmed(line.substr(digits));
        if (digits == 0 || rest.empty() || rest[0] != ':') { return false; }
        pid_ = line.substr(0, digits);
        std::string_view command = rest.substr(1);
        command_ = take_word(command);
        return true;
    }

    void other_line(std::string_view line, std::uint64_t number) {
        if (process_line(line) || is_message(line)) { return; }
        skip("expected a process, \"tid#\" or a frame of procstack or dbx", number);
    }

    // What dbx tells besides; a place in the program is an instruction or a line of the source.
    [[nodiscard]] static bool is_message(std::string_view line) noexcept {
        constexpr std::string_view known[] = {"(dbx)",
                                              "Type 'help'",
                                              "Waiting to attach ",
                                              "Successfully attached ",
                                              "reading symbolic information",
                                              "[using memory image",
                                              "warning: ",
                                              "stopped in ",
                                              "interrupt in ",
                                              "procstack: "};
        for (const std::string_view message : known) {
            if (starts_with(line, message)) { return true; }
        }
        const std::size_t hex = hex_size(line);
        if (hex > 0 && starts_with(line.substr(hex), " (")) { return true; }
        const std::string_view text = trimmed(line);
        return ends_with(text, ")") &&
               contains(text, " ($t"); // "Quit in raise at 0xd6bf67fc ($t1)"
    }

    void add_frame(std::string_view name, std::string_view address) {
        if (name.front() == '[' || name == "??") { // "[100123ab]"
            text_ = "[unknown";
            if (options_.addresses && !address.empty()) { ((text_ += " <") += address) += '>'; }
            stacks_.push(text_ += ']');
            return;
        }
        if (options_.keep_arguments) { name = without_values(name); }
        stacks_.push(comparable_name(name, options_.keep_arguments));
    }

    // "run(int)(??, ??)": the last brackets hold values, those before them types.
    [[nodiscard]] static std::string_view without_values(std::string_view name) noexcept {
        const std::size_t open = name.find('(');
        const std::size_t close = open == std::string_view::npos ? open : find_closing(name, open);
        if (close == std::string_view::npos) { return name; }
        const std::string_view rest = name.substr(close + 1);
        const std::size_t values = rest.rfind('(');
        const std::size_t end = values == std::string_view::npos ? open : close + 1 + values;
        return trimmed(name.substr(0, end));
    }

    // "34 in "main.c""
    void add_place(std::string_view place) {
        const std::size_t digits = count_digits(place);
        const std::string_view file = place.substr(digits + 5);
        stacks_.set_place(file.substr(0, file.size() - 1), place.substr(0, digits));
    }
};

/// Returns whether the head of an input has a thread as procstack announces it, a process and a
/// frame of it, or a backtrace at dbx's prompt.
[[nodiscard]] inline bool looks_like_aix(std::string_view head) {
    bool process = false;
    bool prompt = false;
    return any_line(head, [&](std::string_view line) {
        if (starts_with(line, "---------- tid# ")) { return true; }
        std::string_view a;
        std::string_view b;
        trim_blanks(line);
        if (process && parse_procstack_frame(line, a, b)) { return true; }
        if (prompt && parse_dbx_frame(line, a, b)) { return true; }
        const std::string_view rest = trimmed(line.substr(count_digits(line)));
        process = rest.size() < line.size() && starts_with(rest, ":");
        prompt = starts_with(line, "(dbx)");
        return false;
    });
}

} // namespace detail

/// Reads what AIX's procstack prints, and the backtraces of its dbx ("where"); several dumps one
/// after the other add up, which is the poor man's profiler. Returns one profile, in which each
/// stack is a sample of weight 1. The root is the first word of the process's command, where
/// procstack tells it; a thread without frames is "[no stack]". Offsets and arguments are cut; code
/// without a name is "[unknown]". (stackcollapse-aix.pl cuts names at their first blank, so at
/// "operator new" or "unsigned long", reads no addresses without "0x", as AIX 5 prints them, and
/// nothing of dbx.)
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood are skipped and counted, the first
///          with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  AIX's documentation of procstack, and what AIX 5.3 to 7.2 print.
template <class Source>
[[nodiscard]] result<aix_text> read_aix(Source&& source, const aix_options& options = {}) {
    detail::aix_reader reader(options);
    return detail::read_lines<detail::aix_reader, std::remove_reference_t<Source>>(reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<aix_text> parse_aix(std::string_view text,
                                                const aix_options& options = {}) {
    return read_aix(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
