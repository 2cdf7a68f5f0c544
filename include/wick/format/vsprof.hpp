// wick/format/vsprof.hpp - Visual Studio's call tree as comma-separated values.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_VSPROF_HPP
#define WICK_FORMAT_VSPROF_HPP

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
#include <vector>      // values

WICK_BEGIN_NAMESPACE

/// How to read Visual Studio's comma-separated values.
struct vsprof_options {
    bool modules = false; ///< names have their module: "app.exe`main"
};

/// What Visual Studio's comma-separated values hold.
struct vsprof_text {
    profile samples;       ///< unit "samples", or "calls" where calls were counted
    wick::skipped skipped; ///< rows that were not understood, or weigh less than those below them
};

namespace detail {

class vsprof_reader {
public:
    explicit vsprof_reader(const vsprof_options& options)
        : options_(options)
        , rows_(stacks_) {}
    vsprof_reader(const vsprof_reader&) = delete; // rows_ refers to stacks_
    vsprof_reader& operator=(const vsprof_reader&) = delete;

    void line(std::string_view line, std::uint64_t number) {
        if (starts_with(line, "\xef\xbb\xbf")) { line.remove_prefix(3); }
        if (trimmed(line).empty()) { return; }
        if (!split_csv(line, values_)) {
            skip("a quote is not closed", number);
        } else if (!has_header_) {
            read_header(number);
        } else {
            row(number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<vsprof_text> finish() {
        rows_.finish();
        return {vsprof_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    vsprof_options options_;
    stack_samples stacks_;
    weighed_rows rows_;
    std::vector<std::string> values_;
    std::string text_;
    std::size_t module_ = none;
    bool has_header_ = false;
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    void read_header(std::uint64_t number) {
        if (values_.size() < 3 || trimmed(values_[0]) != "Level") {
            skip("expected the columns' names: \"Level,Function Name,…\"", number);
            return;
        }
        has_header_ = true;
        const bool calls = contains(values_[2], "Calls");
        stacks_.builder.describe(calls ? "calls" : "samples",
                                 calls ? counted_as::calls : counted_as::samples,
                                 profile_detail::function);
        for (std::size_t i = 3; i < values_.size(); ++i) {
            if (contains(values_[i], "Module")) { module_ = i; }
        }
    }

    void row(std::uint64_t number) {
        std::int64_t level = 0;
        std::int64_t total = 0;
        if (values_.size() < 3 || !parse_whole(trimmed(values_[0]), level) ||
            !parse_decimal(trimmed(values_[2]), 0, total)) {
            skip("expected \"level,function,count\"", number);
            return;
        }
        // A level without all those above it would make a tree deeper than there are rows.
        if (level > last_level_ + 1) {
            skip("the level is more than one below the row before", number);
            return;
        }
        last_level_ = level;
        text_.clear();
        if (options_.modules && module_ < values_.size() && !trimmed(values_[module_]).empty()) {
            text_ += trimmed(values_[module_]);
            text_ += '`';
        }
        text_ += comparable_name(trimmed(values_[1]), false);
        rows_.row(static_cast<std::size_t>(level),
                  stacks_.intern(text_, frame_kind::function),
                  total,
                  number);
    }
    std::int64_t last_level_ = 0;
};

/// Returns whether the head of an input has the columns that Visual Studio's call tree begins with.
[[nodiscard]] inline bool looks_like_vsprof(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        if (starts_with(line, "\xef\xbb\xbf")) { line.remove_prefix(3); }
        return starts_with(line, "Level,Function Name,") ||
               starts_with(line, "\"Level\",\"Function Name\",");
    });
}

} // namespace detail

/// Reads the call tree that Visual Studio's profiler exports: "Level,Function Name,count,…", the
/// level being the depth. Returns one profile; a row's own weight is its count less its children's.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  Visual Studio's documentation of VSPerfReport, "CallTree".
template <class Source>
[[nodiscard]] result<vsprof_text> read_vsprof(Source&& source, const vsprof_options& options = {}) {
    detail::vsprof_reader reader(options);
    return detail::read_lines<detail::vsprof_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<vsprof_text> parse_vsprof(std::string_view text,
                                                      const vsprof_options& options = {}) {
    return read_vsprof(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
