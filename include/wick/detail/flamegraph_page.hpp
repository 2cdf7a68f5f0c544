// wick/detail/flamegraph_page.hpp - writes the parts of a flame graph's file.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_PAGE_HPP
#define WICK_DETAIL_FLAMEGRAPH_PAGE_HPP

#include <wick/detail/flame_tree.hpp>         // what is drawn where
#include <wick/detail/flamegraph_options.hpp> // what it looks like
#include <wick/detail/flamegraph_palette.hpp> // which colour is whose
#include <wick/detail/flamegraph_script.hpp>  // the page's script
#include <wick/detail/flamegraph_style.hpp>   // the page's colours
#include <wick/detail/shown_text.hpp>         // names as XML
#include <wick/detail/writer.hpp>             // the sink

#include <algorithm>   // std::max, std::min
#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <cstring>     // std::memcpy
#include <optional>    // colours that may be given
#include <string>      // pieces of the file
#include <string_view> // pieces of the file
#include <vector>      // names that were prepared

WICK_BEGIN_NAMESPACE
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

/// More than any text needs that a text_cursor writes around a name and a few units.
inline constexpr std::size_t frame_text_room = 1024;

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
    int rows = 0;
    bool inverted = false;
    double scale = 0;            ///< hundredths of a pixel for a unit of weight
    std::uint64_t min_width = 0; ///< in hundredths of a pixel
    std::uint64_t min_weight = 0;

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

/// Returns how many bytes at the beginning of a text must go for the rest to fit into `room` cells.
[[nodiscard]] inline std::size_t
cut_at_left(std::string_view text, std::size_t room, std::vector<std::size_t>& starts) {
    starts.clear();
    for (std::size_t at = 0; at < text.size();) {
        starts.push_back(at);
        at += character_at(text, at).size;
    }
    std::size_t used = 0;
    for (std::size_t i = starts.size(); i-- > 0;) {
        used += cells(character_at(text, starts[i]));
        if (used > room) { return i + 1 < starts.size() ? starts[i + 1] : text.size(); }
    }
    return 0;
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

/// Returns what is said about a frame of this kind in words, after its name.
[[nodiscard]] inline std::string_view kind_word(frame_kind kind) noexcept {
    switch (kind) {
    case frame_kind::kernel:
        return " [kernel]";
    case frame_kind::inlined:
        return " [inlined]";
    case frame_kind::jit:
        return " [jit]";
    case frame_kind::process:
        return " [process]";
    case frame_kind::thread:
        return " [thread]";
    case frame_kind::label:
        return " [label]";
    case frame_kind::marker:
    case frame_kind::function:
        break;
    }
    return {};
}

/// Returns the square root of a number of 0 to 1, by Newton's method.
[[nodiscard]] inline double square_root(double value) noexcept {
    double root = 1;
    for (double next = (root + value) / 2; next < root; next = (root + value / root) / 2) {
        root = next;
    }
    return root;
}

/// A share and what it may be by chance: Wilson's interval for `part` of `whole` observations, at
/// 95 %, as shares of 1.
struct share_interval {
    double low, high;
};
[[nodiscard]] inline share_interval wilson_interval(std::uint64_t part,
                                                    std::uint64_t whole) noexcept {
    constexpr double z = 1.959963984540054;
    const double n = static_cast<double>(whole);
    const double p = static_cast<double>(part) / n;
    const double centre = p + z * z / (2 * n);
    const double spread = z * square_root(p * (1 - p) / n + z * z / (4 * n * n));
    const double all = 1 + z * z / n;
    return {(std::max)(0.0, (centre - spread) / all), (std::min)(1.0, (centre + spread) / all)};
}

/// Fewer observations than this are few: tooltips tell the interval.
inline constexpr std::uint64_t few_observations = 100;

/// Returns the shade of a change, 1 to 9 by the logarithm of its share: 1 for a thousandth and
/// less, 9 for a half and more; 0 for no change.
[[nodiscard]] inline int change_shade(double change, double whole) noexcept {
    const double share = absolute(change) / whole;
    if (!(share > 0)) { return 0; }
    // The shade k + 1 begins at 2^(9 k / 8 - 10).
    constexpr double begins[] = {2.1810154653305154,
                                 4.756828460010884,
                                 10.374716437208077,
                                 22.627416997969522,
                                 49.350746413054104,
                                 107.63474115247546,
                                 234.75303506039583,
                                 512};
    int level = 1;
    for (const double begin : begins) {
        if (share * 1024 >= begin) { ++level; }
    }
    return level;
}

[[nodiscard]] inline std::string_view verdict_word(verdict v) noexcept {
    switch (v) {
    case verdict::unchanged:
        return "; unchanged";
    case verdict::inconclusive:
        return "; not significant";
    case verdict::improved:
        return "; improved";
    case verdict::regressed:
        return "; regressed";
    case verdict::untested:
        break;
    }
    return {};
}

[[nodiscard]] inline std::string_view width_word(frame_width width) noexcept {
    switch (width) {
    case frame_width::before:
        return "before";
    case frame_width::after:
        return "after";
    case frame_width::difference:
        return "difference";
    case frame_width::both:
        break;
    }
    return "both";
}

/// Writes the parts of the file in their order.
template <class Sink>
class flamegraph_page {
public:
    /// `shown` is what the static picture shows, `all` what the page draws from: the same tree, but
    /// for pictures of callers.
    flamegraph_page(Sink& sink,
                    const flame_tree& all,
                    const flame_tree& shown,
                    const flamegraph_options& options)
        : out_(sink)
        , data_(all)
        , tree_(shown)
        , options_(options)
        , colours_(options.palette, options.shades, options.colours)
        , names_(shown.names.size())
        , intervals_(few_observations)
        , amounts_(256)
        , selves_(256) {
        append_xml(unit_, plain_unit());
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
        style_class style;
        const name_attributes* attributes = nullptr;
    };

    text_writer<Sink> out_;
    const flame_tree& data_;
    const flame_tree& tree_;
    const flamegraph_options& options_;
    flame_colours colours_;
    flamegraph_geometry g_;
    flamegraph_summary summary_;
    std::string unit_;            // as XML
    std::vector<prepared> names_; // by name; filled when a name is first drawn
    // Texts that many frames have; filled when first needed.
    std::vector<std::string> intervals_; // by number of observations
    std::vector<std::string> amounts_;   // by weight
    std::vector<std::string> selves_;    // by own weight
    std::string escaped_;
    std::string label_;
    std::string scratch_;
    std::vector<std::size_t> starts_;
    std::uint64_t elided_weight_ = 0;
    std::uint64_t whole_ = 0; // what 100 % is
    double change_whole_ = 1; // the same for changes

    [[nodiscard]] bool compares() const noexcept {
        return tree_.source == flame_source::comparison;
    }

    // A first pass over the boxes: the height and the notes depend on all of them.
    void measure() {
        g_.width = (std::min)((std::max)(options_.width, 100), 100000);
        g_.row = (std::min)((std::max)(options_.frame_height, 10), 1000);
        g_.inverted = options_.inverted;
        g_.rows = 1;
        if (options_.font_size >= 4 && options_.font_size <= 100) { // not NaN either
            g_.font_size = options_.font_size;
        }
        const double letter =
            options_.font_width >= 0.1 && options_.font_width <= 3 ? options_.font_width : 0.603;
        g_.cell = g_.font_size * letter;
        g_.row = (std::max)(g_.row, static_cast<int>(g_.font_size) + 2);
        double least_width = options_.min_width;
        if (options_.min_percent > 0) {
            least_width = (std::min)(options_.min_percent, 100.0) / 100 * g_.inner_width();
        }
        if (least_width > 0) { // not NaN either
            const double width = (std::min)(least_width, static_cast<double>(g_.width));
            g_.min_width = static_cast<std::uint64_t>(width * 100);
        }
        summary_.frames = tree_.size() - tree_.gaps;
        summary_.negative = tree_.negative;
        const std::uint64_t total = tree_.total[0];
        whole_ = (std::max)(total, options_.total);
        if (total == 0) { return; }
        if (compares()) {
            const compared& all = tree_.side_totals[0];
            const double before = static_cast<double>(all.before.weight) * tree_.before_scale;
            const double after = static_cast<double>(all.after.weight);
            change_whole_ = (std::max)(absolute(before), absolute(after));
            if (!(change_whole_ > 0)) { change_whole_ = static_cast<double>(total); }
        }
        g_.scale = g_.inner_width() * 100.0 / static_cast<double>(whole_);
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
        if (box.weight == 0) {
            summary_.weightless += box.frames;
            return;
        }
        g_.rows = (std::max)(g_.rows, static_cast<int>(box.row) + 1);
        if (!box.elided) {
            ++summary_.drawn;
            return;
        }
        // However narrow: a block that is left out would look as if its parent had no callees.
        ++summary_.elided_blocks;
        summary_.elided += box.frames;
        elided_weight_ += box.weight;
    }

    // Returns memory for a text in which a name may stand.
    [[nodiscard]] text_cursor cursor(std::size_t name_size) {
        const std::size_t room = name_size + 2 * unit_.size() + frame_text_room;
        if (scratch_.size() < room) { scratch_.resize(2 * room); }
        return {&scratch_[0]};
    }
    [[nodiscard]] std::string_view written(const text_cursor& end) const {
        return {scratch_.data(), static_cast<std::size_t>(end.at - scratch_.data())};
    }
    void put(const text_cursor& end) { out_.put(written(end)); }

    // ---- Numbers as text.

    // Times of a clock are told in the unit that suits them.
    [[nodiscard]] bool is_time() const noexcept {
        return options_.unit.empty() && tree_.unit == "nanoseconds" && tree_.decimals == 0 &&
               !is_scaled();
    }
    [[nodiscard]] bool is_scaled() const noexcept {
        return options_.factor < 1 || options_.factor > 1;
    }

    // A weight without its unit, unless it is a time.
    void number(text_cursor& c, std::uint64_t value) const {
        if (is_time()) {
            time(c, value);
        } else if (is_scaled()) {
            scaled(c, value);
        } else {
            c.weight(value, tree_.decimals);
        }
    }

    static void time(text_cursor& c, std::uint64_t value) {
        if (value < 1000) {
            c.number(value);
            c.text(" ns");
            return;
        }
        const bool seconds = value >= 1000000000;
        const bool millis = value >= 1000000;
        const std::uint64_t one = seconds ? 1000000 : millis ? 1000 : 1; // a thousandth of the unit
        c.weight((value + one / 2) / one, 3);
        c.text(seconds ? " s" : millis ? " ms" : " \xc2\xb5s");
    }

    void scaled(text_cursor& c, std::uint64_t value) const {
        const double one = static_cast<double>(power_of_ten(tree_.decimals));
        const double shown = absolute(static_cast<double>(value) / one * options_.factor) * 1000;
        if (!(shown < 9e18)) { // NaN too
            c.text("more than 9,000,000,000,000,000");
            return;
        }
        c.weight(static_cast<std::uint64_t>(shown + 0.5), 3);
    }

    // "1,234 samples".
    void with_unit(text_cursor& c, std::uint64_t weight, std::string_view unit) const {
        number(c, weight);
        if (is_time()) { return; }
        c.text(" ");
        c.text(is_scaled() ? unit : unit_of(unit, weight, tree_.decimals));
    }

    // "1,234 samples, 5.67 %".
    void amount(text_cursor& c, std::uint64_t weight) const {
        with_unit(c, weight, unit_);
        c.text(", ");
        c.percent(weight, whole_);
    }

    void signed_number(text_cursor& c, double value) const {
        c.text(value < 0 ? "-" : "+");
        const double size = absolute(value) + 0.5;
        number(c, size < 9e18 ? static_cast<std::uint64_t>(size) : max_magnitude);
    }
    void signed_percent(text_cursor& c, double value) const {
        c.text(value < 0 ? "-" : "+");
        const double share = absolute(value) / change_whole_ * 10000 + 0.5;
        const auto hundredths = share < 9e18 ? static_cast<std::uint64_t>(share) : max_magnitude;
        c.number(hundredths / 100);
        *c.at++ = '.';
        *c.at++ = static_cast<char>('0' + hundredths / 10 % 10);
        *c.at++ = static_cast<char>('0' + hundredths % 10);
        c.text(" %");
    }
    void side(text_cursor& c, const measured& m) const {
        if (m.weight < 0) { c.text("-"); }
        number(c, magnitude(m.weight));
    }
    [[nodiscard]] double change_of(const compared& c) const noexcept {
        return options_.negate ? -tree_.change(c) : tree_.change(c);
    }

    // ---- The head of the file and of the picture.

    [[nodiscard]] std::string title() const {
        if (!options_.title.empty()) { return options_.title; }
        if (tree_.lanes()) { return "Flame Chart"; }
        if (compares()) { return "Differential Flame Graph"; }
        return options_.inverted ? "Icicle Graph" : "Flame Graph";
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
        if (options_.changes == change_colours::orange_blue) { out_.put("\" class=\"safe"); }
        out_.put("\">\n<title>");
        std::string text;
        append_xml(text, title());
        text += "</title>\n";
        if (!options_.notes.empty()) {
            text += "<desc>";
            append_xml(text, options_.notes);
            text += "</desc>\n";
        }
        text += "<style>";
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
        text += "</style>\n";
        if (compares()) {
            text += "<defs><pattern id=\"wick-hatch\" class=\"hatch\" width=\"6\" height=\"6\" "
                    "patternUnits=\"userSpaceOnUse\"><path d=\"M-1 1l2-2M0 6l6-6M5 7l2-2\"/>"
                    "</pattern></defs>\n";
        }
        out_.put(text);
        out_.put("<rect class=\"paper\" width=\"");
        out_.put_number(g_.width);
        out_.put("\" height=\"");
        out_.put_number(g_.height());
        out_.put("\"/>\n");
    }

    // The colours that some frame of the file has, and the root's.
    void append_fills(std::string& text, int percent) const {
        std::string letters = "r";
        if (compares()) {
            append_changes(text, percent);
        } else {
            std::vector<bool> used(options_.colours.size());
            for (std::uint32_t name = 1; name < data_.names.size(); ++name) {
                const style_class style = colours_.of(data_.names[name], false);
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
        if (g_.font_size < 12 || g_.font_size > 12) {
            char digits[24];
            text_cursor c{digits};
            c.hundredths(static_cast<std::uint64_t>(g_.font_size * 100 + 0.5));
            text += ".frames text{font-size:";
            text.append(digits, static_cast<std::size_t>(c.at - digits));
            text += "px}\n";
        }
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
        const auto add = [&](const text_cursor& c) {
            if (!text.empty()) { text += "  \xc2\xb7  "; }
            text += written(c);
        };
        text_cursor c = cursor(plain_unit().size());
        if (compares()) {
            const compared& all = tree_.side_totals[0];
            c.text("before ");
            side(c, all.before);
            c.text(", after ");
            side(c, all.after);
            if (!is_time()) {
                c.text(" ");
                c.text(plain_unit());
            }
        } else {
            with_unit(c, tree_.total[0], plain_unit());
        }
        add(c);
        c = cursor(0);
        const std::uint64_t frames = tree_.size() - tree_.gaps - 1;
        c.grouped(frames);
        c.text(frames == 1 ? " frame" : " frames");
        add(c);
        c = cursor(0);
        c.grouped(tree_.deepest);
        c.text(" deep");
        add(c);
        if (options_.reverse && !tree_.lanes()) { text += "  \xc2\xb7  callers of what ran"; }
        line("quiet subtitle", g_.side, 51, text, 6.6);
    }

    [[nodiscard]] std::string_view plain_unit() const {
        if (!options_.unit.empty()) { return options_.unit; }
        if (!tree_.unit.empty()) { return tree_.unit; }
        return "samples";
    }

    void nothing() {
        line("",
             g_.side,
             g_.top + 20,
             tree_.empty  ? "Nothing to show: the profile is empty."
             : compares() ? "Nothing to show: no frame has a width of this kind."
                          : "Nothing to show: no frame of the profile has a positive weight.",
             12 * 0.603);
    }

    // ---- Frames.

    const prepared& prepare(std::uint32_t name) {
        prepared& made = names_[name];
        if (made.size != 0) { return made; }
        const flame_name& of = tree_.names[name];
        made.begin = escaped_.size();
        const std::string_view shown = of.text.empty() ? std::string_view("(no name)") : of.text;
        append_xml(escaped_, name == 0 ? std::string_view("all") : shown);
        escaped_ += of.letter == 'w' ? " [waker]" : kind_word(of.kind);
        made.size = escaped_.size() - made.begin;
        made.plain = is_plain(of.text);
        made.style = colours_.of(of, name == 0);
        made.attributes = attributes_of(of);
        return made;
    }

    [[nodiscard]] const name_attributes* attributes_of(const flame_name& name) const {
        if (options_.attributes.empty()) { return nullptr; }
        const std::string text = flame_colours::text_of(name);
        const auto at = std::lower_bound(
            options_.attributes.begin(),
            options_.attributes.end(),
            text,
            [](const name_attributes& a, const std::string& b) { return a.name < b; });
        return at != options_.attributes.end() && at->name == text ? &*at : nullptr;
    }

    [[nodiscard]] static bool is_gone(const compared& c) noexcept {
        return c.before.weight != 0 && c.after.weight == 0;
    }

    // The class of a frame's change: grey where nothing was shown.
    void change_class(text_cursor& c, std::uint32_t node) const {
        const bool tested = !tree_.verdicts.empty();
        const verdict says = !tested            ? verdict::untested
                             : options_.by_self ? tree_.self_verdicts[node]
                                                : tree_.verdicts[node];
        const compared& of = options_.by_self ? tree_.sides[node] : tree_.side_totals[node];
        const double change = change_of(of);
        int shade = change_shade(change, change_whole_);
        if (says == verdict::unchanged || says == verdict::inconclusive) { shade = 0; }
        *c.at++ = shade == 0 ? 'z' : change > 0 ? 'u' : 'n';
        *c.at++ = static_cast<char>('0' + shade);
    }

    void draw(const flame_box& box) {
        if (box.weight == 0) { return; }
        if (box.elided) {
            draw_block(box);
            return;
        }
        const std::uint32_t name = tree_.name[box.first];
        const prepared& ready = prepare(name);
        const std::string_view text = name == 0 ? std::string_view("all") : tree_.names[name].text;
        const extent at = extent_of(box);
        const std::size_t room = g_.label_room(at.width);
        text_cursor c = cursor(2 * ready.size + 6 * text.size());
        c.text("<g class=\"");
        if (compares()) {
            change_class(c, box.first);
        } else {
            c.text(ready.style.view());
        }
        if (ready.attributes != nullptr) { c = open_attributes(c, *ready.attributes); }
        c.text("\">");
        if (ready.attributes != nullptr) { c = open_link(c, *ready.attributes, ready, text); }
        c.text("<title>");
        if (ready.attributes != nullptr && !ready.attributes->title.empty()) {
            c = own_title(c, *ready.attributes, ready, text);
        } else {
            c.text(std::string_view(escaped_.data() + ready.begin, ready.size));
            c.text(" (");
            if (compares()) {
                describe_change(c, tree_.side_totals[box.first]);
                describe_self_change(c, box.first);
            } else {
                describe(c, box);
            }
            c.text(")");
        }
        rectangle(c, box, at);
        if (compares() && is_gone(tree_.side_totals[box.first])) { hatch(c, box, at); }
        if (room >= 3 && !text.empty()) { label(c, box, at, text, ready.plain, room); }
        if (ready.attributes != nullptr && !ready.attributes->href.empty()) { c.text("</a>"); }
        c.text("</g>\n");
        put(c);
    }

    void describe(text_cursor& c, const flame_box& box) {
        remembered(c, amounts_, box.weight, [&](text_cursor& to) { amount(to, box.weight); });
        const std::uint64_t self = tree_.shown_self(box.first);
        remembered(c, selves_, self, [&](text_cursor& to) { describe_self(to, self); });
        if (tree_.observed) { c.text(interval(tree_.observations(box.first))); }
    }
    void describe_self(text_cursor& c, std::uint64_t self) const {
        c.text("; self ");
        number(c, self);
        if (self == 0) { return; }
        c.text(", ");
        c.percent(self, whole_);
    }

    // Most weights of a large profile are small, and there are few of those: their texts are kept.
    template <class Make>
    static void
    remembered(text_cursor& c, std::vector<std::string>& texts, std::uint64_t weight, Make make) {
        if (weight >= texts.size()) {
            make(c);
            return;
        }
        std::string& text = texts[weight];
        if (text.empty()) {
            const char* begin = c.at;
            make(c);
            text.assign(begin, static_cast<std::size_t>(c.at - begin));
        } else {
            c.text(text);
        }
    }

    // "; 95 % interval 1.20 to 3.40 %" where there are few observations.
    [[nodiscard]] std::string_view interval(std::uint64_t observations) {
        const std::uint64_t all = tree_.observations(0);
        if (observations == 0 || observations >= few_observations || observations >= all) {
            return {};
        }
        std::string& text = intervals_[observations];
        if (text.empty()) {
            const share_interval i = wilson_interval(observations, all);
            char digits[128];
            text_cursor c{digits};
            c.text("; 95 % interval ");
            fixed(c, i.low);
            c.text(" to ");
            fixed(c, i.high);
            c.text(" %");
            text.assign(digits, static_cast<std::size_t>(c.at - digits));
        }
        return text;
    }
    static void fixed(text_cursor& c, double share) {
        const auto hundredths = static_cast<std::uint64_t>(share * 10000 + 0.5);
        c.number(hundredths / 100);
        *c.at++ = '.';
        *c.at++ = static_cast<char>('0' + hundredths / 10 % 10);
        *c.at++ = static_cast<char>('0' + hundredths % 10);
    }

    // "+766 samples, +3.21 %; before 1,234, after 2,000".
    void describe_change(text_cursor& c, const compared& of) const {
        const double change = change_of(of);
        signed_number(c, change);
        if (!is_time()) {
            c.text(" ");
            c.text(unit_);
        }
        c.text(", ");
        signed_percent(c, change);
        c.text("; before ");
        side(c, of.before);
        c.text(", after ");
        side(c, of.after);
    }

    void describe_self_change(text_cursor& c, std::uint32_t node) const {
        const compared& self = tree_.sides[node];
        const compared& total = tree_.side_totals[node];
        c.text("; self ");
        signed_number(c, change_of(self));
        c.text(", before ");
        side(c, self.before);
        c.text(", after ");
        side(c, self.after);
        if (is_gone(total)) { c.text("; only before"); }
        if (total.before.weight == 0 && total.after.weight != 0) { c.text("; only after"); }
        if (!tree_.verdicts.empty()) { c.text(verdict_word(tree_.verdicts[node])); }
    }

    void draw_block(const flame_box& box) {
        const extent at = extent_of(box);
        char text[32];
        text_cursor words{text};
        words.grouped(box.frames);
        words.text(" elided");
        const std::string_view said(text, static_cast<std::size_t>(words.at - text));
        text_cursor c = cursor(0);
        c.text("<g class=\"elided\"><title>");
        c.grouped(box.frames);
        c.text(box.frames == 1 ? " frame elided (" : " frames elided (");
        if (compares()) {
            compared sum;
            for (std::uint32_t i = box.first; i < box.stop; i = tree_.end[i]) {
                add(sum, tree_.side_totals[i]);
            }
            describe_change(c, sum);
        } else {
            amount(c, box.weight);
        }
        c.text(")");
        rectangle(c, box, at);
        if (said.size() <= g_.label_room(at.width)) { label(c, box, at, said, true, said.size()); }
        c.text("</g>\n");
        put(c);
    }

    // From where to where a box goes, in hundredths of a pixel.
    struct extent {
        std::uint64_t x, width;
    };
    [[nodiscard]] extent extent_of(const flame_box& box) const noexcept {
        const std::uint64_t x = g_.x(box.offset);
        return {x, g_.x(box.offset + box.width) - x};
    }

    void rectangle(text_cursor& c, const flame_box& box, const extent& at) const {
        c.text("</title><rect");
        area(c, box, at);
        c.text("/>");
    }
    void hatch(text_cursor& c, const flame_box& box, const extent& at) const {
        c.text("<rect class=\"hatch\"");
        area(c, box, at);
        c.text("/>");
    }
    void area(text_cursor& c, const flame_box& box, const extent& at) const {
        c.text(" x=\"");
        c.hundredths(at.x);
        c.text("\" y=\"");
        c.number(static_cast<std::uint64_t>(g_.y(box.row)));
        c.text("\" width=\"");
        // Neighbours are told apart by a gap, which frames of a pixel or two cannot spare.
        c.hundredths(at.width >= 300 ? at.width - 50 : at.width);
        c.text("\" height=\"");
        c.number(static_cast<std::uint64_t>(g_.row - 1));
        c.text("\"");
    }

    void label(text_cursor& c,
               const flame_box& box,
               const extent& at,
               std::string_view text,
               bool plain,
               std::size_t room) {
        c.text("<text x=\"");
        c.hundredths(at.x + 100 * g_.pad);
        c.text("\" y=\"");
        c.number(static_cast<std::uint64_t>(g_.y(box.row) + g_.baseline()));
        const std::size_t cut =
            options_.truncate_left && !box.elided ? left_cut(text, room) : std::size_t{0};
        if (plain) {
            c.text("\">");
            if (cut != 0) {
                c.text("\xe2\x80\xa6");
                c.text(text.substr(cut));
            } else {
                const bool whole = text.size() <= room;
                c.text(text.substr(0, whole ? room : room - 1));
                if (!whole) { c.text("\xe2\x80\xa6"); }
            }
        } else {
            label_.clear();
            if (cut != 0) { label_ += "\xe2\x80\xa6"; }
            const std::size_t used =
                (cut != 0 ? 1u : 0u) + append_fitted(label_, text.substr(cut), room);
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

    // Returns how many bytes a label loses at its beginning, where that is asked for.
    [[nodiscard]] std::size_t left_cut(std::string_view text, std::size_t room) {
        if (cut_at_left(text, room, starts_) == 0) { return 0; }
        return cut_at_left(text, room - 1, starts_);
    }

    [[nodiscard]] static bool is_ascii(std::string_view text) noexcept {
        for (const char c : text) {
            if (c < ' ' || c > '~') { return false; }
        }
        return true;
    }

    // ---- Attributes. They are rare: what they need of memory is added when they come.

    [[nodiscard]] text_cursor more(const text_cursor& c, std::size_t size) {
        const auto used = static_cast<std::size_t>(c.at - scratch_.data());
        if (scratch_.size() < used + size) { scratch_.resize(2 * (used + size)); }
        return {&scratch_[0] + used};
    }
    [[nodiscard]] text_cursor open_attributes(text_cursor c, const name_attributes& of) {
        std::string text;
        if (!of.classes.empty()) {
            text += ' ';
            append_xml(text, of.classes);
        }
        if (!of.id.empty()) {
            text += "\" id=\"";
            append_xml(text, of.id);
        }
        c = more(c, text.size() + frame_text_room);
        c.text(text);
        return c;
    }
    [[nodiscard]] text_cursor open_link(text_cursor c,
                                        const name_attributes& of,
                                        const prepared& ready,
                                        std::string_view name) {
        if (of.href.empty()) { return more(c, ready.size + 6 * name.size() + frame_text_room); }
        std::string text = "<a href=\"";
        append_xml(text, of.href);
        text += "\" target=\"";
        append_xml(text, of.target.empty() ? std::string_view("_top") : of.target);
        text += "\">";
        c = more(c, text.size() + 2 * ready.size + 6 * name.size() + frame_text_room);
        c.text(text);
        return c;
    }
    [[nodiscard]] text_cursor own_title(text_cursor c,
                                        const name_attributes& of,
                                        const prepared& ready,
                                        std::string_view name) {
        std::string text;
        append_xml(text, of.title);
        c = more(c, text.size() + ready.size + 6 * name.size() + frame_text_room);
        c.text(text);
        return c;
    }

    // ---- Below the frames.

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
        const int x = compares() ? change_legend() : legend();
        const std::string about = provenance();
        if (!about.empty()) { line("quiet about", x, 44, about, 6.6); }
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
            c.percent(elided_weight_, whole_);
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

    void swatch(std::string_view style, int x, int width) {
        out_.put("<rect class=\"swatch ");
        out_.put(style);
        out_.put("\" x=\"");
        out_.put_number(x);
        out_.put("\" y=\"34\" width=\"");
        out_.put_number(width);
        out_.put("\" height=\"12\"/>");
    }
    // Returns where the next text on its line may begin.
    int caption(int x, std::string_view word) {
        line("quiet", x, 44, word, 6.6);
        return x + 19 + static_cast<int>(word.size()) * 7;
    }

    int legend() {
        int x = 0;
        const bool by_kind =
            options_.palette == flame_palette::kinds || options_.palette == flame_palette::safe;
        if (!by_kind) { return x; }
        constexpr frame_kind kinds[] = {frame_kind::kernel, frame_kind::inlined, frame_kind::jit};
        for (const frame_kind kind : kinds) {
            const auto is_kind = [&](const flame_name& n) { return n.kind == kind && n.nodes > 0; };
            const auto& names = tree_.names;
            if (std::none_of(names.begin(), names.end(), is_kind)) { continue; }
            flame_name sample;
            sample.letter = kind_letter(kind);
            const hue& colours = hue_by(hue_in(options_.palette, sample));
            std::string_view word = kind_word(kind).substr(2);
            word.remove_suffix(1);
            const char style[] = {colours.letter, shade_digit(colours.shades / 2)};
            swatch(std::string_view(style, 2), x, 12);
            x = caption(x + 17, word);
        }
        return x;
    }

    int change_legend() {
        out_.put("<g class=\"legend\">");
        int x = 0;
        for (const char* style :
             {"n9", "n7", "n5", "n3", "n1", "z0", "u1", "u3", "u5", "u7", "u9"}) {
            swatch(style, x, 13);
            x += 13;
        }
        x = caption(x + 6, options_.by_self ? "less, more itself" : "less, more");
        swatch("z0", x, 12);
        x = caption(x + 17, tree_.verdicts.empty() ? "no change" : "no significant change");
        swatch("z0", x, 12);
        swatch("hatch", x, 12);
        x = caption(x + 17, "only before");
        out_.put("</g>\n");
        if (!options_.interactive) { // the page's controls say it
            std::string text = "width: ";
            text += options_.widths == frame_width::both ? "before and after"
                                                         : width_word(options_.widths);
            x = caption(x, text);
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
        const std::vector<origin>& origins = tree_.origins;
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
        if (summary_.without_base != 0) { add("stacks without a base left out"); }
        return text;
    }

    [[nodiscard]] static std::string rate(double hertz, std::string_view what) {
        if (!(hertz > 0 && hertz < 1e12)) { return {}; } // NaN too
        const auto tenths = static_cast<std::uint64_t>(hertz * 10 + 0.5);
        std::string text = std::to_string(tenths / 10);
        if (tenths % 10 != 0) { (text += '.') += static_cast<char>('0' + tenths % 10); }
        return text.append(what);
    }

    // ---- What the page draws from.

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
    void setting(std::string_view key, bool value) {
        setting(key, std::string_view(value ? "1" : "0"));
    }
    void setting(std::string_view key, const char* value) { setting(key, std::string_view(value)); }
    void setting(std::string_view key, const std::string& value) {
        setting(key, std::string_view(value));
    }
    // To twelve digits behind the point, as the standard library has no shortest form everywhere.
    void setting_real(std::string_view key, double value) {
        char text[64];
        text_cursor c{text};
        double size = absolute(value);
        if (!(size < 1e15)) { size = 1; } // NaN too
        if (value < 0) { c.text("-"); }
        const auto whole = static_cast<std::uint64_t>(size);
        c.number(whole);
        *c.at++ = '.';
        const double rest = (size - static_cast<double>(whole)) * 1e12 + 0.5;
        char digits[20];
        const char* end =
            std::to_chars(digits, digits + sizeof digits, static_cast<std::uint64_t>(rest)).ptr;
        const auto count = static_cast<std::size_t>(end - digits);
        for (std::size_t i = count; i < 12; ++i) { *c.at++ = '0'; }
        c.text(std::string_view(digits, (std::min)(count, std::size_t{12})));
        setting(key, std::string_view(text, static_cast<std::size_t>(c.at - text)));
    }

    void data() {
        out_.put("<metadata class=\"wick-page\"");
        setting("version", 2);
        setting("source", compares() ? "comparison" : tree_.lanes() ? "timeline" : "profile");
        setting("unit", unit_);
        setting("time", is_time());
        std::string weights; // what they are, whatever the picture calls them
        append_xml(weights, data_.unit);
        setting("weights", weights);
        setting("counted",
                data_.counted == counted_as::samples ? "samples"
                : data_.counted == counted_as::calls ? "calls"
                                                     : "unknown");
        setting("decimals", tree_.decimals);
        setting("big", data_.big);
        setting("total", tree_.total[0]);
        setting("whole", options_.total);
        setting("nodes", std::uint64_t{data_.size()});
        setting("observed", data_.observed);
        setting("width", g_.width);
        setting("fluid", options_.fluid);
        setting("inverted", options_.inverted);
        setting("reverse", options_.reverse && !tree_.lanes());
        setting("left", options_.truncate_left);
        setting("side", g_.side);
        setting("top", g_.top);
        setting("foot", g_.foot);
        setting("row", g_.row);
        setting("rows", g_.rows);
        setting("baseline", g_.baseline());
        setting_real("factor", options_.factor);
        text_cursor c = cursor(0);
        c.hundredths(g_.min_width);
        setting("min", written(c));
        std::string type;
        append_xml(type, options_.name_type);
        setting("type", type);
        if (compares()) {
            setting("widths", width_word(options_.widths));
            setting("self-colours", options_.by_self);
            setting("negate", options_.negate);
            setting("tested", !data_.verdicts.empty());
            setting_real("scale", data_.before_scale);
        }
        out_.put("/>\n");
        data_names();
        data_attributes();
        data_nodes();
        out_.put("<script><![CDATA[");
        for (const std::string_view part : flamegraph_script_parts) { out_.put(part); }
        out_.put("]]></script>\n");
    }

    void data_names() {
        out_.put("<metadata class=\"wick-names\">");
        std::string text;
        for (std::uint32_t name = 0; name < data_.names.size(); ++name) {
            const flame_name& of = data_.names[name];
            text = of.letter;
            text += colours_.of(of, name == 0).view();
            text += ' ';
            append_escaped(text, name == 0 ? std::string_view("all") : of.text);
            text += '\n';
            out_.put(text);
        }
        out_.put("</metadata>\n");
    }

    // A line is a name's number, its title, link, target, id and classes, with tabs between.
    void data_attributes() {
        if (options_.attributes.empty()) { return; }
        out_.put("<metadata class=\"wick-attributes\">");
        std::string text;
        for (std::uint32_t name = 1; name < data_.names.size(); ++name) {
            const name_attributes* of = attributes_of(data_.names[name]);
            if (of == nullptr) { continue; }
            text = std::to_string(name);
            for (const std::string* part :
                 {&of->title, &of->href, &of->target, &of->id, &of->classes}) {
                text += '\t';
                append_escaped(text, *part);
            }
            text += '\n';
            out_.put(text);
        }
        out_.put("</metadata>\n");
    }

    // XML parsers refuse texts beyond some 10 MB: the nodes are in several elements, none of them
    // cut in two.
    void data_nodes() {
        constexpr std::uint32_t nodes_per_part = 200000;
        char text[80];           // five numbers of 13 digits at most
        std::uint32_t level = 0; // one more than the depth of the node before
        for (std::uint32_t i = 0; i < data_.size(); ++i) {
            if (i % nodes_per_part == 0) {
                out_.put(i == 0 ? "<metadata class=\"wick-nodes\">"
                                : "</metadata>\n<metadata class=\"wick-nodes\">");
            }
            const char* end = put_node(text, level - data_.depth[i], i);
            out_.put(std::string_view(text, static_cast<std::size_t>(end - text)));
            level = data_.depth[i] + 1;
        }
        out_.put("</metadata>\n");
    }

    [[nodiscard]] char* put_node(char* at, std::uint64_t up, std::uint32_t i) const {
        const bool two = compares();
        const std::uint64_t first = two ? zigzag(data_.sides[i].after.weight) : data_.self[i];
        std::uint64_t second = 0; // of one column, the count where it is not the weight
        if (two) { second = zigzag(data_.sides[i].before.weight); }
        const bool counted =
            !two && !data_.count.empty() && data_.count[i] != data_.usual_count(data_.self[i]);
        if (counted) { second = data_.count[i]; }
        const bool has_second = counted || second != 0;
        at = put_base32(at, 4 * up + (has_second ? 2 : 0) + (first != 0 ? 1 : 0));
        at = put_base32(at, data_.name[i]);
        if (first != 0) { at = put_base32(at, first); }
        if (has_second) { at = put_base32(at, second); }
        if (!data_.verdicts.empty()) {
            at = put_base32(at,
                            static_cast<std::uint64_t>(data_.verdicts[i]) +
                                5 * static_cast<std::uint64_t>(data_.self_verdicts[i]));
        }
        return at;
    }

    // Small numbers of either sign as small numbers: 0, -1, 1, -2, …
    [[nodiscard]] static std::uint64_t zigzag(std::int64_t value) noexcept {
        const auto bits = static_cast<std::uint64_t>(value);
        return value < 0 ? ~(bits << 1) : bits << 1;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
