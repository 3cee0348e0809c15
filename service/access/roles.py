"""The roles in which people and systems call."""

from enum import StrEnum


class KeyRole(StrEnum):
    """The role of whoever calls: of a key's holder, or of a token's subject."""

    COUNSELOR = "counselor"
    PEER = "peer"
    CASE_MANAGER = "case_manager"
    PRESCRIBER = "prescriber"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ANALYST = "analyst"
    SYSTEM = "system"
