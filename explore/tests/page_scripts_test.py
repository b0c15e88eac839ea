#!/usr/bin/env python3
"""Checks that node can read the scripts of pages: a slip in one would leave a page empty, and no other test would see it.

usage: page_scripts_test.py PAGE...

Ends with 77 if there is no node.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def complaint_about(page, folder):
    """What node says against the page's one script, or an empty text."""
    text = page.read_text()
    scripts = list(SCRIPT.finditer(text))
    if len(scripts) != 1:
        return f"{page}: has {len(scripts)} scripts and not 1"
    script = folder / f"{page.stem}.js"
    # So that the lines have the page's numbers.
    script.write_text("\n" * text.count("\n", 0, scripts[0].start(1)) + scripts[0][1])
    done = subprocess.run(["node", "--check", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return f"{page}:\n{done.stdout}" if done.returncode != 0 else ""


def main():
    if shutil.which("node") is None:
        print("there is no node, and the pages' scripts are not checked")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        complaints = [complaint_about(pathlib.Path(page), pathlib.Path(folder)) for page in sys.argv[1:]]
    complaints = [complaint for complaint in complaints if complaint]
    print("\n".join(complaints), end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
