"""What a bot is made of, and how it shall behave: given to `App` once (bot/wiring.py)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.commands.call import Command
from bot.judging import Stream
from bot.pipeline import PAUSES
from bot.rulebook import RulesInForce
from bot.stores.journal import Journal
from moderation.actions.base import Action
from moderation.brakes import CommunityBrake
from moderation.leeway import Bounds
from moderation.ports import Chat, Clock, Detector


@dataclass(frozen=True, slots=True)
class AppSettings:
    """How this bot shall behave. `keep` is how long flagged text stays; `patience` the detectors' time in seconds;
    in the communities in `shadow` rules only watch; `keyed` are the platforms that show one key once; `own` the bot's
    accounts by platform; `leeway` says by community how far moderators' verdicts may move the thresholds of rules;
    `public_url` is where people open the console."""

    data: Path
    keep: timedelta = timedelta(days=30)
    brakes: Mapping[str, CommunityBrake] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    patience: float = 1.0
    shadow: frozenset[str] = frozenset()
    keyed: frozenset[str] = frozenset({"plaza", "twin", "discord", "matrix"})
    own: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pauses: Sequence[float] = PAUSES
    leeway: Mapping[str, Bounds] = field(default_factory=dict)
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a bot is made of. `check` reads the rule files anew and says what is wrong with them; `more` are services
    that only some commands know, by their type."""

    journal: Journal
    stream: Stream
    rules: RulesInForce
    chats: Mapping[str, Chat]
    actions: Sequence[type[Action]]
    clock: Clock
    detectors: Sequence[Detector] = ()
    commands: Sequence[Command] = ()
    check: Callable[[], Awaitable[str]] | None = None
    more: Mapping[type, object] = field(default_factory=dict)
