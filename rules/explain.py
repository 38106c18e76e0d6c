"""A verdict in words: each rule that matched, what decided, and where in the text as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from moderation.model import MessageRef
from moderation.verdict import Because, Match, Verdict

OPEN = "⟦"
CLOSE = "⟧"
"""What stands around the stretch that decided; unlikely in any message."""


def explained(verdict: Verdict, texts: Mapping[MessageRef, str]) -> Iterator[str]:
    """One line per fact. `texts` are the messages as written; those that are no longer kept are left out."""
    for match in verdict.matched:
        yield from explained_match(match, texts)
    for rule in verdict.undecided:
        missing = ", ".join(sorted(verdict.missing))
        yield f"{rule} could not be decided: nobody knows {missing}" if missing else f"{rule} could not be decided"


def explained_match(match: Match, texts: Mapping[MessageRef, str]) -> Iterator[str]:
    """One rule that matched, and everything that decided."""
    names = ", ".join(action.name for action in match.actions) or "nothing"
    yield f"{match.rule} ({match.mode}) asks for {names}"
    for reason in match.because:
        yield f"  {reason.condition}: {reason.saw}" if reason.saw else f"  {reason.condition}"
        text = texts.get(reason.message) if reason.message is not None else None
        if text is not None and reason.start is not None and reason.end is not None:
            yield f"    {marked(text, reason)}"
    if match.score_only:
        yield "  nothing but a model's score speaks against the person"


def marked(text: str, reason: Because, around: int = 60) -> str:
    """The stretch that decided, marked, with some of the text around it, on one line."""
    start, end = reason.start or 0, reason.end if reason.end is not None else len(text)
    before, after = text[max(start - around, 0) : start], text[end : end + around]
    left = "…" if start > around else ""
    right = "…" if end + around < len(text) else ""
    return " ".join(f"{left}{before}{OPEN}{text[start:end]}{CLOSE}{after}{right}".split())
