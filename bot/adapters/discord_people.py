"""People as Discord describes them now, asked for at most once a minute."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.adapters.discord_events import Translator, moment
from bot.adapters.discord_places import Places
from bot.adapters.discord_rest import Rest
from bot.adapters.homes import Homes
from bot.adapters.turns import Urgency
from moderation.errors import Gone
from moderation.model import Capability, Member, MemberRef

FRESH: Final = 60.0
"""Seconds: what `rights` may be old at most."""
REMEMBERED: Final = 5_000


class People:
    """Members by server, with a short memory."""

    def __init__(self, rest: Rest, places: Places, homes: Homes, translator: Translator) -> None:
        self._rest = rest
        self._places = places
        self._homes = homes
        self._translator = translator
        self._known: OrderedDict[tuple[str, str], tuple[float, Mapping[str, Any] | None]] = OrderedDict()

    async def who(self, member: MemberRef) -> Member:
        """The person in the first of the community's servers they are in; Gone when in none."""
        home = self._homes.of(member.community)
        for place in self._places.of(member.community):
            raw = await self.raw(place, member.id, fresh=True)
            if raw is not None and home is not None:
                return self._translator.member(home, place, raw["user"], raw)
        raise Gone("this person is not in the server")

    async def rights(self, member: MemberRef) -> frozenset[Capability]:
        """What the person may do by Discord's own rights in all of the community's servers they are in."""
        found: list[frozenset[Capability]] = []
        for place in self._places.of(member.community):
            raw = await self.raw(place, member.id)
            if raw is not None:
                silenced: datetime | None = moment(raw.get("communication_disabled_until"))
                found.append(self._places.may(place, member.id, map(str, raw.get("roles") or ()), silenced))
        return frozenset.intersection(*found) if found else frozenset()

    async def raw(self, place: str, id_: str, *, fresh: bool = False) -> Mapping[str, Any] | None:
        """A member of a server as Discord writes them; None when they are not there."""
        known = self._known.get((place, id_))
        if known is not None and not fresh and known[0] > time.monotonic() - FRESH:
            return known[1]
        path = "/guilds/{guild_id}/members/{user_id}"
        found: Mapping[str, Any] | None
        try:
            found = await self._rest.call(Urgency.ANSWER, "GET", path, {"guild_id": place, "user_id": id_})
        except Gone:
            found = None
        self.forget(place, id_)
        self._known[place, id_] = (time.monotonic(), found)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found

    def forget(self, place: str, id_: str) -> None:
        """Ask again next time: something about this person has changed."""
        self._known.pop((place, id_), None)

    def forget_all(self) -> None:
        """Ask again about everybody: a role has changed."""
        self._known.clear()
