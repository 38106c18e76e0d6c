"""The case that somebody means, if it is one of their community's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.commands.call import Call
from moderation.errors import UserError

if TYPE_CHECKING:
    from bot.stores.cases import CaseView


async def case_of(call: Call, number: str) -> CaseView:
    """A case by what people call it; UserError when this community has none of that number or id."""
    view = await call.services.cases.get(number)
    if view is None or view.case.community != call.community:
        say = call.say
        raise UserError(say("There is no case {number} here.").format(number=number))
    return view
