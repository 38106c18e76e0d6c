"""The second half of the set-up: the community, its rules, turning it on, and how that goes."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from bot.config import Community
from bot.console.pages import language_of
from bot.console.setup import SetUp, ours_to_theirs
from bot.console.setup_guesses import channels_of, roles_of
from bot.console.setup_pages import SetupPages, form_of, one, to
from bot.console.setup_rules import in_words, of_the_community, tried
from bot.console.setup_state import states
from moderation.errors import UserError
from moderation.zones import is_zone, zones

LANGUAGES: Final = ("en", "es", "en,es", "es,en")
MODES: Final = ("shadow", "enforce")
LONGEST_NAME: Final = 80


class LastSteps:
    """Community, rules, turning it on, and how it goes."""

    def __init__(self, setup: SetUp, pages: SetupPages) -> None:
        self._setup = setup
        self._pages = pages

    async def community(self, request: Request) -> Response:
        """What the community is called, speaks, and where its clocks stand."""
        return self._back(request) or self._community(request)

    async def describe(self, request: Request) -> Response:
        """Take that over."""
        back, form, draft = self._back(request), await form_of(request), self._setup.draft
        if back is not None:
            return back
        name, languages, zone = " ".join(one(form, "name").split()), one(form, "languages"), one(form, "time_zone")
        trouble = ""
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            trouble = "name_missing"
        elif languages not in self._languages():
            trouble = "languages_unknown"
        elif not (zone and is_zone(zone)):
            trouble = "zone_unknown"
        if trouble:
            given = {"name": name, "languages": languages, "time_zone": zone}
            return self._community(request, trouble=self._pages.said(request, trouble), status=422, given=given)
        draft.name, draft.languages, draft.time_zone = name, tuple(languages.split(",")), zone
        return to("/setup/rules")

    async def rules(self, request: Request) -> Response:
        """The rules in words."""
        return self._back(request, "community") or await self._rules(request)

    async def try_lines(self, request: Request) -> Response:
        """What the rules would do to some lines."""
        form = await form_of(request)
        return self._back(request, "community") or await self._rules(request, form.get("lines", [""])[0])

    async def on(self, request: Request) -> Response:
        """Everything once more, and the switch."""
        return self._back(request, "community") or self._on(request)

    async def turn_on(self, request: Request) -> Response:
        """Write it; the next page starts the bot again."""
        back, form = self._back(request, "community"), await form_of(request)
        if back is not None:
            return back
        mode = one(form, "mode")
        if mode not in MODES:
            return self._on(request, trouble=self._pages.said(request, "mode_missing"), status=422)
        try:
            self._setup.write(mode)
        except UserError as error:
            return self._on(request, trouble=self._pages.said(request, "not_written"), details=str(error), status=409)
        return to("/setup/progress?begin=1")

    async def progress(self, request: Request) -> Response:
        """How it goes. The page itself asks for the restart, once it is there as a whole."""
        return self._progress(request, begin=request.query_params.get("begin") == "1", restarting=False)

    async def restart(self, request: Request) -> Response:
        """The same for browsers without scripts."""
        await form_of(request)
        response = self._progress(request, begin=False, restarting=True)
        response.background = BackgroundTask(self._setup.restart)
        return response

    def _back(self, request: Request, needs: str = "") -> Response | None:
        """Where a step is missing before this one: that step."""
        draft = self._setup.draft
        if not draft.is_placed:
            return to(f"/setup/{draft.platform}/names" if draft.places else "/setup")
        if needs == "community" and not draft.name:
            return to("/setup/community")
        return None

    def _languages(self) -> tuple[str, ...]:
        """What can be chosen; languages of the configuration that are none of ours stay as they are."""
        known = self._setup.community
        own = ",".join(known.languages) if known else ""
        return LANGUAGES if not own or own in LANGUAGES else (own, *LANGUAGES)

    def _community(self, request: Request, given: dict[str, str] | None = None, **details: Any) -> Response:
        return self._pages.render(
            request,
            "community",
            "/setup/community",
            platform=self._setup.draft.platform,
            given=given or self._described(language_of(request)),
            languages=self._languages(),
            zones=sorted(zone for zone in zones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))),
            **details,
        )

    def _described(self, language: str) -> dict[str, str]:
        """What to begin with: what was typed before, else the configuration, else a guess."""
        draft, known = self._setup.draft, self._setup.community
        if draft.name:
            return {"name": draft.name, "languages": ",".join(draft.languages), "time_zone": draft.time_zone}
        if known is not None:
            name = self._proposed() if known.name == Community().name else known.name
            return {"name": name, "languages": ",".join(known.languages), "time_zone": known.time_zone}
        languages = "es,en" if language == "es" else "en,es"
        return {"name": self._proposed(), "languages": languages, "time_zone": ""}

    def _proposed(self) -> str:
        """The name of where people talk, rather than of where moderators do."""
        draft = self._setup.draft
        talk = [place for place in draft.places if place.id != draft.channels["moderators"]]
        return (talk or draft.places)[0].name[:LONGEST_NAME]

    async def _rules(self, request: Request, lines: str | None = None) -> Response:
        rule_set, language = of_the_community(self._setup.rules()), language_of(request)
        results = await tried(rule_set, lines, language, self._setup.listen) if lines else []
        empty = lines is not None and not results
        return self._pages.render(
            request,
            "rules",
            "/setup/rules",
            trouble=self._pages.said(request, "try_none") if empty else "",
            status=422 if empty else 200,
            platform=self._setup.draft.platform,
            files=list(in_words(rule_set, language)),
            count=len(rule_set.rules),
            lines=lines or "",
            results=results,
        )

    def _on(self, request: Request, **details: Any) -> Response:
        setup, draft = self._setup, self._setup.draft
        names = {channel.id: channel.name for channel in channels_of(draft.platform, draft.places)}
        words = self._pages.words[language_of(request)]
        called = {role.id: words.get(f"theirs_{role.id}", role.name) for role in roles_of(draft.places)}
        known = setup.community
        return self._pages.render(
            request,
            "on",
            "/setup/on",
            platform=draft.platform,
            draft=draft,
            channels={ours: names.get(theirs, theirs) for ours, theirs in draft.channels.items() if theirs},
            roles={
                ours: [called.get(one, one) for one in ids] for ours, ids in ours_to_theirs(draft.roles, ()).items()
            },
            file=str(setup.settings.own_file),
            mode=known.mode if known is not None and known.places else "shadow",
            modes=MODES,
            **{"details": "", **details},
        )

    def _progress(self, request: Request, *, begin: bool, restarting: bool) -> Response:
        trouble = "" if begin or restarting else self._setup.trouble
        return self._pages.render(
            request,
            "progress",
            "/setup/progress",
            unused=trouble,
            begin=begin,
            restarting=restarting,
            run=self._setup.run,
            states=states(self._setup.connections),
        )
