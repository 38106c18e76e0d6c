"""`sereno run --role …` as a person calls it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.detecting import toxicity_model
from bot.handout.choosing import model_key
from tests.handout.server import Server
from tests.handout.yard import saying, toxicity, yard
from tests.house.programs import ROOT, sereno


@pytest.mark.parametrize("role", ["worker", "gateway"])
def test_a_role_without_redis_is_a_mistake_that_is_explained(tmp_path: Path, role: str) -> None:
    """One line, exit code 2, and what to write."""
    ended = sereno("run", "--role", role, SERENO_DATA_DIR=str(tmp_path / "data"))
    assert ended.returncode == 2, ended.stderr
    line = ended.stderr.strip().splitlines()[-1]
    assert f"--role {role} needs Redis" in line and "SERENO_REDIS_URL" in line


def test_a_worker_without_its_model_says_what_is_missing(tmp_path: Path) -> None:
    """It would take nothing for ever."""
    file = tmp_path / "sereno.yaml"
    file.write_text("toxicity: {model: detoxify:multilingual}\nredis: redis://127.0.0.1:1/0\n", encoding="utf-8")
    ended = sereno("run", "--role", "worker", "--config", file, SERENO_DATA_DIR=str(tmp_path / "data"))
    assert ended.returncode == 2 and "detoxify:multilingual is not there" in ended.stderr


async def worker(url: str, data: Path) -> asyncio.subprocess.Process:
    environ = {**os.environ, "SERENO_REDIS_URL": url, "SERENO_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-m", "bot", "run", "--role", "worker")
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, env=environ, cwd=data, stderr=pipe, stdout=pipe)


async def test_a_worker_scores_with_the_shipped_model_until_it_is_told_to_stop(
    tmp_path: Path, own_server: Server
) -> None:
    """The real command with the real model; SIGTERM ends it well, and its log repeats neither texts nor passwords."""
    async with yard(own_server) as ground:
        key = model_key(toxicity_model())
        process = await worker(own_server.url, tmp_path)
        gateway = await ground.gateway(model=key)
        assert await toxicity(gateway, "You are a stupid idiot and everybody hates you, canary") > 0.8
        assert await toxicity(gateway, "What a lovely day, canary") < 0.3
        assert {signal.detector for signal in await gateway.inspect(saying("hola"))} == {key}
        process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()
    assert process.returncode == 0, err
    lines = [json.loads(line) for line in err.decode().splitlines()]
    assert lines[-1]["event"] == "this worker has ended" and lines[-1]["answered"] == 3
    assert b"canary" not in err + out


async def test_a_worker_ends_while_redis_is_away(tmp_path: Path, own_server: Server) -> None:
    """SIGTERM is obeyed in any weather; what was wrong is told once, without the password."""
    own_server.kill()
    own_server.password = "hunter2-secret"
    process = await worker(own_server.url, tmp_path)
    assert process.stderr is not None
    told = b""
    while b"Redis cannot be reached" not in told:
        line = await process.stderr.readline()
        assert line, told
        told += line
    process.send_signal(signal.SIGTERM)
    _, rest = await process.communicate()
    assert process.returncode == 0
    assert (told + rest).count(b"Redis cannot be reached") == 1
    assert b"hunter2" not in told + rest
