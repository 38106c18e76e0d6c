"""The set-up over HTTP, form by form, as a browser without scripts sends them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.setup import Found
from bot.config import settings_at_home, settings_from
from moderation.errors import Unavailable
from tests.setup.helpers import CLUB, INTENT, RIGHT, SERENO, TOKEN, Line, set_up, text


async def test_a_person_gets_from_nothing_to_a_running_bot(tmp_path: Path) -> None:
    """Platform, token, check, channels and roles, community, rules, shadow: written, and started again."""
    async with set_up(tmp_path) as person:
        assert "Discord" in text(await person.open("/setup"))
        assert "Message Content Intent" in text(await person.open("/setup/discord"))
        pasted = await person.press("/setup/discord", {"token": f"  Bot {TOKEN} "})
        assert (pasted.status_code, pasted.headers["location"]) == (303, "/setup/discord/check")
        seen = await person.open("/setup/discord/check")
        assert "Our Club" in text(seen) and 'href="https://chat.example/invite?client_id=900"' in seen.text
        await person.press("/setup/discord/check", {"place": "111"})
        names = await person.open("/setup/discord/names")
        assert '<option value="112" selected>mod-room' in names.text
        await person.press("/setup/discord/names", {"channel:moderators": "112", "role:221": "moderator"})
        assert 'value="Our Club"' in (await person.open("/setup/community")).text
        described = {"name": "Our Club", "languages": "es,en", "time_zone": "Europe/Madrid"}
        assert (await person.press("/setup/community", described)).headers["location"] == "/setup/rules"
        assert "Spam, scams, floods" in text(await person.open("/setup/rules"))
        assert "In shadow" in text(await person.open("/setup/on"))
        done = await person.press("/setup/on", {"mode": "shadow"})
        assert done.headers["location"] == "/setup/progress?begin=1"
        assert "Start again now" in text(await person.open("/setup/progress?begin=1"))
        assert person.restarts == []
        await person.press("/setup/restart")
        assert person.restarts == ["again"]
    fresh = settings_at_home({"SERENO_DATA_DIR": str(tmp_path)})
    [community] = fresh.communities
    assert (community.id, community.name, community.languages) == ("our-club", "Our Club", ("es", "en"))
    assert (community.mode, community.time_zone) == ("shadow", "Europe/Madrid")
    assert community.places["discord"].server == "111"
    assert community.channels == {"moderators": {"discord": "112"}}
    assert community.roles == {"moderator": {"discord": ("221",)}}
    assert fresh.environment.platforms == {"discord"} and fresh.data == tmp_path


async def test_what_is_missing_is_said_in_the_readers_language(tmp_path: Path) -> None:
    """The intent that is off and the right that is not there, each with what to press."""
    async with set_up(tmp_path) as person:
        person.platforms["discord"].found = replace(
            SERENO, missing=(INTENT,), places=(replace(CLUB, missing=(RIGHT,)),)
        )
        await person.press("/setup/discord", {"token": TOKEN})
        spanish = text(await person.open("/setup/discord/check", lang="es"))
        assert "Message Content Intent está desactivado. Actívalo en Bot." in spanish
        assert "Imprescindible" in spanish and "No puede expulsar." in spanish
        english = text(await person.open("/setup/discord/check"))
        assert "Message Content Intent is off. Switch it on under Bot." in english
        stopped = await person.press("/setup/discord/check", {"place": "111"})
        assert stopped.status_code == 422 and "First mend" in text(stopped)
        person.platforms["discord"].found = SERENO
        await person.open("/setup/discord/check")
        assert (await person.press("/setup/discord/check", {"place": "111"})).status_code == 303


async def test_a_place_where_it_cannot_work_is_not_taken(tmp_path: Path) -> None:
    """What stops it in one server stops the choice of that server."""
    async with set_up(tmp_path) as person:
        person.platforms["discord"].found = replace(SERENO, places=(replace(CLUB, missing=(INTENT,)),))
        await person.press("/setup/discord", {"token": TOKEN})
        refused = await person.press("/setup/discord/check", {"place": "111"})
        assert refused.status_code == 422 and "cannot work there yet" in text(refused)


async def test_the_invite_comes_before_the_first_place(tmp_path: Path) -> None:
    """A bot that is nowhere shows the link, and the page says that it keeps looking."""
    async with set_up(tmp_path) as person:
        person.platforms["discord"].found = replace(SERENO, places=())
        await person.press("/setup/discord", {"token": TOKEN})
        page = await person.open("/setup/discord/check")
        assert "Add Sereno to a server" in text(page) and 'data-waiting="yes"' in page.text


async def test_a_wrong_token_is_not_kept(tmp_path: Path) -> None:
    """The page says so in words, and the next start knows no token."""
    async with set_up(tmp_path) as person:
        wrong = await person.press("/setup/discord", {"token": "another-token-that-is-wrong-0000"})
        assert wrong.status_code == 422
        assert "Discord does not take this token." in text(wrong) and "Nothing was kept." in text(wrong)
        assert (await person.open("/setup/discord/check")).headers["location"] == "/setup/discord"
        spanish = await person.press("/setup/discord", {"token": "another-token-that-is-wrong-0000"}, lang="es")
        assert "Discord no acepta este token." in text(spanish)
    assert not (tmp_path / "secrets").exists()


async def test_a_platform_that_cannot_be_reached_keeps_nothing(tmp_path: Path) -> None:
    """Nobody knows whether the token is right, so it is not kept, and the page says to try again."""
    async with set_up(tmp_path) as person:
        person.platforms["discord"].error = Unavailable("no answer within 20 s")
        answer = await person.press("/setup/discord", {"token": TOKEN})
        assert answer.status_code == 422 and "could not be asked just now" in text(answer)
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize(
    ("token", "said"),
    [("", "This is still missing."), ("two words", "one word"), ("señal-con-tilde", "one word")],
)
async def test_what_cannot_be_a_token_is_not_even_tried(tmp_path: Path, token: str, said: str) -> None:
    """The platform is not asked about it."""
    async with set_up(tmp_path) as person:
        answer = await person.press("/setup/discord", {"token": token})
        assert answer.status_code == 422 and said in text(answer)
        assert person.platforms["discord"].asked == []


async def test_a_kept_token_is_used_again_and_can_be_forgotten(tmp_path: Path) -> None:
    """An empty field leaves what is there; forgetting removes the file."""
    async with set_up(tmp_path) as person:
        await person.press("/setup/discord", {"token": TOKEN})
        page = text(await person.open("/setup/discord"))
        assert "kept, ends in …7f3a" in page and "Go on with the token that is there" in page
        assert (await person.press("/setup/discord", {"token": ""})).status_code == 303
        gone = await person.press("/setup/discord/forget")
        assert "The token is gone" in text(gone)
        assert list((tmp_path / "secrets").iterdir()) == []
        assert (await person.open("/setup/discord/check")).status_code == 303


async def test_a_token_of_the_environment_is_not_asked_for(tmp_path: Path) -> None:
    """Whoever set the variable changes it there; what a form says about it is not heard."""
    environ = {"SERENO_DATA_DIR": str(tmp_path), "SERENO_DISCORD_TOKEN": TOKEN}
    async with set_up(tmp_path, settings=settings_at_home(environ)) as person:
        page = await person.open("/setup/discord")
        assert "SERENO_DISCORD_TOKEN" in text(page) and 'name="token"' not in page.text
        assert (await person.press("/setup/discord", {"token": "something-else-entirely"})).status_code == 303
    assert not (tmp_path / "secrets").exists()


async def test_the_moderators_channel_is_required_and_choices_come_from_the_lists(tmp_path: Path) -> None:
    """A form that was put together elsewhere is refused like a forgotten field."""
    async with set_up(tmp_path) as person:
        await person.press("/setup/discord", {"token": TOKEN})
        await person.press("/setup/discord/check", {"place": "111"})
        none = await person.press("/setup/discord/names", {"channel:moderators": ""})
        assert none.status_code == 422 and "Choose the channel where moderators see cases." in text(none)
        for forged in ({"channel:moderators": "999"}, {"channel:moderators": "112", "role:221": "emperor"}):
            assert (await person.press("/setup/discord/names", forged)).status_code == 422
        assert (await person.press("/setup/discord/check", {"place": "666"})).status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "  ", "Give it a name"),
        ("name", "x" * 81, "Give it a name"),
        ("languages", "tlh", "Choose one of the languages"),
        ("time_zone", "Mars/Olympus", "no such time zone"),
        ("time_zone", "../../etc/passwd", "no such time zone"),
    ],
)
async def test_a_community_needs_a_name_languages_and_a_zone(tmp_path: Path, field: str, value: str, said: str) -> None:
    """What was typed stays in the form; the reason stands above it."""
    async with set_up(tmp_path) as person:
        await person.until_rules()
        given = {"name": "Our Club", "languages": "en", "time_zone": "UTC", field: value}
        answer = await person.press("/setup/community", given)
        assert answer.status_code == 422 and said in text(answer)


async def test_steps_cannot_be_skipped(tmp_path: Path) -> None:
    """An address typed by hand leads to the first step that is not done."""
    async with set_up(tmp_path) as person:
        for path in ("/setup/community", "/setup/rules", "/setup/on"):
            assert (await person.open(path)).headers["location"] == "/setup"
        assert (await person.press("/setup/on", {"mode": "enforce"})).headers["location"] == "/setup"
        assert (await person.open("/setup/discord/names")).headers["location"] == "/setup/discord/check"
        assert (await person.open("/setup/irc")).status_code == 404
    assert not (tmp_path / "sereno.yaml").exists()


async def test_lines_are_tried_on_the_rules_that_would_apply(tmp_path: Path) -> None:
    """A scam link is held against, a greeting is not, and the room's stand-in words mean nothing here."""
    async with set_up(tmp_path) as person:
        await person.until_rules()
        lines = "take it https://free-nitro.example/claim\ngood evening everybody\nblarg"
        page = await person.press("/setup/rules", {"lines": lines})
        results = page.text.partition('id="results"')[2]
        assert results.count('class="held"') == 1 and results.count('class="calm"') == 2
        assert "This link is a known scam" in text(page)
        assert (await person.press("/setup/rules", {"lines": " \n"})).status_code == 422


async def test_a_second_platform_joins_the_same_community(tmp_path: Path) -> None:
    """Telegram beside Discord: both places, both channels, one community, and the names it had."""
    async with set_up(tmp_path) as person:
        await person.until_rules()
        await person.press("/setup/on", {"mode": "enforce"})
    again = settings_at_home({"SERENO_DATA_DIR": str(tmp_path)})
    async with set_up(tmp_path, settings=again, connections={"discord": Line()}) as person:
        assert "Our Club is set up" in text(await person.open("/setup"))
        person.platforms["telegram"].token = "12345:another-fake-one-for-a-test"
        await person.press("/setup/telegram", {"token": "12345:another-fake-one-for-a-test"})
        await person.press("/setup/telegram/check", {"place": ["-100123", "-100124"]})
        assert '<option value="-100124" selected>Club moderators' in (await person.open("/setup/telegram/names")).text
        await person.press("/setup/telegram/names", {"channel:moderators": "-100124"})
        assert 'value="Our Club"' in (await person.open("/setup/community")).text
        await person.press("/setup/community", {"name": "Our Club", "languages": "en,es", "time_zone": "UTC"})
        await person.press("/setup/on", {"mode": "enforce"})
    [community] = settings_at_home({"SERENO_DATA_DIR": str(tmp_path)}).communities
    assert community.id == "our-club"
    assert community.places["discord"].server == "111"
    assert community.places["telegram"].groups == ("-100123", "-100124")
    assert community.channels["moderators"] == {"discord": "112", "telegram": "-100124"}
    assert community.roles == {"moderator": {"discord": ("221",)}}


async def test_a_file_in_use_keeps_comments_and_the_rules_it_names(tmp_path: Path) -> None:
    """What a person wrote stays; the file as it was lies beside it."""
    file = tmp_path / "club" / "sereno.yaml"
    (file.parent / "rules").mkdir(parents=True)
    written = (
        "schema: sereno/1\ncommunities:\n  - id: club   # for ever\n    name: The Club\n    rules: rules/\n"
        "    brakes: {deletes: 40}  # calm\ntoxicity: {model: shipped}\n"
    )
    file.write_text(written)
    settings = settings_from(file, {"SERENO_DATA_DIR": str(tmp_path)})
    async with set_up(tmp_path, settings=settings) as person:
        await person.until_rules()
        assert (await person.press("/setup/on", {"mode": "shadow"})).status_code == 303
    new = file.read_text()
    assert "- id: club   # for ever" in new and "brakes: {deletes: 40}  # calm" in new
    assert (file.parent / "sereno.yaml.previous").read_text() == written
    [community] = settings_from(file, {}).communities
    assert community.mode == "shadow" and community.places["discord"].server == "111"
    assert not (tmp_path / "sereno.yaml").exists()


async def test_a_file_that_was_broken_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """The page says what is wrong and where; nothing is replaced."""
    file = tmp_path / "sereno.yaml"
    file.write_text("schema: sereno/1\n")
    settings = settings_from(file, {"SERENO_DATA_DIR": str(tmp_path)})
    async with set_up(tmp_path, settings=settings) as person:
        await person.until_rules()
        file.write_text("schema: sereno/1\ncommunities: [oops\n")
        answer = await person.press("/setup/on", {"mode": "shadow"})
        assert answer.status_code == 409 and "sereno.yaml:" in text(answer)
    assert file.read_text() == "schema: sereno/1\ncommunities: [oops\n"


async def test_the_page_follows_every_connection(tmp_path: Path) -> None:
    """Connected, connecting and refused, with words and what to do; another run has another name."""
    from moderation.errors import Refused

    lines = {
        "discord": Line(),
        "telegram": Line("refused", "no", Refused("401 Unauthorized", "paste a new token")),
        "slack": Line("connecting", "no answer yet"),
    }
    async with set_up(tmp_path, connections=lines) as person:
        state = (await person.open("/api/setup/state")).json()
        assert state["run"] == person.setup.run
        assert state["platforms"] == {
            "discord": {"state": "connected", "says": "", "mend": ""},
            "telegram": {"state": "refused", "says": "401 Unauthorized", "mend": "paste a new token"},
            "slack": {"state": "connecting", "says": "no answer yet", "mend": ""},
        }
        answer = await person.client.post("/api/setup/restart", headers={"Origin": "http://127.0.0.1:8080"})
        assert answer.status_code == 202 and person.restarts == ["again"]


async def test_the_room_points_here_until_a_platform_is_set_up(tmp_path: Path) -> None:
    """A link for moderators; gone once something is connected."""
    async with set_up(tmp_path) as person:
        assert 'href="/setup"' in (await person.open("/")).text
    async with set_up(tmp_path, connections={"discord": Line()}) as person:
        assert 'href="/setup"' not in (await person.open("/")).text


def test_found_is_what_platforms_return() -> None:
    """The fakes here speak the type that adapters speak."""
    assert isinstance(SERENO, Found)
