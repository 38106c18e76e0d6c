"""What `sereno init` writes: a commented sereno.yaml, a first rule with its examples, and a place for playbooks."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from moderation.errors import UserError


def write(folder: Path, language: str) -> list[Path]:
    """Write the files to start from; their paths. UserError when one of them is there already: nothing is written."""
    source = resources.files(__name__).joinpath(language)
    files = dict(_below(source, PurePosixPath()))
    taken = [str(folder / path) for path in files if (folder / path).exists()]
    if taken:
        raise UserError(f"{', '.join(taken)} already there; name another folder or move it away first")
    written = []
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        written.append(target)
    return written


def _below(folder: Traversable, at: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _below(entry, at / entry.name)
        else:
            yield at / entry.name, entry.read_bytes()
