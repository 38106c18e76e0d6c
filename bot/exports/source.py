"""Where the files of an export come from: one file, a folder of thousands, or a zip, all seen as the same list.

Nothing from an archive is ever written under its own name, so a path such as `../../x` can lead nowhere; it is left
out all the same. Sizes are bounded before anything is unpacked.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, Final, cast

from bot.exports.ledger import Ledger
from moderation.errors import UserError

DEEPEST: Final = 64
MOST_FILES: Final = 250_000
SMALL: Final = 32 * 2**20
"""Up to here a file is read in one piece (bytes)."""
LARGEST_ENTRY: Final = 4 * 2**30
LARGEST_ARCHIVE: Final = 16 * 2**30
TIGHTEST: Final = 200
"""Chat history shrinks to about a tenth; an entry of more than 16 MiB that shrank this many times is a bomb."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file. `path` is what a person is shown, with `/`, relative to what was given; `size` is in bytes."""

    path: str
    size: int
    open: Callable[[], IO[bytes]]

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The file, from the start, seekable; large archive entries are unpacked to a nameless temporary file."""
        try:
            with self.open() as raw:
                if self.size <= SMALL:
                    yield BytesIO(raw.read(SMALL + 1))
                elif raw.seekable() and not isinstance(raw, zipfile.ZipExtFile):
                    yield cast(BinaryIO, raw)
                else:
                    with TemporaryFile() as copy:
                        while block := raw.read(2**20):
                            copy.write(block)
                        copy.seek(0)
                        yield cast(BinaryIO, copy)
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
            raise UserError(f"cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class Source:
    """All files of an export in one order, whatever the order on disk. `label` names files that stand in no folder."""

    label: str
    items: tuple[Item, ...]


@contextmanager
def opened(path: Path, ledger: Ledger) -> Iterator[Source]:
    """The files under `path`; archives stay open as long as the context lasts.

    Raises UserError when there is nothing at `path`.
    """
    if not path.exists():
        raise UserError(f"{path}: there is no such file or folder")
    place = path.resolve()
    if place.is_dir():
        label, found, inside = place.name, walk(place, ledger), "{}/"
    elif zipfile.is_zipfile(place):
        label, found, inside = place.stem, iter([(path.name, place)]), ""
    else:
        label, found, inside = place.parent.name, iter([(path.name, place)]), ""
    items: list[Item] = []
    with ExitStack() as archives:
        for shown, file in found:
            if (file == place or shown.lower().endswith(".zip")) and zipfile.is_zipfile(file):
                items.extend(unpacked(file, inside.format(shown), shown, ledger, archives))
            else:
                items.append(Item(shown, file.stat().st_size, partial(opening, file)))
        yield Source(label, tuple(sorted(items, key=natural)))


def opening(place: Path) -> IO[bytes]:
    """A file on disk, for reading."""
    return place.open("rb")


def natural(item: Item) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Orders `a` before `a part 2` before `a part 10`; the whole path breaks ties."""
    parts = re.split(r"(\d+)", item.path.rpartition(".")[0])
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts), item.path


def walk(root: Path, ledger: Ledger) -> Iterator[tuple[str, Path]]:
    """All regular files below a folder, with the path to show. Links are followed, but no folder is entered twice."""
    entered: set[tuple[int, int]] = set()
    waiting = [(root, "", 0, root.stat())]
    found = 0
    while waiting:
        folder, shown, depth, info = waiting.pop()
        if (info.st_dev, info.st_ino) in entered or depth > DEEPEST:
            ledger.skip(shown, "a link back to a folder that is read already, or too deep")
            continue
        entered.add((info.st_dev, info.st_ino))
        for name, about in listed(folder, shown, ledger):
            if stat.S_ISDIR(about.st_mode):
                waiting.append((folder / name, f"{shown}{name}/", depth + 1, about))
            elif not stat.S_ISREG(about.st_mode):
                ledger.skip(shown + name, "not a regular file")
            elif (found := found + 1) > MOST_FILES:
                raise UserError(f"{root}: more than {MOST_FILES:,} files; read it in parts")
            else:
                yield shown + name, folder / name


def listed(folder: Path, shown: str, ledger: Ledger) -> list[tuple[str, os.stat_result]]:
    """The names in a folder and what the system knows of them; what cannot be looked at is named and left out."""
    found = []
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        ledger.skip(shown or folder.name, f"cannot be opened: {error.strerror}")
        return []
    for name in names:
        try:
            found.append((name, (folder / name).stat()))
        except OSError as error:
            ledger.skip(shown + name, f"cannot be opened: {error.strerror}")
    return found


def unpacked(place: Path, prefix: str, shown: str, ledger: Ledger, archives: ExitStack) -> Iterator[Item]:
    """The files inside a zip; what is locked, misnamed or swollen is left out and named."""
    try:
        archive = archives.enter_context(zipfile.ZipFile(place))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        ledger.skip(shown, f"a broken zip: {error}")
        return
    entries = [info for info in archive.infolist() if not info.is_dir()]
    if len(entries) > MOST_FILES or sum(info.file_size for info in entries) > LARGEST_ARCHIVE:
        ledger.skip(shown, "unpacks to far more than an export can be; unpack it yourself and give the folder")
        return
    for info in entries:
        reason = refusal(info)
        if reason:
            ledger.skip(prefix + info.filename, reason)
        else:
            yield Item(prefix + info.filename, info.file_size, partial(archive.open, info))


def refusal(info: zipfile.ZipInfo) -> str | None:
    """Why an archive entry is not opened; None when it may be."""
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", parts[0]) or "\0" in info.orig_filename:
        return "a path that leads out of the archive"
    if info.flag_bits & 1:
        return "locked with a password"
    if info.file_size > LARGEST_ENTRY or (info.file_size > 2**24 and info.file_size > TIGHTEST * info.compress_size):
        return "unpacks to far more than an export can be"
    if info.filename.lower().endswith(".zip"):
        return "a zip inside a zip; unpack it first"
    return None
