// wick/detail/writer.hpp - buffered text towards any sink.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_WRITER_HPP
#define WICK_DETAIL_WRITER_HPP

#include <wick/detail/sink.hpp> // where it goes
#include <wick/version.hpp>

#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string>      // the buffer
#include <string_view> // what is written

WICK_BEGIN_NAMESPACE
namespace detail {

/// Collects text and hands it to a sink in pieces of about 64 KiB. `flush()` at the end is the
/// user's.
template <class Sink>
class text_writer {
public:
    explicit text_writer(Sink& sink)
        : sink_(sink) {
        buffer_.reserve(capacity + 4096);
    }

    void put(std::string_view text) {
        if (text.size() >= capacity) {
            flush();
            send(text);
            return;
        }
        buffer_.append(text.data(), text.size());
        if (buffer_.size() >= capacity) { flush(); }
    }
    void put(char c) {
        buffer_.push_back(c);
        if (buffer_.size() >= capacity) { flush(); }
    }
    template <class Integer>
    void put_number(Integer value) {
        char digits[24];
        put(std::string_view(digits, number_end(digits, value)));
    }
    void flush() {
        if (!buffer_.empty()) { send(buffer_); }
        buffer_.clear();
    }

private:
    static constexpr std::size_t capacity = std::size_t{1} << 16;
    Sink& sink_;
    std::string buffer_;

    template <class Integer>
    [[nodiscard]] static std::size_t number_end(char (&digits)[24], Integer value) {
        return static_cast<std::size_t>(std::to_chars(digits, digits + 24, value).ptr - digits);
    }
    void send(std::string_view text) { send_to(sink_, text); }
};

/// Appends a weight that is in units of 10^-decimals, without zeros at the end: 1250, 2 → "12.5".
inline void append_weight(std::string& out, std::int64_t value, int decimals) {
    std::uint64_t size = static_cast<std::uint64_t>(value);
    if (value < 0) {
        out.push_back('-');
        size = 0 - size;
    }
    std::uint64_t unit = 1;
    for (int i = 0; i < decimals; ++i) { unit *= 10; }
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, size / unit).ptr);
    std::uint64_t fraction = size % unit;
    if (fraction == 0) { return; }
    out.push_back('.');
    while (fraction != 0) {
        unit /= 10;
        out.push_back(static_cast<char>('0' + fraction / unit));
        fraction %= unit;
    }
}

/// Appends a text with blanks before or after it, up to a width in characters of one byte.
inline void append_right(std::string& out, std::string_view text, std::size_t width) {
    if (text.size() < width) { out.append(width - text.size(), ' '); }
    out += text;
}
inline void append_left(std::string& out, std::string_view text, std::size_t width) {
    out += text;
    if (text.size() < width) { out.append(width - text.size(), ' '); }
}

} // namespace detail
WICK_END_NAMESPACE

#endif
