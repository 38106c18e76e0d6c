"""Discord's permissions: what each lets Sereno do, what people may do by them, and what they are called in the settings.

`INVITE` is the least Sereno needs, as the integer that an invite link carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import discord

from bot.commands.spec import Audience, Spec, Words
from moderation.model import Capability, Role


@dataclass(frozen=True, slots=True)
class Right:
    """A permission by discord.py's name for it; `name` is what the server's settings call it, `purpose` what for."""

    flag: str
    name: Words
    purpose: Words
    gives: frozenset[Capability] = frozenset()

    @property
    def bit(self) -> int:
        """Its bit in the permission integer."""
        return discord.Permissions(**{self.flag: True}).value


def _right(flag: str, en: str, es: str, why: str, porque: str, *gives: Capability) -> Right:
    return Right(flag, {"en": en, "es": es}, {"en": why, "es": porque}, frozenset(gives))


RIGHTS: Final = (
    _right("view_channel", "View Channels", "Ver canales", "read what is written", "leer lo que se escribe"),
    _right(
        "send_messages",
        "Send Messages",
        "Enviar mensajes",
        "answer, and show cases to moderators",
        "responder y mostrar los casos a los moderadores",
        Capability.REPLY,
    ),
    _right(
        "send_messages_in_threads",
        "Send Messages in Threads",
        "Enviar mensajes en hilos",
        "answer in threads",
        "responder en los hilos",
    ),
    _right(
        "read_message_history",
        "Read Message History",
        "Leer el historial de mensajes",
        "catch up after an outage",
        "ponerse al día tras una interrupción",
    ),
    _right(
        "manage_messages",
        "Manage Messages",
        "Gestionar mensajes",
        "delete and hold messages",
        "borrar y retener mensajes",
        Capability.DELETE,
        Capability.HOLD,
    ),
    _right(
        "moderate_members",
        "Timeout Members",
        "Aislar temporalmente a miembros",
        "time people out",
        "silenciar a personas por un tiempo",
        Capability.TIMEOUT,
    ),
    _right(
        "kick_members",
        "Kick, Approve, and Reject Members",
        "Expulsar, aprobar y rechazar a miembros",
        "remove people",
        "expulsar a personas",
        Capability.KICK,
    ),
    _right(
        "ban_members",
        "Ban Members",
        "Banear a miembros",
        "keep people out, and let them come back",
        "vetar a personas y dejarlas volver",
        Capability.BAN,
    ),
    _right(
        "manage_roles",
        "Manage Roles",
        "Gestionar roles",
        "give and take roles, lock channels",
        "dar y quitar roles, cerrar canales",
        Capability.ROLES,
        Capability.LOCK,
    ),
    _right(
        "manage_channels",
        "Manage Channels",
        "Gestionar canales",
        "slow mode",
        "modo pausado",
        Capability.SLOWMODE,
    ),
    _right(
        "manage_guild",
        "Manage Server",
        "Gestionar servidor",
        "pause invites during a raid",
        "pausar las invitaciones durante un asalto",
        Capability.PAUSE_INVITES,
    ),
    _right(
        "manage_webhooks",
        "Manage Webhooks",
        "Gestionar webhooks",
        "give a deleted message back under its author's name",
        "devolver un mensaje borrado con el nombre de quien lo escribió",
    ),
)
"""Everything Sereno asks for, and why."""

INVITE: Final = sum(right.bit for right in RIGHTS)
BY_FLAG: Final[Mapping[str, Right]] = {right.flag: right for right in RIGHTS}

_PEOPLE: Final[Mapping[str, tuple[Capability, ...]]] = {
    "moderate_members": (Capability.TIMEOUT,),
    "kick_members": (Capability.KICK,),
    "ban_members": (Capability.BAN,),
    "manage_messages": (Capability.DELETE, Capability.HOLD),
    "manage_roles": (Capability.ROLES,),
    "manage_channels": (Capability.SLOWMODE, Capability.LOCK),
    "manage_guild": (Capability.PAUSE_INVITES,),
}
"""What people may do by a right. Writing alone is no right to moderate."""

_SHOWN_TO: Final[Mapping[Audience, str]] = {Audience.MODERATORS: "moderate_members", Audience.ADMINS: "manage_guild"}
_ALONE: Final = {"moderate_members", "kick_members", "ban_members", "manage_messages"}


def name_of(flag: str) -> str:
    """What the settings call a right, in English."""
    return BY_FLAG[flag].name["en"] if flag in BY_FLAG else flag


def people_may(permissions: discord.Permissions) -> frozenset[Capability]:
    """What a person may do by these permissions."""
    if permissions.administrator:
        return frozenset(can for gives in _PEOPLE.values() for can in gives)
    return frozenset(can for flag, gives in _PEOPLE.items() if getattr(permissions, flag) for can in gives)


def bot_may(permissions: discord.Permissions) -> frozenset[Capability]:
    """What the bot can do by these permissions; a private word needs none."""
    everything = permissions.administrator
    can = {can for right in RIGHTS if everything or getattr(permissions, right.flag) for can in right.gives}
    return frozenset(can | {Capability.DM})


def missing(permissions: discord.Permissions) -> tuple[Right, ...]:
    """The rights that Sereno asks for and does not have."""
    if permissions.administrator:
        return ()
    return tuple(right for right in RIGHTS if not getattr(permissions, right.flag))


def staff_by(permissions: discord.Permissions) -> frozenset[str]:
    """Our names for who has such permissions, so that staff is protected where no role is configured."""
    if permissions.administrator or permissions.manage_guild:
        return frozenset({str(Role.ADMIN)})
    if any(getattr(permissions, flag) for flag in _ALONE):
        return frozenset({str(Role.MODERATOR)})
    return frozenset()


def together(everyone: int, roles: Iterable[int]) -> discord.Permissions:
    """The permissions of somebody with these roles in a server, channels aside."""
    value = everyone
    for role in roles:
        value |= role
    return discord.Permissions(value)


def shown_to(spec: Spec) -> str | None:
    """`default_member_permissions` of a command: to whom Discord shows it. Who may call it is decided elsewhere."""
    flags = [flag for flag, gives in _PEOPLE.items() if spec.needs is not None and spec.needs in gives]
    flag = flags[0] if flags else _SHOWN_TO.get(spec.audience)
    return None if flag is None else str(discord.Permissions(**{flag: True}).value)
