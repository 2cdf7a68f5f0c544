#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""Check what review forgets in the headers under include/.

  check_headers.py list                    every header, for the build
  check_headers.py rules [HEADER...]       form, house rules, versions; HEADER...: what the build knows
  check_headers.py budget COMPILER...      preprocessed size and banned includes (g++, C++17)
  check_headers.py macros COMPILER...      macros left behind, initialisers run before main
  check_headers.py registered              tests, fuzz targets, examples that no meson.build names

COMPILER... is the command of a compiler, for instance `g++`. Prints each finding on a line of its own;
the exit status is 1 if there is any.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include"
UMBRELLA = "wick/wick.hpp"

VALUES = {"wick/" + name + ".hpp" for name in (
    "version", "result", "profile", "call_graph", "timeline", "histogram", "comparison")}
# These compose other public headers, and say so in their first lines.
ADAPTERS = {"wick/format/any.hpp", "wick/monitor.hpp", "wick/request_profiler.hpp"}
BANNED = {"iostream", "regex", "filesystem", "random", "locale", "sstream", "functional", "future",
          "iomanip"}
# Headers of the compilers, not of an operating system.
COMPILER_HEADERS = {"cxxabi.h", "immintrin.h", "arm_neon.h", "intrin.h", "stdint.h"}

# Preprocessed non-blank lines that come from outside of include/wick, g++ 12, C++17.
SMALL_BUDGET = 30_000
LARGE_BUDGET = 50_000

# Macros a user of the umbrella sees, beside include guards. Each new one is a name taken from every
# program: #undef it at the end of its header, or give the reason for keeping it here.
KEPT_MACROS = {
    "WICK_VERSION_MAJOR", "WICK_VERSION_MINOR", "WICK_VERSION_PATCH",  # for #if in user code
    "WICK_BEGIN_NAMESPACE", "WICK_END_NAMESPACE",                      # used by every header
    "WICK_ASSERT",                                                     # the user may define it
}

INCLUDE_LINE = re.compile(r'[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"][ \t]*(//.*)?')
LINE_MARKER = re.compile(r'# (\d+) "([^"]*)"')


def headers():
    return sorted(str(path.relative_to(INCLUDE)) for path in INCLUDE.rglob("*.hpp"))


def is_public(header):
    return not header.startswith("wick/detail/")


def read(path):
    return path.read_text(encoding="utf-8")


def leading_comment(text):
    lines = []
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        lines.append(line)
    return lines


# ---------------------------------------------------------------------------------------------- rules

def check_form(header, text):
    """The top of the file, the guard, the characters."""
    top = leading_comment(text)
    if not top or not re.match(rf"// {re.escape(header)} - \S.*\.$", top[0]):
        yield f"{header}:1: expected `// {header} - one-line purpose.`"
    for line in ("// SPDX-FileCopyrightText: 2026 wick contributors", "// SPDX-License-Identifier: MIT"):
        if line not in top:
            yield f"{header}: the leading comment lacks `{line}`"

    guard = header.upper().replace("/", "_").replace(".", "_")
    code = [line for line in text.splitlines() if line and not line.startswith("//")]
    if code[:2] != [f"#ifndef {guard}", f"#define {guard}"] or code[-1] != "#endif":
        yield f"{header}: expected `#ifndef {guard}`, `#define {guard}` and a last `#endif` around all"

    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line or line != line.rstrip():
            yield f"{header}:{number}: a tab, a carriage return or a trailing blank"
        if re.match(r"[ \t]*#[ \t]*pragma[ \t]+once", line):
            yield f"{header}:{number}: `#pragma once` fails where two copies meet"
        if len(line) > 100 and not re.search(r"https?://", line):
            yield f"{header}:{number}: {len(line)} columns, 100 are the limit"
    if not text.endswith("\n"):
        yield f"{header}: no newline at the end"


def is_for_linux(header):
    """Says that a header uses the operating system: its leading comment says Linux."""
    return (header == "wick/detail/posix.hpp" or
            any("Linux" in line for line in leading_comment(read(INCLUDE / header))))


def may_include(header, other):
    """Says why a header may not include another of ours, or None."""
    if header == UMBRELLA:
        return None
    if is_for_linux(other) and not is_for_linux(header):
        return "is for Linux, and the first comment of the header that includes it does not say so"
    if other in VALUES or not is_public(other):
        return None
    if header in ADAPTERS and other != UMBRELLA:
        return None
    return "headers meet through a value: only value headers and detail/ may be included"


def check_includes(header, text):
    linux = is_for_linux(header)
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE_LINE.match(line)
        if not match:
            continue
        other, comment = match.groups()
        where = f"{header}:{number}: {other}"
        if other.startswith("wick/") and "<" in line:
            if other not in headers():
                yield f"{where}: no such header"
                continue
            reason = may_include(header, other)
            if reason:
                yield f"{where}: {reason}"
            continue
        if '"' in line.split("//")[0]:
            yield f"{where}: expected <...>"
        if other in BANNED:
            yield f"{where}: is banned, it is too dear for every user"
        if other.endswith(".h") and other not in COMPILER_HEADERS and not linux:
            yield f"{where}: only a header whose first comment says Linux may use the system's"
        if not comment:
            yield f"{where}: expected a comment saying what it is for"


def check_umbrella():
    """Everything public is in it, and what is for Linux stands last, under the condition."""
    included = {}
    condition = False
    for line in read(INCLUDE / UMBRELLA).splitlines():
        match = INCLUDE_LINE.match(line)
        if match:
            included[match[1]] = condition
        condition = condition or line == "#if defined(__linux__)"
    for header in headers():
        if not is_public(header) or header == UMBRELLA:
            continue
        if header not in included:
            yield f"{UMBRELLA}: does not include {header}"
        elif included[header] != is_for_linux(header):
            place = "above" if included[header] else "below"
            yield f"{UMBRELLA}: {header} belongs {place} `#if defined(__linux__)`"


def check_versions():
    """The version stands in five places."""
    header = read(INCLUDE / "wick/version.hpp")
    major, minor, patch = (re.search(rf"WICK_VERSION_{part}\s+(\d+)", header)[1]
                           for part in ("MAJOR", "MINOR", "PATCH"))
    version = f"{major}.{minor}.{patch}"
    namespace = f"v{major}_{minor}" if major == "0" else f"v{major}"
    for name, pattern, want in (
            ("include/wick/version.hpp", r"inline namespace (\w+)", namespace),
            ("meson.build", r"(?m)^  version: '([^']+)'", version),
            ("CMakeLists.txt", r"project\(wick VERSION (\S+)", version),
            ("CHANGELOG.md", r"(?m)^## \[?(\d+\.\d+\.\d+)", version)):
        match = re.search(pattern, read(ROOT / name))
        found = match[1] if match else "nothing"
        if found != want:
            yield f"{name}: {found} where version.hpp says {want}"


def check_rules(known):
    for header in headers():
        text = read(INCLUDE / header)
        yield from check_form(header, text)
        yield from check_includes(header, text)
    yield from check_umbrella()
    yield from check_versions()
    if known and sorted(known) != headers():
        different = ", ".join(sorted(set(known) ^ set(headers())))
        yield f"{different}: not as when the build was configured, run `meson setup --reconfigure`"


# ----------------------------------------------------------------------------------------- compilation

def preprocess(compiler, header, *options):
    return subprocess.run(
        [*compiler, "-std=c++17", "-E", *options, f"-I{INCLUDE}", "-x", "c++", "-"],
        input=f"#include <{header}>\n", capture_output=True, text=True, check=False)


def lines_by_file(text):
    """Yields each line of preprocessed text with the file that it is from."""
    file = ""
    for line in text.splitlines():
        marker = LINE_MARKER.match(line)
        if marker:
            file = marker[2]
        else:
            yield file, line


def is_own(file):
    return file.startswith(str(INCLUDE))


def check_budget(compiler):
    print(f"{'lines':>7}  header")
    for header in headers():
        done = preprocess(compiler, header, "-H")
        if done.returncode != 0:
            yield f"{header}: does not compile\n{done.stderr[-2000:]}"
            continue
        count = sum(1 for file, line in lines_by_file(done.stdout)
                    if line.strip() and not is_own(file))
        small = header in VALUES or header.startswith("wick/format/") and header not in ADAPTERS
        budget = SMALL_BUDGET if small else LARGE_BUDGET
        print(f"{count:7}  {header}")
        if count > budget:
            yield f"{header}: {count} preprocessed lines, {budget} are the budget"
        for line in done.stderr.splitlines():
            match = re.match(r"\.+ (\S+)", line)
            if match and pathlib.PurePath(match[1]).name in BANNED:
                yield f"{header}: brings in <{pathlib.PurePath(match[1]).name}>"


def check_macros(compiler):
    done = preprocess(compiler, UMBRELLA, "-dD")
    if done.returncode != 0:
        yield f"{UMBRELLA}: does not compile\n{done.stderr[-2000:]}"
        return
    guards = {header.upper().replace("/", "_").replace(".", "_") for header in headers()}
    left = {}
    for file, line in lines_by_file(done.stdout):
        match = re.match(r"#(define|undef) (\w+)", line)
        if not match or not is_own(file):
            continue
        kind, name = match.groups()
        if kind == "define":
            left[name] = file
        elif left.pop(name, None) is None:
            yield f"{file}: #undef {name} takes away a macro of somebody else"
    for name, file in left.items():
        if name not in guards | KEPT_MACROS:
            yield f"{file}: leaves {name} defined; #undef it or give it a reason in {__file__}"

    # An object with a constructor runs code in each program before main, wherever it is included.
    with tempfile.TemporaryDirectory() as directory:
        object_file = f"{directory}/umbrella.o"
        done = subprocess.run(
            [*compiler, "-std=c++17", "-c", f"-I{INCLUDE}", "-x", "c++", "-", "-o", object_file],
            input=f"#include <{UMBRELLA}>\n", capture_output=True, text=True, check=False)
        if done.returncode != 0:
            yield f"{UMBRELLA}: does not compile\n{done.stderr[-2000:]}"
            return
        symbols = subprocess.run(["nm", object_file], capture_output=True, text=True, check=True).stdout
    for line in symbols.splitlines():
        if "_GLOBAL__sub_I" in line or "__cxx_global_var_init" in line:
            yield f"{UMBRELLA}: runs code before main: {line.strip()}"


# ------------------------------------------------------------------------------------------ registered

def check_registered():
    """A file that no build names is a test that never runs."""
    for directory, pattern, name in (
            ("tests", "*_test.cpp", r"(.+)_test"),
            ("tests/fuzz", "fuzz_*.cpp", r"fuzz_(.+)"),
            ("tests/benchmark", "*.cpp", r"(.+)"),
            ("examples", "*.cpp", r"(.+)")):
        build = read(ROOT / directory / "meson.build")
        first_list = build.split("\n]\n")[0]  # others name a part of it
        listed = re.findall(r"(?m)^  '([\w-]+)',$", first_list)
        for path in sorted((ROOT / directory).glob(pattern)):
            entry = re.fullmatch(name, path.stem)[1]
            if entry not in listed:
                yield f"{directory}/{path.name}: '{entry}' is not in {directory}/meson.build"
        if listed != sorted(listed):
            yield f"{directory}/meson.build: the list is not in alphabetical order"
    build = read(ROOT / "tests/meson.build")
    for path in sorted((ROOT / "tests").glob("*.cpp")):
        if not path.stem.endswith("_test") and f"'{path.name}'" not in build:
            yield f"tests/{path.name}: is not in tests/meson.build"
    for path in sorted((ROOT / "tests/examples").glob("*_test.py")):
        example = ROOT / "examples" / (path.stem[:-len("_test")] + ".cpp")
        if not example.exists():
            yield f"tests/examples/{path.name}: there is no {example.relative_to(ROOT)}"


def main():
    command, *rest = sys.argv[1:] or ["--help"]
    if command == "list":
        print("\n".join(headers()))
        return 0
    checks = {"rules": check_rules, "budget": check_budget, "macros": check_macros,
              "registered": lambda _: check_registered()}
    if command not in checks or command in ("budget", "macros") and not rest:
        print(__doc__, file=sys.stderr)
        return 2
    findings = list(checks[command](rest))
    print("\n".join(findings), file=sys.stderr)
    print(f"{command}: {len(headers())} headers, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
