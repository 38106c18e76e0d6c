"""What people said about the rule behind a case, and what that moved, as the desk shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.console.case_wire import MoveOut, SaidOut, ScoreOut, Verb
from bot.stores.cases import CaseView
from moderation.desk import Verb as Word
from moderation.desk import verbs

_ADDRESSES: Final[Mapping[Word, Verb]] = {
    Word.OVERTURN: "undo",
    Word.UPHOLD: "uphold",
    Word.NOT_A_PROBLEM: "not-a-problem",
    Word.RETRACT: "retract",
}
"""What moderators can say, in the order of the page, by the address that takes it."""


def verbs_of(view: CaseView) -> list[Verb]:
    """What can be said about a case now."""
    said = view.said if view.said is not None and view.said.taken_back_at is None else None
    moved = any(move.taken_back_at is None for move in view.moved)
    can = verbs(view.case, said.said if said is not None else None, moved=moved)
    return [address for word, address in _ADDRESSES.items() if word in can]


def said_of(view: CaseView) -> SaidOut | None:
    """What was said last about the rule."""
    said = view.said
    if said is None:
        return None
    return SaidOut(
        said=said.said.value,
        why=said.why or None,
        by=said.by,
        at=said.at,
        taken_back_at=said.taken_back_at,
        taken_back_by=said.taken_back_by,
    )


def moves_of(view: CaseView) -> list[MoveOut]:
    """What that moved; a move that was taken back says from where to where that led."""
    return [
        MoveOut(
            rule=move.rule,
            label=move.label,
            model=move.model,
            asked=move.asked,
            was=move.was if move.back_from is None else move.back_from,
            now=move.now if move.back_to is None else move.back_to,
            by=move.by,
            at=move.at,
            taken_back_at=move.taken_back_at,
            taken_back_by=move.taken_back_by,
        )
        for move in view.moved
    ]


def scores_of(match: Mapping[str, Any]) -> Sequence[ScoreOut]:
    """The scores without which a rule would not have held; none in cases from before they were recorded."""
    return [ScoreOut(**seen) for seen in match.get("scores", ())]
