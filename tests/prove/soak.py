"""P13: millions of events through one bot; what grows, what blocks."""

from __future__ import annotations

import asyncio
import random
import resource
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.adapters.twin import Twin
from moderation.model import ChannelRef, Member, MemberRef, Message, MessagePosted, MessageRef
from tests.prove.child import bot

_WORDS = "hola amigos the of and this message is about chess tonight vamos luego quizá perhaps tomorrow again".split()


@dataclass
class Soaked:
    """Megabytes of memory and counts at each tenth; the longest time the loop was blocked, in seconds."""

    events: int = 0
    per_second: float = 0.0
    memory: list[float] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    blocked: float = 0.0

    @property
    def slope(self) -> float:
        """Growth of memory between the middle and the end, as a share per million events."""
        middle = self.memory[len(self.memory) // 2]
        return (self.memory[-1] - middle) / middle / (self.events / 2 / 1_000_000)


async def soak(data: Path, events: int) -> Soaked:
    """Feed so many events and measure at every tenth."""
    from bot.stores.times import SystemClock

    app = bot(data, Twin(SystemClock()))
    await app.start()
    found, dice, began = Soaked(events), random.Random(3), time.monotonic()
    watching = asyncio.create_task(_watch(found))
    people = [Member(MemberRef("twin", "club", f"m{n}"), f"m{n}") for n in range(5000)]
    places = [ChannelRef("twin", "club", f"c{n}", f"c{n}") for n in range(20)]
    batch = 500
    for start in range(0, events, batch):
        await asyncio.gather(
            *(app.accept(_event(number, dice, people, places)) for number in range(start, min(events, start + batch)))
        )
        if (start // batch) % max(1, events // batch // 10) == 0:
            await app.settled()
            _measure(found)
    await app.settled()
    _measure(found)
    found.per_second = events / (time.monotonic() - began)
    watching.cancel()
    await app.stop()
    return found


def _event(number: int, dice: random.Random, people: list[Member], places: list[ChannelRef]) -> MessagePosted:
    at = datetime.now(UTC) - timedelta(milliseconds=1)
    text = " ".join(dice.choices(_WORDS, k=dice.randrange(3, 14)))
    if dice.random() < 0.0005:
        text += " slur"
    message = Message(MessageRef(dice.choice(places), str(number)), dice.choice(people), text, at)
    return MessagePosted(key=f"twin:msg:{number}:0", at=at, message=message)


def _measure(found: Soaked) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    found.memory.append(pages * resource.getpagesize() / 1e6)
    found.tasks.append(len(asyncio.all_tasks()))
    found.descriptors.append(len(list(Path("/proc/self/fd").iterdir())))


async def _watch(found: Soaked) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        found.blocked = max(found.blocked, time.perf_counter() - began - 0.005)
