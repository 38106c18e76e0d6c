"""Everything that goes wrong is answered as an RFC 9457 problem: what, why, never how it looks inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from moderation.errors import (
    AlreadyMoved,
    ChatError,
    Forbidden,
    Gone,
    RateLimited,
    SerenoError,
    StoreError,
    StoreFull,
    Unavailable,
    UserError,
)

MEDIA_TYPE = "application/problem+json"


class Problem(SerenoError):
    """An answer other than success: its status, one sentence for a person, and members for a program."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


def answer(problem: Problem) -> Response:
    """The response a problem becomes."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    return Response(orjson.dumps(body), problem.status, problem.headers, MEDIA_TYPE)


def of(error: SerenoError) -> Problem:
    """What an error of ours means to whoever asked over HTTP."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, StoreFull):
        return Problem(503, "The disk is full: nothing is accepted until there is room.", headers={"Retry-After": "5"})
    if isinstance(error, StoreError):
        return Problem(503, "The journal cannot write just now; nothing was kept.", headers={"Retry-After": "5"})
    if isinstance(error, Gone):
        return Problem(404, str(error))
    if isinstance(error, Forbidden):
        return Problem(403, str(error))
    if isinstance(error, RateLimited):
        return Problem(429, str(error), headers={"Retry-After": str(max(1, round(error.retry_after)))})
    if isinstance(error, Unavailable):
        return Problem(503, str(error), headers={"Retry-After": "5"})
    if isinstance(error, AlreadyMoved):
        return Problem(409, str(error), state=error.state, by=error.by, at=error.at.isoformat())
    if isinstance(error, (ChatError, UserError)):
        return Problem(409, str(error))
    return Problem(500, "Something went wrong on our side.")


def _complaints(errors: Sequence[Any]) -> list[dict[str, object]]:
    """Where and what, without the rejected value: it may be long, private or impossible to encode."""
    return [
        {"at": ".".join(str(step).encode("utf-8", "replace").decode() for step in error["loc"]), "what": error["msg"]}
        for error in errors[:20]
    ]


def install(app: FastAPI) -> None:
    """Answer every kind of failure of `app` with a problem."""

    async def ours(_: Request, error: Exception) -> Response:
        problem = of(error) if isinstance(error, SerenoError) else Problem(500, "Something went wrong on our side.")
        if isinstance(error, SerenoError) and problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            structlog.get_logger(__name__).error("an answer failed", error=type(error).__name__, words=str(error))
        return answer(problem)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(Problem(422, "The request is not what this address expects.", errors=_complaints(error.errors())))

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return answer(
            Problem(error.status_code, _WORDS.get(error.status_code, str(error.detail)), headers=error.headers)
        )

    app.add_exception_handler(SerenoError, ours)
    app.add_exception_handler(Exception, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


_WORDS = {
    404: "There is nothing at this address.",
    405: "This address does not answer that method.",
}
