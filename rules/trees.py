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


def witness(test: Holds, facts: Facts, *, denied: bool = False) -> Witness:
    """The best witness against the person in a tree that holds: any one of several alternatives will do.

    `denied` is inside an odd number of `not`, where a tree counts because it does not hold. What is absent accuses nobody;
    denied twice it is there.
    """
    if isinstance(test, Condition):
        return Witness.NOBODY if denied else test.witness
    if isinstance(test, Use):
        return witness(test.part, facts, denied=denied)
    if isinstance(test, Not):
        return witness(test.part, facts, denied=not denied)
    if not isinstance(test, (All, AnyOf)):
        return Witness.NOBODY
    if isinstance(test, AnyOf) is denied:
        return _all_of([witness(part, facts, denied=denied) for part in test.parts])
    counts = not denied
    return max(witness(part, facts, denied=denied) for part in test.parts if part.holds(facts) is counts)


def weakest_witness(test: Holds, *, denied: bool = False) -> Witness:
    """The poorest witness with which a tree may hold, whatever the event; `denied` as in `witness`."""
    if isinstance(test, Condition):
        return Witness.NOBODY if denied else test.witness
    if isinstance(test, Use):
        return weakest_witness(test.part, denied=denied)
    if isinstance(test, Not):
        return weakest_witness(test.part, denied=not denied)
    if not isinstance(test, (All, AnyOf)):
        return Witness.NOBODY
    witnesses = [weakest_witness(part, denied=denied) for part in test.parts]
    return _all_of(witnesses) if isinstance(test, AnyOf) is denied else min(witnesses)


def _all_of(parts: list[Witness]) -> Witness:
    if Witness.FACTS in parts:
        return Witness.FACTS
    return Witness.MODEL if Witness.MODEL in parts else Witness.NOBODY
