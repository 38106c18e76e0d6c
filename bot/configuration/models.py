"""What may stand in sereno.yaml, with its defaults; an empty file gives the local room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

import platformdirs
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.configuration.checked import (
    address,
    community_id,
    database_url,
    hand_over,
    known_model,
    known_platform,
    language,
    member,
    redis_url,
    time_zone,
)
from moderation.leeway import DEFAULT, OFF, Bounds
from moderation.units import Duration, Share

PLACES: Final[Mapping[str, frozenset[str]]] = {
    "discord": frozenset({"server"}),
    "slack": frozenset({"workspace"}),
    "telegram": frozenset({"groups"}),
    "matrix": frozenset({"rooms"}),
    "plaza": frozenset(),
}
"""Platform → the keys that say where a community lives there."""


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, (str, int)) else value


def _switched(value: object) -> object:
    return None if value == "off" else value


Text = Annotated[str, Field(min_length=1, max_length=200)]
Id = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | int), Field(min_length=1, max_length=200)]
"""A platform's own id; written as a number or a text, always a text inside."""
Ids = Annotated[
    tuple[Id, ...], BeforeValidator(_as_list, json_schema_input_type=str | int | list[str | int]), Field(min_length=1)
]
Platform = Annotated[str, AfterValidator(known_platform)]
Language = Annotated[str, AfterValidator(language)]
Zone = Annotated[str, AfterValidator(time_zone)]
Person = Annotated[str, AfterValidator(member)]
Folders = Annotated[tuple[Path, ...], BeforeValidator(_as_list, json_schema_input_type=str | list[str])]
Switched = Annotated[Duration | None, BeforeValidator(_switched, json_schema_input_type=str)]
"""A duration, or `off`."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Place(_Part):
    """Where a community lives on one platform."""

    server: Id | None = None
    workspace: Id | None = None
    groups: Ids | None = None
    rooms: Ids | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The platform's ids of it."""
        single = tuple(one for one in (self.server, self.workspace) if one is not None)
        return single + (self.groups or ()) + (self.rooms or ())


class OnCall(_Part):
    """Who is asked first, and when the next one takes over."""

    rota: Annotated[tuple[Person, ...], Field(min_length=1)]
    hands_over: Annotated[str, AfterValidator(hand_over)] = "mon 09:00"


class Keep(_Part):
    """How long texts stay on the disk."""

    flagged_text: Duration = timedelta(days=30)
    practice_window: Switched = None


class Brakes(_Part):
    """What automation may do in a time before it only watches and asks."""

    deletes: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 50
    sanctions: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 10
    within: Duration = timedelta(minutes=10)


class Adjust(_Part):
    """How far moderators' verdicts may move the threshold of a score from the figure in the rule file."""

    at_most: Share = DEFAULT.above
    below: Share = DEFAULT.below


class Scores(_Part):
    """What this community makes of a model's scores. `adjust: off` leaves thresholds as the rules have them."""

    adjust: Annotated[Adjust | None, BeforeValidator(_switched, json_schema_input_type=Adjust | Literal["off"])] = (
        Adjust()
    )

    @property
    def leeway(self) -> Bounds:
        """The bounds within which verdicts move thresholds."""
        return OFF if self.adjust is None else Bounds(above=self.adjust.at_most, below=self.adjust.below)


class Community(_Part):
    """One community: where it lives and who is who, by the names that rules and playbooks use.

    In `mode: shadow` rules decide as they are written and cases say what would be done, and nothing is done.
    """

    id: Annotated[str, AfterValidator(community_id)] = "local"
    name: Text = "The local room"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    time_zone: Zone = "UTC"
    mode: Literal["enforce", "shadow"] = "enforce"
    places: Mapping[Platform, Place] = Field(default_factory=dict)
    channels: Mapping[Text, Mapping[Platform, Id]] = Field(default_factory=dict)
    roles: Mapping[Text, Mapping[Platform, Ids]] = Field(default_factory=dict)
    teams: Mapping[Text, Annotated[tuple[Person, ...], Field(min_length=1)]] = Field(default_factory=dict)
    on_call: Mapping[Text, OnCall] = Field(default_factory=dict)
    rules: Folders = ()
    playbooks: Folders = ()
    calendars: Mapping[Text, Path] = Field(default_factory=dict)
    keep: Keep = Keep()
    brakes: Brakes = Brakes()
    toxicity: Scores = Scores()


class Toxicity(_Part):
    """Which model judges texts: auto, shipped, detoxify:original, detoxify:unbiased, detoxify:multilingual, or a file."""

    model: Annotated[str, AfterValidator(known_model)] = "auto"


class Log(_Part):
    """What is told, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"


def data_folder() -> Path:
    """Where Sereno keeps its database when nobody says otherwise."""
    return platformdirs.user_data_path("sereno", appauthor=False)


class Configuration(_Part):
    """The whole of sereno.yaml."""

    name: ClassVar = "sereno.yaml"

    file_schema: Literal["sereno/1"] = Field(default="sereno/1", alias="schema")
    communities: Annotated[tuple[Community, ...], Field(min_length=1)] = (Community(),)
    toxicity: Toxicity = Toxicity()
    data: Path = Field(default_factory=data_folder)
    database: Annotated[str, AfterValidator(database_url)] = "sqlite"
    redis: Annotated[str, AfterValidator(redis_url)] = "off"
    public_url: Annotated[str, AfterValidator(address)] | None = None
    log: Log = Log()
