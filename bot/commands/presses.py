"""What a press of a button does: who may, on the case as its card showed it, once; then the card shows what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.cards import Cards
from bot.commands.call import Services
from bot.commands.elsewhere import entitled_at
from bot.commands.execution import STALE, state_in_words, was_first
from bot.commands.needs import needed
from bot.commands.parsing import Say
from bot.commands.permission import Denied, admitted
from bot.commands.spec import Audience
from bot.stores.buttons import Button, Buttons
from bot.stores.cases import CaseView
from moderation.case import CaseState
from moderation.desk import AnotherPerson
from moderation.errors import AlreadyMoved, UserError
from moderation.i18n import catalogue
from moderation.leeway import Why
from moderation.model import ButtonPressed

_LEADS_TO: Final[Mapping[str, frozenset[str]]] = {
    "uphold": frozenset({CaseState.DECIDED, CaseState.UPHELD}),
    "undo": frozenset({CaseState.OVERTURNED}),
    "not_a_problem": frozenset({CaseState.OVERTURNED}),
}
"""Where a case stands once a verb has been carried out."""


class Presses:
    """Carries out presses. Every mistake of the presser's is an answer; only trouble is raised."""

    def __init__(self, services: Services, buttons: Buttons, cards: Cards) -> None:
        self._services = services
        self._buttons = buttons
        self._cards = cards

    async def __call__(self, event: ButtonPressed) -> str:
        """What the presser is told."""
        language = self._services.language(event.member.ref.community, event.member.ref)
        say = catalogue(language).gettext
        try:
            return await self._pressed(event, language, say)
        except AnotherPerson:
            return say("You decided this yourself: another person must look at it.")
        except UserError as error:
            return str(error)

    async def _pressed(self, event: ButtonPressed, language: str, say: Say) -> str:
        button = await self._buttons.find(event.token)
        now = self._services.clock.now()
        if button is None:
            return say("This button means nothing here any more. /queue shows what waits.")
        if button.community != event.member.ref.community:
            return say("This button belongs to another community.")
        if button.expires_at <= now:
            return say("This button has expired. /queue shows what waits.")
        if now - event.at > STALE:
            return say("That was pressed more than 15 minutes ago and was not done. Press again if it still holds.")
        view = await self._services.cases.get(button.case)
        if view is None:
            return say("There is no such case any more.")
        await self._permitted(event, button, view, language, say)
        return await self._done(event, button, view, say)

    async def _permitted(self, event: ButtonPressed, button: Button, view: CaseView, language: str, say: Say) -> None:
        chat = self._services.chat(event.member.ref.platform)
        caller = await admitted(chat, event.member, Audience.MODERATORS, say)
        if view.case.member == caller.ref:
            raise Denied(say("This case is about you: another person must look at it."))
        needs = needed(view, button.verb, self._services.actions)
        await entitled_at(self._services, caller, view.case.platform, needs, language)

    async def _done(self, event: ButtonPressed, button: Button, view: CaseView, say: Say) -> str:
        """Carry it out, and show it on the card."""
        by = f"{event.member.ref.platform}:{event.member.ref.id}"
        verb, _, why = button.verb.partition(":")
        if button.verb == "not_a_problem":
            await self._cards.ask_why(button.case)
            return say("Why was it no problem? Choose on the card.")
        try:
            await self._carry_out(verb, why, button, by)
        except AlreadyMoved as moved:
            await self._cards.refresh(button.case)
            if moved.by != by or moved.state not in _LEADS_TO.get(verb, ()):
                return await was_first(self._services, moved, say)
        await self._cards.refresh(button.case)
        return await self._outcome(verb, view, say)

    async def _carry_out(self, verb: str, why: str, button: Button, by: str) -> None:
        desk, id_, version = self._services.desk, button.case, button.version
        match verb:
            case "uphold":
                await desk.uphold(id_, by, version)
            case "undo":
                await desk.overturn(id_, by, version)
            case "not_a_problem":
                await desk.not_a_problem(id_, by, Why(why), version)
            case "retract":
                await desk.retract(id_, by)
            case "release":
                await desk.release(id_, by)

    async def _outcome(self, verb: str, view: CaseView, say: Say) -> str:
        number = view.case.number
        if verb == "retract":
            return say("What was said about the rule of case {number} no longer counts.").format(number=number)
        if verb == "release":
            return say("What the brake held in case {number} goes out.").format(number=number)
        if verb == "back":
            return say("The card shows the case again.")
        after = await self._services.cases.get(view.case.id)
        state = state_in_words(str((after or view).case.state), say)
        return say("Case {number} is {state}.").format(number=number, state=state)
