"""What a platform of the contract takes from its world unchanged."""

from __future__ import annotations

from moderation.model import ChannelRef, MemberRef
from tests.contract.world import World


class OnWorld:
    """People's side of a platform, as the world has it."""

    world: World

    @property
    def general(self) -> ChannelRef:
        return self.world.general

    def member(self, name: str) -> MemberRef:
        return self.world.member(name)

    async def becomes_moderator(self, name: str) -> None:
        await self.world.becomes_moderator(name)

    async def reads(self) -> list[str]:
        return await self.world.reads()

    async def told(self, name: str) -> list[str]:
        return await self.world.told(name)

    async def may_write(self, name: str) -> bool:
        return await self.world.may_write(name)

    async def is_here(self, name: str) -> bool:
        return await self.world.is_here(name)
