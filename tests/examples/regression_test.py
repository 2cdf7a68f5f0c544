#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""wick-regression and wick-diff: a slowdown of a few percent is found, named and proven."""
import json
import pathlib
import subprocess
import sys
import tempfile

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
DIFF = PROGRAM.parent / "wick-diff"
RUNS = 8


def sample(directory, builds):
    # In turn: what the machine does meanwhile must not look like a difference between builds.
    files = {name: [] for name in builds}
    for i in range(RUNS):
        for name, options in builds.items():
            files[name].append(str(directory / f"{name}.{i}"))
            subprocess.run([PROGRAM, "--seconds=0.5", "-o", files[name][-1], *options], check=True,
                           stderr=subprocess.DEVNULL, timeout=60)
    return files


def diff(before, after, *options):
    return subprocess.run([DIFF, *options, "--before", *before, "--after", *after],
                          capture_output=True, text=True, timeout=60)


def found(before, after):
    gate = diff(before, after, "--fail-above=1%")
    told = json.loads(diff(before, after, "--json").stdout)
    rows = [r for r in told["functions_total"] if "deepcopy" in r["name"]]
    print(gate.stdout, gate.stderr)
    return (gate.returncode == 1 and "deepcopy" in gate.stdout and len(rows) == 1
            and rows[0]["verdict"] == "regressed" and rows[0]["low"] > 0.005)


def quiet(before, after):
    gate = diff(before, after, "--fail-above=1%")
    told = json.loads(diff(before, after, "--json").stdout)
    print(gate.stdout, gate.stderr)
    rows = told["functions_total"] + told["functions_self"] + told["paths"]
    return gate.returncode == 0 and all(r["verdict"] != "regressed" for r in rows)


def main():
    if not DIFF.exists():
        print("needs wick-diff beside it")
        return 77
    # One of twenty pairs of equal builds may differ by chance: that is what 5 % means. Three in a
    # row are not chance.
    for attempt in range(3):
        with tempfile.TemporaryDirectory() as name:
            runs = sample(pathlib.Path(name), {"before": [], "after": ["--deep-copy"], "again": []})
            if found(runs["before"], runs["after"]) and quiet(runs["before"], runs["again"]):
                return 0
        print(f"attempt {attempt + 1} failed", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
