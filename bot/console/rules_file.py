"""The rules that come with the room itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOM_RULES: Final = Path(__file__).parent / "room-rules.yaml"
"""Stand-in words and links, so that nobody has to type real ones. Loaded beside the shipped packs when `sereno run`
has no configuration, for the room's own community only."""
