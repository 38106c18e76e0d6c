"""`/unban`: a moderator lets a banned person come back."""

from __future__ import annotations

from typing import ClassVar

from bot.commands.call import Call, Reply
from bot.commands.sanctioning import Wish, sanction
from bot.commands.shared import MEMBER, REASON
from bot.commands.spec import Audience, Spec
from moderation.model import Capability
from moderation.unban import Unban


class UnbanSomebody:
    """Lets a banned person come back, whoever banned them."""

    spec: ClassVar = Spec(
        "unban",
        {"en": "Let a banned person come back", "es": "Dejar volver a una persona expulsada"},
        (MEMBER, REASON),
        audience=Audience.MODERATORS,
        needs=Capability.BAN,
    )

    async def run(self, call: Call) -> Reply:
        """Strikes and the cases behind them stay; `/undo` takes those back."""
        say, reason = call.say, call.arguments.text("reason")
        wish = Wish((Unban(),), reason, say("{name} may come back."), absent=True, told=False)
        return await sanction(call, wish)
