"""What no rule may do, however it is written: remove people for good on its own, or on a model's word alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moderation.actions.base import Action
from moderation.model import Capability
from moderation.platforms import CAN
from rules.loading.file import File
from rules.model import Holds, Ladder, Rule, Witness
from rules.trees import weakest_witness
from rules.yaml_nodes import Node, SequenceNode


def score_alone(part: Holds | None) -> bool:
    """Whether it may hold with nothing but a model's score against the person."""
    return part is not None and weakest_witness(part) is Witness.MODEL


def removes(action: Action) -> bool:
    """Whether it, or what it does elsewhere, takes the person out until somebody lets them in again."""
    return any(one.name == "kick" or _for_good(one) for one in _chain(action))


def safe_actions(file: File, node: Node | None, actions: Sequence[Action], where: str) -> None:
    """No permanent ban that people are not asked about first."""
    asked = False
    for number, action in enumerate(actions):
        asked = asked or action.name == "ask"
        if not asked and any(_for_good(one) for one in _chain(action)):
            hint = "write a time, as in `ban: 7d`, or put `- ask: moderators` before it"
            file.report.say(_item(node, number), "E400", f"{where} bans for good without asking a person", hint)


def safe_rule(file: File, then: Node | None, rule: Rule, ladders: Mapping[str, Ladder]) -> None:
    """Nobody is removed on a model's word alone, directly or through a ladder."""
    safe_actions(file, then, rule.then, f"the rule `{rule.id}`")
    if not score_alone(rule.condition):
        return
    asked = False
    for number, action in enumerate(rule.then):
        asked = asked or action.name == "ask"
        place = _item(then, number)
        if action.name == "kick" or (removes(action) and not asked):
            hint = "use `ask: moderators`, or add a condition about what the person did"
            file.report.say(place, "E401", f"the rule `{rule.id}` removes people on a model's score alone", hint)
        for ladder in _struck(action, ladders):
            said = f"strikes for a model's score alone lead to a removal on the ladder `{ladder.name}`"
            file.report.say(place, "E401", said, "use a ladder that ends with people, or `ask: moderators`")


def able(file: File, node: Node | None, actions: Sequence[Action], only: frozenset[str]) -> None:
    """Every platform must be able to do what is asked of it, or be told what to do instead."""
    configured = file.names.platforms if file.names else {}
    can: Mapping[str, frozenset[Capability]] = configured or {name: CAN[name] for name in CAN if name != "plaza"}
    for number, action in enumerate(actions):
        unable = sorted(name for name in can if (not only or name in only) and not _can(action, can[name]))
        if not unable:
            continue
        said = f"{' and '.join(name.capitalize() for name in unable)} cannot do `{action.name}`"
        hint = f"say what to do there, as in `{action.name}: {{…, else: hold}}` or `else: nothing`"
        file.report.say(_item(node, number), "E403" if configured else "W403", said, hint)


def _can(action: Action, able_to: frozenset[Capability]) -> bool:
    return any(one.capability is None or one.capability in able_to for one in _chain(action))


def _chain(action: Action) -> Iterator[Action]:
    following: Action | None = action
    while following is not None:
        yield following
        following = following.otherwise


def _for_good(action: Action) -> bool:
    return action.name == "ban" and bool(getattr(action, "for_good", False))


def _struck(action: Action, ladders: Mapping[str, Ladder]) -> Iterator[Ladder]:
    points: Any = getattr(action, "points", ()) if action.name == "strike" else ()
    for name, _ in points:
        ladder = ladders.get(name)
        if ladder and any(one.name == "kick" or removes(one) for _, step in ladder.steps for one in step):
            yield ladder


def _item(node: Node | None, number: int) -> Any:
    if isinstance(node, SequenceNode) and number < len(node.items):
        return node.items[number]
    return node
