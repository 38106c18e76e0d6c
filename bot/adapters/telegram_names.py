"""Whom the bot has seen lately: Telegram tells neither who is behind an @name nor that somebody has a new name."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from telegram import User

MOST: Final = 20_000
"""People remembered; who was seen longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was last seen of a person."""

    name: str
    username: str = ""
    language: str | None = None


class Names:
    """In memory only: after a restart people are known again as they write."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._people: OrderedDict[str, Known] = OrderedDict()
        self._ids: dict[str, str] = {}

    def seen(self, user: User) -> str | None:
        """Remember a person; the name they had before when it was another, else None."""
        id_, now = str(user.id), Known(user.full_name, (user.username or "").lower(), user.language_code)
        before = self._people.pop(id_, None)
        if before is not None and before.username != now.username:
            self._forget(before, id_)
        if now.language is None and before is not None:
            now = Known(now.name, now.username, before.language)
        self._people[id_] = now
        if now.username:
            self._ids[now.username] = id_
        while len(self._people) > self._most:
            oldest, known = self._people.popitem(last=False)
            self._forget(known, oldest)
        return before.name if before is not None and before.name != now.name else None

    def id_of(self, username: str) -> str | None:
        """Who is behind `@name`; None when nobody by that name was seen."""
        return self._ids.get(username.removeprefix("@").lower())

    def name_of(self, id_: str) -> str | None:
        """What a person is called."""
        known = self._people.get(id_)
        return known.name if known is not None else None

    def language_of(self, id_: str) -> str | None:
        """The language of a person's Telegram app."""
        known = self._people.get(id_)
        return known.language if known is not None else None

    def _forget(self, known: Known, id_: str) -> None:
        if self._ids.get(known.username) == id_:
            del self._ids[known.username]
