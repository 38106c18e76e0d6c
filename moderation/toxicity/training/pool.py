"""The public data sets the model learns from: where each comes from, what its labels mean for ours.

Every file is checked against the SHA-256 below, so that a training can be repeated on the very same texts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from moderation.errors import UserError
from moderation.toxicity.labels import LABELS
from moderation.toxicity.training.row import Row
from moderation.toxicity.training.swearing import swears

Raw = Mapping[str, Any]
CLEAN: Final = dict.fromkeys(LABELS, 0.0)
"""Nothing is wrong with the text; whether it swears is asked separately."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its digest, how many of its training rows are taken, and how a line is read (None: left out)."""

    name: str
    sha256: str
    take: int
    read: Callable[[Raw], Mapping[str, float] | None]


def _plain(raw: Raw) -> Mapping[str, float]:
    return {"toxicity": 1.0} if raw["label"] else _without_obscene()


def _without_obscene() -> Mapping[str, float]:
    return {label: 0.0 for label in LABELS if label != "obscene"}


def _all_clean(raw: Raw) -> Mapping[str, float] | None:
    return None if swears(raw["text"]) else CLEAN


def _tweets(raw: Raw) -> Mapping[str, float]:
    hate = {"toxicity": 1.0, "identity_attack": 1.0}
    return (hate, {"toxicity": 1.0, "identity_attack": 0.0, "threat": 0.0}, _without_obscene())[raw["cls"]]


def _emoji_hate(raw: Raw) -> Mapping[str, float]:
    return {"toxicity": 1.0, "identity_attack": 1.0} if raw["label"] else {"toxicity": 0.0, "identity_attack": 0.0}


_SPANISH: Final[Mapping[str, Mapping[str, float]]] = {
    "NO": CLEAN,
    "NOE": CLEAN | {"obscene": 1.0},
    "OFP": {"toxicity": 1.0, "insult": 1.0},
    "OFG": {"toxicity": 1.0, "insult": 1.0},
}


def _spanish_comments(raw: Raw) -> Mapping[str, float] | None:
    return _SPANISH.get(raw["cls"])


def _portuguese(raw: Raw) -> Mapping[str, float]:
    kinds = set(raw.get("cats") or ())
    if not raw["label"]:
        return _without_obscene()
    identity = kinds & {"homophobia", "misogyny", "xenophobia", "racism"}
    given = {"toxicity": 1.0, "identity_attack": float(bool(identity))}
    given |= {kind: float(kind in kinds) for kind in ("insult", "obscene")}
    return given


def _six_labels(raw: Raw) -> Mapping[str, float]:
    names = {"toxic": "toxicity", "severe_toxic": "severe_toxicity", "identity_hate": "identity_attack"}
    return {names.get(name, name): float(value) for name, value in raw["labels"].items()}


SOURCES: Final[tuple[Source, ...]] = (
    Source("paradetox-en", "1f3f9372956d8266", 24_000, _plain),
    Source("toxic-spans-en", "25c8d3b20e7fca4e", 5_000, _plain),
    Source("hatemoji-build-en", "113a2732c31b34b3", 4_300, _emoji_hate),
    Source("davidson-en", "7f8097eacdf432ac", 6_000, _tweets),
    Source("wiki-en", "3bb3e27a78585efa", 1_500, _plain),
    Source("madlibs-en", "50221cb70312bd23", 2_500, _plain),
    Source("goldstd-es", "d14025b3f3b7a2d4", 1_500, _plain),
    Source("offendes-es", "1cce8bc450e9a5f7", 17_000, _spanish_comments),
    Source("told-br-pt", "799683f68efb1529", 7_000, _portuguese),
    Source("convabuse-en", "2af73d43423e3756", 2_100, _plain),
    Source("irc-en", "be0eec5d27334191", 12_000, _all_clean),
    Source("sms-spam-en", "b3b880ace75560e6", 2_500, _all_clean),
    Source("banking77-en", "0ec9caabfb0339cc", 2_000, _all_clean),
    Source("clinc150-en", "effaa7a0a9eb34eb", 4_000, _all_clean),
    Source("jigsaw-format-en", "82b2e110b740c231", 101, _six_labels),
)
"""The digests are given by their first 16 digits."""

_HTML: Final = re.compile(r"&(?:amp|lt|gt|quot|#\d+);")


def read_pool(folder: Path) -> dict[str, list[Row]]:
    """Every source's rows by its name, in the order of its file; UserError when a file is missing or another."""
    return {source.name: _read(source, folder / f"{source.name}.jsonl") for source in SOURCES}


def _read(source: Source, path: Path) -> list[Row]:
    if not path.is_file():
        raise UserError(f"{path} is missing: training needs the data sets named in docs/model-card.md")
    data = path.read_bytes()
    if not hashlib.sha256(data).hexdigest().startswith(source.sha256):
        raise UserError(f"{path} is not the file the model was trained on: its SHA-256 differs")
    rows = []
    for line in data.splitlines():
        raw = json.loads(line)
        targets = source.read(raw)
        if targets is None:
            continue
        text = _HTML.sub(" ", raw["text"])
        if "obscene" not in targets:
            targets = {**targets, "obscene": float(swears(text))}
        rows.append(Row(text, raw["lang"], source.name, targets))
    return rows
