from __future__ import annotations

import httpx
import pytest
import structlog

from tests.http.helpers import BEARER, Site

JSON = {"Content-Type": "application/json"}
GOOD = b'{"channel": "general", "author": {"id": "eve"}, "text": "hi"}'


async def post(web: Site, body: bytes, headers: dict[str, str] = JSON) -> httpx.Response:
    return await web.client.post("/api/room/messages", content=body, headers=headers)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe{}", 400),
        (b"\xef\xbb\xbf{}", 400),
        (b'{"text": "a", "text": "b", "channel": "general", "author": {"id": "eve"}}', 400),
        (b'{"channel": "general", "author": {"id": "eve", "id": "mod"}, "text": "hi"}', 400),
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b'{"a":' * 33 + b"1" + b"}" * 33, 400),
        (b'{"text": NaN}', 400),
        (b'{"text": ' + b"9" * 5000 + b"}", 400),
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'"hi"', 422),
        (b"{}", 422),
        (b'{"channel": "general", "author": {"id": "eve"}, "text": 1}', 422),
        (b'{"channel": "general", "author": {"id": "eve"}, "text": "hi", "extra": 1}', 422),
        (b'{"channel": "general", "author": {"id": "e v e"}, "text": "hi"}', 422),
        (b'{"channel": "general", "author": {"id": ""}, "text": "hi"}', 422),
        (b'{"channel": "general", "author": {"id": "eve", "here_since": "yesterday"}, "text": "hi"}', 422),
        (b'{"channel": "general", "author": {"id": "eve", "here_since": "2026-01-01T00:00:00"}, "text": "hi"}', 422),
        (b'{"channel": "general", "author": {"id": "eve", "roles": "mod"}, "text": "hi"}', 422),
        (b'{"channel": "general", "author": {"id": "eve"}, "text": "' + b"x" * 40_001 + b'"}', 422),
        (b'{"channel": "nowhere", "author": {"id": "eve"}, "text": "hi"}', 404),
        (b'{"channel": "~door", "author": {"id": "eve"}, "text": "hi"}', 404),
        (b'{"channel": "general", "author": {"id": "sereno"}, "text": "hi"}', 403),
        (b" " * 1_000_001, 413),
    ],
)
async def test_a_bad_body_is_a_problem(web: Site, body: bytes, status: int) -> None:
    """Each is answered with its status and an RFC 9457 body without a trace, and nothing is kept."""
    answer = await post(web, body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status and problem["title"] and problem["detail"]
    assert "Traceback" not in answer.text and "/site-packages/" not in answer.text
    assert not web.room.accepted


async def test_a_body_without_its_type_is_refused(web: Site) -> None:
    """A form on another page can send text/plain, never application/json."""
    for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        assert (await post(web, GOOD, headers)).status_code == 415
    assert (await post(web, GOOD, {"Content-Type": "Application/JSON; charset=utf-8"})).status_code == 201


async def test_a_body_that_claims_to_be_large_is_not_read(web: Site) -> None:
    """Content-Length alone is enough to say no."""
    answer = await post(web, GOOD, {**JSON, "Content-Length": "99999999999999999999"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/api/room/messages/nothing"),
        ("DELETE", "/api/room/messages/nothing"),
        ("DELETE", "/api/room/messages/%00"),
        ("DELETE", "/api/room/members/nobody"),
        ("GET", "/api/room/messages?channel=nowhere"),
        ("GET", "/api/cases/nothing"),
        ("GET", "/api/cases/%F0%9F%8C%99"),
        ("POST", "/api/cases/nothing/undo"),
        ("GET", "/api/nothing"),
        ("GET", "/static/../app.py"),
        ("GET", "/static/%2e%2e/app.py"),
        ("GET", "/docs"),
    ],
)
async def test_what_does_not_exist_is_404(web: Site, method: str, path: str) -> None:
    """Unknown ids, channels, people, cases and addresses alike."""
    body = {"json": {"text": "x"}} if method == "PATCH" else {}
    answer = await web.client.request(method, path, headers=BEARER, **body)  # type: ignore[arg-type]
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/api/cases?state=sleeping",
        "/api/cases?limit=0",
        "/api/cases?limit=501",
        "/api/cases?before=x",
        f"/api/audit?after={10**30}",
        "/api/audit?after=-1",
        "/api/room/messages",
    ],
)
async def test_bad_queries_are_422(web: Site, path: str) -> None:
    """A query is checked like a body."""
    assert (await web.client.get(path, headers=BEARER)).status_code == 422


async def test_a_wrong_method_is_405(web: Site) -> None:
    """With the same kind of body as every other problem."""
    answer = await web.client.put("/api/room/messages", json={})
    assert answer.status_code == 405 and answer.json()["status"] == 405


async def test_what_breaks_inside_is_a_plain_500(web: Site) -> None:
    """Nobody learns from an answer how Sereno looks inside."""
    await web.room.plaza.hall.ready()
    web.room.plaza.hall.residents = None  # type: ignore[assignment]
    with structlog.testing.capture_logs() as logged:
        answer = await web.client.get("/api/room")
    assert [line["event"] for line in logged] == ["an answer broke"]
    assert answer.status_code == 500
    assert answer.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something went wrong on our side.",
    }
