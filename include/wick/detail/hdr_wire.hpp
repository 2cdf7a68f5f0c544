// wick/detail/hdr_wire.hpp - the encodings of HDR histograms: versions 0 to 2, compressed, base64.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_HDR_WIRE_HPP
#define WICK_DETAIL_HDR_WIRE_HPP

#include <wick/detail/base64.hpp>       // the text form
#include <wick/detail/byte_order.hpp>   // big-endian words
#include <wick/detail/deflate.hpp>      // zlib's streams
#include <wick/detail/hash.hpp>         // load
#include <wick/detail/hdr_document.hpp> // the result
#include <wick/detail/inflate.hpp>      // zlib's streams
#include <wick/result.hpp>              // errors

#include <cmath>       // std::isfinite
#include <cstddef>     // std::size_t
#include <cstdint>     // words
#include <cstring>     // std::memcpy
#include <string>      // what is written
#include <string_view> // what is read
#include <type_traits> // std::make_unsigned_t
#include <utility>     // std::move
#include <vector>      // counts

WICK_BEGIN_NAMESPACE
namespace detail {

// The first word of each form; four bits of it are the size of a count or mean nothing.
inline constexpr std::uint32_t hdr_size_bits = 0xf0;
inline constexpr std::uint32_t hdr_v2_cookie = 0x1c849303;
inline constexpr std::uint32_t hdr_v2_compressed = 0x1c849304;
inline constexpr std::uint32_t hdr_v1_cookie = 0x1c849301;
inline constexpr std::uint32_t hdr_v1_compressed = 0x1c849302;
inline constexpr std::uint32_t hdr_v0_cookie = 0x1c849308;
inline constexpr std::uint32_t hdr_v0_compressed = 0x1c849309;
inline constexpr std::uint32_t hdr_double_cookie = 0x0c72124e;
inline constexpr std::uint32_t hdr_double_compressed = 0x0c72124f;
inline constexpr std::size_t hdr_header_size = 40;

/// Returns the big-endian word that stands at a place.
template <class Word>
[[nodiscard]] Word big_word(std::string_view bytes, std::size_t at) noexcept {
    return big_endian(load<Word>(bytes.data() + at));
}

/// Returns whether bytes begin as an encoded histogram does.
[[nodiscard]] inline bool looks_like_hdr_bytes(std::string_view bytes) noexcept {
    if (bytes.size() < 4) { return false; }
    const auto cookie = big_word<std::uint32_t>(bytes, 0);
    if (cookie == hdr_double_cookie || cookie == hdr_double_compressed) { return true; }
    switch (cookie & ~hdr_size_bits) {
    case hdr_v2_cookie:
    case hdr_v2_compressed:
    case hdr_v1_cookie:
    case hdr_v1_compressed:
    case hdr_v0_cookie:
    case hdr_v0_compressed:
        return true;
    default:
        return false;
    }
}

/// Returns whether a text begins as an encoded histogram in base64 does.
[[nodiscard]] inline bool looks_like_hdr_base64(std::string_view text) noexcept {
    return text.substr(0, 4) == "HIST" || text.substr(0, 5) == "DHIST";
}

/// Reads one encoded histogram. Each number is checked before it is used; memory is at most 16
/// bytes for each byte of counts, whatever the numbers say.
class hdr_parser {
public:
    [[nodiscard]] result<hdr_document> parse(std::string_view input) {
        document_.base64 = !looks_like_hdr_bytes(input);
        std::string decoded;
        std::string_view bytes = input;
        if (document_.base64) {
            if (!from_base64(input, decoded)) { return failed(); }
            bytes = decoded;
        }
        if (!outer(bytes)) {
            if (document_.base64) { error_.offset = place_in_text(input, error_.offset); }
            return failed();
        }
        document_.original = input;
        return {std::move(document_), {}};
    }

private:
    hdr_document document_;
    error error_;
    std::size_t start_ = 0; // where the bytes that are read now begin
    bool inflated_ = false; // they are not those of the input

    [[nodiscard]] result<hdr_document> failed() { return {hdr_document{}, std::move(error_)}; }

    // `at` counts from the beginning of what is read now.
    bool fail(const std::string& what, std::size_t at) {
        const char* const in = inflated_          ? " of the inflated histogram: "
                               : document_.base64 ? " of the bytes in base64: "
                                                  : ": ";
        error_ = error{"at byte " + std::to_string(inflated_ ? at : start_ + at) + in + what,
                       0,
                       inflated_ ? start_ : start_ + at};
        return false;
    }
    bool fail_short(std::size_t at) { return fail("the histogram ends too early", at); }

    [[nodiscard]] bool from_base64(std::string_view text, std::string& bytes) {
        std::size_t blanks = 0;
        while (blanks < text.size() && is_blank(text[blanks])) { ++blanks; }
        if (!looks_like_hdr_base64(text.substr(blanks))) {
            error_ = error{"at byte 0: this is no HDR histogram, in bytes or in base64"};
            return false;
        }
        result<std::string> read = decode_base64(text);
        if (!read) {
            error_ = std::move(read.error);
            return false;
        }
        bytes = std::move(read.value);
        return true;
    }
    [[nodiscard]] static bool is_blank(char c) noexcept { return base64_values[c] == base64_blank; }
    // Where in a text the digit stands with which a byte begins.
    [[nodiscard]] static std::size_t place_in_text(std::string_view text, std::size_t byte) {
        std::size_t digits = byte / 3 * 4 + byte % 3;
        std::size_t at = 0;
        for (; at < text.size() && (digits > 0 || is_blank(text[at])); ++at) {
            if (!is_blank(text[at])) { --digits; }
        }
        return at;
    }

    // ------------------------------------------------------------------------------- containers

    [[nodiscard]] bool outer(std::string_view bytes) {
        if (bytes.size() < 8) { return fail_short(bytes.size()); }
        const auto cookie = big_word<std::uint32_t>(bytes, 0);
        if (cookie != hdr_double_cookie && cookie != hdr_double_compressed) {
            return integers(bytes);
        }
        if (bytes.size() < 16) { return fail_short(bytes.size()); }
        const auto digits = big_word<std::int32_t>(bytes, 4);
        document_.double_range = big_word<std::int64_t>(bytes, 8);
        if (document_.double_range < 1) { return fail("the range of values is below 1", 8); }
        start_ = 16;
        if (!integers(bytes.substr(16))) { return false; }
        inflated_ = false;
        start_ = 0;
        if (digits != document_.digits) {
            return fail("the digits are not those of the counts within", 4);
        }
        return true;
    }

    [[nodiscard]] bool integers(std::string_view bytes) {
        if (bytes.size() < 8) { return fail_short(bytes.size()); }
        const std::uint32_t cookie = big_word<std::uint32_t>(bytes, 0) & ~hdr_size_bits;
        document_.compressed = cookie == hdr_v2_compressed || cookie == hdr_v1_compressed ||
                               cookie == hdr_v0_compressed;
        if (!document_.compressed) { return inner(bytes); }
        const auto size = big_word<std::int32_t>(bytes, 4);
        if (size < 0) { return fail("the length of the compressed bytes is negative", 4); }
        const std::size_t most = bytes.size() - 8;
        if (static_cast<std::size_t>(size) > most) {
            return fail("the compressed bytes are said to be " + std::to_string(size) + ", " +
                            std::to_string(most) + " are left",
                        4);
        }
        document_.unread += most - static_cast<std::size_t>(size);
        return compressed(bytes.substr(8, static_cast<std::size_t>(size)));
    }

    // How much may come out is told by the header that comes out first.
    [[nodiscard]] bool compressed(std::string_view bytes) {
        start_ += 8;
        result<inflated> head =
            inflate(bytes, deflate_form::zlib, hdr_header_size, inflate_limit::ends_output);
        if (!head) { return failed_inflating(std::move(head.error)); }
        inflated_ = true;
        if (head.value.whole) {
            document_.unread += bytes.size() - head.value.used;
            return inner(head.value.bytes);
        }
        header h;
        if (!read_header(head.value.bytes, h)) { return false; }
        const std::size_t counts = hdr_geometry(h.digits, h.lowest, h.highest).size();
        result<inflated> all =
            inflate(bytes, deflate_form::zlib, hdr_header_size + counts * most_bytes_of_count);
        if (!all) { return failed_inflating(std::move(all.error)); }
        document_.unread += bytes.size() - all.value.used;
        return inner(all.value.bytes);
    }
    bool failed_inflating(error&& problem) {
        inflated_ = false;
        return fail(problem.what, static_cast<std::size_t>(problem.offset));
    }

    // ------------------------------------------------------------------------------- the header

    static constexpr std::size_t most_bytes_of_count = 9;
    struct header {
        int version = 2;
        std::size_t word_size = 0; // of a count; 0: as many bytes as it needs
        std::size_t size = hdr_header_size;
        std::size_t payload = 0;
        bool has_payload = true; // it says how long the counts are
        int digits = 0;
        std::int64_t lowest = 0;
        std::int64_t highest = 0;
    };

    [[nodiscard]] bool read_header(std::string_view bytes, header& h) {
        if (bytes.size() < 4) { return fail_short(bytes.size()); }
        const auto cookie = big_word<std::uint32_t>(bytes, 0);
        switch (cookie & ~hdr_size_bits) {
        case hdr_v2_cookie:
            h.version = 2;
            break;
        case hdr_v1_cookie:
            h.version = 1;
            break;
        case hdr_v0_cookie:
            h.version = 0;
            break;
        default:
            return fail("expected the first bytes of a histogram that is not compressed", 0);
        }
        if (h.version < 2) {
            h.word_size = (cookie & hdr_size_bits) >> 4 & 0xe;
            if (h.word_size != 2 && h.word_size != 4 && h.word_size != 8) {
                return fail("expected counts of 2, 4 or 8 bytes", 3);
            }
        }
        h.has_payload = h.version != 0;
        h.size = h.has_payload ? hdr_header_size : 32;
        if (bytes.size() < h.size) { return fail_short(bytes.size()); }
        // Version 0 has neither the length of the counts nor the offset, and a total at the end.
        const std::size_t range = h.has_payload ? 12 : 4;
        h.digits = big_word<std::int32_t>(bytes, range);
        h.lowest = big_word<std::int64_t>(bytes, range + 4);
        h.highest = big_word<std::int64_t>(bytes, range + 12);
        document_.odd.unsigned_highest = h.highest < 0;
        if (h.highest < 0) { h.highest = hdr_most; } // Rust's 2^64 - 1
        if (const char* problem = hdr_geometry::problem(h.digits, h.lowest, h.highest)) {
            return fail(problem, range);
        }
        if (!h.has_payload) { return true; }
        const auto payload = big_word<std::int32_t>(bytes, 4);
        if (payload < 0) { return fail("the length of the counts is negative", 4); }
        h.payload = static_cast<std::size_t>(payload);
        document_.odd.offset = big_word<std::int32_t>(bytes, 8);
        return read_ratio(big_word<std::uint64_t>(bytes, 32));
    }

    // Only a DoubleHistogram has use for it; some programs write an integer there, or nothing.
    [[nodiscard]] bool read_ratio(std::uint64_t bits) {
        double ratio = 0;
        std::memcpy(&ratio, &bits, sizeof ratio);
        if (document_.double_range != 0) {
            if (!(ratio > 0) || !std::isfinite(ratio)) {
                return fail("the ratio of a DoubleHistogram is no positive number", 32);
            }
            document_.ratio = ratio;
            return true;
        }
        if (ratio < 1 || ratio > 1 || !std::isfinite(ratio)) { document_.odd.ratio_bits = bits; }
        return true;
    }

    // ------------------------------------------------------------------------------- the counts

    [[nodiscard]] bool inner(std::string_view bytes) {
        header h;
        if (!read_header(bytes, h)) { return false; }
        document_.version = h.version;
        document_.digits = h.digits;
        document_.lowest = h.lowest;
        document_.highest = h.highest;
        const std::uint32_t size = hdr_geometry(h.digits, h.lowest, h.highest).size();
        std::size_t payload = bytes.size() - h.size;
        if (h.has_payload) {
            if (h.payload > payload) {
                return fail("the counts are said to take " + std::to_string(h.payload) +
                                " bytes, " + std::to_string(payload) + " are left",
                            4);
            }
            document_.unread += payload - h.payload;
            payload = h.payload;
        }
        const char* const begin = bytes.data();
        const char* const counts = begin + h.size;
        return h.word_size == 0 ? packed_counts(begin, counts, counts + payload, size)
                                : words(bytes, h, payload, size);
    }

    [[nodiscard]] bool
    words(std::string_view bytes, const header& h, std::size_t payload, std::uint32_t size) {
        if (payload % h.word_size != 0) { return fail_short(bytes.size()); }
        const std::size_t written = payload / h.word_size;
        if (written > size) { return fail_many(written, size, h.size); }
        for (std::size_t i = 0; i < written; ++i) {
            const std::size_t at = h.size + i * h.word_size;
            const std::int64_t count = h.word_size == 2   ? big_word<std::int16_t>(bytes, at)
                                       : h.word_size == 4 ? big_word<std::int32_t>(bytes, at)
                                                          : big_word<std::int64_t>(bytes, at);
            if (count < 0) { return fail("a count is negative", at); }
            if (count > 0) {
                document_.counts.push_back(
                    {static_cast<std::uint32_t>(i), static_cast<std::uint64_t>(count)});
            }
        }
        document_.odd.written_size = static_cast<std::uint32_t>(written);
        return true;
    }
    bool fail_many(std::uint64_t written, std::uint32_t size, std::size_t at) {
        return fail(std::to_string(written) + " counts or more, where the range has " +
                        std::to_string(size),
                    at);
    }

    // A number of 1 to 9 bytes: seven bits of each, the ninth whole. False where it is cut.
    [[nodiscard]] static bool
    take_number(const char*& at, const char* end, std::uint64_t& number) noexcept {
        std::uint64_t value = 0;
        for (unsigned shift = 0; at != end; shift += 7) {
            const auto byte = static_cast<unsigned char>(*at++);
            if (shift == 56) {
                number = value | std::uint64_t{byte} << 56;
                return true;
            }
            value |= std::uint64_t{byte & 0x7fu} << shift;
            if (byte < 0x80) {
                number = value;
                return true;
            }
        }
        return false;
    }

    // How many numbers there are: bytes that are the last one of theirs, and perhaps the ninth
    // ones.
    [[nodiscard]] static std::size_t count_numbers(const char* at, const char* end) noexcept {
        std::size_t numbers = 0;
        for (; at != end; ++at) { numbers += static_cast<unsigned char>(*at) < 0x80 ? 1u : 0u; }
        return numbers;
    }

    // Counts, doubled; an odd number is a run of zeros.
    [[nodiscard]] bool
    packed_counts(const char* begin, const char* at, const char* end, std::uint32_t size) {
        std::vector<hdr_count> counts;
        counts.reserve(count_numbers(at, end));
        std::uint32_t index = 0;
        while (at != end) {
            const char* const start = at;
            const auto place = [&] { return static_cast<std::size_t>(start - begin); };
            std::uint64_t number = static_cast<unsigned char>(*at);
            if (number < 0x80) {
                ++at;
            } else if (!take_number(at, end, number)) {
                return fail_short(static_cast<std::size_t>(end - begin));
            }
            if ((number & 1) != 0) {
                const std::uint64_t zeros = number / 2 + 1;
                if (zeros > size - index) { return fail_many(zeros + index, size, place()); }
                if (zeros == 1) { document_.odd.lone_zeros_as_runs = true; }
                index += static_cast<std::uint32_t>(zeros);
                continue;
            }
            if (index == size) { return fail_many(std::uint64_t{size} + 1, size, place()); }
            if (number != 0) {
                hdr_count& made = counts.emplace_back(); // a copy would wait for its two halves
                made.index = index;
                made.count = number / 2;
            }
            ++index;
        }
        document_.counts = std::move(counts);
        document_.odd.written_size = index;
        return true;
    }
};

/// How much work to do for a small encoding.
enum class hdr_packing : std::uint8_t {
    stored,  ///< none: zlib's container around the bytes as they are
    codes,   ///< codes made for the counts, and runs: close to zlib's best, or better
    matches, ///< repetitions too: hardly smaller, and twice the work
};

/// Writes the encoding of version 2.
class hdr_encoder {
public:
    hdr_encoder() = default;

    void begin(int digits, std::int64_t lowest, std::int64_t highest) {
        digits_ = digits;
        lowest_ = lowest;
        highest_ = highest;
        bytes_.resize(1024);
        size_ = hdr_header_size;
    }
    void describe(const hdr_document& d) {
        odd_ = d.odd;
        ratio_ = d.ratio;
        double_range_ = d.double_range;
    }

    /// Adds the counts of buckets behind those before; zeros may be left out.
    void add(std::uint32_t first, const std::uint64_t* counts, std::size_t n) {
        constexpr auto most = static_cast<std::uint64_t>(hdr_most);
        std::uint32_t next = next_; // the first bucket that was not written
        char* to = &bytes_[0] + size_;
        const char* room = bytes_.data() + bytes_.size();
        for (std::size_t i = 0; i < n; ++i) {
            if (counts[i] == 0) { continue; }
            if (room - to < 18) {
                size_ = static_cast<std::size_t>(to - bytes_.data());
                bytes_.resize(bytes_.size() * 2);
                to = &bytes_[0] + size_;
                room = bytes_.data() + bytes_.size();
            }
            const std::uint32_t index = first + static_cast<std::uint32_t>(i);
            if (index > next) { to = put_zeros(to, index - next); }
            to = put_number(to, (counts[i] < most ? counts[i] : most) * 2);
            next = index + 1;
        }
        size_ = static_cast<std::size_t>(to - bytes_.data());
        next_ = next;
    }

    [[nodiscard]] std::string finish(bool compressed, bool base64, hdr_packing packing) {
        // At least one count: HdrHistogram for C does not read fewer.
        const std::uint32_t size = odd_.written_size > 0 ? odd_.written_size : 1;
        bytes_.resize(size_ + 9);
        if (size > next_) {
            size_ = static_cast<std::size_t>(put_zeros(&bytes_[size_], size - next_) - &bytes_[0]);
        }
        bytes_.resize(size_);
        put_header();
        std::string out;
        if (double_range_ != 0) {
            put(out, compressed ? hdr_double_compressed : hdr_double_cookie);
            put(out, static_cast<std::int32_t>(digits_));
            put(out, double_range_);
        }
        if (!compressed) {
            out += bytes_;
        } else {
            put(out, hdr_v2_compressed | 0x10);
            const std::size_t length_at = out.size();
            put(out, std::int32_t{0});
            const deflate_effort effort = packing == hdr_packing::stored  ? deflate_effort::stored
                                          : packing == hdr_packing::codes ? deflate_effort::runs
                                                                          : deflate_effort::matches;
            append_deflated(out, bytes_, deflate_form::zlib, effort);
            const auto length = big_endian(static_cast<std::uint32_t>(out.size() - length_at - 4));
            std::memcpy(&out[length_at], &length, sizeof length);
        }
        if (!base64) { return out; }
        std::string text;
        append_base64(text, out);
        return text;
    }

private:
    std::string bytes_; // with room behind what was written
    std::size_t size_ = hdr_header_size;
    std::uint32_t next_ = 0;
    int digits_ = 3;
    std::int64_t lowest_ = 1;
    std::int64_t highest_ = 2;
    double ratio_ = 1;
    std::int64_t double_range_ = 0;
    hdr_document::oddities odd_;

    template <class Word>
    static void put(std::string& out, Word word) {
        word = big_endian(word);
        char bytes[sizeof word];
        std::memcpy(bytes, &word, sizeof word);
        out.append(bytes, sizeof word);
    }

    void put_header() {
        std::string h;
        put(h, hdr_v2_cookie | 0x10);
        put(h, static_cast<std::int32_t>(size_ - hdr_header_size));
        put(h, odd_.offset);
        put(h, static_cast<std::int32_t>(digits_));
        put(h, lowest_);
        put(h, odd_.unsigned_highest ? std::int64_t{-1} : highest_);
        std::uint64_t ratio_bits = odd_.ratio_bits;
        if (ratio_bits == 0) { std::memcpy(&ratio_bits, &ratio_, sizeof ratio_bits); }
        put(h, ratio_bits);
        std::memcpy(&bytes_[0], h.data(), hdr_header_size);
    }

    [[nodiscard]] char* put_zeros(char* to, std::uint64_t run) const noexcept {
        return put_number(to, run == 1 && !odd_.lone_zeros_as_runs ? 0 : run * 2 - 1);
    }

    [[nodiscard]] static char* put_number(char* to, std::uint64_t value) noexcept {
        if (value >= 0x80 && value < 0x4000) { // most are of two bytes
            to[0] = static_cast<char>(value | 0x80);
            to[1] = static_cast<char>(value >> 7);
            return to + 2;
        }
        for (int i = 0; i < 8 && value >= 0x80; ++i, value >>= 7) {
            *to++ = static_cast<char>(value | 0x80);
        }
        *to++ = static_cast<char>(value);
        return to;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
