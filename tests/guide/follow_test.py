#!/usr/bin/env python3
"""Tests follow.py on pages that are right and on pages that are not.

usage: follow_test.py
"""

import pathlib
import tempfile
import unittest

from follow import Guide, Mismatch, matches


class Matches(unittest.TestCase):
    def test_lines_are_compared_and_dots_stand_for_anything(self):
        self.assertTrue(matches(["a", "b … d"], ["a", "b c d"]))
        self.assertTrue(matches(["…", "b", "…"], ["x", "y", "b", "c"]))
        self.assertTrue(matches(["a", "…", "b"], ["a", "b"]))
        self.assertTrue(matches([], []))
        self.assertTrue(matches(["columns   "], ["columns"]))
        for wanted, got in ([["a"], ["a", "b"]], [["a", "b"], ["a"]], [["a.c"], ["abc"]], [[], ["a"]], [["…", "b"], ["a"]]):
            self.assertFalse(matches(wanted, got), (wanted, got))

    def test_any_schedule_is_as_good_as_the_pages(self):
        self.assertTrue(matches(["replay q1.bank.0a1b2c3d.4 here"], ["replay q1.bank.ffffffff.2k.x here"]))
        self.assertFalse(matches(["replay q1.bank.0a1b2c3d.4 here"], ["replay q1.bank.ffffffff.2k there"]))


class Follow(unittest.TestCase):
    def follow(self, text):
        with tempfile.TemporaryDirectory() as folder:
            return Guide(pathlib.Path("/no/quiesce"), pathlib.Path(folder)).follow(text)

    def test_files_are_written_and_commands_are_run(self):
        page = ("<!-- snippet: far/away/file.txt -->\n```cpp\none\ntwo\n```\nText.\n"
                "```console\n$ cat file.txt\none\ntwo\n$ true\n```\n"
                "<!-- status: 3 -->\n```console\n$ exit 3\n```\n```\n$ not run\n```\n")
        self.assertEqual(self.follow(page), 3)

    def test_another_output_or_status_is_a_mismatch(self):
        for block in ("$ echo a\nb\n", "$ echo a\n", "$ true\na\n", "$ false\n", "a\n$ echo a\n"):
            with self.assertRaises(Mismatch, msg=block):
                self.follow(f"```console\n{block}```\n")
        with self.assertRaises(Mismatch):
            self.follow("<!-- status: 1 -->\n```console\n$ true\n```\n")

    def test_a_schedule_in_a_command_is_the_one_last_printed(self):
        page = ("```console\n$ printf 'q1.%s.0123abcd.9a\\n' me\nq1.me.11111111.1\n"
                "$ test q1.me.22222222.2 = q1.me.0123abcd.9a\n```\n")
        self.assertEqual(self.follow(page), 2)


if __name__ == "__main__":
    unittest.main()
