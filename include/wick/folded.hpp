// wick/folded.hpp - folded text, "main;parse;read 42", into a profile and back.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FOLDED_HPP
#define WICK_FOLDED_HPP

#include <wick/detail/frame_text.hpp> // what a frame is called
#include <wick/detail/lines.hpp>      // lines out of a stream
#include <wick/detail/stack_text.hpp> // stacks into a builder
#include <wick/detail/text.hpp>       // weights out of text
#include <wick/detail/writer.hpp>     // buffered output, weights as text
#include <wick/profile.hpp>           // the value
#include <wick/result.hpp>            // what reading returns

#include <algorithm>   // std::sort
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
            skip("expected \"frame;frame weight\": no number at the end", number);
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
/// with no stack weighs the root. source   callable `std::size_t(char* to, std::size_t room)`,
/// returns 0 at the end. Errors:  weights that add up to 2^63 or more, with the line. Lines that
/// are malformed or longer than
///          16 MiB are skipped and counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer. While all lines end in two
/// numbers,
///          both readings are kept, at three times the cost.
template <class Source>
[[nodiscard]] result<folded_text> read_folded(Source&& source) {
    detail::folded_reader reader;
    detail::line_reader<std::remove_reference_t<Source>> lines(source);
    std::string_view line;
    while (lines.next(line)) {
        if (lines.too_long()) {
            reader.skip("the line is longer than 16 MiB", lines.number());
            continue;
        }
        reader.line(line, lines.number());
    }
    return reader.finish();
}

/// The same from memory.
[[nodiscard]] inline result<folded_text> parse_folded(std::string_view text) {
    return read_folded(detail::text_source(text));
}

namespace detail {

[[nodiscard]] inline bool has_separator(const std::string& text) {
    return text.find_first_of(";\n\r") != std::string::npos;
}

/// Returns the profile with names that can be read back as one frame: what separates becomes what
/// does not.
[[nodiscard]] inline profile without_separators(const profile& p) {
    return map_frames(p, [&](const frame& f) {
        frame text;
        append_frame_text(text.function, p, f);
        for (char& c : text.function) {
            if (c == ';') { c = ':'; }
            if (c == '\n' || c == '\r') { c = ' '; }
        }
        return text;
    });
}

/// Writes the lines of a tree in the order of their bytes, as `sort` has them. That is not the
/// order of the tree: "a 1" < "a-x;b 1" < "a;b 1".
template <class Writer>
class folded_lines {
public:
    folded_lines(Writer& out, const profile& p)
        : out_(out)
        , shown_(p)
        , tree_(shown_.tree())
        , last_(tree_.nodes.size()) {
        for (std::size_t i = tree_.nodes.size(); i-- > 1;) {
            last_[i] = (std::max)(last_[i], static_cast<std::uint32_t>(i + 1));
            std::uint32_t& of_parent = last_[tree_.nodes[i].parent];
            of_parent = (std::max)(of_parent, last_[i]);
        }
        if (!last_.empty()) { last_[0] = static_cast<std::uint32_t>(last_.size()); }
    }

    void write() {
        if (tree_.nodes.empty()) { return; }
        if (has_line(0)) { put_line(0, 0); }
        push_children(0, 0);
        while (!pending_.empty()) {
            const item next = pending_.back();
            pending_.pop_back();
            line_.resize(next.prefix);
            append_name(next.node, next.is_line);
            if (next.is_line) {
                put_line(next.node, line_.size());
                continue;
            }
            line_ += ';';
            push_children(next.node, line_.size());
        }
    }

private:
    // A node has a line of its own, and a block of lines when it has children.
    struct item {
        std::uint32_t node;
        bool is_line;
        std::size_t prefix; // how much of line_ the ancestors take
        std::string key;    // the bytes that tell it from its siblings', where names do not
    };
    Writer& out_;
    shown_profile shown_;
    const profile& tree_;
    std::vector<std::uint32_t> last_; // one past each node's last descendant
    std::vector<item> pending_;
    std::vector<std::uint32_t> children_;
    std::string line_;

    [[nodiscard]] const std::string& text_of(std::uint32_t node) const {
        return shown_.texts()[tree_.nodes[node].frame];
    }
    // A line that begins with "# " would be read as a comment.
    [[nodiscard]] static bool begins_comment(const std::string& root) {
        return root == "#" || root.compare(0, 2, "# ") == 0;
    }
    void append_name(std::uint32_t node, bool is_line) {
        const std::size_t begin = line_.size();
        line_ += text_of(node);
        if (begin > 0 || !begins_comment(line_)) { return; }
        if (line_.size() > 1) {
            line_[1] = '_';
        } else if (is_line) {
            line_ += '_';
        }
    }
    [[nodiscard]] bool has_children(std::uint32_t node) const { return last_[node] > node + 1; }
    [[nodiscard]] bool has_line(std::uint32_t node) const {
        const profile::node& n = tree_.nodes[node];
        return n.self != 0 || n.count != 0 || (node != 0 && !has_children(node));
    }

    void put_line(std::uint32_t node, std::size_t size) {
        line_.resize(size);
        line_ += ' ';
        append_weight(line_, tree_.nodes[node].self, tree_.decimals);
        line_ += '\n';
        out_.put(line_);
    }

    void push_children(std::uint32_t node, std::size_t prefix) {
        children_.clear();
        for (std::uint32_t c = node + 1; c < last_[node]; c = last_[c]) { children_.push_back(c); }
        const std::size_t begin = pending_.size();
        for (std::size_t i = children_.size(); i-- > 0;) {
            const std::uint32_t c = children_[i];
            if (has_children(c)) { pending_.push_back({c, false, prefix, {}}); }
            if (has_line(c)) { pending_.push_back({c, true, prefix, {}}); }
        }
        if (names_meet()) { sort_by_bytes(begin); }
    }

    // Whether the order of the names may not be that of the lines: a name begins another one.
    [[nodiscard]] bool names_meet() const {
        for (std::size_t i = 1; i < children_.size(); ++i) {
            const std::string& a = text_of(children_[i - 1]);
            const std::string& b = text_of(children_[i]);
            if (begins_comment(a)) { return true; }
            if (b.size() < a.size() ? b <= a : b.compare(0, a.size(), a) <= 0) { return true; }
        }
        return false;
    }

    void sort_by_bytes(std::size_t begin) {
        const std::string saved = line_;
        for (std::size_t i = begin; i < pending_.size(); ++i) {
            item& it = pending_[i];
            line_.resize(it.prefix);
            append_name(it.node, it.is_line);
            it.key = line_.substr(it.prefix);
            if (it.is_line) {
                it.key += ' ';
                append_weight(it.key, tree_.nodes[it.node].self, tree_.decimals);
            } else {
                it.key += ';';
            }
        }
        std::sort(pending_.begin() + static_cast<std::ptrdiff_t>(begin),
                  pending_.end(),
                  [](const item& a, const item& b) { return b.key < a.key; }); // taken from the end
        line_ = saved;
    }
};

} // namespace detail

/// Writes a profile as folded text, a line for each stack with weight of its own, sorted as
/// `LC_ALL=C sort` has them; reading the text gives the same stacks and weights. Kinds become the
/// suffixes "_[k]", "_[i]" and
/// "_[j]", frames without a name their module and offset; ';' in a name becomes ':', a line break '
/// '. What text cannot hold (files, lines, counts, unit, origins) is left out. sink     callable
/// taking std::string_view, or a std::ostream. Cost:    O(output); memory for the path and the
/// siblings along it.
template <class Sink>
void write_folded(Sink&& sink, const profile& p) {
    for (const frame& f : p.frames) {
        if (detail::has_separator(f.function)) {
            write_folded(sink, detail::without_separators(p));
            return;
        }
    }
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    detail::folded_lines<decltype(out)>(out, p).write();
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
