// wick/detail/folded_lines.hpp - a tree as sorted lines of stacks, with weights behind them.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FOLDED_LINES_HPP
#define WICK_DETAIL_FOLDED_LINES_HPP

#include <wick/detail/frame_text.hpp> // what a frame is called
#include <wick/profile.hpp>           // the tree
#include <wick/version.hpp>

#include <algorithm> // std::sort
#include <cstddef>   // std::size_t
#include <cstdint>   // std::uint32_t
#include <string>    // lines that are built
#include <utility>   // std::move
#include <vector>    // siblings that wait

WICK_BEGIN_NAMESPACE
namespace detail {

[[nodiscard]] inline bool has_separator(const std::string& text) {
    return text.find_first_of(";\n\r") != std::string::npos;
}

[[nodiscard]] inline bool has_separators(const std::vector<frame>& frames) {
    for (const frame& f : frames) {
        if (has_separator(f.function)) { return true; }
    }
    return false;
}

/// Returns the profile with names that can be read back as one frame: what separates becomes what
/// does not.
[[nodiscard]] inline profile without_separators(const profile& p) {
    return map_frames(p, [&](const frame& f) {
        frame text;
        append_frame_text(text.function, p, f);
        for (char& c : text.function) {
            if (c == ';') { c = ':'; }
            if (c == '\n' || c == '\r') { c = ' '; }
        }
        return text;
    });
}

/// Writes the lines of a tree in the order of their bytes, as `sort` has them. That is not the
/// order of the tree: "a 1" < "a-x;b 1" < "a;b 1".
/// `weights(line, tree, node)` appends what stands behind a stack.
template <class Writer, class Weights>
class folded_lines {
public:
    folded_lines(Writer& out, const profile& p, Weights weights)
        : out_(out)
        , weights_(weights)
        , shown_(p)
        , tree_(shown_.tree())
        , last_(tree_.nodes.size()) {
        for (std::size_t i = tree_.nodes.size(); i-- > 1;) {
            last_[i] = (std::max)(last_[i], static_cast<std::uint32_t>(i + 1));
            std::uint32_t& of_parent = last_[tree_.nodes[i].parent];
            of_parent = (std::max)(of_parent, last_[i]);
        }
        if (!last_.empty()) { last_[0] = static_cast<std::uint32_t>(last_.size()); }
    }

    void write() {
        if (tree_.nodes.empty()) { return; }
        if (has_line(0)) { put_line(0, 0); }
        push_children(0, 0);
        while (!pending_.empty()) {
            const item next = pending_.back();
            pending_.pop_back();
            line_.resize(next.prefix);
            append_name(next.node, next.is_line);
            if (next.is_line) {
                put_line(next.node, line_.size());
                continue;
            }
            line_ += ';';
            push_children(next.node, line_.size());
        }
    }

private:
    // A node has a line of its own, and a block of lines when it has children.
    struct item {
        std::uint32_t node;
        bool is_line;
        std::size_t prefix; // how much of line_ the ancestors take
        std::string key;    // the bytes that tell it from its siblings', where names do not
    };
    Writer& out_;
    Weights weights_;
    shown_profile shown_;
    const profile& tree_;
    std::vector<std::uint32_t> last_; // one past each node's last descendant
    std::vector<item> pending_;
    std::vector<std::uint32_t> children_;
    std::string line_;

    [[nodiscard]] const std::string& text_of(std::uint32_t node) const {
        return shown_.texts()[tree_.nodes[node].frame];
    }
    // A line that begins with "# " would be read as a comment.
    [[nodiscard]] static bool begins_comment(const std::string& root) {
        return root == "#" || root.compare(0, 2, "# ") == 0;
    }
    void append_name(std::uint32_t node, bool is_line) {
        const std::size_t begin = line_.size();
        line_ += text_of(node);
        if (begin > 0 || !begins_comment(line_)) { return; }
        if (line_.size() > 1) {
            line_[1] = '_';
        } else if (is_line) {
            line_ += '_';
        }
    }
    [[nodiscard]] bool has_children(std::uint32_t node) const { return last_[node] > node + 1; }
    [[nodiscard]] bool has_line(std::uint32_t node) const {
        const profile::node& n = tree_.nodes[node];
        return n.self != 0 || n.count != 0 || (node != 0 && !has_children(node));
    }

    void put_line(std::uint32_t node, std::size_t size) {
        line_.resize(size);
        line_ += ' ';
        weights_(line_, tree_, node);
        line_ += '\n';
        out_.put(line_);
    }

    void push_children(std::uint32_t node, std::size_t prefix) {
        children_.clear();
        for (std::uint32_t c = node + 1; c < last_[node]; c = last_[c]) { children_.push_back(c); }
        const std::size_t begin = pending_.size();
        for (std::size_t i = children_.size(); i-- > 0;) {
            const std::uint32_t c = children_[i];
            if (has_children(c)) { pending_.push_back({c, false, prefix, {}}); }
            if (has_line(c)) { pending_.push_back({c, true, prefix, {}}); }
        }
        if (names_meet()) { sort_by_bytes(begin); }
    }

    // Whether the order of the names may not be that of the lines: a name begins another one.
    [[nodiscard]] bool names_meet() const {
        for (std::size_t i = 1; i < children_.size(); ++i) {
            const std::string& a = text_of(children_[i - 1]);
            const std::string& b = text_of(children_[i]);
            if (begins_comment(a)) { return true; }
            if (b.size() < a.size() ? b <= a : b.compare(0, a.size(), a) <= 0) { return true; }
        }
        return false;
    }

    void sort_by_bytes(std::size_t begin) {
        const std::string saved = line_;
        for (std::size_t i = begin; i < pending_.size(); ++i) {
            item& it = pending_[i];
            line_.resize(it.prefix);
            append_name(it.node, it.is_line);
            it.key = line_.substr(it.prefix);
            if (it.is_line) {
                it.key += ' ';
                weights_(it.key, tree_, it.node);
            } else {
                it.key += ';';
            }
        }
        std::sort(pending_.begin() + static_cast<std::ptrdiff_t>(begin),
                  pending_.end(),
                  [](const item& a, const item& b) { return b.key < a.key; }); // taken from the end
        line_ = saved;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
