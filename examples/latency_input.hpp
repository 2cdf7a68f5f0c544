// examples/latency_input.hpp - whatever holds latencies, for wick-latency: requests or histograms.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_EXAMPLES_LATENCY_INPUT_HPP
#define WICK_EXAMPLES_LATENCY_INPUT_HPP

#include "arguments.hpp"

#include <wick/format/durations.hpp>
#include <wick/format/hdr.hpp>
#include <wick/histogram.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// How to read latencies.
struct latency_input_options {
    std::string format = "auto"; ///< or "text", "hlog", "percentiles", "hdr"
    std::string tag;             ///< of a log's intervals; "": all of them
    wick::duration_options text;
    double unit_ns = 0; ///< of what has no unit; 0: what the format has by convention
};

/// The latencies of one file: its requests one by one, or histograms of them.
struct latency_input {
    /// A histogram and when it was, in seconds since 1970 or since the log began.
    struct interval {
        double start = 0, length = 0;
        wick::histogram<> values; ///< in nanoseconds
    };

    std::string name;
    bool has_unit = false;                ///< values are in nanoseconds; else as they were given
    std::vector<wick::duration_row> rows; ///< the requests, in the order of the file
    std::vector<interval> intervals;      ///< where there are no single requests
    bool timed = false;                   ///< rows or intervals tell when they were
    bool table = false;                   ///< intervals[0] has the rows of a table of percentiles
    std::vector<std::string> notes;       ///< what was skipped, and what is not exact

    bool empty() const { return rows.empty() && intervals.empty(); }
};

/// A source that gives back what was read of another one to look at it.
class peeked_source {
public:
    explicit peeked_source(input_file& file)
        : file_(file) {
        head_.resize(std::size_t{1} << 16);
        std::size_t held = 0;
        while (held < head_.size()) {
            const std::size_t got = file_(&head_[held], head_.size() - held);
            if (got == 0) { break; }
            held += got;
        }
        head_.resize(held);
    }

    std::string_view head() const { return head_; }

    std::size_t operator()(char* to, std::size_t room) {
        if (given_ == head_.size()) { return file_(to, room); }
        const std::size_t size = head_.copy(to, room, given_);
        given_ += size;
        return size;
    }
    /// Returns everything.
    std::string all() {
        std::string text;
        for (std::size_t size = 0;; size = text.size()) {
            text.resize(size + (std::size_t{1} << 16));
            const std::size_t got = (*this)(&text[size], text.size() - size);
            text.resize(size + got);
            if (got == 0) { return text; }
        }
    }

private:
    input_file& file_;
    std::string head_;
    std::size_t given_ = 0;
};

class latency_loader {
public:
    explicit latency_loader(const latency_input_options& options)
        : options_(options) {}

    /// Reads a file, or standard input by the name "-". An error says which file it is of.
    wick::result<latency_input> load(const std::string& name) {
        made_ = {};
        made_.value.name = name;
        input_file file(name);
        peeked_source source(file);
        read(source);
        std::string problem = name + ": ";
        if (!file.problem().empty()) {
            problem = file.problem(); // with its name
        } else if (made_.error) {
            problem += made_.error.message();
        } else if (!made_.value.empty()) {
            return std::move(made_);
        } else if (skipped_.records == 0) {
            problem += "there are no latencies in it";
        } else {
            problem += "none of its lines has a latency: " + skipped_.first.message();
        }
        return {{}, wick::error{std::move(problem)}};
    }

private:
    latency_input_options options_;
    wick::result<latency_input> made_;
    wick::skipped skipped_;

    void read(peeked_source& source) {
        skipped_ = {};
        wick::hdr_kind kind = wick::hdr_kind::none;
        if (options_.format == "auto") {
            kind = wick::hdr_kind_of(source.head());
        } else if (options_.format == "hlog") {
            kind = wick::hdr_kind::log;
        } else if (options_.format == "percentiles") {
            kind = wick::hdr_kind::percentiles;
        } else if (options_.format == "hdr") {
            kind = wick::hdr_kind::encoded;
        }
        switch (kind) {
        case wick::hdr_kind::none:
            return read_text(source);
        case wick::hdr_kind::encoded:
        case wick::hdr_kind::base64:
            return read_hdr(source);
        case wick::hdr_kind::log:
            return read_log(source);
        case wick::hdr_kind::percentiles:
        case wick::hdr_kind::csv:
            return read_percentiles(source, false);
        case wick::hdr_kind::wrk2:
            return read_percentiles(source, true);
        }
    }

    void read_text(peeked_source& source) {
        latency_input& to = made_.value;
        auto read = wick::read_durations(
            source, options_.text, [&](const wick::duration_row& row) { to.rows.push_back(row); });
        made_.error = std::move(read.error);
        to.has_unit = read.value.has_unit;
        to.timed = !options_.text.time.empty();
        note_skipped(read.value.skipped, "lines");
        if (read.value.absent_parts > 0) {
            to.notes.push_back(std::to_string(read.value.absent_parts) +
                               " requests have \"-\" for the part, which counts as 0");
        }
    }

    void read_hdr(peeked_source& source) {
        const wick::result<wick::hdr_document> read = wick::parse_hdr(source.all());
        made_.error = read.error;
        if (read) { add(read.value, 0, 0); }
    }

    void read_log(peeked_source& source) {
        wick::hlog_options options;
        options.any_tag = options_.tag.empty();
        options.tag = options_.tag;
        const wick::hlog_summary read = wick::read_hlog(
            source,
            [&](wick::hlog_interval&& i) {
                if (!made_.error) { add(i.values, i.start, i.length); }
            },
            options);
        made_.value.timed = true;
        note_skipped(read.skipped, "lines");
        if (read.left_out > 0) {
            made_.value.notes.push_back(std::to_string(read.left_out) +
                                        " intervals have another tag");
        }
    }

    void add(const wick::hdr_document& document, double start, double length) {
        const double unit = options_.unit_ns > 0 ? options_.unit_ns : 1;
        wick::result<wick::rebinned<3>> read = wick::to_histogram(document, unit);
        if (read) {
            add(std::move(read.value), start, length);
        } else {
            made_.error = std::move(read.error);
        }
    }

    void add(wick::rebinned<3>&& read, double start, double length) {
        latency_input& to = made_.value;
        to.has_unit = true;
        if (!read.same_buckets && to.intervals.empty() && !to.table) {
            char text[80];
            std::snprintf(text,
                          sizeof text,
                          "values of other buckets: off by up to %.3g %%",
                          100 * read.bound);
            to.notes.emplace_back(text);
        }
        to.intervals.push_back({start, length, std::move(read.values)});
    }

    void read_percentiles(peeked_source& source, bool of_wrk2) {
        wick::result<wick::percentile_file> read = wick::read_percentiles(source);
        made_.error = std::move(read.error);
        if (made_.error) { return; }
        note_skipped(read.value.skipped, "lines");
        if (read.value.tables.size() > 1) {
            made_.value.notes.push_back(
                std::to_string(read.value.tables.size()) + " tables; the first one is read" +
                (read.value.tables[0].title.empty() ? "" : ": " + read.value.tables[0].title));
        }
        if (read.value.tables.empty()) { return; }
        made_.value.table = true;
        // wrk2 prints milliseconds; of others nobody can tell.
        const double unit = options_.unit_ns > 0 ? options_.unit_ns : 1e6;
        if (options_.unit_ns <= 0 && !of_wrk2) {
            made_.value.notes.emplace_back("its values have no unit: taken for ms (see --unit)");
        }
        wick::result<wick::rebinned<3>> values = wick::to_histogram(read.value.tables[0], unit);
        if (values) {
            add(std::move(values.value), 0, 0);
        } else {
            made_.error = std::move(values.error);
        }
    }

    void note_skipped(const wick::skipped& skipped, const char* what) {
        skipped_ = skipped;
        if (skipped.records == 0) { return; }
        made_.value.notes.push_back("skipped " + std::to_string(skipped.records) + " " + what +
                                    ", the first being " + skipped.first.message());
    }
};

#endif
