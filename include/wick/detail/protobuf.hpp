// wick/detail/protobuf.hpp - messages of protocol buffers, written field by field.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_PROTOBUF_HPP
#define WICK_DETAIL_PROTOBUF_HPP

#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <cstdint>     // numbers
#include <cstring>     // std::memcpy, for the bits of a double
#include <string>      // what is written
#include <string_view> // what is in it

WICK_BEGIN_NAMESPACE
namespace detail {

/// Appends 7 bits a byte, the lowest first; all bytes but the last have the highest bit set.
inline void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

/// Returns the unsigned number that stands for a signed one where small ones are short: 0, -1, 1,
/// -2 become 0, 1, 2, 3.
[[nodiscard]] inline std::uint64_t zigzag(std::int64_t value) noexcept {
    const std::uint64_t sign = value < 0 ? ~std::uint64_t{0} : 0;
    return static_cast<std::uint64_t>(value) << 1 ^ sign;
}

/// Appends fields to a message, in the order of the calls, whatever their value is: which defaults
/// go without saying differs from format to format. Names are those of the types in .proto files.
/// Source: protobuf.dev, "Encoding".
class protobuf_writer {
public:
    explicit protobuf_writer(std::string& out)
        : out_(out) {}

    /// Of int32, int64, uint32, uint64, bool and enums.
    void varint(std::uint32_t field, std::uint64_t value) {
        key(field, varint_type);
        append_varint(out_, value);
    }
    /// Of sint32 and sint64.
    void sint(std::uint32_t field, std::int64_t value) { varint(field, zigzag(value)); }
    void fixed64(std::uint32_t field, std::uint64_t value) {
        key(field, fixed64_type);
        append_fixed64(value);
    }
    void real(std::uint32_t field, double value) { fixed64(field, bits_of(value)); }
    /// Of string and bytes.
    void text(std::uint32_t field, std::string_view value) {
        key(field, bytes_type);
        append_varint(out_, value.size());
        out_.append(value.data(), value.size());
    }
    /// Of another message, whose fields fill() appends with a protobuf_writer of the same text, and
    /// of repeated numbers that are packed, which it appends by append_varint and append_real.
    /// Cost: moves what was filled in once, to make room for its length.
    template <class Fill>
    void message(std::uint32_t field, Fill&& fill) {
        key(field, bytes_type);
        const std::size_t begin = out_.size();
        fill();
        std::string length;
        append_varint(length, out_.size() - begin);
        out_.insert(begin, length);
    }
    void append_real(double value) { append_fixed64(bits_of(value)); }

private:
    static constexpr std::uint32_t varint_type = 0;
    static constexpr std::uint32_t fixed64_type = 1;
    static constexpr std::uint32_t bytes_type = 2;
    std::string& out_;

    void key(std::uint32_t field, std::uint32_t type) {
        append_varint(out_, std::uint64_t{field} << 3 | type);
    }
    void append_fixed64(std::uint64_t value) {
        for (int i = 0; i < 8; ++i, value >>= 8) { out_.push_back(static_cast<char>(value)); }
    }
    [[nodiscard]] static std::uint64_t bits_of(double value) noexcept {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        return bits;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
