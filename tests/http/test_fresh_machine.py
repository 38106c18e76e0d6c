"""What somebody gets who has just installed Sereno: the local room, the shipped rules, the model in the box."""

from __future__ import annotations

import pytest

from tests.http.test_whole import Live
from tests.http.test_whole import live as live  # noqa: PLC0414 - pytest finds a fixture by its name

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize(
    ("kind", "unkind"),
    [
        (
            "does anybody know why the printer hates me today?",
            "your family will not be safe when I come to your house tonight",
        ),
        (
            "os veo a todos mañana en la plaza, ¿traéis algo de comer?",
            "das pena, tienes menos cerebro que una piedra",
        ),
    ],
    ids=["English", "Spanish"],
)
async def test_the_first_minute(live: Live, kind: str, unkind: str) -> None:
    """No word list knows the unkind message, the model does: people are asked, and nobody is punished by a score."""
    await live.say(kind, "ana")
    await live.say(unkind, "eve")
    await live.app.settled()
    [case] = await live.cases()
    assert case["member"]["id"] == "eve"
    assert {"toxic-ask", "toxic-sure", "threat-ask"} >= set(case["rules"])
    done = {action["name"] for action in (await live.file(case["id"]))["actions"]}
    assert "ask" in done and not done & {"delete", "strike", "timeout", "kick", "ban"}
    assert kind in await live.texts()
