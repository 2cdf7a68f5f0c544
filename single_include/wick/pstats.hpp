// wick 0.1.0, one header made of several by tools/amalgamate.py. Do not edit it:
// change these files under include/ and run the tool again.
//   wick/pstats.hpp
//   wick/call_graph.hpp
//   wick/detail/frame_text.hpp
//   wick/profile.hpp
//   wick/detail/hash.hpp
//   wick/version.hpp
//   wick/detail/text_records.hpp
//   wick/result.hpp
//   wick/detail/pattern.hpp
//   wick/detail/pattern_program.hpp
//   wick/detail/text.hpp
//   wick/detail/characters.hpp
//   wick/detail/python_text.hpp
//   wick/detail/writer.hpp
//   wick/detail/sink.hpp
//   wick/detail/text_table.hpp
//   wick/format/prof.hpp
//   wick/detail/byte_order.hpp
//   wick/detail/decimal.hpp
//   wick/detail/utf8.hpp
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

// wick/pstats.hpp - the call-graph analyzer: sort, restrict, callers, callees, print as pstats.
#ifndef WICK_PSTATS_HPP
#define WICK_PSTATS_HPP

// wick/call_graph.hpp - the value that pstats works on: functions and who calls whom, with figures.
#ifndef WICK_CALL_GRAPH_HPP
#define WICK_CALL_GRAPH_HPP

// wick/detail/frame_text.hpp - how a frame is called in text, and back.
#ifndef WICK_DETAIL_FRAME_TEXT_HPP
#define WICK_DETAIL_FRAME_TEXT_HPP

// wick/profile.hpp - the value that everything meets in: a calling-context tree with its weights.
#ifndef WICK_PROFILE_HPP
#define WICK_PROFILE_HPP

// wick/detail/hash.hpp - hashing of bytes, and a table from hashes to 32-bit ids.
#ifndef WICK_DETAIL_HASH_HPP
#define WICK_DETAIL_HASH_HPP

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

#include <algorithm>   // std::min
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <cstring>     // std::memcpy
#include <string>      // names
#include <string_view> // names that are looked up
#include <utility>     // std::move
#include <vector>      // functions, edges

WICK_BEGIN_NAMESPACE

/// What is known of a function, or of the calls from one function to another. Times are in the
/// graph's unit. They are floating-point numbers because those files hold them so: a number that
/// was read is kept to the last bit. Whole numbers up to 2^53 are exact (104 days of nanoseconds).
struct call_figures {
    std::uint64_t calls = 0;           ///< calls that ended; sampled: samples with it on the stack
    std::uint64_t primitive_calls = 0; ///< those not made by recursion; sampled: those ending in it
    double self = 0;                   ///< time in the function itself
    double cumulative = 0; ///< and in all that it called; of recursive calls, the outermost's only

    friend bool operator==(const call_figures& a, const call_figures& b) {
        return a.calls == b.calls && a.primitive_calls == b.primitive_calls &&
               !(a.self < b.self || a.self > b.self) &&
               !(a.cumulative < b.cumulative || a.cumulative > b.cumulative);
    }
    friend bool operator!=(const call_figures& a, const call_figures& b) { return !(a == b); }
};

/// How the figures of a call graph came about.
enum class graph_kind : std::uint8_t {
    exact,  ///< every call was seen
    sampled ///< counts are of samples
};

/// Functions, and the calls between them: what Python's cProfile writes and pstats shows. It is a
/// projection of a calling-context tree and cannot be turned back into one: what it says of stacks
/// (what is reached, what a path costs) is an approximation. Order is that of insertion, which
/// pstats shows. Invariants, checked by `validate()`: functions are distinct by file, line and
/// name; edges stand by callee, and are distinct; times are finite; the calls of all functions, and
/// those of all edges, add up to less than 2^63; functions that are not listed have no figures and
/// no callers.
struct call_graph {
    struct function {
        std::string file;      ///< "~" with line 0: none, as for built-in functions
        std::int32_t line = 0; ///< where it begins
        std::string name;
        bool listed = true; ///< false: only named as a caller, nothing else is known
        call_figures figures;

        friend bool operator==(const function& a, const function& b) {
            return a.line == b.line && a.listed == b.listed && a.figures == b.figures &&
                   a.name == b.name && a.file == b.file;
        }
        friend bool operator!=(const function& a, const function& b) { return !(a == b); }
    };
    struct edge {
        std::uint32_t caller = 0; ///< index into functions
        std::uint32_t callee = 0; ///< index into functions
        call_figures figures;     ///< those of the callee, as far as they come from this caller

        friend bool operator==(const edge& a, const edge& b) {
            return a.caller == b.caller && a.callee == b.callee && a.figures == b.figures;
        }
        friend bool operator!=(const edge& a, const edge& b) { return !(a == b); }
    };

    std::vector<function> functions;
    std::vector<edge> edges;
    std::vector<std::string> sources;    ///< a line for each file that it was read from
    std::string unit = "seconds";        ///< of times: "seconds", "nanoseconds", "samples", …
    graph_kind kind = graph_kind::exact; ///< how it was made
    bool edge_times = true;  ///< false: edges have counts only, as Python's `profile` has it
    double unattributed = 0; ///< time that belongs to no function: that of threads' roots and such

    friend bool operator==(const call_graph& a, const call_graph& b) {
        return a.kind == b.kind && a.edge_times == b.edge_times && a.unit == b.unit &&
               !(a.unattributed < b.unattributed || a.unattributed > b.unattributed) &&
               a.sources == b.sources && a.functions == b.functions && a.edges == b.edges;
    }
    friend bool operator!=(const call_graph& a, const call_graph& b) { return !(a == b); }
};

namespace detail {

/// The most calls that a graph may hold, so that no sum of any of them overflows.
inline constexpr std::uint64_t max_calls = 0x7fffffffffffffffu;

/// Returns how many of a unit are a second, or 0 where it is no unit of time.
[[nodiscard]] inline double units_per_second(std::string_view unit) noexcept {
    if (unit == "seconds" || unit == "s") { return 1; }
    if (unit == "milliseconds" || unit == "ms") { return 1e3; }
    if (unit == "microseconds" || unit == "us") { return 1e6; }
    if (unit == "nanoseconds" || unit == "ns") { return 1e9; }
    return 0;
}

inline void add_figures(call_figures& to, const call_figures& from) noexcept {
    to.calls += from.calls;
    to.primitive_calls += from.primitive_calls;
    to.self += from.self;
    to.cumulative += from.cumulative;
}

/// Adds up calls; false when they are too many.
[[nodiscard]] inline bool
add_calls(const call_figures& from, std::uint64_t& calls, std::uint64_t& primitive) noexcept {
    if (from.calls > max_calls - calls || from.primitive_calls > max_calls - primitive) {
        return false;
    }
    calls += from.calls;
    primitive += from.primitive_calls;
    return true;
}

/// Neither infinite nor no number. <cmath> has it too, and thousands of lines more.
[[nodiscard]] inline bool is_finite(double value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return (bits >> 52 & 0x7ff) != 0x7ff;
}

[[nodiscard]] inline bool is_finite(const call_figures& f) noexcept {
    return is_finite(f.self) && is_finite(f.cumulative);
}

} // namespace detail

/// Collects functions and calls in any order and makes a call graph of them.
/// Cost: a look-up for each function interned. Thread safety: none.
class call_graph_builder {
public:
    /// Returns the id of a function, which is the same for the same file, line and name.
    std::uint32_t intern(std::string_view file, std::int32_t line, std::string_view name) {
        const std::uint64_t start =
            seed_ + static_cast<std::uint32_t>(line) * std::uint64_t{0x9e3779b97f4a7c15u};
        const std::uint64_t hash = detail::hash_bytes(file, detail::hash_bytes(name, start));
        const std::uint32_t known = index_.find(hash, [&](std::uint32_t id) {
            const key& k = keys_[id];
            return k.line == line && k.name_size == name.size() && k.file_size == file.size() &&
                   detail::same_bytes(text_.data() + k.text, name.data(), k.name_size) &&
                   detail::same_bytes(
                       text_.data() + k.text + k.name_size, file.data(), k.file_size);
        });
        if (known != detail::id_table::none) { return known; }
        const auto id = static_cast<std::uint32_t>(keys_.size());
        keys_.push_back(key{text_.size(), name.size(), file.size(), line, unlisted});
        text_ += name;
        text_ += file;
        index_.insert(hash, id);
        return id;
    }

    /// Adds figures to a function. The first time gives it its place in the order.
    void add(std::uint32_t function, const call_figures& figures) {
        key& k = keys_[function];
        if (k.place == unlisted) {
            k.place = static_cast<std::uint32_t>(listed_.size());
            listed_.push_back(function);
            figures_.push_back(figures);
            return;
        }
        detail::add_figures(figures_[k.place], figures);
    }

    /// Adds calls from one function to another, which has to be listed by `add` sooner or later.
    void add_edge(std::uint32_t caller, std::uint32_t callee, const call_figures& figures) {
        edges_.push_back(call_graph::edge{caller, callee, figures});
    }

    [[nodiscard]] bool listed(std::uint32_t function) const {
        return keys_[function].place != unlisted;
    }
    [[nodiscard]] std::size_t edges() const noexcept { return edges_.size(); }
    [[nodiscard]] const call_graph::edge& edge(std::size_t index) const { return edges_[index]; }
    void reserve_edges(std::size_t edges) { edges_.reserve(edges); }

    /// Returns the graph of all that was added; calls from one function to another that were added
    /// apart are one edge. The builder is empty afterwards.
    [[nodiscard]] call_graph finish() {
        call_graph made;
        const std::vector<std::uint32_t> order = finish_functions(made);
        for (call_graph::edge& e : edges_) {
            e.caller = order[e.caller];
            e.callee = order[e.callee];
        }
        finish_edges(made);
        *this = call_graph_builder();
        return made;
    }

private:
    static constexpr std::uint32_t unlisted = 0xffffffffu;
    struct key {
        std::size_t text; // the name, and behind it the file
        std::size_t name_size;
        std::size_t file_size;
        std::int32_t line;
        std::uint32_t place; // among those listed
    };
    std::string text_;
    std::vector<key> keys_;
    std::vector<std::uint32_t> listed_;
    std::vector<call_figures> figures_; // of those
    std::vector<call_graph::edge> edges_;
    detail::id_table index_;
    std::uint64_t seed_ = detail::hash_seed();

    // Puts the functions in order: those listed, then those only named. Returns each one's place.
    [[nodiscard]] std::vector<std::uint32_t> finish_functions(call_graph& made) {
        std::vector<std::uint32_t> order(keys_.size());
        made.functions.reserve(keys_.size());
        const auto place = [&](std::uint32_t id) {
            const key& k = keys_[id];
            order[id] = static_cast<std::uint32_t>(made.functions.size());
            made.functions.emplace_back();
            call_graph::function& f = made.functions.back();
            f.name.assign(text_, k.text, k.name_size);
            f.file.assign(text_, k.text + k.name_size, k.file_size);
            f.line = k.line;
            f.listed = k.place != unlisted;
            if (f.listed) { f.figures = figures_[k.place]; }
        };
        for (const std::uint32_t id : listed_) { place(id); }
        for (std::uint32_t id = 0; id < keys_.size(); ++id) {
            if (keys_[id].place == unlisted) { place(id); }
        }
        return order;
    }

    void finish_edges(call_graph& made) {
        bool grouped = true;
        for (std::size_t i = 1; i < edges_.size(); ++i) {
            if (edges_[i].callee < edges_[i - 1].callee) {
                grouped = false;
                break;
            }
        }
        if (!grouped) { group_edges(made.functions.size()); }
        // One edge for each pair; readers add each only once, so nothing moves for them.
        std::vector<std::size_t> latest(made.functions.size(), 0); // by caller: its edge, plus one
        std::size_t kept = 0;
        std::size_t group = 0;
        for (std::size_t i = 0; i < edges_.size(); ++i) {
            if (kept > group && edges_[i].callee != edges_[group].callee) { group = kept; }
            std::size_t& known = latest[edges_[i].caller];
            if (known > group) {
                detail::add_figures(edges_[known - 1].figures, edges_[i].figures);
                continue;
            }
            if (kept != i) { edges_[kept] = edges_[i]; }
            known = ++kept;
        }
        edges_.resize(kept);
        made.edges = std::move(edges_);
    }

    // Sorts by callee; what is equal stays in its order.
    void group_edges(std::size_t functions) {
        std::vector<std::size_t> next(functions + 1, 0);
        for (const call_graph::edge& e : edges_) { ++next[e.callee + 1]; }
        for (std::size_t f = 1; f < next.size(); ++f) { next[f] += next[f - 1]; }
        std::vector<call_graph::edge> sorted(edges_.size());
        for (const call_graph::edge& e : edges_) { sorted[next[e.callee]++] = e; }
        edges_.swap(sorted);
    }
};

/// Returns what is wrong with a call graph, or no error. Cost: a look-up for each function.
[[nodiscard]] inline error validate(const call_graph& g) {
    const auto at = [](const char* what, std::size_t index, const char* problem) {
        return error{what + std::to_string(index) + problem};
    };
    call_graph_builder keys;
    std::uint64_t calls = 0;
    std::uint64_t primitive = 0;
    for (std::size_t i = 0; i < g.functions.size(); ++i) {
        const call_graph::function& f = g.functions[i];
        if (keys.intern(f.file, f.line, f.name) != i) {
            return at("function ", i, " is there twice");
        }
        if (!detail::is_finite(f.figures)) { return at("function ", i, ": a time is not finite"); }
        if (!detail::add_calls(f.figures, calls, primitive)) {
            return at("function ", i, ": the calls add up to 2^63 or more");
        }
        if (!f.listed && f.figures != call_figures{}) {
            return at("function ", i, " has figures and is not listed");
        }
    }
    if (!detail::is_finite(g.unattributed)) { return error{"unattributed is not finite"}; }
    calls = 0;
    primitive = 0;
    std::vector<std::size_t> latest(g.functions.size(), 0); // by caller: its edge, plus one
    std::size_t group = 0;
    for (std::size_t i = 0; i < g.edges.size(); ++i) {
        const call_graph::edge& e = g.edges[i];
        if (e.caller >= g.functions.size() || e.callee >= g.functions.size()) {
            return at("edge ", i, ": there is no such function");
        }
        if (e.callee < g.edges[group].callee) { return at("edge ", i, " is out of order"); }
        if (e.callee != g.edges[group].callee) { group = i; }
        if (latest[e.caller] > group) { return at("edge ", i, " is there twice"); }
        latest[e.caller] = i + 1;
        if (!g.functions[e.callee].listed) { return at("edge ", i, ": the callee is not listed"); }
        if (!detail::is_finite(e.figures)) { return at("edge ", i, ": a time is not finite"); }
        if (!detail::add_calls(e.figures, calls, primitive)) {
            return at("edge ", i, ": the calls add up to 2^63 or more");
        }
    }
    return {};
}

/// Adds a valid graph to another: figures of functions and edges are summed, new functions come
/// behind the old ones, sources are appended.
/// Errors: units that differ, or kinds; edges with times and edges without; 2^63 calls or more;
/// then nothing has changed. Into a graph without functions anything goes.
[[nodiscard]] inline error add(call_graph& to, const call_graph& other) {
    if (to.functions.empty()) {
        std::vector<std::string> sources = std::move(to.sources);
        sources.insert(sources.end(), other.sources.begin(), other.sources.end());
        to = other;
        to.sources = std::move(sources);
        return {};
    }
    if (to.unit != other.unit) {
        return error{"cannot add times in " + other.unit + " to times in " + to.unit};
    }
    if (to.kind != other.kind) { return error{"cannot add samples and calls"}; }
    if (to.edge_times != other.edge_times && !to.edges.empty() && !other.edges.empty()) {
        return error{"cannot add calls with times and calls without"};
    }
    std::uint64_t sums[4] = {0, 0, 0, 0};
    call_graph_builder builder;
    for (const call_graph* g : {static_cast<const call_graph*>(&to), &other}) {
        std::vector<std::uint32_t> ids;
        ids.reserve(g->functions.size());
        for (const call_graph::function& f : g->functions) {
            const std::uint32_t id = builder.intern(f.file, f.line, f.name);
            ids.push_back(id);
            if (!f.listed) { continue; }
            if (!detail::add_calls(f.figures, sums[0], sums[1])) {
                return error{"the calls add up to 2^63 or more"};
            }
            builder.add(id, f.figures);
        }
        for (const call_graph::edge& e : g->edges) {
            if (!detail::add_calls(e.figures, sums[2], sums[3])) {
                return error{"the calls add up to 2^63 or more"};
            }
            builder.add_edge(ids[e.caller], ids[e.callee], e.figures);
        }
    }
    call_graph sum = builder.finish();
    sum.sources = std::move(to.sources);
    sum.sources.insert(sum.sources.end(), other.sources.begin(), other.sources.end());
    sum.unit = std::move(to.unit);
    sum.kind = to.kind;
    sum.edge_times = to.edges.empty() ? other.edge_times : to.edge_times;
    sum.unattributed = to.unattributed + other.unattributed;
    to = std::move(sum);
    return {};
}

/// Returns the graph with the directories of files cut off. Functions that become the same are one,
/// and so are calls from one to another: pstats keeps only the last of those and loses the others.
[[nodiscard]] inline call_graph strip_dirs(const call_graph& g) {
    call_graph_builder builder;
    std::vector<std::uint32_t> ids;
    ids.reserve(g.functions.size());
    for (const call_graph::function& f : g.functions) {
        ids.push_back(builder.intern(detail::base_name(f.file), f.line, f.name));
        if (f.listed) { builder.add(ids.back(), f.figures); }
    }
    for (const call_graph::edge& e : g.edges) {
        builder.add_edge(ids[e.caller], ids[e.callee], e.figures);
    }
    call_graph made = builder.finish();
    made.sources = g.sources;
    made.unit = g.unit;
    made.kind = g.kind;
    made.edge_times = g.edge_times;
    made.unattributed = g.unattributed;
    return made;
}

/// Returns the functions for which `keep` is not 0, by their index, and the calls between them.
/// Their figures stay what they are: what the others took cannot be told from a graph.
[[nodiscard]] inline call_graph subgraph(const call_graph& g,
                                         const std::vector<std::uint8_t>& keep) {
    WICK_ASSERT(keep.size() == g.functions.size());
    call_graph made;
    std::vector<std::uint32_t> place(g.functions.size(), 0);
    for (std::size_t i = 0; i < g.functions.size(); ++i) {
        place[i] = static_cast<std::uint32_t>(made.functions.size());
        if (keep[i] != 0) { made.functions.push_back(g.functions[i]); }
    }
    for (const call_graph::edge& e : g.edges) {
        if (keep[e.caller] == 0 || keep[e.callee] == 0) { continue; }
        made.edges.push_back({place[e.caller], place[e.callee], e.figures});
    }
    made.sources = g.sources;
    made.unit = g.unit;
    made.kind = g.kind;
    made.edge_times = g.edge_times;
    return made;
}

namespace detail {

/// Goes over a profile in preorder and adds up what each function and each call took, as cProfile
/// would have: a function's cumulative time is that of its activations which are not within another
/// one of its own, and an edge's likewise.
class graph_deriver {
public:
    explicit graph_deriver(const profile& p)
        : p_(&p)
        , samples_(p.counted != counted_as::calls) {}

    [[nodiscard]] call_graph graph() {
        number_functions();
        const std::vector<std::int64_t> total = totals(*p_);
        const std::vector<std::uint64_t> counts = count_totals();
        const std::size_t nodes = p_->nodes.size();
        std::vector<step> path{step{0, none, none, false}};
        outside_ += nodes > 0 ? p_->nodes[0].self : 0;
        for (std::uint32_t i = 1; i < nodes; ++i) {
            const profile::node& n = p_->nodes[i];
            while (path.back().node != n.parent) {
                leave(path.back());
                path.pop_back();
            }
            const std::uint32_t f = function_of_[n.frame];
            if (f == none) { // a thread or the like: as if it were not there
                step s = path.back();
                s.node = i;
                s.entered = false;
                pass_up(s, n);
                path.push_back(s);
                continue;
            }
            const std::uint32_t caller = path.back().function;
            step s{i, f, none};
            tally(sums_[f], n, total[i], counts[i]);
            if (!in_order_[f]) {
                in_order_[f] = 1;
                order_.push_back(f);
            }
            if (caller != none) {
                s.edge = edge_between(caller, f);
                tally(edges_[s.edge].sum, n, total[i], counts[i]);
            }
            path.push_back(s);
        }
        return finish();
    }

private:
    static constexpr std::uint32_t none = id_table::none;
    struct sum {
        std::uint64_t calls = 0;
        std::uint64_t primitive = 0;
        std::int64_t self = 0;
        std::int64_t cumulative = 0;
        std::uint32_t active = 0; // how often it is on the path
    };
    struct known_edge {
        std::uint32_t caller;
        std::uint32_t callee;
        detail::graph_deriver::sum sum;
    };
    struct step {
        std::uint32_t node;
        std::uint32_t function; // the innermost one so far
        std::uint32_t edge;     // by which it was called
        bool entered = true;    // here, not above
    };

    const profile* p_;
    bool samples_;
    call_graph_builder builder_;
    std::vector<std::uint32_t> function_of_; // by frame
    std::vector<sum> sums_;                  // by function
    std::vector<std::uint8_t> in_order_;
    std::vector<std::uint32_t> order_; // functions as they come
    std::vector<known_edge> edges_;
    id_table edge_index_;
    std::int64_t outside_ = 0;

    [[nodiscard]] static bool is_function(frame_kind kind) noexcept {
        return kind == frame_kind::function || kind == frame_kind::inlined ||
               kind == frame_kind::kernel || kind == frame_kind::jit;
    }

    void number_functions() {
        std::string text;
        function_of_.assign(p_->frames.size(), none);
        for (std::size_t i = 1; i < p_->frames.size(); ++i) {
            const frame& f = p_->frames[i];
            if (!is_function(f.kind)) { continue; }
            text.clear();
            append_frame_text(text, *p_, f);
            std::string_view file = f.file;
            if (file.empty() && !f.function.empty()) { file = p_->modules[f.module].path; }
            const auto line = static_cast<std::int32_t>((std::min)(f.line, 0x7fffffffu));
            function_of_[i] = builder_.intern(file.empty() ? "~" : file, line, text);
            if (function_of_[i] == sums_.size()) { sums_.emplace_back(); }
        }
        in_order_.assign(sums_.size(), 0);
    }

    // Observations at and below each node.
    [[nodiscard]] std::vector<std::uint64_t> count_totals() const {
        std::vector<std::uint64_t> total(p_->nodes.size());
        for (std::size_t i = p_->nodes.size(); i-- > 0;) {
            total[i] += p_->nodes[i].count;
            if (i > 0) { total[p_->nodes[i].parent] += total[i]; }
        }
        return total;
    }

    void tally(sum& to, const profile::node& n, std::int64_t total, std::uint64_t counts) const {
        const bool outermost = to.active++ == 0;
        to.self += n.self;
        to.cumulative += outermost ? total : 0;
        if (samples_) {
            to.calls += outermost ? counts : 0;
            to.primitive += n.count;
        } else {
            to.calls += n.count;
            to.primitive += outermost ? n.count : 0;
        }
    }

    // What ended in a frame that is no function ended in the function above it, if there is one.
    void pass_up(const step& s, const profile::node& n) {
        if (s.function == none) {
            outside_ += n.self;
            return;
        }
        sum* const both[] = {&sums_[s.function], s.edge != none ? &edges_[s.edge].sum : nullptr};
        for (sum* const to : both) {
            if (to == nullptr) { continue; }
            to->self += n.self;
            to->primitive += samples_ ? n.count : 0;
        }
    }

    void leave(const step& s) {
        if (!s.entered) { return; }
        --sums_[s.function].active;
        if (s.edge != none) { --edges_[s.edge].sum.active; }
    }

    [[nodiscard]] std::uint32_t edge_between(std::uint32_t caller, std::uint32_t callee) {
        const std::uint64_t hash =
            mix((std::uint64_t{caller} << 32 | callee) ^ hash_seed(), 0x9e3779b97f4a7c15u);
        const std::uint32_t known = edge_index_.find(hash, [&](std::uint32_t id) {
            return edges_[id].caller == caller && edges_[id].callee == callee;
        });
        if (known != none) { return known; }
        const auto id = static_cast<std::uint32_t>(edges_.size());
        edges_.push_back(known_edge{caller, callee, sum{}});
        edge_index_.insert(hash, id);
        return id;
    }

    [[nodiscard]] call_figures figures(const sum& s) const {
        const auto unit = static_cast<double>(power_of_ten(p_->decimals));
        return call_figures{s.calls,
                            s.primitive,
                            static_cast<double>(s.self) / unit,
                            static_cast<double>(s.cumulative) / unit};
    }

    [[nodiscard]] call_graph finish() {
        for (const std::uint32_t f : order_) { builder_.add(f, figures(sums_[f])); }
        for (const known_edge& e : edges_) {
            builder_.add_edge(e.caller, e.callee, figures(e.sum));
        }
        call_graph made = builder_.finish();
        // A frame that no node stands on is a function that was neither called nor named.
        while (!made.functions.empty() && !made.functions.back().listed) {
            made.functions.pop_back();
        }
        made.unit = p_->unit;
        made.kind = samples_ ? graph_kind::sampled : graph_kind::exact;
        made.unattributed =
            static_cast<double>(outside_) / static_cast<double>(power_of_ten(p_->decimals));
        return made;
    }
};

} // namespace detail

/// Returns the call graph of a profile: exactly what cProfile would have counted where the profile
/// counts calls. Where it counts samples, a function's calls are the samples that have it on the
/// stack, each counted once, and its primitive calls those that ended in it, as in the files of
/// Python's sampling profiler. Roots that are no functions (threads, processes, labels, markers)
/// are left out, and what ended there is `unattributed`. Functions are told apart by file, line and
/// name, whatever line or address was stood on; where no file is known, by the module. They come in
/// the order of the tree.
/// Errors: none for a valid profile; sums over 2^53 are rounded once.
/// Cost: one pass, with a look-up for each node. Source: call-tree rules of CPython's _lsprof.c.
[[nodiscard]] inline call_graph to_call_graph(const profile& p) {
    if (p.detail == profile_detail::function) { return detail::graph_deriver(p).graph(); }
    const profile coarse = coarsen(p, profile_detail::function);
    return detail::graph_deriver(coarse).graph();
}

WICK_END_NAMESPACE

#endif
// wick/detail/pattern.hpp - literal text or a regular expression, searched for in linear time.
#ifndef WICK_DETAIL_PATTERN_HPP
#define WICK_DETAIL_PATTERN_HPP

// wick/detail/pattern_program.hpp - regular expressions in Python's syntax into steps of a machine.
#ifndef WICK_DETAIL_PATTERN_PROGRAM_HPP
#define WICK_DETAIL_PATTERN_PROGRAM_HPP

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

#include <algorithm>   // std::sort
#include <cstddef>     // std::size_t
#include <cstdint>     // code points
#include <string>      // words of errors
#include <string_view> // patterns
#include <utility>     // std::move
#include <vector>      // steps and sets

WICK_BEGIN_NAMESPACE
namespace detail {

/// Reads a code point at the beginning of text that is not empty; returns how many bytes it has. A
/// byte that is no part of valid UTF-8 is one code point, U+DC80 to U+DCFF, as in Python's
/// "surrogateescape".
[[nodiscard]] inline std::size_t decode_utf8(std::string_view text, std::uint32_t& code) noexcept {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
    const std::uint32_t lead = byte(0);
    code = lead;
    if (lead < 0x80) { return 1; }
    if (lead >= 0xc2 && lead <= 0xdf && follows(1)) {
        code = (lead & 0x1f) << 6 | (byte(1) & 0x3f);
        return 2;
    }
    if ((lead & 0xf0) == 0xe0 && follows(1) && follows(2)) {
        code = (lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
        if (code >= 0x800 && (code < 0xd800 || code > 0xdfff)) { return 3; }
    }
    if ((lead & 0xf8) == 0xf0 && follows(1) && follows(2) && follows(3)) {
        code =
            (lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
        if (code >= 0x10000 && code <= 0x10ffff) { return 4; }
    }
    code = 0xdc00 + lead;
    return 1;
}

/// Appends a code point that is not a surrogate.
inline void append_code_point(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | code >> 6);
        put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        put(0xe0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
    } else {
        put(0xf0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3f));
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
    }
}

inline constexpr std::uint32_t last_code_point = 0x10ffff;

/// Code points from the first to the last.
struct code_range {
    std::uint32_t first;
    std::uint32_t last;

    friend bool operator==(const code_range& a, const code_range& b) {
        return a.first == b.first && a.last == b.last;
    }
};

/// Sorted ranges that neither overlap nor touch.
using code_set = std::vector<code_range>;

inline void tidy(code_set& set) {
    std::sort(set.begin(), set.end(), [](const code_range& a, const code_range& b) {
        return a.first < b.first;
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (kept > 0 && set[i].first <= set[kept - 1].last + 1) {
            set[kept - 1].last = (std::max)(set[kept - 1].last, set[i].last);
        } else {
            set[kept++] = set[i];
        }
    }
    set.resize(kept);
}

/// Returns all code points that are not in a tidy set.
[[nodiscard]] inline code_set complement(const code_set& set) {
    code_set others;
    std::uint32_t next = 0;
    for (const code_range& r : set) {
        if (r.first > next) { others.push_back({next, r.first - 1}); }
        next = r.last + 1;
    }
    if (next <= last_code_point) { others.push_back({next, last_code_point}); }
    return others;
}

/// Adds the other case of all ASCII letters in the set.
inline void fold_case(code_set& set) {
    code_set more;
    for (const code_range& r : set) {
        for (const std::uint32_t a : {std::uint32_t{'A'}, std::uint32_t{'a'}}) {
            const std::uint32_t first = (std::max)(r.first, a);
            const std::uint32_t last = (std::min)(r.last, a + 25);
            const std::uint32_t other = a ^ ('A' ^ 'a');
            if (first <= last) { more.push_back({first - a + other, last - a + other}); }
        }
    }
    set.insert(set.end(), more.begin(), more.end());
    tidy(set);
}

enum class assertion : std::uint8_t {
    text_start,   // \A, ^
    line_start,   // ^ with (?m)
    text_end,     // \Z
    last_line,    // $: at the end or before a newline that ends the text
    line_end,     // $ with (?m)
    word_edge,    // \b
    no_word_edge, // \B
};

enum class pattern_op : std::uint8_t {
    set,     // one code point of sets[index], then the next step
    either,  // the next step or, if that leads nowhere, the one `to` steps on
    or_else, // the same, `to` first
    jump,    // `to` steps on
    check,   // the assertion `index`, then the next step
    match,
};

/// A step of the machine. Distances are relative, so that a piece of program can be copied.
struct pattern_step {
    pattern_op op;
    std::uint32_t index;
    std::int32_t to;
};

struct pattern_program {
    std::vector<pattern_step> steps;
    std::vector<code_set> sets;
    std::string literal;        // bytes that stand in every match; may be empty
    bool only_literal = false;  // and the match is nothing else
    std::uint32_t asserted = 0; // a bit for each assertion that is used
};

/// Reads a regular expression. Groups are kept on an own stack: their depth is the pattern's.
class pattern_parser {
public:
    // A machine larger than this is a mistake, or an attack: nested repetitions multiply.
    static constexpr std::size_t max_steps = 20000;
    static constexpr std::size_t max_sets = 2000;
    static constexpr std::size_t max_ranges = 10000;

    pattern_parser(std::string_view text, bool ignore_case)
        : text_(text) {
        flags_.ignore_case = ignore_case;
    }

    [[nodiscard]] result<pattern_program> parse() {
        while (!problem_ && at_ < text_.size()) { item(); }
        if (!problem_ && !groups_.empty()) {
            fail("missing ), unterminated subpattern", groups_.back().at);
        }
        if (problem_) { return {pattern_program{}, std::move(problem_)}; }
        finish_branches();
        emit(pattern_op::match);
        keep_run();
        if (alternatives_) { longest_run_.clear(); }
        made_.only_literal = plain_;
        made_.literal = std::move(longest_run_);
        if (problem_) { return {pattern_program{}, std::move(problem_)}; }
        return {std::move(made_), {}};
    }

    /// The program of the text itself, in any case.
    [[nodiscard]] result<pattern_program> parse_literal() {
        while (!problem_ && at_ < text_.size()) { literal(take()); }
        emit(pattern_op::match);
        if (problem_) { return {pattern_program{}, std::move(problem_)}; }
        return {std::move(made_), {}};
    }

private:
    struct flags {
        bool ignore_case = false;
        bool multi_line = false;
        bool dot_all = false;
        bool verbose = false;
    };
    struct group {
        std::size_t at;      // of its parenthesis
        std::size_t begin;   // its first step
        std::size_t branch;  // the first step of its last alternative
        std::size_t pending; // how many jumps of outer groups wait in pending_
        flags outer;
    };
    // What stands before a quantifier.
    enum class before : std::uint8_t { nothing, repeatable, repeated };

    std::string_view text_;
    std::size_t at_ = 0;
    flags flags_;
    pattern_program made_;
    wick::error problem_;
    std::vector<group> groups_;
    std::vector<std::size_t> pending_; // jumps to the end of their group
    std::size_t branch_ = 0;           // the first step of the last alternative
    std::size_t atom_ = 0;             // the first step of what a quantifier repeats
    before before_ = before::nothing;
    bool start_ = true; // nothing but flags and comments so far
    std::vector<std::string> names_;
    id_table set_index_;
    std::size_t ranges_ = 0;
    // The literal that every match holds: the longest run of characters outside of groups.
    std::string run_;
    std::size_t run_last_ = 0; // bytes of its last character
    std::string longest_run_;
    bool alternatives_ = false;
    bool plain_ = true; // nothing but characters

    void fail(std::string what, std::size_t at) {
        if (problem_) { return; }
        what += " at position " + std::to_string(at);
        problem_ = wick::error{std::move(what), 0, at};
    }

    [[nodiscard]] bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
    bool take_if(char c) {
        if (!next_is(c)) { return false; }
        ++at_;
        return true;
    }
    std::uint32_t take() {
        std::uint32_t code = 0;
        at_ += decode_utf8(text_.substr(at_), code);
        return code;
    }
    [[nodiscard]] std::string since(std::size_t begin) const {
        return std::string(text_.substr(begin, at_ - begin));
    }

    // ------------------------------------------------------------------------------- the program

    void emit(pattern_op op, std::uint32_t index = 0, std::int32_t to = 0) {
        insert(made_.steps.size(), op, index, to);
    }
    void insert(std::size_t at, pattern_op op, std::uint32_t index = 0, std::int32_t to = 0) {
        if (made_.steps.size() >= max_steps) {
            fail("the pattern is too large: more than " + std::to_string(max_steps) + " steps",
                 at_);
            return;
        }
        made_.steps.insert(made_.steps.begin() + static_cast<std::ptrdiff_t>(at),
                           pattern_step{op, index, to});
    }
    [[nodiscard]] static std::int32_t distance(std::size_t from, std::size_t to) {
        return static_cast<std::int32_t>(to) - static_cast<std::int32_t>(from);
    }

    [[nodiscard]] std::uint32_t intern(code_set set) {
        const std::uint64_t hash =
            hash_bytes({reinterpret_cast<const char*>(set.data()), set.size() * sizeof(code_range)},
                       hash_seed());
        const std::uint32_t known =
            set_index_.find(hash, [&](std::uint32_t id) { return made_.sets[id] == set; });
        if (known != id_table::none) { return known; }
        ranges_ += set.size();
        if (made_.sets.size() >= max_sets || ranges_ > max_ranges) {
            fail("the pattern is too large: too many different characters and sets", at_);
            return 0;
        }
        const auto id = static_cast<std::uint32_t>(made_.sets.size());
        made_.sets.push_back(std::move(set));
        set_index_.insert(hash, id);
        return id;
    }

    void begin_atom() {
        atom_ = made_.steps.size();
        before_ = before::repeatable;
        start_ = false;
    }

    void literal(std::uint32_t code) {
        begin_atom();
        code_set set{{code, code}};
        if (flags_.ignore_case) { fold_case(set); }
        const bool one = set.size() == 1;
        emit(pattern_op::set, intern(std::move(set)));
        // A stray byte may stand within a longer character of the text, where it is none.
        if (!one || (code >= 0xd800 && code <= 0xdfff)) { return no_literal(); }
        if (!groups_.empty()) { return; }
        const std::size_t size = run_.size();
        append_code_point(run_, code);
        run_last_ = run_.size() - size;
    }
    void keep_run() {
        if (run_.size() > longest_run_.size()) { longest_run_ = run_; }
        run_.clear();
        run_last_ = 0;
    }
    void no_literal() {
        plain_ = false;
        keep_run();
    }

    void one_of(code_set set) {
        begin_atom();
        no_literal();
        emit(pattern_op::set, intern(std::move(set)));
    }
    void place(assertion a) {
        plain_ = false;
        start_ = false;
        before_ = before::nothing;
        made_.asserted |= 1u << static_cast<unsigned>(a);
        // What assertions look at must be told apart: it is made part of the alphabet.
        if (a == assertion::word_edge || a == assertion::no_word_edge) { (void)intern(words()); }
        if (a == assertion::line_start || a == assertion::line_end || a == assertion::last_line) {
            (void)intern({{'\n', '\n'}});
        }
        emit(pattern_op::check, static_cast<std::uint32_t>(a));
    }

    // -------------------------------------------------------------------------------- the syntax

    void item() {
        const std::size_t begin = at_;
        const std::uint32_t c = take();
        if (flags_.verbose && skip_comment(c)) { return; }
        switch (c) {
        case '|':
            return alternative();
        case '(':
            return open(begin);
        case ')':
            return close(begin);
        case '*':
            return quantifier(begin, 0, unbounded);
        case '+':
            return quantifier(begin, 1, unbounded);
        case '?':
            return quantifier(begin, 0, 1);
        case '{':
            return counted(begin);
        case '[':
            return bracket(begin);
        case '.':
            return one_of(flags_.dot_all ? complement({}) : complement({{'\n', '\n'}}));
        case '^':
            return place(flags_.multi_line ? assertion::line_start : assertion::text_start);
        case '$':
            return place(flags_.multi_line ? assertion::line_end : assertion::last_line);
        case '\\':
            return escape(begin);
        default:
            return literal(c);
        }
    }

    bool skip_comment(std::uint32_t c) {
        if (c == ' ' || (c >= '\t' && c <= '\r')) { return true; }
        if (c != '#') { return false; }
        const std::size_t end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end + 1;
        return true;
    }

    void alternative() {
        plain_ = false;
        if (groups_.empty()) { alternatives_ = true; }
        const auto size = distance(branch_, made_.steps.size());
        insert(branch_, pattern_op::either, 0, size + 2);
        pending_.push_back(made_.steps.size());
        emit(pattern_op::jump);
        branch_ = made_.steps.size();
        before_ = before::nothing;
        start_ = false;
    }

    void finish_branches() {
        const std::size_t base = groups_.empty() ? 0 : groups_.back().pending;
        if (problem_) { return; }
        for (std::size_t i = base; i < pending_.size(); ++i) {
            made_.steps[pending_[i]].to = distance(pending_[i], made_.steps.size());
        }
        pending_.resize(base);
    }

    void open(std::size_t begin) {
        flags inner = flags_;
        if (take_if('?')) {
            if (!extension(begin, inner)) { return; }
        }
        no_literal();
        groups_.push_back(group{begin, made_.steps.size(), branch_, pending_.size(), flags_});
        flags_ = inner;
        branch_ = made_.steps.size();
        before_ = before::nothing;
        start_ = false;
    }

    void close(std::size_t begin) {
        if (groups_.empty()) { return fail("unbalanced parenthesis", begin); }
        finish_branches();
        const group& g = groups_.back();
        flags_ = g.outer;
        branch_ = g.branch;
        atom_ = g.begin;
        before_ = before::repeatable;
        groups_.pop_back();
    }

    // What follows "(?". Returns whether a group begins.
    bool extension(std::size_t begin, flags& inner) {
        const std::size_t mark = at_ - 1;
        if (at_ == text_.size()) {
            fail("unexpected end of pattern", at_);
            return false;
        }
        const char c = text_[at_];
        if (c == ':') {
            ++at_;
            return true;
        }
        if (c == '#') {
            const std::size_t end = text_.find(')', at_);
            if (end == std::string_view::npos) { fail("missing ), unterminated comment", begin); }
            at_ = end == std::string_view::npos ? text_.size() : end + 1;
            return false;
        }
        if (c == 'P') { return named(mark); }
        if (c == '=' || c == '!') { return unsupported("lookahead", mark); }
        if (c == '<') {
            ++at_;
            if (next_is('=') || next_is('!')) { return unsupported("lookbehind", mark); }
            const std::string shown = at_ < text_.size() ? character_at(at_) : "";
            if (shown.empty()) {
                fail("unexpected end of pattern", at_);
            } else {
                fail("unknown extension ?<" + shown, mark);
            }
            return false;
        }
        if (c == '(') { return unsupported("a conditional group", mark); }
        if (c == '>') { return unsupported("an atomic group", mark); }
        if (c == '-' || std::string_view("aiLmsux").find(c) != std::string_view::npos) {
            return inline_flags(begin, mark, inner);
        }
        fail("unknown extension ?" + character_at(at_), mark);
        return false;
    }

    [[nodiscard]] std::string character_at(std::size_t at) const {
        std::uint32_t code = 0;
        std::size_t size = decode_utf8(text_.substr(at), code);
        if (code == '\\' && at + 1 < text_.size()) {
            size += decode_utf8(text_.substr(at + 1), code); // an escape is shown whole
        }
        return std::string(text_.substr(at, size));
    }

    bool unsupported(const char* what, std::size_t at) {
        fail(std::string(what) + " is not supported: matching takes linear time", at);
        return false;
    }

    bool named(std::size_t mark) {
        ++at_;
        if (at_ == text_.size()) {
            fail("unexpected end of pattern", at_);
            return false;
        }
        if (next_is('=')) { return unsupported("a backreference", mark); }
        if (!take_if('<')) {
            fail("unknown extension ?P" + character_at(at_), mark);
            return false;
        }
        const std::size_t begin = at_;
        const std::size_t end = text_.find('>', at_);
        if (begin == text_.size() || end == begin) {
            fail("missing group name", begin);
            return false;
        }
        if (end == std::string_view::npos) {
            fail("missing >, unterminated name", begin);
            return false;
        }
        at_ = end + 1;
        std::string name(text_.substr(begin, end - begin));
        const auto word = [](char c) {
            return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                   static_cast<unsigned char>(c) >= 0x80;
        };
        if (is_digit(name[0]) || !std::all_of(name.begin(), name.end(), word)) {
            fail("bad character in group name '" + name + "'", begin);
            return false;
        }
        if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
            fail("redefinition of group name '" + name + "'", begin);
            return false;
        }
        names_.push_back(std::move(name));
        return true;
    }

    // "(?i)" for the whole pattern, "(?i:" and "(?s-i:" for a group.
    bool inline_flags(std::size_t begin, std::size_t mark, flags& inner) {
        bool on = true;
        std::size_t letters = 0;
        for (;; ++at_) {
            if (at_ == text_.size()) {
                fail(letters == 0 ? "missing flag" : "missing -, : or )", at_);
                return false;
            }
            const char c = text_[at_];
            if (c == '-' && on) {
                on = false;
                letters = 0;
            } else if (c == ':' || c == ')') {
                break;
            } else if (c == 'L' || c == 'u' || (c == 'a' && !on)) {
                fail("bad inline flags: classes are those of ASCII here", mark);
                return false;
            } else if (!set_flag(c, on, inner)) {
                const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                    static_cast<unsigned char>(c) >= 0x80;
                fail(letter         ? "unknown flag"
                     : letters == 0 ? "missing flag"
                     : on           ? "missing -, : or )"
                                    : "missing :",
                     at_);
                return false;
            } else {
                ++letters;
            }
        }
        const bool global = text_[at_] == ')';
        if (letters == 0 || (global && !on)) {
            fail(letters == 0 ? "missing flag" : "missing :", at_);
            return false;
        }
        ++at_;
        if (!global) { return true; }
        if (!start_) {
            fail("global flags not at the start of the expression", begin);
            return false;
        }
        flags_ = inner;
        return false;
    }

    static bool set_flag(char letter, bool on, flags& f) {
        switch (letter) {
        case 'a':
            return true;
        case 'i':
            f.ignore_case = on;
            return true;
        case 'm':
            f.multi_line = on;
            return true;
        case 's':
            f.dot_all = on;
            return true;
        case 'x':
            f.verbose = on;
            return true;
        default:
            return false;
        }
    }

    // ---------------------------------------------------------------------------------- repetition

    static constexpr std::uint32_t unbounded = 0xffffffffu;

    // Behind "{": a repetition if it is well formed, else a character like any other.
    void counted(std::size_t begin) {
        if (next_is('}')) { return literal('{'); }
        const std::size_t here = at_;
        std::uint32_t least = 0;
        std::uint32_t most = unbounded;
        const bool has_least = number(least);
        bool has_most = has_least;
        if (take_if(',')) {
            has_most = number(most);
        } else {
            most = least;
        }
        if (!take_if('}')) {
            at_ = here;
            return literal('{');
        }
        if (!has_most) { most = unbounded; }
        if (most < least) { return fail("min repeat greater than max repeat", here); }
        quantifier(begin, least, most);
    }

    // A number, where there is one. One that is too large is as large as can be: too large as well.
    bool number(std::uint32_t& value) {
        if (at_ == text_.size() || !is_digit(text_[at_])) { return false; }
        value = 0;
        for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
            const auto digit = static_cast<std::uint32_t>(text_[at_] - '0');
            value = value > 100000000u ? unbounded - 1 : value * 10 + digit;
        }
        return true;
    }

    void quantifier(std::size_t begin, std::uint32_t least, std::uint32_t most) {
        if (before_ == before::nothing) { return fail("nothing to repeat", begin); }
        if (before_ == before::repeated) { return fail("multiple repeat", begin); }
        const bool lazy = take_if('?');
        if (!lazy && next_is('+')) {
            unsupported("a possessive quantifier", at_);
            return;
        }
        plain_ = false;
        if (least == 0 && groups_.empty()) { run_.resize(run_.size() - run_last_); }
        keep_run();
        repeat(least, most, lazy);
        before_ = before::repeated;
    }

    // The last atom, so many times over.
    void repeat(std::uint32_t least, std::uint32_t most, bool lazy) {
        if (problem_) { return; }
        const std::vector<pattern_step> body(
            made_.steps.begin() + static_cast<std::ptrdiff_t>(atom_), made_.steps.end());
        made_.steps.resize(atom_);
        const std::uint32_t copies = most == unbounded ? (std::max)(least, 1u) : most;
        // An empty body can be copied for ever without a step more: once is as good.
        if (body.empty()) { return; }
        if (copies > max_steps / body.size()) {
            return fail("the pattern is too large: repeated " +
                            (copies >= unbounded - 1 ? std::string("too often")
                                                     : std::to_string(copies) + " times"),
                        at_);
        }
        const pattern_op skip = lazy ? pattern_op::or_else : pattern_op::either;
        const pattern_op again = lazy ? pattern_op::either : pattern_op::or_else;
        std::vector<std::size_t> skips;
        std::size_t last = atom_;
        for (std::uint32_t i = 0; i < copies && !problem_; ++i) {
            if (i >= least) {
                skips.push_back(made_.steps.size());
                emit(skip);
            }
            last = made_.steps.size();
            if (made_.steps.size() + body.size() <= max_steps) {
                made_.steps.insert(made_.steps.end(), body.begin(), body.end());
            } else {
                emit_too_much();
            }
        }
        // The loop is entered or skipped before it and left behind it: so an empty turn ends it, as
        // in backtracking engines.
        if (most == unbounded) { emit(again, 0, distance(made_.steps.size(), last)); }
        if (problem_) { return; }
        for (const std::size_t s : skips) { made_.steps[s].to = distance(s, made_.steps.size()); }
    }

    void emit_too_much() {
        fail("the pattern is too large: more than " + std::to_string(max_steps) + " steps", at_);
    }

    // ------------------------------------------------------------------------- characters and sets

    [[nodiscard]] static code_set digits() { return {{'0', '9'}}; }
    [[nodiscard]] static code_set blanks() { return {{'\t', '\r'}, {' ', ' '}}; }
    [[nodiscard]] static code_set words() {
        return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    }

    // \d \D \s \S \w \W.
    [[nodiscard]] static bool category(std::uint32_t letter, code_set& set) {
        switch (letter) {
        case 'd':
            set = digits();
            return true;
        case 'D':
            set = complement(digits());
            return true;
        case 's':
            set = blanks();
            return true;
        case 'S':
            set = complement(blanks());
            return true;
        case 'w':
            set = words();
            return true;
        case 'W':
            set = complement(words());
            return true;
        default:
            return false;
        }
    }

    // Behind a backslash outside of brackets.
    void escape(std::size_t begin) {
        if (at_ == text_.size()) { return fail("bad escape (end of pattern)", begin); }
        const std::uint32_t c = take();
        code_set set;
        if (category(c, set)) { return one_of(std::move(set)); }
        switch (c) {
        case 'A':
            return place(assertion::text_start);
        case 'Z':
            return place(assertion::text_end);
        case 'b':
            return place(assertion::word_edge);
        case 'B':
            return place(assertion::no_word_edge);
        default:
            break;
        }
        if (c >= '1' && c <= '9' && !octal_ahead()) {
            unsupported("a backreference", begin);
            return;
        }
        std::uint32_t code = 0;
        if (escaped_character(begin, c, code)) { literal(code); }
    }

    [[nodiscard]] static bool is_octal(char c) { return c >= '0' && c <= '7'; }

    // Whether three octal digits begin at the one that was just taken: fewer are a group's number.
    [[nodiscard]] bool octal_ahead() const {
        return at_ + 1 < text_.size() && is_octal(text_[at_ - 1]) && is_octal(text_[at_]) &&
               is_octal(text_[at_ + 1]);
    }

    // The character that an escape stands for, in and outside of brackets alike.
    bool escaped_character(std::size_t begin, std::uint32_t c, std::uint32_t& code) {
        code = c;
        switch (c) {
        case 'a':
            code = '\a';
            return true;
        case 'f':
            code = '\f';
            return true;
        case 'n':
            code = '\n';
            return true;
        case 'r':
            code = '\r';
            return true;
        case 't':
            code = '\t';
            return true;
        case 'v':
            code = '\v';
            return true;
        case 'x':
            return hexadecimal(begin, 2, code);
        case 'u':
            return hexadecimal(begin, 4, code);
        case 'U':
            return hexadecimal(begin, 8, code);
        default:
            break;
        }
        if (c < 0x80 && is_octal(static_cast<char>(c))) { return octal(begin, c, code); }
        if (c == '8' || c == '9' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            fail("bad escape " + since(begin), begin);
            return false;
        }
        return true;
    }

    bool octal(std::size_t begin, std::uint32_t first, std::uint32_t& code) {
        code = first - '0';
        for (int i = 0; i < 2 && at_ < text_.size() && is_octal(text_[at_]); ++i, ++at_) {
            code = code * 8 + static_cast<std::uint32_t>(text_[at_] - '0');
        }
        if (code <= 0377) { return true; }
        fail("octal escape value " + since(begin) + " outside of range 0-0o377", begin);
        return false;
    }

    bool hexadecimal(std::size_t begin, int digits, std::uint32_t& code) {
        code = 0;
        for (int i = 0; i < digits; ++i, ++at_) {
            const char c = at_ < text_.size() ? text_[at_] : '\0';
            std::uint32_t digit = 0;
            if (is_digit(c)) {
                digit = static_cast<std::uint32_t>(c - '0');
            } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
                digit = static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
            } else {
                fail("incomplete escape " + since(begin), begin);
                return false;
            }
            code = code << 4 | digit;
        }
        if (code <= last_code_point) { return true; }
        fail("bad escape " + since(begin), begin);
        return false;
    }

    // One member of a set: a character, or a category. Returns false when there is no more.
    bool member(std::size_t bracket_at, code_set& set, std::uint32_t& code) {
        set.clear();
        if (at_ == text_.size()) {
            fail("unterminated character set", bracket_at);
            return false;
        }
        const std::size_t begin = at_;
        code = take();
        if (code != '\\') { return true; }
        if (at_ == text_.size()) {
            fail("bad escape (end of pattern)", begin);
            return false;
        }
        code = take();
        if (category(code, set)) { return true; }
        if (code == 'b') {
            code = '\b';
            return true;
        }
        return escaped_character(begin, code, code);
    }

    void bracket(std::size_t begin) {
        const bool negated = take_if('^');
        code_set all;
        for (bool first = true; first || !next_is(']'); first = false) {
            const std::size_t low_at = at_;
            code_set set;
            code_set high_set;
            std::uint32_t low = 0;
            std::uint32_t high = 0;
            if (!member(begin, set, low)) { return; }
            if (next_is('-') && at_ + 1 == text_.size()) {
                return fail("unterminated character set", begin);
            }
            if (!next_is('-') || text_[at_ + 1] == ']') {
                if (set.empty()) { set.push_back({low, low}); }
                all.insert(all.end(), set.begin(), set.end());
                continue;
            }
            ++at_;
            if (!member(begin, high_set, high)) { return; }
            if (!set.empty() || !high_set.empty() || high < low) {
                return fail("bad character range " + since(low_at), low_at);
            }
            all.push_back({low, high});
        }
        ++at_;
        tidy(all);
        if (flags_.ignore_case) { fold_case(all); }
        one_of(negated ? complement(all) : std::move(all));
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::sort
#include <cstddef>     // std::size_t
#include <cstdint>     // states
#include <cstring>     // std::memchr
#include <string>      // the pattern's text
#include <string_view> // what is searched
#include <utility>     // std::move
#include <vector>      // tables

WICK_BEGIN_NAMESPACE

/// How the text of a pattern is meant.
struct pattern_options {
    bool regex = false;       ///< false: the text itself; true: a regular expression
    bool ignore_case = false; ///< ASCII letters match in either case
};

/// Where a pattern was found: bytes [begin, end) of the text.
struct pattern_match {
    bool found = false;
    std::size_t begin = 0;
    std::size_t end = 0;

    explicit operator bool() const noexcept { return found; }
};

namespace detail {

/// Returns how common a byte is in names of functions: the rarest of a literal is looked for first.
[[nodiscard]] inline int commonness(char c) noexcept {
    if (std::string_view("etaornis_:").find(c) != std::string_view::npos) { return 3; }
    if (c >= 'a' && c <= 'z') { return std::string_view("jqxzkvwy").find(c) < 8 ? 0 : 2; }
    if (std::string_view(",<> ()*&").find(c) != std::string_view::npos) { return 2; }
    return c >= '0' && c <= '9' ? 1 : 0;
}

/// Literal text with what makes looking for it fast.
class literal_finder {
public:
    literal_finder() = default;
    explicit literal_finder(std::string text)
        : text_(std::move(text)) {
        for (std::size_t i = 1; i < text_.size(); ++i) {
            if (commonness(text_[i]) < commonness(text_[rare_])) { rare_ = i; }
        }
    }

    /// Returns where the text begins in another for the first time, or npos.
    [[nodiscard]] std::size_t find(std::string_view in, std::size_t from = 0) const noexcept {
        constexpr std::size_t none = std::string_view::npos;
        if (in.size() < from || in.size() - from < text_.size()) { return none; }
        if (text_.empty()) { return from; }
        const char* const last = in.data() + (in.size() - text_.size()); // where it may begin
        const char* const begin = in.data() + from;
        std::size_t compared = 0;
        for (const char* at = begin; at <= last; ++at) {
            const auto room = static_cast<std::size_t>(last - at) + 1;
            const void* found = std::memchr(at + rare_, text_[rare_], room);
            if (found == nullptr) { return none; }
            at = static_cast<const char*>(found) - rare_;
            if (same_bytes(at, text_.data(), text_.size())) {
                return static_cast<std::size_t>(at - in.data());
            }
            // Texts can be made to nearly match at every place: then this would be quadratic.
            compared += text_.size();
            if (compared / 8 > static_cast<std::size_t>(at - begin) + 512) {
                return find_slowly(in, at + 1);
            }
        }
        return none;
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
    std::size_t rare_ = 0;

    // The longest border of each beginning (Knuth, Morris, Pratt): linear whatever the texts are.
    [[nodiscard]] std::size_t find_slowly(std::string_view in, const char* at) const {
        std::vector<std::size_t> border(text_.size() + 1, 0);
        for (std::size_t i = 1, k = 0; i < text_.size(); ++i) {
            while (k > 0 && text_[i] != text_[k]) { k = border[k]; }
            if (text_[i] == text_[k]) { ++k; }
            border[i + 1] = k;
        }
        std::size_t k = 0;
        for (auto i = static_cast<std::size_t>(at - in.data()); i < in.size(); ++i) {
            while (k > 0 && in[i] != text_[k]) { k = border[k]; }
            if (in[i] == text_[k]) { ++k; }
            if (k == text_.size()) { return i + 1 - k; }
        }
        return std::string_view::npos;
    }
};

/// A program with its alphabet: code points that no set of it tells apart are one symbol.
class pattern_machine {
public:
    static constexpr std::uint32_t at_start = 1; // what stands before a place: nothing,
    static constexpr std::uint32_t newline = 2;  // a newline,
    static constexpr std::uint32_t word = 4;     // a letter, digit or underscore

    pattern_machine() = default;
    explicit pattern_machine(pattern_program program)
        : steps_(std::move(program.steps))
        , asserted_(program.asserted) {
        make_alphabet(program.sets);
    }

    [[nodiscard]] const std::vector<pattern_step>& steps() const noexcept { return steps_; }
    /// The symbols: those of code points, then the newline that ends the text, then the end itself.
    [[nodiscard]] std::uint32_t symbols() const noexcept { return symbols_ + 2; }
    [[nodiscard]] std::uint32_t last_newline() const noexcept { return symbols_; }
    [[nodiscard]] std::uint32_t end() const noexcept { return symbols_ + 1; }
    /// Whether a newline at the end of the text differs from others.
    [[nodiscard]] bool minds_last_newline() const noexcept { return uses(assertion::last_line); }

    /// Returns the symbol at the beginning of text that is not empty, and its size in bytes.
    [[nodiscard]] std::uint32_t symbol(std::string_view text, std::size_t& size) const noexcept {
        const auto byte = static_cast<unsigned char>(text[0]);
        size = 1;
        if (byte < 0x80) { return ascii_[byte]; }
        std::uint32_t code = 0;
        size = decode_utf8(text, code);
        return symbol_of(code);
    }
    [[nodiscard]] const std::uint16_t* ascii() const noexcept { return ascii_; }

    /// What stands behind a symbol, as far as any assertion looks.
    [[nodiscard]] std::uint32_t behind(std::uint32_t symbol) const noexcept {
        return context_[symbol] & watched_;
    }
    [[nodiscard]] std::uint32_t before_text() const noexcept { return at_start & watched_; }

    [[nodiscard]] bool accepts(std::uint32_t set, std::uint32_t symbol) const noexcept {
        return (members_[set * row_ + symbol / 64] >> (symbol % 64) & 1) != 0;
    }

    [[nodiscard]] bool
    holds(std::uint32_t check, std::uint32_t before, std::uint32_t symbol) const noexcept {
        const bool ends = symbol == end();
        const bool edge = ((before & word) != 0) != ((context_[symbol] & word) != 0);
        switch (static_cast<assertion>(check)) {
        case assertion::text_start:
            return (before & at_start) != 0;
        case assertion::line_start:
            return (before & (at_start | newline)) != 0;
        case assertion::text_end:
            return ends;
        case assertion::last_line:
            return ends || symbol == last_newline();
        case assertion::line_end:
            return ends || (context_[symbol] & newline) != 0;
        case assertion::word_edge:
            return edge;
        case assertion::no_word_edge:
            return !edge;
        }
        return false;
    }

private:
    std::vector<pattern_step> steps_;
    std::uint32_t asserted_ = 0;
    std::uint32_t watched_ = 0;
    std::uint32_t symbols_ = 0;
    std::vector<std::uint32_t> first_;    // of the ranges that no set cuts
    std::vector<std::uint32_t> of_range_; // the symbol of each of them
    std::vector<std::uint8_t> context_;   // of each symbol
    std::vector<std::uint64_t> members_;  // a row of bits for each set
    std::size_t row_ = 0;
    std::uint16_t ascii_[128] = {};

    [[nodiscard]] bool uses(assertion a) const noexcept {
        return (asserted_ >> static_cast<unsigned>(a) & 1) != 0;
    }

    [[nodiscard]] std::size_t range_of(std::uint32_t code) const noexcept {
        const auto after = std::upper_bound(first_.begin(), first_.end(), code);
        return static_cast<std::size_t>(after - first_.begin()) - 1;
    }
    [[nodiscard]] std::uint32_t symbol_of(std::uint32_t code) const noexcept {
        return of_range_[range_of(code)];
    }

    void make_alphabet(const std::vector<code_set>& sets) {
        first_ = {0};
        for (const code_set& set : sets) {
            for (const code_range& r : set) {
                first_.push_back(r.first);
                if (r.last < last_code_point) { first_.push_back(r.last + 1); }
            }
        }
        std::sort(first_.begin(), first_.end());
        first_.erase(std::unique(first_.begin(), first_.end()), first_.end());
        merge_ranges(sets);
        for (std::uint32_t c = 0; c < 128; ++c) {
            ascii_[c] = static_cast<std::uint16_t>(symbol_of(c));
        }
        make_members(sets);
        make_context();
    }

    // Ranges start out as one symbol; each set splits the symbols that it holds only a part of.
    void merge_ranges(const std::vector<code_set>& sets) {
        constexpr std::uint32_t none = 0xffffffffu;
        of_range_.assign(first_.size(), 0);
        std::vector<std::uint32_t> inside(1, none); // the new symbol of each old one's part
        for (const code_set& set : sets) {
            std::fill(inside.begin(), inside.end(), none);
            each_range(set, [&](std::size_t i) {
                std::uint32_t& part = inside[of_range_[i]];
                if (part == none) {
                    part = static_cast<std::uint32_t>(inside.size());
                    of_range_[i] = part;
                    inside.push_back(none);
                    return;
                }
                of_range_[i] = part;
            });
            renumber(inside);
        }
        symbols_ = static_cast<std::uint32_t>(inside.size());
    }

    // Symbols whose every range has moved are free again: without this they would pile up.
    void renumber(std::vector<std::uint32_t>& scratch) {
        constexpr std::uint32_t none = 0xffffffffu;
        std::fill(scratch.begin(), scratch.end(), none);
        std::uint32_t count = 0;
        for (std::uint32_t& s : of_range_) {
            if (scratch[s] == none) { scratch[s] = count++; }
            s = scratch[s];
        }
        scratch.resize(count);
    }

    template <class Use>
    void each_range(const code_set& set, Use use) const {
        for (const code_range& r : set) {
            for (std::size_t i = range_of(r.first); i < first_.size() && first_[i] <= r.last; ++i) {
                use(i);
            }
        }
    }

    void make_members(const std::vector<code_set>& sets) {
        row_ = (symbols() + 63) / 64;
        members_.assign(row_ * sets.size(), 0);
        const auto put = [&](std::size_t set, std::uint32_t symbol) {
            members_[set * row_ + symbol / 64] |= std::uint64_t{1} << (symbol % 64);
        };
        for (std::size_t s = 0; s < sets.size(); ++s) {
            each_range(sets[s], [&](std::size_t i) { put(s, of_range_[i]); });
            if (accepts(static_cast<std::uint32_t>(s), ascii_[std::size_t{'\n'}])) {
                put(s, last_newline());
            }
        }
    }

    void make_context() {
        const bool words = uses(assertion::word_edge) || uses(assertion::no_word_edge);
        const bool lines = uses(assertion::line_start);
        const bool starts = lines || uses(assertion::text_start);
        watched_ = (words ? word : 0) | (lines ? newline : 0) | (starts ? at_start : 0);
        context_.assign(symbols(), 0);
        for (std::uint32_t c = 0; c < 128; ++c) {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                                (c >= '0' && c <= '9');
            if (letter) { context_[ascii_[c]] |= word; }
        }
        context_[ascii_[std::size_t{'\n'}]] |= newline;
        context_[last_newline()] |= newline;
    }
};

/// Whether any of these steps is a check.
[[nodiscard]] inline bool has_checks(const pattern_machine& machine,
                                     const std::vector<std::uint32_t>& places) {
    return std::any_of(places.begin(), places.end(), [&](std::uint32_t p) {
        return machine.steps()[p].op == pattern_op::check;
    });
}

/// The places of a program where it can stand at once, and the way from symbol to symbol.
class pattern_walker {
public:
    std::vector<std::uint32_t> places; ///< sets, checks and match; never a jump
    std::uint64_t steps = 0;           ///< how much was done: a test's measure of cost

    /// Stands where the program begins.
    void start(const pattern_machine& machine) {
        begin(machine);
        places.clear();
        follow(machine, 0, places);
    }

    [[nodiscard]] bool matches(const pattern_machine& machine) const {
        for (const std::uint32_t p : places) {
            if (machine.steps()[p].op == pattern_op::match) { return true; }
        }
        return false;
    }

    /// Goes over a symbol, with a new start behind it. Returns whether the program matches.
    [[nodiscard]] bool
    advance(const pattern_machine& machine, std::uint32_t before, std::uint32_t symbol) {
        if (pass_checks(machine, before, symbol)) { return true; }
        begin(machine);
        next_.clear();
        if (symbol != machine.end()) {
            for (const std::uint32_t p : places) {
                const pattern_step& s = machine.steps()[p];
                ++steps;
                if (s.op == pattern_op::set && machine.accepts(s.index, symbol)) {
                    follow(machine, p + 1, next_);
                }
            }
            follow(machine, 0, next_);
        }
        places.swap(next_);
        std::sort(places.begin(), places.end());
        return matches(machine);
    }

private:
    std::vector<std::uint32_t> next_;
    std::vector<std::uint32_t> stack_;
    std::vector<std::uint32_t> seen_; // by step: the round in which it was reached
    std::uint32_t round_ = 0;

    void begin(const pattern_machine& machine) {
        if (seen_.size() != machine.steps().size() || ++round_ == 0) {
            seen_.assign(machine.steps().size(), 0);
            round_ = 1;
        }
    }

    // Returns whether the match is reached through the checks that hold here.
    [[nodiscard]] bool
    pass_checks(const pattern_machine& machine, std::uint32_t before, std::uint32_t symbol) {
        if (!has_checks(machine, places)) { return false; }
        begin(machine);
        for (const std::uint32_t p : places) { seen_[p] = round_; }
        for (std::size_t i = 0; i < places.size(); ++i) { // grows meanwhile
            const pattern_step& s = machine.steps()[places[i]];
            ++steps;
            if (s.op == pattern_op::match) { return true; }
            if (s.op == pattern_op::check && machine.holds(s.index, before, symbol)) {
                follow(machine, places[i] + 1, places);
            }
        }
        return false;
    }

    void
    follow(const pattern_machine& machine, std::uint32_t from, std::vector<std::uint32_t>& to) {
        stack_.push_back(from);
        while (!stack_.empty()) {
            const std::uint32_t p = stack_.back();
            stack_.pop_back();
            if (seen_[p] == round_) { continue; }
            seen_[p] = round_;
            ++steps;
            const pattern_step& s = machine.steps()[p];
            const auto target = static_cast<std::uint32_t>(static_cast<std::int64_t>(p) + s.to);
            switch (s.op) {
            case pattern_op::either:
            case pattern_op::or_else:
                stack_.push_back(p + 1);
                stack_.push_back(target);
                break;
            case pattern_op::jump:
                stack_.push_back(target);
                break;
            case pattern_op::set:
            case pattern_op::check:
            case pattern_op::match:
                to.push_back(p);
                break;
            }
        }
    }
};

/// States of a machine that were met so far, with the way on from each for each symbol. A state is
/// the set of places to stand and what stands before; a symbol's checks are passed when it comes.
class pattern_states {
public:
    static constexpr std::uint32_t match = 0xffffffffu;
    static constexpr std::uint32_t never = 0xfffffffeu;   // no match whatever comes
    static constexpr std::uint32_t unknown = 0xfffffffdu; // not gone yet
    static constexpr std::uint32_t special = unknown;     // these and greater are no states

    [[nodiscard]] std::uint32_t first() const noexcept { return first_; }
    [[nodiscard]] std::size_t size() const noexcept { return begins_.size(); }
    [[nodiscard]] const std::uint32_t* table() const noexcept { return table_.data(); }
    [[nodiscard]] std::size_t entries() const noexcept { return table_.size() + places_.size(); }

    void start(const pattern_machine& machine, pattern_walker& walker) {
        clear();
        walker.start(machine);
        start_ = walker.places;
        first_ = walker.matches(machine) ? match : state(machine, start_, machine.before_text());
    }

    /// Returns the state behind a symbol, which is found now if it is not known. When there are
    /// more entries than
    /// `most`, all states but the first and this one are forgotten.
    [[nodiscard]] std::uint32_t step(const pattern_machine& machine,
                                     pattern_walker& walker,
                                     std::uint32_t from,
                                     std::uint32_t symbol,
                                     std::size_t most) {
        const std::uint32_t begin = begins_[from];
        const std::uint32_t end = from + 1 < begins_.size()
                                      ? begins_[from + 1]
                                      : static_cast<std::uint32_t>(places_.size());
        walker.places.assign(places_.begin() + begin, places_.begin() + end);
        std::uint32_t to = never;
        if (walker.advance(machine, before_[from], symbol)) {
            to = match;
        } else if (symbol != machine.end()) {
            const bool full = entries() > most;
            if (full) {
                clear();
                first_ = state(machine, start_, machine.before_text());
            }
            to = state(machine, walker.places, machine.behind(symbol));
            if (full) { return to; }
        }
        table_[from * stride_ + symbol] = to;
        return to;
    }

    /// Finds all states; returns false when there are too many.
    [[nodiscard]] bool complete(const pattern_machine& machine,
                                pattern_walker& walker,
                                std::size_t most_entries,
                                std::uint64_t most_steps) {
        if (first_ == match) { return true; }
        for (std::uint32_t s = 0; s < size(); ++s) {
            for (std::uint32_t c = 0; c < machine.symbols(); ++c) {
                (void)step(machine, walker, s, c, static_cast<std::size_t>(-1));
                if (entries() > most_entries || walker.steps > most_steps) { return false; }
            }
        }
        end_hopeless(machine);
        return true;
    }

private:
    std::uint32_t first_ = match;
    std::uint32_t stride_ = 0;
    std::vector<std::uint32_t> start_;  // the places of the first state
    std::vector<std::uint32_t> table_;  // a row for each state
    std::vector<std::uint32_t> places_; // of all states, one behind the other
    std::vector<std::uint32_t> begins_; // where each state's begin
    std::vector<std::uint32_t> before_; // what stands before, for states that check it
    id_table index_;

    void clear() {
        table_.clear();
        places_.clear();
        begins_.clear();
        before_.clear();
        index_ = id_table();
    }

    [[nodiscard]] std::uint32_t state(const pattern_machine& machine,
                                      const std::vector<std::uint32_t>& at,
                                      std::uint32_t before) {
        if (!has_checks(machine, at)) { before = 0; }
        stride_ = machine.symbols();
        const std::uint64_t hash =
            hash_bytes({reinterpret_cast<const char*>(at.data()), at.size() * sizeof at[0]},
                       hash_seed() + before);
        const std::uint32_t known = index_.find(hash, [&](std::uint32_t id) {
            const std::size_t end = id + 1 < begins_.size() ? begins_[id + 1] : places_.size();
            return before_[id] == before && end - begins_[id] == at.size() &&
                   std::equal(at.begin(), at.end(), places_.begin() + begins_[id]);
        });
        if (known != id_table::none) { return known; }
        const auto id = static_cast<std::uint32_t>(begins_.size());
        begins_.push_back(static_cast<std::uint32_t>(places_.size()));
        before_.push_back(before);
        places_.insert(places_.end(), at.begin(), at.end());
        table_.resize(table_.size() + stride_, unknown);
        index_.insert(hash, id);
        return id;
    }

    // A state that only leads to itself ends the search: as for "^main" behind another letter.
    void end_hopeless(const pattern_machine& machine) {
        std::vector<bool> hopeless(size());
        for (std::uint32_t s = 0; s < size(); ++s) {
            const std::uint32_t* row = table_.data() + s * stride_;
            hopeless[s] = row[machine.end()] == never;
            for (std::uint32_t c = 0; c < machine.end(); ++c) {
                if (row[c] != s) { hopeless[s] = false; }
            }
        }
        for (std::uint32_t& to : table_) {
            if (to < special && hopeless[to]) { to = never; }
        }
    }
};

/// Goes over the text by the table. `way(state, symbol)` is asked for what is not in it, and may
/// change the table. Returns whether there is a match. Counts the symbols that it looked at.
template <class Way>
[[nodiscard]] bool run_states(const pattern_machine& machine,
                              const pattern_states& states,
                              std::string_view text,
                              std::uint64_t& looked_at,
                              Way way) {
    std::uint32_t state = states.first();
    if (state == pattern_states::match) { return true; }
    const std::size_t stride = machine.symbols();
    const std::uint16_t* const ascii = machine.ascii();
    const bool cut = machine.minds_last_newline() && !text.empty() && text.back() == '\n';
    const std::size_t size = text.size() - (cut ? 1 : 0);
    const std::uint32_t* table = states.table();
    // The symbols of the end are asked for only when they come: they may be `unknown` like others.
    const auto go = [&](std::uint32_t symbol) {
        std::uint32_t to = table[state * stride + symbol];
        if (to == pattern_states::unknown) {
            to = way(state, symbol);
            table = states.table();
        }
        state = to;
    };
    std::size_t at = 0;
    while (at < size && state < pattern_states::special) {
        const auto byte = static_cast<unsigned char>(text[at]);
        std::uint32_t symbol = 0;
        std::size_t bytes = 1;
        if (byte < 0x80) {
            symbol = ascii[byte];
        } else {
            symbol = machine.symbol(text.substr(at), bytes);
        }
        go(symbol);
        at += bytes;
    }
    looked_at += at;
    if (cut && state < pattern_states::special) { go(machine.last_newline()); }
    if (state < pattern_states::special) { go(machine.end()); }
    return state == pattern_states::match;
}

/// Finds where a match begins and ends: threads in the order in which a backtracking engine would
/// try them, each with its beginning, all moved on together.
class pattern_spans {
public:
    [[nodiscard]] pattern_match
    find(const pattern_machine& machine, std::string_view text, std::size_t from) {
        seen_.assign(machine.steps().size(), 0);
        pattern_match best;
        std::uint32_t before = machine.before_text();
        if (from > 0) {
            const auto byte = static_cast<unsigned char>(text[from - 1]);
            before = byte < 0x80 ? machine.behind(machine.ascii()[byte]) : 0;
        }
        for (std::size_t at = from;;) {
            std::size_t bytes = 1;
            const std::uint32_t symbol = symbol_at(machine, text, at, bytes);
            move(machine, before, symbol, at, best);
            if (at == text.size() || (best.found && waiting_.empty())) { return best; }
            before = machine.behind(symbol);
            at += bytes;
        }
    }

private:
    struct thread {
        std::uint32_t place;
        std::size_t begin;
    };
    std::vector<thread> waiting_; // behind the symbol before, best first
    std::vector<thread> next_;
    std::vector<thread> ready_; // with all jumps done
    std::vector<std::uint32_t> stack_;
    std::vector<std::size_t> seen_; // by step: the place in the text, plus one
    std::size_t round_ = 0;

    [[nodiscard]] static std::uint32_t symbol_at(const pattern_machine& machine,
                                                 std::string_view text,
                                                 std::size_t at,
                                                 std::size_t& bytes) {
        if (at == text.size()) { return machine.end(); }
        if (at + 1 == text.size() && text[at] == '\n') { return machine.last_newline(); }
        return machine.symbol(text.substr(at), bytes);
    }

    void move(const pattern_machine& machine,
              std::uint32_t before,
              std::uint32_t symbol,
              std::size_t at,
              pattern_match& best) {
        ++round_;
        ready_.clear();
        for (const thread& t : waiting_) { follow(machine, t, before, symbol); }
        if (!best.found) { follow(machine, thread{0, at}, before, symbol); }
        next_.clear();
        for (const thread& t : ready_) {
            const pattern_step& s = machine.steps()[t.place];
            if (s.op == pattern_op::match) {
                best = pattern_match{true, t.begin, at};
                break; // what comes behind is worse
            }
            if (symbol != machine.end() && machine.accepts(s.index, symbol)) {
                next_.push_back(thread{t.place + 1, t.begin});
            }
        }
        waiting_.swap(next_);
    }

    void follow(const pattern_machine& machine,
                const thread& from,
                std::uint32_t before,
                std::uint32_t symbol) {
        stack_.push_back(from.place);
        while (!stack_.empty()) {
            const std::uint32_t p = stack_.back();
            stack_.pop_back();
            const pattern_step& s = machine.steps()[p];
            if (seen_[p] == round_) {
                // Back at the end of a loop with nothing read: an empty turn is the last one.
                if (s.op == pattern_op::or_else && s.to < 0) { stack_.push_back(p + 1); }
                continue;
            }
            seen_[p] = round_;
            const auto target = static_cast<std::uint32_t>(static_cast<std::int64_t>(p) + s.to);
            switch (s.op) {
            case pattern_op::either:
                stack_.push_back(target);
                stack_.push_back(p + 1); // tried first
                break;
            case pattern_op::or_else:
                stack_.push_back(p + 1);
                stack_.push_back(target);
                break;
            case pattern_op::jump:
                stack_.push_back(target);
                break;
            case pattern_op::check:
                if (machine.holds(s.index, before, symbol)) { stack_.push_back(p + 1); }
                break;
            case pattern_op::set:
            case pattern_op::match:
                ready_.push_back(thread{p, from.begin});
                break;
            }
        }
    }
};

} // namespace detail

class pattern_searcher;

/// What names are searched for: a piece of text, or a regular expression in the syntax of Python's
/// `re` less lookaround, backreferences, conditional, atomic and possessive groups. It matches as
/// Python's `re.search` with re.ASCII does in text decoded as UTF-8 with "surrogateescape": `.` is
/// a code point, or a byte that is not UTF-8; \w, \d, \s, \b and the case of letters are ASCII's.
/// `\B` holds in empty text, as from Python 3.14. A default constructed pattern is the empty text,
/// which is found everywhere. A value: copied, compared by text and options.
/// Cost: linear in the text, whatever the pattern: no backtracking and no recursion.
/// Thread safety: as a const std::string; searching changes nothing.
class pattern {
public:
    /// The largest table made when a regular expression is compiled, in 4-byte entries.
    static constexpr std::size_t table_entries = std::size_t{1} << 16;

    pattern() = default;

    /// Returns whether the pattern is somewhere in the text. Allocates nothing, but for regular
    /// expressions too large to be tabulated when compiled: use a pattern_searcher for many texts.
    [[nodiscard]] bool search(std::string_view text) const;

    /// The same: patterns are predicates.
    [[nodiscard]] bool operator()(std::string_view text) const { return search(text); }

    /// Returns where the pattern is first found at or behind `from` (precondition: at most the
    /// text's size): the match that begins first and, of those, the one that Python takes.
    /// Allocates a little for regular expressions; the cost is the text times the pattern.
    [[nodiscard]] pattern_match find(std::string_view text, std::size_t from = 0) const {
        WICK_ASSERT(from <= text.size());
        if (literal_only_) {
            const std::size_t at = literal_.find(text, from);
            if (at == std::string_view::npos) { return {}; }
            return {true, at, at + literal_.text().size()};
        }
        if (literal_.find(text, from) == std::string_view::npos) { return {}; }
        return detail::pattern_spans().find(machine_, text, from);
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const pattern_options& options() const noexcept { return options_; }

    friend bool operator==(const pattern& a, const pattern& b) {
        return a.text_ == b.text_ && a.options_.regex == b.options_.regex &&
               a.options_.ignore_case == b.options_.ignore_case;
    }
    friend bool operator!=(const pattern& a, const pattern& b) { return !(a == b); }

private:
    friend class pattern_searcher;
    friend result<pattern> compile_pattern(std::string_view text, pattern_options options);

    std::string text_;
    pattern_options options_;
    detail::literal_finder literal_; // stands in every match
    bool literal_only_ = true;       // and is all of it
    bool complete_ = false;          // the table has all states
    detail::pattern_machine machine_;
    detail::pattern_states states_;
};

/// Searches many texts for one pattern, which it refers to. Where `pattern::search` would build its
/// table for each text, it keeps what it has built, in at most `most_entries` numbers of 4 bytes.
/// Thread safety: none; one searcher a thread.
class pattern_searcher {
public:
    explicit pattern_searcher(const pattern& searched,
                              std::size_t most_entries = std::size_t{1} << 20)
        : pattern_(&searched)
        , most_(most_entries) {
        if (!searched.literal_only_ && !searched.complete_) { states_ = searched.states_; }
    }

    /// Returns whether the pattern is somewhere in the text. Cost: linear in the text.
    [[nodiscard]] bool operator()(std::string_view text) {
        const pattern& p = *pattern_;
        if (p.literal_only_ || !p.literal_.text().empty()) {
            const bool there = p.literal_.find(text) != std::string_view::npos;
            if (p.literal_only_ || !there) { return there; }
        }
        const detail::pattern_states& states = p.complete_ ? p.states_ : states_;
        return detail::run_states(
            p.machine_, states, text, walker_.steps, [&](std::uint32_t s, std::uint32_t symbol) {
                return states_.step(p.machine_, walker_, s, symbol, most_);
            });
    }

    /// How much has been done: bytes gone over and steps of the program. Not a time; for tests.
    [[nodiscard]] std::uint64_t steps() const noexcept { return walker_.steps; }

private:
    const pattern* pattern_;
    std::size_t most_;
    detail::pattern_states states_;
    detail::pattern_walker walker_;
};

inline bool pattern::search(std::string_view text) const {
    if (literal_only_ || !literal_.text().empty()) {
        const bool there = literal_.find(text) != std::string_view::npos;
        if (literal_only_ || !there) { return there; }
    }
    if (!complete_) { return pattern_searcher(*this)(text); }
    std::uint64_t looked_at = 0;
    return detail::run_states(machine_, states_, text, looked_at, [](std::uint32_t, std::uint32_t) {
        return detail::pattern_states::never; // a complete table has no unknown way
    });
}

/// Returns the pattern that the text stands for.
/// Errors: text that is no regular expression, in Python's words where Python refuses it too, with
/// the byte's offset; one that is not supported; one whose repetitions multiply to more than 20,000
/// steps. Cost: linear in the pattern's size with its repetitions written out; a table of up to
/// 256 KiB, for which at most some milliseconds are spent.
[[nodiscard]] inline result<pattern> compile_pattern(std::string_view text,
                                                     pattern_options options = {}) {
    result<pattern> made;
    made.value.text_ = text;
    made.value.options_ = options;
    if (!options.regex && !options.ignore_case) {
        made.value.literal_ = detail::literal_finder(std::string(text));
        return made;
    }
    detail::pattern_parser parser(text, options.ignore_case);
    result<detail::pattern_program> program =
        options.regex ? parser.parse() : parser.parse_literal();
    if (!program) { return {pattern{}, std::move(program.error)}; }
    pattern& p = made.value;
    p.literal_ = detail::literal_finder(std::move(program.value.literal));
    p.literal_only_ = program.value.only_literal;
    if (p.literal_only_) { return made; }
    p.machine_ = detail::pattern_machine(std::move(program.value));
    detail::pattern_walker walker;
    p.states_.start(p.machine_, walker);
    constexpr std::uint64_t most_steps = 1000000;
    p.complete_ = p.states_.complete(p.machine_, walker, pattern::table_entries, most_steps);
    if (!p.complete_) { p.states_.start(p.machine_, walker); } // searchers find what they need
    return made;
}

WICK_END_NAMESPACE

#endif
// wick/detail/python_text.hpp - numbers and texts as Python prints them, byte for byte.
#ifndef WICK_DETAIL_PYTHON_TEXT_HPP
#define WICK_DETAIL_PYTHON_TEXT_HPP

// wick/detail/writer.hpp - buffered text towards any sink.
#ifndef WICK_DETAIL_WRITER_HPP
#define WICK_DETAIL_WRITER_HPP

// wick/detail/sink.hpp - what a sink is, and how text gets into it.
#ifndef WICK_DETAIL_SINK_HPP
#define WICK_DETAIL_SINK_HPP


#include <cstddef>     // std::ptrdiff_t
#include <string_view> // what is written
#include <type_traits> // which kind of sink it is
#include <utility>     // std::declval

WICK_BEGIN_NAMESPACE
namespace detail {

template <class Sink, class = void>
struct has_write : std::false_type {};
template <class Sink>
struct has_write<Sink, std::void_t<decltype(std::declval<Sink&>().write("", 0))>> : std::true_type {
};

/// Hands text to a callable that takes a std::string_view, or to anything with a std::ostream's
/// `write`.
template <class Sink>
void send_to(Sink& sink, std::string_view text) {
    if constexpr (has_write<Sink>::value) {
        sink.write(text.data(), static_cast<std::ptrdiff_t>(text.size()));
    } else {
        sink(text);
    }
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string>      // the buffer
#include <string_view> // what is written

WICK_BEGIN_NAMESPACE
namespace detail {

/// Collects text and hands it to a sink in pieces of about 64 KiB. `flush()` at the end is the
/// user's.
template <class Sink>
class text_writer {
public:
    explicit text_writer(Sink& sink)
        : sink_(sink) {
        buffer_.reserve(capacity + 4096);
    }

    void put(std::string_view text) {
        if (text.size() >= capacity) {
            flush();
            send(text);
            return;
        }
        buffer_.append(text.data(), text.size());
        if (buffer_.size() >= capacity) { flush(); }
    }
    void put(char c) {
        buffer_.push_back(c);
        if (buffer_.size() >= capacity) { flush(); }
    }
    template <class Integer>
    void put_number(Integer value) {
        char digits[24];
        put(std::string_view(digits, number_end(digits, value)));
    }
    void flush() {
        if (!buffer_.empty()) { send(buffer_); }
        buffer_.clear();
    }

private:
    static constexpr std::size_t capacity = std::size_t{1} << 16;
    Sink& sink_;
    std::string buffer_;

    template <class Integer>
    [[nodiscard]] static std::size_t number_end(char (&digits)[24], Integer value) {
        return static_cast<std::size_t>(std::to_chars(digits, digits + 24, value).ptr - digits);
    }
    void send(std::string_view text) { send_to(sink_, text); }
};

/// Appends a weight that is in units of 10^-decimals, without zeros at the end: 1250, 2 → "12.5".
inline void append_weight(std::string& out, std::int64_t value, int decimals) {
    std::uint64_t size = static_cast<std::uint64_t>(value);
    if (value < 0) {
        out.push_back('-');
        size = 0 - size;
    }
    std::uint64_t unit = 1;
    for (int i = 0; i < decimals; ++i) { unit *= 10; }
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, size / unit).ptr);
    std::uint64_t fraction = size % unit;
    if (fraction == 0) { return; }
    out.push_back('.');
    while (fraction != 0) {
        unit /= 10;
        out.push_back(static_cast<char>('0' + fraction / unit));
        fraction %= unit;
    }
}

/// Appends a text with blanks before or after it, up to a width in characters of one byte.
inline void append_right(std::string& out, std::string_view text, std::size_t width) {
    if (text.size() < width) { out.append(width - text.size(), ' '); }
    out += text;
}
inline void append_left(std::string& out, std::string_view text, std::size_t width) {
    out += text;
    if (text.size() < width) { out.append(width - text.size(), ' '); }
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // bits of numbers
#include <cstring>     // std::memcpy, std::memset, std::strcpy
#include <string>      // what is appended to
#include <string_view> // what is printed
#include <vector>      // the buffer

WICK_BEGIN_NAMESPACE
namespace detail {

/// Whether the bits of a number say that it is none.
[[nodiscard]] constexpr bool is_nan(std::uint64_t bits) noexcept {
    return (bits & 0x7fffffffffffffffu) > 0x7ff0000000000000u;
}

/// The most that put_thousandths writes: all digits of the largest number.
inline constexpr std::size_t max_thousandths = 336;

/// Writes a number as printf's "%.3f" does and returns the end. Exact as it is, but without the
/// general algorithm: thousandths of a number below 2^53 fit a 64-bit integer and a remainder.
inline char* put_thousandths(char* to, double value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    const auto exponent = static_cast<int>(bits >> 52 & 0x7ff);
    const std::uint64_t fraction = bits & 0xfffffffffffffu;
    constexpr int whole = 1075; // the exponent of 2^52, from where on there are no fractions
    if (exponent >= whole) {
        if (is_nan(bits)) { return std::strcpy(to, "nan") + 3; }
        return std::to_chars(to, to + max_thousandths, value, std::chars_format::fixed, 3).ptr;
    }
    if ((bits >> 63) != 0) { *to++ = '-'; }
    // value = mantissa / 2^shift
    const std::uint64_t mantissa = exponent == 0 ? fraction : fraction | std::uint64_t{1} << 52;
    const int shift = exponent == 0 ? whole - 1 : whole - exponent;
    std::uint64_t thousandths = 0;
    if (shift < 64) {
        const std::uint64_t scaled = mantissa * 1000; // less than 2^63
        thousandths = scaled >> shift;
        const std::uint64_t rest = scaled - (thousandths << shift);
        const std::uint64_t half = std::uint64_t{1} << (shift - 1);
        if (rest > half || (rest == half && (thousandths & 1) != 0)) { ++thousandths; }
    }
    to = std::to_chars(to, to + 20, thousandths / 1000).ptr;
    const auto last = static_cast<unsigned>(thousandths % 1000);
    to[0] = '.';
    to[1] = static_cast<char>('0' + last / 100);
    to[2] = static_cast<char>('0' + last / 10 % 10);
    to[3] = static_cast<char>('0' + last % 10);
    return to + 4;
}

/// Appends a number as Python's repr does: the fewest digits that give it back.
inline void append_repr(std::string& out, double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    if (is_nan(bits)) {
        out += "nan";
        return;
    }
    char text[40];
    const char* end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const char* at = text;
    if (*at == '-') { out += *at++; }
    if (*at == 'i') {
        out += "inf";
        return;
    }
    std::string digits;
    for (; at < end && *at != 'e'; ++at) {
        if (*at != '.') { digits += *at; }
    }
    int exponent = 0;
    const bool negative = at + 1 < end && at[1] == '-';
    for (at += 2; at < end; ++at) { exponent = exponent * 10 + (*at - '0'); }
    if (negative) { exponent = -exponent; }
    const auto size = static_cast<int>(digits.size());
    if (exponent < -4 || exponent >= 16) {
        out += digits[0];
        if (size > 1) { (out += '.').append(digits, 1, std::string::npos); }
        out += negative ? "e-" : "e+";
        const int shown = negative ? -exponent : exponent;
        if (shown < 10) { out += '0'; }
        out += std::to_string(shown);
    } else if (exponent < 0) {
        out += "0.";
        out.append(static_cast<std::size_t>(-exponent - 1), '0');
        out += digits;
    } else {
        const auto point = static_cast<std::size_t>(exponent) + 1;
        out.append(digits, 0, point);
        if (point > digits.size()) { out.append(point - digits.size(), '0'); }
        out += '.';
        out += point < digits.size() ? digits.substr(point) : std::string("0");
    }
}

/// Returns how many characters a text has: bytes that begin one.
[[nodiscard]] inline std::size_t count_characters(std::string_view text) noexcept {
    std::size_t more = 0;
    for (const char c : text) { more += (static_cast<unsigned char>(c) & 0xc0) == 0x80 ? 1u : 0u; }
    return text.size() - more;
}

/// A character at the beginning of a text, and its size in bytes; a byte that is none has the code
/// 0xdc00 and more, as Python's "surrogateescape" has it.
struct decoded_character {
    std::uint32_t code;
    std::size_t size;
};

[[nodiscard]] inline decoded_character decode_character(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const std::uint32_t first = byte(0);
    if (first < 0x80) { return {first, 1}; }
    const decoded_character none{0xdc00 + first, 1};
    if (first < 0xc2 || first > 0xf4) { return none; }
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    std::uint32_t code = first & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) { return none; }
        code = code << 6 | (byte(i) & 0x3f);
    }
    const std::uint32_t least = size == 2 ? 0x80u : size == 3 ? 0x800u : 0x10000u;
    return code < least || code > 0x10ffff ? none : decoded_character{code, size};
}

/// Returns whether Python's repr shows a character as it is. Exact below 0x300 and for the blanks,
/// marks of direction, surrogates and private characters above; characters that are not assigned
/// are taken for printable.
[[nodiscard]] inline bool is_printable(std::uint32_t c) noexcept {
    if (c < 0x7f) { return c >= 0x20; }
    if (c <= 0xa0 || c == 0xad) { return false; }
    if (c < 0x600) { return true; }
    const bool blank = c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
                       (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) ||
                       c == 0x3000 || c == 0xfeff;
    const bool odd = (c >= 0xd800 && c <= 0xf8ff) || (c >= 0xfff0 && c <= 0xfffb) ||
                     (c & 0xfffe) == 0xfffe || c >= 0xe0000;
    return !blank && !odd && c > 0x605;
}

/// Appends a text as Python's repr does: in quotes, with escapes.
inline void append_repr(std::string& out, std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    const bool apostrophes = text.find('\'') != std::string_view::npos;
    const char quote = apostrophes && text.find('"') == std::string_view::npos ? '"' : '\'';
    out += quote;
    for (std::size_t at = 0; at < text.size();) {
        const decoded_character c = decode_character(text.substr(at));
        const std::string_view shown = text.substr(at, c.size);
        at += c.size;
        if (c.code == '\\' || c.code == static_cast<unsigned char>(quote)) {
            out += '\\';
            out += shown;
        } else if (c.code == '\n' || c.code == '\r' || c.code == '\t') {
            out += c.code == '\n' ? "\\n" : c.code == '\r' ? "\\r" : "\\t";
        } else if (is_printable(c.code)) {
            out += shown;
        } else {
            const int digits = c.code < 0x100 ? 2 : c.code < 0x10000 ? 4 : 8;
            out += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
            for (int d = digits; d-- > 0;) { out += hex[c.code >> (4 * d) & 15]; }
        }
    }
    out += quote;
}

/// Collects lines of tables: a buffer that numbers are written into in place.
template <class Sink>
class page {
public:
    explicit page(Sink& sink)
        : out_(sink)
        , buffer_(capacity) {}

    void put(std::string_view text) {
        std::memcpy(need(text.size()), text.data(), text.size());
        used_ += text.size();
    }
    void put(char c) {
        *need(1) = c;
        ++used_;
    }
    void pad(std::size_t blanks) {
        std::memset(need(blanks), ' ', blanks);
        used_ += blanks;
    }
    /// A text, and blanks up to a width; `size` is the text's in characters.
    void put_left(std::string_view text, std::size_t size, std::size_t width) {
        put(text);
        if (size < width) { pad(width - size); }
    }
    void put_number(std::uint64_t value) {
        char* const to = need(20);
        used_ += static_cast<std::size_t>(std::to_chars(to, to + 20, value).ptr - to);
    }
    /// "%8.3f", or with another width.
    void put_time(double value, std::size_t width = 8) {
        char* const to = need(max_thousandths + width);
        char digits[max_thousandths];
        const auto size = static_cast<std::size_t>(put_thousandths(digits, value) - digits);
        const std::size_t blanks = size < width ? width - size : 0;
        std::memset(to, ' ', blanks);
        std::memcpy(to + blanks, digits, size);
        used_ += blanks + size;
    }
    /// "7" or "7/2", to the right.
    void put_calls(std::uint64_t all, std::uint64_t primitive, std::size_t width) {
        char text[44];
        char* end = std::to_chars(text, text + 20, all).ptr;
        if (all != primitive) {
            *end++ = '/';
            end = std::to_chars(end, text + sizeof text, primitive).ptr;
        }
        const auto size = static_cast<std::size_t>(end - text);
        if (size < width) { pad(width - size); }
        put(std::string_view(text, size));
    }
    void flush() {
        out_.put(std::string_view(buffer_.data(), used_));
        out_.flush();
        used_ = 0;
    }

private:
    static constexpr std::size_t capacity = std::size_t{1} << 17;
    text_writer<Sink> out_;
    std::vector<char> buffer_;
    std::size_t used_ = 0;

    [[nodiscard]] char* need(std::size_t size) {
        if (buffer_.size() - used_ < size) {
            out_.put(std::string_view(buffer_.data(), used_));
            used_ = 0;
            if (buffer_.size() < size) { buffer_.resize(size); }
        }
        return buffer_.data() + used_;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/text_table.hpp - texts that are numbered as they come.
#ifndef WICK_DETAIL_TEXT_TABLE_HPP
#define WICK_DETAIL_TEXT_TABLE_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint32_t
#include <string>      // the texts
#include <string_view> // what is looked up
#include <vector>      // where they end

WICK_BEGIN_NAMESPACE
namespace detail {

/// Gives each distinct text a number, from 0 in the order in which they come.
class text_table {
public:
    static constexpr std::uint32_t none = id_table::none;

    /// Returns the number of a text, or `none` when it was never added.
    [[nodiscard]] std::uint32_t find(std::string_view text) const { return find(text, hash(text)); }

    /// Returns the number of a text, which is new or known.
    std::uint32_t add(std::string_view text) {
        const std::uint64_t hashed = hash(text);
        const std::uint32_t known = find(text, hashed);
        if (known != none) { return known; }
        const auto id = static_cast<std::uint32_t>(ends_.size());
        texts_ += text;
        ends_.push_back(texts_.size());
        index_.insert(hashed, id);
        return id;
    }

    /// The text of a number; good until the next `add`.
    [[nodiscard]] std::string_view text(std::uint32_t id) const {
        const std::size_t begin = id == 0 ? 0 : ends_[id - 1];
        return std::string_view(texts_).substr(begin, ends_[id] - begin);
    }
    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(ends_.size());
    }

private:
    std::string texts_;
    std::vector<std::size_t> ends_;
    id_table index_;
    std::uint64_t seed_ = hash_seed();

    [[nodiscard]] std::uint64_t hash(std::string_view text) const {
        return hash_bytes(text, seed_);
    }
    [[nodiscard]] std::uint32_t find(std::string_view wanted, std::uint64_t hashed) const {
        return index_.find(hashed, [&](std::uint32_t id) { return text(id) == wanted; });
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>        // std::stable_sort
#include <charconv>         // std::to_chars
#include <cstddef>          // std::size_t
#include <cstdint>          // indexes
#include <cstring>          // std::memcpy
#include <initializer_list> // keys to sort by
#include <string>           // names
#include <string_view>      // keys
#include <type_traits>      // std::enable_if_t
#include <utility>          // std::move
#include <vector>           // listings

WICK_BEGIN_NAMESPACE

/// What functions are sorted by: figures from the greatest on, all others from the least on.
enum class sort_key : std::uint8_t {
    calls,
    cumulative,
    filename,
    line,
    name,
    name_file_line,
    primitive_calls,
    standard_name, ///< as text: ":110" comes before ":25"
    time
};

/// What a name for a key stands for, and how pstats calls it.
struct sort_key_name {
    const char* name;        ///< "cumtime"
    const char* description; ///< "cumulative time"
    sort_key key;
};

/// All names of keys, in the order in which pstats lists them.
inline constexpr sort_key_name sort_key_names[] = {
    {"calls", "call count", sort_key::calls},
    {"ncalls", "call count", sort_key::calls},
    {"cumtime", "cumulative time", sort_key::cumulative},
    {"cumulative", "cumulative time", sort_key::cumulative},
    {"filename", "file name", sort_key::filename},
    {"line", "line number", sort_key::line},
    {"module", "file name", sort_key::filename},
    {"name", "function name", sort_key::name},
    {"nfl", "name/file/line", sort_key::name_file_line},
    {"pcalls", "primitive call count", sort_key::primitive_calls},
    {"stdname", "standard name", sort_key::standard_name},
    {"time", "internal time", sort_key::time},
    {"tottime", "internal time", sort_key::time},
};

/// Returns the key that a name, or a prefix of one, stands for; an error when it is none or stands
/// for several. The prefixes are those that pstats takes: "cu", but neither "cum" nor "c".
[[nodiscard]] inline result<sort_key> parse_sort_key(std::string_view name) {
    const bool ambiguous = name == "c" || name == "n" || name == "t" || name == "cum";
    for (const sort_key_name& known : sort_key_names) {
        const bool prefix = std::string_view(known.name).substr(0, name.size()) == name;
        if (!name.empty() && !ambiguous && prefix) { return {known.key, {}}; }
    }
    const char* const problem = ambiguous ? "\" stands for several sort keys" : "\" is no sort key";
    return {{}, error{"\"" + std::string(name) + problem}};
}

/// What cuts a listing: to a number of functions, to a share of them, or to those whose text a
/// regular expression is found in. `{"socket", 0.5, 10}` makes three of them.
class restriction {
public:
    enum class kind : std::uint8_t { count, share, pattern };

    template <class Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
    restriction(Integer count) // NOLINT: lists of restrictions read as pstats' arguments
        : count_(static_cast<std::int64_t>(count)) {}
    restriction(double share) // NOLINT
        : kind_(kind::share)
        , share_(share) {}
    restriction(std::string regex) // NOLINT
        : kind_(kind::pattern)
        , regex_(std::move(regex)) {}
    restriction(std::string_view regex) // NOLINT
        : restriction(std::string(regex)) {}
    restriction(const char* regex) // NOLINT
        : restriction(std::string(regex)) {}

    [[nodiscard]] kind what() const noexcept { return kind_; }
    [[nodiscard]] std::int64_t count() const noexcept { return count_; }
    [[nodiscard]] double share() const noexcept { return share_; }
    [[nodiscard]] const std::string& regex() const noexcept { return regex_; }

private:
    kind kind_ = kind::count;
    std::int64_t count_ = 0;
    double share_ = 0;
    std::string regex_;
};

/// Which functions a listing has, in order, and what pstats says about that.
struct listing {
    std::vector<std::uint32_t> functions; ///< indexes into call_graph::functions
    std::string message; ///< "   Ordered by: …\n", and a line for each restriction that cut
};

/// A function at the other end of a call, with what those calls took.
struct call_relation {
    std::uint32_t function = 0; ///< index into call_graph::functions
    call_figures figures;
};

/// Callers or callees of a function.
struct call_relations {
    std::vector<call_relation> rows;
    std::size_t hidden = 0; ///< how many more there are
    call_figures hidden_figures;
};

/// How callers and callees are listed, which pstats sorts by name and never cuts.
struct relation_options {
    sort_key by = sort_key::cumulative;
    std::size_t limit = 20; ///< of each function; 0: all
};

namespace detail {

/// Appends what pstats shows a function as: "file:12(name)", "{built-in method f}".
inline void append_standard_name(std::string& out, const call_graph::function& f) {
    const std::string_view name = f.name;
    if (f.line == 0 && f.file == "~") {
        const bool angle = !name.empty() && name.front() == '<' && name.back() == '>';
        if (!angle) {
            out += name;
            return;
        }
        out += '{';
        // "<" alone is both ends; Python's slice of it is empty.
        if (name.size() > 2) { out += name.substr(1, name.size() - 2); }
        out += '}';
        return;
    }
    char digits[12];
    out += f.file;
    out += ':';
    out.append(digits, std::to_chars(digits, digits + sizeof digits, f.line).ptr);
    out += '(';
    out += name;
    out += ')';
}

/// Returns a number that is greater where the time is. All bits are ordered: sorting cannot fail.
[[nodiscard]] inline std::uint64_t ordered_bits(double time) noexcept {
    const double value = time + 0.0; // -0 is 0
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    constexpr std::uint64_t sign = std::uint64_t{1} << 63;
    return (bits & sign) != 0 ? ~bits : bits | sign;
}

/// A list of the edges of each function, as indexes.
struct edge_lists {
    std::vector<std::uint32_t> begin; // by function, and one more
    std::vector<std::uint32_t> edges;
};

[[nodiscard]] inline edge_lists edges_by_caller(const call_graph& g) {
    edge_lists lists;
    lists.begin.assign(g.functions.size() + 1, 0);
    for (const call_graph::edge& e : g.edges) { ++lists.begin[e.caller + 1]; }
    for (std::size_t f = 1; f < lists.begin.size(); ++f) { lists.begin[f] += lists.begin[f - 1]; }
    std::vector<std::uint32_t> next(lists.begin.begin(), lists.begin.end());
    lists.edges.resize(g.edges.size());
    for (std::uint32_t e = 0; e < g.edges.size(); ++e) {
        lists.edges[next[g.edges[e].caller]++] = e;
    }
    return lists;
}

/// Appends a time of seconds with a unit: "1.23 s", "12.3 ms", "123 us", "7 ns".
inline void append_duration(std::string& out, double seconds) {
    constexpr struct {
        double size;
        const char* name;
    } units[] = {{1, " s"}, {1e-3, " ms"}, {1e-6, " us"}, {1e-9, " ns"}};
    const double size = seconds < 0 ? -seconds : seconds;
    std::size_t u = 0;
    while (u < 3 && size < units[u].size * 0.9995) { ++u; }
    const double shown = seconds / units[u].size;
    const double magnitude = size / units[u].size;
    const int decimals = magnitude < 0.0005 || magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
    char text[max_thousandths];
    out.append(
        text,
        std::to_chars(text, text + sizeof text, shown, std::chars_format::fixed, decimals).ptr);
    out += units[u].name;
}

/// Appends a number with at most three decimals and no zeros behind them.
inline void append_amount(std::string& out, double value) {
    char text[max_thousandths];
    const char* end = put_thousandths(text, value);
    while (end[-1] == '0') { --end; }
    if (end[-1] == '.') { --end; }
    out.append(text, static_cast<std::size_t>(end - text));
}

} // namespace detail

/// Sorts, restricts and prints a call graph, as Python's pstats.Stats does; and answers what that
/// does not: callers sorted and cut, what is reached, cycles.
/// Cost: building goes over functions and edges once and keeps each function's text.
/// Thread safety: as a standard container: const members may be called by several threads.
class pstats {
public:
    pstats() = default;
    /// Takes a valid graph.
    explicit pstats(call_graph graph)
        : graph_(std::move(graph)) {
        index();
        for (const std::uint32_t f : listed_) {
            const call_figures& figures = graph_.functions[f].figures;
            total_.calls += figures.calls;
            total_.primitive_calls += figures.primitive_calls;
            total_.self += figures.self;
        }
    }

    [[nodiscard]] const call_graph& graph() const noexcept { return graph_; }

    /// The sums over all functions: calls, primitive calls and self; no cumulative time.
    [[nodiscard]] const call_figures& total() const noexcept { return total_; }

    /// Returns the text of a function, "file:12(name)": what restrictions search.
    [[nodiscard]] std::string_view text(std::uint32_t function) const {
        const std::size_t begin = function == 0 ? 0 : ends_[function - 1];
        return std::string_view(texts_).substr(begin, ends_[function] - begin);
    }

    /// Adds another graph, as wick::add does. The order is gone afterwards.
    [[nodiscard]] error add(const call_graph& other) {
        const pstats added(other);
        error problem = wick::add(graph_, other);
        if (problem) { return problem; }
        // Sums of sums, as pstats has them: the last bits of a sum depend on the order.
        detail::add_figures(total_, added.total_);
        index();
        return {};
    }

    /// Cuts the directories off, as wick::strip_dirs does: calls from functions that become the
    /// same are added, where pstats keeps the last. The order is gone afterwards.
    void strip_dirs() {
        graph_ = wick::strip_dirs(graph_);
        index();
    }

    // ---------------------------------------------------------------------------- order

    /// Sorts by several keys, the first one first; what is equal stays in the graph's order. No
    /// key: the graph's order, which pstats calls random.
    void sort(const std::vector<sort_key>& keys) {
        order_.clear();
        order_text_.clear();
        if (keys.empty()) { return; }
        for (const sort_key key : keys) {
            if (!order_text_.empty()) { order_text_ += ", "; }
            for (const sort_key_name& known : sort_key_names) {
                if (known.key != key) { continue; }
                order_text_ += known.description;
                break;
            }
        }
        order_ = sorted(listed_, keys);
    }
    void sort(std::initializer_list<sort_key> keys) { sort(std::vector<sort_key>(keys)); }
    /// The same by names. Errors: as parse_sort_key; then nothing has changed.
    [[nodiscard]] error sort(std::initializer_list<std::string_view> names) {
        return sort(std::vector<std::string_view>(names));
    }
    [[nodiscard]] error sort(const std::vector<std::string_view>& names) {
        std::vector<sort_key> keys;
        for (const std::string_view name : names) {
            result<sort_key> key = parse_sort_key(name);
            if (!key) { return std::move(key.error); }
            keys.push_back(key.value);
        }
        sort(keys);
        return {};
    }

    /// Reverses the order, if functions were sorted.
    void reverse() { std::reverse(order_.begin(), order_.end()); }

    /// Returns the functions that restrictions leave, applied one after the other to what is left.
    /// A number of functions that is negative, or not less than what is left, and a share outside
    /// [0, 1) cut nothing. What is no regular expression, or an unsupported one, is told in the
    /// message and cuts nothing.
    [[nodiscard]] listing select(const std::vector<restriction>& restrictions = {}) const {
        listing made;
        made.functions = order_.empty() ? listed_ : order_;
        made.message = order_.empty() ? "   Random listing order was used\n"
                                      : "   Ordered by: " + order_text_ + "\n";
        for (const restriction& r : restrictions) { restrict(made, r); }
        return made;
    }

    /// Returns some of the functions sorted, at most `limit` of them.
    [[nodiscard]] std::vector<std::uint32_t>
    top(const std::vector<std::uint32_t>& functions, sort_key by, std::size_t limit) const {
        return sorted(functions, {by}, limit);
    }

    // ---------------------------------------------------------------------------- as pstats prints

    /// Writes what Stats.print_stats prints: byte for byte, where times are in a unit of time.
    /// sink  callable taking std::string_view, or a std::ostream.
    template <class Sink>
    void print_stats(Sink&& sink, const std::vector<restriction>& restrictions = {}) const {
        detail::page<std::remove_reference_t<Sink>> out(sink);
        for (const std::string& source : graph_.sources) {
            out.put(source);
            out.put('\n');
        }
        if (!graph_.sources.empty()) { out.put('\n'); }
        out.pad(9);
        out.put_number(total_.calls);
        out.put(" function calls ");
        if (total_.calls != total_.primitive_calls) {
            out.put('(');
            out.put_number(total_.primitive_calls);
            out.put(" primitive calls) ");
        }
        out.put("in ");
        out.put_time(shown(total_.self), 0);
        out.put(' ');
        out.put(is_time() ? "seconds" : unit());
        out.put("\n\n");
        const listing list = select(restrictions);
        if (!list.functions.empty()) {
            out.put(list.message);
            out.put("\n   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n");
            for (const std::uint32_t f : list.functions) { put_function(out, f); }
            out.put("\n\n");
        }
        out.flush();
    }

    /// Writes what Stats.print_callers prints.
    template <class Sink>
    void print_callers(Sink&& sink, const std::vector<restriction>& restrictions = {}) const {
        print_relations(sink, restrictions, true);
    }

    /// Writes what Stats.print_callees prints.
    template <class Sink>
    void print_callees(Sink&& sink, const std::vector<restriction>& restrictions = {}) const {
        print_relations(sink, restrictions, false);
    }

    // ---------------------------------------------------------------------------- own answers

    /// Returns who calls a function, sorted and cut.
    [[nodiscard]] call_relations callers(std::uint32_t function,
                                         const relation_options& options = {}) const {
        std::vector<call_relation> rows;
        for (std::uint32_t e = group_[function]; e < group_[function + 1]; ++e) {
            rows.push_back({graph_.edges[e].caller, graph_.edges[e].figures});
        }
        return relations(std::move(rows), options);
    }

    /// Returns what a function calls, sorted and cut. Cost: a pass over the edges.
    [[nodiscard]] call_relations callees(std::uint32_t function,
                                         const relation_options& options = {}) const {
        std::vector<call_relation> rows;
        for (const call_graph::edge& e : graph_.edges) {
            if (e.caller == function) { rows.push_back({e.callee, e.figures}); }
        }
        return relations(std::move(rows), options);
    }

    /// Returns, by function, 1 where one that matches can be reached, itself included. `sink` is a
    /// predicate on texts: a pattern, or a callable `bool(std::string_view)`. An approximation of
    /// what stacks would say: one call of a shared helper taints all its callers.
    /// Cost: the predicate for each function, and a pass over the edges.
    template <class Matches>
    [[nodiscard]] std::vector<std::uint8_t> reaches(const Matches& sink) const {
        std::vector<std::uint8_t> marks = matching(sink);
        std::vector<std::uint32_t> queue;
        for (std::uint32_t f = 0; f < marks.size(); ++f) {
            if (marks[f] != 0) { queue.push_back(f); }
        }
        while (!queue.empty()) {
            const std::uint32_t f = queue.back();
            queue.pop_back();
            for (std::uint32_t e = group_[f]; e < group_[f + 1]; ++e) {
                const std::uint32_t caller = callers_[e];
                if (marks[caller] != 0) { continue; }
                marks[caller] = 1;
                queue.push_back(caller);
            }
        }
        return marks;
    }

    /// Returns the functions from which none that matches can be reached, in the present order.
    template <class Matches>
    [[nodiscard]] std::vector<std::uint32_t> free_of(const Matches& sink) const {
        const std::vector<std::uint8_t> marks = reaches(sink);
        std::vector<std::uint32_t> free;
        for (const std::uint32_t f : order_.empty() ? listed_ : order_) {
            if (marks[f] == 0) { free.push_back(f); }
        }
        return free;
    }

    /// Returns, by function, 1 where it matches, can be reached from one that does, or reaches one:
    /// the approximation of the stacks through a function that a graph allows.
    template <class Matches>
    [[nodiscard]] std::vector<std::uint8_t> around(const Matches& matches) const {
        std::vector<std::uint8_t> marks = matching(matches);
        const detail::edge_lists callees = detail::edges_by_caller(graph_);
        std::vector<std::uint32_t> queue;
        for (std::uint32_t f = 0; f < marks.size(); ++f) {
            if (marks[f] != 0) { queue.push_back(f); }
        }
        while (!queue.empty()) {
            const std::uint32_t f = queue.back();
            queue.pop_back();
            for (std::uint32_t i = callees.begin[f]; i < callees.begin[f + 1]; ++i) {
                const std::uint32_t callee = graph_.edges[callees.edges[i]].callee;
                if (marks[callee] != 0) { continue; }
                marks[callee] = 1;
                queue.push_back(callee);
            }
        }
        const std::vector<std::uint8_t> above = reaches(matches);
        for (std::size_t f = 0; f < marks.size(); ++f) { marks[f] |= above[f]; }
        return marks;
    }

    /// Returns the groups of functions that call each other in circles, and those that call
    /// themselves, each in the graph's order, the largest groups first. Cost: a pass over the
    /// edges.
    [[nodiscard]] std::vector<std::vector<std::uint32_t>> cycles() const {
        std::vector<std::vector<std::uint32_t>> found = components();
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
            return a.size() != b.size() ? a.size() > b.size() : a.front() < b.front();
        });
        return found;
    }

    /// Writes the functions that restrictions leave with units and shares, and what was cut.
    template <class Sink>
    void print_table(Sink&& sink, const std::vector<restriction>& restrictions = {}) const {
        const listing list = select(restrictions);
        detail::page<std::remove_reference_t<Sink>> out(sink);
        put_heading(out);
        out.put(table_title());
        call_figures cut = total_;
        for (const std::uint32_t f : list.functions) {
            const call_figures& figures = graph_.functions[f].figures;
            put_row(out, figures, "");
            out.put(text(f));
            out.put('\n');
            cut.self -= figures.self;
        }
        const std::size_t hidden = listed_.size() - list.functions.size();
        std::string line = "\n" + count_of(list.functions.size(), listed_.size(), "functions");
        if (hidden != 0) {
            line += "; the " + std::to_string(hidden) + " others hold ";
            append_share(line, cut.self);
            line += " of the time (self)";
        }
        // Lines of the message that tell of bad expressions, and what did the cutting.
        const std::size_t first = list.message.find('\n') + 1;
        line += '\n';
        line.append(list.message, first, std::string::npos);
        out.put(line);
        out.flush();
    }

    /// Writes the callers, or callees, of the functions that restrictions leave: sorted, cut, and
    /// with what was cut.
    template <class Sink>
    void print_relation_table(Sink&& sink,
                              bool callers_of,
                              const std::vector<restriction>& restrictions = {},
                              const relation_options& options = {}) const {
        const listing list = select(restrictions);
        detail::page<std::remove_reference_t<Sink>> out(sink);
        put_heading(out);
        out.put(table_title());
        const detail::edge_lists below =
            callers_of ? detail::edge_lists{} : detail::edges_by_caller(graph_);
        for (const std::uint32_t f : list.functions) {
            put_row(out, graph_.functions[f].figures, "");
            out.put(text(f));
            out.put('\n');
            const call_relations others =
                callers_of ? callers(f, options) : relations(callee_rows(below, f), options);
            for (const call_relation& r : others.rows) {
                put_row(out, r.figures, callers_of ? "  <- " : "  -> ");
                out.put(text(r.function));
                out.put('\n');
            }
            if (others.hidden != 0) {
                put_row(out, others.hidden_figures, "     ");
                out.put("(" + std::to_string(others.hidden) + " more)\n");
            }
        }
        const std::size_t first = list.message.find('\n') + 1;
        out.put("\n" + count_of(list.functions.size(), listed_.size(), "functions") + "\n" +
                list.message.substr(first));
        out.flush();
    }

private:
    call_graph graph_;
    call_figures total_;
    std::vector<std::uint32_t> listed_;  // functions that have an entry
    std::vector<std::uint32_t> order_;   // the same, sorted; empty: not sorted
    std::string order_text_;             // by what
    std::vector<std::uint32_t> group_;   // by callee: its first edge, and one more
    std::vector<std::uint32_t> callers_; // by edge
    std::string texts_;                  // of functions
    std::vector<std::size_t> ends_;      // of their texts
    std::vector<std::uint32_t> widths_;  // of their texts, in characters

    void index() {
        order_.clear();
        order_text_.clear();
        listed_.clear();
        texts_.clear();
        ends_.clear();
        widths_.clear();
        const std::size_t functions = graph_.functions.size();
        ends_.reserve(functions);
        widths_.reserve(functions);
        listed_.reserve(functions);
        for (std::uint32_t f = 0; f < functions; ++f) {
            const std::size_t begin = texts_.size();
            detail::append_standard_name(texts_, graph_.functions[f]);
            ends_.push_back(texts_.size());
            widths_.push_back(static_cast<std::uint32_t>(
                detail::count_characters(std::string_view(texts_).substr(begin))));
            if (graph_.functions[f].listed) { listed_.push_back(f); }
        }
        group_.assign(functions + 1, 0);
        callers_.resize(graph_.edges.size());
        std::uint32_t callee = 0;
        for (std::uint32_t e = 0; e < callers_.size(); ++e) {
            callers_[e] = graph_.edges[e].caller;
            while (callee < graph_.edges[e].callee) { group_[++callee] = e; }
        }
        while (callee < functions) {
            group_[++callee] = static_cast<std::uint32_t>(callers_.size());
        }
    }

    [[nodiscard]] bool is_time() const noexcept {
        return detail::units_per_second(graph_.unit) > 0;
    }

    [[nodiscard]] std::string_view unit() const noexcept {
        return graph_.unit.empty() ? std::string_view("weight") : std::string_view(graph_.unit);
    }

    // A time in seconds; what is no time as it is.
    [[nodiscard]] double shown(double time) const noexcept {
        const double unit = detail::units_per_second(graph_.unit);
        return unit > 0 ? time / unit : time;
    }

    template <class Matches>
    [[nodiscard]] std::vector<std::uint8_t> matching(const Matches& matches) const {
        std::vector<std::uint8_t> marks(graph_.functions.size(), 0);
        const auto mark = [&](auto&& test) {
            for (std::uint32_t f = 0; f < marks.size(); ++f) {
                if (test(text(f))) { marks[f] = 1; }
            }
        };
        if constexpr (std::is_same_v<Matches, pattern>) {
            mark(pattern_searcher(matches));
        } else {
            mark(matches);
        }
        return marks;
    }

    void restrict(listing& list, const restriction& r) const {
        const std::size_t before = list.functions.size();
        std::string shown_as;
        switch (r.what()) {
        case restriction::kind::count:
            shown_as = std::to_string(r.count());
            if (r.count() >= 0 && static_cast<std::uint64_t>(r.count()) < before) {
                list.functions.resize(static_cast<std::size_t>(r.count()));
            }
            break;
        case restriction::kind::share:
            detail::append_repr(shown_as, r.share());
            if (r.share() >= 0 && r.share() < 1) {
                const double kept = static_cast<double>(before) * r.share() + .5;
                list.functions.resize(static_cast<std::size_t>(kept));
            }
            break;
        case restriction::kind::pattern: {
            detail::append_repr(shown_as, r.regex());
            pattern_options regex;
            regex.regex = true;
            const result<pattern> compiled = compile_pattern(r.regex(), regex);
            if (!compiled) {
                const bool python_takes = compiled.error.what.find("not supported") !=
                                          std::string::npos; // pstats could have searched for it
                list.message += python_takes ? "   <Unsupported regular expression "
                                             : "   <Invalid regular expression ";
                list.message += shown_as;
                if (python_takes) { list.message += ": " + compiled.error.what; }
                list.message += ">\n";
                return;
            }
            pattern_searcher found(compiled.value);
            std::vector<std::uint32_t>& all = list.functions;
            all.erase(std::remove_if(
                          all.begin(), all.end(), [&](std::uint32_t f) { return !found(text(f)); }),
                      all.end());
            break;
        }
        }
        if (list.functions.size() == before) { return; }
        list.message += "   List reduced from " + std::to_string(before) + " to " +
                        std::to_string(list.functions.size()) + " due to restriction <" + shown_as +
                        ">\n";
    }

    // ------------------------------------------------------------------------ sorting

    // Numbers in the order of texts, by function; equal texts have equal numbers.
    template <class Text>
    [[nodiscard]] std::vector<std::uint64_t> ranks(Text text_of) const {
        detail::text_table texts;
        std::vector<std::uint32_t> id(graph_.functions.size());
        for (std::uint32_t f = 0; f < id.size(); ++f) { id[f] = texts.add(text_of(f)); }
        std::vector<std::uint32_t> order(texts.size());
        for (std::uint32_t i = 0; i < order.size(); ++i) { order[i] = i; }
        std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return texts.text(a) < texts.text(b); // bytes of UTF-8 sort as characters do
        });
        std::vector<std::uint64_t> rank(order.size());
        for (std::size_t i = 0; i < order.size(); ++i) { rank[order[i]] = i; }
        std::vector<std::uint64_t> by_function(id.size());
        for (std::size_t f = 0; f < id.size(); ++f) { by_function[f] = rank[id[f]]; }
        return by_function;
    }
    [[nodiscard]] std::vector<std::uint64_t> file_ranks() const {
        return ranks([&](std::uint32_t f) { return std::string_view(graph_.functions[f].file); });
    }
    [[nodiscard]] std::vector<std::uint64_t> name_ranks() const {
        return ranks([&](std::uint32_t f) { return std::string_view(graph_.functions[f].name); });
    }
    [[nodiscard]] std::uint64_t line_rank(std::uint32_t f) const {
        return static_cast<std::uint64_t>(std::int64_t{graph_.functions[f].line} + 0x80000000);
    }

    // A number for each function that is less where it comes first.
    template <class Number>
    [[nodiscard]] std::vector<std::uint64_t> numbers(Number number) const {
        std::vector<std::uint64_t> all(graph_.functions.size());
        for (std::uint32_t f = 0; f < all.size(); ++f) { all[f] = number(f); }
        return all;
    }
    void append_columns(sort_key key, std::vector<std::vector<std::uint64_t>>& to) const {
        const auto figures = [&](std::uint32_t f) -> const call_figures& {
            return graph_.functions[f].figures;
        };
        switch (key) {
        case sort_key::calls:
            to.push_back(numbers([&](std::uint32_t f) { return ~figures(f).calls; }));
            break;
        case sort_key::primitive_calls:
            to.push_back(numbers([&](std::uint32_t f) { return ~figures(f).primitive_calls; }));
            break;
        case sort_key::time:
            to.push_back(
                numbers([&](std::uint32_t f) { return ~detail::ordered_bits(figures(f).self); }));
            break;
        case sort_key::cumulative:
            to.push_back(numbers(
                [&](std::uint32_t f) { return ~detail::ordered_bits(figures(f).cumulative); }));
            break;
        case sort_key::filename:
            to.push_back(file_ranks());
            break;
        case sort_key::line:
            to.push_back(numbers([&](std::uint32_t f) { return line_rank(f); }));
            break;
        case sort_key::name:
            to.push_back(name_ranks());
            break;
        case sort_key::name_file_line:
            to.push_back(name_ranks());
            to.push_back(file_ranks());
            to.push_back(numbers([&](std::uint32_t f) { return line_rank(f); }));
            break;
        case sort_key::standard_name:
            to.push_back(ranks([&](std::uint32_t f) { return text(f); }));
            break;
        }
    }

    // Returns functions sorted, the first `limit` of them.
    [[nodiscard]] std::vector<std::uint32_t> sorted(const std::vector<std::uint32_t>& functions,
                                                    const std::vector<sort_key>& keys,
                                                    std::size_t limit = ~std::size_t{0}) const {
        std::vector<std::vector<std::uint64_t>> columns;
        for (const sort_key key : keys) { append_columns(key, columns); }
        struct row {
            std::uint64_t first;
            std::uint32_t place; // where it was: equal functions stay in order
            std::uint32_t function;
        };
        std::vector<row> rows;
        rows.reserve(functions.size());
        for (const std::uint32_t f : functions) {
            rows.push_back({columns[0][f], static_cast<std::uint32_t>(rows.size()), f});
        }
        const auto before = [&](const row& a, const row& b) {
            if (a.first != b.first) { return a.first < b.first; }
            for (std::size_t c = 1; c < columns.size(); ++c) {
                const std::uint64_t left = columns[c][a.function];
                const std::uint64_t right = columns[c][b.function];
                if (left != right) { return left < right; }
            }
            return a.place < b.place;
        };
        if (limit < rows.size()) {
            std::partial_sort(rows.begin(),
                              rows.begin() + static_cast<std::ptrdiff_t>(limit),
                              rows.end(),
                              before);
            rows.resize(limit);
        } else {
            std::sort(rows.begin(), rows.end(), before);
        }
        std::vector<std::uint32_t> made;
        made.reserve(rows.size());
        for (const row& r : rows) { made.push_back(r.function); }
        return made;
    }

    // The order of file, line and name, by function: that of pstats' second level.
    [[nodiscard]] std::vector<std::uint32_t> key_ranks() const {
        struct row {
            std::uint64_t file_line;
            std::uint32_t function;
        };
        const std::vector<std::uint64_t> files = file_ranks();
        std::vector<row> rows;
        rows.reserve(files.size());
        for (std::uint32_t f = 0; f < files.size(); ++f) {
            rows.push_back({files[f] << 32 | line_rank(f), f});
        }
        std::sort(rows.begin(), rows.end(), [&](const row& a, const row& b) {
            if (a.file_line != b.file_line) { return a.file_line < b.file_line; }
            return graph_.functions[a.function].name < graph_.functions[b.function].name;
        });
        std::vector<std::uint32_t> rank(rows.size());
        for (std::uint32_t i = 0; i < rows.size(); ++i) { rank[rows[i].function] = i; }
        return rank;
    }

    [[nodiscard]] bool key_less(std::uint32_t a, std::uint32_t b) const {
        const call_graph::function& left = graph_.functions[a];
        const call_graph::function& right = graph_.functions[b];
        const int by_file = left.file.compare(right.file);
        if (by_file != 0) { return by_file < 0; }
        return left.line != right.line ? left.line < right.line : left.name < right.name;
    }

    // ------------------------------------------------------------------------ pstats' layout

    template <class Page>
    void put_function(Page& out, std::uint32_t f) const {
        const call_figures& figures = graph_.functions[f].figures;
        const double self = shown(figures.self);
        const double cumulative = shown(figures.cumulative);
        out.put_calls(figures.calls, figures.primitive_calls, 9);
        out.put(' ');
        out.put_time(self);
        out.put(' ');
        put_mean(out, self, figures.calls);
        out.put(' ');
        out.put_time(cumulative);
        out.put(' ');
        put_mean(out, cumulative, figures.primitive_calls);
        out.put(' ');
        out.put(text(f));
        out.put('\n');
    }

    template <class Page>
    static void put_mean(Page& out, double time, std::uint64_t calls) {
        if (calls == 0) {
            out.pad(8);
        } else {
            out.put_time(time / static_cast<double>(calls));
        }
    }

    template <class Sink>
    void print_relations(Sink& sink,
                         const std::vector<restriction>& restrictions,
                         bool callers_of) const {
        const listing list = select(restrictions);
        if (list.functions.empty()) { return; }
        detail::page<Sink> out(sink);
        out.put(list.message);
        out.put('\n');
        const std::vector<std::uint32_t>& measured =
            list.functions.size() < listed_.size() ? list.functions : listed_;
        std::size_t width = 0;
        for (const std::uint32_t f : measured) {
            width = (std::max)(width, std::size_t{widths_[f]});
        }
        width += 2;
        out.put_left("Function ", 9, width);
        out.put(callers_of ? "was called by...\n" : "called...\n");
        if (!graph_.edges.empty() && graph_.edge_times) {
            out.pad(width);
            out.put("    ncalls  tottime  cumtime\n");
        }
        put_relations(out, list.functions, width, callers_of);
        out.put("\n\n");
        out.flush();
    }

    template <class Page>
    void put_relations(Page& out,
                       const std::vector<std::uint32_t>& functions,
                       std::size_t width,
                       bool callers_of) const {
        // Numbers for all functions pay only where many are compared.
        const bool many = functions.size() > listed_.size() / 16;
        const std::vector<std::uint32_t> rank = many ? key_ranks() : std::vector<std::uint32_t>();
        const detail::edge_lists below =
            callers_of ? detail::edge_lists{} : detail::edges_by_caller(graph_);
        struct row {
            std::uint32_t rank;
            std::uint32_t other;
            std::uint32_t edge;
        };
        std::vector<row> rows;
        for (const std::uint32_t f : functions) {
            rows.clear();
            const std::uint32_t begin = callers_of ? group_[f] : below.begin[f];
            const std::uint32_t end = callers_of ? group_[f + 1] : below.begin[f + 1];
            for (std::uint32_t i = begin; i < end; ++i) {
                const std::uint32_t e = callers_of ? i : below.edges[i];
                const std::uint32_t other = callers_of ? callers_[e] : graph_.edges[e].callee;
                rows.push_back({many ? rank[other] : 0, other, e});
            }
            std::sort(rows.begin(), rows.end(), [&](const row& a, const row& b) {
                return many ? a.rank < b.rank : key_less(a.other, b.other);
            });
            out.put_left(text(f), widths_[f], width);
            out.put(callers_of ? "<- " : "-> ");
            if (rows.empty()) { out.put('\n'); }
            for (std::size_t i = 0; i < rows.size(); ++i) {
                put_relation(out, rows[i].other, graph_.edges[rows[i].edge].figures, width, i == 0);
            }
        }
    }

    template <class Page>
    void put_relation(Page& out,
                      std::uint32_t other,
                      const call_figures& figures,
                      std::size_t width,
                      bool first) const {
        if (graph_.edge_times) {
            if (!first) { out.pad(width + 1); }
            out.put_calls(figures.calls, figures.primitive_calls, first ? 7 : 9);
            out.put(' ');
            out.put_time(shown(figures.self));
            out.put(' ');
            out.put_time(shown(figures.cumulative));
            out.put("  ");
            out.put(text(other));
        } else {
            if (!first) { out.pad(width + 3); }
            out.put(text(other));
            out.put('(');
            out.put_number(figures.calls);
            out.put(") ");
            out.put_time(shown(graph_.functions[other].figures.cumulative));
        }
        out.put('\n');
    }

    // ------------------------------------------------------------------------ own layout

    [[nodiscard]] std::vector<call_relation> callee_rows(const detail::edge_lists& below,
                                                         std::uint32_t f) const {
        std::vector<call_relation> rows;
        for (std::uint32_t i = below.begin[f]; i < below.begin[f + 1]; ++i) {
            const call_graph::edge& e = graph_.edges[below.edges[i]];
            rows.push_back({e.callee, e.figures});
        }
        return rows;
    }

    [[nodiscard]] call_relations relations(std::vector<call_relation> rows,
                                           const relation_options& options) const {
        std::stable_sort(
            rows.begin(), rows.end(), [&](const call_relation& a, const call_relation& b) {
                return relation_less(a, b, options.by);
            });
        call_relations made;
        const std::size_t kept =
            options.limit == 0 ? rows.size() : (std::min)(options.limit, rows.size());
        for (std::size_t i = kept; i < rows.size(); ++i) {
            detail::add_figures(made.hidden_figures, rows[i].figures);
        }
        made.hidden = rows.size() - kept;
        rows.resize(kept);
        made.rows = std::move(rows);
        return made;
    }

    [[nodiscard]] bool
    relation_less(const call_relation& a, const call_relation& b, sort_key by) const {
        const call_graph::function& left = graph_.functions[a.function];
        const call_graph::function& right = graph_.functions[b.function];
        switch (by) {
        case sort_key::calls:
            return a.figures.calls > b.figures.calls;
        case sort_key::primitive_calls:
            return a.figures.primitive_calls > b.figures.primitive_calls;
        case sort_key::time:
            return a.figures.self > b.figures.self;
        case sort_key::cumulative:
            return a.figures.cumulative > b.figures.cumulative;
        case sort_key::filename:
            return left.file < right.file;
        case sort_key::line:
            return left.line < right.line;
        case sort_key::name:
            return left.name < right.name;
        case sort_key::name_file_line:
            return left.name != right.name ? left.name < right.name
                                           : key_less(a.function, b.function);
        case sort_key::standard_name:
            return text(a.function) < text(b.function);
        }
        return false;
    }

    void append_share(std::string& out, double part) const {
        const double share = total_.self > 0 ? part / total_.self * 100 : 0;
        char text[detail::max_thousandths];
        out.append(text,
                   std::to_chars(text, text + sizeof text, share, std::chars_format::fixed, 1).ptr);
        out += '%';
    }

    [[nodiscard]] static std::string
    count_of(std::size_t shown, std::size_t all, const char* what) {
        return std::to_string(shown) + " of " + std::to_string(all) + " " + what + " shown";
    }

    [[nodiscard]] std::string amount(double value) const {
        std::string made;
        if (is_time()) {
            detail::append_duration(made, shown(value));
        } else {
            detail::append_amount(made, value);
        }
        return made;
    }

    template <class Page>
    void put_heading(Page& out) const {
        std::string line;
        for (const std::string& source : graph_.sources) { line += source + "\n"; }
        line += std::to_string(total_.calls);
        line += graph_.kind == graph_kind::sampled ? " samples on stacks of " : " calls of ";
        line += std::to_string(listed_.size()) + " functions, " + amount(total_.self);
        if (!is_time()) {
            line += ' ';
            line += unit();
        }
        if (graph_.unattributed > 0 || graph_.unattributed < 0) {
            line += " and " + amount(graph_.unattributed) + " outside of them";
        }
        line += order_.empty() ? "; in the order of the input" : "; ordered by " + order_text_;
        out.put(line + "\n\n");
    }

    [[nodiscard]] std::string_view table_title() const noexcept {
        return graph_.kind == graph_kind::sampled
                   ? "     samples        self              total            per call  function\n"
                   : "       calls        self              total            per call  function\n";
    }

    template <class Page>
    void put_row(Page& out, const call_figures& figures, std::string_view arrow) const {
        const auto right = [&](const std::string& text, std::size_t width) {
            if (text.size() < width) { out.pad(width - text.size()); }
            out.put(text);
        };
        const bool sampled = graph_.kind == graph_kind::sampled;
        out.put_calls(figures.calls, sampled ? figures.calls : figures.primitive_calls, 12);
        std::string share;
        right(amount(figures.self), 12);
        append_share(share, figures.self);
        right(share, 7);
        share.clear();
        right(amount(figures.cumulative), 12);
        append_share(share, figures.cumulative);
        right(share, 7);
        const std::uint64_t calls = sampled ? figures.calls : figures.primitive_calls;
        right(calls == 0 ? std::string("-")
                         : amount(figures.cumulative / static_cast<double>(calls)),
              12);
        out.put("  ");
        out.put(arrow);
    }

    // ------------------------------------------------------------------------ cycles

    // Tarjan's strongly connected components, with a stack of its own: graphs may be deep.
    [[nodiscard]] std::vector<std::vector<std::uint32_t>> components() const {
        const detail::edge_lists below = detail::edges_by_caller(graph_);
        const std::size_t functions = graph_.functions.size();
        std::vector<std::uint32_t> number(functions, 0); // from 1, as they are found; 0: not yet
        std::vector<std::uint32_t> low(functions, 0);    // the least number that is reached
        std::vector<std::uint8_t> open(functions, 0);
        std::vector<std::uint32_t> stack; // functions of components that are not closed
        struct visit {
            std::uint32_t function;
            std::uint32_t next; // the edge to look at next
        };
        std::vector<visit> path;
        std::vector<std::vector<std::uint32_t>> found;
        std::uint32_t count = 0;
        const auto enter = [&](std::uint32_t f) {
            number[f] = low[f] = ++count;
            open[f] = 1;
            stack.push_back(f);
            path.push_back({f, below.begin[f]});
        };
        for (std::uint32_t start = 0; start < functions; ++start) {
            if (number[start] != 0) { continue; }
            enter(start);
            while (!path.empty()) {
                visit& v = path.back();
                const std::uint32_t f = v.function;
                if (v.next < below.begin[f + 1]) {
                    const std::uint32_t to = graph_.edges[below.edges[v.next++]].callee;
                    if (number[to] == 0) {
                        enter(to);
                    } else if (open[to] != 0) {
                        low[f] = (std::min)(low[f], number[to]);
                    }
                    continue;
                }
                path.pop_back();
                if (!path.empty()) {
                    std::uint32_t& above = low[path.back().function];
                    above = (std::min)(above, low[f]);
                }
                if (low[f] == number[f]) { close(f, stack, open, found); }
            }
        }
        return found;
    }

    void close(std::uint32_t f,
               std::vector<std::uint32_t>& stack,
               std::vector<std::uint8_t>& open,
               std::vector<std::vector<std::uint32_t>>& found) const {
        std::vector<std::uint32_t> members;
        std::uint32_t member = 0;
        do {
            member = stack.back();
            stack.pop_back();
            open[member] = 0;
            members.push_back(member);
        } while (member != f);
        if (members.size() == 1 && !calls_itself(f)) { return; }
        std::sort(members.begin(), members.end());
        found.push_back(std::move(members));
    }

    [[nodiscard]] bool calls_itself(std::uint32_t f) const {
        for (std::uint32_t e = group_[f]; e < group_[f + 1]; ++e) {
            if (callers_[e] == f) { return true; }
        }
        return false;
    }
};

WICK_END_NAMESPACE

#endif
// wick/format/prof.hpp - the .prof files of Python's cProfile, profile and sampling profiler.
#ifndef WICK_FORMAT_PROF_HPP
#define WICK_FORMAT_PROF_HPP

// wick/detail/byte_order.hpp - words of files in the byte order of the machine, and back.
#ifndef WICK_DETAIL_BYTE_ORDER_HPP
#define WICK_DETAIL_BYTE_ORDER_HPP


#include <cstddef>     // std::size_t
#include <type_traits> // std::make_unsigned_t

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns the word with its bytes in the opposite order.
template <class Word>
[[nodiscard]] constexpr Word reversed_bytes(Word word) noexcept {
    auto bits = static_cast<std::make_unsigned_t<Word>>(word);
    std::make_unsigned_t<Word> turned = 0;
    for (std::size_t i = 0; i < sizeof bits; ++i) {
        turned = static_cast<std::make_unsigned_t<Word>>(turned << 4 << 4 | (bits & 0xff));
        bits = static_cast<std::make_unsigned_t<Word>>(bits >> 4 >> 4);
    }
    return static_cast<Word>(turned);
}

/// Turns a word of a little-endian format around on machines that are not little-endian, both ways.
template <class Word>
[[nodiscard]] constexpr Word little_endian(Word word) noexcept {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return reversed_bytes(word);
#else
    return word;
#endif
}

/// Turns a word of a big-endian format around on machines that are not big-endian, both ways.
template <class Word>
[[nodiscard]] constexpr Word big_endian(Word word) noexcept {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return word;
#else
    return reversed_bytes(word);
#endif
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/decimal.hpp - decimal numbers in text, whatever the locale.
#ifndef WICK_DETAIL_DECIMAL_HPP
#define WICK_DETAIL_DECIMAL_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <cstdlib>     // std::strtod
#include <string>      // what strtod gets
#include <string_view> // the text

WICK_BEGIN_NAMESPACE
namespace detail {

/// The parts of a decimal number as it is written: (-1)^negative * digits * 10^exponent.
struct decimal_parts {
    std::uint64_t digits = 0; ///< the first 19 of them
    std::int64_t exponent = 0;
    std::size_t size = 0; ///< bytes of text that it took; 0: there is no number
    bool negative = false;
    bool whole = true; ///< false: there are more digits than `digits` has
};

/// Takes apart the number at the beginning of a text: perhaps a sign, digits with at most one point
/// among them, perhaps an exponent. Exponents beyond a milliard count as one.
[[nodiscard]] inline decimal_parts take_decimal(std::string_view text) noexcept {
    constexpr std::uint64_t most = 999'999'999'999'999'999u; // one more digit still fits
    decimal_parts parts;
    std::size_t at = 0;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) {
        parts.negative = text[at++] == '-';
    }
    bool point = false;
    bool any = false;
    for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !point)); ++at) {
        if (text[at] == '.') {
            point = true;
            continue;
        }
        any = true;
        if (parts.digits <= most) {
            parts.digits = parts.digits * 10 + static_cast<std::uint64_t>(text[at] - '0');
            parts.exponent -= point ? 1 : 0;
        } else {
            parts.whole = false;
            parts.exponent += point ? 0 : 1;
        }
    }
    if (!any) { return {}; }
    parts.size = at;
    if (at == text.size() || (text[at] != 'e' && text[at] != 'E')) { return parts; }
    ++at;
    const bool sign = at < text.size() && (text[at] == '-' || text[at] == '+');
    const bool negative = sign && text[at] == '-';
    at += sign ? 1 : 0;
    if (at == text.size() || !is_digit(text[at])) { return parts; } // "2e" is 2 and an "e"
    std::int64_t exponent = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) {
        if (exponent < 1'000'000'000) { exponent = exponent * 10 + (text[at] - '0'); }
    }
    parts.exponent += negative ? -exponent : exponent;
    parts.size = at;
    return parts;
}

/// Reads the number at the beginning of a text into the double nearest to it. Returns how many
/// bytes it took, 0 when there is no number; what is too large is infinite. "inf" and "nan" are no
/// numbers. Cost: up to 15 digits and powers of ten up to 22, a multiplication or division, which
/// is then rounded once (Clinger 1990); otherwise strtod and a copy of the number.
[[nodiscard]] inline std::size_t parse_decimal(std::string_view text, double& value) {
    constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const decimal_parts parts = take_decimal(text);
    if (parts.size == 0) { return 0; }
    constexpr std::uint64_t exact = std::uint64_t{1} << 53;
    if (parts.whole && parts.digits <= exact && parts.exponent >= -22 && parts.exponent <= 22) {
        const double digits = static_cast<double>(parts.digits);
        const double scale = powers[parts.exponent < 0 ? -parts.exponent : parts.exponent];
        value = parts.exponent < 0 ? digits / scale : digits * scale;
        if (parts.negative) { value = -value; }
        return parts.size;
    }
    // strtod's point is that of the locale: it gets all digits and an exponent, without a point.
    std::string plain;
    plain.reserve(parts.size + 24);
    std::int64_t exponent = parts.exponent;
    std::size_t digits = 0; // significant ones: `exponent` belongs to the first 19 of them
    for (const char c : text.substr(0, parts.size)) {
        if (c == 'e' || c == 'E') { break; }
        if (!is_digit(c) || (digits == 0 && c == '0')) { continue; }
        ++digits;
        plain += c;
        exponent -= digits > 19 ? 1 : 0;
    }
    if (plain.empty()) { plain = "0"; }
    plain += 'e';
    plain += std::to_string(exponent);
    value = std::strtod(plain.c_str(), nullptr);
    if (parts.negative) { value = -value; }
    return parts.size;
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

#include <cstddef>     // std::size_t
#include <cstdint>     // numbers
#include <cstdlib>     // std::realloc
#include <cstring>     // std::memcpy
#include <string>      // what is written
#include <string_view> // what is read
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // references

WICK_BEGIN_NAMESPACE

/// How to read a .prof file.
struct prof_options {
    bool strict = false; ///< what is odd is an error
};

/// What a .prof file holds.
struct prof_file {
    call_graph graph;  ///< in seconds
    wick::skipped odd; ///< what pstats takes and cannot be right: functions with calls and no
                       ///< primitive ones (3.12 wrote such), callers without an entry, bytes behind
                       ///< the end; with the first one's offset
};

namespace detail {

/// Returns what a file is that is no marshalled dict, as far as its beginning tells.
[[nodiscard]] inline const char* other_prof(std::string_view head) noexcept {
    const auto begins = [&](std::string_view with) { return head.substr(0, with.size()) == with; };
    constexpr std::string_view legacy("\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 16);
    if (head.empty()) { return "the file is empty"; }
    if (begins("\x1f\x8b")) { return "this is compressed with gzip, as pprof's profiles are"; }
    if (begins("\x0a")) { return "this looks like a profile of pprof (protobuf)"; }
    if (begins(legacy)) { return "this is a CPU profile of gperftools"; }
    if (begins("{\"") || begins("{\n")) { return "this is JSON, as GHC's programs write it"; }
    if (begins("\x7f\x45LF")) { return "this is a program or a library"; }
    if (begins("\x80\x04") || begins("\x80\x03") || begins("\x80\x02")) {
        return "this is a pickle, as line_profiler writes it";
    }
    return "this is no dict of Python's marshal format";
}

/// All bytes of a source. Not a std::string, which would write zeros over room that is then filled
/// and copy what it has when it grows; large blocks are moved without that by realloc.
class byte_buffer {
public:
    byte_buffer() { grow(std::size_t{1} << 18); }
    byte_buffer(const byte_buffer&) = delete;
    byte_buffer& operator=(const byte_buffer&) = delete;
    ~byte_buffer() { std::free(bytes_); }

    [[nodiscard]] char* room() noexcept { return bytes_ + size_; }
    [[nodiscard]] std::size_t room_size() const noexcept { return capacity_ - size_; }
    [[nodiscard]] std::string_view view() const noexcept { return {bytes_, size_}; }

    /// Takes note of what was written to the room, and makes more of it.
    void filled(std::size_t size) {
        size_ += size;
        if (size_ == capacity_) { grow(capacity_ * 2); }
    }

private:
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
    char* bytes_ = nullptr;

    void grow(std::size_t capacity) {
        void* const larger = std::realloc(bytes_, capacity);
        // Fails as containers do: with an exception, or as the program has it without those.
        if (larger == nullptr) { std::vector<char>().reserve(~std::size_t{0} / 2); }
        bytes_ = static_cast<char*>(larger);
        capacity_ = capacity;
    }
};

/// Which of many objects are functions' keys, and which functions: bits, with the number of those
/// before each word. Python marks nearly every number of a file as something that may be referred
/// to, and what is referred to are functions: this fits a cache where a list of all objects does
/// not.
class key_marks {
public:
    /// Adds a mark, greater than those before.
    void add(std::size_t mark, std::uint32_t function) {
        while (words_.size() <= mark / 64) {
            words_.push_back({0, static_cast<std::uint32_t>(functions_.size())});
        }
        words_.back().bits |= std::uint64_t{1} << (mark % 64);
        functions_.push_back(function);
    }
    /// Finds the function of a mark; false where it is none of a key.
    [[nodiscard]] bool find(std::size_t mark, std::uint32_t& function) const noexcept {
        if (mark / 64 >= words_.size()) { return false; }
        const word& w = words_[mark / 64];
        const std::uint64_t bit = std::uint64_t{1} << (mark % 64);
        if ((w.bits & bit) == 0) { return false; }
        function = functions_[w.before + count_bits(w.bits & (bit - 1))];
        return true;
    }

private:
    struct word {
        std::uint64_t bits;
        std::uint32_t before;
    };
    std::vector<word> words_;
    std::vector<std::uint32_t> functions_;

    [[nodiscard]] static std::uint32_t count_bits(std::uint64_t bits) noexcept {
        bits -= bits >> 1 & 0x5555555555555555u;
        bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
        bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
        return static_cast<std::uint32_t>(bits * 0x0101010101010101u >> 56);
    }
};

/// Reads marshalled data of the one shape that profiles have. No recursion, as the shape is known;
/// memory for what was read, and 8 bytes for each object that is marked to be referred to.
class prof_parser {
public:
    prof_parser(std::string_view bytes, bool strict)
        : begin_(bytes.data())
        , at_(bytes.data())
        , end_(bytes.data() + bytes.size())
        , strict_(strict) {}

    [[nodiscard]] result<prof_file> parse() {
        const std::string_view head(begin_, static_cast<std::size_t>(end_ - begin_));
        if (head.empty() || (head[0] & 0x7f) != '{') {
            return {prof_file{},
                    error{std::string("not a .prof file of Python: ") + other_prof(head) +
                              " (at byte 0)",
                          0}};
        }
        if ((*at_++ & 0x80) != 0) {
            refs_.reserve(head.size() / 10); // it has references: most numbers are marked
            refs_.push_back(0);
        }
        // An edge takes 35 bytes, unless what is in it was there before.
        builder_.reserve_edges(head.size() / 35);
        while (entry()) {}
        if (error_) { return {prof_file{}, std::move(error_)}; }
        return finish();
    }

private:
    // What an object that may be referred to was, in few bytes, as there may be many. Texts and
    // long numbers are read again where they stand; keys are in keys_.
    enum class kind : std::uint8_t { other, text, integer, number, edge, empty_dict };
    using ref = std::uint64_t; // the kind, and 61 bits of offset, value or index
    [[nodiscard]] static kind kind_of(ref r) noexcept { return static_cast<kind>(r & 7); }
    [[nodiscard]] static ref make_ref(kind what, std::uint64_t rest) noexcept {
        return rest << 3 | static_cast<std::uint64_t>(what);
    }
    static constexpr std::size_t unmarked = ~std::size_t{0};
    static constexpr std::size_t most_edges = 0xffffffffu;

    const char* begin_;
    const char* at_;
    const char* end_;
    bool strict_;
    error error_;
    call_graph_builder builder_;
    std::vector<ref> refs_;
    key_marks keys_;
    std::vector<std::string_view> interned_; // Python 2's own list
    std::vector<std::uint64_t> mentioned_;   // by function: where it was named first
    std::vector<std::uint32_t> latest_;      // by caller: its latest edge, plus one
    std::uint64_t calls_[4] = {0, 0, 0, 0};
    std::uint64_t counted_edges_ = 0;
    std::uint64_t no_primitives_ = 0;
    std::uint64_t no_primitives_at_ = 0;
    bool sampled_ = false;

    // -------------------------------------------------------------------------------- the bytes

    [[nodiscard]] std::uint64_t offset(const char* at) const noexcept {
        return static_cast<std::uint64_t>(at - begin_);
    }
    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    bool fail(const std::string& what, const char* at) {
        error_ = error{"at byte " + std::to_string(offset(at)) + ": " + what, 0, offset(at)};
        return false;
    }
    bool fail_short() { return fail("the data ends in the middle of an object", end_); }
    bool fail_type(const char* expected, const char* at) {
        constexpr char hex[] = "0123456789abcdef";
        const auto code = static_cast<unsigned char>(*at);
        return fail(std::string("expected ") + expected + ", found an object of type 0x" +
                        hex[code >> 4] + hex[code & 15],
                    at);
    }

    template <class Word>
    [[nodiscard]] bool word(Word& to) {
        if (left() < sizeof to) { return fail_short(); }
        to = little_endian(load<Word>(at_));
        at_ += sizeof to;
        return true;
    }

    // Takes an object's type. Objects that are marked get their place in the list at once.
    [[nodiscard]] bool type(char& code, std::size_t& mark) {
        if (at_ == end_) { return fail_short(); }
        const char c = *at_++;
        code = static_cast<char>(c & 0x7f);
        mark = unmarked;
        if ((c & 0x80) != 0) {
            mark = refs_.size();
            refs_.push_back(0);
        }
        return true;
    }
    void remember(std::size_t mark, kind what, std::uint64_t rest) {
        if (mark != unmarked) { refs_[mark] = make_ref(what, rest); }
    }
    // Takes the number of a reference, and gets what it refers to.
    [[nodiscard]] bool referred(ref& known, const char* start) {
        std::uint32_t index = 0;
        if (!word(index)) { return false; }
        if (index >= refs_.size()) {
            return fail("a reference to object " + std::to_string(index) + " of " +
                            std::to_string(refs_.size()),
                        start);
        }
        known = refs_[index];
        return true;
    }

    // ------------------------------------------------------------------------------ the numbers

    // The rest of a long number: digits of 15 bits, the least significant first.
    [[nodiscard]] bool long_integer(std::int64_t& value, const char* start) {
        std::int32_t digits = 0;
        if (!word(digits)) { return false; }
        const std::int64_t sized = digits;
        const auto count = static_cast<std::size_t>(sized < 0 ? -sized : sized);
        if (count > left() / 2) { return fail_short(); }
        std::uint64_t sum = 0;
        for (std::size_t i = count; i-- > 0;) {
            const auto low = static_cast<unsigned char>(at_[i * 2]);
            const auto high = static_cast<unsigned char>(at_[i * 2 + 1]);
            if (high > 0x7f) { return fail("a digit of more than 15 bits", at_ + i * 2); }
            if (sum > max_calls >> 15) { return fail("a number of 2^63 or more", start); }
            sum = sum << 15 | static_cast<std::uint64_t>(high << 8 | low);
        }
        at_ += count * 2;
        value = digits < 0 ? -static_cast<std::int64_t>(sum) : static_cast<std::int64_t>(sum);
        return true;
    }

    // An integer that stands here, of which the type has been taken.
    [[nodiscard]] bool integer_here(char code, std::int64_t& value, const char* start) {
        if (code == 'i') {
            std::int32_t short_form = 0;
            if (!word(short_form)) { return false; }
            value = short_form;
            return true;
        }
        if (code == 'I') { return word(value); }
        if (code == 'l') { return long_integer(value, start); }
        return fail_type("an integer", start);
    }

    [[nodiscard]] bool integer(std::int64_t& value) {
        char code = 0;
        std::size_t mark = 0;
        const char* const start = at_;
        if (!type(code, mark)) { return false; }
        if (code != 'r') {
            if (!integer_here(code, value, start)) { return false; }
            remember_integer(mark, value, start);
            return true;
        }
        ref known = 0;
        if (!referred(known, start)) { return false; }
        return integer_of(known, value) || fail("a reference to no integer", start);
    }

    void remember_integer(std::size_t mark, std::int64_t value, const char* start) {
        const bool fits = value >= 0 && value < std::int64_t{1} << 60;
        remember(mark,
                 fits ? kind::integer : kind::number,
                 fits ? static_cast<std::uint64_t>(value) : offset(start));
    }

    // What a reference to an integer stands for; false where it refers to something else.
    [[nodiscard]] bool integer_of(ref known, std::int64_t& value) {
        if (kind_of(known) == kind::integer) {
            value = static_cast<std::int64_t>(known >> 3);
            return true;
        }
        if (kind_of(known) != kind::number) { return false; }
        const char* const here = at_;
        at_ = begin_ + (known >> 3);
        const char code = static_cast<char>(*at_++ & 0x7f);
        const bool whole = code == 'i' || code == 'I' || code == 'l';
        const bool read = whole && integer_here(code, value, at_ - 1);
        at_ = here;
        return read;
    }

    [[nodiscard]] bool count(std::uint64_t& value) {
        const char* const start = at_;
        if (left() >= 5 && *at_ == 'i' && (at_[4] & 0x80) == 0) { // nearly all are such
            std::uint32_t short_form = 0;
            ++at_;
            static_cast<void>(word(short_form));
            value = short_form;
            return true;
        }
        std::int64_t number = 0;
        if (!integer(number)) { return false; }
        if (number < 0) { return fail("a number of calls below 0", start); }
        value = static_cast<std::uint64_t>(number);
        return true;
    }

    // A number that stands here, of which the type has been taken.
    [[nodiscard]] bool time_here(char code, double& value, const char* start) {
        if (code == 'g') {
            std::uint64_t bits = 0;
            if (!word(bits)) { return false; }
            std::memcpy(&value, &bits, sizeof value);
        } else if (code == 'f') {
            if (!real_text(value, start)) { return false; }
        } else { // `profile` has whole numbers
            std::int64_t whole = 0;
            if (code != 'i' && code != 'I' && code != 'l') { return fail_type("a time", start); }
            if (!integer_here(code, whole, start)) { return false; }
            value = static_cast<double>(whole);
        }
        return is_finite(value) || fail("a time that is not finite", start);
    }

    [[nodiscard]] bool time(double& value) {
        char code = 0;
        std::size_t mark = 0;
        const char* const start = at_;
        if (left() >= 9 && (*at_ & 0x7f) == 'g') { // nearly all are such
            std::uint64_t bits = 0;
            if (*at_++ != 'g') { refs_.push_back(make_ref(kind::number, offset(start))); }
            static_cast<void>(word(bits));
            std::memcpy(&value, &bits, sizeof value);
            return is_finite(value) || fail("a time that is not finite", start);
        }
        if (!type(code, mark)) { return false; }
        if (code != 'r') {
            if (!time_here(code, value, start)) { return false; }
            if (mark == unmarked) { return true; }
            std::int64_t whole = 0; // the same object may be a number of calls
            if (code == 'g' || code == 'f') {
                remember(mark, kind::number, offset(start));
            } else if (integer_of(make_ref(kind::number, offset(start)), whole)) {
                remember_integer(mark, whole, start);
            }
            return true;
        }
        ref known = 0;
        if (!referred(known, start)) { return false; }
        std::int64_t whole = 0;
        if (kind_of(known) == kind::integer && integer_of(known, whole)) {
            value = static_cast<double>(whole);
            return true;
        }
        if (kind_of(known) != kind::number) { return fail("a reference to no number", start); }
        const char* const here = at_;
        at_ = begin_ + (known >> 3);
        const char known_code = static_cast<char>(*at_++ & 0x7f);
        const bool read = time_here(known_code, value, at_ - 1);
        at_ = here;
        return read;
    }

    // "0.25" or "1e-05".
    [[nodiscard]] bool real_text(double& value, const char* start) {
        if (left() < 1) { return fail_short(); }
        const auto size = static_cast<unsigned char>(*at_++);
        if (left() < size) { return fail_short(); }
        if (size == 0 || parse_decimal(std::string_view(at_, size), value) != size) {
            return fail("a time that is no number", start);
        }
        at_ += size;
        return true;
    }

    // -------------------------------------------------------------------------------- the texts

    [[nodiscard]] bool text(std::string_view& value) {
        char code = 0;
        std::size_t mark = 0;
        const char* const start = at_;
        if (!type(code, mark)) { return false; }
        if (code == 'r') { return referred_text(value, start); }
        if (code == 'R') { return interned_text(value, start); }
        if (!text_here(code, value, start)) { return false; }
        if (code == 't') { interned_.push_back(value); }
        remember(mark, kind::text, offset(start));
        return true;
    }

    // A text that stands here, of which the type has been taken.
    [[nodiscard]] bool text_here(char code, std::string_view& value, const char* start) {
        std::uint32_t size = 0;
        if (code == 'z' || code == 'Z') {
            if (left() < 1) { return fail_short(); }
            size = static_cast<unsigned char>(*at_++);
        } else if (code == 'u' || code == 'a' || code == 'A' || code == 's' || code == 't') {
            if (!word(size)) { return false; }
        } else {
            return fail_type("a text", start);
        }
        if (size > left()) {
            return fail("a text of " + std::to_string(size) + " bytes, where " +
                            std::to_string(left()) + " are left",
                        start);
        }
        value = std::string_view(at_, size);
        at_ += size;
        return true;
    }

    [[nodiscard]] bool referred_text(std::string_view& value, const char* start) {
        ref known = 0;
        if (!referred(known, start)) { return false; }
        if (kind_of(known) != kind::text) { return fail("a reference to no text", start); }
        const char* const here = at_;
        at_ = begin_ + (known >> 3);
        const char code = static_cast<char>(*at_++ & 0x7f);
        const bool read = text_here(code, value, at_ - 1);
        at_ = here;
        return read;
    }

    [[nodiscard]] bool interned_text(std::string_view& value, const char* start) {
        std::uint32_t index = 0;
        if (!word(index)) { return false; }
        if (index >= interned_.size()) { return fail("a reference to no known text", start); }
        value = interned_[index];
        return true;
    }

    // ------------------------------------------------------------------------------- the tuples

    [[nodiscard]] bool size_of_tuple(char code, std::uint32_t& size) {
        if (code == '(') { return word(size); }
        if (left() < 1) { return fail_short(); }
        size = static_cast<unsigned char>(*at_++);
        return true;
    }

    enum class key_found : std::uint8_t { error, end, function, sampled };

    // A function's key (file, line, name), the end of the dict, or the mark of sampled profiles.
    [[nodiscard]] key_found key(std::uint32_t& function, bool top) {
        const char* const start = at_;
        char code = 0;
        std::size_t mark = 0;
        if (!type(code, mark)) { return key_found::error; }
        if (code == '0') { return key_found::end; }
        if (code == 'r') {
            std::uint32_t index = 0;
            if (!word(index)) { return key_found::error; }
            if (keys_.find(index, function)) { return key_found::function; }
            fail("a reference to no function", start);
            return key_found::error;
        }
        if (code != '(' && code != ')') {
            fail_type("a function's tuple", start);
            return key_found::error;
        }
        std::uint32_t size = 0;
        std::string_view file;
        if (!size_of_tuple(code, size)) { return key_found::error; }
        if (size != 3 && !(size == 1 && top)) {
            fail("a function has a tuple of 3, this is one of " + std::to_string(size), start);
            return key_found::error;
        }
        if (!text(file)) { return key_found::error; }
        if (size == 1) {
            if (file == "__sampled__") { return key_found::sampled; }
            fail("a function has a tuple of 3, this is one of 1", start);
            return key_found::error;
        }
        return function_key(file, start, mark, function) ? key_found::function : key_found::error;
    }

    [[nodiscard]] bool function_key(std::string_view file,
                                    const char* start,
                                    std::size_t mark,
                                    std::uint32_t& function) {
        std::int64_t line = 0;
        std::string_view name;
        const char* const line_at = at_;
        if (!integer(line)) { return false; }
        if (line < -0x7fffffff - 1 || line > 0x7fffffff) {
            return fail("a line of more than 32 bits", line_at);
        }
        if (!text(name)) { return false; }
        function = builder_.intern(file, static_cast<std::int32_t>(line), name);
        if (function == mentioned_.size()) {
            mentioned_.push_back(offset(start));
            latest_.push_back(0);
        }
        if (mark != unmarked) { keys_.add(mark, function); } // keys do not contain keys
        return true;
    }

    // A function and its figures. False at the end, and where there is an error.
    [[nodiscard]] bool entry() {
        const char* const start = at_;
        std::uint32_t function = 0;
        switch (key(function, true)) {
        case key_found::error:
        case key_found::end:
            return false;
        case key_found::sampled:
            return sampled_mark();
        case key_found::function:
            break;
        }
        if (builder_.listed(function)) { return fail("a function that was there before", start); }
        const char* const value = at_;
        char code = 0;
        std::size_t mark = 0;
        std::uint32_t size = 0;
        if (!type(code, mark)) { return false; }
        if (code != '(' && code != ')') { return fail_type("a function's figures", value); }
        if (!size_of_tuple(code, size)) { return false; }
        if (size != 5) {
            return fail("figures are a tuple of 5, this is one of " + std::to_string(size), value);
        }
        call_figures f;
        if (!count(f.primitive_calls) || !count(f.calls) || !time(f.self) || !time(f.cumulative)) {
            return false;
        }
        if (!add_calls(f, calls_[0], calls_[1])) { return fail("2^63 calls or more", value); }
        if (f.primitive_calls == 0 && f.calls != 0 && no_primitives_++ == 0) {
            no_primitives_at_ = offset(value);
        }
        builder_.add(function, f);
        return callers(function);
    }

    [[nodiscard]] bool sampled_mark() {
        if (left() < 1) { return fail_short(); }
        const char code = static_cast<char>(*at_ & 0x7f);
        if (code != 'T' && code != 'F' && code != 'N') { return fail_type("True", at_); }
        if ((*at_ & 0x80) != 0) { refs_.push_back(0); }
        ++at_;
        sampled_ = code == 'T';
        return true;
    }

    [[nodiscard]] bool callers(std::uint32_t callee) {
        const char* const start = at_;
        char code = 0;
        std::size_t mark = 0;
        if (!type(code, mark)) { return false; }
        if (code == 'r') {
            ref known = 0;
            if (!referred(known, start)) { return false; }
            // One dict for two functions: nobody's callers are those of another.
            return kind_of(known) == kind::empty_dict ||
                   fail("a reference to no empty dict", start);
        }
        if (code != '{') { return fail_type("a dict of callers", start); }
        const std::size_t group = builder_.edges();
        for (;;) {
            const char* const key_at = at_;
            std::uint32_t caller = 0;
            const key_found found = key(caller, false);
            if (found == key_found::error) { return false; }
            if (found == key_found::end) { break; }
            if (latest_[caller] > group) { return fail("a caller that was there before", key_at); }
            if (!edge(caller, callee)) { return false; }
            if (builder_.edges() == most_edges) { return fail("2^32 calls or more", key_at); }
            latest_[caller] = static_cast<std::uint32_t>(builder_.edges());
        }
        if (builder_.edges() == group) { remember(mark, kind::empty_dict, 0); }
        return true;
    }

    // What a caller's calls took: a tuple, or their number alone.
    [[nodiscard]] bool edge(std::uint32_t caller, std::uint32_t callee) {
        const char* const start = at_;
        char code = 0;
        std::size_t mark = 0;
        if (!type(code, mark)) { return false; }
        call_figures f;
        std::int64_t number = 0;
        bool alone = false;
        if (code == '(' || code == ')') {
            if (!edge_figures(code, f, start)) { return false; }
            remember(mark, kind::edge, builder_.edges());
        } else if (code == 'r') {
            ref known = 0;
            if (!referred(known, start)) { return false; }
            if (kind_of(known) == kind::edge) {
                f = builder_.edge(known >> 3).figures;
            } else if (integer_of(known, number)) {
                alone = true;
            } else {
                return fail("a reference to no caller's figures", start);
            }
        } else {
            if (code != 'i' && code != 'I' && code != 'l') {
                return fail_type("a caller's figures", start);
            }
            if (!integer_here(code, number, start)) { return false; }
            remember_integer(mark, number, start);
            alone = true;
        }
        if (alone) {
            if (number < 0) { return fail("a number of calls below 0", start); }
            f.calls = static_cast<std::uint64_t>(number);
            ++counted_edges_;
        }
        if (!add_calls(f, calls_[2], calls_[3])) { return fail("2^63 calls or more", start); }
        builder_.add_edge(caller, callee, f);
        return true;
    }

    // The rest of a caller's tuple. Calls come first here, and second in functions' tuples.
    [[nodiscard]] bool edge_figures(char code, call_figures& f, const char* start) {
        std::uint32_t size = 0;
        if (!size_of_tuple(code, size)) { return false; }
        if (size != 4) {
            return fail("a caller's figures are a tuple of 4, this is one of " +
                            std::to_string(size),
                        start);
        }
        return count(f.calls) && count(f.primitive_calls) && time(f.self) && time(f.cumulative);
    }

    // ---------------------------------------------------------------------------------- the end

    void note(skipped& odd, const std::string& what, std::uint64_t where) const {
        odd.add(("at byte " + std::to_string(where) + ": " + what).c_str(), 0, where);
    }

    [[nodiscard]] result<prof_file> finish() {
        result<prof_file> read;
        prof_file& file = read.value;
        if (no_primitives_ != 0 && !sampled_) {
            note(file.odd, "a function with calls and no primitive ones", no_primitives_at_);
            file.odd.records = no_primitives_;
        }
        for (std::uint32_t f = 0; f < mentioned_.size(); ++f) {
            if (!builder_.listed(f)) {
                note(file.odd, "a caller that has no entry of its own", mentioned_[f]);
            }
        }
        const bool mixed = counted_edges_ != 0 && counted_edges_ != builder_.edges();
        if (mixed) { note(file.odd, "some callers have times, and some have not", 0); }
        if (at_ != end_) { note(file.odd, "bytes behind the end", offset(at_)); }
        file.graph = builder_.finish();
        file.graph.kind = sampled_ ? graph_kind::sampled : graph_kind::exact;
        file.graph.edge_times = counted_edges_ == 0;
        if (mixed) {
            for (call_graph::edge& e : file.graph.edges) {
                e.figures = call_figures{e.figures.calls, 0, 0, 0};
            }
        }
        if (strict_ && file.odd.records != 0) {
            read.error = file.odd.first;
            file = prof_file{};
        }
        return read;
    }
};

/// Returns whether bytes begin as a .prof file does: a dict whose first key is a tuple of a text
/// and more. The suffix says nothing: pprof's, gperftools' and GHC's profiles have it too.
[[nodiscard]] inline bool looks_like_prof(std::string_view head) noexcept {
    if (head.size() < 2 || (head[0] & 0x7f) != '{') { return false; }
    if (head == "{0" || head == "\xfb\x30") { return true; }
    const char tuple = static_cast<char>(head[1] & 0x7f);
    std::size_t text = 0; // where the tuple's first text is
    if (tuple == ')') {
        text = head.size() > 3 && (head[2] == 3 || head[2] == 1) ? 3 : 0;
    } else if (tuple == '(') {
        const bool sized = head.size() > 6 && (head[2] == 3 || head[2] == 1) && head[3] == 0 &&
                           head[4] == 0 && head[5] == 0;
        text = sized ? 6 : 0;
    }
    if (text == 0) { return false; }
    return std::string_view("zZaAustr").find(static_cast<char>(head[text] & 0x7f)) <
           std::string_view::npos;
}

} // namespace detail

/// Returns the call graph that a .prof file holds, in its order, all numbers kept to the last bit.
/// Read are files of cProfile and profile of Python 2.7 and 3.x, with references and without, whole
/// numbers as times, callers with counts only, and 3.15's sampled profiles.
/// Errors: bytes that are no such file (with what they look like), that end too early or are of
///         another shape; references out of range, times that are not finite, 2^63 calls or more:
///         each with its offset. What pstats puts up with is read and told in `odd`.
/// Cost:   one pass; memory for the graph and 8 bytes for each object that is marked for
///         references: at most proportional to the input. No recursion.
/// Format: CPython's marshal.c, versions 0 to 5.
[[nodiscard]] inline result<prof_file> parse_prof(std::string_view bytes,
                                                  const prof_options& options = {}) {
    return detail::prof_parser(bytes, options.strict).parse();
}

/// The same from a source, which is read to its end first.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
template <class Source>
[[nodiscard]] result<prof_file> read_prof(Source&& source, const prof_options& options = {}) {
    detail::byte_buffer bytes;
    while (const std::size_t got = source(bytes.room(), bytes.room_size())) { bytes.filled(got); }
    return parse_prof(bytes.view(), options);
}

/// How to write a .prof file.
struct prof_write_options {
    bool references = false;     ///< smaller by half; for Python 3.4 and later only
    double units_per_second = 0; ///< of times; 0: by the graph's unit, which a unit that is no time
                                 ///< leaves as it is: a sample is written as a second
};

namespace detail {

/// Writes marshalled data.
template <class Sink>
class prof_writer {
public:
    prof_writer(Sink& sink, const call_graph& graph, const prof_write_options& options)
        : out_(sink)
        , graph_(&graph)
        , references_(options.references)
        , per_second_(options.units_per_second > 0 ? options.units_per_second
                                                   : wick::detail::units_per_second(graph.unit))
        , marked_(options.references ? graph.functions.size() : 0, none) {
        if (!(per_second_ > 0)) { per_second_ = 1; }
    }

    void run() {
        piece_ = "{";
        std::size_t e = 0;
        for (std::uint32_t f = 0; f < graph_->functions.size(); ++f) {
            const call_graph::function& function = graph_->functions[f];
            if (!function.listed) { continue; }
            key(f);
            tuple(5);
            integer(function.figures.primitive_calls);
            integer(function.figures.calls);
            time(function.figures.self);
            time(function.figures.cumulative);
            piece_ += '{';
            for (; e < graph_->edges.size() && graph_->edges[e].callee == f; ++e) {
                edge(graph_->edges[e]);
            }
            piece_ += '0';
            out_.put(piece_);
            piece_.clear();
        }
        piece_ += '0';
        out_.put(piece_);
        out_.flush();
    }

private:
    static constexpr std::uint32_t none = text_table::none;
    text_writer<Sink> out_;
    const call_graph* graph_;
    bool references_;
    double per_second_;
    std::vector<std::uint32_t> marked_; // by function: the number of its key
    text_table texts_;
    std::vector<std::uint32_t> marked_texts_; // by text
    std::uint32_t next_mark_ = 0;
    std::string piece_;
    std::string repaired_;

    template <class Word>
    void word(Word value) {
        value = little_endian(value);
        char bytes[sizeof value];
        std::memcpy(bytes, &value, sizeof value);
        piece_.append(bytes, sizeof value);
    }
    void refer(std::uint32_t number) {
        piece_ += 'r';
        word(number);
    }

    void tuple(std::uint32_t size, bool marked = false) {
        if (references_) {
            piece_ += static_cast<char>(marked ? ')' | 0x80 : ')');
            piece_ += static_cast<char>(size);
            return;
        }
        piece_ += '(';
        word(size);
    }

    void integer(std::uint64_t value) {
        if (value <= 0x7fffffff) {
            piece_ += 'i';
            word(static_cast<std::uint32_t>(value));
            return;
        }
        std::uint32_t digits = 0;
        for (std::uint64_t rest = value; rest != 0; rest >>= 15) { ++digits; }
        piece_ += 'l';
        word(digits);
        for (; value != 0; value >>= 15) { word(static_cast<std::uint16_t>(value & 0x7fff)); }
    }

    void time(double value) {
        value /= per_second_;
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        piece_ += 'g';
        word(bits);
    }

    void text(std::string_view value) {
        value = readable(value);
        if (!references_) {
            piece_ += 'u';
            word(static_cast<std::uint32_t>(value.size()));
            piece_ += value;
            return;
        }
        const std::uint32_t id = texts_.add(value);
        if (id < marked_texts_.size()) {
            refer(marked_texts_[id]);
            return;
        }
        marked_texts_.push_back(next_mark_++);
        piece_ += static_cast<char>('u' | 0x80);
        word(static_cast<std::uint32_t>(value.size()));
        piece_ += value;
    }

    // Python refuses a file with bytes that are not UTF-8; those become the characters of Latin-1.
    [[nodiscard]] std::string_view readable(std::string_view value) {
        std::size_t at = 0;
        while (at < value.size() && static_cast<unsigned char>(value[at]) < 0x80) { ++at; }
        if (at == value.size()) { return value; }
        repaired_.clear();
        for (at = 0; at < value.size();) {
            const std::size_t size = utf8_size(value.substr(at));
            if (size == 0) {
                append_utf8(repaired_, static_cast<unsigned char>(value[at]));
            } else {
                repaired_ += value.substr(at, size);
            }
            at += size == 0 ? 1 : size;
        }
        return repaired_;
    }

    // The bytes of the character that a text begins with; 0: none. Halves of surrogate pairs are
    // characters to Python.
    [[nodiscard]] static std::size_t utf8_size(std::string_view text) noexcept {
        const auto byte = [&](std::size_t i) {
            return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
        };
        const unsigned first = byte(0);
        if (first < 0x80) { return 1; }
        const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4 || size > text.size()) { return 0; }
        for (std::size_t i = 1; i < size; ++i) {
            if ((byte(i) & 0xc0) != 0x80) { return 0; }
        }
        const bool overlong =
            (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
        return overlong || (first == 0xf4 && byte(1) > 0x8f) ? 0 : size;
    }

    void key(std::uint32_t function) {
        if (references_) {
            if (marked_[function] != none) {
                refer(marked_[function]);
                return;
            }
            marked_[function] = next_mark_++;
        }
        const call_graph::function& f = graph_->functions[function];
        tuple(3, true);
        text(f.file);
        piece_ += 'i';
        word(static_cast<std::uint32_t>(f.line));
        text(f.name);
    }

    void edge(const call_graph::edge& e) {
        key(e.caller);
        if (!graph_->edge_times) {
            integer(e.figures.calls);
            return;
        }
        tuple(4);
        integer(e.figures.calls);
        integer(e.figures.primitive_calls);
        time(e.figures.self);
        time(e.figures.cumulative);
    }
};

} // namespace detail

/// Writes a valid call graph as a .prof file that the pstats of every Python from 2.7 on loads,
/// with times in seconds; deterministic. A sampled graph is written as if its samples were calls:
/// older Pythons fail on the mark of 3.15. `unattributed`, sources and the unit are not kept.
/// sink  callable taking std::string_view, or a std::ostream.
template <class Sink>
void write_prof(Sink&& sink, const call_graph& graph, const prof_write_options& options = {}) {
    detail::prof_writer<std::remove_reference_t<Sink>>(sink, graph, options).run();
}

/// The same as a string.
[[nodiscard]] inline std::string to_prof(const call_graph& graph,
                                         const prof_write_options& options = {}) {
    std::string bytes;
    write_prof([&](std::string_view piece) { bytes += piece; }, graph, options);
    return bytes;
}

WICK_END_NAMESPACE

#endif
