// wick/format/stap.hpp - the stacks that SystemTap scripts print with print_stack and a count.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_STAP_HPP
#define WICK_FORMAT_STAP_HPP

#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_text.hpp>   // names without arguments
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // the names of modules
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read stacks printed by SystemTap.
struct stap_options {
    bool kernel = false;         ///< frames of the kernel's addresses are of kind kernel, "_[k]"
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// What the output of a SystemTap script holds.
struct stap_text {
    profile samples;       ///< unit "": the script alone knows what it counted
    wick::skipped skipped; ///< lines that were not understood
};

namespace detail {

class stap_reader {
public:
    explicit stap_reader(const stap_options& options)
        : options_(options) {}

    void line(std::string_view line, std::uint64_t number) {
        line = trimmed(line);
        if (line.empty()) { return; }
        const std::size_t hex = hex_size(line);
        if (hex > 0 && (hex == line.size() || is_blank(line[hex]))) {
            if (stacks_.size() == 0) { first_line_ = number; }
            add_frame(line.substr(0, hex), trimmed(line.substr(hex)));
            return;
        }
        std::int64_t weight = 0;
        if (!parse_whole(line, weight)) {
            skip("expected \"0xaddress : function+0x1/0x2 [module]\" or a count", number);
            return;
        }
        stacks_.commit(static_cast<std::uint64_t>(weight), weight, number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<stap_text> finish() {
        if (stacks_.size() > 0) { skip("the input ends before the stack's count", first_line_); }
        return {stap_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    stap_options options_;
    stack_samples stacks_;
    std::uint64_t first_line_ = 0;

    void add_frame(std::string_view address, std::string_view rest) {
        frame_kind kind = frame_kind::function;
        if (options_.kernel && address.size() == 18 && starts_with(address, "0xffff")) {
            kind = frame_kind::kernel;
        }
        if (ends_with(rest, " (inexact)")) { rest.remove_suffix(10); }
        if (starts_with(rest, ":")) { rest = trimmed(rest.substr(1)); }
        std::string_view module;
        if (!rest.empty() && rest.back() == ']') {
            const std::size_t open = rest.rfind('[');
            if (open != std::string_view::npos && (open == 0 || is_blank(rest[open - 1]))) {
                module = rest.substr(open + 1, rest.size() - open - 2);
                rest = trimmed(rest.substr(0, open));
            }
        }
        rest = without_any_offset(rest);
        if (rest.empty() || hex_size(rest) == rest.size()) {
            stacks_.push(unknown_frame(without_any_offset(module)), kind);
            return;
        }
        stacks_.push(comparable_name(rest, options_.keep_arguments), kind);
    }
};

/// Returns whether the head of an input has a frame as SystemTap prints them.
[[nodiscard]] inline bool looks_like_stap(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        line = trimmed(line);
        const std::size_t hex = hex_size(line);
        return hex > 8 && starts_with(line.substr(hex), " : ") && contains(line, "+0x") &&
               contains(line, "/0x");
    });
}

} // namespace detail

/// Reads stacks as SystemTap's print_stack and print_ustack print them,
/// " 0xffffffff8103ce3b : native_safe_halt+0xb/0x10 [kernel]" a line, the leaf first, each stack
/// followed by a line with its count. Returns one profile; a stack weighs its count, and counts as
/// much. Offsets and arguments are cut; code without a name is "[module]" or "[unknown]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  SystemTap's tapset reference, "print_stack".
template <class Source>
[[nodiscard]] result<stap_text> read_stap(Source&& source, const stap_options& options = {}) {
    detail::stap_reader reader(options);
    return detail::read_lines<detail::stap_reader, std::remove_reference_t<Source>>(reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<stap_text> parse_stap(std::string_view text,
                                                  const stap_options& options = {}) {
    return read_stap(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
