#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""wick-quickstart: it samples its four threads, names their functions, writes text and picture."""
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

PROGRAM = Path(sys.argv.pop(1)).resolve()
OWN = ["service::parse_requests", "service::rank_visits", "service::compressor::compress",
       "service::mix_block"]


def run(directory, *arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, cwd=directory,
                          timeout=120)


class Quickstart(unittest.TestCase):
    def test_it_finds_the_functions_of_its_threads(self):
        with tempfile.TemporaryDirectory() as directory:
            ran = run(directory, "--seconds=2", "--frequency", "200")
            self.assertEqual((ran.returncode, ran.stderr), (0, ""))
            self.assertRegex(ran.stdout, r"^\d+ samples of \d+ threads in \d+\.\d s of CPU time")
            self.assertEqual(len(re.findall(r"^ +[\d.]+ % +[\d.]+ %  ", ran.stdout, re.M)), 20)
            folded = (Path(directory) / "quickstart.folded").read_text(encoding="utf-8")
            titles = [t.text or "" for t in xml.parse(Path(directory) / "quickstart.svg").getroot()
                      .iter("{http://www.w3.org/2000/svg}title")]
            for name in OWN:
                self.assertIn(name, folded)
                self.assertTrue(any(t.startswith(name) for t in titles), name)
            for thread in ("parser", "ranker", "packer", "signer"):
                self.assertRegex(folded, rf"(?m)^{thread};")

    def test_bad_numbers_are_told(self):
        with tempfile.TemporaryDirectory() as directory:
            for wrong in ("--frequency=0", "--frequency=1e9", "--seconds=-1", "--seconds=x", "file"):
                ran = run(directory, wrong)
                self.assertEqual((ran.returncode, ran.stdout), (2, ""), wrong)
                self.assertNotEqual(ran.stderr, "")
            self.assertEqual(list(Path(directory).iterdir()), [])


if __name__ == "__main__":
    unittest.main()
