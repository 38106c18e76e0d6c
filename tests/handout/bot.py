"""A whole bot whose scores come from workers, on a platform that counts what is done to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.adapters.twin import Twin
from bot.app import App, AppSettings, Parts
from bot.rulebook import RulesInForce
from bot.rules_stream import LiveStream
from bot.stores import tables
from bot.stores.opening import open_journal
from bot.stores.times import SystemClock
from moderation.brakes import CommunityBrake, Limit
from moderation.model import MessageRef
from moderation.ports import Detector
from rules.compile import compile_rules
from tests.pipeline.stage import ACTIONS
from tests.rules_engine.helpers import loaded

RULES = """
schema: rules/1
about: one rule that needs a score, one that does not
languages: [en, es]
lists:
  bad: |
    zonkhead
rules:
  - id: toxic
    why: {en: Too rude., es: Demasiado grosero.}
    mode: enforce
    if: {score: {toxicity: 80%}}
    then: [hold]
  - id: word
    why: {en: Not this word., es: Esa palabra no.}
    mode: enforce
    if: {says: bad}
    then: [delete]
"""
NO_BRAKE = CommunityBrake(Limit(10**9, timedelta(minutes=10)), Limit(10**9, timedelta(minutes=10)))


class Counting(Twin):
    """Counts every attempt to remove or hide, whether or not it had an effect."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.removed: Counter[str] = Counter()
        self.held: Counter[str] = Counter()

    async def delete(self, message: MessageRef) -> None:
        self.removed[message.id] += 1
        await super().delete(message)

    async def hold(self, message: MessageRef) -> None:
        self.held[message.id] += 1
        await super().hold(message)


@dataclass
class Running:
    app: App
    twin: Counting
    said: dict[str, str] = field(default_factory=dict)
    """Text by message id."""

    async def hears(self, text: str, channel: str) -> str:
        """Somebody writes; the id of the message, which is on disk now."""
        event = self.twin.says(f"member{len(self.said) % 40}", text, channel)
        self.said[event.message.ref.id] = text
        await self.app.accept(event)
        return event.message.ref.id

    async def undecided_in_the_journal(self) -> int:
        """Events that were accepted and have no decision."""
        count = select(func.count()).select_from(tables.inbox).where(tables.inbox.c.state != 1)
        return await self.app.journal.read(lambda connection: connection.scalar(count) or 0)

    async def in_the_journal(self) -> int:
        count = select(func.count()).select_from(tables.inbox)
        return await self.app.journal.read(lambda connection: connection.scalar(count) or 0)


@asynccontextmanager
async def running(data: Path, detector: Detector, patience: float) -> AsyncIterator[Running]:
    twin, clock, rule_set = Counting(), SystemClock(), loaded(RULES)
    parts = Parts(
        open_journal(data, clock),
        LiveStream(compile_rules(rule_set)),
        RulesInForce(rule_set),
        {twin.platform: twin},
        ACTIONS,
        clock,
        (detector,),
    )
    own = {"twin": frozenset({"sereno"})}
    app = App(parts, AppSettings(data=data, own=own, brakes={"club": NO_BRAKE}, patience=patience))
    await app.start()
    try:
        yield Running(app, twin)
    finally:
        await app.stop()
