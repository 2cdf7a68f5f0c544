#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""wick-pstats beside Python's own pstats: the same bytes for the same commands, the same numbers."""
import cProfile
import contextlib
import io
import json
import os
import profile
import pstats
import random
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import unittest
from pathlib import Path

PROGRAM = sys.argv.pop(1)
KEYS = ["calls", "ncalls", "cumtime", "cumulative", "filename", "line", "module", "name", "nfl",
        "pcalls", "stdname", "time", "tottime"]
RESTRICTIONS = ["", "10", "0.25", "re", "1.0", "0", "99999", "-3", "0.5 sre", "sre 0.5", "7 e 3",
                "^[{]", "\\d+\\(_", "(bad", "init|comp", "\\.py:\\d{2}\\(", "[a-f]{3,} 0.9 5", "'x\"",
                "1_0", "2e-1", "1.5", "nan", "inf", "+4", "no_such_function", "(?i)SRE", "<.*>"]


def wick(commands, *arguments):
    return subprocess.run([PROGRAM, *arguments], input=commands.encode(), capture_output=True,
                          timeout=120)


def python(commands, *arguments):
    return subprocess.run([sys.executable, "-m", "pstats", *arguments], input=commands.encode(),
                          capture_output=True, timeout=120)


def programs():
    """Some of the standard library at work: recursion, built-ins, generators, many files."""
    def walk(n):
        return 1 if n < 2 else walk(n - 1) + walk(n - 2)

    def work_json():
        for i in range(20):
            json.loads(json.dumps({"a": [i, {"b": [1.5, None, "x" * i]}]}, indent=1, sort_keys=True))

    def work_text():
        import difflib
        import re
        re.purge()
        re.compile(r"(a|b)*c[d-f]+(?P<x>\w{2,5})")
        list(difflib.ndiff(["one\n", "two\n"] * 5, ["one\n", "three\n"] * 5))
        textwrap.fill("some words and " * 50)

    def work_tree():
        import ast
        import tokenize
        source = "def f(x):\n    return [y * 2 for y in range(x) if y]\n" * 10
        ast.unparse(ast.parse(source)) if hasattr(ast, "unparse") else ast.dump(ast.parse(source))
        list(tokenize.generate_tokens(io.StringIO(source).readline))

    def work_recursion():
        walk(12)
        import copy
        copy.deepcopy({i: [{j: [j]} for j in range(5)] for i in range(5)})
    return [work_json, work_text, work_tree, work_recursion]


def make_files(directory):
    files = []
    for module in (cProfile, profile):
        for work in programs():
            profiler = module.Profile()
            profiler.runcall(work)
            files.append(directory / f"{module.__name__}_{work.__name__}.prof")
            profiler.dump_stats(str(files[-1]))
    return files


def conformance_files(directory):
    root = os.environ.get("WICK_CONFORMANCE", "")
    generator = Path(root) / "generators" / "gen_prof.py"
    if not root or not generator.exists():
        print("skipped: generated files, as no conformance directory was given", file=sys.stderr)
        return []
    files = []
    for i, options in enumerate((["--style", "py3"], ["--style", "compat"],
                                 ["--mode", "profile", "--style", "compat"])):
        files.append(directory / f"generated{i}.prof")
        subprocess.run([sys.executable, generator, files[-1], "--functions", "700", "--edges", "2500",
                        "--seed", str(i), *options], check=True, capture_output=True)
    return files


def own_file():
    path = Path(sysconfig.get_paths()["stdlib"]) / "test" / "pstats.pck"
    if not path.exists():
        print(f"skipped: CPython's pstats.pck, as {path} is not there", file=sys.stderr)
        return []
    return [path]


class KeepingStats(pstats.Stats):
    """strip_dirs of pstats loses all but the last of the calls from functions that become the same."""

    def strip_dirs(self):
        for function, (cc, nc, tt, ct, callers) in self.stats.items():
            merged = {}
            for caller, value in callers.items():
                key = pstats.func_strip_path(caller)
                one = {key: value}
                merged = pstats.add_callers(merged, one)
            self.stats[function] = (cc, nc, tt, ct, merged)
        return super().strip_dirs()


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.path = Path(cls.directory.name)
        cls.files = make_files(cls.path) + own_file() + conformance_files(cls.path)

    def compare(self, commands, *arguments):
        expected = python(commands, *arguments)
        got = wick(commands, *arguments)
        self.assertEqual(got.returncode, 0, got.stderr)
        if got.stdout != expected.stdout:
            ours, theirs = got.stdout.split(b"\n"), expected.stdout.split(b"\n")
            for number, (a, b) in enumerate(zip(ours, theirs)):
                if a != b:
                    self.fail(f"{arguments}: line {number + 1}:\nwick:   {a!r}\npython: {b!r}")
            self.fail(f"{arguments}: {len(ours)} lines, pstats has {len(theirs)}")

    def test_every_key_and_restriction_prints_what_pstats_prints(self):
        commands = "stats\ncallers\ncallees\n"
        for key in KEYS:
            commands += f"sort {key}\nstats\ncallers 20\ncallees 0.1\nreverse\nstats\n"
        commands += "sort time name\nstats\nsort calls cumulative nfl\nstats\ncallers\ncallees\n"
        for restriction in RESTRICTIONS:
            for what in ("stats", "callers", "callees"):
                commands += f"{what} {restriction}\n"
        for file in self.files:
            with self.subTest(file.name):
                self.compare(commands, str(file))

    def test_the_browser_says_what_pythons_says(self):
        a, b = str(self.files[0]), str(self.files[1])
        missing = str(self.path / "missing")
        commands = (f"help\n?\nhelp stats\nhelp sort\nhelp nothing\n? read\nhelp EOF\nhelp quit\n"
                    f"help add\nhelp callers\nhelp callees\nhelp reverse\nhelp strip\nhelp help\n"
                    f"nonsense\n!x\n*\nstats(3)\n\n   stats   2  \n\nsort\nsort bogus\nsort cum\n"
                    f"sort cu\nstats 2\nread\nstats 1\nadd {b}\nstats 5\nadd {missing}\n"
                    f"read {missing}\nread {b}\nstats 1\nreverse\nsort ti\nreverse\nstats 2\n"
                    f"strip\nstats 4\nadd\nquit now\n")
        self.compare(commands, a)
        self.compare(commands.replace("quit now\n", ""), a, b)
        self.compare(commands)
        self.compare(commands, missing)
        self.compare("")

    def test_adding_sums_as_pstats_sums(self):
        groups = [self.files[0:4], self.files[4:8], [self.files[0]] * 3]
        for group in groups:
            self.compare("stats\nsort nfl\nstats\ncallers\ncallees\n", *map(str, group))

    def test_strip_keeps_the_calls_that_pstats_loses(self):
        for file in self.files:
            with self.subTest(file.name):
                self.compare("strip\nstats\nsort time\nstats 10\n", str(file))
                expected = io.StringIO()
                stats = KeepingStats(str(file), stream=expected)
                stats.strip_dirs().sort_stats("stdname")
                stats.print_callers().print_callees()
                got = wick("", str(file), "-c", "strip", "-c", "sort stdname", "-c", "callers",
                           "-c", "callees")
                self.assertEqual(got.stdout.decode(), expected.getvalue())

    def test_what_is_saved_loads_with_equal_numbers(self):
        for file in self.files:
            saved = self.path / "saved.prof"
            made = wick("", str(file), "-c", f"save {saved}")
            self.assertEqual((made.returncode, made.stdout), (0, b""), made.stderr)
            self.assertEqual(pstats.Stats(str(saved)).stats, pstats.Stats(str(file)).stats)
            stacks = self.path / "stacks.folded"
        stacks.write_text("main;f;g 3\nmain;f;g;f 2\nmain 1\n")
        wick("", str(stacks), "-c", f"save {saved}")
        loaded = pstats.Stats(str(saved)).stats
        self.assertEqual(loaded[("~", 0, "f")][:4], (2, 5, 2.0, 5.0))
        self.assertEqual(loaded[("~", 0, "g")][4], {("~", 0, "f"): (5, 3, 3.0, 5.0)})

    def test_random_graphs_with_odd_names_and_numbers(self):
        import marshal
        for seed in range(10):
            rnd = random.Random(seed)
            names = ["f", "<built-in method x>", "<lambda>", "fünf", "日本", "a b", "<", "<>", ""]
            functions = list({(rnd.choice(["~", "a.py", "d/a.py", "d/", ""]), rnd.choice([0, 1, 25, 110, 9]),
                               rnd.choice(names)) for _ in range(40)})

            def number():
                return rnd.choice([0, 1, 7, 2 ** 31, 2 ** 40, 123456])

            def time():
                return rnd.choice([0.0, 0.0005, 0.0015, 1e-9, 12345.6785, 1e9, rnd.random(), -0.0, -1.5])
            stats = {f: (number(), number(), time(), time(),
                         {g: (number(), number(), time(), time())
                          for g in rnd.sample(functions, rnd.randrange(4))}) for f in functions}
            file = self.path / f"random{seed}.prof"
            file.write_bytes(marshal.dumps(stats, seed % 5 if seed % 5 != 1 else 4))
            commands = "".join(f"sort {k}\nstats\ncallers\ncallees 0.5\nstats [a-z]\n" for k in KEYS)
            with self.subTest(seed):
                self.compare(commands, str(file))

    def test_bad_files_are_told(self):
        cases = {"gzip.prof": b"\x1f\x8b\x08\x00", "json.prof": b'{"nodes": [1]}', "cut.prof": b"{(\x03\0",
                 "cut2.prof": self.files[0].read_bytes()[:-9]}
        for name, content in cases.items():
            file = self.path / name
            file.write_bytes(content)
            read = wick(f"read {file}\nstats\n")
            self.assertEqual(read.returncode, 0)
            self.assertIn(name.encode(), read.stdout)
            self.assertIn(b"No statistics object is loaded.", read.stdout)
            self.assertEqual(wick("", str(file), "-c", "stats").returncode, 2)
        self.assertIn(b"at byte", wick("", str(self.path / "cut2.prof"), "-c", "stats").stdout)

    def test_own_commands(self):
        stacks = self.path / "own.folded"
        stacks.write_text("main;parse;read 3\nmain;parse 2\nmain;hash 5\n")
        got = wick("", str(stacks), "-c", "without read", "-c", "top 2", "-c", "read", "-c", "focus read",
                   "-c", "top cumulative")
        text = got.stdout.decode()
        self.assertIn("30.0% of the weight has a match in its stack.", text)
        self.assertIn("2 of 3 functions shown; the 1 others hold 0.0% of the time (self)", text)
        self.assertIn("3 of 3 functions shown", text)
        graph = wick("", str(self.files[0]), "-c", "without decoder", "-c", "stats 1")
        self.assertIn(b"Approximate, as a call graph has no stacks", graph.stdout)


if __name__ == "__main__":
    unittest.main()
