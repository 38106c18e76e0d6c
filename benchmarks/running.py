"""A whole bot on the in-memory twin and a fresh SQLite journal, for suites that measure what is on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.adapters.twin import Twin, TwinMessage
from bot.app import App, AppSettings, Parts
from bot.rulebook import RulesInForce
from bot.rules_stream import LiveStream
from bot.stores.opening import open_journal
from bot.stores.times import SystemClock
from bot.wiring import ACTIONS
from moderation.brakes import CommunityBrake, Limit
from moderation.model import MessagePosted, MessageRef
from rules.compile import Engine

COMMUNITY = "bench"
NO_LIMIT = Limit(10**9, timedelta(minutes=10))


class Watching(Twin):
    """The twin of the benchmark's community, with the moment each message was removed."""

    def __init__(self) -> None:
        super().__init__(SystemClock(), community=COMMUNITY)
        self.removed: dict[str, float] = {}

    async def delete(self, message: MessageRef) -> None:
        """Remove, and remember when."""
        await super().delete(message)
        self.removed.setdefault(message.id, perf_counter())

    async def hold(self, message: MessageRef) -> None:
        """Hide, and remember when."""
        await super().hold(message)
        self.removed.setdefault(message.id, perf_counter())


@asynccontextmanager
async def running(engine: Engine, twin: Watching) -> AsyncIterator[App]:
    """The bot, started, with brakes out of the way: how fast it acts is measured, not when it would stop acting."""
    with TemporaryDirectory() as folder:
        data = Path(folder)
        journal = open_journal(data, SystemClock())
        stream = LiveStream(engine, zones={COMMUNITY: UTC})
        parts = Parts(journal, stream, RulesInForce(engine.rule_set), {twin.platform: twin}, ACTIONS, SystemClock())
        app = App(parts, AppSettings(data, brakes={COMMUNITY: CommunityBrake(NO_LIMIT, NO_LIMIT)}))
        await app.start()
        try:
            yield app
        finally:
            await app.stop()


def known(twin: Watching, posted: list[MessagePosted]) -> None:
    """Tell the twin of messages that were written there."""
    for event in posted:
        ref = event.message.ref
        twin.state.messages[ref.channel.id, ref.id] = TwinMessage(event.message)
