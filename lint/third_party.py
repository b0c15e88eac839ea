#!/usr/bin/env python3
"""Checks that docs/third_party.md has the tables of explore/third_party: its programs, and what its list says must be found.

usage: third_party.py [--write] [ROOT]

The page has, for each package of packages.txt, a line `<!-- explored: <first word> -->`, after which the table stands. --write
updates the tables. Each program is in the list, begins with a comment that says what it does, and has the first word of a
package.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "explore/gallery"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "explore/third_party"))

import build  # noqa: E402
import run  # noqa: E402

MARK = re.compile(r"^<!-- explored: (\w+) -->$")
FOLDER = pathlib.Path("explore/third_party")
PAGE = pathlib.Path("docs/third_party.md")


def what_it_does(source):
    """The comment with which a program begins."""
    lines = []
    for line in source.read_text().split("\n"):
        if not line.startswith("///"):
            break
        lines.append(line.removeprefix("///").strip())
    return " ".join(lines).replace("<", "\\<")  # or a page takes std::atomic<int> for a tag


def found(entries, memory):
    """What must be found with that memory, in words."""
    for entry in entries:
        if entry.variables.get("QUIESCE_EXPLORE_MEMORY", "sequential") != memory:
            continue
        verdict = " or ".join(entry.verdicts).replace("wake_up", "wake-up").replace("_", " ")
        if entry.verdicts != ["passed"]:
            return f"**{verdict}**"
        if entry.complete is not None:
            return f"passed, all {entry.complete}"
        most = entry.variables.get("QUIESCE_EXPLORE_EXECUTIONS", "some")
        return f"passed, {most} each" if entry.strategy == "automatic" else f"passed, the first {most}"
    return "–"


def table_of(package, entries, sources):
    lines = [f"| {package.name} {package.version} | what happens in it | sequential | weak |", "|---|---|---|---|"]
    for name in dict.fromkeys(entry.name for entry in entries):
        if build.prefix_of(name) != package.prefix or name not in sources:
            continue
        same = [entry for entry in entries if entry.name == name]
        lines.append(f"| `{name}` | {what_it_does(sources[name])} | {found(same, 'sequential')} | {found(same, 'weak')} |")
    return lines


def check_programs(sources, entries, packages, errors):
    listed = {entry.name for entry in entries}
    for name, source in sources.items():
        place = f"{FOLDER / source.name}:1"
        if name not in listed:
            errors.append(f"{place}: is not in {FOLDER / 'list.txt'}")
        if not what_it_does(source):
            errors.append(f"{place}: does not begin with a comment that says what it does")
        if build.prefix_of(name) not in packages:
            errors.append(f"{place}: no package of {FOLDER / 'packages.txt'} has the first word of its name")
    for name in sorted(listed - set(sources)):
        errors.append(f"{FOLDER / 'list.txt'}:1: there is no {name}.cpp")


def renewed(page, entries, sources, packages, errors):
    """The page's lines as they should be."""
    lines = page.read_text().split("\n")
    result, shown, at = [], set(), 0
    while at < len(lines):
        result.append(lines[at])
        mark = MARK.match(lines[at])
        at += 1
        if not mark:
            continue
        if mark[1] not in packages:
            errors.append(f"{PAGE}:{at}: no package of {FOLDER / 'packages.txt'} has the word {mark[1]}")
            continue
        shown.add(mark[1])
        end = at
        while end < len(lines) and lines[end].startswith("|"):
            end += 1
        wanted = table_of(packages[mark[1]], entries, sources)
        if lines[at:end] != wanted:
            errors.append(f"{PAGE}:{at}: the table is not what {FOLDER} holds; lint/third_party.py --write updates it")
        result += wanted
        at = end
    for prefix in packages:
        if prefix not in shown:
            errors.append(f"{PAGE}:1: has no table of {prefix}")
    return result


def main():
    arguments = sys.argv[1:]
    write = "--write" in arguments
    arguments = [argument for argument in arguments if argument != "--write"]
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent).resolve()
    folder, page = root / FOLDER, root / PAGE
    if not folder.is_dir():
        return 0
    packages = build.read_packages(folder / "packages.txt")
    entries, errors = run.read_list(folder / "list.txt")
    sources = {source.stem: source for source in sorted(folder.glob("*.cpp"))}
    check_programs(sources, entries, packages, errors)
    lines = renewed(page, entries, sources, packages, errors)
    if write:
        page.write_text("\n".join(lines))
        errors = [error for error in errors if "--write" not in error]
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
