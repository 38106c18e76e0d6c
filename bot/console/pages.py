"""The room's page, rendered here in the reader's language; one script and one style sheet do the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.console.access import is_moderator
from bot.console.address import Address
from bot.console.keys import LASTS, Keys
from moderation.ports import Clock

HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "es")
_LANGUAGE_COOKIE: Final = "sereno-language"
_THEME_COOKIE: Final = "sereno-theme"


def words(language: str) -> Mapping[str, Any]:
    """Everything the page says, in one of `LANGUAGES`."""
    read: dict[str, Any] = json.loads((HERE / "words" / f"{language}.json").read_text("utf-8"))
    return read


def language_of(request: Request) -> str:
    """The language to answer in: what was asked for, chosen before, or preferred by the browser, else English."""
    return spoken_by(request) or LANGUAGES[0]


def spoken_by(request: Request) -> str | None:
    """The language of whoever asks; None when they do not say, as programs do not."""
    for wish in (request.query_params.get("lang"), request.cookies.get(_LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return wish
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        wish = part.partition(";")[0].strip().lower().partition("-")[0]
        if wish in LANGUAGES:
            return wish
    return None


def remember_language(request: Request, response: Response) -> None:
    """Whoever asks for a language by `?lang=` gets it from then on."""
    language = request.query_params.get("lang")
    if language in LANGUAGES:
        response.set_cookie(_LANGUAGE_COOKIE, language, max_age=31_536_000, samesite="lax", httponly=True)


def page_routes(
    keys: Keys, address: Address, clock: Clock, offer_setup: Callable[[], bool] = lambda: False
) -> APIRouter:
    """`/`, which takes the key and gives a cookie for it, and `/login`. `offer_setup` says whether the room points to
    the set-up page."""
    routes = APIRouter(include_in_schema=False)
    texts = {language: words(language) for language in LANGUAGES}
    data = {language: _data(texts[language]) for language in LANGUAGES}
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def render(request: Request, template: str, status: int = 200, **details: Any) -> HTMLResponse:
        language = language_of(request)
        html = templates.get_template(template).render(
            t=texts[language],
            words_json=data[language],
            theme=theme_of(request),
            lang=language,
            other=next(one for one in LANGUAGES if one != language),
            moderator=is_moderator(request),
            **details,
        )
        response = HTMLResponse(html, status)
        remember_language(request, response)
        return response

    def let_in(request: Request) -> Response:
        secure = request.url.scheme == "https" or address.public_url.startswith("https://")
        response = RedirectResponse("/", 303)
        response.set_cookie(
            f"__Host-{keys.cookie_name}" if secure else keys.cookie_name,
            keys.cookie(clock.now()),
            max_age=int(LASTS.total_seconds()),
            path="/",
            secure=secure,
            httponly=True,
            samesite="strict",
        )
        return response

    @routes.get("/")
    async def room(request: Request) -> Response:
        key = request.query_params.get("key")
        if key is not None and keys.fits(key):
            return let_in(request)
        if key is not None and not address.loopback:
            return RedirectResponse("/login", 303)
        stale = key is not None
        return render(request, "room.html", 403 if stale else 200, stale=stale, offer_setup=offer_setup())

    @routes.get("/login")
    async def login(request: Request) -> Response:
        return render(request, "login.html", wrong=False)

    @routes.post("/login")
    async def come_in(request: Request) -> Response:
        body = (await request.body()).decode("utf-8", "replace")
        fields = parse_qs(body) if body.count("&") < 8 else {}
        if keys.fits(fields.get("key", [""])[0].strip()):
            return let_in(request)
        return render(request, "login.html", 403, wrong=True)

    return routes


def theme_of(request: Request) -> str:
    """What the reader chose; empty while the system decides."""
    chosen = request.cookies.get(_THEME_COOKIE, "")
    return chosen if chosen in ("light", "dark") else ""


def _data(texts: Mapping[str, Any]) -> str:
    """The words for the script, safe inside a script element of type JSON."""
    return json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
