// wick 0.1.0, one header made of several by tools/amalgamate.py. Do not edit it:
// change these files under include/ and run the tool again.
//   wick/diff.hpp
//   wick/comparison.hpp
//   wick/detail/verdict.hpp
//   wick/version.hpp
//   wick/profile.hpp
//   wick/detail/hash.hpp
//   wick/detail/text_records.hpp
//   wick/result.hpp
//   wick/detail/diff_tests.hpp
//   wick/detail/diff_tree.hpp
//   wick/detail/statistics.hpp
//   wick/detail/diff_text.hpp
//   wick/detail/folded_lines.hpp
//   wick/detail/frame_text.hpp
//   wick/detail/shown_text.hpp
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

// wick/diff.hpp - what changed between two sides of profiles, by how much, and whether it is real.
#ifndef WICK_DIFF_HPP
#define WICK_DIFF_HPP

// wick/comparison.hpp - two profiles side by side, in one tree, with what a test made of each node.
#ifndef WICK_COMPARISON_HPP
#define WICK_COMPARISON_HPP

// wick/detail/verdict.hpp - what a test made of a difference, of profiles and of latencies.
#ifndef WICK_DETAIL_VERDICT_HPP
#define WICK_DETAIL_VERDICT_HPP

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

#include <cstdint> // the type of the enumeration

WICK_BEGIN_NAMESPACE

/// What a test made of a difference. More weight is worse: `regressed`. `unchanged` means shown to
/// be equal but for a difference that does not matter; `inconclusive` that the data cannot tell.
enum class verdict : std::uint8_t { untested, unchanged, inconclusive, improved, regressed };

namespace detail {

[[nodiscard]] inline const char* name_of(verdict v) noexcept {
    switch (v) {
    case verdict::untested:
        return "untested";
    case verdict::unchanged:
        return "unchanged";
    case verdict::inconclusive:
        return "inconclusive";
    case verdict::improved:
        return "improved";
    case verdict::regressed:
        return "regressed";
    }
    return "";
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/profile.hpp - the value that everything meets in: a calling-context tree with its weights.
#ifndef WICK_PROFILE_HPP
#define WICK_PROFILE_HPP

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

#include <cstddef> // std::size_t
#include <cstdint> // fixed-width members
#include <limits>  // the greatest double
#include <string>  // unit
#include <utility> // std::move
#include <vector>  // nodes, functions, tests

WICK_BEGIN_NAMESPACE

/// On which sides something is. This is a fact about the two inputs; a verdict is a conclusion.
enum class presence : std::uint8_t { both, only_before, only_after };

namespace detail {

/// The sides of a presence as bits, 1 being before and 2 after, so that those of several nodes can
/// be joined with |.
[[nodiscard]] inline unsigned sides_of(presence in) noexcept {
    return in == presence::both ? 3 : in == presence::only_before ? 1 : 2;
}

/// Returns the presence that has these sides; of none, `both`.
[[nodiscard]] inline presence presence_of(unsigned sides) noexcept {
    return sides == 1 ? presence::only_before : sides == 2 ? presence::only_after : presence::both;
}

} // namespace detail

/// Something that was measured on one side.
struct measured {
    std::uint64_t count = 0; ///< independent observations
    std::int64_t weight = 0; ///< in units of 10^-decimals

    friend bool operator==(const measured& a, const measured& b) {
        return a.count == b.count && a.weight == b.weight;
    }
    friend bool operator!=(const measured& a, const measured& b) { return !(a == b); }
};

/// The same thing on both sides.
struct compared {
    measured before;
    measured after;

    friend bool operator==(const compared& a, const compared& b) {
        return a.before == b.before && a.after == b.after;
    }
    friend bool operator!=(const compared& a, const compared& b) { return !(a == b); }
};

/// The figures behind a verdict.
struct significance {
    double p_value = 1;  ///< of the row's own test
    double adjusted = 1; ///< the same, corrected for how many rows were tested
    double low = 0;      ///< the interval of the change: `change_of`, and in its units
    double high = 0;
    /// Its share moved because that of others did; in itself it has not changed as far as can be
    /// told.
    bool renormalised = false;
    verdict concluded = verdict::untested; ///< what all this shows

    friend bool operator==(const significance& a, const significance& b) {
        return a.concluded == b.concluded && !(a.p_value < b.p_value) && !(b.p_value < a.p_value) &&
               !(a.adjusted < b.adjusted) && !(b.adjusted < a.adjusted) && !(a.low < b.low) &&
               !(b.low < a.low) && !(a.high < b.high) && !(b.high < a.high) &&
               a.renormalised == b.renormalised;
    }
    friend bool operator!=(const significance& a, const significance& b) { return !(a == b); }
};

/// The figures of one node or function, or of several that stand for the same samples.
struct tested {
    significance self;
    significance total;

    friend bool operator==(const tested& a, const tested& b) {
        return a.self == b.self && a.total == b.total;
    }
    friend bool operator!=(const tested& a, const tested& b) { return !(a == b); }
};

/// What weights are divided by before they are compared.
enum class diff_basis : std::uint8_t {
    share,    ///< all weight of the side
    cpu_time, ///< the CPU time that the side used, in seconds
    operation ///< the operations that the side has done
};

/// How a comparison was tested; as it stands here, it was not.
struct test_method {
    diff_basis basis = diff_basis::share;
    double alpha = 0;           ///< adjusted p-values up to this are significant; 0: untested
    double margin = 0;          ///< differences up to this do not matter, as a part of all weight
    double before_exposure = 0; ///< what weights before are divided by; 0: there are none
    double after_exposure = 0;  ///< the same after
    std::uint32_t before_runs = 0; ///< how many profiles the side was given as
    std::uint32_t after_runs = 0;
    double dispersion =
        1; ///< the common one: variance between runs, by that of independent samples
    bool assumes_independent_samples = false; ///< one profile a side tells nothing of variance

    friend bool operator==(const test_method& a, const test_method& b) {
        const auto same = [](double x, double y) { return !(x < y) && !(y < x); };
        return a.basis == b.basis && same(a.alpha, b.alpha) && same(a.margin, b.margin) &&
               same(a.before_exposure, b.before_exposure) &&
               same(a.after_exposure, b.after_exposure) && a.before_runs == b.before_runs &&
               a.after_runs == b.after_runs && same(a.dispersion, b.dispersion) &&
               a.assumes_independent_samples == b.assumes_independent_samples;
    }
    friend bool operator!=(const test_method& a, const test_method& b) { return !(a == b); }
};

/// Two profiles in one calling-context tree. A default constructed comparison is empty and valid;
/// `untested_comparison` makes all others, and a test may fill in what it concludes. Invariants,
/// checked by `validate()`: modules, frames and nodes are as in a profile; weights[0] is nothing
/// and each other element is something, of one node, in the order of the nodes; the magnitudes of
/// the weights of both sides together add up to less than 2^63; `functions` has an element for each
/// frame, which follows from the nodes; tests[0] is a default one and all `test` are indices into
/// them; before_scale is finite and greater than 0.
struct comparison {
    /// One calling context: small, because there are many and few of them have weight of their own.
    /// Its total follows from the nodes: `totals()`.
    struct node {
        std::uint32_t parent = 0; ///< index into nodes, smaller than the node's own
        std::uint32_t frame = 0;  ///< index into frames
        std::uint32_t self = 0;   ///< index into weights: what ended here; 0: nothing did
        std::uint32_t test = 0;   ///< index into tests; 0: neither self nor total was tested
        presence in = presence::both;

        friend bool operator==(const node& a, const node& b) {
            return a.parent == b.parent && a.frame == b.frame && a.self == b.self &&
                   a.test == b.test && a.in == b.in;
        }
        friend bool operator!=(const node& a, const node& b) { return !(a == b); }
    };
    /// One frame over all the places where it stands.
    struct function {
        compared self;          ///< what ended in it
        compared total;         ///< all stacks with it in them, each counted once
        std::uint32_t test = 0; ///< index into tests; 0: neither self nor total was tested
        presence in = presence::both;

        friend bool operator==(const function& a, const function& b) {
            return a.self == b.self && a.total == b.total && a.test == b.test && a.in == b.in;
        }
        friend bool operator!=(const function& a, const function& b) { return !(a == b); }
    };

    std::vector<loaded_module> modules = std::vector<loaded_module>(1); ///< [0]: the unknown module
    std::vector<wick::frame> frames = std::vector<wick::frame>(1); ///< [0]: the root's empty frame
    std::vector<node> nodes = std::vector<node>(1);                ///< [0]: the root
    std::vector<compared> weights = std::vector<compared>(1);      ///< [0]: nothing
    std::vector<function> functions = std::vector<function>(1);    ///< in the order of frames
    std::vector<tested> tests = std::vector<tested>(1); ///< of nodes and functions; [0]: untested
    test_method method;                                 ///< how they were made
    /// Weights of before are multiplied by this where they are compared with those of after: 1, or
    /// how much more was observed after (by operations, duration or weight).
    double before_scale = 1;
    std::string unit; ///< as in a profile
    int decimals = 0; ///< as in a profile
    counted_as counted = counted_as::unknown;
    std::vector<origin> before_origins; ///< sorted
    std::vector<origin> after_origins;  ///< sorted

    friend bool operator==(const comparison& a, const comparison& b) {
        return a.unit == b.unit && a.decimals == b.decimals && a.counted == b.counted &&
               !(a.before_scale < b.before_scale) && !(b.before_scale < a.before_scale) &&
               a.nodes == b.nodes && a.weights == b.weights && a.functions == b.functions &&
               a.frames == b.frames && a.modules == b.modules && a.tests == b.tests &&
               a.method == b.method && a.before_origins == b.before_origins &&
               a.after_origins == b.after_origins;
    }
    friend bool operator!=(const comparison& a, const comparison& b) { return !(a == b); }
};

namespace detail {

inline void add(measured& to, const measured& more) noexcept {
    to.count += more.count;
    to.weight += more.weight;
}
inline void add(compared& to, const compared& more) noexcept {
    add(to.before, more.before);
    add(to.after, more.after);
}

/// Returns whether the magnitudes of both sides, and the counts of each, can be added up.
[[nodiscard]] inline bool fits_sums(const std::vector<compared>& weights) noexcept {
    std::uint64_t sum = 0;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    for (const compared& w : weights) {
        for (const std::int64_t weight : {w.before.weight, w.after.weight}) {
            if (magnitude(weight) > max_magnitude - sum) { return false; }
            sum += magnitude(weight);
        }
        if (w.before.count > ~before || w.after.count > ~after) { return false; }
        before += w.before.count;
        after += w.after.count;
    }
    return true;
}

/// Makes the nodes of a comparison, those of two profiles in their canonical order.
class comparison_nodes {
public:
    /// Weights are those of the profiles times the powers of ten that make them as fine as `made`.
    comparison_nodes(comparison& made, const profile& before, const profile& after)
        : made_(made)
        , before_(before)
        , after_(after)
        , before_factor_(factor(before))
        , after_factor_(factor(after)) {
        // Only what is used of this becomes memory; growing would need twice the size.
        made_.nodes.clear();
        made_.nodes.reserve(before.nodes.size() + after.nodes.size());
    }

    /// Appends what stands at the two nodes, one of which may be `no_node`. Returns what ended
    /// there, good until the next call.
    const compared&
    append(std::uint32_t before, std::uint32_t after, std::uint32_t parent, std::uint32_t frame) {
        made_.nodes.emplace_back();
        comparison::node& n = made_.nodes.back();
        n.parent = parent;
        n.frame = frame;
        n.in = before == no_node  ? presence::only_after
               : after == no_node ? presence::only_before
                                  : presence::both;
        compared self;
        if (before != no_node) { self.before = weight(before_.nodes[before], before_factor_); }
        if (after != no_node) { self.after = weight(after_.nodes[after], after_factor_); }
        if (self == compared{}) { return made_.weights[0]; }
        n.self = static_cast<std::uint32_t>(made_.weights.size());
        made_.weights.push_back(self);
        return made_.weights.back();
    }

private:
    comparison& made_;
    const profile& before_;
    const profile& after_;
    std::int64_t before_factor_;
    std::int64_t after_factor_;

    [[nodiscard]] std::int64_t factor(const profile& side) const noexcept {
        return static_cast<std::int64_t>(power_of_ten(made_.decimals - side.decimals));
    }
    [[nodiscard]] static measured weight(const profile::node& n, std::int64_t factor) noexcept {
        return {n.count, n.self * factor};
    }
};

} // namespace detail

/// Returns by how much a weight differs: after less before, each divided by the exposure of its
/// side. On the basis of shares 0.01 is one point; else it is weight, in the comparison's unit, a
/// second of CPU time or an operation. 0 for an untested comparison.
[[nodiscard]] inline double change_of(const comparison& c, const compared& row) noexcept {
    const auto rate = [](const measured& m, double exposure) {
        return exposure > 0 ? static_cast<double>(m.weight) / exposure : 0;
    };
    return rate(row.after, c.method.after_exposure) - rate(row.before, c.method.before_exposure);
}

/// Returns the inclusive figures of each node: its own and those of all below it.
/// Cost: O(n), one pass.
[[nodiscard]] inline std::vector<compared> totals(const comparison& c) {
    std::vector<compared> total(c.nodes.size());
    for (std::size_t i = c.nodes.size(); i-- > 0;) { // children come after their parents
        detail::add(total[i], c.weights[c.nodes[i].self]);
        if (i > 0) { detail::add(total[c.nodes[i].parent], total[i]); }
    }
    return total;
}

/// Returns the table by function that follows from a comparison's nodes, without verdicts. Stacks
/// with a function in them several times count once. Cost: O(n), one pass.
[[nodiscard]] inline std::vector<comparison::function> functions_of(const comparison& c) {
    const std::vector<compared> total = totals(c);
    std::vector<comparison::function> functions(c.frames.size());
    std::vector<unsigned char> sides(c.frames.size());  // of all nodes of a frame
    std::vector<std::uint32_t> active(c.frames.size()); // how often a frame is on the path
    std::vector<std::uint32_t> path;
    for (std::uint32_t i = 0; i < c.nodes.size(); ++i) {
        const comparison::node& n = c.nodes[i];
        while (!path.empty() && path.back() != n.parent) {
            --active[c.nodes[path.back()].frame];
            path.pop_back();
        }
        detail::add(functions[n.frame].self, c.weights[n.self]);
        if (active[n.frame]++ == 0) { detail::add(functions[n.frame].total, total[i]); }
        sides[n.frame] = static_cast<unsigned char>(sides[n.frame] | detail::sides_of(n.in));
        path.push_back(i);
    }
    for (std::size_t f = 0; f < functions.size(); ++f) {
        functions[f].in = detail::presence_of(sides[f]);
    }
    return functions;
}

/// Returns two profiles side by side; no difference is tested. A node is present on the sides whose
/// profile has it. The two columns of folded text (folded.hpp) are such profiles.
/// Errors: units that differ (none of them ""); weights that add up to 2^63 or more.
/// Cost:   that of merging the two.
[[nodiscard]] inline result<comparison> untested_comparison(const profile& before,
                                                            const profile& after) {
    // A profile that was moved from is empty, as it is to merge.
    if (before.nodes.empty()) { return untested_comparison(profile{}, after); }
    if (after.nodes.empty()) { return untested_comparison(before, profile{}); }
    auto sums = detail::add_sums({}, before);
    if (!sums.second) { sums = detail::add_sums(std::move(sums.first), after); }
    if (sums.second) { return {{}, std::move(sums.second)}; }
    comparison made;
    made.unit = std::move(sums.first.unit);
    made.decimals = sums.first.decimals;
    made.counted = before.counted == after.counted ? before.counted : counted_as::unknown;
    made.before_origins = before.origins;
    made.after_origins = after.origins;
    const auto places = detail::unite_tables(before, after, made.modules, made.frames);
    detail::comparison_nodes nodes(made, before, after);
    std::vector<std::uint32_t> path;
    detail::walk_both(
        before,
        after,
        places.first,
        places.second,
        [&](std::uint32_t i, std::uint32_t j, std::uint32_t frame) {
            const std::uint32_t parent = path.empty() ? 0 : path.back();
            path.push_back(static_cast<std::uint32_t>(made.nodes.size()));
            nodes.append(i, j, parent, frame);
        },
        [&] { path.pop_back(); });
    made.functions = functions_of(made);
    return {std::move(made), {}};
}

/// Returns one side of a comparison as a profile, without the nodes that are on the other only.
/// Cost: as a merge.
[[nodiscard]] inline profile side_of(const comparison& c, bool after) {
    profile_builder made;
    made.describe(c.unit, c.counted, profile_detail::function);
    [[maybe_unused]] const bool refined = made.refine(c.decimals);
    for (const origin& from : after ? c.after_origins : c.before_origins) { made.add_origin(from); }
    std::vector<std::uint32_t> modules;
    for (const loaded_module& m : c.modules) { modules.push_back(made.intern(m)); }
    std::vector<std::uint32_t> frames;
    bool lines = false;
    bool addresses = false;
    for (frame f : c.frames) {
        f.module = modules[f.module];
        lines = lines || f.at_line != 0;
        addresses = addresses || f.address != 0;
        frames.push_back(made.intern(f));
    }
    made.describe(c.unit,
                  c.counted,
                  addresses ? profile_detail::address
                  : lines   ? profile_detail::line
                            : profile_detail::function);
    const presence other = after ? presence::only_before : presence::only_after;
    std::vector<std::uint32_t> nodes(c.nodes.size(), profile_builder::root);
    for (std::size_t i = 0; i < c.nodes.size(); ++i) {
        const comparison::node& n = c.nodes[i];
        if (i > 0 && n.in == other) { continue; } // and so is all below it
        if (i > 0) { nodes[i] = made.child(nodes[n.parent], frames[n.frame]); }
        const compared& self = c.weights[n.self];
        const measured& m = after ? self.after : self.before;
        if (m.count == 0 && m.weight == 0) { continue; }
        [[maybe_unused]] const bool added = made.add(nodes[i], m.count, m.weight);
        WICK_ASSERT(added);
    }
    return made.finish();
}

namespace detail {

/// Returns what is wrong with one node's sides, or nullptr.
[[nodiscard]] inline const char* sides_problem(const comparison& c, std::size_t i) {
    const comparison::node& n = c.nodes[i];
    if (n.in > presence::only_after) { return ": there is no such presence"; }
    if (n.in == presence::only_after && c.weights[n.self].before != measured{}) {
        return " has weight before, where it is not";
    }
    if (n.in == presence::only_before && c.weights[n.self].after != measured{}) {
        return " has weight after, where it is not";
    }
    const presence above = c.nodes[n.parent].in;
    if (i > 0 && above != presence::both && n.in != above) {
        return " is on a side where its parent is not";
    }
    return nullptr;
}

[[nodiscard]] inline error weights_problem(const comparison& c) {
    if (c.weights.empty() || c.weights[0] != compared{}) {
        return error{"weights[0] is not nothing"};
    }
    std::size_t used = 1;
    for (std::size_t i = 0; i < c.nodes.size(); ++i) {
        const std::size_t self = c.nodes[i].self;
        if (self == 0) { continue; }
        if (self != used || self >= c.weights.size() || c.weights[self] == compared{}) {
            return error{"node " + std::to_string(i) + ": these are not its weights"};
        }
        ++used;
    }
    if (used != c.weights.size()) { return error{"there are weights of no node"}; }
    if (!fits_sums(c.weights)) { return error{"the weights add up to 2^63 or more"}; }
    return {};
}

[[nodiscard]] inline error tests_problem(const comparison& c) {
    if (c.tests.empty() || c.tests[0] != tested{}) {
        return error{"tests[0] is not a default one"};
    }
    for (const tested& t : c.tests) {
        if (t.self.concluded > verdict::regressed || t.total.concluded > verdict::regressed) {
            return error{"there is no such verdict"};
        }
    }
    for (std::size_t i = 0; i < c.nodes.size(); ++i) {
        if (c.nodes[i].test >= c.tests.size()) {
            return error{"node " + std::to_string(i) + ": there is no such test"};
        }
    }
    for (std::size_t f = 0; f < c.functions.size(); ++f) {
        if (c.functions[f].test >= c.tests.size()) {
            return error{"function " + std::to_string(f) + ": there is no such test"};
        }
    }
    return {};
}

} // namespace detail

/// Returns what is wrong with a comparison that was made or changed by hand, or no error.
/// Cost: O(n); memory for a profile of the same nodes and a table by function.
[[nodiscard]] inline error validate(const comparison& c) {
    profile tree; // the same tables and the same order under the same rules
    tree.modules = c.modules;
    tree.frames = c.frames;
    tree.decimals = c.decimals;
    tree.nodes.clear();
    for (const comparison::node& n : c.nodes) { tree.nodes.push_back({n.parent, n.frame, 0, 0}); }
    if (error problem = validate(tree)) { return problem; }
    if (error problem = detail::weights_problem(c)) { return problem; }
    for (std::size_t i = 0; i < c.nodes.size(); ++i) {
        const char* problem = detail::sides_problem(c, i);
        if (problem != nullptr) { return error{"node " + std::to_string(i) + problem}; }
    }
    const std::vector<comparison::function> expected = functions_of(c);
    if (c.functions.size() != expected.size()) {
        return error{"there is not one function for each frame"};
    }
    for (std::size_t f = 0; f < expected.size(); ++f) {
        const comparison::function& has = c.functions[f];
        if (has.self != expected[f].self || has.total != expected[f].total ||
            has.in != expected[f].in) {
            return error{"function " + std::to_string(f) + " does not follow from the nodes"};
        }
    }
    if (!(c.before_scale > 0 && c.before_scale <= (std::numeric_limits<double>::max)())) {
        return error{"before_scale is not a number greater than 0"};
    }
    return detail::tests_problem(c);
}

WICK_END_NAMESPACE

#endif
// wick/detail/diff_tests.hpp - the tests behind diff.hpp: dispersion, p-values, verdicts.
#ifndef WICK_DETAIL_DIFF_TESTS_HPP
#define WICK_DETAIL_DIFF_TESTS_HPP

// wick/detail/diff_tree.hpp - two profiles into one tree, and the rows in it that can be tested.
#ifndef WICK_DETAIL_DIFF_TREE_HPP
#define WICK_DETAIL_DIFF_TREE_HPP


#include <algorithm> // std::max
#include <cstddef>   // std::size_t
#include <cstdint>   // indices
#include <tuple>     // std::tie
#include <utility>   // std::pair
#include <vector>    // rows

WICK_BEGIN_NAMESPACE
namespace detail {

/// What is tested once: the weight and observations of a node or function, self or total. Many
/// contexts lead to one child only and stand for the same samples; they share a row.
struct diff_row {
    std::uint32_t owner = 0; ///< a node, or a frame
    bool is_total = false;   ///< of the owner
    compared seen;
};

/// Rows, and which of them each node and function has: indices, 0 being no row.
struct diff_rows {
    struct pair {
        std::uint32_t self;
        std::uint32_t total;
    };
    std::vector<diff_row> rows = std::vector<diff_row>(1);
    std::vector<pair> pairs = std::vector<pair>(1); ///< as comparison::tests will be
    std::uint32_t first_of_functions = 1;           ///< the rows before it are those of nodes
};

/// Merges two profiles by walking both in their canonical order, which leads through the same
/// stacks: nothing is looked up. Totals and the table by function come from the same walk.
/// Cost: O(n); memory for the path, the result and one row for each that has enough observations.
class diff_tree {
public:
    /// Puts the sides, whose weights fit together, into `made`. `least`: observations on one side
    /// that a row needs.
    diff_tree(comparison& made, const profile& before, const profile& after, std::uint64_t least)
        : made_(made)
        , before_(before)
        , after_(after)
        , least_(least) {
        made_.decimals = (std::max)(before.decimals, after.decimals);
        std::tie(before_frames_, after_frames_) =
            unite_tables(before, after, made_.modules, made_.frames);
        walk();
        finish_functions();
    }

    [[nodiscard]] diff_rows& rows() noexcept { return rows_; }

private:
    // A node on the way from the root, with what has been seen below it so far.
    struct step {
        std::uint32_t node = 0;
        std::uint32_t child_test = 0; // of the last child
        compared total;
    };

    comparison& made_;
    const profile& before_;
    const profile& after_;
    std::uint64_t least_;
    std::vector<std::uint32_t> before_frames_;
    std::vector<std::uint32_t> after_frames_;
    std::vector<step> path_;
    std::vector<std::uint32_t> active_;  // how often a frame is on the path
    std::vector<unsigned char> present_; // the sides of each frame
    diff_rows rows_;

    void walk() {
        made_.functions.assign(made_.frames.size(), {});
        active_.resize(made_.frames.size());
        present_.resize(made_.frames.size());
        comparison_nodes nodes(made_, before_, after_);
        walk_both(
            before_,
            after_,
            before_frames_,
            after_frames_,
            [&](std::uint32_t before, std::uint32_t after, std::uint32_t frame) {
                const std::uint32_t parent = path_.empty() ? 0 : path_.back().node;
                path_.emplace_back();
                path_.back().node = static_cast<std::uint32_t>(made_.nodes.size());
                path_.back().total = nodes.append(before, after, parent, frame);
                ++active_[frame];
            },
            [&] { leave(); });
    }

    void leave() {
        const step& done = path_.back();
        comparison::node& n = made_.nodes[done.node];
        const compared& self = made_.weights[n.self];
        const std::uint32_t test = enough(done.total) ? test_of(done, self) : 0;
        if (test != 0) { n.test = test; }
        present_[n.frame] = static_cast<unsigned char>(present_[n.frame] | sides_of(n.in));
        comparison::function& f = made_.functions[n.frame];
        if (n.self != 0) { add(f.self, self); }
        if (--active_[n.frame] == 0) { add(f.total, done.total); }
        if (path_.size() > 1) {
            step& above = path_[path_.size() - 2];
            add(above.total, done.total);
            above.child_test = test;
        }
        path_.pop_back();
    }

    [[nodiscard]] bool enough(const compared& seen) const noexcept {
        return seen.before.count >= least_ || seen.after.count >= least_;
    }

    [[nodiscard]] std::uint32_t add_row(std::uint32_t owner, bool is_total, const compared& seen) {
        rows_.rows.push_back({owner, is_total, seen});
        return static_cast<std::uint32_t>(rows_.rows.size() - 1);
    }

    [[nodiscard]] std::uint32_t test_of(const step& done, const compared& self) {
        std::uint32_t total_row = 0;
        const std::uint32_t below = rows_.pairs[done.child_test].total;
        if (below != 0 && rows_.rows[below].seen == done.total) { total_row = below; }
        const bool self_enough = enough(self);
        if (total_row != 0 && !self_enough && rows_.pairs[done.child_test].self == 0) {
            return done.child_test;
        }
        if (total_row == 0) { total_row = add_row(done.node, true, done.total); }
        std::uint32_t self_row = 0;
        if (self_enough) {
            self_row = self == done.total ? total_row : add_row(done.node, false, self);
        }
        return add_pair(self_row, total_row);
    }

    [[nodiscard]] std::uint32_t add_pair(std::uint32_t self, std::uint32_t total) {
        rows_.pairs.push_back({self, total});
        return static_cast<std::uint32_t>(rows_.pairs.size() - 1);
    }

    void finish_functions() {
        rows_.first_of_functions = static_cast<std::uint32_t>(rows_.rows.size());
        for (std::uint32_t i = 0; i < made_.functions.size(); ++i) {
            comparison::function& f = made_.functions[i];
            f.in = presence_of(present_[i]);
            if (!enough(f.total)) { continue; }
            const std::uint32_t total_row = add_row(i, true, f.total);
            std::uint32_t self_row = 0;
            if (enough(f.self)) {
                self_row = f.self == f.total ? total_row : add_row(i, false, f.self);
            }
            f.test = add_pair(self_row, total_row);
        }
    }
};

/// Adds, for each row, the square of one run's observations over the run's exposure: what is needed
/// of the runs to tell how far they are apart. The run is part of the comparison.
/// Cost: O(nodes of the comparison).
inline void add_squares(std::vector<double>& squares,
                        const comparison& c,
                        const diff_rows& rows,
                        const profile& run,
                        double exposure) {
    std::vector<loaded_module> modules;
    std::vector<frame> frames;
    const std::vector<std::uint32_t> module_places =
        union_of(run.modules, c.modules, modules, [](const auto& a, const auto& b) {
            return a < b;
        }).first;
    const std::vector<std::uint32_t> places =
        union_of(frames_with(run.frames, module_places), c.frames, frames, frame_less).first;
    std::vector<std::uint64_t> total(run.nodes.size());
    for (std::size_t i = run.nodes.size(); i-- > 0;) {
        total[i] += run.nodes[i].count;
        if (i > 0) { total[run.nodes[i].parent] += total[i]; }
    }
    std::vector<std::uint64_t> by_function(2 * c.frames.size()); // self, total
    std::vector<std::uint32_t> active(c.frames.size());
    std::vector<std::uint32_t> place(run.nodes.size());
    std::vector<std::uint32_t> path;
    const auto take = [&](std::uint32_t row, std::uint32_t owner, bool is_total, std::uint64_t n) {
        const diff_row& r = rows.rows[row];
        if (row == 0 || r.owner != owner || r.is_total != is_total) { return; }
        squares[row] += static_cast<double>(n) * static_cast<double>(n) / exposure;
    };
    std::uint32_t at = 0;
    for (std::uint32_t i = 0; i < run.nodes.size(); ++i) {
        const profile::node& n = run.nodes[i];
        const std::uint32_t f = places[n.frame];
        while (!path.empty() && path.back() != n.parent) {
            --active[places[run.nodes[path.back()].frame]];
            path.pop_back();
        }
        path.push_back(i);
        if (i > 0) {
            do { ++at; } while (c.nodes[at].parent != place[n.parent] || c.nodes[at].frame != f);
        }
        place[i] = at;
        by_function[2 * f] += n.count;
        if (active[f]++ == 0) { by_function[2 * f + 1] += total[i]; }
        const diff_rows::pair& pair = rows.pairs[c.nodes[at].test];
        take(pair.self, at, false, n.count);
        take(pair.total, at, true, total[i]);
    }
    for (std::uint32_t f = 0; f < c.frames.size(); ++f) {
        const diff_rows::pair& pair = rows.pairs[c.functions[f].test];
        take(pair.self, f, false, by_function[2 * f]);
        take(pair.total, f, true, by_function[2 * f + 1]);
    }
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/statistics.hpp - distributions, tests and intervals for counts and for samples.
#ifndef WICK_DETAIL_STATISTICS_HPP
#define WICK_DETAIL_STATISTICS_HPP


#include <algorithm> // std::sort
#include <cmath>     // std::log, std::erfc
#include <cstddef>   // std::size_t
#include <cstdint>   // counts
#include <limits>    // infinity
#include <vector>    // samples, p-values

WICK_BEGIN_NAMESPACE
namespace detail {

// ---- gamma and beta functions -----------------------------------------------------------------

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Returns log(n!) less Stirling's approximation of it, log(sqrt(2 pi n) (n/e)^n), for n > 0.
/// Differences of large logarithms lose their digits; this small remainder keeps them.
[[nodiscard]] inline double stirling_remainder(double n) noexcept {
    if (n < 15) { // (n + 16 steps)! is in reach of the series, and division brings it back
        double product = 1;
        double above = n;
        while (above < 15) { product *= ++above; }
        constexpr double half_log_2_pi = 0.91893853320467274178;
        const double log_factorial = half_log_2_pi + (above + 0.5) * std::log(above) - above +
                                     stirling_remainder(above) - std::log(product);
        return log_factorial - (half_log_2_pi + (n + 0.5) * std::log(n) - n);
    }
    const double r = 1 / (n * n);
    return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / n;
}

/// Returns log(gamma(x)) for x > 0. (std::lgamma writes a global, and threads race for it.)
[[nodiscard]] inline double log_gamma(double x) noexcept {
    double product = 1;
    while (x < 15) { product *= x++; }
    constexpr double half_log_2_pi = 0.91893853320467274178;
    return half_log_2_pi + (x - 0.5) * std::log(x) - x + stirling_remainder(x) - std::log(product);
}

/// Returns the derivative of log_gamma, for x > 0.
[[nodiscard]] inline double digamma(double x) noexcept {
    double sum = 0;
    while (x < 15) { sum -= 1 / x++; }
    const double r = 1 / (x * x);
    return sum + std::log(x) - 0.5 / x -
           r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r / 132))));
}

/// Returns the second derivative of log_gamma, for x > 0.
[[nodiscard]] inline double trigamma(double x) noexcept {
    double sum = 0;
    for (; x < 15; ++x) { sum += 1 / (x * x); }
    const double r = 1 / (x * x);
    return sum + 0.5 * r +
           (1 + r * (1.0 / 6 - r * (1.0 / 30 - r * (1.0 / 42 - r * (1.0 / 30 - r * 5 / 66))))) / x;
}

/// Returns the x > 0 with trigamma(x) = y, for y > 0; Newton's method on 1 / trigamma, which is
/// nearly straight, so that it converges from any side (Smyth 2004, the appendix).
[[nodiscard]] inline double inverse_trigamma(double y) noexcept {
    if (y > 1e7) { return 1 / std::sqrt(y); }
    if (y < 1e-6) { return 1 / y; }
    double x = 0.5 + 1 / y;
    for (int i = 0; i < 50; ++i) {
        const double value = trigamma(x);
        const double h = 1e-4 * x;
        const double slope = (trigamma(x + h) - trigamma(x - h)) / (2 * h);
        const double step = value * (1 - value / y) / slope;
        x += step;
        if (std::fabs(step) < 1e-10 * x) { break; }
    }
    return x;
}

/// Returns the share of the beta distribution of a and b that lies below x: the regularised
/// incomplete beta function, for a, b > 0. Its continued fraction, by Lentz's method.
[[nodiscard]] inline double incomplete_beta(double a, double b, double x) noexcept {
    if (!(x > 0)) { return 0; }
    if (x >= 1) { return 1; }
    if (x > (a + 1) / (a + b + 2)) { return 1 - incomplete_beta(b, a, 1 - x); }
    const double front = std::exp(a * std::log(x) + b * std::log1p(-x) + log_gamma(a + b) -
                                  log_gamma(a) - log_gamma(b)) /
                         a;
    constexpr double tiny = 1e-300;
    const auto not_zero = [](double v) { return std::fabs(v) < tiny ? tiny : v; };
    double c = 1;
    double d = 1 / not_zero(1 - (a + b) * x / (a + 1));
    double fraction = d;
    for (int m = 1; m < 100000; ++m) { // about sqrt(max(a, b)) rounds
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / not_zero(1 + even * d);
        c = not_zero(1 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / not_zero(1 + odd * d);
        c = not_zero(1 + odd / c);
        fraction *= d * c;
        if (std::fabs(d * c - 1) < 1e-15) { break; }
    }
    return front * fraction;
}

/// Returns the share of the gamma distribution of shape a that lies above x: the regularised upper
/// incomplete gamma function, for a > 0. A series below its mean, a continued fraction above.
[[nodiscard]] inline double incomplete_gamma_above(double a, double x) noexcept {
    if (!(x > 0)) { return 1; }
    const double front = std::exp(a * std::log(x) - x - log_gamma(a));
    if (x < a + 1) {
        double term = 1 / a;
        double sum = term;
        for (double n = a + 1; term > sum * 1e-17; ++n) {
            term *= x / n;
            sum += term;
        }
        return 1 - front * sum;
    }
    double b = x + 1 - a;
    double c = 1e300;
    double d = 1 / b;
    double fraction = d;
    for (int i = 1; i < 100000; ++i) {
        const double an = -i * (i - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        fraction *= d * c;
        if (std::fabs(d * c - 1) < 1e-15) { break; }
    }
    return front * fraction;
}

// ---- distributions ----------------------------------------------------------------------------

/// Returns the share of the normal distribution above z.
[[nodiscard]] inline double normal_above(double z) noexcept {
    return 0.5 * std::erfc(z * 0.70710678118654752440);
}

/// Returns the share of it further from 0 than z is: the p-value of a two-sided test.
[[nodiscard]] inline double normal_beyond(double z) noexcept {
    return std::erfc(std::fabs(z) * 0.70710678118654752440);
}

/// Returns the share of the chi-squared distribution above x.
[[nodiscard]] inline double chi_squared_above(double x, double freedom) noexcept {
    return incomplete_gamma_above(freedom / 2, x / 2);
}

/// Returns the share of Student's distribution further from 0 than t is. Infinite freedom: normal.
[[nodiscard]] inline double student_beyond(double t, double freedom) noexcept {
    if (freedom > 1e8) { return normal_beyond(t); }
    const double square = t * t;
    if (square > freedom) {
        return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + square));
    }
    return 1 - incomplete_beta(0.5, freedom / 2, square / (freedom + square));
}

/// Returns the t of which a share p, 0 < p < 1, of Student's distribution is further from 0.
/// Halving of an interval: meant for a few calls, not for one a row.
[[nodiscard]] inline double student_quantile_beyond(double p, double freedom) noexcept {
    double low = 0;
    double high = 1;
    while (student_beyond(high, freedom) > p && high < 1e100) { high *= 2; }
    for (int i = 0; i < 200; ++i) {
        const double middle = low + (high - low) / 2;
        if (!(low < middle && middle < high)) { break; }
        (student_beyond(middle, freedom) > p ? low : high) = middle;
    }
    return low + (high - low) / 2;
}

/// Returns x log(x / mean) + mean - x without loss of digits where x is near its mean.
[[nodiscard]] inline double deviance(double x, double mean) noexcept {
    const double distance = x - mean;
    if (std::fabs(distance) >= 0.1 * (x + mean)) { return x * std::log(x / mean) - distance; }
    const double v = distance / (x + mean);
    double sum = distance * v;
    double power = 2 * x * v;
    for (int i = 1; i < 1000; ++i) {
        power *= v * v;
        const double next = sum + power / (2 * i + 1);
        if (!(next < sum || next > sum)) { break; }
        sum = next;
    }
    return sum;
}

/// Returns the probability of x among n with a chance of p each; x and n are whole numbers.
/// Loader's "Fast and accurate computation of binomial probabilities" (2000): good to 14 digits
/// for any n, where logarithms of factorials have lost most of theirs.
[[nodiscard]] inline double binomial_at(double x, double n, double p) noexcept {
    if (x < 0 || x > n) { return 0; }
    if (!(p > 0)) { return x > 0 ? 0 : 1; }
    if (p >= 1) { return x < n ? 0 : 1; }
    if (!(x > 0)) { return std::exp(n * std::log1p(-p)); }
    if (!(x < n)) { return std::exp(n * std::log(p)); }
    const double q = 1 - p;
    const double log_rest = stirling_remainder(n) - stirling_remainder(x) -
                            stirling_remainder(n - x) - deviance(x, n * p) - deviance(n - x, n * q);
    constexpr double two_pi = 6.28318530717958647693;
    return std::exp(log_rest) * std::sqrt(n / (two_pi * x * (n - x)));
}

/// Returns the probability of x or fewer among n.
[[nodiscard]] inline double binomial_to(double x, double n, double p) noexcept {
    if (x < 0) { return 0; }
    if (x >= n) { return 1; }
    return incomplete_beta(n - x, x + 1, 1 - p);
}

/// Returns the z below which a share, 0 < share < 1, of the normal distribution lies.
[[nodiscard]] inline double normal_quantile(double share) noexcept {
    return share < 0.5 ? -student_quantile_beyond(2 * share, infinity)
                       : student_quantile_beyond(2 * (1 - share), infinity);
}

/// Returns the least whole x with binomial_to(x, n, p) >= share. Within one of it where the
/// standard deviation is above 10^4: there the normal distribution serves, corrected for skew
/// (Cornish and Fisher), since the continued fraction would take as many rounds.
[[nodiscard]] inline std::uint64_t
binomial_quantile(double share, std::uint64_t n, double p) noexcept {
    const double variance = static_cast<double>(n) * p * (1 - p);
    if (variance > 1e8 && share > 0 && share < 1) {
        const double z = normal_quantile(share);
        const double x = static_cast<double>(n) * p + z * std::sqrt(variance) +
                         (z * z - 1) * (1 - 2 * p) / 6 - 0.5;
        if (!(x > 0)) { return 0; }
        return x < static_cast<double>(n) ? static_cast<std::uint64_t>(std::ceil(x)) : n;
    }
    std::uint64_t low = 0;
    std::uint64_t high = n;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        const double to = binomial_to(static_cast<double>(middle), static_cast<double>(n), p);
        if (to >= share) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/// Returns the probability of x marked ones when `drawn` of marked + others are drawn.
[[nodiscard]] inline double
hypergeometric_at(double x, double marked, double others, double drawn) noexcept {
    if (x < 0 || x > marked || drawn - x < 0 || drawn - x > others) { return 0; }
    const double p = drawn / (marked + others);
    if (!(p > 0) || p >= 1) { return 1; } // there is one way only
    return binomial_at(x, marked, p) * binomial_at(drawn - x, others, p) /
           binomial_at(drawn, marked + others, p);
}

// ---- intervals --------------------------------------------------------------------------------

/// The ends of an interval of confidence.
struct interval {
    double low;
    double high;
};

/// Returns Wilson's score interval of a share of which x among n were seen; z is the quantile, 1.96
/// for 95 %. Both numbers may be effective ones, divided by a dispersion. [0, 1] for n = 0.
[[nodiscard]] inline interval wilson_interval(double x, double n, double z) noexcept {
    if (!(n > 0)) { return {0, 1}; }
    const double p = x / n;
    const double square = z * z;
    const double middle = (p + square / (2 * n)) / (1 + square / n);
    const double half = z / (1 + square / n) * std::sqrt(p * (1 - p) / n + square / (4 * n) / n);
    // At the ends the formula is exact, and rounding must not put the share outside.
    return {x > 0 ? (std::max)(0.0, (std::min)(middle - half, p)) : 0,
            x < n ? (std::min)(1.0, (std::max)(middle + half, p)) : 1};
}

/// Returns the score interval of the mean of a Poisson distribution of which x was seen.
[[nodiscard]] inline interval poisson_interval(double x, double z) noexcept {
    const double middle = x + z * z / 2;
    const double half = z * std::sqrt(x + z * z / 4);
    return {x > 0 ? (std::max)(0.0, middle - half) : 0, middle + half};
}

/// Returns the interval of b - a from those of two independent estimates a and b ("square and
/// add"). Swapped arguments give exactly the negated interval.
[[nodiscard]] inline interval
interval_of_difference(double a, interval of_a, double b, interval of_b) noexcept {
    const double down = (b - of_b.low) * (b - of_b.low) + (of_a.high - a) * (of_a.high - a);
    const double up = (of_b.high - b) * (of_b.high - b) + (a - of_a.low) * (a - of_a.low);
    return {(b - a) - std::sqrt(down), (b - a) + std::sqrt(up)};
}

/// Returns Newcombe's interval (1998, method 10) of the second share less the first one.
[[nodiscard]] inline interval
newcombe_interval(double x1, double n1, double x2, double n2, double z) noexcept {
    return interval_of_difference(
        x1 / n1, wilson_interval(x1, n1, z), x2 / n2, wilson_interval(x2, n2, z));
}

/// The ranks, from 1, of the two ordered samples that bound a quantile.
struct rank_interval {
    std::uint64_t low;
    std::uint64_t high;
};

/// Returns the ranks of samples between which the q-quantile of their distribution lies, from n
/// independent samples; ranks 0 and n + 1 stand for "no bound".
[[nodiscard]] inline rank_interval
quantile_ranks(std::uint64_t n, double q, double confidence) noexcept {
    const double outside = (1 - confidence) / 2;
    return {binomial_quantile(outside, n, q), binomial_quantile(1 - outside, n, q) + 1};
}

// ---- tests of counts --------------------------------------------------------------------------

/// Returns the z of Pearson's test of x1 among n1 against x2 among n2 with their pooled share:
/// positive when the second share is greater; its square is the chi-squared of the 2x2 table.
[[nodiscard]] inline double two_proportion_z(double x1, double n1, double x2, double n2) noexcept {
    const double p = (x1 + x2) / (n1 + n2);
    const double variance = p * (1 - p) * (1 / n1 + 1 / n2);
    return variance > 0 ? (x2 / n2 - x1 / n1) / std::sqrt(variance) : 0;
}

/// Returns the statistic G of the same 2x2 table, chi-squared with one degree of freedom.
[[nodiscard]] inline double g_statistic(double x1, double n1, double x2, double n2) noexcept {
    const double p = (x1 + x2) / (n1 + n2);
    const auto part = [](double seen, double expected) {
        return seen > 0 ? seen * std::log(seen / expected) : 0;
    };
    const double first = part(x1, n1 * p) + part(n1 - x1, n1 * (1 - p));
    const double second = part(x2, n2 * p) + part(n2 - x2, n2 * (1 - p));
    return (std::max)(0.0, 2 * (first + second));
}

/// Returns the probability of all outcomes that are no more likely than x, for a distribution over
/// low … high with one peak; `at(x)` is its probability. Outcomes that are as likely but for
/// rounding count, with a relative tolerance of 1e-7. O(width of the distribution).
template <class Probability>
[[nodiscard]] double as_unlikely(double x, double low, double high, double peak, Probability at) {
    const double limit = at(x) * (1 + 1e-7);
    const auto sum_from = [&](double from, double step) {
        double sum = 0;
        for (double y = from; y >= low && y <= high; y += step) {
            const double p = at(y);
            sum += p;
            if (p < sum * 1e-17) { break; }
        }
        return sum;
    };
    // The first outcome on each side that is unlikely enough; from there on all are.
    const auto first_below = [&] {
        double in = low - 1;
        double out = peak + 1;
        while (out - in > 1) {
            const double middle = std::floor(in + (out - in) / 2);
            (at(middle) <= limit ? in : out) = middle;
        }
        return in;
    };
    const auto first_above = [&] {
        double in = high + 1;
        double out = peak - 1;
        while (in - out > 1) {
            const double middle = std::floor(out + (in - out) / 2);
            (at(middle) <= limit ? in : out) = middle;
        }
        return in;
    };
    const double below = first_below();
    const double above = first_above();
    if (below >= above) { return 1; }
    return (std::min)(1.0, sum_from(below, -1) + sum_from(above, 1));
}

/// Returns the p-value of Fisher's exact test, two-sided, of x1 among n1 against x2 among n2.
[[nodiscard]] inline double fisher_exact(double x1, double n1, double x2, double n2) {
    const double drawn = x1 + x2;
    const double peak = std::floor((drawn + 1) * (n1 + 1) / (n1 + n2 + 2));
    return as_unlikely(x1, (std::max)(0.0, drawn - n2), (std::min)(drawn, n1), peak, [&](double x) {
        return hypergeometric_at(x, n1, n2, drawn);
    });
}

/// Returns the p-value of the exact binomial test, two-sided, of x among n against a chance of p.
[[nodiscard]] inline double binomial_test(double x, double n, double p) {
    const double peak = (std::min)(n, std::floor((n + 1) * p));
    return as_unlikely(x, 0, n, peak, [&](double y) { return binomial_at(y, n, p); });
}

/// Returns p-values adjusted so that among those under a limit the expected share of false ones is
/// at most that limit (Benjamini and Hochberg 1995), in the order of the input.
/// Cost: O(n log n).
[[nodiscard]] inline std::vector<double> benjamini_hochberg(const std::vector<double>& p_values) {
    std::vector<std::size_t> order(p_values.size());
    for (std::size_t i = 0; i < order.size(); ++i) { order[i] = i; }
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return p_values[a] < p_values[b];
    });
    std::vector<double> adjusted(p_values.size());
    double least = 1;
    for (std::size_t rank = order.size(); rank > 0; --rank) {
        const double p = p_values[order[rank - 1]];
        least =
            (std::min)(least, p * static_cast<double>(p_values.size()) / static_cast<double>(rank));
        adjusted[order[rank - 1]] = least;
    }
    return adjusted;
}

// ---- tests of samples -------------------------------------------------------------------------

/// A statistic and its two-sided p-value.
struct test_result {
    double statistic;
    double p_value;
};

/// What is needed of two samples for tests by rank.
struct rank_sums {
    double u1 = 0;   ///< pairs in which the first sample's value is greater; ties count one half
    double ties = 0; ///< sum of t^3 - t over the groups of equal values
};

/// Returns the rank statistic of two samples without NaN. Cost: O(n log n), a copy.
[[nodiscard]] inline rank_sums rank_statistic(const std::vector<double>& a,
                                              const std::vector<double>& b) {
    struct value {
        double at;
        bool first;
    };
    std::vector<value> all;
    all.reserve(a.size() + b.size());
    for (const double v : a) { all.push_back({v, true}); }
    for (const double v : b) { all.push_back({v, false}); }
    std::sort(all.begin(), all.end(), [](const value& x, const value& y) { return x.at < y.at; });
    rank_sums sums;
    double below = 0; // values of b that are less
    for (std::size_t begin = 0; begin < all.size();) {
        double of_a = 0;
        double of_b = 0;
        std::size_t end = begin;
        for (; end < all.size() && !(all[begin].at < all[end].at); ++end) {
            (all[end].first ? of_a : of_b) += 1;
        }
        const double t = of_a + of_b;
        sums.u1 += of_a * (below + of_b / 2);
        sums.ties += t * t * t - t;
        below += of_b;
        begin = end;
    }
    return sums;
}

/// Returns the probability of each rank statistic 0, 1, … n1 n2 of samples of n1 and n2 values
/// without ties. Cost: O(n1^2 n2) steps and n1 n2 numbers: meant for n1 n2 <= 2,500.
[[nodiscard]] inline std::vector<double> mann_whitney_chances(std::size_t n1, std::size_t n2) {
    // How many ways lead to each u is the Gaussian binomial coefficient: (1 - x^(n2 + i)) / (1 -
    // x^i) multiplied up, as probabilities, so that nothing overflows.
    const std::size_t most = n1 * n2;
    std::vector<double> ways{1};
    ways.resize(most + 1);
    for (std::size_t i = 1; i <= n1; ++i) {
        for (std::size_t at = most; at >= n2 + i; --at) { ways[at] -= ways[at - n2 - i]; }
        for (std::size_t at = i; at <= most; ++at) { ways[at] += ways[at - i]; }
        const double scale = static_cast<double>(i) / static_cast<double>(n2 + i);
        for (double& w : ways) { w *= scale; }
    }
    return ways;
}

/// Returns the probability that the rank statistic is u or less, for each u up to the middle.
[[nodiscard]] inline std::vector<double> mann_whitney_below(std::size_t n1, std::size_t n2) {
    std::vector<double> sums = mann_whitney_chances(n1, n2);
    sums.resize(n1 * n2 / 2 + 1);
    for (std::size_t u = 1; u < sums.size(); ++u) { sums[u] += sums[u - 1]; }
    return sums;
}

/// Returns the probability that the rank statistic of samples of n1 and n2 values without ties is u
/// or more. Cost: as above.
[[nodiscard]] inline double mann_whitney_above(double u, std::size_t n1, std::size_t n2) {
    const std::size_t most = n1 * n2;
    const std::vector<double> ways = mann_whitney_chances(n1, n2);
    const double middle = static_cast<double>(most) / 2;
    if (u <= 0) { return 1; }
    if (u > static_cast<double>(most)) { return 0; }
    // The distribution is symmetric: its nearer tail is summed.
    double sum = 0;
    if (u > middle) {
        for (auto at = static_cast<std::size_t>(std::ceil(u)); at <= most; ++at) {
            sum += ways[most - at];
        }
        return (std::max)(0.0, sum);
    }
    for (std::size_t at = 0; static_cast<double>(at) < u; ++at) { sum += ways[at]; }
    return 1 - sum;
}

/// Returns Mann and Whitney's U of the first sample and its exact two-sided p-value as if there
/// were no ties: with ties U is rounded down, away from significance. For small samples.
[[nodiscard]] inline test_result mann_whitney_exact(const std::vector<double>& a,
                                                    const std::vector<double>& b) {
    const double u = rank_statistic(a, b).u1;
    const double most = static_cast<double>(a.size()) * static_cast<double>(b.size());
    const double outer = std::floor((std::max)(u, most - u));
    return {u, (std::min)(1.0, 2 * mann_whitney_above(outer, a.size(), b.size()))};
}

/// Returns the same with the p-value of the normal approximation, corrected for ties and
/// continuity. p is 1 when all values are equal.
[[nodiscard]] inline test_result mann_whitney_asymptotic(const std::vector<double>& a,
                                                         const std::vector<double>& b) {
    const rank_sums sums = rank_statistic(a, b);
    const double n1 = static_cast<double>(a.size());
    const double n2 = static_cast<double>(b.size());
    const double n = n1 + n2;
    const double variance = n1 * n2 / 12 * (n + 1 - sums.ties / (n * (n - 1)));
    if (!(variance > 0)) { return {sums.u1, 1}; }
    const double outer = (std::max)(sums.u1, n1 * n2 - sums.u1);
    const double z = (outer - n1 * n2 / 2 - 0.5) / std::sqrt(variance);
    return {sums.u1, (std::min)(1.0, 2 * normal_above(z))};
}

/// Returns both samples compared by rank: exact where there are no ties and n1 n2 <= 2,500.
[[nodiscard]] inline test_result mann_whitney(const std::vector<double>& a,
                                              const std::vector<double>& b) {
    const bool few = a.size() <= 2500 && b.size() <= 2500 && a.size() * b.size() <= 2500;
    const bool tied = rank_statistic(a, b).ties > 0;
    return few && !tied ? mann_whitney_exact(a, b) : mann_whitney_asymptotic(a, b);
}

/// The size, mean and variance of a sample.
struct moments {
    double size;
    double mean;
    double variance;
};

[[nodiscard]] inline moments moments_of(const std::vector<double>& values) noexcept {
    const double n = static_cast<double>(values.size());
    double mean = 0;
    for (const double v : values) { mean += v / n; }
    double squares = 0;
    for (const double v : values) { squares += (v - mean) * (v - mean); }
    return {n, mean, n > 1 ? squares / (n - 1) : 0};
}

/// Returns Welch's t of the first sample's mean less the second's, and its p-value. 1 for samples
/// of fewer than two values, and for equal values throughout.
[[nodiscard]] inline test_result welch(const std::vector<double>& a,
                                       const std::vector<double>& b) noexcept {
    const moments first = moments_of(a);
    const moments second = moments_of(b);
    if (a.size() < 2 || b.size() < 2) { return {0, 1}; }
    const double e1 = first.variance / first.size;
    const double e2 = second.variance / second.size;
    const double distance = first.mean - second.mean;
    if (!(e1 + e2 > 0)) {
        const bool equal = !(distance < 0) && !(distance > 0);
        return {equal ? 0 : std::copysign(infinity, distance), equal ? 1.0 : 0.0};
    }
    const double t = distance / std::sqrt(e1 + e2);
    const double freedom =
        (e1 + e2) * (e1 + e2) / (e1 * e1 / (first.size - 1) + e2 * e2 / (second.size - 1));
    return {t, student_beyond(t, freedom)};
}

/// Returns the greatest distance between the cumulative distributions of two samples (Kolmogorov
/// and Smirnov), and its exact p-value as if there were no ties: the share of monotone paths from
/// corner to corner that leave the band. Cost: O(n1 n2).
[[nodiscard]] inline test_result kolmogorov_smirnov(std::vector<double> a, std::vector<double> b) {
    if (a.empty() || b.empty()) { return {0, 1}; }
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    const double n1 = static_cast<double>(a.size());
    const double n2 = static_cast<double>(b.size());
    double widest = 0; // times n1 n2: whole numbers, so that equal distances compare equal
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        const double at = (std::min)(a[i], b[j]);
        while (i < a.size() && !(at < a[i])) { ++i; }
        while (j < b.size() && !(at < b[j])) { ++j; }
        const double apart = static_cast<double>(i) * n2 - static_cast<double>(j) * n1;
        widest = (std::max)(widest, std::fabs(apart));
    }
    // Shares of the paths to each point that have stayed within: a step along a has probability
    // (what is left of a) / (what is left of both).
    std::vector<double> within(b.size() + 1);
    for (std::size_t x = 0; x <= a.size(); ++x) {
        for (std::size_t y = 0; y <= b.size(); ++y) {
            const double left_a = n1 - static_cast<double>(x);
            const double left_b = n2 - static_cast<double>(y);
            double share = x == 0 && y == 0 ? 1 : 0;
            if (x > 0) { share += within[y] * (left_a + 1) / (left_a + 1 + left_b); }
            if (y > 0) { share += within[y - 1] * (left_b + 1) / (left_a + left_b + 1); }
            const double apart =
                std::fabs(static_cast<double>(x) * n2 - static_cast<double>(y) * n1);
            within[y] = apart < widest ? share : 0;
        }
    }
    const double p = 1 - within[b.size()];
    return {widest / (n1 * n2), widest > 0 ? (std::max)(0.0, p) : 1};
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm> // std::sort
#include <cmath>     // std::sqrt
#include <cstddef>   // std::size_t
#include <cstdint>   // counts
#include <utility>   // std::pair
#include <vector>    // runs, rows

WICK_BEGIN_NAMESPACE
namespace detail {

/// One side as the tests see it.
struct diff_side {
    double observations = 0; ///< in all
    double exposure = 0;     ///< what observations are compared against: themselves, seconds …
    std::vector<double> exposures; ///< of each run
    std::vector<double> squares;   ///< of each row: see add_squares; empty for a lone run
};

/// How far observations of a row scatter more than independent ones would, and how well that is
/// known.
struct scatter {
    double dispersion = 1;
    double freedom = infinity;
};

/// The distribution of dispersions over rows: what one row tells is moved towards it by as much as
/// the rows agree (Smyth 2004, "Linear models and empirical Bayes methods", section 6.2).
class dispersion_prior {
public:
    void add(const scatter& row) {
        if (row.freedom > 0) { rows_.push_back(row); }
    }

    void fit() {
        if (rows_.empty()) { return; }
        std::vector<double> sorted;
        for (const scatter& r : rows_) { sorted.push_back(r.dispersion); }
        std::sort(sorted.begin(), sorted.end());
        const double least = (std::max)(1e-5 * sorted[sorted.size() / 2], 1e-12);
        std::vector<double> e; // the logarithm of each, without its bias
        double expected_spread = 0;
        for (const scatter& r : rows_) {
            const double half = r.freedom / 2;
            e.push_back(std::log((std::max)(r.dispersion, least)) - digamma(half) + std::log(half));
            expected_spread += trigamma(half) / static_cast<double>(rows_.size());
        }
        const moments m = moments_of(e);
        const double spread = m.variance - expected_spread;
        if (rows_.size() < 3) { // nothing is known of how rows differ
            common_ = {std::exp(m.mean), 0};
        } else if (spread > 0) {
            const double half = inverse_trigamma(spread);
            common_ = {std::exp(m.mean + digamma(half) - std::log(half)), 2 * half};
        } else {
            common_ = {std::exp(m.mean), infinity};
        }
    }

    /// The dispersion that rows have in common, and how many degrees of freedom it is worth.
    [[nodiscard]] const scatter& common() const noexcept { return common_; }

    /// Returns what holds for a row. Never less than 1: regular sampling may scatter less, but that
    /// few runs happen to agree proves nothing.
    [[nodiscard]] scatter of(const scatter& row) const noexcept {
        if (common_.freedom > 1e8) { return {(std::max)(1.0, common_.dispersion), infinity}; }
        const double freedom = common_.freedom + row.freedom;
        const double sum = common_.freedom * common_.dispersion + row.freedom * row.dispersion;
        return {(std::max)(1.0, sum / freedom), freedom};
    }

private:
    std::vector<scatter> rows_;
    scatter common_;
};

/// Tests one row of counts against what both sides were exposed to. All functions give exactly the
/// same p-value, and exactly the negated difference, when the sides are swapped.
class count_test {
public:
    /// `shares`: exposures are observations, of which the row's are a part; else rates are
    /// compared.
    count_test(bool shares, double alpha)
        : shares_(shares)
        , alpha_(alpha) {}

    /// Returns by how many standard deviations the second side is greater.
    [[nodiscard]] double
    z(double x1, double e1, double x2, double e2, double dispersion) const noexcept {
        if (shares_) { return two_proportion_z(x1, e1, x2, e2) / std::sqrt(dispersion); }
        const double rate = (x1 + x2) / (e1 + e2);
        const double variance = rate * (1 / e1 + 1 / e2) * dispersion;
        return variance > 0 ? (x2 / e2 - x1 / e1) / std::sqrt(variance) : 0;
    }

    /// Returns the two-sided p-value of a difference. Where few observations are expected it is
    /// that of an exact test, of numbers that are as much smaller as the dispersion asks.
    [[nodiscard]] double
    p_value(double x1, double e1, double x2, double e2, const scatter& s) const {
        const bool swap = e2 < e1 || (!(e1 < e2) && x2 < x1); // rounding must not tell sides apart
        if (swap) { return p_value(x2, e2, x1, e1, s); }
        const double distance = z(x1, e1, x2, e2, s.dispersion);
        const double by_distance = student_beyond(distance, s.freedom);
        const double part = e1 / (e1 + e2);
        double least = (x1 + x2) * part; // expected on the side with less
        if (shares_) { least = (std::min)(least, (e1 + e2 - x1 - x2) * part); }
        if (least / s.dispersion >= 5) { return by_distance; }
        const auto shrunk = [&](double v) { return std::floor(v / s.dispersion + 0.5); };
        const double a = shrunk(x1);
        const double b = shrunk(x2);
        const double exact = shares_ ? fisher_exact(a, a + shrunk(e1 - x1), b, b + shrunk(e2 - x2))
                                     : binomial_test(a, a + b, part);
        return s.freedom < 1e8 ? (std::max)(exact, by_distance) : exact;
    }

    /// Returns the interval of the difference of the two shares, or rates.
    [[nodiscard]] interval
    difference(double x1, double e1, double x2, double e2, const scatter& s) {
        const double d = s.dispersion;
        const double quantile = quantile_for(s.freedom);
        if (shares_) { return newcombe_interval(x1 / d, e1 / d, x2 / d, e2 / d, quantile); }
        const auto rate = [&](double x, double e) {
            const interval of_count = poisson_interval(x / d, quantile);
            return interval{of_count.low * d / e, of_count.high * d / e};
        };
        return interval_of_difference(x1 / e1, rate(x1, e1), x2 / e2, rate(x2, e2));
    }

private:
    bool shares_;
    double alpha_;
    std::vector<std::pair<double, double>> quantiles_; // by freedom, of which there are few

    [[nodiscard]] double quantile_for(double freedom) {
        for (const auto& known : quantiles_) {
            if (!(known.first < freedom) && !(freedom < known.first)) { return known.second; }
        }
        quantiles_.emplace_back(freedom, student_quantile_beyond(alpha_, freedom));
        return quantiles_.back().second;
    }
};

/// Observations, on both sides, of what did not change.
struct unchanged_rest {
    double before = 0;
    double after = 0;
};

/// A function's observations, and the logarithm of how many times as many there are after.
struct change_vote {
    double before, after, ratio, deviation;

    [[nodiscard]] bool agrees(double with) const noexcept {
        return std::fabs(ratio - with) <= 2 * deviation;
    }
};

/// Returns the ratio with which most functions agree; of several, that with more observations.
/// `votes` are sorted by ratio. Cost: as 100 passes over them at most.
[[nodiscard]] inline double agreed_ratio(const std::vector<change_vote>& votes) noexcept {
    std::size_t most = 0;
    double heaviest = 0;
    double lowest = 0; // of all ratios that are as good, so that swapped sides find the same
    double highest = 0;
    const std::size_t tried = (std::min)(votes.size(), std::size_t{100});
    for (std::size_t i = 0; i < tried; ++i) {
        // Evenly spread over the votes, from the outside in: the same ones from either end.
        const std::size_t step = (i / 2) * votes.size() / tried;
        const double ratio = votes[i % 2 == 0 ? step : votes.size() - 1 - step].ratio;
        std::size_t agree = 0;
        double weight = 0;
        for (const change_vote& v : votes) {
            if (!v.agrees(ratio)) { continue; }
            ++agree;
            weight += v.before + v.after;
        }
        if (agree < most || (agree == most && weight < heaviest)) { continue; }
        const bool better = agree > most || weight > heaviest;
        most = agree;
        heaviest = weight;
        lowest = better ? ratio : (std::min)(lowest, ratio);
        highest = better ? ratio : (std::max)(highest, ratio);
    }
    return (lowest + highest) / 2;
}

/// Returns the observations of those functions that have changed as most others have. Shares say
/// only how much there is of one thing for each of another; when the fewest things that can have
/// changed are to be named, the others are the measure. Each function has one vote: one that takes
/// most of the time may be the one that changed. `scatters` has one for each function.
[[nodiscard]] inline unchanged_rest
find_unchanged(const comparison& c, const std::vector<scatter>& scatters, std::uint64_t least) {
    std::vector<change_vote> votes;
    for (std::size_t f = 0; f < c.functions.size(); ++f) {
        const compared& self = c.functions[f].self;
        if (self.before.count < least && self.after.count < least) { continue; }
        const double a = static_cast<double>(self.before.count);
        const double b = static_cast<double>(self.after.count);
        const double variance = scatters[f].dispersion * (1 / (a + 0.5) + 1 / (b + 0.5));
        votes.push_back({a, b, std::log(b + 0.5) - std::log(a + 0.5), std::sqrt(variance)});
    }
    if (votes.empty()) { return {}; }
    std::sort(votes.begin(), votes.end(), [](const change_vote& x, const change_vote& y) {
        return x.ratio < y.ratio;
    });
    double ratio = agreed_ratio(votes);
    unchanged_rest rest;
    for (int round = 0; round < 20; ++round) { // until it settles, which it does within a few
        unchanged_rest next;
        for (const change_vote& v : votes) {
            if (!v.agrees(ratio)) { continue; }
            next.before += v.before;
            next.after += v.after;
        }
        if (!(next.before > 0) || !(next.after > 0)) { break; }
        rest = next;
        ratio = std::log(rest.after) - std::log(rest.before);
    }
    return rest;
}

/// Tests all rows of a comparison and writes down what comes of it.
class diff_tester {
public:
    diff_tester(
        comparison& c, diff_rows& rows, diff_side before, diff_side after, std::uint64_t least)
        : c_(c)
        , rows_(rows)
        , before_(std::move(before))
        , after_(std::move(after))
        , least_(least)
        , shares_(c.method.basis == diff_basis::share)
        , test_(shares_, c.method.alpha) {}

    void run() {
        figures_.resize(rows_.rows.size());
        fit_dispersion();
        if (shares_) { find_rest(); }
        for (std::uint32_t i = 1; i < rows_.rows.size(); ++i) { test_row(i); }
        // Contexts and functions tell of the same samples in two ways: two questions, two families.
        conclude(1, rows_.first_of_functions);
        conclude(rows_.first_of_functions, static_cast<std::uint32_t>(rows_.rows.size()));
        write_down();
    }

private:
    struct figures {
        significance test;
        double by_share = 1; // p-value of the share alone
        double direction = 0;
    };
    comparison& c_;
    diff_rows& rows_;
    diff_side before_;
    diff_side after_;
    std::uint64_t least_;
    bool shares_;
    count_test test_;
    dispersion_prior prior_;
    unchanged_rest rest_;
    std::vector<figures> figures_;

    [[nodiscard]] bool has_runs() const noexcept {
        return !before_.squares.empty() || !after_.squares.empty();
    }

    // What the runs of one side say: Pearson's chi-squared around the side's own mean.
    void
    add_side(scatter& sum, const diff_side& side, std::uint32_t row, std::uint64_t count) const {
        if (side.squares.empty() || count == 0) { return; }
        const double x = static_cast<double>(count);
        const double rate = x / side.exposure;
        const double variance = shares_ ? rate * (1 - rate) : rate;
        if (!(variance > 0)) { return; } // all of each run: nothing can scatter
        const double squares = side.squares[row] - x * rate;
        sum.dispersion += (std::max)(0.0, squares) / variance;
        sum.freedom += static_cast<double>(side.exposures.size() - 1);
    }

    [[nodiscard]] scatter own_scatter(std::uint32_t row) const noexcept {
        const compared& seen = rows_.rows[row].seen;
        scatter of_before{0, 0};
        scatter of_after{0, 0};
        add_side(of_before, before_, row, seen.before.count);
        add_side(of_after, after_, row, seen.after.count);
        const double freedom = of_before.freedom + of_after.freedom;
        if (!(freedom > 0)) { return {0, 0}; }
        return {(of_before.dispersion + of_after.dispersion) / freedom, freedom};
    }

    void fit_dispersion() {
        c_.method.assumes_independent_samples = !has_runs();
        if (!has_runs()) { return; }
        // Where a run has few observations to expect, squares say less than their number tells:
        // such rows would make all look more different than they are.
        const auto runs = static_cast<double>(before_.exposures.size() + after_.exposures.size());
        if (!add_to_prior(5 * runs, 10)) { (void)add_to_prior(runs, 0); }
        prior_.fit();
        c_.method.dispersion = (std::max)(1.0, prior_.common().dispersion);
    }

    // Adds the functions with so many observations, unless there are fewer than `least` of them.
    [[nodiscard]] bool add_to_prior(double observations, std::size_t least) {
        std::vector<scatter> found;
        for (auto i = rows_.first_of_functions; i < rows_.rows.size(); ++i) {
            const compared& seen = rows_.rows[i].seen;
            const double x =
                static_cast<double>(seen.before.count) + static_cast<double>(seen.after.count);
            if (x >= observations) { found.push_back(own_scatter(i)); }
        }
        if (found.size() < least) { return false; }
        for (const scatter& row : found) { prior_.add(row); }
        return true;
    }

    [[nodiscard]] scatter scatter_of(std::uint32_t row) const noexcept {
        if (!has_runs()) { return {}; }
        const scatter own = own_scatter(row);
        if (!(own.freedom + prior_.common().freedom > 0)) { return {}; }
        return prior_.of(own);
    }

    void find_rest() {
        std::vector<scatter> scatters;
        for (const comparison::function& f : c_.functions) {
            const std::uint32_t row = rows_.pairs[f.test].self;
            scatters.push_back(row == 0 ? scatter{} : scatter_of(row));
        }
        rest_ = find_unchanged(c_, scatters, least_);
    }

    void test_row(std::uint32_t row) {
        const compared& seen = rows_.rows[row].seen;
        figures& to = figures_[row];
        const double x1 = static_cast<double>(seen.before.count);
        const double x2 = static_cast<double>(seen.after.count);
        const scatter s = scatter_of(row);
        to.by_share = test_.p_value(x1, before_.exposure, x2, after_.exposure, s);
        to.direction = test_.z(x1, before_.exposure, x2, after_.exposure, 1);
        to.test.p_value = to.by_share;
        if (shares_ && to.by_share <= c_.method.alpha && rest_.before > 0) {
            // A change must also show beside what has not changed.
            const double e1 = x1 + rest_.before;
            const double e2 = x2 + rest_.after;
            const bool against = test_.z(x1, e1, x2, e2, 1) * to.direction < 0;
            const double beside = against ? 1 : test_.p_value(x1, e1, x2, e2, s);
            to.test.p_value = (std::max)(to.by_share, beside);
        }
        set_interval(to.test, seen, test_.difference(x1, before_.exposure, x2, after_.exposure, s));
    }

    // The interval is one of counts: around the change of weight it is as much wider or narrower as
    // the row's samples weigh more or less than all do.
    void set_interval(significance& to, const compared& seen, const interval& of_counts) const {
        const double x1 = static_cast<double>(seen.before.count);
        const double x2 = static_cast<double>(seen.after.count);
        const double by_count = x2 / after_.exposure - x1 / before_.exposure;
        double weight_each =
            (static_cast<double>(seen.before.weight) + static_cast<double>(seen.after.weight)) /
            (x1 + x2);
        if (shares_) {
            const double all = c_.method.before_exposure + c_.method.after_exposure;
            weight_each *= (before_.observations + after_.observations) / all;
        }
        const double change = change_of(c_, seen);
        to.low = change - (by_count - of_counts.low) * weight_each;
        to.high = change + (of_counts.high - by_count) * weight_each;
    }

    // Corrects for the number of rows in a family, and says what each of them shows.
    void conclude(std::uint32_t begin, std::uint32_t end) {
        std::vector<double> p_values;
        std::vector<double> by_share;
        for (std::uint32_t i = begin; i < end; ++i) {
            p_values.push_back(figures_[i].test.p_value);
            by_share.push_back(figures_[i].by_share);
        }
        p_values = benjamini_hochberg(p_values);
        by_share = benjamini_hochberg(by_share);
        for (std::uint32_t i = begin; i < end; ++i) {
            figures& f = figures_[i];
            f.test.adjusted = p_values[i - begin];
            const bool significant = f.test.adjusted <= c_.method.alpha;
            f.test.renormalised = !significant && by_share[i - begin] <= c_.method.alpha;
            f.test.concluded =
                significant ? significant_verdict(f, rows_.rows[i].seen) : equal_verdict(f);
        }
    }

    // More samples of less weight, or the other way round, are no regression that could be named.
    [[nodiscard]] verdict significant_verdict(const figures& f,
                                              const compared& seen) const noexcept {
        const double change = change_of(c_, seen);
        if (f.direction > 0 && change > 0) { return verdict::regressed; }
        if (f.direction < 0 && change < 0) { return verdict::improved; }
        return verdict::inconclusive;
    }

    [[nodiscard]] verdict equal_verdict(const figures& f) const noexcept {
        const double margin = c_.method.margin * (shares_ ? 1 : mean_rate());
        const bool within = f.test.low >= -margin && f.test.high <= margin;
        return within ? verdict::unchanged : verdict::inconclusive;
    }

    // All weight by all exposure, as what a margin is a part of.
    [[nodiscard]] double mean_rate() const noexcept {
        const compared& all = c_.functions[0].total;
        const double weight =
            static_cast<double>(all.before.weight) + static_cast<double>(all.after.weight);
        return weight / (c_.method.before_exposure + c_.method.after_exposure);
    }

    void write_down() {
        c_.tests.assign(1, {});
        c_.tests.reserve(rows_.pairs.size());
        for (std::size_t i = 1; i < rows_.pairs.size(); ++i) {
            const diff_rows::pair& pair = rows_.pairs[i];
            c_.tests.push_back({figures_[pair.self].test, figures_[pair.total].test});
        }
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/diff_text.hpp - the lines of a comparison's table, and its JSON.
#ifndef WICK_DETAIL_DIFF_TEXT_HPP
#define WICK_DETAIL_DIFF_TEXT_HPP

// wick/detail/folded_lines.hpp - a tree as sorted lines of stacks, with weights behind them.
#ifndef WICK_DETAIL_FOLDED_LINES_HPP
#define WICK_DETAIL_FOLDED_LINES_HPP

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
// wick/detail/shown_text.hpp - any bytes as text that every XML parser and reader can take.
#ifndef WICK_DETAIL_SHOWN_TEXT_HPP
#define WICK_DETAIL_SHOWN_TEXT_HPP


#include <cstddef>     // std::size_t
#include <string>      // what is built
#include <string_view> // what is read

WICK_BEGIN_NAMESPACE
namespace detail {

/// One character of a text: its bytes, what it is, and whether it may be shown as it is.
struct character {
    std::size_t size = 1; ///< in bytes
    char32_t code = 0;    ///< the code point; of a byte that is no text, the byte
    bool shown = false;   ///< false: a control, no character, or not UTF-8
};

/// True for what would break the XML, the line that it stands on, or the order of the letters on
/// it: controls, noncharacters, and the marks that turn the direction of text.
[[nodiscard]] inline bool is_hidden(char32_t code) noexcept {
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) { return true; }
    if ((code & 0xfffe) == 0xfffe) { return true; }
    if (code < 0x200b) { return false; }
    return code <= 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/// Returns the character at `at`, which must be inside of the text.
[[nodiscard]] inline character character_at(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) { return {1, lead, !is_hidden(lead)}; }
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - at < size) { return {1, lead, false}; }
    char32_t code = lead & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) { return {1, lead, false}; }
        code = code << 6 | (byte(i) & 0x3fu);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; // anything less has a shorter form
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (code < least[size] || code > 0x10ffff || surrogate) { return {1, lead, false}; }
    return {size, code, !is_hidden(code)};
}

/// Appends what is shown in place of a byte that cannot be: the picture of an ASCII control, or
/// U+FFFD.
inline void append_replacement(std::string& out, unsigned char byte) {
    if (byte == 0x7f) {
        out += "\xe2\x90\xa1";
    } else if (byte < 0x20) {
        out += "\xe2\x90";
        out += static_cast<char>(0x80 + byte);
    } else {
        out += "\xef\xbf\xbd";
    }
}

/// Appends one character in a form that may stand in XML text and in quoted attributes.
inline void append_xml(std::string& out, std::string_view text, std::size_t at, character c) {
    if (!c.shown) { // a mark for each byte, as the page makes one of each "\xHH"
        for (std::size_t i = 0; i < c.size; ++i) {
            append_replacement(out, static_cast<unsigned char>(text[at + i]));
        }
        return;
    }
    switch (c.code) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    default: out.append(text, at, c.size);
    }
}

/// Appends a text for XML: whatever cannot be shown is replaced by something that can be seen.
inline void append_xml(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const character c = character_at(text, at);
        append_xml(out, text, at, c);
        at += c.size;
    }
}

/// Appends a text for XML so that nothing is lost: "\\" is a backslash, "\xHH" a byte that cannot
/// be shown.
inline void append_escaped(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    for (std::size_t at = 0; at < text.size();) {
        const character c = character_at(text, at);
        if (!c.shown) {
            for (std::size_t i = 0; i < c.size; ++i) {
                const auto byte = static_cast<unsigned char>(text[at + i]);
                out += "\\x";
                out += digits[byte >> 4];
                out += digits[byte & 15];
            }
        } else if (c.code == '\\') {
            out += "\\\\";
        } else {
            append_xml(out, text, at, c);
        }
        at += c.size;
    }
}

/// Returns how many cells of a monospaced font a character takes at most. What a font may have to
/// borrow from another one counts twice.
[[nodiscard]] inline std::size_t cells(character c) noexcept {
    if (!c.shown) { return 2 * c.size; }
    return c.code < 0x300 ? 1 : 2;
}

/// True when each byte is a character of one cell that stands for itself in XML.
[[nodiscard]] inline bool is_plain(std::string_view text) noexcept {
    for (const char c : text) {
        if (c < ' ' || c > '~' || c == '&' || c == '<' || c == '>' || c == '"') { return false; }
    }
    return true;
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

#include <algorithm>   // std::sort
#include <cmath>       // std::isfinite
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <cstdio>      // std::snprintf
#include <string>      // what is built
#include <string_view> // names
#include <vector>      // texts

WICK_BEGIN_NAMESPACE

/// Which rows a table has.
enum class diff_rows_of : std::uint8_t {
    function_total, ///< functions, with all that they call
    function_self,  ///< functions alone
    stack_total,    ///< calling contexts, with all below them
    stack_self      ///< calling contexts alone
};

/// A row of a table of changes.
struct diff_entry {
    std::uint32_t index = 0; ///< of the node or the function
    compared seen;
    double change = 0; ///< as a part of all weight; on the basis of shares, of the share
    double low = 0;    ///< the interval of it
    double high = 0;
    significance test;
    presence in = presence::both;
};

/// Returns what changes are a part of where they are shown: 1, or all that there was before for the
/// unit of the basis.
[[nodiscard]] inline double change_scale(const comparison& c) noexcept {
    if (c.method.basis == diff_basis::share) { return 1; }
    const double all = static_cast<double>(c.functions[0].total.before.weight);
    return all > 0 && c.method.before_exposure > 0 ? all / c.method.before_exposure : 1;
}

namespace detail {

/// Appends what snprintf wrote, with a point whatever the locale.
inline void append_printed(std::string& out, const char* digits) {
    for (; *digits != '\0'; ++digits) { out += *digits == ',' ? '.' : *digits; }
}
/// Appends a number with so many digits behind the point, at least `width` characters.
inline void append_fixed(std::string& out, double value, int width, int digits) {
    char printed[400];
    std::snprintf(printed, sizeof printed, "%*.*f", width, digits, value);
    append_printed(out, printed);
}
/// The same with a sign in any case.
inline void append_signed(std::string& out, double value, int width, int digits) {
    char printed[400];
    std::snprintf(printed, sizeof printed, "%+*.*f", width, digits, value);
    append_printed(out, printed);
}
/// Appends a number with so many digits in all, with an exponent where that is shorter.
inline void append_short(std::string& out, double value, int width, int digits) {
    char printed[64];
    std::snprintf(printed, sizeof printed, "%*.*g", width, digits, value);
    append_printed(out, printed);
}

/// Returns a profile of nothing but the names of a comparison.
[[nodiscard]] inline profile names_of(const comparison& c) {
    profile names;
    names.modules = c.modules;
    names.frames = c.frames;
    names.decimals = c.decimals;
    return names;
}

/// Returns a text of at most `width` bytes: what is too much is left out where it matters least, in
/// the middle of a name and at the root's side of a stack. 0: all of it.
[[nodiscard]] inline std::string shortened(const std::string& text, std::size_t width, bool stack) {
    if (width == 0 || text.size() <= width) { return text; }
    const auto inside = [&](std::size_t at) { // of a character of UTF-8
        return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    };
    std::size_t head = stack ? 0 : width / 2;
    while (head > 0 && inside(head)) { --head; }
    std::size_t tail = text.size() - (width - head);
    while (inside(tail)) { ++tail; }
    return text.substr(0, head) + "…" + text.substr(tail);
}

[[nodiscard]] inline std::string frame_name(const profile& names, std::uint32_t frame) {
    std::string text;
    append_frame_text(text, names, names.frames[frame]);
    return text;
}

/// Returns whether no name has a separator in it, and no two frames have the same name.
[[nodiscard]] inline bool has_plain_names(const comparison& c) {
    if (has_separators(c.frames)) { return false; }
    const profile names = names_of(c);
    std::vector<std::string> texts;
    for (std::uint32_t f = 0; f < c.frames.size(); ++f) { texts.push_back(frame_name(names, f)); }
    std::sort(texts.begin(), texts.end());
    return std::adjacent_find(texts.begin(), texts.end()) == texts.end();
}

[[nodiscard]] inline const char* name_of(presence in) noexcept {
    switch (in) {
    case presence::both:
        return "both";
    case presence::only_before:
        return "only_before";
    case presence::only_after:
        return "only_after";
    }
    return "";
}

[[nodiscard]] inline const char* name_of(diff_basis basis) noexcept {
    switch (basis) {
    case diff_basis::share:
        return "share";
    case diff_basis::cpu_time:
        return "cpu_time";
    case diff_basis::operation:
        return "operation";
    }
    return "";
}

[[nodiscard]] inline const char* rows_name(diff_rows_of rows) noexcept {
    constexpr const char* names[] = {
        "function (total)", "function (self)", "stack (total)", "stack (self)"};
    return names[static_cast<std::size_t>(rows)];
}

/// Appends what one side was: "before: 1200 samples in 3 runs".
inline void append_side(std::string& out, const comparison& c, bool after) {
    const compared& all = c.functions[0].total;
    const measured& m = after ? all.after : all.before;
    const std::uint32_t runs = after ? c.method.after_runs : c.method.before_runs;
    out += after ? "after:  " : "before: ";
    out += std::to_string(m.count);
    out += c.counted == counted_as::calls ? " calls" : " samples";
    if (c.unit != "samples" && !c.unit.empty()) {
        out += " of ";
        append_weight(out, m.weight, c.decimals);
        out += ' ' + c.unit;
    }
    if (runs != 1) { out += " in " + std::to_string(runs) + " profiles"; }
    out += '\n';
}

/// Returns what was compared, and how.
[[nodiscard]] inline std::string heading(const comparison& c) {
    std::string text;
    append_side(text, c, false);
    append_side(text, c, true);
    const test_method& m = c.method;
    if (!(m.alpha > 0)) { return text + "nothing was tested: a side is empty\n\n"; }
    text += m.basis == diff_basis::share      ? "by share of all weight; "
            : m.basis == diff_basis::cpu_time ? "by second of CPU time, as a part of all before; "
                                              : "by operation, as a part of all before; ";
    if (m.assumes_independent_samples) {
        text += "assumes independent samples (one profile a side)";
    } else {
        text += "samples scatter ";
        append_fixed(text, m.dispersion, 0, 2);
        text += " times as much as independent ones";
    }
    text += "; false discoveries ≤ ";
    append_short(text, 100 * m.alpha, 0, 6);
    return text + " %\n\n";
}

inline void append_column_names(std::string& out, const comparison& c, const char* name) {
    std::string interval;
    append_short(interval, 100 * (1 - c.method.alpha), 0, 6);
    interval += " % interval";
    out += "   change  ";
    out.append(interval.size() < 18 ? 18 - interval.size() : 0, ' ');
    out += interval + "   before    after   adjusted p  verdict        ";
    out += name;
    out += '\n';
}

/// Appends the figures of a row, up to its name. Changes are in points, or percent of all before.
inline void append_entry(std::string& out, const comparison& c, const diff_entry& e) {
    const auto rate = [&](const measured& m, double exposure, double scale) {
        const double part = exposure > 0 ? static_cast<double>(m.weight) / exposure / scale : 0;
        append_fixed(out, 100 * part, 7, 2);
        out += " %";
    };
    const double scale = change_scale(c);
    append_signed(out, 100 * e.change, 9, 3);
    if (e.test.concluded == verdict::untested) {
        out.append(20, ' ');
    } else {
        std::string interval = "[";
        append_signed(interval, 100 * e.low, 0, 3);
        interval += ", ";
        append_signed(interval, 100 * e.high, 0, 3);
        interval += ']';
        out.append(interval.size() < 20 ? 20 - interval.size() : 1, ' ');
        out += interval;
    }
    rate(e.seen.before, c.method.before_exposure, scale);
    rate(e.seen.after, c.method.after_exposure, scale);
    if (e.test.concluded == verdict::untested) {
        out.append(13, ' ');
    } else {
        append_short(out, e.test.adjusted, 13, 2);
    }
    const std::string said = e.test.renormalised ? "renormalised" : name_of(e.test.concluded);
    out += "  " + said;
    out.append(said.size() < 13 ? 13 - said.size() : 1, ' ');
    out += e.in == presence::only_before ? "- " : e.in == presence::only_after ? "+ " : "  ";
}

/// Appends how many rows there are of each verdict.
template <class Entries>
void append_counts(std::string& out, const Entries& entries) {
    std::size_t counts[5] = {};
    std::size_t renormalised = 0;
    for (const auto& e : entries) {
        ++counts[static_cast<std::size_t>(e.test.concluded)];
        renormalised += e.test.renormalised ? 1 : 0;
    }
    out += "  ";
    for (const verdict v : {verdict::regressed,
                            verdict::improved,
                            verdict::unchanged,
                            verdict::inconclusive,
                            verdict::untested}) {
        out += std::to_string(counts[static_cast<std::size_t>(v)]);
        out += ' ';
        out += name_of(v);
        out += v == verdict::untested ? "" : ", ";
    }
    if (renormalised != 0) {
        out += "; " + std::to_string(renormalised) + " moved only because others did";
    }
    out += '\n';
}

// ---- JSON -------------------------------------------------------------------------------------

/// Appends a string of JSON; bytes that are not UTF-8 become U+FFFD.
inline void append_json_string(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const character c = character_at(text, at);
        if (c.size == 1 && c.code >= 0x80) {
            out += "\xef\xbf\xbd";
        } else if (c.code < 0x20) {
            out += "\\u00";
            out += digits[c.code >> 4];
            out += digits[c.code & 15];
        } else {
            if (c.code == '"' || c.code == '\\') { out += '\\'; }
            out.append(text, at, c.size);
        }
        at += c.size;
    }
    out += '"';
}

inline void append_json_number(std::string& out, const char* key, double value) {
    out += ", \"";
    out += key;
    out += "\": ";
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    append_short(out, value, 0, 9);
}

inline void append_json_side(std::string& out, const comparison& c, bool after) {
    const compared& all = c.functions[0].total;
    const measured& m = after ? all.after : all.before;
    out += after ? ",\n  \"after\": {\"samples\": " : ",\n  \"before\": {\"samples\": ";
    out += std::to_string(m.count) + ", \"weight\": ";
    append_weight(out, m.weight, c.decimals);
    out += ", \"profiles\": " + std::to_string(after ? c.method.after_runs : c.method.before_runs);
    append_json_number(out, "exposure", after ? c.method.after_exposure : c.method.before_exposure);
    out += '}';
}

inline void append_json_method(std::string& out, const comparison& c) {
    out += "  \"unit\": ";
    append_json_string(out, c.unit);
    out += ",\n  \"basis\": \"" + std::string(name_of(c.method.basis)) + "\"";
    append_json_number(out, "alpha", c.method.alpha);
    append_json_number(out, "margin", c.method.margin);
    append_json_number(out, "dispersion", c.method.dispersion);
    out += ", \"assumes_independent_samples\": ";
    out += c.method.assumes_independent_samples ? "true" : "false";
    append_json_side(out, c, false);
    append_json_side(out, c, true);
}

inline void
append_json_measured(std::string& out, const char* key, const measured& m, int decimals) {
    out += ", \"" + std::string(key) + "\": {\"samples\": " + std::to_string(m.count) +
           ", \"weight\": ";
    append_weight(out, m.weight, decimals);
    out += '}';
}

/// Appends what stands behind a row's name.
inline void append_json_entry(std::string& out, const comparison& c, const diff_entry& e) {
    append_json_measured(out, "before", e.seen.before, c.decimals);
    append_json_measured(out, "after", e.seen.after, c.decimals);
    append_json_number(out, "change", e.change);
    append_json_number(out, "low", e.low);
    append_json_number(out, "high", e.high);
    append_json_number(out, "p", e.test.p_value);
    append_json_number(out, "adjusted_p", e.test.adjusted);
    out += ", \"verdict\": \"" + std::string(name_of(e.test.concluded)) + "\", \"presence\": \"" +
           name_of(e.in) + "\", \"renormalised\": " + (e.test.renormalised ? "true" : "false");
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::sort
#include <cmath>       // std::fabs
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <string>      // names
#include <string_view> // output
#include <tuple>       // std::tie, to order runs
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // sides, rows

WICK_BEGIN_NAMESPACE

/// How to compare. The defaults suit profiles of one program before and after a change.
struct diff_options {
    diff_basis basis = diff_basis::share;
    /// Rows are significant whose adjusted p-value is not above this: of what is called regressed
    /// or improved, this part is expected to be wrong. Intervals have a confidence of 1 - alpha.
    double alpha = 0.05;
    /// A row is unchanged when its interval is within this part of all weight.
    double margin = 0.005;
    /// Rows with fewer observations on both sides are not tested.
    std::uint64_t least_samples = 10;
    /// Operations, or seconds of CPU time, by the basis; 0: what the profiles' origins say.
    double before_exposure = 0;
    double after_exposure = 0;
};

namespace detail {

/// An order of runs by what they hold, so that sums over them do not depend on how they were given.
[[nodiscard]] inline bool run_less(const profile& a, const profile& b) {
    if (a.nodes.size() != b.nodes.size()) { return a.nodes.size() < b.nodes.size(); }
    for (std::size_t i = 0; i < a.nodes.size(); ++i) {
        const profile::node& x = a.nodes[i];
        const profile::node& y = b.nodes[i];
        if (x != y) {
            return std::tie(x.count, x.self, x.frame, x.parent) <
                   std::tie(y.count, y.self, y.frame, y.parent);
        }
    }
    return std::lexicographical_compare(
        a.frames.begin(), a.frames.end(), b.frames.begin(), b.frames.end(), frame_less);
}

/// Returns what stands on the way from the root to a node, "a;b;c".
template <class Tree>
[[nodiscard]] std::string stack_text(const Tree& tree, const profile& names, std::uint32_t node) {
    std::vector<std::uint32_t> path;
    for (; node != 0; node = tree.nodes[node].parent) { path.push_back(tree.nodes[node].frame); }
    std::string text;
    for (std::size_t i = path.size(); i-- > 0;) {
        append_frame_text(text, names, names.frames[path[i]]);
        if (i > 0) { text += ';'; }
    }
    return text;
}

/// All weights of a profile in one pass: nodes are many.
struct weight_sums {
    std::uint64_t sum = 0;
    bool some_negative = false; // the sum is then of no use
};

[[nodiscard]] inline weight_sums sum_weights(const profile& p) noexcept {
    weight_sums sums;
    std::int64_t bits = 0;
    for (const profile::node& n : p.nodes) {
        bits |= n.self;
        sums.sum += static_cast<std::uint64_t>(n.self);
    }
    sums.some_negative = bits < 0;
    return sums;
}

/// One side while it is being compared.
class side_builder {
public:
    side_builder(const char* name, std::vector<profile> runs)
        : name_(name)
        , runs_(std::move(runs)) {}

    [[nodiscard]] error problem() {
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            if (runs_[i].nodes.empty()) { runs_[i] = profile{}; } // it was moved from
            const weight_sums sums = sum_weights(runs_[i]);
            if (sums.some_negative) { return error{run_name(i) + negative_weight(runs_[i])}; }
            weight_ = sums.sum;
        }
        std::sort(runs_.begin(), runs_.end(), run_less);
        if (runs_.size() == 1) {
            whole_ = std::move(runs_[0]);
            return {};
        }
        result<profile> merged = merge(runs_);
        whole_ = std::move(merged.value);
        weight_ = sum_weights(whole_).sum;
        if (merged.error) { merged.error.what = std::string(name_) + ": " + merged.error.what; }
        return std::move(merged.error);
    }

    [[nodiscard]] profile& whole() noexcept { return whole_; }
    /// All weight of it.
    [[nodiscard]] std::uint64_t weight() const noexcept { return weight_; }
    [[nodiscard]] const char* name() const noexcept { return name_; }
    [[nodiscard]] std::size_t size() const noexcept { return runs_.size(); }

    /// Fills in what the tests need to know of the side. `exposure`: 0 where it is the
    /// observations.
    [[nodiscard]] diff_side side(const comparison& c, diff_basis basis, double exposure) const {
        const compared& all = c.functions[0].total;
        diff_side made;
        made.observations =
            static_cast<double>(name_[0] == 'b' ? all.before.count : all.after.count);
        made.exposure = basis == diff_basis::share ? made.observations : exposure;
        if (runs_.size() < 2) {
            made.exposures = {made.exposure};
            return made;
        }
        double known = 0;
        bool all_known = basis != diff_basis::share;
        for (const profile& run : runs_) {
            const double of_run = exposure_of(run, basis);
            all_known = all_known && of_run > 0;
            known += of_run;
        }
        for (const profile& run : runs_) {
            const double part =
                all_known ? exposure_of(run, basis) / known : observations(run) / made.observations;
            made.exposures.push_back(made.exposure * part);
        }
        return made;
    }

    void add_squares(diff_side& made, const comparison& c, const diff_rows& rows) const {
        std::size_t used = 0; // a run without a sample tells nothing
        for (const double e : made.exposures) { used += e > 0 ? 1 : 0; }
        if (used < 2) { return; }
        made.squares.resize(rows.rows.size());
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            if (!(made.exposures[i] > 0)) { continue; }
            detail::add_squares(made.squares, c, rows, runs_[i], made.exposures[i]);
        }
        made.exposures.resize(used);
    }

    /// Returns what the origins say of a profile; 0 where one of them does not.
    [[nodiscard]] static double exposure_of(const profile& p, diff_basis basis) noexcept {
        double sum = 0;
        for (const origin& from : p.origins) {
            const double part = basis == diff_basis::cpu_time
                                    ? static_cast<double>(from.cpu_ns) * 1e-9
                                    : static_cast<double>(from.operations);
            if (!(part > 0)) { return 0; }
            sum += part;
        }
        return sum;
    }

    /// Returns the rate that was asked for, where the weight is a number of samples; else 0.
    [[nodiscard]] double rate() const noexcept {
        if (whole_.unit != "samples") { return 0; }
        double sum = 0;
        double times = 0;
        for (const origin& from : whole_.origins) {
            if (!(from.rate_asked_hz > 0)) { return 0; }
            const double time = from.cpu_ns > 0 ? static_cast<double>(from.cpu_ns) : 1;
            sum += from.rate_asked_hz * time;
            times += time;
        }
        return times > 0 ? sum / times : 0;
    }

private:
    const char* name_;
    std::vector<profile> runs_;
    profile whole_;
    std::uint64_t weight_ = 0;

    [[nodiscard]] static std::string negative_weight(const profile& p) {
        std::uint32_t n = 0;
        while (p.nodes[n].self >= 0) { ++n; }
        return ": the weight of \"" + stack_text(p, p, n) + "\" is negative";
    }
    [[nodiscard]] std::string run_name(std::size_t i) const {
        const std::string name = name_;
        return runs_.size() == 1 ? name : name + ", profile " + std::to_string(i + 1);
    }
    [[nodiscard]] static double observations(const profile& p) noexcept {
        std::uint64_t sum = 0;
        for (const profile::node& n : p.nodes) { sum += n.count; }
        return static_cast<double>(sum);
    }
};

[[nodiscard]] inline error check_sides(side_builder (&sides)[2]) {
    const profile& before = sides[0].whole();
    const profile& after = sides[1].whole();
    if (!before.unit.empty() && !after.unit.empty() && before.unit != after.unit) {
        return error{"cannot compare weights in " + before.unit + " with weights in " + after.unit};
    }
    const int decimals = (std::max)(before.decimals, after.decimals);
    std::uint64_t left = max_magnitude;
    for (side_builder& side : sides) {
        const std::uint64_t factor = power_of_ten(decimals - side.whole().decimals);
        if (side.weight() > left / factor) {
            return error{"the weights of both sides add up to 2^63 or more"};
        }
        left -= side.weight() * factor;
    }
    return {};
}

/// Finds what the two sides were exposed to. Sampled faster, a side has more samples for the same
/// time: both are brought to the mean of their rates.
[[nodiscard]] inline error
find_exposures(side_builder (&sides)[2], const diff_options& options, double (&exposures)[2]) {
    const double given[2] = {options.before_exposure, options.after_exposure};
    const double rates[2] = {sides[0].rate(), sides[1].rate()};
    for (std::size_t i = 0; i < 2; ++i) {
        exposures[i] =
            given[i] > 0 ? given[i] : side_builder::exposure_of(sides[i].whole(), options.basis);
        if (!(exposures[i] > 0)) {
            const char* what = options.basis == diff_basis::cpu_time
                                   ? ": how much CPU time it used is not known"
                                   : ": how many operations it has done is not known";
            return error{sides[i].name() + std::string(what)};
        }
        if (rates[0] > 0 && rates[1] > 0) {
            exposures[i] *= rates[i] / ((rates[0] + rates[1]) / 2);
        }
    }
    return {};
}

inline void
describe_method(comparison& c, const diff_options& options, const double (&exposures)[2]) {
    const compared& all = c.functions[0].total;
    const bool shares = options.basis == diff_basis::share;
    c.method.basis = options.basis;
    c.method.alpha = options.alpha;
    c.method.margin = options.margin;
    c.method.before_exposure = shares ? static_cast<double>(all.before.weight) : exposures[0];
    c.method.after_exposure = shares ? static_cast<double>(all.after.weight) : exposures[1];
    if (c.method.before_exposure > 0 && c.method.after_exposure > 0) {
        c.before_scale = c.method.after_exposure / c.method.before_exposure;
    }
}

} // namespace detail

/// Returns both sides in one tree, with a verdict for each node and function, of itself and with
/// all below it. Each side is a list of profiles: repeated runs, or consecutive slices of one run;
/// from how far these are apart follows what chance can do. A lone profile tells nothing of that:
/// its samples are then taken for independent, which those of one thread hardly are, and the result
/// says so. Slices tell of the bursts within a run; only runs tell how much runs differ.
///
/// Counts are tested and weights are shown. On the basis of shares everything else shrinks when one
/// thing grows: rows which moved no further than most others are `renormalised`, and never
/// regressed or improved. That needs most functions to be unchanged; the other bases do not, but
/// need to know what was done meanwhile. When more is found on one side, diff(b, a) finds exactly
/// the opposite of diff(a, b). An empty side leaves everything untested.
///
/// Errors: units that differ; a negative weight, with its side, profile and stack; weights of 2^63
///         and more; a basis for which the origins and the options have no figures.
/// Cost:   O(n) of both sides for lone profiles (given by std::move they are freed before the
///         tests); O(n) of the whole tree for each further profile.
/// Source: quasi-binomial two-proportion tests with moderated dispersion (McCarthy, Chen and Smyth
///         2012), Fisher's test where few are expected, intervals of Newcombe (1998), false
///         discovery rates of Benjamini and Hochberg (1995).
[[nodiscard]] inline result<comparison>
diff(std::vector<profile> before, std::vector<profile> after, const diff_options& options = {}) {
    WICK_ASSERT(options.alpha > 0 && options.alpha < 1 && options.margin >= 0);
    result<comparison> made;
    comparison& c = made.value;
    detail::side_builder sides[2] = {{"before", std::move(before)}, {"after", std::move(after)}};
    c.method.before_runs = static_cast<std::uint32_t>(sides[0].size());
    c.method.after_runs = static_cast<std::uint32_t>(sides[1].size());
    for (detail::side_builder& side : sides) {
        if (error wrong = side.problem()) { return {{}, std::move(wrong)}; }
    }
    profile& first = sides[0].whole();
    profile& second = sides[1].whole();
    if (error wrong = detail::check_sides(sides)) { return {{}, std::move(wrong)}; }
    double exposures[2] = {0, 0};
    if (options.basis != diff_basis::share) {
        error unknown = detail::find_exposures(sides, options, exposures);
        if (unknown) { return {{}, std::move(unknown)}; }
    }
    const std::uint64_t least = (std::max)(options.least_samples, std::uint64_t{1});
    detail::diff_tree tree(c, first, second, least);
    c.unit = first.unit.empty() ? second.unit : first.unit;
    c.counted = first.counted == second.counted ? first.counted : counted_as::unknown;
    c.before_origins = std::move(first.origins);
    c.after_origins = std::move(second.origins);
    first = profile{}; // the tests need room
    second = profile{};
    detail::describe_method(c, options, exposures);
    detail::diff_side of_before = sides[0].side(c, options.basis, exposures[0]);
    detail::diff_side of_after = sides[1].side(c, options.basis, exposures[1]);
    sides[0].add_squares(of_before, c, tree.rows());
    sides[1].add_squares(of_after, c, tree.rows());
    const bool tested = of_before.observations > 0 && of_after.observations > 0 &&
                        c.method.before_exposure > 0 && c.method.after_exposure > 0;
    if (!tested) {
        for (comparison::node& n : c.nodes) { n.test = 0; }
        for (comparison::function& f : c.functions) { f.test = 0; }
        c.method.alpha = 0;
        return made;
    }
    detail::diff_tester(c, tree.rows(), std::move(of_before), std::move(of_after), least).run();
    return made;
}

/// The same of one profile a side.
[[nodiscard]] inline result<comparison>
diff(profile before, profile after, const diff_options& options = {}) {
    std::vector<profile> sides[2];
    sides[0].push_back(std::move(before));
    sides[1].push_back(std::move(after));
    return diff(std::move(sides[0]), std::move(sides[1]), options);
}

namespace detail {

template <class Row>
[[nodiscard]] diff_entry entry_of(
    const comparison& c, std::uint32_t index, const Row& row, const compared& seen, bool total) {
    const tested& tests = c.tests[row.test];
    const double scale = change_scale(c);
    diff_entry made;
    made.index = index;
    made.seen = seen;
    made.change = change_of(c, seen) / scale;
    made.test = total ? tests.total : tests.self;
    made.low = made.test.low / scale;
    made.high = made.test.high / scale;
    made.in = row.in;
    return made;
}

[[nodiscard]] inline bool is_significant(verdict v) noexcept {
    return v == verdict::regressed || v == verdict::improved;
}

/// Returns the inclusive figures of one node. Cost: O(nodes below it).
[[nodiscard]] inline compared total_of(const comparison& c, std::size_t node) {
    compared sum = c.weights[c.nodes[node].self];
    for (std::size_t i = node + 1; i < c.nodes.size() && c.nodes[i].parent >= node; ++i) {
        add(sum, c.weights[c.nodes[i].self]);
    }
    return sum;
}

inline void rank_entries(std::vector<diff_entry>& entries) {
    std::sort(entries.begin(), entries.end(), [](const diff_entry& a, const diff_entry& b) {
        const bool first = is_significant(a.test.concluded);
        const bool second = is_significant(b.test.concluded);
        if (first != second) { return first; }
        const double x = std::fabs(a.change);
        const double y = std::fabs(b.change);
        if (x < y || y < x) { return y < x; }
        return a.index < b.index;
    });
}

} // namespace detail

/// Returns the rows of a kind, what is significant first, then by the size of the change. Rows with
/// no weight on either side are left out; so is the root of everything on the basis of shares.
/// Cost: O(n log n) of the rows.
[[nodiscard]] inline std::vector<diff_entry> changes(const comparison& c, diff_rows_of rows) {
    std::vector<diff_entry> made;
    const auto take = [&](std::uint32_t i, const auto& row, const compared& seen, bool total) {
        if (seen == compared{}) { return; }
        if (i == 0 && c.method.basis == diff_basis::share) { return; }
        made.push_back(detail::entry_of(c, i, row, seen, total));
    };
    const bool total = rows == diff_rows_of::function_total || rows == diff_rows_of::stack_total;
    if (rows == diff_rows_of::function_total || rows == diff_rows_of::function_self) {
        for (std::uint32_t i = 0; i < c.functions.size(); ++i) {
            take(i, c.functions[i], total ? c.functions[i].total : c.functions[i].self, total);
        }
    } else {
        const std::vector<compared> all = total ? totals(c) : std::vector<compared>();
        for (std::uint32_t i = 0; i < c.nodes.size(); ++i) {
            take(i, c.nodes[i], total ? all[i] : c.weights[c.nodes[i].self], total);
        }
    }
    detail::rank_entries(made);
    return made;
}

/// Returns the calling contexts where changes are: those with a significant total below which no
/// context changed significantly in the same direction. The greatest change comes first.
/// Cost: O(n): each node is below two such contexts at most, one of each direction.
[[nodiscard]] inline std::vector<diff_entry> changed_paths(const comparison& c) {
    std::vector<unsigned char> below(c.nodes.size()); // 1: improved, 2: regressed
    std::vector<diff_entry> made;
    for (std::uint32_t i = static_cast<std::uint32_t>(c.nodes.size()); i-- > 1;) {
        const comparison::node& n = c.nodes[i];
        const verdict concluded = c.tests[n.test].total.concluded;
        if (!detail::is_significant(concluded)) { continue; }
        const unsigned bit = concluded == verdict::regressed ? 2 : 1;
        if ((below[i] & bit) == 0) {
            made.push_back(detail::entry_of(c, i, n, detail::total_of(c, i), true));
        }
        below[n.parent] = static_cast<unsigned char>(below[n.parent] | below[i] | bit);
    }
    detail::rank_entries(made);
    return made;
}

/// Returns the function with the greatest significant regression, self or total; with a change of 0
/// where there is none. This is what a gate asks for: `worst_regression(c).change > 0.05`.
[[nodiscard]] inline diff_entry worst_regression(const comparison& c) {
    diff_entry worst;
    for (std::uint32_t i = 0; i < c.functions.size(); ++i) {
        const comparison::function& f = c.functions[i];
        const auto look = [&](const compared& seen, verdict v, bool total) {
            if (v != verdict::regressed) { return; }
            diff_entry e = detail::entry_of(c, i, f, seen, total);
            if (e.change > worst.change) { worst = e; }
        };
        look(f.self, c.tests[f.test].self.concluded, false);
        look(f.total, c.tests[f.test].total.concluded, true);
    }
    return worst;
}

/// Returns the name of a row: of a function, or a stack "a;b;c"; "(all)" where that is everything.
[[nodiscard]] inline std::string
row_name(const comparison& c, diff_rows_of rows, const diff_entry& row) {
    const profile names = detail::names_of(c);
    const bool function =
        rows == diff_rows_of::function_total || rows == diff_rows_of::function_self;
    std::string name =
        function ? detail::frame_name(names, row.index) : detail::stack_text(c, names, row.index);
    return name.empty() && row.index == 0 ? "(all)" : name;
}

/// How to print a table.
struct diff_table_options {
    diff_rows_of rows = diff_rows_of::function_total;
    std::size_t most = 20;  ///< rows that are printed; what is left out is counted
    std::size_t paths = 10; ///< paths that are printed
    bool all = false;       ///< rows that are not significant too
    /// Bytes of a name that are printed, the rest being "…"; 0: all of it.
    std::size_t name_width = 0;
};

/// Writes what was compared and how, the rows that changed, and the paths where they did.
/// sink    callable taking std::string_view, or a std::ostream.
template <class Sink>
void write_diff_table(Sink&& sink, const comparison& c, const diff_table_options& options = {}) {
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    const profile names = detail::names_of(c);
    std::string text = detail::heading(c);
    const std::vector<diff_entry> rows = changes(c, options.rows);
    const bool stacks =
        options.rows == diff_rows_of::stack_total || options.rows == diff_rows_of::stack_self;
    const auto name = [&](const diff_entry& e, bool is_stack) {
        const std::string whole =
            is_stack ? detail::stack_text(c, names, e.index) : detail::frame_name(names, e.index);
        return whole.empty() ? std::string("(all)") : whole;
    };
    const auto put =
        [&](const std::vector<diff_entry>& entries, std::size_t most, bool all, bool is_stack) {
            std::size_t shown = 0;
            std::size_t significant = 0;
            for (const diff_entry& e : entries) {
                if (detail::is_significant(e.test.concluded)) { ++significant; }
                if (shown == most || !(all || detail::is_significant(e.test.concluded))) {
                    continue;
                }
                ++shown;
                detail::append_entry(text, c, e);
                text += detail::shortened(name(e, is_stack), options.name_width, is_stack);
                text += '\n';
            }
            const std::size_t known = all ? entries.size() : significant;
            if (known > shown) { text += "    … and " + std::to_string(known - shown) + " more\n"; }
            return significant;
        };
    detail::append_column_names(text, c, detail::rows_name(options.rows));
    const std::size_t significant = put(rows, options.most, options.all, stacks);
    if (significant == 0) { text += "  no significant change\n"; }
    detail::append_counts(text, rows);
    if (options.paths > 0) {
        const std::vector<diff_entry> paths = changed_paths(c);
        if (!paths.empty()) {
            text += "\n";
            detail::append_column_names(text, c, "the paths that carry it (total)");
            put(paths, options.paths, true, true);
        }
    }
    out.put(text);
    out.flush();
}

/// Writes "a;b;c 10 12" lines, weight before and after, sorted as `LC_ALL=C sort` has them: what
/// other tools for differences of folded stacks read and write. Weights are as they are, not
/// scaled. Cost: O(output); memory for a tree without weights.
template <class Sink>
void write_diff_folded(Sink&& sink, const comparison& c) {
    if (!detail::has_plain_names(c)) {
        const auto renamed = [&](bool after) {
            return detail::without_separators(side_of(c, after));
        };
        // The same weights under fewer names: they fit as they did.
        write_diff_folded(sink, untested_comparison(renamed(false), renamed(true)).value);
        return;
    }
    profile tree = detail::names_of(c);
    tree.nodes.clear();
    tree.nodes.reserve(c.nodes.size());
    for (const comparison::node& n : c.nodes) {
        const compared& self = c.weights[n.self];
        const bool line = self.before.weight != 0 || self.after.weight != 0;
        tree.nodes.push_back({n.parent, n.frame, line ? std::uint64_t{1} : 0, 0});
    }
    const auto weights = [&](std::string& line, const profile&, std::uint32_t node) {
        const compared& self = c.weights[c.nodes[node].self];
        detail::append_weight(line, self.before.weight, c.decimals);
        line += ' ';
        detail::append_weight(line, self.after.weight, c.decimals);
    };
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    detail::folded_lines<decltype(out), decltype(weights)>(out, tree, weights).write();
    out.flush();
}

/// Writes a comparison as JSON: what was compared and how, all functions that were tested, and the
/// paths that changed, the most important first. Names keep all their bytes that are UTF-8.
template <class Sink>
void write_diff_json(Sink&& sink, const comparison& c) {
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    const profile names = detail::names_of(c);
    std::string text = "{\n";
    detail::append_json_method(text, c);
    const auto list = [&](const char* key, const std::vector<diff_entry>& entries, bool is_stack) {
        text += ",\n  \"" + std::string(key) + "\": [";
        bool first = true;
        for (const diff_entry& e : entries) {
            if (e.test.concluded == verdict::untested) { continue; }
            text += first ? "\n    {\"name\": " : ",\n    {\"name\": ";
            first = false;
            detail::append_json_string(text,
                                       is_stack ? detail::stack_text(c, names, e.index)
                                                : detail::frame_name(names, e.index));
            detail::append_json_entry(text, c, e);
            text += '}';
            out.put(text);
            text.clear();
        }
        text += first ? "]" : "\n  ]";
    };
    list("functions_total", changes(c, diff_rows_of::function_total), false);
    list("functions_self", changes(c, diff_rows_of::function_self), false);
    list("paths", changed_paths(c), true);
    text += "\n}\n";
    out.put(text);
    out.flush();
}

/// Return what the functions above write.
[[nodiscard]] inline std::string diff_table(const comparison& c,
                                            const diff_table_options& options = {}) {
    std::string text;
    write_diff_table([&](std::string_view piece) { text += piece; }, c, options);
    return text;
}
[[nodiscard]] inline std::string diff_folded(const comparison& c) {
    std::string text;
    write_diff_folded([&](std::string_view piece) { text += piece; }, c);
    return text;
}
[[nodiscard]] inline std::string diff_json(const comparison& c) {
    std::string text;
    write_diff_json([&](std::string_view piece) { text += piece; }, c);
    return text;
}

WICK_END_NAMESPACE

#endif
