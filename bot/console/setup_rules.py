"""The rules a community would start with, in words, and what they would do to lines that somebody tries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.console.rules_file import ROOM_RULES
from moderation.actions.base import Action
from moderation.model import Message, Signals
from moderation.simulate import World, newcomer
from rules.compile import compile_rules
from rules.model import Rule, RuleSet
from rules.stream import Stream

MOST_LINES: Final = 30
LONGEST: Final = 2000
"""Lines that may be tried at once, and characters of each."""
SHOWN: Final = 4
"""Examples of a rule that are shown."""

Listen = Callable[[Message], Awaitable[Signals]]


@dataclass(frozen=True, slots=True)
class RuleInWords:
    """One rule. `does` are names of actions."""

    id: str
    why: str
    mode: str
    does: tuple[str, ...]
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileInWords:
    """One rule file."""

    name: str
    about: str
    rules: tuple[RuleInWords, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A line, the rules that would have held, and those that could not decide without a model."""

    text: str
    held: tuple[RuleInWords, ...]
    undecided: int


def of_the_community(rule_set: RuleSet) -> RuleSet:
    """Without the stand-in words, which are for the local room only."""
    return RuleSet(tuple(policy for policy in rule_set.policies if policy.name != ROOM_RULES.name))


def in_words(rule_set: RuleSet, language: str) -> Iterator[FileInWords]:
    """Every file and its rules."""
    for policy in rule_set.policies:
        yield FileInWords(policy.name, policy.about, tuple(_rule(rule, language) for rule in policy.rules))


def _rule(rule: Rule, language: str) -> RuleInWords:
    return RuleInWords(
        rule.id,
        _why(rule.why, language) or rule.id,
        rule.mode.value,
        _names(rule.then),
        tuple(line.text for line in rule.hits[:SHOWN]),
        tuple(line.text for line in rule.misses[:SHOWN]),
    )


def _why(why: Mapping[str, str], language: str) -> str:
    return why.get(language) or next(iter(why.values()), "")


def _names(actions: Sequence[Action]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(action.name for action in actions))


async def tried(rule_set: RuleSet, text: str, language: str, listen: Listen | None) -> list[Tried]:
    """What the rules make of each line, said by a newcomer of its own so that no line weighs on the next."""
    lines = [line.strip()[:LONGEST] for line in text.splitlines() if line.strip()][:MOST_LINES]
    stream = Stream(await asyncio.to_thread(compile_rules, rule_set))
    known = {rule.id: rule for rule in rule_set.rules}
    world, found = World(), []
    for number, line in enumerate(lines):
        world.meet(replace(newcomer(f"newcomer {number}"), messages=3))  # past the first, which is only greeted
        world.wait(timedelta(hours=2))
        event = world.says(f"newcomer {number}", line, f"channel {number}")
        verdict = stream.feed(event, await listen(event.message) if listen else Signals())
        held = tuple(
            RuleInWords(one.rule, _why(known[one.rule].why, language), one.mode.value, _names(one.actions))
            for one in verdict.matched
            if one.rule in known
        )
        found.append(Tried(line, held, len(verdict.undecided)))
    return found
