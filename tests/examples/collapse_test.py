#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""wick-collapse: files and pipes of several formats, threads, events, questions, and bad input."""
import cProfile
import os
import pty
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv.pop(1)
PERF = b"""app 10/11 [000] 1.000000:     100 cycles:u: 
\tffffffff8103ce3b do_idle+0x1b ([kernel.kallsyms])
\t    4005b1 main+0x9 (/bin/app)

app 10/11 [000] 1.100000:     7 instructions:u: 
\t    4005b1 main+0x9 (/bin/app)

"""
STACKS = b"main;read 3\nmain;write;flush 1\n"


def run(*arguments, stdin=b""):
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, timeout=120)


def perf_text(samples, seed, broken=True):
    """Samples of three events with stacks that come again, and some lines that are none."""
    rng = random.Random(seed)
    text = []
    for i in range(samples):
        event = rng.choice(["cycles:u", "instructions:u", "faults"])
        text.append("app%d %d/%d [00%d] %d.000000: %d %s: " % (
            rng.randrange(3), 10, 11 + rng.randrange(2), rng.randrange(8), i, rng.randrange(1, 9), event))
        for _ in range(rng.randrange(0, 12)):
            f = rng.randrange(40)
            text.append("\t%16x function_%d+0x%x (/lib/lib%d.so)" % (0x400000 + f * 64, f, rng.randrange(64), f % 3))
        if broken and rng.randrange(100) == 0:
            text.append("\tthis is no frame")
        text.append("")
    return ("\n".join(text) + "\n").encode()


class Collapse(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name)

    def file(self, name, data):
        (self.path / name).write_bytes(data)
        return str(self.path / name)

    def test_formats_are_told_by_their_content_from_pipes_and_files(self):
        trace = b'[{"ph":"X","name":"f","ts":1,"dur":2,"pid":3,"tid":4}]'
        bpftrace = b"Attaching 1 probe...\n\n@[\n    f+1\n    main+2\n]: 3\n"
        cases = [(STACKS, STACKS), (PERF, b"app;main;do_idle 100\n"), (trace, b"thread;f 2000\n"),
                 (bpftrace, b"main;f 3\n")]
        for data, folded in cases:
            piped = run(stdin=data)
            self.assertEqual((piped.returncode, piped.stdout), (0, folded), data)
            self.assertEqual(run("-", stdin=data).stdout, folded)
            self.assertEqual(run(self.file("wrong-suffix.svg", data)).stdout, folded)

    def test_formats_by_the_names_that_other_tools_have(self):
        data = Path(__file__).parent.parent / "data" / "stacks"
        cases = [("aix", "aix.txt", b"-sh;__start;main;job_wait;waitpid 1\n"),
                 ("ibmjava", "javacore.txt", b"worker;java/lang/Thread.run;com/shop/Worker.run;"),
                 ("java-exceptions", "java_exceptions.txt", b"Exceptions.main 1\n"),
                 ("ljp", "ljp.txt", b"[no stack] 5\n"),
                 ("perf-sched", "perf_sched.txt", b"the_taker;__futex_abstimed_wait_common;"),
                 ("wcp", "wcp.txt", b"_start;[unknown] 1\n"),
                 ("xdebug", "xdebug.txt", b"[truncated] 30000\n")]
        for name, file, begins in cases:
            named = run("--strict", "--format", name, str(data / file))
            self.assertEqual(named.returncode, 0, named.stderr)
            self.assertTrue(named.stdout.startswith(begins), (name, named.stdout[:200]))
            told = run(str(data / file))
            self.assertEqual(told.stdout == named.stdout, name != "perf-sched", name)
        calls = run("--event-filter", "calls", str(data / "xdebug.txt"))
        self.assertIn(b"[truncated];Shop\\Price->sum;array_sum 2\n", calls.stdout)
        woken = run("--format=perf-sched", "--wakers=1", str(data / "perf_sched.txt"))
        self.assertIn(b";schedule;__schedule;--;try_to_wake_up;", woken.stdout)
        core = str(data / "javacore.txt")
        for option, name in [("--shorten-pkgs", b";j/l/Thread.run;c/s/Worker.run;"),
                             ("--no-pkgs", b"worker;Thread.run;Worker.run;"),
                             ("--split-pkgs", b"worker;java;lang;Thread.run;com;shop;Worker.run;")]:
            self.assertIn(name, run(option, core).stdout)
        java = str(data / "java_exceptions.txt")
        self.assertIn(b"exceptions that wrap others were left out: 7", run(java).stderr)
        self.assertNotIn(b"left out", run("--wrapped", java).stderr)

    def test_files_are_added_up_by_event(self):
        one, two = self.file("one", PERF), self.file("two", PERF)
        made = run(one, two, "-o", str(self.path / "out"))
        self.assertEqual((made.returncode, made.stdout), (0, b""))
        self.assertEqual((self.path / "out").read_bytes(), b"app;main;do_idle 200\n")

    def test_options_of_the_readers(self):
        cases = [(["--pid"], b"app-10;main;do_idle 100\n"), (["--tid"], b"app-10/11;main;do_idle 100\n"),
                 (["--kernel"], b"app;main;do_idle_[k] 100\n"), (["--all"], b"app;main;do_idle_[k] 100\n"),
                 (["--format=perf-script"], b"app;main;do_idle 100\n"),
                 (["--event-filter=instructions"], b"app;main 7\n"),
                 (["--event-filter", "instructions:u"], b"app;main 7\n")]
        for options, folded in cases:
            made = run(*options, stdin=PERF)
            self.assertEqual((made.returncode, made.stdout), (0, folded), options)

    def test_other_events_are_named(self):
        made = run(stdin=PERF)
        self.assertIn(b"only cycles:u (1) is written, not instructions:u (1)", made.stderr)
        made = run("--all-events", stdin=PERF)
        self.assertEqual(made.stdout, b"cycles:u;app;main;do_idle 100\ninstructions:u;app;main 7\n")
        self.assertEqual(made.stderr, b"")
        made = run("--event-filter=faults", stdin=PERF)
        self.assertEqual((made.returncode, made.stdout), (2, b""))
        self.assertIn(b"no samples of faults; there are cycles:u, instructions:u", made.stderr)

    def test_threads_do_not_change_a_byte(self):
        for seed in range(4):
            data = perf_text([2000, 50, 3, 1][seed], seed)
            if seed == 1:
                data = data.replace(b"\n", b"\r\n")
            name = self.file("perf", data)
            for options in (["--all-events"], ["--tid", "--event-filter=cycles"]):
                expected = run(*options, name)
                self.assertEqual(expected.returncode, 0)
                self.assertEqual(run(*options, stdin=data).stdout, expected.stdout)
                for threads in (2, 3, 8, 64):
                    made = run("--threads", str(threads), *options, name)
                    self.assertEqual((made.returncode, made.stdout, made.stderr),
                                     (0, expected.stdout, expected.stderr), (seed, threads))

    def test_queries(self):
        cases = [(["--focus=read"], b"main;read 3\n"), (["--without=read"], b"main;write;flush 1\n"),
                 (["--focus=read", "--focus=flush"], STACKS), (["--root-at=write"], b"write;flush 1\n"),
                 (["--trim-above=write"], b"main;read 3\nwrite;flush 1\n"),
                 (["--skip-after=write"], b"main;read 3\nwrite;flush 1\n"),
                 (["--hide=main"], b"read 3\nwrite;flush 1\n"), (["--trim-below=write"], b"main;read 3\nmain;write 1\n"),
                 (["--matched=read"], b"Matched: 75.0 %\n"), (["--matched=nothing"], b"Matched: 0.0 %\n"),
                 (["--matched", "^(read|flush)$", "--regex"], b"Matched: 100.0 %\n"),
                 (["--focus=READ", "--ignore-case"], b"main;read 3\n"),
                 (["--keep=i", "--focus=write"], b"main;write 1\n")]
        for options, written in cases:
            made = run(*options, stdin=STACKS)
            self.assertEqual((made.returncode, made.stdout, made.stderr), (0, written, b""), options)
        nothing = run("--focus=nothing", stdin=STACKS)
        self.assertEqual((nothing.returncode, nothing.stdout), (0, b""))
        self.assertIn(b"no stack is left", nothing.stderr)
        folded = run("--fold-recursion", stdin=b"main;f;f;f 2\nmain;f 1\n")
        self.assertEqual(folded.stdout, b"main;f 3\n")
        normal = run("--normalize", stdin=b"main;0x7f1234 2\nmain;0x7f4321 1\n")
        self.assertEqual(normal.stdout, b"main;0xN 3\n")
        wrong = run("--focus=(", "--regex", stdin=STACKS)
        self.assertEqual((wrong.returncode, wrong.stdout), (2, b""))
        self.assertIn(b'the pattern "("', wrong.stderr)

    def test_what_is_skipped_is_told_and_with_strict_a_finding(self):
        data = STACKS + b"no weight here\n"
        made = run(stdin=data)
        self.assertEqual((made.returncode, made.stdout), (0, STACKS))
        self.assertIn(b"skipped 1 record, the first at line 3", made.stderr)
        self.assertEqual(run("--strict", stdin=data).returncode, 1)
        self.assertEqual(run("--strict", stdin=STACKS).returncode, 0)

    def test_bad_input(self):
        cases = [(b"", b"empty"), (b"PERFILE2\0\0\0\0", b"perf script -i"), (b"\x1f\x8b\x08\0", b"gzip"),
                 (b"\0\1\2\3\xff", b"binary data that begins with 00 01 02 03 ff"),
                 (b"once upon a time\nthere was\n", b'text that begins with "once upon a time"')]
        for data, said in cases:
            for arguments, stdin in (([], data), ([self.file("bad", data)], b""),
                                     (["--threads=2", self.file("bad", data)], b"")):
                made = run(*arguments, stdin=stdin)
                self.assertEqual((made.returncode, made.stdout), (2, b""), data)
                self.assertIn(said, made.stderr, data)
        self.assertIn(b"folded", run(stdin=b"once\n").stderr)

    def test_recordings_without_call_chains(self):
        lines = [b"%16s %5d %d.%06d: %9d cycles:  ffffffff8103ce%02x f%d+0x1b ([kernel.kallsyms])\n"
                 % (b"app", 11, i // 1000, i % 1000, 7, i % 256, i % 5) for i in range(3000)]
        data = b"".join(lines)
        expected = b"".join(b"app;f%d 4200\n" % i for i in range(5))
        for threads in ("1", "2", "5"):
            made = run("--threads", threads, self.file("perf", data))
            self.assertEqual((made.returncode, made.stdout, made.stderr), (0, expected, b""))
        self.assertEqual(run(stdin=data).stdout, expected)

    def test_call_graphs_have_no_stacks(self):
        graph = str(self.path / "graph")
        cProfile.run("sorted([3, 1])", graph)
        made = run(graph)
        self.assertEqual((made.returncode, made.stdout), (2, b""))
        self.assertIn(b"wick-pstats", made.stderr)

    def test_mistakes_are_told(self):
        cases = [([str(self.path / "none")], b"none"), ([str(self.path)], str(self.path).encode() + b": cannot read: Is a directory"),
                 (["--format=cobol"], b'no format "cobol"'), (["--threads=0"], b"--threads"),
                 (["--threads=many"], b"--threads"), (["-o", str(self.path / "no" / "x")], b"no/x"),
                 (["--threads=2", str(self.path / "none")], b"none")]
        for arguments, said in cases:
            made = run(*arguments, stdin=STACKS)
            self.assertEqual((made.returncode, made.stdout), (2, b""), arguments)
            self.assertIn(said, made.stderr, arguments)

    def test_stats_and_the_list_of_formats(self):
        made = run("--stats", "--threads=2", self.file("perf", PERF))
        for said in (b"MB of perf_script", b"MB/s", b"cycles:u: 1 sample, 1 stack, 3 frames",
                     b"instructions:u: 1 sample", b"0 records skipped", b"MB of memory"):
            self.assertIn(said, made.stderr)
        names = run("--format=list").stdout.split(b"\n")
        self.assertTrue(any(line.startswith(b"perf_script ") for line in names))

    def test_garbage_between_samples_stays_located_whatever_the_threads(self):
        data = perf_text(400, 9, broken=False)
        cut = data.index(b"\n\n", len(data) * 3 // 4) + 1
        data = data[:cut] + b"garbage, and more of it\n\n" + data[cut + 1:]
        line = b"line %d:" % (data[:data.index(b"garbage")].count(b"\n") + 1)
        for threads in ("1", "2", "3"):
            made = run("--threads", threads, self.file("perf", data))
            self.assertIn(b"skipped 1 record", made.stderr)
            self.assertIn(line, made.stderr)

    def test_progress_is_shown_on_a_terminal_only_and_when_it_takes_long(self):
        ours, theirs = pty.openpty()
        try:
            worker = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=theirs)
            for _ in range(4):
                worker.stdin.write(STACKS * 10000)
                worker.stdin.flush()
                try:
                    worker.wait(0.5)
                except subprocess.TimeoutExpired:
                    pass
            out = worker.communicate(timeout=60)[0]
            self.assertIn(b"main;read 120000\n", out)
            self.assertIn(b"MB read", os.read(ours, 4096))
        finally:
            os.close(ours)
            os.close(theirs)


if __name__ == "__main__":
    unittest.main()
