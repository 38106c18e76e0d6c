"""What a condition needs somebody to look for before it can be asked: phrases, patterns, labels, memory.

The engine gathers the wants of all conditions once, so that one pass over a text serves every rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Final, Literal

from moderation.counters import Needs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.model import WordList

View = Literal["raw", "clean", "folded"]


@dataclass(frozen=True, slots=True)
class Phrases:
    """A word list, and how it shall be looked for. Equal when the list is the same object and the options agree."""

    words: WordList
    disguised: bool = True
    inside_words: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """One RE2 pattern and the view of the text it is matched on."""

    text: str
    view: View = "clean"


@dataclass(frozen=True, slots=True)
class Wants:
    """Everything one condition, or all of them together, must have looked for.

    `phrases` and `patterns` are looked for in messages, `names` in the names people give themselves.
    """

    phrases: frozenset[Phrases] = frozenset()
    patterns: frozenset[Pattern] = frozenset()
    names: frozenset[Phrases] = frozenset()
    labels: frozenset[str] = frozenset()
    needs: Needs = field(default_factory=Needs)

    def __or__(self, other: Wants) -> Wants:
        """Both together."""
        return Wants(
            self.phrases | other.phrases,
            self.patterns | other.patterns,
            self.names | other.names,
            self.labels | other.labels,
            self.needs | other.needs,
        )


NOTHING: Final = Wants()


def together(wants: Iterable[Wants]) -> Wants:
    """All wants in one."""
    return reduce(Wants.__or__, wants, NOTHING)
