"""What the doctor says about the platforms."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.setup import Found
from bot.config import Settings, settings_from
from bot.configuration.environment import Environment
from bot.findings import State
from bot.platform_checks import from_settings, looked_at
from moderation.errors import Refused, SerenoError, Unavailable, UserError
from tests.setup.helpers import CLUB, INTENT, RIGHT, SERENO, TOKEN, Platform

FILE = """\
communities:
  - id: club
    places: {discord: {server: 111}}
    channels:
      moderators: {discord: 112}
      welcome: {discord: 113}
    roles:
      moderator: {discord: [221]}
"""


def settings(folder: Path, file: str = FILE, **environ: str) -> Settings:
    path = folder / "sereno.yaml"
    path.write_text(file)
    return settings_from(path, {"SERENO_DATA_DIR": str(folder), "SERENO_DISCORD_TOKEN": TOKEN, **environ})


def said(folder: Path, found: Found, file: str = FILE) -> list[tuple[State, str]]:
    platform = Platform(found, "SERENO_DISCORD_TOKEN")
    return [(one.state, one.says) for one in looked_at(settings(folder, file), {"discord": platform.look})]


def test_a_platform_where_all_is_well_is_one_line(tmp_path: Path) -> None:
    """Who Sereno is there, and in how many places."""
    assert said(tmp_path, SERENO) == [(State.WELL, "signed in as Sereno, and in 1 place")]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """What stops everything is wrong; a right that some actions need is a note with the place it is missing in."""
    found = replace(SERENO, missing=(INTENT,), places=(replace(CLUB, missing=(RIGHT,)),))
    assert said(tmp_path, found)[1:] == [
        (State.WRONG, "Message Content Intent is off."),
        (State.NOTE, "Our Club: It may not ban."),
    ]


def test_names_that_do_not_resolve_are_told(tmp_path: Path) -> None:
    """A deleted channel, and a role that is gone; without the moderators' channel something is wrong."""
    bare = replace(SERENO, places=(replace(CLUB, channels=CLUB.channels[:1], roles=()),))
    assert said(tmp_path, bare)[1:] == [
        (State.WRONG, "club: the channel `moderators` (112) is not there, or Sereno cannot see it"),
        (State.NOTE, "club: the role `moderator` (221) is not there any more"),
    ]


def test_a_server_that_sereno_is_not_in_is_wrong(tmp_path: Path) -> None:
    """The way back in is the invite."""
    platform = Platform(replace(SERENO, places=()), "SERENO_DISCORD_TOKEN")
    *_, last = looked_at(settings(tmp_path), {"discord": platform.look})
    assert last.state is State.WRONG and "not in 111, where club lives" in last.says
    assert last.mend == SERENO.invite


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Refused(f"401 for {TOKEN}", "renew it"), State.WRONG),
        (UserError("discord needs `discord`: pip install it"), State.WRONG),
        (Unavailable(f"no way there with {TOKEN}"), State.NOTE),
    ],
)
def test_a_platform_that_does_not_let_us_in(tmp_path: Path, error: SerenoError, state: State) -> None:
    """A refusal is wrong, no way to it is a note, and neither quotes the token."""
    platform = Platform(SERENO, "SERENO_DISCORD_TOKEN", error=error)
    [found] = looked_at(settings(tmp_path), {"discord": platform.look})
    assert found.state is state and found.mend and TOKEN not in found.says + found.mend


def test_whatever_an_sdk_does_the_doctor_goes_on(tmp_path: Path) -> None:
    """An SDK's own error, or no answer at all, is a note about that platform; the others are asked as well."""

    async def broken(environment: Environment) -> Found:
        raise ValueError(TOKEN)

    async def silent(environment: Environment) -> Found:
        await asyncio.Event().wait()
        raise AssertionError("nobody wakes it")

    told = settings(tmp_path, SERENO_TELEGRAM_TOKEN="1:x")
    discord, telegram = looked_at(told, {"discord": broken, "telegram": silent}, patience=0.05)
    assert discord.says == "discord could not be asked: it could not be looked at (ValueError)"
    assert telegram.says == "telegram could not be asked: no answer within 0.05 s"


@pytest.mark.parametrize(
    ("file", "environ", "says"),
    [
        ("", {}, "no community lives there"),
        ("", {"SERENO_DISCORD_TOKEN": "", "SERENO_SLACK_BOT_TOKEN": "xoxb-1"}, "slack is set up, but not all"),
        (FILE, {"SERENO_DISCORD_TOKEN": ""}, "discord is set up, but not all of its tokens"),
        (FILE.replace("moderators: {discord: 112}", "general: {discord: 115}"), {}, "has no moderators' channel"),
        (FILE, {}, ""),
    ],
)
def test_half_a_setup_is_told_without_asking_anybody(
    tmp_path: Path, file: str, environ: dict[str, str], says: str
) -> None:
    """A token without a place, a place without a token, no channel for cases."""
    found = [one.says for one in from_settings(settings(tmp_path, file, **environ))]
    assert [says in one for one in found] == ([True] if says else [])


def test_a_channel_that_is_gone_on_slack_is_told_and_its_roles_are_not_guessed(tmp_path: Path) -> None:
    """Slack lists its channels; roles there may be people or admins, which no list of groups has."""
    file = FILE.replace("discord: {server: 111}", "slack: {workspace: T1}").replace("discord:", "slack:")
    workspace = replace(CLUB, id="T1", channels=CLUB.channels[:1], roles=())
    tokens = {"SERENO_SLACK_BOT_TOKEN": TOKEN, "SERENO_SLACK_APP_TOKEN": TOKEN}
    platform = Platform(replace(SERENO, places=(workspace,)), "SERENO_SLACK_BOT_TOKEN")
    found = looked_at(settings(tmp_path, file, **tokens), {"slack": platform.look})
    told = [(one.state, one.says) for one in found if one.about == "slack"]
    assert told[1:] == [(State.WRONG, "club: the channel `moderators` (112) is not there, or Sereno cannot see it")]
