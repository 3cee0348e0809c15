"""How many connections are held at once."""

from contextlib import ExitStack

from tests.http.conftest import LIMITS
from tests.http.live import Live
from tests.http.raw import get


def test_connections_past_the_limit_are_told_and_the_others_go_on(live: Live) -> None:
    most = LIMITS["max_connections"]
    with ExitStack() as stack:
        held = [stack.enter_context(live.connect()) for _ in range(most)]
        held[0].send(get("/healthz"))
        assert held[0].answer().status == 200

        for _ in range(most):
            with live.connect() as connection:
                connection.send(get("/healthz"))
                answer = connection.answer()
                answer.problem("too-many-connections")
                assert int(answer.headers["retry-after"]) > 0
                assert connection.ended() == b""
        held[0].send(get("/healthz"))
        assert held[0].answer().status == 200

    assert live.ask(get("/healthz")) == 200
