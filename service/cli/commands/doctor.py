"""care-timeline doctor."""

import typer


def doctor() -> None:
    """
    Look whether everything is in order, and say what to do where it is not.

    Checks Python, the data folder, the database and its version, that its schema is the newest, that the
    service's login can neither change events nor act as owner, that row-level security is forced on every
    table, that triggers, rules, policies, keys, functions, owners and grants are those that this release
    declares, that every log ends where its head says, that the key-encryption keys open the clients' keys,
    and that no projection lags or failed.

    [bold]Examples[/bold]

      care-timeline doctor

    Exit codes: 0 all in order, 1 something is not.
    """
    from rich.text import Text

    from service.cli.console import out
    from service.cli.run_command import run
    from service.doctor.examination import examine
    from service.settings import Settings

    async def work(settings: Settings) -> bool:
        good = True
        async for check in examine(settings):
            good = good and check.good
            mark = Text("✓", style="green") if check.good else Text("✗", style="bold red")
            out.print(mark, Text(f"{check.name:<12}", style="bold"), Text(check.said), soft_wrap=True)
        return good

    if not run(work):
        raise typer.Exit(1)
