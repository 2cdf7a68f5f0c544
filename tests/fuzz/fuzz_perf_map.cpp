// Any bytes as a JIT compiler's perf map and as kallsyms.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/symbolize.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (auto read : {&wick::detail::named_text::perf_map, &wick::detail::named_text::kallsyms}) {
        const wick::detail::named_text names = read(text);
        for (std::uint64_t address = 1; address != 0; address <<= 1) {
            const auto name = names.find(address);
            if (name && text.find(*name) == std::string_view::npos) { __builtin_trap(); }
        }
    }
    return 0;
}
