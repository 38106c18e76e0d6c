"""Two models as one: the first settles what is clear, the second sees only the doubtful rest.

When the second model fails, the first one's scores stand: they are real scores of a model that also moderates alone
where no other is installed, so an outage makes the answers of the doubtful texts coarser and nothing else. Who would
rather have people look at those texts says so in the band (`alone="nobody"`): then they have no score, and nothing is
removed on a missing score. Either way the trouble is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from moderation.errors import DetectorError
from moderation.toxicity.band import Band
from moderation.toxicity.port import Scores, Toxicity
from moderation.toxicity.worker import Closes

PREFIX: Final = "cascade:"
AT_ONCE: Final = 8
"""Texts that the second model gets between two looks at the clock, where time is short."""
Told = Callable[[str], None]
"""Gets a sentence about a model that failed, for logs and the doctor."""


class Cascade:
    """Asks `first` about everything and `second` about what lies in the band; `told` hears when one of them fails.

    In the band the second's scores replace the first's; labels that the second lacks keep the first's score. A label
    that only the second has is silent for the texts it did not see. After `within` seconds of one call no further texts
    are put before the second: its answer must not come so late that the first's is lost, too.
    """

    def __init__(
        self, first: Toxicity, second: Toxicity, band: Band, told: Told | None = None, *, within: float | None = None
    ) -> None:
        if band.label not in first.labels:
            raise ValueError(f"{first.name} gives no {band.label}, so it cannot settle anything")
        self._first = first
        self._second = second
        self._band = band
        self._told = told
        self._within = within

    @property
    def name(self) -> str:
        """`cascade:` and the name of the second model."""
        return PREFIX + self._second.name

    @property
    def labels(self) -> frozenset[str]:
        """Those of both."""
        return self._first.labels | self._second.labels

    @property
    def band(self) -> Band:
        """What counts as doubtful."""
        return self._band

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        """See port.py. DetectorError only when both models fail."""
        answers = self._ask(self._first, texts, languages)
        doubtful = [place for place in range(len(texts)) if answers is None or not self._band.settles(answers[place])]
        if not doubtful:
            return answers or []
        spoken = [languages[place] for place in doubtful] if languages else []
        second = self._second_opinions([texts[place] for place in doubtful], spoken)
        if answers is None and len(second) < len(doubtful):
            raise DetectorError(f"neither {self._first.name} nor {self._second.name} could judge")
        joined: list[Scores] = list(answers) if answers is not None else [{} for _ in texts]
        for row, place in enumerate(doubtful):
            joined[place] = self._joined(joined[place], second[row] if row < len(second) else {})
        return joined

    def close(self) -> None:
        """Let go of both, where they hold on to something."""
        for model in (self._first, self._second):
            if isinstance(model, Closes):
                model.close()

    def _joined(self, first: Scores, second: Scores) -> Scores:
        if second:
            return {**first, **second}
        return first if self._band.alone == "first" else {}

    def _second_opinions(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[Scores]:
        """The second's answers to as many of the texts, from the first on, as it had time and strength for."""
        at_once = AT_ONCE if self._within is not None else len(texts)
        until = time.monotonic() + (self._within or 0.0)
        found: list[Scores] = []
        while len(found) < len(texts):
            if found and time.monotonic() >= until:
                self._tell(f"{self._second.name} had no time for {len(texts) - len(found)} texts")
                break
            part = slice(len(found), len(found) + at_once)
            answers = self._ask(self._second, texts[part], languages[part])
            if answers is None:
                break
            found += map(self._sound, answers)
        return found

    def _sound(self, scores: Scores) -> Scores:
        """An answer that is no probability is none: the first's stands."""
        if all(0.0 <= score <= 1.0 for score in scores.values()):
            return scores
        self._tell(f"{self._second.name} gave a score outside 0..1")
        return {}

    def _ask(self, model: Toxicity, texts: Sequence[str], languages: Sequence[str | None]) -> Sequence[Scores] | None:
        try:
            answers = model.score(texts, languages)
        except Exception as error:  # noqa: BLE001 - however one model fails, the other one may still answer
            self._tell(f"{model.name} could not judge {len(texts)} texts: {error}")
            return None
        if len(answers) != len(texts):
            self._tell(f"{model.name} gave {len(answers)} answers to {len(texts)} texts")
            return None
        return answers

    def _tell(self, trouble: str) -> None:
        if self._told is not None:
            self._told(trouble)
