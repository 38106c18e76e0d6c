from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exports.dates import DAY_FIRST, MONTH_FIRST, NO_ZONE, style_of


def reads(*dates: str) -> tuple[list[datetime], tuple[str, ...]]:
    style = style_of(lambda: dates)
    return [style.parse(date) for date in dates], style.notes


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2019-12-05T00:31:00.0000000+00:00", datetime(2019, 12, 5, 0, 31, tzinfo=UTC)),
        ("2019-12-05T01:31:00+01:00", datetime(2019, 12, 5, 0, 31, tzinfo=UTC)),
        ("2019-12-05 00:31", datetime(2019, 12, 5, 0, 31, tzinfo=UTC)),
        ("05-Dec-19 12:31 AM", datetime(2019, 12, 5, 0, 31, tzinfo=UTC)),
        ("05-Dec-19 12:31 PM", datetime(2019, 12, 5, 12, 31, tzinfo=UTC)),
        ("5-Dec-2019 11:31:07 PM", datetime(2019, 12, 5, 23, 31, 7, tzinfo=UTC)),
        ("05-dic.-19 0:31", datetime(2019, 12, 5, 0, 31, tzinfo=UTC)),
        ("5 de diciembre de 2019 00:31", datetime(2019, 12, 5, 0, 31, tzinfo=UTC)),
        ("05-déc.-19 00:31", datetime(2019, 12, 5, 0, 31, tzinfo=UTC)),
        ("05-août-19 00:31", datetime(2019, 8, 5, 0, 31, tzinfo=UTC)),
        ("05-Mär-19 00:31", datetime(2019, 3, 5, 0, 31, tzinfo=UTC)),
        ("Dec 5, 2019 12:31 AM", datetime(2019, 12, 5, 0, 31, tzinfo=UTC)),
        ("12/25/2019 12:31\u202fAM", datetime(2019, 12, 25, 0, 31, tzinfo=UTC)),
        ("25/12/2019 00:31", datetime(2019, 12, 25, 0, 31, tzinfo=UTC)),
        ("25.12.2019 00:31:09", datetime(2019, 12, 25, 0, 31, 9, tzinfo=UTC)),
        ("25/12/2019 12:31 a. m.", datetime(2019, 12, 25, 0, 31, tzinfo=UTC)),
        ("2019/12/5 0:31", datetime(2019, 12, 5, 0, 31, tzinfo=UTC)),
    ],
)
def test_a_date_means_what_its_writer_meant(written: str, meant: datetime) -> None:
    """Dates of many languages and clocks come out in UTC."""
    assert reads(written)[0] == [meant]


def test_a_day_above_twelve_decides_for_the_whole_file() -> None:
    """One unmistakable date is enough."""
    assert reads("01/02/2020 10:00", "13/02/2020 10:00")[0][0].month == 2
    assert reads("01/02/2020 10:00", "01/13/2020 10:00")[0][0].month == 1


def test_order_decides_where_numbers_do_not() -> None:
    """Messages go forward in time; the reading that keeps them in order is the right one."""
    assert [at.month for at in reads("03/01/2020 10:00", "04/01/2020 10:00", "01/02/2020 10:00")[0]] == [1, 1, 2]
    assert [at.month for at in reads("01/03/2020 10:00", "01/04/2020 10:00", "02/01/2020 10:00")[0]] == [1, 1, 2]


def test_what_stays_open_is_guessed_and_said() -> None:
    """A 12-hour clock with slashes is American; anything else begins with the day. Both are said."""
    days, notes = reads("05/06/2020 10:00")
    assert (days[0].day, notes) == (5, (NO_ZONE, DAY_FIRST))
    days, notes = reads("05/06/2020 10:00 AM")
    assert (days[0].day, notes) == (6, (NO_ZONE, MONTH_FIRST))


def test_a_zone_leaves_nothing_to_say() -> None:
    """Dates with their zone need no assumption."""
    assert reads("2019-12-05T01:31:00+01:00")[1] == ()


@pytest.mark.parametrize("nonsense", ["", "soon", "99/99/2020 10:00", "05-Foo-19 10:00", "2020-13-01", "1/2/3/4"])
def test_nonsense_is_refused(nonsense: str) -> None:
    """What is no date raises ValueError, which makes the row a bad row."""
    style = style_of(lambda: ["25/12/2019 00:31", nonsense])
    with pytest.raises(ValueError, match=r"known|month|day|hour"):
        style.parse(nonsense)


@given(
    st.dates(min_value=date(2015, 1, 1), max_value=date(2039, 1, 1)),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]),
)
def test_a_full_month_is_read_back(month: date, form: str) -> None:
    """Whichever way a file writes its days, a month of messages is read as it was written."""
    days = [datetime(month.year, month.month, day, day % 24, 7, tzinfo=UTC) for day in range(1, 29)]
    assert reads(*(day.strftime(f"{form} %H:%M") for day in days))[0] == days
