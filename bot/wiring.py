"""The composition root: the one place that knows everybody.

A plug-in is one small file and one line in a tuple here. What is heavy (database, web) is imported by the functions that
need it, so that `sereno check` starts at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from bot.commands.appeal import Appeal
from bot.commands.ban import BanSomebody
from bot.commands.case import ShowCase
from bot.commands.config import Config
from bot.commands.help import Help
from bot.commands.kick import KickSomebody
from bot.commands.link import Link, Unlink
from bot.commands.me import Me
from bot.commands.note import Note
from bot.commands.queue import WaitingCases
from bot.commands.report import Report
from bot.commands.rules import Rules
from bot.commands.timeout import TimeoutSomebody
from bot.commands.unban import UnbanSomebody
from bot.commands.undo import Undo
from bot.commands.warn import WarnSomebody
from bot.detecting import PATIENCE, Chosen
from bot.handout.choosing import detectors_for, model_of
from moderation.actions.ask import Ask
from moderation.actions.ban import Ban
from moderation.actions.base import Action
from moderation.actions.delete import Delete
from moderation.actions.dm import Dm
from moderation.actions.give_role import GiveRole
from moderation.actions.hold import Hold
from moderation.actions.kick import Kick
from moderation.actions.label import Label
from moderation.actions.lock import Lock
from moderation.actions.pause_invites import PauseInvites
from moderation.actions.playbook import StartPlaybook
from moderation.actions.raid import Raid
from moderation.actions.reply import Reply
from moderation.actions.slowmode import Slowmode
from moderation.actions.strike import Strike
from moderation.actions.take_role import TakeRole
from moderation.actions.timeout import Timeout
from moderation.actions.warn import Warn
from moderation.errors import UserError
from moderation.platforms import CAN
from moderation.toxicity.labels import LABELS
from rules.conditions.attachments import Attachments
from rules.conditions.author import Author
from rules.conditions.copies import Copies
from rules.conditions.edited_after import EditedAfter
from rules.conditions.flood import Flood
from rules.conditions.hours import Hours
from rules.conditions.joins import Joins
from rules.conditions.links import Links
from rules.conditions.matches import Matches
from rules.conditions.mentions import Mentions
from rules.conditions.quoting import Quoting
from rules.conditions.raid import DuringRaid
from rules.conditions.reports import Reports
from rules.conditions.says import Says
from rules.conditions.score import Score
from rules.conditions.shape import Shape
from rules.loader import SHIPPED, Given, Loaded, Vocabulary, load, rule_files
from rules.model import Condition
from rules.problems import render

if TYPE_CHECKING:
    from bot.app import App, AppSettings
    from bot.commands.call import Command
    from bot.config import Community, Settings
    from bot.connecting import Connections
    from bot.reloading import Reloading
    from moderation.model import ChannelRef

CONDITIONS: Final[tuple[type[Condition], ...]] = (
    Says,
    Matches,
    Shape,
    Quoting,
    Links,
    Mentions,
    Attachments,
    Author,
    Flood,
    Copies,
    Joins,
    Reports,
    Score,
    DuringRaid,
    Hours,
    EditedAfter,
)
"""Everything an `if:` may ask."""

ACTIONS: Final[tuple[type[Action], ...]] = (
    Delete,
    Hold,
    Warn,
    Reply,
    Dm,
    Timeout,
    Kick,
    Ban,
    GiveRole,
    TakeRole,
    Label,
    Strike,
    Ask,
    Slowmode,
    Lock,
    PauseInvites,
    Raid,
    StartPlaybook,
)
"""Everything a `then:` may do."""

COMMANDS: Final[tuple[Command, ...]] = (
    Help(),
    Rules(),
    Report(),
    Me(),
    Appeal(),
    Link(),
    Unlink(),
    WaitingCases(),
    ShowCase(),
    Note(),
    WarnSomebody(),
    TimeoutSomebody(),
    KickSomebody(),
    BanSomebody(),
    UnbanSomebody(),
    Undo(),
    Config(),
)
"""Everything people may call, in the order in which help lists it."""

KEYED: Final = frozenset({"plaza", "discord", "slack", "matrix"})
"""Platforms on which the same key is said once: by their own means, or because the adapter can look it up."""

TO_COPY: Final = "50-starter.yaml"
"""The pack that is there to be copied and changed; what it does, the others do more carefully."""


def vocabulary(settings: Settings | None = None) -> Vocabulary:
    """Everything a rule file may be written in; the models a rule may name are those of the settings."""
    return Vocabulary(
        conditions=CONDITIONS,
        actions=ACTIONS,
        labels=frozenset(LABELS),
        models=model_of(settings).names,
        platforms=frozenset(CAN),
    )


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot made of its parts, what keeps its rules fresh while it runs, and the model that judges messages."""

    app: App
    reloading: Reloading
    model: Chosen
    connections: Connections
    moderators: Mapping[str, ChannelRef]
    """Where cases are shown, by platform."""


def build(settings: Settings) -> App:
    """A bot for these settings, not yet started. UserError when its rules cannot come into force."""
    return assemble(settings).app


def assemble(settings: Settings) -> Bot:
    """As `build`, with the watch over the rule files."""
    from bot.adapters.hall import MODERATORS
    from bot.adapters.plaza import Plaza
    from bot.app import App, Parts
    from bot.connecting import Connections
    from bot.platforms import Doorway, adapters, moderators_of
    from bot.reloading import Reloading
    from bot.rulebook import RulesInForce
    from bot.sleeping import PatientStream
    from bot.stores.budgets import Budgets
    from bot.stores.gaps import Gaps
    from bot.stores.links import Links
    from bot.stores.opening import open_journal
    from bot.stores.standing import standing
    from bot.stores.times import SystemClock

    if settings.database_url is not None:
        raise UserError("this version keeps its journal in SQLite: write `database: sqlite`, unset SERENO_DATABASE_URL")
    community = lived_in(settings)
    folders = settings.rule_folders(community) or (SHIPPED,)
    reloading = Reloading(folders, lambda: load_rules(settings, community))
    rule_set, engine = reloading.first()
    standing(settings.data)  # a file that is no database is said in one line, before anything is made of it
    clock = SystemClock()
    journal = open_journal(settings.data, clock)
    specs = [one.spec for one in COMMANDS]
    room, door = Plaza(journal, clock, community.id, specs), Doorway()
    outside = adapters(settings, community, journal, clock, door, specs)
    model = model_of(settings)
    stream = PatientStream(engine, model.labels, {community.id: ZoneInfo(community.time_zone)})
    rules = RulesInForce(rule_set)
    reloading.tell(stream, rules)
    chats = {room.platform: room, **{platform: adapter.chat for platform, adapter in outside.items()}}
    check = partial(asyncio.to_thread, _problems, settings, community)
    more: dict[type, object] = {Links: Links(journal, Budgets(journal, clock), clock)}
    parts = Parts(journal, stream, rules, chats, ACTIONS, clock, detectors_for(settings, model), COMMANDS, check, more)
    app = App(parts, app_settings(settings, community))
    door.behind = app
    moderators = {room.platform: room.hall.channel_ref(MODERATORS), **moderators_of(community, outside)}
    return Bot(app, reloading, model, Connections(outside, Gaps(journal, clock), community.id), moderators)


def _problems(settings: Settings, community: Community) -> str:
    """What speaks against the rule files as they lie there now, as an admin reads it; empty when nothing does."""
    return render(load_rules(settings, community).errors)


def lived_in(settings: Settings) -> Community:
    """The community that the local room plays: the first one."""
    return settings.communities[0]


def load_rules(settings: Settings, community: Community) -> Loaded:
    """The rules of a community; without any of its own, the shipped packs, and the room's own file where there is
    nothing but the room.

    Examples of a community's own rules run each time. Those of the packs ran before they were shipped.
    """
    from bot.config import names_of
    from bot.console.rules_file import ROOM_RULES
    from bot.reloading import red_examples

    folders, names = settings.rule_folders(community), names_of(community, settings.folder)
    if not folders:
        packs = [path for path in rule_files(SHIPPED) if path.name != TO_COPY]
        own = () if community.places else (ROOM_RULES,)
        return load(_given([*packs, *own]), vocabulary(settings), names if community.places else None)
    files = [path for folder in folders for path in rule_files(folder)]
    return load(_given(files), vocabulary(settings), names, examine=red_examples)


def _given(files: Sequence[Path]) -> list[Given]:
    return [Given(str(path), path) for path in files]


def app_settings(settings: Settings, community: Community) -> AppSettings:
    """What the bot itself must know of the settings."""
    from bot.adapters.hall import BOT, PLATFORM
    from bot.app import AppSettings
    from moderation.brakes import CommunityBrake, Limit

    brakes = community.brakes
    return AppSettings(
        data=settings.data,
        keep=community.keep.flagged_text,
        brakes={
            community.id: CommunityBrake(Limit(brakes.deletes, brakes.within), Limit(brakes.sanctions, brakes.within))
        },
        languages={community.id: community.languages[0]},
        leeway={community.id: community.toxicity.leeway},
        patience=PATIENCE,
        own={PLATFORM: frozenset({BOT})},
        keyed=KEYED,
        shadow=frozenset({community.id} if community.mode == "shadow" else ()),
        public_url=settings.configuration.public_url or "",
    )
