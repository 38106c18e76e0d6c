"""What the Discord emulator remembers: people, servers, channels, messages. No wire formats, no permissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

EPOCH_MS: Final = 1420070400000
TEXT, DM, PUBLIC_THREAD, PRIVATE_THREAD = 0, 1, 11, 12
THREADS: Final = frozenset({PUBLIC_THREAD, PRIVATE_THREAD})
EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7
SNAPSHOT: Final = 1 << 14

Json = dict[str, Any]


@dataclass(slots=True)
class User:
    """An account. `takes_dms` is False for people who closed their direct messages."""

    id: int
    name: str
    bot: bool = False
    shown_as: str | None = None
    takes_dms: bool = True
    discriminator: str = "0"


@dataclass(slots=True)
class Role:
    id: int
    name: str
    permissions: int
    position: int
    managed: bool = False


@dataclass(slots=True)
class Overwrite:
    """Permissions of one role (kind 0) or person (kind 1) in one channel."""

    id: int
    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class Message:
    id: int
    channel: int
    author: User
    content: str
    at: datetime
    edited: datetime | None = None
    kind: int = 0
    flags: int = 0
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    everyone: bool = False
    attachments: list[Json] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    reference: Json | None = None
    snapshots: list[Json] = field(default_factory=list)
    poll: Json | None = None
    nonce: str | int | None = None
    webhook: int | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    only_for: int | None = None
    interaction: Json | None = None
    pinned: bool = False
    pinged: set[str] = field(default_factory=set)
    """Who was really notified by it: user ids, `everyone`, `role:ID`."""


@dataclass(slots=True)
class Channel:
    """A text channel, a thread (then `parent` and `owner`), or a direct message (then `recipient`, no guild)."""

    id: int
    name: str
    guild: int | None = None
    kind: int = TEXT
    position: int = 0
    topic: str | None = None
    parent: int | None = None
    owner: int | None = None
    recipient: int | None = None
    slow_mode: int = 0
    archived: bool = False
    locked: bool = False
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    hidden: dict[int, Message] = field(default_factory=dict)
    """Ephemeral answers: seen by one person, in no history."""
    last_said: dict[int, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Member:
    user: User
    joined_at: datetime
    roles: list[int] = field(default_factory=list)
    nick: str | None = None
    pending: bool = False
    silenced_until: datetime | None = None


@dataclass(slots=True)
class Guild:
    id: int
    name: str
    owner: int
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    bans: dict[int, str | None] = field(default_factory=dict)
    audit: list[Json] = field(default_factory=list)
    silenced: dict[int, datetime] = field(default_factory=dict)
    """Timeouts of people who left: they go on when they come back."""
    features: set[str] = field(default_factory=set)
    invites_disabled_until: datetime | None = None
    dms_disabled_until: datetime | None = None
    locale: str = "en-US"

    def channel_named(self, name: str) -> Channel:
        return next(channel for channel in self.channels.values() if channel.name == name)

    def role_named(self, name: str) -> Role:
        return next(role for role in self.roles.values() if role.name == name)


@dataclass(slots=True)
class Webhook:
    id: int
    token: str
    channel: int
    guild: int
    name: str
    application: int | None
    creator: int


@dataclass(slots=True)
class Application:
    """The bot's application. `flags` hold which privileged intents were switched on in the developer portal."""

    id: int
    name: str
    owner: User
    flags: int
    guild_count: int = 1
    public: bool = True


Emit = Callable[[str, Json, int | None, Channel | None], None]
"""Tells the gateway: event name, data, the guild and the channel it happened in."""


class State:
    """Everything there is. `ahead` moves its clock, so that 3 s or 15 minutes pass at once."""

    def __init__(self, bot: User, application: Application, token: str, *, emit: Emit) -> None:
        self.bot = bot
        self.application = application
        self.token = token
        self.emit = emit
        self.users: dict[int, User] = {bot.id: bot, application.owner.id: application.owner}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.commands: dict[int | None, list[Json]] = {None: []}
        self.files: dict[int, bytes] = {}
        self.nonces: dict[tuple[int, int, str], tuple[datetime, Message]] = {}
        self.base = ""
        self._ahead = timedelta()
        self._last = 0
        self._stamp = datetime.fromtimestamp(0, UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def ahead(self, seconds: float) -> None:
        """So much time passes at once on the emulator's side."""
        self._ahead += timedelta(seconds=seconds)

    def stamp(self) -> datetime:
        """Now, and later than every stamp before: edits and joins differ in time even when they come at once."""
        self._stamp = max(self.now(), self._stamp + timedelta(milliseconds=1))
        return self._stamp

    def snowflake(self) -> int:
        """A new id, larger than every one before it, with the present in it."""
        fresh = (int(self.now().timestamp() * 1000) - EPOCH_MS) << 22
        self._last = max(fresh, self._last + 1)
        return self._last

    def past(self, days: float) -> int:
        """An id that was given so many days ago, as an account's."""
        return self.snowflake() - (int(days * 86_400_000) << 22)

    def forget_nonces(self) -> None:
        """The few minutes are over during which the same nonce is the same message."""
        self.nonces.clear()

    def message(self, message_id: int) -> Message | None:
        """A message anywhere, ephemeral ones included."""
        for channel in self.channels.values():
            found = channel.messages.get(message_id) or channel.hidden.get(message_id)
            if found is not None:
                return found
        return None

    def direct(self, user: User) -> Channel:
        """The conversation between the bot and a person."""
        for channel in self.channels.values():
            if channel.kind == DM and channel.recipient == user.id:
                return channel
        channel = Channel(self.snowflake(), "", kind=DM, recipient=user.id)
        self.channels[channel.id] = channel
        return channel

    def shared_guilds(self, user_id: int) -> list[Guild]:
        """The servers where both the bot and this person are."""
        return [guild for guild in self.guilds.values() if {user_id, self.bot.id} <= guild.members.keys()]
