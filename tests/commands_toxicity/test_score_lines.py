"""Texts as lines in, scores as lines out: in order, at once, and whatever the lines are like."""

from __future__ import annotations

import io
import json
import os
import threading
from typing import Any

import pytest

from bot.scoring import BATCH, BLOCK, LONGEST_LINE, arriving, score_lines
from moderation.errors import DetectorError
from tests.commands_toxicity.doubles import Foreseen


def asked(number: int | str, text: str = "hello", **more: Any) -> bytes:
    return json.dumps({"id": number, "text": text, **more}).encode() + b"\n"


def scored(lines: bytes, model: Foreseen | None = None) -> tuple[list[dict[str, Any]], list[str], bool]:
    """The answers, the complaints, and whether all was well."""
    out, complaints = io.BytesIO(), list[str]()
    well = score_lines(model or Foreseen(), io.BytesIO(lines), out, complaints.append, lambda _: None)
    return [json.loads(line) for line in out.getvalue().splitlines()], complaints, well


def test_every_text_gets_its_scores_in_order() -> None:
    """Ids come back as they were, probabilities have six digits, and the model is named."""
    answers, complaints, well = scored(asked("a", "rude") + asked(7) + asked("ñandú"))
    assert answers == [
        {"id": "a", "scores": {"toxicity": 0.9, "threat": 0.0}, "model": "foreseen"},
        {"id": 7, "scores": {"toxicity": 0.333333, "threat": 0.0}, "model": "foreseen"},
        {"id": "ñandú", "scores": {"toxicity": 0.333333, "threat": 0.0}, "model": "foreseen"},
    ]
    assert (complaints, well) == ([], True)


def test_a_text_that_cannot_be_read_has_no_scores() -> None:
    """Silence is not zero: neither for a whole text, nor for one label."""
    answers, _, well = scored(asked(1, "привет") + asked(2, "half"))
    assert [answer["scores"] for answer in answers] == [{}, {"toxicity": 0.5}]
    assert well


def test_a_text_with_nothing_in_it_is_harmless() -> None:
    """As in a running bot; the model is not troubled with it."""
    model = Foreseen()
    answers, _, well = scored(asked(1, "") + asked(2, " \n\t"), model)
    assert [answer["scores"] for answer in answers] == [{"toxicity": 0.0, "threat": 0.0}] * 2
    assert (model.batches, well) == ([], True)


@pytest.mark.parametrize(
    ("line", "clue"),
    [
        (b"not json", "not JSON at column"),
        (b'{"id": 1, "text": "hi"', "not JSON at column"),
        (b'["id", "text"]', "not an object"),
        (b'"hello"', "not an object"),
        (b'{"text": "hi"}', "no `id`"),
        (b'{"id": null, "text": "hi"}', "no `id`"),
        (b'{"id": true, "text": "hi"}', "`id` is neither text"),
        (b'{"id": 1.5, "text": "hi"}', "`id` is neither text"),
        (b'{"id": 123456789012345678901234567890, "text": "hi"}', "`id` is neither text"),
        (b'{"id": "", "text": "hi"}', "`id` has 0 characters"),
        (b'{"id": "%s", "text": "hi"}' % (b"x" * 501), "`id` has 501 characters"),
        (b'{"id": 1}', "no `text`"),
        (b'{"id": 1, "text": ["hi"]}', "`text` is not text"),
        (b'{"id": 1, "text": 12}', "`text` is not text"),
        (b'{"id": 1, "text": NaN}', "not JSON at column"),
        (b'{"id": 1, "text": "hi", "lang": ["es"]}', "`lang` is not text"),
        (b'{"id": 1, "text": "caf\xe9"}', "not UTF-8 at byte"),
        (b'{"id": 1, "text": "\\ud83d"}', "not JSON at column"),
        (b"[" * 5000, "not JSON at column"),
        (b'{"id": 1, "text": "%s"}' % (b"x" * LONGEST_LINE), "longer than 1,000,000 bytes"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(line: bytes, clue: str) -> None:
    """One broken line of a long file costs that line alone."""
    answers, complaints, well = scored(asked(1) + b"\r\n" + line + b"\n" + asked(4))
    assert [answer["id"] for answer in answers] == [1, 4]
    (complaint,) = complaints
    assert complaint.startswith("line 3: ")
    assert clue in complaint
    assert len(complaint) < 200
    assert not well


def test_a_line_without_end_is_a_line() -> None:
    """The last line of a file often has no line break; the first may have a byte order mark."""
    answers, complaints, _ = scored(b"\xef\xbb\xbf" + asked(1) + asked(2).rstrip())
    assert ([answer["id"] for answer in answers], complaints) == ([1, 2], [])
    answers, complaints, _ = scored(b"\xef\xbb\xbf" + asked(1).rstrip())
    assert ([answer["id"] for answer in answers], complaints) == ([1], [])


def test_languages_are_passed_on_where_they_are_known() -> None:
    """By the first part of their tag; a model that gets none guesses for itself."""
    model = Foreseen()
    scored(asked(1, lang="es-AR") + asked(2) + asked(3, lang="EN_us") + asked(4, lang=None), model)
    scored(asked(1), model)
    assert [list(known) for known in model.languages] == [["es", None, "en", None], []]


def test_who_writes_a_line_and_waits_gets_the_answer() -> None:
    """A program at the other end of a pipe can ask one thing after the other."""
    from_us, to_them = os.pipe()
    from_them, to_us = os.pipe()
    source, out = os.fdopen(from_us, "rb"), os.fdopen(to_us, "wb")
    worker = threading.Thread(
        target=score_lines, args=(Foreseen(), source, out, lambda _: None, lambda _: None), daemon=True
    )
    worker.start()
    with os.fdopen(to_them, "wb", buffering=0) as theirs, os.fdopen(from_them, "rb") as heard:
        for number in range(3):
            theirs.write(asked(number)[:9])
            theirs.write(asked(number)[9:])
            assert json.loads(heard.readline())["id"] == number
        theirs.close()
        worker.join(10)
        assert not worker.is_alive()
        source.close()
        out.close()


def test_a_long_file_goes_in_batches() -> None:
    """A model that is given many texts at once is several times faster."""
    model, several = Foreseen(), 5_000
    answers, _, _ = scored(b"".join(asked(number) for number in range(several)), model)
    assert [answer["id"] for answer in answers] == list(range(several))
    sizes = [len(batch) for batch in model.batches]
    assert max(sizes) == BATCH
    assert len(sizes) < several / 100


class Endless(io.RawIOBase):
    """So many bytes without a line break, which are never all in memory at once."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        given = min(len(buffer), self.left)
        buffer[:given] = b"x" * given
        self.left -= given
        return given


def test_a_line_that_never_ends_does_not_fill_the_memory() -> None:
    """Only so much of it is kept as is needed to say that it is too long."""
    seen = [line for lines, _ in arriving(io.BufferedReader(Endless(20 * LONGEST_LINE))) for line in lines]
    assert [len(line) for line in seen] == [LONGEST_LINE + 1]
    source = io.BufferedReader(Endless(3 * LONGEST_LINE))
    assert all(len(line) <= LONGEST_LINE + 1 + BLOCK for lines, _ in arriving(source) for line in lines)


@pytest.mark.parametrize("bad", ["crash", "burst"])
def test_a_text_on_which_the_model_fails_harms_no_other(bad: str) -> None:
    """The texts of its batch are scored one by one; only it has no scores, and is named."""
    answers, complaints, well = scored(asked(1, "rude") + asked(2, bad) + asked(3, "rude"))
    assert [answer["scores"].get("toxicity") for answer in answers] == [0.9, None, 0.9]
    assert complaints == ["line 2: foreseen failed on this text, so it has no scores"]
    assert not well


def test_a_model_that_fails_on_everything_ends_the_work() -> None:
    """A million lines of the same complaint help nobody."""
    with pytest.raises(DetectorError, match="out of order"):
        scored(asked(1) + asked(2), Foreseen(broken=True))


def test_progress_counts_the_bytes_that_were_read() -> None:
    """The bar of a file reaches its end."""
    lines, done = b"".join(asked(number) for number in range(3_000)), list[int]()
    score_lines(Foreseen(), io.BytesIO(lines), io.BytesIO(), lambda _: None, done.append)
    assert done == sorted(done)
    assert done[-1] == len(lines)
