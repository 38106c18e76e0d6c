"""The Discord emulator by hand: type as people, read what they see. Started by `python -m tests.emulators.discord`."""

from __future__ import annotations

import asyncio
import inspect
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_errors import CannotDo
from tests.emulators.discord_eyes import buttons_of, text_of
from tests.emulators.discord_interactions import TO_ACKNOWLEDGE, Interaction
from tests.emulators.discord_state import DM, LOADING, Channel, Message

HELP: Final = """\
eve: hola                    somebody writes in general (and comes in if they are not here)
eve #moderators: look        … in another channel
/mod warn @eve be kind       mod calls /warn
press mod 1 Uphold           mod presses a button of message 1
menu mod 1 Report            mod uses an entry of message 1's menu; fill mod be kind   fills in the form that opens
edit eve 1 adiós | delete eve 1 | react eve 1 👍
join eve | pending eve | accept eve | leave eve | rename eve Eva | dms eve off | moderator mod
close 4000 | reconnect | invalid | limit 5 | ahead 60 | offered mod | people | help | quit"""
_SPOKEN: Final = re.compile(r"(\w+)(?: #(\S+))?: (.*)")
_MENTION: Final = re.compile(r"<@!?(\d+)>")
_AT: Final = re.compile(r"(?<!<)@([^\W\d]\w*)")


class ByHand:
    """Lines in, what people see out. `show` prints one line."""

    def __init__(self, emulator: DiscordEmulator, show: Callable[[str], None]) -> None:
        self._emulator = emulator
        self._show = show
        self._numbers: dict[int, int] = {}
        self._seen: dict[int, str] = {}
        self._asked: dict[str, Interaction] = {}
        self._opened: set[int] = set()
        self._here = self._people()

    def heading(self) -> str:
        """What to set, and the part of sereno.yaml that fits."""
        emulator, guild = self._emulator, self._emulator.guild
        ids = {name: guild.channel_named(name).id for name in ("general", "moderators")}
        roles = {name: guild.role_named(name).id for name in ("moderator", "trusted")}
        return "\n".join(
            [
                f"SERENO_DISCORD_TOKEN={emulator.token} SERENO_DISCORD_API={emulator.api}",
                "",
                "schema: sereno/1",
                "communities:",
                "  - id: plaza",
                "    name: Plaza",
                "    languages: [en, es]",
                f"    places: {{discord: {{server: {guild.id}}}}}",
                "    channels:",
                *(f"      {name}: {{discord: {each}}}" for name, each in ids.items()),
                "    roles:",
                *(f"      {name}: {{discord: [{each}]}}" for name, each in roles.items()),
                "",
                HELP,
            ]
        )

    def do(self, line: str) -> bool:
        """Do what a line says; False when it was the last."""
        line = line.strip()
        if line in ("quit", "exit"):
            return False
        try:
            self._do(line)
        except (CannotDo, ValueError, KeyError, StopIteration) as no:
            self._show(f"! {no!r}; `help` lists what can be typed")
        return True

    def _do(self, line: str) -> None:
        spoken = _SPOKEN.fullmatch(line)
        if not line:
            return
        if line.startswith("/"):
            name, _, words = line[1:].partition(" ")
            self._present(name)
            self._asked[name] = self._emulator.calls.words(name, _people_in(words))
        elif spoken:
            name, channel, text = spoken.groups()
            self._present(name)
            self._emulator.people.say(name, _people_in(text), channel or "general")
        else:
            word, *rest = line.split(maxsplit=3)
            verb = self._verbs().get(word)
            if verb is None or not _takes(verb, rest):
                raise CannotDo(line)
            verb(*rest)

    def _verbs(self) -> Mapping[str, Callable[..., object]]:
        people, gateway = self._emulator.people, self._emulator.gateway
        return {
            "press": lambda name, number, words: self._ask(name, number, words, "press"),
            "menu": lambda name, number, words: self._ask(name, number, words, "menu"),
            "fill": self._fill,
            "edit": lambda name, number, text: people.edit(name, self._message(number), _people_in(text)),
            "delete": lambda name, number: people.delete(name, self._message(number)),
            "react": lambda name, number, emoji: people.react(name, self._message(number), emoji),
            "join": people.join,
            "pending": lambda name: people.join(name, pending=True),
            "accept": people.accept_rules,
            "leave": people.leave,
            "rename": people.rename,
            "dms": lambda name, how: people.close_dms(name, closed=how == "off"),
            "moderator": self._promote,
            "close": lambda code: gateway.close(int(code)),
            "reconnect": gateway.ask_to_reconnect,
            "invalid": lambda: gateway.invalidate(resumable=False),
            "limit": lambda seconds: self._emulator.limit("*", float(seconds)),
            "ahead": lambda seconds: self._emulator.state.ahead(float(seconds)),
            "offered": lambda name: self._show(", ".join(each["name"] for each in self._emulator.calls.offered(name))),
            "people": lambda: self._show(", ".join(sorted(self._people()))),
            "help": lambda: self._show(HELP),
        }

    def _present(self, name: str) -> None:
        if not self._emulator.eyes.is_here(name):
            self._emulator.people.join(name)

    def _promote(self, name: str) -> None:
        self._present(name)
        self._emulator.people.give(name, "moderator")

    def _ask(self, name: str, number: str, words: str, how: str) -> None:
        calls, target = self._emulator.calls, self._message(number)
        self._asked[name] = calls.press(name, target, words) if how == "press" else calls.menu(name, words, target)

    def _fill(self, name: str, *words: str) -> None:
        asked = self._asked[name]
        fields = self._emulator.calls.fields(asked)
        text = _people_in(" ".join(words))
        filled = dict.fromkeys((field["custom_id"] for field in fields[:1]), text)
        self._asked[name] = self._emulator.calls.submit(name, asked, filled)

    def _message(self, number: str) -> Message:
        found = next(each for each, at in self._numbers.items() if at == int(number))
        message = self._emulator.state.message(found)
        if message is None:
            raise CannotDo(f"message {number} is gone")
        return message

    def _people(self) -> set[str]:
        return {each.user.name for each in self._emulator.guild.members.values()}

    def look(self) -> None:
        """Print what is new, changed or gone since the last look."""
        here = self._people()
        for name in sorted(here - self._here):
            self._show(f"→ {name} is here")
        for name in sorted(self._here - here):
            self._show(f"← {name} is not here any more")
        self._here = here
        found: dict[int, str] = {}
        for channel in self._emulator.state.channels.values():
            for message in [*channel.messages.values(), *channel.hidden.values()]:
                if not message.flags & LOADING:
                    found[message.id] = self._line(channel, message)
        for each in self._seen.keys() - found.keys():
            self._show(f"[{self._numbers[each]}] is gone")
        for each, line in found.items():
            self._numbers.setdefault(each, len(self._numbers) + 1)
            if self._seen.get(each) != line:
                self._show(f"[{self._numbers[each]}] {line}")
        self._seen = found
        self._look_at_answers()

    def _look_at_answers(self) -> None:
        now = self._emulator.state.now()
        for name, asked in list(self._asked.items()):
            if asked.answered is None and now - asked.at > TO_ACKNOWLEDGE:
                self._show(f"{name} reads: the application did not respond")
                del self._asked[name]
            if asked.modal is not None and asked.id not in self._opened:
                self._opened.add(asked.id)
                self._show(f"a form opens for {name}: {asked.modal['title']}; type: fill {name} …")

    def _line(self, channel: Channel, message: Message) -> str:
        where = f"#{channel.name}"
        if message.only_for is not None:
            where = f"#{channel.name}, only {self._emulator.state.users[message.only_for].name} sees it"
        elif channel.kind == DM:
            where = f"to {self._emulator.state.users[channel.recipient or 0].name} alone"
        pressed = "".join(f" ({each.get('label')})" for each in buttons_of(message))
        return f"{message.author.name} [{where}]: {self._named(text_of(message))}{pressed}"

    def _named(self, text: str) -> str:
        users = self._emulator.state.users
        return _MENTION.sub(lambda found: f"@{users[int(found[1])].name}" if int(found[1]) in users else found[0], text)


def _takes(verb: Callable[..., object], given: Sequence[str]) -> bool:
    try:
        inspect.signature(verb).bind(*given)
    except TypeError:
        return False
    return True


def _people_in(text: str) -> str:
    return _AT.sub(r"<@\1>", text)


def _show(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _reading(lines: asyncio.Queue[str | None]) -> None:
    """A thread that reads what is typed; it does not keep the program from ending."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()


async def main(port: int) -> None:
    """Serve until the input ends or says so."""
    async with DiscordEmulator(port=port).opened() as emulator:
        hand = ByHand(emulator, _show)
        _show(hand.heading())
        lines: asyncio.Queue[str | None] = asyncio.Queue()
        _reading(lines)
        going = True
        while going:
            try:
                line = await asyncio.wait_for(lines.get(), 0.2)
            except TimeoutError:
                line = ""
            hand.look()
            going = line is not None and hand.do(line)
        hand.look()
