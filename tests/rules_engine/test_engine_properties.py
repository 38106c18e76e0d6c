"""What holds for all rules and all texts."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from moderation.actions.ask import Ask
from moderation.actions.delete import Delete
from moderation.actions.hold import Hold
from moderation.actions.kick import Kick
from moderation.actions.strike import Strike
from moderation.actions.timeout import Timeout
from moderation.model import Event, Signals
from moderation.simulate import Person, World
from moderation.units import duration
from moderation.verdict import Mode
from rules.compile import Engine
from rules.conditions.author import Author
from rules.conditions.copies import Copies
from rules.conditions.flood import Flood
from rules.conditions.links import Links
from rules.conditions.matches import Matches
from rules.conditions.mentions import Mentions
from rules.conditions.quoting import Quoting
from rules.conditions.says import Says
from rules.conditions.score import Score
from rules.conditions.shape import Shape
from rules.fused import scope_names
from rules.model import All, AnyOf, Condition, Holds, Ladder, Not, Use
from tests.rules_engine.helpers import Chat, engine, matched, rule, scores, words

SLURS, INSULTS = words("blarg", name="slurs"), words("tonto", name="insults")
SLUR, INSULT = Says(lists=(SLURS,)), Says(lists=(INSULTS,))
TOXIC = Score(labels={"toxicity": 0.9})
NEW = Author(here_less_than=timedelta(days=3))
SILENT = scores(silent=("toxicity",))


LADDER = Ladder("conduct", timedelta(days=90), ((3, (Kick(),)), (6, (Ask(),))))


def strike(points: int) -> Strike:
    return Strike(points=(("conduct", points),))


LEAVES: list[Condition] = [
    SLUR,
    INSULT,
    Says(lists=(SLURS, INSULTS), disguised=False),
    TOXIC,
    Score(labels={"toxicity": 0.5, "insult": 0.5}),
    NEW,
    Author(here_less_than=timedelta(days=3), fewer_messages_than=10),
    Author(has_role="helper"),
    Author(lacks_role="helper", is_bot=False),
    Author(name_says=SLURS),
    Mentions(people=1),
    Shape(longer_than=8),
    Shape(shorter_than=12, capitals=0.5),
    Shape(longer_than=2, script_outside=("cyrillic",)),
    Quoting(stated=True),
    Flood(messages=3, within=timedelta(minutes=1)),
    Flood(links=3, within=timedelta(seconds=2)),
    Copies(times=2, within=timedelta(minutes=1)),
    Copies(times=2, channels=2, within=timedelta(seconds=2)),
]
TREES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
        inner.map(lambda part: Use("named", part)),
    ),
    max_leaves=6,
)
TEXTS = st.sampled_from(
    [
        "hello",
        "BLARG HELLO",
        "blarg",
        "you tonto",
        "b1arg",
        "@bo hello there",
        "",
        "tonto blarg",
        '"blarg" she said',
        "https://a.example b.example/x",
    ]
)
PEOPLE = st.builds(
    Person,
    id=st.just("ana"),
    name=st.sampled_from(["ana", "blarg"]),
    account=st.none(),
    here=st.sampled_from([None, timedelta(hours=1), timedelta(days=90)]),
    messages=st.sampled_from([None, 1, 500]),
    roles=st.sampled_from([frozenset[str](), frozenset({"helper"})]),
)
SIGNALS = st.sampled_from(
    [
        scores(),
        SILENT,
        scores(toxicity=0.95),
        scores(toxicity=0.6, insult=0.9),
        scores(silent=("insult",), toxicity=0.99),
    ]
)


@given(
    st.lists(TREES, min_size=1, max_size=6),
    st.lists(TEXTS, max_size=3),
    TEXTS,
    PEOPLE,
    SIGNALS,
    st.sampled_from(["message", "rename", "join"]),
)
def test_compiled_rules_say_what_their_conditions_say(
    trees: list[Holds], before: list[str], text: str, person: Person, signals: Signals, kind: str
) -> None:
    """Speed changes no answer: matched is True, undecided is unknown, silence is False."""
    compiled = engine(
        *(
            rule(tree, name=f"r{number}", on=frozenset({"message", "rename", "join"}))
            for number, tree in enumerate(trees)
        )
    )
    chat = Chat(compiled)
    chat.world.meet(person)
    world = chat.world
    for number, earlier in enumerate(before):
        chat.stream.note(world.says("ana", earlier, f"room-{number % 2}"))
    event: Event = world.joins("ana")
    if kind != "join":
        event = world.says("ana", text) if kind == "message" else world.renames("ana", text)
    noted = chat.stream.note(event)
    facts = chat.stream.facts(noted, signals)
    verdict = chat.stream.decide(noted, signals)
    truth = {one.rule.id: one.test.holds(facts) for one in compiled.rules if one.test is not None}
    assert set(matched(verdict)) == {name for name, value in truth.items() if value is True}
    assert set(verdict.undecided) == {name for name, value in truth.items() if value is None}


@given(st.permutations(range(5)), TEXTS, SIGNALS)
def test_the_order_of_rules_means_nothing_without_stop(order: list[int], text: str, signals: Signals) -> None:
    """The same actions, for the same rules and messages."""
    several = [
        rule(SLUR, Delete(), strike(1), name="a"),
        rule(INSULT, Hold(), Timeout(span=duration("1h")), name="b"),
        rule(TOXIC, Timeout(span=duration("2h")), strike(2), name="c"),
        rule(AnyOf((SLUR, INSULT)), Ask(urgent=True), name="d", mode=Mode.REVIEW),
        rule(Shape(longer_than=3), Ask(span=duration("1h")), strike(3), name="e"),
    ]

    def planned(rules: list[int]) -> set[tuple[object, ...]]:
        chat = Chat(engine(*(several[number] for number in rules), ladders={"conduct": LADDER}))
        verdict = chat.says("ana", text, signals=signals)
        return {(plan.action, frozenset(plan.rules), plan.messages) for plan in verdict.actions}

    assert planned(order) == planned(list(range(5)))


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_raises(first: str, second: str) -> None:
    """Whatever people write, a verdict follows."""
    chat = Chat(WHOLE)
    chat.says("ana", first)
    chat.says("ana", second)
    chat.edits("ana", first + second)
    chat.feed(chat.world.renames("ana", second))


@given(st.text(alphabet=st.characters(), max_size=40))
def test_lone_surrogates_are_text_too(text: str) -> None:
    """Half a character, as broken clients send it."""
    Chat(WHOLE).says("ana", f"\ud800{text}\udfff blarg")


def _whole() -> Engine:
    span = timedelta(minutes=1)
    return engine(
        rule(SLUR, name="a", on=frozenset({"message", "edit", "rename"})),
        rule(Matches(patterns=(r"\bañ[oa]\b|x{3}", r"(?i)fr[e3]+")), name="b"),
        rule(Matches(patterns=("zz",), view="folded"), name="c"),
        rule(Matches(patterns=(r"\$\d",), view="raw"), name="d"),
        rule(All((Copies(times=2, within=span), Shape(longer_than=3, emoji=1))), name="e"),
        rule(AnyOf((Links(outside=(words("x.example"),)), Links(like=(words("ourclub.org"),)))), name="f"),
        rule(All((Flood(links=2, within=span), Not(Quoting(stated=True)))), name="g"),
        rule(Shape(capitals=0.5, repeated=3, script_outside=("latin",)), name="h"),
    )


WHOLE = _whole()


def test_an_engine_compiles_nothing_an_admin_wrote() -> None:
    """The generated function sees measures, conditions and nothing else; no builtins, no text of a rule."""
    odd = 'x"); import os; ("'
    compiled = engine(rule(Author(has_role=odd), name=odd))
    fused = compiled.kinds["message"].fused
    assert fused is not None
    scope = scope_names(fused)
    assert scope["__builtins__"] == {}
    assert not any(odd in name for name in scope)
    chat = Chat(compiled)
    chat.world.meet(Person("ana", "ana", None, None, None, frozenset({odd})))
    assert matched(chat.feed(World().says("bo", "x"))) == []
    assert matched(chat.says("ana", "x")) == [odd]
