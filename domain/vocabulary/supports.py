"""The people and groups around a client, and what they do there."""

from domain.vocabulary.terms import Term, fhir


class SupportKind(Term):
    """Who or what supports a client outside the team (R16; FHIR RelatedPerson.relationship)."""

    PARTNER = "partner", "The client's partner.", fhir("v3-RoleCode", "SIGOTHR")
    FAMILY = "family", "Somebody of the client's family.", fhir("v3-RoleCode", "FAMMEMB")
    FRIEND = "friend", "A friend.", fhir("v3-RoleCode", "FRND")
    SPONSOR = "sponsor", "A sponsor of a twelve-step fellowship."
    COLLEAGUE = "colleague", "A colleague at work or school."
    SUPPORT_GROUP = "support_group", "A group that meets to support each other."
    VIRTUAL_COMMUNITY = "virtual_community", "A community that meets online."
    FAITH_COMMUNITY = "faith_community", "A congregation or another community of faith."
    OTHER = "other", "Somebody or something else."


class SupportGroup(Term):
    """The fellowship or programme of a group, whether it meets in a room or online (R16)."""

    AA = "aa", "AA, the twelve-step fellowship of people who want to stop drinking."
    NA = "na", "NA, the twelve-step fellowship of people who want to stop using drugs."
    AL_ANON = "al_anon", "Al-Anon, for family and friends of people who drink."
    NAR_ANON = "nar_anon", "Nar-Anon, for family and friends of people who use drugs."
    SMART_RECOVERY = "smart_recovery", "SMART Recovery."
    FAITH_BASED = "faith_based", "A programme of a community of faith."
    ONLINE_COMMUNITY = "online_community", "A community that meets online."
    PEER_RUN = "peer_run", "A group that peers run."
    OTHER = "other", "Another group."


class SupportRole(Term):
    """What a support does for the client (R16)."""

    LISTENS = "listens", "Listens when the client needs to talk."
    KEEPS_COMPANY = "keeps_company", "Spends time with the client."
    ACCOUNTABILITY = "accountability", "Asks how it goes with what the client has taken on."
    SPONSORS = "sponsors", "Is the client's sponsor."
    GIVES_RIDES = "gives_rides", "Drives the client where they need to go."
    MINDS_CHILDREN = "minds_children", "Looks after the client's children."
    GIVES_SHELTER = "gives_shelter", "Gives the client a place to stay."
    KEEPS_MEDICATION = "keeps_medication", "Keeps medication safe for the client."
    KEEPS_NALOXONE = "keeps_naloxone", "Has naloxone, and knows how to give it."
    JOINS_FAMILY_SESSIONS = "joins_family_sessions", "Comes to sessions with the client."
    EMERGENCY_CONTACT = "emergency_contact", "Is called in an emergency.", fhir("v3-RoleCode", "ECON")
    OTHER = "other", "Something else."


class MeetingRole(Term):
    """What the client did at a support meeting beside being there (R16)."""

    SHARED_EXPERIENCE = "shared_experience", "Told of their own way."
    LED_DISCUSSION = "led_discussion", "Led the discussion."
    ORGANIZED_ACTIVITY = "organized_activity", "Organized an activity."
    WELCOMED_NEWCOMERS = "welcomed_newcomers", "Welcomed people who came for the first time."
    SERVICE_POSITION = "service_position", "Held a position of service in the group."
    SPONSORED_OTHERS = "sponsored_others", "Sponsors somebody else."
    OTHER = "other", "Something else."


class SupportEndReason(Term):
    """Why somebody or something does not support the client any more (R16)."""

    CLIENT_CHOSE_OTHERWISE = "client_chose_otherwise", "The client does not want it any more."
    NOT_SAFE_FOR_RECOVERY = "not_safe_for_recovery", "It is not safe for the client's recovery."
    MOVED_AWAY = "moved_away", "They moved away."
    BROKE_OFF = "broke_off", "They broke off the contact."
    DIED = "died", "They died."
    GROUP_ENDED = "group_ended", "The group is no more."
    OTHER = "other", "Another reason."
