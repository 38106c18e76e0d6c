from __future__ import annotations

from pathlib import Path

import pytest

from bot.console.address import Address
from bot.console.keys import LASTS, Keys
from tests.http.helpers import BEARER, HOST, KEY, Site, case, site

OURS = f"http://{HOST}"
CHANGES = (
    ("POST", "/api/room/messages"),
    ("PATCH", "/api/room/messages/m1"),
    ("DELETE", "/api/room/messages/m1"),
    ("POST", "/api/room/members"),
    ("DELETE", "/api/room/members/eve"),
    ("POST", "/api/cases/case1/undo"),
    ("POST", "/api/cases/case1/uphold"),
    ("POST", "/api/cases/case1/not-a-problem"),
    ("POST", "/api/cases/case1/retract"),
    ("POST", "/login"),
)
MODERATORS = ("/api/cases", "/api/cases/case1", "/api/audit")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8080", "a@127.0.0.1", "192.168.0.7:8080"],
)
async def test_a_name_that_is_not_ours_is_refused(web: Site, host: str) -> None:
    """A page that points its own name at this machine (DNS rebinding) reads and changes nothing."""
    for method, path in (("GET", "/"), ("GET", "/api/room"), ("GET", "/api/room/stream"), *CHANGES):
        answer = await web.client.request(method, path, headers={"Host": host, **BEARER})
        assert answer.status_code == 403
    assert not web.room.accepted


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "127.0.0.2:1"])
async def test_this_machines_names_are_ours(web: Site, host: str) -> None:
    """However the port is forwarded."""
    assert (await web.client.get("/api/room", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:9999",
        "https://127.0.0.1:8080",
        "http://127.0.0.1:8080.evil.example",
        "http://localhost:8080",
    ],
)
async def test_another_page_changes_nothing(web: Site, origin: str) -> None:
    """A change must come from our own page when it comes from a page, on loopback too, key or not."""
    web.desk.files["case1"] = case(1)
    for method, path in CHANGES:
        for headers in ({}, BEARER):
            answer = await web.client.request(method, path, headers={"Origin": origin, **headers}, json={})
            assert answer.status_code == 403
    assert web.desk.files["case1"].state == "decided"


async def test_a_browser_that_says_cross_site_is_believed(web: Site) -> None:
    """Fetch metadata is checked where it is sent."""
    for value in ("cross-site", "same-site"):
        answer = await web.client.post("/api/room/messages", headers={"Sec-Fetch-Site": value}, json={})
        assert answer.status_code == 403


async def test_our_own_page_and_programs_may_write(web: Site) -> None:
    """The page's requests carry our origin, a program's none."""
    body = {"channel": "general", "author": {"id": "eve"}, "text": "hi"}
    for headers in ({}, {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}):
        assert (await web.client.post("/api/room/messages", json=body, headers=headers)).status_code == 201


async def test_the_moderators_part_needs_the_key(web: Site) -> None:
    """Without it 401 and how to get in; with it as a bearer token, the answer."""
    web.desk.files["case1"] = case(1)
    for path in MODERATORS:
        refused = await web.client.get(path)
        assert refused.status_code == 401 and refused.headers["www-authenticate"].startswith("Bearer")
        assert (await web.client.get(path, headers=BEARER)).status_code == 200
    assert (await web.client.post("/api/cases/case1/undo")).status_code == 401
    assert web.desk.files["case1"].state == "decided"


@pytest.mark.parametrize(
    "value",
    [
        "Bearer wrong",
        "Bearer",
        "Basic dXNlcjpwdw==",
        KEY,
        f"Bearer {KEY}x",
        "Bearer \xff\xfe",
        f"bearer {KEY} {KEY}",
        "Bearer " + "k" * 5000,
    ],
)
async def test_a_wrong_key_is_refused_everywhere(web: Site, value: str) -> None:
    """Even where no key is needed: who shows one means it."""
    for path in (*MODERATORS, "/api/room"):
        answer = await web.client.get(path, headers={b"Authorization": value.encode("latin-1")})
        assert answer.status_code == 401


async def test_the_link_is_exchanged_for_a_cookie(web: Site) -> None:
    """The key leaves the address bar at once; the cookie is for this site and no script, and opens the desk."""
    answer = await web.client.get("/", params={"key": KEY})
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower() and "Path=/" in cookie and KEY not in cookie
    assert (await web.client.get("/api/cases")).status_code == 200
    page = await web.client.get("/")
    assert 'data-moderator="yes"' in page.text and KEY not in page.text


async def test_a_cookie_alone_does_not_change_anything(web: Site) -> None:
    """A change made with a cookie must name our own page as its origin."""
    web.desk.files["case1"] = case(1)
    await web.client.get("/", params={"key": KEY})
    assert (await web.client.post("/api/cases/case1/undo")).status_code == 403
    answer = await web.client.post("/api/cases/case1/undo", headers={"Origin": OURS})
    assert answer.status_code == 200 and answer.json()["state"] == "overturned"


async def test_an_old_link_opens_nothing(web: Site) -> None:
    """It says so, and gives no cookie."""
    answer = await web.client.get("/", params={"key": "from-yesterday"})
    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert 'data-moderator="no"' in answer.text


async def test_a_cookie_runs_out(web: Site) -> None:
    """After half a day the link is needed again."""
    await web.client.get("/", params={"key": KEY})
    web.room.clock.pass_(LASTS)
    assert (await web.client.get("/api/cases")).status_code == 401


def test_cookies_cannot_be_made_up() -> None:
    """Every change to a cookie makes it worthless, and so does another key."""
    from tests.room.helpers import NIGHT

    keys = Keys(KEY)
    cookie = keys.cookie(NIGHT)
    assert keys.admits(cookie, NIGHT)
    until, _, signature = cookie.partition(".")
    for forged in (
        "",
        ".",
        until,
        f"{int(until) + 1}.{signature}",
        f"{until}.{signature[:-1]}0",
        f"٣.{signature}",
        f"9999999999.{signature}",
        "x" * 9999,
    ):
        assert not keys.admits(forged, NIGHT)
    assert not Keys("another").admits(cookie, NIGHT)


async def test_the_first_of_two_moderators_wins(web: Site) -> None:
    """The second is told who and when."""
    web.desk.files["case1"] = case(1)
    assert (await web.client.post("/api/cases/case1/undo", headers=BEARER)).status_code == 200
    late = await web.client.post("/api/cases/case1/uphold", headers=BEARER)
    assert late.status_code == 409
    assert (late.json()["state"], late.json()["by"]) == ("overturned", "console") and late.json()["at"]


async def test_beyond_this_machine_everything_needs_a_login(tmp_path: Path) -> None:
    """Bound to any other address nothing is told or changed without the key, but whether we live."""
    async with site(tmp_path, Address("0.0.0.0")) as web:
        for path in (
            "/api/room",
            "/api/room/messages?channel=general",
            "/api/room/stream",
            "/metrics",
            "/openapi.json",
            *MODERATORS,
        ):
            assert (await web.client.get(path)).status_code == 401, path
        for method, path in CHANGES[:-1]:
            assert (await web.client.request(method, path)).status_code == 401
        assert (await web.client.get("/api/room", headers=BEARER)).status_code == 200
        page = await web.client.get("/", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login")
        wrong = await web.client.get("/", params={"key": "wrong"})
        assert (wrong.status_code, wrong.headers["location"]) == (303, "/login")


async def test_strangers_hear_that_we_are_unwell_but_not_why(tmp_path: Path) -> None:
    """A probe needs no key, a reason may name folders."""

    async def full() -> str | None:
        return "no room left in /srv/sereno"

    async with site(tmp_path, Address("0.0.0.0")) as web:
        web.health.alive["disk"] = full
        answer = await web.client.get("/healthz")
        assert (answer.status_code, answer.json()) == (503, {"status": "unwell", "reasons": {}})
        known = await web.client.get("/healthz", headers=BEARER)
        assert known.json()["reasons"] == {"disk": "no room left in /srv/sereno"}


async def test_the_login_page_takes_the_key(tmp_path: Path) -> None:
    """A form with the key gives the cookie; a wrong one says so."""
    async with site(tmp_path, Address("0.0.0.0")) as web:
        form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": OURS}
        assert (await web.client.get("/login")).status_code == 200
        wrong = await web.client.post("/login", content="key=nope", headers=form)
        assert wrong.status_code == 403 and 'role="alert"' in wrong.text
        right = await web.client.post("/login", content=f"key={KEY}", headers=form)
        assert right.status_code == 303
        assert (await web.client.get("/api/room")).status_code == 200
        garbage = await web.client.post("/login", content=b"\xff" * 1000 + b"&a=b" * 100, headers=form)
        assert garbage.status_code == 403


async def test_behind_https_the_cookie_is_the_hosts_own(tmp_path: Path) -> None:
    """Where the browser speaks TLS, the cookie has the strictest name and needs it."""
    async with site(tmp_path, Address("0.0.0.0", public_url="https://mod.example")) as web:
        answer = await web.client.get("/", params={"key": KEY}, headers={"Host": "mod.example"})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-sereno-") and "Secure" in cookie


async def test_every_answer_carries_its_armour(web: Site) -> None:
    """No inline code, no framing, no guessing of types, no third party, nothing kept by caches."""
    for path in ("/", "/api/room", "/nothing", "/api/cases", "/static/room.css", "/healthz"):
        headers = (await web.client.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


async def test_the_page_has_no_inline_code_and_nothing_from_elsewhere(web: Site) -> None:
    """What the policy forbids is not there to begin with."""
    page = (await web.client.get("/", params={"lang": "es"})).text
    assert (
        "style=" not in page
        and "onclick" not in page
        and "http://" not in page
        and "https://" not in page.split('id="words"')[0]
    )
    scripts = page.split("<script")[1:]
    assert all(
        'src="/static/' in one.split(">")[0] or 'type="application/json"' in one.split(">")[0] for one in scripts
    )
