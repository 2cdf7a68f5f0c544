// wick/format/bpftrace.hpp - the maps with stacks that bpftrace prints, a profile for each.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_BPFTRACE_HPP
#define WICK_FORMAT_BPFTRACE_HPP

#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/symbol_text.hpp>   // names without arguments
#include <wick/detail/text.hpp>          // blanks, digits
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names
#include <string_view> // lines
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // the maps

WICK_BEGIN_NAMESPACE

/// How to read what bpftrace prints.
struct bpftrace_options {
    bool kernel = false;     ///< kernel frames are of kind kernel, "_[k]"
    bool user_first = false; ///< of two stacks in a key the first is the user's: `ustack, kstack`
    bool offsets = false;    ///< names keep their offsets: "schedule+41"
    bool addresses = false;  ///< code without a name keeps its address
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// One map.
struct bpftrace_map {
    std::string name; ///< "@", "@usecs", …
    profile samples;  ///< unit "": bpftrace does not say what it counted or summed
};

/// What the output of bpftrace holds.
struct bpftrace_text {
    std::vector<bpftrace_map> maps; ///< in the order in which they appeared first
    wick::skipped skipped;          ///< lines that belong to no map with a key and a whole number
};

namespace detail {

class bpftrace_reader {
public:
    explicit bpftrace_reader(const bpftrace_options& options)
        : options_(options) {}

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) { return; }
        if (in_key_ && line[0] != '@') {
            key_line(line, number);
            return;
        }
        drop_open_key();
        if (starts_with(line, "^C")) { line.remove_prefix(2); } // the terminal's echo
        if (line.empty() || starts_with(line, "Attaching ") || starts_with(line, "Attached ")) {
            return;
        }
        begin(line, number);
    }

    void skip(const char* what, std::uint64_t number) { skipped_.add(what, number); }

    [[nodiscard]] result<bpftrace_text> finish() {
        drop_open_key();
        bpftrace_text read;
        wick::error problem;
        for (map& m : maps_) {
            if (m.stacks.problem && !problem) { problem = m.stacks.problem; }
            read.maps.push_back({std::move(m.name), m.stacks.builder.finish()});
        }
        read.skipped = std::move(skipped_);
        return {std::move(read), std::move(problem)};
    }

private:
    // A map costs far more memory than its name: without a limit a small input could ask for much.
    static constexpr std::size_t most_maps = 1000;
    struct map {
        std::string name;
        stack_samples stacks;
    };
    bpftrace_options options_;
    std::vector<map> maps_;
    map* map_ = nullptr; // the one whose key is being read
    wick::skipped skipped_;
    bool in_key_ = false;
    std::uint64_t key_line_ = 0;
    std::size_t stacks_in_key_ = 0;
    std::size_t first_stack_ = 0; // frames of the first one

    void drop_open_key() {
        if (!in_key_) { return; }
        in_key_ = false;
        skip("the input ends, or another map begins, before \"]: \" and a number", key_line_);
    }

    // "@name[…"
    void begin(std::string_view line, std::uint64_t number) {
        std::size_t open = 1;
        while (open < line.size() && is_name_char(line[open])) { ++open; }
        if (line[0] != '@' || open >= line.size() || line[open] != '[') {
            skip("expected a map with a key: \"@name[\"", number);
            return;
        }
        map_ = find_map(line.substr(0, open));
        if (map_ == nullptr) {
            skip("there are more than 1000 maps", number);
            return;
        }
        in_key_ = true;
        key_line_ = number;
        stacks_in_key_ = 0;
        first_stack_ = 0;
        map_->stacks.clear();
        keys(line.substr(open + 1), number);
    }

    [[nodiscard]] map* find_map(std::string_view name) {
        if (map_ != nullptr && map_->name == name) { return map_; }
        for (map& m : maps_) {
            if (m.name == name) { return &m; }
        }
        if (maps_.size() == most_maps) { return nullptr; }
        maps_.emplace_back();
        maps_.back().name = name;
        return &maps_.back();
    }

    void key_line(std::string_view line, std::uint64_t number) {
        if (line[0] == ']') {
            keys(line, number);
        } else if (line[0] == ',') {
            keys(trimmed(line.substr(1)), number);
        } else {
            add_frame(trimmed(line));
        }
    }

    // Keys that are no stack, up to a stack, which begins behind a comma at the end of the line,
    // or to the value: "comm, 42]: 7", "comm,", "]: 7".
    void keys(std::string_view text, std::uint64_t number) {
        const std::size_t close = text.rfind("]: ");
        std::int64_t weight = 0;
        if (close != std::string_view::npos &&
            parse_whole(trimmed(text.substr(close + 3)), weight)) {
            add_keys(text.substr(0, close));
            end_key(weight);
            return;
        }
        if (!text.empty() && text.back() != ',') {
            in_key_ = false;
            skip("expected \"]: \" and a whole number, or a stack, behind the key", number);
            return;
        }
        if (!text.empty()) { add_keys(text.substr(0, text.size() - 1)); }
        if (++stacks_in_key_ == 2) { first_stack_ = map_->stacks.size(); }
    }

    // Commas inside brackets are part of a name: "f<int, long>".
    void add_keys(std::string_view text) {
        std::size_t depth = 0;
        std::size_t begin = 0;
        for (std::size_t i = 0; i <= text.size(); ++i) {
            const char c = i < text.size() ? text[i] : ',';
            if (c == '<' || c == '(') { ++depth; }
            if ((c == '>' || c == ')') && depth > 0) { --depth; }
            if (i < text.size() && (c != ',' || depth > 0)) { continue; }
            const std::string_view key = trimmed(text.substr(begin, i - begin));
            begin = i + 1;
            if (!key.empty()) { map_->stacks.push_root(key, frame_kind::label); }
        }
    }

    void end_key(std::int64_t weight) {
        in_key_ = false;
        stack_samples& stacks = map_->stacks;
        if (stacks_in_key_ == 2) {
            const std::size_t begin = options_.user_first ? first_stack_ : 0;
            const std::size_t end = options_.user_first ? stacks.size() : first_stack_;
            for (std::size_t i = begin; options_.kernel && i < end; ++i) {
                stacks.set_kind(i, frame_kind::kernel);
            }
            if (options_.user_first) { stacks.rotate(first_stack_); }
        }
        if (stacks_in_key_ == 0 && stacks.has_roots()) {
            stacks.commit_roots(static_cast<std::uint64_t>(weight), weight, key_line_);
        } else {
            stacks.commit(static_cast<std::uint64_t>(weight), weight, key_line_);
        }
    }

    // "func+12", "0x7f12", and with mode perf "ffffffff8103ce3b func+12 ([kernel.kallsyms])".
    void add_frame(std::string_view text) {
        frame_kind kind = frame_kind::function;
        std::string_view rest = text;
        const std::string_view first = take_word(rest);
        const bool address = first.size() >= 6 && all_hex_digits(first);
        std::string_view module;
        if (address && !rest.empty()) {
            text = rest;
            if (options_.kernel && first.size() == 16 && starts_with(first, "ffff")) {
                kind = frame_kind::kernel;
            }
        }
        const std::size_t open = text.rfind(" (");
        if (open != std::string_view::npos && text.back() == ')' &&
            (address || text[open + 2] == '/' || text[open + 2] == '[')) {
            module = text.substr(open + 2, text.size() - open - 3);
            text = trimmed(text.substr(0, open));
        }
        if ((address && rest.empty()) || hex_size(text) == text.size() || text == "[unknown]") {
            const bool kept = options_.addresses && text != "[unknown]";
            map_->stacks.push(kept ? std::string(text) : unknown_frame(module), kind);
            return;
        }
        if (!options_.offsets) { text = without_any_offset(text); }
        map_->stacks.push(comparable_name(text, options_.keep_arguments), kind);
    }
};

/// Returns whether the head of an input is what bpftrace prints: its first line, or a map with a
/// stack as its key.
[[nodiscard]] inline bool looks_like_bpftrace(std::string_view head) {
    return any_line(head, [](std::string_view line) {
        if ((starts_with(line, "Attaching ") || starts_with(line, "Attached ")) &&
            (ends_with(line, " probe...") || ends_with(line, " probes...") ||
             ends_with(line, " probe") || ends_with(line, " probes"))) {
            return true;
        }
        if (line.empty() || line[0] != '@') { return false; }
        std::size_t at = 1;
        while (at < line.size() && is_name_char(line[at])) { ++at; }
        line.remove_prefix(at);
        trim_blanks(line);
        if (line.empty() || line[0] != '[') { return false; }
        std::int64_t weight = 0;
        const std::size_t close = line.rfind("]: ");
        return line.size() == 1 || line.back() == ',' ||
               (close != std::string_view::npos && parse_whole(line.substr(close + 3), weight));
    });
}

} // namespace detail

/// Reads the maps that bpftrace prints when it ends, "@name[key, key]: 42", where a key may be a
/// stack: a line break and a frame a line, the leaf first. Returns a profile for each map. A stack
/// weighs the number behind its key, and counts as much: whether that was a count or a sum is not
/// in the text, so `counted` is unknown. Of two stacks in a key, the kernel's comes first unless
/// the options say otherwise and ends up at the leaf's side. All other keys become labels at the
/// root, in their order; a key without a stack is a stack of its labels. Offsets and arguments are
/// cut, ';' becomes ':'; code without a name is "[unknown]" or "[module]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Everything else that was printed (histograms,
///          averages, maps without a key, the script's own lines) is skipped and counted, the
///          first with its number and the reason; so are maps beyond the thousandth.
/// Cost:    one pass; memory for the distinct stacks and one buffer.
/// Format:  the bpftrace language manual, "Maps" and "kstack", and what bpftrace 0.9 to 0.23 print.
template <class Source>
[[nodiscard]] result<bpftrace_text> read_bpftrace(Source&& source,
                                                  const bpftrace_options& options = {}) {
    detail::bpftrace_reader reader(options);
    return detail::read_lines<detail::bpftrace_reader, std::remove_reference_t<Source>>(reader,
                                                                                        source);
}

/// The same from memory.
[[nodiscard]] inline result<bpftrace_text> parse_bpftrace(std::string_view text,
                                                          const bpftrace_options& options = {}) {
    return read_bpftrace(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
