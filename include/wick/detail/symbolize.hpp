// wick/detail/symbolize.hpp - names of addresses, by ELF symbols, JIT maps and kallsyms. Linux.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SYMBOLIZE_HPP
#define WICK_DETAIL_SYMBOLIZE_HPP

#include <wick/detail/crc32.hpp>      // of debug files named by .gnu_debuglink
#include <wick/detail/demangle.hpp>   // names of the source
#include <wick/detail/elf.hpp>        // symbols
#include <wick/detail/frame_text.hpp> // what stands for code without a name
#include <wick/detail/posix.hpp>      // files
#include <wick/profile.hpp>           // what is named
#include <wick/result.hpp>            // why there are no names
#include <wick/version.hpp>

#include <algorithm>   // std::sort, std::upper_bound
#include <charconv>    // std::from_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // addresses
#include <map>         // names found before
#include <memory>      // modules, whose places are kept
#include <optional>    // names that are not found
#include <string>      // paths, names
#include <string_view> // names in images
#include <utility>     // std::move
#include <vector>      // ranges

#ifdef __linux__
#    include <sys/auxv.h> // where the vdso is
#endif

WICK_BEGIN_NAMESPACE

// These three are public, by symbols.hpp; they stand here because the sampler takes and returns
// them too.

/// Where names are looked for, and what is kept. All paths are read as this process sees them.
struct symbol_options {
    std::string debug_root = "/usr/lib/debug"; ///< where separate debug files are; "": nowhere
    std::string root;            ///< put before the path of each module: another system's files
    std::string perf_map;        ///< names of JIT code, as in /tmp/perf-PID.map; "": none
    std::string kallsyms;        ///< names of the kernel, as in /proc/kallsyms; "": none
    bool demangle = true;        ///< false: C++ and Rust names as the linker knows them
    bool keep_addresses = false; ///< true: the result has detail `address` as its input
};

/// How the naming of the addresses of one file went.
struct module_symbols {
    std::string path;            ///< of the module, or the perf_map or kallsyms file
    std::uint64_t addresses = 0; ///< distinct addresses in it
    std::uint64_t unnamed = 0;   ///< those for which there was no name
    error problem{};             ///< what went wrong first, or why names are missing
};

/// A profile with names, and what could not be named.
struct symbolized {
    profile named;
    std::uint64_t addresses = 0;         ///< distinct addresses that were looked up
    std::uint64_t unnamed = 0;           ///< those for which there was no name
    std::vector<module_symbols> modules; ///< those with addresses or a problem, in `modules`' order
};

namespace detail {

/// A run of addresses of the same name.
struct symbol_range {
    std::uint64_t start = 0;
    std::uint64_t limit = 0; ///< one past the last address
    std::uint32_t name = 0;  ///< offset in the strings of its table
    std::uint8_t table = 0;  ///< index of the strings; 0: the index's own
    std::uint8_t rank = 0; ///< of two symbols at one address, the one with the lower rank is shown
    bool linkage = false;  ///< an entry of the procedure linkage table for the symbol
};

/// Names of addresses: a sorted list of ranges that do not overlap.
/// Where symbols overlap, the one that starts last is shown: it is the more specific one.
class code_index {
public:
    /// Adds the symbols of functions of an image, whose bytes must outlive this. `table_rank`: 0
    /// for the table that is to be believed first, 1 for the others. Memory: 32 bytes a symbol.
    void add(const elf::image& image, const elf::symbol_table& symbols, unsigned table_rank) {
        if (strings_.size() > 255) { return; }
        strings_.push_back(symbols.strings);
        const std::vector<code_section> sections = code_sections(image);
        for (std::size_t i = 0; i < symbols.size(); ++i) {
            add_symbol(symbols, symbols.at(i), sections, table_rank);
        }
    }

    /// Adds a range with a name of its own; of several that start at one address the last is shown.
    /// A `limit` that is not above `start` means "up to the next".
    void add(std::uint64_t start, std::uint64_t limit, std::string_view name) {
        if (own_.size() > 0xffffffffu - name.size() - 1 || name.empty()) { return; }
        symbol_range range;
        range.start = start;
        range.limit = limit;
        range.name = static_cast<std::uint32_t>(own_.size());
        own_ += name;
        own_ += '\0';
        if (limit > start) {
            ranges_.push_back(range);
        } else {
            range.limit = ~std::uint64_t{0};
            open_ended_.push_back(range);
        }
    }

    /// Adds the entries of an image's procedure linkage tables, as "name@plt": they have no
    /// symbols.
    void add_linkage(const elf::image& image);

    /// Sorts what was added. Call once, before `find`. Cost: O(n log n).
    void finish() {
        const auto less = [this](const symbol_range& a, const symbol_range& b) {
            return comes_before(a, b);
        };
        std::sort(ranges_.begin(), ranges_.end(), less);
        flatten();
        std::sort(open_ended_.begin(), open_ended_.end(), less);
        close_open_ended();
        ranges_.shrink_to_fit();
    }

    /// Returns the range that an address lies in; nullptr: none. Cost: a binary search.
    [[nodiscard]] const symbol_range* find(std::uint64_t address) const {
        const auto after = std::upper_bound(
            ranges_.begin(),
            ranges_.end(),
            address,
            [](std::uint64_t wanted, const symbol_range& r) { return wanted < r.start; });
        if (after == ranges_.begin()) { return nullptr; }
        const symbol_range& range = *(after - 1);
        return address < range.limit ? &range : nullptr;
    }

    /// Returns the linker's name of a range; nothing when its string table is damaged there.
    [[nodiscard]] std::optional<std::string_view> symbol(const symbol_range& range) const {
        return elf::text_at(range.table == 0 ? std::string_view(own_) : strings_[range.table],
                            range.name);
    }

    [[nodiscard]] const std::vector<symbol_range>& ranges() const noexcept { return ranges_; }

private:
    struct code_section {
        std::uint64_t start = 0;
        std::uint64_t limit = 0; // start: a section without code
    };

    std::vector<symbol_range> ranges_;
    std::vector<symbol_range> open_ended_; // no size is known: up to the next, at most to `limit`
    std::vector<std::string_view> strings_ = std::vector<std::string_view>(1);
    std::string own_;

    [[nodiscard]] static std::vector<code_section> code_sections(const elf::image& image) {
        std::vector<code_section> sections(image.section_count());
        for (std::size_t i = 0; i < sections.size(); ++i) {
            const elf::section s = image.section_at(i);
            sections[i].start = sections[i].limit = s.address;
            if ((s.flags & elf::section_has_code) != 0 && s.size <= ~s.address) {
                sections[i].limit = s.address + s.size;
            }
        }
        return sections;
    }

    void add_symbol(const elf::symbol_table& table,
                    const elf::symbol& s,
                    const std::vector<code_section>& sections,
                    unsigned table_rank) {
        const bool is_function = s.type == elf::symbol_function || s.type == elf::symbol_indirect;
        if ((!is_function && s.type != elf::symbol_no_type) || s.name == 0 ||
            s.section == elf::index_undefined) {
            return;
        }
        code_section within{0, ~std::uint64_t{0}};
        if (s.section < elf::index_reserved) {
            if (s.section >= sections.size()) { return; }
            within = sections[s.section];
        } else if (s.section != elf::index_elsewhere || !is_function) {
            return; // absolute and common symbols are no code
        }
        if (s.value < within.start || s.value >= within.limit) { return; }
        // A label that is no function: assemblers make "$x" to tell code from data, and ".L" for
        // jumps.
        if (!is_function && (s.name >= table.strings.size() || table.strings[s.name] == '$' ||
                             table.strings[s.name] == '.')) {
            return;
        }
        symbol_range range;
        range.start = s.value;
        range.limit = s.value + (std::min)(s.size, within.limit - s.value);
        range.name = s.name;
        range.table = static_cast<std::uint8_t>(strings_.size() - 1);
        range.rank = static_cast<std::uint8_t>((is_function ? 0u : 8u) + binding_rank(s) * 2u +
                                               (table_rank & 1u));
        if (s.size == 0) {
            range.limit = within.limit;
            open_ended_.push_back(range);
        } else {
            ranges_.push_back(range);
        }
    }

    [[nodiscard]] static unsigned binding_rank(const elf::symbol& s) noexcept {
        switch (s.binding) {
        case elf::bind_global:
        case elf::bind_unique:
            return 0;
        case elf::bind_weak:
            return 1;
        default:
            return 2;
        }
    }

    // Enough of a name to choose by. Not all of it: a small file can make millions of symbols share
    // one long string.
    [[nodiscard]] std::string_view head_of_name(const symbol_range& range) const {
        const std::string_view strings = range.table == 0 ? own_ : strings_[range.table];
        if (range.name >= strings.size()) { return {}; }
        const std::string_view head = strings.substr(range.name, 256);
        return head.substr(0, head.find('\0'));
    }

    /// True when `a` is sorted before `b`: by address, and what is to be shown last.
    [[nodiscard]] bool comes_before(const symbol_range& a, const symbol_range& b) const {
        if (a.start != b.start) { return a.start < b.start; }
        if (a.rank != b.rank) { return a.rank > b.rank; }
        if (a.table == 0 && b.table == 0) {
            return a.name < b.name; // JIT maps are logs: the last line is what holds
        }
        const int by_name = compare_names(head_of_name(a), head_of_name(b));
        if (by_name != 0) { return by_name > 0; }
        if (a.limit != b.limit) { return a.limit > b.limit; }
        return a.table != b.table ? a.table > b.table : a.name > b.name;
    }

    /// Negative when `a` is the better name: public names have fewer underscores in front and are
    /// shorter ("write", "__write", "__libc_write"); the bytes decide between the others.
    [[nodiscard]] static int compare_names(std::string_view a, std::string_view b) {
        const std::size_t a_bare = (std::min)(a.find_first_not_of('_'), a.size());
        const std::size_t b_bare = (std::min)(b.find_first_not_of('_'), b.size());
        if (a_bare != b_bare) { return a_bare < b_bare ? -1 : 1; }
        if (a.size() != b.size()) { return a.size() < b.size() ? -1 : 1; }
        return a.compare(b);
    }

    // Makes sorted ranges disjoint. Each is cut where one that starts later begins, and goes on
    // behind that one's end. At most two pieces a range come of it: each has one start and one end.
    void flatten() {
        std::vector<symbol_range> flat;
        flat.reserve(ranges_.size());
        std::vector<symbol_range> open; // those begun and perhaps not ended, the one shown last
        std::uint64_t at = 0;
        const auto show_until = [&](std::uint64_t limit) {
            if (at < limit) {
                flat.push_back(open.back());
                flat.back().start = at;
                flat.back().limit = limit;
                at = limit;
            }
        };
        for (const symbol_range& next : ranges_) {
            while (!open.empty() && open.back().limit <= next.start) {
                show_until(open.back().limit);
                open.pop_back();
            }
            if (!open.empty()) { show_until(next.start); }
            at = next.start;
            // What ends no later than `next` will never be seen again.
            while (!open.empty() && open.back().limit <= next.limit) { open.pop_back(); }
            open.push_back(next);
        }
        while (!open.empty()) {
            show_until(open.back().limit);
            open.pop_back();
        }
        ranges_ = std::move(flat);
    }

    // Hand-written assembly often has no sizes. Such a symbol reaches up to the next one, but a
    // label within a function that has a size does not cut it.
    void close_open_ended() {
        std::vector<symbol_range> closed;
        for (std::size_t i = 0; i < open_ended_.size(); ++i) {
            symbol_range range = open_ended_[i];
            const bool shadowed =
                i + 1 < open_ended_.size() && open_ended_[i + 1].start == range.start;
            if (shadowed || find(range.start) != nullptr) { continue; }
            if (i + 1 < open_ended_.size()) {
                range.limit = (std::min)(range.limit, open_ended_[i + 1].start);
            }
            const auto next = std::upper_bound(
                ranges_.begin(),
                ranges_.end(),
                range.start,
                [](std::uint64_t start, const symbol_range& r) { return start < r.start; });
            if (next != ranges_.end()) { range.limit = (std::min)(range.limit, next->start); }
            closed.push_back(range);
        }
        open_ended_ = {};
        const auto sized = static_cast<std::ptrdiff_t>(ranges_.size());
        ranges_.insert(ranges_.end(), closed.begin(), closed.end());
        std::inplace_merge(
            ranges_.begin(),
            ranges_.begin() + sized,
            ranges_.end(),
            [](const symbol_range& a, const symbol_range& b) { return a.start < b.start; });
    }
};

/// A word of the global offset table, and the symbol whose address the loader puts there.
struct linkage_slot {
    std::uint64_t address;
    std::uint32_t name;
};

/// Returns the words that x86-64 relocations fill with addresses of named symbols, sorted.
[[nodiscard]] inline std::vector<linkage_slot> linkage_slots(const elf::image& image,
                                                             const elf::symbol_table& symbols) {
    constexpr std::uint32_t global_data = 6, jump_slot = 7;
    std::vector<linkage_slot> slots;
    for (const char* name : {".rela.plt", ".rela.dyn"}) {
        const std::optional<elf::section> found = image.find(name);
        if (!found || found->type != elf::section_rela || found->entry_size != 24) { continue; }
        const result<std::string_view> bytes = image.contents(*found);
        for (std::size_t at = 0; lies_within(at, 24, bytes.value.size()); at += 24) {
            const char* entry = bytes.value.data() + at;
            const auto type = little_endian<std::uint32_t>(entry + 8);
            const auto symbol = little_endian<std::uint32_t>(entry + 12);
            if ((type == global_data || type == jump_slot) && symbol != 0 &&
                symbol < symbols.size()) {
                slots.push_back({little_endian<std::uint64_t>(entry), symbols.at(symbol).name});
            }
        }
    }
    std::sort(slots.begin(), slots.end(), [](const linkage_slot& a, const linkage_slot& b) {
        return a.address != b.address ? a.address < b.address : a.name < b.name;
    });
    return slots;
}

/// Returns the address of the word that an entry of an x86-64 linkage table jumps through: "jmp
/// *disp32(%rip)" is its first instruction, or the one behind an endbr64 or a bnd prefix.
[[nodiscard]] inline std::optional<std::uint64_t> linkage_target(std::string_view entry,
                                                                 std::uint64_t address) {
    for (const std::size_t at : {0u, 1u, 4u, 5u}) {
        if (entry.substr(at, 2) == "\xff\x25" && lies_within(at, 6, entry.size())) {
            const auto displacement = little_endian<std::uint32_t>(entry.data() + at + 2);
            const std::uint64_t sign = (displacement & 0x80000000u) != 0 ? 0xffffffff00000000u : 0;
            return address + at + 6 + (sign | displacement);
        }
    }
    return std::nullopt;
}

inline void code_index::add_linkage(const elf::image& image) {
    const result<elf::symbol_table> symbols = image.symbols(elf::section_dynamic_symbols);
    if (image.machine() != elf::machine_x86_64 || !symbols || strings_.size() > 255) { return; }
    const std::vector<linkage_slot> slots = linkage_slots(image, symbols.value);
    strings_.push_back(symbols.value.strings);
    for (const char* name : {".plt", ".plt.sec", ".plt.got"}) {
        const std::optional<elf::section> found = image.find(name);
        if (!found || (found->flags & elf::section_has_code) == 0) { continue; }
        const std::size_t step = found->entry_size == 8 ? 8 : 16;
        const result<std::string_view> bytes = image.contents(*found);
        for (std::size_t at = 0; lies_within(at, step, bytes.value.size()); at += step) {
            const std::uint64_t address = found->address + at;
            const std::optional<std::uint64_t> word =
                linkage_target(bytes.value.substr(at, step), address);
            if (!word || address + step < address) { continue; }
            const auto slot = std::lower_bound(
                slots.begin(), slots.end(), *word, [](const linkage_slot& s, std::uint64_t wanted) {
                    return s.address < wanted;
                });
            if (slot != slots.end() && slot->address == *word) {
                ranges_.push_back({address,
                                   address + step,
                                   slot->name,
                                   static_cast<std::uint8_t>(strings_.size() - 1),
                                   7,
                                   true});
            }
        }
    }
}

/// Returns the image of the vdso of this process, which the kernel made; "" where there is none.
[[nodiscard]] inline std::string_view own_vdso() {
#ifdef __linux__
    const unsigned long at = ::getauxval(AT_SYSINFO_EHDR);
    if (at == 0) { return {}; }
    // Not a hostile file: how long it is stands in its own headers, in its first page.
    const char* start = reinterpret_cast<const char*>(at);
    std::uint64_t size = little_endian<std::uint64_t>(start + 40) +
                         std::uint64_t{little_endian<std::uint16_t>(start + 60)} * 64;
    const result<elf::image> headers = elf::image::open(std::string_view(start, 4096));
    for (std::size_t i = 0; headers && i < headers.value.segment_count(); ++i) {
        const elf::segment s = headers.value.segment_at(i);
        size = (std::max)(size, s.type == elf::segment_load ? s.offset + s.file_size : 0);
    }
    return std::string_view(start, as_size(size));
#else
    return {};
#endif
}

/// Returns a path as the kernel shows it, without the " (deleted)" of a file that is gone.
[[nodiscard]] inline std::string without_deleted(std::string_view path) {
    constexpr std::string_view mark = " (deleted)";
    const bool marked = path.size() > mark.size() && path.substr(path.size() - mark.size()) == mark;
    return std::string(marked ? path.substr(0, path.size() - mark.size()) : path);
}

/// True for modules that are files or the vdso: not "[heap]", "//anon", "anon_inode:…" or "".
[[nodiscard]] inline bool has_image(const loaded_module& module) {
    const std::string_view path = module.path;
    return path == "[vdso]" ||
           (!path.empty() && path[0] != '[' && path.substr(0, 2) != "//" &&
            path.substr(0, 11) != "anon_inode:" && path.substr(0, 7) != "/memfd:");
}

/// The symbols of one module. Opens its files when it is first asked, and keeps them mapped.
/// Thread safety: none.
class module_names {
public:
    module_names(loaded_module module, const symbol_options& options)
        : module_(std::move(module))
        , path_(without_deleted(module_.path))
        , root_(options.root)
        , debug_root_(options.debug_root)
        , demangle_(options.demangle) {}

    [[nodiscard]] const loaded_module& module() const noexcept { return module_; }

    /// Returns the name of the function that an address of the running program lies in; nullptr
    /// when there is none. Good until this dies. Cost: three binary searches; the first time within
    /// a function, a demangling.
    [[nodiscard]] const std::string* find(std::uint64_t address) {
        if (!opened_) {
            opened_ = true;
            open();
        }
        const std::optional<std::uint64_t> place = in_image(address);
        const symbol_range* range = place ? index_.find(*place) : nullptr;
        if (range == nullptr) { return nullptr; }
        const auto known = names_.find(range);
        if (known != names_.end()) { return known->second.empty() ? nullptr : &known->second; }
        const std::optional<std::string_view> symbol = index_.symbol(*range);
        std::string& name = names_[range];
        if (symbol) {
            name = demangle_ ? detail::demangle(*symbol) : std::string(*symbol);
            name += range->linkage ? "@plt" : "";
        }
        return name.empty() ? nullptr : &name;
    }

    /// Returns what went wrong first, or why names may be missing; no error: nothing.
    [[nodiscard]] const error& problem() const noexcept { return problem_; }

private:
    loaded_module module_;
    std::string path_;
    std::string root_;
    std::string debug_root_;
    bool demangle_;
    bool opened_ = false;
    mapped_file file_;
    mapped_file debug_file_;
    elf::image image_;
    std::vector<elf::segment> segments_; // those that are loaded, with code first
    code_index index_;
    std::map<const symbol_range*, std::string> names_;
    error problem_{};

    void note(error problem) {
        if (!problem_) { problem_ = std::move(problem); }
    }

    void open() {
        if (!open_image()) { return; }
        for (const bool with_code : {true, false}) {
            for (std::size_t i = 0; i < image_.segment_count(); ++i) {
                const elf::segment s = image_.segment_at(i);
                const bool has_code = (s.flags & elf::segment_executable) != 0;
                // Programs have one or two with code; a bound, because each look-up walks them.
                if (s.type == elf::segment_load && has_code == with_code && segments_.size() < 64) {
                    segments_.push_back(s);
                }
            }
        }
        add_symbols();
        index_.finish();
    }

    [[nodiscard]] bool open_image() {
        if (module_.path == "[vdso]") { return open_vdso(); }
        // The main program can always be had from the kernel, even when its path leads to another
        // file by now. Another process's profile may name the same path: its build-id decides.
        const bool is_self = root_.empty() && without_deleted(read_link("/proc/self/exe")) == path_;
        if (is_self && accept("/proc/self/exe")) { return true; }
        problem_ = {};
        if (path_ != module_.path && module_.build_id.empty()) {
            note(error{path_ + " was deleted, and there is no build-id to know another file of "
                               "that name by"});
        } else if (accept(root_ + path_)) {
            return true;
        }
        return root_.empty() && !is_self && open_mapping();
    }

    [[nodiscard]] bool open_vdso() {
        const result<elf::image> opened = elf::image::open(own_vdso());
        if (!opened) {
            note(error{"[vdso]: " + opened.error.what});
            return false;
        }
        const std::string id = opened.value.build_id();
        if (module_.build_id.empty() ? reinterpret_cast<std::uintptr_t>(own_vdso().data()) !=
                                           module_.start - module_.offset
                                     : id != module_.build_id) {
            note(error{"[vdso] is that of another kernel or process"});
            return false;
        }
        image_ = opened.value;
        return true;
    }

    // A library whose file was removed or replaced while this process has it mapped. The kernel
    // lets privileged processes open it.
    [[nodiscard]] bool open_mapping() {
        char name[40];
        char* end = std::to_chars(name, name + 16, module_.start, 16).ptr;
        *end++ = '-';
        end = std::to_chars(end, end + 16, module_.limit, 16).ptr;
        const std::string path = "/proc/self/map_files/" + std::string(name, end);
        if (without_deleted(read_link(path)) != path_ || !accept(path)) { return false; }
        problem_ = {};
        return true;
    }

    // Takes the file for the module's, unless it is known to be of another build.
    [[nodiscard]] bool accept(const std::string& path) {
        result<mapped_file> file = mapped_file::open(path);
        if (!file) {
            note(file.error);
            return false;
        }
        const result<elf::image> opened = elf::image::open(file.value.bytes());
        if (!opened) {
            note(error{path + ": " + opened.error.what, 0, opened.error.offset});
            return false;
        }
        const std::string id = opened.value.build_id();
        if (!module_.build_id.empty() && id != module_.build_id) {
            note(error{"the build-id of " + path + " is " + (id.empty() ? "missing" : id) +
                       ", that of what was sampled is " + module_.build_id});
            return false;
        }
        image_ = opened.value;
        file_ = std::move(file.value);
        return true;
    }

    void add_symbols() {
        const bool has_symbols = add_table(image_, elf::section_symbols, 0);
        add_table(image_, elf::section_dynamic_symbols, 1);
        index_.add_linkage(image_);
        if (image_.section_problem() != nullptr) {
            note(error{module_.path + ": " + image_.section_problem()});
        }
        if (!has_symbols && module_.path != "[vdso]" && !add_debug_file()) {
            const bool packed = image_.find(".gnu_debugdata").has_value();
            note(error{module_.path + " is stripped, and no debug file for it was found" +
                       (packed ? "; its .gnu_debugdata (xz) is not read" : "")});
        }
    }

    bool add_table(const elf::image& image, std::uint32_t type, unsigned rank) {
        const result<elf::symbol_table> symbols = image.symbols(type);
        if (!symbols) {
            note(error{module_.path + ": " + symbols.error.what, 0, symbols.error.offset});
            return false;
        }
        if (symbols.value.size() == 0) { return false; }
        index_.add(image, symbols.value, rank);
        return true;
    }

    [[nodiscard]] bool add_debug_file() {
        const std::string id = image_.build_id();
        if (id.size() > 2 && !debug_root_.empty() &&
            add_debug_file(debug_root_ + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) +
                               ".debug",
                           nullptr)) {
            return true;
        }
        const std::optional<elf::debug_link> link = image_.link();
        if (!link) { return false; }
        const std::string name(link->name);
        const std::string directory = path_.substr(0, path_.rfind('/') + 1);
        return add_debug_file(root_ + directory + name, &*link) ||
               add_debug_file(root_ + directory + ".debug/" + name, &*link) ||
               (!debug_root_.empty() && add_debug_file(debug_root_ + directory + name, &*link));
    }

    [[nodiscard]] bool add_debug_file(const std::string& path, const elf::debug_link* link) {
        result<mapped_file> file = mapped_file::open(path);
        if (!file) {
            return false; // most programs have none: no problem to speak of
        }
        const result<elf::image> opened = elf::image::open(file.value.bytes());
        if (!opened) {
            note(error{path + ": " + opened.error.what, 0, opened.error.offset});
            return false;
        }
        const std::string id = image_.build_id();
        const std::string its_id = opened.value.build_id();
        // The checksum reads all of the file: only where there are no ids to compare.
        const bool same = link == nullptr || (!id.empty() && !its_id.empty())
                              ? id == its_id
                              : crc32(file.value.bytes()) == link->crc;
        if (!same) {
            note(error{"the debug file " + path + " belongs to another build of " + module_.path});
            return false;
        }
        debug_file_ = std::move(file.value);
        return add_table(opened.value, elf::section_symbols, 0);
    }

    // Where the address lies in the image, as its symbols count. The file offset decides: it is
    // what mapping and file have in common, for programs at fixed addresses as for others.
    [[nodiscard]] std::optional<std::uint64_t> in_image(std::uint64_t address) const {
        const std::uint64_t offset = address - module_.start + module_.offset;
        for (const elf::segment& s : segments_) {
            if (offset >= s.offset && offset - s.offset < s.file_size) {
                return offset - s.offset + s.address;
            }
        }
        return std::nullopt;
    }
};

/// Names that somebody wrote down as text: JIT compilers in perf maps, the kernel in kallsyms.
class named_text {
public:
    /// Reads "START SIZE NAME" lines, in hexadecimal.
    [[nodiscard]] static named_text perf_map(std::string_view text) {
        named_text map;
        map.read(text, [&map](std::string_view line) {
            std::uint64_t start = 0;
            std::uint64_t size = 0;
            if (!take_hex(line, start) || !take_hex(line, size) || line.empty() || size > ~start) {
                return false;
            }
            if (size > 0) { map.index_.add(start, start + size, line); }
            return true;
        });
        return map;
    }

    /// Reads "ADDRESS TYPE NAME[\tMODULE]" lines, of which those of code are kept.
    [[nodiscard]] static named_text kallsyms(std::string_view text) {
        named_text map;
        bool hidden = true;
        map.read(text, [&map, &hidden](std::string_view line) {
            std::uint64_t start = 0;
            if (!take_hex(line, start) || line.size() < 3 || line[1] != ' ') { return false; }
            hidden = hidden && start == 0;
            if (start != 0 && std::string_view("tTwW").find(line[0]) != std::string_view::npos) {
                const std::string_view name = line.substr(2);
                map.index_.add(start, start, name.substr(0, name.find('\t')));
            }
            return true;
        });
        if (hidden && !text.empty() && map.skipped_.records == 0) { map.hidden_ = true; }
        return map;
    }

    [[nodiscard]] std::optional<std::string_view> find(std::uint64_t address) const {
        const symbol_range* range = index_.find(address);
        return range == nullptr ? std::nullopt : index_.symbol(*range);
    }

    [[nodiscard]] error problem(const std::string& path) const {
        if (hidden_) { return error{path + " hides all addresses (sysctl kernel.kptr_restrict)"}; }
        if (skipped_.records > 0) {
            return error{path + ": " + std::to_string(skipped_.records) +
                             " lines skipped, first: " + skipped_.first.message(),
                         0,
                         skipped_.first.offset};
        }
        return {};
    }

private:
    code_index index_;
    skipped skipped_;
    bool hidden_ = false;

    [[nodiscard]] static bool take_hex(std::string_view& line, std::uint64_t& value) {
        if (line.substr(0, 2) == "0x") { line.remove_prefix(2); }
        const char* end = line.data() + line.size();
        const std::from_chars_result read = std::from_chars(line.data(), end, value, 16);
        if (read.ec != std::errc() || read.ptr == end || *read.ptr != ' ') { return false; }
        line = std::string_view(read.ptr + 1, static_cast<std::size_t>(end - read.ptr) - 1);
        return true;
    }

    template <class Line>
    void read(std::string_view text, Line&& take_line) {
        std::uint64_t number = 0;
        while (!text.empty()) {
            const std::size_t end = (std::min)(text.find('\n'), text.size());
            ++number;
            if (end > 0 && !take_line(text.substr(0, end))) {
                skipped_.add("an address and a name were expected", number);
            }
            text.remove_prefix((std::min)(end + 1, text.size()));
        }
        index_.finish();
    }
};

/// Names the addresses of profiles. Keeps files, tables and names from one profile to the next, as
/// slices of one program have the same modules. Thread safety: none.
class symbolizer {
public:
    explicit symbolizer(symbol_options options = {})
        : options_(std::move(options)) {}

    /// Returns the profile with a name for every frame that has an address and no function yet.
    /// See `wick::symbolize`.
    [[nodiscard]] symbolized name(const profile& raw) {
        symbolized made;
        read_texts(made);
        std::vector<std::size_t> reports(raw.modules.size(), none);
        std::vector<module_names*> names(raw.modules.size(), nullptr);
        bool has_lines = false;
        made.named = map_frames(raw, [&](frame f) {
            if (f.address != 0 && f.function.empty()) {
                ++made.addresses;
                module_names*& of_module = names[f.module];
                if (of_module == nullptr) { of_module = &names_of(raw.modules[f.module]); }
                const bool found = name_frame(f, *of_module);
                count(made, reports[f.module], raw.modules[f.module], found);
            }
            f.address = options_.keep_addresses ? f.address : 0;
            has_lines = has_lines || f.at_line != 0;
            return f;
        });
        if (!options_.keep_addresses) {
            made.named.detail = has_lines ? profile_detail::line : profile_detail::function;
        }
        for (std::size_t m = 0; m < reports.size(); ++m) {
            if (reports[m] != none && made.modules[reports[m]].unnamed > 0) {
                made.modules[reports[m]].problem = problem_of(*names[m]);
            }
        }
        return made;
    }

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    symbol_options options_;
    std::vector<std::unique_ptr<module_names>> modules_; // they are pointed at
    named_text jit_;
    named_text kernel_;

    [[nodiscard]] module_names& names_of(const loaded_module& module) {
        for (const auto& known : modules_) {
            if (known->module() == module) { return *known; }
        }
        modules_.push_back(std::make_unique<module_names>(module, options_));
        return *modules_.back();
    }

    [[nodiscard]] static error problem_of(const module_names& of_module) {
        const loaded_module& module = of_module.module();
        if (module.path.empty()) { return error{"addresses outside every module"}; }
        return has_image(module) ? of_module.problem() : error{module.path + " is no file"};
    }

    void read_texts(symbolized& made) {
        jit_ = read_text(made, options_.perf_map, &named_text::perf_map);
        kernel_ = read_text(made, options_.kallsyms, &named_text::kallsyms);
    }

    // Read again for each profile: JIT compilers add to their map while they run.
    [[nodiscard]] static named_text
    read_text(symbolized& made, const std::string& path, named_text (*parse)(std::string_view)) {
        if (path.empty()) { return {}; }
        const result<std::string> text = read_file(path);
        named_text names = parse(text.value);
        error problem = text ? names.problem(path) : text.error;
        if (problem) { made.modules.push_back({path, 0, 0, std::move(problem)}); }
        return names;
    }

    [[nodiscard]] bool name_frame(frame& f, module_names& of_module) {
        const loaded_module& module = of_module.module();
        if (has_image(module)) {
            const std::string* name = of_module.find(f.address);
            if (name != nullptr) {
                f.function = *name;
                return true;
            }
        } else if (f.kind == frame_kind::kernel || f.address >> 63 != 0) {
            f.kind = frame_kind::kernel;
            if (take(f, kernel_.find(f.address))) { return true; }
        } else if (take(f, jit_.find(f.address))) {
            f.kind = frame_kind::jit;
            return true;
        }
        // Bare addresses differ from run to run, so that no two profiles would compare.
        if (module.path.empty()) {
            f.function = "[unknown]";
        } else {
            loaded_module shown = module;
            shown.path = without_deleted(module.path);
            append_place(f.function, shown, f.address);
        }
        return false;
    }

    [[nodiscard]] static bool take(frame& f, const std::optional<std::string_view>& name) {
        if (!name) { return false; }
        f.function = *name;
        return true;
    }

    static void
    count(symbolized& made, std::size_t& report, const loaded_module& module, bool found) {
        if (report == none) {
            report = made.modules.size();
            made.modules.push_back({module.path, 0, 0, {}});
        }
        ++made.modules[report].addresses;
        made.modules[report].unnamed += found ? 0 : 1;
        made.unnamed += found ? 0 : 1;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
