// Any bytes as an encoded histogram, plain, compressed and in base64; what is read is written
// again, put into histograms, and printed. SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/hdr.hpp>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool condition) {
    if (!condition) { std::abort(); }
}

template <int Digits>
void rebin(const wick::hdr_document& d, double scale) {
    const auto made = wick::to_histogram<Digits>(d, scale);
    if (!made) { return; }
    require(!wick::validate(made.value.values));
    require(made.value.values.count() == d.count());
    require(made.value.bound >= 0);
    const auto again = wick::parse_hdr(wick::to_hdr(made.value.values));
    require(!again.error && again.value.count() == d.count());
    const auto same = wick::to_histogram<Digits>(again.value);
    require(same && same.value.same_buckets && same.value.values == made.value.values);
}

void use(const wick::hdr_document& d) {
    require(!wick::validate(d));
    wick::hdr_document bare = d;
    bare.original.clear();
    const auto again = wick::parse_hdr(wick::to_hdr(bare));
    require(!again.error);
    require(again.value.counts == d.counts && again.value.digits == d.digits);
    require(again.value.lowest == d.lowest && again.value.highest == d.highest);
    require(again.value.version == 2 && again.value.compressed == d.compressed);
    rebin<3>(d, 1);
    rebin<2>(d, 1000);
    rebin<3>(d, 1e-9);
    const wick::hdr_figures figures = d.figures();
    require(d.counts.empty() == (figures.count == 0));
    for (const double p : {-1.0, 0.0, 50.0, 99.9, 100.0, std::nan("")}) {
        require(d.percentile(p) <= d.percentile(100));
    }
    wick::percentile_options options;
    options.ticks = 2;
    std::size_t printed = 0;
    bool longer = d.counts.size() < 5000; // printing takes the longest
    if (longer) {
        wick::write_percentiles(
            [&](std::string_view piece) { printed += piece.size(); }, d, options);
        require(printed > 0);
    }
}

void read(std::string_view bytes) {
    const auto made = wick::parse_hdr(bytes);
    require(made.error.offset <= bytes.size());
    if (!made) {
        require(made.value == wick::hdr_document());
        return;
    }
    require(wick::to_hdr(made.value) == bytes);
    require(made.value.counts.size() <= bytes.size() * 1032);
    use(made.value);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static_cast<void>(wick::hdr_kind_of(bytes));
    read(bytes);
    // The same behind a checksum, which nobody finds by chance.
    std::string packed("\x1c\x84\x93\x14\0\0\0\0", 8);
    wick::detail::append_deflated(
        packed, bytes, wick::detail::deflate_form::zlib, wick::detail::deflate_effort::runs);
    for (std::size_t i = 0; i < 4; ++i) {
        packed[4 + i] = static_cast<char>((packed.size() - 8) >> (24 - 8 * i));
    }
    read(packed);
    std::string text;
    wick::detail::append_base64(text, bytes);
    read(text);
    return 0;
}
