#!/usr/bin/env python3
"""Compiles the programs of this folder by the two commands of docs/explore.md.

usage: build.py COMMAND FOLDER [NAME]     COMMAND: the program quiesce; FOLDER: for what is made; NAME: a regular expression
       build.py --packages                prints the packages that are needed, as packages.txt names them

What is newer than its source and the explorer is left alone. A package in another version than the one that was explored is
named: what is found there may be something else.
"""

import concurrent.futures
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
AT_ONCE = 2


class Package:
    def __init__(self, line):
        self.prefix, self.name, self.version, *self.options = line.split()

    def compile_options(self):
        return [option for option in self.options if not option.startswith("-l")]

    def link_options(self):
        return [option for option in self.options if option.startswith("-l")]


def read_packages(path=HERE / "packages.txt"):
    lines = [line.split("#")[0] for line in path.read_text().split("\n")]
    packages = [Package(line) for line in lines if line.strip()]
    return {package.prefix: package for package in packages}


def prefix_of(program):
    return program.split("_")[0]


def other_versions(packages):
    """What is installed in another version than packages.txt names."""
    found = []
    for package in packages.values():
        command = ["dpkg-query", "-W", "-f=${Version}", package.name]
        installed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if installed and installed != package.version:
            found.append(f"build.py: {package.name} is {installed} here; explored was {package.version}")
    return found


class Flags:
    def __init__(self, command):
        def ask(which):
            return subprocess.run([command, "explore", which], capture_output=True, text=True, check=True).stdout.split()

        self.compile = ask("--compile-flags")
        self.link = ask("--link-flags")
        libraries = [pathlib.Path(option) for option in self.link if option.endswith(".a")]
        self.changed = max(library.stat().st_mtime for library in libraries)


def build(source, folder, flags, package):
    """What the compiler complained of, or an empty text."""
    program = folder / source.stem
    if program.exists() and program.stat().st_mtime > max(source.stat().st_mtime, flags.changed):
        return ""
    compiled = program.with_suffix(".o")
    for command in (
        ["g++", "-std=c++20", *flags.compile, *package.compile_options(), "-c", source, "-o", compiled],
        ["g++", compiled, *flags.link, *package.link_options(), "-o", program],
    ):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            return f"build.py: {source.name} does not build\n{done.stdout}"
    return ""


def main(arguments):
    packages = read_packages()
    if arguments == ["--packages"]:
        print("\n".join(package.name for package in packages.values()))
        return 0
    if len(arguments) not in (2, 3):
        sys.exit(__doc__.split("\n\n")[1])
    name = re.compile(arguments[2] if len(arguments) == 3 else "")
    folder = pathlib.Path(arguments[1])
    folder.mkdir(parents=True, exist_ok=True)
    flags = Flags(arguments[0])
    sources = [source for source in sorted(HERE.glob("*.cpp")) if name.search(source.stem)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        complaints = pool.map(lambda each: build(each, folder, flags, packages[prefix_of(each.stem)]), sources)
        complaints = [complaint for complaint in complaints if complaint]
    print("\n".join([*other_versions(packages), *complaints]), end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
