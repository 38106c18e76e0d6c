"""A light reading of a regular expression: enough to say what RE2 refuses and where, how many places of it can be busy
at once, and where its outermost alternatives and word boundaries are. RE2 alone decides what is valid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

WIDE: Final = ""
"""Stands for an atom that accepts many characters: a class, a dot, `\\w`."""

_LOOK: Final = {"(?=": "lookahead", "(?!": "lookahead", "(?<=": "lookbehind", "(?<!": "lookbehind"}
_ATOMIC: Final = "(?>"
_CLASSES: Final = "dDwWsSpPC"
_EMPTY: Final = "bBAzZ"
_FLAGS: Final = frozenset("imsU-")


class Foreign(NamedTuple):
    """Something other engines know and RE2 does not, and its column (from 0)."""

    what: str
    column: int


class Token(NamedTuple):
    """One piece of a pattern: `kind` is one of ( ) | atom empty repeat."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class _Group:
    """How often each character can be accepted inside a group."""

    crowd: Counter[str] = field(default_factory=Counter)
    last: Counter[str] = field(default_factory=Counter)

    def add(self, atom: Counter[str]) -> None:
        """Put one more atom behind the others."""
        self.crowd += self.last
        self.last = atom

    def repeat(self, times: int) -> None:
        """The last atom stands so many times."""
        self.last = Counter({char: count * times for char, count in self.last.items()})

    def all(self) -> Counter[str]:
        """Every atom so far."""
        return self.crowd + self.last


def foreign(pattern: str) -> Foreign | None:
    """The first construct that belongs to another engine; None when there is none."""
    for token in tokens(pattern):
        if token.kind == "(":
            for opening, what in _LOOK.items():
                if pattern.startswith(opening, token.start):
                    return Foreign(what, token.start)
            if pattern.startswith(_ATOMIC, token.start):
                return Foreign("atomic group", token.start)
            if pattern.startswith("(?P=", token.start):
                return Foreign("backreference", token.start)
        elif token.kind == "atom" and len(token.text) == 2 and token.text[0] == "\\" and token.text[1] in "123456789k":
            return Foreign("backreference", token.start)
        elif token.kind == "repeat" and token.text.endswith("+") and len(token.text) > 1:
            return Foreign("possessive quantifier", token.start)
    return None


def crowd(pattern: str) -> int:
    """How many places of a pattern one character can keep busy at once, at most, counted repetitions unrolled."""
    stack = [_Group()]
    for token in tokens(pattern):
        if token.kind == "(":
            stack.append(_Group())
        elif token.kind == ")" and len(stack) > 1:
            inner = stack.pop()
            stack[-1].add(inner.all())
        elif token.kind == "atom":
            stack[-1].add(Counter({_accepts(token.text): 1}))
        elif token.kind == "repeat":
            stack[-1].repeat(_times(token.text))
    total: Counter[str] = Counter()
    for group in stack:
        total += group.all()
    wide = total.pop(WIDE, 0)
    return wide + max(total.values(), default=0)


def branches(pattern: str) -> list[str]:
    """The outermost alternatives, leading flags such as `(?i)` repeated on each."""
    flags = _flags(pattern)
    body = pattern[len(flags) :]
    parts, depth, start = [], 0, 0
    for token in tokens(body):
        depth += (token.kind == "(") - (token.kind == ")")
        if token.kind == "|" and depth == 0:
            parts.append(body[start : token.start])
            start = token.end
    return [flags + part for part in [*parts, body[start:]]]


def bounds(branch: str) -> tuple[str, bool, bool]:
    """A branch without the word boundaries at its two ends, and whether it had them.

    A boundary beside a sign that is no part of a word (`\\b#tag`) means something else and stays where it is.
    """
    flags = _flags(branch)
    found = list(tokens(branch[len(flags) :]))
    left = len(found) > 1 and found[0].text == "\\b" and _may_be_word(found[1])
    if left:
        del found[0]
    right = len(found) > 1 and found[-1].text == "\\b" and _may_be_word(found[-2])
    if right:
        del found[-1]
    return flags + "".join(token.text for token in found), left, right


def _may_be_word(token: Token) -> bool:
    if token.kind != "atom" or _accepts(token.text) == WIDE:
        return token.text not in {"\\s", "\\W", "\\b"}
    return token.text[-1].isalnum() or token.text[-1] == "_"


def tokens(pattern: str) -> Iterator[Token]:
    """The pieces of a pattern, in order; broken ones come out as atoms and are RE2's to refuse."""
    at = 0
    while at < len(pattern):
        end, kind = _piece(pattern, at)
        yield Token(kind, pattern[at:end], at, end)
        at = end


def _piece(pattern: str, at: int) -> tuple[int, str]:
    char = pattern[at]
    if char == "\\":
        return _escape(pattern, at)
    if char == "[":
        return _class_end(pattern, at), "atom"
    if char == "(":
        return _opening_end(pattern, at)
    if char in ")|":
        return at + 1, char
    if char in "^$":
        return at + 1, "empty"
    if char in "*+?":
        return at + 1 + (pattern[at + 1 : at + 2] in tuple("?+")), "repeat"
    if char == "{" and (end := _braces_end(pattern, at)):
        return end + (pattern[end : end + 1] in tuple("?+")), "repeat"
    return at + 1, "atom"


def _escape(pattern: str, at: int) -> tuple[int, str]:
    char = pattern[at + 1 : at + 2]
    if char and char in "pPx" and pattern[at + 2 : at + 3] == "{":
        end = pattern.find("}", at)
        return (end + 1 if end >= 0 else len(pattern)), "atom"
    if char and char in "pP":
        return min(at + 3, len(pattern)), "atom"
    if char == "x":
        return min(at + 4, len(pattern)), "atom"
    if char == "Q":
        return at + 2, "empty"
    return min(at + 2, len(pattern)), "empty" if char and char in _EMPTY + "E" else "atom"


def _class_end(pattern: str, at: int) -> int:
    end = at + 1
    if pattern.startswith("^", end):
        end += 1
    if pattern.startswith("]", end):
        end += 1
    while end < len(pattern) and pattern[end] != "]":
        if pattern.startswith("[:", end):
            close = pattern.find(":]", end)
            end = close + 2 if close >= 0 else end + 1
        else:
            end += 2 if pattern[end] == "\\" else 1
    return min(end + 1, len(pattern))


def _opening_end(pattern: str, at: int) -> tuple[int, str]:
    if not pattern.startswith("(?", at):
        return at + 1, "("
    for opening in (*sorted(_LOOK, key=len, reverse=True), _ATOMIC):
        if pattern.startswith(opening, at):
            return at + len(opening), "("
    close = min((place for sign in ":>)" if (place := pattern.find(sign, at)) >= 0), default=-1)
    if close < 0:
        return at + 2, "("
    return close + 1, "empty" if pattern[close] == ")" and not pattern.startswith("(?P=", at) else "("


def _braces_end(pattern: str, at: int) -> int:
    close = pattern.find("}", at)
    low, _, high = pattern[at + 1 : close].partition(",") if close > 0 else ("", "", "")
    return close + 1 if low.isdigit() and (high == "" or high.isdigit()) else 0


def _times(repeat: str) -> int:
    if repeat[0] != "{":
        return 1
    low, comma, high = repeat[1 : repeat.index("}")].partition(",")
    return max(int(high) if high else int(low) + bool(comma), 1)


def _accepts(atom: str) -> str:
    if atom[0] == "[" or atom == "." or (atom[0] == "\\" and atom[1:2] in tuple(_CLASSES)):
        return WIDE
    return atom[-1].lower() if atom[0] == "\\" else atom.lower()


def _flags(pattern: str) -> str:
    close = pattern.find(")")
    if pattern.startswith("(?") and close > 2 and _FLAGS.issuperset(pattern[2:close]):
        return pattern[: close + 1]
    return ""
