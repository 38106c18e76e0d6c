"""All that a run found, for people as tables that can stand in a page, and for machines as JSON."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.measure import Report, Row
from benchmarks.toxicity.closer import Family, Group, LabelArea, Pairs, Tilt, gap
from benchmarks.toxicity.contestants import Absent
from benchmarks.toxicity.detoxify import GENUINE
from benchmarks.toxicity.judging import Measures
from benchmarks.toxicity.metrics import Bin, wilson
from benchmarks.toxicity.sets import Origin
from benchmarks.toxicity.speed import Alone, Rate
from benchmarks.toxicity.tables import table
from benchmarks.toxicity.thresholds import FLAG, SURE

SCHEMA = "toxicity-benchmark/1"


@dataclass(frozen=True, slots=True)
class Who:
    """A contestant that took part."""

    name: str
    threshold: float
    about: str


@dataclass(frozen=True, slots=True)
class SuiteFound:
    """One suite, and by contestant its measures and curves: recall and precision, and the bins of reliability."""

    name: str
    language: str
    origin: Origin
    texts: int
    toxic: int
    measures: Mapping[str, Measures]
    precision_recall: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    reliability: Mapping[str, Sequence[Bin]] = field(default_factory=dict)
    families: Mapping[str, Sequence[Family]] = field(default_factory=dict)
    pairs: Mapping[str, Pairs | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GroupsFound:
    """Of one set of texts, by contestant."""

    name: str
    groups: Mapping[str, Sequence[Group]]
    tilts: Mapping[str, Tilt]


@dataclass(frozen=True, slots=True)
class ToxicityReport:
    """What the suite `toxicity` found; `missing` is what it could not look at, in words."""

    missing: Sequence[str]
    absent: Sequence[Absent]
    who: Sequence[Who]
    suites: Sequence[SuiteFound]
    groups: Sequence[GroupsFound]
    labels: Mapping[str, Sequence[LabelArea]]
    rates: Sequence[Rate]
    alone: Sequence[Alone]
    goals: Sequence[Row]
    notes: Sequence[str] = ()

    def as_json(self) -> dict[str, object]:
        """For machines, and for docs/pictures/toxicity.py."""
        return {
            "suite": "toxicity",
            "schema": SCHEMA,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "thresholds": {"flag": FLAG, "sure": SURE},
            "missing": list(self.missing),
            "absent": [asdict(each) for each in self.absent],
            "contestants": [asdict(each) for each in self.who],
            "suites": [asdict(each) for each in self.suites],
            "groups": [{"name": each.name, "by": _groups_json(each)} for each in self.groups],
            "labels": {name: [asdict(each) for each in found] for name, found in self.labels.items()},
            "rates": [asdict(each) for each in self.rates],
            "alone": [asdict(each) for each in self.alone],
            "rows": [asdict(each) for each in self.goals],
            "notes": list(self.notes),
        }

    def as_text(self) -> str:
        """For people."""
        said = [f"!! NOT MEASURED: {each}" for each in self.missing]
        said += [f"!! ABSENT: {each.name}: {each.why}" for each in self.absent]
        known = [f"{each.name}: {each.about}" for each in self.who if each.about]
        parts = ["== toxicity", "\n".join([*said, *self.notes, *known])]
        parts += [
            _suites(self.suites),
            _one_kind(self.suites),
            _margins(self.suites, self.who),
            _families(self.suites, self.who),
        ]
        parts += [_groups(self.groups), _labels(self.labels), _rates(self.rates), _alone(self.alone)]
        if self.goals:
            parts.append(Report("toxicity: what was promised", tuple(self.goals)).as_text())
        return "\n\n".join(part for part in parts if part)


def _groups_json(found: GroupsFound) -> dict[str, Any]:
    return {
        name: {
            "gap": gap(groups),
            "tilt": asdict(found.tilts[name]),
            "groups": [asdict(each) | {"interval": wilson(each.flagged, each.texts)} for each in groups],
        }
        for name, groups in found.groups.items()
    }


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _suites(suites: Sequence[SuiteFound]) -> str:
    """Suites with toxic and clean texts."""
    rows = []
    for suite in suites:
        for name, found in suite.measures.items():
            if found.areas is None:
                continue
            areas, (low, high) = found.areas, found.areas.roc_interval
            figures = [areas.pr_auc, found.macro_f1, found.balanced, found.balanced_at_half, found.recall_5]
            figures += [found.recall_1, found.calibration_error, found.flagged, found.held]
            roc = f"{_percent(areas.roc_auc)} ({_percent(low)}–{_percent(high)})"
            rows.append((_title(suite), name, roc, *map(_percent, figures)))
    head = "suite|filter|ROC-AUC (95 %)|PR-AUC|macro-F1|balanced|balanced at 50 %|recall at 5 % FP|at 1 % FP|ECE"
    head += "|clean flagged|clean held"
    return table("Telling toxic from clean, all × 100", head.split("|"), rows)


def _title(suite: SuiteFound) -> str:
    return f"{suite.name}: {suite.texts:,}, {suite.toxic:,} toxic"


def _one_kind(suites: Sequence[SuiteFound]) -> str:
    """Suites of clean texts only, or of toxic ones only."""
    rows = [
        (_title(suite), name, _percent(found.flagged), _percent(found.held), _percent(found.caught), found.unjudged)
        for suite in suites
        for name, found in suite.measures.items()
        if found.areas is None
    ]
    head = ("suite", "filter", "clean flagged", "clean held", "toxic caught", "not judged")
    return table("Texts of one kind, % (unjudged: texts)", head, rows)


def _margins(suites: Sequence[SuiteFound], who: Sequence[Who]) -> str:
    """The first contestant beside each other one, ROC-AUC on every suite that has one."""
    if len(who) < 2:
        return ""
    first, *others = [each.name for each in who]
    rows = []
    for suite in suites:
        areas = {name: found.areas.roc_auc for name, found in suite.measures.items() if found.areas}
        if first in areas:
            gains = [f"{100 * (areas[first] - areas[other]):+.1f}" if other in areas else "–" for other in others]
            rows.append((suite.name, _percent(areas[first]), *gains))
    return table("Ahead in ROC-AUC × 100", ("suite", first, *(f"over {other}" for other in others)), rows)


def _pairs(suites: Sequence[SuiteFound]) -> str:
    """Contrasts: does the meaning decide, or a word?"""
    rows = [
        (suite.name, name, found.count, _percent(found.in_order), _percent(found.both_right))
        for suite in suites
        for name, found in suite.pairs.items()
        if found
    ]
    head = ("pairs", "filter", "how many", "toxic scores higher", "both right at the threshold")
    return table("Pairs of a toxic and a clean text a few words apart, %", head, rows)


def _families(suites: Sequence[SuiteFound], who: Sequence[Who]) -> str:
    """What the own texts try, toxic and clean alike, for the first two contestants; JSON has the others."""
    names = [each.name for each in who[:2]]
    rows = []
    for suite in suites:
        by_name = {name: {each.name: each for each in suite.families.get(name, ())} for name in names}
        for family in by_name[names[0]].values() if names else ():
            if not (family.toxic and family.clean):
                continue
            its = [by_name[name][family.name] for name in names]
            shares = [f"{each.caught}/{each.toxic} · {each.flagged}/{each.clean}" for each in its]
            rows.append((suite.name, family.name, *shares))
    return table("What the own texts try: toxic caught · clean flagged", ("suite", "family", *names), rows)


def _groups(found: Sequence[GroupsFound]) -> str:
    rows = []
    for each in found:
        for name, groups in each.groups.items():
            worst = sorted(groups, key=lambda group: -group.share)[:3]
            most = ", ".join(f"{group.name} {group.flagged}/{group.texts}" for group in worst if group.flagged)
            texts = sum(group.texts for group in groups)
            tilt = each.tilts[name]
            shares = (_percent(gap(groups)), _percent(tilt.named), _percent(tilt.others))
            one = f"{100 / min(group.texts for group in groups):.1f}"
            rows.append((each.name, name, len(groups), texts, *shares, one, most or "none"))
    head = (
        "clean texts|filter|groups|about one|gap|flagged naming a group|naming none|one text weighs up to|flagged most"
    )
    return table("False positives by group: gap in points, shares in %", head.split("|"), rows)


def _labels(labels: Mapping[str, Sequence[LabelArea]]) -> str:
    rows = [
        (name, each.language, each.label, each.texts, each.positives, _percent(each.roc_auc))
        for name, found in labels.items()
        for each in found
    ]
    return table("Labels, ROC-AUC × 100", ("filter", "language", "label", "texts", "with it", "ROC-AUC"), rows)


def _rates(rates: Sequence[Rate]) -> str:
    loop = {each.texts: each.cpu for each in rates if each.name == GENUINE and each.batch == 1}
    rows = [
        (
            each.texts,
            each.batch,
            each.name,
            f"{each.cpu:,.0f}",
            f"{each.wall:,.0f}",
            f"{each.cpu / loop[each.texts]:.1f}" if each.texts in loop else "–",
        )
        for each in sorted(rates, key=lambda rate: (rate.texts, rate.batch))
    ]
    head = ("texts", "batch", "filter", "msg/s by CPU time", "msg/s by the clock", "× the Detoxify loop")
    return table("Speed on one thread, interleaved in one run", head, rows)


def _alone(found: Sequence[Alone]) -> str:
    rows = [
        (
            each.name,
            f"{each.seconds:.2f}",
            f"{each.cpu:.2f}",
            f"{each.added:,.0f}",
            f"{each.memory:,.0f}",
            f"{each.disk:,.1f}",
        )
        for each in found
    ]
    head = ("filter", "first score after, s", "of CPU, s", "memory it adds, MiB", "memory in all, MiB", "files, MB")
    return table("In a fresh process", head, rows)
