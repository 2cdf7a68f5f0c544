// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/symbols.hpp>

#include "elf_support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace symbols_test {

template <class Number>
__attribute__((noinline)) Number twice(Number value) {
    __asm__ volatile("" : : : "memory");
    return value * 2;
}

} // namespace symbols_test

__attribute__((noinline)) static int static_function(int value) {
    __asm__ volatile("" : : : "memory");
    return value * 5 + 1;
}

namespace {

__attribute__((noinline)) int hidden_function(int value) {
    __asm__ volatile("" : : : "memory");
    return value * 7 + 3;
}

namespace fs = std::filesystem;
using wick::loaded_module;
using wick::profile;
using wick::symbol_options;
using wick::symbolized;

template <class Function>
std::uint64_t address_of(Function* function) {
    return reinterpret_cast<std::uintptr_t>(function);
}

/// A directory that goes away with its contents.
struct temporary_directory {
    temporary_directory() {
        std::string name = (fs::temp_directory_path() / "wick-symbols-XXXXXX").string();
        REQUIRE(::mkdtemp(&name[0]) != nullptr);
        path = fs::canonical(name).string();
    }
    ~temporary_directory() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    std::string path;
};

/// Returns what a command prints; "" and a message when it cannot be run here.
std::string output_of(const std::string& command) {
    std::string text;
    std::FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
    REQUIRE(pipe != nullptr);
    char buffer[65536];
    for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
        text.append(buffer, n);
    }
    ::pclose(pipe);
    return text;
}

bool have(const std::string& tool) {
    if (!output_of("command -v " + tool).empty()) { return true; }
    MESSAGE("skipped: there is no " << tool);
    return false;
}

std::string build_id_of(const std::string& path) {
    const auto file = wick::detail::mapped_file::open(path);
    return wick::detail::elf::image::open(file.value.bytes()).value.build_id();
}

/// The mappings with code of this process.
std::vector<loaded_module> own_modules() {
    const auto maps = wick::detail::read_file("/proc/self/maps");
    REQUIRE(maps);
    std::vector<loaded_module> modules;
    std::istringstream lines(maps.value);
    for (std::string line; std::getline(lines, line);) {
        loaded_module module;
        char rights[5] = "";
        int path = 0;
        unsigned long start = 0, limit = 0, offset = 0;
        if (std::sscanf(line.c_str(),
                        "%lx-%lx %4s %lx %*s %*s %n",
                        &start,
                        &limit,
                        rights,
                        &offset,
                        &path) < 4 ||
            rights[2] != 'x') {
            continue;
        }
        module.path = line.substr(static_cast<std::size_t>(path));
        module.start = start;
        module.limit = limit;
        module.offset = offset;
        modules.push_back(module);
    }
    return modules;
}

loaded_module module_with(std::uint64_t address) {
    for (const loaded_module& m : own_modules()) {
        if (address >= m.start && address < m.limit) { return m; }
    }
    FAIL_CHECK("no module has this address");
    return {};
}

loaded_module own_program() {
    return module_with(address_of(&static_function));
}

/// A profile of one sample at each address of one module.
profile addresses_in(const loaded_module& module, const std::vector<std::uint64_t>& addresses) {
    wick::profile_builder made;
    made.describe("samples", wick::counted_as::samples, wick::profile_detail::address);
    wick::frame f;
    f.module = made.intern(module);
    for (const std::uint64_t address : addresses) {
        f.address = address;
        CHECK(made.add(made.child(wick::profile_builder::root, made.intern(f)), 1, 1));
    }
    return made.finish();
}

std::string
name_in(const loaded_module& module, std::uint64_t address, const symbol_options& options = {}) {
    const symbolized s = wick::symbolize(addresses_in(module, {address}), options);
    return s.named.frames.back().function;
}

std::string
problem_of(const loaded_module& module, std::uint64_t address, const symbol_options& options = {}) {
    const symbolized s = wick::symbolize(addresses_in(module, {address}), options);
    return s.modules.empty() ? "" : s.modules[0].problem.what;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

void write(const std::string& path, const std::string& bytes) {
    const wick::error problem = wick::detail::write_file(path, bytes);
    CHECK_MESSAGE(!problem, problem.what);
}

std::string shifted(std::uint64_t value) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%llx", static_cast<unsigned long long>(value));
    return digits;
}

const char* const static_name = "static_function(int)";
const char* const hidden_name = "(anonymous namespace)::hidden_function(int)";

TEST_CASE("symbols: functions of this program that no dynamic symbol names") {
    const loaded_module program = own_program();
    CHECK(name_in(program, address_of(&static_function)) == static_name);
    CHECK(name_in(program, address_of(&static_function) + 1) == static_name);
    CHECK(name_in(program, address_of(&hidden_function)) == hidden_name);
    CHECK(name_in(program, address_of(&symbols_test::twice<long>)) ==
          "long symbols_test::twice<long>(long)");
    symbol_options raw;
    raw.demangle = false;
    CHECK(name_in(program, address_of(&hidden_function), raw) ==
          "_ZN12_GLOBAL__N_115hidden_functionEi");
    CHECK(static_function(1) + hidden_function(1) + symbols_test::twice(1L) == 18);
}

TEST_CASE("symbols: functions of the C library") {
    const std::uint64_t address = address_of(&std::strtod);
    CHECK(contains(name_in(module_with(address), address), "strtod"));
}

TEST_CASE("symbols: addresses of a function become one frame, and weights are kept") {
    const loaded_module program = own_program();
    wick::profile_builder made;
    made.describe("samples", wick::counted_as::samples, wick::profile_detail::address);
    wick::frame f;
    f.module = made.intern(program);
    f.address = address_of(&static_function);
    const std::uint32_t outer = made.child(wick::profile_builder::root, made.intern(f));
    std::uint32_t inner[2] = {};
    for (const unsigned i : {0u, 1u}) {
        f.address = address_of(&hidden_function) + i;
        inner[i] = made.child(outer, made.intern(f));
    }
    CHECK(made.add(inner[0], 2, 30));
    CHECK(made.add(inner[1], 3, 12));
    const profile raw = made.finish();

    const symbolized s = wick::symbolize(raw);
    CHECK(wick::validate(s.named).what == "");
    CHECK(s.addresses == 3);
    CHECK(s.unnamed == 0);
    CHECK(s.named.detail == wick::profile_detail::function);
    REQUIRE(s.named.nodes.size() == 3);
    CHECK(s.named.nodes[2].count == 5);
    CHECK(s.named.nodes[2].self == 42);
    CHECK(s.named.frames[s.named.nodes[2].frame].function == hidden_name);
    CHECK(s.named.frames[s.named.nodes[1].frame].function == static_name);
    CHECK(s.named.unit == "samples");
    REQUIRE(s.modules.size() == 1);
    CHECK(s.modules[0].path == program.path);
    CHECK(s.modules[0].addresses == 3);
    CHECK(s.modules[0].problem.what == "");

    symbol_options keep;
    keep.keep_addresses = true;
    const symbolized kept = wick::symbolize(raw, keep);
    CHECK(kept.named.detail == wick::profile_detail::address);
    CHECK(kept.named.nodes.size() == 4);
    CHECK(wick::coarsen(kept.named, wick::profile_detail::function) == s.named);
    // What has a name is left alone: naming twice changes nothing.
    const symbolized again = wick::symbolize(kept.named, keep);
    CHECK(again.named == kept.named);
    CHECK(again.addresses == 0);
    CHECK(wick::symbolize(profile()).named == profile());
}

TEST_CASE("symbols: one symbolizer names many profiles, and the same way") {
    const profile raw = addresses_in(own_program(), {address_of(&static_function)});
    wick::detail::symbolizer names;
    const symbolized first = names.name(raw);
    const symbolized second = names.name(raw);
    CHECK(first.named == second.named);
    CHECK(second.named.frames.back().function == static_name);
    CHECK(second.addresses == 1);
}

TEST_CASE("symbols: addresses are found by the file's program headers, wherever it is mapped") {
    const temporary_directory directory;
    support::made_elf file; // its code is at 0x100 of the file and meant to be at 0x400000
    file.symbols = {{"here", 0x400010, 16}};
    for (const unsigned type : {2u, 3u}) { // at a fixed address, or not
        std::string bytes = file.bytes();
        support::put(bytes, 16, static_cast<std::uint16_t>(type));
        write(directory.path + "/libmade.so.1", bytes);
        loaded_module m{directory.path + "/libmade.so.1", "", 0x7f0000001000, 0x7f0000002000, 0};
        CHECK(name_in(m, 0x7f0000001110) == "here");
        CHECK(name_in(m, 0x7f0000001120) == "libmade.so.1+0x120");
        m.offset = 0x100; // a loader's view: only the segment
        CHECK(name_in(m, 0x7f0000001010) == "here");
        CHECK(name_in(m, 0x7f0000001110) == "libmade.so.1+0x210");
        CHECK(name_in(m, 0x10) == "libmade.so.1+0x" + shifted(0x10 - m.start + m.offset));
    }
}

TEST_CASE("symbols: files can be looked up below another root") {
    const temporary_directory directory;
    support::made_elf file;
    file.symbols = {{"rooted", 0x400000, 16}};
    fs::create_directories(directory.path + "/no/such/place");
    write(directory.path + "/no/such/place/lib.so", file.bytes());
    const loaded_module m{"/no/such/place/lib.so", "", 0x1000, 0x2000, 0};
    CHECK(name_in(m, 0x1100) == "lib.so+0x100");
    CHECK(contains(problem_of(m, 0x1100), "cannot open /no/such/place/lib.so: "));
    symbol_options options;
    options.root = directory.path;
    CHECK(name_in(m, 0x1100, options) == "rooted");
}

TEST_CASE("symbols: a file of another build than was sampled is not believed") {
    const temporary_directory directory;
    support::made_elf file;
    file.symbols = {{"old_name", 0x400000, 16}};
    file.build_id = "old!";
    loaded_module m{directory.path + "/lib.so", "6f6c6421", 0x1000, 0x2000, 0};
    write(m.path, file.bytes());
    CHECK(name_in(m, 0x1100) == "old_name");
    file.build_id = "new!";
    fs::remove(m.path);
    write(m.path, file.bytes());
    CHECK(name_in(m, 0x1100) == "lib.so+0x100");
    CHECK(problem_of(m, 0x1100) ==
          "the build-id of " + m.path + " is 6e657721, that of what was sampled is 6f6c6421");
    file.build_id = "";
    fs::remove(m.path);
    write(m.path, file.bytes());
    CHECK(contains(problem_of(m, 0x1100), "is missing, that of what was sampled is 6f6c6421"));
    // Deleted, and something else has its name now: without a build-id nothing can be said.
    m.path += " (deleted)";
    m.build_id = "";
    CHECK(name_in(m, 0x1100) == "lib.so+0x100");
    CHECK(contains(problem_of(m, 0x1100), "was deleted"));
    // With one it can: it was put back.
    file.build_id = "old!";
    m.build_id = "6f6c6421";
    fs::remove(directory.path + "/lib.so");
    write(directory.path + "/lib.so", file.bytes());
    CHECK(name_in(m, 0x1100) == "old_name");
}

TEST_CASE("symbols: what is no file, or no ELF file, leaves addresses unnamed and says why") {
    const temporary_directory directory;
    const std::string d = directory.path;
    write(d + "/text", "#!/bin/sh\n");
    write(d + "/empty", "");
    write(d + "/short", "\177ELF\2\1\1");
    REQUIRE(::mkfifo((d + "/fifo").c_str(), 0600) == 0);
    fs::create_directory(d + "/directory");
    struct row {
        std::string path;
        const char* name;
        const char* says;
    };
    for (const row& r : {row{d + "/missing", "missing+0x110", "cannot open"},
                         row{d + "/text", "text+0x110", "not an ELF file"},
                         row{d + "/empty", "empty+0x110", "not an ELF file"},
                         row{d + "/short", "short+0x110", "cut off"},
                         row{d + "/fifo", "fifo+0x110", "not a regular file"},
                         row{d + "/directory", "directory+0x110", "not a regular file"},
                         row{std::string("/nul\0byte", 9), "nul", "NUL"},
                         row{"[heap]", "[heap]+0x110", "[heap] is no file"},
                         row{"//anon", "anon+0x110", "//anon is no file"}}) {
        CAPTURE(r.path);
        const loaded_module m{r.path, "", 0x1000, 0x2000, 0};
        const symbolized s = wick::symbolize(addresses_in(m, {0x1110, 0x1111}));
        CHECK(s.addresses == 2);
        CHECK(s.unnamed == 2);
        CHECK(contains(s.named.frames[1].function, r.name));
        REQUIRE(s.modules.size() == 1);
        CHECK(s.modules[0].unnamed == 2);
        CHECK(contains(s.modules[0].problem.what, r.says));
    }
    CHECK(name_in(loaded_module(), 0x1110) == "[unknown]");
    CHECK(problem_of(loaded_module(), 0x1110) == "addresses outside every module");
}

TEST_CASE("symbols: damaged files never crash, at every truncation and with random damage") {
    const temporary_directory directory;
    support::made_elf file;
    file.symbols = {{"_Z4namev", 0x400000, 16}, {"open", 0x400020, 0}};
    file.build_id = "1234";
    const std::string good = file.bytes();
    const loaded_module m{directory.path + "/x", "", 0x1000, 0x2000, 0};
    const profile raw = addresses_in(m, {0x1100, 0x1120, 0x11ff, 0x1200});
    const unsigned seed = 4711;
    CAPTURE(seed);
    std::mt19937 random(seed);
    unsigned named = 0;
    for (std::size_t round = 0; round < good.size() + 1000; ++round) {
        std::string bytes = good.substr(0, round);
        for (auto n = round < good.size() ? 0 : 1 + random() % 8; n-- > 0;) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        write(m.path, bytes);
        const symbolized s = wick::symbolize(raw);
        CHECK(s.addresses == 4);
        CHECK(wick::validate(s.named).what == "");
        named += s.unnamed < 4 ? 1u : 0u;
    }
    CHECK(named > 100);
}

TEST_CASE("symbols: a stripped program is named by its separate debug file") {
    if (!have("objcopy") || !have("strip")) { return; }
    const temporary_directory directory;
    const std::string d = directory.path;
    const std::uint64_t address = address_of(&static_function);
    loaded_module m = own_program();
    m.build_id = build_id_of("/proc/self/exe");
    m.path = d + "/prog";
    // Without a build-id, by name and checksum alone, and with one.
    for (const bool with_id : {true, false}) {
        CAPTURE(with_id);
        fs::remove_all(d);
        fs::create_directories(d + "/root");
        fs::copy_file("/proc/self/exe", d + "/whole");
        if (!with_id) {
            m.build_id = "";
            output_of("objcopy --remove-section=.note.gnu.build-id " + d + "/whole");
            if (!build_id_of(d + "/whole").empty()) { // also where the notes are merged
                MESSAGE("skipped: objcopy kept the build-id");
                break;
            }
        } else if (m.build_id.empty()) {
            MESSAGE("skipped: this program has no build-id");
            continue;
        }
        output_of("objcopy --only-keep-debug " + d + "/whole " + d + "/prog.debug");
        output_of("strip -o " + d + "/prog " + d + "/whole");
        symbol_options options;
        options.debug_root = d + "/root";
        const std::string bare = name_in(m, address, options);
        CHECK(contains(bare, "prog+0x"));
        CHECK(problem_of(m, address, options) ==
              m.path + " is stripped, and no debug file for it was found");

        if (with_id) {
            const std::string by_id = d + "/root/.build-id/" + m.build_id.substr(0, 2);
            fs::create_directories(by_id);
            const std::string debug = by_id + "/" + m.build_id.substr(2) + ".debug";
            fs::copy_file(d + "/prog.debug", debug);
            CHECK(name_in(m, address, options) == static_name);
            CHECK(name_in(m, address_of(&hidden_function), options) == hidden_name);
            // A debug file of another build under that name is refused.
            write(debug, support::made_elf().bytes());
            CHECK(name_in(m, address, options) == bare);
            CHECK(contains(problem_of(m, address, options), "belongs to another build"));
            fs::remove_all(d + "/root/.build-id");
        }
        output_of("cd " + d + " && objcopy --add-gnu-debuglink=prog.debug prog");
        CHECK(name_in(m, address, options) == static_name); // beside it
        for (const std::string& place : {d + "/.debug/", d + "/root" + d + "/"}) {
            fs::create_directories(place);
            fs::rename(d + "/prog.debug", place + "prog.debug");
            CHECK(name_in(m, address, options) == static_name);
            fs::rename(place + "prog.debug", d + "/prog.debug");
        }
        std::string damaged = wick::detail::read_file(d + "/prog.debug").value;
        if (with_id) {
            damaged = support::made_elf().bytes();
        } else {
            damaged.back() = static_cast<char>(damaged.back() ^ 1);
        }
        write(d + "/prog.debug", damaged);
        CHECK(name_in(m, address, options) == bare);
        CHECK(contains(problem_of(m, address, options), "belongs to another build"));
    }
}

// Run by the next test, in a copy of this program whose file may be gone.
TEST_CASE("symbols child: names its own functions" * doctest::skip()) {
    const char* mode = std::getenv("WICK_SYMBOLS_CHILD");
    REQUIRE(mode != nullptr);
    const std::string path = wick::detail::read_link("/proc/self/exe");
    const std::string id = build_id_of("/proc/self/exe");
    fs::remove(path);
    if (std::string(mode) == "replaced") {
        support::made_elf other;
        other.symbols = {{"wrong", 0x400000, 256}};
        other.build_id = "other";
        write(path, other.bytes());
    }
    loaded_module m = own_program();
    CHECK(m.path == path + " (deleted)");
    for (const std::string& shown : {m.path, path}) {
        m.path = shown;
        for (const std::string& recorded : {std::string(), id}) {
            m.build_id = recorded;
            CHECK(name_in(m, address_of(&static_function)) == static_name);
            CHECK(name_in(m, address_of(&hidden_function)) == hidden_name);
        }
        // Another process's profile may name the same path, but not the same build.
        m.build_id = "1234";
        const std::string name = name_in(m, address_of(&static_function));
        CHECK(contains(name, "+0x"));
        CHECK_FALSE(contains(name, "deleted"));
        CHECK(problem_of(m, address_of(&static_function)) != "");
    }
}

TEST_CASE("symbols: a program whose file was deleted or replaced") {
    for (const std::string mode : {"deleted", "replaced"}) {
        CAPTURE(mode);
        const temporary_directory directory;
        const std::string copy = directory.path + "/copy";
        fs::copy_file("/proc/self/exe", copy);
        const std::string command = "WICK_SYMBOLS_CHILD=" + mode + " " + copy +
                                    " --no-skip --test-case='symbols child*' 2>&1";
        std::FILE* pipe = ::popen(command.c_str(), "r");
        REQUIRE(pipe != nullptr);
        std::string text;
        char buffer[4096];
        for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
            text.append(buffer, n);
        }
        const int status = ::pclose(pipe);
        CHECK_MESSAGE(status == 0, text);
        CHECK(contains(text, "1 passed"));
    }
}

TEST_CASE("symbols: the vdso is read from memory, when it is this process's") {
    const std::string_view image = wick::detail::own_vdso();
    if (image.empty()) {
        MESSAGE("skipped: there is no vdso");
        return;
    }
    const auto opened = support::elf::image::open(image);
    REQUIRE(opened);
    const auto symbols = opened.value.symbols(support::elf::section_dynamic_symbols);
    REQUIRE(symbols);
    const std::uint64_t base = reinterpret_cast<std::uintptr_t>(image.data());
    loaded_module m = module_with(base);
    CHECK(m.path == "[vdso]");
    unsigned checked = 0;
    for (std::size_t i = 0; i < symbols.value.size(); ++i) {
        const auto s = symbols.value.at(i);
        if (s.type != support::elf::symbol_function || s.section == 0) { continue; }
        const std::string name = name_in(m, base + s.value);
        CHECK(contains(name, "_")); // "__vdso_clock_gettime" or "clock_gettime"
        CHECK_FALSE(contains(name, "[vdso]"));
        ++checked;
    }
    CHECK(checked > 2);
    m.build_id = opened.value.build_id();
    const std::uint64_t address = base + symbols.value.at(symbols.value.size() - 1).value;
    CHECK(problem_of(m, address) == "");
    m.build_id = "1234";
    CHECK(contains(problem_of(m, address), "another kernel or process"));
    m.build_id = "";
    m.start += 4096;
    CHECK(contains(problem_of(m, address), "another kernel or process"));
}

TEST_CASE("symbols: JIT maps name what lies in no file, and the last line of an address holds") {
    const temporary_directory directory;
    symbol_options options;
    options.perf_map = directory.path + "/perf-1.map";
    const loaded_module anonymous{"//anon", "", 0x1000, 0x9000, 0};
    write(options.perf_map,
          "1000 100 Old.method()\n0x2000 0x10 with many words\n"
          "1000 80 New.method()\n1020 8 inner\n");
    const symbolized s = wick::symbolize(
        addresses_in(anonymous, {0x1000, 0x101f, 0x1020, 0x1028, 0x1080, 0x10ff, 0x1100, 0x200f}),
        options);
    std::map<std::string, std::int64_t> weights;
    for (const profile::node& n : s.named.nodes) {
        const wick::frame& f = s.named.frames[n.frame];
        weights[f.function] += n.self;
        CHECK((f.kind == wick::frame_kind::jit) == !(f.function.empty() || f.function[0] == 'a'));
    }
    CHECK(weights["New.method()"] == 3);
    CHECK(weights["inner"] == 1);
    CHECK(weights["Old.method()"] == 2);
    CHECK(weights["with many words"] == 1);
    CHECK(weights["anon+0x100"] == 1);
    CHECK(s.unnamed == 1);

    write(options.perf_map,
          "1000 10 good\nnonsense\n12 zz x\n\n2000 10\nffffffffffffffff 2 wraps\n");
    const symbolized bad = wick::symbolize(addresses_in(anonymous, {0x1000}), options);
    CHECK(bad.unnamed == 0);
    REQUIRE(bad.modules.size() == 2);
    CHECK(bad.modules[0].path == options.perf_map);
    CHECK(contains(bad.modules[0].problem.what, "4 lines skipped, first: line 2: "));
    options.perf_map += ".missing";
    CHECK(contains(problem_of(anonymous, 0x1000, options), "cannot open"));
}

TEST_CASE("symbols: kallsyms names the kernel, unless it hides its addresses") {
    const temporary_directory directory;
    symbol_options options;
    options.kallsyms = directory.path + "/kallsyms";
    write(options.kallsyms,
          "ffffffff81000000 T _text\nffffffff81000100 t do_work\t[ext4]\n"
          "ffffffff81000180 d data_in_between\nffffffff81000200 W last\n");
    const loaded_module kernel{"[kernel.kallsyms]", "", 0xffffffff81000000, ~std::uint64_t{0}, 0};
    for (const loaded_module& m : {kernel, loaded_module()}) {
        CHECK(name_in(m, 0xffffffff810000ff, options) == "_text");
        CHECK(name_in(m, 0xffffffff81000190, options) == "do_work");
        CHECK(name_in(m, 0xffffffffffffffff - 1, options) == "last");
        CHECK(
            wick::symbolize(addresses_in(m, {0xffffffff81000000}), options).named.frames[1].kind ==
            wick::frame_kind::kernel);
        CHECK(name_in(m, 0xffffffff80000000, options) ==
              (m.path.empty() ? "[unknown]" : "[kernel.kallsyms]+0xffffffffff000000"));
    }
    write(options.kallsyms, "0000000000000000 T _text\n0000000000000000 t do_work\n");
    CHECK(contains(problem_of(kernel, 0xffffffff81000190, options), "kptr_restrict"));
}

/// The names that nm has for addresses: start → names, and the end of each.
struct nm_table {
    std::map<std::uint64_t, std::map<std::string, std::uint64_t>> symbols;

    nm_table(const std::string& path, const std::string& flags) {
        std::istringstream lines(output_of("nm " + flags + " --defined-only -S " + path));
        for (std::string line; std::getline(lines, line);) {
            unsigned long value = 0, size = 0;
            char type = 0;
            int name = 0;
            if (std::sscanf(line.c_str(), "%lx %lx %c %n", &value, &size, &type, &name) == 3 &&
                std::string("tTwWiu").find(type) != std::string::npos) {
                const std::string text = line.substr(static_cast<std::size_t>(name));
                symbols[value][text.substr(0, text.find('@'))] = size;
            }
        }
    }
};

/// Where the first segment with code of a file would be, if it were loaded with a bias of 0.
loaded_module unbiased(const std::string& path) {
    const auto file = wick::detail::mapped_file::open(path);
    const auto opened = support::elf::image::open(file.value.bytes());
    loaded_module m{path, "", 0, 0, 0};
    for (std::size_t i = 0; i < opened.value.segment_count(); ++i) {
        const auto s = opened.value.segment_at(i);
        if (s.type == support::elf::segment_load && (s.flags & 1u) != 0 && m.limit == 0) {
            m.start = s.address;
            m.limit = s.address + s.file_size;
            m.offset = s.offset;
        }
    }
    return m;
}

TEST_CASE("symbols: agrees with nm on every sized symbol of this program and its libraries") {
    if (!have("nm")) { return; }
    const std::string self = fs::canonical("/proc/self/exe").string();
    std::set<std::string> files = {self};
    for (const loaded_module& m : own_modules()) {
        if (m.path[0] == '/' && contains(m.path, ".so")) { files.insert(m.path); }
    }
    symbol_options raw;
    raw.demangle = false;
    raw.debug_root = "";
    for (const std::string& path : files) {
        CAPTURE(path);
        const loaded_module m = unbiased(path);
        nm_table nm(path, "");
        if (nm.symbols.empty()) { nm = nm_table(path, "-D"); }
        wick::detail::module_names names(m, raw);
        std::size_t checked = 0, wrong = 0;
        std::string first_wrong;
        for (const auto& [value, at_value] : nm.symbols) {
            if (value < m.start || value >= m.limit) { continue; }
            std::uint64_t longest = 0;
            for (const auto& [name, size] : at_value) { longest = (std::max)(longest, size); }
            for (const std::uint64_t address : {value, value + longest - 1}) {
                // The last symbol that begins at or before it and covers it.
                auto at = nm.symbols.upper_bound(address);
                bool equal = false;
                const std::string* found = names.find(address);
                while (at != nm.symbols.begin() && !equal) {
                    --at;
                    bool covers = false;
                    for (const auto& [name, size] : at->second) {
                        covers = covers || address - at->first < size;
                        equal = equal ||
                                (address - at->first < size && found != nullptr && *found == name);
                    }
                    if (covers) { break; }
                }
                ++checked;
                if (!equal && wrong++ == 0) {
                    first_wrong = shifted(address) + " " + (found == nullptr ? "?" : *found);
                }
            }
        }
        MESSAGE(path << ": " << checked << " addresses");
        CHECK(checked > (path == self ? 1000u : 0u));
        CHECK_MESSAGE(wrong == 0, wrong << ", first: " << first_wrong);
    }
}

TEST_CASE("symbols: agrees with addr2line on random addresses of this program") {
    if (!have("addr2line") || !have("strip") || !have("nm")) { return; }
    const temporary_directory directory;
    const std::string path = directory.path + "/prog";
    // Without debug information, or it would answer with functions that were inlined.
    output_of("strip -g -o " + path + " " + fs::canonical("/proc/self/exe").string());
    const loaded_module m = unbiased(path);
    REQUIRE(m.limit > m.start);
    const unsigned seed = 20161107;
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> addresses;
    std::string text;
    for (int i = 0; i < 4000; ++i) {
        addresses.push_back(m.start + random() % (m.limit - m.start));
        text += shifted(addresses.back()) + "\n";
    }
    write(directory.path + "/list", text);
    std::istringstream lines(
        output_of("addr2line -f -e " + path + " < " + directory.path + "/list"));
    const nm_table nm(path, "");
    symbol_options raw;
    raw.demangle = false;
    wick::detail::module_names names(m, raw);
    std::size_t named = 0, wrong = 0;
    std::string first_wrong;
    for (const std::uint64_t address : addresses) {
        std::string name, place;
        REQUIRE(std::getline(lines, name));
        REQUIRE(std::getline(lines, place));
        const std::string* found = names.find(address);
        if (found == nullptr || contains(*found, "@plt")) { continue; } // it guesses there
        ++named;
        // Of several names of one address it may show another one.
        bool equal = *found == name || name[0] == '.'; // it shows labels of assemblers
        for (auto at = nm.symbols.begin(); !equal && at != nm.symbols.end(); ++at) {
            equal = at->second.count(name) != 0 && at->second.count(*found) != 0;
        }
        if (!equal && wrong++ == 0) {
            first_wrong = shifted(address) + ": " + *found + " against " + name;
        }
    }
    MESSAGE(named << " of 4000 random addresses lie in functions");
    CHECK(named > 2000);
    CHECK_MESSAGE(wrong == 0, wrong << ", first: " << first_wrong);
}

TEST_CASE("symbols: entries of linkage tables are called as objdump calls them") {
    if (!have("objdump")) { return; }
    for (const std::string& path : {fs::canonical("/proc/self/exe").string(),
                                    std::string(WICK_TEST_DATA "/../fuzz/corpus/elf/linkage")}) {
        const loaded_module m = unbiased(path);
        symbol_options raw;
        raw.demangle = false;
        wick::detail::module_names names(m, raw);
        std::istringstream lines(output_of("objdump -d -j .plt -j .plt.sec -j .plt.got " + path));
        std::size_t checked = 0;
        for (std::string line; std::getline(lines, line);) {
            unsigned long address = 0;
            char name[4096];
            if (std::sscanf(line.c_str(), "%lx <%4095[^>]>:", &address, name) != 2 ||
                !contains(name, "@plt") || contains(name, "@plt-")) {
                continue;
            }
            std::string expected(name); // "write@@GLIBC_2.2.5@plt" in newer versions
            if (contains(expected, "*ABS*")) { continue; } // a relocation without a symbol
            expected = expected.substr(0, expected.find('@')) + "@plt";
            const std::string* found = names.find(address + 4);
            CHECK((found == nullptr ? "" : *found) == expected);
            ++checked;
        }
        MESSAGE(path << ": " << checked << " entries");
        if (contains(path, "linkage")) { CHECK(checked == 2); }
    }
}

} // namespace
