"""sereno.yaml and the environment → settings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Settings, names_of, read_configuration, settings_from
from bot.configuration.environment import VARIABLES, environment
from moderation.errors import UserError
from moderation.leeway import DEFAULT, OFF, Bounds
from moderation.model import Capability
from rules.loader import Given

CLUB = """\
schema: sereno/1
communities:
  - id: club
    name: Our Club
    languages: [es, en]
    time_zone: Europe/Madrid
    places:
      discord: {server: 111}
      slack: {workspace: T01}
      telegram: {groups: [-100123]}
    channels:
      moderators: {discord: 112, slack: C02, telegram: -100124}
      debate: {discord: 114, telegram: "-100123/7"}
    roles:
      moderator: {discord: [221], slack: [S01], telegram: administrators}
      trusted: {discord: [223]}
    teams:
      support: [discord:501, slack:U07]
    on_call:
      community: {rota: [discord:501, discord:502], hands_over: mon 09:00}
    rules: rules/
    playbooks: playbooks/
    calendars: {holidays-es: holidays-es.ics}
    keep: {flagged_text: 30d, practice_window: off}
    brakes: {deletes: 40, sanctions: 10, within: 10m}
toxicity: {model: auto}
data: here
database: sqlite
redis: off
public_url: https://mod.example
log: {level: info, format: auto}
"""


@pytest.fixture
def club(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "welcome.yaml").write_text("schema: playbook/1\nrecipe: welcome\n")
    (tmp_path / "holidays-es.ics").touch()
    file = tmp_path / "sereno.yaml"
    file.write_text(CLUB)
    return file


def settings(path: Path | None, **environ: str) -> Settings:
    return settings_from(path, environ)


def codes(text: str) -> list[str]:
    return [problem.code for problem in read_configuration(Given("sereno.yaml", None, text.encode())).problems]


def test_the_whole_file_is_understood(club: Path) -> None:
    """Numbers and texts are ids alike; one value or a list is the same; `off` is a word."""
    read = settings(club)
    (community,) = read.communities
    assert community.places["telegram"].groups == ("-100123",)
    assert community.channels["debate"] == {"discord": "114", "telegram": "-100123/7"}
    assert community.roles["moderator"]["telegram"] == ("administrators",)
    assert (community.brakes.deletes, community.keep.practice_window) == (40, None)
    assert community.keep.flagged_text == timedelta(days=30)
    assert read.redis_url is None
    assert read.database_url is None


@pytest.mark.parametrize(
    ("written", "bounds"),
    [
        ("", DEFAULT),
        ("toxicity: {adjust: {at_most: 5%, below: 2.5%}}", Bounds(above=0.05, below=0.025)),
        ("toxicity: {adjust: {below: 1%}}", Bounds(below=0.01)),
        ("toxicity: {adjust: off}", OFF),
    ],
)
def test_a_community_says_how_far_verdicts_move_thresholds(tmp_path: Path, written: str, bounds: Bounds) -> None:
    """Ten points unless it says otherwise; `off` is a word."""
    file = tmp_path / "sereno.yaml"
    file.write_text(f"communities:\n  - id: club\n    {written}\n")
    assert settings(file).communities[0].toxicity.leeway == bounds


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "schema: sereno/1\n", "---\n"])
def test_an_empty_file_is_the_local_room(tmp_path: Path, text: str) -> None:
    """Everything has a default."""
    file = tmp_path / "sereno.yaml"
    file.write_text(text)
    assert [community.id for community in settings(file).communities] == ["local"]


def test_no_file_is_the_local_room(tmp_path: Path) -> None:
    """A fresh machine needs nothing; data goes where programs of this kind keep it."""
    read = settings(None)
    assert [community.id for community in read.communities] == ["local"]
    assert read.data == tmp_path / "home" / ".local" / "share" / "sereno"


def test_paths_are_relative_to_the_file(club: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the bot is started from."""
    monkeypatch.chdir("/")
    read = settings(club)
    assert read.rule_folders(read.communities[0]) == (club.parent / "rules",)
    assert read.playbook_folders(read.communities[0]) == (club.parent / "playbooks",)
    assert read.data == club.parent / "here"


def test_rules_may_name_what_the_file_names(club: Path) -> None:
    """Our names for roles, channels, queues and playbooks, and what the community's platforms can do."""
    community = settings(club).communities[0]
    names = names_of(community, club.parent)
    assert names.roles == {"moderator", "trusted"}
    assert names.channels == {"moderators", "debate"}
    assert names.queues == {"support", "community"}
    assert names.playbooks == {"welcome"}
    assert names.languages == ("es", "en")
    assert set(names.platforms) == {"discord", "slack", "telegram"}
    assert Capability.TIMEOUT not in names.platforms["slack"]


def test_the_environment_wins_over_the_file(club: Path) -> None:
    """The same image runs anywhere."""
    read = settings(club, SERENO_DATA_DIR="/srv/sereno", SERENO_DATABASE_URL="postgresql://db.example/sereno")
    assert read.data == Path("/srv/sereno")
    assert read.database_url is not None
    assert read.database_url.get_secret_value() == "postgresql://db.example/sereno"


@pytest.mark.parametrize("name", VARIABLES)
def test_a_value_may_come_from_a_file(tmp_path: Path, name: str) -> None:
    """As orchestrators hand out secrets; the last line break is not part of it."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    found = environment({f"{name}_FILE": str(secret)})
    assert getattr(found, VARIABLES[name]).get_secret_value() == "s3cret"
    assert found == environment({name: "s3cret"})


@pytest.mark.parametrize("content", [None, "", " \n", b"\xff\xfe"])
def test_a_secret_that_cannot_be_read_names_its_variable(tmp_path: Path, content: str | bytes | None) -> None:
    """A missing, empty or broken file is one clear line."""
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match="SERENO_DISCORD_TOKEN_FILE"):
        environment({"SERENO_DISCORD_TOKEN_FILE": str(secret)})


def test_a_variable_and_its_file_are_too_much(tmp_path: Path) -> None:
    """Two sources of one secret: nobody knows which is meant."""
    with pytest.raises(UserError, match="both set"):
        environment({"SERENO_SLACK_BOT_TOKEN": "x", "SERENO_SLACK_BOT_TOKEN_FILE": str(tmp_path)})


def test_printing_settings_shows_no_secret() -> None:
    """Neither repr nor str of anything holds a value of the environment."""
    read = settings(None, SERENO_DISCORD_TOKEN="canary-1", SERENO_DATABASE_URL="postgresql://a:canary-2@db.example/x")
    assert "canary" not in repr(read)
    assert "canary" not in str(read.environment)
    assert set(read.environment.secrets) == {"canary-1", "postgresql://a:canary-2@db.example/x"}


def test_platforms_are_those_with_all_their_credentials() -> None:
    """Slack needs both of its tokens."""
    assert environment({"SERENO_SLACK_BOT_TOKEN": "x"}).platforms == set()
    assert environment({"SERENO_SLACK_BOT_TOKEN": "x", "SERENO_SLACK_APP_TOKEN": "y"}).platforms == {"slack"}


def test_all_mistakes_of_the_file_are_one_error(tmp_path: Path) -> None:
    """The command line shows every problem at once, with its place."""
    file = tmp_path / "sereno.yaml"
    file.write_text("communities: [{id: A B, time_zone: Mars}]\nredis: on\n")
    with pytest.raises(UserError) as caught:
        settings(file)
    assert str(caught.value).count("sereno.yaml:") == 3


def test_a_key_that_asks_for_a_secret_names_the_variable() -> None:
    """Whatever stands behind it, the key alone is wrong, and its place in the environment is told."""
    read = read_configuration(Given("sereno.yaml", None, b"slack: {signing_secret: x, bot_token: y}\n"))
    assert [problem.code for problem in read.problems] == ["E500", "E500"]
    assert "SERENO_SLACK_SIGNING_SECRET" in read.problems[0].hint
    assert "SERENO_SLACK_BOT_TOKEN" in read.problems[1].hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("communities: [{id: a, places: {discord: {server: 1}}}, {id: b, places: {discord: {server: 1}}}]", ["E502"]),
        ("communities: [{id: a, places: {discord: {group: 1}}}]", ["E101"]),
        ("communities: [{id: a, places: {discord: {server: 1}}, roles: {admin: {slack: [S1]}}}]", ["E503"]),
        ("communities: [{id: a, channels: {mods: {slack: C1}}}]", []),
        ("communities: [{id: a, on_call: {x: {rota: []}}}]", ["E114"]),
        ("communities: [{id: a, calendars: {holidays: nowhere.ics}}]", ["E505"]),
        ("communities: []", ["E114"]),
        ("public_url: javascript:alert(1)", ["E506"]),
        ("public_url: https://", ["E506"]),
        ("toxicity: {model: 3}", ["E104"]),
        ("database: postgresql://me:pw@db.example/x", ["E404"]),
    ],
)
def test_the_parts_must_fit_together(text: str, expected: list[str]) -> None:
    """What is only wrong in company is found too."""
    assert codes(text) == expected
