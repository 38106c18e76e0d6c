"""Which hosts imitate well-known domains: look-alike letters, typos, the whole domain in front of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from moderation.text.common import common
from moderation.text.domains import known_hosts, normal_host, suffix_size
from moderation.text.letters import tables

_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))
_SHORTEST_TYPO: Final = 6
_DISTINCT: Final = 8
"""A name this long is told by itself: a typo of it under another ending is no accident."""


class _Genuine(NamedTuple):
    """A domain that is imitated, `ourclub.co.uk`: its name, its ending and how both look."""

    domain: str
    name: str
    suffix: str
    look: str
    ends: str


class Imitated:
    """Domains that are imitated, prepared once for any number of hosts."""

    __slots__ = ("_by_look", "_by_name", "_by_size", "_owned")

    def __init__(self, domains: Iterable[str]) -> None:
        genuine = [_genuine(normal_host(domain) or domain) for domain in dict.fromkeys(domains) if domain]
        self._owned = {one.domain for one in genuine}
        self._by_name: dict[str, list[_Genuine]] = {}
        self._by_look: dict[str, list[_Genuine]] = {}
        self._by_size: dict[int, list[_Genuine]] = {}
        for one in genuine:
            self._by_name.setdefault(one.name, []).append(one)
            for look in {one.look, one.look + one.ends, "www" + one.look}:
                self._by_look.setdefault(look, []).append(one)
            if len(one.name) >= _SHORTEST_TYPO:
                for size in {len(text) + more for text in (one.name, one.look) for more in (-1, 0, 1)}:
                    self._by_size.setdefault(size, []).append(one)

    def by(self, host: str) -> str | None:
        """The domain that a host imitates without lying in one of them, or None.

        Look-alike letters in any label; one slip of the finger in the registered name, if that has six letters or more
        and is no word; the whole domain put in front of another (`ourclub.org.evil.example`), dashes for dots, or the
        name beside a word of bait. The very name under another ending is not counted: many sites have several.
        """
        parts = host.split(".")
        if not host or any(".".join(parts[place:]) in self._owned for place in range(len(parts))):
            return None
        size = suffix_size(parts)
        labels, ending = parts[:-size], ".".join(parts[-size:])
        if not labels or labels[-1] in self._by_name:
            return None
        found = next((one for label in labels for one in self._alike(host, label)), None)
        found = found or next(self._misspelt(labels[-1], ending), None)
        return found.domain if found else None

    def _alike(self, host: str, label: str) -> Iterator[_Genuine]:
        """The domains that one label looks like, or that stand in front of another domain."""
        if label in self._by_name:
            yield from (one for one in self._by_name[label] if f".{one.domain}." in f".{host}.")
            return
        look = _skeleton(label)
        if "-" not in label:
            www = label.startswith("www")
            yield from (one for one in self._by_look.get(look, ()) if www or one.look == look)
            return
        yield from self._by_look.get(_skeleton(label.replace("-", "")), ())
        looks = {piece: _skeleton(piece) for piece in label.split("-")}
        for look in looks.values():
            for one in self._by_look.get(look, ()):
                rest = {piece for piece, other in looks.items() if other != look}
                if not rest.isdisjoint({one.suffix, one.suffix.replace(".", ""), *known_hosts().bait}):
                    yield one

    def _misspelt(self, label: str, ending: str) -> Iterator[_Genuine]:
        """The domains whose name a registered name is one slip away from."""
        if label in common().plain:
            return
        look = _skeleton(label)
        for one in self._by_size.get(len(label), ()):
            long_enough = ending == one.suffix or len(one.name) >= _DISTINCT
            if long_enough and (_one_edit(label, one.name) or _one_edit(look, one.look)):
                yield one


def looks_like(host: str, domain: str) -> bool:
    """Whether the host imitates the domain; see `Imitated.by`."""
    return Imitated([domain]).by(host) is not None


def _genuine(domain: str) -> _Genuine:
    labels = domain.split(".")
    cut = len(labels) - suffix_size(labels)
    name, suffix = labels[max(cut - 1, 0)], ".".join(labels[cut:])
    bare = f"{name}.{suffix}" if suffix else name
    return _Genuine(bare, name, suffix, _skeleton(name), _skeleton(suffix.replace(".", "")))


def _skeleton(label: str) -> str:
    look = tables().look
    if not (label.isascii() and label.isalpha()):
        label = "".join(look[ord(char)] or char for char in label)
    text = label.replace("i", "l").replace("1", "l")
    for pair, single in _PAIRS:
        text = text.replace(pair, single)
    return text


def _one_edit(first: str, second: str) -> bool:
    """Whether one letter added, lost, changed or swapped with its neighbour leads from one to the other.

    Another first letter makes another word: `finance` is no typo of «binance».
    """
    if (
        first == second
        or (len(first) == len(second) and first[0] != second[0] and first[1:] == second[1:])
        or abs(len(first) - len(second)) > 1
    ):
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    one, other = first[start:], second[start:]
    if one[1:] == other[1:] or one[1:] == other or one == other[1:]:
        return True
    return len(one) == len(other) and one[:2] == other[1::-1] and one[2:] == other[2:]
