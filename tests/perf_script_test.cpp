// Tests of wick/format/perf_script.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <wick/folded.hpp>
#include <wick/format/perf_script.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

wick::perf_script_text parse(std::string_view text, const wick::perf_script_options& options = {}) {
    wick::result<wick::perf_script_text> read = wick::parse_perf_script(text, options);
    REQUIRE(read);
    for (const wick::perf_event& e : read.value.events) {
        REQUIRE_FALSE(wick::validate(e.samples));
    }
    return read.value;
}

// The first event as folded text.
std::string collapse(std::string_view text, const wick::perf_script_options& options = {}) {
    const wick::perf_script_text read = parse(text, options);
    return read.events.empty() ? "" : wick::to_folded(read.events[0].samples);
}

wick::perf_script_options with(bool wick::perf_script_options::*flag) {
    wick::perf_script_options options;
    options.*flag = true;
    return options;
}

wick::perf_script_options kinds() {
    wick::perf_script_options options;
    options.kernel = true;
    options.jit = true;
    return options;
}

// One sample of one frame, named so.
std::string named(std::string_view symbol, std::string_view module = "/bin/app") {
    return "app 1 1.0: 1 cycles:\n\t4005b1 " + std::string(symbol) + " (" + std::string(module) +
           ")\n\n";
}

std::uint64_t digest(std::string_view text) { // FNV-1a
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u; }
    return hash;
}

std::string sorted_lines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin) + 1;
        lines.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    std::sort(lines.begin(), lines.end());
    std::string joined;
    for (const std::string& line : lines) { joined += line; }
    return joined;
}

} // namespace

TEST_CASE("perf_script: headers, whatever fields perf was told to print") {
    struct row {
        std::string_view header;
        std::string_view root; // with --tid
        std::string_view event;
        std::int64_t weight;
    };
    const row rows[] = {
        {"app 10/11 [000] 1.000000:     100 cycles:u: ", "app-10/11", "cycles:u", 100},
        {"app 11 [000] 1.000000:     100 cycles:u: ", "app-?/11", "cycles:u", 100},
        {"             app 10/11 [000] 1.000000:     100 cycles: ", "app-10/11", "cycles", 100},
        {"Worker 2 10/11 [000] 1.000000: 7 cycles:", "Worker_2-10/11", "cycles", 7},
        {"Worker 2 11 1.000000: 7 cycles:", "Worker_2-?/11", "cycles", 7},
        {"t 99076 10314749.002559:     250000 cycles: ", "t-?/99076", "cycles", 250000},
        {"swapper     0/0     [003] 1.0: 1 cycles:", "swapper-0/0", "cycles", 1},
        {"swapper     0 [003] 1.0: 1 cycles:ppp:", "swapper-?/0", "cycles:ppp", 1},
        {":1234  1234/1234 [003] 1.0: cpu-clock:", ":1234-1234/1234", "cpu-clock", 1},
        {"node-v011 31912 cpu-clock: ", "node-v011-?/31912", "cpu-clock", 1},
        {"app 10/11 100 cycles:u:", "app-10/11", "cycles:u", 100},
        {"app 10/11 1.0:", "app-10/11", "", 1},
        {"app 10/11", "app-10/11", "", 1},
        {"app", "app-?/?", "", 1},
        {"a b c", "a_b_c-?/?", "", 1},
        {"a;b 1/2 [000] 1.0: 1 cycles:", "a:b-1/2", "cycles", 1},
        {"app 10/11 [000] 1.0: sched:sched_switch: prev_comm=app prev_pid=11 ==> next_comm=x",
         "app-10/11",
         "sched:sched_switch",
         1},
        {"app 10/11 [000] 1.0: 3 page-faults: addr 12", "app-10/11", "page-faults", 3},
        {"[weird] 10/11 [000] 1.0: 1 cycles:", "[weird]-10/11", "cycles", 1},
        {"12 10/11 [000] 1.0: 1 cycles:", "12-10/11", "cycles", 1},
        {"1.0: 10/11 [000] 2.0: 1 cycles:", "1.0:-10/11", "cycles", 1},
        {"a: b 10/11 [000] 2.0: 1 cycles:", "a:_b-10/11", "cycles", 1},
        {"app 10/11 U [000] 2.0: 1 cycles:", "app-10/11", "cycles", 1},
        {"app  11 Kd      2.0: 1 cycles:", "app-?/11", "cycles", 1},
        {"cycles:u: ", "[unknown]-?/?", "cycles:u", 1},
        {"a \t 10/11 [000] 2.0: 1 cycles:", "a-10/11", "cycles", 1},
        {"a [1] 10/11 [000] 2.0: 1 cycles:", "a_[1]-10/11", "cycles", 1},
    };
    for (const row& r : rows) {
        CAPTURE(r.header);
        const auto read = parse(std::string(r.header) + "\n\t4005b1 main+0x9 (/bin/app)\n\n",
                                with(&wick::perf_script_options::tid));
        REQUIRE(read.events.size() == 1);
        CHECK(read.skipped.records == 0);
        CHECK(read.events[0].name == r.event);
        CHECK(read.events[0].samples.unit == r.event);
        CHECK(wick::to_folded(read.events[0].samples) ==
              std::string(r.root) + ";main " + std::to_string(r.weight) + "\n");
        CHECK(read.events[0].samples.nodes.back().count == 1);
    }
}

TEST_CASE("perf_script: the root is the comm, with the process and the thread on request") {
    const std::string_view text = "a b 10/11 [000] 1.0: 1 cycles:\n\t1 main (/bin/app)\n\n";
    CHECK(collapse(text) == "a_b;main 1\n");
    CHECK(collapse(text, with(&wick::perf_script_options::pid)) == "a_b-10;main 1\n");
    CHECK(collapse(text, with(&wick::perf_script_options::tid)) == "a_b-10/11;main 1\n");
}

TEST_CASE("perf_script: names of functions") {
    struct row {
        std::string_view symbol;
        std::string_view name;
    };
    const row rows[] = {
        {"main+0x9", "main"},
        {"main", "main"},
        {"f+0x", "f+0x"}, // no digits: not an offset
        {"f+0xfg", "f+0xfg"},
        {"std::function<void (int)>::operator()(int) const+0x3",
         "std::function<void (int)>::operator()"},
        {"(anonymous namespace)::f(int)+0x1", "(anonymous namespace)::f"},
        {"ns::(anonymous namespace)::g(int)", "ns::(anonymous namespace)::g"},
        {"main::{lambda(int)#1}::operator()(int) const", "main::{lambda(int)#1}::operator()"},
        {"A::operator->()", "A::operator->"},
        {"A::operator->*(int)", "A::operator->*"},
        {"operator<< <char>(std::ostream&)", "operator<< <char>"},
        {"bool operator< <int>(a<b> const&)", "bool operator< <int>"},
        {"net/http.(*conn).serve", "net/http.(*conn).serve"},
        {"foo(bar;baz)\"'x", "foo"},
        {"a;b", "a:b"},
        {"say \"it's\"", "say \"it's\""}, // quotes stay: bytes go through
        {"core::ptr::drop_in_place::h0123456789abcdef", "core::ptr::drop_in_place"},
        {"core::ptr::hello::h0123456789abcdeg", "core::ptr::hello::h0123456789abcdeg"},
        {"_ZN4core3ptr13drop_in_place17h0123456789abcdefE", "core::ptr::drop_in_place"},
        {"_RNCNvCs21hi0yVfW1J_5mylib3runs_0", "mylib::run::{closure#1}"},
        {"_RINvMNtC5mylib3vecINtB3_3VeclE4pushhE.llvm.123", "<mylib::vec::Vec<i32>>::push::<u8>"},
        {"_R", "_R"},
        {"_Restart", "_Restart"},
        {"a<b(c", "a<b"}, // brackets that do not match
        {"f(int)::{lambda(char)#1}::operator()(char) const", "f::{lambda(char)#1}::operator()"},
        {"A::f(int) const::{lambda()#2}::operator()() const", "A::f::{lambda()#2}::operator()"},
        {"f(int)::g::h(char)::i(long)", "f::g::h::i"},
        {"decltype(auto) f<int>(int)", "decltype(auto) f<int>"},
        {"decltype ((a->b)()) f(int)", "decltype ((a->b)()) f"},
        {"void (*g(int))(char)", "void (*g(int))"},
        {"f()::(lambda)::g(int)", "f::(lambda)::g"},
        {"f()::(", "f::("},
        {"v8::internal::Execution::Call(v8::internal::Isolate*, int)",
         "v8::internal::Execution::Call"},
        {"LazyCompile:~body_0 evalmachine.<anonymous>:1",
         "LazyCompile:~body_0 evalmachine.<anonymous>:1"},
        {"[unknown]", "[app]"},
        {"", "[app]"},
    };
    for (const row& r : rows) {
        CAPTURE(r.symbol);
        CHECK(collapse(named(r.symbol)) == "app;" + std::string(r.name) + " 1\n");
    }
    CHECK(collapse(named("f(int)"), with(&wick::perf_script_options::keep_arguments)) ==
          "app;f(int) 1\n");
    CHECK(collapse(named("(swapper)") + named("g")) ==
          "app;[no stack] 1\napp;g 1\n"); // a process, not a function
}

TEST_CASE("perf_script: functions inlined into each other are frames of their own") {
    CHECK(collapse(named("a->b(int)->c+0x1")) == "app;a;b_[i];c_[i] 1\n");
    CHECK(collapse(named("a->A::operator->()->c")) == "app;a;A::operator->_[i];c_[i] 1\n");
    CHECK(collapse(named("f", "inlined")) == "app;f_[i] 1\n");
}

TEST_CASE("perf_script: Java names lose the L of their signatures, in Java only") {
    const std::string text = "\t1 Lorg/x/Main;::run+0x1 (/tmp/perf-1.map)\n\n";
    CHECK(collapse("java 1 1.0: 1 cycles:\n" + text) == "java;org/x/Main:::run 1\n");
    CHECK(collapse("app 1 1.0: 1 cycles:\n" + text) == "app;Lorg/x/Main:::run 1\n");
    CHECK(collapse("java 1 1.0: 1 cycles:\n" + text + "app 1 1.0: 1 cycles:\n" + text) ==
          "app;Lorg/x/Main:::run 1\njava;org/x/Main:::run 1\n");
}

TEST_CASE("perf_script: modules, with blanks and parentheses in their names") {
    struct row {
        std::string_view module;
        std::string_view unknown; // what code without a name in it is called
        char kind;                // 'k', 'j', or ' '
    };
    const row rows[] = {
        {"[kernel.kallsyms]", "[[kernel.kallsyms]]", 'k'},
        {"[guest.kernel.kallsyms]", "[[guest.kernel.kallsyms]]", 'k'},
        {"/lib/modules/4.3/build/vmlinux", "[vmlinux]", 'k'},
        {"/usr/lib/debug/boot/vmlinux-5.4.14", "[vmlinux-5.4.14]", 'k'},
        {"/lib/modules/x/foo.ko", "[foo.ko]", 'k'},
        {"[nf_conntrack]", "[[nf_conntrack]]", 'k'},
        {"[vdso]", "[[vdso]]", 'k'},
        {"/tmp/perf-10.map", "[perf-10.map]", 'j'},
        {"/home/u/.debug/jit/x/jitted-10-1.so", "[jitted-10-1.so]", 'j'},
        {"[JIT] tid 1234", "[[JIT] tid 1234]", 'j'},
        {"/tmp/perf-x.map", "[perf-x.map]", ' '},
        {"[unknown]", "[unknown]", ' '},
        {"[heap]", "[[heap]]", ' '},
        {"[stack]", "[[stack]]", ' '},
        {"[anon]", "[[anon]]", ' '},
        {"//anon", "[anon]", ' '},
        {"/usr/lib/libfoo.so.1", "[libfoo.so.1]", ' '},
        {"/opt/my app/lib (x86)/a.so", "[a.so]", ' '},
        {"/tmp/app (deleted)", "[app (deleted)]", ' '},
    };
    for (const row& r : rows) {
        CAPTURE(r.module);
        const std::string kind = r.kind == ' ' ? "" : std::string("_[") + r.kind + "]";
        CHECK(collapse(named("f+0x1", r.module), kinds()) == "app;f" + kind + " 1\n");
        CHECK(collapse(named("f+0x1", r.module)) == "app;f 1\n");
        CHECK(collapse(named("[unknown]", r.module)) == "app;" + std::string(r.unknown) + " 1\n");
    }
    const auto addresses = with(&wick::perf_script_options::addresses);
    CHECK(collapse(named("[unknown]", "/usr/lib/libfoo.so.1"), addresses) ==
          "app;[libfoo.so.1 <4005b1>] 1\n");
    CHECK(collapse(named("[unknown]", "[unknown]"), addresses) == "app;[unknown <4005b1>] 1\n");
    CHECK(collapse(named("f"), addresses) == "app;f 1\n");
}

TEST_CASE("perf_script: frames without a module, a name or both") {
    const std::string head = "app 1 1.0: 1 cycles:\n";
    CHECK(collapse(head + "\t4005b1 main\n\n") == "app;main 1\n");
    CHECK(collapse(head + "\t4005b1 main+0x4\n\n") == "app;main 1\n");
    CHECK(collapse(head + "\t4005b1 (/bin/app)\n\n") == "app;[app] 1\n");
    CHECK(collapse(head + "\t7f1e2215d058  (/lib/libc-2.15.so)\n\n") == "app;[libc-2.15.so] 1\n");
    CHECK(collapse(head + "\t4005b1\n\n") == "app;[unknown] 1\n");
    CHECK(collapse(head + "\t4005b1 f() (/bin/app)\n\n") == "app;f 1\n");
    CHECK(collapse(head + "\t4005b1 f()\n\n") == "app;f 1\n"); // not a module: no blank before it
}

TEST_CASE("perf_script: a sample on one line") {
    CHECK(collapse("app 10 1.0:  1 cycles: ffffffff8103ce3b foo+0x1b ([kernel.kallsyms])\n"
                   "app 10 1.0:  1 cycles:     4005b1 main (/bin/app)\n") ==
          "app;foo 1\napp;main 1\n");
}

TEST_CASE("perf_script: samples of one line each, padded at their left, without blank lines") {
    // What `perf script` prints of a recording without call chains.
    const std::string text =
        "              dd 12/12 [001] 5.000001:     250000 cycles:u:  ffffffff8103ce3b foo+0x1b "
        "([kernel.kallsyms])\n"
        "          parser    13 [000] 5.100000:     250000 cycles:u:            4005b1 main+0x9 "
        "(/bin/app)\n"
        "              dd 12/12 [001] 5.200000:     250000 cycles:u:  ffffffff8103ce3b foo+0x1c "
        "([kernel.kallsyms])\n";
    const auto read = parse(text);
    CHECK(read.skipped.records == 0);
    CHECK(wick::to_folded(read.events[0].samples) == "dd;foo 500000\nparser;main 250000\n");
    // Without a time, a module, or a frame at all.
    CHECK(collapse("              dd    12 cycles:  ffffffff8103ce3b foo\n"
                   "             app    13 cycles:  00000000004005b1 main\n") ==
          "app;main 1\ndd;foo 1\n");
    CHECK(
        collapse("              dd    12 1.0: cycles: \n             app    13 1.1: cycles: \n") ==
        "app;[no stack] 1\ndd;[no stack] 1\n");
    // Texts without blank lines can be cut as well.
    for (std::size_t from = 1; from < text.size(); ++from) {
        const std::size_t cut = wick::next_perf_sample(text, from);
        CHECK(cut >= from);
        CHECK((cut == text.size() || text[cut - 1] == '\n'));
        const auto head = parse(std::string_view(text).substr(0, cut));
        const auto tail = parse(std::string_view(text).substr(cut));
        std::vector<wick::profile> parts{head.events[0].samples};
        if (!tail.events.empty()) { parts.push_back(tail.events[0].samples); }
        CHECK(wick::merge(parts).value == read.events[0].samples);
    }
    CHECK(wick::next_perf_sample(text, 1) < text.size() / 2);
}

TEST_CASE("perf_script: frames below headers with few fields, or none") {
    const std::string frames =
        "\t          4005b1 f (/bin/app)\n\t          4005b2 main (/bin/app)\n\n";
    CHECK(collapse("parser \n" + frames + "ranker \n" + frames) ==
          "parser;main;f 1\nranker;main;f 1\n");
    CHECK(collapse(" 4815 \n" + frames) == "4815;main;f 1\n");
    CHECK(collapse("\n" + frames + "\n" + frames) == "[unknown];main;f 2\n");
    CHECK(parse("\n" + frames).skipped.records == 0);
    // A header that cannot be read takes its frames with it.
    const auto refused =
        parse("a 1 1.0: 99999999999999999999 x:\n" + frames + "b 1 1.0: 1 x:\n" + frames);
    CHECK(refused.skipped.records == 1);
    CHECK(refused.other_events == 0);
    CHECK(wick::to_folded(refused.events[0].samples) == "b;main;f 1\n");
}

TEST_CASE("perf_script: lines about tasks and mappings are no samples") {
    const auto read = parse("app     0     0.000000: PERF_RECORD_COMM: app:4813/4813\n"
                            "app  4813  6477.6: PERF_RECORD_MMAP2 4813/4813: [0x55(0x4d) @ 0x30 "
                            "fe:00 1 3]: r-xp /bin/a\n"
                            "app  4813  6477.7:  7 cycles:u: \n\t4005b1 main+0x9 (/bin/app)\n\n"
                            "app  4813  6477.8: PERF_RECORD_FORK(4813:4815):(4813:4813)\n"
                            "app  4813  6477.9:  7 cycles:u: \n\t4005b1 main+0x9 (/bin/app)\n\n");
    REQUIRE(read.events.size() == 1);
    CHECK(read.records == 3);
    CHECK(read.skipped.records == 0);
    CHECK(wick::to_folded(read.events[0].samples) == "app;main 14\n");
}

TEST_CASE("perf_script: a sample without a stack is counted as such") {
    const auto read =
        parse("app 10 1.0:  5 cycles: \n\napp 10 1.1:  1 cycles: \n\t1 main (/bin/app)\n\n");
    CHECK(wick::to_folded(read.events[0].samples) == "app;[no stack] 5\napp;main 1\n");
    CHECK(read.no_stack == 1);
    CHECK(parse("a 1 1.0: 1 x:\na 1 1.1: 1 x:\n").no_stack == 2); // no blank lines either
}

TEST_CASE("perf_script: periods of zero weigh one, unless they shall not") {
    const std::string_view text = "app 10 1.0: 0 cycles:\n\t1 main (/bin/app)\n\n"
                                  "app 10 1.0: cycles:\n\t1 main (/bin/app)\n\n";
    CHECK(collapse(text) == "app;main 2\n");
    CHECK(parse(text).zero_periods == 1);
    CHECK(collapse(text, with(&wick::perf_script_options::keep_zero_periods)) == "app;main 1\n");
}

TEST_CASE("perf_script: each event is a profile, and one can be chosen") {
    const std::string_view text = "a 1 1.0: 10 cycles:u:\n\t1 f (x)\n\n"
                                  "a 1 1.1: 20 cycles:k:\n\t1 f (x)\n\n"
                                  "a 1 1.2: 30 sched:sched_switch:\n\t1 f (x)\n\n"
                                  "a 1 1.3: 40 cycles:u:\n\t1 f (x)\n\n";
    const auto all = parse(text);
    REQUIRE(all.events.size() == 3);
    CHECK(all.events[0].name == "cycles:u");
    CHECK(wick::to_folded(all.events[0].samples) == "a;f 50\n");
    CHECK(all.events[2].name == "sched:sched_switch");
    wick::perf_script_options options;
    options.event = "cycles:k";
    auto chosen = parse(text, options);
    REQUIRE(chosen.events.size() == 1);
    CHECK(chosen.events[0].name == "cycles:k");
    CHECK(chosen.other_events == 3);
    options.event = "cycles"; // whatever its modifiers
    CHECK(parse(text, options).events.size() == 2);
    options.event = "instructions";
    chosen = parse(text, options);
    CHECK(chosen.events.empty());
    CHECK(chosen.other_events == 4);
}

TEST_CASE("perf_script: lines that come again, and those that never do") {
    // Some lines in many samples, so that they are remembered; others once, so that remembering is
    // given up and taken up again; of two events, and with names that are read in another way.
    std::mt19937 random(8);
    std::string text;
    std::map<std::string, int> expected[2];
    for (int i = 0; i < 12000; ++i) {
        const bool second = random() % 3 == 0;
        const bool java = random() % 2 == 0;
        text += java ? "java 1 1.0: 1 " : "app 1 1.0: 1 ";
        text += second ? "y:\n" : "x:\n";
        const std::string name = "Lorg/f" + std::to_string(random() % 40);
        const bool fresh = i / 1000 % 2 == 1;
        const std::string address = fresh ? std::to_string(1000000 + i) : "77";
        text += "\t" + address + " " + name + "+0x1 (/b)\n";
        const std::string padding(i % 100 == 0 ? 2000 : 100, 'm');
        for (int k = 0; k < 4; ++k) {
            text += "\t" + (fresh ? std::to_string(i * 4 + k) : "7") + " main" + padding + "+0x" +
                    std::to_string(k) + " (/b)\n";
        }
        text += '\n';
        const std::string main = ";main" + padding;
        const std::string leaf = java ? name.substr(1) : name;
        ++expected[second][(java ? "java" : "app") + main + main + main + main + ";" + leaf];
    }
    const auto read = parse(text);
    REQUIRE(read.events.size() == 2);
    for (const wick::perf_event& e : read.events) {
        std::string folded;
        for (const auto& stack : expected[e.name == "y"]) {
            folded += stack.first + " " + std::to_string(stack.second) + "\n";
        }
        CHECK(sorted_lines(wick::to_folded(e.samples)) == sorted_lines(folded));
    }
}

TEST_CASE("perf_script: slices of time, whatever the order and the cuts") {
    const std::string text = "a 1 10.0: 1 x:\n\t1 f (b)\n\na 1 10.999999999: 2 x:\n\t1 f (b)\n\n"
                             "a 1/1 [000] 12.5: 5 y:\n\t1 f (b)\n\n"
                             "a 1/1 [000] 11.000000: 4 x:\n\t1 g (b)\n\n"
                             "a 1 9.9999999999: 8 x:\n\t1 f (b)\n\n";
    wick::perf_script_options options;
    options.slice_ns = 1000000000;
    const auto read = parse(text, options);
    REQUIRE(read.events.size() == 4);
    const auto is = [](const wick::perf_event& e,
                       std::string_view name,
                       std::uint64_t slice,
                       const std::string& stacks) {
        CHECK(e.name == name);
        CHECK(e.slice == slice);
        CHECK(wick::to_folded(e.samples) == stacks);
    };
    is(read.events[0], "x", 10, "a;f 3\n");
    is(read.events[1], "y", 12, "a;f 5\n");
    is(read.events[2], "x", 11, "a;g 4\n");
    is(read.events[3], "x", 9, "a;f 8\n");
    options.slice_ns = 60000000000;
    CHECK(parse(text, options).events.size() == 2);
    CHECK(parse(text).events[0].slice == 0);
    // What has no time, or one out of range, is in no slice.
    const auto untimed = parse("a 1 x:\n\t1 f (b)\n\na 1 99999999999.0: 1 x:\n\t1 f (b)\n\n"
                               "a 1/1 [000] 99999999999999999999.0: 1 x: \n\t1 f (b)\n\n",
                               options);
    CHECK(untimed.events.empty());
    CHECK(untimed.skipped.records == 3);
    CHECK(untimed.skipped.first.message() == "line 1: expected a time to slice by, \"1.000000:\"");
    CHECK(untimed.other_events == 0);
}

TEST_CASE(
    "perf_script: events that were not asked for are named, as many as that makes sense for") {
    std::string text;
    for (int i = 0; i < 50; ++i) {
        const std::string name = "e" + std::to_string(i % 30);
        text += "a 1 1.0: 1 " + name + ":\n\t1 f (b)\n\n";
    }
    wick::perf_script_options options;
    options.event = "e29";
    const auto read = parse(text, options);
    CHECK(read.other_events == 49);
    REQUIRE(read.others.size() == 20);
    CHECK(read.others[0] == "e0");
    CHECK(read.others[19] == "e19");
}

TEST_CASE("perf_script: the arguments of tracepoints are a frame on request") {
    const std::string_view text =
        "a 1/1 [000] 1.0: sched:sched_switch: prev=a ==> next=b\n\t1 f (x)\n\n";
    CHECK(collapse(text) == "a;f 1\n");
    CHECK(collapse(text, with(&wick::perf_script_options::args)) == "a;prev=a ==> next=b;f 1\n");
}

TEST_CASE("perf_script: source lines are known, and added on request") {
    const std::string_view text =
        "a 1 1.0: 1 x:\n\t1 g+0x1 (/bin/a)\n  g.c:12\n\t2 f (/bin/a)\n  /src/main.c:7\n"
        "\t3 start (/lib/libc.so.6)\n  libc.so.6[29d90]\n\n";
    CHECK(parse(text).skipped.records == 0);
    CHECK(collapse(text) == "a;start;f;g 1\n");
    CHECK(collapse(text, with(&wick::perf_script_options::srcline)) ==
          "a;start;f:main.c:7;g:g.c:12 1\n");
}

TEST_CASE("perf_script: what is not understood is counted and located") {
    const auto read = parse("app 10 1.0:  1 cycles: \n\tgarbage\n\t1 main (/bin/app)\n\n"
                            "Warning: something\n\n"
                            "app 10 1.0:  1 cycles: \n\t1 main (/bin/app)\n\n");
    REQUIRE(read.events.size() == 1);
    CHECK(wick::to_folded(read.events[0].samples) == "app;main 2\n");
    CHECK(read.skipped.records == 2);
    CHECK(read.skipped.first.message() == "line 2: expected a frame: \"address symbol (module)\"");
    CHECK(parse("a 1 1.0: 99999999999999999999 x:\n\t1 f (x)\n\n").skipped.records > 0);
}

TEST_CASE("perf_script: comments, blank lines, CRLF and a missing end are no trouble") {
    const std::string sample = "app 10 1.0:  1 cycles: \n\t1 f (/bin/app)\n\t2 main (/bin/app)\n";
    CHECK(collapse("\n\n# ========\n# captured on: x\n#\n\n" + sample) == "app;main;f 1\n");
    std::string crlf;
    for (const char c : sample + "\n" + sample) {
        crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    }
    CHECK(collapse(crlf) == "app;main;f 2\n");
    CHECK(parse("").events.empty());
    CHECK(parse("\n\n").events.empty());
}

TEST_CASE("perf_script: perf.data itself is refused with what to do") {
    const auto read = wick::parse_perf_script(std::string_view("PERFILE2h\0\0\0", 12));
    CHECK_FALSE(read);
    CHECK(read.error.what.find("perf script -i") != std::string::npos);
}

TEST_CASE("perf_script: periods that add up to 2^63 are an error with its line") {
    const std::string sample = "a 1 1.0: 9223372036854775807 x:\n\t1 f (x)\n\n";
    CHECK(collapse(sample) == "a;f 9223372036854775807\n");
    const auto read = wick::parse_perf_script(sample + sample);
    CHECK_FALSE(read);
    CHECK(read.error.line == 4);
}

TEST_CASE("perf_script: any bytes pass through, NUL and broken UTF-8 included") {
    const std::string name("f\0g\xff\xc3", 5);
    CHECK(collapse(named(name)) == "app;" + name + " 1\n");
}

TEST_CASE("perf_script: neither order nor cuts change a byte") {
    std::mt19937 random(17);
    std::vector<std::string> samples;
    for (int i = 0; i < 200; ++i) {
        std::string s = random() % 2 == 0 ? "app 1/2 [000] " : "Worker 3 4/5 [001] ";
        s += std::to_string(i) + ".5: " + std::to_string(random() % 9) +
             (random() % 3 == 0 ? " a:\n" : " b:u:\n");
        for (auto k = random() % 7; k > 0; --k) {
            s += "\t" + std::to_string(random() % 90 + 10) + " f" + std::to_string(random() % 5) +
                 "+0x" + std::to_string(random() % 9) + " (/lib/" + std::to_string(random() % 3) +
                 ".so)\n";
        }
        samples.push_back(s + (random() % 2 == 0 ? "\n" : "\r\n"));
        if (random() % 4 == 0) { // on a line of its own, padded, with nothing behind it
            samples.push_back("      ab " + std::to_string(random() % 3) +
                              " 1.5: 3 b:u:    " + "7f0000001234 g" + std::to_string(random() % 5) +
                              "+0x1 (/lib/1.so)\n");
        }
    }
    const auto joined = [&] {
        std::string text;
        for (const std::string& s : samples) { text += s; }
        return text;
    };
    const auto by_name = [](const wick::perf_script_text& read) {
        std::vector<wick::perf_event> events = read.events;
        std::sort(events.begin(), events.end(), [](const auto& a, const auto& b) {
            return a.name < b.name;
        });
        return events;
    };
    const std::string text = joined();
    const std::vector<wick::perf_event> expected = by_name(parse(text));
    REQUIRE(expected.size() == 2);
    for (int round = 0; round < 20; ++round) {
        // In pieces, as threads would have them.
        const std::size_t cut = wick::next_perf_sample(text, random() % text.size());
        const auto head = by_name(parse(std::string_view(text).substr(0, cut)));
        const auto tail = by_name(parse(std::string_view(text).substr(cut)));
        for (const wick::perf_event& e : expected) {
            std::vector<wick::profile> parts;
            for (const auto* part : {&head, &tail}) {
                for (const wick::perf_event& p : *part) {
                    if (p.name == e.name) { parts.push_back(p.samples); }
                }
            }
            CHECK(wick::merge(parts).value == e.samples);
        }
        std::shuffle(samples.begin(), samples.end(), random);
        const auto shuffled = by_name(parse(joined()));
        CHECK(shuffled[0].samples == expected[0].samples);
        CHECK(shuffled[1].samples == expected[1].samples);
    }
}

TEST_CASE("perf_script: next_perf_sample finds the beginning behind a blank line") {
    const std::string_view text = "a\n b\n\nc\n\r\nd\n";
    CHECK(wick::next_perf_sample(text, 0) == 0);
    CHECK(wick::next_perf_sample(text, 1) == 6);
    CHECK(wick::next_perf_sample(text, 6) == 6);
    CHECK(wick::next_perf_sample(text, 7) == 10);
    CHECK(wick::next_perf_sample(text, 11) == text.size());
}

TEST_CASE("perf_script: recordings of a real program, whatever was printed of them") {
    const auto stacks = [](const char* name) { // of the only event: how often each came
        const auto read =
            parse(support::read_file(support::data(std::string("perf_script/") + name)));
        CHECK(read.skipped.records == 0);
        CHECK(read.no_stack == 0);
        REQUIRE(read.events.size() == 1);
        wick::profile p = read.events[0].samples;
        std::uint64_t samples = 0;
        for (wick::profile::node& n : p.nodes) {
            n.self = static_cast<std::int64_t>(n.count);
            samples += n.count;
        }
        CHECK(samples == 15);
        return wick::to_folded(p);
    };
    const std::string expected = stacks("fp-default.txt");
    CHECK(expected.find("service::json_parser::parse_object") != std::string::npos);
    CHECK(stacks("fp-fields.txt") == expected);
    CHECK(stacks("fp-comm-only.txt") == expected);
    CHECK(stacks("fp-no-time.txt") == expected);
    CHECK(stacks("fp-srcline.txt") == expected);
    CHECK(stacks("fp-cpu.txt") == stacks("fp-cpu-fields.txt"));
    // Without modules, code without a name is only "[unknown]".
    std::string unnamed = expected;
    const std::string module = "[libstdc++.so.6.0.30]";
    for (std::size_t at; (at = unnamed.find(module)) != std::string::npos;) {
        unnamed.replace(at, module.size(), "[unknown]");
    }
    CHECK(sorted_lines(stacks("fp-no-dso.txt")) == sorted_lines(unnamed));
    const std::string inlined = stacks("dwarf-default.txt");
    CHECK(inlined.find("std::__cxx11::to_string_[i];") != std::string::npos);
    CHECK(inlined.find("clone3;start_thread;") != std::string::npos);
    CHECK(stacks("dwarf-fields.txt") == inlined);
}

TEST_CASE("perf_script: the numbered edge cases of the conformance inputs") {
    struct row {
        const char* file;
        const char* wanted; // with kernel and JIT frames marked
    };
    const row rows[] = {
        {"01-multi-event.txt", "app;main;foo_[k] 100\n"},
        {"02-tracepoint-args.txt", "app;main;foo_[k] 1\n"},
        {"03-leading-space-comm.txt", "app;main;foo_[k] 100\n"},
        {"05-one-char-comm.txt", "t;main;foo_[k] 250000\n"},
        {"06-unknown.txt", "app;[perf-10.map]_[j];[[vdso]]_[k];[unknown];[libfoo.so.1] 1\n"},
        {"09-cxx-names.txt",
         "app;void f<a>::(lambda)::x;operator<< <char>;operator();foo;std::vector<int, "
         "std::allocator<int> "
         ">::push_back;"
         "net/http.(*conn).serve;A::operator->;main::{lambda(int)#1}::operator();ns::(anonymous "
         "namespace)::g;"
         "(anonymous namespace)::f;std::function<void (int)>::operator() 1\n"},
        {"11-no-frames.txt", "app;[no stack] 1\napp;main;foo_[k] 1\n"},
        {"12-eof-no-blank.txt", "app;main;foo_[k] 1\n"},
        {"14-period0.txt", "app;main;foo_[k] 2\n"},
        {"16-crlf.txt", "app;main;foo_[k] 1\n"},
        {"18-modules.txt", "app;l;k;j;i_[j];h_[j];g_[k];f_[k];e_[k];d_[k];c_[k];b_[k];a_[k] 1\n"},
        {"20-no-sym-spaces.txt", "app;[unknown];[libc-2.15.so] 1\n"},
        {"22-garbage-line.txt", "app;main;foo_[k] 2\n"},
    };
    for (const row& r : rows) {
        const std::string path = support::conformance(std::string("perf-script/") + r.file);
        if (path.empty()) { return; }
        CAPTURE(r.file);
        CHECK(collapse(support::read_file(path), kinds()) == r.wanted);
    }
}

TEST_CASE("perf_script: recorded inputs collapse as the reference collapses them") {
    // Digests of our output where it was, line by line, what the reference program printed for the
    // same input with a blank line at its end (it loses the last sample otherwise), quotes left out
    // on both sides (it deletes them; we keep them).
    struct row {
        const char* file;
        const char* option;
        std::uint64_t digest;
    };
    const row rows[] = {
        {"perf-cycles-instructions-01.txt", "", 0xc806319f3649e0e5},
        {"perf-cycles-instructions-01.txt", "--kernel --jit", 0xe56f5562def22a1b},
        {"perf-cycles-instructions-01.txt", "--tid", 0xf559a5e576dfc33d},
        {"perf-cycles-instructions-01.txt", "--addrs", 0x81919fb2810116d3},
        {"perf-funcab-cmd-01.txt", "", 0x3add2467f32eabf5},
        {"perf-funcab-cmd-01.txt", "--kernel --jit", 0x3add2467f32eabf5},
        {"perf-funcab-cmd-01.txt", "--tid", 0x2e6db94cdeb20009},
        {"perf-funcab-cmd-01.txt", "--addrs", 0x3add2467f32eabf5},
        {"perf-funcab-pid-01.txt", "", 0xda1c25a4c8edc592},
        {"perf-funcab-pid-01.txt", "--kernel --jit", 0xda1c25a4c8edc592},
        {"perf-funcab-pid-01.txt", "--tid", 0xbaa480cd4f66345a},
        {"perf-funcab-pid-01.txt", "--addrs", 0xda1c25a4c8edc592},
        {"perf-java-faults-01.txt", "", 0x5322b6a314eb246d},
        {"perf-java-faults-01.txt", "--kernel --jit", 0x8fbfa46415ea24e5},
        {"perf-java-faults-01.txt", "--tid", 0x8e077b318adf9f08},
        {"perf-java-faults-01.txt", "--addrs", 0xc308bd2f775d3145},
        {"perf-js-stacks-01.txt", "", 0x9b1ac0067b50d2f1},
        {"perf-js-stacks-01.txt", "--kernel --jit", 0x937d0b98a625d22e},
        {"perf-js-stacks-01.txt", "--tid", 0x2c7cd6c4a67db913},
        {"perf-js-stacks-01.txt", "--addrs", 0x9b1ac0067b50d2f1},
        {"perf-mirageos-stacks-01.txt", "", 0x0156452fe8fdbd03},
        {"perf-mirageos-stacks-01.txt", "--kernel --jit", 0xa9891ff045bd4291},
        {"perf-mirageos-stacks-01.txt", "--tid", 0x450f237e1f31bcd2},
        {"perf-mirageos-stacks-01.txt", "--addrs", 0x4d106f681ea012a2},
    };
    for (const row& r : rows) {
        const std::string path = support::conformance(std::string("perf-script/") + r.file);
        if (path.empty()) { return; }
        CAPTURE(r.file);
        CAPTURE(r.option);
        const std::string_view option = r.option;
        wick::perf_script_options options;
        if (option == "--kernel --jit") { options = kinds(); }
        options.tid = option == "--tid";
        options.addresses = option == "--addrs";
        std::string text = collapse(support::read_file(path), options);
        text.erase(
            std::remove_if(text.begin(), text.end(), [](char c) { return c == '"' || c == '\''; }),
            text.end());
        CHECK(digest(sorted_lines(text)) == r.digest);
    }
}

TEST_CASE("perf_script: hexadecimal digits are told from all other bytes") {
    std::mt19937 random(5);
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool digit =
            std::string_view("0123456789abcdefABCDEF").find(c) != std::string_view::npos;
        for (std::size_t size = 1; size < 20; ++size) {
            std::string text(size, '7');
            const std::size_t at = random() % size;
            text[at] = c;
            const char* begin = text.data();
            const char* end = begin + size;
            CHECK(wick::detail::skip_hex_digits(begin, end) == (digit ? end : begin + at));
            CHECK(wick::detail::skip_hex_digits_back(begin, end) ==
                  (digit ? begin : begin + at + 1));
        }
    }
    for (int round = 0; round < 20000; ++round) {
        std::string text(random() % 24, ' ');
        for (char& c : text) { c = "0aF9xg@`/:G\x80\xb0"[random() % 13]; }
        std::size_t first = 0;
        while (first < text.size() && wick::detail::is_hex_digit(text[first])) { ++first; }
        std::size_t last = text.size();
        while (last > 0 && wick::detail::is_hex_digit(text[last - 1])) { --last; }
        const char* begin = text.data();
        const char* end = begin + text.size();
        REQUIRE(wick::detail::skip_hex_digits(begin, end) == begin + first);
        REQUIRE(wick::detail::skip_hex_digits_back(begin, end) == begin + last);
        REQUIRE(wick::detail::all_hex_digits(text) == (first == text.size()));
    }
}
