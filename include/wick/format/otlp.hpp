// wick/format/otlp.hpp - histograms for OpenTelemetry, as its protocol carries them.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_OTLP_HPP
#define WICK_FORMAT_OTLP_HPP

#include <wick/detail/exponential_buckets.hpp> // what its buckets are
#include <wick/detail/metric_text.hpp>         // attributes
#include <wick/detail/protobuf.hpp>            // what is written
#include <wick/histogram.hpp>                  // the value
#include <wick/result.hpp>                     // errors

#include <cstddef> // std::size_t
#include <cstdint> // values
#include <string>  // messages
#include <vector>  // attributes

WICK_BEGIN_NAMESPACE

/// How a histogram becomes a data point.
struct otlp_options {
    int decimals = 9; ///< values are in units of 10^-decimals of what is written: nanoseconds
    int scale = 20;   ///< the finest, -10 … 20: buckets are a factor of 2^(2^-scale) wide. None
                      ///< finer than the histogram is (9 for 3 digits, 6 for 2)
    std::size_t most_buckets = 640; ///< coarser where there are more; 160 in OpenTelemetry's SDKs
    std::uint64_t start_ns = 0;     ///< since the epoch: when counting began; 0: unknown
    std::uint64_t time_ns = 0;      ///< since the epoch: the time of this point
};

/// What a whole message tells beside its data point.
struct otlp_metric {
    std::string name{};         ///< "http.server.request.duration"
    std::string description{};  ///< "" is left out
    std::string unit = "s";     ///< of UCUM
    bool cumulative = true;     ///< counted since `start_ns`; else since the point before this one
    std::string scope = "wick"; ///< who measured
    std::vector<metric_label> resource{}; ///< where: {"service.name", "shop"}
};

namespace detail {

[[nodiscard]] inline error check_otlp(const otlp_options& options) {
    if (options.decimals < 0 || options.decimals > 18) { return {"decimals are from 0 to 18"}; }
    if (options.scale < -10 || options.scale > 20) { return {"a scale is from -10 to 20"}; }
    return {};
}

inline void append_attributes(protobuf_writer& out,
                              std::uint32_t field,
                              const std::vector<metric_label>& attributes) {
    for (const metric_label& a : attributes) {
        out.message(field, [&] {
            out.text(1, clean_utf8(a.name));
            out.message(2, [&] { out.text(1, clean_utf8(a.value)); });
        });
    }
}

template <int Digits>
void append_data_point(std::string& to,
                       const std::vector<metric_label>& attributes,
                       const histogram<Digits>& values,
                       const otlp_options& options) {
    const exponential_buckets buckets =
        to_exponential(values, options.decimals, options.scale, options.most_buckets);
    const double unit = ten_to(options.decimals);
    protobuf_writer out(to);
    append_attributes(out, 1, attributes);
    if (options.start_ns != 0) { out.fixed64(2, options.start_ns); }
    out.fixed64(3, options.time_ns);
    out.fixed64(4, values.count());
    if (values.exact_sum()) { out.real(5, values.sum() / unit); }
    out.sint(6, buckets.scale);
    if (buckets.zero != 0) { out.fixed64(7, buckets.zero); }
    if (!buckets.counts.empty()) {
        out.message(8, [&] {
            out.sint(1, buckets.offset);
            out.message(2, [&] {
                for (const std::uint64_t count : buckets.counts) { append_varint(to, count); }
            });
        });
    }
    if (values.empty() || !values.exact_extremes()) { return; }
    out.real(12, static_cast<double>(values.least()) / unit);
    out.real(13, static_cast<double>(values.greatest()) / unit);
}

} // namespace detail

/// Returns a message ExponentialHistogramDataPoint. A bucket holds the values above base^i up to
/// and with base^(i + 1); what lies within 2^-(K + 1) of an edge may count on its other side, as a
/// whole bucket of the histogram goes where its middle lies. Sum, least and greatest value are told
/// if they are exact. Keys and values of attributes may be any bytes: what is no UTF-8, and NUL,
/// becomes U+FFFD.
/// Errors: options out of their range.
/// Format: opentelemetry.proto.metrics.v1.
template <int Digits>
[[nodiscard]] result<std::string> to_otlp_data_point(const std::vector<metric_label>& attributes,
                                                     const histogram<Digits>& values,
                                                     const otlp_options& options = {}) {
    result<std::string> made;
    made.error = detail::check_otlp(options);
    if (!made) { return made; }
    detail::append_data_point(made.value, attributes, values, options);
    return made;
}

/// Returns a whole message ExportMetricsServiceRequest (which is MetricsData too) with one such
/// point: the body of a POST to a collector's /v1/metrics, as application/x-protobuf.
/// Errors: options out of their range.
template <int Digits>
[[nodiscard]] result<std::string> to_otlp(const otlp_metric& metric,
                                          const std::vector<metric_label>& attributes,
                                          const histogram<Digits>& values,
                                          const otlp_options& options = {}) {
    result<std::string> made;
    made.error = detail::check_otlp(options);
    if (!made) { return made; }
    detail::protobuf_writer out(made.value);
    const auto histogram_of = [&] {
        out.message(1, [&] { detail::append_data_point(made.value, attributes, values, options); });
        out.varint(2, metric.cumulative ? 2 : 1);
    };
    const auto metric_of = [&] {
        out.text(1, detail::clean_utf8(metric.name));
        if (!metric.description.empty()) { out.text(2, detail::clean_utf8(metric.description)); }
        if (!metric.unit.empty()) { out.text(3, detail::clean_utf8(metric.unit)); }
        out.message(10, histogram_of);
    };
    const auto scope_of = [&] {
        out.message(1, [&] { out.text(1, detail::clean_utf8(metric.scope)); });
        out.message(2, metric_of);
    };
    out.message(1, [&] {
        out.message(1, [&] { detail::append_attributes(out, 1, metric.resource); });
        out.message(2, scope_of);
    });
    return made;
}

WICK_END_NAMESPACE

#endif
