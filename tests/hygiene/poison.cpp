// What <windows.h>, <sys/sysmacros.h>, <complex.h> and X11 define, and then wick.
// The standard headers come first: libstdc++ undefines min and max itself, so macros that are defined
// before it test nothing.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define major(x) (x)
#define minor(x) (x)
#define I _Complex_I
#define ERROR 0
#define small char
#define near
#define far
#define interface struct
#define None 0L
#define Status int
#define check(x) (x)

#include <wick/wick.hpp>

#if !defined(min) || !defined(max)
#    error "something took the macros away: this tests nothing"
#endif

int main() {}
