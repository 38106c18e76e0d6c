"""Reading documentation the way its readers do: block by block, command by command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.programs import ROOT

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    page: str
    line: int
    language: str
    body: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a console block and the lines it is said to print (`...` stands for anything)."""

    command: str
    shown: tuple[str, ...]


def pages() -> list[Path]:
    """All documentation: the pages at the top and those in docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path, language: str) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    name = str(page.relative_to(ROOT))
    return [
        Block(name, text.count("\n", 0, found.start()) + 1, found["language"], found["body"])
        for found in _FENCE.finditer(text)
        if found["language"] == language
    ]


def steps(block: Block) -> Iterator[Step]:
    command: str | None = None
    shown: list[str] = []
    for line in block.body.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield Step(command, tuple(shown))
            command, shown = line[2:], []
        elif line.strip():
            shown.append(line)
    if command is not None:
        yield Step(command, tuple(shown))


def missing(shown: tuple[str, ...], printed: str) -> list[str]:
    """The lines that a page shows and the command did not print, in this order; `...` inside a line is anything."""
    lines = iter(printed.splitlines())
    absent = []
    for expected in shown:
        if expected.strip() == "...":
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in expected.strip().split("...")))
        if not any(pattern.fullmatch(line.strip()) for line in lines):
            absent.append(expected)
            break
    return absent
