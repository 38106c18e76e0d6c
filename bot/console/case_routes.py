"""The moderators' part over HTTP: the queue, one case, taking it back, saying what one thinks of it, the audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Protocol

from fastapi import APIRouter, Depends, Query

from bot.console.access import moderators_only
from bot.console.case_wire import AuditOut, CaseFileOut, CaseOut, State, WhyIn
from bot.console.room_routes import PROBLEMS
from moderation.leeway import Why

CONSOLE: Final = "console"
"""Who did it, as cases and the audit name whoever holds the key: the local room knows no accounts."""


class Desk(Protocol):
    """What the console asks of whoever keeps the cases. Unknown ids raise Gone, lost races AlreadyMoved."""

    async def cases(
        self, state: State | None, message: str | None, before: int | None, limit: int
    ) -> Sequence[CaseOut]:
        """Newest first; only those in a state, or those that rest on a message."""
        ...

    async def case(self, case: str) -> CaseFileOut:
        """Everything about one case."""
        ...

    async def undo(self, case: str, by: str) -> None:
        """Take everything back that can be taken back, and say so to the person."""
        ...

    async def uphold(self, case: str, by: str) -> None:
        """Say that it was right."""
        ...

    async def not_a_problem(self, case: str, by: str, why: Why) -> None:
        """Take it back because the rule was wrong about it."""
        ...

    async def retract(self, case: str, by: str) -> None:
        """Take back what was said about the rule."""
        ...

    async def audit(self, after: int, limit: int) -> Sequence[AuditOut]:
        """The audit's rows after a sequence number."""
        ...


def case_routes(desk: Desk) -> APIRouter:
    """Everything under /api that only moderators may see."""
    routes = APIRouter(prefix="/api", tags=["cases"], responses=PROBLEMS, dependencies=[Depends(moderators_only)])

    @routes.get("/cases")
    async def cases(
        state: State | None = None,
        message: Annotated[str | None, Query(max_length=128)] = None,
        before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Sequence[CaseOut]:
        """The queue, newest first; `before` is the number of the last case seen."""
        return await desk.cases(state, message, before, limit)

    @routes.get("/cases/{case}")
    async def one(case: str) -> CaseFileOut:
        """Everything about one case, by its id or its number."""
        return await desk.case(case)

    @routes.post("/cases/{case}/undo")
    async def undo(case: str) -> CaseFileOut:
        """Take it back: the message, the strikes and the sanctions; the person is told."""
        await desk.undo(case, CONSOLE)
        return await desk.case(case)

    @routes.post("/cases/{case}/uphold")
    async def uphold(case: str) -> CaseFileOut:
        """Say that it was right."""
        await desk.uphold(case, CONSOLE)
        return await desk.case(case)

    @routes.post("/cases/{case}/not-a-problem")
    async def not_a_problem(case: str, wanted: WhyIn) -> CaseFileOut:
        """Take it back because the rule was wrong about it; `moved` says which thresholds this changed."""
        await desk.not_a_problem(case, CONSOLE, wanted.why)
        return await desk.case(case)

    @routes.post("/cases/{case}/retract")
    async def retract(case: str) -> CaseFileOut:
        """Take back what was said about the rule: thresholds go back, the case stays as it is."""
        await desk.retract(case, CONSOLE)
        return await desk.case(case)

    @routes.get("/audit")
    async def audit(
        after: Annotated[int, Query(ge=0, le=2**53)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 200
    ) -> Sequence[AuditOut]:
        """Who did what, in order, each row chained to the one before."""
        return await desk.audit(after, limit)

    return routes
