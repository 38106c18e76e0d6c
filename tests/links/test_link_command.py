"""`/link` and `/unlink` as people type them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.twin import Twin
from bot.commands.link import Link, Unlink
from bot.stores.budgets import Budgets
from bot.stores.links import Linking, Links
from bot.stores.opening import open_journal
from moderation.model import MemberRef
from tests.commands.club import club
from tests.pipeline.stage import SteppingClock

ELSEWHERE = MemberRef("telegram", "club", "77")
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    clock = SteppingClock()
    journal = open_journal(tmp_path / "links", clock)
    await journal.start()
    yield Links(journal, Budgets(journal, clock), clock)
    await journal.stop()


async def test_a_code_is_given_and_used_privately(links: Links, tmp_path: Path) -> None:
    """Who asks gets a code that nobody else reads; used elsewhere, it links."""
    async with club(tmp_path / "bot", commands=[Link(), Unlink()], more={Links: links}) as here:
        answer = await here.asks("ana", "/link")
        (code,) = CODE.findall(answer)
        assert (await links.redeem(ELSEWHERE, code)).came is Linking.DONE
        ana = MemberRef(here.twin.platform, here.twin.community, "ana")
        assert await links.linked(ana) == {ELSEWHERE} and not here.twin.visible()


async def test_a_code_from_elsewhere_is_typed_here(links: Links, tmp_path: Path) -> None:
    """Both accounts are told, so that nobody is linked behind their back; a wrong code is said to be wrong."""
    async with club(tmp_path / "bot", commands=[Link(), Unlink()], more={Links: links}) as here:
        there = Twin(here.clock, platform="telegram")
        there.member("77")
        here.app.services.chats["telegram"] = there  # type: ignore[index]
        assert "not valid" in await here.asks("ana", "/link ABCD-EFGH")
        code = await links.code(ELSEWHERE)
        assert (await here.asks("ana", f"/link {code}")).startswith("Done")
        ((who, _, told),) = there.state.told
        assert who == "77" and "/unlink" in told and code not in told
        assert "own" in await here.asks("ana", f"/link {CODE.findall(await here.asks('ana', '/link'))[0]}")


async def test_a_link_is_taken_back_by_a_word(links: Links, tmp_path: Path) -> None:
    """Once; then there is nothing to take back."""
    async with club(tmp_path / "bot", commands=[Link(), Unlink()], more={Links: links}) as here:
        ana = MemberRef(here.twin.platform, here.twin.community, "ana")
        await links.redeem(ana, await links.code(ELSEWHERE))
        assert (await here.asks("ana", "/unlink")).startswith("Done")
        assert await links.linked(ana) == frozenset()
        assert "not linked" in await here.asks("ana", "/unlink")
