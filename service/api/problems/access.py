"""Problems of who calls, what they may do, and why."""

from http import HTTPStatus
from typing import ClassVar

from service.api.problem import RETRY_AFTER, Problem


class KeyNeeded(Problem):
    """The request carries no API key or access token, or none that is valid; `detail` says why.

    Send `Authorization: Bearer` and the key or token. Whoever runs the service makes keys, can revoke them, and says
    whose tokens are believed.
    """

    status, slug, title = HTTPStatus.UNAUTHORIZED, "key-needed", "A valid API key or token is needed"
    documented_headers: ClassVar = {
        "WWW-Authenticate": "How to send a key or token and, in `resource_metadata`, where it is told who makes tokens."
    }


class ScopeMissing(Problem):
    """The key or token does not allow this, and another of your role can. `missing_scope` names the scope needed."""

    status, slug, title = HTTPStatus.FORBIDDEN, "scope-missing", "The key does not allow this"


class RoleNotAllowed(Problem):
    """Your role may not do this, whatever scopes its key has; `detail` names the roles that may.

    Only a prescriber records medication, for example, and an auditor records nothing. Nothing was recorded.
    """

    status, slug, title = HTTPStatus.FORBIDDEN, "role-not-allowed", "The role may not do this"


class RoleMissing(Problem):
    """The access token is good, and its holder has no role here.

    Whoever runs the service says which roles of the token's issuer are which roles in care.
    """

    status, slug, title = HTTPStatus.FORBIDDEN, "role-missing", "The token gives no role"


class TooManyWrongKeys(Problem):
    """From this address, or for this key, too many wrong keys or tokens came within a minute.

    Wait for the seconds in `Retry-After`. A key or token that is right and in use goes on working meanwhile; one that
    was not seen for a day has to wait as well.
    """

    status, slug, title = HTTPStatus.TOO_MANY_REQUESTS, "too-many-wrong-keys", "Too many wrong keys"
    documented_headers: ClassVar = RETRY_AFTER


class IssuerUnavailable(Problem):
    """The access token cannot be checked, since its issuer's keys cannot be fetched; try again after `Retry-After`.

    API keys work on.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "issuer-unavailable", "The token cannot be checked"
    documented_headers: ClassVar = RETRY_AFTER


class NoLegalGround(Problem):
    """For legal proceedings (`HLEGAL`), nothing is told without a court order or the client's consent to just that.

    The law protects these records (42 CFR 2.12(d), 2.61): a subpoena alone does not do. Record `court_order_recorded`,
    or `consent_granted` with the purpose `legal_proceedings`, whose `scope` covers what is asked: all of a client needs
    `whole_record`. Lists over clients are not told for legal proceedings at all: ask client by client.
    """

    status, slug, title = HTTPStatus.FORBIDDEN, "no-legal-ground", "Not without a court order or consent"


class Restricted(Problem):
    """The client asked that their record not be used for this purpose, and your organization agreed.

    `restriction_requested` on the timeline says for what. It does not stand in the way of treatment, emergencies, court
    orders and the client's own requests: say in `Purpose-Of-Use` what you read it for.
    """

    status, slug, title = HTTPStatus.FORBIDDEN, "restricted", "Not for this purpose, as the client asked"


class NotConsented(Problem):
    """Your organization is another one, and neither a consent in force nor an emergency allows it this read.

    Some consent or emergency disclosure names your organization: `purpose` and `scope` have to fit what you read it for
    (`Purpose-Of-Use`; in an emergency `ETREAT`) and what you ask. A client of whom nothing is disclosed to you looks
    like one who is not there.
    """

    status, slug, title = HTTPStatus.FORBIDDEN, "not-consented", "Not without the client's consent"


class AccessNotRecorded(Problem):
    """That you read this could not be recorded, so nothing is told; try again after the seconds in `Retry-After`.

    Every read about a client leaves a record of who read what and why, before it is answered. Recording events goes on.
    """

    status, slug, title = HTTPStatus.SERVICE_UNAVAILABLE, "access-not-recorded", "The access could not be recorded"
    documented_headers: ClassVar = RETRY_AFTER
