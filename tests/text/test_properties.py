"""What holds for every text there is."""

from __future__ import annotations

import random
import re
import string

from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderation.text.imitation import looks_like
from moderation.text.language import language
from moderation.text.links import links_in, within
from moderation.text.phrases import PhraseIndex, PhraseList
from moderation.text.quotes import quoted_segments, same_words
from moderation.text.shape import capitals, emoji, length, longest_run, scripts
from moderation.text.views import View, Views

CHARACTERS = st.one_of(
    st.sampled_from(
        "blargBLARG4@!10 .,-_*~`|<>[]()\\&#;:/\n\t\r\x00\x1b\u200b\u200d\u202e\ufe0f\u0301\u0336\u0303ñáßİﬁӏа🇧🅱😀\ud800\ufdfa"
    ),
    st.characters(),
    st.characters(categories=["Cs", "Cc", "Cf", "Mn", "So"]),
)
TEXTS = st.text(CHARACTERS, max_size=80)
CHAT = st.text(st.sampled_from("blarg zonk BÀñ.,!-'4@\n_"), max_size=60)
WORDS = ("blarg", "zonkhead", "go away", "ano", "brr", "a1", "ßab")
INDEX = PhraseIndex([PhraseList("a", WORDS), PhraseList("b", ("arg", "zo"), inside_words=True)])
EXACT_ENTRIES = (*WORDS, "b", "bb", "año", "l a", "zonk zonk")
EXACT = PhraseIndex([PhraseList("e", EXACT_ENTRIES, disguised=False)])


def check_spans(view: View, raw: str) -> None:
    """Offsets of a view are inside the raw text and only grow."""
    before = (0, 0)
    for place in range(len(view.text)):
        start, end = view.span(place, place + 1)
        assert 0 <= start < end <= len(raw)
        assert before[0] <= start
        assert before[1] <= end
        before = (start, end)
    assert view.span(0, len(view.text) + 5)[1] <= len(raw)


@settings(max_examples=300)
@given(TEXTS)
@example("\u0344" * 4)
@example("<https://a.example|x>\ufdfa**b**")
@example("🇧\u200d🇱 \uff9e\u3099")
def test_offsets_of_every_view_are_valid_and_grow(raw: str) -> None:
    """Whatever a view leaves out or replaces, the way back leads into the raw text, in order."""
    views = Views(raw)
    for view in (views.clean, views.folded, views.skeleton):
        check_spans(view, raw)


@settings(max_examples=300)
@given(TEXTS, TEXTS)
@example("\ud800\udc00", "[x](javascript:alert(1))")
@example("http://[::1", "https://xn--\ud800.example")
def test_no_text_raises(raw: str, other: str) -> None:
    """Every function takes every text, and every hit lies inside it."""
    views = Views(raw)
    views.clean.text.encode()
    views.folded.text.encode()
    assert isinstance(views.fingerprint, str)
    for index in (INDEX, EXACT):
        assert all(0 <= hit.start < hit.end <= len(raw) for hit in index.find(views))
        for hit in index.find_split([views, Views(other)]):
            assert 0 <= hit.start < len(raw)
            assert 0 < hit.end <= len(other)
    for link in links_in(raw):
        assert 0 <= link.start < link.end <= len(raw)
        assert isinstance(link.hidden or link.is_invite or link.is_shortened, bool)
    assert all(0 <= start < end <= len(raw) for start, end in quoted_segments(raw))
    assert length(views) >= 0 <= emoji(views)
    assert 0 <= capitals(views) <= 1
    assert longest_run(views) <= len(views.clean.text.casefold())
    assert scripts(views) is not None
    assert language(raw[:10]) is None or raw
    assert isinstance(same_words(raw, other) or looks_like(raw, other) or within(raw, other), bool)


@settings(max_examples=300)
@given(CHAT)
@example("zonk zonk zonk")
@example("BLARG's ßab brrrr")
def test_without_disguises_the_hits_are_those_of_a_plain_search(raw: str) -> None:
    """A search word by word in the folded view, done the slow way, finds the same."""
    views = Views(raw)
    expected = set()
    for entry in EXACT_ENTRIES:
        words = r"[\W_]+".join(re.escape(word) for word in Views(entry).folded.text.split())
        pattern = rf"(?<![^\W_])(?=({words})(?![^\W_]))"
        for match in re.finditer(pattern, views.folded.text):
            expected.add((entry, *views.folded.span(*match.span(1))))
    assert {(hit.phrase, hit.start, hit.end) for hit in EXACT.find(views)} == expected


@settings(max_examples=200)
@given(
    CHAT, st.lists(st.tuples(st.integers(0, 60), st.sampled_from("\u200b\u200c\u2060\ufeff\u00ad\u200e")), max_size=6)
)
@example("bl*rg **b**larg", [(2, "\u200b"), (9, "\u2060")])
def test_zero_width_characters_never_lose_a_hit(raw: str, inserted: list[tuple[int, str]]) -> None:
    """What nobody sees changes nothing."""
    stuffed = raw
    for place, char in inserted:
        stuffed = stuffed[:place] + char + stuffed[place:]
    before = [(hit.key, hit.phrase) for hit in INDEX.find(Views(raw))]
    after = [(hit.key, hit.phrase) for hit in INDEX.find(Views(stuffed))]
    assert after == before


@settings(max_examples=200)
@given(st.sampled_from(["blarg", "zonkhead"]), st.data())
def test_a_disguise_letter_by_letter_is_seen_through(word: str, data: st.DataObject) -> None:
    """Each letter may be replaced by a look-alike, a digit or a drawn-out run of itself."""
    dressed = {"a": "a4@а", "e": "e3е", "o": "o0о", "l": "l1ӏ|", "r": "rг", "g": "gɡ", "b": "bʙ", "z": "zᴢ"}
    letters = [data.draw(st.sampled_from(dressed.get(char, char))) for char in word]
    text = "".join(letters)
    real = sum(char.isalpha() for char in text)
    if real * 2 >= len(word) and text != word:
        assert [hit.phrase for hit in INDEX.find(Views(f"hey {text}!")) if hit.key == "a"] == [word]


def test_many_phrases_are_found_as_a_set_of_words_would_find_them() -> None:
    """With thousands of entries the plain words found are exactly those that stand in the text."""
    chance = random.Random(7)
    entries = {"".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 6))) for _ in range(5_000)}
    index = PhraseIndex([PhraseList("k", tuple(sorted(entries)), disguised=False)])
    words = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 4))) for _ in range(5_000)]
    wanted = {Views(entry).folded.text for entry in entries}
    folded = [Views(word).folded.text for word in words]
    hits = index.find(Views(" ".join(words)))
    assert [Views(hit.phrase).folded.text for hit in hits] == [word for word in folded if word in wanted]
