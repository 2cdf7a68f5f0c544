// wick/result.hpp - a value or the reason why there is none; what a lenient reader skipped.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_RESULT_HPP
#define WICK_RESULT_HPP

#include <wick/version.hpp>

#include <cstdint> // std::uint64_t
#include <string>  // the text of an error

WICK_BEGIN_NAMESPACE

/// Says what is wrong, where, and what was expected. The default value means "nothing is wrong".
struct error {
    std::string what;         ///< one line without a final full stop; empty: no error
    std::uint64_t line = 0;   ///< line of the input, counted from 1; 0: unknown or not text
    std::uint64_t offset = 0; ///< byte offset in the input where it was noticed (with line 0)

    /// True when something is wrong.
    explicit operator bool() const noexcept { return !what.empty(); }

    /// Returns `what`, with the line in front where one is known: "line 3: no weight at the end".
    [[nodiscard]] std::string message() const {
        return line == 0 ? what : "line " + std::to_string(line) + ": " + what;
    }

    friend bool operator==(const error& a, const error& b) {
        return a.what == b.what && a.line == b.line && a.offset == b.offset;
    }
    friend bool operator!=(const error& a, const error& b) { return !(a == b); }
};

/// A value, or an error and then a value that means nothing. `if (auto r = f()) use(r.value);`
template <class T>
struct result {
    T value{};
    wick::error error{};

    /// True when there is a value.
    explicit operator bool() const noexcept { return !error; }
};

/// What a lenient reader left out of its result: how many records, and why the first of them.
struct skipped {
    std::uint64_t records = 0; ///< lines, samples or entries that were not understood
    wick::error first{};       ///< the first of them: its line and what was expected

    /// Counts one more record; only the first one's reason is built and kept.
    void add(const char* what, std::uint64_t line, std::uint64_t offset = 0) {
        if (records++ == 0) { first = wick::error{what, line, offset}; }
    }
    friend bool operator==(const skipped& a, const skipped& b) {
        return a.records == b.records && a.first == b.first;
    }
    friend bool operator!=(const skipped& a, const skipped& b) { return !(a == b); }
};

WICK_END_NAMESPACE

#endif
