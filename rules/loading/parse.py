"""Text → nodes. Whatever could be a bomb or a trap is refused on the parser's events, before anything is built.

The events come from libyaml, or from PyYAML's own parser where libyaml is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml
from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from rules.loading.scalars import NotANumber, Plain, TooLong, resolve
from rules.loading.source import Source
from rules.loading.syntax import syntax_problem
from rules.problems import Problem
from rules.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode

DEEPEST: Final = 32
MOST_NODES: Final = 50_000


class _PureParser(Reader, Scanner, Parser):
    """PyYAML without libyaml: slower, same events."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


class _Stop(Exception):
    """Nothing more can be read; the problem has been noted."""


def parse(source: Source, *, pure: bool = False) -> tuple[Node | None, list[Problem]]:
    """The document of a file and what is wrong with it; no document where it cannot be read to its end."""
    builder = _Builder(source)
    try:
        for event in _events(source.text, pure):
            builder.take(event)
    except _Stop:
        return None, builder.problems
    except YAMLError as error:
        # A text that seemed to run on is the shadow of the same mistake.
        seen = [problem for problem in builder.problems if problem.code != "E030"]
        return None, [*seen, syntax_problem(source, error)]
    if builder.root is None:
        empty = source.problem("E028", 1, 1, "the file is empty", "start it with `schema: rules/1`")
        return None, [*builder.problems, empty]
    return builder.root, builder.problems


def _events(text: str, pure: bool) -> Iterator[Event]:
    parser = _PureParser(text) if pure or not yaml.__with_libyaml__ else _c_parser(text)
    while True:
        event = parser.get_event()
        if event is None:
            return
        yield event


def _c_parser(text: str) -> Any:
    module: Any = yaml.cyaml
    return module.CParser(text)


class _Builder:
    """Builds the tree from events. Open collections wait on a stack; a mapping remembers the key it holds."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._open: list[_Collection] = []
        self._nodes = 0
        self._documents = 0
        self._told: set[str] = set()

    def take(self, event: Event) -> None:
        """The next event of the document."""
        kind = type(event)
        if kind is ScalarEvent:
            self._count(event)
            self._place(self._scalar(event))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self._count(event)
            self._enter(event, kind is MappingStartEvent)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self._place(self._open.pop().node())
        elif kind is AliasEvent:
            self._alias(event, "*")
        elif kind is DocumentStartEvent:
            self._document(event)

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            many = f"the file has more than {MOST_NODES:,} keys and values"
            self._stop(event, "E021", many, "split it into several files, or move long lists to list files")
        if event.anchor is not None:
            self._alias(event, "&", built=True)
        if event.tag is not None and event.tag != "!":
            self._once(event, "E019", "`!` starts a tag here, and tags are not used", "remove it, or use quotes")

    def _scalar(self, event: Any) -> ScalarNode:
        mark = event.start_mark
        text: str = event.value
        style: str = event.style or ""
        value: Plain = text
        if not style and event.end_mark.line > mark.line:
            hint = "start the text on its own line after `|`, or put all of it on one line"
            self._problem(event, "E030", "this text runs on over several lines", hint)
        if event.implicit[0]:
            try:
                value = resolve(text)
            except NotANumber:
                self._problem(event, "E025", f"`{text}` is not a finite number", "write a number, or use quotes")
            except TooLong:
                self._problem(event, "E026", "this number has too many digits", "put it in quotes if it is a text")
        return ScalarNode(self.source, mark.line + 1, mark.column + 1, value, text, style)

    def _enter(self, event: Any, mapping: bool) -> None:
        if len(self._open) >= DEEPEST:
            deep = f"nested deeper than {DEEPEST} levels"
            self._stop(event, "E020", deep, "name inner conditions under `conditions:` and `use` them")
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        self._open.append((_Mapping if mapping else _Sequence)(self.source, line, column))

    def _place(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        problem = self._open[-1].add(node)
        if problem is not None:
            self.problems.append(problem)

    def _alias(self, event: Any, sign: str, built: bool = False) -> None:
        name = f"`{sign}{event.anchor}`"
        what = "alias" if sign == "*" else "anchor"
        hint = f"a text that starts with `{sign}` needs quotes; shared conditions go under `conditions:`"
        self._once(event, "E018", f"{name} is an {what}, and those are not used", hint)
        if not built:
            mark = event.start_mark
            text = f"{sign}{event.anchor}"
            self._place(ScalarNode(self.source, mark.line + 1, mark.column + 1, text, text))

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(event, "E022", "a second document starts here", "one file holds one document; split the file")
        if event.tags or event.version:
            self._problem(event, "E027", "lines that start with `%` are not used", "remove the line")

    def _problem(self, event: Any, code: str, message: str, hint: str) -> None:
        mark = event.start_mark
        self.problems.append(self.source.problem(code, mark.line + 1, mark.column + 1, message, hint))

    def _once(self, event: Any, code: str, message: str, hint: str) -> None:
        if code not in self._told:
            self._told.add(code)
            self._problem(event, code, message, hint)

    def _stop(self, event: Any, code: str, message: str, hint: str) -> None:
        self._problem(event, code, message, hint)
        raise _Stop


class _Sequence:
    def __init__(self, source: Source, line: int, column: int) -> None:
        self._source, self._line, self._column = source, line, column
        self._items: list[Node] = []

    def add(self, node: Node) -> Problem | None:
        self._items.append(node)
        return None

    def node(self) -> Node:
        return SequenceNode(self._source, self._line, self._column, tuple(self._items))


class _Mapping:
    def __init__(self, source: Source, line: int, column: int) -> None:
        self._source, self._line, self._column = source, line, column
        self._entries: dict[str, tuple[ScalarNode, Node]] = {}
        self._key: Node | None = None
        self._broken = False

    def add(self, node: Node) -> Problem | None:
        """A key, then its value; the problem with the key, told once its value is there."""
        if self._key is None:
            self._key = node
            return None
        key, self._key = self._key, None
        problem = self._refused(key)
        if problem is None and isinstance(key, ScalarNode):
            self._entries[key.text] = (key, node)
        self._broken = self._broken or problem is not None
        return problem

    def _refused(self, key: Node) -> Problem | None:
        if not isinstance(key, ScalarNode) or key.value is None or isinstance(key.value, (bool, float)):
            return key.problem("E024", "a key must be a plain word", "write `key: value`; use quotes where needed")
        if key.text == "<<" and not key.style:
            return key.problem("E023", "`<<` merges keys, which is not used", "write the keys out")
        earlier = self._entries.get(key.text)
        if earlier is not None:
            where = f"the key `{key.text}` already stands in line {earlier[0].line}"
            return key.problem("E017", where, "keep one of the two")
        return None

    def node(self) -> Node:
        return MappingNode(self._source, self._line, self._column, self._entries, self._broken)


_Collection = _Mapping | _Sequence
