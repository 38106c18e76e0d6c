"""Sereno's Slack adapter and journal in a process of their own: `python -m tests.slack.crash_child DATA TEAM`.

The environment says where Slack is. The process is there to be killed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from bot.adapters.ground import Ground
from bot.adapters.homes import Home, Homes
from bot.adapters.slack import SlackAdapter
from bot.configuration.environment import environment
from bot.connecting import Connections
from bot.intake import Intake, Own
from bot.stores.budgets import Budgets
from bot.stores.cursors import Cursors
from bot.stores.gaps import Gaps
from bot.stores.kept import Kept
from bot.stores.opening import open_journal
from bot.stores.sent import Sent
from bot.stores.times import SystemClock


async def main(data: Path, team: str) -> None:
    clock, own = SystemClock(), Own({})
    journal = open_journal(data, clock)
    await journal.start()
    ground = Ground(
        accept=Intake(journal, own).accept,
        homes=Homes([Home("slack", "club", frozenset({team}))]),
        cursors=Cursors(journal, clock),
        sent=Sent(journal, clock, "slack"),
        kept=Kept(journal),
        gaps=Gaps(journal, clock),
        budgets=Budgets(journal, clock),
        clock=clock,
        me=lambda account: own.also("slack", account),
    )
    adapter = SlackAdapter(environment(os.environ), ground, ping=1.0)
    connections = Connections({"slack": adapter}, ground.gaps, "club")
    connections.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
