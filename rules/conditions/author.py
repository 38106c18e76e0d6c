"""`author: {here_less_than: 3d, …}`: who it was, as far as the platform says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from moderation.units import Duration, written
from moderation.verdict import Because
from rules.conditions.measured import Path, without_each_key
from rules.load_context import ListName
from rules.measures import ACCOUNT_AGE, HERE_FOR, IS_BOT, MESSAGES, STRIKES, Test, every, role
from rules.model import Condition, Witness
from rules.wants import NOTHING, Phrases, Wants

if TYPE_CHECKING:
    from rules.facts import Facts

Few = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


class Author(Condition):
    """Facts about the person who caused the event; what the platform does not say is unknown, never no."""

    name: ClassVar = "author"

    account_younger_than: Duration | None = None
    here_less_than: Duration | None = None
    fewer_messages_than: Few | None = None
    has_role: Annotated[str, Field(min_length=1)] | None = None
    lacks_role: Annotated[str, Field(min_length=1)] | None = None
    is_bot: StrictBool | None = None
    strikes_at_least: Few | None = None
    name_says: ListName | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError(
                "empty_condition", "`author` needs at least one key", {"hint": "author: {here_less_than: 3d}"}
            )
        return self

    def tests(self) -> tuple[Test, ...]:
        """What can be read off the person; their name is looked at separately."""
        tests = []
        if self.account_younger_than is not None:
            tests.append(Test(ACCOUNT_AGE, below=True, bound=self.account_younger_than.total_seconds()))
        if self.here_less_than is not None:
            tests.append(Test(HERE_FOR, below=True, bound=self.here_less_than.total_seconds()))
        if self.fewer_messages_than is not None:
            tests.append(Test(MESSAGES, below=True, bound=self.fewer_messages_than))
        if self.has_role is not None:
            tests.append(Test(role(self.has_role), below=False, bound=1))
        if self.lacks_role is not None:
            tests.append(Test(role(self.lacks_role), below=True, bound=1))
        if self.is_bot is not None:
            tests.append(Test(IS_BOT, below=not self.is_bot, bound=1))
        if self.strikes_at_least is not None:
            tests.append(Test(STRIKES, below=False, bound=self.strikes_at_least))
        return tuple(tests)

    def guards(self) -> tuple[Test, ...]:
        """The numbers, before any name is looked at."""
        return self.tests()

    @property
    def is_numeric(self) -> bool:
        """Unless a name must be looked at."""
        return self.name_says is None

    @property
    def witness(self) -> Witness:
        """Being new accuses nobody; a name can."""
        return Witness.FACTS if self.name_says else Witness.NOBODY

    def wants(self) -> Wants:
        """The words a name may not contain."""
        return Wants(names=frozenset({Phrases(self.name_says)})) if self.name_says else NOTHING

    def holds(self, facts: Facts) -> bool | None:
        """Every key fits."""
        numbers = every(self.tests(), facts)
        return numbers if numbers is False or self.beyond(facts) else False

    def beyond(self, facts: Facts) -> bool:
        """The name."""
        return self.name_says is None or bool(facts.found.names(Phrases(self.name_says)))

    def because(self, facts: Facts) -> Sequence[Because]:
        """The keys, and what they were compared with."""
        told = [Because(f"author: {key}", saw) for key, saw in self._seen(facts)]
        if self.name_says:
            words = f"author: name says a word of {self.name_says.name}"
            told += [Because(words, hit.what) for hit in facts.found.names(Phrases(self.name_says))]
        return told

    def _seen(self, facts: Facts) -> Iterator[tuple[str, str]]:
        if self.account_younger_than is not None:
            yield f"account younger than {written(self.account_younger_than)}", _age(ACCOUNT_AGE(facts)[0])
        if self.here_less_than is not None:
            yield f"here less than {written(self.here_less_than)}", _age(HERE_FOR(facts)[0])
        if self.fewer_messages_than is not None:
            yield f"fewer messages than {self.fewer_messages_than}", f"{MESSAGES(facts)[0]:g}"
        if self.has_role is not None:
            yield f"has the role {self.has_role}", self.has_role
        if self.lacks_role is not None:
            yield f"lacks the role {self.lacks_role}", ", ".join(sorted(facts.member.roles)) if facts.member else ""
        if self.is_bot is not None:
            yield "is a bot" if self.is_bot else "is a person", ""
        if self.strikes_at_least is not None:
            yield f"at least {self.strikes_at_least} strikes", f"{STRIKES(facts)[0]:g}"

    def looser(self) -> Iterator[tuple[Path, Condition | None]]:
        """Without each key in turn."""
        yield from without_each_key(self)


def _age(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f}{unit}"
    return f"{max(seconds, 0):.0f}s"
