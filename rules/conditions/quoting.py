"""`quoting: true`: somebody repeats what another person said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from pydantic import Field, InstanceOf, StrictBool
from pydantic.json_schema import SkipJsonSchema

from moderation.counters import Needs
from moderation.text.quotes import quoted_segments, same_words
from moderation.verdict import Because
from rules.model import Condition, Witness
from rules.patterns import SPANS
from rules.wants import NOTHING, Wants

if TYPE_CHECKING:
    from rules.facts import Facts

_REMEMBERED: Final = 6 * 3600.0
"""Seconds in which earlier messages of a channel may be quoted."""


class Quoting(Condition):
    """Everything the rule objects to lies in a delimited quotation of an earlier message of somebody else.

    Where the source states whether a message quotes, that counts. A bare `>` and a code fence are no quotation.
    """

    name: ClassVar = "quoting"
    kinds: ClassVar = frozenset({"message", "edit"})

    stated: StrictBool
    objections: SkipJsonSchema[InstanceOf[Wants]] = Field(default=NOTHING, exclude=True)
    """What the other conditions of the rule look for; filled in by the engine."""

    @classmethod
    def expand(cls, value: object) -> object:
        """`true` or `false`."""
        return value if isinstance(value, dict) else {"stated": value}

    @property
    def witness(self) -> Witness:
        """A quotation accuses nobody."""
        return Witness.NOBODY

    def wants(self) -> Wants:
        """What others said here."""
        return Wants(needs=Needs(quotes=_REMEMBERED))

    def beside(self, wants: Wants) -> Condition:
        """Now it knows what must lie inside the quotation."""
        return self.model_copy(update={"objections": wants})

    def holds(self, facts: Facts) -> bool | None:
        """Quoting, or not quoting, as the rule says."""
        return facts.kind in self.kinds and self._quotes(facts) == self.stated

    def because(self, facts: Facts) -> Sequence[Because]:
        """The quotation."""
        ref = facts.message.ref if facts.message else None
        if not self.stated:
            return [Because("not quoting", "", ref)]
        if facts.message is not None and facts.message.quoting is not None:
            return [Because("quoting", "as the source says", ref)]
        return [Because("quoting", facts.views.raw[start:end], ref, start, end) for start, end in self._genuine(facts)]

    def _quotes(self, facts: Facts) -> bool:
        if facts.message is None:
            return False
        if facts.message.quoting is not None:
            return facts.message.quoting
        spans = self._genuine(facts)
        hits = self._hits(facts) if spans else None
        return hits is not None and all(any(start <= a and b <= end for start, end in spans) for a, b in hits)

    def _genuine(self, facts: Facts) -> list[tuple[int, int]]:
        """The delimited stretches of this text that stand in an earlier message of somebody else."""
        segments = quoted_segments(facts.views.raw)
        if not segments:
            return []
        raw, earlier = facts.views.raw, facts.counts.others_here()
        return [
            (start, end) for start, end in segments if any(same_words(raw[start:end], said.text) for said in earlier)
        ]

    def _hits(self, facts: Facts) -> list[tuple[int, int]] | None:
        """Where the rule's words and patterns stand; None when some of them cannot lie in one quotation."""
        if any(facts.found.split(wanted) for wanted in self.objections.phrases):
            return None
        found = [hit for wanted in self.objections.phrases for hit in facts.found.phrases(wanted)]
        for pattern in self.objections.patterns:
            hits = facts.found.patterns(pattern)
            if len(hits) >= SPANS:
                return None
            found += hits
        return [(hit.start, hit.end) for hit in found]
