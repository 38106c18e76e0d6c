"""What a token for Discord is good for: who the bot is, which switches are off, where it lives, which rights it lacks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
import discord
from discord.http import Route

from bot.adapters.discord_client import Client, Ears
from bot.adapters.discord_refused import CONTENT, MEMBERS, PORTAL, off, unauthorised
from bot.adapters.discord_rights import INVITE, Right, missing
from bot.adapters.setup import Found, FoundPlace, Missing, Named, Weight
from bot.configuration.environment import Environment
from moderation.errors import Refused, Unavailable

SCOPES: Final = "bot applications.commands"
TEXT: Final = frozenset({0, 2, 5, 13, 15})
"""Channel types in which people write: text, voice, announcements, stage, forum."""
REVIEW_SOON: Final = 8_000
"""Members, over all servers; at 10,000 Discord reviews the two switches, which takes some weeks."""
_WHAT: Final = {
    MEMBERS: ("see who joins", "ver quién entra"),
    CONTENT: ("read messages", "leer los mensajes"),
}


async def look(environment: Environment) -> Found:
    """Ask Discord; nothing is changed. Refused for a wrong token, Unavailable when Discord cannot be reached."""
    token, base = environment.discord_token, environment.discord_api
    if token is None:
        raise Refused("there is no token for Discord", "set SERENO_DISCORD_TOKEN to the bot's token")
    client = Client(_deaf(), base.get_secret_value().rstrip("/") if base else None)
    try:
        await client.login(token.get_secret_value())
        return await _found(client)
    except discord.LoginFailure as error:
        raise unauthorised() from error
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise Unavailable(f"Discord cannot be reached: {type(error).__name__}") from error
    finally:
        await client.close()


async def _found(client: Client) -> Found:
    account, application = client.user, client.application
    assert account is not None
    assert application is not None
    query = {"with_counts": "true", "limit": 200}
    guilds = await client.http.request(Route("GET", "/users/@me/guilds"), params=query)
    places = await asyncio.gather(*(_place(client, guild) for guild in guilds))
    people = sum(int(guild.get("approximate_member_count") or 0) for guild in guilds)
    lacks = [_switch(name) for name in off(application.flags)]
    if application.interactions_endpoint_url:
        lacks.append(_endpoint())
    if people >= REVIEW_SOON:
        lacks.append(_review(people))
    return Found(str(account.id), account.name, tuple(places), tuple(lacks), invite(application.id))


def invite(application: int) -> str:
    """The link that adds the bot with the least rights."""
    return discord.utils.oauth_url(
        application, permissions=discord.Permissions(INVITE), scopes=SCOPES.split(), disable_guild_select=False
    )


async def _place(client: Client, guild: Mapping[str, Any]) -> FoundPlace:
    id_, rights = str(guild["id"]), discord.Permissions(int(guild.get("permissions") or 0))
    lacks = [_right(right) for right in missing(rights)]
    if rights.administrator:
        lacks.append(_administrator())
    try:
        channels = await client.http.get_all_guild_channels(int(id_))
        roles = await client.http.get_roles(int(id_))
    except discord.HTTPException as error:
        lacks.append(_closed(error.status))
        return FoundPlace(id_, str(guild["name"]), missing=tuple(lacks))
    ordered = sorted(channels, key=lambda one: int(one.get("position") or 0))
    texts = tuple(Named(str(one["id"]), str(one["name"])) for one in ordered if one["type"] in TEXT)
    giveable = tuple(
        Named(str(one["id"]), str(one["name"])) for one in roles if str(one["id"]) != id_ and not one.get("managed")
    )
    return FoundPlace(id_, str(guild["name"]), texts, giveable, tuple(lacks))


def _switch(name: str) -> Missing:
    what, que = _WHAT[name]
    return Missing(
        Weight.STOPS,
        {
            "en": f"“{name}” is off, so the bot cannot {what}.",
            "es": f"«{name}» está desactivado, así que el bot no puede {que}.",
        },
        {
            "en": f"Open {PORTAL}, choose your application, then Bot → Privileged Gateway Intents: switch on “{name}” "
            "and press “Save Changes”.",
            "es": f"Abre {PORTAL}, elige tu aplicación y luego Bot → Privileged Gateway Intents: activa «{name}» "
            "y pulsa «Save Changes».",
        },
    )


def _right(right: Right) -> Missing:
    stops = right.flag in {"view_channel", "send_messages"}
    return Missing(
        Weight.STOPS if stops else Weight.LACKS,
        {
            "en": f"The right “{right.name['en']}” is missing: it is needed to {right.purpose['en']}.",
            "es": f"Falta el permiso «{right.name['es']}»: hace falta para {right.purpose['es']}.",
        },
        {
            "en": "Open the invite link again and confirm, or grant it under Server Settings → Roles → Sereno.",
            "es": "Abre otra vez el enlace de invitación y confirma, o concédelo en Ajustes del servidor → Roles → "
            "Sereno.",
        },
    )


def _administrator() -> Missing:
    return Missing(
        Weight.NOTE,
        {
            "en": "The bot has “Administrator”, which is far more than it needs.",
            "es": "El bot tiene «Administrador», que es mucho más de lo que necesita.",
        },
        {
            "en": "Server Settings → Roles → Sereno: switch “Administrator” off; the invite link grants what is "
            "needed.",
            "es": "Ajustes del servidor → Roles → Sereno: desactiva «Administrador»; el enlace de invitación concede "
            "lo necesario.",
        },
    )


def _closed(status: int) -> Missing:
    return Missing(
        Weight.STOPS,
        {
            "en": f"Discord does not show this server's channels and roles (answer {status}).",
            "es": f"Discord no muestra los canales y roles de este servidor (respuesta {status}).",
        },
        {"en": "Open the invite link again.", "es": "Abre otra vez el enlace de invitación."},
    )


def _endpoint() -> Missing:
    return Missing(
        Weight.STOPS,
        {
            "en": "Commands and buttons go to a web address instead of to the bot.",
            "es": "Los comandos y botones van a una dirección web en vez de al bot.",
        },
        {
            "en": f"Open {PORTAL} → General Information and empty “Interactions Endpoint URL”.",
            "es": f"Abre {PORTAL} → General Information y vacía «Interactions Endpoint URL».",
        },
    )


def _review(people: int) -> Missing:
    return Missing(
        Weight.NOTE,
        {
            "en": f"The bot sees about {people} people. From 10,000 on Discord reviews bots that read messages.",
            "es": f"El bot ve a unas {people} personas. A partir de 10 000, Discord revisa los bots que leen mensajes.",
        },
        {
            "en": f"Apply in time: {PORTAL} → your application → Bot → Privileged Gateway Intents.",
            "es": f"Solicítalo con tiempo: {PORTAL} → tu aplicación → Bot → Privileged Gateway Intents.",
        },
    )


def _deaf() -> Ears:
    """Nobody listens: no gateway is opened."""

    async def nothing() -> None:
        """Never called without a gateway."""

    return Ears(lambda _name, _raw: None, nothing, nothing, lambda _status, _headers: None, lambda: 0.0)
