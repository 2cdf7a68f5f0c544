// Any bytes as the text of perf script, in one piece and byte by byte, and cut where samples begin.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/perf_script.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

void require(bool condition) {
    if (!condition) { std::abort(); }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) { return 0; }
    wick::perf_script_options options;
    options.tid = (data[0] & 1) != 0;
    options.kernel = (data[0] & 2) != 0;
    options.addresses = (data[0] & 4) != 0;
    options.srcline = (data[0] & 8) != 0;
    options.args = (data[0] & 16) != 0;
    options.slice_ns = (data[0] & 32) != 0 ? 1000000000 : 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto read = wick::parse_perf_script(text, options);
    for (const wick::perf_event& e : read.value.events) { require(!wick::validate(e.samples)); }
    wick::detail::text_source bytes(text);
    const auto one_by_one = [&](char* to, std::size_t room) { return bytes(to, room > 0 ? 1 : 0); };
    const auto dripped = wick::read_perf_script(one_by_one, options);
    require(dripped.error == read.error && dripped.value.skipped == read.value.skipped);
    require(dripped.value.events.size() == read.value.events.size());
    for (std::size_t i = 0; i < read.value.events.size(); ++i) {
        require(dripped.value.events[i].samples == read.value.events[i].samples);
    }
    const std::size_t cut = wick::next_perf_sample(text, size / 2);
    require(cut >= size / 2 || cut == text.size());
    if (!read || cut >= text.size()) { return 0; }
    const auto head = wick::parse_perf_script(text.substr(0, cut), options);
    const auto tail = wick::parse_perf_script(text.substr(cut), options);
    if (!head || !tail) { return 0; } // the tail may look like perf.data when it is the beginning
    for (const wick::perf_event& e : read.value.events) {
        std::vector<wick::profile> parts;
        for (const auto* half : {&head, &tail}) {
            for (const wick::perf_event& p : half->value.events) {
                if (p.name == e.name && p.slice == e.slice) { parts.push_back(p.samples); }
            }
        }
        require(wick::merge(parts).value == e.samples);
    }
    return 0;
}
