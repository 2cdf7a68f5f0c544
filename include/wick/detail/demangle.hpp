// wick/detail/demangle.hpp - what a linker symbol is called in the source.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_DEMANGLE_HPP
#define WICK_DETAIL_DEMANGLE_HPP

#include <wick/detail/demangle_rust.hpp> // names of Rust
#include <wick/detail/text.hpp>          // is_digit
#include <wick/version.hpp>

#include <algorithm>   // std::min
#include <cstddef>     // std::size_t
#include <cstdlib>     // std::free, for what the ABI's demangler allocates
#include <cstring>     // std::strlen
#include <string>      // names
#include <string_view> // symbols

#include <cxxabi.h> // abi::__cxa_demangle

WICK_BEGIN_NAMESPACE
namespace detail {

// The demanglers of libstdc++ and libc++abi have no bound of their own on what they write: a name
// of 200 bytes can stand for gigabytes, as each back reference (S0_, T_) may repeat all that was
// before it, and each pack expansion (Dp, sp) multiplies. Within these bounds the worst is a few
// megabytes for a moment; of 67 000 C++ names in LLVM and Clang, 99.99 % lie within them, and
// libstdc++'s takes no more than 1024 bytes anyway. A name outside of them stays mangled.
inline constexpr std::size_t max_mangled = 1024;
inline constexpr std::size_t max_demangled = std::size_t{1} << 14;
inline constexpr int max_back_references = 24;
inline constexpr int max_pack_expansions = 2;

/// True when demangling cannot take memory or time out of proportion.
[[nodiscard]] inline bool demangles_cheaply(std::string_view mangled) noexcept {
    if (mangled.size() > max_mangled) { return false; }
    int references = 0;
    int expansions = 0;
    // Identifiers are not told apart from codes: they may only raise the counts.
    for (std::size_t i = 0; i + 1 < mangled.size(); ++i) {
        if (mangled[i] == 'S' || mangled[i] == 'T') {
            std::size_t end = i + 1;
            while (end < mangled.size() &&
                   (is_digit(mangled[end]) || (mangled[end] >= 'A' && mangled[end] <= 'Z'))) {
                ++end;
            }
            references += end < mangled.size() && mangled[end] == '_' ? 1 : 0;
        }
        const std::string_view code = mangled.substr(i, 2);
        expansions += code == "Dp" || code == "sp" ? 1 : 0;
    }
    return references <= max_back_references && expansions <= max_pack_expansions;
}

/// Returns the position of the suffixes that compilers give to copies and parts of functions,
/// ".constprop.0", ".isra.0", ".part.0", ".cold"; the size when there are none.
[[nodiscard]] inline std::size_t clone_suffix(std::string_view symbol) noexcept {
    return (std::min)(symbol.find('.'), symbol.size());
}

/// Appends " [clone .part.0] [clone .cold]" for ".part.0.cold": a copy is not its origin, and is
/// shown.
inline void append_clones(std::string& out, std::string_view suffix) {
    while (!suffix.empty()) {
        std::size_t end = (std::min)(suffix.find('.', 1), suffix.size());
        // A number belongs to the word before it.
        while (end + 1 < suffix.size() && is_digit(suffix[end + 1])) {
            end = (std::min)(suffix.find('.', end + 1), suffix.size());
        }
        out += " [clone ";
        out += suffix.substr(0, end);
        out += ']';
        suffix.remove_prefix(end);
    }
}

/// Returns the name in the source of a linker symbol: C++ names of the Itanium ABI with their
/// parameters, Rust names of the older scheme with their hash. What does not demangle comes back
/// as it is: C, names out of bounds. A symbol version ("@GLIBC_2.2.5") is cut off.
/// Cost: about 1 us and an allocation or two for a C++ name.
[[nodiscard]] inline std::string demangle(std::string_view symbol) {
    const std::string_view bare = symbol.substr(0, symbol.find('@'));
    if (bare.empty()) { return std::string(symbol); }
    std::string name = demangle_rust(bare);
    if (!name.empty()) { return name; }
    if (bare.substr(0, 2) != "_Z") {
        return std::string(bare); // "i" would come out as "int"
    }
    const std::size_t end = clone_suffix(bare);
    const std::string mangled(bare.substr(0, end));
    if (!demangles_cheaply(mangled)) { return std::string(bare); }
    int status = 0;
    char* const text = abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status);
    if (text == nullptr) { return std::string(bare); }
    const std::size_t size = std::strlen(text);
    if (size <= max_demangled) { name.assign(text, size); }
    std::free(text);
    if (name.empty()) { return std::string(bare); }
    append_clones(name, bare.substr(end));
    return name.size() <= max_demangled ? name : std::string(bare);
}

} // namespace detail
WICK_END_NAMESPACE

#endif
