"""Promise P23: role × command × target, generated from the tree; nobody gets beyond their own native rights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.twin import TwinMember
from bot.commands.spec import Audience, Kind, Spec
from bot.stores.cases import Cases
from bot.wiring import COMMANDS
from moderation.model import Capability
from tests.commands.club import club
from tests.pipeline.stage import Stage

CALLERS = ("owner", "admin", "mod", "ana", "bo", "robo")
TARGETS = ("eve", "mira", "admin", "owner", "robo", "sereno", "themselves")
AUDIENCE = {
    "owner": {Audience.EVERYBODY, Audience.MODERATORS, Audience.ADMINS},
    "admin": {Audience.EVERYBODY, Audience.MODERATORS, Audience.ADMINS},
    "mod": {Audience.EVERYBODY, Audience.MODERATORS},
    "ana": {Audience.EVERYBODY},
    "bo": {Audience.EVERYBODY},
    "robo": set[Audience](),
}
RIGHTS = {
    "everything": frozenset(Capability),
    "nothing": frozenset[Capability](),
    "only messages": frozenset({Capability.DELETE}),
}
SANCTIONS = {"warn", "timeout", "kick", "ban", "unban"}
GIVEN = {Kind.DURATION: "1h", Kind.CASE: "1", Kind.TEXT: "words", Kind.LONG: "words"}


def typed(spec: Spec, target: str) -> str:
    """A complete call, with everything filled in that can be."""
    words = {**GIVEN, Kind.MEMBER: f"<@{target}>"}
    parts = [
        next(iter(one.choices or {})) if one.kind is Kind.CHOICE else words[one.kind]
        for one in spec.parameters
        if one.required or one.kind is Kind.MEMBER
    ]
    return f"/{spec.name} {' '.join(parts)}"


def specs() -> Iterator[Spec]:
    return (one.spec for one in COMMANDS)


def people(here: Stage) -> dict[str, TwinMember]:
    return {name: replace(one) for name, one in here.twin.state.members.items()}


def may(caller: str, spec: Spec, rights: frozenset[Capability], target: str) -> bool:
    """What the promise says, in one place and without looking at how it is kept."""
    allowed = spec.audience in AUDIENCE[caller] and (spec.needs is None or spec.needs in rights)
    return allowed and (spec.name not in SANCTIONS or target == "eve")


@pytest.mark.parametrize("rights", RIGHTS)
@pytest.mark.parametrize("caller", CALLERS)
async def test_a_sanction_happens_only_where_role_right_and_target_allow_it(
    tmp_path: Path, caller: str, rights: str
) -> None:
    """For every command that acts on a person, and every kind of person it could act on."""
    async with club(tmp_path) as here:
        for spec in specs():
            if spec.name not in SANCTIONS:
                continue
            for target in TARGETS:
                whom = caller if target == "themselves" else target
                before = people(here)
                here.twin.state.members[caller].rights = RIGHTS[rights]
                count, told = len(await Cases(here.app.journal).page(limit=500)), len(here.twin.state.told)
                said = await here.asks(caller, typed(spec, whom))
                expected = may(caller, spec, RIGHTS[rights], target)
                opened = len(await Cases(here.app.journal).page(limit=500)) - count
                assert opened == int(expected), (spec.name, target, said)
                if not expected:
                    before[caller].rights = RIGHTS[rights]
                    assert people(here) == before and len(here.twin.state.told) == told + 1, (spec.name, target)
                here.twin.state.members["eve"] = before["eve"]
                here.clock.pass_(minutes=11)  # nobody meets the brake on removals here


@pytest.mark.parametrize("caller", CALLERS)
async def test_every_command_is_refused_to_whom_it_is_not_for(tmp_path: Path, caller: str) -> None:
    """The answer says for whom it is; nothing about any case is in it."""
    async with club(tmp_path) as here:
        await here.says("eve", "a slur")
        for spec in specs():
            said = await here.asks(caller, typed(spec, "eve"))
            if spec.audience in AUDIENCE[caller]:
                assert "only." not in said and "no orders" not in said, spec.name
            else:
                assert said in ("This is for moderators only.", "This is for admins only.", "Bots give no orders here.")


async def test_undo_of_each_sanction_asks_for_its_right(tmp_path: Path) -> None:
    """Whoever could not lift it on the platform cannot have it lifted by the bot."""
    async with club(tmp_path) as here:
        for number, (call, right) in enumerate(
            {"/timeout <@eve> 1h": Capability.TIMEOUT, "/ban <@bo> 1d": Capability.BAN}.items(), 1
        ):
            await here.asks("mod", call)
            here.twin.state.members["mira"].rights = frozenset(Capability) - {right}
            said = await here.asks("mira", f"/undo {number}")
            assert said == f"twin does not give you the right to do that yourself ({right})."
            here.twin.state.members["mira"].rights = frozenset({right})
            assert await here.asks("mira", f"/undo {number}") == f"Case {number} is taken back."


def test_what_touches_people_asks_for_a_right() -> None:
    """A command that nobody tied to a right of the platform cannot slip in."""
    for spec in specs():
        if spec.name in SANCTIONS:
            assert spec.needs is not None and spec.audience is not Audience.EVERYBODY


def test_every_command_can_be_shown_on_every_platform() -> None:
    """Names and descriptions fit the narrowest of them, in both languages, and what must be given comes first."""
    for spec in specs():
        assert spec.name.isascii() and spec.name.islower() and len(spec.name) <= 32
        for words in (spec.summary, *(one.summary for one in spec.parameters)):
            assert set(words) == {"en", "es"} and all(0 < len(text) <= 100 for text in words.values())
        required = [one.required for one in spec.parameters]
        assert required == sorted(required, reverse=True), spec.name
