"""The genuine discord.py against the emulator, without our adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
import yarl

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator


class Bot(discord.Client):
    """Writes down every event it is given."""

    def __init__(self, emulator: DiscordEmulator, intents: discord.Intents) -> None:
        super().__init__(
            intents=intents,
            max_messages=100,
            guild_ready_timeout=0.1,
            application_id=emulator.state.application.id,
            enable_debug_events=True,
        )
        self.emulator = emulator
        self.running: asyncio.Task[None] | None = None
        self.happened: list[tuple[str, tuple[Any, ...]]] = []

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.happened.append((event, args))
        super().dispatch(event, *args, **kwargs)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """discord.py would wait 5 s before a second IDENTIFY, which Discord asks for and tests need not."""

    def names(self) -> list[str]:
        return [name for name, _ in self.happened]

    async def hears(self, event: str, times: int = 1) -> Any:
        """Wait until the event came so often; its last subject."""
        await eventually(lambda: len(self.all_args(event)) >= times, saying=f"{event}, but {self.names()}")
        return (self.all_args(event)[times - 1] or (None,))[0]

    def all_args(self, event: str) -> list[tuple[Any, ...]]:
        return [args for name, args in self.happened if name == event]

    def all(self, event: str) -> list[Any]:
        return [args[0] for args in self.all_args(event)]

    @property
    def general(self) -> discord.TextChannel:
        found = self.get_channel(self.emulator.guild.channel_named("general").id)
        assert isinstance(found, discord.TextChannel)
        return found

    @property
    def place(self) -> discord.Guild:
        found = self.get_guild(self.emulator.guild.id)
        assert found is not None
        return found


def intents() -> discord.Intents:
    wanted = discord.Intents.default()
    wanted.members = wanted.message_content = True
    return wanted


def point_at(emulator: DiscordEmulator, patch: pytest.MonkeyPatch) -> None:
    """Let discord.py find the emulator."""
    patch.setattr(discord.http.Route, "BASE", emulator.api)
    patch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(emulator.gateway_url))


@asynccontextmanager
async def running(
    emulator: DiscordEmulator, *, token: str | None = None, wanted: discord.Intents | None = None
) -> AsyncIterator[Bot]:
    """A bot that is connected and ready."""
    bot = Bot(emulator, wanted or intents())
    task = bot.running = asyncio.create_task(bot.start(token or emulator.token))
    try:
        await eventually(lambda: "ready" in bot.names() or task.done(), saying="ready")
        if task.done():
            await task
        yield bot
    finally:
        await bot.close()
        task.cancel()
        await asyncio.wait([task])
