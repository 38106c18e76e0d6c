from __future__ import annotations

import re

import pytest

from bot.console.pages import HERE

CSS = (HERE / "static" / "room.css").read_text("utf-8")
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
COLOURS = {name: (light, dark) for name, light, dark in PAIR.findall(CSS)}

TEXT_ON = {
    "text": ("ground", "sky", "panel", "raised", "lamp-wash", "calm-wash"),
    "soft": ("ground", "sky", "panel", "raised", "lamp-wash", "calm-wash"),
    "lamp": ("panel", "raised", "lamp-wash", "ground"),
    "lamp-ink": ("lamp",),
    "stop": ("panel", "stop-wash", "ground"),
    "calm": ("panel", "calm-wash"),
    "held": ("panel", "held-wash"),
    "mark-ink": ("mark",),
}
"""Which text stands on which ground, in the style sheet."""
EDGES_ON = {"edge": ("ground", "panel"), "lamp": ("ground", "panel", "raised")}
"""Borders of things that can be used, and the focus ring."""


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2: 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_right() -> None:
    """Black on white is 21 to 1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "grounds"), TEXT_ON.items())
def test_text_can_be_read(theme: int, ink: str, grounds: tuple[str, ...]) -> None:
    """WCAG AA: at least 4.5 to 1 for text of any size."""
    for ground in grounds:
        assert contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= 4.5, (ink, ground)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "grounds"), EDGES_ON.items())
def test_controls_can_be_seen(theme: int, edge: str, grounds: tuple[str, ...]) -> None:
    """WCAG AA: at least 3 to 1 for the borders of controls and for the focus ring."""
    for ground in grounds:
        assert contrast(COLOURS[edge][theme], COLOURS[ground][theme]) >= 3, (edge, ground)


def test_every_colour_has_a_day_and_a_night() -> None:
    """Text and grounds are named once and used by name."""
    used = set(re.findall(r"(?:color|background|border-color): var\(--([\w-]+)\)", CSS))
    assert used <= COLOURS.keys() | {"roofs"}


def test_initials_can_be_read_on_every_face() -> None:
    """The letter on a face is dark in both themes."""
    [ink] = re.findall(r"\.face \{[^}]*color: (#[0-9a-f]{6})", CSS)
    for hue in re.findall(r"\.hue-\d \{ background: (#[0-9a-f]{6})", CSS):
        assert contrast(ink, hue) >= 4.5
