"""What happens behind the set-up page: tokens are tried and kept, choices are gathered, the configuration is written.

Only the set-up page's routes call it, and only for whoever holds the moderators' key.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

from bot.adapters.setup import Found, FoundPlace, Weight
from bot.config import Community, Configuration, Settings
from bot.configuration.kept import forget, keep
from bot.configuration.models import PLACES
from bot.configuration.writing import Wanted, save
from bot.console.setup_fields import FIELDS
from bot.setting_up import Looks, look_at, rules_refused
from moderation.errors import Refused
from moderation.model import Message, Signals
from rules.model import RuleSet

SEVERAL: Final = frozenset({"telegram", "matrix"})
"""Platforms on which a community may live in several groups or rooms."""


class Connected(Protocol):
    """How a platform is connected, as bot/connecting.py knows it."""

    @property
    def refused(self) -> Refused | None:
        """Why it will not be tried again; None while it is."""
        ...

    @property
    def trouble(self) -> str | None:
        """Why nothing comes in; None when all is well."""
        ...

    @property
    def state(self) -> str:
        """`connecting`, `connected` or `refused`."""
        ...


_NOBODY: Final[Mapping[str, Connected]] = MappingProxyType({})


@dataclass(slots=True)
class Draft:
    """What was chosen so far. `channels` go from our names to the platform's ids, `roles` from theirs to our names."""

    platform: str = ""
    places: tuple[FoundPlace, ...] = ()
    channels: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    name: str = ""
    languages: tuple[str, ...] = ()
    time_zone: str = ""

    @property
    def is_placed(self) -> bool:
        """Whether it is known where on the platform the community lives, and where its moderators meet."""
        return bool(self.platform and self.places and self.channels.get("moderators"))


class SetUp:
    """One set-up at a time: there is one bot and one configuration.

    `rules` gives the rules in force, `restart` makes the bot run with what was written, `hide` keeps a token out of all
    logs from now on, `listen` asks the detectors about a message that somebody tries. `trouble` says why the settings that
    were written last are not those in force; empty when they are.
    """

    def __init__(
        self,
        settings: Settings,
        looks: Looks,
        *,
        rules: Callable[[], RuleSet],
        restart: Callable[[], None],
        hide: Callable[[str], None],
        connections: Mapping[str, Connected] = _NOBODY,
        listen: Callable[[Message], Awaitable[Signals]] | None = None,
        manifest: Callable[[], str] = lambda: "",
        trouble: str = "",
        approve: Callable[[Settings, Configuration], str] = rules_refused,
    ) -> None:
        self.settings = settings
        self.environment = settings.environment
        self.connections = connections
        self.rules = rules
        self.restart = restart
        self.listen = listen
        self.manifest = manifest
        self.trouble = trouble
        self.run: Final = secrets.token_hex(4)
        """Another one after every start, so that a page sees that the bot has started again."""
        self.draft = Draft()
        self.found: dict[str, Found] = {}
        self._looks = looks
        self._hide = hide
        self._approve = approve

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms there are."""
        return tuple(self._looks)

    @property
    def community(self) -> Community | None:
        """The community of the configuration; None while nobody has described one."""
        return self.settings.communities[0] if self.settings.file is not None else None

    @property
    def offered(self) -> bool:
        """Whether the room's page should point here: no platform is set up yet."""
        return not self.connections

    async def take(self, platform: str, values: Mapping[str, str]) -> Found:
        """Try tokens, and keep them when the platform takes them.

        Raises Refused, Unavailable or UserError; then nothing was kept.
        """
        for value in values.values():
            self._hide(value)
        tried = self.environment.with_values(values)
        found = await look_at(self._looks[platform], tried)
        keep(self.settings.data, values)
        self.environment = tried
        self.found[platform] = found
        return found

    def forget(self, platform: str) -> None:
        """Keep the platform's tokens no longer."""
        names = [field.variable for field in FIELDS[platform] if field.variable in self.environment.kept]
        forget(self.settings.data, names)
        self.environment = self.environment.without(names)
        self.found.pop(platform, None)

    async def look(self, platform: str) -> Found:
        """What the platform says now. Raises as `take` does."""
        found = await look_at(self._looks[platform], self.environment)
        self.found[platform] = found
        return found

    def choose(self, platform: str, ids: Sequence[str]) -> str:
        """The community lives here. The name of what is wrong with the choice, empty when all is well: one of them is
        not there, or lacks what nothing works without."""
        there = {place.id: place for place in self.found[platform].places} if platform in self.found else {}
        if not ids or any(one not in there for one in ids):
            return "place_gone"
        places = tuple(there[one] for one in ids)
        if any(missing.weight is Weight.STOPS for place in places for missing in place.missing):
            return "place_stops"
        if (platform, tuple(ids)) != (self.draft.platform, tuple(place.id for place in self.draft.places)):
            self.draft = Draft(platform, places)
        return ""

    def write(self, mode: str) -> Configuration:
        """Write the configuration. UserError with every reason why not; nothing has changed then."""
        draft = self.draft
        known = self.community
        wanted = Wanted(
            name=draft.name,
            languages=draft.languages,
            time_zone=draft.time_zone,
            mode=mode,
            platform=draft.platform,
            place=place_of(draft.platform, [place.id for place in draft.places]),
            channels=draft.channels,
            roles=ours_to_theirs(draft.roles, known.roles if known else ()),
            id=re.sub(r"[^a-z0-9]+", "-", draft.name.casefold()).strip("-")[:40].strip("-") or "club",
        )
        return save(self.settings.own_file, wanted, lambda new: self._approve(self.settings, new))


def place_of(platform: str, ids: Sequence[str]) -> dict[str, str | Sequence[str]]:
    """What stands under `places` for these servers, workspaces, groups or rooms."""
    key = next(iter(PLACES[platform]))
    return {key: list(ids) if platform in SEVERAL else ids[0]}


def ours_to_theirs(roles: Mapping[str, str], known: Sequence[str] | Mapping[str, object]) -> dict[str, list[str]]:
    """Their roles under our names; a name of ours that nobody has any more is there with nothing."""
    found: dict[str, list[str]] = {ours: [] for ours in known}
    for theirs, ours in roles.items():
        if ours:
            found.setdefault(ours, []).append(theirs)
    return found
