// wick/detail/flamegraph_page.hpp - writes the parts of a flame graph's file.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_PAGE_HPP
#define WICK_DETAIL_FLAMEGRAPH_PAGE_HPP

#include <wick/detail/flame_tree.hpp>          // what is drawn where
#include <wick/detail/flamegraph_data.hpp>     // what the page draws from
#include <wick/detail/flamegraph_geometry.hpp> // lengths
#include <wick/detail/flamegraph_options.hpp>  // what it looks like
#include <wick/detail/flamegraph_palette.hpp>  // which colour is whose
#include <wick/detail/flamegraph_script.hpp>   // the page's script
#include <wick/detail/flamegraph_style.hpp>    // the page's colours
#include <wick/detail/flamegraph_text.hpp>     // numbers and words
#include <wick/detail/shown_text.hpp>          // names as XML
#include <wick/detail/writer.hpp>              // the sink

#include <algorithm>   // std::max, std::none_of
#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // pieces of the file
#include <string_view> // pieces of the file
#include <vector>      // names that were prepared

WICK_BEGIN_NAMESPACE
namespace detail {

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
        , numbers_(shown, options)
        , g_(options)
        , names_(shown.names.size())
        , intervals_(few_observations)
        , amounts_(256)
        , selves_(256) {
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
            if (options_.interactive) { page(); }
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
    flame_numbers numbers_;
    flamegraph_geometry g_;
    flamegraph_summary summary_;
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

    [[nodiscard]] bool compares() const noexcept {
        return tree_.source == flame_source::comparison;
    }

    // A first pass over the boxes: the height and the notes depend on all of them.
    void measure() {
        summary_.frames = tree_.size() - tree_.gaps;
        summary_.negative = tree_.negative;
        if (tree_.total[0] == 0) { return; }
        g_.fit(numbers_.whole(), tree_.total[0]);
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
        const std::size_t room = name_size + 2 * numbers_.unit().size() + frame_text_room;
        if (scratch_.size() < room) { scratch_.resize(2 * room); }
        return {&scratch_[0]};
    }
    [[nodiscard]] std::string_view written(const text_cursor& end) const {
        return {scratch_.data(), static_cast<std::size_t>(end.at - scratch_.data())};
    }
    void put(const text_cursor& end) { out_.put(written(end)); }

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
        flamegraph_sheet(data_, options_, colours_, g_.font_size).append(text);
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
        text_cursor c = cursor(numbers_.plain_unit().size());
        if (compares()) {
            const compared& all = tree_.side_totals[0];
            c.text("before ");
            numbers_.side(c, all.before);
            c.text(", after ");
            numbers_.side(c, all.after);
            if (!numbers_.is_time()) {
                c.text(" ");
                c.text(numbers_.plain_unit());
            }
        } else {
            numbers_.with_unit(c, tree_.total[0], numbers_.plain_unit());
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
        made.attributes = attributes_of(of, options_);
        return made;
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
        const double change = numbers_.change_of(of);
        int shade = change_shade(change, numbers_.change_whole());
        // Too few samples for a test show nothing either.
        if (tested && says != verdict::improved && says != verdict::regressed) { shade = 0; }
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
            if (ready.style.text[0] == 'W') { // not by name alone
                c.at[-1] = shade_digit(width_shade(box.weight, numbers_.whole()));
            }
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
                describe_change(c, box.first);
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
        remembered(
            c, amounts_, box.weight, [&](text_cursor& to) { numbers_.amount(to, box.weight); });
        const std::uint64_t self = tree_.shown_self(box.first);
        remembered(c, selves_, self, [&](text_cursor& to) { numbers_.self(to, self); });
        if (tree_.observed) { c.text(interval(tree_.observations(box.first))); }
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
            c.two_decimals(hundredths_of_percent(i.low));
            c.text(" to ");
            c.two_decimals(hundredths_of_percent(i.high));
            c.text(" %");
            text.assign(digits, static_cast<std::size_t>(c.at - digits));
        }
        return text;
    }
    [[nodiscard]] static std::uint64_t hundredths_of_percent(double share) noexcept {
        return static_cast<std::uint64_t>(share * 10000 + 0.5);
    }

    void describe_change(text_cursor& c, std::uint32_t node) const {
        const compared& total = tree_.side_totals[node];
        numbers_.change(c, total);
        numbers_.self_change(c, tree_.sides[node]);
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
            numbers_.change(c, sum);
        } else {
            numbers_.amount(c, box.weight);
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
        out_.put("<g class=\"facts\">\n");
        const int x = compares() ? change_legend() : legend();
        const std::string about = provenance();
        if (!about.empty()) { line("quiet about", x, 44, about, 6.6); }
        out_.put("</g>\n</g>\n");
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
            c.percent(elided_weight_, numbers_.whole());
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

    // A key explains colours: swatches and a word. The page moves it where there is room.
    void begin_key(int x) {
        out_.put("<g class=\"key\" transform=\"translate(");
        out_.put_number(x);
        out_.put(",0)\">");
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
    // Returns how wide the key is about, with what is free behind it.
    [[nodiscard]] int end_key(int x, std::string_view word) {
        out_.put("<text class=\"quiet\" x=\"");
        out_.put_number(x);
        out_.put("\" y=\"44\">");
        out_.put(word);
        out_.put("</text></g>\n");
        return x + 19 + static_cast<int>(word.size()) * 7;
    }
    [[nodiscard]] int key(int x, std::string_view style, std::string_view word) {
        begin_key(x);
        swatch(style, 0, 12);
        return x + end_key(17, word);
    }

    // Returns where the next text on its line may begin; so does the next.
    [[nodiscard]] int legend() {
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
            x = key(x, std::string_view(style, 2), word);
        }
        return x;
    }

    [[nodiscard]] int change_legend() {
        int x = 0;
        begin_key(0);
        for (const char* style :
             {"n9", "n7", "n5", "n3", "n1", "z0", "u1", "u3", "u5", "u7", "u9"}) {
            swatch(style, x, 13);
            x += 13;
        }
        x = end_key(x + 6, options_.by_self ? "less, more itself" : "less, more");
        x = key(x, "z0", tree_.verdicts.empty() ? "no change" : "no significant change");
        begin_key(x);
        swatch("z0", 0, 12);
        swatch("hatch", 0, 12);
        x += end_key(17, "only before");
        if (!options_.interactive) { // the page's controls say it
            std::string text = "width: ";
            text += options_.widths == frame_width::both ? "before and after"
                                                         : width_word(options_.widths);
            begin_key(x);
            x += end_key(0, text);
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
        add(duration(&origin::duration_ns, " observed"));
        add(duration(&origin::cpu_ns, " of CPU time"));
        if (dropped != 0) { add(std::to_string(dropped) + " samples dropped"); }
        if (truncated != 0) { add(std::to_string(truncated) + " stacks truncated"); }
        if (tree_.negative != 0) {
            add(std::to_string(tree_.negative) + " negative weights taken as 0");
        }
        if (summary_.without_base != 0) { add("stacks without a base left out"); }
        return text;
    }

    // A sum over all origins, if one of them knows it: "12.3 s observed".
    [[nodiscard]] std::string duration(std::uint64_t origin::*of, std::string_view what) const {
        std::uint64_t sum = 0;
        for (const origin& from : tree_.origins) { sum += from.*of; }
        if (sum == 0) { return {}; }
        char text[40];
        text_cursor c{text};
        flame_numbers::time(c, sum);
        return std::string(text, static_cast<std::size_t>(c.at - text)).append(what);
    }

    [[nodiscard]] static std::string rate(double hertz, std::string_view what) {
        if (!(hertz > 0 && hertz < 1e12)) { return {}; } // NaN too
        const auto tenths = static_cast<std::uint64_t>(hertz * 10 + 0.5);
        std::string text = std::to_string(tenths / 10);
        if (tenths % 10 != 0) { (text += '.') += static_cast<char>('0' + tenths % 10); }
        return text.append(what);
    }

    void page() {
        flamegraph_data_writer<Sink>(out_, data_, options_, g_, colours_, numbers_).write();
        out_.put("<script><![CDATA[");
        for (const std::string_view part : flamegraph_script_parts) { out_.put(part); }
        out_.put("]]></script>\n");
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
