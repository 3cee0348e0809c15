"""care-timeline serve."""

from typing import Annotated

import typer


def serve(
    *,
    host: Annotated[
        str | None,
        typer.Option(help="The address to listen on; 0.0.0.0 for all of this machine's.", show_default="127.0.0.1"),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port to listen on; 0 for a free one.", show_default="8420")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="How many processes answer requests, all on the one port.")
    ] = 1,
    projector: Annotated[
        bool,
        typer.Option(
            "--projector/--no-projector",
            help="Whether to keep the projections up to date beside the API; if not, run care-timeline project.",
        ),
    ] = True,
) -> None:
    """
    Run the service until Ctrl-C.

    Without CARE_TIMELINE_DATABASE_URL it starts its own PostgreSQL, whose data live in the folder that
    CARE_TIMELINE_DATA_DIR names. The projections are kept up to date meanwhile, in a process of their own where
    there is a second processor. A process that dies is started again. It prints its address and that of the page
    that documents the API, and logs one JSON object a line to standard error.

    [bold]Examples[/bold]

      care-timeline serve
      care-timeline serve --host 0.0.0.0 --port 80
      care-timeline serve --workers 4

    Exit codes: 0 stopped as asked, 1 could not start.
    """
    from service.runtime.init_process import leave_init_to_another

    leave_init_to_another()

    from service.bootstrap import database
    from service.cli.console import out
    from service.cli.run_command import run
    from service.serving.processes import Processes
    from service.serving.processes import serve as serve_on
    from service.serving.sockets import address, listen
    from service.settings import Settings

    async def work(settings: Settings) -> None:
        with listen(host or settings.host, settings.port if port is None else port) as listening:

            def announce() -> None:
                out.print(f"care-timeline answers on {address(listening)}", soft_wrap=True)
                out.print(f"The API is explained on  {address(listening)}/docs", soft_wrap=True)
                out.print("Ctrl-C stops it.")

            async with database(settings) as addresses:
                await serve_on(settings, addresses, listening, announce, Processes(workers, projector))
        out.print("Stopped.")

    run(work, quiet=False)
