#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""wick-cooperative: exact under the virtual clock, the same shape for real."""
import re
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop(1)

# 50 ms block, 100 ms wait, 1 ms think, 100 calls, all clients begin at once.
# Of the server: mean, std, 25%, 50%, 75%, max; of the clients: the mean.
GOLDEN = {
    1: ((0.150, 0.000, 0.150, 0.150, 0.150, 0.150), 0.150),
    5: ((0.201, 0.054, 0.150, 0.201, 0.250, 0.401), 0.250),
    10: ((0.432, 0.149, 0.350, 0.350, 0.500, 0.851), 0.498),
    15: ((0.700, 0.230, 0.550, 0.650, 0.750, 1.401), 0.732),
    20: ((0.928, None, None, None, None, None), 0.957),
}
ROWS = ("mean", "std", "25%", "50%", "75%", "max")
# The same where the loop polls every 5 ms: means of the server and of the clients.
FAIR = {5: (0.190, 0.250), 10: (0.317, 0.487), 15: (0.441, 0.712), 20: (0.568, 0.925)}


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=250)


def sections(text):
    """Title to lines."""
    parts = re.split(r"^\d+\. (.*)\n=+\n", text, flags=re.M)
    return {title: body.splitlines() for title, body in zip(parts[1::2], parts[2::2])}


def table(lines):
    """First word of each row to the numbers behind it."""
    found = {}
    for line in lines:
        match = re.match(r"(\S+)((?: +\d+\.\d+)+)", line)
        if match:
            found[match[1]] = [float(cell) for cell in match[2].split()]
    return found


def results(lines):
    """Name to server mean, p90, clients' mean, p50, p90, p99, max, calls/s, calls a CPU s, CPUs."""
    rows = []
    for line in lines:
        match = re.fullmatch(r"(.{28})((?: *\d+\.\d+){2}) \|((?: *\d+\.\d+){5}) \|"
                             r"((?: *\d+\.\d+){3})", line)
        if match:
            rows.append((match[1].strip(), [float(x) for x in " ".join(match.groups()[1:]).split()]))
    return rows


class Virtual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = run("--virtual", "-c", ",".join(map(str, GOLDEN)), "--log=1000")
        assert (made.returncode, made.stderr) == (0, ""), made
        cls.text = made.stdout
        cls.parts = sections(made.stdout)

    def part(self, begin):
        return next(lines for title, lines in self.parts.items() if title.startswith(begin))

    def test_goldens(self):
        server = table(self.part("What the server measures"))
        clients = table(self.part("What its clients measure"))
        for i, (n, (figures, mean)) in enumerate(GOLDEN.items()):
            for row, figure in zip(ROWS, figures):
                if figure is not None:
                    self.assertAlmostEqual(server[row][i], figure, delta=0.000501, msg=(n, row))
            # The goldens' clients saw half a millisecond of network more.
            self.assertAlmostEqual(clients["mean"][i], mean, delta=0.0012, msg=n)
            self.assertEqual((server["count"][i], clients["count"][i]), (100, 100))

    def test_the_law_of_the_busy_loop(self):
        clients = table(self.part("What its clients measure"))
        for i, n in enumerate(GOLDEN):
            self.assertLessEqual(clients["calls/s"][i], 20)
            if n >= 5:
                law = n * 0.050 - 0.001
                self.assertAlmostEqual(clients["mean"][i], law, delta=0.05 * law)
                self.assertGreater(clients["calls/s"][i], 19)

    def test_all_extra_time_is_others_blocks(self):
        lines = self.part("Who blocked whom: the server's log, 5 clients")
        begun = [int(n) for line in lines if " begins " in line
                 for n in re.findall(r"#(\d+)", line.split(" begins ")[1].split(";")[0])]
        self.assertEqual(sorted(begun), list(range(100)))
        calls = [re.fullmatch(r" *#(\d+) +(\d\.\d{3}) +(\d\.\d{3})  +(.*)", x) for x in lines]
        calls = [c for c in calls if c]
        self.assertEqual([int(c[1]) for c in calls], list(range(100)))
        whole = 0
        for c in calls:
            self.assertLessEqual(float(c[3]), float(c[2]))
            if c[4] == "nothing extra":
                self.assertEqual(c[2], "0.150")
                continue
            extra, by = re.fullmatch(r"([\d.]+) ms extra from blocks of other requests: (.*)",
                                     c[4]).groups()
            self.assertAlmostEqual(float(c[2]), 0.150 + float(extra) / 1e3, delta=0.0006)
            if "more" not in by:
                parts = [int(x) for x in re.findall(r"#\d+ (\d+)", by)]
                self.assertAlmostEqual(sum(parts), float(extra), delta=len(parts) / 2 + 0.1)
                whole += 1
        self.assertGreater(whole, 50)

    def test_parts_of_the_time_add_up(self):
        lines = self.part("Where the time goes")
        middle = next(i for i, line in enumerate(lines) if line.startswith("and of"))
        for part in (lines[:middle], lines[middle:]):
            rows = [[float(x) for x in re.findall(r" (\d+\.\d{3})\b", line)] for line in part]
            rows = [row for row in rows if len(row) == len(GOLDEN)]
            self.assertEqual(len(rows), 6)
            for column in zip(*rows):
                self.assertAlmostEqual(sum(column[:-1]), column[-1], delta=0.003)

    def test_every_call_is_in_the_distributions(self):
        columns = [0, 0, 0]
        for line in self.part("Queue, service and response"):
            for i in range(3):
                found = re.match(r"#+ (\d+)", line[10 + 24 * i:])
                columns[i] += int(found[1]) if found else 0
        self.assertEqual(columns, [100, 100, 100])

    def test_a_fair_loop_heals_the_servers_figures_not_the_clients(self):
        for n, (server, clients) in FAIR.items():
            rows = dict(results(run("--virtual", "--remedies", "-c", str(n)).stdout.splitlines()))
            row = rows["poll every 5 ms"]
            self.assertAlmostEqual(row[0], server, delta=0.00101, msg=n)
            self.assertAlmostEqual(row[2], clients, delta=0.0012, msg=n)
            self.assertEqual(row[8], 20.00)

    def test_remedies(self):
        rows = dict(results(self.part("Remedies: 20 clients")))
        none, fair, enough = rows["none"], rows["yield every 5 ms"], rows["7 workers"]
        self.assertLess(fair[6], none[6])                     # nobody waits for two convoys
        self.assertAlmostEqual(fair[2], none[2], delta=0.03)  # and the mean is what it was
        self.assertEqual((enough[3], rows["7 processes"][3] < 0.16), (0.150, True))
        self.assertLess(enough[2], 0.165)  # all begin at once, and then it is flat
        self.assertLess(rows["3 workers"][4], none[4])
        for row in rows.values():
            self.assertEqual(row[8], 20.00)  # no call became cheaper
            self.assertAlmostEqual(row[7], row[8] * row[9], delta=0.2)

    def test_the_same_bytes_again_and_others_with_another_seed(self):
        arguments = ("--virtual", "-c", "1,5,10,15,20", "--log=1000")
        self.assertEqual(run(*arguments).stdout, self.text)
        other = sections(run(*arguments, "--seed=2").stdout)
        title = next(t for t in self.parts if t.startswith("How it began"))
        self.assertNotEqual(other[title], self.parts[title])
        self.assertEqual(other["Remedies: 20 clients"], self.parts["Remedies: 20 clients"])

    def test_the_talks_own_times(self):
        made = sections(run("--talk", "--virtual", "-c", "5,15").stdout)
        rows = table(made["What the server measures: a handler's first instruction to its last, in "
                          "seconds"])
        talk = (0.199, 0.053, 0.161, 0.164, 0.265, 0.372)
        for row, figure in zip(ROWS, talk):
            self.assertAlmostEqual(rows[row][0], figure, delta=0.006, msg=row)
        self.assertAlmostEqual(rows["max"][1], 1.437, delta=0.0005)


class Real(unittest.TestCase):
    def test_the_same_order_and_the_same_limit(self):
        # However fast the machine, a loop that burns 10 ms for each call cannot serve more than 100
        # a second. The order needs a machine that does not change much from run to run, and may be
        # tried again.
        for attempt in range(5):
            made = run("--real", "-c", "1,5,10", "--block=10", "--wait=20", "--real-requests=40",
                       "--no-remedies", "--limit=150")
            self.assertEqual((made.returncode, made.stderr), (0, ""))
            rows = [(name, row) for name, row in results(made.stdout.splitlines())
                    if name != "virtual clock"]
            self.assertEqual([name for name, _ in rows], ["1 client", "5 clients", "10 clients"])
            for _, row in rows:
                self.assertLessEqual(row[7], 100)
                self.assertLessEqual(row[8], 100)
                self.assertGreaterEqual(row[2], 0.030)
                self.assertLessEqual(row[0], row[2])  # the server never sees all of it
            means = [row[2] for _, row in rows]
            if means[0] < means[1] < means[2]:
                return
        self.fail(f"means for 1, 5 and 10 clients: {means}")

    def test_every_remedy_serves_every_call(self):
        made = run("--real", "--remedies", "-c", "6", "--block=5", "--wait=10",
                   "--real-requests=30", "--limit=150")
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        names = [name for name, _ in results(made.stdout.splitlines()) if name != "virtual clock"]
        self.assertEqual(names, ["none", "2 processes", "poll every 5 ms", "yield every 5 ms",
                                 "2 workers"])

    def test_no_time_is_said(self):
        made = run("--real", "-c", "4", "--block=50", "--real-requests=1000", "--no-remedies",
                   "--limit=0.5")
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        self.assertRegex(made.stdout, r"4 clients \(\d+ calls\)")
        self.assertIn("no time for more (--limit)", made.stdout)


class Mistakes(unittest.TestCase):
    def test_are_told(self):
        for arguments, said in ((("-c", "0"), "--concurrency"), (("-c", "5,"), "comma"),
                                (("-c", "5;6"), "--concurrency"), (("-c", "1000"), "200"),
                                (("--block=0",), "--block"), (("file",), "no files")):
            made = run("--virtual", *arguments)
            self.assertEqual((made.returncode, made.stdout), (2, ""), arguments)
            self.assertIn(said, made.stderr)


if __name__ == "__main__":
    unittest.main()
