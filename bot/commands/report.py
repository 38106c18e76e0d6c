"""`/report`: a member asks people to look at a message or a person."""

from __future__ import annotations

from typing import ClassVar

from bot.commands.call import Call, Reply
from bot.commands.spec import Kind, Parameter, Spec
from moderation.errors import UserError
from moderation.model import MemberRef, ReportFiled


class Report:
    """Puts a report before the rules, and before people whatever the rules say."""

    spec: ClassVar = Spec(
        "report",
        {"en": "Ask moderators to look at something", "es": "Pedir a los moderadores que miren algo"},
        (
            Parameter("member", Kind.MEMBER, {"en": "About whom", "es": "Sobre quién"}, required=False),
            Parameter("words", Kind.LONG, {"en": "What is wrong", "es": "Qué pasa"}, required=False),
        ),
        menu={"en": "Report message", "es": "Denunciar mensaje"},
    )

    async def run(self, call: Call) -> Reply:
        """The report's key is the call's, so that one call is one report."""
        say, event = call.say, call.event
        member, words = call.arguments.text("member"), call.arguments.text("words")
        about = MemberRef(call.caller.ref.platform, call.community, member) if member else event.about
        if event.message is None and about is None and not words:
            raise UserError(
                say("What shall people look at? Call this on a message, name a person, or write what is wrong.")
            )
        if about == call.caller.ref:
            raise UserError(say("That is about yourself."))
        message = event.message if about is None or about == event.about else None
        report = ReportFiled(
            key=f"{event.key}:report", at=event.at, member=call.caller, about=about, message=message, text=words
        )
        await call.services.accept(report)
        return Reply(say("Thank you. People will look at it."))
