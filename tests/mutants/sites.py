"""Where the library's sources can be broken, one small change a place, and the text of a copy that has all the changes in it.

Each change is asleep until its number is the one that mutant_is_on() knows of; so all mutants are built once. Rules:

  order    one memory order, a step lower: seq_cst to acq_rel, acq_rel to acquire and to release, these to relaxed
  wake     a statement that wakes, tells or signals somebody, left out
  recheck  a condition that is looked at after a lock was taken, a wait or a compare-exchange, and returns, breaks or
           continues, taken for false; a loop that looks again, run once
  swap     two neighbouring statements of a stop, in the other order, if one of them is a call, and the other a call or the
           change of a member: what only a function or the holder of a lock sees has no order; nor have two that are alike

Word files (..._word.hpp) are pure tables that unit tests walk through to the end, and are left alone; so are the wrappers of
system calls in src/os that have no atomics, as two threads have nothing in common there.
"""
import bisect
import dataclasses
import re

import cpp_source

_LOWER = {"seq_cst": ["acq_rel"], "acq_rel": ["acquire", "release"], "acquire": ["relaxed"], "release": ["relaxed"]}
_ORDER = re.compile(r"std::memory_order_(\w+)")
_ATOMIC_CALL = re.compile(r"(?:\.|->)(load|store|exchange|fetch_\w+|compare_exchange_\w+)\s*$")
_WAKE = re.compile(r"\b(unpark|tell(?:_\w+)?|wake\w*|futex_wake|notify_\w+|signal(?:_once)?|set|hand_over|look_again|"
                   r"crew_\.leave|all_left)\([^{]*\)$")
_WAITS = re.compile(r"lock_guard|unique_lock|\block\w*\(|_lock\b|compare_exchange|wait|park|sleep|\bstep\(|\bstep\b\s*\(|\bjoin\(")
_CALL = re.compile(r"\w\(")
_NO_STEP = re.compile(r"std::(?:exchange|move)\(")
_OF_MEMBER = re.compile(r"(?:\+\+|--)?(?:[\w.]+->\w+|\w+_)\b")
_STOPS = re.compile(r"stop|close|finish|drop|settle|leave|left|drain|closed|wait_for_callbacks|\bend")
_LEAVES = re.compile(r"\{?\s*(return|continue|break)\b")
_WORDS = re.compile(r"(?:return|delete|throw|goto|using|static_assert|const|auto|struct|class|static|typedef|co_\w+|break|"
                    r"continue|new|case|default|asm|constexpr|public|private|protected|friend|else)\b")
_EXPRESSION = re.compile(r"(?:\+\+|--|\*|(?:::)?[A-Za-z_][\w:]*(?:<[^<>()]*>)?(?:(?:\.|->)\w+|\([^()]*\)|\[[^\[\]]*\])*"
                         r"\s*(?:[-+|&]?=(?!=)|\(|\+\+|--|$|\?))")
_FUNCTION = re.compile(r"([~\w:]+)\s*\([^{}]*\)[^(){};]*(?::[^{};]*)?$", re.DOTALL)


@dataclasses.dataclass
class Site:
    """One mutant."""
    file: str
    function: str
    rule: str
    text: str  # what is changed, on one line
    number: int = 0
    name: str = ""


@dataclasses.dataclass
class _Statement:
    begin: int
    end: int  # past the semicolon
    is_alone: bool  # under an if or a loop, without braces
    is_expression: bool


class _File:
    def __init__(self, path, text, take_number):
        self.path, self.text = path, text
        # Conditional parts are code like any other; the directives are not.
        self.code = re.sub(r"^[ \t]*#[^\n]*(?:\\\n[^\n]*)*", lambda m: re.sub(r"[^\n]", " ", m[0]),
                           cpp_source.code_only(text), flags=re.MULTILINE)
        self.take_number = take_number
        self.sites = []
        self.before, self.after = {}, {}  # position -> texts to be put there
        self.replaced = []  # (begin, end, text)
        self.off = {}  # statement's (begin, end) -> numbers that leave it out
        self.pairs = self._pairs()

    def _pairs(self):
        """Where each bracket ends."""
        pairs, open_ones = {}, []
        for at, sign in enumerate(self.code):
            if sign in "({[":
                open_ones.append(at)
            elif sign in ")}]":
                pairs[open_ones.pop()] = at
        return pairs

    def add(self, rule, begin, end, note=""):
        text = re.sub(r"\s+", " ", self.text[begin:end]).strip()
        site = Site(self.path, self.function, rule, text + note)
        self.sites.append(site)
        return self.take_number(site)

    # --- Functions and statements -------------------------------------------------------------------------------------

    def look_through(self):
        at = 0
        while (at := self.code.find("{", at)) >= 0:
            begin = max(self.code.rfind(sign, 0, at) for sign in ";{}") + 1
            head = self.code[begin:at]
            named = _FUNCTION.search(head)
            is_scope = re.search(r"\b(namespace|class|struct|enum|union)\b", head) and not (named and "(" in head)
            if is_scope and "enum" not in head or not head.strip():
                at += 1
                continue
            is_initializer = self.code[self.skip(self.pairs[at] + 1, len(self.code)):][:1] in (",", "{")
            if named and not is_initializer and not re.search(r"\b(constexpr|consteval)\b", head) and "=" not in head.split("(")[0]:
                self.function = named[1].split("::")[-1] if named[1] != "operator" else "operator"
                self.body = at
                self.block(at + 1, self.pairs[at])
                self.orders(at, self.pairs[at])
            at = self.pairs[at] + 1

    def block(self, at, end):
        before = None
        while True:
            statement = self.statement(at, end, False)
            if statement is None:
                return
            if before is not None and before.is_expression and statement.is_expression:
                self.swap(before, statement)
            before, at = statement, statement.end

    def skip(self, at, end):
        while at < end and self.code[at].isspace():
            at += 1
        return at

    def statement(self, at, end, is_alone):
        at = self.skip(at, end)
        if at >= end:
            return None
        begin = at
        if self.code[at] == "{":
            self.block(at + 1, self.pairs[at])
            return _Statement(begin, self.pairs[at] + 1, is_alone, False)
        word = re.match(r"[A-Za-z_]\w*", self.code[at:end])
        word = word[0] if word else ""
        if word in ("if", "while", "for", "switch"):
            opens = self.code.index("(", at)
            closes = self.pairs[opens]
            inner = self.skip(closes + 1, end)
            if word == "if":
                self.guard(opens, closes, inner)
            elif word == "while":
                self.loop(at, opens, closes)
            last = self.statement(inner, end, True)
            behind = self.skip(last.end, end)
            if word == "if" and re.match(r"else\b", self.code[behind:end]):
                last = self.statement(behind + 4, end, True)
            return _Statement(begin, last.end, is_alone, False)
        if word == "do":
            last = self.statement(at + 2, end, True)
            opens = self.code.index("(", last.end)
            self.wrap_condition("recheck", opens, self.pairs[opens])
            return _Statement(begin, self.code.index(";", self.pairs[opens]) + 1, is_alone, False)
        if word == "try":
            last = self.statement(at + 3, end, True)
            while re.match(r"catch\b", self.code[(behind := self.skip(last.end, end)):end]):
                opens = self.code.index("(", behind)
                last = self.statement(self.pairs[opens] + 1, end, True)
            return _Statement(begin, last.end, is_alone, False)
        if word in ("case", "default"):
            colon = re.compile(r"(?<!:):(?!:)").search(self.code, at, end)
            return self.statement(colon.end(), end, is_alone) or _Statement(begin, end, is_alone, False)
        return self.simple(begin, end, is_alone)

    def simple(self, begin, end, is_alone):
        at = begin
        while self.code[at] != ";":
            if self.code[at] == "{" and re.search(r"[\])]\s*(?:mutable|noexcept|->\s*[\w:]+)?\s*$", self.code[begin:at]):
                self.block(at + 1, self.pairs[at])  # a lambda's
            at = self.pairs[at] + 1 if self.code[at] == "{" else at + 1
        text = self.code[begin:at]
        is_expression = not _WORDS.match(text) and _EXPRESSION.match(text) is not None and text.strip() != ""
        statement = _Statement(begin, at + 1, is_alone, is_expression)
        if is_expression and _WAKE.search(text.strip()):
            self.leave_out(statement, self.add("wake", begin, at))
        return statement

    # --- Changes --------------------------------------------------------------------------------------------------------

    def leave_out(self, statement, number):
        self.off.setdefault((statement.begin, statement.end), []).append(number)

    def swap(self, first, second):
        if not (self.path.startswith("src/pool/") and _STOPS.search(self.function)):
            return
        texts = [self.code[each.begin:each.end] for each in (first, second)]
        if texts[0] == texts[1]:
            return
        calls = [_CALL.search(_NO_STEP.sub("", text)) is not None for text in texts]
        if not all(is_call or _OF_MEMBER.match(text) for is_call, text in zip(calls, texts)) or not any(calls):
            return
        number = self.add("swap", first.begin, second.end)
        self.leave_out(first, number)
        self.after.setdefault(second.end, []).append(
            f" if (mutant_is_on({number})) {{ {self.text[first.begin:first.end]} }}")

    def guard(self, opens, closes, inner):
        if _LEAVES.match(self.code[inner:]) and _WAITS.search(self.code[self.body:opens]):
            self.wrap_condition("recheck", opens, closes)

    def wrap_condition(self, rule, opens, closes):
        condition = self.code[opens + 1:closes]
        if ";" in condition or re.match(r"\s*(?:const\s+)?[\w:]+(?:<.*?>)?\s*[*&]*\s*(?:const\s+)?\w+\s*=[^=]", condition):
            return  # declares something
        number = self.add(rule, opens + 1, closes)
        self.after.setdefault(opens + 1, []).append(f"!mutant_is_on({number}) && (")
        self.before.setdefault(closes, []).append(")")

    def loop(self, at, opens, closes):
        condition = self.code[opens + 1:closes]
        if "=" in re.sub(r"[=!<>]=", "", condition):
            return
        if not _WAITS.search(self.code[self.body:self.pairs_end(closes)]):
            return
        number = self.add("recheck", opens + 1, closes, " (again)")
        self.replaced.append((at, opens + 1, f"for (bool again_{number} = true; again_{number} && ("))
        self.before.setdefault(closes, []).append(f"); again_{number} = !mutant_is_on({number})")

    def pairs_end(self, closes):
        at = self.skip(closes + 1, len(self.code))
        return self.pairs[at] if self.code[at] == "{" else self.code.index(";", at)

    def orders(self, begin, end):
        calls = {}
        for found in _ORDER.finditer(self.code, begin, end):
            if found[1] not in _LOWER:
                continue
            opens = max(at for at, closes in self.pairs.items() if at < found.start() < closes and self.code[at] == "(")
            call = _ATOMIC_CALL.search(self.code, begin, opens)
            if call is None or call.end() != opens:
                continue
            calls.setdefault((self.object_of(call.start()), self.pairs[opens] + 1), []).append(found)
        for (first, last), orders in calls.items():
            changed = ""
            for found in orders:
                for lower in _LOWER[found[1]]:
                    number = self.add("order", first, last, f" {found[1]} -> {lower}"
                                      + (f", {1 + orders.index(found)}" if len(orders) > 1 else ""))
                    lowered = self.lowered(first, last, found, lower)
                    changed += f"mutant_is_on({number}) ? {lowered} : "
            self.after.setdefault(first, []).append("(" + changed)
            self.before.setdefault(last, []).append(")")

    def lowered(self, first, last, found, lower):
        text = self.text[first:found.start()] + "std::memory_order_" + lower + self.text[found.end():last]
        if lower == "acq_rel" and ".load(" in text:
            return text.replace("_acq_rel", "_acquire")
        if lower == "acq_rel" and ".store(" in text:
            return text.replace("_acq_rel", "_release")
        return text

    def object_of(self, at):
        """Where the expression begins whose member is called."""
        while at > 0:
            if self.code[at - 1] in ")]":
                at = next(opens for opens, closes in self.pairs.items() if closes == at - 1)
            elif re.match(r"[\w.:]", self.code[at - 1]):
                at -= 1
            elif self.code[at - 2:at] == "->":
                at -= 2
            else:
                return at
        return at

    def changed(self):
        for (begin, end), numbers in self.off.items():
            asleep = " || ".join(f"mutant_is_on({number})" for number in numbers)
            self.after.setdefault(begin, []).insert(0, f"{asleep} ? void() : void((")
            self.before.setdefault(end - 1, []).append("))")
        parts, at = [], 0
        replaced = {begin: (end, text) for begin, end, text in self.replaced}
        marks = sorted({*self.before, *self.after, *replaced})
        for mark in marks:
            if mark < at:
                raise ValueError(f"{self.path}: changes overlap")
            parts.append(self.text[at:mark])
            parts += self.before.get(mark, []) + self.after.get(mark, [])
            at = mark
            if mark in replaced:
                at, text = replaced[mark]
                parts.append(text)
        return "".join(parts) + self.text[at:]


def look_through(root, folders):
    """The mutants of all sources below, in a fixed order, and the changed text of each file that has some."""
    sites, texts = [], {}

    def take_number(site):
        sites.append(site)
        site.number = len(sites)
        return site.number

    for folder in folders:
        for path in cpp_source.sources(root / folder):
            if path.name.endswith("_word.hpp"):
                continue
            name, text = str(path.relative_to(root)), path.read_text()
            if name.startswith("src/os/") and "std::atomic" not in text:
                continue
            file = _File(name, text, take_number)
            file.look_through()
            if file.sites:
                texts[name] = file.changed()
    named = {}
    for site in sites:
        name = f"{site.file} {site.function} {site.rule}: {site.text}"
        named[name] = named.get(name, 0) + 1
        site.name = name if named[name] == 1 else f"{name} #{named[name]}"
    return sites, texts
