from __future__ import annotations

from datetime import timedelta

from rules.compile import Engine
from tests.packs.helpers import DATA, rows, tried

INNOCENT = DATA / "innocent.jsonl"


def test_innocent_messages_meet_no_rule(packs: Engine) -> None:
    """Names, places, medicine, animals, code, numbers, other languages, criticism: not one rule of any pack or mode."""
    flagged = [one for one in tried(packs, rows(INNOCENT)) if one.rules]
    assert not flagged, "\n".join(map(str, flagged))


def test_innocent_messages_of_newcomers_are_no_offence(conduct: Engine) -> None:
    """Who arrived an hour ago may say the same things as everybody else."""
    newcomers = tried(conduct, rows(INNOCENT), here=timedelta(hours=1), messages=1)
    flagged = [one for one in newcomers if one.rules]
    assert not flagged, "\n".join(map(str, flagged))


def test_the_set_is_worth_its_name() -> None:
    """Hundreds of messages of many kinds, no message twice."""
    innocent = rows(INNOCENT)
    assert len({row["text"] for row in innocent}) == len(innocent) >= 400
    assert len({row["kind"] for row in innocent}) >= 15
