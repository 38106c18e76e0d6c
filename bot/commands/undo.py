"""`/undo`: take a case back, or everything that one moderator did in a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Final

from bot.commands.call import Call, Reply
from bot.commands.elsewhere import entitled_at
from bot.commands.execution import was_first
from bot.commands.finding import case_of
from bot.commands.needs import needed
from bot.commands.permission import Denied, belongs, entitled
from bot.commands.spec import Audience, Kind, Parameter, Spec
from moderation.case import Case, CaseState
from moderation.desk import AnotherPerson
from moderation.errors import AlreadyMoved, UserError
from moderation.units import written

AN_HOUR: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=7)


class Undo:
    """Takes back everything reversible, the strikes too, and says so to the person."""

    spec: ClassVar = Spec(
        "undo",
        {"en": "Take back a case, or all a moderator did", "es": "Deshacer un caso, o todo lo de un moderador"},
        (
            Parameter("case", Kind.CASE, {"en": "The number of the case", "es": "El número del caso"}, required=False),
            Parameter(
                "member",
                Kind.MEMBER,
                {"en": "Or a moderator, to take back what they did", "es": "O un moderador, para deshacer lo que hizo"},
                required=False,
            ),
            Parameter(
                "within",
                Kind.DURATION,
                {"en": "In the last 1h, unless you say otherwise", "es": "En la última 1h, salvo que digas otra cosa"},
                required=False,
            ),
        ),
        audience=Audience.MODERATORS,
    )

    async def run(self, call: Call) -> Reply:
        """One case, or the cases of one person."""
        number, moderator = call.arguments.text("case"), call.arguments.text("member")
        if number and call.arguments.span("within") is None:
            return await _one(call, number)
        if moderator and not number:
            return await _all_of(call, moderator)
        say = call.say
        raise UserError(say("Which case, or whose? For example: /undo 12, or /undo @mod 1h"))


async def _one(call: Call, number: str) -> Reply:
    say = call.say
    view = await case_of(call, number)
    if view.case.member == call.caller.ref:
        raise Denied(say("This case is about you: another person must look at it."))
    needs = needed(view, "undo", call.services.actions)
    await entitled_at(call.services, call.caller, view.case.platform, needs, call.language)
    try:
        after = await call.services.desk.overturn(view.case.id, call.by)
    except AnotherPerson:
        raise Denied(say("You decided this yourself: another person must look at it.")) from None
    if after.changed_by != call.by:
        moved = AlreadyMoved(after.id, str(after.state), after.changed_by, after.changed_at)
        return Reply(await was_first(call.services, moved, say))
    return Reply(say("Case {number} is taken back.").format(number=after.number))


async def _all_of(call: Call, moderator: str) -> Reply:
    """Everybody may take back all of their own; all of somebody else's is for admins."""
    say = call.say
    by, span = f"{call.caller.ref.platform}:{moderator}", call.arguments.span("within") or AN_HOUR
    if span > LONGEST:
        raise UserError(say("No further back than {most} at once.").format(most=written(LONGEST)))
    if by != call.by and not belongs(Audience.ADMINS, call.caller):
        raise Denied(say("Taking back all that somebody else did is for admins."))
    until = call.event.at
    cases = await call.services.by_hand.of(by, call.community, until - span, until)
    await _entitled_to(call, cases)
    undone, left = await _take_back(call, cases)
    for_good = await call.services.by_hand.taken_back(by, call.community, until - span, until)
    lines = [say("Taken back: {cases}.").format(cases=_numbers(undone) or say("nothing"))]
    if left:
        lines.append(say("Not taken back, look at each: {cases}.").format(cases=_numbers(left)))
    others = [case for case in for_good if case not in undone]
    if by != call.by and others:
        words = say("They took these back themselves, and nothing puts them in force again: {cases}.")
        lines.append(words.format(cases=_numbers(others)))
    return Reply("\n".join(lines))


async def _entitled_to(call: Call, cases: Sequence[Case]) -> None:
    views = [await call.services.cases.get(case.id) for case in cases]
    needs = {one for view in views if view is not None for one in needed(view, "undo", call.services.actions)}
    await entitled(call.chat, call.caller, needs, call.say)


async def _take_back(call: Call, cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Those that are taken back now, and those that something speaks against."""
    undone, left = [], []
    for case in cases:
        try:
            after = await call.services.desk.overturn(case.id, call.by)
        except (UserError, AlreadyMoved):
            left.append(case)
            continue
        if after.state is CaseState.OVERTURNED and after.changed_by == call.by:
            undone.append(after)
    return undone, left


def _numbers(cases: Sequence[Case]) -> str:
    return ", ".join(str(case.number) for case in cases)
