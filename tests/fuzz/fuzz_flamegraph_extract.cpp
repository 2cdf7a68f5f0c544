// Any bytes as a flame graph's file: what comes out is a valid profile, which can be drawn again.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/flamegraph.hpp>
#include <wick/folded.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool condition) {
    if (!condition) { std::abort(); }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    const wick::result<wick::flamegraph_data> read = wick::extract(file);
    require(static_cast<bool>(read) == !read.value.columns.empty());
    require(!read || read.error.offset <= size);
    for (const wick::profile& p : read.value.columns) {
        require(!wick::validate(p));
        if (wick::totals(p)[0] <= 0) { continue; } // the file says so, and has no data
        bool negative = false;
        for (const wick::profile::node& n : p.nodes) { negative = negative || n.self < 0; }
        const wick::result<wick::flamegraph_data> again = wick::extract(wick::to_flamegraph(p));
        require(static_cast<bool>(again) && again.value.columns.size() == 1);
        if (negative) { continue; } // taken as 0
        require(wick::to_folded(again.value.columns[0]) == wick::to_folded(p));
    }
    return 0;
}
