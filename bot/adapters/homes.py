"""Which community lives in which server, workspace, group or room, and what its channels and roles are called there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from moderation.model import ChannelRef, MemberRef

NOBODY: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Home:
    """A community on one platform. `places` are the platform's ids of servers, workspaces, groups or rooms; `channels`
    and `roles` go from our names to the platform's ids."""

    platform: str
    community: str
    places: frozenset[str]
    channels: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    language: str = "en"

    def channel(self, id_: str, name: str = "") -> ChannelRef:
        """A channel by the platform's id, called as the configuration calls it, else as the platform does."""
        ours = next((ours for ours, theirs in self.channels.items() if theirs == id_), name)
        return ChannelRef(self.platform, self.community, id_, ours)

    def member(self, id_: str) -> MemberRef:
        """A person by the platform's id."""
        return MemberRef(self.platform, self.community, id_)

    def roles_of(self, theirs: Iterable[str]) -> frozenset[str]:
        """Our names for the platform's roles (or people) that somebody has (or is)."""
        has = set(theirs)
        return frozenset(ours for ours, ids in self.roles.items() if not has.isdisjoint(ids)) or NOBODY

    def role_id(self, ours: str) -> str | None:
        """The platform's id of a role we may give; None when the configuration names none."""
        ids = self.roles.get(ours)
        return ids[0] if ids else None


class Homes:
    """The homes on one platform."""

    def __init__(self, homes: Iterable[Home]) -> None:
        self._homes = tuple(homes)
        self._by_place = {place: home for home in self._homes for place in home.places}
        self._by_community = {home.community: home for home in self._homes}

    def __iter__(self) -> Iterator[Home]:
        return iter(self._homes)

    def __bool__(self) -> bool:
        return bool(self._homes)

    def at(self, place: str) -> Home | None:
        """Who lives in this server, workspace, group or room; None for strangers' places, which are left alone."""
        return self._by_place.get(place)

    def of(self, community: str) -> Home | None:
        """Where a community lives on this platform."""
        return self._by_community.get(community)
