"""The first process of a container that has no init: it waits for every process that ends, and passes signals on."""

import os
import signal

_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def leave_init_to_another() -> None:
    """When this process is number 1, go on in a child of it; number 1 then does nothing but what an init does.

    The kernel hands every process whose parent has died to number 1, as PostgreSQL's are when they are killed: if it
    does not wait for them, they stay in the table of processes for ever. Call it before there are threads or an event
    loop. Does nothing in any other process.
    """
    if os.getpid() != 1:
        return
    awaited = {*_PASSED_ON, signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    child = os.fork()
    if child:
        os._exit(_exit_code_of(child, awaited))
    # A session of its own: Ctrl-C reaches number 1, which passes it on, and not this process a second time.
    os.setsid()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _exit_code_of(child: int, awaited: set[signal.Signals]) -> int:
    while True:
        number = signal.sigwait(awaited)
        if number != signal.SIGCHLD:
            os.kill(child, number)
            continue
        for ended, status in _ended():
            if ended == child:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code


def _ended() -> list[tuple[int, int]]:
    """The processes that have ended and that nobody has waited for, with their status."""
    found: list[tuple[int, int]] = []
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if not ended:
            return found
        found.append((ended, status))
