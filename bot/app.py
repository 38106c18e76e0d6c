"""The bot as a whole: it starts what must run, in order, and stops it again without losing anything.

    journal = open_journal(data, clock)                    # bot/stores/opening.py
    app = App(parts, settings)                             # bot/wiring.py makes the parts
    await app.start(); await app.accept(event); await app.undo(case, by="plaza:mod"); await app.stop()

Adapters call `accept` (or `journal.accept` with rows of their own) and acknowledge to their platform when it returns.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Final

from bot.cards import Cards
from bot.commands.call import Services
from bot.commands.execution import Execution
from bot.commands.presses import Presses
from bot.commands.running import Order, Runner
from bot.intake import Intake, Own
from bot.judging import Judging
from bot.outages import Outages
from bot.parts import AppSettings, Parts
from bot.pipeline import ORDERS, Pipeline
from bot.stores.buttons import Buttons
from bot.stores.by_hand import ByHand
from bot.stores.cases import Cases
from bot.stores.decisions import Decisions
from bot.stores.desk import CaseDesk
from bot.stores.intents import IntentStore
from bot.stores.opening import only_one
from bot.stores.opinions import Opinions
from bot.stores.queue import Queue
from bot.stores.raids import RaidEnds
from bot.stores.recovery import Recovery
from bot.stores.retention import Retention
from bot.stores.writer import Work
from moderation.actions.ban import Ban
from moderation.actions.base import Action
from moderation.actions.kick import Kick
from moderation.actions.timeout import Timeout
from moderation.actions.warn import Warn
from moderation.brakes import Brakes, CommunityBrake
from moderation.case import Case
from moderation.detection import Detection
from moderation.enforcer import Enforcer
from moderation.errors import StoreError
from moderation.hands import DryHands, LiveHands
from moderation.leeway import DEFAULT, Figures
from moderation.model import CommandCalled, Event, MemberRef
from moderation.ports import Accepted, KnowsLanguages, Lives
from moderation.reasons import taken_back
from moderation.unban import Unban

__all__ = ["App", "AppSettings", "Parts"]

HORIZON: Final = timedelta(hours=1)
"""How far back counters are rebuilt after a restart; no rule looks further."""
SWEEP: Final = 300.0
FOLD: Final = 1.0
RAIDS: Final = 10.0
HEARTBEAT: Final = 2.0
"""Seconds between signs of life: a store that refuses is noticed, and noticed to be well again, within this time."""
BY_PEOPLE: Final[tuple[type[Action], ...]] = (Warn, Timeout, Kick, Ban, Unban)
"""What moderators do by commands, whether rules may or not."""


class App:
    """One running bot."""

    def __init__(self, parts: Parts, settings: AppSettings) -> None:
        self.chats = parts.chats
        self.journal = parts.journal
        self.rules = parts.rules
        self.cases = Cases(parts.journal)
        self.retention = Retention(parts.journal, parts.clock)
        self.own = Own(settings.own)
        self.intake = Intake(parts.journal, self.own)
        self._parts = parts
        self._settings = settings
        self._outages = Outages()
        self._opinions = Opinions(parts.journal.vault, lambda community: settings.leeway.get(community, DEFAULT))
        self._leeway: dict[str, Figures] = {}
        kinds = {action.name: action for action in (*parts.actions, *BY_PEOPLE)}
        hands = LiveHands(parts.chats)
        self.enforcer = self._enforcing(kinds, hands)
        self._judging = self._judged_by(hands)
        self.runner, self.pipeline = self._ways()
        self.desk = self._desk(kinds)
        self.services = self._services(kinds)
        buttons = Buttons(parts.journal, parts.clock)
        self.cards = self._cards(buttons)
        self._execution = Execution(self.services)
        self._presses = Presses(self.services, buttons, self.cards)
        self.raid_ends = RaidEnds(parts.journal, kinds, parts.clock, parts.stream.raid)
        self.ready = False
        self._tasks: list[asyncio.Task[None]] = []
        self._let_go: Callable[[], None] | None = None

    def _enforcing(self, kinds: Mapping[str, type[Action]], hands: LiveHands) -> Enforcer:
        parts, settings = self._parts, self._settings
        return Enforcer(
            IntentStore(parts.journal, kinds, parts.clock),
            hands,
            DryHands(parts.chats),
            Brakes(lambda community: settings.brakes.get(community, CommunityBrake()), parts.rules.limits),
            parts.clock,
            keyed=settings.keyed,
        )

    def _judged_by(self, hands: LiveHands) -> Judging:
        parts = self._parts
        return Judging(
            parts.stream,
            parts.rules,
            hands,
            self.own,
            parts.clock,
            self._language,
            self._outages,
            self._settings.shadow,
        )

    def _ways(self) -> tuple[Runner, Pipeline]:
        """The two ways an accepted event can go: what people ask of the bot, and what is judged."""
        parts, settings = self._parts, self._settings
        decisions = Decisions(parts.journal, keep=int(settings.keep.total_seconds() * 1000))
        runner = Runner(
            parts.journal,
            decisions,
            self._carry_out,
            parts.chats,
            parts.clock,
            self.intake.left,
            self._language,
            settings.pauses,
        )
        pipeline = Pipeline(
            parts.journal,
            decisions,
            self._judging,
            self.intake,
            Detection(parts.detectors, patience=settings.patience),
            parts.clock,
            self.enforcer.wake,
            runner.accepted,
            settings.pauses,
        )
        return runner, pipeline

    def _desk(self, kinds: Mapping[str, type[Action]]) -> CaseDesk:
        return CaseDesk(
            self._parts.journal,
            kinds,
            self._parts.clock,
            told=self._taken_back,
            wake=self.enforcer.wake,
            forgive=self._forgive,
            opinions=self._opinions,
            adjust=self._adjust,
        )

    def _cards(self, buttons: Buttons) -> Cards:
        return Cards(
            self.services.queue,
            self._parts.chats,
            {},
            buttons=buttons,
            rules=self._parts.rules,
            language=lambda community: self._language(community, None),
            clock=self._parts.clock,
            public_url=self._settings.public_url,
        )

    @property
    def trouble(self) -> str | None:
        """Why nothing can be accepted at the moment, in a sentence; None when all is well."""
        trouble = self.journal.trouble
        if trouble is not None:
            return str(trouble)
        broken = [task.get_name() for task in self._tasks if task.done() and not task.cancelled()]
        return f"{', '.join(broken)} ended unexpectedly" if broken else None

    async def start(self) -> None:
        """Remember the past, go on with everything that was under way, and accept events."""
        self._let_go = only_one(self._settings.data)
        await self.journal.start()
        self.journal.on_accepted = self.pipeline.accepted
        for detector in self._living():
            detector.start()
        since = self._parts.clock.now() - HORIZON
        recovery = Recovery(self.journal)
        past = await self.journal.read(lambda connection: recovery.read(connection, since))
        recent = [event for event in past.recent if not isinstance(event, ORDERS)]
        self._parts.stream.restore(recent, past.strikes, past.raids)
        self._judging.recall(recent)
        self._leeway = await self.journal.read(self._opinions.everywhere)
        self._parts.stream.adjust(self._leeway)
        for rule, case, last in past.outages:
            self._outages.recall(rule, case, last)
        await self.enforcer.recover()
        self.pipeline.accepted(past.waiting)
        for name, work in (
            ("pipeline", self.pipeline.run()),
            ("enforcer", self.enforcer.run()),
            ("heartbeat", self._every(HEARTBEAT, self.retention.heartbeat)),
            ("raids", self._every(RAIDS, self._after_raids)),
            ("fold", self._every(FOLD, self.journal.fold)),
            ("sweep", self._every(SWEEP, self._sweep)),
        ):
            self._run(name, work)
        self.ready = True

    async def stop(self, grace: float = 8.0) -> None:
        """Accept nothing more, finish what is under way within `grace` seconds, close. Nothing is lost either way."""
        let_go, self._let_go = self._let_go, None
        if let_go is None:
            return
        self.ready = False
        self.journal.close(StoreError("Sereno is stopping"))
        with contextlib.suppress(TimeoutError):  # what is undecided is on disk and decided after the next start
            async with asyncio.timeout(grace / 2):
                await self.intake.drained()
        self.enforcer.stop()
        working = [task for task in self._tasks if task.get_name() == "enforcer"]
        if working:
            await asyncio.wait(working, timeout=grace / 2)
        for task in self._tasks:
            task.cancel()
        ending = (self.pipeline.stop(), self.runner.stop(), self.enforcer.close())
        await asyncio.gather(*self._tasks, *ending, return_exceptions=True)
        await asyncio.gather(*(detector.aclose() for detector in self._living()))
        await self.journal.stop()
        let_go()

    async def accept(self, event: Event, extra: Work[None] | None = None) -> Accepted:
        """Keep an event; once this returns it is on disk. Raises StoreFull or StoreError when it could not be kept."""
        return await self.intake.accept(event, extra)

    async def undo(self, case: str, by: str) -> Case:
        """Take a case back: everything reversible, the strikes, and a word to the person. Twice is once."""
        return await self.desk.overturn(case, by)

    async def settled(self) -> None:
        """Return when everything accepted is decided and everything due is done."""
        await self.intake.drained()
        await self.enforcer.settled()

    async def _carry_out(self, order: Order) -> str:
        """What somebody asked of the bot; what they are told."""
        return await (self._execution(order) if isinstance(order, CommandCalled) else self._presses(order))

    def _services(self, kinds: Mapping[str, type[Action]]) -> Services:
        """What commands work with."""
        parts = self._parts
        return Services(
            desk=self.desk,
            cases=self.cases,
            queue=Queue(parts.journal),
            by_hand=ByHand(parts.journal),
            rules=parts.rules,
            chats=parts.chats,
            actions=kinds,
            clock=parts.clock,
            accept=self.accept,
            is_me=self.own.is_me,
            wake=self.enforcer.wake,
            language=self._language,
            commands=parts.commands,
            check=parts.check,
            more=parts.more,
        )

    def _living(self) -> list[Lives]:
        listening: Sequence[object] = self._parts.detectors
        return [detector for detector in listening if isinstance(detector, Lives)]

    def _language(self, community: str, member: MemberRef | None) -> str:
        """The person's own language where the platform knows it, else the community's first."""
        chat: object = self.chats.get(member.platform) if member is not None else None
        own = chat.language_of(member) if member is not None and isinstance(chat, KnowsLanguages) else None
        return own or self._settings.languages.get(community, "en")

    def _taken_back(self, case: Case) -> str:
        return taken_back(case.id, self._language(case.community, case.member))

    def _forgive(self, case: str) -> None:
        self._parts.stream.forgive(case)

    def _adjust(self, community: str, figures: Figures) -> None:
        self._leeway = {**self._leeway, community: figures}
        self._parts.stream.adjust(self._leeway)

    async def _sweep(self) -> None:
        await self.retention.sweep()
        self._parts.stream.forget(self._parts.clock.now())

    async def _after_raids(self) -> None:
        if await self.raid_ends.open_doors():
            self.enforcer.wake()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            with contextlib.suppress(StoreError):  # the journal shows the trouble; the next time may be better
                await work()
            await asyncio.sleep(seconds)

    def _run(self, name: str, work: Coroutine[None, None, None]) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))
