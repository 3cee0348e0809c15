"""The postvention reviews as they are shown in a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from domain.vocabulary.crisis import RiskTier
from projections.adjustments import Adjustment
from projections.postvention import CrisisReview, PostventionAnswer, ReviewHeld, held_reviews
from rendering.formatting import Formatting, bullet, joined, listed, sections, status, words


def postvention(answer: PostventionAnswer, fmt: Formatting) -> RenderableType:
    """Every crisis with its review: what is open first."""
    grid = sections()
    for each in answer.reviews:
        grid.add_row(fmt.day(each.occurred_at.astimezone(fmt.zone).date()), Group(*_review(each, fmt)))
    if not answer.reviews:
        grid.add_row("", Text("no crisis, and nothing to review", style="dim"))
    return Panel(grid, title="Postvention reviews", title_align="left", border_style="magenta")


def _review(each: CrisisReview, fmt: Formatting) -> Iterator[RenderableType]:
    yield joined(
        f"{listed(each.kinds)}; risk {_at_least(each)}{words(each.tier)}; review",
        status(each.status),
        f"(due {fmt.moment(each.due_at)})",
        fmt.numbers(each.event_id),
    )
    if each.resolved:
        yield joined(
            f"passed {fmt.moment(each.resolved.at)}: {words(each.resolved.outcome)}",
            fmt.numbers(each.resolved.event_id),
        )
    for review in held_reviews(each):
        yield from _held(review, fmt)


def _at_least(each: CrisisReview) -> str:
    return "at least " if each.at_least and each.tier is not RiskTier.UNKNOWN else ""


def _held(review: ReviewHeld, fmt: Formatting) -> Iterator[RenderableType]:
    yield joined(f"reviewed {fmt.moment(review.at)} by {listed(review.reviewed_by)}", fmt.numbers(review.event_id))
    yield joined(Text("what worked:", style="green"), review.what_worked)
    if review.what_did_not:
        yield joined(Text("what did not:", style="yellow"), review.what_did_not)
    for adjustment in review.adjustments:
        yield _adjustment(adjustment, fmt)


def _adjustment(adjustment: Adjustment, fmt: Formatting) -> RenderableType:
    what = f"({adjustment.what})" if adjustment.what else ""
    marks = (adjustment.carried_out, adjustment.dropped, adjustment.released)
    said = (adjustment.carried_out_by, *(mark.event_id for mark in marks if mark))
    return bullet(_settled(adjustment), words(adjustment.kind), what, fmt.numbers(*said))


def _settled(adjustment: Adjustment) -> Text:
    if adjustment.open:
        return Text("to be carried out:", style="yellow")
    return Text("carried out:", style="green") if adjustment.carried_out else Text("not carried out:", style="dim")
