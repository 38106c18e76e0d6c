"""The language of a text, where it can be told.

Needs the package py3langid, which is loaded at first use: half a second and some 100 MB. Without it no language can be
told, which is never the same as "another language".
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Final, Protocol

from moderation.text.shape import scripts
from moderation.text.views import Views

LANGUAGES: Final = (
    *("ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "eu", "fa", "fi", "fr", "gl", "he", "hi", "hu", "id", "it"),
    *("ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh"),
)
"""Those that are told apart, by ISO 639-1 code; more would make short texts harder to tell."""

_UNSPACED: Final = frozenset({"han", "hiragana", "katakana", "thai"})
_FEWEST_LETTERS: Final = 20
_FEWEST_UNSPACED: Final = 6
_FEWEST_WORDS: Final = 4
_LEAST_SURE: Final = 0.7
_LONGEST: Final = 1_000
_CODE: Final = re.compile(r"```.*?```|`[^`\n]*`|<[^<>\s]{1,200}>", re.DOTALL)
_SIGNS: Final = re.compile(r"[./\\@_#:=]")


class _Identifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...


@cache
def _identifier() -> _Identifier | None:
    if find_spec("py3langid") is None:
        return None
    module = import_module("py3langid.langid")
    identifier: _Identifier = module.LanguageIdentifier.from_model_file(module.MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))  # type: ignore[attr-defined]
    return identifier


def can_tell_languages() -> bool:
    """Loads what telling languages needs; False when it is not installed. To be called before it is needed."""
    return _identifier() is not None


def _spoken(word: str) -> bool:
    """Whether a word is speech: no link, no name of somebody or something, no number, no path."""
    return (
        not word.startswith(("@", "#", "/", "http:", "https:"))
        and len(_SIGNS.findall(word[:-1])) <= 1
        and not word.isdigit()
    )


def language(text: str) -> tuple[str, float] | None:
    """The language of a text and how sure that is (0..1); None where it cannot be told, as with short texts."""
    views = Views(" ".join(filter(_spoken, _CODE.sub(" ", text[:_LONGEST]).split())))
    speech = views.clean.text
    letters = sum(map(str.isalpha, speech))
    if _UNSPACED.isdisjoint(scripts(views)):
        if letters < _FEWEST_LETTERS or len(views.words[0]) < _FEWEST_WORDS:
            return None
    elif letters < _FEWEST_UNSPACED:
        return None
    identifier = _identifier()
    if identifier is None:
        return None
    code, sure = identifier.classify(speech)
    return (code, float(sure)) if sure >= _LEAST_SURE else None
