"""Whatever comes in, what goes out is an answer: never a 5xx, never a trace, never a body that is no problem+json."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.http.helpers import BEARER, HOST, Site, site

FUZZ = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
PATHS = (
    "/api/room/messages",
    "/api/room/messages/{}",
    "/api/room/members",
    "/api/room/members/{}",
    "/api/cases",
    "/api/cases/{}",
    "/api/cases/{}/undo",
    "/api/cases/{}/uphold",
    "/api/cases/{}/not-a-problem",
    "/api/cases/{}/retract",
    "/api/audit",
    "/api/room",
    "/login",
    "/static/{}",
    "/{}",
)
METHODS = ("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS")

words = some.text(max_size=40) | some.sampled_from(
    ["general", "eve", "mod-room", "~door", "sereno", "\x00", "\ud800", "x" * 200]
)
values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | words,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
author = some.fixed_dictionaries({}, optional={"id": words, "name": words, "roles": values, "here_since": values})
bodies = values | some.fixed_dictionaries(
    {},
    optional={
        "key": words,
        "channel": words,
        "author": author | values,
        "text": words,
        "reply_to": words,
        "id": words,
        "name": words,
        "account_created": values,
    },
)
raw = some.binary(max_size=200) | bodies.map(lambda value: json.dumps(value).encode())


class Runner:
    """One site and one loop for all examples of a test."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self._context = site(folder)
        self.site: Site = self.loop.run_until_complete(self._context.__aenter__())

    def send(self, method: str, path: str, **details: Any) -> httpx.Response:
        return self.loop.run_until_complete(self.site.client.request(method, path, **details))

    def close(self) -> None:
        self.loop.run_until_complete(self._context.__aexit__(None, None, None))
        self.loop.close()


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    one = Runner(tmp_path)
    yield one
    one.close()


def check(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and answer.request.method != "HEAD" and "html" not in answer.headers["content-type"]:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    assert "Traceback" not in answer.text


@FUZZ
@given(some.sampled_from(METHODS), some.sampled_from(PATHS), words, raw, some.sampled_from([{}, BEARER]))
def test_any_body_to_any_address(
    runner: Runner, method: str, path: str, part: str, body: bytes, key: dict[str, str]
) -> None:
    """Known addresses with strange ids, strange methods and strange bodies."""
    shown = "".join(f"%{byte:02X}" for byte in part.encode("utf-8", "surrogatepass")) or "x"
    headers = {"Content-Type": "application/json", **key}
    check(runner.send(method, path.format(shown), content=body, headers=headers))


@FUZZ
@given(
    some.dictionaries(
        some.sampled_from(["channel", "member", "before", "state", "message", "limit", "after", "lang", "key"]), words
    )
)
def test_any_query(runner: Runner, query: dict[str, str]) -> None:
    """Queries are read by the same rules as bodies."""
    sound = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    for path in ("/", "/api/room/messages", "/api/cases", "/api/audit", "/healthz"):
        check(runner.send("GET", path, params=sound, headers=BEARER))


@FUZZ
@given(
    some.lists(
        some.tuples(
            some.sampled_from(
                [
                    "Host",
                    "Origin",
                    "Authorization",
                    "Cookie",
                    "Content-Type",
                    "Content-Length",
                    "Last-Event-ID",
                    "Accept-Language",
                    "Sec-Fetch-Site",
                ]
            ),
            some.binary(max_size=40).map(lambda value: bytes(byte for byte in value if byte not in b"\r\n\x00")),
        ),
        max_size=5,
    )
)
def test_any_headers(runner: Runner, headers: list[tuple[str, bytes]]) -> None:
    """Missing, doubled, garbled: nothing gets in that way and nothing breaks."""
    raw_headers = [(name.encode(), value) for name, value in headers]
    if not any(name == "Host" for name, _ in headers):
        raw_headers.append((b"Host", HOST.encode()))
    body = b'{"channel": "general", "author": {"id": "eve"}, "text": "hi"}'
    check(runner.send("POST", "/api/room/messages", content=body, headers=raw_headers))
    answer = runner.send("GET", "/api/cases", headers=raw_headers)
    check(answer)
    assert answer.status_code in (401, 403)


def test_the_description_fits_what_is_served(runner: Runner) -> None:
    """/openapi.json names every address of the contract."""
    paths = runner.send("GET", "/openapi.json").json()["paths"]
    contract = {
        "/healthz": {"get"},
        "/readyz": {"get"},
        "/metrics": {"get"},
        "/api/room/messages": {"get", "post"},
        "/api/room/messages/{line}": {"patch", "delete"},
        "/api/room/members": {"post"},
        "/api/room/members/{member}": {"delete"},
        "/api/room/stream": {"get"},
        "/api/cases": {"get"},
        "/api/cases/{case}": {"get"},
        "/api/cases/{case}/undo": {"post"},
        "/api/cases/{case}/not-a-problem": {"post"},
        "/api/cases/{case}/retract": {"post"},
        "/api/audit": {"get"},
    }
    assert all(methods <= paths[path].keys() for path, methods in contract.items())
