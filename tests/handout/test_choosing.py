"""Which detector a process has follows from its role and from whether there is a Redis."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import Role, Settings, settings_from
from bot.detecting import toxicity_model
from bot.handout.choosing import detectors_for, model_key, model_of
from bot.handout.detector import HandedOut
from bot.handout.local import OwnWhenAlone
from bot.handout.waiting import Bounds
from moderation.errors import DetectorError, UserError
from moderation.toxicity.detector import ToxicityDetector
from tests.handout.server import Server
from tests.handout.yard import MODEL, Yard, saying, toxicity, until
from tests.toxicity.models import Model, scores


def settings(role: Role = "all", redis: str | None = None, **environ: str) -> Settings:
    given = {"SERENO_REDIS_URL": redis} if redis is not None else {}
    return replace(settings_from(None, {**given, **environ}), role=role)


def test_without_redis_one_process_does_everything() -> None:
    """Nothing changes for whoever has no Redis."""
    (detector,) = detectors_for(settings(), toxicity_model())
    assert isinstance(detector, ToxicityDetector)


def test_a_gateway_never_has_a_model() -> None:
    """It hands out, and has nothing else."""
    (detector,) = detectors_for(settings("gateway", "redis://127.0.0.1:1/0"), toxicity_model())
    assert isinstance(detector, HandedOut)


def test_a_gateway_without_redis_is_a_mistake_that_is_explained() -> None:
    """Its messages would never be scored."""
    with pytest.raises(UserError, match="--role gateway needs Redis"):
        detectors_for(settings("gateway"), toxicity_model())


def test_a_gateway_needs_no_files_of_the_model(tmp_path: Path) -> None:
    """Rules may ask for scores of a model that lies only on the workers; there it must be, as elsewhere."""
    file = tmp_path / "sereno.yaml"
    file.write_text("toxicity: {model: detoxify:multilingual}\n", encoding="utf-8")
    read = settings_from(file, {"SERENO_DATA_DIR": str(tmp_path), "SERENO_REDIS_URL": "redis://127.0.0.1:1/0"})
    assert model_of(read).make is None
    there = model_of(replace(read, role="gateway"))
    assert there.names == {"detoxify", "detoxify:multilingual"} and there.labels
    assert there.make is not None
    with pytest.raises(DetectorError):
        there.make()


def test_the_version_of_the_shipped_model_is_part_of_what_is_agreed_upon() -> None:
    """During an upgrade a gateway is not given scores of the last version's model."""
    key = model_key(toxicity_model())
    assert key.startswith("shipped:") and key != "shipped:"


async def test_a_process_that_does_everything_scores_itself_when_it_is_alone(ground: Yard) -> None:
    """Workers are asked while there are any; when they are gone, nobody notices."""
    workers = await ground.gateway(Bounds(patience=60, grace=1.0, hopeful=False))
    own = ToxicityDetector(lambda: Model(name="own", says=lambda texts: [scores(toxicity=0.5) for _ in texts]))
    both = OwnWhenAlone(workers, own)
    assert await toxicity(both, "nasty") == 0.5 and both.name == "own"
    hand = await ground.worker()
    await until(lambda: workers.trouble is None)
    assert await toxicity(both, "nasty") == 0.99 and both.name == MODEL
    await hand.drop()
    assert await toxicity(both, "asked of a worker that is dead") == 0.5
    await both.aclose()


async def test_a_text_that_workers_cannot_judge_is_not_tried_at_home(ground: Yard) -> None:
    """It may be what broke them."""
    workers = await ground.gateway(Bounds(patience=60, grace=60, hopeful=False))
    home = Model(name="own")
    both = OwnWhenAlone(workers, ToxicityDetector(lambda: home))
    both.start()
    await ground.worker()
    await until(lambda: workers.trouble is None)
    with pytest.raises(DetectorError, match="ValueError"):
        await both.inspect(saying("poison"))
    assert home.calls == []
    await both.aclose()


async def test_redis_lost_for_good_costs_a_process_that_does_everything_no_score(own_server: Server) -> None:
    """The model at home takes over, for those who were waiting too."""
    (detector,) = detectors_for(settings("all", own_server.url), toxicity_model())
    assert isinstance(detector, OwnWhenAlone)
    detector.start()
    await asyncio.to_thread(own_server.kill)
    signals = await detector.inspect(saying("what a lovely day"))
    assert {signal.detector.split(":")[0] for signal in signals} == {"shipped"}
    await detector.aclose()
