// wick/detail/shown_text.hpp - any bytes as text that every XML parser and reader can take.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SHOWN_TEXT_HPP
#define WICK_DETAIL_SHOWN_TEXT_HPP

#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <string>      // what is built
#include <string_view> // what is read

WICK_BEGIN_NAMESPACE
namespace detail {

/// One character of a text: its bytes, what it is, and whether it may be shown as it is.
struct character {
    std::size_t size = 1; ///< in bytes
    char32_t code = 0;    ///< the code point; of a byte that is no text, the byte
    bool shown = false;   ///< false: a control, no character, or not UTF-8
};

/// True for what would break the XML, the line that it stands on, or the order of the letters on
/// it: controls, noncharacters, and the marks that turn the direction of text.
[[nodiscard]] inline bool is_hidden(char32_t code) noexcept {
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) { return true; }
    if ((code & 0xfffe) == 0xfffe) { return true; }
    if (code < 0x200b) { return false; }
    return code <= 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/// Returns the character at `at`, which must be inside of the text.
[[nodiscard]] inline character character_at(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) { return {1, lead, !is_hidden(lead)}; }
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - at < size) { return {1, lead, false}; }
    char32_t code = lead & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) { return {1, lead, false}; }
        code = code << 6 | (byte(i) & 0x3fu);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; // anything less has a shorter form
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (code < least[size] || code > 0x10ffff || surrogate) { return {1, lead, false}; }
    return {size, code, !is_hidden(code)};
}

/// Appends what is shown in place of a byte that cannot be: the picture of an ASCII control, or
/// U+FFFD.
inline void append_replacement(std::string& out, unsigned char byte) {
    if (byte == 0x7f) {
        out += "\xe2\x90\xa1";
    } else if (byte < 0x20) {
        out += "\xe2\x90";
        out += static_cast<char>(0x80 + byte);
    } else {
        out += "\xef\xbf\xbd";
    }
}

/// Appends one character in a form that may stand in XML text and in quoted attributes.
inline void append_xml(std::string& out, std::string_view text, std::size_t at, character c) {
    if (!c.shown) { // a mark for each byte, as the page makes one of each "\xHH"
        for (std::size_t i = 0; i < c.size; ++i) {
            append_replacement(out, static_cast<unsigned char>(text[at + i]));
        }
        return;
    }
    switch (c.code) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    default: out.append(text, at, c.size);
    }
}

/// Appends a text for XML: whatever cannot be shown is replaced by something that can be seen.
inline void append_xml(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const character c = character_at(text, at);
        append_xml(out, text, at, c);
        at += c.size;
    }
}

/// Appends a text for XML so that nothing is lost: "\\" is a backslash, "\xHH" a byte that cannot
/// be shown.
inline void append_escaped(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    for (std::size_t at = 0; at < text.size();) {
        const character c = character_at(text, at);
        if (!c.shown) {
            for (std::size_t i = 0; i < c.size; ++i) {
                const auto byte = static_cast<unsigned char>(text[at + i]);
                out += "\\x";
                out += digits[byte >> 4];
                out += digits[byte & 15];
            }
        } else if (c.code == '\\') {
            out += "\\\\";
        } else {
            append_xml(out, text, at, c);
        }
        at += c.size;
    }
}

/// Returns how many cells of a monospaced font a character takes at most. What a font may have to
/// borrow from another one counts twice.
[[nodiscard]] inline std::size_t cells(character c) noexcept {
    if (!c.shown) { return 2 * c.size; }
    return c.code < 0x300 ? 1 : 2;
}

/// True when each byte is a character of one cell that stands for itself in XML.
[[nodiscard]] inline bool is_plain(std::string_view text) noexcept {
    for (const char c : text) {
        if (c < ' ' || c > '~' || c == '&' || c == '<' || c == '>' || c == '"') { return false; }
    }
    return true;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
