#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""Write self-contained headers from the headers under include/.

  amalgamate.py ENTRY OUTPUT [--check]     one header, ENTRY being for instance wick/folded.hpp
  amalgamate.py --all [--check]            every committed header of single_include/
  amalgamate.py --list                     the names of these

Each `#include <wick/...>` is replaced, once, by the text of that file with its include guard kept:
that is what lets two outputs, and the separate headers, meet in one translation unit. Nothing else
is changed, and nothing that varies between two runs (a date, a path) is written.
"""
import argparse
import difflib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include"
SINGLE = ROOT / "single_include"

# Each output under single_include/ and what it is made of. An output none of whose headers exists yet
# is left out; wick.hpp is the umbrella.
OUTPUTS = {
    "wick/wick.hpp": ["wick/wick.hpp"],
    "wick/sampler.hpp": ["wick/sampler.hpp"],
    "wick/folded.hpp": ["wick/folded.hpp"],
    "wick/flamegraph.hpp": ["wick/flamegraph.hpp"],
    "wick/diff.hpp": ["wick/diff.hpp"],
    "wick/pstats.hpp": ["wick/pstats.hpp", "wick/format/prof.hpp"],
    "wick/latency.hpp": ["wick/latency.hpp", "wick/histogram.hpp", "wick/recorder.hpp"],
}

OWN_INCLUDE = re.compile(r'[ \t]*#[ \t]*include[ \t]*[<"](wick/[^>"]+)[>"]')
CONDITION_BEGIN = re.compile(r"[ \t]*#[ \t]*if")
CONDITION_END = re.compile(r"[ \t]*#[ \t]*endif")
SPDX = re.compile(r"// SPDX-")


def version():
    text = (INCLUDE / "wick/version.hpp").read_text(encoding="utf-8")
    return ".".join(re.search(rf"WICK_VERSION_{part}\s+(\d+)", text)[1]
                    for part in ("MAJOR", "MINOR", "PATCH"))


def expand(name, seen, outer_depth=0):
    """Yields the lines of header `name` with its own includes in their places."""
    if name in seen:
        return
    seen.append(name)
    depth = outer_depth
    for number, line in enumerate((INCLUDE / name).read_text(encoding="utf-8").splitlines(), 1):
        own = OWN_INCLUDE.match(line)
        if own:
            # Text pasted under a condition is missing for a later user when the condition is false.
            # The umbrella may: it includes what is for Linux only after everything else.
            if depth - outer_depth > 1 and name != "wick/wick.hpp":
                sys.exit(f"include/{name}:{number}: {own[1]} is included under a condition")
            yield from expand(own[1], seen, depth)
            continue
        depth += bool(CONDITION_BEGIN.match(line)) - bool(CONDITION_END.match(line))
        if not SPDX.match(line):
            yield line


def amalgamate(entries):
    seen = []
    body = [line for entry in entries for line in expand(entry, seen)]
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8").splitlines()
    head = [
        f"// wick {version()}, one header made of several by tools/amalgamate.py. Do not edit it:",
        "// change these files under include/ and run the tool again.",
        *[f"//   {name}" for name in seen],
        "//",
        *[f"// {line}".rstrip() for line in licence],
        "//",
        "// SPDX-FileCopyrightText: 2026 wick contributors",
        "// SPDX-License-Identifier: MIT",
        "",
    ]
    return "\n".join(head + body) + "\n"


def write_or_check(entries, output, check):
    text = amalgamate(entries)
    have = output.read_text(encoding="utf-8") if output.exists() else ""
    if have == text:
        return True
    if check:
        diff = difflib.unified_diff(have.splitlines(), text.splitlines(), "committed", "generated",
                                    lineterm="")
        print(f"{output.name} is out of date, run tools/amalgamate.py --all", file=sys.stderr)
        print("\n".join(list(diff)[:40]), file=sys.stderr)
        return False
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8", newline="\n")
    return True


def outputs():
    """Yields each output whose headers exist, with these headers."""
    for output, entries in OUTPUTS.items():
        present = [entry for entry in entries if (INCLUDE / entry).exists()]
        if entries[0] in present:
            yield output, present


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entry", nargs="?")
    parser.add_argument("output", nargs="?", type=pathlib.Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true", help="write nothing, fail where it differs")
    arguments = parser.parse_args()

    if arguments.list:
        print("\n".join(output for output, _ in outputs()))
        return 0
    if arguments.all:
        wanted = list(outputs())
        good = [write_or_check(entries, SINGLE / output, arguments.check)
                for output, entries in wanted]
        expected = {SINGLE / output for output, _ in wanted}
        stray = [path for path in SINGLE.rglob("*") if path.is_file() and path not in expected]
        for path in stray:
            print(f"{path.relative_to(ROOT)} is made by nothing", file=sys.stderr)
        return 0 if all(good) and not stray else 1
    if arguments.output is None:
        parser.error("an ENTRY and an OUTPUT, or --all, are needed")
    return 0 if write_or_check([arguments.entry], arguments.output, arguments.check) else 1


if __name__ == "__main__":
    sys.exit(main())
