"""The states of strands that stand side by side."""

from collections.abc import Callable, Mapping
from typing import Any


class Unread:
    """A strand's state as it was saved. It is read once, when somebody asks for it: most events concern few strands."""

    __slots__ = ("_load", "_state", "saved")

    def __init__(self, saved: bytes, load: Callable[[bytes], Any]) -> None:
        self.saved = saved
        self._load: Callable[[bytes], Any] | None = load

    @property
    def state(self) -> Any:
        """The state."""
        if self._load is not None:
            self._state, self._load = self._load(self.saved), None
        return self._state


class StrandStates:
    """The state of each strand, an attribute by its name. It never changes: `replace` gives another one."""

    __slots__ = ("_states",)

    def __init__(self, states: Mapping[str, Any]) -> None:
        self._states = states

    def __getattr__(self, strand: str) -> Any:
        try:
            state = self._states[strand]
        except KeyError:
            raise AttributeError(strand) from None
        return state.state if type(state) is Unread else state

    def replace(self, changed: Mapping[str, Any]) -> "StrandStates":
        """With other states of these strands."""
        return StrandStates({**self._states, **changed})

    def same(self, strand: str, other: "StrandStates") -> bool:
        """Whether the strand's state is the same object in the other; it need not be read for that."""
        mine, theirs = self._states[strand], other._states[strand]
        return mine is theirs or getattr(self, strand) is getattr(other, strand)

    def saved(self, strand: str, save: Callable[[Any], bytes]) -> bytes:
        """The strand's state as bytes: where it was never read, those that it was loaded from."""
        state = self._states[strand]
        return state.saved if type(state) is Unread else save(state)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StrandStates) and all(
            getattr(self, strand) == getattr(other, strand) for strand in self._states
        )

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, strand) for strand in self._states))

    def __repr__(self) -> str:
        return f"StrandStates({ {strand: getattr(self, strand) for strand in self._states} })"
