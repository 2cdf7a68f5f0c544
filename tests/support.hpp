// tests/support.hpp - what several tests need: their input files and the conformance directory.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_TESTS_SUPPORT_HPP
#define WICK_TESTS_SUPPORT_HPP

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace support {

/// Returns all bytes of a file; a file that cannot be read fails the test.
inline std::string read_file(const std::string& path) {
    std::string text;
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) {
        FAIL_CHECK("cannot read " << path);
        return text;
    }
    char buffer[4096];
    for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
        text.append(buffer, n);
    }
    std::fclose(file);
    return text;
}

/// Returns the path of a file under tests/data.
inline std::string data(const std::string& name) { return WICK_TEST_DATA "/" + name; }

/// Returns the path of a file under the conformance directory, or "" when none was given, and says so:
/// `if (const auto path = support::conformance("perf-script/16-crlf.txt"); !path.empty()) { ... }`
inline std::string conformance(const std::string& name) {
    const char* directory = std::getenv("WICK_CONFORMANCE");
    if (directory == nullptr || *directory == '\0') {
        MESSAGE("skipped without -Dconformance: " << name);
        return {};
    }
    return std::string(directory) + "/" + name;
}

} // namespace support

#endif
