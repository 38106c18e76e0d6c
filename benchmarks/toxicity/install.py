"""How much disk the packages of a default install take: those pyproject.toml names, and what they need in turn."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[2] / "pyproject.toml"
_NAME: Final = re.compile(r"[\w.\-]+")


def default_install(project: Path = PROJECT) -> tuple[float, int]:
    """MB of their files as installed here, and how many packages they are; those not needed here are not counted."""
    waiting = list(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"])
    sizes: dict[str, int] = {}
    while waiting:
        wanted = waiting.pop()
        matched = _NAME.match(wanted)
        if matched is None or "extra ==" in wanted or matched[0].lower() in sizes:
            continue
        try:
            package = metadata.distribution(matched[0])
        except metadata.PackageNotFoundError:
            continue
        sizes[matched[0].lower()] = _size(package)
        waiting += package.requires or ()
    return sum(sizes.values()) / 1e6, len(sizes)


def _size(package: metadata.Distribution) -> int:
    paths = [Path(str(package.locate_file(file))) for file in package.files or ()]
    return sum(path.stat().st_size for path in paths if path.is_file())
