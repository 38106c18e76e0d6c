"""Starting and stopping the real program."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.room.browser import ROOT, Served, running


def test_it_prints_one_address_and_stops_when_asked(tmp_path: Path) -> None:
    """Ready before the address is printed; SIGTERM ends it in time with exit code 0 while somebody is listening, and
    what was acknowledged is there after the next start."""
    with running(tmp_path) as sereno:
        assert sereno.link.startswith("http://127.0.0.1:")
        assert sereno.call("GET", "/readyz")["status"] == "ok"
        stream = urllib.request.urlopen(f"{sereno.url}/api/room/stream", timeout=30)
        sereno.say("ana", "good night")
        began = time.monotonic()
        sereno.process.send_signal(signal.SIGTERM)
        assert sereno.process.wait(10) == 0
        assert time.monotonic() - began < 10
        stream.close()
    with running(tmp_path) as sereno:
        assert sereno.texts() == ["good night"]


def test_what_was_acknowledged_survives_the_stop(tmp_path: Path) -> None:
    """Eight clients write while it is told to stop: every message that was answered with 201 is there afterwards."""
    acknowledged: list[str] = []

    def write(number: int) -> None:
        for part in range(1000):
            text = f"client {number} message {part}"
            try:
                sereno.say(f"client-{number}", text)
            except (urllib.error.URLError, OSError):
                return
            acknowledged.append(text)

    with running(tmp_path) as sereno:
        clients = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for client in clients:
            client.start()
        while len(acknowledged) < 40:
            time.sleep(0.01)
        sereno.process.send_signal(signal.SIGTERM)
        assert sereno.process.wait(10) == 0
        for client in clients:
            client.join()
    with running(tmp_path) as sereno:
        kept = {line["text"] for line in sereno.call("GET", "/api/room/messages?channel=general")}
        newest = acknowledged[-40:]
        assert set(newest) <= kept | removed(sereno)


def removed(sereno: Served) -> set[str]:
    """What rules took away meanwhile is evidence of a case."""
    files = [sereno.call("GET", f"/api/cases/{one['id']}") for one in sereno.call("GET", "/api/cases?limit=500")]
    return {message["text"] for file in files for message in file["messages"]}


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    """Exit code 2 and what to do, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "bot", "run", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "SERENO_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 2
    assert "the port is taken" in ended.stderr and "Traceback" not in ended.stderr
