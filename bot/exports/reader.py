"""Reads an export of any known format; what a file is, its content decides and not its name."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from bot.exports import discord_csv, discord_json, slack, telegram
from bot.exports.decoding import encoding_of
from bot.exports.entries import People, Run
from bot.exports.jsonfile import Conversation, conversations, head_of
from bot.exports.ledger import Ledger, Page
from bot.exports.merge import chronological
from bot.exports.reading import Reading
from bot.exports.source import Item, Source, opened
from moderation.errors import UserError

Progress = Callable[[int, int], None]

PRIVATE: Final = "a private conversation in a full export: left out; export that chat alone to read it"


def read(path: Path, progress: Progress | None = None) -> Reading:
    """Read a file, a folder or a zip.

    `progress` is called with bytes read and bytes in all, after each file and once at the end. Raises UserError when
    there is nothing at `path`; anything else that cannot be used is named in the result.
    """
    ledger = Ledger()
    with opened(path, ledger) as source, quiet_collector():
        shelf = Shelf(source, ledger)
        total = sum(item.size for item in source.items)
        done = 0
        for item in source.items:
            shelf.take(item)
            done += item.size
            if progress is not None:
                progress(done, total)
        entries = chronological(shelf.finish(), ledger)
    return Reading.of(entries, ledger)


@contextmanager
def quiet_collector() -> Iterator[None]:
    """Records form no cycles; walking millions of them again and again looking for some doubles the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(slots=True)
class Shelf:
    """The files of one export, and what has been read of them."""

    source: Source
    ledger: Ledger
    people: People = field(default_factory=People)
    runs: list[Run] = field(default_factory=list)
    private: set[str] = field(default_factory=set)
    workspaces: dict[str, slack.Workspace] = field(init=False)

    def __post_init__(self) -> None:
        tops = {str(PurePosixPath(item.path).parent) for item in self.source.items if _is_list(item, slack.LISTS)}
        self.workspaces = {top: slack.Workspace(self._label(top), self.people) for top in tops}
        for item in self.source.items:
            place = PurePosixPath(item.path)
            if str(place.parent) in tops and _is_list(item, slack.LISTS):
                self._learn(item, self.workspaces[str(place.parent)], place.stem)

    def _label(self, top: str) -> str:
        return PurePosixPath(top).name.removesuffix(".zip") or self.source.label

    def _learn(self, item: Item, workspace: slack.Workspace, name: str) -> None:
        page = Page(item.path, self.ledger)
        try:
            with item.stream() as stream:
                for conversation in conversations(stream, item.size, page):
                    workspace.learn(name, conversation.rows)
        except UserError as error:
            self.ledger.skip(item.path, str(error))

    def take(self, item: Item) -> None:
        """Read one file, whatever it is."""
        top = str(PurePosixPath(item.path).parent)
        if top in self.workspaces and _is_list(item, slack.ABOUT):
            return
        page = Page(item.path, self.ledger)
        try:
            with item.stream() as stream:
                runs = list(self._runs(item, stream, page))
        except UserError as error:
            self.ledger.skip(item.path, str(error))
        else:
            for run in runs:
                self.runs.append(run)
                self.ledger.count(run.format, run.messages)
        page.close()

    def _runs(self, item: Item, stream: BinaryIO, page: Page) -> Iterator[Run]:
        kind = told(head_of(stream))
        if kind == "json":
            for conversation in conversations(stream, item.size, page):
                run = self._conversation(item, conversation, page)
                if run is not None:
                    yield run
        else:
            yield discord_csv.read(stream, page, self.people, self.source.label)

    def _conversation(self, item: Item, conversation: Conversation, page: Page) -> Run | None:
        head, rows = conversation.head, conversation.rows
        if head is None:
            if isinstance(rows, list) and rows and slack.is_day(rows):
                return self._day(item, rows, page)
            raise UserError("an empty list" if rows == [] else "JSON, but no chat export")
        if discord_json.fits(head):
            return discord_json.read(head, rows, page, self.people)
        if not telegram.fits(head):
            raise UserError("JSON, but no chat export")
        if conversation.one_of_many and telegram.is_private(head):
            self.ledger.skip(f"{item.path}:{head.get('name') or head.get('type')}", PRIVATE)
            return None
        return telegram.read(head, rows, page, self.people)

    def _day(self, item: Item, rows: list[object], page: Page) -> Run | None:
        workspace, folder = self._workspace(item), PurePosixPath(item.path).parent
        if folder.name not in workspace.private:
            return slack.read(folder.name or self.source.label, rows, page, workspace)
        if str(folder) not in self.private:
            self.private.add(str(folder))
            self.ledger.skip(f"{folder}/", PRIVATE)
        return None

    def _workspace(self, item: Item) -> slack.Workspace:
        top = str(PurePosixPath(item.path).parent.parent)
        if top not in self.workspaces:
            self.workspaces[top] = slack.Workspace(self._label(top), self.people)
        return self.workspaces[top]

    def finish(self) -> list[Run]:
        """All files are read: settle what only the whole export can tell."""
        self.ledger.notices += slack.first_entries([run for run in self.runs if run.format == slack.FORMAT])
        return self.runs


def _is_list(item: Item, names: frozenset[str]) -> bool:
    place = PurePosixPath(item.path)
    return place.suffix.lower() == ".json" and place.stem in names


def told(head: bytes) -> str:
    """`json` or `csv` by the first bytes of a file.

    Raises UserError, with what it is instead, for a file that is neither.
    """
    if not head:
        raise UserError("an empty file")
    text = head.decode(encoding_of(head[:4]), "replace").lstrip("\ufeff\0 \t\r\n")
    if text[:1] in ("{", "["):
        return "json"
    if discord_csv.is_header(text.splitlines()[0] if text else ""):
        return "csv"
    start = text[:200].lower()
    if "<html" in start or start.startswith("<!doctype"):
        raise UserError("a web page; export the chat as JSON or CSV instead")
    raise UserError("not a chat export" if text.strip() else "an empty file")
