// Any bytes as a deflated stream, and as what is deflated; as base64, and as what is written so.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/base64.hpp>
#include <wick/detail/deflate.hpp>
#include <wick/detail/inflate.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using wick::detail::deflate_effort;
using wick::detail::deflate_form;
using wick::detail::inflate_limit;

void require(bool condition) {
    if (!condition) { std::abort(); }
}

constexpr deflate_form forms[] = {deflate_form::raw, deflate_form::zlib, deflate_form::gzip};

void read(std::string_view bytes) {
    constexpr std::size_t most = 100000;
    for (const deflate_form form : forms) {
        const auto whole = wick::detail::inflate(bytes, form, most);
        require(whole.value.bytes.size() <= most && whole.value.used <= bytes.size());
        require(whole.error.offset <= bytes.size());
        const auto head = wick::detail::inflate(bytes, form, 40, inflate_limit::ends_output);
        require(head.value.bytes.size() <= 40);
        if (!whole) { continue; }
        require(!head.error);
        require(head.value.bytes == whole.value.bytes.substr(0, 40));
        // No byte more is needed, and none less is enough.
        const auto same = wick::detail::inflate(bytes.substr(0, whole.value.used), form, most);
        require(!same.error && same.value.bytes == whole.value.bytes);
        require(whole.value.used == 0 ||
                !!wick::detail::inflate(bytes.substr(0, whole.value.used - 1), form, most).error);
    }
}

void write(std::string_view bytes) {
    for (const deflate_form form : forms) {
        std::size_t stored = 0;
        for (const auto effort :
             {deflate_effort::stored, deflate_effort::runs, deflate_effort::matches}) {
            std::string packed;
            wick::detail::append_deflated(packed, bytes, form, effort);
            if (effort == deflate_effort::stored) { stored = packed.size(); }
            require(packed.size() <= stored);
            const auto back = wick::detail::inflate(packed, form, bytes.size());
            require(!back.error && back.value.bytes == bytes && back.value.used == packed.size());
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    read(bytes);
    write(bytes);
    std::string text;
    wick::detail::append_base64(text, bytes);
    const auto back = wick::detail::decode_base64(text);
    require(!back.error && back.value == bytes);
    const auto decoded = wick::detail::decode_base64(bytes);
    require(decoded.error.offset <= size && decoded.value.size() <= size);
    return 0;
}
