// wick/format/prometheus.hpp - histograms for Prometheus: text, OpenMetrics, native histograms.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_PROMETHEUS_HPP
#define WICK_FORMAT_PROMETHEUS_HPP

#include <wick/detail/exponential_buckets.hpp> // native histograms
#include <wick/detail/metric_text.hpp>         // names, labels, decimal numbers
#include <wick/detail/protobuf.hpp>            // what they are written in
#include <wick/detail/sink.hpp>                // where it goes
#include <wick/histogram.hpp>                  // the value
#include <wick/result.hpp>                     // errors

#include <algorithm>   // std::sort, std::unique, std::find_if, std::lower_bound
#include <cmath>       // std::ldexp
#include <cstddef>     // std::size_t
#include <cstdint>     // values
#include <string>      // text
#include <string_view> // pieces of it
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // labels, boundaries

WICK_BEGIN_NAMESPACE

/// What is written: the two texts, and messages for servers that take native histograms.
enum class exposition : std::uint8_t { text, openmetrics, protobuf };

/// Returns what the header Content-Type says of an exposition.
[[nodiscard]] inline std::string_view content_type(exposition format) noexcept {
    switch (format) {
    case exposition::openmetrics:
        return "application/openmetrics-text; version=1.0.0; charset=utf-8";
    case exposition::protobuf:
        return "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
               "encoding=delimited";
    case exposition::text:
        break;
    }
    return "text/plain; version=0.0.4; charset=utf-8";
}

/// A metric: what all of its histograms have in common.
struct prometheus_metric {
    std::string name{};           ///< "http_request_duration_seconds"
    std::string help{};           ///< any bytes; "" is left out
    std::string unit = "seconds"; ///< what the name must end with, after "_"; "" tells no unit
    int decimals = 9;             ///< values are in units of 10^-decimals of that: nanoseconds
    /// Ends of classic buckets, in the histogram's values, in any order. Each is moved up to the
    /// end of the histogram's bucket that it is in, so that the counts are exact; the move is less
    /// than 2^-K of it, and the same for all histograms of so many digits. Those from max_value on
    /// go without saying. Empty: Prometheus' own, 0.005 … 10, if decimals >= 3.
    std::vector<std::int64_t> boundaries{};
    int schema = 8;                 ///< of native histograms, -4 … 8: the finest; none finer than
                                    ///< the histogram is (8 for 3 digits, 6 for 2)
    std::size_t most_buckets = 640; ///< of native histograms: coarser where there are more
};

/// One value that was measured, and how to find more about it: "trace_id".
struct metric_exemplar {
    std::int64_t value = 0;
    std::vector<metric_label> labels{};
    std::int64_t time_ms = 0; ///< since the epoch; 0: unknown
};

/// What is told of one histogram beside its labels.
struct prometheus_details {
    std::int64_t created_ms = 0;              ///< when counting began, since the epoch; 0: unknown
    std::vector<metric_exemplar> exemplars{}; ///< of each bucket the last is written; none in text
};

/// Returns 1, 2 and 5 times the powers of ten from `low` to `high`: boundaries for a metric.
[[nodiscard]] inline std::vector<std::int64_t> decade_boundaries(std::int64_t low,
                                                                 std::int64_t high) {
    constexpr std::int64_t most = 1000000000000000000;
    std::vector<std::int64_t> made;
    for (std::int64_t power = 1; power <= high; power *= 10) {
        for (const std::int64_t step : {1, 2, 5}) {
            const std::int64_t value = power * step;
            if (value >= low && value <= high) { made.push_back(value); }
        }
        if (power == most) { break; }
    }
    return made;
}

namespace detail {

// Appends a text without line breaks; `quotes` for what stands in quotation marks.
inline void append_escaped(std::string& out, std::string_view text, bool quotes) {
    for (const char c : clean_utf8(text)) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\\' || (quotes && c == '"')) { out.push_back('\\'); }
        out.push_back(c);
    }
}

// Appends a="b",c="d".
inline void append_labels(std::string& out, const std::vector<metric_label>& labels) {
    for (const metric_label& l : labels) {
        if (&l != labels.data()) { out.push_back(','); }
        out += l.name;
        out += "=\"";
        append_escaped(out, l.value, true);
        out.push_back('"');
    }
}

// Names in order, each once.
class name_set {
public:
    /// False if it is there already. Cost: O(log n) comparisons, and moves those behind it.
    bool insert(std::string name) {
        const auto at = std::lower_bound(names_.begin(), names_.end(), name);
        if (at != names_.end() && *at == name) { return false; }
        names_.insert(at, std::move(name));
        return true;
    }
    void clear() noexcept { names_.clear(); }

private:
    std::vector<std::string> names_;
};

[[nodiscard]] inline error check_labels(const std::vector<metric_label>& labels) {
    name_set seen;
    for (const metric_label& l : labels) {
        if (!is_metric_name(l.name, false) || l.name.compare(0, 2, "__") == 0) {
            return {"no label may be named \"" + clean_utf8(l.name) + "\""};
        }
        if (l.name == "le") { return {"the label \"le\" is for buckets alone"}; }
        if (!seen.insert(l.name)) { return {"the label \"" + l.name + "\" is there twice"}; }
    }
    return {};
}

// OpenMetrics allows so much, so that servers can keep all of them in memory.
[[nodiscard]] inline error check_exemplars(const std::vector<metric_exemplar>& exemplars) {
    for (const metric_exemplar& e : exemplars) {
        if (error bad = check_labels(e.labels)) { return bad; }
        std::size_t characters = 0;
        for (const metric_label& l : e.labels) {
            characters += l.name.size();
            for (const char c : clean_utf8(l.value)) { characters += (c & 0xc0) != 0x80 ? 1 : 0; }
        }
        if (characters > 128) { return {"the labels of an exemplar have 128 characters at most"}; }
    }
    return {};
}

[[nodiscard]] inline error check_metric(const prometheus_metric& m) {
    const std::string shown = "\"" + clean_utf8(m.name) + "\"";
    if (!is_metric_name(m.name, true)) { return {"no metric may be named " + shown}; }
    if (!m.unit.empty() && !is_metric_name(m.unit, false)) {
        return {"no unit is named \"" + clean_utf8(m.unit) + "\""};
    }
    if (!ends_with_unit(m.name, m.unit)) {
        return {"the name " + shown + " does not end with the unit, \"_" + m.unit + "\""};
    }
    if (m.decimals < 0 || m.decimals > 18) { return {"decimals are from 0 to 18"}; }
    if (m.schema < -4 || m.schema > 8) { return {"a schema is from -4 to 8"}; }
    if (m.boundaries.empty() && m.decimals < 3) {
        return {"boundaries are needed for " + shown +
                ", whose values are not thousandths or less"};
    }
    for (const std::int64_t b : m.boundaries) {
        if (b < 0) { return {"a boundary of " + shown + " is negative"}; }
    }
    return {};
}

[[nodiscard]] inline std::vector<std::int64_t> usual_boundaries(int decimals) {
    std::int64_t thousandth = 1;
    for (int i = 3; i < decimals; ++i) { thousandth *= 10; }
    std::vector<std::int64_t> made;
    for (const std::int64_t b : {5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000}) {
        if (b <= histogram<>::max_value / thousandth) { made.push_back(b * thousandth); }
    }
    return made;
}

// A classic bucket: all values up to its end.
struct classic_bucket {
    std::int64_t end;
    std::uint64_t cumulative;
    const metric_exemplar* exemplar; // the last one that lies in it and in none before
};

// The buckets in ascending order; the last one has no end, which max_value stands for.
template <int Digits>
[[nodiscard]] std::vector<classic_bucket> classic_buckets(const prometheus_metric& metric,
                                                          const histogram<Digits>& values,
                                                          const prometheus_details& details) {
    using histogram = wick::histogram<Digits>;
    std::vector<std::int64_t> ends =
        metric.boundaries.empty() ? usual_boundaries(metric.decimals) : metric.boundaries;
    for (std::int64_t& e : ends) { e = histogram::high_of(histogram::index_of(e)); }
    ends.push_back(histogram::max_value);
    std::sort(ends.begin(), ends.end());
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    std::vector<classic_bucket> made;
    std::int64_t begin = 0;
    std::uint64_t cumulative = 0;
    for (const std::int64_t end : ends) {
        cumulative += values.count_between(begin, end);
        made.push_back({end, cumulative, nullptr});
        begin = end + 1;
    }
    for (const metric_exemplar& e : details.exemplars) {
        const auto holds = [&](const classic_bucket& b) { return e.value <= b.end; };
        const auto found = std::find_if(made.begin(), made.end() - 1, holds);
        found->exemplar = &e;
    }
    return made;
}

// Buckets of a native histogram: runs, each so far from the one before, and their counts.
struct native_span {
    std::int64_t offset;
    std::uint64_t length;
};

// A gap of one or two buckets costs less as empty buckets.
[[nodiscard]] inline std::vector<native_span> native_spans(const exponential_buckets& buckets,
                                                           std::vector<std::uint64_t>& counts) {
    std::vector<native_span> spans;
    std::uint64_t gap = 0;
    // The key of a native bucket is that of its upper end, one more than OpenTelemetry's.
    for (const std::uint64_t count : buckets.counts) {
        if (count == 0) {
            ++gap;
            continue;
        }
        if (spans.empty()) {
            spans.push_back({std::int64_t{buckets.offset} + 1, 0});
        } else if (gap > 2) {
            spans.push_back({static_cast<std::int64_t>(gap), 0});
        } else {
            counts.resize(counts.size() + static_cast<std::size_t>(gap));
            spans.back().length += gap;
        }
        gap = 0;
        counts.push_back(count);
        ++spans.back().length;
    }
    return spans;
}

// Messages of io.prometheus.client, one metric at a time.
class prometheus_messages {
public:
    [[nodiscard]] bool empty() const noexcept { return family_.empty(); }
    void begin(const prometheus_metric& metric) {
        protobuf_writer out(family_);
        out.text(1, metric.name);
        if (!metric.help.empty()) { out.text(2, clean_utf8(metric.help)); }
        constexpr std::uint64_t type_histogram = 4;
        out.varint(3, type_histogram);
        if (!metric.unit.empty()) { out.text(5, metric.unit); }
    }
    template <int Digits>
    void add(const prometheus_metric& metric,
             const std::vector<metric_label>& labels,
             const histogram<Digits>& values,
             const prometheus_details& details) {
        protobuf_writer out(family_);
        out.message(4, [&] {
            append_labels(labels);
            out.message(7, [&] { append_histogram(metric, values, details); });
        });
    }
    /// Returns the metric that was begun, with its length in front.
    [[nodiscard]] std::string take() {
        std::string delimited;
        append_varint(delimited, family_.size());
        delimited += family_;
        family_.clear();
        return delimited;
    }

private:
    std::string family_;

    void append_labels(const std::vector<metric_label>& labels) {
        protobuf_writer out(family_);
        for (const metric_label& l : labels) {
            out.message(1, [&] {
                out.text(1, l.name);
                out.text(2, clean_utf8(l.value));
            });
        }
    }
    void append_time(std::uint32_t field, std::int64_t milliseconds) {
        protobuf_writer out(family_);
        std::int64_t seconds = milliseconds / 1000;
        if (milliseconds % 1000 < 0) { --seconds; } // nanoseconds count forward
        const std::int64_t rest = milliseconds - seconds * 1000;
        out.message(field, [&] {
            out.varint(1, static_cast<std::uint64_t>(seconds));
            out.varint(2, static_cast<std::uint64_t>(rest * 1000000));
        });
    }
    template <int Digits>
    void append_histogram(const prometheus_metric& metric,
                          const histogram<Digits>& values,
                          const prometheus_details& details) {
        protobuf_writer out(family_);
        const double unit = ten_to(metric.decimals);
        out.varint(1, values.count());
        out.real(2, values.sum() / unit);
        const std::vector<classic_bucket> classic = classic_buckets(metric, values, details);
        for (const classic_bucket& b : classic) {
            const bool last = &b == &classic.back(); // goes without saying, but for an exemplar
            if (last && b.exemplar == nullptr) { break; }
            out.message(3, [&] {
                out.varint(1, b.cumulative);
                out.real(2, last ? infinity : static_cast<double>(b.end) / unit);
                if (b.exemplar != nullptr) { append_exemplar(*b.exemplar, unit); }
            });
        }
        append_native(to_exponential(values, metric.decimals, metric.schema, metric.most_buckets));
        if (details.created_ms != 0) { append_time(15, details.created_ms); }
    }
    void append_exemplar(const metric_exemplar& e, double unit) {
        protobuf_writer out(family_);
        out.message(3, [&] {
            append_labels(e.labels);
            out.real(2, static_cast<double>(e.value) / unit);
            if (e.time_ms != 0) { append_time(3, e.time_ms); }
        });
    }
    void append_native(const exponential_buckets& buckets) {
        protobuf_writer out(family_);
        out.sint(5, buckets.scale);
        out.real(6, std::ldexp(1.0, -128)); // Prometheus' own: there is no value below but 0
        out.varint(7, buckets.zero);
        std::vector<std::uint64_t> counts;
        for (const native_span& s : native_spans(buckets, counts)) {
            out.message(12, [&] {
                out.sint(1, s.offset);
                out.varint(2, s.length);
            });
        }
        if (counts.empty()) { return; }
        out.message(13, [&] {
            std::uint64_t before = 0;
            for (const std::uint64_t count : counts) { // at most 2^63 - 1 each
                append_varint(family_, zigzag(static_cast<std::int64_t>(count - before)));
                before = count;
            }
        });
    }
};

} // namespace detail

/// Writes an exposition: metrics, and in each of them histograms by labels.
///
///     wick::prometheus_writer out(sink);
///     out.begin({"http_request_duration_seconds", "How long requests took."});
///     out.add({{"path", "/"}}, root);
///     out.add({{"path", "/login"}}, login);
///     out.end();
///
/// Classic buckets have exact counts: their ends are ends of the histogram's buckets. Values in
/// buckets of native histograms are exact too, but for those within 2^-(K + 1) of a bucket's edge,
/// which may count on its other side, as a whole bucket of the histogram goes where its middle
/// lies. Sums are exact if the histogram's is. Labels and help may be any bytes: what is no UTF-8,
/// and NUL, becomes U+FFFD.
/// Errors: names that are none or reserved, the same metric or the same labels twice, and what the
///         fields of prometheus_metric say; of what is wrong, nothing is written.
template <class Sink>
class prometheus_writer {
public:
    explicit prometheus_writer(Sink& sink, exposition format = exposition::text)
        : sink_(sink)
        , format_(format) {}

    /// Begins a metric. There need not be any histogram of it.
    [[nodiscard]] error begin(const prometheus_metric& metric) {
        begun_ = false;
        finish_metric();
        if (error bad = detail::check_metric(metric)) { return bad; }
        if (!names_.insert(metric.name)) {
            return {"the metric " + metric.name + " is there twice"};
        }
        metric_ = metric;
        begun_ = true;
        label_sets_.clear();
        if (format_ == exposition::protobuf) {
            messages_.begin(metric_);
        } else {
            write_head();
        }
        return {};
    }

    /// Adds a histogram of the metric that was begun. Cost: one pass over its buckets.
    template <int Digits>
    [[nodiscard]] error add(const std::vector<metric_label>& labels,
                            const histogram<Digits>& values,
                            const prometheus_details& details = {}) {
        if (!begun_) { return {"no metric was begun"}; }
        if (error bad = detail::check_labels(labels)) { return bad; }
        if (error bad = detail::check_exemplars(details.exemplars)) { return bad; }
        if (!label_sets_.insert(key_of(labels))) {
            return {"the same labels are in the metric " + metric_.name + " twice"};
        }
        if (format_ == exposition::protobuf) {
            messages_.add(metric_, labels, values, details);
        } else {
            write_histogram(labels, values, details);
        }
        return {};
    }

    /// Ends the exposition: nothing may be added to it.
    void end() {
        begun_ = false;
        finish_metric();
        if (format_ == exposition::openmetrics) { detail::send_to(sink_, "# EOF\n"); }
    }

private:
    Sink& sink_;
    exposition format_;
    prometheus_metric metric_;
    bool begun_ = false;
    detail::prometheus_messages messages_;
    detail::name_set names_;
    detail::name_set label_sets_;
    std::string text_;

    [[nodiscard]] bool open() const noexcept { return format_ == exposition::openmetrics; }

    // Labels are the same in any order, and without those that are empty.
    [[nodiscard]] static std::string key_of(std::vector<metric_label> labels) {
        const auto by_name = [](const metric_label& a, const metric_label& b) {
            return a.name < b.name;
        };
        std::sort(labels.begin(), labels.end(), by_name);
        std::string key;
        for (const metric_label& l : labels) {
            if (l.value.empty()) { continue; }
            key += l.name;
            key += '=';
            detail::append_escaped(key, l.value, false);
            key += '\n';
        }
        return key;
    }

    void finish_metric() {
        if (!messages_.empty()) { detail::send_to(sink_, messages_.take()); }
    }
    void write_head() {
        text_.clear();
        if (!metric_.help.empty()) {
            text_ += "# HELP " + metric_.name + " ";
            detail::append_escaped(text_, metric_.help, open());
            text_ += "\n";
        }
        text_ += "# TYPE " + metric_.name + " histogram\n";
        if (open() && !metric_.unit.empty()) {
            text_ += "# UNIT " + metric_.name + " " + metric_.unit + "\n";
        }
        detail::send_to(sink_, text_);
    }

    template <int Digits>
    void write_histogram(const std::vector<metric_label>& labels,
                         const histogram<Digits>& values,
                         const prometheus_details& details) {
        std::string inner;
        detail::append_labels(inner, labels);
        text_.clear();
        for (const detail::classic_bucket& b : detail::classic_buckets(metric_, values, details)) {
            text_ += metric_.name + "_bucket{" + inner + (inner.empty() ? "le=\"" : ",le=\"");
            if (b.end == histogram<Digits>::max_value) {
                text_ += "+Inf";
            } else {
                detail::append_exact(text_, b.end, metric_.decimals, open());
            }
            text_ += "\"} " + std::to_string(b.cumulative);
            if (open() && b.exemplar != nullptr) { append_exemplar(*b.exemplar); }
            text_ += "\n";
        }
        const std::string of = inner.empty() ? " " : "{" + inner + "} ";
        text_ += metric_.name + "_count" + of + std::to_string(values.count()) + "\n";
        text_ += metric_.name + "_sum" + of;
        detail::append_exact(text_, values.total(), metric_.decimals, open());
        text_ += "\n";
        if (open() && details.created_ms > 0) {
            text_ += metric_.name + "_created" + of;
            detail::append_exact(text_, details.created_ms, 3, true);
            text_ += "\n";
        }
        detail::send_to(sink_, text_);
    }
    void append_exemplar(const metric_exemplar& e) {
        text_ += " # {";
        detail::append_labels(text_, e.labels);
        text_ += "} ";
        if (e.value < 0) { text_.push_back('-'); }
        const auto size = static_cast<std::uint64_t>(e.value);
        const wide_sum magnitude{e.value < 0 ? 0 - size : size, 0};
        detail::append_exact(text_, magnitude, metric_.decimals, true);
        if (e.time_ms > 0) {
            text_.push_back(' ');
            detail::append_exact(text_, e.time_ms, 3, true);
        }
    }
};

/// Writes one histogram of one metric, and nothing else. As prometheus_writer.
template <class Sink, int Digits>
[[nodiscard]] error write_prometheus(Sink&& sink,
                                     const prometheus_metric& metric,
                                     const std::vector<metric_label>& labels,
                                     const histogram<Digits>& values,
                                     exposition format = exposition::text,
                                     const prometheus_details& details = {}) {
    prometheus_writer<std::remove_reference_t<Sink>> out(sink, format);
    if (error bad = out.begin(metric)) { return bad; }
    if (error bad = out.add(labels, values, details)) { return bad; }
    out.end();
    return {};
}

/// The same, into a string.
template <int Digits>
[[nodiscard]] result<std::string> to_prometheus(const prometheus_metric& metric,
                                                const std::vector<metric_label>& labels,
                                                const histogram<Digits>& values,
                                                exposition format = exposition::text,
                                                const prometheus_details& details = {}) {
    result<std::string> made;
    const auto append = [&](std::string_view piece) {
        made.value.append(piece.data(), piece.size());
    };
    made.error = write_prometheus(append, metric, labels, values, format, details);
    return made;
}

WICK_END_NAMESPACE

#endif
