"""Who may set up, what never leaves, and what strangers' names cannot do."""

from __future__ import annotations

import io
import logging
import stat
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from bot.adapters.setup import FoundPlace, Named
from bot.config import settings_at_home
from bot.console.address import Address
from bot.log import SecretFilter, configure
from tests.http.helpers import HOST, KEY
from tests.setup.helpers import CLUB, ORIGIN, SERENO, TOKEN, set_up, text

PAGES = ("/setup", "/setup/discord", "/setup/discord/check", "/setup/discord/names", "/setup/community", "/setup/rules")
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}{0.__class__}'


@pytest.mark.parametrize("path", [*PAGES, "/setup/on", "/setup/progress"])
async def test_nobody_without_the_key_sees_anything(tmp_path: Path, path: str) -> None:
    """A page that asks for the key, and nothing of what is set up."""
    async with set_up(tmp_path, keyed=False) as person:
        page = await person.open(path)
        assert page.status_code == 401 and "carries the moderators’ key" in text(page)
        assert (await person.press(path, {"token": TOKEN})).status_code in (401, 405)
        assert (await person.open("/api/setup/state")).status_code == 401
        assert (await person.client.post("/api/setup/restart")).status_code == 401
        assert person.restarts == [] and person.platforms["discord"].asked == []


async def test_another_sites_page_can_change_nothing(tmp_path: Path) -> None:
    """A form that comes from elsewhere, or does not say from where, is refused with the cookie in it."""
    async with set_up(tmp_path) as person:
        for origin in ("https://evil.example", "null"):
            assert (await person.press("/setup/discord", {"token": TOKEN}, Origin=origin)).status_code == 403
        silent = await person.client.post("/setup/discord", data={"token": TOKEN})
        assert silent.status_code == 403
        elsewhere = await person.press("/setup/discord", {"token": TOKEN}, Host="evil.example", Origin=ORIGIN)
        assert elsewhere.status_code == 403
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize("body", [b"token=%ff%fe", b"a=1&" * 3000, b"token=" + b"x" * 70_000, b"\xff\xfe"])
async def test_bodies_that_are_no_form_of_ours_are_refused(tmp_path: Path, body: bytes) -> None:
    """In 4xx, without a trace and without anything kept."""
    async with set_up(tmp_path) as person:
        headers = {"Origin": ORIGIN, "Content-Type": "application/x-www-form-urlencoded"}
        answer = await person.client.post("/setup/discord", content=body, headers=headers)
        assert 400 <= answer.status_code < 500
        json = await person.client.post("/setup/discord", json={"token": TOKEN}, headers={"Origin": ORIGIN})
        assert json.status_code == 415
    assert not (tmp_path / "secrets").exists()


async def test_no_token_is_taken_over_plain_http_from_other_machines(tmp_path: Path) -> None:
    """The page says how else; behind https it takes it, from the page at that address only."""
    world = Address("0.0.0.0", 8080)
    async with set_up(tmp_path, address=world, host="10.0.0.7:8080") as person:
        page = await person.open("/setup/discord")
        assert "This page takes no tokens here" in text(page) and 'name="token"' not in page.text
        refused = await person.press("/setup/discord", {"token": TOKEN}, Origin="http://10.0.0.7:8080")
        assert refused.status_code == 403 and person.platforms["discord"].asked == []
    public = replace(world, public_url="https://mod.example")
    async with set_up(tmp_path, address=public, host="mod.example") as person:
        direct = await person.press(
            "/setup/discord", {"token": TOKEN}, Host="10.0.0.7:8080", Origin="http://10.0.0.7:8080"
        )
        assert direct.status_code == 403 and not (tmp_path / "secrets").exists()
        fine = await person.press("/setup/discord", {"token": TOKEN}, Origin="https://mod.example")
        assert fine.status_code == 303 and (tmp_path / "secrets" / "SERENO_DISCORD_TOKEN").exists()


async def test_a_kept_token_is_for_our_own_user_only(tmp_path: Path) -> None:
    """0700 and 0600, nothing half-written beside it, and the next start finds it."""
    async with set_up(tmp_path) as person:
        await person.press("/setup/discord", {"token": TOKEN})
    folder = tmp_path / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    [file] = folder.iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("SERENO_DISCORD_TOKEN", 0o600)
    again = settings_at_home({"SERENO_DATA_DIR": str(tmp_path)})
    assert again.environment.value("SERENO_DISCORD_TOKEN") == TOKEN
    assert TOKEN not in repr(again)


async def test_the_token_is_in_no_page_no_file_and_no_log(tmp_path: Path) -> None:
    """After a whole set-up it stands in its own file and nowhere else."""
    said = io.StringIO()
    before, level = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        masked = configure("debug", "json", stream=said)
        async with set_up(tmp_path) as person:
            person.setup._hide = masked.hide
            await person.until_rules()
            await person.press("/setup/rules", {"lines": "hello"})
            await person.press("/setup/on", {"mode": "shadow"})
            for path in (*PAGES, "/setup/on", "/setup/progress", "/api/setup/state", "/"):
                await person.open(path)
            structlog.get_logger("a.library").warning("quoting it", header=f"Bot {TOKEN}")
            pages = "".join(person.pages)
    finally:
        logging.getLogger().handlers = before
        logging.getLogger().setLevel(level)
        structlog.reset_defaults()
    assert "quoting it" in said.getvalue()
    for place, written in (("pages", pages), ("logs", said.getvalue())):
        assert TOKEN not in written and TOKEN[:-4] not in written, place
    assert holding(tmp_path, TOKEN) == ["SERENO_DISCORD_TOKEN"]


def holding(folder: Path, words: str) -> list[str]:
    """The files below a folder in which these words stand."""
    return [path.name for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]


def test_a_running_log_learns_a_new_secret() -> None:
    """A token of no known look is masked from the moment it was pasted on, and so are those before it."""
    masked = SecretFilter(["first-secret-of-all"])
    assert masked.mask("pasted: zqxj-plain") == "pasted: zqxj-plain"
    masked.hide("zqxj-plain")
    assert masked.mask("pasted: zqxj-plain, first-secret-of-all") == "pasted: •••, •••"


async def test_names_from_outside_are_only_ever_text(tmp_path: Path) -> None:
    """Markup and templates in the names of servers, channels and roles show as they were written."""
    place = replace(
        CLUB,
        id=f"111{HOSTILE}",
        name=HOSTILE,
        channels=(Named(f"c{HOSTILE}", f"mod {HOSTILE}"),),
        roles=(Named(f"r{HOSTILE}", f"Moderators {HOSTILE}"),),
    )
    async with set_up(tmp_path) as person:
        person.platforms["discord"].found = replace(SERENO, name=HOSTILE, places=(place,), invite="javascript:alert(3)")
        await person.press("/setup/discord", {"token": TOKEN})
        await person.open("/setup/discord/check")
        await person.press("/setup/discord/check", {"place": place.id})
        await person.open("/setup/discord/names")
        fields = {"channel:moderators": f"c{HOSTILE}", f"role:r{HOSTILE}": "moderator"}
        await person.press("/setup/discord/names", fields)
        await person.open("/setup/community")
        await person.press("/setup/community", {"name": HOSTILE[:80], "languages": "en", "time_zone": "UTC"})
        await person.press("/setup/rules", {"lines": HOSTILE})
        await person.open("/setup/on")
        shown = "".join(person.pages)
        assert "<script>alert" not in shown and "<img src=x" not in shown and "javascript:" not in shown
        assert "&lt;script&gt;alert(1)" in shown and "{{7*7}}" in shown and "{0.__class__}" in shown
        assert (await person.press("/setup/on", {"mode": "shadow"})).status_code == 303
    [community] = settings_at_home({"SERENO_DATA_DIR": str(tmp_path)}).communities
    assert community.name == HOSTILE[:80]
    assert community.channels["moderators"]["discord"] == f"c{HOSTILE}"


async def test_pages_carry_no_code_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    """No inline script, style or handler; scripts, styles and pictures are our own; the guard's policy stands."""
    async with set_up(tmp_path) as person:
        await person.until_rules()
        for path in (*PAGES, "/setup/on", "/setup/progress?begin=1"):
            answer = await person.open(path)
            assert answer.status_code == 200, path
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
            page = answer.text
            assert "style=" not in page and "onclick" not in page and "<style" not in page
            assert page.count("<script") == page.count('<script type="module" src="/static/setup.js">') == 1
            assert 'src="http' not in page and '<link rel="stylesheet" href="http' not in page


async def test_the_key_as_a_bearer_token_works_too(tmp_path: Path) -> None:
    """For programs, as everywhere in the moderators' part."""
    async with set_up(tmp_path, keyed=False) as person:
        answer = await person.client.get("/setup", headers={"Authorization": f"Bearer {KEY}", "Host": HOST})
        assert answer.status_code == 200


async def test_many_roles_are_folded(tmp_path: Path) -> None:
    """Two hundred roles do not push the button off the page; those that mean something stay in sight."""
    roles = tuple(Named(str(number), f"Colour {number}") for number in range(200))
    place = FoundPlace("111", "Our Club", CLUB.channels, (*roles, Named("221", "Moderators")))
    async with set_up(tmp_path) as person:
        person.platforms["discord"].found = replace(SERENO, places=(place,))
        await person.press("/setup/discord", {"token": TOKEN})
        await person.press("/setup/discord/check", {"place": "111"})
        page = (await person.open("/setup/discord/names")).text
        assert "189 more roles" in page and page.index("Moderators</bdi>") < page.index("189 more roles")
        every = {f"role:{number}": "trusted" for number in range(200)}
        assert (await person.press("/setup/discord/names", {"channel:moderators": "112", **every})).status_code == 303
