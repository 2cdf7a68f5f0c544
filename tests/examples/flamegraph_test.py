#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""wick-flamegraph: files and standard input, options, and what it does with bad ones."""
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

PROGRAM = sys.argv.pop(1)
STACKS = b"main;a 3\nmain;b 1\n"


def run(*arguments, stdin=b""):
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, timeout=60)


class Flamegraph(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name)

    def titles(self, svg):
        found = xml.fromstring(svg).iter("{http://www.w3.org/2000/svg}g")
        return [g[0].text for g in found if g[0].tag.endswith("title")]

    def test_standard_input_with_and_without_its_name(self):
        plain = run(stdin=STACKS)
        self.assertEqual((plain.returncode, plain.stderr), (0, b""))
        self.assertIn("a (3 samples, 75.00 %; self 3, 75.00 %)", self.titles(plain.stdout))
        self.assertEqual(run("-", stdin=STACKS).stdout, plain.stdout)
        self.assertEqual(run(stdin=b"main;b 1\nmain;a 1\nmain;a 2\n").stdout, plain.stdout)

    def test_files_are_added_up_and_written_to_a_file(self):
        for name in ("one", "two"):
            (self.path / name).write_bytes(STACKS)
        made = run(str(self.path / "one"), str(self.path / "two"), "-o", str(self.path / "svg"))
        self.assertEqual((made.returncode, made.stdout, made.stderr), (0, b"", b""))
        self.assertIn("a (6 samples, 75.00 %; self 6, 75.00 %)",
                      self.titles((self.path / "svg").read_bytes()))

    def test_options_in_each_form(self):
        forms = [["--title=T & T", "--width=800"], ["--title", "T & T", "--width", "800"],
                 ["-tT & T", "--width=800"], ["-t", "T & T", "--width=800"]]
        outputs = {run(*form, stdin=STACKS).stdout for form in forms}
        self.assertEqual(len(outputs), 1)
        self.assertIn(b"T &amp; T", outputs.pop())

    def test_nothing_to_show_is_an_error_with_a_file_that_says_so(self):
        for text in (b"", b"main 0\n", b"# a comment\n"):
            made = run(stdin=text)
            self.assertEqual(made.returncode, 2)
            self.assertIn(b"nothing to show", made.stderr)
            xml.fromstring(made.stdout)
            self.assertIn(b"Nothing to show", made.stdout)

    def test_bad_lines_are_counted_on_stderr(self):
        made = run(stdin=STACKS + b"no weight here\n")
        self.assertEqual(made.returncode, 0)
        self.assertIn(b"skipped 1 line", made.stderr)
        self.assertIn(b"line 3", made.stderr)

    def test_mistakes_are_told(self):
        cases = [(["--width=wide"], b"--width"), (["--width=50"], b"--width"),
                 (["--minwidth=-1"], b"--minwidth"), (["--minwidth=nan"], b"--minwidth"),
                 (["--height=12.5"], b"--height"), (["--title"], b"--title"),
                 (["--inverted=yes"], b"--inverted"), ([str(self.path / "none")], b"none"),
                 ([str(self.path)], b"directory"), (["-o", str(self.path / "no" / "x")], b"no/x")]
        for arguments, said in cases:
            made = run(*arguments, stdin=STACKS)
            self.assertEqual((made.returncode, made.stdout), (2, b""), arguments)
            self.assertIn(said, made.stderr, arguments)

    def test_static_pictures_say_what_they_leave_out(self):
        stacks = b"".join(b"main;f%d %d\n" % (i, 1 if i % 2 else 1000) for i in range(20))
        made = run("--static", stdin=stacks)
        self.assertEqual(made.returncode, 0)
        self.assertNotIn(b"<script", made.stdout)
        self.assertIn(b"10 of 22 frames", made.stderr)


if __name__ == "__main__":
    unittest.main()
