"""A model in a process of its own: what happens to that process does not happen to the bot."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from moderation.errors import DetectorError
from moderation.toxicity.apart import Apart
from moderation.toxicity.port import Scores

QUICK = (0.0, 0.0)


class Wild:
    """A model that does to its process what the text says."""

    def __init__(self) -> None:
        self.name = "wild"
        self.labels = frozenset({"toxicity", "threat"})

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        return [
            self._one(text, language) for text, language in zip(texts, languages or [None] * len(texts), strict=True)
        ]

    def _one(self, text: str, language: str | None) -> Scores:
        if text == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if text == "hang":
            time.sleep(3600)
        if text == "eat":
            return {"toxicity": float(len(bytearray(8 * 1024**3)))}
        if text == "raise":
            raise ValueError(text)
        if text == "NaN":
            return {"toxicity": float("nan")}
        return {"toxicity": 0.9 if text == "nasty" else 0.1, "threat": 0.2 if language == "es" else 0.0}


def wild() -> Wild:
    return Wild()


def unmakeable() -> Wild:
    raise DetectorError("there are no weights")


def breaks_once(marker: str) -> Wild:
    """Like a model that was replaced by a broken file while the bot ran."""
    path = Path(marker)
    if path.exists():
        raise DetectorError("broken since")
    path.touch()
    return Wild()


def ready(apart: Apart) -> None:
    """Until the next child answers."""
    while True:
        try:
            apart.score(["kind"])
            return
        except DetectorError:
            time.sleep(0.02)


@pytest.fixture
def apart() -> Iterator[Apart]:
    one = Apart(wild, memory=2 * 1024**3, pauses=QUICK)
    yield one
    one.close()


def test_the_answers_are_those_of_the_model(apart: Apart) -> None:
    """Name, labels and scores come through, with the languages, in order."""
    assert apart.name == "wild" and apart.labels == {"toxicity", "threat"}
    assert apart.score(["nasty", "ñandú 🦩"], ["es", None]) == [
        {"toxicity": 0.9, "threat": 0.2},
        {"toxicity": 0.1, "threat": 0.0},
    ]
    assert apart.pid != os.getpid()


@pytest.mark.parametrize(("text", "says"), [("crash", "crashed"), ("hang", "too long")])
def test_a_crash_and_a_hang_cost_one_process(text: str, says: str) -> None:
    """The call that is lost says so, the old process is gone, and another one answers soon."""
    apart = Apart(wild, patience=0.5, pauses=QUICK)
    before = apart.pid
    with pytest.raises(DetectorError, match=says):
        apart.score([text])
    ready(apart)
    assert apart.pid != before
    assert before is not None
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)
    apart.close()


def test_memory_has_a_limit(apart: Apart) -> None:
    """A model that wants too much is refused it; the process lives on, and so does the machine."""
    before = apart.pid
    with pytest.raises(DetectorError, match="MemoryError"):
        apart.score(["eat"])
    assert apart.score(["nasty"]) == [{"toxicity": 0.9, "threat": 0.0}]
    assert apart.pid == before


def test_a_model_that_raises_keeps_its_process(apart: Apart) -> None:
    """An error is told without the words it was about."""
    with pytest.raises(DetectorError) as failed:
        apart.score(["raise"])
    assert "ValueError" in str(failed.value) and "raise" not in str(failed.value)
    assert apart.score(["nasty"]) == [{"toxicity": 0.9, "threat": 0.0}]


def test_what_is_no_number_comes_through_as_such(apart: Apart) -> None:
    """Who asks decides what to make of it."""
    (answer,) = apart.score(["NaN"])
    assert answer["toxicity"] != answer["toxicity"]


def test_nobody_waits_while_the_next_process_starts(apart: Apart) -> None:
    """Calls in between say at once that nobody is there."""
    with pytest.raises(DetectorError):
        apart.score(["crash"])
    with pytest.raises(DetectorError, match="started again"):
        apart.score(["kind"])


def test_a_process_that_is_lost_again_and_again_is_left_alone_for_a_while() -> None:
    """The second loss in a row is followed by a pause, in which no process runs."""
    apart = Apart(wild, pauses=(0.0, 3600.0))
    with pytest.raises(DetectorError):
        apart.score(["crash"])
    while apart.pid is not None:
        with pytest.raises(DetectorError):
            apart.score(["crash"])
    with pytest.raises(DetectorError, match="after a while"):
        apart.score(["kind"])
    apart.close()


@pytest.mark.parametrize("make", [unmakeable])
def test_a_model_that_cannot_be_made_says_why(make: Callable[[], Wild]) -> None:
    """Whoever starts it learns the reason, and no process stays."""
    with pytest.raises(DetectorError, match="there are no weights"):
        Apart(make)


def test_a_model_that_can_no_longer_be_made_says_why(tmp_path: Path) -> None:
    """The next process may meet other files than the first; that is an error of the call, with its reason."""
    apart = Apart(partial(breaks_once, str(tmp_path / "made")), pauses=(0.0, 3600.0))
    with pytest.raises(DetectorError):
        apart.score(["crash"])
    told = ""
    while "broken since" not in told:
        with pytest.raises(DetectorError) as failed:
            apart.score(["kind"])
        told = str(failed.value)
        time.sleep(0.02)
    assert apart.pid is None
    apart.close()


def test_closing_leaves_no_process(apart: Apart) -> None:
    """Twice is once."""
    pid = apart.pid
    assert pid is not None
    apart.close()
    apart.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
