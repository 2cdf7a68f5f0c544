// wick/format/folded_order.hpp - folded text whose lines stand in the order of time, as a timeline.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_FOLDED_ORDER_HPP
#define WICK_FORMAT_FOLDED_ORDER_HPP

#include <wick/detail/frame_text.hpp> // kinds of frames
#include <wick/detail/lines.hpp>      // lines out of a stream
#include <wick/detail/text.hpp>       // weights out of text
#include <wick/profile.hpp>           // power_of_ten
#include <wick/result.hpp>            // what reading returns
#include <wick/timeline.hpp>          // what is made

#include <algorithm>   // std::max
#include <cstddef>     // std::size_t
#include <cstdint>     // times
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // the lines' stacks

WICK_BEGIN_NAMESPACE

/// Folded text, each line lasting as long as it weighs.
struct folded_order {
    wick::timeline timeline; ///< one thread; times in units of 10^-decimals of a weight
    int decimals = 0;        ///< 0 to 6
    wick::skipped skipped;   ///< lines without a weight at their end
};

namespace detail {

/// Collects lines; the unit of time is known only when all have been seen.
class order_reader {
public:
    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty() || line.substr(0, 2) == "# " || line == "#") { return; }
        const std::size_t stack_end = find_weight(line);
        line_weight weight;
        if (stack_end == std::string_view::npos ||
            !parse_weight(line.substr(stack_end + 1), weight)) {
            skip("expected \"frame;frame weight\": no number at the end", number);
            return;
        }
        step made{weight.value, weight.decimals, 0, frames_.size()};
        decimals_ = (std::max)(decimals_, weight.decimals);
        add_stack(line.substr(0, stack_end), made);
        steps_.push_back(made);
    }

    void skip(const char* what, std::uint64_t number) { skipped_.add(what, number); }

    [[nodiscard]] result<folded_order> finish() {
        timeline_thread thread;
        thread.name = "in the order of the input";
        made_.add_thread(std::move(thread));
        std::int64_t now = 0;
        std::size_t depth = 0;
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            const step& s = steps_[i];
            for (; depth > s.shared; --depth) { made_.end(0, now); }
            const std::size_t stop = i + 1 < steps_.size() ? steps_[i + 1].begin : frames_.size();
            for (std::size_t f = s.begin; f < stop; ++f, ++depth) {
                made_.begin(0, frames_[f], now);
            }
            const auto factor = static_cast<std::int64_t>(power_of_ten(decimals_ - s.decimals));
            if (s.weight > (max_time_ns - now) / factor) {
                return {{}, error{"the weights add up to more than 2^62"}};
            }
            now += s.weight * factor;
        }
        for (; depth > 0; --depth) { made_.end(0, now); }
        timeline_repairs none;
        return {folded_order{made_.finish(none), decimals_, std::move(skipped_)}, {}};
    }

private:
    struct step {
        std::int64_t weight;
        int decimals;
        std::size_t shared; // frames that it has in common with the line before, from the root
        std::size_t begin;  // of the others, in frames_
    };
    timeline_builder made_;
    std::vector<std::uint32_t> frames_; // of all lines, less what they share with the line before
    std::vector<std::uint32_t> open_;   // the stack of the line before
    std::vector<step> steps_;
    int decimals_ = 0;
    wick::skipped skipped_;

    void add_stack(std::string_view stack, step& to) {
        std::size_t depth = 0;
        bool same = true;
        while (!stack.empty()) {
            const std::size_t end = (std::min)(stack.find(';'), stack.size());
            const named_frame parsed = parse_frame_text(stack.substr(0, end));
            stack.remove_prefix((std::min)(end + 1, stack.size()));
            const std::uint32_t frame = made_.intern(parsed.function, parsed.kind);
            same = same && depth < open_.size() && open_[depth] == frame;
            if (same) {
                ++depth;
                continue;
            }
            open_.resize(depth++);
            open_.push_back(frame);
            frames_.push_back(frame);
        }
        open_.resize(depth);
        to.shared = open_.size() - (frames_.size() - to.begin);
    }
};

} // namespace detail

/// Reads folded text in the order of its lines: what flame charts are made of. A frame that stands
/// at the same depth in neighbouring lines, below the same frames, is one span.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors: weights that add up to more than 2^62. Lines without a weight, or longer than 16 MiB,
///         are skipped and counted.
/// Cost:   one pass; memory for what differs from each line to the next.
template <class Source>
[[nodiscard]] result<folded_order> read_folded_order(Source&& source) {
    detail::order_reader reader;
    return detail::read_lines<detail::order_reader, std::remove_reference_t<Source>>(reader,
                                                                                     source);
}

WICK_END_NAMESPACE

#endif
