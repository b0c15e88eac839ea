#!/usr/bin/env python3
"""Explores the programs of the gallery, and checks that each is found to be as list.txt says.

usage: run.py [--list=FILE] [--programs=FOLDER] [--exactly] [--keep] [NAME]

NAME is a regular expression; with --exactly, the name of one program. A line of the list is
    <program> <verdict>[|<verdict>...] [<strategy>] [complete=<executions>] [<VARIABLE>=<value>...]
where a variable is one of the explorer's, without QUIESCE_EXPLORE_ before it. A program may stand there again with other
settings. complete: the search must be complete, after so many executions; --keep writes the numbers found into the list.
What is found is replayed, by its schedule and without these variables, and must be found again. Ends with 0 if everything is as it should be, with 1 if something is
not, with 3 if there is no such program.
"""

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
AT_ONCE = 2
LIMIT = 100  # seconds; the explorer's own limits are far below it
NOTHING_FOUND, FOUND, NOT_EXPLORED = 0, 1, 2
STATUS_OF = {"passed": NOTHING_FOUND, "bad_schedule": NOT_EXPLORED, "not_instrumented": NOT_EXPLORED,
             "not_modelled": NOT_EXPLORED, "not_deterministic": NOT_EXPLORED}


@dataclasses.dataclass
class Entry:
    name: str
    verdicts: list
    strategy: str = "automatic"
    variables: dict = dataclasses.field(default_factory=dict)
    complete: int | None = None
    line: int = 0
    label: str = ""


@dataclasses.dataclass
class Answer:
    entry: Entry
    seconds: float
    result: dict  # what the explorer wrote; empty if nothing
    text: str
    problems: list


def read_list(path):
    """The entries, and what is wrong with the list."""
    entries, problems = [], []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) < 2:
            problems.append(f"{path}:{number}: no verdict")
            continue
        entry = Entry(words[0], words[1].split("|"), line=number, label=words[0])
        for word in words[2:]:
            name, equals, value = word.partition("=")
            if name == "complete":
                if not value.isdecimal():
                    problems.append(f"{path}:{number}: complete needs the number of executions")
                entry.complete = int(value) if value.isdecimal() else 0
            elif equals:
                entry.variables[f"QUIESCE_EXPLORE_{name}"] = value
            else:
                entry.strategy = word
        same = [other for other in entries if other.name == entry.name]
        if any((other.strategy, other.variables) == (entry.strategy, entry.variables) for other in same):
            problems.append(f"{path}:{number}: {entry.name} stands here a second time")
        if same:  # then each says what tells it apart
            settings = [f"{name.removeprefix('QUIESCE_EXPLORE_')}={value}" for name, value in entry.variables.items()]
            entry.label = " ".join([entry.name, *settings])
        entries.append(entry)
    return entries, problems


def keep_counts(path, answers):
    """Writes the numbers of executions found into the list."""
    lines = path.read_text().split("\n")
    for answer in answers:
        if answer.entry.complete is not None and answer.result.get("complete"):
            at = answer.entry.line - 1
            lines[at] = re.sub(r"\bcomplete=\d+", f"complete={answer.result['executions']}", lines[at])
    path.write_text("\n".join(lines))


def run(program, entry, replay=None):
    """(status or what went wrong, the explorer's result, what was printed) of one run."""
    with tempfile.TemporaryDirectory() as folder:
        result_file = pathlib.Path(folder) / "result"
        # A search that must come to an end may take long for it on a busy machine, and ends by itself.
        environment = {"QUIESCE_EXPLORE_TIME": "3000" if entry.complete is None else "30000", **os.environ,
                       "QUIESCE_EXPLORE": entry.strategy, "QUIESCE_EXPLORE_RESULT": str(result_file)}
        environment.pop("QUIESCE_EXPLORE_REPLAY", None)
        # A schedule must be all that a replay needs.
        environment |= entry.variables if replay is None else {"QUIESCE_EXPLORE_REPLAY": replay}
        try:
            done = subprocess.run([program], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=LIMIT, check=False, cwd=folder)
        except OSError as error:
            return f"cannot be run: {error.strerror}", {}, ""
        except subprocess.TimeoutExpired as expired:
            return f"did not end within {LIMIT} s", {}, (expired.stdout or b"").decode(errors="replace")
        text = done.stdout.decode(errors="replace")
        try:
            result = json.loads(result_file.read_text())
            result["verdict"] = result["verdict"].replace(" ", "_")
        except (OSError, ValueError, KeyError) as error:
            return f"ended with {done.returncode} and wrote no result ({error})", {}, text
        return done.returncode, result, text


def explore(folder, entry):
    program = folder / entry.name
    began = time.monotonic()
    status, result, text = run(program, entry)
    seconds = time.monotonic() - began
    problems = []
    if not result:
        return Answer(entry, seconds, result, text, [status])
    verdict = result["verdict"]
    if verdict not in entry.verdicts:
        problems.append(f"expected {'|'.join(entry.verdicts)}")
    if entry.complete is not None and verdict == "passed":
        if not result.get("complete"):
            problems.append("not complete")
        elif result["executions"] != entry.complete:
            problems.append(f"complete after {result['executions']} executions, expected {entry.complete}")
    if status != STATUS_OF.get(verdict, FOUND):
        problems.append(f"ended with {status}")
    if STATUS_OF.get(verdict, FOUND) == FOUND and result.get("schedule"):
        again, replayed, replay_text = run(program, entry, result["schedule"])
        if replayed.get("verdict") != verdict:
            problems.append(f"replayed: {replayed.get('verdict', again)}")
            text += "\n" + replay_text
    return Answer(entry, seconds, result, text, problems)


def line_of(answer, width):
    result = answer.result
    verdict = result.get("verdict", "-")
    count = result.get("executions", 0)
    executions = f"{count} execution{'s' if count != 1 else ' '}" if result else ""
    complete = ("complete" if result.get("complete") else "not complete") if verdict == "passed" else ""
    line = f"{answer.entry.label:<{width}}  {verdict:<18}  {executions:>19}  {complete:<12}  {answer.seconds:6.2f} s"
    return line + ("  WRONG: " + ", ".join(answer.problems) if answer.problems else "")


def main(arguments):
    options = {"--list": str(HERE / "list.txt"), "--programs": str(HERE.parent.parent / "build/explore/gallery")}
    exactly, keep, name = False, False, None
    for argument in arguments:
        option, equals, value = argument.partition("=")
        if option in options and equals:
            options[option] = value
        elif argument == "--exactly":
            exactly = True
        elif argument == "--keep":
            keep = True
        elif argument.startswith("-") or name is not None:
            sys.exit(f"run.py: unexpected argument '{argument}'")
        else:
            name = argument
    entries, problems = read_list(pathlib.Path(options["--list"]))
    print("\n".join(problems), end="\n" if problems else "")
    if name is not None:
        try:
            wanted = re.compile(re.escape(name) + r"\Z" if exactly else name)
        except re.error as error:
            sys.exit(f"run.py: '{name}' is no regular expression: {error}")
        entries = [entry for entry in entries if (wanted.match if exactly else wanted.search)(entry.name)]
    if not entries:
        print("gallery: no program is named so")
        return 3
    programs = pathlib.Path(options["--programs"]).resolve()
    width = max(len(entry.label) for entry in entries)
    answers = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for answer in pool.map(lambda entry: explore(programs, entry), entries):
            print(line_of(answer, width), flush=True)
            answers.append(answer)
    if keep:
        keep_counts(pathlib.Path(options["--list"]), answers)
    wrong = [answer for answer in answers if answer.problems]
    for answer in wrong:
        print(f"\n== {answer.entry.label}: {', '.join(answer.problems)}\n{answer.text.rstrip()}")
    print(f"gallery: {len(entries) - len(wrong)} as they should be, {len(wrong)} not")
    return 1 if wrong or problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
