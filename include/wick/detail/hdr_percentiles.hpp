// wick/detail/hdr_percentiles.hpp - tables of percentiles: .hgrm, CSV, what wrk2 prints.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_HDR_PERCENTILES_HPP
#define WICK_DETAIL_HDR_PERCENTILES_HPP

#include <wick/detail/characters.hpp>   // blanks
#include <wick/detail/hdr_document.hpp> // what is written
#include <wick/detail/hdr_fields.hpp>   // numbers
#include <wick/detail/java_text.hpp>    // numbers as Java prints them
#include <wick/detail/writer.hpp>       // sinks
#include <wick/result.hpp>              // what was skipped

#include <charconv>    // std::to_chars
#include <cmath>       // std::log
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <string>      // titles
#include <string_view> // lines
#include <utility>     // std::move
#include <vector>      // rows

WICK_BEGIN_NAMESPACE

/// How to write a table of percentiles.
struct percentile_options {
    double scale = 1; ///< values are divided by this: 1e6 shows nanoseconds as milliseconds
    int ticks = 5;    ///< rows on each half of the way that is left to 100 %: 1 … 1,000,000
    bool csv = false; ///< with commas, and without the figures at the end
};

/// A row of such a table: so many values, `count`, are `value` or less.
struct percentile_row {
    double value = 0;
    double percentile = 0; ///< as a share, 0 … 1
    std::uint64_t count = 0;

    friend bool operator==(const percentile_row& a, const percentile_row& b) {
        return !(a.value < b.value) && !(b.value < a.value) && !(a.percentile < b.percentile) &&
               !(b.percentile < a.percentile) && a.count == b.count;
    }
    friend bool operator!=(const percentile_row& a, const percentile_row& b) { return !(a == b); }
};

/// A table that was read. Values are in the unit in which they were printed.
struct percentile_table {
    std::string title; ///< what the program wrote above it: wrk2's "Recorded Latency"; mostly empty
    std::vector<percentile_row> rows; ///< ascending in all three
    bool has_figures = false;         ///< the lines at the end were there
    double mean = 0;
    double stddev = 0;
    double max = 0;
    std::uint64_t total = 0; ///< of the figures, or of the last row
    std::uint64_t line = 0;  ///< where it begins
};

/// The tables of a file: most have one, wrk2 may print two.
struct percentile_file {
    std::vector<percentile_table> tables;
    wick::skipped skipped; ///< lines within a table that were not understood
};

namespace detail {

/// Writes a table of percentiles as HdrHistogram for Java prints it.
template <class Sink>
class percentile_writer {
public:
    percentile_writer(Sink& sink, const hdr_document& document, const percentile_options& options)
        : out_(sink)
        , document_(&document)
        , options_(options)
        , geometry_(document.digits, document.lowest, document.highest) {}

    void run() {
        piece_ = options_.csv ? "\"Value\",\"Percentile\",\"TotalCount\",\"1/(1-Percentile)\"\n"
                              : "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
        const double total = static_cast<double>(document_->count());
        std::uint64_t before = 0;
        double level = 0; // the percentile that the next row is for
        for (const hdr_count& c : document_->counts) {
            before = saturated_sum(before, c.count);
            const bool last = &c == &document_->counts.back();
            const double reached = last ? 100 : 100.0 * static_cast<double>(before) / total;
            while (reached >= level && level < 100) {
                row(c.index, level, before);
                if (last) { break; }
                level = next_level(level);
            }
            if (last) { row(c.index, 100, before); }
            flush_piece();
        }
        if (!options_.csv) { figures(); }
        out_.put(piece_);
        out_.flush();
    }

private:
    text_writer<Sink> out_;
    const hdr_document* document_;
    percentile_options options_;
    hdr_geometry geometry_;
    std::string piece_;
    std::string field_;

    void flush_piece() {
        if (piece_.size() < 4096) { return; }
        out_.put(piece_);
        piece_.clear();
    }

    // Steps are as wide as a tick's share of the largest half, quarter, … of the way to 100 % that
    // still lies ahead.
    [[nodiscard]] double next_level(double level) const noexcept {
        const double halves = std::floor(std::log(100.0 / (100.0 - level)) / std::log(2.0)) + 1;
        const double next = level + 100.0 / (options_.ticks * std::pow(2.0, halves));
        return next > level && next < 100 ? next : 100; // past what a double can tell from 100
    }

    void field(double value, int decimals, std::size_t width) {
        field_.clear();
        append_java_fixed(field_, value, decimals);
        append_right(piece_, field_, options_.csv ? 0 : width);
    }
    void field(std::uint64_t value, std::size_t width) {
        char digits[24];
        const char* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        append_right(
            piece_, {digits, static_cast<std::size_t>(end - digits)}, options_.csv ? 0 : width);
    }

    void row(std::uint32_t index, double level, std::uint64_t count) {
        const char between = options_.csv ? ',' : ' ';
        const double value = static_cast<double>(geometry_.high_of(index)) * document_->ratio;
        field(value / options_.scale, document_->digits, 12);
        piece_ += between;
        field(level / 100, 12, 2);
        piece_ += between;
        field(count, 10);
        if (level < 100) {
            piece_ += between;
            field(1 / (1 - level / 100), 2, 14);
        } else if (options_.csv) {
            piece_ += ",Infinity";
        }
        piece_ += '\n';
    }

    void figures() {
        const hdr_figures all = document_->figures();
        piece_ += "#[Mean    = ";
        field(all.mean / options_.scale, document_->digits, 12);
        piece_ += ", StdDeviation   = ";
        field(all.stddev / options_.scale, document_->digits, 12);
        piece_ += "]\n#[Max     = ";
        field(all.max / options_.scale, document_->digits, 12);
        piece_ += ", Total count    = ";
        field(all.count, 12);
        piece_ += "]\n#[Buckets = ";
        field(geometry_.buckets(), 12);
        piece_ += ", SubBuckets     = ";
        field(geometry_.sub_buckets(), 12);
        piece_ += "]\n";
    }
};

/// Returns whether a line is the head of a table: Java's or C's, of text or of CSV.
[[nodiscard]] inline bool is_percentile_head(std::string_view line) noexcept {
    for (const std::string_view name : {"Value", "Percentile", "TotalCount", "1/(1-Percentile)"}) {
        std::string_view field = take_field(line);
        if (field.size() > 2 && field.front() == '"' && field.back() == '"') {
            field = field.substr(1, field.size() - 2);
        }
        if (field != name) { return false; }
    }
    trim_blanks(line);
    return line.empty();
}

/// Reads the tables of a text, whatever stands around them.
class percentile_reader {
public:
    void line(std::string_view text, std::uint64_t number) {
        trim_blanks(text);
        if (is_percentile_head(text)) {
            end_table();
            open_ = true;
            table_.title = std::move(title_);
            title_.clear();
            table_.line = number;
            return;
        }
        if (!open_) {
            outside(text);
        } else if (text.empty() || figures(text)) {
            return;
        } else if (text[0] == '-') { // wrk2's line below a table
            end_table();
        } else if (!row(text)) {
            skip("expected a value, a percentile, and a count, none less than those above", number);
        }
    }
    void skip(const char* what, std::uint64_t number) {
        if (open_) { file_.skipped.add(what, number); }
    }

    [[nodiscard]] result<percentile_file> finish() {
        end_table();
        result<percentile_file> read{std::move(file_), {}};
        if (read.value.tables.empty()) {
            read.error = error{"there is no table of percentiles: no line \"Value Percentile "
                               "TotalCount 1/(1-Percentile)\""};
        }
        return read;
    }

private:
    percentile_file file_;
    percentile_table table_;
    std::string title_;
    bool open_ = false;

    void end_table() {
        if (!open_) { return; }
        open_ = false;
        if (!table_.has_figures && !table_.rows.empty()) {
            table_.total = table_.rows.back().count;
            table_.max = table_.rows.back().value;
        }
        file_.tables.push_back(std::move(table_));
        table_ = percentile_table{};
    }

    // wrk2: "  Latency Distribution (HdrHistogram - Recorded Latency)"
    void outside(std::string_view text) {
        constexpr std::string_view before = "Latency Distribution (HdrHistogram - ";
        const std::size_t at = text.find(before);
        if (at == std::string_view::npos) { return; }
        title_ = text.substr(at + before.size());
        if (!title_.empty() && title_.back() == ')') { title_.pop_back(); }
    }

    [[nodiscard]] bool row(std::string_view text) {
        percentile_row made;
        double count = 0;
        if (!parse_whole(take_field(text), made.value) ||
            !parse_whole(take_field(text), made.percentile) ||
            !parse_whole(take_field(text), count)) {
            return false;
        }
        // The last column follows from the second one: "inf" and "Infinity" say no more.
        if (!(made.percentile >= 0 && made.percentile <= 1 && count >= 0 &&
              count < 18446744073709551616.0)) {
            return false;
        }
        made.count = static_cast<std::uint64_t>(count);
        if (!table_.rows.empty()) {
            const percentile_row& above = table_.rows.back();
            if (made.value < above.value || made.percentile < above.percentile ||
                made.count < above.count) {
                return false;
            }
        }
        table_.rows.push_back(made);
        return true;
    }

    // "#[Mean    =    25003.007, StdDeviation   =    32276.410]"
    [[nodiscard]] bool figures(std::string_view text) {
        if (text.substr(0, 2) != "#[") { return false; }
        double first = 0;
        double second = 0;
        const auto both = [&](std::string_view first_name, std::string_view second_name) {
            const std::size_t comma = text.find(',');
            return text.substr(2, first_name.size()) == first_name &&
                   comma != std::string_view::npos && text.back() == ']' &&
                   named(text.substr(2, comma - 2), first_name, first) &&
                   named(text.substr(comma + 1, text.size() - comma - 2), second_name, second);
        };
        if (both("Mean", "StdDeviation")) {
            table_.mean = first;
            table_.stddev = second;
            return true;
        }
        if (both("Max", "Total count")) {
            if (!(second >= 0 && second < 18446744073709551616.0)) { return false; }
            table_.max = first;
            table_.total = static_cast<std::uint64_t>(second);
            table_.has_figures = true;
            return true;
        }
        if (!both("Buckets", "SubBuckets")) { return false; }
        end_table(); // the last line of one
        return true;
    }

    // " Total count    =        20000"
    [[nodiscard]] static bool named(std::string_view text, std::string_view name, double& value) {
        while (!text.empty() && is_blank(text.front())) { text.remove_prefix(1); }
        const std::size_t equals = text.find('=');
        if (text.substr(0, name.size()) != name || equals == std::string_view::npos) {
            return false;
        }
        text.remove_prefix(equals + 1);
        return parse_whole(take_field(text), value);
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
