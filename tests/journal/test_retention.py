"""Promise P21: what is not needed is gone from the disk, and nobody's text was ever there in the clear."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.stores import tables
from bot.stores.audit import verify
from bot.stores.journal import subject_of
from moderation.model import MemberRef
from tests.pipeline.stage import Stage, on_stage

CANARY = "canarycanarycanary"


async def texts(stage: Stage) -> int:
    return await stage.app.retention.texts()


def on_disk(data: Path) -> bytes:
    return b"".join(path.read_bytes() for path in data.iterdir() if path.name != "master.key")


async def test_unflagged_text_is_gone_within_the_hour(tmp_path: Path) -> None:
    """At 55 minutes nothing that no rule minded is left; the event's key stays, so that it cannot come again."""
    async with on_stage(tmp_path) as stage:
        event = stage.twin.says("ana", "hola")
        await stage.hear(event, stage.twin.says("ana", "qué tal"))
        stage.clock.pass_(minutes=45)
        await stage.app.retention.sweep()
        assert await texts(stage) == 2
        stage.clock.pass_(minutes=10)
        await stage.app.retention.sweep()
        assert await texts(stage) == 0
        assert not (await stage.app.accept(event)).new


async def test_evidence_of_a_decision_lives_until_no_appeal_can_come(tmp_path: Path) -> None:
    """Half a year and a day, then it is gone."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", "a slur")
        stage.clock.pass_(days=182)
        await stage.app.retention.sweep()
        view = await stage.app.cases.get("1")
        assert view is not None and view.evidence[0].text == "a slur" and view.verdict is not None
        stage.clock.pass_(days=2)
        await stage.app.retention.sweep()
        view = await stage.app.cases.get("1")
        assert view is not None and view.evidence[0].text is None
        assert view.verdict is None and view.reasons is None


async def test_what_was_written_is_never_on_disk_in_the_clear(tmp_path: Path) -> None:
    """Neither in the database nor in its log, flagged or not."""
    async with on_stage(tmp_path) as stage:
        await stage.says("ana", f"hola {CANARY}", f"a slur {CANARY}")
        found = on_disk(tmp_path)
    assert CANARY.encode() not in found


async def test_an_erased_person_leaves_no_text_and_the_audit_whole(tmp_path: Path) -> None:
    """Erasure makes messages, evidence, reasons and notices unreadable; the chain still verifies."""
    async with on_stage(tmp_path) as stage:
        await stage.says("eve", "a slur", "hola")
        await stage.app.retention.erase(subject_of(MemberRef("twin", "club", "eve")), "twin:admin")
        view = await stage.app.cases.get("1")
        assert view is not None and view.verdict is None and view.reasons is None and view.name == ""
        assert [one.text for one in view.evidence] == [None]
        assert {step.text for step in view.steps} == {""}
        assert await texts(stage) == 0
        assert await stage.app.journal.read(verify) is None


async def test_keys_are_forgotten_in_the_end(tmp_path: Path) -> None:
    """The inbox does not grow for ever."""
    async with on_stage(tmp_path) as stage:
        await stage.says("ana", "hola", "adiós")
        stage.clock.pass_(hours=2)
        await stage.app.retention.sweep()
        stage.clock.present += timedelta(days=15)
        await stage.app.retention.sweep()
        count = select(func.count()).select_from(tables.inbox)
        assert await stage.app.journal.read(lambda connection: connection.scalar(count)) == 0
