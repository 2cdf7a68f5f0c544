// wick/detail/flamegraph_geometry.hpp - where things are in a flame graph.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_GEOMETRY_HPP
#define WICK_DETAIL_FLAMEGRAPH_GEOMETRY_HPP

#include <wick/detail/flamegraph_options.hpp> // lengths that were asked for

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
