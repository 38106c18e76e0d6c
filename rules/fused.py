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

from rules.measures import Measure, Test
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


def fuse(rules: Sequence[tuple[int, Holds | None]], kind: str) -> Fused:
    """One function for rules (number, tree) on events of one kind."""
    return _Fusing(rules, kind).function()


class _Fusing:
    def __init__(self, rules: Sequence[tuple[int, Holds | None]], kind: str) -> None:
        self._rules = rules
        self._kind = kind
        self._globals: dict[str, Any] = {"__builtins__": {}, _UNASKED: object()}
        self._measures: dict[Measure, str] = {}
        self._calls: dict[Condition, str] = {}
        asked = [leaf for _, test in rules if test is not None for leaf in leaves(test) if _hashable(leaf)]
        self._shared = {leaf for leaf, times in Counter(asked).items() if times > 1}
        self._memory: list[str] = []

    def function(self) -> Fused:
        """The function, compiled."""
        checks = [self._check(number, test) for number, test in self._rules]
        body: list[ast.stmt] = [_assigned(_store(name), _name(_UNASKED)) for name in self._memory]
        body += [self._read(measure, name) for measure, name in self._measures.items()]
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

    def _check(self, number: int, test: Holds | None) -> ast.stmt:
        possibly, surely = self._tree(test) if test is not None else (_YES, _YES)
        told = ast.IfExp(test=surely, body=_YES, orelse=_UNKNOWN, **_AT)
        pair = ast.Tuple(elts=[_constant(number), told], ctx=_LOAD, **_AT)
        return ast.If(test=possibly, body=[ast.Expr(_call(_TELL, pair), **_AT)], orelse=[], **_AT)

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
        tests = [self._compare(test) for test in leaf.guards()]
        if leaf.is_numeric:
            return _joined(ast.And(), [one for one, _ in tests]), _joined(ast.And(), [one for _, one in tests])
        possibly = _compared(self._asked(leaf), ast.IsNot(), _NO)
        surely = _compared(self._asked(leaf), ast.Is(), _YES)
        return _joined(ast.And(), [*(one for one, _ in tests), possibly]), surely

    def _compare(self, test: Test) -> _Both:
        name = self._measures.setdefault(test.measure, f"m{len(self._measures)}")
        low, high = _name(f"{name}_low"), _name(f"{name}_high")
        bound = _constant(float(test.bound))
        if test.below:
            return _compared(low, _LESS, bound), _compared(high, _LESS, bound)
        return _compared(high, _AT_LEAST, bound), _compared(low, _AT_LEAST, bound)

    def _asked(self, leaf: Condition) -> ast.expr:
        """What the condition says; asked once where several rules share it."""
        name = self._calls.get(leaf) if _hashable(leaf) else None
        if name is None:
            name = f"c{len(self._globals)}"
            self._globals[name] = leaf.holds
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

    def _read(self, measure: Measure, name: str) -> ast.stmt:
        self._globals[f"read_{name}"] = measure.read
        pair = ast.Tuple(elts=[_store(f"{name}_low"), _store(f"{name}_high")], ctx=_STORE, **_AT)
        return _assigned(pair, _call(f"read_{name}", _name(_FACTS), _constant(measure.argument)))


def _assigned(target: ast.expr, value: ast.expr) -> ast.stmt:
    return ast.Assign(targets=[target], value=value, **_AT)


def _price(test: Holds) -> int:
    """Cheap questions first; the order changes no answer."""
    return max((0 if leaf.is_numeric else 1 for leaf in leaves(test)), default=0)


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
    if not parts:
        return _YES if isinstance(join, ast.And) else _NO
    return parts[0] if len(parts) == 1 else ast.BoolOp(op=join, values=list(parts), **_AT)


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(op=ast.Not(), operand=test, **_AT)


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
    return ast.Compare(left=left, ops=[operator], comparators=[right], **_AT)


def _call(function: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(func=_name(function), args=list(arguments), keywords=[], **_AT)


def scope_names(fused: Fused) -> Mapping[str, Any]:
    """The names a fused function may see; for tests that nothing else has crept in."""
    scope: Mapping[str, Any] = getattr(fused, "__globals__", {})
    return scope
