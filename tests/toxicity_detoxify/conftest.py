"""The genuine Detoxify on a tiny checkpoint of its own format, made here in seconds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.toxicity_detoxify.needs import MISSING, REASON, REQUIRED
from tests.toxicity_detoxify.tiny import TEXTS, Folder, bert, roberta

if TYPE_CHECKING:
    from moderation.toxicity.detoxify import DetoxifyModel
    from moderation.toxicity.parity import Parity


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Whoever runs the tests without Detoxify is told so in a line of its own."""
    if MISSING and not REQUIRED:
        terminalreporter.section("NOT TESTED: the genuine Detoxify", yellow=True, bold=True)
        terminalreporter.line(REASON)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A checkpoint like `original`: six classes under their old names, six outputs."""
    return bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="session")
def tiny_roberta(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A checkpoint like `unbiased`: seven classes, sixteen outputs, beside an encoder's own untouched files."""
    return roberta(tmp_path_factory.mktemp("roberta"))


@pytest.fixture(scope="session")
def model(tiny: Folder) -> DetoxifyModel:
    """The tiny checkpoint, loaded as a running bot loads it."""
    from moderation.toxicity.detoxify import DetoxifyModel

    return DetoxifyModel("tiny", tiny.checkpoint)


@pytest.fixture(scope="session")
def optimised(model: DetoxifyModel, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Parity]:
    """The tiny checkpoint, exported once for all tests."""
    from moderation.toxicity.export import optimise

    target = tmp_path_factory.mktemp("fast") / "tiny.fast"
    return target, optimise(model, TEXTS, target, timed=64)
