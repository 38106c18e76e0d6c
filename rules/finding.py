"""One pass over a text for everything that any rule looks for: all lists in one index, all patterns in one filter."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Final, TypeVar

import re2

from moderation.model import Event, Message
from moderation.ports import Counts, Said
from moderation.text.phrases import PhraseHit, PhraseIndex, PhraseList
from moderation.text.views import Views
from rules.facts import Hit, Piece, SplitHit
from rules.patterns import Matcher, encodable, options
from rules.wants import Pattern, Phrases, View, Wants

_NONE: Final[Sequence[Hit]] = ()
_NO_SPLIT: Final[Sequence[SplitHit]] = ()
_NO_HITS: Final[Mapping[Phrases, Sequence[Hit]]] = MappingProxyType({})
_NO_SPLITS: Final[Mapping[Phrases, Sequence[SplitHit]]] = MappingProxyType({})
_CACHED: Final = 1024
"""Texts of neighbours whose views are kept, and `_NAMES` people whose names have been looked at."""
_NAMES: Final = 16_384
_BEFORE: Final = 12
"""Messages before, and `_AFTER` messages after, one that may complete a word with it."""
_AFTER: Final = 4
_FILTER_MEMORY: Final = 64 << 20
_WARMING: Final = ("", "hello", "see https://example.org for more", "¿Qué tal, señor? 123 !!!", "ABC abc " * 40)

Value = TypeVar("Value")


class _Cache(OrderedDict[str, Value]):
    """The last `most` answers."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def keep(self, key: str, value: Value) -> Value:
        """Remember an answer, forget the oldest."""
        self[key] = value
        if len(self) > self._most:
            self.popitem(last=False)
        return value


class PatternFilter:
    """All patterns on one view. A set of bare patterns says which may match; each of those then says where."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = sorted(patterns, key=lambda pattern: pattern.text)
        self._matchers = [Matcher(pattern.text) for pattern in self._patterns]
        self._set = re2.Set.SearchSet(options(_FILTER_MEMORY))
        for matcher in self._matchers:
            self._set.Add(encodable(matcher.bare))
        # An always matching pattern at the end: a set that runs out of memory says "nothing", and this tells the two
        # apart.
        self._sentinel = len(self._matchers)
        self._set.Add("(?s).")
        self._set.Compile()
        for text in _WARMING:
            self.spans(text)

    def spans(self, text: str) -> Sequence[tuple[Pattern, Sequence[tuple[int, int]]]]:
        """The patterns that match, and where, in characters of the view."""
        if not text:
            return ()
        try:
            may = self._set.Match(text)
        except UnicodeEncodeError:
            text = encodable(text)
            may = self._set.Match(text)
        if may == [self._sentinel]:
            return ()
        numbers = range(self._sentinel) if may is None else (number for number in may if number != self._sentinel)
        found = ((self._patterns[number], self._matchers[number].spans(text)) for number in numbers)
        return [(pattern, spans) for pattern, spans in found if spans]


Filters = list[tuple[View, PatternFilter]]


class Finder:
    """Everything that the rules look for, compiled. One object serves any number of texts."""

    def __init__(self, wants: Wants) -> None:
        self._index = _index(wants.phrases)
        self._names = _index(wants.names)
        views: tuple[View, ...] = ("raw", "clean", "folded")
        wanted = {view: [pattern for pattern in wants.patterns if pattern.view == view] for view in views}
        self._filters: Filters = [(view, PatternFilter(patterns)) for view, patterns in wanted.items() if patterns]
        # Most texts are shown as they were written: for them the patterns on either view are one filter.
        both = [*wanted["raw"], *wanted["clean"]] if wanted["raw"] and wanted["clean"] else []
        self._as_written: Filters = [("raw", PatternFilter(both)), *self._filters[2:]] if both else self._filters
        self._split = wants.needs.split
        self._texts: _Cache[Views] = _Cache(_CACHED)
        self._named: _Cache[Mapping[Phrases, Sequence[Hit]]] = _Cache(_NAMES)
        self.look(Views("a"), None)

    def look(
        self, views: Views, event: Event | None, message: Message | None = None, counts: Counts | None = None
    ) -> Look:
        """What is found in one text, and, for a message, together with its neighbours."""
        hits: dict[Phrases | Pattern, list[Hit]] = {}
        splits: Mapping[Phrases, Sequence[SplitHit]] = _NO_SPLITS
        if self._index is not None and views.raw:
            for hit in self._index.find(views):
                hits.setdefault(_key(hit), []).append(Hit(hit.phrase, hit.start, hit.end))
            if self._split and message is not None and counts is not None and event is not None:
                splits = self._spread(event, message, counts, views)
        for view, patterns in self._as_written if views.clean.text is views.raw else self._filters:
            _match(views, view, patterns, hits)
        return Look(self, hits, splits)

    def names(self, name: str) -> Mapping[Phrases, Sequence[Hit]]:
        """What is found in the name somebody gave themselves."""
        known = self._named.get(name)
        if known is not None:
            return known
        found: dict[Phrases, list[Hit]] = {}
        for hit in self._names.find(Views(name)) if self._names is not None and name else ():
            found.setdefault(_key(hit), []).append(Hit(hit.phrase, hit.start, hit.end))
        return self._named.keep(name, found or _NO_HITS)

    def _spread(
        self, event: Event, message: Message, counts: Counts, own: Views
    ) -> Mapping[Phrases, Sequence[SplitHit]]:
        """Words that this message completes, or helps to complete after an edit, with its author's neighbours."""
        near, mine = self._neighbours(event, message, counts)
        if len(near) < 2 or self._index is None:
            return _NO_SPLITS
        splits: dict[Phrases, list[SplitHit]] = {}
        self._texts.keep(own.raw, own)
        views = [self._views(said.text) for said in near]
        for last in range(mine, len(near)):
            for hit in self._index.find_split(views[: last + 1]):
                if hit.part <= mine <= hit.last_part:
                    splits.setdefault(_key(hit), []).append(_split_hit(hit, near))
        return splits

    def _neighbours(self, event: Event, message: Message, counts: Counts) -> tuple[list[Said], int]:
        if counts.most("messages") < 2:
            return [], 0
        late = max((event.at - message.at).total_seconds(), 0.0)
        recent = counts.by_author(late + self._split)
        if len(recent) < 2:
            return [], 0
        span = timedelta(seconds=self._split)
        near = [
            said
            for said in recent
            if said.ref.channel == message.ref.channel and abs(said.at - message.at) <= span and said.text
        ]
        mine = next((place for place, said in enumerate(near) if said.ref == message.ref), -1)
        if mine < 0:
            return [], 0
        first = max(mine - _BEFORE, 0)
        return near[first : mine + _AFTER + 1], mine - first

    def _views(self, text: str) -> Views:
        return self._texts.get(text) or self._texts.keep(text, Views(text))


class Look:
    """What was found in one text; see `rules.facts.Found`. `keys` are the lists and patterns that hit."""

    __slots__ = ("_finder", "_hits", "_name", "_splits", "keys")

    def __init__(
        self,
        finder: Finder,
        hits: Mapping[Phrases | Pattern, Sequence[Hit]],
        splits: Mapping[Phrases, Sequence[SplitHit]],
    ) -> None:
        self._finder = finder
        self._hits = hits
        self._splits = splits
        self._name = ""
        self.keys: tuple[Phrases | Pattern, ...] = (*hits, *splits) if hits or splits else ()

    def called(self, name: str) -> Look:
        """The name of the person who caused the event."""
        self._name = name
        return self

    def phrases(self, wanted: Phrases) -> Sequence[Hit]:
        """Words of a list in this text alone."""
        return self._hits.get(wanted, _NONE)

    def split(self, wanted: Phrases) -> Sequence[SplitHit]:
        """Words of a list that this message and its neighbours make together."""
        return self._splits.get(wanted, _NO_SPLIT)

    def patterns(self, wanted: Pattern) -> Sequence[Hit]:
        """Matches of a pattern in this text."""
        return self._hits.get(wanted, _NONE)

    def names(self, wanted: Phrases) -> Sequence[Hit]:
        """Words of a list in the person's name."""
        return self._finder.names(self._name).get(wanted, _NONE)


def _index(lists: Iterable[Phrases]) -> PhraseIndex | None:
    wanted = sorted(lists, key=lambda phrases: (phrases.words.name, phrases.disguised, phrases.inside_words))
    if not wanted:
        return None
    index = PhraseIndex([PhraseList(one, one.words.entries, one.disguised, one.inside_words) for one in wanted])
    for text in _WARMING:
        index.find(Views(text))
    return index


def _key(hit: PhraseHit) -> Phrases:
    key = hit.key
    assert isinstance(key, Phrases)
    return key


def _match(views: Views, view: View, patterns: PatternFilter, hits: dict[Phrases | Pattern, list[Hit]]) -> None:
    seen = None if view == "raw" else views.clean if view == "clean" else views.folded
    text = views.raw if seen is None else seen.text
    for pattern, spans in patterns.spans(text):
        hits[pattern] = [
            Hit(text[start:end], *((start, end) if seen is None else seen.span(start, end))) for start, end in spans
        ]


def _split_hit(hit: PhraseHit, near: Sequence[Said]) -> SplitHit:
    parts = near[hit.part : hit.last_part + 1]
    pieces = [Piece(said.ref, said.at, 0, len(said.text)) for said in parts]
    pieces[0] = pieces[0]._replace(start=hit.start)
    pieces[-1] = pieces[-1]._replace(end=hit.end)
    return SplitHit(hit.phrase, tuple(pieces), (parts[-1].at - parts[0].at).total_seconds())
