// wick 0.1.0, one header made of several by tools/amalgamate.py. Do not edit it:
// change these files under include/ and run the tool again.
//   wick/wick.hpp
//   wick/comparison.hpp
//   wick/profile.hpp
//   wick/detail/hash.hpp
//   wick/version.hpp
//   wick/result.hpp
//   wick/diff.hpp
//   wick/detail/diff_tests.hpp
//   wick/detail/diff_tree.hpp
//   wick/detail/statistics.hpp
//   wick/detail/diff_text.hpp
//   wick/detail/folded_lines.hpp
//   wick/detail/frame_text.hpp
//   wick/detail/shown_text.hpp
//   wick/detail/writer.hpp
//   wick/flamegraph.hpp
//   wick/detail/flame_tree.hpp
//   wick/detail/flamegraph_script.hpp
//   wick/detail/flamegraph_style.hpp
//   wick/folded.hpp
//   wick/detail/lines.hpp
//   wick/detail/stack_text.hpp
//   wick/detail/text.hpp
//   wick/format/any.hpp
//   wick/detail/stack_samples.hpp
//   wick/detail/symbol_text.hpp
//   wick/format/bcc.hpp
//   wick/format/bpftrace.hpp
//   wick/format/chrome_trace.hpp
//   wick/detail/json.hpp
//   wick/detail/utf8.hpp
//   wick/detail/text_table.hpp
//   wick/timeline.hpp
//   wick/format/dtrace.hpp
//   wick/format/eu_stack.hpp
//   wick/format/faulthandler.hpp
//   wick/format/gdb.hpp
//   wick/format/ghcprof.hpp
//   wick/format/go_raw.hpp
//   wick/format/instruments.hpp
//   wick/format/jstack.hpp
//   wick/format/perf_script.hpp
//   wick/detail/symbol_memory.hpp
//   wick/format/pmc.hpp
//   wick/format/py_spy_dump.hpp
//   wick/format/sample.hpp
//   wick/format/stap.hpp
//   wick/format/vsprof.hpp
//   wick/format/vtune.hpp
//   wick/format/xctrace.hpp
//   wick/detail/xml.hpp
//   wick/query.hpp
//   wick/detail/pattern.hpp
//   wick/detail/pattern_program.hpp
//   wick/sampler.hpp
//   wick/detail/sample_handler.hpp
//   wick/detail/sample_ring.hpp
//   wick/detail/unwind.hpp
//   wick/detail/eh_frame.hpp
//   wick/detail/elf.hpp
//   wick/detail/signal_claim.hpp
//   wick/detail/stack_recorder.hpp
//   wick/detail/symbolize.hpp
//   wick/detail/crc32.hpp
//   wick/detail/demangle.hpp
//   wick/detail/posix.hpp
//   wick/detail/thread_roster.hpp
//   wick/detail/thread_timers.hpp
//   wick/symbols.hpp
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

// wick/wick.hpp - everything at once; the headers it includes can each be used alone.
#ifndef WICK_WICK_HPP
#define WICK_WICK_HPP

// wick/comparison.hpp - two profiles side by side, in one tree, with what a test made of each node.
#ifndef WICK_COMPARISON_HPP
#define WICK_COMPARISON_HPP

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

#include <algorithm> // std::max, std::lower_bound
#include <cmath>     // std::isfinite
#include <cstddef>   // std::size_t
#include <cstdint>   // fixed-width members
#include <string>    // unit
#include <utility>   // std::move
#include <vector>    // nodes, functions, tests

WICK_BEGIN_NAMESPACE

/// On which sides something is. This is a fact about the two inputs; a verdict is a conclusion.
enum class presence : std::uint8_t { both, only_before, only_after };

/// What a test made of a difference. More weight is worse: `regressed`. `unchanged` means shown to
/// be equal but for a difference that does not matter; `inconclusive` that the data cannot tell.
enum class verdict : std::uint8_t { untested, unchanged, inconclusive, improved, regressed };

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

    friend bool operator==(const significance& a, const significance& b) {
        return !(a.p_value < b.p_value) && !(b.p_value < a.p_value) && !(a.adjusted < b.adjusted) &&
               !(b.adjusted < a.adjusted) && !(a.low < b.low) && !(b.low < a.low) &&
               !(a.high < b.high) && !(b.high < a.high) && a.renormalised == b.renormalised;
    }
    friend bool operator!=(const significance& a, const significance& b) { return !(a == b); }
};

/// The figures of one node or function.
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
/// checked by `validate()`: modules, frames and nodes are as in a profile; the magnitudes of the
/// weights of both sides together add up to less than 2^63; `functions` has an element for each
/// frame, which follows from the nodes; tests[0] is a default one and all `test` are indices into
/// them; before_scale is finite and greater than 0.
struct comparison {
    /// One calling context. Its total follows from the nodes: `totals()`.
    struct node {
        std::uint32_t parent = 0; ///< index into nodes, smaller than the node's own
        std::uint32_t frame = 0;  ///< index into frames
        compared self;            ///< what ended here
        presence in = presence::both;
        verdict self_verdict = verdict::untested;
        verdict total_verdict = verdict::untested;
        std::uint32_t test = 0; ///< index into tests; 0: neither self nor total was tested

        friend bool operator==(const node& a, const node& b) {
            return a.parent == b.parent && a.frame == b.frame && a.self == b.self && a.in == b.in &&
                   a.test == b.test && a.self_verdict == b.self_verdict &&
                   a.total_verdict == b.total_verdict;
        }
        friend bool operator!=(const node& a, const node& b) { return !(a == b); }
    };
    /// One frame over all the places where it stands.
    struct function {
        compared self;  ///< what ended in it
        compared total; ///< all stacks with it in them, each counted once
        presence in = presence::both;
        verdict self_verdict = verdict::untested;
        verdict total_verdict = verdict::untested;
        std::uint32_t test = 0; ///< index into tests; 0: neither self nor total was tested

        friend bool operator==(const function& a, const function& b) {
            return a.self == b.self && a.total == b.total && a.in == b.in && a.test == b.test &&
                   a.self_verdict == b.self_verdict && a.total_verdict == b.total_verdict;
        }
        friend bool operator!=(const function& a, const function& b) { return !(a == b); }
    };

    std::vector<loaded_module> modules = std::vector<loaded_module>(1); ///< [0]: the unknown module
    std::vector<wick::frame> frames = std::vector<wick::frame>(1); ///< [0]: the root's empty frame
    std::vector<node> nodes = std::vector<node>(1);                ///< [0]: the root
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
               a.nodes == b.nodes && a.functions == b.functions && a.frames == b.frames &&
               a.modules == b.modules && a.tests == b.tests && a.method == b.method &&
               a.before_origins == b.before_origins && a.after_origins == b.after_origins;
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
[[nodiscard]] inline bool fits_sums(const std::vector<comparison::node>& nodes) noexcept {
    std::uint64_t sum = 0;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    for (const comparison::node& n : nodes) {
        for (const std::int64_t weight : {n.self.before.weight, n.self.after.weight}) {
            if (magnitude(weight) > max_magnitude - sum) { return false; }
            sum += magnitude(weight);
        }
        if (n.self.before.count > ~before || n.self.after.count > ~after) { return false; }
        before += n.self.before.count;
        after += n.self.after.count;
    }
    return true;
}

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
        detail::add(total[i], c.nodes[i].self);
        if (i > 0) { detail::add(total[c.nodes[i].parent], total[i]); }
    }
    return total;
}

/// Returns the table by function that follows from a comparison's nodes, without verdicts. Stacks
/// with a function in them several times count once. Cost: O(n), one pass.
[[nodiscard]] inline std::vector<comparison::function> functions_of(const comparison& c) {
    const std::vector<compared> total = totals(c);
    std::vector<comparison::function> functions(c.frames.size());
    std::vector<unsigned char> sides(c.frames.size());  // 1: before, 2: after
    std::vector<std::uint32_t> active(c.frames.size()); // how often a frame is on the path
    std::vector<std::uint32_t> path;
    for (std::uint32_t i = 0; i < c.nodes.size(); ++i) {
        const comparison::node& n = c.nodes[i];
        while (!path.empty() && path.back() != n.parent) {
            --active[c.nodes[path.back()].frame];
            path.pop_back();
        }
        detail::add(functions[n.frame].self, n.self);
        if (active[n.frame]++ == 0) { detail::add(functions[n.frame].total, total[i]); }
        const unsigned side = n.in == presence::both ? 3 : n.in == presence::only_before ? 1 : 2;
        sides[n.frame] = static_cast<unsigned char>(sides[n.frame] | side);
        path.push_back(i);
    }
    for (std::size_t f = 0; f < functions.size(); ++f) {
        functions[f].in = sides[f] == 1   ? presence::only_before
                          : sides[f] == 2 ? presence::only_after
                                          : presence::both;
    }
    return functions;
}

namespace detail {

/// Puts the nodes of one side into the tree of both. A profile's nodes are a subsequence of those
/// of a merged one, as both are in canonical order.
template <class Take>
void place_side(const profile& side, const profile& both, std::uint64_t factor, Take take) {
    std::vector<std::uint32_t> modules;
    for (const loaded_module& m : side.modules) {
        const auto found = std::lower_bound(both.modules.begin(), both.modules.end(), m);
        modules.push_back(static_cast<std::uint32_t>(found - both.modules.begin()));
    }
    std::vector<std::uint32_t> frames;
    frames.reserve(side.frames.size());
    for (frame f : side.frames) {
        f.module = modules[f.module];
        const auto found = std::lower_bound(both.frames.begin(), both.frames.end(), f, frame_less);
        frames.push_back(static_cast<std::uint32_t>(found - both.frames.begin()));
    }
    std::vector<std::uint32_t> place(side.nodes.size());
    std::uint32_t at = 0;
    for (std::size_t i = 0; i < side.nodes.size(); ++i) {
        const profile::node& n = side.nodes[i];
        if (i > 0) {
            do {
                ++at;
            } while (both.nodes[at].parent != place[n.parent] ||
                     both.nodes[at].frame != frames[n.frame]);
        }
        place[i] = at;
        take(at, measured{n.count, n.self * static_cast<std::int64_t>(factor)});
    }
}

} // namespace detail

/// Returns two profiles side by side; no difference is tested. A node is present on the sides whose
/// profile has it. The two columns of folded text (folded.hpp) are such profiles.
/// Errors: units that differ (none of them ""); weights that add up to 2^63 or more.
/// Cost:   that of merging the two.
[[nodiscard]] inline result<comparison> untested_comparison(const profile& before,
                                                            const profile& after) {
    result<profile> merged = merge({before, after});
    if (!merged) { return {comparison{}, std::move(merged.error)}; }
    profile& both = merged.value;
    comparison made;
    made.unit = both.unit;
    made.decimals = both.decimals;
    made.counted = both.counted;
    made.before_origins = before.origins;
    made.after_origins = after.origins;
    made.nodes.resize(both.nodes.size());
    std::vector<unsigned char> sides(both.nodes.size());
    const auto factor = [&](const profile& side) {
        return detail::power_of_ten(both.decimals - side.decimals);
    };
    detail::place_side(before, both, factor(before), [&](std::uint32_t at, const measured& m) {
        made.nodes[at].self.before = m;
        sides[at] = 1;
    });
    detail::place_side(after, both, factor(after), [&](std::uint32_t at, const measured& m) {
        made.nodes[at].self.after = m;
        sides[at] = static_cast<unsigned char>(sides[at] | 2);
    });
    for (std::size_t i = 0; i < both.nodes.size(); ++i) {
        made.nodes[i].parent = both.nodes[i].parent;
        made.nodes[i].frame = both.nodes[i].frame;
        made.nodes[i].in = sides[i] == 1   ? presence::only_before
                           : sides[i] == 2 ? presence::only_after
                                           : presence::both;
    }
    made.modules = std::move(both.modules);
    made.frames = std::move(both.frames);
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
        const measured& m = after ? n.self.after : n.self.before;
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
    if (n.self_verdict > verdict::regressed || n.total_verdict > verdict::regressed) {
        return ": there is no such verdict";
    }
    if (n.in == presence::only_after && n.self.before != measured{}) {
        return " has weight before, where it is not";
    }
    if (n.in == presence::only_before && n.self.after != measured{}) {
        return " has weight after, where it is not";
    }
    const presence above = c.nodes[n.parent].in;
    if (i > 0 && above != presence::both && n.in != above) {
        return " is on a side where its parent is not";
    }
    return nullptr;
}

[[nodiscard]] inline error tests_problem(const comparison& c) {
    if (c.tests.empty() || c.tests[0] != tested{}) {
        return error{"tests[0] is not a default one"};
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
    if (!detail::fits_sums(c.nodes)) { return error{"the weights add up to 2^63 or more"}; }
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
            has.in != expected[f].in || has.self_verdict > verdict::regressed ||
            has.total_verdict > verdict::regressed) {
            return error{"function " + std::to_string(f) + " does not follow from the nodes"};
        }
    }
    if (!(c.before_scale > 0) || !std::isfinite(c.before_scale)) {
        return error{"before_scale is not a number greater than 0"};
    }
    return detail::tests_problem(c);
}

WICK_END_NAMESPACE

#endif
// wick/diff.hpp - what changed between two sides of profiles, by how much, and whether it is real.
#ifndef WICK_DIFF_HPP
#define WICK_DIFF_HPP

// wick/detail/diff_tests.hpp - the tests behind diff.hpp: dispersion, p-values, intervals,
// verdicts. SPDX-FileCopyrightText: 2026 wick contributors SPDX-License-Identifier: MIT
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
        before_factor_ = factor(before);
        after_factor_ = factor(after);
        const auto modules = union_of(before.modules,
                                      after.modules,
                                      made_.modules,
                                      [](const auto& a, const auto& b) { return a < b; });
        std::tie(before_frames_, after_frames_) =
            union_of(frames_with(before.frames, modules.first),
                     frames_with(after.frames, modules.second),
                     made_.frames,
                     frame_less);
        walk();
        finish_functions();
    }

    [[nodiscard]] diff_rows& rows() noexcept { return rows_; }

private:
    static constexpr std::uint32_t none = 0xffffffffu;
    // A node on the way from the root, with what has been seen below it so far.
    struct step {
        std::uint32_t node;
        std::uint32_t before; // its node on that side, or none
        std::uint32_t after;
        std::uint32_t child_test = 0; // of the last child
        compared total;
    };

    comparison& made_;
    const profile& before_;
    const profile& after_;
    std::uint64_t least_;
    std::int64_t before_factor_ = 1;
    std::int64_t after_factor_ = 1;
    std::vector<std::uint32_t> before_frames_;
    std::vector<std::uint32_t> after_frames_;
    std::vector<step> path_;
    std::vector<std::uint32_t> active_;  // how often a frame is on the path
    std::vector<unsigned char> present_; // 1: before, 2: after
    diff_rows rows_;

    [[nodiscard]] std::int64_t factor(const profile& side) const noexcept {
        return static_cast<std::int64_t>(power_of_ten(made_.decimals - side.decimals));
    }

    void walk() {
        // Only what is used of this becomes memory; growing would need twice the size.
        made_.nodes.clear();
        made_.nodes.reserve(before_.nodes.size() + after_.nodes.size());
        made_.functions.assign(made_.frames.size(), {});
        active_.resize(made_.frames.size());
        present_.resize(made_.frames.size());
        enter(0, 0, 0);
        std::uint32_t i = 1;
        std::uint32_t j = 1;
        const auto before_size = static_cast<std::uint32_t>(before_.nodes.size());
        const auto after_size = static_cast<std::uint32_t>(after_.nodes.size());
        while (i < before_size || j < after_size) {
            const step& top = path_.back();
            const bool in_before = i < before_size && before_.nodes[i].parent == top.before;
            const bool in_after = j < after_size && after_.nodes[j].parent == top.after;
            if (!in_before && !in_after) {
                leave();
                continue;
            }
            const std::uint32_t f = in_before ? before_frames_[before_.nodes[i].frame] : none;
            const std::uint32_t g = in_after ? after_frames_[after_.nodes[j].frame] : none;
            enter(f <= g ? i++ : none, g <= f ? j++ : none, (std::min)(f, g));
        }
        while (!path_.empty()) { leave(); }
    }

    void enter(std::uint32_t before, std::uint32_t after, std::uint32_t frame) {
        comparison::node made;
        made.parent = path_.empty() ? 0 : path_.back().node;
        made.frame = frame;
        if (before != none) {
            const profile::node& n = before_.nodes[before];
            made.self.before = {n.count, n.self * before_factor_};
        } else {
            made.in = presence::only_after;
        }
        if (after != none) {
            const profile::node& n = after_.nodes[after];
            made.self.after = {n.count, n.self * after_factor_};
        } else {
            made.in = presence::only_before;
        }
        const unsigned sides = made.in == presence::both          ? 3
                               : made.in == presence::only_before ? 1
                                                                  : 2;
        present_[frame] = static_cast<unsigned char>(present_[frame] | sides);
        ++active_[frame];
        path_.push_back(
            {static_cast<std::uint32_t>(made_.nodes.size()), before, after, 0, made.self});
        made_.nodes.push_back(made);
    }

    void leave() {
        const step done = path_.back();
        path_.pop_back();
        comparison::node& n = made_.nodes[done.node];
        n.test = test_of(done, n.self);
        comparison::function& f = made_.functions[n.frame];
        add(f.self, n.self);
        if (--active_[n.frame] == 0) { add(f.total, done.total); }
        if (path_.empty()) { return; }
        add(path_.back().total, done.total);
        path_.back().child_test = n.test;
    }

    [[nodiscard]] bool enough(const compared& seen) const noexcept {
        return seen.before.count >= least_ || seen.after.count >= least_;
    }

    [[nodiscard]] std::uint32_t add_row(std::uint32_t owner, bool is_total, const compared& seen) {
        rows_.rows.push_back({owner, is_total, seen});
        return static_cast<std::uint32_t>(rows_.rows.size() - 1);
    }

    [[nodiscard]] std::uint32_t test_of(const step& done, const compared& self) {
        if (!enough(done.total)) { return 0; }
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
            f.in = present_[i] == 1   ? presence::only_before
                   : present_[i] == 2 ? presence::only_after
                                      : presence::both;
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

/// Returns the least whole x with binomial_to(x, n, p) >= share.
[[nodiscard]] inline std::uint64_t
binomial_quantile(double share, std::uint64_t n, double p) noexcept {
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

/// Returns the probability that the rank statistic of samples of n1 and n2 values without ties is u
/// or more. Cost: O(n1^2 n2^2) steps at most and n1 n2 numbers: meant for n1 n2 <= 2,500.
[[nodiscard]] inline double mann_whitney_above(double u, std::size_t n1, std::size_t n2) {
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
    const bool small = a.size() <= 2500 && b.size() <= 2500 && a.size() * b.size() <= 2500;
    const bool tied = rank_statistic(a, b).ties > 0;
    return small && !tied ? mann_whitney_exact(a, b) : mann_whitney_asymptotic(a, b);
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

/// Returns the observations of those functions that have changed as most others have. Shares say
/// only how much there is of one thing for each of another; when the fewest things that can have
/// changed are to be named, the others are the measure. `scatters` has one for each function.
[[nodiscard]] inline unchanged_rest
find_unchanged(const comparison& c, const std::vector<scatter>& scatters, std::uint64_t least) {
    struct figure {
        double before, after, ratio, deviation, weight;
    };
    std::vector<figure> figures;
    double weight = 0;
    for (std::size_t f = 0; f < c.functions.size(); ++f) {
        const compared& self = c.functions[f].self;
        if (self.before.count < least && self.after.count < least) { continue; }
        const double a = static_cast<double>(self.before.count);
        const double b = static_cast<double>(self.after.count);
        const double variance = scatters[f].dispersion * (1 / (a + 0.5) + 1 / (b + 0.5));
        const double ratio = std::log(b + 0.5) - std::log(a + 0.5);
        // A vote for each function, and yet not as many for noise as for what is well known. Whole
        // numbers, so that their sum is the same in any order.
        const double votes = std::floor(16 * std::sqrt(a + b));
        figures.push_back({a, b, ratio, std::sqrt(variance), votes});
        weight += figures.back().weight;
    }
    if (figures.empty()) { return {}; }
    std::sort(figures.begin(), figures.end(), [](const figure& x, const figure& y) {
        return x.ratio < y.ratio;
    });
    // The weighted median from both ends, so that swapped sides find the same.
    const auto half_from = [&](std::size_t at, std::ptrdiff_t step) {
        double passed = 0;
        for (;; at = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at) + step)) {
            passed += figures[at].weight;
            if (passed >= weight / 2 || at == (step > 0 ? figures.size() - 1 : 0)) {
                return figures[at].ratio;
            }
        }
    };
    double ratio = (half_from(0, 1) + half_from(figures.size() - 1, -1)) / 2;
    unchanged_rest rest;
    for (int round = 0; round < 20; ++round) {
        unchanged_rest next;
        for (const figure& f : figures) {
            if (std::fabs(f.ratio - ratio) > 2 * f.deviation) { continue; }
            next.before += f.before;
            next.after += f.after;
        }
        if (!(next.before > 0) || !(next.after > 0)) { break; }
        const bool settled = round > 0 && !(next.before < rest.before) &&
                             !(rest.before < next.before) && !(next.after < rest.after) &&
                             !(rest.after < next.after);
        rest = next;
        if (settled) { break; }
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
        verdict concluded = verdict::untested;
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
        // Where a run has less than one observation to expect, squares say little.
        const auto runs = static_cast<double>(before_.exposures.size() + after_.exposures.size());
        for (auto i = rows_.first_of_functions; i < rows_.rows.size(); ++i) {
            const compared& seen = rows_.rows[i].seen;
            const double x =
                static_cast<double>(seen.before.count) + static_cast<double>(seen.after.count);
            if (x >= runs) { prior_.add(own_scatter(i)); }
        }
        prior_.fit();
        c_.method.dispersion = (std::max)(1.0, prior_.common().dispersion);
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
            f.concluded =
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
        for (std::size_t i = 1; i < rows_.pairs.size(); ++i) {
            const diff_rows::pair& pair = rows_.pairs[i];
            c_.tests.push_back({figures_[pair.self].test, figures_[pair.total].test});
        }
        const auto set = [&](auto& to) {
            to.self_verdict = figures_[rows_.pairs[to.test].self].concluded;
            to.total_verdict = figures_[rows_.pairs[to.test].total].concluded;
        };
        for (comparison::node& n : c_.nodes) { set(n); }
        for (comparison::function& f : c_.functions) { set(f); }
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
    verdict concluded = verdict::untested;
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
    if (e.concluded == verdict::untested) {
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
    if (e.concluded == verdict::untested) {
        out.append(13, ' ');
    } else {
        append_short(out, e.test.adjusted, 13, 2);
    }
    const std::string said = e.test.renormalised ? "renormalised" : name_of(e.concluded);
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
        ++counts[static_cast<std::size_t>(e.concluded)];
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
    out += ", \"verdict\": \"" + std::string(name_of(e.concluded)) + "\", \"presence\": \"" +
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

/// One side while it is being compared.
class side_builder {
public:
    side_builder(const char* name, std::vector<profile> runs)
        : name_(name)
        , runs_(std::move(runs)) {}

    [[nodiscard]] error check() {
        for (std::size_t i = 0; i < runs_.size(); ++i) {
            for (std::uint32_t n = 0; n < runs_[i].nodes.size(); ++n) {
                if (runs_[i].nodes[n].self >= 0) { continue; }
                return error{run_name(i) + ": the weight of \"" +
                             stack_text(runs_[i], runs_[i], n) + "\" is negative"};
            }
        }
        std::sort(runs_.begin(), runs_.end(), run_less);
        if (runs_.size() == 1) {
            whole_ = std::move(runs_[0]);
            return {};
        }
        result<profile> merged = merge(runs_);
        whole_ = std::move(merged.value);
        if (merged.error) { merged.error.what = std::string(name_) + ": " + merged.error.what; }
        return std::move(merged.error);
    }

    [[nodiscard]] profile& whole() noexcept { return whole_; }
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

[[nodiscard]] inline error check_sides(const profile& before, const profile& after) {
    if (!before.unit.empty() && !after.unit.empty() && before.unit != after.unit) {
        return error{"cannot compare weights in " + before.unit + " with weights in " + after.unit};
    }
    const int decimals = (std::max)(before.decimals, after.decimals);
    std::uint64_t sum = 0;
    for (const profile* side : {&before, &after}) {
        const std::uint64_t factor = power_of_ten(decimals - side->decimals);
        for (const profile::node& n : side->nodes) {
            const std::uint64_t size = magnitude(n.self);
            if (size > (max_magnitude - sum) / factor) {
                return error{"the weights of both sides add up to 2^63 or more"};
            }
            sum += size * factor;
        }
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
/// tests);
///         O(n) of the whole tree for each further profile.
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
        if (error wrong = side.check()) { return {{}, std::move(wrong)}; }
    }
    profile& first = sides[0].whole();
    profile& second = sides[1].whole();
    if (error wrong = detail::check_sides(first, second)) { return {{}, std::move(wrong)}; }
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
    made.concluded = total ? row.total_verdict : row.self_verdict;
    made.in = row.in;
    return made;
}

[[nodiscard]] inline bool is_significant(verdict v) noexcept {
    return v == verdict::regressed || v == verdict::improved;
}

inline void rank_entries(std::vector<diff_entry>& entries) {
    std::sort(entries.begin(), entries.end(), [](const diff_entry& a, const diff_entry& b) {
        const bool first = is_significant(a.concluded);
        const bool second = is_significant(b.concluded);
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
            take(i, c.nodes[i], total ? all[i] : c.nodes[i].self, total);
        }
    }
    detail::rank_entries(made);
    return made;
}

/// Returns the calling contexts where changes are: those with a significant total below which no
/// context changed significantly in the same direction. The greatest change comes first.
/// Cost: O(n); memory for all totals.
[[nodiscard]] inline std::vector<diff_entry> changed_paths(const comparison& c) {
    std::vector<compared> all;
    std::vector<unsigned char> below(c.nodes.size()); // 1: improved, 2: regressed
    std::vector<diff_entry> made;
    for (std::uint32_t i = static_cast<std::uint32_t>(c.nodes.size()); i-- > 1;) {
        const comparison::node& n = c.nodes[i];
        if (!detail::is_significant(n.total_verdict)) { continue; }
        const unsigned bit = n.total_verdict == verdict::regressed ? 2 : 1;
        if ((below[i] & bit) == 0) {
            if (all.empty()) { all = totals(c); }
            made.push_back(detail::entry_of(c, i, n, all[i], true));
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
        look(f.self, f.self_verdict, false);
        look(f.total, f.total_verdict, true);
    }
    return worst;
}

/// How to print a table.
struct diff_table_options {
    diff_rows_of rows = diff_rows_of::function_total;
    std::size_t most = 20;  ///< rows that are printed; what is left out is counted
    std::size_t paths = 10; ///< paths that are printed
    bool all = false;       ///< rows that are not significant too
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
                if (detail::is_significant(e.concluded)) { ++significant; }
                if (shown == most || !(all || detail::is_significant(e.concluded))) { continue; }
                ++shown;
                detail::append_entry(text, c, e);
                text += name(e, is_stack);
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
        const bool line = n.self.before.weight != 0 || n.self.after.weight != 0;
        tree.nodes.push_back({n.parent, n.frame, line ? std::uint64_t{1} : 0, 0});
    }
    const auto weights = [&](std::string& line, const profile&, std::uint32_t node) {
        detail::append_weight(line, c.nodes[node].self.before.weight, c.decimals);
        line += ' ';
        detail::append_weight(line, c.nodes[node].self.after.weight, c.decimals);
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
            if (e.concluded == verdict::untested) { continue; }
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
// wick/flamegraph.hpp - a profile as one interactive SVG file.
#ifndef WICK_FLAMEGRAPH_HPP
#define WICK_FLAMEGRAPH_HPP

// wick/detail/flame_tree.hpp - the tree that a flame graph shows, and where its frames lie.
#ifndef WICK_DETAIL_FLAME_TREE_HPP
#define WICK_DETAIL_FLAME_TREE_HPP


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
// wick/folded.hpp - folded text, "main;parse;read 42", into a profile and back.
#ifndef WICK_FOLDED_HPP
#define WICK_FOLDED_HPP

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
// wick/detail/text.hpp - scanning text: blanks, digits, weights.
#ifndef WICK_DETAIL_TEXT_HPP
#define WICK_DETAIL_TEXT_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string_view> // what is scanned

WICK_BEGIN_NAMESPACE
namespace detail {

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

[[nodiscard]] inline bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}
[[nodiscard]] inline bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

inline void trim_blanks(std::string_view& text) noexcept {
    while (!text.empty() && is_blank(text.back())) { text.remove_suffix(1); }
}

/// Appends a digit; false when the number would pass 2^63 - 1.
[[nodiscard]] inline bool append_digit(std::int64_t& number, char digit) noexcept {
    constexpr std::int64_t most = 0x7fffffffffffffff;
    const std::int64_t unit = digit - '0';
    if (number > (most - unit) / 10) { return false; }
    number = number * 10 + unit;
    return true;
}

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
            skip("expected \"frame;frame weight\": no number at the end", number);
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
/// with no stack weighs the root. source   callable `std::size_t(char* to, std::size_t room)`,
/// returns 0 at the end. Errors:  weights that add up to 2^63 or more, with the line. Lines that
/// are malformed or longer than
///          16 MiB are skipped and counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer. While all lines end in two
/// numbers,
///          both readings are kept, at three times the cost.
template <class Source>
[[nodiscard]] result<folded_text> read_folded(Source&& source) {
    detail::folded_reader reader;
    detail::line_reader<std::remove_reference_t<Source>> lines(source);
    std::string_view line;
    while (lines.next(line)) {
        if (lines.too_long()) {
            reader.skip("the line is longer than 16 MiB", lines.number());
            continue;
        }
        reader.line(line, lines.number());
    }
    return reader.finish();
}

/// The same from memory.
[[nodiscard]] inline result<folded_text> parse_folded(std::string_view text) {
    return read_folded(detail::text_source(text));
}

/// Writes a profile as folded text, a line for each stack with weight of its own, sorted as
/// `LC_ALL=C sort` has them; reading the text gives the same stacks and weights. Kinds become the
/// suffixes "_[k]", "_[i]" and
/// "_[j]", frames without a name their module and offset; ';' in a name becomes ':', a line break '
/// '. What text cannot hold (files, lines, counts, unit, origins) is left out. sink     callable
/// taking std::string_view, or a std::ostream. Cost:    O(output); memory for the path and the
/// siblings along it.
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
// wick/format/any.hpp - adapter: tells what an input is, and loads whatever wick reads.
#ifndef WICK_FORMAT_ANY_HPP
#define WICK_FORMAT_ANY_HPP

// wick/detail/stack_samples.hpp - what readers of text with stacks share: lines in, samples out.
#ifndef WICK_DETAIL_STACK_SAMPLES_HPP
#define WICK_DETAIL_STACK_SAMPLES_HPP

// wick/detail/symbol_text.hpp - names of functions as profilers print them, made comparable.
#ifndef WICK_DETAIL_SYMBOL_TEXT_HPP
#define WICK_DETAIL_SYMBOL_TEXT_HPP


#include <cstddef>     // std::size_t
#include <string>      // names that are changed
#include <string_view> // names

WICK_BEGIN_NAMESPACE
namespace detail {

[[nodiscard]] inline bool is_hex_digit(char c) noexcept {
    const unsigned u = static_cast<unsigned char>(c);
    return u - '0' < 10u || (u | 0x20u) - 'a' < 6u;
}

[[nodiscard]] inline bool starts_with(std::string_view text, std::string_view beginning) noexcept {
    return text.substr(0, beginning.size()) == beginning;
}

[[nodiscard]] inline bool ends_with(std::string_view text, std::string_view end) noexcept {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

[[nodiscard]] inline bool is_name_char(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Returns how many bytes at `at` are the word "operator" and the operator's own characters, which
/// look like brackets and arrows and are none: "operator()", "operator->", "operator<<"; 0
/// elsewhere.
[[nodiscard]] inline std::size_t operator_size(std::string_view name, std::size_t at) noexcept {
    constexpr std::string_view word = "operator";
    if (!starts_with(name.substr(at), word) || (at > 0 && is_name_char(name[at - 1]))) { return 0; }
    std::string_view rest = name.substr(at + word.size());
    for (const std::string_view sign : {std::string_view("()"),
                                        std::string_view("[]"),
                                        std::string_view("->*"),
                                        std::string_view("->"),
                                        std::string_view("<<="),
                                        std::string_view(">>="),
                                        std::string_view("<=>"),
                                        std::string_view("<<"),
                                        std::string_view(">>"),
                                        std::string_view("<="),
                                        std::string_view(">="),
                                        std::string_view("<"),
                                        std::string_view(">")}) {
        if (starts_with(rest, sign)) { return word.size() + sign.size(); }
    }
    return 0;
}

/// Returns the name without the arguments of the function: cut at the first '(' that is not inside
/// template arguments, and is no part of "(anonymous namespace)", of an operator, or of a Go
/// method's receiver "(*T).". "std::function<void (int)>::operator()(int) const" →
/// "std::function<void (int)>::operator()".
[[nodiscard]] inline std::string_view without_arguments(std::string_view name) noexcept {
    constexpr std::string_view anonymous = "(anonymous namespace)";
    if (name.find('(') == std::string_view::npos) { return name; }
    const std::size_t receiver = name.find(".(");
    if (receiver != std::string_view::npos && name.find(").", receiver) != std::string_view::npos) {
        return name; // Go
    }
    std::size_t first =
        std::string_view::npos; // at any depth, for names whose brackets do not match
    std::size_t depth = 0;
    for (std::size_t i = 0; i < name.size();) {
        if (const std::size_t size = operator_size(name, i); size > 0) {
            i += size;
            continue;
        }
        const char c = name[i];
        if (c == '(') {
            if (starts_with(name.substr(i), anonymous)) {
                i += anonymous.size();
                continue;
            }
            if (first == std::string_view::npos) { first = i; }
            if (depth == 0) { return name.substr(0, i); }
        }
        if (c == '<' || c == '{' || c == '(') { ++depth; }
        if ((c == '>' || c == '}' || c == ')') && depth > 0) { --depth; }
        ++i;
    }
    return depth == 0 || first == std::string_view::npos ? name : name.substr(0, first);
}

/// Returns where "->" stands that separates an inlined function from its caller, from `from` on;
/// npos where there is none: the arrow of "operator->" is part of a name.
[[nodiscard]] inline std::size_t find_inline_arrow(std::string_view name,
                                                   std::size_t from = 0) noexcept {
    for (std::size_t at = name.find("->", from); at != std::string_view::npos;
         at = name.find("->", at + 2)) {
        constexpr std::size_t word = 8;
        const bool is_operator = at >= word && operator_size(name, at - word) > 0;
        if (!is_operator) { return at; }
    }
    return std::string_view::npos;
}

/// Returns the name without the hash that Rust's older mangling leaves at its end:
/// "core::f::h0123456789abcdef".
[[nodiscard]] inline std::string_view without_rust_hash(std::string_view name) noexcept {
    constexpr std::size_t size = 19; // "::h" and 16 digits
    if (name.size() <= size || name.substr(name.size() - size, 3) != "::h") { return name; }
    for (const char c : name.substr(name.size() - 16)) {
        if (!is_digit(c) && !(c >= 'a' && c <= 'f')) { return name; }
    }
    return name.substr(0, name.size() - size);
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are changed
#include <string_view> // lines
#include <utility>     // std::move
#include <vector>      // stacks

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns what the reader makes of all lines of a source.
template <class Reader, class Source>
[[nodiscard]] auto read_lines(Reader& reader, Source& source) -> decltype(reader.finish()) {
    line_reader<Source> lines(source);
    std::string_view line;
    while (lines.next(line)) {
        if (lines.too_long()) {
            reader.skip("the line is longer than 16 MiB", lines.number());
            continue;
        }
        reader.line(line, lines.number());
    }
    return reader.finish();
}

/// How much of an input is looked at to tell its format.
inline constexpr std::size_t most_sniffed = std::size_t{1} << 16;

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

/// Returns whether one of the lines in the head of an input is as `test` wants it.
template <class Test>
[[nodiscard]] bool any_line(std::string_view head, Test test) {
    head = head.substr(0, most_sniffed);
    std::string_view line;
    while (take_line(head, line)) {
        if (test(line)) { return true; }
    }
    return false;
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

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) noexcept {
    return text.find(part) != std::string_view::npos;
}

/// Takes the first word off a text and the blanks before and behind it.
[[nodiscard]] inline std::string_view take_word(std::string_view& text) noexcept {
    text.remove_prefix(indent_of(text));
    std::size_t end = 0;
    while (end < text.size() && !is_blank(text[end])) { ++end; }
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    text.remove_prefix(indent_of(text));
    return word;
}

/// Takes the last word off a text and the blanks before and behind it.
[[nodiscard]] inline std::string_view take_last_word(std::string_view& text) noexcept {
    trim_blanks(text);
    std::size_t begin = text.size();
    while (begin > 0 && !is_blank(text[begin - 1])) { --begin; }
    const std::string_view word = text.substr(begin);
    text = text.substr(0, begin);
    trim_blanks(text);
    return word;
}

/// Returns how many digits the text begins with.
[[nodiscard]] inline std::size_t count_digits(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size() && is_digit(text[at])) { ++at; }
    return at;
}

/// Reads a whole number below 2^63 that is all of the text.
[[nodiscard]] inline bool parse_whole(std::string_view text, std::int64_t& number) noexcept {
    number = 0;
    if (text.empty() || count_digits(text) != text.size()) { return false; }
    for (const char digit : text) {
        if (!append_digit(number, digit)) { return false; }
    }
    return true;
}

/// Reads "12", "0.5" or "1,234.5" in units of 10^-`decimals`; further digits are cut. False for
/// all else, and for numbers of 2^63 or more in that unit.
[[nodiscard]] inline bool
parse_decimal(std::string_view text, int decimals, std::int64_t& number) noexcept {
    number = 0;
    bool any = false;
    int places = -1; // behind the point; -1: before it
    for (const char c : text) {
        if (c == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (c == ',' && places < 0 && any) { continue; }
        if (!is_digit(c)) { return false; }
        any = true;
        if (places == decimals) { continue; }
        if (!append_digit(number, c)) { return false; }
        if (places >= 0) { ++places; }
    }
    for (int i = places < 0 ? 0 : places; i < decimals; ++i) {
        if (!append_digit(number, '0')) { return false; }
    }
    return any;
}

/// Returns how many bytes "0x1f" at the beginning takes, 0 where there is no such number.
[[nodiscard]] inline std::size_t hex_size(std::string_view text) noexcept {
    if (!starts_with(text, "0x")) { return 0; }
    std::size_t at = 2;
    while (at < text.size() && is_hex_digit(text[at])) { ++at; }
    return at > 2 ? at : 0;
}

/// Takes "+123", "+0x1b" or "+0x1b/0x2c" off the end of a symbol.
[[nodiscard]] inline std::string_view without_any_offset(std::string_view symbol) noexcept {
    const std::size_t plus = symbol.rfind('+');
    if (plus == std::string_view::npos || plus == 0 || plus + 1 == symbol.size()) { return symbol; }
    std::string_view offset = symbol.substr(plus + 1);
    const std::size_t hex = hex_size(offset);
    const std::size_t size = hex > 0 ? hex : count_digits(offset);
    offset.remove_prefix(size);
    if (hex > 0 && starts_with(offset, "/")) {
        offset.remove_prefix(1);
        offset.remove_prefix(hex_size(offset));
    }
    return size > 0 && offset.empty() ? symbol.substr(0, plus) : symbol;
}

/// Returns "[lib.so]" for code of a module that has no name, "[unknown]" where that is not known
/// either.
[[nodiscard]] inline std::string unknown_frame(std::string_view module) {
    const std::size_t slash = module.rfind('/');
    if (slash != std::string_view::npos) { module.remove_prefix(slash + 1); }
    if (module.empty()) { return "[unknown]"; }
    if (module.front() == '[') { return std::string(module); }
    return "[" + std::string(module) + "]";
}

/// Returns a function's name without Rust's hash and, unless they are to be kept, its arguments.
[[nodiscard]] inline std::string_view comparable_name(std::string_view name,
                                                      bool keep_arguments) noexcept {
    name = without_rust_hash(name);
    const std::string_view bare = keep_arguments ? name : trimmed(without_arguments(name));
    return bare.empty() ? name : bare;
}

/// Returns the place of the first " (" that is not inside brackets: where a debugger's values of
/// arguments begin, behind a name that may hold brackets of its own. npos where there is none.
[[nodiscard]] inline std::size_t find_argument_values(std::string_view text) noexcept {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (const std::size_t size = operator_size(text, i); size > 0) {
            i += size;
            continue;
        }
        const char c = text[i];
        if (c == '(' && depth == 0 && i > 0 && is_blank(text[i - 1]) &&
            !starts_with(text.substr(i), "(anonymous namespace)")) {
            return i - 1;
        }
        if (c == '<' || c == '{' || c == '(') { ++depth; }
        if ((c == '>' || c == '}' || c == ')') && depth > 0) { --depth; }
        ++i;
    }
    return std::string_view::npos;
}

/// Returns a name without the types of the function's own arguments; those of functions that it
/// is defined in stay: "main()::{lambda(int)#1}::operator()(int) const" →
/// "main()::{lambda(int)#1}::operator()".
[[nodiscard]] inline std::string_view without_last_arguments(std::string_view name) noexcept {
    std::string_view rest = name;
    if (ends_with(rest, " const")) { rest.remove_suffix(6); }
    if (rest.empty() || rest.back() != ')') { return name; }
    std::size_t depth = 0;
    for (std::size_t at = rest.size(); at-- > 0;) {
        if (rest[at] == ')') { ++depth; }
        if (rest[at] != '(' || --depth > 0) { continue; }
        const std::string_view before = rest.substr(0, at);
        const bool is_name = before.empty() || ends_with(before, "operator") ||
                             rest.substr(at) == "(anonymous namespace)";
        return is_name ? name : before;
    }
    return name;
}

/// One stack after the other into a builder, with what all readers of text must account for.
class stack_samples {
public:
    profile_builder builder;
    wick::skipped skipped;
    wick::error problem; ///< the first weight that did not fit

    /// Forgets the stack that is being put together.
    void clear() {
        roots_.clear();
        frames_.clear();
    }
    /// How many frames the stack has without its roots.
    [[nodiscard]] std::size_t size() const noexcept { return frames_.size(); }

    /// Adds what stands above all frames: the outermost first.
    void push_root(std::string_view name, frame_kind kind) { roots_.push_back(intern(name, kind)); }
    /// Adds a frame: the leaf first.
    void push(std::string_view name, frame_kind kind = frame_kind::function) {
        frames_.push_back(intern(name, kind));
    }
    /// The same for a frame of the builder's.
    void push_frame(std::uint32_t frame) { frames_.push_back(frame); }
    void push_root_frame(std::uint32_t frame) { roots_.push_back(frame); }
    [[nodiscard]] bool same_function(std::size_t a, std::size_t b) const {
        return builder.frame_at(frames_[a]).function == builder.frame_at(frames_[b]).function;
    }
    /// Puts a frame that is not only a name in the place of one that is.
    void replace(std::size_t at, const wick::frame& place) { frames_[at] = builder.intern(place); }
    [[nodiscard]] const wick::frame& at(std::size_t at) const {
        return builder.frame_at(frames_[at]);
    }
    void set_kind(std::size_t at, frame_kind kind) {
        wick::frame place = builder.frame_at(frames_[at]);
        place.kind = kind;
        frames_[at] = builder.intern(place);
    }
    /// Puts the first frames behind the others: for two stacks in the wrong order.
    void rotate(std::size_t first) {
        std::vector<std::uint32_t> turned(frames_.begin() + static_cast<std::ptrdiff_t>(first),
                                          frames_.end());
        turned.insert(
            turned.end(), frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first));
        frames_.swap(turned);
    }

    /// Adds the stack and forgets it. One without frames weighs "[no stack]", so that no weight is
    /// lost.
    void commit(std::uint64_t count, std::int64_t weight, std::uint64_t line) {
        std::uint32_t node = profile_builder::root;
        for (const std::uint32_t f : roots_) { node = builder.child(node, f); }
        if (frames_.empty()) { push("[no stack]", frame_kind::marker); }
        for (std::size_t i = frames_.size(); i-- > 0;) { node = builder.child(node, frames_[i]); }
        add(node, count, weight, line);
        clear();
    }

    [[nodiscard]] bool has_roots() const noexcept { return !roots_.empty(); }
    /// Adds the roots alone, which is all there is of some samples, and forgets them.
    void commit_roots(std::uint64_t count, std::int64_t weight, std::uint64_t line) {
        std::uint32_t node = profile_builder::root;
        for (const std::uint32_t f : roots_) { node = builder.child(node, f); }
        add(node, count, weight, line);
        clear();
    }

    void add(std::uint32_t node, std::uint64_t count, std::int64_t weight, std::uint64_t line) {
        if (!builder.add(node, count, weight) && !problem) {
            problem = wick::error{"the weights add up to 2^63 or more", line};
        }
    }

    /// Returns the id of a frame whose name is made fit for text.
    [[nodiscard]] std::uint32_t intern(std::string_view name, frame_kind kind) {
        if (!contains(name, ";")) { return builder.intern(name, kind); }
        text_ = name;
        for (char& c : text_) {
            if (c == ';') { c = ':'; }
        }
        return builder.intern(text_, kind);
    }

private:
    std::vector<std::uint32_t> roots_;
    std::vector<std::uint32_t> frames_;
    std::string text_;
};

/// A tree given as indented rows, each with what it weighs together with the rows below it. What
/// a row weighs alone follows when its last child is known.
class weighed_rows {
public:
    explicit weighed_rows(stack_samples& to, bool callee_first = false)
        : to_(&to)
        , callee_first_(callee_first) {}

    /// Adds a row, which is a child of the last row that is indented less. What a dropped row
    /// weighs alone goes to `dropped()` instead of the builder.
    void row(std::size_t indent,
             std::uint32_t frame,
             std::int64_t total,
             std::uint64_t line,
             bool drop = false) {
        close(indent);
        const bool fits = rows_.empty() || total <= 0 || rows_.back().children <= max_total - total;
        if (!rows_.empty() && fits) { rows_.back().children += total; }
        rows_.push_back({indent, frame, total, 0, line, drop});
    }

    /// Ends the tree.
    void finish() { close(0); }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
    struct open_row {
        std::size_t indent;
        std::uint32_t frame;
        std::int64_t total;
        std::int64_t children;
        std::uint64_t line;
        bool drop;
    };
    static constexpr std::int64_t max_total = 0x7fffffffffffffff;
    stack_samples* to_;
    bool callee_first_;
    std::uint64_t dropped_ = 0;
    std::vector<open_row> rows_;
    // The nodes of the open rows, as far as they were needed: caller-first trees only.
    std::vector<std::uint32_t> nodes_;

    void close(std::size_t indent) {
        while (!rows_.empty() && rows_.back().indent >= indent) {
            const open_row last = rows_.back();
            if (last.total < last.children) {
                to_->skipped.add("the rows below this one weigh more than it does", last.line);
            } else if (last.total > last.children) {
                const std::int64_t self = last.total - last.children;
                if (last.drop) {
                    dropped_ += static_cast<std::uint64_t>(self);
                } else {
                    to_->add(node(), static_cast<std::uint64_t>(self), self, last.line);
                }
            }
            rows_.pop_back();
            if (nodes_.size() > rows_.size()) { nodes_.resize(rows_.size()); }
        }
    }

    [[nodiscard]] std::uint32_t node() {
        std::uint32_t at = profile_builder::root;
        if (callee_first_) {
            for (std::size_t i = rows_.size(); i-- > 0;) {
                at = to_->builder.child(at, rows_[i].frame);
            }
            return at;
        }
        if (!nodes_.empty()) { at = nodes_.back(); }
        for (std::size_t i = nodes_.size(); i < rows_.size(); ++i) {
            at = to_->builder.child(at, rows_[i].frame);
            nodes_.push_back(at);
        }
        return at;
    }
};

/// A tree given as indented rows, each with what it weighs alone.
class indented_rows {
public:
    explicit indented_rows(stack_samples& to)
        : to_(&to) {}

    void row(std::size_t indent,
             std::uint32_t frame,
             std::uint64_t count,
             std::int64_t self,
             std::uint64_t line) {
        while (!rows_.empty() && rows_.back().indent >= indent) { rows_.pop_back(); }
        const std::uint32_t parent = rows_.empty() ? profile_builder::root : rows_.back().node;
        const std::uint32_t node = to_->builder.child(parent, frame);
        rows_.push_back({indent, node});
        if (self != 0 || count != 0) { to_->add(node, count, self, line); }
    }

private:
    struct open_row {
        std::size_t indent;
        std::uint32_t node;
    };
    stack_samples* to_;
    std::vector<open_row> rows_;
};

/// Reads a time with its unit, "12.5ms", "1.2 s" or "3 min", or without one in `unit`, in
/// nanoseconds. False for all else, and for times of 2^63 ns or more.
[[nodiscard]] inline bool
parse_time_ns(std::string_view text, std::string_view unit, std::int64_t& ns) noexcept {
    text = trimmed(text);
    std::size_t end = 0;
    while (end < text.size() && (is_digit(text[end]) || text[end] == '.' || text[end] == ',')) {
        ++end;
    }
    const std::string_view given = trimmed(text.substr(end));
    if (!given.empty()) { unit = given; }
    const std::string_view number = text.substr(0, end);
    if (unit == "ns") { return parse_decimal(number, 0, ns); }
    if (unit == "us" || unit == "\xc2\xb5s") { return parse_decimal(number, 3, ns); }
    if (unit == "ms") { return parse_decimal(number, 6, ns); }
    if (unit == "s") { return parse_decimal(number, 9, ns); }
    const std::int64_t factor = unit == "min" ? 60 : unit == "h" ? 3600 : 0;
    if (factor == 0 || !parse_decimal(number, 9, ns)) { return false; }
    if (ns > 0x7fffffffffffffff / factor) { return false; }
    ns *= factor;
    return true;
}

/// Splits a line of comma-separated values; quotes around a value are taken off and "" in it is
/// one quote. False when a quote is not closed.
[[nodiscard]] inline bool split_csv(std::string_view line, std::vector<std::string>& values) {
    values.assign(1, std::string());
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"') {
            if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
                values.back() += '"';
                ++i;
            } else {
                quoted = !quoted;
            }
        } else if (c == ',' && !quoted) {
            values.emplace_back();
        } else {
            values.back() += c;
        }
    }
    return !quoted;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/format/bcc.hpp - the stacks that bcc's tools print: profile, offcputime, stackcount.
#ifndef WICK_FORMAT_BCC_HPP
#define WICK_FORMAT_BCC_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read what bcc's tools print.
struct bcc_options {
    bool pid = false;            ///< the root is "comm-PID"
    bool kernel = false;         ///< frames before the delimiter "--" are of kind kernel, "_[k]"
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// What the output of a bcc tool holds.
struct bcc_text {
    profile samples;       ///< unit "": samples, microseconds or calls, as the tool has it
    wick::skipped skipped; ///< lines that were not understood
};

namespace detail {

/// Takes "b'name'" and "b"name"" down to the name: how Python shows bytes.
[[nodiscard]] inline std::string_view without_bytes_quotes(std::string_view name) noexcept {
    const bool quoted = name.size() >= 3 && name[0] == 'b' && (name[1] == '\'' || name[1] == '"') &&
                        name.back() == name[1];
    return quoted ? name.substr(2, name.size() - 3) : name;
}

class bcc_reader {
public:
    explicit bcc_reader(const bcc_options& options)
        : options_(options) {}

    void line(std::string_view line, std::uint64_t number) {
        const bool indented = !line.empty() && is_blank(line[0]);
        line = trimmed(line);
        if (line.empty()) { return; }
        if (!indented) {
            if (!is_message(line)) { skip("expected an indented frame, process or count", number); }
            return;
        }
        if (!open_) {
            open_ = true;
            first_line_ = number;
        }
        std::int64_t weight = 0;
        if (count_digits(line) == line.size()) {
            open_ = false;
            if (!parse_whole(line, weight)) {
                skip("the count is 2^63 or more", number);
                stacks_.clear();
                return;
            }
            stacks_.commit(static_cast<std::uint64_t>(weight), weight, number);
        } else if (line == "--") {
            for (std::size_t i = 0; options_.kernel && i < stacks_.size(); ++i) {
                stacks_.set_kind(i, frame_kind::kernel);
            }
        } else if (!add_process(line)) {
            add_frame(line);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<bcc_text> finish() {
        if (open_) { skip("the input ends before the stack's count", first_line_); }
        return {bcc_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    bcc_options options_;
    stack_samples stacks_;
    std::string text_;
    bool open_ = false;
    std::uint64_t first_line_ = 0;

    [[nodiscard]] static bool is_message(std::string_view line) noexcept {
        return starts_with(line, "Sampling at ") || starts_with(line, "Tracing ") ||
               starts_with(line, "Detaching") || starts_with(line, "^C") ||
               starts_with(line, "WARNING");
    }

    // "-                comm (1234)" of profile and offcputime, "comm [1234]" of stackcount -P.
    [[nodiscard]] bool add_process(std::string_view line) {
        const bool dash = line.size() > 2 && line[0] == '-' && is_blank(line[1]);
        const char close = dash ? ')' : ']';
        std::size_t open = line.size() - 1;
        while (open > 0 && is_digit(line[open - 1])) { --open; }
        const bool pid = line.back() == close && open > 1 && open < line.size() - 1 &&
                         line[open - 1] == (dash ? '(' : '[') && is_blank(line[open - 2]);
        if (!pid && !dash) { return false; }
        const std::string_view comm = pid ? line.substr(0, open - 1) : line;
        text_ = without_bytes_quotes(trimmed(comm.substr(dash ? 1 : 0)));
        if (options_.pid && pid) {
            text_ += '-';
            text_ += line.substr(open, line.size() - 1 - open);
        }
        stacks_.push_root(text_, frame_kind::process);
        return true;
    }

    // "func", "b'func'", "func+0x1b [module]", "ffffffff8103ce3b func"
    void add_frame(std::string_view line) {
        std::string_view rest = line;
        const std::string_view first = take_word(rest);
        bool address = first.size() >= 8 && !rest.empty();
        for (const char c : first) { address = address && is_hex_digit(c); }
        if (address || (hex_size(first) == first.size() && !rest.empty())) { line = rest; }
        line = without_bytes_quotes(line);
        if (line.back() == ']') {
            const std::size_t open = line.rfind(" [");
            if (open != std::string_view::npos) { line = trimmed(line.substr(0, open)); }
        }
        line = without_any_offset(line);
        stacks_.push(comparable_name(line, options_.keep_arguments));
    }
};

/// Returns whether the head of an input is what bcc's profile, offcputime or stackcount print: one
/// of the lines that they begin with.
[[nodiscard]] inline bool looks_like_bcc(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return (starts_with(line, "Sampling at ") || starts_with(line, "Tracing ")) &&
               contains(line, "Hit Ctrl-C to end");
    });
}

} // namespace detail

/// Reads the stacks that bcc's tools print when they are not told to fold them: a frame a line, the
/// leaf first, perhaps "--" between the kernel's and the user's, the process, and a line with the
/// count, all of them indented. Returns one profile; a stack weighs its count, and counts as much
/// (offcputime prints microseconds, so `counted` is unknown). The root is the process's name.
/// Offsets, modules, arguments and Python's b'' are cut.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the example files of bcc 0.8 to 0.30. What `profile -f` prints is folded text.
template <class Source>
[[nodiscard]] result<bcc_text> read_bcc(Source&& source, const bcc_options& options = {}) {
    detail::bcc_reader reader(options);
    return detail::read_lines<detail::bcc_reader, std::remove_reference_t<Source>>(reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<bcc_text> parse_bcc(std::string_view text,
                                                const bcc_options& options = {}) {
    return read_bcc(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/bpftrace.hpp - the maps with stacks that bpftrace prints, a profile for each.
#ifndef WICK_FORMAT_BPFTRACE_HPP
#define WICK_FORMAT_BPFTRACE_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // the maps

WICK_BEGIN_NAMESPACE

/// How to read what bpftrace prints.
struct bpftrace_options {
    bool kernel = false;     ///< kernel frames are of kind kernel, "_[k]"
    bool user_first = false; ///< of two stacks in a key the first is the user's: `ustack, kstack`
    bool offsets = false;    ///< names keep their offsets: "schedule+41"
    bool addresses = false;  ///< code without a name keeps its address
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// One map.
struct bpftrace_map {
    std::string name; ///< "@", "@usecs", …
    profile samples;  ///< unit "": bpftrace does not say what it counted or summed
};

/// What the output of bpftrace holds.
struct bpftrace_text {
    std::vector<bpftrace_map> maps; ///< in the order in which they appeared first
    wick::skipped skipped;          ///< lines that belong to no map with a key and a whole number
};

namespace detail {

class bpftrace_reader {
public:
    explicit bpftrace_reader(const bpftrace_options& options)
        : options_(options) {}

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) { return; }
        if (in_key_ && line[0] != '@') {
            key_line(line, number);
            return;
        }
        drop_open_key();
        if (starts_with(line, "^C")) { line.remove_prefix(2); } // the terminal's echo
        if (line.empty() || starts_with(line, "Attaching ") || starts_with(line, "Attached ")) {
            return;
        }
        begin(line, number);
    }

    void skip(const char* what, std::uint64_t number) { skipped_.add(what, number); }

    [[nodiscard]] result<bpftrace_text> finish() {
        drop_open_key();
        bpftrace_text read;
        wick::error problem;
        for (map& m : maps_) {
            if (m.stacks.problem && !problem) { problem = m.stacks.problem; }
            read.maps.push_back({std::move(m.name), m.stacks.builder.finish()});
        }
        read.skipped = std::move(skipped_);
        return {std::move(read), std::move(problem)};
    }

private:
    // A map costs far more memory than its name: without a limit a small input could ask for much.
    static constexpr std::size_t most_maps = 1000;
    struct map {
        std::string name;
        stack_samples stacks;
    };
    bpftrace_options options_;
    std::vector<map> maps_;
    map* map_ = nullptr; // the one whose key is being read
    wick::skipped skipped_;
    bool in_key_ = false;
    std::uint64_t key_line_ = 0;
    std::size_t stacks_in_key_ = 0;
    std::size_t first_stack_ = 0; // frames of the first one

    void drop_open_key() {
        if (!in_key_) { return; }
        in_key_ = false;
        skip("the input ends, or another map begins, before \"]: \" and a number", key_line_);
    }

    // "@name[…"
    void begin(std::string_view line, std::uint64_t number) {
        std::size_t open = 1;
        while (open < line.size() && is_name_char(line[open])) { ++open; }
        if (line[0] != '@' || open >= line.size() || line[open] != '[') {
            skip("expected a map with a key: \"@name[\"", number);
            return;
        }
        map_ = find_map(line.substr(0, open));
        if (map_ == nullptr) {
            skip("there are more than 1000 maps", number);
            return;
        }
        in_key_ = true;
        key_line_ = number;
        stacks_in_key_ = 0;
        first_stack_ = 0;
        map_->stacks.clear();
        keys(line.substr(open + 1), number);
    }

    [[nodiscard]] map* find_map(std::string_view name) {
        if (map_ != nullptr && map_->name == name) { return map_; }
        for (map& m : maps_) {
            if (m.name == name) { return &m; }
        }
        if (maps_.size() == most_maps) { return nullptr; }
        maps_.emplace_back();
        maps_.back().name = name;
        return &maps_.back();
    }

    void key_line(std::string_view line, std::uint64_t number) {
        if (line[0] == ']') {
            keys(line, number);
        } else if (line[0] == ',') {
            keys(trimmed(line.substr(1)), number);
        } else {
            add_frame(trimmed(line));
        }
    }

    // Keys that are no stack, up to a stack, which begins behind a comma at the end of the line,
    // or to the value: "comm, 42]: 7", "comm,", "]: 7".
    void keys(std::string_view text, std::uint64_t number) {
        const std::size_t close = text.rfind("]: ");
        std::int64_t weight = 0;
        if (close != std::string_view::npos &&
            parse_whole(trimmed(text.substr(close + 3)), weight)) {
            add_keys(text.substr(0, close));
            end_key(weight);
            return;
        }
        if (!text.empty() && text.back() != ',') {
            in_key_ = false;
            skip("expected \"]: \" and a whole number, or a stack, behind the key", number);
            return;
        }
        if (!text.empty()) { add_keys(text.substr(0, text.size() - 1)); }
        if (++stacks_in_key_ == 2) { first_stack_ = map_->stacks.size(); }
    }

    // Commas inside brackets are part of a name: "f<int, long>".
    void add_keys(std::string_view text) {
        std::size_t depth = 0;
        std::size_t begin = 0;
        for (std::size_t i = 0; i <= text.size(); ++i) {
            const char c = i < text.size() ? text[i] : ',';
            if (c == '<' || c == '(') { ++depth; }
            if ((c == '>' || c == ')') && depth > 0) { --depth; }
            if (i < text.size() && (c != ',' || depth > 0)) { continue; }
            const std::string_view key = trimmed(text.substr(begin, i - begin));
            begin = i + 1;
            if (!key.empty()) { map_->stacks.push_root(key, frame_kind::label); }
        }
    }

    void end_key(std::int64_t weight) {
        in_key_ = false;
        stack_samples& stacks = map_->stacks;
        if (stacks_in_key_ == 2) {
            const std::size_t begin = options_.user_first ? first_stack_ : 0;
            const std::size_t end = options_.user_first ? stacks.size() : first_stack_;
            for (std::size_t i = begin; options_.kernel && i < end; ++i) {
                stacks.set_kind(i, frame_kind::kernel);
            }
            if (options_.user_first) { stacks.rotate(first_stack_); }
        }
        if (stacks_in_key_ == 0 && stacks.has_roots()) {
            stacks.commit_roots(static_cast<std::uint64_t>(weight), weight, key_line_);
        } else {
            stacks.commit(static_cast<std::uint64_t>(weight), weight, key_line_);
        }
    }

    // "func+12", "0x7f12", and with mode perf "ffffffff8103ce3b func+12 ([kernel.kallsyms])".
    void add_frame(std::string_view text) {
        frame_kind kind = frame_kind::function;
        std::string_view rest = text;
        const std::string_view first = take_word(rest);
        const bool address = first.size() >= 6 && is_hex(first);
        std::string_view module;
        if (address && !rest.empty()) {
            text = rest;
            if (options_.kernel && first.size() == 16 && starts_with(first, "ffff")) {
                kind = frame_kind::kernel;
            }
        }
        const std::size_t open = text.rfind(" (");
        if (open != std::string_view::npos && text.back() == ')' &&
            (address || text[open + 2] == '/' || text[open + 2] == '[')) {
            module = text.substr(open + 2, text.size() - open - 3);
            text = trimmed(text.substr(0, open));
        }
        if ((address && rest.empty()) || hex_size(text) == text.size() || text == "[unknown]") {
            const bool kept = options_.addresses && text != "[unknown]";
            map_->stacks.push(kept ? std::string(text) : unknown_frame(module), kind);
            return;
        }
        if (!options_.offsets) { text = without_any_offset(text); }
        map_->stacks.push(comparable_name(text, options_.keep_arguments), kind);
    }

    [[nodiscard]] static bool is_hex(std::string_view word) noexcept {
        for (const char c : word) {
            if (!is_hex_digit(c)) { return false; }
        }
        return true;
    }
};

/// Returns whether the head of an input is what bpftrace prints: its first line, or a map with a
/// stack as its key.
[[nodiscard]] inline bool looks_like_bpftrace(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        if ((starts_with(line, "Attaching ") || starts_with(line, "Attached ")) &&
            (ends_with(line, " probe...") || ends_with(line, " probes...") ||
             ends_with(line, " probe") || ends_with(line, " probes"))) {
            return true;
        }
        if (line.empty() || line[0] != '@') { return false; }
        std::size_t at = 1;
        while (at < line.size() && is_name_char(line[at])) { ++at; }
        line.remove_prefix(at);
        trim_blanks(line);
        if (line.empty() || line[0] != '[') { return false; }
        std::int64_t weight = 0;
        const std::size_t close = line.rfind("]: ");
        return line.size() == 1 || line.back() == ',' ||
               (close != std::string_view::npos && parse_whole(line.substr(close + 3), weight));
    });
}

} // namespace detail

/// Reads the maps that bpftrace prints when it ends, "@name[key, key]: 42", where a key may be a
/// stack: a line break and a frame a line, the leaf first. Returns a profile for each map. A stack
/// weighs the number behind its key, and counts as much: whether that was a count or a sum is not
/// in the text, so `counted` is unknown. Of two stacks in a key, the kernel's comes first unless
/// the options say otherwise and ends up at the leaf's side. All other keys become labels at the
/// root, in their order; a key without a stack is a stack of its labels. Offsets and arguments are
/// cut, ';' becomes ':'; code without a name is "[unknown]" or "[module]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Everything else that was printed (histograms,
///          averages, maps without a key, the script's own lines) is skipped and counted, the
///          first with its number and the reason; so are maps beyond the thousandth.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the bpftrace language manual, "Maps" and "kstack", and what bpftrace 0.9 to 0.23 print.
template <class Source>
[[nodiscard]] result<bpftrace_text> read_bpftrace(Source&& source,
                                                  const bpftrace_options& options = {}) {
    detail::bpftrace_reader reader(options);
    return detail::read_lines<detail::bpftrace_reader, std::remove_reference_t<Source>>(reader,
                                                                                        source);
}

/// The same from memory.
[[nodiscard]] inline result<bpftrace_text> parse_bpftrace(std::string_view text,
                                                          const bpftrace_options& options = {}) {
    return read_bpftrace(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/chrome_trace.hpp - Trace Event JSON, as browsers write it, into a timeline.
#ifndef WICK_FORMAT_CHROME_TRACE_HPP
#define WICK_FORMAT_CHROME_TRACE_HPP

// wick/detail/json.hpp - JSON out of a stream, token by token.
#ifndef WICK_DETAIL_JSON_HPP
#define WICK_DETAIL_JSON_HPP

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

#include <algorithm>        // std::min
#include <cstddef>          // std::size_t
#include <cstdint>          // std::int64_t
#include <cstdlib>          // std::strtod
#include <cstring>          // std::memmove
#include <initializer_list> // the words
#include <string>           // strings with escapes
#include <string_view>      // the others
#include <vector>           // the buffer

WICK_BEGIN_NAMESPACE
namespace detail {

/// What json_reader::next() found. `word` is true, false, null, and NaN and Infinity, which some
/// writers need.
enum class json_token : std::uint8_t {
    object_begin,
    object_end,
    array_begin,
    array_end,
    key,
    string,
    number,
    word,
    end,
    error
};

/// Returns the value of the four hexadecimal digits at `at`, or -1.
[[nodiscard]] inline std::int32_t hex4(std::string_view text, std::size_t at) noexcept {
    if (text.size() < 4 || at > text.size() - 4) { return -1; }
    std::int32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        const char c = text[i];
        const char lower = static_cast<char>(c | 0x20);
        if (!is_digit(c) && (lower < 'a' || lower > 'f')) { return -1; }
        value = value * 16 + (is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return value;
}

/// Appends what stands between two quotes of JSON, with its escapes replaced. Surrogates without
/// their other half become U+FFFD; a backslash before nothing that it can escape stays.
inline void append_unescaped(std::string& out, std::string_view raw) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t found = raw.find('\\', at);
        out.append(raw.data() + at, (found == std::string_view::npos ? raw.size() : found) - at);
        if (found == std::string_view::npos) { return; }
        at = found + 1;
        const char c = at < raw.size() ? raw[at] : '\0';
        const std::size_t letter = c == '\0' ? std::string_view::npos : letters.find(c);
        const std::int32_t unit = c == 'u' ? hex4(raw, at + 1) : -1;
        if (letter != std::string_view::npos) {
            out += meant[letter];
            ++at;
        } else if (unit < 0) {
            out += '\\';
        } else {
            at += 5;
            auto code = static_cast<std::uint32_t>(unit);
            if (code >= 0xd800 && code < 0xe000) {
                const bool more = raw.substr(at, 2) == "\\u";
                const std::int32_t low = code < 0xdc00 && more ? hex4(raw, at + 2) : -1;
                const bool pair = low >= 0xdc00 && low < 0xe000;
                code = pair ? 0x10000 + ((code - 0xd800) << 10) +
                                  (static_cast<std::uint32_t>(low) - 0xdc00)
                            : 0xfffd;
                if (pair) { at += 6; }
            }
            append_utf8(out, code);
        }
    }
}

/// Reads JSON without holding it, and without recursion: one bit of memory for a level, a buffer
/// that grows with the longest string only. Lenient where writers are: a comma may stand before the
/// end of an array or object, control characters within strings, and whatever is open when the
/// input ends counts as `truncated()`, not as an error.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
template <class Source>
class json_reader {
public:
    static constexpr std::size_t max_depth = 1000;               ///< deeper values are passed over
    static constexpr std::size_t longest = std::size_t{1} << 24; ///< string

    explicit json_reader(Source& source)
        : source_(source)
        , buffer_(std::size_t{1} << 18) {}

    /// Returns the next token. `error` and `end` come again when asked again.
    [[nodiscard]] json_token next() {
        if (problem_ != nullptr) { return json_token::error; }
        if (!skip_space()) { return finish(); }
        const char c = buffer_[at_];
        start_ = at_;
        if (c == ',' && state_ == state::comma_or_close) {
            ++at_;
            state_ = in_object() ? state::key_or_close : state::value_or_close;
            if (!skip_space()) { return finish(); }
            return next_item(buffer_[at_]);
        }
        return next_item(c);
    }

    /// The text of the key, string, number or word that `next` returned: good until the next call
    /// of this reader.
    [[nodiscard]] std::string_view text() const noexcept { return text_; }

    /// Passes over the value that comes next. Its inside is not checked.
    void skip_value() {
        if (problem_ != nullptr || !skip_space()) { return; }
        const char c = buffer_[at_];
        if (c == '{' || c == '[') {
            ++at_;
            after_value();
            pass_over(1);
        } else {
            static_cast<void>(next());
        }
    }

    /// Passes over the rest of the innermost open array or object and its end.
    void skip_rest() {
        if (problem_ != nullptr || open_.empty()) { return; }
        open_.pop_back();
        after_value();
        pass_over(1);
    }

    /// How many arrays and objects are open.
    [[nodiscard]] std::size_t depth() const noexcept { return open_.size(); }
    /// Where the token that `next` returned last begins, from the beginning of the input.
    [[nodiscard]] std::uint64_t offset() const noexcept { return passed_ + start_; }
    /// Why `next` returned `error`; null where it did not.
    [[nodiscard]] const char* problem() const noexcept { return problem_; }
    /// Whether the input ended before its value did.
    [[nodiscard]] bool truncated() const noexcept { return truncated_; }
    /// How many arrays and objects were passed over because of their depth; `next` gave an empty
    /// `word` in their place.
    [[nodiscard]] std::uint64_t too_deep() const noexcept { return too_deep_; }

private:
    enum class state : std::uint8_t { value, value_or_close, key_or_close, comma_or_close, done };

    Source& source_;
    std::vector<char> buffer_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;   // of what is held
    std::size_t start_ = 0; // of the token
    std::uint64_t passed_ = 0;
    std::vector<bool> open_; // true: an object
    state state_ = state::value;
    bool truncated_ = false;
    bool input_ended_ = false;
    std::uint64_t too_deep_ = 0;
    const char* problem_ = nullptr;
    std::string_view text_;
    std::string decoded_;

    [[nodiscard]] bool in_object() const noexcept { return !open_.empty() && open_.back(); }

    // Reads more behind what is held from `kept` on, which moves to the front: `at_` and `start_`
    // move with it.
    [[nodiscard]] bool refill(std::size_t kept) {
        if (input_ended_) { return false; }
        if (kept > 0) {
            std::memmove(buffer_.data(), buffer_.data() + kept, end_ - kept);
            end_ -= kept;
            at_ -= kept;
            start_ = start_ >= kept ? start_ - kept : 0;
            passed_ += kept;
        }
        if (end_ == buffer_.size()) { buffer_.resize(buffer_.size() * 2); }
        const std::size_t got = source_(buffer_.data() + end_, buffer_.size() - end_);
        end_ += got;
        input_ended_ = got == 0;
        return got > 0;
    }

    [[nodiscard]] bool skip_space() {
        for (;;) {
            for (; at_ < end_; ++at_) {
                const char c = buffer_[at_];
                if (c != ' ' && c != '\n' && c != '\r' && c != '\t') { return true; }
            }
            if (!refill(at_)) { return false; }
        }
    }

    [[nodiscard]] json_token fail(const char* problem) {
        problem_ = problem;
        return json_token::error;
    }
    [[nodiscard]] json_token finish() {
        start_ = at_;
        truncated_ = state_ != state::done;
        return json_token::end;
    }
    // The input ended within a token, which is not whole.
    [[nodiscard]] json_token cut_short() {
        at_ = end_;
        truncated_ = true;
        return json_token::end;
    }

    void after_value() { state_ = open_.empty() ? state::done : state::comma_or_close; }

    [[nodiscard]] json_token next_item(char c) {
        start_ = at_;
        switch (state_) {
        case state::done:
            return fail("expected nothing behind the end of the value");
        case state::comma_or_close:
            if (closes(c)) { return close(); }
            return fail(in_object() ? "expected ',' or '}'" : "expected ',' or ']'");
        case state::key_or_close:
            if (closes(c)) { return close(); }
            return c == '"' ? key() : fail("expected a key or '}'");
        case state::value_or_close:
            if (closes(c)) { return close(); }
            return value(c);
        case state::value:
            break;
        }
        return value(c);
    }

    [[nodiscard]] bool closes(char c) const noexcept { return c == (in_object() ? '}' : ']'); }

    [[nodiscard]] json_token close() {
        const bool object = in_object();
        ++at_;
        open_.pop_back();
        after_value();
        return object ? json_token::object_end : json_token::array_end;
    }

    [[nodiscard]] json_token key() {
        const json_token found = string(json_token::key);
        if (found != json_token::key) { return found; }
        // The text must stay where it is while the colon is looked for.
        if (at_ < end_ && buffer_[at_] == ':') {
            ++at_;
        } else {
            if (text_.data() != decoded_.data()) {
                decoded_.assign(text_);
                text_ = decoded_;
            }
            if (!skip_space()) { return cut_short(); }
            start_ = at_;
            if (buffer_[at_] != ':') { return fail("expected ':' behind a key"); }
            ++at_;
        }
        state_ = state::value;
        return json_token::key;
    }

    [[nodiscard]] json_token value(char c) {
        if (c == '"') {
            after_value();
            return string(json_token::string);
        }
        if (c == '{' || c == '[') { return open(c == '{'); }
        if (offset() == 0 && c == '\xef' && has("\xef\xbb\xbf")) { // Windows marks UTF-8 so
            at_ += 3;
            return next();
        }
        return plain();
    }
    // Whether the input goes on with these bytes, as far as it goes.
    [[nodiscard]] bool has(std::string_view bytes) {
        while (end_ - at_ < bytes.size() && refill(at_)) {}
        return std::string_view(buffer_.data() + at_, end_ - at_).substr(0, bytes.size()) == bytes;
    }

    [[nodiscard]] json_token open(bool object) {
        ++at_;
        if (open_.size() == max_depth) {
            ++too_deep_;
            text_ = {};
            after_value();
            pass_over(1);
            return json_token::word;
        }
        open_.push_back(object);
        state_ = object ? state::key_or_close : state::value_or_close;
        return object ? json_token::object_begin : json_token::array_begin;
    }

    // Moves over the bytes of a string to its next quote or backslash, or to the end of what is
    // held.
    [[nodiscard]] std::size_t plain_end(std::size_t at) const noexcept {
        constexpr std::uint64_t ones = 0x0101010101010101u;
        const auto has_zero = [&](std::uint64_t word) {
            return (word - ones) & ~word & (ones << 7);
        };
        const char* bytes = buffer_.data();
        for (; at + 8 <= end_; at += 8) {
            const auto word = load<std::uint64_t>(bytes + at);
            if ((has_zero(word ^ ones * '"') | has_zero(word ^ ones * '\\')) != 0) { break; }
        }
        while (at < end_ && bytes[at] != '"' && bytes[at] != '\\') { ++at; }
        return at;
    }

    [[nodiscard]] json_token string(json_token kind) {
        ++at_; // the quote
        bool escaped = false;
        for (std::size_t end = at_;;) {
            end = plain_end(end);
            if (end < end_ && buffer_[end] == '"') {
                text_ = std::string_view(buffer_.data() + at_, end - at_);
                at_ = end + 1;
                break;
            }
            if (end + 1 < end_) { // a backslash and what it escapes
                escaped = true;
                end += 2;
                continue;
            }
            const std::size_t held = end - at_;
            if (held > longest) { return fail("a string is longer than 16 MiB"); }
            if (!refill(start_)) { return cut_short(); }
            end = at_ + held;
        }
        if (!escaped) { return kind; }
        decoded_.clear();
        append_unescaped(decoded_, text_);
        text_ = decoded_;
        return kind;
    }

    [[nodiscard]] static bool is_plain(char c) noexcept {
        const char lower = static_cast<char>(c | 0x20);
        return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '+' || c == '.';
    }

    [[nodiscard]] json_token plain() {
        std::size_t end = at_;
        for (;;) {
            while (end < end_ && is_plain(buffer_[end])) { ++end; }
            if (end < end_) { break; }
            const std::size_t held = end - at_;
            if (held > longest) { return fail("a number is longer than 16 MiB"); }
            const bool more = refill(start_);
            end = at_ + held;
            if (!more) { break; }
        }
        // What the end of the input cut may be half a number.
        if (end == end_ && !open_.empty()) { return cut_short(); }
        text_ = std::string_view(buffer_.data() + at_, end - at_);
        at_ = end;
        after_value();
        if (is_number(text_)) { return json_token::number; }
        for (const std::string_view word :
             {"null", "true", "false", "NaN", "Infinity", "-Infinity"}) {
            if (text_ == word) { return json_token::word; }
        }
        at_ = start_;
        return fail("expected a value");
    }

    [[nodiscard]] static bool is_number(std::string_view text) noexcept {
        std::size_t at = text.substr(0, 1) == "-" ? 1 : 0;
        const auto digits = [&] {
            const std::size_t first = at;
            while (at < text.size() && is_digit(text[at])) { ++at; }
            return at > first;
        };
        if (!digits()) { return false; }
        if (at < text.size() && text[at] == '.') {
            ++at;
            if (!digits()) { return false; }
        }
        if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
            ++at;
            if (at < text.size() && (text[at] == '-' || text[at] == '+')) { ++at; }
            if (!digits()) { return false; }
        }
        return at == text.size();
    }

    // Passes over the rest of `levels` arrays and objects. Only brackets and strings are looked at.
    void pass_over(std::size_t levels) {
        for (;;) {
            while (at_ < end_) {
                const char c = buffer_[at_++];
                if (c == '"') {
                    if (!pass_string()) { return; }
                } else if (c == '{' || c == '[') {
                    ++levels;
                } else if ((c == '}' || c == ']') && --levels == 0) {
                    return;
                }
            }
            if (!refill(at_)) {
                state_ = state::value; // so that `next` finds the end too early
                return;
            }
        }
    }
    [[nodiscard]] bool pass_string() {
        bool escaped = false;
        for (;;) {
            if (!escaped) { at_ = plain_end(at_); }
            if (at_ == end_) {
                if (refill(at_)) { continue; }
                state_ = state::value;
                return false;
            }
            const char c = buffer_[at_++];
            if (escaped) {
                escaped = false;
            } else if (c == '"') {
                return true;
            } else {
                escaped = true;
            }
        }
    }
};

/// Reads a JSON number times 10^shift as a whole number, rounded half away from zero.
/// Returns false for a result of 2^63 or more; `rounded` tells whether digits were lost.
[[nodiscard]] inline bool
json_integer(std::string_view number, int shift, std::int64_t& value, bool& rounded) noexcept {
    const bool negative = number.substr(0, 1) == "-";
    if (negative) { number.remove_prefix(1); }
    const std::size_t exponent_at = number.find_first_of("eE");
    std::int64_t exponent = 0;
    if (exponent_at != std::string_view::npos) {
        std::string_view digits = number.substr(exponent_at + 1);
        const bool small = digits.substr(0, 1) == "-";
        for (const char c : digits) {
            // No number has so many digits that more would matter.
            if (is_digit(c) && exponent < 1'000'000'000) { exponent = exponent * 10 + (c - '0'); }
        }
        if (small) { exponent = -exponent; }
        number = number.substr(0, exponent_at);
    }
    const std::size_t point = (std::min)(number.find('.'), number.size());
    // How many of the digits stand before the point of the result.
    std::int64_t whole = static_cast<std::int64_t>(point) + exponent + shift;
    value = 0;
    rounded = false;
    bool up = false;
    for (const char c : number) {
        if (c == '.') { continue; }
        if (whole > 0) {
            if (!append_digit(value, c)) { return false; }
        } else {
            up = up || (whole == 0 && c >= '5');
            rounded = rounded || c != '0';
        }
        --whole;
    }
    for (; whole > 0 && value != 0; --whole) {
        if (!append_digit(value, '0')) { return false; }
    }
    if (up) {
        if (value == 0x7fffffffffffffff) { return false; }
        ++value;
    }
    if (negative) { value = -value; }
    return true;
}

/// Returns the double nearest to a JSON number.
[[nodiscard]] inline double json_double(std::string_view number) {
    std::int64_t whole = 0;
    bool rounded = false;
    constexpr std::int64_t exact = std::int64_t{1} << 53;
    if (json_integer(number, 0, whole, rounded) && !rounded && whole > -exact && whole < exact &&
        (whole != 0 || number.substr(0, 1) != "-")) {
        return static_cast<double>(whole);
    }
    // strtod's point is that of the locale: it gets a number without one.
    std::string text;
    text.reserve(number.size() + 24);
    std::size_t at = 0;
    long long decimals = 0;
    bool fraction = false;
    for (; at < number.size() && number[at] != 'e' && number[at] != 'E'; ++at) {
        if (number[at] == '.') {
            fraction = true;
            continue;
        }
        text += number[at];
        decimals += fraction ? 1 : 0;
    }
    long long exponent = 0;
    if (at < number.size()) {
        const bool small = number[at + 1] == '-';
        for (const char c : number.substr(at + 1)) {
            if (is_digit(c) && exponent < 1'000'000'000) { exponent = exponent * 10 + (c - '0'); }
        }
        if (small) { exponent = -exponent; }
    }
    text += 'e';
    text += std::to_string(exponent - decimals);
    return std::strtod(text.c_str(), nullptr);
}

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

#include <charconv>    // std::from_chars, for process and thread ids
#include <cstddef>     // std::size_t
#include <cstdint>     // times
#include <string>      // names
#include <string_view> // keys
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // samples

WICK_BEGIN_NAMESPACE

/// Samples of one event in a trace.
struct chrome_samples {
    std::string name; ///< of the event, "cycles:HG"
    profile samples;  ///< weight: the samples' weights, 1 where they have none
};

/// Events of a trace that are neither spans nor samples; they are not read.
struct chrome_other_events {
    std::uint64_t async = 0;    ///< b n e S T p F: they need not nest
    std::uint64_t flow = 0;     ///< s t f
    std::uint64_t instant = 0;  ///< i I R
    std::uint64_t counter = 0;  ///< C
    std::uint64_t object = 0;   ///< N O D
    std::uint64_t profile = 0;  ///< P without a stack: pieces of a script engine's own profile
    std::uint64_t metadata = 0; ///< M that is no name, c, and other phases without a duration

    [[nodiscard]] std::uint64_t total() const noexcept {
        return async + flow + instant + counter + object + profile + metadata;
    }
    friend bool operator==(const chrome_other_events& a, const chrome_other_events& b) {
        return a.async == b.async && a.flow == b.flow && a.instant == b.instant &&
               a.counter == b.counter && a.object == b.object && a.profile == b.profile &&
               a.metadata == b.metadata;
    }
    friend bool operator!=(const chrome_other_events& a, const chrome_other_events& b) {
        return !(a == b);
    }
};

/// What a trace holds.
struct chrome_trace {
    wick::timeline timeline;             ///< begins and ends (B E) and complete events (X)
    profile stacks;                      ///< of the spans: `to_profile(timeline, roots)`
    std::vector<chrome_samples> samples; ///< "samples" and P, by name in the order of appearance
    timeline_repairs repairs;            ///< what did not nest
    chrome_other_events others;          ///< events that are neither
    wick::skipped skipped;               ///< events that were not understood, by offset
    std::uint64_t rounded = 0;           ///< times finer than a nanosecond
    bool truncated = false; ///< the end is missing: usual where a program was stopped, nothing else
};

namespace detail {

/// Reads the events of a trace.
template <class Source>
class chrome_trace_reader {
public:
    chrome_trace_reader(Source& source, const timeline_roots& roots)
        : json_(source)
        , roots_(roots) {}

    [[nodiscard]] result<chrome_trace> read() {
        const json_token first = json_.next();
        if (first == json_token::array_begin) {
            read_events(false);
        } else if (first == json_token::object_begin) {
            read_top();
        } else {
            return {{}, expected("expected a JSON array of events or an object with them")};
        }
        if (!found_events_) {
            return {{},
                    expected("no \"traceEvents\", \"samples\" or array of events in this JSON")};
        }
        // What stands behind the end, or is no JSON in the middle, hides what comes after it.
        if (json_.problem() == nullptr && json_.depth() == 0) { static_cast<void>(json_.next()); }
        if (json_.problem() != nullptr) {
            if (events_ == 0) { return {{}, expected(json_.problem())}; }
            problem_ = std::string("the rest was not read: ") + json_.problem();
            skip_at(problem_.c_str(), json_.offset());
        }
        if (json_.too_deep() > 0) { skip_at("nested deeper than 1000 levels", json_.offset()); }
        read_.truncated = json_.truncated();
        return finish();
    }

private:
    struct event {
        char phase;
        bool has_time;
        bool has_duration;
        bool has_stack;
        bool bad_time;
        bool weighed;
        std::int64_t time;
        std::int64_t duration;
        std::int64_t weight;
        std::uint64_t offset;
    };
    struct thread_key {
        std::string process;
        std::string id;
    };
    struct stack_frame {
        std::uint32_t name;   // in names_
        std::uint32_t parent; // in frame_ids_; none: a root
        bool known;           // false: only referred to
        bool whole;           // the callers are known as well
    };
    struct place {
        std::uint32_t root;
        std::uint32_t frame; // in frame_ids_
        std::uint32_t node;
    };
    struct sample_tree {
        profile_builder builder;
        id_table index; // of the places
        std::vector<place> places;
    };
    struct sample {
        std::uint32_t name; // in names_
        std::uint32_t thread;
        std::uint32_t stack; // in frame_ids_
        std::int64_t weight;
        std::uint64_t offset;
    };
    static constexpr std::uint32_t none = text_table::none;

    json_reader<Source> json_;
    timeline_roots roots_;
    chrome_trace read_;
    timeline_builder builder_;
    bool found_events_ = false;
    std::uint64_t events_ = 0;
    std::string problem_;
    // Of the event that is read; members, so that their memory is used again.
    event event_{};
    std::string name_, process_, thread_, stack_, shown_name_;
    // Threads, by "process\0thread" as they stand in the text.
    text_table thread_ids_;
    text_table process_ids_;
    std::vector<std::uint32_t> process_of_; // thread → number in process_ids_
    std::vector<std::string> process_names_;
    std::string key_, last_key_;
    std::uint32_t last_thread_ = none;
    // Stacks of samples.
    text_table names_;
    text_table frame_ids_;
    std::vector<stack_frame> frames_;
    std::vector<sample> samples_;
    std::vector<std::uint32_t> path_;

    [[nodiscard]] error expected(const char* what) const {
        return error{json_.problem() != nullptr ? json_.problem() : what, 0, json_.offset()};
    }
    void skip_at(const char* what, std::uint64_t offset) { read_.skipped.add(what, 0, offset); }
    void skip(const char* what) { skip_at(what, event_.offset); }

    // ---- the file -------------------------------------------------------------------------------

    void read_top() {
        for (json_token t = json_.next(); t == json_token::key; t = json_.next()) {
            const std::string_view key = json_.text();
            if (key == "traceEvents") {
                enter_events(false);
            } else if (key == "samples") {
                enter_events(true);
            } else if (key == "stackFrames") {
                enter_frames();
            } else {
                json_.skip_value();
            }
        }
    }

    void enter_events(bool samples) {
        const json_token t = json_.next();
        if (t == json_token::array_begin) {
            read_events(samples);
        } else if (t == json_token::object_begin) {
            json_.skip_rest();
        }
    }

    void read_events(bool samples) {
        found_events_ = found_events_ || !samples;
        for (;;) {
            const json_token t = json_.next();
            if (t == json_token::object_begin) {
                found_events_ = true;
                read_event(samples);
            } else if (t == json_token::array_begin) {
                skip_at("expected an event: { }", json_.offset());
                json_.skip_rest();
            } else if (t == json_token::array_end || is_last(t)) {
                return;
            } else {
                skip_at("expected an event: { }", json_.offset());
            }
        }
    }

    [[nodiscard]] static bool is_last(json_token t) noexcept {
        return t == json_token::end || t == json_token::error;
    }

    // ---- an event -------------------------------------------------------------------------------

    void read_event(bool is_sample) {
        event_ = event{};
        event_.offset = json_.offset();
        event_.weight = 1;
        name_.clear();
        process_.clear();
        thread_.clear();
        shown_name_.clear();
        json_token t = json_.next();
        for (; t == json_token::key; t = json_.next()) { read_member(json_.text()); }
        if (is_last(t)) { return; } // half an event
        ++events_;
        if (is_sample) {
            add_sample();
        } else {
            add_event();
        }
    }

    void read_member(std::string_view key) {
        if (key == "ts") {
            event_.has_time = read_time(event_.time);
        } else if (key == "dur") {
            event_.has_duration = read_time(event_.duration);
        } else if (key == "ph") {
            if (scalar()) { event_.phase = json_.text().size() == 1 ? json_.text()[0] : '\0'; }
        } else if (key == "name") {
            if (scalar()) { name_ = json_.text(); }
        } else if (key == "pid") {
            if (scalar()) { process_ = json_.text(); }
        } else if (key == "tid") {
            if (scalar()) { thread_ = json_.text(); }
        } else if (key == "sf") {
            event_.has_stack = scalar();
            if (event_.has_stack) { stack_ = json_.text(); }
        } else if (key == "weight") {
            read_weight();
        } else if (key == "args") {
            read_arguments();
        } else {
            json_.skip_value();
        }
    }

    // Reads a string, number or word; passes over anything else.
    [[nodiscard]] bool scalar() {
        const json_token t = json_.next();
        if (t == json_token::object_begin || t == json_token::array_begin) {
            json_.skip_rest();
            return false;
        }
        return t == json_token::string || t == json_token::number;
    }

    // Microseconds, often with a fraction, into nanoseconds.
    [[nodiscard]] bool read_time(std::int64_t& time) {
        if (!scalar()) { return false; }
        bool rounded = false;
        if (!looks_numeric(json_.text()) || !json_integer(json_.text(), 3, time, rounded) ||
            time > max_time_ns || time < -max_time_ns) {
            event_.bad_time = true;
            return false;
        }
        if (rounded) { ++read_.rounded; }
        return true;
    }

    void read_weight() {
        bool rounded = false;
        std::int64_t weight = 0;
        if (scalar() && looks_numeric(json_.text()) &&
            json_integer(json_.text(), 0, weight, rounded) && weight >= 0) {
            event_.weight = weight;
        } else {
            event_.bad_time = true;
        }
    }

    // Some writers put numbers between quotes.
    [[nodiscard]] static bool looks_numeric(std::string_view text) noexcept {
        bool digits = false;
        for (const char c : text) {
            if (is_digit(c)) {
                digits = true;
            } else if (c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E') {
                return false;
            }
        }
        return digits;
    }

    // Only the names of processes and threads stand there.
    void read_arguments() {
        const json_token t = json_.next();
        if (t == json_token::array_begin) { json_.skip_rest(); }
        if (t != json_token::object_begin) { return; }
        shown_name_.clear();
        while (json_.next() == json_token::key) {
            if (json_.text() != "name") {
                json_.skip_value();
            } else if (scalar()) {
                shown_name_ = json_.text();
            }
        }
    }

    void add_event() {
        switch (event_.phase) {
        case 'X':
            add_complete();
            break;
        case 'B':
            if (has_time()) { builder_.begin(thread(), builder_.intern(name_), event_.time); }
            break;
        case 'E':
            if (has_time()) { builder_.end(thread(), event_.time); }
            break;
        case 'M':
            add_name();
            break;
        case 'P':
            if (event_.has_stack) {
                add_sample();
            } else {
                ++read_.others.profile;
            }
            break;
        default:
            add_other();
        }
    }

    void add_complete() {
        if (!has_time()) { return; }
        if (!event_.has_duration) {
            skip("expected a duration: \"dur\"");
        } else if (event_.duration < 0 || event_.time > max_time_ns - event_.duration) {
            skip("the duration is negative or too long");
        } else {
            builder_.add(
                thread(), builder_.intern(name_), event_.time, event_.time + event_.duration);
        }
    }

    [[nodiscard]] bool has_time() {
        if (event_.has_time && !event_.bad_time) { return true; }
        skip(event_.bad_time ? "a time is not a number below 2^62 nanoseconds"
                             : "expected a time: \"ts\"");
        return false;
    }

    void add_other() {
        constexpr std::string_view async = "bneSTpF", flow = "stf", instant = "iIR", object = "NOD",
                                   metadata = "cvVaR(),";
        const char phase = event_.phase;
        const auto is_one = [&](std::string_view phases) {
            return phase != '\0' && phases.find(phase) != std::string_view::npos;
        };
        chrome_other_events& others = read_.others;
        if (is_one(async)) {
            ++others.async;
        } else if (is_one(flow)) {
            ++others.flow;
        } else if (is_one(instant)) {
            ++others.instant;
        } else if (phase == 'C') {
            ++others.counter;
        } else if (is_one(object)) {
            ++others.object;
        } else if (is_one(metadata)) {
            ++others.metadata;
        } else {
            skip("expected a known phase: \"ph\"");
        }
    }

    // ---- threads --------------------------------------------------------------------------------

    [[nodiscard]] static std::uint64_t number_of(const std::string& text) noexcept {
        std::uint64_t number = 0;
        const char* end = text.data() + text.size();
        const std::from_chars_result read = std::from_chars(text.data(), end, number);
        return read.ptr == end && read.ec == std::errc{} ? number : 0;
    }

    [[nodiscard]] std::uint32_t process_id() {
        const std::uint32_t process = process_ids_.add(process_);
        if (process == process_names_.size()) { process_names_.emplace_back(); }
        return process;
    }

    [[nodiscard]] std::uint32_t thread() {
        key_ = process_;
        key_ += '\0';
        key_ += thread_;
        if (last_thread_ != none && key_ == last_key_) { return last_thread_; }
        const std::uint32_t known = thread_ids_.add(key_);
        if (known == process_of_.size()) {
            process_of_.push_back(process_id());
            timeline_thread made;
            made.process_id = number_of(process_);
            made.id = number_of(thread_);
            if (made.id == 0 && thread_ != "0") { made.name = thread_; }
            builder_.add_thread(std::move(made));
        }
        last_key_ = key_;
        last_thread_ = known;
        return known;
    }

    void add_name() {
        if (name_ == "process_name") {
            process_names_[process_id()] = shown_name_;
        } else if (name_ == "thread_name") {
            // A statement of its own: the first event of a thread makes it.
            const std::uint32_t named = thread();
            builder_.thread_at(named).name = shown_name_;
        } else {
            ++read_.others.metadata;
        }
    }

    // ---- samples --------------------------------------------------------------------------------

    void add_sample() {
        if (event_.bad_time) {
            skip("a time or weight of a sample is no number");
            return;
        }
        if (!event_.has_stack) {
            skip("expected the stack of a sample: \"sf\"");
            return;
        }
        samples_.push_back(
            {names_.add(name_), thread(), frame(stack_), event_.weight, event_.offset});
    }

    [[nodiscard]] std::uint32_t frame(std::string_view id) {
        const std::uint32_t known = frame_ids_.add(id);
        if (known == frames_.size()) { frames_.push_back({none, none, false, false}); }
        return known;
    }

    // {"5": {"name": "main", "category": "app", "parent": 4}, …}
    void enter_frames() {
        const json_token first = json_.next();
        if (first == json_token::array_begin) { json_.skip_rest(); }
        if (first != json_token::object_begin) { return; }
        for (json_token t = json_.next(); t == json_token::key; t = json_.next()) {
            const std::uint32_t id = frame(json_.text());
            t = json_.next();
            if (t == json_token::object_begin) {
                read_frame(id);
            } else if (t == json_token::array_begin) {
                json_.skip_rest();
            }
        }
    }

    void read_frame(std::uint32_t id) {
        std::uint32_t name = names_.add("");
        std::uint32_t parent = none;
        for (json_token t = json_.next(); t == json_token::key; t = json_.next()) {
            if (json_.text() == "name") {
                if (scalar()) { name = names_.add(json_.text()); }
            } else if (json_.text() == "parent") {
                if (scalar()) { parent = frame(json_.text()); }
            } else {
                json_.skip_value();
            }
        }
        frames_[id] = {name, parent, true, false};
    }

    // ---- the end --------------------------------------------------------------------------------

    [[nodiscard]] result<chrome_trace> finish() {
        std::vector<timeline_thread> threads;
        for (std::uint32_t t = 0; t < process_of_.size(); ++t) {
            timeline_thread& thread = builder_.thread_at(t);
            thread.process = process_names_[process_of_[t]];
            const std::string_view process = process_ids_.text(process_of_[t]);
            if (thread.process.empty() && thread.process_id == 0 && process != "0") {
                thread.process = process;
            }
            threads.push_back(thread);
        }
        wick::error problem = finish_samples(threads);
        read_.timeline = builder_.finish(read_.repairs);
        result<profile> stacks = to_profile(read_.timeline, roots_);
        read_.stacks = std::move(stacks.value);
        if (!problem) { problem = std::move(stacks.error); }
        return {std::move(read_), std::move(problem)};
    }

    [[nodiscard]] wick::error finish_samples(const std::vector<timeline_thread>& threads) {
        find_whole_stacks();
        std::vector<std::uint32_t> order; // names in the order of their samples
        std::vector<std::uint32_t> tree_of(names_.size(), none);
        std::vector<sample_tree> trees;
        for (const sample& s : samples_) {
            if (!frames_[s.stack].whole) {
                skip_at("the stack of a sample is not in \"stackFrames\"", s.offset);
                continue;
            }
            if (tree_of[s.name] == none) {
                tree_of[s.name] = static_cast<std::uint32_t>(trees.size());
                order.push_back(s.name);
                trees.emplace_back();
                trees.back().builder.describe("", counted_as::samples, profile_detail::function);
            }
            sample_tree& tree = trees[tree_of[s.name]];
            const std::uint32_t root = thread_node(tree.builder, threads[s.thread], roots_);
            if (!tree.builder.add(find_node(tree, root, s.stack), 1, s.weight)) {
                return wick::error{"the weights add up to 2^63 or more", 0, s.offset};
            }
        }
        for (std::size_t i = 0; i < trees.size(); ++i) {
            read_.samples.push_back(
                {std::string(names_.text(order[i])), trees[i].builder.finish()});
        }
        return {};
    }

    // Marks the frames whose callers are all there, and that are not their own callers.
    void find_whole_stacks() {
        std::vector<bool> visited(frames_.size());
        std::vector<std::uint32_t> path;
        for (std::uint32_t first = 0; first < frames_.size(); ++first) {
            path.clear();
            std::uint32_t at = first;
            for (; at != none && !visited[at]; at = frames_[at].parent) {
                visited[at] = true;
                path.push_back(at);
            }
            // Of a ring, the frame that was met again is not marked yet.
            bool whole = at == none || frames_[at].whole;
            for (std::size_t i = path.size(); i-- > 0;) {
                whole = whole && frames_[path[i]].known;
                frames_[path[i]].whole = whole;
            }
        }
    }

    // Every stack is walked once for each thread: the nodes of its callers are remembered.
    [[nodiscard]] std::uint32_t
    find_node(sample_tree& tree, std::uint32_t root, std::uint32_t stack) {
        path_.clear();
        std::uint32_t node = root;
        for (std::uint32_t at = stack; at != none; at = frames_[at].parent) {
            const std::uint32_t known = tree.index.find(hash_of(root, at), [&](std::uint32_t i) {
                return tree.places[i].root == root && tree.places[i].frame == at;
            });
            if (known != id_table::none) {
                node = tree.places[known].node;
                break;
            }
            path_.push_back(at);
        }
        for (std::size_t i = path_.size(); i-- > 0;) {
            const std::uint32_t at = path_[i];
            node = tree.builder.child(node, tree.builder.intern(names_.text(frames_[at].name)));
            tree.index.insert(hash_of(root, at), static_cast<std::uint32_t>(tree.places.size()));
            tree.places.push_back({root, at, node});
        }
        return node;
    }

    [[nodiscard]] static std::uint64_t hash_of(std::uint32_t root, std::uint32_t frame) noexcept {
        return mix((std::uint64_t{root} << 32 | frame) ^ hash_seed(), 0x9e3779b97f4a7c15u);
    }
};

} // namespace detail

/// Reads Trace Event JSON: an array of events or an object with "traceEvents", cut off at the end
/// or not. Spans go into the timeline and its profile, samples into profiles of their own.
/// Times are microseconds with fractions, kept exactly to the nanosecond. Names of processes and
/// threads come from their metadata. Arguments and categories are not read.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// roots   what stands above the functions in stacks and samples.
/// Errors: no JSON or no events in it; weights or times that add up to 2^63 or more. Events that
///         are not understood are skipped and counted, the first with its offset and the reason;
///         behind something that is no JSON the rest counts as one of them.
/// Cost:   one pass; memory for the spans.
/// Format: "Trace Event Format", Google, 2016.
template <class Source>
[[nodiscard]] result<chrome_trace> read_chrome_trace(Source&& source,
                                                     const timeline_roots& roots = {}) {
    return detail::chrome_trace_reader<std::remove_reference_t<Source>>(source, roots).read();
}

/// The same from memory.
[[nodiscard]] inline result<chrome_trace> parse_chrome_trace(std::string_view text,
                                                             const timeline_roots& roots = {}) {
    return read_chrome_trace(detail::text_source(text), roots);
}

/// Returns whether the beginning of a file looks like such a trace.
[[nodiscard]] inline bool looks_like_chrome_trace(std::string_view head) {
    detail::text_source source(head);
    detail::json_reader<detail::text_source> json(source);
    detail::json_token t = json.next();
    if (t == detail::json_token::array_begin) { // whatever ends there early is no event
        t = json.next();
        if (t != detail::json_token::object_begin) { return false; }
        for (t = json.next(); t == detail::json_token::key; t = json.next()) {
            if (json.text() == "ph") { return true; }
            json.skip_value();
        }
        return false;
    }
    if (t != detail::json_token::object_begin) { return false; }
    for (t = json.next(); t == detail::json_token::key; t = json.next()) {
        if (json.text() == "traceEvents" || json.text() == "stackFrames") { return true; }
        json.skip_value();
    }
    return false;
}

WICK_END_NAMESPACE

#endif
// wick/format/dtrace.hpp - the aggregations of stacks that dtrace prints.
#ifndef WICK_FORMAT_DTRACE_HPP
#define WICK_FORMAT_DTRACE_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // inlined frames

WICK_BEGIN_NAMESPACE

/// How to read what dtrace prints.
struct dtrace_options {
    bool kernel = false;         ///< kernel frames are of kind kernel, "_[k]"
    bool offsets = false;        ///< names keep their offsets, but for the leaf: "libc`f+0xd"
    bool modules = true;         ///< names keep their modules: "libc`f"
    bool addresses = false;      ///< code without a name keeps its address
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// What the output of dtrace holds.
struct dtrace_text {
    profile samples;       ///< unit "": the script alone knows what it counted
    wick::skipped skipped; ///< lines that were not understood, and stacks without a count
};

namespace detail {

class dtrace_reader {
public:
    explicit dtrace_reader(const dtrace_options& options)
        : options_(options) {}

    void line(std::string_view raw, std::uint64_t number) {
        const std::size_t indent = indent_of(raw);
        const std::string_view line = trimmed(raw);
        if (line.empty()) {
            in_header_ = false;
            // The stack of the kernel, if there is one, stands before that of the process.
            if (stacks_.size() > 0 && kernel_end_ == 0) { kernel_end_ = stacks_.size(); }
            return;
        }
        if (is_header(line)) { return; }
        std::int64_t weight = 0;
        if (count_digits(line) == line.size()) {
            in_header_ = false;
            const bool fits = parse_whole(line, weight);
            if (!fits) { skip("the count is 2^63 or more", number); }
            end(fits, weight, number);
            return;
        }
        const bool is_code = contains(line, "`") || hex_size(line) > 0;
        if (in_header_ && !is_code) {
            if (header_line_ == 0) { header_line_ = number; }
            return;
        }
        in_header_ = false;
        if (!open_) {
            open_ = true;
            first_line_ = number;
        }
        if (!is_code && indent <= 2 && indent > 0 && add_keys(line, number)) { return; }
        add_frame(line);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<dtrace_text> finish() {
        if (open_) { skip("the input ends before the stack's count", first_line_); }
        if (!open_ && !any_count_ && header_line_ > 0) {
            skip("there is no stack: expected \"module`function+0x1\" and counts", header_line_);
        }
        return {dtrace_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    dtrace_options options_;
    stack_samples stacks_;
    std::vector<std::string_view> parts_;
    bool in_header_ = true; // before the first empty line
    std::uint64_t header_line_ = 0;
    bool open_ = false; // something of a sample was read
    bool any_count_ = false;
    std::size_t kernel_end_ = 0;
    std::uint64_t first_line_ = 0;

    // "CPU     ID                    FUNCTION:NAME", "  0  64091                        :tick-60s"
    [[nodiscard]] static bool is_header(std::string_view line) noexcept {
        if (starts_with(line, "dtrace: ")) { return true; }
        if (starts_with(line, "CPU ") && ends_with(line, "FUNCTION:NAME")) { return true; }
        const std::string_view cpu = take_word(line);
        const std::string_view id = take_word(line);
        return count_digits(cpu) == cpu.size() && !id.empty() && count_digits(id) == id.size() &&
               contains(line, ":") && !contains(line, "`");
    }

    // "  mysqld" before a stack, "  mysqld        42" behind it, with the count.
    [[nodiscard]] bool add_keys(std::string_view line, std::uint64_t number) {
        std::string_view key = line;
        const std::string_view last = take_last_word(key);
        std::int64_t weight = 0;
        if (!key.empty() && parse_whole(last, weight)) {
            stacks_.push_root(key, frame_kind::label);
            end(true, weight, number);
            return true;
        }
        if (stacks_.size() > 0) { return false; }
        stacks_.push_root(line, frame_kind::label);
        return true;
    }

    void end(bool fits, std::int64_t weight, std::uint64_t number) {
        for (std::size_t i = 0; options_.kernel && i < kernel_end_ && kernel_end_ < stacks_.size();
             ++i) {
            stacks_.set_kind(i, frame_kind::kernel);
        }
        if (fits) {
            stacks_.commit(static_cast<std::uint64_t>(weight), weight, number);
        } else {
            stacks_.clear();
        }
        open_ = false;
        any_count_ = true;
        kernel_end_ = 0;
    }

    // "genunix`kmem_cache_free+0xce", "0xfffffffffb800c86", "libv8`a->b+0x1"
    void add_frame(std::string_view line) {
        const bool offset = options_.offsets && stacks_.size() > 0;
        std::string_view name = offset ? line : without_any_offset(line);
        const std::size_t tick = name.find('`');
        std::string_view module;
        if (tick != std::string_view::npos) {
            module = name.substr(0, tick);
            name = name.substr(tick + 1);
        }
        const frame_kind kind =
            options_.kernel && is_kernel(module) ? frame_kind::kernel : frame_kind::function;
        if (hex_size(name) == name.size()) { // also when it is empty
            stacks_.push(options_.addresses && !name.empty() ? std::string(line)
                                                             : unknown_frame(module),
                         kind);
            return;
        }
        parts_.clear();
        for (std::size_t at; (at = find_inline_arrow(name)) != std::string_view::npos;) {
            parts_.push_back(name.substr(0, at));
            name = name.substr(at + 2);
        }
        parts_.push_back(name);
        for (std::size_t i = parts_.size(); i-- > 0;) {
            const std::string_view function = comparable_name(parts_[i], options_.keep_arguments);
            if (i > 0 || module.empty() || !options_.modules) {
                stacks_.push(function, i > 0 ? frame_kind::inlined : kind);
            } else {
                stacks_.push(std::string(module) + '`' + std::string(function), kind);
            }
        }
    }

    [[nodiscard]] static bool is_kernel(std::string_view module) noexcept {
        return module == "genunix" || module == "unix" || module == "mach_kernel" ||
               module == "kernel" || starts_with(module, "kernel.");
    }
};

/// Returns whether the head of an input is what dtrace prints: its own messages, or two frames of
/// the form "module`function+0x1" one below the other.
[[nodiscard]] inline bool looks_like_dtrace(std::string_view head) {
    bool before = false;
    return any_line(head, [&](std::string_view line) {
        line = trimmed(line);
        if (starts_with(line, "dtrace: ") ||
            (starts_with(line, "CPU ") && ends_with(line, "FUNCTION:NAME"))) {
            return true;
        }
        const std::size_t tick = line.find('`');
        const bool is_frame = tick != std::string_view::npos && tick > 0 &&
                              without_any_offset(line).size() < line.size() &&
                              !contains(line.substr(0, tick), " ");
        const bool both = before && is_frame;
        before = is_frame;
        return both;
    });
}

} // namespace detail

/// Reads the aggregations that dtrace prints, `@[stack(), ustack(), execname] = count()` and the
/// like: a frame "module`function+0xd" a line, the leaf first, then a line with the count alone or
/// with other keys before it. Returns one profile; a stack weighs its count, and counts as much.
/// What stands before the first empty line is a header unless it is a frame; messages of dtrace and
/// the lines of probes are passed over wherever they are. Of two stacks with an empty line between,
/// the first is the kernel's. Other keys become labels at the root. Names keep their modules;
/// offsets and arguments are cut, ';' becomes ':', "a->b" is b inlined into a; code without a name
/// is "[module]" or "[unknown]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. A stack without a count is skipped and counted.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the DTrace guide, "Aggregations" and "stack".
template <class Source>
[[nodiscard]] result<dtrace_text> read_dtrace(Source&& source, const dtrace_options& options = {}) {
    detail::dtrace_reader reader(options);
    return detail::read_lines<detail::dtrace_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<dtrace_text> parse_dtrace(std::string_view text,
                                                      const dtrace_options& options = {}) {
    return read_dtrace(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/eu_stack.hpp - the stacks that elfutils' eu-stack prints, a sample for each thread.
#ifndef WICK_FORMAT_EU_STACK_HPP
#define WICK_FORMAT_EU_STACK_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of lines
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // what belongs to each frame

WICK_BEGIN_NAMESPACE

/// How to read what eu-stack prints.
struct eu_stack_options {
    bool pid = false;            ///< the root is "PID N"
    bool tid = false;            ///< each thread is "TID N" below it
    bool lines = false;          ///< frames keep the file and line that `eu-stack -s` shows
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// What the output of eu-stack holds.
struct eu_stack_text {
    profile samples;             ///< unit "samples": each stack is one
    wick::skipped skipped;       ///< lines that were not understood, frames that are missing
    std::uint64_t truncated = 0; ///< stacks that eu-stack cut at the root's side
};

namespace detail {

class eu_stack_reader {
public:
    explicit eu_stack_reader(const eu_stack_options& options)
        : options_(options) {
        stacks_.builder.describe("samples",
                                 counted_as::samples,
                                 options.lines ? profile_detail::line : profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) { return; }
        if (starts_with(line, "PID ")) {
            end_stack();
            pid_ = line.substr(0, 4 + count_digits(line.substr(4)));
        } else if (starts_with(line, "TID ") && line.back() == ':') {
            end_stack();
            tid_ = line.substr(0, line.size() - 1);
            open_ = true;
            stack_line_ = number;
        } else if (line[0] == '#' && line.size() > 1 && is_digit(line[1])) {
            frame_line(line, number);
        } else if (indent_of(line) >= 4) {
            if (options_.lines && stacks_.size() > 0) { add_place(trimmed(line)); }
        } else if (starts_with(line, "eu-stack: ")) {
            if (open_ && of_this_thread(line)) { truncated_ = true; }
        } else {
            skip("expected \"PID\", \"TID\" or \"#N  0x… function\"", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<eu_stack_text> finish() {
        end_stack();
        return {eu_stack_text{stacks_.builder.finish(), std::move(stacks_.skipped), cut_},
                std::move(stacks_.problem)};
    }

private:
    eu_stack_options options_;
    stack_samples stacks_;
    std::vector<std::string> addresses_; // of each frame
    std::string pid_;
    std::string tid_;
    bool open_ = false;
    bool truncated_ = false;
    std::uint64_t stack_line_ = 0;
    std::uint64_t cut_ = 0;
    std::int64_t next_ = 0;

    // "eu-stack: tid 16790: shown max number of frames", "eu-stack: dwfl_thread_getframes tid 12
    // at"
    [[nodiscard]] bool of_this_thread(std::string_view line) const noexcept {
        const std::size_t at = line.find("tid ");
        if (at == std::string_view::npos || tid_.size() < 4) { return false; }
        const std::string_view id = line.substr(at + 4);
        return id.substr(0, count_digits(id)) == std::string_view(tid_).substr(4);
    }

    void end_stack() {
        if (!open_) { return; }
        mark_inlined();
        if (truncated_) {
            stacks_.push("[truncated]", frame_kind::marker);
            ++cut_;
        }
        if (options_.pid && !pid_.empty()) { stacks_.push_root(pid_, frame_kind::process); }
        if (options_.tid && !tid_.empty()) { stacks_.push_root(tid_, frame_kind::thread); }
        stacks_.commit(1, 1, stack_line_);
        addresses_.clear();
        open_ = false;
        truncated_ = false;
        next_ = 0;
    }

    // An address lies in one function as it was compiled: of frames that share one, those that are
    // not named as the last one were inlined. Recursion repeats the last one's name.
    void mark_inlined() {
        for (std::size_t end = addresses_.size(); end > 0;) {
            const std::size_t last = end - 1;
            std::size_t i = last;
            for (; i > 0 && addresses_[i - 1] == addresses_[last]; --i) {
                if (!stacks_.same_function(i - 1, last)) {
                    stacks_.set_kind(i - 1, frame_kind::inlined);
                }
            }
            end = i;
        }
    }

    // "#1  0x0000562e4f5683d0 - 1 on_signal(int) - /usr/bin/app"
    void frame_line(std::string_view line, std::uint64_t number) {
        const std::size_t digits = count_digits(line.substr(1));
        std::int64_t index = 0;
        const bool numbered = parse_whole(line.substr(1, digits), index);
        line = trimmed(line.substr(1 + digits));
        const std::size_t hex = hex_size(line);
        if (!numbered || hex == 0 || (hex < line.size() && !is_blank(line[hex]))) {
            skip("expected \"#N  0x… function\"", number);
            return;
        }
        if (index == 0 && stacks_.size() > 0) { end_stack(); }
        if (!open_) {
            open_ = true;
            stack_line_ = number;
        }
        if (index != next_) { skip("frames are missing before this one", number); }
        next_ = index + 1;
        addresses_.emplace_back(line.substr(0, hex));
        add_frame(line.substr(hex));
    }

    void add_frame(std::string_view rest) {
        // "- 1" says that the address is a call's; the module stands behind the last " - ".
        if (starts_with(rest, " - 1") && (rest.size() == 4 || is_blank(rest[4]))) {
            rest.remove_prefix(4);
        }
        std::string_view module;
        const std::size_t dash = rest.rfind(" - ");
        if (dash != std::string_view::npos) {
            module = trimmed(rest.substr(dash + 3));
            rest = rest.substr(0, dash);
        }
        rest = trimmed(rest);
        if (rest.empty()) {
            stacks_.push(unknown_frame(module));
            return;
        }
        const std::string_view name =
            comparable_name(without_version(rest), options_.keep_arguments);
        stacks_.push(name);
    }

    // "pthread_cond_wait@@GLIBC_2.3.2" is the function that gdb and perf call pthread_cond_wait.
    [[nodiscard]] static std::string_view without_version(std::string_view name) noexcept {
        const std::size_t at = name.find('@');
        if (at == std::string_view::npos || at == 0 || at + 1 == name.size()) { return name; }
        const char next = name[at + 1];
        return next == '@' || (next >= 'A' && next <= 'Z') ? name.substr(0, at) : name;
    }

    // "/src/main.cpp:12:5"
    void add_place(std::string_view text) {
        std::int64_t number = 0;
        std::size_t colon = text.rfind(':');
        if (colon == std::string_view::npos || !parse_whole(text.substr(colon + 1), number)) {
            return;
        }
        const std::size_t before = text.substr(0, colon).rfind(':');
        std::int64_t line = 0;
        if (before != std::string_view::npos &&
            parse_whole(text.substr(before + 1, colon - before - 1), line)) {
            colon = before;
            number = line;
        }
        if (number > 0xffffffff) { return; }
        wick::frame place = stacks_.at(stacks_.size() - 1);
        place.file = text.substr(0, colon);
        place.at_line = static_cast<std::uint32_t>(number);
        stacks_.replace(stacks_.size() - 1, place);
    }
};

/// Returns whether the head of an input is what eu-stack prints: a line of a thread and a frame
/// below it.
[[nodiscard]] inline bool looks_like_eu_stack(std::string_view head) {
    bool thread = false;
    return any_line(head, [&](std::string_view line) {
        if (thread && starts_with(line, "#0  0x")) { return true; }
        thread = starts_with(line, "TID ") && ends_with(line, ":");
        return false;
    });
}

} // namespace detail

/// Reads what eu-stack prints, with any of its options; several dumps one after the other add up.
/// Returns one profile, in which each stack is a sample of weight 1. Threads and processes have no
/// name there, so there is no root unless the options ask for the numbers. Arguments, the versions
/// of symbols ("@@GLIBC_2.34") and Rust's hashes are cut; of frames with the same address (-i)
/// those that are not named as the outermost are of kind inlined; code without a name is "[module]"
/// (-m) or "[unknown]"; a stack that eu-stack says it cut hangs under "[truncated]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood, and the places where frames are
///          missing, are skipped and counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  what eu-stack 0.188 prints.
template <class Source>
[[nodiscard]] result<eu_stack_text> read_eu_stack(Source&& source,
                                                  const eu_stack_options& options = {}) {
    detail::eu_stack_reader reader(options);
    return detail::read_lines<detail::eu_stack_reader, std::remove_reference_t<Source>>(reader,
                                                                                        source);
}

/// The same from memory.
[[nodiscard]] inline result<eu_stack_text> parse_eu_stack(std::string_view text,
                                                          const eu_stack_options& options = {}) {
    return read_eu_stack(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/faulthandler.hpp - the tracebacks of Python's faulthandler, a sample for each thread.
#ifndef WICK_FORMAT_FAULTHANDLER_HPP
#define WICK_FORMAT_FAULTHANDLER_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of lines
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read tracebacks of Python's faulthandler.
struct faulthandler_options {
    bool tid = false;   ///< the root is "Thread 0x7f…"
    bool lines = false; ///< names have the line as well: "run (server.py:12)"
};

/// What tracebacks of faulthandler hold.
struct faulthandler_text {
    profile samples;             ///< unit "samples": each stack is one
    wick::skipped skipped;       ///< lines that were not understood
    std::uint64_t truncated = 0; ///< stacks that faulthandler cut at the root's side: "  ..."
};

namespace detail {

class faulthandler_reader {
public:
    explicit faulthandler_reader(const faulthandler_options& options)
        : options_(options) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (ends_with(line, "(most recent call first):")) {
            end_stack();
            begin_stack(line, number);
            return;
        }
        const std::string_view text = trimmed(line);
        if (text.empty()) {
            end_stack();
        } else if (open_ && starts_with(text, "File \"")) {
            frame_line(text, number);
        } else if (open_ && text == "...") {
            stacks_.push("[truncated]", frame_kind::marker);
            ++cut_;
        } else if (open_ && starts_with(text, "<no Python frame>")) {
            stacks_.push(text, frame_kind::marker);
        } else if (!is_message(text)) {
            skip("expected a thread or \"File \"…\", line N in function\"", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<faulthandler_text> finish() {
        end_stack();
        return {faulthandler_text{stacks_.builder.finish(), std::move(stacks_.skipped), cut_},
                std::move(stacks_.problem)};
    }

private:
    faulthandler_options options_;
    stack_samples stacks_;
    std::string text_;
    std::uint64_t cut_ = 0;
    bool open_ = false;
    std::uint64_t stack_line_ = 0;

    [[nodiscard]] static bool is_message(std::string_view text) noexcept {
        return starts_with(text, "Fatal Python error: ") || starts_with(text, "Timeout (") ||
               starts_with(text, "Python runtime state: ") ||
               starts_with(text, "Extension modules:");
    }

    // "Thread 0x00007fd0f84cd6c0 [name] (most recent call first):", "Stack (…", "Current thread …"
    void begin_stack(std::string_view line, std::uint64_t number) {
        open_ = true;
        stack_line_ = number;
        const std::size_t hex = line.find("0x");
        if (hex == std::string_view::npos) { return; }
        const std::string_view id = line.substr(hex, hex_size(line.substr(hex)));
        const std::size_t open = line.find('[', hex);
        const std::size_t close = line.rfind(']');
        const bool named =
            open != std::string_view::npos && close != std::string_view::npos && open < close;
        text_.clear();
        if (named) { text_ = line.substr(open + 1, close - open - 1); }
        if (options_.tid) {
            text_ += text_.empty() ? "Thread " : "-";
            text_ += id;
        }
        if (!text_.empty()) { stacks_.push_root(text_, frame_kind::thread); }
    }

    void end_stack() {
        if (!open_) { return; }
        open_ = false;
        stacks_.commit(1, 1, stack_line_);
    }

    // File "/srv/server.py", line 7 in inner
    void frame_line(std::string_view line, std::uint64_t number) {
        const std::size_t end = line.rfind("\", line ");
        if (end == std::string_view::npos || end < 6) {
            skip("expected \"File \"…\", line N in function\"", number);
            return;
        }
        const std::string_view file = line.substr(6, end - 6);
        std::string_view rest = line.substr(end + 8);
        const std::string_view at = take_word(rest);
        if (take_word(rest) != "in" || rest.empty()) {
            skip("expected \"File \"…\", line N in function\"", number);
            return;
        }
        text_ = rest;
        text_ += " (";
        text_ += file.substr(file.rfind('/') + 1); // npos + 1 is 0
        if (options_.lines) {
            text_ += ':';
            text_ += at;
        }
        text_ += ')';
        stacks_.push(text_);
    }
};

/// Returns whether the head of an input is a traceback of faulthandler.
[[nodiscard]] inline bool looks_like_faulthandler(std::string_view head) {
    bool thread = false;
    return any_line(head, [&](std::string_view line) {
        if (thread && starts_with(line, "  File \"")) { return true; }
        thread = ends_with(line, "(most recent call first):");
        return false;
    });
}

} // namespace detail

/// Reads the tracebacks that Python's faulthandler writes; several one after the other add up.
/// Returns one profile, in which each stack is a sample of weight 1. Frames are called as py-spy
/// calls them, "run (server.py)". The root is the thread's name where Python gives it (3.14).
/// A stack that faulthandler cut ("  ...") hangs under "[truncated]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood are skipped and counted, the first
///          with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  Python's documentation of faulthandler, and what Python 3.11 writes.
template <class Source>
[[nodiscard]] result<faulthandler_text>
read_faulthandler(Source&& source, const faulthandler_options& options = {}) {
    detail::faulthandler_reader reader(options);
    return detail::read_lines<detail::faulthandler_reader, std::remove_reference_t<Source>>(reader,
                                                                                            source);
}

/// The same from memory.
[[nodiscard]] inline result<faulthandler_text>
parse_faulthandler(std::string_view text, const faulthandler_options& options = {}) {
    return read_faulthandler(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/gdb.hpp - the backtraces that gdb prints, a sample for each thread.
#ifndef WICK_FORMAT_GDB_HPP
#define WICK_FORMAT_GDB_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of lines
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read gdb's backtraces.
struct gdb_options {
    bool tid = false;            ///< the thread's frame is "name-LWP", "thread-LWP" without a name
    bool lines = false;          ///< frames keep the file and line that execution stood on
    bool keep_arguments = false; ///< names keep the types of arguments where gdb shows them
};

/// What gdb's backtraces hold.
struct gdb_text {
    profile samples;             ///< unit "samples": each stack is one
    wick::skipped skipped;       ///< lines that were not understood, frames that are missing
    std::uint64_t truncated = 0; ///< stacks that gdb cut at the root's side
};

namespace detail {

class gdb_reader {
public:
    explicit gdb_reader(const gdb_options& options)
        : options_(options) {
        stacks_.builder.describe("samples",
                                 counted_as::samples,
                                 options.lines ? profile_detail::line : profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        while (starts_with(line, "(gdb) ")) { line.remove_prefix(6); }
        if (line == "(gdb)") { line = {}; }
        trim_blanks(line);
        // gdb wraps at the width of a terminal and indents what is left by four.
        if (!pending_.empty() && indent_of(line) == 4 && line.size() > 4) {
            pending_ += ' ';
            pending_ += line.substr(4);
            return;
        }
        end_frame();
        if (line.empty()) { return; }
        if (line[0] == '#' && line.size() > 1 && is_digit(line[1])) {
            pending_ = line;
            pending_line_ = number;
        } else if (starts_with(line, "Thread ") && ends_with(line, ":") && contains(line, " (")) {
            end_stack();
            begin_thread(line);
            open_ = true;
            stack_line_ = number;
        } else if (starts_with(line, "Backtrace stopped: ") ||
                   starts_with(line, "Backtrace limit of ") ||
                   starts_with(line, "(More stack frames follow...)")) {
            truncated_ = open_;
        } else if (!is_message(line)) {
            skip("expected \"Thread N (…):\" or \"#N  0x… in function (arguments)\"", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<gdb_text> finish() {
        end_frame();
        end_stack();
        return {gdb_text{stacks_.builder.finish(), std::move(stacks_.skipped), cut_},
                std::move(stacks_.problem)};
    }

private:
    gdb_options options_;
    stack_samples stacks_;
    std::string pending_; // a frame, of which more lines may come
    std::uint64_t pending_line_ = 0;
    std::string text_;
    bool open_ = false;      // a stack has begun
    bool truncated_ = false; // and will not be whole
    bool after_signal_ = false; // the frame before was a signal's
    std::uint64_t stack_line_ = 0;
    std::uint64_t cut_ = 0;
    std::int64_t next_ = 0; // the number that the next frame should have

    // What gdb says about itself, its position, and the variables of `bt full`.
    [[nodiscard]] static bool is_message(std::string_view line) noexcept {
        if (line[0] == '[' || indent_of(line) >= 8) { return true; }
        if (starts_with(line, "Using host libthread_db") || starts_with(line, "warning: ") ||
            starts_with(line, "No locals.") || starts_with(line, "No symbol table info") ||
            starts_with(line, "Reading symbols from ") || starts_with(line, "(No debugging sym") ||
            starts_with(line, "Core was generated by ") || starts_with(line, "Attaching to ") ||
            starts_with(line, "Program terminated with ") || starts_with(line, "Detaching from ")) {
            return true;
        }
        const std::size_t digits = count_digits(line);
        if (digits > 0 && digits < line.size() && line[digits] == '\t') { return true; }
        return hex_size(line) > 0 && contains(line, " in ") && contains(line, " (");
    }

    // Thread 3 (Thread 0x7f0c8fb3c6c0 (LWP 16793) "pool 2"):
    void begin_thread(std::string_view line) {
        const std::size_t quote = line.find('"');
        const std::size_t end = line.rfind('"');
        text_.clear();
        if (quote != end) { text_ = line.substr(quote + 1, end - quote - 1); }
        if (options_.tid) {
            const std::size_t lwp = line.find("(LWP ");
            std::string_view id =
                lwp == std::string_view::npos ? line.substr(7) : line.substr(lwp + 5);
            id = id.substr(0, count_digits(id));
            if (text_.empty()) { text_ = "thread"; }
            text_ += '-';
            text_ += id;
        }
        if (!text_.empty()) { stacks_.push_root(text_, frame_kind::thread); }
    }

    void end_stack() {
        if (!open_) { return; }
        if (truncated_) {
            stacks_.push("[truncated]", frame_kind::marker);
            ++cut_;
        }
        stacks_.commit(1, 1, stack_line_);
        open_ = false;
        truncated_ = false;
        after_signal_ = false;
        next_ = 0;
    }

    void end_frame() {
        if (pending_.empty()) { return; }
        std::string_view line = std::string_view(pending_).substr(1);
        const std::size_t digits = count_digits(line);
        std::int64_t index = 0;
        const bool numbered = parse_whole(line.substr(0, digits), index);
        line = trimmed(line.substr(digits));
        if (!numbered || !is_frame(line)) {
            skip("expected \"#N  0x… in function (arguments)\"", pending_line_);
            pending_.clear();
            return;
        }
        if (index == 0 && stacks_.size() > 0) { end_stack(); } // `bt` alone names no thread
        if (!open_) {
            open_ = true;
            stack_line_ = pending_line_;
        }
        if (index != next_) { skip("frames are missing before this one", pending_line_); }
        next_ = index + 1;
        add_frame(line);
        pending_.clear();
    }

    [[nodiscard]] static bool is_frame(std::string_view line) noexcept {
        const bool special = line.size() > 2 && line.front() == '<' && line.back() == '>';
        return special || find_argument_values(line) != std::string_view::npos;
    }

    void add_frame(std::string_view line) {
        if (line.front() == '<' && line.back() == '>') {
            after_signal_ = true;
            stacks_.push(line);
            return;
        }
        const std::size_t hex = hex_size(line);
        const bool has_address = hex > 0 && starts_with(line.substr(hex), " in ");
        if (has_address) { line = trimmed(line.substr(hex + 4)); }
        // A frame without an address shares its callee's: the callee was inlined into it. The
        // first one, and what a signal interrupted, may just stand at the beginning of a line.
        if (!has_address && stacks_.size() > 0 && !after_signal_) {
            stacks_.set_kind(stacks_.size() - 1, frame_kind::inlined);
        }
        after_signal_ = false;
        const std::size_t values = find_argument_values(line);
        std::string_view name = values == std::string_view::npos ? line : line.substr(0, values);
        const std::string_view place = line.substr(name.size());
        if (name == "??" || name.empty()) {
            const std::size_t from = place.rfind(" from ");
            stacks_.push(unknown_frame(from == std::string_view::npos ? std::string_view()
                                                                      : place.substr(from + 6)));
            return;
        }
        name = without_rust_hash(name);
        stacks_.push(options_.keep_arguments ? name : without_last_arguments(name));
        if (options_.lines) { add_place(place); }
    }

    // " (argument=1) at file.cpp:12"
    void add_place(std::string_view text) {
        const std::size_t at = text.rfind(" at ");
        const std::size_t colon = text.rfind(':');
        if (at == std::string_view::npos || colon == std::string_view::npos || colon < at) {
            return;
        }
        std::int64_t number = 0;
        if (!parse_whole(text.substr(colon + 1), number) || number > 0xffffffff) { return; }
        wick::frame place = stacks_.at(stacks_.size() - 1);
        place.file = text.substr(at + 4, colon - at - 4);
        place.at_line = static_cast<std::uint32_t>(number);
        stacks_.replace(stacks_.size() - 1, place);
    }
};

/// Returns whether the head of an input has a frame as gdb prints them, "#1  0x… in f (…)", or the
/// line of a thread.
[[nodiscard]] inline bool looks_like_gdb(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        if (starts_with(line, "Thread ") && ends_with(line, "):") &&
            (contains(line, " (LWP ") || contains(line, " (Thread 0x"))) {
            return true;
        }
        if (line.size() < 2 || line[0] != '#' || !is_digit(line[1])) { return false; }
        line = trimmed(line.substr(1 + count_digits(line.substr(1))));
        const std::size_t hex = hex_size(line);
        return hex > 0 && starts_with(line.substr(hex), " in ") && contains(line, " (");
    });
}

} // namespace detail

/// Reads what gdb prints for `thread apply all bt`, `bt` or `bt full`; several dumps one after the
/// other add up, which is the poor man's profiler. Returns one profile, in which each stack is a
/// sample of weight 1. The root is the thread's name, where it has one. Arguments are cut; a
/// function whose caller has no address of its own was inlined into it; "?? () from /lib/x.so" is
/// "[x.so]"; "<signal handler called>" is a frame; a stack that gdb stopped early hangs under
/// "[truncated]". Lines wrapped at a terminal's width are joined.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood, and the places where frames are
///          missing, are skipped and counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the gdb manual, "Backtraces", and what gdb 13 prints.
template <class Source>
[[nodiscard]] result<gdb_text> read_gdb(Source&& source, const gdb_options& options = {}) {
    detail::gdb_reader reader(options);
    return detail::read_lines<detail::gdb_reader, std::remove_reference_t<Source>>(reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<gdb_text> parse_gdb(std::string_view text,
                                                const gdb_options& options = {}) {
    return read_gdb(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/ghcprof.hpp - the report of GHC's time and allocation profiler (.prof).
#ifndef WICK_FORMAT_GHCPROF_HPP
#define WICK_FORMAT_GHCPROF_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // words

WICK_BEGIN_NAMESPACE

/// What to read from a report of GHC's profiler.
struct ghcprof_options {
    enum weight { time, ticks, bytes };
    weight weigh = time; ///< the share of time; ticks and bytes are there only with +RTS -P
};

/// What a report of GHC's profiler holds.
struct ghcprof_text {
    profile samples;       ///< unit "percent" with one decimal, "ticks" or "bytes"
    wick::skipped skipped; ///< rows that were not understood
};

namespace detail {

class ghcprof_reader {
public:
    explicit ghcprof_reader(const ghcprof_options& options)
        : options_(options)
        , rows_(stacks_) {
        const std::string_view unit = options.weigh == ghcprof_options::time    ? "percent"
                                      : options.weigh == ghcprof_options::ticks ? "ticks"
                                                                                : "bytes";
        stacks_.builder.describe(unit, counted_as::unknown, profile_detail::function);
        if (options.weigh == ghcprof_options::time) {
            [[maybe_unused]] const bool refined = stacks_.builder.refine(1);
        }
    }
    ghcprof_reader(const ghcprof_reader&) = delete; // rows_ refers to stacks_
    ghcprof_reader& operator=(const ghcprof_reader&) = delete;

    // The report has a flat table first, then the tree, whose columns have "no." and "entries".
    void line(std::string_view line, std::uint64_t number) {
        const std::string_view text = trimmed(line);
        anything_ = anything_ || !text.empty();
        if (starts_with(text, "COST CENTRE")) {
            in_tree_ = contains(text, " no.") && contains(text, " entries");
            seen_ = seen_ || in_tree_;
            return;
        }
        if (!in_tree_ || text.empty()) { return; }
        row(line, number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<ghcprof_text> finish() {
        if (!seen_ && anything_) {
            skip("there is no line \"COST CENTRE MODULE … no. entries …\"", 0);
        }
        return {ghcprof_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    ghcprof_options options_;
    stack_samples stacks_;
    indented_rows rows_;
    std::vector<std::string_view> numbers_; // from the right
    std::string text_;
    bool in_tree_ = false;
    bool seen_ = false;
    bool anything_ = false;

    // "  main  Main  app/Main.hs:(3,1)-(5,2)  130  1  0.0  0.1  99.9  99.9 [ticks bytes]"
    void row(std::string_view line, std::uint64_t number) {
        std::string_view rest = line;
        numbers_.clear();
        while (numbers_.size() < 8) {
            std::string_view before = rest;
            const std::string_view word = take_last_word(before);
            std::int64_t value = 0;
            if (before.empty() || !parse_decimal(word, 1, value)) { break; }
            numbers_.push_back(word);
            rest = before;
        }
        // Numbers from the right: [bytes ticks] alloc time (inherited) alloc time (own) entries no.
        const bool detailed = numbers_.size() == 8;
        if (numbers_.size() < 6 || (options_.weigh != ghcprof_options::time && !detailed)) {
            skip("expected \"centre module source no. entries\" and the shares", number);
            return;
        }
        const std::size_t indent = indent_of(rest);
        std::string_view words = trimmed(rest);
        const std::string_view centre = take_word(words);
        const std::string_view module = take_word(words);
        std::int64_t self = 0;
        const std::size_t own_time = detailed ? 5 : 3;
        const bool fits =
            options_.weigh == ghcprof_options::time
                ? parse_decimal(numbers_[own_time], 1, self)
                : parse_whole(numbers_[options_.weigh == ghcprof_options::ticks ? 1 : 0], self);
        if (!fits || centre.empty()) {
            skip("the weight is not below 2^63", number);
            return;
        }
        text_ = module;
        if (!module.empty()) { text_ += '.'; }
        text_ += centre;
        rows_.row(
            indent, stacks_.intern(text_, frame_kind::function), self == 0 ? 0 : 1, self, number);
    }
};

/// Returns whether the head of an input is a report of GHC's profiler.
[[nodiscard]] inline bool looks_like_ghcprof(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return contains(line, "Time and Allocation Profiling Report") ||
               (starts_with(line, "COST CENTRE") && contains(line, "MODULE") &&
                contains(line, "%time"));
    });
}

} // namespace detail

/// Reads the report of GHC's profiler (+RTS -p, -P): the tree of cost centres, indented by depth.
/// Returns one profile of what each centre weighs alone; frames are "Module.centre"; rows with a
/// weight count 1.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  GHC's user guide, "Profiling".
template <class Source>
[[nodiscard]] result<ghcprof_text> read_ghcprof(Source&& source,
                                                const ghcprof_options& options = {}) {
    detail::ghcprof_reader reader(options);
    return detail::read_lines<detail::ghcprof_reader, std::remove_reference_t<Source>>(reader,
                                                                                       source);
}

/// The same from memory.
[[nodiscard]] inline result<ghcprof_text> parse_ghcprof(std::string_view text,
                                                        const ghcprof_options& options = {}) {
    return read_ghcprof(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/go_raw.hpp - the text of `go tool pprof -raw`, a profile for each sample type.
#ifndef WICK_FORMAT_GO_RAW_HPP
#define WICK_FORMAT_GO_RAW_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // samples, which stand before the names of their frames

WICK_BEGIN_NAMESPACE

/// How to read `go tool pprof -raw`.
struct go_raw_options {
    bool labels = false;         ///< labels are frames at the root: "key:[value]"
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// One sample type.
struct go_raw_type {
    std::string type; ///< "cpu", "alloc_space", …
    std::string unit; ///< "nanoseconds", "bytes", "count", …
    bool is_default = false;
    profile samples; ///< its unit is `unit`, or for "count" the type
};

/// What `go tool pprof -raw` text holds.
struct go_raw_text {
    std::vector<go_raw_type> types; ///< in the order of the text
    wick::skipped skipped;          ///< lines that were not understood, places that are missing
};

namespace detail {

class go_raw_reader {
public:
    explicit go_raw_reader(const go_raw_options& options)
        : options_(options) {}

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) { return; }
        if (line == "Samples:") {
            section_ = section::types;
        } else if (line == "Locations") {
            section_ = section::locations;
        } else if (line == "Mappings") {
            section_ = section::mappings;
        } else if (section_ == section::types) {
            types_line(line, number);
        } else if (section_ == section::samples) {
            sample_line(line, number);
        } else if (section_ == section::locations) {
            location_line(line, number);
        } else if (section_ == section::mappings) {
            mapping_line(line, number);
        } else if (!is_head(line)) {
            skip("expected \"PeriodType:\", \"Period:\", \"Time:\" or \"Samples:\"", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { read_.skipped.add(what, number); }

    [[nodiscard]] result<go_raw_text> finish() {
        wick::error problem;
        std::size_t observations = types_.size(); // the column that says how many there were
        for (std::size_t i = 0; i < types_.size(); ++i) {
            if (types_[i].type == "samples" && types_[i].unit == "count") { observations = i; }
        }
        read_.types = std::move(types_);
        for (std::size_t i = 0; i < read_.types.size(); ++i) {
            read_.types[i].samples = build(i, observations, problem);
        }
        return {std::move(read_), std::move(problem)};
    }

private:
    enum class section { head, types, samples, locations, mappings };
    // Where code and labels of a sample begin in the lists of all samples'.
    struct sample {
        std::size_t values;
        std::size_t places;
        std::size_t labels;
        std::uint64_t line;
    };
    struct place_line {
        std::string function; // empty: unknown
        std::string file;
        std::uint32_t line;
        bool inlined;
    };
    struct place {
        std::int64_t id;
        std::int64_t mapping; // 0: none
        std::size_t lines;    // the first in lines_
    };
    struct mapping {
        std::int64_t id;
        std::string file;
    };
    // A profile costs far more than a type's name, and all frames of a place far more than its
    // number in a sample: without limits a small input could ask for much memory.
    static constexpr std::size_t most_types = 64;
    static constexpr std::size_t most_lines = 256;

    go_raw_options options_;
    go_raw_text read_;
    section section_ = section::head;
    std::vector<go_raw_type> types_;
    std::vector<sample> samples_;
    std::vector<std::int64_t> values_;
    std::vector<std::int64_t> stacks_; // numbers of locations, the leaf first
    std::vector<std::string> labels_;
    std::vector<place> places_;
    std::vector<place_line> lines_; // the innermost first
    std::vector<mapping> mappings_;
    id_table place_index_;
    id_table mapping_index_;

    [[nodiscard]] static bool is_head(std::string_view line) noexcept {
        for (const std::string_view word : {std::string_view("PeriodType:"),
                                            std::string_view("Period:"),
                                            std::string_view("Time:"),
                                            std::string_view("Duration:"),
                                            std::string_view("Comment:"),
                                            std::string_view("Doc:"),
                                            std::string_view("DefaultSampleType:")}) {
            if (starts_with(line, word)) { return true; }
        }
        return false;
    }

    [[nodiscard]] static std::uint64_t hash_of(std::int64_t id) noexcept {
        return mix(static_cast<std::uint64_t>(id) ^ hash_seed(), 0x9e3779b97f4a7c15u);
    }

    // "samples/count cpu/nanoseconds[dflt]"
    void types_line(std::string_view line, std::uint64_t number) {
        section_ = section::samples;
        if (!types_.empty()) {
            skip("there are two lists of samples", number);
            section_ = section::head;
            return;
        }
        while (!line.empty() && types_.size() < most_types) {
            std::string_view word = take_word(line);
            go_raw_type type;
            type.is_default = ends_with(word, "[dflt]");
            if (type.is_default) { word.remove_suffix(6); }
            const std::size_t slash = word.rfind('/');
            type.type = word.substr(0, slash);
            if (slash != std::string_view::npos) { type.unit = word.substr(slash + 1); }
            types_.push_back(std::move(type));
        }
        if (!line.empty()) { skip("there are more than 64 types of samples", number); }
    }

    // "         1   10000000: 1 2 3", and below it labels: "                key:[value]"
    void sample_line(std::string_view line, std::uint64_t number) {
        const std::string_view text = trimmed(line);
        const std::size_t colon = text.find(':');
        const bool numbers =
            is_digit(text[0]) || (text[0] == '-' && text.size() > 1 && is_digit(text[1]));
        if (!numbers) {
            if (samples_.empty() || indent_of(line) < 16 || !contains(text, ":[")) {
                skip("expected \"values: locations\" or labels", number);
            } else if (options_.labels) {
                take_labels(text);
            }
            return;
        }
        const sample made{values_.size(), stacks_.size(), labels_.size(), number};
        if (colon == std::string_view::npos || !take_values(text.substr(0, colon)) ||
            !take_places(text.substr(colon + 1))) {
            values_.resize(made.values);
            stacks_.resize(made.places);
            skip("expected a value below 2^63 for each type, a colon and locations", number);
            return;
        }
        samples_.push_back(made);
    }

    [[nodiscard]] bool take_values(std::string_view text) {
        for (std::size_t i = 0; i < types_.size(); ++i) {
            std::string_view word = take_word(text);
            const bool negative = starts_with(word, "-"); // one profile taken off another one
            if (negative) { word.remove_prefix(1); }
            std::int64_t value = 0;
            if (!parse_whole(word, value)) { return false; }
            values_.push_back(negative ? -value : value);
        }
        return text.empty();
    }

    [[nodiscard]] bool take_places(std::string_view text) {
        text = trimmed(text);
        while (!text.empty()) {
            std::int64_t id = 0;
            if (!parse_whole(take_word(text), id)) { return false; }
            stacks_.push_back(id);
        }
        return true;
    }

    // "bytes:[1024] key:[a b]": a value may hold blanks, so labels are told by "]".
    void take_labels(std::string_view text) {
        while (!text.empty()) {
            std::size_t end = text.find("] ");
            end = end == std::string_view::npos ? text.size() : end + 1;
            labels_.emplace_back(trimmed(text.substr(0, end)));
            text = trimmed(text.substr(end));
        }
    }

    // "     1: 0x4a1b2c M=1 main.f /src/main.go:12:0 s=10(main.f)", and for each function that it
    // is inlined into a line more, which begins with the name.
    void location_line(std::string_view line, std::uint64_t number) {
        std::string_view rest = trimmed(line);
        const std::size_t digits = count_digits(rest);
        std::int64_t id = 0;
        const bool begins = digits < rest.size() && rest[digits] == ':' &&
                            parse_whole(rest.substr(0, digits), id) &&
                            starts_with(rest.substr(digits), ": 0x");
        if (begins) {
            rest = trimmed(rest.substr(digits + 1));
            static_cast<void>(take_word(rest));
            place made{id, 0, lines_.size()};
            if (starts_with(rest, "M=")) {
                if (!parse_whole(take_word(rest).substr(2), made.mapping)) { made.mapping = 0; }
            }
            if (starts_with(rest, "[F]")) { static_cast<void>(take_word(rest)); }
            const bool known = place_index_.find(hash_of(id), [&](std::uint32_t at) {
                return places_[at].id == id;
            }) != id_table::none;
            if (known) { skip("there is such a location already", number); }
            if (!known) {
                place_index_.insert(hash_of(id), static_cast<std::uint32_t>(places_.size()));
            }
            places_.push_back(made);
            if (rest.empty()) { return; }
        } else if (places_.empty() || indent_of(line) < 8) {
            skip("expected \"number: 0xaddress M=mapping function file:line s=line\"", number);
            return;
        } else if (lines_.size() - places_.back().lines >= most_lines) {
            skip("more than 256 functions are inlined in one place", number);
            return;
        } else if (lines_.size() > places_.back().lines) {
            lines_.back().inlined = true;
        }
        lines_.push_back(take_function(rest));
    }

    // Names may hold blanks, and so may files: the file begins at " /", or else is the last word.
    [[nodiscard]] static place_line take_function(std::string_view text) {
        place_line made{{}, {}, 0, false};
        if (text == "??") { return made; }
        std::size_t s = text.rfind(" s=");
        while (s != std::string_view::npos && s > 0 && count_digits(text.substr(s + 3)) == 0) {
            s = text.substr(0, s).rfind(" s=");
        }
        if (s != std::string_view::npos) {
            const std::string_view start = text.substr(s + 3);
            std::int64_t line = 0;
            if (parse_whole(start.substr(0, count_digits(start)), line) && line <= 0xffffffff) {
                made.line = static_cast<std::uint32_t>(line);
            }
            text = text.substr(0, s);
            trim_blanks(text);
        }
        std::string_view name = text;
        std::string_view file;
        const std::size_t slash = text.find(" /");
        if (slash != std::string_view::npos) {
            file = text.substr(slash + 1);
            name = text.substr(0, slash);
        } else {
            file = take_last_word(name);
        }
        if (name.empty()) { // no file
            name = file;
            file = {};
        }
        for (int i = 0; i < 2; ++i) { // ":line:column", or ":line" from older ones
            std::size_t at = file.size();
            while (at > 0 && is_digit(file[at - 1])) { --at; }
            if (at > 0 && at < file.size() && file[at - 1] == ':') {
                file = file.substr(0, at - 1);
            }
        }
        made.function = name;
        made.file = file;
        return made;
    }

    // "1: 0x400000/0x6a8000/0x0 /usr/bin/app 1234abcd [FN][FL]"
    void mapping_line(std::string_view line, std::uint64_t number) {
        std::string_view rest = trimmed(line);
        std::string_view first = take_word(rest);
        std::int64_t id = 0;
        if (!ends_with(first, ":") || !parse_whole(first.substr(0, first.size() - 1), id)) {
            skip("expected \"number: 0xstart/0xlimit/0xoffset file\"", number);
            return;
        }
        static_cast<void>(take_word(rest));
        const bool known = mapping_index_.find(hash_of(id), [&](std::uint32_t at) {
            return mappings_[at].id == id;
        }) != id_table::none;
        if (known) { return; }
        mapping_index_.insert(hash_of(id), static_cast<std::uint32_t>(mappings_.size()));
        mappings_.push_back({id, std::string(take_word(rest))});
    }

    [[nodiscard]] std::string unknown_at(const place& p) const {
        const std::uint32_t at = mapping_index_.find(
            hash_of(p.mapping), [&](std::uint32_t m) { return mappings_[m].id == p.mapping; });
        return unknown_frame(at == id_table::none ? std::string_view() : mappings_[at].file);
    }

    // Interns the lines of a location, the innermost first.
    void intern_place(profile_builder& builder,
                      const place& p,
                      std::size_t end,
                      std::vector<std::uint32_t>& frames) const {
        if (p.lines == end) {
            frames.push_back(builder.intern(unknown_at(p)));
            return;
        }
        for (std::size_t i = p.lines; i < end; ++i) {
            const place_line& line = lines_[i];
            wick::frame f;
            f.function = line.function.empty()
                             ? unknown_at(p)
                             : std::string(comparable_name(line.function, options_.keep_arguments));
            for (char& c : f.function) {
                if (c == ';') { c = ':'; }
            }
            f.file = line.file;
            f.line = line.line;
            f.kind = line.inlined ? frame_kind::inlined : frame_kind::function;
            frames.push_back(builder.intern(f));
        }
    }

    [[nodiscard]] profile
    build(std::size_t column, std::size_t observations, wick::error& problem) {
        profile_builder builder;
        const go_raw_type& type = read_.types[column];
        builder.describe(type.unit == "count" ? type.type : type.unit,
                         observations < read_.types.size() ? counted_as::samples
                                                           : counted_as::unknown,
                         profile_detail::function);
        std::vector<std::uint32_t> frames;
        std::vector<std::size_t> begins; // of each place in frames
        for (std::size_t i = 0; i < places_.size(); ++i) {
            begins.push_back(frames.size());
            const std::size_t end = i + 1 < places_.size() ? places_[i + 1].lines : lines_.size();
            intern_place(builder, places_[i], end, frames);
        }
        begins.push_back(frames.size());
        const std::uint32_t missing = builder.intern("[unknown]");
        const std::size_t width = read_.types.size();
        for (std::size_t i = 0; i < samples_.size(); ++i) {
            const sample& s = samples_[i];
            const bool last = i + 1 == samples_.size();
            const std::size_t places_end = last ? stacks_.size() : samples_[i + 1].places;
            const std::size_t labels_end = last ? labels_.size() : samples_[i + 1].labels;
            std::uint32_t node = profile_builder::root;
            for (std::size_t l = s.labels; l < labels_end; ++l) {
                node = builder.child(node, builder.intern(labels_[l], frame_kind::label));
            }
            for (std::size_t k = places_end; k-- > s.places;) {
                const std::uint32_t at =
                    place_index_.find(hash_of(stacks_[k]), [&](std::uint32_t known) {
                        return places_[known].id == stacks_[k];
                    });
                if (at == id_table::none) {
                    if (column == 0) { skip("there is no location of that number", s.line); }
                    node = builder.child(node, missing);
                    continue;
                }
                for (std::size_t f = begins[at + 1]; f-- > begins[at];) {
                    node = builder.child(node, frames[f]);
                }
            }
            if (places_end == s.places) {
                node = builder.child(node, builder.intern("[no stack]", frame_kind::marker));
            }
            const std::int64_t value = values_[s.values + column];
            const std::uint64_t count =
                observations < width ? magnitude(values_[s.values + observations]) : 1;
            if (value == 0 && count == 0) { continue; }
            if (!builder.add(node, count, value) && !problem) {
                problem = wick::error{"the values add up to 2^63 or more", s.line};
            }
        }
        return builder.finish();
    }
};

/// Returns whether the head of an input is what `go tool pprof -raw` writes.
[[nodiscard]] inline bool looks_like_go_raw(std::string_view head) {
    bool samples = false;
    return any_line(head, [&](std::string_view line) {
        if (starts_with(line, "PeriodType: ") || (samples && contains(line, "/"))) { return true; }
        samples = line == "Samples:";
        return false;
    });
}

} // namespace detail

/// Reads what `go tool pprof -raw` writes: sample types, samples with the numbers of their
/// locations, the locations, the mappings. Returns a profile for each sample type; a sample weighs
/// its value, and counts the value of the type "samples" where there is one, else 1. Frames have
/// the file and the line where the function begins; functions that were inlined are of kind
/// inlined; code without a name is "[module]" or "[unknown]". Values may be negative.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  values that add up to 2^63 or more. Lines that are not understood, and locations that
///          are not there, are skipped and counted, the first with its number and the reason.
/// Cost:    memory for all samples, since what their numbers mean stands at the end of the text.
/// Format:  what pprof's profile.String writes, with columns (since 2023) and without.
template <class Source>
[[nodiscard]] result<go_raw_text> read_go_raw(Source&& source, const go_raw_options& options = {}) {
    detail::go_raw_reader reader(options);
    return detail::read_lines<detail::go_raw_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<go_raw_text> parse_go_raw(std::string_view text,
                                                      const go_raw_options& options = {}) {
    return read_go_raw(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/instruments.hpp - the call tree that is copied from Xcode's Instruments (Deep Copy).
#ifndef WICK_FORMAT_INSTRUMENTS_HPP
#define WICK_FORMAT_INSTRUMENTS_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // columns

WICK_BEGIN_NAMESPACE

/// How to read what was copied from Instruments: there is nothing to choose.
struct instruments_options {};

/// What was copied from Instruments.
struct instruments_text {
    profile samples;       ///< unit "nanoseconds"
    wick::skipped skipped; ///< rows that were not understood
};

namespace detail {

class instruments_reader {
public:
    explicit instruments_reader(const instruments_options& /*options*/)
        : rows_(stacks_) {
        stacks_.builder.describe("nanoseconds", counted_as::unknown, profile_detail::function);
    }
    instruments_reader(const instruments_reader&) = delete; // rows_ refers to stacks_
    instruments_reader& operator=(const instruments_reader&) = delete;

    void line(std::string_view line, std::uint64_t number) {
        if (trimmed(line).empty() || ends_with(trimmed(line), "Symbol Name")) { return; }
        const std::size_t first = line.find('\t');
        const std::size_t last = line.rfind('\t');
        if (first == last) {
            skip("expected \"time, self, symbol\" with tabs between", number);
            return;
        }
        std::string_view self = line.substr(first + 1, last - first - 1);
        self = trimmed(self.substr(0, self.find('\t')));
        const std::string_view symbol = line.substr(last + 1);
        std::int64_t ns = 0;
        if (!contains(line.substr(0, first), "%") || !parse_time_ns(self, "ms", ns) ||
            trimmed(symbol).empty()) {
            skip("expected \"time percent, self time, symbol\" with tabs between", number);
            return;
        }
        rows_.row(indent_of(symbol),
                  stacks_.intern(comparable_name(trimmed(symbol), false), frame_kind::function),
                  ns == 0 ? 0 : 1,
                  ns,
                  number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<instruments_text> finish() {
        return {instruments_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    stack_samples stacks_;
    indented_rows rows_;
};

/// Returns whether the head of an input has the columns' names of Instruments.
[[nodiscard]] inline bool looks_like_instruments(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return (starts_with(line, "Running Time\t") || starts_with(line, "Weight\t")) &&
               ends_with(trimmed(line), "Symbol Name");
    });
}

} // namespace detail

/// Reads a call tree copied from Instruments with "Deep Copy": columns between tabs, the running
/// time with its share, the own time ("12.5", in ms, or "1.2 s"), the symbol indented by its depth.
/// Returns one profile; rows with a time of their own count 1.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  what Xcode 7 to 15 copy.
template <class Source>
[[nodiscard]] result<instruments_text> read_instruments(Source&& source,
                                                        const instruments_options& options = {}) {
    detail::instruments_reader reader(options);
    return detail::read_lines<detail::instruments_reader, std::remove_reference_t<Source>>(reader,
                                                                                           source);
}

/// The same from memory.
[[nodiscard]] inline result<instruments_text>
parse_instruments(std::string_view text, const instruments_options& options = {}) {
    return read_instruments(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/jstack.hpp - Java thread dumps, a sample for each thread that runs.
#ifndef WICK_FORMAT_JSTACK_HPP
#define WICK_FORMAT_JSTACK_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of lines
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read Java thread dumps.
struct jstack_options {
    bool all_states = false; ///< threads that wait are samples too, not only those that run
    bool threads = true;     ///< the root is the thread's name without "-7" at its end
    bool tid = false;        ///< that number is kept
};

/// What Java thread dumps hold.
struct jstack_text {
    profile samples;           ///< unit "samples": each stack is one
    wick::skipped skipped;     ///< lines that were not understood
    std::uint64_t waiting = 0; ///< threads that were left out because they did not run
};

namespace detail {

class jstack_reader {
public:
    explicit jstack_reader(const jstack_options& options)
        : options_(options) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) {
            end_thread();
            return;
        }
        if (starts_with(line, "Full thread dump")) { in_report_ = false; }
        if (starts_with(line, "Found ") && contains(line, "deadlock")) { in_report_ = true; }
        if (in_report_) { return; } // it shows stacks again that were there before
        const bool indented = is_blank(line[0]);
        if (!indented && line[0] == '"') {
            end_thread();
            begin_thread(line, number);
            return;
        }
        const std::string_view text = trimmed(line);
        if (indented && open_) {
            thread_line(text, number);
        } else if (!is_message(text)) {
            skip("expected a thread: a name in quotes", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<jstack_text> finish() {
        end_thread();
        return {jstack_text{stacks_.builder.finish(), std::move(stacks_.skipped), waiting_},
                std::move(stacks_.problem)};
    }

private:
    jstack_options options_;
    stack_samples stacks_;
    std::string state_;
    std::uint64_t waiting_ = 0;
    bool open_ = false;
    bool in_report_ = false; // of a deadlock
    std::uint64_t thread_line_ = 0;

    [[nodiscard]] static bool is_message(std::string_view line) noexcept {
        return is_digit(line[0]) || line[0] == '}' || starts_with(line, "Full thread dump") ||
               starts_with(line, "Threads class SMR") || starts_with(line, "_java_thread_list") ||
               starts_with(line, "_to_delete_list") || starts_with(line, "JNI global ref") ||
               starts_with(line, "Heap") || starts_with(line, "- ") ||
               starts_with(line, "Locked ownable");
    }

    void begin_thread(std::string_view line, std::uint64_t number) {
        open_ = true;
        thread_line_ = number;
        state_.clear();
        const std::size_t end = line.rfind('"');
        std::string_view name = line.substr(1, end == 0 ? line.size() : end - 1);
        if (!options_.tid) {
            std::size_t at = name.size();
            while (at > 0 && is_digit(name[at - 1])) { --at; }
            if (at > 1 && at < name.size() && name[at - 1] == '-') {
                name = name.substr(0, at - 1);
            }
        }
        if (options_.threads && !name.empty()) { stacks_.push_root(name, frame_kind::thread); }
    }

    void thread_line(std::string_view line, std::uint64_t number) {
        constexpr std::string_view state = "java.lang.Thread.State: ";
        if (starts_with(line, state)) {
            line.remove_prefix(state.size());
            state_ = take_word(line);
        } else if (starts_with(line, "at ")) {
            // Java's own names hold no bracket: the file follows in one.
            const std::string_view name = trimmed(line.substr(3));
            stacks_.push(trimmed(name.substr(0, name.find('('))));
        } else if (!starts_with(line, "- ") && !starts_with(line, "Locked ownable") &&
                   !starts_with(line, "Carrying virtual thread") &&
                   !starts_with(line, "No compile task") && !starts_with(line, "Compiling: ")) {
            skip("expected \"at package.Class.method(File.java:1)\"", number);
        }
    }

    void end_thread() {
        if (!open_) { return; }
        open_ = false;
        if (stacks_.size() == 0) { // a thread of the machine's own: nothing of Java's is on it
            stacks_.clear();
            return;
        }
        if (!options_.all_states && (state_ != "RUNNABLE" || waits_outside(leaf()))) {
            ++waiting_;
            stacks_.clear();
            return;
        }
        stacks_.commit(1, 1, thread_line_);
    }

    [[nodiscard]] std::string_view leaf() const { return stacks_.at(0).function; }

    // To Java a thread runs while the kernel lets it wait inside a native method.
    [[nodiscard]] static bool waits_outside(std::string_view leaf) noexcept {
        for (const std::string_view method : {std::string_view(".epollWait"),
                                              std::string_view(".EPoll.wait"),
                                              std::string_view(".KQueue.poll"),
                                              std::string_view(".Net.poll"),
                                              std::string_view(".Net.accept"),
                                              std::string_view(".accept0"),
                                              std::string_view(".socketAccept"),
                                              std::string_view(".socketRead0"),
                                              std::string_view(".waitForProcessExit"),
                                              std::string_view(".waitForProcessExit0"),
                                              std::string_view(".waitForReferencePendingList")}) {
            if (ends_with(leaf, method)) { return true; }
        }
        return false;
    }
};

/// Returns whether the head of an input is a Java thread dump: its title, or a thread's state.
[[nodiscard]] inline bool looks_like_jstack(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return starts_with(line, "Full thread dump ") ||
               starts_with(trimmed(line), "java.lang.Thread.State: ");
    });
}

} // namespace detail

/// Reads thread dumps of `jstack` and of Java itself (SIGQUIT); several one after the other add up.
/// Returns one profile, in which the stack of each running thread is a sample of weight 1. A thread
/// runs when its state is RUNNABLE and it does not stand in a native method that waits (epoll,
/// accept, a socket's read, a process's end); the others are counted in `waiting`. Threads without
/// frames are the machine's own and no samples. The root is the thread's name without its number.
/// Files and lines are cut.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood are skipped and counted, the first
///          with its number and the reason; the report of a deadlock repeats stacks and is ignored.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the JDK's troubleshooting guide, "Thread dumps", and what OpenJDK 8 to 21 print.
template <class Source>
[[nodiscard]] result<jstack_text> read_jstack(Source&& source, const jstack_options& options = {}) {
    detail::jstack_reader reader(options);
    return detail::read_lines<detail::jstack_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<jstack_text> parse_jstack(std::string_view text,
                                                      const jstack_options& options = {}) {
    return read_jstack(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/perf_script.hpp - the text of `perf script` into profiles, one for each event.
#ifndef WICK_FORMAT_PERF_SCRIPT_HPP
#define WICK_FORMAT_PERF_SCRIPT_HPP

// wick/detail/symbol_memory.hpp - which frames a symbol of a module was turned into.
#ifndef WICK_DETAIL_SYMBOL_MEMORY_HPP
#define WICK_DETAIL_SYMBOL_MEMORY_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // ids
#include <cstring>     // std::memcpy
#include <string>      // the texts
#include <string_view> // what is looked up
#include <vector>      // rows of frames

WICK_BEGIN_NAMESPACE
namespace detail {

/// Remembers the frames that a symbol of a module became, so that names are cut and interned once.
/// Made for large inputs: a look-up touches its slot of the index and one record, which holds the
/// symbol's text behind its sizes, and nothing else.
class symbol_memory {
public:
    /// The frames of a symbol, from the leaf on; often one, none for names that stand for no
    /// function.
    struct row {
        const std::uint32_t* frames;
        std::uint32_t count;
    };

    /// Returns the id of a module's text, the same for the same text.
    [[nodiscard]] std::uint32_t module(std::string_view text) {
        if (!modules_.empty() && modules_[latest_] == text) { return latest_; }
        const std::uint64_t hash = hash_bytes(text, seed_);
        latest_ = module_index_.find(hash, [&](std::uint32_t id) { return modules_[id] == text; });
        if (latest_ == id_table::none) {
            latest_ = static_cast<std::uint32_t>(modules_.size());
            modules_.emplace_back(text);
            module_index_.insert(hash, latest_);
        }
        return latest_;
    }

    /// Calls `turn(std::vector<std::uint32_t>&)` on a symbol that is not known, which appends its
    /// frames; returns the row of them, good until the next call. `variant`: whatever else its
    /// frames depend on.
    template <class Turn>
    [[nodiscard]] row
    find(std::string_view symbol, std::uint32_t module, std::uint32_t variant, Turn turn) {
        const std::uint32_t owner = module << 1 | variant;
        const std::uint64_t hash = hash_bytes(symbol, seed_ + owner);
        std::uint32_t at = index_.find(hash, [&](std::uint32_t known) {
            const record r = load(known);
            return r.size == symbol.size() && r.owner == owner &&
                   same_bytes(text_of(known), symbol.data(), symbol.size());
        });
        if (at == id_table::none) {
            at = remember(symbol, owner, turn);
            index_.insert(hash, at);
        }
        found_ = load(at);
        // A lone frame is in the record itself.
        return found_.count == 1 ? row{&found_.frames, 1}
                                 : row{frames_.data() + found_.frames, found_.count};
    }

private:
    struct record {
        std::uint32_t size; // of the text behind it
        std::uint32_t owner;
        std::uint32_t frames; // the frame, or where they begin in frames_
        std::uint32_t count;
    };
    static constexpr std::size_t unit = 16; // records begin at multiples of it

    std::uint64_t seed_ = hash_seed();
    std::vector<std::string> modules_;
    id_table module_index_;
    std::uint32_t latest_ = 0;
    std::string records_;
    id_table index_; // of records, in units
    std::vector<std::uint32_t> frames_;
    record found_{};

    [[nodiscard]] record load(std::uint32_t at) const noexcept {
        record r;
        std::memcpy(&r, records_.data() + at * unit, sizeof r);
        return r;
    }
    [[nodiscard]] const char* text_of(std::uint32_t at) const noexcept {
        return records_.data() + at * unit + sizeof(record);
    }

    template <class Turn>
    [[nodiscard]] std::uint32_t remember(std::string_view symbol, std::uint32_t owner, Turn turn) {
        const std::size_t first = frames_.size();
        turn(frames_);
        record made{static_cast<std::uint32_t>(symbol.size()),
                    owner,
                    static_cast<std::uint32_t>(first),
                    static_cast<std::uint32_t>(frames_.size() - first)};
        if (made.count == 1) {
            made.frames = frames_.back();
            frames_.pop_back();
        }
        const auto at = static_cast<std::uint32_t>(records_.size() / unit);
        records_.append(reinterpret_cast<const char*>(&made), sizeof made);
        records_.append(symbol);
        records_.resize((records_.size() + unit - 1) / unit * unit);
        return at;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <cstddef>     // std::size_t
#include <cstdint>     // periods
#include <string>      // names
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // stacks

WICK_BEGIN_NAMESPACE

/// How to read `perf script` text.
struct perf_script_options {
    bool pid = false;       ///< the root is "comm-PID"
    bool tid = false;       ///< the root is "comm-PID/TID"
    bool kernel = false;    ///< frames of the kernel and its modules are of kind kernel, "_[k]"
    bool jit = false;       ///< frames of perf maps and JIT images are of kind jit, "_[j]"
    bool addresses = false; ///< code without a name keeps its address: "[libx.so.1 <7f0>]"
    bool srcline = false;   ///< lines from `-F +srcline` are added to names: "f:file.c:12"
    bool keep_arguments = false;    ///< names keep the arguments of C++ functions
    bool args = false;              ///< the arguments of tracepoints are a frame below the root
    bool keep_zero_periods = false; ///< a period of 0 weighs 0; else it weighs 1
    std::string
        event; ///< read this event only, "cycles:u", or "cycles" for all its modifiers; empty: all
};

/// One event of `perf script` text.
struct perf_event {
    std::string name; ///< with its modifiers, "cycles:u"; empty where the text has no event names
    profile samples;  ///< weight: the periods, or samples where the text has none
};

/// What `perf script` text holds.
struct perf_script_text {
    std::vector<perf_event> events; ///< in the order in which they appeared first
    wick::skipped skipped; ///< lines that were not understood, and samples they belonged to
    std::uint64_t other_events = 0; ///< samples of events that were not asked for
    std::uint64_t zero_periods = 0; ///< samples with a period of 0
    std::uint64_t no_stack = 0;     ///< samples without frames, which hang under "[no stack]"
};

namespace detail {

/// A line "  ffffffff8103ce3b foo+0x1b ([kernel.kallsyms])", in parts.
struct perf_frame_line {
    std::string_view address;
    std::string_view symbol; // without the offset; empty where perf had none
    std::string_view module;
};

/// Returns where the '(' is that the ')' at the end of the text closes, or npos.
[[nodiscard]] inline std::size_t find_opening(std::string_view text) noexcept {
    const std::string_view inside(text.data(), text.size() - 1);
    const std::size_t last = find_last_parenthesis(inside);
    if (last == std::string_view::npos || text[last] == '(') { return last; }
    std::size_t depth = 0; // "(/tmp/app (deleted))"
    for (std::size_t at = text.size(); at-- > 0;) {
        if (text[at] == ')') { ++depth; }
        if (text[at] == '(' && --depth == 0) { return at; }
    }
    return std::string_view::npos;
}

/// Takes "+0x1b" off the end of a symbol.
[[nodiscard]] inline std::string_view without_offset(std::string_view symbol) noexcept {
    const char* text = symbol.data();
    std::size_t at = symbol.size();
    while (at > 0 && is_hex_digit(text[at - 1])) { --at; }
    const bool offset = at >= 3 && at < symbol.size() && text[at - 1] == 'x' &&
                        text[at - 2] == '0' && text[at - 3] == '+';
    return offset ? std::string_view(text, at - 3) : symbol;
}

/// Takes a frame's line apart. False when it is none: no hexadecimal number in front.
[[nodiscard]] inline bool parse_perf_frame(std::string_view line, perf_frame_line& frame) noexcept {
    const char* at = line.data();
    const char* end = at + line.size();
    while (at < end && is_blank(*at)) { ++at; }
    const char* address = at;
    while (at < end && is_hex_digit(*at)) { ++at; }
    if (at == address || (at < end && !is_blank(*at))) { return false; }
    frame.address = std::string_view(address, static_cast<std::size_t>(at - address));
    frame.module = {};
    if (at < end) { ++at; }
    while (end > at && is_blank(end[-1])) { --end; }
    if (end > at && end[-1] == ')') {
        const std::string_view rest(at, static_cast<std::size_t>(end - at));
        const std::size_t open = find_opening(rest);
        // The module stands behind a blank; "operator()" and the like end a name.
        if (open != std::string_view::npos && (open == 0 || is_blank(at[open - 1]))) {
            frame.module = std::string_view(at + open + 1, rest.size() - open - 2);
            end = at + open;
            while (end > at && is_blank(end[-1])) { --end; }
        }
    }
    frame.symbol = without_offset(std::string_view(at, static_cast<std::size_t>(end - at)));
    return true;
}

/// A sample's first line: "app 10/11 [000] 1.000000:     100 cycles:u: ".
struct perf_header {
    std::string_view comm;
    std::string_view pid; // empty: not there
    std::string_view tid;
    std::string_view event;
    std::string_view rest; // behind the event: a tracepoint's arguments, or a lone frame
    std::uint64_t period = 1;
    bool has_period = false;
    bool certain = false; // false: only a comm, if a header at all
};

[[nodiscard]] inline bool all_digits(std::string_view text) noexcept {
    for (const char c : text) {
        if (!is_digit(c)) { return false; }
    }
    return !text.empty();
}

/// Reads a header by its anchors, a time "1.000000:" or a CPU "[000]", since a comm may hold
/// anything.
class perf_header_parser {
public:
    [[nodiscard]] bool parse(std::string_view line, perf_header& header) {
        header = perf_header{};
        if (parse_usual(line, header)) { return true; }
        header = perf_header{};
        split(line);
        if (words_.empty()) { return false; }
        std::size_t process_end = words_.size(); // one past the words of "comm pid"
        std::size_t next = words_.size();        // the first word behind them
        if (const std::size_t time = find(is_time); time < words_.size()) {
            next = time + 1;
            process_end = time > 1 && is_cpu(words_[time - 1]) ? time - 1 : time;
            header.certain = true;
        } else if (const std::size_t cpu = find(is_cpu); cpu < words_.size()) {
            next = cpu + 1;
            process_end = cpu;
            header.certain = true;
        } else if (const std::size_t event = find(is_event); event < words_.size()) {
            const bool two_numbers =
                event >= 3 && all_digits(words_[event - 1]) && is_process(words_[event - 2]);
            process_end = two_numbers ? event - 1 : event;
            next = process_end;
            header.certain = process_end > 1 && is_process(words_[process_end - 1]);
        } else {
            header.certain = words_.size() > 1 && is_process(words_.back());
        }
        take_process(line, process_end, header);
        return take_event(line, next, header);
    }

private:
    std::vector<std::string_view> words_;

    // The fields of nearly all headers, without a search for words: "comm pid/tid [cpu] time:
    // period event:". Everything else is told to the caller by false.
    [[nodiscard]] static bool parse_usual(std::string_view line, perf_header& header) noexcept {
        std::size_t cpu = line.find('[');
        if (cpu == std::string_view::npos || cpu < 4 || line[cpu - 1] != ' ') { return false; }
        std::size_t at = cpu;
        while (at > 0 && line[at - 1] == ' ') { --at; }
        const std::size_t process_end = at;
        at = skip_digits_back(line, at);
        header.tid = line.substr(at, process_end - at);
        if (at > 0 && line[at - 1] == '/') {
            const std::size_t pid_end = at - 1;
            at = skip_digits_back(line, pid_end);
            header.pid = line.substr(at, pid_end - at);
            if (header.pid.empty()) { return false; }
        }
        if (header.tid.empty() || at < 2 || line[at - 1] != ' ') { return false; }
        while (at > 0 && line[at - 1] == ' ') { --at; }
        std::size_t begin = 0;
        while (begin < at && line[begin] == ' ') { ++begin; }
        header.comm = line.substr(begin, at - begin);
        if (header.comm.empty()) { return false; }

        at = skip_digits(line, cpu + 1);
        if (at < cpu + 4 || !has(line, at, ']') || !has(line, at + 1, ' ')) { return false; }
        const std::size_t time = skip_spaces(line, at + 1);
        at = skip_digits(line, time);
        if (at == time || !has(line, at, '.')) { return false; }
        const std::size_t fraction = at + 1;
        at = skip_digits(line, fraction);
        if (at == fraction || !has(line, at, ':') || !has(line, at + 1, ' ')) { return false; }
        at = skip_spaces(line, at + 1);
        const std::size_t period = at;
        at = skip_digits(line, at);
        if (at > period) {
            if (at - period > 18 || !has(line, at, ' ')) { return false; }
            header.has_period = true;
            header.period = 0;
            for (std::size_t i = period; i < at; ++i) {
                header.period = header.period * 10 + static_cast<std::uint64_t>(line[i] - '0');
            }
            at = skip_spaces(line, at);
        }
        const std::size_t event = at;
        while (at < line.size() && !is_blank(line[at])) { ++at; }
        if (at < event + 2 || line[at - 1] != ':') { return false; }
        header.event = line.substr(event, at - event - 1);
        header.rest = line.substr(skip_spaces(line, at));
        header.certain = true;
        return true;
    }
    [[nodiscard]] static bool has(std::string_view line, std::size_t at, char c) noexcept {
        return at < line.size() && line[at] == c;
    }
    [[nodiscard]] static std::size_t skip_digits(std::string_view line, std::size_t at) noexcept {
        while (at < line.size() && is_digit(line[at])) { ++at; }
        return at;
    }
    [[nodiscard]] static std::size_t skip_digits_back(std::string_view line,
                                                      std::size_t at) noexcept {
        while (at > 0 && is_digit(line[at - 1])) { --at; }
        return at;
    }
    [[nodiscard]] static std::size_t skip_spaces(std::string_view line, std::size_t at) noexcept {
        while (at < line.size() && line[at] == ' ') { ++at; }
        return at;
    }

    void split(std::string_view line) {
        words_.clear();
        for (std::size_t at = 0; at < line.size();) {
            while (at < line.size() && is_blank(line[at])) { ++at; }
            const std::size_t begin = at;
            while (at < line.size() && !is_blank(line[at])) { ++at; }
            if (at > begin) { words_.push_back(line.substr(begin, at - begin)); }
        }
    }
    template <class Test>
    [[nodiscard]] std::size_t find(Test test) const {
        std::size_t at = 1; // the first word is the comm, whatever it looks like
        while (at < words_.size() && !test(words_[at])) { ++at; }
        return at;
    }
    [[nodiscard]] static bool is_time(std::string_view word) noexcept {
        if (word.size() < 4 || word.back() != ':' || !is_digit(word[0])) { return false; }
        word.remove_suffix(1);
        const std::size_t point = word.find('.');
        return point != std::string_view::npos && all_digits(word.substr(0, point)) &&
               all_digits(word.substr(point + 1));
    }
    [[nodiscard]] static bool is_cpu(std::string_view word) noexcept {
        return word.size() >= 5 && word[0] == '[' && word.back() == ']' &&
               all_digits(word.substr(1, word.size() - 2));
    }
    [[nodiscard]] static bool is_event(std::string_view word) noexcept {
        return word.size() > 1 && word.back() == ':';
    }
    [[nodiscard]] static bool is_process(std::string_view word) noexcept {
        const std::size_t slash = word.find('/');
        if (slash == std::string_view::npos) { return all_digits(word); }
        return all_digits(word.substr(0, slash)) && all_digits(word.substr(slash + 1));
    }

    void take_process(std::string_view line, std::size_t end, perf_header& header) const {
        if (end == 0) { return; }
        std::string_view last = words_[end - 1];
        if (end > 1 && is_process(last)) {
            const std::size_t slash = last.find('/');
            // A lone number is the thread's: perf prints the process only when told to.
            const bool both = slash != std::string_view::npos;
            header.tid = both ? last.substr(slash + 1) : last;
            if (both) { header.pid = last.substr(0, slash); }
            last = words_[end - 2];
        }
        const char* begin = words_[0].data();
        header.comm = line.substr(static_cast<std::size_t>(begin - line.data()),
                                  static_cast<std::size_t>(last.data() + last.size() - begin));
    }

    [[nodiscard]] bool
    take_event(std::string_view line, std::size_t next, perf_header& header) const {
        if (next >= words_.size()) { return true; }
        std::string_view word = words_[next];
        if (all_digits(word) && next + 1 < words_.size() && is_event(words_[next + 1])) {
            header.has_period = true;
            header.period = 0;
            for (const char c : word) {
                const auto digit = static_cast<std::uint64_t>(c - '0');
                if (header.period > (max_magnitude - digit) / 10) { return false; }
                header.period = header.period * 10 + digit;
            }
            word = words_[++next];
        }
        if (!is_event(word)) {
            header.rest = line.substr(static_cast<std::size_t>(word.data() - line.data()));
            return true;
        }
        header.event = word.substr(0, word.size() - 1);
        if (next + 1 < words_.size()) {
            header.rest =
                line.substr(static_cast<std::size_t>(words_[next + 1].data() - line.data()));
        }
        return true;
    }
};

[[nodiscard]] inline bool is_kernel_module(std::string_view module) noexcept {
    if (module.empty() || module == "[unknown]" || module == "[heap]" ||
        starts_with(module, "[stack") || module == "[anon]" || starts_with(module, "[anon:") ||
        starts_with(module, "//") || starts_with(module, "[JIT")) {
        return false;
    }
    const std::string_view file = base_name(module);
    return module[0] == '[' || file == "vmlinux" || starts_with(file, "vmlinux-") ||
           ends_with(file, ".ko") || ends_with(file, ".ko.xz") || ends_with(file, ".ko.zst") ||
           ends_with(file, ".ko.gz");
}

[[nodiscard]] inline bool is_jit_module(std::string_view module) noexcept {
    if (starts_with(module, "[JIT")) { return true; }
    const std::string_view file = base_name(module);
    if (starts_with(file, "jitted-") && ends_with(file, ".so")) { return true; }
    constexpr std::string_view map = "perf-", end = ".map";
    return file.size() > map.size() + end.size() && starts_with(file, map) &&
           ends_with(file, end) &&
           all_digits(file.substr(map.size(), file.size() - map.size() - end.size()));
}

/// Reads the lines of `perf script`. Two memories make it fast: a symbol and its module are turned
/// into frames once, whatever address stands before them; a stack that was seen is found by the
/// hash of its frames, without a walk through the tree.
class perf_script_reader {
public:
    explicit perf_script_reader(const perf_script_options& options)
        : options_(options) {}

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) {
            end_sample();
            return;
        }
        if (!in_sample_) {
            if (line[0] != '#') { begin_sample(line, number); }
            return;
        }
        if (is_blank(line[0])) {
            frame_line(line, number);
            return;
        }
        // A header without a blank line before it: samples without stacks come so.
        end_sample();
        begin_sample(line, number);
    }

    void skip(const char* what, std::uint64_t number) { read_.skipped.add(what, number); }

    [[nodiscard]] result<perf_script_text> finish() {
        end_sample();
        wick::error problem = problem_;
        for (event_tree& e : events_) {
            read_.events.push_back({std::move(e.name), e.builder.finish()});
        }
        return {std::move(read_), std::move(problem)};
    }

private:
    struct event_tree {
        std::string name;
        profile_builder builder;
        symbol_memory symbols;
        id_table stack_index;  // hash of a stack → its node
        std::string last_comm; // samples of one thread come in rows
        std::string last_pid;
        std::string last_tid;
        std::uint32_t last_root = 0;
    };

    perf_script_options options_;
    perf_script_text read_;
    wick::error problem_;
    perf_header_parser headers_;
    std::vector<event_tree> events_;
    event_tree* event_ = nullptr; // of the sample that is being read; null: it is not wanted
    std::uint64_t seed_ = hash_seed();
    bool in_sample_ = false;
    bool certain_ = false; // the header is one
    std::string doubtful_; // else its line
    bool java_ = false;
    std::uint64_t number_ = 0; // of the header's line
    std::uint64_t weight_ = 1;
    std::uint32_t root_ = 0;
    std::uint32_t args_ = no_frame;
    std::uint64_t hash_ = 0;
    std::vector<std::uint32_t> stack_; // frames, from the leaf on
    std::string text_;                 // for names that are built
    static constexpr std::uint32_t no_frame = 0xffffffffu;

    // ---- samples --------------------------------------------------------------------------------

    void begin_sample(std::string_view line, std::uint64_t number) {
        perf_header header;
        if (!headers_.parse(line, header)) {
            skip("expected a sample's header: its period is 2^63 or more", number);
            return;
        }
        in_sample_ = true;
        certain_ = header.certain;
        number_ = number;
        stack_.clear();
        event_ = nullptr;
        if (certain_) {
            open_sample(header);
        } else {
            doubtful_ = line; // it may be a message: a frame below it tells
        }
    }

    void open_sample(const perf_header& header) {
        certain_ = true;
        event_ = find_event(header.event);
        if (event_ == nullptr) { return; }
        java_ = starts_with(header.comm, "java");
        weight_ = header.period;
        if (header.has_period && header.period == 0) {
            ++read_.zero_periods;
            if (!options_.keep_zero_periods) { weight_ = 1; }
        }
        root_ = root_of(header);
        hash_ = seed_ + root_;
        args_ = no_frame;
        if (header.rest.empty()) { return; }
        perf_frame_line lone;
        if (parse_perf_frame(header.rest, lone) && !lone.module.empty()) {
            add_frame(lone);
        } else if (options_.args) {
            args_ = event_->builder.intern(header.rest, frame_kind::label);
            hash_ = mix(hash_ ^ args_, 0x9e3779b97f4a7c15u);
        }
    }

    void end_sample() {
        if (!in_sample_) { return; }
        in_sample_ = false;
        if (!certain_) {
            skip("expected a sample's header: \"comm pid [cpu] time: period event:\"", number_);
            return;
        }
        if (event_ == nullptr) {
            ++read_.other_events;
            return;
        }
        if (stack_.empty()) {
            ++read_.no_stack;
            push(event_->builder.intern("[no stack]", frame_kind::marker));
        }
        if (!event_->builder.add(find_stack(), 1, static_cast<std::int64_t>(weight_)) &&
            !problem_) {
            problem_ = wick::error{"the periods add up to 2^63 or more", number_};
        }
    }

    [[nodiscard]] event_tree* find_event(std::string_view name) {
        if (event_ != nullptr && event_->name == name) { return event_; }
        for (event_tree& e : events_) {
            if (e.name == name) { return &e; }
        }
        if (!options_.event.empty() && name != options_.event &&
            name.substr(0, name.rfind(':')) != options_.event) {
            return nullptr;
        }
        events_.emplace_back();
        events_.back().name = name;
        events_.back().builder.describe(name, counted_as::samples, profile_detail::function);
        return &events_.back();
    }

    [[nodiscard]] std::uint32_t root_of(const perf_header& header) {
        event_tree& e = *event_;
        const bool numbers = options_.pid || options_.tid;
        if (e.last_root != 0 && header.comm == e.last_comm &&
            (!numbers || (header.pid == e.last_pid && header.tid == e.last_tid))) {
            return e.last_root;
        }
        e.last_comm = header.comm;
        e.last_pid = header.pid;
        e.last_tid = header.tid;
        text_.assign(header.comm);
        for (char& c : text_) {
            if (is_blank(c)) { c = '_'; }
            if (c == ';') { c = ':'; }
        }
        const auto append = [&](char before, std::string_view number) {
            text_ += before;
            text_ += number.empty() ? std::string_view("?") : number;
        };
        if (numbers) { append('-', header.pid); }
        if (options_.tid) { append('/', header.tid); }
        e.last_root = e.builder.intern(text_, frame_kind::process);
        return e.last_root;
    }

    [[nodiscard]] std::uint32_t find_stack() {
        profile_builder& builder = event_->builder;
        const std::uint32_t known = event_->stack_index.find(
            hash_, [&](std::uint32_t node) { return is_stack(builder, node); });
        if (known != id_table::none) { return known; }
        std::uint32_t node = builder.child(profile_builder::root, root_);
        if (args_ != no_frame) { node = builder.child(node, args_); }
        for (std::size_t i = stack_.size(); i-- > 0;) { node = builder.child(node, stack_[i]); }
        event_->stack_index.insert(hash_, node);
        return node;
    }

    [[nodiscard]] bool is_stack(const profile_builder& builder, std::uint32_t node) const {
        const auto step = [&](std::uint32_t frame) {
            if (node == profile_builder::root || builder.frame_of(node) != frame) { return false; }
            node = builder.parent_of(node);
            return true;
        };
        for (const std::uint32_t frame : stack_) {
            if (!step(frame)) { return false; }
        }
        if (args_ != no_frame && !step(args_)) { return false; }
        return step(root_) && node == profile_builder::root;
    }

    void push(std::uint32_t frame) {
        stack_.push_back(frame);
        hash_ = mix(hash_ ^ frame, 0x9e3779b97f4a7c15u);
    }

    // ---- frames ---------------------------------------------------------------------------------

    void frame_line(std::string_view line, std::uint64_t number) {
        perf_frame_line frame;
        if (parse_perf_frame(line, frame)) {
            perf_header header;
            if (!certain_ && headers_.parse(doubtful_, header)) { open_sample(header); }
            if (event_ != nullptr) { add_frame(frame); }
            return;
        }
        if (is_srcline(line)) {
            if (options_.srcline && event_ != nullptr && !stack_.empty()) { add_srcline(line); }
            return;
        }
        skip("expected a frame: \"address symbol (module)\"", number);
    }

    // "  main.c:12", or "  libc.so.6[29d90]" where there is no line.
    [[nodiscard]] static bool is_srcline(std::string_view line) noexcept {
        std::size_t at = line.size();
        if (line[at - 1] == ']') {
            --at;
            while (at > 0 && is_hex_digit(line[at - 1])) { --at; }
            return at > 0 && line[at - 1] == '[' && at < line.size() - 1;
        }
        while (at > 0 && is_digit(line[at - 1])) { --at; }
        return at > 1 && at < line.size() && line[at - 1] == ':';
    }

    void add_srcline(std::string_view line) {
        while (is_blank(line[0])) { line.remove_prefix(1); }
        if (line.back() == ']') { return; }
        const std::uint32_t last = stack_.back();
        const frame named = event_->builder.frame_at(last);
        text_ = named.function;
        text_ += ':';
        text_ += base_name(line);
        stack_.pop_back();
        push(event_->builder.intern(text_, named.kind)); // the hash covers both: no harm
    }

    void add_frame(const perf_frame_line& line) {
        event_tree& e = *event_;
        if (options_.addresses && (line.symbol == "[unknown]" || line.symbol.empty())) {
            push(e.builder.intern(unknown_text(line)));
            return;
        }
        const std::uint32_t module = e.symbols.module(line.module);
        const symbol_memory::row row = e.symbols.find(
            line.symbol, module, java_ ? 1 : 0, [&](std::vector<std::uint32_t>& frames) {
                expand(line, frames);
            });
        for (std::uint32_t i = 0; i < row.count; ++i) { push(row.frames[i]); }
    }

    [[nodiscard]] std::string unknown_text(const perf_frame_line& line) const {
        const bool known_module = !line.module.empty() && line.module != "[unknown]";
        std::string text = "[";
        text += known_module ? base_name(line.module) : std::string_view("unknown");
        if (options_.addresses) {
            text += " <";
            text += line.address;
            text += '>';
        }
        return text + "]";
    }

    void expand(const perf_frame_line& line, std::vector<std::uint32_t>& frames) {
        event_tree& e = *event_;
        if (line.symbol.empty() || line.symbol == "[unknown]") {
            frames.push_back(e.builder.intern(unknown_text(line), kind_of(line.module)));
            return;
        }
        if (stands_for_no_function(line.symbol)) { return; }
        // "a->b->c": c is inlined into b, and b into a. Frames go from the leaf on, so the last one
        // first.
        std::vector<std::string_view> parts;
        std::string_view rest = line.symbol;
        for (std::size_t at; (at = find_inline_arrow(rest)) != std::string_view::npos;) {
            parts.push_back(rest.substr(0, at));
            rest = rest.substr(at + 2);
        }
        parts.push_back(rest);
        for (std::size_t i = parts.size(); i-- > 0;) {
            const frame_kind kind = i > 0 ? frame_kind::inlined : kind_of(line.module);
            frames.push_back(e.builder.intern(tidy(parts[i]), kind));
        }
    }

    // "(swapper)": a process, not a function.
    [[nodiscard]] static bool stands_for_no_function(std::string_view symbol) noexcept {
        return symbol[0] == '(' && symbol.find(')') == symbol.size() - 1;
    }

    [[nodiscard]] frame_kind kind_of(std::string_view module) const noexcept {
        if (module == "inlined") { return frame_kind::inlined; }
        if (options_.kernel && is_kernel_module(module)) { return frame_kind::kernel; }
        if (options_.jit && is_jit_module(module)) { return frame_kind::jit; }
        return frame_kind::function;
    }

    [[nodiscard]] const std::string& tidy(std::string_view name) {
        name = without_rust_hash(name);
        text_ = options_.keep_arguments ? name : without_arguments(name);
        if (text_.empty()) { text_ = name; }
        if (java_ && text_[0] == 'L' && text_.find('/') != std::string::npos) { text_.erase(0, 1); }
        for (char& c : text_) {
            if (c == ';') { c = ':'; }
        }
        return text_;
    }
};

} // namespace detail

/// Reads the text of `perf script`, with whatever fields it was told to print as long as a sample's
/// first line has the comm and the frames' lines an address. Returns a profile for each event; a
/// sample weighs its period, or 1 where there is none, and counts 1. The root is the comm with
/// blanks as '_'. Names are made comparable: offsets, arguments and Rust's hashes are cut, ';'
/// becomes ':'; code without a name is "[module]"; "a->b" and modules "inlined" become frames of
/// kind inlined. source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  perf.data itself instead of text; periods that add up to 2^63 or more. Lines that are
/// not
///          understood are skipped and counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct symbols and stacks and one buffer.
/// Format:  `man perf-script`, and what perf 3.13 to 6.12 prints.
template <class Source>
[[nodiscard]] result<perf_script_text> read_perf_script(Source&& source,
                                                        const perf_script_options& options = {}) {
    detail::perf_script_reader reader(options);
    detail::line_reader<std::remove_reference_t<Source>> lines(source);
    std::string_view line;
    while (lines.next(line)) {
        if (lines.number() == 1 && detail::starts_with(line, "PERFILE2")) {
            return {
                {},
                error{"this is perf's own data: run `perf script -i FILE` and give its output", 0}};
        }
        if (lines.too_long()) {
            reader.skip("the line is longer than 16 MiB", lines.number());
            continue;
        }
        reader.line(line, lines.number());
    }
    return reader.finish();
}

/// The same from memory.
[[nodiscard]] inline result<perf_script_text>
parse_perf_script(std::string_view text, const perf_script_options& options = {}) {
    return read_perf_script(detail::text_source(text), options);
}

/// Returns where a sample begins at or behind `from`, or the size of the text: behind a blank line.
/// Texts cut there can be read apart, as by threads, and merged event by event with the same
/// result.
[[nodiscard]] inline std::size_t next_perf_sample(std::string_view text,
                                                  std::size_t from) noexcept {
    if (from == 0) { return 0; }
    for (std::size_t at = text.find('\n', from > 1 ? from - 2 : 0); at != std::string_view::npos;
         at = text.find('\n', at + 1)) {
        std::size_t next = at + 1;
        if (next < text.size() && text[next] == '\r') { ++next; }
        if (next < text.size() && text[next] == '\n') { return next + 1; }
    }
    return text.size();
}

WICK_END_NAMESPACE

#endif
// wick/format/pmc.hpp - the call graph of FreeBSD's `pmcstat -G`.
#ifndef WICK_FORMAT_PMC_HPP
#define WICK_FORMAT_PMC_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read what `pmcstat -G` prints.
struct pmc_options {
    bool kernel = false; ///< frames of the kernel's images are of kind kernel, "_[k]"
};

/// What the output of `pmcstat -G` holds.
struct pmc_text {
    profile samples;       ///< unit "samples"
    wick::skipped skipped; ///< rows that were not understood
};

namespace detail {

class pmc_reader {
public:
    explicit pmc_reader(const pmc_options& options)
        : options_(options)
        , rows_(stacks_, true) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }
    pmc_reader(const pmc_reader&) = delete; // rows_ refers to stacks_
    pmc_reader& operator=(const pmc_reader&) = delete;

    // " 100.0%  [17]        caller @ /boot/kernel/kernel"
    void line(std::string_view line, std::uint64_t number) {
        const std::size_t indent = indent_of(line);
        std::string_view rest = trimmed(line);
        if (rest.empty() || rest[0] == '@' || rest[0] == '#') { return; }
        const std::string_view share = take_word(rest);
        std::string_view count = take_word(rest);
        std::int64_t total = 0;
        const bool row =
            share.back() == '%' && count.size() > 2 && count.front() == '[' && count.back() == ']';
        if (row) { count = count.substr(1, count.size() - 2); }
        if (!row || !parse_whole(count, total) || rest.empty()) {
            skip("expected \"12.34%  [count]  function @ image\"", number);
            return;
        }
        const std::size_t at = rest.rfind(" @ ");
        if (at != std::string_view::npos) {
            image_ = rest.substr(at + 3);
            rest = trimmed(rest.substr(0, at));
        } else if (indent == 0) {
            image_.clear();
        } // else the callee's
        const bool is_kernel =
            options_.kernel && (contains(image_, "/kernel") || ends_with(image_, ".ko"));
        const std::string_view name = comparable_name(rest, false);
        const bool unknown = hex_size(name) == name.size();
        rows_.row(indent,
                  stacks_.intern(unknown ? unknown_frame(image_) : std::string(name),
                                 is_kernel ? frame_kind::kernel : frame_kind::function),
                  total,
                  number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<pmc_text> finish() {
        rows_.finish();
        return {pmc_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    pmc_options options_;
    stack_samples stacks_;
    weighed_rows rows_;
    std::string image_; // of the row before: rows name it only where it changes
};

/// Returns whether the head of an input has a row as `pmcstat -G` prints them.
[[nodiscard]] inline bool looks_like_pmc(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        std::string_view rest = trimmed(line);
        const std::string_view share = take_word(rest);
        const std::string_view count = take_word(rest);
        return ends_with(share, "%") && count.size() > 2 && count.front() == '[' &&
               count.back() == ']' && contains(rest, " @ ");
    });
}

} // namespace detail

/// Reads the call graph of `pmcstat -G`: rows "12.34%  [count]  function @ image", indented by one
/// for each caller, the callee first. Returns one profile; where a row's callers are fewer than its
/// count the rest are stacks that begin there.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  `man pmcstat`.
template <class Source>
[[nodiscard]] result<pmc_text> read_pmc(Source&& source, const pmc_options& options = {}) {
    detail::pmc_reader reader(options);
    return detail::read_lines<detail::pmc_reader, std::remove_reference_t<Source>>(reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<pmc_text> parse_pmc(std::string_view text,
                                                const pmc_options& options = {}) {
    return read_pmc(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/py_spy_dump.hpp - the stacks that `py-spy dump` prints, a sample for each thread.
#ifndef WICK_FORMAT_PY_SPY_DUMP_HPP
#define WICK_FORMAT_PY_SPY_DUMP_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of lines
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read what `py-spy dump` prints.
struct py_spy_dump_options {
    bool tid = false;         ///< the thread's frame is "name-NUMBER"
    bool lines = false;       ///< names have the line as well: "run (server.py:12)"
    bool active_only = false; ///< threads that are idle are left out and counted
};

/// What the output of `py-spy dump` holds.
struct py_spy_dump_text {
    profile samples;        ///< unit "samples": each stack is one
    wick::skipped skipped;  ///< lines that were not understood
    std::uint64_t idle = 0; ///< threads that were left out because they were idle
};

namespace detail {

class py_spy_dump_reader {
public:
    explicit py_spy_dump_reader(const py_spy_dump_options& options)
        : options_(options) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        const std::size_t indent = indent_of(line);
        const std::string_view text = trimmed(line);
        if (text.empty()) {
            end_stack();
        } else if (indent == 0 && starts_with(text, "Thread ")) {
            end_stack();
            begin_stack(text, number);
        } else if (indent == 0 &&
                   (starts_with(text, "Process ") || starts_with(text, "Python v"))) {
            end_stack();
        } else if (open_ && indent >= 8) {
            return; // with --locals: the frame's variables
        } else if (open_ && indent > 0 && text.back() == ')' && contains(text, " (")) {
            frame(text);
        } else if (!open_ || indent == 0 || !is_variables(text)) {
            skip("expected \"Thread N (state): name\" or \"function (file.py:1)\"", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<py_spy_dump_text> finish() {
        end_stack();
        return {py_spy_dump_text{stacks_.builder.finish(), std::move(stacks_.skipped), idle_},
                std::move(stacks_.problem)};
    }

private:
    py_spy_dump_options options_;
    stack_samples stacks_;
    std::string text_;
    std::uint64_t idle_ = 0;
    bool open_ = false;
    bool is_idle_ = false;
    std::uint64_t stack_line_ = 0;

    [[nodiscard]] static bool is_variables(std::string_view text) noexcept {
        return text == "Arguments:" || text == "Locals:";
    }

    // Thread 1234 (active+gil): "MainThread"
    void begin_stack(std::string_view line, std::uint64_t number) {
        open_ = true;
        stack_line_ = number;
        line.remove_prefix(7);
        const std::string_view id = take_word(line);
        is_idle_ = starts_with(line, "(idle");
        const std::size_t quote = line.find('"');
        const std::size_t end = line.rfind('"');
        text_.clear();
        if (quote != end) { text_ = line.substr(quote + 1, end - quote - 1); }
        if (options_.tid) {
            text_ += text_.empty() ? "Thread " : "-";
            text_ += id.substr(0, id.find(':'));
        }
        if (!text_.empty()) { stacks_.push_root(text_, frame_kind::thread); }
    }

    void end_stack() {
        if (!open_) { return; }
        open_ = false;
        if (options_.active_only && is_idle_) {
            ++idle_;
            stacks_.clear();
            return;
        }
        stacks_.commit(1, 1, stack_line_);
    }

    // "run (server.py:12)", "poll (libc.so.6)"
    void frame(std::string_view text) {
        text_ = text;
        if (!options_.lines) {
            std::size_t at = text.size() - 1;
            while (at > 0 && is_digit(text[at - 1])) { --at; }
            if (at < text.size() - 1 && at > 0 && text[at - 1] == ':') {
                text_ = text.substr(0, at - 1);
                text_ += ')';
            }
        }
        stacks_.push(text_);
    }
};

/// Returns whether the head of an input is what `py-spy dump` prints: the lines of the process and
/// of Python's version, or of a thread's state.
[[nodiscard]] inline bool looks_like_py_spy_dump(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return (starts_with(line, "Python v") && contains(line, " (")) ||
               (starts_with(line, "Thread ") &&
                (contains(line, " (idle") || contains(line, " (active")));
    });
}

} // namespace detail

/// Reads what `py-spy dump` prints; several dumps one after the other add up. Returns one profile,
/// in which each stack is a sample of weight 1. Frames are called "run (server.py)". The root is
/// the thread's name.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood are skipped and counted, the first
///          with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the README of py-spy 0.3 and 0.4. What `py-spy record -f raw` writes is folded text.
template <class Source>
[[nodiscard]] result<py_spy_dump_text> read_py_spy_dump(Source&& source,
                                                        const py_spy_dump_options& options = {}) {
    detail::py_spy_dump_reader reader(options);
    return detail::read_lines<detail::py_spy_dump_reader, std::remove_reference_t<Source>>(reader,
                                                                                           source);
}

/// The same from memory.
[[nodiscard]] inline result<py_spy_dump_text>
parse_py_spy_dump(std::string_view text, const py_spy_dump_options& options = {}) {
    return read_py_spy_dump(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/sample.hpp - the call graph that macOS' sample prints.
#ifndef WICK_FORMAT_SAMPLE_HPP
#define WICK_FORMAT_SAMPLE_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read what macOS' `sample` prints.
struct sample_options {
    bool modules = true;       ///< names have their library: "libdyld.dylib`start"
    bool tid = false;          ///< threads keep their number, "Thread_123"
    bool drop_waiting = false; ///< samples whose leaf waits in the kernel are left out and counted
};

/// What the output of `sample` holds.
struct sample_text {
    profile samples;           ///< unit "samples"
    wick::skipped skipped;     ///< lines of the call graph that were not understood
    std::uint64_t waiting = 0; ///< samples that were left out because they waited
};

namespace detail {

class sample_reader {
public:
    explicit sample_reader(const sample_options& options)
        : options_(options)
        , rows_(stacks_) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }
    sample_reader(const sample_reader&) = delete; // rows_ refers to stacks_
    sample_reader& operator=(const sample_reader&) = delete;

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (starts_with(line, "Call graph:")) {
            rows_.finish();
            in_graph_ = true;
            seen_ = true;
            return;
        }
        anything_ = anything_ || !line.empty();
        if (!in_graph_ || line.empty()) { return; }
        if (starts_with(line, "Total number in stack") || starts_with(line, "Sort by top of ") ||
            starts_with(line, "Binary Images:")) {
            in_graph_ = false;
            return;
        }
        row(line, number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<sample_text> finish() {
        rows_.finish();
        if (!seen_ && anything_) { skip("there is no line \"Call graph:\"", 0); }
        return {sample_text{stacks_.builder.finish(), std::move(stacks_.skipped), rows_.dropped()},
                std::move(stacks_.problem)};
    }

private:
    sample_options options_;
    stack_samples stacks_;
    weighed_rows rows_;
    std::string text_;
    bool in_graph_ = false;
    bool seen_ = false;
    bool anything_ = false;

    // "    + !   500 g  (in foo) + 10,20  [0x…]": the place of the number is the depth.
    void row(std::string_view line, std::uint64_t number) {
        std::size_t at = 0;
        while (at < line.size() && (is_blank(line[at]) || line[at] == '+' || line[at] == '!' ||
                                    line[at] == ':' || line[at] == '|')) {
            ++at;
        }
        const std::size_t digits = count_digits(line.substr(at));
        std::int64_t total = 0;
        const std::string_view name = trimmed(line.substr(at + digits));
        if (!parse_whole(line.substr(at, digits), total) || name.empty() ||
            !is_blank(line[at + digits])) {
            skip("expected a row of the call graph: \"count function  (in library)\"", number);
            return;
        }
        if (starts_with(name, "Thread_") && !contains(name, "(in ")) {
            thread_row(at, name, total, number);
        } else {
            frame_row(at, name, total, number);
        }
    }

    // "Thread_123   DispatchQueue_1: com.apple.main-thread  (serial)", "Thread_124: name"
    void
    thread_row(std::size_t at, std::string_view name, std::int64_t total, std::uint64_t number) {
        const std::string_view all = name;
        name.remove_prefix(7);
        name.remove_prefix(count_digits(name));
        if (starts_with(name, ":")) { name.remove_prefix(1); }
        name = trimmed(name);
        if (options_.tid) {
            name = all;
        } else if (name.empty()) {
            name = "Thread";
        }
        rows_.row(at, stacks_.intern(name, frame_kind::thread), total, number);
    }

    void
    frame_row(std::size_t at, std::string_view name, std::int64_t total, std::uint64_t number) {
        std::string_view library;
        const std::size_t in = name.rfind("  (in ");
        if (in != std::string_view::npos) {
            library = name.substr(in + 6);
            library = library.substr(0, library.find(')'));
        }
        name = trimmed(name.substr(0, in != std::string_view::npos ? in : name.find("  [0x")));
        const bool waits = options_.drop_waiting && is_wait(name);
        if (name.empty() || name == "???") {
            text_ = unknown_frame(library);
        } else {
            text_.clear();
            if (options_.modules && !library.empty()) {
                text_ += library;
                text_ += '`';
            }
            text_ += comparable_name(name, false);
        }
        rows_.row(at, stacks_.intern(text_, frame_kind::function), total, number, waits);
    }

    [[nodiscard]] static bool is_wait(std::string_view name) noexcept {
        for (const std::string_view call : {std::string_view("__psynch_cvwait"),
                                            std::string_view("__psynch_mutexwait"),
                                            std::string_view("__select"),
                                            std::string_view("__semwait_signal"),
                                            std::string_view("__ulock_wait"),
                                            std::string_view("__ulock_wait2"),
                                            std::string_view("__wait4"),
                                            std::string_view("__workq_kernreturn"),
                                            std::string_view("__accept"),
                                            std::string_view("__recvfrom"),
                                            std::string_view("kevent"),
                                            std::string_view("kevent64"),
                                            std::string_view("kevent_qos"),
                                            std::string_view("mach_msg_trap"),
                                            std::string_view("mach_msg2_trap"),
                                            std::string_view("poll"),
                                            std::string_view("__poll"),
                                            std::string_view("read"),
                                            std::string_view("semaphore_wait_trap"),
                                            std::string_view("swtch_pri")}) {
            if (name == call) { return true; }
        }
        return false;
    }
};

/// Returns whether the head of an input is a report of `sample`: its title or its call graph.
[[nodiscard]] inline bool looks_like_sample(std::string_view head) {
    bool graph = false;
    return any_line(head, [&](std::string_view line) {
        if (starts_with(line, "Analysis of sampling ") || (graph && indent_of(line) == 4)) {
            return true;
        }
        graph = starts_with(line, "Call graph:");
        return false;
    });
}

} // namespace detail

/// Reads the reports of macOS' `sample`, also as Activity Monitor and spindump save them: the tree
/// below "Call graph:"; several reports add up. Returns one profile; a row's own weight is its
/// count less its children's, so that functions that call and also run themselves lose nothing.
/// Threads are the roots, by name. Names have their library, "lib`f", and no arguments; "???" is
/// "[lib]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines of the tree that are not understood are
/// skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  `man sample`, and what macOS 10.12 to 14 print.
template <class Source>
[[nodiscard]] result<sample_text> read_sample(Source&& source, const sample_options& options = {}) {
    detail::sample_reader reader(options);
    return detail::read_lines<detail::sample_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<sample_text> parse_sample(std::string_view text,
                                                      const sample_options& options = {}) {
    return read_sample(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/stap.hpp - the stacks that SystemTap scripts print with print_stack and a count.
#ifndef WICK_FORMAT_STAP_HPP
#define WICK_FORMAT_STAP_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // the names of modules
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read stacks printed by SystemTap.
struct stap_options {
    bool kernel = false;         ///< frames of the kernel's addresses are of kind kernel, "_[k]"
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// What the output of a SystemTap script holds.
struct stap_text {
    profile samples;       ///< unit "": the script alone knows what it counted
    wick::skipped skipped; ///< lines that were not understood
};

namespace detail {

class stap_reader {
public:
    explicit stap_reader(const stap_options& options)
        : options_(options) {}

    void line(std::string_view line, std::uint64_t number) {
        line = trimmed(line);
        if (line.empty()) { return; }
        const std::size_t hex = hex_size(line);
        if (hex > 0 && (hex == line.size() || is_blank(line[hex]))) {
            if (stacks_.size() == 0) { first_line_ = number; }
            add_frame(line.substr(0, hex), trimmed(line.substr(hex)));
            return;
        }
        std::int64_t weight = 0;
        if (!parse_whole(line, weight)) {
            skip("expected \"0xaddress : function+0x1/0x2 [module]\" or a count", number);
            return;
        }
        stacks_.commit(static_cast<std::uint64_t>(weight), weight, number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<stap_text> finish() {
        if (stacks_.size() > 0) { skip("the input ends before the stack's count", first_line_); }
        return {stap_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    stap_options options_;
    stack_samples stacks_;
    std::uint64_t first_line_ = 0;

    void add_frame(std::string_view address, std::string_view rest) {
        frame_kind kind = frame_kind::function;
        if (options_.kernel && address.size() == 18 && starts_with(address, "0xffff")) {
            kind = frame_kind::kernel;
        }
        if (ends_with(rest, " (inexact)")) { rest.remove_suffix(10); }
        if (starts_with(rest, ":")) { rest = trimmed(rest.substr(1)); }
        std::string_view module;
        if (!rest.empty() && rest.back() == ']') {
            const std::size_t open = rest.rfind('[');
            if (open != std::string_view::npos && (open == 0 || is_blank(rest[open - 1]))) {
                module = rest.substr(open + 1, rest.size() - open - 2);
                rest = trimmed(rest.substr(0, open));
            }
        }
        rest = without_any_offset(rest);
        if (rest.empty() || hex_size(rest) == rest.size()) {
            stacks_.push(unknown_frame(without_any_offset(module)), kind);
            return;
        }
        stacks_.push(comparable_name(rest, options_.keep_arguments), kind);
    }
};

/// Returns whether the head of an input has a frame as SystemTap prints them.
[[nodiscard]] inline bool looks_like_stap(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        line = trimmed(line);
        const std::size_t hex = hex_size(line);
        return hex > 8 && starts_with(line.substr(hex), " : ") && contains(line, "+0x") &&
               contains(line, "/0x");
    });
}

} // namespace detail

/// Reads stacks as SystemTap's print_stack and print_ustack print them,
/// " 0xffffffff8103ce3b : native_safe_halt+0xb/0x10 [kernel]" a line, the leaf first, each stack
/// followed by a line with its count. Returns one profile; a stack weighs its count, and counts as
/// much. Offsets and arguments are cut; code without a name is "[module]" or "[unknown]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  SystemTap's tapset reference, "print_stack".
template <class Source>
[[nodiscard]] result<stap_text> read_stap(Source&& source, const stap_options& options = {}) {
    detail::stap_reader reader(options);
    return detail::read_lines<detail::stap_reader, std::remove_reference_t<Source>>(reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<stap_text> parse_stap(std::string_view text,
                                                  const stap_options& options = {}) {
    return read_stap(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/vsprof.hpp - Visual Studio's call tree as comma-separated values.
#ifndef WICK_FORMAT_VSPROF_HPP
#define WICK_FORMAT_VSPROF_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // values

WICK_BEGIN_NAMESPACE

/// How to read Visual Studio's comma-separated values.
struct vsprof_options {
    bool modules = false; ///< names have their module: "app.exe`main"
};

/// What Visual Studio's comma-separated values hold.
struct vsprof_text {
    profile samples;       ///< unit "samples", or "calls" where calls were counted
    wick::skipped skipped; ///< rows that were not understood, or weigh less than those below them
};

namespace detail {

class vsprof_reader {
public:
    explicit vsprof_reader(const vsprof_options& options)
        : options_(options)
        , rows_(stacks_) {}
    vsprof_reader(const vsprof_reader&) = delete; // rows_ refers to stacks_
    vsprof_reader& operator=(const vsprof_reader&) = delete;

    void line(std::string_view line, std::uint64_t number) {
        if (starts_with(line, "\xef\xbb\xbf")) { line.remove_prefix(3); }
        if (trimmed(line).empty()) { return; }
        if (!split_csv(line, values_)) {
            skip("a quote is not closed", number);
        } else if (!has_header_) {
            read_header(number);
        } else {
            row(number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<vsprof_text> finish() {
        rows_.finish();
        return {vsprof_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    vsprof_options options_;
    stack_samples stacks_;
    weighed_rows rows_;
    std::vector<std::string> values_;
    std::string text_;
    std::size_t module_ = none;
    bool has_header_ = false;
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    void read_header(std::uint64_t number) {
        if (values_.size() < 3 || trimmed(values_[0]) != "Level") {
            skip("expected the columns' names: \"Level,Function Name,…\"", number);
            return;
        }
        has_header_ = true;
        const bool calls = contains(values_[2], "Calls");
        stacks_.builder.describe(calls ? "calls" : "samples",
                                 calls ? counted_as::calls : counted_as::samples,
                                 profile_detail::function);
        for (std::size_t i = 3; i < values_.size(); ++i) {
            if (contains(values_[i], "Module")) { module_ = i; }
        }
    }

    void row(std::uint64_t number) {
        std::int64_t level = 0;
        std::int64_t total = 0;
        if (values_.size() < 3 || !parse_whole(trimmed(values_[0]), level) ||
            !parse_decimal(trimmed(values_[2]), 0, total)) {
            skip("expected \"level,function,count\"", number);
            return;
        }
        // A level without all those above it would make a tree deeper than there are rows.
        if (level > last_level_ + 1) {
            skip("the level is more than one below the row before", number);
            return;
        }
        last_level_ = level;
        text_.clear();
        if (options_.modules && module_ < values_.size() && !trimmed(values_[module_]).empty()) {
            text_ += trimmed(values_[module_]);
            text_ += '`';
        }
        text_ += comparable_name(trimmed(values_[1]), false);
        rows_.row(static_cast<std::size_t>(level),
                  stacks_.intern(text_, frame_kind::function),
                  total,
                  number);
    }
    std::int64_t last_level_ = 0;
};

/// Returns whether the head of an input has the columns that Visual Studio's call tree begins with.
[[nodiscard]] inline bool looks_like_vsprof(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        if (starts_with(line, "\xef\xbb\xbf")) { line.remove_prefix(3); }
        return starts_with(line, "Level,Function Name,") ||
               starts_with(line, "\"Level\",\"Function Name\",");
    });
}

} // namespace detail

/// Reads the call tree that Visual Studio's profiler exports: "Level,Function Name,count,…", the
/// level being the depth. Returns one profile; a row's own weight is its count less its children's.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  Visual Studio's documentation of VSPerfReport, "CallTree".
template <class Source>
[[nodiscard]] result<vsprof_text> read_vsprof(Source&& source, const vsprof_options& options = {}) {
    detail::vsprof_reader reader(options);
    return detail::read_lines<detail::vsprof_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<vsprof_text> parse_vsprof(std::string_view text,
                                                      const vsprof_options& options = {}) {
    return read_vsprof(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/vtune.hpp - VTune's top-down tree as comma-separated values.
#ifndef WICK_FORMAT_VTUNE_HPP
#define WICK_FORMAT_VTUNE_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // values

WICK_BEGIN_NAMESPACE

/// How to read VTune's comma-separated values.
struct vtune_options {
    bool modules = true; ///< names have their module: "libc.so.6`read"
    std::string column;  ///< the column that weighs; empty: the first with ":Self" in its name
};

/// What VTune's comma-separated values hold.
struct vtune_text {
    profile samples;       ///< unit "nanoseconds" for times, else the name of the column
    wick::skipped skipped; ///< rows that were not understood
};

namespace detail {

class vtune_reader {
public:
    explicit vtune_reader(const vtune_options& options)
        : options_(options)
        , rows_(stacks_) {}
    vtune_reader(const vtune_reader&) = delete; // rows_ refers to stacks_
    vtune_reader& operator=(const vtune_reader&) = delete;

    void line(std::string_view line, std::uint64_t number) {
        if (trimmed(line).empty()) { return; }
        if (!split_csv(line, values_)) {
            skip("a quote is not closed", number);
            return;
        }
        if (!has_header_) {
            read_header(number);
            return;
        }
        row(number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<vtune_text> finish() {
        return {vtune_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    vtune_options options_;
    stack_samples stacks_;
    indented_rows rows_;
    std::vector<std::string> values_;
    std::string text_;
    std::size_t stack_ = 0; // columns
    std::size_t weight_ = 0;
    std::size_t module_ = none;
    bool has_header_ = false;
    bool is_time_ = false;
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    void read_header(std::uint64_t number) {
        std::size_t stack = none;
        std::size_t weight = none;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const std::string_view name = trimmed(values_[i]);
            if (name == "Function Stack") { stack = i; }
            if (name == "Module") { module_ = i; }
            const bool wanted =
                options_.column.empty() ? contains(name, ":Self") : name == options_.column;
            if (wanted && weight == none) { weight = i; }
        }
        if (stack == none || weight == none) {
            skip("expected the columns' names: \"Function Stack\" and one with \":Self\"", number);
            return;
        }
        has_header_ = true;
        stack_ = stack;
        weight_ = weight;
        const std::string_view name = trimmed(values_[weight]);
        is_time_ = contains(name, "Time");
        stacks_.builder.describe(is_time_ ? std::string_view("nanoseconds")
                                          : name.substr(0, name.find(":Self")),
                                 counted_as::unknown,
                                 profile_detail::function);
    }

    void row(std::uint64_t number) {
        if (values_.size() <= stack_ || values_.size() <= weight_) {
            skip("the row has fewer values than there are columns", number);
            return;
        }
        const std::string_view stack = values_[stack_];
        const std::string_view weight = trimmed(values_[weight_]);
        std::int64_t self = 0;
        const bool fits = weight.empty() || (is_time_ ? parse_time_ns(weight, "s", self)
                                                      : parse_decimal(weight, 0, self));
        if (!fits || trimmed(stack).empty()) {
            skip("expected a function and a weight below 2^63", number);
            return;
        }
        text_.clear();
        if (options_.modules && module_ < values_.size() && !trimmed(values_[module_]).empty()) {
            text_ += trimmed(values_[module_]);
            text_ += '`';
        }
        text_ += comparable_name(trimmed(stack), false);
        rows_.row(indent_of(stack),
                  stacks_.intern(text_, frame_kind::function),
                  self == 0 ? 0 : 1,
                  self,
                  number);
    }
};

/// Returns whether the head of an input has the column that VTune's top-down tree begins with.
[[nodiscard]] inline bool looks_like_vtune(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return (starts_with(line, "Function Stack,") || starts_with(line, "\"Function Stack\",")) &&
               contains(line, ":Self");
    });
}

} // namespace detail

/// Reads what `vtune -report top-down -call-stack-mode all -format csv -csv-delimiter comma` writes
/// with the columns "Function Stack", one ":Self" and perhaps "Module": a row for each calling
/// context, indented by its depth. Returns one profile. Times are seconds unless they have a unit,
/// and become nanoseconds; other columns are kept as they are. Rows with a weight count 1, as VTune
/// does not say how often it looked.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  Intel's VTune Profiler user guide, "Report".
template <class Source>
[[nodiscard]] result<vtune_text> read_vtune(Source&& source, const vtune_options& options = {}) {
    detail::vtune_reader reader(options);
    return detail::read_lines<detail::vtune_reader, std::remove_reference_t<Source>>(reader,
                                                                                     source);
}

/// The same from memory.
[[nodiscard]] inline result<vtune_text> parse_vtune(std::string_view text,
                                                    const vtune_options& options = {}) {
    return read_vtune(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/format/xctrace.hpp - the XML that `xctrace export` writes of a time profile.
#ifndef WICK_FORMAT_XCTRACE_HPP
#define WICK_FORMAT_XCTRACE_HPP

// wick/detail/xml.hpp - a small pull reader for XML without document types.
#ifndef WICK_DETAIL_XML_HPP
#define WICK_DETAIL_XML_HPP


#include <cstddef>     // std::size_t
#include <cstdint>     // characters given as numbers
#include <string>      // names and values
#include <string_view> // names that are asked for
#include <utility>     // std::pair, std::move
#include <vector>      // the attributes, the buffer

WICK_BEGIN_NAMESPACE
namespace detail {

enum class xml_token { begin, end, text, finished, failed };

/// Returns the character that "&name;" stands for, 0 for none: document types could define more,
/// and are not read.
[[nodiscard]] inline std::uint32_t xml_entity(std::string_view name) noexcept {
    if (name == "lt") { return '<'; }
    if (name == "gt") { return '>'; }
    if (name == "amp") { return '&'; }
    if (name == "quot") { return '"'; }
    if (name == "apos") { return '\''; }
    if (name.size() < 2 || name[0] != '#') { return 0; }
    const bool hex = name[1] == 'x';
    std::uint32_t code = 0;
    for (const char c : name.substr(hex ? 2 : 1)) {
        const std::uint32_t digit =
            c >= '0' && c <= '9'   ? static_cast<std::uint32_t>(c - '0')
            : c >= 'a' && c <= 'f' ? static_cast<std::uint32_t>(c - 'a' + 10)
            : c >= 'A' && c <= 'F' ? static_cast<std::uint32_t>(c - 'A' + 10)
                                   : 99;
        if (digit >= (hex ? 16u : 10u)) { return 0; }
        code = code * (hex ? 16 : 10) + digit;
        if (code > 0x10ffff) { return 0xfffd; }
    }
    return code == 0 ? 0xfffd : code;
}

/// Gives the elements of a document and the text between them, one after the other, without holding
/// it. It does not check that ends match beginnings. A name, value or piece of text longer than
/// 16 MiB fails.
template <class Source>
class xml_reader {
public:
    explicit xml_reader(Source& source)
        : source_(source)
        , buffer_(std::size_t{1} << 16) {}

    /// Gets the next token. After `finished` and `failed` there is no other.
    [[nodiscard]] xml_token next() {
        if (ends_) { // "<name/>" is a beginning and an end
            ends_ = false;
            return xml_token::end;
        }
        for (;;) {
            const int c = peek();
            if (c == none) { return xml_token::finished; }
            if (c != '<') { return text_until_tag(); }
            take();
            switch (peek()) {
            case '?':
                if (!pass_over("?>")) { return fail("a \"<?\" without its end"); }
                break;
            case '!':
                take();
                if (peek() == '[') { return cdata(); }
                if (!pass_over(peek() == '-' ? "-->" : ">")) {
                    return fail("a \"<!\" without its end");
                }
                break;
            case '/':
                take();
                read_name();
                if (!pass_over(">")) { return fail("an element's end without \">\""); }
                return xml_token::end;
            default:
                return element();
            }
        }
    }

    /// The name of the element that `next` gave the beginning or end of.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The text that `next` gave; a long one comes in one piece.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// The value of one of the element's attributes; null where it has none.
    [[nodiscard]] const std::string* attribute(std::string_view name) const noexcept {
        for (std::size_t i = 0; i < used_; ++i) {
            if (attributes_[i].first == name) { return &attributes_[i].second; }
        }
        return nullptr;
    }
    /// The line that was reached, from 1.
    [[nodiscard]] std::uint64_t line() const noexcept { return line_; }
    /// What failed.
    [[nodiscard]] const char* problem() const noexcept { return problem_; }

private:
    static constexpr int none = -1;
    static constexpr std::size_t longest = std::size_t{1} << 24;
    Source& source_;
    std::vector<char> buffer_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    bool at_end_ = false;
    bool ends_ = false;
    std::uint64_t line_ = 1;
    const char* problem_ = "";
    std::string name_;
    std::string text_;
    std::vector<std::pair<std::string, std::string>>
        attributes_; // kept, so that they need no new memory
    std::size_t used_ = 0;

    [[nodiscard]] int peek() {
        if (at_ == end_) {
            if (at_end_) { return none; }
            end_ = source_(buffer_.data(), buffer_.size());
            at_ = 0;
            if (end_ == 0) {
                at_end_ = true;
                return none;
            }
        }
        return static_cast<unsigned char>(buffer_[at_]);
    }
    int take() {
        const int c = peek();
        if (c != none) { ++at_; }
        if (c == '\n') { ++line_; }
        return c;
    }
    [[nodiscard]] static bool is_space(int c) noexcept {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }
    void pass_over_space() {
        while (is_space(peek())) { take(); }
    }
    [[nodiscard]] xml_token fail(const char* what) {
        problem_ = what;
        at_ = end_;
        at_end_ = true;
        return xml_token::failed;
    }

    // Passes over all up to and with `end`, which has no part that could begin it again.
    [[nodiscard]] bool pass_over(std::string_view end) {
        std::string last;
        for (int c; (c = take()) != none;) {
            last += static_cast<char>(c);
            if (last.size() > end.size()) { last.erase(0, 1); }
            if (last == end) { return true; }
        }
        return false;
    }

    void read_name() {
        name_.clear();
        append_name(name_);
    }
    void append_name(std::string& name) {
        for (int c = peek();
             c != none && !is_space(c) && c != '>' && c != '/' && c != '=' && name.size() < longest;
             c = peek()) {
            name += static_cast<char>(take());
        }
    }

    [[nodiscard]] xml_token element() {
        used_ = 0;
        read_name();
        if (name_.empty()) { return fail("a \"<\" without a name behind it"); }
        for (;;) {
            pass_over_space();
            const int c = peek();
            if (c == '>') {
                take();
                return xml_token::begin;
            }
            if (c == '/') {
                take();
                if (take() != '>') { return fail("a \"/\" inside an element without \">\""); }
                ends_ = true;
                return xml_token::begin;
            }
            if (c == none || !attribute()) { return fail("an element without its end"); }
        }
    }

    [[nodiscard]] bool attribute() {
        if (used_ == attributes_.size()) { attributes_.emplace_back(); }
        std::pair<std::string, std::string>& a = attributes_[used_];
        a.first.clear();
        a.second.clear();
        append_name(a.first);
        pass_over_space();
        if (a.first.empty() || take() != '=') { return false; }
        pass_over_space();
        const int quote = take();
        if (quote != '"' && quote != '\'') { return false; }
        for (int c; (c = take()) != quote;) {
            if (c == none || a.second.size() > longest) { return false; }
            append_character(a.second, c);
        }
        ++used_;
        return true;
    }

    void append_character(std::string& to, int c) {
        if (c != '&') {
            to += static_cast<char>(c);
            return;
        }
        constexpr std::size_t longest_entity = 10;
        char entity[longest_entity];
        std::size_t size = 0;
        while (size < longest_entity && peek() != none && peek() != ';' && peek() != '<' &&
               peek() != '"' && peek() != '\'' && peek() != '&') {
            entity[size++] = static_cast<char>(take());
        }
        const std::string_view name(entity, size);
        const std::uint32_t code = peek() == ';' ? xml_entity(name) : 0;
        if (code == 0) { // not one: kept as it is
            to += '&';
            to += name;
            return;
        }
        take();
        append_utf8(to, code);
    }

    [[nodiscard]] xml_token text_until_tag() {
        text_.clear();
        for (int c = peek(); c != none && c != '<'; c = peek()) {
            if (text_.size() > longest) { return fail("a text longer than 16 MiB"); }
            take();
            append_character(text_, c);
        }
        return xml_token::text;
    }

    // "<![CDATA[ … ]]>"
    [[nodiscard]] xml_token cdata() {
        for (const char c : std::string_view("[CDATA[")) {
            if (take() != static_cast<unsigned char>(c)) {
                return fail("a \"<![\" that is no CDATA");
            }
        }
        text_.clear();
        for (int c; (c = take()) != none;) {
            text_ += static_cast<char>(c);
            const std::size_t size = text_.size();
            if (c == '>' && size >= 3 && text_[size - 2] == ']' && text_[size - 3] == ']') {
                text_.resize(size - 3);
                return xml_token::text;
            }
            if (size > longest) { break; }
        }
        return fail("a CDATA without its end");
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names
#include <string_view> // names
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // what ids stand for

WICK_BEGIN_NAMESPACE

/// How to read what `xctrace export` writes.
struct xctrace_options {
    bool modules = false; ///< names have their binary: "libdyld.dylib`start"
    bool pid = false;     ///< the process keeps its number: "app (123)"
    bool threads = false; ///< threads are below the process, by name
};

/// What the export holds.
struct xctrace_text {
    profile samples;       ///< unit "nanoseconds", or "cycles"; "samples" where no row has a weight
    wick::skipped skipped; ///< rows that were not understood, references to nothing
    std::uint64_t unweighted = 0; ///< rows without a weight among rows with one; they weigh 0
};

namespace detail {

class xctrace_reader {
public:
    explicit xctrace_reader(const xctrace_options& options)
        : options_(options) {}

    template <class Source>
    [[nodiscard]] result<xctrace_text> read(Source& source) {
        xml_reader<Source> xml(source);
        for (;;) {
            switch (xml.next()) {
            case xml_token::begin:
                begin(xml);
                break;
            case xml_token::end:
                end(xml.name(), xml.line());
                break;
            case xml_token::text:
                if (in_weight_) { text_ += xml.text(); }
                break;
            case xml_token::failed:
                samples_.skipped.add(xml.problem(), xml.line());
                return finish(xml.line());
            case xml_token::finished:
                return finish(xml.line());
            }
        }
    }

private:
    enum class kind : std::uint8_t { frame, stack, weight, process, thread };
    // What an id stands for.
    struct element {
        std::uint64_t id;
        kind is;
        std::size_t at; // a frame, or an index into what follows
    };
    struct thread {
        std::uint32_t name;
        std::uint32_t process;
    };
    // A stack below a thread, found without a walk through the tree: rows refer to long ones.
    struct placed {
        std::size_t stack;
        std::uint32_t parent;
        std::uint32_t node;
    };
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    static constexpr std::size_t deepest = 4096; // Instruments itself stops much earlier

    xctrace_options options_;
    stack_samples samples_;
    id_table index_;
    id_table placed_index_;
    std::vector<placed> placed_;
    std::vector<element> elements_;
    std::vector<std::uint32_t> frames_;   // of all stacks, the leaf first
    std::vector<std::size_t> stack_ends_; // where each ends in frames_
    std::vector<std::int64_t> weights_;
    std::vector<thread> threads_;

    bool in_row_ = false;
    bool in_weight_ = false;
    bool is_cycles_ = false;
    bool in_stack_ = false;
    bool in_frame_ = false;
    std::uint64_t tagged_id_ = 0;
    std::uint64_t stack_id_ = 0;
    std::uint64_t frame_id_ = 0;
    std::uint64_t weight_id_ = 0;
    std::uint64_t thread_id_ = 0;
    std::string frame_name_;
    std::string binary_;
    std::string text_;
    // Of the row that is being read.
    std::size_t stack_ = none;
    bool has_weight_ = false;
    std::int64_t weight_ = 0;
    std::uint32_t thread_name_ = 0;
    std::uint32_t process_ = 0;

    // Of all rows: only the end tells whether they have weights.
    struct row {
        std::uint32_t node;
        std::int64_t weight; // -1: none
        std::uint64_t line;
    };
    std::vector<row> rows_;
    bool any_weight_ = false;
    bool any_table_ = false;

    [[nodiscard]] static std::uint64_t number_of(const std::string* text) noexcept {
        std::int64_t number = 0;
        if (text == nullptr || !parse_whole(*text, number)) { return 0; }
        return static_cast<std::uint64_t>(number);
    }
    [[nodiscard]] static std::uint64_t hash_of(std::uint64_t id, kind is) noexcept {
        return mix(id ^ hash_seed(), 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(is));
    }
    // The first of a kind with an id holds: they are given once.
    void define(std::uint64_t id, kind is, std::size_t at) {
        if (id == 0 || find(id, is) != none) { return; }
        index_.insert(hash_of(id, is), static_cast<std::uint32_t>(elements_.size()));
        elements_.push_back({id, is, at});
    }
    [[nodiscard]] std::size_t find(std::uint64_t id, kind is) const {
        const std::uint32_t known = index_.find(hash_of(id, is), [&](std::uint32_t e) {
            return elements_[e].id == id && elements_[e].is == is;
        });
        return known == id_table::none ? none : elements_[known].at;
    }
    [[nodiscard]] std::size_t refer(const std::string& ref, kind is, std::uint64_t line) {
        const std::size_t at = find(number_of(&ref), is);
        if (at == none) { samples_.skipped.add("a \"ref\" to an id that is not there", line); }
        return at;
    }

    template <class Xml>
    void begin(const Xml& xml) {
        const std::string& name = xml.name();
        if (name == "row") {
            in_row_ = true;
            any_table_ = true;
            stack_ = none;
            has_weight_ = false;
            thread_name_ = 0;
            process_ = 0;
            return;
        }
        if (!in_row_) { return; }
        const std::string* ref = xml.attribute("ref");
        const std::uint64_t id = number_of(xml.attribute("id"));
        if (name == "tagged-backtrace") {
            tagged_id_ = id;
            if (ref != nullptr) { stack_ = refer(*ref, kind::stack, xml.line()); }
        } else if (name == "backtrace") {
            if (ref != nullptr) {
                stack_ = refer(*ref, kind::stack, xml.line());
                define(tagged_id_, kind::stack, stack_);
            } else {
                in_stack_ = true;
                stack_id_ = id;
            }
        } else if (name == "frame") {
            if (in_stack_) { begin_frame(xml, ref, id); }
        } else if (name == "binary") {
            begin_binary(xml, ref, id);
        } else if (name == "weight" || name == "cycle-weight") {
            begin_weight(name, ref, id, xml.line());
        } else if (name == "thread") {
            begin_thread(xml, ref, id);
        } else if (name == "process") {
            begin_process(xml, ref, id);
        }
    }

    template <class Xml>
    void begin_frame(const Xml& xml, const std::string* ref, std::uint64_t id) {
        const std::size_t begin = stack_ends_.empty() ? 0 : stack_ends_.back();
        if (frames_.size() - begin >= deepest) {
            samples_.skipped.add("a backtrace has more than 4096 frames", xml.line());
            return;
        }
        if (ref != nullptr) {
            const std::size_t at = refer(*ref, kind::frame, xml.line());
            frames_.push_back(at == none ? samples_.builder.intern("[unknown]")
                                         : static_cast<std::uint32_t>(at));
            return;
        }
        in_frame_ = true;
        frame_id_ = id;
        binary_.clear();
        const std::string* function = xml.attribute("name");
        frame_name_ = function == nullptr ? std::string() : *function;
    }

    // Binaries are in frames only, and only their names matter: they are kept as frames that no
    // stack has.
    template <class Xml>
    void begin_binary(const Xml& xml, const std::string* ref, std::uint64_t id) {
        if (!in_frame_) { return; }
        if (ref != nullptr) {
            const std::size_t at = refer(*ref, kind::frame, xml.line());
            if (at != none) {
                binary_ = samples_.builder.frame_at(static_cast<std::uint32_t>(at)).function;
            }
            return;
        }
        const std::string* binary = xml.attribute("name");
        if (binary == nullptr) { return; }
        binary_ = *binary;
        define(id, kind::frame, samples_.builder.intern(binary_));
    }

    void begin_weight(std::string_view name,
                      const std::string* ref,
                      std::uint64_t id,
                      std::uint64_t line) {
        is_cycles_ = is_cycles_ || name == "cycle-weight";
        if (ref == nullptr) {
            in_weight_ = true;
            weight_id_ = id;
            text_.clear();
            return;
        }
        const std::size_t at = refer(*ref, kind::weight, line);
        has_weight_ = at != none;
        if (has_weight_) { weight_ = weights_[at]; }
    }

    // <thread id="2" fmt="Main Thread 0x1b3e (app, pid: 123)"><process id="4" fmt="app (123)"/>…
    template <class Xml>
    void begin_thread(const Xml& xml, const std::string* ref, std::uint64_t id) {
        if (ref != nullptr) {
            const std::size_t at = refer(*ref, kind::thread, xml.line());
            if (at == none) { return; }
            thread_name_ = threads_[at].name;
            process_ = threads_[at].process;
            return;
        }
        thread_id_ = id;
        const std::string* shown = xml.attribute("fmt");
        std::string_view text = shown == nullptr ? std::string_view() : *shown;
        const std::size_t hex = text.rfind(" 0x");
        text = trimmed(text.substr(0, hex));
        thread_name_ = samples_.intern(text.empty() ? "Thread" : text, frame_kind::thread);
    }

    template <class Xml>
    void begin_process(const Xml& xml, const std::string* ref, std::uint64_t id) {
        if (ref != nullptr) {
            const std::size_t at = refer(*ref, kind::process, xml.line());
            if (at != none) { process_ = static_cast<std::uint32_t>(at); }
            return;
        }
        const std::string* shown = xml.attribute("fmt");
        if (shown == nullptr) { return; }
        std::string_view text = *shown;
        if (!options_.pid && ends_with(text, ")")) {
            const std::size_t open = text.rfind(" (");
            if (open != std::string_view::npos && open > 0) { text = text.substr(0, open); }
        }
        process_ = samples_.intern(text, frame_kind::process);
        define(id, kind::process, process_);
    }

    void end(const std::string& name, std::uint64_t line) {
        if (!in_row_) { return; }
        if (name == "row") {
            in_row_ = false;
            end_row(line);
        } else if (name == "frame" && in_frame_) {
            in_frame_ = false;
            end_frame();
        } else if (name == "backtrace" && in_stack_) {
            in_stack_ = false;
            stack_ends_.push_back(frames_.size());
            stack_ = stack_ends_.size() - 1;
            define(stack_id_, kind::stack, stack_);
            define(tagged_id_, kind::stack, stack_);
        } else if (name == "tagged-backtrace") {
            tagged_id_ = 0;
        } else if (name == "thread" && thread_id_ != 0) {
            threads_.push_back({thread_name_, process_});
            define(thread_id_, kind::thread, threads_.size() - 1);
            thread_id_ = 0;
        } else if ((name == "weight" || name == "cycle-weight") && in_weight_) {
            in_weight_ = false;
            has_weight_ = parse_whole(trimmed(text_), weight_);
            if (!has_weight_) {
                samples_.skipped.add("expected a weight that is a whole number below 2^63", line);
                return;
            }
            weights_.push_back(weight_);
            define(weight_id_, kind::weight, weights_.size() - 1);
        }
    }

    void end_frame() {
        const bool unknown = hex_size(frame_name_) == frame_name_.size(); // also when it is empty
        std::string name =
            unknown ? unknown_frame(binary_) : std::string(comparable_name(frame_name_, false));
        if (!unknown && options_.modules && !binary_.empty()) { name = binary_ + '`' + name; }
        const std::uint32_t frame = samples_.intern(name, frame_kind::function);
        frames_.push_back(frame);
        define(frame_id_, kind::frame, frame);
    }

    void end_row(std::uint64_t line) {
        profile_builder& builder = samples_.builder;
        std::uint32_t node = profile_builder::root;
        if (process_ != 0) { node = builder.child(node, process_); }
        if (options_.threads && thread_name_ != 0) { node = builder.child(node, thread_name_); }
        if (stack_ == none) {
            node = builder.child(node, builder.intern("[no stack]", frame_kind::marker));
        } else {
            node = place(node);
        }
        any_weight_ = any_weight_ || has_weight_;
        rows_.push_back({node, has_weight_ ? weight_ : -1, line});
    }

    [[nodiscard]] std::uint32_t place(std::uint32_t parent) {
        const std::uint64_t hash = mix(stack_ ^ hash_seed(), parent + 0x9e3779b97f4a7c15u);
        const std::uint32_t known = placed_index_.find(hash, [&](std::uint32_t p) {
            return placed_[p].stack == stack_ && placed_[p].parent == parent;
        });
        if (known != id_table::none) { return placed_[known].node; }
        std::uint32_t node = parent;
        const std::size_t begin = stack_ == 0 ? 0 : stack_ends_[stack_ - 1];
        for (std::size_t i = stack_ends_[stack_]; i-- > begin;) {
            node = samples_.builder.child(node, frames_[i]);
        }
        placed_index_.insert(hash, static_cast<std::uint32_t>(placed_.size()));
        placed_.push_back({stack_, parent, node});
        return node;
    }

    [[nodiscard]] result<xctrace_text> finish(std::uint64_t line) {
        if (in_row_) { samples_.skipped.add("the input ends inside a row", line); }
        if (!any_table_ && line > 1) { samples_.skipped.add("there is no row", line); }
        samples_.builder.describe(!any_weight_ ? "samples"
                                  : is_cycles_ ? "cycles"
                                               : "nanoseconds",
                                  counted_as::samples,
                                  profile_detail::function);
        xctrace_text read;
        for (const row& r : rows_) {
            if (any_weight_ && r.weight < 0) { ++read.unweighted; }
            const std::int64_t weight = !any_weight_ ? 1 : r.weight < 0 ? 0 : r.weight;
            samples_.add(r.node, 1, weight, r.line);
        }
        read.samples = samples_.builder.finish();
        read.skipped = std::move(samples_.skipped);
        return {std::move(read), std::move(samples_.problem)};
    }
};

/// Returns whether the head of an input is what `xctrace export` writes.
[[nodiscard]] inline bool looks_like_xctrace(std::string_view head) {
    return contains(head.substr(0, most_sniffed), "<trace-query-result");
}

} // namespace detail

/// Reads what `xctrace export --xpath '…/table[…time-profile]'` (or cpu-profile,
/// time-sample) writes: rows with a backtrace, in which what was there before is only referred to.
/// Returns one profile; a row is a sample that counts 1 and weighs its weight, in nanoseconds or
/// cycles, or 1 where no row has one. The root is the process's name. Arguments are cut, ';'
/// becomes ':', code without a name is "[binary]" or "[unknown]"; a row without a backtrace is
/// "[no stack]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Where the XML is broken or ends early, what was
///          read before is returned and that is counted as skipped; so are references to nothing.
/// Cost:    one pass; memory for the distinct elements, 24 bytes a row, and one buffer.
/// Format:  what xctrace 13 to 16 write.
template <class Source>
[[nodiscard]] result<xctrace_text> read_xctrace(Source&& source,
                                                const xctrace_options& options = {}) {
    detail::xctrace_reader reader(options);
    return reader.read<std::remove_reference_t<Source>>(source);
}

/// The same from memory.
[[nodiscard]] inline result<xctrace_text> parse_xctrace(std::string_view text,
                                                        const xctrace_options& options = {}) {
    return read_xctrace(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::min
#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <cstring>     // std::memcpy
#include <optional>    // the timeline
#include <string>      // names
#include <string_view> // the beginning of the input
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // profiles

WICK_BEGIN_NAMESPACE

/// A profile and what it is of: an event, a sample type, a column.
struct named_profile {
    std::string name; ///< "cycles:u", "after"; empty where the input has one thing without a name
    profile samples;
};

/// How to load. Each format takes what it has an option for; all other options are nothing to it.
struct any_options {
    std::string format;             ///< one of known_formats(); empty: told by the content
    std::string event;              ///< read this event only
    bool pid = false;               ///< roots have the number of their process: "app-10"
    bool tid = false;               ///< roots have the number of their thread
    bool kernel = false;            ///< frames of the kernel are of kind kernel, "_[k]"
    bool jit = false;               ///< frames of just-in-time compilers are of kind jit, "_[j]"
    bool addresses = false;         ///< code without a name keeps its address
    bool offsets = false;           ///< names keep their offsets
    bool srcline = false;           ///< names have the line of the source, where that is known
    bool keep_arguments = false;    ///< names keep the arguments of C++ functions
    bool args = false;              ///< the arguments of tracepoints are a frame
    bool keep_zero_periods = false; ///< a period of 0 weighs 0; else it weighs 1
    bool drop_waiting = false;      ///< samples of threads that wait are left out
    bool keep_waiting = false;      ///< they are kept where they usually are not: dumps of Java
    bool user_first = false;        ///< of two stacks without a name, the first is the user's
};

/// Something that a reader understood and left out or changed.
struct any_note {
    std::uint64_t count = 0; ///< how often; 0: once, and the words say all
    std::string what;        ///< "samples with a period of 0"

    [[nodiscard]] std::string message() const {
        return count == 0 ? what : what + ": " + std::to_string(count);
    }
    friend bool operator==(const any_note& a, const any_note& b) {
        return a.count == b.count && a.what == b.what;
    }
    friend bool operator!=(const any_note& a, const any_note& b) { return !(a == b); }
};

/// What an input held.
struct any_input {
    std::string format;                     ///< one of known_formats()
    std::vector<named_profile> profiles;    ///< in the input's order, the most important one first
    std::optional<wick::timeline> timeline; ///< where the format keeps order
    wick::skipped skipped;                  ///< what was not understood
    std::vector<any_note> notes;            ///< what was understood and left out or changed
};

/// A format that read_any knows.
struct known_format {
    const char* name; ///< for any_options::format
    const char* what; ///< in words
};

namespace detail {

/// The beginning of an input, which was looked at, and then the rest of it.
class sniffed_source {
public:
    template <class Source>
    explicit sniffed_source(Source& rest)
        : rest_(const_cast<void*>(static_cast<const void*>(&rest)))
        , pull_([](void* from, char* to, std::size_t room) -> std::size_t {
            return (*static_cast<Source*>(from))(to, room);
        }) {
        head_.resize(head_size);
        std::size_t size = 0;
        while (size < head_size) { // pipes give little at a time
            const std::size_t got = rest(&head_[size], head_size - size);
            if (got == 0) { break; }
            size += got;
        }
        head_.resize(size);
    }

    [[nodiscard]] std::string_view head() const noexcept { return head_; }

    std::size_t operator()(char* to, std::size_t room) {
        if (given_ == head_.size()) { return pull_(rest_, to, room); }
        const std::size_t size = (std::min)(room, head_.size() - given_);
        std::memcpy(to, head_.data() + given_, size);
        given_ += size;
        return size;
    }

private:
    static constexpr std::size_t head_size = std::size_t{1} << 16;
    void* rest_;
    std::size_t (*pull_)(void*, char*, std::size_t);
    std::string head_;
    std::size_t given_ = 0;
};

/// Returns whether a text has a sample: a header that names an event, or any header and a frame.
[[nodiscard]] inline bool looks_like_perf_script(std::string_view head) {
    perf_header_parser headers;
    perf_header header;
    perf_frame_line frame;
    bool in_sample = false;
    std::string_view line;
    while (take_line(head, line)) {
        trim_blanks(line);
        if (in_sample && !line.empty() && is_blank(line[0]) && parse_perf_frame(line, frame) &&
            frame.address.size() >= 4) {
            return true;
        }
        in_sample =
            !line.empty() && line[0] != '#' && headers.parse(line, header) && header.certain;
        const bool process = !header.pid.empty() || !header.tid.empty();
        if (in_sample && process && !header.event.empty()) { return true; }
    }
    return false;
}

/// Returns whether most lines of a text end in a blank and a number; comments alone will do.
[[nodiscard]] inline bool looks_like_folded(std::string_view head) {
    const std::size_t whole_lines = head.rfind('\n');
    if (whole_lines == std::string_view::npos) {
        // One line, perhaps a part of one: a deep stack.
        return find_weight(head) != std::string_view::npos || head.find(';') < 4096;
    }
    std::size_t lines = 0;
    std::size_t stacks = 0;
    std::string_view line;
    std::string_view rest = head.substr(0, whole_lines);
    while (lines < 500 && take_line(rest, line)) {
        trim_blanks(line);
        if (line.empty() || line[0] == '#') { continue; }
        ++lines;
        if (find_weight(line) != std::string_view::npos) { ++stacks; }
    }
    return lines == 0 ? head.substr(0, 1) == "#" : stacks * 2 > lines;
}

// ---- what each format becomes -----------------------------------------------------------------

/// Adds "samples without a stack: 3" to the notes, unless there are none.
inline void add_note(any_input& input, std::uint64_t number, const char* what) {
    if (number != 0) { input.notes.push_back({number, what}); }
}

/// Calls `use` with the object where that compiles: where it has the member that `use` names.
template <class Object, class Use>
void pass(Object& object, Use use) {
    if constexpr (std::is_invocable_v<Use, Object&>) { use(object); }
}

// Readers of one profile all have the same two members.
template <class Text>
void take(any_input& input, Text& read, const any_options&) {
    input.profiles.push_back({{}, std::move(read.samples)});
    input.skipped = std::move(read.skipped);
    pass(read, [&](auto& of) -> decltype(void(of.truncated)) {
        add_note(input, of.truncated, "stacks without their root's side");
    });
    pass(read, [&](auto& of) -> decltype(void(of.waiting)) {
        add_note(input, of.waiting, "samples of threads that waited were left out");
    });
    pass(read, [&](auto& of) -> decltype(void(of.unweighted)) {
        add_note(input, of.unweighted, "samples without a weight, which weigh 0");
    });
    pass(read, [&](auto& of) -> decltype(void(of.idle)) {
        add_note(input, of.idle, "threads that were idle were left out");
    });
}

inline void take(any_input& input, bpftrace_text& read, const any_options&) {
    for (bpftrace_map& m : read.maps) {
        input.profiles.push_back({std::move(m.name), std::move(m.samples)});
    }
    input.skipped = std::move(read.skipped);
}

inline void take(any_input& input, go_raw_text& read, const any_options&) {
    for (go_raw_type& t : read.types) {
        const auto at = t.is_default ? input.profiles.begin() : input.profiles.end();
        input.profiles.insert(at, {std::move(t.type), std::move(t.samples)});
    }
    input.skipped = std::move(read.skipped);
}

inline void take(any_input& input, folded_text& read, const any_options&) {
    const bool one = read.columns.size() == 1;
    for (profile& p : read.columns) {
        const char* name = one ? "" : input.profiles.empty() ? "before" : "after";
        input.profiles.push_back({name, std::move(p)});
    }
    input.skipped = std::move(read.skipped);
    add_note(input, read.rounded, "weights rounded to six decimals");
}

inline void take(any_input& input, perf_script_text& read, const any_options&) {
    for (perf_event& e : read.events) {
        input.profiles.push_back({std::move(e.name), std::move(e.samples)});
    }
    input.skipped = std::move(read.skipped);
    add_note(input, read.other_events, "samples of events that were not asked for");
    add_note(input, read.zero_periods, "samples with a period of 0");
    add_note(input, read.no_stack, "samples without a stack, under \"[no stack]\"");
}

inline void note_trace(any_input& input, const chrome_trace& trace) {
    add_note(input, trace.repairs.unmatched_ends, "ends without a begin");
    add_note(input, trace.repairs.unended, "spans without an end, ended with their threads");
    add_note(input, trace.repairs.cut, "spans cut at the end of the one they began in");
    add_note(input, trace.repairs.refused, "spans out of range");
    add_note(input, trace.rounded, "times rounded to nanoseconds");
    add_note(input, trace.others.async, "asynchronous events not read");
    add_note(input, trace.others.profile, "pieces of a script engine's profile not read");
    add_note(input,
             trace.others.flow + trace.others.instant + trace.others.counter + trace.others.object,
             "flow, instant, counter and object events not read");
    if (trace.truncated) { input.notes.push_back({0, "the end of the trace is missing"}); }
}

inline void take(any_input& input, chrome_trace& trace, const any_options&) {
    if (!trace.timeline.empty()) { input.profiles.push_back({"spans", std::move(trace.stacks)}); }
    for (chrome_samples& s : trace.samples) {
        input.profiles.push_back({std::move(s.name), std::move(s.samples)});
    }
    note_trace(input, trace);
    input.skipped = std::move(trace.skipped);
    input.timeline = std::move(trace.timeline);
}

/// Returns a format's own options.
template <class Options>
[[nodiscard]] Options options_from(const any_options& from) {
    Options to;
    pass(to, [&](auto& o) -> decltype(void(o.event = from.event)) { o.event = from.event; });
    pass(to, [&](auto& o) -> decltype(void(o.pid = from.pid)) { o.pid = from.pid; });
    pass(to, [&](auto& o) -> decltype(void(o.tid = from.tid)) { o.tid = from.tid; });
    pass(to,
         [&](auto& o) -> decltype(void(o.process_ids = from.pid)) { o.process_ids = from.pid; });
    pass(to, [&](auto& o) -> decltype(void(o.thread_ids = from.tid)) { o.thread_ids = from.tid; });
    pass(to, [&](auto& o) -> decltype(void(o.kernel = from.kernel)) { o.kernel = from.kernel; });
    pass(to, [&](auto& o) -> decltype(void(o.jit = from.jit)) { o.jit = from.jit; });
    pass(to, [&](auto& o) -> decltype(void(o.addresses = from.addresses)) {
        o.addresses = from.addresses;
    });
    pass(to,
         [&](auto& o) -> decltype(void(o.offsets = from.offsets)) { o.offsets = from.offsets; });
    pass(to,
         [&](auto& o) -> decltype(void(o.srcline = from.srcline)) { o.srcline = from.srcline; });
    pass(to, [&](auto& o) -> decltype(void(o.keep_arguments = from.keep_arguments)) {
        o.keep_arguments = from.keep_arguments;
    });
    pass(to, [&](auto& o) -> decltype(void(o.args = from.args)) { o.args = from.args; });
    pass(to, [&](auto& o) -> decltype(void(o.keep_zero_periods = from.keep_zero_periods)) {
        o.keep_zero_periods = from.keep_zero_periods;
    });
    pass(to, [&](auto& o) -> decltype(void(o.user_first = from.user_first)) {
        o.user_first = from.user_first;
    });
    pass(to, [&](auto& o) -> decltype(void(o.lines = from.srcline)) { o.lines = from.srcline; });
    pass(to, [&](auto& o) -> decltype(void(o.drop_waiting = from.drop_waiting)) {
        o.drop_waiting = from.drop_waiting;
    });
    pass(to, [&](auto& o) -> decltype(void(o.active_only = from.drop_waiting)) {
        o.active_only = from.drop_waiting;
    });
    pass(to, [&](auto& o) -> decltype(void(o.all_states = from.keep_waiting)) {
        o.all_states = from.keep_waiting;
    });
    return to;
}

template <class Text, class Options>
[[nodiscard]] result<any_input> load_with(result<Text> (*read)(sniffed_source&, const Options&),
                                          sniffed_source& source,
                                          const any_options& options) {
    result<Text> text = read(source, options_from<Options>(options));
    any_input input;
    if (!text.error) { take(input, text.value, options); }
    return {std::move(input), std::move(text.error)};
}

/// Loads with a format's reader, which takes a source and its own options.
template <auto Read>
[[nodiscard]] result<any_input> load_any(sniffed_source& source, const any_options& options) {
    return load_with(Read, source, options);
}

struct no_options {};
[[nodiscard]] inline result<folded_text> read_folded_lines(sniffed_source& source,
                                                           const no_options&) {
    return read_folded(source);
}

// ---- the formats ------------------------------------------------------------------------------

struct format_entry {
    known_format format;
    bool (*looks_like)(std::string_view head);
    result<any_input> (*load)(sniffed_source& source, const any_options& options);
};

using sniffed = sniffed_source&;

/// In the order in which they are asked: what is certain first, lines that end in numbers last.
inline constexpr format_entry formats[] = {
    {{"chrome_trace", "Trace Event JSON"},
     looks_like_chrome_trace,
     load_any<read_chrome_trace<sniffed>>},
    {{"bpftrace", "maps with stacks, of bpftrace"},
     looks_like_bpftrace,
     load_any<read_bpftrace<sniffed>>},
    {{"bcc", "stacks of bcc's tools"}, looks_like_bcc, load_any<read_bcc<sniffed>>},
    {{"py_spy_dump", "py-spy dump"}, looks_like_py_spy_dump, load_any<read_py_spy_dump<sniffed>>},
    {{"gdb", "backtraces of gdb"}, looks_like_gdb, load_any<read_gdb<sniffed>>},
    {{"eu_stack", "backtraces of eu-stack"}, looks_like_eu_stack, load_any<read_eu_stack<sniffed>>},
    {{"faulthandler", "tracebacks of Python's faulthandler"},
     looks_like_faulthandler,
     load_any<read_faulthandler<sniffed>>},
    {{"go_raw", "go tool pprof -raw"}, looks_like_go_raw, load_any<read_go_raw<sniffed>>},
    {{"xctrace", "XML of xctrace export"}, looks_like_xctrace, load_any<read_xctrace<sniffed>>},
    {{"jstack", "thread dumps of Java"}, looks_like_jstack, load_any<read_jstack<sniffed>>},
    {{"sample", "call graphs of macOS's sample"},
     looks_like_sample,
     load_any<read_sample<sniffed>>},
    {{"vtune", "CSV of VTune"}, looks_like_vtune, load_any<read_vtune<sniffed>>},
    {{"vsprof", "CSV of Visual Studio"}, looks_like_vsprof, load_any<read_vsprof<sniffed>>},
    {{"ghcprof", "profiles of GHC's programs"},
     looks_like_ghcprof,
     load_any<read_ghcprof<sniffed>>},
    {{"perf_script", "text of perf script"},
     looks_like_perf_script,
     load_any<read_perf_script<sniffed>>},
    {{"dtrace", "aggregated stacks of dtrace"}, looks_like_dtrace, load_any<read_dtrace<sniffed>>},
    {{"stap", "stacks of SystemTap"}, looks_like_stap, load_any<read_stap<sniffed>>},
    {{"pmc", "call graphs of pmcstat"}, looks_like_pmc, load_any<read_pmc<sniffed>>},
    {{"instruments", "deep copies from Instruments"},
     looks_like_instruments,
     load_any<read_instruments<sniffed>>},
    {{"folded", "folded stacks, \"main;read 42\""}, looks_like_folded, load_any<read_folded_lines>},
};

/// Files that are known and not read, by their first bytes, and what to do about them.
struct known_magic {
    std::string_view bytes;
    const char* advice;
};
inline constexpr known_magic magics[] = {
    {"PERFILE2", "this is perf's own data: run `perf script -i FILE` and give its output"},
    {"\x1f\x8b", "this is compressed with gzip: run `gzip -dc FILE` and give its output"},
    {"\x28\xb5\x2f\xfd", "this is compressed with zstd: run `zstd -dc FILE` and give its output"},
    {"\xfd"
     "7zXZ",
     "this is compressed with xz: run `xz -dc FILE` and give its output"},
    {"BZh91AY&SY", "this is compressed with bzip2: run `bzip2 -dc FILE` and give its output"},
    {"PK\x03\x04", "this is a zip archive: unpack it and give what is in it"},
    {"\x7f"
     "ELF",
     "this is a program or a library, not a profile of one"},
};

/// Returns the beginning of an input in quotes, or in hexadecimal where it is no text.
[[nodiscard]] inline std::string describe_head(std::string_view head) {
    std::string_view shown = head.substr(0, (std::min)(head.find('\n'), std::size_t{60}));
    if (!shown.empty() && shown.back() == '\r') { shown.remove_suffix(1); }
    std::size_t odd = 0;
    for (const char c : head.substr(0, 1024)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f) { ++odd; }
    }
    std::string text;
    if (odd == 0) {
        text = "text that begins with \"";
        for (const char c : shown) { text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c; }
        return text + "\"";
    }
    text = "binary data that begins with";
    constexpr char digits[] = "0123456789abcdef";
    for (const char c : head.substr(0, 8)) {
        const auto byte = static_cast<unsigned char>(c);
        text += ' ';
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

[[nodiscard]] inline std::string format_names() {
    std::string names;
    for (const format_entry& f : formats) {
        if (!names.empty()) { names += ", "; }
        names += f.format.name;
    }
    return names;
}

/// Finds a format by its name, in which '-' may stand for '_'.
[[nodiscard]] inline const format_entry* find_format(std::string_view wanted) {
    std::string name(wanted);
    for (char& c : name) {
        if (c == '-') { c = '_'; }
    }
    for (const format_entry& f : formats) {
        if (name == f.format.name) { return &f; }
    }
    return nullptr;
}

[[nodiscard]] inline const format_entry* sniff(std::string_view head) {
    for (const format_entry& f : formats) {
        if (f.looks_like(head)) { return &f; }
    }
    return nullptr;
}

/// Returns why an input with this beginning cannot be loaded, whatever was asked, or no error.
[[nodiscard]] inline error refusal(std::string_view head) {
    if (head.empty()) { return error{"the input is empty"}; }
    for (const known_magic& m : magics) {
        if (head.substr(0, m.bytes.size()) == m.bytes) { return error{m.advice}; }
    }
    return {};
}

/// Finds the format that was asked for, or the one that the input looks like.
[[nodiscard]] inline error
choose_format(std::string_view head, const std::string& wanted, const format_entry*& chosen) {
    if (!wanted.empty()) {
        chosen = find_format(wanted);
        if (chosen != nullptr) { return {}; }
        return error{"no format \"" + wanted + "\"; known are " + format_names()};
    }
    chosen = sniff(head);
    if (chosen != nullptr) { return {}; }
    return error{describe_head(head) + " is of no known format; known are " + format_names()};
}

} // namespace detail

/// Returns the formats that read_any loads.
[[nodiscard]] inline std::vector<known_format> known_formats() {
    std::vector<known_format> all;
    for (const detail::format_entry& f : detail::formats) { all.push_back(f.format); }
    return all;
}

/// Returns the name of the format of an input, told by its beginning (some kilobytes, or all of
/// it); empty where it is none that is known.
[[nodiscard]] inline std::string sniff_format(std::string_view head) {
    if (detail::refusal(head)) { return {}; }
    const detail::format_entry* found = detail::sniff(head);
    return found == nullptr ? std::string() : std::string(found->format.name);
}

/// Loads an input of whatever known format. The format is told by the first 64 KiB, which are then
/// read again from memory: pipes will do.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors: an empty input; perf.data, compressed files and other things that have to be turned into
///         something else first, with how to do that; an unknown format, with what was seen; those
///         of the format's reader.
/// Cost:   that of the format's reader.
template <class Source>
[[nodiscard]] result<any_input> read_any(Source&& source, const any_options& options = {}) {
    detail::sniffed_source input(source);
    if (error refused = detail::refusal(input.head())) { return {{}, std::move(refused)}; }
    const detail::format_entry* format = nullptr;
    error unknown = detail::choose_format(input.head(), options.format, format);
    if (unknown) { return {{}, std::move(unknown)}; }
    result<any_input> loaded = format->load(input, options);
    loaded.value.format = format->format.name;
    return loaded;
}

/// The same from memory.
[[nodiscard]] inline result<any_input> parse_any(std::string_view text,
                                                 const any_options& options = {}) {
    return read_any(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
// wick/query.hpp - questions to a profile: what matches, what remains, what never waits.
#ifndef WICK_QUERY_HPP
#define WICK_QUERY_HPP

// wick/detail/pattern.hpp - literal text or a regular expression, searched for in linear time.
#ifndef WICK_DETAIL_PATTERN_HPP
#define WICK_DETAIL_PATTERN_HPP

// wick/detail/pattern_program.hpp - regular expressions in Python's syntax into steps of a machine.
#ifndef WICK_DETAIL_PATTERN_PROGRAM_HPP
#define WICK_DETAIL_PATTERN_PROGRAM_HPP


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

#include <algorithm>   // std::sort
#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names
#include <string_view> // names that are looked at
#include <tuple>       // std::tie, for the order of rows
#include <type_traits> // which kind of predicate it is
#include <utility>     // std::move
#include <vector>      // marks

WICK_BEGIN_NAMESPACE

// All queries take a predicate: a `pattern`, an `any_pattern`, or a callable
// `bool(std::string_view)`. It is asked once for each distinct frame, for the frame's text as
// folded text shows it: "parse", "do_syscall_64_[k]", "libm.so.6+0x1234"; threads, processes and
// labels are frames like others. A stack is a node with weight, or a leaf; its frames are those of
// its path. The profile that comes back has the same unit, detail and origins; weights are moved,
// never changed. Cost of each: the predicate for each frame, a pass over the nodes, and a build of
// the result. None is recursive; all may be called by several threads for one profile.

/// Several patterns as one predicate: true where any of them is found.
struct any_pattern {
    std::vector<pattern> patterns;

    [[nodiscard]] bool operator()(std::string_view text) const {
        return std::any_of(
            patterns.begin(), patterns.end(), [&](const pattern& p) { return p.search(text); });
    }
};

namespace detail {

/// Whether each frame of a profile matches.
using frame_marks = std::vector<std::uint8_t>;

template <class Matches>
void mark_frames(const profile& p, Matches&& matches, frame_marks& marks) {
    std::string text;
    for (std::size_t i = 1; i < p.frames.size(); ++i) {
        if (marks[i] != 0) { continue; }
        text.clear();
        append_frame_text(text, p, p.frames[i]);
        if (matches(std::string_view(text))) { marks[i] = 1; }
    }
    // An empty frame that is not the root's is frames[0] too.
    if (marks[0] == 0 && matches(std::string_view())) { marks[0] = 1; }
}

template <class Matches>
[[nodiscard]] frame_marks matching_frames(const profile& p, const Matches& matches) {
    frame_marks marks(p.frames.size(), 0);
    if constexpr (std::is_same_v<Matches, pattern>) {
        mark_frames(p, pattern_searcher(matches), marks);
    } else if constexpr (std::is_same_v<Matches, any_pattern>) {
        for (const pattern& one : matches.patterns) {
            mark_frames(p, pattern_searcher(one), marks);
        }
    } else {
        mark_frames(p, matches, marks);
    }
    return marks;
}

/// Whether a stack ends in a node: it has weight, or nothing is below it.
[[nodiscard]] inline bool ends_stack(const profile& p, std::size_t node) noexcept {
    const profile::node& n = p.nodes[node];
    return n.count != 0 || n.self != 0 || node + 1 == p.nodes.size() ||
           p.nodes[node + 1].parent != node;
}

/// Says of each node whether it or a node above it matches.
[[nodiscard]] inline std::vector<std::uint8_t> matching_paths(const profile& p,
                                                              const frame_marks& marks) {
    std::vector<std::uint8_t> matching(p.nodes.size(), 0);
    for (std::size_t i = 1; i < p.nodes.size(); ++i) {
        matching[i] = matching[p.nodes[i].parent] | marks[p.nodes[i].frame];
    }
    return matching;
}

/// Where the stacks of a profile go: a node of its own for each node, and that one's caller.
struct stack_plan {
    static constexpr std::uint32_t dropped = 0xffffffffu;

    std::vector<std::uint32_t> stand; // by node: where a stack that ends in it ends, or dropped
    std::vector<std::uint32_t> up;    // by node that is stood in: its caller

    explicit stack_plan(std::size_t nodes)
        : stand(nodes, 0)
        , up(nodes, 0) {}
};

/// Copies stacks of a profile into new ones, one after the other. What is made for a node, a frame
/// or a module is kept beside the number of the copy, so that many small copies of a large profile
/// cost no more than one.
class stack_copier {
public:
    explicit stack_copier(const profile& p)
        : from_(&p)
        , nodes_(p.nodes.size())
        , frames_(p.frames.size())
        , modules_(p.modules.size()) {}

    /// Begins a copy.
    void begin() {
        ++copy_;
        to_ = profile_builder();
        to_.describe(from_->unit, from_->counted, from_->detail);
        [[maybe_unused]] const bool refined = to_.refine(from_->decimals);
        for (const origin& o : from_->origins) { to_.add_origin(o); }
        nodes_[0] = made{copy_, profile_builder::root};
    }

    /// Adds what ended in a node to the place that the plan gives it. Only what is stood in and
    /// what is above it is made.
    void add(const stack_plan& plan, std::uint32_t node) {
        std::uint32_t at = plan.stand[node];
        if (at == stack_plan::dropped) { return; }
        const std::uint32_t end = at;
        for (; nodes_[at].copy != copy_; at = plan.up[at]) { path_.push_back(at); }
        while (!path_.empty()) {
            const std::uint32_t below = path_.back();
            path_.pop_back();
            nodes_[below] = made{copy_, to_.child(nodes_[at].id, frame(from_->nodes[below].frame))};
            at = below;
        }
        const profile::node& n = from_->nodes[node];
        if (n.count == 0 && n.self == 0) { return; }
        [[maybe_unused]] const bool added = to_.add(nodes_[end].id, n.count, n.self);
        WICK_ASSERT(added); // the sums are a part of those of a valid profile
    }

    [[nodiscard]] profile finish() { return to_.finish(); }

private:
    struct made {
        std::uint32_t copy = 0;
        std::uint32_t id = 0;
    };
    const profile* from_;
    profile_builder to_;
    std::uint32_t copy_ = 0;
    std::vector<made> nodes_;
    std::vector<made> frames_;
    std::vector<made> modules_;
    std::vector<std::uint32_t> path_;

    [[nodiscard]] std::uint32_t frame(std::uint32_t index) {
        if (frames_[index].copy != copy_) {
            wick::frame place = from_->frames[index];
            made& module = modules_[place.module];
            if (module.copy != copy_) {
                module = made{copy_, to_.intern(from_->modules[place.module])};
            }
            place.module = module.id;
            frames_[index] = made{copy_, to_.intern(place)};
        }
        return frames_[index].id;
    }
};

[[nodiscard]] inline profile copy_stacks(const profile& p, const stack_plan& plan) {
    stack_copier copier(p);
    copier.begin();
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        if (ends_stack(p, i)) { copier.add(plan, i); }
    }
    return copier.finish();
}

/// Keeps the stacks with a frame that matches, or those without.
[[nodiscard]] inline profile
filter_stacks(const profile& p, const frame_marks& marks, bool matching) {
    const std::vector<std::uint8_t> paths = matching_paths(p, marks);
    stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        plan.stand[i] = (paths[i] != 0) == matching ? i : stack_plan::dropped;
        plan.up[i] = p.nodes[i].parent;
    }
    return copy_stacks(p, plan);
}

/// Takes frames out of all stacks; what they called and weighed is their callers'.
[[nodiscard]] inline profile
filter_frames(const profile& p, const frame_marks& marks, bool matching) {
    stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 1; i < p.nodes.size(); ++i) {
        const std::uint32_t caller = plan.stand[p.nodes[i].parent];
        plan.stand[i] = (marks[p.nodes[i].frame] != 0) == matching ? i : caller;
        plan.up[i] = caller;
    }
    return copy_stacks(p, plan);
}

} // namespace detail

/// How much of a profile matches.
struct matched_weight {
    std::int64_t weight = 0; ///< of the stacks with a frame that matches, in the units of `self`
    std::int64_t total = 0;  ///< of all stacks
    std::uint64_t count = 0; ///< observations behind `weight`
    std::uint64_t observations = 0; ///< observations behind `total`

    /// The share of the weight that matches, from 0 to 1; 0 where there is no weight at all.
    [[nodiscard]] double share() const noexcept {
        return total == 0 ? 0 : static_cast<double>(weight) / static_cast<double>(total);
    }
};

/// Returns the weight of the stacks with a frame that matches, each counted once. Exact.
template <class Matches>
[[nodiscard]] matched_weight matched(const profile& p, const Matches& matches) {
    const std::vector<std::uint8_t> paths =
        detail::matching_paths(p, detail::matching_frames(p, matches));
    matched_weight sum;
    for (std::size_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        sum.total += n.self;
        sum.observations += n.count;
        if (paths[i] == 0) { continue; }
        sum.weight += n.self;
        sum.count += n.count;
    }
    return sum;
}

/// Returns the stacks with a frame that matches.
template <class Matches>
[[nodiscard]] profile focus(const profile& p, const Matches& matches) {
    return detail::filter_stacks(p, detail::matching_frames(p, matches), true);
}

/// Returns the stacks without a frame that matches; `focus` and `without` add up to the profile.
template <class Matches>
[[nodiscard]] profile without(const profile& p, const Matches& matches) {
    return detail::filter_stacks(p, detail::matching_frames(p, matches), false);
}

/// Which of several matches in one stack is meant.
enum class match_depth : std::uint8_t {
    deepest,  ///< the one farthest from the root
    outermost ///< the one next to the root
};

/// Returns the stacks with a frame that matches, cut above it: the match becomes their root. Of
/// several matches in a stack the deepest is taken, as collapsers' `--base` does, so that recursion
/// is folded onto one root; with `outermost` it is kept below it.
template <class Matches>
[[nodiscard]] profile
root_at(const profile& p, const Matches& matches, match_depth which = match_depth::deepest) {
    const detail::frame_marks marks = detail::matching_frames(p, matches);
    const std::vector<std::uint8_t> paths = detail::matching_paths(p, marks);
    detail::stack_plan plan(p.nodes.size());
    plan.stand[0] = detail::stack_plan::dropped;
    for (std::uint32_t i = 1; i < p.nodes.size(); ++i) {
        const std::uint32_t parent = p.nodes[i].parent;
        const bool cut =
            marks[p.nodes[i].frame] != 0 && (which == match_depth::deepest || paths[parent] == 0);
        plan.stand[i] = paths[i] != 0 ? i : detail::stack_plan::dropped;
        plan.up[i] = cut ? 0 : parent;
    }
    return detail::copy_stacks(p, plan);
}

/// Returns all stacks, cut below the first frame from the root that matches; the weight that was
/// below it is its own.
template <class Matches>
[[nodiscard]] profile trim_below(const profile& p, const Matches& matches) {
    const detail::frame_marks marks = detail::matching_frames(p, matches);
    const std::vector<std::uint8_t> paths = detail::matching_paths(p, marks);
    detail::stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 1; i < p.nodes.size(); ++i) {
        const std::uint32_t parent = p.nodes[i].parent;
        plan.stand[i] = paths[parent] != 0 ? plan.stand[parent] : i;
        plan.up[i] = parent;
    }
    return detail::copy_stacks(p, plan);
}

/// Returns all stacks without the frames that match: callers adopt what those called, and their
/// weight. A stack of nothing else becomes weight of the root.
template <class Matches>
[[nodiscard]] profile hide(const profile& p, const Matches& matches) {
    return detail::filter_frames(p, detail::matching_frames(p, matches), false);
}

/// Returns all stacks with only the frames that match. A stack with none becomes weight of the
/// root: `focus` first to be without those.
template <class Matches>
[[nodiscard]] profile keep(const profile& p, const Matches& matches) {
    return detail::filter_frames(p, detail::matching_frames(p, matches), true);
}

/// Returns all stacks with runs of equal frames made one: "f;f;g;f" becomes "f;g;f". Frames of
/// finer detail are equal where lines or addresses are: `coarsen` first to fold functions.
[[nodiscard]] inline profile fold_recursion(const profile& p) {
    detail::stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 1; i < p.nodes.size(); ++i) {
        const std::uint32_t caller = plan.stand[p.nodes[i].parent];
        const bool again = caller != 0 && p.nodes[caller].frame == p.nodes[i].frame;
        plan.stand[i] = again ? caller : i;
        plan.up[i] = caller;
    }
    return detail::copy_stacks(p, plan);
}

// ----------------------------------------------------------------------------------------
// splitting

/// A part of a profile, and what its stacks have in common.
struct profile_part {
    std::string name;   ///< the thread's name, or the label's value
    bool named = false; ///< false: the stacks that have none
    profile stacks;
};

namespace detail {

/// Splits a profile by the first frame from the root of which `name(frame, view)` says true,
/// setting what the part is called.
template <class Name>
[[nodiscard]] std::vector<profile_part> split_stacks(const profile& p, Name name) {
    std::vector<std::pair<std::string_view, std::uint32_t>> named; // with the frame
    for (std::uint32_t f = 0; f < p.frames.size(); ++f) {
        std::string_view text;
        if (name(p.frames[f], text)) { named.emplace_back(text, f); }
    }
    std::sort(named.begin(), named.end());
    std::vector<std::uint32_t> part_of_frame(p.frames.size(), 0); // 0: none
    std::vector<std::string_view> names(1);
    for (std::size_t i = 0; i < named.size(); ++i) {
        if (i == 0 || named[i].first != named[i - 1].first) { names.push_back(named[i].first); }
        part_of_frame[named[i].second] = static_cast<std::uint32_t>(names.size() - 1);
    }

    std::vector<std::uint32_t> part(p.nodes.size(), 0);
    std::vector<std::vector<std::uint32_t>> ends(names.size());
    stack_plan plan(p.nodes.size());
    for (std::uint32_t i = 0; i < p.nodes.size(); ++i) {
        const profile::node& n = p.nodes[i];
        if (i > 0) {
            part[i] = part[n.parent] != 0 ? part[n.parent] : part_of_frame[n.frame];
            plan.stand[i] = i;
            plan.up[i] = n.parent;
        }
        if (ends_stack(p, i)) { ends[part[i]].push_back(i); }
    }

    std::vector<profile_part> parts;
    stack_copier copier(p);
    for (std::size_t k = 0; k < names.size(); ++k) {
        if (ends[k].empty()) { continue; }
        copier.begin();
        for (const std::uint32_t end : ends[k]) { copier.add(plan, end); }
        parts.push_back(profile_part{std::string(names[k]), k > 0, copier.finish()});
    }
    return parts;
}

} // namespace detail

/// Returns a profile for each thread name, by name; first, where there are any, the stacks with no
/// thread. Stacks stay whole: the parts' stacks add up to the profile's. Threads of the same name
/// are one part; each part has all origins.
[[nodiscard]] inline std::vector<profile_part> by_thread(const profile& p) {
    return detail::split_stacks(p, [](const frame& f, std::string_view& name) {
        name = f.function;
        return f.kind == frame_kind::thread;
    });
}

/// Returns a profile for each value of a label, by value; first, where there are any, the stacks
/// without it. A label is a frame of kind `label` with the text "key=value". Otherwise as
/// by_thread.
[[nodiscard]] inline std::vector<profile_part> by_label(const profile& p, std::string_view key) {
    return detail::split_stacks(p, [key](const frame& f, std::string_view& value) {
        const std::string_view text = f.function;
        if (f.kind != frame_kind::label || text.size() <= key.size() || text[key.size()] != '=' ||
            text.substr(0, key.size()) != key) {
            return false;
        }
        value = text.substr(key.size() + 1);
        return true;
    });
}

// --------------------------------------------------------------------------------- what never
// waits

/// When a stack counts as one that touches the sink, for a function in it.
enum class sink_scope : std::uint8_t {
    anywhere, ///< a frame of the stack matches, wherever it is
    below ///< one does that is the function's outermost frame, or below it: for event loops, which
          ///< the sink calls back
};

/// A function's weight, and the part of it that never touches the sink, in the units of `self`. A
/// recursive function's totals count each stack once.
struct cpu_bound_row {
    wick::frame frame;           ///< the function, its lines and addresses merged; `module` is p's
    std::int64_t self_free = 0;  ///< weight that ended in it, free of the sink
    std::int64_t total_free = 0; ///< weight of stacks with it that are free of the sink
    std::int64_t self = 0;       ///< weight that ended in it
    std::int64_t total = 0;      ///< weight of stacks with it
};

/// The answer of `cpu_bound`.
struct cpu_bound_table {
    std::vector<cpu_bound_row> rows; ///< by total_free, self_free, total, then canonical order
    std::int64_t free = 0;           ///< weight of all stacks that never touch the sink
    std::int64_t total = 0;          ///< weight of all stacks
};

namespace detail {

/// Numbers the functions of a profile: frames that differ in line or address stood on only are one.
/// Returns the function of each frame; their first frames are put into `rows`.
[[nodiscard]] inline std::vector<std::uint32_t> number_functions(const profile& p,
                                                                 std::vector<cpu_bound_row>& rows) {
    std::vector<std::uint32_t> function(p.frames.size(), 0);
    for (std::size_t i = 0; i < p.frames.size(); ++i) {
        frame f = p.frames[i];
        if (!f.function.empty()) { // code without a name is told apart by nothing else
            f.at_line = 0;
            f.address = 0;
        }
        // In canonical order the frames of a function are neighbours.
        if (rows.empty() || rows.back().frame != f) {
            rows.emplace_back();
            rows.back().frame = std::move(f);
        }
        function[i] = static_cast<std::uint32_t>(rows.size() - 1);
    }
    return function;
}

/// Walks a profile in preorder and adds up each function's weights.
class cpu_bound_walk {
public:
    cpu_bound_walk(const profile& p, const frame_marks& marks, sink_scope scope)
        : p_(&p)
        , marks_(&marks)
        , scope_(scope) {}

    [[nodiscard]] cpu_bound_table table() {
        cpu_bound_table made;
        const std::vector<std::uint32_t> function = number_functions(*p_, made.rows);
        outermost_.assign(made.rows.size(), 0);
        const std::vector<std::int64_t> total = totals(*p_);
        const std::vector<std::uint8_t> tainted = matching_paths(*p_, *marks_);
        const std::vector<std::int64_t> free = free_totals(tainted);
        std::vector<step> path; // without the root
        for (std::uint32_t i = 1; i < p_->nodes.size(); ++i) {
            const profile::node& n = p_->nodes[i];
            while (!path.empty() && path.back().node != n.parent) {
                if (path.back().outermost) { outermost_[function[path.back().frame]] = 0; }
                path.pop_back();
            }
            const auto depth = static_cast<std::uint32_t>(path.size() + 1);
            const std::uint32_t sink = (*marks_)[n.frame] != 0 ? depth
                                       : path.empty()          ? 0
                                                               : path.back().sink;
            cpu_bound_row& row = made.rows[function[n.frame]];
            std::uint32_t& first = outermost_[function[n.frame]];
            const bool outermost = first == 0;
            if (outermost) {
                first = depth;
                row.total += total[i];
                row.total_free += free[i];
            }
            row.self += n.self;
            const bool reached = scope_ == sink_scope::below ? sink >= first : tainted[i] != 0;
            if (!reached) { row.self_free += n.self; }
            path.push_back(step{i, n.frame, sink, outermost});
        }
        made.total = total[0];
        for (std::size_t i = 0; i < p_->nodes.size(); ++i) {
            if (tainted[i] == 0) { made.free += p_->nodes[i].self; }
        }
        return made;
    }

private:
    struct step {
        std::uint32_t node;
        std::uint32_t frame;
        std::uint32_t sink; // depth of the last frame from the root that matches; 0: none
        bool outermost;     // of its function
    };
    const profile* p_;
    const frame_marks* marks_;
    sink_scope scope_;
    std::vector<std::uint32_t> outermost_; // by function: its first depth on the path; 0: not there

    // By node: the weight at and below it in stacks that count as free for its function, were it
    // the outermost.
    [[nodiscard]] std::vector<std::int64_t>
    free_totals(const std::vector<std::uint8_t>& tainted) const {
        std::vector<std::int64_t> free(p_->nodes.size(), 0);
        for (std::size_t i = p_->nodes.size(); i-- > 1;) {
            const profile::node& n = p_->nodes[i];
            const bool touched =
                scope_ == sink_scope::below ? (*marks_)[n.frame] != 0 : tainted[i] != 0;
            free[i] = touched ? 0 : free[i] + n.self;
            free[n.parent] += free[i];
        }
        return free;
    }
};

} // namespace detail

/// Returns, for each function, its time in stacks that never touch the sink: for the sink "socket|
/// recv|poll" the time that no faster network would save. Exact, where a search of a call graph
/// errs both ways: it takes a function that shares a helper with a caller of the sink for one that
/// reaches it, and one below the sink for free. Threads, processes and labels have no rows.
template <class Matches>
[[nodiscard]] cpu_bound_table
cpu_bound(const profile& p, const Matches& sink, sink_scope scope = sink_scope::anywhere) {
    const detail::frame_marks marks = detail::matching_frames(p, sink);
    cpu_bound_table made = detail::cpu_bound_walk(p, marks, scope).table();
    std::vector<cpu_bound_row>& rows = made.rows;
    const auto none = [](const cpu_bound_row& r) {
        const frame_kind k = r.frame.kind;
        return r.frame == frame{} || k == frame_kind::thread || k == frame_kind::process ||
               k == frame_kind::label;
    };
    rows.erase(std::remove_if(rows.begin(), rows.end(), none), rows.end());
    std::stable_sort(rows.begin(), rows.end(), [](const cpu_bound_row& a, const cpu_bound_row& b) {
        return std::tie(b.total_free, b.self_free, b.total) <
               std::tie(a.total_free, a.self_free, a.total);
    });
    return made;
}

// ------------------------------------------------------------------------------------------
// renaming

/// Returns all stacks with every match in the names of functions replaced by a text; matches of
/// nothing are left alone. The kinds of frames stay. Nodes whose frames become equal are merged.
[[nodiscard]] inline profile
rename(const profile& p, const pattern& what, std::string_view replacement) {
    pattern_searcher searcher(what);
    return map_frames(p, [&](frame f) {
        if (!searcher(f.function)) { return f; }
        const std::string_view name = f.function;
        std::string changed;
        std::size_t copied = 0;
        for (std::size_t at = 0; at < name.size();) {
            const pattern_match m = what.find(name, at);
            if (!m) { break; }
            at = m.end;
            if (m.begin == m.end) {
                ++at;
                continue;
            }
            changed += name.substr(copied, m.begin - copied);
            changed += replacement;
            copied = m.end;
        }
        changed += name.substr(copied);
        f.function = std::move(changed);
        return f;
    });
}

/// What differs between two builds or runs of the same program, and is taken out of names.
struct normalize_options {
    bool addresses = true;   ///< "0x7f12ab" → "0xN"; code without a name: "libm.so.6+0xN"
    bool lambdas = true;     ///< "{lambda()#3}", "'lambda2'", "$_3", "{closure#1}", "f.func2.1",
                             ///< "Lambda$14", "lambda$main$0": the numbers → N, or none
    bool rust_hashes = true; ///< "core::f::h0123456789abcdef", "core[0123456789abcdef]::f"
    bool clone_suffixes =
        true; ///< ".cold", ".part.0", ".constprop.1", ".isra.0", ".lto_priv.2",
              ///< ".llvm.123", ".localalias", bare, as " [clone .cold]", " (.cold)"
    bool thread_numbers =
        true; ///< "pool-3-thread-12" → "pool-N-thread-N"; numbers in threads' names,
              ///< and those apart from the name in processes': "nginx-1234"
};

namespace detail {

[[nodiscard]] inline bool is_word(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
[[nodiscard]] inline bool is_lower_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}
[[nodiscard]] inline std::size_t digits_at(std::string_view text, std::size_t at) noexcept {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) { ++end; }
    return end - at;
}
[[nodiscard]] inline bool has_at(std::string_view text, std::size_t at, std::string_view part) {
    return text.substr(at, part.size()) == part;
}
[[nodiscard]] inline bool ends_word(std::string_view text, std::size_t at) noexcept {
    return at >= text.size() || !is_word(text[at]);
}

/// Returns where ".part.0" or the like begins that the text ends in, or npos.
[[nodiscard]] inline std::size_t find_clone_suffix(std::string_view text) noexcept {
    constexpr std::size_t none = std::string_view::npos;
    bool number = false;
    for (std::size_t end = text.size(); end > 0;) {
        const std::size_t dot = text.rfind('.', end - 1);
        if (dot == none || dot + 1 == end) { return none; }
        const std::string_view word = text.substr(dot + 1, end - dot - 1);
        if (digits_at(word, 0) == word.size()) {
            number = true;
            end = dot;
            continue;
        }
        if (word == "cold" || word == "localalias") { return dot; }
        for (const std::string_view numbered :
             {"part", "constprop", "isra", "lto_priv", "llvm", "__uniq"}) {
            if (number && word == numbered) { return dot; }
        }
        return none;
    }
    return none;
}

/// Removes all suffixes that follow the name bare. Something is left unless `all` of it may go.
inline void trim_bare_suffixes(std::string_view& name, bool all) noexcept {
    for (;;) {
        const std::size_t suffix = find_clone_suffix(name);
        if (suffix == std::string_view::npos || (suffix == 0 && !all)) { return; }
        name = name.substr(0, suffix);
    }
}

/// Removes one suffix as demanglers show it: " [clone .part.0.cold]", " (.cold)".
[[nodiscard]] inline bool trim_shown_suffix(std::string_view& name) noexcept {
    if (name.empty() || (name.back() != ']' && name.back() != ')')) { return false; }
    const std::string_view opening = name.back() == ']' ? " [clone " : " (";
    const std::size_t open = name.rfind(opening);
    if (open == std::string_view::npos || open == 0) { return false; }
    std::string_view inner = name.substr(0, name.size() - 1).substr(open + opening.size());
    if (inner.empty()) { return false; }
    trim_bare_suffixes(inner, true);
    if (!inner.empty()) { return false; }
    name = name.substr(0, open);
    return true;
}

/// Removes suffixes of clones, however many there are and however they are written.
inline void trim_clone_suffixes(std::string_view& name) noexcept {
    while (trim_shown_suffix(name)) {}
    trim_bare_suffixes(name, false);
}

/// Rewrites a name from left to right. Each rule looks at what begins at `at_`, appends what it
/// becomes and steps over it, or says that it is not concerned.
class name_normalizer {
public:
    name_normalizer(std::string_view name, const normalize_options& options)
        : name_(name)
        , options_(&options) {}

    [[nodiscard]] std::string run() {
        if (options_->clone_suffixes) { trim_clone_suffixes(name_); }
        java_ = name_.find("lambda$") != std::string_view::npos;
        while (at_ < name_.size()) {
            if (options_->addresses && address()) { continue; }
            if (options_->lambdas && lambda()) { continue; }
            if (options_->rust_hashes && rust_hash()) { continue; }
            if (options_->thread_numbers && pool()) { continue; }
            out_ += name_[at_++];
        }
        return std::move(out_);
    }

private:
    std::string_view name_;
    const normalize_options* options_;
    std::size_t at_ = 0;
    std::string out_;
    bool java_ = false;

    void put(std::string_view text, std::size_t next) {
        out_ += text;
        at_ = next;
    }
    [[nodiscard]] bool after_word() const noexcept { return at_ > 0 && is_word(name_[at_ - 1]); }

    bool address() {
        if (!has_at(name_, at_, "0x") || after_word()) { return false; }
        std::size_t end = at_ + 2;
        while (end < name_.size() &&
               (is_lower_hex(name_[end]) || (name_[end] >= 'A' && name_[end] <= 'F'))) {
            ++end;
        }
        if (end == at_ + 2 || !ends_word(name_, end)) { return false; }
        put("0xN", end);
        return true;
    }

    bool lambda() {
        switch (name_[at_]) {
        case '#':
            return numbered("#", "#N", '}');
        case '\'':
            return numbered("'lambda", "'lambda", '\'');
        case '$':
            return numbered("$_", "$_N") || (java_ && numbered("$", "$N"));
        case 'L':
            return numbered("Lambda$", "Lambda$N");
        case '.':
            return go_closure();
        default:
            return false;
        }
    }

    // A prefix, a number, and perhaps the character that has to follow.
    bool numbered(std::string_view prefix, std::string_view becomes, char then = '\0') {
        if (!has_at(name_, at_, prefix)) { return false; }
        const std::size_t digits = digits_at(name_, at_ + prefix.size());
        const std::size_t end = at_ + prefix.size() + digits;
        if (digits == 0 || !ends_word(name_, end)) { return false; }
        if (then != '\0' && (end == name_.size() || name_[end] != then)) { return false; }
        put(becomes, end);
        return true;
    }

    // Go numbers closures: "main.run.func2.1".
    bool go_closure() {
        constexpr std::string_view prefix = ".func";
        if (!has_at(name_, at_, prefix)) { return false; }
        std::size_t digits = digits_at(name_, at_ + prefix.size());
        std::size_t end = at_ + prefix.size() + digits;
        if (digits == 0) { return false; }
        while (end < name_.size() && name_[end] == '.' &&
               (digits = digits_at(name_, end + 1)) > 0) {
            end += 1 + digits;
        }
        if (!ends_word(name_, end)) { return false; }
        put(".funcN", end);
        return true;
    }

    bool rust_hash() {
        const char c = name_[at_];
        if (c != ':' && c != '[') { return false; }
        const bool legacy = c == ':';
        if (legacy ? !has_at(name_, at_, "::h") : !after_word()) { return false; }
        const std::size_t begin = at_ + (legacy ? 3 : 1);
        std::size_t end = begin;
        while (end < name_.size() && end - begin < 17 && is_lower_hex(name_[end])) { ++end; }
        if (legacy) {
            if (end - begin != 16 || !ends_word(name_, end)) { return false; }
        } else {
            // Leading zeros are not printed: fewer than 13 digits would be one in 65,536.
            if (end - begin < 13 || end - begin > 16 || end == name_.size() || name_[end] != ']') {
                return false;
            }
            ++end;
        }
        put("", end);
        return true;
    }

    // "pool-3-thread-12", the names that Java gives to threads.
    bool pool() {
        constexpr std::string_view begin = "pool-";
        constexpr std::string_view middle = "-thread-";
        if (at_ != 0 || !has_at(name_, 0, begin)) { return false; }
        const std::size_t pool_digits = digits_at(name_, begin.size());
        const std::size_t thread = begin.size() + pool_digits + middle.size();
        if (pool_digits == 0 || !has_at(name_, thread - middle.size(), middle)) { return false; }
        const std::size_t thread_digits = digits_at(name_, thread);
        if (thread_digits == 0) { return false; }
        put("pool-N-thread-N", thread + thread_digits);
        return true;
    }
};

/// Replaces numbers: all, or those with no word in front.
[[nodiscard]] inline std::string number_free(std::string_view name, bool within_words) {
    std::string free;
    for (std::size_t at = 0; at < name.size();) {
        const std::size_t digits = digits_at(name, at);
        const bool apart = at > 0 && !is_word(name[at - 1]);
        if (digits > 0 && (within_words || apart)) {
            free += 'N';
        } else {
            free += name.substr(at, digits > 0 ? digits : 1);
        }
        at += digits > 0 ? digits : 1;
    }
    return free;
}

} // namespace detail

/// Returns a function's name without what differs from build to build and from run to run.
/// Cost: linear.
[[nodiscard]] inline std::string normalized(std::string_view name,
                                            const normalize_options& options = {}) {
    return detail::name_normalizer(name, options).run();
}

/// Returns all stacks with normalized names, so that runs and builds can be compared. Nodes whose
/// frames become equal are merged.
[[nodiscard]] inline profile normalize(const profile& p, const normalize_options& options = {}) {
    return map_frames(p, [&](frame f) {
        const bool thread = f.kind == frame_kind::thread;
        if (thread || f.kind == frame_kind::process) {
            if (options.thread_numbers) { f.function = detail::number_free(f.function, thread); }
            return f;
        }
        if (options.addresses && f.function.empty() && f.address != 0) {
            detail::append_place(f.function, p.modules[f.module], f.address);
            f.address = 0;
        }
        f.function = normalized(f.function, options);
        return f;
    });
}

WICK_END_NAMESPACE

#endif

// Linux only. Last, so that the single header has every shared part outside of the condition.
#if defined(__linux__)
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


#include <algorithm>    // std::min
#include <charconv>     // std::from_chars
#include <cstddef>      // std::size_t
#include <cstdlib>      // std::free, for what the ABI's demangler allocates
#include <cstring>      // std::strlen
#include <string>       // names
#include <string_view>  // symbols
#include <system_error> // std::errc

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

/// Returns the path of a Rust symbol of the legacy scheme, `_ZN` parts `17h` 16 hex digits `E`,
/// with its hash left on, as two functions may differ in nothing else; "" when it is no such
/// symbol.
[[nodiscard]] inline std::string demangle_rust(std::string_view mangled) {
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
/// parameters, Rust names of the legacy scheme with their hash. What does not demangle comes back
/// as it is: C, Rust's newer scheme, names out of bounds. A symbol version ("@GLIBC_2.2.5") is cut
/// off. Cost: about 1 us and an allocation or two for a C++ name.
[[nodiscard]] inline std::string demangle(std::string_view symbol) {
    const std::string_view bare = symbol.substr(0, symbol.find('@'));
    if (bare.empty()) { return std::string(symbol); }
    if (bare.substr(0, 2) != "_Z") {
        return std::string(bare); // "i" would come out as "int"
    }
    std::string name = demangle_rust(bare);
    if (!name.empty()) { return name; }
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

#include <algorithm>     // std::sort, std::upper_bound
#include <charconv>      // std::from_chars
#include <cstddef>       // std::size_t
#include <cstdint>       // addresses
#include <deque>         // modules, whose places are kept
#include <optional>      // names that are not found
#include <string>        // paths, names
#include <string_view>   // names in images
#include <unordered_map> // names found before
#include <utility>       // std::move
#include <vector>        // ranges

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
    /// when there is none. Good until this dies. Cost: two binary searches; the first time within a
    /// function, a demangling.
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
    std::unordered_map<const symbol_range*, std::string> names_;
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
    std::deque<module_names> modules_; // not a vector: they are pointed at
    named_text jit_;
    named_text kernel_;

    [[nodiscard]] module_names& names_of(const loaded_module& module) {
        for (module_names& known : modules_) {
            if (known.module() == module) { return known; }
        }
        modules_.emplace_back(module, options_);
        return modules_.back();
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

    /// Starts to sample a thread, unless it is sampled already.
    void add(pid_t tid) {
        const auto at = position(tid);
        if (tid == options_.except || (at != tasks_.end() && at->tid == tid)) { return; }
        task added;
        added.tid = tid;
        added.name = thread_name(tid);
        added.refusal = arm(added);
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

    // Returns 0, or the errno for which the thread gets no timer.
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
        if (sampler* active = detail::runtime().active) {
            active->roster_.add(detail::current_tid());
        }
    }

private:
    friend class sampled_thread;

    static constexpr const char* mechanism = "timer_create thread CPU";
    // Twice in 100 ms, within which a new thread has to be found.
    static constexpr std::uint64_t scan_interval_ns = 50000000;
    static constexpr const char* collector_name = "wick-sampler";

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
// wick/symbols.hpp - a profile of addresses → the same profile with names. Linux.
#ifndef WICK_SYMBOLS_HPP
#define WICK_SYMBOLS_HPP


WICK_BEGIN_NAMESPACE

/// Returns the profile with a function for every frame that has an address and none yet, and how
/// many could not be named; stacks that become equal are merged. Detail is `line` at most, unless
/// `keep_addresses`. Names come from, best first: .symtab of the module's file, or of its separate
/// debug file (by build-id under debug_root, then by .gnu_debuglink), and .dynsym; C++ and Rust
/// names are demangled, entries of linkage tables are "name@plt". Code without a name is called
/// "libfoo.so.1+0x1234", the offset being the file's; code outside every module "[unknown]".
///
/// Addresses are those where execution stood: a caller's lies within its call instruction, not
/// behind it, as `sampler::raw()` has it. A function that never returns may end with the call.
///
/// Errors: there are none that stop it. A file that is missing, damaged, stripped, or of another
/// build than was sampled (by build-id) leaves its addresses unnamed, and `symbolized::modules`
/// says so. A module without a build-id is taken for the file at its path. Cost: about 0.1 us a
/// symbol of each module that addresses lie in, once; then two binary searches a distinct address
/// and about 1 us a distinct function. Allocates; keeps no more than the names. Thread safety:
/// reentrant; reads files and /proc.
[[nodiscard]] inline symbolized symbolize(const profile& addresses,
                                          const symbol_options& options = {}) {
    return detail::symbolizer(options).name(addresses);
}

WICK_END_NAMESPACE

#endif
#endif

#endif
