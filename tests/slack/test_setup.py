"""What the set-up page and the doctor learn of Slack before anything runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.adapters.setup import Found, Weight
from bot.adapters.slack_scopes import SCOPES, USER_SCOPE
from bot.adapters.slack_setup import look
from bot.configuration.environment import environment
from bot.setting_up import slack_manifest
from moderation.errors import Refused, Unavailable
from tests.emulators.slack import APP_TOKEN, BOT_TOKEN, USER_TOKEN
from tests.house.programs import ROOT
from tests.slack.world import SlackWorld, opened

PAGES = ROOT / "docs" / "platforms"


@pytest.fixture
async def world() -> AsyncIterator[SlackWorld]:
    async with opened() as one:
        yield one


async def found(world: SlackWorld, **changes: str | None) -> Found:
    given: dict[str, str] = {**world.environment, **{name: value for name, value in changes.items() if value}}
    return await look(environment({name: given[name] for name in given if changes.get(name, "") is not None}))


def says(one: Found, language: str = "en") -> str:
    missing = [*one.missing, *(each for place in one.places for each in place.missing)]
    return "\n".join(f"{each.weight}: {each.says[language]} → {each.mend[language]}" for each in missing)


async def test_a_workspace_that_lacks_nothing(world: SlackWorld) -> None:
    """Who the bot is, where it lives, channels and roles to pick from, and how it is installed."""
    one = await found(world)
    (place,) = one.places
    assert one.name == "Sereno" and (place.id, place.name) == ("T0001", "Club") and says(one) == ""
    assert [channel.name for channel in place.channels] == ["general", "moderators", "all-club"]
    assert [role.id for role in place.roles] == ["workspace_admins", "S00001", "S00002"]
    assert one.summary is not None and "/invite @Sereno en cada canal" in one.summary["es"]


@pytest.mark.parametrize("scope", sorted(SCOPES))
async def test_each_missing_scope_is_named_in_both_languages(world: SlackWorld, scope: str) -> None:
    """With what it is for and what to press."""
    world.slack.space.tokens[BOT_TOKEN].scopes.discard(scope)
    one = await found(world)
    for language in ("en", "es"):
        assert scope in says(one, language) and "Reinstall" in says(one, language)


@pytest.mark.parametrize("error", ["invalid_auth", "account_inactive", "token_revoked", "not_allowed_token_type"])
async def test_a_bot_token_slack_does_not_take_is_refused(world: SlackWorld, error: str) -> None:
    """There is nothing to look at then."""
    world.slack.space.tokens[BOT_TOKEN].error = error
    with pytest.raises(Refused, match=error):
        await found(world)


async def test_no_bot_token_is_refused(world: SlackWorld) -> None:
    """It says which variable to set."""
    with pytest.raises(Refused) as refused:
        await found(world, SERENO_SLACK_BOT_TOKEN=None)
    assert "SERENO_SLACK_BOT_TOKEN" in refused.value.mend


async def test_the_app_token_is_tried(world: SlackWorld) -> None:
    """Missing, wrong, or without its scope: each stops everything and says so."""
    assert "no app token" in says(await found(world, SERENO_SLACK_APP_TOKEN=None))
    assert "not_allowed_token_type" in says(await found(world, SERENO_SLACK_APP_TOKEN=BOT_TOKEN))
    world.slack.space.tokens[APP_TOKEN].scopes = set()
    one = await found(world)
    assert "connections:write" in says(one) and one.missing[0].weight is Weight.STOPS


async def test_without_an_admins_token_deleting_is_lacking(world: SlackWorld) -> None:
    """As it is with the token of somebody who is no admin, or without its scope."""
    assert "cannot delete or hold" in says(await found(world, SERENO_SLACK_USER_TOKEN=None))
    world.slack.space.tokens[USER_TOKEN].user = world.people.joins("eve").id
    assert "not that of an admin" in says(await found(world))
    world.slack.space.tokens[USER_TOKEN].user = world.slack.owner
    world.slack.space.tokens[USER_TOKEN].scopes = set()
    assert USER_SCOPE in says(await found(world))
    world.slack.space.tokens[USER_TOKEN].error = "token_revoked"
    assert "revoked" in says(await found(world))


async def test_channels_sereno_is_not_in_are_said(world: SlackWorld) -> None:
    """It sees only what it is invited to."""
    world.slack.space.add_channel("art")
    one = await found(world)
    assert "1 of the 4" in says(one) and one.places[0].channels[-1].name == "art (/invite @Sereno)"
    for channel in world.slack.space.channels.values():
        channel.members.clear()
    assert "in no channel" in says(await found(world))


async def test_slack_that_is_down_is_unavailable(world: SlackWorld) -> None:
    """Nothing is known then."""
    await world.slack.server.refuse()
    with pytest.raises(Unavailable):
        await found(world)
    await world.slack.server.start()


def manifest() -> Mapping[str, Any]:
    body: Mapping[str, Any] = yaml.safe_load(slack_manifest())
    return body


def test_the_manifest_asks_for_exactly_what_sereno_uses() -> None:
    """Not a scope more, not an event less."""
    oauth = manifest()["oauth_config"]["scopes"]
    assert set(oauth["bot"]) == set(SCOPES) and oauth["user"] == [USER_SCOPE]
    settings = manifest()["settings"]
    assert settings["socket_mode_enabled"] and settings["interactivity"]["is_enabled"]
    events = set(settings["event_subscriptions"]["bot_events"])
    assert {"message.channels", "message.groups", "team_join", "user_change", "reaction_added"} <= events


def test_the_manifest_offers_the_commands_of_the_message_menu() -> None:
    """Every command that has a menu entry is a shortcut there, under its own name."""
    from bot.commands.report import Report

    features = manifest()["features"]
    shortcuts = {one["callback_id"]: one for one in features["shortcuts"]}
    assert Report.spec.menu is not None and shortcuts["report"]["name"] == Report.spec.menu["en"]
    assert [one["command"] for one in features["slash_commands"]] == ["/sereno"]
    assert features["slash_commands"][0]["should_escape"]


def test_the_page_names_every_scope(tmp_path: Path) -> None:
    """And what it is for."""
    page = (PAGES / "slack.md").read_text(encoding="utf-8")
    assert [name for name in SCOPES if f"`{name}`" not in page] == []
