"""A gateway's detector over a real server: for whoever asks it is like a model in this process."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.handout.waiting import Bounds
from moderation.detection import Detection
from moderation.errors import DetectorError
from moderation.model import Signal
from moderation.toxicity.labels import LABELS
from tests.handout.yard import MODEL, PATIENT, Yard, saying, toxicity, until
from tests.toxicity.models import Model, Notes, scores


async def test_a_message_gets_all_labels_from_the_workers_model(ground: Yard) -> None:
    """Each label is a signal that names the model that judged, as if it had been in this process."""
    await ground.worker()
    gateway = await ground.gateway()
    signals = await gateway.inspect(saying("you nasty thing"))
    assert {signal.label for signal in signals} == set(LABELS)
    assert {signal.detector for signal in signals} == {MODEL} and gateway.name == MODEL
    assert max(signals, key=lambda signal: signal.score) == Signal("toxicity", 0.99, MODEL)


async def test_a_burst_is_judged_in_batches_and_each_gets_its_own_answer(ground: Yard) -> None:
    """A thousand messages that wait together cost few calls of the model."""
    model = Model(name=MODEL)
    await ground.worker(model)
    gateway = await ground.gateway()
    texts = [f"nasty {n}" if n % 10 == 0 else f"kind {n}" for n in range(1000)]
    found = await asyncio.gather(*(toxicity(gateway, text) for text in texts))
    assert found == [0.99 if n % 10 == 0 else 0.01 for n in range(1000)]
    assert set(model.seen) == set(texts)
    assert len(model.calls) < 300


async def test_messages_wait_for_the_first_worker(ground: Yard) -> None:
    """A gateway that starts first does not call its first messages unknown."""
    gateway = await ground.gateway()
    asked = asyncio.create_task(toxicity(gateway, "nasty"))
    await until(lambda: gateway.tally.put)
    assert not asked.done()
    await ground.worker()
    assert await asked == 0.99


async def test_a_message_without_words_needs_nobody(ground: Yard) -> None:
    """A picture alone says nothing, and that is known without asking anybody."""
    gateway = await ground.gateway()
    assert {signal.score for signal in await gateway.inspect(saying(" \n"))} == {0.0}
    assert gateway.tally.asked == 0


@pytest.mark.parametrize(
    "text",
    [
        "\ud83d lone surrogate nasty",
        "nul \0 nasty",
        "nasty " + "x" * 50_000,
        "👩‍👩‍👧 ñandú nasty",
        "*1\r\n$4\r\nPING nasty",
    ],
)
async def test_a_text_arrives_as_it_was_written(ground: Yard, text: str) -> None:
    """Whatever people manage to write, the model sees exactly that."""
    model = Model(name=MODEL)
    await ground.worker(model)
    assert await toxicity(await ground.gateway(), text) == 0.99
    assert model.seen == [text]


async def test_one_text_that_breaks_the_model_silences_nobody_else(ground: Yard) -> None:
    """The others of its batch are judged, and the gateway hears at once, without what the model said about the text."""
    await ground.worker()
    gateway = await ground.gateway()
    tasks = [asyncio.create_task(toxicity(gateway, text)) for text in ("nasty", "poison", "kind")]
    with pytest.raises(DetectorError, match="ValueError") as failed:
        await tasks[1]
    assert "breaks the model" not in str(failed.value)
    assert [await tasks[0], await tasks[2]] == [0.99, 0.01]
    assert gateway.trouble is None


@pytest.mark.parametrize(
    "answers",
    [
        lambda texts: [scores(toxicity=math.nan) for _ in texts],
        lambda texts: [scores(insult=1.01) for _ in texts],
        lambda texts: [{"insult": "high"} for _ in texts],
        lambda texts: [],
    ],
    ids=["NaN", "above 1", "a word", "none"],
)
async def test_nonsense_from_a_model_is_no_answer(ground: Yard, answers: Callable[[Sequence[str]], Any]) -> None:
    """What is no probability is unknown, and the next message is judged."""
    model = Model(name=MODEL, says=answers)
    await ground.worker(model)
    gateway = await ground.gateway()
    with pytest.raises(DetectorError):
        await gateway.inspect(saying("kind"))
    model.says = None
    assert await toxicity(gateway, "nasty") == 0.99


async def test_a_text_the_model_cannot_read_is_unknown_and_no_failure(ground: Yard) -> None:
    """Nothing is broken, so the labels are silent and marked as unread."""
    await ground.worker()
    signals = await Detection([await ground.gateway()], patience=60).listen(saying("日本語で話します"))
    assert signals.silent == signals.unread == frozenset(LABELS)


async def test_a_label_the_model_leaves_out_is_unknown(ground: Yard) -> None:
    """Silence is not zero, label by label, over the wire too."""
    await ground.worker(Model(name=MODEL, says=lambda texts: [{"toxicity": 0.4} for _ in texts]))
    signals = await Detection([await ground.gateway()], patience=60).listen(saying("kind"))
    assert signals.score("toxicity") == 0.4
    assert signals.silent == frozenset(LABELS) - {"toxicity"}


async def test_a_slow_worker_makes_labels_silent_and_its_late_answer_does_no_harm(ground: Yard) -> None:
    """Detection waits no longer than its time budget; what nobody waits for is dropped, and the next one is judged."""
    model, notes = Model(name=MODEL), Notes()
    await ground.worker(model)
    gateway = await ground.gateway(notes=notes)
    await toxicity(gateway, "warm")
    model.open.clear()
    signals = await Detection([gateway], patience=0.05).listen(saying("nasty"))
    assert signals.silent == frozenset(LABELS) and not signals.unread and not signals.given
    model.open.set()
    assert await toxicity(gateway, "kind") == 0.01
    assert notes.lost == ["no scoring worker answered in time"] and gateway.waiting == 0


async def test_its_own_patience_ends_too(ground: Yard) -> None:
    """Nobody hangs, whoever asks."""
    gateway = await ground.gateway(Bounds(patience=0.2, grace=60))
    with pytest.raises(DetectorError, match="in time"):
        await gateway.inspect(saying("nasty"))


async def test_what_nobody_waits_for_is_taken_back(ground: Yard) -> None:
    """A worker that comes later does not spend its time on it, and the text does not lie in Redis any longer."""
    gateway = await ground.gateway(Bounds(patience=0.3, grace=60))
    with pytest.raises(DetectorError):
        await gateway.inspect(saying("late"))
    async with Redis.from_url(ground.server.url) as client:
        while await client.xlen(f"sereno:1:{MODEL}:texts"):
            await asyncio.sleep(0.01)
    model = Model(name=MODEL)
    await ground.worker(model)
    patient = await ground.gateway()
    assert await toxicity(patient, "nasty") == 0.99
    assert model.seen == ["nasty"]


async def test_too_many_waiting_messages_are_silent_at_once(ground: Yard) -> None:
    """Memory stays bounded here and in Redis: what does not fit is unknown, and who waits is judged."""
    gateway = await ground.gateway(Bounds(patience=60, grace=60, most_waiting=2))
    two = [asyncio.create_task(toxicity(gateway, text)) for text in ("nasty", "kind")]
    await until(lambda: gateway.waiting == 2)
    with pytest.raises(DetectorError, match="too many"):
        await gateway.inspect(saying("one too many"))
    await ground.worker()
    assert await asyncio.gather(*two) == [0.99, 0.01]
    assert gateway.tally.full == 1


async def test_without_a_worker_everything_is_silent_at_once_after_a_while(ground: Yard) -> None:
    """Rules that need no score are not held up by what is not there; it is told once, and told when it is mended."""
    notes = Notes()
    gateway = await ground.gateway(Bounds(patience=60, grace=0.3), notes=notes)
    with pytest.raises(DetectorError, match=f"no scoring worker with the model {MODEL} is alive"):
        await gateway.inspect(saying("nasty"))
    assert gateway.trouble is not None
    await ground.worker()
    await until(lambda: gateway.trouble is None)
    assert await toxicity(gateway, "nasty") == 0.99
    await until(lambda: len(notes.said) > 1)
    assert notes.said == [f"down: no scoring worker with the model {MODEL} is alive", f"up: {MODEL}"]


async def test_two_models_never_mix(ground: Yard) -> None:
    """Workers with another model, or another version of it, leave these texts alone."""
    other = Model(name="fake:2", says=lambda texts: [scores(toxicity=0.5) for _ in texts])
    await ground.worker(other, key="fake:2")
    one, two = await ground.gateway(), await ground.gateway(model="fake:2")
    asked = asyncio.create_task(toxicity(one, "nasty"))
    assert await toxicity(two, "nasty") == 0.5
    assert not asked.done()
    await ground.worker()
    assert await asked == 0.99
    assert other.seen == ["nasty"]


async def test_closing_tells_whoever_waits(ground: Yard) -> None:
    """Nothing will come, and nothing is asked any more."""
    gateway = await ground.gateway()
    waiting = asyncio.create_task(gateway.inspect(saying("nasty")))
    await until(lambda: gateway.waiting)
    await gateway.aclose()
    with pytest.raises(DetectorError, match="stopping"):
        await waiting
    with pytest.raises(DetectorError, match="stopping"):
        await gateway.inspect(saying("after the end"))


async def test_a_wrong_answer_from_a_stranger_is_no_score(ground: Yard) -> None:
    """Whatever else writes to the same Redis: what is no probability, no answer or for nobody never becomes a score."""
    gateway = await ground.gateway()
    asked = asyncio.create_task(gateway.inspect(saying("nasty")))
    await until(lambda: gateway.tally.put)
    async with Redis.from_url(ground.server.url) as client:
        entries: Any = await client.xrange(f"sereno:1:{MODEL}:texts")
        ((_, fields),) = entries
        where = b"sereno:1:answers:" + fields[b"g"]
        for nonsense in (b"", b"{", b"[1]", b"[[7]]", b'[["1", null, []]]', b'[[999, null, [["toxicity", 1.0, "x"]]]]'):
            await client.xadd(where, {b"a": nonsense})
        await client.xadd(where, {b"other": b"field"})
        await client.xadd(where, {b"a": b'[[1, null, [["toxicity", NaN, "x"]]]]'})
    with pytest.raises(DetectorError, match="outside"):
        await asked
    assert gateway.trouble is None


async def test_a_stranger_in_the_texts_does_not_stop_a_worker(ground: Yard) -> None:
    """An entry no gateway can have put there is thrown away."""
    async with Redis.from_url(ground.server.url) as client:
        await client.xadd(f"sereno:1:{MODEL}:texts", {b"x": b"y"})
        await client.xadd(f"sereno:1:{MODEL}:texts", {b"g": b"\xff", b"n": b"one", b"t": b"\xff\xfe"})
        await ground.worker()
        assert await toxicity(await ground.gateway(), "nasty") == 0.99
        assert await client.xlen(f"sereno:1:{MODEL}:texts") == 0


async def test_nothing_of_a_message_stays_in_redis(ground: Yard) -> None:
    """Once answered, no text lies in any key; answers go when they are read."""
    await ground.worker()
    gateway = await ground.gateway(PATIENT)
    await asyncio.gather(*(toxicity(gateway, f"canary {n}") for n in range(50)))
    async with Redis.from_url(ground.server.url) as client:
        for key in await client.keys("sereno:1:*"):
            while (await client.type(key)) == b"stream" and await client.xlen(key):
                await asyncio.sleep(0.01)
            assert await client.pttl(key) > 0 or (await client.type(key)) == b"stream"
