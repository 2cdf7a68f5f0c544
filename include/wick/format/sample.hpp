// wick/format/sample.hpp - the call graph that macOS' sample prints.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_SAMPLE_HPP
#define WICK_FORMAT_SAMPLE_HPP

#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // rows into a builder
#include <wick/detail/symbol_text.hpp>   // beginnings and ends of texts
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read what macOS' `sample` prints.
struct sample_options {
    bool modules = true;       ///< names have their library: "libdyld.dylib`start"
    bool tid = false;          ///< threads keep their number, "Thread_123"
    bool drop_waiting = false; ///< samples whose leaf waits in the kernel are left out and counted
};

/// What the output of `sample` holds.
struct sample_text {
    profile samples;           ///< unit "samples"
    wick::skipped skipped;     ///< lines of the call graph that were not understood
    std::uint64_t waiting = 0; ///< samples that were left out because they waited
};

namespace detail {

class sample_reader {
public:
    explicit sample_reader(const sample_options& options)
        : options_(options)
        , rows_(stacks_) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }
    sample_reader(const sample_reader&) = delete; // rows_ refers to stacks_
    sample_reader& operator=(const sample_reader&) = delete;

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (starts_with(line, "Call graph:")) {
            rows_.finish();
            in_graph_ = true;
            seen_ = true;
            return;
        }
        anything_ = anything_ || !line.empty();
        if (!in_graph_ || line.empty()) { return; }
        if (starts_with(line, "Total number in stack") || starts_with(line, "Sort by top of ") ||
            starts_with(line, "Binary Images:")) {
            in_graph_ = false;
            return;
        }
        row(line, number);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<sample_text> finish() {
        rows_.finish();
        if (!seen_ && anything_) { skip("there is no line \"Call graph:\"", 0); }
        return {sample_text{stacks_.builder.finish(), std::move(stacks_.skipped), rows_.dropped()},
                std::move(stacks_.problem)};
    }

private:
    sample_options options_;
    stack_samples stacks_;
    weighed_rows rows_;
    std::string text_;
    bool in_graph_ = false;
    bool seen_ = false;
    bool anything_ = false;

    // "    + !   500 g  (in foo) + 10,20  [0x…]": the place of the number is the depth.
    void row(std::string_view line, std::uint64_t number) {
        std::size_t at = 0;
        while (at < line.size() && (is_blank(line[at]) || line[at] == '+' || line[at] == '!' ||
                                    line[at] == ':' || line[at] == '|')) {
            ++at;
        }
        const std::size_t digits = count_digits(line.substr(at));
        std::int64_t total = 0;
        const std::string_view name = trimmed(line.substr(at + digits));
        if (!parse_whole(line.substr(at, digits), total) || name.empty() ||
            !is_blank(line[at + digits])) {
            skip("expected a row of the call graph: \"count function  (in library)\"", number);
            return;
        }
        if (starts_with(name, "Thread_") && !contains(name, "(in ")) {
            thread_row(at, name, total, number);
        } else {
            frame_row(at, name, total, number);
        }
    }

    // "Thread_123   DispatchQueue_1: com.apple.main-thread  (serial)", "Thread_124: name"
    void
    thread_row(std::size_t at, std::string_view name, std::int64_t total, std::uint64_t number) {
        const std::string_view all = name;
        name.remove_prefix(7);
        name.remove_prefix(count_digits(name));
        if (starts_with(name, ":")) { name.remove_prefix(1); }
        name = trimmed(name);
        if (options_.tid) {
            name = all;
        } else if (name.empty()) {
            name = "Thread";
        }
        rows_.row(at, stacks_.intern(name, frame_kind::thread), total, number);
    }

    void
    frame_row(std::size_t at, std::string_view name, std::int64_t total, std::uint64_t number) {
        std::string_view library;
        const std::size_t in = name.rfind("  (in ");
        if (in != std::string_view::npos) {
            library = name.substr(in + 6);
            library = library.substr(0, library.find(')'));
        }
        name = trimmed(name.substr(0, in != std::string_view::npos ? in : name.find("  [0x")));
        const bool waits = options_.drop_waiting && is_wait(name);
        if (name.empty() || name == "???") {
            text_ = unknown_frame(library);
        } else {
            text_.clear();
            if (options_.modules && !library.empty()) {
                text_ += library;
                text_ += '`';
            }
            text_ += comparable_name(name, false);
        }
        rows_.row(at, stacks_.intern(text_, frame_kind::function), total, number, waits);
    }

    [[nodiscard]] static bool is_wait(std::string_view name) noexcept {
        for (const std::string_view call : {std::string_view("__psynch_cvwait"),
                                            std::string_view("__psynch_mutexwait"),
                                            std::string_view("__select"),
                                            std::string_view("__semwait_signal"),
                                            std::string_view("__ulock_wait"),
                                            std::string_view("__ulock_wait2"),
                                            std::string_view("__wait4"),
                                            std::string_view("__workq_kernreturn"),
                                            std::string_view("__accept"),
                                            std::string_view("__recvfrom"),
                                            std::string_view("kevent"),
                                            std::string_view("kevent64"),
                                            std::string_view("kevent_qos"),
                                            std::string_view("mach_msg_trap"),
                                            std::string_view("mach_msg2_trap"),
                                            std::string_view("poll"),
                                            std::string_view("__poll"),
                                            std::string_view("read"),
                                            std::string_view("semaphore_wait_trap"),
                                            std::string_view("swtch_pri")}) {
            if (name == call) { return true; }
        }
        return false;
    }
};

/// Returns whether the head of an input is a report of `sample`: its title or its call graph.
[[nodiscard]] inline bool looks_like_sample(std::string_view head) {
    bool graph = false;
    return any_line(head, [&](std::string_view line) {
        if (starts_with(line, "Analysis of sampling ") || (graph && indent_of(line) == 4)) {
            return true;
        }
        graph = starts_with(line, "Call graph:");
        return false;
    });
}

} // namespace detail

/// Reads the reports of macOS' `sample`, also as Activity Monitor and spindump save them: the tree
/// below "Call graph:"; several reports add up. Returns one profile; a row's own weight is its
/// count less its children's, so that functions that call and also run themselves lose nothing.
/// Threads are the roots, by name. Names have their library, "lib`f", and no arguments; "???" is
/// "[lib]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Lines of the tree that are not understood are
/// skipped and
///          counted, the first with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  `man sample`, and what macOS 10.12 to 14 print.
template <class Source>
[[nodiscard]] result<sample_text> read_sample(Source&& source, const sample_options& options = {}) {
    detail::sample_reader reader(options);
    return detail::read_lines<detail::sample_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<sample_text> parse_sample(std::string_view text,
                                                      const sample_options& options = {}) {
    return read_sample(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
