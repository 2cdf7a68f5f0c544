// wick-diff - what got slower between two profiles, by how much, and whether it is real.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
//     g++ -std=c++17 -O2 -pthread -Iinclude examples/diff.cpp -o wick-diff
//     wick-diff before.folded after.folded -o diff.svg
//     wick-diff --before a1 a2 a3 --after b1 b2 b3 --fail-above 5%
#include "arguments.hpp"

#include <wick/diff.hpp>
#include <wick/flamegraph.hpp>
#include <wick/format/any.hpp>
#include <wick/query.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

// What was asked for.
struct request {
    std::vector<std::string> before, after;
    std::string output, basis = "share", by = "total", event, format, fail_above;
    bool folded = false, json = false, normalize = false, all = false;
    std::string slice;
    std::uint64_t slice_ns = 0;
    int threads = 0, rows = 20, name_width = 120;
    double ops_before = 0, ops_after = 0, cpu_before = 0, cpu_after = 0;
    wick::diff_options options;
};

// "--before a b" becomes "--before=a --before=b": file names follow until the next option.
std::vector<std::string> spread_lists(int argc, char** argv) {
    std::vector<std::string> words;
    std::string list;
    for (int i = 0; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--") { list.clear(); }
        if (word == "--before" || word == "--after") {
            list = word;
            if (i + 1 == argc) { words.push_back(word); } // the parser says what is missing
        } else if (word.size() > 1 && word[0] == '-') {
            list.clear();
            words.push_back(word);
        } else {
            words.push_back(list.empty() ? word : list + "=" + word);
        }
    }
    return words;
}

// What a file held, or why it could not be read. Readers run in threads and must not print.
struct loaded {
    std::vector<wick::profile> profiles; // one; or its slices; or before and after
    bool columns = false;                // before and after
    std::vector<std::string> notes;
    std::string problem;
};

loaded load(const std::string& name, const request& asked) {
    loaded made;
    input_file file(name);
    wick::any_options options;
    options.event = asked.event;
    options.format = asked.format;
    options.slice_ns = asked.slice_ns;
    wick::result<wick::any_input> read = wick::read_any(file, options);
    if (!file.problem().empty()) {
        made.problem = file.problem();
        return made;
    }
    if (!read) {
        made.problem = name + ": " + read.error.message();
        return made;
    }
    const wick::skipped& skipped = read.value.skipped;
    if (skipped.records != 0) {
        if (skipped.first.what.find("negative") != std::string::npos) {
            made.problem = name + ": " + skipped.first.message();
            return made;
        }
        made.notes.push_back(name + ": skipped " + std::to_string(skipped.records) +
                             " records, the first being " + skipped.first.message());
    }
    for (const wick::any_note& note : read.value.notes) {
        made.notes.push_back(name + ": " + note.message());
    }
    std::vector<wick::named_profile>& found = read.value.profiles;
    if (found.empty() && read.value.graph) {
        made.problem = name + ": this has functions and calls, but no stacks to compare";
        return made;
    }
    if (found.empty()) { found.emplace_back(); }
    made.columns = found.size() == 2 && found[0].name == "before";
    const std::string event = found[0].name;
    std::vector<std::string> others;
    for (wick::named_profile& one : found) {
        if (one.name != event && !made.columns) {
            if (others.empty() || others.back() != one.name) { others.push_back(one.name); }
            continue;
        }
        wick::profile p = wick::coarsen(std::move(one.samples), wick::profile_detail::function);
        made.profiles.push_back(asked.normalize ? wick::normalize(p) : std::move(p));
    }
    if (!others.empty()) {
        made.notes.push_back(name + ": comparing \"" + event + "\", not \"" + others[0] + "\"" +
                             (others.size() > 1 ? " and others" : "") + " (see --event)");
    }
    return made;
}

// Reads the two sides, at the same time where there are two cores for it.
std::vector<wick::profile>
sides_from(const arguments& args, const request& asked, std::vector<wick::profile>& after) {
    const std::vector<std::string>* names[2] = {&asked.before, &asked.after};
    std::vector<loaded> sides[2];
    const auto read = [&](std::size_t side) {
        for (const std::string& name : *names[side]) { sides[side].push_back(load(name, asked)); }
    };
    const unsigned cores = std::thread::hardware_concurrency();
    const bool both = asked.threads == 0 ? cores > 1 : asked.threads > 1;
    if (both) {
        std::thread other(read, 1);
        read(0);
        other.join();
    } else {
        read(0);
        read(1);
    }
    std::vector<wick::profile> made[2];
    for (std::size_t side = 0; side < 2; ++side) {
        for (loaded& one : sides[side]) {
            if (!one.problem.empty()) { args.fail(one.problem); }
            for (const std::string& note : one.notes) { args.note(note); }
            if (asked.after.empty() && !one.columns) {
                args.fail("needs BEFORE and AFTER, or one file with two weights on each line");
            }
            if (asked.after.empty()) {
                made[1].push_back(std::move(one.profiles[1]));
                one.profiles.pop_back();
            } else if (one.columns) {
                args.note("two weights on each line; the second one is compared");
                one.profiles.erase(one.profiles.begin());
            }
            for (wick::profile& p : one.profiles) { made[side].push_back(std::move(p)); }
        }
    }
    after = std::move(made[1]);
    return std::move(made[0]);
}

wick::diff_rows_of rows_from(const arguments& args, const std::string& by) {
    if (by == "total" || by == "function") { return wick::diff_rows_of::function_total; }
    if (by == "self") { return wick::diff_rows_of::function_self; }
    if (by == "stack") { return wick::diff_rows_of::stack_total; }
    args.fail("--by needs self, total, function or stack, not \"" + by + "\"");
}

void set_basis(const arguments& args, request& asked) {
    wick::diff_options& options = asked.options;
    const bool operations = asked.ops_before > 0 || asked.ops_after > 0;
    if (asked.basis == "op" || (asked.basis == "share" && operations)) {
        options.basis = wick::diff_basis::operation;
        options.before_exposure = asked.ops_before;
        options.after_exposure = asked.ops_after;
    } else if (asked.basis == "cpu") {
        options.basis = wick::diff_basis::cpu_time;
        options.before_exposure = asked.cpu_before;
        options.after_exposure = asked.cpu_after;
    } else if (asked.basis != "share") {
        args.fail("--basis needs share, cpu or op, not \"" + asked.basis + "\"");
    }
}

// "5%" and "5" are 0.05; less than 0: there is no limit.
double limit_from(const arguments& args, std::string text) {
    if (text.empty()) { return -1; }
    const std::string whole = text;
    if (text.back() == '%') { text.pop_back(); }
    char* end = nullptr;
    const double percent = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(percent >= 0 && percent <= 1e6)) {
        args.fail("--fail-above needs a percentage, such as 5%, not \"" + whole + "\"");
    }
    return percent / 100;
}

// "1s", "250ms" and "1" (a second) in nanoseconds.
std::uint64_t slice_from(const arguments& args, const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const std::string unit = end;
    const double scale = unit.empty() || unit == "s" ? 1e9
                         : unit == "ms"              ? 1e6
                         : unit == "us"              ? 1e3
                         : unit == "min"             ? 60e9
                                                     : 0;
    const double ns = number * scale;
    if (!(ns >= 1 && ns <= 1e18)) {
        args.fail("--slice needs a time, such as 1s or 250ms, not \"" + text + "\"");
    }
    return static_cast<std::uint64_t>(ns);
}

// Writes to the output what stands in it, and the table to the terminal unless that is the output.
void write(const arguments& args, const request& asked, const wick::comparison& c) {
    const wick::diff_rows_of rows = rows_from(args, asked.by);
    const bool text = asked.folded || asked.json;
    if (text || !asked.output.empty()) {
        output_file file(asked.output.empty() ? "-" : asked.output);
        if (asked.folded) {
            wick::write_diff_folded(file, c);
        } else if (asked.json) {
            wick::write_diff_json(file, c);
        } else {
            wick::write_flamegraph(file, c);
        }
        if (!file.close().empty()) { args.fail(file.close()); }
        if (asked.output.empty() || asked.output == "-") { return; }
    }
    wick::diff_table_options table;
    table.rows = rows;
    table.most = static_cast<std::size_t>(asked.rows);
    table.all = asked.all;
    table.name_width = static_cast<std::size_t>(asked.name_width);
    output_file terminal("-");
    wick::write_diff_table(terminal, c, table);
    if (!terminal.close().empty()) { args.fail(terminal.close()); }
}

// Exit status 1 is for a regression that is significant and above the limit, and nothing else.
int gate(const arguments& args, const wick::comparison& c, double limit) {
    if (limit < 0) { return 0; }
    if (!(c.method.alpha > 0)) { args.fail("nothing could be tested: a side is empty"); }
    const wick::diff_entry worst = wick::worst_regression(c);
    if (!(worst.change > limit)) { return 0; }
    char change[32];
    std::snprintf(change, sizeof change, "%.2f %%", 100 * worst.change);
    args.note(wick::row_name(c, wick::diff_rows_of::function_total, worst) + " regressed by " +
              change + " of all weight");
    return 1;
}

} // namespace

int main(int argc, char** argv) {
    keep_memory(); // a seventh of the time
    request asked;
    arguments args(
        "wick-diff",
        "BEFORE AFTER",
        "Compares profiles of any format that wick reads: what changed, by how much, and "
        "whether\nchance could have done it. Several runs or slices a side tell what "
        "chance can do.\nExit status: 0; 1 for a regression above --fail-above; 2 for "
        "an error.");
    args.list("before", 0, "FILE...", "profiles of the first side", asked.before);
    args.list("after", 0, "FILE...", "profiles of the second side", asked.after);
    args.text("output", 'o', "FILE", "draw a flame graph into FILE (- is stdout)", asked.output);
    args.flag("folded", 0, "write stacks with both weights instead", asked.folded);
    args.flag("json", 0, "write JSON instead", asked.json);
    args.text("by", 0, "ROWS", "table of functions by total or self, or by stack", asked.by);
    args.flag("all", 'a', "show rows that are not significant too", asked.all);
    args.number("rows", 'n', "N", "rows of the table", asked.rows, 1, 1000000);
    args.number("name-width", 0, "N", "bytes of names; 0: all", asked.name_width, 0, 1000000);
    args.text("slice",
              0,
              "TIME",
              "cut each side into slices, such as 1s, by its samples' times",
              asked.slice);
    args.text("basis", 0, "BASIS", "share, cpu (second of CPU time) or op", asked.basis);
    args.number("ops-before", 0, "N", "operations done before", asked.ops_before, 0, 1e18);
    args.number("ops-after", 0, "N", "operations done after", asked.ops_after, 0, 1e18);
    args.number("cpu-before", 0, "S", "seconds of CPU time before", asked.cpu_before, 0, 1e18);
    args.number("cpu-after", 0, "S", "seconds of CPU time after", asked.cpu_after, 0, 1e18);
    args.flag("normalize", 0, "numbers and addresses in names do not count", asked.normalize);
    args.text("fail-above", 0, "PERCENT", "exit with 1 for a regression by more", asked.fail_above);
    args.number("alpha", 0, "P", "false discoveries to accept", asked.options.alpha, 1e-9, 0.5);
    args.number("margin", 0, "PART", "changes that do not matter", asked.options.margin, 0, 1);
    args.text("event", 0, "NAME", "compare this event of inputs with several", asked.event);
    args.text("format", 0, "NAME", "format of the inputs (told by content)", asked.format);
    args.number("threads", 0, "N", "threads that read; 0: as there are cores", asked.threads, 0, 2);
    std::vector<std::string> words = spread_lists(argc, argv);
    std::vector<char*> pointers;
    for (std::string& word : words) { pointers.push_back(&word[0]); }
    const std::vector<std::string> files =
        args.parse(static_cast<int>(pointers.size()), pointers.data());
    if (!files.empty() && (!asked.before.empty() || !asked.after.empty())) {
        args.fail("takes BEFORE and AFTER, or --before and --after, not both");
    }
    if (files.size() > 2) { args.fail("takes two files; for more of each, --before and --after"); }
    if (!files.empty()) { asked.before = {files[0]}; }
    if (files.size() == 2) { asked.after = {files[1]}; }
    if (asked.before.empty() || (files.empty() && asked.after.empty())) {
        args.fail("needs BEFORE and AFTER (see --help)");
    }
    if (asked.folded && asked.json) { args.fail("takes --folded or --json, not both"); }
    if (!asked.slice.empty()) { asked.slice_ns = slice_from(args, asked.slice); }
    if (asked.slice_ns != 0 && (asked.before.size() > 1 || asked.after.size() > 1)) {
        args.fail("takes one file a side with --slice: several runs tell more than slices of them");
    }
    (void)rows_from(args, asked.by);
    set_basis(args, asked);
    const double limit = limit_from(args, asked.fail_above);

    std::vector<wick::profile> after;
    std::vector<wick::profile> before = sides_from(args, asked, after);
    const wick::result<wick::comparison> made =
        wick::diff(std::move(before), std::move(after), asked.options);
    if (!made) { args.fail(made.error.message()); }
    const wick::comparison& c = made.value;
    if (!(c.method.alpha > 0)) { args.note("a side has no samples: nothing was tested"); }
    write(args, asked, c);
    return gate(args, c, limit);
}
