// Threads that wait for a lock, for each other and for time: what perf sees of it is perf_sched.txt.
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <unistd.h>

namespace {
std::mutex lock;
std::condition_variable changed;
int given = 0;

__attribute__((noinline)) void take_one(int wanted) {
    std::unique_lock<std::mutex> held(lock);
    while (given < wanted) { changed.wait(held); }
}
__attribute__((noinline)) void give_one() {
    usleep(2000);
    std::unique_lock<std::mutex> held(lock);
    ++given;
    changed.notify_one();
}
} // namespace

int main() {
    std::thread taker([] {
        pthread_setname_np(pthread_self(), "the taker");
        for (int i = 1; i <= 3; ++i) { take_one(i); }
    });
    for (int i = 0; i < 3; ++i) { give_one(); }
    taker.join();
}
