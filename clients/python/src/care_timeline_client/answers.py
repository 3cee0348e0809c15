"""What an operation answers: its content, or a problem."""

from typing import TypeVar

from care_timeline_client.rest.models import ProblemDocument

T = TypeVar("T")


class ProblemError(Exception):
    """The service answered a problem; `problem` says which, and what to do. It quotes nothing that was sent."""

    def __init__(self, problem: ProblemDocument) -> None:
        self.problem = problem
        told = [f"{problem.status} {problem.title}: {problem.detail}"]
        told += [f"{each.field}: {each.message}" for each in problem.errors or ()]
        super().__init__("\n".join(told))

    @property
    def kind(self) -> str:
        """The kind of problem, such as version-conflict."""
        return self.problem.type_.rpartition("/")[2]


def answer_of(answered: T | ProblemDocument | None) -> T:
    """What the operation answers when all is well. Raises ProblemError otherwise."""
    if isinstance(answered, ProblemDocument):
        raise ProblemError(answered)
    assert answered is not None  # other statuses have been raised as errors.UnexpectedStatus
    return answered
