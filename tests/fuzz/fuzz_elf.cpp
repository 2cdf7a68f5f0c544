// Any bytes as an ELF image: everything in it is looked at, and its ranges of code must be in
// order. SPDX-FileCopyrightText: 2026 wick contributors SPDX-License-Identifier: MIT
#include "../elf_support.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    support::look_at_everything(std::string_view(reinterpret_cast<const char*>(data), size));
    return 0;
}
