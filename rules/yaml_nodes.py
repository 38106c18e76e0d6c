"""What was written in a YAML file, with the exact place of every key, value and line.

Nodes are built by `rules/loading/parse.py` and never changed. Lines and columns count from 1; columns are characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.loading.scalars import Plain
from rules.loading.source import Source
from rules.model import Place
from rules.problems import Problem


@dataclass(slots=True)
class Node:
    """Something at a place. Not frozen only because twenty thousand of them are built while a person waits."""

    source: Source
    line: int
    column: int

    @property
    def place(self) -> Place:
        """Where it starts."""
        return Place(self.source.name, self.line, self.column)

    def problem(self, code: str, message: str, hint: str = "") -> Problem:
        """A problem with its caret under this node."""
        return self.source.problem(code, self.line, self.column, message, hint)


@dataclass(slots=True)
class ScalarNode(Node):
    """A single value. `text` is what was written, `value` what it means, `style` one of `"" ' " | >`."""

    value: Plain
    text: str
    style: str = ""

    @property
    def is_block(self) -> bool:
        """Whether it was written as `|`, one entry a line."""
        return self.style == "|"

    def lines(self) -> Iterator[tuple[str, Place]]:
        """Each line with its own place; blank lines are left out."""
        indent = self._indent() if self.is_block else 0
        for offset, text in enumerate(self.text.split("\n")):
            if not text.strip():
                continue
            if self.is_block:
                lead = len(text) - len(text.lstrip())
                yield text, Place(self.source.name, self.line + 1 + offset, indent + lead + 1)
            else:
                yield text, self.place

    def at(self, line: int, column: int = 0) -> tuple[int, int]:
        """The place in the file of a line (from 0) and a column (from 0) inside this value."""
        if self.is_block:
            return self.line + 1 + line, self._indent() + column + 1
        quote = 1 if self.style in ("'", '"') else 0
        return self.line, self.column + quote + column

    def _indent(self) -> int:
        """By how many spaces the block is indented: what the file has more than the text."""
        for offset, text in enumerate(self.text.split("\n")):
            number = self.line + offset
            if text.strip() and number < len(self.source.lines):
                return len(self.source.lines[number]) - len(text)
        return self.column


@dataclass(slots=True)
class SequenceNode(Node):
    """Several values in order."""

    items: tuple[Node, ...]


@dataclass(slots=True)
class MappingNode(Node):
    """Keys with values. Keys are texts; the few that are numbers (ladder steps) keep their spelling."""

    entries: Mapping[str, tuple[ScalarNode, Node]]
    broken: bool = False
    """Whether a key was refused and left out: then nothing more is missing."""

    def get(self, key: str) -> Node | None:
        """The value of a key; None where the key is absent."""
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def key(self, key: str) -> Node:
        """The key itself, for messages about it; this mapping where the key is absent."""
        entry = self.entries.get(key)
        return entry[0] if entry else self

    def items(self) -> Iterator[tuple[str, ScalarNode, Node]]:
        """Key, its node, and its value, in order."""
        for name, (key, value) in self.entries.items():
            yield name, key, value


def plain(node: Node) -> object:
    """The value as plain Python, for a plug-in's schema."""
    if isinstance(node, MappingNode):
        return {name: plain(value) for name, _, value in node.items()}
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return node.value if isinstance(node, ScalarNode) else None


def kind_of(node: Node | None) -> str:
    """What somebody wrote, in words for a message."""
    if node is None or (isinstance(node, ScalarNode) and node.value is None):
        return "nothing"
    if isinstance(node, MappingNode):
        return "keys with values"
    if isinstance(node, SequenceNode):
        return "a list"
    value = node.value if isinstance(node, ScalarNode) else None
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "a number" if isinstance(value, (int, float)) else "a text"


def follow(node: Node, path: tuple[str | int, ...]) -> Node:
    """The node a path leads to, as far as the path can be followed."""
    for step in path:
        inner = _step(node, step)
        if inner is None:
            continue
        node = inner
    return node


def _step(node: Node, step: str | int) -> Node | None:
    if isinstance(node, MappingNode) and isinstance(step, str):
        return node.get(step)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None
