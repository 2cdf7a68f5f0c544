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
             row{"_RNvC6_123foo3bar", "_RNvC6_123foo3bar"},            // Rust's newer scheme
             row{"_ZN99999999999999999999a", "_ZN99999999999999999999a"},
         }) {
        CAPTURE(r.symbol);
        CHECK(demangle(r.symbol) == r.name);
    }
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
