"""`sereno run --role worker`: a model and what hands it texts, nothing else: no platforms, no journal, no HTTP."""

from __future__ import annotations

import asyncio
import signal
from typing import Any, Final

import structlog

from bot.config import Settings
from bot.detecting import detectors, toxicity_model
from bot.handout.choosing import model_key, needed_url
from bot.handout.port import Lost
from bot.handout.redis_worker import RedisPile
from bot.handout.worker import Worker
from bot.log import Format, configure
from moderation.errors import UserError

GRACE: Final = 8.0
"""Seconds to finish what is under way; the end of the model comes on top, and both together stay under ten."""


async def work(settings: Settings) -> None:
    """Score until SIGTERM or SIGINT. UserError when there is no Redis in the settings, or no model on this machine."""
    log = settings.configuration.log
    look: Format = "console" if log.format == "text" else log.format
    configure(log.level, look, secrets=settings.environment.secrets)
    url = needed_url(settings)
    chosen = toxicity_model(settings)
    if chosen.make is None:
        raise UserError(f"{chosen.why}; {chosen.mend}")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    (judge,) = detectors(chosen)
    pile = RedisPile(url, model_key(chosen))
    worker = Worker(pile, judge)
    say: Any = structlog.get_logger(__name__)
    say.info("this worker takes texts to score", model=model_key(chosen), worker=pile.worker)
    try:
        await worker.run(stop, GRACE)
    finally:
        await judge.aclose()
        await _leave(pile)
        tally = worker.tally
        say.info("this worker has ended", answered=tally.answered, failed=tally.failed, taken_over=tally.taken_over)


async def _leave(pile: RedisPile) -> None:
    try:
        await pile.aclose()
    except Lost:
        return  # what cannot be reached need not be left in order
