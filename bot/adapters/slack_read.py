"""A message as Slack carries it → a message as Sereno reads it: text, files, forwarded words, threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.adapters.homes import Home
from bot.adapters.slack_text import Typed, typed
from moderation.model import Attachment, ChannelRef, Member, Message, MessageRef

WRITTEN: Final = frozenset(
    {None, "", "file_share", "me_message", "thread_broadcast", "reply_broadcast", "bot_message", "file_comment"}
)
"""Subtypes that somebody wrote; all others tell what happened in a channel (joined, renamed, pinned …)."""


def moment(ts: object) -> datetime:
    """A time from `1700000000.123456`; ValueError for anything else."""
    try:
        return datetime.fromtimestamp(float(str(ts)), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"no time: {ts!r}") from error


def stamp(at: datetime) -> str:
    """A time as Slack writes it."""
    return f"{at.timestamp():.6f}"


def written(row: Mapping[str, Any]) -> bool:
    """Whether somebody wrote this, to be read by others."""
    return row.get("subtype") in WRITTEN and bool(row.get("user") or row.get("bot_id")) and "ts" in row


def author_id(row: Mapping[str, Any]) -> str:
    """Who wrote it: a person's or bot's user id, else the integration's."""
    return str(row.get("user") or row["bot_id"])


def edited(row: Mapping[str, Any]) -> str:
    """When it was last edited, as Slack writes it; `0` for never. Previews that unfold leave no such mark."""
    mark = row.get("edited")
    return str(mark.get("ts") or "0") if isinstance(mark, Mapping) else "0"


def message_key(team: str, channel: str, row: Mapping[str, Any], edit: str) -> str:
    """The natural key of one version of a message: live, retry and backfill collide on it."""
    return f"slack:msg:{team}:{channel}:{row['ts']}:{edit}"


def message(row: Mapping[str, Any], channel: ChannelRef, author: Member) -> Message:
    """The message; KeyError, TypeError or ValueError when it is malformed."""
    words = _words(row)
    ts, thread = str(row["ts"]), row.get("thread_ts")
    return Message(
        ref=MessageRef(channel, ts),
        author=author,
        text=words.text,
        at=moment(ts),
        reply_to=MessageRef(channel, str(thread)) if thread and str(thread) != ts else None,
        mentions=words.mentions,
        mentions_everyone=words.everyone,
        attachments=tuple(_files(row)),
        forwarded=any(_shared(one) for one in _dicts(row.get("attachments"))),
    )


def channel_of(home: Home, id_: str, names: Mapping[str, str]) -> ChannelRef:
    """A channel, called as the configuration calls it, else as Slack does."""
    return home.channel(id_, names.get(id_, ""))


def _words(row: Mapping[str, Any]) -> Typed:
    """All the words of a message; those it brings along from elsewhere stand on lines of their own and call nobody."""
    own = typed(str(row.get("text") or "") or "\n".join(_of_blocks(_dicts(row.get("blocks")))))
    brought: list[str] = []
    for one in _dicts(row.get("attachments")):
        if _shared(one) or row.get("bot_id"):
            parts = [str(one.get(part) or "") for part in ("pretext", "title", "text")]
            brought += parts if one.get("text") else [*parts, str(one.get("fallback") or "")]
    lines = dict.fromkeys([own.text, *(typed(part).text for part in brought)])
    return Typed("\n".join(filter(None, lines)), own.mentions, own.everyone)


def _shared(attachment: Mapping[str, Any]) -> bool:
    """Whether an attachment is another message that was shared here, not a preview of a link."""
    return bool(attachment.get("is_share") or attachment.get("is_msg_unfurl") or attachment.get("msg_subtype"))


def _of_blocks(blocks: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The words of a message that has blocks only."""
    for block in blocks:
        text = block.get("text")
        if isinstance(text, Mapping):
            yield str(text.get("text") or "")
        yield from (str(one.get("text") or "") for one in _dicts(block.get("fields")))
        yield from ("".join(_of_rich_text(one)) for one in _dicts(block.get("elements")))


def _of_rich_text(element: Mapping[str, Any]) -> Iterator[str]:
    kind = element.get("type")
    if kind == "user":
        yield f"<@{element.get('user_id')}>"
    elif kind == "broadcast":
        yield f"<!{element.get('range')}>"
    elif kind == "link":
        yield str(element.get("url") or "")
    elif isinstance(element.get("text"), str):
        yield element["text"]
    for one in _dicts(element.get("elements")):
        yield from _of_rich_text(one)


def _files(row: Mapping[str, Any]) -> Iterator[Attachment]:
    for file in _dicts(row.get("files")):
        if file.get("mode") == "tombstone":
            continue
        size = file.get("size")
        name = file.get("name") or file.get("title") or file.get("id") or ""
        yield Attachment(str(name), str(file.get("mimetype") or ""), size if isinstance(size, int) else None)


def _dicts(value: object) -> Iterator[Mapping[str, Any]]:
    return (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else iter(())
