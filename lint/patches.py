#!/usr/bin/env python3
"""Checks the bugs that are kept as patches, the faults of the library and the mutants of the explorer.

usage: patches.py [ROOT]

The first line of each says what it breaks, and what it changes must still stand in the source: they are put in seldom, and
would else be found not to apply long after.
"""

import pathlib
import re
import sys

FOLDERS = ("tests/faults", "explore/tests/mutants")


def does_apply(root, patch):
    """Whether each block of lines that the patch changes stands in its file, once."""
    text, blocks = "", []
    for line in patch.split("\n"):
        if line.startswith("+++ b/"):
            path = root / line.removeprefix("+++ b/")
            text = "\n" + (path.read_text() if path.is_file() else "")
        elif line.startswith("@@"):
            blocks.append([text, "\n"])
        elif blocks and line[:1] in (" ", "-") and not line.startswith("--- a/"):
            blocks[-1][1] += line[1:] + "\n"
    return bool(blocks) and all(text.count(block) == 1 for text, block in blocks)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    errors = []
    for path in sorted(path for folder in FOLDERS for path in (root / folder).glob("*.patch")):
        place = path.relative_to(root)
        patch = path.read_text()
        if not re.match(r"[A-Z].*\.\n", patch):
            errors.append(f"{place}:1: the first line is no sentence that says what the patch breaks")
        if not does_apply(root, patch):
            errors.append(f"{place}:1: what it changes does not stand in the source, or more than once")
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
