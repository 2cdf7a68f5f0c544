// wick/detail/symbol_memory.hpp - which frames a symbol of a module was turned into.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SYMBOL_MEMORY_HPP
#define WICK_DETAIL_SYMBOL_MEMORY_HPP

#include <wick/detail/hash.hpp>         // the index of modules
#include <wick/detail/text_records.hpp> // symbols
#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <cstdint>     // ids
#include <string>      // the texts
#include <string_view> // what is looked up
#include <vector>      // rows of frames

WICK_BEGIN_NAMESPACE
namespace detail {

/// Remembers the frames that a symbol of a module became, so that names are cut and interned once.
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
        std::uint32_t at = symbols_.find(symbol, owner, hash);
        if (at == text_records::none) { at = remember(symbol, owner, hash, turn); }
        found_ = symbols_.load(at);
        // A lone frame is in the record itself.
        return found_.second == 1 ? row{&found_.first, 1}
                                  : row{frames_.data() + found_.first, found_.second};
    }

private:
    std::uint64_t seed_ = hash_seed();
    std::vector<std::string> modules_;
    id_table module_index_;
    std::uint32_t latest_ = 0;
    text_records symbols_; // first: the frame, or where the frames begin; second: how many
    std::vector<std::uint32_t> frames_;
    text_records::record found_{};

    template <class Turn>
    [[nodiscard]] std::uint32_t
    remember(std::string_view symbol, std::uint32_t owner, std::uint64_t hash, Turn turn) {
        auto first = static_cast<std::uint32_t>(frames_.size());
        turn(frames_);
        const auto count = static_cast<std::uint32_t>(frames_.size() - first);
        if (count == 1) {
            first = frames_.back();
            frames_.pop_back();
        }
        return symbols_.add(symbol, owner, hash, first, count);
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
