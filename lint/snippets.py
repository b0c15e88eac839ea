#!/usr/bin/env python3
"""Checks that code blocks in README.md and docs/ are what the named files hold.

usage: snippets.py [--write] [ROOT]

A block is checked when the line before it is one of
    <!-- snippet: examples/ticks.cpp -->       the file, or its part between "// snippet begin" and "// snippet end"
    <!-- output: examples/ticks.expected -->   the file
--write replaces the blocks.
"""

import pathlib
import re
import sys
import textwrap

MARK = re.compile(r"^\s*<!-- (snippet|output): (\S+) -->\s*$")


def content(path, kind):
    """The lines that the block must hold. Raises ValueError if the file's marks are wrong."""
    lines = path.read_text().rstrip("\n").split("\n")
    if kind == "output":
        return lines
    begins = [number for number, line in enumerate(lines) if line.strip() == "// snippet begin"]
    ends = [number for number, line in enumerate(lines) if line.strip() == "// snippet end"]
    if not begins and not ends:
        return lines
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        raise ValueError("does not have one 'snippet begin' before one 'snippet end'")
    return textwrap.dedent("\n".join(lines[begins[0] + 1 : ends[0]])).split("\n")


def check(root, page, errors):
    """The page's lines as they should be."""
    lines = page.read_text().split("\n")
    result = []
    at = 0
    while at < len(lines):
        result.append(lines[at])
        mark = MARK.match(lines[at])
        at += 1
        if not mark:
            continue
        place = f"{page.relative_to(root)}:{at}"
        source = root / mark[2]
        if not source.is_file():
            errors.append(f"{place}: there is no {mark[2]}")
            continue
        if at == len(lines) or not lines[at].startswith("```"):
            errors.append(f"{place}: no code block follows")
            continue
        end = next((n for n in range(at + 1, len(lines)) if lines[n].rstrip() == "```"), None)
        if end is None:
            errors.append(f"{place}: the code block does not end")
            continue
        try:
            wanted = content(source, mark[1])
        except ValueError as error:
            errors.append(f"{place}: {mark[2]} {error}")
            continue
        if lines[at + 1 : end] != wanted:
            errors.append(f"{place}: the block is not what {mark[2]} holds; lint/snippets.py --write updates it")
        result += [lines[at], *wanted, lines[end]]
        at = end + 1
    return result


def main():
    arguments = sys.argv[1:]
    write = "--write" in arguments
    arguments = [argument for argument in arguments if argument != "--write"]
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent).resolve()
    errors = []
    for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        if not page.is_file():
            continue
        found = []
        lines = check(root, page, found)
        if write:
            found = [error for error in found if "--write" not in error]
            if not found:
                page.write_text("\n".join(lines))
        errors += found
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
