// wick/detail/symbol_text.hpp - names of functions as profilers print them, made comparable.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SYMBOL_TEXT_HPP
#define WICK_DETAIL_SYMBOL_TEXT_HPP

#include <wick/detail/text.hpp> // is_digit
#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <string>      // names that are changed
#include <string_view> // names

WICK_BEGIN_NAMESPACE
namespace detail {

[[nodiscard]] inline bool is_hex_digit(char c) noexcept {
    const unsigned u = static_cast<unsigned char>(c);
    return u - '0' < 10u || (u | 0x20u) - 'a' < 6u;
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

/// Returns the name without the arguments of the function: cut at the first '(' that is not inside
/// template arguments, and is no part of "(anonymous namespace)", of an operator, or of a Go
/// method's receiver "(*T).". "std::function<void (int)>::operator()(int) const" →
/// "std::function<void (int)>::operator()".
[[nodiscard]] inline std::string_view without_arguments(std::string_view name) noexcept {
    constexpr std::string_view anonymous = "(anonymous namespace)";
    if (name.find('(') == std::string_view::npos) { return name; }
    const std::size_t receiver = name.find(".(");
    if (receiver != std::string_view::npos && name.find(").", receiver) != std::string_view::npos) {
        return name; // Go
    }
    std::size_t first =
        std::string_view::npos; // at any depth, for names whose brackets do not match
    std::size_t depth = 0;
    for (std::size_t i = 0; i < name.size();) {
        if (const std::size_t size = operator_size(name, i); size > 0) {
            i += size;
            continue;
        }
        const char c = name[i];
        if (c == '(') {
            if (starts_with(name.substr(i), anonymous)) {
                i += anonymous.size();
                continue;
            }
            if (first == std::string_view::npos) { first = i; }
            if (depth == 0) { return name.substr(0, i); }
        }
        if (c == '<' || c == '{' || c == '(') { ++depth; }
        if ((c == '>' || c == '}' || c == ')') && depth > 0) { --depth; }
        ++i;
    }
    return depth == 0 || first == std::string_view::npos ? name : name.substr(0, first);
}

/// Returns where "->" stands that separates an inlined function from its caller, from `from` on;
/// npos where there is none: the arrow of "operator->" is part of a name.
[[nodiscard]] inline std::size_t find_inline_arrow(std::string_view name,
                                                   std::size_t from = 0) noexcept {
    for (std::size_t at = name.find("->", from); at != std::string_view::npos;
         at = name.find("->", at + 2)) {
        constexpr std::size_t word = 8;
        const bool is_operator = at >= word && operator_size(name, at - word) > 0;
        if (!is_operator) { return at; }
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
