"""A worker in a process of its own: `python -m tests.handout.worker_process URL [IDLE]`.

Its model is quick, but for texts with `halt` in them, in which it stays until it is killed; `deadly` ends the process on
the spot, as a crash in native code would. It prints `ready`, and what it is about to judge.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace

from bot.handout.redis_worker import RedisPile
from bot.handout.worker import Worker
from moderation.toxicity.detector import ToxicityDetector
from moderation.toxicity.port import Scores
from tests.handout.yard import MODEL, QUICK
from tests.toxicity.models import Model


class Mortal(Model):
    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        print(len(texts), *texts[:1], flush=True)  # noqa: T201 - its parent reads it
        if any("deadly" in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        if any("halt" in text for text in texts):
            threading.Event().wait()
        return super().score(texts, languages)


async def main(url: str, idle: float) -> None:
    pace = replace(QUICK, idle=idle)
    judge = ToxicityDetector(lambda: Mortal(name=MODEL))
    pile = RedisPile(url, MODEL, pace)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)  # noqa: T201 - its parent reads it
    await Worker(pile, judge, pace=pace, hands=1).run(stop)
    await judge.aclose()
    await pile.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else QUICK.idle))
