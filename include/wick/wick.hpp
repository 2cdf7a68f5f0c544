// wick/wick.hpp - everything at once; the headers it includes can each be used alone.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_WICK_HPP
#define WICK_WICK_HPP

#include <wick/flamegraph.hpp>
#include <wick/folded.hpp>
#include <wick/format/perf_script.hpp>
#include <wick/profile.hpp>
#include <wick/query.hpp>
#include <wick/result.hpp>
#include <wick/version.hpp>

// Linux only. Last, so that the single header has every shared part outside of the condition.
#if defined(__linux__)
#    include <wick/sampler.hpp>
#    include <wick/symbols.hpp>
#endif

#endif
