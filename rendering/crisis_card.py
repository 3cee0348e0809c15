"""The crisis card as a page to print: the numbers to call, and the client's own plan (R41)."""

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from domain.policy import Policy
from projections.care_plan import CarePlanAnswer
from projections.care_plan.safety_plan import SafetyPlan
from rendering.html import page

_UNDIALLED: Final = re.compile(r"[^0-9+]")


def crisis_card(answer: CarePlanAnswer, policy: Policy, at: datetime) -> str:
    """The card, in HTML, as the care plan stands and with the organization's after-hours line.

    A card may be lost, so it holds what its holder needs and nothing that tells on them: no diagnosis, no substance,
    not the organization's name, and of the safety plan the steps 1 to 5. Step 6 stays out, since it says where means
    are kept (our choice). Where the organization told no after-hours line, there is room to write one.
    """
    line, zone = policy.crisis_card.after_hours_line, policy.working_days.zone
    if answer.client:
        zone = ZoneInfo(answer.client.time_zone)
    today = at.astimezone(zone)
    return page(
        "crisis_card.html",
        goes_by=answer.client.goes_by if answer.client else None,
        after_hours_line=line,
        after_hours_dialled=_dialled(line) if line else None,
        steps=_steps(answer.safety_plan) if answer.safety_plan else (),
        version=answer.safety_plan.version if answer.safety_plan else None,
        made_on=f"{today.day} {today:%B %Y}",
    )


def _steps(plan: SafetyPlan) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("Signs that I need this card", plan.warning_signs),
        ("What I can do myself", plan.own_coping),
        ("People and places that do me good", plan.people_and_places),
        ("People I can ask for help", plan.people_to_ask),
        ("Professionals I can call", plan.professionals),
    )


def _dialled(line: str) -> str:
    """The number as a telephone dials it: an extension follows after a pause."""
    number, _, extension = line.partition("ext.")
    dialled = _UNDIALLED.sub("", number)
    return f"{dialled},{extension.strip()}" if extension else dialled
