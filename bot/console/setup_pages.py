"""How the set-up's pages are rendered: the same frame around every step, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.console.access import is_moderator
from bot.console.address import Address
from bot.console.pages import HERE, LANGUAGES, language_of, remember_language, theme_of, words
from bot.console.problems import Problem

STEPS: Final = ("start", "token", "check", "names", "community", "rules", "on")
"""The steps in order; `step_…` are their words."""
LARGEST: Final = 64 * 1024
FIELDS: Final = 2000
"""Bytes and fields of a form: a server may have 250 roles and 500 channels."""
TITLES: Final = {"discord": "Discord", "slack": "Slack", "telegram": "Telegram", "matrix": "Matrix"}

Form = Mapping[str, list[str]]


def fill(text: str, **values: object) -> str:
    """A text with {names} filled in. What was filled in is never looked at again."""
    return re.sub(r"\{(\w+)\}", lambda match: str(values.get(match[1], match[0])), text)


class SetupPages:
    """Renders the templates of the set-up."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._common = {language: words(language) for language in LANGUAGES}
        self.words = {language: words(f"setup-{language}") for language in LANGUAGES}
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(fill=fill, titles=TITLES)

    def render(
        self, request: Request, step: str, here: str, *, trouble: str = "", status: int = 200, **details: Any
    ) -> HTMLResponse:
        """One step. `here` is the address that shows it again; `trouble` what kept the last press from working."""
        language = language_of(request)
        html = self._templates.get_template(f"setup_{step}.html").render(
            t=self._common[language],
            s=self.words[language],
            lang=language,
            other=next(one for one in LANGUAGES if one != language),
            theme=theme_of(request),
            step=step,
            steps=STEPS,
            here=here,
            trouble=trouble,
            **details,
        )
        response = HTMLResponse(html, status)
        remember_language(request, response)
        return response

    def said(self, request: Request, key: str, **values: object) -> str:
        """A text of the set-up in the reader's language; a key that is no key is a sentence already."""
        return fill(self.words[language_of(request)].get(key, key), **values)

    def closed(self, request: Request) -> HTMLResponse | None:
        """The door for whoever does not hold the key; None for whoever does."""
        if is_moderator(request):
            return None
        return self.render(request, "closed", "/setup", status=401)

    def in_the_open(self, request: Request) -> bool:
        """Whether a token pasted here would travel unencrypted between machines."""
        if self._address.loopback:
            return False
        public = self._address.public_url.rstrip("/")
        return not (public.startswith("https://") and request.headers.get("origin", public) == public)


async def form_of(request: Request) -> Form:
    """The fields of a posted form. Raises Problem for what is no form, or a huge one."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if body and kind != "application/x-www-form-urlencoded":
        raise Problem(415, "Send a form: Content-Type: application/x-www-form-urlencoded.")
    if len(body) > LARGEST:
        raise Problem(413, f"A form here may have up to {LARGEST:,} bytes.")
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except ValueError:
        raise Problem(400, "This is not a form in UTF-8, or one with too many fields.") from None


def one(form: Form, name: str) -> str:
    """A field's value without spaces around it; empty when it is not there."""
    return form.get(name, [""])[0].strip()


def to(path: str) -> RedirectResponse:
    """Show another page."""
    return RedirectResponse(path, 303)
