// wick/wick.hpp - everything at once; the headers it includes can each be used alone.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_WICK_HPP
#define WICK_WICK_HPP

#include <wick/call_graph.hpp>
#include <wick/comparison.hpp>
#include <wick/diff.hpp>
#include <wick/flamegraph.hpp>
#include <wick/folded.hpp>
#include <wick/format/aix.hpp>
#include <wick/format/any.hpp>
#include <wick/format/bcc.hpp>
#include <wick/format/bpftrace.hpp>
#include <wick/format/chrome_trace.hpp>
#include <wick/format/ddsketch.hpp>
#include <wick/format/dtrace.hpp>
#include <wick/format/durations.hpp>
#include <wick/format/eu_stack.hpp>
#include <wick/format/faulthandler.hpp>
#include <wick/format/folded_order.hpp>
#include <wick/format/gdb.hpp>
#include <wick/format/ghcprof.hpp>
#include <wick/format/go_raw.hpp>
#include <wick/format/hdr.hpp>
#include <wick/format/ibmjava.hpp>
#include <wick/format/instruments.hpp>
#include <wick/format/java_exceptions.hpp>
#include <wick/format/jstack.hpp>
#include <wick/format/ljp.hpp>
#include <wick/format/otlp.hpp>
#include <wick/format/perf_sched.hpp>
#include <wick/format/perf_script.hpp>
#include <wick/format/pmc.hpp>
#include <wick/format/prof.hpp>
#include <wick/format/prometheus.hpp>
#include <wick/format/py_spy_dump.hpp>
#include <wick/format/sample.hpp>
#include <wick/format/stap.hpp>
#include <wick/format/vsprof.hpp>
#include <wick/format/vtune.hpp>
#include <wick/format/wcp.hpp>
#include <wick/format/xctrace.hpp>
#include <wick/format/xdebug.hpp>
#include <wick/histogram.hpp>
#include <wick/latency.hpp>
#include <wick/profile.hpp>
#include <wick/pstats.hpp>
#include <wick/query.hpp>
#include <wick/recorder.hpp>
#include <wick/result.hpp>
#include <wick/timeline.hpp>
#include <wick/version.hpp>

// Linux only. Last, so that the single header has every shared part outside of the condition.
#if defined(__linux__)
#    include <wick/sampler.hpp>
#    include <wick/symbols.hpp>
#endif

#endif
