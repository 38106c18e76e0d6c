"""One rule file → a policy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from rules.loading import fields
from rules.loading.conditions import ConditionReader, shadowing
from rules.loading.file import File, Noticing
from rules.loading.ladders import brakes, ladders
from rules.loading.lists import word_lists
from rules.loading.rule import rule
from rules.loading.safety import able, safe_actions, safe_rule
from rules.model import Ladder, Policy, Rule
from rules.yaml_nodes import MappingNode, Node, SequenceNode, kind_of

KEYS: Final = ("schema", "about", "extends", "languages", "lists", "conditions", "ladders", "brakes", "rules")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")


def policy(file: File, document: MappingNode) -> Policy:
    """What the file says, as far as it could be understood; what could not be is in the report."""
    fields.known_keys(file.report, document, KEYS, "a rule file")
    about = fields.text(file.report, document.get("about"), "`about`") or ""
    lists = Noticing(word_lists(file, document.get("lists")))
    file = replace(file, context=replace(file.context, lists=lists), languages=_languages(file, document))
    steps = ladders(file, document.get("ladders"))
    stops = Noticing(brakes(file, document.get("brakes")))
    named = fields.mapping(file.report, document.get("conditions"), "`conditions`")
    context = replace(file.context, ladders=steps)
    file = replace(file, context=context, brakes=stops, conditions=named)
    if named is not None:
        shadowing(file, named)
    reader = ConditionReader(file)
    rules = _rules(file, reader, document.get("rules"), document, steps)
    conditions = reader.declared()
    _check_ladders(file, document.get("ladders"), steps)
    if not file.report.has_errors():
        struck = {name for made in rules for name in _struck(made)}
        for key, used in (
            ("lists", lists.used),
            ("conditions", reader.used),
            ("ladders", struck),
            ("brakes", stops.used),
        ):
            _unused(file, document, key, used)
    return Policy(file.name, about, file.languages, dict(lists), conditions, steps, dict(stops), rules)


def _rules(
    file: File, reader: ConditionReader, node: Node | None, document: MappingNode, steps: Mapping[str, Ladder]
) -> tuple[Rule, ...]:
    hint = "write `rules:` and below it `- id: …`"
    if not isinstance(node, SequenceNode):
        if node is None:
            file.report.say(document, "E103", "a rule file needs `rules`", hint)
        else:
            file.report.say(node, "E104", f"`rules` needs a list, and this is {kind_of(node)}", hint)
        return ()
    if not node.items:
        file.report.say(node, "E114", "`rules` is empty", hint)
    found: list[Rule] = []
    for item in node.items:
        made = rule(file, reader, item)
        if made is not None and isinstance(item, MappingNode):
            safe_rule(file, item.get("then"), made, steps)
            able(file, item.get("then"), made.then, made.platforms)
            found.append(made)
    return tuple(found)


def _languages(file: File, document: MappingNode) -> tuple[str, ...]:
    """The languages every reason must be written in: the file's, the community's, or all that the file uses."""
    stated: list[str] = []
    for language, node in fields.names(file.report, document.get("languages"), "languages"):
        if not _LANGUAGE.fullmatch(language):
            said = f"`{language}` is not a language code"
            file.report.say(node, "E212", said, "write it like `en`, `es` or `pt-BR`")
        elif language not in stated:
            stated.append(language)
    if stated:
        return tuple(stated)
    return file.names.languages if file.names and file.names.languages else _used(document.get("rules"))


def _used(rules: Node | None) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for item in rules.items if isinstance(rules, SequenceNode) else ():
        why = item.get("why") if isinstance(item, MappingNode) else None
        if isinstance(why, MappingNode):
            found |= dict.fromkeys(why.entries)
    return tuple(found)


def _check_ladders(file: File, node: Node | None, steps: Mapping[str, Ladder]) -> None:
    for name, ladder in steps.items():
        block = node.get(name) if isinstance(node, MappingNode) else None
        written = block.get("steps") if isinstance(block, MappingNode) else None
        if not isinstance(written, MappingNode):
            continue
        for points, actions in ladder.steps:
            step = written.get(str(points))
            safe_actions(file, step, actions, f"the ladder `{name}`")
            able(file, step, actions, frozenset())


def _struck(made: Rule) -> Iterator[str]:
    for action in made.then:
        points: Any = getattr(action, "points", ()) if action.name == "strike" else ()
        yield from (name for name, _ in points)


def _unused(file: File, document: MappingNode, key: str, used: set[str]) -> None:
    block = document.get(key)
    for name, node, _ in block.items() if isinstance(block, MappingNode) else ():
        if name not in used and node.source is document.source:
            said = f"nothing uses `{name}` of `{key}`"
            file.report.say(node, "W106", said, "remove it, or use it in a rule")
