"""`/help`: what there is to call, for whoever asks, generated from the tree."""

from __future__ import annotations

from typing import ClassVar

from bot.commands.call import Call, Reply
from bot.commands.permission import belongs
from bot.commands.spec import Kind, Parameter, Spec
from bot.commands.usage import example, usage
from moderation.errors import UserError


class Help:
    """Lists the commands a person may call, or explains one of them."""

    spec: ClassVar = Spec(
        "help",
        {"en": "What you can ask of Sereno", "es": "Qué puedes pedirle a Sereno"},
        (
            Parameter(
                "command", Kind.TEXT, {"en": "One command, explained", "es": "Un comando, explicado"}, required=False
            ),
        ),
    )

    async def run(self, call: Call) -> Reply:
        """One line per command that the caller may use."""
        open_to = [one.spec for one in call.services.commands if belongs(one.spec.audience, call.caller)]
        wanted = call.arguments.text("command").strip().removeprefix("/").casefold()
        if not wanted:
            return Reply("\n".join(f"/{spec.name}: {call.in_words(spec.summary)}" for spec in open_to))
        spec = next((one for one in open_to if one.name == wanted), None)
        if spec is None:
            say = call.say
            raise UserError(
                say("There is no command /{name} for you. /help shows what there is.").format(name=wanted[:40])
            )
        return Reply(_explained(spec, call))


def _explained(spec: Spec, call: Call) -> str:
    say = call.say
    lines = [call.in_words(spec.summary), usage(spec)]
    for one in spec.parameters:
        more = "" if one.required else " " + say("(may be left out)")
        lines.append(f"  {one.name}: {call.in_words(one.summary)}{more}")
        lines += [f"    {value}: {call.in_words(words)}" for value, words in (one.choices or {}).items()]
    lines.append(say("For example: {example}").format(example=example(spec, call.language)))
    return "\n".join(lines)
