from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.log import MASK, Format, SecretFilter, configure

TOKENS = (
    "xoxb-123456789012-abcdefGHIJKL",
    "xapp-1-A012345-67890-abcdef",
    "syt_c2VyZW5v_abcdefghijkl_1a2b3c",
    "123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456",
    "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "aiohttp", "sqlalchemy.engine")}
    yield
    root.handlers, root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


def logged(look: Format = "json", secrets: tuple[str, ...] = ()) -> io.StringIO:
    stream = io.StringIO()
    configure("debug", look, secrets=secrets, stream=stream)
    return stream


@pytest.mark.parametrize("look", ["json", "console"])
@pytest.mark.parametrize("token", TOKENS)
def test_tokens_are_masked_by_their_look(token: str, look: Format) -> None:
    """Nobody has to tell the log which token was configured."""
    stream = logged(look)
    log = structlog.get_logger("bot")
    log.debug("connecting", url=f"https://chat.example/bot{token}/send", headers={"auth": [token]})
    logging.getLogger("uvicorn.error").debug("failed with %s", token)
    logging.getLogger("sqlalchemy.pool").warning({"token": token})
    try:
        raise ValueError(f"refused: {token}")
    except ValueError:
        log.exception("broken")
        logging.getLogger("elsewhere").exception("broken too")
    written = stream.getvalue()
    assert written.count(MASK) >= 5
    assert token not in written
    assert not any(part in written for part in ("abcdef", "1a2b3c", "Cl2FMQ"))


@pytest.mark.parametrize("look", ["json", "console"])
def test_known_secrets_are_masked_wherever_they_stand(look: Format) -> None:
    """A secret that looks like nothing is masked by value, at every level, in every logger."""
    stream = logged(look, ("correct horse battery",))
    for level in (logging.DEBUG, logging.INFO, logging.ERROR):
        logging.getLogger("httpcore").log(level, "sent %r", {"pass": "correct horse battery"})
        structlog.get_logger().log(level, "correct horse battery", place=("correct horse battery",))
    assert "correct horse" not in stream.getvalue()


@pytest.mark.parametrize(
    ("text", "kept", "masked"),
    [
        ("GET /?key=abcdef123&lang=es", "lang=es", "abcdef123"),
        ("postgresql://sereno:hunter22@db/sereno", "@db/sereno", "hunter22"),
        ("Authorization: Bearer abc.def-ghi", "Bearer", "abc.def-ghi"),
        ('{"slack_bot_token": "whatever-it-is"}', "slack_bot_token", "whatever-it-is"),
        ("SERENO_TELEGRAM_TOKEN=abcdefgh", "SERENO_TELEGRAM_TOKEN", "abcdefgh"),
    ],
)
def test_what_kind_of_secret_it_was_stays_readable(text: str, kept: str, masked: str) -> None:
    """An operator sees that there was a token and whose, not which."""
    shown = SecretFilter().mask(text)
    assert kept in shown and MASK in shown and masked not in shown


@pytest.mark.parametrize(
    "text",
    [
        "3 messages removed in #general at 22:10:00",
        "case k3v9 was upheld by console",
        "http://127.0.0.1:8080/healthz answered 200",
        "sha256:9f86d081884c7d659a2feaa0c55ad015",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    """A filter that hides everything hides nothing."""
    assert SecretFilter(("s3cret-s3cret",)).mask(text) == text


@pytest.mark.parametrize("look", ["json", "console"])
def test_a_traceback_shows_no_values(look: Format) -> None:
    """Local variables hold what people wrote; a log says where it broke, not what was said."""
    stream = logged(look)

    def judge(words: str) -> None:
        raise RuntimeError("broken")

    try:
        judge("canary" + "-in-the-street")
    except RuntimeError:
        structlog.get_logger().exception("could not judge")
        logging.getLogger("x").exception("could not judge")
    assert "RuntimeError" in stream.getvalue() and "canary-in" not in stream.getvalue()


def test_json_lines_are_one_object_each() -> None:
    """Machines read them line by line, the standard library's included."""
    stream = logged("json")
    structlog.get_logger("bot.x").info("opened", case="k3", people=2)
    logging.getLogger("uvicorn.error").warning("slow %s", "client")
    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (ours["event"], ours["case"], ours["people"], ours["level"]) == ("opened", "k3", 2, "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("slow client", "uvicorn.error", "warning")


def test_loggers_that_print_requests_are_quiet() -> None:
    """httpx prints whole addresses at INFO, tokens in the path included."""
    stream = logged()
    logging.getLogger("httpx").info("HTTP Request: GET https://chat.example/bot")
    assert stream.getvalue() == ""
