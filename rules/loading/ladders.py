"""`ladders:` and `brakes:`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from moderation.actions.base import Action
from moderation.units import written
from rules.loading import fields
from rules.loading.actions import actions, without_ladders
from rules.loading.file import File
from rules.model import Brake, Ladder
from rules.yaml_nodes import MappingNode, Node

_HIGHEST: Final = 1000
_LASTING: Final = frozenset({"timeout", "ban"})


def ladders(file: File, node: Node | None) -> dict[str, Ladder]:
    """Every ladder of a file; those with mistakes are there too, so that naming them is not a second mistake."""
    inside = replace(file, context=without_ladders(file.context))
    block = fields.mapping(file.report, node, "`ladders`", "write `name:` with `forget` and `steps` below it")
    return {name: _ladder(inside, name, key, value) for name, key, value in (block.items() if block else ())}


def _ladder(file: File, name: str, key: Node, node: Node) -> Ladder:
    what = f"the ladder `{name}`"
    block = fields.mapping(file.report, node, what, "write `forget: 90d` and `steps:` below it")
    if block is None:
        return Ladder(name, timedelta(days=90), ())
    fields.known_keys(file.report, block, ("forget", "steps"), what)
    for needed, hint in (
        ("forget", "write how long a strike weighs, as in `forget: 90d`"),
        ("steps", "write `3: [ask: moderators]`"),
    ):
        if needed not in block.entries:
            file.report.say(key, "E103", f"{what} needs `{needed}`", hint)
    forget = fields.span(file.report, block.get("forget"), "forget") or timedelta(days=90)
    steps = _steps(file, what, block.get("steps"))
    _outlived(file, block, what, forget, steps)
    return Ladder(name, forget, steps)


def _outlived(
    file: File, block: MappingNode, what: str, forget: timedelta, steps: tuple[tuple[int, tuple[Action, ...]], ...]
) -> None:
    """Strikes that are forgotten while the person is still out make every return a first offence."""
    spans = (getattr(action, "span", None) for _, actions in steps for action in actions if action.name in _LASTING)
    longest = max((span for span in spans if span is not None), default=timedelta(0))
    if longest > forget:
        said = f"{what} forgets strikes after {written(forget)}, while one of its steps lasts {written(longest)}"
        file.report.say(block.get("forget") or block, "W236", said, "let strikes weigh longer than any step lasts")


def _steps(file: File, what: str, node: Node | None) -> tuple[tuple[int, tuple[Action, ...]], ...]:
    block = fields.mapping(file.report, node, f"`steps` of {what}", "write `3: [ask: moderators]`, one step a line")
    if block is None:
        return ()
    if not block.entries:
        file.report.say(block, "E114", f"{what} has no steps", "write `3: [ask: moderators]`")
    found: list[tuple[int, tuple[Action, ...]]] = []
    for _, key, value in block.items():
        points = fields.whole(file.report, key, "a step", 1, _HIGHEST)
        made = actions(file, value, f"step {key.text}")
        if points is None or made is None:
            continue
        if found and points <= found[-1][0]:
            said = f"the step {points} stands after the step {found[-1][0]}"
            file.report.say(key, "E234", said, "order the steps from few strikes to many, each number once")
        _no_strikes(file, made, value)
        found.append((points, made))
    _ends_with_people(file, what, block, found)
    return tuple(found)


def _no_strikes(file: File, made: tuple[Action, ...], node: Node) -> None:
    if any(action.name == "strike" for action in made):
        file.report.say(
            node, "E405", "a step of a ladder cannot add strikes", "name what shall happen, as in `timeout: 1h`"
        )


def _ends_with_people(file: File, what: str, block: MappingNode, found: list[tuple[int, tuple[Action, ...]]]) -> None:
    if not found or len(found) < len(block.entries):
        return
    if not any(action.name == "ask" for action in found[-1][1]):
        last = list(block.items())[-1][1]
        said = f"the last step of {what} is not a person's"
        file.report.say(last, "E402", said, f"end with a step such as `{found[-1][0] + 2}: [ask: moderators]`")


def brakes(file: File, node: Node | None) -> dict[str, Brake]:
    """Every brake of a file."""
    block = fields.mapping(file.report, node, "`brakes`", "write `name: {max: 30, within: 10m}`")
    return {name: _brake(file, name, key, value) for name, key, value in (block.items() if block else ())}


def _brake(file: File, name: str, key: Node, node: Node) -> Brake:
    what = f"the brake `{name}`"
    block = fields.mapping(file.report, node, what, "write `{max: 30, within: 10m}`")
    if block is None:
        return Brake(name, 1, timedelta(minutes=10))
    fields.known_keys(file.report, block, ("max", "within"), what)
    for needed in ("max", "within"):
        if needed not in block.entries:
            file.report.say(key, "E103", f"{what} needs `{needed}`", "write `{max: 30, within: 10m}`")
    most = fields.whole(file.report, block.get("max"), "max", 1, 100_000)
    within = fields.span(file.report, block.get("within"), "within")
    return Brake(name, most or 1, within or timedelta(minutes=10))
