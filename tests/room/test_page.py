"""What a person sees and does in the room, in a real browser before a real Sereno."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from tests.room.browser import Served, Window, running, window

CONTRASTS = """
const visible = (e) => e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && e.getClientRects().length;
const rgb = (text) => { const c = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  c.fillStyle = text; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data]; };
const light = ([r, g, b]) => { const f = (v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c; } return rgb('white'); };
const bad = [];
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!own || !visible(e) || e.closest('.street, .unseen, :disabled, .skip, script')) continue;
  const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e));
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) bad.push(`${e.className || e.tagName}: ${ratio.toFixed(2)} ${e.textContent.trim().slice(0, 30)}`);
}
return bad;
"""


@pytest.fixture(scope="module")
def sereno() -> Iterator[Served]:
    with running() as served:
        yield served


@pytest.fixture(scope="module")
def browser(sereno: Served) -> Iterator[Window]:
    with window() as one:
        yield one


@pytest.fixture
def page(sereno: Served, browser: Window) -> Iterator[Window]:
    browser.screen(1440, 900)
    browser.open(f"{sereno.link}&lang=en")
    browser.open(f"{sereno.url}/?lang=en")
    browser.complaints()
    yield browser
    assert [text for text in browser.complaints() if "403" not in text] == []


def shown(page: Window) -> str:
    return page.text("#log")


def test_a_slur_vanishes_is_explained_and_can_be_given_back(sereno: Served, page: Window) -> None:
    """Everybody stops seeing it, its author hears why, the moderator sees the word, the rule and the strike; one click
    gives the message back, takes the strike away and says so."""
    sereno.enter("Zoe")
    page.become("zoe")
    page.write("well met, you zonkhead")
    page.until(lambda: "Zoe’s message was removed" in shown(page), "the message vanishes")
    assert "well met, you zonkhead" not in sereno.texts()
    page.until(lambda: page.all(".notice"), "the author is told")
    notice = page.text(".notice")
    assert "Only Zoe sees this" in notice and "Slurs are not allowed here." in notice and "appeal" in notice
    page.become("ana")
    page.until(lambda: "Only Zoe" not in shown(page), "Ana does not see Zoe's notice")
    page.until(lambda: "Zoe" in page.text("#cases"), "the case is in the queue")
    page.click("#cases button")
    page.until(lambda: page.text("#case mark") == "zonkhead", "the deciding word is marked")
    file = page.text("#case")
    assert "well met, you zonkhead" in file and "Slurs are not allowed here." in file and "room-slur" in file
    assert "1 strike" in file and "At 3: silence · 1m" in file
    page.click('[data-verb="undo"]')
    page.until(lambda: "well met, you zonkhead" in shown(page), "the message is back")
    assert "well met, you zonkhead" in sereno.texts()
    page.until(lambda: "Taken back" in page.text("#case"), "the case says so")
    page.until(lambda: "no strikes" in page.text("#case"), "the strike is gone")
    page.become("zoe")
    page.until(lambda: "taken back" in page.text(".notice"), "the author hears of it")


def test_no_problem_is_said_with_a_reason_and_without_a_mouse(sereno: Served, page: Window) -> None:
    """N asks why, Tab walks through the reasons, Enter says one: the message is back and the case tells why."""
    sereno.enter("Ivo")
    sereno.say("ivo", "dear old blarg")
    page.until(lambda: "Ivo" in page.text("#cases li:first-child"), "there is a case")
    page.find("body").send_keys("j")
    page.until(lambda: page.text("#case mark") == "blarg", "the case is open")
    page.driver.switch_to.active_element.send_keys("n")
    page.until(lambda: page.script("return document.activeElement.dataset.why") == "quote", "it asks why")
    page.driver.switch_to.active_element.send_keys(Keys.TAB)
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.until(lambda: "Not a problem (a reclaimed word), says console" in page.text("#case"), "the case tells why")
    assert "dear old blarg" in sereno.texts()


def test_a_word_split_over_three_messages_takes_all_of_them(sereno: Served, page: Window) -> None:
    """Each part vanishes, and the case shows the three parts with what decided in each."""
    sereno.enter("Rui")
    page.become("rui")
    for part in ("bl", "a", "rg"):
        page.write(part)
    page.until(lambda: "3 messages of Rui were removed" in shown(page), "all three vanish")
    assert not {"bl", "a", "rg"} & set(sereno.texts())
    page.until(lambda: "Rui" in page.text("#cases"), "there is a case")
    page.click("#cases button")
    page.until(lambda: len(page.all("#case mark")) == 3, "three parts are marked")
    assert page.text("#case mark").split() == ["bl", "a", "rg"]


def test_a_flood_is_stopped(sereno: Served, page: Window) -> None:
    """The suggestion really sends the messages; they vanish together and their author falls silent."""
    chips = [chip.text for chip in page.all(".chip")]
    page.click(f'[data-suggestion="{chips.index("A flood")}"]')
    page.until(lambda: "messages of Eve were removed" in shown(page), "the flood vanishes")
    page.until(lambda: "cannot write until" in page.text('[data-person="eve"]'), "Eve is silent")
    flood = {"look at me", "hello??", "anybody there"}
    assert not flood & set(sereno.texts())
    page.become("eve")
    page.write("let me speak")
    page.until(lambda: "Eve cannot write until" in page.text("#trouble"), "the page says why not")
    assert page.find("#text").get_attribute("value") == "let me speak"


def test_an_ordinary_evening_stays_calm(sereno: Served, page: Window) -> None:
    """Innocent words that look like others stay, and so does what people say about them."""
    chips = [chip.text for chip in page.all(".chip")]
    page.click(f'[data-suggestion="{chips.index("An innocent word")}"]')
    page.until(lambda: "Scunthorpe" in shown(page), "it is there")
    sereno.say("bo", "and the computadora works again")
    page.until(lambda: "computadora works" in shown(page), "news arrives by itself")
    assert any("Scunthorpe" in text for text in sereno.texts())


def test_a_scam_link_is_removed(sereno: Served, page: Window) -> None:
    """The domain that decided is marked."""
    sereno.enter("Kim")
    page.become("kim")
    page.write("lamps! https://free-lamps.example/claim")
    page.until(lambda: "Kim’s message was removed" in shown(page), "it vanishes")
    page.until(lambda: "Kim" in page.text("#cases"), "there is a case")
    page.click(".tomb button")
    page.until(lambda: "free-lamps.example" in page.text("#case mark"), "the link is marked")


def test_a_quotation_goes_to_people(sereno: Served, page: Window) -> None:
    """Who reports what was said is not punished: the case waits for a moderator, who says that it was right."""
    sereno.say("bo", "blarg, the lot of you", "art")
    sereno.say("ana", 'he said: "blarg, the lot of you"', "art")
    assert 'he said: "blarg, the lot of you"' in sereno.texts("art")
    page.click('[data-filter="waiting"]')
    page.until(lambda: "Ana" in page.text("#cases"), "the case waits")
    page.click('[data-channel="mod-room"]')
    page.until(lambda: "room-quotation" in page.text(".card"), "a card says so")
    page.click(".card:last-of-type .card-tools button:last-child")
    page.until(lambda: "A person will look at this quotation." in page.text("#case"), "the case is open")
    page.click('[data-verb="uphold"]')
    page.until(lambda: "decided by console" in page.text("#case"), "it was settled")
    page.click('[data-filter="all"]')


def test_a_moderator_types_a_command_and_presses_a_button(sereno: Served, page: Window) -> None:
    """What was typed is no message and its answer is for one; the card in the mod-room decides its case and says so."""
    sereno.enter("Uma")
    page.become("mod")
    page.write("/warn @Uma be kind")
    page.until(lambda: "Uma was warned." in shown(page), "the moderator is answered")
    assert "/warn" not in shown(page)
    page.become("uma")
    page.until(lambda: "A moderator decided this." in shown(page), "Uma reads the warning")
    assert "Uma was warned." not in shown(page)
    sereno.say("bo", "blarg, all of you", "help")
    sereno.say("ana", 'he said: "blarg, all of you"', "help")
    page.become("mod")
    page.click('[data-channel="mod-room"]')
    page.until(lambda: "blarg, all of you" in page.text(".card:last-of-type"), "the card shows what was written")
    card = f'[data-line="{page.find(".card:last-of-type").get_attribute("data-line")}"]'
    page.click(f"{card} .card-tools button")
    page.until(lambda: "is decided." in shown(page), "the moderator is answered")
    page.until(lambda: "Decided by Mod" in page.text(card), "the card says so")
    page.until(lambda: page.text(f"{card} .card-tools").split()[0] == "Undo", "what is left to press is Undo")


def test_an_author_corrects_and_takes_back(sereno: Served, page: Window) -> None:
    """The tools of a message edit it in place and delete it."""
    sereno.enter("Lea")
    page.become("lea")
    page.write("good mornign")
    page.until(lambda: "good mornign" in shown(page), "it is there")
    page.click('[data-author="lea"] .msg-tools button')
    field = page.find('[data-author="lea"] form input')
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("good morning", Keys.ENTER)
    page.until(lambda: "good morning" in sereno.texts(), "it was corrected")
    page.until(lambda: "edited" in page.text('[data-author="lea"]'), "and says so")
    page.click('[data-author="lea"] .msg-tools button:last-child')
    page.until(lambda: "Lea deleted a message" in shown(page), "it is gone")
    assert "good morning" not in sereno.texts()


def test_people_come_and_go(sereno: Served, page: Window) -> None:
    """Somebody new is let in and writes at once; who leaves cannot write until they are back."""
    page.script("document.querySelector('.newcomer').open = true")
    page.find('#enter [name="name"]').send_keys("Noa", Keys.ENTER)
    page.until(lambda: "Noa" in page.text('[aria-checked="true"]'), "writing as Noa")
    page.write("hello from Noa")
    page.until(lambda: "hello from Noa" in sereno.texts(), "Noa is heard")
    page.click("#presence")
    page.until(lambda: "not here" in page.text('[aria-checked="true"]'), "Noa has left")
    page.write("still me")
    page.until(lambda: "Noa is not in the room." in page.text("#trouble"), "the page says why not")
    page.click("#presence")
    page.until(lambda: "just arrived" in page.text('[aria-checked="true"]'), "Noa is back")
    page.find("#text").clear()


def test_the_room_speaks_spanish(sereno: Served, page: Window) -> None:
    """Page, suggestions, desk and explanations."""
    page.click(".tools a[hreflang]")
    page.until(lambda: page.script("return document.documentElement.lang") == "es", "the page is Spanish")
    page.until(lambda: page.script("return document.documentElement.dataset.ready") == "es", "and ready")
    assert "Canales" in page.script("return document.querySelector('.rail').textContent")
    sereno.enter("Inés")
    page.until(lambda: page.all('[data-person="inés"]'), "Inés has come in")
    page.become("inés")
    page.write("vaya zonkhead")
    page.until(lambda: "Se retiró un mensaje de Inés" in shown(page), "it vanishes, in Spanish")
    page.until(lambda: "Inés" in page.text("#cases"), "there is a case")
    page.click("#cases button")
    page.until(lambda: "Aquí no se permiten insultos discriminatorios." in page.text("#case"), "why, in Spanish")
    page.until(lambda: "Aquí no se permiten insultos" in page.text(".notice"), "the author is told in Spanish")
    page.open(f"{sereno.url}/?lang=en")


@pytest.mark.parametrize("size", [(360, 640), (390, 844), (768, 1024), (1024, 768)])
def test_nothing_sticks_out(page: Window, sereno: Served, size: tuple[int, int]) -> None:
    """At phone and tablet width nothing has to be scrolled sideways, in the room and at the desk."""
    page.screen(*size)
    page.open(sereno.url)
    sereno.say("ana", "x" * 400)
    page.until(lambda: "xxx" in shown(page), "a long word is there")
    for view in ("room", "desk"):
        page.script("document.querySelector(`[data-show=${arguments[0]}]`).click()", view)
        if view == "desk":
            page.click("#cases button")
            page.find("#case h3")
        assert page.script("return document.documentElement.scrollWidth <= innerWidth"), (size, view)
        wide = "return [...document.querySelectorAll('.talk *, .desk *')].filter(e => e.checkVisibility() && !e.closest('.suggestions, .unseen') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className)"
        assert page.script(wide) == []


def test_hands_never_leave_the_keyboard(sereno: Served, page: Window) -> None:
    """Choose a person, a channel, write, walk to the case, take it back: no mouse."""
    sereno.enter("Uma")
    page.until(lambda: page.all('[data-person="uma"]'), "Uma has come in")
    body = page.find("body")
    for _ in range(20):
        if page.all('[data-person="uma"][aria-checked="true"]'):
            break
        body.send_keys(Keys.ALT, "p")
    body.send_keys(Keys.ALT, "c")
    page.until(lambda: page.text("#channel-title") == "#help", "in #help")
    page.find("#log").send_keys("/")
    assert page.script("return document.activeElement.id") == "text"
    page.driver.switch_to.active_element.send_keys("blarg everybody", Keys.ENTER)
    page.until(lambda: "Uma’s message was removed" in shown(page), "it vanishes")
    page.until(lambda: "Uma" in page.text("#cases li:first-child"), "there is a case")
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.find("body").send_keys("j")
    page.until(lambda: page.text("#case mark") == "blarg", "the case is open")
    page.driver.switch_to.active_element.send_keys("u")
    page.until(lambda: "blarg everybody" in shown(page), "the message is back")


def test_every_control_can_be_reached_and_seen(page: Window) -> None:
    """Tab walks through everything that can be used, and where it stands is visible."""
    page.script("document.activeElement.blur(); window.scrollTo(0, 0)")
    reached = set()
    for _ in range(60):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        here = "const e = document.activeElement; return [e.id || e.className || e.tagName, getComputedStyle(e).outlineStyle, !!e.closest('.composer')]"
        name, outline, in_composer = page.script(here)
        assert outline != "none" or in_composer or name == "BODY", name
        reached.add(name)
    assert {"skip", "brand", "tool", "theme", "text", "send", "log", "chip"} <= reached


@pytest.mark.parametrize("dark", [True, False], ids=["night", "day"])
def test_all_text_can_be_read(page: Window, sereno: Served, *, dark: bool) -> None:
    """WCAG AA on what is really drawn: at least 4.5 to 1, at night and by day."""
    page.screen(1440, 900, dark=dark)
    page.open(sereno.url)
    page.click("#cases button")
    page.find("#case h3")
    assert page.script(CONTRASTS) == []


def test_everything_comes_from_here(page: Window, sereno: Served) -> None:
    """No file, font or script of anybody else."""
    names = page.script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert names and all(name.startswith(sereno.url) for name in names)


def test_without_the_key_the_desk_is_closed(sereno: Served) -> None:
    """The room is open to whoever is at this machine; the desk says how it is opened."""
    with window() as stranger:
        stranger.open(f"{sereno.url}/?lang=en")
        assert "The desk is closed in this window." in stranger.text(".desk")
        stranger.become("bo")
        stranger.write("good night, all")
        stranger.until(lambda: "good night, all" in shown(stranger), "writing works")
        assert stranger.complaints() == []


def test_a_restart_is_said_and_nothing_is_missed(tmp_path: Path) -> None:
    """While Sereno is away the page says so; when it is back, the page shows everything by itself."""
    with window() as visitor:
        with running(tmp_path) as before:
            visitor.open(f"{before.url}/?lang=en")
            before.say("ana", "back in a minute")
            visitor.until(lambda: "back in a minute" in shown(visitor), "the message is there")
            port = urlsplit(before.url).port
        visitor.until(lambda: "connection is lost" in visitor.text("#link"), "the page says so")
        assert port is not None
        with running(tmp_path, port) as after:
            after.say("ana", "here I am")
            visitor.until(lambda: "here I am" in shown(visitor), "nothing was missed")
            assert shown(visitor).count("back in a minute") == 1
            assert visitor.text("#link") == ""
