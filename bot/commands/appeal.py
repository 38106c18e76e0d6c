"""`/appeal`: the person a case is about objects to it."""

from __future__ import annotations

from typing import ClassVar

from bot.commands.call import Call, Reply
from bot.commands.finding import case_of
from bot.commands.shared import CASE
from bot.commands.spec import Kind, Parameter, Spec
from moderation.case import APPEAL_WINDOW, CaseState
from moderation.desk import NotTheirs, TooLate
from moderation.errors import AlreadyMoved, UserError


class Appeal:
    """Puts a decision before another human."""

    spec: ClassVar = Spec(
        "appeal",
        {"en": "Object to something that was done to you", "es": "Apelar algo que se te ha hecho"},
        (CASE, Parameter("words", Kind.LONG, {"en": "Your side of it", "es": "Tu versión"})),
    )

    async def run(self, call: Call) -> Reply:
        """Once per case; nobody who decided it decides this."""
        say, view = call.say, await case_of(call, call.arguments.text("case"))
        number = view.case.number
        if view.case.member != call.caller.ref:
            raise UserError(say("There is no case {number} here.").format(number=number))
        try:
            await call.services.desk.appeal(view.case.id, call.by, call.arguments.text("words"))
        except NotTheirs:
            raise UserError(say("There is no case {number} here.").format(number=number)) from None
        except TooLate:
            days = APPEAL_WINDOW.days
            words = say("Case {number} could be appealed for {days} days; they have passed.")
            raise UserError(words.format(number=number, days=days)) from None
        except AlreadyMoved as moved:
            if moved.by != call.by or moved.state != CaseState.APPEALED:
                raise
        except UserError:
            words = say("Case {number} is not decided yet: people are still looking at it.")
            raise UserError(words.format(number=number)) from None
        words = say("Your appeal of case {number} is noted. Somebody who did not decide it will look at it.")
        return Reply(words.format(number=number))
