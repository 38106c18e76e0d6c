"""Who lives where, and what things are called there."""

from __future__ import annotations

from pathlib import Path

from bot.adapters.homes import Home, Homes
from bot.config import settings_from
from bot.platforms import connected, homes_of, moderators_of

YAML = """\
schema: sereno/1
communities:
  - id: club
    languages: [es, en]
    places:
      discord: {server: 111}
      telegram: {groups: [-100123, -100124]}
    channels:
      moderators: {discord: 112, telegram: -100124}
      welcome: {discord: 113}
    roles:
      moderator: {discord: [221, 222], telegram: administrators}
"""


def test_names_go_both_ways() -> None:
    """Our name for a channel wins over the platform's; roles are ours by any of their ids."""
    home = Home("discord", "club", frozenset({"111"}), {"welcome": "113"}, {"moderator": ("221", "222")})
    assert home.channel("113", "lobby").name == "welcome" and home.channel("9", "lobby").name == "lobby"
    assert home.roles_of(["222", "9"]) == {"moderator"} and home.roles_of(["9"]) == frozenset()
    assert home.role_id("moderator") == "221" and home.role_id("trusted") is None


def test_strangers_have_no_home() -> None:
    """What happens in places nobody configured is nobody's business."""
    homes = Homes([Home("discord", "club", frozenset({"111"}))])
    assert homes.at("111") is homes.of("club") and homes.at("999") is None and homes.of("other") is None


def test_homes_come_from_the_configuration(tmp_path: Path) -> None:
    """One community may live in several places, and is connected where there is a token."""
    (tmp_path / "sereno.yaml").write_text(YAML, encoding="utf-8")
    environ = {"SERENO_DISCORD_TOKEN": "t", "SERENO_SLACK_BOT_TOKEN": "b", "SERENO_SLACK_APP_TOKEN": "a"}
    settings = settings_from(tmp_path / "sereno.yaml", environ)
    (club,) = settings.communities
    telegram = homes_of(settings.communities, "telegram").of("club")
    assert telegram is not None and telegram.places == {"-100123", "-100124"} and telegram.language == "es"
    assert not homes_of(settings.communities, "slack")
    assert connected(settings, club) == ("discord",)
    assert {where: ref.id for where, ref in moderators_of(club, ("discord", "telegram")).items()} == {
        "discord": "112",
        "telegram": "-100124",
    }
