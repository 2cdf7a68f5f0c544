// Any bytes as a linker symbol: what comes out is bounded.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/demangle.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view symbol(reinterpret_cast<const char*>(data), size);
    const std::string name = wick::detail::demangle(symbol);
    if (name.size() > wick::detail::max_demangled && name.size() > symbol.size()) {
        __builtin_trap();
    }
    return 0;
}
