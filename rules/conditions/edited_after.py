"""`edited_after: 10m`: a change long after posting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from moderation.units import Duration, written
from moderation.verdict import Because
from rules.conditions.measured import Measured
from rules.measures import EDIT_DELAY, Test
from rules.model import Witness

if TYPE_CHECKING:
    from rules.facts import Facts


class EditedAfter(Measured):
    """The message was changed at least so long after it was posted."""

    name: ClassVar = "edited_after"
    kinds: ClassVar = frozenset({"edit"})

    span: Duration

    @classmethod
    def expand(cls, value: object) -> object:
        """The span alone."""
        return value if isinstance(value, dict) else {"span": value}

    @property
    def witness(self) -> Witness:
        """A late correction accuses nobody."""
        return Witness.NOBODY

    def tests(self) -> tuple[Test, ...]:
        """Time between posting and edit."""
        return (Test(EDIT_DELAY, below=False, bound=self.span.total_seconds()),)

    def because(self, facts: Facts) -> Sequence[Because]:
        """How long it took."""
        return [Because(f"edited after {written(self.span)}", f"{EDIT_DELAY(facts)[0]:.0f} s after posting")]
