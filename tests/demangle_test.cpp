// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/demangle.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <vector>

namespace {

using wick::detail::demangle;

TEST_CASE("demangle: names of C++, Rust, clones, and what is none of these") {
    struct row {
        const char* symbol;
        const char* name;
    };
    for (const row& r : {
             row{"main", "main"},
             row{"i", "i"}, // a type, for the ABI's demangler
             row{"", ""},
             row{"@", "@"},
             row{"_Z", "_Z"},
             row{"_ZN", "_ZN"},
             row{"_Z3foov", "foo()"},
             row{"_ZN3app5parse4lineEPKcm", "app::parse::line(char const*, unsigned long)"},
             row{"_ZN12_GLOBAL__N_14workEv", "(anonymous namespace)::work()"},
             row{"_Z3maxIiET_S0_S0_", "int max<int>(int, int)"},
             row{"_ZN1AC1Ev", "A::A()"},
             row{"_ZTV1A", "vtable for A"},
             row{"_Z3foov.cold", "foo() [clone .cold]"},
             row{"_Z3foov.part.0.cold", "foo() [clone .part.0] [clone .cold]"},
             row{"_Z3foov.constprop.0.isra.0", "foo() [clone .constprop.0] [clone .isra.0]"},
             row{"_Z3foov.llvm.123456", "foo() [clone .llvm.123456]"},
             row{"work.part.0", "work.part.0"},
             row{"memcpy@@GLIBC_2.14", "memcpy"},
             row{"_Z3foov@VERS_1", "foo()"},
             row{"_GLOBAL__sub_I_main", "_GLOBAL__sub_I_main"},
             row{"_ZN4core3fmt9Formatter3pad17h0123456789abcdefE",
                 "core::fmt::Formatter::pad::h0123456789abcdef"},
             row{"_ZN63_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..fmt..Debug$GT$3fmt"
                 "17h0123456789abcdefE",
                 "_ZN63_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..fmt..Debug$GT$3fmt"
                 "17h0123456789abcdefE"}, // one length is wrong
             row{"_ZN61_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..fmt..Debug$GT$3fmt"
                 "17h0123456789abcdefE",
                 "<alloc::vec::Vec<T> as core::fmt::Debug>::fmt::h0123456789abcdef"},
             row{"_ZN1a17h0123456789abcdeXE", "a::h0123456789abcdeX"}, // no hash: a C++ name
             row{"_RNvC6_123foo3bar", "123foo::bar"},                  // Rust's newer scheme
             row{"_RNvC6_123foo3bar.llvm.99", "123foo::bar"},
             row{"_ZN99999999999999999999a", "_ZN99999999999999999999a"},
         }) {
        CAPTURE(r.symbol);
        CHECK(demangle(r.symbol) == r.name);
    }
}

TEST_CASE("demangle: Rust's newer scheme") {
    // As binutils' c++filt has them, less the numbers of crates and the types of constants.
    struct row {
        const char* symbol;
        const char* name;
    };
    for (const row& r : {
             row{"_RNvC5mylib3run", "mylib::run"},
             row{"_RNvCs21hi0yVfW1J_5mylib3run", "mylib::run"},
             row{"_RNvNtC4core3ptr13drop_in_place", "core::ptr::drop_in_place"},
             row{"_RNCNvC5mylib3run0", "mylib::run::{closure#0}"},
             row{"_RNCNvC5mylib3runs0_0", "mylib::run::{closure#2}"},
             row{"_RNSNvC5mylib3run6vtable", "mylib::run::{shim:vtable#0}"},
             row{"_RNZNvC5mylib3run4name", "mylib::run::{Z:name#0}"},
             row{"_RINvC5mylib3maxlE", "mylib::max::<i32>"},
             row{"_RINvC5mylib3maxhEC3app", "mylib::max::<u8>"},
             row{"_RNvMNtC5mylib3vecINtB2_3VeclE4push", "<mylib::vec::Vec<i32>>::push"},
             row{"_RNvXs_NtC5mylib3vecINtB4_3VeclENtC4core5Clone5clone",
                 "<mylib::vec::Vec<i32> as core::Clone>::clone"},
             row{"_RNvYNtC5mylib1TNtC5mylib5Trait3run", "<mylib::T as mylib::Trait>::run"},
             row{"_RINvC1a1fRhQePlOmSaE", "a::f::<&u8, &mut str, *const i32, *mut u32, [i8]>"},
             row{"_RINvC1a1fTlxETlEuE", "a::f::<(i32, i64), (i32,), ()>"},
             row{"_RINvC1a1fAhj4_E", "a::f::<[u8; 4]>"},
             row{"_RINvC1a1fFlmEuE", "a::f::<fn(i32, u32)>"},
             row{"_RINvC1a1fFUKChEsE", "a::f::<unsafe extern \"C\" fn(u8) -> i16>"},
             row{"_RINvC1a1fFG_RL0_hEuE", "a::f::<for<'a> fn(&'a u8)>"},
             row{"_RINvC1a1fDNtC1a1TNtC1a4SendEL_E", "a::f::<dyn a::T + a::Send>"},
             row{"_RINvC1a1fDINtC4core2FnTlEEp6OutputhEL_E",
                 "a::f::<dyn core::Fn<(i32,), Output = u8>>"},
             row{"_RINvC1a1fKln10_Kb1_Kc41_KpE", "a::f::<-16, true, 'A', _>"},
             row{"_RINvC1a1fKo123456789abcdef01_E", "a::f::<0x123456789abcdef01>"},
             row{"_RNvCu8gdel_5qa3run",
                 "g\xc3\xb6"
                 "del::run"},
             // Not whole, not known, or out of range: they stay.
             row{"_RNvC5mylib3ru", "_RNvC5mylib3ru"},
             row{"_RNvC5mylib", "_RNvC5mylib"},
             row{"_RNvC5mylib3runX", "_RNvC5mylib3runX"},
             row{"_RNvB9_3run", "_RNvB9_3run"},
             row{"_RNvB_3run", "_RNvB_3run"}, // refers to itself
             row{"_RINvC1a1fKq1_E", "_RINvC1a1fKq1_E"},
             row{"_RNvC99999999999mylib3run", "_RNvC99999999999mylib3run"},
             row{"_RNvCszzzzzzzzzzzz_5mylib3run", "_RNvCszzzzzzzzzzzz_5mylib3run"},
             row{"_RNvCu3___3run", "_RNvCu3___3run"},
             row{"_RINvC1a1fFG9999_EuE", "_RINvC1a1fFG9999_EuE"},
         }) {
        CAPTURE(r.symbol);
        CHECK(demangle(r.symbol) == r.name);
    }
    // Deep, and each level twice what is below it.
    const std::string deep = "_RINvC1a1f" + std::string(2000, 'R') + "hE";
    CHECK(demangle(deep) == deep);
    std::string doubling = "_RINvC1a1fTuuE"; // (), () at 8
    for (const char* next : {"8", "c", "j"}) {
        doubling += "TB" + std::string(next) + "_B" + next + "_E";
    }
    CHECK(demangle(doubling + "E").size() < 200);
}

TEST_CASE("demangle: small names that stand for gigabytes stay as they are") {
    // Each f(A<S, S>) doubles what was before it: 60 of them would be 2^60 bytes.
    std::string doubling = "_Z1f1AIiiE";
    const std::string digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (std::size_t i = 0; i < 60; ++i) {
        const std::string last = "S" + (i < 36 ? "" : std::string(1, digits[i / 36])) +
                                 std::string(1, digits[i % 36]) + "_";
        doubling += "S_I" + last + last + "E";
    }
    CHECK(demangle(doubling) == doubling);
    // Packs within packs multiply as well.
    std::string packs = "_Z1fIJ" + std::string(200, 'i') + "EEvDp";
    for (int i = 0; i < 5; ++i) { packs += "1AIT_Dp"; }
    packs += "T_EEEEE";
    CHECK(demangle(packs) == packs);
    // A deep but honest type is short enough for everybody's stack.
    const std::string pointers = "_Z1f" + std::string(900, 'P') + "i";
    CHECK(demangle(pointers).size() == std::string("f(int)").size() + 900);
    const std::string deeper = "_Z1f" + std::string(100000, 'P') + "i";
    CHECK(demangle(deeper) == deeper);
}

#ifdef __GLIBCXX__ // another library's demangler may spell names in its own way

// Returns the last words of what nm says of the shared libstdc++.
std::vector<std::string> names_of_library(const std::string& flags) {
    std::vector<std::string> names;
    const std::string command =
        "f=$(ldconfig -p 2>/dev/null | sed -n 's/.*=> \\(.*libstdc++.so.6\\)$/\\1/p' | head -1);"
        " test -n \"$f\" && nm -p -D --defined-only " +
        flags + " \"$f\" 2>/dev/null";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    char line[8192];
    while (std::fgets(line, sizeof line, pipe) != nullptr) {
        const std::string text(line);
        names.push_back(text.substr(19, text.size() - 20)); // "0000000000123456 T name"
    }
    ::pclose(pipe);
    return names;
}

TEST_CASE("demangle: agrees with nm on the names of the standard library") {
    const std::vector<std::string> symbols = names_of_library("");
    const std::vector<std::string> names = names_of_library("-C");
    REQUIRE(symbols.size() == names.size());
    if (symbols.empty()) {
        MESSAGE("skipped: needs nm and a shared libstdc++");
        return;
    }
    std::size_t compared = 0;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        if (symbols[i].substr(0, 2) != "_Z") { continue; }
        ++compared;
        CHECK(demangle(symbols[i]) == names[i].substr(0, names[i].find("@")));
    }
    MESSAGE(compared << " names");
    CHECK(compared > 1000);
}
#endif

} // namespace
