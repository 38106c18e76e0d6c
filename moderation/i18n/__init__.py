"""What members and moderators read, in their language.

Sources are `*.po` files beside this one, with the English text as message id; they are compiled in memory when a
language is first asked for, so that no generated file can fall behind. Mark a text with `catalogue(language).gettext`.
"""

from __future__ import annotations

import gettext
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Final

LANGUAGES: Final = ("en", "es")
"""The languages with a catalogue; the first is what everything falls back to."""


def spoken(language: str) -> str:
    """The language of a catalogue that fits a tag best: `es-MX` is answered in `es`, an unknown one in English."""
    primary = language.replace("_", "-").partition("-")[0].casefold()
    return primary if primary in LANGUAGES else LANGUAGES[0]


def catalogue(language: str) -> gettext.NullTranslations:
    """The texts of one language; those without a translation are English."""
    return _compiled(spoken(language))


@cache
def _compiled(language: str) -> gettext.NullTranslations:
    if language == LANGUAGES[0]:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with resources.files(__name__).joinpath(f"{language}.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
