#!/usr/bin/env python3
"""Tests `quiesce explore` on programs that a compiler makes here, as its users make them.

usage: command_test.py QUIESCE
"""

import json
import os
import pathlib
import re
import shutil
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
LEFT = """
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


LOST = """
#include <atomic>
#include <cassert>
#include <thread>
std::atomic<int> count = 0;
void add() { count.store(count.load() + 1); }
int main() {
  std::thread other{add};
  add();
  other.join();
  assert(count == 2);
}
"""
LAST = """
#include <cstdlib>
#include <cstring>
int main(int count, char** arguments) {
  if (count == 3 && std::strcmp(arguments[1], "a b") == 0) return -std::atoi(arguments[2]);
}
"""
ONCE = """
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>
int main() {
  std::mutex mutex;
  std::condition_variable told;
  bool ready = false;
  std::thread other{[&] {
    const std::lock_guard hold{mutex};
    ready = true;
    told.notify_one();
  }};
  {
    std::unique_lock hold{mutex};
    if (!ready) told.wait(hold);
    assert(ready);
  }
  other.join();
}
"""
STALE = """
#include <atomic>
#include <cassert>
#include <thread>
std::atomic<int> one = 0, two = 0, seen = 0;
void look(std::atomic<int>& mine, std::atomic<int>& other) {
  mine.store(1, std::memory_order_release);
  seen += other.load(std::memory_order_acquire);
}
int main() {
  std::thread thread{[] { look(one, two); }};
  look(two, one);
  thread.join();
  assert(seen != 0);
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
    (FOLDER / "left.cpp").write_text(LEFT)
    (FOLDER / "stale.cpp").write_text(STALE)
    (FOLDER / "last.cpp").write_text(LAST)
    (FOLDER / "once.cpp").write_text(ONCE)
    for command in [build.format(name) for name in ("race", "right", "lost", "left", "stale") for build in (COMPILE, LINK)]:
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
        self.expect("quiesce explore ./left", 1, "left: leak", "8 bytes of memory are left at the end")
        self.expect("quiesce explore --no-leaks ./left", 0, "left: passed", "reuse of freed memory; leaks;")
        self.expect("quiesce explore --no-leaks --reuse 1 ./left", 1, "main() returned 3", "freed before")
        self.expect("quiesce explore --reuse many ./left", 2, "--reuse: 'many' is no number from 0 to")

    def test_a_race_is_found_and_replayed(self):
        printed = self.expect("quiesce explore ./race", 1, "data race", "race.cpp:6", "race.cpp:7")
        schedule = re.search(r"q1\.race\.[0-9a-f]{8}\.\S*", printed)
        self.assertTrue(schedule, printed)
        replayed = self.expect(f"quiesce explore ./race --replay {schedule[0]}", 1, "data race", schedule[0])
        self.assertIn("race.cpp:7", replayed)

    def replayed_as_printed(self, printed, *parts):
        line = re.search(r"^replay:   (.*)$", printed, re.MULTILINE)
        self.assertTrue(line, printed)
        return self.expect(line[1], 1, *parts)

    def test_the_line_that_replays_can_be_pasted(self):
        self.replayed_as_printed(self.expect("quiesce explore race", 1), "race: data race")
        self.expect("mkdir -p 'a folder' && cp race a.out && cp race 'a folder/it'", 0)
        self.replayed_as_printed(self.expect("quiesce explore ./a.out", 1), "data race")
        printed = self.expect("quiesce explore './a folder/it' 1 'b c' --json again.json", 1)
        self.replayed_as_printed(printed, "data race")
        self.assertIn(json.loads((FOLDER / "again.json").read_text())["replay"], printed)
        # The arguments decide how it ends.
        self.expect(f"{COMPILE.format('last')} && {LINK.format('last')}", 0)
        printed = self.expect("quiesce explore ./last -- 'a b' -5", 1, "main() returned 5")
        self.replayed_as_printed(printed, "main() returned 5")

    def test_a_wake_up_for_no_reason_and_a_limit_of_steps_are_replayed_as_printed(self):
        self.expect(f"{COMPILE.format('once')} && {LINK.format('once')}", 0)
        self.replayed_as_printed(self.expect("quiesce explore ./once --spurious 1", 1, "failed assertion"), "failed assertion")
        self.replayed_as_printed(self.expect("quiesce explore ./once --steps 5", 1, "step limit"), "step limit")

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

    def test_all_of_a_report_is_written_for_machines_and_as_a_page(self):
        printed = self.expect("quiesce explore ./lost --json lost.json --html lost.html", 1, "failed assertion")
        report = json.loads((FOLDER / "lost.json").read_text())
        self.assertEqual((report["format"], report["program"], report["verdict"]), (1, "lost", "failed_assertion"))
        self.assertIn(report["report"], printed)
        self.assertIn(report["explanation"], " ".join(printed.split()))
        self.assertEqual(len(report["events"]), report["steps"])
        self.assertEqual([event["step"] for event in report["events"]], list(range(report["steps"])))
        self.assertEqual(report["deviations"], sum(event["deviation"] for event in report["events"]))
        loads = [event for event in report["events"] if event["operation"] == "load"]
        self.assertEqual({(event["object"], event["read"], event["order"]) for event in loads[:2]}, {("count", "0", "seq_cst")})
        frames = report["stacks"][loads[0]["stack"]]
        own = next(frame for frame in frames if frame["own"])
        self.assertEqual(own["file"], "lost.cpp")
        self.assertIn("count.store(count.load() + 1)", report["sources"]["lost.cpp"][str(own["line"])])
        self.assertTrue(any("answers_to" in event for event in report["events"]))
        page = (FOLDER / "lost.html").read_text()
        embedded = re.search(r'<script type="application/json" id="report">(.*?)</script>', page, re.DOTALL)[1]
        self.assertEqual(json.loads(embedded), report)

    def test_a_green_report_is_written_too(self):
        self.expect("quiesce explore ./right --json right.json --html right.html", 0)
        report = json.loads((FOLDER / "right.json").read_text())
        self.assertEqual((report["verdict"], report["complete"], report["schedule"]), ("passed", True, ""))
        self.assertIn("not modelled", report["report"])

    def test_a_file_that_cannot_be_written_is_told_at_once(self):
        for option in ("--json", "--html"):
            self.assertEqual(self.expect(f"quiesce explore ./lost {option} /nowhere/at/all", 2),
                             "explore: cannot write /nowhere/at/all: No such file or directory\n")
            self.expect(f"quiesce explore ./lost {option} ''", 2, "the file has no name")
        self.expect("quiesce explore ./lost --json /dev/full", 2, "failed assertion",
                    "explore: cannot write /dev/full: No space left on device\n")

    def test_what_a_random_walk_finds_is_shrunk(self):
        whole = self.expect("quiesce explore ./lost --strategy random --seed 4 --no-shrink", 1)
        shrunk = self.expect("quiesce explore ./lost --strategy random --seed 4 --json shrunk.json", 1)
        self.assertNotIn("shrunk", whole)
        report = json.loads((FOLDER / "shrunk.json").read_text())
        self.assertEqual(report["deviations"], 1)
        self.assertGreater(report["found_deviations"], 1)
        self.assertIn(f"shrunk from {report['found_deviations']} deviations to 1\n", shrunk)

    def test_a_replay_of_weak_memory_names_it(self):
        printed = self.expect("quiesce explore ./stale --memory weak", 1)
        schedule = re.search(r"q1\.stale\.\S+", printed)[0]
        self.expect(f"quiesce explore ./stale --replay {schedule} --json weak.json", 1, QUIESCE_EXPLORE_RESULT="result")
        for name in ("weak.json", "result"):
            self.assertEqual(json.loads((FOLDER / name).read_text())["memory"], "weak")
        stale = [event for event in json.loads((FOLDER / "weak.json").read_text())["events"] if event["stale"]]
        self.assertEqual([(event["read"], event["newest"]) for event in stale[:1]], [("0", "1")])

    def test_without_a_debugger_nothing_is_stopped(self):
        schedule = re.search(r"q1\.lost\.\S+", self.expect("quiesce explore ./lost", 1))[0]
        printed = self.expect(f"quiesce explore ./lost --replay {schedule} --break-at 3", 2)
        self.assertEqual(printed, "lost: no debugger runs this program, so that nothing would stop before step 3; "
                                  "put gdb -ex run --args before the command\n")
        self.expect("quiesce explore ./lost --break-at 3", 2, "--break-at requires --replay")
        self.expect("./lost", 2, "explore: QUIESCE_EXPLORE_BREAK_AT is '3', which is not of use without QUIESCE_EXPLORE_REPLAY",
                    QUIESCE_EXPLORE="automatic", QUIESCE_EXPLORE_BREAK_AT="3")

    def test_a_stop_leaves_no_files(self):
        for file in ("json", "html"):
            self.expect(f"quiesce explore ./lost --replay q1.lost.0.a --break-at 1 --{file} left.{file}", 2,
                        "--break-at stops the program, and no report is written")
            self.expect("./lost", 2, "not of use with QUIESCE_EXPLORE_JSON or QUIESCE_EXPLORE_HTML",
                        **{"QUIESCE_EXPLORE": "automatic", "QUIESCE_EXPLORE_REPLAY": "q1.lost.0.a",
                           "QUIESCE_EXPLORE_BREAK_AT": "1", f"QUIESCE_EXPLORE_{file.upper()}": f"left.{file}"})
            self.assertFalse((FOLDER / f"left.{file}").exists())

    @unittest.skipUnless(shutil.which("gdb"), "needs gdb")
    def test_a_debugger_stops_before_the_step_in_the_programs_function(self):
        printed = self.expect("quiesce explore ./lost --json lost.json", 1)
        schedule = re.search(r"q1\.lost\.\S+", printed)[0]
        stores = [event for event in json.loads((FOLDER / "lost.json").read_text())["events"]
                  if event["operation"] == "store"]
        gdb = "gdb -nx --batch -ex run -ex backtrace -ex 'print count' --args "
        for event, before in zip(stores, ("0", stores[0]["written"])):
            stopped = self.expect(f"{gdb} quiesce explore ./lost --replay {schedule} --break-at {event['step']}", 0,
                                  "SIGTRAP", f"explore: stops before step {event['step']}")
            self.assertRegex(stopped, r"#\d+ +(0x\w+ in )?add \(\) at .*lost\.cpp:")
            self.assertRegex(stopped, r"\$1 = .*\b" + before + r"\b")
        self.expect(f"{gdb} quiesce explore ./lost --replay {schedule} --break-at 9999", 0, "there is no step 9999")

    def test_numbers_have_the_same_limits_in_the_command_and_in_the_program(self):
        for option, least, most in (("steps", 1, 65520), ("deviations", 0, 1000), ("spurious", 0, 1000), ("reuse", 0, 1000),
                                    ("depth", 1, 32), ("jobs", 0, 64)):
            self.expect(f"quiesce explore ./right --{option} {most}", 0, "complete")
            self.expect(f"quiesce explore ./right --{option} {most + 1}", 2,
                        f"--{option}: '{most + 1}' is no number from {least} to {most}")
            variable = f"QUIESCE_EXPLORE_{option.upper()}"
            self.expect("./right", 2, f"explore: {variable} is '{most + 1}', which is not a number from {least} to {most}",
                        QUIESCE_EXPLORE="automatic", **{variable: str(most + 1)})

    def test_what_sampling_has_not_seen_is_estimated(self):
        self.expect("quiesce explore ./right --strategy sampling --executions 1000", 0, "sampling: 1000 executions, ",
                    "the chance that another execution shows an order not yet seen is less than 0.1 %",
                    QUIESCE_EXPLORE_RESULT="result")
        self.assertEqual(json.loads((FOLDER / "result").read_text())["unseen"], 0)
        self.expect("quiesce explore ./right", 0, QUIESCE_EXPLORE_RESULT="result")
        self.assertIsNone(json.loads((FOLDER / "result").read_text())["unseen"])

    def test_there_are_as_many_workers_as_are_wished(self):
        sampled = "quiesce explore ./right --strategy pos --executions 1000"
        self.expect(f"{sampled} --jobs 3", 0, "by 3 workers")
        self.assertNotIn("workers", self.expect(f"{sampled} --jobs 1", 0))
        self.expect(sampled, 0, "by 3 workers", QUIESCE_EXPLORE_JOBS="3")
        self.assertNotIn("workers", self.expect(f"taskset -c $(taskset -pc $$ | sed 's/.*[:,-] *//') {sampled}", 0))

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
