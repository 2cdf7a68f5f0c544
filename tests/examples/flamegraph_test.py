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
        return [g[0].text for g in found if len(g) and g[0].tag.endswith("title")]

    def test_standard_input_with_and_without_its_name(self):
        plain = run(stdin=STACKS)
        self.assertEqual((plain.returncode, plain.stderr), (0, b""))
        self.assertIn("a (3 samples, 75.00 %; self 3, 75.00 %; 95 % interval 30.06 to 95.44 %)", self.titles(plain.stdout))
        self.assertEqual(run("-", stdin=STACKS).stdout, plain.stdout)
        self.assertEqual(run(stdin=b"main;b 1\nmain;a 1\nmain;a 2\n").stdout, plain.stdout)

    def test_files_are_added_up_and_written_to_a_file(self):
        for name in ("one", "two"):
            (self.path / name).write_bytes(STACKS)
        made = run(str(self.path / "one"), str(self.path / "two"), "-o", str(self.path / "svg"))
        self.assertEqual((made.returncode, made.stdout, made.stderr), (0, b"", b""))
        self.assertIn("a (6 samples, 75.00 %; self 6, 75.00 %; 95 % interval 40.93 to 92.85 %)",
                      self.titles((self.path / "svg").read_bytes()))

    def test_options_in_each_form(self):
        forms = [["--title=T & T", "--width=800"], ["--title", "T & T", "--width", "800"],
                 ["-tT & T", "--width=800"], ["-t", "T & T", "--width=800"]]
        outputs = {run(*form, stdin=STACKS).stdout for form in forms}
        self.assertEqual(len(outputs), 1)
        self.assertIn(b"T &amp; T", outputs.pop())

    def test_nothing_to_show_is_an_error_with_a_file_that_says_so(self):
        for text in (b"", b"main 0\n", b"# a comment\n", b" \n\n"):
            made = run(*(["--format=folded"] if text.strip() else []), stdin=text)
            self.assertEqual(made.returncode, 2)
            self.assertIn(b"nothing to show", made.stderr)
            xml.fromstring(made.stdout)
            self.assertIn(b"Nothing to show", made.stdout)

    def test_bad_lines_are_counted_on_stderr(self):
        made = run(stdin=STACKS + b"no weight here\n")
        self.assertEqual(made.returncode, 0)
        self.assertIn(b"skipped 1 record", made.stderr)
        self.assertIn(b"line 3", made.stderr)

    def test_names_of_options_that_others_have(self):
        picture = run(stdin=STACKS).stdout
        for same in (["--deterministic"], ["--truncate-text-right"], ["--width=0"],
                     ["--encoding=utf-8"], ["--quiet"]):
            self.assertEqual(run(*same, stdin=STACKS).stdout, picture, same)
        self.assertEqual(run("--color=java", stdin=STACKS).stdout,
                         run("--colors=java", stdin=STACKS).stdout)
        self.assertEqual(run("--colordiffusion", stdin=STACKS).stdout,
                         run("--colors=width", stdin=STACKS).stdout)
        self.assertEqual(run("-q", stdin=STACKS + b"no weight here\n").stderr, b"")

    def test_mistakes_are_told(self):
        cases = [(["--width=wide"], b"--width"), (["--width=50"], b"--width"),
                 (["--minwidth=-1"], b"--minwidth"), (["--minwidth=nan"], b"--minwidth"),
                 (["--height=12.5"], b"--height"), (["--title"], b"--title"),
                 (["--colors=pink"], b"pink"), (["--bgcolors=#12"], b"#12"),
                 (["--frame-width-source=x"], b"before"), (["--diff"], b"two files"),
                 (["--extract"], b"no wick flame graph"), (["--encoding=latin1"], b"UTF-8"),
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

    def test_two_weights_a_line_are_a_comparison(self):
        made = run(stdin=b"main;a 10 30\nmain;gone 5 0\nmain;new 0 7\n")
        self.assertEqual((made.returncode, made.stderr), (0, b""))
        titles = self.titles(made.stdout)
        self.assertIn("a (+20 samples, +54.05 %; before 10, after 30; self +20, before 10, after 30)",
                      titles)
        self.assertTrue(any(t.startswith("gone (-5 ") and t.endswith("; only before)") for t in titles))
        self.assertIn(b'class="hatch"', made.stdout)
        self.assertEqual(run("--extract", stdin=made.stdout).stdout,
                         b"main;a 10 30\nmain;gone 5 0\nmain;new 0 7\n")

    def test_two_files_are_compared(self):
        (self.path / "one").write_bytes(b"a 10\nb 10\n")
        (self.path / "two").write_bytes(b"a 30\nb 10\n")
        files = [str(self.path / "one"), str(self.path / "two")]
        made = run("--diff", *files)
        self.assertIn("a (+20 samples, +50.00 %; before 10, after 30; self +20, before 10, after 30)",
                      self.titles(made.stdout))
        scaled = run("--diff", "--normalize", *files)  # 10 of 20 is 20 of 40
        self.assertIn("a (+10 samples, +25.00 %; before 10, after 30; self +10, before 10, after 30)",
                      self.titles(scaled.stdout))
        turned = run("--diff", "--negate", *files)
        self.assertIn(b"a (-20 samples, -50.00 %", turned.stdout)

    def test_extract_gives_the_folded_text_back(self):
        stacks = b"main;a;b_[k] 3.5\nmain;a_[i] 1\nmain;w_[w] 2\nx<&>\\\x01\xff;] 7\n"
        for options in ([], ["--reverse"], ["--inverted", "--countname=bytes"]):
            picture = run(*options, stdin=stacks).stdout
            back = run("--extract", stdin=picture)
            self.assertEqual((back.stdout, back.stderr), (stacks, b""), options)
        self.assertEqual(run("--extract", stdin=run("--static", stdin=stacks).stdout).returncode, 2)

    def test_flame_charts_keep_the_order(self):
        lines = b"main;a 3\nmain;b 1\nmain;a 2\n"
        titles = self.titles(run("--flamechart", stdin=lines).stdout)
        self.assertEqual([t.split(" ")[0] for t in titles if t[0] in "ab" and t[1] == " "],
                         ["a", "b", "a"])
        self.assertIn("a (3 samples, 50.00 %; self 3, 50.00 %)", titles)
        trace = (b'[{"name":"f","ph":"X","ts":10,"dur":100,"pid":1,"tid":1},'
                 b'{"name":"g","ph":"X","ts":40,"dur":20,"pid":1,"tid":1}]')
        titles = self.titles(run("--flamechart", stdin=trace).stdout)
        self.assertIn("f (100 \u00b5s, 100.00 %; self 80 \u00b5s, 80.00 %)", titles)

    def test_palette_files_keep_colours(self):
        palette = self.path / "colours"
        palette.write_bytes(b"operator->()->rgb(1,2,3)\nother->rgb(9,9,9)\n")
        made = run("--cp", f"--palette-file={palette}", stdin=b"main;operator->() 5\n")
        self.assertEqual(made.returncode, 0)
        self.assertIn(b"{fill:#010203}", made.stdout)
        lines = palette.read_bytes().splitlines()
        self.assertEqual(lines[2:], [b"operator->()->rgb(1,2,3)", b"other->rgb(9,9,9)"])
        self.assertTrue(lines[0].startswith(b"->rgb(") and lines[1].startswith(b"main->rgb("))
        again = run("--cp", f"--palette-file={palette}", "--colors=blue",
                    stdin=b"main;operator->() 5\n")
        self.assertEqual(palette.read_bytes().splitlines(), lines)
        self.assertEqual(again.stdout, run("--cp", f"--palette-file={palette}",
                                           stdin=b"main;operator->() 5\n").stdout)

    def test_attributes_of_functions(self):
        given = self.path / "attributes"
        given.write_bytes(b"a\ttitle=see <this>\thref=https://example.org/?a&b\tid=x\tclass=hot\n"
                          b"b\thref=javascript:alert(1)\nno tab\n")
        made = run(f"--nameattr={given}", stdin=STACKS)
        self.assertIn(b"skipped 2 records", made.stderr)
        self.assertIn(b'<a href="https://example.org/?a&amp;b" target="_top">', made.stdout)
        self.assertIn(b"<title>see &lt;this&gt;</title>", made.stdout)
        self.assertNotIn(b"javascript:", made.stdout)

    def test_numbers_can_be_scaled(self):
        made = run("--factor=0.001", "--total=8000", "--countname=s", "--notes=N -- <n>",
                   "--base=main", stdin=b"x;main;a 3000\nx;main;b 1000\ny 5\n")
        self.assertIn("a (3 s, 37.50 %; self 3, 37.50 %)", self.titles(made.stdout))
        self.assertIn(b"without a base", made.stderr)
        self.assertIn(b"<desc>N -- &lt;n&gt;</desc>", made.stdout)

    def test_callers_are_drawn_on_request(self):
        titles = self.titles(run("--reverse", "--static", stdin=b"a;b;c 200\nd;c 100\n").stdout)
        self.assertEqual([t.split(" (")[0] for t in titles], ["all", "c", "b", "a", "d"])


if __name__ == "__main__":
    unittest.main()
