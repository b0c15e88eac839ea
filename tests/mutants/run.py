#!/usr/bin/env python3
"""Mutants of the library: copies with one small thing wrong, which the explorer's scenarios of tests/explore must find.

usage: run.py [--chosen] [--jobs N] [TEXT...]

sites.py finds the places: it lowers memory orders, leaves out wakes and looks that are looked again, and swaps neighbouring
steps of stops. All mutants are built into one program, asleep, and each is woken alone. A mutant is killed when a scenario
that comes to its place finds it, or a test that runs natively: what talks to the system is not explored. Scenarios that are over soon come
first, and then both by the time they take. A mutant that none of them kills
survives, or stands in equivalent.txt with a sentence that argues why nobody could notice it. --chosen runs only the mutants
of chosen.txt, each against the scenario named there, and builds only what these need. With TEXT only the mutants whose names
contain it are run.

Fails if a mutant survives that is not in equivalent.txt, if more than one of twenty is called equivalent, or if one of
equivalent.txt or chosen.txt is not there any more.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "lint"))
sys.path.insert(0, str(HERE))
import sites as mutation  # noqa: E402

COPIED_FOR_SCENARIOS = ["CMakeLists.txt", "CMakePresets.json", "cmake", "include", "src", "explore", "tests/explore",
                        "tests/support", "tests/launch.py"]
COPIED = [*COPIED_FOR_SCENARIOS, "tests/allocations", "tests/contract", "tests/launch", "tests/lifetime", "tests/options",
          "tests/plugin", "tests/unit"]
MUTATED = ["include/quiesce", "src"]
MOST_EQUIVALENT = 0.05
SOON = 2  # seconds
LEAST_LIMIT = 60  # seconds for one test, or ten times what it takes without a mutant


class Error(Exception):
    """Nothing is known about the mutants."""


def read_list(name):
    """The lines `mutant | text` of a file, without comments."""
    found = {}
    for line in (HERE / name).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            mutant, _, text = line.rpartition(" | ")
            found[mutant.strip()] = text.strip()
    return found


def must(command, folder, what):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise Error(f"{what}:\n{done.stdout[-4000:]}")
    return done.stdout


class Tree:
    """A copy of what is needed, with every mutant in the library, asleep."""

    def __init__(self, folder, scenario_sources=None):
        self.folder = folder
        self.found, changed = mutation.look_through(ROOT, MUTATED)
        wanted = {}
        for name in COPIED if scenario_sources is None else COPIED_FOR_SCENARIOS:
            path = ROOT / name
            for file in [path] if path.is_file() else path.rglob("*"):
                short = str(file.relative_to(ROOT))
                is_left_out = (short.startswith("tests/explore/") and short.endswith(".cpp")
                               and scenario_sources is not None and file.name not in scenario_sources)
                is_left_out |= short.startswith("tests/unit/tools/")  # built without the tools
                if file.is_file() and "__pycache__" not in short and not is_left_out:
                    wanted[short] = (file, changed[short].encode() if short in changed else file.read_bytes())
        for name in ["mutant.hpp", "mutant.cpp"]:
            wanted[name] = (HERE / name, (HERE / name).read_bytes())
        for name, (original, content) in wanted.items():
            copy = folder / name
            if not copy.is_file() or copy.read_bytes() != content:  # what has not changed is not built again
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(content)
                shutil.copymode(original, copy)
        for file in (folder / "tests").rglob("*.cpp"):
            if str(file.relative_to(folder)) not in wanted:
                file.unlink()
        compiler = os.environ.get("CXX", "g++")
        must([compiler, "-std=c++20", "-O1", "-c", "mutant.cpp", "-o", "mutant.o"], folder, "mutant.cpp")

    def build(self, flavour, target, *options):
        # The flavour dev compiles each source alone, and the others a dozen at a time.
        must(["cmake", "--preset", flavour, "-DQUIESCE_TOOLS=OFF", "-DQUIESCE_EXAMPLES=OFF", *options,
              f"-DCMAKE_CXX_FLAGS=-include {self.folder}/mutant.hpp -Wno-error -w",
              f"-DCMAKE_EXE_LINKER_FLAGS={self.folder}/mutant.o"], self.folder, "cannot be configured")
        must(["cmake", "--build", f"build/{flavour}", "--target", target], self.folder, "does not build")
        return self.folder / "build" / flavour / target


class Program:
    """The scenarios, or tests that run natively."""

    def __init__(self, path, are_explored):
        self.path, self.are_explored = path, are_explored
        self.met, self.took = {}, {}

    def names(self):
        listed = must([str(self.path), "--gtest_list_tests"], self.path.parent, "has no tests")
        names, suite = [], ""
        for line in listed.splitlines():
            line = line.split("#")[0].rstrip()
            if line.endswith(".") and not line.startswith(" "):
                suite = line
            elif line.startswith("  "):
                names.append(suite + line.strip())
        return names

    def run(self, test, mutant=0, met=None, limit=600.0):
        """None: green. Else what was found."""
        environment = dict(os.environ, QUIESCE_MUTANT=str(mutant), GTEST_BREAK_ON_FAILURE="0")
        environment.pop("QUIESCE_MUTANTS_MET", None)
        if met is not None:
            environment["QUIESCE_MUTANTS_MET"] = str(met)
        process = subprocess.Popen([str(self.path), f"--gtest_filter={test}"], env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                   start_new_session=True)
        try:
            printed, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            # A scenario that takes longer has found nothing; another test waits for what does not come.
            return None if self.are_explored else f"hangs, {test}"
        if process.returncode == 0:
            return None
        if not self.are_explored:
            return f"red, {test}"
        verdict = re.search(r"^\w+-\w+: ([a-z][a-z -]+)$", printed, re.MULTILINE)
        if verdict is None or verdict[1] == "passed":
            # Nothing is wrong with the executions that there was time for.
            return None if "out of time" in printed else f"expectation, {test}"
        return f"{verdict[1]}, {test}"

    def measure(self, mutants, jobs):
        """For each mutant the tests that come to its place."""
        def one(test):
            with tempfile.NamedTemporaryFile() as file:
                began = time.monotonic()
                failed = self.run(test, met=file.name)
                self.took[test] = time.monotonic() - began
                if failed:
                    raise Error(f"without any mutant: {failed}")
                marks = pathlib.Path(file.name).read_bytes()
                return test, [number for number in mutants if number < len(marks) and marks[number]]

        self.met = {number: [] for number in mutants}
        with concurrent.futures.ThreadPoolExecutor(jobs) as workers:
            for test, numbers in workers.map(one, self.names()):
                for number in numbers:
                    self.met[number].append(test)

    def comes_when(self, test):
        """Where the test stands among those that may kill a mutant."""
        took = self.took[test]
        return not (self.are_explored and took < SOON), took


def kill(programs, mutant):
    tests = sorted(((program, test) for program in programs for test in program.met[mutant]),
                   key=lambda those: those[0].comes_when(those[1]))
    for program, test in tests:
        by = program.run(test, mutant, limit=max(LEAST_LIMIT, 10 * program.took[test]))
        if by:
            return by
    return None


class Count:
    def __init__(self):
        self.lock = threading.Lock()
        self.killed, self.equivalent, self.survive = 0, 0, []

    def say(self, site, by, reason):
        with self.lock:
            if by:
                self.killed += 1
                print(f"killed      {site.name}\n            by {by}", flush=True)
            elif reason:
                self.equivalent += 1
                print(f"equivalent  {site.name}\n            {reason}", flush=True)
            else:
                self.survive.append(site.name)
                print(f"SURVIVES    {site.name}", flush=True)


def run_chosen(folder, jobs, chosen):
    sources = {path.name for path in (ROOT / "tests/explore").glob("*.cpp")
               if any(holds(path, test) for test in chosen.values())}
    tree = Tree(folder, sources)
    by_name = {site.name: site for site in tree.found}
    gone = [name for name in chosen if name not in by_name]
    if gone:
        raise Error("chosen.txt names mutants that are not there: " + "; ".join(gone))
    program = Program(tree.build("explore", "scenario_tests"), True)
    count = Count()
    with concurrent.futures.ThreadPoolExecutor(jobs) as workers:
        list(workers.map(lambda name: count.say(by_name[name], program.run(chosen[name], by_name[name].number), None), chosen))
    return count


def holds(path, test):
    suite, name = test.split(".")
    return re.search(rf"\(\s*{suite},\s*{name}\s*\)", path.read_text()) is not None


def run_all(folder, jobs, texts):
    equivalent = read_list("equivalent.txt")
    tree = Tree(folder)
    gone = equivalent.keys() - {site.name for site in tree.found}
    if gone:
        raise Error("equivalent.txt names mutants that are not there: " + "; ".join(sorted(gone)))
    programs = [Program(tree.build("explore", "scenario_tests"), True),
                *(Program(tree.build("dev", program, "-DQUIESCE_EXPLORE=OFF"), False)
                  for program in ["unit_tests", "plugin_tests", "contract_tests"])]
    wanted = [site for site in tree.found if not texts or any(text in site.name for text in texts)]
    for program in programs:
        program.measure([site.number for site in wanted], jobs)
    count = Count()

    def one(site):
        count.say(site, kill(programs, site.number), equivalent.get(site.name))

    with concurrent.futures.ThreadPoolExecutor(jobs) as workers:
        list(workers.map(one, wanted))
    return count


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--chosen", action="store_true")
    arguments.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    arguments.add_argument("texts", nargs="*", metavar="TEXT")
    given = arguments.parse_args()
    folder = ROOT / "build" / ("mutants-chosen" if given.chosen else "mutants")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        count = run_chosen(folder, given.jobs, read_list("chosen.txt")) if given.chosen \
            else run_all(folder, given.jobs, given.texts)
    except Error as error:
        print(error)
        return 1
    total = count.killed + count.equivalent + len(count.survive)
    print(f"{count.killed} of {total} mutants killed, {count.equivalent} called equivalent, {len(count.survive)} survive")
    too_many = count.equivalent > MOST_EQUIVALENT * total and not given.texts
    return 1 if count.survive or too_many or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
