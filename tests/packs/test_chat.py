from __future__ import annotations

import re
import sys
from typing import Any

import pytest

from rules.compile import Engine
from tests.packs.helpers import DATA, SHARED, rows, tried

SWEARING = re.compile(
    r"\b(?:\w*fuck\w*|\w*shit\w*|bitch\w*|ass|asses|\w+ass|\w*assh\w*|arse\w*|cunts?|dicks?|dickheads?|bastards?|pricks?|"
    r"twats?|wank\w*|piss\w*|crap\w*|god ?damn\w*|damn\w*|hell|stfu|gtfo|wtf|nigg\w*|fag\w*|whores?|sluts?|idiots?|morons?|"
    r"stupid|dumb\w*|retard\w*|losers?|mofos?|jerks?|put[ao]s?|mierda|joder|jodete|coño|cabron\w*|porn)\b",
    re.IGNORECASE,
)
"""Words that most people would call swearing, as they stand; who writes them is not ordinary chat."""


def ordinary(name: str) -> list[dict[str, Any]]:
    """The messages of a shared set without those that swear; a stand-in from our own set where there is none."""
    file = SHARED / f"{name}.jsonl"
    chat = rows(file) if file.exists() else [row for row in rows(DATA / "innocent.jsonl") if row["lang"] == "en"]
    return [row for row in chat if not SWEARING.search(row["text"])]


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.prove)])
def test_ordinary_chat_is_left_alone(packs: Engine, every: int) -> None:
    """Of forty thousand messages of a help channel, at most one in 200 meets any rule of any pack."""
    chat = ordinary("irc-en")[::every]
    met = [one for one in tried(packs, chat) if one.rules]
    sys.stdout.write(f"{len(met)} of {len(chat)}\n" + "\n".join(map(str, met[:40])))
    assert len(met) <= 0.005 * len(chat), "\n".join(map(str, met))


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.prove)])
def test_questions_of_customers_meet_no_rule(packs: Engine, every: int) -> None:
    """Thirteen thousand questions about cards and transfers speak of money without being an offer or a scam."""
    met = [one for one in tried(packs, ordinary("banking77-en")[::every]) if one.rules]
    assert not met, "\n".join(map(str, met))
