"""Writes confusables.txt from Unicode's table of confusable characters and our own additions.

Run it with the path of `confusables.json` from the package confusable_homoglyphs 3.3.1, which carries that table:

    python moderation/text/data/make.py path/to/confusables.json > moderation/text/data/confusables.txt
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import ascii_lowercase
from typing import Final

SEEN_AS: Final[Mapping[str, str]] = {
    "a": "ᴀɐΛΔ₳ค卂аɒᗩᎯꋬꍏꁲᏗλ",
    "b": "бʙвВ฿๒乃ßƃЬьъᏰꃳꌃꋰβƅ",
    "c": "ᴄɔ₵匚ϲ©¢ᑕᏨꉔꉓꀯㄈςፈᄃ",
    "d": "ᴅ₫๔刀ԁð∂δꂠꀸᎴ꒯",
    "e": "ᴇǝΣ€єЄ乇эЭɘεξ℮ꏂꍟꈼᏋɜə",
    "f": "ғꜰɟ₣ƒ千下ʄꊰꎇꄞᎰᎦ",
    "g": "ɢƃ₲ﻮ厶ɡցᎶꍌꁅ",
    "h": "ʜɥнН卄ђհɧꁝꃅꍩん",
    "i": "ɪᴉเıι丨Ꭸꀤꂑ꒐ノ",
    "j": "ᴊɾﻝנյᏠꀭ꒻フ",
    "k": "ĸᴋʞкКκ₭ҝꀘꀗꝁズ",
    "l": "ʟ₤£ɭㄥӏᏝ꒒ᄂレ",
    "m": "ᴍɯмМ₥爪๓ꂵᄊ",
    "n": "ɴпПиИη₦几ภոꋊꈤᑎᏁŋᏐ",
    "o": "Ωᴏσø๏口㔿ס○●◯⭕օ⊙ꄲꂦㄖᎧᎾөの◎",
    "p": "ᴘ₱尸קрþꉣ卩Ꭾ",
    "q": "ǫợզꆰꁷᑫꝗ",
    "r": "ʀɹяЯгГ尺ᴦꋪꌅཞ",
    "s": "ꜱ₴丂ร§ѕꇙꌗꌚᔕƨ",
    "t": "ᴛʇтТτ₮丅千†ㄒ꓄ꋖᏖᎿ",
    "u": "ᴜµμυบ凵սㄩ꒤ꀎꐇᏬᵾцยひ",
    "v": "ᴠʌνש꒦ꃴꀰᏙ√",
    "w": "ᴡʍшШωฬ山₩ѡᗯꅐꅏᏇщ",
    "x": "χхא乂✖❌✗ꉧꊼꇒጀҳᎲメ",
    "y": "ʏʎуУץ丫¥γㄚꌦꌩꐞリ",
    "z": "ᴢ乙չꁴᘔፚʒ",
}
"""Letters and signs that people use for their looks and that Unicode's table does not pair with the letter."""

EMOJI: Final = (0x1F1E6, 0x1F150, 0x1F170)
"""Where the regional indicators, the negative circled and the negative squared letters begin, A to Z."""


def paired(table: Mapping[str, list[dict[str, str]]]) -> Iterator[tuple[str, str]]:
    """Pairs of (letter, look-alike) of Unicode's table, neither of them in need of NFKC."""
    for letter in ascii_lowercase:
        for form in (letter, letter.upper()):
            for other in table.get(form, []):
                char = other["c"].strip("\u200e")
                if len(char) == 1 and char > "\x7f" and unicodedata.normalize("NFKC", char) == char:
                    yield letter, char


def named() -> Iterator[tuple[str, str]]:
    """Latin letters with a stroke, a hook or a tail: they have no decomposition, their name tells the letter."""
    for code in range(0x80, 0x2E80):
        words = unicodedata.name(chr(code), "").split()
        named_so = len(words) > 5 and words[0] == "LATIN" and words[2] == "LETTER" and words[4] == "WITH"
        if named_so and len(words[3]) == 1 and not unicodedata.decomposition(chr(code)):
            yield words[3].lower(), chr(code)


def lines(table: Mapping[str, list[dict[str, str]]]) -> Iterator[str]:
    """`letter close loose` per letter: Unicode's own look-alikes first, then those that need more evidence."""
    close: dict[str, str] = {}
    for letter, char in paired(table):
        if char.isalpha() or unicodedata.category(char) == "So":
            close.setdefault(char, letter)
    loose: dict[str, str] = {}
    for letter, chars in SEEN_AS.items():
        loose.update({char: letter for char in chars if char not in close and char not in loose})
    for letter, char in named():
        loose.setdefault(char, letter)
    for char, letter in [*close.items(), *loose.items()]:
        for form in (char.lower(), char.upper()):
            bare = unicodedata.normalize("NFD", form) == form == unicodedata.normalize("NFKC", form)
            if len(form) == 1 and form > "\x7f" and bare and form not in close:
                loose.setdefault(form, letter)
    for start in EMOJI:
        loose.update({chr(start + index): letter for index, letter in enumerate(ascii_lowercase)})
    for letter in ascii_lowercase:
        first = "".join(sorted(char for char, target in close.items() if target == letter))
        second = "".join(sorted(char for char, target in loose.items() if target == letter and char not in close))
        yield f"{letter} {first} {second}"


if __name__ == "__main__":
    source = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines(source)).encode())
