"""A verdict as JSON: what decided, where, and what follows from it, as the console and `sereno explain` show it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from bot.stores.codec import from_bytes, write_message_ref
from bot.stores.tables import decision
from bot.stores.vault import Vault
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


def recorded_verdict(connection: Connection, vault: Vault, case: str) -> dict[str, Any] | None:
    """The verdict that opened a case; None when no rule did, or when it is no longer kept."""
    row = connection.execute(select(decision).where(decision.c.case_id == case).limit(1)).first()
    plain = vault.open(connection, row.subject, row.sealed, f"decision {row.seq}") if row else None
    return dict(from_bytes(plain)) if plain else None


def _match(match: Match) -> dict[str, Any]:
    return {
        "rule": match.rule,
        "mode": str(match.mode),
        "actions": [write_action(action) for action in match.actions],
        "messages": [write_message_ref(ref) for ref in match.messages],
        "because": [_because(one) for one in match.because],
        "score_only": match.score_only,
        "scores": [asdict(seen) for seen in match.scores],
    }


def _because(because: Because) -> dict[str, Any]:
    return {
        "condition": because.condition,
        "saw": because.saw,
        "message": write_message_ref(because.message) if because.message else None,
        "start": because.start,
        "end": because.end,
    }
