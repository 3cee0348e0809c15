"""Counseling notes, kept apart from the rest of the record (R27, 42 CFR 2.11 "SUD counseling notes")."""

from typing import Annotated, ClassVar, Literal

from domain.events.base import Event, FreeText, RefersTo, StrictUUID


class CounselingNoteWritten(Event):
    """What was talked about in a session, as the counselor notes or analyzes it for themselves (R27).

    Sealed under a key of its own and answered to its author's role alone. The timeline shows its header; no projection
    opens it. What care builds upon does not belong here, since nobody else would read it: medication, when sessions
    began and ended, which treatment and how often, results of tests, and summaries of diagnosis, functional status,
    plan, symptoms, prognosis and progress (42 CFR 2.11 leaves these out of what such notes are). Record those as events
    of their own, such as session_held.
    """

    kept_apart: ClassVar[bool] = True

    type: Literal["counseling_note_written"] = "counseling_note_written"
    session: Annotated[StrictUUID, RefersTo("session_held")] | None = None
    """The session that it is about."""
    note: FreeText
    """The note, sealed under a key of its own."""
