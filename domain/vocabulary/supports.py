"""The people and groups around a client, and what they do there."""

from domain.vocabulary.terms import Term, fhir


class SupportKind(Term):
    """Who or what supports a client outside the team (R16; FHIR RelatedPerson.relationship)."""

    PARTNER = "partner", fhir("v3-RoleCode", "SIGOTHR")
    FAMILY = "family", fhir("v3-RoleCode", "FAMMEMB")
    FRIEND = "friend", fhir("v3-RoleCode", "FRND")
    SPONSOR = "sponsor"
    COLLEAGUE = "colleague"
    SUPPORT_GROUP = "support_group"
    VIRTUAL_COMMUNITY = "virtual_community"
    FAITH_COMMUNITY = "faith_community"
    OTHER = "other"


class SupportGroup(Term):
    """The fellowship or programme of a group, whether it meets in a room or online (R16)."""

    AA = "aa"
    NA = "na"
    AL_ANON = "al_anon"
    NAR_ANON = "nar_anon"
    SMART_RECOVERY = "smart_recovery"
    FAITH_BASED = "faith_based"
    ONLINE_COMMUNITY = "online_community"
    PEER_RUN = "peer_run"
    OTHER = "other"


class SupportRole(Term):
    """What a support does for the client (R16)."""

    LISTENS = "listens"
    KEEPS_COMPANY = "keeps_company"
    ACCOUNTABILITY = "accountability"
    SPONSORS = "sponsors"
    GIVES_RIDES = "gives_rides"
    MINDS_CHILDREN = "minds_children"
    GIVES_SHELTER = "gives_shelter"
    KEEPS_MEDICATION = "keeps_medication"
    KEEPS_NALOXONE = "keeps_naloxone"
    JOINS_FAMILY_SESSIONS = "joins_family_sessions"
    EMERGENCY_CONTACT = "emergency_contact", fhir("v3-RoleCode", "ECON")
    OTHER = "other"


class MeetingRole(Term):
    """What the client did at a support meeting beside being there (R16)."""

    SHARED_EXPERIENCE = "shared_experience"
    LED_DISCUSSION = "led_discussion"
    ORGANIZED_ACTIVITY = "organized_activity"
    WELCOMED_NEWCOMERS = "welcomed_newcomers"
    SERVICE_POSITION = "service_position"
    SPONSORED_OTHERS = "sponsored_others"
    OTHER = "other"


class SupportEndReason(Term):
    """Why somebody or something does not support the client any more (R16)."""

    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise"
    NOT_SAFE_FOR_RECOVERY = "not_safe_for_recovery"
    MOVED_AWAY = "moved_away"
    BROKE_OFF = "broke_off"
    DIED = "died"
    GROUP_ENDED = "group_ended"
    OTHER = "other"
