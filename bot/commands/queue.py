"""`/queue`: the cases that wait for a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from bot.card_words import one_line, origin_in_words
from bot.commands.call import Call, Reply
from bot.commands.execution import state_in_words
from bot.commands.spec import Audience, Spec
from moderation.case import CaseState, priority
from moderation.units import written

if TYPE_CHECKING:
    from bot.stores.queue import Queued

SHOWN: Final = 10
LOOKED_AT: Final = 500
_MINUTE: Final = timedelta(minutes=1)


class WaitingCases:
    """Lists what waits, the most pressing first."""

    spec: ClassVar = Spec(
        "queue",
        {"en": "The cases that wait for somebody", "es": "Los casos que esperan a alguien"},
        audience=Audience.MODERATORS,
    )

    async def run(self, call: Call) -> Reply:
        """One line each, and how many more there are."""
        say, now = call.say, call.services.clock.now()
        waiting = await call.services.queue.waiting(call.community, LOOKED_AT)
        if not waiting:
            return Reply(say("Nothing waits."))
        pressing = sorted(waiting, key=lambda one: (-priority(one.case, now), one.case.number))
        lines = [_line(call, one, now) for one in pressing[:SHOWN]]
        if len(waiting) > SHOWN:
            lines.append(say("… and {count} more").format(count=len(waiting) - SHOWN))
        return Reply("\n".join(lines))


def _line(call: Call, one: Queued, now: datetime) -> str:
    case, say = one.case, call.say
    what = ", ".join(case.rules) or origin_in_words(case.origin, say)
    parts = [f"{case.number}", one_line(one.name or (case.member.id if case.member else "")), what]
    if case.state is not CaseState.OPEN:
        parts.append(state_in_words(str(case.state), say))
    minutes = (now - case.opened_at) // _MINUTE * _MINUTE
    parts.append(written(minutes) if minutes else say("now"))
    return " · ".join(part for part in parts if part)
