"""Downloads over https, and goes on where an earlier attempt stopped."""

from __future__ import annotations

import http.client
import os
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, Final

from moderation.errors import UserError

BLOCK: Final = 1 << 18
PATIENCE: Final = 30.0
"""Seconds without a single byte after which a server counts as gone."""
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")

Progress = Callable[[int, int | None], None]
"""Called with how many bytes are there, and how many there will be where that is known."""


class Unfetched(UserError):
    """A file could not be had; the message says why."""


def secure(url: str) -> bool:
    """Whether an address may be fetched from."""
    return url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Network:
    """How files are fetched. `allowed` says which addresses may be asked, those we are sent on to included.

    `patience` is in seconds.
    """

    patience: float = PATIENCE
    allowed: Callable[[str], bool] = secure

    def download(self, url: str, part: BinaryIO, most: int, progress: Progress) -> bool:
        """All that is still to come of a file, at most so many bytes; whether earlier ones were kept. Raises Unfetched."""
        if not self.allowed(url):
            raise Unfetched(f"{url}: only https:// addresses are fetched from")
        start = part.seek(0, os.SEEK_END)
        with _plain_words(url), self._open(url, start) as answer:
            start = _goes_on_at(answer, start)
            part.truncate(start)
            _copy(answer, part, start, most, progress)
        return start > 0

    def _open(self, url: str, start: int) -> http.client.HTTPResponse:
        headers = {"User-Agent": "sereno", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        opener = urllib.request.build_opener(_Redirects(self.allowed))
        try:
            answer = opener.open(urllib.request.Request(url, headers=headers), timeout=self.patience)  # noqa: S310 - `allowed`
        except urllib.error.HTTPError as error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start:
                error.close()
                return self._open(url, 0)
            raise
        assert isinstance(answer, http.client.HTTPResponse)
        return answer


def _copy(answer: http.client.HTTPResponse, part: BinaryIO, done: int, most: int, progress: Progress) -> None:
    length = answer.headers.get("Content-Length", "")
    total = done + int(length) if length.isdecimal() else None
    if total is not None and total > most:
        raise Unfetched(f"{answer.url} has {total:,} bytes; at most {most:,} would be right, so it is some other file")
    while block := answer.read1(BLOCK):
        done += len(block)
        if done > most:
            part.truncate(0)
            raise Unfetched(f"{answer.url} has more than {most:,} bytes, so it is some other file")
        part.write(block)
        progress(done, total)
    if total is not None and done < total:
        raise Unfetched(f"the connection ended after {done:,} of {total:,} bytes; run the same command to go on")


def _goes_on_at(answer: http.client.HTTPResponse, start: int) -> int:
    """Where the bytes of an answer belong: 0 from a server that begins anew."""
    if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
        return 0
    said = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if said is None or int(said[1]) != start:
        raise Unfetched(f"{answer.url}: the server sent another part of the file than was asked for")
    return start


@contextmanager
def _plain_words(url: str) -> Iterator[None]:
    """What may happen on the way, told so that it helps."""
    host = url.partition("://")[2].partition("/")[0]
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        raise Unfetched(f"{url}: the server answers {error.code} {error.reason}") from error
    except TimeoutError as error:
        raise Unfetched(f"{host} sends nothing any more; run the same command to go on") from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise Unfetched(f"{host} does not answer") from error
        if isinstance(error.reason, ssl.SSLError):
            raise Unfetched(f"{host} cannot prove who it is: {error.reason}") from error
        raise Unfetched(f"{host} cannot be reached: {_reason(error.reason)}") from error
    except (http.client.HTTPException, ConnectionError) as error:
        raise Unfetched(f"the connection to {host} broke off; run the same command to go on") from error


def _reason(reason: Any) -> str:
    return reason.strerror or str(reason) if isinstance(reason, OSError) else str(reason)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a server only to addresses that may be fetched from."""

    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._allowed = allowed

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """Refuses every other address; raises Unfetched."""
        if not self._allowed(newurl):
            raise Unfetched(f"{req.full_url} sends us on to {newurl}: only https:// addresses are fetched from")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
