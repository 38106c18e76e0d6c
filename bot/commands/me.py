"""`/me`: what weighs on the person who asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from bot.commands.call import Call, Reply
from bot.commands.execution import state_in_words
from bot.commands.spec import Spec
from moderation.case import Case, CaseState
from moderation.model import MemberRef

if TYPE_CHECKING:
    from bot.stores.queue import Given

MOST: Final = 10
_OVER: Final = frozenset({CaseState.OVERTURNED})


class Me:
    """Tells a person their points and their cases; nobody else's."""

    spec: ClassVar = Spec("me", {"en": "Your own points and cases", "es": "Tus puntos y tus casos"})

    async def run(self, call: Call) -> Reply:
        """Points by ladder with when they are forgotten, and cases that still stand."""
        queue, me = call.services.queue, call.caller.ref
        given = await queue.weighing(me, call.services.clock.now())
        cases = [case for case in await queue.about(MemberRef(me.platform, me.community, me.id), MOST) if _mine(case)]
        say = call.say
        if not given and not cases:
            return Reply(say("Nothing weighs on you here."))
        return Reply("\n".join([*_points(call, given), *_cases(call, cases)]))


def _mine(case: Case) -> bool:
    """Reports are no decisions; what was taken back is over."""
    return case.state not in _OVER and case.severity > 0 and bool(case.rules or case.state is not CaseState.OPEN)


def _points(call: Call, given: Sequence[Given]) -> Iterator[str]:
    say = call.say
    for one in given:
        if one.forgotten_at is None:
            yield say("{points} on {ladder}").format(points=one.points, ladder=one.ladder)
        else:
            words = say("{points} on {ladder}, forgotten on {day}")
            yield words.format(points=one.points, ladder=one.ladder, day=f"{one.forgotten_at:%Y-%m-%d}")


def _cases(call: Call, cases: Sequence[Case]) -> Iterator[str]:
    say = call.say
    for case in cases:
        words = say("Case {number} of {day}: {state}")
        state = state_in_words(str(case.state), say)
        yield words.format(number=case.number, day=f"{case.opened_at:%Y-%m-%d}", state=state)
    if cases:
        yield say("To object: /appeal {number} and your side of it").format(number=cases[0].number)
