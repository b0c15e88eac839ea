#!/usr/bin/env python3
"""Draws what the explorer prints of some programs of the gallery, for docs/gallery.md.

usage: pictures.py [--write] PROGRAMS

PROGRAMS is the folder with the built programs. docs/gallery.md names a picture as ![...](gallery/NAME.svg), NAME being that of a
program; the block quote below it is what the explorer says in words. Without --write the pictures and the words must be what
the programs give: else this fails.
"""

import html
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

import run

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parent.parent / "docs"
PICTURE = re.compile(r"^(!\[.*\]\(gallery/(\w+)\.svg\))\n+(?:>.*\n)*\n*", re.MULTILINE)

ROW, TOP, LEFT, CHARACTER, GAP = 22, 44, 124, 7.3, 34

STYLE = """
text { font: 12px ui-monospace, 'DejaVu Sans Mono', monospace; fill: #1c2330; }
.place, .number { fill: #667085; }
.thread { font-weight: bold; }
.lane { stroke: #d5dae3; }
.arrow { stroke: #2f6fdd; fill: none; stroke-linejoin: round; }
.head { fill: #2f6fdd; }
.deviation { fill: #c2410c; font-weight: bold; }
.mark { fill: #fff1e8; }
.paper { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e3e7ee; } .place, .number { fill: #98a2b3; } .lane { stroke: #3a4252; } .arrow { stroke: #7aa7f7; }
  .head { fill: #7aa7f7; } .deviation { fill: #fb923c; } .mark { fill: #3a2416; } .paper { fill: #161b24; }
}
"""


def report_of(folder, entry):
    with tempfile.TemporaryDirectory() as scratch:
        written = pathlib.Path(scratch) / "report.json"
        done = subprocess.run([str(folder / entry.name)], cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, timeout=run.LIMIT,
                              env=dict(os.environ, QUIESCE_EXPLORE=entry.strategy, QUIESCE_EXPLORE_JSON=str(written), **entry.variables))
        if not written.is_file():
            sys.exit(f"{entry.name} wrote no report:\n{done.stdout}")
        return json.loads(written.read_text())


def short_place(place):
    return place.rsplit("/", 1)[-1]


def words_of(report):
    # Where the checkout lies is nobody's business.
    return re.sub(r"\S*/(?=\w+\.cpp:\d)", "", report["explanation"])


class Drawing:
    def __init__(self, report):
        self.events = report["events"]
        self.names = [thread["name"] for thread in report["threads"]]
        widths = [max([len(name), *(len(event["text"]) for event in self.events if event["thread"] == thread)])
                  for thread, name in enumerate(self.names)]
        self.x = [LEFT]
        for width in widths:
            self.x.append(self.x[-1] + int(width * CHARACTER) + GAP)
        self.row_of = {event["step"]: row for row, event in enumerate(self.events)}
        self.width, self.height = self.x[-1], TOP + ROW * len(self.events) + 12
        self.parts = []

    def y(self, row):
        return TOP + ROW * row + ROW // 2

    def add(self, text):
        self.parts.append("  " + text)

    def text(self, x, y, kind, text, end=False):
        anchor = ' text-anchor="end"' if end else ""
        self.add(f'<text x="{x}" y="{y + 4}" class="{kind}"{anchor}>{html.escape(text)}</text>')

    def row(self, row, event):
        y = self.y(row)
        self.text(30, y, "deviation" if event["deviation"] else "number", str(event["step"]), end=True)
        self.text(42, y, "place", re.sub(r"^\w+\.cpp:", "line ", short_place(event["place"])))
        self.text(self.x[event["thread"]], y, "step", event["text"])

    def arrow(self, row, event):
        cause = self.row_of.get(event.get("answers_to"))
        if cause is None or self.events[cause]["thread"] == event["thread"]:
            return
        # Down the lane of the cause, and between two rows to the other one: past what is written.
        begin, end = self.x[self.events[cause]["thread"]] - 8, self.x[event["thread"]] - 8
        turn = self.y(row) - ROW // 2
        self.add(f'<path d="M{begin} {self.y(cause)} V{turn} H{end} V{self.y(row) - 5}" class="arrow"/>')
        self.add(f'<path d="M{end} {self.y(row) + 2} l-4 -7 h8 z" class="head"/>')

    def drawn(self, title):
        self.add(f'<rect width="{self.width}" height="{self.height}" class="paper"/>')
        for event in self.events:
            if event["deviation"]:
                y = self.y(self.row_of[event["step"]]) - ROW // 2
                self.add(f'<rect x="0" y="{y}" width="{self.width}" height="{ROW}" class="mark"/>')
        for thread, name in enumerate(self.names):
            self.add(f'<line x1="{self.x[thread] - 8}" y1="{TOP}" x2="{self.x[thread] - 8}" y2="{self.height - 8}" class="lane"/>')
            self.text(self.x[thread], TOP - 18, "thread", name)
        for row, event in enumerate(self.events):
            self.arrow(row, event)
        for row, event in enumerate(self.events):
            self.row(row, event)
        return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
                          f'role="img">', f"  <title>{html.escape(title)}</title>", f"  <style>{STYLE}  </style>", *self.parts,
                          "</svg>", ""])


def main(arguments):
    write = "--write" in arguments
    folders = [argument for argument in arguments if argument != "--write"]
    if len(folders) != 1:
        sys.exit(__doc__)
    entries = {entry.name: entry for entry in run.read_list(HERE / "list.txt")[0]}
    page = (DOCS / "gallery.md").read_text()
    stale = []

    def replace(found):
        name = found[2]
        report = report_of(pathlib.Path(folders[0]).resolve(), entries[name])
        picture = DOCS / "gallery" / f"{name}.svg"
        drawn = Drawing(report).drawn(f"{name}: {report['title']}")
        if not picture.is_file() or picture.read_text() != drawn:
            stale.append(str(picture))
            if write:
                picture.parent.mkdir(exist_ok=True)
                picture.write_text(drawn)
        words = textwrap.wrap(words_of(report), 124, break_long_words=False, break_on_hyphens=False)
        return found[1] + "\n\n" + "".join(f"> {line}\n" for line in words) + "\n"

    new = PICTURE.sub(replace, page).rstrip("\n") + "\n"
    if new != page:
        stale.append("docs/gallery.md")
        if write:
            (DOCS / "gallery.md").write_text(new)
    if stale and not write:
        print("not what the programs give:", *stale)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
