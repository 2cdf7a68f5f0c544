// tests/protobuf_decode.hpp - reads protocol buffers back, knowing nothing of who wrote them.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_TESTS_PROTOBUF_DECODE_HPP
#define WICK_TESTS_PROTOBUF_DECODE_HPP

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace protobuf_decode {

struct field {
    std::uint64_t number = 0;
    unsigned type = 0;
    std::uint64_t value = 0; // of types 0 and 1
    std::string bytes;       // of type 2
};

// Takes a varint off the front; a text that ends in it fails the test.
inline std::uint64_t take_varint(std::string_view& from) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        REQUIRE_FALSE(from.empty());
        const auto byte = static_cast<unsigned char>(from.front());
        from.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7fu} << shift;
        if (byte < 0x80) { return value; }
    }
    FAIL("a varint of more than 10 bytes");
    return 0;
}

inline std::uint64_t take_fixed64(std::string_view& from) {
    REQUIRE(from.size() >= 8);
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i) {
        value |= std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
    }
    from.remove_prefix(8);
    return value;
}

inline std::string_view take_bytes(std::string_view& from) {
    const std::uint64_t size = take_varint(from);
    REQUIRE(size <= from.size());
    const std::string_view bytes = from.substr(0, static_cast<std::size_t>(size));
    from.remove_prefix(bytes.size());
    return bytes;
}

inline std::vector<field> fields_of(std::string_view message) {
    std::vector<field> made;
    while (!message.empty()) {
        field f;
        const std::uint64_t key = take_varint(message);
        f.number = key >> 3;
        f.type = key & 7;
        switch (f.type) {
        case 0:
            f.value = take_varint(message);
            break;
        case 1:
            f.value = take_fixed64(message);
            break;
        case 2:
            f.bytes = take_bytes(message);
            break;
        default:
            FAIL("a field of type " << f.type);
        }
        made.push_back(f);
    }
    return made;
}

inline double real_of(std::uint64_t bits) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}
inline std::int64_t signed_of(std::uint64_t zigzag) {
    const auto half = static_cast<std::int64_t>(zigzag / 2);
    return zigzag % 2 == 0 ? half : -half - 1;
}

// A message, asked for its fields by number.
class message {
public:
    explicit message(std::string_view bytes)
        : fields_(fields_of(bytes)) {}

    std::size_t count(std::uint64_t number) const {
        std::size_t n = 0;
        for (const field& f : fields_) { n += f.number == number ? 1 : 0; }
        return n;
    }
    // The only one of its number.
    const field& one(std::uint64_t number) const {
        REQUIRE(count(number) == 1);
        for (const field& f : fields_) {
            if (f.number == number) { return f; }
        }
        return fields_.front();
    }
    std::uint64_t number(std::uint64_t n) const { return one(n).value; }
    std::int64_t sint(std::uint64_t n) const { return signed_of(one(n).value); }
    double real(std::uint64_t n) const { return real_of(one(n).value); }
    std::string text(std::uint64_t n) const { return one(n).bytes; }
    message inner(std::uint64_t n) const { return message(one(n).bytes); }
    std::vector<message> all(std::uint64_t number) const {
        std::vector<message> made;
        for (const field& f : fields_) {
            if (f.number == number) { made.emplace_back(f.bytes); }
        }
        return made;
    }
    std::vector<std::uint64_t> packed(std::uint64_t n) const {
        std::vector<std::uint64_t> made;
        for (std::string_view left = one(n).bytes; !left.empty();) {
            made.push_back(take_varint(left));
        }
        return made;
    }
    std::vector<double> packed_reals(std::uint64_t n) const {
        std::vector<double> made;
        for (std::string_view left = one(n).bytes; !left.empty();) {
            made.push_back(real_of(take_fixed64(left)));
        }
        return made;
    }
    // The numbers of its fields, as they come, each once.
    std::vector<std::uint64_t> numbers() const {
        std::vector<std::uint64_t> made;
        for (const field& f : fields_) {
            if (made.empty() || made.back() != f.number) { made.push_back(f.number); }
        }
        return made;
    }

private:
    std::vector<field> fields_;
};

} // namespace protobuf_decode

#endif
