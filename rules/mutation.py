"""Would any example notice? Narrowing keys and members of lists are dropped in turn; what nobody misses is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rules.compile import Compiled, bound
from rules.model import All, AnyOf, Condition, Holds, Not, Place, RuleSet, Use
from rules.rehearsal import Rehearsal
from rules.scope import Scope

Path = tuple[str | int, ...]
Put = Callable[[Holds | None], Holds | None]
"""Gives the whole tree with something else in one place; None stands for "always"."""


@dataclass(frozen=True, slots=True)
class Unnoticed:
    """A key or a member of a list whose loss no example notices."""

    rule: str
    path: Path
    place: Place
    message: str

    @property
    def hint(self) -> str:
        """What to do about it."""
        return "add a line to `hits` or `misses`, or a scene, that comes out differently without it"


@dataclass(frozen=True, slots=True)
class _Variant:
    """The file with one thing less: the rules that change, and what was dropped where."""

    rule: Compiled
    path: Path
    what: str
    changed: dict[int, Compiled]


def unnoticed(rule_set: RuleSet) -> list[Unnoticed]:
    """Everything whose loss no example would notice, in the order of the files."""
    return [one for policy in rule_set.policies for one in unnoticed_in(Rehearsal(policy))]


def unnoticed_in(rehearsal: Rehearsal) -> list[Unnoticed]:
    """The same for one file whose examples are green."""
    found: dict[Place, Unnoticed] = {}
    for variant in _variants(rehearsal):
        if rehearsal.line_notices(variant.changed) or rehearsal.scene_notices(variant.changed):
            continue
        rule = variant.rule.rule
        place = rule.key_places.get(variant.path, rule.place)
        message = f"no example of `{rule.id}` notices when {variant.what} is dropped"
        found.setdefault(place, Unnoticed(rule.id, variant.path, place, message))
    return list(found.values())


def _variants(rehearsal: Rehearsal) -> Iterator[_Variant]:
    named: set[str] = set()
    for one in rehearsal.engine.rules:
        if one.test is not None:
            yield from _of_tree(one)
        yield from _of_scope(one)
        for name, part in _uses(one.test):
            if name not in named:
                named.add(name)
                yield from _of_named(rehearsal, one, name, part)


def _of_tree(one: Compiled) -> Iterator[_Variant]:
    """Each condition of the rule itself, named ones aside."""
    for path, what, test in _rooted(one):
        yield _Variant(one, path, what, {one.number: replace(one, test=bound(test) if test is not None else None)})


def _rooted(one: Compiled) -> Iterator[tuple[Path, str, Holds | None]]:
    """The looser trees of a rule, with paths that begin at `if` or `unless`."""
    test = one.test
    if test is None:
        return
    unless = ("unless",) in set(one.rule.key_places)
    if unless and isinstance(test, All) and isinstance(test.parts[-1], Not):
        for at, key in enumerate(("if", "unless")):
            yield from _looser(test.parts[at], (key,), _in_all(test, at, lambda part: part))
    else:
        yield from _looser(test, ("unless" if unless else "if",), lambda part: part)


def _of_named(rehearsal: Rehearsal, one: Compiled, name: str, part: Holds) -> Iterator[_Variant]:
    """A named condition is loosened in all rules that use it at once."""
    for path, what, loosened in _looser(part, (), lambda inner: inner):
        changed = {}
        for other in rehearsal.engine.rules:
            if any(used == name for used, _ in _uses(other.test)):
                test = _with_named(other.test, name, loosened)
                changed[other.number] = replace(other, test=bound(test) if test is not None else None)
        where = ".".join(str(step) for step in path)
        yield _Variant(one, ("if", "use"), f"{what} of the condition `{name}` ({where})", changed)


def _of_scope(one: Compiled) -> Iterator[_Variant]:
    """Channels and spared roles."""
    if one.scope is None:
        return
    for key in ("only_in", "except_in"):
        globs = getattr(one.scope, key)
        for at, glob in enumerate(globs):
            yield _scoped(one, (key, at), f"`{key}: {glob}`", replace(one.scope, **{key: globs[:at] + globs[at + 1 :]}))
    for at, role in enumerate(sorted(one.scope.spare)):
        scope = replace(one.scope, spare=one.scope.spare - {role})
        yield _scoped(one, ("spare", at), f"`spare: {role}`", scope)


def _scoped(one: Compiled, path: Path, what: str, scope: Scope) -> _Variant:
    return _Variant(one, path, what, {one.number: replace(one, scope=scope)})


def _looser(test: Holds, path: Path, put: Put) -> Iterator[tuple[Path, str, Holds | None]]:
    """Each way to drop one thing of a tree: its path, its name, and the whole tree without it."""
    if isinstance(test, Condition):
        for inner, rest in test.looser():
            yield (*path, test.name, *inner), _called(test, inner), put(rest)
    elif isinstance(test, All):
        for at, part in enumerate(test.parts):
            yield from _looser(part, (*path, "all", at), _in_all(test, at, put))
    elif isinstance(test, AnyOf):
        yield from _of_any(test, path, put)
    elif isinstance(test, Not):
        yield (*path, "not"), "`not`, or `unless`,", put(None)
        if not isinstance(test.part, (Condition, Use)):
            yield from _looser(test.part, (*path, "not"), lambda part: put(Not(part) if part is not None else None))


def _of_any(test: AnyOf, path: Path, put: Put) -> Iterator[tuple[Path, str, Holds | None]]:
    for at, part in enumerate(test.parts):
        rest = (*test.parts[:at], *test.parts[at + 1 :])
        if rest:
            yield (*path, "any", at), f"member {at + 1} of `any`", put(AnyOf(rest))
        for inner, what, changed in _looser(part, (*path, "any", at), lambda part: part):
            if changed is not None:
                yield inner, what, put(AnyOf((*test.parts[:at], changed, *test.parts[at + 1 :])))


def _in_all(test: All, at: int, put: Put) -> Put:
    def without(part: Holds | None) -> Holds | None:
        rest = (*test.parts[:at], *((part,) if part is not None else ()), *test.parts[at + 1 :])
        return put(All(rest) if len(rest) > 1 else rest[0] if rest else None)

    return without


def _called(test: Condition, inner: Path) -> str:
    steps = [f"item {step + 1}" if isinstance(step, int) else step for step in inner]
    return f"`{': '.join([test.name, *steps])}`"


def _uses(test: Holds | None) -> Iterator[tuple[str, Holds]]:
    if isinstance(test, Use):
        yield test.name, test.part
        yield from _uses(test.part)
    elif isinstance(test, (All, AnyOf)):
        for part in test.parts:
            yield from _uses(part)
    elif isinstance(test, Not):
        yield from _uses(test.part)


def _with_named(test: Holds | None, name: str, loosened: Holds | None) -> Holds | None:
    """A tree with another meaning for a named condition; None for "always"."""
    if isinstance(test, Use):
        part = loosened if test.name == name else _with_named(test.part, name, loosened)
        return Use(test.name, part) if part is not None else None
    if isinstance(test, All):
        parts = tuple(part for part in (_with_named(part, name, loosened) for part in test.parts) if part is not None)
        return All(parts) if parts else None
    if isinstance(test, AnyOf):
        several = [_with_named(part, name, loosened) for part in test.parts]
        return AnyOf(tuple(part for part in several if part is not None)) if None not in several else None
    if isinstance(test, Not):
        part = _with_named(test.part, name, loosened)
        return Not(part) if part is not None else Not(All(()))
    return test
