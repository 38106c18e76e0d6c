"""`score: {toxicity: 97%}`: how sure a model is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, PlainSerializer, ValidationInfo, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from moderation.units import Share, percent
from moderation.verdict import Because, ScoreSeen
from rules.conditions.measured import Measured, Path
from rules.load_context import context_of, nearest
from rules.measures import Test
from rules.model import Condition, Witness
from rules.scores import excess, score, strongest
from rules.wants import Wants

if TYPE_CHECKING:
    from rules.facts import Facts


def _because(seen: ScoreSeen) -> Because:
    moved = "" if seen.here == seen.asked else f" ({percent(seen.asked)} in the rule, moved by moderators' verdicts)"
    return Because(f"score: {seen.label} at least {percent(seen.here)}{moved}", _rounded(seen.score))


def _known_label(label: str, info: ValidationInfo) -> str:
    context = context_of(info)
    if context is not None and label not in context.labels:
        detail = {"name": label, "hint": nearest(label, context.labels)}
        raise PydanticCustomError("unknown_label", "no model knows the label `{name}`", detail)
    return label


def _pairs(value: object) -> object:
    return tuple(value.items()) if isinstance(value, Mapping) else value


Labels = Annotated[
    dict[Annotated[str, AfterValidator(_known_label)], Share],
    Field(min_length=1),
    AfterValidator(_pairs),
    PlainSerializer(dict, return_type=dict[str, Any]),
]


def _rounded(given: float) -> str:
    """A score as people read it: hundredths of a percent, rounded down so that 99.99 % never reads as certain."""
    return percent(math.floor(given * 10_000 + 1e-6) / 10_000)


class Score(Measured):
    """Models give every label at least so much; unknown while one that could is silent."""

    name: ClassVar = "score"
    kinds: ClassVar = frozenset({"message", "edit"})

    labels: Labels
    model: str | None = None
    asleep: SkipJsonSchema[bool] = Field(default=False, exclude=True)
    """The model named is not installed: the rule says so at load, and waits."""
    here: SkipJsonSchema[tuple[tuple[str, str, float], ...]] = Field(default=(), exclude=True)
    """Label, model and threshold where moderators' verdicts moved it; never written by an admin (rules/moved.py)."""

    @classmethod
    def expand(cls, value: object) -> object:
        """Every key but `model` is a label."""
        if not isinstance(value, dict) or "labels" in value:
            return value
        labels = {key: share for key, share in value.items() if key != "model"}
        return {"labels": labels, **({"model": value["model"]} if "model" in value else {})}

    @model_validator(mode="before")
    @classmethod
    def _installed(cls, value: object, info: ValidationInfo) -> object:
        context = context_of(info)
        model = value.get("model") if isinstance(value, dict) else None
        if context is None or not isinstance(model, str) or not isinstance(value, dict) or model in context.models:
            return value
        context.warn("unknown_model", f"the model `{model}` is not installed: this condition sleeps", ("model",))
        return {**value, "asleep": True}

    @property
    def witness(self) -> Witness:
        """Only a model."""
        return Witness.MODEL

    def asked(self) -> Mapping[str, float]:
        """What the rule itself asks of each label; 0 to 1."""
        return dict(self.labels)

    def wants(self) -> Wants:
        """Somebody's opinion on the labels."""
        return Wants(labels=frozenset(self.asked()))

    def tests(self) -> tuple[Test, ...]:
        """One comparison per label."""
        if self.here:
            return tuple(self._moved_test(label, share) for label, share in self.asked().items())
        return tuple(Test(score(label, self.model), below=False, bound=share) for label, share in self.asked().items())

    def because(self, facts: Facts) -> Sequence[Because]:
        """What was asked and what was given; also what the rule itself asks, where that is something else here."""
        if self.here:
            return [_because(one) for one in self.seen(facts)]
        return [
            Because(f"score: {label} at least {percent(share)}", _rounded(score(label, self.model)(facts)[0]))
            for label, share in self.asked().items()
        ]

    def seen(self, facts: Facts) -> Sequence[ScoreSeen]:
        """The opinion on each label that lies furthest above what is asked of its model."""
        found = []
        for label, share in self.asked().items():
            here = self._here(label)
            best = strongest(facts, label, self.model, share, here)
            if best is not None:
                applies = here.get(best.detector, share)
                found.append(ScoreSeen(label, best.detector, share, applies, best.score))
        return found

    def _moved_test(self, label: str, share: float) -> Test:
        here = self._here(label)
        if not here:
            return Test(score(label, self.model), below=False, bound=share)
        return Test(excess(label, self.model, share, here), below=False, bound=0.0)

    def _here(self, label: str) -> Mapping[str, float]:
        return {model: share for name, model, share in self.here if name == label}

    def looser(self) -> Iterator[tuple[Path, Condition | None]]:
        """Without each label in turn."""
        for label in self.asked():
            rest = tuple((key, share) for key, share in self.asked().items() if key != label)
            yield (label,), self.model_copy(update={"labels": rest}) if rest else None
