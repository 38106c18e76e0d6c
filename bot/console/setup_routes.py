"""The set-up, step by step. Every step is a form that works without a script and leads to the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bot.console.address import Address
from bot.console.setup import SetUp
from bot.console.setup_first import FirstSteps
from bot.console.setup_last import LastSteps
from bot.console.setup_pages import SetupPages

Page = Callable[[Request], Awaitable[Response]]


def setup_routes(setup: SetUp, address: Address) -> APIRouter:
    """Everything under /setup, for whoever holds the moderators' key."""
    routes = APIRouter(include_in_schema=False)
    pages = SetupPages(address)
    first, then = FirstSteps(setup, pages), LastSteps(setup, pages)
    for path, get, post in (
        ("/setup", first.start, None),
        ("/setup/community", then.community, then.describe),
        ("/setup/rules", then.rules, then.try_lines),
        ("/setup/on", then.on, then.turn_on),
        ("/setup/progress", then.progress, None),
        ("/setup/restart", None, then.restart),
        ("/setup/{platform}", first.token, first.paste),
        ("/setup/{platform}/forget", None, first.forget),
        ("/setup/{platform}/check", first.check, first.choose),
        ("/setup/{platform}/names", first.names, first.name),
    ):
        for method, page in (("GET", get), ("POST", post)):
            if page is not None:
                routes.add_api_route(path, _behind_the_key(pages, page), methods=[method])
    return routes


def _behind_the_key(pages: SetupPages, page: Page) -> Page:
    async def guarded(request: Request) -> Response:
        return pages.closed(request) or await page(request)

    return guarded
