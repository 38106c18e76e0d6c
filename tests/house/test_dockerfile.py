"""The container: what its file does is done here in an empty folder, because not every machine has an engine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.house.dockerfile import Instruction, read
from tests.house.programs import ROOT

STEPS = tuple(read((ROOT / "Dockerfile").read_text()))


@dataclass
class Box:
    """A folder that stands for the root of the image; paths of the image are led below it."""

    root: Path
    workdir: Path
    env: dict[str, str] = field(default_factory=dict)

    def inside(self, path: str) -> Path:
        return self.root / path.removeprefix("/") if path.startswith("/") else self.workdir / path

    def led(self, word: str) -> str:
        """A word of a command with the image's absolute paths led below the folder."""
        return str(self.inside(word)) if word.startswith("/") else word

    def follow(self, step: Instruction) -> None:
        match step.name:
            case "ENV":
                self.env |= {
                    name: self.led(value) for name, value in step.settings.items() if name != "PIP_NO_CACHE_DIR"
                }
            case "WORKDIR":
                self.workdir = self.inside(step.rest)
                self.workdir.mkdir(parents=True, exist_ok=True)
            case "COPY":
                self.copy(*step.words)
            case "RUN":
                words = [self.led(word) for word in step.words]
                if os.geteuid() != 0:  # only root gives folders to somebody else
                    words = [word for word in words if word not in {"--owner", "--group", "10001"}]
                self.run(words)

    def copy(self, *names: str) -> None:
        *sources, target = names
        for name in sources:
            source, place = ROOT / name, self.inside(target)
            if source.is_dir():
                shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                place = place / source.name if target.endswith("/") or target == "." else place
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, place)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name == "LANG"}
        return {**kept, "HOME": str(self.root), **self.env, "PATH": f"{self.root / 'venv/bin'}:/usr/bin:/bin"}

    def run(self, words: list[str]) -> None:
        done = subprocess.run(
            words, cwd=self.workdir, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(port: int, server: subprocess.Popen[str] | subprocess.Popen[bytes]) -> bool:
    """Whether /healthz says 200; waits as long as the server lives and the test may run."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return False
        except OSError:
            time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """The image after its last step, installed from the hash-locked files into an interpreter of its own."""
    root = tmp_path_factory.mktemp("image")
    subprocess.run([sys.executable, "-m", "venv", root / "venv"], check=True)
    built = Box(root, root)
    for step in STEPS:
        built.follow(step)
    return built


@pytest.mark.timeout(600)
def test_the_image_serves_and_says_it_is_healthy(box: Box) -> None:
    """The command of the image starts the room, the health check of the image agrees, and SIGTERM ends it well."""
    port = str(_free_port())
    command = next(step for step in STEPS if step.name == "CMD").words
    health = next(step for step in STEPS if step.name == "HEALTHCHECK").rest.partition(" CMD ")[2]
    with subprocess.Popen(
        ["127.0.0.1" if word == "0.0.0.0" else port if word == "8080" else word for word in command],
        cwd=box.workdir,
        env=box.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            healthy = _healthy(int(port), server)
            box.run([*Instruction("CMD", health).words, "--port", port])
        finally:
            server.send_signal(signal.SIGTERM)
            said, _ = server.communicate(timeout=30)
    assert healthy, said
    assert server.returncode == 0, said


@pytest.mark.timeout(600)
def test_the_image_keeps_its_data_in_one_place(box: Box) -> None:
    """Nothing but /data is written to, so the rest may be mounted read-only."""
    port = str(_free_port())
    before = {path for path in box.root.rglob("*") if "data" not in path.relative_to(box.root).parts[:1]}
    with subprocess.Popen(["sereno", "run", "--port", port], cwd=box.workdir, env=box.environment) as server:
        assert _healthy(int(port), server)
        server.terminate()
    after = {path for path in box.root.rglob("*") if "data" not in path.relative_to(box.root).parts[:1]}
    assert {path for path in after - before if path.suffix != ".pyc" and path.name != "__pycache__"} == set()
    assert list((box.root / "data").iterdir())


@pytest.mark.timeout(600)
def test_the_image_holds_no_torch(box: Box) -> None:
    """The default install is small: model training and its gigabytes stay outside."""
    installed = {path.name.partition("-")[0].casefold() for path in (box.root / "venv").rglob("*.dist-info")}
    assert "sereno" in installed
    assert not installed & {"torch", "detoxify", "transformers", "pytest"}


def test_the_image_does_not_run_as_root() -> None:
    """The last USER is a number that is not 0, which orchestrators can verify."""
    users = [step.rest for step in STEPS if step.name == "USER"]
    assert users[-1] == "10001:10001"


def test_compose_takes_every_privilege_away() -> None:
    """The service reads its image, writes its volume and a small /tmp, and is reached from this machine only."""
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["sereno"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert [volume.partition(":")[2] for volume in service["volumes"]] == ["/data"]
