"""How much of a few clients may be told to analysts."""

from typing import Annotated

from pydantic import Field

from domain.policy.section import Positive, Section


class AnalyticsPolicy(Section):
    """From how many clients on figures and exports are told. Source: CMS's for figures; our choice for exports.

    `smallest_cell`: counts of fewer clients than this, other than 0, are left out of figures, and with them what would
    give them away: 11, as the Centers for Medicare & Medicaid Services publish no cell of 1 to 10.

    `k`: in an export, of whatever outsiders may know of somebody (birth year, where from, when admitted and the like)
    at least so many clients have the same, 5: what many data holders ask for within a circle that signed for it; 11 is
    usual for what is made public; an export with fewer is refused. `l`: among those who have the same, at least so many
    different values of what must not be known of one of them, 2, so that to know that somebody is in the export tells
    nothing of them. An export says how many there are, and is not refused for that.
    """

    smallest_cell: Positive = 11
    k: Positive = 5
    l: Annotated[int, Field(gt=0, le=100)] = 2  # noqa: E741 l-diversity's own name
