// wick/detail/flamegraph_text.hpp - the numbers and words of a flame graph's frames.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_TEXT_HPP
#define WICK_DETAIL_FLAMEGRAPH_TEXT_HPP

#include <wick/comparison.hpp>                // verdicts
#include <wick/detail/flame_tree.hpp>         // weights
#include <wick/detail/flamegraph_options.hpp> // units and factors
#include <wick/detail/flamegraph_palette.hpp> // names as files have them
#include <wick/detail/shown_text.hpp>         // names as XML
#include <wick/profile.hpp>                   // kinds of frames

#include <algorithm>   // std::lower_bound, std::max, std::min
#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <cstring>     // std::memcpy
#include <string>      // labels
#include <string_view> // names
#include <vector>      // where characters begin

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
    /// Hundredths, always with both digits: 1250 → "12.50".
    void two_decimals(std::uint64_t value) noexcept {
        number(value / 100);
        *at++ = '.';
        *at++ = static_cast<char>('0' + value / 10 % 10);
        *at++ = static_cast<char>('0' + value % 10);
    }
    /// A share, always with two digits behind the point: "5.67 %".
    void percent(std::uint64_t part, std::uint64_t whole) noexcept {
        // Beyond 2^49 a share is known well enough without the lowest bits.
        while (part >= std::uint64_t{1} << 49) {
            part >>= 1;
            whole >>= 1;
        }
        const std::uint64_t share = whole == 0 ? 0 : (part * 10000 + whole / 2) / whole;
        two_decimals(share);
        text(" %");
    }
};

/// More than any text needs that a text_cursor writes around a name and a few units.
inline constexpr std::size_t frame_text_room = 1024;

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
/// Returns what the user has said about a name, or nullptr.
[[nodiscard]] inline const name_attributes* attributes_of(const flame_name& name,
                                                          const flamegraph_options& options) {
    if (options.attributes.empty()) { return nullptr; }
    const std::string text = flame_colours::text_of(name);
    const auto at =
        std::lower_bound(options.attributes.begin(),
                         options.attributes.end(),
                         text,
                         [](const name_attributes& a, const std::string& b) { return a.name < b; });
    return at != options.attributes.end() && at->name == text ? &*at : nullptr;
}

/// Writes weights, shares and changes as tooltips have them.
class flame_numbers {
public:
    flame_numbers(const flame_tree& tree, const flamegraph_options& options)
        : tree_(tree)
        , options_(options)
        , whole_((std::max)(tree.total[0], options.total)) {
        append_xml(unit_, plain_unit());
        if (tree.source != flame_source::comparison) { return; }
        const compared& all = tree.side_totals[0];
        const double before = static_cast<double>(all.before.weight) * tree.before_scale;
        const double after = static_cast<double>(all.after.weight);
        change_whole_ = (std::max)(absolute(before), absolute(after));
        if (!(change_whole_ > 0)) { change_whole_ = static_cast<double>(tree.total[0]); }
    }

    /// What 100 % is.
    [[nodiscard]] std::uint64_t whole() const noexcept { return whole_; }
    /// The same of changes.
    [[nodiscard]] double change_whole() const noexcept { return change_whole_; }
    /// What weights are, as XML.
    [[nodiscard]] const std::string& unit() const noexcept { return unit_; }
    [[nodiscard]] std::string_view plain_unit() const noexcept {
        if (!options_.unit.empty()) { return options_.unit; }
        if (!tree_.unit.empty()) { return tree_.unit; }
        return "samples";
    }
    /// Times of a clock are told in the unit that suits them.
    [[nodiscard]] bool is_time() const noexcept {
        return options_.unit.empty() && tree_.unit == "nanoseconds" && tree_.decimals == 0 &&
               !is_scaled();
    }

    /// Nanoseconds in the unit that suits them: "12.3 ms".
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
    /// A weight without its unit, unless it is a time.
    void number(text_cursor& c, std::uint64_t value) const {
        if (is_time()) {
            time(c, value);
        } else if (is_scaled()) {
            scaled(c, value);
        } else {
            c.weight(value, tree_.decimals);
        }
    }
    /// "1,234 samples".
    void with_unit(text_cursor& c, std::uint64_t weight, std::string_view unit) const {
        number(c, weight);
        if (is_time()) { return; }
        c.text(" ");
        c.text(is_scaled() ? unit : unit_of(unit, weight, tree_.decimals));
    }
    /// "1,234 samples, 5.67 %".
    void amount(text_cursor& c, std::uint64_t weight) const {
        with_unit(c, weight, unit_);
        c.text(", ");
        c.percent(weight, whole_);
    }
    /// "; self 123, 0.57 %".
    void self(text_cursor& c, std::uint64_t weight) const {
        c.text("; self ");
        number(c, weight);
        if (weight == 0) { return; }
        c.text(", ");
        c.percent(weight, whole_);
    }
    void side(text_cursor& c, const measured& m) const {
        if (m.weight < 0) { c.text("-"); }
        number(c, magnitude(m.weight));
    }
    [[nodiscard]] double change_of(const compared& c) const noexcept {
        return options_.negate ? -tree_.change(c) : tree_.change(c);
    }
    void signed_number(text_cursor& c, double value) const {
        c.text(value < 0 ? "-" : "+");
        const double size = absolute(value) + 0.5;
        number(c, size < 9e18 ? static_cast<std::uint64_t>(size) : max_magnitude);
    }
    void signed_percent(text_cursor& c, double value) const {
        c.text(value < 0 ? "-" : "+");
        const double share = absolute(value) / change_whole_ * 10000 + 0.5;
        c.two_decimals(share < 9e18 ? static_cast<std::uint64_t>(share) : max_magnitude);
        c.text(" %");
    }
    /// "+766 samples, +3.21 %; before 1,234, after 2,000".
    void change(text_cursor& c, const compared& of) const {
        const double value = change_of(of);
        signed_number(c, value);
        if (!is_time()) {
            c.text(" ");
            c.text(unit_);
        }
        c.text(", ");
        signed_percent(c, value);
        both_sides(c, "; before ", of);
    }
    /// "; self +766, before 1,234, after 2,000".
    void self_change(text_cursor& c, const compared& of) const {
        c.text("; self ");
        signed_number(c, change_of(of));
        both_sides(c, ", before ", of);
    }

private:
    const flame_tree& tree_;
    const flamegraph_options& options_;
    std::string unit_;
    std::uint64_t whole_;
    double change_whole_ = 1;

    [[nodiscard]] bool is_scaled() const noexcept {
        return options_.factor < 1 || options_.factor > 1;
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
    void both_sides(text_cursor& c, std::string_view before, const compared& of) const {
        c.text(before);
        side(c, of.before);
        c.text(", after ");
        side(c, of.after);
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
