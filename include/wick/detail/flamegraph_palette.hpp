// wick/detail/flamegraph_palette.hpp - which colour a frame has.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_PALETTE_HPP
#define WICK_DETAIL_FLAMEGRAPH_PALETTE_HPP

#include <wick/detail/flame_tree.hpp> // names
#include <wick/detail/text.hpp>       // lines
#include <wick/result.hpp>            // what parsing returns

#include <algorithm>   // std::lower_bound
#include <charconv>    // std::from_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // hashes
#include <string>      // the palette's rules
#include <string_view> // names
#include <vector>      // a map of colours

WICK_BEGIN_NAMESPACE

/// A colour of a screen.
struct rgb {
    std::uint8_t red = 0, green = 0, blue = 0;

    friend bool operator==(rgb a, rgb b) {
        return a.red == b.red && a.green == b.green && a.blue == b.blue;
    }
    friend bool operator!=(rgb a, rgb b) { return !(a == b); }
    friend bool operator<(rgb a, rgb b) { return a.number() < b.number(); }

private:
    [[nodiscard]] int number() const noexcept { return red << 16 | green << 8 | blue; }
};

/// How frames are coloured. All but `kinds` and `safe` are those of other flame graphs, their
/// shades made light enough for dark labels.
enum class flame_palette : std::uint8_t {
    kinds, ///< functions red to yellow; kernel, inlined and JIT frames in hues of their own
    hot,   ///< every frame red to yellow
    mem,
    io,
    wakeup,
    chain, ///< waker frames, "_[w]", beside the others
    java,  ///< this and the next four by the language that a name seems to be of
    js,
    perl,
    python,
    rust,
    red,
    green,
    blue,
    aqua,
    yellow,
    purple,
    orange,
    width, ///< the wider a frame, the redder
    safe   ///< as `kinds`, in colours that the colour-blind can tell apart
};

/// What chooses a frame's shade.
enum class flame_shades : std::uint8_t {
    name,     ///< the name: functions with similar names look different
    spelling, ///< its first letters: functions with similar names look similar
    other     ///< the name, in another way than `name`
};

/// A colour that was given to a function for good.
struct named_colour {
    std::string name; ///< with the suffix of its kind; the root's is empty
    rgb colour;

    friend bool operator==(const named_colour& a, const named_colour& b) {
        return a.name == b.name && a.colour == b.colour;
    }
    friend bool operator!=(const named_colour& a, const named_colour& b) { return !(a == b); }
};

/// Colours by name: sorted, each name once.
using palette_map = std::vector<named_colour>;

namespace detail {

/// Reads a whole number of 0 to 255 at the beginning of a text, which it takes off.
[[nodiscard]] inline bool take_part(std::string_view& text, std::uint8_t& part, int base) {
    const std::size_t size = base == 16 ? (std::min)(text.size(), std::size_t{2}) : text.size();
    const auto read = std::from_chars(text.data(), text.data() + size, part, base);
    if (read.ec != std::errc()) { return false; }
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    return true;
}

/// Reads "rgb(1,2,3)", nothing before or behind it.
[[nodiscard]] inline bool parse_rgb_function(std::string_view text, rgb& colour) {
    if (text.substr(0, 4) != "rgb(") { return false; }
    text.remove_prefix(4);
    for (std::uint8_t* part : {&colour.red, &colour.green, &colour.blue}) {
        if (!take_part(text, *part, 10) || text.empty()) { return false; }
        if (text[0] != (part == &colour.blue ? ')' : ',')) { return false; }
        text.remove_prefix(1);
    }
    return text.empty();
}

} // namespace detail

/// Reads "#rrggbb", "#rgb" or "rgb(1,2,3)". Errors: anything else.
[[nodiscard]] inline result<rgb> parse_rgb(std::string_view text) {
    rgb colour;
    if (detail::parse_rgb_function(text, colour)) { return {colour, {}}; }
    std::string digits(text.substr(text.empty() ? 0 : 1));
    if (digits.size() == 3) {
        digits = {digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]};
    }
    std::string_view rest = digits;
    const bool read = !text.empty() && text[0] == '#' && digits.size() == 6 &&
                      detail::take_part(rest, colour.red, 16) && rest.size() == 4 &&
                      detail::take_part(rest, colour.green, 16) && rest.size() == 2 &&
                      detail::take_part(rest, colour.blue, 16) && rest.empty();
    if (!read) {
        return {{}, error{"expected a colour as #rrggbb, not \"" + std::string(text) + "\""}};
    }
    return {colour, {}};
}

/// A palette.map file as it was read.
struct palette_text {
    palette_map colours;
    wick::skipped skipped; ///< lines without a colour
};

/// Reads a palette.map: a line "NAME->rgb(r,g,b)" for each function. Names may hold "->" too: the
/// last one counts. Of two lines for a name, the last one counts.
[[nodiscard]] inline palette_text parse_palette_map(std::string_view text) {
    palette_text read;
    std::uint64_t number = 0;
    for (std::string_view line; detail::take_line(text, line);) {
        ++number;
        if (line.empty()) { continue; }
        const std::size_t arrow = line.rfind("->rgb(");
        named_colour made;
        if (arrow == std::string_view::npos ||
            !detail::parse_rgb_function(line.substr(arrow + 2), made.colour)) {
            read.skipped.add("expected \"NAME->rgb(r,g,b)\"", number);
            continue;
        }
        made.name = line.substr(0, arrow);
        read.colours.push_back(std::move(made));
    }
    std::stable_sort(read.colours.begin(), read.colours.end(), [](const auto& a, const auto& b) {
        return a.name < b.name;
    });
    palette_map once;
    for (named_colour& c : read.colours) {
        if (!once.empty() && once.back().name == c.name) { once.pop_back(); }
        once.push_back(std::move(c));
    }
    read.colours = std::move(once);
    return read;
}

/// Returns the text of a palette.map, sorted by name. Line breaks in names become blanks.
[[nodiscard]] inline std::string to_palette_map(const palette_map& colours) {
    std::string text;
    for (const named_colour& c : colours) {
        for (const char letter : c.name) {
            text += letter == '\n' || letter == '\r' ? ' ' : letter;
        }
        text += "->rgb(" + std::to_string(c.colour.red) + ',' + std::to_string(c.colour.green) +
                ',' + std::to_string(c.colour.blue) + ")\n";
    }
    return text;
}

namespace detail {

/// A red, a green and a blue part, 0 to 255 each.
struct colour {
    int red, green, blue;
};

/// A row of shades between three colours, for the frames of a sort. `letter` begins their class.
struct hue {
    char letter;
    int shades; ///< 1 to 36: a class ends in a digit or a letter
    colour from, middle, to;
};

/// Frames are coloured by class: what a frame is decides the hue, its name the shade. All shades
/// are light enough for dark labels (a contrast of 4.5 and more), in both of the page's modes.
inline constexpr hue hues[] = {
    {'f', 32, {243, 114, 84}, {249, 166, 76}, {252, 212, 104}},   // functions: red to yellow
    {'k', 8, {126, 164, 232}, {144, 182, 240}, {166, 200, 246}},  // kernel: blue
    {'i', 8, {92, 190, 182}, {116, 205, 196}, {144, 218, 208}},   // inlined: teal
    {'j', 8, {124, 192, 108}, {148, 206, 128}, {174, 220, 150}},  // JIT: green
    {'p', 1, {188, 194, 206}, {188, 194, 206}, {188, 194, 206}},  // process, thread, label: grey
    {'m', 1, {214, 196, 214}, {214, 196, 214}, {214, 196, 214}},  // what wick put in
    {'r', 1, {206, 210, 218}, {206, 210, 218}, {206, 210, 218}},  // the root
    {'x', 2, {164, 164, 164}, {182, 182, 182}, {200, 200, 200}},  // separators: "--", "-"
    {'A', 16, {246, 122, 106}, {248, 146, 130}, {252, 172, 158}}, // red
    {'B', 16, {104, 200, 104}, {128, 214, 122}, {160, 228, 150}}, // green
    {'C', 16, {124, 160, 240}, {146, 180, 246}, {172, 202, 252}}, // blue
    {'D', 16, {86, 196, 196}, {112, 210, 210}, {146, 222, 222}},  // aqua
    {'E', 16, {216, 200, 80}, {226, 212, 96}, {238, 226, 120}},   // yellow
    {'G', 16, {208, 140, 224}, {218, 160, 232}, {228, 182, 240}}, // purple
    {'H', 16, {240, 150, 60}, {246, 170, 80}, {250, 190, 110}},   // orange
    {'M', 16, {70, 196, 110}, {60, 206, 160}, {90, 220, 200}},    // memory: greens
    {'I', 16, {128, 150, 236}, {132, 160, 244}, {154, 180, 250}}, // input and output: blues
    {'W', 16, {253, 240, 200}, {251, 196, 110}, {241, 112, 84}},  // width: sand to red
    {'S', 32, {230, 190, 60}, {242, 214, 120}, {250, 236, 184}},  // safe: sand
    {'T', 8, {96, 160, 220}, {116, 176, 232}, {140, 192, 240}},   // safe: blue
    {'U', 8, {170, 190, 214}, {184, 202, 222}, {198, 214, 230}},  // safe: pale blue
    {'V', 8, {226, 136, 74}, {232, 150, 92}, {238, 164, 110}},    // safe: vermilion
};

[[nodiscard]] inline const hue& hue_by(char letter) noexcept {
    const hue* found = hues;
    while (found->letter != letter) { ++found; }
    return *found;
}

/// What palettes are called in command lines, in the order of the enumeration.
inline constexpr std::string_view palette_names[] = {
    "kinds", "hot", "mem",   "io",   "wakeup", "chain",  "java",   "js",     "perl",  "python",
    "rust",  "red", "green", "blue", "aqua",   "yellow", "purple", "orange", "width", "safe"};

[[nodiscard]] inline bool has_part(std::string_view text, std::string_view part) noexcept {
    return text.find(part) != std::string_view::npos;
}
[[nodiscard]] inline bool begins_with(std::string_view text, std::string_view part) noexcept {
    return text.substr(0, part.size()) == part;
}

// How the palettes of languages tell sorts of code by the spelling of a name. `kind` is that of the
// frame's suffix. Each returns the letter of a hue.

[[nodiscard]] inline char java_hue(std::string_view name, char kind) noexcept {
    if (kind == 'k') { return 'H'; }
    if (kind == 'i') { return 'D'; }
    if (kind == 'j') { return 'B'; }
    if (has_part(name, "::") || has_part(name, "-[") || has_part(name, "+[")) { return 'E'; }
    const bool capital = !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
    if (has_part(name, "/") || has_part(name, ".") || capital) { return 'B'; }
    return 'A';
}

[[nodiscard]] inline char js_hue(std::string_view name, char kind) noexcept {
    if (kind == 'k') { return 'H'; }
    if (has_part(name, "node_modules/")) { return 'G'; }
    if (kind == 'j') { return has_part(name, "/") ? 'B' : 'D'; }
    if (has_part(name, "::")) { return 'E'; }
    const std::size_t slash = name.find('/');
    if (slash != std::string_view::npos && has_part(name.substr(slash), ".js")) { return 'B'; }
    if (has_part(name, ":")) { return 'D'; }
    if (name.find_first_not_of(' ') == std::string_view::npos) { return 'B'; }
    return 'A';
}

[[nodiscard]] inline char perl_hue(std::string_view name, char kind) noexcept {
    if (kind == 'k') { return 'H'; }
    if (has_part(name, "Perl") || has_part(name, ".pl")) { return 'B'; }
    if (has_part(name, "::")) { return 'E'; }
    return 'A';
}

[[nodiscard]] inline char python_hue(std::string_view name, char kind) noexcept {
    if (kind == 'k') { return 'H'; }
    if (has_part(name, "site-packages")) { return 'D'; }
    for (const std::string_view own : {"python3.", "<built-in", "<method", "<frozen"}) {
        if (has_part(name, own)) { return 'E'; }
    }
    return 'A';
}

[[nodiscard]] inline char rust_hue(std::string_view name, char kind) noexcept {
    if (kind == 'k') { return 'A'; }
    const std::size_t program = name.find('`');
    if (program != std::string_view::npos) { name.remove_prefix(program + 1); }
    if (begins_with(name, "<")) { name.remove_prefix(1); }
    for (const std::string_view own : {"core::", "std::", "alloc::"}) {
        if (begins_with(name, own)) { return 'H'; }
    }
    return has_part(name, "::") ? 'D' : 'E';
}

/// Returns the hue of a frame by what it is; functions have that of `function`.
[[nodiscard]] inline char kind_hue(char kind, char function) noexcept {
    switch (kind) {
    case 'k':
    case 'i':
    case 'j':
    case 'm':
        return kind;
    case 'p':
    case 't':
    case 'l':
        return 'p';
    case 'w':
        return 'D';
    default:
        return function;
    }
}

[[nodiscard]] inline char safe_hue(char kind) noexcept {
    switch (kind) {
    case 'k':
        return 'T';
    case 'i':
        return 'U';
    case 'j':
        return 'V';
    case 'w':
        return 'U';
    default:
        return kind_hue(kind, 'S');
    }
}

/// Returns the hue of a frame in a palette.
[[nodiscard]] inline char hue_in(flame_palette palette, const flame_name& name) noexcept {
    if (name.text == "--" || name.text == "-") { return 'x'; }
    const char kind = name.letter;
    switch (palette) {
    case flame_palette::kinds:
        return kind_hue(kind, 'f');
    case flame_palette::hot:
        return 'f';
    case flame_palette::mem:
        return 'M';
    case flame_palette::io:
        return 'I';
    case flame_palette::wakeup:
        return 'D';
    case flame_palette::chain:
        return kind == 'w' ? 'D' : 'C';
    case flame_palette::java:
        return java_hue(name.text, kind);
    case flame_palette::js:
        return js_hue(name.text, kind);
    case flame_palette::perl:
        return perl_hue(name.text, kind);
    case flame_palette::python:
        return python_hue(name.text, kind);
    case flame_palette::rust:
        return rust_hue(name.text, kind);
    case flame_palette::red:
        return 'A';
    case flame_palette::green:
        return 'B';
    case flame_palette::blue:
        return 'C';
    case flame_palette::aqua:
        return 'D';
    case flame_palette::yellow:
        return 'E';
    case flame_palette::purple:
        return 'G';
    case flame_palette::orange:
        return 'H';
    case flame_palette::width:
        return 'W';
    case flame_palette::safe:
        break;
    }
    return safe_hue(kind);
}

/// Returns a shade for a name: the same on every machine and in every run. FNV-1a, whose high bits
/// are folded in, as its low ones follow the last letters too closely.
[[nodiscard]] inline int
shade_of(std::string_view name, int shades, std::uint32_t start = 2166136261u) noexcept {
    std::uint32_t hash = start;
    for (const char c : name) { hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u; }
    hash ^= hash >> 15;
    hash *= 0x85ebca6bu;
    return static_cast<int>((hash >> 16) * static_cast<std::uint32_t>(shades) >> 16);
}

/// Returns 0 to 1 by the first three letters of a name behind its module ("libc.so`"), the first
/// one counting most: as other flame graphs do with --hash.
[[nodiscard]] inline double spelling_of(std::string_view name) noexcept {
    const std::size_t mark = name.find('`');
    if (mark != std::string_view::npos && mark > 0) { name.remove_prefix(mark + 1); }
    double sum = 0;
    double most = 1;
    double weight = 1;
    int modulus = 10;
    for (const char c : name.substr(0, 3)) {
        sum += static_cast<unsigned char>(c) % modulus / (modulus - 1.0) * weight;
        ++modulus;
        most += weight;
        weight *= 0.7;
    }
    return 1 - sum / most;
}

/// Returns the shade of a frame by its share of the whole, as the palette `width` has it: twice the
/// shade for four times the share.
[[nodiscard]] inline int width_shade(std::uint64_t weight, std::uint64_t whole) noexcept {
    const double share = static_cast<double>(weight) / static_cast<double>(whole) * 256;
    int level = 0;
    while (level < 15 && share >= (level + 1) * (level + 1)) { ++level; }
    return level;
}

[[nodiscard]] inline char shade_digit(int shade) noexcept {
    return static_cast<char>(shade < 10 ? '0' + shade : 'a' + (shade - 10));
}

[[nodiscard]] inline colour between(const colour& a, const colour& b, int part, int all) noexcept {
    return {a.red + (b.red - a.red) * part / all,
            a.green + (b.green - a.green) * part / all,
            a.blue + (b.blue - a.blue) * part / all};
}

[[nodiscard]] inline colour shade(const hue& of, int index) noexcept {
    const int last = of.shades > 1 ? of.shades - 1 : 1;
    const int at = 2 * index; // 0 to 2 * last: the middle colour is at `last`
    return at < last ? between(of.from, of.middle, at, last)
                     : between(of.middle, of.to, at - last, last);
}

inline void append_colour(std::string& out, colour c) {
    constexpr char digits[] = "0123456789abcdef";
    out += '#';
    for (const int part : {c.red, c.green, c.blue}) {
        out += digits[part >> 4];
        out += digits[part & 15];
    }
}

[[nodiscard]] inline colour to_colour(rgb c) noexcept {
    return {c.red, c.green, c.blue};
}

/// The CSS class of a frame's colour.
struct style_class {
    char text[12] = {};
    std::uint8_t size = 0;

    void add(char c) noexcept { text[size++] = c; }
    [[nodiscard]] std::string_view view() const noexcept { return {text, size}; }
};

/// Chooses colours by name: those that were given for good first, then by palette.
class flame_colours {
public:
    flame_colours(flame_palette palette, flame_shades shades, const palette_map& given)
        : palette_(palette)
        , shades_(shades)
        , given_(given) {}

    /// Returns the class of a name, "f3", or "c-7" for the colour of a palette.map's line.
    [[nodiscard]] style_class of(const flame_name& name, bool is_root) const {
        style_class made;
        const std::size_t index = given_.empty() ? given_.size() : find(name, is_root);
        if (index != given_.size()) {
            char digits[10];
            const char* end = std::to_chars(digits, digits + sizeof digits, index).ptr;
            made.add('c');
            made.add('-');
            for (const char* d = digits; d != end; ++d) { made.add(*d); }
            return made;
        }
        const hue& colours = hue_by(is_root ? 'r' : hue_in(palette_, name));
        made.add(colours.letter);
        made.add(shade_digit(index_of(name, colours)));
        return made;
    }

    /// Returns the colour itself.
    [[nodiscard]] rgb colour_of(const flame_name& name, bool is_root) const {
        const std::size_t index = given_.empty() ? given_.size() : find(name, is_root);
        if (index != given_.size()) { return given_[index].colour; }
        const hue& colours = hue_by(is_root ? 'r' : hue_in(palette_, name));
        const colour c = shade(colours, index_of(name, colours));
        return {static_cast<std::uint8_t>(c.red),
                static_cast<std::uint8_t>(c.green),
                static_cast<std::uint8_t>(c.blue)};
    }

    /// Returns a name as a palette.map has it.
    [[nodiscard]] static std::string text_of(const flame_name& name) {
        if (name.letter == 'w') { return name.text + "_[w]"; }
        return name.text + std::string(kind_suffix(name.kind));
    }

private:
    flame_palette palette_;
    flame_shades shades_;
    const palette_map& given_;

    [[nodiscard]] std::size_t find(const flame_name& name, bool is_root) const {
        const std::string text = is_root ? std::string() : text_of(name);
        const auto at = std::lower_bound(
            given_.begin(), given_.end(), text, [](const named_colour& a, const std::string& b) {
                return a.name < b;
            });
        const bool found = at != given_.end() && at->name == text;
        return found ? static_cast<std::size_t>(at - given_.begin()) : given_.size();
    }

    [[nodiscard]] int index_of(const flame_name& name, const hue& of) const noexcept {
        if (of.letter == 'x') { return name.text == "--" ? 0 : 1; }
        if (shades_ == flame_shades::spelling) {
            const int index = static_cast<int>(spelling_of(name.text) * of.shades);
            return index < of.shades ? index : of.shades - 1;
        }
        return shade_of(
            name.text, of.shades, shades_ == flame_shades::other ? 2654435769u : 2166136261u);
    }
};

} // namespace detail

/// Finds a palette by its name in command lines: "hot", "java". Errors: no such palette, with the
/// names of all.
[[nodiscard]] inline result<flame_palette> parse_palette(std::string_view name) {
    std::string known;
    std::uint8_t index = 0;
    for (const std::string_view candidate : detail::palette_names) {
        if (candidate == name) { return {static_cast<flame_palette>(index), {}}; }
        known.append(index == 0 ? "" : ", ").append(candidate);
        ++index;
    }
    return {{}, error{"no palette \"" + std::string(name) + "\"; known are " + known}};
}

WICK_END_NAMESPACE

#endif
