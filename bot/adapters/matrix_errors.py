"""What a homeserver's refusals mean, in one place: its error codes and HTTP statuses → our errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moderation.errors import (
    ChatError,
    Forbidden,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
    Unsupported,
)

TURNED_DOWN: Final = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED"})
"""The account or its token is not taken any more: trying again will not help."""
_WAIT: Final = 5.0
"""Seconds, when a homeserver asks for patience without saying how much."""


class TurnedDown(Unavailable):
    """The homeserver does not take the bot's token."""


def error_of(status: int, body: Mapping[str, Any], *, wrote: bool) -> ChatError:
    """The error for an answer that is none. `wrote` says that the call would have changed something."""
    code, says = str(body.get("errcode") or ""), str(body.get("error") or f"HTTP {status}")[:300]
    if code in TURNED_DOWN or status == 401:
        return TurnedDown(says)
    if code == "M_LIMIT_EXCEEDED" or status == 429:
        return RateLimited(_patience(body))
    if code == "M_NOT_FOUND" or status == 404:
        return Unsupported(says) if code == "M_UNRECOGNIZED" else Gone(says)
    if code == "M_UNRECOGNIZED" or status == 405:
        return Unsupported(says)
    if code == "M_TOO_LARGE" or status == 413:
        return Unsupported("the text is longer than this homeserver takes")
    if status == 403 or code == "M_FORBIDDEN":
        return Forbidden(says)
    if status >= 500:
        return OutcomeUnknown(says) if wrote and status != 503 else Unavailable(says)
    return ChatError(f"{code or status}: {says}")


def refused(error: TurnedDown) -> Refused:
    """For the connection as a whole: what a person must do."""
    return Refused(
        f"Matrix does not take the token ({error})",
        "log in once more as the bot's account and put the new access token into SERENO_MATRIX_TOKEN",
    )


def _patience(body: Mapping[str, Any]) -> float:
    asked = body.get("retry_after_ms")
    return max(0.1, asked / 1000) if isinstance(asked, (int, float)) and not isinstance(asked, bool) else _WAIT
