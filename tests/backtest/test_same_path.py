"""A backtest says what the live path says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from bot.backtest import backtest
from bot.backtest.given import given
from bot.exports import read
from bot.wiring import vocabulary
from moderation.model import Signals, message_of
from rules.compile import compile_rules
from rules.stream import Stream
from tests.backtest.helpers import LADDER, export, rule, rules, told

RULES = (
    LADDER
    + "rules:\n"
    + rule("insult", "{says: bad}", "[delete, {strike: 1}]")
    + rule("flood", "{flood: {messages: 3, within: 5s}}", "[delete]", mode="review")
    + rule("copies", "{copies: {authors: 2, within: 1m}}", "[hold]", mode="shadow")
    + rule("loud", "{shape: {capitals: 80%, longer_than: 8}}", "[{label: loud}]")
)

Said = tuple[int, str, str, str]
SAYINGS = ["hello", "zonkhead", "ZONKHEAD YOU", "zonk", "head", "b l o r f f a c e", "buy my nice new boots today"]
CHATS = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.sampled_from(["ana", "bo", "eve"]),
        st.sampled_from(["#talk", "#art"]),
        st.sampled_from(SAYINGS),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=30)
@examples(chat=CHATS)
def test_a_backtest_equals_feeding_the_events_one_by_one(chat: Sequence[Said]) -> None:
    """The same rules match the same messages with the same actions as in live traffic."""
    with TemporaryDirectory() as folder:
        where = export(
            Path(folder, "export"), "\n".join(f"+{wait}s {who} {place}: {text}" for wait, who, place, text in chat)
        )
        house = rules(Path(folder, "rules"), RULES)
        engine = compile_rules(given(house, vocabulary()).rule_set)
        live = Stream(engine)
        expected = {}
        for event in read(where):
            verdict = live.feed(event, Signals(silent=engine.labels))
            message = message_of(event)
            assert message is not None
            if verdict.matched:
                acts = {plan.action.name for plan in verdict.actions}
                expected[message.ref.id] = ([match.rule for match in verdict.matched], acts)
        with backtest(where, house, vocabulary()) as result:
            found = told(result).all["messages"]
    assert {one["id"]: ([by["rule"] for by in one["matched"]], set(one["actions"])) for one in found} == expected
