// wick/detail/xml.hpp - a small pull reader for XML without document types.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_XML_HPP
#define WICK_DETAIL_XML_HPP

#include <wick/detail/utf8.hpp> // characters given as numbers
#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <cstdint>     // characters given as numbers
#include <string>      // names and values
#include <string_view> // names that are asked for
#include <utility>     // std::pair, std::move
#include <vector>      // the attributes, the buffer

WICK_BEGIN_NAMESPACE
namespace detail {

enum class xml_token { begin, end, text, finished, failed };

/// Returns the character that "&name;" stands for, 0 for none: document types could define more,
/// and are not read.
[[nodiscard]] inline std::uint32_t xml_entity(std::string_view name) noexcept {
    if (name == "lt") { return '<'; }
    if (name == "gt") { return '>'; }
    if (name == "amp") { return '&'; }
    if (name == "quot") { return '"'; }
    if (name == "apos") { return '\''; }
    if (name.size() < 2 || name[0] != '#') { return 0; }
    const bool hex = name[1] == 'x';
    std::uint32_t code = 0;
    for (const char c : name.substr(hex ? 2 : 1)) {
        const std::uint32_t digit =
            c >= '0' && c <= '9'   ? static_cast<std::uint32_t>(c - '0')
            : c >= 'a' && c <= 'f' ? static_cast<std::uint32_t>(c - 'a' + 10)
            : c >= 'A' && c <= 'F' ? static_cast<std::uint32_t>(c - 'A' + 10)
                                   : 99;
        if (digit >= (hex ? 16u : 10u)) { return 0; }
        code = code * (hex ? 16 : 10) + digit;
        if (code > 0x10ffff) { return 0xfffd; }
    }
    return code == 0 ? 0xfffd : code;
}

/// Gives the elements of a document and the text between them, one after the other, without holding
/// it. It does not check that ends match beginnings. A name, value or piece of text longer than
/// 16 MiB fails.
template <class Source>
class xml_reader {
public:
    explicit xml_reader(Source& source)
        : source_(source)
        , buffer_(std::size_t{1} << 16) {}

    /// Gets the next token. After `finished` and `failed` there is no other.
    [[nodiscard]] xml_token next() {
        if (ends_) { // "<name/>" is a beginning and an end
            ends_ = false;
            return xml_token::end;
        }
        for (;;) {
            const int c = peek();
            if (c == none) { return xml_token::finished; }
            if (c != '<') { return text_until_tag(); }
            take();
            switch (peek()) {
            case '?':
                if (!pass_over("?>")) { return fail("a \"<?\" without its end"); }
                break;
            case '!':
                take();
                if (peek() == '[') { return cdata(); }
                if (!pass_over(peek() == '-' ? "-->" : ">")) {
                    return fail("a \"<!\" without its end");
                }
                break;
            case '/':
                take();
                read_name();
                if (!pass_over(">")) { return fail("an element's end without \">\""); }
                return xml_token::end;
            default:
                return element();
            }
        }
    }

    /// The name of the element that `next` gave the beginning or end of.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The text that `next` gave; a long one comes in one piece.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// The value of one of the element's attributes; null where it has none.
    [[nodiscard]] const std::string* attribute(std::string_view name) const noexcept {
        for (std::size_t i = 0; i < used_; ++i) {
            if (attributes_[i].first == name) { return &attributes_[i].second; }
        }
        return nullptr;
    }
    /// The line that was reached, from 1.
    [[nodiscard]] std::uint64_t line() const noexcept { return line_; }
    /// What failed.
    [[nodiscard]] const char* problem() const noexcept { return problem_; }

private:
    static constexpr int none = -1;
    static constexpr std::size_t longest = std::size_t{1} << 24;
    Source& source_;
    std::vector<char> buffer_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    bool at_end_ = false;
    bool ends_ = false;
    std::uint64_t line_ = 1;
    const char* problem_ = "";
    std::string name_;
    std::string text_;
    std::vector<std::pair<std::string, std::string>>
        attributes_; // kept, so that they need no new memory
    std::size_t used_ = 0;

    [[nodiscard]] int peek() {
        if (at_ == end_) {
            if (at_end_) { return none; }
            end_ = source_(buffer_.data(), buffer_.size());
            at_ = 0;
            if (end_ == 0) {
                at_end_ = true;
                return none;
            }
        }
        return static_cast<unsigned char>(buffer_[at_]);
    }
    int take() {
        const int c = peek();
        if (c != none) { ++at_; }
        if (c == '\n') { ++line_; }
        return c;
    }
    [[nodiscard]] static bool is_space(int c) noexcept {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }
    void pass_over_space() {
        while (is_space(peek())) { take(); }
    }
    [[nodiscard]] xml_token fail(const char* what) {
        problem_ = what;
        at_ = end_;
        at_end_ = true;
        return xml_token::failed;
    }

    // Passes over all up to and with `end`, which has no part that could begin it again.
    [[nodiscard]] bool pass_over(std::string_view end) {
        std::string last;
        for (int c; (c = take()) != none;) {
            last += static_cast<char>(c);
            if (last.size() > end.size()) { last.erase(0, 1); }
            if (last == end) { return true; }
        }
        return false;
    }

    void read_name() {
        name_.clear();
        append_name(name_);
    }
    void append_name(std::string& name) {
        for (int c = peek();
             c != none && !is_space(c) && c != '>' && c != '/' && c != '=' && name.size() < longest;
             c = peek()) {
            name += static_cast<char>(take());
        }
    }

    [[nodiscard]] xml_token element() {
        used_ = 0;
        read_name();
        if (name_.empty()) { return fail("a \"<\" without a name behind it"); }
        for (;;) {
            pass_over_space();
            const int c = peek();
            if (c == '>') {
                take();
                return xml_token::begin;
            }
            if (c == '/') {
                take();
                if (take() != '>') { return fail("a \"/\" inside an element without \">\""); }
                ends_ = true;
                return xml_token::begin;
            }
            if (c == none || !attribute()) { return fail("an element without its end"); }
        }
    }

    [[nodiscard]] bool attribute() {
        if (used_ == attributes_.size()) { attributes_.emplace_back(); }
        std::pair<std::string, std::string>& a = attributes_[used_];
        a.first.clear();
        a.second.clear();
        append_name(a.first);
        pass_over_space();
        if (a.first.empty() || take() != '=') { return false; }
        pass_over_space();
        const int quote = take();
        if (quote != '"' && quote != '\'') { return false; }
        for (int c; (c = take()) != quote;) {
            if (c == none || a.second.size() > longest) { return false; }
            append_character(a.second, c);
        }
        ++used_;
        return true;
    }

    void append_character(std::string& to, int c) {
        if (c != '&') {
            to += static_cast<char>(c);
            return;
        }
        constexpr std::size_t longest_entity = 10;
        char entity[longest_entity];
        std::size_t size = 0;
        while (size < longest_entity && peek() != none && peek() != ';' && peek() != '<' &&
               peek() != '"' && peek() != '\'' && peek() != '&') {
            entity[size++] = static_cast<char>(take());
        }
        const std::string_view name(entity, size);
        const std::uint32_t code = peek() == ';' ? xml_entity(name) : 0;
        if (code == 0) { // not one: kept as it is
            to += '&';
            to += name;
            return;
        }
        take();
        append_utf8(to, code);
    }

    [[nodiscard]] xml_token text_until_tag() {
        text_.clear();
        for (int c = peek(); c != none && c != '<'; c = peek()) {
            if (text_.size() > longest) { return fail("a text longer than 16 MiB"); }
            take();
            append_character(text_, c);
        }
        return xml_token::text;
    }

    // "<![CDATA[ … ]]>"
    [[nodiscard]] xml_token cdata() {
        for (const char c : std::string_view("[CDATA[")) {
            if (take() != static_cast<unsigned char>(c)) {
                return fail("a \"<![\" that is no CDATA");
            }
        }
        text_.clear();
        for (int c; (c = take()) != none;) {
            text_ += static_cast<char>(c);
            const std::size_t size = text_.size();
            if (c == '>' && size >= 3 && text_[size - 2] == ']' && text_[size - 3] == ']') {
                text_.resize(size - 3);
                return xml_token::text;
            }
            if (size > longest) { break; }
        }
        return fail("a CDATA without its end");
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
