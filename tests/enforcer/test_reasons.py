"""Promise P18: every action about a person carries its statement of reasons, complete and in words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from moderation.actions.ask import Ask
from moderation.actions.ban import Ban
from moderation.actions.base import Action
from moderation.actions.delete import Delete
from moderation.actions.hold import Hold
from moderation.actions.kick import Kick
from moderation.actions.strike import Strike
from moderation.actions.timeout import Timeout
from moderation.case import APPEAL_WINDOW
from moderation.reasons import notice, statement, telling
from moderation.units import duration
from moderation.verdict import Because
from tests.pipeline.stage import NOON, on_stage

MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$"}
TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}
STATEMENT = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "case",
        "decision_visibility",
        "decision_account",
        "decision_other",
        "incompatible_content_ground",
        "incompatible_content_explanation",
        "decision_facts",
        "source_type",
        "automated_detection",
        "automated_decision",
        "content_date",
        "application_date",
        "end_date",
        "territorial_scope",
        "redress",
        "appeal_until",
    ],
    "properties": {
        "case": {"type": "string", "minLength": 1},
        "decision_visibility": {
            "type": "array",
            "items": {"enum": ["DECISION_VISIBILITY_CONTENT_REMOVED", "DECISION_VISIBILITY_CONTENT_DISABLED"]},
        },
        "decision_account": {"enum": [None, "DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"]},
        "decision_other": TEXTS,
        "incompatible_content_ground": TEXTS | {"minItems": 1},
        "incompatible_content_explanation": {"type": "object", "minProperties": 1},
        "decision_facts": TEXTS | {"minItems": 1},
        "source_type": {"enum": ["SOURCE_VOLUNTARY", "SOURCE_TYPE_OTHER_NOTIFICATION"]},
        "automated_detection": {"type": "boolean"},
        "automated_decision": {"enum": ["AUTOMATED_DECISION_FULLY", "AUTOMATED_DECISION_PARTIALLY"]},
        "content_date": {"anyOf": [MOMENT, {"type": "null"}]},
        "application_date": MOMENT,
        "end_date": {"anyOf": [MOMENT, {"type": "null"}]},
        "territorial_scope": {"type": "string", "minLength": 1},
        "redress": {"const": "DECISION_REDRESS_INTERNAL_MECHANISM"},
        "appeal_until": MOMENT,
    },
}
EVERY_WAY: list[tuple[Action, ...]] = [
    (Delete(),),
    (Hold(), Ask()),
    (Delete(), Timeout(span=duration("1h"))),
    (Kick(),),
    (Ban(span=duration("7d")), Delete()),
    (Strike(points=(("conduct", 3),)),),
]


@pytest.mark.parametrize("actions", EVERY_WAY, ids=lambda actions: "+".join(action.name for action in actions))
async def test_every_case_about_a_person_has_a_complete_statement(tmp_path: Path, actions: tuple[Action, ...]) -> None:
    """Whatever was done, the record has all fields, and the person heard the words."""
    async with on_stage(tmp_path, rules={"bad": actions}) as stage:
        await stage.says("eve", "bad")
        view = await stage.app.cases.get("1")
        assert view is not None and view.reasons is not None
        Draft202012Validator(STATEMENT).validate(view.reasons)
        assert view.reasons["case"] == view.case.id
        assert len(stage.twin.state.told) == 1


def a_statement(*actions: Action, saw: str = "bad", asks: bool = False) -> Any:
    return statement(
        case="k7qm2xna4p",
        actions=actions,
        why={"slur": {"en": "No slurs here.", "es": "Aquí no se insulta."}},
        because=[Because("says", saw)],
        decided_at=NOON,
        content_date=NOON,
        reported=False,
        asks_people=asks,
        place="twin:club",
    )


def test_an_appeal_is_open_for_half_a_year() -> None:
    """At least 183 days, stated with its date."""
    reasons = a_statement(Delete())
    assert timedelta(days=183) <= APPEAL_WINDOW
    assert reasons.appeal_until == (NOON + APPEAL_WINDOW).isoformat()


def test_what_ends_says_when() -> None:
    """The longest restriction gives the end; what does not end has none."""
    actions = (Timeout(span=duration("1h")), Ban(span=duration("2d")))
    assert a_statement(*actions).end_date == (NOON + timedelta(days=2)).isoformat()
    assert a_statement(Delete()).end_date is None


def test_a_notice_says_what_why_and_how_to_appeal_in_the_persons_language() -> None:
    """Both languages of the community are there; an unknown one gets English."""
    actions = (Delete(), Timeout(span=duration("1h")))
    spanish, english, other = (notice(a_statement(*actions), actions, tag) for tag in ("es-MX", "en", "fi"))
    assert "Aquí no se insulta." in spanish and "1h" in spanish and "k7qm2xna4p" in spanish
    assert "Your message was removed." in english and "No slurs here." in english
    assert other == english != spanish


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [
        ("en", "Your message was removed.", "Your messages were removed."),
        ("es", "Tu mensaje se ha retirado.", "Tus mensajes se han retirado."),
    ],
)
def test_a_notice_counts_the_messages_it_is_about(language: str, one: str, several: str) -> None:
    """Who loses nine messages is not told of one."""
    for count, expected, other in ((1, one, several), (2, several, one), (9, several, one)):
        words = notice(a_statement(Delete()), (Delete(),), language, {"delete": count})
        assert expected in words and other not in words


def test_a_notice_tells_a_decision_by_people_from_an_automatic_one() -> None:
    """What a person will still look at is not called decided."""
    held = notice(a_statement(Hold(), asks=True), (Hold(),), "en")
    assert "a person will decide" in held and "decided automatically" not in held


@pytest.mark.parametrize("saw", ["a\nb\x1b[31m", "x" * 5000, "{0.__class__}", "\u202eevil", "%s %(case)s"])
def test_what_members_wrote_is_one_harmless_line_in_a_notice(saw: str) -> None:
    """No new lines, no control characters, no templates, no novels."""
    facts = a_statement(Delete(), saw=saw).decision_facts
    words = notice(a_statement(Delete(), saw=saw), (Delete(),), "en")
    assert all(fact.isprintable() and len(fact) < 200 for fact in facts)
    assert "{0.__class__}" in words if saw.startswith("{") else "class" not in words


def test_a_decision_that_rests_on_the_person_alone_says_so() -> None:
    """Facts about the author are left out only where something they wrote speaks for itself, and that comes first."""
    age, flood = Because("author: account younger than 7d", "1h"), Because("flood: 5 messages within 10s", "5 messages")
    word = Because("says", "bad", None, 3, 6)
    assert telling([age]) == [age]
    assert telling([age, flood]) == [flood]
    assert telling([age, flood, word]) == [word, flood]
