// wick/detail/posix.hpp - files by descriptor: RAII, whole files, mappings, a source and a sink.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_POSIX_HPP
#define WICK_DETAIL_POSIX_HPP

#include <wick/result.hpp> // refusals of the system
#include <wick/version.hpp>

#include <cerrno>      // errno
#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <cstring>     // strerror_r
#include <string>      // paths
#include <string_view> // bytes
#include <utility>     // std::move, std::exchange

#include <fcntl.h>    // open
#include <sys/mman.h> // mmap
#include <sys/stat.h> // fstat
#include <unistd.h>   // read, write, close, readlink

WICK_BEGIN_NAMESPACE
namespace detail {

// strerror_r returns the text with GNU's C library and a status with all others.
[[nodiscard]] inline std::string strerror_text(const char* text, const char*) {
    return text;
}
[[nodiscard]] inline std::string strerror_text(int status, const char* buffer) {
    return status == 0 ? buffer : "unknown error";
}

/// Returns "cannot open PATH: No such file or directory" and the like, for a value of errno.
[[nodiscard]] inline error system_error(const std::string& what, int number) {
    char buffer[128] = "";
    return error{what + ": " + strerror_text(::strerror_r(number, buffer, sizeof buffer), buffer)};
}

/// Owns a file descriptor, or none (-1).
class file_descriptor {
public:
    file_descriptor() = default;
    explicit file_descriptor(int fd) noexcept
        : fd_(fd) {}
    file_descriptor(file_descriptor&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept {
        file_descriptor old(std::exchange(fd_, std::exchange(other.fd_, -1)));
        return *this;
    }
    ~file_descriptor() {
        if (fd_ >= 0) { ::close(fd_); }
    }

    [[nodiscard]] int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// Returns a descriptor that is closed on exec. `flags` as those of open(2).
[[nodiscard]] inline result<file_descriptor> open_file(const std::string& path,
                                                       int flags = O_RDONLY) {
    result<file_descriptor> opened;
    // A path with a NUL in it would open another file than its bytes say.
    if (path.find('\0') != std::string::npos) {
        opened.error = error{"a path with a NUL byte in it"};
        return opened;
    }
    int fd = -1;
    do { fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666); } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        opened.error = system_error("cannot open " + path, errno);
        return opened;
    }
    opened.value = file_descriptor(fd);
    return opened;
}

/// A source for readers: `std::size_t(char* to, std::size_t room)`, 0 at the end or on an error,
/// which is kept in `error`. Does not own the descriptor. Retries when a signal interrupts.
struct descriptor_source {
    int fd = -1;
    wick::error error{};

    std::size_t operator()(char* to, std::size_t room) {
        for (;;) {
            const auto got = ::read(fd, to, room);
            if (got >= 0) { return static_cast<std::size_t>(got); }
            if (errno != EINTR) {
                error = system_error("cannot read", errno);
                return 0;
            }
        }
    }
};

/// A sink: writes all of what it is given; what goes wrong first is kept in `error`, and nothing is
/// written after that. Does not own the descriptor.
struct descriptor_sink {
    int fd = -1;
    wick::error error{};

    void operator()(std::string_view bytes) {
        while (!bytes.empty() && !error) {
            const auto put = ::write(fd, bytes.data(), bytes.size());
            if (put >= 0) {
                bytes.remove_prefix(static_cast<std::size_t>(put));
            } else if (errno != EINTR) {
                error = system_error("cannot write", errno);
            }
        }
    }
};

/// Returns all bytes of a file, which may be one of /proc, that does not say how long it is.
/// Errors: the system's, and more than `most` bytes.
[[nodiscard]] inline result<std::string> read_file(const std::string& path,
                                                   std::size_t most = std::size_t{1} << 30) {
    result<std::string> all;
    const result<file_descriptor> file = open_file(path);
    if (!file) {
        all.error = file.error;
        return all;
    }
    descriptor_source source{file.value.get()};
    std::size_t size = 0;
    for (;;) {
        if (size == all.value.size()) { all.value.resize(size + (size < 65536 ? 65536 : size)); }
        const std::size_t got = source(&all.value[size], all.value.size() - size);
        size += got;
        if (got == 0 || size > most) { break; }
    }
    all.value.resize(size);
    if (source.error) {
        all.error = error{path + ": " + source.error.what};
    } else if (size > most) {
        all.error = error{path + ": more than " + std::to_string(most) + " bytes"};
    }
    return all;
}

/// Writes a file, replacing what was there.
[[nodiscard]] inline error write_file(const std::string& path, std::string_view bytes) {
    const result<file_descriptor> file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file) { return file.error; }
    descriptor_sink sink{file.value.get()};
    sink(bytes);
    return sink.error ? error{path + ": " + sink.error.what} : error{};
}

/// Returns what a symbolic link says; "" when there is none or it cannot be read.
[[nodiscard]] inline std::string read_link(const std::string& path) {
    std::string text(4096, '\0');
    const auto size = ::readlink(path.c_str(), &text[0], text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}

/// A file mapped for reading. The bytes are the file's own: whoever truncates it in place makes
/// later reads fail with SIGBUS, so this is for files that are replaced rather than written, as
/// loaders already demand of programs and libraries.
class mapped_file {
public:
    mapped_file() = default;
    mapped_file(mapped_file&& other) noexcept
        : bytes_(std::exchange(other.bytes_, {})) {}
    mapped_file& operator=(mapped_file&& other) noexcept {
        const mapped_file old(std::move(*this)); // unmaps what this held
        bytes_ = std::exchange(other.bytes_, {});
        return *this;
    }
    ~mapped_file() {
        if (!bytes_.empty()) { ::munmap(const_cast<char*>(bytes_.data()), bytes_.size()); }
    }

    /// Returns the mapping of a regular file; an empty file gives an empty one.
    /// Errors: the system's; a directory, a device, a pipe.
    [[nodiscard]] static result<mapped_file> open(const std::string& path) {
        result<mapped_file> mapped;
        // Without O_NONBLOCK, opening a pipe would wait for its writer.
        const result<file_descriptor> file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        struct stat status {};
        if (!file) {
            mapped.error = file.error;
        } else if (::fstat(file.value.get(), &status) != 0) {
            mapped.error = system_error("cannot stat " + path, errno);
        } else if (!S_ISREG(status.st_mode)) {
            mapped.error = error{"not a regular file: " + path};
        } else if (status.st_size > 0) {
            mapped.error = mapped.value.map(file.value.get(), status.st_size, path);
        }
        return mapped;
    }

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

private:
    std::string_view bytes_;

    [[nodiscard]] error map(int fd, off_t length, const std::string& path) {
        const auto size = static_cast<std::uint64_t>(length);
        if (size > static_cast<std::size_t>(-1) / 2) {
            return error{"too large to be mapped: " + path};
        }
        void* at = ::mmap(nullptr, static_cast<std::size_t>(length), PROT_READ, MAP_PRIVATE, fd, 0);
        if (at == MAP_FAILED) { return system_error("cannot map " + path, errno); }
        bytes_ = std::string_view(static_cast<const char*>(at), static_cast<std::size_t>(length));
        return {};
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif
