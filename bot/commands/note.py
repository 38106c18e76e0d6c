"""`/note`: write something on a case, for other moderators."""

from __future__ import annotations

from typing import ClassVar

from bot.commands.call import Call, Reply
from bot.commands.finding import case_of
from bot.commands.shared import CASE
from bot.commands.spec import Audience, Kind, Parameter, Spec


class Note:
    """Writes on a case. The person it is about never reads it."""

    spec: ClassVar = Spec(
        "note",
        {"en": "Write something on a case", "es": "Anotar algo en un caso"},
        (CASE, Parameter("words", Kind.LONG, {"en": "For other moderators", "es": "Para otros moderadores"})),
        audience=Audience.MODERATORS,
    )

    async def run(self, call: Call) -> Reply:
        """The moment of the call makes it the same note, should it be written again."""
        view = await case_of(call, call.arguments.text("case"))
        await call.services.desk.note(view.case.id, call.by, call.arguments.text("words"), call.event.at)
        say = call.say
        return Reply(say("Noted on case {number}.").format(number=view.case.number))
