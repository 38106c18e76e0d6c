"""DiscordChatExporter's CSV: `AuthorID,Author,Date,Content,Attachments,Reactions`, older files without the ids.

It carries no message ids and no server: a message is known by its channel, author, time and text, a channel by the
number in the name of its file, a server by that name too or by the folder.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from pathlib import PurePosixPath
from typing import BinaryIO, Final
from urllib.parse import unquote, urlsplit

from bot.exports.dates import Style, style_of
from bot.exports.decoding import lines
from bot.exports.discord import created_at, says_everyone
from bot.exports.entries import Entry, Kind, People, Run, extra
from bot.exports.ledger import BAD_ROW, Page, why
from moderation.errors import UserError
from moderation.model import Attachment, ChannelRef, Member

FORMAT: Final = "DiscordChatExporter CSV"
NO_IDS: Final = "no author ids: people are told apart by name, the age of their accounts is not known"
NAME: Final = re.compile(r"(?P<guild>.+?) - (?:.+ - )?(?P<channel>.+?) \[(?P<id>\d{15,21})\].*", re.DOTALL)
JOINED: Final = "Joined the server."
NOTICES: Final = frozenset({"Pinned a message.", "Started a thread.", "Changed the channel icon."})
ADDRESSES: Final = re.compile(r",(?=https?://)")
RAW_MENTION: Final = re.compile(r"<@!?(\d{15,21})>")
NAMED_MENTION: Final = re.compile(r"(?<![\w@<])@(?!everyone\b|here\b)([\w.]{2,32})")


def is_header(line: str) -> bool:
    """True for the first line of such a file."""
    columns = {cell.strip().strip('"').casefold() for cell in re.split("[;,\t]", line)}
    return {"author", "date", "content"} <= columns


def channel_of(path: str, label: str) -> ChannelRef:
    """The channel a file is about, by the exporter's naming `Server - Category - channel [id].csv`, else the file name."""
    place = PurePosixPath(path)
    stem = place.stem
    folder = place.parent.name or label
    if match := NAME.fullmatch(stem):
        return ChannelRef("discord", match["guild"], match["id"], match["channel"])
    return ChannelRef("discord", folder, stem, stem)


def read(stream: BinaryIO, page: Page, people: People, label: str) -> Run:
    """All rows of one file; bad rows are named in `page`."""
    table = Table(stream, page)
    channel = channel_of(page.path, label)
    style = style_of(table.dates)
    for note in style.notes:
        page.note(note)
    if "authorid" not in table.columns:
        page.note(NO_IDS)
    maker = Maker(channel, table.columns, style, people)
    run = Run(page.path, FORMAT, channel)
    for number, row in table.rows(page):
        try:
            entry = maker.entry(row)
        except BAD_ROW as error:
            page.bad_row(number, f"only {len(row)} cells" if isinstance(error, IndexError) else why(error))
            continue
        if entry is None:
            page.notice()
        else:
            run.entries.append(entry)
    return run


@dataclass(slots=True)
class Table:
    """The rows of a CSV file, readable more than once."""

    stream: BinaryIO
    page: Page
    columns: Mapping[str, int] = field(init=False)
    delimiter: str = field(init=False)

    def __post_init__(self) -> None:
        header = next(lines(self.stream, self.page), "")
        self.delimiter = max(",;\t", key=header.count)
        cells = next(csv.reader([header], delimiter=self.delimiter), [])
        self.columns = {cell.strip("\ufeff \t").casefold(): place for place, cell in enumerate(cells)}
        if not {"author", "date", "content"} <= self.columns.keys():
            raise UserError("a table, but not one of a chat")

    def rows(self, page: Page | None = None) -> Iterator[tuple[int, list[str]]]:
        """Rows with the line they end on; a row that cannot be split is told to `page`."""
        reader = csv.reader(lines(self.stream, self.page), delimiter=self.delimiter)
        next(reader, None)
        while True:
            try:
                for row in reader:
                    if row:
                        yield reader.line_num, row
                return
            except csv.Error as error:
                if page is not None:
                    page.bad_row(reader.line_num, str(error))

    def dates(self) -> Iterable[str]:
        """The column of dates; short rows have none."""
        place = self.columns["date"]
        return (row[place] for _, row in self.rows() if len(row) > place)


class Maker:
    """Turns rows into entries; keeps what the rows of one file share."""

    def __init__(self, channel: ChannelRef, columns: Mapping[str, int], style: Style, people: People) -> None:
        self._channel = channel
        self._parse: Callable[[str], datetime] = style.parse
        self._people = people
        self._id = columns.get("authorid")
        self._author, self._date, self._content = columns["author"], columns["date"], columns["content"]
        self._files = columns.get("attachments")
        self._cells = len(columns)
        self._seen: dict[str, int] = {}
        self._met: dict[str, Member] = {}

    def entry(self, row: list[str]) -> Entry | None:
        """The entry of a row; None for the platform's own lines. Raises one of BAD_ROW for bad rows."""
        if len(row) > self._cells:
            raise UserError(f"{len(row)} cells instead of {self._cells}")
        text = row[self._content]
        author = self._member(row)
        at = self._parse(row[self._date])
        files = row[self._files] if self._files is not None else ""
        own = self._name(author.ref.id, row[self._date], text, files)
        if text == JOINED and not files:
            return Entry(at, Kind.JOINED, self._channel, author, own)
        if text in NOTICES and not files:
            return None
        if not files and "@" not in text:
            return Entry(at, Kind.POSTED, self._channel, author, own, text)
        more = extra(None, mentions(text), says_everyone(text), tuple(self._attachments(files)))
        return Entry(at, Kind.POSTED, self._channel, author, own, text, more)

    def _member(self, row: list[str]) -> Member:
        person = row[self._author if self._id is None else self._id]
        known = self._met.get(person)
        if known is None:
            known = self._met[person] = self._described(person.strip(), row[self._author])
        return known

    def _described(self, person: str, name: str) -> Member:
        if not person:
            raise UserError("no author")
        shown = name.rpartition("#")[0] or name
        known = self._people.find("discord", self._channel.community, person, shown)
        created = created_at(person) if self._id is not None else None
        return known or self._people.meet("discord", self._channel.community, person, shown, created=created)

    def _name(self, author: str, date: str, text: str, files: str) -> str:
        """An id for a message that has none; the same row in two exports gets the same one."""
        whole = f"{self._channel.id}\0{author}\0{date}\0{text}\0{files}"
        digest = blake2b(whole.encode("utf-8", "replace"), digest_size=9).hexdigest()
        times = self._seen.get(digest, 0)
        self._seen[digest] = times + 1
        return f"{digest}.{times}" if times else digest

    def _attachments(self, cell: str) -> Iterator[Attachment]:
        addresses = ADDRESSES.split(cell) if "://" in cell else cell.split(",")
        for address in filter(None, map(str.strip, addresses)):
            path = urlsplit(address).path if "://" in address else address.replace("\\", "/")
            yield self._people.attachment(unquote(PurePosixPath(path).name))


def mentions(text: str) -> tuple[str, ...]:
    """The people a text calls on: by id where it has one, else by the name as written, which still tells them apart."""
    found = dict.fromkeys(RAW_MENTION.findall(text))
    found.update(dict.fromkeys("@" + name.casefold() for name in islice(NAMED_MENTION.findall(text), 100)))
    return tuple(found)
