// wick/detail/stack_text.hpp - stacks written as "a;b;c" into a profile builder.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_STACK_TEXT_HPP
#define WICK_DETAIL_STACK_TEXT_HPP

#include <wick/detail/frame_text.hpp> // names with the suffixes of their kinds
#include <wick/detail/hash.hpp>       // load
#include <wick/profile.hpp>           // the builder

#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint32_t
#include <cstring>     // std::memchr
#include <string>      // the stack before
#include <string_view> // a stack
#include <vector>      // the path of the stack before

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns how many bytes two texts have in common at their beginnings.
[[nodiscard]] inline std::size_t common_prefix(std::string_view a, std::string_view b) noexcept {
    const std::size_t size = a.size() < b.size() ? a.size() : b.size();
    std::size_t same = 0;
    while (same + 8 <= size &&
           load<std::uint64_t>(a.data() + same) == load<std::uint64_t>(b.data() + same)) {
        same += 8;
    }
    while (same < size && a[same] == b[same]) { ++same; }
    return same;
}

/// Finds the nodes of stacks given as text. It starts where the stack differs from the one before:
/// folded text is mostly sorted, so that most frames need not be looked up again.
class stack_inserter {
public:
    profile_builder builder;

    /// Returns the node of "a;b;c"; of "" the root. Frames between two ';' may be empty.
    [[nodiscard]] std::uint32_t node(std::string_view stack) {
        if (stack.empty()) { return profile_builder::root; }
        std::size_t depth = shared_depth(stack);
        path_.resize(depth);
        std::size_t begin = depth == 0 ? 0 : path_.back().end + 1;
        std::uint32_t at = depth == 0 ? profile_builder::root : path_.back().node;
        while (begin <= stack.size()) {
            const void* found = begin == stack.size()
                                    ? nullptr
                                    : std::memchr(stack.data() + begin, ';', stack.size() - begin);
            const std::size_t end =
                found == nullptr
                    ? stack.size()
                    : static_cast<std::size_t>(static_cast<const char*>(found) - stack.data());
            const named_frame f = parse_frame_text(stack.substr(begin, end - begin));
            at = builder.child(at, builder.intern(f.function, f.kind));
            path_.push_back({end, at});
            begin = end + 1;
        }
        before_.assign(stack.data(), stack.size());
        return at;
    }

private:
    struct step {
        std::size_t end; // where the frame's text ends in `before_`
        std::uint32_t node;
    };
    std::string before_;
    std::vector<step> path_;

    // How many whole frames the stack has in common with the one before.
    [[nodiscard]] std::size_t shared_depth(std::string_view stack) const noexcept {
        const std::size_t same = common_prefix(stack, before_);
        std::size_t depth = path_.size();
        while (depth > 0 && path_[depth - 1].end > same) { --depth; }
        // The last of them may be the beginning of a longer name: "a;b" before "a;bc".
        if (depth > 0 && path_[depth - 1].end == same && same < stack.size() &&
            stack[same] != ';') {
            --depth;
        }
        return depth;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
