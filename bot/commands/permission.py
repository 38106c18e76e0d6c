"""Who may do what: nobody anything, unless our roles and their own rights on the platform both say so, now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from bot.commands.parsing import Say
from bot.commands.spec import Audience
from moderation.errors import ChatError, Gone, UserError
from moderation.model import STAFF, Capability, Member, Role
from moderation.ports import Chat

_ROLES: Final[Mapping[Audience, frozenset[str]]] = {
    Audience.MODERATORS: frozenset(STAFF),
    Audience.ADMINS: frozenset({Role.OWNER, Role.ADMIN}),
}


class Denied(UserError):
    """Somebody may not do what they asked for; the message says why."""


def belongs(audience: Audience, member: Member) -> bool:
    """Whether a person is among those a command is for, by our roles."""
    return audience is Audience.EVERYBODY or not _ROLES[audience].isdisjoint(member.roles)


async def admitted(chat: Chat, called_by: Member, audience: Audience, say: Say) -> Member:
    """The caller as they are now. Denied when the command is not for them, or when nobody can say who they are.

    What everybody may do does not depend on that: somebody who was removed may still appeal.
    """
    if called_by.is_bot:
        raise Denied(say("Bots give no orders here."))
    try:
        present = await chat.who(called_by.ref)
    except ChatError as error:
        if audience is Audience.EVERYBODY:
            return Member(called_by.ref, called_by.name)
        if isinstance(error, Gone):
            raise Denied(say("You are not here any more.")) from error
        raise Denied(say("Your roles cannot be read at the moment, so nothing was done. Try again soon.")) from error
    if present.is_bot:
        raise Denied(say("Bots give no orders here."))
    if not belongs(audience, present):
        for_whom = say("admins") if audience is Audience.ADMINS else say("moderators")
        raise Denied(say("This is for {whom} only.").format(whom=for_whom))
    return replace(present, ref=called_by.ref)


async def entitled(chat: Chat, caller: Member, needs: Collection[Capability], say: Say) -> None:
    """Denied unless the caller could do all of it without the bot. Rights that cannot be read are none."""
    if not needs:
        return
    try:
        rights = await chat.rights(caller.ref)
    except ChatError as error:
        raise Denied(say("Your rights cannot be read at the moment, so nothing was done. Try again soon.")) from error
    missing = sorted(set(needs) - rights)
    if missing:
        words = say("{platform} does not give you the right to do that yourself ({missing}).")
        raise Denied(words.format(platform=chat.platform, missing=", ".join(missing)))


def may_be_sanctioned(caller: Member, target: Member, *, is_me: bool, say: Say) -> None:
    """Denied for everybody who is protected: oneself, bots, and all who keep order."""
    name = target.name or target.ref.id
    if target.ref == caller.ref:
        raise Denied(say("Nobody does that to themselves."))
    if is_me:
        raise Denied(say("I do not do that to myself."))
    if target.is_bot:
        raise Denied(say("{name} is a bot: only the platform itself restricts bots.").format(name=name))
    if target.is_staff:
        raise Denied(say("{name} keeps order here: that is between the owner and them.").format(name=name))
