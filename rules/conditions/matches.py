"""`matches: |`: RE2 patterns, one a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from moderation.verdict import Because
from rules.conditions.measured import Path
from rules.model import Condition
from rules.patterns import check_patterns
from rules.wants import Pattern, View, Wants

if TYPE_CHECKING:
    from rules.facts import Facts


_WRITTEN: Final = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Patterns = Annotated[
    tuple[str, ...], BeforeValidator(check_patterns), Field(min_length=1), WithJsonSchema(_WRITTEN, mode="validation")
]


class Matches(Condition):
    """One of the patterns matches the text as clients show it (or another view of it)."""

    name: ClassVar = "matches"
    kinds: ClassVar = frozenset({"message", "edit", "rename"})
    waits: ClassVar = True

    patterns: Patterns
    view: View = "clean"

    @classmethod
    def expand(cls, value: object) -> object:
        """A block of patterns, or the long form."""
        return value if isinstance(value, dict) else {"patterns": value}

    def wants(self) -> Wants:
        """The patterns on their view."""
        return Wants(patterns=frozenset(self._wanted()))

    def holds(self, facts: Facts) -> bool | None:
        """Any of them."""
        if facts.kind not in self.kinds:
            return False
        return any(facts.found.patterns(pattern) for pattern in self._wanted())

    def because(self, facts: Facts) -> Sequence[Because]:
        """Each match, and where it stands."""
        ref = facts.message.ref if facts.message else None
        return [
            Because(f"matches {pattern.text}", hit.what, ref, hit.start, hit.end)
            for pattern in self._wanted()
            for hit in facts.found.patterns(pattern)
        ]

    def looser(self) -> Iterator[tuple[Path, Condition | None]]:
        """Without the condition, and without each pattern in turn."""
        yield (), None
        if len(self.patterns) > 1:
            for at in range(len(self.patterns)):
                rest = self.patterns[:at] + self.patterns[at + 1 :]
                yield ("patterns", at), self.model_copy(update={"patterns": rest})

    def _wanted(self) -> Iterator[Pattern]:
        return (Pattern(text, self.view) for text in self.patterns)
