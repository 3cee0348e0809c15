"""The queries behind the lists: rows of many clients, from builds' tables.

Each list is said once, as a whole, over the schemas in which builds of its projections lie; a page of the API narrows
it (list_pages.py), and analysts see it as a view (list_views.py). Erased clients are left out by their keys: a client
whose key was destroyed a moment ago has rows until their projection is caught up. Clients who were merged into another
are left out by the care plan's own rows: what waits for them stands in the rows of the client with whom care goes on.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import array

from domain.vocabulary.crisis import RiskTier
from projections.care_plan import CARE_PLAN
from projections.obligations import OBLIGATION
from projections.signals import SIGNALS
from service.database.tables import client_key
from service.projector.list_rows import ListedSignal
from service.projector.tables import in_build

# From the least to the most. Unknown stands below "none found" in the vocabulary; what cannot be excluded tells it.
_TIERS: Final = array([literal_column(f"'{tier}'", Text) for tier in RiskTier])

_COUNT: Final = func.count(type_=BigInteger)

_ONE: Final[ColumnElement[int]] = literal_column("1")


class Asked(NamedTuple):
    """Of which organization, and by which moment it is judged what is late and who is on a team."""

    now: ColumnElement[Any]
    organization_id: ColumnElement[Any] | None
    """None for whatever organization the rows are of: row-level security knows whose may be seen."""

    def about(self, table: FromClause, client: FromClause) -> ColumnElement[bool]:
        """The condition that a row of this table is about the client of that one."""
        organization_id = client.c.organization_id if self.organization_id is None else self.organization_id
        return and_(table.c.organization_id == organization_id, table.c.client_id == client.c.client_id)

    def of(self, table: FromClause) -> ColumnElement[bool]:
        """The condition that a row is of the organization."""
        return true() if self.organization_id is None else table.c.organization_id == self.organization_id


BY_CALLER: Final = Asked(bindparam("now", type_=DateTime(timezone=True)), bindparam("organization_id", type_=Uuid))
"""What a page is asked with: the moment `now` and the organization `organization_id`."""


def worklist(care_plan: str, asked: Asked) -> Select[Any]:
    """What waits, with the owner that it has now: by the rules of `owned` in care_plan/owners.py."""
    tables = _tables(CARE_PLAN.tables, care_plan)
    task, owner, member = tables[OBLIGATION.name], tables["care_plan_task_owner"], tables["care_plan_team_member"]
    now_owned = _owner(tables)
    moved = and_(asked.about(owner, task), *(owner.c[name] == task.c[name] for name in ("kind", "because", "step")))
    held = (
        select(func.array_agg(member.c.person_id)[_ONE].label("person_id"))
        .where(
            not_(now_owned.named),
            asked.about(member, task),
            member.c.role == now_owned.role,
            _on_the_team(member, asked.now),
        )
        .having(func.count() == _ONE)
        .lateral("held")
    )
    return (
        select(
            task.c.client_id,
            task.c.kind,
            task.c.because,
            task.c.step,
            task.c.opens_at,
            task.c.due_at,
            (task.c.due_at < asked.now).label("late"),
            now_owned.role.label("owner_role"),
            func.coalesce(now_owned.person_id, held.c.person_id).label("person_id"),
            owner.c.kind.is_not(None).label("reassigned"),
        )
        .select_from(task.outerjoin(owner, moved).outerjoin(held, true()).join(client_key, _still_there(asked, task)))
        .where(asked.of(task), _waits(task), _not_merged(care_plan, asked, task))
    )


def of_person(tasks: Select[Any], care_plan: str, person_id: ColumnElement[Any]) -> Select[Any]:
    """The tasks of this list that are a person's.

    Whether the person is on the client's team in that role at all is asked first, by index: that leaves few of those
    of whom it must be found out who else is.
    """
    tables = _tables(CARE_PLAN.tables, care_plan)
    task, member, now_owned = tables[OBLIGATION.name], tables["care_plan_team_member"], _owner(tables)
    on_the_team = exists().where(
        BY_CALLER.about(member, task), member.c.role == now_owned.role, member.c.person_id == person_id
    )
    return tasks.where(
        or_(now_owned.person_id == person_id, and_(not_(now_owned.named), on_the_team)),
        tasks.selected_columns.person_id == person_id,
    )


def caseload(care_plan: str, signals: str, asked: Asked) -> Select[Any]:
    """A row for each client; what is counted is looked up client by client, so for those of a page alone."""
    tables = _tables(CARE_PLAN.tables, care_plan)
    plan = tables[CARE_PLAN.name]
    tasks = _tasks_of(tables[OBLIGATION.name], plan, asked)
    crises = _crises_of(tables["care_plan_crisis"], plan, asked)
    noticed = _signals_of(_tables(SIGNALS.tables, signals)["signal"], plan, asked)
    return (
        select(
            plan.c.client_id,
            plan.c.died_at,
            plan.c.episode_event_id,
            plan.c.episode_opened_at,
            plan.c.episode_closed_at,
            plan.c.plan_event_id,
            plan.c.plan_version,
            plan.c.plan_agreed_at,
            plan.c.safety_plan_version,
            plan.c.safety_plan_written_at,
            plan.c.last_contact_at,
            plan.c.last_reached_at,
            plan.c.missed_in_a_row,
            *tasks.c,
            *crises.c,
            *noticed.c,
        )
        .select_from(
            plan.join(client_key, _still_there(asked, plan))
            .join(tasks, true())
            .join(crises, true())
            .join(noticed, true())
        )
        .where(asked.of(plan), _not_merged(care_plan, asked, plan))
    )


def in_care(care_plan: str) -> ColumnElement[bool]:
    """The condition that a client of the caseload has an open episode of care."""
    plan = _tables(CARE_PLAN.tables, care_plan)[CARE_PLAN.name]
    return and_(
        plan.c.episode_event_id.is_not(None),
        plan.c.episode_closed_event_id.is_(None),
        plan.c.died_event_id.is_(None),
    )


def has_on_the_team(care_plan: str, person_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a person is on the team of a client of the caseload now."""
    tables = _tables(CARE_PLAN.tables, care_plan)
    plan, member = tables[CARE_PLAN.name], tables["care_plan_team_member"]
    on_the_team = _on_the_team(member, BY_CALLER.now)
    return exists().where(BY_CALLER.about(member, plan), member.c.person_id == person_id, on_the_team)


def seen_by(care_plan: str, client_id: ColumnElement[Any], person_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a person is now on that client's team, or has opened their record in an emergency."""
    member = _tables(CARE_PLAN.tables, care_plan)["care_plan_team_member"]
    theirs = and_(BY_CALLER.of(member), member.c.client_id == client_id, member.c.person_id == person_id)
    on_the_team = exists().where(theirs, _on_the_team(member, BY_CALLER.now))
    return or_(on_the_team, _has_opened(care_plan, client_id, person_id))


def _has_opened(care_plan: str, client_id: ColumnElement[Any], person_id: ColumnElement[Any]) -> ColumnElement[bool]:
    access, now = _tables(CARE_PLAN.tables, care_plan)["care_plan_emergency_access"], BY_CALLER.now
    theirs = and_(BY_CALLER.of(access), access.c.client_id == client_id, access.c.person_id == person_id)
    return exists().where(theirs, access.c.opened_at <= now, now < access.c.ends_at)


def kept_from(
    care_plan: str, client_id: ColumnElement[Any], person_id: ColumnElement[Any], purpose: ColumnElement[Any]
) -> ColumnElement[bool]:
    """The condition that the client asked, and it holds now, to keep the record from a purpose or a person.

    Who has opened it in an emergency sees it all the same.
    """
    restriction = _tables(CARE_PLAN.tables, care_plan)["care_plan_restriction"]
    now = BY_CALLER.now
    return exists().where(
        BY_CALLER.of(restriction),
        restriction.c.client_id == client_id,
        restriction.c.agreed,
        restriction.c.holds_from <= now,
        or_(restriction.c.ended_at.is_(None), now < restriction.c.ended_at),
        or_(
            and_(person_id == any_(restriction.c.person_ids), not_(_has_opened(care_plan, client_id, person_id))),
            purpose == any_(restriction.c.purposes),
        ),
    )


def signals(schema: str, care_plan: str, asked: Asked) -> Select[Any]:
    """The signals that hold, and of which nobody has taken note."""
    signal = _tables(SIGNALS.tables, schema)["signal"]
    return (
        select(*(signal.c[name] for name in ListedSignal.model_fields))
        .select_from(signal.join(client_key, _still_there(asked, signal)))
        .where(asked.of(signal), _waits_for_notice(signal, asked.now), _not_merged(care_plan, asked, signal))
    )


class _Owner(NamedTuple):
    """Whose a task is now."""

    role: ColumnElement[str]
    person_id: ColumnElement[UUID | None]
    named: ColumnElement[bool]


def _owner(tables: Mapping[str, Table]) -> _Owner:
    task, owner = tables[OBLIGATION.name], tables["care_plan_task_owner"]
    as_asked = owner.c.kind.is_(None)
    return _Owner(
        func.coalesce(owner.c.owner_role, task.c.owner_role, type_=Text),
        case((as_asked, task.c.owner_person_id), else_=owner.c.owner_person_id),
        case((as_asked, task.c.owner_named), else_=owner.c.owner_named),
    )


def _tasks_of(task: Table, client: Table, asked: Asked) -> FromClause:
    late = task.c.due_at < asked.now
    first = func.min(task.c.due_at)
    return (
        select(
            first.filter(task.c.due_at >= asked.now).label("next_due_at"),
            first.filter(late).label("late_since"),
            _COUNT.label("waiting"),
            _COUNT.filter(late).label("late"),
        )
        .where(asked.about(task, client), _waits(task))
        .lateral("tasks")
    )


def _crises_of(crisis: Table, client: Table, asked: Asked) -> FromClause:
    return (
        select(
            _COUNT.label("open_crises"),
            _highest(crisis.c.tier).label("tier"),
            _highest(crisis.c.tier_not_excluded).label("tier_not_excluded"),
        )
        .where(
            asked.about(crisis, client), crisis.c.resolved_event_id.is_(None), crisis.c.client_died_event_id.is_(None)
        )
        .lateral("crises")
    )


def _signals_of(signal: Table, client: Table, asked: Asked) -> FromClause:
    return (
        select(_COUNT.label("waiting_signals"))
        .where(asked.about(signal, client), _waits_for_notice(signal, asked.now))
        .lateral("signals")
    )


def _highest(tier: ColumnElement[Any]) -> ColumnElement[Any]:
    return _TIERS[func.max(func.array_position(_TIERS, tier))]


def _waits(task: Table) -> ColumnElement[bool]:
    """As the index of waiting obligations has it (projections/obligations.py)."""
    return and_(task.c.met_event_id.is_(None), task.c.released_event_id.is_(None), task.c.missed_event_id.is_(None))


def _waits_for_notice(signal: Table, now: ColumnElement[Any]) -> ColumnElement[bool]:
    """As the index of waiting signals has it (projections/signals); what lies ahead, or has ended, does not wait."""
    return and_(
        signal.c.cleared_event_id.is_(None),
        signal.c.released_event_id.is_(None),
        signal.c.acknowledged_event_id.is_(None),
        signal.c.raised_at <= now,
        or_(signal.c.ends_at.is_(None), now < signal.c.ends_at),
    )


def _on_the_team(member: Table, now: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(
        member.c.begins_at <= now,
        or_(member.c.ends_at.is_(None), now < member.c.ends_at),
        or_(member.c.released_at.is_(None), now < member.c.released_at),
    )


def _not_merged(care_plan: str, asked: Asked, client: FromClause) -> ColumnElement[bool]:
    """The condition that care goes on with the client of this row, and not with another who is the same person."""
    merged = _tables(CARE_PLAN.tables, care_plan)["care_plan_merged_into"]
    return not_(exists().where(asked.about(merged, client)))


def _still_there(asked: Asked, client: FromClause) -> ColumnElement[bool]:
    return and_(asked.about(client_key, client), client_key.c.wrapped_key.is_not(None))


def _tables(declared: tuple[Table, ...], schema: str) -> Mapping[str, Table]:
    return {table.name: in_build(table, schema) for table in declared}
