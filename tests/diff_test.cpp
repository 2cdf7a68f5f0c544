// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/diff.hpp>
#include <wick/folded.hpp>

#include "diff_simulation.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using runs = std::vector<wick::profile>;

wick::profile folded(const std::string& text) {
    wick::result<wick::folded_text> read = wick::parse_folded(text);
    REQUIRE(read);
    REQUIRE(read.value.columns.size() == 1);
    return read.value.columns[0];
}

wick::comparison compare(runs before, runs after, const wick::diff_options& options = {}) {
    wick::result<wick::comparison> made = wick::diff(std::move(before), std::move(after), options);
    REQUIRE_MESSAGE(made, made.error.what);
    const wick::error wrong = wick::validate(made.value);
    REQUIRE_MESSAGE(!wrong, wrong.what);
    return std::move(made.value);
}

std::size_t frame_of(const wick::comparison& c, const std::string& name) {
    for (std::size_t f = 0; f < c.frames.size(); ++f) {
        if (c.frames[f].function == name) { return f; }
    }
    FAIL("no frame " << name);
    return 0;
}

const wick::comparison::function& function(const wick::comparison& c, const std::string& name) {
    return c.functions[frame_of(c, name)];
}

wick::verdict self_verdict(const wick::comparison& c, const std::string& name) {
    return c.tests[function(c, name).test].self.concluded;
}

wick::verdict total_verdict(const wick::comparison& c, const std::string& name) {
    return c.tests[function(c, name).test].total.concluded;
}

std::string random_text(std::mt19937& random, unsigned names, unsigned lines, unsigned most) {
    std::string text;
    for (unsigned i = 0; i < lines; ++i) {
        for (auto depth = random() % 5; depth-- > 0;) {
            text += "f" + std::to_string(random() % names) + ";";
        }
        text +=
            "g" + std::to_string(random() % names) + " " + std::to_string(random() % most) + "\n";
    }
    return text;
}

runs random_side(std::mt19937& random, std::size_t count) {
    runs made;
    for (std::size_t i = 0; i < count; ++i) {
        made.push_back(folded("f0 1\n" + random_text(random, 4, 25, 60)));
    }
    return made;
}

bool negated(const wick::significance& a, const wick::significance& b) {
    return a.p_value == b.p_value && a.adjusted == b.adjusted && a.low == -b.high &&
           a.high == -b.low && a.renormalised == b.renormalised;
}

bool opposite(wick::verdict a, wick::verdict b) {
    if (a == wick::verdict::improved) { return b == wick::verdict::regressed; }
    if (a == wick::verdict::regressed) { return b == wick::verdict::improved; }
    return a == b;
}

template <class Row>
void check_opposite(const wick::comparison& c,
                    const Row& row,
                    const wick::compared& self,
                    const wick::comparison& d,
                    const Row& turned,
                    const wick::compared& turned_self) {
    CHECK(self == wick::compared{turned_self.after, turned_self.before});
    CHECK(wick::change_of(c, self) == -wick::change_of(d, turned_self));
    const wick::tested& tests = c.tests[row.test];
    const wick::tested& others = d.tests[turned.test];
    CHECK(opposite(tests.self.concluded, others.self.concluded));
    CHECK(opposite(tests.total.concluded, others.total.concluded));
    CHECK(negated(tests.self, others.self));
    CHECK(negated(tests.total, others.total));
}

} // namespace

TEST_CASE("diff: the tree is that of the two profiles") {
    std::mt19937 random(11);
    for (unsigned round = 0; round < 60; ++round) {
        CAPTURE(round);
        const wick::profile a = folded(random_text(random, 5, round % 30u, 100) + "x 0.5\n");
        const wick::profile b = folded(random_text(random, 6, 30u - round % 30u, 100) + "y 0.25\n");
        wick::comparison c = compare({a}, {b});
        const wick::comparison expected = wick::untested_comparison(a, b).value;
        CHECK(c.frames == expected.frames);
        CHECK(c.modules == expected.modules);
        CHECK(c.decimals == expected.decimals);
        REQUIRE(c.nodes.size() == expected.nodes.size());
        const std::vector<wick::compared> all = wick::totals(c);
        for (std::size_t i = 0; i < c.nodes.size(); ++i) {
            const wick::comparison::node& n = c.nodes[i];
            const wick::comparison::node& e = expected.nodes[i];
            CHECK(n.parent == e.parent);
            CHECK(n.frame == e.frame);
            CHECK(n.in == e.in);
            CHECK(n.self == e.self);
            const wick::compared& self = c.weights[n.self];
            CHECK(self == expected.weights[e.self]);
            const auto enough = [](const wick::compared& m) {
                return m.before.count >= 10 || m.after.count >= 10;
            };
            const wick::tested& tests = c.tests[n.test];
            CHECK((tests.self.concluded != wick::verdict::untested) == enough(self));
            CHECK((tests.total.concluded != wick::verdict::untested) == enough(all[i]));
        }
        for (const wick::diff_entry& path : wick::changed_paths(c)) {
            CHECK(path.seen == all[path.index]);
        }
        // Every row was tested with its own figures, also where rows are shared.
        for (std::size_t i = 1; i < c.nodes.size(); ++i) {
            const wick::significance& s = c.tests[c.nodes[i].test].total;
            if (s.concluded == wick::verdict::untested) { continue; }
            const double change = wick::change_of(c, all[i]);
            CHECK(s.low <= change);
            CHECK(change <= s.high);
            CHECK(s.p_value <= s.adjusted);
        }
    }
}

TEST_CASE("diff: swapped sides give exactly the opposite") {
    std::mt19937 random(5);
    for (int round = 0; round < 40; ++round) {
        CAPTURE(round);
        const runs a = random_side(random, 1 + random() % 4);
        runs b = random_side(random, 1 + random() % 4);
        b.push_back(folded("f1;new " + std::to_string(random() % 900) + "\n"));
        wick::diff_options options;
        if (round % 3 == 1) {
            options.basis = wick::diff_basis::operation;
            options.before_exposure = 900;
            options.after_exposure = 700;
        }
        const wick::comparison c = compare(a, b, options);
        std::swap(options.before_exposure, options.after_exposure);
        const wick::comparison d = compare(b, a, options);
        REQUIRE(c.nodes.size() == d.nodes.size());
        for (std::size_t i = 0; i < c.nodes.size(); ++i) {
            const wick::comparison::node& n = c.nodes[i];
            const wick::comparison::node& turned = d.nodes[i];
            check_opposite(c, n, c.weights[n.self], d, turned, d.weights[turned.self]);
        }
        for (std::size_t f = 0; f < c.functions.size(); ++f) {
            const wick::comparison::function& row = c.functions[f];
            check_opposite(c, row, row.self, d, d.functions[f], d.functions[f].self);
        }
        CHECK(c.method.dispersion == d.method.dispersion);
    }
}

TEST_CASE("diff: a side compared with itself has not changed at all") {
    std::mt19937 random(17);
    for (std::size_t count = 1; count < 5; ++count) {
        const runs a = random_side(random, count);
        const wick::comparison c = compare(a, a);
        for (const wick::diff_rows_of rows : {wick::diff_rows_of::function_total,
                                              wick::diff_rows_of::function_self,
                                              wick::diff_rows_of::stack_total,
                                              wick::diff_rows_of::stack_self}) {
            for (const wick::diff_entry& e : wick::changes(c, rows)) {
                CHECK(e.change == 0.0);
                CHECK(e.test.p_value == 1.0);
                CHECK(e.test.adjusted == 1.0);
                CHECK(e.low == -e.high);
                CHECK_FALSE(e.test.renormalised);
                CHECK(e.test.concluded != wick::verdict::regressed);
                CHECK(e.test.concluded != wick::verdict::improved);
            }
        }
        CHECK(wick::changed_paths(c).empty());
        CHECK(wick::worst_regression(c).change == 0.0);
    }
}

TEST_CASE("diff: a profile that was moved from is an empty one") {
    const wick::profile p = folded("main;a 10\n");
    wick::profile from = p;
    const wick::profile to = std::move(from);
    CHECK(compare({from}, {p}) == compare({{}}, {to}));
    CHECK(compare({p}, {p, from}) == compare({to}, {to, {}}));
}

TEST_CASE("diff: the order of runs, and of lines in them, does not matter") {
    std::mt19937 random(23);
    for (int round = 0; round < 20; ++round) {
        runs a = random_side(random, 5);
        runs b = random_side(random, 4);
        const wick::comparison c = compare(a, b);
        std::shuffle(a.begin(), a.end(), random);
        std::shuffle(b.begin(), b.end(), random);
        CHECK(compare(a, b) == c);
    }
    CHECK(compare({folded("a 30\nb 5\n")}, {folded("a;c 9\na 3\n")}) ==
          compare({folded("b 5\na 30\n")}, {folded("a 3\na;c 4\na;c 5\n")}));
}

TEST_CASE("diff: p-values and intervals of single rows") {
    // Two functions, so that one row's test is that of the 2x2 table in latency/tests.txt.
    const wick::comparison c =
        compare({folded("main;a 30\nmain;b 970\n")}, {folded("main;a 55\nmain;b 945\n")});
    const wick::tested& a = c.tests[function(c, "a").test];
    CHECK(a.self.p_value == doctest::Approx(0.0055857461875).epsilon(1e-9));
    CHECK(self_verdict(c, "a") == wick::verdict::regressed);
    CHECK(wick::change_of(c, function(c, "a").self) == doctest::Approx(0.025));
    const wick::detail::interval i =
        wick::detail::newcombe_interval(30, 1000, 55, 1000, 1.9599639845400545);
    CHECK(a.self.low == doctest::Approx(i.low).epsilon(1e-9));
    CHECK(a.self.high == doctest::Approx(i.high).epsilon(1e-9));
    // Where few are expected the test is Fisher's.
    const wick::comparison few = compare({folded("a 12\nb 100000\n")}, {folded("a 3\nb 997\n")});
    CHECK(few.tests[function(few, "a").test].self.p_value ==
          doctest::Approx(wick::detail::fisher_exact(12, 100012, 3, 1000)).epsilon(1e-6));
}

TEST_CASE("diff: weights give the sizes, and counts the tests") {
    const auto sampled = [](std::uint64_t count, std::int64_t each) {
        wick::profile_builder made;
        made.describe("bytes", wick::counted_as::samples, wick::profile_detail::function);
        (void)made.add(made.child(made.root, made.intern("a")), count, std::int64_t(count) * each);
        (void)made.add(made.child(made.root, made.intern("b")), 1000, 1000);
        return made.finish();
    };
    // The same number of observations, each of three times the weight: nothing to be sure of.
    const wick::comparison heavier = compare({sampled(1000, 1)}, {sampled(1000, 3)});
    CHECK(self_verdict(heavier, "a") == wick::verdict::inconclusive);
    CHECK(wick::change_of(heavier, function(heavier, "a").self) == doctest::Approx(0.25));
    CHECK(heavier.tests[function(heavier, "a").test].self.p_value == 1.0);
    // Samples that weigh more have an interval that is as much wider.
    const wick::comparison light = compare({sampled(1000, 1)}, {sampled(1100, 1)});
    const wick::comparison heavy = compare({sampled(1000, 100)}, {sampled(1100, 100)});
    const auto width = [](const wick::comparison& c) {
        const wick::significance& s = c.tests[function(c, "a").test].self;
        return s.high - s.low;
    };
    const double mean_weight = (100000.0 + 110000 + 2000) / (1000 + 1100 + 2000);
    CHECK(width(heavy) / width(light) == doctest::Approx(100 / mean_weight));
}

TEST_CASE("diff: what grows does not make the rest improve") {
    std::mt19937_64 random(41);
    std::size_t wrong = 0;
    std::size_t renormalised = 0;
    std::size_t improved = 0;
    for (int round = 0; round < 60; ++round) {
        // 20 % untouched, beside others; then something new adds a tenth of all.
        simulation::program before = simulation::make_program(12, 0.2);
        simulation::program after = before;
        before.push_back(0);
        after.push_back(0.1);
        const bool several = round % 2 == 1;
        const wick::comparison c =
            compare(simulation::side(before, 60000, 1, several ? 3 : 1, random),
                    simulation::side(after, 66000, 1, several ? 3 : 1, random));
        const wick::comparison::function& untouched = function(c, "function0");
        renormalised += c.tests[untouched.test].self.renormalised ? 1u : 0u;
        for (int i = 0; i < 13; ++i) {
            const wick::verdict v = self_verdict(c, "function" + std::to_string(i));
            if (i == 0) {
                CHECK(v != wick::verdict::regressed);
                improved += v == wick::verdict::improved ? 1u : 0u;
            }
            wrong += v == wick::verdict::regressed || v == wick::verdict::improved ? 1u : 0u;
        }
        CHECK(self_verdict(c, "function13") == wick::verdict::regressed);
        const wick::diff_entry worst = wick::worst_regression(c);
        CHECK(worst.change > 0.08);
    }
    CHECK(renormalised >= 55);
    CHECK(improved <= 3); // some false discoveries are what alpha stands for
    CHECK(wrong <= 8);    // of 780
}

TEST_CASE("diff: false positives stay near the nominal 5 %") {
    const simulation::program p = simulation::make_program(30, 0.05);
    struct truth {
        const char* name;
        std::size_t samples, burst, runs;
    };
    for (const truth& t : {truth{"independent, lone", 10000, 1, 1},
                           truth{"independent, few samples", 600, 1, 1},
                           truth{"independent, 3 + 3 runs", 10000, 1, 3},
                           truth{"bursty, 20 + 20 slices", 10000, 4, 20},
                           truth{"bursty, 3 + 3 runs", 10000, 4, 3}}) {
        CAPTURE(t.name);
        const simulation::tally r = simulation::compare(p, p, t.samples, t.burst, t.runs, 200, 99);
        CAPTURE(r.any);
        CHECK(simulation::tally::part(r.any, r.pairs) <= 0.10); // 5 % and three deviations
        CHECK(simulation::tally::part(r.below, r.rows) <= 0.065);
        CHECK(simulation::tally::part(r.below, r.rows) >= 0.015); // it is a test, not a refusal
    }
    // What the flag is about: bursts that no list of runs shows.
    const simulation::tally blind = simulation::compare(p, p, 10000, 4, 1, 40, 99);
    CHECK(blind.any > 30);
}

TEST_CASE("diff: changes of the stated size are found") {
    const auto changed = [](double to) {
        simulation::program p = simulation::make_program(30, 0.05);
        for (double& share : p) { share *= (1 - to) / 0.95; }
        p[0] = to;
        return p;
    };
    const simulation::program before = changed(0.05);
    for (const std::size_t runs : {std::size_t{1}, std::size_t{3}}) {
        CAPTURE(runs);
        CHECK(simulation::compare(before, changed(0.07), 10000, 1, runs, 100, 7).found >= 90);
        CHECK(simulation::compare(before, changed(0.06), 100000, 1, runs, 30, 8).found >= 27);
    }
}

TEST_CASE("diff: lists of runs tell how much they scatter") {
    const simulation::program p = simulation::make_program(30, 0.05);
    std::mt19937_64 random(4);
    const auto dispersion = [&](std::size_t burst, std::size_t runs) {
        return compare(simulation::side(p, 20000, burst, runs, random),
                       simulation::side(p, 20000, burst, runs, random))
            .method.dispersion;
    };
    CHECK(dispersion(1, 20) == doctest::Approx(1).epsilon(0.25));
    CHECK(dispersion(4, 20) == doctest::Approx(4).epsilon(0.25));
    CHECK(dispersion(16, 20) == doctest::Approx(16).epsilon(0.25));
    CHECK(dispersion(4, 1) == 1.0);
    CHECK(compare({folded("a 20\n")}, {folded("a 20\n")}).method.assumes_independent_samples);
    CHECK_FALSE(compare({folded("a 20\nb 9\n"), folded("a 20\nb 9\n")}, {folded("a 20\nb 8\n")})
                    .method.assumes_independent_samples);
    // An empty slice is none.
    CHECK(compare({folded("a 20\nb 9\n"), folded("")}, {folded("a 20\nb 8\n")})
              .method.assumes_independent_samples);
}

TEST_CASE("diff: unchanged is what lies within the margin, and nothing else") {
    const wick::profile large = folded("a 500000\nb 500000\n");
    const wick::profile small = folded("a 50\nb 50\n");
    CHECK(self_verdict(compare({large}, {large}), "a") == wick::verdict::unchanged);
    CHECK(self_verdict(compare({small}, {small}), "a") == wick::verdict::inconclusive);
    wick::diff_options wide;
    wide.margin = 0.2;
    CHECK(self_verdict(compare({small}, {small}, wide), "a") == wick::verdict::unchanged);
    CHECK(total_verdict(compare({small}, {folded("a 5\nb 9\n")}), "b") != wick::verdict::untested);
    CHECK(total_verdict(compare({folded("a 5\nb 90\n")}, {folded("a 9\nb 9\n")}), "a") ==
          wick::verdict::untested);
}

TEST_CASE("diff: by operation, all of it can get worse") {
    const wick::profile before = folded("main;a 5000\nmain;b 5000\n");
    const wick::profile after = folded("main;a 6000\nmain;b 6000\n");
    const wick::comparison shares = compare({before}, {after});
    CHECK(total_verdict(shares, "a") == wick::verdict::inconclusive);
    CHECK(wick::worst_regression(shares).change == 0.0);
    wick::diff_options options;
    options.basis = wick::diff_basis::operation;
    options.before_exposure = 1000;
    options.after_exposure = 1000;
    const wick::comparison c = compare({before}, {after}, options);
    for (const char* name : {"main", "a", "b"}) {
        CHECK(total_verdict(c, name) == wick::verdict::regressed);
    }
    CHECK(wick::worst_regression(c).change == doctest::Approx(0.2));
    CHECK(wick::changes(c, wick::diff_rows_of::function_total)[0].index == 0); // everything
    // Twice the work for twice the samples is no change.
    options.after_exposure = 1200;
    CHECK(wick::worst_regression(compare({before}, {after}, options)).change == 0.0);
    // The figures may come from where the profiles do; a faster sampler is not a slower program.
    const auto origins = [](wick::profile p, std::uint64_t operations, double hertz) {
        wick::origin from;
        from.operations = operations;
        from.cpu_ns = operations * 1000000;
        from.rate_asked_hz = hertz;
        p.origins = {from};
        p.unit = "samples";
        return p;
    };
    options.before_exposure = options.after_exposure = 0;
    CHECK_FALSE(wick::diff(before, after, options));
    const runs a = {origins(before, 1000, 100)};
    CHECK(wick::worst_regression(compare(a, {origins(after, 1000, 100)}, options)).change ==
          doctest::Approx(0.2));
    CHECK(wick::worst_regression(compare(a, {origins(after, 1000, 120)}, options)).change == 0.0);
    options.basis = wick::diff_basis::cpu_time;
    CHECK(wick::worst_regression(compare(a, {origins(after, 1200, 100)}, options)).change == 0.0);
}

TEST_CASE("diff: refuses what cannot be compared") {
    wick::profile_builder negative;
    const std::uint32_t node = negative.child(
        negative.child(negative.root, negative.intern("main")), negative.intern("freed"));
    (void)negative.add(node, 1, -5);
    const wick::profile less = negative.finish();
    wick::result<wick::comparison> made =
        wick::diff(runs{folded("a 1\n"), less}, runs{folded("a 1\n")});
    CHECK(made.error.what == "before, profile 2: the weight of \"main;freed\" is negative");
    made = wick::diff(folded("a 1\n"), less);
    CHECK(made.error.what == "after: the weight of \"main;freed\" is negative");
    wick::profile bytes = folded("a 1\n");
    bytes.unit = "bytes";
    wick::profile seconds = folded("a 1\n");
    seconds.unit = "nanoseconds";
    CHECK(wick::diff(bytes, seconds).error.what ==
          "cannot compare weights in bytes with weights in nanoseconds");
    CHECK(wick::diff(runs{bytes, seconds}, runs{bytes}).error.what.find("before: ") == 0);
    CHECK(wick::diff(bytes, folded("a 1\n")));
    const wick::profile most = folded("a 9223372036854775807\n");
    CHECK_FALSE(wick::diff(most, folded("a 1\n")));
    CHECK_FALSE(wick::diff(most, folded("a 0.5\n")));
}

TEST_CASE("diff: sides that are empty, disjoint, or a thousand times larger") {
    const wick::profile some = folded("main;a 500\nmain;b 500\n");
    for (const runs& empty : {runs{}, runs{wick::profile{}}, runs{folded("a 0\n")}}) {
        const wick::comparison c = compare(empty, {some});
        CHECK(total_verdict(c, "main") == wick::verdict::untested);
        CHECK(c.method.alpha == 0.0);
        CHECK(wick::changed_paths(c).empty());
        CHECK(wick::diff_table(c).find("nothing was tested") != std::string::npos);
        CHECK(compare({some}, empty).nodes.size() == c.nodes.size());
    }
    CHECK(compare({}, {}).nodes.size() == 1);
    const wick::comparison disjoint = compare({some}, {folded("main;c 800\nother;d 200\n")});
    CHECK(function(disjoint, "a").in == wick::presence::only_before);
    CHECK(function(disjoint, "c").in == wick::presence::only_after);
    CHECK(function(disjoint, "main").in == wick::presence::both);
    const wick::comparison larger =
        compare({some}, {folded("main;a 500000\nmain;b 500000\nmain;c 700\n")});
    for (const char* name : {"a", "b", "c", "main"}) {
        CHECK(self_verdict(larger, name) != wick::verdict::regressed);
        CHECK(self_verdict(larger, name) != wick::verdict::improved);
    }
    const wick::profile thirds = folded("main;a 400\nmain;b 400\nmain;c 400\n");
    CHECK(self_verdict(compare({thirds}, {folded("main;a 600000\nmain;b 400000\nmain;c 400000\n")}),
                       "a") == wick::verdict::regressed);
}

TEST_CASE("diff: two columns of folded text, sorted, nothing lost") {
    std::mt19937 random(29);
    for (int round = 0; round < 30; ++round) {
        const wick::profile a = folded(random_text(random, 4, 20, 50) + "a-x;b 1.5\n");
        const wick::profile b = folded(random_text(random, 4, 20, 50) + "a;b 7\na 2\n");
        const std::string text = wick::diff_folded(compare({a}, {b}));
        std::map<std::string, std::pair<double, double>> expected;
        for (int side = 0; side < 2; ++side) {
            const std::string one = wick::to_folded(side == 0 ? a : b);
            for (std::size_t begin = 0; begin < one.size();) {
                const std::size_t end = one.find('\n', begin);
                const std::size_t blank = one.rfind(' ', end);
                const double weight = std::strtod(one.c_str() + blank, nullptr);
                auto& both = expected[one.substr(begin, blank - begin)];
                (side == 0 ? both.first : both.second) = weight;
                begin = end + 1;
            }
        }
        std::string before;
        std::size_t lines = 0;
        for (std::size_t begin = 0; begin < text.size(); ++lines) {
            const std::size_t end = text.find('\n', begin);
            const std::string line = text.substr(begin, end - begin);
            CHECK(before < line);
            const std::size_t second = line.rfind(' ');
            const std::size_t first = line.rfind(' ', second - 1);
            const auto found = expected.find(line.substr(0, first));
            REQUIRE_MESSAGE(found != expected.end(), line);
            CHECK(found->second.first == std::strtod(line.c_str() + first, nullptr));
            CHECK(found->second.second == std::strtod(line.c_str() + second, nullptr));
            before = line;
            begin = end + 1;
        }
        for (const auto& e : expected) {
            const bool some = e.second.first > 0 || e.second.second > 0;
            if (some) { CHECK(text.find(e.first + " ") != std::string::npos); }
        }
    }
    // Names that separate, and two frames of one name.
    wick::profile_builder odd;
    wick::frame here;
    here.function = "f;g";
    here.file = "a.cpp";
    (void)odd.add(odd.child(odd.root, odd.intern(here)), 3, 3);
    here.file = "b.cpp";
    (void)odd.add(odd.child(odd.root, odd.intern(here)), 4, 4);
    CHECK(wick::diff_folded(compare({odd.finish()}, {folded("x 1\n")})) == "f:g 7 0\nx 0 1\n");
}

TEST_CASE("diff: tables and JSON") {
    const wick::comparison c =
        compare({folded("main;a 3000\nmain;b;c 5000\nmain;gone 30\n")},
                {folded("main;a 3000\nmain;b;c 5000\nmain;b;n\"\\\xff 900\n")});
    const std::string table = wick::diff_table(c);
    CHECK(table.find("assumes independent samples") != std::string::npos);
    CHECK(table.find("main;b;n\"\\\xff") != std::string::npos);
    CHECK(table.find("- gone") != std::string::npos);
    CHECK(table.find("moved only because others did") != std::string::npos);
    wick::diff_table_options options;
    options.most = 1;
    options.paths = 0;
    CHECK(wick::diff_table(c, options).find("more\n") != std::string::npos);
    options.rows = wick::diff_rows_of::stack_self;
    options.all = true;
    options.most = 100;
    CHECK(wick::diff_table(c, options).find("main;a\n") != std::string::npos);
    const std::string json = wick::diff_json(c);
    CHECK(json.find("\"name\": \"n\\\"\\\\\xef\xbf\xbd\"") != std::string::npos);
    CHECK(json.find("\"verdict\": \"regressed\", \"presence\": \"only_after\"") !=
          std::string::npos);
    CHECK(json.find("\"renormalised\": true") != std::string::npos);
    const std::vector<wick::diff_entry> paths = wick::changed_paths(c);
    REQUIRE(paths.size() == 2);
    CHECK(wick::row_name(c, wick::diff_rows_of::stack_total, paths[0]) == "main;b;n\"\\\xff");
    CHECK(wick::row_name(c, wick::diff_rows_of::stack_total, paths[1]) == "main;gone");
}

TEST_CASE("diff: a stack as deep as its input likes") {
    std::string deep;
    for (int i = 0; i < 200000; ++i) { deep += i % 2 ? "a;" : "b;"; }
    const wick::comparison c =
        compare({folded(deep + "x 100\n")}, {folded(deep + "x 100\n" + deep + "y 80\n")});
    CHECK(self_verdict(c, "y") == wick::verdict::regressed);
    CHECK(wick::changed_paths(c).size() == 1);
}
