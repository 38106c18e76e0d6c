"""One evening in a community, the same on every platform: what people do, and what everybody must see afterwards.

What a platform cannot do is left out there and nowhere else: `can` are its capabilities (moderation/platforms.py, and
what the community granted).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from moderation.model import Capability
from tests.contract.world import NotOffered, ShownCard, World
from tests.scenario.running import Sereno, eventually

WAVE = "win a lamp at our shop today"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is compared between platforms: cases by what opened them and how they ended, and what members read."""

    cases: tuple[tuple[str, str], ...]
    reads: tuple[str, ...]


class Evening:
    """Plays the scenes in order; each asserts what people see."""

    def __init__(self, sereno: Sereno, world: World, can: frozenset[Capability]) -> None:
        self._sereno = sereno
        self._world = world
        self._can = can

    async def play(self) -> Outcome:
        """All scenes, and how it ended."""
        await self.people_come()
        await self.a_spam_wave()
        await self.a_slur_edited_in()
        await self.a_question_for_people()
        await self.a_report()
        await self.a_time_out_and_its_undo()
        await self.a_ban()
        cases = await self._sereno.cases()
        return Outcome(
            tuple((case["origin"], case["state"]) for case in cases), tuple(sorted(await self._world.reads()))
        )

    async def people_come(self) -> None:
        """Members come and greet each other; nothing happens to them."""
        for name in ("ana", "bo", "eve"):
            await self._world.joins(name)
        for name in ("mod", "vera"):
            await self._world.becomes_moderator(name)
        await self._world.says("ana", "good evening, neighbours")
        assert await self._sereno.cases() == []

    async def a_spam_wave(self) -> None:
        """The same advertisement four times is gone, and only that."""
        for _ in range(4):
            await self._world.says("eve", WAVE)
        await self._case("no-wave")
        if Capability.DELETE in self._can:
            await self._reads(["good evening, neighbours"])

    async def a_slur_edited_in(self) -> None:
        """Who edits a slur into a harmless message has it removed and is told why."""
        message = await self._world.says("bo", "what a nice lamp")
        await self._world.edits("bo", message, "what a nice lamp, you blarg")
        await self._case("no-slurs")
        await eventually(lambda: self._world.told("bo"), lambda told: any(map(reason, told)), "bo was not told why")
        if Capability.DELETE in self._can:
            await self._reads(["good evening, neighbours"])

    async def a_question_for_people(self) -> None:
        """A card comes up; of two moderators who press at once one decides, and the other is told so."""
        await self._world.says("ana", "a dubious offer, is it not?")
        case = await self._case("look-here")
        card = await self._card("dubious offer")
        for name in ("mod", "vera"):
            await self._world.presses(name, card, _button(card, "It was right"))
        await self._state(case, "decided")
        for name in ("mod", "vera"):
            await eventually(lambda name=name: self._world.told(name), bool, f"{name} was told nothing")  # type: ignore[misc]

        async def shown() -> ShownCard:
            return await self._card("dubious offer")

        await eventually(shown, lambda now: now.buttons != card.buttons, "the card does not show the decision")

    async def a_report(self) -> None:
        """A member reports a message; they are thanked, and people see it on a card."""
        rude = await self._world.says("eve", "nobody asked you, ana")
        await self._world.calls("ana", "report", "rude to me", on=rude)
        await eventually(lambda: self._world.told("ana"), bool, "the reporter heard nothing")

        async def origins() -> list[str]:
            return [case["origin"] for case in await self._sereno.cases()]

        await eventually(origins, lambda found: "report" in found, "a report opened no case")
        await self._card("nobody asked you")

    async def a_time_out_and_its_undo(self) -> None:
        """A moderator silences somebody by command and takes it back; a member may not."""
        before = len(await self._sereno.cases())
        await self._refused("ana", "timeout", "<@bo> 10m I want it")
        assert len(await self._sereno.cases()) == before and await self._world.may_write("bo")
        await self._world.calls("mod", "timeout", "<@bo> 10m please calm down")
        if Capability.TIMEOUT not in self._can:
            await eventually(lambda: self._world.told("mod"), lambda told: len(told) >= 2, "nobody said that it cannot")
            return
        await eventually(self._may_write("bo"), lambda may: not may, "bo was not silenced")
        case = (await self._sereno.cases())[-1]
        await self._world.calls("mod", "undo", str(case["number"]))
        await eventually(self._may_write("bo"), bool, "bo was not let speak again")
        await self._state(case["id"], "overturned")

    async def a_ban(self) -> None:
        """A moderator bans somebody, who is gone."""
        if Capability.BAN not in self._can:
            return
        await self._world.calls("mod", "ban", "<@eve> 1d advertising again")

        async def here() -> bool:
            return await self._world.is_here("eve")

        await eventually(here, lambda is_here: not is_here, "eve was not banned")

    async def _refused(self, name: str, command: str, words: str) -> None:
        """Somebody who may not is told so, where the platform lets them try at all."""
        heard = len(await self._world.told(name))
        try:
            await self._world.calls(name, command, words)
        except NotOffered:
            return
        await eventually(lambda: self._world.told(name), lambda told: len(told) > heard, "the refusal was not said")

    def _may_write(self, name: str) -> Callable[[], Awaitable[bool]]:
        async def may() -> bool:
            return await self._world.may_write(name)

        return may

    async def _case(self, rule: str) -> str:
        """The id of the one case this rule opened."""

        async def found() -> list[str]:
            return [case["id"] for case in await self._sereno.cases() if rule in case["rules"]]

        return (await eventually(found, lambda ids: len(ids) == 1, f"no case by {rule}"))[0]

    async def _state(self, case: str, state: str) -> None:
        async def now() -> str:
            return str((await self._sereno.case(case))["state"])

        await eventually(now, lambda found: found == state, f"the case is not {state}")

    async def _reads(self, texts: list[str]) -> None:
        await eventually(self._world.reads, lambda read: read == texts, f"members do not read just {texts}")

    async def _card(self, words: str) -> ShownCard:
        async def shown() -> list[ShownCard]:
            return [card for card in await self._world.cards() if words in card.text]

        return (await eventually(shown, bool, f"no card says {words!r}"))[-1]


def reason(text: str) -> bool:
    """Whether this tells somebody about the rule against slurs, in the language they read."""
    return "Slurs are not allowed" in text or "no se permiten insultos" in text


def _button(card: ShownCard, words: str) -> str:
    """The whole words of the button that begins so; what stands for a button may come before them."""
    found = [button for button in card.buttons if words in button]
    assert found, f"no button says {words!r} on {card}"
    return found[0]
