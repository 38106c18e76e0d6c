"""Events come back from the disk exactly as they went."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.stores import codec
from moderation.model import (
    Attachment,
    ButtonPressed,
    ChannelRef,
    CommandCalled,
    Event,
    Member,
    MemberJoined,
    MemberLeft,
    MemberRef,
    MemberRenamed,
    Message,
    MessageEdited,
    MessagePosted,
    MessageRef,
    MessageRemoved,
    ReactionAdded,
    ReportFiled,
)

anything = st.text(st.characters(), max_size=30)
"""Lone surrogates, NUL and all."""
moments = st.builds(
    lambda micros, hours: datetime.fromtimestamp(0, timezone(timedelta(hours=hours))) + timedelta(microseconds=micros),
    st.integers(0, 4 * 10**15),
    st.sampled_from([0, -5, 9]),
)
channels = st.builds(ChannelRef, anything, anything, anything, anything)
people = st.builds(MemberRef, anything, anything, anything)
members = st.builds(
    Member,
    people,
    anything,
    st.frozensets(anything, max_size=3),
    st.booleans(),
    st.none() | moments,
    st.none() | moments,
    st.none() | st.integers(0, 2**40),
)
refs = st.builds(MessageRef, channels, anything)
files = st.builds(Attachment, anything, anything, st.none() | st.integers(0, 2**40), st.none() | anything)
messages = st.builds(
    Message,
    refs,
    members,
    anything,
    moments,
    st.none() | refs,
    st.lists(anything, max_size=3).map(tuple),
    st.booleans(),
    st.lists(files, max_size=2).map(tuple),
    st.none() | st.booleans(),
)
event_kinds = st.one_of(
    st.builds(MessagePosted, key=anything, at=moments, message=messages),
    st.builds(MessageEdited, key=anything, at=moments, message=messages),
    st.builds(MessageRemoved, key=anything, at=moments, message=refs),
    st.builds(MemberJoined, key=anything, at=moments, member=members),
    st.builds(MemberLeft, key=anything, at=moments, member=members),
    st.builds(MemberRenamed, key=anything, at=moments, member=members, before=anything),
    st.builds(ReactionAdded, key=anything, at=moments, member=members, message=refs, emoji=anything),
    st.builds(
        ReportFiled,
        key=anything,
        at=moments,
        member=members,
        about=st.none() | people,
        message=st.none() | refs,
        text=anything,
    ),
    st.builds(
        CommandCalled,
        key=anything,
        at=moments,
        member=members,
        channel=channels,
        name=anything,
        arguments=st.dictionaries(anything, anything, max_size=2),
    ),
    st.builds(ButtonPressed, key=anything, at=moments, member=members, channel=channels, token=anything),
)


@settings(max_examples=200)
@given(event_kinds)
def test_every_event_survives_the_disk(event: Event) -> None:
    """Reading what was written gives an equal event, channel names and odd characters included."""
    back = codec.read(codec.NAMES[type(event)], event.key, codec.write(event))
    assert back == event
    assert asdict(back) == asdict(event)
