"""`shape: {longer_than: 10, capitals: 70%, …}`: how a text looks, whatever it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from moderation.text import shape
from moderation.text.language import LANGUAGES, can_tell_languages, language
from moderation.units import Share, percent
from moderation.verdict import Because
from rules.conditions.measured import Path, without_each_key
from rules.measures import CAPITALS, EMOJI, LENGTH, LONGEST_RUN, Test, every
from rules.model import Condition, Witness

if TYPE_CHECKING:
    from moderation.text.views import Views
    from rules.facts import Facts

Length = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Code = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Script = Annotated[str, Field(pattern=r"^[a-z]{2,30}$")]


class Shape(Condition):
    """Every key that is given fits. `language_outside` holds when the language can be told and is none of those."""

    name: ClassVar = "shape"
    kinds: ClassVar = frozenset({"message", "edit", "rename"})

    longer_than: Length | None = None
    shorter_than: Length | None = None
    capitals: Share | None = None
    repeated: Annotated[int, Field(strict=True, ge=2, le=4000)] | None = None
    emoji: Annotated[int, Field(strict=True, ge=1, le=4000)] | None = None
    script_outside: Annotated[tuple[Script, ...], Field(min_length=1)] | None = None
    language_outside: Annotated[tuple[Code, ...], Field(min_length=1)] | None = None

    @classmethod
    def expand(cls, value: object) -> object:
        """One script or language may stand without brackets."""
        if not isinstance(value, dict):
            return value
        several = {"script_outside", "language_outside"}
        return {key: [part] if key in several and isinstance(part, str) else part for key, part in value.items()}

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            hint = "shape: {longer_than: 400}"
            raise PydanticCustomError("empty_condition", "`shape` needs at least one key", {"hint": hint})
        if self.longer_than is not None and self.shorter_than is not None and self.shorter_than - self.longer_than < 2:
            hint = "`longer_than` must be well below `shorter_than`"
            raise PydanticCustomError("contradiction", "no text is that long and that short", {"hint": hint})
        unknown = [code for code in self.language_outside or () if code not in LANGUAGES]
        if unknown:
            hint = f"told apart are {', '.join(LANGUAGES)}"
            detail = {"name": unknown[0], "hint": hint}
            raise PydanticCustomError("bad_language", "the language `{name}` cannot be told", detail)
        return self

    @property
    def witness(self) -> Witness:
        """How a text looks accuses nobody."""
        return Witness.NOBODY

    def tests(self) -> tuple[Test, ...]:
        """What can be counted; scripts and languages are looked at separately. Lengths are whole numbers."""
        tests = []
        if self.longer_than is not None:
            tests.append(Test(LENGTH, below=False, bound=self.longer_than + 1))
        if self.shorter_than is not None:
            tests.append(Test(LENGTH, below=True, bound=self.shorter_than))
        if self.capitals is not None:
            tests.append(Test(CAPITALS, below=False, bound=self.capitals))
        if self.repeated is not None:
            tests.append(Test(LONGEST_RUN, below=False, bound=self.repeated))
        if self.emoji is not None:
            tests.append(Test(EMOJI, below=False, bound=self.emoji))
        return tuple(tests)

    def guards(self) -> tuple[Test, ...]:
        """The numbers, before any letter is looked up."""
        return self.tests()

    @property
    def is_numeric(self) -> bool:
        """Unless scripts or the language must be told."""
        return self.script_outside is None and self.language_outside is None

    def holds(self, facts: Facts) -> bool | None:
        """Cheap looks first; the language comes last."""
        if facts.kind not in self.kinds or not every(self.tests(), facts):
            return False
        return self.beyond(facts)

    def beyond(self, facts: Facts) -> bool | None:
        """Scripts, then the language."""
        if self.script_outside is not None and not self._foreign_scripts(facts.views):
            return False
        return self.language_outside is None or self._foreign_language(facts.views)

    def because(self, facts: Facts) -> Sequence[Because]:
        """Each key, and what was seen."""
        ref = facts.message.ref if facts.message else None
        return [Because(f"shape: {words}", saw, ref) for words, saw in self._seen(facts.views)]

    def looser(self) -> Iterator[tuple[Path, Condition | None]]:
        """Without each key, each script and each language in turn."""
        yield from without_each_key(self)
        for key in ("script_outside", "language_outside"):
            members = getattr(self, key) or ()
            for at in range(len(members) if len(members) > 1 else 0):
                yield (key, at), self.model_copy(update={key: members[:at] + members[at + 1 :]})

    def _seen(self, views: Views) -> Iterator[tuple[str, str]]:
        if self.longer_than is not None:
            yield f"longer than {self.longer_than}", f"{shape.length(views)} characters"
        if self.shorter_than is not None:
            yield f"shorter than {self.shorter_than}", f"{shape.length(views)} characters"
        if self.capitals is not None:
            yield f"capitals at least {percent(self.capitals)}", f"{shape.capitals(views):.0%}"
        if self.repeated is not None:
            yield f"a character {self.repeated} times in a row", f"{shape.longest_run(views)} times"
        if self.emoji is not None:
            yield f"at least {self.emoji} emoji", f"{shape.emoji(views)} emoji"
        if self.script_outside is not None:
            yield f"a script outside {', '.join(self.script_outside)}", ", ".join(self._foreign_scripts(views))
        if self.language_outside is not None:
            told = language(views.raw)
            yield f"a language outside {', '.join(self.language_outside)}", told[0] if told else ""

    def _foreign_scripts(self, views: Views) -> list[str]:
        return [script for script in shape.scripts(views) if script not in (self.script_outside or ())]

    def _foreign_language(self, views: Views) -> bool | None:
        """None where nothing is installed that could tell; a text too short to tell is in no foreign language."""
        told = language(views.raw)
        if told is None:
            return False if can_tell_languages() else None
        return told[0] not in (self.language_outside or ())
