// wick/detail/json.hpp - JSON out of a stream, token by token.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_JSON_HPP
#define WICK_DETAIL_JSON_HPP

#include <wick/detail/decimal.hpp> // numbers
#include <wick/detail/hash.hpp>    // load, for eight bytes at a time
#include <wick/detail/text.hpp>    // digits
#include <wick/detail/utf8.hpp>    // escapes
#include <wick/version.hpp>

#include <algorithm>        // std::min
#include <cstddef>          // std::size_t
#include <cstdint>          // std::int64_t
#include <cstring>          // std::memmove
#include <initializer_list> // the words
#include <string>           // strings with escapes
#include <string_view>      // the others
#include <vector>           // the buffer

WICK_BEGIN_NAMESPACE
namespace detail {

/// What json_reader::next() found. `word` is true, false, null, and NaN and Infinity, which some
/// writers need.
enum class json_token : std::uint8_t {
    object_begin,
    object_end,
    array_begin,
    array_end,
    key,
    string,
    number,
    word,
    end,
    error
};

/// Returns the value of the four hexadecimal digits at `at`, or -1.
[[nodiscard]] inline std::int32_t hex4(std::string_view text, std::size_t at) noexcept {
    if (text.size() < 4 || at > text.size() - 4) { return -1; }
    std::int32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        const char c = text[i];
        const char lower = static_cast<char>(c | 0x20);
        if (!is_digit(c) && (lower < 'a' || lower > 'f')) { return -1; }
        value = value * 16 + (is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return value;
}

/// Appends what stands between two quotes of JSON, with its escapes replaced. Surrogates without
/// their other half become U+FFFD; a backslash before nothing that it can escape stays.
inline void append_unescaped(std::string& out, std::string_view raw) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t found = raw.find('\\', at);
        out.append(raw.data() + at, (found == std::string_view::npos ? raw.size() : found) - at);
        if (found == std::string_view::npos) { return; }
        at = found + 1;
        const char c = at < raw.size() ? raw[at] : '\0';
        const std::size_t letter = c == '\0' ? std::string_view::npos : letters.find(c);
        const std::int32_t unit = c == 'u' ? hex4(raw, at + 1) : -1;
        if (letter != std::string_view::npos) {
            out += meant[letter];
            ++at;
        } else if (unit < 0) {
            out += '\\';
        } else {
            at += 5;
            auto code = static_cast<std::uint32_t>(unit);
            if (code >= 0xd800 && code < 0xe000) {
                const bool more = raw.substr(at, 2) == "\\u";
                const std::int32_t low = code < 0xdc00 && more ? hex4(raw, at + 2) : -1;
                const bool pair = low >= 0xdc00 && low < 0xe000;
                code = pair ? 0x10000 + ((code - 0xd800) << 10) +
                                  (static_cast<std::uint32_t>(low) - 0xdc00)
                            : 0xfffd;
                if (pair) { at += 6; }
            }
            append_utf8(out, code);
        }
    }
}

/// Reads JSON without holding it, and without recursion: one bit of memory for a level, a buffer
/// that grows with the longest string only. Lenient where writers are: a comma may stand before the
/// end of an array or object, control characters within strings, and whatever is open when the
/// input ends counts as `truncated()`, not as an error.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
template <class Source>
class json_reader {
public:
    static constexpr std::size_t max_depth = 1000;               ///< deeper values are passed over
    static constexpr std::size_t longest = std::size_t{1} << 24; ///< string

    explicit json_reader(Source& source)
        : source_(source)
        , buffer_(std::size_t{1} << 18) {}

    /// Returns the next token. `error` and `end` come again when asked again.
    [[nodiscard]] json_token next() {
        if (problem_ != nullptr) { return json_token::error; }
        if (!skip_space()) { return finish(); }
        const char c = buffer_[at_];
        start_ = at_;
        if (c == ',' && state_ == state::comma_or_close) {
            ++at_;
            state_ = in_object() ? state::key_or_close : state::value_or_close;
            if (!skip_space()) { return finish(); }
            return next_item(buffer_[at_]);
        }
        return next_item(c);
    }

    /// The text of the key, string, number or word that `next` returned: good until the next call
    /// of this reader.
    [[nodiscard]] std::string_view text() const noexcept { return text_; }

    /// Passes over the value that comes next. Its inside is not checked.
    void skip_value() {
        if (problem_ != nullptr || !skip_space()) { return; }
        const char c = buffer_[at_];
        if (c == '{' || c == '[') {
            ++at_;
            after_value();
            pass_over(1);
        } else {
            static_cast<void>(next());
        }
    }

    /// Passes over the rest of the innermost open array or object and its end.
    void skip_rest() {
        if (problem_ != nullptr || open_.empty()) { return; }
        open_.pop_back();
        after_value();
        pass_over(1);
    }

    /// How many arrays and objects are open.
    [[nodiscard]] std::size_t depth() const noexcept { return open_.size(); }
    /// Where the token that `next` returned last begins, from the beginning of the input.
    [[nodiscard]] std::uint64_t offset() const noexcept { return passed_ + start_; }
    /// Why `next` returned `error`; null where it did not.
    [[nodiscard]] const char* problem() const noexcept { return problem_; }
    /// Whether the input ended before its value did.
    [[nodiscard]] bool truncated() const noexcept { return truncated_; }
    /// How many arrays and objects were passed over because of their depth; `next` gave an empty
    /// `word` in their place.
    [[nodiscard]] std::uint64_t too_deep() const noexcept { return too_deep_; }

private:
    enum class state : std::uint8_t { value, value_or_close, key_or_close, comma_or_close, done };

    Source& source_;
    std::vector<char> buffer_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;   // of what is held
    std::size_t start_ = 0; // of the token
    std::uint64_t passed_ = 0;
    std::vector<bool> open_; // true: an object
    state state_ = state::value;
    bool truncated_ = false;
    bool input_ended_ = false;
    std::uint64_t too_deep_ = 0;
    const char* problem_ = nullptr;
    std::string_view text_;
    std::string decoded_;

    [[nodiscard]] bool in_object() const noexcept { return !open_.empty() && open_.back(); }

    // Reads more behind what is held from `kept` on, which moves to the front: `at_` and `start_`
    // move with it.
    [[nodiscard]] bool refill(std::size_t kept) {
        if (input_ended_) { return false; }
        if (kept > 0) {
            std::memmove(buffer_.data(), buffer_.data() + kept, end_ - kept);
            end_ -= kept;
            at_ -= kept;
            start_ = start_ >= kept ? start_ - kept : 0;
            passed_ += kept;
        }
        if (end_ == buffer_.size()) { buffer_.resize(buffer_.size() * 2); }
        const std::size_t got = source_(buffer_.data() + end_, buffer_.size() - end_);
        end_ += got;
        input_ended_ = got == 0;
        return got > 0;
    }

    [[nodiscard]] bool skip_space() {
        for (;;) {
            for (; at_ < end_; ++at_) {
                const char c = buffer_[at_];
                if (c != ' ' && c != '\n' && c != '\r' && c != '\t') { return true; }
            }
            if (!refill(at_)) { return false; }
        }
    }

    [[nodiscard]] json_token fail(const char* problem) {
        problem_ = problem;
        return json_token::error;
    }
    [[nodiscard]] json_token finish() {
        start_ = at_;
        truncated_ = state_ != state::done;
        return json_token::end;
    }
    // The input ended within a token, which is not whole.
    [[nodiscard]] json_token cut_short() {
        at_ = end_;
        truncated_ = true;
        return json_token::end;
    }

    void after_value() { state_ = open_.empty() ? state::done : state::comma_or_close; }

    [[nodiscard]] json_token next_item(char c) {
        start_ = at_;
        switch (state_) {
        case state::done:
            return fail("expected nothing behind the end of the value");
        case state::comma_or_close:
            if (closes(c)) { return close(); }
            return fail(in_object() ? "expected ',' or '}'" : "expected ',' or ']'");
        case state::key_or_close:
            if (closes(c)) { return close(); }
            return c == '"' ? key() : fail("expected a key or '}'");
        case state::value_or_close:
            if (closes(c)) { return close(); }
            return value(c);
        case state::value:
            break;
        }
        return value(c);
    }

    [[nodiscard]] bool closes(char c) const noexcept { return c == (in_object() ? '}' : ']'); }

    [[nodiscard]] json_token close() {
        const bool object = in_object();
        ++at_;
        open_.pop_back();
        after_value();
        return object ? json_token::object_end : json_token::array_end;
    }

    [[nodiscard]] json_token key() {
        const json_token found = string(json_token::key);
        if (found != json_token::key) { return found; }
        // The text must stay where it is while the colon is looked for.
        if (at_ < end_ && buffer_[at_] == ':') {
            ++at_;
        } else {
            if (text_.data() != decoded_.data()) {
                decoded_.assign(text_);
                text_ = decoded_;
            }
            if (!skip_space()) { return cut_short(); }
            start_ = at_;
            if (buffer_[at_] != ':') { return fail("expected ':' behind a key"); }
            ++at_;
        }
        state_ = state::value;
        return json_token::key;
    }

    [[nodiscard]] json_token value(char c) {
        if (c == '"') {
            after_value();
            return string(json_token::string);
        }
        if (c == '{' || c == '[') { return open(c == '{'); }
        if (offset() == 0 && c == '\xef' && has("\xef\xbb\xbf")) { // Windows marks UTF-8 so
            at_ += 3;
            return next();
        }
        return plain();
    }
    // Whether the input goes on with these bytes, as far as it goes.
    [[nodiscard]] bool has(std::string_view bytes) {
        while (end_ - at_ < bytes.size() && refill(at_)) {}
        return std::string_view(buffer_.data() + at_, end_ - at_).substr(0, bytes.size()) == bytes;
    }

    [[nodiscard]] json_token open(bool object) {
        ++at_;
        if (open_.size() == max_depth) {
            ++too_deep_;
            text_ = {};
            after_value();
            pass_over(1);
            return json_token::word;
        }
        open_.push_back(object);
        state_ = object ? state::key_or_close : state::value_or_close;
        return object ? json_token::object_begin : json_token::array_begin;
    }

    // Moves over the bytes of a string to its next quote or backslash, or to the end of what is
    // held.
    [[nodiscard]] std::size_t plain_end(std::size_t at) const noexcept {
        constexpr std::uint64_t ones = 0x0101010101010101u;
        const auto has_zero = [&](std::uint64_t word) {
            return (word - ones) & ~word & (ones << 7);
        };
        const char* bytes = buffer_.data();
        for (; at + 8 <= end_; at += 8) {
            const auto word = load<std::uint64_t>(bytes + at);
            if ((has_zero(word ^ ones * '"') | has_zero(word ^ ones * '\\')) != 0) { break; }
        }
        while (at < end_ && bytes[at] != '"' && bytes[at] != '\\') { ++at; }
        return at;
    }

    [[nodiscard]] json_token string(json_token kind) {
        ++at_; // the quote
        bool escaped = false;
        for (std::size_t end = at_;;) {
            end = plain_end(end);
            if (end < end_ && buffer_[end] == '"') {
                text_ = std::string_view(buffer_.data() + at_, end - at_);
                at_ = end + 1;
                break;
            }
            if (end + 1 < end_) { // a backslash and what it escapes
                escaped = true;
                end += 2;
                continue;
            }
            const std::size_t held = end - at_;
            if (held > longest) { return fail("a string is longer than 16 MiB"); }
            if (!refill(start_)) { return cut_short(); }
            end = at_ + held;
        }
        if (!escaped) { return kind; }
        decoded_.clear();
        append_unescaped(decoded_, text_);
        text_ = decoded_;
        return kind;
    }

    [[nodiscard]] static bool is_plain(char c) noexcept {
        const char lower = static_cast<char>(c | 0x20);
        return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '+' || c == '.';
    }

    [[nodiscard]] json_token plain() {
        std::size_t end = at_;
        for (;;) {
            while (end < end_ && is_plain(buffer_[end])) { ++end; }
            if (end < end_) { break; }
            const std::size_t held = end - at_;
            if (held > longest) { return fail("a number is longer than 16 MiB"); }
            const bool more = refill(start_);
            end = at_ + held;
            if (!more) { break; }
        }
        // What the end of the input cut may be half a number.
        if (end == end_ && !open_.empty()) { return cut_short(); }
        text_ = std::string_view(buffer_.data() + at_, end - at_);
        at_ = end;
        after_value();
        if (is_number(text_)) { return json_token::number; }
        for (const std::string_view word :
             {"null", "true", "false", "NaN", "Infinity", "-Infinity"}) {
            if (text_ == word) { return json_token::word; }
        }
        at_ = start_;
        return fail("expected a value");
    }

    [[nodiscard]] static bool is_number(std::string_view text) noexcept {
        std::size_t at = text.substr(0, 1) == "-" ? 1 : 0;
        const auto digits = [&] {
            const std::size_t first = at;
            while (at < text.size() && is_digit(text[at])) { ++at; }
            return at > first;
        };
        if (!digits()) { return false; }
        if (at < text.size() && text[at] == '.') {
            ++at;
            if (!digits()) { return false; }
        }
        if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
            ++at;
            if (at < text.size() && (text[at] == '-' || text[at] == '+')) { ++at; }
            if (!digits()) { return false; }
        }
        return at == text.size();
    }

    // Passes over the rest of `levels` arrays and objects. Only brackets and strings are looked at.
    void pass_over(std::size_t levels) {
        for (;;) {
            while (at_ < end_) {
                const char c = buffer_[at_++];
                if (c == '"') {
                    if (!pass_string()) { return; }
                } else if (c == '{' || c == '[') {
                    ++levels;
                } else if ((c == '}' || c == ']') && --levels == 0) {
                    return;
                }
            }
            if (!refill(at_)) {
                state_ = state::value; // so that `next` finds the end too early
                return;
            }
        }
    }
    [[nodiscard]] bool pass_string() {
        bool escaped = false;
        for (;;) {
            if (!escaped) { at_ = plain_end(at_); }
            if (at_ == end_) {
                if (refill(at_)) { continue; }
                state_ = state::value;
                return false;
            }
            const char c = buffer_[at_++];
            if (escaped) {
                escaped = false;
            } else if (c == '"') {
                return true;
            } else {
                escaped = true;
            }
        }
    }
};

/// Reads a JSON number times 10^shift as a whole number, rounded half away from zero.
/// Returns false for a result of 2^63 or more; `rounded` tells whether digits were lost.
[[nodiscard]] inline bool
json_integer(std::string_view number, int shift, std::int64_t& value, bool& rounded) noexcept {
    const bool negative = number.substr(0, 1) == "-";
    if (negative) { number.remove_prefix(1); }
    const std::size_t exponent_at = number.find_first_of("eE");
    std::int64_t exponent = 0;
    if (exponent_at != std::string_view::npos) {
        std::string_view digits = number.substr(exponent_at + 1);
        const bool tiny = digits.substr(0, 1) == "-";
        for (const char c : digits) {
            // No number has so many digits that more would matter.
            if (is_digit(c) && exponent < 1'000'000'000) { exponent = exponent * 10 + (c - '0'); }
        }
        if (tiny) { exponent = -exponent; }
        number = number.substr(0, exponent_at);
    }
    const std::size_t point = (std::min)(number.find('.'), number.size());
    // How many of the digits stand before the point of the result.
    std::int64_t whole = static_cast<std::int64_t>(point) + exponent + shift;
    value = 0;
    rounded = false;
    bool up = false;
    for (const char c : number) {
        if (c == '.') { continue; }
        if (whole > 0) {
            if (!append_digit(value, c)) { return false; }
        } else {
            up = up || (whole == 0 && c >= '5');
            rounded = rounded || c != '0';
        }
        --whole;
    }
    for (; whole > 0 && value != 0; --whole) {
        if (!append_digit(value, '0')) { return false; }
    }
    if (up) {
        if (value == 0x7fffffffffffffff) { return false; }
        ++value;
    }
    if (negative) { value = -value; }
    return true;
}

/// Returns the double nearest to a JSON number.
[[nodiscard]] inline double json_double(std::string_view number) {
    double value = 0;
    static_cast<void>(parse_decimal(number, value));
    return value;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
