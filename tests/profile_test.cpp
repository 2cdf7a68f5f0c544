// Tests of wick/profile.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/profile.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using stack = std::vector<std::string>;
using weights = std::map<stack, std::pair<std::uint64_t, std::int64_t>>;

std::uint32_t node_of(wick::profile_builder& builder, const stack& frames) {
    std::uint32_t node = wick::profile_builder::root;
    for (const std::string& f : frames) { node = builder.child(node, builder.intern(f)); }
    return node;
}

wick::profile profile_of(const std::vector<std::pair<stack, std::int64_t>>& stacks) {
    wick::profile_builder builder;
    for (const auto& s : stacks) { REQUIRE(builder.add(node_of(builder, s.first), 1, s.second)); }
    return builder.finish();
}

// The stacks of a profile, read in the plainest way there is.
weights stacks_of(const wick::profile& p) {
    weights found;
    for (std::size_t i = 0; i < p.nodes.size(); ++i) {
        if (p.nodes[i].count == 0 && p.nodes[i].self == 0) { continue; }
        stack frames;
        for (std::size_t n = i; n != 0; n = p.nodes[n].parent) {
            frames.insert(frames.begin(), p.frames[p.nodes[n].frame].function);
        }
        found[frames] = {p.nodes[i].count, p.nodes[i].self};
    }
    return found;
}

stack random_stack(std::mt19937& random) {
    static const char* const names[] = {"a", "b", "ab", "", "c", "main", "a very long name, it is"};
    stack frames(random() % 8);
    for (std::string& f : frames) { f = names[random() % 7]; }
    return frames;
}

} // namespace

TEST_CASE("profile: a new one is empty and valid") {
    const wick::profile p;
    CHECK(p.empty());
    CHECK_FALSE(wick::validate(p));
    CHECK(p == wick::profile_builder().finish());
    CHECK(wick::totals(p) == std::vector<std::int64_t>{0});
}

TEST_CASE("profile_builder: frames are sorted, nodes in preorder, siblings by frame") {
    const wick::profile p = profile_of({{{"z", "b"}, 1}, {{"a"}, 2}, {{"z", "a"}, 3}, {{"z"}, 4}});
    REQUIRE_FALSE(wick::validate(p));
    REQUIRE(p.frames.size() == 4);
    CHECK(p.frames[1].function == "a");
    CHECK(p.frames[3].function == "z");
    using node = wick::profile::node;
    const std::vector<node> expected = {
        {0, 0, 0, 0}, {0, 1, 1, 2}, {0, 3, 1, 4}, {2, 1, 1, 3}, {2, 2, 1, 1}};
    CHECK(p.nodes == expected);
}

TEST_CASE("profile_builder: what comes out does not depend on the order of what goes in") {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        std::vector<std::pair<stack, std::int64_t>> stacks(random() % 60);
        weights expected;
        for (auto& s : stacks) {
            s = {random_stack(random), random() % 100};
            auto& sum = expected[s.first];
            ++sum.first;
            sum.second += s.second;
        }
        const wick::profile first = profile_of(stacks);
        REQUIRE_FALSE(wick::validate(first));
        CHECK(stacks_of(first) == expected);
        std::shuffle(stacks.begin(), stacks.end(), random);
        CHECK(profile_of(stacks) == first);
    }
}

TEST_CASE("profile_builder: nodes are found again wherever stacks branch off and go on") {
    std::mt19937 random(77);
    for (int round = 0; round < 50; ++round) {
        wick::profile_builder builder;
        std::vector<std::uint32_t> frames;
        for (int f = 0; f < 4; ++f) { frames.push_back(builder.intern("f" + std::to_string(f))); }
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> children;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> nodes{{0, 0}}; // parent, frame
        weights expected;
        for (int step = 0; step < 400; ++step) {
            // From the latest node, which makes runs, or from any other one, which ends them.
            const auto parent = static_cast<std::uint32_t>(
                random() % 3 != 0 ? nodes.size() - 1 : random() % nodes.size());
            const std::uint32_t frame = frames[random() % frames.size()];
            const std::uint32_t node = builder.child(parent, frame);
            const auto known = children.emplace(std::make_pair(parent, frame), node);
            REQUIRE(known.first->second == node);
            if (known.second) {
                REQUIRE(node == nodes.size());
                nodes.emplace_back(parent, frame);
            }
            REQUIRE(builder.parent_of(node) == parent);
            REQUIRE(builder.frame_of(node) == frame);
            if (random() % 2 != 0) { continue; }
            REQUIRE(builder.add(node, 1, step));
            stack names;
            for (std::uint32_t n = node; n != 0; n = nodes[n].first) {
                names.insert(names.begin(), builder.frame_at(nodes[n].second).function);
            }
            expected[names].first += 1;
            expected[names].second += step;
        }
        CHECK(builder.parent_of(wick::profile_builder::root) == 0);
        CHECK(builder.frame_of(wick::profile_builder::root) == 0);
        const wick::profile made = builder.finish();
        REQUIRE_FALSE(wick::validate(made));
        CHECK(made.nodes.size() == nodes.size());
        CHECK(stacks_of(made) == expected);
    }
}

TEST_CASE("profile_builder: names of any length are interned once") {
    wick::profile_builder builder;
    for (const std::size_t size : {0u, 1u, 7u, 8u, 9u, 100u, 1u << 20, (1u << 20) + 1, 3u << 20}) {
        CAPTURE(size);
        const std::string name(size, 'x');
        wick::frame place;
        place.function = name;
        const std::uint32_t id = builder.intern(name);
        CHECK(builder.intern(name) == id);
        CHECK(builder.intern(place) == id);
        CHECK(builder.intern(name, wick::frame_kind::kernel) != id);
        CHECK(builder.frame_at(id) == place);
        place.line = 1;
        CHECK(builder.intern(place) != id);
        std::string other = name;
        if (size > 0) { other[size / 2] = 'y'; }
        CHECK((builder.intern(other) == id) == (size == 0));
    }
}

TEST_CASE("profile_builder: frames differ by each of their members") {
    wick::profile_builder builder;
    wick::loaded_module library;
    library.path = "/lib/x.so";
    const std::uint32_t module = builder.intern(library);
    CHECK(builder.intern(library) == module);
    wick::frame base;
    base.function = "f";
    std::vector<wick::frame> frames(7, base);
    frames[1].file = "f.cpp";
    frames[2].line = 3;
    frames[3].kind = wick::frame_kind::kernel;
    frames[4].module = module;
    frames[5].at_line = 4;
    frames[6].address = 0x1000;
    std::vector<std::uint32_t> ids;
    for (const wick::frame& f : frames) {
        ids.push_back(builder.intern(f));
        CHECK(builder.intern(f) == ids.back());
    }
    CHECK(builder.intern("f") == ids[0]);
    CHECK(builder.intern("f", wick::frame_kind::kernel) == ids[3]);
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("profile_builder: frames and modules that no node uses are left out") {
    wick::profile_builder builder;
    wick::loaded_module used;
    used.path = "b";
    wick::loaded_module unused;
    unused.path = "a";
    builder.intern(unused);
    wick::frame f;
    f.function = "f";
    f.module = builder.intern(used);
    builder.intern("unused");
    REQUIRE(builder.add(builder.child(0, builder.intern(f)), 1, 1));
    const wick::profile p = builder.finish();
    REQUIRE_FALSE(wick::validate(p));
    REQUIRE(p.modules.size() == 2);
    CHECK(p.modules[1] == used);
    REQUIRE(p.frames.size() == 2);
    CHECK(p.frames[1].module == 1);
}

TEST_CASE("profile_builder: a copy is independent, and finds what was interned") {
    wick::profile_builder builder;
    std::vector<std::uint32_t> ids;
    for (int i = 0; i < 5000; ++i) { ids.push_back(builder.intern("f" + std::to_string(i))); }
    REQUIRE(builder.add(builder.child(0, ids[7]), 1, 1));
    wick::profile_builder copy(builder);
    for (int i = 0; i < 5000; ++i) {
        REQUIRE(copy.intern("f" + std::to_string(i)) == ids[static_cast<std::size_t>(i)]);
    }
    const wick::profile before = copy.finish();
    REQUIRE(builder.add(builder.child(0, ids[8]), 1, 1));
    CHECK(before.nodes.size() == 2);
    CHECK(builder.finish().nodes.size() == 3);
}

TEST_CASE("profile_builder: a sum of 2^63 or more is refused and changes nothing") {
    constexpr std::int64_t most = INT64_MAX;
    wick::profile_builder builder;
    const std::uint32_t a = builder.child(0, builder.intern("a"));
    const std::uint32_t b = builder.child(0, builder.intern("b"));
    REQUIRE(builder.add(a, 1, most - 5));
    CHECK_FALSE(builder.add(b, 1, 6));
    CHECK_FALSE(builder.add(b, 1, -6)); // magnitudes count: no partial sum may overflow
    CHECK_FALSE(builder.add(b, UINT64_MAX, 0));
    CHECK_FALSE(builder.refine(1));
    REQUIRE(builder.add(b, 1, 5));
    const wick::profile p = builder.finish();
    CHECK_FALSE(wick::validate(p));
    CHECK(wick::totals(p)[0] == most);
    const wick::error problem = wick::merge({p, profile_of({{{"c"}, 1}})}).error;
    CHECK(problem.what == "profile 2: the merged weights add up to 2^63 or more");
}

TEST_CASE("profile_builder: is empty again after finish") {
    wick::profile_builder builder;
    REQUIRE(builder.add(node_of(builder, {"a", "b"}), 1, 1));
    CHECK_FALSE(builder.finish().empty());
    CHECK(builder.finish() == wick::profile());
}

TEST_CASE("merge: is associative and commutative, bit for bit") {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        std::vector<wick::profile> parts;
        for (int i = 0; i < 4; ++i) {
            wick::profile_builder builder;
            REQUIRE(builder.refine(static_cast<int>(random() % 4)));
            for (auto s = random() % 30; s > 0; --s) {
                const stack frames = random_stack(random);
                const auto weight = static_cast<std::int64_t>(random() % 50);
                REQUIRE(builder.add(node_of(builder, frames), random() % 5, weight));
            }
            builder.describe(random() % 2 == 0 ? "" : "bytes",
                             wick::counted_as::samples,
                             wick::profile_detail::function);
            wick::origin from;
            from.command = std::string(1, static_cast<char>('a' + random() % 3));
            builder.add_origin(from);
            parts.push_back(builder.finish());
        }
        const auto pair = [](const wick::profile& a, const wick::profile& b) {
            wick::result<wick::profile> sum = wick::merge({a, b});
            REQUIRE(sum);
            return sum.value;
        };
        const wick::profile& a = parts[0];
        const wick::profile& b = parts[1];
        const wick::profile& c = parts[2];
        CHECK(pair(a, b) == pair(b, a));
        CHECK(pair(pair(a, b), c) == pair(a, pair(b, c)));
        const wick::result<wick::profile> all = wick::merge(parts);
        REQUIRE(all);
        CHECK_FALSE(wick::validate(all.value));
        CHECK(all.value.origins.size() == 4);
        wick::profile_builder one_by_one;
        for (const wick::profile& p : parts) { CHECK_FALSE(one_by_one.merge(p)); }
        CHECK(one_by_one.finish() == all.value);
        // Tables of a profile that was not made by a builder may hold what nothing uses.
        std::vector<wick::profile> changed = parts;
        wick::frame unused;
        unused.function = "~unused";
        changed[seed % 4].frames.push_back(unused);
        CHECK_FALSE(wick::validate(changed[seed % 4]));
        CHECK(wick::merge(changed).value == all.value);
        std::reverse(parts.begin(), parts.end());
        CHECK(wick::merge(parts).value == all.value);
    }
}

TEST_CASE("merge: rescales to the finer weights and refuses other units") {
    wick::profile_builder coarse;
    REQUIRE(coarse.add(node_of(coarse, {"a"}), 1, 7));
    coarse.describe("seconds", wick::counted_as::samples, wick::profile_detail::function);
    wick::profile_builder fine;
    REQUIRE(fine.refine(3));
    REQUIRE(fine.add(node_of(fine, {"a"}), 1, 1250));
    const wick::profile seconds = coarse.finish();
    const wick::profile unnamed = fine.finish();
    const wick::result<wick::profile> sum = wick::merge({seconds, unnamed});
    REQUIRE(sum);
    CHECK(sum.value.unit == "seconds");
    CHECK(sum.value.decimals == 3);
    CHECK(sum.value.counted == wick::counted_as::unknown);
    CHECK(wick::totals(sum.value)[0] == 8250);

    wick::profile bytes = unnamed;
    bytes.unit = "bytes";
    const wick::result<wick::profile> refused = wick::merge({seconds, bytes});
    CHECK_FALSE(refused);
    CHECK(refused.error.what == "profile 2: cannot merge weights in bytes with weights in seconds");
}

TEST_CASE("coarsen: lines and addresses of one function become one frame") {
    wick::profile_builder builder;
    builder.describe("samples", wick::counted_as::samples, wick::profile_detail::address);
    for (const std::uint64_t address : {0x10u, 0x20u, 0x30u}) {
        wick::frame f;
        f.function = "f";
        f.address = address;
        f.at_line = address == 0x30 ? 2 : 1;
        REQUIRE(builder.add(builder.child(0, builder.intern(f)), 1, 10));
    }
    const wick::profile fine = builder.finish();
    const wick::profile lines = wick::coarsen(fine, wick::profile_detail::line);
    const wick::profile functions = wick::coarsen(fine, wick::profile_detail::function);
    CHECK(fine.nodes.size() == 4);
    CHECK(lines.nodes.size() == 3);
    CHECK(lines.detail == wick::profile_detail::line);
    REQUIRE(functions.nodes.size() == 2);
    CHECK(functions.nodes[1].self == 30);
    CHECK(functions.nodes[1].count == 3);
    CHECK(functions.detail == wick::profile_detail::function);
    CHECK(wick::coarsen(lines, wick::profile_detail::function) == functions);
    CHECK(wick::coarsen(functions, wick::profile_detail::address) == functions);
    CHECK_FALSE(wick::validate(lines));
    CHECK_FALSE(wick::validate(functions));
}

TEST_CASE("weights_by_frame: a recursive function's total counts each stack once") {
    const wick::profile p =
        profile_of({{{"a", "b", "a"}, 10}, {{"a", "a", "a"}, 5}, {{"b", "a"}, 2}, {{"a"}, 1}});
    const std::vector<wick::frame_weights> w = wick::weights_by_frame(p);
    REQUIRE(w.size() == 3);
    CHECK(w[0].total == 18);
    CHECK(w[1].self == 18);
    CHECK(w[1].total == 18);
    CHECK(w[2].self == 0);
    CHECK(w[2].total == 12);
}

TEST_CASE("weights_by_frame: agrees with a search of each stack") {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        std::vector<std::pair<stack, std::int64_t>> stacks(40);
        for (auto& s : stacks) { s = {random_stack(random), random() % 9}; }
        const wick::profile p = profile_of(stacks);
        const std::vector<wick::frame_weights> w = wick::weights_by_frame(p);
        for (std::size_t f = 1; f < p.frames.size(); ++f) {
            std::int64_t total = 0;
            std::int64_t self = 0;
            for (const auto& s : stacks) {
                const std::string& name = p.frames[f].function;
                if (std::count(s.first.begin(), s.first.end(), name) > 0) { total += s.second; }
                if (!s.first.empty() && s.first.back() == name) { self += s.second; }
            }
            CHECK(w[f].total == total);
            CHECK(w[f].self == self);
        }
    }
}

TEST_CASE("profile: names with the hash's constants in them do not look alike") {
    // Such words once made products 0, whatever the seed and whatever stood before them: an input
    // of names that all looked alike took a time that grew with the square of its size.
    for (const std::uint64_t word : {0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu}) {
        std::string bytes(sizeof word, '\0');
        std::memcpy(&bytes[0], &word, sizeof word);
        for (const std::string end : {"", "8 bytes.", "8 bytes.and more"}) {
            const std::string a = "sixteen bytes, a" + bytes + end;
            const std::string b = "sixteen bytes, b" + bytes + end;
            for (const std::uint64_t seed : {std::uint64_t{1}, wick::detail::hash_seed()}) {
                CHECK(wick::detail::hash_bytes(a, seed) != wick::detail::hash_bytes(b, seed));
            }
        }
    }
}

TEST_CASE("profile: the name of a frame of the builder's can be interned as another kind") {
    // The name is in the frame itself, which moves when frames grow.
    wick::profile_builder builder;
    for (int i = 0; i < 100; ++i) {
        const std::string number = std::to_string(i);
        const std::string_view name = builder.frame_at(builder.intern(number)).function;
        const std::uint32_t kernel = builder.intern(name, wick::frame_kind::kernel);
        CHECK(kernel == builder.intern(number, wick::frame_kind::kernel));
        CHECK(builder.intern("and " + number) == kernel + 1); // rounds of three frames
    }
}

TEST_CASE("profile: depth does not cost stack") {
    wick::profile_builder builder;
    std::uint32_t node = 0;
    const std::uint32_t f = builder.intern("f");
    for (int i = 0; i < 1000000; ++i) { node = builder.child(node, f); }
    REQUIRE(builder.add(node, 1, 1));
    const wick::profile p = builder.finish();
    CHECK_FALSE(wick::validate(p));
    CHECK(p.nodes.size() == 1000001);
    CHECK(wick::weights_by_frame(p)[1].total == 1);
    CHECK(wick::merge({p, p}).value.nodes.size() == p.nodes.size());
}

TEST_CASE("validate: finds each broken invariant") {
    const wick::profile good = profile_of({{{"a", "b"}, 1}, {{"a", "c"}, 2}, {{"d"}, 3}});
    const auto broken = [&](auto&& change) {
        wick::profile p = good;
        change(p);
        return wick::validate(p).what;
    };
    using wick::profile;
    CHECK(broken([](profile&) {}).empty());
    CHECK(broken([](profile& p) { p.decimals = 7; }) == "decimals is not in 0 to 6");
    CHECK(broken([](profile& p) { p.modules.clear(); }) == "modules[0] is not the empty module");
    CHECK(broken([](profile& p) { p.modules.resize(2); }) ==
          "module 1 is out of order or there twice");
    CHECK(broken([](profile& p) { p.frames[0].line = 1; }) == "frames[0] is not the empty frame");
    CHECK(broken([](profile& p) { p.frames[2] = p.frames[1]; }) ==
          "frame 2 is out of order or there twice");
    CHECK(broken([](profile& p) { p.frames[2].module = 9; }) == "frame 2: there is no such module");
    CHECK(broken([](profile& p) { p.frames[1].kind = static_cast<wick::frame_kind>(200); }) ==
          "frame 1 is of no known kind");
    CHECK(broken([](profile& p) { p.nodes.clear(); }) == "nodes[0] is not a root");
    CHECK(broken([](profile& p) { p.nodes[1].frame = 50; }) == "node 1: there is no such frame");
    CHECK(broken([](profile& p) { p.nodes[2].parent = 3; }) == "node 2 is not in preorder");
    CHECK(broken([](profile& p) { p.nodes[4].parent = 2; }) == "node 4 is not in preorder");
    CHECK(broken([](profile& p) { std::swap(p.nodes[2].frame, p.nodes[3].frame); }) ==
          "node 3 and its siblings are not in the order of their frames");
    CHECK(broken([](profile& p) { p.nodes[3].frame = p.nodes[2].frame; }) ==
          "node 3 and its siblings are not in the order of their frames");
    CHECK(broken([](profile& p) { p.nodes[3].self = INT64_MAX; }) ==
          "node 3: the weights add up to 2^63 or more");
}
