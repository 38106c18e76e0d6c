"""The first half of the set-up: the platform, its token, what is missing there, its channels and roles."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response

from bot.adapters.setup import Found, Weight
from bot.console.problems import Problem
from bot.console.setup import SEVERAL, SetUp
from bot.console.setup_fields import FIELDS, cleaned, doubt, ending
from bot.console.setup_guesses import (
    channels_of,
    guessed_channels,
    guessed_roles,
    our_channels,
    our_roles,
    roles_of,
)
from bot.console.setup_pages import TITLES, Form, SetupPages, form_of, one, to
from bot.console.setup_state import states
from moderation.errors import Refused, SerenoError, UserError

ROLES_SHOWN: Final = 12
"""Roles that are listed openly; those that mean nothing to us are behind a fold when there are more."""


class FirstSteps:
    """Platform, token, check, channels and roles."""

    def __init__(self, setup: SetUp, pages: SetupPages) -> None:
        self._setup = setup
        self._pages = pages

    async def start(self, request: Request) -> Response:
        """Which platform."""
        setup = self._setup
        connected = states(setup.connections)
        known = {
            platform: connected[platform].state
            if platform in connected
            else ("kept" if platform in setup.environment.platforms else "none")
            for platform in setup.platforms
        }
        return self._pages.render(request, "start", "/setup", known=known, community=setup.community)

    async def token(self, request: Request) -> Response:
        """How to get a token, and where to paste it."""
        return self._token(request, self._platform(request))

    async def paste(self, request: Request) -> Response:
        """Try what was pasted, and keep it when the platform takes it."""
        platform, form = self._platform(request), await form_of(request)
        if self._pages.in_the_open(request):
            return self._token(request, platform, status=403)
        values, doubts = self._pasted(platform, form)
        if doubts:
            return self._token(request, platform, doubts=doubts, status=422)
        try:
            await (self._setup.take(platform, values) if values else self._setup.look(platform))
        except SerenoError as error:
            trouble = self._said(request, platform, error, nothing_kept=bool(values))
            return self._token(request, platform, trouble=trouble, status=422)
        return to(f"/setup/{platform}/check")

    async def forget(self, request: Request) -> Response:
        """Keep the token no longer."""
        platform = self._platform(request)
        await form_of(request)
        self._setup.forget(platform)
        return self._token(request, platform, done=self._pages.said(request, "forgotten"))

    async def check(self, request: Request) -> Response:
        """What is missing, the invite, and where the bot is already."""
        platform = self._platform(request)
        if platform not in self._setup.environment.platforms:
            return to(f"/setup/{platform}")
        try:
            found = await self._setup.look(platform)
        except SerenoError as error:
            return self._token(request, platform, trouble=self._said(request, platform, error))
        return self._check(request, platform, found)

    async def choose(self, request: Request) -> Response:
        """The community lives there."""
        platform, form = self._platform(request), await form_of(request)
        found = self._setup.found.get(platform)
        if found is None:
            return to(f"/setup/{platform}/check")
        trouble = "stops_first" if _stopped(found) else self._setup.choose(platform, form.get("place", []))
        if trouble:
            return self._check(request, platform, found, trouble=self._pages.said(request, trouble), status=422)
        return to(f"/setup/{platform}/names")

    async def names(self, request: Request) -> Response:
        """Which of their channels and roles are ours."""
        platform = self._platform(request)
        if not (self._setup.draft.platform == platform and self._setup.draft.places):
            return to(f"/setup/{platform}/check")
        return self._names(request, platform)

    async def name(self, request: Request) -> Response:
        """Take over what was chosen from the lists."""
        platform, form, draft = self._platform(request), await form_of(request), self._setup.draft
        if not (draft.platform == platform and draft.places):
            return to(f"/setup/{platform}/check")
        ours = our_channels(self._setup.community)
        channels = {name: one(form, f"channel:{name}") for name in ours}
        roles = {role.id: one(form, f"role:{role.id}") for role in roles_of(draft.places)}
        there = {channel.id for channel in channels_of(platform, draft.places)}
        known = {"", *our_roles(self._setup.community)}
        trouble = ""
        if not {theirs for theirs in channels.values() if theirs} <= there or not set(roles.values()) <= known:
            trouble = "no_such_choice"
        elif not channels["moderators"]:
            trouble = "moderators_needed"
        if trouble:
            return self._names(request, platform, trouble=self._pages.said(request, trouble), status=422)
        draft.channels, draft.roles = channels, roles
        return to("/setup/community")

    def _platform(self, request: Request) -> str:
        platform = str(request.path_params["platform"])
        if platform not in self._setup.platforms:
            raise Problem(404, "There is nothing at this address.")
        return platform

    def _pasted(self, platform: str, form: Form) -> tuple[dict[str, str], dict[str, str]]:
        """What was pasted by variable, and what is wrong with it by field."""
        values, doubts = {}, {}
        environment = self._setup.environment
        for field in FIELDS[platform]:
            given = field.variable in environment.given
            if given and field.variable not in environment.kept:
                continue
            value = cleaned(one(form, field.name))
            if not value and given:
                continue
            wrong = doubt(field, value)
            if wrong:
                doubts[field.name] = wrong
            elif value:
                values[field.variable] = value
        return values, doubts

    def _said(self, request: Request, platform: str, error: SerenoError, *, nothing_kept: bool = False) -> str:
        """Why it did not work, in the reader's language where we know it."""
        said, title = self._pages.said, TITLES[platform]
        if isinstance(error, UserError):
            return str(error)
        known = f"refused_{platform}" if isinstance(error, Refused) else "unreachable"
        parts = [said(request, known, platform=title), said(request, "their_words", words=error)]
        if nothing_kept:
            parts.insert(1, said(request, "nothing_kept"))
        return " ".join(parts)

    def _token(
        self,
        request: Request,
        platform: str,
        *,
        trouble: str = "",
        doubts: dict[str, str] | None = None,
        done: str = "",
        status: int = 200,
    ) -> Response:
        environment = self._setup.environment
        fields = [
            {
                "field": field,
                "given": field.variable in environment.given,
                "kept": field.variable in environment.kept,
                "ending": ending(environment.value(field.variable)) if field.secret else "",
                "value": "" if field.secret else environment.value(field.variable),
                "doubt": (doubts or {}).get(field.name, ""),
            }
            for field in FIELDS[platform]
        ]
        return self._pages.render(
            request,
            "token",
            f"/setup/{platform}",
            trouble=trouble,
            status=status,
            platform=platform,
            fields=fields,
            ready=platform in environment.platforms,
            done=done,
            in_the_open=self._pages.in_the_open(request),
            manifest=self._setup.manifest() if platform == "slack" else "",
        )

    def _check(
        self, request: Request, platform: str, found: Found, *, trouble: str = "", status: int = 200
    ) -> Response:
        community = self._setup.community
        place = community.places.get(platform) if community else None
        chosen = [one.id for one in self._setup.draft.places] if self._setup.draft.platform == platform else []
        return self._pages.render(
            request,
            "check",
            f"/setup/{platform}/check",
            trouble=trouble,
            status=status,
            platform=platform,
            found=found,
            stopped=_stopped(found),
            several=platform in SEVERAL,
            chosen=chosen or (list(place.ids) if place else []),
            invite=found.invite if found.invite.startswith("https://") else "",
        )

    def _names(self, request: Request, platform: str, **details: Any) -> Response:
        draft, community = self._setup.draft, self._setup.community
        channels, roles = channels_of(platform, draft.places), roles_of(draft.places)
        guessed = draft.roles or guessed_roles(platform, roles, community)
        meant = [role for role in roles if guessed.get(role.id)]
        others = [role for role in roles if not guessed.get(role.id)]
        room = max(ROLES_SHOWN - len(meant), 0)
        return self._pages.render(
            request,
            "names",
            f"/setup/{platform}/names",
            platform=platform,
            places=draft.places,
            channels=channels,
            ours=our_channels(community),
            chosen=draft.channels or guessed_channels(platform, channels, community),
            open_roles=meant + others[:room],
            folded_roles=others[room:],
            our_roles=our_roles(community),
            meaning=guessed,
            **details,
        )


def _stopped(found: Found) -> bool:
    return any(missing.weight is Weight.STOPS for missing in found.missing)
