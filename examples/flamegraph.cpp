// wick-flamegraph: folded stacks in, a flame graph out.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
//     g++ -std=c++17 -O2 -Iinclude examples/flamegraph.cpp -o wick-flamegraph
//     wick-flamegraph before.folded > before.svg
#include "arguments.hpp"

#include <wick/flamegraph.hpp>
#include <wick/folded.hpp>
#include <wick/profile.hpp>

#include <string>
#include <utility>
#include <vector>

namespace {

// Reads a file and tells what was left out of the profile that it returns.
wick::profile read(const arguments& args, const std::string& name) {
    input_file file(name);
    wick::result<wick::folded_text> read = wick::read_folded(file);
    if (!file.problem().empty()) { args.fail(file.problem()); }
    if (!read) { args.fail(name + ": " + read.error.message()); }
    const wick::skipped& skipped = read.value.skipped;
    if (skipped.records != 0) {
        args.note(name + ": skipped " + std::to_string(skipped.records) +
                  " lines, the first being " + skipped.first.message());
    }
    if (read.value.columns.size() > 1) {
        args.note(name + ": two weights on each line; the second one is drawn");
    }
    return read.value.columns.empty() ? wick::profile{} : std::move(read.value.columns.back());
}

} // namespace

int main(int argc, char** argv) {
    wick::flamegraph_options options;
    std::string output = "-";
    int width = 0;
    bool fixed = false;
    arguments args("wick-flamegraph",
                   "[FILE...]",
                   "Draws folded stacks (files, or standard input) as one interactive SVG.");
    args.text("output", 'o', "FILE", "write to FILE instead of standard output", output);
    args.text("title", 't', "TEXT", "title of the picture", options.title);
    args.text("subtitle", 0, "TEXT", "stands under the title", options.subtitle);
    args.text("countname", 0, "TEXT", "what the weights are, such as bytes", options.unit);
    args.number("width", 0, "PIXELS", "a fixed width; 0: that of the window", width, 0, 100000);
    args.number("height", 0, "PIXELS", "height of a frame", options.frame_height, 10, 1000);
    args.number(
        "minwidth", 0, "PIXELS", "draw narrower frames as one block", options.min_width, 0, 1000);
    args.flag("inverted", 'i', "root on top: an icicle graph", options.inverted);
    args.flag("static", 0, "the picture alone, without script and data", fixed);
    std::vector<std::string> files = args.parse(argc, argv);
    if (files.empty()) { files.emplace_back("-"); }
    if (width != 0 && width < 100) { args.fail("--width needs 0 or at least 100"); }
    options.fluid = width == 0;
    options.width = width == 0 ? options.width : width;
    options.interactive = !fixed;

    std::vector<wick::profile> profiles;
    for (const std::string& name : files) { profiles.push_back(read(args, name)); }
    if (profiles.size() > 1) {
        wick::result<wick::profile> sum = wick::merge(profiles);
        if (!sum) { args.fail(sum.error.message()); }
        profiles = {std::move(sum.value)};
    }

    output_file file(output);
    const wick::flamegraph_summary drawn = wick::write_flamegraph(file, profiles[0], options);
    if (!file.close().empty()) { args.fail(file.close()); }
    if (!drawn) { args.fail("nothing to show: no stack has a positive weight"); }
    if (fixed && drawn.elided != 0) {
        args.note(std::to_string(drawn.elided) + " of " + std::to_string(drawn.frames) +
                  " frames are too narrow to be drawn one by one");
    }
    return 0;
}
