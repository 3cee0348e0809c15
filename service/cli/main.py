"""The command care-timeline."""

from importlib.metadata import entry_points

import typer

from service.cli.commands import analysts, analytics, erasures, keys, organizations, policy, projections
from service.cli.commands.access_log import access_log
from service.cli.commands.access_report import access_report
from service.cli.commands.archive import archive
from service.cli.commands.backup import backup
from service.cli.commands.catch_up import catch_up
from service.cli.commands.checkpoint import checkpoint
from service.cli.commands.client_head import client_head
from service.cli.commands.crisis_card import crisis_card
from service.cli.commands.doctor import doctor
from service.cli.commands.export import export
from service.cli.commands.hindsight import hindsight
from service.cli.commands.import_history import import_history
from service.cli.commands.migrate import migrate
from service.cli.commands.open_export import open_export
from service.cli.commands.project import project
from service.cli.commands.prove import prove
from service.cli.commands.rebuild import rebuild
from service.cli.commands.replay import replay
from service.cli.commands.restore import restore
from service.cli.commands.serve import serve
from service.cli.commands.summary import summary
from service.cli.commands.unusual_access import unusual_access
from service.cli.commands.verify import verify
from service.cli.commands.verify_export import verify_export
from service.cli.commands.what_if import what_if
from service.cli.help_text import add, prose

RUN = "Run"
SET_UP = "Set up"
ERASE = "Erase"
LOOK = "Look and check"
ANALYZE = "Analyze"
BACK_UP = "Back up"
KEEP_UP = "Keep projections up to date"
TRY = "Try it out"

COMMANDS_OF_OTHERS = "care_timeline.commands"
"""The group of entry points by which packages above the service, such as the samples, add commands of their own."""

app = typer.Typer(
    name="care-timeline",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help=prose(
        """
    The history of care of people in recovery, kept as a log that nobody can alter.

    Begin with [bold]care-timeline demo[/bold]: it tells a story of care through the real service. To run your own,
    set up an organization, make a key, and serve:

      care-timeline organizations create "Harbor Lane Recovery" --time-zone America/Chicago
      care-timeline keys create --role counselor --name ana
      care-timeline serve

    Every command explains itself: care-timeline COMMAND --help.
    """
    ),
    epilog="Settings come from the environment: CARE_TIMELINE_DATA_DIR, CARE_TIMELINE_DATABASE_URL and others; without"
    " any, an embedded PostgreSQL is used. Exit codes: 0 done, 1 not done or something is wrong (one sentence"
    " says what to do), 2 the command was not understood, 130 stopped with Ctrl-C.",
)

add(app, serve, panel=RUN)
add(app, migrate, panel=SET_UP)
app.add_typer(organizations.app, name="organizations", rich_help_panel=SET_UP)
app.add_typer(keys.app, name="keys", rich_help_panel=SET_UP)
app.add_typer(policy.app, name="policy", rich_help_panel=SET_UP)
add(app, import_history, name="import", panel=SET_UP)
app.add_typer(erasures.app, name="erasures", rich_help_panel=ERASE)
add(app, doctor, panel=LOOK)
add(app, replay, panel=LOOK)
add(app, hindsight, panel=LOOK)
add(app, summary, panel=LOOK)
add(app, crisis_card, name="crisis-card", panel=LOOK)
add(app, access_log, name="access-log", panel=LOOK)
add(app, access_report, name="access-report", panel=LOOK)
add(app, unusual_access, name="unusual-access", panel=LOOK)
add(app, verify, panel=LOOK)
add(app, checkpoint, panel=LOOK)
add(app, prove, panel=LOOK)
add(app, client_head, name="client-head", panel=LOOK)
add(app, export, panel=LOOK)
add(app, verify_export, name="verify-export", panel=LOOK)
add(app, open_export, name="open-export", panel=LOOK)
add(app, what_if, name="what-if", panel=LOOK)
app.add_typer(analysts.app, name="analysts", rich_help_panel=ANALYZE)
app.add_typer(analytics.app, name="analytics", rich_help_panel=ANALYZE)
add(app, backup, panel=BACK_UP)
add(app, archive, panel=BACK_UP)
add(app, restore, panel=BACK_UP)
add(app, project, panel=KEEP_UP)
add(app, catch_up, name="catch-up", panel=KEEP_UP)
add(app, rebuild, panel=KEEP_UP)
app.add_typer(projections.app, name="projections", rich_help_panel=KEEP_UP)
for found in sorted(entry_points(group=COMMANDS_OF_OTHERS)):
    add(app, found.load(), name=found.name, panel=TRY)
