"""A running bot with the shipped rules and a detector on a model that does as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.sleeping import PatientStream
from bot.wiring import vocabulary
from moderation.toxicity.detector import Diary, Limits, ToxicityDetector
from moderation.toxicity.labels import LABELS
from moderation.toxicity.port import Toxicity
from rules.compile import Engine, compile_rules
from rules.loader import SHIPPED, Given, load
from tests.pipeline.stage import Stage, build


def conduct() -> Engine:
    """The shipped pack about how people treat each other."""
    path = SHIPPED / "10-conduct.yaml"
    rule_set = load([Given(path.name, path)], vocabulary()).rule_set
    assert rule_set is not None
    return compile_rules(rule_set)


@asynccontextmanager
async def community(
    data: Path,
    make: Callable[[], Toxicity] | None,
    rules: Engine,
    *,
    diary: Diary | None = None,
    limits: Limits = Limits(),
    **settings: Any,
) -> AsyncIterator[Stage]:
    """A bot that runs inside the block; without `make`, one whose model is missing."""
    detectors = [ToxicityDetector(make, limits=limits, diary=diary)] if make is not None else []
    stream: Any = PatientStream(rules, LABELS if make is not None else (), {})
    stage = build(data, stream=stream, detectors=detectors, **({"patience": 60.0} | settings))
    stage.app.rules.replace(rules.rule_set)
    await stage.app.start()
    try:
        yield stage
    finally:
        await stage.app.stop()
