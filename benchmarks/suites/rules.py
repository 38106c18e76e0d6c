"""What a message costs as rules grow, whole decisions against peers, and what no rule may do to the event loop."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import rule_files
from benchmarks.corpus import adversarial, corpus, pseudo_words
from benchmarks.measure import Row, race
from benchmarks.peers import better_profanity, red_filter
from benchmarks.setting import decide_all, events, loaded, rule_set, shipped, word_list_files
from moderation.model import MessagePosted
from moderation.text.phrases import PhraseIndex, PhraseList
from moderation.text.views import Views
from rules.compile import Engine, compile_rules

PLANTED = 50
PEER_TEXTS = 1_000
"""Texts in the comparison with peers, one of which needs 10 ms and more for each."""


def run(size: int = 20_000, *, peers: bool = False) -> Iterator[Row]:
    """All rows of the suite."""
    words = pseudo_words(100_000)
    texts = corpus(size, plant=words[:PLANTED]).texts
    yield from _oracle(texts[:2000], words[:1000])
    yield from _growth(texts, words)
    yield from _metadata(texts)
    if peers:
        yield from _peers(texts[:PEER_TEXTS], words[:10_000])
    yield from _stall()
    yield from _reload()


def _oracle(texts: Sequence[str], words: Sequence[str]) -> Iterator[Row]:
    """Undisguised matching finds exactly what a plain `re` alternation finds, or nothing else is measured."""
    index = PhraseIndex([PhraseList("words", tuple(words), disguised=False)])
    oracle = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)", re.IGNORECASE)
    ours = {text for text in texts if index.find(Views(text))}
    theirs = {text for text in texts if oracle.search(text)}
    if ours != theirs:
        raise SystemExit(
            f"the matcher and the oracle disagree on {len(ours ^ theirs)} texts: {list(ours ^ theirs)[:3]}"
        )
    yield Row("texts on which matcher and `re` oracle agree", len(texts), "texts", f"{len(ours)} hits")


def _growth(texts: Sequence[str], words: Sequence[str]) -> Iterator[Row]:
    """Small, middle and large rule sets on the same texts in one run."""
    engines: dict[str, Engine] = {}
    for phrases, patterns in ((1_000, 50), (10_000, 500), (100_000, 2_000)):
        files = {**word_list_files("10-words", words[:phrases]), "20-patterns.yaml": rule_files.patterns(patterns)}
        engines[f"{phrases:,} phrases and {patterns:,} patterns"] = compile_rules(rule_set(files))
    posted = list(events(texts))
    runs = {name: _deciding(engine, posted) for name, engine in engines.items()}
    timings = race(runs, texts)
    for name, timing in timings.items():
        yield Row(f"whole decision, {name}", timing.cpu_us, "µs/message", f"wall {timing.wall_us:.2f}")
    least, *_, most = [timing.cpu_us for timing in timings.values()]
    yield Row(
        "growth from the smallest to the largest", most / least, "×", "rule cost, views and counters included", "≤ 3"
    )


def _deciding(engine: Engine, posted: Sequence[MessagePosted]) -> Callable[[Sequence[str]], object]:
    return lambda _: decide_all(engine, posted)


def _metadata(texts: Sequence[str]) -> Iterator[Row]:
    posted = list(events(texts))
    sizes = (1, 100, 500)
    engines = {f"{size}": compile_rules(rule_set({"10-facts.yaml": rule_files.facts(size)})) for size in sizes}
    timings = race({name: _deciding(engine, posted) for name, engine in engines.items()}, texts)
    for name, timing in timings.items():
        yield Row(f"whole decision, {name} rules on facts", timing.cpu_us, "µs/message")
    slope = (timings["500"].cpu_us - timings["1"].cpu_us) / 499
    yield Row("slope", slope * 1000, "ns/rule")


def _peers(texts: Sequence[str], words: Sequence[str]) -> Iterator[Row]:
    """The whole decision at 10,000 words, 500 patterns and 100 rules (over 200 conditions) on facts, against peers that only match words."""
    files = {
        **word_list_files("10-words", words),
        "20-patterns.yaml": rule_files.patterns(500),
        "30-facts.yaml": rule_files.facts(100),
    }
    engine = compile_rules(rule_set(files))
    posted = list(events(texts))
    red, profanity = red_filter(words), better_profanity()
    hits = {
        "Sereno": decide_all(engine, posted),
        "Red's filter": sum(1 for text in texts if red(text)),
        "better-profanity": sum(1 for text in texts if profanity(text)),
    }
    timings = race(
        {
            "Sereno": _deciding(engine, posted),
            "Red's filter": lambda items: [red(text) for text in items],
            "better-profanity": lambda items: [profanity(text) for text in items],
        },
        texts,
        rounds=3,
    )
    notes = {"Red's filter": "same 10,000 words", "better-profanity": "its own list of about 835 words"}
    for name, timing in timings.items():
        yield Row(
            f"{name}: decision", timing.cpu_us, "µs/message", f"{hits[name]} hits; {notes.get(name, 'everything')}"
        )
    ours = timings["Sereno"].cpu_us
    yield Row("Red's filter / Sereno", timings["Red's filter"].cpu_us / ours, "×", goal="≥ 100")
    yield Row("better-profanity / Sereno", timings["better-profanity"].cpu_us / ours, "×", goal="≥ 300")


def _stall() -> Iterator[Row]:
    """The longest that one hostile message of 4,000 characters keeps the event loop, shipped packs."""
    engine = shipped()
    worst, culprit = 0.0, ""
    for name, text in adversarial().items():
        posted = list(events([text] * 3))
        for event in posted:
            start = time.perf_counter()
            decide_all(engine, [event])
            took = (time.perf_counter() - start) * 1000
            if took > worst:
                worst, culprit = took, name
    yield Row("slowest hostile message, shipped packs", worst, "ms", culprit, "≤ 50")


def _reload() -> Iterator[Row]:
    """Reading, checking, compiling and warming 500 rules, as a reload does."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in range(10):
            (folder / f"{part}0-facts.yaml").write_text(rule_files.facts(50, first=part * 50), encoding="utf-8")
        best = min(_timed(lambda: compile_rules(loaded(folder))) for _ in range(5))
    yield Row("reload of 500 rules", best, "ms", "best of 5, warm-up included", "≤ 250")


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
