// wick/detail/diff_tests.hpp - the tests behind diff.hpp: dispersion, p-values, verdicts.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_DIFF_TESTS_HPP
#define WICK_DETAIL_DIFF_TESTS_HPP

#include <wick/comparison.hpp>        // what is tested
#include <wick/detail/diff_tree.hpp>  // rows
#include <wick/detail/statistics.hpp> // tests and intervals
#include <wick/version.hpp>

#include <algorithm> // std::sort
#include <cmath>     // std::sqrt
#include <cstddef>   // std::size_t
#include <cstdint>   // counts
#include <utility>   // std::pair
#include <vector>    // runs, rows

WICK_BEGIN_NAMESPACE
namespace detail {

/// One side as the tests see it.
struct diff_side {
    double observations = 0; ///< in all
    double exposure = 0;     ///< what observations are compared against: themselves, seconds …
    std::vector<double> exposures; ///< of each run
    std::vector<double> squares;   ///< of each row: see add_squares; empty for a lone run
};

/// How far observations of a row scatter more than independent ones would, and how well that is
/// known.
struct scatter {
    double dispersion = 1;
    double freedom = infinity;
};

/// The distribution of dispersions over rows: what one row tells is moved towards it by as much as
/// the rows agree (Smyth 2004, "Linear models and empirical Bayes methods", section 6.2).
class dispersion_prior {
public:
    void add(const scatter& row) {
        if (row.freedom > 0) { rows_.push_back(row); }
    }

    void fit() {
        if (rows_.empty()) { return; }
        std::vector<double> sorted;
        for (const scatter& r : rows_) { sorted.push_back(r.dispersion); }
        std::sort(sorted.begin(), sorted.end());
        const double least = (std::max)(1e-5 * sorted[sorted.size() / 2], 1e-12);
        std::vector<double> e; // the logarithm of each, without its bias
        double expected_spread = 0;
        for (const scatter& r : rows_) {
            const double half = r.freedom / 2;
            e.push_back(std::log((std::max)(r.dispersion, least)) - digamma(half) + std::log(half));
            expected_spread += trigamma(half) / static_cast<double>(rows_.size());
        }
        const moments m = moments_of(e);
        const double spread = m.variance - expected_spread;
        if (rows_.size() < 3) { // nothing is known of how rows differ
            common_ = {std::exp(m.mean), 0};
        } else if (spread > 0) {
            const double half = inverse_trigamma(spread);
            common_ = {std::exp(m.mean + digamma(half) - std::log(half)), 2 * half};
        } else {
            common_ = {std::exp(m.mean), infinity};
        }
    }

    /// The dispersion that rows have in common, and how many degrees of freedom it is worth.
    [[nodiscard]] const scatter& common() const noexcept { return common_; }

    /// Returns what holds for a row. Never less than 1: regular sampling may scatter less, but that
    /// few runs happen to agree proves nothing.
    [[nodiscard]] scatter of(const scatter& row) const noexcept {
        if (common_.freedom > 1e8) { return {(std::max)(1.0, common_.dispersion), infinity}; }
        const double freedom = common_.freedom + row.freedom;
        const double sum = common_.freedom * common_.dispersion + row.freedom * row.dispersion;
        return {(std::max)(1.0, sum / freedom), freedom};
    }

private:
    std::vector<scatter> rows_;
    scatter common_;
};

/// Tests one row of counts against what both sides were exposed to. All functions give exactly the
/// same p-value, and exactly the negated difference, when the sides are swapped.
class count_test {
public:
    /// `shares`: exposures are observations, of which the row's are a part; else rates are
    /// compared.
    count_test(bool shares, double alpha)
        : shares_(shares)
        , alpha_(alpha) {}

    /// Returns by how many standard deviations the second side is greater.
    [[nodiscard]] double
    z(double x1, double e1, double x2, double e2, double dispersion) const noexcept {
        if (shares_) { return two_proportion_z(x1, e1, x2, e2) / std::sqrt(dispersion); }
        const double rate = (x1 + x2) / (e1 + e2);
        const double variance = rate * (1 / e1 + 1 / e2) * dispersion;
        return variance > 0 ? (x2 / e2 - x1 / e1) / std::sqrt(variance) : 0;
    }

    /// Returns the two-sided p-value of a difference. Where few observations are expected it is
    /// that of an exact test, of numbers that are as much smaller as the dispersion asks.
    [[nodiscard]] double
    p_value(double x1, double e1, double x2, double e2, const scatter& s) const {
        const bool swap = e2 < e1 || (!(e1 < e2) && x2 < x1); // rounding must not tell sides apart
        if (swap) { return p_value(x2, e2, x1, e1, s); }
        const double distance = z(x1, e1, x2, e2, s.dispersion);
        const double by_distance = student_beyond(distance, s.freedom);
        const double part = e1 / (e1 + e2);
        double least = (x1 + x2) * part; // expected on the side with less
        if (shares_) { least = (std::min)(least, (e1 + e2 - x1 - x2) * part); }
        if (least / s.dispersion >= 5) { return by_distance; }
        const auto shrunk = [&](double v) { return std::floor(v / s.dispersion + 0.5); };
        const double a = shrunk(x1);
        const double b = shrunk(x2);
        const double exact = shares_ ? fisher_exact(a, a + shrunk(e1 - x1), b, b + shrunk(e2 - x2))
                                     : binomial_test(a, a + b, part);
        return s.freedom < 1e8 ? (std::max)(exact, by_distance) : exact;
    }

    /// Returns the interval of the difference of the two shares, or rates.
    [[nodiscard]] interval
    difference(double x1, double e1, double x2, double e2, const scatter& s) {
        const double d = s.dispersion;
        const double quantile = quantile_for(s.freedom);
        if (shares_) { return newcombe_interval(x1 / d, e1 / d, x2 / d, e2 / d, quantile); }
        const auto rate = [&](double x, double e) {
            const interval of_count = poisson_interval(x / d, quantile);
            return interval{of_count.low * d / e, of_count.high * d / e};
        };
        return interval_of_difference(x1 / e1, rate(x1, e1), x2 / e2, rate(x2, e2));
    }

private:
    bool shares_;
    double alpha_;
    std::vector<std::pair<double, double>> quantiles_; // by freedom, of which there are few

    [[nodiscard]] double quantile_for(double freedom) {
        for (const auto& known : quantiles_) {
            if (!(known.first < freedom) && !(freedom < known.first)) { return known.second; }
        }
        quantiles_.emplace_back(freedom, student_quantile_beyond(alpha_, freedom));
        return quantiles_.back().second;
    }
};

/// Observations, on both sides, of what did not change.
struct unchanged_rest {
    double before = 0;
    double after = 0;
};

/// A function's observations, and the logarithm of how many times as many there are after.
struct change_vote {
    double before, after, ratio, deviation;

    [[nodiscard]] bool agrees(double with) const noexcept {
        return std::fabs(ratio - with) <= 2 * deviation;
    }
};

/// Returns the ratio with which most functions agree; of several, that with more observations.
/// `votes` are sorted by ratio. Cost: as 100 passes over them at most.
[[nodiscard]] inline double agreed_ratio(const std::vector<change_vote>& votes) noexcept {
    std::size_t most = 0;
    double heaviest = 0;
    double lowest = 0; // of all ratios that are as good, so that swapped sides find the same
    double highest = 0;
    const std::size_t tried = (std::min)(votes.size(), std::size_t{100});
    for (std::size_t i = 0; i < tried; ++i) {
        // Evenly spread over the votes, from the outside in: the same ones from either end.
        const std::size_t step = (i / 2) * votes.size() / tried;
        const double ratio = votes[i % 2 == 0 ? step : votes.size() - 1 - step].ratio;
        std::size_t agree = 0;
        double weight = 0;
        for (const change_vote& v : votes) {
            if (!v.agrees(ratio)) { continue; }
            ++agree;
            weight += v.before + v.after;
        }
        if (agree < most || (agree == most && weight < heaviest)) { continue; }
        const bool better = agree > most || weight > heaviest;
        most = agree;
        heaviest = weight;
        lowest = better ? ratio : (std::min)(lowest, ratio);
        highest = better ? ratio : (std::max)(highest, ratio);
    }
    return (lowest + highest) / 2;
}

/// Returns the observations of those functions that have changed as most others have. Shares say
/// only how much there is of one thing for each of another; when the fewest things that can have
/// changed are to be named, the others are the measure. Each function has one vote: one that takes
/// most of the time may be the one that changed. `scatters` has one for each function.
[[nodiscard]] inline unchanged_rest
find_unchanged(const comparison& c, const std::vector<scatter>& scatters, std::uint64_t least) {
    std::vector<change_vote> votes;
    for (std::size_t f = 0; f < c.functions.size(); ++f) {
        const compared& self = c.functions[f].self;
        if (self.before.count < least && self.after.count < least) { continue; }
        const double a = static_cast<double>(self.before.count);
        const double b = static_cast<double>(self.after.count);
        const double variance = scatters[f].dispersion * (1 / (a + 0.5) + 1 / (b + 0.5));
        votes.push_back({a, b, std::log(b + 0.5) - std::log(a + 0.5), std::sqrt(variance)});
    }
    if (votes.empty()) { return {}; }
    std::sort(votes.begin(), votes.end(), [](const change_vote& x, const change_vote& y) {
        return x.ratio < y.ratio;
    });
    double ratio = agreed_ratio(votes);
    unchanged_rest rest;
    for (int round = 0; round < 20; ++round) { // until it settles, which it does within a few
        unchanged_rest next;
        for (const change_vote& v : votes) {
            if (!v.agrees(ratio)) { continue; }
            next.before += v.before;
            next.after += v.after;
        }
        if (!(next.before > 0) || !(next.after > 0)) { break; }
        rest = next;
        ratio = std::log(rest.after) - std::log(rest.before);
    }
    return rest;
}

/// Tests all rows of a comparison and writes down what comes of it.
class diff_tester {
public:
    diff_tester(
        comparison& c, diff_rows& rows, diff_side before, diff_side after, std::uint64_t least)
        : c_(c)
        , rows_(rows)
        , before_(std::move(before))
        , after_(std::move(after))
        , least_(least)
        , shares_(c.method.basis == diff_basis::share)
        , test_(shares_, c.method.alpha) {}

    void run() {
        figures_.resize(rows_.rows.size());
        fit_dispersion();
        if (shares_) { find_rest(); }
        for (std::uint32_t i = 1; i < rows_.rows.size(); ++i) { test_row(i); }
        // Contexts and functions tell of the same samples in two ways: two questions, two families.
        conclude(1, rows_.first_of_functions);
        conclude(rows_.first_of_functions, static_cast<std::uint32_t>(rows_.rows.size()));
        write_down();
    }

private:
    struct figures {
        significance test;
        double by_share = 1; // p-value of the share alone
        double direction = 0;
    };
    comparison& c_;
    diff_rows& rows_;
    diff_side before_;
    diff_side after_;
    std::uint64_t least_;
    bool shares_;
    count_test test_;
    dispersion_prior prior_;
    unchanged_rest rest_;
    std::vector<figures> figures_;

    [[nodiscard]] bool has_runs() const noexcept {
        return !before_.squares.empty() || !after_.squares.empty();
    }

    // What the runs of one side say: Pearson's chi-squared around the side's own mean.
    void
    add_side(scatter& sum, const diff_side& side, std::uint32_t row, std::uint64_t count) const {
        if (side.squares.empty() || count == 0) { return; }
        const double x = static_cast<double>(count);
        const double rate = x / side.exposure;
        const double variance = shares_ ? rate * (1 - rate) : rate;
        if (!(variance > 0)) { return; } // all of each run: nothing can scatter
        const double squares = side.squares[row] - x * rate;
        sum.dispersion += (std::max)(0.0, squares) / variance;
        sum.freedom += static_cast<double>(side.exposures.size() - 1);
    }

    [[nodiscard]] scatter own_scatter(std::uint32_t row) const noexcept {
        const compared& seen = rows_.rows[row].seen;
        scatter of_before{0, 0};
        scatter of_after{0, 0};
        add_side(of_before, before_, row, seen.before.count);
        add_side(of_after, after_, row, seen.after.count);
        const double freedom = of_before.freedom + of_after.freedom;
        if (!(freedom > 0)) { return {0, 0}; }
        return {(of_before.dispersion + of_after.dispersion) / freedom, freedom};
    }

    void fit_dispersion() {
        c_.method.assumes_independent_samples = !has_runs();
        if (!has_runs()) { return; }
        // Where a run has few observations to expect, squares say less than their number tells:
        // such rows would make all look more different than they are.
        const auto runs = static_cast<double>(before_.exposures.size() + after_.exposures.size());
        if (!add_to_prior(5 * runs, 10)) { (void)add_to_prior(runs, 0); }
        prior_.fit();
        c_.method.dispersion = (std::max)(1.0, prior_.common().dispersion);
    }

    // Adds the functions with so many observations, unless there are fewer than `least` of them.
    [[nodiscard]] bool add_to_prior(double observations, std::size_t least) {
        std::vector<scatter> found;
        for (auto i = rows_.first_of_functions; i < rows_.rows.size(); ++i) {
            const compared& seen = rows_.rows[i].seen;
            const double x =
                static_cast<double>(seen.before.count) + static_cast<double>(seen.after.count);
            if (x >= observations) { found.push_back(own_scatter(i)); }
        }
        if (found.size() < least) { return false; }
        for (const scatter& row : found) { prior_.add(row); }
        return true;
    }

    [[nodiscard]] scatter scatter_of(std::uint32_t row) const noexcept {
        if (!has_runs()) { return {}; }
        const scatter own = own_scatter(row);
        if (!(own.freedom + prior_.common().freedom > 0)) { return {}; }
        return prior_.of(own);
    }

    void find_rest() {
        std::vector<scatter> scatters;
        for (const comparison::function& f : c_.functions) {
            const std::uint32_t row = rows_.pairs[f.test].self;
            scatters.push_back(row == 0 ? scatter{} : scatter_of(row));
        }
        rest_ = find_unchanged(c_, scatters, least_);
    }

    void test_row(std::uint32_t row) {
        const compared& seen = rows_.rows[row].seen;
        figures& to = figures_[row];
        const double x1 = static_cast<double>(seen.before.count);
        const double x2 = static_cast<double>(seen.after.count);
        const scatter s = scatter_of(row);
        to.by_share = test_.p_value(x1, before_.exposure, x2, after_.exposure, s);
        to.direction = test_.z(x1, before_.exposure, x2, after_.exposure, 1);
        to.test.p_value = to.by_share;
        if (shares_ && to.by_share <= c_.method.alpha && rest_.before > 0) {
            // A change must also show beside what has not changed.
            const double e1 = x1 + rest_.before;
            const double e2 = x2 + rest_.after;
            const bool against = test_.z(x1, e1, x2, e2, 1) * to.direction < 0;
            const double beside = against ? 1 : test_.p_value(x1, e1, x2, e2, s);
            to.test.p_value = (std::max)(to.by_share, beside);
        }
        set_interval(to.test, seen, test_.difference(x1, before_.exposure, x2, after_.exposure, s));
    }

    // The interval is one of counts: around the change of weight it is as much wider or narrower as
    // the row's samples weigh more or less than all do.
    void set_interval(significance& to, const compared& seen, const interval& of_counts) const {
        const double x1 = static_cast<double>(seen.before.count);
        const double x2 = static_cast<double>(seen.after.count);
        const double by_count = x2 / after_.exposure - x1 / before_.exposure;
        double weight_each =
            (static_cast<double>(seen.before.weight) + static_cast<double>(seen.after.weight)) /
            (x1 + x2);
        if (shares_) {
            const double all = c_.method.before_exposure + c_.method.after_exposure;
            weight_each *= (before_.observations + after_.observations) / all;
        }
        const double change = change_of(c_, seen);
        to.low = change - (by_count - of_counts.low) * weight_each;
        to.high = change + (of_counts.high - by_count) * weight_each;
    }

    // Corrects for the number of rows in a family, and says what each of them shows.
    void conclude(std::uint32_t begin, std::uint32_t end) {
        std::vector<double> p_values;
        std::vector<double> by_share;
        for (std::uint32_t i = begin; i < end; ++i) {
            p_values.push_back(figures_[i].test.p_value);
            by_share.push_back(figures_[i].by_share);
        }
        p_values = benjamini_hochberg(p_values);
        by_share = benjamini_hochberg(by_share);
        for (std::uint32_t i = begin; i < end; ++i) {
            figures& f = figures_[i];
            f.test.adjusted = p_values[i - begin];
            const bool significant = f.test.adjusted <= c_.method.alpha;
            f.test.renormalised = !significant && by_share[i - begin] <= c_.method.alpha;
            f.test.concluded =
                significant ? significant_verdict(f, rows_.rows[i].seen) : equal_verdict(f);
        }
    }

    // More samples of less weight, or the other way round, are no regression that could be named.
    [[nodiscard]] verdict significant_verdict(const figures& f,
                                              const compared& seen) const noexcept {
        const double change = change_of(c_, seen);
        if (f.direction > 0 && change > 0) { return verdict::regressed; }
        if (f.direction < 0 && change < 0) { return verdict::improved; }
        return verdict::inconclusive;
    }

    [[nodiscard]] verdict equal_verdict(const figures& f) const noexcept {
        const double margin = c_.method.margin * (shares_ ? 1 : mean_rate());
        const bool within = f.test.low >= -margin && f.test.high <= margin;
        return within ? verdict::unchanged : verdict::inconclusive;
    }

    // All weight by all exposure, as what a margin is a part of.
    [[nodiscard]] double mean_rate() const noexcept {
        const compared& all = c_.functions[0].total;
        const double weight =
            static_cast<double>(all.before.weight) + static_cast<double>(all.after.weight);
        return weight / (c_.method.before_exposure + c_.method.after_exposure);
    }

    void write_down() {
        c_.tests.assign(1, {});
        c_.tests.reserve(rows_.pairs.size());
        for (std::size_t i = 1; i < rows_.pairs.size(); ++i) {
            const diff_rows::pair& pair = rows_.pairs[i];
            c_.tests.push_back({figures_[pair.self].test, figures_[pair.total].test});
        }
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
