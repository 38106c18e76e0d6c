"""A seeded corpus of chat-sized messages, and texts made to hurt.

20,000 messages with a median near 46 characters and 12 % with something outside ASCII, drawn from a few hundred
ordinary words in English and Spanish by a Zipf-like choice, so that they repeat words as chat does.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ENGLISH: Final = (
    "the a to of and is in it you that he was for on are with as his they be at one have this from or had by hot but "
    "some what there we can out other were all your when up use word how said an each she which do their time if will "
    "way about many then them would write like so these her long make thing see him two has look more day could go "
    "come did my sound no most number who over know water than call first people may down side been now find any new "
    "work part take get place made live where after back little only round man year came show every good me give our "
    "under name very through just form great think say help low line before turn cause same mean differ move right "
    "boy old too does tell sentence set three want air well also play small end put home read hand port large spell "
    "add even land here must big high such follow act why ask men change went light kind off need house picture try "
    "again animal point mother world near build self earth father server update install error version window screen "
    "thanks hello sorry maybe tomorrow tonight weekend friend game stream music video photo coffee morning"
).split()
SPANISH: Final = (
    "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre "
    "este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo "
    "han yo hay vez puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese ahora cada e vida otro "
    "después te otros aunque esa eso hace otra gobierno tan durante siempre día tanto ella tres sí dijo sido gran "
    "país según menos mundo año antes estado quiero mientras hola gracias mañana pregunta ayuda jugar música niño"
).split()
EXTRAS: Final = ("😀", "👍", "❤️", "🎉", "😂", "…", "¿no?", "¡vamos!", "→", "“ok”", "€", "日本", "привет", "naïve")
ENDINGS: Final = ("", "", "", "", ".", "!", "?", "...", " :)", " lol", " jaja")


@dataclass(frozen=True, slots=True)
class Corpus:
    """The messages, and the words planted in about 1.5 % of them."""

    texts: Sequence[str]
    planted: Sequence[str]


def pseudo_words(count: int, *, seed: int = 7) -> list[str]:
    """Distinct made-up words of two to five syllables: a list of any size that offends nobody."""
    dice = random.Random(seed)
    words: dict[str, None] = {}
    while len(words) < count:
        syllables = dice.choices("bcdfghjklmnprstvwz", k=dice.randint(2, 5))
        words["".join(letter + dice.choice("aeiou") + dice.choice(("", "", "n", "r", "s")) for letter in syllables)] = (
            None
        )
    return list(words)


def corpus(size: int = 20_000, *, seed: int = 11, plant: Sequence[str] = ()) -> Corpus:
    """Messages as people write them; `plant` words stand in about 1.5 % of the messages."""
    dice = random.Random(seed)
    weights = {len(words): [1 / (rank + 3) for rank in range(len(words))] for words in (ENGLISH, SPANISH)}
    texts = []
    for _ in range(size):
        words = SPANISH if dice.random() < 0.12 else ENGLISH
        length = max(1, round(dice.lognormvariate(2.38, 0.6)))
        chosen = dice.choices(words, weights[len(words)], k=length)
        if plant and dice.random() < 0.015:
            chosen.insert(dice.randrange(len(chosen) + 1), dice.choice(plant))
        if dice.random() < 0.06:
            chosen.append(dice.choice(EXTRAS))
        text = " ".join(chosen) + dice.choice(ENDINGS)
        texts.append(text.capitalize() if dice.random() < 0.3 else text)
    return Corpus(texts, tuple(plant))


def adversarial(*, seed: int = 13) -> dict[str, str]:
    """Texts of 4,000 characters made to be slow: each has a name for the report."""
    dice = random.Random(seed)
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789 .,@!$*_-"
    return {
        "one letter": "a" * 4000,
        "spaced letters": "a " * 2000,
        "nested groups": "(" * 2000 + ")" * 2000,
        "random characters": "".join(dice.choice(alphabet) for _ in range(4000)),
        "random code points": "".join(chr(dice.randrange(0x20, 0x2FFF)) for _ in range(4000)),
        "zalgo": "".join("z" + "".join(chr(dice.randrange(0x300, 0x36F)) for _ in range(9)) for _ in range(400)),
        "not Latin": "привет мир こんにちは " * 210,
        "leet": "h3ll0 w0rld " * 330,
        "links": "https://a.example/x?y=z " * 165,
        "zero width": "a\u200b" * 2000,
    }
