"""Logs: one line per happening, for people or for machines, and never a secret in any of them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import Processor

Format = Literal["auto", "console", "json"]
MASK: Final = "•••"
_SHORTEST: Final = 6
"""A known secret shorter than this is not masked by value: it would blot out ordinary words."""

_NAMED: Final = (
    r"(?P<keep>\b(?:\w*_)?(?:token|secret|password|passwd|api_?key|private_?key|cookie)[\"']?\s*[:=]\s*[\"']?)"
    r"(?!bearer\b)[^\s\"',;}&]{4,}"
)
_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        r"(?P<keep>xox[abeoprs]-)[\w-]{8,}",
        r"(?P<keep>xapp-)[\w-]{8,}",
        r"(?P<keep>syt_)\w{8,}",
        r"(?P<keep>\d{6,12}:)[\w-]{30,}",
        r"(?P<keep>\b)[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}",
        r"(?P<keep>\b(?:bearer|basic|bot)\s+)[\w.~+/=:-]{8,}",
        r"(?P<keep>://[^\s/:@]{0,64}:)[^\s/@]{1,256}(?=@)",
        r"(?P<keep>/(?:webhooks|interactions)/\d{10,}/)[\w-]{20,}",
        r"(?P<keep>[?&](?:key|token|ticket|code|secret|signature)=)[^\s&#\"']+",
        _NAMED,
    )
)


class SecretFilter(logging.Filter):
    """Masks secrets by value (those Sereno was given) and by look (tokens of the platforms, keys in addresses)."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("")
        self._secrets: frozenset[str] = frozenset()
        self._known: re.Pattern[str] | None = None
        self.hide(*secrets)

    def hide(self, *secrets: str) -> None:
        """Mask these too from now on: a token may arrive while logs are being written."""
        self._secrets |= {secret for secret in secrets if len(secret) >= _SHORTEST}
        known = sorted(self._secrets, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def mask(self, text: str) -> str:
        """The text with every secret replaced by `•••`; what kind of secret it was stays readable."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for pattern in _PATTERNS:
            text = pattern.sub(rf"\g<keep>{MASK}", text)
        return text

    def deep(self, value: object) -> object:
        """A value of a log line with the secrets in its texts masked, containers included."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, bytes):
            return self.mask(value.decode("utf-8", "replace"))
        if isinstance(value, Mapping):
            return {key: self.deep(item) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.deep(item) for item in value]
        return value

    def filter(self, record: logging.LogRecord) -> bool:
        """Settle the words of a stdlib record now, masked, so that no handler behind this one sees the arguments."""
        record.msg = self.deep(record.msg) if isinstance(record.msg, Mapping) else self.mask(record.getMessage())
        record.args = None
        return True

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """As a structlog processor."""
        for key, value in event.items():
            if not key.startswith("_"):
                event[key] = self.deep(value)
        return event


class _Masked(structlog.stdlib.ProcessorFormatter):
    """The last gate: whatever was rendered, tracebacks included, leaves masked."""

    def __init__(self, secrets: SecretFilter, **options: Any) -> None:
        super().__init__(**options)
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line as it will be written."""
        return self._secrets.mask(super().format(record))


def _renderer(look: Format, stream: TextIO) -> list[Processor]:
    people = look == "console" or (look == "auto" and stream.isatty())
    if people:
        renderer = structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        return [renderer]
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)  # locals hold what people wrote
    return [
        structlog.processors.ExceptionRenderer(tracebacks),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def configure(
    level: str = "info", look: Format = "auto", *, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> SecretFilter:
    """Send every log line of this process, structlog's and the standard library's, masked to `stream` (stderr).

    `level` is a name of the standard library; `look` is `console`, `json`, or `auto`: console on a terminal.
    """
    out = stream if stream is not None else sys.stderr
    masked = SecretFilter(secrets)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        masked,
    ]
    handler = logging.StreamHandler(out)
    handler.addFilter(masked)
    handler.setFormatter(
        _Masked(
            masked,
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderer(look, out)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    _quiet(root.level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return masked


def hide(*secrets: str) -> None:
    """Keep these out of everything this process logs from now on, wherever `configure` sends it."""
    for handler in logging.getLogger().handlers:
        for one in handler.filters:
            if isinstance(one, SecretFilter):
                one.hide(*secrets)


def _quiet(level: int) -> None:
    """Let foreign loggers speak through ours, and those that print requests with their secrets only from WARNING."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "sqlalchemy", "alembic", "fastapi"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    for name in (
        "httpx",
        "httpcore",
        "aiohttp",
        "discord",
        "slack_bolt",
        "slack_sdk",
        "telegram",
        "nio",
        "sqlalchemy.engine",
        "alembic",
        "asyncio",
        "uvicorn.access",
    ):
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
