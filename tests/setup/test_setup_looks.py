"""The set-up's words and colours."""

from __future__ import annotations

import re

import pytest

from bot.adapters.setup import Weight
from bot.configuration.environment import VARIABLES
from bot.configuration.kept import KEEPABLE
from bot.console.pages import HERE, LANGUAGES, words
from bot.console.setup_fields import FIELDS
from bot.console.setup_guesses import OUR_CHANNELS, OUR_ROLES, guessed_channels, guessed_roles
from bot.console.setup_pages import STEPS, TITLES
from bot.setting_up import PLATFORMS
from moderation.verdict import Mode
from tests.room.test_contrast import COLOURS, EDGES_ON, TEXT_ON, contrast
from tests.room.test_words import NAME, flat
from tests.setup.helpers import CLUB

CSS = (HERE / "static" / "setup.css").read_text("utf-8")
ALSO_ON = {
    "text": ("held-wash", "stop-wash"),
    "soft": ("sky", "lamp-wash"),
    "lamp": ("calm-wash",),
    "held": ("held-wash",),
    "stop": ("stop-wash",),
    "calm": ("ground", "panel"),
}
"""Which text of the set-up stands on a ground that the room's page does not put it on."""


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read(theme: int) -> None:
    """WCAG AA: at least 4.5 to 1."""
    for ink, grounds in ALSO_ON.items():
        for ground in (*grounds, *TEXT_ON.get(ink, ())):
            assert contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= 4.5, (ink, ground)


def test_only_colours_that_are_checked_are_used() -> None:
    """Every colour is one of the room's, by name."""
    assert not re.findall(r"#[0-9a-f]{3,8}\b", CSS.replace("#found", "").replace("#progress", ""))
    used = set(re.findall(r"color: var\(--([\w-]+)\)", CSS))
    assert used <= COLOURS.keys() and used <= ALSO_ON.keys() | TEXT_ON.keys() | EDGES_ON.keys() | {"line"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    """The same keys with the same things to fill in, and nothing left empty."""
    ours, english = flat(words(f"setup-{language}")), flat(words("setup-en"))
    assert ours.keys() == english.keys()
    for key, text in ours.items():
        assert text.strip() and set(NAME.findall(text)) == set(NAME.findall(english[key])), key


def test_every_word_the_pages_ask_for_exists() -> None:
    """In templates, by name and by kind."""
    known = words("setup-en")
    pages = "".join(path.read_text("utf-8") for path in (HERE / "templates").glob("setup*.html"))
    asked = set(re.findall(r"\bs\.(\w+)", pages))
    asked |= {f"step_{step}" for step in STEPS} | {f"weight_{weight}" for weight in Weight}
    asked |= {f"mode_{mode}" for mode in Mode} | {f"channel_{name}" for name in OUR_CHANNELS}
    asked |= {f"role_{name}" for name in OUR_ROLES}
    for platform in PLATFORMS:
        asked |= {f"{kind}_{platform}" for kind in ("about", "steps", "refused", "invite", "places")}
        asked |= {f"field_{platform}_{field.name}" for field in FIELDS[platform]}
    assert not asked - known.keys()


def test_every_token_of_every_platform_can_be_kept() -> None:
    """What is asked for is what is read at the next start."""
    asked = {field.variable for fields in FIELDS.values() for field in fields}
    assert asked == set(KEEPABLE) and asked <= VARIABLES.keys()
    assert FIELDS.keys() == set(PLATFORMS) == TITLES.keys()


def test_lists_begin_with_what_names_suggest() -> None:
    """The moderators' channel and the moderators' role by their names; nothing for names that say nothing."""
    channels = guessed_channels("discord", CLUB.channels, None)
    assert channels == {"moderators": "112", "welcome": "113", "help": "", "general": "115"}
    assert guessed_roles("discord", CLUB.roles, None) == {
        "221": "moderator",
        "222": "admin",
        "223": "trusted",
        "224": "",
    }
