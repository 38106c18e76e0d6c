"""What the last page of the set-up asks for while Sereno starts again: start now, and how every platform stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.background import BackgroundTask

from bot.console.access import moderators_only
from bot.console.setup import Connected, SetUp
from bot.console.wire import ProblemOut


class PlatformStateOut(BaseModel):
    """How one platform is connected; `mend` says what a person must do, where only a person can."""

    state: str
    says: str
    mend: str


class SetupStateOut(BaseModel):
    """`run` changes with every start. `trouble` says why new settings could not be used and the last are in force."""

    run: str
    trouble: str
    platforms: dict[str, PlatformStateOut]


def state_of(one: Connected) -> PlatformStateOut:
    """A connection in words."""
    if one.refused is not None:
        return PlatformStateOut(state="refused", says=str(one.refused), mend=one.refused.mend)
    return PlatformStateOut(state=str(one.state), says=one.trouble or "", mend="")


def states(connections: Mapping[str, Connected]) -> dict[str, PlatformStateOut]:
    """Every connection in words."""
    return {platform: state_of(one) for platform, one in connections.items()}


def setup_state_routes(setup: SetUp) -> APIRouter:
    """`/api/setup/state` and `/api/setup/restart`."""
    problems: dict[int | str, dict[str, Any]] = {status: {"model": ProblemOut} for status in (400, 401, 403, 413, 415)}
    routes = APIRouter(
        prefix="/api/setup", tags=["set-up"], dependencies=[Depends(moderators_only)], responses=problems
    )

    @routes.get("/state")
    async def state() -> SetupStateOut:
        """How every platform is connected."""
        return SetupStateOut(run=setup.run, trouble=setup.trouble, platforms=states(setup.connections))

    @routes.post("/restart", status_code=202, response_class=Response)
    async def restart() -> Response:
        """Run with what was written last; answered before it begins."""
        return JSONResponse({"run": setup.run}, 202, background=BackgroundTask(setup.restart))

    return routes
