// wick/detail/frame_text.hpp - how a frame is called in text, and back.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FRAME_TEXT_HPP
#define WICK_DETAIL_FRAME_TEXT_HPP

#include <wick/profile.hpp> // frames

#include <algorithm>   // std::sort, to find equal texts
#include <charconv>    // std::to_chars, for addresses
#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <string>      // what is built
#include <string_view> // what is read
#include <vector>      // a text for each frame

WICK_BEGIN_NAMESPACE
namespace detail {

inline void append_hex(std::string& out, std::uint64_t value) {
    char digits[16];
    out += "0x";
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value, 16).ptr);
}

/// Returns the part of a path behind its last slash: "/usr/lib/libm.so.6" → "libm.so.6".
[[nodiscard]] inline std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

/// Appends what stands for code without a name: "libm.so.6+0x1234", the offset being the file's.
inline void append_place(std::string& out, const loaded_module& module, std::uint64_t address) {
    if (module.path.empty()) {
        append_hex(out, address);
        return;
    }
    out += base_name(module.path);
    out += '+';
    append_hex(out, address - module.start + module.offset);
}

[[nodiscard]] inline std::string_view kind_suffix(frame_kind kind) noexcept {
    switch (kind) {
    case frame_kind::kernel:
        return "_[k]";
    case frame_kind::inlined:
        return "_[i]";
    case frame_kind::jit:
        return "_[j]";
    case frame_kind::function:
    case frame_kind::process:
    case frame_kind::thread:
    case frame_kind::label:
    case frame_kind::marker:
        break;
    }
    return {};
}

/// Appends the name of a frame as text formats show it: with the suffix of its kind; a frame that
/// has an address and no name as its module and offset.
inline void append_frame_text(std::string& out, const profile& p, const frame& f) {
    if (f.function.empty() && f.address != 0) {
        append_place(out, p.modules[f.module], f.address);
    } else {
        out += f.function;
    }
    out += kind_suffix(f.kind);
}

/// A name from text, with its kind told by its suffix.
struct named_frame {
    std::string_view function;
    frame_kind kind;
};

/// Takes "name_[k]", "name_[i]" and "name_[j]" apart; every other text is a function's name as it
/// is.
[[nodiscard]] inline named_frame parse_frame_text(std::string_view text) noexcept {
    const std::size_t size = text.size();
    if (size < 4 || text[size - 1] != ']' || text[size - 3] != '[' || text[size - 4] != '_') {
        return {text, frame_kind::function};
    }
    const std::string_view name = text.substr(0, size - 4);
    switch (text[size - 2]) {
    case 'k':
        return {name, frame_kind::kernel};
    case 'i':
        return {name, frame_kind::inlined};
    case 'j':
        return {name, frame_kind::jit};
    default:
        return {text, frame_kind::function};
    }
}

/// A profile as text and pictures show it: no two frames have the same text. Refers to the profile
/// it is made of, which is used as it is unless frames have to be merged. Cost: O(frames), or a
/// merge.
class shown_profile {
public:
    explicit shown_profile(const profile& p)
        : tree_(&p)
        , texts_(texts_of(p)) {
        if (all_distinct(texts_)) { return; }
        merged_ = map_frames(p, [&](const frame& f) {
            frame text; // the whole text, so that "f" of kind kernel and "f_[k]" become one
            append_frame_text(text.function, p, f);
            return text;
        });
        tree_ = &merged_;
        texts_ = texts_of(merged_);
    }
    shown_profile(const shown_profile&) = delete;
    shown_profile& operator=(const shown_profile&) = delete;

    /// The tree to show; its frames' texts are distinct.
    [[nodiscard]] const profile& tree() const noexcept { return *tree_; }
    /// The text of each of the tree's frames.
    [[nodiscard]] const std::vector<std::string>& texts() const noexcept { return texts_; }

private:
    const profile* tree_;
    profile merged_;
    std::vector<std::string> texts_;

    [[nodiscard]] static std::vector<std::string> texts_of(const profile& p) {
        std::vector<std::string> texts(p.frames.size());
        for (std::size_t i = 0; i < texts.size(); ++i) {
            append_frame_text(texts[i], p, p.frames[i]);
        }
        return texts;
    }
    [[nodiscard]] static bool all_distinct(const std::vector<std::string>& texts) {
        std::vector<std::string_view> sorted(texts.begin(), texts.end());
        std::sort(sorted.begin(), sorted.end());
        return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
