"""`links: invites`, `links: {outside: known_good}`: where links lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from moderation.text.domains import normal_host
from moderation.text.imitation import Imitated
from moderation.text.links import Link
from moderation.verdict import Because
from rules.conditions.measured import Path, without_each_key
from rules.load_context import ListName
from rules.measures import LINKS, Test
from rules.model import Condition, Witness, WordList

if TYPE_CHECKING:
    from rules.facts import Facts

Kind = Literal["any", "invites", "shortened", "hidden"]
Lists = Annotated[tuple[ListName, ...], Field(min_length=1)]


class Links(Condition):
    """At least one link fits every key that is given; every link is looked at, not only the first."""

    name: ClassVar = "links"
    kinds: ClassVar = frozenset({"message", "edit"})

    kind: Annotated[tuple[Kind, ...], Field(min_length=1)] | None = None
    to: Lists | None = None
    outside: Lists | None = None
    like: Lists | None = None

    @classmethod
    def expand(cls, value: object) -> object:
        """A kind of link, several, or the long form; a list may stand alone."""
        if not isinstance(value, dict):
            return {"kind": value if isinstance(value, list) else [value]}
        return {
            key: [part] if key in {"to", "outside", "like", "kind"} and isinstance(part, str) else part
            for key, part in value.items()
        }

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            hint = "links: any, or links: {outside: known_good}"
            raise PydanticCustomError("empty_condition", "`links` needs a kind or a list of domains", {"hint": hint})
        return self

    @property
    def witness(self) -> Witness:
        """A link alone accuses nobody; where it leads may."""
        return Witness.NOBODY if self.kind == ("any",) and not (self.to or self.like) else Witness.FACTS

    def guards(self) -> tuple[Test, ...]:
        """A link at all."""
        return (Test(LINKS, below=False, bound=1),)

    def holds(self, facts: Facts) -> bool | None:
        """Any link fits."""
        return facts.kind in self.kinds and any(map(self._fits, facts.views.links))

    def because(self, facts: Facts) -> Sequence[Because]:
        """The links that fit."""
        ref = facts.message.ref if facts.message else None
        words = " ".join(self._words())
        return [
            Because(f"links {words}", link.host or link.url, ref, link.start, link.end)
            for link in facts.views.links
            if self._fits(link)
        ]

    def looser(self) -> Iterator[tuple[Path, Condition | None]]:
        """Without each key, each kind and each list in turn."""
        yield from without_each_key(self)
        for key in ("kind", "to", "outside", "like"):
            members = getattr(self, key) or ()
            for at in range(len(members) if len(members) > 1 else 0):
                yield (key, at), self.model_copy(update={key: members[:at] + members[at + 1 :]})

    def _fits(self, link: Link) -> bool:
        if self.kind is not None and not any(_is(link, kind) for kind in self.kind):
            return False
        if self.to is not None and not any(_leads_into(link, words) for words in self.to):
            return False
        if self.outside is not None and any(_leads_into(link, words) for words in self.outside):
            return False
        return self.like is None or any(_imitates(link.host, words) for words in self.like)

    def _words(self) -> Iterator[str]:
        yield from self.kind or ()
        for key in ("to", "outside", "like"):
            for words in getattr(self, key) or ():
                yield f"{key} {words.name}"


def _is(link: Link, kind: Kind) -> bool:
    return (
        kind == "any"
        or (kind == "invites" and link.is_invite)
        or (kind == "shortened" and link.is_shortened)
        or (kind == "hidden" and link.hidden)
    )


def _leads_into(link: Link, words: WordList) -> bool:
    """Whether a link leads to a domain of a list, or below it, and into the path where the list names one."""
    domains, host = _domains(words), link.host
    while host:
        paths = domains.get(host)
        if paths is not None and any(link.path.lower().startswith(path) for path in paths):
            return True
        _, _, host = host.partition(".")
    return False


@lru_cache(maxsize=8192)
def _imitates(host: str, words: WordList) -> bool:
    """Whether a host looks like a domain of a list. People post the same hosts again."""
    return _imitated(words).by(host) is not None


@lru_cache(maxsize=256)
def _imitated(words: WordList) -> Imitated:
    return Imitated(_domains(words))


@lru_cache(maxsize=256)
def _domains(words: WordList) -> Mapping[str, tuple[str, ...]]:
    """Domain → beginnings of paths; an admin may write `*.x.example`, `x.example/shop` or a whole address."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in words.entries:
        written = entry.strip().removeprefix("https://").removeprefix("http://").removeprefix("*.")
        name, _, path = written.partition("/")
        domain = normal_host(name) or name.lower()
        found[domain] = (*found.get(domain, ()), path.lower())
    return found
