// wick-pstats: the browser of Python's pstats, for everything that wick reads.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
//     g++ -std=c++17 -O2 -Iinclude examples/pstats.cpp -o wick-pstats
//     wick-pstats request.prof
//     wick-pstats -c "sort time" -c "stats 10" -c "callers socket" request.prof
//
// Commands, prompts and messages are those of `python -m pstats`, byte for byte; without, focus,
// top and save are new.
#include "arguments.hpp"

#include <wick/call_graph.hpp>
#include <wick/format/any.hpp>
#include <wick/format/prof.hpp>
#include <wick/profile.hpp>
#include <wick/pstats.hpp>
#include <wick/query.hpp>

#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace {

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}
void print_line(const std::string& text) {
    print(text + "\n");
}
const auto to_stdout = [](std::string_view text) { print(text); };

std::vector<std::string> split(std::string_view line) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < line.size();) {
        while (at < line.size() && std::isspace(static_cast<unsigned char>(line[at]))) { ++at; }
        const std::size_t begin = at;
        while (at < line.size() && !std::isspace(static_cast<unsigned char>(line[at]))) { ++at; }
        if (at > begin) { words.emplace_back(line.substr(begin, at - begin)); }
    }
    return words;
}

std::string strip(std::string_view line) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front()))) {
        line.remove_prefix(1);
    }
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) {
        line.remove_suffix(1);
    }
    return std::string(line);
}

// ---- numbers as Python's int() and float() take them.

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Moves behind digits, between which single underscores may stand.
bool skip_digits(const std::string& text, std::size_t& at) {
    const std::size_t begin = at;
    while (at < text.size() && (is_digit(text[at]) || text[at] == '_')) {
        const bool between =
            at > begin && is_digit(text[at - 1]) && at + 1 < text.size() && is_digit(text[at + 1]);
        if (text[at] == '_' && !between) { return false; }
        ++at;
    }
    return at > begin;
}

std::string without_underscores(const std::string& text) {
    std::string plain;
    for (const char c : text) {
        if (c != '_') { plain += c; }
    }
    return plain;
}

std::optional<std::int64_t> python_int(const std::string& text) {
    std::size_t at = text[0] == '-' || text[0] == '+' ? 1 : 0;
    if (!skip_digits(text, at) || at != text.size()) { return {}; }
    errno = 0; // too large a number is the largest: it cuts nothing either
    return std::strtoll(without_underscores(text).c_str(), nullptr, 10);
}

std::optional<double> python_float(const std::string& text) {
    std::size_t at = text[0] == '-' || text[0] == '+' ? 1 : 0;
    std::string word;
    for (const char c : text.substr(at)) {
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    if (word == "inf" || word == "infinity" || word == "nan") {
        return std::strtod(text.c_str(), nullptr);
    }
    bool digits = skip_digits(text, at);
    if (at < text.size() && text[at] == '.') {
        ++at;
        const std::size_t fraction = at;
        digits = skip_digits(text, at) || (digits && at == fraction);
    }
    if (!digits) { return {}; }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) { ++at; }
        if (!skip_digits(text, at)) { return {}; }
    }
    if (at != text.size()) { return {}; }
    return std::strtod(without_underscores(text).c_str(), nullptr);
}

// ---- what is loaded.

struct loaded {
    wick::call_graph graph;
    std::optional<wick::profile> stacks; // what a graph does not have
};

struct load_problem {
    int number = 0; // errno; 0: the file was read, and is not good
    std::string text;
};

std::string source_line(const std::string& name) {
    struct stat status {};
    if (::stat(name.c_str(), &status) != 0) { return name; }
    char text[64];
    std::tm when{};
    ::localtime_r(&status.st_mtime, &when);
    std::strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &when);
    return std::string(text) + "    " + name;
}

std::string quoted(const std::string& text) {
    std::string out;
    wick::detail::append_repr(out, text);
    return out;
}

bool load(const arguments& args, const std::string& name, loaded& to, load_problem& problem) {
    errno = 0;
    input_file file(name);
    problem.number = file.problem().empty() ? 0 : errno;
    wick::result<wick::any_input> read = wick::read_any(file);
    if (!file.problem().empty()) {
        if (problem.number == 0) { problem.number = errno; }
        problem.text = std::strerror(problem.number);
        return false;
    }
    if (!read) {
        problem.text = "ValueError: " + name + ": " + read.error.message();
        return false;
    }
    wick::any_input& input = read.value;
    for (const wick::any_note& note : input.notes) { args.note(name + ": " + note.message()); }
    if (input.skipped.records != 0) {
        args.note(name + ": skipped " + std::to_string(input.skipped.records) +
                  " records, the first: " + input.skipped.first.message());
    }
    if (input.profiles.size() > 1) {
        args.note(name + ": " + std::to_string(input.profiles.size()) +
                  " profiles; shown is the first, " + input.profiles[0].name);
    }
    if (input.graph) {
        to.graph = std::move(*input.graph);
    } else if (!input.profiles.empty()) {
        to.stacks = std::move(input.profiles[0].samples);
        to.graph = wick::to_call_graph(*to.stacks);
    }
    if (to.graph.functions.empty()) {
        problem.text = "TypeError: Cannot create or construct a <class '__main__.Stats'> object "
                       "from " +
                       quoted(source_line(name));
        return false;
    }
    to.graph.sources = {source_line(name)};
    return true;
}

// ---- the browser.

class browser {
public:
    explicit browser(const arguments& args)
        : args_(&args) {}

    [[nodiscard]] bool is_loaded() const { return stats_.has_value(); }

    void open(const std::vector<std::string>& files) {
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (i == 0) {
                read(files[i]);
            } else {
                add(files[i]);
            }
        }
    }

    void loop() {
        print("Welcome to the profile statistics browser.\n");
        std::string line;
        do {
            print(prompt_);
            std::fflush(stdout);
        } while (!command(next_line(line) ? line : "EOF"));
        print("Goodbye.\n");
    }

    // Returns whether it was the last one.
    bool command(const std::string& typed) {
        std::string line = strip(typed);
        if (line.empty()) {
            if (last_.empty()) { return false; }
            line = last_;
        }
        if (line[0] == '?') { line = strip("help " + line.substr(1)); }
        std::size_t end = 0;
        while (end < line.size() &&
               (std::isalnum(static_cast<unsigned char>(line[end])) || line[end] == '_')) {
            ++end;
        }
        if (line[0] != '!') { last_ = line == "EOF" ? "" : line; }
        return run(line.substr(0, end), strip(line.substr(end)), line);
    }

private:
    const arguments* args_;
    std::optional<wick::pstats> stats_;
    std::optional<wick::profile> stacks_;
    std::string prompt_ = "% ";
    std::string last_;

    static bool next_line(std::string& line) {
        line.clear();
        int c = 0;
        while ((c = std::getchar()) != EOF && c != '\n') { line += static_cast<char>(c); }
        return c != EOF || !line.empty();
    }

    bool run(const std::string& name, const std::string& rest, const std::string& line) {
        if (name == "quit") { return true; }
        if (name == "EOF") {
            print("\n");
            return true;
        }
        if (name == "help") {
            help(rest);
        } else if (name == "read") {
            read(rest);
        } else if (name == "add") {
            add(rest);
        } else if (name == "sort") {
            sort(rest);
        } else if (name == "reverse" || name == "strip") {
            if (!check_loaded()) { return false; }
            name == "strip" ? stats_->strip_dirs() : stats_->reverse();
        } else if (name == "stats" || name == "callers" || name == "callees") {
            show(name, rest);
        } else if (name == "without" || name == "focus") {
            reduce(name == "focus", rest);
        } else if (name == "top") {
            top(rest);
        } else if (name == "save") {
            save(rest);
        } else {
            print_line("*** Unknown syntax: " + line);
        }
        return false;
    }

    bool check_loaded() const {
        if (!stats_) { print("No statistics object is loaded.\n"); }
        return stats_.has_value();
    }

    void read(std::string name) {
        if (name.empty()) {
            if (prompt_.size() <= 2) {
                print("No statistics object is current -- cannot reload.\n");
                return;
            }
            name = prompt_.substr(0, prompt_.size() - 2);
        }
        loaded file;
        load_problem problem;
        if (!load(*args_, name, file, problem)) {
            print_line(problem.text);
            return;
        }
        stats_.emplace(std::move(file.graph));
        stacks_ = std::move(file.stacks);
        prompt_ = name + "% ";
    }

    void add(const std::string& name) {
        if (!check_loaded()) { return; }
        loaded file;
        load_problem problem;
        if (!load(*args_, name, file, problem)) {
            if (problem.number != 0) {
                problem.text = "Failed to load statistics for " + name + ": [Errno " +
                               std::to_string(problem.number) + "] " + problem.text + ": " +
                               quoted(name);
            }
            print_line(problem.text);
            return;
        }
        const wick::error error = stats_->add(file.graph);
        if (error) {
            print_line("TypeError: " + error.message());
            return;
        }
        if (!stacks_ || !file.stacks) {
            stacks_.reset();
            return;
        }
        wick::result<wick::profile> sum = wick::merge({*stacks_, *file.stacks});
        stacks_ = sum ? std::optional<wick::profile>(std::move(sum.value)) : std::nullopt;
    }

    void sort(const std::string& line) {
        if (!check_loaded()) { return; }
        const std::vector<std::string> words = split(line);
        const std::vector<std::string_view> keys(words.begin(), words.end());
        if (!keys.empty() && !stats_->sort(keys)) { return; }
        print("Valid sort keys (unique prefixes are accepted):\n");
        for (const wick::sort_key_name& key : wick::sort_key_names) {
            print_line(std::string(key.name) + " -- " + key.description);
        }
    }

    static std::vector<wick::restriction> restrictions(const std::vector<std::string>& words) {
        std::vector<wick::restriction> all;
        for (const std::string& word : words) {
            if (const auto count = python_int(word)) {
                all.emplace_back(*count);
            } else if (const auto share = python_float(word)) {
                if (*share > 1 || *share < 0) {
                    print("Fraction argument must be in [0, 1]\n");
                } else {
                    all.emplace_back(*share);
                }
            } else {
                all.emplace_back(word);
            }
        }
        return all;
    }

    void show(const std::string& what, const std::string& line) const {
        const std::vector<wick::restriction> cuts = restrictions(split(line));
        if (!check_loaded()) { return; }
        if (what == "stats") { stats_->print_stats(to_stdout, cuts); }
        if (what == "callers") { stats_->print_callers(to_stdout, cuts); }
        if (what == "callees") { stats_->print_callees(to_stdout, cuts); }
    }

    // Leaves the stacks with, or without, a match; of a graph, what it can say of those.
    void reduce(bool focus, const std::string& regex) {
        if (!check_loaded()) { return; }
        const auto matches = wick::compile_pattern(regex, {true, false});
        if (regex.empty() || !matches) {
            print_line(regex.empty() ? "A regular expression is needed."
                                     : "Not a regular expression: " + matches.error.message());
            return;
        }
        wick::call_graph rest;
        char text[200];
        if (stacks_) {
            const double share = wick::matched(*stacks_, matches.value).share();
            std::snprintf(
                text, sizeof text, "%.1f%% of the weight has a match in its stack.\n", share * 100);
            stacks_ = focus ? wick::focus(*stacks_, matches.value)
                            : wick::without(*stacks_, matches.value);
            rest = wick::to_call_graph(*stacks_);
        } else {
            std::vector<std::uint8_t> keep =
                focus ? stats_->around(matches.value) : stats_->reaches(matches.value);
            for (std::uint8_t& k : keep) { k = (k != 0) == focus ? 1 : 0; }
            rest = wick::subgraph(stats_->graph(), keep);
            std::snprintf(text,
                          sizeof text,
                          "Approximate, as a call graph has no stacks: %zu of %zu functions %s it; "
                          "their times are what they were.\n",
                          rest.functions.size(),
                          stats_->graph().functions.size(),
                          focus ? "reach it or are reached from" : "do not reach");
        }
        rest.sources = stats_->graph().sources;
        rest.sources.push_back((focus ? "focus " : "without ") + regex);
        stats_.emplace(std::move(rest));
        print(text);
    }

    void top(const std::string& line) const {
        if (!check_loaded()) { return; }
        std::vector<wick::restriction> cuts;
        wick::sort_key key = wick::sort_key::time;
        for (const std::string& word : split(line)) {
            const auto named = wick::parse_sort_key(word);
            if (named) {
                key = named.value;
            } else {
                for (wick::restriction& r : restrictions({word})) { cuts.push_back(std::move(r)); }
            }
        }
        if (cuts.empty()) { cuts.emplace_back(20); }
        wick::pstats sorted = *stats_;
        sorted.sort({key});
        sorted.print_table(to_stdout, cuts);
    }

    void save(const std::string& name) const {
        if (!check_loaded()) { return; }
        output_file file(name);
        wick::write_prof(file, stats_->graph());
        const std::string problem = file.close();
        if (!problem.empty()) { print_line(problem); }
    }

    void help(const std::string& topic) const {
        if (topic.empty()) {
            print("\nDocumented commands (type help <topic>):\n"
                  "========================================\n"
                  "EOF  add  callees  callers  help  quit  read  reverse  sort  stats  strip\n\n");
            // Not into pipes, whose readers may compare.
            if (::isatty(STDOUT_FILENO) != 0) {
                print("Not in Python's browser:\nfocus  save  top  without\n\n");
            }
            return;
        }
        constexpr const char* generic =
            "Arguments may be:\n"
            "* An integer maximum number of entries to print.\n"
            "* A decimal fractional number between 0 and 1, controlling\n"
            "  what fraction of selected entries to print.\n"
            "* A regular expression; only entries with function names\n"
            "  that match it are printed.\n";
        struct entry {
            const char* name;
            const char* text;
            bool restricted;
        };
        static const entry topics[] = {
            {"EOF", "Leave the profile browser.", false},
            {"add", "Add profile info from given file to current statistics object.", false},
            {"callees", "Print callees statistics from the current stat object.", true},
            {"callers", "Print callers statistics from the current stat object.", true},
            {"focus", "Keep the stacks with a frame that matches a regular expression.", false},
            {"help", "Show help for a given command.", false},
            {"quit", "Leave the profile browser.", false},
            {"read",
             "Read in profile data from a specified file.\n"
             "Without argument, reload the current file.",
             false},
            {"reverse", "Reverse the sort order of the profiling report.", false},
            {"save", "Write the current statistics to a .prof file.", false},
            {"sort",
             "Sort profile data according to specified keys.\n"
             "(Typing `sort' without arguments lists valid keys.)",
             false},
            {"stats", "Print statistics from the current stat object.", true},
            {"strip", "Strip leading path information from filenames in the report.", false},
            {"top",
             "Print the first functions with units and shares; a sort key may be given.",
             true},
            {"without",
             "Keep the stacks without a frame that matches a regular expression.",
             false},
        };
        for (const entry& e : topics) {
            if (topic != e.name) { continue; }
            print_line(e.text);
            if (e.restricted) { print(generic); }
            return;
        }
        print_line("*** No help on " + topic);
    }
};

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> commands;
    arguments args("wick-pstats",
                   "[FILE...]",
                   "Browses call graphs and profiles as `python -m pstats` does. The first file is "
                   "read, the others are added.\n"
                   "Commands come from standard input, or from --command; \"help\" lists them. "
                   "Beyond Python's: without, focus, top, save.");
    args.list("command", 'c', "COMMAND", "run a command and leave; may be given again", commands);
    const std::vector<std::string> files = args.parse(argc, argv);
    browser b(args);
    b.open(files);
    if (commands.empty()) {
        b.loop();
    } else {
        if (!files.empty() && !b.is_loaded()) { return 2; }
        for (const std::string& command : commands) {
            if (b.command(command)) { break; }
        }
    }
    return std::fflush(stdout) == 0 ? 0 : 2;
}
