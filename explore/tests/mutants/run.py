#!/usr/bin/env python3
"""Mutants of the explorer: copies with one thing wrong, each of which must turn the explorer's own tests red.

usage: run.py [--seconds N] [--jobs N] [--compiler CXX] [NAME...]

Each NAME.patch beside this file is applied to a copy of explore/; the first line of a patch says what it breaks. The copy's
library is built and linked with the tests that count executions and outcomes, with those of values and memory that the search
chooses, with those of shrinking, of sampling and of workers, of what reports say and of replays, and with those that compare
random programs. A mutant is killed when one of them fails. Green without a patch, red with each: else this script fails.
"""
import argparse
import concurrent.futures
import os
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
EXPLORE = HERE.parent.parent
LIBRARY_FLAGS = ["-std=c++20", "-O2", "-mfsgsbase", "-pthread"]
TEST_FLAGS = ["-std=c++20", "-O1", "-gdwarf-4", "-fsanitize=thread", "-fno-builtin", "-Wno-tsan", "-pthread"]
WHICH = {"memory": ["choose_test.cpp", "leak_test.cpp", "reuse_test.cpp", "history_test.cpp", "lifetime_test.cpp",
                    "memory_test.cpp", "library_state_test.cpp", "signals_test.cpp", "broken_pipe_test.cpp"],
         "counts": ["counts_test.cpp", "published_counts_test.cpp", "descriptor_counts_test.cpp", "litmus_test.cpp",
                    "litmus_loops_test.cpp", "outcomes.cpp"],
         "reports": ["limits_test.cpp", "replay_test.cpp"],
         "shrinking": ["shrinking_test.cpp", "../shrink_test.cpp"],
         "sampling": ["sampling_test.cpp", "workers_test.cpp", "../order_set_test.cpp"],
         "fuzz": ["differential_fuzz.cpp", "weak_memory_fuzz.cpp", "fuzz_program.cpp", "fuzz_interpreter.cpp",
                  "fuzz_model.cpp", "fuzz_weak_model.cpp"]}
# The same with ten stands beside it.
TOO_LONG = "PublishedCounts.TheLastZeroOfFifteenIsLookedForIn147456Ways"


class Tree:
    """A copy of explore/ with the objects that were built from it."""

    def __init__(self, root, compiler, jobs):
        self.root, self.compiler, self.jobs = root, compiler, jobs
        shutil.copytree(EXPLORE / "src", root / "explore/src")
        shutil.copytree(EXPLORE / "include", root / "explore/include")
        (root / "objects").mkdir()
        page = root / "explore/src/page"  # as CMake makes it
        made = page.with_suffix(".cpp.in").read_text().replace("@explore_page@", page.with_suffix(".html").read_text())
        page.with_suffix(".cpp").write_text(made)

    def compile(self, source, flags):
        made = self.root / "objects" / (source.stem + ".o")
        if made.exists() and made.stat().st_mtime_ns > self.newest(source):
            return made
        command = [self.compiler, *flags, "-I", str(self.root / "explore/include"), "-I", str(self.root / "explore/src"),
                   "-MMD", "-c", str(source), "-o", str(made)]
        subprocess.run(command, check=True)
        return made

    def newest(self, source):
        """When the source, or what it includes, has changed the last time."""
        notes = self.root / "objects" / (source.stem + ".d")
        names = notes.read_text().replace("\\\n", " ").split()[1:] if notes.exists() else [str(source)]
        return max((os.stat(name).st_mtime_ns for name in names if os.path.exists(name)), default=0)

    def build(self):
        """The test programs."""
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as workers:
            library = list(workers.map(lambda s: self.compile(s, LIBRARY_FLAGS),
                                       sorted((self.root / "explore/src").glob("*.cpp"))))
            tests = {name: list(workers.map(lambda s: self.compile(HERE.parent / "explored" / s, TEST_FLAGS), sources))
                     for name, sources in WHICH.items()}
        programs = {}
        for name, objects in tests.items():
            programs[name] = self.root / name
            subprocess.run([self.compiler, *map(str, objects + library), "-rdynamic", "-pthread", "-ldl", "-lgtest",
                            "-lgtest_main", "-o", str(programs[name])], check=True)
        return programs

    def patch(self, patch, backwards=False):
        command = ["patch", "--quiet", "--no-backup-if-mismatch", "-p1", "-i", str(patch)]
        subprocess.run(command + (["--reverse"] if backwards else []), cwd=self.root, check=True)


def red(programs, seconds):
    """The name of the tests that fail; None: all pass."""
    environment = dict(os.environ, QUIESCE_FUZZ_SECONDS=str(seconds), GTEST_BREAK_ON_FAILURE="0", GTEST_FAIL_FAST="1")
    for name, program in programs.items():
        try:
            done = subprocess.run([str(program), f"--gtest_filter=-{TOO_LONG}"], env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=300 + seconds)
        except subprocess.TimeoutExpired:
            return name + " (hangs)"
        if done.returncode != 0:
            return name
    return None


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=30, help="for the random programs, at most")
    arguments.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="mutants at the same time")
    arguments.add_argument("--compiler", default=os.environ.get("CXX", "g++"))
    arguments.add_argument("names", nargs="*")
    given = arguments.parse_args()
    patches = sorted(p for p in HERE.glob("*.patch") if not given.names or p.stem in given.names)
    survivors = []
    trees = queue.Queue()

    def prepare(folder):
        tree = Tree(folder, given.compiler, max(1, os.cpu_count() // given.jobs))
        trees.put(tree)
        return tree.build()

    def try_one(patch):
        tree = trees.get()
        try:
            tree.patch(patch)
            by = red(tree.build(), given.seconds)
            tree.patch(patch, backwards=True)
        finally:
            trees.put(tree)
        what = patch.read_text().splitlines()[0]
        print(f"{'killed by ' + by if by else 'SURVIVES':24} {patch.stem}: {what}", flush=True)
        if not by:
            survivors.append(patch.stem)

    with tempfile.TemporaryDirectory(prefix="explorer-mutants-") as folder, \
            concurrent.futures.ThreadPoolExecutor(given.jobs) as workers:
        programs = list(workers.map(prepare, (pathlib.Path(folder) / str(number) for number in range(given.jobs))))
        # As many at a time as later, when a search that has no time left counts as red.
        for failed in workers.map(lambda those: red(those, min(given.seconds, 10)), programs):
            if failed:
                print(f"without any mutant, {failed} is red")
                return 1
        list(workers.map(try_one, patches))
    print(f"{len(patches) - len(survivors)} of {len(patches)} mutants killed")
    return 1 if survivors or not patches else 0


if __name__ == "__main__":
    sys.exit(main())
