"""Who holds the moderators' key: decided once, by the guard, and asked here."""

from __future__ import annotations

from fastapi import Request

from bot.console.guard import unauthorised


def is_moderator(request: Request) -> bool:
    """Whether this request came with the key, as a bearer token or a cookie."""
    return bool(getattr(request.state, "moderator", False))


def moderators_only(request: Request) -> None:
    """A dependency of everything that moderators alone may see or do."""
    if not is_moderator(request):
        raise unauthorised()
