"""The postvention reviews as they are shown in a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from projections.postvention import Adjustment, CrisisReview, PostventionAnswer, ReviewHeld
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
        f"{listed(each.kinds)}; risk {words(each.tier)}; review",
        status(each.status),
        f"(due {fmt.moment(each.due_at)})",
        fmt.numbers(each.event_id),
    )
    if each.resolved:
        yield joined(
            f"passed {fmt.moment(each.resolved.at)}: {words(each.resolved.outcome)}",
            fmt.numbers(each.resolved.event_id),
        )
    if each.review:
        yield from _held(each.review, fmt)


def _held(review: ReviewHeld, fmt: Formatting) -> Iterator[RenderableType]:
    yield joined(f"reviewed {fmt.moment(review.at)} by {listed(review.reviewed_by)}", fmt.numbers(review.event_id))
    yield joined(Text("what worked:", style="green"), review.what_worked)
    if review.what_did_not:
        yield joined(Text("what did not:", style="yellow"), review.what_did_not)
    for adjustment in review.adjustments:
        yield _adjustment(adjustment, fmt)


def _adjustment(adjustment: Adjustment, fmt: Formatting) -> RenderableType:
    done = Text("to be carried out:", style="yellow") if adjustment.open else Text("carried out:", style="green")
    what = f"({adjustment.what})" if adjustment.what else ""
    return bullet(done, words(adjustment.kind), what, fmt.numbers(adjustment.carried_out_event_id))
