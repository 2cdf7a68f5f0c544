// wick/format/vtune.hpp - VTune's top-down tree as comma-separated values.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_VTUNE_HPP
#define WICK_FORMAT_VTUNE_HPP

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

/// How to read VTune's comma-separated values.
struct vtune_options {
    bool modules = true; ///< names have their module: "libc.so.6`read"
    std::string column;  ///< the column that weighs; empty: the first with ":Self" in its name
};

/// What VTune's comma-separated values hold.
struct vtune_text {
    profile samples;       ///< unit "nanoseconds" for times, else the name of the column
    wick::skipped skipped; ///< rows that were not understood
};

namespace detail {

class vtune_reader {
public:
    explicit vtune_reader(const vtune_options& options)
        : options_(options)
        , rows_(stacks_) {}
    vtune_reader(const vtune_reader&) = delete; // rows_ refers to stacks_
    vtune_reader& operator=(const vtune_reader&) = delete;

    void line(std::string_view line, std::uint64_t number) {
        if (trimmed(line).empty()) { return; }
        if (!split_csv(line, values_)) {
            skip("a quote is not closed", number);
            return;
        }
        if (!has_header_) {
            read_header(number);
            return;
        }
        row(number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<vtune_text> finish() {
        return {vtune_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    vtune_options options_;
    stack_samples stacks_;
    indented_rows rows_;
    std::vector<std::string> values_;
    std::string text_;
    std::size_t stack_ = 0; // columns
    std::size_t weight_ = 0;
    std::size_t module_ = none;
    bool has_header_ = false;
    bool is_time_ = false;
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    void read_header(std::uint64_t number) {
        std::size_t stack = none;
        std::size_t weight = none;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const std::string_view name = trimmed(values_[i]);
            if (name == "Function Stack") { stack = i; }
            if (name == "Module") { module_ = i; }
            const bool wanted =
                options_.column.empty() ? contains(name, ":Self") : name == options_.column;
            if (wanted && weight == none) { weight = i; }
        }
        if (stack == none || weight == none) {
            skip("expected the columns' names: \"Function Stack\" and one with \":Self\"", number);
            return;
        }
        has_header_ = true;
        stack_ = stack;
        weight_ = weight;
        const std::string_view name = trimmed(values_[weight]);
        is_time_ = contains(name, "Time");
        stacks_.builder.describe(is_time_ ? std::string_view("nanoseconds")
                                          : name.substr(0, name.find(":Self")),
                                 counted_as::unknown,
                                 profile_detail::function);
    }

    void row(std::uint64_t number) {
        if (values_.size() <= stack_ || values_.size() <= weight_) {
            skip("the row has fewer values than there are columns", number);
            return;
        }
        const std::string_view stack = values_[stack_];
        const std::string_view weight = trimmed(values_[weight_]);
        std::int64_t self = 0;
        const bool fits = weight.empty() || (is_time_ ? parse_time_ns(weight, "s", self)
                                                      : parse_decimal(weight, 0, self));
        if (!fits || trimmed(stack).empty()) {
            skip("expected a function and a weight below 2^63", number);
            return;
        }
        text_.clear();
        if (options_.modules && module_ < values_.size() && !trimmed(values_[module_]).empty()) {
            text_ += trimmed(values_[module_]);
            text_ += '`';
        }
        text_ += comparable_name(trimmed(stack), false);
        rows_.row(indent_of(stack),
                  stacks_.intern(text_, frame_kind::function),
                  self == 0 ? 0 : 1,
                  self,
                  number);
    }
};

/// Returns whether the head of an input has the column that VTune's top-down tree begins with.
[[nodiscard]] inline bool looks_like_vtune(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        return (starts_with(line, "Function Stack,") || starts_with(line, "\"Function Stack\",")) &&
               contains(line, ":Self");
    });
}

} // namespace detail

/// Reads what `vtune -report top-down -call-stack-mode all -format csv -csv-delimiter comma` writes
/// with the columns "Function Stack", one ":Self" and perhaps "Module": a row for each calling
/// context, indented by its depth. Returns one profile. Times are seconds unless they have a unit,
/// and become nanoseconds; other columns are kept as they are. Rows with a weight count 1, as VTune
/// does not say how often it looked.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines that are not understood are skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  Intel's VTune Profiler user guide, "Report".
template <class Source>
[[nodiscard]] result<vtune_text> read_vtune(Source&& source, const vtune_options& options = {}) {
    detail::vtune_reader reader(options);
    return detail::read_lines<detail::vtune_reader, std::remove_reference_t<Source>>(reader,
                                                                                     source);
}

/// The same from memory.
[[nodiscard]] inline result<vtune_text> parse_vtune(std::string_view text,
                                                    const vtune_options& options = {}) {
    return read_vtune(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
