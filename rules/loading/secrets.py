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


_SHAPES: Final = tuple(
    (kind, variable, literal, re.compile(shape))
    for kind, variable, literal, shape in (
        ("a Discord token", "SERENO_DISCORD_TOKEN", ".", r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,45}"),
        ("a Slack app token", "SERENO_SLACK_APP_TOKEN", "xapp-", r"xapp-\d-[A-Z0-9]{6,}-\d{6,}-[0-9a-f]{16,}"),
        ("a Slack bot token", "SERENO_SLACK_BOT_TOKEN", "xoxb-", r"xoxb-[0-9A-Za-z-]{16,}"),
        ("a Slack user token", "SERENO_SLACK_USER_TOKEN", "xox", r"xox[aeprs]-[0-9A-Za-z-]{16,}"),
        ("a Telegram token", "SERENO_TELEGRAM_TOKEN", ":", r"(?<!\d)\d{8,10}:[A-Za-z0-9_-]{35}(?![\w-])"),
        ("a Matrix token", "SERENO_MATRIX_TOKEN", "syt_", r"syt_[A-Za-z0-9+/=]{4,}_[A-Za-z]{10,}_[A-Za-z0-9]{4,}"),
        (
            "a webhook address",
            "",
            "/webhooks/",
            r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{15,}/[\w-]{40,}",
        ),
        ("a webhook address", "", "hooks.slack.com", r"https://hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16,}"),
        ("a private key", "", "PRIVATE KEY", r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
        ("a GitHub token", "", "gh", r"gh[pousr]_[A-Za-z0-9]{36,}"),
        ("an AWS key", "", "AKIA", r"AKIA[0-9A-Z]{16}"),
        ("a database password", "SERENO_DATABASE_URL", "://", r"(?:postgres\w*|mysql)(?:\+\w+)?://[^\s/:@]*:[^\s/@]+@"),
        ("a Redis password", "SERENO_REDIS_URL", "redis", r"rediss?://[^\s/:@]*:[^\s/@]+@"),
    )
)
"""What it is, the environment variable it belongs in, a part that is quick to look for, and its shape."""


def secrets(text: str) -> Iterator[Secret]:
    """Everything in a text that has the shape of a secret."""
    for kind, variable, literal, shape in _SHAPES:
        if literal in text:
            for match in shape.finditer(text):
                yield Secret(match.start(), match.end(), kind, variable)


def masked(text: str) -> str:
    """The text with every secret replaced by dots of the same length, so that columns stay where they were."""
    for secret in list(secrets(text)):
        text = text[: secret.start] + "•" * (secret.end - secret.start) + text[secret.end :]
    return text
