"""band.json beside an optimised model: the band of doubt that was measured with it, and on what.

A band holds for the two models it was measured with. When one of them is replaced, the file says nothing any more.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from moderation.errors import UserError
from moderation.toxicity.manifest import AGAIN
from moderation.toxicity.manifest import NAME as MANIFEST

if TYPE_CHECKING:
    from moderation.toxicity.band import Band, MeasuredBand

NAME: Final = "band.json"
LONGEST: Final = 1 << 16
"""Bytes of a file that may be one."""

Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class KeptBand(BaseModel):
    """What the file says. `first` and `second` are the SHA-256 of the manifests of the two models.

    `learnt` means that the first model knew the texts from its training, so that they can only widen a band.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    file_schema: Literal["band/1"] = Field(default="band/1", alias="schema")
    first: Digest
    second: Digest
    low: Share
    high: Share
    label: Literal["toxicity"] = "toxicity"
    alone: Literal["first", "nobody"] = "first"
    threshold: Share
    loss: Share
    texts: Annotated[int, Field(ge=1)]
    learnt: bool
    settled: Share
    missed: Share
    overblown: Share
    differs_at_most: Share

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.threshold <= self.high:
            raise ValueError("the threshold lies between low and high")
        return self

    @property
    def band(self) -> Band:
        """For a cascade."""
        from moderation.toxicity.band import Band

        return Band(self.low, self.high, self.label, self.alone)


def keep_band(
    folder: Path, first: Path, measured: MeasuredBand, *, loss: float, threshold: float, learnt: bool
) -> KeptBand:
    """Write it into an optimised model's folder; `first` is the manifest of the model that ships. OSError as usual."""
    kept = KeptBand(
        first=_digest(first),
        second=_digest(folder / MANIFEST),
        low=measured.band.low,
        high=measured.band.high,
        threshold=threshold,
        loss=loss,
        texts=measured.texts,
        learnt=learnt,
        settled=measured.settled,
        missed=measured.missed,
        overblown=measured.overblown,
        differs_at_most=measured.differs_at_most,
    )
    made = folder / f".{NAME}"
    made.write_text(kept.model_dump_json(by_alias=True, indent=2) + "\n", encoding="utf-8")
    made.replace(folder / NAME)
    return kept


def kept_band(folder: Path, first: Path) -> KeptBand | None:
    """The band measured for these two models; None where nobody has measured one.

    UserError when the file is broken, or was measured with another model than those that are there now.
    """
    path = folder / NAME
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST + 1)
        digests = _digest(first), _digest(folder / MANIFEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): {AGAIN}") from error
    if len(content) > LONGEST:
        raise UserError(f"{path} is too long to be a band: {AGAIN}")
    try:
        kept = KeptBand.model_validate_json(content)
    except ValidationError as error:
        first_of_all = error.errors()[0]
        where = ".".join(map(str, first_of_all["loc"])) or "the file"
        raise UserError(f"{path} is broken ({where}: {first_of_all['msg']}): {AGAIN}") from error
    if (kept.first, kept.second) != digests:
        raise UserError(f"{path} was measured with other models than those that are here: {AGAIN}")
    return kept


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
