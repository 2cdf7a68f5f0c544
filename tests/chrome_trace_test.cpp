// Tests of wick/format/chrome_trace.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/folded.hpp>
#include <wick/format/chrome_trace.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace {

wick::chrome_trace parse(std::string_view text, const wick::timeline_roots& roots = {}) {
    wick::result<wick::chrome_trace> read = wick::parse_chrome_trace(text, roots);
    CHECK(read.error.what == "");
    CHECK(wick::validate(read.value.timeline).what == "");
    CHECK(wick::validate(read.value.stacks).what == "");
    for (const wick::chrome_samples& s : read.value.samples) { CHECK(!wick::validate(s.samples)); }
    return read.value;
}

std::string stacks(std::string_view text) {
    return wick::to_folded(parse(text).stacks);
}

} // namespace

TEST_CASE("chrome trace: begins, ends and complete events, in both forms of the file") {
    const std::string events = R"([
        {"name":"main","ph":"B","ts":100,"pid":1,"tid":2,"cat":"x","args":{"deep":[{"name":"no"}]}},
        {"name":"parse","ph":"X","ts":110.25,"dur":20.001,"pid":1,"tid":2},
        {"name":"main","ph":"E","ts":200,"pid":1,"tid":2}])";
    const std::string expected = "thread;main 79999\nthread;main;parse 20001\n";
    CHECK(stacks(events) == expected);
    CHECK(stacks("{\"otherData\":{\"a\":[1]},\"traceEvents\":" + events +
                 ",\"displayTimeUnit\":\"ns\"}") == expected);
    CHECK(stacks("\xef\xbb\xbf" + events) == expected);
    const wick::chrome_trace read = parse(events);
    REQUIRE(read.timeline.spans.size() == 2);
    CHECK(read.timeline.spans[1].begin == 110250);
    CHECK(read.timeline.spans[1].end == 130251);
    CHECK(read.timeline.threads[0].id == 2);
    CHECK(read.timeline.threads[0].process_id == 1);
    CHECK(read.repairs.total() == 0);
    CHECK(!read.truncated);
}

TEST_CASE("chrome trace: names of processes and threads come from their metadata, wherever it is") {
    const std::string events = R"([
        {"ph":"X","name":"f","ts":0,"dur":1,"pid":1,"tid":2},
        {"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"main"}},
        {"args":{"name":"app"},"ph":"M","name":"process_name","pid":1,"tid":0},
        {"ph":"M","name":"process_sort_index","pid":1,"args":{"sort_index":1}},
        {"ph":"X","name":"g","ts":0,"dur":2,"pid":"3","tid":"pool"}])";
    const wick::chrome_trace read = parse(events);
    CHECK(wick::to_folded(read.stacks) == "app;main;f 1000\npool;g 2000\n");
    CHECK(read.others.metadata == 1);
    CHECK(wick::to_folded(parse(events, {true, true, true, true}).stacks) ==
          "app-1;main-2;f 1000\nprocess-3;pool-0;g 2000\n");
}

TEST_CASE("chrome trace: the end may be missing, as where the program was stopped") {
    const std::string whole = R"([{"ph":"X","name":"f","ts":0,"dur":1,"pid":1,"tid":1},
        {"ph":"X","name":"g","ts":5,"dur":2,"pid":1,"tid":1}])";
    const std::size_t first = whole.find('}') + 1;
    for (std::size_t size = first; size < whole.size() - 2; ++size) {
        const wick::chrome_trace read = parse(whole.substr(0, size));
        CHECK(read.truncated);
        CHECK(read.skipped.records == 0);
        CHECK(wick::to_folded(read.stacks) == "thread;f 1000\n");
    }
    CHECK(parse(whole.substr(0, whole.size() - 1)).timeline.spans.size() == 2);
}

TEST_CASE("chrome trace: ends without begins and begins without ends are counted") {
    const wick::chrome_trace read = parse(R"([{"ph":"E","ts":1,"pid":1,"tid":1},
        {"ph":"B","name":"f","ts":2,"pid":1,"tid":1},{"ph":"X","name":"g","ts":3,"dur":9}])");
    CHECK(read.repairs.unmatched_ends == 1);
    CHECK(read.repairs.unended == 1);
    CHECK(read.timeline.spans.size() == 2);
}

TEST_CASE("chrome trace: events that are not spans are counted by kind") {
    std::string events;
    for (const char* phase : {"b", "n", "e", "S", "T", "p", "F", "s", "t", "f",
                              "i", "I", "R", "C", "N", "O", "D", "P", "c", "v"}) {
        events += std::string(events.empty() ? "[" : ",") + "{\"ph\":\"" + phase + "\",\"ts\":1}";
    }
    const wick::chrome_trace read = parse(events + "]");
    CHECK(read.others.async == 7);
    CHECK(read.others.flow == 3);
    CHECK(read.others.instant == 3);
    CHECK(read.others.counter == 1);
    CHECK(read.others.object == 3);
    CHECK(read.others.profile == 1);
    CHECK(read.others.metadata == 2);
    CHECK(read.others.total() == 20);
    CHECK(read.skipped.records == 0);
}

TEST_CASE("chrome trace: what is not understood is skipped and located") {
    struct row {
        std::string_view event;
        std::string_view reason;
    };
    const row rows[] = {
        {"7", "expected an event: { }"},
        {"[1]", "expected an event: { }"},
        {"{}", "expected a known phase: \"ph\""},
        {R"({"ph":"?","ts":1})", "expected a known phase: \"ph\""},
        {R"({"ph":"BX","ts":1})", "expected a known phase: \"ph\""},
        {R"({"ph":{},"ts":1})", "expected a known phase: \"ph\""},
        {R"({"ph":"B"})", "expected a time: \"ts\""},
        {R"({"ph":"X","dur":1})", "expected a time: \"ts\""},
        {R"({"ph":"X","ts":1})", "expected a duration: \"dur\""},
        {R"({"ph":"X","ts":1,"dur":-1})", "the duration is negative or too long"},
        {R"({"ph":"X","ts":4e15,"dur":4e15})", "the duration is negative or too long"},
        {R"({"ph":"B","ts":1e30})", "a time is not a number below 2^62 nanoseconds"},
        {R"({"ph":"B","ts":"soon"})", "a time is not a number below 2^62 nanoseconds"},
        {R"({"ph":"P","ts":1,"sf":4})", "the stack of a sample is not in \"stackFrames\""},
    };
    for (const row& r : rows) {
        const wick::chrome_trace read =
            parse("[ " + std::string(r.event) + R"(, {"ph":"X","name":"f","ts":"0","dur":1}])");
        CAPTURE(r.event);
        CHECK(read.skipped.records == 1);
        CHECK(read.skipped.first.what == r.reason);
        CHECK(read.skipped.first.offset == 2);
        CHECK(wick::to_folded(read.stacks) == "thread;f 1000\n");
    }
}

TEST_CASE("chrome trace: what is no trace is an error") {
    struct row {
        std::string_view text;
        std::string_view reason;
    };
    const row rows[] = {
        {"", "expected a JSON array of events or an object with them"},
        {"12", "expected a JSON array of events or an object with them"},
        {"main;f 12", "expected a value"},
        {"{}", "no \"traceEvents\", \"samples\" or array of events in this JSON"},
        {"{\"nodes\":[],\"samples\":[1,2]}",
         "no \"traceEvents\", \"samples\" or array of events in this JSON"},
        {"[nonsense]", "expected a value"},
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        CHECK(wick::parse_chrome_trace(r.text).error.what == r.reason);
    }
    CHECK(parse("[]").timeline.empty());
    CHECK(parse("{\"traceEvents\":[]}").timeline.empty());
}

TEST_CASE("chrome trace: what comes before something that is no JSON is kept") {
    const wick::chrome_trace read = parse(R"([{"ph":"X","name":"f","ts":0,"dur":1} oops)");
    CHECK(wick::to_folded(read.stacks) == "thread;f 1000\n");
    CHECK(read.skipped.records == 1);
    CHECK(read.skipped.first.what == "the rest was not read: expected ',' or ']'");
    CHECK(read.skipped.first.offset == 38);
    CHECK(parse(R"([{"ph":"X","name":"f","ts":0,"dur":1}] [])").skipped.records == 1);
}

TEST_CASE("chrome trace: samples with stack frames become profiles by name") {
    const std::string_view text = R"({"traceEvents":[
            {"ph":"P","name":"cpu","pid":1,"tid":2,"ts":1,"sf":"3"},
            {"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"main"}}],
        "samples":[{"name":"cycles:HG","tid":2,"pid":1,"ts":2,"sf":3,"weight":5},
            {"name":"cycles:HG","tid":2,"pid":1,"ts":3,"sf":3,"weight":2},
            {"name":"cycles:HG","tid":2,"pid":1,"ts":3,"sf":2,"weight":1},
            {"name":"cpu","tid":2,"pid":1,"ts":3,"sf":9},
            {"name":"cpu","tid":2,"pid":1,"ts":3,"sf":5},
            {"name":"cpu","tid":2,"pid":1,"ts":3},
            {"name":"cpu","tid":2,"pid":1,"ts":3,"sf":3,"weight":-1}],
        "stackFrames":{"1":{"name":"main","category":"app"},"2":{"name":"parse","parent":1},
            "3":{"name":"read","parent":"2"},
            "5":{"name":"a","parent":6},"6":{"name":"b","parent":5}}})";
    const wick::chrome_trace read = parse(text);
    REQUIRE(read.samples.size() == 2);
    CHECK(read.samples[0].name == "cpu");
    CHECK(wick::to_folded(read.samples[0].samples) == "main;main;parse;read 1\n");
    CHECK(read.samples[1].name == "cycles:HG");
    CHECK(wick::to_folded(read.samples[1].samples) ==
          "main;main;parse 1\nmain;main;parse;read 7\n");
    CHECK(read.skipped.records == 4); // no such frame, its own caller, no stack, no weight
    CHECK(read.timeline.empty());
    const wick::result<wick::chrome_trace> many = wick::parse_chrome_trace(
        R"({"samples":[{"sf":1,"weight":9223372036854775807},{"sf":1,"weight":1}],)"
        R"("stackFrames":{"1":{"name":"f"}}})");
    CHECK(many.error.what == "the weights add up to 2^63 or more");
}

TEST_CASE("chrome trace: a hundred thousand callers of each other are walked once") {
    std::string text = R"({"samples":[)";
    for (int i = 0; i < 20000; ++i) { text += R"({"sf":49999},)"; }
    text += R"(],"stackFrames":{)";
    for (int i = 0; i < 50000; ++i) {
        text +=
            "\"" + std::to_string(i) + R"(":{"name":"f","parent":)" + std::to_string(i - 1) + "},";
    }
    text += R"("-1":{"name":"root"}}})";
    const wick::chrome_trace read = parse(text);
    REQUIRE(read.samples.size() == 1);
    CHECK(read.samples[0].samples.nodes.size() == 50003); // the root, "thread", "root"
    CHECK(read.samples[0].samples.nodes.back().count == 20000);
}

TEST_CASE("chrome trace: neither the size of reads nor of values changes what is read") {
    std::string text = R"({"traceEvents":[)";
    std::mt19937 random(5);
    for (int i = 0; i < 500; ++i) {
        text += R"({"name":"f)" + std::to_string(random() % 5) + R"(","ph":")" +
                (random() % 2 == 0 ? "B" : "E") + R"(","ts":)" + std::to_string(i * 3) +
                R"(,"pid":1,"tid":)" + std::to_string(random() % 3) +
                R"(,"args":{"x":[1,{"y":"\u00e9"}]}},)";
    }
    text += "]}";
    const wick::chrome_trace read = parse(text);
    for (const std::size_t most : {1u, 7u, 4096u}) {
        std::string_view rest = text;
        const auto source = [&](char* to, std::size_t room) {
            const std::size_t size = (std::min)({room, rest.size(), most});
            rest.copy(to, size);
            rest.remove_prefix(size);
            return size;
        };
        const wick::result<wick::chrome_trace> again = wick::read_chrome_trace(source);
        CHECK(again.value.timeline == read.timeline);
        CHECK(again.value.stacks == read.stacks);
        CHECK(again.value.repairs == read.repairs);
    }
}

TEST_CASE("chrome trace: recognised by its beginning") {
    struct row {
        std::string_view head;
        bool is;
    };
    const row rows[] = {
        {R"([{"name":"x","args":{},"ph":"B"}])", true},
        {"{\"traceEvents\":[", true},
        {"{\"otherData\":{},\n\"traceEvents\":[]}", true},
        {"[{\"pid\":1,\"na", false},
        {"[]", false},
        {"{\"nodes\":[]}", false},
        {"{\"$schema\":\"https://www.speedscope.app\"}", false},
        {"[main];f 12\n", false},
        {"", false},
    };
    for (const row& r : rows) {
        CAPTURE(r.head);
        CHECK(wick::looks_like_chrome_trace(r.head) == r.is);
    }
}
