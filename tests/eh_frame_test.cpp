// tests/eh_frame_test.cpp - rows of .eh_frame, from bytes made by hand and from bytes that are
// broken. SPDX-FileCopyrightText: 2026 wick contributors SPDX-License-Identifier: MIT
#include "eh_frame_support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace wick::detail;
using support::bytes;
using support::eh_section;

using x86_row = cfi_row<x86_64_registers>;
using arm_row = cfi_row<aarch64_registers>;

constexpr std::uint64_t text = 0x4000; // where the functions of these tests start
constexpr unsigned rbx = 3, rbp = 6, rsp = 7, ra = 16;

/// The tables of a section, whose search table lives as long as this.
struct searchable {
    std::vector<std::uint8_t> entries;
    eh_tables tables;

    explicit searchable(const eh_section& section)
        : tables(make_eh_table(section.view(), entries)) {}
    searchable(const searchable&) = delete;
    searchable& operator=(const searchable&) = delete;
};

template <class Registers>
bool row_at(const eh_section& section, std::uint64_t pc, cfi_row<Registers>& row) {
    const searchable s(section);
    bool signal_frame = false;
    return find_cfi_row<Registers>(s.tables, pc, row, signal_frame);
}

/// A section of one function of 256 bytes with these instructions.
eh_section one_function(const bytes& program) {
    eh_section section;
    const std::size_t cie = section.cie(support::x86_start());
    section.fde(cie, text, 256, program);
    section.terminate();
    return section;
}

bool has_row(const bytes& program, std::uint64_t at = 255) {
    x86_row row;
    return row_at(one_function(program), text + at, row);
}

void check_cfa(const x86_row& row, unsigned slot, std::int32_t value) {
    CHECK(row.cfa == cfi_cfa::from_register);
    CHECK(row.cfa_slot == slot);
    CHECK(row.cfa_value == value);
}

/// Memory of a few words.
struct words {
    std::map<std::uint64_t, std::uint64_t> at;
    bool operator()(std::uint64_t address, unsigned size, std::uint64_t& value) {
        const auto found = at.find(address);
        if (found == at.end()) { return false; }
        value = found->second;
        if (size < 8) { value &= (std::uint64_t{1} << (8 * size)) - 1; }
        return true;
    }
};

} // namespace

TEST_CASE("eh_frame: the rows of a function that pushes a frame pointer and saves a register") {
    // push %rbp at 0; mov %rsp,%rbp at 1; push %rbx at 4; leave at 100; ret at 101
    const eh_section section =
        one_function({0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x44, 0x83, 3, 0x02, 93, 0x0c, 7, 8});
    const struct {
        std::uint64_t at;
        unsigned cfa_register;
        std::int32_t cfa;
        cfi_how frame, base;
    } rows[] = {
        {0, rsp, 8, cfi_how::same, cfi_how::same},
        {1, rsp, 16, cfi_how::at_cfa, cfi_how::same},
        {3, rsp, 16, cfi_how::at_cfa, cfi_how::same},
        {4, rbp, 16, cfi_how::at_cfa, cfi_how::same},
        {8, rbp, 16, cfi_how::at_cfa, cfi_how::at_cfa},
        {100, rbp, 16, cfi_how::at_cfa, cfi_how::at_cfa},
        {101, rsp, 8, cfi_how::at_cfa, cfi_how::at_cfa},
    };
    for (const auto& expected : rows) {
        CAPTURE(expected.at);
        x86_row row;
        REQUIRE(row_at(section, text + expected.at, row));
        check_cfa(row, expected.cfa_register, expected.cfa);
        CHECK(row.how[rbp] == expected.frame);
        CHECK(row.how[rbx] == expected.base);
        CHECK(row.how[ra] == cfi_how::at_cfa);
        CHECK(row.value[ra] == -8);
        if (expected.frame == cfi_how::at_cfa) { CHECK(row.value[rbp] == -16); }
        if (expected.base == cfi_how::at_cfa) { CHECK(row.value[rbx] == -24); }
    }
}

TEST_CASE("eh_frame: there is no row before, between and behind functions") {
    eh_section section;
    const std::size_t cie = section.cie(support::x86_start());
    section.fde(cie, text + 0x200, 0x10, {}); // not in order: the search table sorts
    section.fde(cie, text, 0x100, {});
    section.fde(cie, text + 0x210, 0, {}); // what the linker left of a discarded function
    section.terminate();
    const struct {
        std::uint64_t at;
        bool found;
    } addresses[] = {{0, false},
                     {text - 1, false},
                     {text, true},
                     {text + 0xff, true},
                     {text + 0x100, false},
                     {text + 0x1ff, false},
                     {text + 0x200, true},
                     {text + 0x20f, true},
                     {text + 0x210, false},
                     {~std::uint64_t{0}, false}};
    for (const auto& address : addresses) {
        CAPTURE(address.at);
        x86_row row;
        CHECK(row_at(section, address.at, row) == address.found);
    }
}

TEST_CASE("eh_frame: remembered rows are a stack, restored registers follow the CIE") {
    eh_section section;
    bytes start = support::x86_start();
    support::append(start, {0x83, 5}); // the CIE saves rbx at CFA-40
    const std::size_t cie = section.cie(start);
    // 1: rbx at -16, remember; 2: CFA 32, remember; 3: CFA 48; 4: recall; 5: recall; 6: restore rbx
    section.fde(cie, text, 256, {0x41, 0x83, 2,    0x0a, 0x41, 0x0e, 32,   0x0a, 0x41, 0x0e, 48,
                                 0x41, 0x0b, 0x41, 0x0b, 0x41, 0xc3, 0x41, 0x83, 7,    0x06, 3});
    section.terminate();
    const struct {
        std::uint64_t at;
        std::int32_t cfa, base;
    } rows[] = {{0, 8, -40},
                {1, 8, -16},
                {2, 32, -16},
                {3, 48, -16},
                {4, 32, -16},
                {5, 8, -16},
                {6, 8, -40},
                {7, 8, -40}};
    for (const auto& expected : rows) {
        CAPTURE(expected.at);
        x86_row row;
        REQUIRE(row_at(section, text + expected.at, row));
        check_cfa(row, rsp, expected.cfa);
        CHECK(row.value[rbx] == expected.base);
    }
}

TEST_CASE("eh_frame: what cannot be followed gives no row, never a wrong one") {
    const bytes huge_leb(40, 0xff);
    bytes deep(7, 0x0a);
    bytes too_big = {0x0e};
    support::append(too_big, support::unsigned_leb(std::uint64_t{1} << 31));
    bytes endless = {0x0e};
    support::append(endless, huge_leb);
    const struct {
        std::string what;
        bytes program;
    } broken[] = {
        {"an unknown instruction", {0x3f}},
        {"an instruction of another machine", {0x2d}},
        {"recall without remember", {0x0b}},
        {"more remembered than anybody writes", deep},
        {"a CFA in a register that is not kept", {0x0c, 99, 8}},
        {"an offset of 2 GB", too_big},
        {"a number that never ends", endless},
        {"an expression that is longer than the function", {0x0f, 100, 0x77}},
        {"a register's expression that is cut off", {0x10, 6, 50}},
        {"an instruction that is cut off", {0x0c, 7, 8, 0x04, 1, 2}},
        {"an address before the last", {0x44, 0x01, 0, 0x3f, 0xff, 0xff}},
    };
    for (const auto& b : broken) {
        CAPTURE(b.what);
        // Padding would complete what is cut off: the sizes above are such that there is none.
        bytes program = b.program;
        while ((4 + 4 + 4 + 1 + program.size()) % 4 != 0) { program.insert(program.begin(), 0); }
        CHECK_FALSE(has_row(program));
    }
    CHECK(has_row(bytes(6, 0x0a)));
    CHECK(has_row({0x2e, 0x10}));            // GNU_args_size says nothing about rows
    CHECK(has_row({0x05, 40, 1, 0x07, 33})); // vector registers
}

TEST_CASE("eh_frame: rules of every kind") {
    const struct {
        bytes program;
        unsigned slot;
        cfi_how how;
        std::int32_t value;
    } rules[] = {
        {{0x05, 12, 4}, 12, cfi_how::at_cfa, -32},      // offset_extended
        {{0x11, 12, 0x7c}, 12, cfi_how::at_cfa, 32},    // offset_extended_sf, -4
        {{0x2f, 12, 4}, 12, cfi_how::at_cfa, 32},       // GNU_negative_offset_extended
        {{0x07, 16}, 16, cfi_how::undefined, 0},        // undefined
        {{0x83, 2, 0x08, 3}, 3, cfi_how::same, 0},      // same_value
        {{0x09, 16, 10}, 16, cfi_how::in_register, 10}, // register
        {{0x14, 7, 2}, 7, cfi_how::is_cfa, -16},        // val_offset
        {{0x15, 7, 0x7e}, 7, cfi_how::is_cfa, 16},      // val_offset_sf
        {{0x83, 2, 0xc3}, 3, cfi_how::same, 0},         // restore
    };
    for (const auto& rule : rules) {
        CAPTURE(rule.program[0]);
        x86_row row;
        REQUIRE(row_at(one_function(rule.program), text, row));
        CHECK(row.how[rule.slot] == rule.how);
        CHECK(row.value[rule.slot] == rule.value);
    }
    x86_row row;
    REQUIRE(row_at(one_function({0x12, 6, 0x7e}), text, row)); // def_cfa_sf
    check_cfa(row, rbp, 16);
    REQUIRE(row_at(one_function({0x13, 0x7d}), text, row)); // def_cfa_offset_sf
    check_cfa(row, rsp, 24);
}

TEST_CASE("eh_frame: CIEs of every version and augmentation that is written") {
    const struct {
        std::string augmentation;
        bytes data;
        std::uint8_t version;
        bool read, signal_frame;
    } kinds[] = {
        {"zR", {0x1b}, 1, true, false},
        {"zR", {0x1b}, 3, true, false},
        {"zR", {0x1b}, 4, true, false},
        {"zRS", {0x1b}, 1, true, true},
        {"zPLR",
         {0x9b, 1, 2, 3, 4, 0x1b, 0x1b},
         1,
         true,
         false}, // an indirect personality is skipped
        {"zRX", {0x1b}, 1, false, false},
        {"zPLR", {0x9b, 1, 2}, 1, false, false},
        {"eh", {}, 1, false, false},
        {"zR", {0x1b}, 2, false, false},
    };
    for (const auto& kind : kinds) {
        CAPTURE(kind.augmentation);
        CAPTURE(static_cast<int>(kind.version));
        eh_section section;
        eh_section::cie_fields fields;
        fields.augmentation = kind.augmentation;
        fields.augmentation_data = kind.data;
        fields.version = kind.version;
        section.fde(section.cie(support::x86_start(), fields), text, 256, {});
        eh_cie cie;
        REQUIRE(read_eh_cie(section.view(), 0, cie) == kind.read);
        x86_row row;
        CHECK(row_at(section, text, row) == kind.read);
        if (kind.read) { CHECK(cie.signal_frame == kind.signal_frame); }
    }
}

TEST_CASE(
    "eh_frame: entries that point outside, at each other, or have impossible lengths are refused") {
    eh_section section;
    const std::size_t cie = section.cie(support::x86_start());
    const std::size_t fde = section.fde(cie, text, 256, {});
    section.terminate();
    eh_fde found;
    REQUIRE(read_eh_fde(section.view(), fde, found));
    CHECK(found.start == text);
    CHECK(found.limit == text + 256);
    CHECK_FALSE(read_eh_fde(section.view(), cie, found)); // a CIE is no FDE
    CHECK_FALSE(read_eh_fde(section.view(), section.content.size(), found));
    CHECK_FALSE(read_eh_fde(section.view(), ~std::size_t{0} - 3, found));
    for (const std::uint32_t length : {0u, 1u, 3u, 200u, 0x7fffffffu, 0xfffffff0u, 0xffffffffu}) {
        CAPTURE(length);
        eh_section bad = section;
        for (unsigned i = 0; i < 4; ++i) {
            bad.content[fde + i] = static_cast<std::uint8_t>(length >> (8 * i));
        }
        CHECK_FALSE(read_eh_fde(bad.view(), fde, found));
    }
    for (const std::uint32_t back : {1u, 4u, 0x10000u, 0xffffffffu}) {
        CAPTURE(back);
        eh_section bad = section;
        for (unsigned i = 0; i < 4; ++i) {
            bad.content[fde + 4 + i] = static_cast<std::uint8_t>(back >> (8 * i));
        }
        CHECK_FALSE(read_eh_fde(bad.view(), fde, found));
    }
}

TEST_CASE("eh_frame_hdr: finds what it lists, and refuses what does not fit in it") {
    eh_section section;
    const std::size_t cie = section.cie(support::x86_start());
    const std::size_t first = section.fde(cie, text, 16, {});
    const std::size_t second = section.fde(cie, text + 64, 16, {});
    section.terminate();
    constexpr std::uint64_t at = 0xf000;
    const bytes header = support::eh_frame_hdr(
        at,
        section.address,
        {{text, section.address + first}, {text + 64, section.address + second}});
    const auto read = [&](const bytes& content, eh_tables& tables) {
        return read_eh_frame_hdr({content.data(), content.size(), at}, section.view(), tables);
    };
    eh_tables tables;
    REQUIRE(read(header, tables));
    CHECK(eh_frame_address({header.data(), header.size(), at}) == section.address);
    eh_fde fde;
    CHECK_FALSE(find_eh_fde(tables, text - 1, fde));
    REQUIRE(find_eh_fde(tables, text + 15, fde));
    CHECK(fde.start == text);
    CHECK_FALSE(find_eh_fde(tables, text + 16, fde));
    REQUIRE(find_eh_fde(tables, text + 64, fde));
    CHECK(fde.start == text + 64);

    // Every cut makes it too short for the two entries it promises.
    for (std::size_t size = 0; size < header.size(); ++size) {
        const bytes cut(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK_FALSE(read(cut, tables));
    }
    bytes other = header;
    other[0] = 2;
    CHECK_FALSE(read(other, tables)); // version
    other = header;
    other[3] = 0xff;
    CHECK_FALSE(read(other, tables)); // no table
    other = header;
    other[8] = 0xff;
    other[11] = 0x7f;
    CHECK_FALSE(read(other, tables)); // two thousand million entries
    other = header;
    other[16] = 0; // the first FDE is elsewhere: in a CIE, at best
    other[19] = 0x7f;
    REQUIRE(read(other, tables));
    CHECK_FALSE(find_eh_fde(tables, text, fde));
}

TEST_CASE("eh_frame: linkage tables and realigned stacks step right") {
    cfi_registers<x86_64_registers> registers{};
    words memory;
    x86_row row;
    // CFA = rsp + 8 + ((rip & 15) >= 11) * 8
    const eh_section linkage =
        one_function({0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22});
    REQUIRE(row_at(linkage, text, row));
    for (const std::uint64_t at : {0u, 10u, 11u, 15u}) {
        CAPTURE(at);
        const std::uint64_t cfa = at < 11 ? 0x1008 : 0x1010;
        memory.at = {{cfa - 8, 0x7777}};
        registers.value[rsp] = 0x1000;
        registers.value[ra] = text + at;
        REQUIRE(apply_cfi_row(linkage.view(), row, registers, memory) == cfi_step::done);
        CHECK(registers.value[rsp] == cfa);
        CHECK(registers.value[ra] == 0x7777);
    }
    // CFA = *(rbp - 8), rbp = *rbp, r10 = *(rbp - 16)
    const eh_section realigned =
        one_function({0x0f, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0, 0x10, 10, 2, 0x76, 0x70});
    REQUIRE(row_at(realigned, text, row));
    memory.at = {{0xff8, 0x2000}, {0x1000, 0x3000}, {0xff0, 0x1010}, {0x1ff8, 0x7778}};
    registers.value[rbp] = 0x1000;
    registers.value[rsp] = 0xf00;
    REQUIRE(apply_cfi_row(realigned.view(), row, registers, memory) == cfi_step::done);
    CHECK(registers.value[rsp] == 0x2000);
    CHECK(registers.value[rbp] == 0x3000);
    CHECK(registers.value[10] == 0x1010);
    CHECK(registers.value[ra] == 0x7778);
    // Memory that must not be read leaves the registers alone.
    memory.at.clear();
    const auto before = registers.value[rbp];
    CHECK(apply_cfi_row(realigned.view(), row, registers, memory) == cfi_step::failed);
    CHECK(registers.value[rbp] == before);
}

TEST_CASE("eh_frame: an undefined return address is the end of the stack") {
    x86_row row;
    const eh_section section = one_function({0x07, 16});
    REQUIRE(row_at(section, text, row));
    cfi_registers<x86_64_registers> registers{};
    words memory;
    CHECK(apply_cfi_row(section.view(), row, registers, memory) == cfi_step::at_end);
}

TEST_CASE("eh_frame: expressions") {
    constexpr std::uint64_t fails = 0xdeadbeefdeadbeef;
    const std::uint64_t minus_one = ~std::uint64_t{0};
    const struct {
        bytes code;
        std::uint64_t result;
    } expressions[] = {
        {{0x30}, 0},                                 // lit0
        {{0x4f}, 31},                                // lit31
        {{0x09, 0xff}, minus_one},                   // const1s
        {{0x0a, 0x34, 0x12}, 0x1234},                // const2u
        {{0x0d, 0xff, 0xff, 0xff, 0xff}, minus_one}, // const4s
        {{0x10, 0x80, 0x01}, 128},                   // constu
        {{0x11, 0x7f}, minus_one},                   // consts
        {{0x77, 8}, 0x1008},                         // breg7 + 8
        {{0x92, 7, 0x78}, 0xff8},                    // bregx
        {{0x33, 0x35, 0x1c}, minus_one - 1},         // 3 - 5
        {{0x33, 0x35, 0x16, 0x1c}, 2},               // swapped
        {{0x31, 0x32, 0x33, 0x17, 0x1c}, minus_one}, // rot: 3 1 2, then 1 - 2
        {{0x31, 0x32, 0x14, 0x1c}, 1},               // 1 2 over: 2 - 1
        {{0x31, 0x32, 0x33, 0x15, 2, 0x22}, 4},      // pick 2: 3 + 1
        {{0x33, 0x12, 0x1e}, 9},                     // dup, mul
        {{0x31, 0x32, 0x13}, 1},                     // drop
        {{0x09, 0xf9, 0x32, 0x1b}, minus_one - 2},   // -7 / 2
        {{0x37, 0x32, 0x1d}, 1},                     // 7 mod 2
        {{0x31, 0x30, 0x1b}, fails},                 // division by zero
        {{0x31, 0x30, 0x1d}, fails},
        {{0x0e, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x09, 0xff, 0x1b}, std::uint64_t{1} << 63}, // no trap
        {{0x31, 0x08, 64, 0x24}, 0}, // shifts of all bits
        {{0x09, 0xfe, 0x08, 64, 0x26}, minus_one},
        {{0x09, 0xfe, 0x31, 0x26}, minus_one},                         // -2 >> 1
        {{0x09, 0xfe, 0x19}, 2},                                       // abs
        {{0x32, 0x1f}, minus_one - 1},                                 // neg
        {{0x30, 0x20}, minus_one},                                     // not
        {{0x31, 0x23, 0x7f}, 128},                                     // plus_uconst
        {{0x09, 0xff, 0x31, 0x2d}, 1},                                 // -1 < 1
        {{0x0e, 8, 0x10, 0, 0, 0, 0, 0, 0, 0x06}, 0x8877665544332211}, // deref
        {{0x0e, 8, 0x10, 0, 0, 0, 0, 0, 0, 0x94, 2}, 0x2211},          // deref_size
        {{0x31, 0x94, 3}, fails},
        {{0x31, 0x06}, fails},               // not readable
        {{0x31, 0x28, 1, 0, 0x00, 0x35}, 5}, // bra over what is no instruction
        {{0x2f, 1, 0, 0x00, 0x35}, 5},       // skip
        {{0x2f, 0xfd, 0xff}, fails},         // endless
        {{0x2f, 0x00, 0x70}, fails},         // out of it
        {{0x2f, 0xf0, 0xff}, fails},
        {{0x31, 0x2f, 0xfc, 0xff}, fails}, // pushes until there is no room
        {{}, fails},                       // no result
        {{0x22}, fails},                   // nothing to add
        {{0x17}, fails},
        {{0x15, 0}, fails},
        {{0x0e, 1, 2}, fails}, // cut off
        {{0x9f}, fails},       // describes values, not addresses
    };
    for (const auto& e : expressions) {
        CAPTURE(e.code.empty() ? -1 : int{e.code[0]});
        bytes content = {static_cast<std::uint8_t>(e.code.size())};
        support::append(content, e.code);
        const memory_view view{content.data(), content.size(), 0};
        cfi_registers<x86_64_registers> registers{};
        registers.value[rsp] = 0x1000;
        words memory;
        memory.at = {{0x1008, 0x8877665544332211}};
        cfi_evaluator<x86_64_registers, words> evaluator(view, registers, memory);
        std::uint64_t result = 0;
        const bool ran = evaluator.run(0, result);
        CHECK(ran == (e.result != fails));
        if (ran) { CHECK(result == e.result); }
    }
}

TEST_CASE("eh_frame: AArch64 functions keep the return address in x30 until they save it") {
    eh_section section;
    eh_section::cie_fields fields;
    fields.code_align = 4;
    fields.return_register = 30;
    const std::size_t cie = section.cie(support::aarch64_start(), fields);
    // paciasp at 0; stp x29, x30, [sp, #-32]! at 4; mov x29, sp at 8; then CFA = x29 + 32
    section.fde(cie,
                text,
                64,
                {0x41,
                 0x2d,
                 0x41,
                 0x0e,
                 32,
                 0x9d,
                 4,
                 0x9e,
                 3,
                 0x41,
                 0x0d,
                 29,
                 0x48,
                 0x0c,
                 31,
                 0,
                 0xdd,
                 0xde,
                 0x2d});
    constexpr unsigned x29 = aarch64_registers::frame_slot, x30 = aarch64_registers::return_slot;
    const struct {
        std::uint64_t at;
        unsigned cfa_slot;
        std::int32_t cfa;
        cfi_how link;
        bool is_signed;
    } rows[] = {
        {0, aarch64_registers::stack_slot, 0, cfi_how::same, false},
        {4, aarch64_registers::stack_slot, 0, cfi_how::same, true},
        {8, aarch64_registers::stack_slot, 32, cfi_how::at_cfa, true},
        {12, x29, 32, cfi_how::at_cfa, true},
        {43, x29, 32, cfi_how::at_cfa, true},
        {44, aarch64_registers::stack_slot, 0, cfi_how::same, false},
    };
    for (const auto& expected : rows) {
        CAPTURE(expected.at);
        arm_row row;
        REQUIRE(row_at(section, text + expected.at, row));
        CHECK(row.cfa_slot == expected.cfa_slot);
        CHECK(row.cfa_value == expected.cfa);
        CHECK(row.how[x30] == expected.link);
        CHECK(row.return_is_signed == expected.is_signed);
        if (expected.link == cfi_how::at_cfa) {
            CHECK(row.value[x29] == -32);
            CHECK(row.value[x30] == -24);
        }
    }
    // The step of the leaf, and of a function with a frame.
    cfi_registers<aarch64_registers> registers{};
    words memory;
    arm_row row;
    registers.value[aarch64_registers::stack_slot] = 0x1000;
    registers.value[x30] = 0x5555;
    REQUIRE(row_at(section, text, row));
    REQUIRE(apply_cfi_row(section.view(), row, registers, memory) == cfi_step::done);
    CHECK(registers.value[aarch64_registers::stack_slot] == 0x1000);
    CHECK(registers.value[x30] == 0x5555);
    REQUIRE(row_at(section, text + 12, row));
    registers.value[x29] = 0x1000;
    memory.at = {{0x1000, 0x2000}, {0x1008, 0x6666}};
    REQUIRE(apply_cfi_row(section.view(), row, registers, memory) == cfi_step::done);
    CHECK(registers.value[aarch64_registers::stack_slot] == 0x1020);
    CHECK(registers.value[x29] == 0x2000);
    CHECK(registers.value[x30] == 0x6666);
    // A function of another machine has its return address elsewhere.
    x86_row wrong;
    CHECK_FALSE(row_at(section, text, wrong));
}

TEST_CASE("eh_frame: a section cut anywhere gives the same rows or none") {
    eh_section section;
    const std::size_t cie = section.cie(support::x86_start());
    section.fde(cie, text, 64, {0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6});
    section.fde(cie, text + 64, 64, {0x0f, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0});
    section.terminate();
    x86_row whole[128];
    for (std::uint64_t i = 0; i < 128; ++i) { REQUIRE(row_at(section, text + i, whole[i])); }
    for (std::size_t size = 0; size < section.content.size(); ++size) {
        eh_section cut;
        cut.content.assign(section.content.begin(),
                           section.content.begin() + static_cast<std::ptrdiff_t>(size));
        cut.content.shrink_to_fit();
        for (std::uint64_t i = 0; i < 128; ++i) {
            x86_row row;
            if (!row_at(cut, text + i, row)) { continue; }
            CHECK(row.cfa == whole[i].cfa);
            CHECK(row.cfa_value == whole[i].cfa_value);
            CHECK(row.value[rbp] == whole[i].value[rbp]);
        }
    }
}

TEST_CASE("eh_frame: random instructions and random damage end, within the bytes") {
    const unsigned seed = std::random_device()();
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::size_t rows = 0;
    for (int i = 0; i < 3000; ++i) {
        bytes program(random() % 40);
        for (auto& b : program) { b = static_cast<std::uint8_t>(random()); }
        eh_section section = one_function(program);
        for (unsigned k = random() % 4; k > 0; --k) {
            section.content[random() % section.content.size()] =
                static_cast<std::uint8_t>(random());
        }
        section.content.shrink_to_fit();
        rows += support::look_at_eh_frame(section.content);
    }
    CHECK(rows > 0);
}
