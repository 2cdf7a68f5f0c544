#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""wick-diff: sides of one and of many files, outputs, exit statuses, and bad inputs."""
import cProfile
import json
import random
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

PROGRAM = sys.argv.pop(1)
BEFORE = b"main;a 3000\nmain;b;c 5000\nmain;d 2000\n"
AFTER = b"main;a 3000\nmain;b;c 5000\nmain;d 2000\nmain;b;slow 900\n"


def run(*arguments, stdin=b""):
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=60)


class Diff(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name)
        self.before = self.file("before", BEFORE)
        self.after = self.file("after", AFTER)

    def file(self, name, text):
        (self.path / name).write_bytes(text)
        return self.path / name

    def test_a_table_names_what_regressed_and_where(self):
        made = run(self.before, self.after)
        self.assertEqual((made.returncode, made.stderr), (0, b""))
        lines = made.stdout.decode().splitlines()
        self.assertIn("before: 10000 samples", lines)
        self.assertIn("assumes independent samples", made.stdout.decode())
        regressed = [line.split()[-1] for line in lines if " regressed " in line]
        self.assertEqual(regressed[0], "slow")
        self.assertIn("main;b;slow", regressed)
        self.assertNotIn(" improved ", "\n".join(lines[4:-4]))
        everything = run(self.before, self.after, "--all", "--by=self").stdout.decode()
        self.assertIn(" renormalised ", everything)
        self.assertIn("main;b;slow", run(self.before, self.after, "--by", "stack").stdout.decode())

    def test_pipes(self):
        made = run("-", self.after, stdin=BEFORE)
        self.assertEqual(made.stdout, run(self.before, self.after).stdout)
        made = run("--folded", self.before, "-", stdin=AFTER)
        self.assertEqual(made.stdout, b"main;a 3000 3000\nmain;b;c 5000 5000\n"
                                      b"main;b;slow 0 900\nmain;d 2000 2000\n")
        again = run("-", stdin=made.stdout)  # two weights on each line are both sides
        self.assertEqual(again.stdout, run(self.before, self.after).stdout)

    def test_exit_status_1_is_for_a_significant_regression_above_the_limit(self):
        self.assertEqual(run(self.before, self.after).returncode, 0)
        made = run(self.before, self.after, "--fail-above", "5%")
        self.assertEqual(made.returncode, 1)
        self.assertIn(b"slow regressed by 8.26 %", made.stderr)
        self.assertEqual(run(self.before, self.after, "--fail-above=5").returncode, 1)
        self.assertEqual(run(self.before, self.after, "--fail-above=9%").returncode, 0)
        self.assertEqual(run(self.after, self.before, "--fail-above=0").returncode, 0)
        self.assertEqual(run(self.before, self.before, "--fail-above=0").returncode, 0)
        few = self.file("few", b"main;a 12\nmain;b 12\n")
        more = self.file("more", b"main;a 12\nmain;b 18\n")
        self.assertEqual(run(few, more, "--fail-above=1%").returncode, 0)  # 10 points: by chance?

    def test_many_files_a_side(self):
        files = [self.file(f"r{i}", BEFORE.replace(b" 3000", b" %d" % (2970 + 10 * i)))
                 for i in range(6)]
        made = run("--before", *files[:3], "--after", *files[3:], "--fail-above", "1%")
        self.assertEqual((made.returncode, made.stderr), (0, b""))
        self.assertIn(b"in 3 profiles", made.stdout)
        self.assertIn(b"scatter", made.stdout)
        turned = run("--after", files[5], files[3], files[4], "--before=" + str(files[0]),
                     "--before", files[2], "--before", files[1])
        self.assertEqual(turned.stdout, made.stdout)

    def test_slices_tell_of_bursts(self):
        # Each second is spent in one function alone, and which one is chance.
        def perf(seed):
            rng, text = random.Random(seed), []
            for second in range(40):
                f = rng.choice("abc")
                for i in range(50):
                    text.append(f"app 1/1 [000] {100 + second}.{i * 20000:06d}: 1 cycles: \n"
                                f"\t00000000004005d0 {f} (/app)\n\n"
                                f"app 1/1 [000] {100 + second}.{i * 20000:06d}: 9 faults: \n"
                                f"\t00000000004005d0 f (/app)\n\n")
            return self.file(f"perf{seed}", "".join(text).encode())
        one, two = perf(1), perf(2)
        blind = run(one, two, "--fail-above=1%")
        self.assertEqual(blind.returncode, 1)
        self.assertIn(b"assumes independent samples", blind.stdout)
        made = run(one, two, "--fail-above=1%", "--slice=1s")
        self.assertEqual(made.returncode, 0, made.stdout)
        self.assertIn(b"in 40 profiles", made.stdout)
        self.assertIn(b'comparing "cycles", not "faults"', made.stderr)
        self.assertEqual(run(one, two, "--slice", "1000ms").stdout, made.stdout)
        self.assertIn(b"in 20 profiles", run(one, two, "--slice=2").stdout)
        for arguments, said in (([one, two, "--slice=soon"], b"--slice needs a time"),
                                ([one, two, "--slice=0"], b"--slice needs a time"),
                                ([one, two, "--slice=1h"], b"--slice needs a time"),
                                ([self.before, self.after, "--slice=1s"], b"no times"),
                                (["--before", one, two, "--after", one, "--slice=1s"], b"one file a side")):
            made = run(*arguments)
            self.assertEqual((made.returncode, made.stdout), (2, b""), arguments)
            self.assertIn(said, made.stderr)
        untimed = self.file("untimed", b"app 1 cycles:\n\t4005d0 f (/app)\n\n" * 20)
        made = run(untimed, untimed, "--slice=1s", "--fail-above=1%")
        self.assertEqual(made.returncode, 2)
        self.assertIn(b"expected a time to slice by", made.stderr)

    def test_bases(self):
        double = self.file("double", BEFORE.replace(b"000", b"800"))
        options = ["--basis=op", "--ops-before=100"]
        self.assertEqual(run(self.before, double, "--fail-above=30%").returncode, 0)
        made = run(self.before, double, *options, "--ops-after=100", "--fail-above=20%")
        self.assertEqual(made.returncode, 1, made.stderr)
        self.assertIn(b"(all) regressed by 24.00 %", made.stderr)
        made = run(self.before, double, *options, "--ops-after=124", "--fail-above=3%")
        self.assertEqual(made.returncode, 0)
        made = run(self.before, double, *options)
        self.assertEqual(made.returncode, 2)
        self.assertIn(b"after: how many operations", made.stderr)
        made = run(self.before, double, "--basis=cpu", "--cpu-before=10", "--cpu-after=10")
        self.assertIn(b"second of CPU time", made.stdout)

    def test_pictures_and_json(self):
        made = run(self.before, self.after, "-o", self.path / "diff.svg")
        self.assertEqual(made.stdout, run(self.before, self.after).stdout)
        xml.parse(self.path / "diff.svg")
        self.assertIn("slow", (self.path / "diff.svg").read_text())
        told = json.loads(run(self.before, self.after, "--json").stdout)
        self.assertEqual(told["functions_total"][0]["name"], "slow")
        self.assertEqual(told["functions_total"][0]["verdict"], "regressed")
        self.assertEqual(told["paths"][0]["name"], "main;b;slow")
        self.assertAlmostEqual(told["paths"][0]["change"], 900 / 10900)
        run(self.before, self.after, "--json", "-o", self.path / "json")
        self.assertEqual(json.loads((self.path / "json").read_text()), told)
        odd = self.file("odd", b'main;"\\\xff\x01 2000\n')
        json.loads(run(self.before, odd, "--json").stdout)

    def test_normalized_names(self):
        a = self.file("a", b"main;f{lambda()#1} 500\nmain;0x7f12 500\n")
        b = self.file("b", b"main;f{lambda()#2} 500\nmain;0x7f34 500\n")
        self.assertIn(b" regressed ", run(a, b).stdout)
        self.assertIn(b"no significant change", run(a, b, "--normalize").stdout)

    def test_one_thread_or_two(self):
        made = {run(self.before, self.after, f"--threads={n}").stdout for n in range(3)}
        self.assertEqual(len(made), 1)

    def test_sides_that_are_empty_disjoint_or_much_larger(self):
        comment = self.file("comment", b"# nothing was running\nidle 0\n")
        made = run(comment, self.after)
        self.assertEqual(made.returncode, 0)
        self.assertIn(b"no samples", made.stderr)
        self.assertIn(b"nothing was tested", made.stdout)
        # A gate that could not look must not be green.
        self.assertEqual(run(comment, self.after, "--fail-above=5%").returncode, 2)
        self.assertEqual(run(self.before, comment, "--fail-above=5%").returncode, 2)
        none = self.file("none", b"")
        self.assertEqual(run(none, self.after).returncode, 2)
        other = self.file("other", b"start;x 400\nstart;y 300\n")
        made = run(self.before, other)
        self.assertEqual((made.returncode, made.stderr), (0, b""))
        self.assertIn(b"+ start;x", made.stdout)
        large = self.file("large", BEFORE.replace(b"000", b"000000"))
        made = run(self.before, large, "--fail-above=0")
        self.assertEqual(made.returncode, 0)
        self.assertIn(b"no significant change", made.stdout)

    def test_inputs_that_are_refused(self):
        negative = self.file("negative", BEFORE + b"main;b -3\n")
        made = run(self.before, negative)
        self.assertEqual(made.returncode, 2)
        self.assertIn(b"negative: line 4: the weight is negative", made.stderr)
        trace = self.file("trace", b'[{"name":"main","ph":"X","ts":1,"dur":50,"pid":1,"tid":1}]')
        self.assertEqual(run(trace, trace).returncode, 0)
        samples = self.file("sampled", b"app 1 1.0: 7 cycles:\n"
                            b"\t00000000004005d0 main (/app)\n\n")
        made = run(trace, samples)
        self.assertEqual(made.returncode, 2, made.stdout)
        self.assertIn(b"cannot compare weights in", made.stderr)
        graph = self.path / "graph"
        cProfile.run("sorted([3, 1])", str(graph))
        made = run(graph, self.after)
        self.assertEqual(made.returncode, 2)
        self.assertIn(b"no stacks to compare", made.stderr)
        binary = self.file("binary", bytes(range(256)) * 9)
        self.assertEqual(run(binary, self.after).returncode, 2)

    def test_mistakes_are_told(self):
        cases = [([], b"BEFORE and AFTER"), ([self.before], b"BEFORE and AFTER"),
                 ([self.before] * 3, b"two files"), ([self.before, "--before", self.after], b"both"),
                 (["--before", self.before], b"AFTER"), (["--before"], b"--before"),
                 ([self.before, self.path / "none"], b"none"),
                 ([self.before, self.after, "--by=size"], b"--by"),
                 ([self.before, self.after, "--basis=wall"], b"--basis"),
                 ([self.before, self.after, "--fail-above=much"], b"--fail-above"),
                 ([self.before, self.after, "--fail-above=-1"], b"--fail-above"),
                 ([self.before, self.after, "--json", "--folded"], b"--json"),
                 ([self.before, self.after, "--alpha=0"], b"--alpha"),
                 ([self.before, self.after, "-o", self.path / "no" / "x"], b"no/x")]
        for arguments, said in cases:
            made = run(*arguments)
            self.assertEqual((made.returncode, made.stdout), (2, b""), arguments)
            self.assertIn(said, made.stderr, arguments)


if __name__ == "__main__":
    unittest.main()
