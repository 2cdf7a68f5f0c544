// wick/format/ghcprof.hpp - the report of GHC's time and allocation profiler (.prof).
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_GHCPROF_HPP
#define WICK_FORMAT_GHCPROF_HPP

#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // rows into a builder
#include <wick/detail/symbol_text.hpp>   // beginnings and ends of texts
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // words

WICK_BEGIN_NAMESPACE

/// What to read from a report of GHC's profiler.
struct ghcprof_options {
    enum weight { time, ticks, bytes };
    weight weigh = time; ///< the share of time; ticks and bytes are there only with +RTS -P
};

/// What a report of GHC's profiler holds.
struct ghcprof_text {
    profile samples;       ///< unit "percent" with one decimal, "ticks" or "bytes"
    wick::skipped skipped; ///< rows that were not understood
};

namespace detail {

class ghcprof_reader {
public:
    explicit ghcprof_reader(const ghcprof_options& options)
        : options_(options)
        , rows_(stacks_) {
        const std::string_view unit = options.weigh == ghcprof_options::time    ? "percent"
                                      : options.weigh == ghcprof_options::ticks ? "ticks"
                                                                                : "bytes";
        stacks_.builder.describe(unit, counted_as::unknown, profile_detail::function);
        if (options.weigh == ghcprof_options::time) {
            [[maybe_unused]] const bool refined = stacks_.builder.refine(1);
        }
    }
    ghcprof_reader(const ghcprof_reader&) = delete; // rows_ refers to stacks_
    ghcprof_reader& operator=(const ghcprof_reader&) = delete;

    // The report has a flat table first, then the tree, whose columns have "no." and "entries".
    void line(std::string_view line, std::uint64_t number) {
        const std::string_view text = trimmed(line);
        anything_ = anything_ || !text.empty();
        if (starts_with(text, "COST CENTRE")) {
            in_tree_ = contains(text, " no.") && contains(text, " entries");
            seen_ = seen_ || in_tree_;
            return;
        }
        if (!in_tree_ || text.empty()) { return; }
        row(line, number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<ghcprof_text> finish() {
        if (!seen_ && anything_) {
            skip("there is no line \"COST CENTRE MODULE … no. entries …\"", 0);
        }
        return {ghcprof_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    ghcprof_options options_;
    stack_samples stacks_;
    indented_rows rows_;
    std::vector<std::string_view> numbers_; // from the right
    std::string text_;
    bool in_tree_ = false;
    bool seen_ = false;
    bool anything_ = false;

    // "  main  Main  app/Main.hs:(3,1)-(5,2)  130  1  0.0  0.1  99.9  99.9 [ticks bytes]"
    void row(std::string_view line, std::uint64_t number) {
        std::string_view rest = line;
        numbers_.clear();
        while (numbers_.size() < 8) {
            std::string_view before = rest;
            const std::string_view word = take_last_word(before);
            std::int64_t value = 0;
            if (before.empty() || !parse_decimal(word, 1, value)) { break; }
            numbers_.push_back(word);
            rest = before;
        }
        // Numbers from the right: [bytes ticks] alloc time (inherited) alloc time (own) entries no.
        const bool detailed = numbers_.size() == 8;
        if (numbers_.size() < 6 || (options_.weigh != ghcprof_options::time && !detailed)) {
            skip("expected \"centre module source no. entries\" and the shares", number);
            return;
        }
        const std::size_t indent = indent_of(rest);
        std::string_view words = trimmed(rest);
        const std::string_view centre = take_word(words);
        const std::string_view module = take_word(words);
        std::int64_t self = 0;
        const std::size_t own_time = detailed ? 5 : 3;
        const bool fits =
            options_.weigh == ghcprof_options::time
                ? parse_decimal(numbers_[own_time], 1, self)
                : parse_whole(numbers_[options_.weigh == ghcprof_options::ticks ? 1 : 0], self);
        if (!fits || centre.empty()) {
            skip("the weight is not below 2^63", number);
            return;
        }
        text_ = module;
        if (!module.empty()) { text_ += '.'; }
        text_ += centre;
        rows_.row(
            indent, stacks_.intern(text_, frame_kind::function), self == 0 ? 0 : 1, self, number);
    }
};

/// Returns whether the head of an input is a report of GHC's profiler.
[[nodiscard]] inline bool looks_like_ghcprof(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return contains(line, "Time and Allocation Profiling Report") ||
               (starts_with(line, "COST CENTRE") && contains(line, "MODULE") &&
                contains(line, "%time"));
    });
}

} // namespace detail

/// Reads the report of GHC's profiler (+RTS -p, -P): the tree of cost centres, indented by depth.
/// Returns one profile of what each centre weighs alone; frames are "Module.centre"; rows with a
/// weight count 1.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  GHC's user guide, "Profiling".
template <class Source>
[[nodiscard]] result<ghcprof_text> read_ghcprof(Source&& source,
                                                const ghcprof_options& options = {}) {
    detail::ghcprof_reader reader(options);
    return detail::read_lines<detail::ghcprof_reader, std::remove_reference_t<Source>>(reader,
                                                                                       source);
}

/// The same from memory.
[[nodiscard]] inline result<ghcprof_text> parse_ghcprof(std::string_view text,
                                                        const ghcprof_options& options = {}) {
    return read_ghcprof(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
