// Tests of wick/format/go_raw.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/go_raw.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good =
    "PeriodType: cpu nanoseconds\n"
    "Period: 10000000\n"
    "Time: 2024-01-01 10:00:00 +0000 UTC\n"
    "Duration: 5.1s\n"
    "Samples:\n"
    "samples/count cpu/nanoseconds[dflt]\n"
    "          1   10000000: 1 2 3 \n"
    "                key:[a b] who:[c]\n"
    "                bytes:[1024]\n"
    "          2   20000000: 2 3 \n"
    "          3   30000000: 4 5 3 \n"
    "Locations\n"
    "     1: 0x4a1b2c M=1 runtime.(*mheap).alloc /usr/lib/go/src/runtime/x.go:123:7 s=100\n"
    "     2: 0x4a1c00 M=1 main.inner /src/main.go:12:0 s=10\n"
    "             main.outer /src/main.go:20:0 s=18\n"
    "     3: 0x4a1d00 M=1 [F] main.main /src/main.go:30:0 s=28(main.main.abi0)\n"
    "     4: 0x7f0000 M=2 \n"
    "     5: 0x4a1e00 M=1 ns::f(int, long) file.cc:3 s=1\n"
    "Mappings\n"
    "1: 0x400000/0x6a8000/0x0 /src/app  [FN][FL][LN][IN]\n"
    "2: 0x7f0000/0x7f8000/0x0 /usr/lib/libc.so.6 abcd \n";
} // namespace

TEST_CASE("go_raw: a profile for each sample type") {
    const auto read = wick::parse_go_raw(good);
    REQUIRE(read);
    CHECK(read.value.skipped.records == 0);
    REQUIRE(read.value.types.size() == 2);
    CHECK(read.value.types[0].type == "samples");
    CHECK(read.value.types[0].samples.unit == "samples");
    CHECK(read.value.types[1].is_default);
    const wick::profile& cpu = read.value.types[1].samples;
    CHECK(cpu.unit == "nanoseconds");
    CHECK(cpu.counted == wick::counted_as::samples);
    CHECK(wick::to_folded(cpu) ==
          "main.main;main.outer;main.inner_[i] 20000000\n"
          "main.main;main.outer;main.inner_[i];runtime.(*mheap).alloc 10000000\n"
          "main.main;ns::f;[libc.so.6] 30000000\n");
    std::uint64_t counted = 0;
    for (const wick::profile::node& n : cpu.nodes) { counted += n.count; }
    CHECK(counted == 6);
    for (const wick::frame& f : cpu.frames) {
        if (f.function == "main.inner") {
            CHECK(f.file == "/src/main.go");
            CHECK(f.line == 10);
        }
    }
}

TEST_CASE("go_raw: labels at the root") {
    wick::go_raw_options options;
    options.labels = true;
    const auto read = wick::parse_go_raw(good, options);
    CHECK(wick::to_folded(read.value.types[0].samples)
              .find("key:[a b];who:[c];bytes:[1024];main.main;") != std::string::npos);
}

TEST_CASE("go_raw: every reader's duties") {
    support::check_reader(good, WICK_PARSE(go_raw), WICK_READ(go_raw));
}

TEST_CASE("go_raw: the order of the samples does not matter") {
    const std::string head = "Samples:\nx/bytes\n",
                      tail = "Locations\n 1: 0x1 f a.go:1 s=1\n 2: 0x2 g a.go:1 s=1\n";
    CHECK(seen(wick::parse_go_raw(head + " 1: 1 2\n 2: 2\n 3: 2 1\n" + tail)) ==
          seen(wick::parse_go_raw(head + " 3: 2 1\n 1: 1 2\n 2: 2\n" + tail)));
}

TEST_CASE("go_raw: what is missing is counted") {
    const auto read =
        wick::parse_go_raw("Samples:\na/count b/bytes\n 1 -5: 1 9\n 1: 1\n 1 x: 1\n 7 8:\n"
                           "Locations\n 1: 0x1 f\n 1: 0x1 g\nnoise\n");
    REQUIRE(read.value.types.size() == 2);
    CHECK(read.value.types[0].samples.unit == "a");
    CHECK(wick::to_folded(read.value.types[0].samples) == "[no stack] 7\n[unknown];f 1\n");
    CHECK(wick::to_folded(read.value.types[1].samples) == "[no stack] 8\n[unknown];f -5\n");
    CHECK(read.value.skipped.records == 5); // two samples, a place twice, noise, no place 9
    CHECK(read.value.skipped.first.line == 4);
    CHECK(wick::parse_go_raw("Samples:\na/b\n9223372036854775807: 1\n1: 1\n").error.line == 4);
    CHECK(wick::detail::looks_like_go_raw(good));
    CHECK_FALSE(wick::detail::looks_like_go_raw("Samples: 3\n"));
}
