// wick/detail/symbol_text.hpp - names of functions as profilers print them, made comparable.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SYMBOL_TEXT_HPP
#define WICK_DETAIL_SYMBOL_TEXT_HPP

#include <wick/detail/byte_order.hpp> // little_endian
#include <wick/detail/hash.hpp>       // load
#include <wick/detail/text.hpp>       // is_digit
#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <string>      // names that are changed
#include <string_view> // names

WICK_BEGIN_NAMESPACE
namespace detail {

[[nodiscard]] inline bool is_hex_digit(char c) noexcept {
    const unsigned u = static_cast<unsigned char>(c);
    return u - '0' < 10u || (u | 0x20u) - 'a' < 6u;
}

inline constexpr std::uint64_t byte_ones = 0x0101010101010101u; // 1 in each byte
inline constexpr std::uint64_t byte_tops = byte_ones << 7;

/// Returns the top bit of each byte of a word that is no hexadecimal digit. Addresses are long and
/// on every line: eight bytes are looked at together.
[[nodiscard]] inline std::uint64_t no_hex_digits(std::uint64_t word) noexcept {
    // The top bit of each byte that is not less; bytes have seven bits.
    const auto reaches = [](std::uint64_t bytes, unsigned char least) {
        return bytes + byte_ones * (0x80u - least);
    };
    const std::uint64_t low = word & ~byte_tops;
    const std::uint64_t letters = low | byte_ones * 0x20;
    const std::uint64_t digits = (reaches(low, '0') & ~reaches(low, '9' + 1)) |
                                 (reaches(letters, 'a') & ~reaches(letters, 'f' + 1));
    return (~digits | word) & byte_tops;
}

/// Returns where the hexadecimal digits end that begin at `at`, in [at, end].
[[nodiscard]] inline const char* skip_hex_digits(const char* at, const char* end) noexcept {
    for (; end - at >= 8; at += 8) {
        const std::uint64_t others = no_hex_digits(little_endian(load<std::uint64_t>(at)));
        if (others != 0) { // the number of the lowest such byte
            const std::uint64_t lowest = (others & (0 - others)) >> 7;
            return at + ((lowest * 0x0001020304050607u) >> 56);
        }
    }
    while (at < end && is_hex_digit(*at)) { ++at; }
    return at;
}

/// Returns where the hexadecimal digits begin that end at `end`, in [begin, end].
[[nodiscard]] inline const char* skip_hex_digits_back(const char* begin, const char* end) noexcept {
    for (; end - begin >= 8; end -= 8) {
        std::uint64_t others = no_hex_digits(little_endian(load<std::uint64_t>(end - 8)));
        if (others != 0) { // how many bytes there are up to the highest such byte
            others |= others >> 8;
            others |= others >> 16;
            others |= others >> 32;
            return end - 8 + (((others >> 7) * byte_ones) >> 56);
        }
    }
    while (end > begin && is_hex_digit(end[-1])) { --end; }
    return end;
}

/// Returns whether a text has nothing but hexadecimal digits, be it empty.
[[nodiscard]] inline bool all_hex_digits(std::string_view text) noexcept {
    const char* end = text.data() + text.size();
    return skip_hex_digits(text.data(), end) == end;
}

[[nodiscard]] inline bool starts_with(std::string_view text, std::string_view beginning) noexcept {
    return text.substr(0, beginning.size()) == beginning;
}

[[nodiscard]] inline bool ends_with(std::string_view text, std::string_view end) noexcept {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

[[nodiscard]] inline bool is_name_char(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Returns how many bytes at `at` are the word "operator" and the operator's own characters, which
/// look like brackets and arrows and are none: "operator()", "operator->", "operator<<"; 0
/// elsewhere.
[[nodiscard]] inline std::size_t operator_size(std::string_view name, std::size_t at) noexcept {
    constexpr std::string_view word = "operator";
    if (!starts_with(name.substr(at), word) || (at > 0 && is_name_char(name[at - 1]))) { return 0; }
    std::string_view rest = name.substr(at + word.size());
    for (const std::string_view sign : {std::string_view("()"),
                                        std::string_view("[]"),
                                        std::string_view("->*"),
                                        std::string_view("->"),
                                        std::string_view("<<="),
                                        std::string_view(">>="),
                                        std::string_view("<=>"),
                                        std::string_view("<<"),
                                        std::string_view(">>"),
                                        std::string_view("<="),
                                        std::string_view(">="),
                                        std::string_view("<"),
                                        std::string_view(">")}) {
        if (starts_with(rest, sign)) { return word.size() + sign.size(); }
    }
    return 0;
}

/// Returns where the bracket closes that opens at `at`, npos where it does not.
[[nodiscard]] inline std::size_t find_closing(std::string_view name, std::size_t at) noexcept {
    std::size_t depth = 0;
    while (at < name.size()) {
        if (const std::size_t size = operator_size(name, at); size > 0) {
            at += size;
            continue;
        }
        const char c = name[at];
        if (c == '(' || c == '<' || c == '{') { ++depth; }
        const bool arrow = c == '>' && at > 0 && name[at - 1] == '-';
        if ((c == ')' || c == '>' || c == '}') && !arrow && --depth == 0) { return at; }
        ++at;
    }
    return std::string_view::npos;
}

/// Returns how long "(int) const" at `at` is where it belongs to a function in which something is
/// defined, "f(int) const::{lambda()#1}"; 0 elsewhere.
[[nodiscard]] inline std::size_t outer_arguments_size(std::string_view name,
                                                      std::size_t at) noexcept {
    const std::size_t close = find_closing(name, at);
    if (close == std::string_view::npos) { return 0; }
    std::string_view rest = name.substr(close + 1);
    for (const std::string_view word : {" const", " volatile", " &", "&", " noexcept"}) {
        if (starts_with(rest, word)) { rest.remove_prefix(word.size()); }
    }
    return starts_with(rest, "::") ? name.size() - rest.size() - at : 0;
}

/// Returns whether the '(' at `at` is part of a name: "(anonymous namespace)", "decltype(auto)",
/// "f()::(lambda)", "void (*g())(int)".
[[nodiscard]] inline bool is_part_of_name(std::string_view name, std::size_t at) noexcept {
    std::string_view before = name.substr(0, at);
    const std::string_view rest = name.substr(at);
    if (starts_with(rest, "(anonymous namespace)") || ends_with(before, "::")) { return true; }
    if (ends_with(before, " ")) {
        if (starts_with(rest, "(*") || starts_with(rest, "(&")) { return true; }
        before.remove_suffix(1);
    }
    constexpr std::string_view word = "decltype";
    return ends_with(before, word) &&
           (before.size() == word.size() || !is_name_char(before[before.size() - word.size() - 1]));
}

/// Returns the name without the arguments of the function, and of those that it is defined in:
/// "std::function<void (int)>::operator()(int) const" → "std::function<void (int)>::operator()",
/// "f(int)::{lambda(char)#1}::operator()(char) const" → "f::{lambda(char)#1}::operator()". What is
/// inside template arguments stays, and what only looks like arguments: operators, parts of names,
/// a Go method's receiver "(*T).". Cost: linear.
[[nodiscard]] inline std::string without_arguments(std::string_view name) {
    if (name.find('(') == std::string_view::npos) { return std::string(name); }
    const std::size_t receiver = name.find(".(");
    if (receiver != std::string_view::npos && name.find(").", receiver) != std::string_view::npos) {
        return std::string(name); // Go
    }
    std::string made;
    std::size_t first = std::string_view::npos; // at any depth, for brackets that do not match
    std::size_t depth = 0;
    bool open = false; // a part of the name does not end
    for (std::size_t i = 0; i < name.size();) {
        std::size_t kept = operator_size(name, i);
        const char c = name[i];
        if (kept == 0 && c == '(' && !open && is_part_of_name(name, i)) {
            const std::size_t close = find_closing(name, i);
            open = close == std::string_view::npos;
            kept = open ? 1 : close + 1 - i;
        } else if (kept == 0) {
            if (c == '(') {
                if (first == std::string_view::npos) { first = i; }
                const std::size_t outer = depth == 0 ? outer_arguments_size(name, i) : 0;
                if (depth == 0 && outer == 0) { return made; }
                i += outer;
                if (outer > 0) { continue; }
            }
            if (c == '<' || c == '{' || c == '(') { ++depth; }
            if ((c == '>' || c == '}' || c == ')') && depth > 0) { --depth; }
            kept = 1;
        }
        made += name.substr(i, kept);
        i += kept;
    }
    const bool matched = depth == 0 || first == std::string_view::npos;
    return matched ? made : std::string(name.substr(0, first));
}

/// Returns where "->" stands that separates an inlined function from its caller; npos where it
/// does not: the arrow of "operator->" is part of a name, and one in parentheses of an expression.
[[nodiscard]] inline std::size_t find_inline_arrow(std::string_view name) noexcept {
    std::size_t seen = 0; // how far parentheses were counted
    std::size_t depth = 0;
    for (std::size_t at = name.find("->"); at != std::string_view::npos;
         at = name.find("->", at + 2)) {
        for (; seen < at; ++seen) {
            if (name[seen] == '(') { ++depth; }
            if (name[seen] == ')' && depth > 0) { --depth; }
        }
        constexpr std::size_t word = 8;
        const bool is_operator = at >= word && operator_size(name, at - word) > 0;
        if (!is_operator && depth == 0) { return at; }
    }
    return std::string_view::npos;
}

/// Returns the name without the hash that Rust's older mangling leaves at its end:
/// "core::f::h0123456789abcdef".
[[nodiscard]] inline std::string_view without_rust_hash(std::string_view name) noexcept {
    constexpr std::size_t size = 19; // "::h" and 16 digits
    if (name.size() <= size || name.substr(name.size() - size, 3) != "::h") { return name; }
    for (const char c : name.substr(name.size() - 16)) {
        if (!is_digit(c) && !(c >= 'a' && c <= 'f')) { return name; }
    }
    return name.substr(0, name.size() - size);
}

} // namespace detail
WICK_END_NAMESPACE

#endif
