"""How far a sanction reaches: to the account it was given to, or to all accounts of that person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from moderation.model import MemberRef


def everywhere(
    targets: Iterable[MemberRef], links: Mapping[MemberRef, AbstractSet[MemberRef]]
) -> tuple[MemberRef, ...]:
    """Whom a sanction on `targets` also holds for, the targets first, each account once.

    By default a sanction holds on the platform where it was given, and nobody calls this. `links` are the other accounts
    that people have said are theirs. An account in another community is never reached: a community has no say there.
    """
    reached: dict[MemberRef, None] = dict.fromkeys(targets)
    for target in tuple(reached):
        mine = (other for other in links.get(target, ()) if other.community == target.community)
        reached.update(dict.fromkeys(sorted(mine, key=lambda ref: (ref.platform, ref.id))))
    return tuple(reached)
