// wick/pstats.hpp - the call-graph analyzer: sort, restrict, callers, callees, print as pstats.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_PSTATS_HPP
#define WICK_PSTATS_HPP

#include <wick/call_graph.hpp>         // the value
#include <wick/detail/pattern.hpp>     // restrictions
#include <wick/detail/python_text.hpp> // numbers and texts as Python prints them
#include <wick/detail/text_table.hpp>  // files by number
#include <wick/result.hpp>             // errors

#include <algorithm>        // std::stable_sort
#include <charconv>         // std::to_chars
#include <cstddef>          // std::size_t
#include <cstdint>          // indexes
#include <cstring>          // std::memcpy
#include <initializer_list> // keys to sort by
#include <string>           // names
#include <string_view>      // keys
#include <type_traits>      // std::enable_if_t
#include <utility>          // std::move
#include <vector>           // listings

WICK_BEGIN_NAMESPACE

/// What functions are sorted by: figures from the greatest on, all others from the least on.
enum class sort_key : std::uint8_t {
    calls,
    cumulative,
    filename,
    line,
    name,
    name_file_line,
    primitive_calls,
    standard_name, ///< as text: ":110" comes before ":25"
    time
};

/// What a name for a key stands for, and how pstats calls it.
struct sort_key_name {
    const char* name;        ///< "cumtime"
    const char* description; ///< "cumulative time"
    sort_key key;
};

/// All names of keys, in the order in which pstats lists them.
inline constexpr sort_key_name sort_key_names[] = {
    {"calls", "call count", sort_key::calls},
    {"ncalls", "call count", sort_key::calls},
    {"cumtime", "cumulative time", sort_key::cumulative},
    {"cumulative", "cumulative time", sort_key::cumulative},
    {"filename", "file name", sort_key::filename},
    {"line", "line number", sort_key::line},
    {"module", "file name", sort_key::filename},
    {"name", "function name", sort_key::name},
    {"nfl", "name/file/line", sort_key::name_file_line},
    {"pcalls", "primitive call count", sort_key::primitive_calls},
    {"stdname", "standard name", sort_key::standard_name},
    {"time", "internal time", sort_key::time},
    {"tottime", "internal time", sort_key::time},
};

/// Returns the key that a name, or a prefix of one, stands for; an error when it is none or stands
/// for several. The prefixes are those that pstats takes: "cu", but neither "cum" nor "c".
[[nodiscard]] inline result<sort_key> parse_sort_key(std::string_view name) {
    const bool ambiguous = name == "c" || name == "n" || name == "t" || name == "cum";
    for (const sort_key_name& known : sort_key_names) {
        const bool prefix = std::string_view(known.name).substr(0, name.size()) == name;
        if (!name.empty() && !ambiguous && prefix) { return {known.key, {}}; }
    }
    const char* const problem = ambiguous ? "\" stands for several sort keys" : "\" is no sort key";
    return {{}, error{"\"" + std::string(name) + problem}};
}

/// What cuts a listing: to a number of functions, to a share of them, or to those whose text a
/// regular expression is found in. `{"socket", 0.5, 10}` makes three of them.
class restriction {
public:
    enum class kind : std::uint8_t { count, share, pattern };

    template <class Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
    restriction(Integer count) // NOLINT: lists of restrictions read as pstats' arguments
        : count_(static_cast<std::int64_t>(count)) {}
    restriction(double share) // NOLINT
        : kind_(kind::share)
        , share_(share) {}
    restriction(std::string regex) // NOLINT
        : kind_(kind::pattern)
        , regex_(std::move(regex)) {}
    restriction(std::string_view regex) // NOLINT
        : restriction(std::string(regex)) {}
    restriction(const char* regex) // NOLINT
        : restriction(std::string(regex)) {}

    [[nodiscard]] kind what() const noexcept { return kind_; }
    [[nodiscard]] std::int64_t count() const noexcept { return count_; }
    [[nodiscard]] double share() const noexcept { return share_; }
    [[nodiscard]] const std::string& regex() const noexcept { return regex_; }

private:
    kind kind_ = kind::count;
    std::int64_t count_ = 0;
    double share_ = 0;
    std::string regex_;
};

/// Which functions a listing has, in order, and what pstats says about that.
struct listing {
    std::vector<std::uint32_t> functions; ///< indexes into call_graph::functions
    std::string message; ///< "   Ordered by: …\n", and a line for each restriction that cut
};

/// A function at the other end of a call, with what those calls took.
struct call_relation {
    std::uint32_t function = 0; ///< index into call_graph::functions
    call_figures figures;
};

/// Callers or callees of a function.
struct call_relations {
    std::vector<call_relation> rows;
    std::size_t hidden = 0; ///< how many more there are
    call_figures hidden_figures;
};

/// How callers and callees are listed, which pstats sorts by name and never cuts.
struct relation_options {
    sort_key by = sort_key::cumulative;
    std::size_t limit = 20; ///< of each function; 0: all
};

namespace detail {

/// Appends what pstats shows a function as: "file:12(name)", "{built-in method f}".
inline void append_standard_name(std::string& out, const call_graph::function& f) {
    const std::string_view name = f.name;
    if (f.line == 0 && f.file == "~") {
        const bool angle = !name.empty() && name.front() == '<' && name.back() == '>';
        if (!angle) {
            out += name;
            return;
        }
        out += '{';
        // "<" alone is both ends; Python's slice of it is empty.
        if (name.size() > 2) { out += name.substr(1, name.size() - 2); }
        out += '}';
        return;
    }
    char digits[12];
    out += f.file;
    out += ':';
    out.append(digits, std::to_chars(digits, digits + sizeof digits, f.line).ptr);
    out += '(';
    out += name;
    out += ')';
}

/// Returns a number that is greater where the time is. All bits are ordered: sorting cannot fail.
[[nodiscard]] inline std::uint64_t ordered_bits(double time) noexcept {
    const double value = time + 0.0; // -0 is 0
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    constexpr std::uint64_t sign = std::uint64_t{1} << 63;
    return (bits & sign) != 0 ? ~bits : bits | sign;
}

/// A list of the edges of each function, as indexes.
struct edge_lists {
    std::vector<std::uint32_t> begin; // by function, and one more
    std::vector<std::uint32_t> edges;
};

[[nodiscard]] inline edge_lists edges_by_caller(const call_graph& g) {
    edge_lists lists;
    lists.begin.assign(g.functions.size() + 1, 0);
    for (const call_graph::edge& e : g.edges) { ++lists.begin[e.caller + 1]; }
    for (std::size_t f = 1; f < lists.begin.size(); ++f) { lists.begin[f] += lists.begin[f - 1]; }
    std::vector<std::uint32_t> next(lists.begin.begin(), lists.begin.end());
    lists.edges.resize(g.edges.size());
    for (std::uint32_t e = 0; e < g.edges.size(); ++e) {
        lists.edges[next[g.edges[e].caller]++] = e;
    }
    return lists;
}

/// Appends a time of seconds with a unit: "1.23 s", "12.3 ms", "123 us", "7 ns".
inline void append_duration(std::string& out, double seconds) {
    constexpr struct {
        double size;
        const char* name;
    } units[] = {{1, " s"}, {1e-3, " ms"}, {1e-6, " us"}, {1e-9, " ns"}};
    const double size = seconds < 0 ? -seconds : seconds;
    std::size_t u = 0;
    while (u < 3 && size < units[u].size * 0.9995) { ++u; }
    const double shown = seconds / units[u].size;
    const double magnitude = size / units[u].size;
    const int decimals = magnitude < 0.0005 || magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
    char text[max_thousandths];
    out.append(
        text,
        std::to_chars(text, text + sizeof text, shown, std::chars_format::fixed, decimals).ptr);
    out += units[u].name;
}

/// Appends a number with at most three decimals and no zeros behind them.
inline void append_amount(std::string& out, double value) {
    char text[max_thousandths];
    const char* end = put_thousandths(text, value);
    while (end[-1] == '0') { --end; }
    if (end[-1] == '.') { --end; }
    out.append(text, static_cast<std::size_t>(end - text));
}

} // namespace detail

/// Sorts, restricts and prints a call graph, as Python's pstats.Stats does; and answers what that
/// does not: callers sorted and cut, what is reached, cycles.
/// Cost: building goes over functions and edges once and keeps each function's text.
/// Thread safety: as a standard container: const members may be called by several threads.
class pstats {
public:
    pstats() = default;
    /// Takes a valid graph.
    explicit pstats(call_graph graph)
        : graph_(std::move(graph)) {
        index();
        for (const std::uint32_t f : listed_) {
            const call_figures& figures = graph_.functions[f].figures;
            total_.calls += figures.calls;
            total_.primitive_calls += figures.primitive_calls;
            total_.self += figures.self;
        }
    }

    [[nodiscard]] const call_graph& graph() const noexcept { return graph_; }

    /// The sums over all functions: calls, primitive calls and self; no cumulative time.
    [[nodiscard]] const call_figures& total() const noexcept { return total_; }

    /// Returns the text of a function, "file:12(name)": what restrictions search.
    [[nodiscard]] std::string_view text(std::uint32_t function) const {
        const std::size_t begin = function == 0 ? 0 : ends_[function - 1];
        return std::string_view(texts_).substr(begin, ends_[function] - begin);
    }

    /// Adds another graph, as wick::add does. The order is gone afterwards.
    [[nodiscard]] error add(const call_graph& other) {
        const pstats added(other);
        error problem = wick::add(graph_, other);
        if (problem) { return problem; }
        // Sums of sums, as pstats has them: the last bits of a sum depend on the order.
        detail::add_figures(total_, added.total_);
        index();
        return {};
    }

    /// Cuts the directories off, as wick::strip_dirs does: calls from functions that become the
    /// same are added, where pstats keeps the last. The order is gone afterwards.
    void strip_dirs() {
        graph_ = wick::strip_dirs(graph_);
        index();
    }

    // ---------------------------------------------------------------------------- order

    /// Sorts by several keys, the first one first; what is equal stays in the graph's order. No
    /// key: the graph's order, which pstats calls random.
    void sort(const std::vector<sort_key>& keys) {
        order_.clear();
        order_text_.clear();
        if (keys.empty()) { return; }
        for (const sort_key key : keys) {
            if (!order_text_.empty()) { order_text_ += ", "; }
            for (const sort_key_name& known : sort_key_names) {
                if (known.key != key) { continue; }
                order_text_ += known.description;
                break;
            }
        }
        order_ = sorted(listed_, keys);
    }
    void sort(std::initializer_list<sort_key> keys) { sort(std::vector<sort_key>(keys)); }
    /// The same by names. Errors: as parse_sort_key; then nothing has changed.
    [[nodiscard]] error sort(std::initializer_list<std::string_view> names) {
        return sort(std::vector<std::string_view>(names));
    }
    [[nodiscard]] error sort(const std::vector<std::string_view>& names) {
        std::vector<sort_key> keys;
        for (const std::string_view name : names) {
            result<sort_key> key = parse_sort_key(name);
            if (!key) { return std::move(key.error); }
            keys.push_back(key.value);
        }
        sort(keys);
        return {};
    }

    /// Reverses the order, if functions were sorted.
    void reverse() { std::reverse(order_.begin(), order_.end()); }

    /// Returns the functions that restrictions leave, applied one after the other to what is left.
    /// A number of functions that is negative, or not less than what is left, and a share outside
    /// [0, 1) cut nothing. What is no regular expression, or an unsupported one, is told in the
    /// message and cuts nothing.
    [[nodiscard]] listing select(const std::vector<restriction>& restrictions = {}) const {
        listing made;
        made.functions = order_.empty() ? listed_ : order_;
        made.message = order_.empty() ? "   Random listing order was used\n"
                                      : "   Ordered by: " + order_text_ + "\n";
        for (const restriction& r : restrictions) { restrict(made, r); }
        return made;
    }

    /// Returns some of the functions sorted, at most `limit` of them.
    [[nodiscard]] std::vector<std::uint32_t>
    top(const std::vector<std::uint32_t>& functions, sort_key by, std::size_t limit) const {
        return sorted(functions, {by}, limit);
    }

    // ---------------------------------------------------------------------------- as pstats prints

    /// Writes what Stats.print_stats prints: byte for byte, where times are in a unit of time.
    /// sink  callable taking std::string_view, or a std::ostream.
    template <class Sink>
    void print_stats(Sink&& sink, const std::vector<restriction>& restrictions = {}) const {
        detail::page<std::remove_reference_t<Sink>> out(sink);
        for (const std::string& source : graph_.sources) {
            out.put(source);
            out.put('\n');
        }
        if (!graph_.sources.empty()) { out.put('\n'); }
        out.pad(9);
        out.put_number(total_.calls);
        out.put(" function calls ");
        if (total_.calls != total_.primitive_calls) {
            out.put('(');
            out.put_number(total_.primitive_calls);
            out.put(" primitive calls) ");
        }
        out.put("in ");
        out.put_time(shown(total_.self), 0);
        out.put(' ');
        out.put(is_time() ? "seconds" : unit());
        out.put("\n\n");
        const listing list = select(restrictions);
        if (!list.functions.empty()) {
            out.put(list.message);
            out.put("\n   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n");
            for (const std::uint32_t f : list.functions) { put_function(out, f); }
            out.put("\n\n");
        }
        out.flush();
    }

    /// Writes what Stats.print_callers prints.
    template <class Sink>
    void print_callers(Sink&& sink, const std::vector<restriction>& restrictions = {}) const {
        print_relations(sink, restrictions, true);
    }

    /// Writes what Stats.print_callees prints.
    template <class Sink>
    void print_callees(Sink&& sink, const std::vector<restriction>& restrictions = {}) const {
        print_relations(sink, restrictions, false);
    }

    // ---------------------------------------------------------------------------- own answers

    /// Returns who calls a function, sorted and cut.
    [[nodiscard]] call_relations callers(std::uint32_t function,
                                         const relation_options& options = {}) const {
        std::vector<call_relation> rows;
        for (std::uint32_t e = group_[function]; e < group_[function + 1]; ++e) {
            rows.push_back({graph_.edges[e].caller, graph_.edges[e].figures});
        }
        return relations(std::move(rows), options);
    }

    /// Returns what a function calls, sorted and cut. Cost: a pass over the edges.
    [[nodiscard]] call_relations callees(std::uint32_t function,
                                         const relation_options& options = {}) const {
        std::vector<call_relation> rows;
        for (const call_graph::edge& e : graph_.edges) {
            if (e.caller == function) { rows.push_back({e.callee, e.figures}); }
        }
        return relations(std::move(rows), options);
    }

    /// Returns, by function, 1 where one that matches can be reached, itself included. `sink` is a
    /// predicate on texts: a pattern, or a callable `bool(std::string_view)`. An approximation of
    /// what stacks would say: one call of a shared helper taints all its callers.
    /// Cost: the predicate for each function, and a pass over the edges.
    template <class Matches>
    [[nodiscard]] std::vector<std::uint8_t> reaches(const Matches& sink) const {
        std::vector<std::uint8_t> marks = matching(sink);
        std::vector<std::uint32_t> queue;
        for (std::uint32_t f = 0; f < marks.size(); ++f) {
            if (marks[f] != 0) { queue.push_back(f); }
        }
        while (!queue.empty()) {
            const std::uint32_t f = queue.back();
            queue.pop_back();
            for (std::uint32_t e = group_[f]; e < group_[f + 1]; ++e) {
                const std::uint32_t caller = callers_[e];
                if (marks[caller] != 0) { continue; }
                marks[caller] = 1;
                queue.push_back(caller);
            }
        }
        return marks;
    }

    /// Returns the functions from which none that matches can be reached, in the present order.
    template <class Matches>
    [[nodiscard]] std::vector<std::uint32_t> free_of(const Matches& sink) const {
        const std::vector<std::uint8_t> marks = reaches(sink);
        std::vector<std::uint32_t> free;
        for (const std::uint32_t f : order_.empty() ? listed_ : order_) {
            if (marks[f] == 0) { free.push_back(f); }
        }
        return free;
    }

    /// Returns, by function, 1 where it matches, can be reached from one that does, or reaches one:
    /// the approximation of the stacks through a function that a graph allows.
    template <class Matches>
    [[nodiscard]] std::vector<std::uint8_t> around(const Matches& matches) const {
        std::vector<std::uint8_t> marks = matching(matches);
        const detail::edge_lists callees = detail::edges_by_caller(graph_);
        std::vector<std::uint32_t> queue;
        for (std::uint32_t f = 0; f < marks.size(); ++f) {
            if (marks[f] != 0) { queue.push_back(f); }
        }
        while (!queue.empty()) {
            const std::uint32_t f = queue.back();
            queue.pop_back();
            for (std::uint32_t i = callees.begin[f]; i < callees.begin[f + 1]; ++i) {
                const std::uint32_t callee = graph_.edges[callees.edges[i]].callee;
                if (marks[callee] != 0) { continue; }
                marks[callee] = 1;
                queue.push_back(callee);
            }
        }
        const std::vector<std::uint8_t> above = reaches(matches);
        for (std::size_t f = 0; f < marks.size(); ++f) { marks[f] |= above[f]; }
        return marks;
    }

    /// Returns the groups of functions that call each other in circles, and those that call
    /// themselves, each in the graph's order, the largest groups first. Cost: a pass over the
    /// edges.
    [[nodiscard]] std::vector<std::vector<std::uint32_t>> cycles() const {
        std::vector<std::vector<std::uint32_t>> found = components();
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
            return a.size() != b.size() ? a.size() > b.size() : a.front() < b.front();
        });
        return found;
    }

    /// Writes the functions that restrictions leave with units and shares, and what was cut.
    template <class Sink>
    void print_table(Sink&& sink, const std::vector<restriction>& restrictions = {}) const {
        const listing list = select(restrictions);
        detail::page<std::remove_reference_t<Sink>> out(sink);
        put_heading(out);
        out.put(table_title());
        call_figures cut = total_;
        for (const std::uint32_t f : list.functions) {
            const call_figures& figures = graph_.functions[f].figures;
            put_row(out, figures, "");
            out.put(text(f));
            out.put('\n');
            cut.self -= figures.self;
        }
        const std::size_t hidden = listed_.size() - list.functions.size();
        std::string line = "\n" + count_of(list.functions.size(), listed_.size(), "functions");
        if (hidden != 0) {
            line += "; the " + std::to_string(hidden) + " others hold ";
            append_share(line, cut.self);
            line += " of the time (self)";
        }
        // Lines of the message that tell of bad expressions, and what did the cutting.
        const std::size_t first = list.message.find('\n') + 1;
        line += '\n';
        line.append(list.message, first, std::string::npos);
        out.put(line);
        out.flush();
    }

    /// Writes the callers, or callees, of the functions that restrictions leave: sorted, cut, and
    /// with what was cut.
    template <class Sink>
    void print_relation_table(Sink&& sink,
                              bool callers_of,
                              const std::vector<restriction>& restrictions = {},
                              const relation_options& options = {}) const {
        const listing list = select(restrictions);
        detail::page<std::remove_reference_t<Sink>> out(sink);
        put_heading(out);
        out.put(table_title());
        const detail::edge_lists below =
            callers_of ? detail::edge_lists{} : detail::edges_by_caller(graph_);
        for (const std::uint32_t f : list.functions) {
            put_row(out, graph_.functions[f].figures, "");
            out.put(text(f));
            out.put('\n');
            const call_relations others =
                callers_of ? callers(f, options) : relations(callee_rows(below, f), options);
            for (const call_relation& r : others.rows) {
                put_row(out, r.figures, callers_of ? "  <- " : "  -> ");
                out.put(text(r.function));
                out.put('\n');
            }
            if (others.hidden != 0) {
                put_row(out, others.hidden_figures, "     ");
                out.put("(" + std::to_string(others.hidden) + " more)\n");
            }
        }
        const std::size_t first = list.message.find('\n') + 1;
        out.put("\n" + count_of(list.functions.size(), listed_.size(), "functions") + "\n" +
                list.message.substr(first));
        out.flush();
    }

private:
    call_graph graph_;
    call_figures total_;
    std::vector<std::uint32_t> listed_;  // functions that have an entry
    std::vector<std::uint32_t> order_;   // the same, sorted; empty: not sorted
    std::string order_text_;             // by what
    std::vector<std::uint32_t> group_;   // by callee: its first edge, and one more
    std::vector<std::uint32_t> callers_; // by edge
    std::string texts_;                  // of functions
    std::vector<std::size_t> ends_;      // of their texts
    std::vector<std::uint32_t> widths_;  // of their texts, in characters

    void index() {
        order_.clear();
        order_text_.clear();
        listed_.clear();
        texts_.clear();
        ends_.clear();
        widths_.clear();
        const std::size_t functions = graph_.functions.size();
        ends_.reserve(functions);
        widths_.reserve(functions);
        listed_.reserve(functions);
        for (std::uint32_t f = 0; f < functions; ++f) {
            const std::size_t begin = texts_.size();
            detail::append_standard_name(texts_, graph_.functions[f]);
            ends_.push_back(texts_.size());
            widths_.push_back(static_cast<std::uint32_t>(
                detail::count_characters(std::string_view(texts_).substr(begin))));
            if (graph_.functions[f].listed) { listed_.push_back(f); }
        }
        group_.assign(functions + 1, 0);
        callers_.resize(graph_.edges.size());
        std::uint32_t callee = 0;
        for (std::uint32_t e = 0; e < callers_.size(); ++e) {
            callers_[e] = graph_.edges[e].caller;
            while (callee < graph_.edges[e].callee) { group_[++callee] = e; }
        }
        while (callee < functions) {
            group_[++callee] = static_cast<std::uint32_t>(callers_.size());
        }
    }

    [[nodiscard]] bool is_time() const noexcept {
        return detail::units_per_second(graph_.unit) > 0;
    }

    [[nodiscard]] std::string_view unit() const noexcept {
        return graph_.unit.empty() ? std::string_view("weight") : std::string_view(graph_.unit);
    }

    // A time in seconds; what is no time as it is.
    [[nodiscard]] double shown(double time) const noexcept {
        const double unit = detail::units_per_second(graph_.unit);
        return unit > 0 ? time / unit : time;
    }

    template <class Matches>
    [[nodiscard]] std::vector<std::uint8_t> matching(const Matches& matches) const {
        std::vector<std::uint8_t> marks(graph_.functions.size(), 0);
        const auto mark = [&](auto&& test) {
            for (std::uint32_t f = 0; f < marks.size(); ++f) {
                if (test(text(f))) { marks[f] = 1; }
            }
        };
        if constexpr (std::is_same_v<Matches, pattern>) {
            mark(pattern_searcher(matches));
        } else {
            mark(matches);
        }
        return marks;
    }

    void restrict(listing& list, const restriction& r) const {
        const std::size_t before = list.functions.size();
        std::string shown_as;
        switch (r.what()) {
        case restriction::kind::count:
            shown_as = std::to_string(r.count());
            if (r.count() >= 0 && static_cast<std::uint64_t>(r.count()) < before) {
                list.functions.resize(static_cast<std::size_t>(r.count()));
            }
            break;
        case restriction::kind::share:
            detail::append_repr(shown_as, r.share());
            if (r.share() >= 0 && r.share() < 1) {
                const double kept = static_cast<double>(before) * r.share() + .5;
                list.functions.resize(static_cast<std::size_t>(kept));
            }
            break;
        case restriction::kind::pattern: {
            detail::append_repr(shown_as, r.regex());
            pattern_options regex;
            regex.regex = true;
            const result<pattern> compiled = compile_pattern(r.regex(), regex);
            if (!compiled) {
                const bool python_takes = compiled.error.what.find("not supported") !=
                                          std::string::npos; // pstats could have searched for it
                list.message += python_takes ? "   <Unsupported regular expression "
                                             : "   <Invalid regular expression ";
                list.message += shown_as;
                if (python_takes) { list.message += ": " + compiled.error.what; }
                list.message += ">\n";
                return;
            }
            pattern_searcher found(compiled.value);
            std::vector<std::uint32_t>& all = list.functions;
            all.erase(std::remove_if(
                          all.begin(), all.end(), [&](std::uint32_t f) { return !found(text(f)); }),
                      all.end());
            break;
        }
        }
        if (list.functions.size() == before) { return; }
        list.message += "   List reduced from " + std::to_string(before) + " to " +
                        std::to_string(list.functions.size()) + " due to restriction <" + shown_as +
                        ">\n";
    }

    // ------------------------------------------------------------------------ sorting

    // Numbers in the order of texts, by function; equal texts have equal numbers.
    template <class Text>
    [[nodiscard]] std::vector<std::uint64_t> ranks(Text text_of) const {
        detail::text_table texts;
        std::vector<std::uint32_t> id(graph_.functions.size());
        for (std::uint32_t f = 0; f < id.size(); ++f) { id[f] = texts.add(text_of(f)); }
        std::vector<std::uint32_t> order(texts.size());
        for (std::uint32_t i = 0; i < order.size(); ++i) { order[i] = i; }
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return texts.text(a) < texts.text(b); // bytes of UTF-8 sort as characters do
        });
        std::vector<std::uint64_t> rank(order.size());
        for (std::size_t i = 0; i < order.size(); ++i) { rank[order[i]] = i; }
        std::vector<std::uint64_t> by_function(id.size());
        for (std::size_t f = 0; f < id.size(); ++f) { by_function[f] = rank[id[f]]; }
        return by_function;
    }
    [[nodiscard]] std::vector<std::uint64_t> file_ranks() const {
        return ranks([&](std::uint32_t f) { return std::string_view(graph_.functions[f].file); });
    }
    [[nodiscard]] std::vector<std::uint64_t> name_ranks() const {
        return ranks([&](std::uint32_t f) { return std::string_view(graph_.functions[f].name); });
    }
    [[nodiscard]] std::uint64_t line_rank(std::uint32_t f) const {
        return static_cast<std::uint64_t>(std::int64_t{graph_.functions[f].line} + 0x80000000);
    }

    // A number for each function that is less where it comes first.
    template <class Number>
    [[nodiscard]] std::vector<std::uint64_t> numbers(Number number) const {
        std::vector<std::uint64_t> all(graph_.functions.size());
        for (std::uint32_t f = 0; f < all.size(); ++f) { all[f] = number(f); }
        return all;
    }
    void append_columns(sort_key key, std::vector<std::vector<std::uint64_t>>& to) const {
        const auto figures = [&](std::uint32_t f) -> const call_figures& {
            return graph_.functions[f].figures;
        };
        switch (key) {
        case sort_key::calls:
            to.push_back(numbers([&](std::uint32_t f) { return ~figures(f).calls; }));
            break;
        case sort_key::primitive_calls:
            to.push_back(numbers([&](std::uint32_t f) { return ~figures(f).primitive_calls; }));
            break;
        case sort_key::time:
            to.push_back(
                numbers([&](std::uint32_t f) { return ~detail::ordered_bits(figures(f).self); }));
            break;
        case sort_key::cumulative:
            to.push_back(numbers(
                [&](std::uint32_t f) { return ~detail::ordered_bits(figures(f).cumulative); }));
            break;
        case sort_key::filename:
            to.push_back(file_ranks());
            break;
        case sort_key::line:
            to.push_back(numbers([&](std::uint32_t f) { return line_rank(f); }));
            break;
        case sort_key::name:
            to.push_back(name_ranks());
            break;
        case sort_key::name_file_line:
            to.push_back(name_ranks());
            to.push_back(file_ranks());
            to.push_back(numbers([&](std::uint32_t f) { return line_rank(f); }));
            break;
        case sort_key::standard_name:
            to.push_back(ranks([&](std::uint32_t f) { return text(f); }));
            break;
        }
    }

    // Returns functions sorted, the first `limit` of them.
    [[nodiscard]] std::vector<std::uint32_t> sorted(const std::vector<std::uint32_t>& functions,
                                                    const std::vector<sort_key>& keys,
                                                    std::size_t limit = ~std::size_t{0}) const {
        std::vector<std::vector<std::uint64_t>> columns;
        for (const sort_key key : keys) { append_columns(key, columns); }
        struct row {
            std::uint64_t first;
            std::uint32_t place; // where it was: equal functions stay in order
            std::uint32_t function;
        };
        std::vector<row> rows;
        rows.reserve(functions.size());
        for (const std::uint32_t f : functions) {
            rows.push_back({columns[0][f], static_cast<std::uint32_t>(rows.size()), f});
        }
        const auto before = [&](const row& a, const row& b) {
            if (a.first != b.first) { return a.first < b.first; }
            for (std::size_t c = 1; c < columns.size(); ++c) {
                const std::uint64_t left = columns[c][a.function];
                const std::uint64_t right = columns[c][b.function];
                if (left != right) { return left < right; }
            }
            return a.place < b.place;
        };
        if (limit < rows.size()) {
            std::partial_sort(rows.begin(),
                              rows.begin() + static_cast<std::ptrdiff_t>(limit),
                              rows.end(),
                              before);
            rows.resize(limit);
        } else {
            std::sort(rows.begin(), rows.end(), before);
        }
        std::vector<std::uint32_t> made;
        made.reserve(rows.size());
        for (const row& r : rows) { made.push_back(r.function); }
        return made;
    }

    // The order of file, line and name, by function: that of pstats' second level.
    [[nodiscard]] std::vector<std::uint32_t> key_ranks() const {
        struct row {
            std::uint64_t file_line;
            std::uint32_t function;
        };
        const std::vector<std::uint64_t> files = file_ranks();
        std::vector<row> rows;
        rows.reserve(files.size());
        for (std::uint32_t f = 0; f < files.size(); ++f) {
            rows.push_back({files[f] << 32 | line_rank(f), f});
        }
        std::sort(rows.begin(), rows.end(), [&](const row& a, const row& b) {
            if (a.file_line != b.file_line) { return a.file_line < b.file_line; }
            return graph_.functions[a.function].name < graph_.functions[b.function].name;
        });
        std::vector<std::uint32_t> rank(rows.size());
        for (std::uint32_t i = 0; i < rows.size(); ++i) { rank[rows[i].function] = i; }
        return rank;
    }

    [[nodiscard]] bool key_less(std::uint32_t a, std::uint32_t b) const {
        const call_graph::function& left = graph_.functions[a];
        const call_graph::function& right = graph_.functions[b];
        const int by_file = left.file.compare(right.file);
        if (by_file != 0) { return by_file < 0; }
        return left.line != right.line ? left.line < right.line : left.name < right.name;
    }

    // ------------------------------------------------------------------------ pstats' layout

    template <class Page>
    void put_function(Page& out, std::uint32_t f) const {
        const call_figures& figures = graph_.functions[f].figures;
        const double self = shown(figures.self);
        const double cumulative = shown(figures.cumulative);
        out.put_calls(figures.calls, figures.primitive_calls, 9);
        out.put(' ');
        out.put_time(self);
        out.put(' ');
        put_mean(out, self, figures.calls);
        out.put(' ');
        out.put_time(cumulative);
        out.put(' ');
        put_mean(out, cumulative, figures.primitive_calls);
        out.put(' ');
        out.put(text(f));
        out.put('\n');
    }

    template <class Page>
    static void put_mean(Page& out, double time, std::uint64_t calls) {
        if (calls == 0) {
            out.pad(8);
        } else {
            out.put_time(time / static_cast<double>(calls));
        }
    }

    template <class Sink>
    void print_relations(Sink& sink,
                         const std::vector<restriction>& restrictions,
                         bool callers_of) const {
        const listing list = select(restrictions);
        if (list.functions.empty()) { return; }
        detail::page<Sink> out(sink);
        out.put(list.message);
        out.put('\n');
        const std::vector<std::uint32_t>& measured =
            list.functions.size() < listed_.size() ? list.functions : listed_;
        std::size_t width = 0;
        for (const std::uint32_t f : measured) {
            width = (std::max)(width, std::size_t{widths_[f]});
        }
        width += 2;
        out.put_left("Function ", 9, width);
        out.put(callers_of ? "was called by...\n" : "called...\n");
        if (!graph_.edges.empty() && graph_.edge_times) {
            out.pad(width);
            out.put("    ncalls  tottime  cumtime\n");
        }
        put_relations(out, list.functions, width, callers_of);
        out.put("\n\n");
        out.flush();
    }

    template <class Page>
    void put_relations(Page& out,
                       const std::vector<std::uint32_t>& functions,
                       std::size_t width,
                       bool callers_of) const {
        // Numbers for all functions pay only where many are compared.
        const bool many = functions.size() > listed_.size() / 16;
        const std::vector<std::uint32_t> rank = many ? key_ranks() : std::vector<std::uint32_t>();
        const detail::edge_lists below =
            callers_of ? detail::edge_lists{} : detail::edges_by_caller(graph_);
        struct row {
            std::uint32_t rank;
            std::uint32_t other;
            std::uint32_t edge;
        };
        std::vector<row> rows;
        for (const std::uint32_t f : functions) {
            rows.clear();
            const std::uint32_t begin = callers_of ? group_[f] : below.begin[f];
            const std::uint32_t end = callers_of ? group_[f + 1] : below.begin[f + 1];
            for (std::uint32_t i = begin; i < end; ++i) {
                const std::uint32_t e = callers_of ? i : below.edges[i];
                const std::uint32_t other = callers_of ? callers_[e] : graph_.edges[e].callee;
                rows.push_back({many ? rank[other] : 0, other, e});
            }
            std::sort(rows.begin(), rows.end(), [&](const row& a, const row& b) {
                return many ? a.rank < b.rank : key_less(a.other, b.other);
            });
            out.put_left(text(f), widths_[f], width);
            out.put(callers_of ? "<- " : "-> ");
            if (rows.empty()) { out.put('\n'); }
            for (std::size_t i = 0; i < rows.size(); ++i) {
                put_relation(out, rows[i].other, graph_.edges[rows[i].edge].figures, width, i == 0);
            }
        }
    }

    template <class Page>
    void put_relation(Page& out,
                      std::uint32_t other,
                      const call_figures& figures,
                      std::size_t width,
                      bool first) const {
        if (graph_.edge_times) {
            if (!first) { out.pad(width + 1); }
            out.put_calls(figures.calls, figures.primitive_calls, first ? 7 : 9);
            out.put(' ');
            out.put_time(shown(figures.self));
            out.put(' ');
            out.put_time(shown(figures.cumulative));
            out.put("  ");
            out.put(text(other));
        } else {
            if (!first) { out.pad(width + 3); }
            out.put(text(other));
            out.put('(');
            out.put_number(figures.calls);
            out.put(") ");
            out.put_time(shown(graph_.functions[other].figures.cumulative));
        }
        out.put('\n');
    }

    // ------------------------------------------------------------------------ own layout

    [[nodiscard]] std::vector<call_relation> callee_rows(const detail::edge_lists& below,
                                                         std::uint32_t f) const {
        std::vector<call_relation> rows;
        for (std::uint32_t i = below.begin[f]; i < below.begin[f + 1]; ++i) {
            const call_graph::edge& e = graph_.edges[below.edges[i]];
            rows.push_back({e.callee, e.figures});
        }
        return rows;
    }

    [[nodiscard]] call_relations relations(std::vector<call_relation> rows,
                                           const relation_options& options) const {
        std::stable_sort(
            rows.begin(), rows.end(), [&](const call_relation& a, const call_relation& b) {
                return relation_less(a, b, options.by);
            });
        call_relations made;
        const std::size_t kept =
            options.limit == 0 ? rows.size() : (std::min)(options.limit, rows.size());
        for (std::size_t i = kept; i < rows.size(); ++i) {
            detail::add_figures(made.hidden_figures, rows[i].figures);
        }
        made.hidden = rows.size() - kept;
        rows.resize(kept);
        made.rows = std::move(rows);
        return made;
    }

    [[nodiscard]] bool
    relation_less(const call_relation& a, const call_relation& b, sort_key by) const {
        const call_graph::function& left = graph_.functions[a.function];
        const call_graph::function& right = graph_.functions[b.function];
        switch (by) {
        case sort_key::calls:
            return a.figures.calls > b.figures.calls;
        case sort_key::primitive_calls:
            return a.figures.primitive_calls > b.figures.primitive_calls;
        case sort_key::time:
            return a.figures.self > b.figures.self;
        case sort_key::cumulative:
            return a.figures.cumulative > b.figures.cumulative;
        case sort_key::filename:
            return left.file < right.file;
        case sort_key::line:
            return left.line < right.line;
        case sort_key::name:
            return left.name < right.name;
        case sort_key::name_file_line:
            return left.name != right.name ? left.name < right.name
                                           : key_less(a.function, b.function);
        case sort_key::standard_name:
            return text(a.function) < text(b.function);
        }
        return false;
    }

    void append_share(std::string& out, double part) const {
        const double share = total_.self > 0 ? part / total_.self * 100 : 0;
        char text[detail::max_thousandths];
        out.append(text,
                   std::to_chars(text, text + sizeof text, share, std::chars_format::fixed, 1).ptr);
        out += '%';
    }

    [[nodiscard]] static std::string
    count_of(std::size_t shown, std::size_t all, const char* what) {
        return std::to_string(shown) + " of " + std::to_string(all) + " " + what + " shown";
    }

    [[nodiscard]] std::string amount(double value) const {
        std::string made;
        if (is_time()) {
            detail::append_duration(made, shown(value));
        } else {
            detail::append_amount(made, value);
        }
        return made;
    }

    template <class Page>
    void put_heading(Page& out) const {
        std::string line;
        for (const std::string& source : graph_.sources) { line += source + "\n"; }
        line += std::to_string(total_.calls);
        line += graph_.kind == graph_kind::sampled ? " samples on stacks of " : " calls of ";
        line += std::to_string(listed_.size()) + " functions, " + amount(total_.self);
        if (!is_time()) {
            line += ' ';
            line += unit();
        }
        if (graph_.unattributed > 0 || graph_.unattributed < 0) {
            line += " and " + amount(graph_.unattributed) + " outside of them";
        }
        line += order_.empty() ? "; in the order of the input" : "; ordered by " + order_text_;
        out.put(line + "\n\n");
    }

    [[nodiscard]] std::string_view table_title() const noexcept {
        return graph_.kind == graph_kind::sampled
                   ? "     samples        self              total            per call  function\n"
                   : "       calls        self              total            per call  function\n";
    }

    template <class Page>
    void put_row(Page& out, const call_figures& figures, std::string_view arrow) const {
        const auto right = [&](const std::string& text, std::size_t width) {
            if (text.size() < width) { out.pad(width - text.size()); }
            out.put(text);
        };
        const bool sampled = graph_.kind == graph_kind::sampled;
        out.put_calls(figures.calls, sampled ? figures.calls : figures.primitive_calls, 12);
        std::string share;
        right(amount(figures.self), 12);
        append_share(share, figures.self);
        right(share, 7);
        share.clear();
        right(amount(figures.cumulative), 12);
        append_share(share, figures.cumulative);
        right(share, 7);
        const std::uint64_t calls = sampled ? figures.calls : figures.primitive_calls;
        right(calls == 0 ? std::string("-")
                         : amount(figures.cumulative / static_cast<double>(calls)),
              12);
        out.put("  ");
        out.put(arrow);
    }

    // ------------------------------------------------------------------------ cycles

    // Tarjan's strongly connected components, with a stack of its own: graphs may be deep.
    [[nodiscard]] std::vector<std::vector<std::uint32_t>> components() const {
        const detail::edge_lists below = detail::edges_by_caller(graph_);
        const std::size_t functions = graph_.functions.size();
        std::vector<std::uint32_t> number(functions, 0); // from 1, as they are found; 0: not yet
        std::vector<std::uint32_t> low(functions, 0);    // the least number that is reached
        std::vector<std::uint8_t> open(functions, 0);
        std::vector<std::uint32_t> stack; // functions of components that are not closed
        struct visit {
            std::uint32_t function;
            std::uint32_t next; // the edge to look at next
        };
        std::vector<visit> path;
        std::vector<std::vector<std::uint32_t>> found;
        std::uint32_t count = 0;
        const auto enter = [&](std::uint32_t f) {
            number[f] = low[f] = ++count;
            open[f] = 1;
            stack.push_back(f);
            path.push_back({f, below.begin[f]});
        };
        for (std::uint32_t start = 0; start < functions; ++start) {
            if (number[start] != 0) { continue; }
            enter(start);
            while (!path.empty()) {
                visit& v = path.back();
                const std::uint32_t f = v.function;
                if (v.next < below.begin[f + 1]) {
                    const std::uint32_t to = graph_.edges[below.edges[v.next++]].callee;
                    if (number[to] == 0) {
                        enter(to);
                    } else if (open[to] != 0) {
                        low[f] = (std::min)(low[f], number[to]);
                    }
                    continue;
                }
                path.pop_back();
                if (!path.empty()) {
                    std::uint32_t& above = low[path.back().function];
                    above = (std::min)(above, low[f]);
                }
                if (low[f] == number[f]) { close(f, stack, open, found); }
            }
        }
        return found;
    }

    void close(std::uint32_t f,
               std::vector<std::uint32_t>& stack,
               std::vector<std::uint8_t>& open,
               std::vector<std::vector<std::uint32_t>>& found) const {
        std::vector<std::uint32_t> members;
        std::uint32_t member = 0;
        do {
            member = stack.back();
            stack.pop_back();
            open[member] = 0;
            members.push_back(member);
        } while (member != f);
        if (members.size() == 1 && !calls_itself(f)) { return; }
        std::sort(members.begin(), members.end());
        found.push_back(std::move(members));
    }

    [[nodiscard]] bool calls_itself(std::uint32_t f) const {
        for (std::uint32_t e = group_[f]; e < group_[f + 1]; ++e) {
            if (callers_[e] == f) { return true; }
        }
        return false;
    }
};

WICK_END_NAMESPACE

#endif
