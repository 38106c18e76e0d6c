"""From a verdict to what is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from moderation.actions.ask import Ask
from moderation.actions.base import Action
from moderation.actions.delete import Delete
from moderation.actions.hold import Hold
from moderation.actions.kick import Kick
from moderation.actions.lock import Lock
from moderation.actions.raid import Raid
from moderation.actions.reply import Reply
from moderation.actions.strike import Strike
from moderation.actions.timeout import Timeout
from moderation.actions.warn import Warn
from moderation.case import CaseState
from moderation.intents import intent_key, read_action, read_target, write_action, write_target
from moderation.model import Capability, MemberJoined, MemberRef, ReportFiled
from moderation.plan import Plan, make_plan
from moderation.ports import Accepted
from moderation.units import duration
from moderation.verdict import Because, Match, Mode, Planned, Verdict
from tests.journal.events import NOON, person, said
from tests.pipeline.stage import ACTIONS


class Words:
    """Every rule has one sentence and no brake."""

    def why(self, rule: str) -> dict[str, str]:
        return {"en": f"No {rule}."}

    def brake(self, rule: str) -> str:
        return "spam/fast" if rule == "braked" else ""


def plan_for(event: Any, *actions: Action, rules: tuple[str, ...] = ("slur",)) -> Plan:
    planned = tuple(Planned(action, rules) for action in actions)
    return decided(event, Verdict(tuple(Match(rule, Mode.ENFORCE, actions) for rule in rules), (), planned))


def decided(event: Any, verdict: Verdict) -> Plan:
    return make_plan(
        Accepted(1, new=True, event=event),
        verdict,
        rulebook=Words(),
        can=frozenset(Capability),
        language="en",
        protected=False,
        unbraked=False,
        decided_at=NOON,
    )


def names(plan: Plan) -> list[str]:
    return [intent.action.name for intent in plan.intents]


def test_members_stop_seeing_it_then_the_person_hears_why_then_they_go() -> None:
    """The order of the rule file does not matter."""
    assert names(plan_for(said("1", "x"), Kick(), Timeout(span=duration("1h")), Delete())) == [
        "delete",
        "warn",
        "timeout",
        "kick",
    ]


def test_a_rule_that_warns_is_the_only_one_to_tell() -> None:
    """One notice, not two."""
    assert names(plan_for(said("1", "x"), Warn(), Delete())) == ["delete", "warn"]


def test_nobody_is_told_where_nothing_is_done_to_them() -> None:
    """An answer or a question to moderators is no measure against a person."""
    assert names(plan_for(said("1", "x"), Reply(text="see the rules"), Ask())) == ["reply", "ask"]


def first_link(*grave: Match) -> Plan:
    """A newcomer's link, which a mild rule shows to a person, together with what graver rules found in it."""
    event = said("1", "win https://free-lamps.example/now")
    new = (Because("author: fewer messages than 10", "1"), Because("author: here less than 3d", "2h"))
    first = Match("first-links", Mode.ENFORCE, (Ask(),), because=(*new, Because("links any", "free-lamps.example")))
    mild = (
        (Planned(Ask(), ("first-links",)),)
        if grave
        else (Planned(Hold(), ("first-links",)), Planned(Ask(), ("first-links",)))
    )
    planned = (*mild, *(Planned(action, (match.rule,)) for match in grave for action in match.actions))
    return decided(event, Verdict((first, *grave), (), planned))


def told(plan: Plan) -> str:
    """What the person reads."""
    (text,) = [intent.order.text for intent in plan.intents if intent.action.name == "warn"]
    return text


def scam(rule: str = "scam", *actions: Action) -> Match:
    seen = (
        Because("author: account younger than 7d", "1h"),
        Because(f"links to {rule}s", "free-lamps.example", None, 4, 34),
    )
    return Match(rule, Mode.ENFORCE, actions or (Delete(), Strike(points=(("spam", 1),))), because=seen)


def test_a_notice_speaks_with_the_voice_of_the_gravest_rule() -> None:
    """A newcomer's scam link is a scam: that first links are looked at would contradict it, and thresholds help evaders."""
    plan = first_link(scam())
    words = told(plan)
    assert "No scam." in words and "links to scams: free-lamps.example" in words
    assert "No first-links." not in words and "author:" not in words
    assert "decided automatically" in words and "a person will decide" not in words


def test_staff_see_every_rule_and_every_fact() -> None:
    """What the notice leaves out is still in the statement of the case."""
    reasons = first_link(scam()).reasons
    assert reasons is not None and set(reasons.incompatible_content_ground) == {"scam", "first-links"}
    assert "author: fewer messages than 10: 1" in reasons.decision_facts


def test_rules_that_are_equally_grave_both_speak() -> None:
    """Nobody can say which of the two it was, so the person hears both."""
    words = told(first_link(scam(), scam("phish", Strike(points=(("spam", 2),)))))
    assert "No scam." in words and "No phish." in words and "No first-links." not in words


def test_the_only_rule_speaks_whatever_it_does() -> None:
    """A held link is explained, by what is in the text before anything about the person."""
    words = told(first_link())
    assert "No first-links." in words and "links any: free-lamps.example" in words and "author:" not in words
    assert "a person will decide" in words


def test_a_notice_speaks_of_all_messages_that_were_removed() -> None:
    """A word in three pieces is three messages."""
    event = said("3", "rg")
    gone = tuple(replace(event.message.ref, id=number) for number in "123")
    match = Match("slur", Mode.ENFORCE, (Delete(),), gone)
    words = told(decided(event, Verdict((match,), (), (Planned(Delete(), ("slur",), gone),))))
    assert "Your messages were removed." in words


def test_deciding_twice_gives_the_same_keys() -> None:
    """After a crash the same intents are written, not others."""
    one, other = (plan_for(said("1", "x"), Delete(), Timeout(span=duration("1h"))) for _ in range(2))
    assert [intent.key for intent in one.intents] == [intent.key for intent in other.intents]
    elsewhere = plan_for(said("2", "x"), Delete())
    assert elsewhere.intents[0].key != one.intents[0].key


def test_what_lasts_is_planned_with_its_end() -> None:
    """The end is an intent of its own, due when the time is over."""
    plan = plan_for(said("1", "x"), Lock(span=duration("10m")))
    start, end = plan.intents
    assert end.undoes == start.key and end.due_at == NOON + timedelta(minutes=10)


def test_a_measure_for_the_community_is_about_nobody() -> None:
    """Who happened to be the 25th to join is not the subject of the raid's case."""
    plan = plan_for(MemberJoined(key="j", at=NOON, member=person("eve")), Raid(what="start"), Ask(urgent=True))
    assert plan.case is not None and plan.case.member is None and plan.case.urgent
    assert plan.case.state is CaseState.OPEN and names(plan) == ["raid", "ask"]


def test_a_report_is_about_who_was_reported() -> None:
    """Not about who reported."""
    eve = MemberRef("room", "club", "eve")
    plan = plan_for(ReportFiled(key="r", at=NOON, member=person("ana"), about=eve), Timeout(span=duration("1h")))
    assert plan.case is not None and plan.case.member is not None and plan.case.member.ref == eve
    assert all(intent.order.target.member == eve for intent in plan.intents)


def test_an_action_several_rules_asked_for_is_braked_only_when_all_are() -> None:
    """One rule without a brake is reason enough."""
    assert plan_for(said("1", "x"), Delete(), rules=("braked",)).intents[0].brake == "spam/fast"
    assert plan_for(said("1", "x"), Delete(), rules=("braked", "slur")).intents[0].brake == ""


def test_actions_and_targets_survive_the_disk() -> None:
    """What is read back is what was decided, fallbacks included."""
    kinds = {action.name: action for action in ACTIONS}
    action = Timeout(span=duration("1h"), otherwise=Kick(otherwise=Delete()))
    assert read_action(write_action(action), kinds) == action
    target = plan_for(said("1", "x"), Delete()).intents[0].order.target
    assert read_target(write_target(target)) == target
    assert intent_key("d", "delete", target) != intent_key("d", "hold", target)
