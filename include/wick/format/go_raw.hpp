// wick/format/go_raw.hpp - the text of `go tool pprof -raw`, a profile for each sample type.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_GO_RAW_HPP
#define WICK_FORMAT_GO_RAW_HPP

#include <wick/detail/hash.hpp>          // locations by their numbers
#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // words, numbers
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
#include <vector>      // samples, which stand before the names of their frames

WICK_BEGIN_NAMESPACE

/// How to read `go tool pprof -raw`.
struct go_raw_options {
    bool labels = false;         ///< labels are frames at the root: "key:[value]"
    bool keep_arguments = false; ///< names keep the arguments of C++ functions
};

/// One sample type.
struct go_raw_type {
    std::string type; ///< "cpu", "alloc_space", …
    std::string unit; ///< "nanoseconds", "bytes", "count", …
    bool is_default = false;
    profile samples; ///< its unit is `unit`, or for "count" the type
};

/// What `go tool pprof -raw` text holds.
struct go_raw_text {
    std::vector<go_raw_type> types; ///< in the order of the text
    wick::skipped skipped;          ///< lines that were not understood, places that are missing
};

namespace detail {

class go_raw_reader {
public:
    explicit go_raw_reader(const go_raw_options& options)
        : options_(options) {}

    void line(std::string_view line, std::uint64_t number) {
        trim_blanks(line);
        if (line.empty()) { return; }
        if (line == "Samples:") {
            section_ = section::types;
        } else if (line == "Locations") {
            section_ = section::locations;
        } else if (line == "Mappings") {
            section_ = section::mappings;
        } else if (section_ == section::types) {
            types_line(line, number);
        } else if (section_ == section::samples) {
            sample_line(line, number);
        } else if (section_ == section::locations) {
            location_line(line, number);
        } else if (section_ == section::mappings) {
            mapping_line(line, number);
        } else if (!is_head(line)) {
            skip("expected \"PeriodType:\", \"Period:\", \"Time:\" or \"Samples:\"", number);
        }
    }

    void skip(const char* what, std::uint64_t number) { read_.skipped.add(what, number); }

    [[nodiscard]] result<go_raw_text> finish() {
        wick::error problem;
        std::size_t observations = types_.size(); // the column that says how many there were
        for (std::size_t i = 0; i < types_.size(); ++i) {
            if (types_[i].type == "samples" && types_[i].unit == "count") { observations = i; }
        }
        read_.types = std::move(types_);
        for (std::size_t i = 0; i < read_.types.size(); ++i) {
            read_.types[i].samples = build(i, observations, problem);
        }
        return {std::move(read_), std::move(problem)};
    }

private:
    enum class section { head, types, samples, locations, mappings };
    // Where code and labels of a sample begin in the lists of all samples'.
    struct sample {
        std::size_t values;
        std::size_t places;
        std::size_t labels;
        std::uint64_t line;
    };
    struct place_line {
        std::string function; // empty: unknown
        std::string file;
        std::uint32_t line;
        bool inlined;
    };
    struct place {
        std::int64_t id;
        std::int64_t mapping; // 0: none
        std::size_t lines;    // the first in lines_
    };
    struct mapping {
        std::int64_t id;
        std::string file;
    };
    // A profile costs far more than a type's name, and all frames of a place far more than its
    // number in a sample: without limits a small input could ask for much memory.
    static constexpr std::size_t most_types = 64;
    static constexpr std::size_t most_lines = 256;

    go_raw_options options_;
    go_raw_text read_;
    section section_ = section::head;
    std::vector<go_raw_type> types_;
    std::vector<sample> samples_;
    std::vector<std::int64_t> values_;
    std::vector<std::int64_t> stacks_; // numbers of locations, the leaf first
    std::vector<std::string> labels_;
    std::vector<place> places_;
    std::vector<place_line> lines_; // the innermost first
    std::vector<mapping> mappings_;
    id_table place_index_;
    id_table mapping_index_;

    [[nodiscard]] static bool is_head(std::string_view line) noexcept {
        for (const std::string_view word : {std::string_view("PeriodType:"),
                                            std::string_view("Period:"),
                                            std::string_view("Time:"),
                                            std::string_view("Duration:"),
                                            std::string_view("Comment:"),
                                            std::string_view("Doc:"),
                                            std::string_view("DefaultSampleType:")}) {
            if (starts_with(line, word)) { return true; }
        }
        return false;
    }

    [[nodiscard]] static std::uint64_t hash_of(std::int64_t id) noexcept {
        return mix(static_cast<std::uint64_t>(id) ^ hash_seed(), 0x9e3779b97f4a7c15u);
    }

    // "samples/count cpu/nanoseconds[dflt]"
    void types_line(std::string_view line, std::uint64_t number) {
        section_ = section::samples;
        if (!types_.empty()) {
            skip("there are two lists of samples", number);
            section_ = section::head;
            return;
        }
        while (!line.empty() && types_.size() < most_types) {
            std::string_view word = take_word(line);
            go_raw_type type;
            type.is_default = ends_with(word, "[dflt]");
            if (type.is_default) { word.remove_suffix(6); }
            const std::size_t slash = word.rfind('/');
            type.type = word.substr(0, slash);
            if (slash != std::string_view::npos) { type.unit = word.substr(slash + 1); }
            types_.push_back(std::move(type));
        }
        if (!line.empty()) { skip("there are more than 64 types of samples", number); }
    }

    // "         1   10000000: 1 2 3", and below it labels: "                key:[value]"
    void sample_line(std::string_view line, std::uint64_t number) {
        const std::string_view text = trimmed(line);
        const std::size_t colon = text.find(':');
        const bool numbers =
            is_digit(text[0]) || (text[0] == '-' && text.size() > 1 && is_digit(text[1]));
        if (!numbers) {
            if (samples_.empty() || indent_of(line) < 16 || !contains(text, ":[")) {
                skip("expected \"values: locations\" or labels", number);
            } else if (options_.labels) {
                take_labels(text);
            }
            return;
        }
        const sample made{values_.size(), stacks_.size(), labels_.size(), number};
        if (colon == std::string_view::npos || !take_values(text.substr(0, colon)) ||
            !take_places(text.substr(colon + 1))) {
            values_.resize(made.values);
            stacks_.resize(made.places);
            skip("expected a value below 2^63 for each type, a colon and locations", number);
            return;
        }
        samples_.push_back(made);
    }

    [[nodiscard]] bool take_values(std::string_view text) {
        for (std::size_t i = 0; i < types_.size(); ++i) {
            std::string_view word = take_word(text);
            const bool negative = starts_with(word, "-"); // one profile taken off another one
            if (negative) { word.remove_prefix(1); }
            std::int64_t value = 0;
            if (!parse_whole(word, value)) { return false; }
            values_.push_back(negative ? -value : value);
        }
        return text.empty();
    }

    [[nodiscard]] bool take_places(std::string_view text) {
        text = trimmed(text);
        while (!text.empty()) {
            std::int64_t id = 0;
            if (!parse_whole(take_word(text), id)) { return false; }
            stacks_.push_back(id);
        }
        return true;
    }

    // "bytes:[1024] key:[a b]": a value may hold blanks, so labels are told by "]".
    void take_labels(std::string_view text) {
        while (!text.empty()) {
            std::size_t end = text.find("] ");
            end = end == std::string_view::npos ? text.size() : end + 1;
            labels_.emplace_back(trimmed(text.substr(0, end)));
            text = trimmed(text.substr(end));
        }
    }

    // "     1: 0x4a1b2c M=1 main.f /src/main.go:12:0 s=10(main.f)", and for each function that it
    // is inlined into a line more, which begins with the name.
    void location_line(std::string_view line, std::uint64_t number) {
        std::string_view rest = trimmed(line);
        const std::size_t digits = count_digits(rest);
        std::int64_t id = 0;
        const bool begins = digits < rest.size() && rest[digits] == ':' &&
                            parse_whole(rest.substr(0, digits), id) &&
                            starts_with(rest.substr(digits), ": 0x");
        if (begins) {
            rest = trimmed(rest.substr(digits + 1));
            static_cast<void>(take_word(rest));
            place made{id, 0, lines_.size()};
            if (starts_with(rest, "M=")) {
                if (!parse_whole(take_word(rest).substr(2), made.mapping)) { made.mapping = 0; }
            }
            if (starts_with(rest, "[F]")) { static_cast<void>(take_word(rest)); }
            const bool known = place_index_.find(hash_of(id), [&](std::uint32_t at) {
                return places_[at].id == id;
            }) != id_table::none;
            if (known) { skip("there is such a location already", number); }
            if (!known) {
                place_index_.insert(hash_of(id), static_cast<std::uint32_t>(places_.size()));
            }
            places_.push_back(made);
            if (rest.empty()) { return; }
        } else if (places_.empty() || indent_of(line) < 8) {
            skip("expected \"number: 0xaddress M=mapping function file:line s=line\"", number);
            return;
        } else if (lines_.size() - places_.back().lines >= most_lines) {
            skip("more than 256 functions are inlined in one place", number);
            return;
        } else if (lines_.size() > places_.back().lines) {
            lines_.back().inlined = true;
        }
        lines_.push_back(take_function(rest));
    }

    // Names may hold blanks, and so may files: the file begins at " /", or else is the last word.
    [[nodiscard]] static place_line take_function(std::string_view text) {
        place_line made{{}, {}, 0, false};
        if (text == "??") { return made; }
        std::size_t s = text.rfind(" s=");
        while (s != std::string_view::npos && s > 0 && count_digits(text.substr(s + 3)) == 0) {
            s = text.substr(0, s).rfind(" s=");
        }
        if (s != std::string_view::npos) {
            const std::string_view start = text.substr(s + 3);
            std::int64_t line = 0;
            if (parse_whole(start.substr(0, count_digits(start)), line) && line <= 0xffffffff) {
                made.line = static_cast<std::uint32_t>(line);
            }
            text = text.substr(0, s);
            trim_blanks(text);
        }
        std::string_view name = text;
        std::string_view file;
        const std::size_t slash = text.find(" /");
        if (slash != std::string_view::npos) {
            file = text.substr(slash + 1);
            name = text.substr(0, slash);
        } else {
            file = take_last_word(name);
        }
        if (name.empty()) { // no file
            name = file;
            file = {};
        }
        for (int i = 0; i < 2; ++i) { // ":line:column", or ":line" from older ones
            std::size_t at = file.size();
            while (at > 0 && is_digit(file[at - 1])) { --at; }
            if (at > 0 && at < file.size() && file[at - 1] == ':') {
                file = file.substr(0, at - 1);
            }
        }
        made.function = name;
        made.file = file;
        return made;
    }

    // "1: 0x400000/0x6a8000/0x0 /usr/bin/app 1234abcd [FN][FL]"
    void mapping_line(std::string_view line, std::uint64_t number) {
        std::string_view rest = trimmed(line);
        std::string_view first = take_word(rest);
        std::int64_t id = 0;
        if (!ends_with(first, ":") || !parse_whole(first.substr(0, first.size() - 1), id)) {
            skip("expected \"number: 0xstart/0xlimit/0xoffset file\"", number);
            return;
        }
        static_cast<void>(take_word(rest));
        const bool known = mapping_index_.find(hash_of(id), [&](std::uint32_t at) {
            return mappings_[at].id == id;
        }) != id_table::none;
        if (known) { return; }
        mapping_index_.insert(hash_of(id), static_cast<std::uint32_t>(mappings_.size()));
        mappings_.push_back({id, std::string(take_word(rest))});
    }

    [[nodiscard]] std::string unknown_at(const place& p) const {
        const std::uint32_t at = mapping_index_.find(
            hash_of(p.mapping), [&](std::uint32_t m) { return mappings_[m].id == p.mapping; });
        return unknown_frame(at == id_table::none ? std::string_view() : mappings_[at].file);
    }

    // Interns the lines of a location, the innermost first.
    void intern_place(profile_builder& builder,
                      const place& p,
                      std::size_t end,
                      std::vector<std::uint32_t>& frames) const {
        if (p.lines == end) {
            frames.push_back(builder.intern(unknown_at(p)));
            return;
        }
        for (std::size_t i = p.lines; i < end; ++i) {
            const place_line& line = lines_[i];
            wick::frame f;
            f.function = line.function.empty()
                             ? unknown_at(p)
                             : comparable_name(line.function, options_.keep_arguments);
            for (char& c : f.function) {
                if (c == ';') { c = ':'; }
            }
            f.file = line.file;
            f.line = line.line;
            f.kind = line.inlined ? frame_kind::inlined : frame_kind::function;
            frames.push_back(builder.intern(f));
        }
    }

    [[nodiscard]] profile
    build(std::size_t column, std::size_t observations, wick::error& problem) {
        profile_builder builder;
        const go_raw_type& type = read_.types[column];
        builder.describe(type.unit == "count" ? type.type : type.unit,
                         observations < read_.types.size() ? counted_as::samples
                                                           : counted_as::unknown,
                         profile_detail::function);
        std::vector<std::uint32_t> frames;
        std::vector<std::size_t> begins; // of each place in frames
        for (std::size_t i = 0; i < places_.size(); ++i) {
            begins.push_back(frames.size());
            const std::size_t end = i + 1 < places_.size() ? places_[i + 1].lines : lines_.size();
            intern_place(builder, places_[i], end, frames);
        }
        begins.push_back(frames.size());
        const std::uint32_t missing = builder.intern("[unknown]");
        const std::size_t width = read_.types.size();
        for (std::size_t i = 0; i < samples_.size(); ++i) {
            const sample& s = samples_[i];
            const bool last = i + 1 == samples_.size();
            const std::size_t places_end = last ? stacks_.size() : samples_[i + 1].places;
            const std::size_t labels_end = last ? labels_.size() : samples_[i + 1].labels;
            std::uint32_t node = profile_builder::root;
            for (std::size_t l = s.labels; l < labels_end; ++l) {
                node = builder.child(node, builder.intern(labels_[l], frame_kind::label));
            }
            for (std::size_t k = places_end; k-- > s.places;) {
                const std::uint32_t at =
                    place_index_.find(hash_of(stacks_[k]), [&](std::uint32_t known) {
                        return places_[known].id == stacks_[k];
                    });
                if (at == id_table::none) {
                    if (column == 0) { skip("there is no location of that number", s.line); }
                    node = builder.child(node, missing);
                    continue;
                }
                for (std::size_t f = begins[at + 1]; f-- > begins[at];) {
                    node = builder.child(node, frames[f]);
                }
            }
            if (places_end == s.places) {
                node = builder.child(node, builder.intern("[no stack]", frame_kind::marker));
            }
            const std::int64_t value = values_[s.values + column];
            const std::uint64_t count =
                observations < width ? magnitude(values_[s.values + observations]) : 1;
            if (value == 0 && count == 0) { continue; }
            if (!builder.add(node, count, value) && !problem) {
                problem = wick::error{"the values add up to 2^63 or more", s.line};
            }
        }
        return builder.finish();
    }
};

/// Returns whether the head of an input is what `go tool pprof -raw` writes.
[[nodiscard]] inline bool looks_like_go_raw(std::string_view head) {
    bool samples = false;
    return any_line(head, [&](std::string_view line) {
        if (starts_with(line, "PeriodType: ") || (samples && contains(line, "/"))) { return true; }
        samples = line == "Samples:";
        return false;
    });
}

} // namespace detail

/// Reads what `go tool pprof -raw` writes: sample types, samples with the numbers of their
/// locations, the locations, the mappings. Returns a profile for each sample type; a sample weighs
/// its value, and counts the value of the type "samples" where there is one, else 1. Frames have
/// the file and the line where the function begins; functions that were inlined are of kind
/// inlined; code without a name is "[module]" or "[unknown]". Values may be negative.
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  values that add up to 2^63 or more. Lines that are not understood, and locations that
///          are not there, are skipped and counted, the first with its number and the reason.
/// Cost:    memory for all samples, since what their numbers mean stands at the end of the text.
/// Format:  what pprof's profile.String writes, with columns (since 2023) and without.
template <class Source>
[[nodiscard]] result<go_raw_text> read_go_raw(Source&& source, const go_raw_options& options = {}) {
    detail::go_raw_reader reader(options);
    return detail::read_lines<detail::go_raw_reader, std::remove_reference_t<Source>>(reader,
                                                                                      source);
}

/// The same from memory.
[[nodiscard]] inline result<go_raw_text> parse_go_raw(std::string_view text,
                                                      const go_raw_options& options = {}) {
    return read_go_raw(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
