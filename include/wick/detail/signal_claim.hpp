// wick/detail/signal_claim.hpp - a signal that nobody else in the process uses (Linux).
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SIGNAL_CLAIM_HPP
#define WICK_DETAIL_SIGNAL_CLAIM_HPP

#include <wick/result.hpp> // why there is none
#include <wick/version.hpp>

#include <cerrno> // errno
#include <string> // the text of refusals

#include <signal.h> // sigaction

WICK_BEGIN_NAMESPACE
namespace detail {

using signal_handler = void (*)(int, siginfo_t*, void*);

/// True when `handler` is what the process does on this signal.
[[nodiscard]] inline bool is_handled_by(int signal, signal_handler handler) noexcept {
    struct sigaction now {};
    return ::sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) != 0 &&
           now.sa_sigaction == handler;
}

/// True when nobody but `handler` has asked for this signal. One that is ignored counts as taken:
/// other profilers ignore theirs between two runs, and would take it back under ours.
[[nodiscard]] inline bool is_unclaimed(int signal, signal_handler handler) noexcept {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) != 0) { return false; }
    const bool by_default = (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL;
    return by_default || is_handled_by(signal, handler);
}

/// Installs the handler, once and for good: a signal may still be on its way when its timer is
/// gone, and what happens by default is the end of the process. All signals are blocked while it
/// runs, it uses the alternate stack where a thread has one, and interrupted calls are restarted
/// where that is possible.
[[nodiscard]] inline bool install(int signal, signal_handler handler) noexcept {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    ::sigfillset(&action.sa_mask);
    return ::sigaction(signal, &action, nullptr) == 0;
}

/// Returns the signal that `handler` is installed for now: `wanted`, or with 0 the first free one
/// of SIGPROF, SIGVTALRM and the real-time signals. Errors: it is none of these, or taken by
/// somebody else.
[[nodiscard]] inline result<int> claim_signal(int wanted, signal_handler handler) {
    if (wanted != 0) {
        const std::string named = "signal " + std::to_string(wanted);
        const bool sensible = wanted == SIGPROF || wanted == SIGVTALRM || wanted == SIGALRM ||
                              wanted == SIGUSR1 || wanted == SIGUSR2 ||
                              (wanted >= SIGRTMIN && wanted <= SIGRTMAX);
        if (!sensible) {
            return {0,
                    error{named + " is not one a sampler can use: SIGPROF, SIGVTALRM, SIGALRM, "
                                  "SIGUSR1, SIGUSR2 or a real-time signal"}};
        }
        if (!is_unclaimed(wanted, handler)) {
            return {0, error{named + " is taken by somebody else in this process"}};
        }
        return install(wanted, handler)
                   ? result<int>{wanted, {}}
                   : result<int>{0, error{named + " was refused by the system"}};
    }
    const int classic[] = {SIGPROF, SIGVTALRM};
    for (const int signal : classic) {
        if (is_unclaimed(signal, handler) && install(signal, handler)) { return {signal, {}}; }
    }
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) {
        if (is_unclaimed(signal, handler) && install(signal, handler)) { return {signal, {}}; }
    }
    return {0, error{"SIGPROF, SIGVTALRM and all real-time signals are taken by somebody else"}};
}

} // namespace detail
WICK_END_NAMESPACE

#endif
