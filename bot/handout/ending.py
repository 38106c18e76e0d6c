"""Ending tasks that use Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, Final

AGAIN: Final = 0.2
"""Seconds after which a task that goes on is cancelled once more: the client may swallow a cancellation that meets it
while it gives a connection back."""


async def ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel them, and return when they have ended. What they raised is nobody's business any more."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=AGAIN)
        for task in done:
            if not task.cancelled():
                task.exception()
