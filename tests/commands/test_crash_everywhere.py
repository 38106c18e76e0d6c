"""A crash at every point around commands and presses: nothing is lost, nothing is done or answered twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.twin import Twin
from bot.failpoints import Failpoints
from bot.stores.opening import open_journal
from bot.wiring import COMMANDS
from moderation.model import ButtonPressed, ChannelRef, CommandCalled
from tests.commands.club import furnish
from tests.pipeline.crash import Step, hear, play, settle
from tests.pipeline.stage import Stage, SteppingClock

MODERATORS = {"twin": ChannelRef("twin", "club", "moderators", "moderators")}


def calls(who: str, name: str, words: str) -> Step:
    return hear(lambda twin: twin.calls(who, name, words))


def presses(who: str, words: str) -> Step:
    """Press the button with these words on the card that has it."""

    def press(twin: Twin) -> ButtonPressed:
        tokens = [dict(card.buttons)[words] for _, card in twin.state.cards if words in dict(card.buttons)]
        return twin.presses(who, tokens[-1])

    return hear(press)


async def look(stage: Stage) -> None:
    stage.app.cards.hang(MODERATORS)
    await stage.app.cards.look()


def reports_what_eve_says(twin: Twin) -> CommandCalled:
    return twin.calls("ana", "report", "rude", on=twin.says("eve", "you fools").message.ref)


EVENINGS: dict[str, Callable[[], Sequence[Step]]] = {
    "sanctions": lambda: [
        calls("mod", "timeout", "<@eve> 1h calm down"),
        settle,
        calls("admin", "undo", "<@mod> 1h"),
        settle,
    ],
    "words": lambda: [
        calls("mod", "warn", "<@eve> stop"),
        settle,
        calls("mira", "note", "1 spoke to her"),
        calls("eve", "appeal", "1 it was a quote"),
        settle,
        hear(reports_what_eve_says),
        settle,
    ],
    "buttons": lambda: [
        hear(lambda twin: twin.says("eve", "a link")),
        settle,
        look,
        presses("mod", "It was right"),
        settle,
        presses("mira", "Undo"),
        settle,
        look,
    ],
}


@pytest.mark.parametrize("name", EVENINGS)
async def test_a_crash_anywhere_changes_nothing_in_the_end(tmp_path: Path, name: str) -> None:
    """Whatever the point of the crash, after a restart the world is as if there had been none."""
    empty = tmp_path / "empty"
    open_journal(empty, SteppingClock()).engine.dispose()
    how: dict[str, Any] = {"people": furnish, "commands": COMMANDS}
    reference = Failpoints()
    expected, _ = await play(tmp_path / "reference", EVENINGS[name](), reference, **how)
    assert expected["audit"] is None
    assert max(expected["effects"].values()) == 1 and max(expected["told"].values()) == 1
    assert {state for _, state in expected["inbox"]} == {1}
    died = 0
    for number, point in enumerate(reference.passed):
        copy = Path(shutil.copytree(empty, tmp_path / str(number)))
        truth, deaths = await play(copy, EVENINGS[name](), Failpoints(crash_at=point), **how)
        died += deaths
        assert truth == expected, f"after a crash at {point}"
    assert died >= len(reference.passed) * 0.8
