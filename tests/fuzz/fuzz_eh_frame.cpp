// Any bytes as .eh_frame and as .eh_frame_hdr: every function is looked up, its rows are computed
// and applied. SPDX-FileCopyrightText: 2026 wick contributors SPDX-License-Identifier: MIT
#include "../eh_frame_support.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    support::look_at_eh_frame(support::bytes(data, data + size));
    return 0;
}
