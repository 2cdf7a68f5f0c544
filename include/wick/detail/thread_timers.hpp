// wick/detail/thread_timers.hpp - CPU clocks and timers of the process's threads (Linux).
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_THREAD_TIMERS_HPP
#define WICK_DETAIL_THREAD_TIMERS_HPP

#include <wick/detail/posix.hpp> // files of /proc
#include <wick/version.hpp>

#include <algorithm> // std::sort
#include <cerrno>    // errno
#include <cstddef>   // std::size_t
#include <cstdint>   // nanoseconds
#include <cstdlib>   // std::strtol
#include <string>    // names of threads
#include <vector>    // the list of threads

#include <dirent.h>      // the threads are a directory
#include <signal.h>      // SIGEV_THREAD_ID
#include <sys/syscall.h> // SYS_timer_create and its kin
#include <time.h>        // clock_gettime
#include <unistd.h>      // syscall

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::uint64_t nanoseconds_per_second = 1000000000u;

/// Returns the number of the calling thread.
[[nodiscard]] inline pid_t current_tid() noexcept {
    return static_cast<pid_t>(::syscall(SYS_gettid));
}

/// Returns the id of the clock that counts the CPU time of a thread of this process, user and
/// kernel. The kernel's encoding: the number's complement, "one thread", "as the scheduler counts".
[[nodiscard]] inline clockid_t thread_cpu_clock(pid_t tid) noexcept {
    constexpr std::uint32_t one_thread = 4, scheduler_time = 2;
    return static_cast<clockid_t>((~static_cast<std::uint32_t>(tid) << 3) | one_thread |
                                  scheduler_time);
}

/// Returns what a clock says, in nanoseconds; 0 when there is no such clock (the thread has ended).
[[nodiscard]] inline std::uint64_t clock_ns(clockid_t clock) noexcept {
    timespec now{};
    if (::clock_gettime(clock, &now) != 0) { return 0; }
    return static_cast<std::uint64_t>(now.tv_sec) * nanoseconds_per_second +
           static_cast<std::uint64_t>(now.tv_nsec);
}

[[nodiscard]] inline timespec to_timespec(std::uint64_t ns) noexcept {
    timespec t{};
    t.tv_sec = static_cast<time_t>(ns / nanoseconds_per_second);
    t.tv_nsec = static_cast<long>(ns % nanoseconds_per_second);
    return t;
}

/// A timer of the kernel's that interrupts one thread each time that it has used some CPU time. The
/// C library refuses the clocks of other threads, so the system calls are made directly. Not RAII:
/// after a fork the child has to forget its parent's timers, not delete those that happen to have
/// their numbers.
class thread_timer {
public:
    /// Makes a timer, not yet running, that sends `signal` with `cookie` to the thread and to no
    /// other. Returns 0 or an errno: EAGAIN at the limit of pending signals, EINVAL when the thread
    /// has ended.
    [[nodiscard]] int create(pid_t tid, int signal, std::uint64_t cookie) noexcept {
        struct { // the kernel's sigevent: C libraries disagree on the name of `tid`
            std::uint64_t value;
            int signo, notify, tid, unused[11];
        } event{};
        static_assert(sizeof event == 64 && sizeof(void*) == 8, "the kernel's layout on 64 bits");
        event.value = cookie;
        event.signo = signal;
        event.notify = SIGEV_THREAD_ID;
        event.tid = tid;
        int id = -1;
        if (::syscall(SYS_timer_create, thread_cpu_clock(tid), &event, &id) != 0) { return errno; }
        id_ = id;
        return 0;
    }

    /// Lets it expire first when the thread has used `first_ns` more, then each `interval_ns`.
    /// Returns 0 or an errno.
    [[nodiscard]] int run(std::uint64_t first_ns, std::uint64_t interval_ns) noexcept {
        itimerspec times{};
        times.it_value = to_timespec(first_ns);
        times.it_interval = to_timespec(interval_ns);
        return ::syscall(SYS_timer_settime, id_, 0, &times, nullptr) == 0 ? 0 : errno;
    }

    /// False when its thread has ended, even if another has got the same number since. Running
    /// only.
    [[nodiscard]] bool alive() const noexcept {
        itimerspec left{};
        return ::syscall(SYS_timer_gettime, id_, &left) == 0 &&
               (left.it_value.tv_sec != 0 || left.it_value.tv_nsec != 0);
    }

    void remove() noexcept {
        if (id_ >= 0) { ::syscall(SYS_timer_delete, id_); }
        id_ = -1;
    }

    [[nodiscard]] bool exists() const noexcept { return id_ >= 0; }

private:
    int id_ = -1;
};

/// Returns the numbers of all threads of this process, sorted; none when /proc cannot be read.
[[nodiscard]] inline std::vector<pid_t> list_threads() {
    std::vector<pid_t> tids;
    DIR* directory = ::opendir("/proc/self/task");
    if (directory == nullptr) { return tids; }
    while (const dirent* entry = ::readdir(directory)) {
        const long tid = std::strtol(entry->d_name, nullptr, 10);
        if (tid > 0) { tids.push_back(static_cast<pid_t>(tid)); }
    }
    ::closedir(directory);
    std::sort(tids.begin(), tids.end());
    return tids;
}

/// Returns the name of a thread of this process; empty when it has ended.
[[nodiscard]] inline std::string thread_name(pid_t tid) {
    const result<file_descriptor> file =
        open_file("/proc/self/task/" + std::to_string(tid) + "/comm");
    char text[64]; // names have at most 15 bytes, those of workers of the kernel's some more
    const std::size_t size = file ? descriptor_source{file.value.get()}(text, sizeof text) : 0;
    std::string name(text, size);
    if (!name.empty() && name.back() == '\n') { name.pop_back(); }
    return name;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
