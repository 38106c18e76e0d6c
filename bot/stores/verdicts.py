"""A verdict as JSON: what decided, where, and what follows from it, as the console and `sereno explain` show it."""

from __future__ import annotations

from typing import Any

from bot.stores.codec import write_message_ref
from moderation.intents import write_action
from moderation.verdict import Because, Match, Verdict


def write_verdict(verdict: Verdict) -> dict[str, Any]:
    """The whole verdict; message references as platform, community, channel, channel name, id."""
    return {
        "matched": [_match(match) for match in verdict.matched],
        "undecided": list(verdict.undecided),
        "missing": sorted(verdict.missing),
        "actions": [
            {
                "action": write_action(plan.action),
                "rules": list(plan.rules),
                "messages": [write_message_ref(ref) for ref in plan.messages],
            }
            for plan in verdict.actions
        ],
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "rule": match.rule,
        "mode": str(match.mode),
        "actions": [write_action(action) for action in match.actions],
        "messages": [write_message_ref(ref) for ref in match.messages],
        "because": [_because(one) for one in match.because],
        "score_only": match.score_only,
    }


def _because(because: Because) -> dict[str, Any]:
    return {
        "condition": because.condition,
        "saw": because.saw,
        "message": write_message_ref(because.message) if because.message else None,
        "start": because.start,
        "end": because.end,
    }
