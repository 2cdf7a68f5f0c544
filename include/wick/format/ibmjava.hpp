// wick/format/ibmjava.hpp - javacores of IBM Java and OpenJ9, a sample for each thread that runs.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_IBMJAVA_HPP
#define WICK_FORMAT_IBMJAVA_HPP

#include <wick/detail/java_frames.hpp>   // threads that wait
#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_text.hpp>   // starts_with
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

/// How to read javacores.
struct ibmjava_options {
    bool all_states = false; ///< threads that wait are samples too, not only those that run
    bool threads = true;     ///< the root is the thread's name without "-7" at its end
    bool tid = false;        ///< that number is kept, and the native thread's is added: "-0x3158"
};

/// What javacores hold.
struct ibmjava_text {
    profile samples;           ///< unit "samples": each stack is one
    wick::skipped skipped;     ///< lines that were not understood
    std::uint64_t waiting = 0; ///< threads that were left out because they did not run
};

namespace detail {

class ibmjava_reader {
public:
    explicit ibmjava_reader(const ibmjava_options& options)
        : options_(options) {
        stacks_.builder.describe("samples", counted_as::samples, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) { return; }
        std::string_view text = line;
        const std::string_view tag = take_word(text);
        if (is_blank(line[0]) || !is_tag(tag)) {
            skip("expected a javacore's tag, \"3XMTHREADINFO\" or the like", number);
        } else if (tag == "3XMTHREADINFO") {
            end_thread();
            begin_thread(text, number);
        } else if (tag == "4XESTACKTRACE") {
            frame_line(text, number);
        } else if (tag == "3XMTHREADBLOCK") {
            blocked_ = true;
        } else if (tag == "3XMTHREADINFO1") {
            native_line(text);
        } else if (tag[0] == '0' || tag[0] == '1') {
            end_thread(); // another section
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<ibmjava_text> finish() {
        end_thread();
        return {ibmjava_text{stacks_.builder.finish(), std::move(stacks_.skipped), waiting_},
                std::move(stacks_.problem)};
    }

private:
    ibmjava_options options_;
    stack_samples stacks_;
    std::string name_;
    std::string state_;
    std::uint64_t waiting_ = 0;
    bool open_ = false;
    bool blocked_ = false;
    std::uint64_t thread_line_ = 0;

    // "4XESTACKTRACE", "NULL": each line has one, what follows it depends on it.
    [[nodiscard]] static bool is_tag(std::string_view tag) noexcept {
        if (tag == "NULL") { return true; }
        if (tag.size() < 4 || !is_digit(tag[0])) { return false; }
        for (const char c : tag.substr(1)) {
            if (!is_digit(c) && !(c >= 'A' && c <= 'Z')) { return false; }
        }
        return true;
    }

    // ""main" J9VMThread:0x…, omrthread_t:0x…, java/lang/Thread:0x…, state:R, prio=5"
    void begin_thread(std::string_view text, std::uint64_t number) {
        open_ = true;
        blocked_ = false;
        thread_line_ = number;
        const std::size_t end = text.rfind('"');
        const bool quoted = !text.empty() && text[0] == '"' && end > 0;
        std::string_view name = quoted ? text.substr(1, end - 1) : std::string_view();
        if (!options_.tid) { name = without_thread_number(name); }
        name_ = name;
        if (!quoted && !starts_with(text, "Anonymous native thread")) {
            skip("expected a thread: a name in quotes", number);
        }
        if (quoted) { text.remove_prefix(end + 1); }
        constexpr std::string_view state = " state:";
        const std::size_t at = text.find(state);
        if (at != std::string_view::npos) {
            text.remove_prefix(at + state.size());
            state_ = text.substr(0, text.find(','));
        } else {
            state_.clear();
        }
    }

    // "(native thread ID:0x3158, native priority:0x5, …)"
    void native_line(std::string_view text) {
        constexpr std::string_view id = "(native thread ID:";
        if (!options_.tid || !open_ || !starts_with(text, id)) { return; }
        text.remove_prefix(id.size());
        name_ += '-';
        name_ += text.substr(0, hex_size(text));
    }

    // "at java/lang/Thread.run(Thread.java:785(Compiled Code))"
    void frame_line(std::string_view text, std::uint64_t number) {
        const bool frame = open_ && starts_with(text, "at ");
        const std::string_view method = frame ? java_method(text.substr(3)) : std::string_view();
        if (method.empty()) {
            skip("expected \"at package/Class.method(File.java:1)\" of a thread", number);
            return;
        }
        stacks_.push(method);
    }

    void end_thread() {
        if (!open_) { return; }
        open_ = false;
        if (stacks_.size() == 0) { return; } // the machine's own: nothing of Java's is on it
        if (!options_.all_states && waits()) {
            ++waiting_;
            stacks_.clear();
            return;
        }
        if (options_.threads && !name_.empty()) { stacks_.push_root(name_, frame_kind::thread); }
        stacks_.commit(1, 1, thread_line_);
    }

    // Threads that ran are stopped for the dump and may be shown as CW, "condition wait": those
    // that wait by themselves have a line that says on what, or sleep.
    [[nodiscard]] bool waits() const {
        if (state_ == "R" || state_.empty()) { return waits_in_native_method(leaf()); }
        if (state_ == "CW") { return blocked_ || waits_by_itself(leaf()); }
        return true;
    }

    [[nodiscard]] const std::string& leaf() const { return stacks_.at(0).function; }

    [[nodiscard]] static bool waits_by_itself(std::string_view method) noexcept {
        const std::size_t slash = method.rfind('/');
        method = method.substr(slash == std::string_view::npos ? 0 : slash + 1);
        return starts_with(method, "Object.wait") || starts_with(method, "Thread.sleep") ||
               starts_with(method, "Unsafe.park") || starts_with(method, "LockSupport.park") ||
               waits_in_native_method(method);
    }
};

/// Returns whether the head of an input is a javacore: its first section, or a thread's line.
[[nodiscard]] inline bool looks_like_ibmjava(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        if (starts_with(line, "0SECTION ")) { return contains(line, " subcomponent dump routine"); }
        return starts_with(line, "3XMTHREADINFO ") || starts_with(line, "4XESTACKTRACE ");
    });
}

} // namespace detail

/// Reads javacores ("Java dumps") of IBM Java and OpenJ9; several one after the other add up.
/// Returns one profile, in which the Java stack of each running thread is a sample of weight 1. A
/// thread runs when its state is R and it does not stand in a native method that waits (epoll,
/// accept, a socket's read), or CW without anything that it waits for: so threads are shown that
/// were stopped for the dump. The others are counted in `waiting`. Threads without Java frames are
/// the machine's own and no samples; native stacks are not read. The root is the thread's name
/// without its number. Files and lines are cut, packages are parted by '/', as the machine prints
/// them. (stackcollapse-ibmjava.pl takes all threads for running ones, and adds the frames of a
/// thread without a native stack to the next one's.)
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 samples. Lines that are not understood are skipped and counted, the first
///          with its number and the reason.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  OpenJ9's documentation, "Java dump", and IBM's of thread states in javacores.
template <class Source>
[[nodiscard]] result<ibmjava_text> read_ibmjava(Source&& source,
                                                const ibmjava_options& options = {}) {
    detail::ibmjava_reader reader(options);
    return detail::read_lines<detail::ibmjava_reader, std::remove_reference_t<Source>>(reader,
                                                                                       source);
}

/// The same from memory.
[[nodiscard]] inline result<ibmjava_text> parse_ibmjava(std::string_view text,
                                                        const ibmjava_options& options = {}) {
    return read_ibmjava(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
