"""A whole run: who is there, what there is to judge, and everything that is measured of it."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.toxicity import closer, detoxify, judging, metrics, speed
from benchmarks.toxicity.contestants import HYBRID, Absent, Contestant, builders, present
from benchmarks.toxicity.goals import goals
from benchmarks.toxicity.judging import Judged
from benchmarks.toxicity.kin import unlearnt
from benchmarks.toxicity.report import GroupsFound, SuiteFound, ToxicityReport, Who
from benchmarks.toxicity.sets import ALL, LONGEST, SEED, Public, Suite, data_folder, own_suites, pooled
from moderation.errors import UserError
from moderation.toxicity.training.recipe import own_rows

MOST = 1_000
"""Texts of each public source, as some peers need 20 ms and more for each; `--size` says otherwise."""
BAND_TEXTS = 600
"""Texts a cascade's band is chosen on; a transformer reads some 60 a second."""
DRAWS = 3
"""How often training draws our own lines."""
GROUP_SETS = 10
"""Groups with enough texts that a set needs for its gap to be shown."""


def measured(size: int | None, *, peers: bool, data: Path | None) -> ToxicityReport:
    """Minutes without peers; with Detoxify, which reads some 15 messages a second, much longer (see --size)."""
    missing, notes = [], []
    public = None
    try:
        public = Public.read(data_folder(data))
    except UserError as error:
        missing.append(f"held-out public data: {error}")
    if peers:
        notes += _trained(public)
    own, learnt = _own()
    notes += learnt
    most = size or MOST
    suites = own + (public.suites(most) if public else [])
    if public:
        notes.append(f"public texts: held out from training, at most {most:,} of a source and {LONGEST:,} characters")
    found = {name: present(name, build) for name, build in builders(peers=peers).items()}
    alone = [speed.alone(each) for each in found.values() if isinstance(each, Contestant)]
    if peers:
        found[detoxify.CASCADE] = present(detoxify.CASCADE, partial(detoxify.cascade, _tuning(public)))
    absent = [each for each in found.values() if isinstance(each, Absent)]
    there = [each for each in found.values() if isinstance(each, Contestant)]
    report = judged_report(there, suites)
    rates = speed.rates(there, own, min(size or speed.TEXTS, speed.TEXTS))
    promised = goals(report.suites, report.groups, rates, alone)
    return replace(report, missing=missing, absent=absent, rates=rates, alone=alone, goals=promised, notes=notes)


def _own() -> tuple[list[Suite], list[str]]:
    """The project's sets without what our own training lines say almost word for word, and how much that was."""
    lines = [row.text for draw in range(DRAWS) for row in own_rows(SEED + draw)]
    whole = own_suites()
    found = unlearnt(whole, lines)
    fewer = [(one.name, len(one.texts) - len(other.texts)) for one, other in zip(whole, found, strict=True)]
    words = ", ".join(f"{name} {count}" for name, count in fewer if count)
    return found, [f"left out of our own sets, as training lines say nearly the same: {words}"] if words else []


def _trained(public: Public | None) -> list[str]:
    """The starting hybrid is made where it is not in the cache and there is something to learn from."""
    try:
        from benchmarks.toxicity import hybrid

        if hybrid.cached().is_file() or public is None:
            return []
        return [f"{HYBRID}: {hybrid.train(hybrid.sample(public.of('train')), hybrid.cached())}"]
    except ModuleNotFoundError:
        return []  # its builder says so by name


def _tuning(public: Public | None) -> list[str]:
    """Texts to choose a band on: drawn from all that were set apart for such choices."""
    rows = [row.text for rows in public.of("tune").values() for row in rows] if public else []
    return random.Random(1).sample(rows, min(BAND_TEXTS, len(rows)))


def judged_report(there: Sequence[Contestant], suites: Sequence[Suite]) -> ToxicityReport:
    """Everything but speed."""
    judged = {}
    for each in there:
        print(f"{each.name} judges {sum(len(suite.texts) for suite in suites):,} texts", file=sys.stderr)
        judged[each.name] = {suite.name: Judged.of(each, suite) for suite in suites}
    pools = pooled(suites)
    for by_suite in judged.values():
        for pool in pools:
            members = [suite for suite in suites if (suite.origin, suite.language) == (pool.origin, pool.language)]
            by_suite[pool.name] = judging.together(by_suite, members)
    grouped = [pool for pool in pools if pool.origin == "own"] + [each for each in suites if each.origin == "public"]
    return ToxicityReport(
        (),
        (),
        [Who(each.name, each.threshold, each.about) for each in there],
        [_suite(suite, there, judged) for suite in [*suites, *pools]],
        [found for suite in grouped if (found := _groups(suite, there, judged))],
        {each.name: _labels(suites, judged[each.name]) for each in there},
        (),
        (),
        (),
    )


def _suite(suite: Suite, there: Sequence[Contestant], judged: Mapping[str, Mapping[str, Judged]]) -> SuiteFound:
    truth = judging.truth_of(suite.texts)
    given = {each.name: judged[each.name][suite.name].toxicity for each in there}
    found = {each.name: judging.measures(given[each.name], truth, each.threshold) for each in there}
    curves = given if suite.mixed else {}
    lone = not suite.name.startswith(ALL)
    return SuiteFound(
        suite.name,
        suite.language,
        suite.origin,
        len(suite.texts),
        suite.toxic,
        found,
        {name: judging.pr_points(scores, truth) for name, scores in curves.items()},
        {name: metrics.reliability(judging.judged_only(scores), truth) for name, scores in curves.items()},
        {each.name: closer.families(suite.texts, given[each.name], each.threshold) for each in there if lone},
        {each.name: closer.pairs(suite.texts, given[each.name], each.threshold) for each in there if lone},
    )


def _groups(
    suite: Suite, there: Sequence[Contestant], judged: Mapping[str, Mapping[str, Judged]]
) -> GroupsFound | None:
    given = {each: judged[each.name][suite.name].toxicity for each in there}
    found = {each.name: closer.groups(suite.texts, scores, each.threshold) for each, scores in given.items()}
    if not any(len(groups) >= GROUP_SETS for groups in found.values()):
        return None
    tilts = {each.name: closer.tilt(suite.texts, scores, each.threshold) for each, scores in given.items()}
    return GroupsFound(suite.name, found, tilts)


def _labels(suites: Sequence[Suite], judged: Mapping[str, Judged]) -> list[closer.LabelArea]:
    found = []
    for language in sorted({suite.language for suite in suites}):
        members = [suite for suite in suites if suite.language == language]
        texts = [text for suite in members for text in suite.texts]
        found += closer.label_areas(texts, judging.together(judged, members).answers, language)
    return found
