"""The emulator by hand: what is typed is done by people, and what the workspace shows is printed."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys

from tests.emulators.slack import SlackEmulator
from tests.emulators.slack_people import People
from tests.emulators.slack_state import Json, shown

_LINE = re.compile(r"(?P<who>\w+)(?P<sign>[:!>*-])\s*(?:(?P<number>\d+)\s*)?(?P<text>.*)")


def tell(line: str) -> None:
    """To whoever types."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Typing:
    """Messages are numbered as they appear, so that a line can name one."""

    def __init__(self, slack: SlackEmulator) -> None:
        self.slack = slack
        self.people = People(slack)
        self.numbered: list[tuple[str, str]] = []
        self._shown: dict[tuple[str, str], str] = {}
        self._notes = 0

    def do(self, line: str) -> None:
        """One line as somebody typed it; KeyError, ValueError or AssertionError when it makes no sense."""
        if line.startswith("+"):
            self.people.here(line[1:].strip())
            return
        if line.startswith("-"):
            self.people.leaves(line[1:].strip())
            return
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError("type `eve: hola`")
        who, sign, text = match["who"], match["sign"], match["text"]
        if sign == ":":
            self._says(who, line.partition(":")[2].strip())
            return
        channel, ts = self.numbered[int(match["number"]) - 1]
        if sign == "!":
            self.people.edits(who, ts, text, channel)
        elif sign == "-":
            self.people.deletes(ts, channel)
        elif sign == ">":
            self.people.says(who, text, channel, thread_ts=ts)
        else:
            self.people.presses(who, ts, text, channel)

    def _says(self, who: str, text: str) -> None:
        self.people.here(who)
        if text.startswith("/sereno"):
            self.people.types(who, text.removeprefix("/sereno").strip())
        else:
            self.people.says(who, text)

    def show(self) -> None:
        """What is new."""
        for channel in self.slack.space.channels.values():
            for ts, row in channel.messages.items():
                place, line = (channel.id, ts), f"#{channel.name or 'direct'} {self._line(row)}"
                if place not in self._shown:
                    self.numbered.append(place)
                if self._shown.get(place) != line:
                    self._shown[place] = line
                    tell(f"{self.numbered.index(place) + 1:3} {line}")
        for place in [one for one in self._shown if one[1] not in self.slack.space.channels[one[0]].messages]:
            if self._shown[place]:
                tell(f"{self.numbered.index(place) + 1:3} is gone")
                self._shown[place] = ""
        for note in self.slack.space.ephemerals[self._notes :]:
            name = self.slack.space.people[note.user].name
            tell(f"    (only {name} reads) {shown(note.text)}")
        self._notes = len(self.slack.space.ephemerals)

    def _line(self, row: Json) -> str:
        person = self.slack.space.people.get(row["user"])
        buttons = " ".join(f"[{shown(one['text']['text'])}]" for one in self.people.buttons(row))
        return f"{person.name if person else row['user']}: {self.people.words(row)} {buttons}".rstrip()


async def main() -> None:
    """Serve until the input ends."""
    slack = SlackEmulator()
    await slack.start()
    typing = Typing(slack)
    for name, value in slack.environment().items():
        tell(f"export {name}={value}")
    tell(f"# workspace {slack.space.team}, general {slack.general}, moderators {slack.moderators}; the owner is boss")
    lines: asyncio.Queue[str] = asyncio.Queue()
    asyncio.get_running_loop().add_reader(sys.stdin, lambda: lines.put_nowait(sys.stdin.readline()))
    try:
        while True:
            line = ""
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    line = await lines.get()
                    if not line:
                        return
            if line.strip():
                try:
                    typing.do(line.strip())
                except (KeyError, ValueError, IndexError, AssertionError, StopIteration) as error:
                    tell(f"? {error}")
            typing.show()
    finally:
        await slack.stop()
