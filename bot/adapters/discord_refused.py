"""Why Discord turns the bot down as a whole, and what to press so that it does not."""

from __future__ import annotations

from typing import Final

import discord

from moderation.errors import Refused

PORTAL: Final = "https://discord.com/developers/applications"
MEMBERS: Final = "Server Members Intent"
CONTENT: Final = "Message Content Intent"
_WHY: Final = {
    4004: ("Discord does not take this token", f"make a new one at {PORTAL} → Bot → Reset Token, and set it"),
    4010: ("Discord refuses how this bot is split", "report this as a fault"),
    4011: ("this bot is in too many servers for one connection", "run one bot per 2,500 servers"),
    4012: ("Discord no longer speaks this version of its protocol", "update Sereno"),
    4013: ("Discord does not know what this bot wants to listen to", "update Sereno"),
    4014: (
        "Discord does not let this bot read members or messages",
        (f"switch on %s at {PORTAL} → Bot → Privileged Gateway Intents, and press “Save Changes”"),
    ),
}


def unauthorised() -> Refused:
    """The token is wrong."""
    return Refused(*_WHY[4004])


def closed(error: discord.ConnectionClosed, flags: discord.ApplicationFlags | None) -> Refused | None:
    """What a closed connection means; None when coming back may help."""
    why = _WHY.get(error.code or 0)
    if why is None:
        return None
    switches = " and ".join(f"“{switch}”" for switch in (off(flags) or (MEMBERS, CONTENT)))
    return Refused(why[0], why[1].replace("%s", switches))


def off(flags: discord.ApplicationFlags | None) -> tuple[str, ...]:
    """The switches in the developer portal that are off; none when Discord does not say."""
    if flags is None:
        return ()
    members = flags.gateway_guild_members or flags.gateway_guild_members_limited
    content = flags.gateway_message_content or flags.gateway_message_content_limited
    return tuple(name for name, on in ((MEMBERS, members), (CONTENT, content)) if not on)
