#!/usr/bin/env python3
"""Writes down in docs/third_party.md how the explorer gets programs of this folder wrong.

usage: interleavings.py [--write] PROGRAMS

PROGRAMS is the folder with the built programs. The page has, before a block of text, a line `<!-- interleaving: NAME -->` or, of
weak memory, `<!-- interleaving: NAME weak -->`, NAME being that of a program. Without --write the blocks must be what the
programs give: else this fails.

A block has a column for each thread. `>>` is where the search left the ordinary course, `…` stands for steps of the one thread that
ran there. Below are the two accesses of a race, or what each thread waits for.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "gallery"))

import pictures  # noqa: E402
import run  # noqa: E402

PAGE = HERE.parent.parent / "docs/third_party.md"
BLOCK = re.compile(r"^<!-- interleaving: (\w+)( weak)? -->\n```\n(?:(?!```).*\n)*```\n", re.MULTILINE)
MOST_AT_A_STRETCH, KEPT = 12, 4


def left_out(events):
    """The steps in the middle of where one thread goes on for long, as the search's default has it."""
    steps, begin = set(), 0
    for at in range(1, len(events) + 1):
        goes_on = at < len(events) and events[at]["thread"] == events[begin]["thread"] and not events[at]["deviation"]
        if goes_on:
            continue
        if at - begin > MOST_AT_A_STRETCH:
            steps.update(event["step"] for event in events[begin + 1 : at - KEPT])
        begin = at
    return steps


def place_of(stack):
    """Where its innermost function is, without the folders."""
    frame = stack[0]
    return f"{pathlib.PurePath(frame['file']).name}:{frame['line']}" if frame["file"] else frame["function"]


def end_of(report):
    stacks, threads = report["stacks"], report["threads"]
    if report["accesses"]:
        return [f"{threads[access['thread']]['name']} {access['text']}, at {place_of(stacks[access['stack']])}"
                for access in report["accesses"]]
    return [f"{thread['pending']}, at {place_of(stacks[thread['stack']])}" if thread["stack"] is not None else thread["pending"]
            for thread in threads if thread["pending"]]


def lines_of(report):
    events, names = report["events"], [thread["name"] for thread in report["threads"]]
    hidden = left_out(events)
    shown = [event for event in events if event["step"] not in hidden]
    widths = [max([len(name), *(len(event["text"]) for event in shown if event["thread"] == thread)])
              for thread, name in enumerate(names)]

    def row(mark, number, thread, text):
        cells = [text if each == thread else "" for each in range(len(names))]
        columns = "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths))
        return f"{mark:<2}{number:>5}  {columns}".rstrip()

    lines = [f"   step  {'  '.join(f'{name:<{width}}' for name, width in zip(names, widths))}".rstrip()]
    for event in events:
        if event["step"] not in hidden:
            lines.append(row(">>" if event["deviation"] else "", event["step"], event["thread"], event["text"]))
        elif event["step"] - 1 not in hidden:
            lines.append(row("", "", event["thread"], "…"))
    return [*lines, "", *end_of(report)]


def main(arguments):
    write = "--write" in arguments
    folders = [argument for argument in arguments if argument != "--write"]
    if len(folders) != 1:
        sys.exit(__doc__)
    entries = {(entry.name, entry.variables.get("QUIESCE_EXPLORE_MEMORY") == "weak"): entry
               for entry in run.read_list(HERE / "list.txt")[0]}
    stale = []

    def replace(found):
        entry = entries[found[1], found[2] is not None]
        lines = lines_of(pictures.report_of(pathlib.Path(folders[0]).resolve(), entry))
        block = "\n".join([found[0].split("\n")[0], "```", *lines, "```", ""])
        if block != found[0]:
            stale.append(found[1])
        return block

    new = BLOCK.sub(replace, PAGE.read_text())
    if write:
        PAGE.write_text(new)
    elif stale:
        print(f"{PAGE.name}: not what the programs give: {', '.join(stale)}; interleavings.py --write updates them")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
