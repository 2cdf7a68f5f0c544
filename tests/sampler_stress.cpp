// The sampler where programs are at their worst, and proof of what its handler does not do. Not a
// unit test: it replaces the allocator, installs system call filters, and loads and unloads code.
//     sampler_stress [PLUGIN.so]
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/sampler.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define SANITIZED 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define SANITIZED 1
#    endif
#endif
#ifndef SANITIZED
#    define SANITIZED 0
#endif

// What must not be called in the handler is replaced by a version that counts the calls made there.
// sigaction is replaced to get a flag set around the handler.
#if defined(__GLIBC__) && !SANITIZED
#    define COUNTS_CALLS 1
namespace {
thread_local int in_handler = 0; // in an executable: no allocation on first use
std::atomic<unsigned long> handled{0};
std::atomic<unsigned long> forbidden{0};
void (*real_handler)(int, siginfo_t*, void*) = nullptr;

void note_call() {
    if (in_handler != 0) { ++forbidden; }
}
void flagged_handler(int signal, siginfo_t* info, void* context) {
    in_handler = 1;
    ++handled;
    real_handler(signal, info, context);
    in_handler = 0;
}
} // namespace

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void __libc_free(void*);
void* malloc(std::size_t n) {
    note_call();
    return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t m) {
    note_call();
    return __libc_calloc(n, m);
}
void* realloc(void* p, std::size_t n) {
    note_call();
    return __libc_realloc(p, n);
}
void free(void* p) {
    note_call();
    __libc_free(p);
}
int pthread_mutex_lock(pthread_mutex_t* m) noexcept {
    using function = int (*)(pthread_mutex_t*);
    static const function next = reinterpret_cast<function>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    note_call();
    return next(m);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* m) noexcept {
    using function = int (*)(pthread_rwlock_t*);
    static const function next =
        reinterpret_cast<function>(dlsym(RTLD_NEXT, "pthread_rwlock_rdlock"));
    note_call();
    return next(m);
}
int sigaction(int signal, const struct sigaction* wanted, struct sigaction* before) noexcept {
    using function = int (*)(int, const struct sigaction*, struct sigaction*);
    static const function next = reinterpret_cast<function>(dlsym(RTLD_NEXT, "sigaction"));
    struct sigaction changed {};
    if (wanted != nullptr) {
        changed = *wanted;
        if (wanted->sa_sigaction == wick::detail::on_sample_signal) {
            real_handler = wick::detail::on_sample_signal;
            changed.sa_sigaction = flagged_handler;
        }
    }
    const int status = next(signal, wanted == nullptr ? nullptr : &changed, before);
    if (before != nullptr && before->sa_sigaction == flagged_handler) {
        before->sa_sigaction = wick::detail::on_sample_signal;
    }
    return status;
}
}
#else
#    define COUNTS_CALLS 0
#endif

namespace {

int failures = 0;

void check(bool holds, const char* what) {
    std::printf("%s %s\n", holds ? "ok    " : "FAILED", what);
    std::fflush(stdout);
    failures += holds ? 0 : 1;
}

std::atomic<std::uint64_t> result_of_work{0};

__attribute__((noinline)) std::uint64_t spin(std::uint64_t x) {
    for (int i = 0; i < 20000; ++i) { x = x * 6364136223846793005u + 1442695040888963407u; }
    return x;
}
// Different depths touch new pages of stack.
__attribute__((noinline)) std::uint64_t recurse(std::uint64_t x, unsigned depth) {
    volatile std::uint64_t kept[16] = {x};
    x = depth == 0 ? spin(x) : recurse(x + kept[0], depth - 1);
    return x + kept[0];
}

wick::sampler_options fast() {
    wick::sampler_options options;
    options.frequency_hz = 1000;
    return options;
}

bool books_balance(wick::sampler& sampler) {
    const auto s = sampler.stats();
    std::uint64_t count = 0;
    for (const auto& n : sampler.raw().nodes) { count += n.count; }
    std::printf("       delivered %llu = recorded %llu + dropped %llu; truncated %llu\n",
                static_cast<unsigned long long>(s.delivered),
                static_cast<unsigned long long>(s.recorded),
                static_cast<unsigned long long>(s.dropped),
                static_cast<unsigned long long>(s.truncated));
    return s.recorded > 0 && s.delivered == s.recorded + s.dropped && count == s.recorded;
}

template <class Condition>
bool work_until(Condition condition) {
    const std::uint64_t give_up = wick::detail::clock_ns(CLOCK_MONOTONIC) + 60000000000u;
    unsigned depth = 0;
    while (!condition()) {
        if (wick::detail::clock_ns(CLOCK_MONOTONIC) > give_up) { return false; }
        for (int i = 0; i < 20; ++i) { result_of_work += recurse(1, depth++ % 300); }
    }
    return true;
}

template <class Body>
int in_child(Body body) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        alarm(90);
        _exit(body());
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#if COUNTS_CALLS
void no_forbidden_calls() {
    wick::sampler sampler;
    const bool started = static_cast<bool>(sampler.start(fast()));
    const bool enough = work_until([&] {
        std::vector<std::string> allocated(100, std::string(40, 'x')); // interrupted now and then
        return sampler.stats().recorded > 300;
    });
    sampler.stop();
    check(started && enough && handled > 300, "handler: seen at work more than 300 times");
    check(forbidden == 0, "handler: no malloc, calloc, realloc, free, mutex or rwlock");
    in_handler = 1;
    void* volatile kept = std::malloc(1); // compilers leave out what is not looked at
    std::free(kept);
    in_handler = 0;
    check(forbidden == 2, "handler: such calls would have been counted");
}
#endif

#if defined(__x86_64__) && !SANITIZED
std::atomic<bool> filtered{false};

// From here on the thread may return from signals, and ask with a mask operation of -1 for a page.
bool forbid_system_calls() {
    sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigprocmask, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xffffffffu, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const sock_fprog program{sizeof rules / sizeof rules[0], rules};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

void* work_without_system_calls(void* call_anyway) {
    if (!forbid_system_calls()) { _exit(77); }
    filtered = true;
    unsigned depth = 0;
    for (;;) {
        result_of_work += recurse(1, depth++ % 2000);
        if (call_anyway != nullptr && depth == 1000) { static_cast<void>(getppid()); }
    }
}

int sample_filtered_thread(void* call_anyway) {
    wick::sampler sampler;
    const auto started = sampler.start(fast());
    if (!started) { return 1; }
    pthread_t thread;
    pthread_create(&thread, nullptr, work_without_system_calls, call_anyway);
    sigset_t mine; // all samples are the other thread's
    sigemptyset(&mine);
    sigaddset(&mine, started.value.signal);
    pthread_sigmask(SIG_BLOCK, &mine, nullptr);
    for (int i = 0; i < 3000; ++i) {
        usleep(20000);
        if (filtered && sampler.stats().recorded > 300) { return 0; }
    }
    return 2;
}

void no_system_calls() {
    static int yes = 1;
    const int status = in_child([] { return sample_filtered_thread(nullptr); });
    if (status == 77) {
        std::printf("skipped: no system call filters here\n");
        return;
    }
    check(status == 0, "handler: no system call but rt_sigprocmask(-1), over 300 signals");
    check(in_child([] { return sample_filtered_thread(&yes); }) == 1000 + SIGSYS,
          "handler: another call would have ended the process");
}
#endif

void fork_loop() {
    wick::sampler sampler;
    bool good = static_cast<bool>(sampler.start(fast()));
    for (int i = 0; i < 100 && good; ++i) {
        result_of_work += recurse(1, 100);
        good = in_child([&] { return sampler.running() ? 1 : 0; }) == 0;
    }
    good = good && work_until([&] { return sampler.stats().recorded > 50; });
    sampler.stop();
    check(good && books_balance(sampler), "fork in a loop");
}

#ifdef __cpp_exceptions
void throw_loop() {
    wick::sampler sampler;
    bool good = static_cast<bool>(sampler.start(fast()));
    std::vector<pthread_t> threads(3);
    static std::atomic<bool> done{false};
    for (pthread_t& t : threads) {
        pthread_create(
            &t,
            nullptr,
            [](void*) -> void* {
                while (!done) {
                    try {
                        throw std::string("thrown");
                    } catch (const std::string& s) { result_of_work += s.size(); }
                }
                return nullptr;
            },
            nullptr);
    }
    good = good && work_until([&] { return sampler.stats().recorded > 500; });
    done = true;
    for (const pthread_t t : threads) { pthread_join(t, nullptr); }
    sampler.stop();
    check(good && books_balance(sampler), "throw in a loop, in three threads");
}
#endif

using plugin_work = unsigned long (*)(unsigned long);
using plugin_start = int (*)(char*, std::size_t);
using plugin_stop = void (*)();
using plugin_recorded = unsigned long (*)();

template <class Function>
Function symbol(void* library, const char* name) {
    return reinterpret_cast<Function>(dlsym(library, name));
}

void load_loop(const char* path) {
    wick::sampler sampler;
    bool good = static_cast<bool>(sampler.start(fast()));
    bool unloaded = true;
    int loaded = 0;
    good = good && work_until([&] {
               for (int i = 0; i < 5; ++i, ++loaded) {
                   void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
                   if (library == nullptr) { return true; }
                   result_of_work += symbol<plugin_work>(library, "wick_plugin_work")(1);
                   dlclose(library);
                   unloaded = unloaded && dlopen(path, RTLD_NOW | RTLD_NOLOAD) == nullptr;
               }
               return loaded >= 300 && sampler.stats().recorded > 100;
           });
    sampler.stop();
    check(good && loaded >= 300 && books_balance(sampler), "dlopen and dlclose in a loop");
    check(unloaded, "the library was gone each time");
    bool named = false;
    for (const auto& f : sampler.snapshot().frames) { named |= f.function == "wick_plugin_work"; }
    check(named, "functions of a library that is gone are named");
}

void second_copy(const char* path) {
    char error[256] = "";
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const auto start = symbol<plugin_start>(library, "plugin_start");
    const auto stop = symbol<plugin_stop>(library, "plugin_stop");
    const auto recorded = symbol<plugin_recorded>(library, "plugin_recorded");
    const auto work = symbol<plugin_work>(library, "wick_plugin_work");

    wick::sampler sampler;
    check(static_cast<bool>(sampler.start(fast())), "second copy: the first one starts");
    check(start(error, sizeof error) == 0 && std::strstr(error, "another copy of wick") != nullptr,
          "second copy: is refused while the first one runs");
    std::printf("       %s\n", error);
    check(work_until([&] { return sampler.stats().recorded > 20; }),
          "second copy: the first one goes on");
    sampler.stop();
    check(books_balance(sampler), "second copy: and its books balance");

    const int signal = start(error, sizeof error);
    check(signal != 0, "second copy: starts when the first one has stopped");
    check(!sampler.start(fast()), "second copy: then refuses the first");
    check(work_until([&] {
              result_of_work += work(1);
              return recorded() > 20;
          }),
          "second copy: samples");
    stop();
    dlclose(library);
    check(dlopen(path, RTLD_NOW | RTLD_NOLOAD) != nullptr, "second copy: stays, for its handler");
    raise(signal); // the handler is still installed, and has to be there
    check(static_cast<bool>(sampler.start(fast())), "second copy: gone, and the first one starts");
}

} // namespace

int main(int argc, char** argv) {
#if COUNTS_CALLS
    no_forbidden_calls();
#endif
#if defined(__x86_64__) && !SANITIZED
    no_system_calls();
#endif
    fork_loop();
#ifdef __cpp_exceptions
    throw_loop();
#endif
    if (argc > 1) {
        load_loop(argv[1]);
        second_copy(argv[1]);
    }
    std::printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
