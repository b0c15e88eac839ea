#!/usr/bin/env python3
"""Checks that the table of verdicts in docs/reading.md has each verdict of the explorer once, by the name that reports give it.

usage: verdicts.py [ROOT]

The names are those of explore/src/names.cpp. The table stands under the heading "Verdicts", and the first column of a row holds
one name or several, with commas between them. "passed" is not among them: it is no failure.
"""

import pathlib
import re
import sys

NAMES = pathlib.Path("explore/src/names.cpp")
PAGE = pathlib.Path("docs/reading.md")
NAME = re.compile(r'case verdict::\w+:\s*return "([^"]+)";')


def told(page):
    """(line number, name) of each verdict in the table."""
    is_below = False
    for number, line in enumerate(page.read_text().split("\n"), 1):
        if line.startswith("## "):
            is_below = line == "## Verdicts"
        elif is_below and line.startswith("|") and not line.startswith(("| verdict |", "|---")):
            for name in line.split("|")[1].split(","):
                yield number, name.strip()


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    if not (root / NAMES).is_file():
        return 0
    names = [name for name in NAME.findall((root / NAMES).read_text()) if name != "passed"]
    errors, seen = [], set()
    if not names:
        errors.append(f"{NAMES}:1: names no verdict")
    for number, name in told(root / PAGE):
        if name not in names:
            errors.append(f"{PAGE}:{number}: no report names a verdict '{name}'")
        elif name in seen:
            errors.append(f"{PAGE}:{number}: '{name}' stands in the table a second time")
        seen.add(name)
    errors += [f"{PAGE}:1: the table of verdicts has no '{name}'" for name in names if name not in seen]
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
