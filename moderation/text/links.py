"""Every link of a message as the client shows it.

Markdown `[text](url)`, `<url>`, Slack's `<url|text>`, HTML anchors, bare addresses with a scheme, and bare domains such
as `www.x.example` or `x.example/path`. Taken apart on purpose (`hxxp://`, `evil[.]example`) it is no link: somebody
shows a danger without spreading it. A link without a web address (`[x](javascript:…)`) is one with an empty host, which
lies within no domain. Addresses in code spans count: people copy them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from moderation.text.align import Alignment, edited, of_edits, unchanged
from moderation.text.domains import known_hosts, normal_host, within
from moderation.text.invisible import ANY, invisible_edits

__all__ = ["Link", "links_in", "within"]

_ODD_DOT: Final = re.compile("[\u3002\uff0e\uff61\uff1a\uff0f]")
_DOT: Final = "[.\u3002\uff0e\uff61]"
_TOKEN: Final = re.compile(
    rf"""
    (?=[\[<\w\uff41-\uff5a])(?:
    \[(?P<text>[^\[\]\n]{{1,500}})\]\(\s?<?(?P<target>[^()\s<>]{{1,2000}}(?:\([^()\s<>]{{0,200}}\)[^()\s<>]{{0,200}})?)>?
      (?:\s"[^"\n]{{0,200}}"|\s'[^'\n]{{0,200}}')?\s?\)
  | <a\s[^<>]{{0,200}}?href\s?=\s?["']?(?P<href>[^"'<>\s]{{1,2000}})["']?[^<>]{{0,200}}>(?P<anchor>[^<]{{0,500}})</a>
  | <(?P<angle>[A-Za-z][A-Za-z0-9+.-]{{1,20}}:[^<>|\s]{{1,2000}})(?:\|(?P<label>[^<>\n]{{1,500}}))?>
  | (?<![^\W_])(?P<bare>[A-Za-z\uff41-\uff5a][A-Za-z0-9+\uff41-\uff5a-]{{1,20}}(?:://|\uff1a//|:\uff0f\uff0f|\uff1a\uff0f\uff0f)[^\s<>"«»“”`]{{1,2000}})
  | (?<![^\W_])(?<![@.\u3002/\\:=-])(?P<domain>(?:[^\W_](?:[\w-]{{0,62}}[^\W_])?{_DOT}){{1,8}}[^\W\d_][\w-]{{1,62}}
      (?::\d{{1,5}})?(?:[/?\#][^\s<>"«»“”`]{{0,2000}})?)(?![\w@(])
  | (?<![\w.@/:-])(?P<address>\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d{{1,5}}/?|/)[^\s<>"`]{{0,2000}})
    )
    """,
    re.VERBOSE,
)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}")
_HOST_END: Final = re.compile(r"[/?#\\]")
_NO_LINK: Final = frozenset({"mailto", "tel", "hxxp", "hxxps", "meow", "fxp", "h**p", "htxp", "file"})
_WEB: Final = frozenset({"http", "https", "ftp", "ws", "wss"})
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_TRAILING: Final = ".,;:!?'\"*_~|\u2026\u3002\uff0e\uff61\u00bb\u201d\u2019"


_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True, slots=True)
class Link:
    """A link. `host` is where it leads: decoded, lower case, no port, empty where it leads to no host.

    `shown` is the text the client shows; `shown_host` a host that this text displays, None when it displays none;
    `start` and `end` are offsets in the raw text.
    """

    url: str
    host: str
    shown: str
    shown_host: str | None
    start: int
    end: int

    @property
    def hidden(self) -> bool:
        """Whether the text displays another host than the one it leads to; a shorter form of the same is none."""
        shown = (self.shown_host or "").removeprefix("www.")
        return bool(shown) and not within(self.host, shown)

    @property
    def path(self) -> str:
        """What follows the host, without a slash in front."""
        match = _HOST_END.search(rest := _split(self.url)[1])
        return rest[match.start() :].lstrip("/\\") if match else ""

    @property
    def is_invite(self) -> bool:
        """Whether it invites to another community."""
        if self.url.lower().startswith(("tg://join", "tg:join", "discord://invite", "whatsapp://chat?code")):
            return True
        host = self.host.removeprefix("www.")
        for invite in known_hosts().invites:
            where, _, path = invite.partition("/")
            if host == where and self.path.lower().startswith(path):
                return True
        return False

    @property
    def is_shortened(self) -> bool:
        """Whether a shortener hides where it leads."""
        return self.host.removeprefix("www.") in known_hosts().shorteners


class _Target(NamedTuple):
    """The parts of an address that matter: its host, and a host that its user name pretends to be."""

    host: str
    pretended: str | None


def _split(url: str) -> tuple[str, str]:
    """The scheme in lower case and the rest without its slashes; `x.example:80/` has no scheme."""
    scheme, colon, rest = url.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme) or ("." in scheme and rest[:1] not in ("/", "\\")):
        return "", url
    return scheme.lower(), rest.lstrip("/\\")


def _target(url: str) -> _Target | None:
    """Where an address leads; None when it leads nowhere on purpose."""
    url = html.unescape(url) if "&" in url else url
    wide = url if url.isascii() else url[:24].translate(_WIDE) + url[24:]
    kind, rest = _split(wide)
    if kind in _NO_LINK:
        return None
    if kind and not wide[len(kind) + 1 :].startswith(("/", "\\")):
        return None if rest[:1].isdigit() else _Target("", None)
    authority = _HOST_END.split(rest, maxsplit=1)[0]
    host = normal_host(authority)
    if host is None or (not kind and "." not in host):
        return None
    user = authority.rsplit("@", 1)[0] if "@" in authority else ""
    pretended = normal_host(user.split(":")[0]) if "." in user else None
    if kind and kind not in _WEB and "." not in host:
        host = ""
    return _Target(host, pretended)


def _trimmed(url: str) -> str:
    """An address without the punctuation of the sentence around it; brackets stay where they are balanced."""
    while url:
        last = url[-1]
        opening = _CLOSING.get(last)
        if last in _TRAILING or (opening and url.count(opening) < url.count(last)):
            url = url[:-1]
        else:
            break
    return url


def _is_domain(text: str) -> bool:
    """Whether a bare name is an address: a known ending, and without `www.` or a path one that is no file or word."""
    name = re.split(r"[/?#:]", text, maxsplit=1)[0]
    host = normal_host(name)
    if host is None:
        return False
    known = known_hosts()
    ending = host.rsplit(".", 1)[-1]
    if host.startswith("www."):
        return host.count(".") > 1 and len(ending) > 1
    if not ending.isascii():
        return len(ending) > 1 and (text != name or any(char.isascii() for char in name))
    rest = text[len(name) :]
    has_path = len(rest) > 1 and (rest[0] == "/" or rest[1:2].isdigit())
    return ending in (known.endings if has_path else known.plain_endings)


def _shown_host(text: str, host: str) -> str | None:
    """A host that a text displays: one that differs from the real one, if there is any."""
    displayed: str | None = None
    for match in _TOKEN.finditer(text):
        written = match.group("bare") or match.group("domain")
        if not written or (match.group("domain") and not _is_domain(_trimmed(written))):
            continue
        target = _target(_trimmed(written))
        if target is None or not target.host:
            continue
        if not within(host, target.host.removeprefix("www.")):
            return target.host
        displayed = target.host
    return displayed


def _read(match: re.Match[str]) -> tuple[str, str, int] | None:
    """The address, the text shown and the end of one match; None when it is no link."""
    for group, text in (("target", "text"), ("href", "anchor"), ("angle", "label")):
        if url := match.group(group):
            return url, match.group(text) or url, match.end()
    if url := match.group("bare"):
        url = _trimmed(url)
        return (url, url, match.start() + len(url)) if len(url) > url.find("/") + 2 else None
    written = match.group("domain") or match.group("address")
    url = _trimmed(written)
    if match.group("domain") and not _is_domain(url):
        return None
    return url, url, match.start() + len(url)


def _links(text: str) -> Iterator[Link]:
    """The links of a text without invisible characters; offsets are in that text."""
    place = 0
    while match := _TOKEN.search(text, place):
        place = match.end()
        found = _read(match)
        target = _target(found[0]) if found else None
        if found is None or target is None:
            if match.group("target") is None and match.group("href") is None:
                place = max(match.start() + 1, match.start() + len(_first_name(match.group())))
            continue
        url, shown, end = found
        place = end
        displayed = target.pretended
        if displayed is None:
            displayed = target.host if shown == url and target.host else _shown_host(shown, target.host)
        yield Link(url, target.host, shown, displayed or None, match.start(), end)


def _first_name(text: str) -> str:
    """The part of a failed match that need not be tried again."""
    found = re.match(r"[\w-]+", text)
    return found.group() if found else ""


def links_in(raw: str) -> tuple[Link, ...]:
    """Every link of a message, in order, with offsets in the raw text."""
    if "." not in raw and ":" not in raw and "/" not in raw and (raw.isascii() or not _ODD_DOT.search(raw)):
        return ()
    text, alignment = raw, unchanged(0)
    if ANY.search(raw):
        edits = list(invisible_edits(raw))
        text, alignment = edited(raw, edits), of_edits(len(raw), edits)
    links = tuple(_links(text))
    if text == raw or not links:
        return links
    return tuple(_moved(link, alignment) for link in links)


def _moved(link: Link, alignment: Alignment) -> Link:
    start, end = alignment.span(link.start, link.end)
    return Link(link.url, link.host, link.shown, link.shown_host, start, end)
