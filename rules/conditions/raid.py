"""`raid: true`: while a raid is on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import StrictBool

from moderation.verdict import Because
from rules.conditions.measured import Measured
from rules.measures import RAID, Test
from rules.model import Witness

if TYPE_CHECKING:
    from rules.facts import Facts


class DuringRaid(Measured):
    """A raid has been declared and has not passed; `raid: false` is the opposite."""

    name: ClassVar = "raid"

    on: StrictBool

    @classmethod
    def expand(cls, value: object) -> object:
        """`true` or `false`."""
        return value if isinstance(value, dict) else {"on": value}

    @property
    def witness(self) -> Witness:
        """A raid accuses nobody in particular."""
        return Witness.NOBODY

    def tests(self) -> tuple[Test, ...]:
        """The state of the community."""
        return (Test(RAID, below=not self.on, bound=1),)

    def because(self, facts: Facts) -> Sequence[Because]:
        """That it is so."""
        return [Because("during a raid" if self.on else "no raid", "")]
