"""Reading C++ text without a parser: enough for the lints, and no more."""

import re

_TOKEN = re.compile(
    r"""
      (?P<comment> //[^\n]*(?:(?<=\\)\n[^\n]*)* | /\*.*?\*/ )
    | (?P<string>
          R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
        | "(?:\\.|[^"\\\n])*"
        | (?<![0-9A-Za-z_])(?:u8|[uUL])?'(?:\\.|[^'\\\n])+'   # the look-behind leaves 1'000 alone
      )
    """,
    re.DOTALL | re.VERBOSE,
)


def _spaces(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The text with spaces in place of comments, so that lines and columns stay where they were."""
    return _TOKEN.sub(lambda m: _spaces(m[0]) if m["comment"] else m[0], text)


def code_only(text):
    """The same without the contents of strings and characters either; the names in #include stay."""
    kept = []
    for line, bare in zip(without_comments(text).split("\n"), _TOKEN.sub(lambda m: _spaces(m[0]), text).split("\n")):
        kept.append(line if re.match(r"\s*#\s*include\b", line) else bare)
    return "\n".join(kept)


def includes(text):
    """(line number, name, is it quoted) of each #include."""
    found = []
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        match = re.match(r"""\s*#\s*include\s*(["<])([^">]+)[">]""", line)
        if match:
            found.append((number, match[2], match[1] == '"'))
    return found


def sources(folder):
    """All C++ files below a folder, in a fixed order; none if there is no such folder."""
    return sorted(path for path in folder.rglob("*") if path.suffix in (".hpp", ".cpp"))
