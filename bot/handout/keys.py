"""What Redis keys are called, and nothing else: docs/scaling.md says what lies in each and how long."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "sereno:1:"
"""The figure is the version of what is written there (wire.py): processes of two versions never read each other."""
GROUP: Final = "workers"


def texts(model: str) -> str:
    """The stream of texts for this model."""
    return f"{PREFIX}{model}:texts"


def alive(model: str) -> str:
    """There while a worker with this model is alive."""
    return f"{PREFIX}{model}:alive"


def answers(gateway: str) -> str:
    """The stream of answers to one gateway."""
    return f"{PREFIX}answers:{gateway}"


def known(gateway: str) -> str:
    """There while Redis has forgotten nothing that this gateway put into it."""
    return f"{PREFIX}known:{gateway}"
