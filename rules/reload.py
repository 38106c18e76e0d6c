"""Keeps the rules in force while people edit their files: the last good set stays until a better one is complete.

A change is picked up when two looks in a row see the same bytes, so that a file somebody is still writing is left
alone. Looking is reading and hashing: a few hundred kilobytes, cheaper and surer than a watcher of the platform.
`poll` blocks for as long as loading takes; call it off the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from rules.compare import Changes, changes
from rules.loader import Loaded, folder_doubts
from rules.model import RuleSet
from rules.problems import Problem, errors

E = TypeVar("E")
E_contra = TypeVar("E_contra", contravariant=True)


class Listener(Protocol[E_contra]):
    """Who must know about the rules in force; `engine` is what `prepare` made of them."""

    def on_loaded(self, engine: E_contra, changed: Changes) -> None:
        """A new set is in force from now on."""
        ...

    def on_refused(self, problems: Sequence[Problem]) -> None:
        """The files have errors; what was in force before still is."""
        ...


class Look(StrEnum):
    """What a look at the files found."""

    SAME = "same"
    SETTLING = "settling"
    LOADED = "loaded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class InForce(Generic[E]):
    """A set together with the engine made of it; replaced as a whole."""

    rule_set: RuleSet
    engine: E


class RuleBook(Generic[E]):
    """The rules of some folders. `load` reads them, `prepare` compiles and warms what judges by them."""

    def __init__(
        self,
        folders: Sequence[Path],
        load: Callable[[], Loaded],
        prepare: Callable[[RuleSet], E],
        listener: Listener[E],
    ) -> None:
        self._folders = tuple(folders)
        self._load = load
        self._prepare = prepare
        self._listener = listener
        self._seen: bytes | None = None
        self._settling: bytes | None = None
        self.in_force: InForce[E] | None = None
        """None until a first set has loaded without errors."""
        self.problems: tuple[Problem, ...] = ()
        """Of the last load, good or refused."""

    def open(self) -> Look:
        """Load at once, as at start-up."""
        return self._take(self._bytes())

    def poll(self) -> Look:
        """Look for changes; load them when nobody is writing any more."""
        now = self._bytes()
        if now == self._seen:
            self._settling = None
            return Look.SAME
        if now != self._settling:
            self._settling = now
            return Look.SETTLING
        return self._take(now)

    def _take(self, before: bytes) -> Look:
        gone = tuple(doubt for folder in self._folders for doubt in errors(folder_doubts(folder)))
        loaded = Loaded(None, gone) if gone else self._load()
        if self._bytes() != before:
            # Somebody wrote while we read: what was read may be half of one version and half of another.
            self._settling = None
            return Look.SETTLING
        self._seen, self._settling = before, None
        self.problems = loaded.problems
        if loaded.rule_set is None:
            self._listener.on_refused(loaded.problems)
            return Look.REFUSED
        self._put_in_force(loaded.rule_set)
        return Look.LOADED

    def _put_in_force(self, rule_set: RuleSet) -> None:
        previous = self.in_force.rule_set if self.in_force else RuleSet(())
        self.in_force = InForce(rule_set, self._prepare(rule_set))
        self._listener.on_loaded(self.in_force.engine, changes(previous, rule_set))

    def _bytes(self) -> bytes:
        """A digest of everything in the folders, names and their own existence included."""
        digest = blake2b(digest_size=16)
        for folder in self._folders:
            for path in sorted(folder.rglob("*")):
                if path.name.startswith("."):
                    continue
                try:
                    data = path.read_bytes() if path.is_file() else b""
                except OSError as error:
                    data = str(error.errno).encode()
                digest.update(f"{path}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
                digest.update(data)
            digest.update(str(folder.is_dir()).encode())
        return digest.digest()
