"""A model whose answers can be foreseen, and a web server that behaves as badly as it is told."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

from bot.downloading import Network
from moderation.errors import DetectorError
from moderation.toxicity.catalogue import Entry
from moderation.toxicity.files import File
from moderation.toxicity.port import Scores


@dataclass
class Foreseen:
    """Toxicity is 1 / 3 for every text, 0.9 for one with `rude` in it; it cannot read Cyrillic, and fails on `crash` and `burst`."""

    name: str = "foreseen"
    labels: frozenset[str] = frozenset({"toxicity", "threat"})
    batches: list[list[str]] = field(default_factory=list)
    languages: list[Sequence[str | None]] = field(default_factory=list)
    broken: bool = False

    def score(self, texts: Sequence[str], languages: Sequence[str | None] = ()) -> Sequence[Scores]:
        self.batches.append(list(texts))
        self.languages.append(languages)
        if any("burst" in text for text in texts):
            raise RuntimeError("out of memory")
        if self.broken or any("crash" in text for text in texts):
            raise DetectorError("out of order")
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Scores:
        if re.search("[а-я]", text):
            return {}
        if "half" in text:
            return {"toxicity": 0.5, "threat": float("nan")}
        return {"toxicity": 0.9 if "rude" in text else 1 / 3, "threat": 0.0}


CONTENT = bytes(range(256)) * 4096
"""A megabyte that stands for a checkpoint."""


def pinned(content: bytes = CONTENT, *, digits: int = 64, most: int = 2 << 20, name: str = "model.ckpt") -> File:
    """A file of this content, recognised by so many digits of its SHA-256."""
    return File(name, hashlib.sha256(content).hexdigest()[:digits], most, f"https://models.example/{name}")


def model(folder: Path, *files: File) -> Entry:
    """A model of the catalogue with these files."""
    about = MappingProxyType({"en": "A model to try things with", "es": "Un modelo para hacer pruebas"})
    return Entry("detoxify:trial", "detoxify", about, "Apache-2.0", ("toxicity",), folder, files)


@dataclass
class Server:
    """Answers every path with `content`, unless told to misbehave. `asked` has the range of every request."""

    content: bytes = CONTENT
    status: int = 200
    stops_after: int | None = None
    hangs_after: int | None = None
    knows_ranges: bool = True
    says_length: bool = True
    sends_to: str = ""
    asked: list[str] = field(default_factory=list)
    url: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("Range", "")
        self.asked.append(wanted)
        if self.sends_to:
            handler.send_response(302)
            handler.send_header("Location", self.sends_to)
            handler.end_headers()
            return
        if self.status != 200:
            handler.send_error(self.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.knows_ranges else 0
        if start >= len(self.content):
            handler.send_error(416)
            return
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        if self.says_length:
            handler.send_header("Content-Length", str(len(self.content) - start))
        handler.end_headers()
        stop = self.hangs_after if self.hangs_after is not None else self.stops_after
        handler.wfile.write(self.content[start : len(self.content) if stop is None else start + stop])
        if self.hangs_after is not None:
            handler.wfile.flush()
            self.over.wait(30)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server, on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, *args: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        server.url = f"http://127.0.0.1:{web.server_port}/"
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            web.shutdown()
            thread.join()


def only(server: Server, patience: float = 5.0) -> Network:
    """A network on which this one server counts as safe, as https does elsewhere."""
    return Network(patience, lambda url: url.startswith(server.url))
