"""The platforms a bot is connected to: which adapters there are, and which of them these settings call for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from bot.adapters.homes import Home, Homes
from moderation.errors import UserError

if TYPE_CHECKING:
    from bot.adapters.ground import Adapter, Ground
    from bot.app import App
    from bot.commands.spec import Spec
    from bot.config import Community, Settings
    from bot.configuration.environment import Environment
    from bot.stores.journal import Journal
    from bot.stores.writer import Work
    from moderation.model import ChannelRef, Event
    from moderation.ports import Accepted, Clock

ADAPTERS: Final[Mapping[str, str]] = {
    "discord": "bot.adapters.discord",
    "slack": "bot.adapters.slack",
    "telegram": "bot.adapters.telegram",
    "matrix": "bot.adapters.matrix",
}
"""Platform → the module whose `adapter(environment, ground)` connects to it; imported only where it is used."""

MODERATORS: Final = "moderators"
"""Our name for the channel where cases are shown."""


class Opens(Protocol):
    """What an adapter's module offers."""

    def adapter(self, environment: Environment, ground: Ground) -> Adapter:
        """The platform, not yet connected."""
        ...


@dataclass(slots=True)
class Doorway:
    """The way into a bot for adapters that are made before it."""

    behind: App | None = None

    async def __call__(self, event: Event, extra: Work[None] | None = None) -> Accepted | None:
        """Let an event in."""
        return await self._bot().accept(event, extra)

    def known_as(self, platform: str) -> Callable[[str], None]:
        """Where an adapter says which account there is the bot's own."""
        return lambda account: self._bot().own.also(platform, account)

    def _bot(self) -> App:
        if self.behind is None:
            raise RuntimeError("nobody is connected before the bot stands behind the door")
        return self.behind


def homes_of(communities: Sequence[Community], platform: str) -> Homes:
    """Who lives on a platform, and what their channels and roles are called there."""
    return Homes(
        Home(
            platform=platform,
            community=community.id,
            places=frozenset(community.places[platform].ids),
            channels={ours: theirs[platform] for ours, theirs in community.channels.items() if platform in theirs},
            roles={ours: theirs[platform] for ours, theirs in community.roles.items() if platform in theirs},
            language=community.languages[0],
        )
        for community in communities
        if platform in community.places and community.places[platform].ids
    )


def connected(settings: Settings, community: Community) -> tuple[str, ...]:
    """The platforms this bot connects to: there is a token for them, and the community lives there."""
    return tuple(
        platform
        for platform in ADAPTERS
        if platform in settings.environment.platforms and homes_of((community,), platform)
    )


def moderators_of(community: Community, platforms: Iterable[str]) -> Mapping[str, ChannelRef]:
    """The channel where cases are shown, on each platform where one is named."""
    return {
        platform: home.channel(home.channels[MODERATORS])
        for platform in platforms
        for home in homes_of((community,), platform)
        if MODERATORS in home.channels
    }


def adapters(
    settings: Settings,
    community: Community,
    journal: Journal,
    clock: Clock,
    door: Doorway,
    commands: Sequence[Spec] = (),
) -> dict[str, Adapter]:
    """An adapter for every platform the settings call for."""
    from bot.adapters.ground import Ground
    from bot.stores.budgets import Budgets
    from bot.stores.cursors import Cursors
    from bot.stores.gaps import Gaps
    from bot.stores.kept import Kept
    from bot.stores.sent import Sent

    made = {}
    for platform in connected(settings, community):
        ground = Ground(
            accept=door,
            homes=homes_of((community,), platform),
            cursors=Cursors(journal, clock),
            sent=Sent(journal, clock, platform),
            kept=Kept(journal),
            gaps=Gaps(journal, clock),
            budgets=Budgets(journal, clock),
            clock=clock,
            me=door.known_as(platform),
            commands=commands,
        )
        made[platform] = _module(platform).adapter(settings.environment, ground)
    return made


def _module(platform: str) -> Opens:
    try:
        module: Opens = importlib.import_module(ADAPTERS[platform])
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.startswith("bot"):
            raise
        raise UserError(f"{platform} needs `{error.name}`: pip install 'sereno[{platform}]'") from error
    return module
