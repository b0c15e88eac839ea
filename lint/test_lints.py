#!/usr/bin/env python3
"""Tests the lints: each accepts its good sample and refuses its bad ones, with the expected messages.

usage: test_lints.py

lint/samples/<lint>/good and lint/samples/<lint>/bad_<what> are small trees that the lint takes for the project. Each bad one
holds a file `expected`, whose lines must be what the lint prints; a line that ends in "..." is only the start of one.
A sample named bad_stale… must be good after --write.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NOT_LINTS = ("test_lints", "cpp_source")


def run(lint, *arguments):
    command = [sys.executable, HERE / f"{lint}.py", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def agrees(expected, printed):
    """True if the printed lines are the expected ones; after a "..." the lines of the compiler may follow."""
    wanted = expected.rstrip("\n").split("\n")
    got = printed.rstrip("\n").split("\n")
    if not any(line.endswith("...") for line in wanted):
        return wanted == got
    return all(any(g.startswith(w[:-3]) if w.endswith("...") else g == w for g in got) for w in wanted)


def check_good(lint, sample):
    result = run(lint, sample)
    return None if result.returncode == 0 and not result.stdout else f"is refused:\n{result.stdout}"


def check_bad(lint, sample):
    result = run(lint, sample)
    expected = (sample / "expected").read_text()
    if result.returncode != 1:
        return f"ends with {result.returncode} and not 1:\n{result.stdout}"
    if not agrees(expected, result.stdout):
        return f"prints\n{result.stdout}and not\n{expected}"
    if sample.name.startswith("bad_stale"):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "copy"
            shutil.copytree(sample, copy)
            written = run(lint, "--write", copy)
            again = run(lint, copy)
            if written.returncode != 0 or again.returncode != 0:
                return f"is not good after --write:\n{written.stdout}{again.stdout}"
    return None


def main():
    failures = checked = 0
    for lint in sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_LINTS):
        samples = HERE / "samples" / lint
        bad = sorted(samples.glob("bad_*"))
        problems = []
        if not (samples / "good").is_dir() or not bad:
            problems.append(f"lint/samples/{lint} lacks a good or a bad sample")
        else:
            for sample, check in [(samples / "good", check_good), *((sample, check_bad) for sample in bad)]:
                checked += 1
                problem = check(lint, sample)
                if problem:
                    problems.append(f"lint/samples/{lint}/{sample.name} {problem}")
        for problem in problems:
            print(problem)
        failures += len(problems)
    print(f"lint/test_lints.py: {checked} samples, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
