#!/usr/bin/env python3
"""Checks that each file includes only what stands on its own floor's folder or on lower floors.

usage: floors.py [ROOT]

src/floors.txt says which folder stands on which floor, and to which of them each public header belongs.
"""

import pathlib
import sys

from cpp_source import includes, sources

TOOLS = "tools"
ANY = "public"


class Plan:
    """What floors.txt says."""

    def __init__(self, path, complain):
        self.floor_of = {}
        self.folder_of_header = {}
        self.line_of = {}
        for number, line in enumerate(path.read_text().split("\n"), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            if len(words) == 3 and words[0] == "header":
                if words[1] in self.folder_of_header:
                    complain(path, number, f"'{words[1]}' is assigned twice")
                elif words[2] != ANY and words[2] not in self.floor_of:
                    complain(path, number, f"'{words[2]}' is not a folder that stands above this line")
                else:
                    self.folder_of_header[words[1]] = words[2]
                    self.line_of[words[1]] = number
            elif len(words) >= 2 and words[0].isdigit():
                for folder in words[1:]:
                    if folder in self.floor_of:
                        complain(path, number, f"'{folder}' has a floor already")
                    self.floor_of[folder] = int(words[0])
                    self.line_of[folder] = number
            else:
                complain(path, number, "neither '<floor> <folder>...' nor 'header <name> <folder>'")


class Lint:
    def __init__(self, root):
        self.root = root
        self.errors = []
        self.plan_path = root / "src" / "floors.txt"
        self.public = root / "include" / "quiesce"

    def complain(self, path, line, text):
        self.errors.append(f"{path.relative_to(self.root)}:{line}: {text}")

    def run(self):
        if not self.plan_path.is_file():
            self.complain(self.plan_path, 1, "is missing")
            return self.errors
        self.plan = Plan(self.plan_path, self.complain)
        self.check_plan()
        for folder in self.plan.floor_of:
            place = self.root / TOOLS if folder == TOOLS else self.root / "src" / folder
            for path in sources(place):
                if folder == TOOLS:
                    self.check_tool(path)
                else:
                    self.check_private(path, folder)
        for path in sources(self.public):
            self.check_public(path)
        return self.errors

    def check_plan(self):
        """Everything that exists is planned, and everything planned exists."""
        for folder in self.plan.floor_of:
            place = self.root / TOOLS if folder == TOOLS else self.root / "src" / folder
            if not sources(place):
                self.complain(self.plan_path, self.plan.line_of[folder], f"there is no source in '{folder}'")
        for header in self.plan.folder_of_header:
            if not (self.public / header).is_file():
                self.complain(self.plan_path, self.plan.line_of[header], f"there is no public header '{header}'")
        for path in sources(self.public):
            if self.header_name(path) not in self.plan.folder_of_header:
                self.complain(path, 1, "this public header has no floor in src/floors.txt")
        for path in sources(self.root / "src"):
            place = path.relative_to(self.root / "src").parts
            if len(place) == 1 or place[0] not in self.plan.floor_of or place[0] == TOOLS:
                self.complain(path, 1, "this file stands in no folder that has a floor in src/floors.txt")
        if sources(self.root / TOOLS) and TOOLS not in self.plan.floor_of:
            self.complain(self.plan_path, 1, f"'{TOOLS}' has no floor")

    def header_name(self, path):
        return path.relative_to(self.public).as_posix()

    def check_private(self, path, folder):
        for line, name, quoted in includes(path.read_text()):
            target = self.folder_of_include(path, line, name, quoted)
            if target is not None:
                self.check_step(path, line, name, folder, target)

    def check_public(self, path):
        folder = self.plan.folder_of_header.get(self.header_name(path))
        for line, name, quoted in includes(path.read_text()):
            if name.startswith("quiesce/"):
                target = self.folder_of_include(path, line, name, quoted)
                if target is not None and folder not in (None, ANY):
                    self.check_step(path, line, name, folder, target)
            elif quoted or name.split("/")[0] in self.plan.floor_of:
                self.complain(path, line, f"a public header includes public headers only, and not '{name}'")

    def check_tool(self, path):
        for line, name, quoted in includes(path.read_text()):
            if name.startswith("quiesce/"):
                self.folder_of_include(path, line, name, quoted)
            elif self.is_own_of_tool(path, name):
                continue
            elif quoted or name.split("/")[0] in self.plan.floor_of:
                self.complain(path, line, f"a tool includes public headers and its own only, and not '{name}'")

    def is_own_of_tool(self, path, name):
        """A tool's headers are found from the including file, or from the tool's folder (tools/<tool>)."""
        tool = self.root / TOOLS / path.relative_to(self.root / TOOLS).parts[0]
        for start in (path.parent, tool):
            found = (start / name).resolve()
            if found.is_file() and found.is_relative_to(tool.resolve()):
                return True
        return False

    def folder_of_include(self, path, line, name, quoted):
        """The folder that the included file belongs to; None if it is not ours or was complained about."""
        if name.startswith("quiesce/"):
            header = name.removeprefix("quiesce/")
            if header not in self.plan.folder_of_header:
                self.complain(path, line, f"'{name}' is no public header of src/floors.txt")
            return self.plan.folder_of_header.get(header)
        first = name.split("/")[0]
        if "/" in name and first in self.plan.floor_of:
            if not (self.root / "src" / name).is_file():
                self.complain(path, line, f"there is no 'src/{name}'")
            return first
        if quoted:
            self.complain(path, line, f"'{name}': name it by its path from src/ or include/")
        return None

    def check_step(self, path, line, name, folder, target):
        if target == folder:
            return
        if target == ANY:
            self.complain(path, line, f"'{name}' includes every floor and is for users, not for '{folder}'")
            return
        own, other = self.plan.floor_of[folder], self.plan.floor_of[target]
        if other == own:
            self.complain(path, line, f"'{folder}' and '{target}' share floor {own} and do not include each other: '{name}'")
        elif other > own:
            self.complain(path, line, f"'{folder}' (floor {own}) includes '{name}' of '{target}' (floor {other})")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    errors = Lint(root).run()
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
