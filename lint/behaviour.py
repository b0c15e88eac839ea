#!/usr/bin/env python3
"""Checks that docs/behaviour.md names, for each of its rows, exactly the tests that show it, and that each such row has a fault.

usage: behaviour.py [--write] [ROOT]

A test shows the rows that its name ends in: TEST(Event, IsKept_A2_B5) shows A2 and B5. --write updates the last column.
A fault, tests/faults/A2.patch or tests/faults/A2.<what>.patch, is a bug that tests of its row must find.

A row that is shown may name what is not built yet. The section "Not there yet" lists these clauses:
    - A2, "its own words": with B5
They have to stand in the row, and B5, which brings them, must not be shown.
"""

import pathlib
import re
import sys

from cpp_source import code_only, sources

TEST = re.compile(r"\b(?:TYPED_)?TEST(?:_F|_P)?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)")
CITED = re.compile(r"(?:_[A-Z][0-9]+)+$")
ROW = re.compile(r"^\| ([A-Z][0-9]+) \| (.*) \| (.*) \|$")
NOTHING = "not yet"
NOT_THERE = "## Not there yet"
CLAUSE = re.compile(r'^- ([A-Z][0-9]+), "([^"]+)": with ([A-Z][0-9]+)$')


class Row:
    def __init__(self, number, text, shown_by):
        self.number = number
        self.text = text
        self.listed = [] if shown_by == NOTHING else re.findall(r"`([^`]+)`", shown_by)
        self.plain = shown_by


def read_tests(root, rows, page, errors):
    """Row -> names of its tests."""
    shown = {row: [] for row in rows}
    for path in sources(root / "tests"):
        text = code_only(path.read_text())
        for match in TEST.finditer(text):
            suite, name = match.groups()
            cited = CITED.search(name)
            if not cited:
                continue
            place = f"{path.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}"
            if suite.startswith("DISABLED_") or name.startswith("DISABLED_"):
                errors.append(f"{place}: {suite}.{name} is disabled and shows no row")
                continue
            for row in cited[0].strip("_").split("_"):
                if row in shown:
                    shown[row].append(f"{suite}.{name}")
                else:
                    errors.append(f"{place}: {suite}.{name} cites row {row}, which {page} does not have")
    return {row: sorted(set(names)) for row, names in shown.items()}


def check_faults(root, rows, shown, page, errors):
    with_fault = set()
    for path in sorted((root / "tests" / "faults").glob("*.patch")):
        place = path.relative_to(root)
        row = path.name.split(".")[0]
        with_fault.add(row)
        if row not in rows:
            errors.append(f"{place}:1: is a fault of row {row}, which {page} does not have")
        elif not shown[row]:
            errors.append(f"{place}:1: is a fault of row {row}, which no test shows")
    for row, tests in shown.items():
        if tests and row not in with_fault:
            errors.append(f"{page}:{rows[row].number + 1}: row {row} has tests, and no fault in tests/faults that they find")


def check_clauses(lines, rows, shown, page, errors):
    if NOT_THERE not in lines:
        return
    for number, line in enumerate(lines[lines.index(NOT_THERE) + 1 :], lines.index(NOT_THERE) + 2):
        if line.startswith("## "):
            return
        if not line.startswith("- "):
            continue
        place = f"{page}:{number}"
        match = CLAUSE.match(line)
        if not match:
            errors.append(f"{place}: is not of the form: - A2, \"its own words\": with B5")
            continue
        row, words, brought_by = match.groups()
        unknown = [each for each in (row, brought_by) if each not in rows]
        if unknown:
            errors.append(f"{place}: there is no row {unknown[0]}")
            continue
        if words not in rows[row].text:
            errors.append(f"{place}: row {row} does not say \"{words}\"")
        if not shown[row]:
            errors.append(f"{place}: no test shows row {row}: all of it is not there yet")
        if shown[brought_by]:
            errors.append(f"{place}: row {brought_by} has tests: is \"{words}\" there now?")


def column(names):
    return ", ".join(f"`{name}`" for name in names) or NOTHING


def main():
    arguments = sys.argv[1:]
    write = "--write" in arguments
    arguments = [argument for argument in arguments if argument != "--write"]
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent).resolve()
    page = root / "docs" / "behaviour.md"
    name = page.relative_to(root)
    errors = []
    stale = False
    lines = page.read_text().split("\n")
    rows = {}
    for number, line in enumerate(lines):
        match = ROW.match(line)
        if match:
            if match[1] in rows:
                errors.append(f"{name}:{number + 1}: row {match[1]} stands here a second time")
            rows[match[1]] = Row(number, match[2], match[3])
    if not rows:
        errors.append(f"{name}:1: holds no rows")
    shown = read_tests(root, rows, name, errors)
    check_faults(root, rows, shown, name, errors)
    check_clauses(lines, rows, shown, name, errors)
    for row, tests in shown.items():
        entry = rows[row]
        if write:
            lines[entry.number] = f"| {row} | {entry.text} | {column(tests)} |"
            continue
        place = f"{name}:{entry.number + 1}"
        missing = [test for test in tests if test not in entry.listed]
        extra = [test for test in entry.listed if test not in tests]
        errors += [f"{place}: row {row} does not list {test}" for test in missing]
        errors += [f"{place}: row {row} lists {test}, which is no test" for test in extra]
        if not missing and not extra and entry.plain != column(tests):
            errors.append(f"{place}: the last column of row {row} is not '{column(tests)}'")
        stale = stale or entry.plain != column(tests)
    if write and rows:
        page.write_text("\n".join(lines))
    elif stale:
        errors.append("lint/behaviour.py --write updates the column")
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
