"""What somebody must be able to do themselves before the bot takes back, or lets go, what hangs on a case for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from moderation.actions.base import Action
from moderation.intents import IntentState
from moderation.model import Capability

if TYPE_CHECKING:
    from bot.stores.cases import CaseView, Step

_DONE = frozenset({IntentState.APPLIED, IntentState.UNKNOWN, IntentState.SENDING})


def needed(view: CaseView, verb: str, actions: Mapping[str, type[Action]]) -> frozenset[Capability]:
    """The rights that a verb asks for on a case: those of everything it lets happen, or takes back."""
    return frozenset(
        needs
        for step in view.steps
        if not step.undoes and (kind := actions.get(step.action)) is not None and (needs := kind.needs) is not None
        if _touched(step, verb, kind)
    )


def _touched(step: Step, verb: str, kind: type[Action]) -> bool:
    if verb in ("uphold", "release"):
        return step.state == IntentState.WAITING
    if verb == "undo" or verb.startswith("not_a_problem:"):
        return step.state in _DONE and kind.undo is not Action.undo
    return False
