"""What each platform needs to let a bot in, and what can be said about a pasted value before anybody is asked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from bot.configuration.kept import LARGEST


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to paste. `variable` is where it would stand in the environment; `begins` is how it always begins."""

    name: str
    variable: str
    secret: bool = True
    needed: bool = True
    begins: tuple[str, ...] = ()


FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "discord": (Field("token", "SERENO_DISCORD_TOKEN"),),
    "slack": (
        Field("bot_token", "SERENO_SLACK_BOT_TOKEN", begins=("xoxb-",)),
        Field("app_token", "SERENO_SLACK_APP_TOKEN", begins=("xapp-",)),
        Field("user_token", "SERENO_SLACK_USER_TOKEN", needed=False, begins=("xoxp-",)),
    ),
    "telegram": (Field("token", "SERENO_TELEGRAM_TOKEN"),),
    "matrix": (
        Field("homeserver", "SERENO_MATRIX_HOMESERVER", secret=False, begins=("https://", "http://")),
        Field("user", "SERENO_MATRIX_USER", secret=False, begins=("@",)),
        Field("token", "SERENO_MATRIX_TOKEN"),
    ),
}


def cleaned(value: str) -> str:
    """A pasted value without what clings to it."""
    value = value.strip().strip("\"'`").strip()
    return value[4:].strip() if value.lower().startswith("bot ") else value


def doubt(field: Field, value: str) -> str:
    """The name of what is wrong with a value, empty when nothing can be said against it."""
    if not value:
        return "field_missing" if field.needed else ""
    if len(value) > LARGEST or re.search(r"\s", value) or not value.isprintable() or not value.isascii():
        return "field_not_one_word"
    if field.begins and not value.startswith(field.begins):
        return "field_begins"
    if field.name == "homeserver" and not _sound_address(value):
        return "field_plain_http"
    return ""


def _sound_address(value: str) -> bool:
    """https, or plain http to this machine: a token must not travel in the open."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def ending(value: str) -> str:
    """As much of a token as helps to tell two apart: its last four characters, of a long one only."""
    return value[-4:] if len(value) >= 20 else ""
