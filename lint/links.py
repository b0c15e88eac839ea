#!/usr/bin/env python3
"""Checks that the relative links of all pages point to files that exist.

usage: links.py [ROOT]
"""

import pathlib
import re
import sys
import urllib.parse

INLINE = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
REFERENCE = re.compile(r"^\s{0,3}\[[^\]]+\]:\s+<?(\S+?)>?(?:\s|$)")
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
NOT_OURS = (".git", "build", "lint/samples")


def links(text):
    """(line number, target) of each link outside of code."""
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            line = re.sub(r"`[^`]*`", "", line)
            for match in [*INLINE.finditer(line), *REFERENCE.finditer(line)]:
                yield number, match[1]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    errors = []
    for page in sorted(root.rglob("*.md")):
        name = page.relative_to(root).as_posix()
        if any(name.startswith(folder + "/") for folder in NOT_OURS):
            continue
        for line, target in links(page.read_text()):
            if ELSEWHERE.match(target) or target.startswith("#"):
                continue
            wanted = urllib.parse.unquote(target.split("#")[0])
            start = root if wanted.startswith("/") else page.parent
            if not (start / wanted.lstrip("/")).exists():
                errors.append(f"{name}:{line}: there is no '{target}'")
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
