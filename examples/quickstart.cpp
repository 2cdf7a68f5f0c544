// wick-quickstart - samples a program while it works: which functions are hot, in text and as a
// picture. SPDX-FileCopyrightText: 2026 wick contributors SPDX-License-Identifier: MIT
//
// The program is a small web log service: one thread parses requests written as JSON, one sorts and
// ranks them, one compresses what is kept, one signs it. wick needs three lines of it: see main().
#include <wick/flamegraph.hpp>
#include <wick/folded.hpp>
#include <wick/sampler.hpp>

#include "arguments.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <pthread.h>

// Functions that shall be seen in the picture must not vanish into their callers.
#define SEEN __attribute__((noinline))

namespace service {

// Random enough for made-up requests, and the same in every run.
struct dice {
    std::uint64_t state = 5;

    std::uint64_t operator()() {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return state >> 33;
    }
};

// ---- parsing: a recursive descent over JSON, a tree of values.

struct value {
    enum class type { null, number, text, list, object } type = type::null;
    double number = 0;
    std::string text;
    std::vector<value> list;
    std::map<std::string, value> object;
};

class json_parser {
public:
    explicit json_parser(const std::string& text)
        : at_(text.c_str()) {}

    SEEN value parse_value() {
        skip_blanks();
        switch (*at_) {
        case '{':
            return parse_object();
        case '[':
            return parse_list();
        case '"':
            return parse_text();
        default:
            return parse_number();
        }
    }

private:
    const char* at_;

    void skip_blanks() {
        while (*at_ == ' ' || *at_ == '\n' || *at_ == ',' || *at_ == ':') { ++at_; }
    }
    SEEN value parse_object() {
        value made;
        made.type = value::type::object;
        for (++at_; skip_blanks(), *at_ != '}';) {
            const std::string key = parse_text().text;
            made.object[key] = parse_value();
        }
        ++at_;
        return made;
    }
    SEEN value parse_list() {
        value made;
        made.type = value::type::list;
        for (++at_; skip_blanks(), *at_ != ']';) { made.list.push_back(parse_value()); }
        ++at_;
        return made;
    }
    SEEN value parse_text() {
        value made;
        made.type = value::type::text;
        for (++at_; *at_ != '"'; ++at_) { made.text += *at_; }
        ++at_;
        return made;
    }
    SEEN value parse_number() {
        char* end = nullptr;
        value made;
        made.type = value::type::number;
        made.number = std::strtod(at_, &end);
        at_ = end;
        return made;
    }
};

SEEN std::string make_request(dice& random) {
    static const char* const paths[] = {
        "/", "/login", "/search", "/cart", "/api/v2/items", "/static/logo.png"};
    std::string text = "{\"path\": \"" + std::string(paths[random() % 6]) + "\", \"ms\": ";
    text += std::to_string(static_cast<double>(random() % 90000) / 100.0) + ", \"user\": {\"id\": ";
    text += std::to_string(random() % 5000) + ", \"tags\": [";
    for (auto i = random() % 6; i > 0; --i) {
        text += "\"tag" + std::to_string(random() % 40) + "\", ";
    }
    return text + "[1, [2, [3, [4.5]]]]]}, \"status\": 200}";
}

SEEN std::size_t parse_requests(dice& random) {
    std::size_t users = 0;
    for (int i = 0; i < 200; ++i) {
        const value request = json_parser(make_request(random)).parse_value();
        users += request.object.at("user").object.size();
    }
    return users;
}

// ---- ranking: std::sort with a comparator, and hash tables.

struct visit {
    std::string path;
    double ms;
    int user;
};

SEEN bool slower(const visit& a, const visit& b) {
    return a.ms != b.ms ? a.ms > b.ms : a.path < b.path;
}

SEEN std::vector<visit> make_visits(dice& random) {
    std::vector<visit> visits;
    for (int i = 0; i < 4000; ++i) {
        visits.push_back({"/page/" + std::to_string(random() % 500),
                          static_cast<double>(random() % 1000),
                          static_cast<int>(random() % 300)});
    }
    return visits;
}

SEEN void rank_visits(std::vector<visit>& visits) {
    std::sort(visits.begin(), visits.end(), slower);
}

SEEN std::size_t count_users(const std::vector<visit>& visits) {
    std::unordered_map<std::string, std::vector<int>> users;
    for (const visit& v : visits) { users[v.path].push_back(v.user); }
    std::size_t most = 0;
    for (const auto& page : users) { most = std::max(most, page.second.size()); }
    return most;
}

// ---- compressing: matches against what came before, in the manner of LZ77.

class compressor {
public:
    SEEN std::string compress(const std::string& text) {
        std::string out;
        std::vector<std::size_t> heads(1 << 12, std::string::npos);
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t match = find_match(text, at, heads);
            const std::size_t length =
                match == std::string::npos ? 0 : match_length(text, match, at);
            if (length < 4) {
                out += text[at++];
                continue;
            }
            emit_match(out, at - match, length);
            at += length;
        }
        return out;
    }

private:
    SEEN std::size_t
    find_match(const std::string& text, std::size_t at, std::vector<std::size_t>& heads) {
        if (at + 4 > text.size()) { return std::string::npos; }
        std::uint32_t key = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            key = key * 131 + static_cast<unsigned char>(text[at + i]);
        }
        return std::exchange(heads[(key ^ key >> 13) & 4095], at);
    }
    SEEN std::size_t match_length(const std::string& text, std::size_t match, std::size_t at) {
        std::size_t length = 0;
        while (at + length < text.size() && text[match + length] == text[at + length]) { ++length; }
        return length;
    }
    SEEN void emit_match(std::string& out, std::size_t distance, std::size_t length) {
        char code[32];
        out.append(code,
                   static_cast<std::size_t>(
                       std::snprintf(code, sizeof code, "<%zu,%zu>", distance, length)));
    }
};

// ---- signing: a hash, mixed over and over.

SEEN std::uint64_t mix_block(std::uint64_t state, std::uint64_t block) {
    for (int round = 0; round < 8; ++round) {
        state = (state ^ block) * 0x9e3779b97f4a7c15u;
        state ^= state >> 29;
    }
    return state;
}

SEEN std::uint64_t sign(const std::string& text) {
    std::uint64_t state = 0;
    for (int pass = 0; pass < 20; ++pass) {
        for (const char c : text) { state = mix_block(state, static_cast<unsigned char>(c)); }
    }
    return state;
}

// ---- the threads.

std::atomic<bool> stopping{false};
std::atomic<std::uint64_t> done{0};

SEEN std::size_t rank_and_count(dice& random) {
    std::vector<visit> visits = make_visits(random);
    rank_visits(visits);
    return count_users(visits);
}

SEEN std::size_t pack_requests(dice& random) {
    std::string text;
    for (int i = 0; i < 50; ++i) { text += make_request(random); }
    return compressor().compress(text).size();
}

SEEN std::size_t sign_request(dice& random) {
    return sign(make_request(random)) % 7;
}

SEEN void run_worker(const char* name, std::size_t (*work)(dice&)) {
    pthread_setname_np(pthread_self(), name);
    dice random;
    while (!stopping) { done += work(random); }
}

std::vector<std::thread> start() {
    std::vector<std::thread> threads;
    threads.emplace_back(run_worker, "parser", parse_requests);
    threads.emplace_back(run_worker, "ranker", rank_and_count);
    threads.emplace_back(run_worker, "packer", pack_requests);
    threads.emplace_back(run_worker, "signer", sign_request);
    return threads;
}

void stop(std::vector<std::thread>& threads) {
    stopping = true;
    for (std::thread& t : threads) { t.join(); }
}

} // namespace service

// Prints the functions with the most weight, by their own or with all that they call.
static void print_hottest(const wick::profile& p, bool by_total) {
    const std::vector<wick::frame_weights> weights = wick::weights_by_frame(p);
    const auto weight = [&](std::size_t f) {
        return by_total ? weights[f].total : weights[f].self;
    };
    std::vector<std::size_t> order;
    for (std::size_t f = 1; f < p.frames.size(); ++f) {
        if (p.frames[f].kind != wick::frame_kind::thread) { order.push_back(f); }
    }
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return weight(a) != weight(b) ? weight(a) > weight(b) : a < b;
    });
    const double all = static_cast<double>(std::max<std::int64_t>(weights[0].total, 1));
    std::printf("\n    self    total  the ten hottest functions, by %s\n",
                by_total ? "total" : "self");
    for (std::size_t i = 0; i < std::min<std::size_t>(10, order.size()); ++i) {
        const wick::frame_weights& w = weights[order[i]];
        std::printf("  %5.1f %%  %5.1f %%  %.90s\n",
                    100 * static_cast<double>(w.self) / all,
                    100 * static_cast<double>(w.total) / all,
                    p.frames[order[i]].function.c_str());
    }
}

int main(int argc, char** argv) {
    double seconds = 3;
    double frequency = 99;
    arguments args(
        "wick-quickstart",
        "",
        "Samples a busy program of four threads; prints the hottest functions and writes\n"
        "quickstart.folded and quickstart.svg into this directory.");
    args.number("seconds", 's', "N", "how long to sample", seconds, 0.1, 3600);
    args.number("frequency", 'f', "HZ", "samples for each second of CPU time", frequency, 1, 10000);
    if (!args.parse(argc, argv).empty()) { args.fail("takes options only (see --help)"); }

    std::vector<std::thread> threads = service::start();
    wick::sampler sampler;
    wick::sampler_options options;
    options.frequency_hz = frequency;
    if (const auto started = sampler.start(options); !started) { args.fail(started.error.what); }
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    sampler.stop();
    service::stop(threads);

    const wick::profile profile = sampler.snapshot();
    const wick::sampler_stats stats = sampler.stats();
    std::printf(
        "%llu samples of %llu threads in %.1f s of CPU time: %.1f Hz attained, %.0f asked;\n"
        "%llu dropped, %llu with a stack that is not whole, %.1f ms of CPU time unsampled\n",
        static_cast<unsigned long long>(stats.recorded),
        static_cast<unsigned long long>(stats.threads),
        static_cast<double>(stats.cpu_ns) * 1e-9,
        stats.rate_attained_hz,
        stats.rate_asked_hz,
        static_cast<unsigned long long>(stats.dropped),
        static_cast<unsigned long long>(stats.truncated),
        static_cast<double>(stats.unsampled_ns) * 1e-6);
    if (profile.empty()) { args.fail("nothing was sampled: try more --seconds"); }
    print_hottest(profile, false);
    print_hottest(profile, true);

    output_file folded("quickstart.folded");
    wick::write_folded(folded, profile);
    output_file picture("quickstart.svg");
    wick::flamegraph_options look;
    look.title = "wick-quickstart: CPU time of four threads";
    wick::write_flamegraph(picture, profile, look);
    for (output_file* file : {&folded, &picture}) {
        if (!file->close().empty()) { args.fail(file->close()); }
    }
    std::printf("\nwrote quickstart.folded and quickstart.svg\n");
    return 0;
}
