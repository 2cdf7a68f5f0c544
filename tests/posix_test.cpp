// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/posix.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <utility>

#include <csignal>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

using namespace wick::detail;

struct temporary_directory {
    temporary_directory() { REQUIRE(::mkdtemp(&path[0]) != nullptr); }
    ~temporary_directory() {
        ::unlink((path + "/file").c_str());
        ::rmdir(path.c_str());
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    std::string path = "/tmp/wick-posix-XXXXXX";
};

TEST_CASE("posix: what is written is read and mapped") {
    const temporary_directory directory;
    const std::string path = directory.path + "/file";
    for (const std::size_t size : {0u, 1u, 4096u, 65536u, 65537u, 1000000u}) {
        CAPTURE(size);
        std::string bytes(size, 'x');
        for (std::size_t i = 0; i < size; ++i) { bytes[i] = static_cast<char>(i * i >> 3); }
        CHECK_FALSE(write_file(path, bytes));
        const auto read = read_file(path);
        REQUIRE(read);
        CHECK((read.value == bytes));
        auto mapped = mapped_file::open(path);
        REQUIRE(mapped);
        CHECK((mapped.value.bytes() == bytes));
        mapped_file moved(std::move(mapped.value));
        mapped_file assigned;
        assigned = std::move(moved);
        CHECK((assigned.bytes() == bytes));
        CHECK(moved.bytes().empty());
        CHECK(static_cast<bool>(read_file(path, size)));
        if (size > 0) {
            const std::string says = read_file(path, size - 1).error.what;
            CHECK(says == path + ": more than " + std::to_string(size - 1) + " bytes");
        }
    }
}

TEST_CASE("posix: files of /proc, which do not say how long they are") {
    const auto maps = read_file("/proc/self/maps");
    REQUIRE(maps);
    CHECK(maps.value.size() > 500);
    CHECK(maps.value.back() == '\n');
    CHECK(read_link("/proc/self/exe").substr(0, 1) == "/");
    CHECK(read_link("/proc/self/maps").empty());
}

TEST_CASE("posix: refusals say what and why") {
    const std::string missing = "/nonexistent/file";
    const std::string expected = "cannot open /nonexistent/file: No such file or directory";
    CHECK(read_file(missing).error.what == expected);
    CHECK(mapped_file::open(missing).error.what == expected);
    CHECK(write_file(missing, "x").what == expected);
    CHECK(mapped_file::open("/tmp").error.what == "not a regular file: /tmp");
    CHECK(read_file("/tmp").error.what == "/tmp: cannot read: Is a directory");
    CHECK(mapped_file::open("/dev/null").error.what == "not a regular file: /dev/null");
    CHECK(read_file(std::string("/tmp\0x", 6)).error.what == "a path with a NUL byte in it");
    descriptor_source closed{-1};
    char byte = 0;
    CHECK(closed(&byte, 1) == 0);
    CHECK(closed.error.what == "cannot read: Bad file descriptor");
    if (::access("/dev/full", W_OK) == 0) {
        CHECK(write_file("/dev/full", "x").what ==
              "/dev/full: cannot write: No space left on device");
    }
}

TEST_CASE("posix: descriptors are closed once, by their last owner") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    file_descriptor reader(ends[0]);
    {
        file_descriptor writer(ends[1]);
        file_descriptor other(std::move(writer));
        CHECK_FALSE(static_cast<bool>(writer));
        writer = std::move(other);
        CHECK(writer.get() == ends[1]);
        descriptor_sink sink{writer.get()};
        sink("abc");
        CHECK_FALSE(sink.error);
    }
    descriptor_source source{reader.get()};
    char bytes[8];
    CHECK(source(bytes, 2) == 2);
    CHECK(source(bytes, sizeof bytes) == 1);
    CHECK(source(bytes, sizeof bytes) == 0); // the writer is closed
    CHECK_FALSE(source.error);
}

TEST_CASE("posix: reading goes on after a signal") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const file_descriptor reader(ends[0]);
    file_descriptor writer(ends[1]);
    static int written_to = -1;
    static volatile std::sig_atomic_t alarms = 0;
    written_to = writer.get();
    struct sigaction act {};
    struct sigaction old {};
    act.sa_handler =
        [](int) { // without SA_RESTART: the first alarm interrupts, the second delivers
            alarms = alarms + 1;
            if (alarms == 2) { [[maybe_unused]] const auto put = ::write(written_to, "x", 1); }
        };
    REQUIRE(::sigaction(SIGALRM, &act, &old) == 0);
    itimerval timer{{0, 20000}, {0, 20000}};
    REQUIRE(::setitimer(ITIMER_REAL, &timer, nullptr) == 0);
    descriptor_source source{reader.get()};
    char byte = 0;
    CHECK(source(&byte, 1) == 1);
    timer = {};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
    ::sigaction(SIGALRM, &old, nullptr);
    CHECK(byte == 'x');
    CHECK(alarms >= 2);
    CHECK_FALSE(source.error);
}

} // namespace
