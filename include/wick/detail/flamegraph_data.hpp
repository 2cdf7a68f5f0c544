// wick/detail/flamegraph_data.hpp - what a flame graph's page draws from, as text in its file.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_DATA_HPP
#define WICK_DETAIL_FLAMEGRAPH_DATA_HPP

#include <wick/detail/flame_tree.hpp>          // what is drawn
#include <wick/detail/flamegraph_geometry.hpp> // where it is
#include <wick/detail/flamegraph_options.hpp>  // what it looks like
#include <wick/detail/flamegraph_palette.hpp>  // which colour is whose
#include <wick/detail/flamegraph_text.hpp>     // numbers as text
#include <wick/detail/shown_text.hpp>          // names as XML
#include <wick/detail/writer.hpp>              // the sink

#include <algorithm>   // std::min
#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t, std::ptrdiff_t
#include <cstdint>     // weights
#include <string>      // a name's line
#include <string_view> // settings

WICK_BEGIN_NAMESPACE
namespace detail {

/// Appends numbers in base 32, lowest digit first, 32 being added to all digits but the last.
inline char* put_base32(char* at, std::uint64_t value) noexcept {
    constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (; value >= 32; value >>= 5) { *at++ = alphabet[32 + (value & 31)]; }
    *at++ = alphabet[value];
    return at;
}

/// Writes the settings, names, attributes and nodes of a page; write_flamegraph tells their format.
template <class Sink>
class flamegraph_data_writer {
public:
    flamegraph_data_writer(text_writer<Sink>& out,
                           const flame_tree& tree,
                           const flamegraph_options& options,
                           const flamegraph_geometry& geometry,
                           const flame_colours& colours,
                           const flame_numbers& numbers)
        : out_(out)
        , tree_(tree)
        , options_(options)
        , g_(geometry)
        , colours_(colours)
        , numbers_(numbers) {}

    void write() {
        settings();
        names();
        attributes();
        nodes();
    }

private:
    text_writer<Sink>& out_;
    const flame_tree& tree_;
    const flamegraph_options& options_;
    const flamegraph_geometry& g_;
    const flame_colours& colours_;
    const flame_numbers& numbers_;

    [[nodiscard]] bool compares() const noexcept {
        return tree_.source == flame_source::comparison;
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

    void settings() {
        out_.put("<metadata class=\"wick-page\"");
        setting("version", 2);
        setting("source", compares() ? "comparison" : tree_.lanes() ? "timeline" : "profile");
        setting("unit", numbers_.unit());
        setting("time", numbers_.is_time());
        std::string weights; // what they are, whatever the picture calls them
        append_xml(weights, tree_.unit);
        setting("weights", weights);
        setting("counted",
                tree_.counted == counted_as::samples ? "samples"
                : tree_.counted == counted_as::calls ? "calls"
                                                     : "unknown");
        setting("decimals", tree_.decimals);
        setting("big", tree_.big);
        setting("total", tree_.total[0]);
        setting("whole", options_.total);
        setting("nodes", std::uint64_t{tree_.size()});
        setting("observed", tree_.observed);
        setting("inverted", options_.inverted);
        setting("reverse", options_.reverse && !tree_.lanes());
        setting("left", options_.truncate_left);
        setting("by-width", options_.palette == flame_palette::width);
        setting_real("factor", options_.factor);
        std::string type;
        append_xml(type, options_.name_type);
        setting("type", type);
        if (compares()) {
            setting("widths", width_word(options_.widths));
            setting("self-colours", options_.by_self);
            setting("negate", options_.negate);
            setting("tested", !tree_.verdicts.empty());
            setting_real("scale", tree_.before_scale);
        }
        lengths();
        out_.put("/>\n");
    }

    void lengths() {
        setting("width", g_.width);
        setting("fluid", options_.fluid);
        setting("side", g_.side);
        setting("top", g_.top);
        setting("foot", g_.foot);
        setting("row", g_.row);
        setting("rows", g_.rows);
        setting("baseline", g_.baseline());
        char text[32];
        text_cursor c{text};
        c.hundredths(g_.min_width);
        setting("min", std::string_view(text, static_cast<std::size_t>(c.at - text)));
    }

    // Text in elements of one class. XML parsers refuse more than some 10 MB in one: then there are
    // several, no piece being cut in two.
    class element {
    public:
        element(text_writer<Sink>& out, std::string_view name)
            : out_(out)
            , name_(name) {
            open();
        }
        void put(std::string_view piece) {
            if (size_ + piece.size() > limit && size_ != 0) {
                close();
                open();
            }
            out_.put(piece);
            size_ += piece.size();
        }
        void close() {
            out_.put("</metadata>\n");
            size_ = 0;
        }

    private:
        static constexpr std::size_t limit = 4000000;
        text_writer<Sink>& out_;
        std::string_view name_;
        std::size_t size_ = 0;

        void open() {
            out_.put("<metadata class=\"");
            out_.put(name_);
            out_.put("\">");
        }
    };

    void names() {
        element to(out_, "wick-names");
        std::string text;
        for (std::uint32_t name = 0; name < tree_.names.size(); ++name) {
            const flame_name& of = tree_.names[name];
            text = of.letter;
            text += colours_.of(of, name == 0).view();
            text += ' ';
            append_escaped(text, name == 0 ? std::string_view("all") : of.text);
            text += '\n';
            to.put(text);
        }
        to.close();
    }

    // A line is a name's number, its title, link, target, id and classes, with tabs between.
    void attributes() {
        if (options_.attributes.empty()) { return; }
        element to(out_, "wick-attributes");
        std::string text;
        for (std::uint32_t name = 1; name < tree_.names.size(); ++name) {
            const name_attributes* of = attributes_of(tree_.names[name], options_);
            if (of == nullptr) { continue; }
            text = std::to_string(name);
            for (const std::string* part :
                 {&of->title, &of->href, &of->target, &of->id, &of->classes}) {
                text += '\t';
                append_escaped(text, *part);
            }
            text += '\n';
            to.put(text);
        }
        to.close();
    }

    void nodes() {
        element to(out_, "wick-nodes");
        constexpr std::size_t node_room = 80; // five numbers of 13 digits at most
        char text[64 * node_room];
        char* at = text;
        std::uint32_t level = 0; // one more than the depth of the node before
        for (std::uint32_t i = 0; i < tree_.size(); ++i) {
            at = put_node(at, level - tree_.depth[i], i);
            level = tree_.depth[i] + 1;
            if (text + sizeof text - at >= std::ptrdiff_t{node_room}) { continue; }
            to.put(std::string_view(text, static_cast<std::size_t>(at - text)));
            at = text;
        }
        to.put(std::string_view(text, static_cast<std::size_t>(at - text)));
        to.close();
    }

    [[nodiscard]] char* put_node(char* at, std::uint64_t up, std::uint32_t i) const {
        const bool two = compares();
        const std::uint64_t first = two ? zigzag(tree_.sides[i].after.weight) : tree_.self[i];
        std::uint64_t second = 0; // of one column, the count where it is not the weight
        if (two) { second = zigzag(tree_.sides[i].before.weight); }
        const bool counted =
            !two && !tree_.count.empty() && tree_.count[i] != tree_.usual_count(tree_.self[i]);
        if (counted) { second = tree_.count[i]; }
        const bool has_second = counted || second != 0;
        at = put_base32(at, 4 * up + (has_second ? 2 : 0) + (first != 0 ? 1 : 0));
        at = put_base32(at, tree_.name[i]);
        if (first != 0) { at = put_base32(at, first); }
        if (has_second) { at = put_base32(at, second); }
        if (!tree_.verdicts.empty()) {
            at = put_base32(at,
                            static_cast<std::uint64_t>(tree_.verdicts[i]) +
                                5 * static_cast<std::uint64_t>(tree_.self_verdicts[i]));
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
