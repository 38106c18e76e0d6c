"""Draws what the toxicity benchmark found: calibration, precision and recall, false positives by group.

    python -m benchmarks --suite toxicity --peers --keep build/toxicity.json
    python docs/pictures/toxicity.py build/toxicity.json

writes docs/pictures/toxicity-*.svg; needs matplotlib (`pip install '.[bench]'`).
"""
# ruff: noqa: INP001 - a script beside its pictures, not a package

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

HERE = Path(__file__).parent
MODEL = "shipped"
COLOURS = {  # Okabe and Ito's, which people who see few colours can tell apart
    MODEL: "#0072B2",
    "starting hybrid": "#E69F00",
    "alt-profanity-check": "#009E73",
    "better-profanity": "#CC79A7",
    "detoxify": "#D55E00",
    "fast detoxify": "#D55E00",
    "cascade": "#56B4E9",
}
DASHED = ("fast detoxify",)
GREY = "#6b6b6b"
LANGUAGES = {"en": "English", "es": "Spanish", "pt": "Portuguese"}
STYLE = {
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#9a9a9a",
    "axes.labelcolor": "#333333",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e8e8e8",
    "font.size": 10,
    "axes.titlesize": 10.5,
    "legend.frameon": False,
    "svg.hashsalt": "sereno",
    "xtick.color": "#555555",
    "ytick.color": "#333333",
}
PANELS = 8
"""Suites in the picture of precision and recall."""
ROWS = 24
"""Groups in one panel; those flagged most come first."""
ENOUGH = 200
"""Texts below which bins are too few to draw."""
GAP = 5
"""Points between groups that the project allows itself."""

Found = Mapping[str, Any]


def main() -> None:
    """All three pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path, help="what the benchmark kept")
    parser.add_argument("--out", type=Path, default=HERE, help="where the pictures go")
    given = parser.parse_args()
    found = json.loads(given.report.read_text(encoding="utf-8"))
    found = next(each for each in found if each["suite"] == "toxicity") if isinstance(found, list) else found
    names = [each["name"] for each in found["contestants"]]
    plt.rcParams.update(STYLE)
    for name, figure in (
        ("calibration", calibration(found["suites"], names)),
        ("precision-recall", precision_recall(found["suites"], names)),
        ("groups", groups(found["groups"], names)),
    ):
        path = given.out / f"toxicity-{name}.svg"
        figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")  # noqa: T201 - says what it wrote


def calibration(suites: Sequence[Found], names: Sequence[str]) -> plt.Figure:
    """One panel per language: of the texts given so much, how many are toxic; the diagonal is what was promised."""
    chosen = {language: _wholes(suites, language) for language in LANGUAGES}
    chosen = {language: wholes for language, wholes in chosen.items() if wholes}
    figure, axes = plt.subplots(
        1, len(chosen), figsize=(3.3 * len(chosen), 3.5), sharey=True, squeeze=False, layout="constrained"
    )
    for axis, (language, wholes) in zip(axes[0], chosen.items(), strict=True):
        axis.plot([0, 100], [0, 100], color="#9a9a9a", lw=1, ls=(0, (4, 3)))
        for suite in wholes:
            own = suite["origin"] == "own"
            for name in [each for each in names if each in (MODEL, "starting hybrid")]:
                bins = [each for each in suite["reliability"][name] if each["texts"] >= 10]
                axis.plot(
                    [100 * each["given"] for each in bins],
                    [100 * each["toxic"] for each in bins],
                    color=COLOURS[name],
                    marker="o" if own else "s",
                    ms=4.5,
                    mfc="white" if own else COLOURS[name],
                    lw=1.6,
                    ls=":" if own else "-",
                    label=f"{name}, {'own sets' if own else 'public texts'}",
                )
        axis.set(title=LANGUAGES[language], xlabel="toxicity given, %", xlim=(-2, 102), ylim=(-2, 102))
    axes[0][0].set_ylabel("texts that are toxic, %")
    _legend(figure, axes[0])
    return figure


def _wholes(suites: Sequence[Found], language: str) -> list[Found]:
    """All public and all own texts of a language; a lone suite is its own whole."""
    mine = [each for each in suites if each["language"] == language and each["texts"] >= ENOUGH and each["reliability"]]
    found = []
    for origin in ("public", "own"):
        its = [each for each in mine if each["origin"] == origin]
        found += [each for each in its if each["name"].startswith("all ")] or its[:1]
    return found


def _telling(suites: Sequence[Found]) -> list[Found]:
    """The project's own suites in its first two languages, and the largest public one in each, by its rarer kind."""
    mixed = [each for each in suites if each["precision_recall"] and each["language"] in ("en", "es")]
    mixed = [each for each in mixed if not each["name"].startswith("all ")]
    own = [each for each in mixed if each["origin"] == "own"]
    public = sorted(
        (each for each in mixed if each["origin"] == "public"),
        key=lambda each: -min(each["toxic"], each["texts"] - each["toxic"]),
    )
    largest = {each["language"]: each for each in reversed(public)}
    return [*own, *largest.values()][:PANELS]


def precision_recall(suites: Sequence[Found], names: Sequence[str]) -> plt.Figure:
    """One panel per suite; whoever only says yes or no is a point, not a curve."""
    chosen = _telling(suites)
    columns = min(4, len(chosen))
    rows = -(-len(chosen) // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(2.5 * columns, 2.6 * rows),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for axis, suite in zip(axes.flat, chosen, strict=False):
        for name in names:
            points = suite["precision_recall"][name]
            steps = [(100 * recall, 100 * precision) for recall, precision in points]
            if len(steps) <= 2:
                axis.plot(*steps[0], "D", color=_colour(name), ms=6, label=name)
            else:
                dashes = (0, (4, 2)) if name in DASHED else "-"
                axis.plot(*zip(*steps, strict=True), color=_colour(name), lw=1.7, ls=dashes, label=name)
        base = 100 * suite["toxic"] / suite["texts"]
        axis.axhline(base, color="#9a9a9a", lw=1, ls=(0, (4, 3)))
        axis.set_title(f"{suite['name']} ({suite['texts']:,})")
        axis.set(xlim=(-3, 103), ylim=(0, 105))
    for axis in list(axes.flat)[len(chosen) :]:
        axis.set_visible(False)
    for axis in axes[-1]:
        axis.set_xlabel("toxic texts caught, %")
    figure.supylabel("flagged texts that are toxic, %", fontsize=10)
    _legend(figure, axes.flat)
    return figure


def groups(sets: Sequence[Found], names: Sequence[str]) -> plt.Figure:
    """One panel per set of clean texts: the share flagged by group, with its 95 % interval, and the span allowed."""
    first = names[0]
    wholes = [each for each in sets if each["name"].startswith("all own") or each["name"] == "madlibs-en"]
    wholes = sorted(wholes or sets[:3], key=lambda each: each["name"])
    longest = max(min(ROWS, len(each["by"][first]["groups"])) for each in wholes)
    figure, axes = plt.subplots(
        1,
        len(wholes),
        figsize=(3.4 * len(wholes), 1.3 + 0.19 * longest),
        squeeze=False,
        sharex=True,
        layout="constrained",
    )
    for axis, each in zip(axes[0], wholes, strict=True):
        _group_panel(axis, each, first, names[1:2])
    axes[0][0].set_xlim(left=-2)
    _legend(figure, axes[0])
    return figure


def _group_panel(axis: plt.Axes, found: Found, first: str, others: Sequence[str]) -> None:
    mine = found["by"][first]
    ordered = sorted(mine["groups"], key=lambda each: (-each["flagged"] / each["texts"], each["name"]))
    shown = ordered[:ROWS]
    least = 100 * ordered[-1]["flagged"] / ordered[-1]["texts"]
    axis.axvspan(least, least + GAP, color="#e6f0f7", lw=0, label=f"at most {GAP} points above the least flagged")
    axis.axvline(least + GAP, color="#9a9a9a", lw=1, ls=(0, (4, 3)))
    for name in [*reversed(others), first]:
        shares = {each["name"]: each for each in found["by"][name]["groups"]}
        for row, group in enumerate(shown):
            its = shares[group["name"]]
            share = 100 * its["flagged"] / its["texts"]
            if name == first:
                axis.plot([100 * end for end in its["interval"]], [row, row], color=_colour(name), lw=1.2, alpha=0.5)
            label = name if row == 0 else None
            face = _colour(name) if name == first else "white"
            axis.plot(share, row, "o", ms=5, color=_colour(name), mfc=face, label=label)
    axis.set_yticks(range(len(shown)), [f"{each['name'].replace('-', ' ')} ({each['texts']})" for each in shown])
    axis.set_xlabel("clean texts flagged, %\n(lines: 95 % intervals)")
    axis.tick_params(axis="y", labelsize=8, length=0)
    axis.set_ylim(len(shown) - 0.4, -0.6)
    some = f"{len(shown)} of {len(ordered)} groups" if len(shown) < len(ordered) else f"{len(ordered)} groups"
    axis.set_title(f"{found['name']}: {some}\n{first}: gap {100 * mine['gap']:.1f} points", fontsize=9.5)


def _colour(name: str) -> str:
    return COLOURS.get(name, GREY)


def _legend(figure: plt.Figure, axes: Any) -> None:
    """One for all panels, below them."""
    known: dict[str, Any] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            known.setdefault(label, handle)
    figure.legend(
        known.values(),
        known.keys(),
        loc="outside lower center",
        ncols=2 if len(known) == 4 else min(5, len(known)),
        fontsize=9,
    )


if __name__ == "__main__":
    main()
