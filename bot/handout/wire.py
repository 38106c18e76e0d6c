"""What texts and answers look like on their way. Whatever cannot be read is nothing: None, never a wrong score."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bot.handout.port import Answer, Request
from moderation.model import Signal

_GATEWAY: Final = b"g"
_NUMBER: Final = b"n"
_TEXT: Final = b"t"
BATCH: Final = b"a"
"""The one field of an answer: a batch of them."""


def text_fields(gateway: str, number: int, text: str) -> dict[bytes, bytes]:
    """A text as the fields of a stream's entry; lone surrogates survive, as people do write them."""
    return {
        _GATEWAY: gateway.encode(),
        _NUMBER: str(number).encode(),
        _TEXT: text.encode("utf-8", "surrogatepass"),
    }


def request(name: bytes, fields: Mapping[bytes, bytes], deliveries: int = 1) -> Request | None:
    """The text again; None for an entry that no gateway can have put there."""
    try:
        text = fields[_TEXT].decode("utf-8", "surrogatepass")
        return Request(name.decode(), fields[_GATEWAY].decode(), int(fields[_NUMBER]), text, deliveries)
    except (KeyError, ValueError):
        return None


def batch(answers: Iterable[Answer]) -> bytes:
    """Answers to one gateway, in one piece."""
    return json.dumps([[one.number, one.failed, [_flat(signal) for signal in one.signals]] for one in answers]).encode()


def unpacked(written: bytes) -> Iterator[Answer]:
    """The answers again, without those that make no sense."""
    try:
        read = json.loads(written)
    except ValueError:
        return
    for one in read if isinstance(read, list) else ():
        answer = _answer(one)
        if answer is not None:
            yield answer


def _flat(signal: Signal) -> Sequence[str | float]:
    return [signal.label, signal.score, signal.detector]


def _answer(read: Any) -> Answer | None:
    try:
        number, failed, signals = read
        given = [Signal(str(label), float(score), str(detector)) for label, score, detector in signals]
    except (TypeError, ValueError):
        return None
    if not isinstance(number, int) or not (failed is None or isinstance(failed, str)):
        return None
    if not all(math.isfinite(signal.score) and 0.0 <= signal.score <= 1.0 for signal in given):
        return Answer(number, failed="a score outside 0..1 came back")
    return Answer(number, tuple(given), failed)
