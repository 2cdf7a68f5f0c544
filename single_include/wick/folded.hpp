// wick 0.1.0, one header made of several by tools/amalgamate.py. Do not edit it:
// change these files under include/ and run the tool again.
//   wick/folded.hpp
//   wick/detail/folded_lines.hpp
//   wick/detail/frame_text.hpp
//   wick/profile.hpp
//   wick/detail/hash.hpp
//   wick/version.hpp
//   wick/detail/text_records.hpp
//   wick/result.hpp
//   wick/detail/lines.hpp
//   wick/detail/stack_text.hpp
//   wick/detail/text.hpp
//   wick/detail/characters.hpp
//   wick/detail/writer.hpp
//   wick/detail/sink.hpp
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

// wick/folded.hpp - folded text, "main;parse;read 42", into a profile and back.
#ifndef WICK_FOLDED_HPP
#define WICK_FOLDED_HPP

// wick/detail/folded_lines.hpp - a tree as sorted lines of stacks, with weights behind them.
#ifndef WICK_DETAIL_FOLDED_LINES_HPP
#define WICK_DETAIL_FOLDED_LINES_HPP

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

#include <algorithm> // std::sort
#include <cstddef>   // std::size_t
#include <cstdint>   // std::uint32_t
#include <string>    // lines that are built
#include <utility>   // std::move
#include <vector>    // siblings that wait

WICK_BEGIN_NAMESPACE
namespace detail {

[[nodiscard]] inline bool has_separator(const std::string& text) {
    return text.find_first_of(";\n\r") != std::string::npos;
}

[[nodiscard]] inline bool has_separators(const std::vector<frame>& frames) {
    for (const frame& f : frames) {
        if (has_separator(f.function)) { return true; }
    }
    return false;
}

/// Returns the profile with names that can be read back as one frame: what separates becomes what
/// does not.
[[nodiscard]] inline profile without_separators(const profile& p) {
    return map_frames(p, [&](const frame& f) {
        frame text;
        append_frame_text(text.function, p, f);
        for (char& c : text.function) {
            if (c == ';') { c = ':'; }
            if (c == '\n' || c == '\r') { c = ' '; }
        }
        return text;
    });
}

/// Writes the lines of a tree in the order of their bytes, as `sort` has them. That is not the
/// order of the tree: "a 1" < "a-x;b 1" < "a;b 1".
/// `weights(line, tree, node)` appends what stands behind a stack.
template <class Writer, class Weights>
class folded_lines {
public:
    folded_lines(Writer& out, const profile& p, Weights weights)
        : out_(out)
        , weights_(weights)
        , shown_(p)
        , tree_(shown_.tree())
        , last_(tree_.nodes.size()) {
        for (std::size_t i = tree_.nodes.size(); i-- > 1;) {
            last_[i] = (std::max)(last_[i], static_cast<std::uint32_t>(i + 1));
            std::uint32_t& of_parent = last_[tree_.nodes[i].parent];
            of_parent = (std::max)(of_parent, last_[i]);
        }
        if (!last_.empty()) { last_[0] = static_cast<std::uint32_t>(last_.size()); }
    }

    void write() {
        if (tree_.nodes.empty()) { return; }
        if (has_line(0)) { put_line(0, 0); }
        push_children(0, 0);
        while (!pending_.empty()) {
            const item next = pending_.back();
            pending_.pop_back();
            line_.resize(next.prefix);
            append_name(next.node, next.is_line);
            if (next.is_line) {
                put_line(next.node, line_.size());
                continue;
            }
            line_ += ';';
            push_children(next.node, line_.size());
        }
    }

private:
    // A node has a line of its own, and a block of lines when it has children.
    struct item {
        std::uint32_t node;
        bool is_line;
        std::size_t prefix; // how much of line_ the ancestors take
        std::string key;    // the bytes that tell it from its siblings', where names do not
    };
    Writer& out_;
    Weights weights_;
    shown_profile shown_;
    const profile& tree_;
    std::vector<std::uint32_t> last_; // one past each node's last descendant
    std::vector<item> pending_;
    std::vector<std::uint32_t> children_;
    std::string line_;

    [[nodiscard]] const std::string& text_of(std::uint32_t node) const {
        return shown_.texts()[tree_.nodes[node].frame];
    }
    // A line that begins with "# " would be read as a comment.
    [[nodiscard]] static bool begins_comment(const std::string& root) {
        return root == "#" || root.compare(0, 2, "# ") == 0;
    }
    void append_name(std::uint32_t node, bool is_line) {
        const std::size_t begin = line_.size();
        line_ += text_of(node);
        if (begin > 0 || !begins_comment(line_)) { return; }
        if (line_.size() > 1) {
            line_[1] = '_';
        } else if (is_line) {
            line_ += '_';
        }
    }
    [[nodiscard]] bool has_children(std::uint32_t node) const { return last_[node] > node + 1; }
    [[nodiscard]] bool has_line(std::uint32_t node) const {
        const profile::node& n = tree_.nodes[node];
        return n.self != 0 || n.count != 0 || (node != 0 && !has_children(node));
    }

    void put_line(std::uint32_t node, std::size_t size) {
        line_.resize(size);
        line_ += ' ';
        weights_(line_, tree_, node);
        line_ += '\n';
        out_.put(line_);
    }

    void push_children(std::uint32_t node, std::size_t prefix) {
        children_.clear();
        for (std::uint32_t c = node + 1; c < last_[node]; c = last_[c]) { children_.push_back(c); }
        const std::size_t begin = pending_.size();
        for (std::size_t i = children_.size(); i-- > 0;) {
            const std::uint32_t c = children_[i];
            if (has_children(c)) { pending_.push_back({c, false, prefix, {}}); }
            if (has_line(c)) { pending_.push_back({c, true, prefix, {}}); }
        }
        if (names_meet()) { sort_by_bytes(begin); }
    }

    // Whether the order of the names may not be that of the lines: a name begins another one.
    [[nodiscard]] bool names_meet() const {
        for (std::size_t i = 1; i < children_.size(); ++i) {
            const std::string& a = text_of(children_[i - 1]);
            const std::string& b = text_of(children_[i]);
            if (begins_comment(a)) { return true; }
            if (b.size() < a.size() ? b <= a : b.compare(0, a.size(), a) <= 0) { return true; }
        }
        return false;
    }

    void sort_by_bytes(std::size_t begin) {
        const std::string saved = line_;
        for (std::size_t i = begin; i < pending_.size(); ++i) {
            item& it = pending_[i];
            line_.resize(it.prefix);
            append_name(it.node, it.is_line);
            it.key = line_.substr(it.prefix);
            if (it.is_line) {
                it.key += ' ';
                weights_(it.key, tree_, it.node);
            } else {
                it.key += ';';
            }
        }
        std::sort(pending_.begin() + static_cast<std::ptrdiff_t>(begin),
                  pending_.end(),
                  [](const item& a, const item& b) { return b.key < a.key; }); // taken from the end
        line_ = saved;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/lines.hpp - lines out of a stream of bytes, without holding the stream.
#ifndef WICK_DETAIL_LINES_HPP
#define WICK_DETAIL_LINES_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <cstring>     // std::memchr, std::memmove, std::memcpy
#include <string_view> // a line
#include <vector>      // the buffer

WICK_BEGIN_NAMESPACE
namespace detail {

/// Splits what a source gives into lines. A source is any callable `std::size_t(char* to,
/// std::size_t room)` that returns how many bytes it wrote, 0 at the end. A line longer than
/// `longest` is not held: it comes out as its first bytes with `too_long()` set, and the rest is
/// passed over. Cost: one memchr and no copy for a line that lies within the buffer of 256 KiB.
template <class Source>
class line_reader {
public:
    static constexpr std::size_t longest = std::size_t{1} << 24;

    explicit line_reader(Source& source)
        : source_(source)
        , buffer_(std::size_t{1} << 18) {}

    /// Gets the next line without its '\n' or "\r\n". Returns false when there is none. The view is
    /// good until the next call.
    [[nodiscard]] bool next(std::string_view& line) {
        too_long_ = false;
        std::size_t searched = 0;
        for (;;) {
            const char* begin = buffer_.data() + begin_;
            const std::size_t held = end_ - begin_;
            const void* found =
                held == searched ? nullptr : std::memchr(begin + searched, '\n', held - searched);
            if (found != nullptr) {
                const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - begin);
                take(line, begin, size, size + 1);
                too_long_ = size > longest; // it is there, but only because it came in one piece
                if (too_long_) { line = std::string_view(begin, longest); }
                return true;
            }
            searched = held;
            if (held > longest) {
                line = std::string_view(begin, longest);
                pass_over_line();
                return true;
            }
            if (at_end_ || !refill()) {
                at_end_ = true;
                if (held == 0) { return false; }
                take(line, buffer_.data() + begin_, held, held);
                return true;
            }
        }
    }

    /// The number of the line that `next` gave last, from 1.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    /// Whether that line was longer than `longest`.
    [[nodiscard]] bool too_long() const noexcept { return too_long_; }
    /// The bytes of all lines given so far, with their ends.
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

private:
    Source& source_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0; // of what is held and not given out
    std::size_t end_ = 0;
    std::uint64_t number_ = 0;
    std::uint64_t offset_ = 0;
    bool at_end_ = false;
    bool too_long_ = false;

    void take(std::string_view& line, const char* begin, std::size_t size, std::size_t used) {
        begin_ += used;
        offset_ += used;
        ++number_;
        if (size > 0 && begin[size - 1] == '\r') { --size; }
        line = std::string_view(begin, size);
    }

    // Makes room behind what is held and reads into it; only a long line lets the buffer grow.
    [[nodiscard]] bool refill() {
        if (begin_ > 0) {
            std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        if (end_ == buffer_.size()) { buffer_.resize(buffer_.size() * 2); }
        const std::size_t got = source_(buffer_.data() + end_, buffer_.size() - end_);
        end_ += got;
        return got > 0;
    }

    // The head of the line has been given out as a view, so it must stay where it is: read behind
    // it.
    void pass_over_line() {
        too_long_ = true;
        ++number_;
        const std::size_t kept = begin_ + longest;
        const void* found = std::memchr(buffer_.data() + kept, '\n', end_ - kept);
        offset_ += longest;
        while (found == nullptr) {
            offset_ += end_ - kept;
            end_ = kept; // there is room behind: more than `longest` bytes were held
            const std::size_t got = source_(buffer_.data() + end_, buffer_.size() - end_);
            if (got == 0) {
                begin_ = end_;
                at_end_ = true;
                return;
            }
            end_ += got;
            found = std::memchr(buffer_.data() + kept, '\n', end_ - kept);
        }
        const auto after =
            static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) + 1;
        offset_ += after - kept;
        begin_ = after;
    }
};

/// Returns what the reader makes of all lines of a source; those that are too long are skipped with
/// the reason `too_long`.
template <class Reader, class Source>
[[nodiscard]] auto
read_lines(Reader& reader, Source& source, const char* too_long = "the line is longer than 16 MiB")
    -> decltype(reader.finish()) {
    line_reader<Source> lines(source);
    std::string_view line;
    while (lines.next(line)) {
        if (lines.too_long()) {
            reader.skip(too_long, lines.number());
            continue;
        }
        reader.line(line, lines.number());
    }
    return reader.finish();
}

/// A source that reads from memory.
class text_source {
public:
    explicit text_source(std::string_view text)
        : text_(text) {}

    std::size_t operator()(char* to, std::size_t room) noexcept {
        const std::size_t size = room < text_.size() ? room : text_.size();
        if (size > 0) { std::memcpy(to, text_.data(), size); }
        text_.remove_prefix(size);
        return size;
    }

private:
    std::string_view text_;
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/stack_text.hpp - stacks written as "a;b;c" into a profile builder.
#ifndef WICK_DETAIL_STACK_TEXT_HPP
#define WICK_DETAIL_STACK_TEXT_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint32_t
#include <cstring>     // std::memchr
#include <string>      // the stack before
#include <string_view> // a stack
#include <vector>      // the path of the stack before

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns how many bytes two texts have in common at their beginnings.
[[nodiscard]] inline std::size_t common_prefix(std::string_view a, std::string_view b) noexcept {
    const std::size_t size = a.size() < b.size() ? a.size() : b.size();
    std::size_t same = 0;
    while (same + 8 <= size &&
           load<std::uint64_t>(a.data() + same) == load<std::uint64_t>(b.data() + same)) {
        same += 8;
    }
    while (same < size && a[same] == b[same]) { ++same; }
    return same;
}

/// Finds the nodes of stacks given as text. It starts where the stack differs from the one before:
/// folded text is mostly sorted, so that most frames need not be looked up again.
class stack_inserter {
public:
    profile_builder builder;

    /// Returns the node of "a;b;c"; of "" the root. Frames between two ';' may be empty.
    [[nodiscard]] std::uint32_t node(std::string_view stack) {
        if (stack.empty()) { return profile_builder::root; }
        std::size_t depth = shared_depth(stack);
        path_.resize(depth);
        std::size_t begin = depth == 0 ? 0 : path_.back().end + 1;
        std::uint32_t at = depth == 0 ? profile_builder::root : path_.back().node;
        while (begin <= stack.size()) {
            const void* found = begin == stack.size()
                                    ? nullptr
                                    : std::memchr(stack.data() + begin, ';', stack.size() - begin);
            const std::size_t end =
                found == nullptr
                    ? stack.size()
                    : static_cast<std::size_t>(static_cast<const char*>(found) - stack.data());
            const named_frame f = parse_frame_text(stack.substr(begin, end - begin));
            at = builder.child(at, builder.intern(f.function, f.kind));
            path_.push_back({end, at});
            begin = end + 1;
        }
        before_.assign(stack.data(), stack.size());
        return at;
    }

private:
    struct step {
        std::size_t end; // where the frame's text ends in `before_`
        std::uint32_t node;
    };
    std::string before_;
    std::vector<step> path_;

    // How many whole frames the stack has in common with the one before.
    [[nodiscard]] std::size_t shared_depth(std::string_view stack) const noexcept {
        const std::size_t same = common_prefix(stack, before_);
        std::size_t depth = path_.size();
        while (depth > 0 && path_[depth - 1].end > same) { --depth; }
        // The last of them may be the beginning of a longer name: "a;b" before "a;bc".
        if (depth > 0 && path_[depth - 1].end == same && same < stack.size() &&
            stack[same] != ';') {
            --depth;
        }
        return depth;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
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

#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string>      // lines that are built
#include <string_view> // lines that are read
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // the columns

WICK_BEGIN_NAMESPACE

/// What folded text holds.
struct folded_text {
    /// One profile; two when every well-formed line ends in two numbers: before and after.
    std::vector<profile> columns;
    /// Lines that are no comment and have no weight at their end, or one that does not fit.
    wick::skipped skipped;
    /// Weights with more decimals than a profile keeps, rounded to six.
    std::uint64_t rounded = 0;
};

namespace detail {

/// Reads lines of folded text one by one, under both readings of a second number until the first
/// line without one tells which reading holds.
class folded_reader {
public:
    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty() || line.substr(0, 2) == "# " || line == "#") { return; }
        const std::size_t stack_end = find_weight(line);
        if (stack_end == std::string_view::npos) {
            skip(ends_in_negative(line) ? "the weight is negative"
                                        : "expected \"frame;frame weight\": no number at the end",
                 number);
            return;
        }
        line_weight last;
        if (!parse_weight(line.substr(stack_end + 1), last)) {
            skip("the weight is 2^63 or more", number);
            return;
        }
        const std::string_view stack = line.substr(0, stack_end);
        if (two_columns_) { add_two_columns(stack, last, number); }
        add(one_, stack, last, number);
    }

    void skip(const char* what, std::uint64_t number) { read_.skipped.add(what, number); }

    [[nodiscard]] result<folded_text> finish() {
        if (two_columns_ && lines_ > 0) {
            read_.rounded = before_.rounded + after_.rounded;
            if (!before_.problem) { before_.problem = after_.problem; }
            finish(before_);
            finish(after_);
            return {std::move(read_), before_.problem};
        }
        read_.rounded = one_.rounded;
        finish(one_);
        return {std::move(read_), one_.problem};
    }

private:
    // What "a;b -5" ends in; digits alone are no reason to call a name's end a weight.
    [[nodiscard]] static bool ends_in_negative(std::string_view line) noexcept {
        std::size_t begin = line.size();
        while (begin > 0 && (is_digit(line[begin - 1]) || line[begin - 1] == '.')) { --begin; }
        return begin > 1 && begin < line.size() && line[begin - 1] == '-' &&
               is_blank(line[begin - 2]);
    }

    struct column {
        stack_inserter stacks;
        wick::error problem;
        std::uint64_t rounded = 0;
    };
    folded_text read_;
    column one_;
    column before_;
    column after_;
    bool two_columns_ = true;
    std::uint64_t lines_ = 0;

    void add_two_columns(std::string_view stack, const line_weight& last, std::uint64_t number) {
        std::string_view rest = stack;
        trim_blanks(rest);
        const std::size_t rest_end = find_weight(rest);
        line_weight first;
        if (rest_end == std::string_view::npos || !parse_weight(rest.substr(rest_end + 1), first)) {
            two_columns_ = false;
            before_ = column{};
            after_ = column{};
            return;
        }
        rest = rest.substr(0, rest_end);
        // A stack with no weight on one side is not there; with none on both it is kept as it is.
        if (first.value != 0 || last.value == 0) { add(before_, rest, first, number); }
        if (last.value != 0 || first.value == 0) { add(after_, rest, last, number); }
    }

    void add(column& to, std::string_view stack, const line_weight& weight, std::uint64_t number) {
        if (&to == &one_) { ++lines_; }
        if (to.problem) { return; }
        profile_builder& builder = to.stacks.builder;
        const std::uint32_t node = to.stacks.node(stack);
        std::int64_t self = weight.value;
        bool fits = builder.refine(weight.decimals);
        const auto factor =
            static_cast<std::int64_t>(power_of_ten(builder.decimals() - weight.decimals));
        if (fits && magnitude(self) > max_magnitude / static_cast<std::uint64_t>(factor)) {
            fits = false;
        }
        if (!fits || !builder.add(node, weight.observations(), self * factor)) {
            to.problem = wick::error{"the weights add up to 2^63 or more", number};
        }
        if (weight.rounded) { ++to.rounded; }
    }

    void finish(column& done) { read_.columns.push_back(done.stacks.builder.finish()); }
};

} // namespace detail

/// Reads folded text: a stack a line, frames from the root joined by ';', a blank, a weight.
/// Returns a profile of unit "", the same whatever the order of the lines; `count` is the weight
/// rounded to a whole number (folded text does not tell observations from weight), so `counted` is
/// unknown. Frames may be empty and hold any bytes but ';' and '\n'; "_[k]", "_[i]" and "_[j]" at
/// the end of a frame become its kind. Weights may have a fraction. A line may end in "\r\n",
/// blanks, or the end of the input; empty lines and lines that begin with "# " are comments. A line
/// with no stack weighs the root.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more, with the line. Lines that are malformed or longer
///          than 16 MiB are skipped and counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer. While all lines end in two
///          numbers, both readings are kept, at three times the cost.
template <class Source>
[[nodiscard]] result<folded_text> read_folded(Source&& source) {
    detail::folded_reader reader;
    return detail::read_lines<detail::folded_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<folded_text> parse_folded(std::string_view text) {
    return read_folded(detail::text_source(text));
}

/// Writes a profile as folded text, a line for each stack with weight of its own, sorted as
/// `LC_ALL=C sort` has them; reading the text gives the same stacks and weights. Kinds become the
/// suffixes "_[k]", "_[i]" and "_[j]", frames without a name their module and offset; ';' in a name
/// becomes ':', a line break a blank. What text cannot hold (files, lines, counts, unit, origins)
/// is left out.
/// sink     callable taking std::string_view, or a std::ostream.
/// Cost:    O(output); memory for the path and the siblings along it.
template <class Sink>
void write_folded(Sink&& sink, const profile& p) {
    if (detail::has_separators(p.frames)) {
        write_folded(sink, detail::without_separators(p));
        return;
    }
    const auto weights = [](std::string& line, const profile& tree, std::uint32_t node) {
        detail::append_weight(line, tree.nodes[node].self, tree.decimals);
    };
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    detail::folded_lines<decltype(out), decltype(weights)>(out, p, weights).write();
    out.flush();
}

/// The same as a string.
[[nodiscard]] inline std::string to_folded(const profile& p) {
    std::string text;
    write_folded([&](std::string_view piece) { text += piece; }, p);
    return text;
}

WICK_END_NAMESPACE

#endif
