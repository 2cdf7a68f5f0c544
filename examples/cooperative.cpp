// wick-cooperative - how 50 ms of CPU in an event loop ruin everybody's percentiles.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
//     g++ -std=c++17 -O2 -pthread -Iinclude examples/cooperative.cpp -o wick-cooperative
//     wick-cooperative
//     wick-cooperative --virtual --concurrency=20 --block=10 --log=40
//
// An experiment: a server with one cooperative loop, and clients that call it, first under a
// virtual clock, where every run is exact, then for real on 127.0.0.1. It shows what the server
// measures, what its clients measured meanwhile, who blocked whom, and what three remedies do.
#include "arguments.hpp"
#include "cooperative_loop.hpp"

#include <wick/latency.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

struct settings {
    workload load; // with the number of clients and their starts still open
    std::vector<int> concurrency;
    int real_calls = 40, log = 8, runs = 6, seed = 1;
    double stagger = 0, slice = 0.005, limit = 22;
    bool talk = false, remedies = true, only_remedies = false;
    bool with_virtual = true, with_real = true;
};

// ---- numbers of an outcome --------------------------------------------------------------------

struct series {
    std::vector<double> queue;    // from the call until its handler begins
    std::vector<double> service;  // from the handler's first instruction to its last
    std::vector<double> response; // from the call to the reply
};

bool answered(const call& c) {
    return c.received > 0;
}

series series_of(const outcome& o) {
    series made;
    for (const call& c : o.calls) {
        if (!answered(c)) { continue; }
        made.queue.push_back(c.began - c.sent);
        made.service.push_back(c.finished - c.began);
        made.response.push_back(c.received - c.sent);
    }
    return made;
}

// CPU of a call.
double work_of(const workload& load) {
    return load.block + load.overhead;
}
double per_second(const outcome& o) {
    const auto served = std::count_if(o.calls.begin(), o.calls.end(), answered);
    return o.elapsed > 0 ? static_cast<double>(served) / o.elapsed : 0;
}
double per_cpu_second(const outcome& o) {
    const auto served = std::count_if(o.calls.begin(), o.calls.end(), answered);
    return o.cpu > 0 ? static_cast<double>(served) / o.cpu : 0;
}

// Of whole nanoseconds, whose sums are exact: equal times have no deviation.
wick::summary described(std::vector<double> seconds, const std::vector<double>& quantiles) {
    for (double& s : seconds) { s = std::round(s * 1e9); }
    wick::summary made = wick::describe(std::move(seconds), quantiles).value;
    made.quantiles = quantiles; // a run without a single reply has none
    made.values.resize(quantiles.size());
    for (double& v : made.values) { v /= 1e9; }
    for (double* v : {&made.mean, &made.stddev, &made.least, &made.greatest}) { *v /= 1e9; }
    return made;
}
enum quantile { p50, p90, p99 };
wick::summary described(const std::vector<double>& seconds) {
    return described(seconds, {0.5, 0.9, 0.99});
}

// ---- text -------------------------------------------------------------------------------------

std::string text(double value, int decimals) {
    char digits[400];
    std::snprintf(digits, sizeof digits, "%.*f", decimals, value);
    return digits;
}
std::string seconds(double value) {
    return text(value, 3);
}
// 0.05 is "50 ms".
std::string milliseconds(double value) {
    const std::string digits = text(value * 1e3, 1);
    const bool whole = digits.substr(digits.size() - 2) == ".0";
    return (whole ? digits.substr(0, digits.size() - 2) : digits) + " ms";
}
std::string left(const std::string& cell, std::size_t width) {
    return cell + std::string(width > cell.size() ? width - cell.size() : 0, ' ');
}
std::string right(const std::string& cell, std::size_t width) {
    return std::string(width > cell.size() ? width - cell.size() : 0, ' ') + cell;
}
std::string plural(int n, const char* what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

void heading(const std::string& title) {
    static int number = 0;
    const std::string line = std::to_string(++number) + ". " + title;
    std::printf("\n%s\n%s\n\n", line.c_str(), std::string(line.size(), '=').c_str());
}
void row(const std::string& name, const std::vector<std::string>& cells, const char* after = "") {
    std::string line = left(name, 19);
    for (const std::string& cell : cells) { line += right(cell, 14); }
    std::printf("%s%s\n", line.c_str(), after);
}
void paragraph(const std::string& words) {
    std::size_t at = 0;
    while (at < words.size()) {
        std::size_t end = words.size() - at <= 88 ? words.size() : words.rfind(' ', at + 88);
        if (end == std::string::npos || end <= at) { end = words.size(); }
        std::printf("%s\n", words.substr(at, end - at).c_str());
        at = end + 1;
    }
}

// pandas' blocks side by side.
void describe_blocks(const std::vector<std::vector<double>>& columns) {
    std::vector<std::vector<std::string>> rows; // a name, then a cell of each column
    for (const std::vector<double>& column : columns) {
        const std::string block = wick::to_text(described(column, {0.25, 0.5, 0.75, 0.9}));
        std::size_t line = 0;
        for (std::size_t at = 0; block.compare(at, 5, "dtype") != 0; ++line) {
            const std::size_t end = block.find('\n', at);
            const std::string whole = block.substr(at, end - at);
            if (line == rows.size()) { rows.push_back({whole.substr(0, whole.find(' '))}); }
            rows[line].push_back(whole.substr(whole.rfind(' ') + 1));
            at = end + 1;
        }
    }
    for (const std::vector<std::string>& r : rows) {
        row(r[0], std::vector<std::string>(r.begin() + 1, r.end()));
    }
}

// ---- who blocked whom -------------------------------------------------------------------------

struct debt {
    int to;
    double time;
};

double overlap(span a, span b) {
    return std::max(0.0, std::min(a.end, b.end) - std::max(a.begin, b.begin));
}

// The blocks of others in the times in which a call waited for the loop, not for its backend.
std::vector<debt> blockers(const outcome& o, std::size_t id) {
    const call& c = o.calls[id];
    std::vector<debt> made;
    const auto over = [](const cpu_block& b, double at) { return b.time.end <= at; };
    auto b = std::lower_bound(o.blocks.begin(), o.blocks.end(), c.sent, over);
    for (; b != o.blocks.end() && b->time.begin < c.finished; ++b) {
        if (b->id == static_cast<int>(id)) { continue; }
        const double time =
            overlap(b->time, {c.sent, c.blocked}) + overlap(b->time, {c.due, c.finished});
        if (time < 5e-5) { continue; } // not to be seen in tenths of milliseconds
        made.push_back({b->id, time});
    }
    return made;
}

std::string numbers(const std::vector<int>& ids) {
    std::string made;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i == 12) { return made + " and " + std::to_string(ids.size() - i) + " more"; }
        made += (i == 0 ? "#" : " #") + std::to_string(ids[i]);
    }
    return made;
}

void turn_line(const loop_turn& t) {
    std::string line = right(seconds(t.at), 8) + "  ";
    if (!t.replied.empty()) { line += "replies to " + numbers(t.replied); }
    if (!t.began.empty()) {
        line += std::string(t.replied.empty() ? "" : "; ") + "begins " + numbers(t.began);
    }
    if (!t.blocked.empty()) {
        line += "; blocks: " + numbers(t.blocked) + ", deaf for " + milliseconds(t.until - t.at);
    }
    std::printf("%s\n", line.c_str());
}

void call_line(const outcome& o, std::size_t id, const workload& load) {
    const call& c = o.calls[id];
    const double extra = c.received - c.sent - load.block - load.wait;
    const std::vector<debt> all = blockers(o, id);
    double others = 0;
    std::string names;
    for (std::size_t i = 0; i < all.size(); ++i) {
        others += all[i].time;
        if (i == 6 && all.size() > 7) {
            names += ", and " + std::to_string(all.size() - i) + " more";
        }
        if (i >= 6 && all.size() > 7) { continue; }
        names +=
            (i == 0 ? ": #" : ", #") + std::to_string(all[i].to) + " " + text(all[i].time * 1e3, 0);
    }
    std::string line = right("#" + std::to_string(id), 6) + right(seconds(c.received - c.sent), 8) +
                       right(seconds(c.finished - c.began), 8);
    if (extra < 5e-5) {
        line += "  nothing extra";
    } else {
        line += right(milliseconds(extra), 9) + " extra";
        if (std::fabs(extra - others) >= 5e-5) { line += ", " + milliseconds(others) + " of it"; }
        line += " from blocks of other requests" + names;
    }
    std::printf("%s\n", line.c_str());
}

void server_log(const outcome& o, const workload& load, int rows) {
    const auto limit = static_cast<std::size_t>(rows);
    std::printf("      at  what the poll brings, and what runs until the next one\n");
    for (std::size_t i = 0; i < o.turns.size() && i < limit; ++i) { turn_line(o.turns[i]); }
    if (o.turns.size() > limit) {
        std::printf("          and %zu more turns (--log)\n", o.turns.size() - limit);
    }
    std::printf("\n  call  client  server  beyond its own %s and %s\n",
                milliseconds(load.block).c_str(),
                milliseconds(load.wait).c_str());
    for (std::size_t i = 0; i < o.calls.size() && i < limit; ++i) { call_line(o, i, load); }
    if (o.calls.size() > limit) {
        std::printf("        and %zu more calls (--log)\n", o.calls.size() - limit);
    }
}

// ---- three distributions ----------------------------------------------------------------------

// Rows are multiples of the block, as that is what values differ by.
void distributions(const series& s, double block) {
    const std::vector<const std::vector<double>*> columns{&s.queue, &s.service, &s.response};
    std::vector<std::vector<std::size_t>> counts;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        for (const double v : *columns[c]) {
            const auto at = static_cast<std::size_t>(std::lround(std::max(v, 0.0) / block));
            if (counts.size() <= at) { counts.resize(at + 1, std::vector<std::size_t>(3)); }
            ++counts[at][c];
        }
    }
    std::printf("%8s  %-24s%-24s%s\n", "about", "queue", "service", "response");
    bool skipped = false;
    for (std::size_t at = 0; at < counts.size(); ++at) {
        const std::vector<std::size_t>& n = counts[at];
        if (n[0] + n[1] + n[2] == 0) {
            skipped = true;
            continue;
        }
        if (std::exchange(skipped, false)) { std::printf("%8s\n", "..."); }
        std::string line = right(seconds(static_cast<double>(at) * block), 8) + "  ";
        for (std::size_t c = 0; c < 3; ++c) {
            const std::size_t length = (n[c] * 18 + s.queue.size() - 1) / s.queue.size();
            const std::string bar(length, '#');
            line += left(n[c] == 0 ? "" : bar + " " + std::to_string(n[c]), 24);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        std::printf("%s\n", line.c_str());
    }
}

// What a call's time went to, as a mean over some calls.
struct shares {
    double queue = 0, turn = 0, block = 0, wait = 0, late = 0, rest = 0, response = 0;
};

shares shares_of(const outcome& o, const workload& load, double at_least) {
    shares made;
    double n = 0;
    for (const call& c : o.calls) {
        if (!answered(c) || c.received - c.sent < at_least - 1e-9) { continue; }
        ++n;
        made.queue += c.began - c.sent;
        made.turn += c.blocked - c.began - load.block;
        made.block += load.block;
        made.wait += load.wait;
        made.late += c.finished - c.due;
        made.rest += c.received - c.finished;
        made.response += c.received - c.sent;
    }
    for (double* sum : {&made.queue,
                        &made.turn,
                        &made.block,
                        &made.wait,
                        &made.late,
                        &made.rest,
                        &made.response}) {
        *sum = n > 0 ? *sum / n : 0;
    }
    return made;
}

void share_rows(const std::vector<shares>& all) {
    const auto line = [&](const char* name, double shares::*what, const char* after = "") {
        std::vector<std::string> cells;
        for (const shares& s : all) { cells.push_back(seconds(s.*what)); }
        row(name, cells, after);
    };
    line("before it began", &shares::queue, "  the server cannot see this");
    line("before its block", &shares::turn, "  others blocked first");
    line("its own block", &shares::block);
    line("its own wait", &shares::wait);
    line("after its wait", &shares::late, "  others blocked when it was due");
    line("response", &shares::response);
}

// ---- the virtual run --------------------------------------------------------------------------

workload with_clients(const settings& set, int clients) {
    workload made = set.load;
    made.clients = clients;
    for (int i = 0; i < clients; ++i) { made.starts.push_back(i * set.stagger); }
    return made;
}

// Splitmix64: the same numbers from the same seed on every machine, from 0 to 1.
class random_numbers {
public:
    explicit random_numbers(int seed)
        : state_(static_cast<std::uint64_t>(seed)) {}
    double operator()() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        return static_cast<double>((z ^ z >> 31) >> 11) * 0x1p-53;
    }

private:
    std::uint64_t state_;
};

// Means, standard deviations and so on that the talk showed in 2016, for Python's gevent.
struct talk_row {
    int clients;
    double figures[7];
};
constexpr talk_row talk_rows[] = {
    {5, {0.199, 0.053, 0.153, 0.161, 0.164, 0.265, 0.372}},
    {10, {0.333, 0.102, 0.155, 0.265, 0.274, 0.427, 0.543}},
    {15, {0.687, 0.194, 0.323, 0.636, 0.643, 0.694, 1.437}},
};

std::vector<std::string> titles(const std::vector<int>& concurrency) {
    std::vector<std::string> made;
    for (const int n : concurrency) { made.push_back(plural(n, "client")); }
    return made;
}

void the_talks_figures() {
    std::printf("\nThe talk measured, with gevent (mean, std, min, 25%%, 50%%, 75%%, max):\n");
    for (const talk_row& r : talk_rows) {
        std::vector<std::string> cells;
        std::string line = left(plural(r.clients, "client"), 19);
        for (const double f : r.figures) { line += right(seconds(f), 8); }
        std::printf("%s\n", line.c_str());
    }
}

void throughput_rows(const settings& set, const std::vector<outcome>& runs) {
    std::vector<std::string> rates, cpu, law;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        rates.push_back(text(per_second(runs[i]), 2));
        cpu.push_back(text(per_cpu_second(runs[i]), 2));
        const double busy = set.concurrency[i] * work_of(set.load) - set.load.think;
        law.push_back(busy > work_of(set.load) + set.load.wait ? seconds(busy) : "-");
    }
    row("calls/s", rates, ("  at most " + text(1 / work_of(set.load), 2)).c_str());
    row("calls/CPU second", cpu);
    row("N * S - Z", law);
}

// ---- remedies ---------------------------------------------------------------------------------

struct remedy {
    std::string name;
    workload load;
    int processes = 1;
};

std::vector<remedy> remedies_for(const settings& set, int clients) {
    const workload plain = with_clients(set, clients);
    // Enough workers that a block finds one free: so many of the clients are in it at a time.
    const double share = plain.block / (plain.block + plain.wait);
    const int enough = std::max(1, static_cast<int>(std::ceil(clients * share - 1e-9)));
    const int few = std::max(1, enough / 2);
    std::vector<remedy> made{{"none", plain, 1}};
    std::vector<int> counts{enough};
    if (few > 1 && few < enough) { counts.insert(counts.begin(), few); }
    for (const int processes : counts) {
        if (processes < 2) { continue; }
        made.push_back({std::to_string(processes) + " processes", plain, processes});
    }
    made.push_back({"poll every " + milliseconds(set.slice), plain, 1});
    made.back().load.poll_every = set.slice;
    made.push_back({"yield every " + milliseconds(set.slice), plain, 1});
    made.back().load.slice = set.slice;
    made.back().load.poll_every = set.slice; // else those who yield only take turns in the convoy
    for (const int workers : counts) {
        made.push_back({plural(workers, "worker"), plain, 1});
        made.back().load.workers = workers;
    }
    return made;
}

void print_line(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    std::printf("%s\n", line.c_str());
}

void result_head(const std::string& first) {
    print_line(left("", 28) + "  server         | clients" + left("", 33) +
               "| calls/s  a CPU s  CPUs");
    print_line(left(first, 28) + "    mean     p90 |    mean     p50     p90     p99     max |");
}

void result_row(const std::string& name, const outcome& o) {
    const series s = series_of(o);
    const wick::summary server = described(s.service);
    const wick::summary users = described(s.response);
    std::printf("%-28s%8.3f%8.3f |%8.3f%8.3f%8.3f%8.3f%8.3f |%8.2f%9.2f%6.2f\n",
                name.c_str(),
                server.mean,
                server.values[p90],
                users.mean,
                users.values[p50],
                users.values[p90],
                users.values[p99],
                users.greatest,
                per_second(o),
                per_cpu_second(o),
                o.elapsed > 0 ? o.cpu / o.elapsed : 0);
}

std::string change(double before, double after) {
    const double percent = before > 0 ? (after / before - 1) * 100 : 0;
    const std::string digits = text(std::fabs(percent), 0);
    if (digits == "0") { return "0 %"; }
    return (percent < 0 ? "-" : "+") + digits + " %";
}

const char* idea(const remedy& r) {
    if (r.processes > 1) { return "fewer requests a process: shorter convoys, more CPUs"; }
    if (r.load.workers > 0) { return "blocks run on threads, never on the loop"; }
    if (r.load.slice > 0) { return "a fair handler: nobody waits for a whole block"; }
    return "a fair loop: accepts and replies between blocks";
}

void remedies(const settings& set) {
    const int clients = set.concurrency.back();
    heading("Remedies: " + plural(clients, "client"));
    result_head("virtual clock");
    std::vector<remedy> all = remedies_for(set, clients);
    std::vector<outcome> made;
    for (const remedy& r : all) {
        made.push_back(run<virtual_world>(r.load, r.processes));
        result_row(r.name, made.back());
    }
    std::printf("\nbeside none:        server mean  clients' mean      p50      p90\n");
    const series before = series_of(made[0]);
    const wick::summary server = described(before.service);
    const wick::summary users = described(before.response);
    for (std::size_t i = 1; i < all.size(); ++i) {
        const wick::summary s = described(series_of(made[i]).service);
        const wick::summary u = described(series_of(made[i]).response);
        print_line(left(all[i].name, 20) + right(change(server.mean, s.mean), 11) +
                   right(change(users.mean, u.mean), 15) +
                   right(change(users.values[p50], u.values[p50]), 9) +
                   right(change(users.values[p90], u.values[p90]), 9) + "  " + idea(all[i]));
    }
    std::printf("\n");
    paragraph("Fairness moves the waiting: from the unlucky to everybody, and with a fair loop to "
              "where the server does not look. One CPU still serves one CPU's calls, so the "
              "clients' mean stays. More CPUs shorten it, once the blocks are off the loop or "
              "spread over several; with as many as are needed, a call takes what it takes alone. "
              "None of these makes a call cheaper: calls a CPU second stay. A shorter block would, "
              "and moves every number here.");
}

// ---- the story, under the virtual clock -------------------------------------------------------

void in_short(const settings& set, const outcome& most) {
    const wick::summary users = described(series_of(most).response);
    const shares slow = shares_of(most, set.load, users.values[p90]);
    const double others = slow.queue + slow.turn + slow.late;
    std::printf("\n");
    paragraph("In short: alone, a call takes " + milliseconds(set.load.block + set.load.wait) +
              ". With " + plural(set.concurrency.back(), "client") + " the mean is " +
              seconds(users.mean) + " s and p90 is " + seconds(users.values[p90]) +
              " s: the calls at p90 and slower spend " + text(others / slow.response * 100, 0) +
              " % of their time in blocks of other requests, which the loop runs in convoys while "
              "nobody is accepted, resumed or answered.");
}

void what_both_sides_measure(const settings& set, const std::vector<outcome>& runs) {
    std::vector<std::vector<double>> server, users;
    for (const outcome& o : runs) {
        const series s = series_of(o);
        server.push_back(s.service);
        users.push_back(s.response);
    }
    heading("What the server measures: a handler's first instruction to its last, in seconds");
    row("", titles(set.concurrency));
    describe_blocks(server);
    if (set.talk) { the_talks_figures(); }
    heading("What its clients measure: from the call to the reply, in seconds");
    row("", titles(set.concurrency));
    describe_blocks(users);
    std::printf("\n");
    throughput_rows(set, runs);
    std::printf("\n");
    paragraph(
        "One loop has one CPU, and S = " + milliseconds(work_of(set.load)) +
        " of it go to each call. Once N clients keep it busy, each gets a reply every N * S, "
        "and waits for all of that but the Z = " +
        milliseconds(set.load.think) +
        " in which it thinks: the mean is N * S - Z, whatever the loop does. The server shows "
        "less: a call that comes while handlers block is not accepted until they have done, "
        "and only then its handler begins to measure.");
}

void where_time_goes(const settings& set, const std::vector<outcome>& runs) {
    heading("Where the time goes: mean of all calls, in seconds");
    std::vector<shares> all, slow;
    for (const outcome& o : runs) {
        all.push_back(shares_of(o, set.load, 0));
        slow.push_back(shares_of(o, set.load, described(series_of(o).response).values[p90]));
    }
    row("", titles(set.concurrency));
    share_rows(all);
    std::printf("\nand of the calls at p90 and slower:\n\n");
    share_rows(slow);
    heading("Queue, service and response: calls by seconds, " +
            plural(set.concurrency.back(), "client"));
    distributions(series_of(runs.back()), set.load.block);
    std::printf("\n");
    paragraph("queue: from the call until its handler begins; service: what the server measures; "
              "response: both, and what users feel. Times are whole blocks apart, as a convoy is a "
              "whole number of them: quantiles jump from one row to another, and an average of the "
              "rows is a time that nobody had.");
}

void cycles(const settings& set) {
    const int clients = set.concurrency[set.concurrency.size() / 2];
    heading("How it began decides what it looks like: " + plural(clients, "client"));
    print_line(left("", 10) + "  server         | clients");
    print_line(left("run", 10) + "    mean     p90 |    mean     p50     p90");
    random_numbers random(set.seed);
    for (int i = 0; i < set.runs; ++i) {
        workload load = with_clients(set, clients);
        for (double& start : load.starts) { start = random() * (load.block + load.wait); }
        const series s = series_of(run<virtual_world>(load));
        const wick::summary server = described(s.service);
        const wick::summary users = described(s.response);
        std::printf("%-10d%8.3f%8.3f |%8.3f%8.3f%8.3f\n",
                    i + 1,
                    server.mean,
                    server.values[p90],
                    users.mean,
                    users.values[p50],
                    users.values[p90]);
    }
    std::printf("\n");
    paragraph(
        "Clients began at random within " + milliseconds(set.load.block + set.load.wait) +
        " (--seed=" + std::to_string(set.seed) +
        "); code, load and machine are the same. The order of the first calls picks a cycle, "
        "and a run stays in it. The clients' mean hardly moves, as it is the law's; one run's "
        "quantiles are one row's, so measure several runs.");
}

void virtual_story(const settings& set) {
    if (set.only_remedies) { return remedies(set); }
    std::vector<outcome> runs;
    for (const int n : set.concurrency) {
        runs.push_back(run<virtual_world>(with_clients(set, n)));
    }
    in_short(set, runs.back());
    std::printf("\nFirst under a virtual clock, where nothing sleeps and all figures are exact; "
                "%s a run.\n",
                plural(set.load.calls, "call").c_str());
    what_both_sides_measure(set, runs);
    if (set.log > 0) {
        // Of the first number of clients that is enough for a convoy, if there is any.
        std::size_t told = 0;
        while (told + 1 < runs.size() && set.concurrency[told] < 3) { ++told; }
        heading("Who blocked whom: the server's log, " + plural(set.concurrency[told], "client"));
        server_log(runs[told], set.load, set.log);
    }
    where_time_goes(set, runs);
    if (set.runs > 0) { cycles(set); }
    if (set.remedies) { remedies(set); }
}

// ---- the real run -----------------------------------------------------------------------------

class real_story {
public:
    explicit real_story(const settings& set)
        : set_(set)
        , start_(std::chrono::steady_clock::now()) {}

    /// Returns what went wrong, or "".
    std::string tell() {
        std::vector<remedy> plain;
        for (const int n : set_.concurrency) {
            plain.push_back({plural(n, "client"), with_clients(set_, n), 1});
        }
        const int most = set_.concurrency.back();
        std::vector<remedy> cures = remedies_for(set_, most);
        if (set_.only_remedies) {
            plain.clear();
        } else {
            cures.erase(cures.begin()); // measured with the plain ones
        }
        if (!set_.remedies) { cures.clear(); }
        open_ = plain.size() + cures.size();
        const auto cores = static_cast<int>(std::thread::hardware_concurrency());
        if (!plain.empty()) {
            heading("For real: a server on 127.0.0.1, " + plural(cores, "core"));
            result_head("clients");
            for (const remedy& r : plain) { measure(r); }
        }
        if (!cures.empty()) {
            heading("The remedies for real: " + plural(most, "client") + ", " +
                    plural(cores, "core"));
            result_head("remedy");
            for (const remedy& r : cures) { measure(r); }
        }
        conclude(cores);
        return problem_;
    }

private:
    const settings& set_;
    std::chrono::steady_clock::time_point start_;
    std::size_t open_ = 0; // runs that are still to be made
    std::string problem_;
    bool cut_ = false;
    double longest_ = 0; // mean block of a run on one loop, by the clock
    double fastest_ = 0; // calls a second of such a run

    void measure(const remedy& r) {
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
        const double share = (set_.limit - passed.count()) / static_cast<double>(open_--);
        workload load = r.load;
        // One client alone always sees the same: a few calls tell it.
        load.calls = load.clients == 1 ? std::max(1, set_.real_calls / 4) : set_.real_calls;
        load.enough = share;
        load.limit = load.enough + 30;
        if (share < load.block) {
            std::printf("%-28s  left out: no time (--limit)\n", r.name.c_str());
            cut_ = true;
            return;
        }
        const outcome made = run<real_world>(load, r.processes);
        if (!made.problem.empty() && problem_.empty()) { problem_ = r.name + ": " + made.problem; }
        const auto served = std::count_if(made.calls.begin(), made.calls.end(), answered);
        const bool all = served == load.calls;
        cut_ = cut_ || !all;
        result_row(r.name + (all ? "" : " (" + std::to_string(served) + " calls)"), made);
        result_row("   virtual clock", run<virtual_world>(load, r.processes));
        std::fflush(stdout);
        note(r, made);
    }

    void note(const remedy& r, const outcome& made) {
        if (r.processes > 1 || r.load.workers > 0) { return; }
        fastest_ = std::max(fastest_, per_second(made));
        if (r.load.slice > 0 || made.blocks.empty()) { return; }
        double sum = 0;
        for (const cpu_block& b : made.blocks) { sum += b.time.end - b.time.begin; }
        longest_ = std::max(longest_, sum / static_cast<double>(made.blocks.size()));
    }

    void conclude(int cores) const {
        std::printf("\n");
        std::string words = "At most " + plural(set_.real_calls, "call") +
                            " a run, a quarter where there is one client, so that all of it takes "
                            "seconds; the virtual clock's rows are of all of them.";
        if (cut_) { words += " Where there are fewer, there was no time for more (--limit)."; }
        paragraph(words);
        paragraph("One loop served " + text(fastest_, 2) +
                  " calls a second at most; the limit is " + text(1 / work_of(set_.load), 2) +
                  ". Workers and processes are worth as many as there are cores for them: " +
                  plural(cores, "core") + " can serve " + text(cores / work_of(set_.load), 0) +
                  ".");
        if (longest_ > set_.load.block * 1.1) {
            paragraph("This machine was busy with other things: " + milliseconds(set_.load.block) +
                      " of CPU took up to " + milliseconds(longest_) +
                      " by the clock in the mean, and the figures are larger by that.");
        }
    }
};

// ---- the command line -------------------------------------------------------------------------

std::vector<int> numbers_of(const arguments& args, const std::string& list) {
    std::vector<int> made;
    const char* at = list.c_str();
    do {
        char* end = nullptr;
        const long n = std::strtol(at, &end, 10);
        if (end == at || (*end != ',' && *end != '\0') || n < 1 || n > 200) {
            args.fail("--concurrency needs numbers from 1 to 200, as 1,5,10,15, not \"" + list +
                      "\"");
        }
        made.push_back(static_cast<int>(n));
        at = *end == ',' ? end + 1 : end;
        if (*end == ',' && *at == '\0') { args.fail("--concurrency ends with a comma"); }
    } while (*at != '\0');
    return made;
}

settings settings_of(int argc, char** argv) {
    settings set;
    std::string concurrency = "1,5,10,15";
    double block = 50, wait = 100, think = 1, stagger = 0, overhead = 0, slice = 5;
    bool only_virtual = false, only_real = false;
    arguments args("wick-cooperative",
                   "",
                   "Serves clients with one cooperative event loop whose handlers block it, and "
                   "shows what that does to\neverybody's latency: under a virtual clock, then for "
                   "real on 127.0.0.1. Times are in milliseconds.");
    args.flag("virtual", 0, "only the virtual clock", only_virtual);
    args.flag("real", 0, "only the real server", only_real);
    args.text("concurrency", 'c', "N,N...", "clients of each run", concurrency);
    args.number("requests", 'n', "N", "calls of a virtual run", set.load.calls, 1, 100000);
    args.number("real-requests", 0, "N", "calls of a real run", set.real_calls, 1, 10000);
    args.number("block", 'b', "MS", "CPU that a handler takes at once", block, 0.1, 1000);
    args.number("wait", 'w', "MS", "what it waits for without blocking", wait, 0, 10000);
    args.number("think", 't', "MS", "a client's pause after a reply", think, 0, 10000);
    args.number("stagger", 0, "MS", "between the first calls of two clients", stagger, 0, 1000);
    args.number("overhead", 0, "MS", "CPU of a handler beside its block", overhead, 0, 1000);
    args.number("slice", 0, "MS", "what fair loops and handlers take at once", slice, 0.1, 1000);
    args.number("log", 'l', "ROWS", "of the server's log to show", set.log, 0, 1000000);
    args.number("runs", 0, "N", "runs that begin at random", set.runs, 0, 1000);
    args.number("seed", 's', "N", "of these runs", set.seed, 0, 2000000000);
    bool no_remedies = false;
    args.flag("remedies", 'r', "nothing but the remedies", set.only_remedies);
    args.flag("no-remedies", 0, "everything but the remedies", no_remedies);
    args.flag("talk", 0, "the talk's own times, and its figures beside", set.talk);
    args.number("limit", 0, "S", "seconds that all real runs may take", set.limit, 0.1, 3600);
    if (!args.parse(argc, argv).empty()) { args.fail("takes no files (see --help)"); }
    if (set.talk) {
        block = 52.7;
        wait = 101.2;
        think = 5.5;
        stagger = 2.6;
        overhead = 1;
    }
    set.load.block = block / 1e3;
    set.load.wait = wait / 1e3;
    set.load.think = think / 1e3;
    set.load.overhead = overhead / 1e3;
    set.stagger = stagger / 1e3;
    set.slice = slice / 1e3;
    set.concurrency = numbers_of(args, concurrency);
    set.with_virtual = !only_real || only_virtual;
    set.with_real = !only_virtual || only_real;
    set.remedies = !no_remedies || set.only_remedies;
    return set;
}

} // namespace

int main(int argc, char** argv) {
    const settings set = settings_of(argc, argv);
    const workload& load = set.load;
    std::printf("%s of CPU in an event loop, and what they do to everybody's percentiles\n\n",
                milliseconds(load.block).c_str());
    paragraph("A server has one cooperative loop. A handler takes the time, yields to others, "
              "computes for " +
              milliseconds(load.block) + ", waits " + milliseconds(load.wait) +
              " for a database, which blocks nobody, and takes the time again. A client calls, "
              "waits for the reply, thinks for " +
              milliseconds(load.think) + ", and calls again.");
    if (set.with_virtual) { virtual_story(set); }
    if (!set.with_real) { return 0; }
    const std::string problem = real_story(set).tell();
    if (problem.empty()) { return 0; }
    std::fprintf(stderr, "wick-cooperative: %s\n", problem.c_str());
    return 1;
}
