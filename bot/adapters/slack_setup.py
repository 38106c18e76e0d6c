"""What Slack's tokens are good for: who the bot is, which scopes and switches are missing, where it could live."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.adapters.setup import Found, FoundPlace, Missing, Named, Weight
from bot.adapters.slack_errors import problem, refusal
from bot.adapters.slack_people import ADMINS
from bot.adapters.slack_scopes import SCOPES, USER_SCOPE
from bot.adapters.slack_web import Web
from bot.commands.spec import Words
from bot.configuration.environment import Environment
from moderation.errors import ChatError, Refused

APPS: Final = "https://api.slack.com/apps"
INSTALL: Final[Words] = {
    "en": "In Slack, type /invite @Sereno in every channel it shall look after, and in the moderators' channel.",
    "es": "En Slack, escribe /invite @Sereno en cada canal que deba cuidar y en el canal de moderación.",
}
MOST: Final = 1_000
"""Channels that are listed at most."""


async def look(environment: Environment) -> Found:
    """Ask Slack; nothing is changed. Refused for tokens Slack does not take, Unavailable when it cannot be reached."""
    if environment.slack_bot_token is None:
        raise Refused(
            "there is no bot token for Slack", "set SERENO_SLACK_BOT_TOKEN to the token that begins with xoxb-"
        )
    web = Web(environment)
    try:
        return await _found(web, environment)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise problem(error, "auth.test") from error
    finally:
        await web.aclose()


async def _found(web: Web, environment: Environment) -> Found:
    try:
        me = await web.raw("auth.test")
    except SlackApiError as error:
        raise (refusal(error, "bot") or problem(error, "auth.test")) from error
    scopes = _scopes(me)
    missing = [_scope(name) for name in SCOPES if scopes is not None and name not in scopes]
    missing += [one async for one in _socket(web, environment)]
    missing += [one async for one in _admin(web, str(me.get("team_id")))]
    return Found(
        account=str(me.get("user_id") or ""),
        name=str(me.get("user") or ""),
        places=(await _place(web, me),),
        missing=tuple(missing),
        summary=INSTALL,
    )


def _scopes(answer: Mapping[str, Any]) -> frozenset[str] | None:
    """The scopes of the token that asked; None when Slack does not say."""
    headers = answer.get("headers") or {}
    given = next((value for name, value in headers.items() if str(name).lower() == "x-oauth-scopes"), None)
    return None if given is None else frozenset(one.strip() for one in str(given).split(",") if one.strip())


async def _socket(web: Web, environment: Environment) -> AsyncIterator[Missing]:
    """Whether the app token opens a socket."""
    token = environment.slack_app_token
    if token is None:
        yield _no_app_token()
        return
    try:
        await web.bot.apps_connections_open(app_token=token.get_secret_value())
    except SlackApiError as error:
        refused = refusal(error, "app")
        if refused is None:
            raise problem(error, "apps.connections.open") from error
        yield _app_token(str(refused))


async def _admin(web: Web, team: str) -> AsyncIterator[Missing]:
    """Whether there is a user token with which members' messages can be deleted."""
    if web.admin is None:
        yield _no_admin()
        return
    try:
        me = await web.raw("auth.test", by=web.admin)
        scopes = _scopes(me)
        user = (await web.call("users.info", user=str(me.get("user_id")))).get("user") or {}
    except SlackApiError as error:
        refused = refusal(error, "user")
        if refused is None:
            raise problem(error, "auth.test") from error
        yield _bad_admin(str(refused), str(refused))
        return
    except ChatError as error:
        yield _bad_admin(str(error), str(error))
        return
    if me.get("team_id") != team or not (user.get("is_admin") or user.get("is_owner")):
        yield _bad_admin("it is not that of an admin of this workspace", "no es de un administrador de este espacio")
    elif scopes is not None and USER_SCOPE not in scopes:
        yield _bad_admin(f"it lacks the scope {USER_SCOPE}", f"le falta el permiso {USER_SCOPE}")


async def _place(web: Web, me: Mapping[str, Any]) -> FoundPlace:
    missing: list[Missing] = []
    channels: list[Mapping[str, Any]] = []
    groups: list[Mapping[str, Any]] = []
    try:
        channels = [one async for one in _channels(web)]
    except ChatError as error:
        missing.append(_closed(str(error)))
    try:
        groups = list((await web.call("usergroups.list")).get("usergroups") or ())
    except ChatError as error:
        missing.append(_no_groups(str(error)))
    mine = [one for one in channels if one.get("is_member")]
    if channels and not mine:
        missing.append(_nowhere())
    elif len(mine) < len(channels):
        missing.append(_elsewhere(len(channels) - len(mine), len(channels)))
    roles = (Named(ADMINS, "Workspace admins and owners"), *(Named(str(one["id"]), str(one["name"])) for one in groups))
    named = tuple(Named(str(one["id"]), str(one.get("name") or "")) for one in (*mine, *_others(channels)))
    return FoundPlace(str(me.get("team_id")), str(me.get("team") or ""), named, roles, tuple(missing))


def _others(channels: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Channels the bot is not in come last, and say so."""
    for one in channels:
        if not one.get("is_member"):
            yield {**one, "name": f"{one.get('name')} (/invite @Sereno)"}


async def _channels(web: Web) -> AsyncIterator[Mapping[str, Any]]:
    cursor: str | None = None
    count = 0
    while count < MOST:
        page = await web.call(
            "conversations.list",
            types="public_channel,private_channel",
            exclude_archived=True,
            limit=200,
            cursor=cursor,
        )
        for one in page.get("channels") or ():
            count += 1
            yield one
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            return


def _scope(name: str) -> Missing:
    scope = SCOPES[name]
    return Missing(
        scope.weight,
        {
            "en": f"The scope {name} is missing: it is needed to {scope.purpose['en']}.",
            "es": f"Falta el permiso {name}: hace falta para {scope.purpose['es']}.",
        },
        {
            "en": f"{APPS} → your app → OAuth & Permissions → Bot Token Scopes: add {name}, then press "
            "“Reinstall to Workspace”.",
            "es": f"{APPS} → tu aplicación → OAuth & Permissions → Bot Token Scopes: añade {name} y pulsa "
            "«Reinstall to Workspace».",
        },
    )


def _no_app_token() -> Missing:
    return Missing(
        Weight.STOPS,
        {
            "en": "There is no app token, so nothing can be received.",
            "es": "No hay token de aplicación, así que no se puede recibir nada.",
        },
        _APP_TOKEN,
    )


def _app_token(why: str) -> Missing:
    return Missing(
        Weight.STOPS,
        {"en": f"The app token does not work: {why}.", "es": f"El token de aplicación no funciona: {why}."},
        _APP_TOKEN,
    )


_APP_TOKEN: Final[Words] = {
    "en": f"{APPS} → your app → Basic Information → App-Level Tokens → Generate, with the scope connections:write; "
    "paste it on the set-up page, or set SERENO_SLACK_APP_TOKEN to it. Under Socket Mode, the switch must be on.",
    "es": f"{APPS} → tu aplicación → Basic Information → App-Level Tokens → Generate, con el permiso "
    "connections:write; pégalo en la puesta en marcha o ponlo en SERENO_SLACK_APP_TOKEN. En Socket Mode, el interruptor debe estar activado.",
}


def _no_admin() -> Missing:
    return Missing(
        Weight.LACKS,
        {
            "en": "Without an admin's user token Sereno cannot delete or hold what members write.",
            "es": "Sin el token de usuario de un administrador, Sereno no puede borrar ni retener lo que escriben los "
            "miembros.",
        },
        _USER_TOKEN,
    )


def _bad_admin(why: str, por_que: str) -> Missing:
    return Missing(
        Weight.LACKS,
        {
            "en": f"The user token does not let Sereno delete what members write: {why}.",
            "es": f"El token de usuario no le permite a Sereno borrar lo que escriben los miembros: {por_que}.",
        },
        _USER_TOKEN,
    )


_USER_TOKEN: Final[Words] = {
    "en": f"Let an admin of the workspace install the app, then copy {APPS} → your app → OAuth & Permissions → "
    "User OAuth Token to the set-up page, or into SERENO_SLACK_USER_TOKEN. Without it, give your rules an `else:`.",
    "es": f"Pide a un administrador del espacio que instale la aplicación y copia {APPS} → tu aplicación → OAuth & "
    "Permissions → User OAuth Token en la puesta en marcha o en SERENO_SLACK_USER_TOKEN. Sin él, pon un `else:` en tus reglas.",
}


def _closed(why: str) -> Missing:
    return Missing(
        Weight.STOPS,
        {
            "en": f"Slack does not show this workspace's channels: {why}.",
            "es": f"Slack no muestra los canales de este espacio: {why}.",
        },
        {
            "en": "Add the missing scopes and reinstall the app.",
            "es": "Añade los permisos que faltan y reinstala la aplicación.",
        },
    )


def _no_groups(why: str) -> Missing:
    return Missing(
        Weight.NOTE,
        {
            "en": f"User groups cannot stand for roles: {why}.",
            "es": f"Los grupos de usuarios no pueden hacer de roles: {why}.",
        },
        {
            "en": "Use workspace_admins as the role, or add the scope usergroups:read (user groups need a paid plan).",
            "es": "Usa workspace_admins como rol o añade el permiso usergroups:read (los grupos requieren un plan de pago).",
        },
    )


def _nowhere() -> Missing:
    return Missing(
        Weight.STOPS,
        {
            "en": "Sereno is in no channel, so it sees nothing.",
            "es": "Sereno no está en ningún canal, así que no ve nada.",
        },
        {
            "en": "Type /invite @Sereno in every channel it shall look after.",
            "es": "Escribe /invite @Sereno en cada canal que deba cuidar.",
        },
    )


def _elsewhere(missing: int, channels: int) -> Missing:
    return Missing(
        Weight.NOTE,
        {
            "en": f"Sereno is not in {missing} of the {channels} channels it can see.",
            "es": f"Sereno no está en {missing} de los {channels} canales que puede ver.",
        },
        {
            "en": "Type /invite @Sereno in every channel it shall look after.",
            "es": "Escribe /invite @Sereno en cada canal que deba cuidar.",
        },
    )
