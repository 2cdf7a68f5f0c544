// wick 0.1.0, one header made of several by tools/amalgamate.py. Do not edit it:
// change these files under include/ and run the tool again.
//   wick/flamegraph.hpp
//   wick/detail/flame_tree.hpp
//   wick/detail/frame_text.hpp
//   wick/profile.hpp
//   wick/detail/hash.hpp
//   wick/version.hpp
//   wick/result.hpp
//   wick/detail/flamegraph_script.hpp
//   wick/detail/flamegraph_style.hpp
//   wick/detail/shown_text.hpp
//   wick/detail/writer.hpp
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

// wick/flamegraph.hpp - a profile as one interactive SVG file.
#ifndef WICK_FLAMEGRAPH_HPP
#define WICK_FLAMEGRAPH_HPP

// wick/detail/flame_tree.hpp - the tree that a flame graph shows, and where its frames lie.
#ifndef WICK_DETAIL_FLAME_TREE_HPP
#define WICK_DETAIL_FLAME_TREE_HPP

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

/// Returns a 64-bit hash of the bytes; other bytes after them are never read.
[[nodiscard]] inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept {
    constexpr std::uint64_t odd_a = 0xa0761d6478bd642fu, odd_b = 0xe7037ed1a0b428dbu;
    const char* p = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t h = seed ^ odd_a;
    for (; left > 16; left -= 16, p += 16) {
        h = mix(load<std::uint64_t>(p) ^ odd_a, load<std::uint64_t>(p + 8) ^ h);
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
    return mix(odd_b ^ bytes.size(), mix(a ^ odd_b, b ^ h));
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
#include <string>      // names
#include <string_view> // names that are looked up
#include <tuple>       // std::tie, for canonical order
#include <utility>     // std::move
#include <vector>      // modules, frames, nodes

WICK_BEGIN_NAMESPACE

/// What a frame stands for. In text, `kernel`, `inlined` and `jit` are the suffixes "_[k]", "_[i]"
/// and
/// "_[j]"; `marker` frames are put in by wick itself ("[truncated]").
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

/// Canonical order of frames, for frames that index the same modules.
[[nodiscard]] inline bool frame_less(const frame& a, const frame& b) {
    const int by_name = a.function.compare(b.function);
    if (by_name != 0) { return by_name < 0; }
    return std::tie(a.kind, a.file, a.line, a.module, a.at_line, a.address) <
           std::tie(b.kind, b.file, b.line, b.module, b.at_line, b.address);
}

} // namespace detail

/// Collects frames and stacks in any order and makes a profile of them.
/// Cost: a look-up for each frame interned and each child that is not its parent's only one; about
/// 20 bytes a node. Overflow is refused by the call that would cause it, which then changes
/// nothing. Thread safety: none; one builder a thread, and `merge` afterwards.
class profile_builder {
public:
    static constexpr std::uint32_t root = 0; ///< the root node

    profile_builder() {
        modules_.emplace_back();
        append_frame(hash_of(wick::frame{}), wick::frame{});
        append_node(0, 0);
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
        const std::uint64_t hash = hash_of(place);
        const std::uint32_t known =
            frame_index_.find(hash, [&](std::uint32_t id) { return frames_[id] == place; });
        return known != detail::id_table::none ? known : append_frame(hash, place);
    }

    /// The same for a frame of which only the name and the kind are known.
    std::uint32_t intern(std::string_view function, frame_kind kind = frame_kind::function) {
        const std::uint64_t hash = hash_of(function, kind);
        const std::uint32_t known = frame_index_.find(hash, [&](std::uint32_t id) {
            const frame_key& key = frame_keys_[id];
            return key.size == function.size() && key.kind == kind && key.only_named &&
                   detail::same_bytes(names_.data() + key.begin, function.data(), key.size);
        });
        if (known != detail::id_table::none) { return known; }
        wick::frame place;
        place.function = function;
        place.kind = kind;
        return append_frame(hash, place);
    }

    /// Returns the node that `parent` calls through `frame`, made on the first call.
    std::uint32_t child(std::uint32_t parent, std::uint32_t frame) {
        const std::uint32_t first = at(parent).first_child;
        if (first == 0) {
            const std::uint32_t made = append_node(parent, frame);
            at(parent).first_child = made;
            return made;
        }
        if (at(first).frame == frame) { return first; }
        // Most nodes have one child, found above without the index. Only further ones are in it.
        const std::uint64_t hash =
            detail::mix((std::uint64_t{parent} << 32 | frame) ^ seed_, 0x9e3779b97f4a7c15u);
        const std::uint32_t known = node_index_.find(hash, [&](std::uint32_t id) {
            return at(id).parent == parent && at(id).frame == frame;
        });
        if (known != detail::id_table::none) { return known; }
        const std::uint32_t made = append_node(parent, frame);
        at(made).next_sibling = at(first).next_sibling;
        at(first).next_sibling = made;
        node_index_.insert(hash, made);
        return made;
    }

    /// What was interned. The reference is good until the next call of intern.
    [[nodiscard]] const wick::frame& frame_at(std::uint32_t frame) const { return frames_[frame]; }
    [[nodiscard]] std::uint32_t parent_of(std::uint32_t node) const { return at(node).parent; }
    [[nodiscard]] std::uint32_t frame_of(std::uint32_t node) const { return at(node).frame; }

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
        if (!unit_.empty() && !other.unit.empty() && unit_ != other.unit) {
            return error{"cannot merge weights in " + other.unit + " with weights in " + unit_};
        }
        std::uint64_t magnitude = 0;
        std::uint64_t count = 0;
        for (const profile::node& n : other.nodes) {
            magnitude += detail::magnitude(n.self);
            count += n.count;
        }
        const int finest = (std::max)(decimals_, other.decimals);
        const std::uint64_t factor = detail::power_of_ten(finest - other.decimals);
        const std::uint64_t own_factor = detail::power_of_ten(finest - decimals_);
        if (magnitude > detail::max_magnitude / factor ||
            magnitude_ > detail::max_magnitude / own_factor ||
            magnitude * factor > detail::max_magnitude - magnitude_ * own_factor ||
            count > ~std::uint64_t{0} - count_) {
            return error{"the merged weights add up to 2^63 or more"};
        }
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
    struct tree_node {
        std::uint32_t parent;
        std::uint32_t frame;
        std::uint32_t first_child;  // 0: none, as the root is nobody's child
        std::uint32_t next_sibling; // the others, newest first, behind the first child
        std::uint32_t weight;       // index into weights_; 0: none
    };
    struct weight {
        std::uint64_t count = 0;
        std::int64_t self = 0;
    };
    // What most look-ups compare, close together: frames are large, and their names elsewhere.
    struct frame_key {
        std::size_t begin; // of the name in names_
        std::size_t size;
        frame_kind kind;
        bool only_named; // nothing else is known of the frame
    };
    // Nodes live in blocks, because growing one vector would need twice the memory for a moment.
    static constexpr unsigned block_bits = 14;
    static constexpr std::uint32_t unused = 0xffffffffu;

    std::vector<loaded_module> modules_;
    std::vector<wick::frame> frames_;
    std::vector<frame_key> frame_keys_;
    std::string names_;
    std::vector<std::vector<tree_node>> blocks_;
    std::vector<weight> weights_ = std::vector<weight>(1); // most nodes have none of their own
    std::uint32_t nodes_ = 0;
    detail::id_table frame_index_;
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

    std::uint32_t append_node(std::uint32_t parent, std::uint32_t frame) {
        if ((nodes_ & ((1u << block_bits) - 1)) == 0) {
            blocks_.emplace_back();
            blocks_.back().reserve(nodes_ == 0 ? 0 : std::size_t{1} << block_bits);
        }
        blocks_.back().push_back(tree_node{parent, frame, 0, 0, 0});
        return nodes_++;
    }

    std::uint32_t append_frame(std::uint64_t hash, const wick::frame& place) {
        const auto id = static_cast<std::uint32_t>(frames_.size());
        frames_.push_back(place);
        frame_keys_.push_back(
            frame_key{names_.size(), place.function.size(), place.kind, is_only_named(place)});
        names_ += place.function;
        frame_index_.insert(hash, id);
        return id;
    }

    [[nodiscard]] static bool is_only_named(const wick::frame& f) noexcept {
        return f.address == 0 && f.at_line == 0 && f.line == 0 && f.module == 0 && f.file.empty();
    }

    [[nodiscard]] weight& weight_of(std::uint32_t node) {
        tree_node& n = at(node);
        if (n.weight == 0) {
            n.weight = static_cast<std::uint32_t>(weights_.size());
            weights_.emplace_back();
        }
        return weights_[n.weight];
    }

    [[nodiscard]] std::uint64_t hash_of(std::string_view function, frame_kind kind) const {
        return detail::hash_bytes(function, seed_ + static_cast<std::uint64_t>(kind));
    }

    [[nodiscard]] std::uint64_t hash_of(const wick::frame& f) const {
        const std::uint64_t by_name = hash_of(f.function, f.kind);
        if (is_only_named(f)) { return by_name; } // as intern(function, kind) has it
        const std::uint64_t lines = std::uint64_t{f.line} << 32 | f.at_line;
        const std::uint64_t place = detail::mix(f.address ^ 0xa0761d6478bd642fu,
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
        for (std::uint32_t id = 0; id < nodes_; ++id) { rank[at(id).frame] = 0; }
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
            const pending next = stack.back();
            stack.pop_back();
            const tree_node& n = at(next.node);
            const weight& w = weights_[n.weight];
            const auto index = static_cast<std::uint32_t>(made.nodes.size());
            made.nodes.push_back(profile::node{next.parent, rank[n.frame], w.count, w.self});
            if (n.first_child == 0) { continue; }
            if (at(n.first_child).next_sibling == 0) {
                stack.push_back({n.first_child, index});
                continue;
            }
            children.clear();
            for (std::uint32_t c = n.first_child; c != 0; c = at(c).next_sibling) {
                children.emplace_back(rank[at(c).frame], c);
            }
            std::sort(children.begin(), children.end());
            for (std::size_t c = children.size(); c-- > 0;) {
                stack.push_back({children[c].second, index});
            }
        }
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

/// Returns the sum of some profiles; of none, an empty profile. Exact, associative and commutative.
/// Errors: as profile_builder::merge, with the number of the profile that does not fit, from 1, in
/// `what`.
[[nodiscard]] inline result<profile> merge(const std::vector<profile>& profiles) {
    profile_builder sum;
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        error problem = sum.merge(profiles[i]);
        if (problem) {
            problem.what = "profile " + std::to_string(i + 1) + ": " + problem.what;
            return {profile{}, problem};
        }
    }
    return {sum.finish(), {}};
}

/// Returns the same stacks and weights with each frame replaced by `change(frame)`; nodes whose
/// frames become equal are merged. `change` is called once for each distinct frame; `frame::module`
/// in what it returns is an index into p.modules. Cost: as a merge.
template <class Change>
[[nodiscard]] profile map_frames(const profile& p, Change&& change) {
    profile_builder made;
    made.describe(p.unit, p.counted, p.detail);
    [[maybe_unused]] const bool refined = made.refine(p.decimals);
    for (const origin& from : p.origins) { made.add_origin(from); }
    std::vector<std::uint32_t> modules;
    for (const loaded_module& m : p.modules) { modules.push_back(made.intern(m)); }
    std::vector<std::uint32_t> frames;
    frames.reserve(p.frames.size());
    for (const frame& f : p.frames) {
        frame changed = change(f);
        WICK_ASSERT(changed.module < modules.size());
        changed.module = modules[changed.module];
        frames.push_back(made.intern(changed));
    }
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
/// function are merged. A profile that is as coarse already comes back as it is.
[[nodiscard]] inline profile coarsen(const profile& p, profile_detail detail) {
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

#include <algorithm>   // std::sort, std::max
#include <cstddef>     // std::size_t
#include <cstdint>     // fixed-width members
#include <string>      // names
#include <utility>     // std::move
#include <vector>      // the arrays

WICK_BEGIN_NAMESPACE
namespace detail {

/// What a frame is called in a picture. The kind stands apart, not as a suffix.
struct flame_name {
    std::string text;
    frame_kind kind = frame_kind::function;
    std::uint32_t nodes = 0; ///< how many nodes have it
};

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
        names[i].text = parsed.function;
        names[i].kind = parsed.kind != frame_kind::function ? parsed.kind : kinds[first[i]];
    }
    return names;
}

/// A profile prepared for drawing. Arrays by node are in the profile's preorder.
struct flame_tree {
    const profile* shown = nullptr;      ///< has a frame for each name
    std::vector<flame_name> names;       ///< the root's first, then by number of nodes, falling
    std::vector<std::uint32_t> name_of;  ///< index into names, by frame
    std::vector<std::uint32_t> depth;    ///< of each node; the root's is 0
    std::vector<std::uint32_t> end;      ///< of each node: one past the last node below it
    std::vector<std::uint64_t> total;    ///< of each node: weight with all below it
    std::uint32_t deepest = 0;           ///< the greatest depth
    std::uint64_t negative = 0;          ///< nodes with a negative weight, which is taken as 0

    [[nodiscard]] std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(depth.size());
    }
    [[nodiscard]] std::uint32_t name(std::uint32_t node) const {
        return name_of[shown->nodes[node].frame];
    }
    [[nodiscard]] std::uint64_t self(std::uint32_t node) const {
        const std::int64_t weight = shown->nodes[node].self;
        return weight > 0 ? static_cast<std::uint64_t>(weight) : 0;
    }
};

/// Sorts the names by use, so that the most used have the shortest numbers in the file.
inline void rank_names(flame_tree& tree, std::vector<flame_name> names) {
    std::vector<std::uint32_t> order(names.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) { order[i] = i; }
    std::sort(order.begin() + 1, order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return names[a].nodes != names[b].nodes ? names[a].nodes > names[b].nodes : a < b;
    });
    tree.name_of.resize(names.size());
    tree.names.reserve(names.size());
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
        tree.name_of[order[rank]] = rank;
        tree.names.push_back(std::move(names[order[rank]]));
    }
}

/// Returns the tree of a profile; `merged` keeps a merged copy of it where frames are called the
/// same. Cost: O(n), and a merge in that case.
[[nodiscard]] inline flame_tree make_flame_tree(const profile& p, profile& merged) {
    flame_tree tree;
    bool distinct = true;
    std::vector<flame_name> names = name_frames(p, distinct);
    tree.shown = &p;
    if (!distinct) {
        std::size_t next = 0; // map_frames asks for the frames in their order
        merged = map_frames(p, [&](const frame&) {
            const flame_name& name = names[next++];
            frame plain;
            plain.function = name.text;
            plain.kind = name.kind;
            return plain;
        });
        names = name_frames(merged, distinct);
        tree.shown = &merged;
    }
    const std::vector<profile::node>& nodes = tree.shown->nodes;
    tree.depth.resize(nodes.size());
    tree.end.resize(nodes.size());
    tree.total.resize(nodes.size());
    for (std::uint32_t i = 1; i < nodes.size(); ++i) {
        tree.depth[i] = tree.depth[nodes[i].parent] + 1;
        tree.deepest = (std::max)(tree.deepest, tree.depth[i]);
        ++names[nodes[i].frame].nodes;
    }
    for (auto i = static_cast<std::uint32_t>(nodes.size()); i-- > 0;) {
        tree.end[i] = (std::max)(tree.end[i], i + 1);
        tree.total[i] += tree.self(i);
        if (nodes[i].self < 0) { ++tree.negative; }
        if (i == 0) { break; }
        const std::uint32_t parent = nodes[i].parent;
        tree.total[parent] += tree.total[i];
        tree.end[parent] = (std::max)(tree.end[parent], tree.end[i]);
    }
    rank_names(tree, std::move(names));
    return tree;
}

/// A frame of the picture, or a run of neighbours that are too narrow to be drawn one by one.
struct flame_box {
    std::uint32_t first = 0;  ///< the node; of a run, its first
    std::uint32_t stop = 0;   ///< one past the last node that the box stands for
    std::uint32_t depth = 0;
    bool elided = false;      ///< a run: the nodes from `first` to `stop` and all below them
    std::uint64_t offset = 0; ///< weight to the left of the box
    std::uint64_t weight = 0; ///< its width
};

/// Calls `visit(flame_box)` for each frame of at least `min_weight` and for each run of lighter
/// ones, parents before children. Every node is in one box. Cost: O(frames visited and their
/// children), not O(nodes).
template <class Visit>
void lay_out(const flame_tree& tree, std::uint64_t min_weight, Visit&& visit) {
    std::vector<std::uint64_t> left(std::size_t{tree.deepest} + 2); // where the next box begins
    flame_box run;
    for (std::uint32_t i = 0; i < tree.size();) {
        const std::uint32_t depth = tree.depth[i];
        const std::uint64_t weight = tree.total[i];
        const std::uint64_t offset = left[depth];
        left[depth] += weight;
        if (weight >= min_weight) {
            left[depth + 1] = offset;
            visit(flame_box{i, i + 1, depth, false, offset, weight});
            ++i;
            continue;
        }
        if (!run.elided || run.stop != i || run.depth != depth) {
            if (run.elided) { visit(run); }
            run = flame_box{i, i, depth, true, offset, 0};
        }
        run.weight += weight;
        run.stop = tree.end[i];
        i = run.stop;
    }
    if (run.elided) { visit(run); }
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_script.hpp - the script of a flame graph's page.
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_HPP


#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

/// The script of every flame graph. It is constant: what differs from graph to graph stands in
/// elements that it reads (`metadata.wick-page`, `.wick-names`, `.wick-nodes`; write_flamegraph
/// tells their format), so that one hash in a content-security policy admits it. It fetches nothing
/// and makes no code from text. In two parts, as some compilers take no literal beyond 16 KiB.
inline constexpr std::string_view flamegraph_script_model = R"js(
"use strict";
(() => {
const script = document.currentScript;
const root = script ? script.closest("svg") : document.documentElement;
const frames = root.querySelector(".frames");
const page = root.querySelector(".wick-page");
if (!frames || !page) { return; } // nothing to show: the file says so

// ---- The profile: arrays by node, in preorder, as the file has them; never changed after reading.

const setting = name => page.getAttribute("data-" + name);
const decimals = Number(setting("decimals"));
const unit = setting("unit");
// Doubles hold integers below 2^53. Where the sum may be greater, all weights are big integers.
const exact = setting("total").length < 16;
const weightOf = exact ? Number : BigInt;
const Weights = exact ? Float64Array : BigInt64Array;

const count = Number(setting("nodes"));
const name = new Uint32Array(count);
const depth = new Uint32Array(count);
const parent = new Uint32Array(count);
const end = new Uint32Array(count); // one past the last node below
const self = new Weights(count);
const total = new Weights(count);
const names = []; // by name: what is shown
const texts = []; // by name: what is searched, with the suffix of its kind
const kinds = []; // by name: the letter of its kind
const classes = []; // by name: the CSS class, hue and shade

const suffixes = {k: "_[k]", i: "_[i]", j: "_[j]"};
const words = {k: " [kernel]", i: " [inlined]", j: " [jit]", p: " [process]", t: " [thread]",
    l: " [label]"};

function visible(escape, code) {
    if (code === "\\") { return code; }
    const byte = parseInt(code.slice(1), 16);
    if (byte < 0x20) { return String.fromCharCode(0x2400 + byte); }
    return byte === 0x7f ? "\u2421" : "\ufffd";
}

// A line is the kind, the CSS class and the name.
function readNames() {
    const lines = root.querySelector(".wick-names").textContent.split("\n");
    lines.pop(); // each line ends in a line feed
    for (const line of lines) {
        const plain = line.slice(3).replace(/\\(\\|x[0-9a-f]{2})/g, visible);
        names.push(plain);
        texts.push(plain + (suffixes[line[0]] || ""));
        classes.push(line.slice(1, 3));
        kinds.push(line[0]);
    }
}

// A node is: twice the number of levels that it goes up, plus one when it has a weight of its own;
// its name; that weight. Numbers are in base 32, lowest digit first, with 32 added to all digits
// but the last.
function readNodes() {
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
    const weight = exact ? number : bigNumber;
    const path = [];
    let level = -1;
    let node = 0;
    for (const part of root.querySelectorAll(".wick-nodes")) {
        text = part.textContent;
        for (at = 0; at < text.length && node < count; node++) {
            const head = number();
            level += 1 - Math.floor(head / 2);
            name[node] = number();
            if (head % 2 === 1) { self[node] = weight(); }
            depth[node] = level;
            parent[node] = level > 0 ? path[level - 1] : 0;
            path[level] = node;
        }
    }
    for (let i = count; i-- > 0;) {
        end[i] = Math.max(end[i], i + 1);
        total[i] += self[i];
        if (i === 0) { break; }
        total[parent[i]] += total[i];
        end[parent[i]] = Math.max(end[parent[i]], end[i]);
    }
}

// ---- Numbers as text: as the static picture writes them.

function grouped(digits) { return digits.replace(/\B(?=(\d{3})+$)/g, ","); }

function amount(weight) {
    let digits = String(weight);
    let fraction = "";
    if (decimals > 0) {
        digits = digits.padStart(decimals + 1, "0");
        fraction = digits.slice(-decimals).replace(/0+$/, "");
        digits = digits.slice(0, -decimals);
    }
    return grouped(digits) + (fraction ? "." + fraction : "");
}

function amountOfUnit(weight) {
    const text = amount(weight);
    return text + " " + (text === "1" ? unit.replace(/s$/, "") : unit);
}

function percent(part, whole) {
    if (!whole) { return "0.00 %"; }
    return (Number(part) * 100 / Number(whole)).toFixed(2) + " %";
}

function plural(number, noun) {
    return grouped(String(number)) + " " + noun + (number === 1 ? "" : "s");
}

// ---- The view: what the reader has asked for. Drawing depends on it and the window's width alone.

const view = {
    first: 0, // the nodes from `first` to `stop` fill the width: one with all below it, or a run
    stop: count,
    search: "", // the pattern, as typed
};

function shownWeight() {
    let sum = weightOf(0);
    for (let i = view.first; i < view.stop; i = end[i]) { sum += total[i]; }
    return sum;
}

// ---- Layout: boxes {first, stop, row, x, width, weight, elided, faded} in pixels.

function layOut(width, minWidth) {
    const boxes = [];
    const whole = shownWeight();
    const scale = width / Number(whole);
    for (let i = view.first; i !== 0;) {
        i = parent[i];
        boxes.push({first: i, stop: i + 1, row: depth[i], x: 0, width, weight: total[i],
            elided: false, faded: true});
    }
    const left = [];
    left[depth[view.first]] = 0;
    let run = null;
    for (let i = view.first; i < view.stop;) {
        const row = depth[i];
        const x = left[row];
        const wide = Number(total[i]) * scale;
        left[row] = x + wide;
        if (wide >= minWidth && total[i]) {
            left[row + 1] = x;
            boxes.push({first: i, stop: i + 1, row, x, width: wide, weight: total[i],
                elided: false, faded: false});
            i++;
            continue;
        }
        if (!run || run.stop !== i || run.row !== row) {
            run = {first: i, stop: i, row, x, width: 0, weight: weightOf(0), elided: true,
                faded: false};
            boxes.push(run);
        }
        run.stop = end[i];
        run.width += wide;
        run.weight += total[i];
        i = end[i];
    }
    return boxes;
}
)js";

inline constexpr std::string_view flamegraph_script_page = R"js(
// ---- Search: names are tried once, then nodes are looked up by name.

let hits = null; // by name: 1 when the pattern matches; null without a pattern

// Returns whether the pattern was a regular expression. What is none is searched for as it is.
// As in many editors, a pattern without capitals finds both cases.
function search(pattern) {
    view.search = pattern;
    hits = null;
    if (pattern === "") { return true; }
    const flags = pattern === pattern.toLowerCase() ? "i" : "";
    let expression;
    let valid = true;
    try {
        expression = new RegExp(pattern, flags);
    } catch (problem) {
        expression = new RegExp(pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), flags);
        valid = false;
    }
    hits = Uint8Array.from(texts, (text, i) => (i > 0 && expression.test(text) ? 1 : 0));
    return valid;
}

// The weight of the stacks shown in which something matches: each is counted at its first match.
function matchedWeight() {
    let sum = weightOf(0);
    for (let i = view.first; i < view.stop;) {
        if (hits[name[i]]) {
            sum += total[i];
            i = end[i];
        } else {
            i++;
        }
    }
    return sum;
}

function matchesWithin(box) {
    for (let i = box.first; i < box.stop; i++) {
        if (hits[name[i]]) { return true; }
    }
    return false;
}

// ---- Drawing.

const SVG = "http://www.w3.org/2000/svg";
const XHTML = "http://www.w3.org/1999/xhtml";
const side = Number(setting("side"));
const top = Number(setting("top"));
const foot = Number(setting("foot"));
const rowHeight = Number(setting("row"));
const baseline = Number(setting("baseline"));
const minWidth = Number(setting("min"));
const rootDown = setting("inverted") === "1";
const initialRows = Number(setting("rows"));
const note = root.querySelector(".note");

let boxes = [];
let noteText = ""; // of the whole picture, while no frame is pointed at
let cell = 0; // width of a letter

function element(kind, attributes) {
    const made = document.createElementNS(SVG, kind);
    for (const key in attributes) { made.setAttribute(key, attributes[key]); }
    return made;
}

function label(box) {
    const room = Math.floor((box.width - 6) / cell);
    if (room < 3) { return ""; }
    if (box.elided) {
        const text = grouped(String(box.stop - box.first)) + " elided";
        return text.length <= room ? text : "";
    }
    const text = names[name[box.first]];
    if (text.length <= room) { return text; }
    // Not through the middle of a character that is two units long.
    return text.slice(0, room - 1).replace(/[\ud800-\udbff]$/, "") + "\u2026";
}

function describe(box) {
    const whole = total[0];
    let text;
    if (box.elided) {
        text = plural(box.stop - box.first, "frame") + " elided";
    } else {
        text = (names[name[box.first]] || "(no name)") + (words[kinds[name[box.first]]] || "");
    }
    text += " (" + amountOfUnit(box.weight) + ", " + percent(box.weight, whole);
    if (!box.elided) {
        const own = self[box.first];
        text += "; self " + amount(own) + (own ? ", " + percent(own, whole) : "");
    }
    if (view.first !== 0 && !box.faded) {
        text += "; " + percent(box.weight, shownWeight()) + " of what is shown";
    }
    return text + ")";
}

function classOf(box) {
    let list = box.elided ? "elided" : classes[name[box.first]];
    if (box.faded) { list += " faded"; }
    if (hits && !box.elided && hits[name[box.first]]) { list += " match"; }
    if (hits && box.elided && matchesWithin(box)) { list += " within"; }
    return list;
}

function drawBox(box, index, rows) {
    const y = (rootDown ? box.row : rows - 1 - box.row) * rowHeight;
    const group = element("g", {"class": classOf(box)});
    group.wickBox = index;
    // Neighbours are told apart by a gap, which frames of a pixel or two cannot spare.
    const wide = box.width >= 3 ? box.width - 0.5 : box.width;
    group.appendChild(element("rect", {x: box.x.toFixed(2), y, width: wide.toFixed(2),
        height: rowHeight - 1}));
    const text = label(box);
    if (text) {
        const line = element("text", {x: (box.x + 3).toFixed(2), y: y + baseline});
        line.textContent = text;
        if (/[^ -~\u2026]/.test(text)) { line.wickFit = box.width - 6; }
        group.appendChild(line);
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
        if (!box.weight) { weightless += box.stop - box.first; continue; }
        blocks++;
        elided += box.stop - box.first;
        elidedWeight += box.weight;
    }
    let rest = "";
    if (weightless) { rest = ", " + grouped(String(weightless)) + " without weight not at all"; }
    if (elided === 0) { return (rest ? "every other" : "every") + " frame is drawn" + rest; }
    return plural(elided, "frame") + " narrower than " + setting("min") + " px (" +
        percent(elidedWeight, shownWeight()) + (elided === 1 ? ") is" : ") are") + " drawn as " +
        plural(blocks, "elided block") + rest + "; click a block to see into it";
}

function draw() {
    const width = setting("fluid") === "1" ? Math.max(root.getBoundingClientRect().width, 200)
        : Number(setting("width"));
    const all = layOut(width - 2 * side, minWidth);
    boxes = all.filter(box => box.weight);
    let rows = initialRows;
    for (const box of boxes) { rows = Math.max(rows, box.row + 1); }
    const height = top + rows * rowHeight + foot;
    root.setAttribute("height", height);
    root.setAttribute("viewBox", "0 0 " + width + " " + height);
    root.querySelector(".paper").setAttribute("height", height);
    root.querySelector(".paper").setAttribute("width", width);
    root.querySelector(".footer").setAttribute("transform",
        "translate(" + side + "," + (top + rows * rowHeight) + ")");
    toolbar.setAttribute("x", Math.max(0, width - side - toolbarWidth));
    const made = document.createDocumentFragment();
    boxes.forEach((box, index) => made.appendChild(drawBox(box, index, rows)));
    frames.replaceChildren(made);
    squeeze();
    noteText = summary(all);
    note.textContent = noteText;
    reset.hidden = view.first === 0;
    matched.textContent = hits ? percent(matchedWeight(), shownWeight()) + " matched" : "";
}

// ---- Controls. They exist only where the script runs.

const toolbarWidth = 520;
const toolbar = element("foreignObject", {y: 14, width: toolbarWidth, height: 36});
const bar = document.createElementNS(XHTML, "div");
const matched = document.createElementNS(XHTML, "output");
const reset = document.createElementNS(XHTML, "button");
const field = document.createElementNS(XHTML, "input");

function zoom(first, stop) {
    view.first = first;
    view.stop = stop;
    draw();
}

function find(pattern) {
    const valid = search(pattern);
    field.classList.toggle("wrong", !valid);
    field.title = valid ? "" : "not a regular expression: searched for as it is";
    draw();
}

function boxAt(event) {
    const group = event.target.closest ? event.target.closest(".frames > g") : null;
    return group ? {group, box: boxes[group.wickBox]} : null;
}

function addControls() {
    bar.setAttribute("class", "bar");
    reset.type = "button";
    reset.textContent = "Reset zoom";
    field.type = "search";
    field.placeholder = "Search (regex)";
    field.spellcheck = false;
    field.setAttribute("aria-label", "Search frames by a regular expression");
    bar.append(matched, reset, field);
    toolbar.appendChild(bar);
    root.appendChild(toolbar);
    root.classList.add("live");
}

function listen() {
    reset.addEventListener("click", () => zoom(0, count));
    field.addEventListener("input", () => find(field.value));
    frames.addEventListener("click", event => {
        const at = boxAt(event);
        if (at) { zoom(at.box.first, at.box.elided ? at.box.stop : end[at.box.first]); }
    });
    frames.addEventListener("pointerover", event => {
        const at = boxAt(event);
        if (!at) { return; }
        note.textContent = describe(at.box);
        // Tooltips are made when they are needed: most never are.
        if (!at.group.querySelector("title")) {
            const tip = element("title");
            tip.textContent = note.textContent;
            at.group.prepend(tip);
        }
    });
    frames.addEventListener("pointerleave", () => { note.textContent = noteText; });
    window.addEventListener("keydown", event => {
        const typing = document.activeElement === field;
        const asked = event.key === "F3" || ((event.ctrlKey || event.metaKey) && event.key === "f");
        if ((asked || event.key === "/") && !typing) {
            event.preventDefault(); // asked again from within, the browser's own search opens
            field.focus();
            field.select();
        } else if (event.key === "Escape" && view.search !== "") {
            field.value = "";
            find("");
        } else if (event.key === "Escape" && view.first !== 0) {
            zoom(0, count);
        }
    });
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

readNames();
readNodes();
cell = letterWidth();
addControls();
if (setting("fluid") === "1") { root.setAttribute("width", "100%"); }
listen();
draw();
})();
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/flamegraph_style.hpp - the colours and the style sheet of a flame graph.
#ifndef WICK_DETAIL_FLAMEGRAPH_STYLE_HPP
#define WICK_DETAIL_FLAMEGRAPH_STYLE_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // hashes
#include <string>      // the palette's rules
#include <string_view> // names

WICK_BEGIN_NAMESPACE
namespace detail {

/// A red, a green and a blue part, 0 to 255 each.
struct colour {
    int red, green, blue;
};

/// A row of shades between three colours, for the frames of a kind. `letter` begins their class.
struct hue {
    char letter;
    int shades; ///< 1 to 36: a class ends in a digit or a letter
    colour from, middle, to;
};

/// Frames are coloured by class: what a frame is decides the hue, its name the shade. All shades
/// are light enough for dark labels (a contrast of 4.5 and more), in both of the page's modes.
inline constexpr hue hues[] = {
    {'f', 32, {243, 114, 84}, {249, 166, 76}, {252, 212, 104}},    // functions: red to yellow
    {'k', 8, {126, 164, 232}, {144, 182, 240}, {166, 200, 246}},   // kernel: blue
    {'i', 8, {92, 190, 182}, {116, 205, 196}, {144, 218, 208}},    // inlined: teal
    {'j', 8, {124, 192, 108}, {148, 206, 128}, {174, 220, 150}},   // JIT: green
    {'p', 1, {188, 194, 206}, {188, 194, 206}, {188, 194, 206}},   // process, thread, label: grey
    {'m', 1, {214, 196, 214}, {214, 196, 214}, {214, 196, 214}},   // what wick put in
    {'r', 1, {206, 210, 218}, {206, 210, 218}, {206, 210, 218}},   // the root
};

[[nodiscard]] inline const hue& hue_of(frame_kind kind) noexcept {
    switch (kind) {
    case frame_kind::kernel: return hues[1];
    case frame_kind::inlined: return hues[2];
    case frame_kind::jit: return hues[3];
    case frame_kind::process:
    case frame_kind::thread:
    case frame_kind::label: return hues[4];
    case frame_kind::marker: return hues[5];
    case frame_kind::function: break;
    }
    return hues[0];
}

/// Returns what is said about a frame of this kind in words, after its name.
[[nodiscard]] inline std::string_view kind_word(frame_kind kind) noexcept {
    switch (kind) {
    case frame_kind::kernel: return " [kernel]";
    case frame_kind::inlined: return " [inlined]";
    case frame_kind::jit: return " [jit]";
    case frame_kind::process: return " [process]";
    case frame_kind::thread: return " [thread]";
    case frame_kind::label: return " [label]";
    case frame_kind::marker:
    case frame_kind::function: break;
    }
    return {};
}

/// Returns a shade for a name: the same on every machine and in every run. FNV-1a, whose high bits
/// are folded in, as its low ones follow the last letters too closely.
[[nodiscard]] inline int shade_of(std::string_view name, int shades) noexcept {
    std::uint32_t hash = 2166136261u;
    for (const char c : name) { hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u; }
    hash ^= hash >> 15;
    hash *= 0x85ebca6bu;
    return static_cast<int>((hash >> 16) * static_cast<std::uint32_t>(shades) >> 16);
}

[[nodiscard]] inline char shade_digit(int shade) noexcept {
    return static_cast<char>(shade < 10 ? '0' + shade : 'a' + (shade - 10));
}

[[nodiscard]] inline colour shade(const hue& of, int index) noexcept {
    const int last = of.shades > 1 ? of.shades - 1 : 1;
    const int at = 2 * index; // 0 to 2 * last: the middle colour is at `last`
    const colour& a = at < last ? of.from : of.middle;
    const colour& b = at < last ? of.middle : of.to;
    const int part = at < last ? at : at - last;
    return {a.red + (b.red - a.red) * part / last, a.green + (b.green - a.green) * part / last,
            a.blue + (b.blue - a.blue) * part / last};
}

inline void append_colour(std::string& out, colour c) {
    constexpr char digits[] = "0123456789abcdef";
    out += '#';
    for (const int part : {c.red, c.green, c.blue}) {
        out += digits[part >> 4];
        out += digits[part & 15];
    }
}

/// Appends a rule for each shade, dimmed to `percent`: ".f3{fill:#f9a64c}".
inline void append_palette(std::string& out, int percent) {
    for (const hue& of : hues) {
        for (int i = 0; i < of.shades; ++i) {
            const colour c = shade(of, i);
            out += '.';
            out += of.letter;
            out += shade_digit(i);
            out += "{fill:";
            append_colour(out, {c.red * percent / 100, c.green * percent / 100,
                                c.blue * percent / 100});
            out += "}\n";
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
.title,.quiet,.bar{font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",
sans-serif}
.title{font-size:19px;font-weight:600}
.quiet{fill:#625b56}
.swatch{rx:2px}
.frames rect{rx:2px}
.frames text{pointer-events:none}
.frames g:hover rect{stroke:#1d1714;stroke-width:1.2px}
.elided{fill:#cdc8c1}
.elided text{fill:#3a3430;font-style:italic}
.frames .faded rect{fill-opacity:.45}
.frames .match rect{fill:#8b2fc9;fill-opacity:1}
.frames .match text{fill:#fff}
.frames .within rect{stroke:#8b2fc9;stroke-width:1.6px}
.live .frames g{cursor:pointer}
.bar{display:flex;justify-content:flex-end;align-items:center;gap:10px;
height:32px;font-size:13px;color:#1d1714}
.bar input,.bar button{box-sizing:border-box;height:28px;padding:0 10px;border:1px solid #b9b2aa;
border-radius:6px;background:#fff;color:inherit;font:inherit}
.bar input{width:210px}
.bar input.wrong{border-color:#c2410c}
.bar button{cursor:pointer;white-space:nowrap}
.bar button[hidden]{display:none}
.bar output{white-space:nowrap;font-variant-numeric:tabular-nums}
.bar :focus-visible{outline:2px solid #8b2fc9;outline-offset:-1px}
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
.frames g:hover rect{stroke:#fff}
.elided{fill:#4a4d56}
.elided text{fill:#ece9e4}
.frames .faded text{fill:#f0ede8}
.frames .match rect{fill:#b98af0}
.frames .match text{fill:#14110e}
.frames .within rect{stroke:#b98af0}
.bar{color:#f0ede8}
.bar input,.bar button{background:#24262c;border-color:#4b4e57}
)css";

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


#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string>      // the buffer
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

/// Collects text and hands it to a sink in pieces of about 64 KiB: a callable that takes a
/// std::string_view, or anything with a std::ostream's `write`. `flush()` at the end is the user's.
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
    void send(std::string_view text) {
        if constexpr (has_write<Sink>::value) {
            sink_.write(text.data(), static_cast<std::ptrdiff_t>(text.size()));
        } else {
            sink_(text);
        }
    }
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

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::max, std::min
#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <cstring>     // std::memcpy
#include <string>      // pieces of the file
#include <string_view> // pieces of the file
#include <type_traits> // std::remove_reference_t
#include <vector>      // names that were prepared

WICK_BEGIN_NAMESPACE

/// What a flame graph looks like. Lengths are in pixels.
struct flamegraph_options {
    std::string title;       ///< empty: "Flame Graph", or "Icicle Graph" when inverted
    std::string subtitle;    ///< stands before the numbers under the title
    std::string unit;        ///< what the weights are; empty: the profile's unit, or "samples"
    int width = 1200;        ///< of the static picture; 100 to 100,000
    bool fluid = true;       ///< the page takes the width of its window, where scripts run
    int frame_height = 18;   ///< from one row of frames to the next; 10 to 1,000
    double min_width = 0.5;  ///< narrower frames are drawn together, as elided blocks; 0: none are
    bool inverted = false;   ///< the root on top, callees hanging down
    bool interactive = true; ///< false: the static picture alone, without the script and its data
};

/// What became of a profile's frames in a picture's static part. In the page, each can be reached.
struct flamegraph_summary {
    std::uint64_t frames = 0;        ///< of the profile, with its root
    std::uint64_t drawn = 0;         ///< as frames of their own
    std::uint64_t elided = 0;        ///< in elided blocks
    std::uint64_t elided_blocks = 0; ///< how many those are
    std::uint64_t weightless = 0;    ///< not drawn, as they and their neighbours have no weight
    std::uint64_t negative = 0;      ///< with a negative weight, which counts as 0

    /// True when there was anything to draw.
    explicit operator bool() const noexcept { return drawn != 0; }
};

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
    /// Always two digits behind the point: "5.67 %".
    void percent(std::uint64_t part, std::uint64_t whole) noexcept {
        // Beyond 2^49 a share is known well enough without the lowest bits.
        while (part >= std::uint64_t{1} << 49) {
            part >>= 1;
            whole >>= 1;
        }
        const std::uint64_t share = whole == 0 ? 0 : (part * 10000 + whole / 2) / whole;
        number(share / 100);
        *at++ = '.';
        *at++ = static_cast<char>('0' + share / 10 % 10);
        *at++ = static_cast<char>('0' + share % 10);
        text(" %");
    }
};

/// More than any text needs that a text_cursor writes around a name and a unit.
inline constexpr std::size_t frame_text_room = 512;

/// Where things are in the picture. All lengths are in pixels unless they say otherwise.
struct flamegraph_geometry {
    static constexpr int side = 12;            ///< free space to the left and the right
    static constexpr int top = 66;             ///< where the first row of frames begins
    static constexpr int foot = 58;            ///< from the last row to the end
    static constexpr int pad = 3;              ///< between a frame's edge and its label
    static constexpr double cell = 12 * 0.603; ///< a letter: monospaced fonts have 0.5 to 0.602
    int width = 0;
    int row = 0;
    int rows = 0;
    bool inverted = false;
    double scale = 0;            ///< hundredths of a pixel for a unit of weight
    std::uint64_t min_width = 0; ///< in hundredths of a pixel
    std::uint64_t min_weight = 0;

    [[nodiscard]] int inner_width() const noexcept { return width - 2 * side; }
    [[nodiscard]] int height() const noexcept { return top + rows * row + foot; }
    [[nodiscard]] int baseline() const noexcept { return (row - 1) / 2 + 5; }
    [[nodiscard]] std::uint64_t x(std::uint64_t offset) const noexcept {
        return static_cast<std::uint64_t>(static_cast<double>(offset) * scale + 0.5);
    }
    [[nodiscard]] int y(std::uint32_t depth) const noexcept {
        const int at = static_cast<int>(depth);
        return (inverted ? at : rows - 1 - at) * row;
    }
};

/// Returns how many cells a label may take in a frame that is `width` hundredths of a pixel wide.
[[nodiscard]] inline std::size_t label_room(std::uint64_t width) noexcept {
    const double inside = static_cast<double>(width) / 100 - 2 * flamegraph_geometry::pad;
    return inside <= 0 ? 0 : static_cast<std::size_t>(inside / flamegraph_geometry::cell);
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

[[nodiscard]] inline char kind_letter(frame_kind kind) noexcept {
    return "fikjptlm"[static_cast<std::size_t>(kind)];
}

/// Returns `unit` for one: "1 sample", "2 samples".
[[nodiscard]] inline std::string_view
unit_of(std::string_view unit, std::uint64_t value, int decimals) {
    const bool one = value == power_of_ten(decimals) && !unit.empty() && unit.back() == 's';
    return unit.substr(0, unit.size() - (one ? 1 : 0));
}

/// Appends numbers in base 32, lowest digit first, 32 being added to all digits but the last.
inline char* put_base32(char* at, std::uint64_t value) noexcept {
    constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (; value >= 32; value >>= 5) { *at++ = alphabet[32 + (value & 31)]; }
    *at++ = alphabet[value];
    return at;
}

/// Writes the parts of the file in their order.
template <class Sink>
class flamegraph_page {
public:
    flamegraph_page(Sink& sink, const flame_tree& tree, const flamegraph_options& options)
        : out_(sink)
        , tree_(tree)
        , options_(options)
        , names_(tree.names.size()) {
        append_xml(unit_,
                   !options.unit.empty()       ? std::string_view(options.unit)
                   : !tree.shown->unit.empty() ? std::string_view(tree.shown->unit)
                                               : std::string_view("samples"));
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
            if (options_.interactive) { data(); }
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
        char style[2] = {};    // the CSS class
    };

    text_writer<Sink> out_;
    const flame_tree& tree_;
    const flamegraph_options& options_;
    flamegraph_geometry g_;
    flamegraph_summary summary_;
    std::string unit_;            // as XML
    std::vector<prepared> names_; // by name; filled when a name is first drawn
    std::string escaped_;
    std::string label_;
    std::string scratch_;
    std::uint64_t elided_weight_ = 0;

    // A first pass over the boxes: the height and the notes depend on all of them.
    void measure() {
        g_.width = (std::min)((std::max)(options_.width, 100), 100000);
        g_.row = (std::min)((std::max)(options_.frame_height, 10), 1000);
        g_.inverted = options_.inverted;
        g_.rows = 1;
        if (options_.min_width > 0) { // not NaN either
            const double width = (std::min)(options_.min_width, static_cast<double>(g_.width));
            g_.min_width = static_cast<std::uint64_t>(width * 100);
        }
        summary_.frames = tree_.size();
        summary_.negative = tree_.negative;
        const std::uint64_t total = tree_.total[0];
        if (total == 0) { return; }
        g_.scale = g_.inner_width() * 100.0 / static_cast<double>(total);
        // The root is always drawn, and what weighs nothing never is.
        const double least = static_cast<double>(g_.min_width) / g_.scale;
        g_.min_weight = total;
        if (least < static_cast<double>(total) - 1) {
            g_.min_weight = static_cast<std::uint64_t>(least);
            const bool cut = static_cast<double>(g_.min_weight) < least;
            if (cut || g_.min_weight == 0) { ++g_.min_weight; }
        }
        lay_out(tree_, g_.min_weight, [&](const flame_box& box) { count(box); });
    }

    void count(const flame_box& box) {
        const std::uint64_t frames = box.stop - box.first;
        if (box.weight == 0) {
            summary_.weightless += frames;
            return;
        }
        g_.rows = (std::max)(g_.rows, static_cast<int>(box.depth) + 1);
        if (!box.elided) {
            ++summary_.drawn;
            return;
        }
        // However narrow: a block that is left out would look as if its parent had no callees.
        ++summary_.elided_blocks;
        summary_.elided += frames;
        elided_weight_ += box.weight;
    }

    // Returns memory for a text in which a name may stand.
    [[nodiscard]] text_cursor cursor(std::size_t name_size) {
        const std::size_t room = name_size + unit_.size() + frame_text_room;
        if (scratch_.size() < room) { scratch_.resize(2 * room); }
        return {&scratch_[0]};
    }
    [[nodiscard]] std::string_view written(const text_cursor& end) const {
        return {scratch_.data(), static_cast<std::size_t>(end.at - scratch_.data())};
    }
    void put(const text_cursor& end) { out_.put(written(end)); }

    [[nodiscard]] std::string title() const {
        std::string text = options_.title;
        if (text.empty()) { text = options_.inverted ? "Icicle Graph" : "Flame Graph"; }
        return text;
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
        out_.put("\">\n<title>");
        std::string text;
        append_xml(text, title());
        out_.put(text);
        out_.put("</title>\n<style>");
        out_.put(flamegraph_style);
        text.clear();
        append_palette(text, 100);
        text += "@media (prefers-color-scheme:dark){";
        text += flamegraph_dark_style;
        append_palette(text, 88);
        out_.put(text);
        out_.put("}</style>\n<rect class=\"paper\" width=\"");
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
        if (!text.empty()) { text += "  \xc2\xb7  "; }
        const std::uint64_t total = tree_.total[0];
        text_cursor c = cursor(0);
        c.weight(total, tree_.shown->decimals);
        c.text(" ");
        text += written(c);
        text += unit_of(plain_unit(), total, tree_.shown->decimals);
        c = cursor(0);
        c.text("  \xc2\xb7  ");
        c.grouped(tree_.size() - 1);
        c.text(tree_.size() == 2 ? " frame" : " frames");
        c.text("  \xc2\xb7  ");
        c.grouped(tree_.deepest);
        c.text(" deep");
        text += written(c);
        line("quiet", g_.side, 51, text, 6.6);
    }

    [[nodiscard]] std::string_view plain_unit() const {
        if (!options_.unit.empty()) { return options_.unit; }
        if (!tree_.shown->unit.empty()) { return tree_.shown->unit; }
        return "samples";
    }

    void nothing() {
        const bool empty = tree_.shown->empty();
        line("",
             g_.side,
             g_.top + 20,
             empty ? "Nothing to show: the profile is empty."
                   : "Nothing to show: no frame of the profile has a positive weight.",
             flamegraph_geometry::cell);
    }

    const prepared& prepare(std::uint32_t name) {
        prepared& made = names_[name];
        if (made.size != 0) { return made; }
        const flame_name& of = tree_.names[name];
        made.begin = escaped_.size();
        const std::string_view shown = of.text.empty() ? std::string_view("(no name)") : of.text;
        append_xml(escaped_, name == 0 ? std::string_view("all") : shown);
        escaped_ += kind_word(of.kind);
        made.size = escaped_.size() - made.begin;
        made.plain = is_plain(of.text);
        set_style(name, made.style);
        return made;
    }

    void set_style(std::uint32_t name, char (&style)[2]) const {
        const flame_name& of = tree_.names[name];
        const hue& colours = hue_of(of.kind);
        style[0] = name == 0 ? 'r' : colours.letter;
        style[1] = name == 0 ? '0' : shade_digit(shade_of(of.text, colours.shades));
    }

    void draw(const flame_box& box) {
        if (box.weight == 0) { return; }
        if (box.elided) {
            draw_block(box);
            return;
        }
        const std::uint32_t name = tree_.name(box.first);
        const prepared& ready = prepare(name);
        const std::string_view text = name == 0 ? std::string_view("all") : tree_.names[name].text;
        const std::uint64_t width = g_.x(box.offset + box.weight) - g_.x(box.offset);
        const std::size_t room = label_room(width);
        text_cursor c = cursor(2 * ready.size + 6 * text.size());
        c.text("<g class=\"");
        c.text(std::string_view(ready.style, 2));
        c.text("\"><title>");
        c.text(std::string_view(escaped_.data() + ready.begin, ready.size));
        c.text(" (");
        amount(c, box.weight);
        const std::uint64_t self = tree_.self(box.first);
        c.text("; self ");
        c.weight(self, tree_.shown->decimals);
        if (self != 0) {
            c.text(", ");
            c.percent(self, tree_.total[0]);
        }
        c.text(")");
        rectangle(c, box, width);
        if (room >= 3 && !text.empty()) { label(c, box, text, ready.plain, room); }
        c.text("</g>\n");
        put(c);
    }

    void draw_block(const flame_box& box) {
        const std::uint64_t width = g_.x(box.offset + box.weight) - g_.x(box.offset);
        const std::uint64_t frames = box.stop - box.first;
        char text[32];
        text_cursor words{text};
        words.grouped(frames);
        words.text(" elided");
        const std::string_view said(text, static_cast<std::size_t>(words.at - text));
        text_cursor c = cursor(0);
        c.text("<g class=\"elided\"><title>");
        c.grouped(frames);
        c.text(frames == 1 ? " frame elided (" : " frames elided (");
        amount(c, box.weight);
        c.text(")");
        rectangle(c, box, width);
        if (said.size() <= label_room(width)) { label(c, box, said, true, said.size()); }
        c.text("</g>\n");
        put(c);
    }

    // "1,234 samples, 5.67 %".
    void amount(text_cursor& c, std::uint64_t weight) const {
        c.weight(weight, tree_.shown->decimals);
        c.text(" ");
        c.text(unit_of(unit_, weight, tree_.shown->decimals));
        c.text(", ");
        c.percent(weight, tree_.total[0]);
    }

    void rectangle(text_cursor& c, const flame_box& box, std::uint64_t width) const {
        c.text("</title><rect x=\"");
        c.hundredths(g_.x(box.offset));
        c.text("\" y=\"");
        c.number(static_cast<std::uint64_t>(g_.y(box.depth)));
        c.text("\" width=\"");
        // Neighbours are told apart by a gap, which frames of a pixel or two cannot spare.
        c.hundredths(width >= 300 ? width - 50 : width);
        c.text("\" height=\"");
        c.number(static_cast<std::uint64_t>(g_.row - 1));
        c.text("\"/>");
    }

    void label(
        text_cursor& c, const flame_box& box, std::string_view text, bool plain, std::size_t room) {
        c.text("<text x=\"");
        c.hundredths(g_.x(box.offset) + 100 * g_.pad);
        c.text("\" y=\"");
        c.number(static_cast<std::uint64_t>(g_.y(box.depth) + g_.baseline()));
        if (plain) {
            c.text("\">");
            const bool whole = text.size() <= room;
            c.text(text.substr(0, whole ? room : room - 1));
            if (!whole) { c.text("\xe2\x80\xa6"); }
        } else {
            label_.clear();
            const std::size_t used = append_fitted(label_, text, room);
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

    [[nodiscard]] static bool is_ascii(std::string_view text) noexcept {
        for (const char c : text) {
            if (c < ' ' || c > '~') { return false; }
        }
        return true;
    }

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
        const int x = legend();
        const std::string about = provenance();
        if (!about.empty()) { line("quiet", x, 44, about, 6.6); }
        out_.put("</g>\n");
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
            c.percent(elided_weight_, tree_.total[0]);
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

    // Returns where the next text on its line may begin.
    int legend() {
        int x = 0;
        constexpr frame_kind kinds[] = {frame_kind::kernel, frame_kind::inlined, frame_kind::jit};
        for (const frame_kind kind : kinds) {
            const auto is_kind = [&](const flame_name& n) { return n.kind == kind && n.nodes > 0; };
            if (std::none_of(tree_.names.begin(), tree_.names.end(), is_kind)) { continue; }
            const hue& colours = hue_of(kind);
            std::string_view word = kind_word(kind).substr(2);
            word.remove_suffix(1);
            out_.put("<rect class=\"swatch ");
            out_.put(colours.letter);
            out_.put(shade_digit(colours.shades / 2));
            out_.put("\" x=\"");
            out_.put_number(x);
            out_.put("\" y=\"34\" width=\"12\" height=\"12\"/>");
            line("quiet", x + 17, 44, word, 6.6);
            x += 36 + static_cast<int>(word.size()) * 7;
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
        const std::vector<origin>& origins = tree_.shown->origins;
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
        if (dropped != 0) { add(std::to_string(dropped) + " samples dropped"); }
        if (truncated != 0) { add(std::to_string(truncated) + " stacks truncated"); }
        if (tree_.negative != 0) {
            add(std::to_string(tree_.negative) + " negative weights taken as 0");
        }
        return text;
    }

    [[nodiscard]] static std::string rate(double hertz, std::string_view what) {
        if (!(hertz > 0 && hertz < 1e12)) { return {}; } // NaN too
        const auto tenths = static_cast<std::uint64_t>(hertz * 10 + 0.5);
        std::string text = std::to_string(tenths / 10);
        if (tenths % 10 != 0) { (text += '.') += static_cast<char>('0' + tenths % 10); }
        return text.append(what);
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

    void data() {
        out_.put("<metadata class=\"wick-page\"");
        setting("version", 1);
        setting("unit", unit_);
        setting("decimals", tree_.shown->decimals);
        setting("total", tree_.total[0]);
        setting("nodes", std::uint64_t{tree_.size()});
        setting("width", g_.width);
        setting("fluid", options_.fluid ? 1 : 0);
        setting("inverted", options_.inverted ? 1 : 0);
        setting("side", g_.side);
        setting("top", g_.top);
        setting("foot", g_.foot);
        setting("row", g_.row);
        setting("rows", g_.rows);
        setting("baseline", g_.baseline());
        text_cursor c = cursor(0);
        c.hundredths(g_.min_width);
        setting("min", written(c));
        out_.put("/>\n");
        data_names();
        data_nodes();
        out_.put("<script><![CDATA[");
        out_.put(flamegraph_script_model);
        out_.put(flamegraph_script_page);
        out_.put("]]></script>\n");
    }

    void data_names() {
        out_.put("<metadata class=\"wick-names\">");
        std::string text = "fr0all\n";
        for (std::uint32_t name = 1; name < tree_.names.size(); ++name) {
            char style[2];
            set_style(name, style);
            text += kind_letter(tree_.names[name].kind);
            text.append(style, sizeof style);
            append_escaped(text, tree_.names[name].text);
            text += '\n';
            out_.put(text);
            text.clear();
        }
        out_.put(text); // the root's, when there is no other
        out_.put("</metadata>\n");
    }

    // XML parsers refuse texts beyond some 10 MB: the nodes are in several elements, none of them
    // cut in two.
    void data_nodes() {
        constexpr std::uint32_t nodes_per_part = 200000;
        char text[48];           // three numbers of 13 digits at most
        std::uint32_t level = 0; // one more than the depth of the node before
        for (std::uint32_t i = 0; i < tree_.size(); ++i) {
            if (i % nodes_per_part == 0) {
                out_.put(i == 0 ? "<metadata class=\"wick-nodes\">"
                                : "</metadata>\n<metadata class=\"wick-nodes\">");
            }
            const std::uint64_t self = tree_.self(i);
            const std::uint64_t up = level - tree_.depth[i];
            char* at = put_base32(text, 2 * up + (self != 0 ? 1 : 0));
            at = put_base32(at, tree_.name(i));
            if (self != 0) { at = put_base32(at, self); }
            out_.put(std::string_view(text, static_cast<std::size_t>(at - text)));
            level = tree_.depth[i] + 1;
        }
        out_.put("</metadata>\n");
    }
};

} // namespace detail

/// Writes a profile as a flame graph: one SVG file that needs no other.
/// Frames whose names in text are equal are one frame; siblings are in the profile's order, so that
/// equal profiles give equal bytes. Names may hold any bytes: what XML or a reader cannot take is
/// replaced by marks that can be seen. Without scripts, the file is a picture with tooltips. With
/// them, it is a page with zoom and search which draws from the whole profile, kept in the file as
/// text:
///   metadata.wick-page   what the script must know, as data-* attributes
///   metadata.wick-names  a line a name: a letter for its kind (function f, inlined i, kernel k,
///                        jit j, process p, thread t, label l, marker m), its CSS class (two
///                        letters), the name, in which "\\" is a backslash and "\xHH" a byte that
///                        could not be shown
///   metadata.wick-nodes  the nodes in preorder: twice the number of levels gone up since the node
///                        before, plus 1 with a weight of its own; the name's index; that weight.
///                        Numbers are in base 32 (A-Z a-z 0-9 - _), lowest digit first, with 32
///                        added to all digits but the last
/// `sink` is called with pieces of the text (std::string_view), or is a std::ostream.
/// Returns what was drawn; false when there was nothing to: the file then says so.
/// Precondition: `validate(p)` finds nothing wrong.
/// Cost: O(nodes); about 20 bytes of memory a node, and in the file 4 a node and 160 a frame drawn.
template <class Sink>
flamegraph_summary
write_flamegraph(Sink&& sink, const profile& p, const flamegraph_options& options = {}) {
    profile merged;
    const detail::flame_tree tree = detail::make_flame_tree(p, merged);
    detail::flamegraph_page<std::remove_reference_t<Sink>> page(sink, tree, options);
    return page.write();
}

/// Returns what write_flamegraph writes.
[[nodiscard]] inline std::string to_flamegraph(const profile& p,
                                               const flamegraph_options& options = {}) {
    std::string text;
    write_flamegraph([&](std::string_view piece) { text += piece; }, p, options);
    return text;
}

WICK_END_NAMESPACE

#endif
