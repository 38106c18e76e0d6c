"""How decided actions are carried out, and what becomes of those that cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot.adapters.twin import Twin, TwinState
from bot.failpoints import Failpoints
from moderation.actions.ban import Ban
from moderation.actions.base import Action
from moderation.actions.delete import Delete
from moderation.actions.hold import Hold
from moderation.actions.kick import Kick
from moderation.actions.lock import Lock
from moderation.actions.nothing import Nothing
from moderation.actions.pause_invites import PauseInvites
from moderation.actions.reply import Reply
from moderation.actions.timeout import Timeout
from moderation.case import CaseState, Origin
from moderation.errors import (
    ChatError,
    Forbidden,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
)
from moderation.model import Capability, Role
from moderation.units import duration
from tests.pipeline.crash import abandon
from tests.pipeline.stage import RULES, Stage, SteppingClock, build, on_stage

HOUR = duration("1h")


async def steps(stage: Stage, number: int = 1) -> dict[str, tuple[str, str]]:
    """Action → state and note of one case."""
    view = await stage.app.cases.get(str(number))
    assert view is not None
    return {step.action: (step.state, step.note) for step in view.steps}


def once(error: ChatError, call: str, times: int = 1) -> Callable[[str], ChatError | None]:
    """Trouble so many times, then none."""
    left = [times]

    def trouble(called: str) -> ChatError | None:
        if called != call or left[0] == 0:
            return None
        left[0] -= 1
        return error

    return trouble


def only(*can: Capability) -> Callable[[SteppingClock, TwinState | None], Twin]:
    return lambda clock, state: Twin(clock, state=state, can=can)


async def test_staff_are_never_targets_of_automation(tmp_path: Path) -> None:
    """A moderator may write what she likes: nothing is done, and the case says why."""
    async with on_stage(tmp_path) as stage:
        stage.twin.member("mod", roles=frozenset({Role.MODERATOR}))
        await stage.says("mod", "a slur")
        assert stage.twin.visible() == ["a slur"] and stage.twin.state.told == []
        assert (await steps(stage))["delete"] == (
            "refused",
            "owners, admins, moderators and bots are never targets of automation",
        )


async def test_what_a_platform_cannot_do_is_replaced_as_the_rule_says(tmp_path: Path) -> None:
    """`timeout: {for: 1h, else: hold}` holds the message where nobody can be silenced."""
    rules: dict[str, tuple[Action, ...]] = {"bad": (Timeout(span=HOUR, otherwise=Hold()),)}
    async with on_stage(tmp_path, rules=rules, twin=only(Capability.HOLD)) as stage:
        await stage.says("eve", "bad")
        assert stage.twin.visible() == []
        assert (await steps(stage))["timeout"] == ("applied", "hold instead: 1 held")
        ((_, _, words),) = stage.twin.state.told
        assert "hidden until a person has looked" in words and "cannot write" not in words


async def test_nothing_instead_is_nothing(tmp_path: Path) -> None:
    """`else: nothing` is an answer, not a failure."""
    rules: dict[str, tuple[Action, ...]] = {"bad": (Kick(otherwise=Nothing()),)}
    async with on_stage(tmp_path, rules=rules, twin=only()) as stage:
        await stage.says("eve", "bad")
        assert (await steps(stage))["kick"] == ("applied", "nothing instead: nothing, as the rule says")


async def test_what_cannot_be_done_at_all_is_on_the_desk(tmp_path: Path) -> None:
    """Refused by the platform, without `else`: the case opens again for a person."""
    async with on_stage(tmp_path, rules={"bad": (Kick(),)}, twin=only()) as stage:
        await stage.says("eve", "bad")
        (case,) = await stage.app.cases.page()
        assert (await steps(stage))["kick"][0] == "refused"
        assert case.state is CaseState.OPEN and case.queue == "moderators"


async def test_a_message_that_is_gone_is_done(tmp_path: Path) -> None:
    """Somebody was faster: the work is done all the same."""
    async with on_stage(tmp_path) as stage:
        event = stage.twin.says("eve", "a slur")
        await stage.twin.delete(event.message.ref)
        await stage.hear(event)
        assert (await steps(stage))["delete"] == ("applied", "0 removed, 1 already gone")


@pytest.mark.parametrize("error", [RateLimited(30), Unavailable("down"), OutcomeUnknown("no answer")])
async def test_a_platform_in_trouble_is_asked_again_later(tmp_path: Path, error: ChatError) -> None:
    """Rate limits, outages and lost answers postpone an action; none of them drops it."""
    async with on_stage(tmp_path) as stage:
        stage.twin.trouble = once(error, "delete")
        await stage.says("eve", "a slur")
        stage.clock.pass_(minutes=2)
        stage.app.enforcer.wake()
        await stage.app.settled()
        assert stage.twin.visible() == []
        assert (await steps(stage))["delete"][0] == "applied"


async def test_nothing_is_asked_before_a_rate_limit_has_passed(tmp_path: Path) -> None:
    """A platform that asks for patience gets it."""
    async with on_stage(tmp_path) as stage:
        stage.twin.trouble = once(RateLimited(30), "delete")
        await stage.says("eve", "a slur")
        stage.clock.pass_(seconds=29)
        stage.app.enforcer.wake()
        await stage.app.settled()
        assert (await steps(stage))["delete"][0] == "pending" and stage.twin.visible() == ["a slur"]


async def test_a_forbidden_action_rests_and_people_hear_of_it_once(tmp_path: Path) -> None:
    """403: fifteen minutes of rest for that action in that community, one case, and then it is tried again."""
    async with on_stage(tmp_path) as stage:
        stage.twin.trouble = once(Forbidden("missing permission"), "delete")
        await stage.says("eve", "a slur", "another slur", "a third slur")
        cases = await stage.app.cases.page()
        told = [case for case in cases if case.origin is Origin.OUTCOME]
        assert len(told) == 1 and "forbids delete" in told[0].about
        stage.clock.pass_(minutes=16)
        stage.app.enforcer.wake()
        await stage.app.settled()
        assert stage.twin.visible() == []


async def test_a_broken_action_fails_alone(tmp_path: Path) -> None:
    """A mistake in one action is a failed step with its words; the others are carried out."""

    class Broken(Action):
        name = "broken"

        async def apply(self, chat: object, order: object) -> str:
            raise ZeroDivisionError("oops")

    async with on_stage(tmp_path, rules={"bad": (Delete(), Broken())}, actions=(Broken,)) as stage:
        await stage.says("eve", "bad")
        done = await steps(stage)
        assert done["delete"][0] == "applied"
        assert done["broken"] == ("failed", "broken broke: ZeroDivisionError: oops")
        (case,) = await stage.app.cases.page()
        assert case.state is CaseState.OPEN


async def test_a_lock_ends_by_itself_across_a_restart(tmp_path: Path) -> None:
    """What lasts for a time is taken back when the time is over, whoever is running then."""
    state, clock, rules = TwinState(), SteppingClock(), {"fire": (Lock(span=duration("10m")),)}
    async with on_stage(tmp_path, state=state, clock=clock, rules=rules) as stage:
        await stage.says("eve", "fire")
        assert state.locked == {"general"}
    clock.pass_(minutes=11)
    async with on_stage(tmp_path, state=state, clock=clock, rules=rules) as stage:
        await stage.app.settled()
        assert state.locked == set()


async def test_an_undone_lock_does_not_end_twice(tmp_path: Path) -> None:
    """Undo cancels the end that was planned."""
    async with on_stage(tmp_path, rules={"fire": (Lock(span=duration("10m")),)}) as stage:
        await stage.says("eve", "fire")
        await stage.app.undo("1", "twin:mod")
        await stage.app.settled()
        assert stage.twin.state.locked == set()
        await stage.twin.lock(stage.twin.channel("general"), locked=True)
        stage.clock.pass_(minutes=11)
        stage.app.enforcer.wake()
        await stage.app.settled()
        assert stage.twin.state.locked == {"general"}


async def test_the_person_hears_why_before_they_are_removed(tmp_path: Path) -> None:
    """The notice goes out while the person can still read it."""
    async with on_stage(tmp_path, rules={"bad": (Ban(span=HOUR), Delete())}) as stage:
        await stage.says("eve", "bad")
        calls = [entry.split()[0] for entry in stage.twin.state.log]
        assert calls == ["delete", "notify", "ban"]


def forgetful(clock: SteppingClock, state: TwinState | None) -> Twin:
    """A platform that cannot tell whether it has said something."""
    return Twin(clock, state=state, remembers_keys=False)


async def crash_after(call: str, path: Path, state: TwinState, rules: Mapping[str, tuple[Action, ...]]) -> None:
    """The bot dies when the platform has done what it was asked, and nobody has noted it."""
    crash = Failpoints(crash_at=(f"chat {call}: after", 1))
    first = build(path, state=state, points=crash, twin=forgetful, keyed=frozenset(), rules=rules)
    await first.app.start()
    await first.app.accept(first.twin.says("eve", "a slur"))
    while not crash.crashed:
        await asyncio.sleep(0.01)
    await abandon(first)


async def test_a_send_that_may_have_happened_is_a_question_where_keys_are_unknown(tmp_path: Path) -> None:
    """A platform that cannot tell whether it sent: nothing is repeated, a person decides."""
    state, rules = TwinState(), {"slur": (Reply(text="please"),)}
    await crash_after("post", tmp_path, state, rules)
    async with on_stage(tmp_path, state=state, twin=forgetful, keyed=frozenset(), rules=rules) as stage:
        await stage.app.settled()
        assert (await steps(stage))["reply"][0] == "unknown"
        assert len(stage.twin.visible()) == 2
        (case,) = await stage.app.cases.page()
        assert case.state is CaseState.OPEN


async def test_reasons_are_told_again_where_nobody_knows_whether_they_were_read(tmp_path: Path) -> None:
    """Being told why twice is better than never."""
    state = TwinState()
    await crash_after("notify", tmp_path, state, RULES)
    async with on_stage(tmp_path, state=state, twin=forgetful, keyed=frozenset()) as stage:
        await stage.app.settled()
        assert (await steps(stage))["warn"][0] == "applied"
        assert [who for who, _, _ in state.told] == ["eve", "eve"]


async def test_a_community_in_shadow_is_left_alone_and_says_what_it_would_have_done(tmp_path: Path) -> None:
    """Receipts say simulated; members notice nothing, and taking it back tells nobody anything either."""
    async with on_stage(tmp_path, shadow=frozenset({"club"})) as stage:
        await stage.says("eve", "a scam")
        assert stage.twin.visible() == ["a scam"] and stage.twin.state.log == []
        view = await stage.app.cases.get("1")
        assert view is not None and {step.outcome for step in view.steps} == {"simulated"}
        assert stage.stream.strikes == [] and view.strikes == ()
        await stage.app.undo(view.case.id, "twin:mod")
        await stage.app.settled()
        assert stage.twin.visible() == ["a scam"] and stage.twin.state.log == [] and stage.twin.state.told == []


async def test_one_slow_case_does_not_hold_up_another(tmp_path: Path) -> None:
    """Actions of one case wait for each other, those of two cases do not."""
    async with on_stage(tmp_path) as stage:
        stage.twin.trouble = once(RateLimited(3600), "timeout")
        await stage.says("eve", "a scam", "a slur")
        assert stage.twin.visible() == []


async def test_a_door_closed_until_the_raid_ends_opens_when_it_does(tmp_path: Path) -> None:
    """Nobody has to remember to let people in again."""
    async with on_stage(tmp_path, rules={"wave": (PauseInvites(),)}) as stage:
        stage.stream.wave = True
        await stage.says("eve", "wave")
        assert await stage.app.raid_ends.open_doors() == 0
        assert stage.twin.state.invites_paused == {"club"}
        stage.stream.wave = False
        assert await stage.app.raid_ends.open_doors() == 1
        assert await stage.app.raid_ends.open_doors() == 0
        stage.app.enforcer.wake()
        await stage.app.settled()
        assert stage.twin.state.invites_paused == set()
