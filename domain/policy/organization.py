"""How an organization works: its days, how it takes entries in, and who may correct and see what."""

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from domain.policy.section import Positive, Section
from domain.time_zones import TimeZone
from domain.vocabulary.people import Role


class RecordingPolicy(Section):
    """How entries are taken in. Source: our choice; clocks of other systems run a little ahead."""

    future_tolerance_minutes: Positive = 5


class CorrectionsPolicy(Section):
    """Who may correct and retract an entry beside whoever recorded it. Source: our choice.

    Anyone of the author's role, since shifts change and people leave, and a supervisor for all. What a system recorded
    (a check-in app, an import) nobody there can set right: the clinical roles may. A peer sets right what peers
    recorded, and never what a clinician did: `by_roles` cannot name them.
    """

    by_authors_role: bool = True
    by_roles: frozenset[Role] = frozenset({Role.SUPERVISOR})
    of_systems_by_roles: frozenset[Role] = frozenset({Role.COUNSELOR, Role.CASE_MANAGER, Role.PRESCRIBER})

    @model_validator(mode="after")
    def _never_a_peer_a_counselors(self) -> "CorrectionsPolicy":
        if Role.PEER in self.by_roles:
            raise ValueError("by_roles cannot name peer: peers set right what peers recorded alone")
        return self


class ClientAccessPolicy(Section):
    """Which clients of the organization somebody sees. Source: our choice.

    Everyone sees every client, unless `own_team_only` is on: then counselors, peers, case managers and prescribers see
    the clients on whose team they are, by their actor id, and others by emergency access alone. That lasts as long as
    it says and at most `emergency_access_at_most_hours`, a day, and a supervisor reviews it: HIPAA asks for a procedure
    for access in an emergency (45 CFR 164.312(a)(2)(ii)) and for looking over what was accessed (164.308(a)(1)(ii)(D)),
    without numbers.
    """

    own_team_only: bool = False
    emergency_access_at_most_hours: Positive = 24
    emergency_access_reviewed_within_working_days: Positive = 2


class DisclosuresPolicy(Section):
    """Disclosures in medical emergencies, without consent (42 CFR 2.51). Source: our choice.

    Whoever of the clinic told a facility may let its system read for so many hours, at most `emergency_at_most_hours`:
    a day, in which the client is treated there or can be asked. A supervisor reviews each such disclosure; the rule
    asks for its documentation at once and gives no numbers.
    """

    emergency_at_most_hours: Positive = 24
    emergency_reviewed_within_working_days: Positive = 2


class UnusualAccessPolicy(Section):
    """Which reads supervisors are asked to look into. Source: our choice.

    HIPAA asks for a procedure to look over who accessed what (45 CFR 164.308(a)(1)(ii)(D)), without numbers. More than
    `clients_in_an_hour` clients opened one by one within an hour, 20: before a shift or a group somebody opens a dozen
    records. `days_after_discharge`, 90: until then letters, bills and aftercare still ask for the record. By `roles`
    somebody belongs on the team of a client whom they read about, and is asked about clients long discharged; those of
    supervisors are among them, since nobody else looks into their reads. Auditors are on no team: to read about anybody
    is their task. That reads are many is asked of auditors as well. Systems read for everybody, each for a purpose of
    its own and with nobody curious behind it, so what they do would hide what people do: `systems` counts them in, and
    with them what whoever runs the service reads by commands.
    """

    clients_in_an_hour: Positive = 20
    days_after_discharge: Positive = 90
    roles: frozenset[Role] = frozenset({Role.COUNSELOR, Role.PEER, Role.CASE_MANAGER, Role.PRESCRIBER, Role.SUPERVISOR})
    systems: bool = False


class WorkingDaysPolicy(Section):
    """The organization's working days: 0 is Monday. Days begin and end in its time zone."""

    time_zone: TimeZone = "UTC"
    weekdays: Annotated[frozenset[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1)] = frozenset({0, 1, 2, 3, 4})
    holidays: frozenset[date] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        """The organization's time zone."""
        return ZoneInfo(self.time_zone)

    def is_working(self, day: date) -> bool:
        """Whether the organization works on that day."""
        return day.weekday() in self.weekdays and day not in self.holidays
