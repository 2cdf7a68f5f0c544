// wick/detail/demangle.hpp - what a linker symbol is called in the source.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_DEMANGLE_HPP
#define WICK_DETAIL_DEMANGLE_HPP

#include <wick/detail/text.hpp> // is_digit
#include <wick/version.hpp>

#include <algorithm>    // std::min
#include <charconv>     // std::from_chars
#include <cstddef>      // std::size_t
#include <cstdlib>      // std::free, for what the ABI's demangler allocates
#include <cstring>      // std::strlen
#include <string>       // names
#include <string_view>  // symbols
#include <system_error> // std::errc

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

/// Appends one part of a Rust path: "$LT$" and the like stand for punctuation, ".." for "::".
inline void append_rust_part(std::string& out, std::string_view part) {
    struct escape {
        std::string_view code;
        char means;
    };
    constexpr escape escapes[] = {{"SP", '@'},
                                  {"BP", '*'},
                                  {"RF", '&'},
                                  {"LT", '<'},
                                  {"GT", '>'},
                                  {"LP", '('},
                                  {"RP", ')'},
                                  {"C", ','}};
    if (part.substr(0, 2) == "_$") {
        part.remove_prefix(1); // put there because an identifier cannot start with '$'
    }
    while (!part.empty()) {
        if (part.substr(0, 2) == "..") {
            out += "::";
            part.remove_prefix(2);
            continue;
        }
        const std::size_t close = part[0] == '$' ? part.find('$', 1) : std::string_view::npos;
        char means = 0;
        if (close != std::string_view::npos) {
            const std::string_view code = part.substr(1, close - 1);
            for (const escape& e : escapes) { means = e.code == code ? e.means : means; }
            unsigned value = 0;
            if (code.size() == 3 && code[0] == 'u' &&
                std::from_chars(code.data() + 1, code.data() + 3, value, 16).ptr ==
                    code.data() + 3 &&
                value >= 0x20 && value < 0x7f) {
                means = static_cast<char>(value);
            }
        }
        out += means != 0 ? means : part[0];
        part.remove_prefix(means != 0 ? close + 1 : 1);
    }
}

/// Returns the path of a Rust symbol of the legacy scheme, `_ZN` parts `17h` 16 hex digits `E`,
/// with its hash left on, as two functions may differ in nothing else; "" when it is no such
/// symbol.
[[nodiscard]] inline std::string demangle_rust(std::string_view mangled) {
    std::string path;
    if (mangled.substr(0, 3) != "_ZN") { return {}; }
    mangled.remove_prefix(3);
    while (!mangled.empty() && is_digit(mangled[0])) {
        std::size_t size = 0;
        const char* end = mangled.data() + mangled.size();
        const std::from_chars_result read = std::from_chars(mangled.data(), end, size);
        if (read.ec != std::errc() || size == 0 ||
            size >= static_cast<std::size_t>(end - read.ptr)) {
            return {};
        }
        const std::string_view part(read.ptr, size);
        mangled =
            std::string_view(read.ptr + size, static_cast<std::size_t>(end - read.ptr) - size);
        const bool last = mangled[0] == 'E';
        if (last && (path.empty() || size != 17 || part[0] != 'h' ||
                     part.find_first_not_of("0123456789abcdef", 1) != std::string_view::npos)) {
            return {};
        }
        path += path.empty() ? "" : "::";
        append_rust_part(path, part);
        if (last) { return path; }
    }
    return {};
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
/// parameters, Rust names of the legacy scheme with their hash. What does not demangle comes back
/// as it is: C, Rust's newer scheme, names out of bounds. A symbol version ("@GLIBC_2.2.5") is cut
/// off. Cost: about 1 us and an allocation or two for a C++ name.
[[nodiscard]] inline std::string demangle(std::string_view symbol) {
    const std::string_view bare = symbol.substr(0, symbol.find('@'));
    if (bare.empty()) { return std::string(symbol); }
    if (bare.substr(0, 2) != "_Z") {
        return std::string(bare); // "i" would come out as "int"
    }
    std::string name = demangle_rust(bare);
    if (!name.empty()) { return name; }
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
