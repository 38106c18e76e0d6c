"""A stage with real rules and a detector that says whatever stands in the message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.twin import Twin, TwinState
from bot.app import App, AppSettings, Parts
from bot.rulebook import RulesInForce
from bot.rules_stream import LiveStream
from bot.stores.opening import open_journal
from moderation.case import Case
from moderation.leeway import Bounds
from moderation.model import Message, Signal
from rules.compile import compile_rules
from tests.pipeline.stage import ACTIONS, SteppingClock
from tests.rules_engine.helpers import loaded

ASKING = """
schema: rules/1
about: asks people about what a model dislikes
languages: [en, es]
lists:
  bad: |
    zonkhead
ladders:
  conduct:
    forget: 30d
    steps:
      3: [ask: moderators]
rules:
  - id: toxic-ask
    why:
      en: A person will look at this message.
      es: Una persona revisará este mensaje.
    mode: enforce
    if:
      score: {toxicity: 80%}
    then: [ask: moderators]
  - id: word
    why:
      en: Not this word.
      es: Esa palabra no.
    mode: enforce
    if:
      says: bad
    then: [delete, strike: 1]
"""


@dataclass
class Oracle:
    """`82.5 hello` is toxic to 82.5 %; a text without a number is not toxic at all."""

    name: str = "oracle:1"
    labels: frozenset[str] = field(default_factory=lambda: frozenset({"toxicity"}))

    async def inspect(self, message: Message) -> Sequence[Signal]:
        first = message.text.partition(" ")[0]
        score = float(first) / 100 if first.replace(".", "", 1).isdigit() else 0.0
        return (Signal("toxicity", score, self.name),)


@dataclass
class Scored:
    """A running bot whose rules ask for scores, and the platform it runs on."""

    app: App
    twin: Twin
    clock: SteppingClock

    async def says(self, text: str, author: str = "eve") -> Case | None:
        """Somebody writes; the case that was opened about it, if any."""
        known = {case.id for case in await self.app.cases.page()}
        await self.app.accept(self.twin.says(author, text))
        await self.app.settled()
        return next((case for case in await self.app.cases.page() if case.id not in known), None)

    async def case(self, text: str) -> str:
        """The id of the case about a message that must be one."""
        found = await self.says(text)
        assert found is not None
        return found.id


@asynccontextmanager
async def scored(
    data: Path,
    *,
    rules: str = ASKING,
    community: str = "club",
    model: str = "oracle:1",
    state: TwinState | None = None,
    leeway: Mapping[str, Bounds] | None = None,
) -> AsyncIterator[Scored]:
    """A bot that runs inside the block."""
    clock = SteppingClock()
    twin = Twin(clock, community=community, state=state)
    rule_set = loaded(rules)
    journal = open_journal(data, clock)
    stream = LiveStream(compile_rules(rule_set))
    parts = Parts(journal, stream, RulesInForce(rule_set), {twin.platform: twin}, ACTIONS, clock, (Oracle(model),))
    app = App(parts, AppSettings(data=data, own={"twin": frozenset({"sereno"})}, leeway=leeway or {}))
    await app.start()
    try:
        yield Scored(app, twin, clock)
    finally:
        await app.stop()
