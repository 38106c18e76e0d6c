"""Everything that Sereno raises on purpose.

SerenoError
├── UserError                 somebody's mistake on the command line or in a file: one clear line, exit code 2
├── ChatError                 a chat platform did not do what it was asked
│   ├── Gone                  the message, member or channel no longer exists: the work is already done
│   ├── Forbidden             the bot lacks the right; a person must grant it
│   ├── Unsupported           this platform cannot do that at all
│   ├── RateLimited           try again, not before `retry_after`
│   ├── Unavailable           certainly not done; try again
│   └── OutcomeUnknown        perhaps done; reconcile, never blindly repeat
├── Refused                   a platform turned the bot itself down (token, intents): trying again will not help
├── DetectorError             a detector could not judge: its labels are silent
├── AlreadyMoved              another person was first with this case
└── StoreError                the journal could not keep something
    └── StoreFull             no room left: acknowledge nothing, turn health red
"""

from __future__ import annotations

from datetime import datetime


class SerenoError(Exception):
    """Something Sereno raises on purpose."""


class UserError(SerenoError):
    """A mistake a person can mend; the message says what and how."""


class ChatError(SerenoError):
    """A chat platform did not do what it was asked."""


class Gone(ChatError):
    """What the action was aimed at no longer exists."""


class Forbidden(ChatError):
    """The bot lacks the right to do that here."""


class Unsupported(ChatError):
    """This platform cannot do that."""


class RateLimited(ChatError):
    """The platform asks for patience."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"the platform asks to wait {retry_after:g} s")
        self.retry_after = retry_after


class Unavailable(ChatError):
    """The platform could not be reached; nothing was done."""


class OutcomeUnknown(ChatError):
    """The platform may or may not have done it."""


class Refused(SerenoError):
    """A platform turned the bot down as a whole; `mend` says what a person must do."""

    def __init__(self, says: str, mend: str) -> None:
        super().__init__(says)
        self.mend = mend


class DetectorError(SerenoError):
    """A detector could not judge."""


class AlreadyMoved(SerenoError):
    """Another person was first with this case."""

    def __init__(self, case: str, state: str, by: str, at: datetime) -> None:
        super().__init__(f"case {case} is already {state}: {by} was first, at {at:%H:%M:%S} UTC")
        self.case = case
        self.state = state
        self.by = by
        self.at = at


class StoreError(SerenoError):
    """The journal could not keep something."""


class StoreFull(StoreError):
    """There is no room left on the disk."""
