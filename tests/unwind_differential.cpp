// tests/unwind_differential.cpp - our stack walk against libgcc's, at random moments of a nasty
// program. SPDX-FileCopyrightText: 2026 wick contributors SPDX-License-Identifier: MIT
//
//     unwind_differential [SAMPLES [THREADS [modules] [copied]]]
//
// Timers interrupt every thread at random intervals; the handler walks the stack both ways. No
// sample is left out. Exit status 1 when fewer than 99.99 % agree or fewer than 99.9 % reach a
// proper end. "modules" also loads and unloads modules all the time, which the snapshot does not
// know; libgcc cannot walk out of their _init and _fini, which have no tables. "copied": walk with
// copies of the tables.

#include <wick/detail/unwind.hpp>

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <alloca.h>
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <time.h>
#include <unwind.h>

// What libgcc finds tables with. No header declares it.
extern "C" {
struct dwarf_eh_bases {
    void* text;
    void* data;
    void* function;
};
const void* _Unwind_Find_FDE(void* pc, dwarf_eh_bases* bases);
}

namespace {

using wick::detail::code_map;
using wick::detail::unwind_end;

constexpr std::uint32_t max_depth = 1024;

struct stack {
    std::uintptr_t at[max_depth];
    std::uint32_t depth;
};

// What a sample is compared in. Zeroed at thread start, as the cache wants it.
struct thread_state {
    wick::detail::unwind_cache cache;
    stack ours, theirs;
    std::uintptr_t stack_limit;
    timer_t timer;
    std::uint64_t random;
    sigjmp_buf out_of_theirs;
    bool in_theirs;
};
thread_local thread_state state;

struct mismatch {
    stack ours, theirs;
    unwind_end end;
};

struct totals {
    std::atomic<long> samples{0}, equal{0}, longer{0}, shorter{0}, different{0}, not_found{0};
    std::atomic<long> ends[3] = {};
    std::atomic<long> frames{0}, probes{0}, recorded{0}, no_row{0}, crashed{0};
};
totals total;
mismatch mismatches[32];
code_map map_of_code;
std::atomic<bool> stopping{false};
bool with_modules = false;

std::uint64_t next_random(std::uint64_t& x) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

// Random intervals, so that nothing in the program can keep in step.
void rearm() {
    itimerspec when{};
    when.it_value.tv_nsec = static_cast<long>(60000 + next_random(state.random) % 700000);
    timer_settime(state.timer, 0, &when, nullptr);
}

struct theirs_so_far {
    stack* out;
    std::uintptr_t interrupted;
    bool started;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* data) {
    auto& so_far = *static_cast<theirs_so_far*>(data);
    int exact = 0;
    const std::uintptr_t ip = _Unwind_GetIPInfo(context, &exact);
    // The handler's own frames come first, then the one that the signal interrupted.
    if (!so_far.started && exact != 0 && ip == so_far.interrupted) { so_far.started = true; }
    if (!so_far.started) { return _URC_NO_REASON; }
    if (so_far.out->depth == max_depth) { return _URC_END_OF_STACK; }
    // libgcc shows a frame beyond the outermost, without an address, where there is no undefined
    // rule.
    if (ip == 0) { return _URC_END_OF_STACK; }
    so_far.out->at[so_far.out->depth++] = exact != 0 ? ip : ip - 1;
    return _URC_NO_REASON;
}

void record(unwind_end end) {
    const long slot = total.recorded++;
    if (slot >= long{sizeof(mismatches) / sizeof(mismatches[0])}) { return; }
    mismatches[slot].ours = state.ours;
    mismatches[slot].theirs = state.theirs;
    mismatches[slot].end = end;
}

void compare(unwind_end end) {
    const stack& a = state.ours;
    const stack& b = state.theirs;
    const std::uint32_t common = (std::min)(a.depth, b.depth);
    std::uint32_t same = 0;
    while (same < common && a.at[same] == b.at[same]) { ++same; }
    if (same == a.depth && same == b.depth) {
        ++total.equal;
        return;
    }
    // libgcc ends its walk at code without tables, such as _init of a module. We go on where a
    // return address is certain. Such a sample is neither equal nor counted as wrong.
    dwarf_eh_bases bases;
    const bool no_row =
        same == b.depth && same > 0 && end == unwind_end::complete &&
        _Unwind_Find_FDE(reinterpret_cast<void*>(b.at[same - 1]), &bases) == nullptr;
    if (no_row) {
        ++total.no_row;
        return;
    }
    record(end);
    if (b.depth == 0) {
        ++total.not_found;
    } else if (same < common) {
        ++total.different;
    } else {
        ++(a.depth > b.depth ? total.longer : total.shorter);
    }
}

// Where libgcc has crashed: what it found until then has to be what we found.
void compare_until_crash(unwind_end end) {
    const stack& a = state.ours;
    const stack& b = state.theirs;
    const std::uintptr_t* const last = b.at + b.depth;
    if (b.depth <= a.depth && std::equal(b.at, last, a.at)) {
        ++total.crashed;
        return;
    }
    record(end);
    ++total.different;
}

// While libgcc installs the context of a landing pad, the tables do not describe its own frame, and
// its walk then follows any address. It looks at the code there, and crashes. Returns whether it
// came back.
bool walk_theirs() {
    state.theirs.depth = 0;
    theirs_so_far so_far{&state.theirs, state.ours.at[0], false};
    if (sigsetjmp(state.out_of_theirs, 1) != 0) { return false; }
    state.in_theirs = true;
    _Unwind_Backtrace(add_frame, &so_far);
    state.in_theirs = false;
    return true;
}

void on_crash(int signal_number, siginfo_t*, void*) {
    if (!state.in_theirs) {
        signal(signal_number, SIG_DFL); // ours: fails again at once, and for good
        return;
    }
    state.in_theirs = false;
    siglongjmp(state.out_of_theirs, 1);
}

void on_timer(int, siginfo_t*, void* raw) {
    const int kept = errno;
    const auto& context = *static_cast<const ucontext_t*>(raw);
    const std::uint64_t probes = state.cache.probes;
    const wick::detail::unwound ours = wick::detail::unwind(
        map_of_code, state.cache, context, state.stack_limit, state.ours.at, max_depth);
    state.ours.depth = ours.depth;
    const bool survived = walk_theirs();
    ++total.samples;
    total.frames += ours.depth;
    total.probes += static_cast<long>(state.cache.probes - probes);
    ++total.ends[static_cast<int>(ours.end)];
    if (survived) {
        compare(ours.end);
    } else {
        compare_until_crash(ours.end);
    }
    if (!stopping) { rearm(); }
    errno = kept;
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

// Returns the timer, which whoever joins the thread deletes: so its last instructions are sampled
// too.
timer_t arm() {
    state.stack_limit = end_of_own_stack();
    state.random =
        88172645463325252u ^ static_cast<std::uint64_t>(syscall(SYS_gettid)) * 2654435761u;
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGPROF;
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
    if (timer_create(CLOCK_MONOTONIC, &event, &state.timer) != 0) { std::abort(); }
    rearm();
    return state.timer;
}

// The work. Results go here so that no compiler drops them.
volatile double sink = 0;

#define NOINLINE __attribute__((noinline))

NOINLINE void throw_from(int depth) {
    volatile char pad[64];
    pad[0] = static_cast<char>(depth);
    if (depth == 0) { throw std::runtime_error("thrown"); }
    throw_from(depth - 1);
    sink = pad[0];
}

void exceptions(unsigned) {
    for (int i = 0; i < 20; ++i) {
        try {
            throw_from(12);
        } catch (const std::exception& e) { sink = e.what()[0]; }
    }
}

std::vector<int> random_numbers(unsigned seed) {
    std::vector<int> numbers(3000);
    for (int& n : numbers) { n = rand_r(&seed); }
    return numbers;
}

void sorting(unsigned seed) {
    std::vector<int> numbers = random_numbers(seed);
    std::sort(numbers.begin(), numbers.end());
    sink = numbers[5];
    std::vector<int> more = random_numbers(seed + 1);
    std::stable_sort(more.begin(), more.end());
    sink = more[7];
}

int less(const void* a, const void* b) {
    return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

void c_sorting(unsigned seed) {
    std::vector<int> numbers = random_numbers(seed);
    std::qsort(numbers.data(), numbers.size(), sizeof(int), less);
    sink = numbers[5];
}

void regular_expressions(unsigned) {
    const std::regex pattern("(a+b+)*c|[0-9]+x");
    const std::string text = "aabbaabbaabb12345xaabbc";
    std::smatch match;
    sink = std::regex_search(text, match, pattern);
}

void formatting(unsigned) {
    std::ostringstream out;
    for (int k = 0; k < 200; ++k) { out << k << ' ' << k * 1.5 << '\n'; }
    sink = static_cast<double>(out.str().size());
    char text[64];
    for (int k = 0; k < 100; ++k) {
        std::snprintf(text, sizeof(text), "%d %.17g %s", k, k * 0.1, "x");
    }
    sink = std::strtod(text, nullptr);
}

void mathematics(unsigned) {
    double sum = 0;
    for (int k = 1; k < 3000; ++k) { sum += std::sin(k) * std::exp(-k * 1e-3) + std::pow(k, 0.33); }
    for (int k = 1; k < 300; ++k) {
        sum += std::tgamma(k * 0.01) + std::cbrt(k) + std::fmod(k, 0.7);
    }
    sink = sum;
}

void maps(unsigned) {
    std::map<std::string, int> numbers;
    for (int k = 0; k < 400; ++k) { numbers["key number " + std::to_string(k)] = k; }
    sink = static_cast<double>(numbers.size());
}

NOINLINE double aligned_array(int n) {
    alignas(64) double a[64];
    for (int i = 0; i < 64; ++i) { a[i] = i * n; }
    double sum = 0;
    for (int k = 0; k < 200; ++k) {
        for (int i = 0; i < 64; ++i) { sum += a[i] * k; }
        __asm__ volatile("" : : "r"(a) : "memory");
    }
    return sum;
}

NOINLINE double dynamic_array(std::size_t n) {
    alignas(32) double fixed[8] = {1, 2, 3};
    auto* bytes = static_cast<char*>(alloca(n));
    std::memset(bytes, static_cast<int>(n), n);
    __asm__ volatile("" : : "r"(bytes), "r"(fixed) : "memory");
    double sum = fixed[1] + aligned_array(static_cast<int>(n));
    for (std::size_t i = 0; i < n; ++i) { sum += bytes[i]; }
    return sum;
}

NOINLINE double huge_frame(int depth) {
    volatile char pad[300000];
    pad[depth] = 1;
    double sum = depth > 0 ? huge_frame(depth - 1) : aligned_array(3);
    for (int i = 0; i < 20000; ++i) { sum += pad[i] * 0.0; }
    return sum + pad[depth];
}

void frames_of_all_kinds(unsigned seed) {
    sink = aligned_array(static_cast<int>(seed));
    sink = dynamic_array(1000 + (seed & 1023));
    sink = huge_frame(3);
}

NOINLINE long recursion(int depth) {
    volatile long own = depth;
    return depth == 0 ? 0 : recursion(depth - 1) + own;
}

void system_and_text(unsigned) {
    const std::string text(4096, 'x');
    for (int k = 0; k < 100; ++k) { sink = static_cast<double>(text.find("yx")); }
    for (int k = 0; k < 300; ++k) { getppid(); }
    timespec now;
    for (int k = 0; k < 500; ++k) { clock_gettime(CLOCK_MONOTONIC, &now); }
    for (int k = 0; k < 20; ++k) { sink = static_cast<double>(recursion(300)); }
}

void short_threads(unsigned) {
    for (int i = 0; i < 4; ++i) {
        timer_t timer = nullptr;
        std::thread([&timer] {
            timer = arm();
            sink = aligned_array(5);
            maps(1);
        }).join();
        timer_delete(timer);
    }
}

// Signals inside signals, one of them on a stack of its own.
void on_user_signal(int signal_number) {
    sink = aligned_array(signal_number);
    if (signal_number == SIGUSR1) { raise(SIGUSR2); }
    sink = aligned_array(signal_number + 1);
}

void nested_signals(unsigned) {
    std::vector<char> own(65536);
    stack_t alternate{};
    alternate.ss_sp = own.data();
    alternate.ss_size = own.size();
    stack_t before{};
    sigaltstack(&alternate, &before);
    for (int i = 0; i < 10; ++i) { raise(SIGUSR1); }
    alternate.ss_flags = SS_DISABLE;
    sigaltstack(&alternate, nullptr);
}

// Modules that the snapshot does not know, with their first calls bound lazily.
void modules(unsigned) {
    const char* const names[] = {"libz.so.1", "libcrypt.so.1", "libexpat.so.1", "libutil.so.1"};
    for (const char* name : names) {
        void* module = dlopen(name, RTLD_LAZY);
        if (module == nullptr) { continue; }
        using compute = unsigned long (*)(unsigned long, const unsigned char*, unsigned);
        if (void* found = dlsym(module, "crc32")) {
            compute crc;
            std::memcpy(&crc, &found, sizeof(crc));
            const std::vector<unsigned char> bytes(65536, 7);
            for (int i = 0; i < 10; ++i) {
                sink = static_cast<double>(crc(0, bytes.data(), 65536));
            }
        }
        dlclose(module);
    }
}

// A stack that the thread does not own.
thread_local ucontext_t outside, inside;

void coroutine() {
    for (int i = 0; i < 5; ++i) {
        sink = aligned_array(i);
        formatting(1);
        swapcontext(&inside, &outside);
    }
}

void coroutines(unsigned) {
    std::vector<char> own(262144);
    getcontext(&inside);
    inside.uc_stack.ss_sp = own.data();
    inside.uc_stack.ss_size = own.size();
    inside.uc_link = &outside;
    makecontext(&inside, coroutine, 0);
    for (int i = 0; i < 6; ++i) { swapcontext(&outside, &inside); }
}

void work(unsigned id) {
    void (*const kinds[])(unsigned) = {exceptions,
                                       sorting,
                                       c_sorting,
                                       regular_expressions,
                                       formatting,
                                       mathematics,
                                       maps,
                                       frames_of_all_kinds,
                                       short_threads,
                                       system_and_text,
                                       coroutines,
                                       nested_signals,
                                       modules};
    const unsigned count = sizeof(kinds) / sizeof(kinds[0]) - (with_modules ? 0 : 1);
    for (unsigned i = id * 5; !stopping; ++i) { kinds[i % count](i); }
}

void print_address(std::uintptr_t address) {
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(address), &info) == 0) {
        std::printf("        %" PRIxPTR "\n", address);
        return;
    }
    const std::uintptr_t base = reinterpret_cast<std::uintptr_t>(info.dli_fbase);
    std::printf("        %s+0x%" PRIxPTR " %s\n",
                info.dli_fname,
                address - base,
                info.dli_sname == nullptr ? "" : info.dli_sname);
}

void print_mismatch(const mismatch& m) {
    std::uint32_t same = 0;
    while (same < (std::min)(m.ours.depth, m.theirs.depth) &&
           m.ours.at[same] == m.theirs.at[same]) {
        ++same;
    }
    std::printf("mismatch: ours %u, theirs %u, first %u the same, end %d\n",
                m.ours.depth,
                m.theirs.depth,
                same,
                static_cast<int>(m.end));
    std::printf("    same:\n");
    for (std::uint32_t i = same > 3 ? same - 3 : 0; i < same; ++i) { print_address(m.ours.at[i]); }
    std::printf("    ours:\n");
    for (std::uint32_t i = same; i < (std::min)(m.ours.depth, same + 6); ++i) {
        print_address(m.ours.at[i]);
    }
    std::printf("    theirs:\n");
    for (std::uint32_t i = same; i < (std::min)(m.theirs.depth, same + 6); ++i) {
        print_address(m.theirs.at[i]);
    }
}

void install(int signal_number, int flags, void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = flags | SA_SIGINFO | SA_RESTART;
    sigaction(signal_number, &action, nullptr);
}

int report() {
    const long samples = total.samples;
    const auto percent = [&](long part) {
        return 100.0 * static_cast<double>(part) / static_cast<double>(samples);
    };
    const auto average = [&](long sum) {
        return static_cast<double>(sum) / static_cast<double>(samples);
    };
    const long complete = total.ends[static_cast<int>(unwind_end::complete)];
    const long shown =
        (std::min)(total.recorded.load(), long{sizeof(mismatches) / sizeof(mismatches[0])});
    for (long i = 0; i < shown; ++i) { print_mismatch(mismatches[i]); }
    std::printf("samples    %ld, of %.1f frames, %.3f system calls each\n",
                samples,
                average(total.frames),
                average(total.probes));
    std::printf("equal      %ld (%.4f %%)\n", total.equal.load(), percent(total.equal));
    std::printf(
        "beyond     %ld (%.4f %%): libgcc ends at code without tables, we come to a proper end\n",
        total.no_row.load(),
        percent(total.no_row));
    std::printf(
        "crashed    %ld (%.4f %%): libgcc follows what is no address; the same until then\n",
        total.crashed.load(),
        percent(total.crashed));
    std::printf("not equal  %ld (%.4f %%): longer %ld, shorter %ld, different %ld, not found %ld\n",
                total.recorded.load(),
                percent(total.recorded),
                total.longer.load(),
                total.shorter.load(),
                total.different.load(),
                total.not_found.load());
    std::printf("ends       complete %ld (%.4f %%), truncated %ld, broken %ld\n",
                complete,
                percent(complete),
                total.ends[static_cast<int>(unwind_end::truncated)].load(),
                total.ends[static_cast<int>(unwind_end::broken)].load());
    const bool agree = percent(total.equal + total.no_row + total.crashed) >= 99.99;
    return agree && percent(complete) >= 99.9 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    const long wanted = argc > 1 ? std::atol(argv[1]) : 20000;
    const unsigned threads = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 3;
    bool copied = false;
    for (int i = 3; i < argc; ++i) {
        if (std::strcmp(argv[i], "modules") == 0) { with_modules = true; }
        if (std::strcmp(argv[i], "copied") == 0) { copied = true; }
    }
    // libgcc allocates in its first walk, and the loader binds what both walks call: not in a
    // handler.
    stack warm{};
    theirs_so_far nothing{&warm, 0, false};
    _Unwind_Backtrace(add_frame, &nothing);
    exceptions(0);
    map_of_code = copied ? code_map::load(true) : code_map::load();

    struct sigaction plain {};
    plain.sa_handler = on_user_signal;
    plain.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &plain, nullptr);
    plain.sa_flags = SA_RESTART | SA_ONSTACK;
    sigaction(SIGUSR2, &plain, nullptr);
    install(SIGPROF, 0, on_timer);
    install(SIGSEGV, SA_NODEFER, on_crash);
    install(SIGBUS, SA_NODEFER, on_crash);

    std::vector<std::thread> workers;
    std::vector<timer_t> timers(threads);
    for (unsigned i = 0; i < threads; ++i) {
        workers.emplace_back([i, &timers] {
            timers[i] = arm();
            work(i);
        });
    }
    while (total.samples < wanted) { usleep(20000); }
    stopping = true;
    for (std::thread& worker : workers) { worker.join(); }
    for (timer_t timer : timers) { timer_delete(timer); }
    return report();
}
