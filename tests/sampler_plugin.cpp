// A plugin that brings its own copy of wick, hidden from the program that loads it.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/sampler.hpp>

#include <cstdio>

#define EXPORTED extern "C" __attribute__((visibility("default")))

static wick::sampler own;

EXPORTED int plugin_start(char* error, std::size_t size) {
    wick::sampler_options options;
    options.frequency_hz = 1000;
    const auto started = own.start(options);
    std::snprintf(error, size, "%s", started.error.what.c_str());
    return started ? started.value.signal : 0;
}

EXPORTED unsigned long plugin_recorded() {
    return static_cast<unsigned long>(own.stats().recorded);
}

EXPORTED void plugin_stop() {
    own.stop();
}

// For the loops that load and unload: a function to be seen in.
EXPORTED __attribute__((noinline)) unsigned long wick_plugin_work(unsigned long x) {
    for (int i = 0; i < 200000; ++i) { x = x * 6364136223846793005u + 1442695040888963407u; }
    return x;
}
