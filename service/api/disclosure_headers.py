"""What goes along with each answer to another organization: the notice, and what allows to tell it."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from service.access.access_records import Access
from service.access.recipients import NOTICE

ACCESS: Final = "care_timeline.access"
"""Where a request's scope holds the reading that it is."""

DISCLOSURE_HEADERS: Final = {
    "Redisclosure-Notice": f"To another organization: {NOTICE}",
    "Disclosure-Basis": "To another organization: the consent or the emergency disclosure that allows this answer, as"
    ' `"<its event\'s id>";basis="consent";purpose="treatment";scope="care_plan crisis"`.',
}
"""What the API's description says of them."""


def add_disclosure_headers(request: Request, response: Response) -> None:
    """The notice (42 CFR 2.32(a)) and what was consented to (2.32(b)), on an answer that is a disclosure."""
    access: Access | None = request.scope.get(ACCESS)
    if access is None or access.ground is None or access.caller.recipient is None:
        return
    basis, event_id, purpose, scope = access.ground
    response.headers["Redisclosure-Notice"] = NOTICE
    response.headers["Disclosure-Basis"] = f'"{event_id}";basis="{basis}";purpose="{purpose}";scope="{" ".join(scope)}"'
