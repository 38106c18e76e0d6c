"""Makes a genuine Detoxify faster, with texts to compare both forms on and to measure the band of a cascade with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from moderation.errors import DetectorError, UserError
from moderation.toxicity.catalogue import SHIPPED, entry
from moderation.toxicity.files import DETOXIFY
from moderation.toxicity.known import local_place, place_of

if TYPE_CHECKING:
    from moderation.toxicity.kept_band import KeptBand
    from moderation.toxicity.parity import Parity
    from moderation.toxicity.port import Toxicity

MOST: Final = 1000
"""Texts that are compared; more take minutes and say little more."""
CORPUS: Final = Path(__file__).parents[1] / "moderation/toxicity/corpus"
FLAG: Final = 0.80
"""The toxicity from which the shipped rules ask people; a band is measured by the decisions made there."""
LOSS: Final = 0.01
"""The share of these decisions that a cascade may make otherwise than the transformer alone."""


@dataclass(frozen=True, slots=True)
class Faster:
    """What was made, in which folder. Without `band` none is kept, and `why` says the reason."""

    parity: Parity
    folder: Path
    band: KeptBand | None
    why: str = ""


def make_faster(name: str, data: Path, texts: Path | None, tolerance: float, loss: float = LOSS) -> Faster:
    """Optimise a model by its name, or a checkpoint file; measure the band, too. Raises UserError."""
    if name == SHIPPED:
        raise UserError("the model that ships is as fast as it gets; `optimise` is for Detoxify's")
    path = Path(name).expanduser()
    own = name not in DETOXIFY and path.is_file()
    place = local_place(path) if own else place_of(data / "models", entry(name, data).name)
    if not own and not place.present:
        raise UserError(f"the weights of {name} are not on this machine: run `sereno models fetch {name}`")
    compared = _texts(texts)
    from moderation.toxicity.detoxify import DetoxifyModel
    from moderation.toxicity.export import optimise
    from moderation.toxicity.fast_detoxify import FastDetoxify
    from moderation.toxicity.shipped import ShippedModel, shipped_folder

    model = DetoxifyModel(path.name if own else name, place.checkpoint, place.folder)
    parity = optimise(model, compared, place.fast, tolerance=tolerance)
    try:
        band = measured_beside(
            place.fast,
            shipped_folder() / "model.json",
            (ShippedModel, lambda: FastDetoxify(place.fast)),
            compared,
            loss,
            learnt=texts is None,
        )
    except (UserError, DetectorError, OSError) as trouble:
        return Faster(parity, place.fast, None, str(trouble))
    return Faster(parity, place.fast, band)


def measured_beside(
    folder: Path,
    manifest: Path,
    models: tuple[Callable[[], Toxicity], Callable[[], Toxicity]],
    texts: Sequence[str],
    loss: float,
    *,
    learnt: bool,
) -> KeptBand:
    """Measure the band between two models and keep it in the second's folder; `manifest` is the first's.

    Texts that the first model has learnt from (`learnt`) say too little about others: they may widen the cautious band
    and not narrow it. Raises UserError when they are too few to claim the loss, DetectorError when a model is missing.
    """
    from bot.cascading import CAUTIOUS
    from moderation.toxicity.band import Band, measure_band, measure_given
    from moderation.toxicity.kept_band import keep_band

    first, second = (make().score(texts) for make in models)
    measured = measure_band(first, second, loss, threshold=FLAG, claimed=True)
    if learnt:
        wide = Band(min(measured.band.low, CAUTIOUS[0]), max(measured.band.high, CAUTIOUS[1]))
        measured = measure_given(wide, first, second, threshold=FLAG)
    return keep_band(folder, manifest, measured, loss=loss, threshold=FLAG, learnt=learnt)


def _texts(path: Path | None) -> list[str]:
    """Somebody's texts, one a line; otherwise those that Sereno brings for training, in all its languages."""
    if path is not None:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise UserError(f"{path} is not UTF-8; save it as UTF-8, one text a line") from error
        return _some([line.strip() for line in lines if line.strip()])
    from moderation.toxicity.training.lines import read_lines

    return _some([row.text for file in sorted(CORPUS.glob("*.lines")) for row in read_lines(file, seed=1)])


def _some(texts: list[str]) -> list[str]:
    """At most MOST of them, evenly from the first to the last."""
    step = max(1, -(-len(texts) // MOST))
    return texts[::step]
