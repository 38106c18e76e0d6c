"""A message as a chat client shows it: markup and code spans gone, their words kept.

One reading serves Discord's markdown, Slack's mrkdwn and the HTML-like forms of Telegram and Matrix, because the text
alone does not say where it was written. Delimiters without a partner stay what they are.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from moderation.text.align import Edit

MARKS: Final = b"*_~|`<[\\&#>"
"""An ASCII text without any of these has no markup."""

_TAGS: Final = "a|b|i|u|s|em|strong|strike|del|ins|code|pre|span|font|br|p|div|blockquote|tg-spoiler|tg-emoji|sub|sup"
_TOKEN: Final = re.compile(
    r"""
    (?=[\\`\[<&*_~|>#\ -])
    (?:(?P<pair>\*{1,3}|__|_|~{1,2}|\|\|)
  | (?P<escape>\\(?=[!-/:-@\[-`{-~]))
  | (?P<quote>(?:(?<=\n)|\A)[ ]{0,3}(?:>>>[ ]|>[ ]?|\#{1,3}[ ]|-\#[ ]))
  | (?P<code>`+)
  | (?P<link>\[(?P<shown>[^\[\]\n]{1,500})\]\((?:<)?[^()\s<>]{1,2000}(?:\([^()\s<>]{0,200}\)[^()\s<>]{0,200})?>?\))
  | <(?P<emoji>a?:(?P<name>\w{1,64}):\d{1,32})>
  | <(?P<mention>[@\#!][!&]?(?P<who>[^<>|\s]{1,64})(?:\|(?P<called>[^<>\n]{0,200}))?)>
  | <(?P<time>t:-?\d{1,16}(?::[A-Za-z])?)>
  | <(?P<url>[A-Za-z][A-Za-z0-9+.-]{1,20}:[^<>|\s]{1,2000})(?:\|(?P<label>[^<>\n]{1,500}))?>
  | (?P<tag></?(?:TAGS)(?:\s[^<>]{0,500})?/?>)
  | (?P<entity>&(?:amp|lt|gt|quot|apos|nbsp|\#\d{1,7}|\#x[0-9A-Fa-f]{1,6});))
    """.replace("TAGS", _TAGS),
    re.VERBOSE | re.IGNORECASE,
)
_NEWLINE_TAGS: Final = ("<br", "<p", "</p", "<div", "</div", "<blockquote")


def may_have_markup(text: str) -> bool:
    """A quick look that spares most texts the long one."""
    return (
        "<" in text
        or "`" in text
        or "\\" in text
        or "](" in text
        or "||" in text
        or text.count("*") > 1
        or text.count("_") > 1
        or text.count("~") > 1
        or text.lstrip()[:1] in (">", "#", "-")
        or "\n>" in text
        or "\n#" in text
        or "\n-#" in text
        or ("&" in text and ";" in text)
    )


def _word(text: str, place: int) -> bool:
    return 0 <= place < len(text) and (text[place].isalnum() or text[place] == "_")


class _Pairs:
    """Delimiters waiting for their partner."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.waiting: dict[str, tuple[int, int]] = {}
        self.found: list[tuple[int, int]] = []

    def meet(self, mark: str, start: int, end: int) -> None:
        """Closes the delimiter that waits, or lets this one wait, as clients do."""
        text = self.text
        opens = end < len(text) and not text[end].isspace()
        closes = start > 0 and not text[start - 1].isspace()
        if mark == "_" and _word(text, start - 1) and _word(text, end):
            return
        earlier = self.waiting.get(mark)
        if earlier is not None and closes and earlier[1] < start:
            del self.waiting[mark]
            self.found += (earlier, (start, end))
        elif opens:
            self.waiting[mark] = (start, end)


def _inside(match: re.Match[str], group: str, before: str = "", after: str = "") -> Iterator[Edit]:
    """Keeps one group of a match and replaces what is around it."""
    yield Edit(match.start(), match.start(group), before)
    yield Edit(match.end(group), match.end(), after)


def _tag(match: re.Match[str]) -> Iterator[Edit]:
    yield Edit(match.start(), match.end(), "\n" if match.group().lower().startswith(_NEWLINE_TAGS) else "")


def _mention(match: re.Match[str]) -> Iterator[Edit]:
    sign = match.group("mention")[0]
    if match.group("called"):
        yield from _inside(match, "called", "#" if sign == "#" else "@")
    elif sign == "!":
        yield from _inside(match, "who", "@")
    else:
        yield Edit(match.start(), match.end(), sign)


def _single(match: re.Match[str]) -> Iterator[Edit]:
    """The edits of a token that needs no partner."""
    kind = match.lastgroup
    if kind == "link":
        yield from _inside(match, "shown")
    elif kind == "emoji":
        yield from _inside(match, "name", ":", ":")
    elif kind == "mention":
        yield from _mention(match)
    elif kind in ("url", "label"):
        yield from _inside(match, kind)
    elif kind == "tag":
        yield from _tag(match)
    elif kind == "entity":
        shown = html.unescape(match.group())
        yield Edit(match.start(), match.end(), " " if shown < " " or "\ud800" <= shown <= "\udfff" else shown)
    else:
        yield Edit(match.start(), match.end(), "")


def _code_end(text: str, start: int, fence: str) -> int:
    """Where the fence that closes a code span begins, or -1."""
    place = text.find(fence, start)
    while place >= 0 and text[place : place + len(fence) + 1] == fence + "`":
        beyond = place
        while beyond < len(text) and text[beyond] == "`":
            beyond += 1
        place = text.find(fence, beyond)
    return place


def markup_edits(text: str) -> list[Edit]:
    """The edits that leave what a client shows, in order."""
    pairs = _Pairs(text)
    edits: list[Edit] = []
    dead_fences: set[str] = set()
    place = 0
    while match := _TOKEN.search(text, place):
        place = match.end()
        kind = match.lastgroup
        if kind == "pair":
            pairs.meet(match.group(), match.start(), match.end())
        elif kind == "escape":
            edits.append(Edit(match.start(), match.end(), ""))
            place += 1
        elif kind == "code":
            fence = match.group()
            close = -1 if fence in dead_fences else _code_end(text, place, fence)
            if close < 0:
                dead_fences.add(fence)
                continue
            edits += (Edit(match.start(), place, ""), Edit(close, close + len(fence), ""))
            place = close + len(fence)
        else:
            edits += _single(match)
    edits += (Edit(start, end, "") for start, end in pairs.found)
    return sorted(edits)
