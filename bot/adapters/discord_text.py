"""What the bot says on Discord: nobody is pinged, nothing is formatted, nothing unfolds into a preview.

Rules' texts and what people wrote arrive here as one string, so all of it is shown as plain text. References that
Discord itself draws (`<@id>`, `<#id>`) stay: they are names, and `allowed_mentions` keeps them silent.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from discord.utils import escape_markdown

LIMIT: Final = 2000
"""Characters of a message."""
SILENT: Final[dict[str, Any]] = {"parse": [], "replied_user": False}
"""`allowed_mentions` of everything Sereno sends."""
NO_PREVIEW: Final = 1 << 2
EPHEMERAL: Final = 1 << 6
_TURNS: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0))
"""Characters that turn the direction of what follows, and NUL."""


def safe(text: str) -> str:
    """A text without what would turn or break the text around it."""
    return text.encode("utf-8", "replace").decode().translate(_TURNS)


def plain(text: str, limit: int = LIMIT) -> str:
    """Shown exactly as written; cut at a word when longer than Discord takes."""
    return cut(escape_markdown(safe(text)), limit)


def cut(text: str, limit: int = LIMIT) -> str:
    """At most so many characters, ending in “…” where something is missing."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    space = max(kept.rfind(" "), kept.rfind("\n"))
    return (kept[:space] if space > limit // 2 else kept).rstrip("\\ \n") + "…"


def nonce(key: str) -> str:
    """What Discord tells a repeated send by; 25 characters at most."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:24]
