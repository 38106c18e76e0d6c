"""One entry of `rules:` → a rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from moderation.actions.base import Action
from moderation.model import KINDS
from moderation.verdict import Mode
from rules.loading import fields, scope
from rules.loading.actions import actions
from rules.loading.conditions import ConditionReader
from rules.loading.examples import scenes
from rules.loading.file import File
from rules.loading.places import KeyPlaces
from rules.loading.whom import judged
from rules.model import All, Holds, Not, Rule
from rules.problems import suggest
from rules.yaml_nodes import MappingNode, Node, ScalarNode, kind_of

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_ID: Final = 64
LONGEST_WHY: Final = 1000
"""Characters of a reason; what is longer does not fit into one notice on every platform."""
KEYS: Final = (
    *("id", "why", "on", "mode", "until", "sample", "platforms", "only_in", "except_in", "spare"),
    *("if", "unless", "then", "stop", "brake", "hits", "misses", "scenes"),
)
DEFAULT_KINDS: Final = frozenset({"message", "edit"})


def rule(file: File, conditions: ConditionReader, node: Node) -> Rule | None:
    """The rule; None after problems were noted that leave nothing to judge."""
    block = fields.mapping(file.report, node, "a rule", "start it with `- id: …`")
    if block is None:
        return None
    fields.known_keys(file.report, block, KEYS, "a rule")
    name = _id(file, block)
    kinds = _kinds(file, block.get("on"))
    condition, complete = _condition(conditions, block)
    then = _then(file, block, name)
    said = _said(file, block, name)
    if complete:
        judged(file, block, name, kinds, condition)
    if then is None or not complete:
        return None
    place = block.key("id").place
    return Rule(id=name, then=then, place=place, policy=file.name, condition=condition, on=kinds, **said)


def _said(file: File, block: MappingNode, name: str) -> dict[str, Any]:
    """Everything but the conditions and actions; all of it is read even when those have mistakes."""
    only_in = scope.channels(file, block.get("only_in"), "only_in")
    except_in = scope.channels(file, block.get("except_in"), "except_in")
    scope.somewhere(file, block, only_in, except_in)
    return {
        "why": _why(file, block, name),
        "mode": _mode(file, block.get("mode")),
        "until": _until(file, block.get("until")),
        "sample": _sample(file, block.get("sample")),
        "platforms": scope.platforms(file, block.get("platforms")),
        "only_in": only_in,
        "except_in": except_in,
        "spare": scope.spared(file, block.get("spare")),
        "stop": fields.boolean(file.report, block.get("stop"), "stop") or False,
        "brake": _brake(file, block.get("brake")),
        "hits": fields.lines(file.report, block.get("hits"), "hits"),
        "misses": fields.lines(file.report, block.get("misses"), "misses"),
        "scenes": scenes(file, block.get("scenes")),
        "key_places": KeyPlaces(block),
    }


def _id(file: File, block: MappingNode) -> str:
    node = fields.required(file.report, block, "id", "a rule", "name it, as in `- id: no-invites`")
    name = fields.text(file.report, node, "`id`") or ""
    if node is not None and name and (not _ID.fullmatch(name) or len(name) > _LONGEST_ID):
        better = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:_LONGEST_ID].strip("-")
        hint = f"write `{better}`" if better else "write lower-case words with dashes"
        file.report.say(node, "E110", f"`{name}` cannot name a rule", hint)
    return name


def _mode(file: File, node: Node | None) -> Mode:
    return Mode(fields.choice(file.report, node, [mode.value for mode in Mode], "a mode") or Mode.SHADOW)


def _kinds(file: File, node: Node | None) -> frozenset[str]:
    found: set[str] = set()
    for name, item in fields.names(file.report, node, "on"):
        if name in KINDS:
            found.add(name)
        else:
            hint = suggest(name, KINDS, "use one of")
            file.report.say(item, "E102", f"`{name}` is not a kind of event", hint)
    return frozenset(found) or DEFAULT_KINDS


def _why(file: File, block: MappingNode, name: str) -> Mapping[str, str]:
    hint = "write one line per language below it, as in `en: …`"
    node = block.get("why")
    if node is None or (isinstance(node, ScalarNode) and node.value is None):
        file.report.say(block.key("id"), "E112", f"the rule `{name}` does not say why", f"the member is told: {hint}")
        return {}
    if not isinstance(node, MappingNode):
        file.report.say(node, "E112", f"`why` needs one text per language, and this is {kind_of(node)}", hint)
        return {}
    found: dict[str, str] = {}
    for language, _, value in node.items():
        said = fields.text(file.report, value, f"`why` in `{language}`", "say what the member shall read")
        if said is not None and len(said) > LONGEST_WHY:
            file.report.say(value, "E109", f"this reason has {len(said)} characters", f"{LONGEST_WHY} are the most")
        found[language] = (said or "").strip()
    for language in file.languages:
        if language not in found:
            said = f"the rule `{name}` does not say why in `{language}`"
            file.report.say(block.key("why"), "E112", said, f"add `{language}: …` below it")
    return found


def _condition(conditions: ConditionReader, block: MappingNode) -> tuple[Holds | None, bool]:
    """`if` and not `unless`; and whether everything that was written could be read."""
    parts: list[Holds] = []
    complete = True
    for key in ("if", "unless"):
        if key not in block.entries:
            continue
        part = conditions.tree(block.get(key), key)
        if part is None:
            complete = False
        elif key == "if":
            parts.append(part)
        else:
            parts.append(Not(part))
    if not complete or not parts:
        return None, complete
    return (parts[0] if len(parts) == 1 else All(tuple(parts))), True


def _then(file: File, block: MappingNode, name: str) -> tuple[Action, ...] | None:
    if "then" not in block.entries:
        said = f"the rule `{name}` does not say what happens then"
        file.report.say(block.key("id"), "E113", said, "add `then: [ask: moderators]`, or the actions you want")
        return None
    return actions(file, block.get("then"), "then")


def _until(file: File, node: Node | None) -> date | None:
    last = fields.day(file.report, node, "until")
    if node is not None and last is not None and last < file.today:
        file.report.say(node, "W102", f"this rule ended on {last}", "remove the rule, or move the day")
    return last


def _sample(file: File, node: Node | None) -> float:
    part = fields.proportion(file.report, node, "sample")
    if node is not None and part == 0:
        file.report.say(node, "E109", "a sample of 0% is nobody", "write `1%` or more, or use `mode: off`")
    return 1.0 if part is None else part


def _brake(file: File, node: Node | None) -> str | None:
    name = fields.text(file.report, node, "`brake`", "name one that is declared under `brakes:`")
    if node is not None and name is not None and name not in file.brakes:
        hint = suggest(name, file.brakes, "declared here") or "declare it under `brakes:`"
        file.report.say(node, "E203", f"there is no brake `{name}`", hint)
    return name
