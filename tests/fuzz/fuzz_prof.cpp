// Any bytes as a .prof file; what is read is valid, printed, and written in both forms.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/prof.hpp>
#include <wick/pstats.hpp>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace {

void require(bool condition) {
    if (!condition) { std::abort(); }
}

// Names that are no text are changed when they are written, and may become the same.
bool is_text(std::string_view name) {
    while (!name.empty()) {
        const auto c = wick::detail::decode_character(name);
        if (c.size == 1 && c.code > 0xff) { return false; }
        name.remove_prefix(c.size);
    }
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto read = wick::parse_prof(bytes);
    wick::prof_options strict;
    strict.strict = true;
    require(!wick::parse_prof(bytes, strict).error == (!read.error && read.value.odd.records == 0));
    if (!read) {
        require(read.error.offset <= size && read.value.graph == wick::call_graph());
        return 0;
    }
    wick::call_graph graph = read.value.graph;
    require(!wick::validate(graph));
    bool texts = true;
    for (const auto& f : graph.functions) { texts = texts && is_text(f.file) && is_text(f.name); }
    for (const bool references : {false, true}) {
        wick::prof_write_options options;
        options.references = references;
        const auto again = wick::parse_prof(wick::to_prof(graph, options));
        if (!texts) { continue; }
        require(!again.error);
        wick::call_graph same = again.value.graph;
        same.kind = graph.kind;
        require(same == graph);
    }
    std::size_t printed = 0;
    const auto sink = [&](std::string_view piece) { printed += piece.size(); };
    wick::pstats stats(std::move(graph));
    for (const wick::sort_key_name& key : wick::sort_key_names) {
        stats.sort({key.key, wick::sort_key::line});
        stats.print_stats(sink, {0.75, "a"});
    }
    stats.print_callers(sink);
    stats.print_callees(sink, {3});
    stats.print_table(sink);
    stats.print_relation_table(sink, true);
    static_cast<void>(stats.cycles());
    const wick::call_graph copy = stats.graph();
    const std::uint64_t calls = stats.total().calls;
    if (!stats.add(copy)) { require(stats.total().calls == 2 * calls); }
    stats.strip_dirs();
    require(!wick::validate(stats.graph()) || !std::isfinite(stats.total().self));
    stats.print_callers(sink);
    require(printed > 0);
    return 0;
}
