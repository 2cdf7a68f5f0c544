// Tests of wick/format/pmc.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/pmc.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good = "@ unhalted-cycles [30 samples]\n"
                                  "\n"
                                  "66.67%  [20]       lock_sleep @ /boot/kernel/kernel\n"
                                  " 75.00%  [15]        sys_read\n"
                                  "  100.0%  [15]         syscall\n"
                                  " 20.00%  [4]         sys_write\n"
                                  "33.33%  [10]       main @ /usr/bin/app\n";
} // namespace

TEST_CASE("pmc: the callee is first") {
    const support::stacks read = seen(wick::parse_pmc(good));
    CHECK(read.skipped.records == 0);
    CHECK(read.folded() ==
          "lock_sleep 1\nmain 10\nsys_write;lock_sleep 4\nsyscall;sys_read;lock_sleep 15\n");
    wick::pmc_options options;
    options.kernel = true;
    CHECK(seen(wick::parse_pmc(good, options)).folded() ==
          "lock_sleep_[k] 1\nmain 10\nsys_write_[k];lock_sleep_[k] "
          "4\nsyscall_[k];sys_read_[k];lock_sleep_[k] 15\n");
}

TEST_CASE("pmc: every reader's duties") {
    support::check_reader(good, WICK_PARSE(pmc), WICK_READ(pmc));
    support::check_order(
        {"50.00%  [2]  a @ x\n 100.0%  [2]  b\n", "50.00%  [2]  b @ x\n", "1.00%  [1]  a @ x\n"},
        WICK_PARSE(pmc));
    const support::stacks read =
        seen(wick::parse_pmc("50%  [2]  a @ x\n50%  2  b\n50%\n1%  [9]  \n"));
    CHECK(read.folded() == "a 2\n");
    CHECK(read.skipped.records == 3);
    CHECK(wick::detail::looks_like_pmc(good));
    CHECK_FALSE(wick::detail::looks_like_pmc("50% of [2] them\n"));
}
