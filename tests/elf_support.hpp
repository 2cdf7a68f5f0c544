// tests/elf_support.hpp - makes small ELF files, and looks at everything in one.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_TESTS_ELF_SUPPORT_HPP
#define WICK_TESTS_ELF_SUPPORT_HPP

#include <wick/detail/elf.hpp>
#include <wick/detail/symbolize.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace support {

namespace elf = wick::detail::elf;

template <class Integer>
void put(std::string& out, std::size_t at, Integer value) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
        out[at + i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 255u);
    }
}

template <class Integer>
void append(std::string& out, Integer value) {
    out.resize(out.size() + sizeof value);
    put(out, out.size() - sizeof value, value);
}

struct made_symbol {
    std::string name;
    std::uint64_t value = 0;
    std::uint64_t size = 0;
    std::uint8_t type = elf::symbol_function;
    std::uint8_t binding = elf::bind_global;
    std::uint16_t section = 1; // .text
};

/// A note as linkers write it.
inline std::string note(std::string_view owner, std::uint32_t type, std::string_view body) {
    std::string out;
    append(out, static_cast<std::uint32_t>(owner.size() + 1));
    append(out, static_cast<std::uint32_t>(body.size()));
    append(out, type);
    out += owner;
    out.append(4 - owner.size() % 4, '\0');
    out += body;
    out.append((4 - body.size() % 4) % 4, '\0');
    return out;
}

/// An ELF file of one segment of code, described by what tests vary.
struct made_elf {
    enum : std::size_t { segments_at = 64, segment_size = 56, section_size = 64 };
    enum : std::size_t {
        text = 1,
        notes,
        symtab,
        strtab,
        dynsym,
        dynstr,
        link,
        shstrtab,
        sections
    };

    std::uint64_t address = 0x400000; ///< of .text, which is at offset 0x100 of the file
    std::string code = std::string(256, '\x90');
    std::vector<made_symbol> symbols;
    std::vector<made_symbol> dynamic_symbols;
    std::string build_id;
    std::string debug_link; ///< the contents of the section

    static constexpr std::uint64_t text_offset = 0x100;
    std::size_t section_headers = 0; ///< set by bytes()

    [[nodiscard]] std::size_t header_of(std::size_t section) const {
        return section_headers + section * section_size;
    }

    [[nodiscard]] std::string bytes() {
        std::string out(text_offset, '\0');
        out.replace(0, 7, std::string("\177ELF\2\1\1"));
        put(out, 16, std::uint16_t{3});
        put(out, 18, std::uint16_t{62});
        put(out, 20, std::uint32_t{1});
        put(out, 32, std::uint64_t{segments_at});
        put(out, 52, std::uint16_t{64});
        put(out, 54, std::uint16_t{segment_size});
        put(out, 56, std::uint16_t{2});
        put(out, 58, std::uint16_t{section_size});
        put(out, 60, std::uint16_t{sections});
        put(out, 62, std::uint16_t{shstrtab});
        out += code;

        std::vector<placed> all(sections);
        all[text] = {".text", 1, 6, address, text_offset, code.size(), 0, 0};
        const std::string id = build_id.empty() ? "" : note("GNU", 3, build_id);
        add(out, all[notes], ".note.gnu.build-id", 7, id);
        add_symbols(out, all[symtab], all[strtab], ".symtab", ".strtab", 2, symbols);
        add_symbols(out, all[dynsym], all[dynstr], ".dynsym", ".dynstr", 11, dynamic_symbols);
        all[symtab].link = strtab;
        all[dynsym].link = dynstr;
        add(out, all[link], ".gnu_debuglink", 1, debug_link);
        std::string names(1, '\0');
        all[shstrtab].name = ".shstrtab";
        std::vector<std::uint32_t> name_offsets(sections);
        for (std::size_t i = 1; i < sections; ++i) {
            // A section without contents is not there, but keeps its number.
            if (all[i].size == 0 && i != shstrtab) { continue; }
            name_offsets[i] = static_cast<std::uint32_t>(names.size());
            names += all[i].name + '\0';
        }
        add(out, all[shstrtab], ".shstrtab", 3, names);
        write_segment(out, 0, 1, 5, text_offset, address, code.size());
        write_segment(out, 1, 4, 4, all[notes].offset, 0, all[notes].size);
        out.append((8 - out.size() % 8) % 8, '\0');
        section_headers = out.size();
        put(out, 40, std::uint64_t{section_headers});
        for (std::size_t i = 0; i < sections; ++i) {
            const placed& s = all[i];
            append(out, name_offsets[i]);
            append(out, name_offsets[i] == 0 ? std::uint32_t{0} : s.type);
            append(out, s.flags);
            append(out, s.address);
            append(out, s.offset);
            append(out, s.size);
            append(out, s.link);
            append(out, std::uint32_t{0});
            append(out, std::uint64_t{1});
            append(out, s.entry_size);
        }
        return out;
    }

private:
    struct placed {
        std::string name;
        std::uint32_t type = 0;
        std::uint64_t flags = 0, address = 0, offset = 0, size = 0;
        std::uint32_t link = 0;
        std::uint64_t entry_size = 0;
    };

    static void add(std::string& out,
                    placed& section,
                    const char* name,
                    std::uint32_t type,
                    const std::string& contents) {
        out.append((8 - out.size() % 8) % 8, '\0');
        section.name = name;
        section.type = type;
        section.offset = out.size();
        section.size = contents.size();
        out += contents;
    }

    static void add_symbols(std::string& out,
                            placed& table,
                            placed& strings,
                            const char* table_name,
                            const char* strings_name,
                            std::uint32_t type,
                            const std::vector<made_symbol>& symbols) {
        std::string entries(symbols.empty() ? 0 : 24, '\0');
        std::string names(symbols.empty() ? 0 : 1, '\0');
        for (const made_symbol& s : symbols) {
            append(entries, static_cast<std::uint32_t>(names.size()));
            append(entries, static_cast<std::uint8_t>(s.binding << 4 | s.type));
            append(entries, std::uint8_t{0});
            append(entries, s.section);
            append(entries, s.value);
            append(entries, s.size);
            names += s.name + '\0';
        }
        add(out, table, table_name, type, entries);
        table.entry_size = 24;
        add(out, strings, strings_name, 3, names);
    }

    static void write_segment(std::string& out,
                              std::size_t index,
                              std::uint32_t type,
                              std::uint32_t flags,
                              std::uint64_t offset,
                              std::uint64_t address,
                              std::uint64_t size) {
        const std::size_t at = segments_at + index * segment_size;
        put(out, at, type);
        put(out, at + 4, flags);
        put(out, at + 8, offset);
        put(out, at + 16, address);
        put(out, at + 32, size);
        put(out, at + 40, size);
        put(out, at + 48, std::uint64_t{4});
    }
};

/// Asks everything that can be asked of an image; returns how much there was. `file` should be a
/// block of exactly its size on the heap, so that a sanitizer sees any access beyond it.
inline std::size_t look_at_everything(std::string_view file) {
    const wick::result<elf::image> opened = elf::image::open(file);
    if (!opened) { return opened.error.what.empty() ? 0 : 1; }
    const elf::image& image = opened.value;
    std::size_t seen = image.build_id().size() + image.type() + image.machine();
    for (std::size_t i = 0; i < image.section_count(); ++i) {
        const elf::section s = image.section_at(i);
        const wick::result<std::string_view> contents = image.contents(s);
        for (const char c : contents.value.substr(0, 64)) { seen += c == 'x'; }
        seen += image.name_of(s).size();
        if (!contents.value.empty()) { seen += contents.value.back() == 'x'; }
    }
    for (std::size_t i = 0; i < image.segment_count(); ++i) {
        seen += image.segment_at(i).type & 1u;
    }
    const auto link = image.link();
    seen += link ? link->name.size() : 0;
    wick::detail::code_index index;
    for (const std::uint32_t type : {elf::section_symbols, elf::section_dynamic_symbols}) {
        const wick::result<elf::symbol_table> table = image.symbols(type);
        for (std::size_t i = 0; i < table.value.size(); ++i) {
            const auto name = table.value.name(table.value.at(i));
            seen += name ? name->size() : 0;
        }
        index.add(image, table.value, type == elf::section_symbols ? 0 : 1);
    }
    index.add_linkage(image);
    index.finish();
    std::uint64_t before = 0;
    for (const wick::detail::symbol_range& range : index.ranges()) {
        // What every look-up relies on, and no hostile table may break.
        if (range.start < before || range.limit <= range.start ||
            index.find(range.start) != &range || index.find(range.limit - 1) != &range) {
            __builtin_trap();
        }
        before = range.limit;
        const auto name = index.symbol(range);
        seen += name ? wick::detail::demangle(*name).size() : 0;
    }
    return seen;
}

} // namespace support

#endif
