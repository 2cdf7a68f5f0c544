// wick/folded.hpp - folded text, "main;parse;read 42", into a profile and back.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FOLDED_HPP
#define WICK_FOLDED_HPP

#include <wick/detail/folded_lines.hpp> // stacks as sorted lines
#include <wick/detail/lines.hpp>        // lines out of a stream
#include <wick/detail/stack_text.hpp>   // stacks into a builder
#include <wick/detail/text.hpp>         // weights out of text
#include <wick/detail/writer.hpp>       // buffered output, weights as text
#include <wick/profile.hpp>             // the value
#include <wick/result.hpp>              // what reading returns

#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string>      // lines that are built
#include <string_view> // lines that are read
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // the columns

WICK_BEGIN_NAMESPACE

/// What folded text holds.
struct folded_text {
    /// One profile; two when every well-formed line ends in two numbers: before and after.
    std::vector<profile> columns;
    /// Lines that are no comment and have no weight at their end, or one that does not fit.
    wick::skipped skipped;
    /// Weights with more decimals than a profile keeps, rounded to six.
    std::uint64_t rounded = 0;
};

namespace detail {

/// Reads lines of folded text one by one, under both readings of a second number until the first
/// line without one tells which reading holds.
class folded_reader {
public:
    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty() || line.substr(0, 2) == "# " || line == "#") { return; }
        const std::size_t stack_end = find_weight(line);
        if (stack_end == std::string_view::npos) {
            skip(ends_in_negative(line) ? "the weight is negative"
                                        : "expected \"frame;frame weight\": no number at the end",
                 number);
            return;
        }
        line_weight last;
        if (!parse_weight(line.substr(stack_end + 1), last)) {
            skip("the weight is 2^63 or more", number);
            return;
        }
        const std::string_view stack = line.substr(0, stack_end);
        if (two_columns_) { add_two_columns(stack, last, number); }
        add(one_, stack, last, number);
    }

    void skip(const char* what, std::uint64_t number) { read_.skipped.add(what, number); }

    [[nodiscard]] result<folded_text> finish() {
        if (two_columns_ && lines_ > 0) {
            read_.rounded = before_.rounded + after_.rounded;
            if (!before_.problem) { before_.problem = after_.problem; }
            finish(before_);
            finish(after_);
            return {std::move(read_), before_.problem};
        }
        read_.rounded = one_.rounded;
        finish(one_);
        return {std::move(read_), one_.problem};
    }

private:
    // What "a;b -5" ends in; digits alone are no reason to call a name's end a weight.
    [[nodiscard]] static bool ends_in_negative(std::string_view line) noexcept {
        std::size_t begin = line.size();
        while (begin > 0 && (is_digit(line[begin - 1]) || line[begin - 1] == '.')) { --begin; }
        return begin > 1 && begin < line.size() && line[begin - 1] == '-' &&
               is_blank(line[begin - 2]);
    }

    struct column {
        stack_inserter stacks;
        wick::error problem;
        std::uint64_t rounded = 0;
    };
    folded_text read_;
    column one_;
    column before_;
    column after_;
    bool two_columns_ = true;
    std::uint64_t lines_ = 0;

    void add_two_columns(std::string_view stack, const line_weight& last, std::uint64_t number) {
        std::string_view rest = stack;
        trim_blanks(rest);
        const std::size_t rest_end = find_weight(rest);
        line_weight first;
        if (rest_end == std::string_view::npos || !parse_weight(rest.substr(rest_end + 1), first)) {
            two_columns_ = false;
            before_ = column{};
            after_ = column{};
            return;
        }
        rest = rest.substr(0, rest_end);
        // A stack with no weight on one side is not there; with none on both it is kept as it is.
        if (first.value != 0 || last.value == 0) { add(before_, rest, first, number); }
        if (last.value != 0 || first.value == 0) { add(after_, rest, last, number); }
    }

    void add(column& to, std::string_view stack, const line_weight& weight, std::uint64_t number) {
        if (&to == &one_) { ++lines_; }
        if (to.problem) { return; }
        profile_builder& builder = to.stacks.builder;
        const std::uint32_t node = to.stacks.node(stack);
        std::int64_t self = weight.value;
        bool fits = builder.refine(weight.decimals);
        const auto factor =
            static_cast<std::int64_t>(power_of_ten(builder.decimals() - weight.decimals));
        if (fits && magnitude(self) > max_magnitude / static_cast<std::uint64_t>(factor)) {
            fits = false;
        }
        if (!fits || !builder.add(node, weight.observations(), self * factor)) {
            to.problem = wick::error{"the weights add up to 2^63 or more", number};
        }
        if (weight.rounded) { ++to.rounded; }
    }

    void finish(column& done) { read_.columns.push_back(done.stacks.builder.finish()); }
};

} // namespace detail

/// Reads folded text: a stack a line, frames from the root joined by ';', a blank, a weight.
/// Returns a profile of unit "", the same whatever the order of the lines; `count` is the weight
/// rounded to a whole number (folded text does not tell observations from weight), so `counted` is
/// unknown. Frames may be empty and hold any bytes but ';' and '\n'; "_[k]", "_[i]" and "_[j]" at
/// the end of a frame become its kind. Weights may have a fraction. A line may end in "\r\n",
/// blanks, or the end of the input; empty lines and lines that begin with "# " are comments. A line
/// with no stack weighs the root.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more, with the line. Lines that are malformed or longer
///          than 16 MiB are skipped and counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer. While all lines end in two
///          numbers, both readings are kept, at three times the cost.
template <class Source>
[[nodiscard]] result<folded_text> read_folded(Source&& source) {
    detail::folded_reader reader;
    return detail::read_lines<detail::folded_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<folded_text> parse_folded(std::string_view text) {
    return read_folded(detail::text_source(text));
}

/// Writes a profile as folded text, a line for each stack with weight of its own, sorted as
/// `LC_ALL=C sort` has them; reading the text gives the same stacks and weights. Kinds become the
/// suffixes "_[k]", "_[i]" and "_[j]", frames without a name their module and offset; ';' in a name
/// becomes ':', a line break a blank. What text cannot hold (files, lines, counts, unit, origins)
/// is left out.
/// sink     callable taking std::string_view, or a std::ostream.
/// Cost:    O(output); memory for the path and the siblings along it.
template <class Sink>
void write_folded(Sink&& sink, const profile& p) {
    if (detail::has_separators(p.frames)) {
        write_folded(sink, detail::without_separators(p));
        return;
    }
    const auto weights = [](std::string& line, const profile& tree, std::uint32_t node) {
        detail::append_weight(line, tree.nodes[node].self, tree.decimals);
    };
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    detail::folded_lines<decltype(out), decltype(weights)>(out, p, weights).write();
    out.flush();
}

/// The same as a string.
[[nodiscard]] inline std::string to_folded(const profile& p) {
    std::string text;
    write_folded([&](std::string_view piece) { text += piece; }, p);
    return text;
}

WICK_END_NAMESPACE

#endif
