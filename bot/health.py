"""Whether Sereno is well, in words an operator can act on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, otherwise the reason in one sentence."""

PATIENCE: Final = 2.0
"""Seconds a check may take; a check that does not come back is itself a reason."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of all checks: reasons by check name, empty when all is well."""

    reasons: Mapping[str, str]

    @property
    def well(self) -> bool:
        """No check had anything to say."""
        return not self.reasons


@dataclass(slots=True)
class Health:
    """Asks everybody who can fail. `alive` decides /healthz; `ready` in addition decides /readyz."""

    alive: dict[str, Check] = field(default_factory=dict)
    ready: dict[str, Check] = field(default_factory=dict)
    patience: float = PATIENCE

    async def living(self) -> Report:
        """Should this process be left running?"""
        return await self._ask(self.alive)

    async def readiness(self) -> Report:
        """Should this process be given work?"""
        return await self._ask({**self.alive, **self.ready})

    async def _ask(self, checks: Mapping[str, Check]) -> Report:
        answers = await asyncio.gather(*(self._one(check) for check in checks.values()))
        return Report({name: reason for name, reason in zip(checks, answers, strict=True) if reason is not None})

    async def _one(self, check: Check) -> str | None:
        try:
            async with asyncio.timeout(self.patience):
                return await check()
        except TimeoutError:
            return f"no answer within {self.patience:g} s"
        except Exception as problem:  # noqa: BLE001 - a check that breaks is itself the news
            return f"the check failed: {type(problem).__name__}"
