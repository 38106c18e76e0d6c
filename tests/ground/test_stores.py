"""What adapters must not forget over a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.stores.budgets import Budgets
from bot.stores.cases import Cases
from bot.stores.cursors import Cursors
from bot.stores.gaps import Gaps
from bot.stores.journal import Journal
from bot.stores.kept import Kept
from bot.stores.opening import open_journal
from bot.stores.sent import Sending, Sent
from moderation.case import Origin
from moderation.model import ChannelRef, MessageEdited, MessageRef
from tests.journal.events import said
from tests.pipeline.stage import SteppingClock

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
async def journal(tmp_path: Path, clock: SteppingClock) -> AsyncIterator[Journal]:
    journal = open_journal(tmp_path, clock)
    await journal.start()
    yield journal
    await journal.stop()


async def test_a_cursor_moves_with_its_event_and_only_then(journal: Journal, clock: SteppingClock) -> None:
    """How far a platform was read is written in the transaction of the event that was read."""
    cursors = Cursors(journal, clock)
    await journal.accept(said("1", "hola"), cursors.setting("discord:7", "1"))
    await journal.accept(said("1", "hola"), cursors.setting("discord:7", "0"))
    await cursors.put("discord:8", "5")
    assert await cursors.get("discord:7") == "1" and await cursors.get("discord:9") is None
    assert await cursors.all("discord:") == {"discord:7": "1", "discord:8": "5"}
    await cursors.drop("discord:8")
    assert await cursors.all("discord:") == {"discord:7": "1"}


async def test_a_budget_is_spent_and_comes_back(journal: Journal, clock: SteppingClock) -> None:
    """When all is spent, the answer is when to come again; a day later there is as much as before."""
    budgets = Budgets(journal, clock)
    assert [await budgets.spend("identify", 3, DAY) for _ in range(3)] == [None, None, None]
    again = await budgets.spend("identify", 3, DAY)
    assert again is not None and clock.now() < again <= clock.now() + DAY
    assert await budgets.spent("identify", DAY) == 3
    assert await budgets.spend("other", 1, DAY) is None
    clock.pass_(days=1)
    assert await budgets.spend("identify", 3, DAY) is None


async def test_a_budget_is_counted_over_restarts(tmp_path: Path, clock: SteppingClock) -> None:
    """Whoever crashes in a loop spends the same budget."""
    for expected in (True, True, False):
        journal = open_journal(tmp_path, clock)
        await journal.start()
        assert (await Budgets(journal, clock).spend("identify", 2, DAY) is None) is expected
        await journal.stop()


async def test_what_was_said_under_a_key_is_known(journal: Journal, clock: SteppingClock) -> None:
    """New, perhaps, said: three answers, each over restarts."""
    sent, ref = Sent(journal, clock, "slack"), MessageRef(ChannelRef("slack", "club", "C1"), "17.3")
    assert await sent.begin("k") is Sending.NEW
    assert await sent.begin("k") is Sending.PERHAPS
    await sent.done("k", ref)
    assert await sent.begin("k") == ref
    assert await Sent(journal, clock, "discord").begin("k") is Sending.NEW


async def test_what_certainly_was_not_said_is_said_the_next_time(journal: Journal, clock: SteppingClock) -> None:
    """A failure leaves the key as new as before; what was said stays said."""
    sent, ref = Sent(journal, clock, "slack"), MessageRef(ChannelRef("slack", "club", "C1"), "1")
    await sent.begin("k")
    await sent.failed("k")
    assert await sent.begin("k") is Sending.NEW
    await sent.done("k", ref)
    await sent.failed("k")
    assert await sent.begin("k") == ref


async def test_the_newest_words_of_a_message_are_kept(journal: Journal, clock: SteppingClock) -> None:
    """What a platform is asked to give back is what was there last."""
    first = said("1", "hola")
    await journal.accept(first)
    words = replace(first.message, text="adiós")
    await journal.accept(MessageEdited(key="e1", at=first.at + timedelta(minutes=1), message=words))
    kept = await Kept(journal).message(first.message.ref)
    assert kept is not None and kept.text == "adiós"
    assert await Kept(journal).message(MessageRef(first.message.ref.channel, "none")) is None


async def test_a_gap_is_one_case_however_often_it_is_told(journal: Journal, clock: SteppingClock) -> None:
    """People learn once that nobody saw what was said for a while."""
    gaps, since = Gaps(journal, clock), clock.now()
    for _ in range(2):
        await gaps.missed("telegram", "club", since, since + DAY, "Telegram keeps updates for a day only")
    await gaps.tell("refused|discord", "Discord does not take the token", "discord", "club")
    cases = await Cases(journal).page()
    assert [case.origin for case in cases] == [Origin.OUTCOME, Origin.GAP]
    assert "2026-03-02 12:00 to 2026-03-03 12:00 UTC" in cases[1].about
