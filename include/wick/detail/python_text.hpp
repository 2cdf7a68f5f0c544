// wick/detail/python_text.hpp - numbers and texts as Python prints them, byte for byte.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_PYTHON_TEXT_HPP
#define WICK_DETAIL_PYTHON_TEXT_HPP

#include <wick/detail/writer.hpp> // sinks
#include <wick/version.hpp>

#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // bits of numbers
#include <cstring>     // std::memcpy, std::memset, std::strcpy
#include <string>      // what is appended to
#include <string_view> // what is printed
#include <vector>      // the buffer

WICK_BEGIN_NAMESPACE
namespace detail {

/// Whether the bits of a number say that it is none.
[[nodiscard]] constexpr bool is_nan(std::uint64_t bits) noexcept {
    return (bits & 0x7fffffffffffffffu) > 0x7ff0000000000000u;
}

/// The most that put_thousandths writes: all digits of the largest number.
inline constexpr std::size_t max_thousandths = 336;

/// Writes a number as printf's "%.3f" does and returns the end. Exact as it is, but without the
/// general algorithm: thousandths of a number below 2^53 fit a 64-bit integer and a remainder.
inline char* put_thousandths(char* to, double value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    const auto exponent = static_cast<int>(bits >> 52 & 0x7ff);
    const std::uint64_t fraction = bits & 0xfffffffffffffu;
    constexpr int whole = 1075; // the exponent of 2^52, from where on there are no fractions
    if (exponent >= whole) {
        if (is_nan(bits)) { return std::strcpy(to, "nan") + 3; }
        return std::to_chars(to, to + max_thousandths, value, std::chars_format::fixed, 3).ptr;
    }
    if ((bits >> 63) != 0) { *to++ = '-'; }
    // value = mantissa / 2^shift
    const std::uint64_t mantissa = exponent == 0 ? fraction : fraction | std::uint64_t{1} << 52;
    const int shift = exponent == 0 ? whole - 1 : whole - exponent;
    std::uint64_t thousandths = 0;
    if (shift < 64) {
        const std::uint64_t scaled = mantissa * 1000; // less than 2^63
        thousandths = scaled >> shift;
        const std::uint64_t rest = scaled - (thousandths << shift);
        const std::uint64_t half = std::uint64_t{1} << (shift - 1);
        if (rest > half || (rest == half && (thousandths & 1) != 0)) { ++thousandths; }
    }
    to = std::to_chars(to, to + 20, thousandths / 1000).ptr;
    const auto last = static_cast<unsigned>(thousandths % 1000);
    to[0] = '.';
    to[1] = static_cast<char>('0' + last / 100);
    to[2] = static_cast<char>('0' + last / 10 % 10);
    to[3] = static_cast<char>('0' + last % 10);
    return to + 4;
}

/// Appends a number as Python's repr does: the fewest digits that give it back.
inline void append_repr(std::string& out, double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    if (is_nan(bits)) {
        out += "nan";
        return;
    }
    char text[40];
    const char* end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const char* at = text;
    if (*at == '-') { out += *at++; }
    if (*at == 'i') {
        out += "inf";
        return;
    }
    std::string digits;
    for (; at < end && *at != 'e'; ++at) {
        if (*at != '.') { digits += *at; }
    }
    int exponent = 0;
    const bool negative = at + 1 < end && at[1] == '-';
    for (at += 2; at < end; ++at) { exponent = exponent * 10 + (*at - '0'); }
    if (negative) { exponent = -exponent; }
    const auto size = static_cast<int>(digits.size());
    if (exponent < -4 || exponent >= 16) {
        out += digits[0];
        if (size > 1) { (out += '.').append(digits, 1, std::string::npos); }
        out += negative ? "e-" : "e+";
        const int shown = negative ? -exponent : exponent;
        if (shown < 10) { out += '0'; }
        out += std::to_string(shown);
    } else if (exponent < 0) {
        out += "0.";
        out.append(static_cast<std::size_t>(-exponent - 1), '0');
        out += digits;
    } else {
        const auto point = static_cast<std::size_t>(exponent) + 1;
        out.append(digits, 0, point);
        if (point > digits.size()) { out.append(point - digits.size(), '0'); }
        out += '.';
        out += point < digits.size() ? digits.substr(point) : std::string("0");
    }
}

/// Returns how many characters a text has: bytes that begin one.
[[nodiscard]] inline std::size_t count_characters(std::string_view text) noexcept {
    std::size_t more = 0;
    for (const char c : text) { more += (static_cast<unsigned char>(c) & 0xc0) == 0x80 ? 1u : 0u; }
    return text.size() - more;
}

/// A character at the beginning of a text, and its size in bytes; a byte that is none has the code
/// 0xdc00 and more, as Python's "surrogateescape" has it.
struct decoded_character {
    std::uint32_t code;
    std::size_t size;
};

[[nodiscard]] inline decoded_character decode_character(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const std::uint32_t first = byte(0);
    if (first < 0x80) { return {first, 1}; }
    const decoded_character none{0xdc00 + first, 1};
    if (first < 0xc2 || first > 0xf4) { return none; }
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    std::uint32_t code = first & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) { return none; }
        code = code << 6 | (byte(i) & 0x3f);
    }
    const std::uint32_t least = size == 2 ? 0x80u : size == 3 ? 0x800u : 0x10000u;
    return code < least || code > 0x10ffff ? none : decoded_character{code, size};
}

/// Returns whether Python's repr shows a character as it is. Exact below 0x300 and for the blanks,
/// marks of direction, surrogates and private characters above; characters that are not assigned
/// are taken for printable.
[[nodiscard]] inline bool is_printable(std::uint32_t c) noexcept {
    if (c < 0x7f) { return c >= 0x20; }
    if (c <= 0xa0 || c == 0xad) { return false; }
    if (c < 0x600) { return true; }
    const bool blank = c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
                       (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) ||
                       c == 0x3000 || c == 0xfeff;
    const bool odd = (c >= 0xd800 && c <= 0xf8ff) || (c >= 0xfff0 && c <= 0xfffb) ||
                     (c & 0xfffe) == 0xfffe || c >= 0xe0000;
    return !blank && !odd && c > 0x605;
}

/// Appends a text as Python's repr does: in quotes, with escapes.
inline void append_repr(std::string& out, std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    const bool apostrophes = text.find('\'') != std::string_view::npos;
    const char quote = apostrophes && text.find('"') == std::string_view::npos ? '"' : '\'';
    out += quote;
    for (std::size_t at = 0; at < text.size();) {
        const decoded_character c = decode_character(text.substr(at));
        const std::string_view shown = text.substr(at, c.size);
        at += c.size;
        if (c.code == '\\' || c.code == static_cast<unsigned char>(quote)) {
            out += '\\';
            out += shown;
        } else if (c.code == '\n' || c.code == '\r' || c.code == '\t') {
            out += c.code == '\n' ? "\\n" : c.code == '\r' ? "\\r" : "\\t";
        } else if (is_printable(c.code)) {
            out += shown;
        } else {
            const int digits = c.code < 0x100 ? 2 : c.code < 0x10000 ? 4 : 8;
            out += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
            for (int d = digits; d-- > 0;) { out += hex[c.code >> (4 * d) & 15]; }
        }
    }
    out += quote;
}

/// Collects lines of tables: a buffer that numbers are written into in place.
template <class Sink>
class page {
public:
    explicit page(Sink& sink)
        : out_(sink)
        , buffer_(capacity) {}

    void put(std::string_view text) {
        std::memcpy(need(text.size()), text.data(), text.size());
        used_ += text.size();
    }
    void put(char c) {
        *need(1) = c;
        ++used_;
    }
    void pad(std::size_t blanks) {
        std::memset(need(blanks), ' ', blanks);
        used_ += blanks;
    }
    /// A text, and blanks up to a width; `size` is the text's in characters.
    void put_left(std::string_view text, std::size_t size, std::size_t width) {
        put(text);
        if (size < width) { pad(width - size); }
    }
    void put_number(std::uint64_t value) {
        char* const to = need(20);
        used_ += static_cast<std::size_t>(std::to_chars(to, to + 20, value).ptr - to);
    }
    /// "%8.3f", or with another width.
    void put_time(double value, std::size_t width = 8) {
        char* const to = need(max_thousandths + width);
        char digits[max_thousandths];
        const auto size = static_cast<std::size_t>(put_thousandths(digits, value) - digits);
        const std::size_t blanks = size < width ? width - size : 0;
        std::memset(to, ' ', blanks);
        std::memcpy(to + blanks, digits, size);
        used_ += blanks + size;
    }
    /// "7" or "7/2", to the right.
    void put_calls(std::uint64_t all, std::uint64_t primitive, std::size_t width) {
        char text[44];
        char* end = std::to_chars(text, text + 20, all).ptr;
        if (all != primitive) {
            *end++ = '/';
            end = std::to_chars(end, text + sizeof text, primitive).ptr;
        }
        const auto size = static_cast<std::size_t>(end - text);
        if (size < width) { pad(width - size); }
        put(std::string_view(text, size));
    }
    void flush() {
        out_.put(std::string_view(buffer_.data(), used_));
        out_.flush();
        used_ = 0;
    }

private:
    static constexpr std::size_t capacity = std::size_t{1} << 17;
    text_writer<Sink> out_;
    std::vector<char> buffer_;
    std::size_t used_ = 0;

    [[nodiscard]] char* need(std::size_t size) {
        if (buffer_.size() - used_ < size) {
            out_.put(std::string_view(buffer_.data(), used_));
            used_ = 0;
            if (buffer_.size() < size) { buffer_.resize(size); }
        }
        return buffer_.data() + used_;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
