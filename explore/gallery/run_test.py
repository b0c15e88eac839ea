#!/usr/bin/env python3
"""Tests run.py on programs that only pretend to be explored.

usage: run_test.py
"""

import contextlib
import io
import pathlib
import tempfile
import unittest

import run

# Answers as the explorer would. The first words say what: verdict, exit status, verdict when replayed, verdict when replayed
# with SEED.
PROGRAM = """#!/bin/sh
set -- {verdict} {status} {replayed} {with_seed}
if [ -z "$QUIESCE_EXPLORE_REPLAY" ]; then verdict=$1; elif [ -z "$QUIESCE_EXPLORE_SEED" ]; then verdict=$3; else verdict=$4; fi
echo "report of $verdict by $QUIESCE_EXPLORE, seed $QUIESCE_EXPLORE_SEED"
schedule=; if [ "$2" = 1 ]; then schedule=q1.a.b.c; fi
printf '{{"verdict":"%s","executions":7,"complete":true,"schedule":"%s"}}\\n' "$verdict" "$schedule" >"$QUIESCE_EXPLORE_RESULT"
exit "$2"
"""


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write_program(self, name, verdict, status, replayed=None, with_seed=None):
        program = self.folder / name
        program.write_text(PROGRAM.format(verdict=verdict, status=status, replayed=replayed or verdict,
                                          with_seed=with_seed or replayed or verdict))
        program.chmod(0o755)

    def run_list(self, text, *arguments):
        (self.folder / "list.txt").write_text(text)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            status = run.main([f"--list={self.folder}/list.txt", f"--programs={self.folder}", *arguments])
        return status, printed.getvalue()

    def test_programs_that_are_as_listed_are_a_line_each(self):
        self.write_program("a_wrong", "data_race", 1)
        self.write_program("a_right", "passed", 0)
        status, printed = self.run_list("# comment\na_wrong data_race\na_right passed exhaustive\n")
        self.assertEqual(status, 0)
        lines = printed.splitlines()
        self.assertRegex(lines[0], r"^a_wrong  data_race +7 executions +[0-9.]+ s$")
        self.assertRegex(lines[1], r"^a_right  passed +7 executions  complete +[0-9.]+ s$")
        self.assertEqual(lines[2:], ["gallery: 2 as they should be, 0 not"])

    def test_another_verdict_is_wrong_and_its_report_is_shown(self):
        self.write_program("a_wrong", "data_race", 1)
        status, printed = self.run_list("a_wrong deadlock random SEED=5\n")
        self.assertEqual(status, 1)
        self.assertIn("WRONG: expected deadlock\n", printed)
        self.assertIn("report of data_race by random, seed 5\n", printed)
        self.assertTrue(printed.endswith("gallery: 0 as they should be, 1 not\n"))

    def test_one_of_several_verdicts_is_enough(self):
        self.write_program("a_wrong", "use_after_free", 1)
        self.assertEqual(self.run_list("a_wrong data_race|use_after_free\n")[0], 0)

    def test_what_is_found_must_be_found_again_by_its_schedule(self):
        self.write_program("a_wrong", "data_race", 1, replayed="passed")
        status, printed = self.run_list("a_wrong data_race\n")
        self.assertEqual(status, 1)
        self.assertIn("WRONG: replayed: passed\n", printed)

    def test_the_schedule_alone_must_be_enough(self):
        self.write_program("a_wrong", "data_race", 1, replayed="data_race", with_seed="passed")
        self.assertEqual(self.run_list("a_wrong data_race random SEED=5\n")[0], 0)
        self.write_program("a_wrong", "data_race", 1, replayed="passed", with_seed="data_race")
        self.assertIn("WRONG: replayed: passed\n", self.run_list("a_wrong data_race random SEED=5\n")[1])

    def test_the_exit_status_must_go_with_the_verdict(self):
        self.write_program("a_right", "passed", 1)
        self.assertIn("WRONG: ended with 1", self.run_list("a_right passed\n")[1])
        self.write_program("a_right", "not_instrumented", 2)
        self.assertEqual(self.run_list("a_right not_instrumented\n")[0], 0)

    def test_a_program_that_is_missing_or_says_nothing_is_wrong(self):
        (self.folder / "silent").write_text("#!/bin/sh\nexit 3\n")
        (self.folder / "silent").chmod(0o755)
        status, printed = self.run_list("missing passed\nsilent passed\n")
        self.assertEqual(status, 1)
        self.assertIn("cannot be run: No such file or directory", printed)
        self.assertIn("ended with 3 and wrote no result", printed)

    def test_names_are_matched_or_exact(self):
        for name in ("ab_wrong", "b_wrong"):
            self.write_program(name, "data_race", 1)
        text = "ab_wrong data_race\nb_wrong data_race\n"
        self.assertIn("gallery: 2 as", self.run_list(text, "b_w")[1])
        self.assertIn("gallery: 1 as", self.run_list(text, "--exactly", "b_wrong")[1])
        status, printed = self.run_list(text, "--exactly", "b")
        self.assertEqual(status, 3)
        self.assertEqual(printed, "gallery: no program is named so\n")

    def test_a_program_may_be_listed_again_with_other_settings(self):
        self.write_program("a_right", "passed", 0)
        status, printed = self.run_list("a_right passed\na_right passed MEMORY=weak\n")
        self.assertEqual(status, 0)
        self.assertRegex(printed.splitlines()[0], r"^a_right +passed ")
        self.assertRegex(printed.splitlines()[1], r"^a_right MEMORY=weak +passed ")
        self.assertIn("a second time", self.run_list("a_right passed SEED=1\na_right deadlock SEED=1\n")[1])

    def test_a_complete_search_has_the_listed_number_of_executions(self):
        self.write_program("a_right", "passed", 0)
        self.assertEqual(self.run_list("a_right passed complete=7\n")[0], 0)
        status, printed = self.run_list("a_right passed complete=8\n")
        self.assertEqual(status, 1)
        self.assertIn("WRONG: complete after 7 executions, expected 8\n", printed)
        self.assertIn("complete needs the number", self.run_list("a_right passed complete\n")[1])

    def test_numbers_of_executions_can_be_kept(self):
        self.write_program("a_right", "passed", 0)
        self.run_list("# comment\na_right passed  complete=8 MEMORY=weak\n", "--keep")
        self.assertEqual((self.folder / "list.txt").read_text(), "# comment\na_right passed  complete=7 MEMORY=weak\n")

    def test_faults_of_the_list_are_named(self):
        self.write_program("a_right", "passed", 0)
        status, printed = self.run_list("a_right passed\nb_right\na_right passed\n")
        self.assertEqual(status, 1)
        self.assertIn("list.txt:2: no verdict\n", printed)
        self.assertIn("list.txt:3: a_right stands here a second time\n", printed)


if __name__ == "__main__":
    unittest.main()
