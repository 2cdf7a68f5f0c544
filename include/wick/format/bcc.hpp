// wick/format/bcc.hpp - the stacks that bcc's tools print: profile, offcputime, stackcount.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_BCC_HPP
#define WICK_FORMAT_BCC_HPP

#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_text.hpp>   // names without arguments
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read what bcc's tools print.
struct bcc_options {
    bool pid = false;            ///< the root is "comm-PID"
    bool kernel = false;         ///< frames before the delimiter "--" are of kind kernel, "_[k]"
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// What the output of a bcc tool holds.
struct bcc_text {
    profile samples;       ///< unit "": samples, microseconds or calls, as the tool has it
    wick::skipped skipped; ///< lines that were not understood
};

namespace detail {

/// Takes "b'name'" and "b"name"" down to the name: how Python shows bytes.
[[nodiscard]] inline std::string_view without_bytes_quotes(std::string_view name) noexcept {
    const bool quoted = name.size() >= 3 && name[0] == 'b' && (name[1] == '\'' || name[1] == '"') &&
                        name.back() == name[1];
    return quoted ? name.substr(2, name.size() - 3) : name;
}

class bcc_reader {
public:
    explicit bcc_reader(const bcc_options& options)
        : options_(options) {}

    void line(std::string_view line, std::uint64_t number) {
        const bool indented = !line.empty() && is_blank(line[0]);
        line = trimmed(line);
        if (line.empty()) { return; }
        if (!indented) {
            if (!is_message(line)) { skip("expected an indented frame, process or count", number); }
            return;
        }
        if (!open_) {
            open_ = true;
            first_line_ = number;
        }
        std::int64_t weight = 0;
        if (count_digits(line) == line.size()) {
            open_ = false;
            if (!parse_whole(line, weight)) {
                skip("the count is 2^63 or more", number);
                stacks_.clear();
                return;
            }
            stacks_.commit(static_cast<std::uint64_t>(weight), weight, number);
        } else if (line == "--") {
            for (std::size_t i = 0; options_.kernel && i < stacks_.size(); ++i) {
                stacks_.set_kind(i, frame_kind::kernel);
            }
        } else if (!add_process(line)) {
            add_frame(line);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<bcc_text> finish() {
        if (open_) { skip("the input ends before the stack's count", first_line_); }
        return {bcc_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    bcc_options options_;
    stack_samples stacks_;
    std::string text_;
    bool open_ = false;
    std::uint64_t first_line_ = 0;

    [[nodiscard]] static bool is_message(std::string_view line) noexcept {
        return starts_with(line, "Sampling at ") || starts_with(line, "Tracing ") ||
               starts_with(line, "Detaching") || starts_with(line, "^C") ||
               starts_with(line, "WARNING");
    }

    // "-                comm (1234)" of profile and offcputime, "comm [1234]" of stackcount -P.
    [[nodiscard]] bool add_process(std::string_view line) {
        const bool dash = line.size() > 2 && line[0] == '-' && is_blank(line[1]);
        const char close = dash ? ')' : ']';
        std::size_t open = line.size() - 1;
        while (open > 0 && is_digit(line[open - 1])) { --open; }
        const bool pid = line.back() == close && open > 1 && open < line.size() - 1 &&
                         line[open - 1] == (dash ? '(' : '[') && is_blank(line[open - 2]);
        if (!pid && !dash) { return false; }
        const std::string_view comm = pid ? line.substr(0, open - 1) : line;
        text_ = without_bytes_quotes(trimmed(comm.substr(dash ? 1 : 0)));
        if (options_.pid && pid) {
            text_ += '-';
            text_ += line.substr(open, line.size() - 1 - open);
        }
        stacks_.push_root(text_, frame_kind::process);
        return true;
    }

    // "func", "b'func'", "func+0x1b [module]", "ffffffff8103ce3b func"
    void add_frame(std::string_view line) {
        std::string_view rest = line;
        const std::string_view first = take_word(rest);
        const bool address = first.size() >= 8 && !rest.empty() && all_hex_digits(first);
        if (address || (hex_size(first) == first.size() && !rest.empty())) { line = rest; }
        line = without_bytes_quotes(line);
        if (line.back() == ']') {
            const std::size_t open = line.rfind(" [");
            if (open != std::string_view::npos) { line = trimmed(line.substr(0, open)); }
        }
        line = without_any_offset(line);
        stacks_.push(comparable_name(line, options_.keep_arguments));
    }
};

/// Returns whether the head of an input is what bcc's profile, offcputime or stackcount print: one
/// of the lines that they begin with.
[[nodiscard]] inline bool looks_like_bcc(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return (starts_with(line, "Sampling at ") || starts_with(line, "Tracing ")) &&
               contains(line, "Hit Ctrl-C to end");
    });
}

} // namespace detail

/// Reads the stacks that bcc's tools print when they are not told to fold them: a frame a line, the
/// leaf first, perhaps "--" between the kernel's and the user's, the process, and a line with the
/// count, all of them indented. Returns one profile; a stack weighs its count, and counts as much
/// (offcputime prints microseconds, so `counted` is unknown). The root is the process's name.
/// Offsets, modules, arguments and Python's b'' are cut.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the example files of bcc 0.8 to 0.30. What `profile -f` prints is folded text.
template <class Source>
[[nodiscard]] result<bcc_text> read_bcc(Source&& source, const bcc_options& options = {}) {
    detail::bcc_reader reader(options);
    return detail::read_lines<detail::bcc_reader, std::remove_reference_t<Source>>(reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<bcc_text> parse_bcc(std::string_view text,
                                                const bcc_options& options = {}) {
    return read_bcc(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
