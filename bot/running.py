"""A running bot from its settings: logs, parts, rules that follow their files, HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any, Final

import structlog

from bot.config import Settings
from bot.console.keys import Keys
from bot.console.serve import Announce, Round, listen_on, say, serve
from bot.doctor import State, platforms
from bot.log import Format, configure
from bot.tuning import tune
from bot.wiring import assemble
from moderation.errors import UserError

LOOKS: Final[dict[str, Format]] = {"auto": "auto", "text": "console", "json": "json"}
"""What sereno.yaml calls a form of log → what bot/log.py calls it."""


async def run(settings: Settings, host: str, port: int, fresh: Callable[[], Settings] | None = None) -> None:
    """Serve until SIGTERM or SIGINT. UserError when the rules, the data folder or the address cannot be used.

    `fresh` reads the settings again when somebody has changed them in the console: the bot is then put together anew
    behind the same address. Settings that cannot be used leave the last ones in force.
    """
    log = settings.configuration.log
    configure(log.level, LOOKS[log.format], secrets=settings.environment.secrets)
    round_ = Round(assemble(settings), settings, Keys())
    listener = listen_on(host, port)
    tune()
    try:
        await _round(round_, listener, host, say)
        while round_.again:
            round_ = _next(round_, fresh or (lambda: settings))
            await _round(round_, listener, host, None)
    finally:
        listener.close()


async def _round(round_: Round, listener: socket.socket, host: str, announce: Announce | None) -> None:
    """One bot, from its first warning to its end."""
    log: Any = structlog.get_logger(__name__)
    for finding in platforms(round_.settings):
        if finding.state is not State.WELL:
            log.warning(finding.says, mend=finding.mend)
    if round_.bot.model.make is None:
        log.warning(round_.bot.model.why, mend=round_.bot.model.mend)
    watching = asyncio.create_task(round_.bot.reloading.run(), name="rules")
    try:
        await serve(round_, listener, host, announce)
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


def _next(last: Round, fresh: Callable[[], Settings]) -> Round:
    """The round after the last one, with fresh settings if a bot can be made of them."""
    log: Any = structlog.get_logger(__name__)
    try:
        settings = fresh()
        return Round(assemble(settings), settings, last.keys)
    except UserError as trouble:
        why = str(trouble)
    log.error("the new settings cannot be used; the last ones stay in force", why=why)
    return Round(assemble(last.settings), last.settings, last.keys, trouble=why)
