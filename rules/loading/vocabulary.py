"""Everything a rule file may name: the plug-ins it is written in, and the names sereno.yaml gives to people and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from moderation.actions.base import Action
from moderation.model import Capability, Role
from rules.model import Condition

CODED_ROLES: Final = frozenset(role.value for role in Role)
"""Roles that Sereno itself gives a meaning to; they need no sereno.yaml."""
CODED_QUEUES: Final = frozenset({"moderators", "admins", "owner"})
"""Those who can be asked in every community."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The plug-ins, and the labels, models and platforms that exist. `models` are the toxicity models installed."""

    conditions: tuple[type[Condition], ...] = ()
    actions: tuple[type[Action], ...] = ()
    labels: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Names:
    """What sereno.yaml says. `platforms` are the configured ones, each with what it can do."""

    roles: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    playbooks: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    platforms: Mapping[str, frozenset[Capability]] = field(default_factory=dict)
