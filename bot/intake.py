"""The door: who may come in, and how many may wait inside.

The bot's own posts stay out, or it would answer itself. What is let in goes to the journal, which drops duplicates;
when too much is undecided, whoever delivers has to wait, so that memory stays bounded.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.stores.journal import Journal
from bot.stores.writer import Work
from moderation.model import Event, MemberRef, MessageEdited, MessagePosted, MessageRef, author_of, message_of
from moderation.ports import Accepted

MOST_UNDECIDED: Final = 20_000
"""Events accepted and not yet decided, at most; about 40 MB."""
REMEMBERED: Final = 50_000
"""Messages whose newest version is known, and posts of the bot."""


class Own:
    """What the bot itself is and said. `accounts` are its ids on each platform."""

    def __init__(self, accounts: Mapping[str, frozenset[str]]) -> None:
        self._accounts = dict(accounts)
        self._said: OrderedDict[MessageRef, None] = OrderedDict()

    def also(self, platform: str, account: str) -> None:
        """This account is the bot's too, as a platform has just said."""
        self._accounts[platform] = self._accounts.get(platform, frozenset()) | {account}

    def said(self, ref: MessageRef) -> None:
        """The bot posted this."""
        self._said[ref] = None
        while len(self._said) > REMEMBERED:
            self._said.popitem(last=False)

    def is_me(self, member: MemberRef) -> bool:
        """Whether this is the bot."""
        return member.id in self._accounts.get(member.platform, frozenset())

    def caused(self, event: Event) -> bool:
        """Whether the event is the bot's own doing."""
        author, message = author_of(event), message_of(event)
        return (author is not None and self.is_me(author.ref)) or (message is not None and message.ref in self._said)


class Revisions:
    """Which version of a message is the newest, so that a late older one changes nothing and a newer one always wins.

    An edit that leaves the words as they were (a preview that unfolds below a link) is no new version.
    """

    def __init__(self) -> None:
        self._newest: OrderedDict[MessageRef, tuple[datetime | None, int]] = OrderedDict()

    def superseded(self, event: Event) -> bool:
        """Whether this version was replaced before it came, or says what the one before it said."""
        if not isinstance(event, (MessagePosted, MessageEdited)):
            return False
        ref, words = event.message.ref, hash(event.message.text)
        newest = self._newest.get(ref)
        edited = event.at if isinstance(event, MessageEdited) else None
        if newest is not None and _replaced(newest, edited, words):
            return True
        self._newest[ref] = (edited, words)
        if len(self._newest) > REMEMBERED:
            self._newest.popitem(last=False)
        return False


def _replaced(newest: tuple[datetime | None, int], edited: datetime | None, words: int) -> bool:
    """`edited` is None for the message as it was first posted."""
    if edited is None:
        return True
    return words == newest[1] if newest[0] is None or edited >= newest[0] else True


class Intake:
    """Lets events in, and stops the journal from taking more while too many wait to be decided."""

    def __init__(self, journal: Journal, own: Own, *, most: int = MOST_UNDECIDED) -> None:
        self._journal = journal
        self._own = own
        self._most = most
        self.undecided = 0
        self._empty = asyncio.Event()
        self._empty.set()

    async def accept(self, event: Event, extra: Work[None] | None = None) -> Accepted:
        """Keep an event; resolves once it is on disk. The bot's own doing is not kept: its place is 0."""
        if self._own.caused(event):
            return Accepted(0, new=False, event=event)
        return await self._journal.accept(event, extra)

    def entered(self, count: int) -> None:
        """So many events wait to be decided now in addition."""
        self.undecided += count
        if self.undecided:
            self._empty.clear()
        if self.undecided >= self._most:
            self._journal.pause()

    def left(self, count: int) -> None:
        """So many events are decided."""
        self.undecided -= count
        if self.undecided < self._most:
            self._journal.resume()
        if self.undecided == 0:
            self._empty.set()

    async def drained(self) -> None:
        """Return when everything accepted so far is decided and on disk."""
        await self._empty.wait()
