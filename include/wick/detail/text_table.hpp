// wick/detail/text_table.hpp - texts that are numbered as they come.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_TEXT_TABLE_HPP
#define WICK_DETAIL_TEXT_TABLE_HPP

#include <wick/detail/hash.hpp> // the index
#include <wick/version.hpp>

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
