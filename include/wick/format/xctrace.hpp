// wick/format/xctrace.hpp - the XML that `xctrace export` writes of a time profile.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_XCTRACE_HPP
#define WICK_FORMAT_XCTRACE_HPP

#include <wick/detail/hash.hpp>          // elements by their ids
#include <wick/detail/lines.hpp>         // memory as a source
#include <wick/detail/stack_samples.hpp> // stacks into a builder
#include <wick/detail/text.hpp>          // digits
#include <wick/detail/xml.hpp>           // elements
#include <wick/profile.hpp>              // the result
#include <wick/result.hpp>               // what was skipped

#include <cstddef>     // std::size_t
#include <cstdint>     // weights
#include <string>      // names
#include <string_view> // names
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // what ids stand for

WICK_BEGIN_NAMESPACE

/// How to read what `xctrace export` writes.
struct xctrace_options {
    bool modules = false; ///< names have their binary: "libdyld.dylib`start"
    bool pid = false;     ///< the process keeps its number: "app (123)"
    bool threads = false; ///< threads are below the process, by name
};

/// What the export holds.
struct xctrace_text {
    profile samples;       ///< unit "nanoseconds", or "cycles"; "samples" where no row has a weight
    wick::skipped skipped; ///< rows that were not understood, references to nothing
    std::uint64_t unweighted = 0; ///< rows without a weight among rows with one; they weigh 0
};

namespace detail {

class xctrace_reader {
public:
    explicit xctrace_reader(const xctrace_options& options)
        : options_(options) {}

    template <class Source>
    [[nodiscard]] result<xctrace_text> read(Source& source) {
        xml_reader<Source> xml(source);
        for (;;) {
            switch (xml.next()) {
            case xml_token::begin:
                begin(xml);
                break;
            case xml_token::end:
                end(xml.name(), xml.line());
                break;
            case xml_token::text:
                if (in_weight_) { text_ += xml.text(); }
                break;
            case xml_token::failed:
                samples_.skipped.add(xml.problem(), xml.line());
                return finish(xml.line());
            case xml_token::finished:
                return finish(xml.line());
            }
        }
    }

private:
    enum class kind : std::uint8_t { frame, stack, weight, process, thread };
    // What an id stands for.
    struct element {
        std::uint64_t id;
        kind is;
        std::size_t at; // a frame, or an index into what follows
    };
    struct thread {
        std::uint32_t name;
        std::uint32_t process;
    };
    // A stack below a thread, found without a walk through the tree: rows refer to long ones.
    struct placed {
        std::size_t stack;
        std::uint32_t parent;
        std::uint32_t node;
    };
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    static constexpr std::size_t deepest = 4096; // Instruments itself stops much earlier

    xctrace_options options_;
    stack_samples samples_;
    id_table index_;
    id_table placed_index_;
    std::vector<placed> placed_;
    std::vector<element> elements_;
    std::vector<std::uint32_t> frames_;   // of all stacks, the leaf first
    std::vector<std::size_t> stack_ends_; // where each ends in frames_
    std::vector<std::int64_t> weights_;
    std::vector<thread> threads_;

    bool in_row_ = false;
    bool in_weight_ = false;
    bool is_cycles_ = false;
    bool in_stack_ = false;
    bool in_frame_ = false;
    std::uint64_t tagged_id_ = 0;
    std::uint64_t stack_id_ = 0;
    std::uint64_t frame_id_ = 0;
    std::uint64_t weight_id_ = 0;
    std::uint64_t thread_id_ = 0;
    std::string frame_name_;
    std::string binary_;
    std::string text_;
    // Of the row that is being read.
    std::size_t stack_ = none;
    bool has_weight_ = false;
    std::int64_t weight_ = 0;
    std::uint32_t thread_name_ = 0;
    std::uint32_t process_ = 0;

    // Of all rows: only the end tells whether they have weights.
    struct row {
        std::uint32_t node;
        std::int64_t weight; // -1: none
        std::uint64_t line;
    };
    std::vector<row> rows_;
    bool any_weight_ = false;
    bool any_table_ = false;

    [[nodiscard]] static std::uint64_t number_of(const std::string* text) noexcept {
        std::int64_t number = 0;
        if (text == nullptr || !parse_whole(*text, number)) { return 0; }
        return static_cast<std::uint64_t>(number);
    }
    [[nodiscard]] static std::uint64_t hash_of(std::uint64_t id, kind is) noexcept {
        return mix(id ^ hash_seed(), 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(is));
    }
    // The first of a kind with an id holds: they are given once.
    void define(std::uint64_t id, kind is, std::size_t at) {
        if (id == 0 || find(id, is) != none) { return; }
        index_.insert(hash_of(id, is), static_cast<std::uint32_t>(elements_.size()));
        elements_.push_back({id, is, at});
    }
    [[nodiscard]] std::size_t find(std::uint64_t id, kind is) const {
        const std::uint32_t known = index_.find(hash_of(id, is), [&](std::uint32_t e) {
            return elements_[e].id == id && elements_[e].is == is;
        });
        return known == id_table::none ? none : elements_[known].at;
    }
    [[nodiscard]] std::size_t refer(const std::string& ref, kind is, std::uint64_t line) {
        const std::size_t at = find(number_of(&ref), is);
        if (at == none) { samples_.skipped.add("a \"ref\" to an id that is not there", line); }
        return at;
    }

    template <class Xml>
    void begin(const Xml& xml) {
        const std::string& name = xml.name();
        if (name == "row") {
            in_row_ = true;
            any_table_ = true;
            stack_ = none;
            has_weight_ = false;
            thread_name_ = 0;
            process_ = 0;
            return;
        }
        if (!in_row_) { return; }
        const std::string* ref = xml.attribute("ref");
        const std::uint64_t id = number_of(xml.attribute("id"));
        if (name == "tagged-backtrace") {
            tagged_id_ = id;
            if (ref != nullptr) { stack_ = refer(*ref, kind::stack, xml.line()); }
        } else if (name == "backtrace") {
            if (ref != nullptr) {
                stack_ = refer(*ref, kind::stack, xml.line());
                define(tagged_id_, kind::stack, stack_);
            } else {
                in_stack_ = true;
                stack_id_ = id;
            }
        } else if (name == "frame") {
            if (in_stack_) { begin_frame(xml, ref, id); }
        } else if (name == "binary") {
            begin_binary(xml, ref, id);
        } else if (name == "weight" || name == "cycle-weight") {
            begin_weight(name, ref, id, xml.line());
        } else if (name == "thread") {
            begin_thread(xml, ref, id);
        } else if (name == "process") {
            begin_process(xml, ref, id);
        }
    }

    template <class Xml>
    void begin_frame(const Xml& xml, const std::string* ref, std::uint64_t id) {
        const std::size_t begin = stack_ends_.empty() ? 0 : stack_ends_.back();
        if (frames_.size() - begin >= deepest) {
            samples_.skipped.add("a backtrace has more than 4096 frames", xml.line());
            return;
        }
        if (ref != nullptr) {
            const std::size_t at = refer(*ref, kind::frame, xml.line());
            frames_.push_back(at == none ? samples_.builder.intern("[unknown]")
                                         : static_cast<std::uint32_t>(at));
            return;
        }
        in_frame_ = true;
        frame_id_ = id;
        binary_.clear();
        const std::string* function = xml.attribute("name");
        frame_name_ = function == nullptr ? std::string() : *function;
    }

    // Binaries are in frames only, and only their names matter: they are kept as frames that no
    // stack has.
    template <class Xml>
    void begin_binary(const Xml& xml, const std::string* ref, std::uint64_t id) {
        if (!in_frame_) { return; }
        if (ref != nullptr) {
            const std::size_t at = refer(*ref, kind::frame, xml.line());
            if (at != none) {
                binary_ = samples_.builder.frame_at(static_cast<std::uint32_t>(at)).function;
            }
            return;
        }
        const std::string* binary = xml.attribute("name");
        if (binary == nullptr) { return; }
        binary_ = *binary;
        define(id, kind::frame, samples_.builder.intern(binary_));
    }

    void begin_weight(std::string_view name,
                      const std::string* ref,
                      std::uint64_t id,
                      std::uint64_t line) {
        is_cycles_ = is_cycles_ || name == "cycle-weight";
        if (ref == nullptr) {
            in_weight_ = true;
            weight_id_ = id;
            text_.clear();
            return;
        }
        const std::size_t at = refer(*ref, kind::weight, line);
        has_weight_ = at != none;
        if (has_weight_) { weight_ = weights_[at]; }
    }

    // <thread id="2" fmt="Main Thread 0x1b3e (app, pid: 123)"><process id="4" fmt="app (123)"/>…
    template <class Xml>
    void begin_thread(const Xml& xml, const std::string* ref, std::uint64_t id) {
        if (ref != nullptr) {
            const std::size_t at = refer(*ref, kind::thread, xml.line());
            if (at == none) { return; }
            thread_name_ = threads_[at].name;
            process_ = threads_[at].process;
            return;
        }
        thread_id_ = id;
        const std::string* shown = xml.attribute("fmt");
        std::string_view text = shown == nullptr ? std::string_view() : *shown;
        const std::size_t hex = text.rfind(" 0x");
        text = trimmed(text.substr(0, hex));
        thread_name_ = samples_.intern(text.empty() ? "Thread" : text, frame_kind::thread);
    }

    template <class Xml>
    void begin_process(const Xml& xml, const std::string* ref, std::uint64_t id) {
        if (ref != nullptr) {
            const std::size_t at = refer(*ref, kind::process, xml.line());
            if (at != none) { process_ = static_cast<std::uint32_t>(at); }
            return;
        }
        const std::string* shown = xml.attribute("fmt");
        if (shown == nullptr) { return; }
        std::string_view text = *shown;
        if (!options_.pid && ends_with(text, ")")) {
            const std::size_t open = text.rfind(" (");
            if (open != std::string_view::npos && open > 0) { text = text.substr(0, open); }
        }
        process_ = samples_.intern(text, frame_kind::process);
        define(id, kind::process, process_);
    }

    void end(const std::string& name, std::uint64_t line) {
        if (!in_row_) { return; }
        if (name == "row") {
            in_row_ = false;
            end_row(line);
        } else if (name == "frame" && in_frame_) {
            in_frame_ = false;
            end_frame();
        } else if (name == "backtrace" && in_stack_) {
            in_stack_ = false;
            stack_ends_.push_back(frames_.size());
            stack_ = stack_ends_.size() - 1;
            define(stack_id_, kind::stack, stack_);
            define(tagged_id_, kind::stack, stack_);
        } else if (name == "tagged-backtrace") {
            tagged_id_ = 0;
        } else if (name == "thread" && thread_id_ != 0) {
            threads_.push_back({thread_name_, process_});
            define(thread_id_, kind::thread, threads_.size() - 1);
            thread_id_ = 0;
        } else if ((name == "weight" || name == "cycle-weight") && in_weight_) {
            in_weight_ = false;
            has_weight_ = parse_whole(trimmed(text_), weight_);
            if (!has_weight_) {
                samples_.skipped.add("expected a weight that is a whole number below 2^63", line);
                return;
            }
            weights_.push_back(weight_);
            define(weight_id_, kind::weight, weights_.size() - 1);
        }
    }

    void end_frame() {
        const bool unknown = hex_size(frame_name_) == frame_name_.size(); // also when it is empty
        std::string name = unknown ? unknown_frame(binary_) : comparable_name(frame_name_, false);
        if (!unknown && options_.modules && !binary_.empty()) { name = binary_ + '`' + name; }
        const std::uint32_t frame = samples_.intern(name, frame_kind::function);
        frames_.push_back(frame);
        define(frame_id_, kind::frame, frame);
    }

    void end_row(std::uint64_t line) {
        profile_builder& builder = samples_.builder;
        std::uint32_t node = profile_builder::root;
        if (process_ != 0) { node = builder.child(node, process_); }
        if (options_.threads && thread_name_ != 0) { node = builder.child(node, thread_name_); }
        if (stack_ == none) {
            node = builder.child(node, builder.intern("[no stack]", frame_kind::marker));
        } else {
            node = place(node);
        }
        any_weight_ = any_weight_ || has_weight_;
        rows_.push_back({node, has_weight_ ? weight_ : -1, line});
    }

    [[nodiscard]] std::uint32_t place(std::uint32_t parent) {
        const std::uint64_t hash = mix(stack_ ^ hash_seed(), parent + 0x9e3779b97f4a7c15u);
        const std::uint32_t known = placed_index_.find(hash, [&](std::uint32_t p) {
            return placed_[p].stack == stack_ && placed_[p].parent == parent;
        });
        if (known != id_table::none) { return placed_[known].node; }
        std::uint32_t node = parent;
        const std::size_t begin = stack_ == 0 ? 0 : stack_ends_[stack_ - 1];
        for (std::size_t i = stack_ends_[stack_]; i-- > begin;) {
            node = samples_.builder.child(node, frames_[i]);
        }
        placed_index_.insert(hash, static_cast<std::uint32_t>(placed_.size()));
        placed_.push_back({stack_, parent, node});
        return node;
    }

    [[nodiscard]] result<xctrace_text> finish(std::uint64_t line) {
        if (in_row_) { samples_.skipped.add("the input ends inside a row", line); }
        if (!any_table_ && line > 1) { samples_.skipped.add("there is no row", line); }
        samples_.builder.describe(!any_weight_ ? "samples"
                                  : is_cycles_ ? "cycles"
                                               : "nanoseconds",
                                  counted_as::samples,
                                  profile_detail::function);
        xctrace_text read;
        for (const row& r : rows_) {
            if (any_weight_ && r.weight < 0) { ++read.unweighted; }
            const std::int64_t weight = !any_weight_ ? 1 : r.weight < 0 ? 0 : r.weight;
            samples_.add(r.node, 1, weight, r.line);
        }
        read.samples = samples_.builder.finish();
        read.skipped = std::move(samples_.skipped);
        return {std::move(read), std::move(samples_.problem)};
    }
};

/// Returns whether the head of an input is what `xctrace export` writes.
[[nodiscard]] inline bool looks_like_xctrace(std::string_view head) {
    return contains(head.substr(0, most_sniffed), "<trace-query-result");
}

} // namespace detail

/// Reads what `xctrace export --xpath '…/table[…time-profile]'` (or cpu-profile,
/// time-sample) writes: rows with a backtrace, in which what was there before is only referred to.
/// Returns one profile; a row is a sample that counts 1 and weighs its weight, in nanoseconds or
/// cycles, or 1 where no row has one. The root is the process's name. Arguments are cut, ';'
/// becomes ':', code without a name is "[binary]" or "[unknown]"; a row without a backtrace is
/// "[no stack]".
/// source   callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
/// Errors:  weights that add up to 2^63 or more. Where the XML is broken or ends early, what was
///          read before is returned and that is counted as skipped; so are references to nothing.
/// Cost:    one pass; memory for the distinct elements, 24 bytes a row, and one buffer.
/// Format:  what xctrace 13 to 16 write.
template <class Source>
[[nodiscard]] result<xctrace_text> read_xctrace(Source&& source,
                                                const xctrace_options& options = {}) {
    detail::xctrace_reader reader(options);
    return reader.read<std::remove_reference_t<Source>>(source);
}

/// The same from memory.
[[nodiscard]] inline result<xctrace_text> parse_xctrace(std::string_view text,
                                                        const xctrace_options& options = {}) {
    return read_xctrace(detail::text_source(text), options);
}

WICK_END_NAMESPACE

#endif
