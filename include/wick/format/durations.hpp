// wick/format/durations.hpp - durations in columns of text: lists of numbers, tables, access logs.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_DURATIONS_HPP
#define WICK_FORMAT_DURATIONS_HPP

#include <wick/detail/characters.hpp> // blanks, digits
#include <wick/detail/lines.hpp>      // lines from a source
#include <wick/detail/time_parse.hpp> // units, times
#include <wick/result.hpp>            // what was skipped
#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <cstdint>     // line numbers
#include <string>      // names of columns, messages
#include <string_view> // fields
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // the fields of a line

WICK_BEGIN_NAMESPACE

/// How to read durations. A column is given by its number ("3"; "-1" is the last one), by its name
/// in the first line, or by its key ("rt" or "rt=") where fields are written as key=value.
struct duration_options {
    std::string value; ///< column of the durations; "": the only one there is
    std::string part;  ///< column of what a part took, such as an upstream server; "": none
    std::string time;  ///< column of when it happened; "": none
    /// What is between two columns. 0: any number of blanks, where "quotes" and [brackets] hold a
    /// column together. With any other one, quotes do as in CSV.
    char separator = 0;
    /// The unit of numbers that have none, in nanoseconds. 0: numbers stay as they are.
    double unit_ns = 0;
};

/// One line's duration.
struct duration_row {
    double value = 0; ///< at least 0, less than 2^63; in nanoseconds, or as given: see `has_unit`
    double part = 0;  ///< the same of the part; 0 when no column was asked for, or it has "-"
    double time = 0;  ///< in seconds since 1970; 0 when no column was asked for
    std::uint64_t line = 0; ///< its number, from 1
};

/// What there was beside the rows.
struct durations_text {
    std::uint64_t rows = 0;         ///< how many there were
    std::uint64_t absent_parts = 0; ///< of these, with "-" for the part
    bool has_unit = false;          ///< values are in nanoseconds
    bool has_header = false;        ///< the first line holds the names of the columns
    wick::skipped skipped;          ///< lines whose columns were missing or no durations
};

namespace detail {

/// Splits a line into fields, without the quotes and brackets around them.
class field_splitter {
public:
    explicit field_splitter(char separator)
        : separator_(separator) {}

    void split(std::string_view line, std::vector<std::string_view>& fields) const {
        fields.clear();
        if (separator_ == 0) {
            split_blanks(line, fields);
        } else {
            split_separated(line, fields);
        }
    }

private:
    char separator_;

    // Returns where a quoted or bracketed text that begins at `at` is closed, or npos.
    [[nodiscard]] static std::size_t closing(std::string_view line, std::size_t at, char close) {
        for (std::size_t i = at + 1; i < line.size(); ++i) {
            if (line[i] == '\\') {
                ++i;
            } else if (line[i] == close) {
                return i;
            }
        }
        return std::string_view::npos;
    }
    static void split_blanks(std::string_view line, std::vector<std::string_view>& fields) {
        std::size_t at = 0;
        for (;;) {
            while (at < line.size() && is_blank(line[at])) { ++at; }
            if (at == line.size()) { return; }
            const char close = line[at] == '"' ? '"' : line[at] == '[' ? ']' : '\0';
            const std::size_t end = close != '\0' ? closing(line, at, close) : std::string::npos;
            if (end != std::string_view::npos) {
                fields.push_back(line.substr(at + 1, end - at - 1));
                at = end + 1;
                continue;
            }
            const std::size_t begin = at;
            while (at < line.size() && !is_blank(line[at])) { at = after_character(line, at); }
            fields.push_back(line.substr(begin, at - begin));
        }
    }
    // key="some words" is one field.
    [[nodiscard]] static std::size_t after_character(std::string_view line, std::size_t at) {
        const bool opens = line[at] == '=' && at + 1 < line.size() && line[at + 1] == '"';
        const std::size_t end = opens ? closing(line, at + 1, '"') : std::string_view::npos;
        return end == std::string_view::npos ? at + 1 : end + 1;
    }
    void split_separated(std::string_view line, std::vector<std::string_view>& fields) const {
        std::size_t at = 0;
        for (;;) {
            std::size_t end = at;
            const bool quoted = at < line.size() && line[at] == '"';
            if (quoted) { end = after_quotes(line, at); }
            while (end < line.size() && line[end] != separator_) { ++end; }
            std::string_view field = trimmed(line.substr(at, end - at));
            if (quoted && field.size() >= 2 && field.back() == '"') {
                field = field.substr(1, field.size() - 2);
            }
            fields.push_back(field);
            if (end == line.size()) { return; }
            at = end + 1;
        }
    }
    // A doubled quote stands for one.
    [[nodiscard]] static std::size_t after_quotes(std::string_view line, std::size_t at) {
        for (std::size_t i = at + 1; i < line.size(); ++i) {
            if (line[i] != '"') { continue; }
            if (i + 1 == line.size() || line[i + 1] != '"') { return i + 1; }
            ++i;
        }
        return line.size();
    }
};

/// Finds one column in the fields of a line.
class column {
public:
    column() = default;
    explicit column(std::string text)
        : text_(std::move(text)) {
        key_ = text_.substr(0, text_.find_last_not_of('=') + 1) + '=';
        std::string_view digits = text_;
        const bool negative = !digits.empty() && digits[0] == '-';
        if (negative) { digits.remove_prefix(1); }
        std::int64_t number = 0;
        for (const char c : digits) {
            if (!is_digit(c) || number > 1'000'000'000) { return; }
            number = number * 10 + (c - '0');
        }
        number_ = negative ? -number : number;
    }

    [[nodiscard]] bool asked() const noexcept { return !text_.empty(); }
    [[nodiscard]] bool named() const noexcept { return asked() && number_ == 0; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    /// Looks for the name in the first line; what is found there is a number from then on.
    [[nodiscard]] bool find_in_header(const std::vector<std::string_view>& fields) {
        for (std::size_t i = 0; named() && i < fields.size(); ++i) {
            if (fields[i] == text_) {
                number_ = static_cast<std::int64_t>(i) + 1;
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] bool find(const std::vector<std::string_view>& fields,
                            std::string_view& found) const {
        if (named()) { return find_key(fields, found); }
        const auto size = static_cast<std::int64_t>(fields.size());
        const std::int64_t at = number_ < 0 ? size + number_ : number_ - 1;
        if (at < 0 || at >= size) { return false; }
        found = fields[static_cast<std::size_t>(at)];
        return true;
    }

private:
    std::string text_, key_;
    std::int64_t number_ = 0; // 0: a name

    [[nodiscard]] bool find_key(const std::vector<std::string_view>& fields,
                                std::string_view& found) const {
        for (std::string_view field : fields) {
            if (field.substr(0, key_.size()) != key_) { continue; }
            field.remove_prefix(key_.size());
            while (!field.empty() && (field.back() == ',' || field.back() == ';')) {
                field.remove_suffix(1);
            }
            if (field.size() >= 2 && field[0] == '"' && field.back() == '"') {
                field = field.substr(1, field.size() - 2);
            }
            found = field;
            return true;
        }
        return false;
    }
};

/// Reads lines into rows.
class duration_reader {
public:
    explicit duration_reader(const duration_options& options)
        : unit_ns_(options.unit_ns)
        , splitter_(options.separator)
        , value_(options.value)
        , part_(options.part)
        , time_(options.time) {
        read_.has_unit = options.unit_ns > 0;
    }

    /// Reads one line; returns whether it is a row.
    [[nodiscard]] bool line(std::string_view line, std::uint64_t number, duration_row& row) {
        if (number == 1 && line.substr(0, 3) == "\xef\xbb\xbf") { // Windows marks UTF-8 so
            line.remove_prefix(3);
        }
        if (line.empty() || line[0] == '#') { return false; }
        splitter_.split(line, fields_);
        if (fields_.empty()) { return false; }
        row = duration_row{};
        row.line = number;
        const bool first = !began_;
        began_ = true;
        if (first && find_header()) { return false; }
        return read_value(row) && read_part(row) && read_time(row) && ++read_.rows != 0;
    }
    void skip(const std::string& what, std::uint64_t number) {
        read_.skipped.add(what.c_str(), number);
    }
    [[nodiscard]] const error& problem() const noexcept { return problem_; }
    [[nodiscard]] durations_text finish() { return std::move(read_); }

private:
    double unit_ns_;
    field_splitter splitter_;
    column value_, part_, time_;
    std::vector<std::string_view> fields_;
    durations_text read_;
    error problem_;
    bool began_ = false;
    std::uint64_t with_unit_ = 0; // the first line with a unit, and with none
    std::uint64_t bare_ = 0;

    // Names of columns that were asked for, or text where the durations will be.
    [[nodiscard]] bool find_header() {
        bool found = value_.find_in_header(fields_);
        found = part_.find_in_header(fields_) || found;
        found = time_.find_in_header(fields_) || found;
        if (!found && !value_.named()) {
            std::string_view text = fields_[0];
            if (value_.asked() && !value_.find(fields_, text)) { return false; }
            const char c = text.empty() ? '0' : text[0];
            found = ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') &&
                    text != "nan" && text != "NaN" && text != "inf";
        }
        read_.has_header = found;
        return found;
    }

    [[nodiscard]] bool read_value(duration_row& row) {
        std::string_view text;
        if (value_.asked()) {
            if (!value_.find(fields_, text)) { return missing(value_, row.line); }
        } else if (fields_.size() == 1) {
            text = fields_[0];
        } else if (fields_.size() == 2 && unit_from_name(fields_[1]) > 0) { // "12 ms"
            const char* const begin = fields_[0].data();
            const char* const end = fields_[1].data() + fields_[1].size();
            text = std::string_view(begin, static_cast<std::size_t>(end - begin));
        } else {
            return refuse("there are " + std::to_string(fields_.size()) +
                              " columns: say which of them has the durations",
                          row.line);
        }
        return duration(text, row.line, row.value);
    }
    [[nodiscard]] bool read_part(duration_row& row) {
        if (!part_.asked()) { return true; }
        std::string_view text;
        if (!part_.find(fields_, text)) { return missing(part_, row.line); }
        if (text == "-") {
            ++read_.absent_parts;
            return true;
        }
        // Servers that were tried one after the other: "0.010, 0.020", "0.010 : 0.020".
        for (;;) {
            const std::size_t comma = text.find(", ");
            const std::size_t colon = text.find(" : ");
            const std::size_t end = comma < colon ? comma : colon;
            const std::string_view one = text.substr(0, end);
            double number = 0;
            if (one != "-" && !duration(one, row.line, number)) { return false; }
            row.part += number;
            if (end == std::string_view::npos) { return true; }
            text.remove_prefix(end + (end == comma ? 2 : 3));
        }
    }
    [[nodiscard]] bool read_time(duration_row& row) {
        if (!time_.asked()) { return true; }
        std::string_view text;
        if (!time_.find(fields_, text)) { return missing(time_, row.line); }
        if (parse_time(text, row.time)) { return true; }
        return refuse(quoted(text) + " is no time", row.line);
    }

    [[nodiscard]] bool duration(std::string_view text, std::uint64_t number, double& value) {
        number_with_unit read;
        if (!parse_with_unit(text, read)) {
            return refuse(quoted(text) + " is no duration", number);
        }
        std::uint64_t& seen = read.unit_ns > 0 ? with_unit_ : bare_;
        if (seen == 0) { seen = number; }
        if (unit_ns_ <= 0 && with_unit_ != 0 && bare_ != 0) {
            problem_ = error{"numbers with a unit (line " + std::to_string(with_unit_) +
                                 ") and without one (line " + std::to_string(bare_) +
                                 "): say which unit those have",
                             number};
            return false;
        }
        read_.has_unit = read_.has_unit || read.unit_ns > 0;
        const double unit = read.unit_ns > 0 ? read.unit_ns : unit_ns_ > 0 ? unit_ns_ : 1;
        value = read.number * unit;
        if (value < 0) { return refuse(quoted(text) + " is negative", number); }
        if (!(value < 9223372036854775808.0)) { // 2^63
            return refuse(quoted(text) + " is beyond the range of durations, 292 years", number);
        }
        return true;
    }

    [[nodiscard]] bool missing(const column& which, std::uint64_t number) {
        return refuse("there is no column " + which.text() + " among " +
                          std::to_string(fields_.size()),
                      number);
    }
    [[nodiscard]] bool refuse(const std::string& what, std::uint64_t number) {
        skip(what, number);
        return false;
    }
    // A text of any bytes and size, so that it can be shown.
    [[nodiscard]] static std::string quoted(std::string_view text) {
        std::string shown = "\"";
        for (const char c : text.substr(0, 40)) { shown += c >= ' ' && c <= '~' ? c : '?'; }
        return shown + (text.size() > 40 ? "...\"" : "\"");
    }
};

} // namespace detail

/// Reads durations from lines of text: one number a line, tables, logs. Calls `row` with each.
/// Numbers may have a unit behind them (ns, us, ms, s, min, h); then all have to, unless
/// `options.unit_ns` says what the others are in. Lines that are empty or begin with '#' say
/// nothing, and the first line may hold names.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// row      callable that takes a `const duration_row&`.
/// Errors:  numbers with a unit and others without. Lines without their columns, and with what is
///          no duration (negative, "nan", 10^20), are skipped and counted, the first with its
///          number and the reason.
/// Cost:    one pass, one buffer and the fields of one line.
template <class Source, class Row>
[[nodiscard]] result<durations_text>
read_durations(Source&& source, const duration_options& options, Row&& row) {
    detail::line_reader<std::remove_reference_t<Source>> lines(source);
    detail::duration_reader reader(options);
    duration_row made;
    for (std::string_view line; lines.next(line);) {
        if (lines.too_long()) {
            reader.skip("the line is longer than 16 MiB", lines.number());
        } else if (reader.line(line, lines.number(), made)) {
            row(static_cast<const duration_row&>(made));
        }
        if (reader.problem()) { break; }
    }
    result<durations_text> read;
    read.error = reader.problem();
    read.value = reader.finish();
    return read;
}

/// The same from memory.
template <class Row>
[[nodiscard]] result<durations_text>
parse_durations(std::string_view text, const duration_options& options, Row&& row) {
    return read_durations(detail::text_source(text), options, row);
}

WICK_END_NAMESPACE

#endif
