"""The care plan as it is shown in a terminal."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.obligations import ObligationKind
from projections.care_plan import CarePlanAnswer
from projections.care_plan.barriers import RaisedBarrier
from projections.care_plan.cadences import Cadence
from projections.care_plan.crisis import Crisis
from projections.care_plan.crisis_cards import CrisisCard
from projections.care_plan.goals import Goal
from projections.care_plan.handoff import Handoff
from projections.care_plan.harm_reduction import HarmReduction
from projections.care_plan.interventions import Intervention
from projections.care_plan.medications import Medication
from projections.care_plan.plans import Plan
from projections.care_plan.referrals import Referral
from projections.care_plan.residence import Residence
from projections.care_plan.safety_plan import SafetyPlan
from projections.obligations import Obligation, ObligationStatus
from rendering.formatting import Formatting, bullet, joined, listed, sections, status, words

WAITING = {ObligationStatus.OPEN, ObligationStatus.LATE}

NAMES: dict[ObligationKind, str] = {
    ObligationKind.HANDOFF_ACCEPTANCE: "acceptance of the handoff",
    ObligationKind.CLIENT_MEETING: "meeting with the receiver",
    ObligationKind.CRISIS_CONTACT: "follow-up after the crisis",
    ObligationKind.POSTVENTION_REVIEW: "review of the crisis",
    ObligationKind.PLAN_REVIEW: "review of the plan",
    ObligationKind.TRIGGER_TOUCHPOINT: "contact before a hard day",
    ObligationKind.NALOXONE: "naloxone",
    ObligationKind.CRISIS_CARD: "crisis card",
    ObligationKind.SUICIDE_SCREENING: "questions about suicide (C-SSRS)",
    ObligationKind.FIND_CLIENT: "finding the client",
    ObligationKind.PLAN_ADJUSTMENT: "change that a review asked for",
    ObligationKind.NEW_RECEIVER: "another receiver",
    ObligationKind.BARRIER_WORK: "work on the barrier",
    ObligationKind.REFERRAL_ANSWER: "answer to the referral",
    ObligationKind.REFERRAL_OUTCOME: "what came of the referral",
    ObligationKind.RISK_CONTACT: "contact after questions about suicide",
    ObligationKind.EMERGENCY_ACCESS_REVIEW: "review of the emergency access",
    ObligationKind.EMERGENCY_DISCLOSURE_REVIEW: "review of the emergency disclosure",
}


def care_plan(answer: CarePlanAnswer, fmt: Formatting) -> RenderableType:
    """Who, the plan, what is done and given, the safety plan, and what must still happen."""
    grid = sections()
    parts: tuple[tuple[str, Iterable[RenderableType]], ...] = (
        ("Client", _client(answer, fmt)),
        ("Plan", _plan(answer.plan, fmt) if answer.plan else [Text("none agreed yet", style="dim")]),
        ("Interventions", [_intervention(each, fmt) for each in answer.interventions if each.under_way]),
        ("Cadence", [_cadence(each, fmt) for each in answer.cadences]),
        ("Goals", [_goal(goal, fmt) for goal in (*answer.stabilization_goals, *answer.longer_term_goals)]),
        ("Crises", [_crisis(crisis, fmt) for crisis in answer.crises]),
        ("Medication", [_medication(each, fmt) for each in answer.medications]),
        ("Safer use", [_harm_reduction(each, fmt) for each in answer.harm_reduction]),
        ("Crisis cards", [_crisis_card(each, fmt) for each in answer.crisis_cards]),
        ("Handoffs", [_handoff(handoff, fmt) for handoff in answer.handoffs]),
        ("Residence", [_residence(answer.residence, fmt)] if answer.residence else []),
        ("Barriers", [_barrier(barrier, fmt) for barrier in answer.barriers]),
        ("Referrals", [_referral(referral, fmt) for referral in answer.referrals]),
        ("Safety plan", _safety_plan(answer.safety_plan, fmt) if answer.safety_plan else []),
        ("Consents", _consents(answer, fmt)),
        ("Court orders", _court_orders(answer, fmt)),
        ("To do", _to_do(answer, fmt)),
    )
    for heading, lines in parts:
        shown = list(lines)
        if shown:
            grid.add_row(heading, Group(*shown))
    return Panel(grid, title="Care plan", title_align="left", border_style="blue")


def _client(answer: CarePlanAnswer, fmt: Formatting) -> Iterator[Text]:
    if answer.client is None:
        yield Text("not registered yet", style="dim")
    else:
        yield joined(Text(answer.client.goes_by, style="bold"), fmt.numbers(answer.client.event_id))
    if answer.died:
        yield joined(f"died {fmt.moment(answer.died.at)}", fmt.numbers(answer.died.event_id))
    episode = answer.episode
    if episode:
        substances = listed(use.substance for use in episode.substances)
        yield joined(
            f"in care since {fmt.moment(episode.opened_at)} (way in: {words(episode.entry_route)}); {substances}",
            fmt.numbers(episode.event_id, episode.correction_id),
        )
        if episode.closed:
            yield joined(
                f"left care {fmt.moment(episode.closed.at)} ({words(episode.closed.reason)})",
                fmt.numbers(episode.closed.event_id),
            )
    level = answer.level_of_care
    if level:
        yield joined(f"level of care {level.level} since {fmt.moment(level.since)}", fmt.numbers(level.event_id))
    lapse = answer.last_lapse
    if lapse:
        danger = Text("with danger of overdose", style="red") if lapse.overdose_danger else ""
        yield joined(
            f"last lapse {fmt.moment(lapse.at)}: {listed(lapse.substances)}",
            danger,
            fmt.numbers(lapse.event_id, lapse.correction_id),
        )
    if answer.last_contact:
        yield joined(f"last contact {fmt.moment(answer.last_contact.at)}", fmt.numbers(answer.last_contact.event_id))


def _plan(plan: Plan, fmt: Formatting) -> Iterator[RenderableType]:
    yield joined(
        Text(f"version {plan.version}", style="bold"),
        f"agreed {fmt.moment(plan.agreed_at)} by {listed(plan.agreed_by)}",
        fmt.numbers(plan.event_id, plan.correction_id),
    )
    yield Text(plan.summary, style="italic")
    because_of = fmt.numbers(*plan.because_of)
    if because_of:
        yield joined("because of", because_of)


def _intervention(each: Intervention, fmt: Formatting) -> RenderableType:
    techniques = Text(f"({listed(each.techniques)})", style="dim") if each.techniques else ""
    last_day = f"until {each.until:%d %B %Y}" if each.until else ""
    return bullet(
        Text(f"{words(each.strand)}:", style="cyan"), each.what, techniques, last_day, fmt.numbers(each.event_id)
    )


def _cadence(each: Cadence, fmt: Formatting) -> RenderableType:
    last_day = f"until {each.until:%d %B %Y}" if each.until else ""
    often = f"{each.times} a {words(each.per)}"
    return bullet(Text(f"{words(each.kind)}:", style="cyan"), often, last_day, fmt.numbers(each.event_id))


def _goal(goal: Goal, fmt: Formatting) -> RenderableType:
    said = [
        "" if goal.baseline is None else f"began at {goal.baseline:g}",
        f"now {goal.reading.value:g}" if goal.reading else "not measured yet",
        "" if goal.target is None else f"target {goal.target:g}",
        words(goal.outcome or ""),
    ]
    unit = f"({goal.unit})" if goal.unit else ""
    marks = (goal.reading, goal.closed)
    return bullet(
        Text(f"{goal.description.rstrip('.')}:", style="cyan"),
        ", ".join(filter(None, said)),
        Text(unit, style="dim"),
        fmt.numbers(goal.event_id, *(mark.event_id for mark in marks if mark)),
    )


def _crisis(crisis: Crisis, fmt: Formatting) -> RenderableType:
    passed = crisis.resolved
    now = Text("contact lost", style="bold red") if crisis.escalated else Text("open", style="yellow")
    at_least = "at least " if crisis.at_least and crisis.tier is not RiskTier.UNKNOWN else ""
    if passed:
        now = Text(f"passed {fmt.moment(passed.at)}: {words(crisis.outcome or '')}", style="green")
    return bullet(
        f"{fmt.moment(crisis.at)} {listed(crisis.kinds)};",
        Text(
            f"risk {at_least}{words(crisis.tier)};",
            style="bold red" if crisis.tier is RiskTier.HIGH and not passed else "",
        ),
        now,
        fmt.numbers(crisis.event_id, passed.event_id if passed else None),
    )


def _medication(course: Medication, fmt: Formatting) -> RenderableType:
    marks = [mark.event_id for mark in (course.changed, course.stopped) if mark]
    return bullet(
        Text(f"{course.name or words(course.drug)}:", style="cyan"),
        f"{course.dose or 'dose not said'}, for {words(course.purpose)};",
        status(course.status),
        fmt.numbers(course.event_id, *marks),
    )


def _harm_reduction(each: HarmReduction, fmt: Formatting) -> RenderableType:
    return bullet(
        f"{fmt.moment(each.provided_at)} {listed(each.kinds)}, to {listed(each.recipients)}",
        fmt.numbers(each.event_id, each.consent),
    )


def _crisis_card(card: CrisisCard, fmt: Formatting) -> RenderableType:
    return bullet(
        f"{fmt.moment(card.issued_at)} {words(card.card_format)}, to {listed(card.recipients)}",
        Text("(the safety plan has changed since)", style="yellow") if card.outdated else "",
        fmt.numbers(card.event_id, card.safety_plan),
    )


def _handoff(handoff: Handoff, fmt: Formatting) -> RenderableType:
    marks = (handoff.accepted, handoff.completed, handoff.declined, handoff.lost, handoff.withdrawn, handoff.replaced)
    receiver = handoff.to_party or words(handoff.to_role)
    due = {"requested": handoff.accept_due_at, "accepted": handoff.met_due_at}.get(handoff.status)
    since = max((mark.at for mark in marks if mark), default=handoff.requested_at)
    return bullet(
        f"{words(handoff.from_role)} → {receiver} ({words(handoff.urgency)}):",
        status(handoff.status),
        fmt.moment(since),
        f"next by {fmt.moment(due)}" if due else "",
        fmt.numbers(handoff.event_id, *(mark.event_id for mark in marks if mark)),
    )


def _residence(residence: Residence, fmt: Formatting) -> RenderableType:
    where = f"{words(residence.situation)} {residence.place or ''}".rstrip()
    return bullet(f"{where} since {fmt.moment(residence.moved_in_at)}", fmt.numbers(residence.event_id))


def _barrier(barrier: RaisedBarrier, fmt: Formatting) -> RenderableType:
    marks = [mark.event_id for mark in (barrier.last_work, barrier.resolved) if mark]
    return bullet(
        f"{words(barrier.kind)} (seen to by {words(barrier.owner)}):",
        status(barrier.outcome or barrier.status),
        fmt.numbers(barrier.event_id, *marks),
    )


def _referral(referral: Referral, fmt: Formatting) -> RenderableType:
    marks = (referral.accepted, referral.declined, referral.completed, referral.closed, referral.replaced)
    return bullet(
        f"{words(referral.service)}, {referral.to_party}:",
        status(referral.status),
        fmt.moment(referral.made_at),
        fmt.numbers(referral.event_id, *(mark.event_id for mark in marks if mark)),
    )


def _safety_plan(plan: SafetyPlan, fmt: Formatting) -> Iterator[RenderableType]:
    yield joined(Text(f"version {plan.version}", style="bold"), fmt.moment(plan.written_at), fmt.numbers(plan.event_id))
    for heading, said in (
        ("warning signs", plan.warning_signs),
        ("alone", plan.own_coping),
        ("people and places", plan.people_and_places),
        ("people to ask", plan.people_to_ask),
        ("professionals", plan.professionals),
        ("safe surroundings", plan.means_safety),
    ):
        if said:
            yield bullet(Text(f"{heading}:", style="cyan"), "; ".join(said))


def _court_orders(answer: CarePlanAnswer, fmt: Formatting) -> Iterator[RenderableType]:
    for order in answer.court_orders:
        state = "" if order.in_force else Text("not in force", style="dim")
        said = f"{order.court}, {order.reference}: {listed(order.scope)} to {', '.join(order.recipients)}"
        yield bullet(said, state, fmt.numbers(order.event_id))


def _consents(answer: CarePlanAnswer, fmt: Formatting) -> Iterator[RenderableType]:
    for consent in answer.consents:
        recipients = (*consent.recipients, *map(words, consent.recipient_classes))
        state = "" if consent.in_force else Text("not in force", style="dim")
        yield bullet(
            f"{', '.join(recipients)}: {listed(consent.scope)}, for {words(consent.purpose)}",
            state,
            fmt.numbers(consent.event_id),
        )


def _to_do(answer: CarePlanAnswer, fmt: Formatting) -> Iterable[RenderableType]:
    waiting = [each for each in answer.obligations if each.status in WAITING]
    if not waiting:
        return [Text("nothing is waiting", style="green")]
    return [_obligation(each, fmt) for each in waiting]


def _obligation(each: Obligation, fmt: Formatting) -> RenderableType:
    what = NAMES.get(each.kind, words(each.kind))
    step = f"({each.step})" if each.step > 1 else ""
    return bullet(what, step, f"by {fmt.moment(each.due_at)}:", status(each.status), fmt.numbers(each.because))
