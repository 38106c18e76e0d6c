"""What every command can rely on: who may call it, once each, in order, whatever goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.commands.call import Call, Reply
from bot.commands.spec import Audience, Kind, Parameter, Spec
from bot.stores.cases import Cases
from moderation.case import Origin
from moderation.errors import ChatError, Unavailable
from moderation.model import Capability
from tests.commands.club import club


@dataclass
class Ring:
    """A command for tests: it counts who rang, and does what it is told to."""

    spec: Spec = field(
        default_factory=lambda: Spec(
            "ring",
            {"en": "Ring the bell", "es": "Toca la campana"},
            (Parameter("words", Kind.TEXT, {"en": "What for", "es": "Para qué"}, required=False),),
            audience=Audience.MODERATORS,
            needs=Capability.BAN,
        )
    )
    rung: list[str] = field(default_factory=list)
    does: Callable[[], None] = lambda: None

    async def run(self, call: Call) -> Reply:
        self.does()
        self.rung.append(f"{call.caller.name}: {call.arguments.text('words')}")
        return Reply("ding")


async def test_a_moderator_with_the_right_is_answered_and_nobody_else(tmp_path: Path) -> None:
    """Our role and the platform's own right are both asked for; who lacks one is told which."""
    bell = Ring()
    async with club(tmp_path, commands=[bell]) as here:
        here.twin.state.members["mira"].rights = frozenset({Capability.DELETE})
        here.twin.state.members["bo"].rights = frozenset(Capability)
        assert await here.asks("mod", "/ring please") == "ding"
        assert await here.asks("mira", "/ring") == "twin does not give you the right to do that yourself (ban)."
        assert await here.asks("bo", "/ring") == "This is for moderators only."
        assert bell.rung == ["Mod: please"]


async def test_roles_are_read_anew_when_it_is_carried_out(tmp_path: Path) -> None:
    """Whoever was a moderator when they called, and is none any more, does nothing."""
    bell = Ring()
    async with club(tmp_path, commands=[bell]) as here:
        call = here.twin.calls("mod", "ring")
        here.twin.member("mod", roles=frozenset())
        assert await here.answer_to(call) == "This is for moderators only."
        assert not bell.rung


async def test_rights_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    """A platform that does not answer lets nobody do anything."""
    bell = Ring()

    def trouble(call: str) -> ChatError | None:
        return Unavailable("down") if call == "rights" else None

    async with club(tmp_path, commands=[bell]) as here:
        here.twin.trouble = trouble
        said = await here.asks("mod", "/ring")
        assert said == "Your rights cannot be read at the moment, so nothing was done. Try again soon."
        here.twin.trouble = lambda call: Unavailable("down") if call == "who" else None
        said = await here.asks("mod", "/ring")
        assert said == "Your roles cannot be read at the moment, so nothing was done. Try again soon."
        assert not bell.rung


async def test_bots_give_no_orders(tmp_path: Path) -> None:
    """Another bot that types our commands is told so, whatever its roles."""
    bell = Ring()
    async with club(tmp_path, commands=[bell]) as here:
        here.twin.member("robo", roles=frozenset({"admin"}), is_bot=True)
        assert await here.asks("robo", "/ring") == "Bots give no orders here."
        assert not bell.rung


async def test_an_order_from_before_an_outage_is_not_carried_out(tmp_path: Path) -> None:
    """A quarter of an hour later its giver may want something else."""
    bell = Ring()
    async with club(tmp_path, commands=[bell]) as here:
        call = here.twin.calls("mod", "ring", at=here.clock.now() - timedelta(minutes=16))
        said = await here.answer_to(call)
        assert said == "That was called more than 15 minutes ago and was not done. Call it again if it still holds."
        assert not bell.rung


async def test_the_same_call_delivered_twice_is_carried_out_once(tmp_path: Path) -> None:
    """Its key is natural, like that of any event."""
    bell = Ring()
    async with club(tmp_path, commands=[bell]) as here:
        call = here.twin.calls("mod", "ring")
        await here.hear(call, call)
        assert bell.rung == ["Mod: "]


async def test_the_calls_of_one_person_keep_their_order(tmp_path: Path) -> None:
    """What somebody types first is done first."""
    bell = Ring()
    async with club(tmp_path, commands=[bell]) as here:
        await here.hear(*(here.twin.calls("mod", "ring", str(number)) for number in range(30)))
        assert bell.rung == [f"Mod: {number}" for number in range(30)]


async def test_what_breaks_five_times_is_on_the_desk_and_its_caller_knows(tmp_path: Path) -> None:
    """A mistake in one command stays with that call; the next one works."""
    tried: list[int] = []

    def broken() -> None:
        tried.append(1)
        raise ZeroDivisionError("the rope is torn")

    bell = Ring(does=broken)
    async with club(tmp_path, commands=[bell]) as here:
        said = await here.asks("mod", "/ring")
        (case,) = await Cases(here.app.journal).page()
        assert case.origin is Origin.PARKED and "the rope is torn" in case.about
        assert said == f"That did not work. It is noted as case {case.id}, and a person will look."
        assert len(tried) == 5
        bell.does = lambda: None
        assert await here.asks("mod", "/ring") == "ding"


async def test_an_answer_waits_for_a_platform_that_is_down(tmp_path: Path) -> None:
    """Three refusals later the caller hears, once."""
    refusals = [1, 1, 1]
    bell = Ring()
    async with club(tmp_path, commands=[bell]) as here:
        here.twin.trouble = lambda call: (
            Unavailable("down") if call == "answer" and refusals and refusals.pop() else None
        )
        assert await here.asks("mod", "/ring") == "ding"
        assert bell.rung == ["Mod: "]


async def test_commands_never_reach_the_rules(tmp_path: Path) -> None:
    """A word that a rule forbids may be quoted in an order; neither now nor after a restart is it judged."""
    bell = Ring()
    async with club(tmp_path, commands=[bell]) as here:
        await here.asks("mod", "/ring slur")
        state, clock = here.twin.state, here.clock
        assert here.stream.noted == []
    async with club(tmp_path, commands=[bell], state=state, clock=clock) as again:
        assert again.stream.noted == [] and not await Cases(again.app.journal).page()


async def test_what_nobody_knows_is_met_with_what_there_is(tmp_path: Path) -> None:
    """A slip of the finger is understood, as far as the caller may know the command."""
    async with club(tmp_path, commands=[Ring()]) as here:
        assert await here.asks("mod", "/rng") == "There is no command /rng. Did you mean /ring?"
        assert await here.asks("bo", "/rng") == "There is no command /rng. /help shows what there is."
