// Tests of wick/format/java_exceptions.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/java_exceptions.hpp>

#include "stack_text.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

std::string captured() {
    return support::read_file(support::data("stacks/java_exceptions.txt"));
}
} // namespace

TEST_CASE(
    "java_exceptions: what Java printed; causes are whole, and one sample with what wraps them") {
    const auto read = wick::parse_java_exceptions(captured());
    CHECK(read.value.skipped.records == 0);
    CHECK(read.value.wrapped == 7);
    CHECK(wick::to_folded(read.value.samples) ==
          "Exceptions.main 1\n"
          "Exceptions.main;Exceptions.attempt;Exceptions.lambda$main$0;Exceptions.load;"
          "Exceptions.read;Exceptions.read;Exceptions.read 1\n"
          "Exceptions.main;Exceptions.attempt;Exceptions.lambda$main$1;Exceptions.load;"
          "Exceptions.read 1\n"
          "Exceptions.main;Exceptions.attempt;Exceptions.lambda$main$3;"
          "java.lang.Iterable.forEach;Exceptions.lambda$main$2 1\n"
          "Exceptions.main;Exceptions.attempt;Exceptions.lambda$main$4;"
          "java.lang.reflect.Method.invoke;"
          "jdk.internal.reflect.DelegatingMethodAccessorImpl.invoke;"
          "jdk.internal.reflect.NativeMethodAccessorImpl.invoke;"
          "jdk.internal.reflect.NativeMethodAccessorImpl.invoke0;Exceptions.load;"
          "Exceptions.read 1\n"
          "java.lang.Thread.run;Exceptions.lambda$main$5;Exceptions.load;Exceptions.read;"
          "Exceptions.read 1\n");
    wick::java_exceptions_options options;
    options.wrapped = true;
    const auto all = wick::parse_java_exceptions(captured(), options);
    CHECK(all.value.wrapped == 0);
    CHECK(wick::totals(all.value.samples)[0] == 13);
    CHECK(wick::to_folded(all.value.samples)
              .find("Exceptions.lambda$main$1;Exceptions$Resource.close 1\n") != std::string::npos);
}

TEST_CASE("java_exceptions: every reader's duties") {
    support::check_reader(captured(), WICK_PARSE(java_exceptions), WICK_READ(java_exceptions));
    support::check_order({"a.E: x\n\tat a.f(A.java:1)\n",
                          "a.E: x\n\tat a.f(A.java:1)\n\tat a.g(A.java:2)\n",
                          "a.E: x\n\tat a.f(A.java:3)\nCaused by: a.E\n\tat a.h(A.java:4)\n"
                          "\t... 1 more\n"},
                         WICK_PARSE(java_exceptions));
}

TEST_CASE("java_exceptions: prefixed lines and JSON say the same") {
    const std::string text = captured();
    const std::string expected = wick::to_folded(wick::parse_java_exceptions(text).value.samples);
    for (const std::string_view words :
         {"Mar  4 12:31:10 host shop[712]: "sv, "2025-03-04T12:31 "sv}) {
        std::string prefixed;
        std::string_view rest = text;
        std::string_view line;
        while (wick::detail::take_line(rest, line)) { ((prefixed += words) += line) += '\n'; }
        const auto read = wick::parse_java_exceptions(prefixed);
        CHECK(read.value.skipped.records == 0);
        CHECK(wick::to_folded(read.value.samples) == expected);
    }

    const std::string one = "java.lang.RuntimeException: cannot load\n"
                            "\tat a.load(A.java:19)\n\tat a.main(A.java:34)\n"
                            "Caused by: java.io.IOException: disk\n\tat a.read(A.java:11)\n"
                            "\t... 1 more\n";
    std::string record = "{\"message\":\"at work\",\"stack_trace\":\"";
    for (const char c : one) {
        if (c == '\n') {
            record += "\\n";
        } else if (c == '\t') {
            record += "\\t";
        } else {
            record += c;
        }
    }
    const support::stacks json =
        seen(wick::parse_java_exceptions(record + "\",\"level\":1}\n" + record + "\"}\n{}\n"));
    CHECK(json.folded() == "a.main;a.read 2\n");
    CHECK(json.skipped.records == 0);
    const std::string cut = record.substr(0, record.find("more"));
    CHECK(seen(wick::parse_java_exceptions(cut + "more\"}\n")).folded() == "a.main;a.read 1\n");
}

TEST_CASE("java_exceptions: Logback's order, what it shortens, and where jars are named") {
    const support::stacks root_first =
        seen(wick::parse_java_exceptions("java.io.IOException: disk\n"
                                         "\tat a.read(A.java:11) ~[shop.jar:1.2]\n"
                                         "\t... 2 common frames omitted\n"
                                         "Wrapped by: java.lang.RuntimeException: cannot load\n"
                                         "\tat a.load(A.java:19) ~[shop.jar:1.2]\n"
                                         "\t... 1 common frames omitted\n"
                                         "Wrapped by: java.lang.Error: no\n"
                                         "\tat a.try(A.java:3)\n\tat a.main(A.java:1)\n"));
    CHECK(root_first.folded() == "a.main;a.load;a.read 1\n");
    const auto shortened = wick::parse_java_exceptions("a.E: x\n\tat a.f(A.java:1) [shop.jar:na]\n"
                                                       "\t... 2 frames excluded\n"
                                                       "\tat a.g(A.java:1)\n"
                                                       "\t... 9 frames truncated\n");
    CHECK(wick::to_folded(shortened.value.samples) == "[truncated];a.g;a.f 1\n");
    CHECK(shortened.value.truncated == 1);
    CHECK(shortened.value.skipped.records == 0);
}

TEST_CASE("java_exceptions: causes of suppressed ones, and messages with several lines") {
    wick::java_exceptions_options options;
    options.wrapped = true;
    const std::string text = "a.E: x\n\tat a.f(A.java:1)\n\tat a.main(A.java:2)\n"
                             "\tSuppressed: a.S: y\n\t\tat a.s(A.java:3)\n\t\t... 1 more\n"
                             "\tCaused by: a.T: z\n\n  at fault: none\n\t\tat a.t(A.java:4)\n"
                             "\t\t... 2 more\n"
                             "Caused by: a.C: w\n\tat a.c(A.java:5)\n\t... 1 more\n";
    const support::stacks all = seen(wick::parse_java_exceptions(text, options));
    CHECK(all.folded() == "a.main;a.c 1\na.main;a.f 1\na.main;a.s 1\na.main;a.s;a.t 1\n");
    CHECK(all.skipped.records == 1); // "at fault: none" might have been a frame
    CHECK(seen(wick::parse_java_exceptions(text)).folded() == "a.main;a.c 1\n");
    // Java leaves traces out of exceptions that are thrown often.
    const support::stacks fast = seen(wick::parse_java_exceptions(
        "a.E: x\n\tat a.f(A.java:1)\nCaused by: java.lang.NullPointerException\n"
        "java.lang.IllegalStateException: next\n\tat a.g(A.java:2)\n"
        "Caused by: java.lang.NullPointerException\n"
        "2025-03-04 12:31:10 WARN more\njava.x.Odd\n\tat a.h(A.java:2)\n"));
    CHECK(fast.folded() == "a.f 1\na.g 1\na.h 1\n");
}

TEST_CASE("java_exceptions: names, modules, malformed lines, huge numbers") {
    const support::stacks read = seen(wick::parse_java_exceptions(
        "\tat java.base@17/java.lang.Thread.run(Thread.java:840)\n\n"
        "\tat app//com.shop.Main$$Lambda$14/0x0000.run(Unknown Source)\n\n"
        "\tat com.shop.Test.adds two numbers(Test.kt:3)\n\n"
        "\tat a.\0\xff;(A.java)\n\n"
        "\tat a.f(A.java:1)\nCaused by: x\n\tat a.g(A.java:1)\n"
        "\t... 99999999999999999999 more\n\n"
        "\tat a.f(A.java:1)\nCaused by: x\n\tat a.h(A.java:1)\n\t... 3 more\n\n"
        "\tat a.i(A.java:1)\n\t... 3 more\n\nat\nat 12:00\n"sv));
    CHECK(read.folded() == "[truncated];a.i 1\n"
                           "a.\0\xff: 1\n"
                           "a.f;a.h 1\n"
                           "a.g 1\n"
                           "com.shop.Main$$Lambda$14/0x0000.run 1\n"
                           "com.shop.Test.adds two numbers 1\n"
                           "java.lang.Thread.run 1\n"sv);
    CHECK(read.skipped.records == 4);
    CHECK(read.skipped.first.line == 12);
}

TEST_CASE("java_exceptions: lines of a log that begin with \"at\" are no exceptions") {
    const support::stacks read = seen(
        wick::parse_java_exceptions("at noon (in 1.5 h) it stops\nat 10:00:00.5 of day 1.5 (UTC)\n"
                                    "at start (pid 7)\nat loader of plugins//a.B.c d(E.kt:1)\n"));
    CHECK(read.folded() == "a.B.c d 1\n");
    CHECK(read.skipped.records == 3);
}

TEST_CASE("java_exceptions: very deep, and very many causes") {
    std::string deep = "a.E\n";
    for (int i = 0; i < 100000; ++i) { deep += "\tat a.f(A.java:1)\n"; }
    for (int i = 0; i < 50000; ++i) {
        deep += "Caused by: a.E\n\tat a.g(A.java:1)\n\t... 100000 more\n";
    }
    const auto read = wick::parse_java_exceptions(deep);
    CHECK(read.value.skipped.records == 0);
    CHECK(read.value.wrapped == 50000);
    CHECK(read.value.samples.nodes.size() == 100002);
    wick::java_exceptions_options options;
    options.wrapped = true;
    std::string nested = "a.E\n\tat a.f(A.java:1)\n";
    for (int i = 0; i < 300; ++i) {
        const std::string tabs(static_cast<std::size_t>(i + 1), '\t');
        nested +=
            tabs + "Suppressed: a.E\n\t" + tabs + "at a.g(A.java:1)\n\t" + tabs + "... 1 more\n";
    }
    const auto levels = wick::parse_java_exceptions(nested, options);
    CHECK(levels.value.skipped.records == 0);
    CHECK(wick::to_folded(levels.value.samples) == "a.f 1\na.f;a.g 300\n");
}

TEST_CASE("java_exceptions: told by a frame, where there is no thread dump") {
    using wick::detail::looks_like_java_exceptions;
    CHECK(looks_like_java_exceptions(captured()));
    CHECK(looks_like_java_exceptions("Mar 4 host shop[1]: \tat a.b(C.java:1)\n"));
    CHECK(looks_like_java_exceptions("{\"e\":\"a.E: x\\n\\tat a.b(C.java:1)\\n\"}\n"));
    CHECK(looks_like_java_exceptions("at a.b(Native Method)\n"));
    CHECK_FALSE(looks_like_java_exceptions(support::read_file(support::data("stacks/jstack.txt"))));
    CHECK_FALSE(
        looks_like_java_exceptions(support::read_file(support::data("stacks/javacore.txt"))));
    CHECK_FALSE(looks_like_java_exceptions("Error: x\n    at f (/srv/a.js:1:2)\n"));
    CHECK_FALSE(looks_like_java_exceptions("   at A.B(System.String x) in C:\\a.cs:line 1\n"));
    CHECK_FALSE(looks_like_java_exceptions("look at a.b(c)\nmain;at f 1\n"));
}
