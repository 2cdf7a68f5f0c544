#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""Builds and runs one consumer of wick in a temporary directory: run.py WAY.

Exit status: 0 it works, 1 it does not, 77 a tool that it needs is missing.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD_ENVIRONMENT = ("CXXFLAGS", "LDFLAGS", "CPPFLAGS", "DESTDIR")


def run(*command, refuse=False, **variables):
    """Runs a command that must succeed, or with `refuse` must fail, and returns what it printed."""
    environment = {k: v for k, v in os.environ.items() if k not in BUILD_ENVIRONMENT} | variables
    command = [str(part) for part in command]
    print("+", " ".join(command), flush=True)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=environment, check=False)
    print(done.stdout, flush=True)
    if (done.returncode != 0) != refuse:
        sys.exit(f"status {done.returncode}, expected {'another than 0' if refuse else '0'}")
    return done.stdout


def need(*tools):
    for tool in tools:
        if shutil.which(tool) is None:
            print(f"skipped: there is no {tool}")
            sys.exit(77)


def project(directory, name):
    """Copies a consumer's project and the common source into `directory`."""
    shutil.copytree(HERE / name, directory / name)
    shutil.copy(HERE / "main.cpp", directory / name)
    return directory / name


def check_output(program):
    out = run(program)
    if not out.startswith("wick 0.1."):
        sys.exit("the program printed something else")


def install(directory):
    """Installs wick as a packager does, and returns the prefix."""
    prefix = directory / "prefix"
    build = directory / "install-build"
    run("meson", "setup", build, ROOT, f"--prefix={prefix}", "-Dtests=disabled", "-Dexamples=disabled")
    run("meson", "install", "-C", build)
    return prefix


def cmake(source, *options, refuse=False):
    build = source / "build"
    run("cmake", "-S", source, "-B", build, *options, refuse=refuse)
    if not refuse:
        run("cmake", "--build", build)
        check_output(build / "consumer")


def meson_subproject(directory):
    source = project(directory, "meson")
    (source / "subprojects").mkdir()
    os.symlink(ROOT, source / "subprojects/wick")
    run("meson", "setup", source / "build", source)
    listed = run("meson", "test", "-C", source / "build", "--list")
    if "wick" in listed:
        sys.exit("a consumer is made to run the tests of wick")
    run("meson", "test", "-C", source / "build")
    check_output(source / "build/consumer")
    run("meson", "install", "-C", source / "build", "--destdir", directory / "destdir")
    if list((directory / "destdir").rglob("*")):
        sys.exit("a consumer is made to install wick")


def cmake_add_subdirectory(directory):
    need("cmake")
    source = project(directory, "cmake_add_subdirectory")
    os.symlink(ROOT, source / "wick")
    cmake(source)


def cmake_fetch_content(directory):
    need("cmake")
    cmake(project(directory, "cmake_fetch_content"), f"-DWICK_SOURCE={ROOT}")


def cmake_find_package(directory):
    need("cmake")
    # Moved after the installation: nothing in it may know where it was installed.
    prefix = install(directory).rename(directory / "moved")
    cmake(project(directory, "cmake_find_package"), f"-DCMAKE_PREFIX_PATH={prefix}", "-DWICK_WANTED=0.1")


def cmake_wrong_version(directory):
    need("cmake")
    prefix = install(directory)
    source = project(directory, "cmake_find_package")
    for version in ("0.0", "0.2", "1.0"):
        cmake(source, f"-DCMAKE_PREFIX_PATH={prefix}", f"-DWICK_WANTED={version}", refuse=True)
    cmake(source, f"-DCMAKE_PREFIX_PATH={prefix}", "-DWICK_WANTED=0.1.0")


def pkg_config(directory):
    need("pkg-config", "g++")
    prefix = install(directory)
    path = {"PKG_CONFIG_PATH": str(prefix / "share/pkgconfig")}
    flags = run("pkg-config", "--cflags", "--libs", "wick >= 0.1", **path).split()
    run("pkg-config", "--exists", "wick >= 0.2", refuse=True, **path)
    run("g++", "-std=c++17", HERE / "main.cpp", "-o", directory / "consumer", *flags)
    check_output(directory / "consumer")


def drop_in(directory):
    need("g++")
    shutil.copytree(ROOT / "single_include/wick", directory / "wick")
    run("g++", "-std=c++17", "-pthread", f"-I{directory}", HERE / "main.cpp", "-o", directory / "consumer")
    check_output(directory / "consumer")


def tools_option(directory):
    for value in ("auto", "enabled"):
        build = directory / value
        run("meson", "setup", build, ROOT, f"-Dtools={value}", "-Dtests=disabled")
        # Not through run(): what it prints is read, and nothing may stand among it.
        plan = json.loads(subprocess.check_output(["meson", "introspect", "--installed", str(build)]))
        installed = {pathlib.Path(path).name for path in plan.values()
                     if pathlib.Path(path).parent.name == "bin"}
        examples = {"wick-" + path.stem for path in (ROOT / "examples").glob("*.cpp")}
        if installed != (examples if value == "enabled" else set()):
            sys.exit(f"-Dtools={value} installs {sorted(installed)}")


WAYS = {way.__name__: way for way in (
    meson_subproject, cmake_add_subdirectory, cmake_fetch_content, cmake_find_package,
    cmake_wrong_version, pkg_config, drop_in, tools_option)}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in WAYS:
        sys.exit(f"usage: run.py {'|'.join(WAYS)}")
    with tempfile.TemporaryDirectory() as directory:
        WAYS[sys.argv[1]](pathlib.Path(directory))
    return 0


if __name__ == "__main__":
    sys.exit(main())
