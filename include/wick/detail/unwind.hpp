// wick/detail/unwind.hpp - the call stack of an interrupted thread, in its handler (Linux).
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_UNWIND_HPP
#define WICK_DETAIL_UNWIND_HPP

#include <wick/detail/eh_frame.hpp> // rows of .eh_frame
#include <wick/detail/elf.hpp>      // build-ids, and where static executables keep their tables
#include <wick/version.hpp>

#include <algorithm>   // std::sort
#include <atomic>      // serial numbers of maps
#include <cerrno>      // errno is kept
#include <cstddef>     // std::size_t, offsetof
#include <cstdint>     // std::uintptr_t and the like
#include <cstring>     // std::memcmp
#include <string>      // paths and build-ids
#include <string_view> // bytes of notes and files
#include <utility>     // std::move
#include <vector>      // the modules

#include <dlfcn.h>       // _dl_find_object
#include <fcntl.h>       // open
#include <link.h>        // dl_iterate_phdr
#include <sys/auxv.h>    // where the vdso is
#include <sys/mman.h>    // the executable file, while its sections are read
#include <sys/stat.h>    // its size
#include <sys/syscall.h> // the probe of a page
#include <ucontext.h>    // the registers of the interrupted thread
#include <unistd.h>      // readlink, syscall

// Stacks are read where no object of ours lies: the sanitizer's shadow says nothing about that
// memory.
#if defined(__GNUC__)
#    define WICK_NO_SANITIZE_ADDRESS __attribute__((no_sanitize_address))
#    define WICK_COLD __attribute__((noinline, cold))
#else
#    define WICK_NO_SANITIZE_ADDRESS
#    define WICK_COLD
#endif

// Since glibc 2.35 the loader can be asked from a signal handler what is loaded at an address. The
// reference is weak: a program may be built with a new C library and run with an older one.
#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#    if __GLIBC_PREREQ(2, 35)
#        define WICK_HAS_DL_FIND_OBJECT 1
extern "C" __attribute__((weak)) int _dl_find_object(void*, struct dl_find_object*) noexcept;
#    endif
#endif
#ifndef WICK_HAS_DL_FIND_OBJECT
#    define WICK_HAS_DL_FIND_OBJECT 0
#endif

WICK_BEGIN_NAMESPACE
namespace detail {

/// What the loader says is mapped at an address, to tell whether a snapshot still holds there.
struct loaded_object {
    std::uintptr_t start = 0;
    std::uintptr_t limit = 0;
    std::uintptr_t link_map = 0;
    std::uintptr_t tables = 0;

    friend bool operator==(const loaded_object& a, const loaded_object& b) noexcept {
        return a.start == b.start && a.limit == b.limit && a.link_map == b.link_map &&
               a.tables == b.tables;
    }
};

/// True when the loader of this process can be asked from a signal handler.
[[nodiscard]] inline bool can_find_loaded_objects() noexcept {
#if WICK_HAS_DL_FIND_OBJECT
    return &_dl_find_object != nullptr;
#else
    return false;
#endif
}

/// Asks the loader what is mapped at an address; false: nothing, or it cannot be asked.
/// Async-signal-safe and lock-free, as the GNU C Library manual promises for _dl_find_object.
[[nodiscard]] inline bool find_loaded_object(std::uintptr_t pc, loaded_object& found) noexcept {
#if WICK_HAS_DL_FIND_OBJECT
    if (!can_find_loaded_objects()) { return false; }
    struct dl_find_object object;
    if (_dl_find_object(reinterpret_cast<void*>(pc), &object) != 0) { return false; }
    found.start = reinterpret_cast<std::uintptr_t>(object.dlfo_map_start);
    found.limit = reinterpret_cast<std::uintptr_t>(object.dlfo_map_end);
    found.link_map = reinterpret_cast<std::uintptr_t>(object.dlfo_link_map);
    found.tables = reinterpret_cast<std::uintptr_t>(object.dlfo_eh_frame);
    return true;
#else
    static_cast<void>(pc);
    static_cast<void>(found);
    return false;
#endif
}

/// The program headers of one loaded module.
struct module_headers {
    const ElfW(Phdr) * first;
    std::size_t count;
    std::uintptr_t bias; ///< what the loader added to the addresses in them

    [[nodiscard]] const ElfW(Phdr) * begin() const noexcept { return first; }
    [[nodiscard]] const ElfW(Phdr) * end() const noexcept { return first + count; }

    [[nodiscard]] bool holds(const ElfW(Phdr) & segment, std::uintptr_t address) const noexcept {
        return address - (bias + segment.p_vaddr) < segment.p_filesz;
    }

    /// Returns the loaded segment with these permissions that an address lies in, or nullptr.
    [[nodiscard]] const ElfW(Phdr) *
        segment_at(std::uintptr_t address, unsigned flags) const noexcept {
        for (const ElfW(Phdr) & segment : *this) {
            if (segment.p_type == PT_LOAD && (segment.p_flags & flags) == flags &&
                holds(segment, address)) {
                return &segment;
            }
        }
        return nullptr;
    }

    /// Returns the bytes from an address on that are known to be readable, at most `size` of them.
    [[nodiscard]] memory_view readable(std::uintptr_t address,
                                       std::size_t size = ~std::size_t{0}) const noexcept {
        const ElfW(Phdr)* segment = segment_at(address, PF_R);
        if (segment == nullptr) { return {}; }
        const std::size_t left = bias + segment->p_vaddr + segment->p_filesz - address;
        return {reinterpret_cast<const std::uint8_t*>(address), (std::min)(left, size), address};
    }

    /// Returns the .eh_frame_hdr that the headers name; empty: none.
    [[nodiscard]] memory_view eh_header() const noexcept {
        for (const ElfW(Phdr) & segment : *this) {
            if (segment.p_type != PT_GNU_EH_FRAME) { continue; }
            return readable(bias + segment.p_vaddr, segment.p_memsz);
        }
        return {};
    }

    /// Finds the unwinding tables; false when there are none that can be searched as they are.
    [[nodiscard]] bool find_tables(eh_tables& tables) const noexcept {
        const memory_view header = eh_header();
        const memory_view frames = readable(eh_frame_address(header));
        return frames.size != 0 && read_eh_frame_hdr(header, frames, tables);
    }
};

/// One executable segment of a module of this process.
struct code_module {
    std::uintptr_t start = 0; ///< its addresses
    std::uintptr_t limit = 0;
    std::uintptr_t bias = 0;       ///< an address less this is the ELF file's address
    std::uint64_t file_offset = 0; ///< of start
    bool readable = false;         ///< its code may be looked at
    bool permanent = false;        ///< nothing can unload it while a snapshot is in use
    loaded_object object;          ///< what the loader said when the snapshot was taken
    eh_tables tables;
    std::string
        path; ///< as the loader has it; of the main program what /proc/self/exe says; "[vdso]"
    std::string build_id; ///< lower-case hexadecimal; "": none
};

/// What the walk needs to know of the code at an address.
struct code_at {
    std::uintptr_t start = 0;
    std::uintptr_t limit = 0;
    bool readable = false;
    eh_tables tables;
};

/// A snapshot of the code that is loaded. Built outside of signal handlers, read inside; never
/// changes.
class code_map {
public:
    code_map() = default;
    code_map(code_map&&) = default;
    code_map& operator=(code_map&&) = default;
    code_map(const code_map&) = delete;
    code_map& operator=(const code_map&) = delete;

    /// Returns what is loaded now. `copy_tables` keeps copies of the unwinding tables, so that
    /// nothing can be unloaded under the walk; needed only where the loader cannot be asked in the
    /// handler (C libraries other than glibc 2.35 and later). Not for signal handlers: allocates,
    /// takes the loader's lock, and reads the executable file when that is static.
    [[nodiscard]] static code_map load(bool copy_tables = !can_find_loaded_objects()) {
        code_map map;
        static std::atomic<std::uint64_t> serials{0};
        map.serial_ = ++serials;
        map.copies_ = copy_tables;
        dl_iterate_phdr(add_module, &map);
        std::sort(map.modules_.begin(), map.modules_.end(), [](const auto& a, const auto& b) {
            return a.start < b.start;
        });
        return map;
    }

    /// Returns the module whose code an address lies in, or nullptr. O(log n), async-signal-safe.
    [[nodiscard]] const code_module* find(std::uintptr_t pc) const noexcept {
        std::size_t low = 0;
        std::size_t high = modules_.size();
        while (low < high) {
            const std::size_t middle = low + (high - low) / 2;
            if (modules_[middle].limit <= pc) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < modules_.size() && modules_[low].start <= pc ? &modules_[low] : nullptr;
    }

    /// Returns the modules by rising address.
    [[nodiscard]] const std::vector<code_module>& modules() const noexcept { return modules_; }

    /// Returns how many modules the process had loaded and unloaded when this was taken; 0:
    /// unknown.
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

    /// Returns the same number as of now: another one than `generation()` asks for a new snapshot.
    /// Takes the loader's lock for a moment: not for signal handlers.
    [[nodiscard]] static std::uint64_t current_generation() {
        std::uint64_t generation = 0;
        dl_iterate_phdr(
            [](dl_phdr_info* info, std::size_t size, void* out) {
                *static_cast<std::uint64_t*>(out) = generation_of(*info, size);
                return 1; // every module says the same
            },
            &generation);
        return generation;
    }

    /// Returns a number that no other map of this process has, and that is not 0.
    [[nodiscard]] std::uint64_t serial() const noexcept { return serial_; }

    /// Tells what code is at an address now: of the snapshot when that still holds there, else of
    /// what the loader has put there since. False: nothing known. Async-signal-safe.
    [[nodiscard]] bool locate(std::uintptr_t pc, code_at& code) const noexcept {
        const code_module* known = find(pc);
        loaded_object now;
        const bool loaded = find_loaded_object(pc, now);
        if (known != nullptr && (known->permanent || (loaded && now == known->object))) {
            code = {known->start, known->limit, known->readable, known->tables};
            return true;
        }
        return loaded && locate_new(pc, now, code);
    }

private:
    std::vector<code_module> modules_;
    std::vector<std::vector<std::uint8_t>> owned_; // tables that were made or copied
    std::uint64_t generation_ = 0;
    std::uint64_t serial_ = 0;
    bool copies_ = false;
    bool seen_main_ = false;

    [[nodiscard]] static std::uint64_t generation_of(const dl_phdr_info& info,
                                                     std::size_t size) noexcept {
        constexpr std::size_t needed = offsetof(dl_phdr_info, dlpi_subs) + sizeof(info.dlpi_subs);
        return size < needed ? 0 : info.dlpi_adds + info.dlpi_subs;
    }

    static int add_module(dl_phdr_info* info, std::size_t size, void* self) {
        static_cast<code_map*>(self)->add(*info, size);
        return 0;
    }

    void add(const dl_phdr_info& info, std::size_t size) {
        generation_ = generation_of(info, size);
        const bool is_main = !std::exchange(seen_main_, true); // the loader lists it first
        const module_headers headers{info.dlpi_phdr, info.dlpi_phnum, info.dlpi_addr};
        code_module module;
        module.bias = info.dlpi_addr;
        module.path = path_of(info, headers, is_main);
        module.build_id = build_id_of(headers);
        if (!headers.find_tables(module.tables)) { make_tables(headers, is_main, module.tables); }
        if (copies_) { copy_tables(module.tables); }
        for (const ElfW(Phdr) & segment : headers) {
            if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) { continue; }
            module.start = module.bias + segment.p_vaddr;
            module.limit = module.start + segment.p_filesz;
            module.file_offset = segment.p_offset;
            const bool known = find_loaded_object(module.start, module.object);
            // Tables that were copied stay when the code is unloaded, but then nobody may look at
            // it.
            module.permanent = !known;
            module.readable = (segment.p_flags & PF_R) != 0 && (known || is_main || !copies_);
            modules_.push_back(module);
        }
    }

    [[nodiscard]] static std::string
    path_of(const dl_phdr_info& info, const module_headers& headers, bool is_main) {
        const std::uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
        if (vdso != 0 && headers.segment_at(vdso, PF_R) != nullptr) { return "[vdso]"; }
        const std::string name = info.dlpi_name == nullptr ? "" : info.dlpi_name;
        if (!is_main) { return name; }
        std::string path(4096, '\0');
        const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
        if (length <= 0) { return name; }
        path.resize(static_cast<std::size_t>(length));
        return path;
    }

    [[nodiscard]] static std::string build_id_of(const module_headers& headers) {
        for (const ElfW(Phdr) & segment : headers) {
            if (segment.p_type != PT_NOTE) { continue; }
            const memory_view notes =
                headers.readable(headers.bias + segment.p_vaddr, segment.p_filesz);
            std::string id = elf::build_id_of_notes(
                {reinterpret_cast<const char*>(notes.data), notes.size}, segment.p_align);
            if (!id.empty()) { return id; }
        }
        return {};
    }

    /// Makes the search table that the linker left out.
    void make_tables(const module_headers& headers, bool is_main, eh_tables& tables) {
        memory_view frames = headers.readable(eh_frame_address(headers.eh_header()));
        // Static executables have no header that points at their tables, only a section.
        if (frames.size == 0 && is_main) { frames = eh_frame_section(headers); }
        if (frames.size == 0) { return; }
        owned_.emplace_back();
        tables = make_eh_table(frames, owned_.back());
    }

    void copy_tables(eh_tables& tables) {
        if (tables.count == 0) { return; }
        const memory_view frames = tables.frames;
        const std::size_t size = tables.count * eh_tables::entry_size;
        owned_.emplace_back(frames.data, frames.data + frames.size);
        tables.frames.data = owned_.back().data();
        owned_.emplace_back(tables.table, tables.table + size);
        tables.table = owned_.back().data();
    }

    [[nodiscard]] static memory_view eh_frame_section(const module_headers& headers) {
        memory_view found;
        const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        if (file < 0) { return found; }
        struct stat status {};
        if (fstat(file, &status) == 0 && status.st_size > 0) {
            const auto size = static_cast<std::size_t>(status.st_size);
            void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
            if (bytes != MAP_FAILED) {
                const auto image = elf::image::open({static_cast<const char*>(bytes), size});
                const auto section = image.value.find(std::string_view(".eh_frame"));
                if (section && section->address != 0) {
                    found = headers.readable(headers.bias + section->address, section->size);
                }
                munmap(bytes, size);
            }
        }
        close(file);
        return found;
    }

    /// Reads the headers of a module that was loaded after the snapshot, where the loader mapped
    /// them.
    [[nodiscard]] WICK_COLD WICK_NO_SANITIZE_ADDRESS static bool
    locate_new(std::uintptr_t pc, const loaded_object& object, code_at& code) noexcept {
        // The first page is there in any case; linkers place all headers in it.
        constexpr std::size_t page = 4096;
        if (object.limit - object.start < page || object.link_map == 0) { return false; }
        const auto* file = reinterpret_cast<const ElfW(Ehdr)*>(object.start);
        if (std::memcmp(file->e_ident, ELFMAG, SELFMAG) != 0) { return false; }
        if (file->e_phentsize != sizeof(ElfW(Phdr)) || file->e_phoff % alignof(ElfW(Phdr)) != 0 ||
            !lies_within(file->e_phoff, file->e_phnum * sizeof(ElfW(Phdr)), page)) {
            return false;
        }
        const auto* first = reinterpret_cast<const ElfW(Phdr)*>(object.start + file->e_phoff);
        const auto bias = reinterpret_cast<const struct link_map*>(object.link_map)->l_addr;
        const module_headers headers{first, file->e_phnum, bias};
        const ElfW(Phdr)* segment = headers.segment_at(pc, PF_X);
        if (segment == nullptr) { return false; }
        code = {};
        code.start = bias + segment->p_vaddr;
        code.limit = code.start + segment->p_filesz;
        code.readable = (segment->p_flags & PF_R) != 0;
        return headers.find_tables(code.tables);
    }
};

/// How one step of the walk goes. The first kinds are those that compilers make, in a form that
/// takes a few nanoseconds; the rest is read again from the tables each time.
enum class unwind_rule : std::uint8_t {
    unknown,    ///< no row: hand-written code, or generated at run time
    stack,      ///< CFA = sp + cfa
    frame,      ///< CFA = fp + cfa
    realigned,  ///< CFA = *(fp + cfa): functions that align their stack
    linkage,    ///< x86-64: an entry of a procedure linkage table, which pushes halfway
    leaf,       ///< AArch64: CFA = sp + cfa, the return address is still in its register
    signal,     ///< the frame that the kernel made for a signal handler
    outermost,  ///< there is no caller
    interpreted ///< anything else that a row can say
};

/// The row of one address. Offsets count words of 8 bytes; `frame` and `ret` are relative to the
/// CFA.
struct unwind_row {
    static constexpr std::int16_t in_place = 0; ///< frame: the caller's fp is still there
    static constexpr std::int16_t at_frame = 1; ///< frame: it stands where fp points

    std::uintptr_t address;
    std::int16_t cfa;
    std::int16_t frame;
    std::int16_t ret;
    unwind_rule rule;
    bool exact_caller; ///< the caller was interrupted: its address is not a return address
};

/// What one thread's handler keeps from walk to walk. Zeroed memory is an empty one; zero it again
/// before another thread uses it. Only the walk touches it: a walk must not interrupt another one
/// on it.
struct unwind_cache {
    static constexpr unsigned row_bits = 9;

    std::uint64_t map_serial;   ///< the map that the rows come from
    std::uintptr_t stack_limit; ///< whose pages are known:
    std::uintptr_t proven;      ///< every page from here to stack_limit can be read
    std::uintptr_t barrier;     ///< the page below, if it is known not to be readable
    std::uint64_t probes;       ///< system calls made so far
    unwind_row rows[1u << row_bits];

    [[nodiscard]] unwind_row& row_for(std::uintptr_t address) noexcept {
        // Fibonacci hashing: code addresses differ in their low bits.
        return rows[(std::uint64_t{address} * 0x9e3779b97f4a7c15u) >> (64 - row_bits)];
    }
};

/// Aligned words of memory that may be read.
struct memory_range {
    std::uintptr_t low;
    std::uintptr_t size;

    /// True when the word at an address may be read.
    [[nodiscard]] bool holds(std::uintptr_t address) const noexcept {
        return address - low < size && address % 8 == 0;
    }
};

/// The part of the stack that the walk may read. On the thread's own stack that is everything from
/// the interrupted stack pointer to the stack's limit, once the pages between were seen to be
/// readable. Anywhere else (alternate signal stacks, coroutines, a stack pointer used for something
/// else) each page is asked for. The question is rt_sigprocmask with an operation that does not
/// exist: it tells EFAULT from EINVAL and changes nothing. Unlike the other ways, no sandbox
/// forbids it.
class stack_window {
public:
    stack_window(unwind_cache& cache, std::uintptr_t limit) noexcept
        : cache_(cache)
        , limit_(limit & ~(word - 1)) {}

    /// Starts to read from a stack pointer on. The 128 bytes below are the red zone: after `pop
    /// %rbp` compilers leave the rule in force that the register is saved there.
    void enter(std::uintptr_t sp) noexcept {
        floor_ = sp < red_zone ? 0 : (sp - red_zone) & ~(word - 1);
        low_ = 0;
        size_ = 0;
        own_ = sp < limit_ && prove(floor_ & ~(page - 1));
        if (!own_) { return; }
        low_ = floor_;
        size_ = limit_ - low_;
    }

    /// Returns what may be read without asking. Valid until `enter` or `load`.
    [[nodiscard]] memory_range known() const noexcept { return {low_, size_}; }

    /// Reads the word at an address, which `known` holds.
    [[nodiscard]] WICK_NO_SANITIZE_ADDRESS static std::uint64_t
    word_at(std::uintptr_t address) noexcept {
        return *reinterpret_cast<const std::uint64_t*>(address);
    }

    /// Reads the word at an address; false when it must not be read.
    [[nodiscard]] bool load(std::uintptr_t address, std::uint64_t& value) noexcept {
        if (address % word != 0 || (!known().holds(address) && !reach(address))) { return false; }
        value = word_at(address);
        return true;
    }

    /// The same for 1, 2, 4 or 8 bytes, which must be aligned. The form that expressions want.
    [[nodiscard]] bool
    operator()(std::uint64_t address, unsigned bytes, std::uint64_t& value) noexcept {
        const std::uint64_t inside = address % word;
        if (inside % bytes != 0 || !load(address - inside, value)) { return false; }
        value >>= 8 * inside;
        if (bytes < word) { value &= (std::uint64_t{1} << (8 * bytes)) - 1; }
        return true;
    }

private:
    static constexpr std::uintptr_t word = 8;
    static constexpr std::uintptr_t page =
        4096; // pages may be larger; asking more often is no harm
    static constexpr std::uintptr_t red_zone = 128;
    static constexpr std::uintptr_t max_own = std::uintptr_t{64} << 20;
    static constexpr unsigned max_probes = 64; // a walk: bounds the time that strange stacks take

    unwind_cache& cache_;
    std::uintptr_t limit_;
    std::uintptr_t floor_ = 0;
    std::uintptr_t low_ = 0;
    std::uintptr_t size_ = 0;
    unsigned probes_ = 0;
    bool own_ = false;

    [[nodiscard]] bool can_read(std::uintptr_t address) noexcept {
        if (probes_ == max_probes) { return false; }
        ++probes_;
        ++cache_.probes;
        const int kept = errno;
        constexpr int no_such_operation = -1;
        constexpr std::size_t kernel_set_size = 8;
        const long status =
            syscall(SYS_rt_sigprocmask, no_such_operation, address, nullptr, kernel_set_size);
        const bool readable = status == -1 && errno == EINVAL;
        errno = kept;
        return readable;
    }

    /// True when every page from `target` to the limit is known to be readable, or found to be now.
    /// Deep stacks take a few samples until they are known; until then their pages are asked for.
    [[nodiscard]] bool prove(std::uintptr_t target) noexcept {
        if (cache_.stack_limit != limit_) {
            cache_.stack_limit = limit_;
            cache_.proven = limit_;
            cache_.barrier = 0;
        }
        if (target >= cache_.proven) { return true; }
        return limit_ - target <= max_own && prove_more(target);
    }

    [[nodiscard]] WICK_COLD bool prove_more(std::uintptr_t target) noexcept {
        while (cache_.proven > target) {
            const std::uintptr_t next = (cache_.proven - 1) & ~(page - 1);
            if (next == cache_.barrier || probes_ >= max_probes / 2) { return false; }
            if (!can_read(next)) {
                cache_.barrier = next;
                return false;
            }
            cache_.proven = next;
        }
        return true;
    }

    /// Asks for a page of a stack that is not known.
    [[nodiscard]] WICK_COLD bool reach(std::uintptr_t address) noexcept {
        if (own_ || address < floor_) { return false; }
        const std::uintptr_t first = address & ~(page - 1);
        if (!can_read(first)) { return false; }
        if (size_ != 0 && first == low_ + size_) {
            size_ += page;
        } else {
            low_ = first;
            size_ = page;
        }
        return true;
    }
};

/// How a walk ended.
enum class unwind_end : std::uint8_t {
    complete,  ///< at the outermost frame, as the tables mark it
    truncated, ///< the caller's array is full
    broken     ///< no rule, or one that leads out of the stack
};

/// What a walk found: how many frames, and how it ended.
struct unwound {
    std::uint32_t depth;
    unwind_end end;
};

#if defined(__x86_64__)
/// What the walk knows of Linux on x86-64.
struct unwind_machine {
    using registers = x86_64_registers;

    /// How far above the stack pointer the kernel's ucontext_t is, in the code that returns from a
    /// signal.
    static constexpr std::uintptr_t signal_context = 0;
    static constexpr std::uint8_t frame_number = 6; ///< of the frame pointer in DWARF
    /// A frame pointer points right below the return address: it gives the caller's stack pointer
    /// too.
    static constexpr bool frame_gives_stack = true;
    static constexpr bool call_pushes_return = true; ///< so it stands right below the CFA

    /// Where ucontext_t keeps the register of each slot.
    [[nodiscard]] static std::size_t context_offset(unsigned slot) noexcept {
        static constexpr std::uint8_t greg[registers::slots] = {REG_RAX,
                                                                REG_RDX,
                                                                REG_RCX,
                                                                REG_RBX,
                                                                REG_RSI,
                                                                REG_RDI,
                                                                REG_RBP,
                                                                REG_RSP,
                                                                REG_R8,
                                                                REG_R9,
                                                                REG_R10,
                                                                REG_R11,
                                                                REG_R12,
                                                                REG_R13,
                                                                REG_R14,
                                                                REG_R15,
                                                                REG_RIP};
        return offsetof(ucontext_t, uc_mcontext.gregs) + std::size_t{greg[slot]} * sizeof(greg_t);
    }
    static std::size_t context_pc() noexcept { return context_offset(registers::return_slot); }

    [[nodiscard]] static std::uintptr_t plain_address(std::uintptr_t pc) noexcept { return pc; }

    /// mov $15, %rax; syscall: C libraries other than glibc have no tables for it.
    [[nodiscard]] static bool is_signal_return(const std::uint8_t* code,
                                               std::size_t left) noexcept {
        static constexpr std::uint8_t bytes[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
        return left >= sizeof(bytes) && std::memcmp(code, bytes, sizeof(bytes)) == 0;
    }

    /// True when a call instruction of any length ends at `code`, with `before` readable bytes in
    /// front.
    [[nodiscard]] static bool ends_call(const std::uint8_t* code, std::size_t before) noexcept {
        if (before < 8) { return false; }
        if (code[-5] == 0xe8) { return true; }
        // ff /2: the middle bits of the byte after say that it is a call, the others how long it
        // is.
        const auto is_indirect = [&](int length) {
            return code[-length] == 0xff && (code[1 - length] & 0x38) == 0x10;
        };
        return is_indirect(2) || is_indirect(3) || is_indirect(4) || is_indirect(6) ||
               is_indirect(7);
    }

    /// The rows of procedure linkage tables, as every linker writes them: sp + 8, and 8 more from
    /// byte 11 of 16 on. 0x77 8: breg7 + 8; 0x80 0: breg16 + 0; lit15, and, lit11, ge, lit3, shl,
    /// plus.
    [[nodiscard]] static bool is_linkage(const std::uint8_t* sized, std::size_t left) noexcept {
        static constexpr std::uint8_t bytes[] = {
            11, 0x77, 0x08, 0x80, 0x00, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22};
        return left >= sizeof(bytes) && std::memcmp(sized, bytes, sizeof(bytes)) == 0;
    }
};
#    define WICK_CAN_UNWIND 1
#elif defined(__aarch64__)
/// What the walk knows of Linux on AArch64.
struct unwind_machine {
    using registers = aarch64_registers;
    static constexpr std::uintptr_t signal_context = 128; // after the siginfo_t
    static constexpr std::uint8_t frame_number = 29;
    static constexpr bool frame_gives_stack = false; // it may point anywhere into the frame
    static constexpr bool call_pushes_return = false;

    [[nodiscard]] static std::size_t context_offset(unsigned slot) noexcept {
        if (slot == registers::stack_slot) { return offsetof(ucontext_t, uc_mcontext.sp); }
        return offsetof(ucontext_t, uc_mcontext.regs) + (16 + std::size_t{slot}) * 8;
    }
    static std::size_t context_pc() noexcept { return offsetof(ucontext_t, uc_mcontext.pc); }

    /// Takes the signature of pointer authentication away: xpaclri, which older processors skip.
    [[nodiscard]] static std::uintptr_t plain_address(std::uintptr_t pc) noexcept {
        register std::uintptr_t link __asm__("x30") = pc;
        __asm__("hint #7" : "+r"(link));
        return link;
    }

    /// mov x8, #139; svc #0.
    [[nodiscard]] static bool is_signal_return(const std::uint8_t* code,
                                               std::size_t left) noexcept {
        static constexpr std::uint8_t bytes[] = {0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4};
        return left >= sizeof(bytes) && std::memcmp(code, bytes, sizeof(bytes)) == 0;
    }

    /// bl, blr, and blr with authentication.
    [[nodiscard]] static bool ends_call(const std::uint8_t* code, std::size_t before) noexcept {
        if (before < 4) { return false; }
        const auto word = little_endian<std::uint32_t>(reinterpret_cast<const char*>(code - 4));
        return (word & 0xfc000000u) == 0x94000000u || (word & 0xfffffc1fu) == 0xd63f0000u ||
               (word & 0xfefff800u) == 0xd63f0800u;
    }

    [[nodiscard]] static bool is_linkage(const std::uint8_t*, std::size_t) noexcept {
        return false;
    }
};
#    define WICK_CAN_UNWIND 1
#else
#    define WICK_CAN_UNWIND 0
#endif

#if WICK_CAN_UNWIND
/// Walks one stack: see unwind().
class stack_walk {
public:
    stack_walk(const code_map& map,
               unwind_cache& cache,
               const ucontext_t& context,
               std::uintptr_t stack_limit,
               std::uintptr_t* frames,
               std::uint32_t capacity) noexcept
        : map_(map)
        , cache_(cache)
        , context_(context)
        , frames_(frames)
        , capacity_(capacity)
        , window_(cache, stack_limit) {
        if (cache.map_serial == map.serial()) { return; }
        for (unwind_row& row : cache.rows) { row.address = 0; }
        cache.map_serial = map.serial();
    }

    /// Walks with rows from the cache, keeping only what those need: the program counter, the stack
    /// and the frame pointer. A row that needs more starts the walk again, with every register.
    [[nodiscard]] unwound run() noexcept {
        position here = start();
        std::uint32_t depth = 0;
        for (;;) {
            depth = walk_usual(here, depth);
            if (here.pc == 0 && depth > 0) { return {depth, unwind_end::complete}; } // some end so
            if (depth == capacity_) { return {depth, unwind_end::truncated}; }
            const std::uintptr_t address = here.look_up();
            frames_[depth++] = address;
            const unwind_row& row = row_at(address);
            if (step(row, address, here)) { continue; }
            switch (unusual_step(row, address, depth == 1, here)) {
            case verdict::going_on:
                break;
            case verdict::complete:
                return {depth, unwind_end::complete};
            case verdict::broken:
                return {depth, unwind_end::broken};
            case verdict::start_again:
                return run_interpreted();
            }
        }
    }

private:
    using machine = unwind_machine;
    using slots = machine::registers;
    using registers = cfi_registers<slots>;
    using row_rules = cfi_row<slots>;

    static constexpr std::uintptr_t word = 8;
    static constexpr std::uintptr_t max_step = std::uintptr_t{64} << 20;

    enum class verdict : std::uint8_t { going_on, complete, broken, start_again };

    /// Where the walk stands.
    struct position {
        std::uintptr_t pc;
        std::uintptr_t sp;
        std::uintptr_t fp;
        bool exact;      ///< pc is the next instruction; otherwise it is a return address
        bool chain_only; ///< sp is not known: only frame pointers lead on

        /// A call may be the last instruction of its function: its return address is then outside.
        [[nodiscard]] std::uintptr_t look_up() const noexcept { return exact ? pc : pc - 1; }
    };

    const code_map& map_;
    unwind_cache& cache_;
    const ucontext_t& context_;
    std::uintptr_t* frames_;
    std::uint32_t capacity_;
    stack_window window_;

    [[nodiscard]] std::uint64_t of_context(std::size_t offset) const noexcept {
        std::uint64_t value = 0;
        std::memcpy(&value, reinterpret_cast<const char*>(&context_) + offset, sizeof(value));
        return value;
    }

    [[nodiscard]] position start() noexcept {
        position here{};
        here.pc = of_context(machine::context_pc());
        here.sp = of_context(machine::context_offset(slots::stack_slot));
        here.fp = of_context(machine::context_offset(slots::frame_slot));
        here.exact = true;
        window_.enter(here.sp);
        return here;
    }

    [[nodiscard]] const unwind_row& row_at(std::uintptr_t address) noexcept {
        unwind_row& row = cache_.row_for(address);
        if (row.address != address) { row = find_row(address); }
        return row;
    }

    [[nodiscard]] static std::uintptr_t shifted(std::uintptr_t base, std::int16_t words) noexcept {
        return base + static_cast<std::uintptr_t>(std::intptr_t{words} * 8);
    }

    /// The CFA must lie above the stack pointer, or the walk could go on for ever.
    [[nodiscard]] static bool plausible(std::uintptr_t cfa, std::uintptr_t sp) noexcept {
        return cfa - sp - 1 < max_step && cfa % word == 0;
    }

    /// Walks on as long as the cache has rows of the two usual kinds, and returns the new depth.
    /// The same as `step`, but everything stays in registers: this is what nearly all frames take.
    [[nodiscard]] std::uint32_t walk_usual(position& where, std::uint32_t depth) noexcept {
        const memory_range readable = window_.known();
        std::uintptr_t* const frames = frames_;
        const std::uint32_t capacity = capacity_;
        unwind_cache& cache = cache_;
        position here = where;
        if (here.chain_only) { return depth; }
        while (depth < capacity) {
            const std::uintptr_t address = here.look_up();
            const unwind_row row = cache.row_for(address);
            const bool by_frame = row.rule == unwind_rule::frame;
            if (row.address != address || (!by_frame && row.rule != unwind_rule::stack)) { break; }
            const std::uintptr_t cfa = shifted(by_frame ? here.fp : here.sp, row.cfa);
            const std::uintptr_t return_at = return_address_at(cfa, row);
            if (!plausible(cfa, here.sp) || !readable.holds(return_at)) { break; }
            std::uintptr_t fp = here.fp;
            if (row.frame != unwind_row::in_place) {
                const std::uintptr_t saved_at = shifted(cfa, row.frame);
                if (row.frame == unwind_row::at_frame || !readable.holds(saved_at)) { break; }
                fp = stack_window::word_at(saved_at);
            }
            frames[depth++] = address;
            here.pc = machine::plain_address(stack_window::word_at(return_at));
            here.sp = cfa;
            here.fp = fp;
            here.exact = row.exact_caller;
            if (here.pc == 0) { break; }
        }
        where = here;
        return depth;
    }

    [[nodiscard]] static std::uintptr_t return_address_at(std::uintptr_t cfa,
                                                          const unwind_row& row) noexcept {
        return machine::call_pushes_return ? cfa - word : shifted(cfa, row.ret);
    }

    /// Takes the steps that compilers' code needs. False leaves `here` as it was.
    [[nodiscard]] bool
    step(const unwind_row& row, std::uintptr_t address, position& here) noexcept {
        std::uint64_t cfa = 0;
        switch (row.rule) {
        case unwind_rule::stack:
            cfa = shifted(here.sp, row.cfa);
            break;
        case unwind_rule::frame:
            cfa = shifted(here.fp, row.cfa);
            break;
        case unwind_rule::realigned:
            if (!window_.load(shifted(here.fp, row.cfa), cfa)) { return false; }
            break;
        case unwind_rule::linkage:
            cfa = here.sp + ((address & 15) >= 11 ? 16 : 8);
            break;
        case unwind_rule::unknown:
        case unwind_rule::leaf:
        case unwind_rule::signal:
        case unwind_rule::outermost:
        case unwind_rule::interpreted:
            return false;
        }
        std::uint64_t pc = 0;
        std::uint64_t fp = here.fp;
        if (!plausible(cfa, here.sp) || here.chain_only) { return false; }
        if (!window_.load(return_address_at(cfa, row), pc)) { return false; }
        if (row.frame != unwind_row::in_place &&
            !window_.load(row.frame == unwind_row::at_frame ? here.fp : shifted(cfa, row.frame),
                          fp)) {
            return false;
        }
        here = {machine::plain_address(pc), cfa, fp, row.exact_caller, false};
        return true;
    }

    /// Everything that `step` does not do.
    [[nodiscard]] WICK_COLD verdict unusual_step(const unwind_row& row,
                                                 std::uintptr_t address,
                                                 bool is_first,
                                                 position& here) noexcept {
        switch (row.rule) {
        case unwind_rule::outermost:
            return verdict::complete;
        case unwind_rule::unknown:
            return guess(address, is_first, here);
        case unwind_rule::signal:
            return leave_signal(here);
        case unwind_rule::leaf:
            return leave_leaf(row, is_first, here);
        case unwind_rule::interpreted:
            return is_first ? interpret_first(address, here) : verdict::start_again;
        case unwind_rule::stack:
        case unwind_rule::frame:
        case unwind_rule::realigned:
        case unwind_rule::linkage:
            break;
        }
        return here.chain_only ? follow_chain(address, here) : verdict::broken;
    }

    [[nodiscard]] verdict leave_signal(position& here) noexcept {
        registers from{};
        if (!read_signal_context(here.sp, from, here.pc)) { return verdict::broken; }
        here.sp = from.value[slots::stack_slot];
        here.fp = from.value[slots::frame_slot];
        here.exact = true;
        return verdict::going_on;
    }

    /// Reads what the kernel saved on the stack, and starts to read from the interrupted stack on.
    [[nodiscard]] bool
    read_signal_context(std::uintptr_t sp, registers& from, std::uintptr_t& pc) noexcept {
        const std::uintptr_t context = sp + machine::signal_context;
        for (unsigned slot = 0; slot < slots::slots; ++slot) {
            if (!window_.load(context + machine::context_offset(slot), from.value[slot])) {
                return false;
            }
        }
        std::uint64_t interrupted = 0;
        if (!window_.load(context + machine::context_pc(), interrupted)) { return false; }
        pc = interrupted;
        window_.enter(from.value[slots::stack_slot]);
        return true;
    }

    [[nodiscard]] verdict
    leave_leaf(const unwind_row& row, bool is_first, position& here) noexcept {
        // Only of the interrupted function is the register known that holds the return address.
        if (!is_first) { return verdict::start_again; }
        const std::uintptr_t cfa = shifted(here.sp, row.cfa);
        if (cfa != here.sp && !plausible(cfa, here.sp)) { return verdict::broken; }
        std::uint64_t fp = here.fp;
        if (row.frame != unwind_row::in_place && !window_.load(shifted(cfa, row.frame), fp)) {
            return verdict::broken;
        }
        const std::uint64_t link = of_context(machine::context_offset(slots::return_slot));
        here = {machine::plain_address(link), cfa, fp, row.exact_caller, false};
        return here.pc == 0 ? verdict::complete : verdict::going_on;
    }

    /// The interrupted function may be anywhere in its prologue, where any register may hold the
    /// CFA; all are still known. Then the walk can go on as usual.
    [[nodiscard]] verdict interpret_first(std::uintptr_t address, position& here) noexcept {
        registers now = interrupted_registers();
        return interpret(address, true, now, here);
    }

    [[nodiscard]] registers interrupted_registers() const noexcept {
        registers now{};
        for (unsigned slot = 0; slot < slots::slots; ++slot) {
            now.value[slot] = of_context(machine::context_offset(slot));
        }
        return now;
    }

    /// Walks with every register and every rule, at the price of reading the tables for each frame.
    [[nodiscard]] WICK_COLD unwound run_interpreted() noexcept {
        position here = start();
        registers now = interrupted_registers();
        for (std::uint32_t depth = 0; depth < capacity_;) {
            const std::uintptr_t address = here.look_up();
            frames_[depth++] = address;
            const verdict outcome = interpret(address, depth == 1, now, here);
            if (outcome == verdict::complete) { return {depth, unwind_end::complete}; }
            if (outcome != verdict::going_on) { return {depth, unwind_end::broken}; }
        }
        return {capacity_, unwind_end::truncated};
    }

    /// One step with every register. `now` follows `here`.
    [[nodiscard]] verdict
    interpret(std::uintptr_t address, bool is_first, registers& now, position& here) noexcept {
        code_at code;
        row_rules rules;
        bool signal_frame = false;
        if (here.chain_only || !map_.locate(address, code) ||
            !find_cfi_row<slots>(code.tables, address, rules, signal_frame)) {
            const verdict outcome = is_signal_return(code, address)
                                        ? leave_signal_with(now, here)
                                        : guess(address, is_first, here);
            now.value[slots::stack_slot] = here.sp;
            now.value[slots::frame_slot] = here.fp;
            return outcome;
        }
        if (signal_frame && is_signal_return(code, address)) {
            return leave_signal_with(now, here);
        }
        const cfi_step outcome = apply_cfi_row(code.tables.frames, rules, now, window_);
        if (outcome == cfi_step::at_end) { return verdict::complete; }
        if (outcome == cfi_step::failed) { return verdict::broken; }
        const std::uintptr_t cfa = now.value[slots::stack_slot];
        // Where the return address is in a register the stack may be empty already.
        const cfi_how ret = rules.how[slots::return_slot];
        const bool in_leaf = here.exact && (ret == cfi_how::same || ret == cfi_how::in_register);
        if (signal_frame) {
            window_.enter(cfa); // the interrupted stack may be another one
        } else if (!plausible(cfa, here.sp) && !(in_leaf && cfa == here.sp)) {
            return verdict::broken;
        }
        const std::uintptr_t pc = machine::plain_address(now.value[slots::return_slot]);
        here = {pc, cfa, now.value[slots::frame_slot], signal_frame, false};
        return pc == 0 ? verdict::complete : verdict::going_on;
    }

    [[nodiscard]] verdict leave_signal_with(registers& now, position& here) noexcept {
        if (!read_signal_context(here.sp, now, here.pc)) { return verdict::broken; }
        here.sp = now.value[slots::stack_slot];
        here.fp = now.value[slots::frame_slot];
        here.exact = true;
        return verdict::going_on;
    }

    /// True when the code at an address, or right behind it, is that which returns from a signal
    /// handler. The handler's return address is its first byte, and return addresses are looked up
    /// one before.
    [[nodiscard]] WICK_NO_SANITIZE_ADDRESS static bool
    is_signal_return(const code_at& code, std::uintptr_t address) noexcept {
        if (!code.readable || address < code.start || address >= code.limit - 1) { return false; }
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(address);
        const std::size_t left = code.limit - address;
        return machine::is_signal_return(bytes, left) ||
               machine::is_signal_return(bytes + 1, left - 1);
    }

    /// True when the instruction before an address is a call.
    [[nodiscard]] WICK_NO_SANITIZE_ADDRESS bool
    follows_call(std::uintptr_t address) const noexcept {
        code_at code;
        if (address == 0 || !map_.locate(address - 1, code) || !code.readable) { return false; }
        return machine::ends_call(reinterpret_cast<const std::uint8_t*>(address),
                                  address - code.start);
    }

    /// Steps out of code without a row. What lands behind a call in known code is a return address
    /// with near certainty; anything less ends the walk, as wrong callers are worse than none.
    [[nodiscard]] verdict guess(std::uintptr_t address, bool is_first, position& here) noexcept {
        if (!here.exact && starts_function(here.pc)) { return verdict::complete; }
        // A hand-written function without a frame of its own, or a call through a bad pointer. Its
        // caller's frame pointer, if there is one, would skip the caller.
        if (here.exact && !here.chain_only && leave_bare_function(is_first, here)) {
            return verdict::going_on;
        }
        return follow_chain(address, here);
    }

    /// Returns to where the return address still is that a call leaves: on top of the stack, or in
    /// its register. False when that is no return address.
    [[nodiscard]] bool leave_bare_function(bool is_first, position& here) noexcept {
        std::uint64_t pc = 0;
        if (machine::call_pushes_return) {
            if (!window_.load(here.sp, pc)) { return false; }
        } else {
            if (!is_first) {
                return false;
            } // the register is known of the interrupted function only
            pc = machine::plain_address(of_context(machine::context_offset(slots::return_slot)));
        }
        if (!follows_call(pc)) { return false; }
        here = {pc, machine::call_pushes_return ? here.sp + word : here.sp, here.fp, false, false};
        return true;
    }

    /// True when a function starts at an address. No call returns there, so whoever made the stack
    /// wrote that return address: it is the end of a coroutine's stack (of makecontext, for one).
    [[nodiscard]] bool starts_function(std::uintptr_t address) const noexcept {
        code_at code;
        eh_fde fde;
        return map_.locate(address, code) && find_eh_fde(code.tables, address, fde) &&
               fde.start == address;
    }

    /// Follows the chain of frame pointers by one link.
    [[nodiscard]] verdict follow_chain(std::uintptr_t address, position& here) noexcept {
        // The ABI marks the outermost frame so; of an interrupted function it may mean anything.
        if (here.fp == 0 && !here.exact) { return verdict::complete; }
        std::uint64_t next = 0;
        std::uint64_t pc = 0;
        if (here.fp < here.sp || here.fp - here.sp > max_step) { return verdict::broken; }
        if (!window_.load(here.fp, next) || !window_.load(here.fp + word, pc)) {
            return verdict::broken;
        }
        pc = machine::plain_address(pc);
        if (!follows_call(pc) && !(is_generated(address) && leads_to_code(next, here.fp))) {
            return verdict::broken;
        }
        here = {pc, here.fp + 2 * word, next, false, !machine::frame_gives_stack};
        return verdict::going_on;
    }

    /// True for code that no module holds: made at run time.
    [[nodiscard]] bool is_generated(std::uintptr_t address) const noexcept {
        code_at code;
        return !map_.locate(address, code);
    }

    /// True when a chain of frame pointers comes to known code within a few links: generated code
    /// calls generated code, of which nothing can be checked.
    [[nodiscard]] bool leads_to_code(std::uintptr_t fp, std::uintptr_t below) noexcept {
        constexpr unsigned max_links = 64;
        for (unsigned i = 0; i < max_links && fp > below && fp - below <= max_step; ++i) {
            std::uint64_t next = 0;
            std::uint64_t pc = 0;
            if (!window_.load(fp, next) || !window_.load(fp + word, pc)) { return false; }
            if (follows_call(machine::plain_address(pc))) { return true; }
            below = fp;
            fp = next;
        }
        return false;
    }

    /// Reads the tables for one address and packs what they say.
    [[nodiscard]] WICK_COLD unwind_row find_row(std::uintptr_t address) noexcept {
        unwind_row row{};
        row.address = address;
        row.rule = unwind_rule::unknown;
        code_at code;
        if (!map_.locate(address, code)) { return row; }
        row_rules rules;
        if (!find_cfi_row<slots>(code.tables, address, rules, row.exact_caller)) {
            if (is_signal_return(code, address)) { row.rule = unwind_rule::signal; }
            return row;
        }
        row.rule = row.exact_caller && is_signal_return(code, address)
                       ? unwind_rule::signal
                       : pack(code.tables.frames, rules, row);
        return row;
    }

    /// Fills in the offsets of the usual kinds of rows, and says of which kind it is.
    [[nodiscard]] static unwind_rule
    pack(const memory_view& frames, const row_rules& rules, unwind_row& row) noexcept {
        const cfi_how ret = rules.how[slots::return_slot];
        if (ret == cfi_how::undefined) { return unwind_rule::outermost; }
        if (rules.how[slots::stack_slot] != cfi_how::same) { return unwind_rule::interpreted; }
        if (!pack_frame(frames, rules, row)) { return unwind_rule::interpreted; }
        const unwind_rule rule = pack_cfa(frames, rules, row);
        if (ret == cfi_how::same && rule == unwind_rule::stack && slots::signs_returns &&
            row.frame != unwind_row::at_frame) {
            return unwind_rule::leaf;
        }
        if (ret != cfi_how::at_cfa || !words(rules.value[slots::return_slot], row.ret) ||
            (machine::call_pushes_return && row.ret != -1)) {
            return unwind_rule::interpreted;
        }
        return rule;
    }

    [[nodiscard]] static bool words(std::int32_t bytes, std::int16_t& out) noexcept {
        out = static_cast<std::int16_t>(bytes / 8);
        return std::int32_t{out} * 8 == bytes;
    }

    [[nodiscard]] static bool
    pack_frame(const memory_view& frames, const row_rules& rules, unwind_row& row) noexcept {
        const std::int32_t value = rules.value[slots::frame_slot];
        row.frame = unwind_row::in_place;
        switch (rules.how[slots::frame_slot]) {
        case cfi_how::same:
        case cfi_how::undefined:
            return true;
        case cfi_how::at_cfa:
            return words(value, row.frame) && row.frame != unwind_row::in_place &&
                   row.frame != unwind_row::at_frame;
        case cfi_how::at_expression: {
            // Functions that align their stack say: where the frame pointer points.
            std::int64_t offset = 0;
            row.frame = unwind_row::at_frame;
            return is_frame_plus(frames, value, false, offset) && offset == 0;
        }
        case cfi_how::is_cfa:
        case cfi_how::in_register:
        case cfi_how::is_expression:
            break;
        }
        return false;
    }

    [[nodiscard]] static unwind_rule
    pack_cfa(const memory_view& frames, const row_rules& rules, unwind_row& row) noexcept {
        if (rules.cfa == cfi_cfa::expression) {
            std::int64_t offset = 0;
            if (is_frame_plus(frames, rules.cfa_value, true, offset) && offset >= -4096 &&
                offset <= 4096 && words(static_cast<std::int32_t>(offset), row.cfa)) {
                return unwind_rule::realigned;
            }
            const auto at = static_cast<std::size_t>(rules.cfa_value);
            return machine::is_linkage(frames.data + at, frames.size - at)
                       ? unwind_rule::linkage
                       : unwind_rule::interpreted;
        }
        if (!words(rules.cfa_value, row.cfa)) { return unwind_rule::interpreted; }
        if (rules.cfa_slot == slots::stack_slot) { return unwind_rule::stack; }
        return rules.cfa_slot == slots::frame_slot ? unwind_rule::frame : unwind_rule::interpreted;
    }

    /// True when the expression at an offset is the frame pointer plus `offset`, loaded or not.
    [[nodiscard]] static bool is_frame_plus(const memory_view& frames,
                                            std::int32_t at,
                                            bool loaded,
                                            std::int64_t& offset) noexcept {
        constexpr std::uint8_t number = machine::frame_number;
        eh_reader sized(frames, static_cast<std::size_t>(at), frames.size);
        const std::uint64_t size = sized.unsigned_leb();
        eh_reader reader(frames, sized.offset(), sized.offset() + static_cast<std::size_t>(size));
        if (reader.byte() != 0x70 + number) { return false; } // breg
        offset = reader.signed_leb();
        if (loaded && reader.byte() != 0x06) { return false; } // deref
        return !sized.failed() && !reader.failed() && reader.at_end();
    }
};
#endif

/// True on the machines whose stacks unwind() can walk.
inline constexpr bool can_unwind = WICK_CAN_UNWIND != 0;

/// Finds the call stack of the thread that `context` was interrupted in: stores the leaf's address
/// first. frames[i] is the address to look up: the exact one of the leaf and of what a signal
/// interrupted, otherwise the last byte of the call. At most `capacity` are stored; see unwound.
/// `stack_limit` is the end (the highest address) of the thread's own stack; 0: not known. Memory
/// is read only up to there, or in pages that were seen to be readable: see stack_window.
/// Async-signal-safe: no lock, no allocation, errno is kept; needs about 1.5 KB of stack. The one
/// system call is rt_sigprocmask, with an operation that does not exist, for pages of a stack that
/// are not known yet: once a page on the thread's own stack, and at most 64 a walk on others
/// (`probes` counts them). A module that replaces another at its addresses is noticed when a row is
/// not in the cache, and entirely with the next map.
inline unwound unwind(const code_map& map,
                      unwind_cache& cache,
                      const ucontext_t& context,
                      std::uintptr_t stack_limit,
                      std::uintptr_t* frames,
                      std::uint32_t capacity) noexcept {
#if WICK_CAN_UNWIND
    return stack_walk(map, cache, context, stack_limit, frames, capacity).run();
#else
    static_cast<void>(map);
    static_cast<void>(cache);
    static_cast<void>(context);
    static_cast<void>(stack_limit);
    static_cast<void>(frames);
    static_cast<void>(capacity);
    return {0, unwind_end::broken};
#endif
}

} // namespace detail
WICK_END_NAMESPACE

#undef WICK_CAN_UNWIND
#undef WICK_HAS_DL_FIND_OBJECT
#undef WICK_NO_SANITIZE_ADDRESS
#undef WICK_COLD

#endif
