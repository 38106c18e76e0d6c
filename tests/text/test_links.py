"""Links are read as the client shows them, tricks included."""

from __future__ import annotations

import pytest

from moderation.text.imitation import Imitated, looks_like
from moderation.text.links import Link, links_in, within


def hosts(text: str) -> list[str]:
    """Where the links of a text lead."""
    return [link.host for link in links_in(text)]


def only(text: str) -> Link:
    """The one link of a text."""
    (link,) = links_in(text)
    return link


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("see https://wiki.ourclub.example/start.", "wiki.ourclub.example"),
        ("HTTPS://EXAMPLE.COM", "example.com"),
        ("[text](https://a.example/x)", "a.example"),
        ('<a href="https://a.example">text</a>', "a.example"),
        ("<https://a.example>", "a.example"),
        ("<https://a.example/?x=1&amp;y=2|text>", "a.example"),
        ("**https://a.example/b**", "a.example"),
        ("||https://a.example||", "a.example"),
        ("`https://a.example`", "a.example"),
        ("(https://en.wikipedia.org/wiki/A_(b)), ok", "en.wikipedia.org"),
        ("www.foo.example", "www.foo.example"),
        ("x.example/path", "x.example"),
        ("go to free-nitro.example now", "free-nitro.example"),
        ("https://user:pw@h.example:99/x", "h.example"),
        ("https://youtube.com@evil.example/a", "evil.example"),
        ("http://[::1]:80/x", "::1"),
        ("http://3232235777/", "192.168.1.1"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://0300.0250.1.1", "192.168.1.1"),
        ("https://xn--80ak6aa92e.com/", "аррӏе.com"),
        ("https://ex\u200bample.com/x", "example.com"),
        ("https://example\uff0ecom/x", "example.com"),
        ("ｅｘａｍｐｌｅ．ｃｏｍ", "example.com"),
        ("http://%65vil.example", "evil.example"),
        ("http://a.example\\@b.example", "a.example"),
        ("1.2.3.4:8080/x", "1.2.3.4"),
        ("пример.рф/x", "пример.рф"),
        ("https://a.example.", "a.example"),
        ("http://localhost:8000", "localhost"),
        ("[x](javascript:alert(1))", ""),
        ("tg://join?invite=x", ""),
    ],
)
def test_a_link_leads_where_a_browser_would_go(text: str, host: str) -> None:
    """Whatever the form of an address, its host is the one a browser opens."""
    assert hosts(text) == [host]


@pytest.mark.parametrize(
    "text",
    [
        *("hello all", "", "hxxps://evil.example", "evil[.]example", "https://evil[.]example", "evil dot example"),
        *("hola.es bueno", "si.me gusta", "no.se", "main.py", "e.g. this", "os.path.join", "log.info('x')", "12:30 h."),
        *("ana@example.com", "<mailto:a@b.example|a@b.example>", "[a](b)", "https://", "http://.", "version 1.2.3.4"),
        *("vale.Pero no", "...", "and/or", "a:b", "C:\\x.com", "3.14"),
    ],
)
def test_what_is_no_link_is_left_alone(text: str) -> None:
    """Words with dots, mail addresses and links taken apart on purpose are no links."""
    assert hosts(text) == []


def test_every_link_counts() -> None:
    """An allowed link first does not hide a bad one behind it."""
    assert hosts("first https://ourclub.example then https://free-nitro.example") == [
        "ourclub.example",
        "free-nitro.example",
    ]
    assert hosts("a.com,b.com") == ["a.com", "b.com"]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("[youtube.com](https://evil.example/x)", True),
        ("[https://www.youtube.com/watch](https://evil.example)", True),
        ("<https://evil.example|https://youtube.com>", True),
        ('<a href="https://evil.example">youtube.com</a>', True),
        ("https://youtube.com@evil.example/a", True),
        ("[my page](https://a.example)", False),
        ("[github.com](https://www.github.com/x)", False),
        ("[github.com](https://gist.github.com/x)", False),
        ("https://a.example", False),
        ("[hub.com](https://github.com)", True),
    ],
)
def test_a_text_that_shows_another_host_hides_the_link(text: str, *, hidden: bool) -> None:
    """A link is hidden when its text displays a host that it does not lead to."""
    assert only(text).hidden is hidden


def test_the_offsets_cover_the_link_as_written() -> None:
    """Markup and invisible characters belong to the stretch that is shown on a card."""
    text = "see [a\u200bb](https://a.ex\u200bample/x), ok"
    link = only(text)
    assert text[link.start : link.end] == "[a\u200bb](https://a.ex\u200bample/x)"
    assert (link.url, link.shown, link.shown_host) == ("https://a.example/x", "ab", None)


@pytest.mark.parametrize(
    ("text", "invite"),
    [
        *(
            ("discord.gg/abc", True),
            ("https://discord.com/invite/abc", True),
            ("https://discord.com/channels/1", False),
        ),
        *(("t.me/+xyz", True), ("https://t.me/joinchat/x", True), ("https://t.me/news", False)),
        *(("https://chat.whatsapp.com/x", True), ("https://join.slack.com/t/x", True), ("https://x.example", False)),
        *(("tg://join?invite=x", True), ("https://notdiscord.gg/abc", False)),
    ],
)
def test_invitations_to_other_communities_are_known(text: str, *, invite: bool) -> None:
    """The invitation links of the usual platforms are told from their other links."""
    assert only(text).is_invite is invite


def test_shorteners_are_known() -> None:
    """A shortened link says nothing about where it leads."""
    assert only("https://bit.ly/3x").is_shortened
    assert not only("https://notbit.ly/3x").is_shortened


@pytest.mark.parametrize(
    ("host", "like"),
    [
        *(
            ("ourc1ub.org", True),
            ("оurclub.org", True),
            ("ourclub-org.example", True),
            ("ourclub.org.evil.example", True),
        ),
        *(("ourclb.org", True), ("ourculb.org", True), ("sourclub.org", True), ("ourclub-login.example", True)),
        *(("ourc1ub.github.io", True), ("ourdub.org", True), ("wwwourclub.org", True)),
        *(("ourclub.org", False), ("wiki.ourclub.org", False), ("github.com", False), ("ourclub.net", False)),
        *(("ourclub-fans.org", False), ("club.org", False), ("", False), ("192.168.1.1", False)),
    ],
)
def test_imitations_of_a_domain_are_told_from_the_domain(host: str, *, like: bool) -> None:
    """Look-alike letters, typos and the name in front of another domain imitate; parts of the domain do not."""
    assert looks_like(host, "ourclub.org") is like


def test_honest_neighbours_of_well_known_names_imitate_nobody() -> None:
    """A listed domain, another country's branch, a word one letter away and a part of another site are honest."""
    known = Imitated(
        ["finanza.com", "icloud.com", "correos.es", "amazon.com", "google.com", "telegram.org", "telegra.ph"]
    )
    for host in ("www.amazon.com.mx", "www.google.com.ar", "cloud.google.com", "telegra.ph", "correo.es", "correos.cl"):
        assert known.by(host) is None, host
    assert known.by("amazon.com.evil.example") == "amazon.com"
    assert known.by("goog1e.com.ar") == "google.com"
    assert known.by("icl0ud.support.example") == "icloud.com"
    assert known.by("telegrarn.net") == "telegram.org"


def test_a_short_name_has_no_typos() -> None:
    """Among names of a few letters one slip apart there are many honest ones."""
    assert not looks_like("abd.org", "abc.org")
    assert not looks_like("vk.com", "vi.com")


def test_a_domain_holds_what_lies_below_it() -> None:
    """Only a dot separates what belongs to a domain from what merely ends like it."""
    assert within("ourclub.org", "ourclub.org")
    assert within("a.b.ourclub.org", "ourclub.org")
    assert not within("notourclub.org", "ourclub.org")
    assert not within("", "ourclub.org")
