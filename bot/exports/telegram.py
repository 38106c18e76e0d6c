"""Telegram Desktop's `result.json`: one chat, or all chats of the person who made the export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Final

from bot.exports.entries import Entry, Kind, People, Run, both, extra
from bot.exports.ledger import BAD_ROW, Page, why
from moderation.errors import UserError
from moderation.model import Attachment, ChannelRef, Member, Role

FORMAT: Final = "Telegram"
NO_ZONE: Final = "times without a zone: taken as UTC"
PRIVATE: Final = frozenset({"personal_chat", "bot_chat", "saved_messages", "replies", "verification_codes"})
SUPERGROUPS: Final = frozenset({"public_supergroup", "private_supergroup", "public_channel", "private_channel"})
GROUPS: Final = frozenset({"private_group", "public_group"})
ENTERED: Final = frozenset({"join_group_by_link", "join_group_by_request"})
FILES: Final = ("photo", "file")


def fits(head: Mapping[str, Any]) -> bool:
    """True for the head of a chat."""
    return "type" in head and ("id" in head or "name" in head) and "channel" not in head


def is_private(head: Mapping[str, Any]) -> bool:
    """True for a conversation that no community has part in."""
    return head.get("type") in PRIVATE


def chat_id(head: Mapping[str, Any]) -> str:
    """The id by which bots know the chat: exports leave out the sign and the -100 of supergroups and channels."""
    bare = str(head.get("id", head.get("name", "")))
    kind = head.get("type")
    if not bare.isdigit():
        return bare
    return f"-100{bare}" if kind in SUPERGROUPS else f"-{bare}" if kind in GROUPS else bare


@dataclass(slots=True)
class Reader:
    """One chat while it is read. `named` and `waiting` match invited people, who are only named, with their ids."""

    channel: ChannelRef
    page: Page
    people: People
    met: dict[str, Member] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=dict)
    waiting: list[tuple[Entry, str]] = field(default_factory=list)

    def author(self, from_id: object, name: object) -> Member:
        """The author of a message; a post in the name of the group itself is one of its admins'."""
        person, shown = person_id(from_id), str(name or "")
        known = self.met.get(person)
        if known is None:
            own = person == self.channel.id
            known = self.met[person] = self.people.meet(
                "telegram", self.channel.community, person, shown, roles=frozenset({Role.ADMIN.value} if own else ())
            )
        self.named.setdefault(shown, set()).add(person)
        return known

    def entries(self, row: Mapping[str, Any]) -> Iterable[Entry]:
        """What one element of `messages` shows; nothing for the platform's own lines."""
        if row.get("type") == "unsupported":
            return ()
        at = self.moment(row, "date")
        own = str(row["id"])
        if row.get("type") == "service":
            return self.service(row, at, own)
        if row.get("type") != "message":
            raise UserError(f"a {row.get('type')}")
        author = self.author(row.get("from_id", row.get("from")), row.get("from"))
        text, mentions = written(row.get("text") or "")
        reply_to = row.get("reply_to_message_id")
        more = extra(
            None if reply_to is None else str(reply_to), mentions, everyone=False, attachments=tuple(self.files(row))
        )
        entry = Entry(at, Kind.POSTED, self.channel, author, own, text, more)
        return both(entry, self.moment(row, "edited")) if "edited" in row or "edited_unixtime" in row else (entry,)

    def service(self, row: Mapping[str, Any], at: datetime, own: str) -> Iterable[Entry]:
        """People coming and going. Who came or went is only named in some lines, so ids are found at the end."""
        action = row.get("action")
        if action in ENTERED:
            actor = self.author(row.get("actor_id", row.get("actor")), row.get("actor"))
            return (Entry(at, Kind.JOINED, self.channel, actor, own),)
        if action not in ("invite_members", "remove_members"):
            return ()
        if row.get("actor") and row.get("actor_id"):
            self.author(row["actor_id"], row["actor"])
        kind = Kind.JOINED if action == "invite_members" else Kind.LEFT
        found = []
        for place, name in enumerate(row.get("members") or ()):
            entry = Entry(at, kind, self.channel, None, f"{own}.{place}" if place else own)
            self.waiting.append((entry, str(name or "")))
            found.append(entry)
        return found

    def settle(self) -> None:
        """Give the people who were only named the id under which they wrote, where just one person bore the name."""
        for entry, name in self.waiting:
            ids = self.named.get(name, set())
            entry.author = self.author(next(iter(ids)) if len(ids) == 1 else f"name:{name}", name)

    def files(self, row: Mapping[str, Any]) -> Iterable[Attachment]:
        """Photos, files, stickers, voice; what was not saved with the export is still known to have been there."""
        for key in FILES:
            place = row.get(key)
            if isinstance(place, str):
                name = str(row.get("file_name") or "") or PurePosixPath(place).name
                saved = not place.startswith("(")
                media = str(row.get("mime_type") or "") if key == "file" else "image/jpeg"
                size = row.get(f"{key}_size")
                size = size if isinstance(size, int) else None
                yield self.people.attachment(name if saved or row.get("file_name") else "", size, media)

    def moment(self, row: Mapping[str, Any], key: str) -> datetime:
        """A time in UTC; exports older than 2022 only have that of the exporting computer's own zone."""
        seconds = row.get(f"{key}_unixtime")
        if seconds is not None:
            return datetime.fromtimestamp(int(seconds), UTC)
        at = datetime.fromisoformat(row[key])
        self.page.note(NO_ZONE)
        return at.replace(tzinfo=UTC)


def read(head: Mapping[str, Any], rows: Iterable[object], page: Page, people: People) -> Run:
    """All messages of one chat; bad ones are named in `page` by their number, counted from 1."""
    chat = chat_id(head)
    channel = ChannelRef("telegram", chat, chat, str(head.get("name") or ""))
    reader, run = Reader(channel, page, people), Run(page.path, FORMAT, channel)
    for number, row in enumerate(rows, start=1):
        try:
            found = reader.entries(row)  # type: ignore[arg-type]
        except BAD_ROW as error:
            page.bad_row(number, why(error))
            continue
        if found:
            run.entries.extend(found)
        else:
            page.notice()
    reader.settle()
    return run


def person_id(from_id: object) -> str:
    """The id by which bots know a person or a channel, from `user1`, `channel1` or the bare number of old exports."""
    person = str(from_id) if from_id is not None else ""
    if person.startswith("user") and person[4:].isdigit():
        return person[4:]
    if person.startswith("channel") and person[7:].isdigit():
        return f"-100{person[7:]}"
    return person or "unknown"


def written(text: object) -> tuple[str, tuple[str, ...]]:
    """The text of a message and whom it calls on; a hidden link becomes `[words](target)` so that it stays visible.

    People who are called on by their handle have no id in the export; the handle tells them apart.
    """
    if isinstance(text, str):
        return text, ()
    if not isinstance(text, list):
        raise UserError("text is not text")
    parts: list[str] = []
    mentions: dict[str, None] = {}
    for part in text:
        words = part if isinstance(part, str) else str(part.get("text") or "")
        kind = None if isinstance(part, str) else part.get("type")
        if kind == "mention":
            mentions[words.casefold()] = None
        elif kind == "mention_name" and part.get("user_id"):
            mentions[str(part["user_id"])] = None
        elif kind == "text_link" and part.get("href") and part["href"] != words:
            words = f"[{words}]({part['href']})"
        parts.append(words)
    return "".join(parts), tuple(mentions)
