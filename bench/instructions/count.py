#!/usr/bin/env python3
"""Counts the instructions of the library's fast paths, and compares them with the counts that are kept in counts.json.

Usage: count.py PROGRAM [--keep]

Fails when one differs by more than 3 % and by more than one instruction, in either direction: what became cheaper is kept
too, with --keep. The counts are those of one compiler, which stands in the file; with another one nothing is compared.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

TURNS = 1000  # as in instructions.cpp
LIMIT = 0.03
KEPT = pathlib.Path(__file__).with_name("counts.json")


def counted(program: str) -> dict[str, float]:
    """The instructions of each path, by its name."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/counts", "--quiet", program]
        subprocess.run(command, check=True)
        found = {}
        for path in pathlib.Path(folder).iterdir():
            text = path.read_text()
            name = re.search(r"^desc: Trigger: Client Request: (.+)$", text, re.MULTILINE)
            if name:
                totals = re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)
                found[name[1]] = int(totals[1]) / TURNS
    if not found:
        sys.exit("count.py: the program counted nothing")
    return found


def compiler() -> str:
    return subprocess.run(["g++", "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]


def differs(now: float, before: float) -> bool:
    return abs(now - before) > max(LIMIT * before, 1)


def main() -> None:
    program, *options = sys.argv[1:]
    if options not in ([], ["--keep"]):
        sys.exit(__doc__)
    found = counted(program)
    if options:
        kept = {"compiler": compiler(), "instructions": dict(sorted(found.items()))}
        KEPT.write_text(json.dumps(kept, indent=2) + "\n")
        return
    kept = json.loads(KEPT.read_text())
    comparable = kept["compiler"] == compiler()
    bad = 0
    for name in sorted(found.keys() | kept["instructions"].keys()):
        now, before = found.get(name), kept["instructions"].get(name)
        wrong = now is None or before is None or (comparable and differs(now, before))
        bad += wrong
        shown = ["none" if value is None else f"{value:.1f}" for value in (now, before)]
        print(f"{'differs' if wrong else 'as kept':8} {shown[0]:>8} (kept: {shown[1]})  {name}")
    if not comparable:
        print(f"not compared: counted with {compiler()}, kept for {kept['compiler']}")
    if bad:
        sys.exit(f"count.py: {bad} of {len(found)} are not as kept; if they are meant to be: ./dev bench --instructions --keep")


if __name__ == "__main__":
    main()
