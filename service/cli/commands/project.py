"""care-timeline project."""


def project() -> None:
    """
    Keep the projections up to date until Ctrl-C, without answering requests.

    For when the API is served with --no-projector, or to have a second projector ready on another machine: each
    organization is followed by one of them at a time, and another takes over when that one dies. It logs one JSON
    object a line to standard error.

    [bold]Examples[/bold]

      care-timeline project

    Exit codes: 0 stopped as asked, 1 could not start.
    """
    from service.runtime.init_process import leave_init_to_another

    leave_init_to_another()

    from service.bootstrap import System, running
    from service.cli.console import out
    from service.cli.run_command import run
    from service.database.migrate import require_migrated
    from service.runtime.gc_tuning import tune_gc
    from service.serving.projecting import project as keep_projecting
    from service.serving.stopping import asked_to_stop
    from service.settings import Settings

    async def follow(system: System) -> None:
        await require_migrated(system.pool)
        tune_gc()
        with asked_to_stop() as stopping:
            out.print("The projections are kept up to date. Ctrl-C stops it.")
            await keep_projecting(system, stopping)

    async def work(settings: Settings) -> None:
        async with running(settings) as system:
            await follow(system)
        out.print("Stopped.")

    run(work, quiet=False)
