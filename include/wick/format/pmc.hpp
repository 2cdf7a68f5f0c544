// wick/format/pmc.hpp - the call graph of FreeBSD's `pmcstat -G`.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_PMC_HPP
#define WICK_FORMAT_PMC_HPP

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

WICK_BEGIN_NAMESPACE

/// How to read what `pmcstat -G` prints.
struct pmc_options {
    bool kernel = false; ///< frames of the kernel's images are of kind kernel, "_[k]"
};

/// What the output of `pmcstat -G` holds.
struct pmc_text {
    profile samples;       ///< unit "samples"
    wick::skipped skipped; ///< rows that were not understood
};

namespace detail {

class pmc_reader {
public:
    explicit pmc_reader(const pmc_options& options)
        : options_(options)
        , rows_(stacks_, true) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }
    pmc_reader(const pmc_reader&) = delete; // rows_ refers to stacks_
    pmc_reader& operator=(const pmc_reader&) = delete;

    // " 100.0%  [17]        caller @ /boot/kernel/kernel"
    void line(std::string_view line, std::uint64_t number) {
        const std::size_t indent = indent_of(line);
        std::string_view rest = trimmed(line);
        if (rest.empty() || rest[0] == '@' || rest[0] == '#') { return; }
        const std::string_view share = take_word(rest);
        std::string_view count = take_word(rest);
        std::int64_t total = 0;
        const bool row =
            share.back() == '%' && count.size() > 2 && count.front() == '[' && count.back() == ']';
        if (row) { count = count.substr(1, count.size() - 2); }
        if (!row || !parse_whole(count, total) || rest.empty()) {
            skip("expected \"12.34%  [count]  function @ image\"", number);
            return;
        }
        const std::size_t at = rest.rfind(" @ ");
        if (at != std::string_view::npos) {
            image_ = rest.substr(at + 3);
            rest = trimmed(rest.substr(0, at));
        } else if (indent == 0) {
            image_.clear();
        } // else the callee's
        const bool is_kernel =
            options_.kernel && (contains(image_, "/kernel") || ends_with(image_, ".ko"));
        const std::string name = comparable_name(rest, false);
        const bool unknown = hex_size(name) == name.size();
        rows_.row(indent,
                  stacks_.intern(unknown ? unknown_frame(image_) : name,
                                 is_kernel ? frame_kind::kernel : frame_kind::function),
                  total,
                  number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<pmc_text> finish() {
        rows_.finish();
        return {pmc_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    pmc_options options_;
    stack_samples stacks_;
    weighed_rows rows_;
    std::string image_; // of the row before: rows name it only where it changes
};

/// Returns whether the head of an input has a row as `pmcstat -G` prints them.
[[nodiscard]] inline bool looks_like_pmc(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        std::string_view rest = trimmed(line);
        const std::string_view share = take_word(rest);
        const std::string_view count = take_word(rest);
        return ends_with(share, "%") && count.size() > 2 && count.front() == '[' &&
               count.back() == ']' && contains(rest, " @ ");
    });
}

} // namespace detail

/// Reads the call graph of `pmcstat -G`: rows "12.34%  [count]  function @ image", indented by one
/// for each caller, the callee first. Returns one profile; where a row's callers are fewer than its
/// count the rest are stacks that begin there.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  `man pmcstat`.
template <class Source>
[[nodiscard]] result<pmc_text> read_pmc(Source&& source, const pmc_options& options = {}) {
    detail::pmc_reader reader(options);
    return detail::read_lines<detail::pmc_reader, std::remove_reference_t<Source>>(reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<pmc_text> parse_pmc(std::string_view text,
                                                const pmc_options& options = {}) {
    return read_pmc(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
