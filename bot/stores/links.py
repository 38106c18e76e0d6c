"""Accounts on several platforms that their owner has said are theirs, by a code got on one and typed on another.

A code is good once, for ten minutes, in one community. It is kept only as a hash that is slow to guess. A used one stays
for a while as a mark of who used it, so that carrying out the same command again tells the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bot.stores.budgets import Budgets
from bot.stores.journal import Journal
from bot.stores.tables import link, link_code
from bot.stores.times import millis
from moderation.model import MemberRef
from moderation.ports import Clock

GOOD_FOR: Final = timedelta(minutes=10)
MOST_WRONG: Final = 5
"""Wrong codes one account may type within an hour."""
_AN_HOUR: Final = timedelta(hours=1)
MOST_OPEN: Final = 3
"""Codes of one account that are good at the same time; the oldest gives way."""
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters and digits that look alike."""
LENGTH: Final = 8


class Linking(StrEnum):
    """What came of typing a code."""

    DONE = "done"
    WRONG = "wrong"
    """Nobody has got such a code here, or it is used or too old."""
    ENOUGH = "enough"
    """Too many wrong ones in an hour: not even looked at."""
    SELF = "self"
    """It is this account's own."""
    TWICE = "twice"
    """The person would have two accounts on one platform."""


@dataclass(frozen=True, slots=True)
class Linked:
    """`other` is the account that got the code, when the two are one person's now."""

    came: Linking
    other: MemberRef | None = None


class Links:
    """All accounts of a link are in one community; nothing here knows another."""

    def __init__(self, journal: Journal, budgets: Budgets, clock: Clock) -> None:
        self._journal = journal
        self._budgets = budgets
        self._clock = clock

    async def code(self, member: MemberRef) -> str:
        """A fresh code for an account, in letters to be read aloud."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        hashed = await _hashed(member.community, code)
        now = millis(self._clock.now())
        row = {"code": hashed, **_account(member), "expires_at": now + _millis(GOOD_FOR)}

        def work(connection: Connection) -> None:
            _sweep(connection, now)
            mine = _mine(link_code, member) & (link_code.c.expires_at > 0)
            newest = select(link_code.c.code).where(mine).order_by(link_code.c.expires_at.desc()).limit(MOST_OPEN - 1)
            kept = list(connection.scalars(newest))
            connection.execute(delete(link_code).where(mine, link_code.c.code.not_in(kept)))
            connection.execute(insert(link_code).values(**row))

        await self._journal.write(work, "link code")
        return code

    async def redeem(self, member: MemberRef, typed: str) -> Linked:
        """Link this account to the one that got the code."""
        budget = f"link:{member.community}:{member.platform}:{member.id}"
        if await self._budgets.spent(budget, _AN_HOUR) >= MOST_WRONG:
            return Linked(Linking.ENOUGH)
        code = clean(typed)
        linked = await self._tried(member, code) if code else Linked(Linking.WRONG)
        if linked.came is Linking.WRONG:
            await self._budgets.spend(budget, MOST_WRONG, _AN_HOUR)
        return linked

    async def unlink(self, member: MemberRef) -> bool:
        """Take an account out of its link; whether it was in one. Its codes are good for nothing any more."""

        def work(connection: Connection) -> bool:
            person = _person(connection, member)
            connection.execute(delete(link_code).where(_mine(link_code, member)))
            connection.execute(delete(link).where(_mine(link, member)))
            if person is not None:
                _leave_no_one_alone(connection, member.community, person)
            return person is not None

        return await self._journal.write(work, "unlink")

    async def linked(self, member: MemberRef) -> frozenset[MemberRef]:
        """The person's other accounts in this community; for moderators, never for other members."""

        def reading(connection: Connection) -> frozenset[MemberRef]:
            person = _person(connection, member)
            if person is None:
                return frozenset()
            theirs = (link.c.community == member.community) & (link.c.person == person)
            rows = connection.execute(select(link).where(theirs))
            return frozenset(MemberRef(row.platform, row.community, row.member) for row in rows) - {member}

        return await self._journal.read(reading)

    async def _tried(self, member: MemberRef, code: str) -> Linked:
        hashed = await _hashed(member.community, code)
        now = millis(self._clock.now())

        def work(connection: Connection) -> Linked:
            where = (link_code.c.code == hashed) & (link_code.c.community == member.community)
            row = connection.execute(select(link_code).where(where)).first()
            if row is None or 0 < row.expires_at <= now:
                return Linked(Linking.WRONG)
            if row.expires_at < 0:
                return _used(connection, member, row)
            other = MemberRef(row.platform, row.community, row.member)
            if other == member:
                return Linked(Linking.SELF)
            if not _join(connection, other, member, now):
                return Linked(Linking.TWICE)
            mark = {"platform": member.platform, "member": member.id, "expires_at": -now}
            connection.execute(update(link_code).where(link_code.c.code == hashed).values(**mark))
            return Linked(Linking.DONE, other)

        return await self._journal.write(work, "link")


def clean(typed: str) -> str:
    """A code as it was given, however it was typed; empty when it cannot be one."""
    code = "".join(typed.split()).replace("-", "").upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def shown(code: str) -> str:
    """A code in two halves, which are easier to carry."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


async def _hashed(community: str, code: str) -> str:
    """Slow on purpose: who reads the database cannot try all codes while one is good."""
    salt = f"sereno link {community}".encode()
    digest = await asyncio.to_thread(hashlib.scrypt, code.encode(), salt=salt, n=2**12, r=8, p=1, dklen=32)
    return digest.hex()


def _used(connection: Connection, member: MemberRef, row: Row[Any]) -> Linked:
    """The same account again, as after a crash: what was done is told once more."""
    if (row.platform, row.member) != (member.platform, member.id):
        return Linked(Linking.WRONG)
    return Linked(Linking.DONE if _person(connection, member) is not None else Linking.WRONG)


def _join(connection: Connection, one: MemberRef, other: MemberRef, now: int) -> bool:
    """Make two accounts one person's, with all that is linked to either; False when a platform would come twice."""
    persons = [_person(connection, ref) for ref in (one, other)]
    if persons[0] is not None and persons[0] == persons[1]:
        return True
    rows = [_platforms(connection, ref, person) for ref, person in zip((one, other), persons, strict=True)]
    if not rows[0].isdisjoint(rows[1]):
        return False
    person = persons[0] or persons[1] or secrets.token_hex(8)
    for ref, known in zip((one, other), persons, strict=True):
        if known is None:
            connection.execute(insert(link).values(**_account(ref), person=person, at=now))
        elif known != person:
            theirs = (link.c.community == ref.community) & (link.c.person == known)
            connection.execute(update(link).where(theirs).values(person=person))
    return True


def _platforms(connection: Connection, ref: MemberRef, person: str | None) -> set[str]:
    """Where somebody has accounts, this one included."""
    if person is None:
        return {ref.platform}
    theirs = (link.c.community == ref.community) & (link.c.person == person)
    return set(connection.scalars(select(link.c.platform).where(theirs)))


def _leave_no_one_alone(connection: Connection, community: str, person: str) -> None:
    """A link of one account is none."""
    theirs = (link.c.community == community) & (link.c.person == person)
    if (connection.scalar(select(func.count()).select_from(link).where(theirs)) or 0) < 2:
        connection.execute(delete(link).where(theirs))


def _person(connection: Connection, member: MemberRef) -> str | None:
    return connection.scalar(select(link.c.person).where(_mine(link, member)))


def _sweep(connection: Connection, now: int) -> None:
    """Codes that are too old, and marks of used ones that nobody can need any more."""
    old = (link_code.c.expires_at > 0) & (link_code.c.expires_at <= now)
    used = (link_code.c.expires_at < 0) & (link_code.c.expires_at > -(now - _millis(_AN_HOUR)))
    connection.execute(delete(link_code).where(old | used))


def _mine(table: Any, member: MemberRef) -> Any:
    where = (table.c.community == member.community) & (table.c.platform == member.platform)
    return where & (table.c.member == member.id)


def _account(member: MemberRef) -> dict[str, str]:
    return {"community": member.community, "platform": member.platform, "member": member.id}


def _millis(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
