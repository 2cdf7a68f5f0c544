// wick/detail/line_memory.hpp - what whole lines of an input were turned into.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_LINE_MEMORY_HPP
#define WICK_DETAIL_LINE_MEMORY_HPP

#include <wick/detail/hash.hpp> // hash_bytes
#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <cstdint>     // ids
#include <string>      // the lines
#include <string_view> // what is looked up
#include <vector>      // the slots

WICK_BEGIN_NAMESPACE
namespace detail {

/// Remembers the ids of lines that came lately, so that one that comes again need not be taken
/// apart. Where hardly any does, it stops looking for a while: looking costs a sixth of that.
/// Memory: 2 MiB at most. Thread safety: none.
class line_memory {
public:
    static constexpr std::uint32_t none = 0xffffffffu;

    /// Returns the id of a line, or `none`. `owner`: whatever else its id depends on.
    [[nodiscard]] std::uint32_t find(std::string_view line, std::uint32_t owner) {
        asked_ = false;
        if (pause_ > 0) {
            --pause_;
            return none;
        }
        asked_ = line.size() <= max_line;
        if (!asked_) { return none; }
        if (slots_.empty()) { slots_.resize(std::size_t{1} << bits); }
        hash_ = hash_bytes(line, seed_ + owner);
        const slot& s = slots_[hash_ >> (64 - bits)];
        const bool found = s.hash == hash_ && s.owner == owner && s.size == line.size() &&
                           same_bytes(lines_.data() + s.line, line.data(), line.size());
        hits_ += found ? 1u : 0u;
        if (++looks_ == window) { judge(); }
        return found ? s.id : none;
    }

    /// Keeps the id of the line that was just looked for in vain.
    void remember(std::string_view line, std::uint32_t owner, std::uint32_t id) {
        if (!asked_) { return; }
        if (lines_.size() + line.size() > max_bytes) { forget(); }
        slots_[hash_ >> (64 - bits)] = slot{hash_,
                                            static_cast<std::uint32_t>(lines_.size()),
                                            static_cast<std::uint32_t>(line.size()),
                                            owner,
                                            id};
        lines_ += line;
    }

private:
    struct slot {
        std::uint64_t hash = 0;
        std::uint32_t line = 0; // where it begins in lines_
        std::uint32_t size = 0; // of it; 0: the slot is free
        std::uint32_t owner = 0;
        std::uint32_t id = 0;
    };
    static constexpr unsigned bits = 13;
    static constexpr std::size_t max_line = 1024;
    static constexpr std::size_t max_bytes = std::size_t{1} << 20;
    static constexpr std::uint32_t window = 512;
    static constexpr std::uint32_t pause = 32 * window;

    std::uint64_t seed_ = hash_seed();
    std::vector<slot> slots_;
    std::string lines_;
    std::uint64_t hash_ = 0; // of the line that was looked for
    bool asked_ = false;     // it was
    std::uint32_t looks_ = 0;
    std::uint32_t hits_ = 0;
    std::uint32_t pause_ = 0; // how many look-ups are still to be left out

    void judge() {
        if (hits_ * 4 < looks_) { pause_ = pause; }
        looks_ = 0;
        hits_ = 0;
    }
    void forget() {
        slots_.assign(slots_.size(), slot{});
        lines_.clear();
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
