"""Who somebody is in the workspace: name, rights, groups; read from Slack and from the events that carry people.

Facts are at most a minute old where a platform's answer decides (`asked`). For events, older facts are better than a
late acknowledgement: a person is known as they were until Slack answers again.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.adapters.homes import Home
from bot.adapters.slack_web import Web
from bot.adapters.turns import Urgency
from moderation.errors import ChatError
from moderation.model import Member, Role

FRESH: Final = 60.0
"""Seconds a fact may be old."""
REST: Final = 15.0
"""Seconds events do not ask again after Slack did not tell about a group."""
REMEMBERED: Final = 20_000
ADMINS: Final = "workspace_admins"
"""In `roles:` this stands for Slack's own admins and owners."""
_PAGE: Final = 500
_PAGES: Final = 20
_SLACKBOT: Final = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Facts:
    """What Slack says of a person."""

    id: str
    name: str = ""
    is_bot: bool = False
    admin: bool = False
    owner: bool = False
    gone: bool = False
    language: str | None = None


def facts_of(user: Mapping[str, Any]) -> Facts:
    """A user object as Slack sends it; raises KeyError without an id."""
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("real_name") or user.get("name") or ""
    return Facts(
        id=str(user["id"]),
        name=str(name),
        is_bot=bool(user.get("is_bot")) or user["id"] == _SLACKBOT,
        admin=bool(user.get("is_admin")),
        owner=bool(user.get("is_owner") or user.get("is_primary_owner")),
        gone=bool(user.get("deleted")),
        language=str(user["locale"]).partition("-")[0] or None if user.get("locale") else None,
    )


class People:
    """Everybody Sereno has heard of, bounded; and the user groups that the configuration gives a meaning to."""

    def __init__(self, web: Callable[[], Web], now: Callable[[], float] = time.monotonic) -> None:
        self._web = web
        self._now = now
        self._known: OrderedDict[str, tuple[Facts, float]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Facts]] = {}
        self._groups: dict[str, tuple[frozenset[str], float]] = {}
        self._reading: dict[str, asyncio.Task[frozenset[str]]] = {}
        self._rest: dict[str, float] = {}
        self._log: Any = structlog.get_logger(__name__)

    def learn(self, user: Mapping[str, Any]) -> tuple[Facts | None, Facts]:
        """Take in a user object; what was known before, and what is known now."""
        facts = facts_of(user)
        before = self._known.pop(facts.id, None)
        if facts.language is None and before is not None:
            facts = Facts(facts.id, facts.name, facts.is_bot, facts.admin, facts.owner, facts.gone, before[0].language)
        self._known[facts.id] = (facts, self._now())
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return (before[0] if before else None), facts

    def language(self, person: str) -> str | None:
        """The language a person reads Slack in, as far as it is known."""
        known = self._known.get(person)
        return known[0].language if known else None

    async def meet_all(self, home: Home) -> None:
        """Read who is here once, so that staff is known before the first event; what fails is learnt person by person."""
        await self._groups_of(home, "", strictly=False)
        cursor = ""
        try:
            for _ in range(_PAGES):
                page = await self._web().call("users.list", limit=_PAGE, include_locale=True, cursor=cursor or None)
                for user in page.get("members") or ():
                    self.learn(user)
                cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
                if not cursor:
                    return
        except ChatError as error:
            self._log.info("not everybody could be listed", platform="slack", why=str(error))

    async def asked(self, home: Home, person: str) -> Member:
        """A person by facts that are at most a minute old. Raises ChatError."""
        facts = self._fresh(person) or await self._ask(person)
        return self._member(home, facts, await self._groups_of(home, person, strictly=True))

    async def met(self, home: Home, person: str, name: str = "", *, patience: float = 2.0) -> Member:
        """A person as far as Slack tells in so many seconds; never raises ChatError."""
        known = self._known.get(person)
        facts = self._fresh(person) or await self._ask_for(person, min(patience, 0.3) if known else patience)
        facts = facts or (known[0] if known else Facts(person, name, is_bot=person.startswith("B")))
        return self._member(home, facts, await self._groups_of(home, person, strictly=False))

    def forget_group(self, group: str) -> None:
        """A user group has other people in it now."""
        self._groups.pop(group, None)

    def _fresh(self, person: str) -> Facts | None:
        known = self._known.get(person)
        return known[0] if known and self._now() - known[1] <= FRESH else None

    async def _ask_for(self, person: str, patience: float) -> Facts | None:
        if person.startswith("B"):
            return None  # an integration without a user of its own
        try:
            async with asyncio.timeout(patience):
                return await self._ask(person)
        except (ChatError, TimeoutError) as error:
            self._log.info("a person could not be looked up", platform="slack", why=type(error).__name__)
            return None

    async def _ask(self, person: str) -> Facts:
        """One question at a time about a person, whoever waits for the answer."""
        task = self._asking.get(person)
        if task is None:
            task = self._asking[person] = asyncio.create_task(self._look_up(person))
            task.add_done_callback(lambda done: _over(self._asking, person, done))
        return await asyncio.shield(task)

    async def _look_up(self, person: str) -> Facts:
        answer = await self._web().call("users.info", Urgency.ANSWER, user=person, include_locale=True)
        return self.learn(answer["user"])[1]

    async def _groups_of(self, home: Home, person: str, *, strictly: bool) -> frozenset[str]:
        """The configured user groups a person is in."""
        groups = {group for ids in home.roles.values() for group in ids if group.startswith("S")}
        return frozenset([group for group in groups if person in await self._people_in(group, strictly=strictly)])

    async def _people_in(self, group: str, *, strictly: bool) -> frozenset[str]:
        """One question at a time about a group. When Slack does not tell, events go by what was known; `strictly` raises."""
        known = self._groups.get(group)
        if known and self._now() - known[1] <= FRESH:
            return known[0]
        if not strictly and self._now() < self._rest.get(group, 0.0):
            return known[0] if known else frozenset()
        task = self._reading.get(group)
        if task is None:
            task = self._reading[group] = asyncio.create_task(self._read_group(group))
            task.add_done_callback(lambda done: _over(self._reading, group, done))
        try:
            async with asyncio.timeout(None if strictly else 0.3 if known else 2.0):
                return await asyncio.shield(task)
        except (ChatError, TimeoutError) as error:
            if strictly:
                raise
            self._rest[group] = self._now() + REST
            self._log.warning("a user group cannot be read", platform="slack", group=group, why=type(error).__name__)
            return known[0] if known else frozenset()

    async def _read_group(self, group: str) -> frozenset[str]:
        answer = await self._web().call("usergroups.users.list", Urgency.ANSWER, usergroup=group)
        people = frozenset(answer.get("users") or ())
        self._groups[group] = (people, self._now())
        return people

    def _member(self, home: Home, facts: Facts, groups: frozenset[str]) -> Member:
        theirs = {facts.id, *groups}
        staff = facts.admin or facts.owner
        native = {Role.OWNER} if facts.owner else {Role.ADMIN} if facts.admin else set()
        roles = home.roles_of(theirs | ({ADMINS} if staff else set())) | {role.value for role in native}
        return Member(home.member(facts.id), facts.name, frozenset(roles), facts.is_bot)


def _over(tasks: dict[str, asyncio.Task[Any]], name: str, task: asyncio.Task[Any]) -> None:
    """A question was answered, or was not; its error is looked at even when nobody waits for it any more."""
    tasks.pop(name, None)
    if not task.cancelled():
        task.exception()
