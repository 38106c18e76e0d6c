"""Hosts of links: their normal form, and which lies below which."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import unquote

_DOTS: Final = str.maketrans("\u3002\uff0e\uff61", "...")
_HOST: Final = re.compile(r"[^\W_](?:[\w-]*\w)?(?:\.[^\W_](?:[\w-]*\w)?)*|_?[\w-]+(?:\.[\w-]+)+")
_NUMBER: Final = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_LONGEST: Final = 253


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """The lists of data/hosts.txt."""

    shorteners: frozenset[str]
    invites: tuple[str, ...]
    endings: frozenset[str]
    plain_endings: frozenset[str]
    second_level: frozenset[str]
    bait: frozenset[str]


@cache
def known_hosts() -> KnownHosts:
    """The lists, read at first use."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in files("moderation.text").joinpath("data/hosts.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            current += line.split()
    return KnownHosts(
        shorteners=frozenset(sections["shorteners"]),
        invites=tuple(sections["invites"]),
        endings=frozenset(sections["endings"]),
        plain_endings=frozenset(sections["plain-endings"]),
        second_level=frozenset(sections["second-level"]),
        bait=frozenset(sections["bait"]),
    )


def _part(text: str) -> int | None:
    """A number of an IPv4 address as browsers read it: decimal, octal after 0, hexadecimal after 0x."""
    if not _NUMBER.fullmatch(text) or len(text) > 16:
        return None
    try:
        if text[:2].lower() == "0x":
            return int(text[2:] or "0", 16)
        return int(text, 8) if len(text) > 1 and text[0] == "0" else int(text)
    except ValueError:
        return None


def _ipv4(host: str) -> str | None:
    """The address a numeric host stands for, in dotted form (https://url.spec.whatwg.org/#concept-ipv4-parser)."""
    numbers = [_part(part) for part in host.split(".")]
    if not 0 < len(numbers) <= 4:
        return None
    value = 0
    for index, number in enumerate(numbers):
        if number is None:
            return None
        last = index == len(numbers) - 1
        room = 256 ** (5 - len(numbers)) if last else 256
        if number >= room:
            return None
        value += number if last else number * 256 ** (3 - index)
    return str(ipaddress.IPv4Address(value))


def _decoded(label: str) -> str:
    """A label without punycode; one that does not decode stays as it is."""
    if not label.startswith("xn--") or not label.isascii():
        return label
    try:
        decoded = label[4:].encode().decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    if any("\ud800" <= char <= "\udfff" or char.isspace() for char in decoded):
        return label
    return unicodedata.normalize("NFKC", decoded).lower()


def normal_host(authority: str) -> str | None:
    """The host of `user:password@host:port`, lower case, IDNA decoded, numeric addresses dotted; None if there is none.

    A host with anything in it that no host has, such as the brackets of `evil[.]example`, is none.
    """
    host = unquote(authority.rsplit("@", 1)[-1]).strip()
    if host.startswith("["):
        return _ipv6(host)
    host = unicodedata.normalize("NFKC", host.translate(_DOTS)).lower()
    host = re.sub(r":\d{0,5}\Z", "", host).rstrip(".")
    if not host or len(host) > _LONGEST or not _HOST.fullmatch(host):
        return None
    return _ipv4(host) or ".".join(_decoded(label) for label in host.split("."))


def _ipv6(authority: str) -> str | None:
    inner, _, _ = authority[1:].partition("]")
    try:
        return str(ipaddress.IPv6Address(inner.partition("%")[0]))
    except ValueError:
        return None


def within(host: str, domain: str) -> bool:
    """Whether the host is the domain or lies below it; `notourclub.org` does not lie below `ourclub.org`."""
    domain = normal_host(domain) or domain
    return host == domain or host.endswith(f".{domain}")


def suffix_size(labels: Sequence[str]) -> int:
    """How many labels at the end name a registry: two for `co.uk`, else one."""
    two = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in known_hosts().second_level
    return 2 if two else 1
