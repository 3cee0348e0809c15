"""The views that analysts find, in order."""

from typing import Final

from analytics.view import View
from analytics.views.contacts import IN_TOUCH
from analytics.views.coordination import COORDINATION
from analytics.views.crises import IN_CRISIS
from analytics.views.people import PEOPLE
from analytics.views.plans import PLANS
from analytics.views.recovery import RECOVERY
from analytics.views.treatment import TREATMENT

VIEWS: Final[tuple[View, ...]] = (*PEOPLE, *PLANS, *IN_TOUCH, *RECOVERY, *IN_CRISIS, *COORDINATION, *TREATMENT)
