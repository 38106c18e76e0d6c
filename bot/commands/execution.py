"""One call from its event to its answer: which command, who calls, what they gave, what comes of it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from bot.commands.call import Call, Command, Services
from bot.commands.parsing import Say, parse
from bot.commands.people import name_of
from bot.commands.permission import admitted, belongs, entitled
from bot.commands.spec import Audience
from moderation.case import case_id
from moderation.errors import AlreadyMoved, UserError
from moderation.i18n import catalogue, spoken
from moderation.model import CommandCalled

STALE: Final = timedelta(minutes=15)
"""An order this old, after an outage, may not be what its giver still wants."""
NEVER_STALE: Final = frozenset({"appeal", "report"})


class Execution:
    """Carries out calls of commands. Every mistake of the caller's is an answer; only trouble is raised."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._commands: Mapping[str, Command] = {one.spec.name: one for one in services.commands}

    async def __call__(self, event: CommandCalled) -> str:
        """What the caller is told."""
        language = self._services.language(event.member.ref.community, event.member.ref)
        say = catalogue(language).gettext
        try:
            return await self._carried_out(event, language, say)
        except AlreadyMoved as moved:
            return await was_first(self._services, moved, say)
        except UserError as error:
            return str(error)

    async def _carried_out(self, event: CommandCalled, language: str, say: Say) -> str:
        command = self._commands.get(event.name.casefold())
        if command is None:
            return self._unknown(event, say)
        chat = self._services.chat(event.member.ref.platform)
        caller = await admitted(chat, event.member, command.spec.audience, say)
        await entitled(chat, caller, [command.spec.needs] if command.spec.needs else [], say)
        if await self._stale(event):
            return say("That was called more than 15 minutes ago and was not done. Call it again if it still holds.")
        arguments = parse(command.spec, event, say, spoken(language))
        reply = await command.run(Call(event, caller, language, arguments, self._services))
        return reply.text

    async def _stale(self, event: CommandCalled) -> bool:
        """Too old to be done, unless it was begun before a crash."""
        if event.name in NEVER_STALE or self._services.clock.now() - event.at <= STALE:
            return False
        return await self._services.cases.get(case_id(event.key)) is None

    def _unknown(self, event: CommandCalled, say: Say) -> str:
        """Only what the caller may see is suggested."""
        open_to = [
            name
            for name, one in self._commands.items()
            if one.spec.audience is Audience.EVERYBODY or belongs(one.spec.audience, event.member)
        ]
        close = difflib.get_close_matches(event.name.casefold(), open_to, n=1)
        words = say("There is no command /{name}.").format(name=event.name[:40])
        if close:
            return words + " " + say("Did you mean /{name}?").format(name=close[0])
        return words + " " + say("/help shows what there is.")


async def was_first(services: Services, moved: AlreadyMoved, say: Say) -> str:
    """Who was first, when, and where the case stands by that."""
    view = await services.cases.get(moved.case)
    number = str(view.case.number) if view is not None else moved.case
    who = await name_of(services.chats, moved.by, view.case.community if view is not None else "")
    words = say("{who} was first, at {time} UTC: case {number} is {state}.")
    return words.format(who=who, time=f"{moved.at:%H:%M:%S}", number=number, state=state_in_words(moved.state, say))


def state_in_words(state: str, say: Say) -> str:
    """A case's state as people say it."""
    return {
        "open": say("open"),
        "held": say("held"),
        "decided": say("decided"),
        "appealed": say("appealed"),
        "upheld": say("upheld"),
        "overturned": say("taken back"),
    }.get(state, state)
