"""A person's linked accounts on other platforms, and what a moderator may do there: what they could do themselves.

Only moderators hear of links, and only as an answer to themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from bot.commands.call import Call, Services
from bot.commands.link import NAMES
from bot.commands.permission import Denied, admitted, entitled
from bot.commands.spec import Audience, Words
from bot.stores.links import Links
from moderation.i18n import catalogue, spoken
from moderation.model import Capability, CommandCalled, Member, MemberRef
from moderation.ports import Chat
from moderation.scope import everywhere

MOST: Final = 100
"""Cases counted per account at most."""
NOWHERE: Final[Words] = {
    "en": "This person has linked no other account, so it holds here only.",
    "es": "Esta persona no ha enlazado ninguna otra cuenta, así que solo vale aquí.",
}
WAITS: Final[Words] = {
    "en": "Nothing was done on their other accounts, as this one waits. Once it is let go, call it again for those.",
    "es": "En sus otras cuentas no se ha hecho nada, porque esta espera. Cuando se autorice, vuelve a pedirlo para ellas.",
}
NOT_DONE: Final[Words] = {"en": "not done. {why}", "es": "no se ha hecho. {why}"}
_NO_ACCOUNT: Final[Words] = {
    "en": "You have linked no account of yours there (/link).",
    "es": "No has enlazado ninguna cuenta tuya de allí (/link).",
}
_OTHER_PLATFORM: Final[Words] = {
    "en": "This case is of {platform}, and you have linked no account of yours there (/link).",
    "es": "Este caso es de {platform}, y no has enlazado ninguna cuenta tuya de allí (/link).",
}
_NOT_CONNECTED: Final[Words] = {
    "en": "That platform is not connected at the moment.",
    "es": "Esa plataforma no está conectada ahora mismo.",
}
_CASES: Final[Words] = {
    "en": "Cases of their linked accounts: {counts}",
    "es": "Casos de sus cuentas enlazadas: {counts}",
}


@dataclass(frozen=True, slots=True)
class Account:
    """An account that a sanction is aimed at, who gives it on that platform, and the order that it follows from."""

    chat: Chat
    giver: Member
    ref: MemberRef
    event: CommandCalled

    @property
    def by(self) -> str:
        """The giver as audit and cases name people there: whose rights are used, and who judges no appeal against
        it."""
        return f"{self.giver.ref.platform}:{self.giver.ref.id}"


async def linked_to(call: Call, member: MemberRef) -> tuple[MemberRef, ...]:
    """A person's accounts on other platforms of the community, by platform."""
    linked = await call.services.get(Links).linked(member)
    return tuple(ref for ref in everywhere((member,), {member: linked}) if ref.platform != member.platform)


async def giver_on(call: Call, platform: str, needs: Capability | None) -> tuple[Chat, Member]:
    """The caller as who they are on another platform, now. Denied unless they could do it there without the bot."""
    chat = call.services.chats.get(platform)
    if chat is None:
        raise Denied(call.in_words(_NOT_CONNECTED))
    mine = next((ref for ref in await linked_to(call, call.caller.ref) if ref.platform == platform), None)
    if mine is None:
        raise Denied(call.in_words(_NO_ACCOUNT))
    giver = await admitted(chat, replace(call.caller, ref=mine), Audience.MODERATORS, call.say)
    await entitled(chat, giver, [needs] if needs else [], call.say)
    return chat, giver


async def entitled_at(
    services: Services, caller: Member, platform: str, needs: Collection[Capability], language: str
) -> None:
    """As `entitled`, where a case lives: on another platform than the caller's by their own linked account there.

    Without one nobody takes back, or lets go, what hangs on a case of that platform; they can ask somebody who is there.
    """
    say = catalogue(language).gettext
    if not needs or platform == caller.ref.platform:
        await entitled(services.chat(caller.ref.platform), caller, needs, say)
        return
    chat = services.chats.get(platform)
    if chat is None:
        raise Denied(_NOT_CONNECTED[spoken(language)])
    linked = await services.get(Links).linked(caller.ref) if Links in services.more else ()
    mine = next((ref for ref in linked if ref.platform == platform and ref.community == caller.ref.community), None)
    if mine is None:
        raise Denied(_OTHER_PLATFORM[spoken(language)].format(platform=platform_name(platform)))
    giver = await admitted(chat, replace(caller, ref=mine), Audience.MODERATORS, say)
    await entitled(chat, giver, needs, say)


async def cases_elsewhere(call: Call, member: MemberRef) -> str:
    """How many cases there are about a person's linked accounts, for moderators; empty when nothing is linked."""
    if Links not in call.services.more:
        return ""
    counts = [
        f"{platform_name(ref.platform)} {len(await call.services.queue.about(ref, MOST))}"
        for ref in await linked_to(call, member)
    ]
    return call.in_words(_CASES).format(counts=", ".join(counts)) if counts else ""


def platform_name(platform: str) -> str:
    """A platform as people write it."""
    return NAMES.get(platform, platform)
