// wick/format/prof.hpp - the .prof files of Python's cProfile, profile and sampling profiler.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_FORMAT_PROF_HPP
#define WICK_FORMAT_PROF_HPP

#include <wick/call_graph.hpp>        // the value
#include <wick/detail/byte_order.hpp> // words of the file
#include <wick/detail/decimal.hpp>    // times that are text
#include <wick/detail/hash.hpp>       // load
#include <wick/detail/text_table.hpp> // strings that were written
#include <wick/detail/utf8.hpp>       // bytes that are no text
#include <wick/detail/writer.hpp>     // output
#include <wick/result.hpp>            // errors

#include <cstddef>     // std::size_t
#include <cstdint>     // numbers
#include <cstdlib>     // std::realloc
#include <cstring>     // std::memcpy
#include <string>      // what is written
#include <string_view> // what is read
#include <type_traits> // std::remove_reference_t
#include <utility>     // std::move
#include <vector>      // references

WICK_BEGIN_NAMESPACE

/// How to read a .prof file.
struct prof_options {
    bool strict = false; ///< what is odd is an error
};

/// What a .prof file holds.
struct prof_file {
    call_graph graph;  ///< in seconds
    wick::skipped odd; ///< what pstats takes and cannot be right: functions with calls and no
                       ///< primitive ones (3.12 wrote such), callers without an entry, bytes behind
                       ///< the end; with the first one's offset
};

namespace detail {

/// Returns what a file is that is no marshalled dict, as far as its beginning tells.
[[nodiscard]] inline const char* other_prof(std::string_view head) noexcept {
    const auto begins = [&](std::string_view with) { return head.substr(0, with.size()) == with; };
    constexpr std::string_view legacy("\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 16);
    if (head.empty()) { return "the file is empty"; }
    if (begins("\x1f\x8b")) { return "this is compressed with gzip, as pprof's profiles are"; }
    if (begins("\x0a")) { return "this looks like a profile of pprof (protobuf)"; }
    if (begins(legacy)) { return "this is a CPU profile of gperftools"; }
    if (begins("{\"") || begins("{\n")) { return "this is JSON, as GHC's programs write it"; }
    if (begins("\x7f\x45LF")) { return "this is a program or a library"; }
    if (begins("\x80\x04") || begins("\x80\x03") || begins("\x80\x02")) {
        return "this is a pickle, as line_profiler writes it";
    }
    return "this is no dict of Python's marshal format";
}

/// All bytes of a source. Not a std::string, which would write zeros over room that is then filled
/// and copy what it has when it grows; large blocks are moved without that by realloc.
class byte_buffer {
public:
    byte_buffer() { grow(std::size_t{1} << 18); }
    byte_buffer(const byte_buffer&) = delete;
    byte_buffer& operator=(const byte_buffer&) = delete;
    ~byte_buffer() { std::free(bytes_); }

    [[nodiscard]] char* room() noexcept { return bytes_ + size_; }
    [[nodiscard]] std::size_t room_size() const noexcept { return capacity_ - size_; }
    [[nodiscard]] std::string_view view() const noexcept { return {bytes_, size_}; }

    /// Takes note of what was written to the room, and makes more of it.
    void filled(std::size_t size) {
        size_ += size;
        if (size_ == capacity_) { grow(capacity_ * 2); }
    }

private:
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
    char* bytes_ = nullptr;

    void grow(std::size_t capacity) {
        void* const larger = std::realloc(bytes_, capacity);
        // Fails as containers do: with an exception, or as the program has it without those.
        if (larger == nullptr) { std::vector<char>().reserve(~std::size_t{0} / 2); }
        bytes_ = static_cast<char*>(larger);
        capacity_ = capacity;
    }
};

/// Which of many objects are functions' keys, and which functions: bits, with the number of those
/// before each word. Python marks nearly every number of a file as something that may be referred
/// to, and what is referred to are functions: this fits a cache where a list of all objects does
/// not.
class key_marks {
public:
    /// Adds a mark, greater than those before.
    void add(std::size_t mark, std::uint32_t function) {
        while (words_.size() <= mark / 64) {
            words_.push_back({0, static_cast<std::uint32_t>(functions_.size())});
        }
        words_.back().bits |= std::uint64_t{1} << (mark % 64);
        functions_.push_back(function);
    }
    /// Finds the function of a mark; false where it is none of a key.
    [[nodiscard]] bool find(std::size_t mark, std::uint32_t& function) const noexcept {
        if (mark / 64 >= words_.size()) { return false; }
        const word& w = words_[mark / 64];
        const std::uint64_t bit = std::uint64_t{1} << (mark % 64);
        if ((w.bits & bit) == 0) { return false; }
        function = functions_[w.before + count_bits(w.bits & (bit - 1))];
        return true;
    }

private:
    struct word {
        std::uint64_t bits;
        std::uint32_t before;
    };
    std::vector<word> words_;
    std::vector<std::uint32_t> functions_;

    [[nodiscard]] static std::uint32_t count_bits(std::uint64_t bits) noexcept {
        bits -= bits >> 1 & 0x5555555555555555u;
        bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
        bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
        return static_cast<std::uint32_t>(bits * 0x0101010101010101u >> 56);
    }
};

/// Reads marshalled data of the one shape that profiles have. No recursion, as the shape is known;
/// memory for what was read, and 8 bytes for each object that is marked to be referred to.
class prof_parser {
public:
    prof_parser(std::string_view bytes, bool strict)
        : begin_(bytes.data())
        , at_(bytes.data())
        , end_(bytes.data() + bytes.size())
        , strict_(strict) {}

    [[nodiscard]] result<prof_file> parse() {
        const std::string_view head(begin_, static_cast<std::size_t>(end_ - begin_));
        if (head.empty() || (head[0] & 0x7f) != '{') {
            return {prof_file{},
                    error{std::string("not a .prof file of Python: ") + other_prof(head) +
                              " (at byte 0)",
                          0}};
        }
        if ((*at_++ & 0x80) != 0) {
            refs_.reserve(head.size() / 10); // it has references: most numbers are marked
            refs_.push_back(0);
        }
        // An edge takes 35 bytes, unless what is in it was there before.
        builder_.reserve_edges(head.size() / 35);
        while (entry()) {}
        if (error_) { return {prof_file{}, std::move(error_)}; }
        return finish();
    }

private:
    // What an object that may be referred to was, in few bytes, as there may be many. Texts and
    // long numbers are read again where they stand; keys are in keys_.
    enum class kind : std::uint8_t { other, text, integer, number, edge, empty_dict };
    using ref = std::uint64_t; // the kind, and 61 bits of offset, value or index
    [[nodiscard]] static kind kind_of(ref r) noexcept { return static_cast<kind>(r & 7); }
    [[nodiscard]] static ref make_ref(kind what, std::uint64_t rest) noexcept {
        return rest << 3 | static_cast<std::uint64_t>(what);
    }
    static constexpr std::size_t unmarked = ~std::size_t{0};
    static constexpr std::size_t most_edges = 0xffffffffu;

    const char* begin_;
    const char* at_;
    const char* end_;
    bool strict_;
    error error_;
    call_graph_builder builder_;
    std::vector<ref> refs_;
    key_marks keys_;
    std::vector<std::string_view> interned_; // Python 2's own list
    std::vector<std::uint64_t> mentioned_;   // by function: where it was named first
    std::vector<std::uint32_t> latest_;      // by caller: its latest edge, plus one
    std::uint64_t calls_[4] = {0, 0, 0, 0};
    std::uint64_t counted_edges_ = 0;
    std::uint64_t no_primitives_ = 0;
    std::uint64_t no_primitives_at_ = 0;
    bool sampled_ = false;

    // -------------------------------------------------------------------------------- the bytes

    [[nodiscard]] std::uint64_t offset(const char* at) const noexcept {
        return static_cast<std::uint64_t>(at - begin_);
    }
    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    bool fail(const std::string& what, const char* at) {
        error_ = error{"at byte " + std::to_string(offset(at)) + ": " + what, 0, offset(at)};
        return false;
    }
    bool fail_short() { return fail("the data ends in the middle of an object", end_); }
    bool fail_type(const char* expected, const char* at) {
        constexpr char hex[] = "0123456789abcdef";
        const auto code = static_cast<unsigned char>(*at);
        return fail(std::string("expected ") + expected + ", found an object of type 0x" +
                        hex[code >> 4] + hex[code & 15],
                    at);
    }

    template <class Word>
    [[nodiscard]] bool word(Word& to) {
        if (left() < sizeof to) { return fail_short(); }
        to = little_endian(load<Word>(at_));
        at_ += sizeof to;
        return true;
    }

    // Takes an object's type. Objects that are marked get their place in the list at once.
    [[nodiscard]] bool type(char& code, std::size_t& mark) {
        if (at_ == end_) { return fail_short(); }
        const char c = *at_++;
        code = static_cast<char>(c & 0x7f);
        mark = unmarked;
        if ((c & 0x80) != 0) {
            mark = refs_.size();
            refs_.push_back(0);
        }
        return true;
    }
    void remember(std::size_t mark, kind what, std::uint64_t rest) {
        if (mark != unmarked) { refs_[mark] = make_ref(what, rest); }
    }
    // Takes the number of a reference, and gets what it refers to.
    [[nodiscard]] bool referred(ref& known, const char* start) {
        std::uint32_t index = 0;
        if (!word(index)) { return false; }
        if (index >= refs_.size()) {
            return fail("a reference to object " + std::to_string(index) + " of " +
                            std::to_string(refs_.size()),
                        start);
        }
        known = refs_[index];
        return true;
    }

    // ------------------------------------------------------------------------------ the numbers

    // The rest of a long number: digits of 15 bits, the least significant first.
    [[nodiscard]] bool long_integer(std::int64_t& value, const char* start) {
        std::int32_t digits = 0;
        if (!word(digits)) { return false; }
        const std::int64_t sized = digits;
        const auto count = static_cast<std::size_t>(sized < 0 ? -sized : sized);
        if (count > left() / 2) { return fail_short(); }
        std::uint64_t sum = 0;
        for (std::size_t i = count; i-- > 0;) {
            const auto low = static_cast<unsigned char>(at_[i * 2]);
            const auto high = static_cast<unsigned char>(at_[i * 2 + 1]);
            if (high > 0x7f) { return fail("a digit of more than 15 bits", at_ + i * 2); }
            if (sum > max_calls >> 15) { return fail("a number of 2^63 or more", start); }
            sum = sum << 15 | static_cast<std::uint64_t>(high << 8 | low);
        }
        at_ += count * 2;
        value = digits < 0 ? -static_cast<std::int64_t>(sum) : static_cast<std::int64_t>(sum);
        return true;
    }

    // An integer that stands here, of which the type has been taken.
    [[nodiscard]] bool integer_here(char code, std::int64_t& value, const char* start) {
        if (code == 'i') {
            std::int32_t short_form = 0;
            if (!word(short_form)) { return false; }
            value = short_form;
            return true;
        }
        if (code == 'I') { return word(value); }
        if (code == 'l') { return long_integer(value, start); }
        return fail_type("an integer", start);
    }

    [[nodiscard]] bool integer(std::int64_t& value) {
        char code = 0;
        std::size_t mark = 0;
        const char* const start = at_;
        if (!type(code, mark)) { return false; }
        if (code != 'r') {
            if (!integer_here(code, value, start)) { return false; }
            remember_integer(mark, value, start);
            return true;
        }
        ref known = 0;
        if (!referred(known, start)) { return false; }
        return integer_of(known, value) || fail("a reference to no integer", start);
    }

    void remember_integer(std::size_t mark, std::int64_t value, const char* start) {
        const bool fits = value >= 0 && value < std::int64_t{1} << 60;
        remember(mark,
                 fits ? kind::integer : kind::number,
                 fits ? static_cast<std::uint64_t>(value) : offset(start));
    }

    // What a reference to an integer stands for; false where it refers to something else.
    [[nodiscard]] bool integer_of(ref known, std::int64_t& value) {
        if (kind_of(known) == kind::integer) {
            value = static_cast<std::int64_t>(known >> 3);
            return true;
        }
        if (kind_of(known) != kind::number) { return false; }
        const char* const here = at_;
        at_ = begin_ + (known >> 3);
        const char code = static_cast<char>(*at_++ & 0x7f);
        const bool whole = code == 'i' || code == 'I' || code == 'l';
        const bool read = whole && integer_here(code, value, at_ - 1);
        at_ = here;
        return read;
    }

    [[nodiscard]] bool count(std::uint64_t& value) {
        const char* const start = at_;
        if (left() >= 5 && *at_ == 'i' && (at_[4] & 0x80) == 0) { // nearly all are such
            std::uint32_t short_form = 0;
            ++at_;
            static_cast<void>(word(short_form));
            value = short_form;
            return true;
        }
        std::int64_t number = 0;
        if (!integer(number)) { return false; }
        if (number < 0) { return fail("a number of calls below 0", start); }
        value = static_cast<std::uint64_t>(number);
        return true;
    }

    // A number that stands here, of which the type has been taken.
    [[nodiscard]] bool time_here(char code, double& value, const char* start) {
        if (code == 'g') {
            std::uint64_t bits = 0;
            if (!word(bits)) { return false; }
            std::memcpy(&value, &bits, sizeof value);
        } else if (code == 'f') {
            if (!real_text(value, start)) { return false; }
        } else { // `profile` has whole numbers
            std::int64_t whole = 0;
            if (code != 'i' && code != 'I' && code != 'l') { return fail_type("a time", start); }
            if (!integer_here(code, whole, start)) { return false; }
            value = static_cast<double>(whole);
        }
        return is_finite(value) || fail("a time that is not finite", start);
    }

    [[nodiscard]] bool time(double& value) {
        char code = 0;
        std::size_t mark = 0;
        const char* const start = at_;
        if (left() >= 9 && (*at_ & 0x7f) == 'g') { // nearly all are such
            std::uint64_t bits = 0;
            if (*at_++ != 'g') { refs_.push_back(make_ref(kind::number, offset(start))); }
            static_cast<void>(word(bits));
            std::memcpy(&value, &bits, sizeof value);
            return is_finite(value) || fail("a time that is not finite", start);
        }
        if (!type(code, mark)) { return false; }
        if (code != 'r') {
            if (!time_here(code, value, start)) { return false; }
            if (mark == unmarked) { return true; }
            std::int64_t whole = 0; // the same object may be a number of calls
            if (code == 'g' || code == 'f') {
                remember(mark, kind::number, offset(start));
            } else if (integer_of(make_ref(kind::number, offset(start)), whole)) {
                remember_integer(mark, whole, start);
            }
            return true;
        }
        ref known = 0;
        if (!referred(known, start)) { return false; }
        std::int64_t whole = 0;
        if (kind_of(known) == kind::integer && integer_of(known, whole)) {
            value = static_cast<double>(whole);
            return true;
        }
        if (kind_of(known) != kind::number) { return fail("a reference to no number", start); }
        const char* const here = at_;
        at_ = begin_ + (known >> 3);
        const char known_code = static_cast<char>(*at_++ & 0x7f);
        const bool read = time_here(known_code, value, at_ - 1);
        at_ = here;
        return read;
    }

    // "0.25" or "1e-05".
    [[nodiscard]] bool real_text(double& value, const char* start) {
        if (left() < 1) { return fail_short(); }
        const auto size = static_cast<unsigned char>(*at_++);
        if (left() < size) { return fail_short(); }
        if (size == 0 || parse_decimal(std::string_view(at_, size), value) != size) {
            return fail("a time that is no number", start);
        }
        at_ += size;
        return true;
    }

    // -------------------------------------------------------------------------------- the texts

    [[nodiscard]] bool text(std::string_view& value) {
        char code = 0;
        std::size_t mark = 0;
        const char* const start = at_;
        if (!type(code, mark)) { return false; }
        if (code == 'r') { return referred_text(value, start); }
        if (code == 'R') { return interned_text(value, start); }
        if (!text_here(code, value, start)) { return false; }
        if (code == 't') { interned_.push_back(value); }
        remember(mark, kind::text, offset(start));
        return true;
    }

    // A text that stands here, of which the type has been taken.
    [[nodiscard]] bool text_here(char code, std::string_view& value, const char* start) {
        std::uint32_t size = 0;
        if (code == 'z' || code == 'Z') {
            if (left() < 1) { return fail_short(); }
            size = static_cast<unsigned char>(*at_++);
        } else if (code == 'u' || code == 'a' || code == 'A' || code == 's' || code == 't') {
            if (!word(size)) { return false; }
        } else {
            return fail_type("a text", start);
        }
        if (size > left()) {
            return fail("a text of " + std::to_string(size) + " bytes, where " +
                            std::to_string(left()) + " are left",
                        start);
        }
        value = std::string_view(at_, size);
        at_ += size;
        return true;
    }

    [[nodiscard]] bool referred_text(std::string_view& value, const char* start) {
        ref known = 0;
        if (!referred(known, start)) { return false; }
        if (kind_of(known) != kind::text) { return fail("a reference to no text", start); }
        const char* const here = at_;
        at_ = begin_ + (known >> 3);
        const char code = static_cast<char>(*at_++ & 0x7f);
        const bool read = text_here(code, value, at_ - 1);
        at_ = here;
        return read;
    }

    [[nodiscard]] bool interned_text(std::string_view& value, const char* start) {
        std::uint32_t index = 0;
        if (!word(index)) { return false; }
        if (index >= interned_.size()) { return fail("a reference to no known text", start); }
        value = interned_[index];
        return true;
    }

    // ------------------------------------------------------------------------------- the tuples

    [[nodiscard]] bool size_of_tuple(char code, std::uint32_t& size) {
        if (code == '(') { return word(size); }
        if (left() < 1) { return fail_short(); }
        size = static_cast<unsigned char>(*at_++);
        return true;
    }

    enum class key_found : std::uint8_t { error, end, function, sampled };

    // A function's key (file, line, name), the end of the dict, or the mark of sampled profiles.
    [[nodiscard]] key_found key(std::uint32_t& function, bool top) {
        const char* const start = at_;
        char code = 0;
        std::size_t mark = 0;
        if (!type(code, mark)) { return key_found::error; }
        if (code == '0') { return key_found::end; }
        if (code == 'r') {
            std::uint32_t index = 0;
            if (!word(index)) { return key_found::error; }
            if (keys_.find(index, function)) { return key_found::function; }
            fail("a reference to no function", start);
            return key_found::error;
        }
        if (code != '(' && code != ')') {
            fail_type("a function's tuple", start);
            return key_found::error;
        }
        std::uint32_t size = 0;
        std::string_view file;
        if (!size_of_tuple(code, size)) { return key_found::error; }
        if (size != 3 && !(size == 1 && top)) {
            fail("a function has a tuple of 3, this is one of " + std::to_string(size), start);
            return key_found::error;
        }
        if (!text(file)) { return key_found::error; }
        if (size == 1) {
            if (file == "__sampled__") { return key_found::sampled; }
            fail("a function has a tuple of 3, this is one of 1", start);
            return key_found::error;
        }
        return function_key(file, start, mark, function) ? key_found::function : key_found::error;
    }

    [[nodiscard]] bool function_key(std::string_view file,
                                    const char* start,
                                    std::size_t mark,
                                    std::uint32_t& function) {
        std::int64_t line = 0;
        std::string_view name;
        const char* const line_at = at_;
        if (!integer(line)) { return false; }
        if (line < -0x7fffffff - 1 || line > 0x7fffffff) {
            return fail("a line of more than 32 bits", line_at);
        }
        if (!text(name)) { return false; }
        function = builder_.intern(file, static_cast<std::int32_t>(line), name);
        if (function == mentioned_.size()) {
            mentioned_.push_back(offset(start));
            latest_.push_back(0);
        }
        if (mark != unmarked) { keys_.add(mark, function); } // keys do not contain keys
        return true;
    }

    // A function and its figures. False at the end, and where there is an error.
    [[nodiscard]] bool entry() {
        const char* const start = at_;
        std::uint32_t function = 0;
        switch (key(function, true)) {
        case key_found::error:
        case key_found::end:
            return false;
        case key_found::sampled:
            return sampled_mark();
        case key_found::function:
            break;
        }
        if (builder_.listed(function)) { return fail("a function that was there before", start); }
        const char* const value = at_;
        char code = 0;
        std::size_t mark = 0;
        std::uint32_t size = 0;
        if (!type(code, mark)) { return false; }
        if (code != '(' && code != ')') { return fail_type("a function's figures", value); }
        if (!size_of_tuple(code, size)) { return false; }
        if (size != 5) {
            return fail("figures are a tuple of 5, this is one of " + std::to_string(size), value);
        }
        call_figures f;
        if (!count(f.primitive_calls) || !count(f.calls) || !time(f.self) || !time(f.cumulative)) {
            return false;
        }
        if (!add_calls(f, calls_[0], calls_[1])) { return fail("2^63 calls or more", value); }
        if (f.primitive_calls == 0 && f.calls != 0 && no_primitives_++ == 0) {
            no_primitives_at_ = offset(value);
        }
        builder_.add(function, f);
        return callers(function);
    }

    [[nodiscard]] bool sampled_mark() {
        if (left() < 1) { return fail_short(); }
        const char code = static_cast<char>(*at_ & 0x7f);
        if (code != 'T' && code != 'F' && code != 'N') { return fail_type("True", at_); }
        if ((*at_ & 0x80) != 0) { refs_.push_back(0); }
        ++at_;
        sampled_ = code == 'T';
        return true;
    }

    [[nodiscard]] bool callers(std::uint32_t callee) {
        const char* const start = at_;
        char code = 0;
        std::size_t mark = 0;
        if (!type(code, mark)) { return false; }
        if (code == 'r') {
            ref known = 0;
            if (!referred(known, start)) { return false; }
            // One dict for two functions: nobody's callers are those of another.
            return kind_of(known) == kind::empty_dict ||
                   fail("a reference to no empty dict", start);
        }
        if (code != '{') { return fail_type("a dict of callers", start); }
        const std::size_t group = builder_.edges();
        for (;;) {
            const char* const key_at = at_;
            std::uint32_t caller = 0;
            const key_found found = key(caller, false);
            if (found == key_found::error) { return false; }
            if (found == key_found::end) { break; }
            if (latest_[caller] > group) { return fail("a caller that was there before", key_at); }
            if (!edge(caller, callee)) { return false; }
            if (builder_.edges() == most_edges) { return fail("2^32 calls or more", key_at); }
            latest_[caller] = static_cast<std::uint32_t>(builder_.edges());
        }
        if (builder_.edges() == group) { remember(mark, kind::empty_dict, 0); }
        return true;
    }

    // What a caller's calls took: a tuple, or their number alone.
    [[nodiscard]] bool edge(std::uint32_t caller, std::uint32_t callee) {
        const char* const start = at_;
        char code = 0;
        std::size_t mark = 0;
        if (!type(code, mark)) { return false; }
        call_figures f;
        std::int64_t number = 0;
        bool alone = false;
        if (code == '(' || code == ')') {
            if (!edge_figures(code, f, start)) { return false; }
            remember(mark, kind::edge, builder_.edges());
        } else if (code == 'r') {
            ref known = 0;
            if (!referred(known, start)) { return false; }
            if (kind_of(known) == kind::edge) {
                f = builder_.edge(known >> 3).figures;
            } else if (integer_of(known, number)) {
                alone = true;
            } else {
                return fail("a reference to no caller's figures", start);
            }
        } else {
            if (code != 'i' && code != 'I' && code != 'l') {
                return fail_type("a caller's figures", start);
            }
            if (!integer_here(code, number, start)) { return false; }
            remember_integer(mark, number, start);
            alone = true;
        }
        if (alone) {
            if (number < 0) { return fail("a number of calls below 0", start); }
            f.calls = static_cast<std::uint64_t>(number);
            ++counted_edges_;
        }
        if (!add_calls(f, calls_[2], calls_[3])) { return fail("2^63 calls or more", start); }
        builder_.add_edge(caller, callee, f);
        return true;
    }

    // The rest of a caller's tuple. Calls come first here, and second in functions' tuples.
    [[nodiscard]] bool edge_figures(char code, call_figures& f, const char* start) {
        std::uint32_t size = 0;
        if (!size_of_tuple(code, size)) { return false; }
        if (size != 4) {
            return fail("a caller's figures are a tuple of 4, this is one of " +
                            std::to_string(size),
                        start);
        }
        return count(f.calls) && count(f.primitive_calls) && time(f.self) && time(f.cumulative);
    }

    // ---------------------------------------------------------------------------------- the end

    void note(skipped& odd, const std::string& what, std::uint64_t where) const {
        odd.add(("at byte " + std::to_string(where) + ": " + what).c_str(), 0, where);
    }

    [[nodiscard]] result<prof_file> finish() {
        result<prof_file> read;
        prof_file& file = read.value;
        if (no_primitives_ != 0 && !sampled_) {
            note(file.odd, "a function with calls and no primitive ones", no_primitives_at_);
            file.odd.records = no_primitives_;
        }
        for (std::uint32_t f = 0; f < mentioned_.size(); ++f) {
            if (!builder_.listed(f)) {
                note(file.odd, "a caller that has no entry of its own", mentioned_[f]);
            }
        }
        const bool mixed = counted_edges_ != 0 && counted_edges_ != builder_.edges();
        if (mixed) { note(file.odd, "some callers have times, and some have not", 0); }
        if (at_ != end_) { note(file.odd, "bytes behind the end", offset(at_)); }
        file.graph = builder_.finish();
        file.graph.kind = sampled_ ? graph_kind::sampled : graph_kind::exact;
        file.graph.edge_times = counted_edges_ == 0;
        if (mixed) {
            for (call_graph::edge& e : file.graph.edges) {
                e.figures = call_figures{e.figures.calls, 0, 0, 0};
            }
        }
        if (strict_ && file.odd.records != 0) {
            read.error = file.odd.first;
            file = prof_file{};
        }
        return read;
    }
};

/// Returns whether bytes begin as a .prof file does: a dict whose first key is a tuple of a text
/// and more. The suffix says nothing: pprof's, gperftools' and GHC's profiles have it too.
[[nodiscard]] inline bool looks_like_prof(std::string_view head) noexcept {
    if (head.size() < 2 || (head[0] & 0x7f) != '{') { return false; }
    if (head == "{0" || head == "\xfb\x30") { return true; }
    const char tuple = static_cast<char>(head[1] & 0x7f);
    std::size_t text = 0; // where the tuple's first text is
    if (tuple == ')') {
        text = head.size() > 3 && (head[2] == 3 || head[2] == 1) ? 3 : 0;
    } else if (tuple == '(') {
        const bool sized = head.size() > 6 && (head[2] == 3 || head[2] == 1) && head[3] == 0 &&
                           head[4] == 0 && head[5] == 0;
        text = sized ? 6 : 0;
    }
    if (text == 0) { return false; }
    return std::string_view("zZaAustr").find(static_cast<char>(head[text] & 0x7f)) <
           std::string_view::npos;
}

} // namespace detail

/// Returns the call graph that a .prof file holds, in its order, all numbers kept to the last bit.
/// Read are files of cProfile and profile of Python 2.7 and 3.x, with references and without, whole
/// numbers as times, callers with counts only, and 3.15's sampled profiles.
/// Errors: bytes that are no such file (with what they look like), that end too early or are of
///         another shape; references out of range, times that are not finite, 2^63 calls or more:
///         each with its offset. What pstats puts up with is read and told in `odd`.
/// Cost:   one pass; memory for the graph and 8 bytes for each object that is marked for
///         references: at most proportional to the input. No recursion.
/// Format: CPython's marshal.c, versions 0 to 5.
[[nodiscard]] inline result<prof_file> parse_prof(std::string_view bytes,
                                                  const prof_options& options = {}) {
    return detail::prof_parser(bytes, options.strict).parse();
}

/// The same from a source, which is read to its end first.
/// source  callable `std::size_t(char* to, std::size_t room)`, returns 0 at the end.
template <class Source>
[[nodiscard]] result<prof_file> read_prof(Source&& source, const prof_options& options = {}) {
    detail::byte_buffer bytes;
    while (const std::size_t got = source(bytes.room(), bytes.room_size())) { bytes.filled(got); }
    return parse_prof(bytes.view(), options);
}

/// How to write a .prof file.
struct prof_write_options {
    bool references = false;     ///< smaller by half; for Python 3.4 and later only
    double units_per_second = 0; ///< of times; 0: by the graph's unit, which a unit that is no time
                                 ///< leaves as it is: a sample is written as a second
};

namespace detail {

/// Writes marshalled data.
template <class Sink>
class prof_writer {
public:
    prof_writer(Sink& sink, const call_graph& graph, const prof_write_options& options)
        : out_(sink)
        , graph_(&graph)
        , references_(options.references)
        , per_second_(options.units_per_second > 0 ? options.units_per_second
                                                   : wick::detail::units_per_second(graph.unit))
        , marked_(options.references ? graph.functions.size() : 0, none) {
        if (!(per_second_ > 0)) { per_second_ = 1; }
    }

    void run() {
        piece_ = "{";
        std::size_t e = 0;
        for (std::uint32_t f = 0; f < graph_->functions.size(); ++f) {
            const call_graph::function& function = graph_->functions[f];
            if (!function.listed) { continue; }
            key(f);
            tuple(5);
            integer(function.figures.primitive_calls);
            integer(function.figures.calls);
            time(function.figures.self);
            time(function.figures.cumulative);
            piece_ += '{';
            for (; e < graph_->edges.size() && graph_->edges[e].callee == f; ++e) {
                edge(graph_->edges[e]);
            }
            piece_ += '0';
            out_.put(piece_);
            piece_.clear();
        }
        piece_ += '0';
        out_.put(piece_);
        out_.flush();
    }

private:
    static constexpr std::uint32_t none = text_table::none;
    text_writer<Sink> out_;
    const call_graph* graph_;
    bool references_;
    double per_second_;
    std::vector<std::uint32_t> marked_; // by function: the number of its key
    text_table texts_;
    std::vector<std::uint32_t> marked_texts_; // by text
    std::uint32_t next_mark_ = 0;
    std::string piece_;
    std::string repaired_;

    template <class Word>
    void word(Word value) {
        value = little_endian(value);
        char bytes[sizeof value];
        std::memcpy(bytes, &value, sizeof value);
        piece_.append(bytes, sizeof value);
    }
    void refer(std::uint32_t number) {
        piece_ += 'r';
        word(number);
    }

    void tuple(std::uint32_t size, bool marked = false) {
        if (references_) {
            piece_ += static_cast<char>(marked ? ')' | 0x80 : ')');
            piece_ += static_cast<char>(size);
            return;
        }
        piece_ += '(';
        word(size);
    }

    void integer(std::uint64_t value) {
        if (value <= 0x7fffffff) {
            piece_ += 'i';
            word(static_cast<std::uint32_t>(value));
            return;
        }
        std::uint32_t digits = 0;
        for (std::uint64_t rest = value; rest != 0; rest >>= 15) { ++digits; }
        piece_ += 'l';
        word(digits);
        for (; value != 0; value >>= 15) { word(static_cast<std::uint16_t>(value & 0x7fff)); }
    }

    void time(double value) {
        value /= per_second_;
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        piece_ += 'g';
        word(bits);
    }

    void text(std::string_view value) {
        value = readable(value);
        if (!references_) {
            piece_ += 'u';
            word(static_cast<std::uint32_t>(value.size()));
            piece_ += value;
            return;
        }
        const std::uint32_t id = texts_.add(value);
        if (id < marked_texts_.size()) {
            refer(marked_texts_[id]);
            return;
        }
        marked_texts_.push_back(next_mark_++);
        piece_ += static_cast<char>('u' | 0x80);
        word(static_cast<std::uint32_t>(value.size()));
        piece_ += value;
    }

    // Python refuses a file with bytes that are not UTF-8; those become the characters of Latin-1.
    [[nodiscard]] std::string_view readable(std::string_view value) {
        std::size_t at = 0;
        while (at < value.size() && static_cast<unsigned char>(value[at]) < 0x80) { ++at; }
        if (at == value.size()) { return value; }
        repaired_.clear();
        for (at = 0; at < value.size();) {
            const std::size_t size = utf8_size(value.substr(at));
            if (size == 0) {
                append_utf8(repaired_, static_cast<unsigned char>(value[at]));
            } else {
                repaired_ += value.substr(at, size);
            }
            at += size == 0 ? 1 : size;
        }
        return repaired_;
    }

    // The bytes of the character that a text begins with; 0: none. Halves of surrogate pairs are
    // characters to Python.
    [[nodiscard]] static std::size_t utf8_size(std::string_view text) noexcept {
        const auto byte = [&](std::size_t i) {
            return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
        };
        const unsigned first = byte(0);
        if (first < 0x80) { return 1; }
        const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4 || size > text.size()) { return 0; }
        for (std::size_t i = 1; i < size; ++i) {
            if ((byte(i) & 0xc0) != 0x80) { return 0; }
        }
        const bool overlong =
            (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
        return overlong || (first == 0xf4 && byte(1) > 0x8f) ? 0 : size;
    }

    void key(std::uint32_t function) {
        if (references_) {
            if (marked_[function] != none) {
                refer(marked_[function]);
                return;
            }
            marked_[function] = next_mark_++;
        }
        const call_graph::function& f = graph_->functions[function];
        tuple(3, true);
        text(f.file);
        piece_ += 'i';
        word(static_cast<std::uint32_t>(f.line));
        text(f.name);
    }

    void edge(const call_graph::edge& e) {
        key(e.caller);
        if (!graph_->edge_times) {
            integer(e.figures.calls);
            return;
        }
        tuple(4);
        integer(e.figures.calls);
        integer(e.figures.primitive_calls);
        time(e.figures.self);
        time(e.figures.cumulative);
    }
};

} // namespace detail

/// Writes a valid call graph as a .prof file that the pstats of every Python from 2.7 on loads,
/// with times in seconds; deterministic. A sampled graph is written as if its samples were calls:
/// older Pythons fail on the mark of 3.15. `unattributed`, sources and the unit are not kept.
/// sink  callable taking std::string_view, or a std::ostream.
template <class Sink>
void write_prof(Sink&& sink, const call_graph& graph, const prof_write_options& options = {}) {
    detail::prof_writer<std::remove_reference_t<Sink>>(sink, graph, options).run();
}

/// The same as a string.
[[nodiscard]] inline std::string to_prof(const call_graph& graph,
                                         const prof_write_options& options = {}) {
    std::string bytes;
    write_prof([&](std::string_view piece) { bytes += piece; }, graph, options);
    return bytes;
}

WICK_END_NAMESPACE

#endif
