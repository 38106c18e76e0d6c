"""How the Discord emulator says no: the documented HTTP status, JSON error code and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Json = dict[str, object]

WORDS: Final[Mapping[int, tuple[int, str]]] = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10009: (404, "Unknown Permission Overwrite"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10026: (404, "Unknown Ban"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50016: (400, "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100."),
    50021: (403, "Cannot execute action on a system message"),
    50027: (401, "Invalid Webhook Token"),
    50028: (400, "Invalid Role"),
    50034: (400, "You can only bulk delete messages that are under 14 days old."),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160002: (403, "You cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
}
"""Code → status and message, as the documentation lists them."""


class Denied(Exception):
    """What a request is answered with instead."""

    def __init__(self, code: int, *, errors: Mapping[str, object] | None = None) -> None:
        self.code = code
        self.status, words = WORDS[code]
        self.body: Json = {"message": words, "code": code}
        if errors:
            self.body["errors"] = dict(errors)
        super().__init__(f"{code}: {words} {errors or ''}")


class CannotDo(Exception):
    """A person tried what Discord's client would not let them do."""


def invalid(field: str, why: str, *, code: str = "BASE_TYPE_BAD") -> Denied:
    """50035, naming the field as Discord does."""
    nested: Json = {"_errors": [{"code": code, "message": why}]}
    for name in reversed(field.split(".")):
        nested = {name: nested}
    return Denied(50035, errors=nested)


def check(holds: object, field: str, why: str) -> None:
    """Raise 50035 for the field unless it holds."""
    if not holds:
        raise invalid(field, why)
