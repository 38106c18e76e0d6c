"""The doctor looks at everything around the bot and says how to mend what is wrong."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from bot.adapters.setup import Found
from bot.config import Settings, settings_from
from bot.configuration.environment import Environment
from bot.doctor import Finding, State, clock, data_folder, database, examine, listening
from bot.heartbeat import health
from bot.stores.opening import DATABASE, open_journal
from bot.stores.times import SystemClock
from moderation.errors import Unavailable
from tests.house.programs import sereno


def settings(data: Path, **environ: str) -> Settings:
    return settings_from(None, {"SERENO_DATA_DIR": str(data), **environ})


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def findings(data: Path, **environ: str) -> dict[str, Finding]:
    return {found.about: found for found in examine(settings(data, **environ), "127.0.0.1", free_port())}


@contextmanager
def answering(body: bytes, status: int = 200) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def test_a_fresh_machine_is_well(tmp_path: Path) -> None:
    """With nothing set up there is nothing to mend."""
    found = findings(tmp_path / "data")
    assert {name: finding.says for name, finding in found.items() if finding.state is not State.WELL} == {}
    assert {"data", "disk", "clock", "database", "packs", "address"} <= found.keys()


def test_the_doctor_changes_nothing(tmp_path: Path) -> None:
    """Looking makes neither a database nor a key, and leaves no probe behind."""
    findings(tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_wrong(tmp_path: Path) -> None:
    """A file where the data folder should be is said plainly, with the way out."""
    (tmp_path / "taken").touch()
    (found,) = data_folder(tmp_path / "taken" / "data")
    assert found.state is State.WRONG
    assert "SERENO_DATA_DIR" in found.mend


def test_a_clock_before_this_version_is_wrong(tmp_path: Path) -> None:
    """Sanctions have absolute ends, so the time must be right."""
    assert clock(tmp_path, now=lambda: datetime(1999, 12, 31, tzinfo=UTC)).state is State.WRONG
    assert clock(tmp_path, now=lambda: datetime(2099, 1, 1, tzinfo=UTC)).state is State.WRONG
    assert clock(tmp_path).state is State.WELL


def test_a_database_of_this_version_is_well(tmp_path: Path) -> None:
    """After the first start the tables are up to date."""
    open_journal(tmp_path, SystemClock()).engine.dispose()
    assert database(settings(tmp_path)).says == "opens, and its tables are up to date"


def test_a_broken_database_is_wrong(tmp_path: Path) -> None:
    """A file that is no database is named before the bot stumbles over it."""
    (tmp_path / DATABASE).write_bytes(b"this is not a database, however long it may be" * 100)
    found = database(settings(tmp_path))
    assert found.state is State.WRONG
    assert "backup" in found.mend


def test_a_database_that_this_version_cannot_use_is_said_plainly(tmp_path: Path) -> None:
    """Nobody believes to be on PostgreSQL who is not."""
    found = database(settings(tmp_path, SERENO_DATABASE_URL="postgresql://sereno@db.example/sereno"))
    assert found.state is State.WRONG


def test_a_token_that_leads_nowhere_is_said_plainly(tmp_path: Path) -> None:
    """Whoever sets a token and no place learns that nothing is done there, and never sees the token."""
    token = "a-token-that-nobody-may-read"

    async def look(environment: Environment) -> Found:
        raise Unavailable(f"no way to the platform with {token}")

    said = list(
        examine(settings(tmp_path, SERENO_DISCORD_TOKEN=token), "127.0.0.1", free_port(), looks={"discord": look})
    )
    about = [found for found in said if found.about == "discord"]
    assert [found.state for found in about] == [State.NOTE, State.NOTE]
    assert "no community lives there" in about[0].says and "could not be asked" in about[1].says
    assert all(token not in found.says + found.mend for found in said)


def test_a_redis_that_does_not_answer_is_wrong(tmp_path: Path) -> None:
    """Whoever set one up wants it used."""
    url = f"redis://127.0.0.1:{free_port()}/0"
    found = findings(tmp_path, SERENO_REDIS_URL=url)["redis"]
    assert found.state is State.WRONG and found.mend


def test_a_port_in_use_is_told_apart_from_our_own(tmp_path: Path) -> None:
    """Another program on the port is wrong; Sereno itself is not."""
    with answering(b"hello") as port:
        assert listening("127.0.0.1", port).state is State.WRONG
    with answering(b'{"status": "ok", "reasons": {}}') as port:
        assert listening("127.0.0.1", port).says == f"Sereno is running at 127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, {"status": "ok", "reasons": {}}, 0),
        (503, {"status": "unwell", "reasons": {"journal": "no room left on the disk"}}, 1),
    ],
)
def test_the_health_check_repeats_what_the_bot_says(status: int, body: dict[str, object], code: int) -> None:
    """Container engines see 0 or 1, people the reason."""
    with answering(json.dumps(body).encode(), status) as port:
        assert health("127.0.0.1", port) == body
        asked = sereno("doctor", "--health", "--port", str(port))
    assert asked.returncode == code
    assert "no room left" in asked.stdout or code == 0


def test_nobody_there_is_unhealthy() -> None:
    """A bot that does not answer is not well."""
    assert sereno("doctor", "--health", "--port", str(free_port())).returncode == 1


def test_rules_that_cannot_load_are_wrong(tmp_path: Path) -> None:
    """The doctor says which folder and which command shows the places."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/10-bad.yaml").write_text("schema: rules/1\nabout: x\nrules: nothing\n")
    (tmp_path / "sereno.yaml").write_text("schema: sereno/1\ncommunities:\n  - id: club\n    rules: rules/\n")
    ended = sereno("doctor", "--json", "--port", str(free_port()), cwd=tmp_path, SERENO_DATA_DIR=str(tmp_path / "data"))
    found = {finding["about"]: finding for finding in json.loads(ended.stdout)}
    assert ended.returncode == 1
    assert found["rules of club"]["state"] == "wrong"
    assert "sereno check" in found["rules of club"]["mend"]


def test_findings_are_readable_and_their_state_is_the_exit_code(tmp_path: Path) -> None:
    """One line for each thing; 0 when nothing is wrong."""
    from bot.command_line.doctor import command

    shown = CliRunner().invoke(
        command, ["--port", str(free_port())], env={"SERENO_DATA_DIR": str(tmp_path)}, standalone_mode=False
    )
    assert shown.return_value == 0
    assert all(line.startswith(("well ", "note ", "      ")) for line in shown.output.splitlines())
