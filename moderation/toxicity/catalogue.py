"""The toxicity models there are: where their files lie, whether those are what they should be, and how each is made.

    models(data)                          every model that has a name
    find("detoxify:unbiased", data)()     one of them, or a checkpoint file, or an exported folder, ready to score

`data` is the data folder of the settings; a model's files are in `<data>/models/<name>`. Nothing here opens a network
connection, and torch is not imported before a model that needs it is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from moderation.errors import DetectorError, UserError
from moderation.toxicity.files import DETOXIFY, LICENCE, About, File
from moderation.toxicity.known import Place, local_place, place_of
from moderation.toxicity.labels import LABELS
from moderation.toxicity.port import Toxicity

SHIPPED: Final = "shipped"
"""The model that is always there (shipped.py says the same name)."""
QUICK: Final = 64 << 20
"""Bytes of files whose digests are computed without being asked to."""
_READ: Final = 1 << 20

Factory = Callable[[], Toxicity]
"""Makes a model; takes seconds and hundreds of megabytes for a transformer."""
Report = Callable[[int], None]
"""Told how many more bytes have been read."""


class State(StrEnum):
    """What is known about the files of a model."""

    VERIFIED = "verified"
    """All there, with the SHA-256 they should have."""
    PRESENT = "present"
    """All there; nobody has computed their digests just now."""
    ALTERED = "altered"
    """At least one is not what it should be."""
    MISSING = "missing"
    """At least one is not there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of the catalogue. `about` is in English and Spanish; `files` are what it needs in `folder`.

    `optimised` is the folder of its faster form, which is used in its place where there is one.
    """

    name: str
    tier: str
    about: Mapping[str, str]
    licence: str
    labels: tuple[str, ...]
    folder: Path
    files: tuple[File, ...]
    optimised: Path | None = None

    @property
    def missing(self) -> tuple[File, ...]:
        """The files that are not there."""
        return tuple(file for file in self.files if not (self.folder / file.name).is_file())

    @property
    def size(self) -> int:
        """Bytes of its files that are there."""
        paths = (self.folder / file.name for file in self.files)
        return sum(path.stat().st_size for path in paths if path.is_file())

    def altered(self, report: Report = lambda _: None) -> tuple[File, ...]:
        """The files that are there and not what they should be. Reads every byte."""
        there = (file for file in self.files if (self.folder / file.name).is_file())
        return tuple(file for file in there if not file.is_pinned_by(digest(self.folder / file.name, report)))

    def trouble(self) -> str:
        """What is wrong with its optimised form, which is loaded to find out; empty when nothing is."""
        if self.optimised is None:
            return ""
        from moderation.toxicity.fast_detoxify import verify_fast

        try:
            verify_fast(self.optimised)
        except UserError as error:
            return str(error)
        return ""

    def state(self) -> State:
        """What can be said at once: digests are computed only where that is quick."""
        if not self.files or self.missing:
            return State.MISSING
        if self.size > QUICK:
            return State.PRESENT
        return State.ALTERED if self.altered() else State.VERIFIED


def models(data: Path) -> Sequence[Entry]:
    """Every model that has a name, the one that ships first."""
    return (_shipped(), *(_published(name, one, data) for name, one in DETOXIFY.items()))


def entry(name: str, data: Path) -> Entry:
    """The model of this name. UserError with the names there are."""
    for one in models(data):
        if one.name == name:
            return one
    raise unknown(name)


def find(name: str, data: Path) -> Factory:
    """How to make a model: by its name, by a checkpoint file, or by the folder of an exported one.

    UserError when there is none of that name, or when its weights are not there.
    """
    if name == SHIPPED:
        return _make_shipped
    path = Path(name).expanduser()
    if name not in DETOXIFY and path.exists():
        return _from_folder(path) if path.is_dir() else _from_place(path.name, local_place(path))
    chosen = entry(name, data)
    place = place_of(data / "models", name)
    if not place.present and not place.optimised:
        raise UserError(f"the weights of {name} are not on this machine: run `sereno models fetch {chosen.name}`")
    return _from_place(name, place)


def unknown(name: str) -> UserError:
    """What to say of a name that is none."""
    names = [SHIPPED, *DETOXIFY]
    near = get_close_matches(name, [*names, *(one.partition(":")[2] for one in DETOXIFY)], n=1)
    meant = next((one for one in names if near and near[0] in (one, one.partition(":")[2])), "")
    there_are = f"there are {', '.join(names)}"
    if "/" in name or Path(name).suffix:
        return UserError(f"there is no file or folder {name}, and no model of that name: {there_are}")
    return UserError(f"there is no model {name!r}; {f'did you mean {meant}?' if meant else there_are}")


def digest(path: Path, report: Report = lambda _: None) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ):
            found.update(block)
            report(len(block))
    return found.hexdigest()


def _shipped() -> Entry:
    from moderation.toxicity.shipped import Manifest, shipped_folder

    folder = shipped_folder()
    about = {
        "en": "The model that comes with Sereno: English and Spanish first, nothing to download",
        "es": "El modelo que viene con Sereno: ante todo inglés y español, sin nada que descargar",
    }
    try:
        manifest = Manifest.read(folder)
        files = tuple(File(name, pin, QUICK) for name, pin in manifest.sha256.items())
        labels = manifest.labels
    except DetectorError:
        files, labels = (), LABELS
    return Entry(SHIPPED, "shipped", MappingProxyType(about), "Apache-2.0", labels, folder, files)


def _published(name: str, one: About, data: Path) -> Entry:
    place = place_of(data / "models", name)
    return Entry(name, "detoxify", one.words, LICENCE, one.labels, place.folder, one.files, _fast(place))


def _fast(place: Place) -> Path | None:
    return place.fast if place.optimised else None


def _make_shipped() -> Toxicity:
    from moderation.toxicity.shipped import ShippedModel

    return ShippedModel()


def _from_place(name: str, place: Place) -> Factory:
    """The optimised form where there is one: the same scores, several times faster, and no torch."""

    def make_fast() -> Toxicity:
        from moderation.toxicity.fast_detoxify import FastDetoxify

        return FastDetoxify(place.fast)

    def make_genuine() -> Toxicity:
        from moderation.toxicity.detoxify import DetoxifyModel

        return DetoxifyModel(name, place.checkpoint, place.folder)

    return make_fast if place.optimised else make_genuine


def _from_folder(folder: Path) -> Factory:
    """What `sereno models optimise` made, or a folder with a checkpoint."""
    if (folder / "manifest.json").is_file():
        return _from_place(folder.stem, Place(folder.stem, folder, folder, folder))
    checkpoints = sorted(folder.glob("*.ckpt"))
    if len(checkpoints) != 1:
        raise UserError(
            f"{folder} holds neither an optimised model (manifest.json) nor exactly one checkpoint (*.ckpt)"
        )
    return _from_place(checkpoints[0].name, local_place(checkpoints[0]))
