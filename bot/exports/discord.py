"""What both kinds of Discord export need: the age of an account, and whom a text calls on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)
EVERYONE: Final = re.compile(r"(?<![\w`])@(?:everyone|here)\b")


def created_at(snowflake: str) -> datetime | None:
    """When an account was made: the upper bits of a snowflake count milliseconds since 2015 (Discord's API reference).

    None for ids that are no snowflakes, such as names.
    """
    if not (15 <= len(snowflake) <= 20 and snowflake.isascii() and snowflake.isdigit()):
        return None
    since = int(snowflake) >> 22
    return EPOCH + timedelta(milliseconds=since) if 0 < since < 2**42 else None


def says_everyone(text: str) -> bool:
    """True when a text calls on all members; exports do not say whether the author was allowed to."""
    return "@" in text and EVERYONE.search(text) is not None
