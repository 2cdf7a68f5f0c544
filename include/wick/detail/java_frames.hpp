// wick/detail/java_frames.hpp - frames and threads of Java as its machines print them.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_JAVA_FRAMES_HPP
#define WICK_DETAIL_JAVA_FRAMES_HPP

#include <wick/detail/symbol_text.hpp> // starts_with, ends_with
#include <wick/detail/text.hpp>        // blanks, digits

#include <cstddef>     // std::size_t
#include <string_view> // names

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns "package.Class.method" of "package.Class.method(File.java:12)": Java's own names hold no
/// bracket.
[[nodiscard]] inline std::string_view java_method(std::string_view frame) noexcept {
    return trimmed(frame.substr(0, frame.find('(')));
}

/// Returns a method's name without the module that newer machines put before it,
/// "java.base/java.lang.Thread.run", "app//com.shop.Main.main". What follows a '/' in the names of
/// hidden classes are digits, "Main$$Lambda/0x00007f5e.run".
[[nodiscard]] inline std::string_view without_java_module(std::string_view method) noexcept {
    for (std::size_t at = method.find('/'); at != std::string_view::npos; at = method.find('/')) {
        if (at + 1 == method.size() || is_digit(method[at + 1])) { break; }
        method.remove_prefix(at + 1);
    }
    return method;
}

/// Returns how long "java.util." is in "java.util.HashMap.get", "java/util/HashMap::get" or
/// "java/util/HashMap.get": packages begin with small letters, a class with a capital. 0 where
/// there are none, as in names of other languages.
[[nodiscard]] inline std::size_t java_packages_size(std::string_view name) noexcept {
    std::size_t begin = 0; // of the package or class
    for (std::size_t at = 0; at < name.size(); ++at) {
        const char c = name[at];
        const char first = name[begin];
        if (at == begin) {
            if (c >= 'A' && c <= 'Z') { return begin; }
            if (c < 'a' || c > 'z') { return 0; }
        } else if (c == '.' || c == '/') {
            begin = at + 1;
        } else if (!is_name_char(c)) {
            return c == '$' && is_name_char(first) ? begin : 0; // "clojure.core$map.invoke"
        }
    }
    return 0;
}

/// Returns whether a line is one of a thread dump as jstack prints it: its title, or the state of a
/// thread.
[[nodiscard]] inline bool is_thread_dump_line(std::string_view line) noexcept {
    return starts_with(line, "Full thread dump ") ||
           starts_with(trimmed(line), "java.lang.Thread.State: ");
}

/// Returns a thread's name without "-7" at its end, which tells the threads of a pool apart.
[[nodiscard]] inline std::string_view without_thread_number(std::string_view name) noexcept {
    std::size_t at = name.size();
    while (at > 0 && is_digit(name[at - 1])) { --at; }
    const bool number = at > 1 && at < name.size() && name[at - 1] == '-';
    return number ? name.substr(0, at - 1) : name;
}

/// Returns whether a method lets the kernel wait while to Java its thread runs. Packages may be
/// parted by '.' or '/'.
[[nodiscard]] inline bool waits_in_native_method(std::string_view method) noexcept {
    for (const std::string_view end : {std::string_view("epollWait"),
                                       std::string_view("EPoll.wait"),
                                       std::string_view("KQueue.poll"),
                                       std::string_view("Net.poll"),
                                       std::string_view("Net.accept"),
                                       std::string_view("accept0"),
                                       std::string_view("socketAccept"),
                                       std::string_view("socketRead0"),
                                       std::string_view("waitForProcessExit"),
                                       std::string_view("waitForProcessExit0"),
                                       std::string_view("waitForReferencePendingList")}) {
        if (!ends_with(method, end) || method.size() == end.size()) { continue; }
        const char before = method[method.size() - end.size() - 1];
        if (before == '.' || before == '/') { return true; }
    }
    return false;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
