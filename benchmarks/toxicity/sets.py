"""The texts to judge: the project's own sets, and what was held out from training of the public data sets."""

from __future__ import annotations

import json
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from moderation.errors import UserError
from moderation.toxicity.labels import LABELS
from moderation.toxicity.training.pool import read_pool
from moderation.toxicity.training.recipe import own_rows
from moderation.toxicity.training.row import Row
from moderation.toxicity.training.split import Part, parts_of

Origin = Literal["own", "public"]
ALL: Final = "all"
"""How the name of several suites together begins."""
HERE: Final = Path(__file__).parent
BESIDE: Final = HERE.parents[2] / "shared" / "data"
"""Where the public data lie unless `--data` or SERENO_DATA says otherwise."""
LONGEST: Final = 2000
"""Characters of a message on most platforms; a few Wikipedia comments are far longer."""
SEED: Final = 1
"""That of the training, from which the draws of our own lines follow."""
_JUDGED_OBSCENE: Final = frozenset({"told-br-pt", "jigsaw-format-en"})
"""Sources whose people marked obscene texts; elsewhere a word list guessed, which would measure the list."""
_TERMS: Final = frozenset(
    "aged american asian bisexual black blind buddhist canadian catholic chinese christian deaf eastern elderly european"
    " female gay heterosexual hispanic homosexual indian japanese jewish latina latino latinx lesbian lgbt lgbtq male"
    " mexican millenial muslim nonbinary old older paralyzed protestant queer sikh straight taoist teenage trans"
    " transgender white young younger".split()
)


@dataclass(frozen=True, slots=True)
class Text:
    """One text, what people say of it, and the group it speaks of; labels that are missing nobody judged.

    `family` is what the text tries; `pair` joins a toxic text with a clean one that differs in little.
    """

    text: str
    language: str
    toxic: bool
    labels: Mapping[str, bool] = field(default_factory=dict)
    group: str | None = None
    family: str | None = None
    pair: int | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """Texts that are measured together."""

    name: str
    language: str
    origin: Origin
    texts: tuple[Text, ...]

    @property
    def toxic(self) -> int:
        """How many are."""
        return sum(text.toxic for text in self.texts)

    @property
    def mixed(self) -> bool:
        """Whether there are toxic and clean ones, so that curves have a meaning."""
        return 0 < self.toxic < len(self.texts)


def own_suites(folder: Path = HERE) -> list[Suite]:
    """Every *.jsonl of the folder: one suite each, or one per language where a file has several."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        texts = [_own(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        spoken = sorted({text.language for text in texts})
        for language in spoken:
            name = path.stem if len(spoken) == 1 else f"{path.stem}-{language}"
            found.append(Suite(name, language, "own", tuple(text for text in texts if text.language == language)))
    return found


def _own(raw: Mapping[str, Any]) -> Text:
    """Only what is plainly so is labelled, and friendly swearing not at all: what else may hold nobody judged."""
    toxic = bool(raw["label"])
    labels = dict.fromkeys(raw["labels"], True) if toxic else dict.fromkeys(set(LABELS[1:]) - {"obscene"}, False)
    return Text(raw["text"], raw["lang"], toxic, labels, raw.get("group"), raw.get("family"), raw.get("pair"))


@dataclass(frozen=True, slots=True)
class Public:
    """The public data, each row with its part."""

    rows: Sequence[Row]
    parts: Sequence[Part | None]

    @classmethod
    def read(cls, folder: Path) -> Public:
        """UserError when files are missing or others. Takes some twenty seconds: all texts are compared with all.

        The training splits them together with our own lines, which moves a few rows; those that land in another part
        than they would alone belong to none here, so that nothing a model has learnt is measured.
        """
        rows = [row for source in read_pool(folder).values() for row in source]
        alone, beside = parts_of(rows), parts_of([*rows, *own_rows(SEED)])
        return cls(rows, [part if part == other else None for part, other in zip(alone, beside, strict=False)])

    def of(self, part: Part) -> dict[str, list[Row]]:
        """Rows by their source."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row, its in zip(self.rows, self.parts, strict=True):
            if its == part:
                found[row.source].append(row)
        return found

    def suites(self, most: int) -> list[Suite]:
        """The held-out rows of each source that would fit into a chat, at most `most` drawn from it."""
        found = []
        for source, rows in self.of("test").items():
            short = [_public(row) for row in rows if len(row.text) <= LONGEST]
            drawn = random.Random(SEED).sample(short, min(most, len(short)))
            found.append(Suite(source, rows[0].language, "public", tuple(drawn)))
        return found


def _public(row: Row) -> Text:
    hidden = {"toxicity"} if row.source in _JUDGED_OBSCENE else {"toxicity", "obscene"}
    labels = {label: value == 1.0 for label, value in row.targets.items() if label not in hidden}
    group = _term(row.text) if row.source == "madlibs-en" else None
    return Text(row.text, row.language, row.targets["toxicity"] == 1.0, labels, group)


def _term(text: str) -> str | None:
    """The identity a template was filled with: the last such word, as it may be two (`middle eastern`)."""
    return next((word for word in reversed(text.lower().rstrip(".").split()) if word in _TERMS), None)


def data_folder(given: Path | None) -> Path:
    """From `--data`, else SERENO_DATA, else beside the checkout; the folder itself or the one that holds `text/`."""
    folder = given or Path(os.environ.get("SERENO_DATA") or BESIDE)
    folder = folder / "text" if (folder / "text").is_dir() else folder
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder: the public data sets are not here (see --data and SERENO_DATA)")
    return folder


def pooled(suites: Iterable[Suite]) -> list[Suite]:
    """All suites of one language and origin together, where there is more than one."""
    groups: dict[tuple[Origin, str], list[Suite]] = defaultdict(list)
    for suite in suites:
        groups[suite.origin, suite.language].append(suite)
    return [
        Suite(f"{ALL} {origin}, {language}", language, origin, tuple(text for each in members for text in each.texts))
        for (origin, language), members in sorted(groups.items())
        if len(members) > 1
    ]
