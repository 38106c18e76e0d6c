"""One place that calls Slack's Web API: the right client, the right pace, and only ChatErrors come out.

Paces are Slack's tiers (docs: "Rate limits"), counted by method; a bucket `channel:<id>` has one message a second.
The SDK is kept from repeating calls by itself: what may be repeated is decided where the outcome is known.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_errors import PATIENCE, problem
from bot.adapters.turns import LONGEST, Pace, Turns, Urgency
from bot.configuration.environment import Environment
from moderation.errors import Gone, OutcomeUnknown, RateLimited

SLACK: Final = "https://slack.com/api/"
PACES: Final[Mapping[str, Pace]] = {
    "tier2": Pace(20, 60.0),
    "tier3": Pace(50, 60.0),
    "tier4": Pace(100, 60.0),
    "channel": Pace(1, 1.0),
}
ANSWERED: Final = 20.0
"""Seconds Slack may take for one call; less than what an intent may take."""
_TIER: Final[Mapping[str, str]] = {
    "users.list": "tier2",
    "conversations.list": "tier2",
    "usergroups.list": "tier2",
    "usergroups.users.list": "tier2",
    "users.info": "tier4",
    "views.open": "tier4",
    "chat.postEphemeral": "tier4",
    "chat.postMessage": "posts",
}
_READS: Final = frozenset(
    "conversations.history conversations.replies conversations.info conversations.list conversations.members "
    "users.info users.list users.conversations usergroups.list usergroups.users.list".split()
)
"""Methods whose arguments travel in the address; the others take JSON."""
QUIET: Final = "sereno.slack"
"""The SDK logs whatever travels at DEBUG and INFO: its logger only says what went wrong."""


def quiet() -> logging.Logger:
    """The logger given to the SDK."""
    logger = logging.getLogger(QUIET)
    logger.setLevel(logging.ERROR)
    return logger


def client(environment: Environment, token: str | None, session: aiohttp.ClientSession | None) -> AsyncWebClient:
    """An SDK client for a token; `environment.slack_api` may point it elsewhere."""
    base = environment.slack_api.get_secret_value() if environment.slack_api else SLACK
    made = AsyncWebClient(token, base_url=base, session=session, logger=quiet(), retry_handlers=[])
    if loopback(base):
        made.proxy = None
    return made


def loopback(url: str) -> bool:
    """Whether an address lies on this machine, where no proxy of the environment is in between."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Web:
    """The bot's client, and the admin's where there is a user token. Holds one HTTP session until `aclose`."""

    def __init__(self, environment: Environment) -> None:
        self.turns = Turns(PACES)
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWERED, sock_connect=5))
        self.environment = environment
        token, user = environment.slack_bot_token, environment.slack_user_token
        self.bot = client(environment, token.get_secret_value() if token else None, self.session)
        self.admin = client(environment, user.get_secret_value(), self.session) if user else None

    async def aclose(self) -> None:
        """Let go of the sockets."""
        await self.session.close()

    async def call(
        self,
        method: str,
        urgency: Urgency = Urgency.TELL,
        *buckets: str,
        most: float = LONGEST,
        by: AsyncWebClient | None = None,
        **arguments: Any,
    ) -> Mapping[str, Any]:
        """Call a method in its turn; what Slack answered. Raises ChatError."""
        try:
            return await self.raw(method, urgency, *buckets, most=most, by=by, **arguments)
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, AttributeError, ValueError) as error:
            raise problem(error, method) from error

    async def raw(
        self,
        method: str,
        urgency: Urgency = Urgency.TELL,
        *buckets: str,
        most: float = LONGEST,
        by: AsyncWebClient | None = None,
        **arguments: Any,
    ) -> Mapping[str, Any]:
        """As `call`, with the SDK's own errors, for who must tell Slack's codes apart."""
        bucket = f"{_TIER.get(method, 'tier3')}:{method}"
        given = {name: value for name, value in arguments.items() if value is not None}
        async with self.turns.turn(urgency, bucket, *buckets, most=most):
            try:
                answer = await _ask(by or self.bot, method, given)
            except SlackApiError as error:
                trouble = problem(error, method)
                if isinstance(trouble, RateLimited):
                    self.turns.rest(trouble.retry_after, bucket)
                raise
        return answer

    async def respond(self, url: str, body: Mapping[str, Any]) -> None:
        """Answer at the address that came with a command or a press. Raises ChatError: Gone when it takes no more."""
        proxy = None if loopback(url) else self.bot.proxy
        try:
            async with self.session.post(url, json=body, proxy=proxy) as answer:
                if 400 <= answer.status < 500 and answer.status != 429:
                    raise Gone("Slack takes no more answers to that")
                if answer.status == 429:
                    raise RateLimited(float(answer.headers.get("Retry-After") or PATIENCE))
                if answer.status >= 500:
                    raise OutcomeUnknown(f"Slack answered an answer with {answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise problem(error, "response_url") from error


async def _ask(by: AsyncWebClient, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    if method in _READS:
        answer = await by.api_call(method, http_verb="GET", params=dict(arguments))
    else:
        answer = await by.api_call(method, json=dict(arguments))
    return {**answer.data, "headers": answer.headers} if isinstance(answer.data, dict) else {}
