"""A client on one screen, as it is shown in a terminal (R51)."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from domain.vocabulary.crisis import RiskTier
from projections.summary import DueInShort, OpenCrisis, RiskInShort, Streak, SummaryAnswer
from rendering.care_plan import NAMES
from rendering.formatting import Formatting, joined, listed, sections, words


def summary(answer: SummaryAnswer, fmt: Formatting) -> RenderableType:
    """Who, risk, team, plans, last contact, what is due and late, and days without use."""
    grid = sections()
    parts: tuple[tuple[str, Iterable[RenderableType]], ...] = (
        ("Client", _client(answer, fmt)),
        ("Care", _care(answer, fmt)),
        ("Risk", _risk(answer.risk, fmt)),
        ("Due", _due(answer, fmt)),
        ("Plans", _plans(answer, fmt)),
        ("Contact", _contact(answer, fmt)),
        ("Team", _team(answer, fmt)),
        ("Days", [_streak(each) for each in _tracks(answer.streaks)] or [_quiet("nothing to count yet")]),
    )
    for heading, lines in parts:
        grid.add_row(heading, Group(*lines))
    return Panel(grid, title="Summary", title_align="left", border_style="blue")


def _client(answer: SummaryAnswer, fmt: Formatting) -> Iterator[Text]:
    who = Text(answer.goes_by, style="bold") if answer.goes_by else _quiet("not registered yet")
    yield joined(who, f"({answer.pronouns})" if answer.pronouns else "")
    if answer.died:
        yield joined(f"died {fmt.moment(answer.died.at)}", fmt.numbers(answer.died.event_id))


def _care(answer: SummaryAnswer, fmt: Formatting) -> Iterator[Text]:
    episode = answer.episode
    if episode is None:
        yield _quiet("no intake yet")
    elif episode.closed:
        yield joined(
            f"left care {fmt.moment(episode.closed.at)}, in which they were since {fmt.moment(episode.opened_at)}",
            fmt.numbers(episode.event_id, episode.closed.event_id),
        )
    else:
        way_in = f"(way in: {words(episode.entry_route)})"
        yield joined(f"in care since {fmt.moment(episode.opened_at)}", way_in, fmt.numbers(episode.event_id))
    if answer.level_of_care:
        yield Text(f"level of care {answer.level_of_care}")


def _risk(risk: RiskInShort, fmt: Formatting) -> Iterator[Text]:
    for crisis in risk.open_crises:
        yield _crisis(crisis, fmt)
    needed = [name for name, asked in _asked_by_danger(risk) if asked]
    if needed:
        yield joined(
            Text(f"danger of overdose: {' and '.join(needed)} needed", style="bold red"),
            fmt.numbers(risk.latest_overdose_danger_event_id),
        )
    for signal in risk.waiting_signals:
        yield joined(
            Text(f"signal: {words(signal.rule)}", style="yellow"),
            f"since {fmt.moment(signal.raised_at)}",
            fmt.numbers(signal.event_id),
        )
    if not (risk.open_crises or needed or risk.waiting_signals):
        yield _quiet("nothing is recorded, which does not mean that there is none")


def _asked_by_danger(risk: RiskInShort) -> tuple[tuple[str, bool], ...]:
    return ("naloxone", risk.naloxone_needed), ("a crisis card", risk.crisis_card_needed)


def _crisis(crisis: OpenCrisis, fmt: Formatting) -> Text:
    at_least = "at least " if crisis.at_least and crisis.tier is not RiskTier.UNKNOWN else ""
    hidden = f", {words(crisis.not_excluded)} not excluded" if crisis.not_excluded is not crisis.tier else ""
    return joined(
        f"open crisis since {fmt.moment(crisis.began_at)};",
        Text(
            f"risk {at_least}{words(crisis.tier)}{hidden}",
            style="bold red" if RiskTier.HIGH in {crisis.tier, crisis.not_excluded} else "yellow",
        ),
        Text("contact lost", style="bold red") if crisis.escalated else "",
        fmt.numbers(crisis.event_id),
    )


def _due(answer: SummaryAnswer, fmt: Formatting) -> Iterator[Text]:
    if answer.longest_late:
        yield joined(Text(f"{answer.late} late,", style="bold red"), "first", _task(answer.longest_late, fmt))
    if answer.next_due:
        yield joined(Text(f"{answer.open} open,", style="yellow"), "next", _task(answer.next_due, fmt))
    if not (answer.longest_late or answer.next_due):
        yield _quiet("nothing")


def _task(due: DueInShort, fmt: Formatting) -> Text:
    return joined(
        f"{NAMES.get(due.kind, words(due.kind))} by {fmt.moment(due.due_at)},",
        due.owner_person or words(due.owner),
        fmt.numbers(due.because),
    )


def _plans(answer: SummaryAnswer, fmt: Formatting) -> Iterator[Text]:
    for name, plan in (("plan", answer.plan), ("safety plan", answer.safety_plan)):
        if plan is None:
            yield _quiet(f"no {name} yet")
        else:
            yield joined(f"{name}, version {plan.version}, since {fmt.moment(plan.since)}", fmt.numbers(plan.event_id))


def _contact(answer: SummaryAnswer, fmt: Formatting) -> Iterator[Text]:
    last, reached = answer.last_contact, answer.last_reached
    if last is None:
        yield _quiet("none yet")
        return
    yield joined(f"last {fmt.moment(last.at)}", fmt.numbers(last.event_id))
    if reached is None:
        yield _quiet("nobody of the team has reached them yet")
    elif reached != last:
        yield joined(f"last reached by the team {fmt.moment(reached.at)}", fmt.numbers(reached.event_id))


def _team(answer: SummaryAnswer, fmt: Formatting) -> Iterator[Text]:
    for member in answer.team:
        yield joined(f"{member.person},", words(member.role), fmt.numbers(member.event_id))
    if not answer.team:
        yield _quiet("nobody yet")


def _tracks(streaks: tuple[Streak, ...]) -> tuple[Streak, ...]:
    """Overall and one substance are the same."""
    return streaks[1:] if len(streaks) == 2 else streaks


def _streak(streak: Streak) -> Text:
    days = "days not known" if streak.current_days is None else f"{streak.current_days} days without use"
    unknown = f"(last use of {listed(streak.last_use_unknown)} not known)" if streak.last_use_unknown else ""
    return joined(f"{words(streak.track)}:", Text(days, style="bold green"), unknown)


def _quiet(said: str) -> Text:
    return Text(said, style="dim")
