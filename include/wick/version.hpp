// wick/version.hpp - the version, the check for C++17, the versioned namespace.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_VERSION_HPP
#define WICK_VERSION_HPP

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 201703L
#    error "wick needs C++17 or newer: pass -std=c++17 (or /std:c++17 with MSVC)"
#endif

#include <cassert> // assert, the default of WICK_ASSERT

#define WICK_VERSION_MAJOR 0
#define WICK_VERSION_MINOR 1
#define WICK_VERSION_PATCH 0

// Two versions of wick in one program must not share symbols, or the linker would silently pick one
// definition for both: the minor version is part of every name while the major version is 0.
#define WICK_BEGIN_NAMESPACE                                                                       \
    namespace wick {                                                                               \
    inline namespace v0_1 {
#define WICK_END_NAMESPACE                                                                         \
    }                                                                                              \
    }

// Documented preconditions are checked with this; define it before the first include to have your
// own.
#ifndef WICK_ASSERT
#    define WICK_ASSERT(condition) assert(condition)
#endif

#endif
