"""What the views of a text cost, on ordinary chat and on texts made to hurt."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks.corpus import adversarial, corpus
from benchmarks.measure import Row, race
from benchmarks.peers import better_profanity
from moderation.text.views import Views


def run(size: int = 20_000, *, peers: bool = False) -> Iterator[Row]:
    """All rows of the suite."""
    texts = corpus(size).texts
    looks: dict[str, Callable[[Views], object]] = {
        "clean": lambda views: views.clean.text,
        "folded": lambda views: views.folded.text,
        "skeleton": lambda views: views.skeleton.text,
        "fingerprint": lambda views: views.fingerprint,
        "links": lambda views: views.links,
    }
    timings = race({name: _looking(look) for name, look in looks.items()}, texts)
    for name, timing in timings.items():
        yield Row(f"{name} view", timing.cpu_us, "µs/message", "making Views included")
    if peers:
        profanity, few = better_profanity(), texts[:200]
        peer = race({"peer": lambda items: [profanity(text) for text in items]}, few, rounds=2)["peer"]
        ratio = peer.cpu_us / timings["skeleton"].cpu_us
        yield Row("better-profanity's whole look / our skeleton", ratio, "×")
    for name, text in adversarial().items():
        start = time.perf_counter()
        views = Views(text)
        for look in looks.values():
            look(views)
        yield Row(f"all views of 4,000 characters: {name}", (time.perf_counter() - start) * 1000, "ms")


def _looking(look: Callable[[Views], object]) -> Callable[[Sequence[str]], object]:
    return lambda texts: [look(Views(text)) for text in texts]
