"""Slack's wire text to what a person typed, and what Sereno says to wire text that does nothing but show.

On the wire `&`, `<` and `>` are entities, and everything in angle brackets is markup (docs: "Formatting text"):

    <@U07|eve>            → <@U07>                       a person stays a person, by id
    <#C02|general>        → #general
    <!here>, <!channel>   → @here, @channel              and everybody is called
    <!subteam^S1|@mods>   → @mods
    <!date^0^…|yesterday> → yesterday
    <http://x.example>    → http://x.example             Slack found the address in the text
    <http://x.example|x.example> → x.example             as it was typed; Slack added the scheme
    <http://bad|good.example>    → <http://bad|good.example>   one address shown as another keeps both
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

TEXT: Final = 40_000
"""Characters of one message (chat.postMessage truncates beyond)."""
SECTION: Final = 3_000
"""Characters of one section block's text."""
BROADCASTS: Final = frozenset({"channel", "everyone", "here", "group"})
_MARK: Final = re.compile(r"<([^<>\n]*)>")
_SCHEMES: Final = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_MORE: Final = "…"


class Typed(NamedTuple):
    """A text as it was typed, the people it names (distinct, in order), and whether it calls everybody."""

    text: str
    mentions: tuple[str, ...] = ()
    everyone: bool = False


def typed(wire: str) -> Typed:
    """Read a text off the wire."""
    mentions: dict[str, None] = {}
    everyone = False

    def shown(match: re.Match[str]) -> str:
        nonlocal everyone
        target, _, label = match[1].partition("|")
        if target.startswith("@"):
            mentions[target[1:]] = None
            return f"\0{target}\1"
        if target.startswith("!"):
            everyone = everyone or target[1:] in BROADCASTS
            return _special(target[1:], label)
        if target.startswith("#"):
            return "#" + (label or target[1:])
        return _link(target, label)

    text = _MARK.sub(shown, wire) if "<" in wire else wire
    return Typed(_plain(text).replace("\0", "<").replace("\1", ">"), tuple(mentions), everyone)


def _special(target: str, label: str) -> str:
    if target in BROADCASTS:
        return f"@{target}"
    if label:
        return label
    return "@" + target.removeprefix("subteam^").partition("^")[0]


def _link(target: str, label: str) -> str:
    if not label:
        return target
    bare = _SCHEMES.sub("", target, count=1)
    if label in (target, bare, bare.rstrip("/")):
        return label
    return f"\0{target}|{label}\1"


def _plain(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def escaped(text: str) -> str:
    """Words that Slack shows as they are: no mention, no link with a label, no entity is read in them."""
    return text.replace("\0", "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def said(text: str, limit: int = TEXT) -> str:
    """Escaped, and cut at a word with `…` where it would be longer than `limit` characters on the wire."""
    if len(escaped(text)) <= limit:
        return escaped(text)
    short = text[: _fits(text, limit - len(_MORE))]
    head, space, _ = short.rpartition(" ")
    return escaped(head if space and len(head) > len(short) // 2 else short).rstrip() + _MORE


def sections(text: str, most: int = 10) -> list[str]:
    """A long text in pieces that fit a section each, cut at line ends or words; what is beyond `most` is cut off."""
    pieces: list[str] = []
    rest = text.strip()
    while rest and len(pieces) < most - 1 and len(escaped(rest)) > SECTION:
        piece = rest[: _fits(rest, SECTION)]
        at = max(piece.rfind("\n"), piece.rfind(" "))
        at = at if at > len(piece) // 2 else len(piece)
        pieces.append(escaped(rest[:at].rstrip()))
        rest = rest[at:].lstrip()
    return [*pieces, said(rest, SECTION)] if rest else pieces


def _fits(text: str, limit: int) -> int:
    """How many characters of a text come to at most `limit` once they are escaped."""
    length = 0
    for count, character in enumerate(text):
        length += len(escaped(character))
        if length > limit:
            return count
    return len(text)
