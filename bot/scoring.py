"""Texts as JSON lines in, probabilities as JSON lines out: in order, whatever has arrived in one batch.

In: {"id": text or whole number, "text": text, "lang"?: "en"}. Out: {"id", "scores": {label: probability}, "model"}. A label
that could not be judged is left out: silence is not zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any, BinaryIO, Final

import orjson

from moderation.errors import DetectorError, UserError
from moderation.toxicity.labels import LABELS
from moderation.toxicity.port import Scores, Toxicity

LONGEST_LINE: Final = 1_000_000
"""Bytes; as for `sereno judge`."""
LONGEST_ID: Final = 500
BATCH: Final = 512
"""Texts that a model is given at once; it sorts them by length, so that little is padded."""
BLOCK: Final = 1 << 16
"""Bytes read at once: what a pipe holds."""
DECIMALS: Final = 6
EXAMPLE: Final = '{"id": "1", "text": "hello"}'
_BOM: Final = b"\xef\xbb\xbf"

Complain = Callable[[str], None]
"""Told what is wrong with a line."""
Done = Callable[[int], None]
"""Told how many bytes have been read so far."""


class BadLine(UserError):
    """A line that is no text to score; the message names the line and what is wrong."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One text to score. `language` is the first part of its tag, in lower case."""

    line: int
    id: str | int
    text: str
    language: str | None = None


def score_lines(model: Toxicity, source: BufferedIOBase, out: BinaryIO, complain: Complain, done: Done) -> bool:
    """Answer every line as soon as nothing more has arrived; False when a line could not be used."""
    number, read, well = 0, 0, True
    for lines, size in arriving(source):
        asked: list[Asked] = []
        for line in lines:
            number += 1
            try:
                found = understood(number, line)
            except BadLine as bad:
                complain(str(bad))
                well = False
                continue
            if found is not None:
                asked.append(found)
        for start in range(0, len(asked), BATCH):
            well &= _answer(model, asked[start : start + BATCH], out, complain)
        read += size
        done(read)
    return well


def arriving(source: BufferedIOBase) -> Iterator[tuple[list[bytes], int]]:
    """Whole lines, as many as one read gives, and the bytes it gave. Waits only while nothing has arrived.

    Of a line without end only so much is kept that it is known to be too long.
    """
    rest, first = b"", True
    while block := source.read1(BLOCK):
        *lines, rest = (rest + block).split(b"\n")
        rest = rest[: LONGEST_LINE + 1]
        if lines and first:
            lines[0], first = lines[0].removeprefix(_BOM), False
        yield lines, len(block)
    if rest:
        yield [rest.removeprefix(_BOM) if first else rest], 0


def understood(number: int, line: bytes) -> Asked | None:
    """What a line asks; None for an empty one. Raises BadLine."""
    if len(line) > LONGEST_LINE:
        raise BadLine(number, f"longer than {LONGEST_LINE:,} bytes; split the text")
    if not line.strip():
        return None
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadLine(number, _not_json(line, error)) from error
    if not isinstance(value, dict):
        raise BadLine(number, f"not an object; write {EXAMPLE}")
    return Asked(number, _id(number, value), _text(number, value), _language(number, value))


def scores_of(model: Toxicity, texts: Sequence[str], languages: Sequence[str | None] = ()) -> list[Scores | None]:
    """One answer per text, None for one on which the model fails. Raises DetectorError when it fails on all of many.

    Probabilities that are no numbers are left out. A text with nothing in it cannot hurt: it has all labels at 0, as in
    a running bot.
    """
    said = [place for place, text in enumerate(texts) if text.strip()]
    found: list[Scores | None] = [{label: 0.0 for label in LABELS if label in model.labels} for _ in texts]
    spoken = [languages[place] for place in said] if languages else ()
    for place, scores in zip(said, _judged(model, [texts[place] for place in said], spoken), strict=True):
        found[place] = scores
    return found


def _judged(model: Toxicity, texts: Sequence[str], languages: Sequence[str | None]) -> Sequence[Scores | None]:
    if not texts:
        return []
    try:
        return _asked(model, texts, languages)
    except DetectorError:
        alone = [_alone(model, text, languages[place : place + 1]) for place, text in enumerate(texts)]
        if len(alone) > 1 and all(scores is None for scores in alone):
            raise
        return alone


def _answer(model: Toxicity, asked: Sequence[Asked], out: BinaryIO, complain: Complain) -> bool:
    """Score one batch and write it; False when the model failed on one of the texts."""
    spoken = [one.language for one in asked]
    found = scores_of(model, [one.text for one in asked], spoken if any(spoken) else ())
    written = []
    for one, scores in zip(asked, found, strict=True):
        if scores is None:
            complain(f"line {one.line}: {model.name} failed on this text, so it has no scores")
        rounded = {label: round(value, DECIMALS) for label, value in (scores or {}).items()}
        answer = {"id": one.id, "scores": rounded, "model": model.name}
        written.append(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
    out.write(b"".join(written))
    out.flush()
    return None not in found


def _alone(model: Toxicity, text: str, language: Sequence[str | None]) -> Scores | None:
    try:
        return _asked(model, [text], language)[0]
    except DetectorError:
        return None


def _asked(model: Toxicity, texts: Sequence[str], languages: Sequence[str | None]) -> list[Scores]:
    try:
        return [_sound(scores) for scores in model.score(texts, languages)]
    except DetectorError:
        raise
    except Exception as error:
        raise DetectorError(f"{model.name} failed: {type(error).__name__}: {error}") from error


def _sound(scores: Scores) -> Scores:
    return {label: float(value) for label, value in scores.items() if math.isfinite(value)}


def _not_json(line: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as broken:
        return f"not UTF-8 at byte {broken.start + 1}; save it as UTF-8"
    return f"not JSON at column {error.colno} ({error.msg}); write {EXAMPLE}"


def _id(number: int, value: dict[str, Any]) -> str | int:
    given = value.get("id")
    if given is None:
        raise BadLine(number, f"no `id`; write {EXAMPLE}")
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise BadLine(number, "`id` is neither text nor a whole number of up to 64 bits; put it in quotes")
    if isinstance(given, str) and not 0 < len(given) <= LONGEST_ID:
        raise BadLine(number, f"`id` has {len(given)} characters; use 1 to {LONGEST_ID}")
    return given


def _text(number: int, value: dict[str, Any]) -> str:
    given = value.get("text")
    if given is None:
        raise BadLine(number, f"no `text`; write {EXAMPLE}")
    if not isinstance(given, str):
        raise BadLine(number, "`text` is not text; put it in quotes")
    return given


def _language(number: int, value: dict[str, Any]) -> str | None:
    given = value.get("lang")
    if given is None or given == "":
        return None
    if not isinstance(given, str):
        raise BadLine(number, '`lang` is not text; write a tag such as "en" or "es", or leave it out')
    return given.replace("_", "-").partition("-")[0].lower()
