#!/usr/bin/env python3
"""Tests `quiesce explore` on programs that a compiler makes here, as its users make them.

usage: command_test.py QUIESCE
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

QUIESCE = pathlib.Path(sys.argv.pop(1)).resolve()
COMPILE = "g++ -std=c++20 $(quiesce explore --compile-flags) -c {0}.cpp"
LINK = "g++ {0}.o $(quiesce explore --link-flags) -o {0}"

RACE = """
#include <cstdio>
#include <thread>
int shared = 0;
int main(int count, char** arguments) {
  std::thread other{[] { ++shared; }};
  ++shared;
  other.join();
  std::printf("%d arguments, last %s\\n", count - 1, arguments[count - 1]);
  return count > 2 ? 7 : 0;
}
"""
LOST = """
#include <atomic>
#include <thread>
std::atomic<long*> place{nullptr};
long first;
int main() {
  std::thread other{[] { delete place.exchange(nullptr); }};
  place = new long;
  other.join();
  const bool was_taken = place == nullptr;
  long* const second = new long;
  first = reinterpret_cast<long>(second);
  delete second;
  long* const third = new long;
  const bool again = first == reinterpret_cast<long>(third);
  delete third;
  if (again) return 3;
  if (!was_taken) place = nullptr;
}
"""
RIGHT = """
#include <mutex>
#include <thread>
int shared = 0;
std::mutex mutex;
void add() { const std::lock_guard hold{mutex}; ++shared; }
int main() {
  std::thread other{add};
  add();
  other.join();
  return shared == 2 ? 0 : 1;
}
"""


def setUpModule():
    global FOLDER
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    FOLDER = pathlib.Path(folder.name)
    (FOLDER / "race.cpp").write_text(RACE)
    (FOLDER / "right.cpp").write_text(RIGHT)
    (FOLDER / "lost.cpp").write_text(LOST)
    for command in (COMPILE.format("lost"), LINK.format("lost"), COMPILE.format("race"), LINK.format("race"), COMPILE.format("right"), LINK.format("right")):
        done = shell(command)
        if done.returncode != 0 or done.stdout:
            sys.exit(f"{command}\n{done.stdout}")


def shell(command, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUIESCE_")}
    environment |= {"PATH": f"{QUIESCE.parent}:{environment['PATH']}", **variables}
    return subprocess.run(["bash", "-c", command], cwd=FOLDER, env=environment, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)


class Command(unittest.TestCase):
    def expect(self, command, status, *parts, **variables):
        done = shell(command, **variables)
        self.assertEqual(done.returncode, status, f"{command}\n{done.stdout}")
        for part in parts:
            self.assertIn(part, done.stdout, command)
        return done.stdout

    def test_memory_that_is_lost_and_memory_that_comes_again(self):
        self.expect("quiesce explore ./lost", 1, "lost: leak", "8 bytes of memory are left at the end")
        self.expect("quiesce explore --no-leaks ./lost", 0, "lost: passed", "reuse of freed memory; leaks;")
        self.expect("quiesce explore --no-leaks --reuse 1 ./lost", 1, "main() returned 3", "freed before")
        self.expect("quiesce explore --reuse many ./lost", 2, "--reuse: 'many' is no number from 0 to")

    def test_a_race_is_found_and_replayed(self):
        printed = self.expect("quiesce explore ./race", 1, "data race", "race.cpp:6", "race.cpp:7")
        schedule = re.search(r"q1\.race\.[0-9a-f]{8}\.\S*", printed)
        self.assertTrue(schedule, printed)
        replayed = self.expect(f"quiesce explore ./race --replay {schedule[0]}", 1, "data race", schedule[0])
        self.assertIn("race.cpp:7", replayed)

    def test_a_right_program_is_explored_completely(self):
        self.expect("quiesce explore ./right", 0, "complete")
        self.expect("quiesce explore right --strategy exhaustive", 0, "exhaustive", "complete")

    def test_without_the_command_a_program_behaves_as_ever(self):
        self.assertEqual(self.expect("./race a 'b c'", 7), "2 arguments, last b c\n")
        self.assertEqual(self.expect("./right", 0), "")

    def test_arguments_reach_the_program_and_its_status_counts(self):
        (FOLDER / "status.cpp").write_text("#include <cstdlib>\nint main(int, char** a) { return std::atoi(a[1]); }\n")
        self.expect(f"{COMPILE.format('status')} && {LINK.format('status')}", 0)
        self.expect("quiesce explore ./status 0", 0)
        self.expect("quiesce explore ./status 3", 1, "3")
        self.expect("quiesce explore ./status -- -5", 1)

    def test_the_result_is_written_for_machines(self):
        self.expect("quiesce explore ./race --strategy random --seed 7", 1, QUIESCE_EXPLORE_RESULT="result")
        result = json.loads((FOLDER / "result").read_text())
        self.assertEqual(result["verdict"].replace(" ", "_"), "data_race")
        self.assertEqual(result["strategy"], "random")
        self.assertFalse(result["complete"])
        self.assertRegex(result["schedule"], r"^q1\.race\.")
        self.assertRegex(result["where"], r"race\.cpp:[67]$")
        self.assertGreaterEqual(result["executions"], 0)

    def test_a_name_with_a_dot_is_no_trouble(self):
        printed = self.expect("cp race a.out && quiesce explore ./a.out", 1, "data race")
        schedule = re.search(r"q1\.\S+", printed)[0]
        self.expect(f"quiesce explore ./a.out --replay {schedule}", 1, "data race")

    def test_the_sanitizers_runtime_is_refused(self):
        for option in ("", "-static-libtsan"):
            self.expect(f"g++ -std=c++20 -fsanitize=thread {option} race.cpp -o sanitized", 0)
            self.expect("quiesce explore ./sanitized", 2,
                        "quiesce: ./sanitized is linked with the sanitizer's own runtime; link it without ",
                        LINK.format("sanitized"))
        self.expect("g++ -fsanitize=thread race.o $(quiesce explore --link-flags) -o both", 0)
        self.expect("quiesce explore ./both", 2, "sanitizer's own runtime")

    def test_a_program_without_the_explorer_is_refused(self):
        self.expect("g++ -std=c++20 race.cpp -pthread -o plain", 0)
        self.expect("quiesce explore ./plain", 2, "quiesce: ./plain is not linked with the explorer; build it with\n",
                    COMPILE.format("plain"), LINK.format("plain"))
        self.expect("quiesce explore race.o", 2, "quiesce: race.o is an object file; link it first:\n")

    def test_a_program_without_the_compilers_calls_is_refused(self):
        self.expect("g++ -std=c++20 -c race.cpp -o deaf.o && " + LINK.format("deaf"), 0)
        self.expect("quiesce explore ./deaf", 2, "-fsanitize=thread")

    def test_a_program_that_may_not_be_run_is_refused(self):
        self.expect("cp race locked && chmod -x locked", 0)
        self.expect("quiesce explore ./locked", 2, "quiesce: ./locked: Permission denied\n")

    def test_a_stripped_program_is_explored_all_the_same(self):
        self.expect("strip -o stripped race && quiesce explore ./stripped", 1, "data race")

    def test_a_schedule_that_is_none_or_is_of_another_program_is_refused(self):
        for schedule in ("nonsense", "q1", "q1.race.00000000.a", "q1.other.00000000.", "''"):
            printed = self.expect(f"quiesce explore ./race --replay {schedule}", 2)
            self.assertLess(len(printed.splitlines()), 4, printed)


if __name__ == "__main__":
    unittest.main()
