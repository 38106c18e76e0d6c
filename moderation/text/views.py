"""The views of one text: raw, clean, folded, skeleton and fingerprint, each made when first asked for.

- clean: NFKC, what nobody sees is gone, markup and code spans are as a client shows them;
- folded: clean without case, accents kept, runs of one character (digits aside) cut down to two;
- skeleton: what a reader takes it for: look-alikes, digits as letters, accents gone, spaced letters joined;
- fingerprint: one word for "the same text", small changes ignored.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

from moderation.text.align import Alignment, Edit, edited, of_clusters, of_edits, unchanged
from moderation.text.fingerprint import fingerprint_of
from moderation.text.folding import LONG_RUN, caseless
from moderation.text.invisible import ANY, ASCII_DELETE, invisible_edits
from moderation.text.letters import looks, narrow
from moderation.text.links import Link, links_in
from moderation.text.markup import MARKS, markup_edits, may_have_markup
from moderation.text.skeleton import skeleton_of
from moderation.text.words import words_of

_SIMPLE: Final = bytes(code for code in ASCII_DELETE if code not in MARKS) + bytes(
    code for code in range(0xA1, 0x100) if code != 0xAD and unicodedata.is_normalized("NFKC", chr(code))
)
"""What a text in Latin-1 is made of when its clean view is the text itself."""


class View:
    """A text and the way back: `span` gives offsets in the raw text, worked out only when somebody asks."""

    __slots__ = ("_alignment", "_trace", "text")

    def __init__(self, text: str, trace: Callable[[], Alignment] | None = None) -> None:
        self.text = text
        self._trace = trace
        self._alignment: Alignment | None = None

    @property
    def alignment(self) -> Alignment:
        """Every character's place in the raw text."""
        if self._alignment is None:
            self._alignment = self._trace() if self._trace else unchanged(len(self.text))
        return self._alignment

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters `start` to `end` of this view stand in the raw text."""
        return self.alignment.span(start, end)


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _read(raw: str, markup: bool) -> View:
    """A text as it is shown, or, without `markup`, as it was typed; three passes, of which most texts need none."""
    seen = edited(raw, invisible_edits(raw)) if ANY.search(raw) else raw
    marks = markup_edits(seen) if markup and may_have_markup(seen) else []
    shown = edited(seen, marks) if marks else seen
    text = shown if shown.isascii() else _nfkc(shown)
    if text == raw:
        return View(raw)

    def trace() -> Alignment:
        first = of_edits(len(raw), invisible_edits(raw))
        second = of_edits(len(seen), marks).after(first)
        return of_clusters(shown, text, _nfkc).after(second)

    return View(text, trace)


def _folded(clean: View) -> View:
    """The folded view of a clean one."""
    lower = caseless(clean.text)
    edits = [Edit(run.start() + 1, run.end(), run.group(1)) for run in LONG_RUN.finditer(lower)]
    text = edited(lower, edits) if edits else lower

    def trace() -> Alignment:
        first = of_clusters(clean.text, lower, caseless).after(clean.alignment)
        return of_edits(len(lower), edits).after(first)

    return View(text, trace)


class Views:
    """One text, seen in every way that rules look at it. Never raises, whatever the text."""

    __slots__ = (
        "_clean",
        "_data",
        "_fingerprint",
        "_folded",
        "_letters",
        "_links",
        "_skeleton",
        "_typed",
        "_words",
        "raw",
    )

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._clean: View | None = None
        self._folded: View | None = None
        self._typed: View | None = None
        self._skeleton: View | None = None
        self._fingerprint: str | None = None
        self._links: tuple[Link, ...] | None = None
        self._words: tuple[list[str], str] | None = None
        self._data: bytes | None = None
        self._letters: str | None = None

    @property
    def clean(self) -> View:
        """What a reader sees."""
        if self._clean is None:
            raw = self.raw
            data = narrow(raw)
            if data is not None and not data.translate(None, _SIMPLE):
                self._clean, self._data = View(raw), data
            else:
                self._clean = _read(raw, markup=True)
                self._data = narrow(self._clean.text)
        return self._clean

    @property
    def typed(self) -> View:
        """What was typed, markup and all, without what nobody sees."""
        if self._typed is None:
            clean = self.clean
            view = clean if clean.text is self.raw else _read(self.raw, markup=False)
            self._typed = clean if view.text == clean.text else view
        return self._typed

    @property
    def folded(self) -> View:
        """What a reader sees, whatever the case and however long the o in «noooo»."""
        if self._folded is None:
            self._folded = _folded(self.clean)
        return self._folded

    @property
    def skeleton(self) -> View:
        """What a reader takes it for."""
        if self._skeleton is None:
            clean = self.clean
            text, alignment = skeleton_of(clean.text)
            self._skeleton = View(text, lambda: alignment.after(clean.alignment))
        return self._skeleton

    @property
    def fingerprint(self) -> str:
        """Equal for texts that say the same, empty for a text that says nothing."""
        if self._fingerprint is None:
            self._fingerprint = fingerprint_of(self.clean.text)
        return self._fingerprint

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link, as the client shows it."""
        if self._links is None:
            self._links = links_in(self.raw)
        return self._links

    @property
    def data(self) -> bytes | None:
        """The clean view in Latin-1 where nothing that matters to matching is lost by that (see letters.narrow)."""
        if self._clean is None:
            _ = self.clean
        return self._data

    @property
    def words(self) -> tuple[list[str], str]:
        """The plain words and the line of them, for matching."""
        if self._words is None:
            self._words = words_of(self.clean.text, self._data)
        return self._words

    @property
    def letters(self) -> str:
        """The letters a reader sees, without anything between them, for matching."""
        if self._letters is None:
            self._letters = looks(self.clean.text, self._data)
        return self._letters
