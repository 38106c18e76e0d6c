"""A wave of newcomers that arrives all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.rules_stream import LiveStream
from bot.wiring import vocabulary
from moderation.model import Event, MemberJoined
from moderation.ports import Detector
from rules.compile import compile_rules
from rules.loader import SHIPPED, load_folder
from tests.pipeline.stage import NOON, build
from tests.pipeline.test_detection import Judge

PEOPLE = 30


@pytest.mark.parametrize("detectors", [(), (Judge(),)], ids=["rules only", "with a detector"])
async def test_a_newcomer_who_writes_behind_the_wave_is_held(tmp_path: Path, detectors: Sequence[Detector]) -> None:
    """Thirty joins and a message are accepted together: the raid is declared before the message is looked at."""
    rule_set = load_folder(SHIPPED, vocabulary()).rule_set
    assert rule_set is not None
    stream: Any = LiveStream(compile_rules(rule_set))
    known = {rule.id: () for rule in rule_set.rules}
    stage = build(tmp_path, stream=stream, rules=cast("Any", known), detectors=detectors)
    await stage.app.start()
    try:
        events: list[Event] = []
        for number in range(PEOPLE):
            at = NOON + timedelta(seconds=number)
            person = stage.twin.member(f"p{number}", here_since=at)
            events.append(MemberJoined(key=f"twin:join:{number}", at=at, member=person))
        events.append(stage.twin.says("p7", "hi there", at=NOON + timedelta(seconds=PEOPLE)))
        await asyncio.gather(*(stage.app.accept(event) for event in events))
        await stage.app.settled()
        assert stage.twin.visible() == []
        assert "raid-newcomers-wait" in {rule for case in await stage.app.cases.page() for rule in case.rules}
    finally:
        await stage.app.stop()
