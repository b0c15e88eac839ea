#!/usr/bin/env python3
"""Checks that each header starts with #pragma once and compiles on its own.

usage: headers.py [ROOT]

A header that compiles only after another one works until somebody sorts the includes. A header that a source of the library
or of the explorer includes before all others needs no look: the flavour dev compiles each of these sources alone.
"""

import concurrent.futures
import pathlib
import re
import subprocess
import sys

from cpp_source import sources, without_comments

FOLDERS = ("include", "src", "explore")
COMPILED_ALONE = {"src": ("src", "include"), "explore/src": ("explore/src", "explore/include")}  # with their search paths
COMMAND = "g++ -std=c++20 -fsyntax-only -pthread -Wall -Wextra -Wconversion -Wshadow -Werror -Iinclude -Isrc"\
          " -Iexplore/include -Iexplore/src -x c++ -"


def proven_by_sources(root):
    """The headers that are the first to be included by a source that is compiled alone."""
    proven = set()
    for folder, search in COMPILED_ALONE.items():
        for source in sources(root / folder):
            first = re.search(r'^#include ["<](.+)[">]', source.read_text(), re.MULTILINE)
            if source.suffix == ".cpp" and first is not None:
                proven.update(root / within / first[1] for within in search)
    return proven


def check(root, path, is_proven):
    lines = [line.strip() for line in without_comments(path.read_text()).split("\n") if line.strip()]
    if not lines or lines[0] != "#pragma once":
        return f"{path.relative_to(root)}:1: does not start with #pragma once"
    if is_proven:
        return None
    # Through an including text: as the main file, the header would be warned of its #pragma once.
    including = f'#include "{path}"\n'
    run = subprocess.run(COMMAND.split(), cwd=root, input=including, text=True, capture_output=True, check=False)
    if run.returncode != 0:
        return f"{path.relative_to(root)}:1: does not compile on its own\n{run.stderr.rstrip()}"
    return None


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    headers = [path for folder in FOLDERS for path in sources(root / folder) if path.suffix == ".hpp"]
    proven = proven_by_sources(root)
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        errors = [error for error in pool.map(lambda path: check(root, path, path in proven), headers) if error]
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
