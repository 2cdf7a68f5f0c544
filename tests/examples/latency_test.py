#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""wick-latency: numbers, tables, logs and histograms in; blocks, bars, pictures, verdicts out."""
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom
from pathlib import Path

PROGRAM = sys.argv.pop(1)


def run(*arguments, stdin=""):
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, text=True,
                          timeout=120)


def block(text):
    """The rows of a pandas block, by name."""
    return {words[0]: float(words[1]) for words in map(str.split, text.splitlines())
            if len(words) == 2 and words[0] not in ("dtype:", "in")}


class Latency(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name)

    def write(self, name, text):
        file = self.path / name
        file.write_text(text, encoding="utf-8")
        return str(file)

    def test_the_block_is_that_of_pandas(self):
        made = run("--describe", stdin="3\n1\n2\n4\n")
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        self.assertEqual(made.stdout, "count    4.000000\nmean     2.500000\nstd      1.290994\n"
                                      "min      1.000000\n25%      1.750000\n50%      2.500000\n"
                                      "75%      3.250000\nmax      4.000000\ndtype: float64\n")

    def test_a_unit_makes_bars(self):
        made = run("--unit", "s", stdin="0.25\n0.5\n0.5\n1\n")
        self.assertIn("in ms\n", made.stdout)
        self.assertEqual(block(made.stdout)["50%"], 500)
        self.assertIn("\u2588", made.stdout)
        self.assertEqual(block(run("--unit", "s", "--in", "s", stdin="0.25\n0.5\n").stdout)["max"], 0.5)

    def test_what_is_no_latency_is_told_with_its_place(self):
        made = run(stdin="1\nNaN\n-2\n1e20\n5\n")
        self.assertEqual(made.returncode, 0)
        self.assertIn('skipped 3 lines, the first being line 2: "NaN" is no duration', made.stderr)
        self.assertEqual(block(made.stdout)["count"], 2)
        mixed = run(stdin="1ms\n2\n")
        self.assertEqual(mixed.returncode, 2)
        self.assertIn("line 2", mixed.stderr)
        self.assertEqual(mixed.stdout, "")

    def test_refusals(self):
        for arguments, stdin, expected in (
                ([], "", "there are no latencies in it"),
                ([], "a b\n\x01\n", "none of its lines has a latency"),
                (["/no/such/file"], "", "wick-latency: /no/such/file: No such file"),
                (["--height", "--time", "1", "--column", "2"], "9 1ms\n", "enough requests"),
                (["--height"], "1ms\n", "--time"),
                (["--tiers", "--unit", "s"], "1\n", "--part"),
                (["--bars"], "1\n", "--unit"),
                (["--at", "50,x"], "1\n", "percentages"),
                (["--unit", "parsec"], "1\n", "needs one of"),
                (["--compare"], "1\n", "two files"),
                (["--format", "hdr"], "1\n", "-: "),
                (["--window", "1e-9"], "1\n", "millisecond")):
            made = run(*arguments, stdin=stdin)
            self.assertEqual(made.returncode, 2, arguments)
            self.assertIn(expected, made.stderr)
            self.assertEqual(made.stdout, "", arguments)

    def test_an_access_log_has_a_height_tiers_and_pictures(self):
        generator = random.Random(1)
        lines = []
        for i in range(6000):
            part = generator.lognormvariate(-3, .5) * (1 + .5 * math.sin(i / 6000 * 2 * math.pi))
            total = part + generator.lognormvariate(-4, .3)
            minute, second = divmod(i // 2, 60)
            lines.append('1.2.3.4 - - [28/Nov/2026:%02d:%02d:%02d +0000] "GET /a b HTTP/1.1" 200 7 '
                         'rt=%.6f up="%.6f"\n' % (9 + minute // 60, minute % 60, second, total, part))
        log = self.write("access.log", "".join(lines))
        options = ["--column", "rt", "--part", "up", "--time", "4", "--unit", "s"]
        made = run(log, *options, "--height", "--tiers", "--changes",
                   "--heat-map", str(self.path / "heat.svg"), "--plot", str(self.path / "plot.svg"))
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        self.assertIn("windows of 30 s, at most 2 requests per second", made.stdout)
        self.assertIn("share outside", made.stdout)
        self.assertIn("p90 changed", made.stdout)
        for name in ("heat.svg", "plot.svg"):
            xml.dom.minidom.parse(str(self.path / name))
        # The part makes the height: what is outside of it hardly moves.
        heights = {line.split()[0]: float(line.split("%")[0].split()[-1])
                   for line in made.stdout.splitlines()
                   if line.split()[:1] in (["total"], ["part"], ["outside"]) and "%" in line}
        self.assertGreater(heights["part"], 2 * heights["outside"])

    def test_two_logs_of_a_tier_each_are_an_approximation(self):
        generator = random.Random(4)
        sides = [self.write(name, "".join(
            "2026-11-28T09:%02d:%02dZ %.6f\n" % (*divmod(i, 60), factor * generator.lognormvariate(3, .2))
            for i in range(3000) for _ in range(2))) for name, factor in (("all", 2), ("part", 1))]
        made = run(*sides, "--tiers", "--time", "1", "--column", "2", "--unit", "ms")
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        self.assertIn("APPROXIMATION", made.stdout)
        share = float(next(line for line in made.stdout.splitlines() if line.startswith("p50"))
                      .split("%")[0].split()[-1])
        self.assertAlmostEqual(share, 50, delta=3)
        no_times = run(*sides, "--tiers", "--column", "2", "--unit", "ms")
        self.assertEqual(no_times.returncode, 2)
        self.assertIn("--time", no_times.stderr)

    def test_changes_are_told_by_their_date(self):
        log = "".join("%d %d\n" % (1795859280 + i // 20, (10 if i < 24000 else 30) + i % 3)
                      for i in range(48000))
        made = run("--time", "1", "--column", "2", "--unit", "ms", "--changes", stdin=log)
        self.assertIn("at 2026-11-28 10:08:00 UTC: 12 ms to 32 ms", made.stdout)

    def test_a_percentage_is_the_quantile_that_pandas_is_asked_for(self):
        made = run("--at", "99.999", stdin="0.000001\n999999.9999995\n")
        self.assertIn("99.999%    999990.000000\n", made.stdout)

    def test_a_histogram_goes_around_in_every_form(self):
        generator = random.Random(2)
        values = [generator.lognormvariate(3, .8) for _ in range(3000)]
        text = "".join("%.6fms\n" % v for v in values)
        encoded = run("--encode", stdin=text).stdout
        self.assertTrue(encoded.startswith("HISTFAAA"))
        again = run("--encode", stdin=encoded)
        self.assertEqual((again.returncode, again.stdout), (0, encoded))
        table = run("--hgrm", stdin=text).stdout
        self.assertIn("#[Mean    =", table)
        exact = statistics.quantiles(values, n=100, method="inclusive")
        for form in (encoded, table, run("--csv", stdin=text).stdout):
            found = block(run("--at", "50,90", stdin=form).stdout)
            self.assertEqual(found["count"], 3000)
            self.assertAlmostEqual(found["50%"] / exact[49], 1, delta=.01)
            self.assertAlmostEqual(found["90%"] / exact[89], 1, delta=.01)

    def test_compare_says_by_its_status_whether_it_got_slower(self):
        generator = random.Random(3)
        sides = ["".join("%.6f\n" % (factor * generator.lognormvariate(3, .5)) for _ in range(6000))
                 for factor in (1, 1, 1.2)]
        a, b, slow = (self.write(name, side) for name, side in zip("abc", sides))
        for first, second, status, word in ((a, slow, 1, "regressed"), (slow, a, 0, "improved"),
                                            (a, a, 0, "unchanged")):
            made = run("--compare", first, second, "--at", "50")
            self.assertEqual(made.returncode, status, made.stdout)
            self.assertTrue(made.stdout.startswith(word), made.stdout)
        self.assertEqual(run("--compare", a, b).returncode, 0)
        self.assertEqual(run("--compare", a, slow, "--threshold", "50%", "--at", "50").returncode, 0)

    def test_requests_that_a_stalled_client_did_not_send(self):
        made = run("--expected-interval", "10", "--at", "75", stdin="1ms\n" * 100 + "1s\n")
        self.assertIn("coordinated omission", made.stdout)
        self.assertEqual(block(made.stdout)["count"], 200)

    def test_a_metric_has_exact_cumulative_counts(self):
        name = "request_duration_seconds"
        made = run("--prometheus", name, "--openmetrics", stdin="4ms\n" * 3 + "2s\n")
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        counts = [int(line.split()[-1]) for line in made.stdout.splitlines()
                  if line.startswith(name + "_bucket")]
        self.assertEqual((counts[0], counts[-1]), (3, 4))
        self.assertTrue(made.stdout.endswith("# EOF\n"))
        self.assertIn(name + "_sum 2.012\n", made.stdout)
        self.assertEqual(run("--prometheus", "1 2", stdin="4ms\n").returncode, 2)

    def test_a_log_of_intervals_as_java_writes_it(self):
        conformance = os.environ.get("WICK_CONFORMANCE")
        if not conformance:
            self.skipTest("no conformance directory was given")
        log = conformance + "/latency/java_gold.hlog"
        made = run(log, "--height", "--window", "1")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(block(run(log, "--tag", "api").stdout)["count"], 20000)


if __name__ == "__main__":
    unittest.main()
