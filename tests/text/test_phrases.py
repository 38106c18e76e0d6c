"""Listed words are found through disguises, and innocent words are left alone."""

from __future__ import annotations

import pytest

from moderation.text.phrases import PhraseHit, PhraseIndex, PhraseList
from moderation.text.views import Views

WORDS = PhraseIndex(
    [
        PhraseList(
            "words",
            ("blarg", "zonkhead", "snorfl", "go away", "puta", "ano", "penis", "anus", "concha", "sass", "god", "coño"),
        )
    ]
)


def found(text: str, index: PhraseIndex = WORDS) -> list[tuple[str, str]]:
    """The phrases found, with what was really written."""
    return [(hit.phrase, text[hit.start : hit.end]) for hit in index.find(Views(text))]


def split(*messages: str) -> list[PhraseHit]:
    """The hits that go over from one message to another."""
    return list(WORDS.find_split([Views(message) for message in messages]))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "you blarg",
            "Blarg!",
            "b l a r g",
            "b.l@rg",
            "b-l-a-r-g",
            "b_l_a_r_g",
            "bӏаrg",
            "BLAAARG",
            "(blarg)",
            '"blarg"',
        ),
        *("ｂｌａｒｇ", "𝓫𝓵𝓪𝓻𝓰", "bl\u200barg", "b̶l̷a̸r̵g̴", "🇧🇱🇦🇷🇬", "🅱🅻🅰🆁🅶", "Ⓑⓛⓐⓡⓖ", "🅑🅛🅐🅡🅖", "ʙʟᴀʀɢ", "bℓαrg"),
        *(
            "bl*rg",
            "b**rg",
            "bl@rg",
            "bl-rg",
            "bl**a**rg",
            "bl||a||rg",
            "bl__a__rg",
            "`blarg`",
            "```\nblarg\n```",
            "~~blarg~~",
        ),
        *(
            "blàrg",
            "blärg",
            "ＢＬ４ＲＧ",
            "b l 4 r g",
            "bla rg",
            "bl a rg",
            "b|l|a|r|g",
            "b!l!a!r!g",
            "b*l*a*r*g",
            "bIarg",
        ),
        *("b😀l😀a😀r😀g", "b\nl\na\nr\ng", "<b>bl</b>arg", "[blarg](https://x.example)", "<https://x.example|blarg>"),
        *("https://x.example/blarg", "@blarg hi", "b l a r g b l a r g", "blarg\ud800", "\x00bl\x00arg", "b\u202elarg"),
        *("you are a b1arg", "BLA4ARG", "blarrrrrg"),
    ],
)
def test_the_word_is_found_however_it_is_dressed_up(text: str) -> None:
    """Spaces, signs, look-alikes, markup and missing letters do not hide a listed word."""
    assert [phrase for phrase, _ in found(text)][:1] == ["blarg"]


@pytest.mark.parametrize(
    "text",
    [
        *("the blargon element", "blar gone", "parablarg", "blargs", "blarg2000", "a blarney stone", "bl_argon"),
        *(
            "disputa",
            "computadora",
            "reputación",
            "la disputa fue larga",
            "Scunthorpe",
            "Nigeria is viable",
            "diabetes",
        ),
        *("el año pasado", "años", "cono de helado", "the pen is mine", "the pen.Is it yours?", "give an us plug"),
        *("ven con Chabela", "con cha", "put a file there", "put.a", "s a s s e d", "sas", "good", "goood idea"),
        *(
            "https://bl.arg.example/x",
            "https://x.example/bl-arg",
            "a*b*c",
            "f(b*l) == g",
            "",
            " ",
            "!!!",
            "455",
            "b2rg",
        ),
        *("бларг", "рост цен"),
    ],
)
def test_innocent_words_are_left_alone(text: str) -> None:
    """Words that merely contain, resemble or make up a listed word by accident are no hits."""
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "b  l  a  r  g",
            "B   L   A   R   G",
            "b . l . a . r . g",
            "b…l…a…r…g",
            "b•l•a•r•g",
            "b~l~a~r~g",
            "b*l*a*r*g",
        ),
        *("(b)(l)(a)(r)(g)", "b 1 a r g", "b. l. a. r. g", "1 b l a r g", "you b l a r g", "b l a r g y o u", "⒝⒧⒜⒭⒢"),
        *(
            "bl-arg",
            "bl_arg!",
            "bl.arg",
            "bl😀arg",
            "blar.g",
            "bl/arg",
            "b larg",
            "blar g",
            "bl a r g",
            "bla*rg",
            "bl~arg",
        ),
        *("__bl__arg", "||b||l||a||r||g||", "**b** **l** **a** **r** **g**", "b**l**a**r**g", "`b`l`a`r`g"),
        *("bl/\\rg", "b|_/\\rg", "|3larg", "bl/-\\rg", "8larg", "bl4r9", "b!arg", "b¡arg", "bl*r9", "b--rg", "bl__g"),
        *("βlαrg", "ƅlarg", "乃ㄥ卂尺Ꮆ", "ᏰᏝᏗᏒᎶ", "ɓɭąཞɠ", "ьӏагɢ", "ВӏАRG", "blårg", "b̈l̈är̈g̈"),
    ],
)
def test_the_word_is_found_in_rows_pieces_and_drawings(text: str) -> None:
    """Any blanks or signs between letters, pieces joined by a sign, drawn letters and decorated alphabets."""
    assert [phrase for phrase, _ in found(text)][:1] == ["blarg"]


@pytest.mark.parametrize(
    "text",
    [
        *("b = l(a) + r * g", "b(l|a, r) = g", "if (b < l) { a[r] = g }", "b l a r g a", "s.bl.arg.x", "a/bl/arg/x"),
        *("BL4-RG77", "BL 4RG 7", "T5-B14R9-2", "2001:db8:b1a4:9::", "bl_arg(x)", "bl.arg[0]", "C:\\bl\\arg"),
        *("put/a/file", "p-u-t-a-d", "the pen-is-mine", "con_cha", "con cha", "go, dd", "who's"),
        *("(as", "f(x", "word(s)", ":(", "[x] done", "a|b", "<3 larg"),
    ],
)
def test_formulas_codes_and_paths_are_believed(text: str) -> None:
    """Letters of formulas, product codes, addresses and program text make no word."""
    assert found(text) == []


def test_a_consonant_that_spelling_doubles_makes_another_word() -> None:
    """`putto` and `Kyss` are words of their own, `putaaa` and `blargg` are drawn out."""
    index = PhraseIndex([PhraseList("k", ("puto", "kys", "twat", "puta", "blarg", "cuero"))])
    for text in ("a putto in marble", "Kyss mig", "Twatt in Orkney", "kaksi puuta"):
        assert found(text, index) == [], text
    for text in ("puttto", "kysss", "twaat", "putaa", "blargg", "blaarg", "bllarg"):
        assert found(text, index), text


def test_a_word_masked_in_a_phrase_is_seen_through() -> None:
    """A star hides a letter of a phrase too, and a star in an entry is taken as it stands."""
    index = PhraseIndex([PhraseList("k", ("go zonkhead away", "b***g", "snorfl*"))])
    assert found("go z*nkhead away", index) == [("go zonkhead away", "go z*nkhead away")]
    assert found("you b***g, Snorfl*!", index) == [("b***g", "b***g"), ("snorfl*", "Snorfl*")]
    for text in ("b***gs", "ab***g", "b****g", "snorfl", "snorfl**"):
        assert found(text, index) == [], text


def test_phrases_are_seen_through_without_single_words_beside_them() -> None:
    """A list of nothing but phrases sees disguises as well."""
    index = PhraseIndex([PhraseList("k", ("zonk yourself", "te voy a zonkar"))])
    for text in ("z0nk y0urself", "z o n k yourself", "zonk your-self", "t e v o y a z o n k a r", "zоnk уоurself"):
        assert found(text, index), text


def test_japanese_beside_latin_words_is_no_disguise() -> None:
    """Kana that look like Latin letters are kana in a text that has others."""
    index = PhraseIndex([PhraseList("k", ("puto", "aso"))])
    assert found("putの型を確認", index) == []
    assert found("putの", index) == [("puto", "putの")]


def test_the_mark_at_the_end_is_no_letter() -> None:
    """`!` may be an i inside a word; behind it, it ends the sentence."""
    assert found("z0nkhead!") == [("zonkhead", "z0nkhead")]
    assert found("z0nkhead!!!") == [("zonkhead", "z0nkhead")]


def test_phrases_of_several_words_are_found_across_anything() -> None:
    """Spaces, line ends and punctuation between the words of a phrase do not matter."""
    for text in ("go away", "GO    AWAY", "go... away!", "go\naway", "go-away", "g0 aw4y", "gooo awayyy"):
        assert [phrase for phrase, _ in found(text)] == ["go away"], text
    assert found("goaway") == []
    assert found("go far away") == []


def test_a_letter_drawn_out_is_seen_but_a_short_run_is_no_long_one() -> None:
    """`saaaass` is «sass»; `sas` has one s too few."""
    assert found("saaaassss") == [("sass", "saaaassss")]
    assert found("saaas") == []


def test_enye_is_a_letter_of_its_own() -> None:
    """«ano» is not in «año», not even with an accent beside it, and «coño» is found with a disguise on top."""
    assert found("áño") == []
    assert found("c0ño") == [("coño", "c0ño")]
    assert found("ano") == [("ano", "ano")]


def test_an_accent_that_makes_another_word_is_believed() -> None:
    """An entry without accents does not match a Spanish word that is written with one."""
    index = PhraseIndex([PhraseList("k", ("esta", "pelota"))])
    assert found("no está", index) == []
    assert found("pelóta", index) == [("pelota", "pelóta")]


def test_a_list_that_sees_no_disguises_wants_the_very_word() -> None:
    """Without disguises only case and the folded view's runs are ignored."""
    index = PhraseIndex([PhraseList("k", ("blarg", "año nuevo"), disguised=False)])
    assert found("BLARG", index) == [("blarg", "BLARG")]
    assert found("feliz AÑO   nuevo", index) == [("año nuevo", "AÑO   nuevo")]
    for text in ("b l a r g", "bl@rg", "blaarg", "blàrg", "ano nuevo", "bl*rg", "bla rg"):
        assert found(text, index) == []


def test_a_list_may_look_inside_words() -> None:
    """With `inside_words` an entry is found in the middle of a word too, drawn out or disguised."""
    index = PhraseIndex([PhraseList("k", ("zork",), inside_words=True)])
    assert found("abczorkdef", index) == [("zork", "zork")]
    assert found("abczooorkdef", index) == [("zork", "zooork")]
    assert found("abcz0rkdef", index) == [("zork", "z0rk")]
    assert found("az orka", index) == []


def test_languages_without_spaces_are_searched_inside_words() -> None:
    """Chinese, Japanese and Thai have no spaces to go by."""
    index = PhraseIndex([PhraseList("k", ("坏蛋",))])
    assert found("你是坏蛋吗", index) == [("坏蛋", "坏蛋")]


def test_an_entry_in_another_alphabet_is_found_plainly_and_disguised() -> None:
    """A Cyrillic entry is found in Cyrillic, and with Latin letters mixed in."""
    index = PhraseIndex([PhraseList("k", ("бяка",))])
    assert found("ты бяка", index) == [("бяка", "бяка")]
    assert found("ты б я к а!", index) == [("бяка", "б я к а")]


def test_text_turned_round_is_read_from_its_end() -> None:
    """Upside-down letters and a reversing mark do not hide a word."""
    assert found("ok ƃɹɐlq") == [("blarg", "ƃɹɐlq")]
    assert found("\u202egralb") == [("blarg", "gralb")]
    assert found("gralb") == []


def test_a_number_or_a_flag_beside_a_word_is_no_letter() -> None:
    """`line3` is a line with a number, a flag after a word is a flag."""
    index = PhraseIndex([PhraseList("k", ("line", "dear", "blame", "directed", "label"))])
    for text in ("see line3", "saludos de🇦🇷 besos", "gstreamer0.8-lame", "direct 3d", "1:48 el Madrid"):
        assert found(text, index) == [], text


def test_entries_of_signs_are_found_anywhere() -> None:
    """An entry without a letter is looked for as it stands."""
    index = PhraseIndex([PhraseList("k", ("🍆", ":("))])
    assert found("look🍆🍆", index) == [("🍆", "🍆"), ("🍆", "🍆")]
    assert found("no :(", index) == [(":(", ":(")]


def test_each_list_answers_for_itself() -> None:
    """The same word in two lists is two hits, each with its list's key."""
    index = PhraseIndex([PhraseList(1, ("blarg",)), PhraseList(("b", 2), ("Blarg",), disguised=False)])
    assert [(hit.key, hit.phrase) for hit in index.find(Views("blarg"))] == [(1, "blarg"), (("b", 2), "Blarg")]
    assert [hit.key for hit in index.find(Views("bl4rg"))] == [1]


def test_an_index_without_lists_finds_nothing() -> None:
    """Empty lists and blank entries are no mistake."""
    for index in (PhraseIndex([]), PhraseIndex([PhraseList("k", ())]), PhraseIndex([PhraseList("k", ("", "  "))])):
        assert index.find(Views("blarg b l a r g")) == ()
        assert index.find_split([Views("bl"), Views("arg")]) == ()


def test_hits_point_into_the_text_as_it_was_written() -> None:
    """A card shows what was really there, invisible characters and markup included."""
    assert found("say bl\u200b**a**rg now") == [("blarg", "bl\u200b**a**rg")]
    assert found("ﬁne, ｂｌａｒｇ") == [("blarg", "ｂｌａｒｇ")]


def test_stars_that_a_client_takes_for_markup_still_hide_letters() -> None:
    """Two masked words in one message look like bold text to a client."""
    assert found("bl**g you bl**g") == [("blarg", "bl**g"), ("blarg", "bl**g")]
    assert found("bl*rg you bl*rg") == [("blarg", "bl*rg"), ("blarg", "bl*rg")]


@pytest.mark.parametrize(
    "messages",
    [
        *(
            ("bl", "a", "rg"),
            ("b", "l", "a", "r", "g"),
            ("bl", "arg you"),
            ("you bl", "arg"),
            ("bl a", "rg"),
            ("bl", "4rg"),
        ),
        *(
            ("b l", "a r g"),
            ("bl", "😂", "arg"),
            ("go", "away"),
            ("please go", "away now"),
            ("zonk", "head"),
            ("BL", "ÀRG"),
            ("zon", "kh", "head"),
            ("you zo", "n", "khead"),
            ("g", "o", "a", "w", "a", "y"),
        ),
    ],
)
def test_a_word_over_several_messages_is_found(messages: tuple[str, ...]) -> None:
    """An author who types a word piece by piece still types it."""
    assert [hit.phrase for hit in split(*messages)] in (["blarg"], ["go away"], ["zonkhead"])


@pytest.mark.parametrize(
    "messages",
    [
        *(
            ("blarg", "hello"),
            ("bl", "xx", "arg"),
            ("the pen", "is mine"),
            ("I put", "a"),
            ("ven con", "cha cha"),
            ("con", "Chabela"),
            ("bl", "argon"),
        ),
        *(("cabl", "arg"), ("bl", "arg", "ok"), ("s", "s", "s"), ("blarg",), (), ("", ""), ("go", "far away")),
    ],
)
def test_messages_that_happen_to_meet_are_left_alone(messages: tuple[str, ...]) -> None:
    """A word inside one message, an accident of neighbours, and a word that an older message completed are no split."""
    assert split(*messages) == []


def test_two_everyday_words_in_two_messages_are_two_words() -> None:
    """Messages that hold only pieces of a word make it, unless both pieces are words that people send."""
    index = PhraseIndex([PhraseList("k", ("whore", "penisla", "puton"))])
    assert index.find_split([Views("who"), Views("re")]) == ()
    assert index.find_split([Views("put"), Views("on")]) == ()
    assert len(index.find_split([Views("w"), Views("ho"), Views("re")])) == 1
    assert len(index.find_split([Views("pen"), Views("isla")])) == 1


def test_a_split_hit_says_where_it_begins_and_ends() -> None:
    """The offsets belong to the raw texts of the first and the last message."""
    assert split("ok", "you **bl**", "a", "rg!") == [PhraseHit("words", "blarg", 6, 2, part=1, last_part=3)]


def test_a_long_row_of_messages_keeps_only_the_ends_in_view() -> None:
    """Long messages before and after do not hide a split word."""
    hits = split("bla " * 1000 + "zonk", "head " + "ok " * 1000)
    assert [hit.phrase for hit in hits] == ["zonkhead"]
    assert hits[0].start == 4000
