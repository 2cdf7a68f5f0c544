// wick/symbols.hpp - a profile of addresses → the same profile with names. Linux.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_SYMBOLS_HPP
#define WICK_SYMBOLS_HPP

#include <wick/detail/symbolize.hpp> // the work, shared with the sampler
#include <wick/profile.hpp>          // what is named
#include <wick/version.hpp>

WICK_BEGIN_NAMESPACE

/// Returns the profile with a function for every frame that has an address and none yet, and how
/// many could not be named; stacks that become equal are merged. Detail is `line` at most, unless
/// `keep_addresses`. Names come from, best first: .symtab of the module's file, or of its separate
/// debug file (by build-id under debug_root, then by .gnu_debuglink), and .dynsym; C++ and Rust
/// names are demangled, entries of linkage tables are "name@plt". Code without a name is called
/// "libfoo.so.1+0x1234", the offset being the file's; code outside every module "[unknown]".
///
/// Addresses are those where execution stood: a caller's lies within its call instruction, not
/// behind it, as `sampler::raw()` has it. A function that never returns may end with the call.
///
/// Errors: there are none that stop it. A file that is missing, damaged, stripped, or of another
/// build than was sampled (by build-id) leaves its addresses unnamed, and `symbolized::modules`
/// says so. A module without a build-id is taken for the file at its path. Cost: about 0.1 us a
/// symbol of each module that addresses lie in, once; then two binary searches a distinct address
/// and about 1 us a distinct function. Allocates; keeps no more than the names. Thread safety:
/// reentrant; reads files and /proc.
[[nodiscard]] inline symbolized symbolize(const profile& addresses,
                                          const symbol_options& options = {}) {
    return detail::symbolizer(options).name(addresses);
}

WICK_END_NAMESPACE

#endif
