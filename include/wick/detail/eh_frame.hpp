// wick/detail/eh_frame.hpp - how to step out of a function, from .eh_frame tables of any honesty.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_EH_FRAME_HPP
#define WICK_DETAIL_EH_FRAME_HPP

#include <wick/detail/elf.hpp> // little_endian, lies_within
#include <wick/version.hpp>

#include <algorithm> // std::sort
#include <cstddef>   // std::size_t
#include <cstdint>   // fixed-width fields
#include <limits>    // what a rule's 32 bits hold
#include <vector>    // a search table that the linker left out

// Formats: Linux Standard Base 5.0 Core, chapter 10.6 (.eh_frame, .eh_frame_hdr); DWARF 5,
// sections 6.4 (call frame information), 7.24 (its encoding), 2.5 (expressions); the AArch64 DWARF
// ABI for pointer authentication. Nothing here allocates but make_eh_table; nothing takes a lock or
// makes a system call, because a signal handler runs it. Every loop is bounded by the bytes it
// reads, no function recurses.

WICK_BEGIN_NAMESPACE
namespace detail {

/// Bytes, and the address at which the program sees the first of them. They need not be there:
/// tests and copies keep them elsewhere. Positions in them are offsets, so that no pointer leaves
/// the array.
struct memory_view {
    const std::uint8_t* data = nullptr;
    std::size_t size = 0;
    std::uint64_t address = 0;

    /// Returns the offset of an address; `size` when it lies outside.
    [[nodiscard]] std::size_t offset_of(std::uint64_t at) const noexcept {
        const std::uint64_t distance = at - address;
        return distance < size ? static_cast<std::size_t>(distance) : size;
    }
};

/// Reads fields one after the other. The first that does not lie in the bytes makes the reader
/// fail: it then gives zeros, so that callers may check once, after several fields.
class eh_reader {
public:
    /// Reads from offset `from` up to offset `until`, both cut to the size of the view.
    eh_reader(const memory_view& memory, std::size_t from, std::size_t until) noexcept
        : memory_(memory)
        , end_((std::min)(until, memory.size))
        , at_((std::min)(from, end_)) {}

    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }
    [[nodiscard]] std::size_t offset() const noexcept { return at_; }
    [[nodiscard]] std::size_t left() const noexcept { return end_ - at_; }

    [[nodiscard]] std::uint8_t byte() noexcept {
        if (at_ == end_) { return fail(); }
        return memory_.data[at_++];
    }

    template <class Integer>
    [[nodiscard]] Integer fixed() noexcept {
        if (left() < sizeof(Integer)) { return static_cast<Integer>(fail()); }
        const std::uint8_t* from = memory_.data + at_;
        at_ += sizeof(Integer);
        return little_endian<Integer>(reinterpret_cast<const char*>(from));
    }

    /// Bits beyond the 64th are dropped, as assemblers may pad with zeros; ten bytes hold 64.
    [[nodiscard]] std::uint64_t unsigned_leb() noexcept {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const std::uint8_t next = byte();
            if (shift < 64) { value |= std::uint64_t{next & 0x7fu} << shift; }
            if ((next & 0x80u) == 0) { return value; }
            if (shift > max_shift) { return fail(); }
        }
    }

    [[nodiscard]] std::int64_t signed_leb() noexcept {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const std::uint8_t next = byte();
            if (shift < 64) { value |= std::uint64_t{next & 0x7fu} << shift; }
            if ((next & 0x80u) == 0) {
                const bool negative = (next & 0x40u) != 0 && shift + 7 < 64;
                if (negative) { value |= ~std::uint64_t{0} << (shift + 7); }
                return static_cast<std::int64_t>(value);
            }
            if (shift > max_shift) { return fail(); }
        }
    }

    void skip(const std::uint64_t bytes) noexcept {
        if (bytes > left()) {
            fail();
        } else {
            at_ += static_cast<std::size_t>(bytes);
        }
    }

    /// Reads a pointer in one of the DW_EH_PE encodings that need nothing but the tables
    /// themselves. `data_base` is what "datarel" is relative to. Indirect pointers fail: rows never
    /// need one.
    [[nodiscard]] std::uint64_t pointer(std::uint8_t encoding, std::uint64_t data_base) noexcept {
        const std::uint64_t here = memory_.address + at_;
        const std::uint64_t value = pointer_value(encoding);
        switch (encoding & 0xf0u) {
        case 0x00:
            return value;
        case 0x10:
            return value + here;
        case 0x30:
            return value + data_base;
        default:
            return fail();
        }
    }

    /// Reads past a pointer without asking what it is relative to.
    void skip_pointer(std::uint8_t encoding) noexcept {
        static_cast<void>(pointer_value(encoding));
    }

private:
    static constexpr unsigned max_shift = 7 * 16;

    memory_view memory_;
    std::size_t end_;
    std::size_t at_;
    bool failed_ = false;

    std::uint8_t fail() noexcept {
        failed_ = true;
        at_ = end_;
        return 0;
    }

    [[nodiscard]] std::uint64_t pointer_value(std::uint8_t encoding) noexcept {
        const auto widen = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
        switch (encoding & 0x0fu) {
        case 0x0: // absptr: an address, of 8 bytes on the machines we know
        case 0x4:
            return fixed<std::uint64_t>();
        case 0x1:
            return unsigned_leb();
        case 0x2:
            return fixed<std::uint16_t>();
        case 0x3:
            return fixed<std::uint32_t>();
        case 0x9:
            return widen(signed_leb());
        case 0xa:
            return widen(fixed<std::int16_t>());
        case 0xb:
            return widen(fixed<std::int32_t>());
        case 0xc:
            return fixed<std::uint64_t>();
        default:
            return fail();
        }
    }
};

/// What the functions of one group have in common.
struct eh_cie {
    std::uint64_t code_align = 1;
    std::int64_t data_align = 1;
    std::uint64_t return_register = 0;
    std::size_t program = 0; ///< offsets of the instructions that every function starts with
    std::size_t program_end = 0;
    std::uint8_t pointer_encoding = 0;
    bool sized = false;        ///< its functions carry the size of their augmentation
    bool signal_frame = false; ///< 'S': the caller was interrupted, its address is exact
};

/// One function: the addresses it covers and the instructions that describe its frame.
struct eh_fde {
    eh_cie cie;
    std::uint64_t start = 0;
    std::uint64_t limit = 0;
    std::size_t program = 0;
    std::size_t program_end = 0;
};

/// The tables of one module. A view; `table` is sorted pairs of 32-bit offsets from `base`, of the
/// first address of a function and of its FDE: what .eh_frame_hdr holds and make_eh_table makes.
struct eh_tables {
    memory_view frames; ///< what FDEs and CIEs may lie in
    const std::uint8_t* table = nullptr;
    std::size_t count = 0;
    std::uint64_t base = 0;

    static constexpr std::size_t entry_size = 8;
};

/// One length-prefixed entry of .eh_frame.
struct eh_entry {
    std::size_t identity =
        0; ///< offset of the field that tells a CIE (0) from an FDE (back to its CIE)
    std::size_t end = 0;
    std::uint32_t distance = 0; ///< that field
};

/// Reads the start of the entry at an offset. False when it does not lie in the bytes, is the
/// terminator, or has a 64-bit length, which no linker writes in .eh_frame.
[[nodiscard]] inline bool
read_eh_entry(const memory_view& memory, std::size_t offset, eh_entry& entry) noexcept {
    eh_reader reader(memory, offset, memory.size);
    const auto length = reader.fixed<std::uint32_t>();
    if (reader.failed() || length < 4 || length > reader.left()) { return false; }
    entry.identity = reader.offset();
    entry.end = entry.identity + length;
    entry.distance = reader.fixed<std::uint32_t>();
    return true;
}

/// Reads what the letters after 'z' promise. False at a letter that nobody has defined: what
/// follows it cannot be known, and a guess would give wrong stacks.
[[nodiscard]] inline bool read_eh_augmentation(const memory_view& memory,
                                               std::size_t letters,
                                               eh_reader& reader,
                                               eh_cie& cie) noexcept {
    for (std::size_t i = letters; i < memory.size && memory.data[i] != 0; ++i) {
        switch (memory.data[i]) {
        case 'R':
            cie.pointer_encoding = reader.byte();
            break;
        case 'L':
            static_cast<void>(reader.byte());
            break;
        case 'P':
            reader.skip_pointer(reader.byte());
            break;
        case 'S':
            cie.signal_frame = true;
            break;
        case 'B': // AArch64: signed with the other key. Stripping a signature needs no key.
        case 'G': // AArch64: memory tagging of the frame
            break;
        default:
            return false;
        }
    }
    return !reader.failed();
}

/// Reads the CIE at an offset. False when it is none, or is cut off, or of a kind that nobody
/// writes.
[[nodiscard]] inline bool
read_eh_cie(const memory_view& memory, std::size_t offset, eh_cie& cie) noexcept {
    eh_entry entry;
    if (!read_eh_entry(memory, offset, entry) || entry.distance != 0) { return false; }
    eh_reader reader(memory, entry.identity + 4, entry.end);
    const std::uint8_t version = reader.byte();
    if (version != 1 && version != 3 && version != 4) { return false; }
    const std::size_t letters = reader.offset();
    constexpr std::size_t max_letters =
        16; // there are only so many: a look-up must not walk megabytes
    while (reader.byte() != 0) {
        if (reader.offset() - letters > max_letters) { return false; }
    }
    if (reader.failed()) { return false; }
    if (version == 4) { reader.skip(2); } // sizes of an address (8) and of a segment selector (0)
    cie = {};
    cie.code_align = reader.unsigned_leb();
    cie.data_align = reader.signed_leb();
    cie.return_register = version == 1 ? reader.byte() : reader.unsigned_leb();
    cie.sized = memory.data[letters] == 'z';
    if (cie.sized) {
        const std::uint64_t size = reader.unsigned_leb();
        if (reader.failed() || size > reader.left()) { return false; }
        const std::size_t after = reader.offset() + static_cast<std::size_t>(size);
        eh_reader augmentation(memory, reader.offset(), after);
        if (!read_eh_augmentation(memory, letters + 1, augmentation, cie)) { return false; }
        reader.skip(size);
    } else if (memory.data[letters] != 0) {
        return false; // "eh" and the like, of compilers of the last century
    }
    cie.program = reader.offset();
    cie.program_end = entry.end;
    return !reader.failed();
}

/// Reads the FDE at an offset, and its CIE. False when either cannot be read.
[[nodiscard]] inline bool
read_eh_fde(const memory_view& memory, std::size_t offset, eh_fde& fde) noexcept {
    eh_entry entry;
    if (!read_eh_entry(memory, offset, entry) || entry.distance == 0) { return false; }
    if (entry.distance > entry.identity) { return false; }
    if (!read_eh_cie(memory, entry.identity - entry.distance, fde.cie)) { return false; }
    eh_reader reader(memory, entry.identity + 4, entry.end);
    fde.start = reader.pointer(fde.cie.pointer_encoding, 0);
    const auto size_encoding = static_cast<std::uint8_t>(fde.cie.pointer_encoding & 0x0fu);
    const std::uint64_t size = reader.pointer(size_encoding, 0);
    if (fde.cie.sized) { reader.skip(reader.unsigned_leb()); }
    fde.limit = fde.start + size;
    fde.program = reader.offset();
    fde.program_end = entry.end;
    return !reader.failed() && fde.limit >= fde.start;
}

/// Reads .eh_frame_hdr. `header` is that section; `memory` is what .eh_frame lies in.
/// False when it has no sorted table of the usual shape (0x3b) within its size: see make_eh_table.
[[nodiscard]] inline bool read_eh_frame_hdr(const memory_view& header,
                                            const memory_view& memory,
                                            eh_tables& tables) noexcept {
    eh_reader reader(header, 0, header.size);
    const std::uint8_t version = reader.byte();
    const std::uint8_t frame_encoding = reader.byte();
    const std::uint8_t count_encoding = reader.byte();
    const std::uint8_t table_encoding = reader.byte();
    constexpr std::uint8_t sorted_pairs = 0x3b; // relative to the header, signed, 4 bytes each
    if (version != 1 || table_encoding != sorted_pairs) { return false; }
    reader.skip_pointer(frame_encoding);
    const std::uint64_t count = reader.pointer(count_encoding, header.address);
    if (reader.failed() || count > reader.left() / eh_tables::entry_size) { return false; }
    tables.frames = memory;
    tables.table = header.data + reader.offset();
    tables.count = static_cast<std::size_t>(count);
    tables.base = header.address;
    return true;
}

/// Returns where .eh_frame_hdr says that .eh_frame starts; 0 when it does not say.
[[nodiscard]] inline std::uint64_t eh_frame_address(const memory_view& header) noexcept {
    eh_reader reader(header, 0, header.size);
    if (reader.byte() != 1) { return 0; }
    const std::uint8_t encoding = reader.byte();
    reader.skip(2);
    const std::uint64_t address = reader.pointer(encoding, header.address);
    return reader.failed() ? 0 : address;
}

/// Returns the first number (an address) or the second (an FDE) of an entry of the search table.
[[nodiscard]] inline std::uint64_t
eh_table_field(const eh_tables& tables, std::size_t index, std::size_t field) noexcept {
    const std::uint8_t* at = tables.table + index * eh_tables::entry_size + field * 4;
    const auto distance = little_endian<std::int32_t>(reinterpret_cast<const char*>(at));
    return tables.base + static_cast<std::uint64_t>(std::int64_t{distance});
}

/// Finds the function that covers an address. False in gaps, and when the tables are broken there.
/// Takes O(log n); a table that is not sorted gives wrong answers, and nothing worse.
[[nodiscard]] inline bool
find_eh_fde(const eh_tables& tables, std::uint64_t pc, eh_fde& fde) noexcept {
    std::size_t low = 0;
    std::size_t high = tables.count;
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (eh_table_field(tables, middle, 0) <= pc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) { return false; }
    const std::size_t offset = tables.frames.offset_of(eh_table_field(tables, low - 1, 1));
    return read_eh_fde(tables.frames, offset, fde) && fde.start <= pc && pc < fde.limit;
}

/// Returns the search table of an .eh_frame that has none, as in static executables: `entries`
/// holds its bytes, `base` of `tables` is the address of `frames`. Functions further than 2 GB away
/// are left out. Allocates 8 bytes a function; takes O(n log n): not for signal handlers.
[[nodiscard]] inline eh_tables make_eh_table(const memory_view& frames,
                                             std::vector<std::uint8_t>& entries) {
    struct pair {
        std::int32_t pc, fde;
    };
    const auto distance = [&](std::uint64_t address, std::int32_t& out) {
        out = static_cast<std::int32_t>(static_cast<std::uint32_t>(address - frames.address));
        return static_cast<std::uint64_t>(std::int64_t{out}) == address - frames.address;
    };
    std::vector<pair> pairs;
    eh_entry entry;
    for (std::size_t offset = 0; read_eh_entry(frames, offset, entry); offset = entry.end) {
        eh_fde fde;
        pair found{};
        if (entry.distance == 0 || !read_eh_fde(frames, offset, fde)) { continue; }
        // Linkers leave the FDEs of discarded functions behind, with nothing in them.
        if (fde.limit == fde.start || !distance(fde.start, found.pc)) { continue; }
        if (distance(frames.address + offset, found.fde)) { pairs.push_back(found); }
    }
    std::sort(pairs.begin(), pairs.end(), [](const pair& a, const pair& b) {
        return a.pc != b.pc ? a.pc < b.pc : a.fde < b.fde;
    });
    const auto append = [&](std::int32_t number) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            entries.push_back(
                static_cast<std::uint8_t>(static_cast<std::uint32_t>(number) >> shift));
        }
    };
    entries.clear();
    entries.reserve(pairs.size() * eh_tables::entry_size);
    for (const pair& p : pairs) {
        append(p.pc);
        append(p.fde);
    }
    return {frames, entries.data(), pairs.size(), frames.address};
}

/// The registers of x86-64 that rules may name, by their DWARF numbers. Number 16 is no register
/// but the column of the return address.
struct x86_64_registers {
    static constexpr unsigned slots = 17;
    static constexpr unsigned frame_slot = 6;
    static constexpr unsigned stack_slot = 7;
    static constexpr unsigned return_slot = 16;
    static constexpr bool signs_returns = false;

    [[nodiscard]] static constexpr unsigned slot_of(std::uint64_t number) noexcept {
        return number < slots ? static_cast<unsigned>(number) : slots;
    }
};

/// The registers of AArch64 that rules may name: x16 to x30 and sp. The others hold nothing that a
/// caller keeps, and leaving them out halves what the handler needs of the stack.
struct aarch64_registers {
    static constexpr unsigned slots = 16;
    static constexpr unsigned frame_slot = 29 - 16;
    static constexpr unsigned return_slot = 30 - 16;
    static constexpr unsigned stack_slot = 31 - 16;
    static constexpr bool signs_returns = true;

    [[nodiscard]] static constexpr unsigned slot_of(std::uint64_t number) noexcept {
        return number >= 16 && number < 32 ? static_cast<unsigned>(number - 16) : slots;
    }
};

/// How the caller's value of a register is found.
enum class cfi_how : std::uint8_t {
    same,          ///< it is still there
    undefined,     ///< it is lost; of the return address: there is no caller
    at_cfa,        ///< in memory, `value` bytes from the CFA
    is_cfa,        ///< the CFA plus `value`
    in_register,   ///< in the register of slot `value`
    at_expression, ///< in memory, at the address that the expression at offset `value` gives
    is_expression  ///< what the expression at offset `value` gives
};

/// How the CFA is found: the canonical frame address, the caller's stack pointer before the call.
enum class cfi_cfa : std::uint8_t {
    none,          ///< there is no rule
    from_register, ///< the register of slot `cfa_slot` plus `cfa_value`
    expression     ///< what the expression at offset `cfa_value` gives
};

/// The rules in force at one address: how to get the caller's registers. Value-initialised it says
/// that every register is still there. It has no initialisers, so that an array of them costs
/// nothing.
template <class Registers>
struct cfi_row {
    std::int32_t cfa_value;
    std::int32_t value[Registers::slots];
    cfi_how how[Registers::slots];
    cfi_cfa cfa;
    std::uint8_t cfa_slot;
    bool return_is_signed; ///< by pointer authentication
};

/// Runs the instructions of one function up to one address.
template <class Registers>
class cfi_interpreter {
public:
    using row = cfi_row<Registers>;

    /// Stores the rules in force at `pc`, which the function covers. False when an instruction is
    /// unknown, cut off, or out of range: a guess would give wrong stacks. Needs about 900 bytes of
    /// stack; time is bounded by the size of the two programs.
    [[nodiscard]] static bool
    run(const memory_view& memory, const eh_fde& fde, std::uint64_t pc, row& result) noexcept {
        cfi_interpreter self(memory, fde, pc, result);
        if (Registers::slot_of(fde.cie.return_register) != Registers::return_slot) { return false; }
        if (!self.run_program(fde.cie.program, fde.cie.program_end)) { return false; }
        self.initial_ = result;
        self.location_ = fde.start;
        self.in_function_ = true;
        return self.run_program(fde.program, fde.program_end) && result.cfa != cfi_cfa::none;
    }

private:
    // Compilers need one level and hand-written code two; a real stack, because one level that is
    // overwritten gives wrong rows silently.
    static constexpr unsigned max_saved = 6;

    const memory_view& memory_;
    const eh_fde& fde_;
    const std::uint64_t pc_;
    row& row_;
    row initial_;
    row saved_[max_saved];
    unsigned saved_count_ = 0;
    std::uint64_t location_ = 0;
    bool in_function_ = false;
    bool passed_ = false;

    // The saved rows stay uninitialised until they are written: most functions never save one.
    cfi_interpreter(const memory_view& memory,
                    const eh_fde& fde,
                    std::uint64_t pc,
                    row& result) noexcept
        : memory_(memory)
        , fde_(fde)
        , pc_(pc)
        , row_(result) {
        row_ = row{};
    }

    [[nodiscard]] bool run_program(std::size_t from, std::size_t until) noexcept {
        eh_reader reader(memory_, from, until);
        while (!reader.at_end() && !passed_) {
            if (!step(reader) || reader.failed()) { return false; }
        }
        return true;
    }

    [[nodiscard]] bool step(eh_reader& reader) noexcept {
        const std::uint8_t opcode = reader.byte();
        const std::uint8_t low = opcode & 0x3fu;
        switch (opcode >> 6) {
        case 1:
            return advance(low);
        case 2:
            return offset_rule(low, reader.unsigned_leb(), cfi_how::at_cfa);
        case 3:
            return restore(low);
        default:
            return extended(opcode, reader);
        }
    }

    [[nodiscard]] bool extended(std::uint8_t opcode, eh_reader& reader) noexcept {
        switch (opcode) {
        case 0x00:
            return true; // nop
        case 0x01:
            return go_to(reader.pointer(fde_.cie.pointer_encoding, 0)); // set_loc
        case 0x02:
            return advance(reader.byte());
        case 0x03:
            return advance(reader.fixed<std::uint16_t>());
        case 0x04:
            return advance(reader.fixed<std::uint32_t>());
        case 0x0a:
            return remember();
        case 0x0b:
            return recall();
        case 0x1d:
            return advance(reader.fixed<std::uint64_t>()); // MIPS_advance_loc8
        case 0x2c:                                         // AARCH64_negate_ra_state_with_pc
        case 0x2d:
            return toggle_signed(); // AARCH64_negate_ra_state
        case 0x2e:
            static_cast<void>(reader.unsigned_leb());
            return true; // GNU_args_size
        default:
            return opcode >= 0x0c && opcode <= 0x13 && opcode != 0x10 && opcode != 0x11
                       ? cfa_opcode(opcode, reader)
                       : register_opcode(opcode, reader);
        }
    }

    [[nodiscard]] bool cfa_opcode(std::uint8_t opcode, eh_reader& reader) noexcept {
        switch (opcode) {
        case 0x0c: { // def_cfa
            const std::uint64_t number = reader.unsigned_leb();
            return cfa_register(number) && cfa_offset(reader.unsigned_leb());
        }
        case 0x0d:
            return cfa_register(reader.unsigned_leb()); // def_cfa_register
        case 0x0e:
            return cfa_offset(reader.unsigned_leb()); // def_cfa_offset
        case 0x0f:                                    // def_cfa_expression
            row_.cfa = cfi_cfa::expression;
            return skip_block(reader, row_.cfa_value);
        case 0x12: { // def_cfa_sf
            const std::uint64_t number = reader.unsigned_leb();
            return cfa_register(number) && factored(reader.signed_leb(), row_.cfa_value);
        }
        default:
            return factored(reader.signed_leb(), row_.cfa_value); // def_cfa_offset_sf
        }
    }

    [[nodiscard]] bool register_opcode(std::uint8_t opcode, eh_reader& reader) noexcept {
        const std::uint64_t number = reader.unsigned_leb();
        switch (opcode) {
        case 0x05:
            return offset_rule(number, reader.unsigned_leb(), cfi_how::at_cfa);
        case 0x06:
            return restore(number);
        case 0x07:
            return rule(number, cfi_how::undefined, 0);
        case 0x08:
            return rule(number, cfi_how::same, 0);
        case 0x09:
            return register_rule(number, reader.unsigned_leb());
        case 0x10:
            return expression_rule(number, reader, cfi_how::at_expression);
        case 0x11:
            return signed_rule(number, reader.signed_leb(), cfi_how::at_cfa);
        case 0x14:
            return offset_rule(number, reader.unsigned_leb(), cfi_how::is_cfa);
        case 0x15:
            return signed_rule(number, reader.signed_leb(), cfi_how::is_cfa);
        case 0x16:
            return expression_rule(number, reader, cfi_how::is_expression);
        case 0x2f: // GNU_negative_offset_extended, of the compilers before signed offsets
            return signed_rule(number, negated(reader.unsigned_leb()), cfi_how::at_cfa);
        default:
            return false;
        }
    }

    [[nodiscard]] static std::int64_t negated(std::uint64_t value) noexcept {
        return static_cast<std::int64_t>(~value + 1);
    }

    [[nodiscard]] bool advance(std::uint64_t delta) noexcept {
        return go_to(location_ + delta * fde_.cie.code_align);
    }

    [[nodiscard]] bool go_to(std::uint64_t location) noexcept {
        if (!in_function_) { return true; } // a CIE has no addresses to advance over
        // Rules are listed by rising address; going back could only be an overflow.
        if (location < location_) { return false; }
        location_ = location;
        passed_ = location > pc_;
        return true;
    }

    [[nodiscard]] bool remember() noexcept {
        if (saved_count_ == max_saved) { return false; }
        saved_[saved_count_++] = row_;
        return true;
    }

    [[nodiscard]] bool recall() noexcept {
        if (saved_count_ == 0) { return false; }
        row_ = saved_[--saved_count_];
        return true;
    }

    [[nodiscard]] bool toggle_signed() noexcept {
        // The same opcode is GNU_window_save of the SPARC; other machines have no use for it.
        if (!Registers::signs_returns) { return false; }
        row_.return_is_signed = !row_.return_is_signed;
        return true;
    }

    [[nodiscard]] bool rule(std::uint64_t number, cfi_how how, std::int32_t value) noexcept {
        const unsigned slot = Registers::slot_of(number);
        if (slot == Registers::slots) { return true; } // nobody asks for vector registers
        row_.how[slot] = how;
        row_.value[slot] = value;
        return true;
    }

    [[nodiscard]] bool restore(std::uint64_t number) noexcept {
        const unsigned slot = Registers::slot_of(number);
        if (slot == Registers::slots) { return true; }
        if (!in_function_) { return false; }
        row_.how[slot] = initial_.how[slot];
        row_.value[slot] = initial_.value[slot];
        return true;
    }

    [[nodiscard]] bool register_rule(std::uint64_t number, std::uint64_t source) noexcept {
        const unsigned slot = Registers::slot_of(source);
        if (slot == Registers::slots) { return rule(number, cfi_how::undefined, 0); }
        return rule(number, cfi_how::in_register, static_cast<std::int32_t>(slot));
    }

    [[nodiscard]] bool
    offset_rule(std::uint64_t number, std::uint64_t offset, cfi_how how) noexcept {
        if (offset > std::uint64_t{(std::numeric_limits<std::int32_t>::max)()}) { return false; }
        return signed_rule(number, static_cast<std::int64_t>(offset), how);
    }

    [[nodiscard]] bool
    signed_rule(std::uint64_t number, std::int64_t offset, cfi_how how) noexcept {
        std::int32_t value = 0;
        return factored(offset, value) && rule(number, how, value);
    }

    [[nodiscard]] bool
    expression_rule(std::uint64_t number, eh_reader& reader, cfi_how how) noexcept {
        std::int32_t value = 0;
        return skip_block(reader, value) && rule(number, how, value);
    }

    /// Stores the offset of an expression, which starts with its size, and reads past it.
    [[nodiscard]] static bool skip_block(eh_reader& reader, std::int32_t& at) noexcept {
        if (!narrow(static_cast<std::int64_t>(reader.offset()), at)) { return false; }
        reader.skip(reader.unsigned_leb());
        return !reader.failed();
    }

    [[nodiscard]] static bool narrow(std::int64_t wide, std::int32_t& out) noexcept {
        out = static_cast<std::int32_t>(wide);
        return std::int64_t{out} == wide;
    }

    [[nodiscard]] bool factored(std::int64_t offset, std::int32_t& out) const noexcept {
        // Both factors fit 32 bits, so that the product fits 64.
        std::int32_t narrowed = 0;
        std::int32_t align = 0;
        return narrow(offset, narrowed) && narrow(fde_.cie.data_align, align) &&
               narrow(std::int64_t{narrowed} * align, out);
    }

    [[nodiscard]] bool cfa_register(std::uint64_t number) noexcept {
        const unsigned slot = Registers::slot_of(number);
        row_.cfa_slot = static_cast<std::uint8_t>(slot);
        row_.cfa = cfi_cfa::from_register;
        return slot < Registers::slots;
    }

    [[nodiscard]] bool cfa_offset(std::uint64_t offset) noexcept {
        if (offset > std::uint64_t{(std::numeric_limits<std::int32_t>::max)()}) { return false; }
        return narrow(static_cast<std::int64_t>(offset), row_.cfa_value);
    }
};

/// Finds the function that covers an address and the rules in force there. False when there are
/// none.
template <class Registers>
[[nodiscard]] bool find_cfi_row(const eh_tables& tables,
                                std::uint64_t pc,
                                cfi_row<Registers>& row,
                                bool& signal_frame) noexcept {
    eh_fde fde;
    if (!find_eh_fde(tables, pc, fde)) { return false; }
    signal_frame = fde.cie.signal_frame;
    return cfi_interpreter<Registers>::run(tables.frames, fde, pc, row);
}

/// The registers of one frame, by slot.
template <class Registers>
struct cfi_registers {
    std::uint64_t value[Registers::slots];
};

/// Evaluates one DWARF expression: a bounded stack machine over the registers and memory of the
/// stack. `Read` is bool(std::uint64_t address, unsigned bytes, std::uint64_t& value), false where
/// it must not look. What describes objects and types and never occurs in .eh_frame fails.
template <class Registers, class Read>
class cfi_evaluator {
public:
    cfi_evaluator(const memory_view& memory,
                  const cfi_registers<Registers>& registers,
                  Read& read) noexcept
        : memory_(memory)
        , registers_(registers)
        , read_(read) {}

    void push(std::uint64_t value) noexcept {
        if (depth_ == max_depth) {
            failed_ = true;
        } else {
            stack_[depth_++] = value;
        }
    }

    /// Evaluates the expression whose size stands at offset `at`. False when it fails or is
    /// endless.
    [[nodiscard]] bool run(std::int32_t at, std::uint64_t& result) noexcept {
        eh_reader sized(memory_, static_cast<std::size_t>(at), memory_.size);
        const std::uint64_t size = sized.unsigned_leb();
        if (sized.failed() || size > sized.left()) { return false; }
        begin_ = sized.offset();
        end_ = begin_ + static_cast<std::size_t>(size);
        eh_reader reader(memory_, begin_, end_);
        for (unsigned steps = 0; !reader.at_end(); ++steps) {
            if (steps == max_steps || !step(reader) || reader.failed() || failed_) { return false; }
        }
        result = pop();
        return !failed_;
    }

private:
    static constexpr unsigned max_depth = 16;
    static constexpr unsigned max_steps = 512; // branches can loop

    const memory_view& memory_;
    const cfi_registers<Registers>& registers_;
    Read& read_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    unsigned depth_ = 0;
    bool failed_ = false;
    std::uint64_t stack_[max_depth];

    [[nodiscard]] std::uint64_t pop() noexcept {
        if (depth_ == 0) {
            failed_ = true;
            return 0;
        }
        return stack_[--depth_];
    }

    [[nodiscard]] bool step(eh_reader& reader) noexcept {
        const std::uint8_t opcode = reader.byte();
        if (opcode >= 0x30 && opcode <= 0x4f) { return pushed(opcode - 0x30u); } // lit0 to lit31
        if (opcode >= 0x50 && opcode <= 0x6f) { return push_register(opcode - 0x50u, 0); }
        if (opcode >= 0x70 && opcode <= 0x8f) {
            return push_register(opcode - 0x70u, reader.signed_leb());
        }
        if (opcode >= 0x03 && opcode <= 0x11 && opcode != 0x06) { return constant(opcode, reader); }
        if (opcode >= 0x12 && opcode <= 0x17) { return shuffle(opcode, reader); }
        if (opcode == 0x19 || opcode == 0x1f || opcode == 0x20 || opcode == 0x23) {
            return unary(opcode, reader);
        }
        if (opcode >= 0x1a && opcode <= 0x2e && opcode != 0x28) { return binary(opcode); }
        return other(opcode, reader);
    }

    [[nodiscard]] bool pushed(std::uint64_t value) noexcept {
        push(value);
        return true;
    }

    [[nodiscard]] bool push_register(std::uint64_t number, std::int64_t offset) noexcept {
        const unsigned slot = Registers::slot_of(number);
        if (slot == Registers::slots) { return false; }
        return pushed(registers_.value[slot] + static_cast<std::uint64_t>(offset));
    }

    [[nodiscard]] bool constant(std::uint8_t opcode, eh_reader& reader) noexcept {
        const auto widen = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
        switch (opcode) {
        case 0x03: // addr
        case 0x0e: // const8u
        case 0x0f:
            return pushed(reader.fixed<std::uint64_t>());
        case 0x08:
            return pushed(reader.byte());
        case 0x09:
            return pushed(widen(reader.fixed<std::int8_t>()));
        case 0x0a:
            return pushed(reader.fixed<std::uint16_t>());
        case 0x0b:
            return pushed(widen(reader.fixed<std::int16_t>()));
        case 0x0c:
            return pushed(reader.fixed<std::uint32_t>());
        case 0x0d:
            return pushed(widen(reader.fixed<std::int32_t>()));
        case 0x10:
            return pushed(reader.unsigned_leb());
        case 0x11:
            return pushed(widen(reader.signed_leb()));
        default:
            return false;
        }
    }

    /// dup, drop, over, pick, swap, rot.
    [[nodiscard]] bool shuffle(std::uint8_t opcode, eh_reader& reader) noexcept {
        switch (opcode) {
        case 0x12:
            return pick(0);
        case 0x13:
            static_cast<void>(pop());
            return true;
        case 0x14:
            return pick(1);
        case 0x15:
            return pick(reader.byte());
        default:
            break;
        }
        const unsigned turned = opcode == 0x16 ? 2 : 3;
        if (depth_ < turned) { return false; }
        const std::uint64_t top = stack_[depth_ - 1];
        for (unsigned i = 1; i < turned; ++i) { stack_[depth_ - i] = stack_[depth_ - i - 1]; }
        stack_[depth_ - turned] = top;
        return true;
    }

    [[nodiscard]] bool pick(unsigned below) noexcept {
        if (below >= depth_) { return false; }
        return pushed(stack_[depth_ - 1 - below]);
    }

    [[nodiscard]] bool unary(std::uint8_t opcode, eh_reader& reader) noexcept {
        const std::uint64_t a = pop();
        switch (opcode) {
        case 0x19:
            return pushed(a >> 63 != 0 ? 0 - a : a); // abs
        case 0x1f:
            return pushed(0 - a); // neg
        case 0x20:
            return pushed(~a); // not
        default:
            return pushed(a + reader.unsigned_leb()); // plus_uconst
        }
    }

    [[nodiscard]] bool binary(std::uint8_t opcode) noexcept {
        const std::uint64_t b = pop();
        const std::uint64_t a = pop();
        const auto signed_a = static_cast<std::int64_t>(a);
        const auto signed_b = static_cast<std::int64_t>(b);
        switch (opcode) {
        case 0x1a:
            return pushed(a & b);
        case 0x1b:
            return divide(a, b);
        case 0x1c:
            return pushed(a - b);
        case 0x1d:
            return b != 0 && pushed(a % b);
        case 0x1e:
            return pushed(a * b);
        case 0x21:
            return pushed(a | b);
        case 0x22:
            return pushed(a + b);
        case 0x24:
            return pushed(b < 64 ? a << b : 0);
        case 0x25:
            return pushed(b < 64 ? a >> b : 0);
        case 0x26:
            return pushed(shift_signed(a, b));
        case 0x27:
            return pushed(a ^ b);
        case 0x29:
            return pushed(a == b);
        case 0x2a:
            return pushed(signed_a >= signed_b);
        case 0x2b:
            return pushed(signed_a > signed_b);
        case 0x2c:
            return pushed(signed_a <= signed_b);
        case 0x2d:
            return pushed(signed_a < signed_b);
        case 0x2e:
            return pushed(a != b);
        default:
            return false;
        }
    }

    /// Division is the one signed operation of DWARF's arithmetic that can overflow.
    [[nodiscard]] bool divide(std::uint64_t a, std::uint64_t b) noexcept {
        if (b == 0) { return false; }
        if (b == ~std::uint64_t{0}) { return pushed(0 - a); }
        return pushed(static_cast<std::uint64_t>(static_cast<std::int64_t>(a) /
                                                 static_cast<std::int64_t>(b)));
    }

    [[nodiscard]] static std::uint64_t shift_signed(std::uint64_t a, std::uint64_t b) noexcept {
        const std::uint64_t sign = a >> 63 != 0 ? ~std::uint64_t{0} : 0;
        if (b == 0) { return a; }
        return b < 64 ? (a >> b) | (sign << (64 - b)) : sign;
    }

    [[nodiscard]] bool other(std::uint8_t opcode, eh_reader& reader) noexcept {
        switch (opcode) {
        case 0x06:
            return load(8);
        case 0x94:
            return load(reader.byte()); // deref_size
        case 0x28: {                    // bra
            const auto distance = reader.fixed<std::int16_t>();
            return pop() == 0 || jump(reader, distance);
        }
        case 0x2f:
            return jump(reader, reader.fixed<std::int16_t>()); // skip
        case 0x92: {                                           // bregx
            const std::uint64_t number = reader.unsigned_leb();
            return push_register(number, reader.signed_leb());
        }
        case 0x90:
            return push_register(reader.unsigned_leb(), 0); // regx
        case 0x96:
            return true; // nop
        default:
            return false;
        }
    }

    [[nodiscard]] bool load(unsigned bytes) noexcept {
        if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) { return false; }
        const std::uint64_t address = pop();
        std::uint64_t value = 0;
        return !failed_ && read_(address, bytes, value) && pushed(value);
    }

    [[nodiscard]] bool jump(eh_reader& reader, std::int16_t distance) noexcept {
        if (reader.failed()) { return false; }
        const std::size_t target =
            reader.offset() + static_cast<std::size_t>(std::ptrdiff_t{distance});
        if (target < begin_ || target > end_) { return false; }
        reader = eh_reader(memory_, target, end_);
        return true;
    }
};

/// What came of a step to the caller.
enum class cfi_step : std::uint8_t {
    done,
    at_end, ///< the return address is undefined: this is the outermost frame
    failed  ///< a rule asks for memory that must not be read, or makes no sense
};

/// Turns the registers of a frame into those of its caller: the return address stands in
/// `return_slot` then, the CFA in `stack_slot`. `read` is as for cfi_evaluator. After `failed` and
/// `at_end` the registers are as before.
template <class Registers, class Read>
[[nodiscard]] cfi_step apply_cfi_row(const memory_view& memory,
                                     const cfi_row<Registers>& row,
                                     cfi_registers<Registers>& registers,
                                     Read& read) noexcept {
    const auto evaluate = [&](std::int32_t at, const std::uint64_t* first, std::uint64_t& result) {
        cfi_evaluator<Registers, Read> evaluator(memory, registers, read);
        if (first != nullptr) { evaluator.push(*first); }
        return evaluator.run(at, result);
    };
    if (row.how[Registers::return_slot] == cfi_how::undefined) { return cfi_step::at_end; }
    std::uint64_t cfa = 0;
    const auto plus = [](std::uint64_t base, std::int32_t offset) {
        return base + static_cast<std::uint64_t>(std::int64_t{offset});
    };
    if (row.cfa == cfi_cfa::expression) {
        if (!evaluate(row.cfa_value, nullptr, cfa)) { return cfi_step::failed; }
    } else {
        cfa = plus(registers.value[row.cfa_slot], row.cfa_value);
    }
    cfi_registers<Registers> caller = registers;
    caller.value[Registers::stack_slot] = cfa;
    for (unsigned slot = 0; slot < Registers::slots; ++slot) {
        const std::int32_t value = row.value[slot];
        std::uint64_t& out = caller.value[slot];
        std::uint64_t address = 0;
        switch (row.how[slot]) {
        case cfi_how::same:
        case cfi_how::undefined:
            break; // the old value is as good as any
        case cfi_how::at_cfa:
            if (!read(plus(cfa, value), 8, out)) { return cfi_step::failed; }
            break;
        case cfi_how::is_cfa:
            out = plus(cfa, value);
            break;
        case cfi_how::in_register:
            out = registers.value[static_cast<unsigned>(value)];
            break;
        case cfi_how::at_expression:
            if (!evaluate(value, &cfa, address) || !read(address, 8, out)) {
                return cfi_step::failed;
            }
            break;
        case cfi_how::is_expression:
            if (!evaluate(value, &cfa, out)) { return cfi_step::failed; }
            break;
        }
    }
    registers = caller;
    return cfi_step::done;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
