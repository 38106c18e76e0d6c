"""The examples in rule files: `hits`, `misses` and `scenes`, run on the same path as live traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final, Literal

from moderation.actions.base import Aim
from moderation.actions.delete import Delete
from moderation.actions.hold import Hold
from moderation.counters import Counters
from moderation.model import Event, MemberRef, MessageRef, Signal, Signals
from moderation.simulate import World, newcomer
from moderation.strikes import ANY_LADDER, Points
from moderation.verdict import Planned, Verdict
from rules.compile import Compiled, Engine, compile_rules
from rules.engine import candidates, verdict_of
from rules.facts import Facts, subject_of
from rules.model import Line, Place, Policy, Rule, RuleSet, Scene
from rules.scenes import SceneError, SceneFacts, SceneLine, parse_line
from rules.stream import Stream

COMMUNITY: Final = "community"
NEWCOMER: Final = "somebody"
_LONG: Final = 13 * 3600.0
"""Seconds that examples remember: longer than what the mutation check calls "no limit of time"."""

Kind = Literal["hit", "miss", "scene"]
Outcome = Mapping[str, frozenset[str]]
"""Person (or `community`) → names of the actions they would have met."""
Overrides = Mapping[int, Compiled]
"""Rules that stand in for those of the same number: what the mutation check changes."""
_NO_OVERRIDES: Final[Overrides] = {}


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What became of one example. `expected` and `got` are words; `text` is the line, or the name of the scene."""

    rule: str
    kind: Kind
    place: Place
    ok: bool
    expected: str
    got: str
    text: str

    @property
    def words(self) -> str:
        """What became of it, in one line."""
        if self.kind == "scene":
            return f"the scene `{self.text}` expects {self.expected}, and the file gives {self.got}"
        return f"`{self.text}` must be {self.expected} of `{self.rule}`, and it is {self.got}"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A line of `hits` or `misses`, ready to be judged again and again."""

    rule: Compiled
    line: Line
    hit: bool
    facts: Facts


class Rehearsal:
    """The examples of one file. Its rules are compiled once; a mutation replaces single rules."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.engine: Engine = compile_rules(RuleSet((policy,)), rehearsal=True)
        self._by_id = {one.rule.id: one for one in self.engine.rules}
        self._lines = tuple(self._rehearse())

    def results(self) -> Iterator[ExampleResult]:
        """Every example, in the order of the rules."""
        for rule in self.policy.rules:
            for one in self._lines:
                if one.rule.rule is rule:
                    yield self._line_result(one)
            for scene in rule.scenes:
                yield self._scene_result(rule, scene)

    def line_notices(self, changed: Overrides) -> bool:
        """Whether a line of `hits` or `misses` of a changed rule comes out wrong."""
        for one in self._lines:
            other = changed.get(one.rule.number)
            if other is not None and _holds(other, one.facts) is not one.hit:
                return True
        return False

    def scene_notices(self, changed: Overrides) -> bool:
        """Whether a scene of the file comes out differently, those of the changed rules first."""
        rules = [one for one in self.engine.rules if one.number in changed]
        rules += [one for one in self.engine.rules if one.number not in changed]
        return any(self.play(scene, changed) != expected(scene) for one in rules for scene in one.rule.scenes)

    def play(self, scene: Scene, changed: Overrides = _NO_OVERRIDES) -> Outcome:
        """What everybody in a scene would have met, as if each rule were enforced."""
        stage = _Stage(self.engine, changed)
        for line in scene.chat:
            stage.play(parse_line(line.text))
        return {who: frozenset(names) for who, names in stage.met.items() if names}

    def _rehearse(self) -> Iterator[Rehearsed]:
        for one in self.engine.rules:
            for line in one.rule.hits:
                yield Rehearsed(one, line, hit=True, facts=self._facts(one.rule, line.text))
            for line in one.rule.misses:
                yield Rehearsed(one, line, hit=False, facts=self._facts(one.rule, line.text))

    def _facts(self, rule: Rule, text: str) -> Facts:
        """The facts of one line, said by a newcomer where the rule is in force, or borne as a name."""
        world = World()
        world.meet(newcomer(NEWCOMER))
        stream = Stream(self.engine, Counters(self.engine.needs))
        return stream.facts(stream.note(_spoken(world, rule, text)))

    def _line_result(self, one: Rehearsed) -> ExampleResult:
        matched = any(
            number == one.rule.number and value is True for number, value in candidates(self.engine, one.facts)
        ) and _covered(one.rule, one.facts)
        words = {True: "a match", False: "no match"}
        return ExampleResult(
            rule=one.rule.rule.id,
            kind="hit" if one.hit else "miss",
            place=one.line.place,
            ok=matched is one.hit,
            expected=words[one.hit],
            got=words[matched],
            text=one.line.text,
        )

    def _scene_result(self, rule: Rule, scene: Scene) -> ExampleResult:
        wanted = expected(scene)
        try:
            got = self.play(scene)
        except SceneError as error:
            return ExampleResult(rule.id, "scene", scene.place, False, _told(wanted), str(error), scene.name)
        return ExampleResult(rule.id, "scene", scene.place, got == wanted, _told(wanted), _told(got), scene.name)


class _Stage:
    """A scene being played."""

    def __init__(self, engine: Engine, changed: Overrides) -> None:
        needs = engine.needs
        longer = {name: _LONG for name in ("author", "copies", "joins", "reports") if getattr(needs, name)}
        self.met: dict[str, set[str]] = {}
        self._engine = engine
        self._changed = changed
        self._stream = Stream(engine, Counters(replace(needs, **longer)))
        self._stream.counters.expect(replace(needs, **longer))
        self._world = World()
        self._authors: dict[MessageRef, str] = {}
        self._crowd = 0

    def play(self, line: SceneLine) -> None:
        for number in range(line.times):
            pause = line.wait if number == 0 else line.apart
            if pause is not None:
                self._world.wait(pause)
            self._meet(line)
            event = self._event(line)
            self._judge(event, line.facts)

    def _event(self, line: SceneLine) -> Event:
        world, facts = self._world, line.facts
        who = line.who or self._nameless()
        if line.verb == "joins":
            return world.joins(who)
        if line.verb == "leaves":
            return world.leaves(who)
        if line.verb == "reports":
            return world.reports(who, line.about or "")
        if line.verb == "renames":
            return world.renames(who, line.text)
        if line.verb == "edits":
            try:
                return world.edits(who, line.text, quoting=facts.quoting)
            except KeyError as error:
                raise SceneError(f"{who} has written nothing that could be edited") from error
        event = world.says(who, line.text, line.channel or "general", quoting=facts.quoting, files=facts.files)
        self._authors[event.message.ref] = who
        return event

    def _nameless(self) -> str:
        self._crowd += 1
        who = f"({self._crowd})"
        self._world.meet(newcomer(who))
        return who

    def _meet(self, line: SceneLine) -> None:
        if line.who is None:
            return
        facts = line.facts
        if facts.clock is not None:
            self._world.set_clock(_next(self._world.now, facts.clock))
        person = newcomer(line.who) if facts.new else self._world.person(line.who)
        person = replace(
            person,
            account=facts.account or person.account,
            here=facts.here or person.here,
            here_since=None if facts.here or facts.new else person.here_since,
            messages=person.messages if facts.messages is None else facts.messages,
            roles=facts.roles or person.roles,
            is_bot=facts.is_bot or person.is_bot,
        )
        self._world.meet(person)

    def _judge(self, event: Event, facts: SceneFacts) -> None:
        stream = self._stream
        strikes = {ANY_LADDER: Points(facts.strikes, facts.strikes)} if facts.strikes is not None else None
        noted = stream.note(event, strikes=strikes)
        if facts.during_raid:
            noted.past.raid = True
        signals = Signals(tuple(Signal(label, score, "scene") for label, score in facts.scores))
        seen = stream.facts(noted, signals)
        asked = candidates(self._engine, seen)
        verdict = self._verdict(seen, asked) if self._changed else verdict_of(self._engine, seen, asked)
        if verdict.actions:
            stream.settle(noted, verdict, event.key)
            self._tally(event, verdict)

    def _verdict(self, facts: Facts, asked: Sequence[tuple[int, bool | None]]) -> Verdict:
        """The verdict with the changed rules in place of those that everybody else goes by."""
        rules = list(self._engine.rules)
        kept = [pair for pair in asked if pair[0] not in self._changed]
        for number, other in self._changed.items():
            rules[number] = other
            value = (
                (other.test.holds(facts) if other.test is not None else True) if facts.kind in other.rule.on else False
            )
            if value is not False:
                kept.append((number, value))
        return verdict_of(replace(self._engine, rules=tuple(rules)), facts, kept)

    def _tally(self, event: Event, verdict: Verdict) -> None:
        beside = {match.rule: {action.aim for action in match.actions} for match in verdict.matched}
        for plan in verdict.actions:
            aims = set[Aim]().union(*(beside[rule] for rule in plan.rules))
            for who in self._met_by(event, plan, aims):
                self.met.setdefault(who, set()).add(plan.action.name)

    def _met_by(self, event: Event, plan: Planned, aims: set[Aim]) -> set[str]:
        """Those an action is aimed at: authors of removed messages, the person, or the community."""
        aim = plan.action.aim
        if aim is Aim.COMMUNITY or (aim is Aim.BESIDE and Aim.COMMUNITY in aims and Aim.PERSON not in aims):
            return {COMMUNITY}
        if isinstance(plan.action, (Delete, Hold)) and plan.messages:
            return {self._authors.get(ref, COMMUNITY) for ref in plan.messages}
        subject = subject_of(event)
        return {_name(subject) if subject else COMMUNITY}


def expected(scene: Scene) -> Outcome:
    """What a scene says shall happen."""
    return {who: frozenset(names) for who, names in scene.expect.items() if names}


def _holds(one: Compiled, facts: Facts) -> bool:
    known = facts.kind in one.rule.on and (one.test is None or one.test.holds(facts) is True)
    return known and _covered(one, facts)


def _covered(one: Compiled, facts: Facts) -> bool:
    return one.scope is None or one.scope.covers(facts)


def _spoken(world: World, rule: Rule, text: str) -> Event:
    if not rule.on.isdisjoint({"message", "edit"}):
        event = world.says(NEWCOMER, text, _channel(rule))
        return event if "message" in rule.on else world.edits(NEWCOMER, text)
    if "rename" in rule.on:
        return world.renames(NEWCOMER, text)
    world.meet(replace(newcomer(NEWCOMER), name=text))
    return world.joins(NEWCOMER) if "join" in rule.on else world.leaves(NEWCOMER)


def _channel(rule: Rule) -> str:
    """A channel in which the rule is in force."""
    spelled = [glob.removeprefix("#").replace("*", "x").replace("?", "x") for glob in rule.only_in]
    names = ["general", *spelled, "somewhere"]
    return next((name for name in names if _in_force(rule, name)), names[0])


def _in_force(rule: Rule, name: str) -> bool:
    inside = not rule.only_in or any(fnmatchcase(name, glob.removeprefix("#")) for glob in rule.only_in)
    return inside and not any(fnmatchcase(name, glob.removeprefix("#")) for glob in rule.except_in)


def _next(now: datetime, clock: tuple[int | None, int, int]) -> datetime:
    """The next moment at which it is that time of day, on that day of the week where one is named."""
    day, hour, minute = clock
    at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    while at <= now or (day is not None and at.weekday() != day):
        at += timedelta(days=1)
    return at


def _name(member: MemberRef) -> str:
    return COMMUNITY if member.id.startswith("(") else member.id


def _told(outcome: Outcome) -> str:
    parts = [f"{who}: {', '.join(sorted(names))}" for who, names in sorted(outcome.items())]
    return "; ".join(parts) or "nothing"
