"""Detectors speak, fall silent, and never hold up a channel they do not concern."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from moderation.detection import Detection
from moderation.model import Message, Signal
from tests.journal.events import said
from tests.pipeline.stage import on_stage


@dataclass
class Judge:
    """Gives one label; slow, broken or absurd on demand."""

    label: str = "toxicity"
    score: float = 0.9
    gate: asyncio.Event | None = None
    error: Exception | None = None
    name: str = "judge"
    labels: frozenset[str] = field(default_factory=lambda: frozenset({"toxicity"}))

    async def inspect(self, message: Message) -> Sequence[Signal]:
        if self.gate is not None and "wait" in message.text:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return (Signal(self.label, self.score, self.name),)


async def test_everybody_is_asked(tmp_path: Path) -> None:
    """All opinions arrive together."""
    signals = await Detection([Judge(score=0.2), Judge(score=0.8)], patience=1).listen(said("1", "x").message)
    assert signals.score("toxicity") == 0.8 and not signals.silent


async def test_a_crashed_detector_makes_its_labels_silent() -> None:
    """Unknown is not fine."""
    heard: list[str] = []
    detection = Detection([Judge(error=OSError("gone"))], patience=1, notice=lambda who, what: heard.append(what))
    signals = await detection.listen(said("1", "x").message)
    assert signals.silent == {"toxicity"} and signals.given == () and heard == ["OSError: gone"]


async def test_a_late_detector_makes_its_labels_silent() -> None:
    """Nobody waits longer than the time budget."""
    signals = await Detection([Judge(gate=asyncio.Event())], patience=0.01).listen(said("1", "wait").message)
    assert signals.silent == {"toxicity"}


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -0.1, 1.1])
async def test_a_score_that_is_no_probability_is_no_opinion(score: float) -> None:
    """A broken model must never decide."""
    signals = await Detection([Judge(score=score)], patience=1).listen(said("1", "x").message)
    assert signals.silent == {"toxicity"} and signals.given == ()


async def test_a_label_somebody_else_gave_is_not_silent() -> None:
    """Another detector's opinion on the same label stands."""
    both = [Judge(error=OSError()), Judge(score=0.7)]
    signals = await Detection(both, patience=1).listen(said("1", "x").message)
    assert signals.score("toxicity") == 0.7 and not signals.silent


async def test_order_is_kept_inside_a_channel_and_nobody_else_waits(tmp_path: Path) -> None:
    """A slow judgement holds back its own channel only."""
    gate = asyncio.Event()
    async with on_stage(tmp_path, detectors=[Judge(gate=gate)], patience=30) as stage:
        decided: list[str] = []
        decide = stage.stream.decide
        stage.stream.decide = lambda noted, signals: (decided.append(noted.message.text), decide(noted, signals))[1]  # type: ignore[method-assign,union-attr,func-returns-value]
        for channel, text in (("a", "wait 1"), ("a", "2"), ("b", "3"), ("a", "4")):
            await stage.app.accept(stage.twin.says("ana", text, channel))
        for _ in range(20):
            await asyncio.sleep(0)
        assert decided == ["3"]
        gate.set()
        await stage.app.settled()
        assert decided == ["3", "wait 1", "2", "4"]
        assert stage.stream.noted == [f"twin:msg:{number}:0" for number in (1, 2, 3, 4)]
