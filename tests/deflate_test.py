#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""Deflated data beside Python's zlib, both ways: deflate_test.py FILTER [ROUNDS]."""
import gzip
import random
import subprocess
import sys

try:
    import zlib
except ImportError:
    print("skipped: this Python has no zlib")
    sys.exit(77)

FORMS = {"raw": -15, "zlib": 15, "gzip": 31}


def samples(rounds):
    yield b""
    yield b"a"
    yield bytes(range(256)) * 300
    yield bytes(200_000)
    made = random.Random(20)
    for _ in range(rounds):
        size = made.choice((10, 300, 5_000, 70_000, 150_000))
        kind = made.randrange(6)
        if kind == 0:
            yield made.randbytes(size)
        elif kind == 1:    # as counts of a histogram are
            yield bytes(int(made.expovariate(1 / made.choice((2, 20, 90)))) & 255 for _ in range(size))
        elif kind == 2:    # sparse
            yield b"".join(bytes((2, made.randrange(1, 200, 2))) for _ in range(size // 2))
        elif kind == 3:
            yield b"".join(bytes((made.randrange(4),)) * made.randrange(1, 900) for _ in range(size // 400 + 1))
        elif kind == 4:    # short noise that comes again: fixed codes, of nine bits too
            yield made.randbytes(made.randrange(4, 60)) * made.randrange(2, 4)
        else:
            yield " ".join(made.choice(("main", "run", "read_request", "std::vector", "é", str(made.random())))
                           for _ in range(size // 8)).encode()


def run(filter_, *arguments, data):
    done = subprocess.run([filter_, *arguments], input=data, capture_output=True, timeout=60)
    return done.stdout if done.returncode == 0 else f"status {done.returncode}: {done.stderr!r}"


def main():
    filter_, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 6
    failures = 0
    compared = 0

    def check(same, what, data):
        nonlocal failures, compared
        compared += 1
        if not same:
            failures += 1
            print(f"{what}: differs for {len(data)} bytes beginning with {data[:20]!r}")

    for data in samples(rounds):
        for form, window in FORMS.items():
            for effort in ("stored", "runs", "matches"):
                packed = run(filter_, effort, form, data=data)
                what = f"{effort} {form}"
                if isinstance(packed, str):
                    check(False, f"{what}: {packed}", data)
                    continue
                try:
                    reader = zlib.decompressobj(window)
                    read = reader.decompress(packed)
                    check(read == data and reader.eof and not reader.unused_data, what, data)
                except zlib.error as error:
                    check(False, f"{what}: {error}", data)
            strategies = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED)
            for level in range(10):
                writer = zlib.compressobj(level, zlib.DEFLATED, window, 9 - level % 9, strategies[level % 5])
                packed = writer.compress(data[:len(data) // 2]) + writer.flush(zlib.Z_FULL_FLUSH)
                packed += writer.compress(data[len(data) // 2:]) + writer.flush()
                check(run(filter_, "inflate", form, data=packed) == data, f"zlib's level {level}, {form}", data)
        members = gzip.compress(data[:100]) + gzip.compress(data[100:])
        check(run(filter_, "inflate", "gzip", data=members) == data, "two members", data)
    print(f"{compared} compared with zlib {zlib.ZLIB_RUNTIME_VERSION}, {failures} differ")
    return 1 if failures or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
