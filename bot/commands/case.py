"""`/case`: one case in short: what was written, what decided, what was done, where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from bot.card_words import body, one_line, title
from bot.commands.call import Call, Reply
from bot.commands.elsewhere import cases_elsewhere
from bot.commands.finding import case_of
from bot.commands.people import name_of
from bot.commands.shared import CASE
from bot.commands.spec import Audience, Spec

if TYPE_CHECKING:
    from bot.stores.cases import CaseView


class ShowCase:
    """Shows a case to a moderator."""

    spec: ClassVar = Spec(
        "case",
        {"en": "One case: what, who, why, what was done", "es": "Un caso: qué, quién, por qué y qué se hizo"},
        (CASE,),
        audience=Audience.MODERATORS,
    )

    async def run(self, call: Call) -> Reply:
        """From what was recorded; nothing is decided again."""
        view, services = await case_of(call, call.arguments.text("case")), call.services
        case, member = view.case, view.case.member
        about = await services.queue.about(member, 100) if member else ()
        text = body(
            view,
            language=call.language,
            why=services.rules.why,
            given=await services.queue.weighing(member, services.clock.now()) if member else (),
            before=len([one for one in about if one.id != case.id]),
            who=await name_of(services.chats, case.changed_by, case.community),
            url="",
        )
        others = await cases_elsewhere(call, member) if member else ""
        elsewhere = [others] if others else []
        return Reply(
            "\n".join([title(case, view.name, call.say), text, *elsewhere, *_decided(view), *_done(call, view)])
        )


def _decided(view: CaseView) -> Iterator[str]:
    """What each deciding rule saw, as `sereno explain` says it."""
    for match in view.verdict["matched"] if view.verdict else ():
        if match["rule"] in view.case.rules:
            seen = dict.fromkeys(f"{one['condition']}: {one_line(one['saw'])}".rstrip(": ") for one in match["because"])
            yield from (f"  {one[:200]}" for one in list(seen)[:4])


def _done(call: Call, view: CaseView) -> Iterator[str]:
    """What was done, with the receipt of each step."""
    say = call.say
    for step in view.steps:
        name = say("taken back: {action}").format(action=step.action) if step.undoes else step.action
        note = f" ({one_line(step.note)})" if step.note else ""
        yield f"– {name}: {step.outcome or step.state}{note}"
