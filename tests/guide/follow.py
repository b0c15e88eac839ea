#!/usr/bin/env python3
"""Does what a guide page says, and checks that it comes out as the page shows.

usage: follow.py QUIESCE PAGE

QUIESCE is the built program, which the commands find by its name. In an empty folder, from top to bottom of the page:
    <!-- snippet: examples/explore/bank.cpp -->   the block that follows becomes the file bank.cpp
    ```console                                    each line that begins with "$ " is run by bash; the lines after it are
                                                  what it must print, where … stands for anything, a line of … for any lines
    <!-- status: 1 -->                            before such a block: how its last command ends, if not with 0
A schedule in a command stands for the one that was printed last, as schedules differ from build to build.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ANYTHING = "…"
SCHEDULE = re.compile(r"q1\.[-\w]+\.[0-9a-f]+\.[\w.]*")
SNIPPET = re.compile(r"<!-- snippet: (\S+) -->")
STATUS = re.compile(r"<!-- status: (\d+) -->")
LIMIT = 60  # seconds


class Mismatch(Exception):
    pass


def pattern_of(line):
    """What a line of the page stands for."""
    pieces = [re.escape(piece) for piece in SCHEDULE.sub(ANYTHING, line.rstrip()).split(ANYTHING)]
    return re.compile(".*".join(pieces) + r"\s*")


def matches(wanted, got):
    """Do the printed lines follow the page's?"""
    if not wanted:
        return not got
    if wanted[0].strip() == ANYTHING:
        return any(matches(wanted[1:], got[skipped:]) for skipped in range(len(got) + 1))
    return bool(got) and bool(pattern_of(wanted[0]).fullmatch(got[0])) and matches(wanted[1:], got[1:])


def commands_of(lines):
    """(command, lines that it prints) of a console block."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif not found:
            raise Mismatch(f"the block prints '{line}' before any command")
        else:
            found[-1][1].append(line)
    return found


class Guide:
    def __init__(self, quiesce, folder):
        self.folder = folder
        self.schedule = None
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("QUIESCE_")}
        self.environment["PATH"] = f"{quiesce.parent}:{self.environment['PATH']}"

    def run(self, command, wanted, status):
        if self.schedule is not None:
            command = SCHEDULE.sub(self.schedule, command)
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=LIMIT, check=False)
        printed = SCHEDULE.search(done.stdout)
        if printed:
            self.schedule = printed[0]
        if done.returncode != status:
            raise Mismatch(f"'{command}' ends with {done.returncode} and not {status}:\n{done.stdout}")
        if not matches(wanted, done.stdout.rstrip("\n").split("\n") if done.stdout else []):
            raise Mismatch(f"'{command}' prints\n{done.stdout}and not\n" + "\n".join(wanted))

    def run_block(self, lines, status):
        commands = commands_of(lines)
        for number, (command, wanted) in enumerate(commands, 1):
            self.run(command, wanted, status if number == len(commands) else 0)
        return len(commands)

    def follow(self, text):
        """Returns the number of commands that were run."""
        name, status, ran = None, 0, 0
        lines = iter(text.split("\n"))
        for line in lines:
            if mark := SNIPPET.fullmatch(line.strip()):
                name = pathlib.PurePath(mark[1]).name
            elif mark := STATUS.fullmatch(line.strip()):
                status = int(mark[1])
            elif line.startswith("```"):
                block = []
                for inner in lines:
                    if inner.rstrip() == "```":
                        break
                    block.append(inner)
                if line.strip() == "```console":
                    ran += self.run_block(block, status)
                elif name is not None:
                    (self.folder / name).write_text("\n".join(block) + "\n")
                name, status = None, 0
        return ran


def main():
    quiesce, page = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        try:
            ran = Guide(quiesce, pathlib.Path(folder)).follow(page.read_text())
        except Mismatch as mismatch:
            print(f"{page.name}: {mismatch}")
            return 1
        except subprocess.TimeoutExpired as expired:
            print(f"{page.name}: {expired.cmd[-1]} did not end within {LIMIT} s")
            return 1
    if ran == 0:
        print(f"{page.name}: holds no commands")
        return 1
    print(f"{page.name}: {ran} commands do as the page says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
