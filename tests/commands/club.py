"""A club on the twin for tests of commands: an owner, an admin, two moderators, members, a bot, and every command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.adapters.twin import Twin
from bot.wiring import COMMANDS
from tests.pipeline.stage import Stage, on_stage

ROLES = {
    "owner": frozenset({"owner"}),
    "admin": frozenset({"admin"}),
    "mod": frozenset({"moderator"}),
    "mira": frozenset({"moderator"}),
    "ana": frozenset({"trusted"}),
    "bo": frozenset[str](),
    "eve": frozenset[str](),
}


def furnish(twin: Twin) -> None:
    """Everybody comes in, once."""
    for name, roles in ROLES.items():
        if name not in twin.state.members:
            twin.member(name, roles=roles, name=name.title())
    if "robo" not in twin.state.members:
        twin.member("robo", is_bot=True, name="Robo")
    if "sereno" not in twin.state.members:
        twin.member("sereno", is_bot=True, name="Sereno")


@asynccontextmanager
async def club(data: Path, **how: Any) -> AsyncIterator[Stage]:
    """A bot with all commands, and the people it serves."""
    async with on_stage(data, commands=how.pop("commands", COMMANDS), **how) as stage:
        furnish(stage.twin)
        yield stage
