"""A bot in a process of its own, whose platform lives in another: `python -m tests.prove.child SOCKET DATA`."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.app import App, AppSettings, Parts
from bot.rulebook import RulesInForce
from bot.stores import tables
from bot.stores.opening import open_journal
from bot.stores.times import SystemClock
from moderation.brakes import CommunityBrake, Limit
from moderation.errors import ChatError, OutcomeUnknown, StoreError
from moderation.intents import IntentState
from moderation.model import Capability
from moderation.ports import Chat
from moderation.units import duration
from tests.pipeline.stage import ACTIONS, RULES, WordStream, rule_set
from tests.prove.wire import receive, send


class RemoteChat:
    """The chat port over the socket. A connection that breaks leaves the outcome unknown."""

    platform = "twin"

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    def capabilities(self, community: str) -> frozenset[Capability]:
        return frozenset(Capability)

    def __getattr__(self, name: str) -> Any:
        if not hasattr(Chat, name):
            raise AttributeError(name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            number = next(self._numbers)
            answer = self._waiting[number] = asyncio.get_running_loop().create_future()
            try:
                await send(self._writer, ("call", number, name, args, kwargs))
            except ConnectionError as error:
                raise OutcomeUnknown("the connection broke") from error
            return await answer

        return call

    def answered(self, number: int, result: Any, error: ChatError | None) -> None:
        waiting = self._waiting.pop(number)
        if error is not None:
            waiting.set_exception(error)
        else:
            waiting.set_result(result)


def bot(data: Path, chat: Any) -> App:
    clock = SystemClock()
    no_brake = CommunityBrake(Limit(10**9, duration("10m")), Limit(10**9, duration("10m")))
    parts = Parts(
        journal=open_journal(data, clock),
        stream=WordStream(RULES),
        rules=RulesInForce(rule_set(RULES)),
        chats={"twin": chat},
        actions=ACTIONS,
        clock=clock,
    )
    return App(parts, AppSettings(data=data, brakes={"club": no_brake}))


async def main(socket: str, data: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(socket)
    chat = RemoteChat(writer)
    app = bot(data, chat)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    listening = asyncio.create_task(_listen(reader, writer, chat, app))
    await app.start()
    await send(writer, ("ready",))
    await stopping.wait()
    await app.stop()
    listening.cancel()


async def _listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chat: RemoteChat, app: App) -> None:
    tasks: set[asyncio.Task[None]] = set()
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            kind, *rest = await receive(reader)
            if kind == "answer":
                chat.answered(*rest)
                continue
            task = asyncio.create_task(_serve(kind, rest, writer, app))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


async def _serve(kind: str, rest: list[Any], writer: asyncio.StreamWriter, app: App) -> None:
    with contextlib.suppress(StoreError, ConnectionError):  # not acknowledged, so it is delivered again
        if kind == "event":
            await app.accept(rest[0])
            await send(writer, ("ack", rest[0].key))
        else:
            await _everything_done(app)
            await send(writer, ("settled",))


async def _everything_done(app: App) -> None:
    """What a kill interrupted more than once is tried again after a pause of seconds: that has to pass as well."""
    pending = select(func.count()).where(tables.intent.c.state == IntentState.PENDING)
    await app.settled()
    while await app.journal.read(lambda connection: connection.scalar(pending)):
        await asyncio.sleep(0.1)
        await app.settled()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
