"""`quoting: true`: somebody repeats what another person said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from pydantic import Field, InstanceOf, StrictBool
from pydantic.json_schema import SkipJsonSchema

from moderation.counters import Needs
from moderation.ports import Said
from moderation.text.quotes import quoted_segments
from moderation.text.views import Views
from moderation.verdict import Because
from rules.model import Condition, Witness
from rules.patterns import SPANS
from rules.wants import NOTHING, Wants

if TYPE_CHECKING:
    from rules.facts import Facts

_REMEMBERED: Final = 6 * 3600.0
"""Seconds in which earlier messages of a channel may be quoted."""
_MOST: Final = 50
"""Quotations that are looked at; a message with more of them that matter quotes nobody."""
_MOST_HITS: Final = 15
"""Words that may lie in quotations; of more than these some may not have been found at all (see moderation.text)."""
_READ: Final = 20_000
"""Characters of earlier messages in which quotations are looked for."""
Span = tuple[int, int]


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
        return bool(self._genuine(facts)) if facts.message.quoting is None else facts.message.quoting

    def _genuine(self, facts: Facts) -> list[Span]:
        """The delimited stretches that stand in an earlier message of somebody else, where all that the rule objects to
        lies in such; else nothing."""
        raw = facts.views.raw
        segments = quoted_segments(raw)
        hits = self._hits(facts) if segments else None
        if hits is None:
            return []
        around = _around(segments, hits)
        earlier = _earlier(facts.counts.others_here()) if around else []
        spans = [(start, end) for start, end in around if _said(raw[start:end], earlier)]
        return spans if all(_inside(hit, spans) for hit in hits) else []

    def _hits(self, facts: Facts) -> list[Span] | None:
        """Where the rule's words and patterns stand; None when they are too many, or cannot lie in one quotation."""
        if any(facts.found.split(wanted) for wanted in self.objections.phrases):
            return None
        found = [hit for wanted in self.objections.phrases for hit in facts.found.phrases(wanted)]
        for pattern in self.objections.patterns:
            hits = facts.found.patterns(pattern)
            if len(hits) >= SPANS:
                return None
            found += hits
        return [(hit.start, hit.end) for hit in found] if len(found) <= _MOST_HITS else None


def _around(segments: Sequence[Span], hits: Sequence[Span]) -> list[Span]:
    """The stretches that matter: those with something in them that the rule objects to, if it objects to anything."""
    if not hits:
        return list(segments[:_MOST])
    around = [(start, end) for start, end in segments if any(start <= a and b <= end for a, b in hits)]
    return around if len(around) <= _MOST and all(_inside(hit, around) for hit in hits) else []


def _inside(hit: Span, spans: Sequence[Span]) -> bool:
    return any(start <= hit[0] and hit[1] <= end for start, end in spans)


def _earlier(said: Sequence[Said]) -> list[str]:
    """The words of earlier messages, the newest first, as far as looking costs little."""
    lines: list[str] = []
    left = _READ
    for one in reversed(said):
        lines.append(_words(one.text[:left]))
        left -= len(one.text)
        if left <= 0:
            break
    return lines


def _said(quoted: str, lines: Sequence[str]) -> bool:
    """Whether somebody said these words in this order; a stretch without words proves nothing."""
    words = _words(quoted)
    return bool(words.strip()) and any(words in line for line in lines)


def _words(text: str) -> str:
    return Views(text).words[1]
