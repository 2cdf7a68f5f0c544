// wick/flamegraph.hpp - a profile as one interactive SVG file.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FLAMEGRAPH_HPP
#define WICK_FLAMEGRAPH_HPP

#include <wick/detail/flame_tree.hpp>        // what is drawn where
#include <wick/detail/flamegraph_script.hpp> // the page's script
#include <wick/detail/flamegraph_style.hpp>  // the page's colours
#include <wick/detail/shown_text.hpp>        // names as XML
#include <wick/detail/writer.hpp>            // the sink
#include <wick/profile.hpp>                  // what is shown
#include <wick/version.hpp>

#include <algorithm>   // std::max, std::min
#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <cstring>     // std::memcpy
#include <string>      // pieces of the file
#include <string_view> // pieces of the file
#include <type_traits> // std::remove_reference_t
#include <vector>      // names that were prepared

WICK_BEGIN_NAMESPACE

/// What a flame graph looks like. Lengths are in pixels.
struct flamegraph_options {
    std::string title;       ///< empty: "Flame Graph", or "Icicle Graph" when inverted
    std::string subtitle;    ///< stands before the numbers under the title
    std::string unit;        ///< what the weights are; empty: the profile's unit, or "samples"
    int width = 1200;        ///< of the static picture; 100 to 100,000
    bool fluid = true;       ///< the page takes the width of its window, where scripts run
    int frame_height = 18;   ///< from one row of frames to the next; 10 to 1,000
    double min_width = 0.5;  ///< narrower frames are drawn together, as elided blocks; 0: none are
    bool inverted = false;   ///< the root on top, callees hanging down
    bool interactive = true; ///< false: the static picture alone, without the script and its data
};

/// What became of a profile's frames in a picture's static part. In the page, each can be reached.
struct flamegraph_summary {
    std::uint64_t frames = 0;        ///< of the profile, with its root
    std::uint64_t drawn = 0;         ///< as frames of their own
    std::uint64_t elided = 0;        ///< in elided blocks
    std::uint64_t elided_blocks = 0; ///< how many those are
    std::uint64_t weightless = 0;    ///< not drawn, as they and their neighbours have no weight
    std::uint64_t negative = 0;      ///< with a negative weight, which counts as 0

    /// True when there was anything to draw.
    explicit operator bool() const noexcept { return drawn != 0; }
};

namespace detail {

/// Writes numbers and text into memory that is known to be large enough.
struct text_cursor {
    char* at;

    void text(std::string_view s) noexcept {
        if (s.empty()) { return; } // an empty view may have no address
        std::memcpy(at, s.data(), s.size());
        at += s.size();
    }
    void number(std::uint64_t value) noexcept { at = std::to_chars(at, at + 20, value).ptr; }
    /// Hundredths: 1250 → "12.5".
    void hundredths(std::uint64_t value) noexcept {
        number(value / 100);
        const auto rest = static_cast<unsigned>(value % 100);
        if (rest == 0) { return; }
        *at++ = '.';
        *at++ = static_cast<char>('0' + rest / 10);
        if (rest % 10 != 0) { *at++ = static_cast<char>('0' + rest % 10); }
    }
    /// 1234567 → "1,234,567".
    void grouped(std::uint64_t value) noexcept {
        char digits[20];
        const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        for (const char* digit = digits; digit != end; ++digit) {
            if (digit != digits && (end - digit) % 3 == 0) { *at++ = ','; }
            *at++ = *digit;
        }
    }
    /// A weight in units of 10^-decimals, as append_weight has it, with its thousands grouped.
    void weight(std::uint64_t value, int decimals) noexcept {
        const std::uint64_t one = power_of_ten(decimals);
        grouped(value / one);
        std::uint64_t rest = value % one;
        if (rest == 0) { return; }
        *at++ = '.';
        for (std::uint64_t unit = one / 10; rest != 0; unit /= 10) {
            *at++ = static_cast<char>('0' + rest / unit);
            rest %= unit;
        }
    }
    /// Always two digits behind the point: "5.67 %".
    void percent(std::uint64_t part, std::uint64_t whole) noexcept {
        // Beyond 2^49 a share is known well enough without the lowest bits.
        while (part >= std::uint64_t{1} << 49) {
            part >>= 1;
            whole >>= 1;
        }
        const std::uint64_t share = whole == 0 ? 0 : (part * 10000 + whole / 2) / whole;
        number(share / 100);
        *at++ = '.';
        *at++ = static_cast<char>('0' + share / 10 % 10);
        *at++ = static_cast<char>('0' + share % 10);
        text(" %");
    }
};

/// More than any text needs that a text_cursor writes around a name and a unit.
inline constexpr std::size_t frame_text_room = 512;

/// Where things are in the picture. All lengths are in pixels unless they say otherwise.
struct flamegraph_geometry {
    static constexpr int side = 12;            ///< free space to the left and the right
    static constexpr int top = 66;             ///< where the first row of frames begins
    static constexpr int foot = 58;            ///< from the last row to the end
    static constexpr int pad = 3;              ///< between a frame's edge and its label
    static constexpr double cell = 12 * 0.603; ///< a letter: monospaced fonts have 0.5 to 0.602
    int width = 0;
    int row = 0;
    int rows = 0;
    bool inverted = false;
    double scale = 0;            ///< hundredths of a pixel for a unit of weight
    std::uint64_t min_width = 0; ///< in hundredths of a pixel
    std::uint64_t min_weight = 0;

    [[nodiscard]] int inner_width() const noexcept { return width - 2 * side; }
    [[nodiscard]] int height() const noexcept { return top + rows * row + foot; }
    [[nodiscard]] int baseline() const noexcept { return (row - 1) / 2 + 5; }
    [[nodiscard]] std::uint64_t x(std::uint64_t offset) const noexcept {
        return static_cast<std::uint64_t>(static_cast<double>(offset) * scale + 0.5);
    }
    [[nodiscard]] int y(std::uint32_t depth) const noexcept {
        const int at = static_cast<int>(depth);
        return (inverted ? at : rows - 1 - at) * row;
    }
};

/// Returns how many cells a label may take in a frame that is `width` hundredths of a pixel wide.
[[nodiscard]] inline std::size_t label_room(std::uint64_t width) noexcept {
    const double inside = static_cast<double>(width) / 100 - 2 * flamegraph_geometry::pad;
    return inside <= 0 ? 0 : static_cast<std::size_t>(inside / flamegraph_geometry::cell);
}

/// Appends as much of a text as fits into `room` cells, as XML, with "…" where it was cut. Returns
/// the cells that it takes.
inline std::size_t append_fitted(std::string& out, std::string_view text, std::size_t room) {
    std::size_t used = 0;
    std::size_t at = 0;
    std::size_t kept = out.size(); // where to cut when the rest does not fit
    std::size_t kept_cells = 0;
    while (at < text.size()) {
        const character c = character_at(text, at);
        used += cells(c);
        if (used > room) {
            out.resize(kept);
            out += "\xe2\x80\xa6";
            return kept_cells + 1;
        }
        append_xml(out, text, at, c);
        at += c.size;
        if (used < room) {
            kept = out.size();
            kept_cells = used;
        }
    }
    return used;
}

[[nodiscard]] inline char kind_letter(frame_kind kind) noexcept {
    return "fikjptlm"[static_cast<std::size_t>(kind)];
}

/// Returns `unit` for one: "1 sample", "2 samples".
[[nodiscard]] inline std::string_view
unit_of(std::string_view unit, std::uint64_t value, int decimals) {
    const bool one = value == power_of_ten(decimals) && !unit.empty() && unit.back() == 's';
    return unit.substr(0, unit.size() - (one ? 1 : 0));
}

/// Appends numbers in base 32, lowest digit first, 32 being added to all digits but the last.
inline char* put_base32(char* at, std::uint64_t value) noexcept {
    constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (; value >= 32; value >>= 5) { *at++ = alphabet[32 + (value & 31)]; }
    *at++ = alphabet[value];
    return at;
}

/// Writes the parts of the file in their order.
template <class Sink>
class flamegraph_page {
public:
    flamegraph_page(Sink& sink, const flame_tree& tree, const flamegraph_options& options)
        : out_(sink)
        , tree_(tree)
        , options_(options)
        , names_(tree.names.size()) {
        append_xml(unit_,
                   !options.unit.empty()       ? std::string_view(options.unit)
                   : !tree.shown->unit.empty() ? std::string_view(tree.shown->unit)
                                               : std::string_view("samples"));
        measure();
    }

    flamegraph_summary write() {
        open();
        heading();
        if (tree_.total[0] == 0) {
            nothing();
        } else {
            out_.put("<g class=\"frames\" transform=\"translate(");
            out_.put_number(g_.side);
            out_.put(',');
            out_.put_number(g_.top);
            out_.put(")\">\n");
            lay_out(tree_, g_.min_weight, [&](const flame_box& box) { draw(box); });
            out_.put("</g>\n");
            footer();
            if (options_.interactive) { data(); }
        }
        out_.put("</svg>\n");
        out_.flush();
        return summary_;
    }

private:
    struct prepared {
        std::size_t begin = 0; // of the tooltip's text in escaped_
        std::size_t size = 0;  // 0: not prepared yet
        bool plain = false;    // a label may be cut anywhere
        char style[2] = {};    // the CSS class
    };

    text_writer<Sink> out_;
    const flame_tree& tree_;
    const flamegraph_options& options_;
    flamegraph_geometry g_;
    flamegraph_summary summary_;
    std::string unit_;            // as XML
    std::vector<prepared> names_; // by name; filled when a name is first drawn
    std::string escaped_;
    std::string label_;
    std::string scratch_;
    std::uint64_t elided_weight_ = 0;

    // A first pass over the boxes: the height and the notes depend on all of them.
    void measure() {
        g_.width = (std::min)((std::max)(options_.width, 100), 100000);
        g_.row = (std::min)((std::max)(options_.frame_height, 10), 1000);
        g_.inverted = options_.inverted;
        g_.rows = 1;
        if (options_.min_width > 0) { // not NaN either
            const double width = (std::min)(options_.min_width, static_cast<double>(g_.width));
            g_.min_width = static_cast<std::uint64_t>(width * 100);
        }
        summary_.frames = tree_.size();
        summary_.negative = tree_.negative;
        const std::uint64_t total = tree_.total[0];
        if (total == 0) { return; }
        g_.scale = g_.inner_width() * 100.0 / static_cast<double>(total);
        // The root is always drawn, and what weighs nothing never is.
        const double least = static_cast<double>(g_.min_width) / g_.scale;
        g_.min_weight = total;
        if (least < static_cast<double>(total) - 1) {
            g_.min_weight = static_cast<std::uint64_t>(least);
            const bool cut = static_cast<double>(g_.min_weight) < least;
            if (cut || g_.min_weight == 0) { ++g_.min_weight; }
        }
        lay_out(tree_, g_.min_weight, [&](const flame_box& box) { count(box); });
    }

    void count(const flame_box& box) {
        const std::uint64_t frames = box.stop - box.first;
        if (box.weight == 0) {
            summary_.weightless += frames;
            return;
        }
        g_.rows = (std::max)(g_.rows, static_cast<int>(box.depth) + 1);
        if (!box.elided) {
            ++summary_.drawn;
            return;
        }
        // However narrow: a block that is left out would look as if its parent had no callees.
        ++summary_.elided_blocks;
        summary_.elided += frames;
        elided_weight_ += box.weight;
    }

    // Returns memory for a text in which a name may stand.
    [[nodiscard]] text_cursor cursor(std::size_t name_size) {
        const std::size_t room = name_size + unit_.size() + frame_text_room;
        if (scratch_.size() < room) { scratch_.resize(2 * room); }
        return {&scratch_[0]};
    }
    [[nodiscard]] std::string_view written(const text_cursor& end) const {
        return {scratch_.data(), static_cast<std::size_t>(end.at - scratch_.data())};
    }
    void put(const text_cursor& end) { out_.put(written(end)); }

    [[nodiscard]] std::string title() const {
        std::string text = options_.title;
        if (text.empty()) { text = options_.inverted ? "Icicle Graph" : "Flame Graph"; }
        return text;
    }

    void open() {
        out_.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"");
        out_.put_number(g_.width);
        out_.put("\" height=\"");
        out_.put_number(g_.height());
        out_.put("\" viewBox=\"0 0 ");
        out_.put_number(g_.width);
        out_.put(' ');
        out_.put_number(g_.height());
        out_.put("\">\n<title>");
        std::string text;
        append_xml(text, title());
        out_.put(text);
        out_.put("</title>\n<style>");
        out_.put(flamegraph_style);
        text.clear();
        append_palette(text, 100);
        text += "@media (prefers-color-scheme:dark){";
        text += flamegraph_dark_style;
        append_palette(text, 88);
        out_.put(text);
        out_.put("}</style>\n<rect class=\"paper\" width=\"");
        out_.put_number(g_.width);
        out_.put("\" height=\"");
        out_.put_number(g_.height());
        out_.put("\"/>\n");
    }

    // Text in the proportional font: its letters are of many widths, so that this is a guess.
    void line(std::string_view style, int x, int y, std::string_view text, double letter) {
        const int room = g_.width - g_.side - x;
        std::string fitted;
        append_fitted(fitted,
                      text,
                      room <= 0 ? 1 : static_cast<std::size_t>(static_cast<double>(room) / letter));
        out_.put("<text class=\"");
        out_.put(style);
        out_.put("\" x=\"");
        out_.put_number(x);
        out_.put("\" y=\"");
        out_.put_number(y);
        out_.put("\">");
        out_.put(fitted);
        out_.put("</text>\n");
    }

    void heading() {
        line("title", g_.side, 30, title(), 10.5);
        std::string text = options_.subtitle;
        if (!text.empty()) { text += "  \xc2\xb7  "; }
        const std::uint64_t total = tree_.total[0];
        text_cursor c = cursor(0);
        c.weight(total, tree_.shown->decimals);
        c.text(" ");
        text += written(c);
        text += unit_of(plain_unit(), total, tree_.shown->decimals);
        c = cursor(0);
        c.text("  \xc2\xb7  ");
        c.grouped(tree_.size() - 1);
        c.text(tree_.size() == 2 ? " frame" : " frames");
        c.text("  \xc2\xb7  ");
        c.grouped(tree_.deepest);
        c.text(" deep");
        text += written(c);
        line("quiet", g_.side, 51, text, 6.6);
    }

    [[nodiscard]] std::string_view plain_unit() const {
        if (!options_.unit.empty()) { return options_.unit; }
        if (!tree_.shown->unit.empty()) { return tree_.shown->unit; }
        return "samples";
    }

    void nothing() {
        const bool empty = tree_.shown->empty();
        line("",
             g_.side,
             g_.top + 20,
             empty ? "Nothing to show: the profile is empty."
                   : "Nothing to show: no frame of the profile has a positive weight.",
             flamegraph_geometry::cell);
    }

    const prepared& prepare(std::uint32_t name) {
        prepared& made = names_[name];
        if (made.size != 0) { return made; }
        const flame_name& of = tree_.names[name];
        made.begin = escaped_.size();
        const std::string_view shown = of.text.empty() ? std::string_view("(no name)") : of.text;
        append_xml(escaped_, name == 0 ? std::string_view("all") : shown);
        escaped_ += kind_word(of.kind);
        made.size = escaped_.size() - made.begin;
        made.plain = is_plain(of.text);
        set_style(name, made.style);
        return made;
    }

    void set_style(std::uint32_t name, char (&style)[2]) const {
        const flame_name& of = tree_.names[name];
        const hue& colours = hue_of(of.kind);
        style[0] = name == 0 ? 'r' : colours.letter;
        style[1] = name == 0 ? '0' : shade_digit(shade_of(of.text, colours.shades));
    }

    void draw(const flame_box& box) {
        if (box.weight == 0) { return; }
        if (box.elided) {
            draw_block(box);
            return;
        }
        const std::uint32_t name = tree_.name(box.first);
        const prepared& ready = prepare(name);
        const std::string_view text = name == 0 ? std::string_view("all") : tree_.names[name].text;
        const std::uint64_t width = g_.x(box.offset + box.weight) - g_.x(box.offset);
        const std::size_t room = label_room(width);
        text_cursor c = cursor(2 * ready.size + 6 * text.size());
        c.text("<g class=\"");
        c.text(std::string_view(ready.style, 2));
        c.text("\"><title>");
        c.text(std::string_view(escaped_.data() + ready.begin, ready.size));
        c.text(" (");
        amount(c, box.weight);
        const std::uint64_t self = tree_.self(box.first);
        c.text("; self ");
        c.weight(self, tree_.shown->decimals);
        if (self != 0) {
            c.text(", ");
            c.percent(self, tree_.total[0]);
        }
        c.text(")");
        rectangle(c, box, width);
        if (room >= 3 && !text.empty()) { label(c, box, text, ready.plain, room); }
        c.text("</g>\n");
        put(c);
    }

    void draw_block(const flame_box& box) {
        const std::uint64_t width = g_.x(box.offset + box.weight) - g_.x(box.offset);
        const std::uint64_t frames = box.stop - box.first;
        char text[32];
        text_cursor words{text};
        words.grouped(frames);
        words.text(" elided");
        const std::string_view said(text, static_cast<std::size_t>(words.at - text));
        text_cursor c = cursor(0);
        c.text("<g class=\"elided\"><title>");
        c.grouped(frames);
        c.text(frames == 1 ? " frame elided (" : " frames elided (");
        amount(c, box.weight);
        c.text(")");
        rectangle(c, box, width);
        if (said.size() <= label_room(width)) { label(c, box, said, true, said.size()); }
        c.text("</g>\n");
        put(c);
    }

    // "1,234 samples, 5.67 %".
    void amount(text_cursor& c, std::uint64_t weight) const {
        c.weight(weight, tree_.shown->decimals);
        c.text(" ");
        c.text(unit_of(unit_, weight, tree_.shown->decimals));
        c.text(", ");
        c.percent(weight, tree_.total[0]);
    }

    void rectangle(text_cursor& c, const flame_box& box, std::uint64_t width) const {
        c.text("</title><rect x=\"");
        c.hundredths(g_.x(box.offset));
        c.text("\" y=\"");
        c.number(static_cast<std::uint64_t>(g_.y(box.depth)));
        c.text("\" width=\"");
        // Neighbours are told apart by a gap, which frames of a pixel or two cannot spare.
        c.hundredths(width >= 300 ? width - 50 : width);
        c.text("\" height=\"");
        c.number(static_cast<std::uint64_t>(g_.row - 1));
        c.text("\"/>");
    }

    void label(
        text_cursor& c, const flame_box& box, std::string_view text, bool plain, std::size_t room) {
        c.text("<text x=\"");
        c.hundredths(g_.x(box.offset) + 100 * g_.pad);
        c.text("\" y=\"");
        c.number(static_cast<std::uint64_t>(g_.y(box.depth) + g_.baseline()));
        if (plain) {
            c.text("\">");
            const bool whole = text.size() <= room;
            c.text(text.substr(0, whole ? room : room - 1));
            if (!whole) { c.text("\xe2\x80\xa6"); }
        } else {
            label_.clear();
            const std::size_t used = append_fitted(label_, text, room);
            // Letters from other fonts have other widths: the reader's program is told the whole.
            if (!is_ascii(text)) {
                c.text("\" lengthAdjust=\"spacingAndGlyphs\" textLength=\"");
                c.hundredths(static_cast<std::uint64_t>(static_cast<double>(used) * 100 * g_.cell));
            }
            c.text("\">");
            c.text(label_);
        }
        c.text("</text>");
    }

    [[nodiscard]] static bool is_ascii(std::string_view text) noexcept {
        for (const char c : text) {
            if (c < ' ' || c > '~') { return false; }
        }
        return true;
    }

    void footer() {
        out_.put("<g class=\"footer\" transform=\"translate(");
        out_.put_number(g_.side);
        out_.put(',');
        out_.put_number(g_.height() - g_.foot);
        out_.put(")\">\n<text class=\"quiet note\" y=\"22\">");
        text_cursor c = cursor(0);
        note(c);
        put(c);
        out_.put("</text>\n");
        const int x = legend();
        const std::string about = provenance();
        if (!about.empty()) { line("quiet", x, 44, about, 6.6); }
        out_.put("</g>\n");
    }

    void note(text_cursor& c) const {
        if (summary_.elided == 0) {
            c.text(summary_.weightless == 0 ? "every" : "every other");
            c.text(" frame is drawn");
        } else {
            c.grouped(summary_.elided);
            c.text(summary_.elided == 1 ? " frame narrower than " : " frames narrower than ");
            c.hundredths(g_.min_width);
            c.text(" px (");
            c.percent(elided_weight_, tree_.total[0]);
            c.text(summary_.elided == 1 ? ") is drawn as " : ") are drawn as ");
            c.grouped(summary_.elided_blocks);
            c.text(summary_.elided_blocks == 1 ? " elided block" : " elided blocks");
        }
        if (summary_.weightless != 0) {
            c.text(", ");
            c.grouped(summary_.weightless);
            c.text(" without weight not at all");
        }
    }

    // Returns where the next text on its line may begin.
    int legend() {
        int x = 0;
        constexpr frame_kind kinds[] = {frame_kind::kernel, frame_kind::inlined, frame_kind::jit};
        for (const frame_kind kind : kinds) {
            const auto is_kind = [&](const flame_name& n) { return n.kind == kind && n.nodes > 0; };
            if (std::none_of(tree_.names.begin(), tree_.names.end(), is_kind)) { continue; }
            const hue& colours = hue_of(kind);
            std::string_view word = kind_word(kind).substr(2);
            word.remove_suffix(1);
            out_.put("<rect class=\"swatch ");
            out_.put(colours.letter);
            out_.put(shade_digit(colours.shades / 2));
            out_.put("\" x=\"");
            out_.put_number(x);
            out_.put("\" y=\"34\" width=\"12\" height=\"12\"/>");
            line("quiet", x + 17, 44, word, 6.6);
            x += 36 + static_cast<int>(word.size()) * 7;
        }
        return x;
    }

    // What is known about where the profile comes from, and what it lacks.
    [[nodiscard]] std::string provenance() const {
        std::string text;
        const auto add = [&](std::string_view part) {
            if (part.empty()) { return; }
            if (!text.empty()) { text += "  \xc2\xb7  "; }
            text += part;
        };
        const std::vector<origin>& origins = tree_.shown->origins;
        std::uint64_t dropped = 0;
        std::uint64_t truncated = 0;
        for (const origin& from : origins) {
            dropped += from.dropped;
            truncated += from.truncated;
        }
        if (origins.size() > 1) { add(std::to_string(origins.size()) + " runs"); }
        if (!origins.empty()) {
            const origin& from = origins[0];
            add(from.command);
            add(from.host);
            add(from.mechanism);
            add(rate(from.rate_attained_hz, " Hz attained"));
            add(rate(from.rate_asked_hz, " Hz asked for"));
        }
        if (dropped != 0) { add(std::to_string(dropped) + " samples dropped"); }
        if (truncated != 0) { add(std::to_string(truncated) + " stacks truncated"); }
        if (tree_.negative != 0) {
            add(std::to_string(tree_.negative) + " negative weights taken as 0");
        }
        return text;
    }

    [[nodiscard]] static std::string rate(double hertz, std::string_view what) {
        if (!(hertz > 0 && hertz < 1e12)) { return {}; } // NaN too
        const auto tenths = static_cast<std::uint64_t>(hertz * 10 + 0.5);
        std::string text = std::to_string(tenths / 10);
        if (tenths % 10 != 0) { (text += '.') += static_cast<char>('0' + tenths % 10); }
        return text.append(what);
    }

    void setting(std::string_view key, std::string_view value) {
        out_.put(" data-");
        out_.put(key);
        out_.put("=\"");
        out_.put(value);
        out_.put('"');
    }
    void setting(std::string_view key, std::uint64_t value) {
        char digits[20];
        const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        setting(key, std::string_view(digits, static_cast<std::size_t>(end - digits)));
    }
    void setting(std::string_view key, int value) {
        setting(key, static_cast<std::uint64_t>(value));
    }

    void data() {
        out_.put("<metadata class=\"wick-page\"");
        setting("version", 1);
        setting("unit", unit_);
        setting("decimals", tree_.shown->decimals);
        setting("total", tree_.total[0]);
        setting("nodes", std::uint64_t{tree_.size()});
        setting("width", g_.width);
        setting("fluid", options_.fluid ? 1 : 0);
        setting("inverted", options_.inverted ? 1 : 0);
        setting("side", g_.side);
        setting("top", g_.top);
        setting("foot", g_.foot);
        setting("row", g_.row);
        setting("rows", g_.rows);
        setting("baseline", g_.baseline());
        text_cursor c = cursor(0);
        c.hundredths(g_.min_width);
        setting("min", written(c));
        out_.put("/>\n");
        data_names();
        data_nodes();
        out_.put("<script><![CDATA[");
        out_.put(flamegraph_script_model);
        out_.put(flamegraph_script_page);
        out_.put("]]></script>\n");
    }

    void data_names() {
        out_.put("<metadata class=\"wick-names\">");
        std::string text = "fr0all\n";
        for (std::uint32_t name = 1; name < tree_.names.size(); ++name) {
            char style[2];
            set_style(name, style);
            text += kind_letter(tree_.names[name].kind);
            text.append(style, sizeof style);
            append_escaped(text, tree_.names[name].text);
            text += '\n';
            out_.put(text);
            text.clear();
        }
        out_.put(text); // the root's, when there is no other
        out_.put("</metadata>\n");
    }

    // XML parsers refuse texts beyond some 10 MB: the nodes are in several elements, none of them
    // cut in two.
    void data_nodes() {
        constexpr std::uint32_t nodes_per_part = 200000;
        char text[48];           // three numbers of 13 digits at most
        std::uint32_t level = 0; // one more than the depth of the node before
        for (std::uint32_t i = 0; i < tree_.size(); ++i) {
            if (i % nodes_per_part == 0) {
                out_.put(i == 0 ? "<metadata class=\"wick-nodes\">"
                                : "</metadata>\n<metadata class=\"wick-nodes\">");
            }
            const std::uint64_t self = tree_.self(i);
            const std::uint64_t up = level - tree_.depth[i];
            char* at = put_base32(text, 2 * up + (self != 0 ? 1 : 0));
            at = put_base32(at, tree_.name(i));
            if (self != 0) { at = put_base32(at, self); }
            out_.put(std::string_view(text, static_cast<std::size_t>(at - text)));
            level = tree_.depth[i] + 1;
        }
        out_.put("</metadata>\n");
    }
};

} // namespace detail

/// Writes a profile as a flame graph: one SVG file that needs no other.
/// Frames whose names in text are equal are one frame; siblings are in the profile's order, so that
/// equal profiles give equal bytes. Names may hold any bytes: what XML or a reader cannot take is
/// replaced by marks that can be seen. Without scripts, the file is a picture with tooltips. With
/// them, it is a page with zoom and search which draws from the whole profile, kept in the file as
/// text:
///   metadata.wick-page   what the script must know, as data-* attributes
///   metadata.wick-names  a line a name: a letter for its kind (function f, inlined i, kernel k,
///                        jit j, process p, thread t, label l, marker m), its CSS class (two
///                        letters), the name, in which "\\" is a backslash and "\xHH" a byte that
///                        could not be shown
///   metadata.wick-nodes  the nodes in preorder: twice the number of levels gone up since the node
///                        before, plus 1 with a weight of its own; the name's index; that weight.
///                        Numbers are in base 32 (A-Z a-z 0-9 - _), lowest digit first, with 32
///                        added to all digits but the last
/// `sink` is called with pieces of the text (std::string_view), or is a std::ostream.
/// Returns what was drawn; false when there was nothing to: the file then says so.
/// Precondition: `validate(p)` finds nothing wrong.
/// Cost: O(nodes); about 20 bytes of memory a node, and in the file 4 a node and 160 a frame drawn.
template <class Sink>
flamegraph_summary
write_flamegraph(Sink&& sink, const profile& p, const flamegraph_options& options = {}) {
    profile merged;
    const detail::flame_tree tree = detail::make_flame_tree(p, merged);
    detail::flamegraph_page<std::remove_reference_t<Sink>> page(sink, tree, options);
    return page.write();
}

/// Returns what write_flamegraph writes.
[[nodiscard]] inline std::string to_flamegraph(const profile& p,
                                               const flamegraph_options& options = {}) {
    std::string text;
    write_flamegraph([&](std::string_view piece) { text += piece; }, p, options);
    return text;
}

WICK_END_NAMESPACE

#endif
