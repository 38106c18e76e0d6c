"""Sane first choices for lists: which of their channels is the moderators', which of their roles is whose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.adapters.setup import FoundPlace, Named
from bot.config import Community
from bot.console.setup import SEVERAL

OUR_CHANNELS: Final = ("moderators", "welcome", "help", "general")
"""The names that are always offered; rules and commands know the moderators' channel by its."""
OUR_ROLES: Final = ("moderator", "admin", "trusted")

_CHANNELS: Final[Mapping[str, str]] = {
    "moderators": r"\bmods?\b|moderat|modera[cd]|\bstaff\b|\bteam\b|\bequipo\b|sereno",
    "welcome": r"welcome|bienvenid|introduc|presenta|\bhola\b",
    "help": r"\bhelp\b|support|ayuda|soporte|\bdudas?\b",
    "general": r"\bgeneral\b|\blounge\b|\bchat\b|\bcharla\b",
}
_ROLES: Final[Mapping[str, str]] = {
    "admin": r"\badmin|\bowner|\bfounder|administr|fundador|\bdueñ",
    "moderator": r"\bmods?\b|moderat|modera[cd]|\bstaff\b|\bhelpers?\b|\bguard|\bserenos?\b",
    "trusted": r"trusted|\bregulars?\b|veteran|de confianza|habitual",
}


def _fits(pattern: str, name: str) -> bool:
    return re.search(pattern, name.casefold().replace("_", " ").replace("-", " ")) is not None


def channels_of(platform: str, places: Sequence[FoundPlace]) -> tuple[Named, ...]:
    """Everywhere a message can be sent; a group or room is such a place itself."""
    found: dict[str, Named] = {}
    if platform in SEVERAL:
        found = {place.id: Named(place.id, place.name) for place in places}
    for place in places:
        for one in place.channels:
            inside = one.id.startswith(f"{place.id}/")  # a topic of this group
            found.setdefault(one.id, Named(one.id, f"{place.name} › {one.name}") if inside else one)
    return tuple(found.values())


def roles_of(places: Iterable[FoundPlace]) -> tuple[Named, ...]:
    """All roles, each once."""
    return tuple({role.id: role for place in places for role in place.roles}.values())


def our_channels(community: Community | None) -> tuple[str, ...]:
    """Our names to choose channels for: the usual ones, then those the configuration has besides."""
    own = tuple(community.channels) if community else ()
    return OUR_CHANNELS + tuple(name for name in own if name not in OUR_CHANNELS)


def our_roles(community: Community | None) -> tuple[str, ...]:
    """Our names for roles: the usual ones, then those the configuration has besides."""
    own = tuple(community.roles) if community else ()
    return OUR_ROLES + tuple(name for name in own if name not in OUR_ROLES)


def guessed_channels(platform: str, channels: Sequence[Named], community: Community | None) -> dict[str, str]:
    """Our name → their id: as configured where that is still there, else the first whose name fits."""
    known = {ours: theirs.get(platform, "") for ours, theirs in community.channels.items()} if community else {}
    there = {one.id for one in channels}
    lives = community is not None and platform in community.places
    guessed = {}
    for ours in our_channels(community):
        fits = [one.id for one in channels if ours in _CHANNELS and _fits(_CHANNELS[ours], one.name)]
        same = [one.id for one in channels if one.name == ours]
        first = next(iter(same + ([] if lives and ours != "moderators" else fits)), "")
        guessed[ours] = known[ours] if known.get(ours, "") in there and known.get(ours) else first
    return guessed


def guessed_roles(platform: str, roles: Sequence[Named], community: Community | None) -> dict[str, str]:
    """Their id → our name, empty for roles that mean nothing to us."""
    known = {
        theirs: ours
        for ours, platforms in (community.roles.items() if community else ())
        for theirs in platforms.get(platform, ())
    }
    if known or (community is not None and platform in community.places):
        return {role.id: known.get(role.id, "") for role in roles}
    return {
        role.id: next((ours for ours, pattern in _ROLES.items() if _fits(pattern, role.name)), "") for role in roles
    }
