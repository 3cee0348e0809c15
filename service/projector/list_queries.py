"""The statements behind the lists: rows of many clients, from builds' tables.

Erased clients are left out by their keys: a client whose key was destroyed a moment ago has rows until their projection
is caught up. Each statement is given the organization as $1 and the clock as $2. Only what is asked for stands in it,
so that PostgreSQL plans it for just that. Every name in it is our own; values are parameters.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.vocabulary.crisis import RiskTier

_STILL_THERE: Final = """JOIN keyring.client_key k
    ON k.organization_id = $1 AND k.client_id = {rows}.client_id AND k.wrapped_key IS NOT NULL"""

# As the index of waiting obligations has it (projections/obligations.py).
_WAITS: Final = "o.met_event_id IS NULL AND o.released_event_id IS NULL AND o.missed_event_id IS NULL"

_ON_THE_TEAM: Final = """m.begins_at <= $2 AND (m.ends_at IS NULL OR $2 < m.ends_at)
       AND (m.released_at IS NULL OR $2 < m.released_at)"""

# From the least to the most. Unknown stands below "none found" in the vocabulary; what cannot be excluded tells it.
_TIERS: Final = ", ".join(f"'{tier}'" for tier in RiskTier)


class Query:
    """A statement that grows by the conditions that are asked for, and its arguments."""

    def __init__(self, arguments: list[Any]) -> None:
        self.arguments = arguments
        self._conditions: list[str] = []

    @classmethod
    def at(cls, organization_id: UUID, moment: datetime) -> "Query":
        """One that asks for all that there is in the organization at the moment."""
        return cls([organization_id, moment])

    def elsewhere(self) -> "Query":
        """Conditions at another place of the same statement."""
        return Query(self.arguments)

    def where(self, condition: str, *values: object) -> None:
        """Add a condition, in which {0}, {1} … stand for these values."""
        places = []
        for value in values:
            self.arguments.append(value)
            places.append(f"${len(self.arguments)}")
        self._conditions.append(condition.format(*places))

    def after(self, columns: Sequence[str], key: Sequence[object] | None) -> None:
        """Only what comes after the row with this key."""
        if key is not None:
            places = ", ".join(f"{{{place}}}" for place in range(len(key)))
            self.where(f"({', '.join(columns)}) > ({places})", *key)

    @property
    def conditions(self) -> str:
        """All of them, to follow upon another."""
        return "".join(f" AND {condition}" for condition in self._conditions)


WORKLIST_ORDER: Final = ("due_at", "client_id", "kind", "because", "step")
CASELOAD_ORDER: Final = ("client_id",)
SIGNALS_ORDER: Final = ("raised_at", "client_id", "rule", "event_id")


def worklist(
    schemas: Mapping[str, str], query: Query, *, person_id: UUID | None, role: str | None, limit: int
) -> tuple[str, list[Any]]:
    """What waits, by when it is due, with the owner that it has now: by the rules of `owned` in care_plan/owners.py."""
    schema, conditions = schemas["care_plan"], query.conditions
    by_owner = query.elsewhere()
    if role is not None:
        by_owner.where("w.owner_role = {0}", role)
    if person_id is not None:
        by_owner.where(
            "(w.named_id = {0} OR NOT w.named AND EXISTS (SELECT FROM " + schema + ".care_plan_team_member m"
            " WHERE m.organization_id = $1 AND m.client_id = w.client_id AND m.role = w.owner_role"
            " AND m.person_id = {0})) AND coalesce(w.named_id, held.person_id) = {0}",
            person_id,
        )
    sql = f"""
SELECT w.client_id, w.kind, w.because, w.step, w.opens_at, w.due_at, w.due_at < $2 AS late, w.owner_role,
       coalesce(w.named_id, held.person_id) AS person_id, w.reassigned
  FROM (SELECT o.client_id, o.kind, o.because, o.step, o.opens_at, o.due_at, t.kind IS NOT NULL AS reassigned,
               coalesce(t.owner_role, o.owner_role) AS owner_role,
               CASE WHEN t.kind IS NULL THEN o.owner_person_id ELSE t.owner_person_id END AS named_id,
               CASE WHEN t.kind IS NULL THEN o.owner_named ELSE t.owner_named END AS named
          FROM {schema}.obligation o
          LEFT JOIN {schema}.care_plan_task_owner t USING (organization_id, client_id, kind, because, step)
         WHERE o.organization_id = $1 AND {_WAITS}{conditions}) w
  LEFT JOIN LATERAL (SELECT (array_agg(m.person_id))[1] AS person_id
                       FROM {schema}.care_plan_team_member m
                      WHERE NOT w.named AND m.organization_id = $1 AND m.client_id = w.client_id
                        AND m.role = w.owner_role AND {_ON_THE_TEAM}
                     HAVING count(*) = 1) held ON true
  {_STILL_THERE.format(rows="w")}
 WHERE true{by_owner.conditions}
 ORDER BY w.due_at, w.client_id, w.kind, w.because, w.step
 LIMIT {limit:d}"""  # noqa: S608
    return sql, by_owner.arguments


def caseload(schemas: Mapping[str, str], query: Query, *, limit: int) -> tuple[str, list[Any]]:
    """A row for each client; what is counted is looked up for the clients of the page alone."""
    schema = schemas["care_plan"]
    sql = f"""
SELECT p.client_id, p.died_at, p.episode_event_id, p.episode_opened_at, p.episode_closed_at,
       p.plan_event_id, p.plan_version, p.plan_agreed_at,
       p.safety_plan_version, p.safety_plan_written_at, p.last_contact_at, p.last_reached_at, p.missed_in_a_row,
       due.next_due_at, due.late_since, due.waiting, due.late,
       crisis.open_crises, crisis.tier, crisis.tier_not_excluded, signals.waiting_signals
  FROM {schema}.care_plan p
  {_STILL_THERE.format(rows="p")}
  CROSS JOIN LATERAL (SELECT min(o.due_at) FILTER (WHERE o.due_at >= $2) AS next_due_at,
                             min(o.due_at) FILTER (WHERE o.due_at < $2) AS late_since,
                             count(*) AS waiting, count(*) FILTER (WHERE o.due_at < $2) AS late
                        FROM {schema}.obligation o
                       WHERE o.organization_id = $1 AND o.client_id = p.client_id AND {_WAITS}) due
  CROSS JOIN LATERAL (SELECT count(*) AS open_crises,
                             (ARRAY[{_TIERS}])[max(array_position(ARRAY[{_TIERS}], c.tier))] AS tier,
                             (ARRAY[{_TIERS}])[max(array_position(ARRAY[{_TIERS}], c.tier_not_excluded))]
                               AS tier_not_excluded
                        FROM {schema}.care_plan_crisis c
                       WHERE c.organization_id = $1 AND c.client_id = p.client_id
                         AND c.resolved_event_id IS NULL AND c.client_died_event_id IS NULL) crisis
  CROSS JOIN LATERAL (SELECT count(*) AS waiting_signals
                        FROM {schemas["signals"]}.signal s
                       WHERE s.organization_id = $1 AND s.client_id = p.client_id
                         AND s.cleared_event_id IS NULL AND s.acknowledged_event_id IS NULL) signals
 WHERE p.organization_id = $1{query.conditions}
 ORDER BY p.client_id
 LIMIT {limit:d}"""  # noqa: S608
    return sql, query.arguments


IN_CARE: Final = "(p.episode_event_id IS NOT NULL AND p.episode_closed_event_id IS NULL AND p.died_event_id IS NULL)"
"""The condition that the client has an open episode of care."""


def on_the_team_of(schemas: Mapping[str, str], rows: str = "p") -> str:
    """The condition that a person is now on the team of the client of these rows."""
    return (
        f"EXISTS (SELECT FROM {schemas['care_plan']}.care_plan_team_member m"
        f" WHERE m.organization_id = $1 AND m.client_id = {rows}.client_id AND m.person_id = {{0}} AND {_ON_THE_TEAM})"
    )


def seen_by(schemas: Mapping[str, str], rows: str) -> str:
    """The condition that a person is now on the client's team, or has opened the record in an emergency."""
    return (
        f"({on_the_team_of(schemas, rows)} OR EXISTS (SELECT FROM {schemas['care_plan']}.care_plan_emergency_access a"
        f" WHERE a.organization_id = $1 AND a.client_id = {rows}.client_id AND a.person_id = {{0}}"
        " AND a.opened_at <= $2 AND $2 < a.ends_at))"
    )


def signals(schemas: Mapping[str, str], query: Query, *, limit: int) -> tuple[str, list[Any]]:
    """The signals that wait, those first that have waited longest."""
    sql = f"""
SELECT s.client_id, s.rule, s.event_id, s.raised_at, s.behind
  FROM {schemas["signals"]}.signal s
  {_STILL_THERE.format(rows="s")}
 WHERE s.organization_id = $1 AND s.cleared_event_id IS NULL AND s.acknowledged_event_id IS NULL{query.conditions}
 ORDER BY s.raised_at, s.client_id, s.rule, s.event_id
 LIMIT {limit:d}"""  # noqa: S608
    return sql, query.arguments
