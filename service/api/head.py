"""HEAD: whatever GET would answer, without its body; for every route that has GET, and none has to say so."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """Middleware that has HEAD answered as GET, and holds the body back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_head(message: Message) -> None:
            nonlocal begun
            if begun:
                if message.get("more_body"):
                    raise _ToldAll  # what streams would go on for nobody
                return
            begun = True
            scope["method"] = "HEAD"  # for the server, which looks here whether a body is to come, and for the log
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        scope["method"] = "GET"  # in place: what is around this reads in the scope which route was found
        try:
            await self._app(scope, receive, send_head)
        except _ToldAll:
            pass
        finally:
            scope["method"] = "HEAD"


class _ToldAll(Exception):
    """Ends an answer whose head has been told."""
