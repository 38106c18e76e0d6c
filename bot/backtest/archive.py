"""Keeps what was judged, on disk beyond a few megabytes, so that a rule that matches everything fits in memory too."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Hashable, Iterator
from types import TracebackType
from typing import Final, Self

import orjson

from bot.backtest.judged import Judged

IN_MEMORY: Final = 16 << 20
"""Bytes of records that are kept in memory; more go to a nameless file that vanishes with the process."""


class Archive:
    """Records in the order in which they were first put, each found again by its key or its number.

    Only their places are held in memory: some 150 bytes a record.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by `close`
        self._places = array("Q")
        self._numbers: dict[Hashable, int] = {}
        self._end = 0

    def get(self, key: Hashable) -> Judged | None:
        """The record under a key."""
        number = self._numbers.get(key)
        return None if number is None else self[number]

    def put(self, key: Hashable, judged: Judged) -> None:
        """Keep a record, in place of the one under the same key."""
        number = self._numbers.setdefault(key, len(self._places))
        if number == len(self._places):
            self._places.append(self._end)
        else:
            self._places[number] = self._end
        line = orjson.dumps(judged, option=orjson.OPT_APPEND_NEWLINE)
        self._file.seek(self._end)
        self._file.write(line)
        self._end += len(line)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int) -> Judged:
        judged: Judged = orjson.loads(self.line(number))
        return judged

    def __iter__(self) -> Iterator[Judged]:
        return (self[number] for number in range(len(self._places)))

    def line(self, number: int) -> bytes:
        """A record as JSON, with the end of its line."""
        self._file.seek(self._places[number])
        return self._file.readline()

    def close(self) -> None:
        """Forget everything."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
