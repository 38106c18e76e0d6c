"""How people use the bot on the Discord emulator: slash commands, menus, buttons, forms; as Discord's client lets them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tests.emulators import discord_commands as commands
from tests.emulators import discord_shapes as shapes
from tests.emulators.discord_commands import ON_MESSAGE, ON_USER, SLASH
from tests.emulators.discord_drafts import BUTTON, LABEL, ROW, SELECTS, TEXT_INPUT, walk
from tests.emulators.discord_errors import CannotDo
from tests.emulators.discord_eyes import buttons_of
from tests.emulators.discord_interactions import COMMAND, COMPONENT, SUBMIT, Interaction, Interactions
from tests.emulators.discord_people import People
from tests.emulators.discord_permissions import P, in_channel
from tests.emulators.discord_state import Channel, Guild, Json, Message, State, User

_MENTION: Final = re.compile(r"<@!?(\d+)>")


class Calls:
    """Each gives the Interaction; its answers appear in it once the bot has given them."""

    def __init__(self, state: State, guild: Guild, people: People, interactions: Interactions) -> None:
        self._state = state
        self._guild = guild
        self._people = people
        self._interactions = interactions

    def offered(self, name: str, kind: int = SLASH, channel: Channel | str = "general") -> list[Json]:
        """The commands Discord shows somebody there, by what their permissions let them see."""
        where, user = self._people.channel(channel), self._people.user(name)
        bits = in_channel(self._state, where, user.id)
        if not bits & P.USE_APPLICATION_COMMANDS:
            return []
        return [
            each
            for each in commands.known(self._state, self._guild.id)
            if each["type"] == kind and _shown(each["default_member_permissions"], bits)
        ]

    def command(
        self, name: str, command: str, options: Mapping[str, Any], channel: Channel | str = "general"
    ) -> Interaction:
        """Call `/warn` or `/config mode` with options by name; people and messages' authors by short name or id."""
        path = command.split()
        found = self._find(name, SLASH, path[0], channel)
        level, nested = found["options"], []
        for part in path[1:]:
            below = next((each for each in level if each["name"] == part and each["type"] in (1, 2)), None)
            if below is None:
                raise CannotDo(f"/{command} has no {part}")
            nested.append(below)
            level = below.get("options") or []
        resolved: Json = {}
        given = self._given(command, level, options, resolved)
        for each in reversed(nested):
            given = [{"type": each["type"], "name": each["name"], "options": given}]
        data = {"id": found["id"], "name": found["name"], "type": SLASH, "options": given, "resolved": resolved}
        return self._begin(COMMAND, name, channel, data)

    def words(self, name: str, line: str, channel: Channel | str = "general") -> Interaction:
        """Call a command as it is typed, `warn <@eve> be kind`: options take a word each, the last takes the rest.

        An option that may be left out and offers choices is left out when the next word is none of them.
        A subcommand is found by its own name too, as `warn` of `/sereno warn`.
        """
        text = self._people.typed(line.strip().removeprefix("/"))
        path, level, rest = self._path(name, text, channel)
        options: dict[str, Any] = {}
        for at, each in enumerate(level):
            word, _, after = rest.partition(" ")
            if not each.get("required") and each.get("choices") and word not in _offered(each):
                continue
            value, rest = (rest, "") if at == len(level) - 1 else (word, after.strip())
            if value:
                options[each["name"]] = value.strip()
        return self.command(name, " ".join(path), options, channel)

    def _path(self, name: str, text: str, channel: Channel | str) -> tuple[list[str], list[Json], str]:
        offered = self.offered(name, SLASH, channel)
        first, _, rest = text.partition(" ")
        found = next((each for each in offered if each["name"] == first), None)
        path = [first]
        if found is None:
            above = [each for each in offered if any(sub["name"] == first for sub in each["options"])]
            if not above:
                raise CannotDo(f"{name} is not offered /{first}")
            found, path, rest = above[0], [above[0]["name"]], text
        level: list[Json] = found["options"]
        while level and level[0]["type"] in (1, 2):
            word, _, rest = rest.partition(" ")
            below = next((each for each in level if each["name"] == word), None)
            if below is None:
                raise CannotDo(f"/{' '.join(path)} has no {word!r}")
            path.append(word)
            level = below.get("options") or []
        return path, level, rest.strip()

    def menu(self, name: str, entry: str, on: Message | str, *, channel: Channel | str | None = None) -> Interaction:
        """Use an entry of a message's menu, or (on a name) of a person's. `entry`: its words, or a part of them."""
        kind = ON_USER if isinstance(on, str) else ON_MESSAGE
        where = channel or ("general" if isinstance(on, str) else self._state.channels[on.channel])
        found = self._find(name, kind, entry, where)
        resolved: Json = {}
        if isinstance(on, str):
            target = self._people.user(on)
            self._resolve_user(target, resolved)
        else:
            resolved["messages"] = {str(on.id): shapes.message(self._state, on)}
        target_id = str(self._people.user(on).id if isinstance(on, str) else on.id)
        data = {"id": found["id"], "name": found["name"], "type": kind, "target_id": target_id, "resolved": resolved}
        return self._begin(COMMAND, name, where, data)

    def press(self, name: str, message: Message, button: str) -> Interaction:
        """Press the button with these words, or this custom id."""
        if message.only_for not in (None, self._people.user(name).id):
            raise CannotDo(f"{name} does not see that message")
        parts = buttons_of(message)
        found = next((each for each in parts if button in (each.get("label"), each.get("custom_id"))), None)
        if found is None:
            words = [each.get("label") for each in parts]
            raise CannotDo(f"there is no button {button!r} on it, but {words}")
        data = {"component_type": BUTTON, "custom_id": found["custom_id"], "id": found["id"]}
        return self._begin(COMPONENT, name, self._state.channels[message.channel], data, on=message)

    def forge(self, name: str, message: Message, custom_id: str) -> Interaction:
        """A press with a custom id that is not on the message: what a bot must refuse, whoever made it up."""
        data = {"component_type": BUTTON, "custom_id": custom_id, "id": 1}
        return self._begin(COMPONENT, name, self._state.channels[message.channel], data, on=message)

    def submit(self, name: str, asked: Interaction, values: Mapping[str, str]) -> Interaction:
        """Fill in the form an interaction was answered with, by custom id, and send it."""
        if asked.modal is None:
            raise CannotDo("no form was opened")
        left = dict(values)
        components = [_filled(part, left) for part in asked.modal["components"]]
        if left:
            raise CannotDo(f"the form has no {sorted(left)}")
        resolved: Json = {}
        for part in walk(components):
            for value in part.get("values") or []:
                if part["type"] == 5 and int(value) in self._state.users:
                    self._resolve_user(self._state.users[int(value)], resolved)
        data = {"custom_id": asked.modal["custom_id"], "components": components, "resolved": resolved}
        return self._begin(SUBMIT, name, asked.channel, data, on=asked.on, nested=asked.kind == COMPONENT)

    def fields(self, asked: Interaction) -> list[Json]:
        """The fields of the form an interaction was answered with, in order."""
        parts = walk(asked.modal["components"]) if asked.modal else ()
        return [part for part in parts if part["type"] == TEXT_INPUT or part["type"] in SELECTS]

    def _begin(
        self,
        kind: int,
        name: str,
        channel: Channel | str,
        data: Json,
        *,
        on: Message | None = None,
        nested: bool = False,
    ) -> Interaction:
        user, where = self._people.user(name), self._people.channel(channel)
        if where.guild is not None and not in_channel(self._state, where, user.id) & P.VIEW_CHANNEL:
            raise CannotDo(f"{name} cannot see {where.name}")
        return self._interactions.begin(kind, user, where, data, on=on, nested=nested)

    def _find(self, name: str, kind: int, wanted: str, channel: Channel | str) -> Json:
        offered = self.offered(name, kind, channel)
        exact = [each for each in offered if each["name"] == wanted]
        if not exact and kind != SLASH:
            exact = [each for each in offered if _plain(wanted) in _plain(each["name"])]
        if not exact:
            raise CannotDo(f"{name} is not offered {wanted!r}, but {[each['name'] for each in offered]}")
        return exact[0]

    def _given(self, command: str, level: list[Json], options: Mapping[str, Any], resolved: Json) -> list[Json]:
        unknown = set(options) - {each["name"] for each in level}
        if unknown:
            raise CannotDo(f"/{command} has no {sorted(unknown)}")
        missing = [each["name"] for each in level if each.get("required") and each["name"] not in options]
        if missing:
            raise CannotDo(f"/{command} needs {missing}")
        return [
            {
                "name": each["name"],
                "type": each["type"],
                "value": self._value(each, options[each["name"]], resolved),
            }
            for each in level
            if each["name"] in options
        ]

    def _value(self, option: Json, value: Any, resolved: Json) -> Any:
        if option["type"] in (commands.USER, commands.MENTIONABLE):
            user = self._person(value)
            self._resolve_user(user, resolved)
            return str(user.id)
        if option["type"] == commands.CHANNEL:
            where = self._people.channel(str(value).removeprefix("#"))
            resolved.setdefault("channels", {})[str(where.id)] = shapes.channel(self._state, where)
            return str(where.id)
        if option["type"] == commands.INTEGER:
            return int(value)
        if option["type"] == commands.NUMBER:
            return float(value)
        if option["type"] == commands.BOOLEAN:
            return str(value).lower() in ("true", "yes", "1")
        return self._text(option, str(value))

    def _text(self, option: Json, value: str) -> str:
        choices = option.get("choices") or []
        chosen = next((each["value"] for each in choices if value in (each["value"], each["name"])), None)
        if choices and chosen is None:
            raise CannotDo(f"{value!r} is not offered for {option['name']}")
        text = str(chosen) if choices else self._people.typed(value)
        if not option.get("min_length", 0) <= len(text) <= option.get("max_length", 6000):
            raise CannotDo(f"{option['name']} must have {option.get('min_length', 0)} to {option.get('max_length')}")
        return text

    def _person(self, value: Any) -> User:
        text = self._people.typed(str(value).strip())
        matched = _MENTION.fullmatch(text)
        if matched is not None or text.isdecimal():
            found = self._state.users.get(int(matched[1] if matched else text))
            if found is None:
                raise CannotDo(f"there is nobody {value!r}")
            return found
        if not text or " " in text:
            raise CannotDo(f"{value!r} is nobody")
        return self._people.user(text.removeprefix("@"))

    def _resolve_user(self, user: User, resolved: Json) -> None:
        resolved.setdefault("users", {})[str(user.id)] = shapes.user(user)
        member = self._guild.members.get(user.id)
        if member is not None:
            bits = in_channel(self._state, self._guild.channel_named("general"), user.id)
            shape = {**shapes.member(member, with_user=False), "permissions": str(int(bits))}
            resolved.setdefault("members", {})[str(user.id)] = shape


def _plain(words: str) -> str:
    """`Time out…` is found by `timeout`."""
    return "".join(each for each in words.lower() if each.isalnum())


def _shown(wanted: str | None, bits: int) -> bool:
    """By the permissions a command asks for; "0" hides it from everybody but administrators."""
    if bits & P.ADMINISTRATOR:
        return True
    return wanted is None or (int(wanted) != 0 and bits & int(wanted) == int(wanted))


def _filled(part: Json, left: dict[str, str]) -> Json:
    """A component of a form as it is sent back, with what the person put in."""
    if part["type"] == ROW:
        return {
            "type": ROW,
            "id": part.get("id", 1),
            "components": [_filled(each, left) for each in part["components"]],
        }
    if part["type"] == LABEL:
        return {"type": LABEL, "id": part.get("id", 1), "component": _filled(part["component"], left)}
    if "custom_id" not in part:
        return {"type": part["type"], "id": part.get("id", 1)}
    value = left.pop(part["custom_id"], part.get("value") or "")
    if not value and part.get("required", True):
        raise CannotDo(f"{part['custom_id']} must be filled in")
    shape: Json = {"type": part["type"], "id": part.get("id", 1), "custom_id": part["custom_id"]}
    if part["type"] in SELECTS:
        return {**shape, "values": [value] if value else []}
    if not (part.get("min_length") or 0) <= len(value) <= (part.get("max_length") or 4000):
        raise CannotDo(f"{part['custom_id']} has {len(value)} characters")
    return {**shape, "value": value}


def _offered(option: Json) -> set[str]:
    """What may be chosen, by value or by name."""
    return {str(each[key]) for each in option["choices"] for key in ("value", "name")}
