"""Rate limits of the Discord emulator: buckets with the documented headers, and what a bad guest does, counted.

Discord publishes no numbers for single routes; the ones a test wants are set by it. The global limit of 50 requests a
second and the 10,000 invalid requests in 10 minutes are documented.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from aiohttp import web

from tests.emulators.common import HTML, Call, Way, Work, answer
from tests.emulators.discord_routes import Route

Scope = Literal["user", "global", "shared"]
GENEROUS: Final = (1000, 1.0)
MAJOR: Final = ("channel", "guild", "webhook")
VIA: Final = {"Via": "1.1 google"}
"""Answers of Discord itself carry it; those of the proxy before it do not."""


@dataclass(slots=True)
class Bucket:
    """One rate limit: how many calls in a window of so many seconds, and when the present window ends."""

    name: str
    limit: int
    per: float
    left: int
    ends: float


@dataclass(slots=True)
class Limits:
    """`rules` are `METHOD /path/{template}` → calls and seconds; `per_second` is the global limit (None: off).

    `invalid` counts the answers 401, 403 and 429 (shared ones excepted), as Discord counts them for its ban;
    `inside` the calls made although a 429 had asked to wait.
    """

    rules: dict[str, tuple[int, float]] = field(default_factory=dict)
    per_second: int | None = None
    invalid: int = 0
    inside: int = 0
    limited: int = 0
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _recent: deque[float] = field(default_factory=deque)
    _until: dict[str, float] = field(default_factory=dict)

    def tight(self) -> None:
        """Limits of the size bots meet: 5 messages in 5 s and 5 deletes in a second per channel, 50 a second in all."""
        self.per_second = 50
        self.rules |= {
            "POST /channels/{channel}/messages": (5, 5.0),
            "PATCH /channels/{channel}/messages/{message}": (5, 5.0),
            "DELETE /channels/{channel}/messages/{message}": (5, 1.0),
            "PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me": (4, 1.0),
            "PATCH /guilds/{guild}/members/{user}": (10, 10.0),
            "PUT /guilds/{guild}/bans/{user}": (5, 1.0),
        }

    def key(self, route: Route, parts: Mapping[str, str]) -> str:
        major = next((parts[name] for name in MAJOR if name in parts), "")
        return f"{route.name}:{major}"

    def enter(self, route: Route, parts: Mapping[str, str]) -> tuple[web.Response | None, Mapping[str, str]]:
        """Count a call: the 429 it must be answered with, if any, and the headers of every other answer."""
        now, key = time.monotonic(), self.key(route, parts)
        self.inside += now < self._until.get(key, 0) or (not route.open and now < self._until.get("global", 0))
        if not route.open and self.per_second is not None and (wait := self._global(now, self.per_second)):
            self.wait("global", wait)
            return too_many(wait, scope="global"), {}
        bucket = self._bucket(route, key, now)
        if bucket.left == 0:
            self.wait(key, bucket.ends - now)
            return too_many(bucket.ends - now, headers=_headers(bucket, now)), {}
        bucket.left -= 1
        return None, _headers(bucket, now)

    def wait(self, key: str, seconds: float) -> None:
        """Remember that a 429 asked not to come before then."""
        self._until[key] = max(self._until.get(key, 0), time.monotonic() + seconds)

    def count(self, done: web.StreamResponse) -> None:
        """Count what Discord counts against a bot."""
        self.limited += done.status == 429
        if done.status in (401, 403) or (done.status == 429 and done.headers.get("X-RateLimit-Scope") != "shared"):
            self.invalid += 1

    def _global(self, now: float, most: int) -> float:
        while self._recent and now - self._recent[0] >= 1:
            self._recent.popleft()
        if len(self._recent) >= most:
            return 1 - (now - self._recent[0])
        self._recent.append(now)
        return 0

    def _bucket(self, route: Route, key: str, now: float) -> Bucket:
        limit, per = self.rules.get(route.name, GENEROUS)
        bucket = self._buckets.get(key)
        if bucket is None or bucket.ends <= now or (bucket.limit, bucket.per) != (limit, per):
            bucket = self._buckets[key] = Bucket(f"{abs(hash(route.name)):x}", limit, per, limit, now + per)
        return bucket


def _headers(bucket: Bucket, now: float) -> dict[str, str]:
    after = max(bucket.ends - now, 0)
    return {
        "X-RateLimit-Limit": str(bucket.limit),
        "X-RateLimit-Remaining": str(bucket.left),
        "X-RateLimit-Reset": f"{time.time() + after:.3f}",
        "X-RateLimit-Reset-After": f"{after:.3f}",
        "X-RateLimit-Bucket": bucket.name,
        **VIA,
    }


def too_many(
    seconds: float,
    *,
    scope: Scope = "user",
    via: bool = True,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """The documented 429: seconds in the body (exact) and in Retry-After (rounded up), whose limit it is."""
    said = {"message": "You are being rate limited.", "retry_after": round(seconds, 3), "global": scope == "global"}
    named = {
        **(headers or {}),
        **(VIA if via else {}),
        "Retry-After": str(max(1, -int(-seconds // 1))),
        "X-RateLimit-Scope": scope,
        **({"X-RateLimit-Global": "true"} if scope == "global" else {}),
    }
    return answer(said, status=429, headers=named)


def limited(
    limits: Limits,
    seconds: float,
    key_of: Callable[[Call], str],
    *,
    scope: Scope = "user",
    via: bool = True,
    html: bool = False,
) -> Way:
    """A way to go wrong for `desk.faults`: 429 instead of the work, in any of its forms.

    `via=False` is the 429 without a `Via` header, as the proxy before Discord sends it; `html` its page, which bans the
    address for a while and says so in Retry-After only.
    """

    async def way(call: Call, request: web.Request, work: Work) -> web.StreamResponse:
        key = "global" if scope == "global" else key_of(call)
        limits.wait(key, seconds)
        if html:
            page = HTML % (429, "Access denied: error code 1015, you are being rate limited")
            after = {"Retry-After": str(max(1, -int(-seconds // 1)))}
            done = web.Response(text=page, status=429, content_type="text/html", headers=after)
        else:
            done = too_many(seconds, scope=scope, via=via)
        limits.count(done)
        return done

    return way
