"""What a bot may send: the documented limits of messages, embeds and components, checked on the emulator's side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.emulators.discord_errors import Denied, check, invalid
from tests.emulators.discord_state import Json, State

TEXT_LIMIT: Final = 2000
COMPONENTS_V2: Final = 1 << 15
MAY_SET: Final = (1 << 2) | (1 << 6) | (1 << 12) | COMPONENTS_V2
ROW, BUTTON, SELECT, TEXT_INPUT, LABEL = 1, 2, 3, 4, 18
SELECTS: Final = frozenset({3, 5, 6, 7, 8})
NESTED: Final = frozenset({1, 9, 17})
_EMBED_LIMITS: Final[Mapping[str, int]] = {"title": 256, "description": 4096}


@dataclass(slots=True)
class Draft:
    """What a request asks to say, read and checked."""

    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    flags: int = 0
    reference: Json | None = None
    nonce: str | int | None = None
    enforce_nonce: bool = False
    allowed: Json | None = None
    poll: Json | None = None
    given: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        return not (self.content.strip() or self.embeds or self.components or self.attachments or self.poll)


def draft(state: State, body: Json, files: Mapping[str, tuple[str, str, bytes]]) -> Draft:
    """Read a message from a request; Denied with 50035 or 50006 names what is wrong with it."""
    content = body.get("content") or ""
    check(isinstance(content, str), "content", "Could not interpret value as string.")
    check(len(content) <= TEXT_LIMIT, "content", f"Must be {TEXT_LIMIT} or fewer in length.")
    nonce = body.get("nonce")
    check(nonce is None or isinstance(nonce, int) or len(nonce) <= 25, "nonce", "Must be 25 or fewer in length.")
    read = Draft(
        content=content.strip(),
        embeds=list(_embeds(body.get("embeds") or [])),
        components=_components(body.get("components") or []),
        flags=int(body.get("flags") or 0) & MAY_SET,
        reference=body.get("message_reference"),
        nonce=nonce,
        enforce_nonce=body.get("enforce_nonce") is True,
        allowed=_allowed(body.get("allowed_mentions")),
        poll=body.get("poll"),
        given=frozenset(body),
    )
    read.attachments = [attach(state, name, kind, data) for name, kind, data in files.values()]
    if read.flags & COMPONENTS_V2:
        check(not read.content, "content", "The content field cannot be used with MessageFlags.IS_COMPONENTS_V2")
    return read


def attach(state: State, name: str, kind: str, data: bytes, *, size: int | None = None) -> Json:
    """Keep a file; its description as messages carry it. `size` lets it look larger than what is kept."""
    file_id = state.snowflake()
    state.files[file_id] = data
    url = f"{state.base}/cdn/attachments/{file_id}/{name}"
    return {
        "id": str(file_id),
        "filename": name,
        "content_type": kind,
        "size": len(data) if size is None else size,
        "url": url,
        "proxy_url": url,
        "flags": 0,
    }


def _embeds(embeds: list[Json]) -> Iterator[Json]:
    check(len(embeds) <= 10, "embeds", "Must be 10 or fewer in length.")
    total = 0
    for number, embed in enumerate(embeds):
        fields = embed.get("fields") or []
        check(len(fields) <= 25, f"embeds.{number}.fields", "Must be 25 or fewer in length.")
        for name, limit in _EMBED_LIMITS.items():
            check(
                len(embed.get(name) or "") <= limit, f"embeds.{number}.{name}", f"Must be {limit} or fewer in length."
            )
        for at, each in enumerate(fields):
            place = f"embeds.{number}.fields.{at}"
            check(0 < len(each.get("name", "")) <= 256, f"{place}.name", "Must be between 1 and 256 in length.")
            check(0 < len(each.get("value", "")) <= 1024, f"{place}.value", "Must be between 1 and 1024 in length.")
        footer = (embed.get("footer") or {}).get("text") or ""
        check(len(footer) <= 2048, f"embeds.{number}.footer.text", "Must be 2048 or fewer in length.")
        total += len(footer) + sum(len(embed.get(name) or "") for name in _EMBED_LIMITS)
        total += sum(len(each["name"]) + len(each["value"]) for each in fields)
        yield {"type": "rich", **embed}
    check(total <= 6000, "embeds", "Embed size exceeds maximum size of 6000")


def _components(rows: list[Json]) -> list[Json]:
    check(len(rows) <= 10, "components", "Must be 10 or fewer in length.")
    ids = [part["custom_id"] for part in walk(rows) if part.get("custom_id")]
    check(len(ids) == len(set(ids)), "components", "Component custom id cannot be duplicated")
    for at, row in enumerate(rows):
        if row.get("type") == ROW:
            _row(row, f"components.{at}")
    for numbered, part in enumerate(walk(rows), start=1):
        part.setdefault("id", numbered)
    return rows


def _row(row: Json, place: str) -> None:
    parts = row.get("components") or []
    check(1 <= len(parts) <= 5, f"{place}.components", "Must be between 1 and 5 in length.")
    for at, part in enumerate(parts):
        where = f"{place}.components.{at}"
        custom = part.get("custom_id")
        check(custom is None or 1 <= len(custom) <= 100, f"{where}.custom_id", "Must be between 1 and 100 in length.")
        if part["type"] == BUTTON:
            check(len(part.get("label") or "") <= 80, f"{where}.label", "Must be 80 or fewer in length.")
            check(part.get("label") or part.get("emoji"), f"{where}.label", "A button must have a label or emoji")
            linked = part.get("style") == 5
            check(bool(part.get("url")) if linked else bool(custom), where, "A custom id or a url is required")


def walk(parts: list[Json]) -> Iterator[Json]:
    """All components, whatever they are nested in."""
    for part in parts:
        yield part
        inside: list[Any] = list(part.get("components") or [])
        inside += [part[name] for name in ("component", "accessory") if part.get(name)]
        yield from walk(inside)


def _allowed(mentions: Json | None) -> Json | None:
    if mentions is None:
        return None
    parse = mentions.get("parse") or []
    unknown = set(parse) - {"users", "roles", "everyone"}
    check(not unknown, "allowed_mentions.parse", f"Value must be one of ('users', 'roles', 'everyone'): {unknown}")
    for name in ("users", "roles"):
        check(len(mentions.get(name) or []) <= 100, f"allowed_mentions.{name}", "Must be 100 or fewer in length.")
        if name in parse and mentions.get(name):
            raise invalid("allowed_mentions", f"parse:[{name!r}] and {name}: [ids...] are mutually exclusive.")
    return mentions


def needs_content(read: Draft) -> None:
    """50006 when there is nothing to say."""
    if read.empty:
        raise Denied(50006)
