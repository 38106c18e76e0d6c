"""Application commands on the Discord emulator: what a bot may register, and what people may call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.emulators.discord_errors import Denied, check
from tests.emulators.discord_routes import Answer, Ask, Route
from tests.emulators.discord_state import Json, State

SLASH, ON_USER, ON_MESSAGE = 1, 2, 3
SUB, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = range(1, 12)
_NAME: Final = re.compile(r"[-_'\w]{1,32}")
_LOCALES: Final = frozenset(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja "
    "zh-TW ko".split()
)
_MOST: Final = {SLASH: 100, ON_USER: 15, ON_MESSAGE: 15}


def _scope(ask: Ask) -> int | None:
    if int(ask.parts["application"]) != ask.state.application.id:
        raise Denied(50001)
    return ask.guild.id if "guild" in ask.parts else None


def checked(state: State, command: Json, guild: int | None) -> Json:
    """A command as Discord keeps it; Denied with 50035 names what it would not take."""
    kind = int(command.get("type") or SLASH)
    name = command.get("name") or ""
    if kind == SLASH:
        _named(command, "name")
        _described(command, "description")
    else:
        check(1 <= len(name) <= 32, "name", "Must be between 1 and 32 in length.")
        check(not command.get("description"), "description", "Context menu commands cannot have description")
        check(not command.get("options"), "options", "Context menu commands cannot have options")
    _localised(command)
    options = command.get("options") or []
    _options(options, "options")
    allowed = command.get("default_member_permissions")
    kept: Json = {
        "id": str(state.snowflake()),
        "application_id": str(state.application.id),
        "version": str(state.snowflake()),
        "type": kind,
        "name": name,
        "name_localizations": command.get("name_localizations"),
        "description": command.get("description") or "",
        "description_localizations": command.get("description_localizations"),
        "options": options,
        "default_member_permissions": None if allowed is None else str(allowed),
        "dm_permission": command.get("dm_permission", True),
        "nsfw": bool(command.get("nsfw")),
        "contexts": command.get("contexts"),
        "integration_types": command.get("integration_types") or [0],
    }
    return {**kept, "guild_id": str(guild)} if guild else kept


def _named(part: Json, place: str) -> None:
    name = part.get("name") or ""
    good = _NAME.fullmatch(name) and name == name.lower()
    check(good, place, f"Command name {name!r} is invalid: lower-case letters, digits, - and _, 1 to 32")


def _described(part: Json, place: str) -> None:
    check(1 <= len(part.get("description") or "") <= 100, place, "Must be between 1 and 100 in length.")


def _localised(part: Json) -> None:
    for field in ("name_localizations", "description_localizations"):
        for locale, words in (part.get(field) or {}).items():
            check(locale in _LOCALES, f"{field}.{locale}", "This locale is not supported")
            longest = 32 if field.startswith("name") else 100
            check(1 <= len(words) <= longest, f"{field}.{locale}", f"Must be between 1 and {longest} in length.")


def _options(options: list[Json], place: str) -> None:
    check(len(options) <= 25, place, "Must be 25 or fewer in length.")
    names = [each.get("name") for each in options]
    check(len(names) == len(set(names)), place, "Option names must be unique")
    optional = False
    for at, each in enumerate(options):
        here = f"{place}.{at}"
        _named(each, f"{here}.name")
        _described(each, f"{here}.description")
        _localised(each)
        required = bool(each.get("required"))
        check(not (required and optional), here, "Required options must be placed before non-required options")
        optional = optional or (not required and each["type"] not in (SUB, GROUP))
        choices = each.get("choices") or []
        check(len(choices) <= 25, f"{here}.choices", "Must be 25 or fewer in length.")
        for choice in choices:
            good = 1 <= len(choice["name"]) <= 100 and len(str(choice["value"])) <= 100
            check(good, f"{here}.choices", "Must be between 1 and 100 in length.")
        check(not (choices and each.get("autocomplete")), here, "Cannot have choices and autocomplete")
        _options(each.get("options") or [], f"{here}.options")


def _register(ask: Ask, scope: int | None, commands: list[Json]) -> list[Json]:
    """Replace all commands of a scope; those whose name and kind were there keep their id."""
    before = {(each["type"], each["name"]): each["id"] for each in ask.state.commands.get(scope, [])}
    kept = [checked(ask.state, each, scope) for each in commands]
    for kind, most in _MOST.items():
        check(sum(each["type"] == kind for each in kept) <= most, "_errors", "Maximum number of application commands")
    names = [(each["type"], each["name"]) for each in kept]
    check(len(names) == len(set(names)), "_errors", "Application command names must be unique")
    for each in kept:
        each["id"] = before.get((each["type"], each["name"]), each["id"])
    ask.state.commands[scope] = kept
    return kept


def put_all(ask: Ask) -> Answer:
    check(isinstance(ask.json, list), "_errors", "Only iterables may be used in a ListType")
    return _register(ask, _scope(ask), list(ask.json))


def get_all(ask: Ask) -> Answer:
    return ask.state.commands.get(_scope(ask), [])


def post(ask: Ask) -> Answer:
    scope, body = _scope(ask), ask.body
    same = (int(body.get("type") or SLASH), body.get("name"))
    others = [each for each in ask.state.commands.get(scope, []) if (each["type"], each["name"]) != same]
    return _register(ask, scope, [*others, body])[-1]


def _one(ask: Ask) -> Json:
    found = [each for each in ask.state.commands.get(_scope(ask), []) if each["id"] == ask.parts["command"]]
    if not found:
        raise Denied(10063)
    return found[0]


def get(ask: Ask) -> Answer:
    return _one(ask)


def delete(ask: Ask) -> Answer:
    ask.state.commands[_scope(ask)].remove(_one(ask))
    return None


def known(state: State, guild: int) -> Iterator[Json]:
    """The commands people are offered in a server; its own before the global ones."""
    yield from state.commands.get(guild, [])
    yield from state.commands[None]


_GLOBAL: Final = "/applications/{application}/commands"
_GUILD: Final = "/applications/{application}/guilds/{guild}/commands"
ROUTES: Final = tuple(
    route
    for path in (_GLOBAL, _GUILD)
    for route in (
        Route("PUT", path, put_all),
        Route("GET", path, get_all),
        Route("POST", path, post),
        Route("GET", f"{path}/{{command}}", get),
        Route("DELETE", f"{path}/{{command}}", delete),
    )
)
