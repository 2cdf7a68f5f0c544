// wick/format/hdr.hpp - HDR histograms: encoded, in interval logs, as tables of percentiles.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_HDR_HPP
#define WICK_FORMAT_HDR_HPP

#include <wick/detail/hdr_document.hpp>    // what is read
#include <wick/detail/hdr_log.hpp>         // interval logs
#include <wick/detail/hdr_percentiles.hpp> // tables
#include <wick/detail/hdr_wire.hpp>        // the encodings
#include <wick/detail/java_text.hpp>       // times
#include <wick/detail/lines.hpp>           // lines of a source
#include <wick/detail/writer.hpp>          // sinks
#include <wick/histogram.hpp>              // the value
#include <wick/result.hpp>                 // errors

#include <algorithm>   // std::min, std::max, std::fill
#include <cmath>       // std::isfinite
#include <cstddef>     // std::size_t
#include <cstdint>     // values
#include <string>      // what is written
#include <string_view> // what is read
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

// ---- one histogram ----------------------------------------------------------------------------

/// Returns the histogram that HdrHistogram, in any language, encoded: in bytes or in base64,
/// compressed or not, of version 0, 1 or 2, a DoubleHistogram as well. What some programs write
/// wrongly and can be understood (an offset that is not there, a ratio that is none, a range up to
/// 2^64 - 1) is read as it was meant, and kept in `odd`.
/// Errors: whatever is no such histogram, ends too early, has counts outside of its range or below
///         0, or a wrong checksum: with its offset. The offset of what is compressed is that of the
///         compressed bytes, and the text says which byte of those inflated it is.
/// Cost:   one pass over the bytes, and what it takes to inflate them; about 16 bytes of memory for
///         a byte of counts, of which at most 9 for each bucket of the range are inflated.
/// Format: HdrHistogram, AbstractHistogram and DoubleHistogram.
[[nodiscard]] inline result<hdr_document> parse_hdr(std::string_view input) {
    return detail::hdr_parser().parse(input);
}

/// How much work to do for a small encoding.
using hdr_packing = detail::hdr_packing;

/// How to write a histogram.
struct hdr_write_options {
    bool compressed = true; ///< in zlib's container
    bool base64 = true;     ///< as text; else as bytes
    hdr_packing packing = hdr_packing::codes;
    std::int64_t highest = 0; ///< of the range that is told to readers, which make room for it;
                              ///< 0: an hour of nanoseconds, or more where there are more
};

namespace detail {

/// Returns the end of the range that is told for a histogram whose greatest bucket ends at `most`.
[[nodiscard]] inline std::int64_t told_highest(std::int64_t asked, std::int64_t most) noexcept {
    const std::int64_t least =
        asked > 0 ? (std::max)(asked, std::int64_t{2}) : hdr_document().highest;
    return (std::max)(least, most);
}

template <int Digits>
[[nodiscard]] std::int64_t end_of_buckets(const histogram<Digits>& values) noexcept {
    const std::vector<std::uint64_t>& counts = values.counts();
    std::size_t size = counts.size();
    while (size > 0 && counts[size - 1] == 0) { --size; }
    const std::uint32_t last = values.first_index() + static_cast<std::uint32_t>(size);
    return size == 0 ? 0 : histogram<Digits>::high_of(last - 1);
}

} // namespace detail

/// Returns a histogram as a document of version 2: its buckets are the same. What a document has no
/// place for is left out: the exact sum, least and greatest value, and how many were clamped.
/// Counts of 2^63 and more become 2^63 - 1.
template <int Digits>
[[nodiscard]] hdr_document to_hdr_document(const histogram<Digits>& values,
                                           const hdr_write_options& options = {}) {
    hdr_document made;
    made.compressed = options.compressed;
    made.base64 = options.base64;
    made.digits = Digits;
    made.highest = detail::told_highest(options.highest, detail::end_of_buckets(values));
    std::uint32_t index = values.first_index();
    for (const std::uint64_t count : values.counts()) {
        constexpr auto most = static_cast<std::uint64_t>(detail::hdr_most);
        if (count != 0) { made.counts.push_back({index, (std::min)(count, most)}); }
        ++index;
    }
    made.odd.written_size = made.counts.empty() ? 1 : made.counts.back().index + 1;
    return made;
}

/// Returns the encoding of version 2 that every HdrHistogram reads. Counts of 2^63 and more are
/// written as 2^63 - 1.
/// Cost: O(octaves), tens of microseconds; equal histograms give equal bytes.
template <int Digits>
[[nodiscard]] std::string to_hdr(const histogram<Digits>& values,
                                 const hdr_write_options& options = {}) {
    detail::hdr_encoder encoder;
    const std::int64_t most = detail::end_of_buckets(values);
    encoder.begin(Digits, 1, detail::told_highest(options.highest, most));
    encoder.add(values.first_index(), values.counts().data(), values.counts().size());
    return encoder.finish(options.compressed, options.base64, options.packing);
}

/// Returns the document as it was read, byte for byte, while it says the same; else its encoding of
/// version 2, compressed and in base64 as the document says, of which the bytes before compression
/// are those of the program that wrote it (Java's and C's; zlib's own choices cannot be made
/// again).
/// Precondition: validate(document) finds nothing.
/// Cost: reading the original again, to compare; set it to "" where it is not wanted.
[[nodiscard]] inline std::string to_hdr(const hdr_document& document,
                                        hdr_packing packing = hdr_packing::codes) {
    if (!document.original.empty()) {
        const result<hdr_document> read = parse_hdr(document.original);
        if (read && read.value == document) { return document.original; }
    }
    detail::hdr_encoder encoder;
    encoder.begin(document.digits, document.lowest, document.highest);
    encoder.describe(document);
    for (const hdr_count& c : document.counts) { encoder.add(c.index, &c.count, 1); }
    return encoder.finish(document.compressed, document.base64, packing);
}

/// A histogram made of a document, and what that did to the values.
template <int Digits>
struct rebinned {
    histogram<Digits> values;
    bool same_buckets = true;  ///< no count was moved into another bucket
    double bound = 0;          ///< |reported - true| is at most this times the true value, or times
                               ///< the document's lowest value, whichever is greater
    std::uint64_t clamped = 0; ///< counts of values past histogram::max_value
};

namespace detail {

/// Puts the counts of a document into other buckets.
template <int Digits>
class rebinner {
public:
    rebinner(const hdr_document& document, double factor)
        : document_(&document)
        , geometry_(document.digits, document.lowest, document.highest)
        , factor_(factor)
        , lowest_(static_cast<double>(document.lowest) * factor) {}

    [[nodiscard]] result<rebinned<Digits>> run() {
        using to = histogram<Digits>;
        const bool integers = !(factor_ < 1) && !(factor_ > 1);
        made_.same_buckets = integers && geometry_.is_of(to::precision_bits);
        if (document_->counts.empty()) { return {std::move(made_), {}}; }
        made_.values.reserve(to::low_of(index_of(document_->counts.front().index)),
                             to::high_of(index_of(document_->counts.back().index)));
        std::uint32_t octave = ~0u;
        for (const hdr_count& c : document_->counts) {
            const std::uint32_t index = index_of(c.index);
            if (index - first_ >= part_size && !flush(index)) { break; }
            std::uint64_t& count = part_[index - first_];
            count = saturated_sum(count, c.count);
            if (made_.same_buckets) {
                // All buckets of an octave are as wide: the first one's bound is the greatest.
                if (c.index < to::bucket_count && c.index >> to::precision_bits == octave) {
                    continue;
                }
                octave = c.index >> to::precision_bits;
            }
            note_bound(c, index);
        }
        if (!flush(0)) {
            return {rebinned<Digits>{}, error{"the counts add up to more than a histogram holds"}};
        }
        return {std::move(made_), {}};
    }

private:
    const hdr_document* document_;
    hdr_geometry geometry_;
    double factor_;
    double lowest_;
    rebinned<Digits> made_;
    // Counts on their way: as many as fit the fastest memory.
    static constexpr std::uint32_t part_size = 1024;
    std::uint32_t first_ = 0;
    std::uint64_t part_[part_size] = {};

    // Adds the counts on their way; those that come begin at a bucket. False if they are too many.
    [[nodiscard]] bool flush(std::uint32_t next) {
        const std::uint32_t size = (std::min)(part_size, histogram<Digits>::bucket_count - first_);
        const bool fit = made_.values.add_buckets(first_, part_, size);
        if (fit) { std::fill(part_, part_ + part_size, std::uint64_t{0}); }
        first_ = fit ? next : first_;
        return fit;
    }

    // Where the middle of a bucket of the document belongs.
    [[nodiscard]] std::uint32_t index_of(std::uint32_t index) const noexcept {
        using to = histogram<Digits>;
        return made_.same_buckets ? (std::min)(index, to::bucket_count - 1)
                                  : to::index_of(whole(geometry_.middle_of(index)));
    }

    // A value of the document in the histogram's unit, to the nearest.
    [[nodiscard]] std::int64_t whole(std::int64_t value) const noexcept {
        constexpr std::int64_t most = histogram<Digits>::max_value;
        if (!(factor_ < 1) && !(factor_ > 1)) { return (std::min)(value, most); }
        const double scaled = static_cast<double>(value) * factor_ + 0.5;
        return scaled < static_cast<double>(most) ? static_cast<std::int64_t>(scaled) : most;
    }

    void note_bound(const hdr_count& c, std::uint32_t index) noexcept {
        using to = histogram<Digits>;
        const double least = static_cast<double>(geometry_.low_of(c.index)) * factor_;
        const double most = static_cast<double>(geometry_.high_of(c.index)) * factor_;
        if (least > static_cast<double>(to::max_value)) { made_.clamped += c.count; }
        const double above = static_cast<double>(to::high_of(index)) - least;
        const double below = most - static_cast<double>(to::low_of(index));
        const double apart = (std::max)(above, below) / (std::max)(least, lowest_);
        made_.bound = (std::max)(made_.bound, apart);
    }
};

} // namespace detail

/// Returns the counts of a document in a histogram's buckets: in the same ones where it has the
/// same digits and a lowest value of 1; else each in the bucket of the middle of its own, with a
/// bound for the error of both, for this document's counts.
/// scale   how many of the histogram's units one of the document's is: 1,000 for a document in
///         microseconds and a histogram of nanoseconds. A DoubleHistogram needs one.
/// Errors: a document that is not valid, a scale that is no positive number, more values than
///         a histogram holds.
/// Cost:   O(counts).
template <int Digits = 3>
[[nodiscard]] result<rebinned<Digits>> to_histogram(const hdr_document& document,
                                                    double scale = 1) {
    const auto refuse = [](error&& problem) {
        return result<rebinned<Digits>>{rebinned<Digits>{}, std::move(problem)};
    };
    if (error problem = validate(document)) { return refuse(std::move(problem)); }
    const double factor = document.ratio * scale;
    if (!(scale > 0) || !(factor > 0) || !std::isfinite(factor)) {
        return refuse(error{"the scale is no positive number"});
    }
    return detail::rebinner<Digits>(document, factor).run();
}

// ---- interval logs ----------------------------------------------------------------------------

/// Reads a .hlog file and gives each interval to a visitor, in the order of the lines. Tags, start
/// and base times are understood, and where there is no base time the rule of HdrHistogram for
/// Java: a log whose first stamp is more than a year before its start time counts from that.
/// Lines of HdrHistogram for C, which has the end of an interval where the length belongs, are told
/// by times since the epoch.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// visit   callable that takes a hlog_interval&&.
/// Returns what it says beside the intervals. Lines that are not understood are skipped and
///         counted, the first with its number and the reason.
/// Cost:   one pass; memory for one line, one histogram and the comments.
/// Format: HdrHistogram, HistogramLogReader: 1.0 to 1.3.
template <class Source, class Visit>
[[nodiscard]] hlog_summary read_hlog(Source&& source, Visit&& visit, const hlog_options& options) {
    detail::hlog_reader<std::remove_reference_t<Visit>> reader(visit, options);
    return detail::read_lines(reader, source, "a line of more than 16 MiB");
}

/// The same, with all intervals in memory.
template <class Source>
[[nodiscard]] hlog_file read_hlog(Source&& source, const hlog_options& options = {}) {
    hlog_file file;
    const auto keep = [&](hlog_interval&& interval) {
        file.intervals.push_back(std::move(interval));
    };
    file.summary = read_hlog(source, keep, options);
    return file;
}

/// The same of a text.
[[nodiscard]] inline hlog_file parse_hlog(std::string_view text, const hlog_options& options = {}) {
    return read_hlog(detail::text_source(text), options);
}

/// Writes a .hlog file as HdrHistogram for Java does: first `begin`, then each interval, then
/// `flush`. A sink is any callable that takes a std::string_view, or a std::ostream; it must
/// outlive the writer.
template <class Sink>
class hlog_writer {
public:
    explicit hlog_writer(Sink& sink)
        : out_(sink) {}

    /// Writes the comments, the version, the times that there are, and the legend. With a base time
    /// stamps count from that.
    void begin(const hlog_header& header) {
        for (const std::string& text : header.comments) {
            line_ = "#";
            for (const char c : text) { line_ += c == '\n' || c == '\r' ? ' ' : c; }
            end_line();
        }
        line_ = "#[Histogram log format version 1.3]";
        end_line();
        if (header.has_start_time) {
            line_ = "#[StartTime: ";
            detail::append_java_fixed(line_, header.start_time, 3);
            line_ += " (seconds since epoch), ";
            detail::append_java_date(line_, header.start_time);
            line_ += ']';
            end_line();
        }
        base_time_ = header.has_base_time ? header.base_time : 0;
        if (header.has_base_time) {
            line_ = "#[BaseTime: ";
            detail::append_java_fixed(line_, header.base_time, 3);
            line_ += " (seconds since epoch)]";
            end_line();
        }
        line_ = "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
                "\"Interval_Compressed_Histogram\"";
        end_line();
    }

    /// Writes an interval that begins at `start` and takes `length`, in seconds.
    /// max_unit  values for one of the unit in which the greatest value is shown: from nanoseconds
    ///           to milliseconds by default, as is the custom.
    /// Errors:   a tag with a comma, a blank or the end of a line in it; times that are none.
    [[nodiscard]] error interval(double start,
                                 double length,
                                 const hdr_document& values,
                                 std::string_view tag = {},
                                 double max_unit = 1e6) {
        return put(start, length, values.figures().max / max_unit, tag, [&] {
            return in_text(values) ? to_hdr(values) : to_hdr(as_text(values));
        });
    }
    template <int Digits>
    [[nodiscard]] error interval(double start,
                                 double length,
                                 const histogram<Digits>& values,
                                 std::string_view tag = {},
                                 double max_unit = 1e6) {
        const auto most = static_cast<double>(detail::end_of_buckets(values));
        return put(start, length, most / max_unit, tag, [&] { return to_hdr(values); });
    }
    /// Writes one that was read: the same line again, if the times are the same.
    [[nodiscard]] error interval(const hlog_interval& read) {
        return put(read.start, read.length, read.max, read.tag, [&] {
            return in_text(read.values) ? to_hdr(read.values) : to_hdr(as_text(read.values));
        });
    }

    void flush() { out_.flush(); }

private:
    detail::text_writer<Sink> out_;
    double base_time_ = 0;
    std::string line_;

    void end_line() {
        line_ += '\n';
        out_.put(line_);
    }
    [[nodiscard]] static bool in_text(const hdr_document& values) noexcept {
        return values.base64 && values.compressed;
    }
    [[nodiscard]] static hdr_document as_text(hdr_document values) {
        values.base64 = values.compressed = true;
        values.original.clear();
        return values;
    }

    template <class Encode>
    [[nodiscard]] error
    put(double start, double length, double max, std::string_view tag, Encode&& encode) {
        if (tag.find_first_of(", \t\r\n") != std::string_view::npos) {
            return error{"a tag has a comma, a blank or the end of a line in it"};
        }
        if (!std::isfinite(start) || !std::isfinite(length) || !(length >= 0)) {
            return error{"the time of an interval is none"};
        }
        line_.clear();
        if (!tag.empty()) { ((line_ += "Tag=") += tag) += ','; }
        for (const double number : {start - base_time_, length, max}) {
            detail::append_java_fixed(line_, number, 3);
            line_ += ',';
        }
        line_ += encode();
        end_line();
        return {};
    }
};

// ---- tables of percentiles --------------------------------------------------------------------

/// Writes the percentiles of a document, byte for byte as HdrHistogram for Java prints them: .hgrm
/// or CSV.
/// Precondition: validate(document) finds nothing, the scale is positive.
/// Cost: O(counts and rows); a bucket in which most values lie has some hundred rows.
template <class Sink>
void write_percentiles(Sink&& sink,
                       const hdr_document& document,
                       const percentile_options& options = {}) {
    detail::percentile_writer<std::remove_reference_t<Sink>>(sink, document, options).run();
}

/// The same of a histogram.
template <class Sink, int Digits>
void write_percentiles(Sink&& sink,
                       const histogram<Digits>& values,
                       const percentile_options& options = {}) {
    write_percentiles(sink, to_hdr_document(values), options);
}

/// The same into a string.
template <class Values>
[[nodiscard]] std::string to_percentiles(const Values& values,
                                         const percentile_options& options = {}) {
    std::string text;
    write_percentiles([&](std::string_view piece) { text += piece; }, values, options);
    return text;
}

/// Reads tables of percentiles: .hgrm and CSV as the ports of HdrHistogram print them, with
/// anything around them; what wrk2 prints. Values stay in the unit of the table.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors: none of the lines is the head of a table. Lines in a table that are not understood are
///         skipped and counted, the first with its number and the reason.
/// Cost:   one pass; memory for the rows.
template <class Source>
[[nodiscard]] result<percentile_file> read_percentiles(Source&& source) {
    detail::percentile_reader reader;
    return detail::read_lines(reader, source, "a line of more than 16 MiB");
}

/// The same of a text.
[[nodiscard]] inline result<percentile_file> parse_percentiles(std::string_view text) {
    return read_percentiles(detail::text_source(text));
}

/// Returns a histogram of a table: the values between two rows count as the greater row's. The
/// bound is for that, over the gaps that have values: it may be large, as a table has few rows for
/// what is common; quantiles at its percentiles are as good as the table.
/// scale   how many of the histogram's units one of the table's is: 1e6 for a table in
///         milliseconds, as wrk2's, and a histogram of nanoseconds.
/// Errors: a scale that is no positive number.
template <int Digits = 3>
[[nodiscard]] result<rebinned<Digits>> to_histogram(const percentile_table& table, double scale) {
    result<rebinned<Digits>> made;
    if (!(scale > 0) || !std::isfinite(scale)) {
        made.error = error{"the scale is no positive number"};
        return made;
    }
    using to = histogram<Digits>;
    made.value.same_buckets = false;
    std::uint64_t before = 0;
    // The row of the percentile 0 is for the least value's bucket alone; of another first row it is
    // not known where its values begin.
    double low = 0;
    for (const percentile_row& row : table.rows) {
        if (!(row.percentile > 0)) { low = (std::max)(low, row.value * scale); }
        const double value = row.value * scale + 0.5;
        const bool fits = value < static_cast<double>(to::max_value);
        const std::uint64_t times = row.count > before ? row.count - before : 0;
        const std::uint32_t index = to::index_of(value < 0 ? 0
                                                 : fits    ? static_cast<std::int64_t>(value)
                                                           : to::max_value);
        if (times > 0) {
            // Cannot fail: what is added up is at most the last row's count.
            static_cast<void>(made.value.values.add_bucket(index, times));
            if (!fits) { made.value.clamped += times; }
            const double apart = static_cast<double>(to::high_of(index)) - low;
            made.value.bound = (std::max)(made.value.bound, apart / (std::max)(low, 1.0));
        }
        before = (std::max)(before, row.count);
        low = (std::max)(low, row.value * scale);
    }
    return made;
}

// ---- what is it? ------------------------------------------------------------------------------

/// What bytes are, as far as their beginning tells.
enum class hdr_kind : std::uint8_t {
    none,        ///< none of these
    encoded,     ///< an encoded histogram, in bytes
    base64,      ///< the same as text
    log,         ///< an interval log, .hlog
    percentiles, ///< a table of percentiles, .hgrm, Java's or C's
    csv,         ///< the same with commas
    wrk2,        ///< what wrk2 prints with --latency, with such a table in it
};

namespace detail {

/// Returns what the first lines that tell something tell.
[[nodiscard]] inline hdr_kind hdr_kind_of_text(std::string_view head) noexcept {
    while (!head.empty()) {
        const std::size_t end = (std::min)(head.find('\n'), head.size());
        std::string_view line = head.substr(0, end);
        head.remove_prefix((std::min)(end + 1, head.size()));
        while (!line.empty() && (line.back() == '\r' || is_blank(line.back()))) {
            line.remove_suffix(1);
        }
        if (is_percentile_head(line)) {
            return line.find(',') == std::string_view::npos ? hdr_kind::percentiles : hdr_kind::csv;
        }
        const auto begins = [&](std::string_view with) {
            return line.substr(0, with.size()) == with;
        };
        if (begins("\"StartTimestamp\"") || begins("#[Histogram log format version") ||
            begins("#[StartTime:") || begins("#[BaseTime:")) {
            return hdr_kind::log;
        }
        if (line.find("(HdrHistogram - ") != std::string_view::npos ||
            line.find("Detailed Percentile spectrum:") != std::string_view::npos) {
            return hdr_kind::wrk2;
        }
        // A log without its head: three fields and a histogram.
        const std::size_t last = line.find_last_of(", ");
        if (last != std::string_view::npos && looks_like_hdr_base64(line.substr(last + 1))) {
            return hdr_kind::log;
        }
    }
    return hdr_kind::none;
}

} // namespace detail

/// Returns what an input is by its first bytes; some 4 KiB are enough for what programs write.
/// Cost: O(head).
[[nodiscard]] inline hdr_kind hdr_kind_of(std::string_view head) noexcept {
    if (detail::looks_like_hdr_bytes(head)) { return hdr_kind::encoded; }
    const std::size_t begin = (std::min)(head.find_first_not_of(" \t\r\n"), head.size());
    if (detail::looks_like_hdr_base64(head.substr(begin))) { return hdr_kind::base64; }
    return detail::hdr_kind_of_text(head);
}

WICK_END_NAMESPACE

#endif
