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
from bot.app import App, AppSettings, Parts
from bot.rulebook import RulesInForce
from bot.rules_stream import LiveStream
from bot.stores.opening import open_journal
from bot.stores.times import SystemClock
from bot.tuning import tune
from bot.wiring import ACTIONS, vocabulary
from moderation.model import ChannelRef, Member, MemberRef, Message, MessagePosted, MessageRef
from rules.compile import compile_rules
from rules.loader import SHIPPED, load_folder

START = datetime(2026, 3, 2, tzinfo=UTC)

_WORDS = [
    f"{first}{last}" for first in ("ho", "ma", "ter", "lin", "so", "per") for last in ("la", "no", "ber", "to", "sa")
]


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
    app = _bot(data)
    await app.start()
    tune()
    found, dice, began = Soaked(events), random.Random(3), time.monotonic()
    watching = asyncio.create_task(_watch(found))
    people = [_member(number) for number in range(5000)]
    places = [ChannelRef("twin", "club", f"c{n}", f"c{n}") for n in range(20)]
    batch = 200
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


def _bot(data: Path) -> App:
    """A bot with the shipped packs, as a community without rules of its own has it."""
    rule_set = load_folder(SHIPPED, vocabulary()).rule_set
    assert rule_set is not None
    clock = SystemClock()
    stream, rules = LiveStream(compile_rules(rule_set)), RulesInForce(rule_set)
    parts = Parts(open_journal(data, clock), stream, rules, {"twin": Twin(clock)}, ACTIONS, clock)
    return App(parts, AppSettings(data=data))


def _member(number: int) -> Member:
    """Somebody who has been here for a while."""
    known = START - timedelta(days=400)
    id_ = f"m{number}"
    return Member(MemberRef("twin", "club", id_), id_, account_created=known, here_since=known, messages=500)


def _event(number: int, dice: random.Random, people: list[Member], places: list[ChannelRef]) -> MessagePosted:
    at = START + timedelta(milliseconds=50 * number)
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
