"""Weights come onto a machine only when asked for, and get their name only when they are the right ones."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from bot.downloading import Network, Unfetched
from bot.fetching import fetch_model, recipe
from moderation.errors import UserError
from moderation.toxicity.catalogue import State
from moderation.toxicity.files import File
from tests.commands_toxicity.doubles import CONTENT, Server, model, only, pinned, serving


def silent(_name: str, _done: int, _total: int | None) -> None:
    """Progress that nobody looks at."""


def fetched(folder: Path, server: Server, *files: File, patience: float = 5.0) -> list[str]:
    """What is in the folder after an attempt."""
    fetch_model(model(folder, *(files or (pinned(),))), server.url, only(server, patience), silent)
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_fetched_checked_and_named(tmp_path: Path) -> None:
    """Into a folder that need not be there, with nothing else left behind."""
    folder, seen = tmp_path / "models/trial", list[tuple[int, int | None]]()
    with serving(Server()) as server:
        fetch_model(
            model(folder, pinned()), server.url, only(server), lambda _, done, total: seen.append((done, total))
        )
    assert [path.name for path in folder.iterdir()] == ["model.ckpt"]
    assert (folder / "model.ckpt").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert model(folder, pinned()).state() is State.VERIFIED


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    """Only what is missing or altered is asked for."""
    with serving(Server()) as server:
        fetched(tmp_path, server)
        fetched(tmp_path, server)
        assert len(server.asked) == 1
        (tmp_path / "model.ckpt").write_bytes(b"spoiled")
        fetched(tmp_path, server)
    assert len(server.asked) == 2
    assert (tmp_path / "model.ckpt").read_bytes() == CONTENT


def test_small_settings_are_written_not_fetched(tmp_path: Path) -> None:
    """What Sereno knows itself needs no server; somebody's own settings are left as they are."""
    settings = File("config.json", "", 100, text='{"model_type": "bert"}\n')
    with serving(Server(status=404)) as server:
        assert fetched(tmp_path, server, settings) == ["config.json"]
        (tmp_path / "config.json").write_text("{}")
        fetched(tmp_path, server, settings)
    assert server.asked == []
    assert (tmp_path / "config.json").read_text() == "{}"


@pytest.mark.parametrize("digits", [64, 8])
def test_an_altered_file_is_not_kept(tmp_path: Path, digits: int) -> None:
    """Whether the whole digest is known or only its beginning: neither its name nor its bytes stay."""
    with serving(Server(content=CONTENT[:-1] + b"?")) as server, pytest.raises(Unfetched, match="SHA-256"):
        fetched(tmp_path, server, pinned(digits=digits))
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    """The second attempt asks for the rest only."""
    with serving(Server(stops_after=300_000)) as server:
        with pytest.raises(Unfetched, match="run the same command to go on"):
            fetched(tmp_path, server)
        assert [path.name for path in tmp_path.iterdir()] == ["model.ckpt.part"]
        server.stops_after = None
        assert fetched(tmp_path, server) == ["model.ckpt"]
    assert server.asked == ["", "bytes=300000-"]
    assert (tmp_path / "model.ckpt").read_bytes() == CONTENT


def test_a_server_without_ranges_begins_anew(tmp_path: Path) -> None:
    """It sends the whole file again, and that is what is kept."""
    (tmp_path / "model.ckpt.part").write_bytes(b"the beginning of something")
    with serving(Server(knows_ranges=False)) as server:
        assert fetched(tmp_path, server) == ["model.ckpt"]
    assert (tmp_path / "model.ckpt").read_bytes() == CONTENT


@pytest.mark.parametrize("rest", [b"of another file", CONTENT + b"and more", CONTENT[:-1] + b"?"])
def test_a_wrong_beginning_does_not_stay_wrong(tmp_path: Path, rest: bytes) -> None:
    """When what was there before does not lead to the right file, it is fetched from its first byte."""
    (tmp_path / "model.ckpt.part").write_bytes(rest)
    with serving(Server()) as server:
        assert fetched(tmp_path, server) == ["model.ckpt"]
    assert (tmp_path / "model.ckpt").read_bytes() == CONTENT


def test_a_server_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    """After its patience, and the next attempt goes on."""
    with serving(Server(hangs_after=100_000)) as server:
        with pytest.raises(Unfetched, match="sends nothing any more"):
            fetched(tmp_path, server, patience=0.3)
        server.hangs_after = None
        assert fetched(tmp_path, server) == ["model.ckpt"]
    assert server.asked == ["", "bytes=100000-"]


@pytest.mark.parametrize("says_length", [True, False])
def test_a_file_that_is_too_large_is_refused(tmp_path: Path, says_length: bool) -> None:
    """Before it fills the disk, also when the server does not say how large it is."""
    with serving(Server(says_length=says_length)) as server, pytest.raises(Unfetched, match="some other file"):
        fetched(tmp_path, server, pinned(most=500_000))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("status", "clue"), [(404, "404"), (500, "500")])
def test_what_the_server_answers_is_told(tmp_path: Path, status: int, clue: str) -> None:
    """With the address, so that an admin can look for themselves."""
    with serving(Server(status=status)) as server, pytest.raises(Unfetched, match=clue) as told:
        fetched(tmp_path, server)
    assert f"{server.url}model.ckpt" in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_nobody_is_followed_to_an_unsafe_place(tmp_path: Path) -> None:
    """A server that sends us from https to http is not followed."""
    with serving(Server()) as plain, serving(Server(sends_to=f"{plain.url}model.ckpt")) as server:
        with pytest.raises(Unfetched, match="only https"):
            fetched(tmp_path, server)
        assert plain.asked == []


@pytest.mark.parametrize("address", ["http://models.example/", "ftp://models.example/", "file:///etc/"])
def test_only_https_is_asked(tmp_path: Path, address: str) -> None:
    """Whoever names another kind of address reads why not, and nothing is sent."""
    with pytest.raises(Unfetched, match="only https"):
        fetch_model(model(tmp_path, pinned()), address, Network(), silent)


def test_no_network_is_said_in_plain_words(tmp_path: Path) -> None:
    """With a way that works without one."""
    with serving(Server()) as server:
        gone = server.url
    with pytest.raises(Unfetched, match="cannot be reached"):
        fetch_model(model(tmp_path, pinned()), gone, Network(1.0, lambda _: True), silent)
    told = recipe(model(tmp_path, pinned()), [pinned()])
    assert "https://models.example/model.ckpt" in told
    assert "sereno models fetch detoxify:trial --from FOLDER" in told


def test_two_at_once_do_not_spoil_each_other(tmp_path: Path) -> None:
    """The second one is told to wait."""
    with (
        serving(Server()) as server,
        (tmp_path / "model.ckpt.part").open("ab") as first,
    ):
        first.write(b"half")
        first.flush()
        fcntl.flock(first, fcntl.LOCK_EX)
        with pytest.raises(Unfetched, match="another"):
            fetched(tmp_path, server)
    assert (tmp_path / "model.ckpt.part").read_bytes() == b"half"


def test_files_carried_here_are_recognised_by_what_is_in_them(tmp_path: Path) -> None:
    """A folder or a single file, under whatever name; the rest is named as still missing."""
    usb, words = tmp_path / "usb", pinned(b"one\ntwo\n", name="vocab.txt")
    usb.mkdir()
    (usb / "download(1)").write_bytes(CONTENT)
    (usb / "holiday.jpg").write_bytes(b"sand")
    entry = model(tmp_path / "models", pinned(digits=8), words)
    assert fetch_model(entry, str(usb), Network(), silent) == [words]
    assert (tmp_path / "models/model.ckpt").read_bytes() == CONTENT
    (usb / "vocab.txt").write_bytes(b"one\ntwo\n")
    assert not fetch_model(entry, str(usb / "vocab.txt"), Network(), silent)
    assert entry.state() is State.VERIFIED
    assert (usb / "download(1)").exists()


def test_a_carried_file_of_the_right_name_and_the_wrong_content_is_refused(tmp_path: Path) -> None:
    """Damage on the way is found before the file is in its place."""
    (tmp_path / "model.ckpt").write_bytes(CONTENT[:-1])
    with pytest.raises(Unfetched, match=r"is not the model\.ckpt that was published"):
        fetch_model(model(tmp_path / "models", pinned()), str(tmp_path / "model.ckpt"), Network(), silent)
    assert list((tmp_path / "models").iterdir()) == []
    with pytest.raises(UserError, match="no file or folder"):
        fetch_model(model(tmp_path / "models", pinned()), str(tmp_path / "nowhere"), Network(), silent)


def test_an_address_of_one_file_brings_that_file(tmp_path: Path) -> None:
    """And nothing else is fetched from anywhere."""
    words = pinned(b"one\ntwo\n", name="vocab.txt")
    with serving(Server()) as server:
        left = fetch_model(model(tmp_path, pinned(), words), f"{server.url}a/model.ckpt", only(server), silent)
    assert left == [words]
    assert len(server.asked) == 1
