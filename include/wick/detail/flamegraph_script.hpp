// wick/detail/flamegraph_script.hpp - the script of a flame graph's page.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_HPP

#include <wick/detail/flamegraph_script_controls.hpp> // a part
#include <wick/detail/flamegraph_script_draw.hpp>     // a part
#include <wick/detail/flamegraph_script_model.hpp>    // a part
#include <wick/detail/flamegraph_script_page.hpp>     // a part
#include <wick/detail/flamegraph_script_view.hpp>     // a part
#include <wick/detail/flamegraph_script_words.hpp>    // a part
#include <wick/version.hpp>

#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

/// The script of every flame graph. It is constant: what differs from graph to graph stands in
/// elements that it reads (`metadata.wick-page`, `.wick-names`, `.wick-attributes`, `.wick-nodes`;
/// write_flamegraph tells their format), so that one hash in a content-security policy admits it.
/// It fetches nothing and makes no code from text. In parts, as some compilers take no literal
/// beyond 16 KiB.
inline constexpr std::string_view flamegraph_script_parts[] = {flamegraph_script_model,
                                                               flamegraph_script_view,
                                                               flamegraph_script_words,
                                                               flamegraph_script_draw,
                                                               flamegraph_script_controls,
                                                               flamegraph_script_page};

/// The SHA-256 of all parts together. A test computes it: after a change of the script, it says
/// what must stand here.
inline constexpr std::string_view flamegraph_script_sha256 =
    "sha256-MYMxxI2cAHZ7zbN0o0AeeMMnwfIgyq5dZ02bj6m/45I=";

} // namespace detail
WICK_END_NAMESPACE

#endif
