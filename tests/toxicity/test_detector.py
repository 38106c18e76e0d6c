"""The detector on a toxicity model: it judges in batches, and whatever happens to the model, it answers or says that it
cannot."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from moderation.detection import Detection
from moderation.errors import DetectorError
from moderation.model import Message, Signal
from moderation.toxicity.detector import Limits, ToxicityDetector
from moderation.toxicity.labels import LABELS
from tests.journal.events import said
from tests.toxicity.models import CALM, Maker, Model, Notes, scores

SOON = (0.01,)


def saying(text: str) -> Message:
    return said("1", text).message


@asynccontextmanager
async def detecting(
    *models: Model | Exception, notes: Notes | None = None, language: Any = None, **limits: Any
) -> AsyncIterator[ToxicityDetector]:
    """A detector on these models, one after the other; at the end every model is let go, so that no thread stays."""
    maker = Maker(list(models))
    detector = ToxicityDetector(maker, limits=Limits(**limits), diary=notes, language=language)
    detector.start()
    try:
        yield detector
    finally:
        for model in models:
            if isinstance(model, Model):
                model.open.set()
        await detector.aclose()


async def toxicity(detector: ToxicityDetector, text: str) -> float:
    return next(signal.score for signal in await detector.inspect(saying(text)) if signal.label == "toxicity")


async def up(detector: ToxicityDetector) -> None:
    """Until a model answers."""
    while detector.trouble is not None:
        await asyncio.sleep(0.005)


async def until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0.005)


async def held(detector: ToxicityDetector, model: Model) -> asyncio.Task[Sequence[Signal]]:
    """A message in which the model is stuck until it is opened."""
    await up(detector)
    model.open.clear()
    model.reached.clear()
    task = asyncio.create_task(detector.inspect(saying("first")))
    await until(model.reached.is_set)
    return task


async def test_a_message_gets_all_labels_from_the_model() -> None:
    """Each label is a signal that names the model, so that a rule may ask for this one."""
    async with detecting(Model()) as detector:
        signals = await detector.inspect(saying("you nasty thing"))
    assert {signal.label for signal in signals} == set(LABELS)
    assert {signal.detector for signal in signals} == {"shipped"}
    assert max(signals, key=lambda signal: signal.score) == Signal("toxicity", 0.99, "shipped")


async def test_a_burst_becomes_batches() -> None:
    """A thousand messages that wait together cost few calls, and each gets its own answer."""
    model = Model()
    async with detecting(model) as detector:
        first = await held(detector, model)
        texts = [f"nasty {n}" if n % 10 == 0 else f"kind {n}" for n in range(1000)]
        others = [asyncio.create_task(toxicity(detector, text)) for text in texts]
        await asyncio.sleep(0)
        model.open.set()
        await first
        found = await asyncio.gather(*others)
    assert found == [0.99 if n % 10 == 0 else 0.01 for n in range(1000)]
    assert model.seen == ["first", *texts]
    assert len(model.calls) == 1 + math.ceil(1000 / 32)


async def test_nobody_waits_for_company() -> None:
    """A single message is judged at once, alone."""
    model = Model()
    async with detecting(model) as detector:
        await toxicity(detector, "one")
        await toxicity(detector, "two")
    assert model.calls == [["one"], ["two"]]


async def test_messages_wait_while_the_model_is_loaded() -> None:
    """What arrives first is judged as soon as the model is there, together."""
    loaded = threading.Event()
    model = Model()

    def make() -> Model:
        loaded.wait()
        return model

    detector = ToxicityDetector(make)
    tasks = [asyncio.create_task(toxicity(detector, text)) for text in ("nasty", "kind")]
    await asyncio.sleep(0.02)
    assert not any(task.done() for task in tasks)
    loaded.set()
    assert await asyncio.gather(*tasks) == [0.99, 0.01]
    assert model.calls == [["nasty", "kind"]]
    await detector.aclose()


async def test_a_message_without_words_needs_no_model() -> None:
    """A picture alone says nothing, and that is known without asking anybody."""
    async with detecting(DetectorError("no weights")) as detector:
        assert {signal.score for signal in await detector.inspect(saying(" \n"))} == {0.0}


async def test_one_text_that_breaks_the_model_silences_nobody_else() -> None:
    """Whoever sends a text the model stumbles over does not hide what others write beside it."""
    model = Model()
    async with detecting(model) as detector:
        first = await held(detector, model)
        others = [asyncio.create_task(toxicity(detector, text)) for text in ("nasty", "poison", "kind")]
        await asyncio.sleep(0)
        model.open.set()
        await first
        assert await others[0] == 0.99 and await others[2] == 0.01
        with pytest.raises(DetectorError, match="ValueError"):
            await others[1]
        assert detector.trouble is None


async def test_the_models_own_words_about_a_text_are_not_repeated() -> None:
    """An error may quote what somebody wrote; the log must not."""
    async with detecting(Model()) as detector:
        with pytest.raises(DetectorError) as failed:
            await detector.inspect(saying("poison"))
    assert "breaks the model" not in str(failed.value)


@pytest.mark.parametrize("trouble", [RuntimeError("x"), MemoryError(), DetectorError("cannot"), OSError()])
async def test_a_model_that_raises_is_asked_again(trouble: Exception) -> None:
    """A crash or want of memory costs the messages of that moment, nothing else."""
    model = Model(trouble=trouble)
    notes = Notes()
    async with detecting(model, notes=notes) as detector:
        with pytest.raises(DetectorError):
            await detector.inspect(saying("kind"))
        model.trouble = None
        assert await toxicity(detector, "nasty") == 0.99
    assert notes.said == ["up: shipped"] and len(notes.lost) == 1


@pytest.mark.parametrize(
    "answers",
    [
        lambda texts: [scores(toxicity=math.nan) for _ in texts],
        lambda texts: [scores(threat=math.inf) for _ in texts],
        lambda texts: [scores(insult=1.01) for _ in texts],
        lambda texts: [scores(insult=-0.01) for _ in texts],
        lambda texts: [{"insult": "high"} for _ in texts],
        lambda texts: [None for _ in texts],
        lambda texts: [],
        lambda texts: [CALM for _ in texts] * 2,
        lambda texts: None,
    ],
    ids=["NaN", "infinite", "above 1", "below 0", "a word", "nothing", "none", "too many", "no list"],
)
async def test_nonsense_from_a_model_is_no_answer(answers: Callable[[Sequence[str]], Any]) -> None:
    """What is no probability is unknown, and the next message is judged."""
    model = Model(says=answers)
    async with detecting(model) as detector:
        with pytest.raises(DetectorError):
            await detector.inspect(saying("kind"))
        model.says = None
        assert await toxicity(detector, "nasty") == 0.99


async def test_nonsense_about_one_text_leaves_the_others_in_the_batch() -> None:
    """Only the text whose scores are no numbers is unknown."""
    model = Model()
    async with detecting(model) as detector:
        first = await held(detector, model)
        two = [asyncio.create_task(toxicity(detector, text)) for text in ("odd", "nasty")]
        await asyncio.sleep(0)
        model.says = lambda texts: [scores(toxicity=math.nan if text == "odd" else 0.99) for text in texts]
        model.open.set()
        await first
        assert await two[1] == 0.99
        with pytest.raises(DetectorError):
            await two[0]


async def test_a_model_that_fails_everything_is_not_asked_about_every_text_alone() -> None:
    """After a few tries the rest of a batch is given up, so that trouble does not take the time of many batches."""
    model = Model()
    async with detecting(model) as detector:
        first = await held(detector, model)
        many = [asyncio.create_task(detector.inspect(saying(f"text {n}"))) for n in range(32)]
        await asyncio.sleep(0)
        model.trouble = MemoryError()
        model.open.set()
        found = await asyncio.gather(first, *many, return_exceptions=True)
    assert all(isinstance(one, DetectorError) for one in found)
    assert [len(call) for call in model.calls] == [1, 32, 1, 1, 1]


async def test_a_model_that_cannot_be_loaded_is_tried_again() -> None:
    """Messages are silent at once meanwhile; nobody waits for what is not there."""
    notes = Notes()
    async with detecting(OSError("no such file"), DetectorError("torn"), Model(), notes=notes, pauses=SOON) as detector:
        with pytest.raises(DetectorError, match="cannot be loaded"):
            await detector.inspect(saying("the first waits for the load"))
        await up(detector)
        assert await toxicity(detector, "nasty") == 0.99
    assert notes.said == [
        "down: the toxicity model cannot be loaded: OSError: no such file",
        "down: the toxicity model cannot be loaded: torn",
        "up: shipped",
    ]


async def test_a_model_that_answers_nonsense_when_it_is_warmed_up_is_not_used() -> None:
    """It is known to be broken before anybody depends on it."""

    class Broken(Model):
        def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Any:
            return [scores(toxicity=math.nan) for _ in texts]

    async with detecting(Broken(), Model(), pauses=SOON) as detector:
        with pytest.raises(DetectorError, match="cannot be loaded"):
            await detector.inspect(saying("kind"))
        await up(detector)
        assert await toxicity(detector, "kind") == 0.01


async def test_a_model_that_hangs_is_left_behind() -> None:
    """Everybody who waits hears so, and a fresh model takes over without the bot being started again."""
    stuck, fresh, notes = Model(), Model(), Notes()
    async with detecting(stuck, fresh, notes=notes, hang=0.3) as detector:
        first = await held(detector, stuck)
        second = asyncio.create_task(detector.inspect(saying("second")))
        for task in (first, second):
            with pytest.raises(DetectorError, match="hangs"):
                await task
        await up(detector)
        assert await toxicity(detector, "nasty") == 0.99
        stuck.open.set()
        await until(lambda: stuck.closed)
        assert await toxicity(detector, "still the fresh one") == 0.01
    assert notes.said == ["up: shipped", "down: the toxicity model hangs", "up: shipped"]
    assert stuck.seen == ["first"] and fresh.seen == ["nasty", "still the fresh one"]


async def test_a_model_whose_loading_hangs_is_left_behind() -> None:
    """A disk that does not answer stops neither the bot nor the next attempt."""
    never, fresh = threading.Event(), Model()
    maker = Maker([fresh])

    def make() -> Model:
        if not never.is_set() and maker.made == 0:
            maker.made = 1
            never.wait()
        return fresh

    detector = ToxicityDetector(make, limits=Limits(hang=0.3, load_within=0.3))
    with pytest.raises(DetectorError, match="hangs"):
        await detector.inspect(saying("waits for the load"))
    await up(detector)
    assert await toxicity(detector, "nasty") == 0.99
    never.set()
    await detector.aclose()


async def test_a_model_that_hangs_again_and_again_is_given_up_for_the_hour() -> None:
    """Threads that hang cannot be ended, so there must not be many."""
    stuck = [Model() for _ in range(3)]
    notes = Notes()
    async with detecting(*stuck, notes=notes, hang=0.3, renewals=2) as detector:
        for model in stuck:
            with pytest.raises(DetectorError, match="hangs"):
                await (await held(detector, model))
        await asyncio.sleep(0.05)
        with pytest.raises(DetectorError, match="hangs"):
            await detector.inspect(saying("nobody waits any more"))
    assert notes.said.count("up: shipped") == 3


async def test_a_model_that_only_fails_is_made_anew() -> None:
    """What cannot be mended by asking again may be by loading again."""
    broken, fresh = Model(trouble=RuntimeError()), Model()
    async with detecting(broken, fresh, spoiled=3) as detector:
        for _ in range(3):
            with pytest.raises(DetectorError):
                await detector.inspect(saying("kind"))
        await until(lambda: detector.trouble is None and not fresh.calls)
        assert await toxicity(detector, "nasty") == 0.99
    assert broken.closed and len(broken.calls) == 3


async def test_a_thread_that_ends_is_replaced() -> None:
    """Even a model that ends its thread does not end the judging."""
    dying, fresh = Model(trouble=SystemExit()), Model()
    async with detecting(dying, fresh, pauses=SOON) as detector:
        with pytest.raises(DetectorError, match="ended"):
            await detector.inspect(saying("kind"))
        await up(detector)
        assert await toxicity(detector, "nasty") == 0.99


async def test_too_many_waiting_messages_are_silent_at_once() -> None:
    """Memory stays bounded: what does not fit in the line is unknown, and who is in it is judged."""
    model, notes = Model(), Notes()
    async with detecting(model, notes=notes, most_waiting=2) as detector:
        first = await held(detector, model)
        two = [asyncio.create_task(toxicity(detector, text)) for text in ("nasty", "kind")]
        await asyncio.sleep(0)
        assert detector.waiting == 2
        with pytest.raises(DetectorError, match="too many"):
            await detector.inspect(saying("one too many"))
        model.open.set()
        await first
        assert await asyncio.gather(*two) == [0.99, 0.01]
    assert notes.lost == ["too many messages wait for the toxicity model"]


async def test_who_loses_patience_leaves_the_line() -> None:
    """A message that is decided without its score costs the model nothing, and makes room."""
    model = Model()
    async with detecting(model, most_waiting=1) as detector:
        first = await held(detector, model)
        late = asyncio.create_task(detector.inspect(saying("late")))
        await asyncio.sleep(0)
        late.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await late
        last = asyncio.create_task(toxicity(detector, "nasty"))
        await asyncio.sleep(0)
        model.open.set()
        await first
        assert await last == 0.99
    assert model.seen == ["first", "nasty"]


async def test_a_slow_model_makes_its_labels_silent() -> None:
    """Detection waits no longer than its time budget, and the answer that comes late does no harm."""
    model, notes = Model(), Notes()
    async with detecting(model, notes=notes) as detector:
        await up(detector)
        model.open.clear()
        signals = await Detection([detector], patience=0.02).listen(saying("nasty"))
        assert signals.silent == frozenset(LABELS) and not signals.unread and not signals.given
        model.open.set()
        assert await toxicity(detector, "kind") == 0.01
    assert notes.lost == ["the toxicity model did not answer in time"]


async def test_a_text_the_model_cannot_read_is_unknown_and_no_failure() -> None:
    """Nothing is broken, so nothing is said of it; the labels are silent, and marked as unread."""
    notes = Notes()
    async with detecting(Model(), notes=notes) as detector:
        signals = await Detection([detector], patience=30).listen(saying("日本語で話します"))
    assert signals.silent == signals.unread == frozenset(LABELS)
    assert notes.said == ["up: shipped"] and notes.lost == []


async def test_a_label_the_model_leaves_out_is_unknown() -> None:
    """Silence is not zero, label by label."""
    model = Model(says=lambda texts: [{"toxicity": 0.4} for _ in texts])
    async with detecting(model) as detector:
        signals = await Detection([detector], patience=30).listen(saying("kind"))
    assert signals.score("toxicity") == 0.4
    assert signals.silent == signals.unread == frozenset(LABELS) - {"toxicity"}


async def test_the_language_is_told_where_somebody_tells_it() -> None:
    """A model with a calibration of its own for a language hears which it is."""
    model = Model()
    async with detecting(model, language=lambda text: "es" if "hola" in text else None) as detector:
        await toxicity(detector, "hola")
        await toxicity(detector, "hello")
    assert model.languages == [["es"], [None]]


async def test_closing_ends_the_thread_and_lets_go_of_the_model() -> None:
    """Who still waits hears that nothing will come, and nothing is loaded again."""
    model = Model()
    async with detecting(model) as detector:
        first = await held(detector, model)
        waiting = asyncio.create_task(detector.inspect(saying("second")))
        await asyncio.sleep(0)
        closing = asyncio.create_task(detector.aclose())
        with pytest.raises(DetectorError, match="stopping"):
            await waiting
        model.open.set()
        await closing
        with pytest.raises(DetectorError):
            await first
        with pytest.raises(DetectorError):
            await detector.inspect(saying("after the end"))
    assert model.closed and not [one for one in threading.enumerate() if one.name == "toxicity"]


async def test_a_model_that_hangs_does_not_keep_the_bot_from_stopping() -> None:
    """The thread is left to the end of the process."""
    model = Model()
    async with detecting(model) as detector:
        first = await held(detector, model)
        await detector.aclose(grace=0.01)
        with pytest.raises(DetectorError):
            await first
