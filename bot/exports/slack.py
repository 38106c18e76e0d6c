"""A Slack workspace export: `channels.json`, `users.json` and a folder a channel with one file a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from bot.exports.entries import Entry, Kind, People, Run, both, extra
from bot.exports.ledger import BAD_ROW, Page, why
from bot.exports.slack_text import shown
from moderation.errors import UserError
from moderation.model import Attachment, ChannelRef, Member, Role

FORMAT: Final = "Slack"
LISTS: Final = frozenset({"users", "channels", "groups", "dms", "mpims"})
ABOUT: Final = LISTS | {
    "integration_logs",
    "canvases",
    "lists",
    "file_conversations",
    "huddle_transcripts",
    "org_users",
}
"""Files at the top of an export that describe it and hold no messages."""
WRITTEN: Final = frozenset(
    {None, "file_share", "me_message", "thread_broadcast", "reply_broadcast", "bot_message", "file_comment"}
)
ENTERED: Final = frozenset({"channel_join", "group_join"})
COMMENTED: Final = re.compile(r" and commented: (.*)\Z", re.DOTALL)
ROLES: Final = (
    ("is_primary_owner", Role.OWNER),
    ("is_owner", Role.OWNER),
    ("is_admin", Role.ADMIN),
)


def is_day(rows: Iterable[object]) -> bool:
    """True for the content of one day's file."""
    return all(isinstance(row, dict) and "ts" in row for row in list(rows)[:20])


@dataclass(slots=True)
class Workspace:
    """What the files at the top of an export say about people and channels."""

    label: str
    people: People
    team: str = ""
    users: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)
    met: dict[tuple[str, str], Member] = field(default_factory=dict)

    def learn(self, list_name: str, rows: Iterable[object]) -> None:
        """Take in one of the lists at the top."""
        for row in rows:
            if not isinstance(row, dict) or not isinstance(row.get("id"), str):
                continue
            if list_name == "users":
                self.users[row["id"]] = row
                self.names[row["id"]] = display_name(row)
            elif list_name in ("dms", "mpims"):
                self.private.update(filter(None, (row["id"], row.get("name"))))
            else:
                self.channels[str(row.get("name", row["id"]))] = row["id"]
        if list_name == "users":
            teams = [team for user in self.users.values() if isinstance(team := user.get("team_id"), str)]
            self.team = max(sorted(set(teams)), key=teams.count, default="")

    def channel(self, folder: str) -> ChannelRef:
        """The channel a folder holds; one the lists do not name is known by the name of the folder."""
        return ChannelRef("slack", self.team or self.label, self.channels.get(folder, folder), folder)

    def member(self, person: str, name: str = "", is_bot: bool = False) -> Member:
        """The author with this id, as the list of users describes them."""
        known = self.met.get((person, name))
        if known is None:
            user = self.users.get(person, {})
            known = self.met[person, name] = self.people.meet(
                "slack",
                self.team or self.label,
                person,
                self.names.get(person) or name,
                roles=frozenset(role.value for key, role in ROLES if user.get(key)),
                is_bot=is_bot or bool(user.get("is_bot")) or person == "USLACKBOT",
            )
        return known


def display_name(user: Mapping[str, Any]) -> str:
    """What others see."""
    profile = user.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    return str(
        profile.get("display_name") or profile.get("real_name") or user.get("real_name") or user.get("name") or ""
    )


def read(folder: str, rows: Iterable[object], page: Page, workspace: Workspace) -> Run:
    """All messages of one day in one channel."""
    channel = workspace.channel(folder)
    run = Run(page.path, FORMAT, channel)
    for number, row in enumerate(rows, start=1):
        try:
            found = entries(row, channel, workspace)  # type: ignore[arg-type]
        except BAD_ROW as error:
            page.bad_row(number, why(error))
            continue
        if found:
            run.entries.extend(found)
        else:
            page.notice()
    return run


def entries(row: Mapping[str, Any], channel: ChannelRef, workspace: Workspace) -> Iterable[Entry]:
    """What one element of a day shows; nothing for the platform's own lines."""
    subtype = row.get("subtype")
    if subtype in ENTERED:
        return (Entry(moment(row["ts"]), Kind.JOINED, channel, workspace.member(row["user"]), row["ts"]),)
    if subtype == "message_deleted":
        return (Entry(moment(row["ts"]), Kind.REMOVED, channel, None, row["deleted_ts"]),)
    if subtype == "message_changed":
        return _changed(row, channel, workspace)
    if subtype not in WRITTEN:
        return ()
    edited = row.get("edited")
    return both(message(row, channel, workspace), moment(edited["ts"]) if edited else None)


def _changed(row: Mapping[str, Any], channel: ChannelRef, workspace: Workspace) -> Iterable[Entry]:
    entry = message(row["message"], channel, workspace)
    entry.posted, entry.at, entry.kind = entry.at, moment(row["ts"]), Kind.EDITED
    return (entry,)


def message(row: Mapping[str, Any], channel: ChannelRef, workspace: Workspace) -> Entry:
    """A message somebody wrote."""
    ts = row["ts"]
    written, author = said(row), author_of(row, workspace)
    text, mentions, everyone = shown(written, workspace.names)
    thread = row.get("thread_ts")
    files = tuple(attachments(row, workspace.people))
    more = extra(thread if thread != ts else None, mentions, everyone, files)
    return Entry(moment(ts), Kind.POSTED, channel, author, ts, text, more)


def said(row: Mapping[str, Any]) -> str:
    """What the person wrote, without the sentence Slack used to put around the comment on a file."""
    text = row.get("text") or ""
    if not isinstance(text, str):
        raise UserError("text is not text")
    comment = row.get("comment")
    if row.get("subtype") == "file_comment" and isinstance(comment, dict):
        return str(comment.get("comment", ""))
    if row.get("subtype") == "file_share" and "file" in row and " uploaded a file: " in text:
        commented = COMMENTED.search(text)
        return commented[1] if commented else ""
    if not text and row.get("subtype") == "bot_message":
        parts = (part.get("text") or part.get("fallback") or "" for part in row.get("attachments") or ())
        return "\n".join(filter(None, parts))
    return text


def author_of(row: Mapping[str, Any], workspace: Workspace) -> Member:
    """Who wrote it: a person of this workspace or a guest from another, or the integration a `bot_message` names."""
    comment = row.get("comment")
    user = row.get("user") or (comment.get("user") if isinstance(comment, dict) else None)
    if row.get("subtype") == "bot_message" or not user:
        return workspace.member(str(user or row["bot_id"]), str(row.get("username") or ""), is_bot=True)
    if user in workspace.users:
        return workspace.member(str(user))
    guest = row.get("user_profile")
    name = display_name({"profile": guest}) if isinstance(guest, dict) else ""
    return workspace.member(str(user), name, is_bot=bool(row.get("bot_id")))


def attachments(row: Mapping[str, Any], people: People) -> Iterable[Attachment]:
    """The files of a message, in the old form (one `file`) or the new one (`files`)."""
    files = row.get("files") or ([row["file"]] if row.get("subtype") == "file_share" and "file" in row else ())
    for file in files:
        name = file.get("name") or file.get("title") or ""
        yield people.attachment(str(name), file.get("size"), str(file.get("mimetype") or ""))


def moment(ts: str) -> datetime:
    """Slack's `seconds.counter`; the counter keeps messages of one second apart and in order."""
    seconds, _, counter = ts.partition(".")
    at = datetime.fromtimestamp(int(seconds), UTC)
    return at.replace(microsecond=int(counter[:6].ljust(6, "0"))) if counter else at


def first_entries(runs: Iterable[Run]) -> int:
    """Keep one join a person, and only where the export shows nothing of them before.

    Slack tells of every channel a person enters; the community they enter once, when the first of these lines stands.
    Gives the number of lines left out.
    """
    seen: dict[object, datetime] = {}
    for run in runs:
        for entry in run.entries:
            if entry.author is not None:
                who = entry.author.ref
                if who not in seen or entry.at < seen[who]:
                    seen[who] = entry.at
    left_out = 0
    for run in runs:
        kept = []
        for entry in run.entries:
            if entry.kind is not Kind.JOINED or entry.author is None:
                kept.append(entry)
            elif seen.get(entry.author.ref) == entry.at:
                del seen[entry.author.ref]
                kept.append(entry)
        left_out += len(run.entries) - len(kept)
        run.entries = kept
    return left_out
