// wick/detail/pattern.hpp - literal text or a regular expression, searched for in linear time.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_PATTERN_HPP
#define WICK_DETAIL_PATTERN_HPP

#include <wick/detail/hash.hpp>            // the index of states
#include <wick/detail/pattern_program.hpp> // what a regular expression becomes
#include <wick/result.hpp>                 // what compiling returns
#include <wick/version.hpp>

#include <algorithm>   // std::sort
#include <cstddef>     // std::size_t
#include <cstdint>     // states
#include <cstring>     // std::memchr
#include <string>      // the pattern's text
#include <string_view> // what is searched
#include <utility>     // std::move
#include <vector>      // tables

WICK_BEGIN_NAMESPACE

/// How the text of a pattern is meant.
struct pattern_options {
    bool regex = false;       ///< false: the text itself; true: a regular expression
    bool ignore_case = false; ///< ASCII letters match in either case
};

/// Where a pattern was found: bytes [begin, end) of the text.
struct pattern_match {
    bool found = false;
    std::size_t begin = 0;
    std::size_t end = 0;

    explicit operator bool() const noexcept { return found; }
};

namespace detail {

/// Returns how common a byte is in names of functions: the rarest of a literal is looked for first.
[[nodiscard]] inline int commonness(char c) noexcept {
    if (std::string_view("etaornis_:").find(c) != std::string_view::npos) { return 3; }
    if (c >= 'a' && c <= 'z') { return std::string_view("jqxzkvwy").find(c) < 8 ? 0 : 2; }
    if (std::string_view(",<> ()*&").find(c) != std::string_view::npos) { return 2; }
    return c >= '0' && c <= '9' ? 1 : 0;
}

/// Literal text with what makes looking for it fast.
class literal_finder {
public:
    literal_finder() = default;
    explicit literal_finder(std::string text)
        : text_(std::move(text)) {
        for (std::size_t i = 1; i < text_.size(); ++i) {
            if (commonness(text_[i]) < commonness(text_[rare_])) { rare_ = i; }
        }
    }

    /// Returns where the text begins in another for the first time, or npos.
    [[nodiscard]] std::size_t find(std::string_view in, std::size_t from = 0) const noexcept {
        constexpr std::size_t none = std::string_view::npos;
        if (in.size() < from || in.size() - from < text_.size()) { return none; }
        if (text_.empty()) { return from; }
        const char* const last = in.data() + (in.size() - text_.size()); // where it may begin
        const char* const begin = in.data() + from;
        std::size_t compared = 0;
        for (const char* at = begin; at <= last; ++at) {
            const auto room = static_cast<std::size_t>(last - at) + 1;
            const void* found = std::memchr(at + rare_, text_[rare_], room);
            if (found == nullptr) { return none; }
            at = static_cast<const char*>(found) - rare_;
            if (same_bytes(at, text_.data(), text_.size())) {
                return static_cast<std::size_t>(at - in.data());
            }
            // Texts can be made to nearly match at every place: then this would be quadratic.
            compared += text_.size();
            if (compared / 8 > static_cast<std::size_t>(at - begin) + 512) {
                return find_slowly(in, at + 1);
            }
        }
        return none;
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
    std::size_t rare_ = 0;

    // The longest border of each beginning (Knuth, Morris, Pratt): linear whatever the texts are.
    [[nodiscard]] std::size_t find_slowly(std::string_view in, const char* at) const {
        std::vector<std::size_t> border(text_.size() + 1, 0);
        for (std::size_t i = 1, k = 0; i < text_.size(); ++i) {
            while (k > 0 && text_[i] != text_[k]) { k = border[k]; }
            if (text_[i] == text_[k]) { ++k; }
            border[i + 1] = k;
        }
        std::size_t k = 0;
        for (auto i = static_cast<std::size_t>(at - in.data()); i < in.size(); ++i) {
            while (k > 0 && in[i] != text_[k]) { k = border[k]; }
            if (in[i] == text_[k]) { ++k; }
            if (k == text_.size()) { return i + 1 - k; }
        }
        return std::string_view::npos;
    }
};

/// A program with its alphabet: code points that no set of it tells apart are one symbol.
class pattern_machine {
public:
    static constexpr std::uint32_t at_start = 1; // what stands before a place: nothing,
    static constexpr std::uint32_t newline = 2;  // a newline,
    static constexpr std::uint32_t word = 4;     // a letter, digit or underscore

    pattern_machine() = default;
    explicit pattern_machine(pattern_program program)
        : steps_(std::move(program.steps))
        , asserted_(program.asserted) {
        make_alphabet(program.sets);
    }

    [[nodiscard]] const std::vector<pattern_step>& steps() const noexcept { return steps_; }
    /// The symbols: those of code points, then the newline that ends the text, then the end itself.
    [[nodiscard]] std::uint32_t symbols() const noexcept { return symbols_ + 2; }
    [[nodiscard]] std::uint32_t last_newline() const noexcept { return symbols_; }
    [[nodiscard]] std::uint32_t end() const noexcept { return symbols_ + 1; }
    /// Whether a newline at the end of the text differs from others.
    [[nodiscard]] bool minds_last_newline() const noexcept { return uses(assertion::last_line); }

    /// Returns the symbol at the beginning of text that is not empty, and its size in bytes.
    [[nodiscard]] std::uint32_t symbol(std::string_view text, std::size_t& size) const noexcept {
        const auto byte = static_cast<unsigned char>(text[0]);
        size = 1;
        if (byte < 0x80) { return ascii_[byte]; }
        std::uint32_t code = 0;
        size = decode_utf8(text, code);
        return symbol_of(code);
    }
    [[nodiscard]] const std::uint16_t* ascii() const noexcept { return ascii_; }

    /// What stands behind a symbol, as far as any assertion looks.
    [[nodiscard]] std::uint32_t behind(std::uint32_t symbol) const noexcept {
        return context_[symbol] & watched_;
    }
    [[nodiscard]] std::uint32_t before_text() const noexcept { return at_start & watched_; }

    [[nodiscard]] bool accepts(std::uint32_t set, std::uint32_t symbol) const noexcept {
        return (members_[set * row_ + symbol / 64] >> (symbol % 64) & 1) != 0;
    }

    [[nodiscard]] bool
    holds(std::uint32_t check, std::uint32_t before, std::uint32_t symbol) const noexcept {
        const bool ends = symbol == end();
        const bool edge = ((before & word) != 0) != ((context_[symbol] & word) != 0);
        switch (static_cast<assertion>(check)) {
        case assertion::text_start:
            return (before & at_start) != 0;
        case assertion::line_start:
            return (before & (at_start | newline)) != 0;
        case assertion::text_end:
            return ends;
        case assertion::last_line:
            return ends || symbol == last_newline();
        case assertion::line_end:
            return ends || (context_[symbol] & newline) != 0;
        case assertion::word_edge:
            return edge;
        case assertion::no_word_edge:
            return !edge;
        }
        return false;
    }

private:
    std::vector<pattern_step> steps_;
    std::uint32_t asserted_ = 0;
    std::uint32_t watched_ = 0;
    std::uint32_t symbols_ = 0;
    std::vector<std::uint32_t> first_;    // of the ranges that no set cuts
    std::vector<std::uint32_t> of_range_; // the symbol of each of them
    std::vector<std::uint8_t> context_;   // of each symbol
    std::vector<std::uint64_t> members_;  // a row of bits for each set
    std::size_t row_ = 0;
    std::uint16_t ascii_[128] = {};

    [[nodiscard]] bool uses(assertion a) const noexcept {
        return (asserted_ >> static_cast<unsigned>(a) & 1) != 0;
    }

    [[nodiscard]] std::size_t range_of(std::uint32_t code) const noexcept {
        const auto after = std::upper_bound(first_.begin(), first_.end(), code);
        return static_cast<std::size_t>(after - first_.begin()) - 1;
    }
    [[nodiscard]] std::uint32_t symbol_of(std::uint32_t code) const noexcept {
        return of_range_[range_of(code)];
    }

    void make_alphabet(const std::vector<code_set>& sets) {
        first_ = {0};
        for (const code_set& set : sets) {
            for (const code_range& r : set) {
                first_.push_back(r.first);
                if (r.last < last_code_point) { first_.push_back(r.last + 1); }
            }
        }
        std::sort(first_.begin(), first_.end());
        first_.erase(std::unique(first_.begin(), first_.end()), first_.end());
        merge_ranges(sets);
        for (std::uint32_t c = 0; c < 128; ++c) {
            ascii_[c] = static_cast<std::uint16_t>(symbol_of(c));
        }
        make_members(sets);
        make_context();
    }

    // Ranges start out as one symbol; each set splits the symbols that it holds only a part of.
    void merge_ranges(const std::vector<code_set>& sets) {
        constexpr std::uint32_t none = 0xffffffffu;
        of_range_.assign(first_.size(), 0);
        std::vector<std::uint32_t> inside(1, none); // the new symbol of each old one's part
        for (const code_set& set : sets) {
            std::fill(inside.begin(), inside.end(), none);
            each_range(set, [&](std::size_t i) {
                std::uint32_t& part = inside[of_range_[i]];
                if (part == none) {
                    part = static_cast<std::uint32_t>(inside.size());
                    of_range_[i] = part;
                    inside.push_back(none);
                    return;
                }
                of_range_[i] = part;
            });
            renumber(inside);
        }
        symbols_ = static_cast<std::uint32_t>(inside.size());
    }

    // Symbols whose every range has moved are free again: without this they would pile up.
    void renumber(std::vector<std::uint32_t>& scratch) {
        constexpr std::uint32_t none = 0xffffffffu;
        std::fill(scratch.begin(), scratch.end(), none);
        std::uint32_t count = 0;
        for (std::uint32_t& s : of_range_) {
            if (scratch[s] == none) { scratch[s] = count++; }
            s = scratch[s];
        }
        scratch.resize(count);
    }

    template <class Use>
    void each_range(const code_set& set, Use use) const {
        for (const code_range& r : set) {
            for (std::size_t i = range_of(r.first); i < first_.size() && first_[i] <= r.last; ++i) {
                use(i);
            }
        }
    }

    void make_members(const std::vector<code_set>& sets) {
        row_ = (symbols() + 63) / 64;
        members_.assign(row_ * sets.size(), 0);
        const auto put = [&](std::size_t set, std::uint32_t symbol) {
            members_[set * row_ + symbol / 64] |= std::uint64_t{1} << (symbol % 64);
        };
        for (std::size_t s = 0; s < sets.size(); ++s) {
            each_range(sets[s], [&](std::size_t i) { put(s, of_range_[i]); });
            if (accepts(static_cast<std::uint32_t>(s), ascii_[std::size_t{'\n'}])) {
                put(s, last_newline());
            }
        }
    }

    void make_context() {
        const bool words = uses(assertion::word_edge) || uses(assertion::no_word_edge);
        const bool lines = uses(assertion::line_start);
        const bool starts = lines || uses(assertion::text_start);
        watched_ = (words ? word : 0) | (lines ? newline : 0) | (starts ? at_start : 0);
        context_.assign(symbols(), 0);
        for (std::uint32_t c = 0; c < 128; ++c) {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                                (c >= '0' && c <= '9');
            if (letter) { context_[ascii_[c]] |= word; }
        }
        context_[ascii_[std::size_t{'\n'}]] |= newline;
        context_[last_newline()] |= newline;
    }
};

/// Whether any of these steps is a check.
[[nodiscard]] inline bool has_checks(const pattern_machine& machine,
                                     const std::vector<std::uint32_t>& places) {
    return std::any_of(places.begin(), places.end(), [&](std::uint32_t p) {
        return machine.steps()[p].op == pattern_op::check;
    });
}

/// The places of a program where it can stand at once, and the way from symbol to symbol.
class pattern_walker {
public:
    std::vector<std::uint32_t> places; ///< sets, checks and match; never a jump
    std::uint64_t steps = 0;           ///< how much was done: a test's measure of cost

    /// Stands where the program begins.
    void start(const pattern_machine& machine) {
        begin(machine);
        places.clear();
        follow(machine, 0, places);
    }

    [[nodiscard]] bool matches(const pattern_machine& machine) const {
        for (const std::uint32_t p : places) {
            if (machine.steps()[p].op == pattern_op::match) { return true; }
        }
        return false;
    }

    /// Goes over a symbol, with a new start behind it. Returns whether the program matches.
    [[nodiscard]] bool
    advance(const pattern_machine& machine, std::uint32_t before, std::uint32_t symbol) {
        if (pass_checks(machine, before, symbol)) { return true; }
        begin(machine);
        next_.clear();
        if (symbol != machine.end()) {
            for (const std::uint32_t p : places) {
                const pattern_step& s = machine.steps()[p];
                ++steps;
                if (s.op == pattern_op::set && machine.accepts(s.index, symbol)) {
                    follow(machine, p + 1, next_);
                }
            }
            follow(machine, 0, next_);
        }
        places.swap(next_);
        std::sort(places.begin(), places.end());
        return matches(machine);
    }

private:
    std::vector<std::uint32_t> next_;
    std::vector<std::uint32_t> stack_;
    std::vector<std::uint32_t> seen_; // by step: the round in which it was reached
    std::uint32_t round_ = 0;

    void begin(const pattern_machine& machine) {
        if (seen_.size() != machine.steps().size() || ++round_ == 0) {
            seen_.assign(machine.steps().size(), 0);
            round_ = 1;
        }
    }

    // Returns whether the match is reached through the checks that hold here.
    [[nodiscard]] bool
    pass_checks(const pattern_machine& machine, std::uint32_t before, std::uint32_t symbol) {
        if (!has_checks(machine, places)) { return false; }
        begin(machine);
        for (const std::uint32_t p : places) { seen_[p] = round_; }
        for (std::size_t i = 0; i < places.size(); ++i) { // grows meanwhile
            const pattern_step& s = machine.steps()[places[i]];
            ++steps;
            if (s.op == pattern_op::match) { return true; }
            if (s.op == pattern_op::check && machine.holds(s.index, before, symbol)) {
                follow(machine, places[i] + 1, places);
            }
        }
        return false;
    }

    void
    follow(const pattern_machine& machine, std::uint32_t from, std::vector<std::uint32_t>& to) {
        stack_.push_back(from);
        while (!stack_.empty()) {
            const std::uint32_t p = stack_.back();
            stack_.pop_back();
            if (seen_[p] == round_) { continue; }
            seen_[p] = round_;
            ++steps;
            const pattern_step& s = machine.steps()[p];
            const auto target = static_cast<std::uint32_t>(static_cast<std::int64_t>(p) + s.to);
            switch (s.op) {
            case pattern_op::either:
            case pattern_op::or_else:
                stack_.push_back(p + 1);
                stack_.push_back(target);
                break;
            case pattern_op::jump:
                stack_.push_back(target);
                break;
            case pattern_op::set:
            case pattern_op::check:
            case pattern_op::match:
                to.push_back(p);
                break;
            }
        }
    }
};

/// States of a machine that were met so far, with the way on from each for each symbol. A state is
/// the set of places to stand and what stands before; a symbol's checks are passed when it comes.
class pattern_states {
public:
    static constexpr std::uint32_t match = 0xffffffffu;
    static constexpr std::uint32_t never = 0xfffffffeu;   // no match whatever comes
    static constexpr std::uint32_t unknown = 0xfffffffdu; // not gone yet
    static constexpr std::uint32_t special = unknown;     // these and greater are no states

    [[nodiscard]] std::uint32_t first() const noexcept { return first_; }
    [[nodiscard]] std::size_t size() const noexcept { return begins_.size(); }
    [[nodiscard]] const std::uint32_t* table() const noexcept { return table_.data(); }
    [[nodiscard]] std::size_t entries() const noexcept { return table_.size() + places_.size(); }

    void start(const pattern_machine& machine, pattern_walker& walker) {
        clear();
        walker.start(machine);
        start_ = walker.places;
        first_ = walker.matches(machine) ? match : state(machine, start_, machine.before_text());
    }

    /// Returns the state behind a symbol, which is found now if it is not known. When there are
    /// more entries than
    /// `most`, all states but the first and this one are forgotten.
    [[nodiscard]] std::uint32_t step(const pattern_machine& machine,
                                     pattern_walker& walker,
                                     std::uint32_t from,
                                     std::uint32_t symbol,
                                     std::size_t most) {
        const std::uint32_t begin = begins_[from];
        const std::uint32_t end = from + 1 < begins_.size()
                                      ? begins_[from + 1]
                                      : static_cast<std::uint32_t>(places_.size());
        walker.places.assign(places_.begin() + begin, places_.begin() + end);
        std::uint32_t to = never;
        if (walker.advance(machine, before_[from], symbol)) {
            to = match;
        } else if (symbol != machine.end()) {
            const bool full = entries() > most;
            if (full) {
                clear();
                first_ = state(machine, start_, machine.before_text());
            }
            to = state(machine, walker.places, machine.behind(symbol));
            if (full) { return to; }
        }
        table_[from * stride_ + symbol] = to;
        return to;
    }

    /// Finds all states; returns false when there are too many.
    [[nodiscard]] bool complete(const pattern_machine& machine,
                                pattern_walker& walker,
                                std::size_t most_entries,
                                std::uint64_t most_steps) {
        if (first_ == match) { return true; }
        for (std::uint32_t s = 0; s < size(); ++s) {
            for (std::uint32_t c = 0; c < machine.symbols(); ++c) {
                (void)step(machine, walker, s, c, static_cast<std::size_t>(-1));
                if (entries() > most_entries || walker.steps > most_steps) { return false; }
            }
        }
        end_hopeless(machine);
        return true;
    }

private:
    std::uint32_t first_ = match;
    std::uint32_t stride_ = 0;
    std::vector<std::uint32_t> start_;  // the places of the first state
    std::vector<std::uint32_t> table_;  // a row for each state
    std::vector<std::uint32_t> places_; // of all states, one behind the other
    std::vector<std::uint32_t> begins_; // where each state's begin
    std::vector<std::uint32_t> before_; // what stands before, for states that check it
    id_table index_;

    void clear() {
        table_.clear();
        places_.clear();
        begins_.clear();
        before_.clear();
        index_ = id_table();
    }

    [[nodiscard]] std::uint32_t state(const pattern_machine& machine,
                                      const std::vector<std::uint32_t>& at,
                                      std::uint32_t before) {
        if (!has_checks(machine, at)) { before = 0; }
        stride_ = machine.symbols();
        const std::uint64_t hash =
            hash_bytes({reinterpret_cast<const char*>(at.data()), at.size() * sizeof at[0]},
                       hash_seed() + before);
        const std::uint32_t known = index_.find(hash, [&](std::uint32_t id) {
            const std::size_t end = id + 1 < begins_.size() ? begins_[id + 1] : places_.size();
            return before_[id] == before && end - begins_[id] == at.size() &&
                   std::equal(at.begin(), at.end(), places_.begin() + begins_[id]);
        });
        if (known != id_table::none) { return known; }
        const auto id = static_cast<std::uint32_t>(begins_.size());
        begins_.push_back(static_cast<std::uint32_t>(places_.size()));
        before_.push_back(before);
        places_.insert(places_.end(), at.begin(), at.end());
        table_.resize(table_.size() + stride_, unknown);
        index_.insert(hash, id);
        return id;
    }

    // A state that only leads to itself ends the search: as for "^main" behind another letter.
    void end_hopeless(const pattern_machine& machine) {
        std::vector<bool> hopeless(size());
        for (std::uint32_t s = 0; s < size(); ++s) {
            const std::uint32_t* row = table_.data() + s * stride_;
            hopeless[s] = row[machine.end()] == never;
            for (std::uint32_t c = 0; c < machine.end(); ++c) {
                if (row[c] != s) { hopeless[s] = false; }
            }
        }
        for (std::uint32_t& to : table_) {
            if (to < special && hopeless[to]) { to = never; }
        }
    }
};

/// Goes over the text by the table. `way(state, symbol)` is asked for what is not in it, and may
/// change the table. Returns whether there is a match. Counts the symbols that it looked at.
template <class Way>
[[nodiscard]] bool run_states(const pattern_machine& machine,
                              const pattern_states& states,
                              std::string_view text,
                              std::uint64_t& looked_at,
                              Way way) {
    std::uint32_t state = states.first();
    if (state == pattern_states::match) { return true; }
    const std::size_t stride = machine.symbols();
    const std::uint16_t* const ascii = machine.ascii();
    const bool cut = machine.minds_last_newline() && !text.empty() && text.back() == '\n';
    const std::size_t size = text.size() - (cut ? 1 : 0);
    const std::uint32_t* table = states.table();
    // The symbols of the end are asked for only when they come: they may be `unknown` like others.
    const auto go = [&](std::uint32_t symbol) {
        std::uint32_t to = table[state * stride + symbol];
        if (to == pattern_states::unknown) {
            to = way(state, symbol);
            table = states.table();
        }
        state = to;
    };
    std::size_t at = 0;
    while (at < size && state < pattern_states::special) {
        const auto byte = static_cast<unsigned char>(text[at]);
        std::uint32_t symbol = 0;
        std::size_t bytes = 1;
        if (byte < 0x80) {
            symbol = ascii[byte];
        } else {
            symbol = machine.symbol(text.substr(at), bytes);
        }
        go(symbol);
        at += bytes;
    }
    looked_at += at;
    if (cut && state < pattern_states::special) { go(machine.last_newline()); }
    if (state < pattern_states::special) { go(machine.end()); }
    return state == pattern_states::match;
}

/// Finds where a match begins and ends: threads in the order in which a backtracking engine would
/// try them, each with its beginning, all moved on together.
class pattern_spans {
public:
    [[nodiscard]] pattern_match
    find(const pattern_machine& machine, std::string_view text, std::size_t from) {
        seen_.assign(machine.steps().size(), 0);
        pattern_match best;
        std::uint32_t before = machine.before_text();
        if (from > 0) {
            const auto byte = static_cast<unsigned char>(text[from - 1]);
            before = byte < 0x80 ? machine.behind(machine.ascii()[byte]) : 0;
        }
        for (std::size_t at = from;;) {
            std::size_t bytes = 1;
            const std::uint32_t symbol = symbol_at(machine, text, at, bytes);
            move(machine, before, symbol, at, best);
            if (at == text.size() || (best.found && waiting_.empty())) { return best; }
            before = machine.behind(symbol);
            at += bytes;
        }
    }

private:
    struct thread {
        std::uint32_t place;
        std::size_t begin;
    };
    std::vector<thread> waiting_; // behind the symbol before, best first
    std::vector<thread> next_;
    std::vector<thread> ready_; // with all jumps done
    std::vector<std::uint32_t> stack_;
    std::vector<std::size_t> seen_; // by step: the place in the text, plus one
    std::size_t round_ = 0;

    [[nodiscard]] static std::uint32_t symbol_at(const pattern_machine& machine,
                                                 std::string_view text,
                                                 std::size_t at,
                                                 std::size_t& bytes) {
        if (at == text.size()) { return machine.end(); }
        if (at + 1 == text.size() && text[at] == '\n') { return machine.last_newline(); }
        return machine.symbol(text.substr(at), bytes);
    }

    void move(const pattern_machine& machine,
              std::uint32_t before,
              std::uint32_t symbol,
              std::size_t at,
              pattern_match& best) {
        ++round_;
        ready_.clear();
        for (const thread& t : waiting_) { follow(machine, t, before, symbol); }
        if (!best.found) { follow(machine, thread{0, at}, before, symbol); }
        next_.clear();
        for (const thread& t : ready_) {
            const pattern_step& s = machine.steps()[t.place];
            if (s.op == pattern_op::match) {
                best = pattern_match{true, t.begin, at};
                break; // what comes behind is worse
            }
            if (symbol != machine.end() && machine.accepts(s.index, symbol)) {
                next_.push_back(thread{t.place + 1, t.begin});
            }
        }
        waiting_.swap(next_);
    }

    void follow(const pattern_machine& machine,
                const thread& from,
                std::uint32_t before,
                std::uint32_t symbol) {
        stack_.push_back(from.place);
        while (!stack_.empty()) {
            const std::uint32_t p = stack_.back();
            stack_.pop_back();
            const pattern_step& s = machine.steps()[p];
            if (seen_[p] == round_) {
                // Back at the end of a loop with nothing read: an empty turn is the last one.
                if (s.op == pattern_op::or_else && s.to < 0) { stack_.push_back(p + 1); }
                continue;
            }
            seen_[p] = round_;
            const auto target = static_cast<std::uint32_t>(static_cast<std::int64_t>(p) + s.to);
            switch (s.op) {
            case pattern_op::either:
                stack_.push_back(target);
                stack_.push_back(p + 1); // tried first
                break;
            case pattern_op::or_else:
                stack_.push_back(p + 1);
                stack_.push_back(target);
                break;
            case pattern_op::jump:
                stack_.push_back(target);
                break;
            case pattern_op::check:
                if (machine.holds(s.index, before, symbol)) { stack_.push_back(p + 1); }
                break;
            case pattern_op::set:
            case pattern_op::match:
                ready_.push_back(thread{p, from.begin});
                break;
            }
        }
    }
};

} // namespace detail

class pattern_searcher;

/// What names are searched for: a piece of text, or a regular expression in the syntax of Python's
/// `re` less lookaround, backreferences, conditional, atomic and possessive groups. It matches as
/// Python's `re.search` with re.ASCII does in text decoded as UTF-8 with "surrogateescape": `.` is
/// a code point, or a byte that is not UTF-8; \w, \d, \s, \b and the case of letters are ASCII's.
/// `\B` holds in empty text, as from Python 3.14. A default constructed pattern is the empty text,
/// which is found everywhere. A value: copied, compared by text and options.
/// Cost: linear in the text, whatever the pattern: no backtracking and no recursion.
/// Thread safety: as a const std::string; searching changes nothing.
class pattern {
public:
    /// The largest table made when a regular expression is compiled, in 4-byte entries.
    static constexpr std::size_t table_entries = std::size_t{1} << 16;

    pattern() = default;

    /// Returns whether the pattern is somewhere in the text. Allocates nothing, but for regular
    /// expressions too large to be tabulated when compiled: use a pattern_searcher for many texts.
    [[nodiscard]] bool search(std::string_view text) const;

    /// The same: patterns are predicates.
    [[nodiscard]] bool operator()(std::string_view text) const { return search(text); }

    /// Returns where the pattern is first found at or behind `from` (precondition: at most the
    /// text's size): the match that begins first and, of those, the one that Python takes.
    /// Allocates a little for regular expressions; the cost is the text times the pattern.
    [[nodiscard]] pattern_match find(std::string_view text, std::size_t from = 0) const {
        WICK_ASSERT(from <= text.size());
        if (literal_only_) {
            const std::size_t at = literal_.find(text, from);
            if (at == std::string_view::npos) { return {}; }
            return {true, at, at + literal_.text().size()};
        }
        if (literal_.find(text, from) == std::string_view::npos) { return {}; }
        return detail::pattern_spans().find(machine_, text, from);
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const pattern_options& options() const noexcept { return options_; }

    friend bool operator==(const pattern& a, const pattern& b) {
        return a.text_ == b.text_ && a.options_.regex == b.options_.regex &&
               a.options_.ignore_case == b.options_.ignore_case;
    }
    friend bool operator!=(const pattern& a, const pattern& b) { return !(a == b); }

private:
    friend class pattern_searcher;
    friend result<pattern> compile_pattern(std::string_view text, pattern_options options);

    std::string text_;
    pattern_options options_;
    detail::literal_finder literal_; // stands in every match
    bool literal_only_ = true;       // and is all of it
    bool complete_ = false;          // the table has all states
    detail::pattern_machine machine_;
    detail::pattern_states states_;
};

/// Searches many texts for one pattern, which it refers to. Where `pattern::search` would build its
/// table for each text, it keeps what it has built, in at most `most_entries` numbers of 4 bytes.
/// Thread safety: none; one searcher a thread.
class pattern_searcher {
public:
    explicit pattern_searcher(const pattern& searched,
                              std::size_t most_entries = std::size_t{1} << 20)
        : pattern_(&searched)
        , most_(most_entries) {
        if (!searched.literal_only_ && !searched.complete_) { states_ = searched.states_; }
    }

    /// Returns whether the pattern is somewhere in the text. Cost: linear in the text.
    [[nodiscard]] bool operator()(std::string_view text) {
        const pattern& p = *pattern_;
        if (p.literal_only_ || !p.literal_.text().empty()) {
            const bool there = p.literal_.find(text) != std::string_view::npos;
            if (p.literal_only_ || !there) { return there; }
        }
        const detail::pattern_states& states = p.complete_ ? p.states_ : states_;
        return detail::run_states(
            p.machine_, states, text, walker_.steps, [&](std::uint32_t s, std::uint32_t symbol) {
                return states_.step(p.machine_, walker_, s, symbol, most_);
            });
    }

    /// How much has been done: bytes gone over and steps of the program. Not a time; for tests.
    [[nodiscard]] std::uint64_t steps() const noexcept { return walker_.steps; }

private:
    const pattern* pattern_;
    std::size_t most_;
    detail::pattern_states states_;
    detail::pattern_walker walker_;
};

inline bool pattern::search(std::string_view text) const {
    if (literal_only_ || !literal_.text().empty()) {
        const bool there = literal_.find(text) != std::string_view::npos;
        if (literal_only_ || !there) { return there; }
    }
    if (!complete_) { return pattern_searcher(*this)(text); }
    std::uint64_t looked_at = 0;
    return detail::run_states(machine_, states_, text, looked_at, [](std::uint32_t, std::uint32_t) {
        return detail::pattern_states::never; // a complete table has no unknown way
    });
}

/// Returns the pattern that the text stands for.
/// Errors: text that is no regular expression, in Python's words where Python refuses it too, with
/// the byte's offset; one that is not supported; one whose repetitions multiply to more than 20,000
/// steps. Cost: linear in the pattern's size with its repetitions written out; a table of up to
/// 256 KiB, for which at most some milliseconds are spent.
[[nodiscard]] inline result<pattern> compile_pattern(std::string_view text,
                                                     pattern_options options = {}) {
    result<pattern> made;
    made.value.text_ = text;
    made.value.options_ = options;
    if (!options.regex && !options.ignore_case) {
        made.value.literal_ = detail::literal_finder(std::string(text));
        return made;
    }
    detail::pattern_parser parser(text, options.ignore_case);
    result<detail::pattern_program> program =
        options.regex ? parser.parse() : parser.parse_literal();
    if (!program) { return {pattern{}, std::move(program.error)}; }
    pattern& p = made.value;
    p.literal_ = detail::literal_finder(std::move(program.value.literal));
    p.literal_only_ = program.value.only_literal;
    if (p.literal_only_) { return made; }
    p.machine_ = detail::pattern_machine(std::move(program.value));
    detail::pattern_walker walker;
    p.states_.start(p.machine_, walker);
    constexpr std::uint64_t most_steps = 1000000;
    p.complete_ = p.states_.complete(p.machine_, walker, pattern::table_entries, most_steps);
    if (!p.complete_) { p.states_.start(p.machine_, walker); } // searchers find what they need
    return made;
}

WICK_END_NAMESPACE

#endif
