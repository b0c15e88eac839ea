#!/usr/bin/env python3
"""Prints the tests that failed according to a JUnit file of CTest, with the end of what each said.

Usage: failures.py FLAVOUR FILE
"""

import sys
import xml.etree.ElementTree as ElementTree

LINES = 40


def main() -> None:
    flavour, path = sys.argv[1:]
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.get("status") != "fail":
            continue
        said = (case.findtext("system-out") or "").strip().splitlines()
        print(f"failed in {flavour}: {case.get('name')}")
        for line in said[-LINES:]:
            print(f"  | {line}")


if __name__ == "__main__":
    main()
