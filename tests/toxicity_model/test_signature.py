"""How the model that ships signs its scores in the bot."""

from __future__ import annotations

from moderation.toxicity.detector import ToxicityDetector
from moderation.toxicity.shipped import ShippedModel
from tests.journal.events import said


async def test_signature() -> None:
    """The scores of a message are signed with the model's name and the version of its weights."""
    detector = ToxicityDetector(ShippedModel)
    try:
        signals = await detector.inspect(said("1", "you are a worthless idiot").message)
    finally:
        await detector.aclose()
    assert {signal.detector for signal in signals} == {f"shipped:{ShippedModel().version}"}
    assert max(signal.score for signal in signals if signal.label == "toxicity") > 0.5
