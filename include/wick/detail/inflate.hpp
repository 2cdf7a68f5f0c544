// wick/detail/inflate.hpp - reads what deflate wrote, alone or in the containers of zlib and gzip.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_INFLATE_HPP
#define WICK_DETAIL_INFLATE_HPP

#include <wick/detail/byte_order.hpp>     // words of eight bytes
#include <wick/detail/crc32.hpp>          // gzip's checksum
#include <wick/detail/deflate_format.hpp> // the tables
#include <wick/detail/hash.hpp>           // load
#include <wick/result.hpp>                // errors

#include <cstddef>     // std::size_t
#include <cstdint>     // bits
#include <cstring>     // std::memcpy, std::memset
#include <string>      // the output
#include <string_view> // the input
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE
namespace detail {

/// What to do when the output would become larger than was allowed.
enum class inflate_limit : std::uint8_t { is_error, ends_output };

/// What came out.
struct inflated {
    std::string bytes;
    std::size_t used = 0; ///< bytes of input; what is behind them is not looked at
    bool whole = true;    ///< false: the output ended at the limit, and no checksum was compared
};

/// Codes of up to 15 bits into symbols: short ones by one look-up, longer ones by counting.
class prefix_decoder {
public:
    enum class shape : std::uint8_t { complete, incomplete, too_many };

    /// Takes the lengths of the codes of symbols 0 … size - 1; 0: the symbol has none.
    [[nodiscard]] shape build(const std::uint8_t* lengths, std::size_t size) noexcept {
        std::memset(counts_, 0, sizeof counts_);
        for (std::size_t i = 0; i < size; ++i) { ++counts_[lengths[i]]; }
        counts_[0] = 0;
        int left = 1; // codes of this length that are not taken
        for (unsigned length = 1; length <= deflate_longest_code; ++length) {
            left = left * 2 - counts_[length];
            if (left < 0) { return shape::too_many; }
        }
        std::uint16_t first[deflate_longest_code + 2] = {};
        std::uint16_t next[deflate_longest_code + 2] = {};
        for (unsigned length = 1; length <= deflate_longest_code; ++length) {
            first[length + 1] = static_cast<std::uint16_t>(first[length] + counts_[length]);
            next[length + 1] = static_cast<std::uint16_t>((next[length] + counts_[length]) * 2);
        }
        std::memset(fast_, 0, sizeof fast_);
        for (std::size_t i = 0; i < size; ++i) {
            const unsigned length = lengths[i];
            if (length == 0) { continue; }
            symbols_[first[length]++] = static_cast<std::uint16_t>(i);
            add_short(next[length]++, length, i);
        }
        return left == 0 ? shape::complete : shape::incomplete;
    }

    /// The same as `find` for codes of up to 12 bits, and 0 for those that are longer.
    [[nodiscard]] unsigned find_short(std::uint64_t bits) const noexcept {
        return fast_[bits & (fast_size - 1)];
    }
    static constexpr unsigned fast_bits = 12;

    /// Returns symbol * 16 + length of the code at the beginning of the bits, or 0 if none does.
    [[nodiscard]] unsigned find(std::uint64_t bits) const noexcept {
        const unsigned entry = fast_[bits & (fast_size - 1)];
        return entry != 0 ? entry : find_long(bits);
    }

private:
    static constexpr std::size_t fast_size = std::size_t{1} << fast_bits;
    std::uint16_t fast_[fast_size];
    std::uint16_t counts_[deflate_longest_code + 1];
    std::uint16_t symbols_[deflate_literals];

    // Codes come with their first bit lowest: the table is by the code turned around, and holds it
    // with all that may follow.
    void add_short(unsigned code, unsigned length, std::size_t symbol) noexcept {
        if (length > fast_bits) { return; }
        unsigned turned = 0;
        for (unsigned i = 0; i < length; ++i) { turned |= (code >> i & 1) << (length - 1 - i); }
        for (std::size_t at = turned; at < fast_size; at += std::size_t{1} << length) {
            fast_[at] = static_cast<std::uint16_t>(symbol << 4 | length);
        }
    }

    // Codes of a length are consecutive numbers, and those of the next length follow them.
    [[nodiscard]] unsigned find_long(std::uint64_t bits) const noexcept {
        unsigned code = 0;
        unsigned first = 0;
        unsigned index = 0;
        for (unsigned length = 1; length <= deflate_longest_code; ++length, bits >>= 1) {
            code |= static_cast<unsigned>(bits & 1);
            if (code < first + counts_[length]) {
                return static_cast<unsigned>(symbols_[index + (code - first)]) << 4 | length;
            }
            index += counts_[length];
            first = (first + counts_[length]) * 2;
            code *= 2;
        }
        return 0;
    }
};

/// Reads one stream. Nothing in it is believed: each bit and each distance is checked.
class inflater {
public:
    inflater(std::string_view bytes, std::size_t most, inflate_limit limit)
        : begin_(bytes.data())
        , at_(bytes.data())
        , end_(bytes.data() + bytes.size())
        , most_(most)
        , limit_(limit) {}

    [[nodiscard]] result<inflated> run(deflate_form form) {
        result<inflated> read;
        const bool good = form == deflate_form::raw    ? blocks()
                          : form == deflate_form::zlib ? zlib_header() && blocks() && zlib_end()
                                                       : gzip_members();
        read.value.whole = !full_;
        if (!good && !full_) {
            read.error = std::move(error_);
            return read;
        }
        out_.resize(size_);
        read.value.bytes = std::move(out_);
        read.value.used = static_cast<std::size_t>(at_ - begin_);
        return read;
    }

private:
    const char* begin_;
    const char* at_;
    const char* end_;
    std::size_t most_;
    inflate_limit limit_;
    std::uint64_t bits_ = 0; // those taken from the input and not used, the next one lowest
    unsigned held_ = 0;      // how many of them are real
    std::string out_;        // with room behind what was written
    std::size_t size_ = 0;   // what was written
    std::size_t member_ = 0; // where the stream's output begins: distances stay behind it
    bool full_ = false;
    error error_;
    prefix_decoder literals_;
    prefix_decoder distances_;

    // -------------------------------------------------------------------------------- the input

    bool fail(const char* what) {
        // What was taken in advance has not been looked at.
        const auto where = static_cast<std::uint64_t>(at_ - begin_) - held_ / 8;
        error_ = error{
            "at byte " + std::to_string(where) + " of the compressed data: " + what, 0, where};
        return false;
    }
    bool fail_short() {
        held_ = 0;
        at_ = end_;
        return fail("it ends too early");
    }

    // Holds at least 56 bits where there are as many.
    void refill() noexcept {
        if (end_ - at_ >= 8) {
            bits_ |= little_endian(load<std::uint64_t>(at_)) << held_;
            at_ += (63 - held_) >> 3;
            held_ |= 56;
            return;
        }
        for (; held_ <= 56 && at_ != end_; held_ += 8) {
            bits_ |= std::uint64_t{static_cast<unsigned char>(*at_++)} << held_;
        }
    }
    void drop(unsigned count) noexcept {
        bits_ >>= count;
        held_ -= count;
    }
    [[nodiscard]] bool take(unsigned count, unsigned& value) {
        if (held_ < count) { refill(); }
        if (held_ < count) { return fail_short(); }
        value = static_cast<unsigned>(bits_ & ((std::uint64_t{1} << count) - 1));
        drop(count);
        return true;
    }
    // Back to whole bytes: those taken in advance are given back.
    void align() noexcept {
        at_ -= held_ / 8;
        bits_ = 0;
        held_ = 0;
    }
    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] unsigned byte(std::size_t at) const noexcept {
        return static_cast<unsigned char>(at_[at]);
    }
    [[nodiscard]] std::uint32_t little_word(std::size_t at) const noexcept {
        return little_endian(load<std::uint32_t>(at_ + at));
    }

    // ------------------------------------------------------------------------------- containers

    [[nodiscard]] bool zlib_header() {
        if (left() < 2) { return fail_short(); }
        if ((byte(0) * 256 + byte(1)) % 31 != 0 || (byte(0) & 15) != 8 || byte(0) >> 4 > 7) {
            return fail("this is no stream of zlib");
        }
        if ((byte(1) & 0x20) != 0) { return fail("it needs a dictionary that is not at hand"); }
        at_ += 2;
        return true;
    }
    [[nodiscard]] bool zlib_end() {
        if (left() < 4) { return fail_short(); }
        const std::uint32_t told = reversed_bytes(little_word(0));
        if (told != adler32(std::string_view(out_.data(), size_))) {
            return fail("the checksum is not that of the data (Adler-32)");
        }
        at_ += 4;
        return true;
    }

    // Members may follow each other; what follows and is none is left to the caller.
    [[nodiscard]] bool gzip_members() {
        do {
            member_ = size_;
            if (!gzip_header() || !blocks() || !gzip_end()) { return false; }
        } while (left() >= 2 && byte(0) == 0x1f && byte(1) == 0x8b);
        return true;
    }
    [[nodiscard]] bool gzip_header() {
        if (left() < 10) { return fail_short(); }
        if (byte(0) != 0x1f || byte(1) != 0x8b || byte(2) != 8) {
            return fail("this is no gzip file");
        }
        const unsigned flags = byte(3);
        if ((flags & 0xe0) != 0) { return fail("a header of gzip with unknown flags"); }
        at_ += 10;
        if ((flags & 4) != 0) { // extra fields
            if (left() < 2) { return fail_short(); }
            const std::size_t size = byte(0) + byte(1) * std::size_t{256};
            if (left() - 2 < size) { return fail_short(); }
            at_ += 2 + size;
        }
        for (const unsigned text : {8u, 16u}) { // the file's name, a comment
            if ((flags & text) == 0) { continue; }
            const void* zero = left() == 0 ? nullptr : std::memchr(at_, 0, left());
            if (zero == nullptr) { return fail_short(); }
            at_ = static_cast<const char*>(zero) + 1;
        }
        if ((flags & 2) != 0) { // a checksum of the header, which hardly any program writes
            if (left() < 2) { return fail_short(); }
            at_ += 2;
        }
        return true;
    }
    [[nodiscard]] bool gzip_end() {
        if (left() < 8) { return fail_short(); }
        const std::string_view bytes(out_.data() + member_, size_ - member_);
        if (little_word(0) != crc32(bytes)) {
            return fail("the checksum is not that of the data (CRC-32)");
        }
        if (little_word(4) != static_cast<std::uint32_t>(bytes.size())) {
            return fail("the size is not that of the data");
        }
        at_ += 8;
        return true;
    }

    // ----------------------------------------------------------------------------------- blocks

    [[nodiscard]] bool blocks() {
        unsigned last = 0;
        while (last == 0) {
            unsigned kind = 0;
            if (!take(1, last) || !take(2, kind)) { return false; }
            const bool good = kind == 0   ? stored()
                              : kind == 1 ? fixed_codes() && symbols()
                              : kind == 2 ? dynamic_codes() && symbols()
                                          : fail("a block of an unknown kind");
            if (!good) { return false; }
        }
        align();
        return true;
    }

    // Makes room for more output, or says that there may be no more.
    [[nodiscard]] bool grow(std::size_t more) {
        if (out_.size() - size_ >= more) { return true; }
        if (most_ - size_ < more) {
            if (limit_ == inflate_limit::ends_output) {
                full_ = true;
                return false;
            }
            const std::string what = "more than " + std::to_string(most_) + " bytes come out";
            return fail(what.c_str());
        }
        std::size_t room = out_.size() * 2;
        if (room < size_ + more) { room = size_ + more; }
        if (room < 1024) { room = 1024; }
        out_.resize(room < most_ ? room : most_);
        return true;
    }

    [[nodiscard]] bool stored() {
        align();
        if (left() < 4) { return fail_short(); }
        const std::size_t size = byte(0) + byte(1) * std::size_t{256};
        if ((size ^ 0xffff) != byte(2) + byte(3) * std::size_t{256}) {
            return fail("the size of a stored block stands there twice, differently");
        }
        at_ += 4;
        if (left() < size) { return fail_short(); }
        const std::size_t fits = size < most_ - size_ ? size : most_ - size_;
        if (fits > 0) {
            if (!grow(fits)) { return false; }
            std::memcpy(&out_[size_], at_, fits);
            size_ += fits;
        }
        at_ += fits;
        return fits == size || grow(size);
    }

    [[nodiscard]] bool fixed_codes() noexcept {
        std::uint8_t lengths[deflate_literals];
        for (std::size_t i = 0; i < deflate_literals; ++i) { lengths[i] = fixed_code_length(i); }
        static_cast<void>(literals_.build(lengths, deflate_literals));
        for (std::size_t i = 0; i < deflate_distances; ++i) { lengths[i] = 5; }
        static_cast<void>(distances_.build(lengths, deflate_distances));
        return true;
    }

    [[nodiscard]] bool dynamic_codes() {
        unsigned literals = 0;
        unsigned distances = 0;
        unsigned codes = 0;
        if (!take(5, literals) || !take(5, distances) || !take(4, codes)) { return false; }
        literals += 257;
        distances += 1;
        codes += 4;
        if (literals > 286 || distances > 30) { return fail("too many lengths or distances"); }
        std::uint8_t lengths[286 + 30 + 138] = {}; // room for a run that is too long
        for (unsigned i = 0; i < codes; ++i) {
            unsigned length = 0;
            if (!take(3, length)) { return false; }
            lengths[deflate_length_order[i]] = static_cast<std::uint8_t>(length);
        }
        using shape = prefix_decoder::shape;
        if (literals_.build(lengths, 19) != shape::complete) {
            return fail("the codes of the code lengths do not fit each other");
        }
        if (!code_lengths(lengths, literals + distances)) { return false; }
        if (lengths[deflate_end_of_block] == 0) { return fail("no code ends the block"); }
        // A block with one distance, or none, has an incomplete code. zlib takes no other one.
        const auto is_allowed = [](shape found, const std::uint8_t* of, unsigned size) {
            unsigned most = 0;
            for (unsigned i = 0; i < size; ++i) { most = of[i] > most ? of[i] : most; }
            return found == shape::complete || (found == shape::incomplete && most <= 1);
        };
        if (!is_allowed(literals_.build(lengths, literals), lengths, literals)) {
            return fail("the codes of bytes and lengths do not fit each other");
        }
        const std::uint8_t* const of_distances = lengths + literals;
        if (!is_allowed(distances_.build(of_distances, distances), of_distances, distances)) {
            return fail("the codes of distances do not fit each other");
        }
        return true;
    }

    // Lengths of codes, which are compressed themselves: by literals_, which has their code now.
    [[nodiscard]] bool code_lengths(std::uint8_t* lengths, std::size_t size) {
        std::size_t done = 0;
        while (done < size) {
            unsigned symbol = 0;
            if (!decode(literals_, symbol)) { return false; }
            if (symbol < 16) {
                lengths[done++] = static_cast<std::uint8_t>(symbol);
                continue;
            }
            if (symbol == 16 && done == 0) { return fail("nothing stands before a repetition"); }
            const std::uint8_t value = symbol == 16 ? lengths[done - 1] : std::uint8_t{0};
            unsigned times = 0;
            if (!take(symbol == 16 ? 2 : symbol == 17 ? 3 : 7, times)) { return false; }
            times += symbol == 18 ? 11 : 3;
            for (; times > 0; --times) { lengths[done++] = value; }
        }
        return done == size || fail("more lengths of codes than codes");
    }

    [[nodiscard]] bool decode(const prefix_decoder& with, unsigned& symbol) {
        if (held_ < deflate_longest_code) { refill(); }
        const unsigned found = with.find(bits_);
        if ((found & 15) > held_) { return fail_short(); }
        if (found == 0) {
            return held_ < deflate_longest_code ? fail_short()
                                                : fail("a code that stands for nothing");
        }
        drop(found & 15);
        symbol = found >> 4;
        return true;
    }

    // Bytes that stand for themselves, as far as input and room surely last. The state is in
    // variables of its own: a byte that is written might otherwise be part of this object.
    void literal_bytes() noexcept {
        const char* at = at_;
        std::uint64_t bits = bits_;
        unsigned held = held_;
        char* to = &out_[0] + size_;
        char* const room = &out_[0] + out_.size();
        bool more = true;
        while (more && end_ - at >= 8 && room - to >= 4) {
            bits |= little_endian(load<std::uint64_t>(at)) << held;
            at += (63 - held) >> 3;
            held |= 56;
            static_assert(4 * prefix_decoder::fast_bits <= 56, "four without a look");
            for (int i = 0; i < 4; ++i) {
                const unsigned found = literals_.find_short(bits);
                more = found != 0 && found < deflate_end_of_block << 4;
                if (!more) { break; }
                *to++ = static_cast<char>(found >> 4);
                bits >>= found & 15;
                held -= found & 15;
            }
        }
        at_ = at;
        bits_ = bits;
        held_ = held;
        size_ = static_cast<std::size_t>(to - &out_[0]);
    }

    [[nodiscard]] bool symbols() {
        for (;;) {
            literal_bytes();
            unsigned symbol = 0;
            if (!decode(literals_, symbol)) { return false; }
            if (symbol < deflate_end_of_block) {
                if (size_ == out_.size() && !grow(1)) { return false; }
                out_[size_++] = static_cast<char>(symbol);
                continue;
            }
            if (symbol == deflate_end_of_block) { return true; }
            if (!match(symbol - deflate_end_of_block - 1)) { return false; }
        }
    }

    [[nodiscard]] bool match(unsigned length_code) {
        if (length_code >= 29) { return fail("a length that there is not"); }
        const deflate_range lengths = deflate_lengths[length_code];
        unsigned extra = 0;
        if (!take(lengths.extra_bits, extra)) { return false; }
        std::size_t length = lengths.base + extra;
        unsigned code = 0;
        if (!decode(distances_, code)) { return false; }
        const deflate_range distances = deflate_distance_ranges[code];
        if (!take(distances.extra_bits, extra)) { return false; }
        const std::size_t distance = distances.base + extra;
        if (distance > size_ - member_) { return fail("a distance to before the beginning"); }
        const std::size_t room = most_ - size_;
        const std::size_t fits = length < room ? length : room;
        if (fits > 0) {
            if (!grow(fits)) { return false; }
            copy(distance, fits);
        }
        return fits == length || grow(length);
    }

    // Byte by byte where the copy reads what it wrote.
    void copy(std::size_t distance, std::size_t length) noexcept {
        char* const to = &out_[size_];
        const char* const from = to - distance;
        if (distance >= length) {
            std::memcpy(to, from, length);
        } else {
            for (std::size_t i = 0; i < length; ++i) { to[i] = from[i]; }
        }
        size_ += length;
    }
};

/// Returns what a deflated stream holds, and how much of the input it took.
/// most    how many bytes may come out; more are an error, or end the output.
/// Errors: whatever is no such stream or ends too early, with the offset; a wrong checksum or size.
/// Cost:   one pass; memory for the output, of which at most twice what came is reserved.
/// Format: RFC 1950 (without dictionaries), RFC 1951, RFC 1952 (members one after the other).
[[nodiscard]] inline result<inflated> inflate(std::string_view bytes,
                                              deflate_form form,
                                              std::size_t most,
                                              inflate_limit limit = inflate_limit::is_error) {
    return inflater(bytes, most, limit).run(form);
}

} // namespace detail
WICK_END_NAMESPACE

#endif
