"""Tokens and passwords that must never stand in a file, recognised by their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Secret:
    """Where something secret stands in a text, what it is, and the environment variable it belongs in."""

    start: int
    end: int
    kind: str
    variable: str


_SHAPES: Final = (
    ("a Discord token", "SERENO_DISCORD_TOKEN", r"\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,45}"),
    ("a Slack app token", "SERENO_SLACK_APP_TOKEN", r"\bxapp-\d-[A-Z0-9]{6,}-\d{6,}-[0-9a-f]{16,}"),
    ("a Slack bot token", "SERENO_SLACK_BOT_TOKEN", r"\bxoxb-[0-9A-Za-z-]{16,}"),
    ("a Slack user token", "SERENO_SLACK_USER_TOKEN", r"\bxox[aeprs]-[0-9A-Za-z-]{16,}"),
    ("a Telegram token", "SERENO_TELEGRAM_TOKEN", r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b"),
    ("a Matrix token", "SERENO_MATRIX_TOKEN", r"\bsyt_[A-Za-z0-9+/=]{4,}_[A-Za-z]{10,}_[A-Za-z0-9]{4,}"),
    ("a webhook address", "", r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{15,}/[\w-]{40,}"),
    ("a webhook address", "", r"https://hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16,}"),
    ("a private key", "", r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    ("a GitHub token", "", r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    ("an AWS key", "", r"\bAKIA[0-9A-Z]{16}\b"),
    ("a database password", "SERENO_DATABASE_URL", r"\b(?:postgres\w*|mysql|rediss?)(?:\+\w+)?://[^\s/:@]*:[^\s/@]+@"),
)

_ANY: Final = re.compile("|".join(f"(?P<s{number}>{shape})" for number, (_, _, shape) in enumerate(_SHAPES)))


def secrets(text: str) -> Iterator[Secret]:
    """Everything in a text that has the shape of a secret."""
    for match in _ANY.finditer(text):
        kind, variable, _ = _SHAPES[int((match.lastgroup or "s0")[1:])]
        yield Secret(match.start(), match.end(), kind, variable)


def masked(text: str) -> str:
    """The text with every secret replaced by dots of the same length, so that columns stay where they were."""
    return _ANY.sub(lambda match: "•" * len(match[0]), text)
