// Deflates or inflates what stands in a file, for tests/deflate_test.py.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/deflate.hpp>
#include <wick/detail/inflate.hpp>

#include <cstdio>
#include <string>

using wick::detail::deflate_effort;
using wick::detail::deflate_form;

int main(int argc, char** argv) {
    const std::string effort = argc > 1 ? argv[1] : "";
    const std::string container = argc > 2 ? argv[2] : "";
    const deflate_form form = container == "gzip"   ? deflate_form::gzip
                              : container == "zlib" ? deflate_form::zlib
                                                    : deflate_form::raw;
    std::string bytes;
    char buffer[65536];
    for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) {
        bytes.append(buffer, n);
    }
    std::string out;
    if (effort == "inflate") {
        auto read = wick::detail::inflate(bytes, form, std::size_t{1} << 28);
        if (read && read.value.used != bytes.size()) { read.error.what = "bytes behind the end"; }
        if (!read) {
            std::fprintf(stderr, "%s\n", read.error.what.c_str());
            return 1;
        }
        out = read.value.bytes;
    } else {
        const deflate_effort how = effort == "stored"    ? deflate_effort::stored
                                   : effort == "matches" ? deflate_effort::matches
                                                         : deflate_effort::runs;
        wick::detail::append_deflated(out, bytes, form, how);
    }
    return std::fwrite(out.data(), 1, out.size(), stdout) == out.size() ? 0 : 2;
}
