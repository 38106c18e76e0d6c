"""What the set-up page and the doctor stand on: who looks at which platform, and whether rules fit new settings."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.adapters.setup import Found
from bot.config import Configuration, Settings
from bot.configuration.environment import Environment
from bot.log import SecretFilter
from moderation.errors import Refused, SerenoError, Unavailable, UserError
from rules.problems import errors, render

Look = Callable[[Environment], Awaitable[Found]]
"""Looks at one platform with the tokens of an environment: Refused, Unavailable, UserError when an extra is missing."""
Looks = Mapping[str, Look]

PLATFORMS: Final = ("discord", "slack", "telegram", "matrix")
PATIENCE: Final = 20.0
"""Seconds a platform may take to answer everything there is to ask."""


def looks(settings: Settings | None = None) -> Looks:
    """Who looks at which platform; a platform's SDK is imported when it is looked at.

    Telegram tells no bot which groups it is in: those that the settings name are looked at besides those it has heard of.
    """
    communities = settings.communities if settings is not None else ()
    places = [community.places["telegram"] for community in communities if "telegram" in community.places]
    groups = tuple(group for place in places for group in place.ids)
    return {platform: _look(platform, *([groups] if platform == "telegram" else [])) for platform in PLATFORMS}


def _look(platform: str, *more: object) -> Look:
    async def look(environment: Environment) -> Found:
        try:
            module = importlib.import_module(f"bot.adapters.{platform}_setup")
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] == "bot":
                raise
            raise UserError(f"{platform} needs `{error.name}`: pip install 'sereno[{platform}]'") from error
        found: Found = await module.look(environment, *more)
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
