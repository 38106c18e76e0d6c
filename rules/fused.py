"""Many rules in one function: what can be read off numbers becomes plain comparisons, everything else one call each.

The function is built as a syntax tree, node by node; nothing an admin wrote is ever parsed as code. For every tree of
conditions there are two expressions: *possibly* (it is not surely false) and *surely* (it is surely true). A rule is
looked at closer only when it is possibly true.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rules.measures import Measure, Sets, Test
from rules.model import All, AnyOf, Condition, Holds, Not, Use
from rules.trees import leaves

if TYPE_CHECKING:
    from rules.facts import Facts

Fused = Callable[["Facts", Callable[[tuple[int, bool | None]], None]], None]
"""Calls back with the number of each rule that holds (True) or may hold (None)."""

_FACTS: Final = "facts"
_TELL: Final = "tell"
_UNASKED: Final = "unasked"
_LOAD: Final = ast.Load()
_STORE: Final = ast.Store()
_LESS: Final = ast.Lt()
_AT_LEAST: Final = ast.GtE()
_AT: Final[Mapping[str, Any]] = {"lineno": 1, "col_offset": 0}
_YES: Final = ast.Constant(value=True, **_AT)
_NO: Final = ast.Constant(value=False, **_AT)
_UNKNOWN: Final = ast.Constant(value=None, **_AT)
_Both = tuple[ast.expr, ast.expr]
_Source = Measure | Callable[["Facts"], Sets]


def fuse(rules: Sequence[tuple[int, Holds | None]], kind: str) -> Fused:
    """One function for rules (number, tree) on events of one kind."""
    return _Fusing(rules, kind).function()


class _Fusing:
    def __init__(self, rules: Sequence[tuple[int, Holds | None]], kind: str) -> None:
        self._rules = rules
        self._kind = kind
        self._globals: dict[str, Any] = {"__builtins__": {}, _UNASKED: object()}
        self._names: dict[_Source, str] = {}
        first = [_first(test, kind) for _, test in rules if test is not None]
        self._at_once = {_source(test) for test in first if test is not None}
        self._calls: dict[Condition, str] = {}
        asked = [leaf for _, test in rules if test is not None for leaf in leaves(test) if _hashable(leaf)]
        self._shared = {leaf for leaf, times in Counter(asked).items() if times > 1}
        self._memory: list[str] = []

    def function(self) -> Fused:
        """The function, compiled."""
        checks = [check for number, test in self._rules for check in self._check(number, test)]
        body: list[ast.stmt] = [_assigned(_store(name), _name(_UNASKED)) for name in self._memory]
        body += [self._begin(source, name) for source, name in self._names.items()]
        body += checks or [ast.Pass(**_AT)]
        arguments = ast.arguments(
            posonlyargs=[],
            args=[ast.arg(_FACTS, **_AT), ast.arg(_TELL, **_AT)],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=[],
        )
        function = ast.FunctionDef(name="fused", args=arguments, body=body, decorator_list=[], **_AT)
        scope = self._globals
        exec(compile(ast.Module(body=[function], type_ignores=[]), "<rules>", "exec"), scope)  # noqa: S102 - our own nodes
        fused: Fused = scope["fused"]
        return fused

    def _check(self, number: int, test: Holds | None) -> Sequence[ast.stmt]:
        """What to do about one rule; nothing where it can never hold."""
        possibly, surely = self._tree(test) if test is not None else (_YES, _YES)
        if possibly is _NO:
            return ()
        told = ast.IfExp(test=surely, body=_YES, orelse=_UNKNOWN, **_AT)
        pair = ast.Tuple(elts=[_constant(number), told], ctx=_LOAD, **_AT)
        return (ast.If(test=possibly, body=[ast.Expr(_call(_TELL, pair), **_AT)], orelse=[], **_AT),)

    def _tree(self, test: Holds) -> _Both:
        """The two expressions for a tree."""
        if isinstance(test, Condition):
            return self._leaf(test)
        if isinstance(test, (All, AnyOf)):
            parts = [self._tree(part) for part in sorted(test.parts, key=_price)]
            join: ast.boolop = ast.And() if isinstance(test, All) else ast.Or()
            return _joined(join, [one for one, _ in parts]), _joined(join, [one for _, one in parts])
        if isinstance(test, Not):
            possibly, surely = self._tree(test.part)
            return _not(surely), _not(possibly)
        if isinstance(test, Use):
            return self._tree(test.part)
        raise TypeError(f"no condition: {test!r}")

    def _leaf(self, leaf: Condition) -> _Both:
        if self._kind not in leaf.kinds:
            return _NO, _NO
        tests = [self._compare(test) for test in _in_order(leaf.guards())]
        if not leaf.is_numeric:
            tests.append((_compared(self._asked(leaf), ast.IsNot(), _NO), _compared(self._asked(leaf), ast.Is(), _YES)))
        return _joined(ast.And(), [one for one, _ in tests]), _joined(ast.And(), [one for _, one in tests])

    def _compare(self, test: Test) -> _Both:
        low, high = self._ends(_source(test))
        if _is_membership(test):
            member = _constant(test.measure.argument)
            if test.below:
                return _compared(member, ast.NotIn(), low), _compared(member, ast.NotIn(), high)
            return _compared(member, ast.In(), high), _compared(member, ast.In(), low)
        bound = _constant(float(test.bound))
        if test.below:
            return _compared(low, _LESS, bound), _compared(high, _LESS, bound)
        return _compared(high, _AT_LEAST, bound), _compared(low, _AT_LEAST, bound)

    def _ends(self, source: _Source) -> _Both:
        """The lower and the upper end of a measure, or the lesser and the greater set.

        What some rule asks first of all is read before any rule; the rest is read when the first rule gets to it.
        """
        name = self._names.setdefault(source, f"m{len(self._names)}")
        if source in self._at_once:
            return _name(f"{name}_low"), _name(f"{name}_high")
        known = ast.BoolOp(
            op=ast.Or(),
            values=[_name(name), ast.NamedExpr(target=_store(name), value=self._reading(source, name), **_AT)],
            **_AT,
        )
        return _part(known, 0), _part(known, 1)

    def _asked(self, leaf: Condition) -> ast.expr:
        """What the condition says; asked once where several rules share it."""
        name = self._calls.get(leaf) if _hashable(leaf) else None
        if name is None:
            name = f"c{len(self._globals)}"
            self._globals[name] = leaf.beyond
            if _hashable(leaf):
                self._calls[leaf] = name
        call = _call(name, _name(_FACTS))
        if not _hashable(leaf) or leaf not in self._shared:
            return call
        said = f"{name}_said"
        if said not in self._memory:
            self._memory.append(said)
        known = _compared(_name(said), ast.IsNot(), _name(_UNASKED))
        return ast.IfExp(
            test=known, body=_name(said), orelse=ast.NamedExpr(target=_store(said), value=call, **_AT), **_AT
        )

    def _begin(self, source: _Source, name: str) -> ast.stmt:
        """Before any rule: read it, or remember that nobody has."""
        if source not in self._at_once:
            return _assigned(_store(name), _UNKNOWN)
        pair = ast.Tuple(elts=[_store(f"{name}_low"), _store(f"{name}_high")], ctx=_STORE, **_AT)
        return _assigned(pair, self._reading(source, name))

    def _reading(self, source: _Source, name: str) -> ast.expr:
        if isinstance(source, Measure):
            self._globals[f"read_{name}"] = source.read
            return _call(f"read_{name}", _name(_FACTS), _constant(source.argument))
        self._globals[f"read_{name}"] = source
        return _call(f"read_{name}", _name(_FACTS))


def _assigned(target: ast.expr, value: ast.expr) -> ast.stmt:
    return ast.Assign(targets=[target], value=value, **_AT)


def _price(test: Holds) -> int:
    """Cheap questions first; the order changes no answer."""
    return max(map(_price_of, leaves(test)), default=0)


def _price_of(leaf: Condition) -> int:
    if not leaf.is_numeric:
        return 2
    return int(any(test.measure.costly for test in leaf.guards()))


def _in_order(tests: Sequence[Test]) -> list[Test]:
    return sorted(tests, key=lambda test: test.measure.costly)


def _first(test: Holds, kind: str) -> Test | None:
    """The comparison that is asked first of all in a tree; None when it is none, or when it is costly."""
    if isinstance(test, (All, AnyOf)):
        return _first(min(test.parts, key=_price), kind) if test.parts else None
    if isinstance(test, (Not, Use)):
        return _first(test.part, kind)
    if not isinstance(test, Condition) or kind not in test.kinds:
        return None
    tests = _in_order(test.guards())
    return tests[0] if tests and not tests[0].measure.costly else None


def _is_membership(test: Test) -> bool:
    return test.measure.sets is not None and 0 < test.bound <= 1


def _source(test: Test) -> _Source:
    """Who reads what a comparison compares."""
    sets = test.measure.sets
    return sets if sets is not None and _is_membership(test) else test.measure


def _hashable(leaf: Condition) -> bool:
    try:
        hash(leaf)
    except TypeError:
        return False
    return True


def _name(name: str) -> ast.Name:
    return ast.Name(id=name, ctx=_LOAD, **_AT)


def _store(name: str) -> ast.Name:
    return ast.Name(id=name, ctx=_STORE, **_AT)


def _constant(value: float | str) -> ast.Constant:
    return ast.Constant(value=value, **_AT)


def _joined(join: ast.boolop, parts: Sequence[ast.expr]) -> ast.expr:
    settles, changes_nothing = (_NO, _YES) if isinstance(join, ast.And) else (_YES, _NO)
    if settles in parts:
        return settles
    parts = [part for part in parts if part is not changes_nothing]
    if not parts:
        return changes_nothing
    return parts[0] if len(parts) == 1 else ast.BoolOp(op=join, values=parts, **_AT)


def _part(pair: ast.expr, number: int) -> ast.expr:
    return ast.Subscript(value=pair, slice=_constant(number), ctx=_LOAD, **_AT)


def _not(test: ast.expr) -> ast.expr:
    if test in (_YES, _NO):
        return _NO if test is _YES else _YES
    return ast.UnaryOp(op=ast.Not(), operand=test, **_AT)


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
    return ast.Compare(left=left, ops=[operator], comparators=[right], **_AT)


def _call(function: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(func=_name(function), args=list(arguments), keywords=[], **_AT)


def scope_names(fused: Fused) -> Mapping[str, Any]:
    """The names a fused function may see; for tests that nothing else has crept in."""
    scope: Mapping[str, Any] = getattr(fused, "__globals__", {})
    return scope
