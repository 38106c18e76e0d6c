"""Promise P1: a crash at every point of the path loses nothing and does nothing twice."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.failpoints import Failpoints
from bot.stores.opening import open_journal
from tests.pipeline.crash import Step, hear, play, settle, undo
from tests.pipeline.stage import SteppingClock


def an_evening() -> list[Step]:
    return [
        hear(lambda twin: twin.says("ana", "hola")),
        hear(lambda twin: twin.says("eve", "a slur")),
        hear(lambda twin: twin.says("bo", "a link")),
        settle,
        hear(lambda twin: twin.says("eve", "a scam")),
        settle,
        undo(1),
        settle,
        hear(lambda twin: twin.says("ana", "adiós")),
    ]


async def test_a_crash_anywhere_changes_nothing_in_the_end(tmp_path: Path) -> None:
    """Whatever the point of the crash, after a restart the world is as if there had been none."""
    empty = tmp_path / "empty"
    open_journal(empty, SteppingClock()).engine.dispose()
    reference = Failpoints()
    expected, _ = await play(tmp_path / "reference", an_evening(), reference)
    assert expected["audit"] is None
    assert max(expected["effects"].values()) == 1 and max(expected["told"].values()) == 1
    died = 0
    for number, point in enumerate(reference.passed):
        truth, deaths = await play(
            Path(shutil.copytree(empty, tmp_path / str(number))), an_evening(), Failpoints(crash_at=point)
        )
        died += deaths
        assert truth == expected, f"after a crash at {point}"
    assert died >= len(reference.passed) * 0.9
