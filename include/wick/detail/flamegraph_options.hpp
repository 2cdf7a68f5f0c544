// wick/detail/flamegraph_options.hpp - what a flame graph looks like, and what became of it.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_OPTIONS_HPP
#define WICK_DETAIL_FLAMEGRAPH_OPTIONS_HPP

#include <wick/detail/flame_tree.hpp>         // frame_width
#include <wick/detail/flamegraph_palette.hpp> // colours
#include <wick/detail/text.hpp>               // lines
#include <wick/result.hpp>                    // what was skipped

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
