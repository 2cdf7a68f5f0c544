// wick-walk: the slowest functions that do not touch the network, or whatever the sink is.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
//     g++ -std=c++17 -O2 -pthread -Iinclude examples/walk.cpp -o wick-walk
//     wick-walk request.prof socket.py
//     perf script | wick-walk - recv send poll
//
// Where the file has stacks the answer is exact: the time of each function in stacks without the
// sink. A .prof file has calls only; there, functions are listed from which the sink is not
// reachable, which errs both ways. --compare shows both for one run, and where they differ.
#include "arguments.hpp"

#include <wick/call_graph.hpp>
#include <wick/format/any.hpp>
#include <wick/profile.hpp>
#include <wick/pstats.hpp>
#include <wick/query.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

struct settings {
    int limit = 50;
    bool below = false;
    bool compare = false;
};

// Times as they are shown: in seconds, or in whatever the weights are.
class scale {
public:
    scale(const std::string& unit, double divisor)
        : divisor_(divisor) {
        const double per_second = wick::detail::units_per_second(unit);
        if (per_second > 0) {
            divisor_ *= per_second;
        } else {
            name_ = unit.empty() ? "weight" : unit;
            decimals_ = 0;
        }
    }
    [[nodiscard]] double value(double time) const { return time / divisor_; }
    [[nodiscard]] std::string text(double time) const {
        char digits[400];
        std::snprintf(digits, sizeof digits, "%.*f", decimals_, value(time));
        return digits;
    }
    [[nodiscard]] std::string total(double time) const {
        if (name_ == "weight") { return text(time); }
        return text(time) + (decimals_ == 0 ? " " + name_ : " s");
    }
    // "cumtime 0.8088 - file:line(name)", as in the script that this is named after.
    void line(double time, std::string_view name, const std::string& more = "") const {
        std::printf("%s %s - %.*s%s\n",
                    decimals_ == 0 ? name_.c_str() : "cumtime",
                    text(time).c_str(),
                    static_cast<int>(name.size()),
                    name.data(),
                    more.c_str());
    }

private:
    double divisor_;
    int decimals_ = 4;
    std::string name_;
};

std::string percent(double part, double whole) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f%%", whole > 0 ? part / whole * 100 : 0);
    return text;
}

// A frame as pstats shows a function.
std::string name_of(const wick::profile& p, const wick::frame& f) {
    std::string name;
    wick::detail::append_frame_text(name, p, f);
    if (f.file.empty()) { return name; }
    return f.file + ":" + std::to_string(f.line) + "(" + name + ")";
}

std::string hidden(std::size_t all, std::size_t shown) {
    return shown == all ? "" : "# and " + std::to_string(all - shown) + " more: --limit\n";
}

// ---- the graph.

void walk_graph(const wick::pstats& stats, const wick::any_pattern& sink, const settings& set) {
    const scale shown(stats.graph().unit, 1);
    const std::vector<std::uint32_t> free = stats.free_of(sink);
    const std::vector<std::uint32_t> top =
        stats.top(free, wick::sort_key::cumulative, static_cast<std::size_t>(set.limit));
    std::printf("# approximate, as a call graph has no stacks: %zu of %zu functions do not reach "
                "the sink\n",
                free.size(),
                stats.graph().functions.size());
    for (const std::uint32_t f : top) {
        shown.line(stats.graph().functions[f].figures.cumulative, stats.text(f));
    }
    std::fputs(hidden(free.size(), top.size()).c_str(), stdout);
}

// ---- the stacks.

wick::cpu_bound_table
walk_stacks(const wick::profile& p, const wick::any_pattern& sink, const settings& set) {
    const wick::sink_scope scope = set.below ? wick::sink_scope::below : wick::sink_scope::anywhere;
    wick::cpu_bound_table table = wick::cpu_bound(p, sink, scope);
    const scale shown(p.unit, static_cast<double>(wick::detail::power_of_ten(p.decimals)));
    const auto total = static_cast<double>(table.total);
    std::printf("# exact: %s of %s are in stacks that never touch the sink, %s\n",
                shown.text(static_cast<double>(table.free)).c_str(),
                shown.total(total).c_str(),
                percent(static_cast<double>(table.free), total).c_str());
    std::size_t listed = 0;
    std::size_t any = 0;
    for (const wick::cpu_bound_row& row : table.rows) {
        if (row.total_free <= 0) { continue; }
        ++any;
        if (listed == static_cast<std::size_t>(set.limit)) { continue; }
        ++listed;
        const auto all = static_cast<double>(row.total);
        const auto free = static_cast<double>(row.total_free);
        shown.line(free,
                   name_of(p, row.frame),
                   "  (" + percent(free, all) + " of its " + shown.text(all) + ")");
    }
    std::fputs(hidden(any, listed).c_str(), stdout);
    return table;
}

// ---- both, and why they differ.

struct difference {
    std::string name;
    double weight; // what the graph is wrong about
    double whole;
};

void show(const char* heading,
          std::vector<difference>& all,
          const scale& shown,
          const char* what,
          std::size_t limit) {
    if (all.empty()) { return; }
    std::stable_sort(all.begin(), all.end(), [](const difference& a, const difference& b) {
        return a.weight > b.weight;
    });
    std::printf("%s\n", heading);
    for (std::size_t i = 0; i < all.size() && i < limit; ++i) {
        std::printf("#   %s %s of %s - %s\n",
                    shown.text(all[i].weight).c_str(),
                    what,
                    shown.text(all[i].whole).c_str(),
                    all[i].name.c_str());
    }
    if (all.size() > limit) { std::printf("#   and %zu more\n", all.size() - limit); }
}

void explain(const wick::profile& p,
             const wick::cpu_bound_table& table,
             const wick::pstats& stats,
             const wick::any_pattern& sink) {
    const scale shown(p.unit, static_cast<double>(wick::detail::power_of_ten(p.decimals)));
    std::vector<std::pair<std::string, bool>> tainted; // by name, sorted: does the graph say so
    const std::vector<std::uint8_t> marks = stats.reaches(sink);
    double free_self = 0;
    for (std::uint32_t f = 0; f < marks.size(); ++f) {
        const wick::call_graph::function& function = stats.graph().functions[f];
        tainted.emplace_back(function.name, marks[f] != 0);
        if (marks[f] == 0) { free_self += function.figures.self; }
    }
    std::sort(tainted.begin(), tainted.end());
    std::vector<difference> too_many;
    std::vector<difference> too_few;
    std::string name;
    for (const wick::cpu_bound_row& row : table.rows) {
        name.clear();
        wick::detail::append_frame_text(name, p, row.frame);
        const auto at =
            std::lower_bound(tainted.begin(), tainted.end(), std::make_pair(name, false));
        if (at == tainted.end() || at->first != name) { continue; }
        const auto whole = static_cast<double>(row.total);
        if (at->second && row.total_free > 0) {
            too_many.push_back({name_of(p, row.frame), static_cast<double>(row.total_free), whole});
        }
        if (!at->second && row.total_free < row.total) {
            const auto touched = static_cast<double>(row.total - row.total_free);
            too_few.push_back({name_of(p, row.frame), touched, whole});
        }
    }
    const auto total = static_cast<double>(table.total);
    const double unit = static_cast<double>(wick::detail::power_of_ten(p.decimals));
    std::printf("# The difference: stacks say that %s of the time never touches the sink; the "
                "functions that\n# the graph calls free of it hold %s.\n",
                percent(static_cast<double>(table.free), total).c_str(),
                percent(free_self * unit, total).c_str());
    show("# The graph takes for the sink's, as they reach it on some path; these parts of them did "
         "not:",
         too_many,
         shown,
         "free",
         10);
    show("# The graph takes for free, as they do not call the sink; but it was above them on these "
         "stacks:",
         too_few,
         shown,
         "not free",
         10);
    if (too_many.empty() && too_few.empty()) {
        std::printf("# In this run both agree on every function.\n");
    }
}

} // namespace

int main(int argc, char** argv) {
    settings set;
    bool regex = false;
    arguments args("wick-walk",
                   "FILE SINK...",
                   "Lists the slowest functions of a profile that never touch a sink, such as "
                   "socket.py or recv: by time\nin stacks without it where FILE has stacks, by "
                   "reachability in a call graph where it is a .prof.");
    args.number("limit", 'n', "N", "functions to list", set.limit, 1, 1000000000);
    args.flag("regex", 'E', "sinks are regular expressions, not pieces of names", regex);
    args.flag("below", 'b', "only sinks below a function count: for event loops", set.below);
    args.flag("compare", 0, "of stacks: the answer of their call graph too, and why", set.compare);
    const std::vector<std::string> words = args.parse(argc, argv);
    if (words.size() < 2) { args.fail("a file and at least one sink are needed (see --help)"); }

    wick::any_pattern sink;
    for (std::size_t i = 1; i < words.size(); ++i) {
        wick::result<wick::pattern> one = wick::compile_pattern(words[i], {regex, false});
        if (!one) { args.fail(words[i] + ": " + one.error.message()); }
        sink.patterns.push_back(std::move(one.value));
    }
    input_file file(words[0]);
    wick::result<wick::any_input> read = wick::read_any(file);
    if (!file.problem().empty()) { args.fail(file.problem()); }
    if (!read) { args.fail(words[0] + ": " + read.error.message()); }
    wick::any_input& input = read.value;
    for (const wick::any_note& note : input.notes) { args.note(words[0] + ": " + note.message()); }
    if (input.skipped.records != 0) {
        args.note(words[0] + ": skipped " + std::to_string(input.skipped.records) +
                  " records, the first: " + input.skipped.first.message());
    }
    if (input.graph) {
        if (set.compare) { args.fail("--compare needs stacks, and this is a call graph"); }
        walk_graph(wick::pstats(std::move(*input.graph)), sink, set);
        return 0;
    }
    if (input.profiles.empty()) { args.fail(words[0] + ": there is no profile in it"); }
    if (input.profiles.size() > 1) {
        args.note(words[0] + ": several profiles; the first is taken, " + input.profiles[0].name);
    }
    const wick::profile stacks =
        wick::coarsen(std::move(input.profiles[0].samples), wick::profile_detail::function);
    const wick::cpu_bound_table table = walk_stacks(stacks, sink, set);
    if (!set.compare) { return 0; }
    const wick::pstats stats(wick::to_call_graph(stacks));
    std::printf("\n");
    walk_graph(stats, sink, set);
    std::printf("\n");
    explain(stacks, table, stats, sink);
    return 0;
}
