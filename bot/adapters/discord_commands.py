"""Sereno's commands as Discord shows them: application commands, entries of a message's menu, and forms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from bot.adapters.discord_places import Places
from bot.adapters.discord_rest import Rest
from bot.adapters.discord_rights import shown_to
from bot.adapters.discord_text import cut
from bot.adapters.ground import Ground
from bot.adapters.turns import Urgency
from bot.commands.spec import Kind, Parameter, Spec, Words
from moderation.errors import ChatError, Forbidden, Gone

SLASH: Final = 1
MESSAGE_MENU: Final = 3
SUB_COMMAND: Final = 1
SPANISH: Final = ("es-ES", "es-419")
FORM: Final = "form"
"""How the id of a form begins: `form:<command>:<message>:<author>`. It carries no authority, only what was clicked."""
_TYPES: Final[Mapping[Kind, int]] = {Kind.MEMBER: 6}
_STRING: Final = 3
_LABEL, _INPUT, _SELECT, _PEOPLE, _ONE_LINE, _PARAGRAPH = 18, 4, 3, 5, 1, 2


def commands(specs: Sequence[Spec]) -> list[dict[str, Any]]:
    """What is registered; a name of two words becomes a command with sub-commands."""
    found: dict[str, dict[str, Any]] = {}
    menus: list[dict[str, Any]] = []
    for spec in specs:
        first, _, second = spec.name.partition(" ")
        if second:
            above = found.setdefault(first, _command(spec, first))
            above.setdefault("options", []).append({"type": SUB_COMMAND, "name": second, **_body(spec)})
        else:
            found[first] = {**_command(spec, first), **_body(spec)}
        if spec.menu is not None:
            name = {"name": spec.menu["en"][:32], "name_localizations": _spanish(spec.menu, 32)}
            menus.append({"type": MESSAGE_MENU, **name, "default_member_permissions": shown_to(spec)})
    return [*found.values(), *menus]


def _command(spec: Spec, name: str) -> dict[str, Any]:
    words = {"description": spec.summary["en"][:100], "description_localizations": _spanish(spec.summary, 100)}
    return {"type": SLASH, "name": name, **words, "default_member_permissions": shown_to(spec)}


def _body(spec: Spec) -> dict[str, Any]:
    needed_first = sorted(spec.parameters, key=lambda parameter: not parameter.required)
    return {
        "description": spec.summary["en"][:100],
        "description_localizations": _spanish(spec.summary, 100),
        "options": [_option(parameter) for parameter in needed_first],
    }


def _option(parameter: Parameter) -> dict[str, Any]:
    option: dict[str, Any] = {
        "type": _TYPES.get(parameter.kind, _STRING),
        "name": parameter.name,
        "description": parameter.summary["en"][:100],
        "description_localizations": _spanish(parameter.summary, 100),
        "required": parameter.required,
    }
    if parameter.kind is Kind.CHOICE:
        option["choices"] = [
            {"name": words["en"][:100], "value": value, "name_localizations": _spanish(words, 100)}
            for value, words in (parameter.choices or {}).items()
        ]
    return option


def _spanish(words: Words, limit: int) -> dict[str, str]:
    return dict.fromkeys(SPANISH, words["es"][:limit]) if words.get("es") else {}


def asks(spec: Spec) -> tuple[Parameter, ...]:
    """What a message's menu cannot carry: everything but the person, who is the message's author. Nothing when all of
    it may be left out."""
    rest = tuple(parameter for parameter in spec.parameters if parameter.kind is not Kind.MEMBER)
    return rest[:5] if any(parameter.required for parameter in rest) else ()


def form(spec: Spec, message: str, author: str, language: str) -> dict[str, Any]:
    """The form that asks for it, in the caller's language."""
    fields = [{"type": _LABEL, **_label(one, language), "component": _field(one, language)} for one in asks(spec)]
    title = cut((spec.menu or spec.summary).get(language, spec.name), 45)
    return {"custom_id": f"{FORM}:{spec.name}:{message}:{author}", "title": title, "components": fields}


def _label(parameter: Parameter, language: str) -> dict[str, str]:
    words = parameter.summary.get(language, parameter.name)
    return {"label": cut(words, 45)} if len(words) <= 45 else {"label": cut(words, 45), "description": cut(words, 100)}


def _field(parameter: Parameter, language: str) -> dict[str, Any]:
    base = {"custom_id": parameter.name, "required": parameter.required}
    if parameter.kind is Kind.CHOICE:
        options = [
            {"label": words.get(language, value)[:100], "value": value}
            for value, words in (parameter.choices or {}).items()
        ]
        return {"type": _SELECT, **base, "options": options}
    style = _PARAGRAPH if parameter.kind is Kind.LONG else _ONE_LINE
    return {"type": _INPUT, **base, "style": style, "max_length": 1000}


def filled(components: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What somebody wrote into a form."""
    answers: dict[str, str] = {}
    for row in components:
        for field in (row["component"],) if row.get("component") else row.get("components") or ():
            values = field.get("values") or ()
            value = field.get("value") or (values[0] if values else "")
            if value:
                answers[str(field["custom_id"])] = str(value)
    return answers


class Registration:
    """Tells Discord the commands, server by server so that they appear at once, and only when they have changed."""

    def __init__(self, ground: Ground, rest: Rest, places: Places) -> None:
        self._ground = ground
        self._rest = rest
        self._places = places
        self._log: Any = structlog.get_logger(__name__)

    async def run(self, application: str) -> None:
        """Register where they differ; what Discord refuses is told once and does not end the connection."""
        body = commands(self._ground.commands)
        mark = hashlib.sha256(json.dumps([application, body], sort_keys=True).encode()).hexdigest()
        for home, guild in list(self._places.known()):
            name = f"discord:commands:{guild.id}"
            if await self._ground.cursors.get(name) == mark:
                continue
            path = "/applications/{application_id}/guilds/{guild_id}/commands"
            ids = {"application_id": application, "guild_id": str(guild.id)}
            try:
                await self._rest.call(Urgency.POST, "PUT", path, ids, json=body, lacks="applications.commands")
            except Gone:
                continue
            except ChatError as error:
                self._log.warning("commands could not be registered", why=str(error))
                if not isinstance(error, Forbidden):
                    continue
                about = f"The commands do not appear on Discord: {error}. Open the invite link again and confirm."
                await self._ground.gaps.tell(f"discord-commands|{guild.id}", about, "discord", home.community)
                continue
            await self._ground.cursors.put(name, mark)

    async def forget(self, place: str) -> None:
        """The bot was removed from a server, and its commands with it."""
        await self._ground.cursors.drop(f"discord:commands:{place}")
