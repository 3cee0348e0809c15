"""Every measure once more: in DuckDB's SQL over Parquet files, written from the definitions in words.

Each statement gives the client, the case, the day by which it is counted, its group, and what is judged. `now` is the
moment at which it is looked, and `today` its day; moments are in UTC.
"""

from collections.abc import Mapping
from typing import Final


def _retention(after: int) -> str:
    return f"""
    select client, episode, opened_on, entry_route, ended_on is null or ended_on - opened_on >= {after}
      from episodes e where today() - opened_on >= {after} and not {_dies_before(after)}
    """


def _dies_before(day: int) -> str:
    """Whether the client dies on a day of the episode before this one."""
    return f"""exists (
      select 1 from clients c
       where c.client = e.client and died_at is not null
         and case when died_at = ended_at then ended_on else died_at::date end - opened_on < {day}
       union all
      select 1 where discharge_reason = 'died' and ended_on < opened_on + {day}
    )"""


_SERVICES: Final = """
    services as (
      select distinct client, contact_on as on_day, 'session' as what from contacts where kind = 'session_held'
       union
      select distinct client, started_at::date, 'medication' from medications
       where purpose in ('opioid_use_disorder', 'alcohol_use_disorder')
    ),
    new_episodes as (
      select e.*, (select min(on_day) from services s where s.client = e.client and on_day - opened_on between 0 and 13)
                  as first_day
        from episodes e
       where not exists (
         select 1 from episodes earlier
          where earlier.client = e.client and earlier.opened_at < e.opened_at
            and (earlier.ended_on is null or e.opened_on - earlier.ended_on <= 194))
    )
"""


def _crisis(hours: int) -> str:
    return f"""
    select c.client, crisis, occurred_at::date, tier, exists (
             select 1 from contacts k where k.client = c.client and k.reached
                and k.contact_at > c.occurred_at and k.contact_at - c.occurred_at <= interval {hours} hours)
      from crises c left join clients p on p.client = c.client
     where now() - occurred_at >= interval {hours} hours
       and (died_at is null or died_at - occurred_at > interval {hours} hours)
    """


def _task(kind: str) -> str:
    """Tasks of a kind that were met in time, of those that were met or are due, if not released by when they were."""
    return f"""
    select client, because, due_at::date, owner_role, coalesce(met_in_time, false)
      from obligations
     where kind = '{kind}' and (met_in_time is not null or due_at < now())
       and (released_at is null or released_at > due_at)
    """


def _change(measure: str) -> str:
    return f"""
    with told as (
      select e.client, e.episode, e.opened_on, e.entry_route, o.value, o.measured_at, measured_on - opened_on as day
        from episodes e join outcomes o on o.client = e.client
       where measure = '{measure}' and value is not null
         and measured_on >= opened_on and measured_on <= coalesce(ended_on, today())
    )
    select client, episode, any_value(opened_on), any_value(entry_route),
           last(value order by measured_at, value) filter (day > 30)
           - first(value order by measured_at, value) filter (day <= 30)
      from told group by client, episode
    having count(*) filter (day > 30) > 0 and count(*) filter (day <= 30) > 0
    """


def _in_care_on(day: int) -> str:
    return f"(ended_on is null or ended_on - opened_on >= {day}) and today() - opened_on > {day}"


def _self_help(day: int) -> str:
    return f"""
    select e.client, episode, opened_on, entry_route, count(measured_on) > 0
      from episodes e left join outcomes o
        on o.client = e.client and measure = 'support_meetings' and opened_on + {day} - measured_on between 1 and 30
     where {_in_care_on(day)} group by all
    """


def _back_to_work(day: int) -> str:
    return f"""
    select e.client, episode, opened_on, entry_route, count(measured_on) > 0
      from episodes e left join outcomes o
        on o.client = e.client and measure = 'back_to_work' and measured_on - opened_on between 0 and {day - 1}
     where {_in_care_on(day)} group by all
    """


def _housed(day: int) -> str:
    return f"""
    select e.client, episode, opened_on, entry_route, r.stable
      from episodes e join residences r on r.client = e.client
     where {_in_care_on(day)} and moved_in_at::date <= opened_on + {day}
       and coalesce(coalesce(left_at, ends_at)::date > opened_on + {day}, true)
    qualify row_number() over (partition by e.client, episode order by moved_in_at desc, r.stable) = 1
    """


_WAITS: Final = "o.met_at is null and o.missed_at is null and o.released_at is null"
_ON_TEAM: Final = """
    begins_at <= now() and (ends_at is null or ends_at > now()) and (released_at is null or released_at > now())
"""

MEASURES_IN_DUCKDB: Final[Mapping[str, str]] = {
    **{f"retention_{after}": _retention(after) for after in (30, 90, 180, 365)},
    "initiation": f"""
    with {_SERVICES}
    select client, episode, opened_on, entry_route, first_day is not null
      from new_episodes e where today() - opened_on >= 14 and not {_dies_before(14)}
    """,
    "engagement": f"""
    with {_SERVICES}
    select e.client, episode, opened_on, entry_route,
           count(distinct on_day) >= 2 and count(*) filter (what = 'session') >= 1
      from new_episodes e left join services s on s.client = e.client and on_day - first_day between 1 and 34
     where today() - opened_on >= 48 and not {_dies_before(48)} group by all
    """,
    "time_in_care": """
    select client, episode, opened_on, entry_route, greatest(coalesce(ended_on, today()) - opened_on, 0),
           coalesce(discharge_reason in ('left_by_own_choice', 'lost_contact', 'ended_by_programme'), false)
      from episodes
    """,
    "crisis_follow_up_24_hours": _crisis(24),
    "crisis_follow_up_72_hours": _crisis(72),
    "crisis_follow_up_7_days": _crisis(7 * 24),
    "crisis_follow_up_30_days": _crisis(30 * 24),
    "reviews_on_time": _task("postvention_review"),
    "adjustments_carried_out": """
    select client, review, asked_at::date, kind, carried_out_at is not null from adjustments
     where carried_out_at is not null or dropped_at is not null or (due_at < now() and released_at is null)
    """,
    "acceptance_in_time": _task("handoff_acceptance"),
    "meeting_in_time": _task("client_meeting"),
    "hours_to_acceptance": """
    select client, handoff, requested_at::date, urgency, epoch_us(accepted_at - requested_at) / 3.6e9
      from handoffs where accepted_at is not null
    """,
    "hours_to_meeting": """
    select client, handoff, requested_at::date, urgency, epoch_us(completed_at - accepted_at) / 3.6e9
      from handoffs where accepted_at is not null and completed_at is not null
    """,
    "days_until_return_to_use": """
    with seen as (
      select e.*, coalesce(ended_on, today()) as until,
             (select min(lapsed_on) from lapses l where l.client = e.client and lapsed_on >= opened_on) as lapse_on
        from episodes e
    )
    select client, episode, opened_on, entry_route,
           greatest(least(coalesce(lapse_on, until), until) - opened_on, 0), coalesce(lapse_on <= until, false)
      from seen
    """,
    "attendance": """
    select client, contact, contact_on, session, kind = 'session_held' from contacts
     where kind in ('session_held', 'session_missed')
    """,
    "barriers_behind_misses": """
    select client, contact, contact_on, barrier, coalesce(barrier <> 'unknown', false) from contacts
     where kind = 'session_missed'
    """,
    **{
        f"change_in_{measure}": _change(measure)
        for measure in (
            *("bam_use", "bam_risk", "bam_protective", "phq_9_total", "gad_7_total", "barc_10_total"),
            *("craving", "sleep_hours"),
        )
    },
    "self_help_at_baseline": _self_help(30),
    "self_help_at_follow_up": _self_help(180),
    "stable_housing_at_baseline": _housed(30),
    "stable_housing_at_follow_up": _housed(180),
    "back_to_work_at_baseline": _back_to_work(30),
    "back_to_work_at_follow_up": _back_to_work(180),
    "caseload": f"""
    select distinct client, client, today(), role, exists (
             select 1 from obligations o
              where o.client = t.client and owner_role = t.role and due_at < now() and {_WAITS})
      from team_members t
     where {_ON_TEAM}
       and client in (select client from episodes
                       where opened_at <= now() and (ended_at is null or ended_at > now()))
       and client not in (select client from clients where died_at is not null)
    """,
    "lateness": f"""
    select client, because, today(), owner_role, due_at < now() from obligations o
     where opens_at <= now() and {_WAITS}
    """,
}
