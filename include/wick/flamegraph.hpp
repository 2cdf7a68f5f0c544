// wick/flamegraph.hpp - a profile, a comparison or a timeline as one interactive SVG file.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FLAMEGRAPH_HPP
#define WICK_FLAMEGRAPH_HPP

#include <wick/comparison.hpp>                // what is shown
#include <wick/detail/flame_tree.hpp>         // as a tree
#include <wick/detail/flamegraph_extract.hpp> // and back
#include <wick/detail/flamegraph_options.hpp> // how it looks
#include <wick/detail/flamegraph_page.hpp>    // the writer
#include <wick/detail/flamegraph_palette.hpp> // colours
#include <wick/detail/flamegraph_script.hpp>  // the hash of the script
#include <wick/profile.hpp>                   // what is shown
#include <wick/timeline.hpp>                  // what is shown
#include <wick/version.hpp>

#include <cstdint>     // weights
#include <optional>    // a second tree
#include <string>      // the whole file
#include <string_view> // pieces of the file
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

// flamegraph_options, flamegraph_summary, name_attributes: detail/flamegraph_options.hpp.
// rgb, palettes, palette.map files: detail/flamegraph_palette.hpp. extract: flamegraph_extract.hpp.

/// Admits the script of every page of this version in a content-security policy:
/// `script-src 'sha256-…'; style-src 'unsafe-inline'` is all that a page asks for.
inline constexpr std::string_view flamegraph_script_hash = detail::flamegraph_script_sha256;

namespace detail {

template <class Sink>
flamegraph_summary write_flame_tree(Sink& sink,
                                    const flame_tree& all,
                                    const flame_tree& shown,
                                    const flamegraph_options& options) {
    return flamegraph_page<Sink>(sink, all, shown, options).write();
}

} // namespace detail

/// Writes a profile as a flame graph: one SVG file that needs no other.
/// Frames whose names in text are equal are one frame; siblings are in the profile's order, so that
/// equal profiles give equal bytes. Names may hold any bytes: what XML or a reader cannot take is
/// replaced by marks that can be seen. Without scripts, the file is a picture with tooltips. With
/// them, it is a page that draws from the whole profile, kept in the file as text; `extract` reads
/// it:
///   metadata.wick-page   what the script must know, as data-* attributes
///   metadata.wick-names  a line a name: a letter for its kind (function f, inlined i, kernel k,
///                        jit j, process p, thread t, label l, marker m, waker w, gap g), its CSS
///                        class, a blank, the name, in which "\\" is a backslash and "\xHH" a byte
///                        that could not be shown
///   metadata.wick-nodes  the nodes in preorder: four times the number of levels gone up since the
///                        node before, plus 1 with a weight of its own, plus 2 with a count that is
///                        not the weight's whole number; the name's index; that weight; that count.
///                        Numbers are in base 32 (A-Z a-z 0-9 - _), lowest digit first, with 32
///                        added to all digits but the last
/// `sink` is called with pieces of the text (std::string_view), or is a std::ostream.
/// Returns what was drawn; false when there was nothing to: the file then says so.
/// Precondition: `validate(p)` finds nothing wrong.
/// Cost: O(nodes), and a second tree with `reverse`; about 30 bytes of memory a node, and in the
/// file 4 a node and 160 a frame drawn.
template <class Sink>
flamegraph_summary
write_flamegraph(Sink&& sink, const profile& p, const flamegraph_options& options = {}) {
    std::uint64_t without_base = 0;
    std::optional<profile> cut;
    if (!options.base.empty()) { cut = detail::rebased(p, options.base, without_base); }
    const profile& used = cut ? *cut : p;
    const detail::flame_tree tree = detail::make_flame_tree(used);
    std::optional<detail::flame_tree> turned;
    if (options.reverse) { turned = detail::make_flame_tree(detail::reversed(used)); }
    flamegraph_summary summary =
        detail::write_flame_tree(sink, tree, turned ? *turned : tree, options);
    summary.without_base = without_base;
    return summary;
}

/// Writes a comparison as a differential flame graph. Widths are as options.widths says; colours
/// tell how the inclusive weight of a frame changed (or its own, with options.by_self), on a scale
/// by the logarithm of the change's share of the larger side: differences that a test called
/// unchanged or inconclusive are grey. What is only before is hatched.
/// In the file, a node's numbers are its weight after (head + 1) and before (head + 2), as 2n or
/// -2n - 1, and, where something was tested, its verdict on the total plus 5 times that on itself.
/// With `reverse`, verdicts are left out, as they are about other stacks.
/// Precondition: `validate(c)` finds nothing wrong.
template <class Sink>
flamegraph_summary
write_flamegraph(Sink&& sink, const comparison& c, const flamegraph_options& options = {}) {
    if (!options.base.empty()) {
        std::uint64_t without_base = 0;
        const profile before = detail::rebased(side_of(c, false), options.base, without_base);
        const profile after = detail::rebased(side_of(c, true), options.base, without_base);
        result<comparison> cut = untested_comparison(before, after);
        cut.value.before_scale = c.before_scale;
        flamegraph_options rest = options;
        rest.base.clear();
        flamegraph_summary summary = write_flamegraph(sink, cut.value, rest);
        summary.without_base = without_base;
        return summary;
    }
    const detail::flame_tree tree = detail::make_flame_tree(c, options.widths);
    std::optional<detail::flame_tree> turned;
    if (options.reverse) {
        result<comparison> round = untested_comparison(detail::reversed(side_of(c, false)),
                                                       detail::reversed(side_of(c, true)));
        round.value.before_scale = c.before_scale;
        turned = detail::make_flame_tree(round.value, options.widths);
    }
    return detail::write_flame_tree(sink, tree, turned ? *turned : tree, options);
}

/// Writes a timeline as a flame chart: time runs from left to right, a lane for each thread that
/// did something. Weights are nanoseconds, 100 % the time from the first begin to the last end; the
/// own time of a frame is what no span in it covers. `reverse` and `base` mean nothing here.
/// Precondition: `validate(t)` finds nothing wrong.
template <class Sink>
flamegraph_summary
write_flamegraph(Sink&& sink, const timeline& t, const flamegraph_options& options = {}) {
    const detail::flame_tree tree = detail::make_flame_tree(t);
    return detail::write_flame_tree(sink, tree, tree, options);
}

/// Returns what write_flamegraph writes of a profile, a comparison or a timeline.
template <class Shown>
[[nodiscard]] std::string to_flamegraph(const Shown& shown,
                                        const flamegraph_options& options = {}) {
    std::string text;
    write_flamegraph([&](std::string_view piece) { text += piece; }, shown, options);
    return text;
}

/// Returns the colours that a picture of the profile gives to its functions, and those that
/// options.colours has for others: what a palette.map keeps from one picture to the next.
[[nodiscard]] inline palette_map colours_of(const profile& p,
                                            const flamegraph_options& options = {}) {
    const detail::flame_tree tree = detail::make_flame_tree(p);
    const detail::flame_colours colours(options.palette, options.shades, options.colours);
    palette_map made = options.colours;
    for (std::uint32_t name = 0; name < tree.names.size(); ++name) {
        named_colour c;
        if (name != 0) { c.name = detail::flame_colours::text_of(tree.names[name]); }
        c.colour = colours.colour_of(tree.names[name], name == 0);
        made.push_back(std::move(c));
    }
    const auto by_name = [](const named_colour& a, const named_colour& b) {
        return a.name < b.name;
    };
    std::stable_sort(made.begin(), made.end(), by_name); // what was given before stays first
    const auto same = [](const named_colour& a, const named_colour& b) { return a.name == b.name; };
    made.erase(std::unique(made.begin(), made.end(), same), made.end());
    return made;
}

WICK_END_NAMESPACE

#endif
