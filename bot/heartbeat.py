"""Asks a running Sereno how it is, with nothing but the standard library: container engines ask every few seconds."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Final

PATIENCE: Final = 4.0
"""Seconds; engines usually wait five."""
_LONGEST: Final = 65_536


def health(host: str, port: int) -> Mapping[str, object]:
    """What /healthz of a running Sereno says; empty when nobody answers or it is not Sereno."""
    shown = f"[{host}]" if ":" in host else host
    request = urllib.request.Request(f"http://{shown}:{port}/healthz")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            body = answer.read(_LONGEST)
    except urllib.error.HTTPError as unwell:
        body = unwell.read(_LONGEST)
    except OSError:
        return {}
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) and "status" in said else {}
