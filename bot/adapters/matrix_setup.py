"""What the bot's Matrix account finds: who it is, which rooms it is in, and what its level lacks there. Only reads."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from bot.adapters.homes import Home
from bot.adapters.matrix import client
from bot.adapters.matrix_errors import TurnedDown, refused
from bot.adapters.matrix_power import POWERS, RULES
from bot.adapters.matrix_private import MARK
from bot.adapters.matrix_rooms import CREATE, MEMBER, Room
from bot.adapters.matrix_wire import PACES, Json, Wire
from bot.adapters.setup import Found, FoundPlace, Missing, Named, Weight
from bot.adapters.turns import Turns
from bot.commands.spec import Words
from bot.configuration.environment import Environment
from moderation.errors import Gone
from moderation.model import Capability

INVITE: Final[Words] = {
    "en": "Invite {me} to each room and give it the power level 100 (admin) there; 50 without time-outs and locks.",
    "es": "Invita a {me} a cada sala y dale allí el nivel 100 (administrador); 50 si no quieres silenciar ni cerrar.",
}
INVITED: Final[Words] = {
    "en": "Sereno is invited here, and comes in once it is turned on.",
    "es": "Sereno tiene una invitación y entrará en cuanto se encienda.",
}
LEVEL: Final[Words] = {
    "en": "Give {me} the power level 100 (admin) in this room; 50 is enough without time-outs and locks.",
    "es": "Dale a {me} el nivel 100 (administrador) en esta sala; basta con 50 si no quieres silenciar ni cerrar.",
}
ENCRYPTED: Final = Missing(
    Weight.STOPS,
    {
        "en": "This room is encrypted: Sereno cannot read it.",
        "es": "Esta sala está cifrada: Sereno no puede leerla.",
    },
    {
        "en": "Encryption cannot be switched off again: make a new room without it and move there.",
        "es": "El cifrado no se puede quitar: crea una sala nueva sin cifrar y múdate a ella.",
    },
)
_NOTHING: Final[Json] = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {kind: {"types": []} for kind in ("timeline", "state", "ephemeral", "account_data")},
}
"""A sync that tells of invitations and little else."""
_NOWHERE: Final = Home("matrix", "", frozenset())
_LEVEL: Final[Words] = {
    "en": "In the room's settings under Roles & Permissions, give {me} the level {level}.",
    "es": "En los ajustes de la sala, en Roles y permisos, dale a {me} el nivel {level}.",
}
_LACKS: Final[Mapping[Capability, Words]] = {
    Capability.DELETE: {"en": "It cannot remove messages.", "es": "No puede quitar mensajes."},
    Capability.KICK: {"en": "It cannot remove people.", "es": "No puede expulsar a nadie."},
    Capability.BAN: {"en": "It cannot ban.", "es": "No puede vetar a nadie."},
    Capability.TIMEOUT: {
        "en": "It cannot silence people for a while.",
        "es": "No puede silenciar a nadie por un rato.",
    },
    Capability.LOCK: {"en": "It cannot lock the room.", "es": "No puede cerrar la sala."},
    Capability.PAUSE_INVITES: {"en": "It cannot pause invitations.", "es": "No puede pausar las invitaciones."},
}


async def look(environment: Environment) -> Found:
    """What the account sees. Refused for a token nobody takes, Unavailable when the homeserver cannot be reached."""
    made = client(environment)
    wire = Wire(lambda: made, Turns(PACES))
    try:
        return await _look(wire)
    except TurnedDown as error:
        raise refused(error) from error
    finally:
        await wire.aclose()


async def _look(wire: Wire) -> Found:
    me = str((await wire.get("account", "whoami"))["user_id"])
    places = []
    for id_ in (await wire.get("joined_rooms")).get("joined_rooms", ()):
        state = await _state(wire, str(id_))
        if MARK not in state:
            places.append(_place(str(id_), state, me))
    places += [_invited(id_, state, me) async for id_, state in _invitations(wire, me)]
    summary = _said(INVITE, me=me)
    return Found(me, await _name(wire, me), tuple(places), summary=summary)


async def _name(wire: Wire, me: str) -> str:
    try:
        return str((await wire.get("profile", me)).get("displayname") or me)
    except Gone:
        return me


async def _state(wire: Wire, room: str) -> dict[str, Json]:
    """What a room says about itself, by kind: content, and who said it."""
    found = {}
    for kind in (CREATE, POWERS, RULES, "m.room.name", "m.room.canonical_alias", "m.room.encryption", MARK):
        try:
            found[kind] = await wire.get("rooms", room, "state", kind, "", format="event")
        except Gone:
            continue
    return found


def _place(id_: str, state: Mapping[str, Json], me: str) -> FoundPlace:
    room = Room(id_, _NOWHERE)
    if CREATE in state:
        room.created(state[CREATE]["content"], str(state[CREATE].get("sender")))
    room.levels(_content(state, POWERS))
    name = _named(id_, state)
    missing = [ENCRYPTED] if _content(state, "m.room.encryption").get("algorithm") else []
    missing += _lacking(room, me)
    return FoundPlace(id_, name, channels=(Named(id_, name),), missing=tuple(missing))


async def _invitations(wire: Wire, me: str) -> AsyncIterator[tuple[str, Mapping[str, Json]]]:
    """The rooms the account is invited to, with the little that an invitation tells of them; private talks are none."""
    told = await wire.get("sync", filter=json.dumps(_NOTHING), timeout=0, set_presence="offline")
    for id_, room in ((told.get("rooms") or {}).get("invite") or {}).items():
        events = (room.get("invite_state") or {}).get("events") or ()
        mine = [event for event in events if event.get("type") == MEMBER and event.get("state_key") == me]
        if not any((event.get("content") or {}).get("is_direct") for event in mine):
            yield str(id_), {str(event.get("type")): event for event in events if event.get("state_key") == ""}


def _invited(id_: str, state: Mapping[str, Json], me: str) -> FoundPlace:
    """The running bot comes into the rooms of its community by itself; what its level allows shows only inside."""
    name = _named(id_, state)
    sealed = [ENCRYPTED] if _content(state, "m.room.encryption").get("algorithm") else []
    invited = Missing(Weight.NOTE, INVITED, _said(LEVEL, me=me))
    return FoundPlace(id_, name, channels=(Named(id_, name),), missing=(*sealed, invited))


def _named(id_: str, state: Mapping[str, Json]) -> str:
    own = _content(state, "m.room.name").get("name") or _content(state, "m.room.canonical_alias").get("alias")
    return str(own or id_)


def _lacking(room: Room, me: str) -> list[Missing]:
    """What the bot's level does not allow, and the level that would."""
    powers, can = room.powers, room.powers.can(me)
    levels = {
        Capability.DELETE: powers.needed("redact"),
        Capability.KICK: powers.needed("kick"),
        Capability.BAN: max(powers.needed("ban"), powers.needed("kick")),
        Capability.TIMEOUT: powers.to_set(POWERS),
        Capability.LOCK: powers.to_set(POWERS),
        Capability.PAUSE_INVITES: max(powers.to_set(POWERS), powers.to_set(RULES)),
    }
    return [
        Missing(Weight.LACKS, _LACKS[what], _said(_LEVEL, me=me, level=level))
        for what, level in levels.items()
        if what not in can
    ]


def _content(state: Mapping[str, Json], kind: str) -> Mapping[str, Any]:
    content = state.get(kind, {}).get("content")
    return content if isinstance(content, Mapping) else {}


def _said(words: Words, **values: object) -> Words:
    return {language: text.format(**values) for language, text in words.items()}
