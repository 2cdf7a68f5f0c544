// wick-regression - a worked regression: one service in two builds, one of which copies too much.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
// The change looks harmless: each request gets settings of its own instead of sharing them. With
// -DDEEP_COPY (or --deep-copy, so that one executable serves as both builds) a few percent of the
// time goes there. To find and prove it, sample each build several times and compare:
//
//     for i in 1 2 3; do wick-regression -o before.$i; wick-regression --deep-copy -o after.$i;
//     done wick-diff --before before.? --after after.? --fail-above 1%
#include <wick/folded.hpp>
#include <wick/sampler.hpp>

#include "arguments.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

// Functions that shall be seen in the profile must not vanish into their callers.
#define SEEN __attribute__((noinline))

namespace service {

struct settings {
    std::map<std::string, std::vector<std::string>> values;
};

settings make_settings() {
    settings made;
    for (int i = 0; i < 12; ++i) {
        made.values["a.name.of.a.setting." + std::to_string(i)] = {"a value that is not short",
                                                                   "b"};
    }
    return made;
}

struct request {
    std::shared_ptr<const settings> configured;
    std::string text;
};

SEEN std::shared_ptr<const settings> deepcopy(const settings& from) {
    return std::make_shared<const settings>(from);
}

SEEN request prepare(const std::shared_ptr<const settings>& shared, std::uint64_t id, bool deep) {
    return {deep ? deepcopy(*shared) : shared, "GET /page/" + std::to_string(id % 977)};
}

SEEN std::uint64_t render(const request& r) {
    std::string page;
    for (int i = 0; i < 60; ++i) { page += "<li>" + r.text + "/" + std::to_string(i) + "</li>"; }
    return page.size();
}

SEEN std::uint64_t sign(const std::string& text) {
    std::uint64_t state = 0;
    for (int pass = 0; pass < 500; ++pass) {
        for (const char c : text) {
            state = (state ^ static_cast<unsigned char>(c)) * 0x9e3779b97f4a7c15u;
            state ^= state >> 29;
        }
    }
    return state;
}

SEEN std::uint64_t count_words(const request& r) {
    std::map<std::string, int> words;
    for (int i = 0; i < 80; ++i) { ++words[r.text + std::to_string(i % 23)]; }
    return words.size();
}

SEEN std::uint64_t
handle(const std::shared_ptr<const settings>& shared, std::uint64_t id, bool deep) {
    const request r = prepare(shared, id, deep);
    return render(r) + sign(r.text) + count_words(r) + r.configured->values.size();
}

} // namespace service

int main(int argc, char** argv) {
#ifdef DEEP_COPY
    bool deep = true;
#else
    bool deep = false;
#endif
    double seconds = 1;
    double frequency = 997;
    std::string output = "-";
    arguments args("wick-regression",
                   "",
                   "Handles made-up requests while it samples itself, and writes folded stacks.");
    args.flag("deep-copy", 0, "be the build with the regression", deep);
    args.number("seconds", 's', "N", "how long to work", seconds, 0.1, 3600);
    args.number("frequency", 'f', "HZ", "samples for each second of CPU time", frequency, 1, 10000);
    args.text("output", 'o', "FILE", "write to FILE instead of standard output", output);
    if (!args.parse(argc, argv).empty()) { args.fail("takes options only (see --help)"); }

    const auto shared = std::make_shared<const service::settings>(service::make_settings());
    wick::sampler sampler;
    wick::sampler_options options;
    options.frequency_hz = frequency;
    if (const auto started = sampler.start(options); !started) { args.fail(started.error.what); }
    std::uint64_t requests = 0;
    std::uint64_t result = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {
        for (int i = 0; i < 100; ++i) { result += service::handle(shared, requests++, deep); }
    }
    sampler.stop();

    output_file file(output);
    wick::write_folded(file, sampler.snapshot());
    if (!file.close().empty()) { args.fail(file.close()); }
    args.note(std::to_string(requests) + " requests, sum " + std::to_string(result % 1000) + ", " +
              std::to_string(sampler.stats().recorded) + " samples");
    return 0;
}
