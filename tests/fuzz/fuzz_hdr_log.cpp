// Any text as an interval log and as tables of percentiles; what is read is written and read again.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/hdr.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool condition) {
    if (!condition) { std::abort(); }
}

void read_log(std::string_view text) {
    const wick::hlog_file file = wick::parse_hlog(text);
    require(file.summary.intervals == file.intervals.size());
    require((file.summary.skipped.records == 0) == !file.summary.skipped.first);
    wick::hlog_options some;
    some.from = 1;
    some.to = 3;
    some.any_tag = false;
    const wick::hlog_file part = wick::parse_hlog(text, some);
    require(part.summary.left_out + part.summary.intervals + part.summary.skipped.records >=
            file.intervals.size());
    std::string written;
    const auto sink = [&](std::string_view piece) { written += piece; };
    wick::hlog_writer<decltype(sink)> writer(sink);
    writer.begin(file.summary.header);
    std::size_t lines = 0;
    for (const wick::hlog_interval& interval : file.intervals) {
        require(!wick::validate(interval.values));
        lines += writer.interval(interval) ? 0u : 1u;
    }
    writer.flush();
    const wick::hlog_file again = wick::parse_hlog(written);
    // Times of 10^17 and more lose their distance to the base time.
    require(again.intervals.size() + again.summary.skipped.records == lines);
    for (std::size_t i = 0; again.intervals.size() == file.intervals.size() && i < lines; ++i) {
        require(again.intervals[i].tag == file.intervals[i].tag);
        require(again.intervals[i].values.counts == file.intervals[i].values.counts);
    }
}

void read_tables(std::string_view text) {
    const auto read = wick::parse_percentiles(text);
    require(!read.error == !read.value.tables.empty());
    for (const wick::percentile_table& table : read.value.tables) {
        for (std::size_t i = 1; i < table.rows.size(); ++i) {
            require(table.rows[i].count >= table.rows[i - 1].count);
        }
        const auto made = wick::to_histogram<2>(table, 1000);
        require(!wick::validate(made.value.values));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static_cast<void>(wick::hdr_kind_of(text));
    read_log(text);
    read_tables(text);
    return 0;
}
