"""Who and where: shared by the chapters."""

from domain.instruments.cssrs import CssrsAnswers
from service.access.caller import KeyRole

TIME_ZONE = "America/Chicago"
ORGANIZATION = "Harbor Lane Recovery"

COUNSELOR, PEER = KeyRole.COUNSELOR, KeyRole.PEER
CASE_MANAGER, PRESCRIBER = KeyRole.CASE_MANAGER, KeyRole.PRESCRIBER

TEAM = {COUNSELOR: "ana", PEER: "marcus", CASE_MANAGER: "priya", PRESCRIBER: "dr-osei", KeyRole.AUDITOR: "lee"}
"""The names of the keys with which the team records, by role."""

NO_THOUGHTS_OF_SUICIDE = CssrsAnswers(q1=False, q2=False, q6_ever=False)
