from __future__ import annotations

import sys

import pytest

from rules.compile import Engine
from tests.packs.helpers import DATA, Tried, rows, table, tried

KINDS = {
    "leet",
    "zero-width",
    "zalgo",
    "homoglyph",
    "fullwidth",
    "spaced",
    "repeated",
    "split",
    "emoji-letters",
    "punctuated",
    "masked",
    "markup",
    "combined",
}


@pytest.fixture(scope="module")
def tries(conduct: Engine) -> list[Tried]:
    """Every disguised message, and what the conduct pack said to it."""
    return list(tried(conduct, rows(DATA / "obfuscated.jsonl")))


def test_disguised_words_are_seen_through(tries: list[Tried]) -> None:
    """Of hundreds of disguised insults in English and Spanish, the conduct pack notices at least 95 %."""
    missed = [one for one in tries if not one.rules]
    sys.stdout.write(table(tries))
    assert len(missed) <= 0.05 * len(tries), "\n".join([table(tries), *map(str, missed)])


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_of_disguise_is_a_way_through(tries: list[Tried], kind: str) -> None:
    """Whoever finds one kind of disguise that works would use nothing else: each kind is seen through at least 4 times
    in 5."""
    mine = [one for one in tries if one.row["kind"] == kind]
    missed = [one for one in mine if not one.rules]
    assert len(missed) <= 0.2 * len(mine), "\n".join(map(str, missed))


def test_the_set_is_worth_its_name(tries: list[Tried]) -> None:
    """The set has every kind of disguise, both languages, and no message twice."""
    assert {one.row["kind"] for one in tries} == KINDS
    assert {one.row["lang"] for one in tries} == {"en", "es"}
    assert len({str(one.row.get("text") or one.row["parts"]) for one in tries}) == len(tries) >= 400
