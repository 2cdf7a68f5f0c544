// tests/eh_frame_support.hpp - makes .eh_frame sections byte by byte, and looks at every row of
// one. SPDX-FileCopyrightText: 2026 wick contributors SPDX-License-Identifier: MIT
#ifndef WICK_TESTS_EH_FRAME_SUPPORT_HPP
#define WICK_TESTS_EH_FRAME_SUPPORT_HPP

#include <wick/detail/eh_frame.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace support {

using bytes = std::vector<std::uint8_t>;

inline void append(bytes& out, const bytes& more) {
    out.insert(out.end(), more.begin(), more.end());
}

inline void append_number(bytes& out, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

inline bytes unsigned_leb(std::uint64_t value) {
    bytes out;
    for (; value >= 128; value >>= 7) { out.push_back(static_cast<std::uint8_t>(value | 128u)); }
    out.push_back(static_cast<std::uint8_t>(value));
    return out;
}

inline bytes signed_leb(std::int64_t value) {
    bytes out;
    for (;;) {
        const auto low = static_cast<std::uint8_t>(value & 127);
        value >>= 7;
        const bool done = (value == 0 && (low & 64u) == 0) || (value == -1 && (low & 64u) != 0);
        out.push_back(done ? low : static_cast<std::uint8_t>(low | 128u));
        if (done) { return out; }
    }
}

/// What the CIEs of compilers start with: CFA = stack pointer + 8, return address at CFA - 8.
inline bytes x86_start() {
    return {0x0c, 7, 8, 0x80 | 16, 1};
}

/// The same of AArch64: CFA = sp; the return address is in x30.
inline bytes aarch64_start() {
    return {0x0c, 31, 0};
}

/// An .eh_frame under construction, as if loaded at `address`.
struct eh_section {
    bytes content;
    std::uint64_t address = 0x10000;

    struct cie_fields {
        std::string_view augmentation = "zR";
        std::uint64_t code_align = 1;
        std::int64_t data_align = -8;
        std::uint64_t return_register = 16;
        std::uint8_t version = 1;
        bytes augmentation_data = {0x1b}; // addresses relative to themselves, in 4 signed bytes
    };

    /// Returns the offset of a new CIE.
    std::size_t cie(const bytes& program) { return cie(program, cie_fields()); }
    std::size_t cie(const bytes& program, const cie_fields& fields) {
        bytes body(4, 0);
        body.push_back(fields.version);
        body.insert(body.end(), fields.augmentation.begin(), fields.augmentation.end());
        body.push_back(0);
        if (fields.version == 4) { append(body, {8, 0}); }
        append(body, unsigned_leb(fields.code_align));
        append(body, signed_leb(fields.data_align));
        append(body, unsigned_leb(fields.return_register));
        if (!fields.augmentation.empty() && fields.augmentation[0] == 'z') {
            append(body, unsigned_leb(fields.augmentation_data.size()));
            append(body, fields.augmentation_data);
        }
        append(body, program);
        return add(body);
    }

    /// Returns the offset of a new FDE of the usual encoding.
    std::size_t
    fde(std::size_t of_cie, std::uint64_t start, std::uint64_t size, const bytes& program) {
        bytes body;
        append_number(body, content.size() + 4 - of_cie, 4);
        append_number(body, start - (address + content.size() + 8), 4);
        append_number(body, size, 4);
        body.push_back(0); // no augmentation data
        append(body, program);
        return add(body);
    }

    void terminate() { append_number(content, 0, 4); }

    [[nodiscard]] wick::detail::memory_view view() const {
        return {content.data(), content.size(), address};
    }

private:
    std::size_t add(bytes body) {
        while (body.size() % 4 != 0) { body.push_back(0); }
        const std::size_t at = content.size();
        append_number(content, body.size(), 4);
        append(content, body);
        return at;
    }
};

/// An .eh_frame_hdr for pairs of (function, FDE), at an address.
inline bytes eh_frame_hdr(std::uint64_t address,
                          std::uint64_t frames,
                          const std::vector<std::pair<std::uint64_t, std::uint64_t>>& entries) {
    bytes out = {1, 0x1b, 0x03, 0x3b};
    append_number(out, frames - (address + 4), 4);
    append_number(out, entries.size(), 4);
    for (const auto& entry : entries) {
        append_number(out, entry.first - address, 4);
        append_number(out, entry.second - address, 4);
    }
    return out;
}

/// Memory whose every word is made from its address, for rows that nobody meant.
struct made_memory {
    bool operator()(std::uint64_t address, unsigned size, std::uint64_t& value) const {
        value = address * 0x9e3779b97f4a7c15u;
        if (size < 8) { value &= (std::uint64_t{1} << (8 * size)) - 1; }
        return address % 16 != 9; // some cannot be read
    }
};

/// Computes and applies the rows of some addresses of a function. Returns how many there were.
template <class Registers>
std::size_t look_at_function(const wick::detail::eh_tables& tables,
                             const wick::detail::eh_fde& fde) {
    std::size_t rows = 0;
    const std::uint64_t size = fde.limit - fde.start;
    for (const std::uint64_t pc : {fde.start, fde.start + size / 2, fde.limit - 1}) {
        wick::detail::cfi_row<Registers> row;
        bool signal_frame = false;
        if (!wick::detail::find_cfi_row<Registers>(tables, pc, row, signal_frame)) { continue; }
        wick::detail::cfi_registers<Registers> registers{};
        made_memory memory;
        static_cast<void>(wick::detail::apply_cfi_row(tables.frames, row, registers, memory));
        ++rows;
    }
    return rows;
}

/// Looks at every function that a search table names. Returns how many rows there were.
inline std::size_t look_at_tables(const wick::detail::eh_tables& tables) {
    std::size_t rows = 0;
    for (std::size_t i = 0; i < tables.count && i < 1000; ++i) {
        wick::detail::eh_fde fde;
        if (!wick::detail::find_eh_fde(tables, wick::detail::eh_table_field(tables, i, 0), fde)) {
            continue;
        }
        rows += look_at_function<wick::detail::x86_64_registers>(tables, fde);
        rows += look_at_function<wick::detail::aarch64_registers>(tables, fde);
    }
    return rows;
}

/// Takes any bytes as .eh_frame, and as .eh_frame_hdr with .eh_frame in the same bytes.
inline std::size_t look_at_eh_frame(const bytes& content) {
    const wick::detail::memory_view view{content.data(), content.size(), 0x10000};
    std::vector<std::uint8_t> table;
    std::size_t rows = look_at_tables(wick::detail::make_eh_table(view, table));
    wick::detail::eh_tables tables;
    if (wick::detail::read_eh_frame_hdr(view, view, tables)) { rows += look_at_tables(tables); }
    return rows;
}

} // namespace support

#endif
