// wick/detail/diff_text.hpp - the lines of a comparison's table, and its JSON.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_DIFF_TEXT_HPP
#define WICK_DETAIL_DIFF_TEXT_HPP

#include <wick/comparison.hpp>          // what is shown
#include <wick/detail/folded_lines.hpp> // names that separate
#include <wick/detail/frame_text.hpp>   // names
#include <wick/detail/shown_text.hpp>   // characters
#include <wick/detail/writer.hpp>       // weights
#include <wick/version.hpp>

#include <algorithm>   // std::sort
#include <cmath>       // std::isfinite
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <cstdio>      // std::snprintf
#include <string>      // what is built
#include <string_view> // names
#include <vector>      // texts

WICK_BEGIN_NAMESPACE

/// Which rows a table has.
enum class diff_rows_of : std::uint8_t {
    function_total, ///< functions, with all that they call
    function_self,  ///< functions alone
    stack_total,    ///< calling contexts, with all below them
    stack_self      ///< calling contexts alone
};

/// A row of a table of changes.
struct diff_entry {
    std::uint32_t index = 0; ///< of the node or the function
    compared seen;
    double change = 0; ///< as a part of all weight; on the basis of shares, of the share
    double low = 0;    ///< the interval of it
    double high = 0;
    significance test;
    presence in = presence::both;
};

/// Returns what changes are a part of where they are shown: 1, or all that there was before for the
/// unit of the basis.
[[nodiscard]] inline double change_scale(const comparison& c) noexcept {
    if (c.method.basis == diff_basis::share) { return 1; }
    const double all = static_cast<double>(c.functions[0].total.before.weight);
    return all > 0 && c.method.before_exposure > 0 ? all / c.method.before_exposure : 1;
}

namespace detail {

/// Appends what snprintf wrote, with a point whatever the locale.
inline void append_printed(std::string& out, const char* digits) {
    for (; *digits != '\0'; ++digits) { out += *digits == ',' ? '.' : *digits; }
}
/// Appends a number with so many digits behind the point, at least `width` characters.
inline void append_fixed(std::string& out, double value, int width, int digits) {
    char printed[400];
    std::snprintf(printed, sizeof printed, "%*.*f", width, digits, value);
    append_printed(out, printed);
}
/// The same with a sign in any case.
inline void append_signed(std::string& out, double value, int width, int digits) {
    char printed[400];
    std::snprintf(printed, sizeof printed, "%+*.*f", width, digits, value);
    append_printed(out, printed);
}
/// Appends a number with so many digits in all, with an exponent where that is shorter.
inline void append_short(std::string& out, double value, int width, int digits) {
    char printed[64];
    std::snprintf(printed, sizeof printed, "%*.*g", width, digits, value);
    append_printed(out, printed);
}

/// Returns a profile of nothing but the names of a comparison.
[[nodiscard]] inline profile names_of(const comparison& c) {
    profile names;
    names.modules = c.modules;
    names.frames = c.frames;
    names.decimals = c.decimals;
    return names;
}

/// Returns a text of at most `width` bytes: what is too much is left out where it matters least, in
/// the middle of a name and at the root's side of a stack. 0: all of it.
[[nodiscard]] inline std::string shortened(const std::string& text, std::size_t width, bool stack) {
    if (width == 0 || text.size() <= width) { return text; }
    const auto inside = [&](std::size_t at) { // of a character of UTF-8
        return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    };
    std::size_t head = stack ? 0 : width / 2;
    while (head > 0 && inside(head)) { --head; }
    std::size_t tail = text.size() - (width - head);
    while (inside(tail)) { ++tail; }
    return text.substr(0, head) + "…" + text.substr(tail);
}

[[nodiscard]] inline std::string frame_name(const profile& names, std::uint32_t frame) {
    std::string text;
    append_frame_text(text, names, names.frames[frame]);
    return text;
}

/// Returns whether no name has a separator in it, and no two frames have the same name.
[[nodiscard]] inline bool has_plain_names(const comparison& c) {
    if (has_separators(c.frames)) { return false; }
    const profile names = names_of(c);
    std::vector<std::string> texts;
    for (std::uint32_t f = 0; f < c.frames.size(); ++f) { texts.push_back(frame_name(names, f)); }
    std::sort(texts.begin(), texts.end());
    return std::adjacent_find(texts.begin(), texts.end()) == texts.end();
}

[[nodiscard]] inline const char* name_of(presence in) noexcept {
    switch (in) {
    case presence::both:
        return "both";
    case presence::only_before:
        return "only_before";
    case presence::only_after:
        return "only_after";
    }
    return "";
}

[[nodiscard]] inline const char* name_of(diff_basis basis) noexcept {
    switch (basis) {
    case diff_basis::share:
        return "share";
    case diff_basis::cpu_time:
        return "cpu_time";
    case diff_basis::operation:
        return "operation";
    }
    return "";
}

[[nodiscard]] inline const char* rows_name(diff_rows_of rows) noexcept {
    constexpr const char* names[] = {
        "function (total)", "function (self)", "stack (total)", "stack (self)"};
    return names[static_cast<std::size_t>(rows)];
}

/// Appends what one side was: "before: 1200 samples in 3 runs".
inline void append_side(std::string& out, const comparison& c, bool after) {
    const compared& all = c.functions[0].total;
    const measured& m = after ? all.after : all.before;
    const std::uint32_t runs = after ? c.method.after_runs : c.method.before_runs;
    out += after ? "after:  " : "before: ";
    out += std::to_string(m.count);
    out += c.counted == counted_as::calls ? " calls" : " samples";
    if (c.unit != "samples" && !c.unit.empty()) {
        out += " of ";
        append_weight(out, m.weight, c.decimals);
        out += ' ' + c.unit;
    }
    if (runs != 1) { out += " in " + std::to_string(runs) + " profiles"; }
    out += '\n';
}

/// Returns what was compared, and how.
[[nodiscard]] inline std::string heading(const comparison& c) {
    std::string text;
    append_side(text, c, false);
    append_side(text, c, true);
    const test_method& m = c.method;
    if (!(m.alpha > 0)) { return text + "nothing was tested: a side is empty\n\n"; }
    text += m.basis == diff_basis::share      ? "by share of all weight; "
            : m.basis == diff_basis::cpu_time ? "by second of CPU time, as a part of all before; "
                                              : "by operation, as a part of all before; ";
    if (m.assumes_independent_samples) {
        text += "assumes independent samples (one profile a side)";
    } else {
        text += "samples scatter ";
        append_fixed(text, m.dispersion, 0, 2);
        text += " times as much as independent ones";
    }
    text += "; false discoveries ≤ ";
    append_short(text, 100 * m.alpha, 0, 6);
    return text + " %\n\n";
}

inline void append_column_names(std::string& out, const comparison& c, const char* name) {
    std::string interval;
    append_short(interval, 100 * (1 - c.method.alpha), 0, 6);
    interval += " % interval";
    out += "   change  ";
    out.append(interval.size() < 18 ? 18 - interval.size() : 0, ' ');
    out += interval + "   before    after   adjusted p  verdict        ";
    out += name;
    out += '\n';
}

/// Appends the figures of a row, up to its name. Changes are in points, or percent of all before.
inline void append_entry(std::string& out, const comparison& c, const diff_entry& e) {
    const auto rate = [&](const measured& m, double exposure, double scale) {
        const double part = exposure > 0 ? static_cast<double>(m.weight) / exposure / scale : 0;
        append_fixed(out, 100 * part, 7, 2);
        out += " %";
    };
    const double scale = change_scale(c);
    append_signed(out, 100 * e.change, 9, 3);
    if (e.test.concluded == verdict::untested) {
        out.append(20, ' ');
    } else {
        std::string interval = "[";
        append_signed(interval, 100 * e.low, 0, 3);
        interval += ", ";
        append_signed(interval, 100 * e.high, 0, 3);
        interval += ']';
        out.append(interval.size() < 20 ? 20 - interval.size() : 1, ' ');
        out += interval;
    }
    rate(e.seen.before, c.method.before_exposure, scale);
    rate(e.seen.after, c.method.after_exposure, scale);
    if (e.test.concluded == verdict::untested) {
        out.append(13, ' ');
    } else {
        append_short(out, e.test.adjusted, 13, 2);
    }
    const std::string said = e.test.renormalised ? "renormalised" : name_of(e.test.concluded);
    out += "  " + said;
    out.append(said.size() < 13 ? 13 - said.size() : 1, ' ');
    out += e.in == presence::only_before ? "- " : e.in == presence::only_after ? "+ " : "  ";
}

/// Appends how many rows there are of each verdict.
template <class Entries>
void append_counts(std::string& out, const Entries& entries) {
    std::size_t counts[5] = {};
    std::size_t renormalised = 0;
    for (const auto& e : entries) {
        ++counts[static_cast<std::size_t>(e.test.concluded)];
        renormalised += e.test.renormalised ? 1 : 0;
    }
    out += "  ";
    for (const verdict v : {verdict::regressed,
                            verdict::improved,
                            verdict::unchanged,
                            verdict::inconclusive,
                            verdict::untested}) {
        out += std::to_string(counts[static_cast<std::size_t>(v)]);
        out += ' ';
        out += name_of(v);
        out += v == verdict::untested ? "" : ", ";
    }
    if (renormalised != 0) {
        out += "; " + std::to_string(renormalised) + " moved only because others did";
    }
    out += '\n';
}

// ---- JSON -------------------------------------------------------------------------------------

/// Appends a string of JSON; bytes that are not UTF-8 become U+FFFD.
inline void append_json_string(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const character c = character_at(text, at);
        if (c.size == 1 && c.code >= 0x80) {
            out += "\xef\xbf\xbd";
        } else if (c.code < 0x20) {
            out += "\\u00";
            out += digits[c.code >> 4];
            out += digits[c.code & 15];
        } else {
            if (c.code == '"' || c.code == '\\') { out += '\\'; }
            out.append(text, at, c.size);
        }
        at += c.size;
    }
    out += '"';
}

inline void append_json_number(std::string& out, const char* key, double value) {
    out += ", \"";
    out += key;
    out += "\": ";
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    append_short(out, value, 0, 9);
}

inline void append_json_side(std::string& out, const comparison& c, bool after) {
    const compared& all = c.functions[0].total;
    const measured& m = after ? all.after : all.before;
    out += after ? ",\n  \"after\": {\"samples\": " : ",\n  \"before\": {\"samples\": ";
    out += std::to_string(m.count) + ", \"weight\": ";
    append_weight(out, m.weight, c.decimals);
    out += ", \"profiles\": " + std::to_string(after ? c.method.after_runs : c.method.before_runs);
    append_json_number(out, "exposure", after ? c.method.after_exposure : c.method.before_exposure);
    out += '}';
}

inline void append_json_method(std::string& out, const comparison& c) {
    out += "  \"unit\": ";
    append_json_string(out, c.unit);
    out += ",\n  \"basis\": \"" + std::string(name_of(c.method.basis)) + "\"";
    append_json_number(out, "alpha", c.method.alpha);
    append_json_number(out, "margin", c.method.margin);
    append_json_number(out, "dispersion", c.method.dispersion);
    out += ", \"assumes_independent_samples\": ";
    out += c.method.assumes_independent_samples ? "true" : "false";
    append_json_side(out, c, false);
    append_json_side(out, c, true);
}

inline void
append_json_measured(std::string& out, const char* key, const measured& m, int decimals) {
    out += ", \"" + std::string(key) + "\": {\"samples\": " + std::to_string(m.count) +
           ", \"weight\": ";
    append_weight(out, m.weight, decimals);
    out += '}';
}

/// Appends what stands behind a row's name.
inline void append_json_entry(std::string& out, const comparison& c, const diff_entry& e) {
    append_json_measured(out, "before", e.seen.before, c.decimals);
    append_json_measured(out, "after", e.seen.after, c.decimals);
    append_json_number(out, "change", e.change);
    append_json_number(out, "low", e.low);
    append_json_number(out, "high", e.high);
    append_json_number(out, "p", e.test.p_value);
    append_json_number(out, "adjusted_p", e.test.adjusted);
    out += ", \"verdict\": \"" + std::string(name_of(e.test.concluded)) + "\", \"presence\": \"" +
           name_of(e.in) + "\", \"renormalised\": " + (e.test.renormalised ? "true" : "false");
}

} // namespace detail
WICK_END_NAMESPACE

#endif
