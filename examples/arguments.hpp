// examples/arguments.hpp - the command lines, input and output files of the example tools.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
// A tool says each option once, with the variable that it sets; that makes the parser and --help:
//
//     std::string output = "-";
//     double hertz = 99;
//     arguments args("wick-tool", "[FILE...]", "Does something to files.");
//     args.text("output", 'o', "FILE", "write to FILE", output);
//     args.number("frequency", 'f', "HZ", "samples a second", hertz, 1, 10000);
//     const std::vector<std::string> files = args.parse(argc, argv);
//
// Options are taken as --name=value, --name value, -o value and -ovalue, before and after files;
// "--" ends them. --help prints the usage and exits with 0; a mistake is told on stderr, and exits
// with 2.
#ifndef WICK_EXAMPLES_ARGUMENTS_HPP
#define WICK_EXAMPLES_ARGUMENTS_HPP

#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#ifdef __GLIBC__
#    include <malloc.h>
#endif

/// For tools that build and free large trees one after the other: freed pages are kept, as giving
/// them back to the system only to ask for new ones takes time.
inline void keep_memory() {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

class arguments {
public:
    /// `operands` is what follows the options in the usage line; `summary` says what the tool does.
    arguments(std::string program, std::string operands, std::string summary)
        : program_(std::move(program))
        , operands_(std::move(operands))
        , summary_(std::move(summary)) {}

    /// An option that sets a text. `letter` is its short form, or 0. A default that is not empty is
    /// shown by --help.
    void text(const char* name, char letter, const char* value, const char* help, std::string& to) {
        add({name, letter, value, help, to, kind::text, &to, 0, 0});
    }
    /// An option that may be given many times.
    void list(const char* name,
              char letter,
              const char* value,
              const char* help,
              std::vector<std::string>& to) {
        add({name, letter, value, help, "", kind::list, &to, 0, 0});
    }
    /// An option that sets a whole number of `least` to `most`.
    void number(const char* name,
                char letter,
                const char* value,
                const char* help,
                int& to,
                int least,
                int most) {
        add({name,
             letter,
             value,
             help,
             std::to_string(to),
             kind::integer,
             &to,
             double(least),
             double(most)});
    }
    /// An option that sets a number of `least` to `most`.
    void number(const char* name,
                char letter,
                const char* value,
                const char* help,
                double& to,
                double least,
                double most) {
        add({name, letter, value, help, shortest(to), kind::real, &to, least, most});
    }
    /// An option without a value, which sets `to` to true.
    void flag(const char* name, char letter, const char* help, bool& to) {
        add({name, letter, "", help, "", kind::flag, &to, 0, 0});
    }

    /// Another name of an option, which --help does not show.
    void other_name(const char* name, const char* known) { other_names_.emplace_back(name, known); }
    /// Notes are not said from now on.
    void silence() { silent_ = true; }

    /// Sets the options' variables and returns the operands. Does not return from --help and
    /// mistakes.
    std::vector<std::string> parse(int argc, char** argv) {
        std::vector<std::string> operands;
        int at = 1;
        while (at < argc) {
            const std::string word = argv[at++];
            if (word == "--") {
                while (at < argc) { operands.emplace_back(argv[at++]); }
            } else if (word.size() < 2 || word[0] != '-') {
                operands.push_back(word); // "-" is standard input
            } else {
                take(word, argc, argv, at);
            }
        }
        return operands;
    }

    /// Says what is wrong on stderr and exits with 2.
    [[noreturn]] void fail(const std::string& problem) const {
        std::fprintf(stderr, "%s: %s\n", program_.c_str(), problem.c_str());
        std::exit(2);
    }
    /// Says something on stderr that does not stop the tool.
    void note(const std::string& text) const {
        if (silent_) { return; }
        std::fprintf(stderr, "%s: %s\n", program_.c_str(), text.c_str());
    }

private:
    enum class kind { text, list, integer, real, flag };
    struct option {
        std::string name;
        char letter;
        std::string value; // what --help calls it
        std::string help;
        std::string fallback; // the default, as --help shows it
        kind type;
        void* to;
        double least, most;
    };
    std::string program_, operands_, summary_;
    std::vector<option> options_;
    std::vector<std::pair<std::string, std::string>> other_names_;
    bool silent_ = false;

    void add(option made) { options_.push_back(std::move(made)); }

    static std::string shortest(double value) {
        char text[32];
        std::snprintf(text, sizeof text, "%g", value);
        return text;
    }

    void take(const std::string& word, int argc, char** argv, int& at) {
        if (word == "--help" || word == "-h") { help(); }
        const bool is_long = word[1] == '-';
        const std::size_t equals = is_long ? word.find('=') : std::string::npos;
        const std::string name =
            is_long ? word.substr(2, equals == std::string::npos ? equals : equals - 2)
                    : word.substr(1, 1);
        const option& found = find(name, is_long, word);
        const std::string shown = (is_long ? "--" : "-") + name;
        const bool attached = is_long ? equals != std::string::npos : word.size() > 2;
        if (found.type == kind::flag) {
            if (attached) { fail(shown + " takes no value"); }
            *static_cast<bool*>(found.to) = true;
            return;
        }
        if (!attached && at == argc) { fail(shown + " needs a value: " + found.value); }
        set(found, shown, !attached ? argv[at++] : word.substr(is_long ? equals + 1 : 2));
    }

    const option& find(std::string name, bool is_long, const std::string& word) const {
        for (const auto& [other, known] : other_names_) {
            if (is_long && name == other) { name = known; }
        }
        for (const option& o : options_) {
            if (is_long ? o.name == name : o.letter != 0 && o.letter == name[0]) { return o; }
        }
        fail("unknown option " + word + " (see --help)");
    }

    void set(const option& o, const std::string& shown, const std::string& value) const {
        switch (o.type) {
        case kind::text:
            *static_cast<std::string*>(o.to) = value;
            break;
        case kind::list:
            static_cast<std::vector<std::string>*>(o.to)->push_back(value);
            break;
        case kind::integer:
            *static_cast<int*>(o.to) = static_cast<int>(checked(o, shown, value));
            break;
        case kind::real:
            *static_cast<double*>(o.to) = checked(o, shown, value);
            break;
        case kind::flag:
            break;
        }
    }

    double checked(const option& o, const std::string& shown, const std::string& value) const {
        char* end = nullptr;
        const double number = std::strtod(value.c_str(), &end);
        const bool whole = !value.empty() && end == value.c_str() + value.size();
        const bool fits = number >= o.least && number <= o.most; // false for NaN
        const bool integral = o.type != kind::integer || number == std::floor(number);
        if (!whole || !fits || !integral) {
            fail(shown + " needs a " + (o.type == kind::integer ? "whole " : "") + "number from " +
                 shortest(o.least) + " to " + shortest(o.most) + ", not \"" + value + "\"");
        }
        return number;
    }

    [[noreturn]] void help() const {
        std::printf("usage: %s [options] %s\n%s\n\n",
                    program_.c_str(),
                    operands_.c_str(),
                    summary_.c_str());
        for (const option& o : options_) {
            std::string left = o.letter != 0 ? std::string("-") + o.letter + ", " : "    ";
            left += "--" + o.name;
            if (!o.value.empty()) { left += "=" + o.value; }
            std::printf("  %-26s %s", left.c_str(), o.help.c_str());
            std::printf(o.fallback.empty() ? "\n" : " (default %s)\n", o.fallback.c_str());
        }
        std::printf("  %-26s %s\n", "-h, --help", "show this text");
        std::exit(0);
    }
};

/// A file to read, or standard input by the name "-". wick's readers pull from it.
class input_file {
public:
    explicit input_file(const std::string& name)
        : name_(name == "-" ? "standard input" : name)
        , file_(name == "-" ? stdin : std::fopen(name.c_str(), "rb")) {
        if (file_ == nullptr) { problem_ = name_ + ": " + std::strerror(errno); }
    }
    input_file(const input_file&) = delete;
    input_file& operator=(const input_file&) = delete;
    ~input_file() {
        if (file_ != nullptr && file_ != stdin) { std::fclose(file_); }
    }

    /// Why the file could not be opened or read to its end; empty: nothing went wrong.
    const std::string& problem() const { return problem_; }

    /// Reads up to `room` bytes; returns 0 at the end.
    std::size_t operator()(char* to, std::size_t room) {
        if (file_ == nullptr) { return 0; }
        const std::size_t n = std::fread(to, 1, room, file_);
        if (n < room && std::ferror(file_)) {
            problem_ = name_ + ": cannot read: " + std::strerror(errno);
        }
        return n;
    }

private:
    std::string name_;
    std::FILE* file_;
    std::string problem_;
};

/// A file to write, or standard output by the name "-". A sink of wick's writers.
class output_file {
public:
    explicit output_file(const std::string& name)
        : name_(name == "-" ? "standard output" : name)
        , file_(name == "-" ? stdout : std::fopen(name.c_str(), "wb")) {
        if (file_ == nullptr) { problem_ = name + ": " + std::strerror(errno); }
    }
    output_file(const output_file&) = delete;
    output_file& operator=(const output_file&) = delete;
    ~output_file() { close(); }

    void operator()(std::string_view text) {
        if (file_ == nullptr || !problem_.empty()) { return; }
        if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) { failed(); }
    }

    /// Writes what is still in memory; returns what went wrong since the file was opened, or "".
    const std::string& close() {
        if (file_ != nullptr) {
            const int status = file_ == stdout ? std::fflush(file_) : std::fclose(file_);
            if (status != 0 && problem_.empty()) { failed(); }
        }
        file_ = nullptr;
        return problem_;
    }

private:
    std::string name_;
    std::FILE* file_;
    std::string problem_;

    void failed() { problem_ = "cannot write " + name_ + ": " + std::strerror(errno); }
};

#endif
