// Tests of wick/format/perf_sched.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/perf_sched.hpp>

#include "stack_text.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

std::string captured() {
    return support::read_file(support::data("stacks/perf_sched.txt"));
}

// An event of perf, with a frame for each word of `frames`, the leaf first.
std::string event(std::string_view task,
                  std::string_view time,
                  std::string_view what,
                  std::string_view frames) {
    std::string text(task);
    ((((text += " [000] ") += time) += ": sched:") += what) += '\n';
    while (!frames.empty()) {
        ((text += "\t    4005d0 ") += wick::detail::take_word(frames)) += "+0x1 (/usr/bin/app)\n";
    }
    return text + '\n';
}

// "a" with number 1 stops running, "b b" with number 2 does.
std::string stops(std::string_view time, std::string_view frames, std::string_view state = "S") {
    return event("a     1",
                 time,
                 "sched_switch: prev_comm=a prev_pid=1 prev_prio=120 prev_state=" +
                     std::string(state) + " ==> next_comm=b b next_pid=2 next_prio=120",
                 frames);
}
std::string starts(std::string_view time) {
    return event("b b     2",
                 time,
                 "sched_switch: prev_comm=b b prev_pid=2 prev_prio=120 prev_state=R ==> "
                 "next_comm=a next_pid=1 next_prio=120",
                 "y");
}
} // namespace

TEST_CASE("perf_sched: a capture; waits last until a thread runs, or at least until it is woken") {
    const auto read = wick::parse_perf_sched(captured());
    CHECK(read.value.skipped.records == 0);
    CHECK(read.value.preempted == 0);
    CHECK(read.value.unended == 0);
    CHECK(read.value.samples.unit == "nanoseconds");
    constexpr std::string_view call = "entry_SYSCALL_64_after_hwframe;do_syscall_64;";
    constexpr std::string_view wait = "__x64_sys_futex;do_futex;futex_wait;__futex_wait;"
                                      "futex_do_wait;schedule;__schedule";
    CHECK(wick::to_folded(read.value.samples) ==
          "the_taker;__futex_abstimed_wait_common;" + std::string(call) + std::string(wait) +
              " 6176000\n" + "waits;__futex_abstimed_wait_common;" + std::string(call) +
              std::string(wait) + " 113000\n" +
              "waits;__libc_start_call_main;main;clock_nanosleep@GLIBC_2.2.5;" + std::string(call) +
              "__x64_sys_clock_nanosleep;common_nsleep;hrtimer_nanosleep;do_nanosleep;schedule;"
              "__schedule 6211000\n");
    std::uint64_t count = 0;
    for (const wick::profile::node& n : read.value.samples.nodes) { count += n.count; }
    CHECK(count == 7);
    wick::perf_sched_options options;
    options.kernel = options.tid = true;
    options.wakers = 1;
    const std::string all =
        wick::to_folded(wick::parse_perf_sched(captured(), options).value.samples);
    CHECK(all.find("the_taker-28398;") == 0);
    CHECK(all.find(";schedule_[k];__schedule_[k];--;try_to_wake_up_[k];") != std::string::npos);
    CHECK(all.find("pthread_cond_signal@@GLIBC_2.3.2;waits-28396 6176000\n") != std::string::npos);
}

TEST_CASE("perf_sched: every reader's duties") {
    support::check_reader(captured(), WICK_PARSE(perf_sched), WICK_READ(perf_sched));
    support::check_order({stops("1.0", "f main") + starts("1.5"),
                          stops("1.0", "g f main") + starts("1.7"),
                          stops("1.0", "f main") + starts("1.0")},
                         WICK_PARSE(perf_sched));
}

TEST_CASE("perf_sched: the scheduler's own delays, and tasks as perf's plugin prints them") {
    const std::string out =
        event("a 1/1", "1.000000", "sched_switch: a:1 [120] D ==> x:y z:22 [120]", "f main");
    const std::string delay =
        event("swapper 0/0", "2.000000", "sched_stat_blocked: comm=a pid=1 delay=250 [ns]", "irq");
    const std::string twice =
        event("swapper 0/0", "2.000000", "sched_stat_iowait: comm=a pid=1 delay=240 [ns]", "irq");
    const std::string in =
        event("x:y z 22/22", "2.100000", "sched_switch: x:y z:22 [120] S ==> a:1 [120]", "g");
    const support::stacks told = seen(wick::parse_perf_sched(out + twice + delay + delay + in));
    CHECK(told.folded() == "a;main;f 250\n");
    CHECK(told.skipped.records == 0);
    CHECK(seen(wick::parse_perf_sched(out + in)).folded() == "a;main;f 1100000000\n");
    const auto cut = wick::parse_perf_sched(in + out);
    CHECK(cut.value.unended == 1);
    CHECK(cut.value.skipped.first.what ==
          "this time is before that at which the thread stopped running");
    // The last event needs no blank line, and a wakeup with its plugin's text is one.
    const std::string wake =
        event("b 3/3", "1.500000", "sched_wakeup: a:1 [120] success=1 CPU:001", "w");
    const std::string later =
        event("a 1/1", "3.000000", "sched_switch: a:1 [120] X ==> b:3 [120]", "f");
    const std::string text = out + wake + later;
    CHECK(seen(wick::parse_perf_sched(text.substr(0, text.size() - 2))).folded() ==
          "a;main;f 500000000\n");
}

TEST_CASE("perf_sched: preempted threads, those that end, and idle CPUs") {
    const std::string text = stops("1.000000", "f", "R+") + starts("1.100000");
    const auto left_out = wick::parse_perf_sched(text);
    CHECK(left_out.value.samples.empty());
    CHECK(left_out.value.preempted == 2); // "b b" as well
    wick::perf_sched_options options;
    options.all_states = true;
    const auto kept = wick::parse_perf_sched(text, options);
    CHECK(wick::to_folded(kept.value.samples) == "a;f 100000000\n");
    CHECK(kept.value.preempted == 0);
    CHECK(kept.value.unended == 1);
    CHECK(seen(wick::parse_perf_sched(stops("1.000000", "f", "Z") + starts("2.000000")))
              .profiles[0]
              .empty());
    const support::stacks bare = seen(wick::parse_perf_sched(stops("1.0", "") + starts("1.5")));
    CHECK(bare.folded() == "a;[no stack] 500000000\n");
}

TEST_CASE("perf_sched: who woke whom") {
    // c sleeps and is woken by a timer; then it wakes a.
    const std::string text =
        stops("1.000000", "wait main") +
        event("c 3", "1.100000", "sched_switch: c:3 [120] S ==> swapper/0:0 [120]", "nap main") +
        event("swapper 0",
              "1.200000",
              "sched_waking: comm=c pid=3 prio=120 target_cpu=000",
              "timer irq") +
        event("swapper 0", "1.210000", "sched_switch: swapper/0:0 [120] R ==> c:3 [120]", "idle") +
        event("c 3",
              "1.300000",
              "sched_waking: comm=a pid=1 prio=120 target_cpu=000",
              "notify main") +
        starts("1.400000");
    const auto waits = [&](int wakers) {
        wick::perf_sched_options options;
        options.wakers = wakers;
        return seen(wick::parse_perf_sched(text, options)).folded();
    };
    CHECK(waits(0) == "a;main;wait 400000000\nc;main;nap 110000000\n");
    CHECK(waits(1) == "a;main;wait;--;notify;main;c 400000000\n"
                      "c;main;nap;--;timer;irq;swapper 110000000\n");
    CHECK(waits(2) == "a;main;wait;--;notify;main;c;--;main;nap;--;timer;irq;swapper 400000000\n"
                      "c;main;nap;--;timer;irq;swapper 110000000\n");
    CHECK(waits(60) == waits(2));
}

TEST_CASE("perf_sched: a deep wait of a waker's that many waits end with does not fill memory") {
    const int depth = 1000;
    const int threads = 500;
    std::string frames;
    for (int i = 0; i < depth; ++i) { frames += "f "; }
    const auto stops_running = [](const std::string& thread) {
        return "sched_switch: " + thread + " [120] S ==> swapper/0:0 [120]";
    };
    std::string text;
    for (int i = 0; i < threads; ++i) {
        const std::string tid = std::to_string(10 + i);
        text += event("t" + tid + " " + tid, "1.0", stops_running("t" + tid + ":" + tid), "f");
    }
    text += event("w 5", "1.1", stops_running("w:5"), frames) +
            event("x 6", "1.2", "sched_waking: comm=w pid=5 prio=120 target_cpu=000", "f") +
            event("swapper 0", "1.3", "sched_switch: swapper/0:0 [120] R ==> w:5 [120]", "f");
    for (int i = 0; i < threads; ++i) {
        const std::string tid = std::to_string(10 + i);
        const std::string thread = "t" + tid + ":" + tid + " [120]";
        text += event("w 5", "1.4", "sched_waking: comm=t pid=" + tid + " prio=120", "f") +
                event("swapper 0", "1.5", "sched_switch: swapper/0:0 [120] R ==> " + thread, "f");
    }
    wick::perf_sched_options options;
    options.wakers = 2;
    const auto read = wick::parse_perf_sched(text, options);
    CHECK(read.value.samples.nodes.size() < 20000); // not 500 * 1000
    CHECK(read.value.skipped.records > 400);
    CHECK(seen(read).folded().find(";--;f;w;--;[truncated] 500000000\n") != std::string::npos);
    CHECK(wick::totals(read.value.samples)[0] == threads * 500000000LL + 200000000);
}

TEST_CASE("perf_sched: malformed lines, huge numbers, other events") {
    const auto read = wick::parse_perf_sched(
        stops("1.000000", "f") + "noise\n\n" +
        event("a 1",
              "1.1",
              "sched_switch: prev_comm=a prev_pid=99999999999999999999 "
              "prev_state=S ==> next_comm=b next_pid=2",
              "f") +
        event("a 1", "1.2", "sched_switch: nothing", "f") +
        event("b 2", "99999999999999.0", "sched_waking: comm=a pid=1", "f") +
        event("b 2", "1.3", "sched_stat_sleep: comm=a pid=1 delay=99999999999999999999 [ns]", "f") +
        "b 2 [000] 1.4: 5 cycles:u: \n\t 4005d0 f (/a)\n\n" +
        event("b 2", "1.5", "sched_stat_runtime: comm=a pid=1 runtime=1 [ns]", "f") +
        event("b 2", "1.6", "sched_waking: comm=z pid=7", "f") + "\tno frame\n\n" + starts("0.5"));
    CHECK(read.value.samples.empty());
    CHECK(read.value.other_events == 1);
    CHECK(read.value.skipped.records == 7);
    CHECK(read.value.skipped.first.line == 4);
    const std::string wait =
        event("b 2", "1.5", "sched_stat_sleep: comm=a pid=1 delay=9223372036854775807 [ns]", "f");
    const auto most = wick::parse_perf_sched(stops("1.0", "f") + wait + stops("1.6", "f") + wait);
    CHECK(most.error.message().find("the weights add up to 2^63 or more") != std::string::npos);
}

TEST_CASE("perf_sched: very many threads, very deep") {
    std::string text;
    for (int i = 1; i <= 20000; ++i) {
        const std::string tid = std::to_string(i);
        text += "t " + tid + " [000] 1.000000: sched:sched_switch: t:" + tid +
                " [120] S ==> swapper/0:0 [120]\n\t 4005d0 f (/a)\n\n";
    }
    std::string frames;
    for (int i = 0; i < 50000; ++i) { frames += "f "; }
    text += stops("2.0", frames) + starts("3.0");
    const auto read = wick::parse_perf_sched(text);
    // Thread 1 stops twice and runs again in the end, thread 2 runs in between.
    CHECK(read.value.unended == 19999);
    CHECK(wick::totals(read.value.samples)[0] == 2000000000);
    CHECK(read.value.samples.nodes.size() == 50004);
}
