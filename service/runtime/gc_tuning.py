"""The garbage collector, for a process that imports much and keeps much in memory."""

import gc


def collect_seldom() -> None:
    """Look for cycles after 50,000 new objects, not after 700; call it before much is imported.

    Next to nothing of what an import makes is garbage, and by default it is looked through again and again: that is a
    fifth of the time in which a process starts.
    """
    gc.set_threshold(50_000, 20, 100)


def tune_gc() -> None:
    """Look for cycles seldom, and never among what is there now; call it once the service is up.

    Nearly everything dies by its count of references. By default all that is kept in memory (routes, schemas, keys,
    the projector's states) would be looked through again and again, while everything else waits.

    What has survived for a while is looked through after 50,000 new objects: after 200,000, which costs no less
    altogether, a service that told pages of 1,000 events stood still for 50 milliseconds each time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 5, 80)
