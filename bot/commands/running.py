"""Runs calls and presses beside the judging of messages: in order for each person, a few people at once.

A call is in the journal before it gets here. It is carried out, answered, and only then marked as decided; what a crash
leaves in between is carried out again, which changes nothing that was done (`Command.run`), and answered once as far as
the platform can tell. What fails five times is parked on the desk, and whoever called is told so.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import structlog

from bot.stores.decisions import Decisions
from bot.stores.journal import Journal
from bot.stores.times import millis
from bot.stores.writer import Work
from moderation.case import case_id
from moderation.errors import ChatError, RateLimited, StoreError, Unavailable
from moderation.i18n import catalogue
from moderation.model import ButtonPressed, CommandCalled, MemberRef
from moderation.ports import Accepted, Chat, Clock

AT_ONCE: Final = 16
"""People whose calls are carried out side by side."""
LONGEST_WAIT: Final = 60.0
"""Seconds that an answer waits for a platform's patience."""

Order = CommandCalled | ButtonPressed
Execute = Callable[[Order], Awaitable[str]]
"""Carries out a call; what the caller is told. UserErrors are answers and never raised."""


class Runner:
    """Carries out what people ask of the bot. `left` is told how many events are done."""

    def __init__(
        self,
        journal: Journal,
        decisions: Decisions,
        execute: Execute,
        chats: Mapping[str, Chat],
        clock: Clock,
        left: Callable[[int], None],
        languages: Callable[[str, MemberRef | None], str],
        pauses: Sequence[float],
    ) -> None:
        self._journal = journal
        self._decisions = decisions
        self._execute = execute
        self._chats = chats
        self._clock = clock
        self._left = left
        self._languages = languages
        self._pauses = pauses
        self._lanes: dict[MemberRef, deque[Accepted]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._log: Any = structlog.get_logger(__name__)

    def accepted(self, batch: Sequence[Accepted]) -> None:
        """These calls are on disk, in this order."""
        for one in batch:
            who = _order(one).member.ref
            lane = self._lanes.get(who)
            if lane is not None:
                lane.append(one)
                continue
            self._lanes[who] = lane = deque([one])
            task = asyncio.create_task(self._lane(who, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Leave what is under way: it is on disk as undecided, and carried out after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _lane(self, who: MemberRef, lane: deque[Accepted]) -> None:
        while lane:
            async with self._gate:
                await self._one(lane[0])
            lane.popleft()
        del self._lanes[who]

    async def _one(self, accepted: Accepted) -> None:
        order = _order(accepted)
        words, error = await self._carried_out(order)
        if error is not None:
            now = millis(self._clock.now())
            tries = 1 + len(self._pauses)
            await self._surely(self._decisions.parked(accepted, tries, error, now), "parked")
            say = catalogue(self._languages(order.member.ref.community, order.member.ref)).gettext
            noted = case_id(f"parked|{order.key}")
            words = say("That did not work. It is noted as case {case}, and a person will look.").format(case=noted)
        await self._answer(order, words)
        await self._surely(self._decisions.passed([accepted.seq]) if error is None else _nothing, "command")
        self._left(1)

    async def _carried_out(self, order: Order) -> tuple[str, str | None]:
        """The answer, or what kept going wrong. A store that refuses is waited for: it is nobody's mistake."""
        tries = 0
        while True:
            try:
                return await self._execute(order), None
            except StoreError:
                await asyncio.sleep(0.5)
            except Exception as error:  # noqa: BLE001 - one call's trouble stays with that call
                words = f"{type(error).__name__}: {error}"[:500]
                self._log.warning(
                    "a command did not work", name=_name(order), why=type(error).__name__, tries=tries + 1
                )
                if tries >= len(self._pauses):
                    return "", words
                await asyncio.sleep(self._pauses[tries])
                tries += 1

    async def _answer(self, order: Order, words: str) -> None:
        """Tell whoever called. What was certainly not said is tried again; who cannot be reached is not told."""
        chat = self._chats.get(order.member.ref.platform)
        if chat is None or not words:
            return
        for pause in (*self._pauses, None):
            try:
                await chat.answer(order, words)
            except (Unavailable, RateLimited) as error:
                if pause is None:
                    self._log.warning("an answer could not be given", platform=chat.platform, why=type(error).__name__)
                    return
                await asyncio.sleep(min(error.retry_after, LONGEST_WAIT) if isinstance(error, RateLimited) else pause)
            except ChatError as error:
                self._log.warning("an answer was not given", platform=chat.platform, why=type(error).__name__)
                return
            else:
                return

    async def _surely(self, work: Work[None], label: str) -> None:
        while True:
            try:
                await self._journal.write(work, label)
            except StoreError:
                await asyncio.sleep(0.5)
            else:
                return


def _order(accepted: Accepted) -> Order:
    event = accepted.event
    if not isinstance(event, (CommandCalled, ButtonPressed)):
        raise TypeError(f"{type(event).__name__} is no call")
    return event


def _name(order: Order) -> str:
    return order.name if isinstance(order, CommandCalled) else "button"


def _nothing(_connection: object) -> None:
    """It is parked: there is nothing to write."""
