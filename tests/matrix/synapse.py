"""The homeserver Synapse itself, on loopback: its own configuration and key in a folder, rate limits off, no federation.

`python -m tests.matrix.synapse` starts one by hand and prints what connects a client to it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = "sereno.test"
READY = 60.0
"""Seconds a homeserver may take to answer on a busy machine; alone it takes two or three."""

PLENTY = {"per_second": 100_000, "burst_count": 100_000}


@dataclass
class Synapse:
    """One homeserver. `database` is a file, or empty for memory; a server on a file may be stopped and started again."""

    folder: Path
    port: int
    database: str = ""
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def write(self) -> Path:
        """Its configuration and signing key."""
        key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        (self.folder / "signing.key").write_text(f"ed25519 a_test {key}\n", "utf-8")
        listener = {"names": ["client"], "compress": False}
        log = {
            "version": 1,
            "handlers": {"file": {"class": "logging.FileHandler", "filename": str(self.folder / "synapse.log")}},
            "root": {"level": "WARNING", "handlers": ["file"]},
            "disable_existing_loggers": False,
        }
        (self.folder / "log.json").write_text(json.dumps(log), "utf-8")
        config: dict[str, Any] = {
            "server_name": NAME,
            "listeners": [
                {"port": self.port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": [listener]}
            ],
            "database": {"name": "sqlite3", "args": {"database": self.database or ":memory:"}},
            "log_config": str(self.folder / "log.json"),
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self.folder / "signing.key"),
            "registration_shared_secret": self.secret,
            "macaroon_secret_key": self.secret,
            "report_stats": False,
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "bcrypt_rounds": 4,
            "presence": {"enabled": False},
            "url_preview_enabled": False,
            "caches": {"sync_response_cache_duration": "0s"},  # whoever looks again and again wants to see what is new
            "enable_metrics": False,
            "rc_joins": {"local": PLENTY, "remote": PLENTY},
            "rc_invites": {"per_room": PLENTY, "per_user": PLENTY, "per_issuer": PLENTY},
            "rc_login": {"address": PLENTY, "account": PLENTY, "failed_attempts": PLENTY},
        }
        config |= dict.fromkeys(
            (
                "rc_message",
                "rc_registration",
                "rc_joins_per_room",
                "rc_admin_redaction",
                "rc_room_creation",
                "rc_profile",
            ),
            PLENTY,
        )
        path = self.folder / "homeserver.yaml"
        path.write_text(json.dumps(config), "utf-8")  # JSON is YAML
        return path

    def start(self) -> None:
        """Run until it answers; raises RuntimeError with its own words when it does not."""
        command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(self.folder / "homeserver.yaml")]
        with (self.folder / "out.txt").open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, cwd=self.folder)
        deadline = time.monotonic() + READY
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.stop()
        said = (self.folder / "out.txt").read_text("utf-8", "replace")[-2000:]
        raise RuntimeError(f"Synapse did not start: {said}")

    def stop(self) -> None:
        """End it, by its own process alone."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def mac(self, nonce: str, user: str, password: str, admin: bool) -> str:
        """The proof of knowing the registration secret."""
        parts = (nonce, user, password, "admin" if admin else "notadmin")
        return hmac.new(self.secret.encode(), b"\0".join(part.encode() for part in parts), hashlib.sha1).hexdigest()


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def homeserver(folder: Path | None = None, *, on_disk: bool = False) -> Iterator[Synapse]:
    """A homeserver for the time of the block; somebody else taking its port between choosing and listening is met by
    choosing again."""
    with tempfile.TemporaryDirectory(prefix="synapse-", ignore_cleanup_errors=True) as own:
        where = folder or Path(own)
        server = None
        for attempt in range(3):
            server = Synapse(where, free_port(), str(where / "homeserver.db") if on_disk else "")
            server.write()
            try:
                server.start()
                break
            except RuntimeError:
                if attempt == 2:
                    raise
        assert server is not None
        try:
            yield server
        finally:
            server.stop()


def main() -> None:
    """A homeserver by hand, until Enter."""
    with homeserver() as server:
        sys.stdout.write(f"SERENO_MATRIX_HOMESERVER={server.url}\nregistration secret: {server.secret}\n")
        sys.stdout.write(f"process {server.process.pid if server.process else '?'} of {os.getpid()}; Enter ends it\n")
        sys.stdin.readline()


if __name__ == "__main__":
    main()
