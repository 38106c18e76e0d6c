"""Whether we live, whether we are ready, and figures."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bot.console.access import is_moderator
from bot.console.address import Address
from bot.console.wire import HealthOut
from bot.health import Health, Report
from bot.metrics import CONTENT_TYPE, Metrics


def system_routes(health: Health, metrics: Metrics, address: Address) -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`. Off loopback, strangers hear whether but not why."""
    routes = APIRouter(tags=["system"])
    unwell: dict[int | str, dict[str, Any]] = {503: {"model": HealthOut}}

    def answer(request: Request, report: Report) -> JSONResponse:
        may_know_why = address.loopback or is_moderator(request)
        body = HealthOut(status="ok" if report.well else "unwell", reasons=dict(report.reasons) if may_know_why else {})
        return JSONResponse(body.model_dump(), 200 if report.well else 503)

    @routes.get("/healthz", response_model=HealthOut, responses=unwell)
    async def alive(request: Request) -> Response:
        """200 while this process can do its work, otherwise 503 with the reasons."""
        return answer(request, await health.living())

    @routes.get("/readyz", response_model=HealthOut, responses=unwell)
    async def ready(request: Request) -> Response:
        """200 once this process can be given work, otherwise 503 with the reasons."""
        return answer(request, await health.readiness())

    @routes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def figures() -> Response:
        """Figures for Prometheus."""
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    return routes
