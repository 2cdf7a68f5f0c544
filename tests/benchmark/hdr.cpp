// Encoding and decoding histograms beside HdrHistogram's C library, which is loaded where it is at
// hand: libhdr_histogram.so on the library path, or the file that WICK_HDR_LIBRARY names. Beside a
// copy and zlib's checksum of the same bytes where it is not.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <wick/format/hdr.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <dlfcn.h>

namespace {

// The functions of HdrHistogram's C library that are measured; its types stay opaque.
class hdr_library {
public:
    struct histogram;
    int (*init)(std::int64_t, std::int64_t, int, histogram**) = nullptr;
    void (*close)(histogram*) = nullptr;
    bool (*record)(histogram*, std::int64_t, std::int64_t) = nullptr;
    int (*encode)(histogram*, std::uint8_t**, std::size_t*) = nullptr;
    int (*decode)(std::uint8_t*, std::size_t, histogram**) = nullptr;
    bool found = false;

    hdr_library() {
        const char* named = std::getenv("WICK_HDR_LIBRARY");
        for (const char* name :
             {named, "libhdr_histogram.so", "libhdr_histogram.so.6", "libhdr_histogram.so.4"}) {
            if (library_ == nullptr && name != nullptr) { library_ = ::dlopen(name, RTLD_NOW); }
        }
        found = library_ != nullptr && find(init, "hdr_init") && find(close, "hdr_close") &&
                find(record, "hdr_record_values") && find(encode, "hdr_encode_compressed") &&
                find(decode, "hdr_decode_compressed");
    }

private:
    void* library_ = nullptr;

    template <class Function>
    bool find(Function*& function, const char* name) {
        void* address = ::dlsym(library_, name);
        static_assert(sizeof function == sizeof address);
        std::memcpy(&function, &address, sizeof address);
        return address != nullptr;
    }
};

// Times of a service in nanoseconds: most around a millisecond, one in a hundred far slower.
template <int Digits>
wick::histogram<Digits> service(int values) {
    std::mt19937_64 random(1);
    const auto normal = [&] {
        double sum = -6;
        for (int i = 0; i < 12; ++i) {
            sum += static_cast<double>(random() >> 11) / 9007199254740992.0;
        }
        return sum;
    };
    wick::histogram<Digits> h;
    for (int i = 0; i < values; ++i) {
        const bool slow = random() % 100 == 0;
        const double ms = std::exp(normal() * (slow ? 1.0 : 0.8)) * (slow ? 40 : 1);
        h.record(static_cast<std::int64_t>(ms * 1e6) + 1000);
    }
    return h;
}

// What happens in a run, as many times as make it last.
constexpr int times = 50;

template <int Digits>
void run(const hdr_library& c, const char* title, int values) {
    const wick::histogram<Digits> h = service<Digits>(values);
    wick::hdr_write_options options;
    options.base64 = false;
    const auto encoded = [&](wick::hdr_packing packing) {
        options.packing = packing;
        return wick::to_hdr(h, options);
    };
    const std::string stored = encoded(wick::hdr_packing::stored);
    const std::string codes = encoded(wick::hdr_packing::codes);
    const std::string matches = encoded(wick::hdr_packing::matches);
    std::printf("%s: %zu bytes stored, %zu with codes, %zu with matches",
                title,
                stored.size(),
                codes.size(),
                matches.size());

    hdr_library::histogram* theirs = nullptr;
    std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    if (c.found) {
        if (c.init(1, 3600000000000, Digits, &theirs) != 0) { std::abort(); }
        h.for_each_bucket([&](const wick::histogram_bucket& b) {
            if (!c.record(theirs, b.low, static_cast<std::int64_t>(b.count))) { std::abort(); }
        });
        if (c.encode(theirs, &bytes, &size) != 0) { std::abort(); }
        std::printf(", %zu by the C library", size);
        // Each reads what the other wrote.
        const std::string text(reinterpret_cast<const char*>(bytes), size);
        const auto read = wick::parse_hdr(text);
        if (!read || wick::to_histogram<Digits>(read.value).value.values.counts() != h.counts()) {
            std::printf("\n  WRONG: %s\n", read.error.what.c_str());
            std::exit(1);
        }
        for (const std::string* ours : {&stored, &codes, &matches}) {
            std::vector<std::uint8_t> copy(ours->begin(), ours->end());
            hdr_library::histogram* made = nullptr;
            std::uint8_t* again = nullptr;
            std::size_t again_size = 0;
            if (c.decode(copy.data(), copy.size(), &made) != 0 ||
                c.encode(made, &again, &again_size) != 0 || again_size != size ||
                std::memcmp(again, bytes, size) != 0) {
                std::printf("\n  WRONG: the C library does not read what was written\n");
                std::exit(1);
            }
            std::free(again);
            c.close(made);
        }
    }
    std::printf("; each %d times\n", times);

    const auto repeat = [](auto&& what) {
        return [what] {
            for (int i = 0; i < times; ++i) { what(); }
        };
    };
    std::vector<measure::contender> encoders = {
        {"encode, codes", repeat([&] { measure::keep(encoded(wick::hdr_packing::codes)); })},
        {"encode, stored", repeat([&] { measure::keep(encoded(wick::hdr_packing::stored)); })},
        {"encode, matches", repeat([&] { measure::keep(encoded(wick::hdr_packing::matches)); })},
        {"encode, codes, base64", repeat([&] { measure::keep(wick::to_hdr(h)); })},
    };
    std::vector<measure::contender> decoders = {
        {"decode, codes", repeat([&] { measure::keep(wick::parse_hdr(codes)); })},
        {"decode, stored", repeat([&] { measure::keep(wick::parse_hdr(stored)); })},
        {"decode, codes, into a histogram",
         repeat([&] { measure::keep(wick::to_histogram<Digits>(wick::parse_hdr(codes).value)); })},
    };
    if (c.found) {
        const std::string text(reinterpret_cast<const char*>(bytes), size);
        decoders.push_back({"decode, zlib's, into a histogram", repeat([text] {
                                measure::keep(
                                    wick::to_histogram<Digits>(wick::parse_hdr(text).value));
                            })});
        encoders.push_back({"encode, C library", repeat([&] {
                                std::uint8_t* to = nullptr;
                                std::size_t to_size = 0;
                                if (c.encode(theirs, &to, &to_size) != 0) { std::abort(); }
                                std::free(to);
                            })});
        decoders.push_back({"decode, C library", repeat([&] {
                                hdr_library::histogram* made = nullptr;
                                if (c.decode(bytes, size, &made) != 0) { std::abort(); }
                                c.close(made);
                            })});
    } else {
        encoders.push_back({"a copy and its checksum", repeat([&] {
                                const std::string copy = stored;
                                measure::keep(wick::detail::adler32(copy));
                            })});
    }
    measure::interleave(encoders, 15);
    measure::print(encoders);
    measure::interleave(decoders, 15);
    measure::print(decoders);
    std::free(bytes);
    if (theirs != nullptr) { c.close(theirs); }
}

} // namespace

int main() {
    const hdr_library c;
    if (!c.found) { std::printf("  skipped: HdrHistogram's C library, as it is not at hand\n"); }
    run<3>(c, "10 M values, 3 digits", 10000000);
    run<2>(c, "10 M values, 2 digits", 10000000);
    run<3>(c, "1,000 values, 3 digits", 1000);
}
