// wick-flamegraph: stacks in, a flame graph out; and back.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
//     g++ -std=c++17 -O2 -Iinclude examples/flamegraph.cpp -o wick-flamegraph
//     wick-flamegraph before.folded > before.svg
//     wick-flamegraph --diff before.folded after.folded > change.svg
//     wick-flamegraph --extract before.svg > before.folded
#include "arguments.hpp"

#include <wick/comparison.hpp>
#include <wick/flamegraph.hpp>
#include <wick/folded.hpp>
#include <wick/format/any.hpp>
#include <wick/format/folded_order.hpp>
#include <wick/profile.hpp>
#include <wick/timeline.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

// What the command line says beside the picture's own options.
struct request {
    std::string output = "-";
    std::string format, event, colours, background, search, ui, stroke, attributes, min_width;
    std::string widths, palette_file = "palette.map";
    double total = 0;
    int width = 0;
    bool fixed = false, chart = false, extract = false, diff = false, normalize = false;
    bool keep_palette = false, spelling = false, other = false, by_width = false;
};

// What is to be drawn: one of the three.
struct picture {
    std::vector<wick::profile> profiles;                          // added up
    std::optional<std::pair<wick::profile, wick::profile>> sides; // compared
    std::optional<wick::timeline> timeline;
};

std::string read_whole(const arguments& args, const std::string& name) {
    input_file file(name);
    std::string text;
    char buffer[1 << 16];
    for (std::size_t n; (n = file(buffer, sizeof buffer)) > 0;) { text.append(buffer, n); }
    if (!file.problem().empty()) { args.fail(file.problem()); }
    return text;
}

void tell_skipped(const arguments& args, const std::string& name, const wick::skipped& skipped) {
    if (skipped.records == 0) { return; }
    args.note(name + ": skipped " + std::to_string(skipped.records) +
              (skipped.records == 1 ? " record: " : " records, the first being ") +
              skipped.first.message());
}

wick::any_input load(const arguments& args, const request& asked, const std::string& name) {
    input_file file(name);
    bool blank = true;
    const auto source = [&](char* to, std::size_t room) {
        const std::size_t n = file(to, room);
        const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
        blank = blank && std::all_of(to, to + n, is_blank);
        return n;
    };
    wick::any_options options;
    options.format = asked.format;
    options.event = asked.event;
    wick::result<wick::any_input> read = wick::read_any(source, options);
    if (!file.problem().empty()) { args.fail(file.problem()); }
    if (!read && blank) { return {}; } // drawn as a picture that says so
    if (!read) { args.fail(name + ": " + read.error.message()); }
    tell_skipped(args, name, read.value.skipped);
    for (const auto& note : read.value.notes) { args.note(name + ": " + note.message()); }
    return std::move(read.value);
}

// Two columns of folded text are a comparison; of several events, the first one is drawn.
void take(const arguments& args, const std::string& name, wick::any_input input, picture& to) {
    std::vector<wick::named_profile>& found = input.profiles;
    if (found.size() == 2 && found[0].name == "before" && found[1].name == "after") {
        if (!to.sides) { to.sides.emplace(); }
        for (const bool after : {false, true}) {
            wick::profile& side = after ? to.sides->second : to.sides->first;
            wick::result<wick::profile> sum = wick::merge({side, found[after ? 1 : 0].samples});
            if (!sum) { args.fail(name + ": " + sum.error.message()); }
            side = std::move(sum.value);
        }
        return;
    }
    if (found.size() > 1) {
        std::string others;
        for (std::size_t i = 1; i < found.size(); ++i) { others += " " + found[i].name; }
        args.note(name + ": drawing " + found[0].name + "; --event draws another one of" + others);
    }
    if (!found.empty()) { to.profiles.push_back(std::move(found[0].samples)); }
}

wick::profile add_up(const arguments& args, std::vector<wick::profile>& profiles) {
    if (profiles.size() == 1) { return std::move(profiles[0]); }
    wick::result<wick::profile> sum = wick::merge(profiles);
    if (!sum) { args.fail(sum.error.message()); }
    return std::move(sum.value);
}

// Spans where the input has some, else its lines in their order.
wick::timeline load_chart(const arguments& args,
                          const request& asked,
                          const std::string& name,
                          wick::flamegraph_options& options) {
    std::string text = read_whole(args, name);
    const std::string format = asked.format.empty()
                                   ? wick::sniff_format(std::string_view(text).substr(0, 1 << 16))
                                   : asked.format;
    wick::detail::text_source source(text);
    if (format != "folded" && !text.empty()) {
        wick::any_options any;
        any.format = asked.format;
        wick::result<wick::any_input> read = wick::read_any(source, any);
        if (!read) { args.fail(name + ": " + read.error.message()); }
        tell_skipped(args, name, read.value.skipped);
        for (const auto& note : read.value.notes) { args.note(name + ": " + note.message()); }
        if (!read.value.timeline) { args.fail(name + ": " + format + " tells no order of time"); }
        return std::move(*read.value.timeline);
    }
    wick::result<wick::folded_order> read = wick::read_folded_order(source);
    if (!read) { args.fail(name + ": " + read.error.message()); }
    tell_skipped(args, name, read.value.skipped);
    if (options.unit.empty()) { options.unit = "samples"; }
    for (int i = 0; i < read.value.decimals; ++i) { options.factor /= 10; }
    return std::move(read.value.timeline);
}

std::optional<wick::rgb>
colour(const arguments& args, const char* option, const std::string& text) {
    if (text.empty() || text == "none") { return std::nullopt; }
    const std::map<std::string, const char*> known = {{"yellow", "#f7f3d4"},
                                                      {"blue", "#e9ecfb"},
                                                      {"green", "#e7f5e9"},
                                                      {"grey", "#f1f1f1"},
                                                      {"gray", "#f1f1f1"}};
    const auto named = known.find(text);
    const wick::result<wick::rgb> read =
        wick::parse_rgb(named == known.end() ? text : std::string(named->second));
    if (!read) { args.fail(std::string(option) + ": " + read.error.message()); }
    return read.value;
}

// Pixels, or a share of the whole with a "%" behind it.
void set_min_width(const arguments& args, const std::string& text, wick::flamegraph_options& to) {
    if (text.empty()) { return; }
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    const bool share = *end == '%';
    const bool whole = end != text.c_str() && end[share ? 1 : 0] == '\0';
    if (!whole || !(value >= 0) || value > 1000) {
        args.fail("--minwidth needs pixels or a share such as 0.1%, not \"" + text + "\"");
    }
    (share ? to.min_percent : to.min_width) = value;
    if (share && !(value > 0)) { to.min_width = 0; }
}

void finish_options(const arguments& args, const request& asked, wick::flamegraph_options& to) {
    if (asked.width != 0 && asked.width < 100) { args.fail("--width needs 0 or at least 100"); }
    to.fluid = asked.width == 0;
    to.width = asked.width == 0 ? to.width : asked.width;
    to.interactive = !asked.fixed;
    set_min_width(args, asked.min_width, to);
    if (!asked.colours.empty()) {
        const wick::result<wick::flame_palette> read = wick::parse_palette(asked.colours);
        if (!read) { args.fail("--colors: " + read.error.message()); }
        to.palette = read.value;
        if (read.value == wick::flame_palette::safe) {
            to.changes = wick::change_colours::orange_blue;
        }
    }
    if (asked.by_width) { to.palette = wick::flame_palette::width; }
    if (asked.spelling) { to.shades = wick::flame_shades::spelling; }
    if (asked.other) { to.shades = wick::flame_shades::other; }
    to.background = colour(args, "--bgcolors", asked.background);
    to.search_colour = colour(args, "--search-color", asked.search);
    to.ui_colour = colour(args, "--uicolor", asked.ui);
    to.stroke_colour = colour(args, "--stroke-color", asked.stroke);
    to.total = static_cast<std::uint64_t>(asked.total);
    if (!asked.attributes.empty()) {
        wick::attributes_text read =
            wick::parse_name_attributes(read_whole(args, asked.attributes));
        tell_skipped(args, asked.attributes, read.skipped);
        to.attributes = std::move(read.attributes);
    }
    const std::map<std::string, wick::frame_width> widths = {
        {"", wick::frame_width::both},
        {"both", wick::frame_width::both},
        {"before", wick::frame_width::before},
        {"after", wick::frame_width::after},
        {"difference", wick::frame_width::difference}};
    if (widths.count(asked.widths) == 0) {
        args.fail("--frame-width-source needs both, before, after or difference");
    }
    to.widths = widths.at(asked.widths);
}

// Reads the colours of earlier pictures, and keeps those of this one for later ones.
void use_palette_file(const arguments& args,
                      const request& asked,
                      const wick::profile& p,
                      wick::flamegraph_options& to) {
    if (std::FILE* known = std::fopen(asked.palette_file.c_str(), "rb")) {
        std::fclose(known);
        wick::palette_text read = wick::parse_palette_map(read_whole(args, asked.palette_file));
        tell_skipped(args, asked.palette_file, read.skipped);
        to.colours = std::move(read.colours);
    }
    to.colours = wick::colours_of(p, to);
    output_file file(asked.palette_file);
    file(wick::to_palette_map(to.colours));
    if (!file.close().empty()) { args.fail(file.close()); }
}

// "a;b 1 2" of both sides' "a;b 1" and "a;b 2".
std::string in_two_columns(const wick::profile& before, const wick::profile& after) {
    std::map<std::string, std::pair<std::string, std::string>> lines;
    for (const bool second : {false, true}) {
        const std::string text = wick::to_folded(second ? after : before);
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            const std::size_t blank = text.rfind(' ', end);
            auto& line = lines[text.substr(at, blank - at)];
            (second ? line.second : line.first) = text.substr(blank + 1, end - blank - 1);
            at = end + 1;
        }
    }
    std::string made;
    for (const auto& [stack, weights] : lines) {
        const auto& [first, second] = weights;
        made += stack + " " + (first.empty() ? "0" : first) + " " +
                (second.empty() ? "0" : second) + "\n";
    }
    return made;
}

int extract(const arguments& args, const request& asked, const std::vector<std::string>& files) {
    output_file file(asked.output);
    for (const std::string& name : files) {
        const wick::result<wick::flamegraph_data> read = wick::extract(read_whole(args, name));
        if (!read) { args.fail(name + ": " + read.error.message()); }
        const std::vector<wick::profile>& columns = read.value.columns;
        if (columns.size() == 2) {
            file(in_two_columns(columns[0], columns[1]));
        } else {
            wick::write_folded(file, columns[0]);
        }
    }
    if (!file.close().empty()) { args.fail(file.close()); }
    return 0;
}

wick::comparison compare(const arguments& args, const request& asked, const picture& of) {
    wick::result<wick::comparison> made =
        wick::untested_comparison(of.sides->first, of.sides->second);
    if (!made) { args.fail(made.error.message()); }
    const wick::compared all = wick::totals(made.value)[0];
    if (asked.normalize && all.before.weight > 0 && all.after.weight > 0) {
        made.value.before_scale =
            static_cast<double>(all.after.weight) / static_cast<double>(all.before.weight);
    }
    return std::move(made.value);
}

picture load_all(const arguments& args,
                 const request& asked,
                 const std::vector<std::string>& files,
                 wick::flamegraph_options& options) {
    picture made;
    if (asked.chart) {
        if (files.size() > 1) { args.fail("--flamechart takes one file"); }
        made.timeline = load_chart(args, asked, files[0], options);
        return made;
    }
    for (const std::string& name : files) {
        take(args, name, load(args, asked, name), made);
        if (asked.diff && made.profiles.empty()) { made.profiles.emplace_back(); }
    }
    if (asked.diff) {
        if (made.profiles.size() != 2 || made.sides) {
            args.fail("--diff needs two files: before and after");
        }
        made.sides.emplace(std::move(made.profiles[0]), std::move(made.profiles[1]));
        made.profiles.clear();
    }
    if (made.sides && !made.profiles.empty()) {
        args.fail("files with one weight a line and files with two cannot be drawn together");
    }
    return made;
}

} // namespace

int main(int argc, char** argv) {
    keep_memory(); // a tenth of the time
    wick::flamegraph_options options;
    request asked;
    bool usual = false; // what is so without being asked for
    bool quiet = false;
    std::string encoding = "UTF-8";
    arguments args("wick-flamegraph",
                   "[FILE...]",
                   "Draws stacks (files, or standard input) as one interactive SVG. Reads folded\n"
                   "text, with two weights a line as a comparison, and what wick-collapse reads.");
    args.text("output", 'o', "FILE", "write to FILE instead of standard output", asked.output);
    args.text("title", 't', "TEXT", "title of the picture", options.title);
    args.text("subtitle", 0, "TEXT", "stands under the title", options.subtitle);
    args.number("width", 0, "PIXELS", "a fixed width; 0: the window's", asked.width, 0, 100000);
    args.number("height", 0, "PIXELS", "height of a frame", options.frame_height, 10, 1000);
    args.text("minwidth", 0, "PIXELS|N%", "elide narrower frames (default 0.5)", asked.min_width);
    args.text("fonttype", 0, "FAMILY", "font of the labels", options.font);
    args.number("fontsize", 0, "PIXELS", "size of the labels", options.font_size, 4, 100);
    args.number("fontwidth", 0, "RATIO", "a letter's width", options.font_width, 0.1, 3);
    args.text("countname", 0, "TEXT", "what weights are, such as bytes", options.unit);
    args.text("nametype", 0, "TEXT", "stands before names in details", options.name_type);
    args.text("colors", 'c', "PALETTE", "kinds, hot, mem, io, java, …, safe", asked.colours);
    args.other_name("color", "colors");
    args.text("bgcolors", 0, "COLOUR", "background", asked.background);
    args.flag("hash", 0, "similar names get similar shades", asked.spelling);
    args.flag("deterministic", 0, "shades by name (as usual)", usual);
    args.flag("random", 0, "other shades, the same in each run", asked.other);
    args.flag("colordiffusion", 0, "the wider a frame, the redder", asked.by_width);
    args.flag("cp", 0, "keep colours in the palette file", asked.keep_palette);
    args.text("palette-file", 0, "FILE", "the file of --cp", asked.palette_file);
    args.flag("reverse", 'r', "what ran at the root, callers above", options.reverse);
    args.flag("inverted", 'i', "root on top: an icicle graph", options.inverted);
    args.flag("flamechart", 0, "time from left to right, unmerged", asked.chart);
    args.flag("diff", 0, "compare two files, before and after", asked.diff);
    args.flag("normalize", 'n', "compare as if both had equal totals", asked.normalize);
    args.text("frame-width-source", 0, "SIDE", "both, before, after, difference", asked.widths);
    args.flag("self-change", 0, "colour by the change of own weight", options.by_self);
    args.flag("negate", 0, "switch the colours of more and less", options.negate);
    args.number("factor", 0, "N", "show numbers times this", options.factor, -1e15, 1e15);
    args.number("total", 0, "N", "what 100 % is", asked.total, 0, 9e18);
    args.text("notes", 0, "TEXT", "keep a note in the file", options.notes);
    args.text("nameattr", 0, "FILE", "titles and links of functions", asked.attributes);
    args.list("base", 0, "FUNCTION", "begin stacks here; may be repeated", options.base);
    args.text("search-color", 0, "COLOUR", "of what matches a search", asked.search);
    args.text("uicolor", 0, "COLOUR", "of titles and notes", asked.ui);
    args.text("stroke-color", 0, "COLOUR", "an outline of each frame", asked.stroke);
    args.flag("truncate-text-left", 0, "labels keep their end", options.truncate_left);
    args.flag("truncate-text-right", 0, "labels keep their beginning (as usual)", usual);
    args.text("encoding", 0, "NAME", "of the file", encoding);
    args.text("format", 'f', "NAME", "of the input, if it is not told by itself", asked.format);
    args.text("event", 0, "NAME", "draw this event of several", asked.event);
    args.flag("quiet", 'q', "errors alone on standard error", quiet);
    args.flag("static", 0, "the picture alone, without script and data", asked.fixed);
    args.flag("extract", 0, "the reverse: folded text out of the SVG", asked.extract);
    std::vector<std::string> files = args.parse(argc, argv);
    if (files.empty()) { files.emplace_back("-"); }
    if (quiet) { args.silence(); }
    if (asked.extract) { return extract(args, asked, files); }
    if (encoding != "UTF-8" && encoding != "utf-8") {
        args.fail("--encoding: UTF-8 is all there is");
    }
    finish_options(args, asked, options);

    picture drawn = load_all(args, asked, files, options);
    wick::profile sum;
    if (!drawn.timeline && !drawn.sides) {
        sum = add_up(args, drawn.profiles);
        if (asked.keep_palette) { use_palette_file(args, asked, sum, options); }
    }
    wick::comparison change;
    if (drawn.sides) { change = compare(args, asked, drawn); }

    output_file file(asked.output);
    const wick::flamegraph_summary summary =
        drawn.timeline ? wick::write_flamegraph(file, *drawn.timeline, options)
        : drawn.sides  ? wick::write_flamegraph(file, change, options)
                       : wick::write_flamegraph(file, sum, options);
    if (!file.close().empty()) { args.fail(file.close()); }
    if (summary.without_base != 0) { args.note("stacks without a base were left out"); }
    if (!summary) { args.fail("nothing to show: no stack has a positive weight"); }
    if (asked.fixed && summary.elided != 0) {
        args.note(std::to_string(summary.elided) + " of " + std::to_string(summary.frames) +
                  " frames are too narrow to be drawn one by one");
    }
    return 0;
}
