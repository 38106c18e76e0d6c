"""Matrix's power levels: who may do what in a room, and what to write so that somebody may not. Pure.

A room's creators stand above all levels in rooms of version 12 and later, where they are no longer in the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moderation.model import Capability, Role

POWERS: Final = "m.room.power_levels"
RULES: Final = "m.room.join_rules"
MESSAGE: Final = "m.room.message"
REDACTION: Final = "m.room.redaction"
CREATOR: Final = 2**53
MODERATOR: Final = 50
"""The level of moderators in every client, and of redact, kick and ban where a room says nothing."""
ADMIN: Final = 100
_DEFAULTS: Final = {"ban": 50, "kick": 50, "redact": 50, "invite": 0, "state_default": 50}


def number(value: object, otherwise: int = 0) -> int:
    """A level; rooms of old versions also hold them as text."""
    try:
        return int(value) if isinstance(value, (int, float, str)) else otherwise
    except (ValueError, OverflowError):
        return otherwise


@dataclass(frozen=True, slots=True)
class Powers:
    """The power levels of one room. `creators` are those who stand above all levels."""

    content: Mapping[str, Any] = field(default_factory=dict)
    creators: frozenset[str] = frozenset()

    def of(self, user: str) -> int:
        """Somebody's level."""
        if user in self.creators:
            return CREATOR
        users = self.content.get("users")
        own = users.get(user) if isinstance(users, Mapping) else None
        return number(own, self.usual) if own is not None else self.usual

    @property
    def usual(self) -> int:
        """The level of whoever is not listed."""
        return number(self.content.get("users_default"))

    def needed(self, what: str) -> int:
        """The level for `ban`, `kick`, `redact`, `invite`."""
        return number(self.content.get(what), _DEFAULTS.get(what, 50))

    def to_send(self, kind: str) -> int:
        """The level for sending events of a kind."""
        return number(self._events.get(kind), number(self.content.get("events_default")))

    def to_set(self, kind: str) -> int:
        """The level for setting state of a kind."""
        return number(self._events.get(kind), number(self.content.get("state_default"), _DEFAULTS["state_default"]))

    @property
    def _events(self) -> Mapping[str, Any]:
        events = self.content.get("events")
        return events if isinstance(events, Mapping) else {}

    def can(self, user: str) -> frozenset[Capability]:
        """What a level allows somebody to do to others in this room."""
        level, can = self.of(user), set()
        if level >= max(self.needed("redact"), self.to_send(REDACTION)):
            can |= {Capability.DELETE, Capability.HOLD}
        if level >= self.to_set(POWERS):
            can |= {Capability.TIMEOUT, Capability.LOCK}
            if level >= self.to_set(RULES):
                can.add(Capability.PAUSE_INVITES)
        if level >= self.needed("kick"):
            can.add(Capability.KICK)
        if level >= max(self.needed("ban"), self.needed("kick")):
            can.add(Capability.BAN)
        return frozenset(can)

    def rights(self, user: str) -> frozenset[Capability]:
        """As `can`, for asking the bot to do it; who may remove a person for good may also ask for their silence."""
        can = self.can(user)
        return can | {Capability.TIMEOUT} if {Capability.KICK, Capability.BAN} <= can else can

    def roles(self, user: str) -> frozenset[str]:
        """Our names for what somebody's level makes of them."""
        level = self.of(user)
        if level <= self.usual:
            return frozenset()
        if level == CREATOR:
            return frozenset({str(Role.OWNER)})
        if level >= ADMIN:
            return frozenset({str(Role.ADMIN)})
        needs = max(self.needed("redact"), self.needed("kick"), self.needed("ban"))
        return frozenset({str(Role.MODERATOR)}) if level >= min(needs, MODERATOR) else frozenset()

    def silence(self) -> int:
        """A level too low to send anything."""
        return min(0, number(self.content.get("events_default")), self.to_send(MESSAGE)) - 1

    def listed(self, user: str) -> int | None:
        """Somebody's level where the room lists one."""
        users = self.content.get("users")
        own = users.get(user) if isinstance(users, Mapping) else None
        return None if own is None else number(own)


def with_level(content: Mapping[str, Any], user: str, level: int | None) -> dict[str, Any]:
    """The levels with another one for somebody; None takes them off the list."""
    users = {name: value for name, value in dict(content.get("users") or {}).items() if name != user}
    return {**content, "users": users if level is None else {**users, user: level}}


def locked(content: Mapping[str, Any], level: int = MODERATOR) -> dict[str, Any]:
    """The levels with which only `level` and above send anything."""
    states = {POWERS, RULES, REDACTION}
    events = {
        kind: max(number(value), level) if _is_sent(kind) and kind not in states else value
        for kind, value in dict(content.get("events") or {}).items()
    }
    return {**content, "events": events, "events_default": max(number(content.get("events_default")), level)}


def unlocked(content: Mapping[str, Any], before: Mapping[str, Any], level: int = MODERATOR) -> dict[str, Any]:
    """The levels as before a lock, where they are still what the lock made of them."""
    was = dict(before.get("events") or {})
    made = locked(before, level)
    events = {
        kind: was[kind] if kind in was and value == made["events"].get(kind) else value
        for kind, value in dict(content.get("events") or {}).items()
    }
    back = {**content, "events": events}
    if content.get("events_default") == made["events_default"]:
        back["events_default"] = number(before.get("events_default"))
    return back


def _is_sent(kind: str) -> bool:
    """Whether a kind of event is something people say, rather than a room's state."""
    return kind in {
        MESSAGE,
        "m.reaction",
        "m.sticker",
        "m.room.encrypted",
        "m.poll.start",
        "org.matrix.msc3381.poll.start",
    }
