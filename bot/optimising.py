"""Makes a genuine Detoxify faster, with texts to compare both forms on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from moderation.errors import UserError
from moderation.toxicity.catalogue import SHIPPED, entry
from moderation.toxicity.files import DETOXIFY
from moderation.toxicity.known import local_place, place_of

if TYPE_CHECKING:
    from moderation.toxicity.parity import Parity

MOST: Final = 1000
"""Texts that are compared; more take minutes and say little more."""
CORPUS: Final = Path(__file__).parents[1] / "moderation/toxicity/corpus"


def make_faster(name: str, data: Path, texts: Path | None, tolerance: float) -> tuple[Parity, Path]:
    """Optimise a model by its name, or a checkpoint file; how near it is, and the folder it is in. Raises UserError."""
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

    model = DetoxifyModel(path.name if own else name, place.checkpoint, place.folder)
    return optimise(model, compared, place.fast, tolerance=tolerance), place.fast


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
