// Any bytes as JSON: the same tokens however they come, and no state that cannot be.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/json.hpp>
#include <wick/detail/lines.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using wick::detail::json_token;

void require(bool condition) {
    if (!condition) { std::abort(); }
}

template <class Source>
std::string all_tokens(Source& source, std::uint8_t skips) {
    wick::detail::json_reader<Source> json(source);
    std::string all;
    std::size_t number = 0;
    for (;;) {
        const json_token t = json.next();
        all += static_cast<char>('a' + static_cast<int>(t));
        if (t == json_token::end || t == json_token::error) {
            all += json.truncated() ? 'T' : 'F';
            all += json.problem() == nullptr ? "" : json.problem();
            return all + std::to_string(json.offset());
        }
        if (t == json_token::key || t == json_token::string || t == json_token::number ||
            t == json_token::word) {
            all += json.text();
        }
        if (t == json_token::number) {
            std::int64_t value = 0;
            bool rounded = false;
            all += wick::detail::json_integer(json.text(), 3, value, rounded) ? 'y' : 'n';
            all += std::to_string(wick::detail::json_double(json.text()));
        }
        ++number;
        if (skips != 0 && number % skips == 0) { json.skip_value(); }
        if (skips != 0 && number % skips == 1) { json.skip_rest(); }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) { return 0; }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    for (const std::uint8_t skips : {std::uint8_t{0}, data[0]}) {
        wick::detail::text_source whole(text);
        wick::detail::text_source bytes(text);
        const auto one_by_one = [&](char* to, std::size_t room) {
            return bytes(to, room > 0 ? 1 : 0);
        };
        require(all_tokens(whole, skips) == all_tokens(one_by_one, skips));
    }
    return 0;
}
