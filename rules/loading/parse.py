"""Text → nodes. Whatever could be a bomb or a trap is refused on the parser's events, before anything is built.

The events come from libyaml, or from PyYAML's own parser where libyaml is missing.
"""

from __future__ import annotations

from typing import Any, Final

import yaml
from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
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
    parser = _PureParser(source.text) if pure or not yaml.__with_libyaml__ else _c_parser(source.text)
    try:
        root = builder.build(parser)
    except _Stop:
        return None, builder.problems
    except YAMLError as error:
        # A text that seemed to run on is the shadow of the same mistake.
        seen = [problem for problem in builder.problems if problem.code != "E030"]
        return None, [*seen, syntax_problem(source, error)]
    if root is None or (isinstance(root, ScalarNode) and root.value is None):
        empty = source.problem("E028", 1, 1, "the file is empty", "start it with `schema: rules/1`")
        return None, [*builder.problems, empty]
    return root, builder.problems


def _c_parser(text: str) -> Any:
    module: Any = yaml.cyaml
    return module.CParser(text)


class _Builder:
    """Builds the tree from events: the nodes of the innermost open collection wait in one list, the others on a stack."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._documents = 0
        self._told: set[str] = set()

    def build(self, parser: Any) -> Node | None:
        """The root of the document. One loop, because it runs for every word of every file."""
        nodes: list[Node] = []
        open_ones: list[tuple[Any, list[Node]]] = []
        count = 0
        while (event := parser.get_event()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                nodes.append(self._scalar(event))
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._enter(event, len(open_ones))
                open_ones.append((event, nodes))
                nodes = []
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                start, outer = open_ones.pop()
                outer.append(self._mapping(start, nodes) if kind is MappingEndEvent else self._sequence(start, nodes))
                nodes = outer
                continue
            elif kind is AliasEvent:
                nodes.append(self._alias(event))
            else:
                if kind is DocumentStartEvent:
                    self._document(event)
                continue
            count += 1
            if count > MOST_NODES:
                many = f"the file has more than {MOST_NODES:,} keys and values"
                self._stop(event, "E021", many, "split it into several files, or move long lists to list files")
        return nodes[0] if nodes else None

    def _scalar(self, event: Any) -> ScalarNode:
        mark = event.start_mark
        text: str = event.value
        style: str = event.style or ""
        value: Plain = text
        if event.anchor is not None or event.tag is not None:
            self._marked(event)
        if event.implicit[0]:
            if event.end_mark.line > mark.line:
                hint = "start the text on its own line after `|`, or put all of it on one line"
                self._problem(event, "E030", "this text runs on over several lines", hint)
            value = self._resolved(event, text)
        return ScalarNode(self.source, mark.line + 1, mark.column + 1, value, text, style)

    def _resolved(self, event: Any, text: str) -> Plain:
        try:
            return resolve(text)
        except NotANumber:
            self._problem(event, "E025", f"`{text}` is not a finite number", "write a number, or use quotes")
        except TooLong:
            self._problem(event, "E026", "this number has too many digits", "put it in quotes if it is a text")
        return text

    def _enter(self, event: Any, depth: int) -> None:
        if event.anchor is not None or event.tag is not None:
            self._marked(event)
        if depth >= DEEPEST:
            deep = f"nested deeper than {DEEPEST} levels"
            self._stop(event, "E020", deep, "name inner conditions under `conditions:` and `use` them")

    def _sequence(self, start: Any, nodes: list[Node]) -> Node:
        mark = start.start_mark
        return SequenceNode(self.source, mark.line + 1, mark.column + 1, tuple(nodes))

    def _mapping(self, start: Any, nodes: list[Node]) -> Node:
        mark = start.start_mark
        entries: dict[str, tuple[ScalarNode, Node]] = {}
        broken = False
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            problem = _refused(key, entries)
            if problem is None and isinstance(key, ScalarNode):
                entries[key.text] = (key, value)
            elif problem is not None:
                self.problems.append(problem)
                broken = True
        return MappingNode(self.source, mark.line + 1, mark.column + 1, entries, broken)

    def _marked(self, event: Any) -> None:
        if event.anchor is not None:
            self._nickname(event, "&", "anchor")
        if event.tag is not None and event.tag != "!":
            self._once(event, "E019", "`!` starts a tag here, and tags are not used", "remove it, or use quotes")

    def _alias(self, event: Any) -> ScalarNode:
        self._nickname(event, "*", "alias")
        mark, text = event.start_mark, f"*{event.anchor}"
        return ScalarNode(self.source, mark.line + 1, mark.column + 1, text, text)

    def _nickname(self, event: Any, sign: str, what: str) -> None:
        hint = f"a text that starts with `{sign}` needs quotes; shared conditions go under `conditions:`"
        self._once(event, "E018", f"`{sign}{event.anchor}` is an {what}, and those are not used", hint)

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


def _refused(key: Node, entries: dict[str, tuple[ScalarNode, Node]]) -> Problem | None:
    """Why a key cannot stand; None where it can."""
    if not isinstance(key, ScalarNode) or key.value is None or isinstance(key.value, (bool, float)):
        return key.problem("E024", "a key must be a plain word", "write `key: value`; use quotes where needed")
    if key.text == "<<" and not key.style:
        return key.problem("E023", "`<<` merges keys, which is not used", "write the keys out")
    earlier = entries.get(key.text)
    if earlier is None:
        return None
    where = f"the key `{key.text}` already stands in line {earlier[0].line}"
    return key.problem("E017", where, "keep one of the two")
