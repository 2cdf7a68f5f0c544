// Any bytes as lines with durations; the first byte says which columns are asked for.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/durations.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool condition) {
    if (!condition) { std::abort(); }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) { return 0; }
    wick::duration_options options;
    const unsigned choice = data[0];
    if ((choice & 1) != 0) { options.separator = ','; }
    if ((choice & 2) != 0) { options.unit_ns = 1e6; }
    if ((choice & 4) != 0) { options.value = (choice & 8) != 0 ? "-1" : "rt"; }
    if ((choice & 16) != 0) { options.part = (choice & 8) != 0 ? "2" : "up"; }
    if ((choice & 32) != 0) { options.time = "1"; }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::uint64_t rows = 0;
    std::uint64_t before = 0;
    const auto read = wick::parse_durations(text, options, [&](const wick::duration_row& row) {
        ++rows;
        require(row.line > before);
        before = row.line;
        require(row.value >= 0 && row.value < 9.3e18);
        require(row.part >= 0 && row.time == row.time);
    });
    require(read.value.rows == rows);
    return 0;
}
