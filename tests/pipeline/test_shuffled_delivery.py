"""Promise P5: delivered once to five times, shuffled, across restarts — one decision each, and a newer edit always wins."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import select

from bot.stores import tables
from bot.stores.opening import open_journal
from moderation.model import MessageEdited, MessagePosted
from tests.pipeline.stage import NOON, Stage, SteppingClock, build

TEXTS = st.sampled_from(["hola", "qué tal", "a slur", "another slur", "fine"])


@dataclass
class Written:
    """A message as the model sees it: what was judged so far, in the order of first deliveries."""

    author: str
    ref: Any
    version: int = 0
    newest_judged: tuple[int, str] | None = None
    hidden: bool = False


@dataclass
class Delivery:
    """A version of a message on its way."""

    event: MessagePosted | MessageEdited
    written: Written
    version: int
    text: str
    seen: bool = False


class ShuffledDelivery(RuleBasedStateMachine):
    """Members write and edit; the platform delivers as it pleases; the bot is restarted now and then."""

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="sereno-"))
        self.clock = SteppingClock()
        open_journal(self.folder, self.clock).engine.dispose()
        self.stage: Stage = build(self.folder, clock=self.clock)
        self.runner.run(self.stage.app.start())
        self.written: list[Written] = []
        self.deliveries: list[Delivery] = []
        self.seconds = 0

    @rule(text=TEXTS, author=st.sampled_from(["ana", "bo", "eve"]))
    def write(self, text: str, author: str) -> None:
        event = self.stage.twin.says(author, text, at=self._now())
        written = Written(author, event.message.ref)
        self.written.append(written)
        self.deliveries.append(Delivery(event, written, 0, text))

    @precondition(lambda self: self.written)
    @rule(data=st.data(), text=TEXTS)
    def edit(self, data: st.DataObject, text: str) -> None:
        written = data.draw(st.sampled_from(self.written))
        written.version += 1
        event = self.stage.twin.edits(written.ref, text, at=self._now())
        self.deliveries.append(Delivery(event, written, written.version, text))

    @precondition(lambda self: self.deliveries)
    @rule(data=st.data(), times=st.integers(1, 5))
    def deliver(self, data: st.DataObject, times: int) -> None:
        delivery = data.draw(st.sampled_from(self.deliveries))
        self.runner.run(self._deliver(delivery, times))

    @rule()
    def restart(self) -> None:
        self.runner.run(self.stage.app.stop())
        self.stage = build(self.folder, clock=self.clock, state=self.stage.twin.state)
        self.runner.run(self.stage.app.start())

    def teardown(self) -> None:
        if not hasattr(self, "stage"):
            return
        for delivery in self.deliveries:
            self.runner.run(self._deliver(delivery, 1))
        self.runner.run(self.stage.app.settled())
        rows = self.runner.run(self.stage.app.journal.read(_rows))
        hidden = {ref for ref, kept in self.stage.twin.state.messages.items() if kept.state != "shown"}
        self.runner.run(self.stage.app.stop())
        self.runner.close()
        shutil.rmtree(self.folder)
        assert rows == {delivery.event.key: 1 for delivery in self.deliveries}
        assert hidden == {("general", written.ref.id) for written in self.written if written.hidden}
        for delivery in self.deliveries:
            if delivery.version == delivery.written.version and "slur" in delivery.text:
                assert delivery.written.hidden, "the newest version must have been judged"

    def _now(self) -> Any:
        self.seconds += 1
        return NOON + timedelta(seconds=self.seconds)

    async def _deliver(self, delivery: Delivery, times: int) -> None:
        await asyncio.gather(*(self.stage.app.accept(delivery.event) for _ in range(times)))
        if delivery.seen:
            return
        delivery.seen = True
        written, judged = delivery.written, delivery.written.newest_judged
        if judged is None or (delivery.version > judged[0] and delivery.text != judged[1]):
            written.newest_judged = (delivery.version, delivery.text)
            written.hidden = written.hidden or "slur" in delivery.text


def _rows(connection: Any) -> dict[str, int]:
    return {row.key: row.state for row in connection.execute(select(tables.inbox.c.key, tables.inbox.c.state))}


ShuffledDelivery.TestCase.settings = settings(
    max_examples=8, stateful_step_count=20, suppress_health_check=list(HealthCheck)
)
test_one_decision_each_and_the_newest_edit_wins = ShuffledDelivery.TestCase
