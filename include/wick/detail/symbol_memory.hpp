// wick/detail/symbol_memory.hpp - which frames a symbol of a module was turned into.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SYMBOL_MEMORY_HPP
#define WICK_DETAIL_SYMBOL_MEMORY_HPP

#include <wick/detail/hash.hpp> // the index
#include <wick/version.hpp>

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
