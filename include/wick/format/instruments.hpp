// wick/format/instruments.hpp - the call tree that is copied from Xcode's Instruments (Deep Copy).
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_INSTRUMENTS_HPP
#define WICK_FORMAT_INSTRUMENTS_HPP

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
#include <vector>      // columns

WICK_BEGIN_NAMESPACE

/// How to read what was copied from Instruments: there is nothing to choose.
struct instruments_options {};

/// What was copied from Instruments.
struct instruments_text {
    profile samples;       ///< unit "nanoseconds"
    wick::skipped skipped; ///< rows that were not understood
};

namespace detail {

class instruments_reader {
public:
    explicit instruments_reader(const instruments_options& /*options*/)
        : rows_(stacks_) {
        stacks_.builder.describe("nanoseconds", counted_as::unknown, profile_detail::function);
    }
    instruments_reader(const instruments_reader&) = delete; // rows_ refers to stacks_
    instruments_reader& operator=(const instruments_reader&) = delete;

    void line(std::string_view line, std::uint64_t number) {
        if (trimmed(line).empty() || ends_with(trimmed(line), "Symbol Name")) { return; }
        const std::size_t first = line.find('\t');
        const std::size_t last = line.rfind('\t');
        if (first == last) {
            skip("expected \"time, self, symbol\" with tabs between", number);
            return;
        }
        std::string_view self = line.substr(first + 1, last - first - 1);
        self = trimmed(self.substr(0, self.find('\t')));
        const std::string_view symbol = line.substr(last + 1);
        std::int64_t ns = 0;
        if (!contains(line.substr(0, first), "%") || !parse_time_ns(self, "ms", ns) ||
            trimmed(symbol).empty()) {
            skip("expected \"time percent, self time, symbol\" with tabs between", number);
            return;
        }
        rows_.row(indent_of(symbol),
                  stacks_.intern(comparable_name(trimmed(symbol), false), frame_kind::function),
                  ns == 0 ? 0 : 1,
                  ns,
                  number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<instruments_text> finish() {
        return {instruments_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    stack_samples stacks_;
    indented_rows rows_;
};

/// Returns whether the head of an input has the columns' names of Instruments.
[[nodiscard]] inline bool looks_like_instruments(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return (starts_with(line, "Running Time\t") || starts_with(line, "Weight\t")) &&
               ends_with(trimmed(line), "Symbol Name");
    });
}

} // namespace detail

/// Reads a call tree copied from Instruments with "Deep Copy": columns between tabs, the running
/// time with its share, the own time ("12.5", in ms, or "1.2 s"), the symbol indented by its depth.
/// Returns one profile; rows with a time of their own count 1.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  what Xcode 7 to 15 copy.
template <class Source>
[[nodiscard]] result<instruments_text> read_instruments(Source&& source,
                                                        const instruments_options& options = {}) {
    detail::instruments_reader reader(options);
    return detail::read_lines<detail::instruments_reader, std::remove_reference_t<Source>>(reader,
                                                                                           source);
}

/// The same from memory.
[[nodiscard]] inline result<instruments_text>
parse_instruments(std::string_view text, const instruments_options& options = {}) {
    return read_instruments(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
