// wick-collapse: stacks of whatever profiler in, folded stacks out.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
//     g++ -std=c++17 -O2 -pthread -Iinclude examples/collapse.cpp -o wick-collapse
//     perf script | wick-collapse --kernel > out.folded
#include "arguments.hpp"

#include <wick/folded.hpp>
#include <wick/format/any.hpp>
#include <wick/profile.hpp>
#include <wick/query.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

// Questions to the stacks, asked in this order. Patterns of one option are alternatives.
struct queries {
    bool normalize = false;
    bool shorten_packages = false, no_packages = false, split_packages = false;
    std::vector<std::string> focus, without, root_at, hide, keep, trim_above, trim_below;
    bool fold_recursion = false;
    std::string matched;
    wick::pattern_options pattern;
};

struct settings {
    wick::any_options reader;
    queries query;
    std::string output = "-";
    int threads = 1;
    bool all_events = false;
    bool stats = false;
    bool strict = false;
};

// What was read so far, told on stderr once the work takes longer than a second.
class progress {
public:
    ~progress() {
        if (shown_) { std::fputs("\r\033[K", stderr); }
    }
    void add(std::size_t bytes) { bytes_ += bytes; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(clock::now() - begin_).count();
    }
    // For one thread.
    void show() {
        if (!terminal_ || seconds() < next_) { return; }
        next_ = seconds() + 0.5;
        shown_ = true;
        const double megabytes = static_cast<double>(bytes()) * 1e-6;
        std::fprintf(stderr, "\r%.0f MB read, %.0f MB/s ", megabytes, megabytes / seconds());
    }

private:
    using clock = std::chrono::steady_clock;
    clock::time_point begin_ = clock::now();
    std::atomic<std::uint64_t> bytes_{0};
    bool terminal_ = ::isatty(STDERR_FILENO) == 1;
    bool shown_ = false;
    double next_ = 1;
};

// ---- one file, in one piece ---------------------------------------------------------------------

wick::any_input read_whole(const arguments& args, const std::string& name, const settings& set,
                           progress& done) {
    input_file file(name);
    const auto source = [&](char* to, std::size_t room) {
        const std::size_t size = file(to, room);
        done.add(size);
        done.show();
        return size;
    };
    wick::result<wick::any_input> read = wick::read_any(source, set.reader);
    if (!file.problem().empty()) { args.fail(file.problem()); }
    if (!read) { args.fail(name + ": " + read.error.message()); }
    return std::move(read.value);
}

// ---- or in pieces, a thread each ----------------------------------------------------------------

// Returns the size of a regular file; 0 for pipes and whatever else cannot be read in pieces.
std::uint64_t size_of(const std::string& name) {
    struct stat status {};
    const bool regular = name != "-" && ::stat(name.c_str(), &status) == 0 && S_ISREG(status.st_mode);
    return regular ? static_cast<std::uint64_t>(status.st_size) : 0;
}

// A range of the bytes of a regular file.
class file_range {
public:
    file_range(const std::string& name, std::uint64_t begin, std::uint64_t end)
        : name_(name), file_(std::fopen(name.c_str(), "rb")), left_(end - begin) {
        if (file_ == nullptr || ::fseeko(file_, static_cast<off_t>(begin), SEEK_SET) != 0) { fail(); }
    }
    file_range(const file_range&) = delete;
    file_range& operator=(const file_range&) = delete;
    ~file_range() {
        if (file_ != nullptr) { std::fclose(file_); }
    }

    std::size_t operator()(char* to, std::size_t room) {
        const std::size_t wanted = (std::min)(left_, room);
        if (wanted == 0) { return 0; }
        const std::size_t size = std::fread(to, 1, wanted, file_);
        left_ -= size;
        if (size < wanted && std::ferror(file_) != 0) { fail(); }
        return size;
    }
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    std::string name_;
    std::FILE* file_;
    std::uint64_t left_;
    std::string problem_;

    void fail() {
        problem_ = name_ + ": " + std::strerror(errno);
        left_ = 0;
    }
};

std::string read_range(const std::string& name, std::uint64_t begin, std::uint64_t end) {
    file_range range(name, begin, end);
    std::string bytes(end - begin, '\0');
    std::size_t size = 0;
    while (size < bytes.size()) {
        const std::size_t got = range(&bytes[size], bytes.size() - size);
        if (got == 0) { break; }
        size += got;
    }
    bytes.resize(size);
    return bytes;
}

// Returns where a sample begins at or behind `from`; the size where none does for long.
std::uint64_t next_sample(const std::string& name, std::uint64_t from, std::uint64_t size) {
    for (std::uint64_t window = 65536; window <= std::uint64_t{1} << 26; window *= 4) {
        const std::uint64_t end = window < size - from ? from + window : size;
        const std::string text = read_range(name, from - 1, end);
        const std::size_t found = wick::next_perf_sample(text, 1);
        if (found < text.size() || end == size) { return from - 1 + found; }
    }
    return size;
}

std::uint64_t count_lines(const std::string& name, std::uint64_t end) {
    file_range range(name, 0, end);
    std::vector<char> buffer(1 << 18);
    std::uint64_t lines = 0;
    while (const std::size_t size = range(buffer.data(), buffer.size())) {
        lines += static_cast<std::uint64_t>(
            std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size), '\n'));
    }
    return lines;
}

bool is_perf_script(const settings& set, const std::string& head) {
    if (set.reader.format.empty()) { return wick::sniff_format(head) == "perf_script"; }
    return (set.reader.format == "perf_script" || set.reader.format == "perf-script") && !head.empty();
}

// Adds profiles to those of the same name, in the order in which the names came first.
class profile_sums {
public:
    void add(wick::any_input& input) {
        for (wick::named_profile& p : input.profiles) {
            auto sum = std::find_if(sums_.begin(), sums_.end(),
                                    [&](const named& s) { return s.name == p.name; });
            if (sum == sums_.end()) { sum = sums_.insert(sum, named{p.name, {}}); }
            sum->parts.push_back(std::move(p.samples));
        }
    }
    std::vector<wick::named_profile> finish(const arguments& args) {
        std::vector<wick::named_profile> all;
        for (named& s : sums_) {
            all.push_back({s.name, {}});
            if (s.parts.size() == 1) {
                all.back().samples = std::move(s.parts[0]);
                continue;
            }
            wick::result<wick::profile> sum = wick::merge(s.parts);
            if (!sum) { args.fail(sum.error.message()); }
            all.back().samples = std::move(sum.value);
            s.parts.clear();
        }
        return all;
    }

private:
    struct named {
        std::string name;
        std::vector<wick::profile> parts;
    };
    std::vector<named> sums_;
};

void add_notes(std::vector<wick::any_note>& sums, const std::vector<wick::any_note>& notes) {
    for (const wick::any_note& n : notes) {
        const auto sum = std::find_if(sums.begin(), sums.end(),
                                      [&](const wick::any_note& s) { return s.what == n.what; });
        if (sum == sums.end()) {
            sums.push_back(n);
        } else {
            sum->count += n.count;
        }
    }
}

void add_names(std::vector<std::string>& all, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (std::find(all.begin(), all.end(), name) == all.end()) { all.push_back(name); }
    }
}

wick::any_input read_parts(const arguments& args, const std::string& name, const settings& set,
                           std::uint64_t size, progress& done) {
    const auto threads = static_cast<std::uint64_t>(set.threads);
    std::vector<std::uint64_t> cuts{0};
    for (std::uint64_t i = 1; i < threads; ++i) {
        const std::uint64_t wanted = (std::max)(cuts.back() + 1, size / threads * i);
        cuts.push_back(wanted >= size ? size : next_sample(name, wanted, size));
    }
    cuts.push_back(size);

    struct part {
        wick::result<wick::any_input> read;
        std::string problem;
    };
    std::vector<part> parts(cuts.size() - 1);
    wick::any_options options = set.reader;
    options.format = "perf_script"; // a part of it may look like anything
    const auto work = [&](std::size_t i) {
        file_range range(name, cuts[i], cuts[i + 1]);
        const auto source = [&](char* to, std::size_t room) {
            const std::size_t got = range(to, room);
            done.add(got);
            if (i == 0) { done.show(); }
            return got;
        };
        parts[i].read = wick::read_any(source, options);
        parts[i].problem = range.problem();
    };
    std::vector<std::thread> workers;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (cuts[i] < cuts[i + 1]) { workers.emplace_back(work, i); }
    }
    work(0);
    for (std::thread& w : workers) { w.join(); }

    wick::any_input all;
    profile_sums sums;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        wick::any_input& read = parts[i].read.value;
        if (!parts[i].problem.empty()) { args.fail(parts[i].problem); }
        if (parts[i].read.error) {
            wick::error& problem = parts[i].read.error;
            if (problem.line != 0) { problem.line += count_lines(name, cuts[i]); }
            args.fail(name + ": " + problem.message());
        }
        if (read.skipped.records != 0 && all.skipped.records == 0) {
            all.skipped.first = read.skipped.first;
            all.skipped.first.line += count_lines(name, cuts[i]);
        }
        all.skipped.records += read.skipped.records;
        add_notes(all.notes, read.notes);
        add_names(all.others, read.others);
        sums.add(read);
        read = {};
    }
    all.format = options.format;
    all.profiles = sums.finish(args);
    return all;
}

wick::any_input read(const arguments& args, const std::string& name, const settings& set,
                     progress& done) {
    if (set.threads > 1) {
        const std::uint64_t size = size_of(name);
        if (size > 0 && is_perf_script(set, read_range(name, 0, (std::min)(size, std::uint64_t{65536})))) {
            return read_parts(args, name, set, size, done);
        }
    }
    return read_whole(args, name, set, done);
}

// ---- accounts -----------------------------------------------------------------------------------

std::string count(std::uint64_t number, const char* one, const char* many) {
    return std::to_string(number) + " " + (number == 1 ? one : many);
}

std::uint64_t observations(const wick::profile& p) {
    std::uint64_t sum = 0;
    for (const wick::profile::node& n : p.nodes) { sum += n.count; }
    return sum;
}

std::string describe(const wick::named_profile& p) {
    std::uint64_t stacks = 0;
    for (const wick::profile::node& n : p.samples.nodes) { stacks += n.count != 0 || n.self != 0 ? 1 : 0; }
    const bool calls = p.samples.counted == wick::counted_as::calls;
    std::string text = p.name.empty() ? "" : p.name + ": ";
    text += count(observations(p.samples), calls ? "call" : "sample", calls ? "calls" : "samples");
    text += ", " + count(stacks, "stack", "stacks");
    return text + ", " + count(p.samples.frames.size() - 1, "frame", "frames");
}

void tell(const arguments& args, const std::string& name, const wick::any_input& input) {
    const wick::skipped& skipped = input.skipped;
    if (skipped.records != 0) {
        std::string first = skipped.first.message();
        if (skipped.first.line == 0) { first = "byte " + std::to_string(skipped.first.offset) + ": " + first; }
        args.note(name + ": skipped " + count(skipped.records, "record", "records") +
                  ", the first at " + first);
    }
    for (const wick::any_note& n : input.notes) { args.note(name + ": " + n.message()); }
}

void show_stats(const arguments& args, const std::vector<wick::named_profile>& profiles,
                const std::string& formats, std::uint64_t skipped, const progress& done) {
    const double megabytes = static_cast<double>(done.bytes()) * 1e-6;
    char text[128];
    std::snprintf(text, sizeof text, "%.1f MB of %s in %.3f s, %.0f MB/s", megabytes, formats.c_str(),
                  done.seconds(), megabytes / (std::max)(done.seconds(), 1e-9));
    args.note(text);
    for (const wick::named_profile& p : profiles) { args.note(describe(p)); }
    args.note(count(skipped, "record", "records") + " skipped");
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) {
        args.note(std::to_string(used.ru_maxrss / 1024) + " MB of memory at most");
    }
}

// ---- what is written ----------------------------------------------------------------------------

// Adds a profile under a frame with its name: weights of different events are never added.
bool add_under_name(wick::profile_builder& all, const wick::named_profile& p) {
    std::vector<std::uint32_t> frames;
    for (const wick::frame& f : p.samples.frames) { frames.push_back(all.intern(f.function, f.kind)); }
    std::vector<std::uint32_t> nodes;
    if (!all.refine(p.samples.decimals)) { return false; }
    std::int64_t factor = 1;
    for (int i = p.samples.decimals; i < all.decimals(); ++i) { factor *= 10; }
    const std::uint32_t name = all.intern(p.name, wick::frame_kind::label);
    for (const wick::profile::node& n : p.samples.nodes) {
        nodes.push_back(nodes.empty() ? all.child(wick::profile_builder::root, name)
                                      : all.child(nodes[n.parent], frames[n.frame]));
        if (n.count == 0 && n.self == 0) { continue; }
        if (n.self > std::numeric_limits<std::int64_t>::max() / factor ||
            !all.add(nodes.back(), n.count, n.self * factor)) {
            return false;
        }
    }
    return true;
}

wick::profile under_names(const arguments& args, const std::vector<wick::named_profile>& profiles) {
    wick::profile_builder all;
    for (const wick::named_profile& p : profiles) {
        if (!add_under_name(all, p)) { args.fail("the weights add up to 2^63 or more"); }
    }
    return all.finish();
}

// `others`: events of the input that were not read.
wick::profile choose(const arguments& args, std::vector<wick::named_profile>& profiles,
                     const std::vector<std::string>& others, bool has_graph, const settings& set) {
    if (set.all_events && !profiles.empty()) { return under_names(args, profiles); }
    if (!set.reader.event.empty()) {
        for (wick::named_profile& p : profiles) {
            const bool modifiers = p.name.substr(0, p.name.rfind(':')) == set.reader.event;
            if (p.name == set.reader.event || modifiers) { return std::move(p.samples); }
        }
        std::string names;
        for (const wick::named_profile& p : profiles) { names += (names.empty() ? "" : ", ") + p.name; }
        for (const std::string& name : others) { names += (names.empty() ? "" : ", ") + name; }
        args.fail("no samples of " + set.reader.event + (names.empty() ? "" : "; there are " + names));
    }
    if (profiles.empty()) {
        args.fail(has_graph ? "a call graph has no stacks: wick-pstats shows it" : "no stacks in the input");
    }
    if (profiles.size() > 1) {
        std::string rest;
        for (std::size_t i = 1; i < profiles.size(); ++i) {
            rest += (i > 1 ? ", " : "") + profiles[i].name + " (" +
                      std::to_string(observations(profiles[i].samples)) + ")";
        }
        args.note("only " + profiles[0].name + " (" + std::to_string(observations(profiles[0].samples)) +
                  ") is written, not " + rest + ": see --event-filter and --all-events");
    }
    return std::move(profiles[0].samples);
}

wick::pattern compile(const arguments& args, const std::string& text, const settings& set) {
    wick::result<wick::pattern> made = wick::compile_pattern(text, set.query.pattern);
    if (!made) { args.fail("the pattern \"" + text + "\": " + made.error.message()); }
    return std::move(made.value);
}

// Compiles all patterns before anything is read: a mistake in one should not cost a minute.
struct compiled_queries {
    wick::any_pattern focus, without, root_at, hide, keep, trim_above, trim_below, matched;

    compiled_queries(const arguments& args, const settings& set) {
        const auto add = [&](wick::any_pattern& to, const std::vector<std::string>& texts) {
            for (const std::string& text : texts) { to.patterns.push_back(compile(args, text, set)); }
        };
        const queries& q = set.query;
        add(focus, q.focus);
        add(without, q.without);
        add(root_at, q.root_at);
        add(hide, q.hide);
        add(keep, q.keep);
        add(trim_above, q.trim_above);
        add(trim_below, q.trim_below);
        if (!q.matched.empty()) { add(matched, {q.matched}); }
    }
};

void ask(wick::profile& p, const queries& asked, const compiled_queries& q) {
    if (asked.normalize) { p = wick::normalize(p); }
    if (!q.focus.patterns.empty()) { p = wick::focus(p, q.focus); }
    if (!q.without.patterns.empty()) { p = wick::without(p, q.without); }
    if (!q.root_at.patterns.empty()) { p = wick::root_at(p, q.root_at); }
    if (!q.hide.patterns.empty()) { p = wick::hide(p, q.hide); }
    if (!q.keep.patterns.empty()) { p = wick::keep(p, q.keep); }
    if (!q.trim_above.patterns.empty()) { p = wick::trim_above(p, q.trim_above); }
    if (!q.trim_below.patterns.empty()) { p = wick::trim_below(p, q.trim_below); }
    if (asked.fold_recursion) { p = wick::fold_recursion(p); }
    if (asked.shorten_packages) { p = wick::with_packages(p, wick::java_packages::shortened); }
    if (asked.no_packages) { p = wick::with_packages(p, wick::java_packages::removed); }
    if (asked.split_packages) { p = wick::with_packages(p, wick::java_packages::split); }
}

} // namespace

int main(int argc, char** argv) {
    settings set;
    wick::any_options& reader = set.reader;
    bool all = false;
    arguments args("wick-collapse", "[FILE...]",
                   "Turns the stacks of profilers (files, or standard input) into folded stacks,\n"
                   "\"main;parse;read 42\". The format of each file is told by its content.");
    args.text("format", 'f', "NAME", "read this format; \"list\": show their names", reader.format);
    args.text("output", 'o', "FILE", "write to FILE", set.output);
    args.flag("pid", 0, "processes with their numbers", reader.pid);
    args.flag("tid", 0, "threads with their numbers", reader.tid);
    args.flag("kernel", 0, "mark the kernel's frames with _[k]", reader.kernel);
    args.flag("jit", 0, "mark frames of just-in-time compilers with _[j]", reader.jit);
    args.flag("all", 0, "--kernel and --jit", all);
    args.flag("addrs", 0, "code without a name keeps its address", reader.addresses);
    args.flag("includeoffset", 0, "names keep their offsets", reader.offsets);
    args.flag("srcline", 0, "names have their lines, where the input has them", reader.srcline);
    args.flag("keep-arguments", 0, "names keep the arguments of C++ functions", reader.keep_arguments);
    args.flag("args", 0, "the arguments of tracepoints are a frame", reader.args);
    args.flag("keep-zero-periods", 0, "samples with a period of 0 weigh 0, not 1",
              reader.keep_zero_periods);
    args.flag("drop-waiting", 0, "leave out threads that wait, where the input tells",
              reader.drop_waiting);
    args.flag("keep-waiting", 0, "keep them in thread dumps of Java; those preempted in perf-sched",
              reader.keep_waiting);
    args.number("wakers", 0, "N", "perf-sched: show N of those who ended a wait", reader.wakers, 0, 64);
    args.flag("wrapped", 0, "keep exceptions of Java that wrap others", reader.wrapped);
    args.flag("user-first", 0, "bpftrace: of two stacks, the first is the user's", reader.user_first);
    args.text("event-filter", 0, "EVENT", "write this event, not the first one", reader.event);
    args.flag("all-events", 0, "write all events, each under a frame with its name", set.all_events);
    queries& query = set.query;
    args.flag("normalize", 0, "take out of names what differs between builds and runs", query.normalize);
    args.list("focus", 0, "PATTERN", "only stacks with a frame that matches", query.focus);
    args.list("without", 0, "PATTERN", "only stacks without one", query.without);
    args.list("root-at", 0, "PATTERN", "only stacks with one, which becomes their root", query.root_at);
    args.list("hide", 0, "PATTERN", "take frames that match out of all stacks", query.hide);
    args.list("keep", 0, "PATTERN", "take all others out", query.keep);
    args.list("trim-above", 0, "PATTERN", "cut stacks above the last frame that matches",
              query.trim_above);
    args.list("skip-after", 0, "PATTERN", "the same", query.trim_above);
    args.list("trim-below", 0, "PATTERN", "cut stacks below the first frame that matches",
              query.trim_below);
    args.flag("fold-recursion", 0, "make runs of the same frame one", query.fold_recursion);
    args.flag("shorten-pkgs", 0, "cut packages of Java to letters: j.u.HashMap.get", query.shorten_packages);
    args.flag("no-pkgs", 0, "cut them off", query.no_packages);
    args.flag("split-pkgs", 0, "make them frames of their own", query.split_packages);
    args.text("matched", 0, "PATTERN", "write only the share of stacks with a frame that matches",
              query.matched);
    args.flag("regex", 0, "patterns are regular expressions", query.pattern.regex);
    args.flag("ignore-case", 0, "patterns match in either case", query.pattern.ignore_case);
    args.number("threads", 'n', "N", "threads that read a file of perf script", set.threads, 1, 256);
    args.flag("stats", 0, "say on stderr what was read, and how fast", set.stats);
    args.flag("strict", 0, "exit with 1 when something was skipped", set.strict);
    std::vector<std::string> files = args.parse(argc, argv);
    if (files.empty()) { files.emplace_back("-"); }
    if (reader.format == "list") {
        for (const wick::known_format& f : wick::known_formats()) { std::printf("%-14s %s\n", f.name, f.what); }
        return 0;
    }
    reader.kernel = reader.kernel || all;
    reader.jit = reader.jit || all;

    const compiled_queries patterns(args, set);

    profile_sums sums;
    std::string formats;
    std::uint64_t skipped = 0;
    std::vector<wick::named_profile> profiles;
    std::vector<std::string> others;
    bool has_graph = false;
    {
        progress done;
        for (const std::string& name : files) {
            wick::any_input input = read(args, name, set, done);
            tell(args, name, input);
            skipped += input.skipped.records;
            add_names(others, input.others);
            has_graph = has_graph || input.graph.has_value();
            if (formats.find(input.format) == std::string::npos) {
                formats += (formats.empty() ? "" : ", ") + input.format;
            }
            sums.add(input);
        }
        profiles = sums.finish(args);
        if (set.stats) { show_stats(args, profiles, formats, skipped, done); }
    }
    wick::profile chosen = choose(args, profiles, others, has_graph, set);
    const bool had_stacks = chosen.nodes.size() > 1;
    ask(chosen, query, patterns);
    if (had_stacks && chosen.nodes.size() == 1 && query.matched.empty()) {
        args.note("no stack is left");
    }

    output_file file(set.output);
    if (query.matched.empty()) {
        wick::write_folded(file, chosen);
    } else {
        char text[64];
        std::snprintf(text, sizeof text, "Matched: %.1f %%\n",
                      100 * wick::matched(chosen, patterns.matched).share());
        file(text);
    }
    if (!file.close().empty()) { args.fail(file.close()); }
    return set.strict && skipped != 0 ? 1 : 0;
}
