#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""wick-first: the README shows this very program, and it does what the README says."""
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

PROGRAM = Path(sys.argv.pop(1)).resolve()
ROOT = Path(__file__).resolve().parents[2]


class First(unittest.TestCase):
    def test_the_readme_shows_the_program(self):
        source = (ROOT / "examples/first.cpp").read_text(encoding="utf-8")
        shown = source.split("// README begin\n")[1].split("// README end")[0]
        self.assertIn("```cpp\n" + shown + "```", (ROOT / "README.md").read_text(encoding="utf-8"))

    def test_it_prints_its_stacks_and_draws_them(self):
        with tempfile.TemporaryDirectory() as directory:
            ran = subprocess.run([PROGRAM], capture_output=True, text=True, cwd=directory, timeout=120)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""))
            for line in ran.stdout.splitlines():
                self.assertRegex(line, r"^[^;]+(;[^;]*)* \d+$")
            self.assertRegex(ran.stdout, r"main;there_and_back\(double\)")
            root = xml.parse(Path(directory) / "first.svg").getroot()
            titles = [t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}title")]
            self.assertTrue(any(t.startswith("there_and_back(double) (") for t in titles))


if __name__ == "__main__":
    unittest.main()
