"""What the doctor says about the platforms: first what the settings alone show, then what each platform itself says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.adapters.setup import Found, FoundPlace, Missing, Weight
from bot.config import Community, Settings
from bot.findings import Finding, State, note, well, wrong
from bot.setting_up import Looks, look_at
from moderation.errors import Refused, SerenoError, UserError

PATIENCE: Final = 10.0
"""Seconds for each platform; they are asked side by side."""
MODERATORS: Final = "moderators"
CHANNELS_LISTED: Final = frozenset({"discord", "slack"})
"""Platforms whose channels are all in the lists; elsewhere they may be topics, or rooms nobody has told of."""
ROLES_LISTED: Final = frozenset({"discord"})
"""Platforms whose roles are all in the lists; elsewhere they may be people or kinds of staff."""

_NEEDS: Final[Mapping[str, str]] = {
    "discord": "SERENO_DISCORD_TOKEN",
    "slack": "SERENO_SLACK_BOT_TOKEN and SERENO_SLACK_APP_TOKEN",
    "telegram": "SERENO_TELEGRAM_TOKEN",
    "matrix": "SERENO_MATRIX_HOMESERVER, SERENO_MATRIX_USER and SERENO_MATRIX_TOKEN",
}
_GRAVE: Final = {Weight.STOPS: State.WRONG, Weight.LACKS: State.NOTE, Weight.NOTE: State.NOTE}


def from_settings(settings: Settings) -> Iterator[Finding]:
    """What the settings alone show, at once and without asking anybody: half of a set-up that leads nowhere."""
    ready = settings.environment.platforms
    lived_on = {platform for community in settings.communities for platform in community.places} - {"plaza"}
    begun = {name.split("_")[1].lower() for name in settings.environment.given if name.endswith(("TOKEN", "USER"))}
    for platform in sorted((lived_on | begun) - ready):
        says = f"{platform} is set up, but not all of its tokens are there: nothing is read or done there"
        yield note(platform, says, f"open the set-up page that `sereno run` prints, or set {_NEEDS[platform]}")
    for platform in sorted(ready - lived_on):
        says = f"{platform} is set up, but no community lives there: nothing is read or done there"
        yield note(platform, says, "choose the place on the set-up page, or write it under `places` in sereno.yaml")
    for platform in sorted(ready & lived_on):
        for community in settings.communities:
            if platform in community.places and platform not in community.channels.get(MODERATORS, {}):
                says = f"{community.id} has no moderators' channel on {platform}: its cases are on the desk only"
                yield note(platform, says, "choose one on the set-up page, or write it under `channels: moderators`")


def looked_at(settings: Settings, looks: Looks, patience: float = PATIENCE) -> Iterator[Finding]:
    """What each platform says that there are tokens for, side by side; one that cannot be reached is a note."""
    platforms = sorted(settings.environment.platforms & looks.keys())
    if not platforms:
        return
    answers = asyncio.run(_ask(settings, looks, platforms, patience))
    for platform, answer in zip(platforms, answers, strict=True):
        if isinstance(answer, Found):
            yield from _findings(platform, answer, settings)
        else:
            yield _trouble(platform, answer)


async def _ask(
    settings: Settings, looks: Looks, platforms: Sequence[str], patience: float
) -> Sequence[Found | SerenoError]:
    async def one(platform: str) -> Found | SerenoError:
        try:
            return await look_at(looks[platform], settings.environment, patience)
        except SerenoError as error:
            return error

    return await asyncio.gather(*map(one, platforms))


def _trouble(platform: str, error: SerenoError) -> Finding:
    if isinstance(error, Refused):
        return wrong(platform, f"{platform} refuses Sereno: {error}", error.mend)
    if isinstance(error, UserError):
        return wrong(platform, f"{platform} cannot be used: {error}", "install what is missing")
    return note(platform, f"{platform} could not be asked: {error}", "look at this machine's way to the internet")


def _findings(platform: str, found: Found, settings: Settings) -> Iterator[Finding]:
    count = len(found.places)
    yield well(platform, f"signed in as {found.name}, and in {count} place{'s' if count != 1 else ''}")
    yield from (_lacks(platform, missing) for missing in found.missing)
    there = {place.id: place for place in found.places}
    for community in settings.communities:
        place = community.places.get(platform)
        for one in place.ids if place else ():
            if one in there:
                yield from (_lacks(platform, missing, there[one].name) for missing in there[one].missing)
            else:
                mend = found.invite or (found.summary or {}).get("en", "") or "bring it in again"
                yield wrong(platform, f"Sereno is not in {one}, where {community.id} lives", mend)
        lived_in = [there[one] for one in (place.ids if place else ()) if one in there]
        if platform in CHANNELS_LISTED and lived_in:
            yield from _channels_gone(platform, community, lived_in)
        if platform in ROLES_LISTED and lived_in:
            yield from _roles_gone(platform, community, lived_in)


def _lacks(platform: str, missing: Missing, where: str = "") -> Finding:
    says = f"{where}: {missing.says['en']}" if where else missing.says["en"]
    return Finding(platform, _GRAVE[missing.weight], says, missing.mend["en"])


def _channels_gone(platform: str, community: Community, places: Sequence[FoundPlace]) -> Iterator[Finding]:
    """Names of channels behind which there is nothing any more."""
    channels = {channel.id for place in places for channel in place.channels}
    for ours, theirs in community.channels.items():
        if platform in theirs and theirs[platform] not in channels:
            says = f"{community.id}: the channel `{ours}` ({theirs[platform]}) is not there, or Sereno cannot see it"
            say = wrong if ours == MODERATORS else note
            yield say(platform, says, "choose another one on the set-up page, or let Sereno see it")


def _roles_gone(platform: str, community: Community, places: Sequence[FoundPlace]) -> Iterator[Finding]:
    """Names of roles behind which there is nothing any more."""
    roles = {role.id for place in places for role in place.roles}
    for ours, platforms in community.roles.items():
        for role in platforms.get(platform, ()):
            if role not in roles:
                says = f"{community.id}: the role `{ours}` ({role}) is not there any more"
                yield note(platform, says, "choose another one on the set-up page, or remove it from sereno.yaml")
