// What a program in somebody else's build does: the same source is built in every way to use wick.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/wick.hpp>

#include <cstdio>
#include <thread>

int main() {
    int major = -1;
    std::thread([&] { major = WICK_VERSION_MAJOR; }).join(); // needs what the dependency says: threads
    std::printf("wick %d.%d.%d\n", major, WICK_VERSION_MINOR, WICK_VERSION_PATCH);
}
