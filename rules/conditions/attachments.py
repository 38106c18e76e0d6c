"""`attachments: {types: […], at_least: 1}`: files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from moderation.model import Attachment
from moderation.verdict import Because
from rules.conditions.measured import Path, without_each_key
from rules.measures import ATTACHMENTS, Test
from rules.model import Condition, Witness

if TYPE_CHECKING:
    from rules.facts import Facts

FileType = Annotated[str, Field(min_length=1, max_length=100)]


class Attachments(Condition):
    """So many files of these types: `image`, `image/*`, `application/pdf`, or an ending such as `exe`."""

    name: ClassVar = "attachments"
    kinds: ClassVar = frozenset({"message", "edit"})

    types: tuple[FileType, ...] = ()
    at_least: Annotated[int, Field(strict=True, ge=1, le=100)] = 1

    @classmethod
    def expand(cls, value: object) -> object:
        """`any` stands for one file of whatever type."""
        return {"at_least": 1} if value == "any" else value

    @property
    def witness(self) -> Witness:
        """Posting a file accuses nobody."""
        return Witness.NOBODY

    def guards(self) -> tuple[Test, ...]:
        """Enough files at all."""
        return (Test(ATTACHMENTS, below=False, bound=self.at_least),)

    def holds(self, facts: Facts) -> bool | None:
        """Enough files fit."""
        return facts.kind in self.kinds and len(self._fitting(facts)) >= self.at_least

    def because(self, facts: Facts) -> Sequence[Because]:
        """The files."""
        ref = facts.message.ref if facts.message else None
        return [Because("attachment", f"{file.name} ({file.type or '?'})", ref) for file in self._fitting(facts)]

    def looser(self) -> Iterator[tuple[Path, Condition | None]]:
        """Without each key, and without each type in turn."""
        yield from without_each_key(self)
        for at in range(len(self.types) if len(self.types) > 1 else 0):
            yield ("types", at), self.model_copy(update={"types": self.types[:at] + self.types[at + 1 :]})

    def _fitting(self, facts: Facts) -> list[Attachment]:
        files = facts.message.attachments if facts.message else ()
        return [file for file in files if not self.types or any(_fits(file, kind) for kind in self.types)]


def _fits(file: Attachment, kind: str) -> bool:
    kind = kind.lower()
    if "/" in kind:
        return fnmatchcase(file.type.lower(), kind)
    return file.type.lower().partition("/")[0] == kind or file.name.lower().endswith("." + kind.lstrip("*."))
