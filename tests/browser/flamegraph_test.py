#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""The page of wick-flamegraph in a browser: zoom, search, labels, blocks, with and without scripts.

Exits with 77, which Meson takes for "skipped", where there is no Chromium. Keeps screenshots in
$WICK_SCREENSHOTS where that is set.
"""
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import browser

PROGRAM = sys.argv.pop(1)

SERVER = """\
server;main;loop;handle_request;parse_json;std::vector<token>::push_back(token&&);malloc 410
server;main;loop;handle_request;parse_json;read_string 900
server;main;loop;handle_request;parse_json 690
server;main;loop;handle_request;render;format_number_[i] 800
server;main;loop;handle_request;render;std::sort<row*>_[i];std::__introsort_loop 1200
server;main;loop;write_response;write;entry_SYSCALL_64_[k];do_syscall_64_[k];tcp_sendmsg_[k] 1400
server;main;loop;write_response;compress;deflate 2100
server;main;loop;write_response;compress;crc32_z 500
worker;start_thread;pool::work;evaluate;Script:~run_[j];Script:~inner_[j] 1500
worker;start_thread;pool::work;evaluate;gc::mark 497
worker;start_thread;pool::work;idle 1
worker;start_thread;pool::work;idler;spin 1
worker;start_thread;pool::work;\u6f22\u5b57\u304c\u3042\u308b\u95a2\u6570;leaf 1
"""  # 10,000 samples
FRAMES = "[...document.querySelectorAll('.frames > g')]"


def generated(stacks):
    """Many stacks, like those of a large program; the same in each run."""
    chance = random.Random(4)
    lines = []
    for _ in range(stacks):
        depth = min(60, max(3, int(chance.gauss(14, 5))))
        names = [f"module{chance.randrange(20)}::function{int(chance.paretovariate(0.5)) % 300}"
                 for _ in range(depth)]
        lines.append(f"main;{';'.join(names)} {1 + int(chance.paretovariate(1.2))}")
    return "\n".join(lines) + "\n"


def place(frame):
    return frame[0], round(frame[1] * 10)


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser(browser.find())
        cls.addClassCleanup(cls.browser.close)
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.directory = Path(directory.name)

    def show(self, folded, *options, scripts=True):
        path = self.directory / "page.svg"
        made = subprocess.run([PROGRAM, *options, "-o", path], input=folded.encode(), check=True,
                              capture_output=True)
        self.assertEqual(made.stderr, b"")
        self.browser.resize(1240, 800)
        self.browser.media(prefers_color_scheme="light")
        seconds = self.browser.open(path, scripts)
        if scripts:  # without them, nothing changes after loading, and nothing could wait
            self.browser.settle()
        return seconds

    def tearDown(self):
        self.assertEqual(self.browser.problems, [])

    def labels(self, where=""):
        return self.browser.run(f"{FRAMES}.filter(g => g.matches('g{where}'))"
                                ".map(g => g.querySelector('text')?.textContent || '')")

    def centre(self, label):
        return self.browser.run(
            f"(() => {{ const g = {FRAMES}.find(g => g.querySelector('text')?.textContent === "
            f"{label!r}); const r = g.querySelector('rect').getBoundingClientRect();"
            "return {x: r.x + r.width / 2, y: r.y + r.height / 2, width: r.width}; })()")

    def click(self, label):
        at = self.centre(label)
        self.browser.click(at["x"], at["y"])
        self.browser.settle()

    def note(self):
        return self.browser.run("document.querySelector('.note').textContent")

    def bar(self, what):
        return self.browser.run(f"document.querySelector('.bar {what}')?.textContent")

    def reset_shown(self):
        return self.browser.run("!document.querySelector('.bar button').hidden")

    def search(self, pattern):
        self.browser.run("document.querySelector('.bar input').focus()")
        self.browser.run("document.querySelector('.bar input').select()")
        self.browser.type(pattern)
        self.browser.settle()

    def test_zoom_keeps_ancestors_and_reset_takes_it_back(self):
        self.show(SERVER)
        before = self.labels()
        self.assertFalse(self.reset_shown())
        self.click("render")
        self.browser.screenshot("zoomed")
        self.assertEqual(sorted(self.labels(".faded")),
                         sorted(["all", "server", "main", "loop", "handle_request"]))
        self.assertEqual(sorted(self.labels(":not(.faded)")), sorted(
            ["render", "format_number", "std::sort<row*>", "std::__introsort_loop"]))
        self.assertEqual(self.centre("render")["width"], self.centre("all")["width"])
        self.assertTrue(self.reset_shown())
        self.click("handle_request")  # an ancestor: out again, but not to the whole
        self.assertIn("parse_json", self.labels())
        self.assertNotIn("deflate", self.labels())
        at = self.browser.run("(() => { const r = document.querySelector('.bar button')"
                              ".getBoundingClientRect(); return [r.x + 9, r.y + 9]; })()")
        self.browser.click(*at)
        self.browser.settle()
        self.assertEqual(self.labels(), before)
        self.assertFalse(self.reset_shown())

    def test_search_counts_each_stack_once_and_what_is_shown(self):
        self.show(SERVER)
        self.search("parse_json|malloc|gc::")
        self.browser.screenshot("search")
        self.assertEqual(self.bar("output"), "24.97 % matched")  # 2,000 + 497 of 10,000
        self.assertEqual(sorted(self.labels(".match")), ["gc::ma\u2026", "malloc", "parse_json"])
        self.click("handle_request")
        self.assertEqual(self.bar("output"), "50.00 % matched")  # 2,000 of 4,000
        self.browser.press("Escape")
        self.browser.settle()
        self.assertEqual(self.bar("output"), "")
        self.assertEqual(self.labels(".match"), [])
        self.assertTrue(self.reset_shown())
        self.browser.press("Escape")
        self.browser.settle()
        self.assertFalse(self.reset_shown())

    def test_search_takes_suffixes_cases_and_what_is_no_expression(self):
        self.show(SERVER)
        for pattern, matched in (("_\\[k\\]$", "14.00 %"), ("SCRIPT", "0.00 %"), ("script", "15.00 %"),
                                 ("Script:", "15.00 %"), ("push_back(token", "4.10 %")):
            self.search(pattern)
            self.assertEqual(self.bar("output"), matched + " matched", pattern)
        wrong = self.browser.run("document.querySelector('.bar input').classList.contains('wrong')")
        self.assertTrue(wrong)

    def test_keys_lead_to_the_search_box(self):
        self.show(SERVER)
        for key, modifiers in (("/", 0), ("F3", 0), ("f", 2)):
            self.browser.run("document.activeElement?.blur()")
            self.browser.press(key, modifiers)
            self.assertEqual(self.browser.run("document.activeElement.localName"), "input", key)

    def test_pointing_at_a_frame_tells_its_numbers(self):
        self.show(SERVER)
        at = self.centre("parse_json")
        self.browser.point(at["x"], at["y"])
        text = "parse_json (2,000 samples, 20.00 %; self 690, 6.90 %)"
        self.assertEqual(self.note(), text)
        titles = self.browser.run(f"{FRAMES}.map(g => g.querySelector('title')?.textContent)")
        self.assertIn(text, titles)
        self.click("handle_request")
        at = self.centre("parse_json")
        self.browser.point(at["x"], at["y"] + 1)
        self.assertEqual(self.note(), text[:-1] + "; 50.00 % of what is shown)")

    def test_every_elided_frame_can_be_reached(self):
        self.show(SERVER, "--minwidth=2")
        self.assertIn("elided block", self.note())
        block = self.browser.run(f"(() => {{ const r = {FRAMES}.find(g => g.matches('.elided'))"
                                 ".getBoundingClientRect(); return [r.x + r.width / 2, r.y + 8]; })()")
        self.browser.click(*block)
        self.browser.settle()
        self.assertLessEqual({"idle", "idler", "spin", "leaf"}, set(self.labels()))

    def test_picture_without_scripts_is_the_page_at_first(self):
        described = (FRAMES + ".map(g => [...['y', 'x', 'width', 'height'].map(key => Number("
                     "g.querySelector('rect').getAttribute(key))), g.getAttribute('class'),"
                     "g.querySelector('text')?.textContent])")
        for options in ((), ("--inverted",), ("--minwidth=3",), ("--minwidth=0",)):
            folded = generated(300)
            self.show(folded, "--width=1000", *options, scripts=False)
            self.browser.screenshot("no-scripts" + "".join(options))
            self.assertIsNone(self.bar("input"))
            still = self.browser.run(described)
            note = self.note()
            self.show(folded, "--width=1000", *options)
            live = self.browser.run(described)
            self.assertEqual(len(still), len(live))
            for one, other in zip(sorted(still, key=place), sorted(live, key=place)):
                for a, b in zip(one, other):  # sums of doubles may be rounded otherwise
                    self.assertTrue(a == b or abs(a - b) < 0.025, (one, other))
            self.assertEqual(self.note().replace("; click a block to see into it", ""), note)

    def test_labels_stay_inside_of_their_frames(self):
        measured = (FRAMES + ".filter(g => g.querySelector('text')).map(g => {"
                    "const t = g.querySelector('text'), r = g.querySelector('rect').getBBox();"
                    "return [t.textContent, t.getComputedTextLength(), r.width,"
                    "Number(t.getAttribute('x')) - r.x]; })")
        for scripts in (False, True):
            for folded in (SERVER, generated(2000)):
                self.show(folded, scripts=scripts)
                rows = self.browser.run(measured)
                self.assertGreater(len(rows), 10)
                for text, used, width, begin in rows:
                    self.assertLessEqual(begin + used, width + 0.51, (scripts, text))

    def test_page_follows_the_width_of_its_window_unless_told_not_to(self):
        self.show(SERVER)
        self.assertEqual(self.centre("all")["width"], 1240 - 24 - 0.5)
        self.browser.resize(700, 800)
        self.browser.settle()
        self.assertEqual(self.centre("all")["width"], 700 - 24 - 0.5)
        self.browser.screenshot("narrow")
        self.show(SERVER, "--width=900")
        self.assertEqual(self.centre("all")["width"], 900 - 24 - 0.5)

    def test_dark_mode_is_the_readers_preference(self):
        self.show(SERVER)
        paper = "getComputedStyle(document.querySelector('.paper')).fill"
        light = self.browser.run(paper)
        self.browser.screenshot("light")
        self.browser.media(prefers_color_scheme="dark")
        self.browser.settle()
        self.assertNotEqual(self.browser.run(paper), light)
        self.browser.screenshot("dark")
        self.search("gc::|syscall")
        self.click("loop")
        self.browser.screenshot("dark-search-zoomed")

    def test_weights_beyond_doubles_are_exact(self):
        self.show("a;b 9007199254740993\na;c 9007199254740992\n")
        at = self.centre("b")
        self.browser.point(at["x"], at["y"])
        self.assertEqual(self.note(), "b (9,007,199,254,740,993 samples, 50.00 %; "
                                      "self 9,007,199,254,740,993, 50.00 %)")
        self.search("b")
        self.assertEqual(self.bar("output"), "50.00 % matched")

    def test_fractions_are_kept(self):
        self.show("a;b 1234.5\na;c 0.25\n")
        at = self.centre("a")
        self.browser.point(at["x"], at["y"])
        self.assertEqual(self.note(), "a (1,234.75 samples, 100.00 %; self 0)")

    def test_large_page_opens_and_zooms(self):
        opened = self.show(generated(20000))
        self.browser.screenshot("large")
        zoomed = self.browser.run(
            "(() => { const g = document.querySelectorAll('.frames > g')[40];"
            "const begin = performance.now(); g.dispatchEvent(new MouseEvent('click', {bubbles: true}));"
            "return performance.now() - begin; })()")
        self.assertTrue(self.reset_shown())
        print(f"20,000 stacks: loaded in {opened:.2f} s, zoomed in {zoomed:.0f} ms")


if __name__ == "__main__":
    if browser.find() is None:
        print("skipped: no Chromium (Debian: apt install chromium)")
        sys.exit(77)
    unittest.main()
