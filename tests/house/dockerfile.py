"""A small reader of Dockerfiles, enough to follow ours without a container engine."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instruction:
    name: str
    rest: str

    @property
    def words(self) -> list[str]:
        """The arguments, whether written as a JSON list or as words."""
        return json.loads(self.rest) if self.rest.startswith("[") else shlex.split(self.rest)

    @property
    def settings(self) -> dict[str, str]:
        """The pairs of an ENV."""
        return dict(word.split("=", 1) for word in self.words)


def read(text: str) -> Iterator[Instruction]:
    """The instructions in order: comments gone, continued lines joined."""
    without_comments = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in re.sub(r"\\\n", " ", without_comments).splitlines():
        name, _, rest = line.strip().partition(" ")
        if name:
            yield Instruction(name.upper(), rest.strip())
