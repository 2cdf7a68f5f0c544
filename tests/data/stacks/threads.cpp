// A program whose stacks are known: what gdb, eu-stack and others print of it is tests/data.
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <pthread.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {
std::mutex lock;
std::condition_variable changed;

__attribute__((always_inline)) inline void wait_inlined(int ticket, const char* why) {
    std::unique_lock<std::mutex> held(lock);
    if (ticket >= 0 && why != nullptr) { changed.wait(held); }
}
__attribute__((noinline)) void worker(int ticket) {
    wait_inlined(ticket, "a (text) with \"brackets");
    asm volatile("");
}
template <class T>
struct task {
    std::vector<T> values;
    __attribute__((noinline)) int operator()(const std::string& name) const {
        worker(static_cast<int>(values.size() + name.size()));
        return 1;
    }
};
__attribute__((noinline)) int recurse(int depth) {
    if (depth > 0) { return recurse(depth - 1) + 1; }
    worker(depth);
    return 0;
}
void on_signal(int) { pause(); }
__attribute__((noinline)) void raiser() {
    std::signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    asm volatile("");
}
} // namespace

int main() {
    std::vector<std::thread> threads;
    threads.emplace_back([] { pthread_setname_np(pthread_self(), "pool 1"); recurse(3); });
    threads.emplace_back([] { pthread_setname_np(pthread_self(), "pool 2"); task<int>{}("x"); });
    threads.emplace_back([] {
        pthread_setname_np(pthread_self(), "a\"b;c");
        std::function<void(int)> f = [](int n) { worker(n); asm volatile(""); };
        f(7);
    });
    raiser();
    for (std::thread& t : threads) { t.join(); }
}
