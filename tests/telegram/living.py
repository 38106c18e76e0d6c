"""The adapter and its journal in a process of their own, to be killed: `python -m tests.telegram.living DATA GROUP`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from bot.adapters.ground import Ground
from bot.adapters.homes import Home, Homes
from bot.adapters.telegram import adapter
from bot.configuration.environment import environment
from bot.stores.budgets import Budgets
from bot.stores.cursors import Cursors
from bot.stores.gaps import Gaps
from bot.stores.kept import Kept
from bot.stores.opening import open_journal
from bot.stores.sent import Sent
from tests.telegram.bench import Now


async def live(data: Path, group: str) -> None:
    """Until killed."""
    clock = Now()
    journal = open_journal(data, clock)
    await journal.start()
    ground = Ground(
        accept=journal.accept,
        homes=Homes([Home("telegram", "club", frozenset({group}), {"general": group})]),
        cursors=Cursors(journal, clock),
        sent=Sent(journal, clock, "telegram"),
        kept=Kept(journal),
        gaps=Gaps(journal, clock),
        budgets=Budgets(journal, clock),
        clock=clock,
        me=lambda _: None,
    )
    await adapter(environment(os.environ), ground).connect()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2]))
