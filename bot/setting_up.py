"""What the set-up page and the doctor stand on: who looks at which platform, and whether rules fit new settings."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bot.adapters.ground import Adapter
from bot.adapters.setup import Found, Hears
from bot.config import Configuration, Settings
from bot.configuration.environment import Environment
from bot.log import SecretFilter
from moderation.errors import Refused, SerenoError, Unavailable, UserError
from rules.problems import errors, render

Look = Callable[[Environment], Awaitable[Found]]
"""Looks at one platform with the tokens of an environment: Refused, Unavailable, UserError when an extra is missing."""
Looks = Mapping[str, Look]
More = Callable[[Environment], Mapping[str, object]]
"""What a platform's look is told besides."""

PLATFORMS: Final = ("discord", "slack", "telegram", "matrix")
PATIENCE: Final = 20.0
"""Seconds a platform may take to answer everything there is to ask."""


def looks(settings: Settings | None = None, adapters: Mapping[str, Adapter] = MappingProxyType({})) -> Looks:
    """Who looks at which platform; a platform's SDK is imported when it is looked at.

    Telegram tells no bot which groups it is in, and gives updates to one poller only: a bot that these settings let run
    there is not disturbed, and the groups that the settings name and those it has heard of (`adapters`) are looked at.
    """
    more: dict[str, More] = {"telegram": partial(_telegram, settings, adapters)}
    return {platform: _look(platform, more.get(platform, lambda _: {})) for platform in PLATFORMS}


def _telegram(settings: Settings | None, adapters: Mapping[str, Adapter], asked: Environment) -> Mapping[str, object]:
    communities = settings.communities if settings is not None else ()
    places = [community.places["telegram"] for community in communities if "telegram" in community.places]
    runs = settings is not None and bool(places) and asked.telegram_token == settings.environment.telegram_token
    heard = _heard(adapters.get("telegram")) if runs else ()
    groups = dict.fromkeys([*(group for place in places for group in place.ids), *heard])
    return {"groups": tuple(groups), "polls": not runs}


def _heard(adapter: object) -> tuple[str, ...]:
    return tuple(adapter.heard) if isinstance(adapter, Hears) else ()


def _look(platform: str, more: More) -> Look:
    async def look(environment: Environment) -> Found:
        try:
            module = importlib.import_module(f"bot.adapters.{platform}_setup")
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] == "bot":
                raise
            raise UserError(f"{platform} needs `{error.name}`: pip install 'sereno[{platform}]'") from error
        found: Found = await module.look(environment, **more(environment))
        return found

    return look


def slack_manifest() -> str:
    """What people paste into Slack to make the app: its scopes, events, shortcuts, Socket Mode."""
    return (Path(__file__).parent / "adapters" / "slack-manifest.yaml").read_text(encoding="utf-8")


async def look_at(look: Look, environment: Environment, patience: float = PATIENCE) -> Found:
    """What a look finds. Raises Refused, Unavailable or UserError, whose words quote no token; never anything of an
    SDK's."""
    hidden = SecretFilter(environment.secrets)
    try:
        async with asyncio.timeout(patience):
            return await look(environment)
    except Refused as error:
        raise Refused(hidden.mask(str(error)), hidden.mask(error.mend)) from None
    except UserError:
        raise
    except TimeoutError:
        raise Unavailable(f"no answer within {patience:g} s") from None
    except SerenoError as error:
        raise Unavailable(hidden.mask(str(error))) from None
    except Exception as error:  # noqa: BLE001 - an SDK may raise anything, with the token in its words
        raise Unavailable(f"it could not be looked at ({type(error).__name__})") from None


def rules_refused(settings: Settings, configuration: Configuration) -> str:
    """Why the rules could not come into force with another configuration, in words; empty when they can."""
    from bot.wiring import load_rules

    new = replace(settings, configuration=configuration, folder=settings.own_file.resolve().parent)
    loaded = load_rules(new, new.communities[0])
    return "" if loaded.rule_set is not None else render(errors(loaded.problems))
