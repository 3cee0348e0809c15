"""Garbage: how often it is worth looking for."""

import gc


def look_seldom() -> None:
    """Look for cycles seldom, and never among what is there now; call it once the service is up.

    Nearly everything dies by its count of references. By default all states that are kept would be looked
    through every few hundred requests, while every request waits: 150 ms each time, an eighth of all time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
