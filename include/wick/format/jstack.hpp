// wick/format/jstack.hpp - Java thread dumps, a sample for each thread that runs.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_JSTACK_HPP
#define WICK_FORMAT_JSTACK_HPP

#include <wick/detail/java_frames.hpp>   // threads that wait
#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_text.hpp>   // names without arguments
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of lines
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move

WICK_BEGIN_NAMESPACE

/// How to read Java thread dumps.
struct jstack_options {
    bool all_states = false; ///< threads that wait are samples too, not only those that run
    bool threads = true;     ///< the root is the thread's name without "-7" at its end
    bool tid = false;        ///< that number is kept
};

/// What Java thread dumps hold.
struct jstack_text {
    profile samples;           ///< unit "samples": each stack is one
    wick::skipped skipped;     ///< lines that were not understood
    std::uint64_t waiting = 0; ///< threads that were left out because they did not run
};

namespace detail {

class jstack_reader {
public:
    explicit jstack_reader(const jstack_options& options)
        : options_(options) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) {
            end_thread();
            return;
        }
        if (starts_with(line, "Full thread dump")) { in_report_ = false; }
        if (starts_with(line, "Found ") && contains(line, "deadlock")) { in_report_ = true; }
        if (in_report_) { return; } // it shows stacks again that were there before
        const bool indented = is_blank(line[0]);
        if (!indented && line[0] == '"') {
            end_thread();
            begin_thread(line, number);
            return;
        }
        const std::string_view text = trimmed(line);
        if (indented && open_) {
            thread_line(text, number);
        } else if (!is_message(text)) {
            skip("expected a thread: a name in quotes", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<jstack_text> finish() {
        end_thread();
        return {jstack_text{stacks_.builder.finish(), std::move(stacks_.skipped), waiting_},
                std::move(stacks_.problem)};
    }

private:
    jstack_options options_;
    stack_samples stacks_;
    std::string state_;
    std::uint64_t waiting_ = 0;
    bool open_ = false;
    bool in_report_ = false; // of a deadlock
    std::uint64_t thread_line_ = 0;

    [[nodiscard]] static bool is_message(std::string_view line) noexcept {
        return is_digit(line[0]) || line[0] == '}' || starts_with(line, "Full thread dump") ||
               starts_with(line, "Threads class SMR") || starts_with(line, "_java_thread_list") ||
               starts_with(line, "_to_delete_list") || starts_with(line, "JNI global ref") ||
               starts_with(line, "Heap") || starts_with(line, "- ") ||
               starts_with(line, "Locked ownable");
    }

    void begin_thread(std::string_view line, std::uint64_t number) {
        open_ = true;
        thread_line_ = number;
        state_.clear();
        const std::size_t end = line.rfind('"');
        std::string_view name = line.substr(1, end == 0 ? line.size() : end - 1);
        if (!options_.tid) { name = without_thread_number(name); }
        if (options_.threads && !name.empty()) { stacks_.push_root(name, frame_kind::thread); }
    }

    void thread_line(std::string_view line, std::uint64_t number) {
        constexpr std::string_view state = "java.lang.Thread.State: ";
        if (starts_with(line, state)) {
            line.remove_prefix(state.size());
            state_ = take_word(line);
        } else if (starts_with(line, "at ")) {
            stacks_.push(java_method(line.substr(3)));
        } else if (!starts_with(line, "- ") && !starts_with(line, "Locked ownable") &&
                   !starts_with(line, "Carrying virtual thread") &&
                   !starts_with(line, "No compile task") && !starts_with(line, "Compiling: ")) {
            skip("expected \"at package.Class.method(File.java:1)\"", number);
        }
    }

    void end_thread() {
        if (!open_) { return; }
        open_ = false;
        if (stacks_.size() == 0) { // a thread of the machine's own: nothing of Java's is on it
            stacks_.clear();
            return;
        }
        if (!options_.all_states && (state_ != "RUNNABLE" || waits_in_native_method(leaf()))) {
            ++waiting_;
            stacks_.clear();
            return;
        }
        stacks_.commit(1, 1, thread_line_);
    }

    [[nodiscard]] std::string_view leaf() const { return stacks_.at(0).function; }
};

/// Returns whether the head of an input is a Java thread dump: its title, or a thread's state.
[[nodiscard]] inline bool looks_like_jstack(std::string_view head) {
    return any_line(head, is_thread_dump_line);
}

} // namespace detail

/// Reads thread dumps of `jstack` and of Java itself (SIGQUIT); several one after the other add up.
/// Returns one profile, in which the stack of each running thread is a sample of weight 1. A thread
/// runs when its state is RUNNABLE and it does not stand in a native method that waits (epoll,
/// accept, a socket's read, a process's end); the others are counted in `waiting`. Threads without
/// frames are the machine's own and no samples. The root is the thread's name without its number.
/// Files and lines are cut.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood are skipped and counted, the first
///          with its number and the reason; the report of a deadlock repeats stacks and is ignored.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the JDK's troubleshooting guide, "Thread dumps", and what OpenJDK 8 to 21 print.
template <class Source>
[[nodiscard]] result<jstack_text> read_jstack(Source&& source, const jstack_options& options = {}) {
    detail::jstack_reader reader(options);
    return detail::read_lines<detail::jstack_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<jstack_text> parse_jstack(std::string_view text,
                                                      const jstack_options& options = {}) {
    return read_jstack(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
