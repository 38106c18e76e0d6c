from __future__ import annotations

import asyncio

from bot.health import Health
from bot.metrics import Metrics


async def well() -> str | None:
    return None


async def full() -> str | None:
    return "the disk is full"


async def silent() -> str | None:
    await asyncio.sleep(3600)
    return None


async def broken() -> str | None:
    raise RuntimeError("secret details")


async def test_every_reason_is_named() -> None:
    """What is wrong, by check; a check that breaks or never answers is itself a reason, without its details."""
    health = Health({"disk": full, "clock": well, "model": silent, "queue": broken}, patience=0.01)
    report = await health.living()
    assert not report.well
    assert report.reasons == {
        "disk": "the disk is full",
        "model": "no answer within 0.01 s",
        "queue": "the check failed: RuntimeError",
    }


async def test_ready_asks_more_than_alive() -> None:
    """A process that still starts is alive and not ready."""
    health = Health({"disk": well}, {"start": full})
    assert (await health.living()).well
    assert dict((await health.readiness()).reasons) == {"start": "the disk is full"}


def test_figures_are_read_when_scraped() -> None:
    """A gauge shows what its owner says at that moment; two registries know nothing of each other."""
    waiting = 3.0
    metrics, other = Metrics(), Metrics()
    metrics.watch("sereno_waiting", "Waiting", ("lane",), lambda: {("general",): waiting})
    waiting = 4.0
    metrics.answered("GET", "/healthz", 200, 0.01)
    text = metrics.text().decode()
    assert 'sereno_waiting{lane="general"} 4.0' in text
    assert 'sereno_http_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text
    assert "sereno_waiting" not in other.text().decode()
