"""The statement of reasons: what a person is told about a decision, and the record of it.

The fields are those of article 17(3) of Regulation (EU) 2022/2065 (Digital Services Act), under the names that the
European Commission's transparency database uses for them. Whether the law binds a community is for others to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from gettext import NullTranslations
from types import MappingProxyType
from typing import Any, Final

from moderation.actions.base import Action
from moderation.case import APPEAL_WINDOW
from moderation.i18n import catalogue, spoken
from moderation.units import written
from moderation.verdict import Because

LONGEST_FACT: Final = 120
ABOUT_THE_AUTHOR: Final = "author: "
"""How conditions begin that measure a person: account age, number of messages, roles."""
VISIBILITY: Final[Mapping[str, str]] = {
    "delete": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "hold": "DECISION_VISIBILITY_CONTENT_DISABLED",
}
ACCOUNT: Final[Mapping[str, str]] = {
    "timeout": "DECISION_ACCOUNT_SUSPENDED",
    "kick": "DECISION_ACCOUNT_TERMINATED",
    "ban": "DECISION_ACCOUNT_SUSPENDED",
}
AUTOMATED: Final = "AUTOMATED_DECISION_FULLY"
PARTLY: Final = "AUTOMATED_DECISION_PARTIALLY"
BY_A_PERSON: Final = "AUTOMATED_DECISION_NOT_AUTOMATED"


@dataclass(frozen=True, slots=True)
class StatementOfReasons:
    """Why something was done to a person. Times are ISO 8601 in UTC; `end_date` is None where nothing ends by itself."""

    case: str
    decision_visibility: tuple[str, ...]
    decision_account: str | None
    decision_other: tuple[str, ...]
    incompatible_content_ground: tuple[str, ...]
    """The rules that decided."""
    incompatible_content_explanation: Mapping[str, str]
    """What those rules say to the person, by language."""
    decision_facts: tuple[str, ...]
    source_type: str
    """`SOURCE_VOLUNTARY` when the rules found it, `SOURCE_TYPE_OTHER_NOTIFICATION` when somebody reported it."""
    automated_detection: bool
    automated_decision: str
    content_date: str | None
    application_date: str
    end_date: str | None
    territorial_scope: str
    redress: str
    appeal_until: str

    def as_json(self) -> dict[str, Any]:
        """The statement as plain JSON."""
        return asdict(self)


def statement(
    *,
    case: str,
    actions: Sequence[Action],
    why: Mapping[str, Mapping[str, str]],
    because: Sequence[Because],
    decided_at: datetime,
    content_date: datetime | None,
    reported: bool,
    asks_people: bool,
    place: str,
) -> StatementOfReasons:
    """The statement for the actions that shall be taken; `why` gives each deciding rule's words by language."""
    names = [action.name for action in actions]
    ends = [span for action in actions if (span := span_of(action)) is not None]
    return StatementOfReasons(
        case=case,
        decision_visibility=tuple(VISIBILITY[name] for name in names if name in VISIBILITY),
        decision_account=next((ACCOUNT[name] for name in ("ban", "kick", "timeout") if name in names), None),
        decision_other=tuple(name for name in names if name not in VISIBILITY and name not in ACCOUNT),
        incompatible_content_ground=tuple(why),
        incompatible_content_explanation=_together(why),
        decision_facts=tuple(dict.fromkeys(_fact(one) for one in because)),
        source_type="SOURCE_TYPE_OTHER_NOTIFICATION" if reported else "SOURCE_VOLUNTARY",
        automated_detection=not reported,
        automated_decision=PARTLY if asks_people else AUTOMATED,
        content_date=content_date.isoformat() if content_date else None,
        application_date=decided_at.isoformat(),
        end_date=(decided_at + max(ends)).isoformat() if ends else None,
        territorial_scope=place,
        redress="DECISION_REDRESS_INTERNAL_MECHANISM",
        appeal_until=(decided_at + APPEAL_WINDOW).isoformat(),
    )


def span_of(action: Action) -> timedelta | None:
    """For how long an action lasts, where it ends by itself."""
    span = getattr(action, "span", None)
    return span if isinstance(span, timedelta) and action.name in (*ACCOUNT, "lock", "slowmode") else None


def telling(because: Iterable[Because]) -> list[Because]:
    """What a person is shown of the things that decided: first what points into a text. What only describes who wrote
    it comes in where there is nothing else: it accuses nobody, and tells whoever wants to slip through how."""
    seen = list(because)
    of_deeds = [one for one in seen if not one.condition.startswith(ABOUT_THE_AUTHOR)]
    return sorted(of_deeds or seen, key=lambda one: one.start is None)


def narrowed(
    reasons: StatementOfReasons,
    *,
    why: Mapping[str, Mapping[str, str]],
    because: Iterable[Because],
    asks_people: bool,
) -> StatementOfReasons:
    """A statement as the person hears it: what only milder rules say would contradict the one that decided."""
    return replace(
        reasons,
        incompatible_content_ground=tuple(why),
        incompatible_content_explanation=_together(why),
        decision_facts=tuple(dict.fromkeys(_fact(one) for one in telling(because))),
        automated_decision=PARTLY if asks_people else AUTOMATED,
    )


def notice(
    reasons: StatementOfReasons,
    actions: Sequence[Action],
    language: str,
    messages: Mapping[str, int] = MappingProxyType({}),
) -> str:
    """The words a person reads: what was done, for how long, which rule, the facts, by whom, and how to appeal.

    `messages` says how many messages an action is about, by its name; one where it does not say.
    """
    texts = catalogue(language)
    say = texts.gettext
    done = [words for action in actions if (words := _done(action, texts, messages.get(action.name, 1))) is not None]
    lines = [" ".join(done)] if done else []
    explanation = reasons.incompatible_content_explanation
    lines.append(explanation.get(spoken(language)) or next(iter(explanation.values()), ""))
    facts = "; ".join(reasons.decision_facts[:3])
    if facts:
        lines.append(say("What was seen: {facts}").format(facts=facts))
    if reasons.automated_decision == AUTOMATED:
        lines.append(say("This was decided automatically."))
    elif reasons.automated_decision == BY_A_PERSON:
        lines.append(say("A moderator decided this."))
    else:
        lines.append(say("This was found automatically; a person will decide."))
    lines.append(say("To appeal, give a moderator the number of your case: {case}").format(case=reasons.case))
    return "\n".join(line for line in lines if line)


def taken_back(case: str, language: str) -> str:
    """The words a person reads when a decision about them is overturned."""
    words = catalogue(language).gettext(
        "What was done in case {case} has been taken back. We are sorry for the mistake."
    )
    return words.format(case=case)


def _done(action: Action, texts: NullTranslations, messages: int) -> str | None:
    say = texts.gettext
    words = {
        "delete": texts.ngettext("Your message was removed.", "Your messages were removed.", messages),
        "hold": texts.ngettext(
            "Your message is hidden until a person has looked at it.",
            "Your messages are hidden until a person has looked at them.",
            messages,
        ),
        "timeout": say("You cannot write for {span}."),
        "kick": say("You have been removed from the community and may come back."),
        "ban": say("You have been removed from the community for {span}.")
        if span_of(action)
        else say("You have been removed from the community."),
        "strike": say("This counts as a strike."),
    }.get(action.name)
    span = span_of(action)
    return words.format(span=written(span) if span else "") if words else None


def _together(why: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """All rules' words by language, each sentence once."""
    told: dict[str, list[str]] = {}
    for words in why.values():
        for language, text in words.items():
            sentences = told.setdefault(language, [])
            if text.strip() not in sentences:
                sentences.append(text.strip())
    return {language: " ".join(sentences) for language, sentences in told.items()}


def _fact(because: Because) -> str:
    """One thing that was seen, on one line: what members wrote is data here, never markup or a line of its own."""
    seen = " ".join("".join(char if char.isprintable() else " " for char in because.saw).split())
    short = seen if len(seen) <= LONGEST_FACT else seen[: LONGEST_FACT - 1] + "…"
    return f"{because.condition}: {short}" if short else because.condition
