"""sereno.yaml, changed without touching what a person wrote."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import read_configuration, settings_at_home
from bot.configuration.kept import KEEPABLE, forget, keep, kept_in
from bot.configuration.writing import Wanted, edited, save
from moderation.errors import UserError
from rules.loader import Given

WANTED = Wanted(
    name="Our Club",
    languages=["es", "en"],
    time_zone="Europe/Madrid",
    mode="shadow",
    platform="discord",
    place={"server": "111"},
    channels={"moderators": "112", "welcome": ""},
    roles={"moderator": ["221"], "trusted": []},
    id="our-club",
)
FREE = """\
# ours
communities:
- id: club            # never changes
  # who we are
  name: 'The Club'
  roles: {admin: {telegram: [9]}, moderator: {discord: [1], telegram: administrators}}
  places: {telegram: {groups: [-5]}, discord: {server: 7}}
- id: other
  name: Another
log: {level: debug}   # noisy
"""


CHANGED = """\
# ours
communities:
- id: club            # never changes
  # who we are
  name: "Our Club"
  languages: [es, en]
  time_zone: Europe/Madrid
  mode: shadow
  roles: {admin: {telegram: [9]}, moderator: {discord: [221], telegram: administrators}}
  places: {telegram: {groups: [-5]}, discord: {server: 111}}
  channels:
    moderators: {discord: 112}
- id: other
  name: Another
log: {level: debug}   # noisy
"""


def test_comments_order_and_other_communities_survive(tmp_path: Path) -> None:
    """Only our keys of the first community change, in the style of the file."""
    file = tmp_path / "sereno.yaml"
    file.write_text(FREE)
    save(file, WANTED)
    assert file.read_text() == CHANGED
    assert (tmp_path / "sereno.yaml.previous").read_text() == FREE


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    """Writing what is there already leaves every byte."""
    file = tmp_path / "sereno.yaml"
    file.write_text(FREE)
    save(file, WANTED)
    once = file.read_bytes()
    save(file, WANTED)
    assert file.read_bytes() == once


def test_a_name_of_ours_can_be_given_up(tmp_path: Path) -> None:
    """A role that is no moderator's any more is gone on this platform only."""
    file = tmp_path / "sereno.yaml"
    file.write_text(FREE)
    configuration = save(file, replace(WANTED, roles={"moderator": []}, channels={"moderators": "112"}))
    assert configuration.communities[0].roles["moderator"] == {"telegram": ("administrators",)}


def test_shadow_ends_when_it_is_turned_on_for_real(tmp_path: Path) -> None:
    """And a file that never said a mode does not begin to."""
    file = tmp_path / "sereno.yaml"
    assert save(file, WANTED).communities[0].mode == "shadow"
    assert save(file, replace(WANTED, mode="enforce")).communities[0].mode == "enforce"
    other = tmp_path / "other.yaml"
    save(other, replace(WANTED, mode="enforce"))
    assert "mode:" not in other.read_text()


@pytest.mark.parametrize("content", ["", "# only a comment\n", "schema: sereno/1\n", "log: {level: debug}\n"])
def test_a_file_without_communities_gets_one(tmp_path: Path, content: str) -> None:
    """Whatever stood there stays."""
    file = tmp_path / "sereno.yaml"
    file.write_text(content)
    assert save(file, WANTED).communities[0].id == "our-club"
    assert content.strip() in file.read_text()


def test_what_is_refused_changes_nothing(tmp_path: Path) -> None:
    """A file with errors, a configuration that rules do not fit, a folder that cannot be written."""
    file = tmp_path / "sereno.yaml"
    file.write_text("communities: [oops")
    with pytest.raises(UserError, match=r"sereno\.yaml:1"):
        save(file, WANTED)
    file.write_text(FREE)
    with pytest.raises(UserError, match="a rule does not fit"):
        save(file, WANTED, lambda configuration: f"a rule does not fit {configuration.communities[0].name}")
    with pytest.raises(UserError, match="Norwhere/Zone"):
        save(file, replace(WANTED, time_zone="Norwhere/Zone"))
    with pytest.raises(UserError, match="cannot be written"):
        save(tmp_path / "sereno.yaml" / "below" / "sereno.yaml", WANTED)
    assert file.read_text() == FREE
    assert [path.name for path in tmp_path.iterdir()] == ["sereno.yaml"]


def test_rights_and_links_of_the_file_stay(tmp_path: Path) -> None:
    """A file only its owner may read stays so, and a link still leads where it led."""
    real, link = tmp_path / "real.yaml", tmp_path / "sereno.yaml"
    real.write_text(FREE)
    real.chmod(0o600)
    link.symlink_to(real)
    save(link, WANTED)
    assert link.is_symlink() and stat.S_IMODE(real.stat().st_mode) == 0o600
    assert "Our Club" in real.read_text()


@given(
    name=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40),
    channel=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40),
)
def test_any_name_comes_back_as_it_was(name: str, channel: str) -> None:
    """Truth values, numbers, quotes, colons and whatever else YAML reads its own way."""
    wanted = replace(WANTED, name=name, channels={"moderators": channel})
    file = Path("sereno.yaml")
    text = edited(b"", wanted, file)
    read = read_configuration(Given("sereno.yaml", file, text.encode()))
    if read.configuration is None:
        return  # what has the look of a token is refused with its place, which `save` tells
    assert read.configuration.communities[0].name == name
    assert read.configuration.communities[0].channels["moderators"] == {"discord": channel}


@pytest.mark.parametrize("name", ["no", "on", "true", "1e3", "0x10", "null", "~", "a: b", "#5", "'", "-", "2024-01-01"])
def test_words_that_yaml_reads_its_own_way_stay_words(name: str) -> None:
    """As a name and as an id."""
    test_any_name_comes_back_as_it_was.hypothesis.inner_test(name, name)  # type: ignore[attr-defined]


def test_the_data_folders_own_file_is_read_when_there_is_no_other(tmp_path: Path) -> None:
    """With relative folders too, and whatever it says about where data belong."""
    save(tmp_path / "sereno.yaml", WANTED)
    (tmp_path / "sereno.yaml").write_text((tmp_path / "sereno.yaml").read_text() + "data: /elsewhere\n")
    settings = settings_at_home({"SERENO_DATA_DIR": os.path.relpath(tmp_path)})
    assert settings.communities[0].id == "our-club"
    assert settings.data.resolve() == tmp_path.resolve()
    assert settings.own_file.resolve() == (tmp_path / "sereno.yaml").resolve()


def test_a_write_that_breaks_off_leaves_the_old_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fills up in the middle: the token that was there is still there, and no part of the new one."""
    keep(tmp_path, {"SERENO_DISCORD_TOKEN": "the-first-one"})

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left"):
        keep(tmp_path, {"SERENO_DISCORD_TOKEN": "the-second-one"})
    assert kept_in(tmp_path) == {"SERENO_DISCORD_TOKEN": "the-first-one"}
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["SERENO_DISCORD_TOKEN"]


def test_the_environment_wins_over_what_is_kept(tmp_path: Path) -> None:
    """And only the variables of platforms can be kept."""
    keep(tmp_path, {"SERENO_TELEGRAM_TOKEN": "1:kept"})
    environ = {"SERENO_DATA_DIR": str(tmp_path)}
    assert settings_at_home(environ).environment.value("SERENO_TELEGRAM_TOKEN") == "1:kept"
    given_there = settings_at_home({**environ, "SERENO_TELEGRAM_TOKEN": "2:given"}).environment
    assert given_there.value("SERENO_TELEGRAM_TOKEN") == "2:given" and not given_there.kept
    for name, value in (("SERENO_DATABASE_URL", "x"), ("../../escape", "x"), (KEEPABLE[0], "two\nlines")):
        with pytest.raises(UserError):
            keep(tmp_path, {name: value})
    forget(tmp_path, KEEPABLE)
    assert not kept_in(tmp_path)


def test_a_kept_token_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """With its path and what to do."""
    keep(tmp_path, {"SERENO_TELEGRAM_TOKEN": "1:kept"})
    (tmp_path / "secrets" / "SERENO_TELEGRAM_TOKEN").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="SERENO_TELEGRAM_TOKEN cannot be read"):
        settings_at_home({"SERENO_DATA_DIR": str(tmp_path)})
