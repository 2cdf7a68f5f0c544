// wick/format/java_exceptions.hpp - the stacks of Java's exceptions, as they stand in logs.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_JAVA_EXCEPTIONS_HPP
#define WICK_FORMAT_JAVA_EXCEPTIONS_HPP

#include <wick/detail/java_frames.hpp>   // methods
#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_text.hpp>   // starts_with
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // numbers of lines
#include <string>      // lines that are put together
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // the traces of one exception

WICK_BEGIN_NAMESPACE

/// How to read exceptions in logs.
struct java_exceptions_options {
    bool wrapped = false; ///< exceptions that wrap a cause, or are suppressed, are samples too
};

/// What logs hold of exceptions.
struct java_exceptions_text {
    profile samples;             ///< unit "exceptions": each is one
    wick::skipped skipped;       ///< lines that look like parts of a trace and are none
    std::uint64_t wrapped = 0;   ///< exceptions that were left out: a cause of theirs is a sample
    std::uint64_t truncated = 0; ///< stacks without their root's side
};

namespace detail {

/// One exception of a chain: what it has to the one before it, its own frames, and how many it says
/// that it shares with the one that encloses it.
struct java_trace {
    enum relation_type { first, caused, wrapper, suppressed };
    relation_type relation = first;
    std::size_t indent = 0;
    std::size_t begin = 0; // of its frames
    std::size_t end = 0;
    std::int64_t shared = 0;
    bool cut = false;
    std::uint64_t line = 0;
};

/// The frames of the exceptions that enclose the next one, from the root on. Each level stands in
/// the one above it: suppressed exceptions in the one that suppressed them.
class java_trace_levels {
public:
    explicit java_trace_levels(profile_builder& builder)
        : builder_(&builder) {}

    void clear() { levels_.clear(); }
    [[nodiscard]] std::size_t size() const noexcept { return levels_.size(); }

    /// Goes to the level that an exception with this indent belongs to, and opens it for a
    /// suppressed one.
    void go_to(std::size_t indent, bool suppressed) {
        while (levels_.size() > 1 && levels_.back().indent + (suppressed ? 1 : 0) > indent) {
            levels_.pop_back();
        }
        if (levels_.empty() || suppressed) {
            levels_.push_back({indent, levels_.empty() ? 0 : depth(), {}});
        }
    }

    /// Goes back to the exceptions that none suppressed.
    void leave_suppressed() {
        if (levels_.size() > 1) { levels_.resize(1); }
    }

    /// How many frames the enclosing exception has.
    [[nodiscard]] std::size_t depth() const noexcept {
        return levels_.empty() ? 0 : levels_.back().base + levels_.back().frames.size();
    }

    /// Leaves so many frames of the enclosing exception.
    void keep(std::size_t depth) {
        level& last = levels_.back();
        if (depth < last.base) { last.base = depth; }
        last.frames.resize(depth - last.base);
    }

    void push(std::uint32_t frame) { levels_.back().frames.push_back({frame, no_node}); }

    /// The node of the last frame. Nodes are made when they are asked for: exceptions that are left
    /// out have none.
    [[nodiscard]] std::uint32_t leaf() {
        std::uint32_t node = profile_builder::root;
        std::size_t at = levels_.size();
        pending_.clear();
        for (std::size_t wanted = depth(); wanted > 0; --wanted) {
            while (levels_[at - 1].base >= wanted) { --at; }
            step& last = levels_[at - 1].frames[wanted - levels_[at - 1].base - 1];
            if (last.node != no_node) {
                node = last.node;
                break;
            }
            pending_.push_back(&last);
        }
        for (std::size_t i = pending_.size(); i-- > 0;) {
            node = pending_[i]->node = builder_->child(node, pending_[i]->frame);
        }
        return node;
    }

private:
    static constexpr std::uint32_t no_node = 0xffffffffu;
    struct step {
        std::uint32_t frame;
        std::uint32_t node;
    };
    struct level {
        std::size_t indent;
        std::size_t base; // frames that are the level's above
        std::vector<step> frames;
    };
    profile_builder* builder_;
    std::vector<level> levels_;
    std::vector<step*> pending_;
};

class java_exceptions_reader {
public:
    explicit java_exceptions_reader(const java_exceptions_options& options)
        : options_(options) {
        stacks_.builder.describe("exceptions", counted_as::samples, profile_detail::function);
    }

    void line(std::string_view line, std::uint64_t number) {
        if (contains(line, "\\n\\tat ")) {
            escaped_line(line, number);
        } else {
            log_line(line, number);
        }
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<java_exceptions_text> finish() {
        end_exception();
        return {java_exceptions_text{
                    stacks_.builder.finish(), std::move(stacks_.skipped), wrapped_, cut_},
                std::move(stacks_.problem)};
    }

private:
    java_exceptions_options options_;
    stack_samples stacks_;
    java_trace_levels levels_{stacks_.builder};
    std::vector<std::uint32_t> frames_; // of all traces, each from the leaf on
    std::vector<java_trace> traces_;    // of this exception and its causes
    bool in_message_ = false;           // behind "Caused by: …", which may have several lines
    bool prefixed_ = false;             // something else stands before each line
    std::string text_;
    std::uint64_t wrapped_ = 0;
    std::uint64_t cut_ = 0;

    // ---- lines ----------------------------------------------------------------------------------

    // A trace in a string of JSON: "…Exception: why\n\tat package.Class.method(File.java:1)\n\t…"
    void escaped_line(std::string_view line, std::uint64_t number) {
        end_exception();
        while (!line.empty()) {
            const std::size_t end = line.find("\\n");
            std::string_view piece = line.substr(0, end);
            line.remove_prefix(end == std::string_view::npos ? line.size() : end + 2);
            if (ends_with(piece, "\\r")) { piece.remove_suffix(2); }
            text_.clear();
            for (; starts_with(piece, "\\t"); piece.remove_prefix(2)) { text_ += '\t'; }
            text_ += piece;
            log_line(text_, number);
        }
        end_exception();
    }

    void log_line(std::string_view line, std::uint64_t number) {
        std::size_t indent = indent_of(line);
        std::string_view text = trimmed(line);
        if (!is_part(text)) {
            // What ships logs may put its own words before each line: Java's begin with a tab.
            const std::size_t tab = find_prefixed(line);
            if (tab != std::string_view::npos) {
                prefixed_ = prefixed_ || tab > 0;
                indent = indent_of(line.substr(tab));
                text = trimmed(line.substr(tab));
            }
        }
        if (starts_with(text, "at ")) {
            frame_line(text.substr(3), number);
        } else if (starts_with(text, "... ") && !traces_.empty()) {
            rest_line(text.substr(4), number);
        } else if (starts_with(text, "Caused by: [CIRCULAR REFERENCE")) {
            in_message_ = false; // nothing follows
        } else if (starts_with(text, "Caused by: ") && !traces_.empty()) {
            begin_trace(java_trace::caused, indent, number);
        } else if (starts_with(text, "Wrapped by: ") && !traces_.empty()) {
            begin_trace(java_trace::wrapper, indent, number);
        } else if (starts_with(text, "Suppressed: ") && !traces_.empty()) {
            begin_trace(java_trace::suppressed, indent, number);
        } else if (!in_message_ || (!prefixed_ && is_digit_first(line)) || is_throwable(line)) {
            end_exception();
        }
    }

    [[nodiscard]] static bool is_part(std::string_view text) noexcept {
        return starts_with(text, "at ") || starts_with(text, "... ") ||
               starts_with(text, "Caused by: ") || starts_with(text, "Wrapped by: ") ||
               starts_with(text, "Suppressed: ");
    }

    [[nodiscard]] std::size_t find_prefixed(std::string_view line) const noexcept {
        for (const std::string_view word :
             {std::string_view("\tat "), std::string_view("\t... "), std::string_view("\tSupp")}) {
            std::size_t at = line.find(word);
            if (at == std::string_view::npos) { continue; }
            while (at > 0 && line[at - 1] == '\t') { --at; }
            return at;
        }
        return traces_.empty() ? std::string_view::npos : line.find("Caused by: ");
    }

    // A message of several lines is not told from the log's next line; most of those begin with a
    // date.
    [[nodiscard]] static bool is_digit_first(std::string_view line) noexcept {
        return !line.empty() && is_digit(line[0]);
    }
    // "java.lang.IllegalStateException: why"
    [[nodiscard]] static bool is_throwable(std::string_view line) noexcept {
        if (starts_with(line, "Exception in thread ")) { return true; }
        std::size_t end = 0;
        while (end < line.size() && (is_name_char(line[end]) || line[end] == '.')) { ++end; }
        const std::string_view name = line.substr(0, end);
        return contains(name, ".") && (end == line.size() || line[end] == ':') &&
               (ends_with(name, "Exception") || ends_with(name, "Error"));
    }

    // Names may have blanks, as Kotlin's have, those of classes have none: "at noon (in 1.5 h)".
    [[nodiscard]] static bool is_in_class(std::string_view method) noexcept {
        const std::size_t point = method.rfind('.');
        return point != std::string_view::npos && method.find(' ') > point;
    }

    // "java.base/java.lang.Thread.run(Thread.java:840)", "… ~[library.jar:1.2]"
    void frame_line(std::string_view frame, std::uint64_t number) {
        const std::string_view method = without_java_module(java_method(frame));
        if (!is_in_class(method) || !contains(frame, "(")) {
            skip("expected \"at package.Class.method(File.java:1)\"", number);
            return;
        }
        if (traces_.empty()) { begin_trace(java_trace::first, 0, number); }
        in_message_ = false;
        frames_.push_back(stacks_.intern(method, frame_kind::function));
        traces_.back().end = frames_.size();
    }

    // "3 more", "3 common frames omitted", "3 frames truncated"
    void rest_line(std::string_view text, std::uint64_t number) {
        std::int64_t frames = 0;
        const std::string_view digits = take_word(text);
        const bool shared = starts_with(text, "more") || starts_with(text, "common frames omitted");
        in_message_ = false;
        if (!parse_whole(digits, frames)) {
            skip("expected \"... N more\"", number);
        } else if (shared) {
            traces_.back().shared = frames;
        } else if (starts_with(text, "frames truncated")) {
            traces_.back().cut = true;
        } // others stand for frames in the middle that a filter took out
    }

    void begin_trace(java_trace::relation_type relation, std::size_t indent, std::uint64_t number) {
        in_message_ = true;
        java_trace trace;
        trace.relation = relation;
        trace.indent = indent;
        trace.begin = trace.end = frames_.size();
        trace.line = number;
        traces_.push_back(trace);
    }

    // ---- exceptions -----------------------------------------------------------------------------

    // Adds the exception: the one that all began with, which is printed last unless wrappers follow
    // what they wrap.
    void end_exception() {
        in_message_ = false;
        prefixed_ = false;
        if (traces_.empty()) { return; }
        levels_.clear();
        std::uint64_t samples = 0;
        std::uint64_t number = 0; // of the line of the first cause
        const auto take = [&](const java_trace& trace) {
            if (trace.end == trace.begin && trace.shared == 0) { return; }
            resolve(trace);
            ++samples;
            if (options_.wrapped) { stacks_.add(levels_.leaf(), 1, 1, trace.line); }
            if (levels_.size() == 1) { number = trace.line; }
        };
        if (has_wrapper()) {
            for (std::size_t end = traces_.size(); end > 0;) {
                std::size_t begin = end - 1; // with what it suppressed, which stands behind it
                while (begin > 0 && traces_[begin].relation == java_trace::suppressed) { --begin; }
                for (std::size_t i = begin; i < end; ++i) { take(traces_[i]); }
                end = begin;
            }
        } else {
            for (const java_trace& trace : traces_) { take(trace); }
        }
        if (!options_.wrapped && samples > 0) {
            levels_.leave_suppressed();
            stacks_.add(levels_.leaf(), 1, 1, number);
            wrapped_ += samples - 1;
        }
        frames_.clear();
        traces_.clear();
    }

    [[nodiscard]] bool has_wrapper() const noexcept {
        for (const java_trace& trace : traces_) {
            if (trace.relation == java_trace::wrapper) { return true; }
        }
        return false;
    }

    // Puts a trace's own frames below those that it shares with the one that encloses it.
    void resolve(const java_trace& trace) {
        levels_.go_to(trace.indent, trace.relation == java_trace::suppressed);
        auto kept = static_cast<std::size_t>(trace.shared);
        const bool missing = kept > levels_.depth();
        if (missing) {
            skip("there are not as many frames to share in the exception around it", trace.line);
            kept = levels_.depth();
        }
        levels_.keep(kept);
        if (trace.cut || (missing && kept == 0)) {
            levels_.push(stacks_.intern("[truncated]", frame_kind::marker));
            ++cut_;
        }
        for (std::size_t i = trace.end; i-- > trace.begin;) { levels_.push(frames_[i]); }
    }
};

/// Returns whether a text is "package.Class.method(File.java:12)", as no other language prints it.
[[nodiscard]] inline bool is_java_frame(std::string_view text) noexcept {
    const std::string_view method = text.substr(0, text.find('('));
    if (method.size() == text.size() || !contains(method, ".") || contains(method, " ")) {
        return false;
    }
    std::string_view place = text.substr(method.size() + 1);
    const std::size_t close = place.find(')');
    if (close == std::string_view::npos) { return false; }
    place = place.substr(0, close);
    if (place == "Native Method" || place == "Unknown Source") { return true; }
    const std::size_t colon = place.find(':');
    const std::string_view number = colon == std::string_view::npos ? "1" : place.substr(colon + 1);
    const std::string_view file = place.substr(0, colon);
    const bool only_digits = !number.empty() && count_digits(number) == number.size();
    return only_digits && contains(file, ".") &&
           file.find_first_of(" ,/\\") == std::string_view::npos;
}

/// Returns whether the head of an input is a log with stacks of Java, and no thread dump.
[[nodiscard]] inline bool looks_like_java_exceptions(std::string_view head) {
    bool found = false;
    const bool dump = any_line(head, [&](std::string_view line) {
        const std::string_view text = trimmed(line);
        found = found || (starts_with(text, "at ") && is_java_frame(text.substr(3)));
        for (const std::string_view word :
             {std::string_view("\tat "), std::string_view("\\tat ")}) {
            const std::size_t at = line.find(word);
            found = found ||
                    (at != std::string_view::npos && is_java_frame(line.substr(at + word.size())));
        }
        return is_thread_dump_line(line);
    });
    return found && !dump;
}

} // namespace detail

/// Reads the stacks of exceptions out of logs: as Java prints them, with whatever stands between
/// them, with a prefix on each line, or as strings of JSON, a log record a line. Returns one
/// profile, in which each exception is a sample of weight 1: the stack of what all began with, the
/// last "Caused by". "... 3 more" stands for the last 3 frames of the exception around it: they are
/// put in, so that stacks begin at their threads' roots. Exceptions that wrap it, and suppressed
/// ones, are counted in `wrapped`. Files, lines, modules and messages are cut; what logs shorten
/// ("... 9 frames truncated") hangs under "[truncated]". (stackcollapse-java-exceptions.pl counts
/// each link of a chain, cuts those of causes at their roots, reads no prefixed or JSON lines.)
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  none but 2^63 exceptions. Lines that begin as frames do and are none, and references to
///          frames that are not there, are skipped and counted, the first with its number and the
///          reason; what else a log holds is not.
/// Cost:    one pass; memory for the distinct stacks, one exception with its causes and one buffer.
/// Format:  the JDK's documentation of Throwable.printStackTrace, what OpenJDK 17 prints, and
///          Logback's of its conversion words %ex and %rEx.
template <class Source>
[[nodiscard]] result<java_exceptions_text>
read_java_exceptions(Source&& source, const java_exceptions_options& options = {}) {
    detail::java_exceptions_reader reader(options);
    return detail::read_lines<detail::java_exceptions_reader, std::remove_reference_t<Source>>(
        reader, source);
}

/// The same from memory.
[[nodiscard]] inline result<java_exceptions_text>
parse_java_exceptions(std::string_view text, const java_exceptions_options& options = {}) {
    return read_java_exceptions(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
