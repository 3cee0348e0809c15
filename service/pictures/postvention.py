"""The postvention reviews as a picture."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from projections.postvention import Adjustment, CrisisReview, PostventionAnswer, ReviewHeld
from service.pictures.look import Look, bullet, joined, listed, sections, status, words


def postvention(answer: PostventionAnswer, look: Look) -> RenderableType:
    """Every crisis with its review: what is open first."""
    grid = sections()
    for each in answer.reviews:
        grid.add_row(look.day(each.occurred_at.astimezone(look.zone).date()), Group(*_review(each, look)))
    if not answer.reviews:
        grid.add_row("", Text("no crisis, and nothing to review", style="dim"))
    return Panel(grid, title="Postvention reviews", title_align="left", border_style="magenta")


def _review(each: CrisisReview, look: Look) -> Iterator[RenderableType]:
    yield joined(
        f"{listed(each.kinds)}; risk {words(each.tier)}; review",
        status(each.status),
        f"(due {look.moment(each.due_at)})",
        look.put_by(each.put_by),
    )
    if each.resolved:
        yield joined(
            f"passed {look.moment(each.resolved.at)}: {words(each.resolved.outcome)}", look.put_by(each.resolved.put_by)
        )
    if each.review:
        yield from _held(each.review, look)


def _held(review: ReviewHeld, look: Look) -> Iterator[RenderableType]:
    yield joined(f"reviewed {look.moment(review.at)} by {listed(review.reviewed_by)}", look.put_by(review.put_by))
    yield joined(Text("what worked:", style="green"), review.what_worked)
    if review.what_did_not:
        yield joined(Text("what did not:", style="yellow"), review.what_did_not)
    for adjustment in review.adjustments:
        yield _adjustment(adjustment, look)


def _adjustment(adjustment: Adjustment, look: Look) -> RenderableType:
    done = Text("to be carried out:", style="yellow") if adjustment.open else Text("carried out:", style="green")
    what = f"({adjustment.what})" if adjustment.what else ""
    return bullet(done, words(adjustment.kind), what, look.put_by(adjustment.carried_out_by))
