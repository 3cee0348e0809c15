"""The garbage collector, for a process that keeps much in memory."""

import gc


def tune_gc() -> None:
    """Look for cycles seldom, and never among what is there now; call it once the service is up.

    Nearly everything dies by its count of references. By default all that is kept in memory (routes, schemas, keys,
    the projector's states) would be looked through again and again, while everything else waits.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
