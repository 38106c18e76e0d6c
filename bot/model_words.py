"""What `sereno models` says about models, in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from moderation.toxicity.catalogue import Entry, State
from moderation.toxicity.files import File

if TYPE_CHECKING:
    from moderation.toxicity.kept_band import KeptBand
    from moderation.toxicity.parity import Parity

WHOLE: Final = 64
"""Digits of a whole SHA-256."""


def listed(models: Sequence[Entry], environ: Mapping[str, str]) -> str:
    """All models, three lines each; what they are in the language of the terminal."""
    wide = max(len(one.name) for one in models)
    tier = max(len(one.tier) for one in models)
    language = "es" if spanish(environ) else "en"
    lines = []
    for one in models:
        optimised = "  optimised" if one.optimised else ""
        lines.append(
            f"{one.name:{wide}}  {one.tier:{tier}}  {one.state():8}  {size(one.size):>8}  {one.licence}{optimised}"
        )
        lines.append(f"    {one.about[language]}")
        lines.append(f"    {', '.join(one.labels)}")
    return "\n".join(lines)


def as_json(one: Entry) -> dict[str, Any]:
    """One model with its files. `whole` is false where only the first digits of a SHA-256 are known."""
    return {
        "name": one.name,
        "tier": one.tier,
        "state": one.state().value,
        "size": one.size,
        "labels": list(one.labels),
        "licence": one.licence,
        "about": dict(one.about),
        "folder": str(one.folder),
        "optimised": str(one.optimised) if one.optimised else None,
        "files": [
            {
                "name": file.name,
                "sha256": file.sha256,
                "whole": len(file.sha256) == WHOLE,
                "there": file not in one.missing,
                "url": file.url or None,
            }
            for file in one.files
        ],
    }


def checked(one: Entry, altered: Sequence[File], trouble: str) -> dict[str, Any]:
    """What became of verifying a model; `trouble` is that of its optimised form."""
    return {
        "name": one.name,
        "state": _state(one, altered).value,
        "altered": [file.name for file in altered],
        "missing": [file.name for file in one.missing],
        "trouble": trouble or None,
    }


def verdict(one: Entry, altered: Sequence[File], trouble: str) -> str:
    """The same in words, and what to do."""
    optimised = f"\n  {trouble}" if trouble else "\n  its optimised form is as it was made" if one.optimised else ""
    return _verdict(one, altered) + optimised


def _verdict(one: Entry, altered: Sequence[File]) -> str:
    state = _state(one, altered)
    if state is State.VERIFIED:
        partly = [file.name for file in one.files if len(file.sha256) < WHOLE]
        note = f"; of {', '.join(partly)} only the first digits are published" if partly else ""
        return f"{one.name}: verified, {len(one.files)} files{note}"
    said = [f"{file.name} is not what it should be" for file in altered]
    said += [f"{file.name} is missing" for file in one.missing]
    mend = "install Sereno again" if one.tier == "shipped" else f"run `sereno models fetch {one.name}`"
    return f"{one.name}: {state.value}: {', '.join(said) or f'nothing in {one.folder} can be read'}\n  → {mend}"


def parity(found: Parity) -> str:
    """How near an optimised model is to the one it was made from, and how much faster."""
    wide = max(map(len, found.labels))
    lines = [f"compared on {found.texts:,} texts: differences of the probabilities (0 to 1)"]
    lines += [
        f"  {label:{wide}}  mean {one.mean:.4f}  99 of 100 below {one.p99:.4f}  largest {one.largest:.4f}"
        for label, one in found.labels.items()
    ]
    speed = found.speed
    for what, before, after, times in (
        ("one by one", speed.source_one_by_one, speed.fast_one_by_one, speed.one_by_one),
        ("in batches", speed.source_batched, speed.fast_batched, speed.batched),
    ):
        lines.append(
            f"{what}: {before:,.0f} texts/s before, {after:,.0f} now: {times:.1f} times as many, on one thread"
        )
    return "\n".join(lines)


def band(found: KeptBand | None, why: str) -> str:
    """From where to where the shipped model leaves the decision to the optimised one, and what that costs."""
    if found is None:
        return f"no band of doubt is kept, the cautious one counts: {why}"
    share, differs = f"{found.settled:.1%} of {found.texts:,} texts", found.missed + found.overblown
    lines = [
        f"together with the shipped model: it settles {share}, those below {found.low:.3f} or above {found.high:.3f};",
        f"  of all decisions at {found.threshold:.0%} toxicity, {differs:.2%} are not those of the optimised one alone,",
        f"  and with 95 % confidence at most {found.differs_at_most:.2%}; {found.loss:.2%} are allowed",
    ]
    if found.learnt:
        lines.append(
            "  these are lines the shipped model has learnt from: they cannot narrow the band; --texts of yours can"
        )
    return "\n".join(lines)


def size(octets: int) -> str:
    """`31 MB`; `-` for nothing."""
    return f"{max(1, round(octets / 1_000_000)):,} MB" if octets else "-"


def spanish(environ: Mapping[str, str]) -> bool:
    """Whether the terminal speaks Spanish."""
    named = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return named.startswith("es")


def _state(one: Entry, altered: Sequence[File]) -> State:
    if altered:
        return State.ALTERED
    return State.MISSING if one.missing or not one.files else State.VERIFIED
