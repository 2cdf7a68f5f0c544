// Parsed once for all unit tests: each alone would parse the same headers for longer than its own text.
// That headers can stand alone is shown by hygiene/, not here.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_TESTS_PCH_UNIT_PCH_HPP
#define WICK_TESTS_PCH_UNIT_PCH_HPP

#ifdef WICK_TEST_SINGLE_HEADER
// The guards are kept by the amalgamation, so every <wick/...> after it is already there.
#    include "../../single_include/wick/wick.hpp"
#else
#    include <wick/wick.hpp>
#endif

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#endif
