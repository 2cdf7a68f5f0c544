// wick/diff.hpp - what changed between two sides of profiles, by how much, and whether it is real.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DIFF_HPP
#define WICK_DIFF_HPP

#include <wick/comparison.hpp>          // what is made
#include <wick/detail/diff_tests.hpp>   // significance
#include <wick/detail/diff_text.hpp>    // rows of tables, and JSON
#include <wick/detail/diff_tree.hpp>    // one tree of two
#include <wick/detail/folded_lines.hpp> // the tree as lines
#include <wick/detail/frame_text.hpp>   // what stacks are called
#include <wick/detail/writer.hpp>       // output
#include <wick/profile.hpp>             // what is compared
#include <wick/result.hpp>              // why it cannot be

#include <algorithm>   // std::sort
#include <cmath>       // std::fabs
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <string>      // names
#include <string_view> // output
#include <tuple>       // std::tie, to order runs
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // sides, rows

WICK_BEGIN_NAMESPACE

/// How to compare. The defaults suit profiles of one program before and after a change.
struct diff_options {
    diff_basis basis = diff_basis::share;
    /// Rows are significant whose adjusted p-value is not above this: of what is called regressed
    /// or improved, this part is expected to be wrong. Intervals have a confidence of 1 - alpha.
    double alpha = 0.05;
    /// A row is unchanged when its interval is within this part of all weight.
    double margin = 0.005;
    /// Rows with fewer observations on both sides are not tested.
    std::uint64_t least_samples = 10;
    /// Operations, or seconds of CPU time, by the basis; 0: what the profiles' origins say.
    double before_exposure = 0;
    double after_exposure = 0;
};

namespace detail {

/// An order of runs by what they hold, so that sums over them do not depend on how they were given.
[[nodiscard]] inline bool run_less(const profile& a, const profile& b) {
    if (a.nodes.size() != b.nodes.size()) { return a.nodes.size() < b.nodes.size(); }
    for (std::size_t i = 0; i < a.nodes.size(); ++i) {
        const profile::node& x = a.nodes[i];
        const profile::node& y = b.nodes[i];
        if (x != y) {
            return std::tie(x.count, x.self, x.frame, x.parent) <
                   std::tie(y.count, y.self, y.frame, y.parent);
        }
    }
    return std::lexicographical_compare(
        a.frames.begin(), a.frames.end(), b.frames.begin(), b.frames.end(), frame_less);
}

/// Returns what stands on the way from the root to a node, "a;b;c".
template <class Tree>
[[nodiscard]] std::string stack_text(const Tree& tree, const profile& names, std::uint32_t node) {
    std::vector<std::uint32_t> path;
    for (; node != 0; node = tree.nodes[node].parent) { path.push_back(tree.nodes[node].frame); }
    std::string text;
    for (std::size_t i = path.size(); i-- > 0;) {
        append_frame_text(text, names, names.frames[path[i]]);
        if (i > 0) { text += ';'; }
    }
    return text;
}

/// All weights of a profile in one pass: nodes are many.
struct weight_sums {
    std::uint64_t sum = 0;
    bool some_negative = false; // the sum is then of no use
};

[[nodiscard]] inline weight_sums sum_weights(const profile& p) noexcept {
    weight_sums sums;
    std::int64_t bits = 0;
    for (const profile::node& n : p.nodes) {
        bits |= n.self;
        sums.sum += static_cast<std::uint64_t>(n.self);
    }
    sums.some_negative = bits < 0;
    return sums;
}

/// One side while it is being compared.
class side_builder {
public:
    side_builder(const char* name, std::vector<profile> runs)
        : name_(name)
        , runs_(std::move(runs)) {}

    [[nodiscard]] error problem() {
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            if (runs_[i].nodes.empty()) { runs_[i] = profile{}; } // it was moved from
            const weight_sums sums = sum_weights(runs_[i]);
            if (sums.some_negative) { return error{run_name(i) + negative_weight(runs_[i])}; }
            weight_ = sums.sum;
        }
        std::sort(runs_.begin(), runs_.end(), run_less);
        if (runs_.size() == 1) {
            whole_ = std::move(runs_[0]);
            return {};
        }
        result<profile> merged = merge(runs_);
        whole_ = std::move(merged.value);
        weight_ = sum_weights(whole_).sum;
        if (merged.error) { merged.error.what = std::string(name_) + ": " + merged.error.what; }
        return std::move(merged.error);
    }

    [[nodiscard]] profile& whole() noexcept { return whole_; }
    /// All weight of it.
    [[nodiscard]] std::uint64_t weight() const noexcept { return weight_; }
    [[nodiscard]] const char* name() const noexcept { return name_; }
    [[nodiscard]] std::size_t size() const noexcept { return runs_.size(); }

    /// Fills in what the tests need to know of the side. `exposure`: 0 where it is the
    /// observations.
    [[nodiscard]] diff_side side(const comparison& c, diff_basis basis, double exposure) const {
        const compared& all = c.functions[0].total;
        diff_side made;
        made.observations =
            static_cast<double>(name_[0] == 'b' ? all.before.count : all.after.count);
        made.exposure = basis == diff_basis::share ? made.observations : exposure;
        if (runs_.size() < 2) {
            made.exposures = {made.exposure};
            return made;
        }
        double known = 0;
        bool all_known = basis != diff_basis::share;
        for (const profile& run : runs_) {
            const double of_run = exposure_of(run, basis);
            all_known = all_known && of_run > 0;
            known += of_run;
        }
        for (const profile& run : runs_) {
            const double part =
                all_known ? exposure_of(run, basis) / known : observations(run) / made.observations;
            made.exposures.push_back(made.exposure * part);
        }
        return made;
    }

    void add_squares(diff_side& made, const comparison& c, const diff_rows& rows) const {
        std::size_t used = 0; // a run without a sample tells nothing
        for (const double e : made.exposures) { used += e > 0 ? 1 : 0; }
        if (used < 2) { return; }
        made.squares.resize(rows.rows.size());
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            if (!(made.exposures[i] > 0)) { continue; }
            detail::add_squares(made.squares, c, rows, runs_[i], made.exposures[i]);
        }
        made.exposures.resize(used);
    }

    /// Returns what the origins say of a profile; 0 where one of them does not.
    [[nodiscard]] static double exposure_of(const profile& p, diff_basis basis) noexcept {
        double sum = 0;
        for (const origin& from : p.origins) {
            const double part = basis == diff_basis::cpu_time
                                    ? static_cast<double>(from.cpu_ns) * 1e-9
                                    : static_cast<double>(from.operations);
            if (!(part > 0)) { return 0; }
            sum += part;
        }
        return sum;
    }

    /// Returns the rate that was asked for, where the weight is a number of samples; else 0.
    [[nodiscard]] double rate() const noexcept {
        if (whole_.unit != "samples") { return 0; }
        double sum = 0;
        double times = 0;
        for (const origin& from : whole_.origins) {
            if (!(from.rate_asked_hz > 0)) { return 0; }
            const double time = from.cpu_ns > 0 ? static_cast<double>(from.cpu_ns) : 1;
            sum += from.rate_asked_hz * time;
            times += time;
        }
        return times > 0 ? sum / times : 0;
    }

private:
    const char* name_;
    std::vector<profile> runs_;
    profile whole_;
    std::uint64_t weight_ = 0;

    [[nodiscard]] static std::string negative_weight(const profile& p) {
        std::uint32_t n = 0;
        while (p.nodes[n].self >= 0) { ++n; }
        return ": the weight of \"" + stack_text(p, p, n) + "\" is negative";
    }
    [[nodiscard]] std::string run_name(std::size_t i) const {
        const std::string name = name_;
        return runs_.size() == 1 ? name : name + ", profile " + std::to_string(i + 1);
    }
    [[nodiscard]] static double observations(const profile& p) noexcept {
        std::uint64_t sum = 0;
        for (const profile::node& n : p.nodes) { sum += n.count; }
        return static_cast<double>(sum);
    }
};

[[nodiscard]] inline error check_sides(side_builder (&sides)[2]) {
    const profile& before = sides[0].whole();
    const profile& after = sides[1].whole();
    if (!before.unit.empty() && !after.unit.empty() && before.unit != after.unit) {
        return error{"cannot compare weights in " + before.unit + " with weights in " + after.unit};
    }
    const int decimals = (std::max)(before.decimals, after.decimals);
    std::uint64_t left = max_magnitude;
    for (side_builder& side : sides) {
        const std::uint64_t factor = power_of_ten(decimals - side.whole().decimals);
        if (side.weight() > left / factor) {
            return error{"the weights of both sides add up to 2^63 or more"};
        }
        left -= side.weight() * factor;
    }
    return {};
}

/// Finds what the two sides were exposed to. Sampled faster, a side has more samples for the same
/// time: both are brought to the mean of their rates.
[[nodiscard]] inline error
find_exposures(side_builder (&sides)[2], const diff_options& options, double (&exposures)[2]) {
    const double given[2] = {options.before_exposure, options.after_exposure};
    const double rates[2] = {sides[0].rate(), sides[1].rate()};
    for (std::size_t i = 0; i < 2; ++i) {
        exposures[i] =
            given[i] > 0 ? given[i] : side_builder::exposure_of(sides[i].whole(), options.basis);
        if (!(exposures[i] > 0)) {
            const char* what = options.basis == diff_basis::cpu_time
                                   ? ": how much CPU time it used is not known"
                                   : ": how many operations it has done is not known";
            return error{sides[i].name() + std::string(what)};
        }
        if (rates[0] > 0 && rates[1] > 0) {
            exposures[i] *= rates[i] / ((rates[0] + rates[1]) / 2);
        }
    }
    return {};
}

inline void
describe_method(comparison& c, const diff_options& options, const double (&exposures)[2]) {
    const compared& all = c.functions[0].total;
    const bool shares = options.basis == diff_basis::share;
    c.method.basis = options.basis;
    c.method.alpha = options.alpha;
    c.method.margin = options.margin;
    c.method.before_exposure = shares ? static_cast<double>(all.before.weight) : exposures[0];
    c.method.after_exposure = shares ? static_cast<double>(all.after.weight) : exposures[1];
    if (c.method.before_exposure > 0 && c.method.after_exposure > 0) {
        c.before_scale = c.method.after_exposure / c.method.before_exposure;
    }
}

} // namespace detail

/// Returns both sides in one tree, with a verdict for each node and function, of itself and with
/// all below it. Each side is a list of profiles: repeated runs, or consecutive slices of one run;
/// from how far these are apart follows what chance can do. A lone profile tells nothing of that:
/// its samples are then taken for independent, which those of one thread hardly are, and the result
/// says so. Slices tell of the bursts within a run; only runs tell how much runs differ.
///
/// Counts are tested and weights are shown. On the basis of shares everything else shrinks when one
/// thing grows: rows which moved no further than most others are `renormalised`, and never
/// regressed or improved. That needs most functions to be unchanged; the other bases do not, but
/// need to know what was done meanwhile. When more is found on one side, diff(b, a) finds exactly
/// the opposite of diff(a, b). An empty side leaves everything untested.
///
/// Errors: units that differ; a negative weight, with its side, profile and stack; weights of 2^63
///         and more; a basis for which the origins and the options have no figures.
/// Cost:   O(n) of both sides for lone profiles (given by std::move they are freed before the
///         tests); O(n) of the whole tree for each further profile.
/// Source: quasi-binomial two-proportion tests with moderated dispersion (McCarthy, Chen and Smyth
///         2012), Fisher's test where few are expected, intervals of Newcombe (1998), false
///         discovery rates of Benjamini and Hochberg (1995).
[[nodiscard]] inline result<comparison>
diff(std::vector<profile> before, std::vector<profile> after, const diff_options& options = {}) {
    WICK_ASSERT(options.alpha > 0 && options.alpha < 1 && options.margin >= 0);
    result<comparison> made;
    comparison& c = made.value;
    detail::side_builder sides[2] = {{"before", std::move(before)}, {"after", std::move(after)}};
    c.method.before_runs = static_cast<std::uint32_t>(sides[0].size());
    c.method.after_runs = static_cast<std::uint32_t>(sides[1].size());
    for (detail::side_builder& side : sides) {
        if (error wrong = side.problem()) { return {{}, std::move(wrong)}; }
    }
    profile& first = sides[0].whole();
    profile& second = sides[1].whole();
    if (error wrong = detail::check_sides(sides)) { return {{}, std::move(wrong)}; }
    double exposures[2] = {0, 0};
    if (options.basis != diff_basis::share) {
        error unknown = detail::find_exposures(sides, options, exposures);
        if (unknown) { return {{}, std::move(unknown)}; }
    }
    const std::uint64_t least = (std::max)(options.least_samples, std::uint64_t{1});
    detail::diff_tree tree(c, first, second, least);
    c.unit = first.unit.empty() ? second.unit : first.unit;
    c.counted = first.counted == second.counted ? first.counted : counted_as::unknown;
    c.before_origins = std::move(first.origins);
    c.after_origins = std::move(second.origins);
    first = profile{}; // the tests need room
    second = profile{};
    detail::describe_method(c, options, exposures);
    detail::diff_side of_before = sides[0].side(c, options.basis, exposures[0]);
    detail::diff_side of_after = sides[1].side(c, options.basis, exposures[1]);
    sides[0].add_squares(of_before, c, tree.rows());
    sides[1].add_squares(of_after, c, tree.rows());
    const bool tested = of_before.observations > 0 && of_after.observations > 0 &&
                        c.method.before_exposure > 0 && c.method.after_exposure > 0;
    if (!tested) {
        for (comparison::node& n : c.nodes) { n.test = 0; }
        for (comparison::function& f : c.functions) { f.test = 0; }
        c.method.alpha = 0;
        return made;
    }
    detail::diff_tester(c, tree.rows(), std::move(of_before), std::move(of_after), least).run();
    return made;
}

/// The same of one profile a side.
[[nodiscard]] inline result<comparison>
diff(profile before, profile after, const diff_options& options = {}) {
    std::vector<profile> sides[2];
    sides[0].push_back(std::move(before));
    sides[1].push_back(std::move(after));
    return diff(std::move(sides[0]), std::move(sides[1]), options);
}

namespace detail {

template <class Row>
[[nodiscard]] diff_entry entry_of(
    const comparison& c, std::uint32_t index, const Row& row, const compared& seen, bool total) {
    const tested& tests = c.tests[row.test];
    const double scale = change_scale(c);
    diff_entry made;
    made.index = index;
    made.seen = seen;
    made.change = change_of(c, seen) / scale;
    made.test = total ? tests.total : tests.self;
    made.low = made.test.low / scale;
    made.high = made.test.high / scale;
    made.in = row.in;
    return made;
}

[[nodiscard]] inline bool is_significant(verdict v) noexcept {
    return v == verdict::regressed || v == verdict::improved;
}

/// Returns the inclusive figures of one node. Cost: O(nodes below it).
[[nodiscard]] inline compared total_of(const comparison& c, std::size_t node) {
    compared sum = c.weights[c.nodes[node].self];
    for (std::size_t i = node + 1; i < c.nodes.size() && c.nodes[i].parent >= node; ++i) {
        add(sum, c.weights[c.nodes[i].self]);
    }
    return sum;
}

inline void rank_entries(std::vector<diff_entry>& entries) {
    std::sort(entries.begin(), entries.end(), [](const diff_entry& a, const diff_entry& b) {
        const bool first = is_significant(a.test.concluded);
        const bool second = is_significant(b.test.concluded);
        if (first != second) { return first; }
        const double x = std::fabs(a.change);
        const double y = std::fabs(b.change);
        if (x < y || y < x) { return y < x; }
        return a.index < b.index;
    });
}

} // namespace detail

/// Returns the rows of a kind, what is significant first, then by the size of the change. Rows with
/// no weight on either side are left out; so is the root of everything on the basis of shares.
/// Cost: O(n log n) of the rows.
[[nodiscard]] inline std::vector<diff_entry> changes(const comparison& c, diff_rows_of rows) {
    std::vector<diff_entry> made;
    const auto take = [&](std::uint32_t i, const auto& row, const compared& seen, bool total) {
        if (seen == compared{}) { return; }
        if (i == 0 && c.method.basis == diff_basis::share) { return; }
        made.push_back(detail::entry_of(c, i, row, seen, total));
    };
    const bool total = rows == diff_rows_of::function_total || rows == diff_rows_of::stack_total;
    if (rows == diff_rows_of::function_total || rows == diff_rows_of::function_self) {
        for (std::uint32_t i = 0; i < c.functions.size(); ++i) {
            take(i, c.functions[i], total ? c.functions[i].total : c.functions[i].self, total);
        }
    } else {
        const std::vector<compared> all = total ? totals(c) : std::vector<compared>();
        for (std::uint32_t i = 0; i < c.nodes.size(); ++i) {
            take(i, c.nodes[i], total ? all[i] : c.weights[c.nodes[i].self], total);
        }
    }
    detail::rank_entries(made);
    return made;
}

/// Returns the calling contexts where changes are: those with a significant total below which no
/// context changed significantly in the same direction. The greatest change comes first.
/// Cost: O(n): each node is below two such contexts at most, one of each direction.
[[nodiscard]] inline std::vector<diff_entry> changed_paths(const comparison& c) {
    std::vector<unsigned char> below(c.nodes.size()); // 1: improved, 2: regressed
    std::vector<diff_entry> made;
    for (std::uint32_t i = static_cast<std::uint32_t>(c.nodes.size()); i-- > 1;) {
        const comparison::node& n = c.nodes[i];
        const verdict concluded = c.tests[n.test].total.concluded;
        if (!detail::is_significant(concluded)) { continue; }
        const unsigned bit = concluded == verdict::regressed ? 2 : 1;
        if ((below[i] & bit) == 0) {
            made.push_back(detail::entry_of(c, i, n, detail::total_of(c, i), true));
        }
        below[n.parent] = static_cast<unsigned char>(below[n.parent] | below[i] | bit);
    }
    detail::rank_entries(made);
    return made;
}

/// Returns the function with the greatest significant regression, self or total; with a change of 0
/// where there is none. This is what a gate asks for: `worst_regression(c).change > 0.05`.
[[nodiscard]] inline diff_entry worst_regression(const comparison& c) {
    diff_entry worst;
    for (std::uint32_t i = 0; i < c.functions.size(); ++i) {
        const comparison::function& f = c.functions[i];
        const auto look = [&](const compared& seen, verdict v, bool total) {
            if (v != verdict::regressed) { return; }
            diff_entry e = detail::entry_of(c, i, f, seen, total);
            if (e.change > worst.change) { worst = e; }
        };
        look(f.self, c.tests[f.test].self.concluded, false);
        look(f.total, c.tests[f.test].total.concluded, true);
    }
    return worst;
}

/// Returns the name of a row: of a function, or a stack "a;b;c"; "(all)" where that is everything.
[[nodiscard]] inline std::string
row_name(const comparison& c, diff_rows_of rows, const diff_entry& row) {
    const profile names = detail::names_of(c);
    const bool function =
        rows == diff_rows_of::function_total || rows == diff_rows_of::function_self;
    std::string name =
        function ? detail::frame_name(names, row.index) : detail::stack_text(c, names, row.index);
    return name.empty() && row.index == 0 ? "(all)" : name;
}

/// How to print a table.
struct diff_table_options {
    diff_rows_of rows = diff_rows_of::function_total;
    std::size_t most = 20;  ///< rows that are printed; what is left out is counted
    std::size_t paths = 10; ///< paths that are printed
    bool all = false;       ///< rows that are not significant too
    /// Bytes of a name that are printed, the rest being "…"; 0: all of it.
    std::size_t name_width = 0;
};

/// Writes what was compared and how, the rows that changed, and the paths where they did.
/// sink    callable taking std::string_view, or a std::ostream.
template <class Sink>
void write_diff_table(Sink&& sink, const comparison& c, const diff_table_options& options = {}) {
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    const profile names = detail::names_of(c);
    std::string text = detail::heading(c);
    const std::vector<diff_entry> rows = changes(c, options.rows);
    const bool stacks =
        options.rows == diff_rows_of::stack_total || options.rows == diff_rows_of::stack_self;
    const auto name = [&](const diff_entry& e, bool is_stack) {
        const std::string whole =
            is_stack ? detail::stack_text(c, names, e.index) : detail::frame_name(names, e.index);
        return whole.empty() ? std::string("(all)") : whole;
    };
    const auto put =
        [&](const std::vector<diff_entry>& entries, std::size_t most, bool all, bool is_stack) {
            std::size_t shown = 0;
            std::size_t significant = 0;
            for (const diff_entry& e : entries) {
                if (detail::is_significant(e.test.concluded)) { ++significant; }
                if (shown == most || !(all || detail::is_significant(e.test.concluded))) {
                    continue;
                }
                ++shown;
                detail::append_entry(text, c, e);
                text += detail::shortened(name(e, is_stack), options.name_width, is_stack);
                text += '\n';
            }
            const std::size_t known = all ? entries.size() : significant;
            if (known > shown) { text += "    … and " + std::to_string(known - shown) + " more\n"; }
            return significant;
        };
    detail::append_column_names(text, c, detail::rows_name(options.rows));
    const std::size_t significant = put(rows, options.most, options.all, stacks);
    if (significant == 0) { text += "  no significant change\n"; }
    detail::append_counts(text, rows);
    if (options.paths > 0) {
        const std::vector<diff_entry> paths = changed_paths(c);
        if (!paths.empty()) {
            text += "\n";
            detail::append_column_names(text, c, "the paths that carry it (total)");
            put(paths, options.paths, true, true);
        }
    }
    out.put(text);
    out.flush();
}

/// Writes "a;b;c 10 12" lines, weight before and after, sorted as `LC_ALL=C sort` has them: what
/// other tools for differences of folded stacks read and write. Weights are as they are, not
/// scaled. Cost: O(output); memory for a tree without weights.
template <class Sink>
void write_diff_folded(Sink&& sink, const comparison& c) {
    if (!detail::has_plain_names(c)) {
        const auto renamed = [&](bool after) {
            return detail::without_separators(side_of(c, after));
        };
        // The same weights under fewer names: they fit as they did.
        write_diff_folded(sink, untested_comparison(renamed(false), renamed(true)).value);
        return;
    }
    profile tree = detail::names_of(c);
    tree.nodes.clear();
    tree.nodes.reserve(c.nodes.size());
    for (const comparison::node& n : c.nodes) {
        const compared& self = c.weights[n.self];
        const bool line = self.before.weight != 0 || self.after.weight != 0;
        tree.nodes.push_back({n.parent, n.frame, line ? std::uint64_t{1} : 0, 0});
    }
    const auto weights = [&](std::string& line, const profile&, std::uint32_t node) {
        const compared& self = c.weights[c.nodes[node].self];
        detail::append_weight(line, self.before.weight, c.decimals);
        line += ' ';
        detail::append_weight(line, self.after.weight, c.decimals);
    };
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    detail::folded_lines<decltype(out), decltype(weights)>(out, tree, weights).write();
    out.flush();
}

/// Writes a comparison as JSON: what was compared and how, all functions that were tested, and the
/// paths that changed, the most important first. Names keep all their bytes that are UTF-8.
template <class Sink>
void write_diff_json(Sink&& sink, const comparison& c) {
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    const profile names = detail::names_of(c);
    std::string text = "{\n";
    detail::append_json_method(text, c);
    const auto list = [&](const char* key, const std::vector<diff_entry>& entries, bool is_stack) {
        text += ",\n  \"" + std::string(key) + "\": [";
        bool first = true;
        for (const diff_entry& e : entries) {
            if (e.test.concluded == verdict::untested) { continue; }
            text += first ? "\n    {\"name\": " : ",\n    {\"name\": ";
            first = false;
            detail::append_json_string(text,
                                       is_stack ? detail::stack_text(c, names, e.index)
                                                : detail::frame_name(names, e.index));
            detail::append_json_entry(text, c, e);
            text += '}';
            out.put(text);
            text.clear();
        }
        text += first ? "]" : "\n  ]";
    };
    list("functions_total", changes(c, diff_rows_of::function_total), false);
    list("functions_self", changes(c, diff_rows_of::function_self), false);
    list("paths", changed_paths(c), true);
    text += "\n}\n";
    out.put(text);
    out.flush();
}

/// Return what the functions above write.
[[nodiscard]] inline std::string diff_table(const comparison& c,
                                            const diff_table_options& options = {}) {
    std::string text;
    write_diff_table([&](std::string_view piece) { text += piece; }, c, options);
    return text;
}
[[nodiscard]] inline std::string diff_folded(const comparison& c) {
    std::string text;
    write_diff_folded([&](std::string_view piece) { text += piece; }, c);
    return text;
}
[[nodiscard]] inline std::string diff_json(const comparison& c) {
    std::string text;
    write_diff_json([&](std::string_view piece) { text += piece; }, c);
    return text;
}

WICK_END_NAMESPACE

#endif
