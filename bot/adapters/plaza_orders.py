"""What people ask of Sereno in the local room: commands they type, buttons they press. Only they see the answer."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

from bot.adapters.hall import BOT, Hall
from bot.stores.room import Resident
from moderation.errors import Forbidden, Gone
from moderation.model import ButtonPressed, CommandCalled, MemberRef

_TYPED: Final = re.compile(r"/([a-zA-Z][\w-]{0,31})(?:\s+(.*))?", re.DOTALL)
_CALLED: Final = re.compile(r"(?<![\w@<])@([\w-]{1,64})")


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as somebody typed it."""

    name: str
    words: str


def typed(hall: Hall, text: str) -> Typed | None:
    """The command in a text; None when it is something to say. Only names that exist are taken for commands."""
    found = _TYPED.fullmatch(text.strip())
    if found is None or found[1].casefold() not in hall.commands:
        return None
    return Typed(found[1].casefold(), _with_ids(hall, found[2] or ""))


def _with_ids(hall: Hall, words: str) -> str:
    """People called by `@name` or `@id` as `<@id>`; nobody of that name stays as it was typed."""
    by_name = {one.name.casefold(): one.id for one in hall.residents.values()}
    by_name |= {id_.casefold(): id_ for id_ in hall.residents}

    def known(match: re.Match[str]) -> str:
        id_ = by_name.get(match[1].casefold())
        return match[0] if id_ is None else f"<@{id_}>"

    return _CALLED.sub(known, words)


async def call(hall: Hall, caller: Resident, channel: str, order: Typed, line: str, reply_to: str | None) -> None:
    """Let a command in; whoever was silenced or removed may still call one, to appeal."""
    event = CommandCalled(
        key=f"plaza:command:{line}",
        at=hall.clock.now(),
        member=hall.member(caller),
        channel=hall.channel_ref(hall.place(channel).id),
        name=order.name,
        arguments={"": order.words},
        message=None if reply_to is None else hall.message_ref(channel, reply_to),
        about=await _author(hall, reply_to),
    )
    await hall.accept(event)


async def press(hall: Hall, member: str, line: str, token: str, key: str | None = None) -> str:
    """Let a press on a card in; its id. Gone when there is no such card or person, Forbidden for the bot itself."""
    await hall.ready()
    if member == BOT:
        raise Forbidden("That name belongs to the watchman.")
    presser = hall.resident(member)
    kept = await hall.journal.read(lambda c: hall.rows.line(c, line))
    if kept is None or kept.card is None:
        raise Gone("There is no such card here.")
    id_ = key or secrets.token_hex(8)
    event = ButtonPressed(
        key=f"plaza:press:{line}:{member}:{id_}",
        at=hall.clock.now(),
        member=hall.member(presser),
        channel=hall.channel_ref(kept.channel),
        token=token,
        message=hall.message_ref(kept.channel, line),
    )
    await hall.accept(event)
    return id_


async def _author(hall: Hall, line: str | None) -> MemberRef | None:
    """Who wrote a line; None when it is none of theirs."""
    kept = None if line is None else await hall.journal.read(lambda c: hall.rows.line(c, line))
    return None if kept is None else hall.member_ref(kept.author["id"])
