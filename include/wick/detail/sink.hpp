// wick/detail/sink.hpp - what a sink is, and how text gets into it.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SINK_HPP
#define WICK_DETAIL_SINK_HPP

#include <wick/version.hpp>

#include <cstddef>     // std::ptrdiff_t
#include <string_view> // what is written
#include <type_traits> // which kind of sink it is
#include <utility>     // std::declval

WICK_BEGIN_NAMESPACE
namespace detail {

template <class Sink, class = void>
struct has_write : std::false_type {};
template <class Sink>
struct has_write<Sink, std::void_t<decltype(std::declval<Sink&>().write("", 0))>> : std::true_type {
};

/// Hands text to a callable that takes a std::string_view, or to anything with a std::ostream's
/// `write`.
template <class Sink>
void send_to(Sink& sink, std::string_view text) {
    if constexpr (has_write<Sink>::value) {
        sink.write(text.data(), static_cast<std::ptrdiff_t>(text.size()));
    } else {
        sink(text);
    }
}

} // namespace detail
WICK_END_NAMESPACE

#endif
