"""Rules and chats for tests, in few words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.wiring import vocabulary
from moderation.actions.base import Action
from moderation.actions.delete import Delete
from moderation.counters import Counters
from moderation.model import Event, Signal, Signals
from moderation.simulate import World
from moderation.verdict import Mode, Verdict
from rules.compile import Engine, compile_rules
from rules.facts import Facts
from rules.loader import Given, load
from rules.model import Condition, Holds, Ladder, Place, Policy, Rule, RuleSet, WordList
from rules.stream import Stream

EXAMPLES = Path(__file__).parents[2] / "examples" / "rules"
HERE = Place("test.yaml", 1)
EVERY_KIND = frozenset({"message", "edit", "join", "leave", "rename", "reaction", "report"})


def words(*entries: str, name: str = "words") -> WordList:
    return WordList(name, entries)


def rule(
    condition: Holds | None,
    *then: Action,
    name: str = "r",
    mode: Mode = Mode.ENFORCE,
    policy: str = "test.yaml",
    **more: Any,
) -> Rule:
    return Rule(
        id=name,
        why={"en": "why"},
        then=then or (Delete(),),
        place=HERE,
        policy=policy,
        condition=condition,
        mode=mode,
        **more,
    )


def rules(*several: Rule, ladders: Mapping[str, Ladder] | None = None, name: str = "test.yaml") -> RuleSet:
    return RuleSet((Policy(name, "", ("en",), {}, {}, ladders or {}, {}, several),))


def engine(*several: Rule, ladders: Mapping[str, Ladder] | None = None) -> Engine:
    return compile_rules(rules(*several, ladders=ladders))


def loaded(text: str) -> RuleSet:
    """The rules of a text without mistakes."""
    found = load([Given("test.yaml", None, text.encode())], vocabulary())
    assert found.rule_set is not None, "\n".join(map(str, found.problems))
    return found.rule_set


def names(verdict: Verdict) -> set[str]:
    return {plan.action.name for plan in verdict.actions}


def matched(verdict: Verdict) -> list[str]:
    return [match.rule for match in verdict.matched]


def scores(silent: tuple[str, ...] = (), **given: float) -> Signals:
    return Signals(tuple(Signal(label, score, "test") for label, score in given.items()), frozenset(silent))


class Chat:
    """A community that is judged by rules: every line is an event, every answer a verdict."""

    def __init__(self, judging: Engine | RuleSet) -> None:
        self.engine = compile_rules(judging) if isinstance(judging, RuleSet) else judging
        self.stream = Stream(self.engine)
        self.world = World()

    def says(
        self, who: str, text: str, channel: str = "general", signals: Signals | None = None, **more: Any
    ) -> Verdict:
        return self.feed(self.world.says(who, text, channel, **more), signals)

    def edits(self, who: str, text: str) -> Verdict:
        return self.feed(self.world.edits(who, text))

    def feed(self, event: Event, signals: Signals | None = None) -> Verdict:
        return self.stream.feed(event, signals or Signals())

    def wait(self, **span: float) -> None:
        self.world.wait(timedelta(**span))


def facts_of(
    condition: Condition, event: Event, signals: Signals | None = None, before: tuple[Event, ...] = ()
) -> Facts:
    """What a condition sees of an event after others."""
    judging = engine(rule(condition, on=EVERY_KIND))
    stream = Stream(judging, Counters(judging.needs))
    for earlier in before:
        stream.note(earlier)
    return stream.facts(stream.note(event), signals or Signals())


def holds(
    condition: Condition, event: Event, signals: Signals | None = None, before: tuple[Event, ...] = ()
) -> bool | None:
    return condition.holds(facts_of(condition, event, signals, before))
