"""The care plan as a picture."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from domain.vocabulary import RiskTier
from projections.care_plan import CarePlanAnswer
from projections.care_plan.crises import Crisis, CrisisObligation
from projections.care_plan.goals import Goal
from projections.care_plan.handoffs import Handoff, HandoffObligation
from projections.care_plan.overdose_danger import DangerObligation
from projections.care_plan.plans import Plan, PlanObligation
from projections.care_plan.safety_plan import SafetyPlan
from projections.obligations import Obligation, ObligationKind, ObligationStatus
from service.pictures.look import Look, bullet, joined, listed, sections, status, words

WAITING = {ObligationStatus.OPEN, ObligationStatus.LATE}

NAMES: dict[ObligationKind, str] = {
    HandoffObligation.ACCEPTANCE: "acceptance of the handoff",
    HandoffObligation.MEETING: "meeting with the receiver",
    CrisisObligation.CONTACT: "follow-up after the crisis",
    CrisisObligation.REVIEW: "review of the crisis",
    PlanObligation.REVIEW: "review of the plan",
    DangerObligation.NALOXONE: "naloxone",
    DangerObligation.CRISIS_CARD: "crisis card",
}


def care_plan(answer: CarePlanAnswer, look: Look) -> RenderableType:
    """Who, the plan, goals, crises, handoffs, the safety plan, and what must still happen."""
    grid = sections()
    parts: tuple[tuple[str, Iterable[RenderableType]], ...] = (
        ("Client", _client(answer, look)),
        ("Plan", _plan(answer.plan, look) if answer.plan else [Text("none agreed yet", style="dim")]),
        ("Goals", [_goal(goal, look) for goal in (*answer.stabilization_goals, *answer.longer_term_goals)]),
        ("Crises", [_crisis(crisis, look) for crisis in answer.crises]),
        ("Handoffs", [_handoff(handoff, look) for handoff in answer.handoffs]),
        ("Safety plan", _safety_plan(answer.safety_plan, look) if answer.safety_plan else []),
        ("Consents", _consents(answer, look)),
        ("To do", _to_do(answer, look)),
    )
    for heading, lines in parts:
        shown = list(lines)
        if shown:
            grid.add_row(heading, Group(*shown))
    return Panel(grid, title="Care plan", title_align="left", border_style="blue")


def _client(answer: CarePlanAnswer, look: Look) -> Iterator[Text]:
    if answer.client is None:
        yield Text("not registered yet", style="dim")
    else:
        yield joined(Text(answer.client.goes_by, style="bold"), look.put_by(answer.client.put_by))
    episode = answer.episode
    if episode:
        substances = listed(use.substance for use in episode.substances)
        yield joined(
            f"in care since {look.moment(episode.opened_at)} (way in: {words(episode.entry_route)}); {substances}",
            look.put_by(episode.put_by, episode.corrected_by),
        )
    lapse = answer.last_lapse
    if lapse:
        danger = Text("with danger of overdose", style="red") if lapse.overdose_danger else ""
        yield joined(
            f"last lapse {look.moment(lapse.at)}: {listed(lapse.substances)}",
            danger,
            look.put_by(lapse.put_by, lapse.corrected_by),
        )
    if answer.last_contact:
        yield joined(f"last contact {look.moment(answer.last_contact.at)}", look.put_by(answer.last_contact.put_by))


def _plan(plan: Plan, look: Look) -> Iterator[RenderableType]:
    yield joined(
        Text(f"version {plan.version}", style="bold"),
        f"agreed {look.moment(plan.agreed_at)} by {listed(plan.agreed_by)}",
        look.put_by(plan.put_by, plan.corrected_by),
    )
    yield Text(plan.summary, style="italic")
    because_of = look.put_by(*plan.because_of)
    if because_of:
        yield joined("because of", because_of)
    for each in plan.interventions:
        techniques = Text(f"({listed(each.techniques)})", style="dim") if each.techniques else ""
        yield bullet(Text(f"{words(each.strand)}:", style="cyan"), each.what, techniques)


def _goal(goal: Goal, look: Look) -> RenderableType:
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
        look.put_by(goal.put_by, *(mark.put_by for mark in marks if mark)),
    )


def _crisis(crisis: Crisis, look: Look) -> RenderableType:
    passed = crisis.resolved
    now = Text("open", style="yellow")
    if passed:
        now = Text(f"passed {look.moment(passed.at)}: {words(crisis.outcome or '')}", style="green")
    return bullet(
        f"{look.moment(crisis.at)} {listed(crisis.kinds)};",
        Text(f"risk {words(crisis.tier)};", style="bold red" if crisis.tier is RiskTier.HIGH and not passed else ""),
        now,
        look.put_by(crisis.put_by, passed.put_by if passed else None),
    )


def _handoff(handoff: Handoff, look: Look) -> RenderableType:
    marks = (handoff.accepted, handoff.completed, handoff.declined)
    receiver = handoff.to_party or words(handoff.to_role)
    due = {"requested": handoff.accept_due_at, "accepted": handoff.met_due_at}.get(handoff.status)
    since = max((mark.at for mark in marks if mark), default=handoff.requested_at)
    return bullet(
        f"{words(handoff.from_role)} → {receiver} ({words(handoff.urgency)}):",
        status(handoff.status),
        look.moment(since),
        f"next by {look.moment(due)}" if due else "",
        look.put_by(handoff.put_by, *(mark.put_by for mark in marks if mark)),
    )


def _safety_plan(plan: SafetyPlan, look: Look) -> Iterator[RenderableType]:
    yield joined(Text(f"version {plan.version}", style="bold"), look.moment(plan.written_at), look.put_by(plan.put_by))
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


def _consents(answer: CarePlanAnswer, look: Look) -> Iterator[RenderableType]:
    for consent in answer.consents:
        state = "" if consent.in_force else Text("no longer in force", style="dim")
        yield bullet(
            f"{', '.join(consent.recipients)}: {listed(consent.scope)}, for {words(consent.purpose)}",
            state,
            look.put_by(consent.put_by),
        )


def _to_do(answer: CarePlanAnswer, look: Look) -> Iterable[RenderableType]:
    waiting = [each for each in answer.obligations if each.status in WAITING]
    if not waiting:
        return [Text("nothing is waiting", style="green")]
    return [_obligation(each, look) for each in waiting]


def _obligation(each: Obligation, look: Look) -> RenderableType:
    what = NAMES.get(each.kind, words(each.kind))
    step = f"({each.step})" if each.step > 1 else ""
    return bullet(what, step, f"by {look.moment(each.due_at)}:", status(each.status), look.put_by(each.because))
