"""Values of sereno.yaml that are more than texts: zones, addresses, people, platforms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

from moderation.platforms import CAN
from moderation.zones import is_zone, zones
from rules.problems import suggest

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")
MODELS: Final = ("auto", "shipped", "detoxify:original", "detoxify:unbiased", "detoxify:multilingual")
_MODEL_FILES: Final = (".ckpt", ".pt", ".onnx", ".npz", ".safetensors")
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MEMBER: Final = re.compile(r"([a-z]+):(\S+)")
_HAND_OVER: Final = re.compile(r"(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):[0-5]\d")


def _refuse(kind: str, value: str, message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError(kind, "{message}", {"message": message, "value": value, "hint": hint})


def language(code: str) -> str:
    """A language code such as `en` or `pt-BR`."""
    if not _LANGUAGE.fullmatch(code):
        raise _refuse("bad_language", code, f"`{code}` is not a language code", "write it like `en`, `es` or `pt-BR`")
    return code


def community_id(name: str) -> str:
    """Lower-case words with dashes: it stands in every row of the journal."""
    if not _ID.fullmatch(name):
        better = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40]
        hint = f"write `{better}`" if better else "write lower-case words with dashes"
        raise _refuse("bad_id", name, f"`{name}` cannot name a community", hint)
    return name


def time_zone(name: str) -> str:
    """A zone of the IANA database, such as `Europe/Madrid`."""
    if not is_zone(name):
        hint = suggest(name, zones()) if name else ""
        hint = hint if hint.startswith("did you") else "write it like `Europe/Madrid` or `America/Bogota`"
        raise _refuse("bad_zone", name, f"`{name}` is not a time zone", hint)
    return name


def known_platform(name: str) -> str:
    """A chat platform Sereno has an adapter for."""
    if name not in CAN:
        raise _refuse("foreign_platform", name, f"there is no platform `{name}`", suggest(name, CAN, "there are"))
    return name


def member(written: str) -> str:
    """A person on a platform, as `discord:501`."""
    match = _MEMBER.fullmatch(written)
    if match is None:
        said = f"`{written}` does not say who on which platform"
        raise _refuse("bad_rota", written, said, "write `platform:id`, as in `discord:501`")
    known_platform(match[1])
    return written


def hand_over(written: str) -> str:
    """A weekly moment, as `mon 09:00`."""
    if not _HAND_OVER.fullmatch(written):
        said = f"`{written}` is not a day and a time"
        raise _refuse("bad_rota", written, said, "write it like `mon 09:00`")
    return written


def known_model(written: str) -> str:
    """A model of toxicity.md by its name, or a file with one."""
    if written in MODELS or "/" in written or written.endswith(_MODEL_FILES):
        return written
    raise _refuse("unknown_model", written, f"there is no model `{written}`", suggest(written, MODELS, "there are"))


def address(written: str) -> str:
    """An address that a browser can open."""
    return _url(written, ("https", "http"), "https://mod.example")


def database_url(written: str) -> str:
    """`sqlite`, or the address of a PostgreSQL database."""
    if written == "sqlite":
        return written
    return _url(written, ("postgresql", "postgresql+psycopg"), "postgresql://sereno@db.example/sereno")


def redis_url(written: str) -> str:
    """`off`, or the address of a Redis."""
    return written if written == "off" else _url(written, ("redis", "rediss"), "redis://localhost:6379/0")


def _url(written: str, schemes: Iterable[str], example: str) -> str:
    try:
        parts = urlsplit(written)
        fine = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if not fine:
        raise _refuse(
            "bad_address", written, f"`{written}` is not an address that can be used here", f"write it like `{example}`"
        )
    return written
