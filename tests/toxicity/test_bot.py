"""The whole bot with the shipped rules about conduct and a toxicity model: what reaches people when it works, and when it does not."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from moderation.case import Case, Origin
from moderation.errors import DetectorError
from moderation.toxicity.detector import Limits, ToxicityDetector
from tests.pipeline.stage import Stage
from tests.toxicity.models import Maker, Model, Notes, scores
from tests.toxicity.staging import community, conduct

RULES = conduct()
ASKING = {"toxic-sure", "toxic-ask", "threat-ask"}
"""The shipped rules that ask the model."""


async def cases(stage: Stage, origin: Origin) -> dict[frozenset[str], Case]:
    return {frozenset(case.rules): case for case in await stage.app.cases.page() if case.origin is origin}


async def outages(stage: Stage) -> dict[str, int]:
    """Rules nobody could decide, and on how many messages."""
    return {rule: case.events for rules, case in (await cases(stage, Origin.UNDECIDED)).items() for rule in rules}


async def answering(model: Model) -> None:
    """Until the model has been asked something."""
    while not model.reached.is_set():
        await asyncio.sleep(0.005)


async def test_what_the_model_is_sure_of_is_hidden_and_what_it_suspects_is_shown_to_people(tmp_path: Path) -> None:
    """Nothing is deleted and nobody is struck: a person decides each time."""
    async with community(tmp_path, Maker([Model()]), RULES) as stage:
        await stage.says("eve", "something nasty")
        await stage.says("ana", "something doubtful")
        await stage.says("bo", "something kind")
        assert stage.twin.visible() == ["something doubtful", "something kind"]
        assert [entry.split()[0] for entry in stage.twin.state.log] == ["hold", "notify"]
        assert set(await cases(stage, Origin.RULES)) == {
            frozenset({"toxic-sure", "toxic-ask"}),
            frozenset({"toxic-ask"}),
        }
        assert await outages(stage) == {}


@pytest.mark.parametrize(
    "trouble",
    [
        Model(trouble=RuntimeError("crash")),
        Model(trouble=MemoryError()),
        Model(says=lambda texts: [scores(toxicity=math.nan) for _ in texts]),
        Model(says=lambda texts: []),
        DetectorError("no weights"),
        OSError("no such file"),
    ],
    ids=["crash", "out of memory", "NaN", "no answers", "no weights", "no file"],
)
async def test_without_a_working_model_the_other_rules_go_on(tmp_path: Path, trouble: Model | Exception) -> None:
    """Words still count, nothing is removed for a score that is missing, and people see one case per rule."""
    async with community(tmp_path, Maker([trouble]), RULES) as stage:
        await stage.says("ana", *(f"nasty number {n}" for n in range(12)))
        await stage.says("eve", "you raghead")
        assert stage.twin.visible() == [f"nasty number {n}" for n in range(12)]
        assert await outages(stage) == {"toxic-sure": 12, "toxic-ask": 12, "threat-ask": 13}
        assert set(await cases(stage, Origin.RULES)) == {frozenset({"slur"})}


async def test_a_model_that_hangs_delays_and_stops_nothing(tmp_path: Path) -> None:
    """What waits is decided without it once that is known; when a fresh model is up, scores count again."""
    stuck, fresh, notes = Model(), Model(), Notes()
    mended, models = threading.Event(), iter([stuck, fresh])

    def make() -> Model:
        model = next(models)
        if model is fresh:
            mended.wait()
        return model

    async with community(tmp_path, make, RULES, diary=notes, limits=Limits(hang=1.0)) as stage:
        stuck.open.clear()
        await stage.says("ana", "nasty but unseen")
        await stage.says("eve", "you raghead")
        assert stage.twin.visible() == ["nasty but unseen"]
        assert await outages(stage) == {"toxic-sure": 1, "toxic-ask": 1, "threat-ask": 2}
        mended.set()
        while notes.said.count("up: shipped") < 2:
            await asyncio.sleep(0.01)
        await stage.says("eve", "nasty and seen")
        assert stage.twin.visible() == ["nasty but unseen"]
        assert await outages(stage) == {"toxic-sure": 1, "toxic-ask": 1, "threat-ask": 2}
        stuck.open.set()


async def test_an_outage_ends_when_the_model_is_back(tmp_path: Path) -> None:
    """Messages are judged again without anybody doing anything, and the case of the outage grows no more."""
    model = Model(trouble=RuntimeError())
    async with community(tmp_path, Maker([model]), RULES) as stage:
        await stage.says("ana", "nasty one")
        model.trouble = None
        await stage.says("eve", "nasty two")
        assert stage.twin.visible() == ["nasty one"]
        assert set((await outages(stage)).values()) == {1}


async def test_a_message_the_model_cannot_read_is_left_to_the_other_rules(tmp_path: Path) -> None:
    """A community that writes Japanese is not buried in cases about what nobody can mend; words and floods still count."""
    async with community(tmp_path, Maker([Model()]), RULES) as stage:
        await stage.says("ana", "日本語で話します", "日本の夏")
        await stage.says("eve", "日本 raghead")
        assert stage.twin.visible() == ["日本語で話します", "日本の夏"]
        assert await outages(stage) == {}
        assert set(await cases(stage, Origin.RULES)) == {frozenset({"slur"})}


async def test_a_bot_whose_model_is_missing_works_without_it(tmp_path: Path) -> None:
    """Its rules wait, words count, and nobody is asked about every message."""
    async with community(tmp_path, None, RULES) as stage:
        await stage.says("ana", "something nasty")
        await stage.says("eve", "you raghead")
        assert stage.twin.visible() == ["something nasty"]
        assert await outages(stage) == {}


async def test_messages_that_come_while_the_model_loads_are_judged_when_it_is_there(tmp_path: Path) -> None:
    """The bot is ready at once; the first messages wait for their scores."""
    model, loading = Model(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def make() -> Model:
        asyncio.run_coroutine_threadsafe(loading.wait(), loop).result()
        return model

    async with community(tmp_path, make, RULES) as stage:
        assert stage.app.ready
        await stage.app.accept(stage.twin.says("eve", "nasty and early"))
        assert stage.twin.visible() == ["nasty and early"]
        loading.set()
        await stage.app.settled()
        assert stage.twin.visible() == []


async def test_a_burst_is_judged_in_batches_and_in_order(tmp_path: Path) -> None:
    """A thousand messages at once: each is judged once, few calls, and every channel keeps its order."""
    model = Model()
    async with community(tmp_path, Maker([model]), RULES) as stage:
        decided: list[tuple[str, str]] = []
        watch(stage, lambda channel, text: decided.append((channel, text)))
        events = [stage.twin.says(f"p{n}", f"line {n}", f"room-{n % 7}") for n in range(1000)]
        model.open.clear()
        await asyncio.gather(*(stage.app.accept(event) for event in events))
        await answering(model)
        while waiting(stage) + len(model.seen) < len(events):
            await asyncio.sleep(0.005)
        model.open.set()
        await stage.app.settled()
        for room in range(7):
            here = [text for channel, text in decided if channel == f"room-{room}"]
            assert here == [f"line {n}" for n in range(room, 1000, 7)]
        assert sorted(model.seen) == sorted(f"line {n}" for n in range(1000))
        assert len(model.calls) <= 1 + math.ceil(999 / 32)
        assert await outages(stage) == {}


async def test_more_than_can_wait_is_put_before_people(tmp_path: Path) -> None:
    """When the line is full nothing piles up in memory, and nothing is taken for harmless."""
    model = Model()
    async with community(tmp_path, Maker([model]), RULES, limits=Limits(most_waiting=4)) as stage:
        model.open.clear()
        await stage.app.accept(stage.twin.says("p0", "nasty 0"))
        await answering(model)
        for n in range(1, 8):
            await stage.app.accept(stage.twin.says(f"p{n}", f"nasty {n}"))
        await asyncio.sleep(0.05)
        model.open.set()
        await stage.app.settled()
        assert await outages(stage) == {"toxic-sure": 3, "toxic-ask": 3, "threat-ask": 3}
        assert stage.twin.visible() == ["nasty 5", "nasty 6", "nasty 7"]


async def test_stopping_during_a_hang_loses_nothing(tmp_path: Path) -> None:
    """What is not judged yet is on disk, and judged after the next start."""
    stuck, fresh = Model(), Model()
    async with community(tmp_path, Maker([stuck]), RULES) as stage:
        stuck.open.clear()
        await stage.app.accept(stage.twin.says("eve", "nasty and unjudged"))
        await answering(stuck)
        await stage.app.stop(grace=0.05)
        assert stage.twin.visible() == ["nasty and unjudged"]
    stuck.open.set()
    async with community(tmp_path, Maker([fresh]), RULES, state=stage.twin.state, clock=stage.clock) as stage:
        await stage.app.settled()
        assert stage.twin.visible() == []
        assert await outages(stage) == {}


def waiting(stage: Stage) -> int:
    """Messages in the detector's line."""
    (detector,) = stage.app._parts.detectors
    assert isinstance(detector, ToxicityDetector)
    return detector.waiting


def watch(stage: Stage, seen: Callable[[str, str], None]) -> None:
    """Tell the channel and the text of each message when it is decided."""
    decide = stage.stream.decide

    def told(noted: object, signals: object) -> object:
        message = noted.event.message  # type: ignore[attr-defined]
        seen(message.ref.channel.id, message.text)
        return decide(noted, signals)  # type: ignore[arg-type]

    stage.stream.decide = told  # type: ignore[method-assign,assignment]
