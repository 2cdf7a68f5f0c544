// tests/unwind_test.cpp - the walk of stacks in this very process, and of contexts that make no
// sense. SPDX-FileCopyrightText: 2026 wick contributors SPDX-License-Identifier: MIT
#include <wick/detail/unwind.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/auxv.h>
#include <unistd.h>

namespace {

using namespace wick::detail;

// Sanitizers would make functions larger than has_frame_in() expects.
#define NOINLINE __attribute__((noinline, no_sanitize("address", "undefined")))
// A tail call would leave no frame to find.
#define NO_TAIL_CALL __asm__ volatile("" : : : "memory")

constexpr std::uint32_t max_depth = 256;

/// What the handler walks with, and what it found.
struct handler_state {
    const code_map* map = nullptr;
    unwind_cache* cache = nullptr;
    std::uintptr_t stack_limit = 0;
    std::uint32_t capacity = max_depth;
    std::uintptr_t frames[max_depth] = {};
    unwound result{};
    sigjmp_buf escape;
    bool escapes = false;
};
handler_state state;

void walk_in_handler(int, siginfo_t*, void* context) {
    state.result = unwind(*state.map,
                          *state.cache,
                          *static_cast<const ucontext_t*>(context),
                          state.stack_limit,
                          state.frames,
                          state.capacity);
    if (state.escapes) { siglongjmp(state.escape, 1); }
}

std::uintptr_t end_of_own_stack() {
    pthread_attr_t attributes;
    void* low = nullptr;
    std::size_t size = 0;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
    return reinterpret_cast<std::uintptr_t>(low) + size;
}

/// Walks in handlers of a few signals as long as it lives.
class walker {
public:
    explicit walker(int flags = 0, bool copied = false)
        : map_(copied ? code_map::load(true) : code_map::load())
        , cache_(std::make_unique<unwind_cache>()) {
        state.map = &map_;
        state.cache = cache_.get();
        state.stack_limit = end_of_own_stack();
        state.capacity = max_depth;
        state.escapes = false;
        struct sigaction action {};
        action.sa_sigaction = walk_in_handler;
        action.sa_flags = SA_SIGINFO | flags;
        for (std::size_t i = 0; i < count; ++i) { sigaction(signals[i], &action, &before_[i]); }
    }
    ~walker() {
        for (std::size_t i = 0; i < count; ++i) { sigaction(signals[i], &before_[i], nullptr); }
    }
    walker(const walker&) = delete;
    walker& operator=(const walker&) = delete;

    code_map& map() { return map_; }
    unwind_cache& cache() { return *cache_; }

private:
    static constexpr std::size_t count = 3;
    static constexpr int signals[count] = {SIGUSR1, SIGTRAP, SIGSEGV};
    code_map map_;
    std::unique_ptr<unwind_cache> cache_;
    struct sigaction before_[count];
};

std::vector<std::uintptr_t> found() {
    return {state.frames, state.frames + state.result.depth};
}

/// True when some frame lies in the first `size` bytes of a function.
bool has_frame_in(const void* function, std::uintptr_t size = 256) {
    for (const std::uintptr_t frame : found()) {
        if (frame - reinterpret_cast<std::uintptr_t>(function) < size) { return true; }
    }
    return false;
}

template <class Function>
const void* address_of(Function* function) {
    return reinterpret_cast<const void*>(function);
}

NOINLINE void inner() {
    raise(SIGUSR1);
    NO_TAIL_CALL;
}

NOINLINE void outer() {
    volatile char local[100];
    local[0] = 1;
    inner();
    local[1] = local[0];
}

/// Returns the frames below the caller's: those that do not depend on where it calls from.
NOINLINE std::vector<std::uintptr_t> stack_of_recursion(int depth);

NOINLINE void recursion(int depth) {
    if (depth == 0) {
        outer();
    } else {
        recursion(depth - 1);
    }
    NO_TAIL_CALL;
}

std::vector<std::uintptr_t> stack_of_recursion(int depth) {
    recursion(depth);
    std::vector<std::uintptr_t> frames = found();
    const auto own = reinterpret_cast<std::uintptr_t>(address_of(stack_of_recursion));
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (frames[i] - own < 64) { frames.resize(i); }
    }
    return frames;
}

} // namespace

TEST_CASE("code_map: knows this program, its libraries and the vdso") {
    const code_map map = code_map::load();
    REQUIRE(!map.modules().empty());
    std::uintptr_t before = 0;
    bool has_vdso = false;
    for (const code_module& module : map.modules()) {
        CAPTURE(module.path);
        CHECK(module.start >= before);
        CHECK(module.limit > module.start);
        before = module.limit;
        has_vdso = has_vdso || module.path == "[vdso]";
        CHECK(map.find(module.start) == &module);
        CHECK(map.find(module.limit - 1) == &module);
        CHECK(map.find(module.limit) != &module);
        CHECK(module.build_id.find_first_not_of("0123456789abcdef") == std::string::npos);
    }
    CHECK(has_vdso == (getauxval(AT_SYSINFO_EHDR) != 0));
    CHECK(map.find(0) == nullptr);
    CHECK(map.find(~std::uintptr_t{0}) == nullptr);

    const code_module* self = map.find(reinterpret_cast<std::uintptr_t>(address_of(outer)));
    REQUIRE(self != nullptr);
    char path[4096] = {};
    REQUIRE(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
    CHECK(self->path == path);
    CHECK(self->tables.count > 0);
    CHECK(map.serial() != code_map::load().serial());
}

TEST_CASE("code_map: its generation changes with what is loaded") {
    const code_map map = code_map::load();
    CHECK(map.generation() == code_map::current_generation());
#ifndef WICK_TEST_STATIC
    void* module = nullptr;
    for (const char* name : {"libutil.so.1", "libanl.so.1", "libBrokenLocale.so.1"}) {
        if (module == nullptr) { module = dlopen(name, RTLD_NOW); }
    }
    if (module == nullptr || map.generation() == 0) {
        MESSAGE("skipped: nothing to load, or a C library that does not count");
        return;
    }
    CHECK(map.generation() != code_map::current_generation());
    dlclose(module);
#endif
}

#if defined(__x86_64__) || defined(__aarch64__)

TEST_CASE("unwind: finds the callers of a signal, leaf first, to the end of the stack") {
    for (const bool copied : {false, true}) {
        CAPTURE(copied);
        walker w(0, copied);
        const std::vector<std::uintptr_t> first = stack_of_recursion(20);
        CHECK(state.result.end == unwind_end::complete);
        CHECK(state.result.depth > first.size());
        CHECK(first.size() > 22);
        CHECK(has_frame_in(address_of(inner)));
        CHECK(has_frame_in(address_of(outer)));
        CHECK(stack_of_recursion(20) == first); // from the cache
        w.cache() = {};
        CHECK(stack_of_recursion(20) == first);
    }
}

TEST_CASE("unwind: keeps errno, and asks about each page of the own stack once") {
    walker w;
    errno = 12345;
    outer();
    CHECK(errno == 12345);
    const std::uint64_t probes = w.cache().probes;
    CHECK(probes > 0);
    outer();
    CHECK(w.cache().probes == probes);
}

TEST_CASE("unwind: stops when the array is full, and says so") {
    walker w;
    std::vector<std::uintptr_t> whole;
    for (std::uint32_t capacity = max_depth;;) {
        CAPTURE(capacity);
        state.capacity = capacity;
        outer();
        if (whole.empty()) {
            REQUIRE(state.result.end == unwind_end::complete);
            whole = found();
            capacity = state.result.depth;
            continue;
        }
        const bool fits = capacity == whole.size();
        CHECK(state.result.depth == capacity);
        CHECK(state.result.end == (fits ? unwind_end::complete : unwind_end::truncated));
        CHECK(std::equal(state.frames, state.frames + state.result.depth, whole.begin()));
        if (capacity-- == 0) { break; }
    }
}

TEST_CASE("unwind: walks the same stack when nothing is known of its end") {
    walker w;
    const std::vector<std::uintptr_t> known = stack_of_recursion(5);
    CHECK(known.size() > 7);
    state.stack_limit = 0;
    CHECK(stack_of_recursion(5) == known);
    CHECK(state.result.end == unwind_end::complete);
    // A limit below the stack, as of another thread's, is no better.
    state.stack_limit = 4096;
    CHECK(stack_of_recursion(5) == known);
}

TEST_CASE("unwind: a new map empties the rows of the cache") {
    walker w;
    const std::vector<std::uintptr_t> first = stack_of_recursion(3);
    for (unwind_row& row : w.cache().rows) {
        if (row.address != 0) { row.rule = unwind_rule::outermost; }
    }
    stack_of_recursion(3);
    // They were believed. Not always the leaf's: two addresses of a stack may share a place.
    CHECK(state.result.depth < first.size());
    const code_map other = code_map::load();
    state.map = &other;
    CHECK(stack_of_recursion(3) == first);
    CHECK(w.cache().map_serial == other.serial());
}

namespace {

NOINLINE void handler_that_is_interrupted(int) {
    outer();
    NO_TAIL_CALL;
}

} // namespace

TEST_CASE("unwind: goes through signal handlers, on the same and on another stack") {
    walker w(SA_NODEFER);
    std::vector<char> own(65536);
    stack_t alternate{};
    alternate.ss_sp = own.data();
    alternate.ss_size = own.size();
    stack_t before{};
    sigaltstack(&alternate, &before);
    struct sigaction action {};
    struct sigaction old {};
    action.sa_handler = handler_that_is_interrupted;
    for (const int flags : {0, SA_ONSTACK}) {
        CAPTURE(flags);
        action.sa_flags = flags;
        sigaction(SIGUSR2, &action, &old);
        raise(SIGUSR2);
        sigaction(SIGUSR2, &old, nullptr);
        CHECK(state.result.end == unwind_end::complete);
        CHECK(has_frame_in(address_of(outer)));
        CHECK(has_frame_in(address_of(handler_that_is_interrupted)));
        // The test's own frames stand beyond both signals: main is at the end of all of them.
        CHECK(state.result.depth > 10);
    }
    alternate.ss_flags = SS_DISABLE;
    sigaltstack(&alternate, nullptr);
    if ((before.ss_flags & SS_DISABLE) == 0) { sigaltstack(&before, nullptr); }
}

namespace {

void coroutine() {
    outer();
    NO_TAIL_CALL;
}
ucontext_t outside, inside;

} // namespace

TEST_CASE("unwind: comes to the end of a coroutine's stack") {
    walker w;
    std::vector<char> own(262144);
    getcontext(&inside);
    inside.uc_stack.ss_sp = own.data();
    inside.uc_stack.ss_size = own.size();
    inside.uc_link = &outside;
    makecontext(&inside, coroutine, 0);
    swapcontext(&outside, &inside);
    CHECK(has_frame_in(address_of(outer)));
    CHECK(has_frame_in(address_of(coroutine)));
    CHECK(state.result.depth < 12);
#    if defined(__x86_64__) && defined(__GLIBC__)
    CHECK(state.result.end == unwind_end::complete);
#    endif
}

TEST_CASE("unwind: a module that is gone is not looked at") {
#    ifndef WICK_TEST_STATIC
    void* module = dlopen("libutil.so.1", RTLD_NOW);
    if (module == nullptr) { module = dlopen("libanl.so.1", RTLD_NOW); }
    if (module == nullptr) {
        MESSAGE("skipped: nothing to load");
        return;
    }
    const code_map with = code_map::load();
    dlclose(module);
    const code_map without = code_map::load();
    const auto cache = std::make_unique<unwind_cache>();
    ucontext_t context;
    REQUIRE(getcontext(&context) == 0);
    std::size_t gone = 0;
    for (const code_module& old : with.modules()) {
        if (without.find(old.start) != nullptr) { continue; }
        ++gone;
        for (const std::uintptr_t pc : {old.start, old.start + 16, old.limit - 1}) {
#        if defined(__x86_64__)
            context.uc_mcontext.gregs[REG_RIP] = static_cast<greg_t>(pc);
#        else
            context.uc_mcontext.pc = pc;
#        endif
            const unwound result =
                unwind(with, *cache, context, end_of_own_stack(), state.frames, max_depth);
            CHECK(result.depth >= 1);
            CHECK(state.frames[0] == pc);
        }
    }
    if (gone == 0) { MESSAGE("the module stayed loaded"); }
#    endif
}

#endif

#if defined(__x86_64__)

namespace {

extern "C" void wick_test_leaf_without_rows();
extern "C" void wick_test_frame_without_rows();
extern "C" void wick_test_moved_stack();
__asm__(".text\n"
        ".globl wick_test_leaf_without_rows\n"
        ".hidden wick_test_leaf_without_rows\n"
        ".type wick_test_leaf_without_rows, @function\n"
        "wick_test_leaf_without_rows: nop\n int3\n nop\n ret\n"
        ".size wick_test_leaf_without_rows, .-wick_test_leaf_without_rows\n"
        ".globl wick_test_frame_without_rows\n"
        ".hidden wick_test_frame_without_rows\n"
        ".type wick_test_frame_without_rows, @function\n"
        "wick_test_frame_without_rows: push %rbp\n mov %rsp, %rbp\n sub $48, %rsp\n"
        " movq $0, (%rsp)\n int3\n nop\n leave\n ret\n"
        ".size wick_test_frame_without_rows, .-wick_test_frame_without_rows\n"
        // The CFA hangs on a register that a callee keeps: what a walk by two registers cannot do.
        ".globl wick_test_moved_stack\n"
        ".hidden wick_test_moved_stack\n"
        ".type wick_test_moved_stack, @function\n"
        "wick_test_moved_stack: .cfi_startproc\n push %r12\n .cfi_adjust_cfa_offset 8\n"
        " .cfi_rel_offset %r12, 0\n mov %rsp, %r12\n .cfi_def_cfa_register %r12\n"
        " sub $100, %rsp\n and $-64, %rsp\n call wick_test_call_back\n mov %r12, %rsp\n"
        " .cfi_def_cfa_register %rsp\n pop %r12\n .cfi_adjust_cfa_offset -8\n .cfi_restore %r12\n"
        " ret\n .cfi_endproc\n"
        ".size wick_test_moved_stack, .-wick_test_moved_stack\n");

NOINLINE void calls_leaf() {
    wick_test_leaf_without_rows();
    NO_TAIL_CALL;
}

NOINLINE void calls_frame() {
    wick_test_frame_without_rows();
    NO_TAIL_CALL;
}

NOINLINE void calls_moved() {
    wick_test_moved_stack();
    NO_TAIL_CALL;
}

NOINLINE void calls_nothing() {
    void (*volatile nowhere)() = nullptr;
    nowhere();
    NO_TAIL_CALL;
}

} // namespace

extern "C" void wick_test_call_back();
extern "C" __attribute__((visibility("hidden"), used)) void wick_test_call_back() {
    outer();
}

TEST_CASE("unwind: steps out of hand-written code that has no rows") {
    walker w;
    calls_leaf();
    CHECK(state.result.end == unwind_end::complete);
    CHECK(has_frame_in(address_of(wick_test_leaf_without_rows), 4));
    CHECK(has_frame_in(address_of(calls_leaf), 64));
    calls_frame();
    CHECK(state.result.end == unwind_end::complete);
    CHECK(has_frame_in(address_of(calls_frame), 64));
}

TEST_CASE("unwind: finds who called a null pointer") {
    walker w;
    state.escapes = true;
    if (sigsetjmp(state.escape, 1) == 0) { calls_nothing(); }
    CHECK(state.result.end == unwind_end::complete);
    CHECK(state.frames[0] == 0);
    CHECK(has_frame_in(address_of(calls_nothing)));
}

TEST_CASE("unwind: restores every register when a row needs it") {
    walker w;
    calls_moved();
    CHECK(state.result.end == unwind_end::complete);
    CHECK(has_frame_in(address_of(wick_test_moved_stack), 64));
    CHECK(has_frame_in(address_of(calls_moved), 64));
    CHECK(has_frame_in(address_of(outer)));
}

TEST_CASE("unwind: contexts that make no sense are walked without a crash") {
    const unsigned seed = std::random_device()();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const code_map map = code_map::load();
    const auto cache = std::make_unique<unwind_cache>();
    const std::uintptr_t limit = end_of_own_stack();
    std::size_t ends[3] = {};
    for (int i = 0; i < 20000; ++i) {
        ucontext_t context{};
        const auto here = reinterpret_cast<std::uintptr_t>(&context);
        const code_module& module = map.modules()[random() % map.modules().size()];
        const std::uintptr_t kinds[] = {
            here + random() % 4096,
            here - random() % 4096 + 8 * (random() % 512),
            (here + random() % 65536) & ~std::uintptr_t{7},
            limit - random() % 64,
            module.start + random() % (module.limit - module.start),
            module.bias + random() % 4096,
            random(),
            random() % 4096,
            reinterpret_cast<std::uintptr_t>(cache.get()) & ~std::uintptr_t{7},
        };
        for (auto& reg : context.uc_mcontext.gregs) {
            reg = static_cast<greg_t>(kinds[random() % (sizeof(kinds) / sizeof(kinds[0]))]);
        }
        context.uc_mcontext.gregs[REG_RIP] =
            static_cast<greg_t>(module.start + random() % (module.limit - module.start));
        const unwound result =
            unwind(map, *cache, context, random() % 4 == 0 ? 0 : limit, state.frames, max_depth);
        CHECK(result.depth >= 1);
        CHECK(result.depth <= max_depth);
        ++ends[static_cast<int>(result.end)];
    }
    CHECK(ends[static_cast<int>(unwind_end::broken)] > 0);
}

#endif
