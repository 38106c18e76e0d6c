"""Whether a playbook file is one: its recipe, its keys, its times and zones, and what its texts reach for.

Texts use `{name}` placeholders from a closed list: a plain substitution, no attributes, no formats, no templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from moderation.units import written
from moderation.zones import is_zone, zones
from playbooks.recipes import COMMON, RECIPES, Path, Recipe
from playbooks.times import is_rule, is_skip, is_weekly, rule_mistake
from rules.loading import fields
from rules.loading.report import Report
from rules.problems import suggest
from rules.yaml_nodes import MappingNode, Node, ScalarNode

_BRACES: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{[^{}\n]*\}")
_PLAIN: Final = re.compile(r"[a-z][a-z_]*")


def check_playbook(report: Report, document: MappingNode) -> None:
    """Note everything that is wrong with a playbook."""
    node = fields.required(report, document, "recipe", "a playbook", "name one, as in `recipe: welcome`")
    name = fields.text(report, node, "`recipe`")
    if node is not None and name is not None and name not in RECIPES:
        report.say(node, "E600", f"there is no recipe `{name}`", suggest(name, RECIPES, "there are"))
    recipe = RECIPES.get(name or "", Recipe())
    if recipe.parts is not None:
        fields.known_keys(report, document, COMMON | recipe.parts, f"the recipe `{name}`")
    _zone(report, document.get("time_zone"))
    _times(report, document, recipe)
    _texts(report, document.get("texts"), recipe)


def _zone(report: Report, node: Node | None) -> None:
    name = fields.text(report, node, "`time_zone`")
    if node is not None and name is not None and not is_zone(name):
        hint = suggest(name, zones())
        example = "write it like `Europe/Madrid` or `America/Bogota`"
        report.say(node, "E501", f"`{name}` is not a time zone", hint if hint.startswith("did you") else example)


def _times(report: Report, document: MappingNode, recipe: Recipe) -> None:
    for path in recipe.spans:
        fields.span(report, _find(document, path), path[-1])
    for first, last in recipe.within:
        _in_order(report, document, first, last)
    for path in recipe.repeats:
        _repeat(report, _find(document, path))
    for path in recipe.days:
        for entry, item in fields.names(report, _find(document, path), path[-1]):
            if not is_skip(entry):
                said = f"`{entry}` is neither a calendar nor a time of the year"
                report.say(item, "E602", said, "write it like `holidays-es`, `24 dec` or `22 dec - 7 jan`")


def _in_order(report: Report, document: MappingNode, first: Path, last: Path) -> None:
    node, end = _find(document, first), _find(document, last)
    sooner, later = (fields.span(report, one, path[-1]) for one, path in ((node, first), (end, last)))
    if node is not None and sooner is not None and later is not None and sooner > later:
        said = f"`{'.'.join(first)}` lasts longer than `{'.'.join(last)}`"
        report.say(node, "E236", said, f"make it at most {written(later)}")


def _repeat(report: Report, node: Node | None) -> None:
    entry = fields.text(report, node, "`every`", "write it like `tuesday 10:00`")
    if node is None or entry is None or is_weekly(entry):
        return
    if not is_rule(entry):
        report.say(node, "E602", f"`{entry}` is not a day and a time", "write it like `tuesday 10:00` or `day 18:00`")
        return
    mistake = rule_mistake(entry)
    if mistake is not None:
        report.say(node, "E603", mistake, "write it like `tuesday 10:00`, or see RFC 5545, section 3.3.10")


def _texts(report: Report, node: Node | None, recipe: Recipe) -> None:
    block = fields.mapping(report, node, "`texts`", "write `name:` and below it one text per language")
    languages = {language for _, _, text in (block.items() if block else ()) for language in _languages(text)}
    for name, key, text in block.items() if block else ():
        inner = fields.mapping(report, text, f"the text `{name}`", "write `en: |` and the text below it")
        if inner is None:
            continue
        for language in sorted(languages - set(inner.entries)):
            said = f"the text `{name}` is missing in `{language}`"
            report.say(key, "E605", said, f"add `{language}: |` below it")
        for language, _, value in inner.items():
            if fields.text(report, value, f"the text `{name}` in `{language}`") is not None:
                _placeholders(report, value, recipe)


def _languages(node: Node) -> Iterator[str]:
    yield from node.entries if isinstance(node, MappingNode) else ()


def _placeholders(report: Report, node: Node, recipe: Recipe) -> None:
    if not isinstance(node, ScalarNode):
        return
    known = recipe.placeholders
    for number, line in enumerate(node.text.split("\n")):
        for match in _BRACES.finditer(line):
            inner = match[0][1:-1]
            row, column = node.at(number, match.start())
            if not _PLAIN.fullmatch(inner):
                said = f"`{match[0]}` reaches further than a placeholder may"
                hint = "write `{name}`: no dots, brackets, formats or expressions"
                report.add((node.source.problem("E601", row, column, said, hint),))
            elif known is not None and inner not in known:
                said = f"there is nothing to put in for `{match[0]}`"
                report.add((node.source.problem("E604", row, column, said, suggest(inner, known)),))


def _find(document: MappingNode, path: Path) -> Node | None:
    node: Node | None = document
    for step in path:
        node = node.get(step) if isinstance(node, MappingNode) else None
    return node
