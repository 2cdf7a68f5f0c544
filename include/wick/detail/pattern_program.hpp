// wick/detail/pattern_program.hpp - regular expressions in Python's syntax into steps of a machine.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_PATTERN_PROGRAM_HPP
#define WICK_DETAIL_PATTERN_PROGRAM_HPP

#include <wick/detail/hash.hpp> // the index of sets
#include <wick/detail/text.hpp> // is_digit
#include <wick/result.hpp>      // what is wrong with a pattern
#include <wick/version.hpp>

#include <algorithm>   // std::sort
#include <cstddef>     // std::size_t
#include <cstdint>     // code points
#include <string>      // words of errors
#include <string_view> // patterns
#include <utility>     // std::move
#include <vector>      // steps and sets

WICK_BEGIN_NAMESPACE
namespace detail {

/// Reads a code point at the beginning of text that is not empty; returns how many bytes it has. A
/// byte that is no part of valid UTF-8 is one code point, U+DC80 to U+DCFF, as in Python's
/// "surrogateescape".
[[nodiscard]] inline std::size_t decode_utf8(std::string_view text, std::uint32_t& code) noexcept {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
    const std::uint32_t lead = byte(0);
    code = lead;
    if (lead < 0x80) { return 1; }
    if (lead >= 0xc2 && lead <= 0xdf && follows(1)) {
        code = (lead & 0x1f) << 6 | (byte(1) & 0x3f);
        return 2;
    }
    if ((lead & 0xf0) == 0xe0 && follows(1) && follows(2)) {
        code = (lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
        if (code >= 0x800 && (code < 0xd800 || code > 0xdfff)) { return 3; }
    }
    if ((lead & 0xf8) == 0xf0 && follows(1) && follows(2) && follows(3)) {
        code =
            (lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
        if (code >= 0x10000 && code <= 0x10ffff) { return 4; }
    }
    code = 0xdc00 + lead;
    return 1;
}

/// Appends a code point that is not a surrogate.
inline void append_code_point(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | code >> 6);
        put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        put(0xe0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
    } else {
        put(0xf0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3f));
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
    }
}

inline constexpr std::uint32_t last_code_point = 0x10ffff;

/// Code points from the first to the last.
struct code_range {
    std::uint32_t first;
    std::uint32_t last;

    friend bool operator==(const code_range& a, const code_range& b) {
        return a.first == b.first && a.last == b.last;
    }
};

/// Sorted ranges that neither overlap nor touch.
using code_set = std::vector<code_range>;

inline void tidy(code_set& set) {
    std::sort(set.begin(), set.end(), [](const code_range& a, const code_range& b) {
        return a.first < b.first;
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (kept > 0 && set[i].first <= set[kept - 1].last + 1) {
            set[kept - 1].last = (std::max)(set[kept - 1].last, set[i].last);
        } else {
            set[kept++] = set[i];
        }
    }
    set.resize(kept);
}

/// Returns all code points that are not in a tidy set.
[[nodiscard]] inline code_set complement(const code_set& set) {
    code_set others;
    std::uint32_t next = 0;
    for (const code_range& r : set) {
        if (r.first > next) { others.push_back({next, r.first - 1}); }
        next = r.last + 1;
    }
    if (next <= last_code_point) { others.push_back({next, last_code_point}); }
    return others;
}

/// Adds the other case of all ASCII letters in the set.
inline void fold_case(code_set& set) {
    code_set more;
    for (const code_range& r : set) {
        for (const std::uint32_t a : {std::uint32_t{'A'}, std::uint32_t{'a'}}) {
            const std::uint32_t first = (std::max)(r.first, a);
            const std::uint32_t last = (std::min)(r.last, a + 25);
            const std::uint32_t other = a ^ ('A' ^ 'a');
            if (first <= last) { more.push_back({first - a + other, last - a + other}); }
        }
    }
    set.insert(set.end(), more.begin(), more.end());
    tidy(set);
}

enum class assertion : std::uint8_t {
    text_start,   // \A, ^
    line_start,   // ^ with (?m)
    text_end,     // \Z
    last_line,    // $: at the end or before a newline that ends the text
    line_end,     // $ with (?m)
    word_edge,    // \b
    no_word_edge, // \B
};

enum class pattern_op : std::uint8_t {
    set,     // one code point of sets[index], then the next step
    either,  // the next step or, if that leads nowhere, the one `to` steps on
    or_else, // the same, `to` first
    jump,    // `to` steps on
    check,   // the assertion `index`, then the next step
    match,
};

/// A step of the machine. Distances are relative, so that a piece of program can be copied.
struct pattern_step {
    pattern_op op;
    std::uint32_t index;
    std::int32_t to;
};

struct pattern_program {
    std::vector<pattern_step> steps;
    std::vector<code_set> sets;
    std::string literal;        // bytes that stand in every match; may be empty
    bool only_literal = false;  // and the match is nothing else
    std::uint32_t asserted = 0; // a bit for each assertion that is used
};

/// Reads a regular expression. Groups are kept on an own stack: their depth is the pattern's.
class pattern_parser {
public:
    // A machine larger than this is a mistake, or an attack: nested repetitions multiply.
    static constexpr std::size_t max_steps = 20000;
    static constexpr std::size_t max_sets = 2000;
    static constexpr std::size_t max_ranges = 10000;

    pattern_parser(std::string_view text, bool ignore_case)
        : text_(text) {
        flags_.ignore_case = ignore_case;
    }

    [[nodiscard]] result<pattern_program> parse() {
        while (!problem_ && at_ < text_.size()) { item(); }
        if (!problem_ && !groups_.empty()) {
            fail("missing ), unterminated subpattern", groups_.back().at);
        }
        if (problem_) { return {pattern_program{}, std::move(problem_)}; }
        finish_branches();
        emit(pattern_op::match);
        keep_run();
        if (alternatives_) { longest_run_.clear(); }
        made_.only_literal = plain_;
        made_.literal = std::move(longest_run_);
        if (problem_) { return {pattern_program{}, std::move(problem_)}; }
        return {std::move(made_), {}};
    }

    /// The program of the text itself, in any case.
    [[nodiscard]] result<pattern_program> parse_literal() {
        while (!problem_ && at_ < text_.size()) { literal(take()); }
        emit(pattern_op::match);
        if (problem_) { return {pattern_program{}, std::move(problem_)}; }
        return {std::move(made_), {}};
    }

private:
    struct flags {
        bool ignore_case = false;
        bool multi_line = false;
        bool dot_all = false;
        bool verbose = false;
    };
    struct group {
        std::size_t at;      // of its parenthesis
        std::size_t begin;   // its first step
        std::size_t branch;  // the first step of its last alternative
        std::size_t pending; // how many jumps of outer groups wait in pending_
        flags outer;
    };
    // What stands before a quantifier.
    enum class before : std::uint8_t { nothing, repeatable, repeated };

    std::string_view text_;
    std::size_t at_ = 0;
    flags flags_;
    pattern_program made_;
    wick::error problem_;
    std::vector<group> groups_;
    std::vector<std::size_t> pending_; // jumps to the end of their group
    std::size_t branch_ = 0;           // the first step of the last alternative
    std::size_t atom_ = 0;             // the first step of what a quantifier repeats
    before before_ = before::nothing;
    bool start_ = true; // nothing but flags and comments so far
    std::vector<std::string> names_;
    id_table set_index_;
    std::size_t ranges_ = 0;
    // The literal that every match holds: the longest run of characters outside of groups.
    std::string run_;
    std::size_t run_last_ = 0; // bytes of its last character
    std::string longest_run_;
    bool alternatives_ = false;
    bool plain_ = true; // nothing but characters

    void fail(std::string what, std::size_t at) {
        if (problem_) { return; }
        what += " at position " + std::to_string(at);
        problem_ = wick::error{std::move(what), 0, at};
    }

    [[nodiscard]] bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
    bool take_if(char c) {
        if (!next_is(c)) { return false; }
        ++at_;
        return true;
    }
    std::uint32_t take() {
        std::uint32_t code = 0;
        at_ += decode_utf8(text_.substr(at_), code);
        return code;
    }
    [[nodiscard]] std::string since(std::size_t begin) const {
        return std::string(text_.substr(begin, at_ - begin));
    }

    // ------------------------------------------------------------------------------- the program

    void emit(pattern_op op, std::uint32_t index = 0, std::int32_t to = 0) {
        insert(made_.steps.size(), op, index, to);
    }
    void insert(std::size_t at, pattern_op op, std::uint32_t index = 0, std::int32_t to = 0) {
        if (made_.steps.size() >= max_steps) {
            fail("the pattern is too large: more than " + std::to_string(max_steps) + " steps",
                 at_);
            return;
        }
        made_.steps.insert(made_.steps.begin() + static_cast<std::ptrdiff_t>(at),
                           pattern_step{op, index, to});
    }
    [[nodiscard]] static std::int32_t distance(std::size_t from, std::size_t to) {
        return static_cast<std::int32_t>(to) - static_cast<std::int32_t>(from);
    }

    [[nodiscard]] std::uint32_t intern(code_set set) {
        const std::uint64_t hash =
            hash_bytes({reinterpret_cast<const char*>(set.data()), set.size() * sizeof(code_range)},
                       hash_seed());
        const std::uint32_t known =
            set_index_.find(hash, [&](std::uint32_t id) { return made_.sets[id] == set; });
        if (known != id_table::none) { return known; }
        ranges_ += set.size();
        if (made_.sets.size() >= max_sets || ranges_ > max_ranges) {
            fail("the pattern is too large: too many different characters and sets", at_);
            return 0;
        }
        const auto id = static_cast<std::uint32_t>(made_.sets.size());
        made_.sets.push_back(std::move(set));
        set_index_.insert(hash, id);
        return id;
    }

    void begin_atom() {
        atom_ = made_.steps.size();
        before_ = before::repeatable;
        start_ = false;
    }

    void literal(std::uint32_t code) {
        begin_atom();
        code_set set{{code, code}};
        if (flags_.ignore_case) { fold_case(set); }
        const bool one = set.size() == 1;
        emit(pattern_op::set, intern(std::move(set)));
        // A stray byte may stand within a longer character of the text, where it is none.
        if (!one || (code >= 0xd800 && code <= 0xdfff)) { return no_literal(); }
        if (!groups_.empty()) { return; }
        const std::size_t size = run_.size();
        append_code_point(run_, code);
        run_last_ = run_.size() - size;
    }
    void keep_run() {
        if (run_.size() > longest_run_.size()) { longest_run_ = run_; }
        run_.clear();
        run_last_ = 0;
    }
    void no_literal() {
        plain_ = false;
        keep_run();
    }

    void one_of(code_set set) {
        begin_atom();
        no_literal();
        emit(pattern_op::set, intern(std::move(set)));
    }
    void place(assertion a) {
        plain_ = false;
        start_ = false;
        before_ = before::nothing;
        made_.asserted |= 1u << static_cast<unsigned>(a);
        // What assertions look at must be told apart: it is made part of the alphabet.
        if (a == assertion::word_edge || a == assertion::no_word_edge) { (void)intern(words()); }
        if (a == assertion::line_start || a == assertion::line_end || a == assertion::last_line) {
            (void)intern({{'\n', '\n'}});
        }
        emit(pattern_op::check, static_cast<std::uint32_t>(a));
    }

    // -------------------------------------------------------------------------------- the syntax

    void item() {
        const std::size_t begin = at_;
        const std::uint32_t c = take();
        if (flags_.verbose && skip_comment(c)) { return; }
        switch (c) {
        case '|':
            return alternative();
        case '(':
            return open(begin);
        case ')':
            return close(begin);
        case '*':
            return quantifier(begin, 0, unbounded);
        case '+':
            return quantifier(begin, 1, unbounded);
        case '?':
            return quantifier(begin, 0, 1);
        case '{':
            return counted(begin);
        case '[':
            return bracket(begin);
        case '.':
            return one_of(flags_.dot_all ? complement({}) : complement({{'\n', '\n'}}));
        case '^':
            return place(flags_.multi_line ? assertion::line_start : assertion::text_start);
        case '$':
            return place(flags_.multi_line ? assertion::line_end : assertion::last_line);
        case '\\':
            return escape(begin);
        default:
            return literal(c);
        }
    }

    bool skip_comment(std::uint32_t c) {
        if (c == ' ' || (c >= '\t' && c <= '\r')) { return true; }
        if (c != '#') { return false; }
        const std::size_t end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end + 1;
        return true;
    }

    void alternative() {
        plain_ = false;
        if (groups_.empty()) { alternatives_ = true; }
        const auto size = distance(branch_, made_.steps.size());
        insert(branch_, pattern_op::either, 0, size + 2);
        pending_.push_back(made_.steps.size());
        emit(pattern_op::jump);
        branch_ = made_.steps.size();
        before_ = before::nothing;
        start_ = false;
    }

    void finish_branches() {
        const std::size_t base = groups_.empty() ? 0 : groups_.back().pending;
        if (problem_) { return; }
        for (std::size_t i = base; i < pending_.size(); ++i) {
            made_.steps[pending_[i]].to = distance(pending_[i], made_.steps.size());
        }
        pending_.resize(base);
    }

    void open(std::size_t begin) {
        flags inner = flags_;
        if (take_if('?')) {
            if (!extension(begin, inner)) { return; }
        }
        no_literal();
        groups_.push_back(group{begin, made_.steps.size(), branch_, pending_.size(), flags_});
        flags_ = inner;
        branch_ = made_.steps.size();
        before_ = before::nothing;
        start_ = false;
    }

    void close(std::size_t begin) {
        if (groups_.empty()) { return fail("unbalanced parenthesis", begin); }
        finish_branches();
        const group& g = groups_.back();
        flags_ = g.outer;
        branch_ = g.branch;
        atom_ = g.begin;
        before_ = before::repeatable;
        groups_.pop_back();
    }

    // What follows "(?". Returns whether a group begins.
    bool extension(std::size_t begin, flags& inner) {
        const std::size_t mark = at_ - 1;
        if (at_ == text_.size()) {
            fail("unexpected end of pattern", at_);
            return false;
        }
        const char c = text_[at_];
        if (c == ':') {
            ++at_;
            return true;
        }
        if (c == '#') {
            const std::size_t end = text_.find(')', at_);
            if (end == std::string_view::npos) { fail("missing ), unterminated comment", begin); }
            at_ = end == std::string_view::npos ? text_.size() : end + 1;
            return false;
        }
        if (c == 'P') { return named(mark); }
        if (c == '=' || c == '!') { return unsupported("lookahead", mark); }
        if (c == '<') {
            ++at_;
            if (next_is('=') || next_is('!')) { return unsupported("lookbehind", mark); }
            const std::string shown = at_ < text_.size() ? character_at(at_) : "";
            if (shown.empty()) {
                fail("unexpected end of pattern", at_);
            } else {
                fail("unknown extension ?<" + shown, mark);
            }
            return false;
        }
        if (c == '(') { return unsupported("a conditional group", mark); }
        if (c == '>') { return unsupported("an atomic group", mark); }
        if (c == '-' || std::string_view("aiLmsux").find(c) != std::string_view::npos) {
            return inline_flags(begin, mark, inner);
        }
        fail("unknown extension ?" + character_at(at_), mark);
        return false;
    }

    [[nodiscard]] std::string character_at(std::size_t at) const {
        std::uint32_t code = 0;
        std::size_t size = decode_utf8(text_.substr(at), code);
        if (code == '\\' && at + 1 < text_.size()) {
            size += decode_utf8(text_.substr(at + 1), code); // an escape is shown whole
        }
        return std::string(text_.substr(at, size));
    }

    bool unsupported(const char* what, std::size_t at) {
        fail(std::string(what) + " is not supported: matching takes linear time", at);
        return false;
    }

    bool named(std::size_t mark) {
        ++at_;
        if (at_ == text_.size()) {
            fail("unexpected end of pattern", at_);
            return false;
        }
        if (next_is('=')) { return unsupported("a backreference", mark); }
        if (!take_if('<')) {
            fail("unknown extension ?P" + character_at(at_), mark);
            return false;
        }
        const std::size_t begin = at_;
        const std::size_t end = text_.find('>', at_);
        if (begin == text_.size() || end == begin) {
            fail("missing group name", begin);
            return false;
        }
        if (end == std::string_view::npos) {
            fail("missing >, unterminated name", begin);
            return false;
        }
        at_ = end + 1;
        std::string name(text_.substr(begin, end - begin));
        const auto word = [](char c) {
            return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                   static_cast<unsigned char>(c) >= 0x80;
        };
        if (is_digit(name[0]) || !std::all_of(name.begin(), name.end(), word)) {
            fail("bad character in group name '" + name + "'", begin);
            return false;
        }
        if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
            fail("redefinition of group name '" + name + "'", begin);
            return false;
        }
        names_.push_back(std::move(name));
        return true;
    }

    // "(?i)" for the whole pattern, "(?i:" and "(?s-i:" for a group.
    bool inline_flags(std::size_t begin, std::size_t mark, flags& inner) {
        bool on = true;
        std::size_t letters = 0;
        for (;; ++at_) {
            if (at_ == text_.size()) {
                fail(letters == 0 ? "missing flag" : "missing -, : or )", at_);
                return false;
            }
            const char c = text_[at_];
            if (c == '-' && on) {
                on = false;
                letters = 0;
            } else if (c == ':' || c == ')') {
                break;
            } else if (c == 'L' || c == 'u' || (c == 'a' && !on)) {
                fail("bad inline flags: classes are those of ASCII here", mark);
                return false;
            } else if (!set_flag(c, on, inner)) {
                const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                    static_cast<unsigned char>(c) >= 0x80;
                fail(letter         ? "unknown flag"
                     : letters == 0 ? "missing flag"
                     : on           ? "missing -, : or )"
                                    : "missing :",
                     at_);
                return false;
            } else {
                ++letters;
            }
        }
        const bool global = text_[at_] == ')';
        if (letters == 0 || (global && !on)) {
            fail(letters == 0 ? "missing flag" : "missing :", at_);
            return false;
        }
        ++at_;
        if (!global) { return true; }
        if (!start_) {
            fail("global flags not at the start of the expression", begin);
            return false;
        }
        flags_ = inner;
        return false;
    }

    static bool set_flag(char letter, bool on, flags& f) {
        switch (letter) {
        case 'a':
            return true;
        case 'i':
            f.ignore_case = on;
            return true;
        case 'm':
            f.multi_line = on;
            return true;
        case 's':
            f.dot_all = on;
            return true;
        case 'x':
            f.verbose = on;
            return true;
        default:
            return false;
        }
    }

    // ---------------------------------------------------------------------------------- repetition

    static constexpr std::uint32_t unbounded = 0xffffffffu;

    // Behind "{": a repetition if it is well formed, else a character like any other.
    void counted(std::size_t begin) {
        if (next_is('}')) { return literal('{'); }
        const std::size_t here = at_;
        std::uint32_t least = 0;
        std::uint32_t most = unbounded;
        const bool has_least = number(least);
        bool has_most = has_least;
        if (take_if(',')) {
            has_most = number(most);
        } else {
            most = least;
        }
        if (!take_if('}')) {
            at_ = here;
            return literal('{');
        }
        if (!has_most) { most = unbounded; }
        if (most < least) { return fail("min repeat greater than max repeat", here); }
        quantifier(begin, least, most);
    }

    // A number, where there is one. One that is too large is as large as can be: too large as well.
    bool number(std::uint32_t& value) {
        if (at_ == text_.size() || !is_digit(text_[at_])) { return false; }
        value = 0;
        for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
            const auto digit = static_cast<std::uint32_t>(text_[at_] - '0');
            value = value > 100000000u ? unbounded - 1 : value * 10 + digit;
        }
        return true;
    }

    void quantifier(std::size_t begin, std::uint32_t least, std::uint32_t most) {
        if (before_ == before::nothing) { return fail("nothing to repeat", begin); }
        if (before_ == before::repeated) { return fail("multiple repeat", begin); }
        const bool lazy = take_if('?');
        if (!lazy && next_is('+')) {
            unsupported("a possessive quantifier", at_);
            return;
        }
        plain_ = false;
        if (least == 0 && groups_.empty()) { run_.resize(run_.size() - run_last_); }
        keep_run();
        repeat(least, most, lazy);
        before_ = before::repeated;
    }

    // The last atom, so many times over.
    void repeat(std::uint32_t least, std::uint32_t most, bool lazy) {
        if (problem_) { return; }
        const std::vector<pattern_step> body(
            made_.steps.begin() + static_cast<std::ptrdiff_t>(atom_), made_.steps.end());
        made_.steps.resize(atom_);
        const std::uint32_t copies = most == unbounded ? (std::max)(least, 1u) : most;
        // An empty body can be copied for ever without a step more: once is as good.
        if (body.empty()) { return; }
        if (copies > max_steps / body.size()) {
            return fail("the pattern is too large: repeated " +
                            (copies >= unbounded - 1 ? std::string("too often")
                                                     : std::to_string(copies) + " times"),
                        at_);
        }
        const pattern_op skip = lazy ? pattern_op::or_else : pattern_op::either;
        const pattern_op again = lazy ? pattern_op::either : pattern_op::or_else;
        std::vector<std::size_t> skips;
        std::size_t last = atom_;
        for (std::uint32_t i = 0; i < copies && !problem_; ++i) {
            if (i >= least) {
                skips.push_back(made_.steps.size());
                emit(skip);
            }
            last = made_.steps.size();
            if (made_.steps.size() + body.size() <= max_steps) {
                made_.steps.insert(made_.steps.end(), body.begin(), body.end());
            } else {
                emit_too_much();
            }
        }
        // The loop is entered or skipped before it and left behind it: so an empty turn ends it, as
        // in backtracking engines.
        if (most == unbounded) { emit(again, 0, distance(made_.steps.size(), last)); }
        if (problem_) { return; }
        for (const std::size_t s : skips) { made_.steps[s].to = distance(s, made_.steps.size()); }
    }

    void emit_too_much() {
        fail("the pattern is too large: more than " + std::to_string(max_steps) + " steps", at_);
    }

    // ------------------------------------------------------------------------- characters and sets

    [[nodiscard]] static code_set digits() { return {{'0', '9'}}; }
    [[nodiscard]] static code_set blanks() { return {{'\t', '\r'}, {' ', ' '}}; }
    [[nodiscard]] static code_set words() {
        return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    }

    // \d \D \s \S \w \W.
    [[nodiscard]] static bool category(std::uint32_t letter, code_set& set) {
        switch (letter) {
        case 'd':
            set = digits();
            return true;
        case 'D':
            set = complement(digits());
            return true;
        case 's':
            set = blanks();
            return true;
        case 'S':
            set = complement(blanks());
            return true;
        case 'w':
            set = words();
            return true;
        case 'W':
            set = complement(words());
            return true;
        default:
            return false;
        }
    }

    // Behind a backslash outside of brackets.
    void escape(std::size_t begin) {
        if (at_ == text_.size()) { return fail("bad escape (end of pattern)", begin); }
        const std::uint32_t c = take();
        code_set set;
        if (category(c, set)) { return one_of(std::move(set)); }
        switch (c) {
        case 'A':
            return place(assertion::text_start);
        case 'Z':
            return place(assertion::text_end);
        case 'b':
            return place(assertion::word_edge);
        case 'B':
            return place(assertion::no_word_edge);
        default:
            break;
        }
        if (c >= '1' && c <= '9' && !octal_ahead()) {
            unsupported("a backreference", begin);
            return;
        }
        std::uint32_t code = 0;
        if (escaped_character(begin, c, code)) { literal(code); }
    }

    [[nodiscard]] static bool is_octal(char c) { return c >= '0' && c <= '7'; }

    // Whether three octal digits begin at the one that was just taken: fewer are a group's number.
    [[nodiscard]] bool octal_ahead() const {
        return at_ + 1 < text_.size() && is_octal(text_[at_ - 1]) && is_octal(text_[at_]) &&
               is_octal(text_[at_ + 1]);
    }

    // The character that an escape stands for, in and outside of brackets alike.
    bool escaped_character(std::size_t begin, std::uint32_t c, std::uint32_t& code) {
        code = c;
        switch (c) {
        case 'a':
            code = '\a';
            return true;
        case 'f':
            code = '\f';
            return true;
        case 'n':
            code = '\n';
            return true;
        case 'r':
            code = '\r';
            return true;
        case 't':
            code = '\t';
            return true;
        case 'v':
            code = '\v';
            return true;
        case 'x':
            return hexadecimal(begin, 2, code);
        case 'u':
            return hexadecimal(begin, 4, code);
        case 'U':
            return hexadecimal(begin, 8, code);
        default:
            break;
        }
        if (c < 0x80 && is_octal(static_cast<char>(c))) { return octal(begin, c, code); }
        if (c == '8' || c == '9' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            fail("bad escape " + since(begin), begin);
            return false;
        }
        return true;
    }

    bool octal(std::size_t begin, std::uint32_t first, std::uint32_t& code) {
        code = first - '0';
        for (int i = 0; i < 2 && at_ < text_.size() && is_octal(text_[at_]); ++i, ++at_) {
            code = code * 8 + static_cast<std::uint32_t>(text_[at_] - '0');
        }
        if (code <= 0377) { return true; }
        fail("octal escape value " + since(begin) + " outside of range 0-0o377", begin);
        return false;
    }

    bool hexadecimal(std::size_t begin, int digits, std::uint32_t& code) {
        code = 0;
        for (int i = 0; i < digits; ++i, ++at_) {
            const char c = at_ < text_.size() ? text_[at_] : '\0';
            std::uint32_t digit = 0;
            if (is_digit(c)) {
                digit = static_cast<std::uint32_t>(c - '0');
            } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
                digit = static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
            } else {
                fail("incomplete escape " + since(begin), begin);
                return false;
            }
            code = code << 4 | digit;
        }
        if (code <= last_code_point) { return true; }
        fail("bad escape " + since(begin), begin);
        return false;
    }

    // One member of a set: a character, or a category. Returns false when there is no more.
    bool member(std::size_t bracket_at, code_set& set, std::uint32_t& code) {
        set.clear();
        if (at_ == text_.size()) {
            fail("unterminated character set", bracket_at);
            return false;
        }
        const std::size_t begin = at_;
        code = take();
        if (code != '\\') { return true; }
        if (at_ == text_.size()) {
            fail("bad escape (end of pattern)", begin);
            return false;
        }
        code = take();
        if (category(code, set)) { return true; }
        if (code == 'b') {
            code = '\b';
            return true;
        }
        return escaped_character(begin, code, code);
    }

    void bracket(std::size_t begin) {
        const bool negated = take_if('^');
        code_set all;
        for (bool first = true; first || !next_is(']'); first = false) {
            const std::size_t low_at = at_;
            code_set set;
            code_set high_set;
            std::uint32_t low = 0;
            std::uint32_t high = 0;
            if (!member(begin, set, low)) { return; }
            if (next_is('-') && at_ + 1 == text_.size()) {
                return fail("unterminated character set", begin);
            }
            if (!next_is('-') || text_[at_ + 1] == ']') {
                if (set.empty()) { set.push_back({low, low}); }
                all.insert(all.end(), set.begin(), set.end());
                continue;
            }
            ++at_;
            if (!member(begin, high_set, high)) { return; }
            if (!set.empty() || !high_set.empty() || high < low) {
                return fail("bad character range " + since(low_at), low_at);
            }
            all.push_back({low, high});
        }
        ++at_;
        tidy(all);
        if (flags_.ignore_case) { fold_case(all); }
        one_of(negated ? complement(all) : std::move(all));
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
