"""Where, when and for whom a rule is in force, whatever its conditions say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import TYPE_CHECKING

from moderation.counters import where
from moderation.model import ChannelRef, CommandCalled, ReportFiled, message_of
from rules.model import Rule

if TYPE_CHECKING:
    from moderation.model import Event
    from rules.facts import Facts


@dataclass(frozen=True, slots=True)
class Scope:
    """The limits of one rule. Channel globs know no case and no leading `#`."""

    rule: str
    until: date | None
    sample: float
    platforms: frozenset[str]
    only_in: tuple[str, ...]
    except_in: tuple[str, ...]
    spare: frozenset[str]

    @classmethod
    def of(cls, rule: Rule) -> Scope | None:
        """The scope of a rule; None when it is in force everywhere, always, for everybody."""
        if not (rule.until or rule.sample < 1 or rule.platforms or rule.only_in or rule.except_in or rule.spare):
            return None
        only_in, except_in = (tuple(map(_plain, globs)) for globs in (rule.only_in, rule.except_in))
        return cls(rule.id, rule.until, rule.sample, rule.platforms, only_in, except_in, rule.spare)

    def covers(self, facts: Facts) -> bool:
        """Whether the rule is in force for an event."""
        member = facts.member
        if self.spare and member is not None and not self.spare.isdisjoint(member.roles):
            return False
        if self.until is not None and facts.now.astimezone(facts.zone).date() > self.until:
            return False
        if self.platforms and where(facts.event)[0] not in self.platforms:
            return False
        if (self.only_in or self.except_in) and not self._here(facts.event):
            return False
        return self.sample >= 1 or _share(self.rule, member.ref.id if member else facts.event.key) < self.sample

    def _here(self, event: Event) -> bool:
        channel = channel_of(event)
        name = _plain(channel.name or channel.id) if channel else ""
        if self.only_in and not any(fnmatchcase(name, glob) for glob in self.only_in):
            return False
        return not any(fnmatchcase(name, glob) for glob in self.except_in) if name else True


def channel_of(event: Event) -> ChannelRef | None:
    """The channel an event happened in; None for those that concern the whole community."""
    message = message_of(event)
    if message is not None:
        return message.ref.channel
    if isinstance(event, ReportFiled):
        return event.message.channel if event.message else None
    return event.channel if isinstance(event, CommandCalled) else None


def _plain(name: str) -> str:
    return name.removeprefix("#").casefold()


def _share(rule: str, who: str) -> float:
    """A number from 0 to 1 that stays the same for a person and a rule."""
    digest = blake2b(f"{rule}\0{who}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
