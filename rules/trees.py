"""Walking trees of conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rules.model import All, AnyOf, Condition, Holds, Not, Use, Witness
from rules.wants import Wants, together

if TYPE_CHECKING:
    from rules.facts import Facts


def leaves(test: Holds) -> Iterator[Condition]:
    """Every condition of a tree, those under `not` too."""
    if isinstance(test, Condition):
        yield test
    elif isinstance(test, (All, AnyOf)):
        for part in test.parts:
            yield from leaves(part)
    elif isinstance(test, (Not, Use)):
        yield from leaves(test.part)


def wants_of(test: Holds | None) -> Wants:
    """All that a tree needs somebody to look for."""
    return together(leaf.wants() for leaf in leaves(test)) if test is not None else Wants()


def rebuilt(test: Holds, change: Callable[[Condition], Holds]) -> Holds:
    """The same tree with every condition changed."""
    if isinstance(test, Condition):
        return change(test)
    if isinstance(test, All):
        return All(tuple(rebuilt(part, change) for part in test.parts))
    if isinstance(test, AnyOf):
        return AnyOf(tuple(rebuilt(part, change) for part in test.parts))
    if isinstance(test, Not):
        return Not(rebuilt(test.part, change))
    if isinstance(test, Use):
        return Use(test.name, rebuilt(test.part, change))
    return test


def supporting(test: Holds, facts: Facts) -> Iterator[Condition]:
    """The conditions that made a tree hold."""
    if isinstance(test, Condition):
        yield test
    elif isinstance(test, All):
        for part in test.parts:
            yield from supporting(part, facts)
    elif isinstance(test, AnyOf):
        for part in test.parts:
            if part.holds(facts) is True:
                yield from supporting(part, facts)
    elif isinstance(test, Use):
        yield from supporting(test.part, facts)


def witness(test: Holds, facts: Facts) -> Witness:
    """The best witness against the person in a tree that holds: any one of several alternatives will do."""
    if isinstance(test, Condition):
        return test.witness
    if isinstance(test, Use):
        return witness(test.part, facts)
    if isinstance(test, AnyOf):
        return max(witness(part, facts) for part in test.parts if part.holds(facts) is True)
    return _all_of([witness(part, facts) for part in test.parts]) if isinstance(test, All) else Witness.NOBODY


def weakest_witness(test: Holds) -> Witness:
    """The poorest witness with which a tree may hold, whatever the event."""
    if isinstance(test, Condition):
        return test.witness
    if isinstance(test, Use):
        return weakest_witness(test.part)
    if isinstance(test, AnyOf):
        return min(weakest_witness(part) for part in test.parts)
    return _all_of([weakest_witness(part) for part in test.parts]) if isinstance(test, All) else Witness.NOBODY


def _all_of(parts: list[Witness]) -> Witness:
    if Witness.FACTS in parts:
        return Witness.FACTS
    return Witness.MODEL if Witness.MODEL in parts else Witness.NOBODY
