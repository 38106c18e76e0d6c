"""What comes in twice, late, from the bot itself, or cannot be judged."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.stores import tables
from moderation.case import CaseState, Origin
from moderation.model import Member, MemberRef, Message, MessagePosted, MessageRef
from tests.pipeline.stage import NOON, Stage, on_stage


async def states(stage: Stage) -> dict[str, int]:
    query = select(tables.inbox.c.key, tables.inbox.c.state)
    return await stage.app.journal.read(lambda connection: {row.key: row.state for row in connection.execute(query)})


async def test_a_message_delivered_thrice_is_decided_once(tmp_path: Path) -> None:
    """One case, one strike, one notice."""
    async with on_stage(tmp_path) as stage:
        event = stage.twin.says("eve", "a slur")
        await stage.hear(event, event, event)
        assert len(await stage.app.cases.page()) == 1
        assert len(stage.twin.state.told) == 1 and len(stage.stream.strikes) == 1


async def test_the_bot_does_not_judge_itself(tmp_path: Path) -> None:
    """A quotation of a slur in the bot's own words is not an event, however it arrives."""
    async with on_stage(tmp_path) as stage:
        me = Member(MemberRef("twin", "club", "sereno"), "Sereno", is_bot=True)
        ref = MessageRef(stage.twin.channel("general"), "99")
        own = MessagePosted(key="twin:msg:99:0", at=NOON, message=Message(ref, me, "a slur", NOON))
        accepted = await stage.app.accept(own)
        await stage.app.journal.accept(own)
        await stage.app.settled()
        assert accepted.seq == 0 and not accepted.new
        assert await stage.app.cases.page() == [] and stage.stream.noted == []


async def test_an_edit_is_judged_again(tmp_path: Path) -> None:
    """An innocent message edited into a slur is removed."""
    async with on_stage(tmp_path) as stage:
        posted = stage.twin.says("eve", "hola")
        edited = stage.twin.edits(posted.message.ref, "a slur", at=NOON + timedelta(seconds=5))
        await stage.hear(posted, edited)
        assert stage.twin.visible() == []


async def test_a_newer_edit_wins_whatever_the_order(tmp_path: Path) -> None:
    """An old version that arrives late is not held against anybody."""
    async with on_stage(tmp_path) as stage:
        posted = stage.twin.says("eve", "a slur")
        edited = stage.twin.edits(posted.message.ref, "sorry", at=NOON + timedelta(seconds=5))
        await stage.hear(edited, posted)
        assert await stage.app.cases.page() == [] and stage.twin.visible() == ["sorry"]


async def test_a_newer_edit_wins_over_a_restart(tmp_path: Path) -> None:
    """What was written first and arrives last, after a restart, changes nothing either."""
    async with on_stage(tmp_path) as stage:
        posted = stage.twin.says("eve", "a slur", at=NOON)
        edited = stage.twin.edits(posted.message.ref, "sorry", at=NOON + timedelta(seconds=5))
        await stage.hear(edited)
        state = stage.twin.state
    async with on_stage(tmp_path, state=state) as stage:
        await stage.hear(posted)
        assert stage.twin.visible() == ["sorry"] and await stage.app.cases.page() == []


async def test_an_edit_that_changes_no_word_is_not_judged_again(tmp_path: Path) -> None:
    """A preview that unfolds below a link arrives as an edit."""
    async with on_stage(tmp_path) as stage:
        posted = stage.twin.says("eve", "a slur")
        unfolded = stage.twin.edits(posted.message.ref, "a slur", at=NOON + timedelta(seconds=1))
        await stage.hear(posted, unfolded)
        assert len(await stage.app.cases.page()) == 1


async def test_poison_is_parked_and_harms_nobody(tmp_path: Path) -> None:
    """After five tries the event waits for a person; what came with it was decided long before."""
    async with on_stage(tmp_path) as stage:
        poison = stage.twin.says("eve", stage.stream.poison)
        await stage.hear(poison, stage.twin.says("bo", "a slur"))
        parked = [case for case in await stage.app.cases.page() if case.origin is Origin.PARKED]
        assert len(parked) == 1 and "cannot be judged" in parked[0].about
        assert (await states(stage))[poison.key] == 2
        assert stage.twin.visible() == [stage.stream.poison]
        letter = await stage.app.journal.read(lambda connection: connection.execute(select(tables.dead_letter)).one())
        assert letter.tries == 5


async def test_an_outage_is_one_case_per_rule_not_one_per_message(tmp_path: Path) -> None:
    """Twenty messages nobody could judge are one entry on the desk, with their number."""
    async with on_stage(tmp_path) as stage:
        stage.stream.unknown = frozenset({"maybe", "perhaps"})
        await stage.says("ana", *(["maybe"] * 20), "perhaps")
        cases = {case.rules: case for case in await stage.app.cases.page()}
        assert cases["maybe",].origin is Origin.UNDECIDED and cases["maybe",].state is CaseState.OPEN
        assert cases["maybe",].events == 20 and cases["perhaps",].events == 1
        assert "toxicity" in cases["maybe",].about


async def test_an_outage_goes_on_in_the_same_case_after_a_restart(tmp_path: Path) -> None:
    """Restarting during an outage does not open a second case; an outage an hour later does."""
    async with on_stage(tmp_path) as stage:
        stage.stream.unknown = frozenset({"maybe"})
        await stage.says("ana", "maybe")
        state, clock = stage.twin.state, stage.clock
    async with on_stage(tmp_path, state=state, clock=clock) as stage:
        stage.stream.unknown = frozenset({"maybe"})
        await stage.says("ana", "maybe")
        assert [case.events for case in await stage.app.cases.page()] == [2]
        clock.pass_(hours=1)
        await stage.says("ana", "maybe")
        assert len(await stage.app.cases.page()) == 2


async def test_what_was_accepted_and_not_decided_is_decided_after_a_restart(tmp_path: Path) -> None:
    """The acknowledgement is a promise that the next process keeps."""
    async with on_stage(tmp_path) as stage:
        stage.app.pipeline._slice = stage.app.pipeline._queue.clear  # type: ignore[method-assign]
        await stage.app.accept(stage.twin.says("eve", "a slur"))
        await asyncio.sleep(0.05)
        assert stage.twin.visible() == ["a slur"]
        state = stage.twin.state
        await stage.app.stop(grace=0.2)
    async with on_stage(tmp_path, state=state) as stage:
        await stage.app.settled()
        assert stage.twin.visible() == []


async def test_counters_and_strikes_are_rebuilt_in_journal_order(tmp_path: Path) -> None:
    """A new process has seen what the old one saw."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", "one", "a slur", "two")
        before, strikes, state = list(stage.stream.noted), list(stage.stream.strikes), stage.twin.state
    async with on_stage(tmp_path, state=state) as stage:
        assert stage.stream.noted == before and stage.stream.strikes == strikes


async def test_nothing_unknown_is_taken_for_the_end_of_a_lane(tmp_path: Path) -> None:
    """Backpressure: with little room inside, everything is decided all the same."""
    async with on_stage(tmp_path) as stage:
        stage.app.intake._most = 3
        await asyncio.gather(*(stage.app.accept(stage.twin.says("ana", f"hola {number}")) for number in range(50)))
        await stage.app.settled()
        assert set((await states(stage)).values()) == {1} and len(stage.stream.noted) == 50
