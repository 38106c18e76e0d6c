"""`extends: pack`: a shipped pack with some of its parts replaced, by name and by rule id."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from rules.loading import fields
from rules.loading.decode import read
from rules.loading.parse import parse
from rules.loading.report import Report
from rules.loading.source import Source
from rules.problems import suggest
from rules.yaml_nodes import MappingNode, Node, ScalarNode, SequenceNode

_BY_NAME: Final = ("lists", "conditions", "ladders", "brakes")


def extended(report: Report, document: MappingNode, packs: Path, seen: tuple[str, ...] = ()) -> MappingNode:
    """The document with everything of its pack that it does not replace; itself where it extends none."""
    node = document.get("extends")
    name = fields.text(report, node, "`extends`", "name one shipped pack")
    if node is None or name is None:
        return document
    known = {_name(path): path for path in sorted(packs.glob("*.yaml"))}
    if name not in known:
        report.say(node, "E211", f"there is no shipped pack `{name}`", suggest(name, known, "shipped are"))
        return document
    if name in seen:
        report.say(node, "E232", f"the pack `{name}` extends itself", "extend another one")
        return document
    base = _document(report, known[name], f"{packs.name}/{known[name].name}")
    if base is None:
        return document
    return _merged(document, extended(report, base, packs, (*seen, name)))


def _name(path: Path) -> str:
    """What admins call a pack: its file's name without the number that orders it."""
    return re.sub(r"^\d+-", "", path.stem)


def _document(report: Report, path: Path, name: str) -> MappingNode | None:
    found = read(path, name)
    if not isinstance(found, Source):
        report.add((found,))
        return None
    report.know(found)
    root, problems = parse(found)
    report.add(problems)
    return root if isinstance(root, MappingNode) else None


def _merged(own: MappingNode, base: MappingNode) -> MappingNode:
    entries = {**base.entries, **own.entries}
    for name in _BY_NAME:
        mine, theirs = own.get(name), base.get(name)
        if isinstance(mine, MappingNode) and isinstance(theirs, MappingNode):
            merged = {**theirs.entries, **mine.entries}
            entries[name] = (own.entries[name][0], _at(mine, merged))
    entries.pop("rules", None)
    rules = _rules(own.get("rules"), base.get("rules"))
    if rules is not None:
        entries["rules"] = ((own.entries.get("rules") or base.entries["rules"])[0], rules)
    return _at(own, entries)


def _rules(own: Node | None, base: Node | None) -> Node | None:
    if not isinstance(base, SequenceNode):
        return own
    if not isinstance(own, SequenceNode):
        return base if own is None else own
    changes = {name: item for item in own.items if (name := _id(item)) is not None}
    theirs = [_id(item) for item in base.items]
    rules = [_changed(item, changes.get(name or "")) for item, name in zip(base.items, theirs, strict=True)]
    added = [item for item in own.items if _id(item) is None or _id(item) not in theirs]
    return SequenceNode(own.source, own.line, own.column, (*rules, *added))


def _changed(rule: Node, change: Node | None) -> Node:
    if isinstance(rule, MappingNode) and isinstance(change, MappingNode):
        return _at(change, {**rule.entries, **change.entries})
    return rule


def _id(node: Node) -> str | None:
    name = node.get("id") if isinstance(node, MappingNode) else None
    return name.text if isinstance(name, ScalarNode) else None


def _at(place: MappingNode, entries: dict[str, tuple[ScalarNode, Node]]) -> MappingNode:
    return MappingNode(place.source, place.line, place.column, entries)
