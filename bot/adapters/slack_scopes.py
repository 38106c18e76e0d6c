"""The rights Sereno asks of Slack, and what each is for. slack-manifest.yaml beside this holds the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from bot.adapters.setup import Weight
from bot.commands.spec import Words


class Scope(NamedTuple):
    """What a scope is for, and how much its absence hurts."""

    weight: Weight
    purpose: Words


def _stops(en: str, es: str) -> Scope:
    return Scope(Weight.STOPS, {"en": en, "es": es})


def _lacks(en: str, es: str) -> Scope:
    return Scope(Weight.LACKS, {"en": en, "es": es})


SCOPES: Final[Mapping[str, Scope]] = {
    "channels:history": _stops("read messages in public channels", "leer los mensajes de los canales públicos"),
    "channels:read": _stops("know the public channels", "conocer los canales públicos"),
    "chat:write": _stops("say something, show cases and notes", "escribir, mostrar casos y avisos"),
    "commands": _stops("offer /sereno and the message menu", "ofrecer /sereno y el menú de los mensajes"),
    "users:read": _stops("know names and who is an admin", "conocer los nombres y quién es administrador"),
    "groups:history": _lacks(
        "read messages in private channels it is invited to", "leer los canales privados a los que se le invite"
    ),
    "groups:read": _lacks(
        "know the private channels it is invited to", "conocer los canales privados a los que se le invite"
    ),
    "channels:manage": _lacks("remove people from public channels", "expulsar a personas de los canales públicos"),
    "im:history": _lacks(
        "make sure that nobody is told twice in direct messages", "asegurarse de no repetir avisos en mensajes directos"
    ),
    "im:write": _lacks("write direct messages", "escribir mensajes directos"),
    "reactions:read": _lacks("see reactions", "ver las reacciones"),
    "usergroups:read": _lacks(
        "know who is in the user groups that stand for roles", "saber quién está en los grupos que hacen de roles"
    ),
}
"""Bot token scopes. The event `team_join` and `user_change` come with `users:read`."""

USER_SCOPE: Final = "chat:write"
"""The one scope of the admin's user token: with it Slack lets an admin delete what members wrote."""
