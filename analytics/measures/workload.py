"""Caseload and lateness by role, as they stand (R50, R52)."""

from typing import Any, Final

from sqlalchemy import Select, and_, exists, or_

from analytics.measures.measure import Kind, Measure, about_same_client, cases, met, rows, today
from analytics.measures.tasks import waits
from analytics.view import Sources
from analytics.views.coordination import OBLIGATIONS
from analytics.views.people import CLIENTS, EPISODES, TEAM_MEMBERS


def _caseload(sources: Sources) -> Select[Any]:
    member, episode, client = rows(TEAM_MEMBERS, sources), rows(EPISODES, sources), rows(CLIENTS, sources)
    other = rows(TEAM_MEMBERS, sources, "other_members")
    now = sources.moment
    in_care = exists().where(
        about_same_client(episode, member),
        episode.c.opened_at <= now,
        or_(episode.c.ended_at.is_(None), episode.c.ended_at > now),
    )
    late = exists().where(
        about_same_client(task := rows(OBLIGATIONS, sources), member),
        task.c.owner_role == member.c.role,
        task.c.due_at < now,
        waits(task),
    )
    # Of several people of one role on a team, the client counts once.
    before = exists().where(
        about_same_client(other, member),
        other.c.role == member.c.role,
        _there(other, now),
        other.c.team_member < member.c.team_member,
    )
    alive = exists().where(about_same_client(client, member), client.c.died_at.is_(None))
    found = cases(member, "client", today(sources), met(late), group=member.c.role)
    return found.where(_there(member, now), in_care, alive, ~before)


def _there(member: Any, now: Any) -> Any:
    return and_(
        member.c.begins_at <= now,
        or_(member.c.ends_at.is_(None), now < member.c.ends_at),
        or_(member.c.released_at.is_(None), now < member.c.released_at),
    )


def _late(sources: Sources) -> Select[Any]:
    task = rows(OBLIGATIONS, sources)
    late = met(task.c.due_at < sources.moment)
    found = cases(task, "because", today(sources), late, group=task.c.owner_role)
    return found.where(
        task.c.opens_at <= sources.moment,
        waits(task),
    )


CASELOAD: Final = Measure(
    name="caseload",
    title="Clients in care, by role on their team",
    version=1,
    kind=Kind.SHARE,
    unit="cases",
    case="A client in care for whom a role is on the team.",
    numerator="Something that the role is to do for the client is late.",
    denominator="Clients in care with that role on their team; who has several roles on it counts in each.",
    exclusions="Clients who died.",
    period="The day at which it is looked.",
    source="Our choice.",
    cases=_caseload,
    group="the role",
    better="lower",
)

LATENESS: Final = Measure(
    name="lateness",
    title="What waits and is late, by role",
    version=1,
    kind=Kind.SHARE,
    unit="cases",
    case="Something that a role is to do, and that waits.",
    numerator="Its time is over.",
    denominator="What can be done by now and was neither done, missed nor released.",
    exclusions="None.",
    period="The day at which it is looked.",
    source="Our choice; by when things are due stands in the organization's policy.",
    cases=_late,
    group="the role whose task it is",
    better="lower",
)

WORKLOAD: Final = (CASELOAD, LATENESS)
