#!/usr/bin/env python3
"""Checks the word files (*_word.hpp): the state word is described, pure, and walked through by a test.

usage: word_files.py [ROOT]
"""

import pathlib
import sys

from cpp_source import code_only, sources

SECTIONS = ("STATE WORD", "INVARIANTS", "TRANSITIONS")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    errors = []
    words = [path for folder in ("include", "src") for path in sources(root / folder) if path.name.endswith("_word.hpp")]
    for path in words:
        name = path.relative_to(root)
        text = path.read_text()
        errors += [f"{name}:1: has no section '{section}'" for section in SECTIONS if section not in text]
        for number, line in enumerate(code_only(text).split("\n"), 1):
            if "std::atomic" in line or "<atomic>" in line:
                errors.append(f"{name}:{number}: a word file holds values and transitions, and no atomic")
        test = f"{path.stem}_test.cpp"
        if not any((root / "tests" / "unit").rglob(test)):
            errors.append(f"{name}:1: there is no {test} below tests/unit")
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
