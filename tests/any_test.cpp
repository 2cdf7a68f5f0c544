// Tests of wick/format/any.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <wick/folded.hpp>
#include <wick/format/any.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;

constexpr std::string_view perf_text = "app 10/11 [000] 1.000000: 100 cycles:u: \n"
                                       "        ffffffff8103ce3b do_idle+0x1b ([kernel.kallsyms])\n"
                                       "            55d0c0001139 main+0x10 (/usr/bin/app)\n\n"
                                       "app 10/11 [000] 1.100000: 7 instructions:u: \n"
                                       "            55d0c0001139 main+0x10 (/usr/bin/app)\n\n";
constexpr std::string_view trace_text =
    R"([{"ph":"X","name":"f","ts":1,"dur":2,"pid":3,"tid":4},{"ph":"i","ts":1}])";

wick::any_input load(std::string_view text, const wick::any_options& options = {}) {
    wick::result<wick::any_input> read = wick::parse_any(text, options);
    CHECK(read.error.what == "");
    return read.value;
}

// How many formats think that a text is theirs.
int claims(std::string_view text) {
    int number = 0;
    for (const wick::detail::format_entry& f : wick::detail::formats) {
        number += f.looks_like(text) ? 1 : 0;
    }
    return number;
}

} // namespace

TEST_CASE("any: each format is told by its content") {
    struct row {
        std::string_view text;
        std::string format; // "": none
    };
    const row rows[] = {
        {"main;read 42\n", "folded"},
        {"main;read 42", "folded"},
        {"# a comment\nmain 1\nnonsense\nmain 2.5\n", "folded"},
        {"main;f 1\r\nmain;g 2\r\n", "folded"},
        {"# a comment\n", "folded"},
        {"\n\n", ""},
        {"main;a 1 2\n", "folded"},
        {perf_text, "perf_script"},
        {"a line of something else\napp 1 1.0: 5 cycles: \n\t  4005d0 f (/a)\n", "perf_script"},
        {"app 10 [000] 1.000000: 100 cycles:u: \napp 10 [000] 2.000000: 100 cycles:u: \n",
         "perf_script"},
        {"parser \n\t          4005b1 f (/bin/app)\n", "perf_script"},
        {"\n\t    7f0000001234 f (/bin/app)\n", "perf_script"},
        {trace_text, "chrome_trace"},
        {"{\"traceEvents\": [", "chrome_trace"},
        {"Attaching 1 probe...\n\n@[\n    f+1\n    main+2\n]: 3\n", "bpftrace"},
        {"Thread 1 (Thread 0x7f1 (LWP 12) \"app\"):\n#0  0x00007f12 in read () from "
         "/lib/libc.so.6\n"
         "#1  0x00005512 in main () at a.c:3\n",
         "gdb"},
        {"{0", "prof"},
        {"  libc.so.1`read+0x10\n  app`main+0x5\n                3\n", "dtrace"},
        {"some words\nand more of them\n", ""},
        {"one\ntwo 2\nthree\n", ""},
        {"{\"nodes\": []}", ""},
        {"a,b,c\n1,2,3\n", ""},
        {"\x00\x01\x02\x03"sv, ""},
        {"", ""},
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        CHECK(wick::sniff_format(r.text) == r.format);
        CHECK(claims(r.text) == (r.format.empty() ? 0 : 1));
        const wick::result<wick::any_input> read = wick::parse_any(r.text);
        CHECK(read.error.what.empty() == !r.format.empty());
        if (!read.error) {
            CHECK(read.value.format == r.format);
            CHECK(read.value.skipped.records <= 1);
        }
    }
}

TEST_CASE("any: profiles have the names of events and columns") {
    const wick::any_input perf = load(perf_text);
    REQUIRE(perf.profiles.size() == 2);
    CHECK(perf.profiles[0].name == "cycles:u");
    CHECK(wick::to_folded(perf.profiles[0].samples) == "app;main;do_idle 100\n");
    CHECK(perf.profiles[1].name == "instructions:u");
    CHECK(!perf.timeline);
    const wick::any_input diff = load("a;b 1 2\n");
    REQUIRE(diff.profiles.size() == 2);
    CHECK(diff.profiles[0].name == "before");
    CHECK(diff.profiles[1].name == "after");
    CHECK(load("a;b 1\n").profiles[0].name.empty());
    const wick::any_input trace = load(trace_text);
    REQUIRE(trace.profiles.size() == 1);
    CHECK(trace.profiles[0].name == "spans");
    CHECK(wick::to_folded(trace.profiles[0].samples) == "thread;f 2000\n");
    REQUIRE(trace.timeline);
    CHECK(trace.timeline->spans.size() == 1);
    REQUIRE(trace.notes.size() == 1);
    CHECK(trace.notes[0].message() == "flow, instant, counter and object events not read: 1");
}

TEST_CASE("any: options reach the formats that have them") {
    wick::any_options options;
    options.pid = options.tid = options.kernel = true;
    options.event = "cycles";
    const wick::any_input perf = load(perf_text, options);
    REQUIRE(perf.profiles.size() == 1);
    CHECK(wick::to_folded(perf.profiles[0].samples) == "app-10/11;main;do_idle_[k] 100\n");
    REQUIRE(perf.notes.size() == 1);
    CHECK(perf.notes[0].message() == "samples of events that were not asked for: 1");
    CHECK(perf.others == std::vector<std::string>{"instructions:u"});
    CHECK(wick::to_folded(load(trace_text, options).profiles[0].samples) ==
          "process-3;thread-4;f 2000\n");
}

TEST_CASE("any: a format that is named is used, with '-' or '_'") {
    wick::any_options options;
    for (const char* name : {"perf_script", "perf-script"}) {
        options.format = name;
        CHECK(load("app 10\n\t  4005d0 f (/a)\n", options).format == "perf_script");
    }
    options.format = "cobol";
    const std::string problem = wick::parse_any("a 1\n", options).error.what;
    CHECK(problem.find("no format \"cobol\"; known are ") == 0);
    CHECK(problem.find("perf_script") != std::string::npos);
    CHECK(problem.find("folded") != std::string::npos);
}

TEST_CASE("any: waits are read out of perf's text when that is asked for") {
    const std::string text = support::read_file(support::data("stacks/perf_sched.txt"));
    CHECK(wick::sniff_format(text) == "perf_script");
    CHECK(claims(text) == 1);
    CHECK(load(text).profiles.size() == 2);
    wick::any_options options;
    options.format = "perf-sched";
    options.wakers = 1;
    options.tid = true;
    const wick::any_input waits = load(text, options);
    CHECK(waits.format == "perf_sched");
    CHECK(waits.skipped.records == 0);
    REQUIRE(waits.profiles.size() == 1);
    CHECK(waits.profiles[0].samples.unit == "nanoseconds");
    const std::string folded = wick::to_folded(waits.profiles[0].samples);
    CHECK(folded.find("the_taker-28398;") == 0);
    CHECK(folded.find(";schedule;__schedule;--;try_to_wake_up;") != std::string::npos);
    wick::any_options first;
    first.format = "perf-sched";
    CHECK(load(perf_text, first).notes[0].message() ==
          "samples of events that are not the scheduler's: 2");
}

TEST_CASE("any: what cannot be loaded is named, with what to do") {
    struct row {
        std::string_view text;
        std::string_view says;
    };
    const row rows[] = {
        {"", "the input is empty"},
        {"PERFILE2\x68\0\0"sv, "run `perf script -i FILE`"},
        {"\x1f\x8b\x08\0"sv, "gzip -dc"},
        {"\x28\xb5\x2f\xfd\0"sv, "zstd -dc"},
        {"\xfd\x37zXZ\0"sv, "xz -dc"},
        {"BZh91AY&SY"sv, "bzip2 -dc"},
        {"PK\x03\x04"sv, "zip"},
        {"\x7f"
         "ELF\2"sv,
         "a program or a library"},
        {"\x01\x02\xab\0\n"sv, "binary data that begins with 01 02 ab 00 0a is of no known format"},
        {"some words\r\nmore", "text that begins with \"some words\" is of no known format; known"},
    };
    for (const row& r : rows) {
        const wick::result<wick::any_input> read = wick::parse_any(r.text);
        CAPTURE(r.says);
        CHECK(read.error.what.find(r.says) != std::string::npos);
        CHECK(read.value.profiles.empty());
        wick::any_options named;
        named.format = "perf_script";
        if (r.text.size() < 3 || r.text[0] == 's' || r.text[0] == '\x01') { continue; }
        CHECK(wick::parse_any(r.text, named).error.what == read.error.what);
    }
    const std::string words = "word " + std::string(500, 'x');
    CHECK(wick::parse_any(words).error.what.size() < 600);
}

TEST_CASE("any: the first bytes are read again, however they come") {
    std::string text;
    for (int i = 0; i < 20000; ++i) { text += "main;f" + std::to_string(i % 977) + " 1\n"; }
    REQUIRE(text.size() > 200000);
    const std::string expected = wick::to_folded(load(text).profiles[0].samples);
    CHECK(expected.find("main;f976 20\n") != std::string::npos);
    for (const std::size_t most : {1u, 1000u, 65536u, 65537u}) {
        std::string_view rest = text;
        const auto source = [&](char* to, std::size_t room) {
            const std::size_t size = (std::min)({room, rest.size(), most});
            rest.copy(to, size);
            rest.remove_prefix(size);
            return size;
        };
        const wick::result<wick::any_input> read = wick::read_any(source);
        REQUIRE(read);
        CHECK(wick::to_folded(read.value.profiles[0].samples) == expected);
    }
}

TEST_CASE("any: one line longer than what is looked at") {
    std::string deep = "f";
    while (deep.size() < 100000) { deep += ";f"; }
    CHECK(load(deep + " 3\n").profiles[0].samples.nodes.size() > 50000);
}

TEST_CASE(
    "any: every known format has a name and words, and knows none of the others' beginnings") {
    const std::vector<wick::known_format> all = wick::known_formats();
    REQUIRE(all.size() >= 3);
    CHECK(std::string(all.back().name) == "folded"); // it takes what no other one wants
    for (const wick::known_format& f : all) {
        CHECK(std::string(f.name).size() > 0);
        CHECK(std::string(f.what).size() > 0);
        CHECK(std::count_if(all.begin(), all.end(), [&](const wick::known_format& other) {
                  return std::string_view(other.name) == f.name;
              }) == 1);
    }
}

TEST_CASE("any: recorded text of perf script is recognised") {
    for (const std::string name : {"01-multi-event",
                                   "02-tracepoint-args",
                                   "03-leading-space-comm",
                                   "05-one-char-comm",
                                   "06-unknown",
                                   "09-cxx-names",
                                   "11-no-frames",
                                   "12-eof-no-blank",
                                   "14-period0",
                                   "16-crlf",
                                   "18-modules",
                                   "20-no-sym-spaces",
                                   "22-garbage-line",
                                   "perf-cycles-instructions-01",
                                   "perf-funcab-cmd-01",
                                   "perf-funcab-pid-01",
                                   "perf-java-faults-01",
                                   "perf-js-stacks-01",
                                   "perf-mirageos-stacks-01"}) {
        const std::string path = support::conformance("perf-script/" + name + ".txt");
        if (path.empty()) { return; }
        CAPTURE(name);
        const std::string head = support::read_file(path).substr(0, 65536);
        CHECK(wick::sniff_format(head) == "perf_script");
        CHECK(claims(head) == 1);
    }
}

TEST_CASE("any: captured dumps are recognised, each by one format") {
    const char* const rows[][2] = {{"aix.txt", "aix"},
                                   {"dbx.txt", "aix"},
                                   {"eu_stack.txt", "eu_stack"},
                                   {"eu_stack_short.txt", "eu_stack"},
                                   {"eu_stack_verbose.txt", "eu_stack"},
                                   {"faulthandler.txt", "faulthandler"},
                                   {"gdb.txt", "gdb"},
                                   {"gdb_full.txt", "gdb"},
                                   {"gdb_wrapped.txt", "gdb"},
                                   {"java_exceptions.txt", "java_exceptions"},
                                   {"javacore.txt", "ibmjava"},
                                   {"jstack.txt", "jstack"},
                                   {"ljp.txt", "ljp"},
                                   {"wcp.txt", "wcp"},
                                   {"xdebug.txt", "xdebug"}};
    for (const auto& row : rows) {
        const std::string text = support::read_file(support::data(std::string("stacks/") + row[0]));
        CAPTURE(std::string(row[0]));
        CHECK(wick::sniff_format(text) == row[1]);
        // Lines that end in numbers are folded to some extent: that is asked last.
        CHECK(claims(text) - (wick::detail::looks_like_folded(text) ? 1 : 0) == 1);
        CHECK(load(text).skipped.records == 0);
    }
}
