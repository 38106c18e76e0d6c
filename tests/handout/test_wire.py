"""What goes through Redis comes out as it went in, or not at all."""

from __future__ import annotations

import redis.exceptions as troubles
from hypothesis import given
from hypothesis import strategies as st

from bot.handout import wire
from bot.handout.port import Answer, Request
from bot.handout.redis import words
from moderation.model import Signal
from moderation.toxicity.labels import LABELS

signals = st.lists(st.builds(Signal, st.sampled_from(LABELS), st.floats(0, 1), st.text(max_size=20)), max_size=7).map(
    tuple
)
answers = st.lists(st.builds(Answer, st.integers(0), signals, st.none() | st.text(max_size=40)), max_size=5)


@given(st.text(alphabet=st.characters(), max_size=300), st.integers(0), st.integers(1, 9))
def test_a_text_arrives_exactly(text: str, number: int, deliveries: int) -> None:
    """Surrogates, control characters, anything."""
    fields = wire.text_fields("gateway", number, text)
    assert wire.request(b"1-0", fields, deliveries) == Request("1-0", "gateway", number, text, deliveries)


@given(answers)
def test_scores_arrive_exactly(given_: list[Answer]) -> None:
    """Not a bit of a probability is lost: a threshold decides the same way on both sides."""
    assert list(wire.unpacked(wire.batch(given_))) == given_


@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:.0123456789ntrueNaIfy ', max_size=80).map(str.encode))
def test_whatever_comes_instead_is_no_score(written: bytes) -> None:
    """Nonsense never raises and never becomes a score outside 0..1."""
    for answer in wire.unpacked(written):
        assert all(0.0 <= signal.score <= 1.0 for signal in answer.signals)


@given(st.dictionaries(st.sampled_from([b"g", b"n", b"t", b"x"]), st.binary(max_size=20)))
def test_whatever_entry_comes_instead_is_no_text(fields: dict[bytes, bytes]) -> None:
    """A stranger's entry is None, or a text with all its parts."""
    found = wire.request(b"1-0", fields)
    assert found is None or {b"g", b"n", b"t"} <= set(fields)


def test_troubles_are_told_in_words_without_quoting_anything() -> None:
    """An error of the server may repeat a command, and so what somebody wrote."""
    kinds = (
        troubles.AuthenticationError,
        troubles.BusyLoadingError,
        troubles.ReadOnlyError,
        troubles.OutOfMemoryError,
        troubles.TimeoutError,
        troubles.ConnectionError,
        troubles.ResponseError,
    )
    told = [words(kind("unknown command with args beginning with: canary")) for kind in kinds]
    assert len(set(told)) == len(kinds) and not any("canary" in one for one in told)
