#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""wick-walk: exact on stacks, by reachability on a .prof, and both of one run."""
import marshal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv.pop(1)

# log is shared: some of its calls end in the network. decode runs below the sink, as a callback.
STACKS = b"""main;serve;recv;decode 10
main;render;log;recv 5
main;render;escape 60
main;render;log 20
main;hash 5
"""


def run(*arguments, stdin=b""):
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, timeout=60)


def closure(stats, sink):
    """The script of the talk: functions from which no function of the sink is reachable."""
    tainted = {f for f in stats if sink in "%s:%d(%s)" % f}
    queue = list(tainted)
    while queue:
        for caller in stats[queue.pop()][4]:
            if caller not in tainted:
                tainted.add(caller)
                queue.append(caller)
    free = [f for f in stats if f not in tainted]
    return sorted(free, key=lambda f: -stats[f][3])


class Walk(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name)

    def test_stacks_give_the_exact_time(self):
        made = run("-", "recv", stdin=STACKS)
        self.assertEqual((made.returncode, made.stderr), (0, b""))
        self.assertEqual(made.stdout.decode().splitlines(), [
            "# exact: 85 of 100 are in stacks that never touch the sink, 85.0%",
            "weight 85 - main  (85.0% of its 100)",
            "weight 80 - render  (94.1% of its 85)",
            "weight 60 - escape  (100.0% of its 60)",
            "weight 20 - log  (80.0% of its 25)",
            "weight 5 - hash  (100.0% of its 5)"])

    def test_a_prof_is_walked_as_the_script_of_the_talk_does(self):
        f = [("/srv/a.py", i, "f%d" % i) for i in range(40)] + [("/usr/lib/socket.py", 3, "recv")]
        stats = {f[i]: (1, 1, i / 64, (i * 37 % 41) / 32,
                        {f[j]: (1, 1, 0.5, 0.5) for j in range(i) if (i * j + j) % 7 == 3})
                 for i in range(len(f))}
        file = self.path / "a.prof"
        for version in (2, 4):
            file.write_bytes(marshal.dumps(stats, version))
            made = run(str(file), "socket.py", "--limit=10")
            self.assertEqual((made.returncode, made.stderr), (0, b""))
            lines = made.stdout.decode().splitlines()
            free = closure(stats, "socket.py")
            self.assertGreater(len(free), 10)
            self.assertEqual(lines[0], "# approximate, as a call graph has no stacks: "
                             f"{len(free)} of 41 functions do not reach the sink")
            self.assertEqual(lines[1:11], ["cumtime %.4f - %s:%d(%s)" % (stats[x][3], *x)
                                           for x in free[:10]])
            self.assertEqual(lines[11:], [f"# and {len(free) - 10} more: --limit"])

    def test_both_of_one_run_with_the_difference_explained(self):
        text = run("-", "recv", "--compare", stdin=STACKS).stdout.decode()
        self.assertIn("# approximate, as a call graph has no stacks: 3 of 8 functions", text)
        self.assertIn("stacks say that 85.0% of the time never touches the sink", text)
        self.assertIn("# the graph calls free of it hold 75.0%.", text)
        self.assertIn("#   80 free of 85 - render\n", text)
        self.assertIn("#   20 free of 25 - log\n", text)
        self.assertIn("#   10 not free of 10 - decode\n", text)
        self.assertIn("both agree", run("-", "recv", "--compare",
                                        stdin=b"a;b 1\nc;recv 1\n").stdout.decode())

    def test_event_loops_and_expressions(self):
        stacks = b"poll;handler;parse 8\npoll 2\n"
        self.assertIn("0 of 10 are", run("-", "poll", stdin=stacks).stdout.decode())
        self.assertIn("weight 8 - parse", run("-", "poll", "--below", stdin=stacks).stdout.decode())
        self.assertIn("85 of 100", run("-", "-E", "re[c]v$", "x+", stdin=STACKS).stdout.decode())

    def test_mistakes_are_told(self):
        for arguments, said in ((["-"], b"sink"), (["-", "(", "-E"], b"("),
                                ([str(self.path / "no"), "x"], b"no")):
            made = run(*arguments, stdin=STACKS)
            self.assertEqual((made.returncode, made.stdout), (2, b""), arguments)
            self.assertIn(said, made.stderr)
        file = self.path / "a.prof"
        file.write_bytes(marshal.dumps({("a", 1, "f"): (1, 1, 0.5, 0.5, {})}))
        self.assertEqual(run(str(file), "x", "--compare").returncode, 2)


if __name__ == "__main__":
    unittest.main()
