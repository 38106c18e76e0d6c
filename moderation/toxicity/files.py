"""The files of Detoxify's models: what each needs beside its checkpoint, where that is, and how it is recognised.

A checkpoint alone is not enough without a network: beside it must lie the vocabulary of the encoder it was trained from,
and two small files of settings, which are written here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from moderation.toxicity.known import PREFIX, PUBLISHED
from moderation.toxicity.labels import LABELS

MIB: Final = 1 << 20
_HUB: Final = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class File:
    """One file. `sha256` is its digest in hexadecimal, or the first digits of it; empty for settings, which may differ.

    `most` is the bytes it may have; `text` what stands in it where it is written instead of fetched from `url`.
    """

    name: str
    sha256: str
    most: int
    url: str = ""
    text: str = ""

    def is_pinned_by(self, digest: str) -> bool:
        """Whether a file with this digest is the one meant."""
        return digest.startswith(self.sha256)


@dataclass(frozen=True, slots=True)
class About:
    """One of Detoxify's models: what it is, in English and Spanish, what it gives, and its files, the checkpoint first."""

    words: Mapping[str, str]
    labels: tuple[str, ...]
    files: tuple[File, ...]


def _checkpoint(name: str, most: int) -> File:
    known = PUBLISHED[name]
    return File(known.url.rpartition("/")[2], known.sha256, most, known.url)


def _vocabulary(name: str, sha256: str, most: int, commit: str) -> File:
    return File(name, sha256, most, f"{_HUB}/{commit}/{name}")


def _settings(name: str, values: Mapping[str, Any]) -> File:
    text = json.dumps(values, indent=2, sort_keys=True) + "\n"
    return File(name, "", MIB, text=text)


def _encoder(kind: str, **more: Any) -> File:
    """The shape of a base-size transformer: twelve layers of twelve heads, 768 numbers for each piece of a word."""
    shape = {
        "model_type": kind,
        "hidden_size": 768,
        "intermediate_size": 3072,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "hidden_act": "gelu",
    }
    return _settings("config.json", shape | more)


_LIKE_ROBERTA: Final = {
    "max_position_embeddings": 514,
    "type_vocab_size": 1,
    "layer_norm_eps": 1e-5,
    "bos_token_id": 0,
    "pad_token_id": 1,
    "eos_token_id": 2,
}
_BERT: Final = "google-bert/bert-base-uncased/resolve/86b5e0934494bd15c9632b12f734a8a67f723594"
_ROBERTA: Final = "FacebookAI/roberta-base/resolve/e2da8e2f811d1448a5b465c236feacd80ffbac7b"
_XLM: Final = "FacebookAI/xlm-roberta-base/resolve/e73636d4f797dec63c3081bb6ed5c7b0bb3f2089"

# torch.hub puts the first eight digits of a checkpoint's SHA-256 into its name and checks the file against them. Where
# the whole digest is not published by anybody, these digits are the pin (known.py): they catch every accident, but four
# thousand million attempts make another file that fits. That is why a checkpoint is loaded as bare weights, too.
_ORIGINAL: Final = About(
    MappingProxyType(
        {
            "en": "Detoxify's first model: English comments, six labels",
            "es": "El primer modelo de Detoxify: comentarios en inglés, seis etiquetas",
        }
    ),
    LABELS[:6],
    (
        _checkpoint("original", 600 * MIB),
        _vocabulary("vocab.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3", 231_508, _BERT),
        _encoder("bert", vocab_size=30_522, max_position_embeddings=512, type_vocab_size=2, pad_token_id=0),
        _settings("tokenizer_config.json", {"do_lower_case": True, "model_max_length": 512}),
    ),
)
_UNBIASED: Final = About(
    MappingProxyType(
        {
            "en": "Detoxify for English, trained to care less about which groups a text names",
            "es": "Detoxify para inglés, entrenado para fijarse menos en los colectivos que un texto nombra",
        }
    ),
    LABELS,
    (
        _checkpoint("unbiased", 600 * MIB),
        _vocabulary("vocab.json", "9e7f63c2d15d666b52e21d250d2e513b87c9b713cfa6987a82ed89e5e6e50655", MIB, _ROBERTA),
        _vocabulary(
            "merges.txt", "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5", 456_318, _ROBERTA
        ),
        _encoder("roberta", vocab_size=50_265, **_LIKE_ROBERTA),
        _settings("tokenizer_config.json", {"model_max_length": 512}),
    ),
)
_MULTILINGUAL: Final = About(
    MappingProxyType(
        {
            "en": "Detoxify for English, French, Spanish, Italian, Portuguese, Turkish and Russian",
            "es": "Detoxify para inglés, francés, español, italiano, portugués, turco y ruso",
        }
    ),
    LABELS,
    (
        _checkpoint("multilingual", 1400 * MIB),
        _vocabulary(
            "sentencepiece.bpe.model",
            "cfc8146abe2a0488e9e2a0c56de7952f7c11ab059eca145a0a727afce0db2865",
            5_069_051,
            _XLM,
        ),
        _encoder("xlm-roberta", vocab_size=250_002, **_LIKE_ROBERTA),
        _settings("tokenizer_config.json", {"model_max_length": 512}),
    ),
)

DETOXIFY: Final[Mapping[str, About]] = MappingProxyType(
    {
        f"{PREFIX}original": _ORIGINAL,
        f"{PREFIX}unbiased": _UNBIASED,
        f"{PREFIX}multilingual": _MULTILINGUAL,
    }
)
"""By the names that settings and `--model` use."""
LICENCE: Final = "Apache-2.0"
"""Of Detoxify's code and weights."""
