"""Promise P15: no rule empties a community, whatever it says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from moderation.actions.delete import Delete
from moderation.actions.timeout import Timeout
from moderation.brakes import CommunityBrake, Limit
from moderation.case import CaseState, Origin
from moderation.units import duration
from rules.model import Brake
from tests.pipeline.stage import Stage, SteppingClock, on_stage

MINUTES = timedelta(minutes=10)
TIGHT = {"club": CommunityBrake(deletes=Limit(5, MINUTES), sanctions=Limit(2, MINUTES))}


async def flood(stage: Stage, word: str, count: int) -> None:
    await stage.hear(*(stage.twin.says(f"member{number}", f"{word} {number}") for number in range(count)))


async def brake_cases(stage: Stage) -> list[str]:
    return [case.id for case in await stage.app.cases.page(limit=200) if case.origin is Origin.BRAKE]


async def test_a_rule_that_hits_everything_stops_at_the_communitys_brake(tmp_path: Path) -> None:
    """Five removals pass, the rest wait for a person, and people are told in one case."""
    async with on_stage(tmp_path, brakes_of=TIGHT) as stage:
        await flood(stage, "slur", 12)
        assert len(stage.twin.visible()) == 7
        assert len(await brake_cases(stage)) == 1


async def test_nobody_hears_of_a_removal_that_did_not_happen(tmp_path: Path) -> None:
    """The notice waits with the action it speaks of."""
    async with on_stage(tmp_path, brakes_of=TIGHT) as stage:
        await flood(stage, "slur", 12)
        assert len(stage.twin.state.told) == 5


async def test_sanctions_have_a_brake_of_their_own(tmp_path: Path) -> None:
    """Two people are silenced, then people decide."""
    rules = {"bad": (Timeout(span=duration("1h")),)}
    async with on_stage(tmp_path, brakes_of=TIGHT, rules=rules) as stage:
        await flood(stage, "bad", 6)
        silenced = [name for name, person in stage.twin.state.members.items() if person.timeout_until]
        assert len(silenced) == 2


async def test_a_rules_own_brake_holds_that_rule_alone(tmp_path: Path) -> None:
    """Another rule goes on removing."""
    rules = {"wide": (Delete(),), "slur": (Delete(),)}
    brakes = {"wide": Brake("wide", 3, MINUTES)}
    async with on_stage(tmp_path, rules=rules, brakes=brakes) as stage:
        await flood(stage, "wide", 6)
        await flood(stage, "slur", 4)
        assert [text.split()[0] for text in stage.twin.visible()] == ["wide"] * 3


async def test_a_brake_opens_again_when_its_window_has_passed(tmp_path: Path) -> None:
    """What comes later passes; what waits still waits for a person."""
    async with on_stage(tmp_path, brakes_of=TIGHT) as stage:
        await flood(stage, "slur", 6)
        stage.clock.pass_(minutes=11)
        await stage.says("eve", "a late slur")
        assert stage.twin.visible() == ["slur 5"]


async def test_a_restart_does_not_loosen_the_brakes(tmp_path: Path) -> None:
    """What went out before counts after."""
    clock = SteppingClock()
    async with on_stage(tmp_path, brakes_of=TIGHT, clock=clock) as stage:
        await flood(stage, "slur", 5)
        state = stage.twin.state
    async with on_stage(tmp_path, brakes_of=TIGHT, clock=clock, state=state) as stage:
        await stage.says("eve", "a slur")
        assert stage.twin.visible() == ["a slur"]


async def test_a_person_lets_go_what_a_brake_held(tmp_path: Path) -> None:
    """Upholding the held case carries it out."""
    async with on_stage(tmp_path, brakes_of=TIGHT) as stage:
        await flood(stage, "slur", 6)
        held = [case for case in await stage.app.cases.page() if await stage.app.desk.waiting(case.id)]
        assert len(held) == 1
        await stage.app.desk.release(held[0].id, "twin:mod")
        await stage.app.settled()
        assert stage.twin.visible() == []


async def test_what_waits_is_on_the_desk(tmp_path: Path) -> None:
    """A case whose actions wait is open, so that somebody finds it."""
    async with on_stage(tmp_path, brakes_of=TIGHT) as stage:
        await flood(stage, "slur", 6)
        waiting = [case for case in await stage.app.cases.page() if await stage.app.desk.waiting(case.id)]
        assert [case.state for case in waiting] == [CaseState.OPEN]


async def test_a_raids_wave_lifts_the_brakes(tmp_path: Path) -> None:
    """For those who came with the wave there is no limit."""
    async with on_stage(tmp_path, brakes_of=TIGHT) as stage:
        stage.stream.wave = True
        await flood(stage, "slur", 12)
        assert stage.twin.visible() == []
