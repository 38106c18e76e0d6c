"""DiscordChatExporter's JSON: one channel a file, with `guild`, `channel` and `messages`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.exports.discord import created_at, says_everyone
from bot.exports.entries import Entry, Kind, People, Run, both, extra
from bot.exports.ledger import BAD_ROW, Page, why
from moderation.errors import UserError
from moderation.model import Attachment, ChannelRef, Member, Role

FORMAT: Final = "DiscordChatExporter JSON"
WRITTEN: Final = frozenset(
    {"Default", "Reply", "0", "19", "20", "21", "23", "ChatInputCommand", "ContextMenuCommand", "ThreadStarterMessage"}
)
"""Kinds of message that people or bots wrote; the others are the platform's own lines."""
ENTERED: Final = frozenset({"GuildMemberJoin", "7"})
OWN_ROLES: Final = frozenset(Role)


def fits(head: Mapping[str, Any]) -> bool:
    """True for the head of such a file."""
    return isinstance(head.get("channel"), dict) and isinstance(head.get("guild", {}), dict)


def read(head: Mapping[str, Any], rows: Iterable[object], page: Page, people: People) -> Run:
    """All messages of one file; bad ones are named in `page` by their number, counted from 1."""
    guild, channel = head.get("guild") or {}, head["channel"]
    place = ChannelRef("discord", str(guild.get("id", "")), str(channel.get("id", "")), str(channel.get("name", "")))
    run = Run(page.path, FORMAT, place)
    authors = Authors(place.community, people)
    for number, row in enumerate(rows, start=1):
        try:
            found = entries(row, place, authors)  # type: ignore[arg-type]
        except BAD_ROW as error:
            page.bad_row(number, why(error))
            continue
        if found:
            run.entries.extend(found)
        else:
            page.notice()
    return run


class Authors:
    """The authors of one file: their description is read once, though every message repeats it."""

    def __init__(self, community: str, people: People) -> None:
        self._community = community
        self._people = people
        self._met: dict[str, Member] = {}

    def of(self, author: Mapping[str, Any]) -> Member:
        """The member an `author` object describes."""
        person: str = author["id"]
        known = self._met.get(person)
        if known is None:
            known = self._met[person] = self._described(person, author)
        return known

    def _described(self, person: object, author: Mapping[str, Any]) -> Member:
        if not isinstance(person, str) or not person:
            raise UserError("no author")
        name = str(author.get("nickname") or author.get("name") or "")
        known = self._people.find("discord", self._community, person, name)
        return known or self._people.meet(
            "discord",
            self._community,
            person,
            name,
            roles=roles(author.get("roles") or ()),
            is_bot=bool(author.get("isBot")),
            created=created_at(person),
        )

    def attachments(self, row: Mapping[str, Any]) -> tuple[Attachment, ...]:
        """The files of a message."""
        return tuple(
            self._people.attachment(str(file.get("fileName") or ""), file.get("fileSizeBytes"))
            for file in row.get("attachments") or ()
        )


def roles(listed: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Role names as the server has them; one called `Moderator` or `Admin` also counts as Sereno's own role."""
    names = {str(role["name"]) for role in listed}
    return frozenset(names | ({name.casefold() for name in names} & OWN_ROLES))


def entries(row: Mapping[str, Any], channel: ChannelRef, authors: Authors) -> Iterable[Entry]:
    """What one element of `messages` shows; nothing for the platform's own lines."""
    kind = str(row.get("type", "Default"))
    at = moment(row["timestamp"])
    own = row["id"]
    if not isinstance(own, str):
        raise UserError("no id")
    if kind in ENTERED:
        return (Entry(at, Kind.JOINED, channel, authors.of(row["author"]), own),)
    if kind not in WRITTEN:
        return ()
    author = authors.of(row["author"])
    forwarded = row.get("forwardedMessage") or {}
    text = row["content"] or forwarded.get("content") or ""
    if not isinstance(text, str):
        raise UserError("content is not text")
    reference = row.get("reference")
    reply_to = reference.get("messageId") if reference and not forwarded else None
    called = row.get("mentions")
    mentions = tuple(dict.fromkeys(user["id"] for user in called)) if called else ()
    files = authors.attachments(row) + (authors.attachments(forwarded) if forwarded else ())
    entry = Entry(at, Kind.POSTED, channel, author, own, text, extra(reply_to, mentions, says_everyone(text), files))
    edited = row.get("timestampEdited")
    return both(entry, moment(edited)) if edited else (entry,)


def moment(text: str) -> datetime:
    """A time as the exporter writes it, with its zone; older versions wrote none and meant UTC."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
