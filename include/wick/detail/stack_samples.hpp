// wick/detail/stack_samples.hpp - what readers of text with stacks share: lines in, samples out.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_STACK_SAMPLES_HPP
#define WICK_DETAIL_STACK_SAMPLES_HPP

#include <wick/detail/demangle_rust.hpp> // names of Rust
#include <wick/detail/lines.hpp>         // lines out of a stream
#include <wick/detail/symbol_text.hpp>   // names without arguments
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the builder
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are changed
#include <string_view> // lines
#include <utility>     // std::move
#include <vector>      // stacks

WICK_BEGIN_NAMESPACE
namespace detail {

/// How much of an input is looked at to tell its format.
inline constexpr std::size_t most_sniffed = std::size_t{1} << 16;

/// Returns whether one of the lines in the head of an input is as `test` wants it.
template <class Test>
[[nodiscard]] bool any_line(std::string_view head, Test test) {
    head = head.substr(0, most_sniffed);
    std::string_view line;
    while (take_line(head, line)) {
        if (test(line)) { return true; }
    }
    return false;
}

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) noexcept {
    return text.find(part) != std::string_view::npos;
}

/// Takes the first word off a text and the blanks before and behind it.
[[nodiscard]] inline std::string_view take_word(std::string_view& text) noexcept {
    text.remove_prefix(indent_of(text));
    std::size_t end = 0;
    while (end < text.size() && !is_blank(text[end])) { ++end; }
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    text.remove_prefix(indent_of(text));
    return word;
}

/// Takes the last word off a text and the blanks before and behind it.
[[nodiscard]] inline std::string_view take_last_word(std::string_view& text) noexcept {
    trim_blanks(text);
    std::size_t begin = text.size();
    while (begin > 0 && !is_blank(text[begin - 1])) { --begin; }
    const std::string_view word = text.substr(begin);
    text = text.substr(0, begin);
    trim_blanks(text);
    return word;
}

/// Returns how many digits the text begins with.
[[nodiscard]] inline std::size_t count_digits(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size() && is_digit(text[at])) { ++at; }
    return at;
}

/// Reads a whole number below 2^63 that is all of the text.
[[nodiscard]] inline bool parse_whole(std::string_view text, std::int64_t& number) noexcept {
    number = 0;
    if (text.empty() || count_digits(text) != text.size()) { return false; }
    for (const char digit : text) {
        if (!append_digit(number, digit)) { return false; }
    }
    return true;
}

/// Reads "12", "0.5" or "1,234.5" in units of 10^-`decimals`; further digits are cut. False for
/// all else, and for numbers of 2^63 or more in that unit.
[[nodiscard]] inline bool
parse_decimal(std::string_view text, int decimals, std::int64_t& number) noexcept {
    number = 0;
    bool any = false;
    int places = -1; // behind the point; -1: before it
    for (const char c : text) {
        if (c == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (c == ',' && places < 0 && any) { continue; }
        if (!is_digit(c)) { return false; }
        any = true;
        if (places == decimals) { continue; }
        if (!append_digit(number, c)) { return false; }
        if (places >= 0) { ++places; }
    }
    for (int i = places < 0 ? 0 : places; i < decimals; ++i) {
        if (!append_digit(number, '0')) { return false; }
    }
    return any;
}

/// Returns how many bytes "0x1f" at the beginning takes, 0 where there is no such number.
[[nodiscard]] inline std::size_t hex_size(std::string_view text) noexcept {
    if (!starts_with(text, "0x")) { return 0; }
    std::size_t at = 2;
    while (at < text.size() && is_hex_digit(text[at])) { ++at; }
    return at > 2 ? at : 0;
}

/// Takes "+123", "+0x1b" or "+0x1b/0x2c" off the end of a symbol.
[[nodiscard]] inline std::string_view without_any_offset(std::string_view symbol) noexcept {
    const std::size_t plus = symbol.rfind('+');
    if (plus == std::string_view::npos || plus == 0 || plus + 1 == symbol.size()) { return symbol; }
    std::string_view offset = symbol.substr(plus + 1);
    const std::size_t hex = hex_size(offset);
    const std::size_t size = hex > 0 ? hex : count_digits(offset);
    offset.remove_prefix(size);
    if (hex > 0 && starts_with(offset, "/")) {
        offset.remove_prefix(1);
        offset.remove_prefix(hex_size(offset));
    }
    return size > 0 && offset.empty() ? symbol.substr(0, plus) : symbol;
}

/// Returns "[lib.so]" for code of a module that has no name, "[unknown]" where that is not known
/// either.
[[nodiscard]] inline std::string unknown_frame(std::string_view module) {
    const std::size_t slash = module.rfind('/');
    if (slash != std::string_view::npos) { module.remove_prefix(slash + 1); }
    if (module.empty()) { return "[unknown]"; }
    if (module.front() == '[') { return std::string(module); }
    return "[" + std::string(module) + "]";
}

/// Returns a function's name as it is in the source: Rust's names demangled and without their
/// hashes; unless they are to be kept, without its arguments.
[[nodiscard]] inline std::string comparable_name(std::string_view name, bool keep_arguments) {
    std::string demangled = demangle_rust(name);
    if (!demangled.empty()) { name = demangled; }
    name = without_rust_hash(name);
    if (keep_arguments) { return std::string(name); }
    const std::string bare = without_arguments(name);
    return std::string(trimmed(bare).empty() ? name : trimmed(bare));
}

/// Returns the place of the first " (" that is not inside brackets: where a debugger's values of
/// arguments begin, behind a name that may hold brackets of its own. npos where there is none.
[[nodiscard]] inline std::size_t find_argument_values(std::string_view text) noexcept {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (const std::size_t size = operator_size(text, i); size > 0) {
            i += size;
            continue;
        }
        const char c = text[i];
        if (c == '(' && depth == 0 && i > 0 && is_blank(text[i - 1]) &&
            !starts_with(text.substr(i), "(anonymous namespace)")) {
            return i - 1;
        }
        if (c == '<' || c == '{' || c == '(') { ++depth; }
        if ((c == '>' || c == '}' || c == ')') && depth > 0) { --depth; }
        ++i;
    }
    return std::string_view::npos;
}

/// One stack after the other into a builder, with what all readers of text must account for.
class stack_samples {
public:
    profile_builder builder;
    wick::skipped skipped;
    wick::error problem; ///< the first weight that did not fit

    /// Forgets the stack that is being put together.
    void clear() {
        roots_.clear();
        frames_.clear();
    }
    /// How many frames the stack has without its roots.
    [[nodiscard]] std::size_t size() const noexcept { return frames_.size(); }

    /// Adds what stands above all frames: the outermost first.
    void push_root(std::string_view name, frame_kind kind) { roots_.push_back(intern(name, kind)); }
    /// Adds a frame: the leaf first.
    void push(std::string_view name, frame_kind kind = frame_kind::function) {
        frames_.push_back(intern(name, kind));
    }
    /// The same for a frame of the builder's.
    void push_frame(std::uint32_t frame) { frames_.push_back(frame); }
    void push_root_frame(std::uint32_t frame) { roots_.push_back(frame); }
    [[nodiscard]] bool same_function(std::size_t a, std::size_t b) const {
        return builder.frame_at(frames_[a]).function == builder.frame_at(frames_[b]).function;
    }
    /// Puts a frame that is not only a name in the place of one that is.
    void replace(std::size_t at, const wick::frame& place) { frames_[at] = builder.intern(place); }
    [[nodiscard]] const wick::frame& at(std::size_t at) const {
        return builder.frame_at(frames_[at]);
    }
    void set_kind(std::size_t at, frame_kind kind) {
        wick::frame place = builder.frame_at(frames_[at]);
        place.kind = kind;
        frames_[at] = builder.intern(place);
    }
    /// Says in which file and line execution stood in the last frame; does nothing where `line` is
    /// no number, or none of a line.
    void set_place(std::string_view file, std::string_view line) {
        std::int64_t number = 0;
        if (!parse_whole(line, number) || number > 0xffffffff) { return; }
        wick::frame place = at(size() - 1);
        place.file = file;
        place.at_line = static_cast<std::uint32_t>(number);
        replace(size() - 1, place);
    }
    /// Puts the first frames behind the others: for two stacks in the wrong order.
    void rotate(std::size_t first) {
        std::vector<std::uint32_t> turned(frames_.begin() + static_cast<std::ptrdiff_t>(first),
                                          frames_.end());
        turned.insert(
            turned.end(), frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first));
        frames_.swap(turned);
    }

    /// Adds the stack and forgets it. One without frames weighs "[no stack]", so that no weight is
    /// lost.
    void commit(std::uint64_t count, std::int64_t weight, std::uint64_t line) {
        std::uint32_t node = profile_builder::root;
        for (const std::uint32_t f : roots_) { node = builder.child(node, f); }
        if (frames_.empty()) { push("[no stack]", frame_kind::marker); }
        for (std::size_t i = frames_.size(); i-- > 0;) { node = builder.child(node, frames_[i]); }
        add(node, count, weight, line);
        clear();
    }

    [[nodiscard]] bool has_roots() const noexcept { return !roots_.empty(); }
    /// Adds the roots alone, which is all there is of some samples, and forgets them.
    void commit_roots(std::uint64_t count, std::int64_t weight, std::uint64_t line) {
        std::uint32_t node = profile_builder::root;
        for (const std::uint32_t f : roots_) { node = builder.child(node, f); }
        add(node, count, weight, line);
        clear();
    }

    void add(std::uint32_t node, std::uint64_t count, std::int64_t weight, std::uint64_t line) {
        if (!builder.add(node, count, weight) && !problem) {
            problem = wick::error{"the weights add up to 2^63 or more", line};
        }
    }

    /// Returns the id of a frame whose name is made fit for text.
    [[nodiscard]] std::uint32_t intern(std::string_view name, frame_kind kind) {
        if (!contains(name, ";")) { return builder.intern(name, kind); }
        text_ = name;
        for (char& c : text_) {
            if (c == ';') { c = ':'; }
        }
        return builder.intern(text_, kind);
    }

private:
    std::vector<std::uint32_t> roots_;
    std::vector<std::uint32_t> frames_;
    std::string text_;
};

/// A tree given as indented rows, each with what it weighs together with the rows below it. What
/// a row weighs alone follows when its last child is known.
class weighed_rows {
public:
    explicit weighed_rows(stack_samples& to, bool callee_first = false)
        : to_(&to)
        , callee_first_(callee_first) {}

    /// Adds a row, which is a child of the last row that is indented less. What a dropped row
    /// weighs alone goes to `dropped()` instead of the builder.
    void row(std::size_t indent,
             std::uint32_t frame,
             std::int64_t total,
             std::uint64_t line,
             bool drop = false) {
        close(indent);
        const bool fits = rows_.empty() || total <= 0 || rows_.back().children <= max_total - total;
        if (!rows_.empty() && fits) { rows_.back().children += total; }
        rows_.push_back({indent, frame, total, 0, line, drop});
    }

    /// Ends the tree.
    void finish() { close(0); }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
    struct open_row {
        std::size_t indent;
        std::uint32_t frame;
        std::int64_t total;
        std::int64_t children;
        std::uint64_t line;
        bool drop;
    };
    static constexpr std::int64_t max_total = 0x7fffffffffffffff;
    stack_samples* to_;
    bool callee_first_;
    std::uint64_t dropped_ = 0;
    std::vector<open_row> rows_;
    // The nodes of the open rows, as far as they were needed: caller-first trees only.
    std::vector<std::uint32_t> nodes_;

    void close(std::size_t indent) {
        while (!rows_.empty() && rows_.back().indent >= indent) {
            const open_row last = rows_.back();
            if (last.total < last.children) {
                to_->skipped.add("the rows below this one weigh more than it does", last.line);
            } else if (last.total > last.children) {
                const std::int64_t self = last.total - last.children;
                if (last.drop) {
                    dropped_ += static_cast<std::uint64_t>(self);
                } else {
                    to_->add(node(), static_cast<std::uint64_t>(self), self, last.line);
                }
            }
            rows_.pop_back();
            if (nodes_.size() > rows_.size()) { nodes_.resize(rows_.size()); }
        }
    }

    [[nodiscard]] std::uint32_t node() {
        std::uint32_t at = profile_builder::root;
        if (callee_first_) {
            for (std::size_t i = rows_.size(); i-- > 0;) {
                at = to_->builder.child(at, rows_[i].frame);
            }
            return at;
        }
        if (!nodes_.empty()) { at = nodes_.back(); }
        for (std::size_t i = nodes_.size(); i < rows_.size(); ++i) {
            at = to_->builder.child(at, rows_[i].frame);
            nodes_.push_back(at);
        }
        return at;
    }
};

/// A tree given as indented rows, each with what it weighs alone.
class indented_rows {
public:
    explicit indented_rows(stack_samples& to)
        : to_(&to) {}

    void row(std::size_t indent,
             std::uint32_t frame,
             std::uint64_t count,
             std::int64_t self,
             std::uint64_t line) {
        while (!rows_.empty() && rows_.back().indent >= indent) { rows_.pop_back(); }
        const std::uint32_t parent = rows_.empty() ? profile_builder::root : rows_.back().node;
        const std::uint32_t node = to_->builder.child(parent, frame);
        rows_.push_back({indent, node});
        if (self != 0 || count != 0) { to_->add(node, count, self, line); }
    }

private:
    struct open_row {
        std::size_t indent;
        std::uint32_t node;
    };
    stack_samples* to_;
    std::vector<open_row> rows_;
};

/// Reads a time with its unit, "12.5ms", "1.2 s" or "3 min", or without one in `unit`, in
/// nanoseconds. False for all else, and for times of 2^63 ns or more.
[[nodiscard]] inline bool
parse_time_ns(std::string_view text, std::string_view unit, std::int64_t& ns) noexcept {
    text = trimmed(text);
    std::size_t end = 0;
    while (end < text.size() && (is_digit(text[end]) || text[end] == '.' || text[end] == ',')) {
        ++end;
    }
    const std::string_view given = trimmed(text.substr(end));
    if (!given.empty()) { unit = given; }
    const std::string_view number = text.substr(0, end);
    if (unit == "ns") { return parse_decimal(number, 0, ns); }
    if (unit == "us" || unit == "\xc2\xb5s") { return parse_decimal(number, 3, ns); }
    if (unit == "ms") { return parse_decimal(number, 6, ns); }
    if (unit == "s") { return parse_decimal(number, 9, ns); }
    const std::int64_t factor = unit == "min" ? 60 : unit == "h" ? 3600 : 0;
    if (factor == 0 || !parse_decimal(number, 9, ns)) { return false; }
    if (ns > 0x7fffffffffffffff / factor) { return false; }
    ns *= factor;
    return true;
}

/// Splits a line of comma-separated values; quotes around a value are taken off and "" in it is
/// one quote. False when a quote is not closed.
[[nodiscard]] inline bool split_csv(std::string_view line, std::vector<std::string>& values) {
    values.assign(1, std::string());
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"') {
            if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
                values.back() += '"';
                ++i;
            } else {
                quoted = !quoted;
            }
        } else if (c == ',' && !quoted) {
            values.emplace_back();
        } else {
            values.back() += c;
        }
    }
    return !quoted;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
