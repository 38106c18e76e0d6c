"""How fast Sereno is with the platforms, over their real SDKs: acknowledgements under load, and seconds until an insult
is gone. The emulators keep the time on their side."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from moderation.model import Capability
from moderation.platforms import CAN
from tests.contract.world import World
from tests.discord.world import DiscordWorld
from tests.scenario.living import WORLDS, living
from tests.scenario.running import eventually
from tests.slack.world import SlackWorld
from tests.slack.world import opened as opened_slack


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds, sorted."""

    seconds: Sequence[float]

    def at(self, share: float) -> float:
        """The value that this share does not exceed."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]

    def __str__(self) -> str:
        return (
            f"{len(self.seconds)} times, p50 {self.at(0.5) * 1000:.0f} ms, p99 {self.at(0.99) * 1000:.0f} ms, "
            f"longest {self.seconds[-1] * 1000:.0f} ms"
        )


async def slack_acks(events: int) -> Times:
    """Every envelope's acknowledgement while `events` messages arrive at once and the model scores them."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened_slack() as world, living(world, folder=Path(folder)):
            await _crowd(world, events)

            async def acknowledged() -> int:
                return sum(one.took is not None for one in world.slack.sockets.deliveries)

            await eventually(acknowledged, lambda count: count >= events, "not everything was acknowledged")
            return _times(world)


def _times(world: SlackWorld) -> Times:
    return Times(sorted(one.took for one in world.slack.sockets.deliveries if one.took is not None))


async def discord_defers(events: int, commands: int) -> Times:
    """The first answer to each of so many commands while `events` messages arrive at once and the model scores them."""
    with tempfile.TemporaryDirectory() as folder:
        async with DiscordWorld.opened() as world, living(world, folder=Path(folder)):
            await world.becomes_moderator("mod")
            crowd = asyncio.create_task(_crowd(world, events))
            asked = []
            for _ in range(commands):
                asked.append(world.emulator.calls.words("mod", "help"))
                await asyncio.sleep(0.05)
            await crowd

            async def deferred() -> int:
                return sum(one.took is not None for one in asked)

            await eventually(deferred, lambda count: count == commands, "not every command was acknowledged")
            return Times(sorted(one.took for one in asked if one.took is not None))


async def visible(platform: str, count: int) -> Times:
    """How long each of so many insults, one every 50 ms or as fast as people write here, can be read."""
    with tempfile.TemporaryDirectory() as folder:
        async with WORLDS[platform]() as world, living(world, folder=Path(folder)):
            await world.says("ana", "good evening")
            seconds: list[float] = []
            watching = asyncio.create_task(_watch(world, count, seconds))
            await watching
            return Times(sorted(seconds))


async def _watch(world: World, count: int, seconds: list[float]) -> None:
    for number in range(count):
        said = time.monotonic()
        await world.says(f"p{number % 5}", f"number {number} says you blarg")

        async def there(number: int = number) -> bool:
            return any(f"number {number} says" in text for text in await world.reads())

        await eventually(there, lambda read: not read, "an insult stays")
        seconds.append(time.monotonic() - said)
        await asyncio.sleep(0.05)


async def _crowd(world: World, events: int) -> None:
    """So many messages, as fast as they can be written, long enough that scoring them is work."""
    words = "does anybody remember where the meeting was moved to, and whether the old hall is open again?"
    for number in range(events):
        await world.says(f"p{number % 20}", f"{words} That was question number {number}.")
        if number % 50 == 49:
            await asyncio.sleep(0)


def removing() -> tuple[str, ...]:
    """The platforms on which an insult can be removed."""
    return tuple(platform for platform in WORLDS if Capability.DELETE in CAN[platform])
