// wick 0.1.0, one header made of several by tools/amalgamate.py. Do not edit it:
// change these files under include/ and run the tool again.
//   wick/sampler.hpp
//   wick/detail/sample_handler.hpp
//   wick/detail/sample_ring.hpp
//   wick/version.hpp
//   wick/detail/unwind.hpp
//   wick/detail/eh_frame.hpp
//   wick/detail/elf.hpp
//   wick/result.hpp
//   wick/detail/signal_claim.hpp
//   wick/detail/stack_recorder.hpp
//   wick/detail/hash.hpp
//   wick/profile.hpp
//   wick/detail/text_records.hpp
//   wick/detail/symbolize.hpp
//   wick/detail/crc32.hpp
//   wick/detail/demangle.hpp
//   wick/detail/demangle_rust.hpp
//   wick/detail/text.hpp
//   wick/detail/characters.hpp
//   wick/detail/utf8.hpp
//   wick/detail/frame_text.hpp
//   wick/detail/posix.hpp
//   wick/detail/thread_roster.hpp
//   wick/detail/thread_timers.hpp
//
// MIT License
//
// Copyright (c) 2026 wick contributors
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.
//
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT

// wick/sampler.hpp - a profile of every thread of this process, by CPU time. Linux.
#ifndef WICK_SAMPLER_HPP
#define WICK_SAMPLER_HPP

#ifndef __linux__
#    error "wick/sampler.hpp is for Linux"
#endif

// wick/detail/sample_handler.hpp - the sampler's signal handler and all that it touches (Linux).
#ifndef WICK_DETAIL_SAMPLE_HANDLER_HPP
#define WICK_DETAIL_SAMPLE_HANDLER_HPP

// wick/detail/sample_ring.hpp - stacks from a signal handler to a collector, without locks.
#ifndef WICK_DETAIL_SAMPLE_RING_HPP
#define WICK_DETAIL_SAMPLE_RING_HPP

// wick/version.hpp - the version, the check for C++17, the versioned namespace.
#ifndef WICK_VERSION_HPP
#define WICK_VERSION_HPP

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 201703L
#    error "wick needs C++17 or newer: pass -std=c++17 (or /std:c++17 with MSVC)"
#endif

#include <cassert> // assert, the default of WICK_ASSERT

#define WICK_VERSION_MAJOR 0
#define WICK_VERSION_MINOR 1
#define WICK_VERSION_PATCH 0

// Two versions of wick in one program must not share symbols, or the linker would silently pick one
// definition for both: the minor version is part of every name while the major version is 0.
#define WICK_BEGIN_NAMESPACE                                                                       \
    namespace wick {                                                                               \
    inline namespace v0_1 {
#define WICK_END_NAMESPACE                                                                         \
    }                                                                                              \
    }

// Documented preconditions are checked with this; define it before the first include to have your
// own.
#ifndef WICK_ASSERT
#    define WICK_ASSERT(condition) assert(condition)
#endif

#endif

#include <algorithm> // std::min
#include <atomic>    // the two ends
#include <cstddef>   // std::size_t
#include <cstdint>   // the words of a record

WICK_BEGIN_NAMESPACE
namespace detail {

/// A sample as it lies in a ring: valid until it is popped.
struct ring_sample {
    std::uint32_t depth = 0;                ///< how many addresses there are
    std::uint32_t weight = 0;               ///< 1 + the expirations that were missed
    std::uint32_t end = 0;                  ///< how the walk ended, as the producer put it
    const std::uintptr_t* frames = nullptr; ///< the leaf first
};

/// A queue of samples with one producer, who may be a signal handler, and one consumer.
/// All memory is the caller's, and zero memory is a ring without room, so that a ring can live in a
/// fresh mapping. Neither side waits, allocates or calls anything. A record is written where it
/// stays: the producer unwinds straight into the ring and needs no buffer on the interrupted stack.
/// Positions count words and never wrap. A record starts inside the ring and may end in the slack
/// behind it, so that its frames are in one piece; the next one then starts a new lap.
class sample_ring {
public:
    /// Words of memory that a ring of `words` needs for records of up to `depth` frames.
    [[nodiscard]] static constexpr std::size_t memory_words(std::size_t words,
                                                            std::size_t depth) noexcept {
        return words + header_words + depth;
    }

    /// Empties the ring and gives it memory_words(words, depth) words. Neither side may be at work.
    void attach(std::uintptr_t* memory, std::size_t words, std::uint32_t depth) noexcept {
        memory_ = memory;
        words_ = words;
        depth_ = depth;
        head_.store(0, std::memory_order_relaxed);
        tail_.store(0, std::memory_order_release);
    }

    /// The most frames that a record takes.
    [[nodiscard]] std::uint32_t depth() const noexcept { return depth_; }

    /// Producer: returns room for depth() addresses, or null when the ring is full.
    [[nodiscard]] std::uintptr_t* reserve() noexcept {
        const std::uint64_t head = head_.load(std::memory_order_relaxed);
        const std::uint64_t tail = tail_.load(std::memory_order_acquire);
        // The slack is only used by the last record of a lap: what has to be free ends with the
        // lap.
        if (words_ == 0 || after(head, header_words + depth_) - tail > words_) { return nullptr; }
        return memory_ + head % words_ + header_words;
    }

    /// Producer: publishes the sample whose addresses were written to the latest reserve().
    void commit(std::uint32_t depth, std::uint32_t weight, std::uint32_t end) noexcept {
        const std::uint64_t head = head_.load(std::memory_order_relaxed);
        std::uintptr_t* record = memory_ + head % words_;
        record[0] = depth;
        record[1] = weight;
        record[2] = end;
        head_.store(after(head, header_words + depth), std::memory_order_release);
    }

    /// Consumer: looks at the oldest sample; false when there is none.
    [[nodiscard]] bool front(ring_sample& sample) const noexcept {
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        if (tail == head_.load(std::memory_order_acquire)) { return false; }
        const std::uintptr_t* record = memory_ + tail % words_;
        sample.depth = static_cast<std::uint32_t>(record[0]);
        sample.weight = static_cast<std::uint32_t>(record[1]);
        sample.end = static_cast<std::uint32_t>(record[2]);
        sample.frames = record + header_words;
        return true;
    }

    /// Consumer: gives the room of the oldest sample back.
    void pop() noexcept {
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        const std::uintptr_t* record = memory_ + tail % words_;
        tail_.store(after(tail, header_words + static_cast<std::size_t>(record[0])),
                    std::memory_order_release);
    }

private:
    static constexpr std::size_t header_words = 3;

    // Where the record behind one of `length` words at `position` starts: there, or with the next
    // lap.
    [[nodiscard]] std::uint64_t after(std::uint64_t position, std::size_t length) const noexcept {
        const std::uint64_t lap_end = position - position % words_ + words_;
        return (std::min)(position + length, lap_end);
    }

    std::uintptr_t* memory_ = nullptr;
    std::size_t words_ = 0;
    std::uint32_t depth_ = 0;
    alignas(64) std::atomic<std::uint64_t> head_{0}; // the producer's, on a cache line of its own
    alignas(64) std::atomic<std::uint64_t> tail_{0}; // the consumer's
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/unwind.hpp - the call stack of an interrupted thread, in its handler (Linux).
#ifndef WICK_DETAIL_UNWIND_HPP
#define WICK_DETAIL_UNWIND_HPP

// wick/detail/eh_frame.hpp - how to step out of a function, from .eh_frame tables of any honesty.
#ifndef WICK_DETAIL_EH_FRAME_HPP
#define WICK_DETAIL_EH_FRAME_HPP

// wick/detail/elf.hpp - reads 64-bit ELF images from bytes that need not be honest.
#ifndef WICK_DETAIL_ELF_HPP
#define WICK_DETAIL_ELF_HPP

// wick/result.hpp - a value or the reason why there is none; what a lenient reader skipped.
#ifndef WICK_RESULT_HPP
#define WICK_RESULT_HPP


#include <cstdint> // std::uint64_t
#include <string>  // the text of an error

WICK_BEGIN_NAMESPACE

/// Says what is wrong, where, and what was expected. The default value means "nothing is wrong".
struct error {
    std::string what;         ///< one line without a final full stop; empty: no error
    std::uint64_t line = 0;   ///< line of the input, counted from 1; 0: unknown or not text
    std::uint64_t offset = 0; ///< byte offset in the input where it was noticed (with line 0)

    /// True when something is wrong.
    explicit operator bool() const noexcept { return !what.empty(); }

    /// Returns `what`, with the line in front where one is known: "line 3: no weight at the end".
    [[nodiscard]] std::string message() const {
        return line == 0 ? what : "line " + std::to_string(line) + ": " + what;
    }

    friend bool operator==(const error& a, const error& b) {
        return a.what == b.what && a.line == b.line && a.offset == b.offset;
    }
    friend bool operator!=(const error& a, const error& b) { return !(a == b); }
};

/// A value, or an error and then a value that means nothing. `if (auto r = f()) use(r.value);`
template <class T>
struct result {
    T value{};
    wick::error error{};

    /// True when there is a value.
    explicit operator bool() const noexcept { return !error; }
};

/// What a lenient reader left out of its result: how many records, and why the first of them.
struct skipped {
    std::uint64_t records = 0; ///< lines, samples or entries that were not understood
    wick::error first{};       ///< the first of them: its line and what was expected

    /// Counts one more record; only the first one's reason is built and kept.
    void add(const char* what, std::uint64_t line, std::uint64_t offset = 0) {
        if (records++ == 0) { first = wick::error{what, line, offset}; }
    }
    friend bool operator==(const skipped& a, const skipped& b) {
        return a.records == b.records && a.first == b.first;
    }
    friend bool operator!=(const skipped& a, const skipped& b) { return !(a == b); }
};

WICK_END_NAMESPACE

#endif

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

#include <algorithm>   // std::sort
#include <atomic>      // serial numbers of maps
#include <cerrno>      // errno is kept
#include <cstddef>     // std::size_t, offsetof
#include <cstdint>     // std::uintptr_t and the like
#include <cstring>     // std::memcmp
#include <string>      // paths and build-ids
#include <string_view> // bytes of notes and files
#include <utility>     // std::move
#include <vector>      // the modules

#include <dlfcn.h>       // _dl_find_object
#include <fcntl.h>       // open
#include <link.h>        // dl_iterate_phdr
#include <sys/auxv.h>    // where the vdso is
#include <sys/mman.h>    // the executable file, while its sections are read
#include <sys/stat.h>    // its size
#include <sys/syscall.h> // the probe of a page
#include <ucontext.h>    // the registers of the interrupted thread
#include <unistd.h>      // readlink, syscall

// Stacks are read where no object of ours lies: the sanitizer's shadow says nothing about that
// memory.
#if defined(__GNUC__)
#    define WICK_NO_SANITIZE_ADDRESS __attribute__((no_sanitize_address))
#    define WICK_COLD __attribute__((noinline, cold))
#else
#    define WICK_NO_SANITIZE_ADDRESS
#    define WICK_COLD
#endif

// Since glibc 2.35 the loader can be asked from a signal handler what is loaded at an address. The
// reference is weak: a program may be built with a new C library and run with an older one.
#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#    if __GLIBC_PREREQ(2, 35)
#        define WICK_HAS_DL_FIND_OBJECT 1
extern "C" __attribute__((weak)) int _dl_find_object(void*, struct dl_find_object*) noexcept;
#    endif
#endif
#ifndef WICK_HAS_DL_FIND_OBJECT
#    define WICK_HAS_DL_FIND_OBJECT 0
#endif

WICK_BEGIN_NAMESPACE
namespace detail {

/// What the loader says is mapped at an address, to tell whether a snapshot still holds there.
struct loaded_object {
    std::uintptr_t start = 0;
    std::uintptr_t limit = 0;
    std::uintptr_t link_map = 0;
    std::uintptr_t tables = 0;

    friend bool operator==(const loaded_object& a, const loaded_object& b) noexcept {
        return a.start == b.start && a.limit == b.limit && a.link_map == b.link_map &&
               a.tables == b.tables;
    }
};

/// True when the loader of this process can be asked from a signal handler.
[[nodiscard]] inline bool can_find_loaded_objects() noexcept {
#if WICK_HAS_DL_FIND_OBJECT
    return &_dl_find_object != nullptr;
#else
    return false;
#endif
}

/// Asks the loader what is mapped at an address; false: nothing, or it cannot be asked.
/// Async-signal-safe and lock-free, as the GNU C Library manual promises for _dl_find_object.
[[nodiscard]] inline bool find_loaded_object(std::uintptr_t pc, loaded_object& found) noexcept {
#if WICK_HAS_DL_FIND_OBJECT
    if (!can_find_loaded_objects()) { return false; }
    struct dl_find_object object;
    if (_dl_find_object(reinterpret_cast<void*>(pc), &object) != 0) { return false; }
    found.start = reinterpret_cast<std::uintptr_t>(object.dlfo_map_start);
    found.limit = reinterpret_cast<std::uintptr_t>(object.dlfo_map_end);
    found.link_map = reinterpret_cast<std::uintptr_t>(object.dlfo_link_map);
    found.tables = reinterpret_cast<std::uintptr_t>(object.dlfo_eh_frame);
    return true;
#else
    static_cast<void>(pc);
    static_cast<void>(found);
    return false;
#endif
}

/// The program headers of one loaded module.
struct module_headers {
    const ElfW(Phdr) * first;
    std::size_t count;
    std::uintptr_t bias; ///< what the loader added to the addresses in them

    [[nodiscard]] const ElfW(Phdr) * begin() const noexcept { return first; }
    [[nodiscard]] const ElfW(Phdr) * end() const noexcept { return first + count; }

    [[nodiscard]] bool holds(const ElfW(Phdr) & segment, std::uintptr_t address) const noexcept {
        return address - (bias + segment.p_vaddr) < segment.p_filesz;
    }

    /// Returns the loaded segment with these permissions that an address lies in, or nullptr.
    [[nodiscard]] const ElfW(Phdr) *
        segment_at(std::uintptr_t address, unsigned flags) const noexcept {
        for (const ElfW(Phdr) & segment : *this) {
            if (segment.p_type == PT_LOAD && (segment.p_flags & flags) == flags &&
                holds(segment, address)) {
                return &segment;
            }
        }
        return nullptr;
    }

    /// Returns the bytes from an address on that are known to be readable, at most `size` of them.
    [[nodiscard]] memory_view readable(std::uintptr_t address,
                                       std::size_t size = ~std::size_t{0}) const noexcept {
        const ElfW(Phdr)* segment = segment_at(address, PF_R);
        if (segment == nullptr) { return {}; }
        const std::size_t left = bias + segment->p_vaddr + segment->p_filesz - address;
        return {reinterpret_cast<const std::uint8_t*>(address), (std::min)(left, size), address};
    }

    /// Returns the .eh_frame_hdr that the headers name; empty: none.
    [[nodiscard]] memory_view eh_header() const noexcept {
        for (const ElfW(Phdr) & segment : *this) {
            if (segment.p_type != PT_GNU_EH_FRAME) { continue; }
            return readable(bias + segment.p_vaddr, segment.p_memsz);
        }
        return {};
    }

    /// Finds the unwinding tables; false when there are none that can be searched as they are.
    [[nodiscard]] bool find_tables(eh_tables& tables) const noexcept {
        const memory_view header = eh_header();
        const memory_view frames = readable(eh_frame_address(header));
        return frames.size != 0 && read_eh_frame_hdr(header, frames, tables);
    }
};

/// One executable segment of a module of this process.
struct code_module {
    std::uintptr_t start = 0; ///< its addresses
    std::uintptr_t limit = 0;
    std::uintptr_t bias = 0;       ///< an address less this is the ELF file's address
    std::uint64_t file_offset = 0; ///< of start
    bool readable = false;         ///< its code may be looked at
    bool permanent = false;        ///< nothing can unload it while a snapshot is in use
    loaded_object object;          ///< what the loader said when the snapshot was taken
    eh_tables tables;
    std::string
        path; ///< as the loader has it; of the main program what /proc/self/exe says; "[vdso]"
    std::string build_id; ///< lower-case hexadecimal; "": none
};

/// What the walk needs to know of the code at an address.
struct code_at {
    std::uintptr_t start = 0;
    std::uintptr_t limit = 0;
    bool readable = false;
    eh_tables tables;
};

/// A snapshot of the code that is loaded. Built outside of signal handlers, read inside; never
/// changes.
class code_map {
public:
    code_map() = default;
    code_map(code_map&&) = default;
    code_map& operator=(code_map&&) = default;
    code_map(const code_map&) = delete;
    code_map& operator=(const code_map&) = delete;

    /// Returns what is loaded now. `copy_tables` keeps copies of the unwinding tables, so that
    /// nothing can be unloaded under the walk; needed only where the loader cannot be asked in the
    /// handler (C libraries other than glibc 2.35 and later). Not for signal handlers: allocates,
    /// takes the loader's lock, and reads the executable file when that is static.
    [[nodiscard]] static code_map load(bool copy_tables = !can_find_loaded_objects()) {
        code_map map;
        static std::atomic<std::uint64_t> serials{0};
        map.serial_ = ++serials;
        map.copies_ = copy_tables;
        dl_iterate_phdr(add_module, &map);
        std::sort(map.modules_.begin(), map.modules_.end(), [](const auto& a, const auto& b) {
            return a.start < b.start;
        });
        return map;
    }

    /// Returns the module whose code an address lies in, or nullptr. O(log n), async-signal-safe.
    [[nodiscard]] const code_module* find(std::uintptr_t pc) const noexcept {
        std::size_t low = 0;
        std::size_t high = modules_.size();
        while (low < high) {
            const std::size_t middle = low + (high - low) / 2;
            if (modules_[middle].limit <= pc) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < modules_.size() && modules_[low].start <= pc ? &modules_[low] : nullptr;
    }

    /// Returns the modules by rising address.
    [[nodiscard]] const std::vector<code_module>& modules() const noexcept { return modules_; }

    /// Returns how many modules the process had loaded and unloaded when this was taken; 0:
    /// unknown.
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

    /// Returns the same number as of now: another one than `generation()` asks for a new snapshot.
    /// Takes the loader's lock for a moment: not for signal handlers.
    [[nodiscard]] static std::uint64_t current_generation() {
        std::uint64_t generation = 0;
        dl_iterate_phdr(
            [](dl_phdr_info* info, std::size_t size, void* out) {
                *static_cast<std::uint64_t*>(out) = generation_of(*info, size);
                return 1; // every module says the same
            },
            &generation);
        return generation;
    }

    /// Returns a number that no other map of this process has, and that is not 0.
    [[nodiscard]] std::uint64_t serial() const noexcept { return serial_; }

    /// Tells what code is at an address now: of the snapshot when that still holds there, else of
    /// what the loader has put there since. False: nothing known. Async-signal-safe.
    [[nodiscard]] bool locate(std::uintptr_t pc, code_at& code) const noexcept {
        const code_module* known = find(pc);
        loaded_object now;
        const bool loaded = find_loaded_object(pc, now);
        if (known != nullptr && (known->permanent || (loaded && now == known->object))) {
            code = {known->start, known->limit, known->readable, known->tables};
            return true;
        }
        return loaded && locate_new(pc, now, code);
    }

private:
    std::vector<code_module> modules_;
    std::vector<std::vector<std::uint8_t>> owned_; // tables that were made or copied
    std::uint64_t generation_ = 0;
    std::uint64_t serial_ = 0;
    bool copies_ = false;
    bool seen_main_ = false;

    [[nodiscard]] static std::uint64_t generation_of(const dl_phdr_info& info,
                                                     std::size_t size) noexcept {
        constexpr std::size_t needed = offsetof(dl_phdr_info, dlpi_subs) + sizeof(info.dlpi_subs);
        return size < needed ? 0 : info.dlpi_adds + info.dlpi_subs;
    }

    static int add_module(dl_phdr_info* info, std::size_t size, void* self) {
        static_cast<code_map*>(self)->add(*info, size);
        return 0;
    }

    void add(const dl_phdr_info& info, std::size_t size) {
        generation_ = generation_of(info, size);
        const bool is_main = !std::exchange(seen_main_, true); // the loader lists it first
        const module_headers headers{info.dlpi_phdr, info.dlpi_phnum, info.dlpi_addr};
        code_module module;
        module.bias = info.dlpi_addr;
        module.path = path_of(info, headers, is_main);
        module.build_id = build_id_of(headers);
        if (!headers.find_tables(module.tables)) { make_tables(headers, is_main, module.tables); }
        if (copies_) { copy_tables(module.tables); }
        for (const ElfW(Phdr) & segment : headers) {
            if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) { continue; }
            module.start = module.bias + segment.p_vaddr;
            module.limit = module.start + segment.p_filesz;
            module.file_offset = segment.p_offset;
            const bool known = find_loaded_object(module.start, module.object);
            // Tables that were copied stay when the code is unloaded, but then nobody may look at
            // it.
            module.permanent = !known;
            module.readable = (segment.p_flags & PF_R) != 0 && (known || is_main || !copies_);
            modules_.push_back(module);
        }
    }

    [[nodiscard]] static std::string
    path_of(const dl_phdr_info& info, const module_headers& headers, bool is_main) {
        const std::uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
        if (vdso != 0 && headers.segment_at(vdso, PF_R) != nullptr) { return "[vdso]"; }
        const std::string name = info.dlpi_name == nullptr ? "" : info.dlpi_name;
        if (!is_main) { return name; }
        std::string path(4096, '\0');
        const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
        if (length <= 0) { return name; }
        path.resize(static_cast<std::size_t>(length));
        return path;
    }

    [[nodiscard]] static std::string build_id_of(const module_headers& headers) {
        for (const ElfW(Phdr) & segment : headers) {
            if (segment.p_type != PT_NOTE) { continue; }
            const memory_view notes =
                headers.readable(headers.bias + segment.p_vaddr, segment.p_filesz);
            std::string id = elf::build_id_of_notes(
                {reinterpret_cast<const char*>(notes.data), notes.size}, segment.p_align);
            if (!id.empty()) { return id; }
        }
        return {};
    }

    /// Makes the search table that the linker left out.
    void make_tables(const module_headers& headers, bool is_main, eh_tables& tables) {
        memory_view frames = headers.readable(eh_frame_address(headers.eh_header()));
        // Static executables have no header that points at their tables, only a section.
        if (frames.size == 0 && is_main) { frames = eh_frame_section(headers); }
        if (frames.size == 0) { return; }
        owned_.emplace_back();
        tables = make_eh_table(frames, owned_.back());
    }

    void copy_tables(eh_tables& tables) {
        if (tables.count == 0) { return; }
        const memory_view frames = tables.frames;
        const std::size_t size = tables.count * eh_tables::entry_size;
        owned_.emplace_back(frames.data, frames.data + frames.size);
        tables.frames.data = owned_.back().data();
        owned_.emplace_back(tables.table, tables.table + size);
        tables.table = owned_.back().data();
    }

    [[nodiscard]] static memory_view eh_frame_section(const module_headers& headers) {
        memory_view found;
        const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        if (file < 0) { return found; }
        struct stat status {};
        if (fstat(file, &status) == 0 && status.st_size > 0) {
            const auto size = static_cast<std::size_t>(status.st_size);
            void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
            if (bytes != MAP_FAILED) {
                const auto image = elf::image::open({static_cast<const char*>(bytes), size});
                const auto section = image.value.find(std::string_view(".eh_frame"));
                if (section && section->address != 0) {
                    found = headers.readable(headers.bias + section->address, section->size);
                }
                munmap(bytes, size);
            }
        }
        close(file);
        return found;
    }

    /// Reads the headers of a module that was loaded after the snapshot, where the loader mapped
    /// them.
    [[nodiscard]] WICK_COLD WICK_NO_SANITIZE_ADDRESS static bool
    locate_new(std::uintptr_t pc, const loaded_object& object, code_at& code) noexcept {
        // The first page is there in any case; linkers place all headers in it.
        constexpr std::size_t page = 4096;
        if (object.limit - object.start < page || object.link_map == 0) { return false; }
        const auto* file = reinterpret_cast<const ElfW(Ehdr)*>(object.start);
        if (std::memcmp(file->e_ident, ELFMAG, SELFMAG) != 0) { return false; }
        if (file->e_phentsize != sizeof(ElfW(Phdr)) || file->e_phoff % alignof(ElfW(Phdr)) != 0 ||
            !lies_within(file->e_phoff, file->e_phnum * sizeof(ElfW(Phdr)), page)) {
            return false;
        }
        const auto* first = reinterpret_cast<const ElfW(Phdr)*>(object.start + file->e_phoff);
        const auto bias = reinterpret_cast<const struct link_map*>(object.link_map)->l_addr;
        const module_headers headers{first, file->e_phnum, bias};
        const ElfW(Phdr)* segment = headers.segment_at(pc, PF_X);
        if (segment == nullptr) { return false; }
        code = {};
        code.start = bias + segment->p_vaddr;
        code.limit = code.start + segment->p_filesz;
        code.readable = (segment->p_flags & PF_R) != 0;
        return headers.find_tables(code.tables);
    }
};

/// How one step of the walk goes. The first kinds are those that compilers make, in a form that
/// takes a few nanoseconds; the rest is read again from the tables each time.
enum class unwind_rule : std::uint8_t {
    unknown,    ///< no row: hand-written code, or generated at run time
    stack,      ///< CFA = sp + cfa
    frame,      ///< CFA = fp + cfa
    realigned,  ///< CFA = *(fp + cfa): functions that align their stack
    linkage,    ///< x86-64: an entry of a procedure linkage table, which pushes halfway
    leaf,       ///< AArch64: CFA = sp + cfa, the return address is still in its register
    signal,     ///< the frame that the kernel made for a signal handler
    outermost,  ///< there is no caller
    interpreted ///< anything else that a row can say
};

/// The row of one address. Offsets count words of 8 bytes; `frame` and `ret` are relative to the
/// CFA.
struct unwind_row {
    static constexpr std::int16_t in_place = 0; ///< frame: the caller's fp is still there
    static constexpr std::int16_t at_frame = 1; ///< frame: it stands where fp points

    std::uintptr_t address;
    std::int16_t cfa;
    std::int16_t frame;
    std::int16_t ret;
    unwind_rule rule;
    bool exact_caller; ///< the caller was interrupted: its address is not a return address
};

/// What one thread's handler keeps from walk to walk. Zeroed memory is an empty one; zero it again
/// before another thread uses it. Only the walk touches it: a walk must not interrupt another one
/// on it.
struct unwind_cache {
    static constexpr unsigned row_bits = 9;

    std::uint64_t map_serial;   ///< the map that the rows come from
    std::uintptr_t stack_limit; ///< whose pages are known:
    std::uintptr_t proven;      ///< every page from here to stack_limit can be read
    std::uintptr_t barrier;     ///< the page below, if it is known not to be readable
    std::uint64_t probes;       ///< system calls made so far
    unwind_row rows[1u << row_bits];

    [[nodiscard]] unwind_row& row_for(std::uintptr_t address) noexcept {
        // Fibonacci hashing: code addresses differ in their low bits.
        return rows[(std::uint64_t{address} * 0x9e3779b97f4a7c15u) >> (64 - row_bits)];
    }
};

/// Aligned words of memory that may be read.
struct memory_range {
    std::uintptr_t low;
    std::uintptr_t size;

    /// True when the word at an address may be read.
    [[nodiscard]] bool holds(std::uintptr_t address) const noexcept {
        return address - low < size && address % 8 == 0;
    }
};

/// The part of the stack that the walk may read. On the thread's own stack that is everything from
/// the interrupted stack pointer to the stack's limit, once the pages between were seen to be
/// readable. Anywhere else (alternate signal stacks, coroutines, a stack pointer used for something
/// else) each page is asked for. The question is rt_sigprocmask with an operation that does not
/// exist: it tells EFAULT from EINVAL and changes nothing. Unlike the other ways, no sandbox
/// forbids it.
class stack_window {
public:
    stack_window(unwind_cache& cache, std::uintptr_t limit) noexcept
        : cache_(cache)
        , limit_(limit & ~(word - 1)) {}

    /// Starts to read from a stack pointer on. The 128 bytes below are the red zone: after `pop
    /// %rbp` compilers leave the rule in force that the register is saved there.
    void enter(std::uintptr_t sp) noexcept {
        floor_ = sp < red_zone ? 0 : (sp - red_zone) & ~(word - 1);
        low_ = 0;
        size_ = 0;
        own_ = sp < limit_ && prove(floor_ & ~(page - 1));
        if (!own_) { return; }
        low_ = floor_;
        size_ = limit_ - low_;
    }

    /// Returns what may be read without asking. Valid until `enter` or `load`.
    [[nodiscard]] memory_range known() const noexcept { return {low_, size_}; }

    /// Reads the word at an address, which `known` holds.
    [[nodiscard]] WICK_NO_SANITIZE_ADDRESS static std::uint64_t
    word_at(std::uintptr_t address) noexcept {
        return *reinterpret_cast<const std::uint64_t*>(address);
    }

    /// Reads the word at an address; false when it must not be read.
    [[nodiscard]] bool load(std::uintptr_t address, std::uint64_t& value) noexcept {
        if (address % word != 0 || (!known().holds(address) && !reach(address))) { return false; }
        value = word_at(address);
        return true;
    }

    /// The same for 1, 2, 4 or 8 bytes, which must be aligned. The form that expressions want.
    [[nodiscard]] bool
    operator()(std::uint64_t address, unsigned bytes, std::uint64_t& value) noexcept {
        const std::uint64_t inside = address % word;
        if (inside % bytes != 0 || !load(address - inside, value)) { return false; }
        value >>= 8 * inside;
        if (bytes < word) { value &= (std::uint64_t{1} << (8 * bytes)) - 1; }
        return true;
    }

private:
    static constexpr std::uintptr_t word = 8;
    static constexpr std::uintptr_t page =
        4096; // pages may be larger; asking more often is no harm
    static constexpr std::uintptr_t red_zone = 128;
    static constexpr std::uintptr_t max_own = std::uintptr_t{64} << 20;
    static constexpr unsigned max_probes = 64; // a walk: bounds the time that strange stacks take

    unwind_cache& cache_;
    std::uintptr_t limit_;
    std::uintptr_t floor_ = 0;
    std::uintptr_t low_ = 0;
    std::uintptr_t size_ = 0;
    unsigned probes_ = 0;
    bool own_ = false;

    [[nodiscard]] bool can_read(std::uintptr_t address) noexcept {
        if (probes_ == max_probes) { return false; }
        ++probes_;
        ++cache_.probes;
        const int kept = errno;
        constexpr int no_such_operation = -1;
        constexpr std::size_t kernel_set_size = 8;
        const long status =
            syscall(SYS_rt_sigprocmask, no_such_operation, address, nullptr, kernel_set_size);
        const bool readable = status == -1 && errno == EINVAL;
        errno = kept;
        return readable;
    }

    /// True when every page from `target` to the limit is known to be readable, or found to be now.
    /// Deep stacks take a few samples until they are known; until then their pages are asked for.
    [[nodiscard]] bool prove(std::uintptr_t target) noexcept {
        if (cache_.stack_limit != limit_) {
            cache_.stack_limit = limit_;
            cache_.proven = limit_;
            cache_.barrier = 0;
        }
        if (target >= cache_.proven) { return true; }
        return limit_ - target <= max_own && prove_more(target);
    }

    [[nodiscard]] WICK_COLD bool prove_more(std::uintptr_t target) noexcept {
        while (cache_.proven > target) {
            const std::uintptr_t next = (cache_.proven - 1) & ~(page - 1);
            if (next == cache_.barrier || probes_ >= max_probes / 2) { return false; }
            if (!can_read(next)) {
                cache_.barrier = next;
                return false;
            }
            cache_.proven = next;
        }
        return true;
    }

    /// Asks for a page of a stack that is not known.
    [[nodiscard]] WICK_COLD bool reach(std::uintptr_t address) noexcept {
        if (own_ || address < floor_) { return false; }
        const std::uintptr_t first = address & ~(page - 1);
        if (!can_read(first)) { return false; }
        if (size_ != 0 && first == low_ + size_) {
            size_ += page;
        } else {
            low_ = first;
            size_ = page;
        }
        return true;
    }
};

/// How a walk ended.
enum class unwind_end : std::uint8_t {
    complete,  ///< at the outermost frame, as the tables mark it
    truncated, ///< the caller's array is full
    broken     ///< no rule, or one that leads out of the stack
};

/// What a walk found: how many frames, and how it ended.
struct unwound {
    std::uint32_t depth;
    unwind_end end;
};

#if defined(__x86_64__)
/// What the walk knows of Linux on x86-64.
struct unwind_machine {
    using registers = x86_64_registers;

    /// How far above the stack pointer the kernel's ucontext_t is, in the code that returns from a
    /// signal.
    static constexpr std::uintptr_t signal_context = 0;
    static constexpr std::uint8_t frame_number = 6; ///< of the frame pointer in DWARF
    /// A frame pointer points right below the return address: it gives the caller's stack pointer
    /// too.
    static constexpr bool frame_gives_stack = true;
    static constexpr bool call_pushes_return = true; ///< so it stands right below the CFA

    /// Where ucontext_t keeps the register of each slot.
    [[nodiscard]] static std::size_t context_offset(unsigned slot) noexcept {
        static constexpr std::uint8_t greg[registers::slots] = {REG_RAX,
                                                                REG_RDX,
                                                                REG_RCX,
                                                                REG_RBX,
                                                                REG_RSI,
                                                                REG_RDI,
                                                                REG_RBP,
                                                                REG_RSP,
                                                                REG_R8,
                                                                REG_R9,
                                                                REG_R10,
                                                                REG_R11,
                                                                REG_R12,
                                                                REG_R13,
                                                                REG_R14,
                                                                REG_R15,
                                                                REG_RIP};
        return offsetof(ucontext_t, uc_mcontext.gregs) + std::size_t{greg[slot]} * sizeof(greg_t);
    }
    static std::size_t context_pc() noexcept { return context_offset(registers::return_slot); }

    [[nodiscard]] static std::uintptr_t plain_address(std::uintptr_t pc) noexcept { return pc; }

    /// mov $15, %rax; syscall: C libraries other than glibc have no tables for it.
    [[nodiscard]] static bool is_signal_return(const std::uint8_t* code,
                                               std::size_t left) noexcept {
        static constexpr std::uint8_t bytes[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
        return left >= sizeof(bytes) && std::memcmp(code, bytes, sizeof(bytes)) == 0;
    }

    /// True when a call instruction of any length ends at `code`, with `before` readable bytes in
    /// front.
    [[nodiscard]] static bool ends_call(const std::uint8_t* code, std::size_t before) noexcept {
        if (before < 8) { return false; }
        if (code[-5] == 0xe8) { return true; }
        // ff /2: the middle bits of the byte after say that it is a call, the others how long it
        // is.
        const auto is_indirect = [&](int length) {
            return code[-length] == 0xff && (code[1 - length] & 0x38) == 0x10;
        };
        return is_indirect(2) || is_indirect(3) || is_indirect(4) || is_indirect(6) ||
               is_indirect(7);
    }

    /// The rows of procedure linkage tables, as every linker writes them: sp + 8, and 8 more from
    /// byte 11 of 16 on. 0x77 8: breg7 + 8; 0x80 0: breg16 + 0; lit15, and, lit11, ge, lit3, shl,
    /// plus.
    [[nodiscard]] static bool is_linkage(const std::uint8_t* sized, std::size_t left) noexcept {
        static constexpr std::uint8_t bytes[] = {
            11, 0x77, 0x08, 0x80, 0x00, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22};
        return left >= sizeof(bytes) && std::memcmp(sized, bytes, sizeof(bytes)) == 0;
    }
};
#    define WICK_CAN_UNWIND 1
#elif defined(__aarch64__)
/// What the walk knows of Linux on AArch64.
struct unwind_machine {
    using registers = aarch64_registers;
    static constexpr std::uintptr_t signal_context = 128; // after the siginfo_t
    static constexpr std::uint8_t frame_number = 29;
    static constexpr bool frame_gives_stack = false; // it may point anywhere into the frame
    static constexpr bool call_pushes_return = false;

    [[nodiscard]] static std::size_t context_offset(unsigned slot) noexcept {
        if (slot == registers::stack_slot) { return offsetof(ucontext_t, uc_mcontext.sp); }
        return offsetof(ucontext_t, uc_mcontext.regs) + (16 + std::size_t{slot}) * 8;
    }
    static std::size_t context_pc() noexcept { return offsetof(ucontext_t, uc_mcontext.pc); }

    /// Takes the signature of pointer authentication away: xpaclri, which older processors skip.
    [[nodiscard]] static std::uintptr_t plain_address(std::uintptr_t pc) noexcept {
        register std::uintptr_t link __asm__("x30") = pc;
        __asm__("hint #7" : "+r"(link));
        return link;
    }

    /// mov x8, #139; svc #0.
    [[nodiscard]] static bool is_signal_return(const std::uint8_t* code,
                                               std::size_t left) noexcept {
        static constexpr std::uint8_t bytes[] = {0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4};
        return left >= sizeof(bytes) && std::memcmp(code, bytes, sizeof(bytes)) == 0;
    }

    /// bl, blr, and blr with authentication.
    [[nodiscard]] static bool ends_call(const std::uint8_t* code, std::size_t before) noexcept {
        if (before < 4) { return false; }
        const auto word = little_endian<std::uint32_t>(reinterpret_cast<const char*>(code - 4));
        return (word & 0xfc000000u) == 0x94000000u || (word & 0xfffffc1fu) == 0xd63f0000u ||
               (word & 0xfefff800u) == 0xd63f0800u;
    }

    [[nodiscard]] static bool is_linkage(const std::uint8_t*, std::size_t) noexcept {
        return false;
    }
};
#    define WICK_CAN_UNWIND 1
#else
#    define WICK_CAN_UNWIND 0
#endif

#if WICK_CAN_UNWIND
/// Walks one stack: see unwind().
class stack_walk {
public:
    stack_walk(const code_map& map,
               unwind_cache& cache,
               const ucontext_t& context,
               std::uintptr_t stack_limit,
               std::uintptr_t* frames,
               std::uint32_t capacity) noexcept
        : map_(map)
        , cache_(cache)
        , context_(context)
        , frames_(frames)
        , capacity_(capacity)
        , window_(cache, stack_limit) {
        if (cache.map_serial == map.serial()) { return; }
        for (unwind_row& row : cache.rows) { row.address = 0; }
        cache.map_serial = map.serial();
    }

    /// Walks with rows from the cache, keeping only what those need: the program counter, the stack
    /// and the frame pointer. A row that needs more starts the walk again, with every register.
    [[nodiscard]] unwound run() noexcept {
        position here = start();
        std::uint32_t depth = 0;
        for (;;) {
            depth = walk_usual(here, depth);
            if (here.pc == 0 && depth > 0) { return {depth, unwind_end::complete}; } // some end so
            if (depth == capacity_) { return {depth, unwind_end::truncated}; }
            const std::uintptr_t address = here.look_up();
            frames_[depth++] = address;
            const unwind_row& row = row_at(address);
            if (step(row, address, here)) { continue; }
            switch (unusual_step(row, address, depth == 1, here)) {
            case verdict::going_on:
                break;
            case verdict::complete:
                return {depth, unwind_end::complete};
            case verdict::broken:
                return {depth, unwind_end::broken};
            case verdict::start_again:
                return run_interpreted();
            }
        }
    }

private:
    using machine = unwind_machine;
    using slots = machine::registers;
    using registers = cfi_registers<slots>;
    using row_rules = cfi_row<slots>;

    static constexpr std::uintptr_t word = 8;
    static constexpr std::uintptr_t max_step = std::uintptr_t{64} << 20;

    enum class verdict : std::uint8_t { going_on, complete, broken, start_again };

    /// Where the walk stands.
    struct position {
        std::uintptr_t pc;
        std::uintptr_t sp;
        std::uintptr_t fp;
        bool exact;      ///< pc is the next instruction; otherwise it is a return address
        bool chain_only; ///< sp is not known: only frame pointers lead on

        /// A call may be the last instruction of its function: its return address is then outside.
        [[nodiscard]] std::uintptr_t look_up() const noexcept { return exact ? pc : pc - 1; }
    };

    const code_map& map_;
    unwind_cache& cache_;
    const ucontext_t& context_;
    std::uintptr_t* frames_;
    std::uint32_t capacity_;
    stack_window window_;

    [[nodiscard]] std::uint64_t of_context(std::size_t offset) const noexcept {
        std::uint64_t value = 0;
        std::memcpy(&value, reinterpret_cast<const char*>(&context_) + offset, sizeof(value));
        return value;
    }

    [[nodiscard]] position start() noexcept {
        position here{};
        here.pc = of_context(machine::context_pc());
        here.sp = of_context(machine::context_offset(slots::stack_slot));
        here.fp = of_context(machine::context_offset(slots::frame_slot));
        here.exact = true;
        window_.enter(here.sp);
        return here;
    }

    [[nodiscard]] const unwind_row& row_at(std::uintptr_t address) noexcept {
        unwind_row& row = cache_.row_for(address);
        if (row.address != address) { row = find_row(address); }
        return row;
    }

    [[nodiscard]] static std::uintptr_t shifted(std::uintptr_t base, std::int16_t words) noexcept {
        return base + static_cast<std::uintptr_t>(std::intptr_t{words} * 8);
    }

    /// The CFA must lie above the stack pointer, or the walk could go on for ever.
    [[nodiscard]] static bool plausible(std::uintptr_t cfa, std::uintptr_t sp) noexcept {
        return cfa - sp - 1 < max_step && cfa % word == 0;
    }

    /// Walks on as long as the cache has rows of the two usual kinds, and returns the new depth.
    /// The same as `step`, but everything stays in registers: this is what nearly all frames take.
    [[nodiscard]] std::uint32_t walk_usual(position& where, std::uint32_t depth) noexcept {
        const memory_range readable = window_.known();
        std::uintptr_t* const frames = frames_;
        const std::uint32_t capacity = capacity_;
        unwind_cache& cache = cache_;
        position here = where;
        if (here.chain_only) { return depth; }
        while (depth < capacity) {
            const std::uintptr_t address = here.look_up();
            const unwind_row row = cache.row_for(address);
            const bool by_frame = row.rule == unwind_rule::frame;
            if (row.address != address || (!by_frame && row.rule != unwind_rule::stack)) { break; }
            const std::uintptr_t cfa = shifted(by_frame ? here.fp : here.sp, row.cfa);
            const std::uintptr_t return_at = return_address_at(cfa, row);
            if (!plausible(cfa, here.sp) || !readable.holds(return_at)) { break; }
            std::uintptr_t fp = here.fp;
            if (row.frame != unwind_row::in_place) {
                const std::uintptr_t saved_at = shifted(cfa, row.frame);
                if (row.frame == unwind_row::at_frame || !readable.holds(saved_at)) { break; }
                fp = stack_window::word_at(saved_at);
            }
            frames[depth++] = address;
            here.pc = machine::plain_address(stack_window::word_at(return_at));
            here.sp = cfa;
            here.fp = fp;
            here.exact = row.exact_caller;
            if (here.pc == 0) { break; }
        }
        where = here;
        return depth;
    }

    [[nodiscard]] static std::uintptr_t return_address_at(std::uintptr_t cfa,
                                                          const unwind_row& row) noexcept {
        return machine::call_pushes_return ? cfa - word : shifted(cfa, row.ret);
    }

    /// Takes the steps that compilers' code needs. False leaves `here` as it was.
    [[nodiscard]] bool
    step(const unwind_row& row, std::uintptr_t address, position& here) noexcept {
        std::uint64_t cfa = 0;
        switch (row.rule) {
        case unwind_rule::stack:
            cfa = shifted(here.sp, row.cfa);
            break;
        case unwind_rule::frame:
            cfa = shifted(here.fp, row.cfa);
            break;
        case unwind_rule::realigned:
            if (!window_.load(shifted(here.fp, row.cfa), cfa)) { return false; }
            break;
        case unwind_rule::linkage:
            cfa = here.sp + ((address & 15) >= 11 ? 16 : 8);
            break;
        case unwind_rule::unknown:
        case unwind_rule::leaf:
        case unwind_rule::signal:
        case unwind_rule::outermost:
        case unwind_rule::interpreted:
            return false;
        }
        std::uint64_t pc = 0;
        std::uint64_t fp = here.fp;
        if (!plausible(cfa, here.sp) || here.chain_only) { return false; }
        if (!window_.load(return_address_at(cfa, row), pc)) { return false; }
        if (row.frame != unwind_row::in_place &&
            !window_.load(row.frame == unwind_row::at_frame ? here.fp : shifted(cfa, row.frame),
                          fp)) {
            return false;
        }
        here = {machine::plain_address(pc), cfa, fp, row.exact_caller, false};
        return true;
    }

    /// Everything that `step` does not do.
    [[nodiscard]] WICK_COLD verdict unusual_step(const unwind_row& row,
                                                 std::uintptr_t address,
                                                 bool is_first,
                                                 position& here) noexcept {
        switch (row.rule) {
        case unwind_rule::outermost:
            return verdict::complete;
        case unwind_rule::unknown:
            return guess(address, is_first, here);
        case unwind_rule::signal:
            return leave_signal(here);
        case unwind_rule::leaf:
            return leave_leaf(row, is_first, here);
        case unwind_rule::interpreted:
            return is_first ? interpret_first(address, here) : verdict::start_again;
        case unwind_rule::stack:
        case unwind_rule::frame:
        case unwind_rule::realigned:
        case unwind_rule::linkage:
            break;
        }
        return here.chain_only ? follow_chain(address, here) : verdict::broken;
    }

    [[nodiscard]] verdict leave_signal(position& here) noexcept {
        registers from{};
        if (!read_signal_context(here.sp, from, here.pc)) { return verdict::broken; }
        here.sp = from.value[slots::stack_slot];
        here.fp = from.value[slots::frame_slot];
        here.exact = true;
        return verdict::going_on;
    }

    /// Reads what the kernel saved on the stack, and starts to read from the interrupted stack on.
    [[nodiscard]] bool
    read_signal_context(std::uintptr_t sp, registers& from, std::uintptr_t& pc) noexcept {
        const std::uintptr_t context = sp + machine::signal_context;
        for (unsigned slot = 0; slot < slots::slots; ++slot) {
            if (!window_.load(context + machine::context_offset(slot), from.value[slot])) {
                return false;
            }
        }
        std::uint64_t interrupted = 0;
        if (!window_.load(context + machine::context_pc(), interrupted)) { return false; }
        pc = interrupted;
        window_.enter(from.value[slots::stack_slot]);
        return true;
    }

    [[nodiscard]] verdict
    leave_leaf(const unwind_row& row, bool is_first, position& here) noexcept {
        // Only of the interrupted function is the register known that holds the return address.
        if (!is_first) { return verdict::start_again; }
        const std::uintptr_t cfa = shifted(here.sp, row.cfa);
        if (cfa != here.sp && !plausible(cfa, here.sp)) { return verdict::broken; }
        std::uint64_t fp = here.fp;
        if (row.frame != unwind_row::in_place && !window_.load(shifted(cfa, row.frame), fp)) {
            return verdict::broken;
        }
        const std::uint64_t link = of_context(machine::context_offset(slots::return_slot));
        here = {machine::plain_address(link), cfa, fp, row.exact_caller, false};
        return here.pc == 0 ? verdict::complete : verdict::going_on;
    }

    /// The interrupted function may be anywhere in its prologue, where any register may hold the
    /// CFA; all are still known. Then the walk can go on as usual.
    [[nodiscard]] verdict interpret_first(std::uintptr_t address, position& here) noexcept {
        registers now = interrupted_registers();
        return interpret(address, true, now, here);
    }

    [[nodiscard]] registers interrupted_registers() const noexcept {
        registers now{};
        for (unsigned slot = 0; slot < slots::slots; ++slot) {
            now.value[slot] = of_context(machine::context_offset(slot));
        }
        return now;
    }

    /// Walks with every register and every rule, at the price of reading the tables for each frame.
    [[nodiscard]] WICK_COLD unwound run_interpreted() noexcept {
        position here = start();
        registers now = interrupted_registers();
        for (std::uint32_t depth = 0; depth < capacity_;) {
            const std::uintptr_t address = here.look_up();
            frames_[depth++] = address;
            const verdict outcome = interpret(address, depth == 1, now, here);
            if (outcome == verdict::complete) { return {depth, unwind_end::complete}; }
            if (outcome != verdict::going_on) { return {depth, unwind_end::broken}; }
        }
        return {capacity_, unwind_end::truncated};
    }

    /// One step with every register. `now` follows `here`.
    [[nodiscard]] verdict
    interpret(std::uintptr_t address, bool is_first, registers& now, position& here) noexcept {
        code_at code;
        row_rules rules;
        bool signal_frame = false;
        if (here.chain_only || !map_.locate(address, code) ||
            !find_cfi_row<slots>(code.tables, address, rules, signal_frame)) {
            const verdict outcome = is_signal_return(code, address)
                                        ? leave_signal_with(now, here)
                                        : guess(address, is_first, here);
            now.value[slots::stack_slot] = here.sp;
            now.value[slots::frame_slot] = here.fp;
            return outcome;
        }
        if (signal_frame && is_signal_return(code, address)) {
            return leave_signal_with(now, here);
        }
        const cfi_step outcome = apply_cfi_row(code.tables.frames, rules, now, window_);
        if (outcome == cfi_step::at_end) { return verdict::complete; }
        if (outcome == cfi_step::failed) { return verdict::broken; }
        const std::uintptr_t cfa = now.value[slots::stack_slot];
        // Where the return address is in a register the stack may be empty already.
        const cfi_how ret = rules.how[slots::return_slot];
        const bool in_leaf = here.exact && (ret == cfi_how::same || ret == cfi_how::in_register);
        if (signal_frame) {
            window_.enter(cfa); // the interrupted stack may be another one
        } else if (!plausible(cfa, here.sp) && !(in_leaf && cfa == here.sp)) {
            return verdict::broken;
        }
        const std::uintptr_t pc = machine::plain_address(now.value[slots::return_slot]);
        here = {pc, cfa, now.value[slots::frame_slot], signal_frame, false};
        return pc == 0 ? verdict::complete : verdict::going_on;
    }

    [[nodiscard]] verdict leave_signal_with(registers& now, position& here) noexcept {
        if (!read_signal_context(here.sp, now, here.pc)) { return verdict::broken; }
        here.sp = now.value[slots::stack_slot];
        here.fp = now.value[slots::frame_slot];
        here.exact = true;
        return verdict::going_on;
    }

    /// True when the code at an address, or right behind it, is that which returns from a signal
    /// handler. The handler's return address is its first byte, and return addresses are looked up
    /// one before.
    [[nodiscard]] WICK_NO_SANITIZE_ADDRESS static bool
    is_signal_return(const code_at& code, std::uintptr_t address) noexcept {
        if (!code.readable || address < code.start || address >= code.limit - 1) { return false; }
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(address);
        const std::size_t left = code.limit - address;
        return machine::is_signal_return(bytes, left) ||
               machine::is_signal_return(bytes + 1, left - 1);
    }

    /// True when the instruction before an address is a call.
    [[nodiscard]] WICK_NO_SANITIZE_ADDRESS bool
    follows_call(std::uintptr_t address) const noexcept {
        code_at code;
        if (address == 0 || !map_.locate(address - 1, code) || !code.readable) { return false; }
        return machine::ends_call(reinterpret_cast<const std::uint8_t*>(address),
                                  address - code.start);
    }

    /// Steps out of code without a row. What lands behind a call in known code is a return address
    /// with near certainty; anything less ends the walk, as wrong callers are worse than none.
    [[nodiscard]] verdict guess(std::uintptr_t address, bool is_first, position& here) noexcept {
        if (!here.exact && starts_function(here.pc)) { return verdict::complete; }
        // A hand-written function without a frame of its own, or a call through a bad pointer. Its
        // caller's frame pointer, if there is one, would skip the caller.
        if (here.exact && !here.chain_only && leave_bare_function(is_first, here)) {
            return verdict::going_on;
        }
        return follow_chain(address, here);
    }

    /// Returns to where the return address still is that a call leaves: on top of the stack, or in
    /// its register. False when that is no return address.
    [[nodiscard]] bool leave_bare_function(bool is_first, position& here) noexcept {
        std::uint64_t pc = 0;
        if (machine::call_pushes_return) {
            if (!window_.load(here.sp, pc)) { return false; }
        } else {
            if (!is_first) {
                return false;
            } // the register is known of the interrupted function only
            pc = machine::plain_address(of_context(machine::context_offset(slots::return_slot)));
        }
        if (!follows_call(pc)) { return false; }
        here = {pc, machine::call_pushes_return ? here.sp + word : here.sp, here.fp, false, false};
        return true;
    }

    /// True when a function starts at an address. No call returns there, so whoever made the stack
    /// wrote that return address: it is the end of a coroutine's stack (of makecontext, for one).
    [[nodiscard]] bool starts_function(std::uintptr_t address) const noexcept {
        code_at code;
        eh_fde fde;
        return map_.locate(address, code) && find_eh_fde(code.tables, address, fde) &&
               fde.start == address;
    }

    /// Follows the chain of frame pointers by one link.
    [[nodiscard]] verdict follow_chain(std::uintptr_t address, position& here) noexcept {
        // The ABI marks the outermost frame so; of an interrupted function it may mean anything.
        if (here.fp == 0 && !here.exact) { return verdict::complete; }
        std::uint64_t next = 0;
        std::uint64_t pc = 0;
        if (here.fp < here.sp || here.fp - here.sp > max_step) { return verdict::broken; }
        if (!window_.load(here.fp, next) || !window_.load(here.fp + word, pc)) {
            return verdict::broken;
        }
        pc = machine::plain_address(pc);
        if (!follows_call(pc) && !(is_generated(address) && leads_to_code(next, here.fp))) {
            return verdict::broken;
        }
        here = {pc, here.fp + 2 * word, next, false, !machine::frame_gives_stack};
        return verdict::going_on;
    }

    /// True for code that no module holds: made at run time.
    [[nodiscard]] bool is_generated(std::uintptr_t address) const noexcept {
        code_at code;
        return !map_.locate(address, code);
    }

    /// True when a chain of frame pointers comes to known code within a few links: generated code
    /// calls generated code, of which nothing can be checked.
    [[nodiscard]] bool leads_to_code(std::uintptr_t fp, std::uintptr_t below) noexcept {
        constexpr unsigned max_links = 64;
        for (unsigned i = 0; i < max_links && fp > below && fp - below <= max_step; ++i) {
            std::uint64_t next = 0;
            std::uint64_t pc = 0;
            if (!window_.load(fp, next) || !window_.load(fp + word, pc)) { return false; }
            if (follows_call(machine::plain_address(pc))) { return true; }
            below = fp;
            fp = next;
        }
        return false;
    }

    /// Reads the tables for one address and packs what they say.
    [[nodiscard]] WICK_COLD unwind_row find_row(std::uintptr_t address) noexcept {
        unwind_row row{};
        row.address = address;
        row.rule = unwind_rule::unknown;
        code_at code;
        if (!map_.locate(address, code)) { return row; }
        row_rules rules;
        if (!find_cfi_row<slots>(code.tables, address, rules, row.exact_caller)) {
            if (is_signal_return(code, address)) { row.rule = unwind_rule::signal; }
            return row;
        }
        row.rule = row.exact_caller && is_signal_return(code, address)
                       ? unwind_rule::signal
                       : pack(code.tables.frames, rules, row);
        return row;
    }

    /// Fills in the offsets of the usual kinds of rows, and says of which kind it is.
    [[nodiscard]] static unwind_rule
    pack(const memory_view& frames, const row_rules& rules, unwind_row& row) noexcept {
        const cfi_how ret = rules.how[slots::return_slot];
        if (ret == cfi_how::undefined) { return unwind_rule::outermost; }
        if (rules.how[slots::stack_slot] != cfi_how::same) { return unwind_rule::interpreted; }
        if (!pack_frame(frames, rules, row)) { return unwind_rule::interpreted; }
        const unwind_rule rule = pack_cfa(frames, rules, row);
        if (ret == cfi_how::same && rule == unwind_rule::stack && slots::signs_returns &&
            row.frame != unwind_row::at_frame) {
            return unwind_rule::leaf;
        }
        if (ret != cfi_how::at_cfa || !words(rules.value[slots::return_slot], row.ret) ||
            (machine::call_pushes_return && row.ret != -1)) {
            return unwind_rule::interpreted;
        }
        return rule;
    }

    [[nodiscard]] static bool words(std::int32_t bytes, std::int16_t& out) noexcept {
        out = static_cast<std::int16_t>(bytes / 8);
        return std::int32_t{out} * 8 == bytes;
    }

    [[nodiscard]] static bool
    pack_frame(const memory_view& frames, const row_rules& rules, unwind_row& row) noexcept {
        const std::int32_t value = rules.value[slots::frame_slot];
        row.frame = unwind_row::in_place;
        switch (rules.how[slots::frame_slot]) {
        case cfi_how::same:
        case cfi_how::undefined:
            return true;
        case cfi_how::at_cfa:
            return words(value, row.frame) && row.frame != unwind_row::in_place &&
                   row.frame != unwind_row::at_frame;
        case cfi_how::at_expression: {
            // Functions that align their stack say: where the frame pointer points.
            std::int64_t offset = 0;
            row.frame = unwind_row::at_frame;
            return is_frame_plus(frames, value, false, offset) && offset == 0;
        }
        case cfi_how::is_cfa:
        case cfi_how::in_register:
        case cfi_how::is_expression:
            break;
        }
        return false;
    }

    [[nodiscard]] static unwind_rule
    pack_cfa(const memory_view& frames, const row_rules& rules, unwind_row& row) noexcept {
        if (rules.cfa == cfi_cfa::expression) {
            std::int64_t offset = 0;
            if (is_frame_plus(frames, rules.cfa_value, true, offset) && offset >= -4096 &&
                offset <= 4096 && words(static_cast<std::int32_t>(offset), row.cfa)) {
                return unwind_rule::realigned;
            }
            const auto at = static_cast<std::size_t>(rules.cfa_value);
            return machine::is_linkage(frames.data + at, frames.size - at)
                       ? unwind_rule::linkage
                       : unwind_rule::interpreted;
        }
        if (!words(rules.cfa_value, row.cfa)) { return unwind_rule::interpreted; }
        if (rules.cfa_slot == slots::stack_slot) { return unwind_rule::stack; }
        return rules.cfa_slot == slots::frame_slot ? unwind_rule::frame : unwind_rule::interpreted;
    }

    /// True when the expression at an offset is the frame pointer plus `offset`, loaded or not.
    [[nodiscard]] static bool is_frame_plus(const memory_view& frames,
                                            std::int32_t at,
                                            bool loaded,
                                            std::int64_t& offset) noexcept {
        constexpr std::uint8_t number = machine::frame_number;
        eh_reader sized(frames, static_cast<std::size_t>(at), frames.size);
        const std::uint64_t size = sized.unsigned_leb();
        eh_reader reader(frames, sized.offset(), sized.offset() + static_cast<std::size_t>(size));
        if (reader.byte() != 0x70 + number) { return false; } // breg
        offset = reader.signed_leb();
        if (loaded && reader.byte() != 0x06) { return false; } // deref
        return !sized.failed() && !reader.failed() && reader.at_end();
    }
};
#endif

/// True on the machines whose stacks unwind() can walk.
inline constexpr bool can_unwind = WICK_CAN_UNWIND != 0;

/// Finds the call stack of the thread that `context` was interrupted in: stores the leaf's address
/// first. frames[i] is the address to look up: the exact one of the leaf and of what a signal
/// interrupted, otherwise the last byte of the call. At most `capacity` are stored; see unwound.
/// `stack_limit` is the end (the highest address) of the thread's own stack; 0: not known. Memory
/// is read only up to there, or in pages that were seen to be readable: see stack_window.
/// Async-signal-safe: no lock, no allocation, errno is kept; needs about 1.5 KB of stack. The one
/// system call is rt_sigprocmask, with an operation that does not exist, for pages of a stack that
/// are not known yet: once a page on the thread's own stack, and at most 64 a walk on others
/// (`probes` counts them). A module that replaces another at its addresses is noticed when a row is
/// not in the cache, and entirely with the next map.
inline unwound unwind(const code_map& map,
                      unwind_cache& cache,
                      const ucontext_t& context,
                      std::uintptr_t stack_limit,
                      std::uintptr_t* frames,
                      std::uint32_t capacity) noexcept {
#if WICK_CAN_UNWIND
    return stack_walk(map, cache, context, stack_limit, frames, capacity).run();
#else
    static_cast<void>(map);
    static_cast<void>(cache);
    static_cast<void>(context);
    static_cast<void>(stack_limit);
    static_cast<void>(frames);
    static_cast<void>(capacity);
    return {0, unwind_end::broken};
#endif
}

} // namespace detail
WICK_END_NAMESPACE

#undef WICK_CAN_UNWIND
#undef WICK_HAS_DL_FIND_OBJECT
#undef WICK_NO_SANITIZE_ADDRESS
#undef WICK_COLD

#endif

#include <algorithm> // std::max
#include <atomic>    // everything that the handler shares
#include <cerrno>    // errno
#include <cstddef>   // std::size_t
#include <cstdint>   // addresses

#include <pthread.h>  // the lock of what the handler does not touch
#include <signal.h>   // siginfo_t
#include <ucontext.h> // the interrupted registers

WICK_BEGIN_NAMESPACE
class sampler;
namespace detail {

/// Adds to a counter that one thread writes and others read: no locked instruction is needed.
inline void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

/// What the handler needs for one sampled thread. Slots lie in memory of their own, are used again
/// for later threads, and are never unmapped: a late signal can always look at one.
struct thread_slot {
    /// Names the use of the slot, and comes back with each signal of its timer. 0: not in use.
    std::atomic<std::uint64_t> cookie;
    /// Not 0 while the handler is at work here: maps and slots are not taken away under it.
    std::atomic<std::uint32_t> busy;

    std::atomic<std::uint64_t> delivered;        ///< signals
    std::atomic<std::uint64_t> delivered_weight; ///< 1 + the expirations missed before each of them
    std::atomic<std::uint64_t> dropped;          ///< signals that found the ring full

    /// Where the stack ends that the thread was started with; 0: at its thread pointer.
    std::atomic<std::uintptr_t> stack_top;

    sample_ring ring;
    unwind_cache cache;

    // Not the handler's: see thread_roster.
    thread_slot* next_free;
    std::uint32_t index;
    void* ring_memory;
    std::size_t ring_bytes;
};

/// State of a copy of wick in a process; there is one, however many sampler objects come and go.
/// Zero is the state in which nothing runs, and the constructor is constant: no guard, no order of
/// construction.
struct sampler_runtime {
    static constexpr std::uint32_t slot_bits = 14;
    static constexpr std::uint32_t max_slots = 1u << slot_bits;

    /// For all that the handler does not touch. Never taken by the handler, never held while
    /// dynamic loading can be waited for.
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    std::atomic<std::atomic<thread_slot*>*> slots{
        nullptr};                              ///< max_slots of them, made on first use
    std::atomic<const code_map*> map{nullptr}; ///< as of the latest look at the loader

    // The rest is used with the lock held.
    std::uint64_t uses = 0;            ///< of slots, ever: the upper part of cookies
    std::uint32_t slots_made = 0;      ///< entries of `slots` that are not null
    thread_slot* free_slots = nullptr; ///< those that no thread uses now
    sampler* owner = nullptr;          ///< the sampler that starts, runs or stops
    sampler* active = nullptr;         ///< the same while it runs
    sigset_t mask_before_fork{};       ///< of the thread that forks
    int signal = 0;                    ///< what `owner` uses; 0: nothing
    bool handles_fork = false;         ///< pthread_atfork was called
};

[[nodiscard]] inline sampler_runtime& runtime() noexcept {
    static sampler_runtime state;
    return state;
}

/// Returns the slot that a cookie names, or null. Any cookie may be asked for.
[[nodiscard]] inline thread_slot* slot_of(std::uint64_t cookie) noexcept {
    std::atomic<thread_slot*>* slots = runtime().slots.load(std::memory_order_acquire);
    if (slots == nullptr) { return nullptr; }
    return slots[cookie & (sampler_runtime::max_slots - 1)].load(std::memory_order_acquire);
}

/// Returns an address at the top of the calling thread's stack, where C libraries keep what they
/// know of a thread; for the main thread it lies elsewhere.
[[nodiscard]] inline std::uintptr_t thread_pointer() noexcept {
    std::uintptr_t at;
#if defined(__x86_64__)
    __asm__("mov %%fs:0, %0" : "=r"(at));
#else
    __asm__("mrs %0, tpidr_el0" : "=r"(at));
#endif
    return at;
}

/// Records the interrupted stack, or counts why not.
inline void
take_sample(thread_slot& slot, std::uint32_t weight, const ucontext_t& context) noexcept {
    bump(slot.delivered, 1);
    bump(slot.delivered_weight, weight);
    std::uintptr_t* frames = slot.ring.reserve();
    if (frames == nullptr) {
        bump(slot.dropped, 1);
        return;
    }
    const code_map& map = *runtime().map.load(std::memory_order_seq_cst);
    const std::uintptr_t top = slot.stack_top.load(std::memory_order_relaxed);
    const unwound stack = unwind(
        map, slot.cache, context, top != 0 ? top : thread_pointer(), frames, slot.ring.depth());
    slot.ring.commit(stack.depth, weight, static_cast<std::uint32_t>(stack.end));
}

/// The signal handler. It takes no lock, allocates nothing, and keeps errno. Of the C library it
/// calls `syscall` and the loader's lock-free _dl_find_object. Its one system call is
/// rt_sigprocmask, made so that it fails: that tells whether a page of stack can be read. It is
/// made once for each page of a thread's own stack, when that has grown to there, and up to 64
/// times in a sample that was taken on another stack, such as a coroutine's. All signals are
/// blocked meanwhile: no thread enters it twice. A signal that no timer of this sampler sent, or
/// one for a slot that is no longer in use, is ignored; this is why the handler can stay installed
/// when the sampler stops.
inline void on_sample_signal(int, siginfo_t* info, void* context) noexcept {
    if (info->si_code != SI_TIMER) { return; }
    const int saved = errno;
    const auto cookie = reinterpret_cast<std::uint64_t>(info->si_value.sival_ptr);
    thread_slot* slot = slot_of(cookie);
    if (slot == nullptr) { return; }
    // Whoever ends the use of a slot clears the cookie first and then waits for `busy`; here it is
    // the other way round. With sequential consistency one of the two sees the other.
    slot->busy.store(1, std::memory_order_seq_cst);
    if (cookie != 0 && slot->cookie.load(std::memory_order_seq_cst) == cookie) {
        const int missed = info->si_overrun;
        take_sample(*slot,
                    1 + static_cast<std::uint32_t>((std::max)(missed, 0)),
                    *static_cast<const ucontext_t*>(context));
    }
    slot->busy.store(0, std::memory_order_release);
    errno = saved;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/signal_claim.hpp - a signal that nobody else in the process uses (Linux).
#ifndef WICK_DETAIL_SIGNAL_CLAIM_HPP
#define WICK_DETAIL_SIGNAL_CLAIM_HPP


#include <cerrno> // errno
#include <string> // the text of refusals

#include <signal.h> // sigaction

WICK_BEGIN_NAMESPACE
namespace detail {

using signal_handler = void (*)(int, siginfo_t*, void*);

/// True when `handler` is what the process does on this signal.
[[nodiscard]] inline bool is_handled_by(int signal, signal_handler handler) noexcept {
    struct sigaction now {};
    return ::sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) != 0 &&
           now.sa_sigaction == handler;
}

/// True when nobody but `handler` has asked for this signal. One that is ignored counts as taken:
/// other profilers ignore theirs between two runs, and would take it back under ours.
[[nodiscard]] inline bool is_unclaimed(int signal, signal_handler handler) noexcept {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) != 0) { return false; }
    const bool by_default = (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL;
    return by_default || is_handled_by(signal, handler);
}

/// Installs the handler, once and for good: a signal may still be on its way when its timer is
/// gone, and what happens by default is the end of the process. All signals are blocked while it
/// runs, it uses the alternate stack where a thread has one, and interrupted calls are restarted
/// where that is possible.
[[nodiscard]] inline bool install(int signal, signal_handler handler) noexcept {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    ::sigfillset(&action.sa_mask);
    return ::sigaction(signal, &action, nullptr) == 0;
}

/// Returns the signal that `handler` is installed for now: `wanted`, or with 0 the first free one
/// of SIGPROF, SIGVTALRM and the real-time signals. Errors: it is none of these, or taken by
/// somebody else.
[[nodiscard]] inline result<int> claim_signal(int wanted, signal_handler handler) {
    if (wanted != 0) {
        const std::string named = "signal " + std::to_string(wanted);
        const bool sensible = wanted == SIGPROF || wanted == SIGVTALRM || wanted == SIGALRM ||
                              wanted == SIGUSR1 || wanted == SIGUSR2 ||
                              (wanted >= SIGRTMIN && wanted <= SIGRTMAX);
        if (!sensible) {
            return {0,
                    error{named + " is not one a sampler can use: SIGPROF, SIGVTALRM, SIGALRM, "
                                  "SIGUSR1, SIGUSR2 or a real-time signal"}};
        }
        if (!is_unclaimed(wanted, handler)) {
            return {0, error{named + " is taken by somebody else in this process"}};
        }
        return install(wanted, handler)
                   ? result<int>{wanted, {}}
                   : result<int>{0, error{named + " was refused by the system"}};
    }
    const int classic[] = {SIGPROF, SIGVTALRM};
    for (const int signal : classic) {
        if (is_unclaimed(signal, handler) && install(signal, handler)) { return {signal, {}}; }
    }
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) {
        if (is_unclaimed(signal, handler) && install(signal, handler)) { return {signal, {}}; }
    }
    return {0, error{"SIGPROF, SIGVTALRM and all real-time signals are taken by somebody else"}};
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/stack_recorder.hpp - sampled addresses into a calling-context tree (Linux).
#ifndef WICK_DETAIL_STACK_RECORDER_HPP
#define WICK_DETAIL_STACK_RECORDER_HPP

// wick/detail/hash.hpp - hashing of bytes, and a table from hashes to 32-bit ids.
#ifndef WICK_DETAIL_HASH_HPP
#define WICK_DETAIL_HASH_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <cstring>     // std::memcpy
#include <string_view> // the bytes that are hashed
#include <vector>      // the slots of the table

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns a well mixed 64-bit value of two: both halves of their 128-bit product, folded.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
#ifdef __SIZEOF_INT128__
    __extension__ using wide = unsigned __int128;
    const wide product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
    const std::uint64_t a_low = a & 0xffffffffu, a_high = a >> 32;
    const std::uint64_t b_low = b & 0xffffffffu, b_high = b >> 32;
    const std::uint64_t cross = a_high * b_low, other = a_low * b_high, low = a_low * b_low;
    const std::uint64_t carry = (low >> 32) + (cross & 0xffffffffu) + (other & 0xffffffffu);
    const std::uint64_t high = a_high * b_high + (cross >> 32) + (other >> 32) + (carry >> 32);
    return (a * b) ^ high;
#endif
}

template <class Word>
[[nodiscard]] inline Word load(const char* bytes) noexcept {
    Word word;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

/// Returns whether two texts of the same size are equal. Names are short: a call of memcmp costs
/// more.
[[nodiscard]] inline bool same_bytes(const char* a, const char* b, std::size_t size) noexcept {
    if (size < 8) {
        for (std::size_t i = 0; i < size; ++i) {
            if (a[i] != b[i]) { return false; }
        }
        return true;
    }
    for (std::size_t i = 0; i + 8 < size; i += 8) {
        if (load<std::uint64_t>(a + i) != load<std::uint64_t>(b + i)) { return false; }
    }
    return load<std::uint64_t>(a + size - 8) == load<std::uint64_t>(b + size - 8);
}

/// Returns a value that differs from process to process where addresses are randomised, so that
/// names which collide in every run cannot be prepared. No output may depend on it.
[[nodiscard]] inline std::uint64_t hash_seed() noexcept {
    static const char anchor = 0;
    return mix(reinterpret_cast<std::uintptr_t>(&anchor), 0x9e3779b97f4a7c15u);
}

/// Returns a 64-bit hash of the bytes; other bytes after them are never read. A word that is equal
/// to a key makes a product 0 and hides all before it: the keys are as secret as the seed.
[[nodiscard]] inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept {
    constexpr std::uint64_t odd_a = 0xa0761d6478bd642fu, odd_b = 0xe7037ed1a0b428dbu;
    const std::uint64_t key_a = seed ^ odd_a;
    const std::uint64_t key_b = seed ^ odd_b;
    const char* p = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t h = key_a;
    for (; left > 16; left -= 16, p += 16) {
        h = mix(load<std::uint64_t>(p) ^ key_a, load<std::uint64_t>(p + 8) ^ h);
    }
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    if (left >= 8) { // the two words overlap when there are fewer than 16 bytes
        a = load<std::uint64_t>(p);
        b = load<std::uint64_t>(p + left - 8);
    } else if (left >= 4) {
        a = load<std::uint32_t>(p);
        b = load<std::uint32_t>(p + left - 4);
    } else if (left > 0) {
        a = (static_cast<std::uint64_t>(static_cast<unsigned char>(p[0])) << 16) |
            (static_cast<std::uint64_t>(static_cast<unsigned char>(p[left / 2])) << 8) |
            static_cast<unsigned char>(p[left - 1]);
    }
    return mix(odd_b ^ bytes.size(), mix(a ^ key_b, b ^ h));
}

/// An open-addressing table from hashes to ids. It keeps 32 bits of each hash beside the id, so
/// that a look-up compares few keys and growing needs none; the keys themselves stay with the
/// caller. Cost: 8 bytes a slot, at most 3/4 of them used.
class id_table {
public:
    static constexpr std::uint32_t none = 0xffffffffu;

    /// Returns the id that was inserted with this hash and for which `same(id)` holds, or `none`.
    template <class Same>
    [[nodiscard]] std::uint32_t find(std::uint64_t hash, Same same) const {
        if (slots_.empty()) { return none; }
        const std::uint32_t tag = tag_of(hash);
        for (std::size_t at = tag & mask();; at = (at + 1) & mask()) {
            const slot& s = slots_[at];
            if (s.id == none) { return none; }
            if (s.tag == tag && same(s.id)) { return s.id; }
        }
    }

    /// Adds an id that `find` did not return for this hash.
    void insert(std::uint64_t hash, std::uint32_t id) {
        if ((used_ + 1) * 4 > slots_.size() * 3) { grow(); }
        place(slots_, slot{tag_of(hash), id});
        ++used_;
    }

    [[nodiscard]] std::size_t size() const noexcept { return used_; }

private:
    struct slot {
        std::uint32_t tag;
        std::uint32_t id;
    };
    std::vector<slot> slots_;
    std::size_t used_ = 0;

    [[nodiscard]] std::size_t mask() const noexcept { return slots_.size() - 1; }
    [[nodiscard]] static std::uint32_t tag_of(std::uint64_t hash) noexcept {
        return static_cast<std::uint32_t>(hash >> 32);
    }
    static void place(std::vector<slot>& slots, slot s) {
        std::size_t at = s.tag & (slots.size() - 1);
        while (slots[at].id != none) { at = (at + 1) & (slots.size() - 1); }
        slots[at] = s;
    }
    void grow() {
        std::vector<slot> larger(slots_.empty() ? 64 : slots_.size() * 2, slot{0, none});
        for (const slot& s : slots_) {
            if (s.id != none) { place(larger, s); }
        }
        slots_.swap(larger);
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/profile.hpp - the value that everything meets in: a calling-context tree with its weights.
#ifndef WICK_PROFILE_HPP
#define WICK_PROFILE_HPP

// wick/detail/text_records.hpp - texts that are looked up often, each with what is known of it.
#ifndef WICK_DETAIL_TEXT_RECORDS_HPP
#define WICK_DETAIL_TEXT_RECORDS_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // what is known
#include <cstring>     // std::memcpy
#include <string>      // the records
#include <string_view> // what is looked up

WICK_BEGIN_NAMESPACE
namespace detail {

/// A table from texts, each with an owner that tells equal ones apart, to two numbers. Made for
/// large inputs, where a look-up waits for memory and nothing else: it touches its slot of the
/// index and one record, which has the text behind its sizes.
class text_records {
public:
    struct record {
        std::uint32_t size; // of the text behind it
        std::uint32_t owner;
        std::uint32_t first;
        std::uint32_t second;
    };
    static constexpr std::uint32_t none = id_table::none;

    /// Returns where the record is that was added with this text, less than 4 GiB of it, its owner
    /// and its hash; or `none`.
    [[nodiscard]] std::uint32_t
    find(std::string_view text, std::uint32_t owner, std::uint64_t hash) const {
        return index_.find(hash, [&](std::uint32_t at) {
            const record r = load(at);
            return r.size == text.size() && r.owner == owner &&
                   same_bytes(text_of(at), text.data(), text.size());
        });
    }

    /// Adds a record that `find` did not return, and returns where it is.
    std::uint32_t add(std::string_view text,
                      std::uint32_t owner,
                      std::uint64_t hash,
                      std::uint32_t first,
                      std::uint32_t second = 0) {
        const record made{static_cast<std::uint32_t>(text.size()), owner, first, second};
        const auto at = static_cast<std::uint32_t>(records_.size() / unit);
        records_.append(reinterpret_cast<const char*>(&made), sizeof made);
        records_.append(text);
        records_.resize((records_.size() + unit - 1) / unit * unit);
        index_.insert(hash, at);
        return at;
    }

    [[nodiscard]] record load(std::uint32_t at) const noexcept {
        record r;
        std::memcpy(&r, records_.data() + at * unit, sizeof r);
        return r;
    }

private:
    static constexpr std::size_t unit = 16; // records begin at multiples of it

    std::string records_;
    id_table index_; // of records, in units

    [[nodiscard]] const char* text_of(std::uint32_t at) const noexcept {
        return records_.data() + at * unit + sizeof(record);
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::sort
#include <cstddef>     // std::size_t
#include <cstdint>     // fixed-width members
#include <iterator>    // std::back_inserter
#include <string>      // names
#include <string_view> // names that are looked up
#include <tuple>       // std::tie, for canonical order
#include <utility>     // std::move
#include <vector>      // modules, frames, nodes

WICK_BEGIN_NAMESPACE

/// What a frame stands for. In text, `kernel`, `inlined` and `jit` are the suffixes "_[k]", "_[i]"
/// and "_[j]"; `marker` frames are put in by wick itself ("[truncated]").
enum class frame_kind : std::uint8_t {
    function,
    inlined,
    kernel,
    jit,
    process,
    thread,
    label,
    marker
};

/// A mapped file, or part of one, that addresses lie in. (`module` alone is a keyword in C++20.)
struct loaded_module {
    std::string path;         ///< as the loader knows it; "[vdso]" and the like for unnamed images
    std::string build_id;     ///< lower-case hexadecimal; empty where there is none
    std::uint64_t start = 0;  ///< first address of the mapping
    std::uint64_t limit = 0;  ///< one past its last address
    std::uint64_t offset = 0; ///< offset in the file of what lies at `start`

    friend bool operator==(const loaded_module& a, const loaded_module& b) {
        return a.tied() == b.tied();
    }
    friend bool operator!=(const loaded_module& a, const loaded_module& b) { return !(a == b); }
    friend bool operator<(const loaded_module& a, const loaded_module& b) {
        return a.tied() < b.tied();
    }

private:
    [[nodiscard]] std::tuple<const std::string&,
                             const std::string&,
                             const std::uint64_t&,
                             const std::uint64_t&,
                             const std::uint64_t&>
    tied() const {
        return std::tie(path, build_id, start, limit, offset);
    }
};

/// A place in a program. Two frames are the same place when all members are equal.
struct frame {
    std::string function;                   ///< as the source names it; may be empty
    std::string file;                       ///< where the function is defined; empty: unknown
    std::uint32_t line = 0;                 ///< where the function is defined; 0: unknown
    frame_kind kind = frame_kind::function; ///< what the frame stands for
    std::uint32_t module = 0;               ///< index into profile::modules; 0: unknown
    std::uint32_t at_line = 0;              ///< where execution stood; 0 unless detail is `line`
    std::uint64_t address = 0;              ///< where execution stood; 0 unless detail is `address`

    friend bool operator==(const frame& a, const frame& b) {
        return a.address == b.address && a.at_line == b.at_line && a.module == b.module &&
               a.kind == b.kind && a.line == b.line && a.function == b.function && a.file == b.file;
    }
    friend bool operator!=(const frame& a, const frame& b) { return !(a == b); }
};

/// Where a profile, or a part of a merged one, came from. Members that are not known are 0 or
/// empty.
struct origin {
    std::string command;            ///< the program that was observed
    std::string host;               ///< the machine that it ran on
    std::string mechanism;          ///< how, in words: "thread CPU timers"
    double rate_asked_hz = 0;       ///< observations asked for, a second of what `mechanism` counts
    double rate_attained_hz = 0;    ///< observations made, weights included
    std::uint64_t duration_ns = 0;  ///< wall time that was observed
    std::uint64_t cpu_ns = 0;       ///< CPU time that the program used meanwhile
    std::uint64_t unsampled_ns = 0; ///< the part of it in threads that were never seen
    std::uint64_t operations = 0;   ///< requests or the like done meanwhile, where the user says so
    std::uint64_t dropped = 0;      ///< observations lost for lack of room
    std::uint64_t truncated = 0;    ///< observations whose stack is not whole

    friend bool operator==(const origin& a, const origin& b) { return !(a < b) && !(b < a); }
    friend bool operator!=(const origin& a, const origin& b) { return !(a == b); }
    friend bool operator<(const origin& a, const origin& b) {
        return std::tie(a.command,
                        a.host,
                        a.mechanism,
                        a.rate_asked_hz,
                        a.rate_attained_hz,
                        a.duration_ns,
                        a.cpu_ns,
                        a.unsampled_ns,
                        a.operations,
                        a.dropped,
                        a.truncated) < std::tie(b.command,
                                                b.host,
                                                b.mechanism,
                                                b.rate_asked_hz,
                                                b.rate_attained_hz,
                                                b.duration_ns,
                                                b.cpu_ns,
                                                b.unsampled_ns,
                                                b.operations,
                                                b.dropped,
                                                b.truncated);
    }
};

/// What `profile::node::count` counts.
enum class counted_as : std::uint8_t { unknown, samples, calls };

/// How finely frames are told apart: by function, by line stood on, by address stood on.
enum class profile_detail : std::uint8_t { function, line, address };

/// A calling-context tree: a node for each distinct stack, with the weight that ended there. A
/// default constructed profile is empty and valid; `profile_builder` makes all others. Canonical
/// order makes equal content equal memory, whatever the order in which it was put in. Invariants,
/// checked by `validate()`: modules[0] is the empty module and frames[0] the empty frame; modules
/// and the frames are sorted and distinct, frames by function, kind, file, line, module, at_line
/// and address; nodes[0] is the root with parent 0 and frame 0; nodes are in preorder, siblings by
/// frame and distinct; the magnitudes of all `self` add up to less than 2^63, so that no sum of any
/// of them overflows; the counts add up to less than 2^64.
struct profile {
    /// One calling context.
    struct node {
        std::uint32_t parent = 0; ///< index into nodes, smaller than the node's own
        std::uint32_t frame = 0;  ///< index into frames
        std::uint64_t count = 0; ///< independent observations that ended here: statistics use these
        std::int64_t self = 0;   ///< weight that ended here, in units of 10^-decimals

        friend bool operator==(const node& a, const node& b) {
            return a.parent == b.parent && a.frame == b.frame && a.count == b.count &&
                   a.self == b.self;
        }
        friend bool operator!=(const node& a, const node& b) { return !(a == b); }
    };

    std::vector<loaded_module> modules = std::vector<loaded_module>(1); ///< [0]: the unknown module
    std::vector<wick::frame> frames = std::vector<wick::frame>(1); ///< [0]: the root's empty frame
    std::vector<node> nodes = std::vector<node>(1);                ///< [0]: the root
    std::string unit; ///< of self: "samples", "nanoseconds", "bytes", …; "" merges with anything
    int decimals = 0; ///< 0 to 6: self is in units of 10^-decimals
    counted_as counted = counted_as::unknown;
    profile_detail detail = profile_detail::function;
    std::vector<origin> origins; ///< sorted

    /// True when nothing was observed: no node but the root, and no weight there.
    [[nodiscard]] bool empty() const noexcept {
        return nodes.empty() || (nodes.size() == 1 && nodes[0].count == 0 && nodes[0].self == 0);
    }

    friend bool operator==(const profile& a, const profile& b) {
        return a.unit == b.unit && a.decimals == b.decimals && a.counted == b.counted &&
               a.detail == b.detail && a.nodes == b.nodes && a.frames == b.frames &&
               a.modules == b.modules && a.origins == b.origins;
    }
    friend bool operator!=(const profile& a, const profile& b) { return !(a == b); }
};

/// The largest `profile::decimals`.
inline constexpr int max_decimals = 6;

namespace detail {

[[nodiscard]] inline std::uint64_t power_of_ten(int exponent) noexcept {
    std::uint64_t power = 1;
    for (int i = 0; i < exponent; ++i) { power *= 10; }
    return power;
}

[[nodiscard]] inline std::uint64_t magnitude(std::int64_t value) noexcept {
    const auto bits = static_cast<std::uint64_t>(value);
    return value < 0 ? 0 - bits : bits;
}

/// The greatest sum of magnitudes that a profile may hold.
inline constexpr std::uint64_t max_magnitude = 0x7fffffffffffffffu;

/// What decides whether profiles can be merged.
struct profile_sums {
    std::string unit;
    int decimals = 0;
    std::uint64_t magnitude = 0; // of all weights
    std::uint64_t count = 0;
};

/// Returns the sums of what was merged and another profile, or why that cannot be merged.
[[nodiscard]] inline std::pair<profile_sums, error> add_sums(profile_sums sums,
                                                             const profile& other) {
    if (!sums.unit.empty() && !other.unit.empty() && sums.unit != other.unit) {
        return {{},
                error{"cannot merge weights in " + other.unit + " with weights in " + sums.unit}};
    }
    std::uint64_t magnitudes = 0;
    std::uint64_t count = 0;
    for (const profile::node& n : other.nodes) {
        magnitudes += magnitude(n.self);
        count += n.count;
    }
    const int finest = (std::max)(sums.decimals, other.decimals);
    const std::uint64_t factor = power_of_ten(finest - other.decimals);
    const std::uint64_t own_factor = power_of_ten(finest - sums.decimals);
    if (magnitudes > max_magnitude / factor || sums.magnitude > max_magnitude / own_factor ||
        magnitudes * factor > max_magnitude - sums.magnitude * own_factor ||
        count > ~std::uint64_t{0} - sums.count) {
        return {{}, error{"the merged weights add up to 2^63 or more"}};
    }
    return {{sums.unit.empty() ? other.unit : std::move(sums.unit),
             finest,
             sums.magnitude * own_factor + magnitudes * factor,
             sums.count + count},
            {}};
}

/// Canonical order of frames, for frames that index the same modules.
[[nodiscard]] inline bool frame_less(const frame& a, const frame& b) {
    const int by_name = a.function.compare(b.function);
    if (by_name != 0) { return by_name < 0; }
    return std::tie(a.kind, a.file, a.line, a.module, a.at_line, a.address) <
           std::tie(b.kind, b.file, b.line, b.module, b.at_line, b.address);
}

} // namespace detail

/// Collects frames and stacks in any order and makes a profile of them.
/// Cost: a look-up for each frame interned and each child that is not its parent's first one; 8
/// bytes a node, and some 60 for each stack that ends or branches off. Overflow is refused by the
/// call that would cause it, which then changes nothing. Thread safety: none; one builder a thread,
/// and `merge` afterwards.
class profile_builder {
public:
    static constexpr std::uint32_t root = 0; ///< the root node

    profile_builder() {
        modules_.emplace_back();
        (void)intern(std::string_view());
        append_node(run_begin, add_extra());
    }

    /// Returns the id of a module, which is the same for equal modules. Id 0 is the unknown module.
    std::uint32_t intern(const loaded_module& module) {
        // Programs map tens of files, and callers keep the ids: a list is enough of an index.
        for (std::size_t i = modules_.size(); i-- > 0;) {
            if (modules_[i] == module) { return static_cast<std::uint32_t>(i); }
        }
        modules_.push_back(module);
        return static_cast<std::uint32_t>(modules_.size() - 1);
    }

    /// Returns the id of a frame, which is the same for equal frames; `module` in it is an id of
    /// this builder's. Allocates only for a new frame.
    std::uint32_t intern(const wick::frame& place) {
        if (is_only_named(place)) { return intern(place.function, place.kind); }
        const std::uint64_t hash = hash_of(place);
        const std::uint32_t known =
            frame_index_.find(hash, [&](std::uint32_t id) { return frames_[id] == place; });
        if (known != detail::id_table::none) { return known; }
        frame_index_.insert(hash, static_cast<std::uint32_t>(frames_.size()));
        return append_frame(place);
    }

    /// The same for a frame of which only the name and the kind are known.
    std::uint32_t intern(std::string_view function, frame_kind kind = frame_kind::function) {
        if (function.size() > longest_name) { return intern(named(function, kind)); }
        const std::uint64_t hash = hash_of(function, kind);
        const auto owner = static_cast<std::uint32_t>(kind);
        const std::uint32_t known = names_.find(function, owner, hash);
        if (known != detail::text_records::none) { return names_.load(known).first; }
        const std::uint32_t id = append_frame(named(function, kind));
        names_.add(frames_[id].function, owner, hash, id); // `function` may have been in frames_
        return id;
    }

    /// Returns the node that `parent` calls through `frame`, made on the first call.
    std::uint32_t child(std::uint32_t parent, std::uint32_t frame) {
        const std::uint32_t next = parent + 1;
        if (next == nodes_) { return append_node(frame, 0); } // the latest node has no children
        if (at(next).frame == frame) { return next; }
        return branch(parent, frame);
    }

    /// What was interned. The reference is good until the next call of intern.
    [[nodiscard]] const wick::frame& frame_at(std::uint32_t frame) const { return frames_[frame]; }
    [[nodiscard]] std::uint32_t parent_of(std::uint32_t node) const {
        return begins_run(node) ? extras_[at(node).extra].parent : node - 1;
    }
    [[nodiscard]] std::uint32_t frame_of(std::uint32_t node) const {
        return at(node).frame & ~run_begin;
    }

    /// Adds observations and weight, in units of 10^-decimals(), to a node.
    /// Returns false, and changes nothing, when a total would overflow.
    [[nodiscard]] bool add(std::uint32_t node, std::uint64_t count, std::int64_t self) {
        const std::uint64_t size = detail::magnitude(self);
        if (size > detail::max_magnitude - magnitude_ || count > ~std::uint64_t{0} - count_) {
            return false;
        }
        magnitude_ += size;
        count_ += count;
        weight& w = weight_of(node);
        w.count += count;
        w.self += self;
        return true;
    }

    [[nodiscard]] int decimals() const noexcept { return decimals_; }

    /// Makes weights finer: what was added is rescaled, what comes is in the new unit. Coarser is
    /// nothing to do. Returns false, and changes nothing, when a weight would overflow.
    [[nodiscard]] bool refine(int decimals) {
        WICK_ASSERT(decimals >= 0 && decimals <= max_decimals);
        if (decimals <= decimals_) { return true; }
        const std::uint64_t factor = detail::power_of_ten(decimals - decimals_);
        if (magnitude_ > detail::max_magnitude / factor) { return false; }
        for (weight& w : weights_) { w.self *= static_cast<std::int64_t>(factor); }
        magnitude_ *= factor;
        decimals_ = decimals;
        return true;
    }

    /// Sets what a reader knows of all that it adds. Call before `merge`.
    void describe(std::string_view unit, counted_as counted, profile_detail detail) {
        unit_ = unit;
        counted_ = counted;
        detail_ = detail;
        described_ = true;
    }

    void add_origin(origin from) { origins_.push_back(std::move(from)); }

    /// Adds all of a valid profile: exact, and the same whatever the order of the merges.
    /// Errors: units that differ (none of them ""), a total of 2^63 or more; then nothing has
    /// changed.
    [[nodiscard]] error merge(const profile& other) {
        if (error wrong = detail::add_sums({unit_, decimals_, magnitude_, count_}, other).second) {
            return wrong;
        }
        const int finest = (std::max)(decimals_, other.decimals);
        const std::uint64_t factor = detail::power_of_ten(finest - other.decimals);
        [[maybe_unused]] const bool refined = refine(finest);
        WICK_ASSERT(refined);
        merge_description(other);
        merge_nodes(other, static_cast<std::int64_t>(factor));
        origins_.insert(origins_.end(), other.origins.begin(), other.origins.end());
        return {};
    }

    /// Returns the profile of all that was added, in canonical order; the builder is empty
    /// afterwards. Cost: O(n) and a sort of the frames and of the children of each node.
    [[nodiscard]] profile finish() {
        profile made;
        made.unit = std::move(unit_);
        made.decimals = decimals_;
        made.counted = counted_;
        made.detail = detail_;
        made.origins = std::move(origins_);
        std::sort(made.origins.begin(), made.origins.end());
        const std::vector<std::uint32_t> rank = finish_frames(made);
        finish_nodes(made, rank);
        *this = profile_builder();
        return made;
    }

private:
    // A node is the child of the one before it unless it begins a run: a stack that is new from
    // some frame on is appended as one run, and most nodes need to know nothing else.
    struct tree_node {
        std::uint32_t frame; // and run_begin
        std::uint32_t extra; // index into extras_; 0: none
    };
    struct extra {
        std::uint32_t parent = 0;       // of a node that begins a run
        std::uint32_t next_sibling = 0; // the next of the nodes that begin a run below that parent
        std::uint32_t first_branch = 0; // the first of them below this node, 0: none
        std::uint32_t weight = 0;       // index into weights_; 0: none
    };
    struct weight {
        std::uint64_t count = 0;
        std::int64_t self = 0;
    };
    // Nodes live in blocks, because growing one vector would need twice the memory for a moment.
    static constexpr unsigned block_bits = 15;
    static constexpr std::uint32_t run_begin = 0x80000000u;
    static constexpr std::size_t longest_name = std::size_t{1} << 20; // of those in names_
    static constexpr std::uint32_t unused = 0xffffffffu;

    std::vector<loaded_module> modules_;
    std::vector<wick::frame> frames_;
    std::vector<std::vector<tree_node>> blocks_;
    std::vector<extra> extras_ = std::vector<extra>(1);
    std::vector<weight> weights_ = std::vector<weight>(1); // most nodes have none of their own
    std::uint32_t nodes_ = 0;
    detail::text_records names_;   // of frames of which only that and the kind are known
    detail::id_table frame_index_; // of the others
    detail::id_table node_index_;
    std::uint64_t seed_ = detail::hash_seed();
    std::uint64_t magnitude_ = 0;
    std::uint64_t count_ = 0;
    std::string unit_;
    int decimals_ = 0;
    counted_as counted_ = counted_as::unknown;
    profile_detail detail_ = profile_detail::function;
    bool described_ = false;
    std::vector<origin> origins_;

    [[nodiscard]] tree_node& at(std::uint32_t id) {
        return blocks_[id >> block_bits][id & ((1u << block_bits) - 1)];
    }
    [[nodiscard]] const tree_node& at(std::uint32_t id) const {
        return blocks_[id >> block_bits][id & ((1u << block_bits) - 1)];
    }

    [[nodiscard]] bool begins_run(std::uint32_t node) const {
        return (at(node).frame & run_begin) != 0;
    }
    // Whether the node after this one is its child.
    [[nodiscard]] bool goes_on(std::uint32_t node) const {
        return node + 1 < nodes_ && !begins_run(node + 1);
    }

    std::uint32_t append_node(std::uint32_t frame, std::uint32_t own_extra) {
        if ((nodes_ & ((1u << block_bits) - 1)) == 0) {
            blocks_.emplace_back();
            blocks_.back().reserve(nodes_ == 0 ? 0 : std::size_t{1} << block_bits);
        }
        blocks_.back().push_back(tree_node{frame, own_extra});
        return nodes_++;
    }

    std::uint32_t add_extra() {
        extras_.emplace_back();
        return static_cast<std::uint32_t>(extras_.size() - 1);
    }

    [[nodiscard]] extra& extra_of(std::uint32_t node) {
        tree_node& n = at(node);
        if (n.extra == 0) { n.extra = add_extra(); }
        return extras_[n.extra];
    }

    // Returns the child of a node that is not the one after it. Only those are in the index.
    std::uint32_t branch(std::uint32_t parent, std::uint32_t frame) {
        const std::uint64_t hash =
            detail::mix((std::uint64_t{parent} << 32 | frame) ^ seed_, 0x9e3779b97f4a7c15u);
        const std::uint32_t of_parent = at(parent).extra;
        if (of_parent != 0 && extras_[of_parent].first_branch != 0) {
            const std::uint32_t known = node_index_.find(hash, [&](std::uint32_t id) {
                return frame_of(id) == frame && extras_[at(id).extra].parent == parent;
            });
            if (known != detail::id_table::none) { return known; }
        }
        const std::uint32_t made = append_node(frame | run_begin, add_extra());
        extra& above = extra_of(parent);
        extra& own = extras_[at(made).extra];
        own.parent = parent;
        own.next_sibling = above.first_branch;
        above.first_branch = made;
        node_index_.insert(hash, made);
        return made;
    }

    [[nodiscard]] static wick::frame named(std::string_view function, frame_kind kind) {
        wick::frame place;
        place.function = function;
        place.kind = kind;
        return place;
    }

    std::uint32_t append_frame(wick::frame place) {
        frames_.push_back(std::move(place));
        return static_cast<std::uint32_t>(frames_.size() - 1);
    }

    [[nodiscard]] static bool is_only_named(const wick::frame& f) noexcept {
        return f.address == 0 && f.at_line == 0 && f.line == 0 && f.module == 0 && f.file.empty() &&
               f.function.size() <= longest_name;
    }

    [[nodiscard]] weight& weight_of(std::uint32_t node) {
        extra& of = extra_of(node);
        if (of.weight == 0) {
            of.weight = static_cast<std::uint32_t>(weights_.size());
            weights_.emplace_back();
        }
        return weights_[of.weight];
    }

    [[nodiscard]] std::uint64_t hash_of(std::string_view function, frame_kind kind) const {
        return detail::hash_bytes(function, seed_ + static_cast<std::uint64_t>(kind));
    }

    [[nodiscard]] std::uint64_t hash_of(const wick::frame& f) const {
        const std::uint64_t by_name = hash_of(f.function, f.kind);
        const std::uint64_t lines = std::uint64_t{f.line} << 32 | f.at_line;
        const std::uint64_t place = detail::mix(f.address ^ seed_, // no address of an input's
                                                lines ^ std::uint64_t{f.module} << 16 ^ by_name);
        return f.file.empty() ? place : detail::hash_bytes(f.file, place);
    }

    void merge_description(const profile& other) {
        if (unit_.empty()) { unit_ = other.unit; }
        if (!described_) {
            described_ = true;
            counted_ = other.counted;
            detail_ = other.detail;
            return;
        }
        if (counted_ != other.counted) { counted_ = counted_as::unknown; }
        detail_ = (std::max)(detail_, other.detail);
    }

    void merge_nodes(const profile& other, std::int64_t factor) {
        std::vector<std::uint32_t> modules;
        modules.reserve(other.modules.size());
        for (const loaded_module& m : other.modules) { modules.push_back(intern(m)); }
        std::vector<std::uint32_t> frames;
        frames.reserve(other.frames.size());
        for (wick::frame f : other.frames) {
            f.module = modules[f.module];
            frames.push_back(intern(f));
        }
        std::vector<std::uint32_t> nodes(other.nodes.size(), root);
        for (std::size_t i = 0; i < other.nodes.size(); ++i) {
            const profile::node& n = other.nodes[i];
            if (i > 0) { nodes[i] = child(nodes[n.parent], frames[n.frame]); }
            if (n.count == 0 && n.self == 0) { continue; }
            [[maybe_unused]] const bool added = add(nodes[i], n.count, n.self * factor);
            WICK_ASSERT(added);
        }
    }

    // Moves the modules and frames that are used to their places; returns the new index of each
    // frame.
    [[nodiscard]] std::vector<std::uint32_t> finish_frames(profile& made) {
        std::vector<std::uint32_t> rank(frames_.size(), unused);
        for (std::uint32_t id = 0; id < nodes_; ++id) { rank[frame_of(id)] = 0; }
        finish_modules(made, rank);
        std::vector<std::uint32_t> order;
        for (std::uint32_t f = 0; f < frames_.size(); ++f) {
            if (rank[f] != unused) { order.push_back(f); }
        }
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return detail::frame_less(frames_[a], frames_[b]);
        });
        made.frames.clear();
        made.frames.reserve(order.size());
        for (const std::uint32_t f : order) {
            rank[f] = static_cast<std::uint32_t>(made.frames.size());
            made.frames.push_back(std::move(frames_[f]));
        }
        return rank;
    }

    void finish_modules(profile& made, const std::vector<std::uint32_t>& frame_rank) {
        std::vector<std::uint32_t> rank(modules_.size(), unused);
        for (std::size_t f = 0; f < frames_.size(); ++f) {
            if (frame_rank[f] != unused) { rank[frames_[f].module] = 0; }
        }
        std::vector<std::uint32_t> order;
        for (std::uint32_t m = 0; m < modules_.size(); ++m) {
            if (rank[m] != unused) { order.push_back(m); }
        }
        std::sort(order.begin() + 1, order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return modules_[a] < modules_[b];
        });
        made.modules.clear();
        for (const std::uint32_t m : order) {
            rank[m] = static_cast<std::uint32_t>(made.modules.size());
            made.modules.push_back(std::move(modules_[m]));
        }
        for (std::size_t f = 0; f < frames_.size(); ++f) {
            if (frame_rank[f] != unused) { frames_[f].module = rank[frames_[f].module]; }
        }
    }

    // Writes the nodes in preorder. An own stack: trees are as deep as their input likes.
    void finish_nodes(profile& made, const std::vector<std::uint32_t>& rank) {
        struct pending {
            std::uint32_t node;
            std::uint32_t parent;
        };
        std::vector<pending> stack{{root, 0}};
        std::vector<std::pair<std::uint32_t, std::uint32_t>> children; // rank, node
        made.nodes.clear();
        made.nodes.reserve(nodes_);
        while (!stack.empty()) {
            pending next = stack.back();
            stack.pop_back();
            for (;;) { // as long as there is one child
                const std::uint32_t node = next.node;
                next.parent = write_node(made, next.parent, node, rank);
                next.node = node + 1;
                const std::uint32_t own = at(node).extra;
                if (own == 0 || extras_[own].first_branch == 0) {
                    if (goes_on(node)) { continue; }
                    break;
                }
                children.clear();
                if (goes_on(node)) { children.emplace_back(rank[frame_of(node + 1)], node + 1); }
                for (std::uint32_t c = extras_[own].first_branch; c != 0;
                     c = extras_[at(c).extra].next_sibling) {
                    children.emplace_back(rank[frame_of(c)], c);
                }
                std::sort(children.begin(), children.end());
                for (std::size_t c = children.size(); c-- > 1;) {
                    stack.push_back({children[c].second, next.parent});
                }
                next.node = children[0].second;
            }
        }
    }

    std::uint32_t write_node(profile& made,
                             std::uint32_t parent,
                             std::uint32_t node,
                             const std::vector<std::uint32_t>& rank) const {
        const auto index = static_cast<std::uint32_t>(made.nodes.size());
        const tree_node& n = at(node);
        const weight& w = weights_[extras_[n.extra].weight];
        made.nodes.push_back(profile::node{parent, rank[n.frame & ~run_begin], w.count, w.self});
        return index;
    }
};

/// Returns what is wrong with a profile that was not made by a builder, or no error.
/// Cost: O(n), one comparison of each pair of neighbouring frames.
[[nodiscard]] inline error validate(const profile& p) {
    if (p.decimals < 0 || p.decimals > max_decimals) { return error{"decimals is not in 0 to 6"}; }
    if (p.modules.empty() || p.modules[0] != loaded_module{}) {
        return error{"modules[0] is not the empty module"};
    }
    for (std::size_t i = 1; i < p.modules.size(); ++i) {
        if (!(p.modules[i - 1] < p.modules[i])) {
            return error{"module " + std::to_string(i) + " is out of order or there twice"};
        }
    }
    if (p.frames.empty() || p.frames[0] != frame{}) {
        return error{"frames[0] is not the empty frame"};
    }
    const auto at = [](const char* value, std::size_t index, const char* what) {
        return error{value + std::to_string(index) + what};
    };
    for (std::size_t i = 1; i < p.frames.size(); ++i) {
        const frame& f = p.frames[i];
        if (f.kind > frame_kind::marker) { return at("frame ", i, " is of no known kind"); }
        if (f.module >= p.modules.size()) { return at("frame ", i, ": there is no such module"); }
        if (!detail::frame_less(p.frames[i - 1], f)) {
            return at("frame ", i, " is out of order or there twice");
        }
    }
    if (p.nodes.empty() || p.nodes[0].parent != 0 || p.nodes[0].frame != 0) {
        return error{"nodes[0] is not a root"};
    }
    std::vector<std::uint32_t> path{0};      // the nodes from the root to here
    std::vector<std::uint32_t> latest(1, 0); // the last child of each of them
    std::uint64_t magnitude = 0;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        const std::uint64_t size = detail::magnitude(n.self);
        if (size > detail::max_magnitude - magnitude || n.count > ~std::uint64_t{0} - count) {
            return at("node ", i, ": the weights add up to 2^63 or more");
        }
        magnitude += size;
        count += n.count;
        if (i == 0) { continue; }
        if (n.frame >= p.frames.size()) { return at("node ", i, ": there is no such frame"); }
        while (path.size() > 1 && path.back() != n.parent) {
            path.pop_back();
            latest.pop_back();
        }
        if (path.back() != n.parent) { return at("node ", i, " is not in preorder"); }
        if (latest.back() != 0 && p.nodes[latest.back()].frame >= n.frame) {
            return at("node ", i, " and its siblings are not in the order of their frames");
        }
        latest.back() = static_cast<std::uint32_t>(i);
        path.push_back(static_cast<std::uint32_t>(i));
        latest.push_back(0);
    }
    return {};
}

namespace detail {

/// Returns for each element of a sorted list its place in the union of it and another, which
/// `both` gets unless it is null. `less` compares elements of the two.
template <class T, class Less>
[[nodiscard]] std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>
union_of(const std::vector<T>& a, const std::vector<T>& b, std::vector<T>& both, Less less) {
    std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>> places;
    places.first.reserve(a.size());
    places.second.reserve(b.size());
    both.clear();
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() || j < b.size()) {
        const bool take_a = j == b.size() || (i < a.size() && !less(b[j], a[i]));
        const bool take_b = i == a.size() || (j < b.size() && !less(a[i], b[j]));
        const auto at = static_cast<std::uint32_t>(both.size());
        both.push_back(take_a ? a[i] : b[j]);
        if (take_a) {
            places.first.push_back(at);
            ++i;
        }
        if (take_b) {
            places.second.push_back(at);
            ++j;
        }
    }
    return places;
}

/// Returns a profile's frames with other indices of modules.
[[nodiscard]] inline std::vector<frame> frames_with(const std::vector<frame>& frames,
                                                    const std::vector<std::uint32_t>& modules) {
    std::vector<frame> changed = frames;
    for (frame& f : changed) { f.module = modules[f.module]; }
    return changed;
}

/// Puts the modules and frames of two profiles into one list each. Returns the places of the
/// frames of both.
[[nodiscard]] inline std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>
unite_tables(const profile& a,
             const profile& b,
             std::vector<loaded_module>& modules,
             std::vector<frame>& frames) {
    const auto places =
        union_of(a.modules, b.modules, modules, [](const auto& x, const auto& y) { return x < y; });
    return union_of(frames_with(a.frames, places.first),
                    frames_with(b.frames, places.second),
                    frames,
                    frame_less);
}

/// Stands for a node of a profile that does not have it.
inline constexpr std::uint32_t no_node = 0xffffffffu;

/// Walks two profiles in their canonical order, which leads through the same stacks: nothing is
/// looked up. Calls `enter(a's node, b's node, frame)` for each stack and `leave()` behind all that
/// is below it. `a_frames`, `b_frames`: places of their frames in one list.
template <class Enter, class Leave>
void walk_both(const profile& a,
               const profile& b,
               const std::vector<std::uint32_t>& a_frames,
               const std::vector<std::uint32_t>& b_frames,
               Enter enter,
               Leave leave) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> path{{0, 0}};
    enter(std::uint32_t{0}, std::uint32_t{0}, std::uint32_t{0});
    std::uint32_t i = 1;
    std::uint32_t j = 1;
    const auto a_size = static_cast<std::uint32_t>(a.nodes.size());
    const auto b_size = static_cast<std::uint32_t>(b.nodes.size());
    while (i < a_size || j < b_size) {
        const bool in_a = i < a_size && a.nodes[i].parent == path.back().first;
        const bool in_b = j < b_size && b.nodes[j].parent == path.back().second;
        if (!in_a && !in_b) {
            leave();
            path.pop_back();
            continue;
        }
        const std::uint32_t f = in_a ? a_frames[a.nodes[i].frame] : no_node;
        const std::uint32_t g = in_b ? b_frames[b.nodes[j].frame] : no_node;
        path.emplace_back(f <= g ? i++ : no_node, g <= f ? j++ : no_node);
        enter(path.back().first, path.back().second, (std::min)(f, g));
    }
    for (; !path.empty(); path.pop_back()) { leave(); }
}

/// Returns whether all modules and frames of a profile are used, as those of builders are.
[[nodiscard]] inline bool uses_all_tables(const profile& p) {
    if (p.nodes.empty()) { return false; } // it was moved from
    std::vector<unsigned char> frames(p.frames.size());
    std::vector<unsigned char> modules(p.modules.size());
    for (const profile::node& n : p.nodes) { frames[n.frame] = 1; }
    for (const frame& f : p.frames) { modules[f.module] = 1; }
    const auto all = [](const std::vector<unsigned char>& used) {
        return std::find(used.begin(), used.end(), 0) == used.end();
    };
    return all(frames) && all(modules);
}

/// Returns the sum of two profiles that fit together and use all of their tables.
[[nodiscard]] inline profile merge_two(const profile& a, const profile& b) {
    profile made;
    made.unit = a.unit.empty() ? b.unit : a.unit;
    made.decimals = (std::max)(a.decimals, b.decimals);
    made.counted = a.counted == b.counted ? a.counted : counted_as::unknown;
    made.detail = (std::max)(a.detail, b.detail);
    std::merge(a.origins.begin(),
               a.origins.end(),
               b.origins.begin(),
               b.origins.end(),
               std::back_inserter(made.origins));
    const auto places = unite_tables(a, b, made.modules, made.frames);
    const auto a_factor = static_cast<std::int64_t>(power_of_ten(made.decimals - a.decimals));
    const auto b_factor = static_cast<std::int64_t>(power_of_ten(made.decimals - b.decimals));
    std::vector<std::uint32_t> path;
    made.nodes.clear();
    // Only what is used of this becomes memory; growing would copy it.
    made.nodes.reserve(a.nodes.size() + b.nodes.size());
    walk_both(
        a,
        b,
        places.first,
        places.second,
        [&](std::uint32_t i, std::uint32_t j, std::uint32_t frame) {
            profile::node n{path.empty() ? 0 : path.back(), frame, 0, 0};
            if (i != no_node) {
                n.count += a.nodes[i].count;
                n.self += a.nodes[i].self * a_factor;
            }
            if (j != no_node) {
                n.count += b.nodes[j].count;
                n.self += b.nodes[j].self * b_factor;
            }
            path.push_back(static_cast<std::uint32_t>(made.nodes.size()));
            made.nodes.push_back(n);
        },
        [&] { path.pop_back(); });
    return made;
}

/// Merges the profiles from `begin` to before `end`, two halves at a time.
[[nodiscard]] inline profile
merge_range(const std::vector<profile>& all, std::size_t begin, std::size_t end) {
    const std::size_t size = end - begin;
    if (size == 1) { return all[begin]; }
    if (size == 2) { return merge_two(all[begin], all[begin + 1]); }
    const std::size_t middle = begin + size / 2;
    return merge_two(merge_range(all, begin, middle), merge_range(all, middle, end));
}

} // namespace detail

/// Returns the sum of some profiles; of none, an empty profile. Exact, associative and commutative.
/// Errors: as profile_builder::merge, with the number of the profile that does not fit, from 1, in
///         `what`.
/// Cost:   O(n log k) for k profiles of n nodes in all, without look-ups: trees are merged two at a
///         time in their canonical order.
[[nodiscard]] inline result<profile> merge(const std::vector<profile>& profiles) {
    detail::profile_sums sums;
    bool all_used = !profiles.empty();
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        auto added = detail::add_sums(std::move(sums), profiles[i]);
        if (added.second) {
            return {{}, error{"profile " + std::to_string(i + 1) + ": " + added.second.what}};
        }
        sums = std::move(added.first);
        all_used = all_used && detail::uses_all_tables(profiles[i]);
    }
    if (all_used) { return {detail::merge_range(profiles, 0, profiles.size()), {}}; }
    profile_builder sum;
    for (const profile& p : profiles) { (void)sum.merge(p); } // fits, as was seen
    return {sum.finish(), {}};
}

namespace detail {

/// Tells a builder all of a profile but its stacks, with each frame replaced by `change(frame)`.
/// Returns the builder's numbers of the profile's frames.
template <class Change>
[[nodiscard]] std::vector<std::uint32_t>
copy_tables(profile_builder& to, const profile& p, Change&& change) {
    to.describe(p.unit, p.counted, p.detail);
    [[maybe_unused]] const bool refined = to.refine(p.decimals);
    for (const origin& from : p.origins) { to.add_origin(from); }
    std::vector<std::uint32_t> modules;
    for (const loaded_module& m : p.modules) { modules.push_back(to.intern(m)); }
    std::vector<std::uint32_t> frames;
    frames.reserve(p.frames.size());
    for (const frame& f : p.frames) {
        frame changed = change(f);
        WICK_ASSERT(changed.module < modules.size());
        changed.module = modules[changed.module];
        frames.push_back(to.intern(changed));
    }
    return frames;
}

} // namespace detail

/// Returns the same stacks and weights with each frame replaced by `change(frame)`; nodes whose
/// frames become equal are merged. `change` is called once for each distinct frame; `frame::module`
/// in what it returns is an index into p.modules. Cost: as a merge.
template <class Change>
[[nodiscard]] profile map_frames(const profile& p, Change&& change) {
    profile_builder made;
    const std::vector<std::uint32_t> frames = detail::copy_tables(made, p, change);
    std::vector<std::uint32_t> nodes(p.nodes.size(), profile_builder::root);
    for (std::size_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        if (i > 0) { nodes[i] = made.child(nodes[n.parent], frames[n.frame]); }
        if (n.count == 0 && n.self == 0) { continue; }
        [[maybe_unused]] const bool added = made.add(nodes[i], n.count, n.self);
        WICK_ASSERT(added); // the sums are those of `p`
    }
    return made.finish();
}

/// Returns the profile with frames told apart no finer than `detail`: lines and addresses within a
/// function are merged. A profile that is as coarse already comes back as it is; given by std::move
/// it is not copied.
[[nodiscard]] inline profile coarsen(profile p, profile_detail detail) {
    if (p.detail <= detail) { return p; }
    profile coarse = map_frames(p, [&](frame f) {
        f.address = 0;
        if (detail == profile_detail::function) { f.at_line = 0; }
        return f;
    });
    coarse.detail = detail;
    return coarse;
}

/// Returns the inclusive weight of each node: its own and that of all below it, in the units of
/// `self`. Cost: O(n), one pass.
[[nodiscard]] inline std::vector<std::int64_t> totals(const profile& p) {
    std::vector<std::int64_t> total(p.nodes.size());
    for (std::size_t i = p.nodes.size(); i-- > 0;) { // children come after their parents
        total[i] += p.nodes[i].self;
        if (i > 0) { total[p.nodes[i].parent] += total[i]; }
    }
    return total;
}

/// The weight of a frame over all the places where it stands, in the units of
/// `profile::node::self`.
struct frame_weights {
    std::int64_t self = 0;  ///< weight that ended in the frame
    std::int64_t total = 0; ///< weight of all stacks with the frame in them, each counted once
};

/// Returns the weights of each frame, in the order of `p.frames`. A recursive function's total
/// counts each stack once. Cost: O(n), one pass.
[[nodiscard]] inline std::vector<frame_weights> weights_by_frame(const profile& p) {
    const std::vector<std::int64_t> total = totals(p);
    std::vector<frame_weights> weights(p.frames.size());
    std::vector<std::uint32_t> active(p.frames.size()); // how often a frame is on the path
    std::vector<std::uint32_t> path;
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        while (!path.empty() && path.back() != n.parent) {
            --active[p.nodes[path.back()].frame];
            path.pop_back();
        }
        weights[n.frame].self += n.self;
        if (active[n.frame]++ == 0) { weights[n.frame].total += total[i]; }
        path.push_back(i);
    }
    return weights;
}

WICK_END_NAMESPACE

#endif

#include <algorithm> // std::max
#include <array>     // the index
#include <cstddef>   // std::size_t
#include <cstdint>   // addresses
#include <string>    // names of threads
#include <utility>   // std::exchange

WICK_BEGIN_NAMESPACE
namespace detail {

/// What a recorder has taken in since it was made or emptied.
struct recorded_totals {
    std::uint64_t samples = 0;   ///< each is one observation
    std::uint64_t weight = 0;    ///< of all of them
    std::uint64_t truncated = 0; ///< of them, those whose stack is not whole
    std::uint64_t dropped = 0;   ///< samples for which the tree had no room
};

/// Puts samples under the thread that they come from, and says in which module each address lay at
/// that time, so that it can still be named when the module is gone or another is there. Cost: a
/// look-up for each frame. Memory: as a profile_builder, for at most `most_nodes` nodes.
class stack_recorder {
public:
    explicit stack_recorder(std::size_t most_nodes = 0)
        : most_nodes_(most_nodes) {
        describe();
    }

    /// Adds a sample of a thread that is called `thread`. The stack was walked with one of the two
    /// maps, or at a time between them.
    void record(const std::string& thread,
                const ring_sample& sample,
                const code_map& map,
                const code_map* newer = nullptr) {
        if (kept_nodes_ + nodes_ >= most_nodes_) {
            ++totals_.dropped;
            return;
        }
        std::uint32_t node = step(profile_builder::root, tree_.intern(thread, frame_kind::thread));
        const bool whole = static_cast<unwind_end>(sample.end) == unwind_end::complete;
        if (!whole) { node = step(node, tree_.intern("[truncated]", frame_kind::marker)); }
        for (std::uint32_t i = sample.depth; i-- > 0;) {
            node = step(node, place(sample.frames[i], map, newer));
        }
        if (!tree_.add(node, 1, sample.weight)) {
            ++totals_.dropped;
            return;
        }
        ++totals_.samples;
        totals_.weight += sample.weight;
        totals_.truncated += whole ? 0 : 1;
    }

    /// Forgets where addresses lie. Call when the modules have changed.
    void forget_places() { places_.fill({}); }

    /// Returns what was recorded since the last call, as a builder to be finished by the caller:
    /// the recorder is needed elsewhere. Totals go on.
    [[nodiscard]] profile_builder take() {
        profile_builder taken = std::exchange(tree_, profile_builder());
        describe();
        forget_places();
        nodes_ = 0;
        return taken;
    }

    /// Says how many nodes the caller keeps of what it has taken: they count towards the limit.
    void keep_nodes(std::size_t count) noexcept { kept_nodes_ = count; }

    /// Counts from 0 again.
    void reset_totals() noexcept { totals_ = {}; }

    [[nodiscard]] const recorded_totals& totals() const noexcept { return totals_; }

private:
    struct known_place {
        std::uintptr_t address = 0;
        std::uint32_t frame = 0; // in tree_; 0: the entry is empty
    };
    static constexpr std::size_t index_bits = 12;

    profile_builder tree_;
    std::array<known_place, std::size_t{1} << index_bits> places_{};
    std::size_t most_nodes_;
    std::size_t nodes_ = 0;
    std::size_t kept_nodes_ = 0;
    recorded_totals totals_;

    void describe() { tree_.describe("samples", counted_as::samples, profile_detail::address); }

    [[nodiscard]] std::uint32_t step(std::uint32_t parent, std::uint32_t frame) {
        const std::uint32_t node = tree_.child(parent, frame);
        nodes_ = (std::max)(nodes_, std::size_t{node} + 1); // nodes are numbered as they are made
        return node;
    }

    [[nodiscard]] std::uint32_t
    place(std::uintptr_t address, const code_map& map, const code_map* newer) {
        known_place& known = places_[mix(address, 0x9e3779b97f4a7c15u) >> (64 - index_bits)];
        if (known.address != address || known.frame == 0) {
            known = {address, new_place(address, map, newer)};
        }
        return known.frame;
    }

    [[nodiscard]] std::uint32_t
    new_place(std::uintptr_t address, const code_map& map, const code_map* newer) {
        const code_module* found = map.find(address);
        if (found == nullptr && newer != nullptr) { found = newer->find(address); }
        frame at;
        at.address = address;
        if (found != nullptr) {
            loaded_module in;
            in.path = found->path;
            in.build_id = found->build_id;
            in.start = found->start;
            in.limit = found->limit;
            in.offset = found->file_offset;
            at.module = tree_.intern(in);
        }
        return tree_.intern(at);
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/symbolize.hpp - names of addresses, by ELF symbols, JIT maps and kallsyms. Linux.
#ifndef WICK_DETAIL_SYMBOLIZE_HPP
#define WICK_DETAIL_SYMBOLIZE_HPP

// wick/detail/crc32.hpp - the checksum of gzip, PNG and .gnu_debuglink.
#ifndef WICK_DETAIL_CRC32_HPP
#define WICK_DETAIL_CRC32_HPP


#include <array>       // the table
#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint32_t
#include <string_view> // the bytes

WICK_BEGIN_NAMESPACE
namespace detail {

[[nodiscard]] constexpr std::array<std::uint32_t, 256> make_crc32_table() noexcept {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t remainder = byte;
        for (int bit = 0; bit < 8; ++bit) {
            remainder = (remainder >> 1) ^ ((remainder & 1u) != 0 ? 0xedb88320u : 0u);
        }
        table[byte] = remainder;
    }
    return table;
}

inline constexpr std::array<std::uint32_t, 256> crc32_table = make_crc32_table();

/// Returns the CRC-32 (ISO-HDLC, as zlib's) of the bytes; `before` is that of what came before
/// them. Cost: a table look-up a byte.
[[nodiscard]] constexpr std::uint32_t crc32(std::string_view bytes,
                                            std::uint32_t before = 0) noexcept {
    std::uint32_t crc = ~before;
    for (const char c : bytes) {
        crc = (crc >> 8) ^ crc32_table[(crc ^ static_cast<unsigned char>(c)) & 255u];
    }
    return ~crc;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/demangle.hpp - what a linker symbol is called in the source.
#ifndef WICK_DETAIL_DEMANGLE_HPP
#define WICK_DETAIL_DEMANGLE_HPP

// wick/detail/demangle_rust.hpp - what a linker symbol of Rust is called in the source.
#ifndef WICK_DETAIL_DEMANGLE_RUST_HPP
#define WICK_DETAIL_DEMANGLE_RUST_HPP

// wick/detail/text.hpp - scanning text: lines, weights, parentheses.
#ifndef WICK_DETAIL_TEXT_HPP
#define WICK_DETAIL_TEXT_HPP

// wick/detail/characters.hpp - scanning text: blanks and digits.
#ifndef WICK_DETAIL_CHARACTERS_HPP
#define WICK_DETAIL_CHARACTERS_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string_view> // what is scanned

WICK_BEGIN_NAMESPACE
namespace detail {

[[nodiscard]] inline bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}
[[nodiscard]] inline bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

inline void trim_blanks(std::string_view& text) noexcept {
    while (!text.empty() && is_blank(text.back())) { text.remove_suffix(1); }
}

[[nodiscard]] inline std::size_t indent_of(std::string_view line) noexcept {
    std::size_t at = 0;
    while (at < line.size() && is_blank(line[at])) { ++at; }
    return at;
}

/// Returns the text without blanks at either end.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) noexcept {
    trim_blanks(text);
    text.remove_prefix(indent_of(text));
    return text;
}

/// Appends a digit; false when the number would pass 2^63 - 1.
[[nodiscard]] inline bool append_digit(std::int64_t& number, char digit) noexcept {
    constexpr std::int64_t most = 0x7fffffffffffffff;
    const std::int64_t unit = digit - '0';
    if (number > (most - unit) / 10) { return false; }
    number = number * 10 + unit;
    return true;
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string_view> // what is scanned

WICK_BEGIN_NAMESPACE
namespace detail {

/// Takes the first line off a text, without its end; false when the text is empty. For looking at
/// what is in memory: readers use line_reader.
[[nodiscard]] inline bool take_line(std::string_view& text, std::string_view& line) noexcept {
    if (text.empty()) { return false; }
    const std::size_t end = text.find('\n');
    line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') { line.remove_suffix(1); }
    return true;
}

/// Returns the place of the last '(' or ')' in the text, or npos.
[[nodiscard]] inline std::size_t find_last_parenthesis(std::string_view text) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    const char* begin = text.data();
    std::size_t at = text.size();
    while (at >= 8) { // words without one are passed over whole; '(' | 1 is ')'
        const std::uint64_t word = (load<std::uint64_t>(begin + at - 8) | ones) ^ (ones * ')');
        if (((word - ones) & ~word & highs) != 0) { break; }
        at -= 8;
    }
    while (at > 0 && (begin[at - 1] | 1) != ')') { --at; }
    return at == 0 ? std::string_view::npos : at - 1;
}

/// A weight as it stands at the end of a line.
struct line_weight {
    std::int64_t value = 0; // in units of 10^-decimals
    int decimals = 0;
    bool rounded = false;

    [[nodiscard]] std::uint64_t observations() const noexcept {
        const auto unit = static_cast<std::int64_t>(power_of_ten(decimals));
        return static_cast<std::uint64_t>(value / unit + (value % unit * 2 >= unit ? 1 : 0));
    }
};

/// Reads digits, perhaps with a point and more digits; all of the text, which is not empty.
/// Returns false for a number of 2^63 or more.
[[nodiscard]] inline bool parse_weight(std::string_view text, line_weight& weight) noexcept {
    std::size_t point = 0;
    weight = line_weight{};
    for (; point < text.size() && text[point] != '.'; ++point) {
        if (!append_digit(weight.value, text[point])) { return false; }
    }
    std::string_view fraction = text.substr(point == text.size() ? point : point + 1);
    while (!fraction.empty() && fraction.back() == '0') { fraction.remove_suffix(1); }
    for (const char digit : fraction) {
        if (weight.decimals == max_decimals) {
            weight.rounded = true;
            if (fraction[max_decimals] >= '5') {
                if (weight.value == 0x7fffffffffffffff) { return false; }
                ++weight.value;
            }
            return true;
        }
        if (!append_digit(weight.value, digit)) { return false; }
        ++weight.decimals;
    }
    return true;
}

/// Takes "rest 12.5" apart: digits with at most one point among them, behind one blank, at the end.
/// Returns the length of "rest", or npos when the line does not end so.
[[nodiscard]] inline std::size_t find_weight(std::string_view line) noexcept {
    std::size_t begin = line.size();
    while (begin > 0 && is_digit(line[begin - 1])) { --begin; }
    if (begin > 0 && line[begin - 1] == '.') {
        --begin;
        while (begin > 0 && is_digit(line[begin - 1])) { --begin; }
    }
    const bool number = begin < line.size() && is_digit(line[begin]);
    return number && begin > 0 && is_blank(line[begin - 1]) ? begin - 1 : std::string_view::npos;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/utf8.hpp - characters given as numbers, into bytes.
#ifndef WICK_DETAIL_UTF8_HPP
#define WICK_DETAIL_UTF8_HPP


#include <cstdint> // characters
#include <string>  // what they are appended to

WICK_BEGIN_NAMESPACE
namespace detail {

/// Appends a character as UTF-8; what is no character becomes U+FFFD.
inline void append_utf8(std::string& out, std::uint32_t code) {
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) { code = 0xfffd; }
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
        return;
    }
    if (code < 0x800) {
        put(0xc0 | code >> 6);
    } else {
        if (code < 0x10000) {
            put(0xe0 | code >> 12);
        } else {
            put(0xf0 | code >> 18);
            put(0x80 | (code >> 12 & 0x3f));
        }
        put(0x80 | (code >> 6 & 0x3f));
    }
    put(0x80 | (code & 0x3f));
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::min
#include <charconv>    // std::from_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // numbers
#include <string>      // names
#include <string_view> // symbols
#include <vector>      // characters of a name

WICK_BEGIN_NAMESPACE
namespace detail {

// ---- the older scheme -------------------------------------------------------------------------

/// Appends one part of a Rust path: "$LT$" and the like stand for punctuation, ".." for "::".
inline void append_rust_part(std::string& out, std::string_view part) {
    struct escape {
        std::string_view code;
        char means;
    };
    constexpr escape escapes[] = {{"SP", '@'},
                                  {"BP", '*'},
                                  {"RF", '&'},
                                  {"LT", '<'},
                                  {"GT", '>'},
                                  {"LP", '('},
                                  {"RP", ')'},
                                  {"C", ','}};
    if (part.substr(0, 2) == "_$") {
        part.remove_prefix(1); // put there because an identifier cannot start with '$'
    }
    while (!part.empty()) {
        if (part.substr(0, 2) == "..") {
            out += "::";
            part.remove_prefix(2);
            continue;
        }
        const std::size_t close = part[0] == '$' ? part.find('$', 1) : std::string_view::npos;
        char means = 0;
        if (close != std::string_view::npos) {
            const std::string_view code = part.substr(1, close - 1);
            for (const escape& e : escapes) { means = e.code == code ? e.means : means; }
            unsigned value = 0;
            if (code.size() == 3 && code[0] == 'u' &&
                std::from_chars(code.data() + 1, code.data() + 3, value, 16).ptr ==
                    code.data() + 3 &&
                value >= 0x20 && value < 0x7f) {
                means = static_cast<char>(value);
            }
        }
        out += means != 0 ? means : part[0];
        part.remove_prefix(means != 0 ? close + 1 : 1);
    }
}

/// Returns the path of a Rust symbol of the older scheme, `_ZN` parts `17h` 16 hex digits `E`,
/// with its hash left on, as two functions may differ in nothing else; "" when it is no such
/// symbol.
[[nodiscard]] inline std::string demangle_rust_legacy(std::string_view mangled) {
    std::string path;
    if (mangled.substr(0, 3) != "_ZN") { return {}; }
    mangled.remove_prefix(3);
    while (!mangled.empty() && is_digit(mangled[0])) {
        std::size_t size = 0;
        const char* end = mangled.data() + mangled.size();
        const std::from_chars_result read = std::from_chars(mangled.data(), end, size);
        if (read.ec != std::errc() || size == 0 ||
            size >= static_cast<std::size_t>(end - read.ptr)) {
            return {};
        }
        const std::string_view part(read.ptr, size);
        mangled =
            std::string_view(read.ptr + size, static_cast<std::size_t>(end - read.ptr) - size);
        const bool last = mangled[0] == 'E';
        if (last && (path.empty() || size != 17 || part[0] != 'h' ||
                     part.find_first_not_of("0123456789abcdef", 1) != std::string_view::npos)) {
            return {};
        }
        path += path.empty() ? "" : "::";
        append_rust_part(path, part);
        if (last) { return path; }
    }
    return {};
}

// ---- the newer scheme, "v0" -------------------------------------------------------------------

/// Returns the name of a basic type, or "".
[[nodiscard]] inline std::string_view rust_basic_type(char code) noexcept {
    constexpr std::string_view names[] = {"i8",   "bool",  "char",  "f64", "str", "f32", "",
                                          "u8",   "isize", "usize", "",    "i32", "u32", "i128",
                                          "u128", "_",     "",      "",    "i16", "u16", "()",
                                          "...",  "",      "i64",   "u64", "!"};
    return code >= 'a' && code <= 'z' ? names[code - 'a'] : std::string_view();
}

/// Appends a name beyond ASCII, which symbols hold as Punycode (RFC 3492) with '_' for '-'. False
/// when it is none.
[[nodiscard]] inline bool append_punycode(std::string& out, std::string_view text) {
    const std::size_t basic = text.rfind('_');
    std::vector<std::uint32_t> name;
    if (basic != std::string_view::npos) {
        for (const char c : text.substr(0, basic)) {
            name.push_back(static_cast<unsigned char>(c));
        }
        text.remove_prefix(basic + 1);
    }
    std::uint64_t code = 128;
    std::uint64_t at = 0;
    std::uint64_t bias = 72;
    bool first = true;
    for (std::size_t next = 0; next < text.size();) {
        const std::uint64_t before = at;
        std::uint64_t weight = 1;
        for (std::uint64_t k = 36;; k += 36) {
            if (next == text.size()) { return false; }
            const char c = text[next++];
            const bool letter = c >= 'a' && c <= 'z';
            if (!letter && !is_digit(c)) { return false; }
            const auto digit = static_cast<std::uint64_t>(letter ? c - 'a' : c - '0' + 26);
            at += digit * weight;
            const std::uint64_t threshold =
                k <= bias + 1 ? 1 : (std::min)(k - bias, std::uint64_t{26});
            if (digit < threshold) { break; }
            weight *= 36 - threshold;
            if (at > 0x10ffffff || weight > 0x10ffffff) { return false; }
        }
        const std::uint64_t size = name.size() + 1;
        std::uint64_t delta = (at - before) / (first ? 700 : 2);
        first = false;
        delta += delta / size;
        for (bias = 0; delta > 455; bias += 36) { delta /= 35; }
        bias += 36 * delta / (delta + 38);
        code += at / size;
        at %= size;
        if (code > 0x10ffff) { return false; }
        name.insert(name.begin() + static_cast<std::ptrdiff_t>(at++),
                    static_cast<std::uint32_t>(code));
    }
    for (const std::uint32_t character : name) { append_utf8(out, character); }
    return true;
}

/// Writes out what a symbol of the newer scheme stands for, from left to right. Back references
/// can make a small symbol stand for anything: how deep, how long and how far it goes is bounded.
class rust_v0_path {
public:
    /// `mangled` is the symbol without "_R" and without suffixes.
    explicit rust_v0_path(std::string_view mangled)
        : in_(mangled) {}

    /// Returns the path, or "" when this is no such symbol.
    [[nodiscard]] std::string run() {
        path(true);
        if (at_ < in_.size()) { // the crate for which it was instantiated
            const std::size_t size = out_.size();
            path(false);
            out_.resize((std::min)(size, out_.size()));
        }
        return failed_ || at_ != in_.size() ? std::string() : std::move(out_);
    }

private:
    static constexpr int max_depth = 100;
    static constexpr int max_steps = 20000;
    static constexpr std::size_t max_size = std::size_t{1} << 14;
    static constexpr std::uint64_t max_lifetimes = 100;

    std::string_view in_;
    std::size_t at_ = 0;
    std::string out_;
    int depth_ = 0;
    int steps_ = 0;
    std::uint64_t lifetimes_ = 0; // that are bound where we are
    bool failed_ = false;

    // One level deeper, for as long as it lives.
    class level {
    public:
        explicit level(rust_v0_path& of)
            : of_(of) {
            if (++of_.depth_ > max_depth || ++of_.steps_ > max_steps ||
                of_.out_.size() > max_size) {
                of_.failed_ = true;
            }
        }
        level(const level&) = delete;
        level& operator=(const level&) = delete;
        ~level() { --of_.depth_; }

    private:
        rust_v0_path& of_;
    };

    [[nodiscard]] bool eat(char c) noexcept {
        if (failed_ || at_ >= in_.size() || in_[at_] != c) { return false; }
        ++at_;
        return true;
    }
    [[nodiscard]] char next() noexcept {
        if (failed_ || at_ >= in_.size()) {
            failed_ = true;
            return '\0';
        }
        return in_[at_++];
    }

    // ---- numbers and names

    [[nodiscard]] std::uint64_t base62() noexcept {
        if (eat('_')) { return 0; }
        std::uint64_t number = 0;
        for (;;) {
            const char c = next();
            if (failed_) { return 0; }
            if (c == '_') { return number + 1; }
            const int digit = is_digit(c)            ? c - '0'
                              : c >= 'a' && c <= 'z' ? c - 'a' + 10
                              : c >= 'A' && c <= 'Z' ? c - 'A' + 36
                                                     : -1;
            constexpr std::uint64_t most = ~std::uint64_t{0} - 1;
            if (digit < 0 || number > (most - static_cast<std::uint64_t>(digit)) / 62) {
                failed_ = true;
                return 0;
            }
            number = number * 62 + static_cast<std::uint64_t>(digit);
        }
    }
    [[nodiscard]] std::uint64_t optional62(char tag) noexcept {
        return eat(tag) ? base62() + 1 : 0;
    }

    struct identifier {
        std::string_view text;
        bool punycode = false;
    };
    [[nodiscard]] identifier name() noexcept {
        identifier made;
        made.punycode = eat('u');
        std::size_t size = 0;
        if (!eat('0')) {
            const std::size_t digits = at_;
            while (at_ < in_.size() && is_digit(in_[at_]) && at_ - digits < 6) {
                size = size * 10 + static_cast<std::size_t>(in_[at_++] - '0');
            }
            if (at_ == digits) { failed_ = true; }
        }
        (void)eat('_'); // behind the size of a name that begins with a digit or with '_'
        if (failed_ || size > in_.size() - at_) {
            failed_ = true;
            return {};
        }
        made.text = in_.substr(at_, size);
        at_ += size;
        return made;
    }
    void put(const identifier& name) {
        if (!name.punycode) {
            out_ += name.text;
        } else if (!append_punycode(out_, name.text)) {
            failed_ = true;
        }
    }

    // ---- paths

    // `Print` prints what a reference refers to.
    template <class Print>
    void back_reference(Print print) {
        const std::size_t here = at_ - 1;
        const std::uint64_t target = base62();
        if (failed_ || target >= here) {
            failed_ = true;
            return;
        }
        const std::size_t after = at_;
        at_ = static_cast<std::size_t>(target);
        print();
        at_ = after;
    }

    // Elements up to 'E'; returns how many there were.
    template <class Print>
    std::size_t list(std::string_view between, Print print) {
        std::size_t count = 0;
        while (!failed_ && !eat('E')) {
            if (count++ > 0) { out_ += between; }
            print();
        }
        return count;
    }

    // In expressions generic arguments stand behind "::".
    void path(bool in_value) {
        const level deeper(*this);
        const char tag = next();
        switch (tag) {
        case 'C':
            (void)optional62('s'); // tells crates of one name apart; differs from build to build
            put(name());
            break;
        case 'N':
            nested(in_value);
            break;
        case 'M':
        case 'X': {
            const std::size_t size = out_.size(); // where the implementation stands is not shown
            (void)optional62('s');
            path(false);
            out_.resize((std::min)(size, out_.size()));
            implementation(tag == 'X');
            break;
        }
        case 'Y':
            implementation(true);
            break;
        case 'I':
            path(in_value);
            out_ += in_value ? "::<" : "<";
            list(", ", [&] { generic_argument(); });
            out_ += '>';
            break;
        case 'B':
            back_reference([&] { path(in_value); });
            break;
        default:
            failed_ = true;
        }
    }

    void nested(bool in_value) {
        const char space = next();
        const bool special = space >= 'A' && space <= 'Z';
        if (!special && !(space >= 'a' && space <= 'z')) { failed_ = true; }
        path(in_value);
        const std::uint64_t number = optional62('s');
        const identifier last = name();
        if (!special) {
            if (!last.text.empty()) { out_ += "::"; }
            put(last);
            return;
        }
        out_ += "::{";
        out_ += space == 'C' ? "closure" : space == 'S' ? "shim" : std::string(1, space);
        if (!last.text.empty()) { out_ += ':'; }
        put(last);
        out_ += '#' + std::to_string(number) + '}';
    }

    void implementation(bool of_trait) {
        out_ += '<';
        type();
        if (of_trait) {
            out_ += " as ";
            path(false);
        }
        out_ += '>';
    }

    void generic_argument() {
        if (eat('L')) {
            lifetime(base62());
        } else if (eat('K')) {
            constant();
        } else {
            type();
        }
    }

    // ---- types

    void lifetime(std::uint64_t index) {
        if (index > lifetimes_) {
            failed_ = true;
            return;
        }
        const std::uint64_t depth = lifetimes_ - index;
        if (index == 0) {
            out_ += "'_";
        } else if (depth < 26) {
            out_ += '\'';
            out_ += static_cast<char>('a' + static_cast<int>(depth));
        } else {
            out_ += "'_" + std::to_string(depth);
        }
    }

    void type() {
        const level deeper(*this);
        const char tag = next();
        if (const std::string_view basic = rust_basic_type(tag); !basic.empty()) {
            out_ += basic;
            return;
        }
        switch (tag) {
        case 'R':
        case 'Q':
            out_ += '&';
            if (eat('L')) {
                if (const std::uint64_t index = base62(); index != 0) {
                    lifetime(index);
                    out_ += ' ';
                }
            }
            if (tag == 'Q') { out_ += "mut "; }
            type();
            break;
        case 'P':
        case 'O':
            out_ += tag == 'P' ? "*const " : "*mut ";
            type();
            break;
        case 'A':
        case 'S':
            out_ += '[';
            type();
            if (tag == 'A') {
                out_ += "; ";
                constant();
            }
            out_ += ']';
            break;
        case 'T':
            out_ += '(';
            if (list(", ", [&] { type(); }) == 1) { out_ += ','; }
            out_ += ')';
            break;
        case 'F':
            bound([&] { function(); });
            break;
        case 'D':
            out_ += "dyn ";
            bound([&] { list(" + ", [&] { dyn_trait(); }); });
            if (!eat('L')) { failed_ = true; }
            if (const std::uint64_t index = base62(); index != 0) {
                out_ += " + ";
                lifetime(index);
            }
            break;
        case 'B':
            back_reference([&] { type(); });
            break;
        default:
            if (failed_) { break; }
            --at_;
            path(false);
        }
    }

    // Prints with the lifetimes that a "for<'a>" binds.
    template <class Print>
    void bound(Print print) {
        const std::uint64_t count = optional62('G');
        if (count > max_lifetimes) { failed_ = true; }
        if (failed_) { return; }
        if (count > 0) { out_ += "for<"; }
        for (std::uint64_t i = 0; i < count; ++i) {
            if (i > 0) { out_ += ", "; }
            ++lifetimes_;
            lifetime(1);
        }
        if (count > 0) { out_ += "> "; }
        print();
        lifetimes_ -= count;
    }

    void function() {
        if (eat('U')) { out_ += "unsafe "; }
        if (eat('K')) {
            out_ += "extern \"";
            if (eat('C')) {
                out_ += 'C';
            } else {
                for (const char c : name().text) { out_ += c == '_' ? '-' : c; }
            }
            out_ += "\" ";
        }
        out_ += "fn(";
        list(", ", [&] { type(); });
        out_ += ')';
        if (eat('u')) { return; } // returns nothing
        out_ += " -> ";
        type();
    }

    void dyn_trait() {
        bool open = open_path();
        while (!failed_ && eat('p')) {
            out_ += open ? ", " : "<";
            open = true;
            put(name());
            out_ += " = ";
            type();
        }
        if (open) { out_ += '>'; }
    }

    // A path whose generic arguments are left open for more; returns whether it has any.
    bool open_path() {
        const level deeper(*this);
        bool open = false;
        if (eat('B')) {
            back_reference([&] { open = open_path(); });
        } else if (eat('I')) {
            path(false);
            out_ += '<';
            list(", ", [&] { generic_argument(); });
            open = true;
        } else {
            path(false);
        }
        return open;
    }

    // ---- constants

    void constant() {
        const level deeper(*this);
        const char tag = next();
        switch (tag) {
        case 'p':
            out_ += '_';
            break;
        case 'B':
            back_reference([&] { constant(); });
            break;
        case 'b':
        case 'c':
        case 'h':
        case 't':
        case 'm':
        case 'y':
        case 'o':
        case 'j':
            value(tag);
            break;
        case 'a':
        case 's':
        case 'l':
        case 'x':
        case 'n':
        case 'i':
            if (eat('n')) { out_ += '-'; }
            value(tag);
            break;
        default: // strings, arrays, structures: not in what stable compilers write
            failed_ = true;
        }
    }

    void value(char type) {
        const std::size_t begin = at_;
        const std::size_t end = in_.find('_', begin);
        if (failed_ || end == std::string_view::npos) {
            failed_ = true;
            return;
        }
        at_ = end + 1;
        const std::string_view digits = in_.substr(begin, end - begin);
        if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
            failed_ = true;
            return;
        }
        if (digits.size() > 16) {
            out_ += "0x";
            out_ += digits;
            return;
        }
        std::uint64_t number = 0; // none at all is 0
        (void)std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
        if (type == 'b') {
            out_ += number == 0 ? "false" : "true";
        } else if (type == 'c') {
            out_ += '\'';
            append_utf8(out_,
                        static_cast<std::uint32_t>((std::min)(number, std::uint64_t{0x110000})));
            out_ += '\'';
        } else {
            out_ += std::to_string(number);
        }
    }
};

/// Returns the path of a Rust symbol of the newer scheme (RFC 2603), "_R…", without what tells
/// crates of one name apart; "" when it is no such symbol, or one that stands for far more than it
/// is.
[[nodiscard]] inline std::string demangle_rust_v0(std::string_view mangled) {
    if (mangled.size() < 4 || mangled.size() > 4096 || mangled.substr(0, 2) != "_R") { return {}; }
    return rust_v0_path(mangled.substr(2)).run();
}

/// Returns what a symbol of either scheme stands for, as the two functions before do; "" when it
/// is of neither. What linkers and compilers append, ".llvm.123", is left out.
[[nodiscard]] inline std::string demangle_rust(std::string_view mangled) {
    if (mangled.substr(0, 2) == "_R") {
        return demangle_rust_v0(mangled.substr(0, mangled.find_first_of(".$")));
    }
    return demangle_rust_legacy(mangled);
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::min
#include <cstddef>     // std::size_t
#include <cstdlib>     // std::free, for what the ABI's demangler allocates
#include <cstring>     // std::strlen
#include <string>      // names
#include <string_view> // symbols

#include <cxxabi.h> // abi::__cxa_demangle

WICK_BEGIN_NAMESPACE
namespace detail {

// The demanglers of libstdc++ and libc++abi have no bound of their own on what they write: a name
// of 200 bytes can stand for gigabytes, as each back reference (S0_, T_) may repeat all that was
// before it, and each pack expansion (Dp, sp) multiplies. Within these bounds the worst is a few
// megabytes for a moment; of 67 000 C++ names in LLVM and Clang, 99.99 % lie within them, and
// libstdc++'s takes no more than 1024 bytes anyway. A name outside of them stays mangled.
inline constexpr std::size_t max_mangled = 1024;
inline constexpr std::size_t max_demangled = std::size_t{1} << 14;
inline constexpr int max_back_references = 24;
inline constexpr int max_pack_expansions = 2;

/// True when demangling cannot take memory or time out of proportion.
[[nodiscard]] inline bool demangles_cheaply(std::string_view mangled) noexcept {
    if (mangled.size() > max_mangled) { return false; }
    int references = 0;
    int expansions = 0;
    // Identifiers are not told apart from codes: they may only raise the counts.
    for (std::size_t i = 0; i + 1 < mangled.size(); ++i) {
        if (mangled[i] == 'S' || mangled[i] == 'T') {
            std::size_t end = i + 1;
            while (end < mangled.size() &&
                   (is_digit(mangled[end]) || (mangled[end] >= 'A' && mangled[end] <= 'Z'))) {
                ++end;
            }
            references += end < mangled.size() && mangled[end] == '_' ? 1 : 0;
        }
        const std::string_view code = mangled.substr(i, 2);
        expansions += code == "Dp" || code == "sp" ? 1 : 0;
    }
    return references <= max_back_references && expansions <= max_pack_expansions;
}

/// Returns the position of the suffixes that compilers give to copies and parts of functions,
/// ".constprop.0", ".isra.0", ".part.0", ".cold"; the size when there are none.
[[nodiscard]] inline std::size_t clone_suffix(std::string_view symbol) noexcept {
    return (std::min)(symbol.find('.'), symbol.size());
}

/// Appends " [clone .part.0] [clone .cold]" for ".part.0.cold": a copy is not its origin, and is
/// shown.
inline void append_clones(std::string& out, std::string_view suffix) {
    while (!suffix.empty()) {
        std::size_t end = (std::min)(suffix.find('.', 1), suffix.size());
        // A number belongs to the word before it.
        while (end + 1 < suffix.size() && is_digit(suffix[end + 1])) {
            end = (std::min)(suffix.find('.', end + 1), suffix.size());
        }
        out += " [clone ";
        out += suffix.substr(0, end);
        out += ']';
        suffix.remove_prefix(end);
    }
}

/// Returns the name in the source of a linker symbol: C++ names of the Itanium ABI with their
/// parameters, Rust names of the older scheme with their hash. What does not demangle comes back
/// as it is: C, names out of bounds. A symbol version ("@GLIBC_2.2.5") is cut off.
/// Cost: about 1 us and an allocation or two for a C++ name.
[[nodiscard]] inline std::string demangle(std::string_view symbol) {
    const std::string_view bare = symbol.substr(0, symbol.find('@'));
    if (bare.empty()) { return std::string(symbol); }
    std::string name = demangle_rust(bare);
    if (!name.empty()) { return name; }
    if (bare.substr(0, 2) != "_Z") {
        return std::string(bare); // "i" would come out as "int"
    }
    const std::size_t end = clone_suffix(bare);
    const std::string mangled(bare.substr(0, end));
    if (!demangles_cheaply(mangled)) { return std::string(bare); }
    int status = 0;
    char* const text = abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status);
    if (text == nullptr) { return std::string(bare); }
    const std::size_t size = std::strlen(text);
    if (size <= max_demangled) { name.assign(text, size); }
    std::free(text);
    if (name.empty()) { return std::string(bare); }
    append_clones(name, bare.substr(end));
    return name.size() <= max_demangled ? name : std::string(bare);
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/frame_text.hpp - how a frame is called in text, and back.
#ifndef WICK_DETAIL_FRAME_TEXT_HPP
#define WICK_DETAIL_FRAME_TEXT_HPP


#include <algorithm>   // std::sort, to find equal texts
#include <charconv>    // std::to_chars, for addresses
#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <string>      // what is built
#include <string_view> // what is read
#include <vector>      // a text for each frame

WICK_BEGIN_NAMESPACE
namespace detail {

inline void append_hex(std::string& out, std::uint64_t value) {
    char digits[16];
    out += "0x";
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value, 16).ptr);
}

/// Returns the part of a path behind its last slash: "/usr/lib/libm.so.6" → "libm.so.6".
[[nodiscard]] inline std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

/// Appends what stands for code without a name: "libm.so.6+0x1234", the offset being the file's.
inline void append_place(std::string& out, const loaded_module& module, std::uint64_t address) {
    if (module.path.empty()) {
        append_hex(out, address);
        return;
    }
    out += base_name(module.path);
    out += '+';
    append_hex(out, address - module.start + module.offset);
}

[[nodiscard]] inline std::string_view kind_suffix(frame_kind kind) noexcept {
    switch (kind) {
    case frame_kind::kernel:
        return "_[k]";
    case frame_kind::inlined:
        return "_[i]";
    case frame_kind::jit:
        return "_[j]";
    case frame_kind::function:
    case frame_kind::process:
    case frame_kind::thread:
    case frame_kind::label:
    case frame_kind::marker:
        break;
    }
    return {};
}

/// Appends the name of a frame as text formats show it: with the suffix of its kind; a frame that
/// has an address and no name as its module and offset.
inline void append_frame_text(std::string& out, const profile& p, const frame& f) {
    if (f.function.empty() && f.address != 0) {
        append_place(out, p.modules[f.module], f.address);
    } else {
        out += f.function;
    }
    out += kind_suffix(f.kind);
}

/// A name from text, with its kind told by its suffix.
struct named_frame {
    std::string_view function;
    frame_kind kind;
};

/// Takes "name_[k]", "name_[i]" and "name_[j]" apart; every other text is a function's name as it
/// is.
[[nodiscard]] inline named_frame parse_frame_text(std::string_view text) noexcept {
    const std::size_t size = text.size();
    if (size < 4 || text[size - 1] != ']' || text[size - 3] != '[' || text[size - 4] != '_') {
        return {text, frame_kind::function};
    }
    const std::string_view name = text.substr(0, size - 4);
    switch (text[size - 2]) {
    case 'k':
        return {name, frame_kind::kernel};
    case 'i':
        return {name, frame_kind::inlined};
    case 'j':
        return {name, frame_kind::jit};
    default:
        return {text, frame_kind::function};
    }
}

/// A profile as text and pictures show it: no two frames have the same text. Refers to the profile
/// it is made of, which is used as it is unless frames have to be merged. Cost: O(frames), or a
/// merge.
class shown_profile {
public:
    explicit shown_profile(const profile& p)
        : tree_(&p)
        , texts_(texts_of(p)) {
        if (all_distinct(texts_)) { return; }
        merged_ = map_frames(p, [&](const frame& f) {
            frame text; // the whole text, so that "f" of kind kernel and "f_[k]" become one
            append_frame_text(text.function, p, f);
            return text;
        });
        tree_ = &merged_;
        texts_ = texts_of(merged_);
    }
    shown_profile(const shown_profile&) = delete;
    shown_profile& operator=(const shown_profile&) = delete;

    /// The tree to show; its frames' texts are distinct.
    [[nodiscard]] const profile& tree() const noexcept { return *tree_; }
    /// The text of each of the tree's frames.
    [[nodiscard]] const std::vector<std::string>& texts() const noexcept { return texts_; }

private:
    const profile* tree_;
    profile merged_;
    std::vector<std::string> texts_;

    [[nodiscard]] static std::vector<std::string> texts_of(const profile& p) {
        std::vector<std::string> texts(p.frames.size());
        for (std::size_t i = 0; i < texts.size(); ++i) {
            append_frame_text(texts[i], p, p.frames[i]);
        }
        return texts;
    }
    [[nodiscard]] static bool all_distinct(const std::vector<std::string>& texts) {
        std::vector<std::string_view> sorted(texts.begin(), texts.end());
        std::sort(sorted.begin(), sorted.end());
        return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/posix.hpp - files by descriptor: RAII, whole files, mappings, a source and a sink.
#ifndef WICK_DETAIL_POSIX_HPP
#define WICK_DETAIL_POSIX_HPP


#include <cerrno>      // errno
#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <cstring>     // strerror_r
#include <string>      // paths
#include <string_view> // bytes
#include <utility>     // std::move, std::exchange

#include <fcntl.h>    // open
#include <sys/mman.h> // mmap
#include <sys/stat.h> // fstat
#include <unistd.h>   // read, write, close, readlink

WICK_BEGIN_NAMESPACE
namespace detail {

// strerror_r returns the text with GNU's C library and a status with all others.
[[nodiscard]] inline std::string strerror_text(const char* text, const char*) {
    return text;
}
[[nodiscard]] inline std::string strerror_text(int status, const char* buffer) {
    return status == 0 ? buffer : "unknown error";
}

/// Returns "cannot open PATH: No such file or directory" and the like, for a value of errno.
[[nodiscard]] inline error system_error(const std::string& what, int number) {
    char buffer[128] = "";
    return error{what + ": " + strerror_text(::strerror_r(number, buffer, sizeof buffer), buffer)};
}

/// Owns a file descriptor, or none (-1).
class file_descriptor {
public:
    file_descriptor() = default;
    explicit file_descriptor(int fd) noexcept
        : fd_(fd) {}
    file_descriptor(file_descriptor&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept {
        file_descriptor old(std::exchange(fd_, std::exchange(other.fd_, -1)));
        return *this;
    }
    ~file_descriptor() {
        if (fd_ >= 0) { ::close(fd_); }
    }

    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// Returns a descriptor that is closed on exec. `flags` as those of open(2).
[[nodiscard]] inline result<file_descriptor> open_file(const std::string& path,
                                                       int flags = O_RDONLY) {
    result<file_descriptor> opened;
    // A path with a NUL in it would open another file than its bytes say.
    if (path.find('\0') != std::string::npos) {
        opened.error = error{"a path with a NUL byte in it"};
        return opened;
    }
    int fd = -1;
    do { fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666); } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        opened.error = system_error("cannot open " + path, errno);
        return opened;
    }
    opened.value = file_descriptor(fd);
    return opened;
}

/// A source for readers: `std::size_t(char* to, std::size_t room)`, 0 at the end or on an error,
/// which is kept in `error`. Does not own the descriptor. Retries when a signal interrupts.
struct descriptor_source {
    int fd = -1;
    wick::error error{};

    std::size_t operator()(char* to, std::size_t room) {
        for (;;) {
            const auto got = ::read(fd, to, room);
            if (got >= 0) { return static_cast<std::size_t>(got); }
            if (errno != EINTR) {
                error = system_error("cannot read", errno);
                return 0;
            }
        }
    }
};

/// A sink: writes all of what it is given; what goes wrong first is kept in `error`, and nothing is
/// written after that. Does not own the descriptor.
struct descriptor_sink {
    int fd = -1;
    wick::error error{};

    void operator()(std::string_view bytes) {
        while (!bytes.empty() && !error) {
            const auto put = ::write(fd, bytes.data(), bytes.size());
            if (put >= 0) {
                bytes.remove_prefix(static_cast<std::size_t>(put));
            } else if (errno != EINTR) {
                error = system_error("cannot write", errno);
            }
        }
    }
};

/// Returns all bytes of a file, which may be one of /proc, that does not say how long it is.
/// Errors: the system's, and more than `most` bytes.
[[nodiscard]] inline result<std::string> read_file(const std::string& path,
                                                   std::size_t most = std::size_t{1} << 30) {
    result<std::string> all;
    const result<file_descriptor> file = open_file(path);
    if (!file) {
        all.error = file.error;
        return all;
    }
    descriptor_source source{file.value.get()};
    std::size_t size = 0;
    for (;;) {
        if (size == all.value.size()) { all.value.resize(size + (size < 65536 ? 65536 : size)); }
        const std::size_t got = source(&all.value[size], all.value.size() - size);
        size += got;
        if (got == 0 || size > most) { break; }
    }
    all.value.resize(size);
    if (source.error) {
        all.error = error{path + ": " + source.error.what};
    } else if (size > most) {
        all.error = error{path + ": more than " + std::to_string(most) + " bytes"};
    }
    return all;
}

/// Writes a file, replacing what was there.
[[nodiscard]] inline error write_file(const std::string& path, std::string_view bytes) {
    const result<file_descriptor> file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file) { return file.error; }
    descriptor_sink sink{file.value.get()};
    sink(bytes);
    return sink.error ? error{path + ": " + sink.error.what} : error{};
}

/// Returns what a symbolic link says; "" when there is none or it cannot be read.
[[nodiscard]] inline std::string read_link(const std::string& path) {
    std::string text(4096, '\0');
    const auto size = ::readlink(path.c_str(), &text[0], text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}

/// A file mapped for reading. The bytes are the file's own: whoever truncates it in place makes
/// later reads fail with SIGBUS, so this is for files that are replaced rather than written, as
/// loaders already demand of programs and libraries.
class mapped_file {
public:
    mapped_file() = default;
    mapped_file(mapped_file&& other) noexcept
        : bytes_(std::exchange(other.bytes_, {})) {}
    mapped_file& operator=(mapped_file&& other) noexcept {
        const mapped_file old(std::move(*this)); // unmaps what this held
        bytes_ = std::exchange(other.bytes_, {});
        return *this;
    }
    ~mapped_file() {
        if (!bytes_.empty()) { ::munmap(const_cast<char*>(bytes_.data()), bytes_.size()); }
    }

    /// Returns the mapping of a regular file; an empty file gives an empty one.
    /// Errors: the system's; a directory, a device, a pipe.
    [[nodiscard]] static result<mapped_file> open(const std::string& path) {
        result<mapped_file> mapped;
        // Without O_NONBLOCK, opening a pipe would wait for its writer.
        const result<file_descriptor> file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        struct stat status {};
        if (!file) {
            mapped.error = file.error;
        } else if (::fstat(file.value.get(), &status) != 0) {
            mapped.error = system_error("cannot stat " + path, errno);
        } else if (!S_ISREG(status.st_mode)) {
            mapped.error = error{"not a regular file: " + path};
        } else if (status.st_size > 0) {
            mapped.error = mapped.value.map(file.value.get(), status.st_size, path);
        }
        return mapped;
    }

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

private:
    std::string_view bytes_;

    [[nodiscard]] error map(int fd, off_t length, const std::string& path) {
        const auto size = static_cast<std::uint64_t>(length);
        if (size > static_cast<std::size_t>(-1) / 2) {
            return error{"too large to be mapped: " + path};
        }
        void* at = ::mmap(nullptr, static_cast<std::size_t>(length), PROT_READ, MAP_PRIVATE, fd, 0);
        if (at == MAP_FAILED) { return system_error("cannot map " + path, errno); }
        bytes_ = std::string_view(static_cast<const char*>(at), static_cast<std::size_t>(length));
        return {};
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::sort, std::upper_bound
#include <charconv>    // std::from_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // addresses
#include <map>         // names found before
#include <memory>      // modules, whose places are kept
#include <optional>    // names that are not found
#include <string>      // paths, names
#include <string_view> // names in images
#include <utility>     // std::move
#include <vector>      // ranges

#ifdef __linux__
#    include <sys/auxv.h> // where the vdso is
#endif

WICK_BEGIN_NAMESPACE

// These three are public, by symbols.hpp; they stand here because the sampler takes and returns
// them too.

/// Where names are looked for, and what is kept. All paths are read as this process sees them.
struct symbol_options {
    std::string debug_root = "/usr/lib/debug"; ///< where separate debug files are; "": nowhere
    std::string root;            ///< put before the path of each module: another system's files
    std::string perf_map;        ///< names of JIT code, as in /tmp/perf-PID.map; "": none
    std::string kallsyms;        ///< names of the kernel, as in /proc/kallsyms; "": none
    bool demangle = true;        ///< false: C++ and Rust names as the linker knows them
    bool keep_addresses = false; ///< true: the result has detail `address` as its input
};

/// How the naming of the addresses of one file went.
struct module_symbols {
    std::string path;            ///< of the module, or the perf_map or kallsyms file
    std::uint64_t addresses = 0; ///< distinct addresses in it
    std::uint64_t unnamed = 0;   ///< those for which there was no name
    error problem{};             ///< what went wrong first, or why names are missing
};

/// A profile with names, and what could not be named.
struct symbolized {
    profile named;
    std::uint64_t addresses = 0;         ///< distinct addresses that were looked up
    std::uint64_t unnamed = 0;           ///< those for which there was no name
    std::vector<module_symbols> modules; ///< those with addresses or a problem, in `modules`' order
};

namespace detail {

/// A run of addresses of the same name.
struct symbol_range {
    std::uint64_t start = 0;
    std::uint64_t limit = 0; ///< one past the last address
    std::uint32_t name = 0;  ///< offset in the strings of its table
    std::uint8_t table = 0;  ///< index of the strings; 0: the index's own
    std::uint8_t rank = 0; ///< of two symbols at one address, the one with the lower rank is shown
    bool linkage = false;  ///< an entry of the procedure linkage table for the symbol
};

/// Names of addresses: a sorted list of ranges that do not overlap.
/// Where symbols overlap, the one that starts last is shown: it is the more specific one.
class code_index {
public:
    /// Adds the symbols of functions of an image, whose bytes must outlive this. `table_rank`: 0
    /// for the table that is to be believed first, 1 for the others. Memory: 32 bytes a symbol.
    void add(const elf::image& image, const elf::symbol_table& symbols, unsigned table_rank) {
        if (strings_.size() > 255) { return; }
        strings_.push_back(symbols.strings);
        const std::vector<code_section> sections = code_sections(image);
        for (std::size_t i = 0; i < symbols.size(); ++i) {
            add_symbol(symbols, symbols.at(i), sections, table_rank);
        }
    }

    /// Adds a range with a name of its own; of several that start at one address the last is shown.
    /// A `limit` that is not above `start` means "up to the next".
    void add(std::uint64_t start, std::uint64_t limit, std::string_view name) {
        if (own_.size() > 0xffffffffu - name.size() - 1 || name.empty()) { return; }
        symbol_range range;
        range.start = start;
        range.limit = limit;
        range.name = static_cast<std::uint32_t>(own_.size());
        own_ += name;
        own_ += '\0';
        if (limit > start) {
            ranges_.push_back(range);
        } else {
            range.limit = ~std::uint64_t{0};
            open_ended_.push_back(range);
        }
    }

    /// Adds the entries of an image's procedure linkage tables, as "name@plt": they have no
    /// symbols.
    void add_linkage(const elf::image& image);

    /// Sorts what was added. Call once, before `find`. Cost: O(n log n).
    void finish() {
        const auto less = [this](const symbol_range& a, const symbol_range& b) {
            return comes_before(a, b);
        };
        std::sort(ranges_.begin(), ranges_.end(), less);
        flatten();
        std::sort(open_ended_.begin(), open_ended_.end(), less);
        close_open_ended();
        ranges_.shrink_to_fit();
    }

    /// Returns the range that an address lies in; nullptr: none. Cost: a binary search.
    [[nodiscard]] const symbol_range* find(std::uint64_t address) const {
        const auto after = std::upper_bound(
            ranges_.begin(),
            ranges_.end(),
            address,
            [](std::uint64_t wanted, const symbol_range& r) { return wanted < r.start; });
        if (after == ranges_.begin()) { return nullptr; }
        const symbol_range& range = *(after - 1);
        return address < range.limit ? &range : nullptr;
    }

    /// Returns the linker's name of a range; nothing when its string table is damaged there.
    [[nodiscard]] std::optional<std::string_view> symbol(const symbol_range& range) const {
        return elf::text_at(range.table == 0 ? std::string_view(own_) : strings_[range.table],
                            range.name);
    }

    [[nodiscard]] const std::vector<symbol_range>& ranges() const noexcept { return ranges_; }

private:
    struct code_section {
        std::uint64_t start = 0;
        std::uint64_t limit = 0; // start: a section without code
    };

    std::vector<symbol_range> ranges_;
    std::vector<symbol_range> open_ended_; // no size is known: up to the next, at most to `limit`
    std::vector<std::string_view> strings_ = std::vector<std::string_view>(1);
    std::string own_;

    [[nodiscard]] static std::vector<code_section> code_sections(const elf::image& image) {
        std::vector<code_section> sections(image.section_count());
        for (std::size_t i = 0; i < sections.size(); ++i) {
            const elf::section s = image.section_at(i);
            sections[i].start = sections[i].limit = s.address;
            if ((s.flags & elf::section_has_code) != 0 && s.size <= ~s.address) {
                sections[i].limit = s.address + s.size;
            }
        }
        return sections;
    }

    void add_symbol(const elf::symbol_table& table,
                    const elf::symbol& s,
                    const std::vector<code_section>& sections,
                    unsigned table_rank) {
        const bool is_function = s.type == elf::symbol_function || s.type == elf::symbol_indirect;
        if ((!is_function && s.type != elf::symbol_no_type) || s.name == 0 ||
            s.section == elf::index_undefined) {
            return;
        }
        code_section within{0, ~std::uint64_t{0}};
        if (s.section < elf::index_reserved) {
            if (s.section >= sections.size()) { return; }
            within = sections[s.section];
        } else if (s.section != elf::index_elsewhere || !is_function) {
            return; // absolute and common symbols are no code
        }
        if (s.value < within.start || s.value >= within.limit) { return; }
        // A label that is no function: assemblers make "$x" to tell code from data, and ".L" for
        // jumps.
        if (!is_function && (s.name >= table.strings.size() || table.strings[s.name] == '$' ||
                             table.strings[s.name] == '.')) {
            return;
        }
        symbol_range range;
        range.start = s.value;
        range.limit = s.value + (std::min)(s.size, within.limit - s.value);
        range.name = s.name;
        range.table = static_cast<std::uint8_t>(strings_.size() - 1);
        range.rank = static_cast<std::uint8_t>((is_function ? 0u : 8u) + binding_rank(s) * 2u +
                                               (table_rank & 1u));
        if (s.size == 0) {
            range.limit = within.limit;
            open_ended_.push_back(range);
        } else {
            ranges_.push_back(range);
        }
    }

    [[nodiscard]] static unsigned binding_rank(const elf::symbol& s) noexcept {
        switch (s.binding) {
        case elf::bind_global:
        case elf::bind_unique:
            return 0;
        case elf::bind_weak:
            return 1;
        default:
            return 2;
        }
    }

    // Enough of a name to choose by. Not all of it: a small file can make millions of symbols share
    // one long string.
    [[nodiscard]] std::string_view head_of_name(const symbol_range& range) const {
        const std::string_view strings = range.table == 0 ? own_ : strings_[range.table];
        if (range.name >= strings.size()) { return {}; }
        const std::string_view head = strings.substr(range.name, 256);
        return head.substr(0, head.find('\0'));
    }

    /// True when `a` is sorted before `b`: by address, and what is to be shown last.
    [[nodiscard]] bool comes_before(const symbol_range& a, const symbol_range& b) const {
        if (a.start != b.start) { return a.start < b.start; }
        if (a.rank != b.rank) { return a.rank > b.rank; }
        if (a.table == 0 && b.table == 0) {
            return a.name < b.name; // JIT maps are logs: the last line is what holds
        }
        const int by_name = compare_names(head_of_name(a), head_of_name(b));
        if (by_name != 0) { return by_name > 0; }
        if (a.limit != b.limit) { return a.limit > b.limit; }
        return a.table != b.table ? a.table > b.table : a.name > b.name;
    }

    /// Negative when `a` is the better name: public names have fewer underscores in front and are
    /// shorter ("write", "__write", "__libc_write"); the bytes decide between the others.
    [[nodiscard]] static int compare_names(std::string_view a, std::string_view b) {
        const std::size_t a_bare = (std::min)(a.find_first_not_of('_'), a.size());
        const std::size_t b_bare = (std::min)(b.find_first_not_of('_'), b.size());
        if (a_bare != b_bare) { return a_bare < b_bare ? -1 : 1; }
        if (a.size() != b.size()) { return a.size() < b.size() ? -1 : 1; }
        return a.compare(b);
    }

    // Makes sorted ranges disjoint. Each is cut where one that starts later begins, and goes on
    // behind that one's end. At most two pieces a range come of it: each has one start and one end.
    void flatten() {
        std::vector<symbol_range> flat;
        flat.reserve(ranges_.size());
        std::vector<symbol_range> open; // those begun and perhaps not ended, the one shown last
        std::uint64_t at = 0;
        const auto show_until = [&](std::uint64_t limit) {
            if (at < limit) {
                flat.push_back(open.back());
                flat.back().start = at;
                flat.back().limit = limit;
                at = limit;
            }
        };
        for (const symbol_range& next : ranges_) {
            while (!open.empty() && open.back().limit <= next.start) {
                show_until(open.back().limit);
                open.pop_back();
            }
            if (!open.empty()) { show_until(next.start); }
            at = next.start;
            // What ends no later than `next` will never be seen again.
            while (!open.empty() && open.back().limit <= next.limit) { open.pop_back(); }
            open.push_back(next);
        }
        while (!open.empty()) {
            show_until(open.back().limit);
            open.pop_back();
        }
        ranges_ = std::move(flat);
    }

    // Hand-written assembly often has no sizes. Such a symbol reaches up to the next one, but a
    // label within a function that has a size does not cut it.
    void close_open_ended() {
        std::vector<symbol_range> closed;
        for (std::size_t i = 0; i < open_ended_.size(); ++i) {
            symbol_range range = open_ended_[i];
            const bool shadowed =
                i + 1 < open_ended_.size() && open_ended_[i + 1].start == range.start;
            if (shadowed || find(range.start) != nullptr) { continue; }
            if (i + 1 < open_ended_.size()) {
                range.limit = (std::min)(range.limit, open_ended_[i + 1].start);
            }
            const auto next = std::upper_bound(
                ranges_.begin(),
                ranges_.end(),
                range.start,
                [](std::uint64_t start, const symbol_range& r) { return start < r.start; });
            if (next != ranges_.end()) { range.limit = (std::min)(range.limit, next->start); }
            closed.push_back(range);
        }
        open_ended_ = {};
        const auto sized = static_cast<std::ptrdiff_t>(ranges_.size());
        ranges_.insert(ranges_.end(), closed.begin(), closed.end());
        std::inplace_merge(
            ranges_.begin(),
            ranges_.begin() + sized,
            ranges_.end(),
            [](const symbol_range& a, const symbol_range& b) { return a.start < b.start; });
    }
};

/// A word of the global offset table, and the symbol whose address the loader puts there.
struct linkage_slot {
    std::uint64_t address;
    std::uint32_t name;
};

/// Returns the words that x86-64 relocations fill with addresses of named symbols, sorted.
[[nodiscard]] inline std::vector<linkage_slot> linkage_slots(const elf::image& image,
                                                             const elf::symbol_table& symbols) {
    constexpr std::uint32_t global_data = 6, jump_slot = 7;
    std::vector<linkage_slot> slots;
    for (const char* name : {".rela.plt", ".rela.dyn"}) {
        const std::optional<elf::section> found = image.find(name);
        if (!found || found->type != elf::section_rela || found->entry_size != 24) { continue; }
        const result<std::string_view> bytes = image.contents(*found);
        for (std::size_t at = 0; lies_within(at, 24, bytes.value.size()); at += 24) {
            const char* entry = bytes.value.data() + at;
            const auto type = little_endian<std::uint32_t>(entry + 8);
            const auto symbol = little_endian<std::uint32_t>(entry + 12);
            if ((type == global_data || type == jump_slot) && symbol != 0 &&
                symbol < symbols.size()) {
                slots.push_back({little_endian<std::uint64_t>(entry), symbols.at(symbol).name});
            }
        }
    }
    std::sort(slots.begin(), slots.end(), [](const linkage_slot& a, const linkage_slot& b) {
        return a.address != b.address ? a.address < b.address : a.name < b.name;
    });
    return slots;
}

/// Returns the address of the word that an entry of an x86-64 linkage table jumps through: "jmp
/// *disp32(%rip)" is its first instruction, or the one behind an endbr64 or a bnd prefix.
[[nodiscard]] inline std::optional<std::uint64_t> linkage_target(std::string_view entry,
                                                                 std::uint64_t address) {
    for (const std::size_t at : {0u, 1u, 4u, 5u}) {
        if (entry.substr(at, 2) == "\xff\x25" && lies_within(at, 6, entry.size())) {
            const auto displacement = little_endian<std::uint32_t>(entry.data() + at + 2);
            const std::uint64_t sign = (displacement & 0x80000000u) != 0 ? 0xffffffff00000000u : 0;
            return address + at + 6 + (sign | displacement);
        }
    }
    return std::nullopt;
}

inline void code_index::add_linkage(const elf::image& image) {
    const result<elf::symbol_table> symbols = image.symbols(elf::section_dynamic_symbols);
    if (image.machine() != elf::machine_x86_64 || !symbols || strings_.size() > 255) { return; }
    const std::vector<linkage_slot> slots = linkage_slots(image, symbols.value);
    strings_.push_back(symbols.value.strings);
    for (const char* name : {".plt", ".plt.sec", ".plt.got"}) {
        const std::optional<elf::section> found = image.find(name);
        if (!found || (found->flags & elf::section_has_code) == 0) { continue; }
        const std::size_t step = found->entry_size == 8 ? 8 : 16;
        const result<std::string_view> bytes = image.contents(*found);
        for (std::size_t at = 0; lies_within(at, step, bytes.value.size()); at += step) {
            const std::uint64_t address = found->address + at;
            const std::optional<std::uint64_t> word =
                linkage_target(bytes.value.substr(at, step), address);
            if (!word || address + step < address) { continue; }
            const auto slot = std::lower_bound(
                slots.begin(), slots.end(), *word, [](const linkage_slot& s, std::uint64_t wanted) {
                    return s.address < wanted;
                });
            if (slot != slots.end() && slot->address == *word) {
                ranges_.push_back({address,
                                   address + step,
                                   slot->name,
                                   static_cast<std::uint8_t>(strings_.size() - 1),
                                   7,
                                   true});
            }
        }
    }
}

/// Returns the image of the vdso of this process, which the kernel made; "" where there is none.
[[nodiscard]] inline std::string_view own_vdso() {
#ifdef __linux__
    const unsigned long at = ::getauxval(AT_SYSINFO_EHDR);
    if (at == 0) { return {}; }
    // Not a hostile file: how long it is stands in its own headers, in its first page.
    const char* start = reinterpret_cast<const char*>(at);
    std::uint64_t size = little_endian<std::uint64_t>(start + 40) +
                         std::uint64_t{little_endian<std::uint16_t>(start + 60)} * 64;
    const result<elf::image> headers = elf::image::open(std::string_view(start, 4096));
    for (std::size_t i = 0; headers && i < headers.value.segment_count(); ++i) {
        const elf::segment s = headers.value.segment_at(i);
        size = (std::max)(size, s.type == elf::segment_load ? s.offset + s.file_size : 0);
    }
    return std::string_view(start, as_size(size));
#else
    return {};
#endif
}

/// Returns a path as the kernel shows it, without the " (deleted)" of a file that is gone.
[[nodiscard]] inline std::string without_deleted(std::string_view path) {
    constexpr std::string_view mark = " (deleted)";
    const bool marked = path.size() > mark.size() && path.substr(path.size() - mark.size()) == mark;
    return std::string(marked ? path.substr(0, path.size() - mark.size()) : path);
}

/// True for modules that are files or the vdso: not "[heap]", "//anon", "anon_inode:…" or "".
[[nodiscard]] inline bool has_image(const loaded_module& module) {
    const std::string_view path = module.path;
    return path == "[vdso]" ||
           (!path.empty() && path[0] != '[' && path.substr(0, 2) != "//" &&
            path.substr(0, 11) != "anon_inode:" && path.substr(0, 7) != "/memfd:");
}

/// The symbols of one module. Opens its files when it is first asked, and keeps them mapped.
/// Thread safety: none.
class module_names {
public:
    module_names(loaded_module module, const symbol_options& options)
        : module_(std::move(module))
        , path_(without_deleted(module_.path))
        , root_(options.root)
        , debug_root_(options.debug_root)
        , demangle_(options.demangle) {}

    [[nodiscard]] const loaded_module& module() const noexcept { return module_; }

    /// Returns the name of the function that an address of the running program lies in; nullptr
    /// when there is none. Good until this dies. Cost: three binary searches; the first time within
    /// a function, a demangling.
    [[nodiscard]] const std::string* find(std::uint64_t address) {
        if (!opened_) {
            opened_ = true;
            open();
        }
        const std::optional<std::uint64_t> place = in_image(address);
        const symbol_range* range = place ? index_.find(*place) : nullptr;
        if (range == nullptr) { return nullptr; }
        const auto known = names_.find(range);
        if (known != names_.end()) { return known->second.empty() ? nullptr : &known->second; }
        const std::optional<std::string_view> symbol = index_.symbol(*range);
        std::string& name = names_[range];
        if (symbol) {
            name = demangle_ ? detail::demangle(*symbol) : std::string(*symbol);
            name += range->linkage ? "@plt" : "";
        }
        return name.empty() ? nullptr : &name;
    }

    /// Returns what went wrong first, or why names may be missing; no error: nothing.
    [[nodiscard]] const error& problem() const noexcept { return problem_; }

private:
    loaded_module module_;
    std::string path_;
    std::string root_;
    std::string debug_root_;
    bool demangle_;
    bool opened_ = false;
    mapped_file file_;
    mapped_file debug_file_;
    elf::image image_;
    std::vector<elf::segment> segments_; // those that are loaded, with code first
    code_index index_;
    std::map<const symbol_range*, std::string> names_;
    error problem_{};

    void note(error problem) {
        if (!problem_) { problem_ = std::move(problem); }
    }

    void open() {
        if (!open_image()) { return; }
        for (const bool with_code : {true, false}) {
            for (std::size_t i = 0; i < image_.segment_count(); ++i) {
                const elf::segment s = image_.segment_at(i);
                const bool has_code = (s.flags & elf::segment_executable) != 0;
                // Programs have one or two with code; a bound, because each look-up walks them.
                if (s.type == elf::segment_load && has_code == with_code && segments_.size() < 64) {
                    segments_.push_back(s);
                }
            }
        }
        add_symbols();
        index_.finish();
    }

    [[nodiscard]] bool open_image() {
        if (module_.path == "[vdso]") { return open_vdso(); }
        // The main program can always be had from the kernel, even when its path leads to another
        // file by now. Another process's profile may name the same path: its build-id decides.
        const bool is_self = root_.empty() && without_deleted(read_link("/proc/self/exe")) == path_;
        if (is_self && accept("/proc/self/exe")) { return true; }
        problem_ = {};
        if (path_ != module_.path && module_.build_id.empty()) {
            note(error{path_ + " was deleted, and there is no build-id to know another file of "
                               "that name by"});
        } else if (accept(root_ + path_)) {
            return true;
        }
        return root_.empty() && !is_self && open_mapping();
    }

    [[nodiscard]] bool open_vdso() {
        const result<elf::image> opened = elf::image::open(own_vdso());
        if (!opened) {
            note(error{"[vdso]: " + opened.error.what});
            return false;
        }
        const std::string id = opened.value.build_id();
        if (module_.build_id.empty() ? reinterpret_cast<std::uintptr_t>(own_vdso().data()) !=
                                           module_.start - module_.offset
                                     : id != module_.build_id) {
            note(error{"[vdso] is that of another kernel or process"});
            return false;
        }
        image_ = opened.value;
        return true;
    }

    // A library whose file was removed or replaced while this process has it mapped. The kernel
    // lets privileged processes open it.
    [[nodiscard]] bool open_mapping() {
        char name[40];
        char* end = std::to_chars(name, name + 16, module_.start, 16).ptr;
        *end++ = '-';
        end = std::to_chars(end, end + 16, module_.limit, 16).ptr;
        const std::string path = "/proc/self/map_files/" + std::string(name, end);
        if (without_deleted(read_link(path)) != path_ || !accept(path)) { return false; }
        problem_ = {};
        return true;
    }

    // Takes the file for the module's, unless it is known to be of another build.
    [[nodiscard]] bool accept(const std::string& path) {
        result<mapped_file> file = mapped_file::open(path);
        if (!file) {
            note(file.error);
            return false;
        }
        const result<elf::image> opened = elf::image::open(file.value.bytes());
        if (!opened) {
            note(error{path + ": " + opened.error.what, 0, opened.error.offset});
            return false;
        }
        const std::string id = opened.value.build_id();
        if (!module_.build_id.empty() && id != module_.build_id) {
            note(error{"the build-id of " + path + " is " + (id.empty() ? "missing" : id) +
                       ", that of what was sampled is " + module_.build_id});
            return false;
        }
        image_ = opened.value;
        file_ = std::move(file.value);
        return true;
    }

    void add_symbols() {
        const bool has_symbols = add_table(image_, elf::section_symbols, 0);
        add_table(image_, elf::section_dynamic_symbols, 1);
        index_.add_linkage(image_);
        if (image_.section_problem() != nullptr) {
            note(error{module_.path + ": " + image_.section_problem()});
        }
        if (!has_symbols && module_.path != "[vdso]" && !add_debug_file()) {
            const bool packed = image_.find(".gnu_debugdata").has_value();
            note(error{module_.path + " is stripped, and no debug file for it was found" +
                       (packed ? "; its .gnu_debugdata (xz) is not read" : "")});
        }
    }

    bool add_table(const elf::image& image, std::uint32_t type, unsigned rank) {
        const result<elf::symbol_table> symbols = image.symbols(type);
        if (!symbols) {
            note(error{module_.path + ": " + symbols.error.what, 0, symbols.error.offset});
            return false;
        }
        if (symbols.value.size() == 0) { return false; }
        index_.add(image, symbols.value, rank);
        return true;
    }

    [[nodiscard]] bool add_debug_file() {
        const std::string id = image_.build_id();
        if (id.size() > 2 && !debug_root_.empty() &&
            add_debug_file(debug_root_ + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) +
                               ".debug",
                           nullptr)) {
            return true;
        }
        const std::optional<elf::debug_link> link = image_.link();
        if (!link) { return false; }
        const std::string name(link->name);
        const std::string directory = path_.substr(0, path_.rfind('/') + 1);
        return add_debug_file(root_ + directory + name, &*link) ||
               add_debug_file(root_ + directory + ".debug/" + name, &*link) ||
               (!debug_root_.empty() && add_debug_file(debug_root_ + directory + name, &*link));
    }

    [[nodiscard]] bool add_debug_file(const std::string& path, const elf::debug_link* link) {
        result<mapped_file> file = mapped_file::open(path);
        if (!file) {
            return false; // most programs have none: no problem to speak of
        }
        const result<elf::image> opened = elf::image::open(file.value.bytes());
        if (!opened) {
            note(error{path + ": " + opened.error.what, 0, opened.error.offset});
            return false;
        }
        const std::string id = image_.build_id();
        const std::string its_id = opened.value.build_id();
        // The checksum reads all of the file: only where there are no ids to compare.
        const bool same = link == nullptr || (!id.empty() && !its_id.empty())
                              ? id == its_id
                              : crc32(file.value.bytes()) == link->crc;
        if (!same) {
            note(error{"the debug file " + path + " belongs to another build of " + module_.path});
            return false;
        }
        debug_file_ = std::move(file.value);
        return add_table(opened.value, elf::section_symbols, 0);
    }

    // Where the address lies in the image, as its symbols count. The file offset decides: it is
    // what mapping and file have in common, for programs at fixed addresses as for others.
    [[nodiscard]] std::optional<std::uint64_t> in_image(std::uint64_t address) const {
        const std::uint64_t offset = address - module_.start + module_.offset;
        for (const elf::segment& s : segments_) {
            if (offset >= s.offset && offset - s.offset < s.file_size) {
                return offset - s.offset + s.address;
            }
        }
        return std::nullopt;
    }
};

/// Names that somebody wrote down as text: JIT compilers in perf maps, the kernel in kallsyms.
class named_text {
public:
    /// Reads "START SIZE NAME" lines, in hexadecimal.
    [[nodiscard]] static named_text perf_map(std::string_view text) {
        named_text map;
        map.read(text, [&map](std::string_view line) {
            std::uint64_t start = 0;
            std::uint64_t size = 0;
            if (!take_hex(line, start) || !take_hex(line, size) || line.empty() || size > ~start) {
                return false;
            }
            if (size > 0) { map.index_.add(start, start + size, line); }
            return true;
        });
        return map;
    }

    /// Reads "ADDRESS TYPE NAME[\tMODULE]" lines, of which those of code are kept.
    [[nodiscard]] static named_text kallsyms(std::string_view text) {
        named_text map;
        bool hidden = true;
        map.read(text, [&map, &hidden](std::string_view line) {
            std::uint64_t start = 0;
            if (!take_hex(line, start) || line.size() < 3 || line[1] != ' ') { return false; }
            hidden = hidden && start == 0;
            if (start != 0 && std::string_view("tTwW").find(line[0]) != std::string_view::npos) {
                const std::string_view name = line.substr(2);
                map.index_.add(start, start, name.substr(0, name.find('\t')));
            }
            return true;
        });
        if (hidden && !text.empty() && map.skipped_.records == 0) { map.hidden_ = true; }
        return map;
    }

    [[nodiscard]] std::optional<std::string_view> find(std::uint64_t address) const {
        const symbol_range* range = index_.find(address);
        return range == nullptr ? std::nullopt : index_.symbol(*range);
    }

    [[nodiscard]] error problem(const std::string& path) const {
        if (hidden_) { return error{path + " hides all addresses (sysctl kernel.kptr_restrict)"}; }
        if (skipped_.records > 0) {
            return error{path + ": " + std::to_string(skipped_.records) +
                             " lines skipped, first: " + skipped_.first.message(),
                         0,
                         skipped_.first.offset};
        }
        return {};
    }

private:
    code_index index_;
    skipped skipped_;
    bool hidden_ = false;

    [[nodiscard]] static bool take_hex(std::string_view& line, std::uint64_t& value) {
        if (line.substr(0, 2) == "0x") { line.remove_prefix(2); }
        const char* end = line.data() + line.size();
        const std::from_chars_result read = std::from_chars(line.data(), end, value, 16);
        if (read.ec != std::errc() || read.ptr == end || *read.ptr != ' ') { return false; }
        line = std::string_view(read.ptr + 1, static_cast<std::size_t>(end - read.ptr) - 1);
        return true;
    }

    template <class Line>
    void read(std::string_view text, Line&& take_line) {
        std::uint64_t number = 0;
        while (!text.empty()) {
            const std::size_t end = (std::min)(text.find('\n'), text.size());
            ++number;
            if (end > 0 && !take_line(text.substr(0, end))) {
                skipped_.add("an address and a name were expected", number);
            }
            text.remove_prefix((std::min)(end + 1, text.size()));
        }
        index_.finish();
    }
};

/// Names the addresses of profiles. Keeps files, tables and names from one profile to the next, as
/// slices of one program have the same modules. Thread safety: none.
class symbolizer {
public:
    explicit symbolizer(symbol_options options = {})
        : options_(std::move(options)) {}

    /// Returns the profile with a name for every frame that has an address and no function yet.
    /// See `wick::symbolize`.
    [[nodiscard]] symbolized name(const profile& raw) {
        symbolized made;
        read_texts(made);
        std::vector<std::size_t> reports(raw.modules.size(), none);
        std::vector<module_names*> names(raw.modules.size(), nullptr);
        bool has_lines = false;
        made.named = map_frames(raw, [&](frame f) {
            if (f.address != 0 && f.function.empty()) {
                ++made.addresses;
                module_names*& of_module = names[f.module];
                if (of_module == nullptr) { of_module = &names_of(raw.modules[f.module]); }
                const bool found = name_frame(f, *of_module);
                count(made, reports[f.module], raw.modules[f.module], found);
            }
            f.address = options_.keep_addresses ? f.address : 0;
            has_lines = has_lines || f.at_line != 0;
            return f;
        });
        if (!options_.keep_addresses) {
            made.named.detail = has_lines ? profile_detail::line : profile_detail::function;
        }
        for (std::size_t m = 0; m < reports.size(); ++m) {
            if (reports[m] != none && made.modules[reports[m]].unnamed > 0) {
                made.modules[reports[m]].problem = problem_of(*names[m]);
            }
        }
        return made;
    }

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    symbol_options options_;
    std::vector<std::unique_ptr<module_names>> modules_; // they are pointed at
    named_text jit_;
    named_text kernel_;

    [[nodiscard]] module_names& names_of(const loaded_module& module) {
        for (const auto& known : modules_) {
            if (known->module() == module) { return *known; }
        }
        modules_.push_back(std::make_unique<module_names>(module, options_));
        return *modules_.back();
    }

    [[nodiscard]] static error problem_of(const module_names& of_module) {
        const loaded_module& module = of_module.module();
        if (module.path.empty()) { return error{"addresses outside every module"}; }
        return has_image(module) ? of_module.problem() : error{module.path + " is no file"};
    }

    void read_texts(symbolized& made) {
        jit_ = read_text(made, options_.perf_map, &named_text::perf_map);
        kernel_ = read_text(made, options_.kallsyms, &named_text::kallsyms);
    }

    // Read again for each profile: JIT compilers add to their map while they run.
    [[nodiscard]] static named_text
    read_text(symbolized& made, const std::string& path, named_text (*parse)(std::string_view)) {
        if (path.empty()) { return {}; }
        const result<std::string> text = read_file(path);
        named_text names = parse(text.value);
        error problem = text ? names.problem(path) : text.error;
        if (problem) { made.modules.push_back({path, 0, 0, std::move(problem)}); }
        return names;
    }

    [[nodiscard]] bool name_frame(frame& f, module_names& of_module) {
        const loaded_module& module = of_module.module();
        if (has_image(module)) {
            const std::string* name = of_module.find(f.address);
            if (name != nullptr) {
                f.function = *name;
                return true;
            }
        } else if (f.kind == frame_kind::kernel || f.address >> 63 != 0) {
            f.kind = frame_kind::kernel;
            if (take(f, kernel_.find(f.address))) { return true; }
        } else if (take(f, jit_.find(f.address))) {
            f.kind = frame_kind::jit;
            return true;
        }
        // Bare addresses differ from run to run, so that no two profiles would compare.
        if (module.path.empty()) {
            f.function = "[unknown]";
        } else {
            loaded_module shown = module;
            shown.path = without_deleted(module.path);
            append_place(f.function, shown, f.address);
        }
        return false;
    }

    [[nodiscard]] static bool take(frame& f, const std::optional<std::string_view>& name) {
        if (!name) { return false; }
        f.function = *name;
        return true;
    }

    static void
    count(symbolized& made, std::size_t& report, const loaded_module& module, bool found) {
        if (report == none) {
            report = made.modules.size();
            made.modules.push_back({module.path, 0, 0, {}});
        }
        ++made.modules[report].addresses;
        made.modules[report].unnamed += found ? 0 : 1;
        made.unnamed += found ? 0 : 1;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/thread_roster.hpp - the threads that are sampled, and their CPU time (Linux).
#ifndef WICK_DETAIL_THREAD_ROSTER_HPP
#define WICK_DETAIL_THREAD_ROSTER_HPP

// wick/detail/thread_timers.hpp - CPU clocks and timers of the process's threads (Linux).
#ifndef WICK_DETAIL_THREAD_TIMERS_HPP
#define WICK_DETAIL_THREAD_TIMERS_HPP


#include <algorithm> // std::sort
#include <cerrno>    // errno
#include <cstddef>   // std::size_t
#include <cstdint>   // nanoseconds
#include <cstdlib>   // std::strtol
#include <string>    // names of threads
#include <vector>    // the list of threads

#include <dirent.h>      // the threads are a directory
#include <signal.h>      // SIGEV_THREAD_ID
#include <sys/syscall.h> // SYS_timer_create and its kin
#include <time.h>        // clock_gettime
#include <unistd.h>      // syscall

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::uint64_t nanoseconds_per_second = 1000000000u;

/// Returns the number of the calling thread.
[[nodiscard]] inline pid_t current_tid() noexcept {
    return static_cast<pid_t>(::syscall(SYS_gettid));
}

/// Returns the id of the clock that counts the CPU time of a thread of this process, user and
/// kernel. The kernel's encoding: the number's complement, "one thread", "as the scheduler counts".
[[nodiscard]] inline clockid_t thread_cpu_clock(pid_t tid) noexcept {
    constexpr std::uint32_t one_thread = 4, scheduler_time = 2;
    return static_cast<clockid_t>((~static_cast<std::uint32_t>(tid) << 3) | one_thread |
                                  scheduler_time);
}

/// Returns what a clock says, in nanoseconds; 0 when there is no such clock (the thread has ended).
[[nodiscard]] inline std::uint64_t clock_ns(clockid_t clock) noexcept {
    timespec now{};
    if (::clock_gettime(clock, &now) != 0) { return 0; }
    return static_cast<std::uint64_t>(now.tv_sec) * nanoseconds_per_second +
           static_cast<std::uint64_t>(now.tv_nsec);
}

[[nodiscard]] inline timespec to_timespec(std::uint64_t ns) noexcept {
    timespec t{};
    t.tv_sec = static_cast<time_t>(ns / nanoseconds_per_second);
    t.tv_nsec = static_cast<long>(ns % nanoseconds_per_second);
    return t;
}

/// A timer of the kernel's that interrupts one thread each time that it has used some CPU time. The
/// C library refuses the clocks of other threads, so the system calls are made directly. Not RAII:
/// after a fork the child has to forget its parent's timers, not delete those that happen to have
/// their numbers.
class thread_timer {
public:
    /// Makes a timer, not yet running, that sends `signal` with `cookie` to the thread and to no
    /// other. Returns 0 or an errno: EAGAIN at the limit of pending signals, EINVAL when the thread
    /// has ended.
    [[nodiscard]] int create(pid_t tid, int signal, std::uint64_t cookie) noexcept {
        struct { // the kernel's sigevent: C libraries disagree on the name of `tid`
            std::uint64_t value;
            int signo, notify, tid, unused[11];
        } event{};
        static_assert(sizeof event == 64 && sizeof(void*) == 8, "the kernel's layout on 64 bits");
        event.value = cookie;
        event.signo = signal;
        event.notify = SIGEV_THREAD_ID;
        event.tid = tid;
        int id = -1;
        if (::syscall(SYS_timer_create, thread_cpu_clock(tid), &event, &id) != 0) { return errno; }
        id_ = id;
        return 0;
    }

    /// Lets it expire first when the thread has used `first_ns` more, then each `interval_ns`.
    /// Returns 0 or an errno.
    [[nodiscard]] int run(std::uint64_t first_ns, std::uint64_t interval_ns) noexcept {
        itimerspec times{};
        times.it_value = to_timespec(first_ns);
        times.it_interval = to_timespec(interval_ns);
        return ::syscall(SYS_timer_settime, id_, 0, &times, nullptr) == 0 ? 0 : errno;
    }

    /// False when its thread has ended, even if another has got the same number since. Running
    /// only.
    [[nodiscard]] bool alive() const noexcept {
        itimerspec left{};
        return ::syscall(SYS_timer_gettime, id_, &left) == 0 &&
               (left.it_value.tv_sec != 0 || left.it_value.tv_nsec != 0);
    }

    void remove() noexcept {
        if (id_ >= 0) { ::syscall(SYS_timer_delete, id_); }
        id_ = -1;
    }

    [[nodiscard]] bool exists() const noexcept { return id_ >= 0; }

private:
    int id_ = -1;
};

/// Returns the numbers of all threads of this process, sorted; none when /proc cannot be read.
[[nodiscard]] inline std::vector<pid_t> list_threads() {
    std::vector<pid_t> tids;
    DIR* directory = ::opendir("/proc/self/task");
    if (directory == nullptr) { return tids; }
    while (const dirent* entry = ::readdir(directory)) {
        const long tid = std::strtol(entry->d_name, nullptr, 10);
        if (tid > 0) { tids.push_back(static_cast<pid_t>(tid)); }
    }
    ::closedir(directory);
    std::sort(tids.begin(), tids.end());
    return tids;
}

/// Returns the name of a thread of this process; empty when it has ended.
[[nodiscard]] inline std::string thread_name(pid_t tid) {
    const result<file_descriptor> file =
        open_file("/proc/self/task/" + std::to_string(tid) + "/comm");
    char text[64]; // names have at most 15 bytes, those of workers of the kernel's some more
    const std::size_t size = file ? descriptor_source{file.value.get()}(text, sizeof text) : 0;
    std::string name(text, size);
    if (!name.empty() && name.back() == '\n') { name.pop_back(); }
    return name;
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm> // std::lower_bound
#include <cerrno>    // ENOMEM and others
#include <cstddef>   // std::size_t
#include <cstdint>   // counters
#include <cstdlib>   // std::strtoull
#include <cstring>   // std::memset
#include <new>       // placement
#include <string>    // names of threads
#include <utility>   // std::move
#include <vector>    // the tasks

#include <sched.h>    // sched_yield
#include <sys/mman.h> // slots live in mappings
#include <unistd.h>   // getpid

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns anonymous zero memory that is never swapped for something else, or null.
[[nodiscard]] inline void* map_memory(std::size_t bytes) noexcept {
    void* at = ::mmap(
        nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? nullptr : at;
}

/// Waits until the handler is not at work in a slot. Call with its cookie cleared.
inline void await_handler(const thread_slot& slot) noexcept {
    while (slot.busy.load(std::memory_order_seq_cst) != 0) { ::sched_yield(); }
}

/// Returns a slot that nobody uses, with an empty ring, or null when there is no memory or there
/// are max_slots threads. Call with the runtime's lock held.
[[nodiscard]] inline thread_slot* take_slot(std::size_t ring_words, std::uint32_t depth) noexcept {
    sampler_runtime& shared = runtime();
    if (shared.slots.load(std::memory_order_relaxed) == nullptr) {
        shared.slots.store(static_cast<std::atomic<thread_slot*>*>(map_memory(
                               sizeof(std::atomic<thread_slot*>) * sampler_runtime::max_slots)),
                           std::memory_order_release);
    }
    std::atomic<thread_slot*>* slots = shared.slots.load(std::memory_order_relaxed);
    thread_slot* slot = shared.free_slots;
    if (slot != nullptr) {
        shared.free_slots = slot->next_free;
    } else {
        if (slots == nullptr || shared.slots_made == sampler_runtime::max_slots) { return nullptr; }
        void* memory = map_memory(sizeof(thread_slot));
        if (memory == nullptr) { return nullptr; }
        slot = new (memory) thread_slot;
        slot->index = shared.slots_made++;
        slots[slot->index].store(slot, std::memory_order_release);
    }
    const std::size_t bytes = sample_ring::memory_words(ring_words, depth) * sizeof(std::uintptr_t);
    if (slot->ring_bytes != bytes) {
        if (slot->ring_memory != nullptr) { ::munmap(slot->ring_memory, slot->ring_bytes); }
        slot->ring_memory = map_memory(bytes);
        slot->ring_bytes = slot->ring_memory == nullptr ? 0 : bytes;
    }
    if (slot->ring_memory == nullptr) {
        slot->next_free = shared.free_slots;
        shared.free_slots = slot;
        return nullptr;
    }
    slot->ring.attach(static_cast<std::uintptr_t*>(slot->ring_memory), ring_words, depth);
    return slot;
}

/// Gives a slot back whose cookie is cleared and whose handler is done. Call with the lock held.
inline void give_back(thread_slot* slot) noexcept {
    slot->next_free = runtime().free_slots;
    runtime().free_slots = slot;
}

/// Returns the address at which the main thread's stack ends; 0: unknown.
[[nodiscard]] inline std::uintptr_t find_main_stack_top() {
    const std::string maps = read_file("/proc/self/maps").value;
    const std::size_t label = maps.find(" [stack]\n");
    if (label == std::string::npos) { return 0; }
    const std::size_t line = maps.rfind('\n', label) + 1; // "START-END rw-p ...", or 0 after npos
    const std::size_t end = maps.find('-', line);
    return static_cast<std::uintptr_t>(std::strtoull(maps.c_str() + end + 1, nullptr, 16));
}

/// How a roster samples.
struct roster_options {
    int signal = 0;
    std::uint64_t interval_ns = 0;
    std::uint32_t depth = 0;
    std::size_t ring_words = 0;
    pid_t except = 0; ///< the collector
};

/// What a roster has counted since begin().
struct roster_totals {
    std::uint64_t delivered = 0;  ///< signals
    std::uint64_t dropped = 0;    ///< of them, those that found no room
    std::uint64_t covered_ns = 0; ///< CPU time that samples stand for
    std::uint64_t threads = 0;    ///< that were ever sampled
    std::uint64_t timers = 0;     ///< that exist now
    std::uint64_t refused = 0;    ///< threads that are there now, and that got no timer
    int refusal = 0;              ///< errno of the latest of these
};

/// The threads of this process and what samples each of them. All members want the runtime's lock
/// held. Cost of rescan() and collect(): some system calls for each thread.
class thread_roster {
public:
    void begin(const roster_options& options) {
        options_ = options;
        past_ = {};
        main_stack_top_ = find_main_stack_top();
    }

    /// Looks for threads that have come and gone. `record(task name, tid, sample)` gets what the
    /// latter left behind. False when the threads cannot be listed.
    template <class Record>
    [[nodiscard]] bool rescan(Record&& record) {
        const std::vector<pid_t> tids = list_threads();
        if (tids.empty()) {
            return false; // no descriptor was free: those that are known go on
        }
        std::size_t kept = 0;
        std::size_t next = 0;
        std::vector<pid_t> fresh;
        for (std::size_t i = 0; i < tasks_.size(); ++i) {
            for (; next < tids.size() && tids[next] < tasks_[i].tid; ++next) {
                fresh.push_back(tids[next]);
            }
            const bool listed = next < tids.size() && tids[next] == tasks_[i].tid;
            const bool retry = tasks_[i].slot == nullptr;
            // A number that is still there may be another thread's by now: then the timer is dead.
            if (listed && !retry && tasks_[i].timer.alive()) {
                ++next;
                if (kept != i) { tasks_[kept] = std::move(tasks_[i]); }
                ++kept;
                continue;
            }
            retire(tasks_[i], record);
        }
        tasks_.resize(kept);
        fresh.insert(fresh.end(), tids.begin() + static_cast<std::ptrdiff_t>(next), tids.end());
        for (const pid_t tid : fresh) { add(tid); }
        return true;
    }

    /// Starts to sample a thread, unless it is sampled already or has ended since it was listed.
    void add(pid_t tid) {
        const auto at = position(tid);
        if (tid == options_.except || (at != tasks_.end() && at->tid == tid)) { return; }
        task added;
        added.tid = tid;
        added.name = thread_name(tid);
        added.refusal = arm(added);
        if (added.refusal == EINVAL || added.refusal == ESRCH) { return; } // it has ended
        past_.threads += added.slot != nullptr ? 1 : 0;
        tasks_.insert(at, std::move(added));
    }

    /// Stops to sample a thread, which may be the calling one; nothing when it is not sampled.
    template <class Record>
    void remove(pid_t tid, Record&& record) {
        const auto at = position(tid);
        if (at == tasks_.end() || at->tid != tid) { return; }
        read_clock(*at);
        retire(*at, record);
        tasks_.erase(at);
    }

    /// Empties the rings and reads the clocks.
    template <class Record>
    void collect(Record&& record) {
        for (task& each : tasks_) {
            if (each.slot != nullptr) {
                drain(each, record);
                read_clock(each);
            }
        }
    }

    /// Deletes all timers and takes in what they still delivered: afterwards delivered = recorded +
    /// dropped.
    template <class Record>
    void end(Record&& record) {
        for (task& each : tasks_) {
            each.timer.remove(); // all of them first: the rest can take a while
        }
        for (task& each : tasks_) {
            read_clock(each);
            retire(each, record);
        }
        tasks_.clear();
    }

    /// For the child of a fork, in which neither the threads nor their timers exist.
    void forget() {
        for (task& each : tasks_) {
            if (each.slot != nullptr) {
                each.slot->cookie.store(0, std::memory_order_seq_cst);
                each.slot->busy.store(0, std::memory_order_seq_cst);
                give_back(each.slot);
            }
        }
        tasks_.clear();
        past_ = {};
    }

    [[nodiscard]] roster_totals totals() const noexcept {
        roster_totals sum = past_;
        for (const task& each : tasks_) {
            if (each.slot == nullptr) {
                ++sum.refused;
                sum.refusal = each.refusal;
                continue;
            }
            ++sum.timers;
            sum.delivered += each.slot->delivered.load(std::memory_order_relaxed);
            sum.dropped += each.slot->dropped.load(std::memory_order_relaxed);
            sum.covered_ns += covered_ns(each);
        }
        return sum;
    }

    /// True when the handler was seen outside of each slot since the call, which does not wait.
    [[nodiscard]] bool is_quiet() const noexcept {
        for (const task& each : tasks_) {
            if (each.slot != nullptr && each.slot->busy.load(std::memory_order_seq_cst) != 0) {
                return false;
            }
        }
        return true;
    }

private:
    struct task {
        pid_t tid = 0;
        thread_timer timer{};
        thread_slot* slot = nullptr; // null: there is no timer, for the reason in `refusal`
        int refusal = 0;
        std::uint64_t cpu_first = 0;   // CPU time of the thread when its timer began
        std::uint64_t cpu_last = 0;    // at the latest look
        std::uint64_t weight_last = 0; // delivered until that look
        std::string name;
    };

    roster_options options_;
    std::vector<task> tasks_; // by number
    roster_totals past_;      // of threads that have ended
    std::uintptr_t main_stack_top_ = 0;

    [[nodiscard]] std::vector<task>::iterator position(pid_t tid) {
        return std::lower_bound(
            tasks_.begin(), tasks_.end(), tid, [](const task& a, pid_t b) { return a.tid < b; });
    }

    // Returns 0, or the errno for which the thread gets no timer: EINVAL or ESRCH when it has
    // ended.
    [[nodiscard]] int arm(task& added) {
        thread_slot* slot = take_slot(options_.ring_words, options_.depth);
        if (slot == nullptr) { return ENOMEM; }
        reset(*slot, added.tid == ::getpid() ? main_stack_top_ : 0);
        const std::uint64_t cookie = (++runtime().uses << sampler_runtime::slot_bits) | slot->index;
        slot->cookie.store(cookie, std::memory_order_seq_cst);
        int refusal = added.timer.create(added.tid, options_.signal, cookie);
        added.cpu_first = clock_ns(thread_cpu_clock(added.tid));
        added.cpu_last = added.cpu_first;
        if (refusal == 0) {
            // A random phase: threads started together would be sampled together for ever, and one
            // that lives for less than an interval would never be.
            refusal = added.timer.run(1 + random_word(cookie) % options_.interval_ns,
                                      options_.interval_ns);
        }
        if (refusal == 0) {
            added.slot = slot;
            return 0;
        }
        added.timer.remove();
        slot->cookie.store(0, std::memory_order_seq_cst);
        await_handler(*slot);
        give_back(slot);
        return refusal;
    }

    [[nodiscard]] static std::uint64_t random_word(std::uint64_t salt) noexcept {
        return mix(clock_ns(CLOCK_MONOTONIC) ^ 0x9e3779b97f4a7c15u, salt * 0xe7037ed1a0b428dbu + 1);
    }

    static void reset(thread_slot& slot, std::uintptr_t stack_top) noexcept {
        slot.delivered.store(0, std::memory_order_relaxed);
        slot.delivered_weight.store(0, std::memory_order_relaxed);
        slot.dropped.store(0, std::memory_order_relaxed);
        slot.stack_top.store(stack_top, std::memory_order_relaxed);
        // It knows the last thread's stack. Not by assignment: a temporary may be more than there
        // is room for on the stack of a thread that announces itself.
        std::memset(&slot.cache, 0, sizeof slot.cache);
    }

    template <class Record>
    void drain(task& from, Record& record) {
        ring_sample sample;
        if (!from.slot->ring.front(sample)) { return; }
        // Threads are often named a moment after they were started.
        std::string name = thread_name(from.tid);
        if (!name.empty()) { from.name = std::move(name); }
        do {
            record(from.name, from.tid, sample);
            from.slot->ring.pop();
        } while (from.slot->ring.front(sample));
    }

    template <class Record>
    void retire(task& gone, Record& record) {
        gone.timer.remove();
        thread_slot* slot = gone.slot;
        if (slot == nullptr) { return; }
        slot->cookie.store(0, std::memory_order_seq_cst);
        await_handler(*slot);
        drain(gone, record);
        past_.delivered += slot->delivered.load(std::memory_order_relaxed);
        past_.dropped += slot->dropped.load(std::memory_order_relaxed);
        // What the thread used after the latest look at its clock is known from its samples only.
        const std::uint64_t since =
            slot->delivered_weight.load(std::memory_order_relaxed) - gone.weight_last;
        past_.covered_ns += covered_ns(gone) + since * options_.interval_ns;
        give_back(slot);
        gone.slot = nullptr;
    }

    static void read_clock(task& of) noexcept {
        const std::uint64_t now = clock_ns(thread_cpu_clock(of.tid));
        if (of.slot != nullptr && now >= of.cpu_last) {
            of.cpu_last = now;
            of.weight_last = of.slot->delivered_weight.load(std::memory_order_relaxed);
        }
    }

    // CPU time that samples stand for. A thread that blocks the signal runs on without any.
    [[nodiscard]] std::uint64_t covered_ns(const task& of) const noexcept {
        constexpr std::uint64_t tick_ns =
            10000000; // timers wait for a tick: 10 ms on the slowest kernels
        const std::uint64_t used = of.cpu_last - of.cpu_first;
        const std::uint64_t sampled = of.weight_last * options_.interval_ns;
        return used > sampled + 2 * (options_.interval_ns + tick_ns) ? sampled : used;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm> // std::max
#include <chrono>    // an interval as an option
#include <cstddef>   // std::size_t
#include <cstdint>   // counters
#include <memory>    // std::unique_ptr
#include <new>       // placement
#include <string>    // texts of errors
#include <utility>   // std::move, std::exchange
#include <vector>    // retired maps

#include <dlfcn.h>       // dlopen, in libraries
#include <pthread.h>     // the collector
#include <signal.h>      // masks
#include <sys/prctl.h>   // the collector's name
#include <sys/utsname.h> // the host
#include <time.h>        // clocks
#include <ucontext.h>    // getcontext

// Code of a library that may be closed, not of an executable: that has no use for dlopen, and
// linkers warn of it where it is static. A weak reference: before glibc 2.34 it is in a library of
// its own.
#if defined(__PIC__) && !defined(__PIE__)
#    define WICK_IN_LIBRARY 1
#    pragma weak dlopen
#else
#    define WICK_IN_LIBRARY 0
#endif

WICK_BEGIN_NAMESPACE

/// How to sample. Each field has a default that suits a program in production.
struct sampler_options {
    /// Samples for each second of CPU time that a thread uses: 0.1 to 10000. Not a divisor of the
    /// rates at which programs and kernels do things, so that these do not fall into step with it.
    double frequency_hz = 99;
    /// The same as a distance, 100 us to 10 s; when it is not 0, `frequency_hz` does not count.
    std::chrono::nanoseconds interval{0};
    /// The signal to use; 0: SIGPROF or, where that is taken, SIGVTALRM or a real-time signal.
    int signal = 0;
    /// Frames of a stack that are kept, the innermost ones: 1 to 4096. Cut stacks are marked and
    /// counted.
    std::uint32_t max_depth = 512;
    /// Room for samples between two looks of the collector, for each thread. At least two stacks of
    /// max_depth, at most 64 MiB. Memory is used as it is needed.
    std::size_t thread_buffer_bytes = std::size_t{128} << 10;
    /// Distinct calling contexts that are kept; further samples are dropped and counted. About 30
    /// bytes each.
    std::size_t max_nodes = std::size_t{1} << 22;
    /// True: each thread has its own root, "name (number)". Two runs then have no root in common.
    bool thread_numbers = false;
    /// Where snapshot() looks for names.
    symbol_options symbols{};
};

/// What a sampler has done since it was started, or since the latest reset.
struct sampler_stats {
    bool running = false;
    std::string mechanism;       ///< how samples are taken: "timer_create thread CPU"
    int signal = 0;              ///< the signal that is used
    double rate_asked_hz = 0;    ///< a second of CPU time
    double rate_attained_hz = 0; ///< weight for each second of CPU time, unsampled time included
    std::uint64_t delivered =
        0; ///< signals = recorded + dropped; while running, a few may be under way
    std::uint64_t recorded = 0;     ///< samples in the profile
    std::uint64_t weight = 0;       ///< theirs: each expiration that a signal stands for
    std::uint64_t dropped = 0;      ///< signals that found no room
    std::uint64_t truncated = 0;    ///< recorded samples whose stack is not whole
    std::uint64_t duration_ns = 0;  ///< wall time
    std::uint64_t cpu_ns = 0;       ///< CPU time of all threads but the sampler's own
    std::uint64_t unsampled_ns = 0; ///< of it, that of threads which no timer saw
    std::uint64_t collector_ns = 0; ///< CPU time of the sampler's own thread, not part of cpu_ns
    std::uint64_t threads = 0;      ///< sampled since start()
    std::uint64_t timers = 0;       ///< that exist now: one a thread
    std::uint64_t refused = 0;      ///< threads for which the system gave no timer
    std::string note;               ///< what went wrong meanwhile; empty: nothing
};

/// What snapshot() and raw() leave behind.
struct snapshot_options {
    bool reset =
        false; ///< true: the next profile starts here, as a slice. Slices add up to the whole.
};

/// Samples all threads of this process by the CPU time they use, with a timer for each thread.
/// Threads that are there are found by start(), later ones within 100 ms; shorter-lived ones can
/// announce themselves. One sampler runs at a time in a process.
///
/// The profile has a root for each thread name, and stacks below it whose `self` counts expirations
/// of timers ("samples"), and whose `count` counts signals. Kernels check these timers at ticks,
/// 100 to 1000 a second: above that rate one signal stands for several expirations, and `self` is
/// still right.
///
/// Threads that block all signals, that end before they are found, or that the kernel has made for
/// itself cannot be sampled; their CPU time is counted as `unsampled_ns`. Sleeping threads are not
/// disturbed: they use no CPU time. The signal's interruptions restart system calls where the
/// kernel can do so.
///
/// fork: the child is not sampled, and its sampler objects are stopped and empty. exec ends
/// sampling. A destructor or stop() ends it too; what was sampled can be read until the next
/// start().
///
/// Thread safety: all members may be called by any thread, but not by signal handlers. The
/// constructor does nothing, and the destructor must not meet another call.
class sampler {
public:
    sampler() = default;
    ~sampler() { stop(); }
    sampler(const sampler&) = delete;
    sampler& operator=(const sampler&) = delete;

    /// Starts to sample, from nothing: what an earlier run has left is cleared. Returns how, see
    /// stats(). Errors: an option out of range, a sampler that runs already (also one of another
    /// copy of wick, as in a plugin with hidden visibility), a signal that is taken, a system
    /// without threads or /proc to spare. Cost: milliseconds for reading the unwind tables, and a
    /// timer for each thread.
    [[nodiscard]] result<sampler_stats> start(const sampler_options& options = {});

    /// Ends sampling; nothing when it does not run. Afterwards delivered = recorded + dropped.
    void stop();

    [[nodiscard]] bool running() const {
        const locked hold;
        return detail::runtime().active == this && !stopping_;
    }

    /// Returns what was sampled so far, by function name, without stopping.
    /// Cost: a copy of the tree, and the reading of symbol tables that are new. Allocates.
    [[nodiscard]] profile snapshot(const snapshot_options& options = {}) {
        const finishing hold(*this);
        return symbolizer_.name(take(options)).named;
    }

    /// Returns the same with addresses in modules, to be named by symbols.hpp, here or elsewhere.
    [[nodiscard]] profile raw(const snapshot_options& options = {}) {
        const finishing hold(*this);
        return take(options);
    }

    /// Returns what was done so far, and how well.
    [[nodiscard]] sampler_stats stats();

    /// Lets the running sampler, if there is one, sample the calling thread from now on, rather
    /// than when it is found. For threads that live for less than 100 ms; see sampled_thread.
    static void announce_thread() {
        const locked hold;
        sampler* active = detail::runtime().active;
        // A signal that was taken over may not be sent any more.
        if (active != nullptr && !active->lost_signal_) {
            active->roster_.add(detail::current_tid());
        }
    }

private:
    friend class sampled_thread;

    static constexpr const char* mechanism = "timer_create thread CPU";
    // Twice in 100 ms, within which a new thread has to be found.
    static constexpr std::uint64_t scan_interval_ns = 50000000;
    static constexpr const char* collector_name = "wick-sampler";
    static constexpr const char* ended_collector_name = "wick-ended";

    // The lock of this copy of wick. All members are used under it, but for the last ones.
    struct locked {
        locked() { ::pthread_mutex_lock(&detail::runtime().lock); }
        ~locked() { ::pthread_mutex_unlock(&detail::runtime().lock); }
        locked(const locked&) = delete;
        locked& operator=(const locked&) = delete;
    };
    // The reverse, in a function that was called with the lock.
    struct unlocked {
        unlocked() { ::pthread_mutex_unlock(&detail::runtime().lock); }
        ~unlocked() { ::pthread_mutex_lock(&detail::runtime().lock); }
        unlocked(const unlocked&) = delete;
        unlocked& operator=(const unlocked&) = delete;
    };
    // Merging and naming take long and need nothing of the collector's: they have a lock of their
    // own, which is taken before the other one.
    struct finishing {
        explicit finishing(sampler& of)
            : of_(of) {
            ::pthread_mutex_lock(&of_.finishing_lock_);
        }
        ~finishing() { ::pthread_mutex_unlock(&of_.finishing_lock_); }
        finishing(const finishing&) = delete;
        finishing& operator=(const finishing&) = delete;

    private:
        sampler& of_;
    };
    // Where the clocks stood when something began.
    struct reading {
        std::uint64_t wall_ns = 0;
        std::uint64_t process_ns = 0;   // CPU time of the process
        std::uint64_t collector_ns = 0; // the part of it that is the collector's
        detail::roster_totals roster;
    };

    sampler_options options_;
    std::uint64_t interval_ns_ = 0;
    int signal_ = 0;
    detail::thread_roster roster_;
    detail::stack_recorder recorder_;
    reading since_;  // at start() or the latest reset
    reading latest_; // at the latest collect()
    std::string note_;
    std::unique_ptr<const detail::code_map> map_;
    std::vector<std::unique_ptr<const detail::code_map>> old_maps_; // the handler may be using one
    pthread_t collector_{};
    pthread_cond_t wake_;
    pid_t collector_tid_ = 0;        // 0: the collector is not there yet
    std::uint64_t collector_ns_ = 0; // its CPU time when it ended
    bool stopping_ = false;
    bool lost_signal_ = false;

    pthread_mutex_t finishing_lock_ = PTHREAD_MUTEX_INITIALIZER;
    profile finished_; // what was taken from recorder_ since the latest reset
    detail::symbolizer symbolizer_;

    [[nodiscard]] static result<std::uint64_t> checked_interval(const sampler_options& options);
    [[nodiscard]] static error problem_with(const sampler_options& options);
    [[nodiscard]] error begin(const sampler_options& options,
                              std::unique_ptr<const detail::code_map> map);
    [[nodiscard]] error start_collector();
    void end_collector(pthread_t collector);
    [[nodiscard]] error find_other_copy() const;
    void warm_up();
    static void pin_this_module(const detail::code_map& map);
    static void handle_forks();

    static void* run_collector(void* self);
    void collect_until_stopped();
    void look();
    void catch_up();
    void reset_figures();
    [[nodiscard]] std::unique_ptr<const detail::code_map> newer_map() const;
    void collect(std::unique_ptr<const detail::code_map> newer);
    void rescan(const detail::code_map* newer);
    void watch_signal();
    void read_clocks();
    void end();
    void forget();
    [[nodiscard]] sampler_stats figures() const;
    [[nodiscard]] origin where_from() const;
    [[nodiscard]] profile take(const snapshot_options& options);

    // What the roster calls with each sample.
    [[nodiscard]] auto recording(const detail::code_map* newer = nullptr) {
        return
            [this, newer](const std::string& name, pid_t tid, const detail::ring_sample& sample) {
                if (options_.thread_numbers) {
                    recorder_.record(name + " (" + std::to_string(tid) + ")", sample, *map_, newer);
                } else {
                    recorder_.record(name, sample, *map_, newer);
                }
            };
    }
};

/// Announces the thread that it is made by, and takes in its samples and CPU time when it is
/// destroyed: with it even a thread that lives for a moment is counted to its end. Free when no
/// sampler runs: two locks.
class sampled_thread {
public:
    sampled_thread() { sampler::announce_thread(); }
    ~sampled_thread() {
        const sampler::locked hold;
        if (sampler* active = detail::runtime().active) {
            active->roster_.remove(detail::current_tid(), active->recording());
        }
    }
    sampled_thread(const sampled_thread&) = delete;
    sampled_thread& operator=(const sampled_thread&) = delete;
};

inline result<std::uint64_t> sampler::checked_interval(const sampler_options& options) {
    constexpr std::int64_t shortest = 100000, longest = 10000000000;
    const std::int64_t given = options.interval.count();
    if (given != 0) {
        if (given < shortest || given > longest) {
            return {0,
                    error{"an interval of " + std::to_string(given) +
                          " ns: expected 100 us (100000) to 10 s"}};
        }
        return {static_cast<std::uint64_t>(given), {}};
    }
    // Written so that what is not a number is refused as well.
    if (!(options.frequency_hz >= 0.1 && options.frequency_hz <= 10000)) {
        return {0,
                error{"a frequency of " + std::to_string(options.frequency_hz) +
                      " Hz: expected 0.1 to 10000"}};
    }
    return {static_cast<std::uint64_t>(1e9 / options.frequency_hz + 0.5), {}};
}

inline error sampler::problem_with(const sampler_options& options) {
    constexpr std::size_t largest = std::size_t{64} << 20;
    const error problem = checked_interval(options).error;
    if (problem) { return problem; }
    if (options.max_depth < 1 || options.max_depth > 4096) {
        return error{"a max_depth of " + std::to_string(options.max_depth) +
                     ": expected 1 to 4096"};
    }
    const std::size_t stack_bytes = detail::sample_ring::memory_words(0, options.max_depth) * 8;
    if (options.thread_buffer_bytes < 2 * stack_bytes || options.thread_buffer_bytes > largest) {
        return error{"thread_buffer_bytes of " + std::to_string(options.thread_buffer_bytes) +
                     ": expected " + std::to_string(2 * stack_bytes) + " (two stacks) to 64 MiB"};
    }
    if (options.max_nodes < 1 || options.max_nodes > 0xfffffff0u) {
        return error{"max_nodes is out of range: expected 1 to 2^32 - 16"};
    }
    return {};
}

inline result<sampler_stats> sampler::start(const sampler_options& options) {
    result<sampler_stats> started;
    started.error = problem_with(options);
    if (started.error) { return started; }
    auto map = std::make_unique<const detail::code_map>(detail::code_map::load());
    const finishing alone(*this);
    const locked hold;
    started.error = begin(options, std::move(map));
    if (!started.error) { started.value = figures(); }
    return started;
}

// Called with both locks held.
inline error sampler::begin(const sampler_options& options,
                            std::unique_ptr<const detail::code_map> map) {
    detail::sampler_runtime& shared = detail::runtime();
    if (shared.owner != nullptr) {
        return error{shared.owner == this ? "this sampler is running already"
                                          : "another sampler is running in this process"};
    }
    const result<int> claimed = detail::claim_signal(options.signal, detail::on_sample_signal);
    if (!claimed) { return claimed.error; }
    pin_this_module(*map);
    handle_forks();
    map_ = std::move(map);
    shared.map.store(map_.get(), std::memory_order_seq_cst);
    shared.owner = this; // from here on, another start() is refused
    shared.signal = claimed.value;
    const error problem = start_collector();
    if (problem) {
        end();
        return problem;
    }
    options_ = options;
    interval_ns_ = checked_interval(options).value;
    signal_ = claimed.value;
    recorder_ = detail::stack_recorder(options.max_nodes);
    finished_ = profile();
    symbolizer_ = detail::symbolizer(options.symbols);
    note_.clear();
    lost_signal_ = false;
    detail::roster_options how;
    how.signal = signal_;
    how.interval_ns = interval_ns_;
    how.depth = options.max_depth;
    how.ring_words = options.thread_buffer_bytes / sizeof(std::uintptr_t);
    how.except = collector_tid_;
    roster_.begin(how);
    warm_up();
    read_clocks();
    since_ = latest_;
    rescan(nullptr);
    latest_.roster = roster_.totals();
    shared.active = this;
    return {};
}

// Returns with the lock held, as it was called; in between it waits without.
inline error sampler::start_collector() {
    stopping_ = false;
    collector_tid_ = 0;
    collector_ns_ = 0;
    pthread_condattr_t monotonic;
    ::pthread_condattr_init(&monotonic);
    ::pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    ::pthread_cond_init(&wake_, &monotonic);
    ::pthread_condattr_destroy(&monotonic);
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(
        SIG_SETMASK, &all, &before); // inherited: no handler of the program's runs there
    const int refused = ::pthread_create(&collector_, nullptr, run_collector, this);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (refused != 0) {
        ::pthread_cond_destroy(&wake_);
        return detail::system_error("cannot start the sampler's thread", refused);
    }
    while (collector_tid_ == 0) { ::pthread_cond_wait(&wake_, &detail::runtime().lock); }
    const error problem = find_other_copy();
    if (problem) {
        stopping_ = true;
        ::pthread_cond_broadcast(&wake_);
        const unlocked release;
        end_collector(collector_);
    }
    return problem;
}

inline void sampler::end_collector(pthread_t collector) {
    ::pthread_join(collector, nullptr);
    ::pthread_cond_destroy(&wake_);
}

// A plugin with hidden visibility has a `runtime()` of its own. What all copies share is the list
// of the process's threads: where a thread with the collector's name is that is not ours, another
// copy runs. Our own is there already, so that of two that start together at least one sees the
// other.
inline error sampler::find_other_copy() const {
    const std::vector<pid_t> tids = detail::list_threads();
    if (tids.empty()) { return error{"cannot list this process's threads in /proc/self/task"}; }
    for (const pid_t tid : tids) {
        if (tid != collector_tid_ && detail::thread_name(tid) == collector_name) {
            return error{"another copy of wick is sampling this process (thread " +
                         std::to_string(tid) + "): one library has its own, or two were starting"};
        }
    }
    return {};
}

// The first call of a function in a shared library may go through the dynamic linker, which is not
// for signal handlers: every function that the handler calls is called once before.
inline void sampler::warm_up() {
    detail::thread_slot* slot = detail::take_slot(
        options_.thread_buffer_bytes / sizeof(std::uintptr_t), options_.max_depth);
    ucontext_t here{};
    if (slot == nullptr || ::getcontext(&here) != 0) { return; }
    slot->stack_top.store(0, std::memory_order_relaxed);
    siginfo_t stale{};
    stale.si_code = SI_TIMER;
    detail::on_sample_signal(0, &stale, &here);
    detail::take_sample(*slot, 1, here);
    detail::give_back(slot);
}

// The handler stays installed for good, so that its code has to stay mapped when a plugin is
// closed.
inline void sampler::pin_this_module([[maybe_unused]] const detail::code_map& map) {
#if WICK_IN_LIBRARY
    const auto code = reinterpret_cast<std::uintptr_t>(&detail::on_sample_signal);
    const detail::code_module* own = map.find(code);
    if (own != nullptr && !own->path.empty() && &::dlopen != nullptr) {
        ::dlopen(own->path.c_str(), RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    }
#endif
}

// Timers are not inherited, threads neither; locks are. And a fork that takes longer than an
// interval would be interrupted and started again for ever: the signal is blocked meanwhile.
inline void sampler::handle_forks() {
    if (detail::runtime().handles_fork) { return; }
    detail::runtime().handles_fork = true;
    ::pthread_atfork(
        [] {
            detail::sampler_runtime& shared = detail::runtime();
            ::pthread_mutex_lock(&shared.lock);
            sigset_t own;
            ::sigemptyset(&own);
            if (shared.signal != 0) { ::sigaddset(&own, shared.signal); }
            ::pthread_sigmask(SIG_BLOCK, &own, &shared.mask_before_fork);
        },
        [] {
            detail::sampler_runtime& shared = detail::runtime();
            const sigset_t mask = shared.mask_before_fork;
            ::pthread_mutex_unlock(&shared.lock);
            ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
        },
        [] {
            detail::sampler_runtime& shared = detail::runtime();
            const sigset_t mask = shared.mask_before_fork;
            if (shared.owner != nullptr) { shared.owner->forget(); }
            ::pthread_mutex_unlock(&shared.lock);
            ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
        });
}

// Without the collector, and without the timers.
inline void sampler::forget() {
    roster_.forget();
    recorder_ = detail::stack_recorder();
    since_ = latest_ = {};
    // A thread of the parent's may have been changing these: they are left as they are, not
    // destroyed.
    finishing_lock_ = PTHREAD_MUTEX_INITIALIZER;
    new (&finished_) profile;
    new (&symbolizer_) detail::symbolizer;
    end();
}

inline void sampler::stop() {
    pthread_t collector;
    {
        const locked hold;
        if (detail::runtime().active != this || stopping_) { return; }
        stopping_ = true;
        collector = collector_;
        ::pthread_cond_broadcast(&wake_);
    }
    end_collector(collector);
    const locked hold;
    roster_.end(recording());
    read_clocks();
    end();
}

// Lets go of what only a running sampler needs. No slot is in use.
inline void sampler::end() {
    detail::sampler_runtime& shared = detail::runtime();
    shared.map.store(nullptr, std::memory_order_seq_cst);
    shared.active = nullptr;
    shared.owner = nullptr;
    shared.signal = 0;
    map_.reset();
    old_maps_.clear();
}

inline void* sampler::run_collector(void* self) {
    ::prctl(PR_SET_NAME, collector_name);
    static_cast<sampler*>(self)->collect_until_stopped();
    // A thread is listed in /proc for a moment after it was joined: the next start would take it
    // for another copy's.
    ::prctl(PR_SET_NAME, ended_collector_name);
    return nullptr;
}

inline void sampler::collect_until_stopped() {
    const locked hold;
    collector_tid_ = detail::current_tid();
    ::pthread_cond_broadcast(&wake_); // start() waits
    while (!stopping_) {
        const std::uint64_t now = detail::clock_ns(CLOCK_MONOTONIC);
        const timespec until = detail::to_timespec(now + scan_interval_ns);
        ::pthread_cond_timedwait(&wake_, &detail::runtime().lock, &until);
        if (!stopping_ && detail::runtime().active == this) { look(); }
    }
    collector_ns_ = detail::clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

// One look of the collector at everything. Lets go of the lock in between.
inline void sampler::look() {
    std::unique_ptr<const detail::code_map> newer = newer_map();
    if (stopping_ || detail::runtime().active != this) { return; }
    watch_signal();
    if (!lost_signal_) { rescan(newer.get()); }
    collect(std::move(newer));
}

// Returns the modules if they are others than before, else null. Called with the lock, works
// without: whoever loads a library may want our lock while it holds the loader's.
inline std::unique_ptr<const detail::code_map> sampler::newer_map() const {
    const std::uint64_t known = map_ == nullptr ? 0 : map_->generation();
    std::unique_ptr<const detail::code_map> newer;
    const unlocked release;
    if (detail::code_map::current_generation() != known) {
        newer = std::make_unique<const detail::code_map>(detail::code_map::load());
    }
    return newer;
}

// Takes in what the rings hold. `newer`: the modules as they are now, if they have changed.
inline void sampler::collect(std::unique_ptr<const detail::code_map> newer) {
    roster_.collect(recording(newer.get()));
    if (newer != nullptr) {
        old_maps_.push_back(std::exchange(map_, std::move(newer)));
        detail::runtime().map.store(map_.get(), std::memory_order_seq_cst);
        recorder_.forget_places();
    }
    // Handlers that begin after the store above see the new map.
    if (!old_maps_.empty() && roster_.is_quiet()) { old_maps_.clear(); }
}

inline void sampler::rescan(const detail::code_map* newer) {
    if (!roster_.rescan(recording(newer)) && note_.empty()) {
        note_ = "cannot list this process's threads in /proc/self/task: new ones are not sampled";
    }
}

// Somebody who takes the signal over gets ours as well, and may take them for its own.
inline void sampler::watch_signal() {
    if (lost_signal_ || detail::is_handled_by(signal_, detail::on_sample_signal)) { return; }
    lost_signal_ = true;
    roster_.end(recording());
    note_ =
        "signal " + std::to_string(signal_) + " was taken over by somebody else: sampling ended";
}

inline void sampler::read_clocks() {
    latest_.wall_ns = detail::clock_ns(CLOCK_MONOTONIC);
    latest_.roster = roster_.totals();
    // After the threads' clocks, whose reading brings their share of the process's up to date.
    latest_.process_ns = detail::clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    const std::uint64_t collector = detail::clock_ns(detail::thread_cpu_clock(collector_tid_));
    latest_.collector_ns = (std::max)(collector, collector_ns_);
}

inline sampler_stats sampler::figures() const {
    const auto since = [](std::uint64_t now, std::uint64_t then) {
        return now > then ? now - then : 0;
    };
    const detail::recorded_totals& recorded = recorder_.totals();
    const detail::roster_totals& now = latest_.roster;
    sampler_stats s;
    s.running = detail::runtime().active == this;
    s.mechanism = interval_ns_ == 0 ? "" : mechanism;
    s.signal = signal_;
    s.rate_asked_hz = interval_ns_ == 0 ? 0 : 1e9 / static_cast<double>(interval_ns_);
    s.delivered = since(now.delivered, since_.roster.delivered);
    s.recorded = recorded.samples;
    s.weight = recorded.weight;
    s.dropped = since(now.dropped, since_.roster.dropped) + recorded.dropped;
    s.truncated = recorded.truncated;
    s.duration_ns = since(latest_.wall_ns, since_.wall_ns);
    s.collector_ns = since(latest_.collector_ns, since_.collector_ns);
    s.cpu_ns = since(since(latest_.process_ns, since_.process_ns), s.collector_ns);
    s.unsampled_ns = since(s.cpu_ns, since(now.covered_ns, since_.roster.covered_ns));
    s.threads = now.threads;
    s.timers = s.running ? now.timers : 0;
    s.refused = now.refused;
    s.note = note_;
    if (s.note.empty() && now.refused != 0) {
        s.note = detail::system_error("a thread got no timer", now.refusal).what;
    }
    if (s.cpu_ns != 0) {
        s.rate_attained_hz = static_cast<double>(s.weight) * 1e9 / static_cast<double>(s.cpu_ns);
    }
    return s;
}

inline origin sampler::where_from() const {
    const sampler_stats s = figures();
    origin from;
    // Only the program: arguments may hold what is nobody's business, and profiles are handed
    // around.
    const std::string arguments = detail::read_file("/proc/self/cmdline").value;
    from.command = arguments.c_str();
    utsname system{};
    if (::uname(&system) == 0) { from.host = system.nodename; }
    from.mechanism = s.mechanism;
    from.rate_asked_hz = s.rate_asked_hz;
    from.rate_attained_hz = s.rate_attained_hz;
    from.duration_ns = s.duration_ns;
    from.cpu_ns = s.cpu_ns;
    from.unsampled_ns = s.unsampled_ns;
    from.dropped = s.dropped;
    from.truncated = s.truncated;
    return from;
}

inline sampler_stats sampler::stats() {
    const locked hold;
    catch_up();
    return figures();
}

// Takes in what there is, if the sampler runs; it may be about to stop.
inline void sampler::catch_up() {
    if (detail::runtime().active != this) { return; }
    std::unique_ptr<const detail::code_map> newer = newer_map();
    if (detail::runtime().active == this) { // still
        collect(std::move(newer));
        read_clocks();
    }
}

// Lets the numbers begin anew. Signals that are under way, and were counted as delivered but not
// yet as recorded, belong to what follows.
inline void sampler::reset_figures() {
    const sampler_stats s = figures();
    const std::uint64_t settled = since_.roster.delivered + s.recorded + s.dropped;
    since_ = latest_;
    since_.roster.delivered = settled;
    recorder_.reset_totals();
}

// Called with the finishing lock held.
inline profile sampler::take(const snapshot_options& options) {
    profile_builder recent;
    origin from;
    {
        const locked hold;
        catch_up();
        from = where_from();
        recent = recorder_.take();
        if (options.reset) { reset_figures(); }
    }
    profile whole = recent.finish();
    if (!finished_.empty()) { // no process lives for the 2^63 intervals that would overflow
        whole = merge({std::exchange(finished_, profile()), std::move(whole)}).value;
    }
    if (!options.reset) { finished_ = whole; }
    {
        const locked hold;
        recorder_.keep_nodes(finished_.nodes.size());
    }
    if (!from.mechanism.empty()) { whole.origins.push_back(std::move(from)); }
    return whole;
}

WICK_END_NAMESPACE

#undef WICK_IN_LIBRARY

#endif
