"""care-timeline serve."""

from typing import Annotated

import typer


def serve(
    host: Annotated[
        str | None,
        typer.Option(help="The address to listen on; 0.0.0.0 for all of this machine's.", show_default="127.0.0.1"),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port to listen on; 0 for a free one.", show_default="8420")
    ] = None,
) -> None:
    """
    Run the service until Ctrl-C.

    Without CARE_TIMELINE_DATABASE_URL it starts its own PostgreSQL, whose data live in the folder that
    CARE_TIMELINE_DATA_DIR names. Projections that lag behind are caught up in the background; the service
    answers meanwhile. It prints its address and that of the page that documents the API, and logs one JSON
    object a line to standard error.

    [bold]Examples[/bold]

      care-timeline serve
      care-timeline serve --host 0.0.0.0 --port 80

    Exit codes: 0 stopped as asked, 1 could not start.
    """
    from service.bootstrap import running
    from service.cli.console import out
    from service.cli.running import run
    from service.database.migrate import require_migrated
    from service.serving import address, listen
    from service.serving import serve as serve_on
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        with listen(host or settings.host, settings.port if port is None else port) as listening:

            def announce() -> None:
                out.print(f"care-timeline answers on {address(listening)}", soft_wrap=True)
                out.print(f"The API is explained on  {address(listening)}/docs", soft_wrap=True)
                out.print("Ctrl-C stops it.")

            async with running(settings) as system:
                await require_migrated(system.pool)
                await serve_on(system, listening, announce)
        out.print("Stopped.")

    run(work, quiet=False)
