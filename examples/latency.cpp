// wick-latency - latencies described, seen, taken apart by tier, and compared.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
//     g++ -std=c++17 -O2 -pthread -Iinclude examples/latency.cpp -o wick-latency
//     awk '{ print $NF }' access.log | wick-latency --unit s
//     wick-latency access.log --time 4 --column -2 --part -1 --unit s --height --tiers
//     wick-latency --compare before.hlog after.hlog --threshold 5%
#include "arguments.hpp"
#include "latency_input.hpp"

#include <wick/format/hdr.hpp>
#include <wick/format/prometheus.hpp>
#include <wick/histogram.hpp>
#include <wick/latency.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

struct unit_of_time {
    std::string_view name;
    double nanoseconds;
};
constexpr unit_of_time units[] = {
    {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 6e10}, {"h", 3.6e12}};

// What was asked for.
struct request {
    latency_input_options input;
    std::string unit, shown_in, separator, at, threshold = "5%";
    std::string plot, heat_map, title, metric;
    double window = 0, alpha = 0.05, expected_interval = 0;
    bool describe = false, bars = false, details = false, height = false, tiers = false;
    bool changes = false, compare = false, independent = false;
    bool hgrm = false, csv = false, encode = false, openmetrics = false;
    std::vector<double> quantiles;

    [[nodiscard]] bool windows_needed() const { return height || changes || !heat_map.empty(); }
    // Whether there is text for a reader, and not just for other programs.
    [[nodiscard]] bool told() const {
        const bool to_others = hgrm || csv || encode || !metric.empty();
        return !to_others &&
               (report() || describe || bars || details || height || tiers || changes);
    }
    [[nodiscard]] bool report() const {
        return !(describe || bars || details || height || tiers || changes || hgrm || csv ||
                 encode) &&
               plot.empty() && heat_map.empty() && metric.empty();
    }
};

class tool {
public:
    tool(const arguments& args, request asked)
        : args_(args)
        , asked_(std::move(asked)) {}

    int run(const std::vector<std::string>& names) {
        latency_loader loader(asked_.input);
        std::vector<latency_input> inputs;
        for (const std::string& name : names) {
            wick::result<latency_input> read = loader.load(name);
            if (!read) { args_.fail(read.error.message()); }
            for (const std::string& note : read.value.notes) { args_.note(name + ": " + note); }
            inputs.push_back(std::move(read.value));
        }
        if (asked_.compare) { return compare(inputs); }
        two_tiers_ = inputs.size() == 2 && asked_.input.text.part.empty();
        for (const latency_input& input : inputs) {
            if (inputs.size() > 1 && asked_.told()) {
                std::printf("%s%s:\n", &input == inputs.data() ? "" : "\n", input.name.c_str());
            }
            show(input);
        }
        if (asked_.tiers && two_tiers_) { approximate_tiers(inputs[0], inputs[1]); }
        if (!asked_.plot.empty()) { plot(inputs); }
        if (!asked_.metric.empty()) { expose(inputs); }
        return 0;
    }

private:
    const arguments& args_;
    request asked_;
    bool two_tiers_ = false; // the logs of all and of a part, whose requests stand alone

    static void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

    template <class Value>
    Value need(wick::result<Value> made, const latency_input& of) const {
        if (!made) { args_.fail(of.name + ": " + made.error.message()); }
        return std::move(made.value);
    }

    static const char* unit_of(const latency_input& input) { return input.has_unit ? "ns" : ""; }

    void show(const latency_input& input) const {
        if (asked_.report() || asked_.describe) { describe(input); }
        if (asked_.bars || (asked_.report() && input.has_unit && !input.table)) { bars(input); }
        if (asked_.details) { details(input); }
        if (asked_.tiers && !two_tiers_) { tiers(input); }
        if (asked_.windows_needed()) { over_time(input); }
        if (asked_.hgrm || asked_.csv) { percentiles(input); }
        if (asked_.encode) { print(wick::to_hdr(whole(input)) + '\n'); }
    }

    // ---- one series -----------------------------------------------------------------------------

    static std::vector<double> values_of(const latency_input& input) {
        std::vector<double> values;
        values.reserve(input.rows.size());
        for (const wick::duration_row& row : input.rows) { values.push_back(row.value); }
        return values;
    }

    static std::int64_t rounded(double value) {
        constexpr double most = 9007199254740992.0; // 2^53: the histogram clamps and counts
        return static_cast<std::int64_t>(std::floor((std::min)(value, most) + 0.5));
    }

    // Seconds as nanoseconds; they are less than 9e9.
    static std::int64_t instant(double seconds) {
        return static_cast<std::int64_t>(std::floor(seconds * 1e9));
    }

    // All of an input as one histogram, of nanoseconds.
    [[nodiscard]] wick::histogram<> whole(const latency_input& input) const {
        if (!input.has_unit) { args_.fail(input.name + ": its numbers have no unit: give --unit"); }
        wick::histogram<> all;
        for (const wick::duration_row& row : input.rows) {
            if (!all.record_corrected(rounded(row.value),
                                      rounded(asked_.expected_interval * 1e6))) {
                args_.fail(input.name +
                           ": too many values: is --expected-interval in milliseconds?");
            }
        }
        for (const latency_input::interval& i : input.intervals) {
            if (const wick::error e = all.merge(i.values)) {
                args_.fail(input.name + ": " + e.message());
            }
        }
        if (all.above() > 0) { // values that are negative were not read
            args_.note(input.name + ": " + std::to_string(all.above()) +
                       " values are beyond a histogram's range, and count in it as 104 days");
        }
        return all;
    }

    [[nodiscard]] bool corrected() const { return asked_.expected_interval > 0; }

    // pandas' block, in the unit that was asked for, or one in which the median is easily read.
    void describe(const latency_input& input) const {
        const bool single = !input.rows.empty() && !corrected();
        const std::vector<double> wanted =
            asked_.describe ? std::vector<double>{0.25, 0.5, 0.75} : asked_.quantiles;
        wick::summary s = single ? need(wick::describe(values_of(input), wanted), input)
                                 : need(wick::describe(whole(input), wanted), input);
        if (input.table) { // between its rows there is nothing to be interpolated
            std::vector<std::int64_t> rows(s.quantiles.size());
            whole(input).quantiles(s.quantiles.data(), s.quantiles.size(), rows.data());
            s.values.assign(rows.begin(), rows.end());
        }
        if (!input.has_unit) {
            print(wick::to_text(s));
            return;
        }
        const unit_of_time unit = shown_in(s);
        for (double* v : {&s.mean, &s.stddev, &s.least, &s.greatest}) { *v /= unit.nanoseconds; }
        for (double& v : s.values) { v /= unit.nanoseconds; }
        if (!asked_.describe) {
            std::printf("in %s%s%s\n",
                        std::string(unit.name).c_str(),
                        input.table ? "; of a table: what lies between its rows is not known"
                        : s.exact   ? ""
                                    : "; mean, min and max are those of buckets",
                        corrected() ? "; corrected for coordinated omission, which is a guess"
                                    : "");
        }
        print(wick::to_text(s));
    }

    [[nodiscard]] unit_of_time shown_in(const wick::summary& s) const {
        const auto half = std::find(s.quantiles.begin(), s.quantiles.end(), 0.5);
        const double median = s.values[static_cast<std::size_t>(half - s.quantiles.begin())];
        unit_of_time best = units[0];
        for (const unit_of_time& unit : units) {
            if (asked_.shown_in == unit.name) { return unit; }
            if (unit.nanoseconds <= 1e9 && median >= unit.nanoseconds) { best = unit; }
        }
        return best;
    }

    void bars(const latency_input& input) const {
        wick::text_histogram_options options;
        options.quantiles = {0.5, 0.9, 0.99, 0.999};
        print("\n" + wick::text_histogram(whole(input), options));
    }

    // What pandas does not tell: intervals of quantiles, and figures that outliers do not move.
    void details(const latency_input& input) const {
        const wick::histogram<> all = whole(input);
        std::printf("\n%-7s %12s   95 %% interval, for independent requests\n", "", "");
        for (const double q : asked_.quantiles) {
            const wick::value_interval i = all.quantile_interval(q);
            std::printf("p%-6g %12s   %s to %s\n",
                        q * 100,
                        amount(static_cast<double>(all.quantile(q))).c_str(),
                        i.low <= 0 ? "-" : amount(static_cast<double>(i.low)).c_str(),
                        i.high >= wick::histogram<>::max_value
                            ? "-"
                            : amount(static_cast<double>(i.high)).c_str());
        }
        if (input.rows.empty()) { return; }
        const std::vector<double> sorted = need(wick::sorted_samples(values_of(input)), input);
        std::printf(
            "median absolute deviation %s, interquartile range %s, deviation %.3g of the mean\n",
            amount(wick::median_absolute_deviation(sorted)).c_str(),
            amount(wick::interquartile_range(sorted)).c_str(),
            wick::coefficient_of_variation(sorted));
        std::printf("mean without 5 %% at each end %s, of the slowest 1 %% %s\n",
                    amount(wick::trimmed_mean(sorted, 0.05)).c_str(),
                    amount(wick::tail_mean(sorted, 0.99)).c_str());
    }

    static std::string amount(double nanoseconds) {
        const unit_of_time* best = &units[0];
        for (const unit_of_time& unit : units) {
            if (unit.nanoseconds <= 1e9 && nanoseconds >= unit.nanoseconds) { best = &unit; }
        }
        char text[64];
        std::snprintf(text, sizeof text, "%.4g ", nanoseconds / best->nanoseconds);
        return text + std::string(best->name);
    }

    void percentiles(const latency_input& input) const {
        wick::percentile_options options;
        options.csv = asked_.csv;
        options.scale = 1e6;
        for (const unit_of_time& unit : units) {
            if (asked_.shown_in == unit.name) { options.scale = unit.nanoseconds; }
        }
        print(wick::to_percentiles(whole(input), options));
    }

    // ---- over time ------------------------------------------------------------------------------

    [[nodiscard]] wick::latency_windows<> windows_of(const latency_input& input,
                                                     double length) const {
        if (!input.has_unit) { args_.fail(input.name + ": its numbers have no unit: give --unit"); }
        const double span = span_of(input);
        if (span / length > 1e6) {
            args_.fail(input.name +
                       ": that makes more than a million windows: give a longer --window");
        }
        const auto capacity = static_cast<std::size_t>(span / length) + 2;
        wick::latency_windows<> windows(instant(length), capacity);
        for (const wick::duration_row& row : input.rows) {
            windows.record(instant(row.time), rounded(row.value));
        }
        for (const latency_input::interval& i : input.intervals) {
            if (const wick::error e = windows.add(instant(i.start), i.values)) {
                args_.fail(input.name + ": " + e.message());
            }
        }
        return windows;
    }

    // Returns the seconds from the first request to the last.
    [[nodiscard]] double span_of(const latency_input& input) const {
        if (!input.timed) {
            args_.fail(input.name + ": it does not say when requests were: give --time COLUMN");
        }
        double first = HUGE_VAL;
        double last = -HUGE_VAL;
        const auto see = [&](double time) {
            first = (std::min)(first, time);
            last = (std::max)(last, time);
        };
        for (const wick::duration_row& row : input.rows) { see(row.time); }
        for (const latency_input::interval& i : input.intervals) { see(i.start); }
        if (!(first >= 0 && last < 9e9)) { // what fits into nanoseconds
            args_.fail(input.name + ": there is a time before 1970 or after 2255");
        }
        return last - first;
    }

    // The longest usual one of which there are 60, but no shorter than a log's own intervals.
    [[nodiscard]] double window_for(const latency_input& input) const {
        if (asked_.window > 0) { return asked_.window; }
        const double span = span_of(input);
        double length = 1;
        for (const double usual : {5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0}) {
            if (span / usual >= 60) { length = usual; }
        }
        for (const latency_input::interval& i : input.intervals) {
            length = (std::max)(length, i.length);
        }
        return length;
    }

    void over_time(const latency_input& input) const {
        const wick::latency_windows<> windows = windows_of(input, window_for(input));
        const double seconds = static_cast<double>(windows.length()) / 1e9;
        if (asked_.height) {
            const wick::latency_height height = need(wick::height_of(windows), input);
            const std::vector<double> rates = windows.rates();
            const double busiest = *std::max_element(rates.begin(), rates.end());
            std::printf("\nwindows of %g s, at most %.4g requests per second\n", seconds, busiest);
            print(wick::to_text(height));
        }
        if (asked_.changes) { changes(input, windows); }
        if (!asked_.heat_map.empty()) {
            wick::heat_map_options options;
            if (!asked_.title.empty()) { options.title = asked_.title; }
            write(asked_.heat_map, wick::to_heat_map(windows, options));
        }
    }

    void changes(const latency_input& input, const wick::latency_windows<>& windows) const {
        std::vector<double> series;
        std::vector<std::size_t> index; // windows with too few requests have no place in the series
        const std::vector<double> all = windows.quantiles(0.9);
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (std::isnan(all[i])) { continue; }
            series.push_back(all[i]);
            index.push_back(i);
        }
        const auto found = need(wick::change_points(series), input);
        std::printf("\np90 changed %zu times in %zu windows\n", found.size(), series.size());
        for (const wick::change_point& c : found) {
            std::printf("  at %s: %s to %s, %.3gx, p = %.2g%s\n",
                        time_text(windows.time(index[c.index]) / 1'000'000'000).c_str(),
                        amount(c.before).c_str(),
                        amount(c.after).c_str(),
                        c.ratio(),
                        c.p_value,
                        c.confirmed ? "" : " (too near to the end to be sure)");
        }
    }

    // Times of a log that begin with it are seconds; others are a date.
    static std::string time_text(std::time_t seconds) {
        if (seconds < 100'000'000) { return std::to_string(seconds) + " s"; }
        char text[32] = "";
        std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", std::gmtime(&seconds));
        return text;
    }

    // ---- tiers ----------------------------------------------------------------------------------

    void tiers(const latency_input& input) const {
        if (asked_.input.text.part.empty()) {
            args_.fail("--tiers needs the column of the part (give --part) or a second log");
        }
        wick::tier_options options;
        options.quantiles = asked_.quantiles;
        if (input.timed) { options.window_ns = instant(window_for(input)); }
        std::size_t longer = 0;
        std::vector<wick::tier_request> requests;
        for (const wick::duration_row& row : input.rows) {
            longer += row.part > row.value ? 1 : 0; // clocks of two programs, or rounding
            requests.push_back({row.value, (std::min)(row.part, row.value), instant(row.time)});
        }
        if (longer > 0) {
            args_.note(input.name + ": in " + std::to_string(longer) +
                       " requests the part takes longer than all of it, and counts as all of it");
        }
        print("\n" + wick::to_text(need(wick::tiers(requests, options), input), unit_of(input)));
    }

    // Of the logs of two tiers, whose requests cannot be told to belong together.
    void approximate_tiers(const latency_input& total, const latency_input& part) const {
        wick::tier_options options;
        options.quantiles = asked_.quantiles;
        const double length = (std::max)(window_for(total), window_for(part));
        auto made = wick::tiers(windows_of(total, length), windows_of(part, length), options);
        print("\n" + wick::to_text(need(std::move(made), total)));
    }

    // ---- two sides ------------------------------------------------------------------------------

    [[nodiscard]] double threshold() const {
        std::string text = asked_.threshold;
        const bool percent = !text.empty() && text.back() == '%';
        if (percent) { text.pop_back(); }
        char* end = nullptr;
        const double number = std::strtod(text.c_str(), &end);
        const double share = percent ? number / 100 : number;
        if (text.empty() || *end != '\0' || !(share >= 0 && share <= 10)) {
            args_.fail("--threshold needs a share such as 5% or 0.05, not \"" + asked_.threshold +
                       '"');
        }
        return share;
    }

    int compare(std::vector<latency_input>& sides) const {
        if (sides.size() != 2) { args_.fail("--compare needs two files: before and after"); }
        const latency_input& before = sides[0];
        const latency_input& after = sides[1];
        if (before.has_unit != after.has_unit) {
            args_.fail(
                "numbers with a unit and numbers without one cannot be compared: give --unit");
        }
        wick::compare_options options;
        options.quantiles = asked_.quantiles;
        options.threshold = threshold();
        options.alpha = asked_.alpha;
        options.independent = asked_.independent;
        for (latency_input& side : sides) { // neighbours in time depend on each other
            std::stable_sort(side.rows.begin(), side.rows.end(), [](const auto& a, const auto& b) {
                return a.time < b.time;
            });
        }
        wick::result<wick::latency_comparison> made;
        if (!before.rows.empty() && !after.rows.empty()) {
            made = wick::compare(values_of(before), values_of(after), options);
        } else if (before.intervals.size() > 1 && after.intervals.size() > 1) {
            made = wick::compare(histograms_of(before), histograms_of(after), options);
        } else {
            made = wick::compare(whole(before), whole(after), options);
        }
        if (!made) { args_.fail(made.error.message()); }
        print(wick::to_text(made.value, unit_of(before)));
        return made.value.verdict == wick::verdict::regressed ? 1 : 0;
    }

    static std::vector<wick::histogram<>> histograms_of(const latency_input& input) {
        std::vector<wick::histogram<>> made;
        for (const latency_input::interval& i : input.intervals) { made.push_back(i.values); }
        return made;
    }

    // ---- files ----------------------------------------------------------------------------------

    void write(const std::string& name, const std::string& text) const {
        output_file file(name);
        file(text);
        if (!file.close().empty()) { args_.fail(file.close()); }
    }

    void plot(const std::vector<latency_input>& inputs) const {
        std::vector<wick::histogram<>> wholes;
        for (const latency_input& input : inputs) { wholes.push_back(whole(input)); }
        std::vector<wick::plot_series<>> series;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            series.push_back({inputs[i].name, &wholes[i]});
        }
        wick::plot_options options;
        if (!asked_.title.empty()) { options.title = asked_.title; }
        std::string text;
        wick::write_percentile_plot(
            [&](std::string_view piece) { text += piece; }, series, options);
        write(asked_.plot, text);
    }

    // A metric with a histogram a file.
    void expose(const std::vector<latency_input>& inputs) const {
        std::string text;
        const auto append = [&](std::string_view piece) { text += piece; };
        const wick::exposition form =
            asked_.openmetrics ? wick::exposition::openmetrics : wick::exposition::text;
        wick::prometheus_writer out(append, form);
        wick::prometheus_metric metric;
        metric.name = asked_.metric;
        metric.help = asked_.title;
        wick::error bad = out.begin(metric);
        for (const latency_input& input : inputs) {
            if (bad) { break; }
            std::vector<wick::metric_label> labels;
            if (inputs.size() > 1) { labels.push_back({"file", input.name}); }
            bad = out.add(labels, whole(input));
        }
        if (bad) { args_.fail("--prometheus: " + bad.message()); }
        out.end();
        print(text);
    }
};

std::vector<double> quantiles_from(const arguments& args, const std::string& text) {
    std::vector<double> quantiles;
    std::size_t at = 0;
    while (at <= text.size()) {
        const std::size_t end = (std::min)(text.find(',', at), text.size());
        const std::string one = text.substr(at, end - at);
        char* rest = nullptr;
        const double percent = std::strtod(one.c_str(), &rest);
        if (one.empty() || *rest != '\0' || !(percent >= 0 && percent <= 100)) {
            args.fail("--at needs percentages such as 50,90,99.9, not \"" + text + '"');
        }
        // 99.999 / 100 is not quite 0.99999, of which pandas would tell the quantile.
        const bool plain = one.find_first_not_of("0123456789.") == std::string::npos;
        quantiles.push_back(plain ? std::strtod((one + "e-2").c_str(), nullptr) : percent / 100);
        at = end + 1;
    }
    return quantiles;
}

double unit_from(const arguments& args, const std::string& option, const std::string& name) {
    for (const unit_of_time& unit : units) {
        if (name == unit.name) { return unit.nanoseconds; }
    }
    args.fail(option + " needs one of ns, us, ms, s, min, h, not \"" + name + '"');
}

} // namespace

int main(int argc, char** argv) {
    request asked;
    arguments args(
        "wick-latency",
        "[FILE...]",
        "Describes latencies: numbers, columns of tables and access logs, HDR histograms, .hlog,\n"
        ".hgrm, what wrk2 prints. Without FILE, or with -, reads standard input.");
    args.text("column",
              'c',
              "COLUMN",
              "of the latencies: 3, -1 (the last), a name, or a key=",
              asked.input.text.value);
    args.text("part",
              'p',
              "COLUMN",
              "of what a tier behind took, such as an upstream server",
              asked.input.text.part);
    args.text("time", 't', "COLUMN", "of when a request was", asked.input.text.time);
    args.text("separator",
              's',
              "CHAR",
              "between columns; else blanks, with \"…\" and […] kept together",
              asked.separator);
    args.text("unit", 'u', "UNIT", "of numbers without one: ns us ms s min h", asked.unit);
    args.text("format",
              0,
              "FORMAT",
              "text, hlog, percentiles or hdr, instead of a look at the bytes",
              asked.input.format);
    args.text("tag", 0, "TAG", "of the intervals of a .hlog file to read", asked.input.tag);
    args.text("in", 0, "UNIT", "show numbers in this unit", asked.shown_in);
    args.text(
        "at", 0, "PERCENTAGES", "percentiles to show or compare, such as 50,90,99.9", asked.at);
    args.flag("describe",
              'd',
              "the block that pandas' describe() prints, and nothing else",
              asked.describe);
    args.flag("bars", 'b', "bars of text", asked.bars);
    args.flag("details", 0, "intervals of the percentiles, robust figures", asked.details);
    args.number(
        "window", 'w', "SECONDS", "length of windows; 0: some sixty of them", asked.window, 0, 1e7);
    args.flag("height", 0, "how the P90 of windows rises and falls", asked.height);
    args.flag("changes", 0, "when the P90 of windows changed", asked.changes);
    args.flag(
        "tiers", 0, "what slow requests are made of (two logs: an approximation)", asked.tiers);
    args.flag(
        "compare", 0, "FILE against FILE; exits with 1 if the second is slower", asked.compare);
    args.text(
        "threshold", 0, "SHARE", "what is too little to matter to --compare", asked.threshold);
    args.number("alpha", 0, "P", "chance of a false alarm of --compare", asked.alpha, 1e-6, 0.5);
    args.flag("independent",
              0,
              "histograms are runs that do not depend on each other",
              asked.independent);
    args.number("expected-interval",
                0,
                "MS",
                "add requests that a stalled client did not send",
                asked.expected_interval,
                0,
                1e12);
    args.text("plot", 0, "FILE", "write percentiles of all files as SVG", asked.plot);
    args.text("heat-map", 0, "FILE", "write latency over time as SVG", asked.heat_map);
    args.text("title", 0, "TEXT", "of the picture", asked.title);
    args.flag("hgrm", 0, "print HdrHistogram's table of percentiles (in ms, or --in)", asked.hgrm);
    args.flag("csv", 0, "the same with commas", asked.csv);
    args.flag("encode", 0, "print an HDR histogram in base64, of nanoseconds", asked.encode);
    args.text("prometheus", 0, "NAME", "print a metric of this name, in seconds", asked.metric);
    args.flag("openmetrics", 0, "the same as OpenMetrics", asked.openmetrics);
    std::vector<std::string> names = args.parse(argc, argv);
    if (names.empty()) { names.emplace_back("-"); }

    if (asked.separator == "\\t" || asked.separator == "tab") { asked.separator = "\t"; }
    if (asked.separator.size() > 1) { args.fail("--separator needs one character, or tab"); }
    if (!asked.separator.empty()) { asked.input.text.separator = asked.separator[0]; }
    if (!asked.unit.empty()) {
        asked.input.unit_ns = asked.input.text.unit_ns = unit_from(args, "--unit", asked.unit);
    }
    if (!asked.shown_in.empty()) { unit_from(args, "--in", asked.shown_in); }
    const std::string& format = asked.input.format;
    if (format != "auto" && format != "text" && format != "hlog" && format != "percentiles" &&
        format != "hdr") {
        args.fail("--format needs one of text, hlog, percentiles, hdr, not \"" + format + '"');
    }
    if (asked.at.empty()) { asked.at = asked.compare ? "50,90,99" : "25,50,75,90,99,99.9"; }
    asked.quantiles = quantiles_from(args, asked.at);
    if (asked.window > 0 && asked.window < 1e-3) {
        args.fail("--window is a millisecond at least");
    }
    return tool(args, std::move(asked)).run(names);
}
