// Any bytes through the adapter: told by their content and as each of the formats.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/any.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

void require(bool condition) {
    if (!condition) { std::abort(); }
}

} // namespace

// The first byte says whether the format is told by the content or named, and then which.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) { return 0; }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::vector<wick::known_format> formats = wick::known_formats();
    wick::any_options options;
    const bool named = (data[0] & 0x80) != 0;
    if (named) { options.format = formats[(data[0] & 0x3fu) % formats.size()].name; }
    options.pid = options.tid = options.kernel = (data[0] & 0x40) != 0;
    const wick::result<wick::any_input> read = wick::parse_any(text, options);
    if (!read) {
        require(read.error.what.size() < 1000);
        return 0;
    }
    if (options.format.empty()) { require(read.value.format == wick::sniff_format(text)); }
    for (const wick::named_profile& p : read.value.profiles) {
        require(!wick::validate(p.samples));
    }
    if (read.value.timeline) { require(!wick::validate(*read.value.timeline)); }
    return 0;
}
