// Tests of wick/query.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/folded.hpp>
#include <wick/query.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

wick::pattern text(std::string_view p) {
    return wick::compile_pattern(p).value;
}
wick::pattern regex(std::string_view p) {
    const wick::result<wick::pattern> made = wick::compile_pattern(p, {true, false});
    REQUIRE(made);
    return made.value;
}

wick::profile fold(std::string_view lines) {
    const wick::result<wick::folded_text> read = wick::parse_folded(lines);
    REQUIRE(read);
    REQUIRE(read.value.columns.size() == 1);
    return read.value.columns[0];
}
std::string unfold(const wick::profile& p) {
    REQUIRE(wick::validate(p).what.empty());
    return wick::to_folded(p);
}

// A profile as a list of stacks: what the queries are defined on.
struct stack {
    std::vector<wick::frame> frames;
    std::uint64_t count;
    std::int64_t self;
};

std::vector<stack> stacks_of(const wick::profile& p) {
    std::vector<stack> all;
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        const wick::profile::node& n = p.nodes[i];
        const bool leaf = std::none_of(p.nodes.begin() + 1, p.nodes.end(), [&](const auto& other) {
            return other.parent == i && &other != &p.nodes[i];
        });
        if (n.count == 0 && n.self == 0 && !leaf) { continue; }
        stack s{{}, n.count, n.self};
        for (std::uint32_t at = i; at != 0; at = p.nodes[at].parent) {
            s.frames.insert(s.frames.begin(), p.frames[p.nodes[at].frame]);
        }
        all.push_back(s);
    }
    return all;
}

wick::profile rebuild(const wick::profile& like, const std::vector<stack>& stacks) {
    wick::profile_builder made;
    made.describe(like.unit, like.counted, like.detail);
    REQUIRE(made.refine(like.decimals));
    for (const wick::origin& o : like.origins) { made.add_origin(o); }
    for (const stack& s : stacks) {
        std::uint32_t at = wick::profile_builder::root;
        for (wick::frame f : s.frames) {
            f.module = made.intern(like.modules[f.module]);
            at = made.child(at, made.intern(f));
        }
        REQUIRE(made.add(at, s.count, s.self));
    }
    return made.finish();
}

// Deep for its few functions, so that recursion is everywhere; negative weights, kinds, modules,
// lines, a root with weight and leaves without.
wick::profile random_profile(std::mt19937_64& random) {
    wick::profile_builder made;
    made.describe("samples", wick::counted_as::samples, wick::profile_detail::line);
    REQUIRE(made.refine(static_cast<int>(random() % 3)));
    wick::origin from;
    from.command = "test";
    made.add_origin(from);
    const std::uint32_t modules[] = {0, made.intern(wick::loaded_module{"/bin/a", "", 0, 0, 0})};
    std::vector<std::uint32_t> frames;
    for (const char* name : {"a", "b", "c", "recv", "sock", "", "key=1", "key=2", "keys=3"}) {
        for (int i = 0; i < 2; ++i) {
            wick::frame f;
            f.function = name;
            f.at_line = static_cast<std::uint32_t>(random() % 2);
            f.module = modules[random() % 2];
            const wick::frame_kind kinds[] = {wick::frame_kind::function,
                                              wick::frame_kind::kernel,
                                              wick::frame_kind::thread,
                                              wick::frame_kind::label};
            f.kind = kinds[random() % 4];
            frames.push_back(made.intern(f));
        }
    }
    for (std::size_t i = random() % 30; i > 0; --i) {
        std::uint32_t at = wick::profile_builder::root;
        for (std::size_t depth = random() % 9; depth > 0; --depth) {
            at = made.child(at, frames[random() % frames.size()]);
        }
        REQUIRE(made.add(at, random() % 3, static_cast<std::int64_t>(random() % 20) - 4));
    }
    return made.finish();
}

std::string shown(const wick::profile& p, const wick::frame& f) {
    std::string name;
    wick::detail::append_frame_text(name, p, f);
    return name;
}

using marks = std::vector<bool>;

// Applies `change(frames, matching)` to each stack; false drops it. Compares the query's answer.
template <class Change>
void check(const wick::profile& p,
           const wick::pattern& pattern,
           const wick::profile& answer,
           Change change) {
    std::vector<stack> expected;
    for (stack s : stacks_of(p)) {
        marks matching;
        for (const wick::frame& f : s.frames) { matching.push_back(pattern(shown(p, f))); }
        if (change(s.frames, matching)) { expected.push_back(s); }
    }
    REQUIRE(wick::validate(answer).what.empty());
    REQUIRE(answer == rebuild(p, expected));
}

std::size_t first_of(const marks& m) {
    return static_cast<std::size_t>(std::find(m.begin(), m.end(), true) - m.begin());
}
std::size_t last_of(const marks& m) {
    std::size_t last = m.size();
    for (std::size_t i = 0; i < m.size(); ++i) {
        if (m[i]) { last = i; }
    }
    return last;
}
bool any_of(const marks& m) {
    return first_of(m) != m.size();
}

void cut_front(std::vector<wick::frame>& frames, std::size_t count) {
    frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(count));
}

void filter(std::vector<wick::frame>& frames, const marks& m, bool kept) {
    std::vector<wick::frame> left;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (m[i] == kept) { left.push_back(frames[i]); }
    }
    frames = left;
}

} // namespace

TEST_CASE("query: what each does, on one small profile") {
    const wick::profile p = fold("main;f;recv_[k] 5\n"
                                 "main;f;g;f;h 3\n"
                                 "main;g 2\n"
                                 "idle 1\n");
    CHECK(wick::matched(p, text("f")).weight == 8);
    CHECK(wick::matched(p, text("f")).total == 11);
    CHECK(wick::matched(p, text("_[k]")).share() == doctest::Approx(5.0 / 11));
    CHECK(wick::matched(wick::profile(), text("")).share() == doctest::Approx(0));
    CHECK(unfold(wick::focus(p, text("g"))) == "main;f;g;f;h 3\nmain;g 2\n");
    CHECK(unfold(wick::without(p, regex("^recv"))) == "idle 1\nmain;f;g;f;h 3\nmain;g 2\n");
    CHECK(unfold(wick::root_at(p, text("f"))) == "f;h 3\nf;recv_[k] 5\n");
    CHECK(unfold(wick::root_at(p, text("f"), wick::match_depth::outermost)) ==
          "f;g;f;h 3\nf;recv_[k] 5\n");
    CHECK(unfold(wick::trim_below(p, text("f"))) == "idle 1\nmain;f 8\nmain;g 2\n");
    CHECK(unfold(wick::trim_above(p, text("f"))) == "f;h 3\nf;recv_[k] 5\nidle 1\nmain;g 2\n");
    CHECK(unfold(wick::hide(p, regex("^(?:f|idle)$"))) ==
          " 1\nmain;g 2\nmain;g;h 3\nmain;recv_[k] 5\n");
    CHECK(unfold(wick::keep(p, regex("^[fg]$"))) == " 1\nf 5\nf;g;f 3\ng 2\n");
    CHECK(unfold(wick::fold_recursion(fold("f;f;f;g;f;f 1\nf 2\n"))) == "f 2\nf;g;f 1\n");
    CHECK(unfold(wick::rename(p, regex("[fg]$"), "x")) ==
          "idle 1\nmain;x 2\nmain;x;recv_[k] 5\nmain;x;x;x;h 3\n");
    CHECK(wick::rename(p, regex("i*"), "") == wick::rename(p, text("i"), ""));
    CHECK(unfold(wick::rename(fold("aXbXX 1\n"), text("X"), "--")) == "a--b---- 1\n");
    CHECK(wick::focus(p, [](std::string_view f) { return f.size() == 4; }) == p);
    CHECK(unfold(wick::focus(p, wick::any_pattern{{text("idle"), text("recv")}})) ==
          "idle 1\nmain;f;recv_[k] 5\n");
}

TEST_CASE("query: the same as on lists of stacks") {
    const std::uint64_t seed = 314159;
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const wick::pattern patterns[] = {text("a"),
                                      text("recv"),
                                      text("nothing"),
                                      text(""),
                                      regex("^[ab]"),
                                      regex("_\\[k\\]$"),
                                      regex("^$")};
    for (int round = 0; round < 200; ++round) {
        const wick::profile p = random_profile(random);
        for (const wick::pattern& m : patterns) {
            INFO("round " << round << ", pattern " << m.text());
            using frames = std::vector<wick::frame>;
            check(p, m, wick::focus(p, m), [](frames&, const marks& k) { return any_of(k); });
            check(p, m, wick::without(p, m), [](frames&, const marks& k) { return !any_of(k); });
            check(p, m, wick::hide(p, m), [](frames& f, const marks& k) {
                filter(f, k, false);
                return true;
            });
            check(p, m, wick::keep(p, m), [](frames& f, const marks& k) {
                filter(f, k, true);
                return true;
            });
            check(p, m, wick::trim_below(p, m), [](frames& f, const marks& k) {
                if (any_of(k)) { f.resize(first_of(k) + 1); }
                return true;
            });
            check(p, m, wick::trim_above(p, m), [](frames& f, const marks& k) {
                if (any_of(k)) { cut_front(f, last_of(k)); }
                return true;
            });
            check(p, m, wick::root_at(p, m), [](frames& f, const marks& k) {
                if (any_of(k)) { cut_front(f, last_of(k)); }
                return any_of(k);
            });
            check(p,
                  m,
                  wick::root_at(p, m, wick::match_depth::outermost),
                  [](frames& f, const marks& k) {
                      if (any_of(k)) { cut_front(f, first_of(k)); }
                      return any_of(k);
                  });
            check(p, m, wick::fold_recursion(p), [](frames& f, const marks&) {
                f.erase(std::unique(f.begin(), f.end()), f.end());
                return true;
            });

            const wick::matched_weight got = wick::matched(p, m);
            wick::matched_weight expected;
            for (const stack& s : stacks_of(p)) {
                const bool hit = std::any_of(s.frames.begin(), s.frames.end(), [&](const auto& f) {
                    return m(shown(p, f));
                });
                expected.total += s.self;
                expected.observations += s.count;
                if (hit) { expected.weight += s.self; }
                if (hit) { expected.count += s.count; }
            }
            REQUIRE(got.weight == expected.weight);
            REQUIRE(got.total == expected.total);
            REQUIRE(got.count == expected.count);
            REQUIRE(got.observations == expected.observations);
        }
    }
}

TEST_CASE("query: the parts by thread and by label are the whole") {
    const std::uint64_t seed = 2718;
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const auto check_parts = [](const wick::profile& p,
                                const std::vector<wick::profile_part>& parts,
                                auto name_of) { // of a frame, "" where it says nothing
        std::map<std::pair<bool, std::string>, std::vector<stack>> expected;
        for (const stack& s : stacks_of(p)) {
            std::pair<bool, std::string> key(false, "");
            for (const wick::frame& f : s.frames) {
                if (!key.first) { key = name_of(f); }
            }
            expected[key].push_back(s);
        }
        REQUIRE(parts.size() == expected.size());
        std::size_t i = 0;
        for (const auto& [key, stacks] : expected) {
            CHECK(parts[i].named == key.first);
            CHECK(parts[i].name == key.second);
            REQUIRE(wick::validate(parts[i].stacks).what.empty());
            REQUIRE(parts[i++].stacks == rebuild(p, stacks));
        }
    };
    for (int round = 0; round < 600; ++round) {
        const wick::profile p = random_profile(random);
        INFO("round " << round);
        check_parts(p, wick::by_thread(p), [](const wick::frame& f) {
            const bool named = f.kind == wick::frame_kind::thread;
            return std::pair<bool, std::string>(named, named ? f.function : "");
        });
        check_parts(p, wick::by_label(p, "key"), [](const wick::frame& f) {
            const bool named =
                f.kind == wick::frame_kind::label && f.function.substr(0, 4) == "key=";
            return std::pair<bool, std::string>(named, named ? f.function.substr(4) : "");
        });
    }
}

TEST_CASE("query: many threads cost no more than their stacks") {
    // 3,000 threads of 3,000 functions each their own: nine million steps, were each part to look
    // at all frames or nodes; the test is that it ends at once.
    wick::profile_builder made;
    for (int t = 0; t < 3000; ++t) {
        const std::string number = std::to_string(t);
        const std::uint32_t thread = made.child(
            wick::profile_builder::root, made.intern("t" + number, wick::frame_kind::thread));
        REQUIRE(made.add(made.child(thread, made.intern("f" + number)), 1, 1));
    }
    const std::vector<wick::profile_part> parts = wick::by_thread(made.finish());
    REQUIRE(parts.size() == 3000);
    CHECK(parts[2999].name == "t999");
    CHECK(parts[2999].stacks.nodes.size() == 3);
    CHECK(parts[2999].stacks.frames.size() == 3);
}

TEST_CASE("query: time in stacks that never touch the sink, function by function") {
    const wick::profile p = fold("main;work;helper 10\n"
                                 "main;work;helper;recv 5\n"
                                 "main;work;work 2\n"
                                 "main;recv;loop;work 4\n"
                                 "main 1\n");
    const auto row = [](const wick::cpu_bound_table& t, const char* name) {
        for (const wick::cpu_bound_row& r : t.rows) {
            if (r.frame.function == name) {
                return std::vector<std::int64_t>{r.self_free, r.total_free, r.self, r.total};
            }
        }
        return std::vector<std::int64_t>{};
    };
    using numbers = std::vector<std::int64_t>;
    const wick::cpu_bound_table table = wick::cpu_bound(p, text("recv"));
    CHECK(table.free == 13);
    CHECK(table.total == 22);
    CHECK(row(table, "main") == numbers{1, 13, 1, 22});
    CHECK(row(table, "work") == numbers{2, 12, 6, 21});
    CHECK(row(table, "helper") == numbers{10, 10, 10, 15});
    CHECK(row(table, "loop") == numbers{0, 0, 0, 4});
    CHECK(row(table, "recv") == numbers{0, 0, 5, 9});
    CHECK(table.rows[0].frame.function == "main");
    CHECK(table.rows.size() == 5);
    const wick::cpu_bound_table below = wick::cpu_bound(p, text("recv"), wick::sink_scope::below);
    CHECK(below.free == 13);
    CHECK(row(below, "main") == numbers{1, 13, 1, 22});
    CHECK(row(below, "work") == numbers{6, 16, 6, 21});
    CHECK(row(below, "loop") == numbers{0, 4, 0, 4});
    CHECK(row(below, "recv") == numbers{0, 0, 5, 9});
}

TEST_CASE("query: cpu_bound as counted stack by stack") {
    const std::uint64_t seed = 1618;
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 1500; ++round) {
        const wick::profile p = random_profile(random);
        const wick::pattern sink = round % 3 == 0 ? text("recv") : regex("^(?:sock|b)");
        const auto scope = round % 2 == 0 ? wick::sink_scope::anywhere : wick::sink_scope::below;
        INFO("round " << round);
        const wick::cpu_bound_table got = wick::cpu_bound(p, sink, scope);
        const auto function = [](wick::frame f) {
            if (!f.function.empty()) { f.at_line = 0; }
            return f;
        };
        std::int64_t free = 0;
        std::size_t rows = 0;
        const std::vector<stack> stacks = stacks_of(p);
        for (const stack& s : stacks) {
            const bool touched = std::any_of(
                s.frames.begin(), s.frames.end(), [&](const auto& f) { return sink(shown(p, f)); });
            if (!touched) { free += s.self; }
        }
        CHECK(got.free == free);
        std::vector<wick::frame> functions;
        for (const wick::frame& f : p.frames) {
            const wick::frame g = function(f);
            const bool root = g.kind == wick::frame_kind::thread ||
                              g.kind == wick::frame_kind::label || g == wick::frame{};
            if (!root && std::find(functions.begin(), functions.end(), g) == functions.end()) {
                functions.push_back(g);
            }
        }
        REQUIRE(got.rows.size() == functions.size());
        for (const wick::cpu_bound_row& r : got.rows) {
            wick::cpu_bound_row expected;
            for (const stack& s : stacks) {
                std::size_t first = 0;
                while (first < s.frames.size() && function(s.frames[first]) != r.frame) { ++first; }
                if (first == s.frames.size()) { continue; }
                bool touched = false;
                const std::size_t from = scope == wick::sink_scope::below ? first : 0;
                for (std::size_t i = from; i < s.frames.size(); ++i) {
                    touched = touched || sink(shown(p, s.frames[i]));
                }
                const bool ends = function(s.frames.back()) == r.frame;
                expected.total += s.self;
                if (ends) { expected.self += s.self; }
                if (!touched) { expected.total_free += s.self; }
                if (ends && !touched) { expected.self_free += s.self; }
            }
            INFO(r.frame.function);
            REQUIRE(r.self == expected.self);
            REQUIRE(r.total == expected.total);
            REQUIRE(r.self_free == expected.self_free);
            REQUIRE(r.total_free == expected.total_free);
            ++rows;
        }
        for (std::size_t i = 1; i < rows; ++i) {
            CHECK(got.rows[i - 1].total_free >= got.rows[i].total_free);
        }
    }
}

TEST_CASE("query: normalized names") {
    struct row {
        std::string_view name, normal;
    };
    const row rows[] = {
        {"main", "main"},
        {"", ""},
        {"f at 0x7f12AB", "f at 0xN"},
        {"libm.so.6+0x1234", "libm.so.6+0xN"},
        {"f0x12 0xzz 0x 0x12g", "f0x12 0xzz 0x 0x12g"},
        {"main::{lambda(int)#12}::operator()(int) const",
         "main::{lambda(int)#N}::operator()(int) const"},
        {"run()::'lambda3'(int)::operator()", "run()::'lambda'(int)::operator()"},
        {"run()::'lambda'(int)", "run()::'lambda'(int)"},
        {"run()::$_17::operator()", "run()::$_N::operator()"},
        {"{unnamed type#2}", "{unnamed type#N}"},
        {"app::main::{closure#3}", "app::main::{closure#N}"},
        {"main.run.func2.1", "main.run.funcN"},
        {"main.function2", "main.function2"},
        {"App.lambda$main$3", "App.lambda$main$N"},
        {"App$$Lambda$14/0x0000000800066840.run", "App$$Lambda$N/0xN.run"},
        {"cost$5", "cost$5"},
        {"core::fmt::write::h0123456789abcdef", "core::fmt::write"},
        {"core::fmt::write::h0123456789abcdef.llvm.123", "core::fmt::write"},
        {"core::fmt::write::h0123456789abcde", "core::fmt::write::h0123456789abcde"},
        {"core[846817f741e54dfd]::slice::sort", "core::slice::sort"},
        {"<std[9f1b2c3d4e5f607]::Vec>::f", "<std::Vec>::f"},
        {"a[12]", "a[12]"},
        {"f.cold", "f"},
        {"f.part.0", "f"},
        {"f.part.0.constprop.12.isra.3.cold", "f"},
        {"f.lto_priv.0", "f"},
        {"f.__uniq.123456.llvm.98", "f"},
        {"f.localalias", "f"},
        {"f(int) [clone .isra.0] [clone .cold]", "f(int)"},
        {"f(int) [clone .part.0.cold]", "f(int)"},
        {"f(int) (.cold)", "f(int)"},
        {"f (int)", "f (int)"},
        {"pkg.part", "pkg.part"}, // a function of Go's
        {"a.1.2", "a.1.2"},
        {".cold", ".cold"},
        {"pool-3-thread-12", "pool-N-thread-N"},
        {"pool-3-x-12", "pool-3-x-12"},
        {"worker3", "worker3"},
    };
    for (const row& r : rows) {
        INFO(r.name);
        CHECK(wick::normalized(r.name) == r.normal);
        CHECK(wick::normalized(r.normal) == r.normal);
        CHECK(wick::normalized(r.name, {false, false, false, false, false}) == r.name);
    }
}

TEST_CASE("query: normalized profiles") {
    wick::profile_builder made;
    made.describe("samples", wick::counted_as::samples, wick::profile_detail::address);
    const std::uint32_t module =
        made.intern(wick::loaded_module{"/usr/lib/libm.so.6", "", 0x1000, 0x9000, 0});
    for (const std::uint64_t address : {std::uint64_t{0x1234}, std::uint64_t{0x1300}}) {
        wick::frame unnamed;
        unnamed.address = address;
        unnamed.module = module;
        const std::string number = std::to_string(address % 7);
        std::uint32_t at = wick::profile_builder::root;
        at = made.child(at, made.intern("nginx-" + number, wick::frame_kind::process));
        at = made.child(at, made.intern("worker" + number, wick::frame_kind::thread));
        at = made.child(at, made.intern("f.part." + number));
        REQUIRE(made.add(made.child(at, made.intern(unnamed)), 1, 1));
    }
    const wick::profile p = made.finish();
    CHECK(unfold(wick::normalize(p)) == "nginx-N;workerN;f;libm.so.6+0xN 2\n");
    wick::normalize_options only_clones{false, false, false, true, false};
    CHECK(unfold(wick::normalize(p, only_clones)).find("worker5;f;libm.so.6+0x") !=
          std::string::npos);
    CHECK(wick::normalize(p, {false, false, false, false, false}) == p);
}

TEST_CASE("query: packages of Java") {
    const std::string names[][4] = {
        // as it is, shortened, removed, split
        {"java.util.HashMap.get", "j.u.HashMap.get", "HashMap.get", "java;util;HashMap.get"},
        {"java/lang/Thread.run", "j/l/Thread.run", "Thread.run", "java;lang;Thread.run"},
        {"org/apache/Foo$Bar::x_1", "o/a/Foo$Bar::x_1", "Foo$Bar::x_1", "org;apache;Foo$Bar::x_1"},
        {"com.shop.Main$$Lambda$14/0x0000.run",
         "c.s.Main$$Lambda$14/0x0000.run",
         "Main$$Lambda$14/0x0000.run",
         "com;shop;Main$$Lambda$14/0x0000.run"},
        {"clojure.core$map.invoke",
         "c.core$map.invoke",
         "core$map.invoke",
         "clojure;core$map.invoke"},
    };
    for (const auto& row : names) {
        const wick::profile p = fold("main;" + row[0] + ";Main.f 3\n");
        CAPTURE(row[0]);
        using wick::java_packages;
        CHECK(unfold(wick::with_packages(p, java_packages::shortened)) ==
              "main;" + row[1] + ";Main.f 3\n");
        CHECK(unfold(wick::with_packages(p, java_packages::removed)) ==
              "main;" + row[2] + ";Main.f 3\n");
        CHECK(unfold(wick::with_packages(p, java_packages::split)) ==
              "main;" + row[3] + ";Main.f 3\n");
    }
    for (const std::string name : {"std::map<int>::at",
                                   "a.b.c",
                                   "run (server.py)",
                                   "[libc.so.6]",
                                   "net/http.(*conn).serve",
                                   "libm.so.6+0xA",
                                   "/usr/lib/A.b",
                                   ".A",
                                   "a..A",
                                   "do_syscall_64_[k]",
                                   "",
                                   "a.",
                                   "$a.A"}) {
        const wick::profile p = fold("main;" + name + " 3\nmain 1\n");
        CAPTURE(name);
        for (const auto how : {wick::java_packages::shortened, wick::java_packages::split}) {
            CHECK(wick::with_packages(p, how) == p);
        }
    }
    const wick::profile merged = fold("java.a.A.f 1\njava.b.A.f 2\njava.a.A.f;x 3\n");
    CHECK(unfold(wick::with_packages(merged, wick::java_packages::removed)) == "A.f 3\nA.f;x 3\n");
    CHECK(unfold(wick::with_packages(merged, wick::java_packages::split)) ==
          "java;a;A.f 1\njava;a;A.f;x 3\njava;b;A.f 2\n");
    CHECK(wick::with_packages(merged, wick::java_packages::split) ==
          fold("java;a;A.f 1\njava;a;A.f;x 3\njava;b;A.f 2\n"));
}

TEST_CASE("query: deep stacks need no stack") {
    wick::profile_builder made;
    const std::uint32_t frames[] = {made.intern("f"), made.intern("g")};
    std::uint32_t at = wick::profile_builder::root;
    for (int i = 0; i < 1000000; ++i) { at = made.child(at, frames[i % 3 == 0]); }
    REQUIRE(made.add(at, 1, 7));
    const wick::profile p = made.finish();
    CHECK(wick::matched(p, text("g")).weight == 7);
    CHECK(wick::focus(p, text("g")) == p);
    CHECK(wick::without(p, text("g")).empty());
    CHECK(wick::root_at(p, text("g")).nodes.size() <= 4);
    CHECK(wick::hide(p, text("f")).nodes.size() == 333335);
    CHECK(wick::fold_recursion(p).nodes.size() == 666668);
    CHECK(wick::cpu_bound(p, text("g")).rows.size() == 2);
}
