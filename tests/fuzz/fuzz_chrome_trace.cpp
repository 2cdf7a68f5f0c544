// Any bytes as Trace Event JSON: a valid timeline and valid profiles, however the bytes come.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/chrome_trace.hpp>

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
    const wick::result<wick::chrome_trace> read = wick::parse_chrome_trace(text);
    wick::detail::text_source bytes(text);
    const auto one_by_one = [&](char* to, std::size_t room) { return bytes(to, room > 0 ? 1 : 0); };
    const wick::result<wick::chrome_trace> dripped = wick::read_chrome_trace(one_by_one);
    require(dripped.error == read.error);
    require(dripped.value.timeline == read.value.timeline);
    require(dripped.value.repairs == read.value.repairs);
    require(dripped.value.skipped == read.value.skipped);
    require(dripped.value.stacks == read.value.stacks);
    require(!wick::validate(read.value.timeline));
    require(!wick::validate(read.value.stacks));
    for (const wick::chrome_samples& s : read.value.samples) {
        require(!wick::validate(s.samples));
    }
    if (read) {
        std::uint64_t calls = 0;
        for (const wick::profile::node& n : read.value.stacks.nodes) { calls += n.count; }
        require(calls == read.value.timeline.spans.size());
    }
    return 0;
}
