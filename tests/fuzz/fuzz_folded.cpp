// Any bytes as folded text: read, written and read again, in one piece and cut in pieces.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
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
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const wick::result<wick::folded_text> read = wick::parse_folded(text);
    wick::detail::text_source bytes(text);
    const auto one_by_one = [&](char* to, std::size_t room) { return bytes(to, room > 0 ? 1 : 0); };
    const wick::result<wick::folded_text> dripped = wick::read_folded(one_by_one);
    require(dripped.value.columns == read.value.columns && dripped.error == read.error);
    require(dripped.value.skipped == read.value.skipped);
    for (const wick::profile& p : read.value.columns) {
        require(!wick::validate(p));
        if (read.value.columns.size() == 2) { continue; } // its lines alone may look like a diff
        // A lone line may look like a diff when written: with this one none does.
        const wick::result<wick::folded_text> again =
            wick::parse_folded(wick::to_folded(p) + "z 1\n");
        require(again.value.columns.size() == 1 && again.value.skipped.records == 0);
        if (!again) { continue; } // one more was too much
        const wick::profile more = wick::parse_folded("z 1\n").value.columns[0];
        const wick::profile once = wick::merge({p, more}).value;
        require(wick::to_folded(again.value.columns[0]) == wick::to_folded(once));
    }
    return 0;
}
