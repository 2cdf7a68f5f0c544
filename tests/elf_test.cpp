// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/crc32.hpp>
#include <wick/detail/elf.hpp>
#include <wick/detail/symbolize.hpp>

#include "elf_support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using support::made_elf;
using support::made_symbol;
namespace elf = wick::detail::elf;
using wick::detail::code_index;

made_elf small_file() {
    made_elf file;
    file.symbols = {{"first", 0x400000, 16},
                    {"_ZN3app4workEi.part.0", 0x400010, 32, elf::symbol_function, elf::bind_local},
                    {"label", 0x400080, 0, elf::symbol_no_type},
                    {"absolute", 0x400004, 4, elf::symbol_function, elf::bind_global, 0xfff1}};
    file.dynamic_symbols = {{"first_public", 0x400000, 16, elf::symbol_function, elf::bind_weak}};
    file.build_id = std::string("\x01\x23\xab\xcd\xef", 5);
    file.debug_link = std::string("small.debug\0\x78\x56\x34\x12", 16);
    return file;
}

// An index and the bytes that it looks into.
struct indexed {
    std::unique_ptr<std::string> bytes;
    code_index index;
};

std::string name_at(const indexed& in, std::uint64_t address) {
    const wick::detail::symbol_range* range = in.index.find(address);
    if (range == nullptr) { return ""; }
    return std::string(in.index.symbol(*range).value_or("(damaged)"));
}

indexed index_of(const std::string& bytes) {
    indexed made{std::make_unique<std::string>(bytes), {}};
    const auto opened = elf::image::open(*made.bytes);
    REQUIRE(opened);
    made.index.add(opened.value, opened.value.symbols(elf::section_symbols).value, 0);
    made.index.add(opened.value, opened.value.symbols(elf::section_dynamic_symbols).value, 1);
    made.index.finish();
    return made;
}

// A block of exactly this size, for sanitizers.
std::size_t look_at_copy(const char* data, std::size_t size) {
    const std::unique_ptr<char[]> copy(new char[size]);
    std::memcpy(copy.get(), data, size);
    return support::look_at_everything(std::string_view(copy.get(), size));
}

TEST_CASE("elf: a small file is read whole") {
    made_elf file = small_file();
    const std::string bytes = file.bytes();
    const auto opened = elf::image::open(bytes);
    REQUIRE(opened);
    const elf::image& image = opened.value;
    CHECK(image.type() == elf::type_shared);
    CHECK(image.machine() == elf::machine_x86_64);
    CHECK(image.section_count() == made_elf::sections);
    CHECK(image.section_problem() == nullptr);
    CHECK(image.segment_count() == 2);
    CHECK(image.segment_at(0).address == 0x400000);
    CHECK(image.segment_at(0).file_size == 256);
    CHECK(image.build_id() == "0123abcdef");
    const auto text = image.find(".text");
    REQUIRE(text);
    CHECK(image.contents(*text).value == file.code);
    CHECK_FALSE(image.find(".data"));
    const auto link = image.link();
    REQUIRE(link);
    CHECK(link->name == "small.debug");
    CHECK(link->crc == 0x12345678);
    const auto symbols = image.symbols(elf::section_symbols);
    REQUIRE(symbols);
    REQUIRE(symbols.value.size() == 5);
    CHECK(symbols.value.name(symbols.value.at(1)) == "first");
    CHECK(symbols.value.at(2).size == 32);
    CHECK(symbols.value.at(2).binding == elf::bind_local);

    const indexed index = index_of(bytes);
    CHECK(name_at(index, 0x3fffff) == "");
    CHECK(name_at(index, 0x400000) == "first");
    CHECK(name_at(index, 0x40000f) == "first");
    CHECK(name_at(index, 0x400010) == "_ZN3app4workEi.part.0");
    CHECK(name_at(index, 0x400030) == "");
    CHECK(name_at(index, 0x400080) == "label");
    CHECK(name_at(index, 0x4000ff) == "label"); // up to the end of its section
    CHECK(name_at(index, 0x400100) == "");
}

TEST_CASE("elf: what is no 64-bit little-endian ELF file is refused with its reason") {
    const std::string good = small_file().bytes();
    struct row {
        std::size_t offset;
        char value;
        const char* says;
    };
    for (const row& r : {row{0, 'M', "not an ELF file"},
                         row{4, 1, "not a 64-bit"},
                         row{5, 2, "not a little-endian"},
                         row{6, 9, "version"},
                         row{54, 32, "program headers of another size"},
                         row{38, 1, "program headers reach beyond"},
                         row{57, 80, "program headers reach beyond"}}) {
        std::string bytes = good;
        bytes[r.offset] = r.value;
        CAPTURE(r.says);
        CHECK(elf::image::open(bytes).error.what.find(r.says) != std::string::npos);
    }
    CHECK(elf::image::open("").error.what.find("not an ELF file") != std::string::npos);
    CHECK(elf::image::open(good.substr(0, 63)).error.what.find("cut off: 63 bytes of 64") !=
          std::string::npos);
}

TEST_CASE("elf: broken section headers leave the segments readable and are reported") {
    made_elf file = small_file();
    const std::string good = file.bytes();
    const auto problem = [](const std::string& bytes) {
        const auto opened = elf::image::open(bytes);
        REQUIRE(opened);
        CHECK(opened.value.build_id() == "0123abcdef"); // by the segment
        CHECK(opened.value.section_count() == 0);
        return std::string(
            opened.value.section_problem() == nullptr ? "" : opened.value.section_problem());
    };
    CHECK(problem(good.substr(0, good.size() - 1)).find("reach beyond") != std::string::npos);
    CHECK(problem(good.substr(0, file.section_headers + 3)).find("lie beyond") !=
          std::string::npos);
    std::string bytes = good;
    support::put(bytes, 58, std::uint16_t{40});
    CHECK(problem(bytes).find("another size") != std::string::npos);
    bytes = good;
    support::put(bytes, 40, std::uint64_t{0});
    CHECK(problem(bytes) == ""); // none at all is how sstrip leaves programs
    bytes = good;
    support::put(bytes, 60, std::uint16_t{0}); // the number is then in the first header
    support::put(bytes, file.header_of(0) + 32, ~std::uint64_t{0} / 64);
    CHECK(problem(bytes).find("reach beyond") != std::string::npos);
    support::put(bytes, 40, ~std::uint64_t{0} - 63);
    CHECK(problem(bytes).find("lie beyond") != std::string::npos);
}

TEST_CASE("elf: numbers too large for the file header are found in the first section") {
    made_elf file = small_file();
    std::string bytes = file.bytes();
    support::put(bytes, 60, std::uint16_t{0});
    support::put(bytes, 62, std::uint16_t{0xffff});
    support::put(bytes, 56, std::uint16_t{0xffff});
    support::put(bytes, file.header_of(0) + 32, std::uint64_t{made_elf::sections});
    support::put(bytes, file.header_of(0) + 40, std::uint32_t{made_elf::shstrtab});
    support::put(bytes, file.header_of(0) + 44, std::uint32_t{2});
    const auto opened = elf::image::open(bytes);
    REQUIRE(opened);
    CHECK(opened.value.section_count() == made_elf::sections);
    CHECK(opened.value.segment_count() == 2);
    CHECK(opened.value.find(".symtab"));
}

TEST_CASE("elf: symbol tables that do not hold together give an error or fewer names") {
    made_elf file = small_file();
    const std::string good = file.bytes();
    const auto symbols_error = [](const std::string& bytes) {
        const auto opened = elf::image::open(bytes);
        REQUIRE(opened);
        return opened.value.symbols(elf::section_symbols).error.what;
    };
    const std::size_t table = file.header_of(made_elf::symtab);
    const std::size_t strings = file.header_of(made_elf::strtab);
    std::string bytes = good;
    support::put(bytes, table + 56, std::uint64_t{0});
    CHECK(symbols_error(bytes) == "symbols of 0 bytes each, 24 expected");
    bytes = good;
    support::put(bytes, table + 24, std::uint64_t{bytes.size()} - 1); // begins within, ends beyond
    CHECK(symbols_error(bytes).find(".symtab reaches beyond") != std::string::npos);
    bytes = good;
    support::put(bytes, table + 32, ~std::uint64_t{0}); // offset + size overflows
    CHECK(symbols_error(bytes).find(".symtab reaches beyond") != std::string::npos);
    bytes = good;
    support::put(bytes, table + 40, std::uint32_t{99});
    CHECK(symbols_error(bytes).find("no string table") != std::string::npos);
    bytes = good;
    support::put(bytes, strings + 24, std::uint64_t{bytes.size()} * 2);
    CHECK(symbols_error(bytes).find(".strtab reaches beyond") != std::string::npos);
    bytes = good;
    support::put(bytes, table + 8, std::uint64_t{0x800});
    CHECK(symbols_error(bytes).find(".symtab is compressed") != std::string::npos);
    bytes = good;
    support::put(bytes, table + 4, std::uint32_t{8}); // SHT_NOBITS: stripped to a debug file
    CHECK(symbols_error(bytes) == "");

    // A string table that ends within the last name: that one is lost, the others are not.
    bytes = good;
    const auto size = wick::detail::little_endian<std::uint64_t>(bytes.data() + strings + 32);
    support::put(bytes, strings + 32, size - 1);
    const auto opened = elf::image::open(bytes);
    REQUIRE(opened);
    const auto symbols = opened.value.symbols(elf::section_symbols);
    REQUIRE(symbols);
    CHECK(symbols.value.name(symbols.value.at(1)) == "first");
    CHECK_FALSE(symbols.value.name(symbols.value.at(4)));
}

TEST_CASE("elf: every truncation and every flipped bit of a file is survived") {
    const std::string good = small_file().bytes();
    CHECK(good.size() < 2048);
    std::size_t refused = 0;
    for (std::size_t size = 0; size < good.size(); ++size) {
        refused += look_at_copy(good.data(), size) == 1 ? 1u : 0u;
    }
    CHECK(refused >= 176); // without header or program headers it is no file
    CHECK(refused < good.size());
    std::size_t different = 0;
    const std::size_t expected = look_at_copy(good.data(), good.size());
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        std::string bytes = good;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        different += look_at_copy(bytes.data(), bytes.size()) != expected ? 1u : 0u;
    }
    CHECK(different > 1000);
}

TEST_CASE("elf: random damage of many bytes is survived") {
    const std::string good = small_file().bytes();
    const unsigned seed = 20160523;
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::size_t opened = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = good;
        for (auto n = 1 + random() % 12; n-- > 0;) {
            // Header fields matter most; extreme values more than others.
            const std::size_t at = random() % 2 == 0 ? random() % 176 : random() % bytes.size();
            constexpr unsigned char extremes[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
            bytes[at] = static_cast<char>(random() % 2 == 0 ? extremes[random() % 6] : random());
        }
        opened += look_at_copy(bytes.data(), bytes.size()) > 1 ? 1u : 0u;
    }
    CHECK(opened > 1000);
}

TEST_CASE("elf: build-ids are found among other notes, and none in broken ones") {
    const std::string id = support::note("GNU", 3, std::string("\xfe\xdc", 2));
    CHECK(elf::build_id_of_notes(id, 4) == "fedc");
    CHECK(elf::build_id_of_notes(support::note("GNU", 1, "abi!") + id, 4) == "fedc");
    CHECK(elf::build_id_of_notes(support::note("stapsdt", 3, "12345") + id, 0) == "fedc");
    CHECK(elf::build_id_of_notes(support::note("GNU", 1, "abi!"), 4) == "");
    CHECK(elf::build_id_of_notes("", 4) == "");
    // With an alignment of 8, bodies begin and end on multiples of 8.
    CHECK(elf::build_id_of_notes(support::note("GNU", 5, std::string(8, 'x')) + id, 8) == "fedc");
    for (std::size_t size = 0; size < id.size() - 2; ++size) {
        CHECK(elf::build_id_of_notes(std::string_view(id).substr(0, size), 4) == "");
    }
    for (const std::size_t field : {0u, 4u}) {
        std::string bytes = id;
        support::put(bytes, field, std::uint32_t{0xffffffff});
        CHECK(elf::build_id_of_notes(bytes, 4) == "");
    }
}

TEST_CASE("elf: a debug link must be a bare file name") {
    for (const char* name : {"../../etc/passwd", "/etc/passwd", "a/b", "..", ".", ""}) {
        made_elf file = small_file();
        file.debug_link = std::string(name) + '\0';
        file.debug_link.resize((file.debug_link.size() + 3) & ~std::size_t{3});
        file.debug_link += "crc!";
        CAPTURE(name);
        const std::string bytes = file.bytes();
        CHECK_FALSE(elf::image::open(bytes).value.link());
    }
    for (const std::string& contents :
         {std::string("abc"), std::string("abc\0", 4), std::string("abc\0\1\2\3", 7)}) {
        made_elf file = small_file();
        file.debug_link = contents;
        const std::string bytes = file.bytes();
        CHECK_FALSE(elf::image::open(bytes).value.link());
    }
}

TEST_CASE("code index: of symbols at one address the better one is shown") {
    const auto shown = [](std::vector<made_symbol> symbols, std::vector<made_symbol> dynamic = {}) {
        made_elf file;
        file.symbols = symbols;
        file.dynamic_symbols = dynamic;
        const std::string name = name_at(index_of(file.bytes()), 0x400004);
        file.symbols.assign(symbols.rbegin(), symbols.rend());
        file.dynamic_symbols.assign(dynamic.rbegin(), dynamic.rend());
        CHECK(name_at(index_of(file.bytes()), 0x400004) == name); // whatever their order
        return name;
    };
    const std::uint64_t at = 0x400000;
    constexpr auto f = elf::symbol_function;
    CHECK(shown({{"sized", at, 8, f, elf::bind_local}, {"open", at, 0}}) == "sized");
    CHECK(shown({{"l", at, 8, f, elf::bind_local}, {"longer_g", at, 8}}) == "longer_g");
    CHECK(shown({{"w", at, 8, f, elf::bind_weak}, {"longer_g", at, 8}}) == "longer_g");
    CHECK(shown({{"l", at, 8, f, elf::bind_local}, {"longer_w", at, 8, f, elf::bind_weak}}) ==
          "longer_w");
    CHECK(shown({{"n", at, 8, elf::symbol_no_type}, {"is_function", at, 8, f, elf::bind_local}}) ==
          "is_function");
    CHECK(shown({{"indirect", at, 8, elf::symbol_indirect, elf::bind_unique}}) == "indirect");
    CHECK(shown({{"__write", at, 8}, {"write", at, 8}, {"__libc_write", at, 8}}) == "write");
    CHECK(shown({{"bb", at, 8}, {"ab", at, 8}, {"aaa", at, 8}}) == "ab");
    CHECK(shown({{"longer", at, 8}}, {{"a", at, 8}}) == "longer"); // .symtab before .dynsym
    CHECK(shown({{"other", at + 64, 8}}, {{"only_dynamic", at, 8}}) == "only_dynamic");
}

TEST_CASE("code index: symbols that are no code are left out") {
    const auto shown = [](made_symbol symbol) {
        made_elf file;
        file.symbols = {symbol};
        return name_at(index_of(file.bytes()), 0x400004);
    };
    made_symbol good{"f", 0x400000, 8};
    CHECK(shown(good) == "f");
    made_symbol s = good;
    s.type = 1; // an object
    CHECK(shown(s) == "");
    for (const unsigned section : {0u, 0xfff1u, 0xfff2u, 200u, 2u}) { // undefined … no code
        s = good;
        s.section = static_cast<std::uint16_t>(section);
        CAPTURE(section);
        CHECK(shown(s) == "");
    }
    s = good;
    s.section = 0xffff; // in a table of section numbers that is not read
    CHECK(shown(s) == "f");
    s = good;
    s.value = 0x3ffff0; // not in its section
    s.size = 100;
    CHECK(shown(s) == "");
    s = good;
    s.size = ~std::uint64_t{0}; // up to the end of its section
    CHECK(shown(s) == "f");
    for (const char* name : {"$x", ".L4", ""}) {
        s = good;
        s.name = name;
        s.type = elf::symbol_no_type;
        CHECK(shown(s) == "");
    }
}

TEST_CASE("code index: a symbol without a size reaches up to the next one") {
    made_elf file;
    file.symbols = {{"sized", 0x400010, 16},
                    {"inside", 0x400018, 0},
                    {"a", 0x400000, 0},
                    {"after", 0x400020, 0},
                    {"twin", 0x400020, 0},
                    {"last", 0x400030, 0},
                    {"at_the_end", 0x400100, 0}};
    const indexed index = index_of(file.bytes());
    CHECK(name_at(index, 0x400000) == "a");
    CHECK(name_at(index, 0x40000f) == "a");
    CHECK(name_at(index, 0x400018) == "sized");
    CHECK(name_at(index, 0x40001f) == "sized");
    CHECK(name_at(index, 0x400020) == "twin");
    CHECK(name_at(index, 0x400030) == "last");
    CHECK(name_at(index, 0x4000ff) == "last");
    CHECK(name_at(index, 0x400100) == "");
}

TEST_CASE("code index: agrees with a search of all symbols, however they overlap") {
    std::uint32_t seed = 1;
    for (; seed <= 300; ++seed) {
        std::mt19937 random(seed);
        made_elf file;
        const auto count = 1 + random() % 20;
        for (std::size_t i = 0; i < count; ++i) {
            const auto start = random() % 60;
            file.symbols.push_back({"s" + std::to_string(i), 0x400000 + start, 1 + random() % 30});
        }
        const indexed index = index_of(file.bytes());
        for (std::uint64_t address = 0x400000; address < 0x400060; ++address) {
            const made_symbol* best = nullptr;
            for (const made_symbol& s : file.symbols) {
                if (address - s.value >= s.size) { continue; }
                const bool better = best == nullptr || s.value > best->value ||
                                    (s.value == best->value &&
                                     (s.name.size() < best->name.size() ||
                                      (s.name.size() == best->name.size() && s.name < best->name)));
                best = better ? &s : best;
            }
            CAPTURE(seed);
            CAPTURE(address);
            CHECK(name_at(index, address) == (best == nullptr ? "" : best->name));
        }
        for (std::size_t i = 1; i < index.index.ranges().size(); ++i) {
            CHECK(index.index.ranges()[i - 1].limit <= index.index.ranges()[i].start);
        }
    }
}

TEST_CASE("code index: symbols that share one long string cost no more than others") {
    made_elf file;
    file.symbols = {{std::string(60000, 'a'), 0x400000, 8}};
    std::string bytes = file.bytes();
    // All symbols at one address, each name another tail of the same string.
    const std::size_t count = 50000;
    std::string entries(24, '\0');
    for (std::size_t i = 0; i < count; ++i) {
        support::append(entries, static_cast<std::uint32_t>(1 + i));
        entries += std::string("\x12\0\1\0", 4);
        support::append(entries, std::uint64_t{0x400000});
        support::append(entries, std::uint64_t{8});
    }
    support::put(bytes, file.header_of(made_elf::symtab) + 24, std::uint64_t{bytes.size()});
    support::put(bytes, file.header_of(made_elf::symtab) + 32, std::uint64_t{entries.size()});
    bytes += entries;
    const indexed index = index_of(bytes);
    CHECK(index.index.ranges().size() == 1);
    CHECK(name_at(index, 0x400000).size() >= 256);
}

TEST_CASE("crc32: the check value of the catalogue, and in parts") {
    using wick::detail::crc32;
    CHECK(crc32("123456789") == 0xcbf43926u);
    CHECK(crc32("") == 0u);
    CHECK(crc32("6789", crc32("12345")) == 0xcbf43926u);
}

} // namespace
