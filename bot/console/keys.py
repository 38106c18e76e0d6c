"""The moderators' key of one run, and the cookie a browser gets for it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

LASTS: Final = timedelta(hours=12)
_LONGEST: Final = 256
"""Longer candidates are not even compared."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Opens the moderators' part. Cookies are signed, not stored: they die with the process that gave them out."""

    key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def cookie_name(self) -> str:
        """Differs per key: a browser sends cookies to every port of a host, and two rooms must not collide."""
        return f"sereno-{self._sign('name')[:10]}"

    def fits(self, candidate: str) -> bool:
        """Whether somebody holds the key; takes the same time for every wrong one."""
        if not candidate or len(candidate) > _LONGEST:
            return False
        return hmac.compare_digest(candidate.encode("utf-8", "replace"), self.key.encode())

    def cookie(self, now: datetime) -> str:
        """A cookie value that `admits` accepts until `LASTS` later."""
        until = str(int((now + LASTS).timestamp()))
        return f"{until}.{self._sign(until)}"

    def admits(self, cookie: str, now: datetime) -> bool:
        """Whether a cookie was given out by this process and has not run out."""
        until, _, signature = cookie[:_LONGEST].partition(".")
        if not (until.isascii() and until.isdecimal() and len(until) <= 12):
            return False
        right = hmac.compare_digest(signature.encode("utf-8", "replace"), self._sign(until).encode())
        return right and now.timestamp() < int(until)

    def _sign(self, text: str) -> str:
        return hmac.new(self.key.encode(), f"cookie:{text}".encode(), hashlib.sha256).hexdigest()
