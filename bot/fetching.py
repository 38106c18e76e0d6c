"""Brings a published model onto this machine: over the network when asked to, or from files somebody carried here.

A file gets its name only when its SHA-256 is the one expected; until then it is `<name>.part`, from which a download that
was cut off goes on.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.downloading import BLOCK, Network, Unfetched
from moderation.errors import UserError
from moderation.toxicity.catalogue import Entry, digest
from moderation.toxicity.files import File

Report = Callable[[str, int, int | None], None]
"""Called with a file's name, how many of its bytes are there, and how many it has where that is known."""


def fetch_model(entry: Entry, source: str | None, network: Network, report: Report) -> Sequence[File]:
    """Bring what is missing of a model; the files still missing afterwards, which only happens with a local file.

    `source` is None for where the authors publish it; otherwise a file, a folder, an address of one file, or one ending
    in `/` under which all files lie. Raises Unfetched.
    """
    entry.folder.mkdir(parents=True, exist_ok=True)
    wanted = [file for file in entry.files if file in entry.missing or file in entry.altered()]
    for file in wanted:
        if file.text:
            _written(file, entry.folder)
    wanted = [file for file in wanted if not file.text]
    if source is not None and "://" not in source:
        for path in _given(Path(source).expanduser()):
            wanted = _carried(path, wanted, entry.folder, report)
        return wanted
    left = list(wanted)
    for file in wanted:
        url = _address(file, source)
        if url is not None:
            _download(file, url, entry.folder, network, report)
            left.remove(file)
    return left


def recipe(entry: Entry, files: Sequence[File]) -> str:
    """How to bring files here without a network on this machine."""
    lines = ["Without a network here, fetch on another machine:"]
    lines += [f"  {file.url}" for file in files if file.url]
    lines += ["carry the files here in one folder, and then:", f"  sereno models fetch {entry.name} --from FOLDER"]
    return "\n".join(lines)


def _address(file: File, source: str | None) -> str | None:
    """Where a file is to be fetched from; None for one that this source does not have."""
    if source is None:
        return file.url
    if source.endswith("/"):
        return source + file.name
    name = source.rpartition("/")[2].partition("?")[0]
    return source if name == file.name else None


def _download(file: File, url: str, folder: Path, network: Network, report: Report) -> None:
    def progress(done: int, total: int | None) -> None:
        report(file.name, done, total)

    with _part(folder, file) as part:
        kept = network.download(url, part, file.most, progress)
        if kept and not file.is_pinned_by(_digest(part)):
            part.truncate(0)  # what was there before may have been of another file
            network.download(url, part, file.most, progress)
        _accept(file, part, folder, url)


def _given(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(one for one in path.iterdir() if one.is_file())
    if path.is_file():
        return [path]
    raise UserError(f"there is no file or folder {path}")


def _carried(path: Path, wanted: Sequence[File], folder: Path, report: Report) -> list[File]:
    """Copy a file if it is one of those wanted, whatever its name; those still wanted."""
    size = path.stat().st_size
    alike = [file for file in wanted if size <= file.most]
    found = digest(path) if alike else ""
    file = next((file for file in alike if file.is_pinned_by(found)), None)
    if file is None:
        named = next((file for file in wanted if file.name == path.name), None)
        if named is not None:
            raise Unfetched(f"{path} is not the {named.name} that was published: its SHA-256 is {found or 'another'}")
        return list(wanted)
    with _part(folder, file) as part:
        part.truncate(0)
        _room(folder, size)
        done = 0
        with path.open("rb") as source:
            while block := source.read(BLOCK):
                part.write(block)
                done += len(block)
                report(file.name, done, size)
        _accept(file, part, folder, str(path))
    return [one for one in wanted if one is not file]


@contextmanager
def _part(folder: Path, file: File) -> Iterator[BinaryIO]:
    """The beginning of a file, for one process at a time."""
    with (folder / f"{file.name}.part").open("ab+") as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as busy:
            raise Unfetched(f"another `sereno models fetch` is bringing {file.name}; let it finish") from busy
        try:
            yield part
        finally:
            path = Path(part.name)
            if path.is_file() and not path.stat().st_size:
                path.unlink()


def _accept(file: File, part: BinaryIO, folder: Path, source: str) -> None:
    """Give a complete file its name, if it is the one expected."""
    found = _digest(part)
    os.fsync(part.fileno())
    if not file.is_pinned_by(found):
        Path(part.name).unlink()
        raise Unfetched(
            f"{source} is not the {file.name} that was published: its SHA-256 is {found},"
            f" it should {'begin with' if len(file.sha256) < len(found) else 'be'} {file.sha256}. It was not kept"
        )
    Path(part.name).replace(folder / file.name)


def _digest(part: BinaryIO) -> str:
    part.flush()
    return digest(Path(part.name))


def _written(file: File, folder: Path) -> None:
    part = folder / f"{file.name}.part"
    part.write_text(file.text, encoding="utf-8")
    part.replace(folder / file.name)


def _room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise Unfetched(f"{folder}: {needed:,} bytes are needed and {free:,} are free")
