// examples/cooperative_loop.hpp - a cooperative event loop, a server on it, and two worlds.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
// The loop knows time, connections and CPU only through its world. In the virtual world the clock
// jumps to whatever happens next: nothing sleeps, and every run is the same to the last bit. The
// real world is a server on 127.0.0.1 with a thread for each client, and its blocks burn CPU.
//
//     workload asked;
//     asked.clients = 5;
//     outcome exact = run<virtual_world>(asked);
//     outcome measured = run<real_world>(asked);
#ifndef WICK_EXAMPLES_COOPERATIVE_LOOP_HPP
#define WICK_EXAMPLES_COOPERATIVE_LOOP_HPP

#include <wick/detail/posix.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

constexpr double forever = std::numeric_limits<double>::infinity();

// What the clients do, what a handler does, and how it is run. Times are in seconds.
struct workload {
    int clients = 1;
    int calls = 100;       // of all clients together
    double block = 0.05;   // CPU of a handler
    double wait = 0.1;     // its wait for somebody else, which blocks nobody
    double think = 0.001;  // a client's pause between a reply and its next call
    double overhead = 0;   // CPU of a handler beside its block, half at its start, half at its end
    double slice = 0;      // a handler yields after so much of its block; 0: never
    double poll_every = 0; // the loop polls when so much time has passed; 0: when nobody is ready
    int workers = 0;       // threads that take the blocks off the loop; 0: none
    double enough = 60;    // no client of the real world calls after so much time,
    double limit = 120;    // and none waits for a reply after so much
    std::vector<double> starts; // when each client makes its first call; missing ones: at 0
};

struct span {
    double begin = 0, end = 0;
};

// One call, in the order in which things happen to it. Times are those of the world's clock.
struct call {
    double sent = 0;     // by the client
    double began = 0;    // the handler's first instruction: what was before it, no server measures
    double blocked = 0;  // the end of its block
    double due = 0;      // the end of its wait
    double finished = 0; // the handler's last instruction
    double received = 0; // by the client; 0: no reply came
    double left = 0;     // of the block
};

// CPU that one call took while all others stood still.
struct cpu_block {
    int id;
    span time;
};

// One turn of the loop: what a poll brought, and who ran after it.
struct loop_turn {
    double at = 0;    // of the poll
    double until = 0; // the end of the last block
    std::vector<int> replied, began, blocked;
};

struct outcome {
    std::vector<call> calls; // by their number
    std::vector<cpu_block> blocks;
    std::vector<loop_turn> turns;
    double elapsed = 0; // from the first call to the last reply
    double cpu = 0;     // of the server: its loop and its workers
    std::string problem;
};

// ---- the loop ---------------------------------------------------------------------------------

// Runs callables one after the other on one thread: those that are ready first in, first out, until
// none is left, also those that were added meanwhile. Only then it polls: due timers run at once,
// in the order in which they are due; all connections that wait are accepted; what else came is
// run. Python's gevent works in this order. With `poll_every`, it polls when that time has passed
// too.
template <class World>
class cooperative_loop {
public:
    using callable = std::function<void()>;

    cooperative_loop(World& world, double poll_every)
        : world_(world)
        , poll_every_(poll_every) {}

    void soon(callable run) { ready_.push_back(std::move(run)); }
    void after(double seconds, callable run) {
        timers_.push_back({world_.now() + seconds, order_++, std::move(run)});
        std::push_heap(timers_.begin(), timers_.end());
    }

    /// Runs until the world is over. `accepted(connection)` is called with each new connection.
    template <class Accepted>
    void run(const Accepted& accepted) {
        while (!world_.over()) {
            world_.wait(!ready_.empty()   ? world_.now()
                        : timers_.empty() ? forever
                                          : timers_.front().due);
            const double polled = world_.now();
            run_due();
            for (int c = world_.accept(); c >= 0; c = world_.accept()) { accepted(c); }
            for (callable come = world_.arrived(); come; come = world_.arrived()) { come(); }
            run_ready(polled);
        }
    }

private:
    struct timer {
        double due;
        std::uint64_t order;
        callable run;
        bool operator<(const timer& other) const { // the first one due is the heap's greatest
            return due != other.due ? due > other.due : order > other.order;
        }
    };
    World& world_;
    double poll_every_;
    std::deque<callable> ready_;
    std::vector<timer> timers_;
    std::uint64_t order_ = 0;

    void run_due() {
        while (!timers_.empty() && timers_.front().due <= world_.now()) {
            std::pop_heap(timers_.begin(), timers_.end());
            const callable run = std::move(timers_.back().run);
            timers_.pop_back();
            run();
        }
    }
    void run_ready(double polled) {
        while (!ready_.empty()) {
            const callable run = std::move(ready_.front());
            ready_.pop_front();
            run();
            if (poll_every_ > 0 && world_.now() - polled >= poll_every_) { return; }
        }
    }
};

// ---- the server -------------------------------------------------------------------------------

// The talk's handler: take the time, yield, block for 50 ms, wait for 100 ms, take the time again.
// A state machine, one method a state, as C++17 has no coroutines.
template <class World>
class cooperative_server {
public:
    cooperative_server(World& world, const workload& asked, outcome& made)
        : world_(world)
        , asked_(asked)
        , made_(made)
        , loop_(world, asked.poll_every) {}

    void run() {
        loop_.run([this](int connection) { loop_.soon([this, connection] { read(connection); }); });
    }

private:
    World& world_;
    const workload& asked_;
    outcome& made_;
    cooperative_loop<World> loop_;

    void read(int connection) {
        const int id = world_.request(connection);
        if (id == World::refused) { return; }
        if (id == World::incomplete) {
            world_.when_readable(connection, [this, connection] { read(connection); });
            return;
        }
        world_.work(asked_.overhead / 2);
        call& c = made_.calls[static_cast<std::size_t>(id)];
        c.began = world_.now();
        c.left = asked_.block;
        turn().began.push_back(id);
        loop_.soon(
            [this, connection, id] { block(connection, id); }); // polite: others may go first
    }

    void block(int connection, int id) {
        if (asked_.workers > 0) {
            world_.offload(asked_.block,
                           [this, connection, id](span ran) { blocked(connection, id, ran); });
            return;
        }
        call& c = made_.calls[static_cast<std::size_t>(id)];
        const double piece = asked_.slice > 0 ? std::min(asked_.slice, c.left) : c.left;
        span ran{world_.now(), 0};
        world_.work(piece);
        ran.end = world_.now();
        c.left -= piece;
        turn().blocked.push_back(id);
        turn().until = ran.end;
        if (c.left > 1e-9) {
            made_.blocks.push_back({id, ran});
            loop_.soon([this, connection, id] { block(connection, id); });
            return;
        }
        blocked(connection, id, ran);
    }

    void blocked(int connection, int id, span ran) {
        made_.blocks.push_back({id, ran});
        call& c = made_.calls[static_cast<std::size_t>(id)];
        c.blocked = world_.now();
        c.due = c.blocked + asked_.wait;
        loop_.after(asked_.wait, [this, connection, id] { finish(connection, id); });
    }

    void finish(int connection, int id) {
        world_.work(asked_.overhead / 2);
        made_.calls[static_cast<std::size_t>(id)].finished = world_.now();
        turn().replied.push_back(id);
        world_.reply(connection, id);
    }

    // The turn that runs now; polls that bring nothing leave none.
    loop_turn& turn() {
        const double polled = world_.polled();
        if (made_.turns.empty() || made_.turns.back().at < polled) {
            made_.turns.emplace_back();
            made_.turns.back().at = polled;
        }
        return made_.turns.back();
    }
};

// ---- the virtual world ------------------------------------------------------------------------

// Time is what the workload says: work moves the clock, a wait makes it jump to what is next. It is
// a double in seconds, as libev's and so gevent's is. Where two times are equal on paper, the
// rounding of their sums decides which is first, as tiny delays do in a real run; it is the same
// rounding on every machine with IEEE arithmetic.
class virtual_world {
public:
    static constexpr int incomplete = -1;
    static constexpr int refused = -2;

    virtual_world(const workload& asked, outcome& made)
        : asked_(asked)
        , made_(made)
        , free_at_(static_cast<std::size_t>(std::max(asked.workers, 1))) {
        for (int i = 0; i < asked.clients; ++i) {
            const auto at = static_cast<std::size_t>(i);
            call_at(at < asked.starts.size() ? asked.starts[at] : 0);
        }
    }

    [[nodiscard]] bool over() const { return replies_ == asked_.calls; }
    [[nodiscard]] double now() const { return now_; }
    [[nodiscard]] double polled() const { return polled_; }
    void wait(double until) {
        if (!arrivals_.empty()) { until = std::min(until, arrivals_.front().at); }
        if (!completions_.empty()) { until = std::min(until, completions_.front().at); }
        if (until != forever) { now_ = std::max(now_, until); }
        polled_ = now_;
    }
    [[nodiscard]] int accept() {
        event come;
        return take(arrivals_, come) ? come.id : -1;
    }
    [[nodiscard]] std::function<void()> arrived() {
        event come;
        return take(completions_, come) ? std::move(come.run) : nullptr;
    }
    [[nodiscard]] int request(int connection) { return connection; }
    void when_readable(int, const std::function<void()>&) {} // requests come whole
    void work(double seconds) {
        now_ += seconds;
        made_.cpu += seconds;
    }
    template <class Then>
    void offload(double seconds, const Then& then) {
        double& free_at = *std::min_element(free_at_.begin(), free_at_.end());
        const span ran{std::max(now_, free_at), std::max(now_, free_at) + seconds};
        free_at = ran.end;
        made_.cpu += seconds;
        add(completions_, {ran.end, order_++, -1, [=] { then(ran); }});
    }
    void reply(int, int id) {
        made_.calls[static_cast<std::size_t>(id)].received = now_;
        ++replies_;
        call_at(now_ + asked_.think);
    }
    void finish() { made_.elapsed = now_; }

private:
    struct event {
        double at = 0;
        std::uint64_t order = 0;
        int id = -1;
        std::function<void()> run;
        bool operator<(const event& other) const { // the first one is the heap's greatest
            return at != other.at ? at > other.at : order > other.order;
        }
    };
    const workload& asked_;
    outcome& made_;
    double now_ = 0, polled_ = 0;
    int calls_ = 0, replies_ = 0;
    std::uint64_t order_ = 0;
    std::vector<event> arrivals_, completions_; // heaps
    std::vector<double> free_at_;               // of each worker

    void call_at(double at) {
        if (calls_ == asked_.calls) { return; }
        made_.calls[static_cast<std::size_t>(calls_)].sent = at;
        add(arrivals_, {at, order_++, calls_++, nullptr});
    }
    static void add(std::vector<event>& heap, event one) {
        heap.push_back(std::move(one));
        std::push_heap(heap.begin(), heap.end());
    }
    bool take(std::vector<event>& heap, event& first) const {
        if (heap.empty() || heap.front().at > now_) { return false; }
        std::pop_heap(heap.begin(), heap.end());
        first = std::move(heap.back());
        heap.pop_back();
        return true;
    }
};

// ---- the real world ---------------------------------------------------------------------------

inline double thread_cpu() {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// A block is CPU time, so a loaded machine makes it longer, never shorter.
inline void burn(double seconds) {
    const double end = thread_cpu() + seconds;
    while (seconds > 0 && thread_cpu() < end) {}
}

// Threads that take blocks. What they have done is told by an eventfd, to be polled like the rest.
class worker_threads {
public:
    using clock = std::function<double()>;
    using done = std::function<void(span)>;

    worker_threads(int count, clock now, wick::error& problem)
        : now_(std::move(now))
        , event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        if (!event_) { problem = wick::detail::system_error("cannot make an eventfd", errno); }
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([this] { work(); });
        }
    }
    worker_threads(const worker_threads&) = delete;
    worker_threads& operator=(const worker_threads&) = delete;
    ~worker_threads() { stop(); }

    [[nodiscard]] int descriptor() const { return event_.get(); }
    void add(double seconds, done then) {
        const std::lock_guard<std::mutex> lock(mutex_);
        jobs_.push_back({seconds, std::move(then), {}});
        wake_.notify_one();
    }
    void wake_poll() const {
        const std::uint64_t count = 1; // the write fails only when 2^64 were not read
        [[maybe_unused]] const auto put = ::write(event_.get(), &count, sizeof count);
    }
    /// Moves what was done to the end of `to`.
    void collect(std::deque<std::function<void()>>& to) {
        std::uint64_t count = 0;
        if (::read(event_.get(), &count, sizeof count) < 0) { return; } // nothing is new
        const std::lock_guard<std::mutex> lock(mutex_);
        for (job& one : done_) {
            to.emplace_back([then = std::move(one.then), ran = one.ran] { then(ran); });
        }
        done_.clear();
    }
    /// Returns the CPU time of all workers, which end.
    double stop() {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            stopping_ = true;
            wake_.notify_all();
        }
        for (std::thread& one : threads_) { one.join(); }
        threads_.clear();
        return cpu_;
    }

private:
    struct job {
        double seconds;
        done then;
        span ran;
    };
    clock now_;
    wick::detail::file_descriptor event_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<job> jobs_;
    std::vector<job> done_;
    std::vector<std::thread> threads_;
    double cpu_ = 0;
    bool stopping_ = false;

    void work() {
        std::unique_lock<std::mutex> lock(mutex_);
        for (;;) {
            wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
            if (stopping_) { break; }
            job one = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            one.ran.begin = now_();
            burn(one.seconds);
            one.ran.end = now_();
            lock.lock();
            done_.push_back(std::move(one));
            wake_poll();
        }
        cpu_ += thread_cpu();
    }
};

// A server on 127.0.0.1, at a port that the system chooses, and its clients, a thread each. A call
// is a connection: GET /NUMBER. The clients' clock is the server's, and they note when they sent
// what, so that the time before a handler begins is known here, as it is to no server.
class real_world {
public:
    static constexpr int incomplete = -1;
    static constexpr int refused = -2;

    real_world(const workload& asked, outcome& made)
        : asked_(asked)
        , made_(made)
        , start_(std::chrono::steady_clock::now())
        , workers_(
              asked.workers, [this] { return now(); }, problem_) {
        if (!problem_) { listen(); }
        cpu_before_ = thread_cpu();
        at_work_ = asked.clients;
        for (int i = 0; i < asked.clients && !problem_; ++i) {
            clients_.emplace_back([this, i] { be_client(static_cast<std::size_t>(i)); });
        }
    }
    real_world(const real_world&) = delete;
    real_world& operator=(const real_world&) = delete;
    ~real_world() { finish(); }

    [[nodiscard]] bool over() const { return problem_ || at_work_ == 0 || now() >= asked_.limit; }
    [[nodiscard]] double now() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }
    [[nodiscard]] double polled() const { return polled_; }

    void wait(double until) {
        const double seconds = std::min(until, asked_.limit) - now();
        // Rounded up, as a wait that ends before a timer is due would only be made again.
        const int milliseconds = seconds <= 0 ? 0 : static_cast<int>(std::ceil(seconds * 1000));
        epoll_event events[64];
        const int count = ::epoll_wait(epoll_.get(), events, 64, milliseconds);
        polled_ = now();
        for (int i = 0; i < count; ++i) {
            const int fd = events[i].data.fd;
            if (fd == workers_.descriptor()) {
                workers_.collect(arrived_);
            } else if (fd != listener_.get()) {
                connection& c = connections_[static_cast<std::size_t>(fd)];
                if (c.readable) { arrived_.push_back(std::exchange(c.readable, nullptr)); }
            }
        }
    }
    [[nodiscard]] int accept() {
        int fd = -1;
        do {
            fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
        if (fd < 0) { return -1; }
        const auto at = static_cast<std::size_t>(fd);
        if (connections_.size() <= at) { connections_.resize(at + 1); }
        connections_[at] = connection();
        connections_[at].socket = wick::detail::file_descriptor(fd);
        return fd;
    }
    [[nodiscard]] std::function<void()> arrived() {
        if (arrived_.empty()) { return nullptr; }
        std::function<void()> first = std::move(arrived_.front());
        arrived_.pop_front();
        return first;
    }

    /// Returns the number of the call that a connection asks for. Whoever else found the port, and
    /// asks for something else, is turned away.
    [[nodiscard]] int request(int fd) {
        connection& c = connections_[static_cast<std::size_t>(fd)];
        char bytes[256];
        const auto got = ::recv(fd, bytes, sizeof bytes, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) { return incomplete; }
        if (got > 0) { c.text.append(bytes, static_cast<std::size_t>(got)); }
        if (got > 0 && c.text.find("\r\n\r\n") == std::string::npos && c.text.size() < 4096) {
            return incomplete;
        }
        const int id = got > 0 ? number_of(c.text) : refused;
        if (id == refused) { answer(fd, "HTTP/1.0 404 Not Found\r\n\r\n"); }
        return id;
    }
    void when_readable(int fd, std::function<void()> run) {
        epoll_event event{};
        event.events = EPOLLIN | EPOLLONESHOT;
        event.data.fd = fd;
        connection& c = connections_[static_cast<std::size_t>(fd)];
        const int change = std::exchange(c.watched, true) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
        c.readable = std::move(run);
        ::epoll_ctl(epoll_.get(), change, fd, &event);
    }
    void work(double seconds) { burn(seconds); }
    void offload(double seconds, worker_threads::done then) {
        workers_.add(seconds, std::move(then));
    }
    void reply(int fd, int) {
        answer(fd, "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n");
        ++replies_;
    }

    void finish() {
        if (finished_) { return; }
        finished_ = true;
        made_.cpu = thread_cpu() - cpu_before_;
        stopping_ = true;
        listener_ = {};
        connections_.clear(); // whoever still waits for a reply waits no longer
        for (std::thread& one : clients_) { one.join(); }
        made_.cpu += workers_.stop();
        double first = forever;
        for (const call& c : made_.calls) {
            if (c.received > 0) { first = std::min(first, c.sent); }
            made_.elapsed = std::max(made_.elapsed, c.received);
        }
        made_.elapsed -= first == forever ? 0 : first;
        if (problem_) { made_.problem = problem_.message(); }
        const int sent = std::min(calls_.load(), asked_.calls);
        if (!problem_ && replies_ != sent) {
            made_.problem = std::to_string(sent - replies_) + " of " + std::to_string(sent) +
                            " calls were not answered in time";
        }
    }

private:
    struct connection {
        wick::detail::file_descriptor socket;
        std::string text; // of the request
        std::function<void()> readable;
        bool watched = false;
    };
    const workload& asked_;
    outcome& made_;
    wick::error problem_;
    std::chrono::steady_clock::time_point start_;
    worker_threads workers_;
    wick::detail::file_descriptor listener_, epoll_;
    sockaddr_in address_{};
    std::vector<connection> connections_; // by descriptor
    std::deque<std::function<void()>> arrived_;
    std::vector<std::thread> clients_;
    std::atomic<int> calls_{0}, at_work_{0}; // clients that have not ended
    std::atomic<bool> stopping_{false};
    std::vector<char> asked_for_;
    double polled_ = 0, cpu_before_ = 0;
    int replies_ = 0;
    bool finished_ = false;

    [[nodiscard]] sockaddr* address() { return reinterpret_cast<sockaddr*>(&address_); }

    void listen() {
        asked_for_.resize(static_cast<std::size_t>(asked_.calls));
        listener_ = wick::detail::file_descriptor(
            ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        epoll_ = wick::detail::file_descriptor(::epoll_create1(EPOLL_CLOEXEC));
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK); // nobody outside of this machine
        socklen_t size = sizeof address_;
        if (!listener_ || !epoll_ || ::bind(listener_.get(), address(), size) != 0 ||
            ::listen(listener_.get(), 1024) != 0 ||
            ::getsockname(listener_.get(), address(), &size) != 0 || !watch(listener_.get()) ||
            !watch(workers_.descriptor())) {
            problem_ = wick::detail::system_error("cannot serve on 127.0.0.1", errno);
        }
    }
    [[nodiscard]] bool watch(int fd) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
    }
    [[nodiscard]] int number_of(const std::string& text) {
        if (text.compare(0, 5, "GET /") != 0) { return refused; }
        const long id = std::strtol(text.c_str() + 5, nullptr, 10);
        if (id < 0 || id >= asked_.calls) { return refused; }
        const bool again = std::exchange(asked_for_[static_cast<std::size_t>(id)], 1) != 0;
        return again ? refused : static_cast<int>(id);
    }
    void answer(int fd, std::string_view text) {
        // A client that is gone does not matter, and a few bytes fit into any socket's buffer.
        [[maybe_unused]] const auto put = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        connections_[static_cast<std::size_t>(fd)] = connection();
    }

    void be_client(std::size_t client) {
        if (client < asked_.starts.size()) { pause(asked_.starts[client]); }
        while (!stopping_ && now() < asked_.enough) {
            const int id = calls_.fetch_add(1);
            if (id >= asked_.calls) { break; }
            call& c = made_.calls[static_cast<std::size_t>(id)];
            c.sent = now();
            if (get(id)) { c.received = now(); }
            pause(asked_.think);
        }
        if (--at_work_ == 0) { workers_.wake_poll(); } // the loop need not wait for more
    }
    [[nodiscard]] bool get(int id) {
        const wick::detail::file_descriptor to(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        timeval limit{};
        limit.tv_sec = static_cast<time_t>(std::ceil(asked_.limit));
        ::setsockopt(to.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        if (::connect(to.get(), address(), sizeof address_) != 0) { return false; }
        const std::string ask = "GET /" + std::to_string(id) + " HTTP/1.0\r\n\r\n";
        if (::send(to.get(), ask.data(), ask.size(), MSG_NOSIGNAL) < 0) { return false; }
        std::string text;
        char bytes[256];
        for (auto got = ::recv(to.get(), bytes, sizeof bytes, 0); got > 0;
             got = ::recv(to.get(), bytes, sizeof bytes, 0)) {
            text.append(bytes, static_cast<std::size_t>(got));
        }
        return text.find(" 200 OK") != std::string::npos;
    }
    static void pause(double seconds) {
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    }
};

// ---- a run ------------------------------------------------------------------------------------

/// Serves all calls of a workload in a world. Calls without a reply, of which `problem` speaks, are
/// left out of the outcome.
template <class World>
outcome run(const workload& asked) {
    outcome made;
    made.calls.resize(static_cast<std::size_t>(asked.calls));
    {
        World world(asked, made);
        cooperative_server<World> server(world, asked, made);
        server.run();
        world.finish();
    }
    return made;
}

/// The same clients over several processes, each with a loop of its own: in turns here, as the
/// virtual world takes no time, and each on a thread of its own in the real one.
template <class World>
outcome run(const workload& asked, int processes) {
    if (processes == 1) { return run<World>(asked); }
    std::vector<workload> parts(static_cast<std::size_t>(processes), asked);
    std::vector<outcome> made(parts.size());
    std::vector<std::thread> threads;
    for (int i = 0; i < processes; ++i) {
        const auto at = static_cast<std::size_t>(i);
        // Parts whose sums are those of the whole.
        const auto part = [=](int all) { return all * (i + 1) / processes - all * i / processes; };
        parts[at].clients = part(asked.clients);
        parts[at].calls = part(asked.calls);
        threads.emplace_back([&, at] { made[at] = run<World>(parts[at]); });
    }
    for (std::thread& one : threads) { one.join(); }
    outcome all = std::move(made[0]);
    for (std::size_t i = 1; i < made.size(); ++i) {
        all.calls.insert(all.calls.end(), made[i].calls.begin(), made[i].calls.end());
        all.elapsed = std::max(all.elapsed, made[i].elapsed);
        all.cpu += made[i].cpu;
        if (all.problem.empty()) { all.problem = made[i].problem; }
    }
    all.blocks.clear(); // their numbers are each process's own
    all.turns.clear();
    return all;
}

#endif
