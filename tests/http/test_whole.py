"""The contract over HTTP with everything real behind it: journal, rules, enforcer, desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.app import App
from bot.config import settings_from
from bot.console.address import Address
from bot.console.app import create
from bot.console.serve import parts_of
from bot.wiring import assemble
from tests.http.helpers import HOST, until

pytestmark = pytest.mark.timeout(60)


class Live:
    """A running bot and a client who holds the key."""

    def __init__(self, app: App, client: httpx.AsyncClient) -> None:
        self.app = app
        self.client = client

    async def say(self, text: str, author: str = "eve", **more: object) -> httpx.Response:
        body = {"channel": "general", "author": {"id": author}, "text": text, **more}
        return await self.client.post("/api/room/messages", json=body)

    async def texts(self, reader: str | None = None) -> list[str]:
        query = {"channel": "general"} | ({} if reader is None else {"member": reader})
        return [line["text"] for line in (await self.client.get("/api/room/messages", params=query)).json()]

    async def cases(self, **query: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (await self.client.get("/api/cases", params=query)).json()
        return listed

    async def file(self, case: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"/api/cases/{case}")).json()
        return found


@pytest_asyncio.fixture
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    app = assemble(settings_from(None, {"SERENO_DATA_DIR": str(tmp_path)})).app
    plaza = app.chats["plaza"]
    plaza.connect(app.accept)  # type: ignore[attr-defined]
    parts = parts_of(app, plaza, Address())  # type: ignore[arg-type]
    await app.start()
    transport = httpx.ASGITransport(app=create(parts), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {parts.keys.key}"}
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", headers=headers) as client:
        yield Live(app, client)
    await app.stop(4)


async def test_from_a_slur_to_a_case_and_back(live: Live) -> None:
    """The whole walk: accepted, removed, explained, on the ladder, taken back, forgiven, told."""
    await live.say("good evening", "ana")
    await live.say("you b l a r g")
    await live.app.settled()
    assert await live.texts() == ["good evening"]
    [case] = [one for one in await live.cases() if "room-slur" in one["rules"]]
    assert (case["state"], case["member"]) == ("decided", {"id": "eve", "name": "Eve"})
    file = await live.file(case["id"])
    [evidence] = file["messages"]
    start, end = evidence["spans"][0]
    assert evidence["text"][start:end] == "b l a r g"
    [rule] = [one for one in file["decided_by"] if one["id"] == "room-slur"]
    assert rule["why"]["es"] == "Aquí no se permiten insultos discriminatorios." and rule["because"]
    assert {(one["name"], one["outcome"]) for one in file["actions"]} >= {("delete", "applied"), ("strike", "applied")}
    [standing] = file["standing"]
    assert (standing["ladder"], standing["points"], standing["given"]) == ("room", 1, 1)
    assert [step["points"] for step in standing["steps"]] == [3, 6, 9]
    assert any("Slurs are not allowed here." in text for text in await live.texts("eve"))
    assert file["reasons"]["automated_decision"] == "AUTOMATED_DECISION_FULLY"

    undone = await live.client.post(f"/api/cases/{case['id']}/undo")
    assert undone.status_code == 200 and undone.json()["state"] == "overturned"
    await live.app.settled()
    assert await live.texts() == ["good evening", "you b l a r g"]
    file = await live.file(case["id"])
    assert file["standing"][0]["points"] == 0 and file["verbs"] == ["not-a-problem"]
    assert any("taken back" in text for text in await live.texts("eve"))
    again = await live.client.post(f"/api/cases/{case['id']}/undo")
    assert again.status_code in (200, 409)
    refused = await live.client.post(f"/api/cases/{case['id']}/uphold")
    assert refused.status_code == 409 and refused.json()["by"] == "console"


async def test_a_case_is_found_by_its_message_number_and_state(live: Live) -> None:
    """What the page asks when somebody wants to know why a message is gone."""
    line = (await live.say("zonkhead")).json()["id"]
    await live.app.settled()
    [case] = await live.cases(message=line)
    assert (await live.file(str(case["number"])))["id"] == case["id"]
    assert case["id"] in [one["id"] for one in await live.cases(state="decided")]
    assert await live.cases(state="appealed") == []
    assert await live.cases(message="never-said") == []


async def test_what_waits_is_upheld_by_a_person(live: Live) -> None:
    """A held link waits; saying that it was right decides the case and leaves the link hidden."""
    await live.say("see https://my-lamps.example", "eve")
    await live.app.settled()
    assert await live.texts() == []
    [case] = await live.cases(state="waiting")
    assert case["state"] == "held" and (await live.file(case["id"]))["verbs"] == ["undo", "uphold", "not-a-problem"]
    upheld = await live.client.post(f"/api/cases/{case['id']}/uphold")
    assert (upheld.status_code, upheld.json()["state"], upheld.json()["changed_by"]) == (200, "decided", "console")
    assert await live.texts() == [] and await live.cases(state="waiting") == []


async def test_notices_speak_the_language_of_their_reader(live: Live) -> None:
    """The page's language travels with what is written."""
    body = {"channel": "general", "author": {"id": "eve"}, "text": "blarg"}
    await live.client.post("/api/room/messages", json=body, headers={"Accept-Language": "es-AR,es;q=0.9"})
    await live.app.settled()
    [notice] = await live.texts("eve")
    assert "Aquí no se permiten insultos discriminatorios." in notice and "Tu mensaje" in notice


async def test_an_edit_is_judged_too(live: Live) -> None:
    """A slur that arrives with an edit vanishes like any other."""
    line = (await live.say("good evening", "ana")).json()["id"]
    await live.client.patch(f"/api/room/messages/{line}", json={"text": "good evening, zonkhead"})
    await live.app.settled()
    assert await live.texts() == []
    [case] = await live.cases(message=line)
    assert (await live.file(case["id"]))["messages"][0]["text"] == "good evening, zonkhead"


async def test_the_audit_tells_who_did_what(live: Live) -> None:
    """Rows in order, each with its hash, continued from any of them."""
    await live.say("zonkhead")
    await live.app.settled()
    [case] = [one for one in await live.cases() if "room-slur" in one["rules"]]
    await live.client.post(f"/api/cases/{case['id']}/undo")
    await live.app.settled()
    rows = (await live.client.get("/api/audit")).json()
    assert [row["seq"] for row in rows] == list(range(rows[0]["seq"], rows[0]["seq"] + len(rows)))
    assert {row["actor"] for row in rows} >= {"rules", "console"} and all(len(row["hash"]) == 64 for row in rows)
    rest = (await live.client.get("/api/audit", params={"after": rows[2]["seq"], "limit": 2})).json()
    assert rest == rows[3:5]


async def test_not_a_problem_gives_back_and_says_why(live: Live) -> None:
    """The message returns, the reason stands on the case, and the word of a list moved no threshold."""
    await live.say("you b l a r g")
    await live.app.settled()
    [case] = [one for one in await live.cases() if "room-slur" in one["rules"]]
    for body in ({}, {"why": "because"}, {"why": "joke", "more": 1}):
        refused = await live.client.post(f"/api/cases/{case['id']}/not-a-problem", json=body)
        assert refused.status_code == 422
    answer = await live.client.post(f"/api/cases/{case['id']}/not-a-problem", json={"why": "reclaimed"})
    file = answer.json()
    assert answer.status_code == 200 and (file["state"], file["verbs"], file["moved"]) == ("overturned", [], [])
    assert (file["said"]["said"], file["said"]["why"], file["said"]["by"]) == ("not_a_problem", "reclaimed", "console")
    await live.app.settled()
    assert await live.texts() == ["you b l a r g"]


async def test_a_full_disk_turns_health_red_and_recovers_by_itself(live: Live) -> None:
    """Nothing is acknowledged meanwhile, the reason is named, and afterwards everything goes on."""
    journal = live.app.journal
    pages = await journal.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one(), "test")
    await journal.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages}"), "test")
    answers = [(await live.say(f"{number} {'x' * 3000}", "ana")).status_code for number in range(30)]
    assert 503 in answers and set(answers) <= {201, 503}
    health = await live.client.get("/healthz")
    assert health.status_code == 503 and "no room left" in health.json()["reasons"]["journal"]
    assert (await live.client.get("/readyz")).status_code == 503
    assert "sereno_up 0.0" in (await live.client.get("/metrics")).text
    await journal.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000"), "test")
    await until(lambda: live.app.trouble is None)
    assert (await live.client.get("/healthz")).json() == {"status": "ok", "reasons": {}}
    assert (await live.say("after", "ana")).status_code == 201
