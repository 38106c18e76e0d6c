"""What people see of a Matrix message, as text; and what Sereno says, as content that pings nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import unquote

from moderation.model import Attachment

LONGEST: Final = 20_000
"""Bytes of a text as JSON; a homeserver takes events of 65,536 bytes, and an edit carries its text twice."""
_FILES: Final = {"m.image": "image", "m.file": "", "m.audio": "audio", "m.video": "video"}
_PERSON: Final = re.compile(r"(?<![\w@./<])(@[\w.=/+-]+:[\w.-]+(?::\d+)?)", re.ASCII)
_TO: Final = re.compile(r"https://matrix\.to/#/(@[^?#]+)", re.IGNORECASE)
_PILL: Final = re.compile(r"<@[^>]*>")
_FALLBACK: Final = re.compile(r"\A(?:> ?[^\n]*\n)+\n")


class _Seen(HTMLParser):
    """The words of an HTML body as a client shows them, and where its links lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self._skipping = 0
        self._person = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "mx-reply":
            self._skipping += 1
        elif tag == "a":
            self._link(dict(attrs).get("href") or "")
        elif tag in {"br", "p", "li", "div", "blockquote", "h1", "h2", "h3", "pre"} and self.words:
            self.words.append("\n")

    def _link(self, target: str) -> None:
        person = _TO.match(target)
        self._person = unquote(person[1]) if person else ""
        if person:
            self.words.append(f"<@{self._person}>")
        elif target and not self._skipping:
            self.links.append(target)

    def handle_endtag(self, tag: str) -> None:
        if tag == "mx-reply":
            self._skipping = max(0, self._skipping - 1)
        elif tag == "a":
            self._person = ""

    def handle_data(self, data: str) -> None:
        if not self._skipping and not self._person:
            self.words.append(data)


def _html(content: Mapping[str, Any]) -> _Seen | None:
    formatted = content.get("formatted_body")
    if content.get("format") != "org.matrix.custom.html" or not isinstance(formatted, str):
        return None
    seen = _Seen()
    seen.feed(formatted)
    seen.close()
    return seen


def text_of(content: Mapping[str, Any]) -> str:
    """What a message says. Clients show the HTML where there is some: what it says beyond the plain body is added, so
    that nothing people read goes unread here."""
    body = _body(content)
    if content.get("msgtype") in _FILES and content.get("filename") in (None, body):
        return ""
    seen = _html(content)
    if seen is None:
        return body
    shown = "".join(seen.words).strip()
    plain = _letters(body)
    more = [] if _letters(shown) in plain or _letters(_PILL.sub("", shown)) in plain else [shown]
    more += [link for link in dict.fromkeys(seen.links) if link not in body]
    return "\n".join([body, *more]) if more else body


def words_of(content: Mapping[str, Any]) -> str:
    """What a command says, with people written `<@id>`."""
    seen = _html(content)
    text = "".join(seen.words).strip() if seen is not None else _body(content)
    return _PERSON.sub(r"<@\1>", text)


def _body(content: Mapping[str, Any]) -> str:
    body = content.get("body")
    text = body if isinstance(body, str) else ""
    return _FALLBACK.sub("", text) if _replies(content) else text


def _replies(content: Mapping[str, Any]) -> bool:
    relation = content.get("m.relates_to")
    return isinstance(relation, Mapping) and "m.in_reply_to" in relation


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def attachment_of(content: Mapping[str, Any], kind: str = "") -> tuple[Attachment, ...]:
    """The file of a message, described."""
    what = str(content.get("msgtype") or kind)
    if what not in _FILES and what != "m.sticker":
        return ()
    info = content.get("info")
    facts = info if isinstance(info, Mapping) else {}
    size, type_ = facts.get("size"), facts.get("mimetype")
    name = content.get("filename") or content.get("body") or what
    whole = size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None
    family = _FILES.get(what, "image")
    return (Attachment(str(name), str(type_) if isinstance(type_, str) else family and f"{family}/*", whole),)


def poll_of(content: Mapping[str, Any]) -> str | None:
    """A poll's question and answers, a line each; None when it is no poll."""
    poll = content.get("m.poll") or content.get("org.matrix.msc3381.poll.start")
    if not isinstance(poll, Mapping):
        return None
    answers = poll.get("answers")
    parts = [poll.get("question"), *(answers if isinstance(answers, list) else ())]
    return "\n".join(filter(None, map(_extensible, parts)))


def _extensible(part: object) -> str:
    if not isinstance(part, Mapping):
        return ""
    found = part.get("m.text") or part.get("org.matrix.msc1767.text") or part.get("body")
    if isinstance(found, list):
        found = next((one.get("body") for one in found if isinstance(one, Mapping)), "")
    return found if isinstance(found, str) else ""


def said(text: str, *, kind: str = "m.notice") -> dict[str, Any]:
    """The content of a message of the bot's: no HTML, nobody mentioned, no previews asked for."""
    return {"msgtype": kind, "body": short(text), "m.mentions": {}, "com.beeper.linkpreviews": []}


def changed(event: str, text: str, *, kind: str = "m.notice") -> dict[str, Any]:
    """The content that makes an earlier message say something else."""
    new = said(text, kind=kind)
    return {**new, "body": f"* {new['body']}", "m.new_content": new, "m.relates_to": _replacing(event)}


def _replacing(event: str) -> dict[str, str]:
    return {"rel_type": "m.replace", "event_id": event}


def short(text: str) -> str:
    """What a homeserver takes: no lone surrogates, no NUL, cut at a word where it is too long."""
    clean = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if _size(clean) <= LONGEST:
        return clean
    low, high = 0, len(clean)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _size(clean[:middle]) <= LONGEST else (low, middle - 1)
    head, space, _ = clean[:low].rpartition(" ")
    return (head if space and len(head) > low // 2 else clean[:low]) + "…"


def _size(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode())
