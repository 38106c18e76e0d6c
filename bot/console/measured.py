"""Counts and times every answer, and turns what nobody foresaw into a plain 500."""

from __future__ import annotations

import time
from dataclasses import dataclass

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console.problems import Problem, answer
from bot.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Measured:
    """The outermost layer. Streams count when they end."""

    app: ASGIApp
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and note how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception:  # noqa: BLE001 - the last gate: the cause is logged, the client hears nothing of it
            structlog.get_logger(__name__).exception("an answer broke", path=scope["path"])
            if not status:
                await answer(Problem(500, "Something went wrong on our side."))(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self.metrics.answered(_known(scope["method"]), route, status, time.perf_counter() - began)


def _known(method: str) -> str:
    return method if method in ("GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS") else "other"
