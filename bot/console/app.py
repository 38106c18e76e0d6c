"""The HTTP application: every route behind the same guard."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bot.adapters.plaza import Plaza
from bot.adapters.plaza_people import People
from bot.console import problems
from bot.console.address import Address
from bot.console.bodies import Bodies
from bot.console.case_routes import Desk, case_routes
from bot.console.guard import Guard
from bot.console.keys import Keys
from bot.console.measured import Measured
from bot.console.pages import page_routes
from bot.console.room_routes import room_routes
from bot.console.setup import SetUp
from bot.console.setup_routes import setup_routes
from bot.console.setup_state import setup_state_routes
from bot.console.system_routes import system_routes
from bot.health import Health
from bot.metrics import Metrics
from moderation.ports import Clock

STATIC: Final = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the HTTP stands on. `keys` open the moderators' part for this run; `tally` is where cases by state
    are counted for the metrics; `setup` is what the set-up page works on, None where there is no such page."""

    plaza: Plaza
    desk: Desk
    clock: Clock
    address: Address
    keys: Keys = field(default_factory=Keys)
    health: Health = field(default_factory=Health)
    metrics: Metrics = field(default_factory=Metrics)
    tally: dict[str, int] = field(default_factory=dict)
    setup: SetUp | None = None


def create(parts: Parts) -> ASGIApp:
    """The application, guarded: from outside in, it is measured, admitted, its body read, then answered."""
    api = FastAPI(
        title="Sereno",
        summary="The local room and the moderators' desk.",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    problems.install(api)
    people = People(parts.plaza)
    setup = parts.setup
    offer_setup = (lambda: setup.offered) if setup is not None else (lambda: False)
    api.include_router(page_routes(parts.keys, parts.address, parts.clock, offer_setup))
    if setup is not None:
        api.include_router(setup_routes(setup, parts.address))
        api.include_router(setup_state_routes(setup))
    api.include_router(room_routes(people, parts.plaza.feed, parts.clock))
    api.include_router(case_routes(parts.desk))
    api.include_router(system_routes(parts.health, parts.metrics, parts.address))
    api.mount("/static", StaticFiles(directory=STATIC))
    guarded = Guard(Bodies(api), parts.address, parts.keys, parts.clock)
    return Measured(guarded, parts.metrics)
