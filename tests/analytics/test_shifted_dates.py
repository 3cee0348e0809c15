"""Shifted and widened dates: all of a client's move by the same whole weeks, whatever view they are in."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Date, DateTime, LargeBinary, bindparam, func, select, true

from analytics.catalogue import VIEWS
from analytics.pseudonyms import Disguise, pseudonym_key
from analytics.quasi_identifiers import LADDER, first_openings
from analytics.views.people import CLIENTS
from service.analytics.reading import Reading, Readings
from service.bootstrap import System
from service.log.organizations import Organization

INNER, OUTER = (bindparam(name, type_=LargeBinary) for name in ("inner_key", "outer_key"))
KEY = pseudonym_key(b"of a test")._asdict()
KEYS = {"inner_key": KEY["inner"], "outer_key": KEY["outer"]}
A_WEEK, A_YEAR = timedelta(days=7), timedelta(days=366)

Told = dict[tuple[Any, str, str], list[Any]]
"""The dates of a client in a column of a view, in order."""


async def dates(reading: Reading, disguise: Disguise | None) -> Told:
    found: Told = defaultdict(list)
    for view in VIEWS:
        rows = disguise.rows(view, reading.sources) if disguise else view.rows(reading.sources)
        names = [each.name for each in view.described() if isinstance(each.type, Date | DateTime)]
        for row in await reading.fetch(rows, **(KEYS if disguise else {})):
            for name in names:
                if row[name] is not None:
                    found[row["client"], view.name, name].append(row[name])
    return {where: sorted(those) for where, those in found.items()}


async def moved(reading: Reading, disguise: Disguise) -> dict[Any, set[timedelta]]:
    """By how much each client's dates lie before those in the record."""
    clients = CLIENTS.rows(reading.sources).subquery("clients")
    names = select(clients.c.client, func.analytics.pseudonym(INNER, OUTER, clients.c.client))
    pseudonyms = {row[0]: row[1] for row in await reading.fetch(names, **KEYS)}
    real, told = await dates(reading, None), await dates(reading, disguise)
    assert len(real) == len(told) > 100
    found: dict[Any, set[timedelta]] = defaultdict(set)
    for (client, *where), those in real.items():
        shown = told[pseudonyms[client], *where]
        found[client] |= {one - other for one, other in zip(those, shown, strict=True)}
    return found


async def test_all_dates_of_a_client_are_shifted_by_the_same_weeks(system: System, clinic: Organization) -> None:
    async with Readings(system.pool, system.builds).live(clinic.organization_id) as reading:
        shifted = await moved(reading, Disguise(INNER, OUTER, true()))

    assert len(shifted) == 12
    for [by] in shifted.values():
        assert by % A_WEEK == timedelta(0), "weekdays stay"
        assert A_WEEK <= by <= 52 * A_WEEK, "and no date does"
    assert len({by for [by] in shifted.values()}) > 6, "not for all clients by the same"


@pytest.mark.parametrize("rung", LADDER[1:], ids=lambda rung: rung.care_began)
async def test_widened_dates_tell_no_more_than_the_period_in_which_care_began(
    system: System, clinic: Organization, rung: Any
) -> None:
    async with Readings(system.pool, system.builds).live(clinic.organization_id) as reading:
        widened = await moved(reading, Disguise(INNER, OUTER, None, rung=rung))
        opened = {row["client"]: row["opened_at"] for row in await reading.fetch(first_openings(reading.sources))}

    assert len(opened) > 8
    for client, by in widened.items():
        assert len(by) == 1
        assert min(by) % A_WEEK == timedelta(0)
        if client in opened:
            told = opened[client] - min(by)
            assert told.date() - first_of(rung.care_began, told) < A_WEEK
            assert first_of(rung.care_began, told) == first_of(rung.care_began, opened[client])
        else:
            assert by == {timedelta(0)}


def first_of(period: str, moment: datetime) -> date:
    month = 1 if period == "year" else moment.month - (moment.month - 1) % 3
    return date(moment.year, month, 1)
