// wick/detail/elf.hpp - reads 64-bit ELF images from bytes that need not be honest.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_ELF_HPP
#define WICK_DETAIL_ELF_HPP

#include <wick/result.hpp> // why an image is refused
#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <cstdint>     // fixed-width fields
#include <cstring>     // std::memchr
#include <optional>    // what need not be there
#include <string>      // build-ids
#include <string_view> // the bytes of an image

// Layouts and constants are those of the System V gABI, chapters 4 and 5, and of the GNU extensions
// in the Linux Standard Base (notes, .gnu_debuglink). <elf.h> is not included: this header is
// portable.

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns the integer that starts at `bytes`, least significant byte first, on any machine.
template <class Integer>
[[nodiscard]] inline Integer little_endian(const char* bytes) noexcept {
    // Compilers make one load of this, which a memcpy would only be on little-endian machines.
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
        value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return static_cast<Integer>(value);
}

/// Returns a number that was checked against the size of something in memory, as a std::size_t. A
/// template, because the cast is needed on 32-bit machines and warned of as useless on others.
template <class Integer>
[[nodiscard]] constexpr std::size_t as_size(Integer value) noexcept {
    return static_cast<std::size_t>(value);
}

/// True when `size` bytes from `offset` on lie within `total` bytes; no sum overflows.
[[nodiscard]] constexpr bool
lies_within(std::uint64_t offset, std::uint64_t size, std::uint64_t total) noexcept {
    return offset <= total && size <= total - offset;
}

namespace elf {

enum : std::uint16_t { machine_x86_64 = 62, machine_aarch64 = 183 };
enum : std::uint16_t { type_executable = 2, type_shared = 3 };
enum : std::uint32_t { segment_load = 1, segment_note = 4 };
enum : std::uint32_t { segment_executable = 1 };
enum : std::uint32_t {
    section_symbols = 2,
    section_rela = 4,
    section_note = 7,
    section_no_bits = 8,
    section_dynamic_symbols = 11
};
enum : std::uint64_t { section_has_code = 4, section_compressed = 0x800 };
enum : std::uint8_t { symbol_no_type = 0, symbol_function = 2, symbol_indirect = 10 };
enum : std::uint8_t { bind_local = 0, bind_global = 1, bind_weak = 2, bind_unique = 10 };
enum : std::uint16_t { index_undefined = 0, index_reserved = 0xff00, index_elsewhere = 0xffff };

/// One entry of the section header table.
struct section {
    std::uint32_t name = 0; ///< offset into the names of sections
    std::uint32_t type = 0;
    std::uint64_t flags = 0;
    std::uint64_t address = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint32_t link = 0;
    std::uint32_t info = 0;
    std::uint64_t entry_size = 0;
};

/// One entry of the program header table.
struct segment {
    std::uint32_t type = 0;
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;
    std::uint64_t address = 0;
    std::uint64_t file_size = 0;
    std::uint64_t memory_size = 0;
    std::uint64_t alignment = 0;
};

/// One entry of a symbol table, without its name: names are looked at only when they are wanted.
struct symbol {
    std::uint64_t value = 0;
    std::uint64_t size = 0;
    std::uint32_t name = 0; ///< offset into the table's strings
    std::uint16_t section = 0;
    std::uint8_t type = 0;
    std::uint8_t binding = 0;
};

/// Names longer than this are taken for damage: the longest that compilers make are far shorter,
/// and without a bound a small file could make every look-up walk all of it.
inline constexpr std::size_t max_name = std::size_t{1} << 16;

/// Returns the text from `offset` up to its NUL; nothing when it starts outside, has no end, or is
/// longer than `max_name`.
[[nodiscard]] inline std::optional<std::string_view> text_at(std::string_view strings,
                                                             std::uint64_t offset) noexcept {
    if (offset >= strings.size()) { return std::nullopt; }
    std::string_view rest = strings.substr(as_size(offset));
    rest = rest.substr(0, max_name + 1);
    const void* end = std::memchr(rest.data(), 0, rest.size());
    if (end == nullptr) { return std::nullopt; }
    const auto size = static_cast<const char*>(end) - rest.data();
    return rest.substr(0, as_size(size));
}

/// The symbols of one section, and their strings. A view of the image's bytes.
struct symbol_table {
    static constexpr std::size_t entry_size = 24;
    std::string_view entries;
    std::string_view strings;

    [[nodiscard]] std::size_t size() const noexcept { return entries.size() / entry_size; }

    [[nodiscard]] symbol at(std::size_t index) const noexcept {
        const char* p = entries.data() + index * entry_size;
        symbol s;
        s.name = little_endian<std::uint32_t>(p);
        const auto info = static_cast<unsigned char>(p[4]);
        s.type = info & 15u;
        s.binding = static_cast<std::uint8_t>(info >> 4);
        s.section = little_endian<std::uint16_t>(p + 6);
        s.value = little_endian<std::uint64_t>(p + 8);
        s.size = little_endian<std::uint64_t>(p + 16);
        return s;
    }

    [[nodiscard]] std::optional<std::string_view> name(const symbol& s) const noexcept {
        return text_at(strings, s.name);
    }
};

/// Returns the build-id, in lower-case hexadecimal, that the notes carry; "" where there is none.
/// `notes` is a PT_NOTE segment or a SHT_NOTE section, in a file or in memory, of this alignment.
[[nodiscard]] inline std::string build_id_of_notes(std::string_view notes,
                                                   std::uint64_t alignment) {
    // 8 is the only other alignment there is; 0 and 1 are written by some linkers and mean 4.
    const std::uint64_t step = alignment == 8 ? 8 : 4;
    constexpr std::uint32_t type_build_id = 3;
    std::uint64_t at = 0;
    while (lies_within(at, 12, notes.size())) {
        const char* head = notes.data() + at;
        const std::uint64_t name_size = little_endian<std::uint32_t>(head);
        const std::uint64_t size = little_endian<std::uint32_t>(head + 4);
        const auto type = little_endian<std::uint32_t>(head + 8);
        const std::uint64_t name = at + 12;
        const std::uint64_t body = (name + name_size + step - 1) & ~(step - 1);
        if (!lies_within(body, size, notes.size())) { return {}; }
        const std::string_view owner = notes.substr(as_size(name), 4);
        // The longest known is a SHA-256; a longer one is no id that anybody compares.
        if (type == type_build_id && name_size == 4 && owner == std::string_view("GNU\0", 4) &&
            size <= 64) {
            std::string id;
            for (std::uint64_t i = 0; i < size; ++i) {
                const auto byte = static_cast<unsigned char>(notes[as_size(body + i)]);
                id += "0123456789abcdef"[byte >> 4];
                id += "0123456789abcdef"[byte & 15u];
            }
            return id;
        }
        at = (body + size + step - 1) & ~(step - 1);
    }
    return {};
}

/// What .gnu_debuglink says of the separate debug file.
struct debug_link {
    std::string_view name; ///< a file name, without a directory
    std::uint32_t crc = 0; ///< CRC-32, as zlib's, of the whole debug file
};

/// An ELF image: a view of bytes, which must outlive it. Every access is checked against their
/// number, so that truncated and hostile files give fewer answers and nothing worse.
class image {
public:
    image() = default;

    /// Returns a view of an image: a file, or the vdso in memory.
    /// Errors: not ELF, not 64 bits, not little-endian, program headers that do not lie in the
    /// file. Section headers that are missing or broken are no error, as programs run without them:
    /// `section_count()` is 0 then and `section_problem()` says why.
    [[nodiscard]] static result<image> open(std::string_view bytes) {
        result<image> opened;
        opened.error = check_identity(bytes);
        if (opened.error) { return opened; }
        image& self = opened.value;
        self.bytes_ = bytes;
        self.find_sections();
        opened.error = self.find_segments();
        return opened;
    }

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::uint16_t type() const noexcept { return field<std::uint16_t>(16); }
    [[nodiscard]] std::uint16_t machine() const noexcept { return field<std::uint16_t>(18); }
    [[nodiscard]] std::size_t section_count() const noexcept { return section_count_; }
    [[nodiscard]] std::size_t segment_count() const noexcept { return segment_count_; }

    /// Returns why there are no sections although the file claims some; nullptr: nothing is wrong.
    [[nodiscard]] const char* section_problem() const noexcept { return section_problem_; }

    [[nodiscard]] section section_at(std::size_t index) const noexcept {
        return read_section(section_table_ + index * section_header_size);
    }

    [[nodiscard]] segment segment_at(std::size_t index) const noexcept {
        const char* p = bytes_.data() + segment_table_ + index * segment_header_size;
        segment s;
        s.type = little_endian<std::uint32_t>(p);
        s.flags = little_endian<std::uint32_t>(p + 4);
        s.offset = little_endian<std::uint64_t>(p + 8);
        s.address = little_endian<std::uint64_t>(p + 16);
        s.file_size = little_endian<std::uint64_t>(p + 32);
        s.memory_size = little_endian<std::uint64_t>(p + 40);
        s.alignment = little_endian<std::uint64_t>(p + 48);
        return s;
    }

    /// Returns the name of a section; "" where it has none that can be read.
    [[nodiscard]] std::string_view name_of(const section& s) const noexcept {
        return text_at(section_names_, s.name).value_or(std::string_view{});
    }

    /// Returns the first section of that name.
    [[nodiscard]] std::optional<section> find(std::string_view name) const noexcept {
        for (std::size_t i = 0; i < section_count_; ++i) {
            const section s = section_at(i);
            if (name_of(s) == name) { return s; }
        }
        return std::nullopt;
    }

    /// Returns the first section of that type.
    [[nodiscard]] std::optional<section> find(std::uint32_t type) const noexcept {
        for (std::size_t i = 0; i < section_count_; ++i) {
            const section s = section_at(i);
            if (s.type == type) { return s; }
        }
        return std::nullopt;
    }

    /// Returns the bytes of a section.
    /// Errors: it is compressed, or does not lie in the file. One that has no bytes gives "".
    [[nodiscard]] result<std::string_view> contents(const section& s) const {
        if (s.type == section_no_bits) { return {}; }
        if ((s.flags & section_compressed) != 0) {
            return {{}, error{"section " + std::string(name_of(s)) + " is compressed"}};
        }
        if (!lies_within(s.offset, s.size, bytes_.size())) {
            return {
                {},
                error{"section " + std::string(name_of(s)) + " reaches beyond the end of the file",
                      0,
                      s.offset}};
        }
        return {slice(s.offset, s.size), {}};
    }

    /// Returns the symbols of the first section of that type (`section_symbols` or
    /// `section_dynamic_symbols`); an empty table where there is none.
    /// Errors: entries of another size than 24; contents or strings that cannot be had.
    [[nodiscard]] result<symbol_table> symbols(std::uint32_t type) const {
        const std::optional<section> found = find(type);
        if (!found || found->type == section_no_bits) { return {}; }
        if (found->entry_size != symbol_table::entry_size) {
            return {{},
                    error{"symbols of " + std::to_string(found->entry_size) +
                          " bytes each, 24 expected"}};
        }
        const result<std::string_view> entries = contents(*found);
        if (!entries) { return {{}, entries.error}; }
        if (found->link >= section_count_) {
            return {{}, error{"the symbol table names no string table"}};
        }
        const result<std::string_view> strings = contents(section_at(found->link));
        if (!strings) { return {{}, strings.error}; }
        return {symbol_table{entries.value, strings.value}, {}};
    }

    /// Returns the build-id in lower-case hexadecimal; "" where there is none.
    [[nodiscard]] std::string build_id() const {
        for (std::size_t i = 0; i < segment_count_; ++i) {
            const segment s = segment_at(i);
            if (s.type != segment_note || !lies_within(s.offset, s.file_size, bytes_.size())) {
                continue;
            }
            std::string id = build_id_of_notes(slice(s.offset, s.file_size), s.alignment);
            if (!id.empty()) { return id; }
        }
        // Separate debug files may have segments whose offsets mean nothing.
        const std::optional<section> notes = find(".note.gnu.build-id");
        if (!notes || notes->type != section_note) { return {}; }
        const result<std::string_view> bytes = contents(*notes);
        return bytes ? build_id_of_notes(bytes.value, 4) : std::string();
    }

    /// Returns what .gnu_debuglink says; nothing where there is none, or when its name has a slash
    /// in it: a file must not choose the directories that are searched.
    [[nodiscard]] std::optional<debug_link> link() const {
        const std::optional<section> found = find(".gnu_debuglink");
        if (!found) { return std::nullopt; }
        const result<std::string_view> bytes = contents(*found);
        if (!bytes) { return std::nullopt; }
        const std::optional<std::string_view> name = text_at(bytes.value, 0);
        if (!name || name->empty() || name->find('/') != std::string_view::npos || *name == "." ||
            *name == "..") {
            return std::nullopt;
        }
        const std::size_t crc = (name->size() + 4) & ~std::size_t{3};
        if (!lies_within(crc, 4, bytes.value.size())) { return std::nullopt; }
        return debug_link{*name, little_endian<std::uint32_t>(bytes.value.data() + crc)};
    }

private:
    static constexpr std::size_t file_header_size = 64;
    static constexpr std::size_t section_header_size = 64;
    static constexpr std::size_t segment_header_size = 56;

    std::string_view bytes_;
    std::string_view section_names_;
    std::size_t section_table_ = 0;
    std::size_t section_count_ = 0;
    std::size_t segment_table_ = 0;
    std::size_t segment_count_ = 0;
    const char* section_problem_ = nullptr;

    [[nodiscard]] static error check_identity(std::string_view bytes) {
        if (bytes.substr(0, 4) != std::string_view("\177ELF", 4)) {
            return error{"not an ELF file: it does not start with 7f 45 4c 46"};
        }
        if (bytes.size() < file_header_size) {
            return error{"the ELF header is cut off: " + std::to_string(bytes.size()) +
                         " bytes of 64"};
        }
        if (bytes[4] != 2) { return error{"not a 64-bit ELF file", 0, 4}; }
        if (bytes[5] != 1) { return error{"not a little-endian ELF file", 0, 5}; }
        if (bytes[6] != 1) { return error{"unknown version of ELF, 1 expected", 0, 6}; }
        return {};
    }

    template <class Integer>
    [[nodiscard]] Integer field(std::size_t offset) const noexcept {
        return little_endian<Integer>(bytes_.data() + offset);
    }

    [[nodiscard]] std::string_view slice(std::uint64_t offset, std::uint64_t size) const noexcept {
        return bytes_.substr(as_size(offset), as_size(size));
    }

    [[nodiscard]] section read_section(std::size_t offset) const noexcept {
        const char* p = bytes_.data() + offset;
        section s;
        s.name = little_endian<std::uint32_t>(p);
        s.type = little_endian<std::uint32_t>(p + 4);
        s.flags = little_endian<std::uint64_t>(p + 8);
        s.address = little_endian<std::uint64_t>(p + 16);
        s.offset = little_endian<std::uint64_t>(p + 24);
        s.size = little_endian<std::uint64_t>(p + 32);
        s.link = little_endian<std::uint32_t>(p + 40);
        s.info = little_endian<std::uint32_t>(p + 44);
        s.entry_size = little_endian<std::uint64_t>(p + 56);
        return s;
    }

    void find_sections() {
        const auto offset = field<std::uint64_t>(40);
        if (offset == 0) { return; }
        if (field<std::uint16_t>(58) != section_header_size) {
            section_problem_ = "section headers of another size than 64 bytes";
            return;
        }
        if (!lies_within(offset, section_header_size, bytes_.size())) {
            section_problem_ = "the section headers lie beyond the end of the file";
            return;
        }
        // Numbers that do not fit the file header's 16 bits are kept in the first section header.
        const section first = read_section(as_size(offset));
        std::uint64_t count = field<std::uint16_t>(60);
        if (count == 0) { count = first.size; }
        std::uint32_t names = field<std::uint16_t>(62);
        if (names == index_elsewhere) { names = first.link; }
        if (count > (bytes_.size() - offset) / section_header_size) {
            section_problem_ = "the section headers reach beyond the end of the file";
            return;
        }
        section_table_ = as_size(offset);
        section_count_ = as_size(count);
        if (names >= section_count_) { return; }
        const section strings = section_at(names);
        if (strings.type != section_no_bits &&
            lies_within(strings.offset, strings.size, bytes_.size())) {
            section_names_ = slice(strings.offset, strings.size);
        }
    }

    [[nodiscard]] error find_segments() {
        const auto offset = field<std::uint64_t>(32);
        std::uint64_t count = field<std::uint16_t>(56);
        if (count == 0xffff && section_count_ > 0) { count = section_at(0).info; }
        if (offset == 0 || count == 0) { return {}; }
        if (field<std::uint16_t>(54) != segment_header_size) {
            return error{"program headers of another size than 56 bytes", 0, 54};
        }
        if (offset > bytes_.size() || count > (bytes_.size() - offset) / segment_header_size) {
            return error{"the program headers reach beyond the end of the file", 0, offset};
        }
        segment_table_ = as_size(offset);
        segment_count_ = as_size(count);
        return {};
    }
};

} // namespace elf
} // namespace detail
WICK_END_NAMESPACE

#endif
