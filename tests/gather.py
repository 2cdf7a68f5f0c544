#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""Writes units that hold several test files each: gather.py UNIT.cpp... -- FILE_test.cpp...

Most of the time of compiling a test goes into what all of them use, which a unit needs once. What
the files include stands first, outside; then each file in a namespace of its own, so that their
names may be alike. Include directives that are met again there find their guards and are nothing.
"""
import os
import re
import sys

LICENSE = "// SPDX-FileCopyrightText: 2026 wick contributors\n// SPDX-License-Identifier: MIT\n"


def included(path):
    """The include directives of a file, without their indentation."""
    with open(path, encoding="utf-8") as file:
        found = re.findall(r'^#[ \t]*include[ \t]+([<"][^>"]+[>"])', file.read(), re.M)
    return ["#include " + name for name in found]


def unit(files):
    lines = {line: None for path in files for line in included(path)}  # in order, each once
    text = LICENSE + "\n".join(lines) + "\n"
    for path in files:
        name = os.path.splitext(os.path.basename(path))[0]
        text += 'namespace gathered_%s {\n#include "%s"\n}\n' % (name, os.path.abspath(path))
    return text


def main(arguments):
    split = arguments.index("--")
    units, files = arguments[:split], arguments[split + 1:]
    for number, path in enumerate(units):
        with open(path, "w", encoding="utf-8") as file:
            file.write(unit(files[number::len(units)]))


main(sys.argv[1:])
