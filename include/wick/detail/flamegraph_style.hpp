// wick/detail/flamegraph_style.hpp - the colours and the style sheet of a flame graph.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_STYLE_HPP
#define WICK_DETAIL_FLAMEGRAPH_STYLE_HPP

#include <wick/profile.hpp> // frame_kind

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
