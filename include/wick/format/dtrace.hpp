// wick/format/dtrace.hpp - the aggregations of stacks that dtrace prints.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_DTRACE_HPP
#define WICK_FORMAT_DTRACE_HPP

#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_text.hpp>   // names without arguments, inlined frames
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names that are built
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // inlined frames

WICK_BEGIN_NAMESPACE

/// How to read what dtrace prints.
struct dtrace_options {
    bool kernel = false;         ///< kernel frames are of kind kernel, "_[k]"
    bool offsets = false;        ///< names keep their offsets, but for the leaf: "libc`f+0xd"
    bool modules = true;         ///< names keep their modules: "libc`f"
    bool addresses = false;      ///< code without a name keeps its address
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// What the output of dtrace holds.
struct dtrace_text {
    profile samples;       ///< unit "": the script alone knows what it counted
    wick::skipped skipped; ///< lines that were not understood, and stacks without a count
};

namespace detail {

class dtrace_reader {
public:
    explicit dtrace_reader(const dtrace_options& options)
        : options_(options) {}

    void line(std::string_view raw, std::uint64_t number) {
        const std::size_t indent = indent_of(raw);
        const std::string_view line = trimmed(raw);
        if (line.empty()) {
            in_header_ = false;
            // The stack of the kernel, if there is one, stands before that of the process.
            if (stacks_.size() > 0 && kernel_end_ == 0) { kernel_end_ = stacks_.size(); }
            return;
        }
        if (is_header(line)) { return; }
        std::int64_t weight = 0;
        if (count_digits(line) == line.size()) {
            in_header_ = false;
            const bool fits = parse_whole(line, weight);
            if (!fits) { skip("the count is 2^63 or more", number); }
            end(fits, weight, number);
            return;
        }
        const bool is_code = contains(line, "`") || hex_size(line) > 0;
        if (in_header_ && !is_code) {
            if (header_line_ == 0) { header_line_ = number; }
            return;
        }
        in_header_ = false;
        if (!open_) {
            open_ = true;
            first_line_ = number;
        }
        if (!is_code && indent <= 2 && indent > 0 && add_keys(line, number)) { return; }
        add_frame(line);
    }

    void skip(const char* what, std::uint64_t number) { stacks_.skipped.add(what, number); }

    [[nodiscard]] result<dtrace_text> finish() {
        if (open_) { skip("the input ends before the stack's count", first_line_); }
        if (!open_ && !any_count_ && header_line_ > 0) {
            skip("there is no stack: expected \"module`function+0x1\" and counts", header_line_);
        }
        return {dtrace_text{stacks_.builder.finish(), std::move(stacks_.skipped)},
                std::move(stacks_.problem)};
    }

private:
    dtrace_options options_;
    stack_samples stacks_;
    std::vector<std::string_view> parts_;
    bool in_header_ = true; // before the first empty line
    std::uint64_t header_line_ = 0;
    bool open_ = false; // something of a sample was read
    bool any_count_ = false;
    std::size_t kernel_end_ = 0;
    std::uint64_t first_line_ = 0;

    // "CPU     ID                    FUNCTION:NAME", "  0  64091                        :tick-60s"
    [[nodiscard]] static bool is_header(std::string_view line) noexcept {
        if (starts_with(line, "dtrace: ")) { return true; }
        if (starts_with(line, "CPU ") && ends_with(line, "FUNCTION:NAME")) { return true; }
        const std::string_view cpu = take_word(line);
        const std::string_view id = take_word(line);
        return count_digits(cpu) == cpu.size() && !id.empty() && count_digits(id) == id.size() &&
               contains(line, ":") && !contains(line, "`");
    }

    // "  mysqld" before a stack, "  mysqld        42" behind it, with the count.
    [[nodiscard]] bool add_keys(std::string_view line, std::uint64_t number) {
        std::string_view key = line;
        const std::string_view last = take_last_word(key);
        std::int64_t weight = 0;
        if (!key.empty() && parse_whole(last, weight)) {
            stacks_.push_root(key, frame_kind::label);
            end(true, weight, number);
            return true;
        }
        if (stacks_.size() > 0) { return false; }
        stacks_.push_root(line, frame_kind::label);
        return true;
    }

    void end(bool fits, std::int64_t weight, std::uint64_t number) {
        for (std::size_t i = 0; options_.kernel && i < kernel_end_ && kernel_end_ < stacks_.size();
             ++i) {
            stacks_.set_kind(i, frame_kind::kernel);
        }
        if (fits) {
            stacks_.commit(static_cast<std::uint64_t>(weight), weight, number);
        } else {
            stacks_.clear();
        }
        open_ = false;
        any_count_ = true;
        kernel_end_ = 0;
    }

    // "genunix`kmem_cache_free+0xce", "0xfffffffffb800c86", "libv8`a->b+0x1"
    void add_frame(std::string_view line) {
        const bool offset = options_.offsets && stacks_.size() > 0;
        std::string_view name = offset ? line : without_any_offset(line);
        const std::size_t tick = name.find('`');
        std::string_view module;
        if (tick != std::string_view::npos) {
            module = name.substr(0, tick);
            name = name.substr(tick + 1);
        }
        const frame_kind kind =
            options_.kernel && is_kernel(module) ? frame_kind::kernel : frame_kind::function;
        if (hex_size(name) == name.size()) { // also when it is empty
            stacks_.push(options_.addresses && !name.empty() ? std::string(line)
                                                             : unknown_frame(module),
                         kind);
            return;
        }
        parts_.clear();
        for (std::size_t at; (at = find_inline_arrow(name)) != std::string_view::npos;) {
            parts_.push_back(name.substr(0, at));
            name = name.substr(at + 2);
        }
        parts_.push_back(name);
        for (std::size_t i = parts_.size(); i-- > 0;) {
            const std::string function = comparable_name(parts_[i], options_.keep_arguments);
            if (i > 0 || module.empty() || !options_.modules) {
                stacks_.push(function, i > 0 ? frame_kind::inlined : kind);
            } else {
                stacks_.push(std::string(module) + '`' + function, kind);
            }
        }
    }

    [[nodiscard]] static bool is_kernel(std::string_view module) noexcept {
        return module == "genunix" || module == "unix" || module == "mach_kernel" ||
               module == "kernel" || starts_with(module, "kernel.");
    }
};

/// Returns whether the head of an input is what dtrace prints: its own messages, or two frames of
/// the form "module`function+0x1" one below the other.
[[nodiscard]] inline bool looks_like_dtrace(std::string_view head) {
    bool before = false;
    return any_line(head, [&](std::string_view line) {
        line = trimmed(line);
        if (starts_with(line, "dtrace: ") ||
            (starts_with(line, "CPU ") && ends_with(line, "FUNCTION:NAME"))) {
            return true;
        }
        const std::size_t tick = line.find('`');
        const bool is_frame = tick != std::string_view::npos && tick > 0 &&
                              without_any_offset(line).size() < line.size() &&
                              !contains(line.substr(0, tick), " ");
        const bool both = before && is_frame;
        before = is_frame;
        return both;
    });
}

} // namespace detail

/// Reads the aggregations that dtrace prints, `@[stack(), ustack(), execname] = count()` and the
/// like: a frame "module`function+0xd" a line, the leaf first, then a line with the count alone or
/// with other keys before it. Returns one profile; a stack weighs its count, and counts as much.
/// What stands before the first empty line is a header unless it is a frame; messages of dtrace and
/// the lines of probes are passed over wherever they are. Of two stacks with an empty line between,
/// the first is the kernel's. Other keys become labels at the root. Names keep their modules;
/// offsets and arguments are cut, ';' becomes ':', "a->b" is b inlined into a; code without a name
/// is "[module]" or "[unknown]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. A stack without a count is skipped and counted.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the DTrace guide, "Aggregations" and "stack".
template <class Source>
[[nodiscard]] result<dtrace_text> read_dtrace(Source&& source, const dtrace_options& options = {}) {
    detail::dtrace_reader reader(options);
    return detail::read_lines<detail::dtrace_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<dtrace_text> parse_dtrace(std::string_view text,
                                                      const dtrace_options& options = {}) {
    return read_dtrace(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
