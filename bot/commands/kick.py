"""`/kick`: a moderator removes a person, who may come back."""

from __future__ import annotations

from typing import ClassVar

from bot.commands.call import Call, Reply
from bot.commands.sanctioning import Wish, sanction
from bot.commands.shared import EVERYWHERE, MEMBER, REASON
from bot.commands.spec import Audience, Spec
from moderation.actions.kick import Kick
from moderation.model import Capability


class KickSomebody:
    """Removes a person, who may come back."""

    spec: ClassVar = Spec(
        "kick",
        {"en": "Remove a person, who may come back", "es": "Expulsar a una persona, que puede volver"},
        (MEMBER, EVERYWHERE, REASON),
        audience=Audience.MODERATORS,
        needs=Capability.KICK,
    )

    async def run(self, call: Call) -> Reply:
        """They are told why before they go."""
        say = call.say
        done = say("{name} was removed and may come back.")
        wish = Wish((Kick(),), call.arguments.text("reason"), done, needs=self.spec.needs)
        return await sanction(call, wish)
