"""Who may ask at all: the right Host, the right Origin, and a key where one is needed."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console.address import Address
from bot.console.keys import Keys
from bot.console.problems import Problem, answer
from moderation.ports import Clock

CHANGING: Final = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_FOR_STRANGERS: Final = ("/healthz", "/readyz", "/login", "/static/")
"""What answers without a login even when bound to the world: whether we live, and how to come in."""

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """Stands in front of everything else. Sets `scope["state"]["moderator"]` for whoever holds the key."""

    app: ASGIApp
    address: Address
    keys: Keys
    clock: Clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            self._admit(scope)
        except Problem as problem:
            wants_page = "text/html" in Headers(scope=scope).get("accept", "") and scope["method"] == "GET"
            if problem.status == 401 and wants_page:
                await RedirectResponse("/login", 303)(scope, receive, with_headers)
            else:
                await answer(problem)(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers)

    def _admit(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self.address.answers_to(hosts[0]):
            raise Problem(403, "This server does not answer to that Host.")
        changing = scope["method"] in CHANGING
        if changing:
            self._check_origin(headers, hosts[0], scope["scheme"])
        bearer, cookie = self._bearer(headers), self._cookie(headers)
        if cookie and not bearer and changing and not headers.get("origin"):
            raise Problem(403, "A change made with a cookie must say which page it comes from.")
        moderator = bearer or cookie
        scope.setdefault("state", {})["moderator"] = moderator
        if not moderator and not self.address.loopback and not str(scope["path"]).startswith(_FOR_STRANGERS):
            keyed = scope["path"] == "/" and b"key=" in scope["query_string"]
            if not keyed:
                raise unauthorised()

    def _check_origin(self, headers: Headers, host: str, scheme: str) -> None:
        origins = headers.getlist("origin")
        if len(origins) > 1 or (origins and not self.address.same_origin(origins[0], host, scheme)):
            raise Problem(403, "This request comes from another site's page.")
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Problem(403, "This request comes from another site's page.")

    def _bearer(self, headers: Headers) -> bool:
        """True with the right key; a wrong one is refused rather than ignored."""
        values = headers.getlist("authorization")
        if not values:
            return False
        scheme, _, token = values[0].partition(" ")
        if len(values) > 1 or scheme.lower() != "bearer" or not self.keys.fits(token.strip()):
            raise unauthorised()
        return True

    def _cookie(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        now = self.clock.now()
        names = (self.keys.cookie_name, f"__Host-{self.keys.cookie_name}")
        return any(name in cookies and self.keys.admits(cookies[name].value, now) for name in names)


def unauthorised() -> Problem:
    """Nobody without the key gets further."""
    return Problem(
        401,
        "The moderators' part opens with the link printed at start, or with its key as a bearer token.",
        headers={"WWW-Authenticate": 'Bearer realm="sereno"'},
    )
