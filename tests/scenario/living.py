"""Sereno and a world together, for as long as a scene lasts."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from tests.contract.world import World
from tests.discord.world import DiscordWorld
from tests.matrix.world import MatrixWorld
from tests.scenario.running import Sereno, configuration
from tests.slack.world import opened as opened_slack
from tests.telegram.world import TelegramWorld

WORLDS: dict[str, Callable[[], AbstractAsyncContextManager[World]]] = {
    "discord": DiscordWorld.opened,
    "slack": opened_slack,
    "telegram": TelegramWorld.opened,
    "matrix": MatrixWorld.opened,
}
RULES = Path(__file__).with_name("rules.yaml")


@asynccontextmanager
async def living(*worlds: World, folder: Path, apart: Mapping[str, str] = {}) -> AsyncIterator[Sereno]:
    """Sereno as one community on these worlds; afterwards its whole log is searched for the tokens it was given.

    `apart` are variables that differ from the worlds' own; a platform whose token does is not waited for.
    """
    (folder / "rules").mkdir(parents=True)
    shutil.copy(RULES, folder / "rules" / "evening.yaml")
    environment = {name: value for world in worlds for name, value in world.environment.items()} | dict(apart)
    awaited = [world.home.platform for world in worlds if world.environment.keys().isdisjoint(apart)]
    sereno = Sereno(configuration([world.home for world in worlds], folder), environment, awaited)
    await sereno.start()
    try:
        yield sereno
    finally:
        await sereno.stop()
    log = sereno.log.read_text(encoding="utf-8")
    secrets = [value for name, value in environment.items() if name.endswith(("TOKEN", "SECRET"))]
    assert secrets and not any(secret in log for secret in secrets)
