"""Answers for the API's description: what the example client's record says, made by the code that answers."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache, reduce
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel

from domain.entry import Entry
from domain.events.base import referred
from domain.events.organization import UnusualAccessNoted
from domain.events.plan import GoalMeasured
from domain.policies import Policies
from domain.policy import Policy
from domain.vocabulary.appointments import CancelledBy
from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.purposes import PurposeOfUse
from domain.vocabulary.signals import SignalRule
from domain.vocabulary.unusual_access import UnusualAccessRule
from projections.answers import Answer
from projections.care_plan import CarePlanAnswer
from projections.care_plan.disclosures import Disclosures
from projections.catalogue import PROJECTIONS
from projections.replay import Replay
from projections.summary import SUMMARIZED, summary
from rendering import access_report
from rendering.crisis_card import crisis_card
from service.access.access_search import AccessRecord, SummedReads
from service.api import examples
from service.api.example_analytics import example_analytics
from service.api.example_proofs import example_proofs
from service.api.example_webhooks import example_webhooks
from service.api.feed_query import FeedAnswer
from service.api.field_errors import FieldError
from service.api.import_models import ImportStanding, LineResult, LineStatus
from service.api.list_models import Caseload, WaitingSignals, Worklist
from service.api.parameters import Order
from service.api.problems import Refused
from service.api.request_models import EventToRecord
from service.api.response_models import CounselingNotesAnswer, Receipt, RecordedEvent, RecordedEvents, TimelineAnswer
from service.api.responses import json_of
from service.api.routers.access_records import access_records_answer, found_records_answer
from service.api.routers.event_types import EventTypesAnswer, event_type, with_schema
from service.api.routers.health import Health, ProjectionState, Readiness
from service.api.routers.identifiers import FoundClient, FoundClients
from service.api.routers.problem_kinds import ProblemKinds, kind_of
from service.api.routers.projections import Asked, answer_of, operation_id
from service.api.routers.replay import ReplayStep, hindsight_answer, replay_answer
from service.api.routers.summary import summary_of
from service.api.routers.timelines import event_answer
from service.api.routers.vocabulary import Vocabulary, coded_list
from service.api.unusual_models import UnusualReadsFound, unusual_access_answer
from service.care.access_log import FoundRecords
from service.care.projection_reader import Stood
from service.care.record_replay import Hindsight, sides
from service.care.unusual_access import FoundPage
from service.care.unusual_notes import Found, Noted
from service.care.unusual_reads import UnusualReads
from service.projector.list_rows import ListedClient, ListedSignal, ListedTask
from service.subscriptions.feed_event import FeedEvent, FeedReference

_CLIENT: Final = UUID(examples.CLIENT)
_ANA: Final = UUID("7c0c5a2e-8f3d-4d0e-9a41-2b8f6d1c9e57")


@cache
def example_answers() -> dict[str, bytes]:
    """An example of what each operation answers when all is well, as it is sent, by the operation's id."""
    entries = list(_entries())
    opening, crisis, note = entries[:2], entries[4], entries[6]
    shown = {
        "create_client": _recorded(opening),
        "record_events": _recorded([crisis]),
        "search_clients": FoundClients(clients=(FoundClient(client_id=_CLIENT, merged_into=None),)),
        "read_timeline": _timeline(entries),
        "read_event": event_answer(_CLIENT, crisis.id, len(entries), entries),
        "read_counseling_notes": CounselingNotesAnswer(
            client_id=_CLIENT, version=len(entries), notes=(RecordedEvent.of(note),), next=None
        ),
        "read_counseling_note": event_answer(_CLIENT, note.id, len(entries), entries),
        **example_analytics(len(entries), entries[-1].recorded_at),
        **example_proofs(),
        **example_webhooks(crisis),
        "list_problems": ProblemKinds(problems=(kind_of(Refused),)),
        "explain_problem": kind_of(Refused),
        "read_vocabulary": Vocabulary(lists=(coded_list(CancelledBy),)),
        "list_event_types": EventTypesAnswer(event_types=(event_type(GoalMeasured),)),
        "read_event_type": with_schema(GoalMeasured),
        "read_health": Health(alive=True),
        "read_readiness": Readiness(
            ready=True,
            projections=tuple(
                ProjectionState(projection=each.name, version=each.version, state="live", lag=0, parked=0)
                for each in PROJECTIONS
            ),
            logs_to_mend=0,
            logs_not_signed=0,
        ),
    }
    shown["follow_events"] = _feed(entries)
    shown |= _lists(crisis, len(entries))
    by_ana = [_read_by_ana(entries)]
    shown["read_access_records"] = access_records_answer(_CLIENT, len(entries), by_ana, more=False)
    shown["search_access_records"] = found_records_answer(FoundRecords(len(entries), by_ana, None))
    shown |= _unusual(by_ana[0])
    policy = Policy()
    asked_at = entries[-1].recorded_at + timedelta(days=1)
    pages: dict[str, str] = {}
    period = access_report.period(None, asked_at.date(), asked_at, "UTC")
    pages["read_access_report"] = access_report.html(
        [_summed(entries)], Disclosures(), {}, period, "Harbor Lane", str(_CLIENT)
    )
    answers: dict[str, Answer] = {}
    for projection in PROJECTIONS:
        counting = projection.timeline(entries).entries
        state = reduce(lambda state, entry: projection.apply(state, entry, policy), counting, projection.begin(entries))
        answers[projection.name] = answer = projection.answer(state, asked_at, policy)
        shown[operation_id(projection)] = answer_of(projection, Asked(_CLIENT, len(entries), asked_at, None), answer)
        if isinstance(answer, CarePlanAnswer):
            pages["read_crisis_card"] = crisis_card(answer, policy, asked_at)
    shown |= _audited(entries)
    on_one_screen = summary(answers[projection.name] for projection in SUMMARIZED)
    shown["read_summary"] = summary_of(_CLIENT, len(entries), asked_at, None, on_one_screen)
    return {
        **{operation: json_of(answer) for operation, answer in shown.items()},
        **{operation: html.encode() for operation, html in pages.items()},
        "import_history": _import(),
    }


def _audited(entries: Sequence[Entry]) -> dict[str, BaseModel]:
    """The last event's step, and how the record stood before the last two were recorded."""
    policies, at = Policies(Policy()), entries[-3].recorded_at
    replay, then, now = (Replay(PROJECTIONS, policies) for _ in range(3))
    last = [replay.step(entry) for entry in entries][-1]
    for entry in entries:
        now.take_in(entry)
        if entry.recorded_at <= at:
            then.take_in(entry)
    policy = Policy()
    stood = [(Stood(one, then.state(one), policy), Stood(one, now.state(one), policy)) for one in PROJECTIONS]
    found = Hindsight(
        version=len(entries),
        version_then=len(entries) - 2,
        entries=entries,
        sides=[sides(*both, at) for both in stood],
        since=(),
    )
    return {
        "replay_record": replay_answer(_CLIENT, len(entries), None, [ReplayStep.of(last)], None),
        "read_hindsight": hindsight_answer(_CLIENT, at, found, ()),
    }


def _import() -> bytes:
    """What is answered to a file whose second line refers to an event that nobody has recorded."""
    unknown = FieldError(
        field="event.goal",
        rule="refers_to_known_entry",
        message="This client has no entry with that id; record it first, or look it up.",
    )
    refused = Refused("The line was not recorded, since it breaks a rule of care; see `errors`.", errors=[unknown])
    lines: list[BaseModel] = [
        LineResult(line=1, status=LineStatus.RECORDED, version=1, position=1_001),
        LineResult(line=2, status=LineStatus.REFUSED, problem=refused.document),
        ImportStanding(status="complete", next_line=3, recorded=1, already=0, refused=1),
    ]
    return b"".join(line.model_dump_json(exclude_none=True).encode() + b"\n" for line in lines)


def _lists(crisis: Entry, version: int) -> dict[str, BaseModel]:
    """Pages on which the example client stands alone, with the first contact that the crisis asks for."""
    asked_at, due_at = crisis.occurred_at + timedelta(hours=2), crisis.occurred_at + timedelta(hours=24)
    said: dict[str, Any] = {
        "position": 1_000 + version,
        "as_of": asked_at,
        "parked": 0,
        "erased_clients": 0,
        "next": None,
    }
    task = ListedTask(
        client_id=_CLIENT,
        kind=ObligationKind.CRISIS_CONTACT,
        because=crisis.id,
        step=1,
        opens_at=crisis.occurred_at,
        due_at=due_at,
        late=False,
        owner_role=Role.CRISIS_WORKER,
        person_id=_ANA,
        reassigned=False,
    )
    client = ListedClient(
        client_id=_CLIENT,
        died_at=None,
        episode_event_id=None,
        episode_opened_at=None,
        episode_closed_at=None,
        plan_event_id=None,
        plan_version=None,
        plan_agreed_at=None,
        safety_plan_version=None,
        safety_plan_written_at=None,
        last_contact_at=crisis.occurred_at,
        last_reached_at=crisis.occurred_at,
        missed_in_a_row=0,
        next_due_at=due_at,
        late_since=None,
        waiting=1,
        late=0,
        open_crises=1,
        tier=RiskTier.LOW,
        tier_not_excluded=RiskTier.HIGH,
        waiting_signals=0,
    )
    signal = ListedSignal(
        client_id=_CLIENT,
        rule=SignalRule.HIGH_CRAVING,
        event_id=crisis.id,
        about_on=crisis.occurred_at.date(),
        raised_at=crisis.occurred_at,
        ends_at=None,
        behind=(crisis.id,),
    )
    return {
        "read_worklist": Worklist(tasks=(task,), **said),
        "read_caseload": Caseload(clients=(client,), **said),
        "read_waiting_signals": WaitingSignals(signals=(signal,), **said),
    }


def _read_by_ana(entries: Sequence[Entry]) -> AccessRecord:
    return AccessRecord(
        record_id=UUID("019d5f40-7a3b-7c51-9a41-2b8f6d1c9e57"),
        recorded_at=entries[-1].recorded_at + timedelta(days=1),
        operation="GET /v1/clients/{client_id}/care-plan",
        what="care_plan",
        parameters={},
        purpose=PurposeOfUse.TREATMENT,
        actor_id=_ANA,
        credential_id=str(_ANA),
        role="counselor",
        name="ana",
        request_id="4f1c0d6e2b7a4d0e9a412b8f6d1c9e57",
        version=len(entries),
        position=None,
        client_id=_CLIENT,
        clients=1,
        recipient=None,
        allowed_by=None,
    )


def _unusual(read: AccessRecord) -> dict[str, BaseModel]:
    """That read, of somebody who is not on the client's team; and the note that a supervisor took of it."""
    at = read.recorded_at
    reads = UnusualReads(
        UnusualAccessRule.OUTSIDE_THE_TEAM, read.record_id, read.actor_id, read.role, read.name, at.date(), at, at,
        reads=1, clients=1, most_in_an_hour=None, client_ids=(_CLIENT,), record_ids=(read.record_id,),
    )  # fmt: skip
    told = UnusualAccessNoted(
        rule=reads.rule, person_id=read.actor_id, last_record=read.record_id, justified=True, note="She covered."
    )
    noted = Noted(reads.id, at + timedelta(hours=2), "supervisor/sue", UUID(int=_ANA.int + 1), told)
    page = FoundPage(1_000, [Found(reads, None)], more=False)
    return {
        "find_unusual_access": unusual_access_answer(page, at.date(), at.date()),
        "note_unusual_access": UnusualReadsFound.of(Found(reads, noted)),
    }


def _summed(entries: Sequence[Entry]) -> SummedReads:
    """The same, as a client is told of it."""
    one = _read_by_ana(entries)
    return SummedReads(
        one.actor_id, one.role, one.name, None, one.purpose, one.what, None, 1, one.recorded_at, one.recorded_at
    )


def _feed(entries: Sequence[Entry]) -> FeedAnswer:
    """The part of the feed that tells of the first two, without what they say."""
    events = tuple(
        FeedEvent(
            position=entry.position,
            id=entry.id,
            client_id=entry.client_id,
            type=entry.event.type,
            version=entry.version,
            occurred_at=entry.occurred_at,
            precision=entry.precision,
            recorded_at=entry.recorded_at,
            actor_id=entry.actor_id,
            recorded_by=entry.recorded_by,
            on_behalf_of=None,
            source=entry.source,
            correlation_id=None,
            causation_id=None,
            references=tuple(FeedReference(field=field, event_id=id_) for field, id_, _ in referred(entry.event)),
            content=None,
        )
        for entry in entries[:2]
    )
    return FeedAnswer(events=events, next=events[-1].position, more=True, position=entries[-1].position)


def _entries() -> Iterator[Entry]:
    for version, said in enumerate(examples.STORY, start=1):
        recording = EventToRecord.model_validate(said, strict=False)
        assert recording.id
        yield Entry(
            client_id=_CLIENT,
            version=version,
            id=recording.id,
            event=recording.event,
            occurred_at=recording.occurred_at,
            precision=recording.precision,
            recorded_at=recording.occurred_at + timedelta(minutes=20),
            actor_id=_ANA,
            recorded_by="counselor/ana",
            source=recording.source or "ana",
            correlation_id=None,
            causation_id=None,
            position=1_000 + version,
        )


def _recorded(entries: Sequence[Entry]) -> RecordedEvents:
    receipts = tuple(map(Receipt.of, entries))
    return RecordedEvents(client_id=_CLIENT, version=entries[-1].version, events=receipts)


def _timeline(entries: Sequence[Entry]) -> TimelineAnswer:
    return TimelineAnswer(
        client_id=_CLIENT,
        version=len(entries),
        as_of=None,
        known_at=None,
        order=Order.RECORDED,
        events=tuple(map(RecordedEvent.of, entries[:2])),
        previous=None,
        next=2,
    )
