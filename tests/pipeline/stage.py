"""A small stage for tests of the whole path: the twin as the platform, and rules that fit on one line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.adapters.twin import Twin, TwinState
from bot.app import App, AppSettings, Parts
from bot.commands.call import Command
from bot.failpoints import Failpoints, around
from bot.rulebook import RulesInForce
from bot.stores.opening import open_journal
from moderation.actions.ask import Ask
from moderation.actions.ban import Ban
from moderation.actions.base import Action
from moderation.actions.delete import Delete
from moderation.actions.hold import Hold
from moderation.actions.kick import Kick
from moderation.actions.label import Label
from moderation.actions.lock import Lock
from moderation.actions.nothing import Nothing
from moderation.actions.pause_invites import PauseInvites
from moderation.actions.raid import Raid
from moderation.actions.reply import Reply
from moderation.actions.strike import Strike as StrikeAction
from moderation.actions.timeout import Timeout
from moderation.actions.warn import Warn
from moderation.brakes import CommunityBrake
from moderation.leeway import Figures
from moderation.model import (
    ButtonPressed,
    CommandCalled,
    Event,
    MessageRef,
    Signals,
    author_of,
    message_of,
)
from moderation.ports import Detector
from moderation.strikes import Strike, awards
from moderation.units import duration
from moderation.verdict import CLEAN, Because, Match, Mode, Planned, Verdict
from rules.model import Brake, Place, Policy, Rule, RuleSet

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACTIONS: tuple[type[Action], ...] = (
    Ask,
    Ban,
    Delete,
    Hold,
    Kick,
    Label,
    Lock,
    Nothing,
    PauseInvites,
    Raid,
    Reply,
    StrikeAction,
    Timeout,
    Warn,
)


class SteppingClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.present = now

    def now(self) -> datetime:
        return self.present

    def pass_(self, **span: float) -> None:
        self.present += timedelta(**span)


@dataclass
class WordStream:
    """Rules by word: whoever writes the word gets the actions. Counts what it was shown, in order."""

    rules: Mapping[str, tuple[Action, ...]]
    modes: Mapping[str, Mode] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    noted: list[str] = field(default_factory=list)
    strikes: list[Strike] = field(default_factory=list)
    restored: tuple[Sequence[Event], Sequence[Strike], Sequence[tuple[str, str, datetime]]] | None = None
    poison: str = "\0poison"
    wave: bool = False
    leeway: Mapping[str, Figures] = field(default_factory=dict)

    def note(self, event: Event) -> Event:
        self.noted.append(event.key)
        return event

    def decide(self, noted: Event, signals: Signals) -> Verdict:
        message = message_of(noted)
        if message is None:
            return CLEAN
        if self.poison in message.text:
            raise ValueError("this text cannot be judged")
        words = message.text.split()
        matches = tuple(self._match(word, message.text, message.ref) for word in words if word in self.rules)
        acting = [match for match in matches if match.mode is Mode.ENFORCE]
        actions = {
            action.name: Planned(action, (match.rule,), match.messages) for match in acting for action in match.actions
        }
        undecided = tuple(word for word in words if word in self.unknown)
        return Verdict(matches, undecided, tuple(actions.values()), frozenset({"toxicity"} if undecided else ()))

    def _match(self, word: str, text: str, ref: Any) -> Match:
        start = text.index(word)
        because = Because("says", word, ref, start, start + len(word))
        return Match(word, self.modes.get(word, Mode.ENFORCE), self.rules[word], (ref,), (because,))

    def settle(self, noted: Event, verdict: Verdict, case: str) -> Sequence[Strike]:
        author = author_of(noted)
        if author is None:
            return ()
        given = [
            Strike(
                case,
                author.ref,
                award.ladder,
                award.points,
                noted.at,
                noted.at + timedelta(days=30),
                award.score_only,
                award.rule,
            )
            for award in awards(verdict)
        ]
        self.strikes += given
        return given

    def unbraked(self, noted: Event) -> bool:
        return self.wave

    def restore(
        self, past: Sequence[Event], strikes: Sequence[Strike], raids: Sequence[tuple[str, str, datetime]]
    ) -> None:
        self.restored = (past, strikes, raids)
        self.noted += [event.key for event in past]
        self.strikes += strikes

    def forget(self, at: datetime) -> None:
        self.strikes = [strike for strike in self.strikes if strike.forgotten_at is None or at < strike.forgotten_at]

    def raid(self, platform: str, community: str, at: datetime) -> bool:
        return self.wave

    def adjust(self, leeway: Mapping[str, Figures]) -> None:
        self.leeway = leeway

    def forgive(self, case: str) -> None:
        self.strikes = [strike for strike in self.strikes if strike.case != case]


RULES: Mapping[str, tuple[Action, ...]] = {
    "slur": (Delete(), StrikeAction(points=(("conduct", 3),))),
    "scam": (Delete(), Timeout(span=duration("1h")), StrikeAction(points=(("spam", 2),))),
    "link": (Hold(), Ask(span=duration("30m"))),
    "raidword": (Kick(),),
}


def rule_set(words: Mapping[str, tuple[Action, ...]], brakes: Mapping[str, Brake] = {}) -> RuleSet:
    here = Place("rules.yaml", 1)
    rules = tuple(
        Rule(
            word,
            {"en": f"No {word} here.", "es": f"Aquí no va {word}."},
            actions,
            here,
            "rules",
            mode=Mode.ENFORCE,
            brake=word if word in brakes else None,
        )
        for word, actions in words.items()
    )
    return RuleSet((Policy("rules", "", ("en", "es"), {}, {}, {}, dict(brakes), rules),))


@dataclass
class Stage:
    """One running bot and the platform it runs on."""

    app: App
    twin: Twin
    stream: WordStream
    clock: SteppingClock

    async def hear(self, *events: Event) -> None:
        for event in events:
            await self.app.accept(event)
        await self.app.settled()

    async def says(self, author: str, *texts: str) -> None:
        await self.hear(*(self.twin.says(author, text) for text in texts))

    async def asks(self, caller: str, typed: str, *, on: MessageRef | None = None) -> str:
        """Somebody types `/warn <@eve> be kind`; what they alone are told."""
        name, _, words = typed.removeprefix("/").partition(" ")
        return await self.answer_to(self.twin.calls(caller, name, words, on=on))

    async def presses(self, presser: str, token: str) -> str:
        """Somebody presses a button; what they alone are told."""
        return await self.answer_to(self.twin.presses(presser, token))

    async def answer_to(self, order: CommandCalled | ButtonPressed) -> str:
        await self.hear(order)
        return "\n".join(text for _, key, text in self.twin.state.told if key == order.key)


def build(
    data: Path,
    *,
    state: TwinState | None = None,
    clock: SteppingClock | None = None,
    rules: Mapping[str, tuple[Action, ...]] = RULES,
    brakes: Mapping[str, Brake] = {},
    points: Failpoints | None = None,
    detectors: Sequence[Detector] = (),
    stream: WordStream | None = None,
    actions: Sequence[type[Action]] = (),
    brakes_of: Mapping[str, CommunityBrake] | None = None,
    twin: Callable[[SteppingClock, TwinState | None], Twin] = lambda clock, state: Twin(clock, state=state),
    commands: Sequence[Command] = (),
    more: Mapping[type, object] | None = None,
    **settings: Any,
) -> Stage:
    clock = clock or SteppingClock()
    chat = twin(clock, state)
    points = points or Failpoints()
    journal = open_journal(data, clock, point=points)
    stream = stream or WordStream(rules)
    parts = Parts(
        journal=journal,
        stream=stream,
        rules=RulesInForce(rule_set(rules, brakes)),
        chats={chat.platform: around(chat, points)},
        actions=(*ACTIONS, *actions),
        clock=clock,
        detectors=detectors,
        commands=commands,
        more=more or {},
    )
    own = {"twin": frozenset({"sereno"})}
    settings |= {"brakes": brakes_of or {}}
    app = App(parts, AppSettings(data=data, own=own, pauses=(0.0, 0.0, 0.0, 0.0), **settings))
    return Stage(app, chat, stream, clock)


@asynccontextmanager
async def on_stage(data: Path, **how: Any) -> AsyncIterator[Stage]:
    """A bot that runs inside the block."""
    stage = build(data, **how)
    await stage.app.start()
    try:
        yield stage
    finally:
        await stage.app.stop()
