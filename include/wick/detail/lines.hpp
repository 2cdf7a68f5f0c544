// wick/detail/lines.hpp - lines out of a stream of bytes, without holding the stream.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_LINES_HPP
#define WICK_DETAIL_LINES_HPP

#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <cstring>     // std::memchr, std::memmove, std::memcpy
#include <string_view> // a line
#include <vector>      // the buffer

WICK_BEGIN_NAMESPACE
namespace detail {

/// Splits what a source gives into lines. A source is any callable `std::size_t(char* to,
/// std::size_t room)` that returns how many bytes it wrote, 0 at the end. A line longer than
/// `longest` is not held: it comes out as its first bytes with `too_long()` set, and the rest is
/// passed over. Cost: one memchr and no copy for a line that lies within the buffer of 256 KiB.
template <class Source>
class line_reader {
public:
    static constexpr std::size_t longest = std::size_t{1} << 24;

    explicit line_reader(Source& source)
        : source_(source)
        , buffer_(std::size_t{1} << 18) {}

    /// Gets the next line without its '\n' or "\r\n". Returns false when there is none. The view is
    /// good until the next call.
    [[nodiscard]] bool next(std::string_view& line) {
        too_long_ = false;
        std::size_t searched = 0;
        for (;;) {
            const char* begin = buffer_.data() + begin_;
            const std::size_t held = end_ - begin_;
            const void* found =
                held == searched ? nullptr : std::memchr(begin + searched, '\n', held - searched);
            if (found != nullptr) {
                const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - begin);
                take(line, begin, size, size + 1);
                too_long_ = size > longest; // it is there, but only because it came in one piece
                if (too_long_) { line = std::string_view(begin, longest); }
                return true;
            }
            searched = held;
            if (held > longest) {
                line = std::string_view(begin, longest);
                pass_over_line();
                return true;
            }
            if (at_end_ || !refill()) {
                at_end_ = true;
                if (held == 0) { return false; }
                take(line, buffer_.data() + begin_, held, held);
                return true;
            }
        }
    }

    /// The number of the line that `next` gave last, from 1.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    /// Whether that line was longer than `longest`.
    [[nodiscard]] bool too_long() const noexcept { return too_long_; }
    /// The bytes of all lines given so far, with their ends.
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

private:
    Source& source_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0; // of what is held and not given out
    std::size_t end_ = 0;
    std::uint64_t number_ = 0;
    std::uint64_t offset_ = 0;
    bool at_end_ = false;
    bool too_long_ = false;

    void take(std::string_view& line, const char* begin, std::size_t size, std::size_t used) {
        begin_ += used;
        offset_ += used;
        ++number_;
        if (size > 0 && begin[size - 1] == '\r') { --size; }
        line = std::string_view(begin, size);
    }

    // Makes room behind what is held and reads into it; only a long line lets the buffer grow.
    [[nodiscard]] bool refill() {
        if (begin_ > 0) {
            std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        if (end_ == buffer_.size()) { buffer_.resize(buffer_.size() * 2); }
        const std::size_t got = source_(buffer_.data() + end_, buffer_.size() - end_);
        end_ += got;
        return got > 0;
    }

    // The head of the line has been given out as a view, so it must stay where it is: read behind
    // it.
    void pass_over_line() {
        too_long_ = true;
        ++number_;
        const std::size_t kept = begin_ + longest;
        const void* found = std::memchr(buffer_.data() + kept, '\n', end_ - kept);
        offset_ += longest;
        while (found == nullptr) {
            offset_ += end_ - kept;
            end_ = kept; // there is room behind: more than `longest` bytes were held
            const std::size_t got = source_(buffer_.data() + end_, buffer_.size() - end_);
            if (got == 0) {
                begin_ = end_;
                at_end_ = true;
                return;
            }
            end_ += got;
            found = std::memchr(buffer_.data() + kept, '\n', end_ - kept);
        }
        const auto after =
            static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) + 1;
        offset_ += after - kept;
        begin_ = after;
    }
};

/// Returns what the reader makes of all lines of a source; those that are too long are skipped with
/// the reason `too_long`.
template <class Reader, class Source>
[[nodiscard]] auto
read_lines(Reader& reader, Source& source, const char* too_long = "the line is longer than 16 MiB")
    -> decltype(reader.finish()) {
    line_reader<Source> lines(source);
    std::string_view line;
    while (lines.next(line)) {
        if (lines.too_long()) {
            reader.skip(too_long, lines.number());
            continue;
        }
        reader.line(line, lines.number());
    }
    return reader.finish();
}

/// A source that reads from memory.
class text_source {
public:
    explicit text_source(std::string_view text)
        : text_(text) {}

    std::size_t operator()(char* to, std::size_t room) noexcept {
        const std::size_t size = room < text_.size() ? room : text_.size();
        if (size > 0) { std::memcpy(to, text_.data(), size); }
        text_.remove_prefix(size);
        return size;
    }

private:
    std::string_view text_;
};

} // namespace detail
WICK_END_NAMESPACE

#endif
