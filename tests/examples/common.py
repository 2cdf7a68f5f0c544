#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""What every wick-NAME does alike: --help says how to use it, a wrong option is an error."""
import pathlib
import subprocess
import sys
import tempfile


def run(*command):
    with tempfile.TemporaryDirectory() as directory:  # a tool may write files where it runs
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              cwd=directory, timeout=60)


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    failures = []

    asked = run(program, "--help")
    if asked.returncode != 0 or "usage" not in asked.stdout.lower() or asked.stderr:
        failures.append(f"--help: status {asked.returncode}, stdout {asked.stdout[:200]!r}, "
                        f"stderr {asked.stderr[:200]!r}; expected 0, the usage, nothing")

    wrong = run(program, "--no-such-option")
    if wrong.returncode != 2 or "--no-such-option" not in wrong.stderr or wrong.stdout:
        failures.append(f"--no-such-option: status {wrong.returncode}, stdout {wrong.stdout[:200]!r}, "
                        f"stderr {wrong.stderr[:200]!r}; expected 2, nothing, the option's name")

    print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
