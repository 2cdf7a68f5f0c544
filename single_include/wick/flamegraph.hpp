// wick 0.1.0, one header made of several by tools/amalgamate.py. Do not edit it:
// change these files under include/ and run the tool again.
//   wick/flamegraph.hpp
//   wick/comparison.hpp
//   wick/detail/verdict.hpp
//   wick/version.hpp
//   wick/profile.hpp
//   wick/detail/hash.hpp
//   wick/detail/text_records.hpp
//   wick/result.hpp
//   wick/detail/flame_tree.hpp
//   wick/detail/frame_text.hpp
//   wick/timeline.hpp
//   wick/detail/flamegraph_extract.hpp
//   wick/detail/flamegraph_options.hpp
//   wick/detail/flamegraph_palette.hpp
//   wick/detail/text.hpp
//   wick/detail/characters.hpp
//   wick/detail/flamegraph_page.hpp
//   wick/detail/flamegraph_data.hpp
//   wick/detail/flamegraph_geometry.hpp
//   wick/detail/flamegraph_text.hpp
//   wick/detail/shown_text.hpp
//   wick/detail/writer.hpp
//   wick/detail/sink.hpp
//   wick/detail/flamegraph_script.hpp
//   wick/detail/flamegraph_script_controls.hpp
//   wick/detail/flamegraph_script_draw.hpp
//   wick/detail/flamegraph_script_model.hpp
//   wick/detail/flamegraph_script_page.hpp
//   wick/detail/flamegraph_script_view.hpp
//   wick/detail/flamegraph_script_words.hpp
//   wick/detail/flamegraph_style.hpp
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

// wick/flamegraph.hpp - a profile, a comparison or a timeline as one interactive SVG file.
#ifndef WICK_FLAMEGRAPH_HPP
#define WICK_FLAMEGRAPH_HPP

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
// wick/detail/flame_tree.hpp - the tree that a flame graph shows, and where its frames lie.
#ifndef WICK_DETAIL_FLAME_TREE_HPP
#define WICK_DETAIL_FLAME_TREE_HPP

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
// wick/timeline.hpp - the value that keeps order: who ran what, from when to when.
#ifndef WICK_TIMELINE_HPP
#define WICK_TIMELINE_HPP


#include <algorithm>   // std::sort, std::stable_sort
#include <cstddef>     // std::size_t
#include <cstdint>     // times
#include <string>      // names
#include <string_view> // names that are looked up
#include <tuple>       // std::tie, for canonical order
#include <utility>     // std::move
#include <vector>      // threads, frames, spans

WICK_BEGIN_NAMESPACE

/// A row of a timeline: a thread, or whatever else does one thing at a time.
struct timeline_thread {
    std::string process;          ///< name of the process; may be empty
    std::string name;             ///< name of the thread; may be empty
    std::uint64_t process_id = 0; ///< 0: unknown
    std::uint64_t id = 0;         ///< 0: unknown

    friend bool operator==(const timeline_thread& a, const timeline_thread& b) {
        return a.process_id == b.process_id && a.id == b.id && a.process == b.process &&
               a.name == b.name;
    }
    friend bool operator!=(const timeline_thread& a, const timeline_thread& b) { return !(a == b); }
    friend bool operator<(const timeline_thread& a, const timeline_thread& b) {
        return std::tie(a.process, a.name, a.process_id, a.id) <
               std::tie(b.process, b.name, b.process_id, b.id);
    }
};

/// Spans of time, nested within their threads. A default constructed timeline is empty and valid;
/// `timeline_builder` makes all others. Invariants, checked by `validate()`: modules[0] is the
/// empty module and frames[0] the empty frame; modules and frames are in order and distinct, as in
/// a profile; threads are in order; spans are in the order of their threads, and in preorder within
/// each: by begin, an outer span before those inside, so that the parent of a span is the nearest
/// one before it with a depth less by one. A span lies within its parent and begins no earlier than
/// the sibling before it ends. Times are at most 2^62 from 0.
struct timeline {
    /// One frame, from when it was entered to when it was left.
    struct span {
        std::uint32_t thread = 0; ///< index into threads
        std::uint32_t frame = 0;  ///< index into frames
        std::uint32_t depth = 0;  ///< how many spans it lies within
        std::int64_t begin = 0;   ///< in nanoseconds from some instant
        std::int64_t end = 0;     ///< the same; not before `begin`

        friend bool operator==(const span& a, const span& b) {
            return a.begin == b.begin && a.end == b.end && a.thread == b.thread &&
                   a.frame == b.frame && a.depth == b.depth;
        }
        friend bool operator!=(const span& a, const span& b) { return !(a == b); }
    };

    std::vector<loaded_module> modules = std::vector<loaded_module>(1); ///< [0]: the unknown module
    std::vector<wick::frame> frames = std::vector<wick::frame>(1);      ///< [0]: the empty frame
    std::vector<timeline_thread> threads;
    std::vector<span> spans;
    std::vector<origin> origins; ///< sorted

    [[nodiscard]] bool empty() const noexcept { return spans.empty(); }

    friend bool operator==(const timeline& a, const timeline& b) {
        return a.spans == b.spans && a.threads == b.threads && a.frames == b.frames &&
               a.modules == b.modules && a.origins == b.origins;
    }
    friend bool operator!=(const timeline& a, const timeline& b) { return !(a == b); }
};

/// The largest distance of a time from 0, in nanoseconds: 146 years, so that no difference of two
/// overflows.
inline constexpr std::int64_t max_time_ns = std::int64_t{1} << 62;

/// What had to be mended to make spans nest.
struct timeline_repairs {
    std::uint64_t unmatched_ends = 0; ///< ends without a begin, left out
    std::uint64_t unended = 0;        ///< begins without an end: they last as long as their thread
    std::uint64_t cut = 0;     ///< spans that outlasted the one they began in: cut at its end
    std::uint64_t refused = 0; ///< ends before their begin, times out of range: left out

    /// How many spans and ends are not as they were given.
    [[nodiscard]] std::uint64_t total() const noexcept {
        return unmatched_ends + unended + cut + refused;
    }
    friend bool operator==(const timeline_repairs& a, const timeline_repairs& b) {
        return a.unmatched_ends == b.unmatched_ends && a.unended == b.unended && a.cut == b.cut &&
               a.refused == b.refused;
    }
    friend bool operator!=(const timeline_repairs& a, const timeline_repairs& b) {
        return !(a == b);
    }
};

/// Collects spans in any order of time and makes a timeline of them. A thread may be told of whole
/// spans, of begins and ends, or both. Begins and ends are paired as brackets are, in the order of
/// their times, and of the calls where those are equal.
/// Cost: 24 bytes a call until `finish`. Thread safety: none.
class timeline_builder {
public:
    timeline_builder() {
        modules_.emplace_back();
        intern(wick::frame{});
    }

    /// Returns the id of a new thread.
    std::uint32_t add_thread(timeline_thread thread) {
        threads_.push_back(std::move(thread));
        return static_cast<std::uint32_t>(threads_.size() - 1);
    }
    /// A thread that was added, to be given its name once that is known.
    [[nodiscard]] timeline_thread& thread_at(std::uint32_t thread) { return threads_[thread]; }

    /// Returns the id of a module, which is the same for equal modules. Id 0 is the unknown module.
    std::uint32_t intern(const loaded_module& module) {
        for (std::size_t i = modules_.size(); i-- > 0;) {
            if (modules_[i] == module) { return static_cast<std::uint32_t>(i); }
        }
        modules_.push_back(module);
        return static_cast<std::uint32_t>(modules_.size() - 1);
    }

    /// Returns the id of a frame, which is the same for equal frames; `module` in it is an id of
    /// this builder's.
    std::uint32_t intern(const wick::frame& place) {
        const std::uint64_t hash = detail::hash_bytes(place.function, seed_);
        const std::uint32_t known =
            index_.find(hash, [&](std::uint32_t id) { return frames_[id] == place; });
        return known != detail::id_table::none ? known : append(hash, place);
    }
    /// The same for a frame of which only the name and the kind are known.
    std::uint32_t intern(std::string_view function, frame_kind kind = frame_kind::function) {
        const std::uint64_t hash = detail::hash_bytes(function, seed_);
        const std::uint32_t known = index_.find(hash, [&](std::uint32_t id) {
            const wick::frame& f = frames_[id];
            return f.function == function && f.kind == kind && f.address == 0 && f.at_line == 0 &&
                   f.line == 0 && f.module == 0 && f.file.empty();
        });
        if (known != detail::id_table::none) { return known; }
        wick::frame place;
        place.function = function;
        place.kind = kind;
        return append(hash, place);
    }

    /// Adds a whole span; times in nanoseconds.
    void add(std::uint32_t thread, std::uint32_t frame, std::int64_t begin, std::int64_t end) {
        if (end < begin) {
            ++repairs_.refused;
            return;
        }
        record(thread, frame, begin, end);
    }
    /// The frame is entered.
    void begin(std::uint32_t thread, std::uint32_t frame, std::int64_t time) {
        record(thread, frame, time, opens);
    }
    /// The frame that was entered last is left.
    void end(std::uint32_t thread, std::int64_t time) { record(thread, 0, time, closes); }

    void add_origin(origin from) { origins_.push_back(std::move(from)); }

    /// Returns the timeline of all that was added, in canonical order, and what was mended; the
    /// builder is empty afterwards. Threads without spans are kept.
    /// Cost: O(n), and a sort for each thread whose times did not come in order.
    [[nodiscard]] timeline finish(timeline_repairs& repairs) {
        timeline made;
        std::sort(origins_.begin(), origins_.end());
        made.origins = std::move(origins_);
        const std::vector<std::uint32_t> order = finish_threads(made);
        std::vector<std::vector<record_of>> by_thread(order.size());
        std::vector<std::size_t> sizes(order.size());
        for (const record_of& r : records_) { ++sizes[r.thread]; }
        for (std::size_t t = 0; t < order.size(); ++t) { by_thread[t].reserve(sizes[t]); }
        for (const record_of& r : records_) { by_thread[r.thread].push_back(r); }
        records_ = {};
        for (std::uint32_t t = 0; t < order.size(); ++t) {
            finish_thread(made, t, by_thread[order[t]]);
            by_thread[order[t]] = {};
        }
        finish_frames(made);
        repairs = repairs_;
        *this = timeline_builder();
        return made;
    }

private:
    struct record_of {
        std::uint32_t thread;
        std::uint32_t frame;
        std::int64_t begin;
        std::int64_t end; // or one of the two below
    };
    // No time comes near these.
    static constexpr std::int64_t opens = -max_time_ns - 1;
    static constexpr std::int64_t closes = -max_time_ns - 2;

    std::vector<loaded_module> modules_;
    std::vector<wick::frame> frames_;
    detail::id_table index_;
    std::uint64_t seed_ = detail::hash_seed();
    std::vector<timeline_thread> threads_;
    std::vector<record_of> records_;
    std::vector<origin> origins_;
    timeline_repairs repairs_;

    std::uint32_t append(std::uint64_t hash, const wick::frame& place) {
        frames_.push_back(place);
        index_.insert(hash, static_cast<std::uint32_t>(frames_.size() - 1));
        return static_cast<std::uint32_t>(frames_.size() - 1);
    }

    void record(std::uint32_t thread, std::uint32_t frame, std::int64_t begin, std::int64_t end) {
        WICK_ASSERT(thread < threads_.size() && frame < frames_.size());
        const bool mark = end == opens || end == closes;
        if (begin < -max_time_ns || begin > max_time_ns || (!mark && end > max_time_ns)) {
            ++repairs_.refused;
            return;
        }
        records_.push_back({thread, frame, begin, end});
    }

    // Returns the threads' ids in their new order.
    [[nodiscard]] std::vector<std::uint32_t> finish_threads(timeline& made) {
        std::vector<std::uint32_t> order(threads_.size());
        for (std::uint32_t t = 0; t < order.size(); ++t) { order[t] = t; }
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return threads_[a] < threads_[b];
        });
        for (const std::uint32_t t : order) { made.threads.push_back(std::move(threads_[t])); }
        return order;
    }

    void finish_thread(timeline& made, std::uint32_t thread, std::vector<record_of>& records) {
        const auto by_time = [](const record_of& a, const record_of& b) {
            return a.begin < b.begin;
        };
        if (!std::is_sorted(records.begin(), records.end(), by_time)) {
            std::stable_sort(records.begin(), records.end(), by_time);
        }
        bool whole = false;
        bool marks = false;
        std::int64_t last = -max_time_ns;
        for (const record_of& r : records) {
            const bool mark = r.end == opens || r.end == closes;
            (mark ? marks : whole) = true;
            last = (std::max)(last, mark ? r.begin : r.end);
        }
        const std::size_t first = made.spans.size();
        if (marks) { pair(made, thread, records, last); }
        if (!whole) { return; } // brackets nest, even where clocks are coarse and times equal
        for (const record_of& r : records) {
            if (r.end == opens || r.end == closes) { continue; }
            made.spans.push_back({thread, r.frame, 0, r.begin, r.end});
        }
        nest(made, first);
    }

    void pair(timeline& made,
              std::uint32_t thread,
              const std::vector<record_of>& records,
              std::int64_t last) {
        std::vector<std::size_t> open;
        for (const record_of& r : records) {
            if (r.end == opens) {
                const auto depth = static_cast<std::uint32_t>(open.size());
                open.push_back(made.spans.size());
                made.spans.push_back({thread, r.frame, depth, r.begin, last});
            } else if (r.end == closes && open.empty()) {
                ++repairs_.unmatched_ends;
            } else if (r.end == closes) {
                made.spans[open.back()].end = r.begin;
                open.pop_back();
            }
        }
        repairs_.unended += open.size();
    }

    // Orders the spans from `first` on and finds their depths; what crosses is cut.
    void nest(timeline& made, std::size_t first) {
        const auto begin = made.spans.begin() + static_cast<std::ptrdiff_t>(first);
        const auto outer_first = [](const timeline::span& a, const timeline::span& b) {
            if (a.begin != b.begin) { return a.begin < b.begin; }
            return a.end != b.end ? a.end > b.end : a.depth < b.depth;
        };
        if (!std::is_sorted(begin, made.spans.end(), outer_first)) {
            std::stable_sort(begin, made.spans.end(), outer_first);
        }
        std::vector<std::int64_t> ends; // of the spans around
        for (auto span = begin; span != made.spans.end(); ++span) {
            while (!ends.empty() && ends.back() <= span->begin) { ends.pop_back(); }
            if (!ends.empty() && span->end > ends.back()) {
                span->end = ends.back();
                ++repairs_.cut;
            }
            span->depth = static_cast<std::uint32_t>(ends.size());
            ends.push_back(span->end);
        }
    }

    // Moves the modules and frames that are used to their places.
    void finish_frames(timeline& made) {
        std::vector<std::uint32_t> rank(frames_.size());
        for (const timeline::span& s : made.spans) { rank[s.frame] = 1; }
        std::vector<std::uint32_t> modules(modules_.size());
        for (std::size_t f = 0; f < frames_.size(); ++f) {
            if (rank[f] != 0) { modules[frames_[f].module] = 1; }
        }
        modules[0] = 1;
        place(modules_, modules, made.modules, [](const loaded_module& a, const loaded_module& b) {
            return a < b;
        });
        for (wick::frame& f : frames_) { f.module = modules[f.module]; }
        rank[0] = 1;
        place(frames_, rank, made.frames, detail::frame_less);
        for (timeline::span& s : made.spans) { s.frame = rank[s.frame]; }
    }

    // Moves the marked items to `to` in order, the first one staying first; marks become places.
    template <class Item, class Less>
    static void place(std::vector<Item>& items,
                      std::vector<std::uint32_t>& marks,
                      std::vector<Item>& to,
                      Less less) {
        std::vector<std::uint32_t> order;
        for (std::uint32_t i = 0; i < items.size(); ++i) {
            if (marks[i] != 0) { order.push_back(i); }
        }
        std::sort(order.begin() + 1, order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return less(items[a], items[b]);
        });
        to.clear();
        to.reserve(order.size());
        for (const std::uint32_t i : order) {
            marks[i] = static_cast<std::uint32_t>(to.size());
            to.push_back(std::move(items[i]));
        }
    }
};

namespace detail {

[[nodiscard]] inline const char*
span_problem(const timeline& t, std::size_t i, std::vector<const timeline::span*>& open) {
    const timeline::span& s = t.spans[i];
    if (s.thread >= t.threads.size()) { return ": there is no such thread"; }
    if (s.frame >= t.frames.size()) { return ": there is no such frame"; }
    if (s.end < s.begin) { return " ends before it begins"; }
    if (s.begin < -max_time_ns || s.end > max_time_ns) { return ": a time is out of range"; }
    if (i > 0 && s.thread < t.spans[i - 1].thread) { return " and its thread are out of order"; }
    if (i > 0 && s.thread != t.spans[i - 1].thread) { open.clear(); }
    if (s.depth > open.size()) { return " is deeper than what is around it"; }
    if (s.depth < open.size() && s.begin < open[s.depth]->end) {
        return " begins before its sibling ends";
    }
    open.resize(s.depth);
    if (!open.empty() && (s.begin < open.back()->begin || s.end > open.back()->end)) {
        return " does not lie within its parent";
    }
    open.push_back(&s);
    return nullptr;
}

} // namespace detail

/// Returns what is wrong with a timeline that was not made by a builder, or no error. Cost: O(n).
[[nodiscard]] inline error validate(const timeline& t) {
    profile tables; // the same tables under the same rules
    tables.modules = t.modules;
    tables.frames = t.frames;
    if (error problem = validate(tables)) { return problem; }
    if (!std::is_sorted(t.threads.begin(), t.threads.end())) {
        return error{"the threads are out of order"};
    }
    if (!std::is_sorted(t.origins.begin(), t.origins.end())) {
        return error{"the origins are out of order"};
    }
    std::vector<const timeline::span*> open; // the spans that lead here
    for (std::size_t i = 0; i < t.spans.size(); ++i) {
        const char* problem = detail::span_problem(t, i, open);
        if (problem != nullptr) { return error{"span " + std::to_string(i) + problem}; }
    }
    return {};
}

/// What stands above the functions in the profile of a timeline.
struct timeline_roots {
    bool processes = true;    ///< a frame for the process, where it has a name or a number is asked
    bool threads = true;      ///< a frame for the thread; "thread" where it has no name
    bool process_ids = false; ///< with the process' number: "app-10"
    bool thread_ids = false;  ///< with the thread's number: "worker-11"
};

namespace detail {

/// Returns the node below which a thread's stacks stand.
[[nodiscard]] inline std::uint32_t
thread_node(profile_builder& made, const timeline_thread& thread, const timeline_roots& roots) {
    std::uint32_t node = profile_builder::root;
    if (roots.processes && (!thread.process.empty() || roots.process_ids)) {
        std::string name = thread.process.empty() ? "process" : thread.process;
        if (roots.process_ids) { name += "-" + std::to_string(thread.process_id); }
        node = made.child(node, made.intern(name, frame_kind::process));
    }
    if (roots.threads) {
        std::string name = thread.name.empty() ? "thread" : thread.name;
        if (roots.thread_ids) { name += "-" + std::to_string(thread.id); }
        node = made.child(node, made.intern(name, frame_kind::thread));
    }
    return node;
}

} // namespace detail

/// Returns the time that each stack of spans took by itself, the spans inside left out: exact, in
/// nanoseconds. `count` is the number of spans: calls. Threads that show the same name are one.
/// Errors: times that add up to 2^63 ns or more.
/// Cost:   O(n), two look-ups a span.
[[nodiscard]] inline result<profile> to_profile(const timeline& t,
                                                const timeline_roots& roots = {}) {
    profile_builder made;
    made.describe("nanoseconds", counted_as::calls, profile_detail::function);
    for (const origin& from : t.origins) { made.add_origin(from); }
    std::vector<std::uint32_t> modules;
    for (const loaded_module& m : t.modules) { modules.push_back(made.intern(m)); }
    std::vector<std::uint32_t> frames;
    frames.reserve(t.frames.size());
    bool lines = false;
    bool addresses = false;
    for (frame f : t.frames) {
        f.module = modules[f.module];
        lines = lines || f.at_line != 0;
        addresses = addresses || f.address != 0;
        frames.push_back(made.intern(f));
    }
    made.describe("nanoseconds",
                  counted_as::calls,
                  addresses ? profile_detail::address
                  : lines   ? profile_detail::line
                            : profile_detail::function);
    struct open_span {
        std::uint32_t node;
        std::int64_t self;
    };
    std::vector<open_span> open;
    bool fits = true;
    const auto close = [&](std::size_t depth) {
        for (; open.size() > depth + 1; open.pop_back()) {
            fits = made.add(open.back().node, 1, open.back().self) && fits;
        }
    };
    for (std::size_t i = 0; i < t.spans.size(); ++i) {
        const timeline::span& s = t.spans[i];
        if (i == 0 || s.thread != t.spans[i - 1].thread) {
            close(0);
            open.assign(1, {detail::thread_node(made, t.threads[s.thread], roots), 0});
        }
        close(s.depth);
        // The thread itself is no span: what it did between its spans is not known.
        open.back().self -= s.depth == 0 ? 0 : s.end - s.begin;
        open.push_back({made.child(open.back().node, frames[s.frame]), s.end - s.begin});
    }
    close(0);
    if (!fits) { return {profile{}, error{"the times add up to 2^63 nanoseconds or more"}}; }
    return {made.finish(), {}};
}

WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::sort, std::max
#include <cstddef>     // std::size_t
#include <cstdint>     // fixed-width members
#include <string>      // names
#include <string_view> // suffixes
#include <utility>     // std::move
#include <vector>      // the arrays

WICK_BEGIN_NAMESPACE

/// What the width of a frame means where two profiles are compared.
enum class frame_width : std::uint8_t {
    both,      ///< the weights of both sides together: what vanished has its place
    before,    ///< as the profile before
    after,     ///< as the profile after
    difference ///< how much a stack's own weight differs, whichever way
};

namespace detail {

/// What a frame is called in a picture. The kind stands apart, not as a suffix.
struct flame_name {
    std::string text;
    frame_kind kind = frame_kind::function;
    char letter = 'f';       ///< of the kind; 'w' waker, 'g' the time between two spans
    std::uint32_t nodes = 0; ///< how many nodes have it
};

[[nodiscard]] inline char kind_letter(frame_kind kind) noexcept {
    return "fikjptlm"[static_cast<std::size_t>(kind)];
}

/// Returns the frame that a name stands for, nothing else being known of it.
[[nodiscard]] inline frame frame_of(const flame_name& name) {
    frame plain;
    plain.function = name.text;
    if (name.letter == 'w') { plain.function += "_[w]"; }
    plain.kind = name.kind;
    return plain;
}

/// Returns the names of a profile's frames. Equal texts get equal names, whatever frames they are
/// of. `distinct` tells whether there was none of those.
[[nodiscard]] inline std::vector<flame_name> name_frames(const profile& p, bool& distinct) {
    std::vector<std::string> texts(p.frames.size());
    std::vector<std::uint32_t> first(p.frames.size()); // the first frame with the same text
    std::vector<frame_kind> kinds(p.frames.size());
    id_table seen;
    distinct = true;
    for (std::uint32_t i = 1; i < p.frames.size(); ++i) {
        append_frame_text(texts[i], p, p.frames[i]);
        const std::uint64_t hash = hash_bytes(texts[i], hash_seed());
        const std::uint32_t known =
            seen.find(hash, [&](std::uint32_t id) { return texts[id] == texts[i]; });
        kinds[i] = p.frames[i].kind;
        if (known == id_table::none) {
            first[i] = i;
            seen.insert(hash, i);
            continue;
        }
        first[i] = known;
        distinct = false;
        // A thread and a function of one name are drawn as one frame, which is neither's colour.
        if (kinds[known] != kinds[i]) { kinds[known] = frame_kind::function; }
    }
    std::vector<flame_name> names(p.frames.size());
    for (std::uint32_t i = 1; i < p.frames.size(); ++i) {
        const named_frame parsed = parse_frame_text(texts[first[i]]);
        std::string_view text = parsed.function;
        names[i].kind = parsed.kind != frame_kind::function ? parsed.kind : kinds[first[i]];
        names[i].letter = kind_letter(names[i].kind);
        if (names[i].letter == 'f' && text.size() >= 4 && text.substr(text.size() - 4) == "_[w]") {
            text.remove_suffix(4);
            names[i].letter = 'w';
        }
        names[i].text = text;
    }
    return names;
}

enum class flame_source : std::uint8_t { profile, comparison, timeline };

/// What is drawn. Arrays by node, in preorder; widths are weights that are never negative, those
/// of children adding up to no more than their parent's.
struct flame_tree {
    flame_source source = flame_source::profile;
    std::vector<flame_name> names;     ///< the root's first, then by number of nodes, falling
    std::vector<std::uint32_t> name;   ///< index into names
    std::vector<std::uint32_t> depth;  ///< the root's is 0
    std::vector<std::uint32_t> end;    ///< one past the last node below
    std::vector<std::uint64_t> self;   ///< own width
    std::vector<std::uint64_t> total;  ///< width with all below
    std::vector<std::uint64_t> count;  ///< own observations; empty: they are the weights
    std::vector<std::uint64_t> counts; ///< with all below; empty: they are the totals
    std::vector<compared> sides;       ///< own weights; of comparisons only, as the next
    std::vector<compared> side_totals;
    std::vector<verdict> verdicts;      ///< of totals; empty: untested
    std::vector<verdict> self_verdicts; ///< as many
    double before_scale = 1;
    std::uint32_t deepest = 0;  ///< the greatest depth
    std::uint32_t gaps = 0;     ///< nodes that are no frames: time between two spans
    std::uint64_t negative = 0; ///< weights below 0, which are taken as 0
    bool big = false;           ///< some sum of weights is beyond what a double holds exactly
    bool empty = true;          ///< as the value's empty()
    bool observed = false;      ///< counts are of samples: shares of them have intervals
    counted_as counted = counted_as::unknown;
    std::string unit;
    int decimals = 0;
    std::vector<origin> origins; ///< of comparisons, those of before first

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(depth.size());
    }
    [[nodiscard]] bool is_gap(std::uint32_t node) const { return names[name[node]].letter == 'g'; }
    [[nodiscard]] bool lanes() const noexcept { return source == flame_source::timeline; }
    /// The observations that a weight stands for where nothing else is known: as many as it weighs.
    [[nodiscard]] std::uint64_t usual_count(std::uint64_t weight) const noexcept {
        const std::uint64_t one = power_of_ten(decimals);
        return weight / one + (weight % one * 2 >= one ? 1 : 0);
    }
    /// Inclusive observations of a node.
    [[nodiscard]] std::uint64_t observations(std::uint32_t node) const {
        return counts.empty() ? total[node] : counts[node];
    }
    /// Own weight of a node, the time between the spans in it being its own.
    [[nodiscard]] std::uint64_t shown_self(std::uint32_t node) const {
        std::uint64_t sum = self[node];
        if (gaps == 0) { return sum; }
        for (std::uint32_t i = node + 1; i < end[node]; i = end[i]) {
            if (is_gap(i)) { sum += self[i]; }
        }
        return sum;
    }
    /// How much more there is after than before, in units of 10^-decimals.
    [[nodiscard]] double change(const compared& c) const noexcept {
        return static_cast<double>(c.after.weight) -
               static_cast<double>(c.before.weight) * before_scale;
    }
};

/// Sorts the names by use, so that the most used have the shortest numbers in the file. Before,
/// tree.name is by the index in `names`.
inline void rank_names(flame_tree& tree, std::vector<flame_name> names) {
    // The root's name is its own: a frame without a name is not called as the root is.
    const auto nameless = static_cast<std::uint32_t>(names.size());
    for (std::uint32_t i = 1; i < tree.size(); ++i) {
        if (tree.name[i] == 0) {
            if (names.size() == nameless) { names.emplace_back(); }
            tree.name[i] = nameless;
        }
        ++names[tree.name[i]].nodes;
    }
    std::vector<std::uint32_t> order(names.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) { order[i] = i; }
    std::sort(order.begin() + 1, order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return names[a].nodes != names[b].nodes ? names[a].nodes > names[b].nodes : a < b;
    });
    std::vector<std::uint32_t> rank(names.size());
    tree.names.reserve(names.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        rank[order[i]] = i;
        tree.names.push_back(std::move(names[order[i]]));
    }
    for (std::uint32_t& n : tree.name) { n = rank[n]; }
}

/// Fills in what follows from the shape of the tree and the nodes' own widths.
template <class Nodes>
void sum_up(flame_tree& tree, const Nodes& nodes) {
    const auto size = static_cast<std::uint32_t>(nodes.size());
    tree.depth.resize(size);
    tree.end.resize(size);
    tree.name.resize(size);
    tree.total = tree.self;
    for (std::uint32_t i = 0; i < size; ++i) {
        tree.name[i] = nodes[i].frame;
        tree.depth[i] = i == 0 ? 0 : tree.depth[nodes[i].parent] + 1;
        tree.deepest = (std::max)(tree.deepest, tree.depth[i]);
    }
    for (std::uint32_t i = size; i-- > 1;) {
        tree.end[i] = (std::max)(tree.end[i], i + 1);
        const std::uint32_t parent = nodes[i].parent;
        tree.total[parent] += tree.total[i];
        tree.end[parent] = (std::max)(tree.end[parent], tree.end[i]);
    }
    tree.end[0] = size;
    tree.big = tree.big || tree.total[0] >= 1000000000000000;
}

[[nodiscard]] inline std::uint64_t not_negative(std::int64_t weight) noexcept {
    return weight > 0 ? static_cast<std::uint64_t>(weight) : 0;
}

/// True where what is counted are samples, as far as is known, so that chance has a part in it.
[[nodiscard]] inline bool counts_samples(counted_as counted, const std::string& unit) {
    if (counted == counted_as::samples) { return true; }
    return counted == counted_as::unknown && (unit.empty() || unit == "samples");
}

/// Returns the tree of a profile. Cost: O(n), and a merge where frames are called the same.
[[nodiscard]] inline flame_tree make_flame_tree(const profile& p) {
    bool distinct = true;
    std::vector<flame_name> names = name_frames(p, distinct);
    if (!distinct) {
        std::size_t next = 0; // map_frames asks for the frames in their order
        return make_flame_tree(
            map_frames(p, [&](const frame&) { return frame_of(names[next++]); }));
    }
    flame_tree tree;
    tree.empty = p.empty();
    tree.unit = p.unit;
    tree.decimals = p.decimals;
    tree.origins = p.origins;
    tree.counted = p.counted;
    tree.observed = counts_samples(p.counted, p.unit);
    tree.self.reserve(p.nodes.size());
    bool counts_differ = false;
    for (const profile::node& n : p.nodes) {
        tree.self.push_back(not_negative(n.self));
        if (n.self < 0) { ++tree.negative; }
        counts_differ = counts_differ || n.count != tree.usual_count(tree.self.back());
    }
    sum_up(tree, p.nodes);
    if (counts_differ || (tree.observed && p.decimals != 0)) {
        tree.count.reserve(p.nodes.size());
        for (const profile::node& n : p.nodes) { tree.count.push_back(n.count); }
        tree.counts = tree.count;
        for (std::size_t i = p.nodes.size(); i-- > 1;) {
            tree.counts[p.nodes[i].parent] += tree.counts[i];
        }
    }
    rank_names(tree, std::move(names));
    return tree;
}

/// As std::fabs; all of <cmath> would be a third of what this header compiles.
[[nodiscard]] inline double absolute(double value) noexcept {
    return value < 0 ? -value : value;
}

/// Returns the width of a stack's own weights.
[[nodiscard]] inline std::uint64_t
width_of(const compared& self, frame_width width, double before_scale) noexcept {
    const std::uint64_t before = not_negative(self.before.weight);
    const std::uint64_t after = not_negative(self.after.weight);
    switch (width) {
    case frame_width::before:
        return before;
    case frame_width::after:
        return after;
    case frame_width::both:
        return before + after;
    case frame_width::difference:
        break;
    }
    if (before_scale < 1 || before_scale > 1) {
        const double scaled = static_cast<double>(self.before.weight) * before_scale;
        const double change = absolute(static_cast<double>(self.after.weight) - scaled) + 0.5;
        // Scales are near 1; one that is not would make widths that no sum can hold.
        return change < 4e18 ? static_cast<std::uint64_t>(change) : 0;
    }
    return magnitude(self.after.weight - self.before.weight);
}

/// Returns the tree of a comparison. Where frames are called the same, they are merged, and what
/// was tested of them is lost: a verdict on a part is none on the whole.
[[nodiscard]] inline flame_tree make_flame_tree(const comparison& c, frame_width width) {
    bool distinct = true;
    profile tables;
    tables.modules = c.modules;
    tables.frames = c.frames;
    std::vector<flame_name> names = name_frames(tables, distinct);
    if (!distinct) {
        // Of kinds, those that texts tell are kept: then equal texts are equal frames.
        const auto plain = [](const profile& side) {
            bool unused = true;
            const std::vector<flame_name> by_frame = name_frames(side, unused);
            std::size_t next = 0;
            return map_frames(side, [&](const frame&) {
                frame f = frame_of(by_frame[next++]);
                if (kind_suffix(f.kind).empty()) { f.kind = frame_kind::function; }
                return f;
            });
        };
        result<comparison> merged =
            untested_comparison(plain(side_of(c, false)), plain(side_of(c, true)));
        merged.value.before_scale = c.before_scale;
        return make_flame_tree(merged.value, width);
    }
    flame_tree tree;
    tree.source = flame_source::comparison;
    tree.unit = c.unit;
    tree.decimals = c.decimals;
    tree.before_scale = c.before_scale;
    tree.counted = c.counted;
    tree.origins = c.before_origins;
    tree.origins.insert(tree.origins.end(), c.after_origins.begin(), c.after_origins.end());
    tree.side_totals = totals(c);
    bool tested = false;
    std::uint64_t sum = 0;
    for (const comparison::node& n : c.nodes) {
        const compared& self = c.weights[n.self];
        tree.self.push_back(width_of(self, width, c.before_scale));
        tree.sides.push_back(self);
        sum += magnitude(self.before.weight) + magnitude(self.after.weight);
        if (n.self != 0) { tree.empty = false; }
        if (self.before.weight < 0) { ++tree.negative; }
        if (self.after.weight < 0) { ++tree.negative; }
        tested = tested || n.test != 0;
    }
    tree.empty = tree.empty && c.nodes.size() == 1;
    tree.big = sum >= 1000000000000000;
    if (tested) {
        for (const comparison::node& n : c.nodes) {
            tree.verdicts.push_back(c.tests[n.test].total.concluded);
            tree.self_verdicts.push_back(c.tests[n.test].self.concluded);
        }
    }
    sum_up(tree, c.nodes);
    rank_names(tree, std::move(names));
    return tree;
}

/// Makes the nodes of a timeline: a lane for each thread, its spans below it. What lies between
/// spans is a node too, a gap, so that widths alone tell where everything is.
class lane_builder {
public:
    struct node {
        std::uint32_t parent, frame;
    };
    std::vector<node> nodes = std::vector<node>(1);
    std::vector<std::uint64_t> self = std::vector<std::uint64_t>(1);
    std::uint32_t gaps = 0;

    lane_builder(std::uint32_t gap, std::int64_t begin, std::int64_t end)
        : gap_(gap)
        , begin_(begin)
        , end_(end) {}

    void lane(std::uint32_t frame) {
        close(0);
        open_.push_back({add(0, frame), begin_, end_});
    }
    void span(const timeline::span& s, std::uint32_t frame) {
        close(s.depth + 1);
        open_span& parent = open_.back();
        const std::uint64_t free = between(parent.at, s.begin);
        if (free != 0) {
            self[add(parent.node, gap_)] = free;
            ++gaps;
        }
        parent.at = s.end;
        open_.push_back({add(parent.node, frame), s.begin, s.end});
    }
    void finish() { close(0); }

private:
    struct open_span {
        std::uint32_t node;
        std::int64_t at; // where the next span in it may begin
        std::int64_t end;
    };
    std::uint32_t gap_;
    std::int64_t begin_, end_;
    std::vector<open_span> open_;

    [[nodiscard]] static std::uint64_t between(std::int64_t from, std::int64_t to) noexcept {
        return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
    }
    std::uint32_t add(std::uint32_t parent, std::uint32_t frame) {
        nodes.push_back({parent, frame});
        self.push_back(0);
        return static_cast<std::uint32_t>(nodes.size() - 1);
    }
    // What is left of a span behind the last one in it is its own.
    void close(std::size_t depth) {
        for (; open_.size() > depth; open_.pop_back()) {
            self[open_.back().node] += between(open_.back().at, open_.back().end);
        }
    }
};

[[nodiscard]] inline std::string lane_name(const timeline_thread& thread) {
    std::string name = thread.process;
    if (!thread.name.empty() && thread.name != name) {
        name += (name.empty() ? "" : " / ") + thread.name;
    }
    if (name.empty()) { name = "thread"; }
    if (thread.id != 0) { name += " " + std::to_string(thread.id); }
    return name;
}

/// Returns the tree of a timeline. Siblings may be called the same: they ran one after the other.
[[nodiscard]] inline flame_tree make_flame_tree(const timeline& t) {
    profile tables;
    tables.modules = t.modules;
    tables.frames = t.frames;
    bool distinct = true;
    std::vector<flame_name> names = name_frames(tables, distinct);
    flame_tree tree;
    tree.source = flame_source::timeline;
    tree.unit = "nanoseconds";
    tree.origins = t.origins;
    tree.empty = t.spans.empty();
    std::int64_t begin = 0;
    std::int64_t end = 0;
    for (std::size_t i = 0; i < t.spans.size(); ++i) {
        begin = i == 0 ? t.spans[i].begin : (std::min)(begin, t.spans[i].begin);
        end = i == 0 ? t.spans[i].end : (std::max)(end, t.spans[i].end);
    }
    names.emplace_back();
    names.back().letter = 'g';
    lane_builder made(static_cast<std::uint32_t>(names.size() - 1), begin, end);
    for (std::size_t i = 0; i < t.spans.size(); ++i) {
        const timeline::span& s = t.spans[i];
        if (i == 0 || s.thread != t.spans[i - 1].thread) {
            made.lane(static_cast<std::uint32_t>(names.size()));
            names.emplace_back();
            names.back().text = lane_name(t.threads[s.thread]);
            names.back().kind = frame_kind::thread;
            names.back().letter = 't';
        }
        made.span(s, s.frame);
    }
    made.finish();
    tree.self = std::move(made.self);
    tree.gaps = made.gaps;
    sum_up(tree, made.nodes);
    // Lanes lie below one another, each as wide as the whole.
    tree.total[0] = static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(begin);
    rank_names(tree, std::move(names));
    return tree;
}

/// Returns a profile whose stacks are turned round: what ran is at the root, its callers above it.
[[nodiscard]] inline profile reversed(const profile& p) {
    profile_builder made;
    const std::vector<std::uint32_t> frames =
        copy_tables(made, p, [](const frame& f) { return f; });
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        if (n.self == 0 && n.count == 0) { continue; }
        std::uint32_t node = profile_builder::root;
        for (std::uint32_t at = i; at != 0; at = p.nodes[at].parent) {
            node = made.child(node, frames[p.nodes[at].frame]);
        }
        [[maybe_unused]] const bool added = made.add(node, n.count, n.self);
        WICK_ASSERT(added);
    }
    return made.finish();
}

/// Returns the stacks of a profile from the deepest frame on that is called one of `names`, and
/// what was left out for having none: its weight in `without`.
[[nodiscard]] inline profile
rebased(const profile& p, const std::vector<std::string>& names, std::uint64_t& without) {
    std::vector<bool> is_base(p.frames.size());
    std::string text;
    for (std::size_t f = 1; f < p.frames.size(); ++f) {
        text.clear();
        append_frame_text(text, p, p.frames[f]);
        const bool named = std::find(names.begin(), names.end(), text) != names.end();
        is_base[f] =
            named || std::find(names.begin(), names.end(), p.frames[f].function) != names.end();
    }
    profile_builder made;
    const std::vector<std::uint32_t> frames =
        copy_tables(made, p, [](const frame& f) { return f; });
    std::vector<std::uint32_t> nodes(p.nodes.size()); // 0: below no base
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        const std::uint32_t above = i == 0 ? 0 : nodes[n.parent];
        if (is_base[n.frame] || above != 0) {
            nodes[i] =
                made.child(is_base[n.frame] ? profile_builder::root : above, frames[n.frame]);
        }
        if (nodes[i] == 0) {
            without += magnitude(n.self);
            continue;
        }
        [[maybe_unused]] const bool added = made.add(nodes[i], n.count, n.self);
        WICK_ASSERT(added);
    }
    return made.finish();
}

/// A frame of the picture, or a run of neighbours that are too narrow to be drawn one by one.
struct flame_box {
    std::uint32_t first = 0;  ///< the node; of a run, its first
    std::uint32_t stop = 0;   ///< one past the last node that the box stands for
    std::uint32_t depth = 0;  ///< of the node
    std::uint32_t row = 0;    ///< on which it lies; the depth, but for lanes
    bool elided = false;      ///< a run: the nodes from `first` to `stop` and all below them
    std::uint64_t frames = 1; ///< that it stands for
    std::uint64_t offset = 0; ///< width to the left of the box
    std::uint64_t width = 0;
    std::uint64_t weight = 0; ///< its width, without gaps between the frames of a run
};

/// Lays frames out, for `lay_out`.
template <class Visit>
class flame_layout {
public:
    flame_layout(const flame_tree& tree, std::uint64_t least, Visit& visit)
        : tree_(tree)
        , least_(least)
        , visit_(visit)
        , left_(std::size_t{tree.deepest} + 2) {}

    void run() {
        for (std::uint32_t i = 0; i < tree_.size();) {
            const std::uint32_t depth = tree_.depth[i];
            if (depth == 1 && tree_.lanes()) { next_lane(); }
            const std::uint64_t width = tree_.total[i];
            const std::uint64_t offset = left_[depth];
            left_[depth] += width;
            if (tree_.gaps != 0 && tree_.is_gap(i)) {
                if (width >= least_) {
                    end_run(); // what lies far apart is not drawn together
                } else if (run_.elided && run_.stop == i && run_.depth == depth) {
                    ++run_.stop;
                    gap_ += width;
                }
                ++i;
            } else if (width >= least_) {
                left_[depth + 1] = offset;
                deepest_ = (std::max)(deepest_, depth);
                visit_(flame_box{i, i + 1, depth, base_ + depth, false, 1, offset, width, width});
                ++i;
            } else {
                elide(i, depth, offset);
                i = run_.stop;
            }
        }
        if (run_.elided) { visit_(run_); }
    }

private:
    const flame_tree& tree_;
    std::uint64_t least_;
    Visit& visit_;
    std::vector<std::uint64_t> left_; // where the next box begins, by depth
    flame_box run_;
    std::uint64_t gap_ = 0;     // behind the run
    std::uint32_t base_ = 0;    // rows that earlier lanes take
    std::uint32_t deepest_ = 0; // of this lane

    void end_run() {
        if (run_.elided) { visit_(run_); }
        run_ = flame_box{};
    }

    void next_lane() {
        end_run();
        base_ += deepest_;
        deepest_ = 0;
        left_[1] = 0;
    }

    void elide(std::uint32_t i, std::uint32_t depth, std::uint64_t offset) {
        if (!run_.elided || run_.stop != i || run_.depth != depth) {
            if (run_.elided) { visit_(run_); }
            run_ = flame_box{i, i, depth, base_ + depth, true, 0, offset, 0, 0};
            gap_ = 0;
        }
        run_.width += gap_ + tree_.total[i];
        gap_ = 0;
        run_.weight += tree_.total[i];
        run_.stop = tree_.end[i];
        run_.frames += run_.stop - i;
        if (tree_.total[i] != 0) { deepest_ = (std::max)(deepest_, depth); }
        if (tree_.gaps == 0) { return; }
        for (std::uint32_t k = i; k < run_.stop; ++k) {
            if (tree_.is_gap(k)) { --run_.frames; }
        }
    }
};

/// Calls `visit(flame_box)` for each frame that is at least `least` wide and for each run of
/// narrower ones, parents before children. Every frame is in one box. Cost: O(frames visited and
/// their children), not O(nodes).
template <class Visit>
void lay_out(const flame_tree& tree, std::uint64_t least, Visit&& visit) {
    flame_layout<Visit>(tree, least, visit).run();
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_extract.hpp - the profile that a flame graph's file holds.
#ifndef WICK_DETAIL_FLAMEGRAPH_EXTRACT_HPP
#define WICK_DETAIL_FLAMEGRAPH_EXTRACT_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // numbers
#include <string>      // names
#include <string_view> // the file
#include <utility>     // std::move
#include <vector>      // names, the path

WICK_BEGIN_NAMESPACE

/// What a flame graph's file holds.
struct flamegraph_data {
    /// One profile; of a comparison two: before and after. Of a timeline, its stacks and the time
    /// that each took by itself.
    std::vector<profile> columns;
};

namespace detail {

/// Reads the arrays in a flame graph's file. The file may be anybody's: nothing in it is believed.
class flamegraph_reader {
public:
    explicit flamegraph_reader(std::string_view file)
        : file_(file) {}

    [[nodiscard]] result<flamegraph_data> read() {
        flamegraph_data made;
        if (settings() && names() && nodes()) {
            made.columns.push_back(after_.finish());
            if (two_) { made.columns.insert(made.columns.begin(), before_.finish()); }
        }
        return {std::move(made), std::move(problem_)};
    }

private:
    struct name {
        std::string text;
        char letter = 'f';
    };
    std::string_view file_;
    std::string_view rest_; // of the nodes' text
    std::vector<name> names_;
    std::vector<std::uint32_t> frames_; // by name, in after_
    profile_builder after_;
    profile_builder before_;
    bool two_ = false;
    bool tested_ = false;
    error problem_;

    bool fail(const char* what) {
        if (!problem_) { problem_ = error{what}; }
        return false;
    }
    bool fail(const char* what, std::string_view at) {
        fail(what);
        problem_.offset = static_cast<std::uint64_t>(at.data() - file_.data());
        return false;
    }

    // Returns what is between two texts, the first of them being looked for from `from` on.
    [[nodiscard]] bool
    between(std::string_view begin, std::string_view end, std::size_t& from, std::string_view& to) {
        const std::size_t first = file_.find(begin, from);
        if (first == std::string_view::npos) { return false; }
        const std::size_t last = file_.find(end, first + begin.size());
        if (last == std::string_view::npos) { return false; }
        to = file_.substr(first + begin.size(), last - first - begin.size());
        from = last;
        return true;
    }

    // Attribute by attribute: the value of one may look like another.
    [[nodiscard]] static std::string_view setting(std::string_view page, std::string_view key) {
        while (!page.empty()) {
            const std::size_t open = page.find('"');
            const std::size_t close = open == page.npos ? open : page.find('"', open + 1);
            if (close == page.npos) { break; }
            const std::string_view name = page.substr(0, open); // " data-key="
            if (name.size() == key.size() + 7 && name.substr(6, key.size()) == key) {
                return page.substr(open + 1, close - open - 1);
            }
            page.remove_prefix(close + 1);
        }
        return {};
    }

    bool settings() {
        std::size_t from = 0;
        std::string_view page;
        if (!between("<metadata class=\"wick-page\"", ">", from, page)) {
            return fail("there is no wick flame graph with its data in the file");
        }
        if (setting(page, "version") != "2") {
            return fail("the data are of another version of wick");
        }
        two_ = setting(page, "source") == "comparison";
        tested_ = setting(page, "tested") == "1";
        const std::string_view digit = setting(page, "decimals");
        if (digit.size() != 1 || digit[0] < '0' || digit[0] > '0' + max_decimals) {
            return fail("the weights are of no known scale");
        }
        const std::string unit = plain(setting(page, "weights"));
        const std::string_view of = setting(page, "counted");
        const counted_as counted = of == "samples" ? counted_as::samples
                                   : of == "calls" ? counted_as::calls
                                                   : counted_as::unknown;
        for (profile_builder* side : {&after_, &before_}) {
            side->describe(unit, counted, profile_detail::function);
            [[maybe_unused]] const bool refined = side->refine(digit[0] - '0');
        }
        return true;
    }

    [[nodiscard]] static int hexadecimal(char c) noexcept {
        if (c >= '0' && c <= '9') { return c - '0'; }
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    }

    // Undoes append_escaped: references of XML, "\\" and "\xHH".
    [[nodiscard]] static std::string plain(std::string_view text) {
        constexpr std::string_view references[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
        std::string made;
        for (std::size_t i = 0; i < text.size();) {
            std::size_t used = 1;
            char c = text[i];
            if (c == '&') {
                for (std::size_t r = 0; r < 5; ++r) {
                    if (text.substr(i, references[r].size()) == references[r]) {
                        c = "&<>\"'"[r];
                        used = references[r].size();
                    }
                }
            } else if (c == '\\' && i + 1 < text.size() && text[i + 1] == '\\') {
                used = 2;
            } else if (c == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
                const int high = hexadecimal(text[i + 2]);
                const int low = hexadecimal(text[i + 3]);
                if (high >= 0 && low >= 0) {
                    c = static_cast<char>(high * 16 + low);
                    used = 4;
                }
            }
            made += c;
            i += used;
        }
        return made;
    }

    bool names() {
        std::size_t from = 0;
        std::string_view lines;
        while (between("<metadata class=\"wick-names\">", "</metadata>", from, lines)) {
            if (!names_in(lines)) { return false; }
        }
        return !names_.empty() || fail("there are no names");
    }
    bool names_in(std::string_view lines) {
        while (!lines.empty()) {
            const std::size_t end = lines.find('\n');
            const std::string_view line = lines.substr(0, end);
            const std::size_t blank = line.find(' ');
            if (end == std::string_view::npos || blank == std::string_view::npos || blank == 0) {
                return fail("a name is not \"kind and class, name\"", lines);
            }
            name made;
            made.letter = line[0];
            made.text = plain(line.substr(blank + 1));
            names_.push_back(std::move(made));
            lines.remove_prefix(end + 1);
        }
        return true;
    }

    bool number(std::uint64_t& value) {
        value = 0;
        for (unsigned shift = 0;; shift += 5) {
            if (rest_.empty()) { return fail("a node is cut off"); }
            const int digit = digit_of(rest_[0]);
            if (digit < 0) { return fail("this is no digit of a node", rest_); }
            const auto part = static_cast<std::uint64_t>(digit & 31);
            if (shift > 60 || (shift == 60 && part > 15)) {
                return fail("a number of a node is too large", rest_);
            }
            value |= part << shift;
            rest_.remove_prefix(1);
            if (digit < 32) { return true; }
        }
    }
    [[nodiscard]] static int digit_of(char c) noexcept {
        if (c >= 'A' && c <= 'Z') { return c - 'A'; }
        if (c >= 'a' && c <= 'z') { return c - 'a' + 26; }
        if (c >= '0' && c <= '9') { return c - '0' + 52; }
        return c == '-' ? 62 : c == '_' ? 63 : -1;
    }

    [[nodiscard]] static frame_kind kind_of(char letter) noexcept {
        constexpr std::string_view letters = "fikjptlm";
        const std::size_t at = letters.find(letter);
        return at == letters.npos ? frame_kind::function : static_cast<frame_kind>(at);
    }
    void intern_names() {
        for (const name& n : names_) {
            const std::string text = n.letter == 'w' ? n.text + "_[w]" : n.text;
            frames_.push_back(after_.intern(text, kind_of(n.letter)));
            // Both builders are told the same names in the same order: the ids are the same.
            before_.intern(text, kind_of(n.letter));
        }
    }

    // A step on the way to a node. Of a comparison, a side has the nodes that lead to a weight.
    struct place {
        static constexpr std::uint32_t none = 0xffffffffu;
        std::uint32_t frame = 0;
        std::uint32_t after = none;
        std::uint32_t before = none;
    };
    [[nodiscard]] static std::uint32_t
    make_node(std::vector<place>& path, profile_builder& side, std::uint32_t place::*node) {
        std::size_t known = path.size() - 1; // the root at least
        while (path[known].*node == place::none) { --known; }
        for (; known + 1 < path.size(); ++known) {
            const place& above = path[known];
            place& below = path[known + 1];
            // A gap, which has no frame, is its parent: its time is the parent's own.
            below.*node =
                below.frame == place::none ? above.*node : side.child(above.*node, below.frame);
        }
        return path.back().*node;
    }

    bool nodes() {
        intern_names();
        std::vector<place> path; // from the root to the node before
        std::size_t from = 0;
        std::size_t found = 0;
        while (between("<metadata class=\"wick-nodes\">", "</metadata>", from, rest_)) {
            ++found;
            while (!rest_.empty()) {
                if (!node(path)) { return false; }
            }
        }
        return found != 0 || fail("there are no nodes");
    }

    bool node(std::vector<place>& path) {
        std::uint64_t head = 0;
        std::uint64_t named = 0;
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        std::uint64_t verdicts = 0;
        const std::string_view at = rest_;
        if (!number(head) || !number(named)) { return false; }
        if ((head & 1) != 0 && !number(first)) { return false; }
        if ((head & 2) != 0 && !number(second)) { return false; }
        if (tested_ && !number(verdicts)) { return false; }
        const std::uint64_t up = head / 4;
        if (up > path.size() || (up == path.size() && !path.empty())) {
            return fail("a node goes up beyond the root", at);
        }
        if (named >= names_.size()) { return fail("a node has a name that is not there", at); }
        path.resize(path.size() - static_cast<std::size_t>(up));
        place made;
        if (path.empty()) {
            made.after = made.before = profile_builder::root;
        } else {
            made.frame = names_[named].letter == 'g' ? place::none : frames_[named];
        }
        path.push_back(made);
        return weigh(path, head, first, second) || fail("the weights add up to 2^63 or more", at);
    }

    bool
    weigh(std::vector<place>& path, std::uint64_t head, std::uint64_t first, std::uint64_t second) {
        if (two_) {
            return (first == 0 || add(after_, make_node(path, after_, &place::after), first)) &&
                   (second == 0 || add(before_, make_node(path, before_, &place::before), second));
        }
        if (first > max_magnitude) { return false; }
        const std::uint64_t count = (head & 2) != 0 ? second : rounded(first);
        return after_.add(
            make_node(path, after_, &place::after), count, static_cast<std::int64_t>(first));
    }
    [[nodiscard]] std::uint64_t rounded(std::uint64_t weight) const noexcept {
        const std::uint64_t one = power_of_ten(after_.decimals());
        return weight / one + (weight % one * 2 >= one ? 1 : 0);
    }
    bool add(profile_builder& to, std::uint32_t node, std::uint64_t zigzag) {
        const std::int64_t weight = unzigzag(zigzag);
        return to.add(node, rounded(magnitude(weight)), weight);
    }
    [[nodiscard]] static std::int64_t unzigzag(std::uint64_t value) noexcept {
        const std::uint64_t half = value >> 1;
        return static_cast<std::int64_t>((value & 1) != 0 ? ~half : half);
    }
};

} // namespace detail

/// Returns the profile that a flame graph's page draws from: written as folded text, it is the same
/// as the one that the page was made of (with what `flamegraph_options::base` left out).
/// Kinds, unit, decimals and counts come back; files, lines, modules and origins were never in it,
/// and weights below 0 of a profile were taken as 0.
/// Errors: no such data (a static picture, another program's file), data that make no sense, with
///         the offset in the file.
/// Cost:   one pass over the file; memory for the profile.
[[nodiscard]] inline result<flamegraph_data> extract(std::string_view svg) {
    return detail::flamegraph_reader(svg).read();
}

WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_options.hpp - what a flame graph looks like, and what became of it.
#ifndef WICK_DETAIL_FLAMEGRAPH_OPTIONS_HPP
#define WICK_DETAIL_FLAMEGRAPH_OPTIONS_HPP

// wick/detail/flamegraph_palette.hpp - which colour a frame has.
#ifndef WICK_DETAIL_FLAMEGRAPH_PALETTE_HPP
#define WICK_DETAIL_FLAMEGRAPH_PALETTE_HPP

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

#include <algorithm>   // std::lower_bound
#include <charconv>    // std::from_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // hashes
#include <string>      // the palette's rules
#include <string_view> // names
#include <vector>      // a map of colours

WICK_BEGIN_NAMESPACE

/// A colour of a screen.
struct rgb {
    std::uint8_t red = 0, green = 0, blue = 0;

    friend bool operator==(rgb a, rgb b) {
        return a.red == b.red && a.green == b.green && a.blue == b.blue;
    }
    friend bool operator!=(rgb a, rgb b) { return !(a == b); }
    friend bool operator<(rgb a, rgb b) { return a.number() < b.number(); }

private:
    [[nodiscard]] int number() const noexcept { return red << 16 | green << 8 | blue; }
};

/// How frames are coloured. All but `kinds` and `safe` are those of other flame graphs, their
/// shades made light enough for dark labels.
enum class flame_palette : std::uint8_t {
    kinds, ///< functions red to yellow; kernel, inlined and JIT frames in hues of their own
    hot,   ///< every frame red to yellow
    mem,
    io,
    wakeup,
    chain, ///< waker frames, "_[w]", beside the others
    java,  ///< this and the next four by the language that a name seems to be of
    js,
    perl,
    python,
    rust,
    red,
    green,
    blue,
    aqua,
    yellow,
    purple,
    orange,
    width, ///< the wider a frame, the redder
    safe   ///< as `kinds`, in colours that the colour-blind can tell apart
};

/// What chooses a frame's shade.
enum class flame_shades : std::uint8_t {
    name,     ///< the name: functions with similar names look different
    spelling, ///< its first letters: functions with similar names look similar
    other     ///< the name, in another way than `name`
};

/// A colour that was given to a function for good.
struct named_colour {
    std::string name; ///< with the suffix of its kind; the root's is empty
    rgb colour;

    friend bool operator==(const named_colour& a, const named_colour& b) {
        return a.name == b.name && a.colour == b.colour;
    }
    friend bool operator!=(const named_colour& a, const named_colour& b) { return !(a == b); }
};

/// Colours by name: sorted, each name once.
using palette_map = std::vector<named_colour>;

namespace detail {

/// Reads a whole number of 0 to 255 at the beginning of a text, which it takes off.
[[nodiscard]] inline bool take_part(std::string_view& text, std::uint8_t& part, int base) {
    const std::size_t size = base == 16 ? (std::min)(text.size(), std::size_t{2}) : text.size();
    const auto read = std::from_chars(text.data(), text.data() + size, part, base);
    if (read.ec != std::errc()) { return false; }
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    return true;
}

/// Reads "rgb(1,2,3)", nothing before or behind it.
[[nodiscard]] inline bool parse_rgb_function(std::string_view text, rgb& colour) {
    if (text.substr(0, 4) != "rgb(") { return false; }
    text.remove_prefix(4);
    for (std::uint8_t* part : {&colour.red, &colour.green, &colour.blue}) {
        if (!take_part(text, *part, 10) || text.empty()) { return false; }
        if (text[0] != (part == &colour.blue ? ')' : ',')) { return false; }
        text.remove_prefix(1);
    }
    return text.empty();
}

} // namespace detail

/// Reads "#rrggbb", "#rgb" or "rgb(1,2,3)". Errors: anything else.
[[nodiscard]] inline result<rgb> parse_rgb(std::string_view text) {
    rgb colour;
    if (detail::parse_rgb_function(text, colour)) { return {colour, {}}; }
    std::string digits(text.substr(text.empty() ? 0 : 1));
    if (digits.size() == 3) {
        digits = {digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]};
    }
    std::string_view rest = digits;
    const bool read = !text.empty() && text[0] == '#' && digits.size() == 6 &&
                      detail::take_part(rest, colour.red, 16) && rest.size() == 4 &&
                      detail::take_part(rest, colour.green, 16) && rest.size() == 2 &&
                      detail::take_part(rest, colour.blue, 16) && rest.empty();
    if (!read) {
        return {{}, error{"expected a colour as #rrggbb, not \"" + std::string(text) + "\""}};
    }
    return {colour, {}};
}

/// A palette.map file as it was read.
struct palette_text {
    palette_map colours;
    wick::skipped skipped; ///< lines without a colour
};

/// Reads a palette.map: a line "NAME->rgb(r,g,b)" for each function. Names may hold "->" too: the
/// last one counts. Of two lines for a name, the last one counts.
[[nodiscard]] inline palette_text parse_palette_map(std::string_view text) {
    palette_text read;
    std::uint64_t number = 0;
    for (std::string_view line; detail::take_line(text, line);) {
        ++number;
        if (line.empty()) { continue; }
        const std::size_t arrow = line.rfind("->rgb(");
        named_colour made;
        if (arrow == std::string_view::npos ||
            !detail::parse_rgb_function(line.substr(arrow + 2), made.colour)) {
            read.skipped.add("expected \"NAME->rgb(r,g,b)\"", number);
            continue;
        }
        made.name = line.substr(0, arrow);
        read.colours.push_back(std::move(made));
    }
    std::stable_sort(read.colours.begin(), read.colours.end(), [](const auto& a, const auto& b) {
        return a.name < b.name;
    });
    palette_map once;
    for (named_colour& c : read.colours) {
        if (!once.empty() && once.back().name == c.name) { once.pop_back(); }
        once.push_back(std::move(c));
    }
    read.colours = std::move(once);
    return read;
}

/// Returns the text of a palette.map, sorted by name. Line breaks in names become blanks.
[[nodiscard]] inline std::string to_palette_map(const palette_map& colours) {
    std::string text;
    for (const named_colour& c : colours) {
        for (const char letter : c.name) {
            text += letter == '\n' || letter == '\r' ? ' ' : letter;
        }
        text += "->rgb(" + std::to_string(c.colour.red) + ',' + std::to_string(c.colour.green) +
                ',' + std::to_string(c.colour.blue) + ")\n";
    }
    return text;
}

namespace detail {

/// A red, a green and a blue part, 0 to 255 each.
struct colour {
    int red, green, blue;
};

/// A row of shades between three colours, for the frames of a sort. `letter` begins their class.
struct hue {
    char letter;
    int shades; ///< 1 to 36: a class ends in a digit or a letter
    colour from, middle, to;
};

/// Frames are coloured by class: what a frame is decides the hue, its name the shade. All shades
/// are light enough for dark labels (a contrast of 4.5 and more), in both of the page's modes.
inline constexpr hue hues[] = {
    {'f', 32, {243, 114, 84}, {249, 166, 76}, {252, 212, 104}},   // functions: red to yellow
    {'k', 8, {126, 164, 232}, {144, 182, 240}, {166, 200, 246}},  // kernel: blue
    {'i', 8, {92, 190, 182}, {116, 205, 196}, {144, 218, 208}},   // inlined: teal
    {'j', 8, {124, 192, 108}, {148, 206, 128}, {174, 220, 150}},  // JIT: green
    {'p', 1, {188, 194, 206}, {188, 194, 206}, {188, 194, 206}},  // process, thread, label: grey
    {'m', 1, {214, 196, 214}, {214, 196, 214}, {214, 196, 214}},  // what wick put in
    {'r', 1, {206, 210, 218}, {206, 210, 218}, {206, 210, 218}},  // the root
    {'x', 2, {164, 164, 164}, {182, 182, 182}, {200, 200, 200}},  // separators: "--", "-"
    {'A', 16, {246, 122, 106}, {248, 146, 130}, {252, 172, 158}}, // red
    {'B', 16, {104, 200, 104}, {128, 214, 122}, {160, 228, 150}}, // green
    {'C', 16, {124, 160, 240}, {146, 180, 246}, {172, 202, 252}}, // blue
    {'D', 16, {86, 196, 196}, {112, 210, 210}, {146, 222, 222}},  // aqua
    {'E', 16, {216, 200, 80}, {226, 212, 96}, {238, 226, 120}},   // yellow
    {'G', 16, {208, 140, 224}, {218, 160, 232}, {228, 182, 240}}, // purple
    {'H', 16, {240, 150, 60}, {246, 170, 80}, {250, 190, 110}},   // orange
    {'M', 16, {70, 196, 110}, {60, 206, 160}, {90, 220, 200}},    // memory: greens
    {'I', 16, {128, 150, 236}, {132, 160, 244}, {154, 180, 250}}, // input and output: blues
    {'W', 16, {253, 240, 200}, {251, 196, 110}, {241, 112, 84}},  // width: sand to red
    {'S', 32, {230, 190, 60}, {242, 214, 120}, {250, 236, 184}},  // safe: sand
    {'T', 8, {96, 160, 220}, {116, 176, 232}, {140, 192, 240}},   // safe: blue
    {'U', 8, {170, 190, 214}, {184, 202, 222}, {198, 214, 230}},  // safe: pale blue
    {'V', 8, {226, 136, 74}, {232, 150, 92}, {238, 164, 110}},    // safe: vermilion
};

[[nodiscard]] inline const hue& hue_by(char letter) noexcept {
    const hue* found = hues;
    while (found->letter != letter) { ++found; }
    return *found;
}

/// What palettes are called in command lines, in the order of the enumeration.
inline constexpr std::string_view palette_names[] = {
    "kinds", "hot", "mem",   "io",   "wakeup", "chain",  "java",   "js",     "perl",  "python",
    "rust",  "red", "green", "blue", "aqua",   "yellow", "purple", "orange", "width", "safe"};

[[nodiscard]] inline bool has_part(std::string_view text, std::string_view part) noexcept {
    return text.find(part) != std::string_view::npos;
}
[[nodiscard]] inline bool begins_with(std::string_view text, std::string_view part) noexcept {
    return text.substr(0, part.size()) == part;
}

// How the palettes of languages tell sorts of code by the spelling of a name. `kind` is that of the
// frame's suffix. Each returns the letter of a hue.

[[nodiscard]] inline char java_hue(std::string_view name, char kind) noexcept {
    if (kind == 'k') { return 'H'; }
    if (kind == 'i') { return 'D'; }
    if (kind == 'j') { return 'B'; }
    if (has_part(name, "::") || has_part(name, "-[") || has_part(name, "+[")) { return 'E'; }
    const bool capital = !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
    if (has_part(name, "/") || has_part(name, ".") || capital) { return 'B'; }
    return 'A';
}

[[nodiscard]] inline char js_hue(std::string_view name, char kind) noexcept {
    if (kind == 'k') { return 'H'; }
    if (has_part(name, "node_modules/")) { return 'G'; }
    if (kind == 'j') { return has_part(name, "/") ? 'B' : 'D'; }
    if (has_part(name, "::")) { return 'E'; }
    const std::size_t slash = name.find('/');
    if (slash != std::string_view::npos && has_part(name.substr(slash), ".js")) { return 'B'; }
    if (has_part(name, ":")) { return 'D'; }
    if (name.find_first_not_of(' ') == std::string_view::npos) { return 'B'; }
    return 'A';
}

[[nodiscard]] inline char perl_hue(std::string_view name, char kind) noexcept {
    if (kind == 'k') { return 'H'; }
    if (has_part(name, "Perl") || has_part(name, ".pl")) { return 'B'; }
    if (has_part(name, "::")) { return 'E'; }
    return 'A';
}

[[nodiscard]] inline char python_hue(std::string_view name, char kind) noexcept {
    if (kind == 'k') { return 'H'; }
    if (has_part(name, "site-packages")) { return 'D'; }
    for (const std::string_view own : {"python3.", "<built-in", "<method", "<frozen"}) {
        if (has_part(name, own)) { return 'E'; }
    }
    return 'A';
}

[[nodiscard]] inline char rust_hue(std::string_view name, char kind) noexcept {
    if (kind == 'k') { return 'A'; }
    const std::size_t program = name.find('`');
    if (program != std::string_view::npos) { name.remove_prefix(program + 1); }
    if (begins_with(name, "<")) { name.remove_prefix(1); }
    for (const std::string_view own : {"core::", "std::", "alloc::"}) {
        if (begins_with(name, own)) { return 'H'; }
    }
    return has_part(name, "::") ? 'D' : 'E';
}

/// Returns the hue of a frame by what it is; functions have that of `function`.
[[nodiscard]] inline char kind_hue(char kind, char function) noexcept {
    switch (kind) {
    case 'k':
    case 'i':
    case 'j':
    case 'm':
        return kind;
    case 'p':
    case 't':
    case 'l':
        return 'p';
    case 'w':
        return 'D';
    default:
        return function;
    }
}

[[nodiscard]] inline char safe_hue(char kind) noexcept {
    switch (kind) {
    case 'k':
        return 'T';
    case 'i':
        return 'U';
    case 'j':
        return 'V';
    case 'w':
        return 'U';
    default:
        return kind_hue(kind, 'S');
    }
}

/// Returns the hue of a frame in a palette.
[[nodiscard]] inline char hue_in(flame_palette palette, const flame_name& name) noexcept {
    if (name.text == "--" || name.text == "-") { return 'x'; }
    const char kind = name.letter;
    switch (palette) {
    case flame_palette::kinds:
        return kind_hue(kind, 'f');
    case flame_palette::hot:
        return 'f';
    case flame_palette::mem:
        return 'M';
    case flame_palette::io:
        return 'I';
    case flame_palette::wakeup:
        return 'D';
    case flame_palette::chain:
        return kind == 'w' ? 'D' : 'C';
    case flame_palette::java:
        return java_hue(name.text, kind);
    case flame_palette::js:
        return js_hue(name.text, kind);
    case flame_palette::perl:
        return perl_hue(name.text, kind);
    case flame_palette::python:
        return python_hue(name.text, kind);
    case flame_palette::rust:
        return rust_hue(name.text, kind);
    case flame_palette::red:
        return 'A';
    case flame_palette::green:
        return 'B';
    case flame_palette::blue:
        return 'C';
    case flame_palette::aqua:
        return 'D';
    case flame_palette::yellow:
        return 'E';
    case flame_palette::purple:
        return 'G';
    case flame_palette::orange:
        return 'H';
    case flame_palette::width:
        return 'W';
    case flame_palette::safe:
        break;
    }
    return safe_hue(kind);
}

/// Returns a shade for a name: the same on every machine and in every run. FNV-1a, whose high bits
/// are folded in, as its low ones follow the last letters too closely.
[[nodiscard]] inline int
shade_of(std::string_view name, int shades, std::uint32_t start = 2166136261u) noexcept {
    std::uint32_t hash = start;
    for (const char c : name) { hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u; }
    hash ^= hash >> 15;
    hash *= 0x85ebca6bu;
    return static_cast<int>((hash >> 16) * static_cast<std::uint32_t>(shades) >> 16);
}

/// Returns 0 to 1 by the first three letters of a name behind its module ("libc.so`"), the first
/// one counting most: as other flame graphs do with --hash.
[[nodiscard]] inline double spelling_of(std::string_view name) noexcept {
    const std::size_t mark = name.find('`');
    if (mark != std::string_view::npos && mark > 0) { name.remove_prefix(mark + 1); }
    double sum = 0;
    double most = 1;
    double weight = 1;
    int modulus = 10;
    for (const char c : name.substr(0, 3)) {
        sum += static_cast<unsigned char>(c) % modulus / (modulus - 1.0) * weight;
        ++modulus;
        most += weight;
        weight *= 0.7;
    }
    return 1 - sum / most;
}

/// Returns the shade of a frame by its share of the whole, as the palette `width` has it: twice the
/// shade for four times the share.
[[nodiscard]] inline int width_shade(std::uint64_t weight, std::uint64_t whole) noexcept {
    const double share = static_cast<double>(weight) / static_cast<double>(whole) * 256;
    int level = 0;
    while (level < 15 && share >= (level + 1) * (level + 1)) { ++level; }
    return level;
}

[[nodiscard]] inline char shade_digit(int shade) noexcept {
    return static_cast<char>(shade < 10 ? '0' + shade : 'a' + (shade - 10));
}

[[nodiscard]] inline colour between(const colour& a, const colour& b, int part, int all) noexcept {
    return {a.red + (b.red - a.red) * part / all,
            a.green + (b.green - a.green) * part / all,
            a.blue + (b.blue - a.blue) * part / all};
}

[[nodiscard]] inline colour shade(const hue& of, int index) noexcept {
    const int last = of.shades > 1 ? of.shades - 1 : 1;
    const int at = 2 * index; // 0 to 2 * last: the middle colour is at `last`
    return at < last ? between(of.from, of.middle, at, last)
                     : between(of.middle, of.to, at - last, last);
}

inline void append_colour(std::string& out, colour c) {
    constexpr char digits[] = "0123456789abcdef";
    out += '#';
    for (const int part : {c.red, c.green, c.blue}) {
        out += digits[part >> 4];
        out += digits[part & 15];
    }
}

[[nodiscard]] inline colour to_colour(rgb c) noexcept {
    return {c.red, c.green, c.blue};
}

/// The CSS class of a frame's colour.
struct style_class {
    char text[12] = {};
    std::uint8_t size = 0;

    void add(char c) noexcept { text[size++] = c; }
    [[nodiscard]] std::string_view view() const noexcept { return {text, size}; }
};

/// Chooses colours by name: those that were given for good first, then by palette.
class flame_colours {
public:
    flame_colours(flame_palette palette, flame_shades shades, const palette_map& given)
        : palette_(palette)
        , shades_(shades)
        , given_(given) {}

    /// Returns the class of a name, "f3", or "c-7" for the colour of a palette.map's line.
    [[nodiscard]] style_class of(const flame_name& name, bool is_root) const {
        style_class made;
        const std::size_t index = given_.empty() ? given_.size() : find(name, is_root);
        if (index != given_.size()) {
            char digits[10];
            const char* end = std::to_chars(digits, digits + sizeof digits, index).ptr;
            made.add('c');
            made.add('-');
            for (const char* d = digits; d != end; ++d) { made.add(*d); }
            return made;
        }
        const hue& colours = hue_by(is_root ? 'r' : hue_in(palette_, name));
        made.add(colours.letter);
        made.add(shade_digit(index_of(name, colours)));
        return made;
    }

    /// Returns the colour itself.
    [[nodiscard]] rgb colour_of(const flame_name& name, bool is_root) const {
        const std::size_t index = given_.empty() ? given_.size() : find(name, is_root);
        if (index != given_.size()) { return given_[index].colour; }
        const hue& colours = hue_by(is_root ? 'r' : hue_in(palette_, name));
        const colour c = shade(colours, index_of(name, colours));
        return {static_cast<std::uint8_t>(c.red),
                static_cast<std::uint8_t>(c.green),
                static_cast<std::uint8_t>(c.blue)};
    }

    /// Returns a name as a palette.map has it.
    [[nodiscard]] static std::string text_of(const flame_name& name) {
        if (name.letter == 'w') { return name.text + "_[w]"; }
        return name.text + std::string(kind_suffix(name.kind));
    }

private:
    flame_palette palette_;
    flame_shades shades_;
    const palette_map& given_;

    [[nodiscard]] std::size_t find(const flame_name& name, bool is_root) const {
        const std::string text = is_root ? std::string() : text_of(name);
        const auto at = std::lower_bound(
            given_.begin(), given_.end(), text, [](const named_colour& a, const std::string& b) {
                return a.name < b;
            });
        const bool found = at != given_.end() && at->name == text;
        return found ? static_cast<std::size_t>(at - given_.begin()) : given_.size();
    }

    [[nodiscard]] int index_of(const flame_name& name, const hue& of) const noexcept {
        if (of.letter == 'x') { return name.text == "--" ? 0 : 1; }
        if (shades_ == flame_shades::spelling) {
            const int index = static_cast<int>(spelling_of(name.text) * of.shades);
            return index < of.shades ? index : of.shades - 1;
        }
        return shade_of(
            name.text, of.shades, shades_ == flame_shades::other ? 2654435769u : 2166136261u);
    }
};

} // namespace detail

/// Finds a palette by its name in command lines: "hot", "java". Errors: no such palette, with the
/// names of all.
[[nodiscard]] inline result<flame_palette> parse_palette(std::string_view name) {
    std::string known;
    std::uint8_t index = 0;
    for (const std::string_view candidate : detail::palette_names) {
        if (candidate == name) { return {static_cast<flame_palette>(index), {}}; }
        known.append(index == 0 ? "" : ", ").append(candidate);
        ++index;
    }
    return {{}, error{"no palette \"" + std::string(name) + "\"; known are " + known}};
}

WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::stable_sort
#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of frames
#include <optional>    // colours that may be given
#include <string>      // texts
#include <string_view> // lines that are read
#include <utility>     // std::move
#include <vector>      // attributes

WICK_BEGIN_NAMESPACE

/// What is said about a function beside its numbers.
struct name_attributes {
    std::string name;    ///< of the function, with the suffix of its kind
    std::string title;   ///< stands in the tooltip in place of the numbers
    std::string href;    ///< where a click leads; Ctrl and a click zooms
    std::string target;  ///< in which window
    std::string id;      ///< of the frame's element
    std::string classes; ///< more CSS classes of it
};

/// A nameattr file as it was read.
struct attributes_text {
    std::vector<name_attributes> attributes; ///< sorted by name
    wick::skipped skipped;                   ///< lines and attributes that were not understood
};

/// Which colour a change has.
enum class change_colours : std::uint8_t {
    red_blue,   ///< red for more, blue for less
    orange_blue ///< the same for the colour-blind
};

/// What a flame graph looks like. Lengths are in pixels.
struct flamegraph_options {
    std::string title;       ///< empty: "Flame Graph" or what else it is
    std::string subtitle;    ///< stands before the numbers under the title
    std::string unit;        ///< what the weights are; empty: the profile's unit, or "samples"
    std::string name_type;   ///< stands before a function's name in the details: "Function:"
    std::string notes;       ///< for readers of the file: its <desc>
    int width = 1200;        ///< of the static picture; 100 to 100,000
    bool fluid = true;       ///< the page takes the width of its window, where scripts run
    int frame_height = 18;   ///< from one row of frames to the next; 10 to 1,000
    double min_width = 0.5;  ///< narrower frames are drawn together, as elided blocks; 0: none are
    double min_percent = 0;  ///< the same as a share of the whole; above 0, min_width is not used
    bool inverted = false;   ///< the root on top, callees hanging down
    bool reverse = false;    ///< what ran at the root, its callers above it
    bool interactive = true; ///< false: the static picture alone, without the script and its data
    std::string font;        ///< family of the labels; empty: the reader's monospaced font
    double font_size = 12;   ///< of the labels; 4 to 100
    double font_width = 0.603;  ///< of a letter, in font sizes: monospaced fonts have 0.5 to 0.602
    bool truncate_left = false; ///< labels that do not fit lose their beginning, not their end
    double factor = 1;          ///< numbers are shown multiplied by this
    std::uint64_t total = 0; ///< what 100 % is, in units of weight, where it is more than there is
    flame_palette palette = flame_palette::kinds;
    flame_shades shades = flame_shades::name;
    palette_map colours; ///< of functions that have their own
    std::optional<rgb> background;
    std::optional<rgb> search_colour;        ///< of frames that match a search
    std::optional<rgb> ui_colour;            ///< of titles and notes
    std::optional<rgb> stroke_colour;        ///< of an outline of each frame
    std::vector<name_attributes> attributes; ///< sorted by name
    std::vector<std::string> base; ///< stacks begin at the deepest of these; others are left out
    frame_width widths = frame_width::both;            ///< of comparisons
    change_colours changes = change_colours::red_blue; ///< of comparisons
    bool negate = false;                               ///< of comparisons: less is shown as more
    bool by_self = false; ///< of comparisons: colours tell the change of own weight
};

/// What became of a profile's frames in a picture's static part. In the page, each can be reached.
struct flamegraph_summary {
    std::uint64_t frames = 0;        ///< of the profile, with its root
    std::uint64_t drawn = 0;         ///< as frames of their own
    std::uint64_t elided = 0;        ///< in elided blocks
    std::uint64_t elided_blocks = 0; ///< how many those are
    std::uint64_t weightless = 0;    ///< not drawn, as they and their neighbours have no weight
    std::uint64_t negative = 0;      ///< weights below 0, which have no width
    std::uint64_t without_base = 0;  ///< weight of stacks that were left out for having no base

    /// True when there was anything to draw.
    explicit operator bool() const noexcept { return drawn != 0; }
};

namespace detail {

/// Sets one "attr=value" of a nameattr line; false when it is none that is known and harmless.
[[nodiscard]] inline bool set_attribute(name_attributes& of, std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) { return false; }
    const std::string_view key = text.substr(0, equals);
    std::string value(text.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    if (key == "title") {
        of.title = std::move(value);
    } else if (key == "target") {
        of.target = std::move(value);
    } else if (key == "id") {
        of.id = std::move(value);
    } else if (key == "class") {
        of.classes = std::move(value);
    } else if (key == "href") {
        // A place, not a program: "javascript:" and the like are refused.
        const std::size_t colon = value.find_first_of(":/?#");
        const bool scheme = colon != std::string::npos && value[colon] == ':';
        const std::string_view name = std::string_view(value).substr(0, scheme ? colon : 0);
        if (scheme && name != "http" && name != "https" && name != "mailto" && name != "file") {
            return false;
        }
        of.href = std::move(value);
    } else {
        return false;
    }
    return true;
}

} // namespace detail

/// Reads a nameattr file: a line "function<TAB>attr=value<TAB>attr=value…" for each function, with
/// the attributes title, href, target, id and class.
[[nodiscard]] inline attributes_text parse_name_attributes(std::string_view text) {
    attributes_text read;
    std::uint64_t number = 0;
    for (std::string_view line; detail::take_line(text, line);) {
        ++number;
        if (line.empty()) { continue; }
        std::size_t tab = line.find('\t');
        if (tab == std::string_view::npos) {
            read.skipped.add("expected \"function<TAB>attribute=value\"", number);
            continue;
        }
        name_attributes made;
        made.name = line.substr(0, tab);
        while (tab != std::string_view::npos) {
            line.remove_prefix(tab + 1);
            tab = line.find('\t');
            if (!detail::set_attribute(made, line.substr(0, tab))) {
                read.skipped.add("expected title=, target=, id=, class= or a link as href=",
                                 number);
            }
        }
        read.attributes.push_back(std::move(made));
    }
    std::stable_sort(read.attributes.begin(),
                     read.attributes.end(),
                     [](const auto& a, const auto& b) { return a.name < b.name; });
    return read;
}

WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_page.hpp - writes the parts of a flame graph's file.
#ifndef WICK_DETAIL_FLAMEGRAPH_PAGE_HPP
#define WICK_DETAIL_FLAMEGRAPH_PAGE_HPP

// wick/detail/flamegraph_data.hpp - what a flame graph's page draws from, as text in its file.
#ifndef WICK_DETAIL_FLAMEGRAPH_DATA_HPP
#define WICK_DETAIL_FLAMEGRAPH_DATA_HPP

// wick/detail/flamegraph_geometry.hpp - where things are in a flame graph.
#ifndef WICK_DETAIL_FLAMEGRAPH_GEOMETRY_HPP
#define WICK_DETAIL_FLAMEGRAPH_GEOMETRY_HPP


#include <algorithm> // std::max, std::min
#include <cstddef>   // std::size_t
#include <cstdint>   // weights

WICK_BEGIN_NAMESPACE
namespace detail {

/// Where things are in the picture. All lengths are in pixels unless they say otherwise.
struct flamegraph_geometry {
    static constexpr int side = 12; ///< free space to the left and the right
    static constexpr int top = 66;  ///< where the first row of frames begins
    static constexpr int foot = 58; ///< from the last row to the end
    static constexpr int pad = 3;   ///< between a frame's edge and its label
    double cell = 12 * 0.603;       ///< a letter: monospaced fonts have 0.5 to 0.602 of their size
    double font_size = 12;
    int width = 0;
    int row = 0;
    int rows = 1;
    bool inverted = false;
    double scale = 0;            ///< hundredths of a pixel for a unit of weight
    std::uint64_t min_width = 0; ///< in hundredths of a pixel
    std::uint64_t min_weight = 0;

    /// What options of any values come to, without what depends on the tree.
    explicit flamegraph_geometry(const flamegraph_options& options)
        : width((std::min)((std::max)(options.width, 100), 100000))
        , row((std::min)((std::max)(options.frame_height, 10), 1000))
        , inverted(options.inverted) {
        if (options.font_size >= 4 && options.font_size <= 100) { // not NaN either
            font_size = options.font_size;
        }
        const bool known = options.font_width >= 0.1 && options.font_width <= 3;
        cell = font_size * (known ? options.font_width : 0.603);
        row = (std::max)(row, static_cast<int>(font_size) + 2);
        double least = options.min_width;
        if (options.min_percent > 0) {
            least = (std::min)(options.min_percent, 100.0) / 100 * inner_width();
        }
        if (least > 0) { // not NaN either
            const double used = (std::min)(least, static_cast<double>(width));
            min_width = static_cast<std::uint64_t>(used * 100);
        }
    }

    /// Chooses the scale on which `whole` is as wide as the picture. Of a tree that weighs `total`,
    /// the root is always drawn, and what weighs nothing never is.
    void fit(std::uint64_t whole, std::uint64_t total) noexcept {
        scale = inner_width() * 100.0 / static_cast<double>(whole);
        const double least = static_cast<double>(min_width) / scale;
        min_weight = total;
        if (least < static_cast<double>(total) - 1) {
            min_weight = static_cast<std::uint64_t>(least);
            const bool cut = static_cast<double>(min_weight) < least;
            if (cut || min_weight == 0) { ++min_weight; }
        }
    }

    [[nodiscard]] int inner_width() const noexcept { return width - 2 * side; }
    [[nodiscard]] int height() const noexcept { return top + rows * row + foot; }
    [[nodiscard]] int baseline() const noexcept {
        return (row - 1) / 2 + static_cast<int>(font_size * 0.36 + 1);
    }
    [[nodiscard]] std::uint64_t x(std::uint64_t offset) const noexcept {
        return static_cast<std::uint64_t>(static_cast<double>(offset) * scale + 0.5);
    }
    [[nodiscard]] int y(std::uint32_t row_number) const noexcept {
        const int at = static_cast<int>(row_number);
        return (inverted ? at : rows - 1 - at) * row;
    }
    /// Returns how many cells a label may take in a frame `frame_width` hundredths of a pixel wide.
    [[nodiscard]] std::size_t label_room(std::uint64_t frame_width) const noexcept {
        const double inside = static_cast<double>(frame_width) / 100 - 2 * pad;
        return inside <= 0 ? 0 : static_cast<std::size_t>(inside / cell);
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_text.hpp - the numbers and words of a flame graph's frames.
#ifndef WICK_DETAIL_FLAMEGRAPH_TEXT_HPP
#define WICK_DETAIL_FLAMEGRAPH_TEXT_HPP

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

#include <algorithm>   // std::lower_bound, std::max, std::min
#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <cstring>     // std::memcpy
#include <string>      // labels
#include <string_view> // names
#include <vector>      // where characters begin

WICK_BEGIN_NAMESPACE
namespace detail {

/// Writes numbers and text into memory that is known to be large enough.
struct text_cursor {
    char* at;

    void text(std::string_view s) noexcept {
        if (s.empty()) { return; } // an empty view may have no address
        std::memcpy(at, s.data(), s.size());
        at += s.size();
    }
    void number(std::uint64_t value) noexcept { at = std::to_chars(at, at + 20, value).ptr; }
    /// Hundredths: 1250 → "12.5".
    void hundredths(std::uint64_t value) noexcept {
        number(value / 100);
        const auto rest = static_cast<unsigned>(value % 100);
        if (rest == 0) { return; }
        *at++ = '.';
        *at++ = static_cast<char>('0' + rest / 10);
        if (rest % 10 != 0) { *at++ = static_cast<char>('0' + rest % 10); }
    }
    /// 1234567 → "1,234,567".
    void grouped(std::uint64_t value) noexcept {
        char digits[20];
        const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        for (const char* digit = digits; digit != end; ++digit) {
            if (digit != digits && (end - digit) % 3 == 0) { *at++ = ','; }
            *at++ = *digit;
        }
    }
    /// A weight in units of 10^-decimals, as append_weight has it, with its thousands grouped.
    void weight(std::uint64_t value, int decimals) noexcept {
        const std::uint64_t one = power_of_ten(decimals);
        grouped(value / one);
        std::uint64_t rest = value % one;
        if (rest == 0) { return; }
        *at++ = '.';
        for (std::uint64_t unit = one / 10; rest != 0; unit /= 10) {
            *at++ = static_cast<char>('0' + rest / unit);
            rest %= unit;
        }
    }
    /// Hundredths, always with both digits: 1250 → "12.50".
    void two_decimals(std::uint64_t value) noexcept {
        number(value / 100);
        *at++ = '.';
        *at++ = static_cast<char>('0' + value / 10 % 10);
        *at++ = static_cast<char>('0' + value % 10);
    }
    /// A share, always with two digits behind the point: "5.67 %".
    void percent(std::uint64_t part, std::uint64_t whole) noexcept {
        // Beyond 2^49 a share is known well enough without the lowest bits.
        while (part >= std::uint64_t{1} << 49) {
            part >>= 1;
            whole >>= 1;
        }
        const std::uint64_t share = whole == 0 ? 0 : (part * 10000 + whole / 2) / whole;
        two_decimals(share);
        text(" %");
    }
};

/// More than any text needs that a text_cursor writes around a name and a few units.
inline constexpr std::size_t frame_text_room = 1024;

/// Returns how many bytes at the beginning of a text must go for the rest to fit into `room` cells.
[[nodiscard]] inline std::size_t
cut_at_left(std::string_view text, std::size_t room, std::vector<std::size_t>& starts) {
    starts.clear();
    for (std::size_t at = 0; at < text.size();) {
        starts.push_back(at);
        at += character_at(text, at).size;
    }
    std::size_t used = 0;
    for (std::size_t i = starts.size(); i-- > 0;) {
        used += cells(character_at(text, starts[i]));
        if (used > room) { return i + 1 < starts.size() ? starts[i + 1] : text.size(); }
    }
    return 0;
}

/// Appends as much of a text as fits into `room` cells, as XML, with "…" where it was cut. Returns
/// the cells that it takes.
inline std::size_t append_fitted(std::string& out, std::string_view text, std::size_t room) {
    std::size_t used = 0;
    std::size_t at = 0;
    std::size_t kept = out.size(); // where to cut when the rest does not fit
    std::size_t kept_cells = 0;
    while (at < text.size()) {
        const character c = character_at(text, at);
        used += cells(c);
        if (used > room) {
            out.resize(kept);
            out += "\xe2\x80\xa6";
            return kept_cells + 1;
        }
        append_xml(out, text, at, c);
        at += c.size;
        if (used < room) {
            kept = out.size();
            kept_cells = used;
        }
    }
    return used;
}

/// Returns `unit` for one: "1 sample", "2 samples".
[[nodiscard]] inline std::string_view
unit_of(std::string_view unit, std::uint64_t value, int decimals) {
    const bool one = value == power_of_ten(decimals) && !unit.empty() && unit.back() == 's';
    return unit.substr(0, unit.size() - (one ? 1 : 0));
}

/// Returns what is said about a frame of this kind in words, after its name.
[[nodiscard]] inline std::string_view kind_word(frame_kind kind) noexcept {
    switch (kind) {
    case frame_kind::kernel:
        return " [kernel]";
    case frame_kind::inlined:
        return " [inlined]";
    case frame_kind::jit:
        return " [jit]";
    case frame_kind::process:
        return " [process]";
    case frame_kind::thread:
        return " [thread]";
    case frame_kind::label:
        return " [label]";
    case frame_kind::marker:
    case frame_kind::function:
        break;
    }
    return {};
}

/// Returns the square root of a number of 0 to 1, by Newton's method.
[[nodiscard]] inline double square_root(double value) noexcept {
    double root = 1;
    for (double next = (root + value) / 2; next < root; next = (root + value / root) / 2) {
        root = next;
    }
    return root;
}

/// A share and what it may be by chance: Wilson's interval for `part` of `whole` observations, at
/// 95 %, as shares of 1.
struct share_interval {
    double low, high;
};
[[nodiscard]] inline share_interval wilson_interval(std::uint64_t part,
                                                    std::uint64_t whole) noexcept {
    constexpr double z = 1.959963984540054;
    const double n = static_cast<double>(whole);
    const double p = static_cast<double>(part) / n;
    const double centre = p + z * z / (2 * n);
    const double spread = z * square_root(p * (1 - p) / n + z * z / (4 * n * n));
    const double all = 1 + z * z / n;
    return {(std::max)(0.0, (centre - spread) / all), (std::min)(1.0, (centre + spread) / all)};
}

/// Fewer observations than this are few: tooltips tell the interval.
inline constexpr std::uint64_t few_observations = 100;

/// Returns the shade of a change, 1 to 9 by the logarithm of its share: 1 for a thousandth and
/// less, 9 for a half and more; 0 for no change.
[[nodiscard]] inline int change_shade(double change, double whole) noexcept {
    const double share = absolute(change) / whole;
    if (!(share > 0)) { return 0; }
    // The shade k + 1 begins at 2^(9 k / 8 - 10).
    constexpr double begins[] = {2.1810154653305154,
                                 4.756828460010884,
                                 10.374716437208077,
                                 22.627416997969522,
                                 49.350746413054104,
                                 107.63474115247546,
                                 234.75303506039583,
                                 512};
    int level = 1;
    for (const double begin : begins) {
        if (share * 1024 >= begin) { ++level; }
    }
    return level;
}

[[nodiscard]] inline std::string_view verdict_word(verdict v) noexcept {
    switch (v) {
    case verdict::unchanged:
        return "; unchanged";
    case verdict::inconclusive:
        return "; not significant";
    case verdict::improved:
        return "; improved";
    case verdict::regressed:
        return "; regressed";
    case verdict::untested:
        break;
    }
    return {};
}

[[nodiscard]] inline std::string_view width_word(frame_width width) noexcept {
    switch (width) {
    case frame_width::before:
        return "before";
    case frame_width::after:
        return "after";
    case frame_width::difference:
        return "difference";
    case frame_width::both:
        break;
    }
    return "both";
}
/// Returns what the user has said about a name, or nullptr.
[[nodiscard]] inline const name_attributes* attributes_of(const flame_name& name,
                                                          const flamegraph_options& options) {
    if (options.attributes.empty()) { return nullptr; }
    const std::string text = flame_colours::text_of(name);
    const auto at =
        std::lower_bound(options.attributes.begin(),
                         options.attributes.end(),
                         text,
                         [](const name_attributes& a, const std::string& b) { return a.name < b; });
    return at != options.attributes.end() && at->name == text ? &*at : nullptr;
}

/// Writes weights, shares and changes as tooltips have them.
class flame_numbers {
public:
    flame_numbers(const flame_tree& tree, const flamegraph_options& options)
        : tree_(tree)
        , options_(options)
        , whole_((std::max)(tree.total[0], options.total)) {
        append_xml(unit_, plain_unit());
        if (tree.source != flame_source::comparison) { return; }
        const compared& all = tree.side_totals[0];
        const double before = static_cast<double>(all.before.weight) * tree.before_scale;
        const double after = static_cast<double>(all.after.weight);
        change_whole_ = (std::max)(absolute(before), absolute(after));
        if (!(change_whole_ > 0)) { change_whole_ = static_cast<double>(tree.total[0]); }
    }

    /// What 100 % is.
    [[nodiscard]] std::uint64_t whole() const noexcept { return whole_; }
    /// The same of changes.
    [[nodiscard]] double change_whole() const noexcept { return change_whole_; }
    /// What weights are, as XML.
    [[nodiscard]] const std::string& unit() const noexcept { return unit_; }
    [[nodiscard]] std::string_view plain_unit() const noexcept {
        if (!options_.unit.empty()) { return options_.unit; }
        if (!tree_.unit.empty()) { return tree_.unit; }
        return "samples";
    }
    /// Times of a clock are told in the unit that suits them.
    [[nodiscard]] bool is_time() const noexcept {
        return options_.unit.empty() && tree_.unit == "nanoseconds" && tree_.decimals == 0 &&
               !is_scaled();
    }

    /// Nanoseconds in the unit that suits them: "12.3 ms".
    static void time(text_cursor& c, std::uint64_t value) {
        if (value < 1000) {
            c.number(value);
            c.text(" ns");
            return;
        }
        const bool seconds = value >= 1000000000;
        const bool millis = value >= 1000000;
        const std::uint64_t one = seconds ? 1000000 : millis ? 1000 : 1; // a thousandth of the unit
        c.weight((value + one / 2) / one, 3);
        c.text(seconds ? " s" : millis ? " ms" : " \xc2\xb5s");
    }
    /// A weight without its unit, unless it is a time.
    void number(text_cursor& c, std::uint64_t value) const {
        if (is_time()) {
            time(c, value);
        } else if (is_scaled()) {
            scaled(c, value);
        } else {
            c.weight(value, tree_.decimals);
        }
    }
    /// "1,234 samples".
    void with_unit(text_cursor& c, std::uint64_t weight, std::string_view unit) const {
        number(c, weight);
        if (is_time()) { return; }
        c.text(" ");
        c.text(is_scaled() ? unit : unit_of(unit, weight, tree_.decimals));
    }
    /// "1,234 samples, 5.67 %".
    void amount(text_cursor& c, std::uint64_t weight) const {
        with_unit(c, weight, unit_);
        c.text(", ");
        c.percent(weight, whole_);
    }
    /// "; self 123, 0.57 %".
    void self(text_cursor& c, std::uint64_t weight) const {
        c.text("; self ");
        number(c, weight);
        if (weight == 0) { return; }
        c.text(", ");
        c.percent(weight, whole_);
    }
    void side(text_cursor& c, const measured& m) const {
        if (m.weight < 0) { c.text("-"); }
        number(c, magnitude(m.weight));
    }
    [[nodiscard]] double change_of(const compared& c) const noexcept {
        return options_.negate ? -tree_.change(c) : tree_.change(c);
    }
    void signed_number(text_cursor& c, double value) const {
        c.text(value < 0 ? "-" : "+");
        const double size = absolute(value) + 0.5;
        number(c, size < 9e18 ? static_cast<std::uint64_t>(size) : max_magnitude);
    }
    void signed_percent(text_cursor& c, double value) const {
        c.text(value < 0 ? "-" : "+");
        const double share = absolute(value) / change_whole_ * 10000 + 0.5;
        c.two_decimals(share < 9e18 ? static_cast<std::uint64_t>(share) : max_magnitude);
        c.text(" %");
    }
    /// "+766 samples, +3.21 %; before 1,234, after 2,000".
    void change(text_cursor& c, const compared& of) const {
        const double value = change_of(of);
        signed_number(c, value);
        if (!is_time()) {
            c.text(" ");
            c.text(unit_);
        }
        c.text(", ");
        signed_percent(c, value);
        both_sides(c, "; before ", of);
    }
    /// "; self +766, before 1,234, after 2,000".
    void self_change(text_cursor& c, const compared& of) const {
        c.text("; self ");
        signed_number(c, change_of(of));
        both_sides(c, ", before ", of);
    }

private:
    const flame_tree& tree_;
    const flamegraph_options& options_;
    std::string unit_;
    std::uint64_t whole_;
    double change_whole_ = 1;

    [[nodiscard]] bool is_scaled() const noexcept {
        return options_.factor < 1 || options_.factor > 1;
    }
    void scaled(text_cursor& c, std::uint64_t value) const {
        const double one = static_cast<double>(power_of_ten(tree_.decimals));
        const double shown = absolute(static_cast<double>(value) / one * options_.factor) * 1000;
        if (!(shown < 9e18)) { // NaN too
            c.text("more than 9,000,000,000,000,000");
            return;
        }
        c.weight(static_cast<std::uint64_t>(shown + 0.5), 3);
    }
    void both_sides(text_cursor& c, std::string_view before, const compared& of) const {
        c.text(before);
        side(c, of.before);
        c.text(", after ");
        side(c, of.after);
    }
};

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

#include <algorithm>   // std::min
#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t, std::ptrdiff_t
#include <cstdint>     // weights
#include <string>      // a name's line
#include <string_view> // settings

WICK_BEGIN_NAMESPACE
namespace detail {

/// Appends numbers in base 32, lowest digit first, 32 being added to all digits but the last.
inline char* put_base32(char* at, std::uint64_t value) noexcept {
    constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (; value >= 32; value >>= 5) { *at++ = alphabet[32 + (value & 31)]; }
    *at++ = alphabet[value];
    return at;
}

/// Writes the settings, names, attributes and nodes of a page; write_flamegraph tells their format.
template <class Sink>
class flamegraph_data_writer {
public:
    flamegraph_data_writer(text_writer<Sink>& out,
                           const flame_tree& tree,
                           const flamegraph_options& options,
                           const flamegraph_geometry& geometry,
                           const flame_colours& colours,
                           const flame_numbers& numbers)
        : out_(out)
        , tree_(tree)
        , options_(options)
        , g_(geometry)
        , colours_(colours)
        , numbers_(numbers) {}

    void write() {
        settings();
        names();
        attributes();
        nodes();
    }

private:
    text_writer<Sink>& out_;
    const flame_tree& tree_;
    const flamegraph_options& options_;
    const flamegraph_geometry& g_;
    const flame_colours& colours_;
    const flame_numbers& numbers_;

    [[nodiscard]] bool compares() const noexcept {
        return tree_.source == flame_source::comparison;
    }

    void setting(std::string_view key, std::string_view value) {
        out_.put(" data-");
        out_.put(key);
        out_.put("=\"");
        out_.put(value);
        out_.put('"');
    }
    void setting(std::string_view key, std::uint64_t value) {
        char digits[20];
        const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        setting(key, std::string_view(digits, static_cast<std::size_t>(end - digits)));
    }
    void setting(std::string_view key, int value) {
        setting(key, static_cast<std::uint64_t>(value));
    }
    void setting(std::string_view key, bool value) {
        setting(key, std::string_view(value ? "1" : "0"));
    }
    void setting(std::string_view key, const char* value) { setting(key, std::string_view(value)); }
    void setting(std::string_view key, const std::string& value) {
        setting(key, std::string_view(value));
    }
    // To twelve digits behind the point, as the standard library has no shortest form everywhere.
    void setting_real(std::string_view key, double value) {
        char text[64];
        text_cursor c{text};
        double size = absolute(value);
        if (!(size < 1e15)) { size = 1; } // NaN too
        if (value < 0) { c.text("-"); }
        const auto whole = static_cast<std::uint64_t>(size);
        c.number(whole);
        *c.at++ = '.';
        const double rest = (size - static_cast<double>(whole)) * 1e12 + 0.5;
        char digits[20];
        const char* end =
            std::to_chars(digits, digits + sizeof digits, static_cast<std::uint64_t>(rest)).ptr;
        const auto count = static_cast<std::size_t>(end - digits);
        for (std::size_t i = count; i < 12; ++i) { *c.at++ = '0'; }
        c.text(std::string_view(digits, (std::min)(count, std::size_t{12})));
        setting(key, std::string_view(text, static_cast<std::size_t>(c.at - text)));
    }

    void settings() {
        out_.put("<metadata class=\"wick-page\"");
        setting("version", 2);
        setting("source", compares() ? "comparison" : tree_.lanes() ? "timeline" : "profile");
        setting("unit", numbers_.unit());
        setting("time", numbers_.is_time());
        std::string weights; // what they are, whatever the picture calls them
        append_xml(weights, tree_.unit);
        setting("weights", weights);
        setting("counted",
                tree_.counted == counted_as::samples ? "samples"
                : tree_.counted == counted_as::calls ? "calls"
                                                     : "unknown");
        setting("decimals", tree_.decimals);
        setting("big", tree_.big);
        setting("total", tree_.total[0]);
        setting("whole", options_.total);
        setting("nodes", std::uint64_t{tree_.size()});
        setting("observed", tree_.observed);
        setting("inverted", options_.inverted);
        setting("reverse", options_.reverse && !tree_.lanes());
        setting("left", options_.truncate_left);
        setting("by-width", options_.palette == flame_palette::width);
        setting_real("factor", options_.factor);
        std::string type;
        append_xml(type, options_.name_type);
        setting("type", type);
        if (compares()) {
            setting("widths", width_word(options_.widths));
            setting("self-colours", options_.by_self);
            setting("negate", options_.negate);
            setting("tested", !tree_.verdicts.empty());
            setting_real("scale", tree_.before_scale);
        }
        lengths();
        out_.put("/>\n");
    }

    void lengths() {
        setting("width", g_.width);
        setting("fluid", options_.fluid);
        setting("side", g_.side);
        setting("top", g_.top);
        setting("foot", g_.foot);
        setting("row", g_.row);
        setting("rows", g_.rows);
        setting("baseline", g_.baseline());
        char text[32];
        text_cursor c{text};
        c.hundredths(g_.min_width);
        setting("min", std::string_view(text, static_cast<std::size_t>(c.at - text)));
    }

    // Text in elements of one class. XML parsers refuse more than some 10 MB in one: then there are
    // several, no piece being cut in two.
    class element {
    public:
        element(text_writer<Sink>& out, std::string_view name)
            : out_(out)
            , name_(name) {
            open();
        }
        void put(std::string_view piece) {
            if (size_ + piece.size() > limit && size_ != 0) {
                close();
                open();
            }
            out_.put(piece);
            size_ += piece.size();
        }
        void close() {
            out_.put("</metadata>\n");
            size_ = 0;
        }

    private:
        static constexpr std::size_t limit = 4000000;
        text_writer<Sink>& out_;
        std::string_view name_;
        std::size_t size_ = 0;

        void open() {
            out_.put("<metadata class=\"");
            out_.put(name_);
            out_.put("\">");
        }
    };

    void names() {
        element to(out_, "wick-names");
        std::string text;
        for (std::uint32_t name = 0; name < tree_.names.size(); ++name) {
            const flame_name& of = tree_.names[name];
            text = of.letter;
            text += colours_.of(of, name == 0).view();
            text += ' ';
            append_escaped(text, name == 0 ? std::string_view("all") : of.text);
            text += '\n';
            to.put(text);
        }
        to.close();
    }

    // A line is a name's number, its title, link, target, id and classes, with tabs between.
    void attributes() {
        if (options_.attributes.empty()) { return; }
        element to(out_, "wick-attributes");
        std::string text;
        for (std::uint32_t name = 1; name < tree_.names.size(); ++name) {
            const name_attributes* of = attributes_of(tree_.names[name], options_);
            if (of == nullptr) { continue; }
            text = std::to_string(name);
            for (const std::string* part :
                 {&of->title, &of->href, &of->target, &of->id, &of->classes}) {
                text += '\t';
                append_escaped(text, *part);
            }
            text += '\n';
            to.put(text);
        }
        to.close();
    }

    void nodes() {
        element to(out_, "wick-nodes");
        constexpr std::size_t node_room = 80; // five numbers of 13 digits at most
        char text[64 * node_room];
        char* at = text;
        std::uint32_t level = 0; // one more than the depth of the node before
        for (std::uint32_t i = 0; i < tree_.size(); ++i) {
            at = put_node(at, level - tree_.depth[i], i);
            level = tree_.depth[i] + 1;
            if (text + sizeof text - at >= std::ptrdiff_t{node_room}) { continue; }
            to.put(std::string_view(text, static_cast<std::size_t>(at - text)));
            at = text;
        }
        to.put(std::string_view(text, static_cast<std::size_t>(at - text)));
        to.close();
    }

    [[nodiscard]] char* put_node(char* at, std::uint64_t up, std::uint32_t i) const {
        const bool two = compares();
        const std::uint64_t first = two ? zigzag(tree_.sides[i].after.weight) : tree_.self[i];
        std::uint64_t second = 0; // of one column, the count where it is not the weight
        if (two) { second = zigzag(tree_.sides[i].before.weight); }
        const bool counted =
            !two && !tree_.count.empty() && tree_.count[i] != tree_.usual_count(tree_.self[i]);
        if (counted) { second = tree_.count[i]; }
        const bool has_second = counted || second != 0;
        at = put_base32(at, 4 * up + (has_second ? 2 : 0) + (first != 0 ? 1 : 0));
        at = put_base32(at, tree_.name[i]);
        if (first != 0) { at = put_base32(at, first); }
        if (has_second) { at = put_base32(at, second); }
        if (!tree_.verdicts.empty()) {
            at = put_base32(at,
                            static_cast<std::uint64_t>(tree_.verdicts[i]) +
                                5 * static_cast<std::uint64_t>(tree_.self_verdicts[i]));
        }
        return at;
    }

    // Small numbers of either sign as small numbers: 0, -1, 1, -2, …
    [[nodiscard]] static std::uint64_t zigzag(std::int64_t value) noexcept {
        const auto bits = static_cast<std::uint64_t>(value);
        return value < 0 ? ~(bits << 1) : bits << 1;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_script.hpp - the script of a flame graph's page.
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_HPP

// wick/detail/flamegraph_script_controls.hpp - a flame graph's script: what can be pressed.
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_CONTROLS_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_CONTROLS_HPP


#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_controls = R"js(
// ---- Controls. They exist only where the script runs.

function html(kind, given, ...inside) {
    const made = document.createElementNS(XHTML, kind);
    for (const key in given) { made.setAttribute(key, given[key]); }
    made.append(...inside);
    return made;
}
function button(text, tip, action, given) {
    const made = html("button", {type: "button", title: tip, ...given}, text);
    made.addEventListener("click", action);
    return made;
}
const foreign = name => element("foreignObject", {"class": name, width: 0, height: 0});

const field = html("input", {type: "text", placeholder: "Search", spellcheck: "false",
    autocomplete: "off", "aria-label": "Search frames"});
const literalButton = button(".*", "Regular expression", () => find({literal: !view.literal}));
const caseButton = button("Aa", "Match case", () => find({matchCase: !view.matchCase}));
const findBox = html("span", {"class": "find", role: "search"}, field, literalButton, caseButton);
const matched = html("output", {"aria-live": "polite"});
const hitBar = html("span", {"class": "hits"}, matched,
    button("\u2039", "Previous match (N)", () => nextMatch(-1), {"class": "previous"}),
    button("\u203a", "Next match (n)", () => nextMatch(1), {"class": "next"}));
const listButton = button("Functions", "All functions, or those that match",
    () => toggle("functions"), {"class": "list"});
const viewButton = button("View", "Direction, order, widths and colours", () => toggle("view"),
    {"class": "look"});
const undoButton = button("Undo", "Take back the last change (u)", undo, {"class": "undo"});
const reset = button("Reset", "Show everything again (Esc)", resetAll, {"class": "reset"});
const bar = html("div", {"class": "bar", role: "toolbar", "aria-label": "Flame graph"},
    hitBar, findBox, listButton, viewButton, undoButton, reset);
const trail = html("div", {"class": "trail", role: "navigation", "aria-label": "What is shown"});
const panel = html("div", {"class": "panel", role: "dialog"});
const menu = html("div", {"class": "menu", role: "menu"});
const toolbar = foreign("toolbar");
const trailHolder = foreign("trails");
const panelHolder = foreign("panels");
const menuHolder = foreign("menus");
toolbar.appendChild(bar);
trailHolder.appendChild(trail);

let openPanel = ""; // "functions" or "view"
let sortBy = "total";
let match = -1; // index into hitNodes

function find(to) {
    view = {...view, ...to};
    match = -1;
    update();
}

function zoom(first, stop) {
    if (first === view.first && stop === view.stop) { return; }
    change({first, stop});
}
function zoomTo(box) { zoom(box.first, box.elided ? box.stop : tree.end[box.first]); }

function resetAll() {
    const {search, literal, matchCase, inverted, safe, widths, bySelf} = view;
    change({...initial, search, literal, matchCase, inverted, safe, widths, bySelf}, true);
}

function edit(what, name) {
    if (!name || view.edits.some(known => known.what === what && known.name === name)) { return; }
    change({edits: [...view.edits, {what, name}]});
}

function copy(text) {
    const done = () => say("copied: " + text);
    const old = () => { // where the newer way is refused
        const area = html("textarea", {});
        area.value = text;
        bar.appendChild(area);
        area.select();
        document.execCommand("copy");
        area.remove();
        done();
    };
    if (navigator.clipboard) {
        navigator.clipboard.writeText(text).then(done, old);
    } else {
        old();
    }
}

// Says something below the frames. `name`, a part of it, is cut where all of it has no room.
function say(text, name = "") {
    const lines = setLines(note, text, pageWidth - 2 * side, noteLines(), name);
    facts.setAttribute("transform", "translate(0," + (lines - 1) * lineHeight + ")");
}
const noteLines = () => (pageWidth < 600 ? 5 : 3);

// ---- The match list and the table of functions.

// Leads to a node: into view where it is drawn, else zooms to where it is.
function goTo(node) {
    const inside = node >= view.first && node < view.stop;
    if (!inside || !boxes.some(box => !box.elided && box.first === node && box.width >= 3)) {
        let wide = node; // as far up as the node is still wide enough to be seen
        const needed = Number(tree.total[node]) / 12 * (pageWidth - 2 * side);
        while (wide !== 0 && Number(tree.total[tree.parent[wide]]) <= needed) {
            wide = tree.parent[wide];
        }
        zoom(wide, tree.end[wide]);
    }
    setCurrent(node);
}

function nextMatch(step) {
    if (!hitNodes.length) { return; }
    match = match < 0 ? (step > 0 ? 0 : hitNodes.length - 1)
        : (match + step + hitNodes.length) % hitNodes.length;
    goTo(hitNodes[match]);
    showMatched();
    draw(); // its text may need more room
}

function showMatched() {
    hitBar.hidden = !hits;
    if (!hits) { matched.textContent = ""; return; }
    const place = match < 0 ? "" : grouped(match + 1) + " of ";
    matched.textContent = percent(matchedWeight(), shownWeight()) + " matched, " + place +
        plural(hitNodes.length, "frame");
}

const rowLimit = 300;

function columnsOfTable() {
    const whole = shownWeight();
    const columns = [["name", "Function", row => names[row.name] || "(no name)"],
        ["total", "Total", row => percent(row.total, whole)],
        ["self", "Self", row => percent(row.self, whole)]];
    if (compares) {
        columns[1] = ["change", "\u0394 total", row => signedPercent(row.change)];
        columns[2] = ["selfChange", "\u0394 self", row => signedPercent(row.selfChange)];
    }
    columns.push(["places", "Places", row => grouped(row.places)]);
    return columns;
}

function fillFunctions() {
    const rows = functionTable().rows.filter(row => row.places && row.name !== 0 &&
        kinds[row.name] !== "g" && (!hits || hits[row.name]));
    if (compares && (sortBy === "total" || sortBy === "self")) { sortBy = "change"; }
    const size = row => Math.abs(Number(row[sortBy]));
    rankNames();
    rows.sort((a, b) => (sortBy === "name" ? 0 : size(b) - size(a)) ||
        ranks[a.name] - ranks[b.name]);
    const columns = columnsOfTable();
    const head = html("tr", {}, ...columns.map(([key, title]) => html("th", {scope: "col"},
        button(title, "Sort by this", () => { sortBy = key; fillPanel(); },
            {"aria-pressed": String(sortBy === key)}))));
    const body = html("tbody", {});
    for (const row of rows.slice(0, rowLimit)) {
        const line = html("tr", {tabindex: "0"}, ...columns.map(([key, title, text]) =>
            key === "name" ? html("td", {title: text(row)}, html("div", {}, text(row)))
                : html("td", {}, text(row))));
        line.addEventListener("click", () => visit(row.name));
        line.addEventListener("keydown", event => {
            if (event.key === "Enter") { visit(row.name); }
        });
        body.appendChild(line);
    }
    const widths = html("colgroup", {}, ...columns.map((column, i) =>
        html("col", {width: i === 0 ? "" : i === 3 ? "52" : "72"})));
    const shown = rows.length > rowLimit ? "the first " + rowLimit + " of " : "";
    panel.append(html("h2", {}, hits ? "Functions that match" : "Functions"),
        html("p", {}, shown + plural(rows.length, "function") +
            (view.first === 0 ? "" : " in what is shown") + "; recursion counts once"),
        html("div", {"class": "table"}, html("table", {}, widths, html("thead", {}, head), body)));
}

// The widest place of a function first, at the next call the next one.
let visited = {name: 0, at: -1, nodes: []};
function visit(name) {
    if (visited.name !== name || visited.tree !== tree) {
        const nodes = [];
        for (let i = 1; i < tree.count; i++) {
            if (tree.name[i] === name && tree.total[i]) { nodes.push(i); }
        }
        nodes.sort((a, b) => Number(tree.total[b]) - Number(tree.total[a]) || a - b);
        visited = {name, tree, nodes, at: -1};
    }
    if (!visited.nodes.length) { return; }
    visited.at = (visited.at + 1) % visited.nodes.length;
    goTo(visited.nodes[visited.at]);
    if (visited.nodes.length > 1) {
        say("place " + (visited.at + 1) + " of " + visited.nodes.length + ": " + note.textContent);
    }
}

// ---- What can be chosen about the view.

function choice(title, now, options, set) {
    return html("div", {"class": "row", role: "group", "aria-label": title},
        html("span", {}, title), html("span", {"class": "choice"}, ...options.map(([value, text]) =>
            button(text, title + ": " + text, () => set(value),
                {"aria-pressed": String(now === value)}))));
}

function fillView() {
    panel.append(html("h2", {}, "View"),
        choice("Root", view.inverted, [[false, "Bottom"], [true, "Top"]],
            inverted => change({inverted})));
    if (!lanes) {
        panel.append(choice("Stacks", view.reverse, [[false, "Callees"], [true, "Callers"]],
            reverse => change({reverse})));
    }
    const orders = [["name", "Name"], ["width", "Width"]];
    if (lanes) { orders.unshift(["time", "Time"]); }
    panel.append(choice("Order", view.order, orders, order => change({order})));
    if (!compares) { return; }
    panel.append(
        choice("Width", view.widths, [["both", "Both"], ["before", "Before"], ["after", "After"],
            ["difference", "Change"]], widths => change({widths})),
        choice("Colour", view.bySelf, [[false, "Total"], [true, "Self"]],
            bySelf => change({bySelf})),
        choice("Scale", view.safe, [[false, "Red, blue"], [true, "Orange, blue"]],
            safe => change({safe})));
}

function fillPanel() {
    panel.replaceChildren();
    listButton.setAttribute("aria-expanded", String(openPanel === "functions"));
    viewButton.setAttribute("aria-expanded", String(openPanel === "view"));
    if (!openPanel) { panelHolder.remove(); return; }
    panel.setAttribute("aria-label", openPanel);
    if (openPanel === "view") { fillView(); } else { fillFunctions(); }
    if (!panelHolder.parentNode) {
        panelHolder.appendChild(panel);
        root.appendChild(panelHolder);
    }
    place();
}
function toggle(name) {
    openPanel = openPanel === name ? "" : name;
    update();
}

// ---- What can be done with a frame.

function actionsOf(box) {
    const name = tree.name[box.first];
    if (box.elided) { return [["Zoom to these", "Enter", () => zoomTo(box)]]; }
    const actions = [["Zoom to this frame", "Enter", () => zoomTo(box)]];
    if (name !== 0) {
        actions.push(["Show only stacks with it", "o", () => edit("only", name)],
            ["Hide it, keep its callees", "h", () => edit("hide", name)],
            ["Remove stacks with it", "x", () => edit("remove", name)],
            ["Find all places", "f", () => find({search: texts[name], literal: true,
                matchCase: true})],
            ["Copy its name", "c", () => copy(texts[name])]);
    }
    const own = attributes.get(name);
    if (own && own.href) {
        actions.push(["Open its link", "", () => window.open(own.href, own.target || "_top")]);
    }
    return actions;
}

function closeMenu() {
    if (!menuHolder.parentNode) { return false; }
    menuHolder.remove();
    return true;
}

function openMenu(box, x, y) {
    menu.replaceChildren(html("strong", {}, box.elided ? plural(box.frames, "frame")
        : titleOf(tree.name[box.first])));
    for (const [text, key, action] of actionsOf(box)) {
        const item = html("button", {type: "button", role: "menuitem"}, html("span", {}, text),
            html("kbd", {}, key));
        item.addEventListener("click", () => { closeMenu(); action(); });
        menu.appendChild(item);
    }
    menuHolder.appendChild(menu);
    root.appendChild(menuHolder);
    const width = 240;
    menuHolder.setAttribute("width", width);
    menuHolder.setAttribute("height", 400);
    const height = menu.offsetHeight;
    menuHolder.setAttribute("height", height + 24);
    const scrolled = standalone ? window.scrollY : 0;
    const bottom = (standalone ? scrolled + window.innerHeight : y + height + 8) - 8;
    menuHolder.setAttribute("x", Math.max(0, Math.min(x, pageWidth - width - side)));
    menuHolder.setAttribute("y", Math.max(scrolled, Math.min(y, bottom - height)));
    menu.querySelector("button").focus();
}

// ---- Breadcrumbs, and what was hidden.

const editWords = {hide: "without ", remove: "no stacks with ", only: "only "};

function fillTrail() {
    trail.replaceChildren();
    if (view.first === 0 && !view.edits.length && !view.reverse) { return; }
    const path = [];
    for (let i = view.first;; i = tree.parent[i]) {
        path.push(i);
        if (i === 0) { break; }
    }
    path.reverse();
    const room = Math.max(3, Math.floor(pageWidth / 180)); // of them, on one line
    const shown = path.length > room ? [path[0], -1, ...path.slice(2 - room)] : path;
    const run = view.stop !== tree.end[view.first];
    shown.forEach((node, i) => {
        if (i > 0) { trail.append(html("span", {}, "\u203a")); }
        if (node < 0) { trail.append(html("span", {}, "\u2026")); return; }
        const here = i === shown.length - 1;
        const text = here && run ? plural(view.stop - view.first, "frame")
            : node === 0 ? "all" : titleOf(tree.name[node]);
        trail.append(button(text, text, () => zoom(node, tree.end[node]),
            here ? {"class": "here", "aria-current": "location"} : {}));
    });
    if (view.reverse) {
        trail.append(button("callers \u00d7", "Show callees again", () => change({reverse: false}),
            {"class": "chip"}));
    }
    for (const known of view.edits) {
        const name = names[known.name];
        const short = name.length > 32 ? name.slice(0, 31) + "\u2026" : name;
        const text = editWords[known.what] + short + " \u00d7";
        trail.append(button(text, "Take this back: " + editWords[known.what] + name, () => change({
            edits: view.edits.filter(other => other !== known)}), {"class": "chip"}));
    }
}
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_script_draw.hpp - a flame graph's script: layout, search, drawing.
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_DRAW_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_DRAW_HPP


#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_draw = R"js(
// ---- Layout: boxes {first, stop, row, x, width, weight, frames, elided, faded} in pixels.

function shownWeight() {
    if (view.first === 0) { return tree.total[0]; }
    let sum = weightOf(0);
    for (let i = view.first; i < view.stop; i = tree.end[i]) { sum += tree.total[i]; }
    return sum;
}

// What 100 % of the width is: more than there is, where the user said so.
function shownWidth() {
    return view.first === 0 && tree === base ? Math.max(Number(setting("whole")),
        Number(tree.total[0])) : Number(shownWeight());
}

const isGap = node => kinds[tree.name[node]] === "g";

function layOut(width, minWidth) {
    const {depth, parent, end, total, gaps} = tree;
    const boxes = [];
    const scale = width / shownWidth();
    for (let i = view.first; i !== 0;) {
        i = parent[i];
        boxes.push({first: i, stop: i + 1, row: depth[i], x: 0, width, weight: total[i],
            frames: 1, elided: false, faded: true});
    }
    const left = [];
    left[depth[view.first]] = 0;
    let rowBase = 0; // rows that earlier lanes take
    let deepest = 0; // of this lane
    let run = null;
    let gap = 0; // behind the run
    for (let i = view.first; i < view.stop;) {
        const level = depth[i];
        if (tree.lanes && level === 1 && view.first === 0) {
            rowBase += deepest;
            deepest = 0;
            left[1] = 0;
            run = null;
        }
        const row = rowBase + level;
        const x = left[level];
        const wide = Number(total[i]) * scale;
        left[level] = x + wide;
        if (gaps && isGap(i)) {
            if (wide >= minWidth) {
                run = null; // what lies far apart is not drawn together
            } else if (run && run.stop === i && run.row === row) {
                run.stop++;
                gap += wide;
            }
            i++;
            continue;
        }
        if (wide >= minWidth && total[i]) {
            left[level + 1] = x;
            deepest = Math.max(deepest, level);
            boxes.push({first: i, stop: i + 1, row, x, width: wide, weight: total[i],
                frames: 1, elided: false, faded: false});
            i++;
            continue;
        }
        if (!run || run.stop !== i || run.row !== row) {
            run = {first: i, stop: i, row, x, width: 0, weight: weightOf(0), frames: 0,
                elided: true, faded: false};
            gap = 0;
            boxes.push(run);
        }
        run.stop = end[i];
        run.width += gap + wide;
        gap = 0;
        run.weight += total[i];
        run.frames += run.stop - i;
        if (total[i]) { deepest = Math.max(deepest, level); }
        for (let k = i; gaps && k < run.stop; k++) {
            if (isGap(k)) { run.frames--; }
        }
        i = end[i];
    }
    return boxes;
}

// ---- Search: names are tried once, then nodes are looked up by name.

let hits = null; // by name: 1 when the pattern matches; null without a pattern
let hitNodes = []; // in the whole tree, in its order
let validPattern = true;

// What is no regular expression is searched for as it is.
function search() {
    hits = null;
    hitNodes = [];
    validPattern = true;
    if (view.search === "") { return; }
    const plain = view.search.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const flags = view.matchCase ? "" : "i";
    let expression;
    try {
        expression = new RegExp(view.literal ? plain : view.search, flags);
    } catch (problem) {
        expression = new RegExp(plain, flags);
        validPattern = false;
    }
    hits = Uint8Array.from(texts, (text, i) =>
        (i > 0 && kinds[i] !== "g" && expression.test(text) ? 1 : 0));
    for (let i = 1; i < tree.count; i++) {
        if (hits[tree.name[i]] && tree.total[i]) { hitNodes.push(i); }
    }
}

// The weight of the stacks shown in which something matches: each is counted at its first match.
function matchedWeight() {
    let sum = weightOf(0);
    for (let i = view.first; i < view.stop;) {
        if (hits[tree.name[i]]) {
            sum += tree.total[i];
            i = tree.end[i];
        } else {
            i++;
        }
    }
    return sum;
}

function matchesWithin(box) {
    for (let i = box.first; i < box.stop; i++) {
        if (hits[tree.name[i]]) { return true; }
    }
    return false;
}

// ---- Functions: each over all the places where it stands within what is shown.

function functionTable() {
    if (functions && functions.first === view.first && functions.stop === view.stop) {
        return functions;
    }
    const zero = weightOf(0);
    const rows = names.map((text, name) => ({name, total: zero, self: zero, places: 0, change: 0,
        selfChange: 0}));
    const active = new Uint32Array(names.length);
    const open = [];
    for (let i = view.first; i < view.stop; i++) {
        while (open.length && tree.end[open[open.length - 1]] <= i) {
            active[tree.name[open.pop()]]--;
        }
        const row = rows[tree.name[i]];
        row.places++;
        row.self += tree.self[i];
        if (compares) { row.selfChange += changeOf(tree.columns, i); }
        if (active[row.name]++ === 0) {
            row.total += tree.total[i];
            if (compares) { row.change += changeOf(tree.sums, i); }
        }
        open.push(i);
    }
    functions = {first: view.first, stop: view.stop, rows};
    return functions;
}

// ---- Drawing.

const SVG = "http://www.w3.org/2000/svg";
const XHTML = "http://www.w3.org/1999/xhtml";
const side = Number(setting("side"));
const initialTop = Number(setting("top"));
const foot = Number(setting("foot"));
const rowHeight = Number(setting("row"));
const baseline = Number(setting("baseline"));
const minWidth = Number(setting("min"));
const initialRows = Number(setting("rows"));
const cutLeft = setting("left") === "1";
const note = root.querySelector(".note");
const facts = root.querySelector(".facts"); // the rest below the frames

let boxes = [];
let noteText = ""; // of the whole picture, while no frame is pointed at
let cell = 0; // width of a letter
let pageWidth = Number(setting("width"));
let currentGroup = null; // the element of the frame that keys have led to

function element(kind, given) {
    const made = document.createElementNS(SVG, kind);
    for (const key in given) { made.setAttribute(key, given[key]); }
    return made;
}

function label(box) {
    const room = Math.floor((box.width - 6) / cell);
    if (room < 3) { return ""; }
    if (box.elided) {
        const text = grouped(box.frames) + " elided";
        return text.length <= room ? text : "";
    }
    const text = names[tree.name[box.first]];
    if (text.length <= room) { return text; }
    // Not through the middle of a character that is two units long.
    if (cutLeft) { return "\u2026" + text.slice(1 - room).replace(/^[\udc00-\udfff]/, ""); }
    return text.slice(0, room - 1).replace(/[\ud800-\udbff]$/, "") + "\u2026";
}

// The square of the shade is by a frame's share of the whole: as the static picture has it.
function widthClass(box) {
    const whole = Math.max(Number(setting("whole")), Number(base.total[0]));
    const share = Number(box.weight) / whole * 256;
    let level = 0;
    while (level < 15 && share >= (level + 1) ** 2) { level++; }
    return "W" + level.toString(16);
}

function classOf(box) {
    let list = box.elided ? "elided" : compares ? changeClass(box.first)
        : classes[tree.name[box.first]];
    if (byWidth && list[0] === "W") { list = widthClass(box); }
    const own = box.elided ? null : attributes.get(tree.name[box.first]);
    if (own && own.style) { list += " " + own.style; }
    if (box.faded) { list += " faded"; }
    if (hits && !box.elided && hits[tree.name[box.first]]) { list += " match"; }
    if (hits && box.elided && matchesWithin(box)) { list += " within"; }
    return list;
}

// There are thousands: copies are made faster than new elements.
const plainBox = element("g", {});
plainBox.appendChild(element("rect", {height: rowHeight - 1}));
const plainText = element("text", {});

function drawBox(box, index, rows) {
    const y = (view.inverted ? box.row : rows - 1 - box.row) * rowHeight;
    const group = plainBox.cloneNode(true);
    const shape = group.firstChild;
    group.setAttribute("class", classOf(box));
    group.wickBox = index;
    const own = box.elided ? null : attributes.get(tree.name[box.first]);
    let inside = group;
    if (own && own.id) { group.id = own.id; }
    if (own && own.href) {
        inside = element("a", {href: own.href, target: own.target || "_top"});
        inside.appendChild(shape);
        group.appendChild(inside);
    }
    // Neighbours are told apart by a gap, which frames of a pixel or two cannot spare.
    const wide = box.width >= 3 ? box.width - 0.5 : box.width;
    shape.setAttribute("x", box.x.toFixed(2));
    shape.setAttribute("y", y);
    shape.setAttribute("width", wide.toFixed(2));
    if (compares && !box.elided && isGone(box.first)) {
        const hatch = shape.cloneNode();
        hatch.setAttribute("class", "hatch");
        inside.appendChild(hatch);
    }
    const text = label(box);
    if (text) {
        const line = plainText.cloneNode();
        line.setAttribute("x", (box.x + 3).toFixed(2));
        line.setAttribute("y", y + baseline);
        line.textContent = text;
        if (/[^ -~\u2026]/.test(text)) { line.wickFit = box.width - 6; }
        inside.appendChild(line);
    }
    return group;
}

// Letters from other fonts may be wider than a cell: such labels are measured and squeezed.
function squeeze() {
    const lines = Array.from(frames.querySelectorAll("text")).filter(line => line.wickFit);
    const widths = lines.map(line => line.getComputedTextLength());
    lines.forEach((line, i) => {
        if (widths[i] > line.wickFit) {
            line.setAttribute("textLength", line.wickFit.toFixed(2));
            line.setAttribute("lengthAdjust", "spacingAndGlyphs");
        }
    });
}

function summary(all) {
    let blocks = 0;
    let elided = 0;
    let weightless = 0;
    let elidedWeight = weightOf(0);
    for (const box of all) {
        if (!box.elided) { continue; }
        if (!box.weight) { weightless += box.frames; continue; }
        blocks++;
        elided += box.frames;
        elidedWeight += box.weight;
    }
    let rest = "";
    if (weightless) { rest = ", " + grouped(weightless) + " without weight not at all"; }
    if (elided === 0) { return (rest ? "every other" : "every") + " frame is drawn" + rest; }
    return plural(elided, "frame") + " narrower than " + setting("min") + " px (" +
        percent(elidedWeight, shownWidth()) + (elided === 1 ? ") is" : ") are") + " drawn as " +
        plural(blocks, "elided block") + rest + "; click a block to see into it";
}
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_script_model.hpp - a flame graph's script: the data, in numbers and words.
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_MODEL_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_MODEL_HPP


#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_model = R"js(
"use strict";
(() => {
const script = document.currentScript;
const root = script ? script.closest("svg") : document.documentElement;
const frames = root.querySelector(".frames");
const page = root.querySelector(".wick-page");
if (!frames || !page) { return; } // nothing to show: the file says so

// ---- The profile as the file has it: arrays by node, in preorder; never changed after reading.

const setting = name => page.getAttribute("data-" + name);
const decimals = Number(setting("decimals"));
const unit = setting("unit");
const factor = Number(setting("factor"));
const isTime = setting("time") === "1";
const compares = setting("source") === "comparison";
const lanes = setting("source") === "timeline";
const tested = setting("tested") === "1";
const observed = setting("observed") === "1";
const beforeScale = compares ? Number(setting("scale")) : 1;
const negate = setting("negate") === "1";
const byWidth = setting("by-width") === "1";
// Doubles hold integers below 2^53. Where a sum may be greater, all weights are big integers.
const big = setting("big") === "1";
const weightOf = big ? BigInt : Number;
const Weights = big ? BigInt64Array : Float64Array;
const magnitude = weight => (weight < 0 ? -weight : weight);

const names = []; // by name: what is shown
const texts = []; // by name: what is searched, with the suffix of its kind
const kinds = []; // by name: the letter of its kind
const classes = []; // by name: the CSS class of its colour
const attributes = new Map(); // by name, where there are any

const suffixes = {k: "_[k]", i: "_[i]", j: "_[j]", w: "_[w]"};
const words = {k: " [kernel]", i: " [inlined]", j: " [jit]", p: " [process]", t: " [thread]",
    l: " [label]", w: " [waker]"};

function visible(escape, code) {
    if (code === "\\") { return code; }
    const byte = parseInt(code.slice(1), 16);
    if (byte < 0x20) { return String.fromCharCode(0x2400 + byte); }
    return byte === 0x7f ? "\u2421" : "\ufffd";
}
const unescaped = text => text.replace(/\\(\\|x[0-9a-f]{2})/g, visible);

// What is too much for one element is in several.
const textOf = name => Array.from(root.querySelectorAll(name), part => part.textContent).join("");

// A line is the kind and the CSS class, a blank, and the name.
function readNames() {
    const lines = textOf(".wick-names").split("\n");
    lines.pop(); // each line ends in a line feed
    for (const line of lines) {
        const blank = line.indexOf(" ");
        const plain = unescaped(line.slice(blank + 1));
        names.push(plain);
        texts.push(plain + (suffixes[line[0]] || ""));
        classes.push(line.slice(1, blank));
        kinds.push(line[0]);
    }
    for (const line of textOf(".wick-attributes").split("\n")) {
        const [index, title, href, target, id, style] = line.split("\t").map(unescaped);
        if (index) { attributes.set(Number(index), {title, href, target, id, style}); }
    }
}

// Columns are the own weights of nodes; of a comparison, those after and those before.
function newTree(count) {
    const columns = [new Weights(count)];
    if (compares) { columns.push(new Weights(count)); }
    return {count, name: new Uint32Array(count), depth: new Uint32Array(count),
        parent: new Uint32Array(count), end: new Uint32Array(count), columns,
        counts: observed ? new Float64Array(count) : null,
        verdicts: tested ? new Uint8Array(count) : null, lanes: false, gaps: false};
}

// A node is: four times the number of levels that it goes up, plus one with a first number, plus
// two with a second one; its name; those numbers. Numbers are in base 32, lowest digit first, with
// 32 added to all digits but the last.
function readNodes() {
    const tree = newTree(Number(setting("nodes")));
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const digits = new Uint8Array(128);
    for (let i = 0; i < 64; i++) { digits[alphabet.charCodeAt(i)] = i; }
    let text = "";
    let at = 0;
    const number = () => {
        let value = 0;
        for (let scale = 1;; scale *= 32) {
            const digit = digits[text.charCodeAt(at++)];
            if (digit < 32) { return value + digit * scale; }
            value += (digit - 32) * scale;
        }
    };
    const bigNumber = () => {
        let value = 0n;
        for (let shift = 0n;; shift += 5n) {
            const digit = digits[text.charCodeAt(at++)];
            value += BigInt(digit & 31) << shift;
            if (digit < 32) { return value; }
        }
    };
    const plain = big ? bigNumber : number;
    const signed = () => { // 0, -1, 1, -2, …
        const value = plain();
        if (big) { return value & 1n ? -((value + 1n) / 2n) : value / 2n; }
        return value % 2 ? -(value + 1) / 2 : value / 2;
    };
    const weight = compares ? signed : plain;
    const {name, depth, parent, columns, counts, verdicts} = tree;
    const path = [];
    let level = -1;
    let node = 0;
    for (const part of root.querySelectorAll(".wick-nodes")) {
        text = part.textContent;
        for (at = 0; at < text.length && node < tree.count; node++) {
            const head = number();
            level += 1 - Math.floor(head / 4);
            name[node] = number();
            if (head & 1) { columns[0][node] = weight(); }
            if (head & 2 && compares) { columns[1][node] = weight(); }
            if (!compares) {
                const count = head & 2 ? Number(plain())
                    : Math.floor(Number(columns[0][node]) / 10 ** decimals + 0.5);
                if (counts) { counts[node] = count; }
            }
            if (verdicts) { verdicts[node] = number(); }
            depth[node] = level;
            parent[node] = level > 0 ? path[level - 1] : 0;
            path[level] = node;
        }
    }
    tree.lanes = lanes;
    tree.gaps = kinds.includes("g");
    return summed(tree);
}

// Fills in what follows from the own weights and the shape.
function summed(tree) {
    const {count, parent, end, columns, counts} = tree;
    tree.sums = columns.map(column => column.slice());
    tree.allCounts = counts ? counts.slice() : null;
    for (let i = count; i-- > 0;) {
        end[i] = Math.max(end[i], i + 1);
        if (i === 0) { break; }
        const above = parent[i];
        for (const sums of tree.sums) { sums[above] += sums[i]; }
        if (counts) { tree.allCounts[above] += tree.allCounts[i]; }
        end[above] = Math.max(end[above], end[i]);
    }
    if (tree.lanes) { tree.sums[0][0] = weightOf(setting("total")); } // below one another
    return tree;
}

// Gives nodes their width: `self` and `total`, never negative.
function widen(tree, widths) {
    const [after, before] = tree.columns;
    if (!compares) {
        tree.self = after;
        tree.total = tree.sums[0];
        return tree;
    }
    const zero = weightOf(0);
    const positive = weight => (weight > 0 ? weight : zero);
    const difference = (a, b) => magnitude(beforeScale === 1 ? a - b
        : weightOf(Math.round(Number(a) - Number(b) * beforeScale)));
    const width = {both: (a, b) => positive(a) + positive(b), before: (a, b) => positive(b),
        after: a => positive(a), difference}[widths];
    tree.self = after.map((weight, i) => width(weight, before[i]));
    tree.total = tree.self.slice();
    for (let i = tree.count; i-- > 1;) { tree.total[tree.parent[i]] += tree.total[i]; }
    return tree;
}

// ---- Numbers as text: as the static picture writes them.

function grouped(digits) { return String(digits).replace(/\B(?=(\d{3})+$)/g, ","); }

function fixedPoint(weight, places) {
    let digits = String(weight);
    let fraction = "";
    if (places > 0) {
        digits = digits.padStart(places + 1, "0");
        fraction = digits.slice(-places).replace(/0+$/, "");
        digits = digits.slice(0, -places);
    }
    return grouped(digits) + (fraction ? "." + fraction : "");
}

function time(weight) {
    const value = Number(weight);
    if (value < 1000) { return value + " ns"; }
    const [one, sign] = value >= 1e9 ? [1e6, " s"] : value >= 1e6 ? [1000, " ms"] : [1, " \u00b5s"];
    return fixedPoint(Math.floor((value + Math.floor(one / 2)) / one), 3) + sign;
}

// A weight without its unit, unless it is a time.
function amount(weight) {
    if (isTime) { return time(weight); }
    if (factor === 1) { return fixedPoint(weight, decimals); }
    const shown = Math.abs(Number(weight) / 10 ** decimals * factor) * 1000;
    return shown < 9e18 ? fixedPoint(BigInt(Math.floor(shown + 0.5)), 3)
        : "more than 9,000,000,000,000,000";
}

function amountOfUnit(weight) {
    const text = amount(weight);
    if (isTime) { return text; }
    return text + " " + (text === "1" && factor === 1 ? unit.replace(/s$/, "") : unit);
}

function percent(part, whole) {
    if (!whole) { return "0.00 %"; }
    return (Number(part) * 100 / Number(whole)).toFixed(2) + " %";
}

function sized(weight) { return (weight < 0 ? "-" : "") + amount(magnitude(weight)); }

function plural(number, noun) { return grouped(number) + " " + noun + (number === 1 ? "" : "s"); }

// Wilson's interval of a share, at 95 %.
function interval(part, whole) {
    const z = 1.959963984540054;
    const p = part / whole;
    const centre = p + z * z / (2 * whole);
    const spread = z * Math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole));
    const all = 1 + z * z / whole;
    const fixed = share => (Math.floor(share * 10000 + 0.5) / 100).toFixed(2);
    return fixed(Math.max(0, (centre - spread) / all)) + " to " +
        fixed(Math.min(1, (centre + spread) / all)) + " %";
}

readNames();
const base = readNodes();
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_script_page.hpp - a flame graph's script: all together.
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_PAGE_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_PAGE_HPP


#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_page = R"js(
// ---- Putting it together.

// The picture that was there goes before anything is measured: it would be laid out for nothing.
frames.replaceChildren();
const standalone = root === document.documentElement;
const footer = root.querySelector(".footer");
const [titleLine, subtitleLine] = root.querySelectorAll("text.title,.subtitle");
const titleText = titleLine.textContent;
const subtitleText = subtitleLine.textContent;
const subtitlePlace = Number(subtitleLine.getAttribute("y"));
const heading = Math.max(widthOf(titleLine, titleText), widthOf(subtitleLine, subtitleText));
const about = facts.querySelector(".about");
const aboutText = about ? about.textContent : "";
let top = initialTop;
let barTop = 14;

// Breaks the title's lines where the window is narrower; returns what they take more than usual.
function placeHeading(room) {
    const more = (setLines(titleLine, titleText, room, 3) - 1) * 26.6;
    subtitleLine.setAttribute("y", subtitlePlace + more);
    return more + (setLines(subtitleLine, subtitleText, room, 3) - 1) * lineHeight;
}

// Puts what stands below the note beside one another, as far as there is room; returns how much
// height it takes beyond one line.
function placeFacts(room) {
    let x = 0;
    let row = 0;
    const next = width => {
        if (x > 0 && x + width > room) { x = 0; row++; }
    };
    for (const key of facts.querySelectorAll(".key")) {
        const width = key.getBBox().width;
        next(width);
        key.setAttribute("transform", "translate(" + x + "," + row * 20 + ")");
        x += width + 18;
    }
    if (!about) { return row * 20; }
    next(widthOf(about, aboutText));
    about.setAttribute("x", x);
    about.setAttribute("y", 44 + row * 20);
    return row * 20 + (setLines(about, aboutText, room - x, 5) - 1) * lineHeight;
}

// Where the controls are, beside the title or below it, and how much room they leave.
function arrange() {
    const room = pageWidth - 2 * side;
    toolbar.setAttribute("width", 2000); // in one row, to be measured
    toolbar.setAttribute("height", 40);
    bar.classList.remove("stacked");
    const wanted = Array.from(bar.children).reduce((sum, child) =>
        sum + (child.offsetWidth ? child.offsetWidth + 8 : 0), 0);
    const beside = wanted + heading + 24 <= room;
    bar.classList.toggle("stacked", !beside);
    const width = beside ? wanted + 4 : room;
    toolbar.setAttribute("width", width);
    const more = placeHeading(beside ? Infinity : room);
    const height = beside ? 32 : bar.offsetHeight;
    toolbar.setAttribute("height", height + 4);
    toolbar.setAttribute("x", beside ? pageWidth - side - width : side);
    barTop = beside ? 14 : initialTop - 4 + more;
    top = beside ? initialTop : initialTop + height + 6 + more;
    if (trail.firstChild) {
        root.insertBefore(trailHolder, toolbar);
    } else {
        trailHolder.remove();
    }
    trailHolder.setAttribute("x", side - 6);
    trailHolder.setAttribute("y", top - 5);
    trailHolder.setAttribute("width", room + 12);
    trailHolder.setAttribute("height", 300);
    const trailHeight = trail.firstChild ? trail.offsetHeight : 0;
    trailHolder.setAttribute("height", trailHeight);
    top += trailHeight ? trailHeight + 4 : 0;
    place();
}

// The controls stay where the reader is.
function place() {
    const scrolled = standalone ? window.scrollY : 0;
    toolbar.setAttribute("y", Math.max(barTop, scrolled + 6));
    bar.classList.toggle("floating", scrolled + 6 > barTop);
    const width = Math.min(openPanel === "view" ? 330 : Math.max(430, pageWidth * 0.45), 640,
        pageWidth - 2 * side);
    const y = Math.max(top, scrolled + 44);
    panelHolder.setAttribute("x", pageWidth - side - width);
    panelHolder.setAttribute("y", y);
    panelHolder.setAttribute("width", width);
    const bottom = standalone ? scrolled + window.innerHeight - 12 : y + 420;
    panelHolder.setAttribute("height", Math.max(160, Math.min(520, bottom - y)));
}

function draw() {
    root.classList.toggle("safe", view.safe);
    pageWidth = setting("fluid") === "1" ? Math.max(root.getBoundingClientRect().width, 200)
        : Number(setting("width"));
    arrange();
    const all = layOut(pageWidth - 2 * side, minWidth);
    boxes = all.filter(box => box.weight);
    let rows = tree === base && view.first === 0 ? initialRows : 1;
    for (const box of boxes) { rows = Math.max(rows, box.row + 1); }
    let height = top + rows * rowHeight + foot + placeFacts(pageWidth - 2 * side) +
        (noteLines() - 1) * lineHeight;
    footer.setAttribute("transform", "translate(" + side + "," + (top + rows * rowHeight) + ")");
    frames.setAttribute("transform", "translate(" + side + "," + top + ")");
    if (openPanel) { height = Math.max(height, top + (openPanel === "view" ? 270 : 440)); }
    if (standalone) { height = Math.max(height, window.innerHeight); } // room for menus
    root.setAttribute("height", height);
    root.setAttribute("viewBox", "0 0 " + pageWidth + " " + height);
    root.querySelector(".paper").setAttribute("height", height);
    root.querySelector(".paper").setAttribute("width", pageWidth);
    const made = document.createDocumentFragment();
    boxes.forEach((box, index) => made.appendChild(drawBox(box, index, rows)));
    frames.replaceChildren(made);
    pointed = null;
    squeeze();
    noteText = tree.total[0] ? summary(all) : "nothing is left to show";
    say(noteText);
    markCurrent();
}

let saved = ""; // the address' view as this page wrote it
let saving = 0;
function save() {
    const state = toHash();
    if (state === saved) { return; }
    saved = state;
    try {
        history.replaceState(null, "", state ? "#" + state : location.pathname + location.search);
    } catch (problem) {
        location.hash = state; // some browsers refuse the other way for files
    }
}

function update() {
    search();
    fillTrail();
    literalButton.setAttribute("aria-pressed", String(!view.literal));
    caseButton.setAttribute("aria-pressed", String(view.matchCase));
    if (field.value !== view.search) { field.value = view.search; }
    findBox.classList.toggle("wrong", !validPattern);
    field.title = validPattern ? "" : "not a regular expression: searched for as it is";
    undoButton.hidden = !past.length;
    reset.hidden = view.first === 0 && !view.edits.length && view.reverse === initial.reverse &&
        view.order === initial.order;
    showMatched();
    closeMenu();
    draw();
    fillPanel();
    clearTimeout(saving);
    saving = setTimeout(save, 120);
}

// ---- The frame that keys have led to. It alone is described to assistive technology.

function markCurrent() {
    currentGroup = null;
    frames.removeAttribute("aria-activedescendant");
    if (current < 0) { return; }
    const index = boxes.findIndex(box => current >= box.first && current < box.stop &&
        (box.elided || box.first === current));
    if (index < 0) { return; }
    const box = boxes[index];
    currentGroup = frames.children[index];
    currentGroup.classList.add("current");
    currentGroup.setAttribute("role", "treeitem");
    if (!currentGroup.id) { currentGroup.id = "wick-current"; }
    currentGroup.setAttribute("aria-label", tell(box).join("; "));
    currentGroup.setAttribute("aria-level", tree.depth[box.first] + 1);
    frames.setAttribute("aria-activedescendant", currentGroup.id);
}

function tell(box) {
    const lines = describe(box);
    say(lines.join("; "), box.elided ? "" : titleOf(tree.name[box.first]));
    return lines;
}

function setCurrent(node) {
    if (currentGroup) {
        currentGroup.classList.remove("current");
        if (currentGroup.id === "wick-current") { currentGroup.removeAttribute("id"); }
    }
    current = node;
    pointed = null;
    markCurrent();
    if (currentGroup) { currentGroup.scrollIntoView({block: "nearest"}); }
}

// Returns the box beside another one: up, down, left or right of it as it is drawn.
function neighbour(from, key) {
    const sideways = {ArrowLeft: -1, ArrowRight: 1}[key];
    if (sideways) {
        const row = boxes.filter(box => box.row === from.row).sort((a, b) => a.x - b.x);
        return row[row.indexOf(from) + sideways];
    }
    const step = (key === "ArrowUp") === view.inverted ? -1 : 1;
    let best = null;
    for (const box of boxes) {
        if (box.row !== from.row + step) { continue; }
        const overlap = Math.min(box.x + box.width, from.x + from.width) - Math.max(box.x, from.x);
        if (overlap <= 0) { continue; }
        if (!best || (step < 0 ? overlap > 0 : box.width > best.width)) { best = box; }
    }
    return best;
}

function boxAt(event) {
    const group = event.target.closest ? event.target.closest(".frames > g") : null;
    return group ? {group, box: boxes[group.wickBox]} : null;
}

let pointed = null; // the box under the pointer, where it has moved since keys led anywhere
const currentBox = () => pointed || (currentGroup ? boxes[currentGroup.wickBox] : null);

// Keys that work while no control has the keyboard. Returns whether one was meant.
function pressed(event) {
    const box = currentBox();
    if (event.key.startsWith("Arrow")) {
        const from = currentGroup ? boxes[currentGroup.wickBox] : null;
        const start = boxes.find(other => other.first === view.first) || boxes[0];
        const to = from ? neighbour(from, event.key) : start;
        frames.focus({preventScroll: true});
        if (to) { setCurrent(to.first); }
        return true;
    }
    if (event.key === "Home") { setCurrent(view.first); return true; }
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
        if (!currentGroup) { return false; }
        const at = currentGroup.getBoundingClientRect();
        const origin = root.getBoundingClientRect();
        openMenu(box, at.x - origin.x + 8, at.y - origin.y + rowHeight);
        return true;
    }
    if (event.key === "n" || event.key === "N") {
        nextMatch(event.key === "n" ? 1 : -1);
        return true;
    }
    if (event.key === "u" || event.key === "Backspace") { undo(); return true; }
    const action = box && actionsOf(box).find(known => known[1] === event.key);
    if (!action) { return false; }
    action[2]();
    return true;
}

function escaped() {
    if (closeMenu()) { return; }
    if (openPanel) {
        toggle(openPanel);
    } else if (view.search !== "") {
        find({search: ""});
    } else if (!reset.hidden) {
        resetAll();
    } else {
        setCurrent(-1);
        say(noteText);
    }
}

function keyed(event) {
    const control = event.ctrlKey || event.metaKey;
    const focus = document.activeElement;
    const typing = focus === field;
    if (event.key === "F3" || (control && event.key === "f") || (event.key === "/" && !typing)) {
        if (typing) { return; } // asked again from within, the browser's own search opens
        event.preventDefault();
        field.focus();
        field.select();
    } else if (event.key === "Escape") {
        escaped();
    } else if (typing) {
        if (event.key === "Enter") { nextMatch(event.shiftKey ? -1 : 1); }
    } else if (control && event.key === "z") {
        event.preventDefault();
        undo();
    } else if (menu.contains(focus) && event.key.startsWith("Arrow")) {
        const items = Array.from(menu.querySelectorAll("button"));
        const step = event.key === "ArrowDown" ? 1 : items.length - 1;
        items[(items.indexOf(focus) + step) % items.length].focus();
        event.preventDefault();
    } else if (!control && !event.altKey && !bar.contains(focus) && !panel.contains(focus) &&
               !menu.contains(focus) && !trail.contains(focus)) {
        if (pressed(event)) { event.preventDefault(); }
    }
}

function listen() {
    field.addEventListener("input", () => find({search: field.value}));
    frames.addEventListener("click", event => {
        const at = boxAt(event);
        if (closeMenu() || !at) { return; }
        if (event.target.closest("a")) {
            if (!event.ctrlKey && !event.metaKey) { return; } // the link is followed
            event.preventDefault();
        }
        zoomTo(at.box);
    });
    frames.addEventListener("contextmenu", event => {
        const at = boxAt(event);
        if (!at) { return; }
        event.preventDefault();
        const origin = root.getBoundingClientRect();
        openMenu(at.box, event.clientX - origin.x, event.clientY - origin.y);
    });
    frames.addEventListener("pointerover", event => {
        const at = boxAt(event);
        if (!at) { return; }
        pointed = at.box;
        const lines = tell(at.box);
        // Tooltips are made when they are needed: most never are.
        if (!at.group.querySelector("title")) {
            const tip = element("title");
            tip.textContent = lines.join("\n");
            at.group.prepend(tip);
        }
    });
    frames.addEventListener("pointerleave", () => { pointed = null; say(noteText); });
    window.addEventListener("pointerdown", event => {
        if (!menu.contains(event.target)) { closeMenu(); }
    });
    window.addEventListener("keydown", keyed);
    window.addEventListener("hashchange", () => {
        if (location.hash.slice(1) === saved) { return; }
        past.push(view);
        fromHash(location.hash.slice(1));
        update();
    });
    if (standalone) { window.addEventListener("scroll", place, {passive: true}); }
    let asked = 0;
    window.addEventListener("resize", () => {
        cancelAnimationFrame(asked);
        asked = requestAnimationFrame(draw);
    });
}

function letterWidth() {
    const probe = element("text", {visibility: "hidden"});
    probe.textContent = "0123456789".repeat(10);
    frames.appendChild(probe);
    const width = probe.getComputedTextLength() / 100;
    probe.remove();
    return width || 7.3;
}

cell = letterWidth();
root.appendChild(toolbar);
root.classList.add("live");
frames.setAttribute("tabindex", "0");
frames.setAttribute("role", "tree");
frames.setAttribute("aria-label", "Frames; arrow keys lead from one to the next");
note.setAttribute("role", "status");
if (setting("fluid") === "1") { root.setAttribute("width", "100%"); }
listen();
fromHash(location.hash.slice(1));
saved = toHash();
update();
})();
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_script_view.hpp - a flame graph's script: what the reader asked for.
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_VIEW_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_VIEW_HPP


#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_view = R"js(
// ---- The view: what the reader has asked for. Drawing depends on it and the window alone.

const fileOrder = lanes ? "time" : "name";
const initial = {
    first: 0, // the nodes from `first` to `stop` fill the width: one with all below it, or a run
    stop: base.count,
    search: "", // the pattern, as typed
    literal: false,
    matchCase: false,
    inverted: setting("inverted") === "1",
    reverse: setting("reverse") === "1",
    order: fileOrder, // of siblings: name, width or time
    widths: setting("widths") || "", // of comparisons: both, before, after or difference
    bySelf: setting("self-colours") === "1",
    safe: root.classList.contains("safe"),
    edits: [], // {what: "hide", "remove" or "only", name}, in the order in which they were made
};
let view = {...initial};
const past = []; // earlier views, for undo

// ---- Trees made from the file's: reversed, sorted, without some frames.

// Collects stacks into a tree: child() finds or makes a node by its parent and its name.
function collector(capacity) {
    let room = Math.max(capacity, 1024);
    let slots = new Int32Array(4096);
    const made = {size: 1, parent: new Int32Array(room), name: new Int32Array(room)};
    const slotOf = (parent, name) => {
        let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(name + 1, 0x85ebca6b);
        hash ^= hash >>> 15;
        return Math.imul(hash, 0x2c1b3c6d) >>> 8;
    };
    const grow = () => {
        room *= 2;
        for (const key of ["parent", "name"]) {
            const larger = new Int32Array(room);
            larger.set(made[key]);
            made[key] = larger;
        }
    };
    const rehash = () => {
        slots = new Int32Array(slots.length * 4);
        for (let i = 1; i < made.size; i++) {
            let at = slotOf(made.parent[i], made.name[i]) & (slots.length - 1);
            while (slots[at]) { at = (at + 1) & (slots.length - 1); }
            slots[at] = i;
        }
    };
    made.child = (parent, name) => {
        let at = slotOf(parent, name) & (slots.length - 1);
        for (; slots[at]; at = (at + 1) & (slots.length - 1)) {
            const known = slots[at];
            if (made.parent[known] === parent && made.name[known] === name) { return known; }
        }
        if (made.size === room) { grow(); }
        const id = made.size++;
        made.parent[id] = parent;
        made.name[id] = name;
        slots[at] = id;
        if (made.size * 2 > slots.length) { rehash(); }
        return id;
    };
    return made;
}

// What the edits make of each name, and which bit says that a stack has passed one of `only`.
function editsByName() {
    const hidden = new Uint8Array(names.length);
    const removed = new Uint8Array(names.length);
    const bits = new Uint32Array(names.length);
    let wanted = 0;
    for (const {what, name} of view.edits) {
        if (what === "hide") { hidden[name] = 1; }
        if (what === "remove") { removed[name] = 1; }
        if (what === "only" && !bits[name] && wanted < 0x3fffffff) {
            bits[name] = wanted + 1;
            wanted = wanted * 2 + 1;
        }
    }
    kinds.forEach((kind, name) => { if (kind === "g") { hidden[name] = 1; } });
    return {hidden, removed, bits, wanted};
}

function rebuilt() {
    const {hidden, removed, bits, wanted} = editsByName();
    const {count, name, parent, columns, end} = base;
    const made = collector(count);
    const to = new Int32Array(count); // the node that a node's weight goes to
    const passed = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
        to[i] = -1;
        if (i > 0 && removed[name[i]]) {
            to.fill(-1, i, end[i]);
            i = end[i] - 1;
            continue;
        }
        passed[i] = i > 0 ? passed[parent[i]] | bits[name[i]] : 0;
        if (passed[i] !== wanted) { continue; }
        if (view.reverse) {
            if (columns.every(column => !column[i])) { continue; }
            let node = 0;
            for (let at = i; at !== 0; at = parent[at]) {
                if (!hidden[name[at]]) { node = made.child(node, name[at]); }
            }
            to[i] = node;
            continue;
        }
        // The way to the first node of a stack that is kept is made with it.
        const above = i === 0 ? 0 : to[parent[i]];
        if (above >= 0) {
            to[i] = i === 0 || hidden[name[i]] ? above : made.child(above, name[i]);
            continue;
        }
        const way = [];
        for (let at = i; at !== 0; at = parent[at]) {
            if (!hidden[name[at]]) { way.push(name[at]); }
        }
        to[i] = way.reduceRight((node, step) => made.child(node, step), 0);
    }
    return {made, to};
}

let ranks = null; // of names by their texts
function rankNames() {
    if (ranks) { return; }
    const order = texts.map((text, i) => i);
    order.sort((a, b) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : a - b));
    ranks = new Uint32Array(order.length);
    order.forEach((name, rank) => { ranks[name] = rank; });
}

// Puts collected nodes into preorder, siblings as the view has them.
function arranged({made, to}) {
    const size = made.size;
    const tree = newTree(size);
    const gathered = tree.columns.map(() => new Weights(size));
    const counts = tree.counts ? new Float64Array(size) : null;
    // What was tested is about stacks as they were.
    const whole = view.edits.length === 0 && !view.reverse;
    if (!whole) { tree.verdicts = null; }
    const verdicts = tree.verdicts ? new Uint8Array(size) : null;
    for (let i = 0; i < base.count; i++) {
        if (to[i] < 0) { continue; }
        gathered.forEach((column, k) => { column[to[i]] += base.columns[k][i]; });
        if (counts) { counts[to[i]] += base.counts[i]; }
        if (verdicts) { verdicts[to[i]] = base.verdicts[i]; }
    }
    rankNames();
    let weight = null;
    if (view.order === "width") { // parents were made before their children
        const probe = {count: size, parent: made.parent, columns: gathered,
            sums: gathered.map(column => column.slice())};
        for (let i = size; i-- > 1;) {
            for (const sums of probe.sums) { sums[made.parent[i]] += sums[i]; }
        }
        weight = widen(probe, view.widths).total;
    }
    const byName = (a, b) => ranks[made.name[a]] - ranks[made.name[b]];
    const order = weight ? (a, b) => (weight[a] > weight[b] ? -1 : weight[a] < weight[b] ? 1
        : byName(a, b)) : byName;
    const begin = new Uint32Array(size + 1); // of a node's children in `children`
    for (let i = 1; i < size; i++) { begin[made.parent[i] + 1]++; }
    for (let i = 0; i < size; i++) { begin[i + 1] += begin[i]; }
    const next = begin.slice();
    const children = new Uint32Array(size);
    for (let i = 1; i < size; i++) { children[next[made.parent[i]]++] = i; }
    const place = new Uint32Array(size);
    const open = [0];
    for (let node = 0; open.length; node++) {
        const id = open.pop();
        place[id] = node;
        tree.name[node] = made.name[id];
        if (node > 0) {
            tree.parent[node] = place[made.parent[id]];
            tree.depth[node] = tree.depth[tree.parent[node]] + 1;
        }
        tree.columns.forEach((column, k) => { column[node] = gathered[k][id]; });
        if (counts) { tree.counts[node] = counts[id]; }
        if (verdicts) { tree.verdicts[node] = verdicts[id]; }
        const below = children.subarray(begin[id], begin[id + 1]);
        if (below.length > 1) { below.sort(order); }
        for (let k = below.length; k-- > 0;) { open.push(below[k]); }
    }
    return summed(tree);
}

let tree = base; // what the view shows
let madeFor = ""; // of which edits, order and direction it is
let functions = null; // its table by function, when it was asked for
let current = -1; // the node that keys have led to

function derive() {
    const wanted = JSON.stringify([view.edits, view.reverse, view.order,
        view.order === "width" ? view.widths : ""]);
    const asFile = !view.edits.length && !view.reverse && view.order === fileOrder;
    if (wanted !== madeFor) {
        tree = asFile ? base : arranged(rebuilt());
        current = -1;
    }
    madeFor = wanted;
    functions = null;
    widen(tree, view.widths);
}

// The names from the root to a node, and the node that they lead to in another tree.
function pathTo(node) {
    const path = [];
    for (; node !== 0; node = tree.parent[node]) { path.push(tree.name[node]); }
    return path.reverse();
}
function nodeAt(path) {
    let node = 0;
    for (const step of path) {
        let child = node + 1;
        while (child < tree.end[node] && tree.name[child] !== step) { child = tree.end[child]; }
        if (child >= tree.end[node]) { return view.edits.length ? node : 0; }
        node = child;
    }
    return node;
}

// Changes the view; what was shown is shown again, as far as it is still there, or all of it.
function change(to, everything = false) {
    past.push(view);
    if (past.length > 200) { past.shift(); }
    const hidden = new Set((to.edits || view.edits).filter(edit => edit.what === "hide")
        .map(edit => edit.name));
    const turned = "reverse" in to && to.reverse !== view.reverse;
    const path = pathTo(view.first).filter(name => !hidden.has(name));
    view = {...view, ...to};
    if (everything || !("first" in to)) {
        derive();
        view.first = turned || everything ? 0 : nodeAt(path);
        view.stop = tree.end[view.first];
    }
    update();
}

function undo() {
    const {search, literal, matchCase} = view;
    if (!past.length) { return; }
    view = {...past.pop(), search, literal, matchCase};
    derive();
    update();
}

// ---- The view in the address, so that it can be shared.

const letters = {hide: "h", remove: "x", only: "o"};

function toHash() {
    const state = new URLSearchParams();
    const put = (key, value, usual) => { if (value !== usual) { state.append(key, value); } };
    put("i", Number(view.inverted), Number(initial.inverted));
    put("r", Number(view.reverse), Number(initial.reverse));
    put("o", view.order, initial.order);
    put("w", view.widths, initial.widths);
    put("d", Number(view.bySelf), Number(initial.bySelf));
    put("b", Number(view.safe), Number(initial.safe));
    for (const {what, name} of view.edits) { state.append("e", letters[what] + texts[name]); }
    const run = view.stop !== tree.end[view.first];
    put("z", view.first + (run ? "-" + view.stop : ""), "0");
    put("s", view.search, "");
    put("l", Number(view.literal), 0);
    put("c", Number(view.matchCase), 0);
    return state.toString();
}

function fromHash(text) {
    const state = new URLSearchParams(text);
    const flag = (key, usual) => (state.has(key) ? state.get(key) === "1" : usual);
    const choice = (key, known, usual) => (known.includes(state.get(key)) ? state.get(key) : usual);
    view = {...initial, search: state.get("s") || "", literal: flag("l", false),
        matchCase: flag("c", false), inverted: flag("i", initial.inverted),
        reverse: flag("r", initial.reverse) && !lanes, bySelf: flag("d", initial.bySelf),
        order: choice("o", ["name", "width", fileOrder], initial.order),
        safe: flag("b", initial.safe), edits: []};
    if (compares) {
        view.widths = choice("w", ["both", "before", "after", "difference"], initial.widths);
    }
    for (const edit of state.getAll("e")) {
        const what = Object.keys(letters).find(key => letters[key] === edit[0]);
        const name = texts.indexOf(edit.slice(1));
        if (what && name > 0) { view.edits.push({what, name}); }
    }
    derive();
    const [first, stop] = (state.get("z") || "0").split("-").map(Number);
    view.first = Number.isInteger(first) && first > 0 && first < tree.count ? first : 0;
    view.stop = tree.end[view.first];
    // A run ends where one of the siblings behind its first node does.
    const last = tree.end[tree.parent[view.first]];
    while (view.first !== 0 && view.stop < stop && view.stop < last) {
        view.stop = tree.end[view.stop];
    }
    if (!tree.total[view.first]) { [view.first, view.stop] = [0, tree.count]; }
}
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_script_words.hpp - a flame graph's script: what is said about frames.
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_WORDS_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_WORDS_HPP


#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_words = R"js(
// ---- Changes between two sides.

function changeOf([after, before], node) {
    const change = beforeScale === 1 ? Number(after[node] - before[node])
        : Number(after[node]) - Number(before[node]) * beforeScale;
    return negate ? -change : change;
}

function changeWhole() {
    const [after, before] = tree.sums;
    return Math.max(Math.abs(Number(before[0]) * beforeScale), Math.abs(Number(after[0]))) ||
        Number(tree.total[0]);
}

function signed(value) { return (value < 0 ? "-" : "+") + amount(Math.round(Math.abs(value))); }

function signedPercent(value) {
    const share = Math.floor(Math.abs(value) / changeWhole() * 10000 + 0.5) / 100;
    return (value < 0 ? "-" : "+") + share.toFixed(2) + " %";
}

const isGone = node => tree.sums[1][node] && !tree.sums[0][node];
const verdictWords = ["", "; unchanged", "; not significant", "; improved", "; regressed"];

// The shade k + 1 begins at 2^(9 k / 8 - 10).
const shadeBegins = [2.1810154653305154, 4.756828460010884, 10.374716437208077,
    22.627416997969522, 49.350746413054104, 107.63474115247546, 234.75303506039583, 512];

// 1 to 9 by the logarithm of the change's share, grey where nothing was shown.
function changeClass(node) {
    const change = changeOf(view.bySelf ? tree.columns : tree.sums, node);
    const share = Math.abs(change) / changeWhole();
    const verdict = tree.verdicts ? tree.verdicts[node] : 0;
    const says = view.bySelf ? Math.floor(verdict / 5) : verdict % 5;
    if (!(share > 0) || (tree.verdicts && says < 3)) { return "z0"; }
    const level = 1 + shadeBegins.filter(begin => share * 1024 >= begin).length;
    return (change > 0 ? "u" : "n") + level;
}

function describeChange(after, before, change) {
    return signed(change) + (isTime ? "" : " " + unit) + ", " + signedPercent(change) +
        "; before " + sized(before) + ", after " + sized(after);
}

// ---- What is said about a box: its numbers, and how they stand to others.

function ownWeight(node) {
    let own = tree.self[node];
    if (!tree.gaps || tree !== base) { return own; }
    for (let i = node + 1; i < tree.end[node]; i = tree.end[i]) {
        if (isGap(i)) { own += tree.self[i]; }
    }
    return own;
}

const brief = text => (text.length > 60 ? text.slice(0, 36) + "\u2026" + text.slice(-23) : text);

function titleOf(name) {
    return (names[name] || "(no name)") + (words[kinds[name]] || "");
}

function numbersOf(box) {
    const whole = Math.max(Number(setting("whole")), Number(base.total[0]));
    if (box.elided && compares) {
        const sides = tree.sums.map(sums => {
            let sum = weightOf(0);
            for (let i = box.first; i < box.stop; i = tree.end[i]) { sum += sums[i]; }
            return [sum];
        });
        return describeChange(sides[0][0], sides[1][0], changeOf(sides, 0));
    }
    const node = box.first;
    if (compares) {
        const [after, before] = tree.columns;
        let text = describeChange(tree.sums[0][node], tree.sums[1][node],
            changeOf(tree.sums, node)) + "; self " + signed(changeOf(tree.columns, node)) +
            ", before " + sized(before[node]) + ", after " + sized(after[node]);
        if (isGone(node)) { text += "; only before"; }
        if (!tree.sums[1][node] && tree.sums[0][node]) { text += "; only after"; }
        return text + (tree.verdicts ? verdictWords[tree.verdicts[node] % 5] : "");
    }
    let text = amountOfUnit(box.weight) + ", " + percent(box.weight, whole);
    if (box.elided) { return text; }
    const own = ownWeight(node);
    text += "; self " + amount(own) + (own ? ", " + percent(own, whole) : "");
    if (tree.allCounts) {
        const part = tree.allCounts[node];
        const all = base.allCounts[0];
        if (part > 0 && part < 100 && part < all) {
            text += "; 95 % interval " + interval(part, all);
        }
    }
    return text;
}

function describe(box) {
    const name = tree.name[box.first];
    const own = attributes.get(name);
    const title = box.elided ? plural(box.frames, "frame") + " elided" : titleOf(name);
    const lines = [(setting("type") && !box.elided ? setting("type") + " " : "") + title +
        " (" + numbersOf(box) + ")"];
    if (own && own.title && !box.elided) { lines[0] = own.title; }
    const parts = [];
    if (view.first !== 0 && !box.faded) {
        parts.push(percent(box.weight, shownWeight()) + " of what is shown");
    }
    const parent = tree.parent[box.first];
    if (box.first !== 0 && parent !== 0) {
        parts.push(percent(box.weight, tree.total[parent]) + " of " +
            brief(titleOf(tree.name[parent])));
    }
    if (!box.elided && box.first !== 0 && !box.faded) {
        const row = functionTable().rows[name];
        if (row.places > 1) {
            parts.push("in " + grouped(row.places) + " places: " + (compares
                ? describeAll(row) : amountOfUnit(row.total) + ", self " + amount(row.self)));
        }
    }
    if (parts.length) { lines.push(parts.join("; ")); }
    return lines;
}

function describeAll(row) {
    return signed(row.change) + ", self " + signed(row.selfChange);
}

// ---- Texts of the proportional font, which the window may be too narrow for.

const lineHeight = 16.8; // 1.4em

// How wide a text is where `holder` shows it. The document would have to be laid out for that: a
// canvas has not to.
const canvas = document.createElementNS("http://www.w3.org/1999/xhtml", "canvas").getContext("2d");
const fonts = new Map(); // by holder
function widthOf(holder, text) {
    if (!canvas) { return text.length * 7; }
    if (!fonts.has(holder)) { fonts.set(holder, getComputedStyle(holder).font); }
    canvas.font = fonts.get(holder);
    return canvas.measureText(text).width;
}

// Returns the beginning of a text in lines that are no wider than `room`.
function broken(holder, text, room, most) {
    const lines = [];
    for (let at = 0; at < text.length && lines.length < most;) {
        let size = text.length - at; // of the line
        if (widthOf(holder, text.slice(at)) > room) {
            let fits = 1;
            for (let wide = size; wide - fits > 1;) {
                const tried = (fits + wide) >> 1;
                const over = widthOf(holder, text.slice(at, at + tried)) > room;
                [fits, wide] = over ? [fits, tried] : [tried, wide];
            }
            const blank = text.lastIndexOf(" ", at + fits);
            size = blank > at + fits / 2 ? blank + 1 - at : fits;
            if (size > 1 && /[\udc00-\udfff]/.test(text[at + size])) { size--; }
        }
        lines.push(text.slice(at, at + size));
        at += size;
    }
    return lines;
}

// Shows a text in up to `most` lines; returns how many. Where it is longer, `name`, which is a part
// of it, loses its middle, and at last the text its end.
function setLines(holder, text, room, most, name = "") {
    let shown = text;
    let lines = broken(holder, shown, room, most);
    const missing = () => shown.length - lines.join("").length;
    for (let left = name.length; missing() > 0 && left > 24;) {
        left = Math.max(24, left - Math.max(8, missing()));
        shown = text.replace(name, () => name.slice(0, Math.ceil(left / 2)) + "\u2026" +
            name.slice(-Math.floor(left / 2)));
        lines = broken(holder, shown, room, most);
    }
    if (missing() > 0) { lines.push(lines.pop().slice(0, -1) + "\u2026"); }
    holder.replaceChildren(...lines.map((line, i) => {
        const part = element("tspan", {x: holder.getAttribute("x") || 0, dy: i ? "1.4em" : 0});
        part.textContent = line;
        return part;
    }));
    return lines.length;
}
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

/// The script of every flame graph. It is constant: what differs from graph to graph stands in
/// elements that it reads (`metadata.wick-page`, `.wick-names`, `.wick-attributes`, `.wick-nodes`;
/// write_flamegraph tells their format), so that one hash in a content-security policy admits it.
/// It fetches nothing and makes no code from text. In parts, as some compilers take no literal
/// beyond 16 KiB.
inline constexpr std::string_view flamegraph_script_parts[] = {flamegraph_script_model,
                                                               flamegraph_script_view,
                                                               flamegraph_script_words,
                                                               flamegraph_script_draw,
                                                               flamegraph_script_controls,
                                                               flamegraph_script_page};

/// The SHA-256 of all parts together. A test computes it: after a change of the script, it says
/// what must stand here.
inline constexpr std::string_view flamegraph_script_sha256 =
    "sha256-MYMxxI2cAHZ7zbN0o0AeeMMnwfIgyq5dZ02bj6m/45I=";

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_style.hpp - the style sheet of a flame graph.
#ifndef WICK_DETAIL_FLAMEGRAPH_STYLE_HPP
#define WICK_DETAIL_FLAMEGRAPH_STYLE_HPP


#include <algorithm>   // std::sort
#include <charconv>    // std::from_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // names
#include <optional>    // colours that may be given
#include <string>      // the sheet
#include <string_view> // the parts of it that are the same in every file
#include <vector>      // colours that are used

WICK_BEGIN_NAMESPACE
namespace detail {

inline void append_rule(std::string& out, std::string_view selector, colour c, int percent) {
    out += selector;
    out += "{fill:";
    append_colour(out, {c.red * percent / 100, c.green * percent / 100, c.blue * percent / 100});
    out += "}\n";
}

/// Appends a rule for each shade, dimmed to `percent`: ".f3{fill:#f9a64c}".
inline void append_shades(std::string& out, std::string_view letters, int percent) {
    for (const char letter : letters) {
        const hue& of = hue_by(letter);
        for (int i = 0; i < of.shades; ++i) {
            const char selector[] = {'.', letter, shade_digit(i)};
            append_rule(out, std::string_view(selector, 3), shade(of, i), percent);
        }
    }
}

/// How many shades a change has on each side.
inline constexpr int change_shades = 9;

/// Appends the rules of changes: ".u1" to ".u9" for more, ".n1" to ".n9" for less, ".z0" for what
/// did not change or cannot be told. In a file of class "safe", orange stands for red.
inline void append_changes(std::string& out, int percent) {
    struct scale {
        std::string_view selector;
        colour least, most;
    };
    constexpr scale scales[] = {{".u", {252, 226, 218}, {240, 106, 84}},
                                {".n", {222, 232, 252}, {104, 154, 236}},
                                {".safe .u", {252, 232, 206}, {240, 150, 48}},
                                {".safe .n", {220, 234, 248}, {92, 156, 216}}};
    append_rule(out, ".z0", {221, 219, 215}, percent);
    for (const scale& s : scales) {
        for (int i = 1; i <= change_shades; ++i) {
            append_rule(out,
                        std::string(s.selector) + shade_digit(i),
                        between(s.least, s.most, i - 1, change_shades - 1),
                        percent);
        }
    }
}

/// The part of the style sheet that is the same in every file. Frames have their fill from the
/// group that they are in, so that a class says everything about a colour.
inline constexpr std::string_view flamegraph_style = R"css(
svg{background:#fbfaf8;color-scheme:light dark}
text{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;
font-size:12px;fill:#1d1714;white-space:pre}
.paper{fill:#fbfaf8}
.title,.quiet,.bar,.trail,.panel,.menu{font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue",
Arial,"DejaVu Sans",sans-serif}
.title{font-size:19px;font-weight:600}
.quiet{fill:#625b56}
.swatch{rx:2px}
.frames rect{rx:2px}
.frames text{pointer-events:none}
.frames g:hover rect{stroke:#1d1714;stroke-width:1.2px}
.frames a{cursor:pointer}
.hatch{fill:#1d1714;fill-opacity:.34;pointer-events:none}
.hatch path{fill:none;stroke:#1d1714;stroke-opacity:.24;stroke-width:1.6}
.frames .hatch{fill:url(#wick-hatch);fill-opacity:1}
.key .hatch{fill:url(#wick-hatch);fill-opacity:1}
.elided{fill:#cdc8c1}
.elided text{fill:#3a3430;font-style:italic}
.frames .faded rect{fill-opacity:.45}
.frames .match rect{fill:#8b2fc9;fill-opacity:1}
.frames .match text{fill:#fff}
.frames .within rect{stroke:#8b2fc9;stroke-width:1.6px}
.frames:focus{outline:none}
.frames .current rect{stroke:#1d1714;stroke-width:2.4px}
.live .frames g{cursor:pointer}
.live .note{user-select:text}
)css";

/// What only the page has: its controls.
inline constexpr std::string_view flamegraph_page_style = R"css(
.bar,.trail,.panel,.menu{box-sizing:border-box;font-size:13px;line-height:1.35;color:#1d1714}
.bar{display:flex;flex-wrap:wrap;justify-content:flex-end;align-items:center;gap:6px 8px}
.bar.stacked{justify-content:flex-start}
.bar.stacked .find{flex:1 1 150px}
.bar.stacked .find input{width:60px}
.bar.stacked .hits{order:1}
.bar.floating{background:#fbfaf8;border-radius:8px;box-shadow:0 0 0 5px #fbfaf8,
0 2px 12px 4px rgba(40,30,20,.2)}
foreignObject{overflow:visible}
.bar button,.panel button,.menu button,.trail button,.find{font:inherit;color:inherit;
background:#fff;border:1px solid #c4bdb5;border-radius:6px;box-sizing:border-box}
.bar button,.find{height:28px}
.bar button,.panel button{padding:0 9px;cursor:pointer;white-space:nowrap}
.bar button:hover,.panel button:hover{border-color:#8d857d}
.bar button:disabled{opacity:.45;cursor:default}
.bar button[hidden],.bar span[hidden]{display:none}
.bar button[aria-expanded=true],button[aria-pressed=true]{background:#e9dff3;border-color:#8b2fc9}
.find{display:flex;align-items:center;padding-right:3px}
.find:focus-within{border-color:#8b2fc9;box-shadow:0 0 0 1px #8b2fc9}
.find.wrong{border-color:#c2410c;box-shadow:0 0 0 1px #c2410c}
.find input{flex:1;min-width:0;width:170px;height:24px;padding:0 8px;border:0;outline:0;
background:none;color:inherit;
font:inherit}
.bar .find button{height:22px;min-width:24px;padding:0 4px;border-color:transparent;
background:none;font-size:12px;color:#625b56}
.bar .find button[aria-pressed=true]{background:#e9dff3;color:#1d1714}
.hits{display:flex;align-items:center;gap:4px;white-space:nowrap;
font-variant-numeric:tabular-nums}
.bar .hits button{padding:0 8px}
.trail{display:flex;flex-wrap:wrap;align-items:center;gap:2px 2px;min-height:24px;font-size:12px}
.trail button{max-width:220px;height:22px;padding:0 6px;border-color:transparent;background:none;
overflow:hidden;text-overflow:ellipsis;white-space:nowrap;cursor:pointer}
.trail button:hover{background:#ece7e1}
.trail .here{font-weight:600}
.trail .chip{background:#ece7e1;margin-left:6px;max-width:none}
.trail .chip:hover{text-decoration:line-through}
.trail span{color:#8d857d}
.panel,.menu{background:#fff;border:1px solid #c4bdb5;border-radius:8px;
box-shadow:0 4px 18px rgba(40,30,20,.16);padding:10px}
.panel{display:flex;flex-direction:column;gap:8px;max-height:100%}
.panel h2{margin:0;font-size:13px;font-weight:600}
.panel .row{display:grid;grid-template-columns:72px 1fr;align-items:center}
.panel .choice{display:flex}
.panel .choice button{flex:1;height:26px;border-radius:0;margin-left:-1px}
.panel .choice button:first-child{border-radius:6px 0 0 6px;margin-left:0}
.panel .choice button:last-child{border-radius:0 6px 6px 0}
.panel .table{overflow:auto;min-height:40px}
.panel table{border-collapse:collapse;width:100%;table-layout:fixed;font-size:12px;
font-variant-numeric:tabular-nums}
.panel th{position:sticky;top:0;background:#fff;text-align:right;padding:0;font-weight:400}
.panel th button{border:0;width:100%;text-align:right;padding:2px 4px;background:none;color:#625b56}
.panel th button[aria-pressed=true]{background:none;color:#1d1714;font-weight:600}
.panel td{padding:3px 4px;text-align:right;white-space:nowrap;overflow:hidden;
text-overflow:ellipsis;cursor:pointer}
.panel td:first-child,.panel th:first-child button{text-align:left}
.panel td:first-child{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;
white-space:normal}
.panel td div{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;
overflow-wrap:anywhere}
.panel tbody tr:hover,.panel tbody tr:focus{background:#f3eef8;outline:0}
.panel p{margin:0;font-size:12px;color:#625b56}
.menu{display:flex;flex-direction:column;padding:4px}
.menu strong{padding:4px 8px;font-weight:600;overflow:hidden;text-overflow:ellipsis;
white-space:nowrap}
.menu button{border:0;padding:4px 8px;text-align:left;background:none;cursor:pointer;
display:flex;justify-content:space-between}
.menu button:hover,.menu button:focus{background:#f3eef8}
.menu kbd{color:#6f6760;font:inherit;padding-left:12px}
.bar :focus-visible,.panel :focus-visible,.menu :focus-visible,
.trail :focus-visible{outline:2px solid #8b2fc9;outline-offset:-1px}
.find input:focus-visible{outline:0}
)css";

/// The same for readers who asked for a dark page.
inline constexpr std::string_view flamegraph_dark_style = R"css(
svg{background:#17181c}
text{fill:#14110e}
.paper{fill:#17181c}
.title{fill:#f0ede8}
.quiet{fill:#aaa49c}
.swatch{rx:2px}
.note{fill:#d8d3cb}
.frames g:hover rect,.frames .current rect{stroke:#fff}
.elided{fill:#4a4d56}
.elided text{fill:#ece9e4}
.frames .faded text{fill:#f0ede8}
.frames .match rect{fill:#b98af0}
.frames .match text{fill:#14110e}
.frames .within rect{stroke:#b98af0}
.bar,.trail,.panel,.menu{color:#f0ede8}
.bar.floating{background:#17181c;box-shadow:0 0 0 5px #17181c,0 2px 12px 4px #000}
.bar button,.find,.panel,.menu,.panel button,.panel th{background:#24262c;border-color:#4b4e57}
.bar .find button,.panel th button,.menu button{background:none}
.bar button[aria-expanded=true],button[aria-pressed=true],
.bar .find button[aria-pressed=true]{background:#46355e;border-color:#b98af0;color:#f0ede8}
.bar .find button,.panel th button,.panel p,.trail span,.menu kbd{color:#aaa49c}
.panel th button[aria-pressed=true]{background:none;color:#fff}
.trail button{background:none}
.trail button:hover,.trail .chip{background:#33363e}
.panel tbody tr:hover,.panel tbody tr:focus,.menu button:hover,
.menu button:focus{background:#3a3148}
)css";

/// Writes the style sheet of a file: what is the same in all, and the colours that some frame of
/// the tree has.
class flamegraph_sheet {
public:
    flamegraph_sheet(const flame_tree& tree,
                     const flamegraph_options& options,
                     const flame_colours& colours,
                     double font_size)
        : tree_(tree)
        , options_(options)
        , colours_(colours)
        , font_size_(font_size) {}

    void append(std::string& text) const {
        text += flamegraph_style;
        if (options_.interactive) { text += flamegraph_page_style; }
        append_fills(text, 100);
        if (!options_.background) { // on a paper of one's own, both modes are the light one
            text += "@media (prefers-color-scheme:dark){";
            text += flamegraph_dark_style;
            append_fills(text, 88);
            text += "}\n";
        }
        append_own_style(text);
    }

private:
    const flame_tree& tree_;
    const flamegraph_options& options_;
    const flame_colours& colours_;
    double font_size_;

    // The colours that some frame of the file has, and the root's.
    void append_fills(std::string& text, int percent) const {
        std::string letters = "r";
        if (tree_.source == flame_source::comparison) {
            append_changes(text, percent);
        } else {
            std::vector<bool> used(options_.colours.size());
            for (std::uint32_t name = 1; name < tree_.names.size(); ++name) {
                const style_class style = colours_.of(tree_.names[name], false);
                if (style.text[1] != '-') {
                    if (letters.find(style.text[0]) == letters.npos) { letters += style.text[0]; }
                    continue;
                }
                std::size_t index = 0;
                std::from_chars(style.text + 2, style.text + style.size, index);
                used[index] = true;
            }
            for (std::size_t i = 0; i < used.size(); ++i) {
                const bool is_root = options_.colours[i].name.empty();
                if (!used[i] && !is_root) { continue; }
                append_rule(text,
                            ".c-" + std::to_string(i),
                            to_colour(options_.colours[i].colour),
                            percent);
            }
            std::sort(letters.begin(), letters.end());
        }
        append_shades(text, letters, percent);
    }

    // What the user has asked for, in both modes.
    void append_own_style(std::string& text) const {
        const auto fill = [&](std::string_view selector, const std::optional<rgb>& c) {
            if (c) { append_rule(text, selector, to_colour(*c), 100); }
        };
        if (options_.background) {
            text += "svg{background:";
            append_colour(text, to_colour(*options_.background));
            text += ";color-scheme:light}\n";
        }
        fill(".paper", options_.background);
        fill(".frames .match rect", options_.search_colour);
        if (options_.search_colour) {
            const rgb c = *options_.search_colour;
            const bool light = 2 * c.red + 5 * c.green + c.blue > 8 * 140;
            text +=
                light ? ".frames .match text{fill:#14110e}\n" : ".frames .match text{fill:#fff}\n";
        }
        fill(".title,.quiet,.note", options_.ui_colour);
        if (options_.stroke_colour) {
            text += ".frames rect{stroke-width:1px;stroke:";
            append_colour(text, to_colour(*options_.stroke_colour));
            text += "}\n";
        }
        append_font(text);
    }

    void append_font(std::string& text) const {
        if (!options_.font.empty()) {
            text += ".frames text{font-family:";
            bool generic = false;
            for (const std::string_view known : {"monospace", "sans-serif", "serif"}) {
                generic = generic || options_.font == known;
            }
            if (generic) {
                text += options_.font;
            } else { // a name, from which nothing can break out
                text += '"';
                for (const char c : options_.font) {
                    const auto byte = static_cast<unsigned char>(c);
                    if (byte >= ' ' && byte < 0x7f && c != '"' && c != '\\' && c != '<' &&
                        c != '>' && c != '&') {
                        text += c;
                    }
                }
                text += "\",monospace";
            }
            text += "}\n";
        }
        if (font_size_ < 12 || font_size_ > 12) {
            char digits[32];
            text_cursor c{digits};
            c.hundredths(static_cast<std::uint64_t>(font_size_ * 100 + 0.5));
            text += ".frames text{font-size:";
            text.append(digits, static_cast<std::size_t>(c.at - digits));
            text += "px}\n";
        }
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::max, std::none_of
#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // pieces of the file
#include <string_view> // pieces of the file
#include <vector>      // names that were prepared

WICK_BEGIN_NAMESPACE
namespace detail {

/// Writes the parts of the file in their order.
template <class Sink>
class flamegraph_page {
public:
    /// `shown` is what the static picture shows, `all` what the page draws from: the same tree, but
    /// for pictures of callers.
    flamegraph_page(Sink& sink,
                    const flame_tree& all,
                    const flame_tree& shown,
                    const flamegraph_options& options)
        : out_(sink)
        , data_(all)
        , tree_(shown)
        , options_(options)
        , colours_(options.palette, options.shades, options.colours)
        , numbers_(shown, options)
        , g_(options)
        , names_(shown.names.size())
        , intervals_(few_observations)
        , amounts_(256)
        , selves_(256) {
        measure();
    }

    flamegraph_summary write() {
        open();
        heading();
        if (tree_.total[0] == 0) {
            nothing();
        } else {
            out_.put("<g class=\"frames\" transform=\"translate(");
            out_.put_number(g_.side);
            out_.put(',');
            out_.put_number(g_.top);
            out_.put(")\">\n");
            lay_out(tree_, g_.min_weight, [&](const flame_box& box) { draw(box); });
            out_.put("</g>\n");
            footer();
            if (options_.interactive) { page(); }
        }
        out_.put("</svg>\n");
        out_.flush();
        return summary_;
    }

private:
    struct prepared {
        std::size_t begin = 0; // of the tooltip's text in escaped_
        std::size_t size = 0;  // 0: not prepared yet
        bool plain = false;    // a label may be cut anywhere
        style_class style;
        const name_attributes* attributes = nullptr;
    };

    text_writer<Sink> out_;
    const flame_tree& data_;
    const flame_tree& tree_;
    const flamegraph_options& options_;
    flame_colours colours_;
    flame_numbers numbers_;
    flamegraph_geometry g_;
    flamegraph_summary summary_;
    std::vector<prepared> names_; // by name; filled when a name is first drawn
    // Texts that many frames have; filled when first needed.
    std::vector<std::string> intervals_; // by number of observations
    std::vector<std::string> amounts_;   // by weight
    std::vector<std::string> selves_;    // by own weight
    std::string escaped_;
    std::string label_;
    std::string scratch_;
    std::vector<std::size_t> starts_;
    std::uint64_t elided_weight_ = 0;

    [[nodiscard]] bool compares() const noexcept {
        return tree_.source == flame_source::comparison;
    }

    // A first pass over the boxes: the height and the notes depend on all of them.
    void measure() {
        summary_.frames = tree_.size() - tree_.gaps;
        summary_.negative = tree_.negative;
        if (tree_.total[0] == 0) { return; }
        g_.fit(numbers_.whole(), tree_.total[0]);
        lay_out(tree_, g_.min_weight, [&](const flame_box& box) { count(box); });
    }

    void count(const flame_box& box) {
        if (box.weight == 0) {
            summary_.weightless += box.frames;
            return;
        }
        g_.rows = (std::max)(g_.rows, static_cast<int>(box.row) + 1);
        if (!box.elided) {
            ++summary_.drawn;
            return;
        }
        // However narrow: a block that is left out would look as if its parent had no callees.
        ++summary_.elided_blocks;
        summary_.elided += box.frames;
        elided_weight_ += box.weight;
    }

    // Returns memory for a text in which a name may stand.
    [[nodiscard]] text_cursor cursor(std::size_t name_size) {
        const std::size_t room = name_size + 2 * numbers_.unit().size() + frame_text_room;
        if (scratch_.size() < room) { scratch_.resize(2 * room); }
        return {&scratch_[0]};
    }
    [[nodiscard]] std::string_view written(const text_cursor& end) const {
        return {scratch_.data(), static_cast<std::size_t>(end.at - scratch_.data())};
    }
    void put(const text_cursor& end) { out_.put(written(end)); }

    // ---- The head of the file and of the picture.

    [[nodiscard]] std::string title() const {
        if (!options_.title.empty()) { return options_.title; }
        if (tree_.lanes()) { return "Flame Chart"; }
        if (compares()) { return "Differential Flame Graph"; }
        return options_.inverted ? "Icicle Graph" : "Flame Graph";
    }

    void open() {
        out_.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"");
        out_.put_number(g_.width);
        out_.put("\" height=\"");
        out_.put_number(g_.height());
        out_.put("\" viewBox=\"0 0 ");
        out_.put_number(g_.width);
        out_.put(' ');
        out_.put_number(g_.height());
        if (options_.changes == change_colours::orange_blue) { out_.put("\" class=\"safe"); }
        out_.put("\">\n<title>");
        std::string text;
        append_xml(text, title());
        text += "</title>\n";
        if (!options_.notes.empty()) {
            text += "<desc>";
            append_xml(text, options_.notes);
            text += "</desc>\n";
        }
        text += "<style>";
        flamegraph_sheet(data_, options_, colours_, g_.font_size).append(text);
        text += "</style>\n";
        if (compares()) {
            text += "<defs><pattern id=\"wick-hatch\" class=\"hatch\" width=\"6\" height=\"6\" "
                    "patternUnits=\"userSpaceOnUse\"><path d=\"M-1 1l2-2M0 6l6-6M5 7l2-2\"/>"
                    "</pattern></defs>\n";
        }
        out_.put(text);
        out_.put("<rect class=\"paper\" width=\"");
        out_.put_number(g_.width);
        out_.put("\" height=\"");
        out_.put_number(g_.height());
        out_.put("\"/>\n");
    }

    // Text in the proportional font: its letters are of many widths, so that this is a guess.
    void line(std::string_view style, int x, int y, std::string_view text, double letter) {
        const int room = g_.width - g_.side - x;
        std::string fitted;
        append_fitted(fitted,
                      text,
                      room <= 0 ? 1 : static_cast<std::size_t>(static_cast<double>(room) / letter));
        out_.put("<text class=\"");
        out_.put(style);
        out_.put("\" x=\"");
        out_.put_number(x);
        out_.put("\" y=\"");
        out_.put_number(y);
        out_.put("\">");
        out_.put(fitted);
        out_.put("</text>\n");
    }

    void heading() {
        line("title", g_.side, 30, title(), 10.5);
        std::string text = options_.subtitle;
        const auto add = [&](const text_cursor& c) {
            if (!text.empty()) { text += "  \xc2\xb7  "; }
            text += written(c);
        };
        text_cursor c = cursor(numbers_.plain_unit().size());
        if (compares()) {
            const compared& all = tree_.side_totals[0];
            c.text("before ");
            numbers_.side(c, all.before);
            c.text(", after ");
            numbers_.side(c, all.after);
            if (!numbers_.is_time()) {
                c.text(" ");
                c.text(numbers_.plain_unit());
            }
        } else {
            numbers_.with_unit(c, tree_.total[0], numbers_.plain_unit());
        }
        add(c);
        c = cursor(0);
        const std::uint64_t frames = tree_.size() - tree_.gaps - 1;
        c.grouped(frames);
        c.text(frames == 1 ? " frame" : " frames");
        add(c);
        c = cursor(0);
        c.grouped(tree_.deepest);
        c.text(" deep");
        add(c);
        if (options_.reverse && !tree_.lanes()) { text += "  \xc2\xb7  callers of what ran"; }
        line("quiet subtitle", g_.side, 51, text, 6.6);
    }

    void nothing() {
        line("",
             g_.side,
             g_.top + 20,
             tree_.empty  ? "Nothing to show: the profile is empty."
             : compares() ? "Nothing to show: no frame has a width of this kind."
                          : "Nothing to show: no frame of the profile has a positive weight.",
             12 * 0.603);
    }

    // ---- Frames.

    const prepared& prepare(std::uint32_t name) {
        prepared& made = names_[name];
        if (made.size != 0) { return made; }
        const flame_name& of = tree_.names[name];
        made.begin = escaped_.size();
        const std::string_view shown = of.text.empty() ? std::string_view("(no name)") : of.text;
        append_xml(escaped_, name == 0 ? std::string_view("all") : shown);
        escaped_ += of.letter == 'w' ? " [waker]" : kind_word(of.kind);
        made.size = escaped_.size() - made.begin;
        made.plain = is_plain(of.text);
        made.style = colours_.of(of, name == 0);
        made.attributes = attributes_of(of, options_);
        return made;
    }

    [[nodiscard]] static bool is_gone(const compared& c) noexcept {
        return c.before.weight != 0 && c.after.weight == 0;
    }

    // The class of a frame's change: grey where nothing was shown.
    void change_class(text_cursor& c, std::uint32_t node) const {
        const bool tested = !tree_.verdicts.empty();
        const verdict says = !tested            ? verdict::untested
                             : options_.by_self ? tree_.self_verdicts[node]
                                                : tree_.verdicts[node];
        const compared& of = options_.by_self ? tree_.sides[node] : tree_.side_totals[node];
        const double change = numbers_.change_of(of);
        int shade = change_shade(change, numbers_.change_whole());
        // Too few samples for a test show nothing either.
        if (tested && says != verdict::improved && says != verdict::regressed) { shade = 0; }
        *c.at++ = shade == 0 ? 'z' : change > 0 ? 'u' : 'n';
        *c.at++ = static_cast<char>('0' + shade);
    }

    void draw(const flame_box& box) {
        if (box.weight == 0) { return; }
        if (box.elided) {
            draw_block(box);
            return;
        }
        const std::uint32_t name = tree_.name[box.first];
        const prepared& ready = prepare(name);
        const std::string_view text = name == 0 ? std::string_view("all") : tree_.names[name].text;
        const extent at = extent_of(box);
        const std::size_t room = g_.label_room(at.width);
        text_cursor c = cursor(2 * ready.size + 6 * text.size());
        c.text("<g class=\"");
        if (compares()) {
            change_class(c, box.first);
        } else {
            c.text(ready.style.view());
            if (ready.style.text[0] == 'W') { // not by name alone
                c.at[-1] = shade_digit(width_shade(box.weight, numbers_.whole()));
            }
        }
        if (ready.attributes != nullptr) { c = open_attributes(c, *ready.attributes); }
        c.text("\">");
        if (ready.attributes != nullptr) { c = open_link(c, *ready.attributes, ready, text); }
        c.text("<title>");
        if (ready.attributes != nullptr && !ready.attributes->title.empty()) {
            c = own_title(c, *ready.attributes, ready, text);
        } else {
            c.text(std::string_view(escaped_.data() + ready.begin, ready.size));
            c.text(" (");
            if (compares()) {
                describe_change(c, box.first);
            } else {
                describe(c, box);
            }
            c.text(")");
        }
        rectangle(c, box, at);
        if (compares() && is_gone(tree_.side_totals[box.first])) { hatch(c, box, at); }
        if (room >= 3 && !text.empty()) { label(c, box, at, text, ready.plain, room); }
        if (ready.attributes != nullptr && !ready.attributes->href.empty()) { c.text("</a>"); }
        c.text("</g>\n");
        put(c);
    }

    void describe(text_cursor& c, const flame_box& box) {
        remembered(
            c, amounts_, box.weight, [&](text_cursor& to) { numbers_.amount(to, box.weight); });
        const std::uint64_t self = tree_.shown_self(box.first);
        remembered(c, selves_, self, [&](text_cursor& to) { numbers_.self(to, self); });
        if (tree_.observed) { c.text(interval(tree_.observations(box.first))); }
    }

    // Most weights of a large profile are small, and there are few of those: their texts are kept.
    template <class Make>
    static void
    remembered(text_cursor& c, std::vector<std::string>& texts, std::uint64_t weight, Make make) {
        if (weight >= texts.size()) {
            make(c);
            return;
        }
        std::string& text = texts[weight];
        if (text.empty()) {
            const char* begin = c.at;
            make(c);
            text.assign(begin, static_cast<std::size_t>(c.at - begin));
        } else {
            c.text(text);
        }
    }

    // "; 95 % interval 1.20 to 3.40 %" where there are few observations.
    [[nodiscard]] std::string_view interval(std::uint64_t observations) {
        const std::uint64_t all = tree_.observations(0);
        if (observations == 0 || observations >= few_observations || observations >= all) {
            return {};
        }
        std::string& text = intervals_[observations];
        if (text.empty()) {
            const share_interval i = wilson_interval(observations, all);
            char digits[128];
            text_cursor c{digits};
            c.text("; 95 % interval ");
            c.two_decimals(hundredths_of_percent(i.low));
            c.text(" to ");
            c.two_decimals(hundredths_of_percent(i.high));
            c.text(" %");
            text.assign(digits, static_cast<std::size_t>(c.at - digits));
        }
        return text;
    }
    [[nodiscard]] static std::uint64_t hundredths_of_percent(double share) noexcept {
        return static_cast<std::uint64_t>(share * 10000 + 0.5);
    }

    void describe_change(text_cursor& c, std::uint32_t node) const {
        const compared& total = tree_.side_totals[node];
        numbers_.change(c, total);
        numbers_.self_change(c, tree_.sides[node]);
        if (is_gone(total)) { c.text("; only before"); }
        if (total.before.weight == 0 && total.after.weight != 0) { c.text("; only after"); }
        if (!tree_.verdicts.empty()) { c.text(verdict_word(tree_.verdicts[node])); }
    }

    void draw_block(const flame_box& box) {
        const extent at = extent_of(box);
        char text[32];
        text_cursor words{text};
        words.grouped(box.frames);
        words.text(" elided");
        const std::string_view said(text, static_cast<std::size_t>(words.at - text));
        text_cursor c = cursor(0);
        c.text("<g class=\"elided\"><title>");
        c.grouped(box.frames);
        c.text(box.frames == 1 ? " frame elided (" : " frames elided (");
        if (compares()) {
            compared sum;
            for (std::uint32_t i = box.first; i < box.stop; i = tree_.end[i]) {
                add(sum, tree_.side_totals[i]);
            }
            numbers_.change(c, sum);
        } else {
            numbers_.amount(c, box.weight);
        }
        c.text(")");
        rectangle(c, box, at);
        if (said.size() <= g_.label_room(at.width)) { label(c, box, at, said, true, said.size()); }
        c.text("</g>\n");
        put(c);
    }

    // From where to where a box goes, in hundredths of a pixel.
    struct extent {
        std::uint64_t x, width;
    };
    [[nodiscard]] extent extent_of(const flame_box& box) const noexcept {
        const std::uint64_t x = g_.x(box.offset);
        return {x, g_.x(box.offset + box.width) - x};
    }

    void rectangle(text_cursor& c, const flame_box& box, const extent& at) const {
        c.text("</title><rect");
        area(c, box, at);
        c.text("/>");
    }
    void hatch(text_cursor& c, const flame_box& box, const extent& at) const {
        c.text("<rect class=\"hatch\"");
        area(c, box, at);
        c.text("/>");
    }
    void area(text_cursor& c, const flame_box& box, const extent& at) const {
        c.text(" x=\"");
        c.hundredths(at.x);
        c.text("\" y=\"");
        c.number(static_cast<std::uint64_t>(g_.y(box.row)));
        c.text("\" width=\"");
        // Neighbours are told apart by a gap, which frames of a pixel or two cannot spare.
        c.hundredths(at.width >= 300 ? at.width - 50 : at.width);
        c.text("\" height=\"");
        c.number(static_cast<std::uint64_t>(g_.row - 1));
        c.text("\"");
    }

    void label(text_cursor& c,
               const flame_box& box,
               const extent& at,
               std::string_view text,
               bool plain,
               std::size_t room) {
        c.text("<text x=\"");
        c.hundredths(at.x + 100 * g_.pad);
        c.text("\" y=\"");
        c.number(static_cast<std::uint64_t>(g_.y(box.row) + g_.baseline()));
        const std::size_t cut =
            options_.truncate_left && !box.elided ? left_cut(text, room) : std::size_t{0};
        if (plain) {
            c.text("\">");
            if (cut != 0) {
                c.text("\xe2\x80\xa6");
                c.text(text.substr(cut));
            } else {
                const bool whole = text.size() <= room;
                c.text(text.substr(0, whole ? room : room - 1));
                if (!whole) { c.text("\xe2\x80\xa6"); }
            }
        } else {
            label_.clear();
            if (cut != 0) { label_ += "\xe2\x80\xa6"; }
            const std::size_t used =
                (cut != 0 ? 1u : 0u) + append_fitted(label_, text.substr(cut), room);
            // Letters from other fonts have other widths: the reader's program is told the whole.
            if (!is_ascii(text)) {
                c.text("\" lengthAdjust=\"spacingAndGlyphs\" textLength=\"");
                c.hundredths(static_cast<std::uint64_t>(static_cast<double>(used) * 100 * g_.cell));
            }
            c.text("\">");
            c.text(label_);
        }
        c.text("</text>");
    }

    // Returns how many bytes a label loses at its beginning, where that is asked for.
    [[nodiscard]] std::size_t left_cut(std::string_view text, std::size_t room) {
        if (cut_at_left(text, room, starts_) == 0) { return 0; }
        return cut_at_left(text, room - 1, starts_);
    }

    [[nodiscard]] static bool is_ascii(std::string_view text) noexcept {
        for (const char c : text) {
            if (c < ' ' || c > '~') { return false; }
        }
        return true;
    }

    // ---- Attributes. They are rare: what they need of memory is added when they come.

    [[nodiscard]] text_cursor more(const text_cursor& c, std::size_t size) {
        const auto used = static_cast<std::size_t>(c.at - scratch_.data());
        if (scratch_.size() < used + size) { scratch_.resize(2 * (used + size)); }
        return {&scratch_[0] + used};
    }
    [[nodiscard]] text_cursor open_attributes(text_cursor c, const name_attributes& of) {
        std::string text;
        if (!of.classes.empty()) {
            text += ' ';
            append_xml(text, of.classes);
        }
        if (!of.id.empty()) {
            text += "\" id=\"";
            append_xml(text, of.id);
        }
        c = more(c, text.size() + frame_text_room);
        c.text(text);
        return c;
    }
    [[nodiscard]] text_cursor open_link(text_cursor c,
                                        const name_attributes& of,
                                        const prepared& ready,
                                        std::string_view name) {
        if (of.href.empty()) { return more(c, ready.size + 6 * name.size() + frame_text_room); }
        std::string text = "<a href=\"";
        append_xml(text, of.href);
        text += "\" target=\"";
        append_xml(text, of.target.empty() ? std::string_view("_top") : of.target);
        text += "\">";
        c = more(c, text.size() + 2 * ready.size + 6 * name.size() + frame_text_room);
        c.text(text);
        return c;
    }
    [[nodiscard]] text_cursor own_title(text_cursor c,
                                        const name_attributes& of,
                                        const prepared& ready,
                                        std::string_view name) {
        std::string text;
        append_xml(text, of.title);
        c = more(c, text.size() + ready.size + 6 * name.size() + frame_text_room);
        c.text(text);
        return c;
    }

    // ---- Below the frames.

    void footer() {
        out_.put("<g class=\"footer\" transform=\"translate(");
        out_.put_number(g_.side);
        out_.put(',');
        out_.put_number(g_.height() - g_.foot);
        out_.put(")\">\n<text class=\"quiet note\" y=\"22\">");
        text_cursor c = cursor(0);
        note(c);
        put(c);
        out_.put("</text>\n");
        out_.put("<g class=\"facts\">\n");
        const int x = compares() ? change_legend() : legend();
        const std::string about = provenance();
        if (!about.empty()) { line("quiet about", x, 44, about, 6.6); }
        out_.put("</g>\n</g>\n");
    }

    void note(text_cursor& c) const {
        if (summary_.elided == 0) {
            c.text(summary_.weightless == 0 ? "every" : "every other");
            c.text(" frame is drawn");
        } else {
            c.grouped(summary_.elided);
            c.text(summary_.elided == 1 ? " frame narrower than " : " frames narrower than ");
            c.hundredths(g_.min_width);
            c.text(" px (");
            c.percent(elided_weight_, numbers_.whole());
            c.text(summary_.elided == 1 ? ") is drawn as " : ") are drawn as ");
            c.grouped(summary_.elided_blocks);
            c.text(summary_.elided_blocks == 1 ? " elided block" : " elided blocks");
        }
        if (summary_.weightless != 0) {
            c.text(", ");
            c.grouped(summary_.weightless);
            c.text(" without weight not at all");
        }
    }

    // A key explains colours: swatches and a word. The page moves it where there is room.
    void begin_key(int x) {
        out_.put("<g class=\"key\" transform=\"translate(");
        out_.put_number(x);
        out_.put(",0)\">");
    }
    void swatch(std::string_view style, int x, int width) {
        out_.put("<rect class=\"swatch ");
        out_.put(style);
        out_.put("\" x=\"");
        out_.put_number(x);
        out_.put("\" y=\"34\" width=\"");
        out_.put_number(width);
        out_.put("\" height=\"12\"/>");
    }
    // Returns how wide the key is about, with what is free behind it.
    [[nodiscard]] int end_key(int x, std::string_view word) {
        out_.put("<text class=\"quiet\" x=\"");
        out_.put_number(x);
        out_.put("\" y=\"44\">");
        out_.put(word);
        out_.put("</text></g>\n");
        return x + 19 + static_cast<int>(word.size()) * 7;
    }
    [[nodiscard]] int key(int x, std::string_view style, std::string_view word) {
        begin_key(x);
        swatch(style, 0, 12);
        return x + end_key(17, word);
    }

    // Returns where the next text on its line may begin; so does the next.
    [[nodiscard]] int legend() {
        int x = 0;
        const bool by_kind =
            options_.palette == flame_palette::kinds || options_.palette == flame_palette::safe;
        if (!by_kind) { return x; }
        constexpr frame_kind kinds[] = {frame_kind::kernel, frame_kind::inlined, frame_kind::jit};
        for (const frame_kind kind : kinds) {
            const auto is_kind = [&](const flame_name& n) { return n.kind == kind && n.nodes > 0; };
            const auto& names = tree_.names;
            if (std::none_of(names.begin(), names.end(), is_kind)) { continue; }
            flame_name sample;
            sample.letter = kind_letter(kind);
            const hue& colours = hue_by(hue_in(options_.palette, sample));
            std::string_view word = kind_word(kind).substr(2);
            word.remove_suffix(1);
            const char style[] = {colours.letter, shade_digit(colours.shades / 2)};
            x = key(x, std::string_view(style, 2), word);
        }
        return x;
    }

    [[nodiscard]] int change_legend() {
        int x = 0;
        begin_key(0);
        for (const char* style :
             {"n9", "n7", "n5", "n3", "n1", "z0", "u1", "u3", "u5", "u7", "u9"}) {
            swatch(style, x, 13);
            x += 13;
        }
        x = end_key(x + 6, options_.by_self ? "less, more itself" : "less, more");
        x = key(x, "z0", tree_.verdicts.empty() ? "no change" : "no significant change");
        begin_key(x);
        swatch("z0", 0, 12);
        swatch("hatch", 0, 12);
        x += end_key(17, "only before");
        if (!options_.interactive) { // the page's controls say it
            std::string text = "width: ";
            text += options_.widths == frame_width::both ? "before and after"
                                                         : width_word(options_.widths);
            begin_key(x);
            x += end_key(0, text);
        }
        return x;
    }

    // What is known about where the profile comes from, and what it lacks.
    [[nodiscard]] std::string provenance() const {
        std::string text;
        const auto add = [&](std::string_view part) {
            if (part.empty()) { return; }
            if (!text.empty()) { text += "  \xc2\xb7  "; }
            text += part;
        };
        const std::vector<origin>& origins = tree_.origins;
        std::uint64_t dropped = 0;
        std::uint64_t truncated = 0;
        for (const origin& from : origins) {
            dropped += from.dropped;
            truncated += from.truncated;
        }
        if (origins.size() > 1) { add(std::to_string(origins.size()) + " runs"); }
        if (!origins.empty()) {
            const origin& from = origins[0];
            add(from.command);
            add(from.host);
            add(from.mechanism);
            add(rate(from.rate_attained_hz, " Hz attained"));
            add(rate(from.rate_asked_hz, " Hz asked for"));
        }
        add(duration(&origin::duration_ns, " observed"));
        add(duration(&origin::cpu_ns, " of CPU time"));
        if (dropped != 0) { add(std::to_string(dropped) + " samples dropped"); }
        if (truncated != 0) { add(std::to_string(truncated) + " stacks truncated"); }
        if (tree_.negative != 0) {
            add(std::to_string(tree_.negative) + " negative weights taken as 0");
        }
        if (summary_.without_base != 0) { add("stacks without a base left out"); }
        return text;
    }

    // A sum over all origins, if one of them knows it: "12.3 s observed".
    [[nodiscard]] std::string duration(std::uint64_t origin::*of, std::string_view what) const {
        std::uint64_t sum = 0;
        for (const origin& from : tree_.origins) { sum += from.*of; }
        if (sum == 0) { return {}; }
        char text[40];
        text_cursor c{text};
        flame_numbers::time(c, sum);
        return std::string(text, static_cast<std::size_t>(c.at - text)).append(what);
    }

    [[nodiscard]] static std::string rate(double hertz, std::string_view what) {
        if (!(hertz > 0 && hertz < 1e12)) { return {}; } // NaN too
        const auto tenths = static_cast<std::uint64_t>(hertz * 10 + 0.5);
        std::string text = std::to_string(tenths / 10);
        if (tenths % 10 != 0) { (text += '.') += static_cast<char>('0' + tenths % 10); }
        return text.append(what);
    }

    void page() {
        flamegraph_data_writer<Sink>(out_, data_, options_, g_, colours_, numbers_).write();
        out_.put("<script><![CDATA[");
        for (const std::string_view part : flamegraph_script_parts) { out_.put(part); }
        out_.put("]]></script>\n");
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <cstdint>     // weights
#include <optional>    // a second tree
#include <string>      // the whole file
#include <string_view> // pieces of the file
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

// flamegraph_options, flamegraph_summary, name_attributes: detail/flamegraph_options.hpp.
// rgb, palettes, palette.map files: detail/flamegraph_palette.hpp. extract: flamegraph_extract.hpp.

/// Admits the script of every page of this version in a content-security policy:
/// `script-src 'sha256-…'; style-src 'unsafe-inline'` is all that a page asks for.
inline constexpr std::string_view flamegraph_script_hash = detail::flamegraph_script_sha256;

namespace detail {

template <class Sink>
flamegraph_summary write_flame_tree(Sink& sink,
                                    const flame_tree& all,
                                    const flame_tree& shown,
                                    const flamegraph_options& options) {
    return flamegraph_page<Sink>(sink, all, shown, options).write();
}

} // namespace detail

/// Writes a profile as a flame graph: one SVG file that needs no other.
/// Frames whose names in text are equal are one frame; siblings are in the profile's order, so that
/// equal profiles give equal bytes. Names may hold any bytes: what XML or a reader cannot take is
/// replaced by marks that can be seen. Without scripts, the file is a picture with tooltips. With
/// them, it is a page that draws from the whole profile, kept in the file as text; `extract` reads
/// it:
///   metadata.wick-page   what the script must know, as data-* attributes
///   metadata.wick-names  a line a name: a letter for its kind (function f, inlined i, kernel k,
///                        jit j, process p, thread t, label l, marker m, waker w, gap g), its CSS
///                        class, a blank, the name, in which "\\" is a backslash and "\xHH" a byte
///                        that could not be shown
///   metadata.wick-nodes  the nodes in preorder: four times the number of levels gone up since the
///                        node before, plus 1 with a weight of its own, plus 2 with a count that is
///                        not the weight's whole number; the name's index; that weight; that count.
///                        Numbers are in base 32 (A-Z a-z 0-9 - _), lowest digit first, with 32
///                        added to all digits but the last
/// `sink` is called with pieces of the text (std::string_view), or is a std::ostream.
/// Returns what was drawn; false when there was nothing to: the file then says so.
/// Precondition: `validate(p)` finds nothing wrong.
/// Cost: O(nodes), and a second tree with `reverse`; about 30 bytes of memory a node, and in the
/// file 4 a node and 160 a frame drawn.
template <class Sink>
flamegraph_summary
write_flamegraph(Sink&& sink, const profile& p, const flamegraph_options& options = {}) {
    std::uint64_t without_base = 0;
    std::optional<profile> cut;
    if (!options.base.empty()) { cut = detail::rebased(p, options.base, without_base); }
    const profile& used = cut ? *cut : p;
    const detail::flame_tree tree = detail::make_flame_tree(used);
    std::optional<detail::flame_tree> turned;
    if (options.reverse) { turned = detail::make_flame_tree(detail::reversed(used)); }
    flamegraph_summary summary =
        detail::write_flame_tree(sink, tree, turned ? *turned : tree, options);
    summary.without_base = without_base;
    return summary;
}

/// Writes a comparison as a differential flame graph. Widths are as options.widths says; colours
/// tell how the inclusive weight of a frame changed (or its own, with options.by_self), on a scale
/// by the logarithm of the change's share of the larger side: differences that a test called
/// unchanged or inconclusive are grey. What is only before is hatched.
/// In the file, a node's numbers are its weight after (head + 1) and before (head + 2), as 2n or
/// -2n - 1, and, where something was tested, its verdict on the total plus 5 times that on itself.
/// With `reverse`, verdicts are left out, as they are about other stacks.
/// Precondition: `validate(c)` finds nothing wrong.
template <class Sink>
flamegraph_summary
write_flamegraph(Sink&& sink, const comparison& c, const flamegraph_options& options = {}) {
    if (!options.base.empty()) {
        std::uint64_t without_base = 0;
        const profile before = detail::rebased(side_of(c, false), options.base, without_base);
        const profile after = detail::rebased(side_of(c, true), options.base, without_base);
        result<comparison> cut = untested_comparison(before, after);
        cut.value.before_scale = c.before_scale;
        flamegraph_options rest = options;
        rest.base.clear();
        flamegraph_summary summary = write_flamegraph(sink, cut.value, rest);
        summary.without_base = without_base;
        return summary;
    }
    const detail::flame_tree tree = detail::make_flame_tree(c, options.widths);
    std::optional<detail::flame_tree> turned;
    if (options.reverse) {
        result<comparison> round = untested_comparison(detail::reversed(side_of(c, false)),
                                                       detail::reversed(side_of(c, true)));
        round.value.before_scale = c.before_scale;
        turned = detail::make_flame_tree(round.value, options.widths);
    }
    return detail::write_flame_tree(sink, tree, turned ? *turned : tree, options);
}

/// Writes a timeline as a flame chart: time runs from left to right, a lane for each thread that
/// did something. Weights are nanoseconds, 100 % the time from the first begin to the last end; the
/// own time of a frame is what no span in it covers. `reverse` and `base` mean nothing here.
/// Precondition: `validate(t)` finds nothing wrong.
template <class Sink>
flamegraph_summary
write_flamegraph(Sink&& sink, const timeline& t, const flamegraph_options& options = {}) {
    const detail::flame_tree tree = detail::make_flame_tree(t);
    return detail::write_flame_tree(sink, tree, tree, options);
}

/// Returns what write_flamegraph writes of a profile, a comparison or a timeline.
template <class Shown>
[[nodiscard]] std::string to_flamegraph(const Shown& shown,
                                        const flamegraph_options& options = {}) {
    std::string text;
    write_flamegraph([&](std::string_view piece) { text += piece; }, shown, options);
    return text;
}

/// Returns the colours that a picture of the profile gives to its functions, and those that
/// options.colours has for others: what a palette.map keeps from one picture to the next.
[[nodiscard]] inline palette_map colours_of(const profile& p,
                                            const flamegraph_options& options = {}) {
    const detail::flame_tree tree = detail::make_flame_tree(p);
    const detail::flame_colours colours(options.palette, options.shades, options.colours);
    palette_map made = options.colours;
    for (std::uint32_t name = 0; name < tree.names.size(); ++name) {
        named_colour c;
        if (name != 0) { c.name = detail::flame_colours::text_of(tree.names[name]); }
        c.colour = colours.colour_of(tree.names[name], name == 0);
        made.push_back(std::move(c));
    }
    const auto by_name = [](const named_colour& a, const named_colour& b) {
        return a.name < b.name;
    };
    std::stable_sort(made.begin(), made.end(), by_name); // what was given before stays first
    const auto same = [](const named_colour& a, const named_colour& b) { return a.name == b.name; };
    made.erase(std::unique(made.begin(), made.end(), same), made.end());
    return made;
}

WICK_END_NAMESPACE

#endif
