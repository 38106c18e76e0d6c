"""A running bot from its settings: logs, parts, rules that follow their files, HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

import structlog

from bot.config import Settings
from bot.console.serve import serve
from bot.doctor import State, platforms
from bot.log import Format, configure
from bot.tuning import tune
from bot.wiring import assemble

LOOKS: Final[dict[str, Format]] = {"auto": "auto", "text": "console", "json": "json"}
"""What sereno.yaml calls a form of log → what bot/log.py calls it."""


async def run(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. UserError when the rules, the data folder or the address cannot be used."""
    log = settings.configuration.log
    configure(log.level, LOOKS[log.format], secrets=settings.environment.secrets)
    bot = assemble(settings)
    tune()
    say: Any = structlog.get_logger(__name__)
    for finding in platforms(settings):
        if finding.state is not State.WELL:
            say.warning(finding.says, mend=finding.mend)
    if bot.model.make is None:
        say.warning(bot.model.why, mend=bot.model.mend)
    watching = asyncio.create_task(bot.reloading.run(), name="rules")
    try:
        await serve(bot.app, settings, host, port)
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
