#!/usr/bin/env python3
"""Tests what the explorer says of programs that it cannot explore, of settings that mean nothing, of how programs end,
and of a race that is not theirs: one clear sentence each, the right status, never a hang and never a pass.

usage: bad_input_test.py PROGRAMS LIBRARY

PROGRAMS is the folder of the built explore/tests/programs, LIBRARY the explorer's archive, for the programs that are built
here in wrong ways.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
LIBRARY = pathlib.Path(sys.argv.pop(1)).resolve()
PASSED, FOUND, BAD_USE = 0, 1, 2

SMALL = """
#include <thread>
int main() {
  int shared = 0;
  std::thread other([&] { shared = 1; });
  other.join();
  return shared - 1;
}
"""


class Answer:
    def __init__(self, status, text, result):
        self.status = status
        self.text = " ".join(text.split())  # as sentences stand, however the lines were broken
        self.verdict = result.get("verdict")
        self.schedule = result.get("schedule", "")
        self.complete = result.get("complete")


def explore(program, *arguments, stdin=subprocess.DEVNULL, limit=20, **variables):
    with tempfile.NamedTemporaryFile() as result:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("QUIESCE_EXPLORE")}
        environment |= {"QUIESCE_EXPLORE": "automatic", "QUIESCE_EXPLORE_TIME": "3000",
                        "QUIESCE_EXPLORE_WATCHDOG": "2000", "QUIESCE_EXPLORE_RESULT": result.name}
        environment |= {f"QUIESCE_EXPLORE_{name.upper()}" if name else "QUIESCE_EXPLORE": value
                        for name, value in variables.items()}
        path = program if isinstance(program, pathlib.Path) else PROGRAMS / program
        done = subprocess.run([path, *arguments], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=environment, timeout=limit, check=False)
        text = pathlib.Path(result.name).read_text()
        return Answer(done.returncode, done.stdout.decode(), json.loads(text) if text else {})


class ExplorerTest(unittest.TestCase):
    def assert_answer(self, answer, status, verdict, *sentences):
        self.assertEqual((answer.status, answer.verdict), (status, verdict), answer.text)
        for sentence in sentences:
            self.assertIn(sentence, answer.text)


class Refused(ExplorerTest):
    """Every call that the program `refused` knows ends with a sentence that names it."""

    SENTENCES = {
        "__atomic_load": "uses an atomic object of 3 bytes, which cannot be explored",
        "__atomic_store": "uses an atomic object of 3 bytes, which cannot be explored",
        "__atomic_exchange": "uses an atomic object of 12 bytes, which cannot be explored",
        "__atomic_compare_exchange": "uses an atomic object of 12 bytes, which cannot be explored",
        "read": "uses read() on descriptor",
        "readv": "uses readv() on descriptor",
        "poll": "uses poll() on a descriptor of the system, which cannot be explored",
        "epoll_wait": "uses epoll_wait() on a set that was made outside of the execution, which cannot be explored",
        "epoll_ctl": "uses a descriptor of the system in an epoll set, which cannot be explored",
        "epoll_ctl of an earlier set": "uses a modelled descriptor in an epoll set that was made outside",
        "fcntl": "uses fcntl() with F_SETLKW, which waits for a lock of a file",
        "dup2": "uses dup2() with a modelled descriptor, which cannot be explored",
    }

    def test_each_call_is_refused_by_name(self):
        names = subprocess.run([PROGRAMS / "refused"], stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
        self.assertGreater(len(names), 30)
        self.assertLessEqual(set(self.SENTENCES), set(names))
        for name in names:
            with self.subTest(name):
                call = name if name.startswith("syscall") else f"{name}()"
                sentence = self.SENTENCES.get(name, f"the program uses {call}")
                self.assert_answer(explore("refused", name), BAD_USE, "not_modelled", sentence)

    def test_more_threads_than_there_is_room_for(self):
        self.assert_answer(explore("too_many_threads"), BAD_USE, "not_modelled", "more than 32 threads in one execution")

    def test_input_that_does_not_come_is_no_progress(self):
        # getchar() asks the kernel from within libc, which nobody can take over.
        reader, writer = os.pipe()
        try:
            answer = explore("ends", "input", stdin=reader, watchdog="300")
        finally:
            os.close(reader)
            os.close(writer)
        self.assert_answer(answer, FOUND, "no_progress", "without a step")


class Races(ExplorerTest):
    def test_a_race_inside_the_library_is_not_called_the_programs(self):
        library, program = "Both do so inside the standard library's header", "Guard both by one mutex"
        for operation in ("store", "compare_exchange"):
            with self.subTest(operation):
                answer = explore("atomic_shared_pointer", operation)
                self.assert_answer(answer, FOUND, "data_race", library)
                self.assertNotIn(program, answer.text)
        for operation in ("construction", "swap"):
            with self.subTest(operation):
                answer = explore("atomic_shared_pointer", operation)
                self.assert_answer(answer, FOUND, "data_race", program)
                self.assertNotIn(library, answer.text)

    def test_a_race_that_a_lock_in_assembly_may_order_is_told_with_a_doubt(self):
        doubt = "But the program has atomic instructions that are not seen, as they stand in assembly"
        for lock in ("inlined", "called"):
            with self.subTest(lock):
                answer = explore("assembly_lock_right", lock)
                self.assert_answer(answer, FOUND, "data_race", doubt)
                self.assertIn("programs/assembly_lock_right.cpp:10 among others", answer.text)
        self.assertNotIn("not seen", explore("list_race_wrong", "push").text)

    def test_what_the_library_does_to_nodes_is_seen(self):
        for program, changes in (
            ("list_race_wrong", ("push", "pop", "splice", "reverse", "swap")),
            ("tree_race_wrong", ("insert", "insert_beside", "erase", "insert_back", "erase_back")),
        ):
            for change in changes:
                with self.subTest(program=program, change=change):
                    self.assert_answer(explore(program, change), FOUND, "data_race", f"{program}.cpp:")


class Ends(ExplorerTest):
    def test_each_way_to_end_has_its_verdict(self):
        for way, verdict, sentence in (
            ("crash", "died_by_signal", "SIGSEGV, address 0"),
            ("stack", "died_by_signal", "the stack of thread 0 is full"),
            ("exit", "failed_exit", "the program ended with status 3"),
            ("_exit", "failed_exit", "the program ended with status 4"),
            ("quick_exit", "failed_exit", "the program ended with status 5"),
            ("return", "failed_exit", "main() returned 7"),
            ("exception", "uncaught_exception", "nobody catches std::runtime_error: the cup is empty"),
            ("number", "uncaught_exception", "nobody catches an exception of type int"),
            ("thread's exception", "uncaught_exception", "nobody catches std::logic_error: not in my thread"),
            ("abort", "failed_assertion", "abort() was called"),
            ("terminate", "terminated", "std::terminate() was called without an exception"),
            ("joinable", "terminated", "std::terminate() was called without an exception"),
            ("assertion", "failed_assertion", "assertion `count == 0' failed"),
        ):
            with self.subTest(way):
                self.assert_answer(explore("ends", way), FOUND, verdict, sentence)

    def test_an_end_with_status_0_is_none(self):
        self.assert_answer(explore("ends", "exit with 0"), PASSED, "passed")
        self.assert_answer(explore("ends"), PASSED, "passed")

    def test_a_loop_that_never_makes_a_step_is_ended(self):
        began = time.monotonic()
        answer = explore("ends", "loop", watchdog="300")
        self.assert_answer(answer, FOUND, "no_progress", "without a step: a loop that looks at no shared memory")
        self.assertLess(time.monotonic() - began, 10)

    def test_becoming_another_program_is_no_pass(self):
        self.assert_answer(explore("ends", "exec"), BAD_USE, "not_modelled", "or became another one")

    def test_sleep_is_virtual(self):
        began = time.monotonic()
        self.assert_answer(explore("sleeps_an_hour"), PASSED, "passed")
        self.assertLess(time.monotonic() - began, 15)

    def test_programs_that_are_not_deterministic_are_told(self):
        for program in ("remembers_earlier_runs", "counts_cycles"):
            with self.subTest(program):
                self.assert_answer(explore(program), BAD_USE, "not_deterministic")


class Descriptors(ExplorerTest):
    WRONG = {
        "descriptor_closed_while_waited_wrong": ("bad_use", "is used after it was closed"),
        "descriptor_closed_under_reader_wrong": ("bad_use", "is closed while thread 0 waits on it"),
        "epoll_edge_without_draining_wrong": ("blocked", "main waits for descriptor 1 to be ready"),
        "epoll_nobody_writes_wrong": ("blocked", "thread 1 waits for descriptor 1 to be ready"),
        "eventfd_and_plain_data_wrong": ("data_race", ""),
        "eventfd_read_too_early_wrong": ("blocked", "main waits for descriptor 2 to be ready"),
        "timerfd_meets_stop_wrong": ("failed_assertion", "assertion `found.data.fd == timer' failed"),
    }
    BLOCKS = ("eventfd_", "epoll_", "timerfd_", "pipe_", "descriptor_")

    def programs(self, ending):
        found = [p.name for p in PROGRAMS.iterdir() if p.name.startswith(self.BLOCKS) and p.name.endswith(ending)]
        self.assertTrue(found)
        return sorted(found)

    def test_right_programs_pass_completely(self):
        for program in self.programs("_right"):
            with self.subTest(program):
                answer = explore(program)
                self.assert_answer(answer, PASSED, "passed")
                self.assertTrue(answer.complete, answer.text)

    def test_wrong_programs_are_found_and_replayed(self):
        self.assertEqual(self.programs("_wrong"), sorted(self.WRONG))
        for program, (verdict, sentence) in self.WRONG.items():
            with self.subTest(program):
                answer = explore(program)
                self.assert_answer(answer, FOUND, verdict, sentence)
                self.assert_answer(explore(program, replay=answer.schedule), FOUND, verdict, sentence)

    def test_the_reduction_leaves_nothing_out(self):
        # The number of different behaviours, which the reduced and the plain search must agree on.
        for program in self.programs("_right"):
            with self.subTest(program):
                counts = []
                for strategy in ("exhaustive", "depth_first"):
                    answer = explore(program, **{"": strategy}, time="20000")
                    self.assertTrue(answer.complete, answer.text)
                    counts.append(re.search(r"(\d+) distinct", answer.text)[1])
                self.assertEqual(*counts)


class Settings(ExplorerTest):
    def assert_refused(self, sentence, **variables):
        answer = explore("ends", **variables)
        self.assertEqual(answer.status, BAD_USE, answer.text)
        self.assertIn(sentence, answer.text)
        self.assertIsNone(answer.verdict)

    def test_values_that_mean_nothing(self):
        self.assert_refused("explore: QUIESCE_EXPLORE is 'quickly', which is not one of automatic, exhaustive,",
                            **{"": "quickly"})
        self.assert_refused("QUIESCE_EXPLORE is '', which is not", **{"": ""})
        for name, least, most in (("EXECUTIONS", 1, 2**64 - 1), ("TIME", 1, 31_536_000_000), ("STEPS", 1, 65_520),
                                  ("DEVIATIONS", 0, 1000), ("SEED", 0, 2**64 - 1), ("WATCHDOG", 1, 31_536_000_000),
                                  ("REUSE", 0, 1000), ("LEAKS", 0, 1),
                                  ("DEPTH", 1, 32), ("JOBS", 0, 64)):
            for value in ("", "many", "-1", "1.5", " 1", str(most + 1), *([str(least - 1)] if least else [])):
                with self.subTest(name=name, value=value):
                    self.assert_refused(f"explore: QUIESCE_EXPLORE_{name} is '{value}', which is not a number from "
                                        f"{least} to {most}", **{name.lower(): value})

    def test_values_at_their_limits_are_taken(self):
        for variables in ({"executions": "1"}, {"time": "31536000000"}, {"steps": "65520"}, {"deviations": "0"},
                          {"deviations": "1000"}, {"seed": str(2**64 - 1)}, {"watchdog": "31536000000"},
                          {"reuse": "1000"}, {"leaks": "0"}, {"leaks": "1"},
                          {"": "pct", "depth": "32", "executions": "9"}, {"": "sampling", "jobs": "64", "executions": "99"}):
            with self.subTest(**variables):
                self.assert_answer(explore("ends", **variables), PASSED, "passed")

    def test_a_result_that_cannot_be_written(self):
        answer = explore("ends", result="/nowhere/at/all")
        self.assertIn("explore: cannot write /nowhere/at/all: No such file or directory", answer.text)


class Schedules(ExplorerTest):
    def test_what_is_no_schedule(self):
        for text in ("", "nonsense", "q1.", "q2.ends.00000000.-", "q1.ends.xyz.-", "q1.ends.00000000", "q" * 10_000):
            with self.subTest(text[:40]):
                answer = explore("ends", replay=text)
                if text == "":
                    continue  # as if it were not set
                self.assert_answer(answer, BAD_USE, "bad_schedule", "is no schedule")

    def test_one_of_another_build(self):
        known = explore("eventfd_read_too_early_wrong").schedule
        marker, name, build, deviations = known.split(".")
        other = f"{int(build, 16) ^ 1:08x}"
        answer = explore("eventfd_read_too_early_wrong", replay=".".join((marker, name, other, deviations)))
        self.assert_answer(answer, BAD_USE, "bad_schedule",
                           "the schedule is of another build of the program: choices mean nothing in changed code")

    def test_one_that_the_program_does_not_follow(self):
        marker, name, build, _ = explore("eventfd_read_too_early_wrong").schedule.split(".")
        answer = explore("eventfd_read_too_early_wrong", replay=f"{marker}.{name}.{build}.0v")
        self.assertEqual(answer.status, BAD_USE, answer.text)
        self.assertEqual(answer.verdict, "bad_schedule", answer.text)


class Builds(ExplorerTest):
    """Programs that were built in another way than they should have been."""

    LINK = ("-Wl,--whole-archive", str(LIBRARY), "-Wl,--no-whole-archive", "-rdynamic", "-ldl", "-pthread")

    def build(self, *how):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        program = pathlib.Path(folder.name) / "small"
        source = program.with_suffix(".cpp")
        source.write_text(SMALL)
        compiling, linking = how
        for command in (["g++", "-std=c++20", *compiling, "-c", source, "-o", program.with_suffix(".o")],
                        ["g++", program.with_suffix(".o"), *linking, "-o", program]):
            subprocess.run(command, check=True)
        return program

    def test_without_the_hooks(self):
        program = self.build([], self.LINK)
        self.assert_answer(explore(program), BAD_USE, "not_instrumented",
                           "no file of the program was compiled with -fsanitize=thread, so that nothing it does can be seen")

    def test_with_the_sanitizer_itself(self):
        program = self.build(["-fsanitize=thread"], ["-fsanitize=thread", *self.LINK])
        self.assert_answer(explore(program), BAD_USE, None,
                           "explore: the program was linked with the sanitizer's own runtime: leave -fsanitize=thread out")

    def test_as_it_should_be(self):
        self.assert_answer(explore(self.build(["-fsanitize=thread", "-fno-builtin"], self.LINK)), PASSED, "passed")


if __name__ == "__main__":
    unittest.main()
