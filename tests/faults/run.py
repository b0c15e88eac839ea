#!/usr/bin/env python3
"""Faults: copies of the library with one thing wrong, each of which must turn a test of its row red.

usage: run.py [--limit SECONDS] [NAME...]

Each ROW.patch or ROW.WHAT.patch beside this file is a small bug against a row of docs/behaviour.md; its first line says what
it breaks. It is applied to a copy of the tree, and the tests whose names end in the row are run until one fails, crashes or
hangs: then the fault is caught. Green without a fault, red with each: else this script fails. NAME is a row or the name of a
patch; without one all are run, and each row that has tests must have a fault.

The stress tests and the explorer's scenarios have no part in it: a fault has to be found in seconds, and each time. The copy
is build/faults, and stays there: the next run builds only what has changed since. A fault of the tools brings them, and their
tests, into the copy.
"""
import argparse
import contextlib
import fcntl
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPIED = ["CMakeLists.txt", "CMakePresets.json", "cmake", "include", "src", "tests/contract", "tests/launch",
          "tests/allocations", "tests/launch.py", "tests/lifetime", "tests/options", "tests/plugin", "tests/support",
          "tests/unit"]
COPIED_FOR_TOOLS = ["tools", "tests/acceptance"]
TESTS_OF_TOOLS = "tests/unit/tools"
PROGRAMS = ["unit_tests", "contract_tests", "plugin_tests", "allocations_tests", "options_tests", "lifetime_tests"]
PROGRAMS_OF_TOOLS = ["acceptance_tests"]
GREEN_LIMIT = 900  # for all the tests at once, seconds
BEGUN = re.compile(r"^\[ RUN      \] ([\w./]+)", re.MULTILINE)
FAILED = re.compile(r"^\[  FAILED  \] ([\w./]+)", re.MULTILINE)


class Error(Exception):
    """The fault, or the tree, is wrong: nothing is known about the tests."""


def run(command, folder, limit=None, environment=None):
    """Its exit status, None when it ran past the limit, and what it printed. Nothing that it started is left behind."""
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
    try:
        printed, _ = process.communicate(timeout=limit)
        return process.returncode, printed
    except subprocess.TimeoutExpired:
        end(process, signal.SIGKILL)
        return None, process.communicate()[0]
    except BaseException:
        end(process, signal.SIGTERM)  # not the other: a build has to end its compilers
        raise
    finally:
        end(process, signal.SIGKILL)


def end(process, number):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)


class Fault:
    def __init__(self, patch):
        self.patch = patch
        self.name = patch.name.removesuffix(".patch")
        self.row = self.name.split(".")[0]
        text = patch.read_text()
        self.what = text.split("\n")[0]
        self.files = re.findall(r"^\+\+\+ b/(\S+)", text, re.MULTILINE)
        self.is_of_tools = any(file.startswith("tools/") for file in self.files)


def selection(rows):
    """The filter for the tests of these rows. A name may end in several, and C1 is the begin of C11."""
    return ":".join(f"*_{row}:*_{row}_*" for row in sorted(rows))


class Tree:
    """The copy."""

    def __init__(self, folder, with_tools):
        self.folder = folder
        self.with_tools = with_tools

    def files(self):
        for name in COPIED + (COPIED_FOR_TOOLS if self.with_tools else []):
            path = ROOT / name
            for file in [path] if path.is_file() else path.rglob("*"):
                name = file.relative_to(ROOT)
                if file.is_file() and (self.with_tools or not name.is_relative_to(TESTS_OF_TOOLS)):
                    yield name

    def update(self):
        """Makes the copy equal to the tree; a file that is so already keeps its time, and with it what was built of it."""
        wanted = set(self.files())
        for name in wanted:
            source, copy = ROOT / name, self.folder / name
            if not copy.is_file() or copy.read_bytes() != source.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
        for folder in {name.split("/")[0] for name in COPIED + COPIED_FOR_TOOLS}:
            for file in list((self.folder / folder).rglob("*")):
                if file.is_file() and file.relative_to(self.folder) not in wanted:
                    file.unlink()

    def must(self, what, command):
        status, printed = run(command, self.folder)
        if status != 0:
            raise Error(f"{what}:\n{printed}")

    def configure(self):
        self.must("cannot be configured", ["cmake", "--preset", "dev", f"-DQUIESCE_TOOLS={int(self.with_tools)}",
                                           "-DQUIESCE_EXPLORE=OFF", "-DQUIESCE_EXAMPLES=OFF"])

    @contextlib.contextmanager
    def broken_by(self, fault):
        before = {file: file.read_bytes() for file in map(self.folder.joinpath, fault.files) if file.is_file()}
        try:
            # Without fuzz: where the context has changed the bug may be another one by now.
            self.must("does not apply", ["patch", "--batch", "--forward", "--fuzz=0", "--no-backup-if-mismatch",
                                         "--reject-file=-", "-p1", "-i", str(fault.patch)])
            yield
        finally:
            for file, text in before.items():
                file.write_bytes(text)

    def red(self, rows, limit):
        """Which test of these rows fails, and how; None: all pass."""
        environment = dict(os.environ, GTEST_FAIL_FAST="1", GTEST_FILTER=selection(rows))
        found = False
        for program in PROGRAMS + (PROGRAMS_OF_TOOLS if self.with_tools else []):
            self.must("does not build", ["cmake", "--build", "build/dev", "--target", program])
            status, printed = run([f"build/dev/{program}"], self.folder, limit, environment)
            begun = BEGUN.findall(printed)
            found = found or bool(begun)
            if status == 0:
                continue
            failed = FAILED.search(printed)
            if failed:
                return failed[1]  # however the program ended after that
            how = "hangs" if status is None else f"ends with {status}" if status > 0 else signal.Signals(-status).name
            return f"{begun[-1] if begun else program} ({how})"
        if not found:
            raise Error("no test that is run here ends in the row")
        return None


def try_out(tree, fault, limit):
    """Whether the fault is caught; says so."""
    try:
        with tree.broken_by(fault):
            by = tree.red([fault.row], limit)
    except Error as error:
        print(f"ERROR {fault.patch.name} {error}", flush=True)
        return False
    print(f"{f'caught by {by}' if by else 'SURVIVES'} {fault.name}: {fault.what}", flush=True)
    return by is not None


def run_all(faults, limit):
    tree = Tree(ROOT / "build/faults/tree", any(fault.is_of_tools for fault in faults))
    tree.folder.mkdir(parents=True, exist_ok=True)
    with open(ROOT / "build/faults/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            tree.update()
            tree.configure()
            failed = tree.red({fault.row for fault in faults}, GREEN_LIMIT)
            if failed:
                raise Error(f"is red without a fault: {failed}")
        except Error as error:
            print(f"the tree {error}")
            return False
        caught = [fault for fault in faults if try_out(tree, fault, limit)]
    print(f"{len(caught)} of {len(faults)} faults caught")
    return len(caught) == len(faults)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--limit", type=int, default=120, help="seconds after which the tests of a row hang")
    arguments.add_argument("names", nargs="*", metavar="NAME")
    given = arguments.parse_args()
    all_faults = [Fault(patch) for patch in sorted(HERE.glob("*.patch"))]
    unknown = [name for name in given.names if not any(name in (fault.name, fault.row) for fault in all_faults)]
    if unknown:
        print(f"there is no fault {unknown[0]}")
        return 1
    faults = [fault for fault in all_faults if not given.names or fault.name in given.names or fault.row in given.names]
    # A signal that would end this process has to unwind it.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # It names the rows that have tests and no fault.
    rows_are_complete = given.names or subprocess.run([ROOT / "lint/behaviour.py"], check=False).returncode == 0
    return 0 if run_all(faults, given.limit) and rows_are_complete else 1


if __name__ == "__main__":
    sys.exit(main())
