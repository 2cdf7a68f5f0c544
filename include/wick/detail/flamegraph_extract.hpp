// wick/detail/flamegraph_extract.hpp - the profile that a flame graph's file holds.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_EXTRACT_HPP
#define WICK_DETAIL_FLAMEGRAPH_EXTRACT_HPP

#include <wick/profile.hpp> // what is made
#include <wick/result.hpp>  // what reading returns

#include <cstddef>     // std::size_t
#include <cstdint>     // numbers
#include <string>      // names
#include <string_view> // the file
#include <utility>     // std::move
#include <vector>      // names, the path

WICK_BEGIN_NAMESPACE

/// What a flame graph's file holds.
struct flamegraph_data {
    /// One profile; of a comparison two: before and after. Of a timeline, its stacks and the time
    /// that each took by itself.
    std::vector<profile> columns;
};

namespace detail {

/// Reads the arrays in a flame graph's file. The file may be anybody's: nothing in it is believed.
class flamegraph_reader {
public:
    explicit flamegraph_reader(std::string_view file)
        : file_(file) {}

    [[nodiscard]] result<flamegraph_data> read() {
        flamegraph_data made;
        if (settings() && names() && nodes()) {
            made.columns.push_back(after_.finish());
            if (two_) { made.columns.insert(made.columns.begin(), before_.finish()); }
        }
        return {std::move(made), std::move(problem_)};
    }

private:
    struct name {
        std::string text;
        char letter = 'f';
    };
    std::string_view file_;
    std::string_view rest_; // of the nodes' text
    std::vector<name> names_;
    std::vector<std::uint32_t> frames_; // by name, in after_
    profile_builder after_;
    profile_builder before_;
    bool two_ = false;
    bool tested_ = false;
    error problem_;

    bool fail(const char* what) {
        if (!problem_) { problem_ = error{what}; }
        return false;
    }
    bool fail(const char* what, std::string_view at) {
        fail(what);
        problem_.offset = static_cast<std::uint64_t>(at.data() - file_.data());
        return false;
    }

    // Returns what is between two texts, the first of them being looked for from `from` on.
    [[nodiscard]] bool
    between(std::string_view begin, std::string_view end, std::size_t& from, std::string_view& to) {
        const std::size_t first = file_.find(begin, from);
        if (first == std::string_view::npos) { return false; }
        const std::size_t last = file_.find(end, first + begin.size());
        if (last == std::string_view::npos) { return false; }
        to = file_.substr(first + begin.size(), last - first - begin.size());
        from = last;
        return true;
    }

    // Attribute by attribute: the value of one may look like another.
    [[nodiscard]] static std::string_view setting(std::string_view page, std::string_view key) {
        while (!page.empty()) {
            const std::size_t open = page.find('"');
            const std::size_t close = open == page.npos ? open : page.find('"', open + 1);
            if (close == page.npos) { break; }
            const std::string_view name = page.substr(0, open); // " data-key="
            if (name.size() == key.size() + 7 && name.substr(6, key.size()) == key) {
                return page.substr(open + 1, close - open - 1);
            }
            page.remove_prefix(close + 1);
        }
        return {};
    }

    bool settings() {
        std::size_t from = 0;
        std::string_view page;
        if (!between("<metadata class=\"wick-page\"", ">", from, page)) {
            return fail("there is no wick flame graph with its data in the file");
        }
        if (setting(page, "version") != "2") {
            return fail("the data are of another version of wick");
        }
        two_ = setting(page, "source") == "comparison";
        tested_ = setting(page, "tested") == "1";
        const std::string_view digit = setting(page, "decimals");
        if (digit.size() != 1 || digit[0] < '0' || digit[0] > '0' + max_decimals) {
            return fail("the weights are of no known scale");
        }
        const std::string unit = plain(setting(page, "weights"));
        const std::string_view of = setting(page, "counted");
        const counted_as counted = of == "samples" ? counted_as::samples
                                   : of == "calls" ? counted_as::calls
                                                   : counted_as::unknown;
        for (profile_builder* side : {&after_, &before_}) {
            side->describe(unit, counted, profile_detail::function);
            [[maybe_unused]] const bool refined = side->refine(digit[0] - '0');
        }
        return true;
    }

    [[nodiscard]] static int hexadecimal(char c) noexcept {
        if (c >= '0' && c <= '9') { return c - '0'; }
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    }

    // Undoes append_escaped: references of XML, "\\" and "\xHH".
    [[nodiscard]] static std::string plain(std::string_view text) {
        constexpr std::string_view references[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
        std::string made;
        for (std::size_t i = 0; i < text.size();) {
            std::size_t used = 1;
            char c = text[i];
            if (c == '&') {
                for (std::size_t r = 0; r < 5; ++r) {
                    if (text.substr(i, references[r].size()) == references[r]) {
                        c = "&<>\"'"[r];
                        used = references[r].size();
                    }
                }
            } else if (c == '\\' && i + 1 < text.size() && text[i + 1] == '\\') {
                used = 2;
            } else if (c == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
                const int high = hexadecimal(text[i + 2]);
                const int low = hexadecimal(text[i + 3]);
                if (high >= 0 && low >= 0) {
                    c = static_cast<char>(high * 16 + low);
                    used = 4;
                }
            }
            made += c;
            i += used;
        }
        return made;
    }

    bool names() {
        std::size_t from = 0;
        std::string_view lines;
        while (between("<metadata class=\"wick-names\">", "</metadata>", from, lines)) {
            if (!names_in(lines)) { return false; }
        }
        return !names_.empty() || fail("there are no names");
    }
    bool names_in(std::string_view lines) {
        while (!lines.empty()) {
            const std::size_t end = lines.find('\n');
            const std::string_view line = lines.substr(0, end);
            const std::size_t blank = line.find(' ');
            if (end == std::string_view::npos || blank == std::string_view::npos || blank == 0) {
                return fail("a name is not \"kind and class, name\"", lines);
            }
            name made;
            made.letter = line[0];
            made.text = plain(line.substr(blank + 1));
            names_.push_back(std::move(made));
            lines.remove_prefix(end + 1);
        }
        return true;
    }

    bool number(std::uint64_t& value) {
        value = 0;
        for (unsigned shift = 0;; shift += 5) {
            if (rest_.empty()) { return fail("a node is cut off"); }
            const int digit = digit_of(rest_[0]);
            if (digit < 0) { return fail("this is no digit of a node", rest_); }
            const auto part = static_cast<std::uint64_t>(digit & 31);
            if (shift > 60 || (shift == 60 && part > 15)) {
                return fail("a number of a node is too large", rest_);
            }
            value |= part << shift;
            rest_.remove_prefix(1);
            if (digit < 32) { return true; }
        }
    }
    [[nodiscard]] static int digit_of(char c) noexcept {
        if (c >= 'A' && c <= 'Z') { return c - 'A'; }
        if (c >= 'a' && c <= 'z') { return c - 'a' + 26; }
        if (c >= '0' && c <= '9') { return c - '0' + 52; }
        return c == '-' ? 62 : c == '_' ? 63 : -1;
    }

    [[nodiscard]] static frame_kind kind_of(char letter) noexcept {
        constexpr std::string_view letters = "fikjptlm";
        const std::size_t at = letters.find(letter);
        return at == letters.npos ? frame_kind::function : static_cast<frame_kind>(at);
    }
    void intern_names() {
        for (const name& n : names_) {
            const std::string text = n.letter == 'w' ? n.text + "_[w]" : n.text;
            frames_.push_back(after_.intern(text, kind_of(n.letter)));
            // Both builders are told the same names in the same order: the ids are the same.
            before_.intern(text, kind_of(n.letter));
        }
    }

    // A step on the way to a node. Of a comparison, a side has the nodes that lead to a weight.
    struct place {
        static constexpr std::uint32_t none = 0xffffffffu;
        std::uint32_t frame = 0;
        std::uint32_t after = none;
        std::uint32_t before = none;
    };
    [[nodiscard]] static std::uint32_t
    make_node(std::vector<place>& path, profile_builder& side, std::uint32_t place::*node) {
        std::size_t known = path.size() - 1; // the root at least
        while (path[known].*node == place::none) { --known; }
        for (; known + 1 < path.size(); ++known) {
            const place& above = path[known];
            place& below = path[known + 1];
            // A gap, which has no frame, is its parent: its time is the parent's own.
            below.*node =
                below.frame == place::none ? above.*node : side.child(above.*node, below.frame);
        }
        return path.back().*node;
    }

    bool nodes() {
        intern_names();
        std::vector<place> path; // from the root to the node before
        std::size_t from = 0;
        std::size_t found = 0;
        while (between("<metadata class=\"wick-nodes\">", "</metadata>", from, rest_)) {
            ++found;
            while (!rest_.empty()) {
                if (!node(path)) { return false; }
            }
        }
        return found != 0 || fail("there are no nodes");
    }

    bool node(std::vector<place>& path) {
        std::uint64_t head = 0;
        std::uint64_t named = 0;
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        std::uint64_t verdicts = 0;
        const std::string_view at = rest_;
        if (!number(head) || !number(named)) { return false; }
        if ((head & 1) != 0 && !number(first)) { return false; }
        if ((head & 2) != 0 && !number(second)) { return false; }
        if (tested_ && !number(verdicts)) { return false; }
        const std::uint64_t up = head / 4;
        if (up > path.size() || (up == path.size() && !path.empty())) {
            return fail("a node goes up beyond the root", at);
        }
        if (named >= names_.size()) { return fail("a node has a name that is not there", at); }
        path.resize(path.size() - static_cast<std::size_t>(up));
        place made;
        if (path.empty()) {
            made.after = made.before = profile_builder::root;
        } else {
            made.frame = names_[named].letter == 'g' ? place::none : frames_[named];
        }
        path.push_back(made);
        return weigh(path, head, first, second) || fail("the weights add up to 2^63 or more", at);
    }

    bool
    weigh(std::vector<place>& path, std::uint64_t head, std::uint64_t first, std::uint64_t second) {
        if (two_) {
            return (first == 0 || add(after_, make_node(path, after_, &place::after), first)) &&
                   (second == 0 || add(before_, make_node(path, before_, &place::before), second));
        }
        if (first > max_magnitude) { return false; }
        const std::uint64_t count = (head & 2) != 0 ? second : rounded(first);
        return after_.add(
            make_node(path, after_, &place::after), count, static_cast<std::int64_t>(first));
    }
    [[nodiscard]] std::uint64_t rounded(std::uint64_t weight) const noexcept {
        const std::uint64_t one = power_of_ten(after_.decimals());
        return weight / one + (weight % one * 2 >= one ? 1 : 0);
    }
    bool add(profile_builder& to, std::uint32_t node, std::uint64_t zigzag) {
        const std::int64_t weight = unzigzag(zigzag);
        return to.add(node, rounded(magnitude(weight)), weight);
    }
    [[nodiscard]] static std::int64_t unzigzag(std::uint64_t value) noexcept {
        const std::uint64_t half = value >> 1;
        return static_cast<std::int64_t>((value & 1) != 0 ? ~half : half);
    }
};

} // namespace detail

/// Returns the profile that a flame graph's page draws from: written as folded text, it is the same
/// as the one that the page was made of (with what `flamegraph_options::base` left out).
/// Kinds, unit, decimals and counts come back; files, lines, modules and origins were never in it,
/// and weights below 0 of a profile were taken as 0.
/// Errors: no such data (a static picture, another program's file), data that make no sense, with
///         the offset in the file.
/// Cost:   one pass over the file; memory for the profile.
[[nodiscard]] inline result<flamegraph_data> extract(std::string_view svg) {
    return detail::flamegraph_reader(svg).read();
}

WICK_END_NAMESPACE

#endif
