"""Cards: what waits for a person is shown in the moderators' channel of its platform, and follows its case from then on.

Where a card hangs is on disk, so that a restart shows none twice and still changes those that hang.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.card_words import CODES, body, choices, label, pressable, title
from bot.commands.people import name_of
from bot.rulebook import RulesInForce
from bot.stores.buttons import Buttons
from bot.stores.cases import Cases, CaseView
from bot.stores.hung import Hung, HungCard
from bot.stores.queue import Queue
from bot.stores.times import SystemClock
from moderation.case import Case
from moderation.errors import ChatError, Forbidden, Gone, RateLimited, Unsupported
from moderation.i18n import catalogue
from moderation.intents import IntentState
from moderation.model import ChannelRef
from moderation.ports import Card, Chat, Clock

_AT_ONCE: Final = 50
_LOOK_BACK: Final = timedelta(days=7)
"""How far back a new process looks for cases that moved while a platform could not be told."""
_REST: Final = timedelta(seconds=15)
"""How long a platform is left alone after it failed, unless it says itself."""


class Cards:
    """Posts a card per waiting case and draws it anew whenever the case moves, by whatever way.

    `channels` gives the moderators' channel of each platform. Where a case's own has none, or cannot be written to, its
    card hangs in another of the same community; where there is none at all, in the console alone. Without `buttons`
    cards have none.
    """

    def __init__(
        self,
        queue: Queue,
        chats: Mapping[str, Chat],
        channels: Mapping[str, ChannelRef],
        *,
        buttons: Buttons | None = None,
        rules: RulesInForce | None = None,
        language: Callable[[str], str] | None = None,
        clock: Clock | None = None,
        public_url: str = "",
    ) -> None:
        self._queue = queue
        self._cases = Cases(queue.journal)
        self._hung = Hung(queue.journal)
        self._chats = chats
        self._channels = channels
        self._buttons = buttons
        self._rules = rules
        self._language = language or _english
        self._clock = clock or SystemClock()
        self._public_url = public_url
        self._since = self._clock.now() - _LOOK_BACK
        self._nowhere: set[str] = set()
        self._resting: dict[str, datetime] = {}
        self._log: Any = structlog.get_logger(__name__)

    def hang(self, channels: Mapping[str, ChannelRef]) -> None:
        """Show cards in these channels from now on."""
        self._channels = channels
        self._nowhere.clear()

    async def look(self) -> int:
        """Post what is not there yet, oldest first, and renew what has moved; how many cards were posted."""
        if not self._channels:
            return 0
        posted = 0
        for case in await self._hung.unshown(self._nowhere, _AT_ONCE):
            posted += await self._post(case)
        now, well = self._clock.now(), True
        outdated = await self._hung.outdated(self._since, _AT_ONCE)
        for _, hung in outdated:
            well = await self._renew(hung) and well
        if well and len(outdated) < _AT_ONCE:
            self._since = now
        return posted

    async def refresh(self, case: str) -> None:
        """Draw the card of a case as it stands, everywhere it hangs."""
        for hung in await self._hung.of(case):
            await self._renew(hung)

    async def ask_why(self, case: str) -> None:
        """Let the card of a case ask why it was no problem, everywhere it hangs."""
        for hung in await self._hung.of(case):
            await self._renew(hung, asking=True)

    async def _post(self, case: Case) -> int:
        """Hang the card in the first channel that takes it; 1 when it hangs now."""
        places = list(self._places(case))
        for channel in places:
            if self._rests(channel.platform):
                return 0
            card = await self._drawn(case.id)
            if card is None:
                return 0
            try:
                ref = await self._chats[channel.platform].card(channel, card[1], key=f"card:{case.id}")
            except (Forbidden, Gone, Unsupported) as error:
                self._failed(channel.platform, case.id, error)
            except ChatError as error:
                self._failed(channel.platform, case.id, error, rests=True)
                return 0
            else:
                await self._hung.hang(card[0].case, ref)
                return 1
        self._nowhere.add(case.id)
        return 0

    def _places(self, case: Case) -> Iterable[ChannelRef]:
        """The channels of the case's community, its own platform's first."""
        mine = [
            one for one in self._channels.values() if one.community == case.community and one.platform in self._chats
        ]
        return sorted(mine, key=lambda one: one.platform != case.platform)

    async def _renew(self, hung: HungCard, *, asking: bool = False) -> bool:
        """Draw a card anew; False when it must be tried again."""
        platform = hung.ref.channel.platform
        chat = self._chats.get(platform)
        if chat is None:
            return True
        if self._rests(platform):
            return False
        drawn = await self._drawn(hung.case, asking=asking)
        if drawn is None:
            return True
        try:
            await chat.recard(hung.ref, drawn[1])
        except (Forbidden, Gone, Unsupported) as error:
            self._failed(platform, hung.case, error)
            await self._hung.fell(hung)
            return True
        except ChatError as error:
            self._failed(platform, hung.case, error, rests=True)
            return False
        if not asking:
            await self._hung.hang(drawn[0].case, hung.ref)
        return True

    async def _drawn(self, case: str, *, asking: bool = False) -> tuple[CaseView, Card] | None:
        """The case and its card as it stands."""
        view = await self._cases.get(case)
        if view is None:
            return None
        language = self._language(view.case.community)
        say = catalogue(language).gettext
        verbs = (
            choices() if asking else pressable(view, held=any(step.state == IntentState.WAITING for step in view.steps))
        )
        made = await self._buttons.made(view.case, {verb: CODES[verb] for verb in verbs}) if self._buttons else ()
        buttons = tuple((label(verb, view.case, say), token) for verb, token in made)
        return view, Card(case, title(view.case, view.name, say), await self._body(view, language), buttons)

    async def _body(self, view: CaseView, language: str) -> str:
        case = view.case
        member = case.member
        before = await self._queue.about(member, 100) if member else ()
        return body(
            view,
            language=language,
            why=self._rules.why if self._rules is not None else _unsaid,
            given=await self._queue.weighing(member, self._clock.now()) if member else (),
            before=len([one for one in before if one.id != case.id]),
            who=await name_of(self._chats, case.changed_by, case.community),
            url=f"{self._public_url.rstrip('/')}/#case={case.id}" if self._public_url else "",
        )

    def _rests(self, platform: str) -> bool:
        until = self._resting.get(platform)
        return until is not None and until > self._clock.now()

    def _failed(self, platform: str, case: str, error: ChatError, *, rests: bool = False) -> None:
        if rests:
            wait = timedelta(seconds=error.retry_after) if isinstance(error, RateLimited) else _REST
            self._resting[platform] = self._clock.now() + wait
        why = str(error) or type(error).__name__
        self._log.warning("a card could not be shown", platform=platform, case=case, why=why)


def _english(_community: str) -> str:
    return "en"


def _unsaid(_rule: str) -> Mapping[str, str]:
    return {}
