// wick/detail/flamegraph_style.hpp - the style sheet of a flame graph.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_STYLE_HPP
#define WICK_DETAIL_FLAMEGRAPH_STYLE_HPP

#include <wick/detail/flame_tree.hpp>         // names that are drawn
#include <wick/detail/flamegraph_options.hpp> // colours that may be given
#include <wick/detail/flamegraph_palette.hpp> // hues
#include <wick/detail/flamegraph_text.hpp>    // sizes as text

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
