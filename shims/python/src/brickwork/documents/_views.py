"""What documents can do besides being read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brickwork.documents.handle import Handle
    from brickwork.documents.state import State, StateTask


class RunView:
    """A run's state as notebooks show it, and its tasks by path."""

    __slots__ = ()

    def task(self: State, path: str) -> StateTask:  # type: ignore[misc]
        """The task of a path such as "checks/years". KeyError lists the paths there are."""
        for each in self.tasks:
            if each.path == path:
                return each
        raise KeyError(f"no task {path}; there are {', '.join(each.path for each in self.tasks) or 'none'}")

    @property
    def finished(self: State) -> bool:  # type: ignore[misc]
        """Whether the run is over, well or not; `verdict` says which."""
        return self.verdict != "running"

    def _repr_html_(self: State) -> str:  # type: ignore[misc]
        from brickwork._html import run_table

        return run_table(self)


class StateHolder:
    """An answer with the state of a run in it is shown as that."""

    __slots__ = ()
    state: State | None

    def _repr_html_(self) -> str | None:
        return None if self.state is None else self.state._repr_html_()


class HandleView:
    __slots__ = ()

    def task_key(self: Handle, path: str) -> str:  # type: ignore[misc]
        """Databricks' key of the task of a path. KeyError lists the paths there are."""
        keys = {each.path: each.task_key for each in self.tasks or ()}
        if path not in keys:
            raise KeyError(f"no task {path}; there are {', '.join(keys) or 'none'}")
        return keys[path]
