// wick/detail/demangle_rust.hpp - what a linker symbol of Rust is called in the source.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_DEMANGLE_RUST_HPP
#define WICK_DETAIL_DEMANGLE_RUST_HPP

#include <wick/detail/text.hpp> // is_digit
#include <wick/detail/utf8.hpp> // names beyond ASCII
#include <wick/version.hpp>

#include <algorithm>   // std::min
#include <charconv>    // std::from_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // numbers
#include <string>      // names
#include <string_view> // symbols
#include <vector>      // characters of a name

WICK_BEGIN_NAMESPACE
namespace detail {

// ---- the older scheme -------------------------------------------------------------------------

/// Appends one part of a Rust path: "$LT$" and the like stand for punctuation, ".." for "::".
inline void append_rust_part(std::string& out, std::string_view part) {
    struct escape {
        std::string_view code;
        char means;
    };
    constexpr escape escapes[] = {{"SP", '@'},
                                  {"BP", '*'},
                                  {"RF", '&'},
                                  {"LT", '<'},
                                  {"GT", '>'},
                                  {"LP", '('},
                                  {"RP", ')'},
                                  {"C", ','}};
    if (part.substr(0, 2) == "_$") {
        part.remove_prefix(1); // put there because an identifier cannot start with '$'
    }
    while (!part.empty()) {
        if (part.substr(0, 2) == "..") {
            out += "::";
            part.remove_prefix(2);
            continue;
        }
        const std::size_t close = part[0] == '$' ? part.find('$', 1) : std::string_view::npos;
        char means = 0;
        if (close != std::string_view::npos) {
            const std::string_view code = part.substr(1, close - 1);
            for (const escape& e : escapes) { means = e.code == code ? e.means : means; }
            unsigned value = 0;
            if (code.size() == 3 && code[0] == 'u' &&
                std::from_chars(code.data() + 1, code.data() + 3, value, 16).ptr ==
                    code.data() + 3 &&
                value >= 0x20 && value < 0x7f) {
                means = static_cast<char>(value);
            }
        }
        out += means != 0 ? means : part[0];
        part.remove_prefix(means != 0 ? close + 1 : 1);
    }
}

/// Returns the path of a Rust symbol of the older scheme, `_ZN` parts `17h` 16 hex digits `E`,
/// with its hash left on, as two functions may differ in nothing else; "" when it is no such
/// symbol.
[[nodiscard]] inline std::string demangle_rust_legacy(std::string_view mangled) {
    std::string path;
    if (mangled.substr(0, 3) != "_ZN") { return {}; }
    mangled.remove_prefix(3);
    while (!mangled.empty() && is_digit(mangled[0])) {
        std::size_t size = 0;
        const char* end = mangled.data() + mangled.size();
        const std::from_chars_result read = std::from_chars(mangled.data(), end, size);
        if (read.ec != std::errc() || size == 0 ||
            size >= static_cast<std::size_t>(end - read.ptr)) {
            return {};
        }
        const std::string_view part(read.ptr, size);
        mangled =
            std::string_view(read.ptr + size, static_cast<std::size_t>(end - read.ptr) - size);
        const bool last = mangled[0] == 'E';
        if (last && (path.empty() || size != 17 || part[0] != 'h' ||
                     part.find_first_not_of("0123456789abcdef", 1) != std::string_view::npos)) {
            return {};
        }
        path += path.empty() ? "" : "::";
        append_rust_part(path, part);
        if (last) { return path; }
    }
    return {};
}

// ---- the newer scheme, "v0" -------------------------------------------------------------------

/// Returns the name of a basic type, or "".
[[nodiscard]] inline std::string_view rust_basic_type(char code) noexcept {
    constexpr std::string_view names[] = {"i8",   "bool",  "char",  "f64", "str", "f32", "",
                                          "u8",   "isize", "usize", "",    "i32", "u32", "i128",
                                          "u128", "_",     "",      "",    "i16", "u16", "()",
                                          "...",  "",      "i64",   "u64", "!"};
    return code >= 'a' && code <= 'z' ? names[code - 'a'] : std::string_view();
}

/// Appends a name beyond ASCII, which symbols hold as Punycode (RFC 3492) with '_' for '-'. False
/// when it is none.
[[nodiscard]] inline bool append_punycode(std::string& out, std::string_view text) {
    const std::size_t basic = text.rfind('_');
    std::vector<std::uint32_t> name;
    if (basic != std::string_view::npos) {
        for (const char c : text.substr(0, basic)) {
            name.push_back(static_cast<unsigned char>(c));
        }
        text.remove_prefix(basic + 1);
    }
    std::uint64_t code = 128;
    std::uint64_t at = 0;
    std::uint64_t bias = 72;
    bool first = true;
    for (std::size_t next = 0; next < text.size();) {
        const std::uint64_t before = at;
        std::uint64_t weight = 1;
        for (std::uint64_t k = 36;; k += 36) {
            if (next == text.size()) { return false; }
            const char c = text[next++];
            const bool letter = c >= 'a' && c <= 'z';
            if (!letter && !is_digit(c)) { return false; }
            const auto digit = static_cast<std::uint64_t>(letter ? c - 'a' : c - '0' + 26);
            at += digit * weight;
            const std::uint64_t threshold =
                k <= bias + 1 ? 1 : (std::min)(k - bias, std::uint64_t{26});
            if (digit < threshold) { break; }
            weight *= 36 - threshold;
            if (at > 0x10ffffff || weight > 0x10ffffff) { return false; }
        }
        const std::uint64_t size = name.size() + 1;
        std::uint64_t delta = (at - before) / (first ? 700 : 2);
        first = false;
        delta += delta / size;
        for (bias = 0; delta > 455; bias += 36) { delta /= 35; }
        bias += 36 * delta / (delta + 38);
        code += at / size;
        at %= size;
        if (code > 0x10ffff) { return false; }
        name.insert(name.begin() + static_cast<std::ptrdiff_t>(at++),
                    static_cast<std::uint32_t>(code));
    }
    for (const std::uint32_t character : name) { append_utf8(out, character); }
    return true;
}

/// Writes out what a symbol of the newer scheme stands for, from left to right. Back references
/// can make a small symbol stand for anything: how deep, how long and how far it goes is bounded.
class rust_v0_path {
public:
    /// `mangled` is the symbol without "_R" and without suffixes.
    explicit rust_v0_path(std::string_view mangled)
        : in_(mangled) {}

    /// Returns the path, or "" when this is no such symbol.
    [[nodiscard]] std::string run() {
        path(true);
        if (at_ < in_.size()) { // the crate for which it was instantiated
            const std::size_t size = out_.size();
            path(false);
            out_.resize((std::min)(size, out_.size()));
        }
        return failed_ || at_ != in_.size() ? std::string() : std::move(out_);
    }

private:
    static constexpr int max_depth = 100;
    static constexpr int max_steps = 20000;
    static constexpr std::size_t max_size = std::size_t{1} << 14;
    static constexpr std::uint64_t max_lifetimes = 100;

    std::string_view in_;
    std::size_t at_ = 0;
    std::string out_;
    int depth_ = 0;
    int steps_ = 0;
    std::uint64_t lifetimes_ = 0; // that are bound where we are
    bool failed_ = false;

    // One level deeper, for as long as it lives.
    class level {
    public:
        explicit level(rust_v0_path& of)
            : of_(of) {
            if (++of_.depth_ > max_depth || ++of_.steps_ > max_steps ||
                of_.out_.size() > max_size) {
                of_.failed_ = true;
            }
        }
        level(const level&) = delete;
        level& operator=(const level&) = delete;
        ~level() { --of_.depth_; }

    private:
        rust_v0_path& of_;
    };

    [[nodiscard]] bool eat(char c) noexcept {
        if (failed_ || at_ >= in_.size() || in_[at_] != c) { return false; }
        ++at_;
        return true;
    }
    [[nodiscard]] char next() noexcept {
        if (failed_ || at_ >= in_.size()) {
            failed_ = true;
            return '\0';
        }
        return in_[at_++];
    }

    // ---- numbers and names

    [[nodiscard]] std::uint64_t base62() noexcept {
        if (eat('_')) { return 0; }
        std::uint64_t number = 0;
        for (;;) {
            const char c = next();
            if (failed_) { return 0; }
            if (c == '_') { return number + 1; }
            const int digit = is_digit(c)            ? c - '0'
                              : c >= 'a' && c <= 'z' ? c - 'a' + 10
                              : c >= 'A' && c <= 'Z' ? c - 'A' + 36
                                                     : -1;
            constexpr std::uint64_t most = ~std::uint64_t{0} - 1;
            if (digit < 0 || number > (most - static_cast<std::uint64_t>(digit)) / 62) {
                failed_ = true;
                return 0;
            }
            number = number * 62 + static_cast<std::uint64_t>(digit);
        }
    }
    [[nodiscard]] std::uint64_t optional62(char tag) noexcept {
        return eat(tag) ? base62() + 1 : 0;
    }

    struct identifier {
        std::string_view text;
        bool punycode = false;
    };
    [[nodiscard]] identifier name() noexcept {
        identifier made;
        made.punycode = eat('u');
        std::size_t size = 0;
        if (!eat('0')) {
            const std::size_t digits = at_;
            while (at_ < in_.size() && is_digit(in_[at_]) && at_ - digits < 6) {
                size = size * 10 + static_cast<std::size_t>(in_[at_++] - '0');
            }
            if (at_ == digits) { failed_ = true; }
        }
        (void)eat('_'); // behind the size of a name that begins with a digit or with '_'
        if (failed_ || size > in_.size() - at_) {
            failed_ = true;
            return {};
        }
        made.text = in_.substr(at_, size);
        at_ += size;
        return made;
    }
    void put(const identifier& name) {
        if (!name.punycode) {
            out_ += name.text;
        } else if (!append_punycode(out_, name.text)) {
            failed_ = true;
        }
    }

    // ---- paths

    // `Print` prints what a reference refers to.
    template <class Print>
    void back_reference(Print print) {
        const std::size_t here = at_ - 1;
        const std::uint64_t target = base62();
        if (failed_ || target >= here) {
            failed_ = true;
            return;
        }
        const std::size_t after = at_;
        at_ = static_cast<std::size_t>(target);
        print();
        at_ = after;
    }

    // Elements up to 'E'; returns how many there were.
    template <class Print>
    std::size_t list(std::string_view between, Print print) {
        std::size_t count = 0;
        while (!failed_ && !eat('E')) {
            if (count++ > 0) { out_ += between; }
            print();
        }
        return count;
    }

    // In expressions generic arguments stand behind "::".
    void path(bool in_value) {
        const level deeper(*this);
        const char tag = next();
        switch (tag) {
        case 'C':
            (void)optional62('s'); // tells crates of one name apart; differs from build to build
            put(name());
            break;
        case 'N':
            nested(in_value);
            break;
        case 'M':
        case 'X': {
            const std::size_t size = out_.size(); // where the implementation stands is not shown
            (void)optional62('s');
            path(false);
            out_.resize((std::min)(size, out_.size()));
            implementation(tag == 'X');
            break;
        }
        case 'Y':
            implementation(true);
            break;
        case 'I':
            path(in_value);
            out_ += in_value ? "::<" : "<";
            list(", ", [&] { generic_argument(); });
            out_ += '>';
            break;
        case 'B':
            back_reference([&] { path(in_value); });
            break;
        default:
            failed_ = true;
        }
    }

    void nested(bool in_value) {
        const char space = next();
        const bool special = space >= 'A' && space <= 'Z';
        if (!special && !(space >= 'a' && space <= 'z')) { failed_ = true; }
        path(in_value);
        const std::uint64_t number = optional62('s');
        const identifier last = name();
        if (!special) {
            if (!last.text.empty()) { out_ += "::"; }
            put(last);
            return;
        }
        out_ += "::{";
        out_ += space == 'C' ? "closure" : space == 'S' ? "shim" : std::string(1, space);
        if (!last.text.empty()) { out_ += ':'; }
        put(last);
        out_ += '#' + std::to_string(number) + '}';
    }

    void implementation(bool of_trait) {
        out_ += '<';
        type();
        if (of_trait) {
            out_ += " as ";
            path(false);
        }
        out_ += '>';
    }

    void generic_argument() {
        if (eat('L')) {
            lifetime(base62());
        } else if (eat('K')) {
            constant();
        } else {
            type();
        }
    }

    // ---- types

    void lifetime(std::uint64_t index) {
        if (index > lifetimes_) {
            failed_ = true;
            return;
        }
        const std::uint64_t depth = lifetimes_ - index;
        if (index == 0) {
            out_ += "'_";
        } else if (depth < 26) {
            out_ += '\'';
            out_ += static_cast<char>('a' + static_cast<int>(depth));
        } else {
            out_ += "'_" + std::to_string(depth);
        }
    }

    void type() {
        const level deeper(*this);
        const char tag = next();
        if (const std::string_view basic = rust_basic_type(tag); !basic.empty()) {
            out_ += basic;
            return;
        }
        switch (tag) {
        case 'R':
        case 'Q':
            out_ += '&';
            if (eat('L')) {
                if (const std::uint64_t index = base62(); index != 0) {
                    lifetime(index);
                    out_ += ' ';
                }
            }
            if (tag == 'Q') { out_ += "mut "; }
            type();
            break;
        case 'P':
        case 'O':
            out_ += tag == 'P' ? "*const " : "*mut ";
            type();
            break;
        case 'A':
        case 'S':
            out_ += '[';
            type();
            if (tag == 'A') {
                out_ += "; ";
                constant();
            }
            out_ += ']';
            break;
        case 'T':
            out_ += '(';
            if (list(", ", [&] { type(); }) == 1) { out_ += ','; }
            out_ += ')';
            break;
        case 'F':
            bound([&] { function(); });
            break;
        case 'D':
            out_ += "dyn ";
            bound([&] { list(" + ", [&] { dyn_trait(); }); });
            if (!eat('L')) { failed_ = true; }
            if (const std::uint64_t index = base62(); index != 0) {
                out_ += " + ";
                lifetime(index);
            }
            break;
        case 'B':
            back_reference([&] { type(); });
            break;
        default:
            if (failed_) { break; }
            --at_;
            path(false);
        }
    }

    // Prints with the lifetimes that a "for<'a>" binds.
    template <class Print>
    void bound(Print print) {
        const std::uint64_t count = optional62('G');
        if (count > max_lifetimes) { failed_ = true; }
        if (failed_) { return; }
        if (count > 0) { out_ += "for<"; }
        for (std::uint64_t i = 0; i < count; ++i) {
            if (i > 0) { out_ += ", "; }
            ++lifetimes_;
            lifetime(1);
        }
        if (count > 0) { out_ += "> "; }
        print();
        lifetimes_ -= count;
    }

    void function() {
        if (eat('U')) { out_ += "unsafe "; }
        if (eat('K')) {
            out_ += "extern \"";
            if (eat('C')) {
                out_ += 'C';
            } else {
                for (const char c : name().text) { out_ += c == '_' ? '-' : c; }
            }
            out_ += "\" ";
        }
        out_ += "fn(";
        list(", ", [&] { type(); });
        out_ += ')';
        if (eat('u')) { return; } // returns nothing
        out_ += " -> ";
        type();
    }

    void dyn_trait() {
        bool open = open_path();
        while (!failed_ && eat('p')) {
            out_ += open ? ", " : "<";
            open = true;
            put(name());
            out_ += " = ";
            type();
        }
        if (open) { out_ += '>'; }
    }

    // A path whose generic arguments are left open for more; returns whether it has any.
    bool open_path() {
        const level deeper(*this);
        bool open = false;
        if (eat('B')) {
            back_reference([&] { open = open_path(); });
        } else if (eat('I')) {
            path(false);
            out_ += '<';
            list(", ", [&] { generic_argument(); });
            open = true;
        } else {
            path(false);
        }
        return open;
    }

    // ---- constants

    void constant() {
        const level deeper(*this);
        const char tag = next();
        switch (tag) {
        case 'p':
            out_ += '_';
            break;
        case 'B':
            back_reference([&] { constant(); });
            break;
        case 'b':
        case 'c':
        case 'h':
        case 't':
        case 'm':
        case 'y':
        case 'o':
        case 'j':
            value(tag);
            break;
        case 'a':
        case 's':
        case 'l':
        case 'x':
        case 'n':
        case 'i':
            if (eat('n')) { out_ += '-'; }
            value(tag);
            break;
        default: // strings, arrays, structures: not in what stable compilers write
            failed_ = true;
        }
    }

    void value(char type) {
        const std::size_t begin = at_;
        const std::size_t end = in_.find('_', begin);
        if (failed_ || end == std::string_view::npos) {
            failed_ = true;
            return;
        }
        at_ = end + 1;
        const std::string_view digits = in_.substr(begin, end - begin);
        if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
            failed_ = true;
            return;
        }
        if (digits.size() > 16) {
            out_ += "0x";
            out_ += digits;
            return;
        }
        std::uint64_t number = 0; // none at all is 0
        (void)std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
        if (type == 'b') {
            out_ += number == 0 ? "false" : "true";
        } else if (type == 'c') {
            out_ += '\'';
            append_utf8(out_,
                        static_cast<std::uint32_t>((std::min)(number, std::uint64_t{0x110000})));
            out_ += '\'';
        } else {
            out_ += std::to_string(number);
        }
    }
};

/// Returns the path of a Rust symbol of the newer scheme (RFC 2603), "_R…", without what tells
/// crates of one name apart; "" when it is no such symbol, or one that stands for far more than it
/// is.
[[nodiscard]] inline std::string demangle_rust_v0(std::string_view mangled) {
    if (mangled.size() < 4 || mangled.size() > 4096 || mangled.substr(0, 2) != "_R") { return {}; }
    return rust_v0_path(mangled.substr(2)).run();
}

/// Returns what a symbol of either scheme stands for, as the two functions before do; "" when it
/// is of neither. What linkers and compilers append, ".llvm.123", is left out.
[[nodiscard]] inline std::string demangle_rust(std::string_view mangled) {
    if (mangled.substr(0, 2) == "_R") {
        return demangle_rust_v0(mangled.substr(0, mangled.find_first_of(".$")));
    }
    return demangle_rust_legacy(mangled);
}

} // namespace detail
WICK_END_NAMESPACE

#endif
