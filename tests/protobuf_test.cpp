// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "protobuf_decode.hpp"

#include <wick/detail/protobuf.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace {

std::string varint(std::uint64_t value) {
    std::string out;
    wick::detail::append_varint(out, value);
    return out;
}

} // namespace

TEST_CASE("protobuf: varints and zigzag as the specification has them") {
    CHECK(varint(0) == std::string(1, '\0'));
    CHECK(varint(1) == "\x01");
    CHECK(varint(127) == "\x7f");
    CHECK(varint(128) == "\x80\x01");
    CHECK(varint(150) == "\x96\x01");
    CHECK(varint(~std::uint64_t{0}) == "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    using limits = std::numeric_limits<std::int64_t>;
    CHECK(wick::detail::zigzag(0) == 0);
    CHECK(wick::detail::zigzag(-1) == 1);
    CHECK(wick::detail::zigzag(1) == 2);
    CHECK(wick::detail::zigzag(-2) == 3);
    CHECK(wick::detail::zigzag(limits::max()) == 0xfffffffffffffffeu);
    CHECK(wick::detail::zigzag(limits::min()) == 0xffffffffffffffffu);
}

TEST_CASE("protobuf: fields are the specification's bytes") {
    std::string out;
    wick::detail::protobuf_writer writer(out);
    writer.varint(1, 150);
    CHECK(out == "\x08\x96\x01");
    out.clear();
    writer.text(2, "testing");
    CHECK(out == "\x12\x07testing");
    out.clear();
    writer.message(3, [&] { writer.varint(1, 150); });
    CHECK(out == "\x1a\x03\x08\x96\x01");
    out.clear();
    writer.real(1, 1.0);
    CHECK(out == std::string("\x09\0\0\0\0\0\0\xf0\x3f", 9));
    out.clear();
    writer.sint(16, -1);
    CHECK(out == "\x80\x01\x01");
}

TEST_CASE("protobuf: messages of any length in messages") {
    for (const std::size_t size : {std::size_t{0},
                                   std::size_t{1},
                                   std::size_t{126},
                                   std::size_t{127},
                                   std::size_t{128},
                                   std::size_t{20000}}) {
        std::string out;
        wick::detail::protobuf_writer writer(out);
        const std::string text(size, 'x');
        writer.fixed64(9, 7);
        writer.message(1, [&] {
            writer.message(2, [&] { writer.text(3, text); });
            writer.sint(4, -300);
        });
        writer.varint(5, 8);
        const protobuf_decode::message read(out);
        CHECK(read.number(9) == 7);
        CHECK(read.inner(1).inner(2).text(3) == text);
        CHECK(read.inner(1).sint(4) == -300);
        CHECK(read.number(5) == 8);
    }
}
